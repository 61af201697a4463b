"""What commands and looks ask of the database is answered by indexes, in a book of some size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction
from tests.database import Database
from tests.large_book import multiply, patterns
from tests.loans.desk import Desk, days

from motocho.loans import commands, queries
from motocho.loans.commands import Arrived, Key

LARGE = {
    "ledger_entry", "ledger_leg", "ledger_balance", "journal_row", "loan_agreement", "loan_event",
    "loan_terms", "loan_step", "people_member", "people_number",
}  # fmt: skip
TODAY = date(2026, 2, 10)
COPIES = 20
_SCANS = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"


@pytest.fixture
def desk(database: Database) -> Desk:
    desk = Desk()
    patterns(desk, TODAY)
    multiply(database.address, COPIES)
    connections.close_all()  # a session that has made no plan yet
    return desk


def scanned(work: Callable[..., object], *arguments: Any, **named: Any) -> set[str]:
    """The large tables that were read from end to end in a transaction that does the work."""
    with transaction.atomic(), connection.cursor() as cursor:
        work(cursor, *arguments, **named)
        cursor.execute(_SCANS)
        return {name for name, _ in cursor.fetchall()} & LARGE


def some(place: int) -> Key:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, agreement_id FROM loan_agreement ORDER BY 1, 2 LIMIT 1 OFFSET %s",
            (place,),
        )
        return Key(*cursor.fetchone())


TURNS = range(6)
"""A session's first plans of a statement are made for its values, the later ones for any."""


def test_commands_go_by_the_keys(desk: Desk) -> None:
    late = TODAY - days(3)
    for turn in TURNS:
        key = some(700 + turn)
        for command, *arguments in (
            (commands.receive, 5_000, TODAY),
            (commands.receive, 6_000, TODAY),
            (commands.draw, 1_000),
            (commands.receive, 1_000, late),
            (commands.change_limit, 400_000),
            (commands.reverse, 3, "error"),
            (commands.send_draw, 1_000),
        ):
            assert scanned(command, key, *arguments, desk.made(TODAY)) == set()


def test_an_import_goes_by_the_keys(desk: Desk) -> None:
    keys = [some(place) for place in range(300)]
    for turn in range(3):
        on = TODAY + days(turn)
        arrived = [Arrived(key, 1_000, on, desk.made(on)) for key in keys]
        assert scanned(commands.receive_many, arrived) == set()


def test_looks_go_by_the_keys(desk: Desk) -> None:
    for turn in TURNS:
        key = some(900 + turn)
        for query, *arguments in (
            (queries.position, TODAY),
            (queries.position, TODAY - days(1)),
            (queries.payoff_quote, TODAY),
            (queries.statement, TODAY - days(40), TODAY),
            (queries.explain, 2),
            (queries.history_case, TODAY),
        ):
            assert scanned(query, key, *arguments) == set()


def test_a_table_read_from_end_to_end_is_noticed(desk: Desk) -> None:
    def read(cursor: Any) -> None:
        cursor.execute("SELECT FROM loan_event WHERE actor = 'x'")

    assert scanned(read) == {"loan_event"}
