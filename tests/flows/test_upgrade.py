"""A live upgrade, rehearsed: the schema changes while counters draw and receive."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from queue import Empty
from typing import Any

import psycopg
import pytest
from django.apps import AppConfig, apps
from django.db import connection
from tests.database import Database
from tests.flows.load import CHANNEL, Counter, Worked, work
from tests.loans.desk import Desk

from motocho.config.schema import migrate, pending
from motocho.config.settings import setup
from motocho.ledger import checks
from motocho.loans.commands import Key
from motocho.outside.postgres import Role
from motocho.units.errors import Language, StateConflict

NEXT = "tests.flows.next_release"
AFTER = "tests.flows.release_after"
COUNTERS = 2
AGREEMENTS = 12


@contextmanager
def release(*names: str) -> Iterator[None]:
    """These apps beside ours: `set_installed_apps` would start all the others a second time."""
    added = [AppConfig.create(name) for name in names]
    for config in added:
        config.apps = apps
        config.import_models()
        apps.app_configs[config.label] = config
    try:
        yield
    finally:
        for config in added:
            del apps.app_configs[config.label]


@contextmanager
def somebody_reads(database: Database, seconds: float) -> Iterator[None]:
    """A transaction that has read an agreement and is not over for so long."""
    with database.connect() as reader:
        reader.execute("SELECT 1 FROM loan_agreement LIMIT 1")
        ends = threading.Timer(seconds, reader.rollback)
        ends.start()
        yield
        ends.join()


class Counters:
    """Processes at work; `done` is how many commands were acknowledged so far."""

    def __init__(self, database: Database, keys: list[Key]) -> None:
        spawning = multiprocessing.get_context("spawn")
        self.done = spawning.Value("q", 0)
        self._stop = spawning.Event()
        self._results: Any = spawning.Queue()
        self._processes = [
            spawning.Process(
                target=work,
                args=(
                    Counter(number, database.address, keys),
                    self._stop,
                    self.done,
                    self._results,
                ),
            )
            for number in range(COUNTERS)
        ]
        for process in self._processes:
            process.start()

    def wait_for(self, more: int, seconds: float = 120) -> None:
        """Until so many more commands are done."""
        wanted, until = self.done.value + more, time.monotonic() + seconds
        while self.done.value < wanted:
            assert time.monotonic() < until, "the counters stand still"
            assert any(process.is_alive() for process in self._processes)
            time.sleep(0.02)

    def end(self) -> list[Worked]:
        self._stop.set()
        found: list[Worked] = []
        try:
            found = [self._results.get(timeout=120) for _ in self._processes]
        except Empty:
            pytest.fail("a counter did not report")
        finally:
            for process in self._processes:
                process.join(10)
                process.kill()
        return found


@pytest.fixture
def keys(database: Database) -> list[Key]:
    desk = Desk()
    found = [desk.open(date(2026, 1, 5), member_id=desk.member()) for _ in range(AGREEMENTS)]
    for key in found:
        desk.draw(key, 200_000, date(2026, 1, 5))
    return found


def column(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def backfill(database: Database) -> int:
    """Fill the new column a few rows at a time, past rows that somebody works on; gives batches."""
    batches = 0
    with database.connect(Role.OWNER, autocommit=True) as owner:
        while owner.execute(
            "SELECT 1 FROM loan_agreement WHERE reviewed_on IS NULL LIMIT 1"
        ).fetchone():
            owner.execute(
                "UPDATE loan_agreement a SET reviewed_on = a.opened_on FROM ("
                " SELECT member_id, agreement_id FROM loan_agreement WHERE reviewed_on IS NULL"
                " ORDER BY member_id, agreement_id LIMIT 5 FOR UPDATE SKIP LOCKED) batch"
                " WHERE (a.member_id, a.agreement_id) = (batch.member_id, batch.agreement_id)"
            )
            batches += 1
            assert batches < 10_000
    return batches


def counted(used: list[float]) -> Iterator[float]:
    """Pauses between tries, each noted when it is asked for."""
    while True:
        used.append(0.3)
        yield 0.3


def test_schema_changes_while_the_book_is_used(database: Database, keys: list[Key]) -> None:
    counters = Counters(database, keys)
    try:
        counters.wait_for(20)
        tries: list[float] = []
        with release(NEXT):
            with somebody_reads(database, 3):
                before = counters.done.value
                ran = migrate(database.address, counted(tries))
            assert ran == (
                "next_release.0001_expand", "next_release.0002_index", "next_release.0003_validate",
            )  # fmt: skip
            assert tries, "the reader stood in the way of the first try"
            assert counters.done.value > before, "the counters worked on meanwhile"
            counters.wait_for(20)
            assert backfill(database) > 1
            counters.wait_for(20)
        with release(NEXT, AFTER):
            assert migrate(database.address, counted(tries)) == ("release_after.0001_contract",)
            assert pending(database.address) == ()
        counters.wait_for(20)
    finally:
        worked = counters.end()
    setup(Role.APP, database.address)
    assert [one.failure for one in worked if one.failure] == []
    acknowledged = {ref: yen for one in worked for ref, yen in one.acknowledged.items()}
    assert len(acknowledged) == sum(len(one.acknowledged) for one in worked) >= 40
    posted = column(f"SELECT external_ref FROM loan_event WHERE channel = '{CHANNEL}' ORDER BY 1")
    assert posted == sorted(acknowledged)
    drawn = -200_000 * AGREEMENTS
    with connection.cursor() as cursor:
        verified = checks.verify(cursor)
        assert verified.faults == ()
        cursor.execute(
            "SELECT sum(CASE WHEN kind = 'draw' THEN -amount ELSE amount END)::bigint FROM ("
            " SELECT kind, (content->>'amount_yen')::bigint AS amount FROM loan_event"
            " WHERE kind IN ('draw', 'receipt')) moved"
        )
        assert cursor.fetchone() == (drawn + sum(acknowledged.values()),)
    entries = column(
        f"SELECT external_ref FROM ledger_entry WHERE channel = '{CHANNEL}' ORDER BY 1"
    )
    assert entries == posted
    assert column("SELECT count(*) FROM pg_index WHERE NOT (indisvalid AND indisready)") == [0]
    assert column("SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == [0]


def test_migration_that_never_gets_its_locks_changes_nothing_and_says_so(
    database: Database, keys: list[Key]
) -> None:
    with release(NEXT):
        with somebody_reads(database, 4), pytest.raises(StateConflict) as conflict:
            migrate(database.address, ())
        fault = conflict.value.faults[0]
        assert fault.code == "DBS-045"
        assert "next_release.0001_expand" in fault.what(Language.EN)
        assert pending(database.address)[0] == "next_release.0001_expand"
        assert len(migrate(database.address, ())) == 3


def test_index_that_failed_halfway_is_made_anew(database: Database, keys: list[Key]) -> None:
    name = "loan_event_of_business_day"
    with database.connect(Role.OWNER, autocommit=True) as owner:
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON loan_event (kind)")
        invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
        assert owner.execute(invalid).fetchone() == (1,)
        with release(NEXT):
            migrate(database.address)
        assert owner.execute(invalid).fetchone() == (0,)
        found = owner.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name]
        ).fetchone()
    assert found is not None
    assert "(business_on, kind)" in found[0]


def test_two_who_migrate_at_once_do_it_once(database: Database, keys: list[Key]) -> None:
    """The second waits, finds nothing left, and says that it did nothing."""
    with release(NEXT), database.connect(Role.OWNER) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('motocho migrations'))")
        with pytest.raises(StateConflict):
            migrate(database.address, ())
        assert len(pending(database.address)) == 3
