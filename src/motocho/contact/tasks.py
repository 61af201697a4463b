"""Tasks: why a member is to be reached, or answered [連絡の業務].

Care and the desk put them down, once for each source; the guard reads the moment that a member
named in one, and nothing about arrears goes out before it. A task holds references, never words of
a member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.contact.guard import JAPAN, Purpose
from motocho.contact.holds import Source, lock
from motocho.units.errors import Fault, StateConflict


class Kind(Enum):
    """What is to be done [業務の種類]."""

    CALL = "call"
    """We want to call the member [架電]."""
    CONSULTATION = "consultation"
    """The member named a moment to be called at [返済相談]."""
    REPLY = "reply"
    """The member wrote, and waits for an answer [回答]."""
    CALL_BACK = "call_back"
    """The member named a moment to be called at, without a consultation [折返し]."""
    FOLLOW_UP = "follow_up"
    """A call left something for the staff to do [後処理]."""


class Outcome(Enum):
    """How a task ended [業務の結果]."""

    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, for what purpose, when [業務の内容]; facts are ids and days."""

    kind: Kind
    purpose: Purpose | None = None
    """Of a call: fixed before anything is dialled."""
    planned_at: datetime | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """A task that is open [未了の業務]."""

    member_id: int
    task_id: int
    plan: Plan
    source: str
    put_at: datetime


def put(cursor: Any, member_id: int, plan: Plan, source: Source, at: datetime) -> int:
    """Put a task down, once for its source [業務の登録]; gives its number.

    Lock      the member's contacts, so that no permit is given beside it.
    """
    return put_all(cursor, [New(member_id, plan, source)], at)[0]


class New(NamedTuple):
    """A task to put down [登録する業務]."""

    member_id: int
    plan: Plan
    source: Source


_PUT = """
INSERT INTO contact_task (member_id, kind, purpose, planned_at, facts, source, actor, put_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[],
    %s::text[], %s::text[], %s::timestamptz[])
ON CONFLICT (member_id, source, kind) DO NOTHING
"""
_NUMBERS = """
SELECT member_id, source, kind, task_id
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS k (member_id, source, kind)
JOIN contact_task USING (member_id, source, kind)
"""


def put_all(cursor: Any, many: Sequence[New], at: datetime) -> list[int]:
    """The same for many at once [業務の一括登録]: their numbers, in the order given.

    Lock      the members' contacts, in the order of the members.
    """
    if not many:
        return []
    for member_id in sorted({one.member_id for one in many}):
        lock(cursor, member_id)
    members = [one.member_id for one in many]
    kinds = [one.plan.kind.value for one in many]
    refs = [one.source.ref for one in many]
    cursor.execute(
        _PUT,
        (
            members,
            kinds,
            [None if one.plan.purpose is None else one.plan.purpose.value for one in many],
            [one.plan.planned_at for one in many],
            [orjson.dumps(dict(one.plan.facts)).decode() for one in many],
            refs,
            [one.source.actor for one in many],
            [at] * len(many),
        ),
    )
    cursor.execute(_NUMBERS, (members, refs, kinds))
    found = {tuple(row[:3]): int(row[3]) for row in cursor.fetchall()}
    return [found[key] for key in zip(members, refs, kinds, strict=True)]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a task ended, and by whose hand [業務の終了]."""

    outcome: Outcome
    actor: str


def end(cursor: Any, member_id: int, task_id: int, ending: Ending, at: datetime) -> None:
    """Say that a task is done, or not wanted any more [業務の終了].

    Lock      the member's contacts.
    Raises    StateConflict if it is not open.
    """
    lock(cursor, member_id)
    cursor.execute(
        "UPDATE contact_task SET ended_at = %s, ended_by = %s, outcome = %s"
        " WHERE member_id = %s AND task_id = %s AND ended_at IS NULL",
        (at, ending.actor, ending.outcome.value, member_id, task_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("CON-018"))


_SELECT = (
    "SELECT member_id, task_id, kind, purpose, planned_at, facts::text, source, put_at"
    " FROM contact_task WHERE ended_at IS NULL"
)


def of_member(cursor: Any, member_id: int) -> list[Task]:
    """A member's open tasks, the one that is planned first before the others [会員の業務]."""
    cursor.execute(f"{_SELECT} AND member_id = %s ORDER BY planned_at, task_id", (member_id,))
    return [_task(row) for row in cursor.fetchall()]


def waiting(cursor: Any, kinds: Sequence[Kind] = tuple(Kind), most: int = 100) -> list[Task]:
    """Open tasks of all members, for the staff: planned ones first, then the oldest [業務]."""
    cursor.execute(
        f"{_SELECT} AND kind = ANY(%s) ORDER BY planned_at NULLS LAST, put_at LIMIT %s",
        ([kind.value for kind in kinds], most),
    )
    return [_task(row) for row in cursor.fetchall()]


def until(cursor: Any, last_at: datetime) -> list[Task]:
    """Everything that is open and planned until a moment, or for no moment [期限までの業務]."""
    cursor.execute(
        f"{_SELECT} AND (planned_at <= %s OR planned_at IS NULL) ORDER BY planned_at, task_id",
        (last_at,),
    )
    return [_task(row) for row in cursor.fetchall()]


class Asked(NamedTuple):
    """What a member asked us for, and waits for [本人の依頼]."""

    named_at: datetime | None
    """The next moment at which the member asked to be spoken to · COLL-003."""
    agreed_on: date | None
    """The day of the last such moment that has come · VULN-002."""
    is_consulting: bool
    is_asked_for: bool
    """A call of ours, or an answer, is awaited · COLL-018."""


NAMED = (Kind.CONSULTATION, Kind.CALL_BACK)
"""What has a moment that the member named [本人が指定した時刻]."""
WAITING = tuple(one for one in Kind if one not in (Kind.CALL, Kind.FOLLOW_UP))
"""What a member waits for [本人が待つもの]; a call of ours only where it was asked for."""


def asked(cursor: Any, member_id: int, at: datetime) -> Asked:
    """What a member waits for, at a moment [本人の依頼]."""
    named, waited = ([kind.value for kind in kinds] for kinds in (NAMED, WAITING))
    cursor.execute(
        "SELECT min(planned_at) FILTER (WHERE kind = ANY(%s) AND planned_at > %s),"
        " max(planned_at) FILTER (WHERE kind = ANY(%s) AND planned_at <= %s),"
        " count(*) FILTER (WHERE kind = 'consultation') > 0,"
        " count(*) FILTER (WHERE kind = ANY(%s) OR purpose = 'asked_for') > 0"
        " FROM contact_task WHERE member_id = %s AND ended_at IS NULL",
        (named, at, named, at, waited, member_id),
    )
    named_at, passed_at, is_consulting, is_asked_for = cursor.fetchone()
    agreed_on = None if passed_at is None else passed_at.astimezone(JAPAN).date()
    return Asked(named_at, agreed_on, is_consulting, is_asked_for)


def _task(row: tuple[Any, ...]) -> Task:
    member_id, task_id, kind, purpose, planned_at, facts, source, put_at = row
    plan = Plan(
        Kind(kind), None if purpose is None else Purpose(purpose), planned_at, orjson.loads(facts)
    )
    return Task(int(member_id), int(task_id), plan, source, put_at)
