"""Scores of applications: asked for, taken in, one named input of a decision [評点].

    carried = scores.carry(cursor, line, at)       each open application is asked about once

A score that comes later asks for another decision; it refuses nobody and lets nobody through.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from motocho.contact.holds import Source
from motocho.outside.bureau import Line
from motocho.outside.clock import JAPAN
from motocho.outside.score import Scored, Wanted, read, write
from motocho.people import members
from motocho.screening.applications.forms import Application, ApplicationKey, tell, waiting
from motocho.screening.decision import Factor, Score

ACTOR = "score"
MOST = 10_000
"""So many applications at most go out in one file."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What went out and came in [評点の受渡し]; `unknown` answers nothing that is open."""

    asked: int
    taken: int
    unknown: int


def carry(cursor: Any, line: Line, at: datetime) -> Carried:
    """Ask for what was not asked for yet, and take in what came [評点の受渡し].

    Raises    OutsideFailure where files do not come or go; FaultyInput for a file with a fault,
              which counts for nothing. Said again, nothing is asked or taken twice.
    """
    taken = unknown = 0
    for name in line.waiting():
        for one in read(line.get(name), name):
            known = _take(cursor, one, name, at)
            taken, unknown = taken + known, unknown + (not known)
        line.done(name)
    return Carried(_ask(cursor, line, at), taken, unknown)


def _ask(cursor: Any, line: Line, at: datetime) -> int:
    cursor.execute("SELECT member_id, application_id FROM screening_score_asked")
    asked = {ApplicationKey(*row) for row in cursor.fetchall()}
    fresh = [one for one in waiting(cursor, MOST) if one.key not in asked]
    if not fresh:
        return 0
    data = write([_wanted(cursor, one, at.astimezone(JAPAN).date()) for one in fresh])
    name = f"score-{hashlib.sha256(data).hexdigest()[:16]}.jsonl"
    for one in fresh:
        cursor.execute(
            "INSERT INTO screening_score_asked (member_id, application_id, file_name, asked_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (*one.key, name, at),
        )
    # Handed over before the end of the transaction: what was not kept is written the same again.
    line.put(name, data)
    return len(fresh)


def _wanted(cursor: Any, one: Application, on: date) -> Wanted:
    born_on = members.one(cursor, one.key.member_id).person.born_on
    age = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    ref = f"S{one.key.member_id}-{one.key.application_id}"
    return Wanted(ref, one.kind.value, one.wanted.limit_yen, age, one.wanted.said.income_yen)


def _take(cursor: Any, scored: Scored, name: str, at: datetime) -> bool:
    key = _open_key(cursor, scored.ref)
    if key is None:
        return False
    factors = [{"name": factor, "points": points} for factor, points in scored.factors]
    ref = f"score {name} {scored.ref}"
    cursor.execute(
        "INSERT INTO screening_score (member_id, application_id, model, points, factors, came_at,"
        " source) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING"
        " RETURNING score_no",
        (*key, scored.model, scored.points, orjson.dumps(factors).decode(), at, ref),
    )
    row = cursor.fetchone()
    if row is not None:
        tell(cursor, key, "application_evidence", Source(ACTOR, ref), at, score=int(row[0]))
    return True


def _open_key(cursor: Any, ref: str) -> ApplicationKey | None:
    member, _, number = ref.removeprefix("S").partition("-")
    if not (ref.startswith("S") and member.isdecimal() and number.isdecimal()):
        return None
    key = ApplicationKey(int(member), int(number))
    cursor.execute(
        "SELECT FROM screening_application a JOIN screening_score_asked s"
        " USING (member_id, application_id) WHERE a.member_id = %s AND a.application_id = %s"
        " AND a.ended_at IS NULL",
        key,
    )
    return None if cursor.fetchone() is None else key


def newest(cursor: Any, key: ApplicationKey) -> Score | None:
    """The score that counts, the newest one [直近の評点]; None where none came."""
    cursor.execute(
        "SELECT score_no, model, points, factors::text FROM screening_score"
        " WHERE member_id = %s AND application_id = %s ORDER BY score_no DESC LIMIT 1",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        return None
    number, model, points, held = row
    factors = tuple(Factor(one["name"], one["points"]) for one in orjson.loads(held))
    return Score(f"score {number}", model, points, factors)
