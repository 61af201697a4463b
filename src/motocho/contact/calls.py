"""Calls of ours to a member, what came of them, and the next that is planned [当社からの電話].

A call is an attempt that the gate permitted; who made it writes the result down, once. What a
member reads is this and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact import gate, guard, holds, tasks
from motocho.contact.guard import Channel, Hindrance, Purpose
from motocho.contact.holds import Source
from motocho.units.errors import Fault, StateConflict


class Result(Enum):
    """What came of a call [通話の結果]."""

    SPOKEN = "spoken"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MESSAGE_LEFT = "message_left"
    """A message that says nothing of a debt."""
    WRONG_PERSON = "wrong_person"
    NOT_CALLED = "not_called"
    """It was permitted, and then not made."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call [通話]; the result is None until somebody writes it down."""

    attempt_id: int
    our_number: str
    purpose: Purpose
    called_at: datetime
    result: Result | None


def note(cursor: Any, permit: gate.Permit, result: Result, source: Source, at: datetime) -> None:
    """Write down what came of a call [通話の結果の記録].

    Raises    StateConflict if there was no such call, or its result is known.
    """
    holds.lock(cursor, permit.member_id)
    cursor.execute(
        "INSERT INTO contact_call_result (member_id, attempt_id, result, actor, noted_at)"
        " SELECT member_id, attempt_id, %s, %s, %s FROM contact_attempt"
        " WHERE member_id = %s AND attempt_id = %s AND channel = 'phone'"
        " AND valid_until IS NOT NULL ON CONFLICT DO NOTHING",
        (result.value, source.actor, at, permit.member_id, permit.permit_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("CON-017"))


def of_member(cursor: Any, member_id: int, most: int = 50) -> list[Call]:
    """Calls that were made to a member, the newest first [会員への電話の一覧].

    At home and at work; whom else we called for the member is told on request, not here.
    """
    cursor.execute(
        "SELECT attempt_id, our_number, purpose, asked_at, result FROM contact_attempt"
        " LEFT JOIN contact_call_result USING (member_id, attempt_id)"
        " WHERE member_id = %s AND channel = 'phone' AND valid_until IS NOT NULL"
        " AND whom IN ('own', 'workplace') AND result IS DISTINCT FROM 'not_called'"
        " ORDER BY asked_at DESC, attempt_id DESC LIMIT %s",
        (member_id, most),
    )
    return [
        Call(int(number), our, Purpose(purpose), at, None if result is None else Result(result))
        for number, our, purpose, at, result in cursor.fetchall()
    ]


class Tried(NamedTuple):
    """A call that was made, and whether the member was spoken to [通話の試み]."""

    at: datetime
    is_reached: bool


_TRIED = (
    "SELECT a.member_id, a.asked_at, coalesce(r.result = 'spoken', false)"
    " FROM unnest(%s::bigint[]) AS k (member_id) JOIN contact_attempt a USING (member_id)"
    " LEFT JOIN contact_call_result r USING (member_id, attempt_id)"
    " WHERE a.channel = 'phone' AND a.valid_until IS NOT NULL AND a.whom = 'own'"
    " AND a.asked_at >= %s AND a.asked_at <= %s AND r.result IS DISTINCT FROM 'not_called'"
    " ORDER BY a.member_id, a.asked_at"
)


def tried(
    cursor: Any, members: Collection[int], since: datetime, at: datetime
) -> dict[int, list[Tried]]:
    """Calls that were made to many members, the oldest first [会員ごとの通話の試み]."""
    cursor.execute(_TRIED, (sorted(members), since, at))
    found: defaultdict[int, list[Tried]] = defaultdict(list)
    for member_id, asked_at, is_reached in cursor.fetchall():
        found[member_id].append(Tried(asked_at, is_reached))
    return dict(found)


def tried_since(cursor: Any, since: datetime, at: datetime) -> dict[int, Tried]:
    """The last call to everybody who was called since a moment [直近の通話]; reached if once."""
    cursor.execute(
        "SELECT a.member_id, max(a.asked_at), bool_or(coalesce(r.result = 'spoken', false))"
        " FROM contact_attempt a LEFT JOIN contact_call_result r USING (member_id, attempt_id)"
        " WHERE a.channel = 'phone' AND a.valid_until IS NOT NULL AND a.whom = 'own'"
        " AND a.asked_at >= %s AND a.asked_at <= %s AND r.result IS DISTINCT FROM 'not_called'"
        " GROUP BY 1",
        (since, at),
    )
    return {member_id: Tried(last_at, was) for member_id, last_at, was in cursor.fetchall()}


class Made(NamedTuple):
    """Calls of a stretch of time [架電の件数]."""

    tries: int
    reached: int
    about_arrears: int


def made_since(cursor: Any, since: datetime, at: datetime) -> dict[str, Made]:
    """Calls that were made since a moment, by who made them [担当別の架電件数]."""
    cursor.execute(
        "SELECT a.actor, count(*), count(*) FILTER (WHERE r.result = 'spoken'),"
        " count(*) FILTER (WHERE a.purpose = 'arrears')"
        " FROM contact_attempt a LEFT JOIN contact_call_result r USING (member_id, attempt_id)"
        " WHERE a.channel = 'phone' AND a.valid_until IS NOT NULL"
        " AND a.asked_at >= %s AND a.asked_at <= %s AND r.result IS DISTINCT FROM 'not_called'"
        " GROUP BY 1 ORDER BY 1",
        (since, at),
    )
    return {actor: Made(*counts) for actor, *counts in cursor.fetchall()}


ENOUGH_CALLS = 20_000
"""So many calls say how often each hour reaches somebody: of more, an even part is looked at."""


def rates(cursor: Any, since: datetime, at: datetime) -> dict[tuple[bool, int], tuple[int, int]]:
    """Calls of each hour of weekdays and of weekends, and those that reached [時間帯別の実績].

    Over everybody, where the result is known; of a large house over a part that is spread evenly.
    """
    cursor.execute(
        "SELECT count(*) FROM contact_attempt WHERE channel = 'phone' AND valid_until IS NOT NULL"
        " AND asked_at >= %s AND asked_at <= %s",
        (since, at),
    )
    each = max(1, cursor.fetchone()[0] // ENOUGH_CALLS)
    cursor.execute(
        "SELECT extract(isodow FROM here) > 5, extract(hour FROM here)::integer, count(*),"
        " count(*) FILTER (WHERE result = 'spoken')"
        " FROM (SELECT a.asked_at AT TIME ZONE 'Asia/Tokyo' AS here, r.result"
        " FROM contact_attempt a JOIN contact_call_result r USING (member_id, attempt_id)"
        " WHERE a.channel = 'phone' AND a.valid_until IS NOT NULL AND a.whom = 'own'"
        " AND a.asked_at >= %s AND a.asked_at <= %s AND r.result <> 'not_called'"
        " AND a.attempt_id %% %s = 0) AS made"
        " GROUP BY 1, 2",
        (since, at, each),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Planned:
    """A call that is planned, and why it would not be made then [予定の電話]."""

    task: tasks.Task
    hindrances: tuple[Hindrance, ...]


_NOT_TO_MEMBERS = (None, Purpose.WHEREABOUTS)


def planned(cursor: Any, member_id: int, at: datetime) -> Planned | None:
    """The next call to a member, as the gate would judge it at its moment [次の電話の予定]."""
    ahead = [
        one
        for one in tasks.of_member(cursor, member_id)
        if one.plan.purpose not in _NOT_TO_MEMBERS
        and one.plan.planned_at
        and one.plan.planned_at >= at
    ]
    if not ahead:
        return None
    task = ahead[0]
    purpose, then = task.plan.purpose, task.plan.planned_at
    if purpose is None or then is None:
        return None
    facts = gate.facts_of(cursor, member_id, then)
    return Planned(task, guard.hindrances(facts, purpose, then, Channel.PHONE))


class Refused(NamedTuple):
    """A try that was refused, with every rule against it [拒否された連絡]."""

    attempt_id: int
    channel: Channel
    purpose: Purpose
    actor: str
    asked_at: datetime
    rule_ids: tuple[str, ...]


def refused(cursor: Any, member_id: int, most: int = 50) -> list[Refused]:
    """Tries to reach a member that were refused, the newest first [拒否の一覧]."""
    cursor.execute(
        "SELECT attempt_id, channel, purpose, actor, asked_at, refused_by FROM contact_attempt"
        " WHERE member_id = %s AND valid_until IS NULL ORDER BY attempt_id DESC LIMIT %s",
        (member_id, most),
    )
    return [
        Refused(int(number), Channel(by), Purpose(purpose), actor, at, tuple(rule_ids))
        for number, by, purpose, actor, at, rule_ids in cursor.fetchall()
    ]


def refusals(cursor: Any, begins: datetime, ends: datetime) -> dict[str, int]:
    """How often each rule refused somebody, from a moment to another [規則ごとの拒否の件数]."""
    cursor.execute(
        "SELECT rule_id, count(*) FROM contact_attempt, unnest(refused_by) AS rule_id"
        " WHERE valid_until IS NULL AND asked_at >= %s AND asked_at < %s"
        " GROUP BY rule_id ORDER BY rule_id",
        (begins, ends),
    )
    return {rule_id: int(count) for rule_id, count in cursor.fetchall()}


class Demanded(NamedTuple):
    """How often a member was called about arrears on a day, of three times [1日の督促の回数]."""

    member_id: int
    calls: int
    last_at: datetime


def demanded_on(cursor: Any, on: date, most: int) -> list[Demanded]:
    """Members called about arrears on a day in Japan, the most often first [督促の上限の状況].

    Law       自主規制基本規則69条 · COLL-002.
    """
    cursor.execute(
        "SELECT s.member_id, count(*), max(a.asked_at) FROM contact_call_slot s"
        " JOIN contact_attempt a USING (member_id, attempt_id)"
        " WHERE s.called_on = %s AND NOT s.is_free GROUP BY s.member_id"
        " ORDER BY 2 DESC, 3 DESC LIMIT %s",
        (on, most),
    )
    return [Demanded(int(member), int(count), at) for member, count, at in cursor.fetchall()]


def count_demanded(cursor: Any, on: date) -> dict[int, int]:
    """How many members were called once, twice, three times on a day [督促の回数の内訳]."""
    cursor.execute(
        "SELECT taken, count(*) FROM (SELECT count(*) AS taken FROM contact_call_slot"
        " WHERE called_on = %s AND NOT is_free GROUP BY member_id) AS of_day GROUP BY taken",
        (on,),
    )
    return {int(taken): int(count) for taken, count in cursor.fetchall()}
