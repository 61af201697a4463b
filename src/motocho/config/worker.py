"""The worker: task names to commands [ワーカー].

A room puts a job in by name (`outside.queue.enqueue`); here stands what each name does. Every task
makes its own transaction, asks for the business date in it, and may come twice: the commands behind
are idempotent. A job that fails is tried again after 4, 16, 64, … seconds and ends as failed; jobs
of a worker that was killed are taken up by the next. What went well leaves no row behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import wraps
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, connection, transaction
from procrastinate import BaseRetryStrategy, RetryStrategy
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django import app as queue

from motocho.care.cases import frauds
from motocho.care.collections import stages
from motocho.care.ivr import calls
from motocho.close import day, inbox
from motocho.close.run import run
from motocho.config import (
    _applying,
    _bureau,
    _cards,
    _collections,
    _identity,
    _papers,
    _partners,
    _reminders,
    _returned,
)
from motocho.config._mailing import office
from motocho.config.night import settings_of_night
from motocho.documents import intake
from motocho.documents.statutory import following
from motocho.ledger.chart import HOUSE
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Sender, carry
from motocho.notices import carding, messages, reading, sending
from motocho.notices.sending import MailKey
from motocho.office import registers
from motocho.outside import clock
from motocho.outside.queue import AT_ONCE
from motocho.people import login, requests
from motocho.screening.applications import lapse_idle
from motocho.screening.applying import links
from motocho.screening.bureau import Carried, ask_resuming
from motocho.screening.bureau import carry as carry_files
from motocho.screening.remedies import look_at_thirds
from motocho.screening.watch import WatchNight, watch_day
from motocho.units.errors import MotochoError

log = logging.getLogger("motocho.worker")
Task = Callable[..., None]
TAKE_LINE = "inbox.take_line"
RUN_NIGHT = "close.run"
CLEAR_TRIES = "people.clear_tries"
CLEAR_DOCUMENTS = "documents.clear"
TELL = "notices.tell"
PAY_OUT = "payouts.carry"
FOLLOW_PAPERS = "documents.follow"
ASK_STATEMENTS = "documents.ask_statements"
END_RESTS = "loans.end_rests"
COLLECT_AGAIN = "collections.look_again"
LOOK_AFTER_FROZEN = "frauds.look_after"
BUREAU = "bureau.carry"
FORGET_DRAFTS = "screening.forget_drafts"
CARDS = "cards.carry"
IDENTITY = "identity.carry"
RETURNED = "notices.take_returned"
WATCH = "screening.watch"
CLEAR_FILES = "registers.clear_files"


def take_line(*, line_id: int) -> None:
    """Book one line of the inbox now, without waiting for the night [入金の即時消込]."""
    with transaction.atomic(), connection.cursor() as cursor:
        on = day.business_date(cursor)
        made = Made("worker", f"{TAKE_LINE} {line_id}", on, clock.now(), "worker")
        inbox.take(cursor, [Key(HOUSE, line_id)], made)


def run_night() -> None:
    """Close every day that is over [締め]."""
    run(settings_of_night(), clock.business_date() - timedelta(days=1))


def look_at_claim(*, claim_id: int) -> None:
    """Look whose a claim of somebody is who cannot log in [申告の照合]."""
    with transaction.atomic(), connection.cursor() as cursor:
        requests.look(cursor, claim_id)


def clear_tries(*, timestamp: int) -> None:
    """Clear away tries at logins and claims that are over, and stale stores [消去]."""
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    with transaction.atomic(), connection.cursor() as cursor:
        login.clear(cursor, at)
        requests.clear(cursor, at)
        calls.clear(cursor, at)
    SessionStore.clear_expired()


def end_rests(*, timestamp: int) -> None:
    """End rests from borrowing whose last day is over, each by itself [休止の終了].

    One that cannot be ended holds up no other; the job fails for it, for a person to see.
    """
    with connection.cursor() as cursor:
        on = day.standing(cursor)
        members = commands.rests_over(cursor, on)
    at, failed = datetime.fromtimestamp(timestamp, clock.JAPAN), list[Exception]()
    for member_id in members:
        try:
            _end_rest(member_id, at)
        except (MotochoError, DatabaseError) as error:
            log.warning("rest of member %s not ended: %s", member_id, type(error).__name__)
            failed.append(error)
    if failed:
        raise failed[0]


def _end_rest(member_id: int, at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        on = day.business_date(cursor)
        made = Made("worker", f"{END_RESTS} {member_id} {on}", on, at, "worker")
        commands.end_rest(cursor, member_id, made)


def clear_documents(*, timestamp: int) -> None:
    """Erase identity documents that no request needs: of nobody's, and long settled [書類の消去].

    A claim is looked at within minutes; what came of none within an hour is a stranger's paper.
    """
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    last = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            found = intake.unowned(cursor, at - timedelta(hours=1), last)
            refs = [one.document_ref for one in found]
            for document_ref in set(refs) - requests.needed(cursor, refs, at):
                intake.erase(cursor, document_ref, at)
        if not found:
            break
        last = found[-1]
    with transaction.atomic(), connection.cursor() as cursor:
        intake.clear_tries(cursor, at)


def tell(*, timestamp: int) -> None:
    """Make messages of what happened since the last time [お知らせの作成]."""
    read_news(datetime.fromtimestamp(timestamp, clock.JAPAN))


def read_news(at: datetime) -> None:
    """Read the journal to its end, and the reminders of today [日誌の読み取り].

    Each stretch is a transaction: killed in the middle, the next one goes on from there.
    """
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if reading.read_on(cursor, at) < reading.CHUNK:
                break
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if _reminders.remind(cursor, at) < _reminders.MOST:
                break
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if _reminders.remind_of_cards(cursor, at) < _reminders.MOST:
                break
    with transaction.atomic(), connection.cursor() as cursor:
        sending.look_again(cursor, at)


def pay_out(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """Send transfers whose time to regret is over, and take the bank's answers [振込の処理]."""
    carry(Sender(_partners.counter(), clock.now, _booking_date))


def _booking_date(cursor: Any) -> date:
    return day.booking_date(cursor, clock.business_date())


def follow_papers(*, timestamp: int) -> None:  # noqa: ARG001  # every task that comes again is told
    """Put in jobs for papers that what happened asks for [法定書面の予約]."""
    _papers.follow()


def make_paper(*, member_id: int, row_id: int) -> None:
    """Make and deliver the paper of one happening [法定書面の交付]."""
    with transaction.atomic(), connection.cursor() as cursor:
        row, at = (member_id, row_id), clock.now()
        following.make(cursor, row, _papers.lender(), at, inbox.payer_name)


def ask_statements(*, timestamp: int) -> None:
    """Statements of the month that is over; papers that lacked an item; tasks done [書面の予約]."""
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    with transaction.atomic(), connection.cursor() as cursor:
        following.ask_lacking(cursor)
        following.ask_statements(cursor, at, day.day_to_look_at(cursor, at.date()))
        _papers.end_tasks(cursor, at)


def make_statement(*, member_id: int, agreement_id: int, month_id: int) -> None:
    """Make and deliver one month's statement [月次明細の交付]."""
    key, last_on = Key(member_id, agreement_id), date.fromordinal(month_id)
    with transaction.atomic(), connection.cursor() as cursor:
        following.make_statement(cursor, key, last_on, _papers.lender(), clock.now())


def look_after_frozen(*, timestamp: int) -> None:
    """Pages that were frozen after a report of fraud was closed reach a reviewer [停止の確認]."""
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    with transaction.atomic(), connection.cursor() as cursor:
        frauds.look_after(cursor, at)


def carry_bureau() -> Carried:
    """Send what waits for a credit bureau, and take in what came from it [信用情報の授受]."""
    return carry_files(_bureau.carrier())


def pass_bureau(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """News become inquiries and reports; files go out and come in [信用情報の授受]."""
    carry_bureau()


def pass_cards(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """Orders of cards go to their maker, and its reports come in [カードの授受]."""
    carding.carry(_cards.carding())


def pass_identity(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """Requests go to who identifies people, and results are put to the law [本人確認の授受]."""
    _identity.pass_identity()


def take_returned(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """Mails that came back are read, and addresses marked at which nobody is [不達の取込み]."""
    _returned.take_returned()


def watch_lines(*, timestamp: int) -> None:
    """Look at every open line once a business date, and at applications [途上管理].

    Killed in the middle, the next one goes on from there; a day that is done is done once.
    """
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    with connection.cursor() as cursor:
        on = day.standing(cursor)
    watch_day(WatchNight(clock.now, besides=(ask_resuming, look_at_thirds)), on)
    with transaction.atomic(), connection.cursor() as cursor:
        lapse_idle(cursor, on, at)


def send_mail(*, member_id: int, mail_id: int) -> None:
    """Send one mail of a member [メールの送信]."""
    sending.send(MailKey(member_id, mail_id), office())


def forget_files(*, member_id: int) -> None:
    """Remove whatever is outside the database of somebody who was erased [消去後の削除]."""
    registers.forget_files(member_id, clock.now())


def clear_files(*, timestamp: int) -> None:
    """Files that were carried and acknowledged long enough ago go [夜間の削除]."""
    done = registers.sweep(datetime.fromtimestamp(timestamp, clock.JAPAN))
    if done.unknown:
        log.warning("%s files of which nothing is known were left", done.unknown)


TASKS: Mapping[str, Task] = {
    TAKE_LINE: take_line,
    RUN_NIGHT: run_night,
    requests.LOOK: look_at_claim,
    CLEAR_TRIES: clear_tries,
    CLEAR_DOCUMENTS: clear_documents,
    TELL: tell,
    PAY_OUT: pay_out,
    END_RESTS: end_rests,
    messages.SEND: send_mail,
    FOLLOW_PAPERS: follow_papers,
    following.MAKE: make_paper,
    ASK_STATEMENTS: ask_statements,
    following.STATEMENT: make_statement,
    stages.CARRY: _collections.carry,
    COLLECT_AGAIN: _collections.look_again,
    LOOK_AFTER_FROZEN: look_after_frozen,
    BUREAU: pass_bureau,
    links.LOOK: _applying.write_link,
    FORGET_DRAFTS: _applying.forget_drafts,
    CARDS: pass_cards,
    IDENTITY: pass_identity,
    RETURNED: take_returned,
    WATCH: watch_lines,
    registers.FORGET: forget_files,
    CLEAR_FILES: clear_files,
}
AGAIN: Mapping[str, str] = {
    CLEAR_TRIES: "*/10 * * * *",
    CLEAR_DOCUMENTS: "17 * * * *",
    TELL: "* * * * * */20",
    PAY_OUT: "* * * * * */10",
    FOLLOW_PAPERS: "* * * * * */20",
    ASK_STATEMENTS: "0 6 * * *",
    END_RESTS: "*/5 * * * *",
    COLLECT_AGAIN: "*/5 * * * *",
    LOOK_AFTER_FROZEN: "*/5 * * * *",
    BUREAU: "* * * * *",
    FORGET_DRAFTS: "29 * * * *",
    CARDS: "* * * * *",
    IDENTITY: "* * * * *",
    RETURNED: "*/5 * * * *",
    WATCH: "*/10 * * * *",
    CLEAR_FILES: "41 4 * * *",
}
"""What a worker that goes on does by itself, as cron writes it; such a task is given the moment.

The sixth part counts seconds: what happened is told within a minute."""
RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)
STALLED_SECONDS = 30
"""A worker that has given no sign for so long is dead."""


class Until(Enum):
    """How long a worker works [ワーカーの終わり]."""

    STOPPED = "stopped"
    EMPTY = "empty"
    """No job is ready."""


def work(
    until: Until = Until.STOPPED,
    *,
    tasks: Mapping[str, Task] = TASKS,
    retry: BaseRetryStrategy = RETRY,
    concurrency: int = 1,
) -> None:
    """Work jobs off [ジョブの実行]: in this process, until it is told to stop, or none is ready."""
    again = AGAIN if until is Until.STOPPED else {}
    asyncio.run(_work(_app(tasks, retry, again), until, concurrency))


def _app(
    tasks: Mapping[str, Task], retry: BaseRetryStrategy, again: Mapping[str, str]
) -> DjangoApp:
    connector: Any = queue.connector
    made = DjangoApp(connector=connector.get_worker_connector())
    for name, task in tasks.items():
        known = made.task(name=name, retry=retry)(_with_its_own_connection(task))
        if name in again:
            made.periodic(cron=again[name])(known)
    return made


def _with_its_own_connection(task: Task) -> Task:
    """Tasks run in threads of their own: each leaves no connection behind."""

    @wraps(task)
    def run_task(**ids: int) -> None:
        try:
            task(**ids)
        finally:
            connection.close()

    return run_task


async def _work(made: DjangoApp, until: Until, concurrency: int) -> None:
    async with made.open_async():
        stalled = await made.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
        for job in stalled:
            await made.job_manager.retry_job_by_id_async(job.id or 0, AT_ONCE)
        await made.run_worker_async(
            wait=until is Until.STOPPED, concurrency=concurrency, delete_jobs="successful"
        )
