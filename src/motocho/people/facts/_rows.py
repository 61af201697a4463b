"""Whole values out of the database: each reading is written down there [値の読取り].

For this room alone: `history.values` and `reach` are the doors.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.people.facts.values import Kind, Value, of_document


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, why and when [閲覧者と目的]; the purpose is a case, never free words."""

    actor: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """A fact with its whole value [登録情報の値]."""

    fact_no: int
    kind: Kind
    value: Value
    effective_on: date
    recorded_at: datetime


_READ = (
    "SELECT fact_no, kind, value::text, effective_on, recorded_at"
    " FROM people_read_fact(%s, %s, %s, %s, %s, %s, %s)"
)


def on_day(
    cursor: Any, member_id: int, kinds: Collection[Kind], on: date, reading: Reading
) -> dict[Kind, Whole]:
    """What held on a day, of some kinds; what was taken away is left out."""
    return _read(cursor, (member_id, sorted(one.value for one in kinds), None, on), reading)


def one(
    cursor: Any, member_id: int, kinds: Collection[Kind], fact_no: int, reading: Reading
) -> Whole | None:
    """One fact by its number, if it is of these kinds."""
    names = sorted(one.value for one in kinds)
    found = _read(cursor, (member_id, names, fact_no, reading.at.date()), reading)
    return next(iter(found.values()), None)


def _read(cursor: Any, wanted: tuple[object, ...], reading: Reading) -> dict[Kind, Whole]:
    cursor.execute(_READ, (*wanted, reading.actor, reading.purpose, reading.at))
    found: dict[Kind, Whole] = {}
    for fact_no, name, value, effective_on, recorded_at in cursor.fetchall():
        if value is not None:
            kind = Kind(name)
            decoded = of_document(kind, json.loads(value))
            found[kind] = Whole(fact_no, kind, decoded, effective_on, recorded_at)
    return found
