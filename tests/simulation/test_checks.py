"""Each check sees what it is there to see: the book is spoilt past all triggers, and it speaks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.ledger.chart import Account
from motocho.outside.postgres import ADMIN
from motocho.simulation import _replay, checks
from motocho.units.errors import BrokenInvariant

JAN_5 = date(2026, 1, 5)


@pytest.fixture
def book(database: Database) -> Database:
    """One agreement: drawn, paid early, paid late."""
    desk = Desk()
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 5_000, JAN_5 + days(30))
    desk.receive(key, 5_000, JAN_5 + days(90))
    return database


def spoil(database: Database, statement: str) -> None:
    with database.connect(ADMIN, autocommit=True) as admin:
        for table in ("loan_event", "loan_step", "loan_terms", "loan_agreement", "ledger_balance"):
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        assert admin.execute(statement).rowcount >= 1


def test_a_sound_book_passes(book: Database) -> None:
    with connection.cursor() as cursor:
        counted = checks.everything(cursor)
        assert counted["events_replayed"] == 3
        assert checks.proof(cursor)["entries_proved"] == 3
        money = {Account.BANK: -90_000}
        assert checks.sums(cursor, money)["trial_balances"] == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE loan_agreement SET principal_yen = principal_yen - 1", "the row"),
        ("UPDATE loan_agreement SET wake_on = wake_on + 1", "the row"),
        ("UPDATE loan_agreement SET held_yen = 1000", "pending draws"),
        ("UPDATE loan_agreement SET state = jsonb_set(state, '{6}', '1')", "state"),
        ("UPDATE loan_step SET parts = jsonb_set(parts, '{4}', '1') WHERE event_no = 3", "parts"),
        ("UPDATE loan_step SET state = jsonb_set(state, '{1}', '1') WHERE event_no = 3", "state"),
        ("DELETE FROM loan_step WHERE event_no = 4", "has its step"),
        ("UPDATE loan_event SET content = '{\"amount_yen\": 5001}' WHERE event_no = 3", "parts"),
        ("UPDATE loan_event SET value_on = value_on - 1 WHERE event_no = 4", "parts"),
        ("UPDATE loan_terms SET content = jsonb_set(content, '{rate_ppm}', '150000')", "parts"),
        ("UPDATE ledger_balance SET credit_yen = credit_yen + 1 WHERE account = 4100", "ledger"),
    ],
)  # fmt: skip
def test_a_spoilt_book_is_seen(book: Database, statement: str, said: str) -> None:
    spoil(book, statement)
    with connection.cursor() as cursor, pytest.raises(BrokenInvariant, match=said):
        checks.everything(cursor)


def test_a_rate_above_the_ceiling_is_seen(database: Database) -> None:
    """Two loans of one member come to a million; the second one's rate does not step down."""
    desk = Desk()
    first, second = desk.open(JAN_5, 600_000), desk.open(JAN_5, 500_000)
    desk.draw(first, 600_000, JAN_5)
    desk.draw(second, 300_000, JAN_5)
    with connection.cursor() as cursor:
        checks.everything(cursor)
    with database.connect(ADMIN, autocommit=True) as admin:
        for table in ("loan_event", "loan_step", "loan_agreement", "ledger_balance"):
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    desk.draw(second, 100_000, JAN_5 + days(1))
    with connection.cursor() as cursor:
        checks.everything(cursor)
        agreements = _replay.read(cursor)
    agreements[1].kept = [one for one in agreements[1].kept if one.event_no != 3]
    with pytest.raises(BrokenInvariant, match="below the ceiling"):
        checks.lawful(agreements)


def test_money_that_was_not_counted_is_seen(book: Database) -> None:
    with connection.cursor() as cursor, pytest.raises(BrokenInvariant, match="what was counted"):
        checks.sums(cursor, {Account.BANK: -90_001})


def test_a_missing_journal_row_is_seen(book: Database) -> None:
    with connection.cursor() as cursor, pytest.raises(BrokenInvariant, match="journal rows"):
        checks.journal(cursor, Counter({"drawn": 1}))


def test_a_ledger_that_does_not_verify_is_seen(book: Database, tmp_path: Path) -> None:
    spoil(book, "UPDATE ledger_balance SET debit_yen = debit_yen + 1, credit_yen = credit_yen + 1")
    with connection.cursor() as cursor, pytest.raises(BrokenInvariant, match="verifies"):
        checks.proof(cursor)
