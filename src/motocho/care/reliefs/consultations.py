"""Consultations about repayment: hours to choose from, booked, cancelled, held [返済相談].

A booking names a moment: until then nobody calls about arrears, and for thirty days after it nobody
is invited to borrow (VULN-002). Hours are those of the desk that answers; a few members share one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact import holds, tasks
from motocho.contact.directory import Hours
from motocho.contact.guard import HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, NotFoundError, RefusedError

STEP = timedelta(minutes=30)
"""How far the hours that can be chosen lie apart, and how long one lasts at least."""
SOONEST = timedelta(hours=2)
DAYS_AHEAD = 14
MOST_AT_ONCE = 4
"""How many members may be called at one hour."""
DAYS_OFFERED = 5


class Topic(Enum):
    """What it is about [相談の内容]: chosen, so that nobody need explain twice."""

    LATE = "late"
    LESS = "less"
    INCOME = "income"
    DEBTS = "debts"
    OTHER = "other"


class Outcome(Enum):
    """How it ended [相談の結果]."""

    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Consultation:
    """A consultation that is booked [予約中の相談]."""

    member_id: int
    consultation_id: int
    topic: Topic
    booked_for: datetime
    task_id: int
    booked_at: datetime


IsBusinessDay = Callable[[date], bool]


def hours_to_choose(
    hours: Hours, at: datetime, is_business_day: IsBusinessDay, taken: frozenset[datetime]
) -> list[datetime]:
    """Moments at which a consultation may begin, of the next days that have any; pure [空き時間].

    Takes     the hours of the desk, and the moments that are full.
    """
    found: list[datetime] = []
    days: set[date] = set()
    for moment in _moments(at):
        ends = moment + STEP - timedelta(minutes=1)
        is_open = hours.covers(moment, is_business_day) and hours.covers(ends, is_business_day)
        if not is_open or moment in taken:
            continue
        if moment.date() not in days and len(days) == DAYS_OFFERED:
            break
        days.add(moment.date())
        found.append(moment)
    return found


def _moments(at: datetime) -> Iterator[datetime]:
    """Every half hour from soon on, in Japan."""
    here = (at + SOONEST).astimezone(JAPAN)
    first = here.replace(minute=0, second=0, microsecond=0)
    last = here + timedelta(days=DAYS_AHEAD)
    while first < last:
        if first >= here:
            yield first
        first += STEP


def full_hours(cursor: Any, at: datetime) -> frozenset[datetime]:
    """Moments to come that no more members fit into [満席の時間]."""
    cursor.execute(
        "SELECT booked_for FROM care_consultation WHERE booked_for > %s"
        " AND outcome IS DISTINCT FROM 'cancelled' GROUP BY booked_for HAVING count(*) >= %s",
        (at, MOST_AT_ONCE),
    )
    return frozenset(moment.astimezone(JAPAN) for (moment,) in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be booked [予約の内容]: a topic, and one of the hours that were offered."""

    topic: Topic
    booked_for: datetime
    offered: Sequence[datetime]


def book(cursor: Any, member_id: int, wanted: Wanted, source: Source, at: datetime) -> Consultation:
    """Book a consultation, once for each form [返済相談の予約] · VULN-002, COLL-003.

    Lock      the hours of all consultations; the member's contacts.
    Raises    RefusedError for an hour that is not offered, or full by now, or while another
              consultation is booked.
    """
    _lock_hours(cursor)
    known = _of_source(cursor, member_id, source.ref)
    if known is not None:
        return known
    if booked(cursor, member_id, at) is not None:
        raise RefusedError(Fault("CAR-021"))
    if wanted.booked_for not in wanted.offered or wanted.booked_for in full_hours(cursor, at):
        raise RefusedError(Fault("CAR-020"))
    _end_passed(cursor, member_id, at)
    wish = Wish(HoldKind.CONSULTATION, wanted.booked_for.astimezone(JAPAN).date())
    holds.put(cursor, member_id, wish, source, at)
    facts = {"topic": wanted.topic.value}
    plan = tasks.Plan(tasks.Kind.CONSULTATION, Purpose.ASKED_FOR, wanted.booked_for, facts)
    task_id = tasks.put(cursor, member_id, plan, source, at)
    cursor.execute(
        "INSERT INTO care_consultation (member_id, topic, booked_for, task_id, source, booked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING consultation_id",
        (member_id, wanted.topic.value, wanted.booked_for, task_id, source.ref, at),
    )
    number = int(cursor.fetchone()[0])
    subject = {"consultation": number, "topic": wanted.topic.value}
    journal.write(cursor, [Happening(member_id, "consultation_booked", source.actor, at, subject)])
    return Consultation(member_id, number, wanted.topic, wanted.booked_for, task_id, at)


def _lock_hours(cursor: Any) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('motocho consultations'))")


def booked(cursor: Any, member_id: int, at: datetime) -> Consultation | None:
    """The consultation that is still to come, if one is [予約中の相談]."""
    cursor.execute(f"{_SELECT} AND ended_at IS NULL AND booked_for > %s", (member_id, at))
    return _consultation(cursor.fetchone())


def cancel(cursor: Any, member_id: int, source: Source, at: datetime) -> None:
    """The member does not want it any more [相談の取消し]; the rest from offers stays.

    Raises    NotFoundError if none is booked.
    """
    holds.lock(cursor, member_id)
    found = booked(cursor, member_id, at)
    if found is None:
        raise NotFoundError(Fault("CAR-022"))
    end(cursor, found, Outcome.CANCELLED, source, at)


def end(cursor: Any, found: Consultation, outcome: Outcome, source: Source, at: datetime) -> None:
    """A consultation was held, missed or cancelled; its task ends with it [相談の終了].

    Said again, it changes nothing.
    """
    cursor.execute(
        "UPDATE care_consultation SET ended_at = %s, outcome = %s"
        " WHERE member_id = %s AND consultation_id = %s AND ended_at IS NULL",
        (at, outcome.value, found.member_id, found.consultation_id),
    )
    if cursor.rowcount == 0:
        return
    is_cancelled = outcome is Outcome.CANCELLED
    ended = tasks.Outcome.WITHDRAWN if is_cancelled else tasks.Outcome.DONE
    open_tasks = {one.task_id for one in tasks.of_member(cursor, found.member_id)}
    if found.task_id in open_tasks:
        ending = tasks.Ending(ended, source.actor)
        tasks.end(cursor, found.member_id, found.task_id, ending, at)
    subject = {"consultation": found.consultation_id, "outcome": outcome.value}
    happening = Happening(found.member_id, "consultation_ended", source.actor, at, subject)
    journal.write(cursor, [happening])


class During(NamedTuple):
    """A call for a consultation [相談の電話]: when it began, and when it ended."""

    began_at: datetime
    at: datetime


def settle(cursor: Any, member_id: int, outcome: Outcome, source: Source, during: During) -> None:
    """A call for it ended so [相談の電話の終了]; what somebody ended meanwhile stays as it is.

    An hour that was booked since the call began is no part of it.

    Lock      the hours of all consultations; the member's contacts.
    """
    began_at, at = during
    _lock_hours(cursor)
    holds.lock(cursor, member_id)
    found = due(cursor, member_id, began_at)
    if found is not None:
        end(cursor, found, outcome, source, at)


def last_topic(cursor: Any, member_id: int) -> Topic:
    """What the last one was about [直近の相談の内容]."""
    cursor.execute(
        "SELECT topic FROM care_consultation WHERE member_id = %s"
        " ORDER BY consultation_id DESC LIMIT 1",
        (member_id,),
    )
    return Topic(cursor.fetchone()[0])


CALL_FROM = timedelta(minutes=10)
"""So long before its hour a member may be called; a permit lasts as long."""


def due(cursor: Any, member_id: int, at: datetime) -> Consultation | None:
    """The one whose hour has come and that did not end yet [時刻になった相談]; None if none is."""
    cursor.execute(f"{_SELECT} AND ended_at IS NULL", (member_id,))
    found = _consultation(cursor.fetchone())
    return found if found is not None and is_now(found, at) else None


def is_now(found: Consultation, at: datetime) -> bool:
    """Whether its hour has come, so that the member may be called for it [相談の時刻]."""
    return at >= found.booked_for - CALL_FROM


def _end_passed(cursor: Any, member_id: int, at: datetime) -> None:
    """One whose hour passed without a word is missed, so that another can be booked."""
    cursor.execute(f"{_SELECT} AND ended_at IS NULL AND booked_for <= %s", (member_id, at))
    found = _consultation(cursor.fetchone())
    if found is not None:
        end(cursor, found, Outcome.MISSED, Source("system", "passed"), at)


_ALL = (
    "SELECT member_id, consultation_id, topic, booked_for, task_id, booked_at"
    " FROM care_consultation"
)
_SELECT = f"{_ALL} WHERE member_id = %s"


def open_one(cursor: Any, member_id: int, consultation_id: int) -> Consultation | None:
    """One that did not end yet, its hour past or to come [未了の相談]; None if there is none."""
    cursor.execute(
        f"{_SELECT} AND consultation_id = %s AND ended_at IS NULL", (member_id, consultation_id)
    )
    return _consultation(cursor.fetchone())


def waiting(cursor: Any, most: int = 100) -> list[Consultation]:
    """What did not end yet, for the staff, the earliest hour first [相談の一覧]."""
    cursor.execute(f"{_ALL} WHERE ended_at IS NULL ORDER BY booked_for LIMIT %s", (most,))
    return [_known(row) for row in cursor.fetchall()]


def count_waiting(cursor: Any) -> int:
    """How many did not end yet [待っている件数]."""
    cursor.execute("SELECT count(*) FROM care_consultation WHERE ended_at IS NULL")
    return int(cursor.fetchone()[0])


def _of_source(cursor: Any, member_id: int, ref: str) -> Consultation | None:
    cursor.execute(f"{_SELECT} AND source = %s", (member_id, ref))
    return _consultation(cursor.fetchone())


def _consultation(row: tuple[Any, ...] | None) -> Consultation | None:
    return None if row is None else _known(row)


def _known(row: tuple[Any, ...]) -> Consultation:
    member_id, number, topic, booked_for, task_id, booked_at = row
    return Consultation(
        int(member_id), int(number), Topic(topic), booked_for, int(task_id), booked_at
    )
