"""The journal keeps what happened, in the order in which it became known, and hands out nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, transaction
from tests.database import Database, fresh_database

from motocho.config.settings import setup
from motocho.journal.rows import Happening, Position, read, write
from motocho.outside.postgres import Role

AT = datetime(2026, 11, 20, tzinfo=UTC)


def happening(kind: str, member_id: int = 7) -> Happening:
    return Happening(member_id, kind, "operator 1", AT, {"agreement": 1, "amount_yen": 5_000})


def test_readers_get_rows_once_and_in_order(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        write(cursor, [happening("drawn"), happening("received", 8)])
    with connection.cursor() as cursor:
        first = read(cursor, Position(), 1)
        rest = read(cursor, first[-1].position, 1)
        assert [news.happening for news in (*first, *rest)] == [
            happening("drawn"),
            happening("received", 8),
        ]
        assert read(cursor, rest[-1].position, 10) == []


def test_row_of_a_slow_transaction_is_not_lost(database: Database) -> None:
    """A later transaction that ends first is not handed out before the earlier one."""
    slow, quick = database.connect(Role.APP), database.connect(Role.APP)
    with slow, quick, connection.cursor() as cursor:
        write(slow.cursor(), [happening("slow")])
        write(quick.cursor(), [happening("quick")])
        quick.commit()
        assert read(cursor, Position(), 10) == []
        slow.commit()
        assert [news.happening.kind for news in read(cursor, Position(), 2)] == ["slow", "quick"]


def test_transaction_of_another_database_holds_nobody_up(database: Database) -> None:
    """Ids are given out over the whole server; only those of this database are waited for."""
    with fresh_database() as elsewhere, elsewhere.connect(Role.APP) as other:
        write(other.cursor(), [happening("elsewhere")])  # and stays under way
        setup(Role.APP, database.address)
        with database.connect(Role.APP) as ours, connection.cursor() as cursor:
            write(cursor, [happening("here")])
            assert [news.happening.kind for news in read(cursor, Position(), 9)] == ["here"]
            write(ours.cursor(), [happening("slow")])
            write(cursor, [happening("quick")])
            assert [news.happening.kind for news in read(cursor, Position(), 9)] == ["here"]
            ours.commit()
            kinds = [news.happening.kind for news in read(cursor, Position(), 9)]
            assert kinds == ["here", "slow", "quick"]


def test_transaction_elsewhere_that_holds_no_table_holds_nobody_up(database: Database) -> None:
    """A database that is being made takes seconds and holds no table of its own."""
    with fresh_database() as elsewhere, elsewhere.connect(Role.APP) as other:
        other.execute("SELECT pg_current_xact_id()")
        setup(Role.APP, database.address)
        with connection.cursor() as cursor:
            write(cursor, [happening("here")])
            assert [news.happening.kind for news in read(cursor, Position(), 9)] == ["here"]


def test_own_transaction_is_under_way_too(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        write(cursor, [happening("drawn")])
        assert read(cursor, Position(), 9) == []
    with connection.cursor() as cursor:
        assert len(read(cursor, Position(), 9)) == 1


def test_nothing_is_written_when_the_command_fails(database: Database) -> None:
    def fail() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            write(cursor, [happening("drawn")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_row")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("statement", [
    "UPDATE journal_row SET kind = 'x'",
    "DELETE FROM journal_row",
    "TRUNCATE journal_row",
])  # fmt: skip
def test_application_cannot_change_the_journal(database: Database, statement: str) -> None:
    with database.connect(Role.APP) as raw, pytest.raises(psycopg.Error), raw.transaction():
        raw.execute(statement)
    with database.connect(Role.OWNER) as raw, pytest.raises(psycopg.Error), raw.transaction():
        raw.execute(statement)
