"""The schema grows beside a working book, and every table is granted on purpose."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic, sleep

import psycopg
import pytest
from procrastinate.contrib.django import app
from tests.cli.command import ROOT
from tests.database import Database

from motocho.config import schema
from motocho.config.invariants import INVARIANTS
from motocho.outside.postgres import Role, violations
from motocho.units.errors import OutsideFailure, StateConflict

MIGRATE = """
import sys
from motocho.config import schema, settings
from motocho.outside.postgres import Address
at = Address({**dict(pair.split("=", 1) for pair in sys.argv[2:])})
if sys.argv[1] == "first":
    from motocho.outside.postgres import Role
    settings.setup(Role.OWNER, at)
    from django.core.management import call_command
    call_command("migrate", "growing", "0001", verbosity=0)
else:
    print(*schema.migrate(at))
"""


def migrate(database: Database, step: str) -> subprocess.Popen[str]:
    """A migration in a process of its own, as an operator's, with a room more than this one has."""
    pairs = [f"{name}={value}" for name, value in database.address.parameters.items()]
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, step, *pairs],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.config.growing.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


class Writer(threading.Thread):
    """A desk that posts without pause, and remembers its longest wait."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.posted = 0
        self.longest = 0.0
        self.fault: Exception | None = None
        self.has_to_end = threading.Event()

    def run(self) -> None:
        try:
            with self.database.connect(Role.APP, autocommit=True) as connection:
                while not self.has_to_end.is_set():
                    began = monotonic()
                    connection.execute("INSERT INTO growing (yen) VALUES (1)")
                    self.longest = max(self.longest, monotonic() - began)
                    self.posted += 1
        except psycopg.Error as fault:
            self.fault = fault


@pytest.fixture
def writers(database: Database) -> Iterator[list[Writer]]:
    first = migrate(database, "first")
    assert first.wait() == 0, first.communicate()
    assert first.stdout is not None
    first.stdout.close()
    started = [Writer(database) for _ in range(3)]
    for writer in started:
        writer.start()
    yield started
    for writer in started:
        writer.has_to_end.set()
        writer.join()


def test_schema_grows_under_load_and_nobody_waits_long(
    database: Database, writers: list[Writer]
) -> None:
    """A long report holds the table; the migration lets everybody pass, and gets through after it."""
    with database.connect(Role.AUDIT) as report:
        report.execute("SELECT count(*) FROM growing")
        growing = migrate(database, "then")
        sleep(4)
        assert growing.poll() is None
    ran, _ = growing.communicate()
    assert (growing.returncode, ran) == (0, "growing.0002_more\n")
    counts = [writer.posted for writer in writers]
    sleep(0.3)
    for writer, count in zip(writers, counts, strict=True):
        assert writer.fault is None
        assert writer.posted > count
        # One second is the lock's; the rest is a busy machine's.
        assert writer.longest < 3
    with database.connect(Role.AUDIT) as connection:
        [(rows, dated)] = connection.execute("SELECT count(*), count(booked_at) FROM growing")
    assert rows == dated >= sum(counts)


def test_two_migrations_at_once_run_each_step_once(
    database: Database, writers: list[Writer]
) -> None:
    both = [migrate(database, "then") for _ in range(2)]
    ran = sorted(process.communicate()[0] for process in both)
    assert ran == ["\n", "growing.0002_more\n"]


def test_table_that_stays_locked_is_said(database: Database) -> None:
    with database.connect(Role.OWNER) as other:
        other.execute("LOCK TABLE procrastinate_jobs")
        with pytest.raises(StateConflict):
            schema.migrate(database.address, pauses=(0,))
    assert schema.migrate(database.address) == ()


def test_login_that_fails_is_said(database: Database) -> None:
    with pytest.raises(OutsideFailure):
        schema.migrate(database.address.named("nowhere"))


KEPT_FROM_AUDITORS = "{django_session,office_lock,screening_check,screening_signal}"
"""The key of a session signs its reader in as somebody else; that of a studio opens its cases. What
is looked up of an applicant, and what stands out, is told to nobody who does not screen."""


def test_every_table_is_granted_on_purpose(database: Database) -> None:
    """The auditor reads of all; a migration that forgets its grants is found here.

    Of some tables only some columns: hashes and values of contacts are nobody's to look at.
    """
    with database.connect(Role.OWNER) as connection:
        unread = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') "
            "AND NOT has_any_column_privilege('motocho_audit', oid, 'SELECT')"
            f" AND relname <> ALL('{KEPT_FROM_AUDITORS}')"
        ).fetchall()
        too_much = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND "
            "has_table_privilege('motocho_app', oid, 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')"
        ).fetchall()
        foreign = connection.execute(
            "SELECT relname, pg_get_userbyid(relowner) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relowner <> 'motocho_owner'::regrole"
        ).fetchall()
    assert (unread, too_much, foreign) == ([], [], [])


def test_invariants_hold_of_a_new_database(database: Database) -> None:
    assert violations(database.address, INVARIANTS) == ()


def test_jobs_are_put_in_and_taken_as_the_application(database: Database) -> None:
    """What `libraries.sql` grants is what the queue needs."""

    @app.task(name="tests.nothing")
    def nothing() -> None: ...

    nothing.defer()
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker.run_worker(wait=False, install_signal_handlers=False)
    with database.connect(Role.AUDIT) as connection:
        found = connection.execute("SELECT status::text FROM procrastinate_jobs").fetchall()
    assert found == [("succeeded",)]
