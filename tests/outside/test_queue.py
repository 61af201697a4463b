"""Jobs: in the command's transaction, worked off by a worker, tried again, parked in the end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate import RetryStrategy
from tests.close.book import Lender, query
from tests.close.lives import receive_file
from tests.close.test_inbox import OPENED, TODAY, borrower
from tests.database import Database
from tests.loans.desk import days

from motocho.config import worker
from motocho.config.worker import (
    ASK_STATEMENTS,
    CLEAR_DOCUMENTS,
    CLEAR_TRIES,
    END_RESTS,
    FOLLOW_PAPERS,
    PAY_OUT,
    TAKE_LINE,
    TASKS,
    TELL,
    Until,
    work,
)
from motocho.documents.statutory import following
from motocho.notices.messages import SEND
from motocho.outside import clock, queue
from motocho.people import requests
from motocho.units.errors import BrokenInvariant, NotFoundError

NOW = RetryStrategy(max_attempts=3, wait=0)


def jobs() -> list[tuple[object, ...]]:
    return query("SELECT task_name, status, attempts FROM procrastinate_jobs ORDER BY id")


def enqueue(name: str, **ids: int) -> int:
    with transaction.atomic():
        return queue.enqueue(name, **ids)


def test_a_job_is_worked_off_once(database: Database) -> None:
    seen: list[int] = []
    enqueue("note", line_id=7)
    work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
    work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
    assert seen == [7]
    assert jobs() == []  # what went well leaves no row: the reader of the journal comes each 20 s


def test_a_job_of_a_transaction_that_is_rolled_back_never_runs(database: Database) -> None:
    class Undone(Exception):  # nothing is wrong
        pass

    def undone() -> None:
        with transaction.atomic():
            queue.enqueue("note", line_id=7)
            raise Undone

    with pytest.raises(Undone):
        undone()
    assert jobs() == []


def test_a_job_is_seen_when_its_transaction_is_over(database: Database) -> None:
    seen: list[int] = []
    with transaction.atomic():
        queue.enqueue("note", line_id=7)
        work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
        assert seen == []
    work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
    assert seen == [7]


@pytest.mark.parametrize(
    "arguments",
    [{"line": 1}, {"line_id": "7"}, {"line_id": True}, {"line_id": 1.5}, {"member": 3}],
)
def test_a_job_carries_ids_and_nothing_else(
    database: Database, arguments: dict[str, object]
) -> None:
    with transaction.atomic(), pytest.raises(BrokenInvariant):
        queue.enqueue("note", **arguments)  # type: ignore[arg-type]
    assert jobs() == []


def test_outside_a_transaction_no_job_is_taken(database: Database) -> None:
    with pytest.raises(BrokenInvariant):
        queue.enqueue("note", line_id=7)


def test_a_failing_job_is_tried_again_and_parked(database: Database) -> None:
    tried: list[int] = []

    def fails(*, line_id: int) -> None:
        tried.append(line_id)
        raise RuntimeError("no bank today")

    number = enqueue("fails", line_id=7)
    for _ in range(5):
        work(Until.EMPTY, tasks={"fails": fails}, retry=NOW)
    assert len(tried) == 4  # once, and three times again
    with connection.cursor() as cursor:
        (parked,) = queue.failed(cursor)
    assert (parked.job_id, parked.name, parked.ids, parked.attempts) == (
        number,
        "fails",
        {"line_id": 7},
        4,
    )


def test_times_between_tries_grow(database: Database) -> None:
    def fails(*, line_id: int) -> None:
        raise RuntimeError

    enqueue("fails", line_id=7)
    work(Until.EMPTY, tasks={"fails": fails})
    ((status, attempts, waits),) = query(
        "SELECT status, attempts, scheduled_at > now() + interval '1 second' FROM procrastinate_jobs"
    )
    assert (status, attempts, waits) == ("todo", 1, True)
    waits_of = [worker.RETRY.exponential_wait ** (attempt + 1) for attempt in range(3)]
    assert waits_of == [4, 16, 64]


def test_a_parked_job_can_be_given_back(database: Database) -> None:
    seen: list[int] = []

    def fails(*, line_id: int) -> None:
        raise RuntimeError

    number = enqueue("note", line_id=7)
    work(Until.EMPTY, tasks={"note": fails}, retry=RetryStrategy(max_attempts=0 + 1, wait=0))
    work(Until.EMPTY, tasks={"note": fails}, retry=RetryStrategy(max_attempts=1, wait=0))
    with transaction.atomic(), connection.cursor() as cursor:
        queue.try_again(cursor, number)
        with pytest.raises(NotFoundError):
            queue.try_again(cursor, number)
        cursor.execute("SELECT scheduled_at <= now() FROM procrastinate_jobs")
        assert cursor.fetchall() == [(True,)]
    work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
    assert seen == [7]


def test_an_unknown_name_is_parked(database: Database) -> None:
    enqueue("nobody.knows", line_id=7)
    work(Until.EMPTY)
    assert [job[1] for job in jobs()] == ["failed"]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=6)])
def test_a_job_of_a_killed_worker_is_taken_up_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    """At once too where the worker's clock stands ahead of the database's."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + ahead)
    seen: list[int] = []
    number = enqueue("note", line_id=7)
    with database.connect() as dead:
        # What a worker that was killed leaves behind: a job under way, and no sign of life.
        dead.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min')")  # fmt: skip
        dead.execute(
            "UPDATE procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE id = %s",
            (number,),
        )
    work(Until.EMPTY, tasks={"note": lambda *, line_id: seen.append(line_id)})
    assert seen == [7]


# ------------------------------------------------------------------------------ what the house does
def test_a_line_is_booked_by_the_worker_without_the_night(
    database: Database, tmp_path: Path
) -> None:
    lender = Lender(tmp_path, TODAY)
    key = borrower(lender, "キュウヨ", "イチロウ")
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], TODAY - days(1))
    ((line_id,),) = query("SELECT line_id FROM close_bank_line")
    for _ in range(2):  # put in twice, done once
        enqueue(TAKE_LINE, line_id=line_id)
    work(Until.EMPTY)
    assert jobs() == []
    rows = query("SELECT status, member_id FROM close_bank_line")
    assert rows == [("received", key.member_id)]
    assert OPENED < TODAY


def test_every_name_of_the_house_has_its_command() -> None:
    assert set(TASKS) == {
        "inbox.take_line", "close.run", requests.LOOK, CLEAR_TRIES, TELL, SEND,
        FOLLOW_PAPERS, ASK_STATEMENTS, following.MAKE, following.STATEMENT, END_RESTS, PAY_OUT,
        CLEAR_DOCUMENTS, "collections.carry", "collections.look_again",
        "frauds.look_after", "bureau.carry", "screening.look_for_link", "screening.forget_drafts",
        "screening.watch",
        "cards.carry", "identity.carry", "notices.take_returned",
        "registers.clear_files", "registers.forget_files",
    }  # fmt: skip
