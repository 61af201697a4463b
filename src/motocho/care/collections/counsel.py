"""Notices of counsel and of courts: one command stops everything at once [受任通知].

    done = counsel.receive(cursor, member_id, Notice(...), made)
    counsel.said_by_member(cursor, member_id, made)      on a call, before any paper
    counsel.end(cursor, member_id, done.counsel_no, Ending(...), made)

From the commit on nobody asks the member to pay: the stop stands with the loans, where the gate
reads it for calls, e-mails, SMS, letters and visits, so that what is queued already finds it closed
when its turn comes. Permits that were given and not yet used are taken back, tasks that would have
somebody called are withdrawn, planned visits are cancelled. Who acts for the member is asked which
history is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.care.collections import visits
from motocho.contact import gate, tasks
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status, Stop
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, StateConflict

LONGEST_WORDS = 400


class Sender(Enum):
    """Who gave notice [通知者]."""

    LAWYER = "lawyer"
    SCRIVENER = "scrivener"
    """A certified judicial scrivener [認定司法書士]."""
    COURT = "court"
    MEMBER = "member"
    """The member said so on a call; the office is still to be named [本人の申出]."""


class Proceeding(Enum):
    """What is undertaken for the member [手続の種類]."""

    OUT_OF_COURT = "out_of_court"
    """[任意整理]."""
    MEDIATION = "mediation"
    """[特定調停]."""
    BANKRUPTCY = "bankruptcy"
    """[破産]."""
    REHABILITATION = "rehabilitation"
    """[個人再生]."""
    UNKNOWN = "unknown"
    """The member did not say, and need not."""


STAYS = frozenset({Proceeding.BANKRUPTCY, Proceeding.REHABILITATION})
"""From its order on nobody executes alone: 破産法42条, 民事再生法39条 [強制執行の中止]."""


class Road(Enum):
    """How a notice reached us [受領方法]; the law counts what is written, the house every word."""

    LETTER = "letter"
    FAX = "fax"
    PHONE = "phone"


class Reason(Enum):
    """Why a notice holds no more [終了の理由]."""

    RESIGNED = "resigned"
    DISMISSED = "dismissed"
    CONCLUDED = "concluded"
    MISTAKEN = "mistaken"
    """It was written down for the wrong member, or by mistake [誤登録]."""
    NAMED = "named"
    """The office gave notice itself: what the member said is in it [受任通知の到着]."""


NOT_TYPED = frozenset({Sender.MEMBER, Proceeding.UNKNOWN, Reason.NAMED})
"""What follows by itself, and nobody chooses on a form."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What was received [受任通知の内容].

    `agreements` are the numbers of the claims it names; none stands for all of them. A court has
    no name and no registration, but a case. What the member said has neither, nor an office.
    """

    sender: Sender
    proceeding: Proceeding
    office: str
    name: str
    registration: str
    phone: str
    case_ref: str
    road: Road
    received_on: date
    agreements: tuple[int, ...] = ()
    document_ref: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why, from which day, and by whose word a notice holds no more [終了の届出]."""

    reason: Reason
    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept [受任通知の記録]."""

    member_id: int
    counsel_no: int
    notice: Notice
    noted_at: datetime
    actor: str
    ended: Ending | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """What a notice stopped [停止の結果]; nothing for a form that came again."""

    counsel_no: int
    agreements: tuple[int, ...]
    permits: int
    tasks: int
    visits: int
    is_repeat: bool


_LAWYER = re.compile("[0-9]{1,6}")
_HAS_DIGIT = re.compile("[0-9]")
_PHONE = re.compile("(?:[0-9]{10,11})?")
_CALLING = frozenset(
    {
        Purpose.ARREARS, Purpose.REMINDER, Purpose.CAMPAIGN, Purpose.SERVICE, Purpose.DUTY,
        Purpose.WHEREABOUTS,
    }
)  # fmt: skip
"""Of what no task is left once somebody acts for the member: what the gate refuses then."""


# ------------------------------------------------------------------------------- it is received
def receive(cursor: Any, member_id: int, notice: Notice, made: Made) -> Received:
    """Write a notice down and stop everything, once [受任通知の登録] · COLL-010.

    Lock      the member's agreements, then their contacts.
    Raises    InputError for what a notice lacks, a day to come, or a claim that is not the
              member's.
    Law       貸金業法21条1項9号.
    """
    open_now = [
        one.key.agreement_id
        for one in queries.agreements(cursor, member_id)
        if one.status is not Status.CLOSED
    ]
    notice = replace(_checked(notice, made), agreements=_scope(notice, open_now))
    for agreement_id in notice.agreements:
        commands.suspend(cursor, Key(member_id, agreement_id), Stop.COUNSEL, made)
    permits = gate.revoke(cursor, member_id, made.actor, made.booked_at)
    known = _of_source(cursor, member_id, made.external_ref)
    if known is not None:
        return Received(known.counsel_no, known.notice.agreements, 0, 0, 0, is_repeat=True)
    number = _insert(cursor, member_id, notice, made)
    ended = _end_tasks(cursor, member_id, made)
    cancelled = visits.cancel_all(cursor, member_id, made.actor, made.booked_at)
    _end_what_was_said(cursor, member_id, (number, notice), made)
    wants = "office" if notice.sender is Sender.MEMBER else "history"
    facts: dict[str, int | str] = {"counsel": number, "wants": wants}
    source = Source(made.actor, f"counsel {number}")
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    tasks.put(cursor, member_id, plan, source, made.booked_at)
    _tell(cursor, member_id, "counsel_received", made, number)
    return Received(number, notice.agreements, permits, ended, cancelled, is_repeat=False)


def said_by_member(cursor: Any, member_id: int, made: Made) -> Received | None:
    """The member says on a call that somebody acts for them: the same, at once [本人からの申出].

    Why       the law counts what is written; the house stops at the word, so that nobody calls in
              between. Which office it is, is asked for by a task.
    Gives     None where no agreement is open: there is nothing to stop.
    Lock      as `receive`.
    """
    if all(one.status is Status.CLOSED for one in queries.agreements(cursor, member_id)):
        return None
    on = made.booked_at.astimezone(JAPAN).date()
    notice = Notice(
        Sender.MEMBER, Proceeding.UNKNOWN, "", "", "", "", "", Road.PHONE, min(on, made.business_on)
    )
    return receive(cursor, member_id, notice, made)


def _end_what_was_said(cursor: Any, member_id: int, given: tuple[int, Notice], made: Made) -> None:
    """The office's own notice stands for what the member said, where it names as many claims."""
    number, notice = given
    if notice.sender is Sender.MEMBER:
        return
    ending = Ending(Reason.NAMED, made.business_on, f"counsel {number}")
    for one in standing(cursor, member_id):
        is_said = one.notice.sender is Sender.MEMBER
        if is_said and set(one.notice.agreements) <= set(notice.agreements):
            _write_end(cursor, (member_id, one.counsel_no), ending, made)
            _office_is_known(cursor, one, made)


def _office_is_known(cursor: Any, kept: Kept, made: Made) -> None:
    done = tasks.Ending(tasks.Outcome.DONE, made.actor)
    wanted = {"counsel": kept.counsel_no, "wants": "office"}
    for one in tasks.of_member(cursor, kept.member_id):
        if one.plan.facts == wanted:
            tasks.end(cursor, kept.member_id, one.task_id, done, made.booked_at)


def _checked(notice: Notice, made: Made) -> Notice:
    if notice.sender is Sender.MEMBER:
        return notice
    office, name, number = notice.office.strip(), notice.name.strip(), notice.registration.strip()
    if not office or notice.received_on > _today(made):
        raise InputError(Fault("LGL-001"))
    if notice.sender is Sender.COURT:
        if not notice.case_ref.strip() or notice.proceeding is Proceeding.OUT_OF_COURT:
            raise InputError(Fault("LGL-002"))
        name = number = ""
    elif not name or not (
        _LAWYER.fullmatch(number) if notice.sender is Sender.LAWYER else _HAS_DIGIT.search(number)
    ):
        raise InputError(Fault("LGL-003", excerpt=number))
    if not _PHONE.fullmatch(notice.phone):
        raise InputError(Fault("LGL-004", excerpt=notice.phone))
    return replace(
        notice, office=office, name=name, registration=number, case_ref=notice.case_ref.strip()
    )


def _today(made: Made) -> date:
    """Papers come by the calendar: between midnight and the close the book is a day behind."""
    return made.booked_at.astimezone(JAPAN).date()


def _scope(notice: Notice, open_now: Sequence[int]) -> tuple[int, ...]:
    if not open_now or not set(notice.agreements) <= set(open_now):
        raise InputError(Fault("LGL-005"))
    return tuple(sorted(set(notice.agreements) or open_now))


def _insert(cursor: Any, member_id: int, notice: Notice, made: Made) -> int:
    cursor.execute(
        "INSERT INTO care_counsel (member_id, sender, proceeding, office, name, registration,"
        " phone, case_ref, road, received_on, agreements, document_ref, source, actor, noted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING counsel_no",
        (
            member_id, notice.sender.value, notice.proceeding.value, notice.office, notice.name,
            notice.registration, notice.phone, notice.case_ref, notice.road.value,
            notice.received_on, list(notice.agreements), notice.document_ref, made.external_ref,
            made.actor, made.booked_at,
        ),
    )  # fmt: skip
    return int(cursor.fetchone()[0])


def _end_tasks(cursor: Any, member_id: int, made: Made) -> int:
    """What would have somebody called or written to; a moment the member named stays."""
    ending = tasks.Ending(tasks.Outcome.WITHDRAWN, made.actor)
    found = [
        one for one in tasks.of_member(cursor, member_id)
        if one.plan.kind is not tasks.Kind.CONSULTATION and one.plan.purpose in _CALLING
    ]  # fmt: skip
    for one in found:
        tasks.end(cursor, member_id, one.task_id, ending, made.booked_at)
    return len(found)


def _tell(cursor: Any, member_id: int, kind: str, made: Made, number: int) -> None:
    subject: dict[str, int | str] = {"counsel": number}
    journal.write(cursor, [Happening(member_id, kind, made.actor, made.booked_at, subject)])


# ------------------------------------------------------------------------------------ it ends
def end(cursor: Any, member_id: int, counsel_no: int, ending: Ending, made: Made) -> Kept:
    """A notice holds no more; the stop goes once no other one names the claim [受任の終了].

    Lock      the member's agreements.
    Raises    InputError without words or for a day that cannot be; NotFoundError if there is none;
              StateConflict if it ended.
    """
    words = ending.words.strip()
    if not 0 < len(words) <= LONGEST_WORDS:
        raise InputError(Fault("LGL-006", details={"most": str(LONGEST_WORDS)}))
    kept = one(cursor, member_id, counsel_no)
    if not kept.notice.received_on <= ending.on <= _today(made):
        raise InputError(Fault("LGL-007", details={"from": str(kept.notice.received_on)}))
    commands.lock(cursor, Key(member_id, kept.notice.agreements[0]))  # all of the member's
    _write_end(cursor, (member_id, counsel_no), replace(ending, words=words), made)
    still = {number for one in standing(cursor, member_id) for number in one.notice.agreements}
    for agreement_id in kept.notice.agreements:
        if agreement_id not in still:
            commands.lift(cursor, Key(member_id, agreement_id), Stop.COUNSEL, made)
    _tell(cursor, member_id, "counsel_ended", made, counsel_no)
    return one(cursor, member_id, counsel_no)


def _write_end(cursor: Any, key: tuple[int, int], ending: Ending, made: Made) -> None:
    cursor.execute(
        "UPDATE care_counsel SET ended_on = %s, end_reason = %s, end_words = %s, ended_by = %s,"
        " ended_at = %s WHERE member_id = %s AND counsel_no = %s AND ended_at IS NULL",
        (ending.on, ending.reason.value, ending.words, made.actor, made.booked_at, *key),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("LGL-008"))


# ------------------------------------------------------------------------------------ reading
_SELECT = (
    "SELECT member_id, counsel_no, sender, proceeding, office, name, registration, phone, case_ref,"
    " road, received_on, agreements, document_ref, noted_at, actor, ended_on, end_reason,"
    " end_words, ended_by FROM care_counsel"
)


def one(cursor: Any, member_id: int, counsel_no: int) -> Kept:
    """A notice of a member [受任通知の参照].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND counsel_no = %s", (member_id, counsel_no))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("LGL-009"))
    return _kept(row)


def of_member(cursor: Any, member_id: int) -> list[Kept]:
    """Every notice of a member, the newest first [受任通知の一覧]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY counsel_no DESC", (member_id,))
    return [_kept(row) for row in cursor.fetchall()]


def standing(cursor: Any, member_id: int) -> list[Kept]:
    """Notices that hold now [有効な受任通知]."""
    return [one for one in of_member(cursor, member_id) if one.ended is None]


def _of_source(cursor: Any, member_id: int, source: str) -> Kept | None:
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, source))
    row = cursor.fetchone()
    return None if row is None else _kept(row)


def _kept(row: tuple[Any, ...]) -> Kept:
    member_id, number, sender, proceeding, office, name, registration, phone, case_ref = row[:9]
    road, received_on, agreements, document_ref, noted_at, actor = row[9:15]
    ended_on, end_reason, end_words, ended_by = row[15:]
    notice = Notice(
        Sender(sender), Proceeding(proceeding), office, name, registration, phone, case_ref,
        Road(road), received_on, tuple(agreements), document_ref,
    )  # fmt: skip
    ended = None if ended_on is None else Ending(Reason(end_reason), ended_on, end_words)
    return Kept(int(member_id), int(number), notice, noted_at, actor, ended, ended_by)
