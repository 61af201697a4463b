"""What the guard looks at, of many members at once [判断の前提の一括取得].

A statement for each kind of fact, however many members are asked for; `gate.facts_of` is the same
of one, and a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from motocho.contact.guard import JAPAN, Agreement, AgreementKind, Facts, Hold, HoldKind, Hours
from motocho.contact.tasks import NAMED, WAITING
from motocho.loans import standing
from motocho.people import consents

_ASKED = "SELECT * FROM unnest(%(members)s::bigint[]) AS k (member_id)"
_HOLDS = f"""
SELECT h.member_id, h.kind, h.told_at, h.last_on, h.from_hour, h.until_hour, h.about
FROM ({_ASKED}) k JOIN contact_hold h USING (member_id)
WHERE h.ended_at IS NULL AND (h.last_on IS NULL OR h.last_on >= %(today)s OR h.kind = 'never')
ORDER BY h.member_id, h.hold_id DESC
"""  # noqa: S608  # our own names
_AGREEMENTS = f"""
SELECT a.member_id, a.kind, a.from_on, a.last_on, a.from_hour, a.until_hour
FROM ({_ASKED}) k JOIN contact_agreement a USING (member_id)
WHERE a.ended_at IS NULL AND a.last_on >= %(today)s ORDER BY a.member_id, a.agreement_id
"""  # noqa: S608  # our own names
_TASKS = f"""
SELECT t.member_id, min(planned_at) FILTER (WHERE kind = ANY(%(named)s) AND planned_at > %(at)s),
    max(planned_at) FILTER (WHERE kind = ANY(%(named)s) AND planned_at <= %(at)s),
    count(*) FILTER (WHERE kind = 'consultation') > 0,
    count(*) FILTER (WHERE kind = ANY(%(waiting)s) OR purpose = 'asked_for') > 0
FROM ({_ASKED}) k JOIN contact_task t USING (member_id) WHERE t.ended_at IS NULL GROUP BY 1
"""  # noqa: S608  # our own names
_SLOTS = f"""
SELECT s.member_id, count(*) FROM ({_ASKED}) k JOIN contact_call_slot s USING (member_id)
WHERE s.called_on = %(today)s AND NOT s.is_free GROUP BY 1
"""  # noqa: S608  # our own names
_DEMANDS = f"""
SELECT a.member_id, max(a.asked_at) FROM ({_ASKED}) k JOIN contact_attempt a USING (member_id)
WHERE a.purpose = 'arrears' AND a.channel IN ('email', 'post', 'sms')
    AND a.valid_until IS NOT NULL AND a.asked_at <= %(at)s GROUP BY 1
"""  # noqa: S608  # our own names


def facts_of_all(cursor: Any, members: Collection[int], at: datetime) -> dict[int, Facts]:
    """What the guard looks at, of each of many members at a moment [判断の前提の一括取得]."""
    today = at.astimezone(JAPAN).date()
    asked: dict[str, Any] = {
        "members": consents.listed(members),
        "today": today,
        "at": at,
        "named": [kind.value for kind in NAMED],
        "waiting": [kind.value for kind in WAITING],
    }
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for member_id, kept in _holds(cursor, asked).items():
        found[member_id]["holds"] = tuple(kept)
    for member_id, agreed in _agreements(cursor, asked).items():
        found[member_id]["agreements"] = tuple(agreed)
    cursor.execute(_TASKS, asked)
    for member_id, named_at, passed_at, is_consulting, is_asked_for in cursor.fetchall():
        found[member_id] |= {
            "named_at": named_at,
            "agreed_on": None if passed_at is None else passed_at.astimezone(JAPAN).date(),
            "is_consulting": is_consulting,
            "is_asked_for": is_asked_for,
        }
    cursor.execute(_SLOTS, asked)
    for member_id, calls in cursor.fetchall():
        found[member_id]["demands_today"] = int(calls)
    cursor.execute(_DEMANDS, asked)
    for member_id, last_at in cursor.fetchall():
        found[member_id]["demanded_on"] = last_at.astimezone(JAPAN).date()
    _of_loans(cursor, members, today, found)
    for member_id in consents.of_all(cursor, members, consents.Kind.CAMPAIGN, at):
        found[member_id]["has_consent"] = True
    return _facts(members, found)


def with_death(kept: tuple[Hold, ...], on: date) -> tuple[Hold, ...]:
    """Holds of a member whose death stands with the loans, that of the death among them [死亡]."""
    if any(one.kind is HoldKind.DECEASED for one in kept):
        return kept
    return (*kept, Hold(HoldKind.DECEASED, on, None))


def _facts(members: Collection[int], found: dict[int, dict[str, Any]]) -> dict[int, Facts]:
    """Facts that are the same are one object: whoever judges many judges each of them once."""
    plain = Facts(is_asked_for=False)
    same: dict[tuple[tuple[str, Any], ...], Facts] = {}
    facts = {}
    for member_id in members:
        known = found.get(member_id)
        if known is None:
            facts[member_id] = plain
            continue
        said = tuple(known.items())
        if said not in same:
            same[said] = replace(plain, **known)
        facts[member_id] = same[said]
    return facts


def _of_loans(
    cursor: Any, members: Collection[int], today: date, found: defaultdict[int, dict[str, Any]]
) -> None:
    stood = standing.binding(cursor, members, today)
    for member_id in stood.overdue:
        found[member_id]["is_overdue"] = True
    for member_id in stood.with_counsel:
        found[member_id]["has_counsel"] = True
    for member_id in stood.dead:
        found[member_id]["holds"] = with_death(found[member_id].get("holds", ()), today)
    for member_id, pay_on in stood.promised.items():
        found[member_id]["promised_on"] = pay_on


def _holds(cursor: Any, asked: dict[str, Any]) -> dict[int, list[Hold]]:
    cursor.execute(_HOLDS, asked)
    found: defaultdict[int, list[Hold]] = defaultdict(list)
    for member_id, kind, told_at, last_on, from_hour, until_hour, about in cursor.fetchall():
        hours = None if from_hour is None else Hours(from_hour, until_hour)
        told_on = told_at.astimezone(JAPAN).date()
        found[member_id].append(Hold(HoldKind(kind), told_on, last_on, hours, about))
    return found


def _agreements(cursor: Any, asked: dict[str, Any]) -> dict[int, list[Agreement]]:
    cursor.execute(_AGREEMENTS, asked)
    found: defaultdict[int, list[Agreement]] = defaultdict(list)
    for member_id, kind, from_on, last_on, from_hour, until_hour in cursor.fetchall():
        hours = Hours(from_hour, until_hour)
        found[member_id].append(Agreement(AgreementKind(kind), from_on, last_on, hours))
    return found
