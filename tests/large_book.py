"""A large book: some agreements made by commands, and as many copies of them as wanted, made in SQL."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg

from motocho.loans.commands import Key
from motocho.outside.postgres import ADMIN, Address
from tests.loans.desk import Desk

CYCLE_DAYS = 35
FIRST_NUMBER = 10_000_000
"""Copied members have this plus their id as their number."""
SKIPPED = {"journal_row", "people_member", "people_number"}
"""The night would read all of the journal; people get numbers of their own."""
_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
GROUP BY c.oid HAVING bool_or(a.attname = 'member_id') ORDER BY c.relname
"""


def patterns(desk: Desk, on: date, count: int = 2 * CYCLE_DAYS) -> list[Key]:
    """Agreements that were drawn one after another over a cycle before a day: on each day some fall due."""
    keys = []
    for place in range(count):
        drawn_on = on - timedelta(days=CYCLE_DAYS - place % CYCLE_DAYS)
        key = desk.open(drawn_on, 500_000, member_id=desk.member())
        desk.draw(key, 100_000 + 5_000 * place, drawn_on)
        keys.append(key)
    return keys


def multiply(address: Address, copies: int, only: frozenset[str] | None = None) -> None:
    """Copy everything that a member has, for new members; the first copies are the patterns themselves.

    Takes     the tables to copy where the rest is not wanted.
    """
    with address.connect(ADMIN, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET synchronous_commit = off")
        (most,) = _one(admin, "SELECT max(member_id) FROM people_member")
        own = _people(admin)
        for table, columns in admin.execute(_TABLES).fetchall():
            if table not in SKIPPED and (only is None or table in only):
                _copy(admin, table, {name: _moved(name) for name in columns}, most, copies)
        _copy(admin, "people_member", own, most, copies)
        number = {"member_number": own["member_number"], "member_id": _moved("member_id")}
        _copy(admin, "people_number", number, most, copies)
        for table, column in (("people_member", "member_id"), ("loan_agreement", "agreement_id")):
            admin.execute(
                f"SELECT setval('{table}_{column}_seq', (SELECT max({column}) FROM {table}))"
            )
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")


def _moved(name: str) -> str:
    is_moved = name in {"member_id", "agreement_id", "book_id"}
    return f"t.{name} + g.copy * %(most)s" if is_moved else f"t.{name}"


def _people(admin: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    rows = admin.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'people_member'::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
    ).fetchall()
    columns = {str(name): _moved(str(name)) for (name,) in rows}
    return {**columns, "member_number": f"({FIRST_NUMBER} + {_moved('member_id')})::text"}


def _copy(
    admin: psycopg.Connection[tuple[object, ...]],
    table: str,
    columns: dict[str, str],
    most: object,
    copies: int,
) -> None:
    names, values = ", ".join(columns), ", ".join(columns.values())
    admin.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(1, %(copies)s - 1) AS g (copy)"
        f" CROSS JOIN (SELECT * FROM {table} WHERE member_id BETWEEN 1 AND %(most)s) AS t",
        {"most": most, "copies": copies},
    )


def _one(admin: psycopg.Connection[tuple[object, ...]], statement: str) -> tuple[object, ...]:
    row = admin.execute(statement).fetchone()
    assert row is not None
    return row
