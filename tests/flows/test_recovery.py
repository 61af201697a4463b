"""Recovery to a moment [復元訓練]: a lender's whole book, from a backup and the archived log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection, connections
from tests.close.book import Lender, everything, query
from tests.database import Database, durable_server
from tests.loans.desk import days
from tests.whole_book import whole_book

from motocho.close import seals
from motocho.config.invariants import INVARIANTS
from motocho.config.settings import setup
from motocho.ledger import checks
from motocho.outside.postgres import (
    Role,
    Server,
    check_server,
    restore_backup,
    take_backup,
)

OPENS_ON = date(2026, 1, 5)


@pytest.fixture
def own_server(database: Database) -> Iterator[Server]:
    """A server of this test alone; Django is turned back to the tests' own afterwards."""
    with durable_server() as server:
        yield server
    setup(Role.APP, database.address)


def moment() -> datetime:
    [(now,)] = query("SELECT clock_timestamp()")
    assert isinstance(now, datetime)
    return now


def told() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        return {
            **whole_book(cursor),
            **{name: list(map(repr, rows)) for name, rows in everything().items()},
        }


def test_a_book_is_brought_back_to_a_moment_and_its_ledger_verified(
    own_server: Server, tmp_path: Path
) -> None:
    outside = tmp_path / "seals"
    outside.mkdir()
    lender = Lender(outside, OPENS_ON)
    keys = [lender.open(OPENS_ON, member_id=lender.member()) for _ in range(4)]
    for key in keys:
        lender.draw(key, 200_000, OPENS_ON)
    lender.close(OPENS_ON)
    backup = take_backup(own_server, own_server.folder.parent / "backups")
    # After the backup: receipts, one of them valued in the past, a reversal, and closed days.
    second = OPENS_ON + days(10)
    lender.close(second - days(1))
    for key in keys[:3]:
        lender.receive(key, 30_000, second)
    lender.receive(keys[0], 5_000, OPENS_ON + days(4), on=second)
    lender.close(second)
    wanted, at = told(), moment()
    # What the restored book must not know.
    lender.receive(keys[3], 50_000, second + days(1))
    lender.close(second + days(1))
    connections.close_all()

    aside = own_server.folder.parent / "restored"
    restored = restore_backup(backup, own_server, aside, at)
    try:
        assert check_server(restored, INVARIANTS) == ()
        setup(Role.APP, restored.address)
        assert told() == wanted
        kept = [
            line for line in (outside / seals.NAME).read_text().splitlines() if line < f"{second}~"
        ]
        with connection.cursor() as cursor:
            verified = checks.verify(cursor)
        assert (verified.faults, verified.days) == ((), 11)
        assert verified.head is not None
        assert verified.head.text() == kept[-1]
        # It goes on from there as the other did: its own file of seals, the same chain.
        resumed = tmp_path / "resumed"
        resumed.mkdir()
        lender.night = type(lender.night)(lender.night.now, resumed)
        lender.receive(keys[3], 50_000, second + days(1))
        lender.close(second + days(1))
        assert (resumed / seals.NAME).read_text().splitlines()[:-1] == kept
    finally:
        connections.close_all()
        restored.stop()
