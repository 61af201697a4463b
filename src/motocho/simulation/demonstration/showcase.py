"""The book of the demonstration: filled once, known again, and one member of it to be shown [実演].

Its last day is yesterday, so that last night's close can run on it; on later days it only closes
the days since. Nothing of a real book is touched: numbers, products and days tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from django.db import connection

from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.queries import Explanation, Position, StatementRow
from motocho.loans.standing import PLACES
from motocho.people import members
from motocho.people.members import Member
from motocho.simulation import run, world
from motocho.simulation.demonstration import ready
from motocho.simulation.run import Lived, Watch
from motocho.simulation.world import Plan
from motocho.units.errors import Fault, NotFoundError

SEED = 7
_ONLY_AT_THE_END = Watch(touched=10**6, everything=10**6, proof=10**6)
_ROWS_SHOWN = 12


class Condition(Enum):
    """Whose book a database holds [帳簿の状態]."""

    EMPTY = "empty"
    OURS = "ours"
    UNFINISHED = "unfinished"
    """Ours, and its filling was cut off."""
    ANOTHER = "another"


def plan(members_wanted: int, years: int, today: date) -> Plan:
    """A demonstration that ends yesterday [実演の計画].

    >>> plan(300, 3, date(2028, 2, 29)).begins_on.isoformat()
    '2025-02-28'
    """
    year = today.year - years
    leaps = (today.month, today.day) == (2, 29)
    begins_on = date(year, 2, 28) if leaps else today.replace(year=year)
    return Plan(SEED, members_wanted, begins_on, years)


def condition(cursor: Any, wanted: Plan) -> Condition:
    """Whether the book is the demonstration's, and whole [帳簿の確認].

    A book is ours if it holds no product but the world's, and no member but the world's, those made
    ready, and whoever applied on its site since.
    """
    cursor.execute("SELECT DISTINCT product_id FROM loan_product")
    sold = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT member_number, EXISTS (SELECT FROM screening_application a"
        " WHERE a.member_id = m.member_id) FROM people_member m"
    )
    applied = dict(cursor.fetchall())
    cursor.execute("SELECT min(sealed_on), max(sealed_on) FROM ledger_seal")
    first_on, last_on = cursor.fetchone()
    if not sold and not applied:
        return Condition.EMPTY
    ours = world.make(wanted)
    known = {borrower.number for borrower in ours.borrowers}
    known |= {one.member_number for one in ready.READY}
    offered = {product.product_id for product in (*ours.products, ready.PRODUCT)}
    strangers = {number for number, has_applied in applied.items() if not has_applied} - known
    if not sold <= offered or strangers:
        return Condition.ANOTHER
    whole = first_on is not None and last_on >= _until(wanted, first_on)
    return Condition.OURS if whole else Condition.UNFINISHED


def _until(wanted: Plan, begins_on: date) -> date:
    return Plan(SEED, wanted.members, begins_on, wanted.years).ends_on


def fill(wanted: Plan, seals: Path, told: Callable[[int], None]) -> Lived:
    """Fill an empty book, and check all of it at the end [帳簿の作成].

    Why       a filling that was cut off is begun anew, so no row of it need wait for the disk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    lived = run.live(world.make(wanted), seals, _ONLY_AT_THE_END, told=told)
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    return lived


@dataclass(frozen=True, slots=True)
class Book:
    """A book in numbers [帳簿の概要]."""

    begins_on: date
    ends_on: date
    members: int
    agreements: int
    events: int
    principal_yen: int


def book(cursor: Any) -> Book:
    """What the book holds [帳簿の概要]."""
    cursor.execute(
        "SELECT (SELECT min(sealed_on) FROM ledger_seal), (SELECT max(sealed_on) FROM ledger_seal),"
        " (SELECT count(*) FROM people_member), (SELECT count(*) FROM loan_agreement),"
        " (SELECT count(*) FROM loan_event),"
        " (SELECT coalesce(sum(principal_yen), 0)::bigint FROM loan_agreement)"
    )
    return Book(*cursor.fetchone())


_EXAMPLE = f"""
SELECT m.member_number, a.agreement_id FROM loan_agreement a
JOIN people_member m USING (member_id)
JOIN loan_event e USING (member_id, agreement_id)
WHERE a.status = 'open' AND a.principal_yen >= 50000 AND (a.state->>{PLACES["late_since"]}) IS NULL
GROUP BY m.member_number, a.member_id, a.agreement_id
HAVING count(*) FILTER (WHERE e.kind = 'waiver') = 0
ORDER BY (count(*) BETWEEN 30 AND 90) DESC, count(DISTINCT e.kind) DESC, a.member_id,
    a.agreement_id
LIMIT 1
"""  # noqa: S608  # our own numbers


@dataclass(frozen=True, slots=True)
class Example:
    """One member's agreement, as it stands and as it came to be [会員の例]."""

    member: Member
    key: Key
    position: Position
    rows: tuple[StatementRow, ...]
    """The last ones."""
    rows_in_all: int
    explanation: Explanation | None
    """Of the last receipt."""


def example(cursor: Any, on: date) -> Example:
    """An agreement of which much can be seen: still owed, with a history of many kinds [会員の例].

    Raises    NotFoundError in a book in which nobody owes anything.
    """
    cursor.execute(_EXAMPLE)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("SIM-003"))
    member = members.by_number(cursor, row[0])
    key = Key(member.member_id, row[1])
    rows = queries.statement(cursor, key, date.min + timedelta(days=1), on)
    paid = [one.event_no for one in rows if one.kind == "receipt"]
    return Example(
        member=member,
        key=key,
        position=queries.position(cursor, key, on),
        rows=tuple(rows[-_ROWS_SHOWN:]),
        rows_in_all=len(rows),
        explanation=queries.explain(cursor, key, paid[-1]) if paid else None,
    )
