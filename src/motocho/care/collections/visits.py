"""Visits about arrears: planned, begun with a permit, logged with their times [訪問].

    planned = visits.plan(cursor, Plan(key, visitors, planned_for, reason), source, at)
    match visits.begin(cursor, planned, staff, at):          the address, through the gate
    visits.log(cursor, planned, Log(...), actor, at)         normal; else it is a violation, kept so

Home only, one or two persons, in the hours of the gate. Who is told to leave leaves: the log has
the moment of the word and that of going. A stay beyond that is no normal log; it is kept as a
violation and a supervisor is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact import gate, guard, holds, tasks
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN
from motocho.people.facts import history
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, StateConflict

MOST_VISITORS = 2
"""Three or more are an example of intimidation [威迫] in the association's rules · COLL-005."""
TIME_TO_GO = timedelta(minutes=5)
"""From the word to the door: house policy; the law says to leave (貸金業法21条1項4号)."""
LONGEST_WORDS = 400


class VisitKey(NamedTuple):
    """A visit's key [訪問の番号]."""

    member_id: int
    visit_no: int


class Met(Enum):
    """Who opened [面会の相手]."""

    OWN = "own"
    NOBODY = "nobody"
    OTHER = "other"
    """Somebody else: nothing of a debt was said (COLL-006)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes when, about which agreement, and why [訪問の計画]; the place is the home."""

    key: Key
    visitors: tuple[int, ...]
    planned_for: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Log:
    """How a visit went [訪問の記録]; `told_to_leave_at` is None where nobody said so."""

    visitors: int
    met: Met
    arrived_at: datetime
    told_to_leave_at: datetime | None
    left_at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it is kept [訪問]."""

    visit_no: int
    plan: Plan
    planned_at: datetime
    cancelled_at: datetime | None
    log: Log | None
    is_violation: bool

    @property
    def is_open(self) -> bool:
        """Whether it is still to come [予定か]."""
        return self.log is None and self.cancelled_at is None


def fault_of(log: Log) -> Refusal | None:
    """Why a log is none of a normal visit; pure [違反の判定] · COLL-001, COLL-005.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 20, 5, 2, tzinfo=UTC)
    >>> fault_of(Log(1, Met.OWN, at, at, at + timedelta(minutes=1)))
    >>> fault_of(Log(1, Met.OWN, at, at, at + timedelta(minutes=38))).rule_id
    'COLL-005'
    """
    if log.visitors > MOST_VISITORS:
        return _refusal("COLL-005", "LGL-041", "貸金業法21条1項", most=str(MOST_VISITORS))
    told_at = log.told_to_leave_at
    if told_at is not None and log.left_at > told_at + TIME_TO_GO:
        times = {"told": _clock(told_at), "left": _clock(log.left_at)}
        return _refusal("COLL-005", "LGL-040", "貸金業法21条1項4号", **times)
    arrived, left = log.arrived_at.astimezone(JAPAN), log.left_at.astimezone(JAPAN)
    closes = guard.hours_of(arrived.date()).until_hour
    midnight = arrived.replace(hour=0, minute=0, second=0, microsecond=0)
    if left > midnight + timedelta(hours=closes):
        return _refusal("COLL-001", "LGL-042", "貸金業法21条1項1号", left=_clock(left))
    return None


def _refusal(rule_id: str, code: str, law: str, **details: str) -> Refusal:
    return Refusal(rule_id, code, tuple(parse_citations(law)), details)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%H:%M}"


# --------------------------------------------------------------------------------- it is planned
def plan(cursor: Any, wanted: Plan, source: Source, at: datetime) -> Visit:
    """Plan a visit to the member's home, once for its form [訪問の計画].

    Lock      the member's contacts.
    Raises    InputError for too many visitors, none, a reason that is missing or a moment that is
              past; RefusedError where the gate would not let it happen then.
    """
    count, words = len(set(wanted.visitors)), wanted.reason.strip()
    if not 0 < count <= MOST_VISITORS or count != len(wanted.visitors):
        raise InputError(Fault("LGL-043", details={"most": str(MOST_VISITORS)}))
    if not 0 < len(words) <= LONGEST_WORDS or wanted.planned_for <= at:
        raise InputError(Fault("LGL-044", details={"most": str(LONGEST_WORDS)}))
    member_id = wanted.key.member_id
    holds.lock(cursor, member_id)
    for known in of_member(cursor, member_id, source.ref):
        return known
    facts = guard.as_on(gate.facts_of(cursor, member_id, at), at, wanted.planned_for)
    found = guard.hindrances(facts, Purpose.ARREARS, wanted.planned_for, Channel.VISIT)
    if found:
        raise RefusedError(found[0].refusal.fault())
    cursor.execute(
        "INSERT INTO care_visit (member_id, agreement_id, visitors, planned_for, reason, source,"
        " actor, planned_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING visit_no",
        (
            *wanted.key, list(wanted.visitors), wanted.planned_for, words, source.ref,
            source.actor, at,
        ),
    )  # fmt: skip
    number = int(cursor.fetchone()[0])
    _tell(cursor, VisitKey(member_id, number), "visit_planned", source.actor, at)
    return one(cursor, member_id, number)


def cancel_all(cursor: Any, member_id: int, actor: str, at: datetime) -> int:
    """Cancel what is planned, as when counsel gives notice [訪問の取りやめ]; gives how many.

    A visit that has begun stays, so that it is logged; its permit is used, and no other is given.

    Lock      the member's contacts.
    """
    holds.lock(cursor, member_id)
    cursor.execute(
        "UPDATE care_visit v SET cancelled_at = %s, cancelled_by = %s WHERE member_id = %s"
        " AND cancelled_at IS NULL AND NOT EXISTS (SELECT FROM care_visit_log l"
        " WHERE l.member_id = v.member_id AND l.visit_no = v.visit_no) AND NOT EXISTS (SELECT"
        " FROM contact_attempt a JOIN contact_use u USING (member_id, attempt_id)"
        " WHERE a.member_id = v.member_id AND a.channel = 'visit'"
        " AND a.cause = 'visit ' || v.visit_no) RETURNING visit_no",
        (at, actor, member_id),
    )
    numbers = [int(row[0]) for row in cursor.fetchall()]
    for number in numbers:
        _tell(cursor, VisitKey(member_id, number), "visit_cancelled", actor, at)
    return len(numbers)


def begin(
    cursor: Any, visit: Visit, actor: str, at: datetime
) -> tuple[Permit, history.Whole] | Closed:
    """Ask the gate at the door's moment, and read the home address once [訪問の開始].

    Raises    StateConflict if it was cancelled or logged; NotFoundError without an address.
    """
    if not visit.is_open:
        raise StateConflict(Fault("LGL-045"))
    cause = f"visit {visit.visit_no}"
    wanted = Wanted(Purpose.ARREARS, cause, actor, way=Channel.VISIT)
    answer = gate.ask(cursor, visit.plan.key.member_id, wanted, at)
    if isinstance(answer, Closed):
        return answer
    address = gate.address(cursor, answer, at)
    if address is None:
        raise NotFoundError(Fault("LGL-046"))
    return answer, address


# ---------------------------------------------------------------------------------- it is logged
def log(cursor: Any, visit: Visit, told: Log, actor: str, at: datetime) -> Visit:
    """Log a visit that kept the rules [訪問の記録] · COLL-005.

    Raises    RefusedError for a stay past the word to leave, three visitors, or the night:
              `log_violation` keeps that; StateConflict without a permit that was used for it.
    Law       貸金業法21条1項4号.
    """
    refusal = fault_of(told)
    if refusal is not None:
        raise RefusedError(refusal.fault())
    return _log(cursor, visit, told, actor, at)


def log_violation(cursor: Any, visit: Visit, told: Log, actor: str, at: datetime) -> Visit:
    """Keep what broke a rule as what it is, and tell a supervisor at once [違反の記録] · COLL-005.

    Raises    InputError for a visit that broke none; StateConflict without a permit for it.
    """
    refusal = fault_of(told)
    if refusal is None:
        raise InputError(Fault("LGL-047"))
    logged = _log(cursor, visit, told, actor, at)
    member_id = visit.plan.key.member_id
    _tell(cursor, VisitKey(member_id, visit.visit_no), "visit_violation", actor, at)
    facts: dict[str, int | str] = {"visit": visit.visit_no, "violation": refusal.rule_id}
    source = Source(actor, f"visit {visit.visit_no} violation")
    tasks.put(cursor, member_id, tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts), source, at)
    return logged


def _log(cursor: Any, visit: Visit, told: Log, actor: str, at: datetime) -> Visit:
    member_id, number = visit.plan.key.member_id, visit.visit_no
    holds.lock(cursor, member_id)
    if one(cursor, member_id, number).log is not None:
        raise StateConflict(Fault("LGL-045"))
    is_late = told.told_to_leave_at is not None and told.told_to_leave_at < told.arrived_at
    if is_late or not told.arrived_at <= told.left_at <= at or len(told.words) > LONGEST_WORDS:
        raise InputError(Fault("LGL-048"))
    cursor.execute(
        "SELECT attempt_id FROM contact_attempt JOIN contact_use USING (member_id, attempt_id)"
        " WHERE member_id = %s AND cause = %s AND channel = 'visit' AND asked_at <= %s"
        " AND valid_until > %s ORDER BY attempt_id DESC LIMIT 1",
        (member_id, f"visit {number}", told.arrived_at, told.arrived_at),
    )
    row = cursor.fetchone()
    if row is None:
        raise StateConflict(Fault("LGL-049"))
    kind = "normal" if fault_of(told) is None else "violation"
    cursor.execute(
        "INSERT INTO care_visit_log (member_id, visit_no, attempt_id, kind, visitors, met,"
        " arrived_at, told_to_leave_at, left_at, words, actor, logged_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            member_id, number, row[0], kind, told.visitors, told.met.value, told.arrived_at,
            told.told_to_leave_at, told.left_at, told.words, actor, at,
        ),
    )  # fmt: skip
    _tell(cursor, VisitKey(member_id, number), "visit_logged", actor, at)
    return one(cursor, member_id, number)


def _tell(cursor: Any, key: VisitKey, kind: str, actor: str, at: datetime) -> None:
    subject: dict[str, int | str] = {"visit": key.visit_no}
    journal.write(cursor, [Happening(key.member_id, kind, actor, at, subject)])


# -------------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT v.member_id, v.agreement_id, v.visit_no, v.visitors, v.planned_for, v.reason,"
    " v.planned_at, v.cancelled_at, l.kind, l.visitors, l.met, l.arrived_at, l.told_to_leave_at,"
    " l.left_at, l.words FROM care_visit v LEFT JOIN care_visit_log l USING (member_id, visit_no)"
)


def one(cursor: Any, member_id: int, visit_no: int) -> Visit:
    """A visit of a member [訪問の参照].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_SELECT} WHERE v.member_id = %s AND v.visit_no = %s", (member_id, visit_no))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("LGL-050"))
    return _visit(row)


def of_member(cursor: Any, member_id: int, source: str = "") -> list[Visit]:
    """Visits of a member, or the one of a form, the newest first [訪問の一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE v.member_id = %s AND (%s = '' OR v.source = %s) ORDER BY v.visit_no DESC",
        (member_id, source, source),
    )
    return [_visit(row) for row in cursor.fetchall()]


def _visit(row: tuple[Any, ...]) -> Visit:
    member_id, agreement_id, number, visitors, planned_for, reason, planned_at = row[:7]
    cancelled_at, kind, persons, met, arrived_at, told_at, left_at, words = row[7:]
    found = None if kind is None else Log(persons, Met(met), arrived_at, told_at, left_at, words)
    planned = Plan(Key(int(member_id), int(agreement_id)), tuple(visitors), planned_for, reason)
    return Visit(int(number), planned, planned_at, cancelled_at, found, kind == "violation")
