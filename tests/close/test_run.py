"""The night runs, stops, goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.close import day
from motocho.close.run import Night, run

JAN_5 = date(2026, 1, 5)


@pytest.fixture
def desk(database: Database) -> Desk:
    with transaction.atomic(), connection.cursor() as cursor:
        day.open_book(cursor, JAN_5)
    return Desk()


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(lambda: datetime.combine(JAN_5, time(15), UTC), tmp_path)


def today() -> date:
    with connection.cursor() as cursor:
        return day.business_date(cursor)


def test_a_missed_due_date_is_saved_and_told(desk: Desk, night: Night) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    due = JAN_5 + days(35)
    run(night, due - days(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_row WHERE kind = 'due_missed'")
        assert cursor.fetchone() == (0,)
    closed = run(night, due)
    assert today() == due + days(1)
    assert closed[0].business_on == due
    with connection.cursor() as cursor:
        cursor.execute("SELECT member_id, subject::text FROM journal_row WHERE kind = 'due_missed'")
        rows = cursor.fetchall()
        assert len(rows) == 1
        assert '"short_yen": 3000' in rows[0][1]
    assert len((night.seals / "seals.txt").read_text().splitlines()) == 36
