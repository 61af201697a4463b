"""A million open lines on PostgreSQL, and a month of nights that look at each of them once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from django.db import connection, connections, transaction
from tests.large_book import multiply, patterns
from tests.loans.desk import Desk

from bench import _lender
from bench._lender import TODAY
from motocho.close import day
from motocho.config.schema import migrate
from motocho.config.settings import setup
from motocho.loans.commands import Made, checks
from motocho.outside.postgres import Address, Role
from motocho.screening import watch

PATTERNS = 70
CHUNK = 500
"""As the night does."""
READ_ALONE = frozenset(
    {"loan_agreement", "loan_terms", "loan_event", "loan_check", "people_member", "people_number"}
)
"""What the look at a line reads and writes; the rest would only wait on the disk."""
BARE = """
SELECT count(*), sum(principal_yen) FROM (
    SELECT a.member_id, sum(a.principal_yen) AS principal_yen FROM loan_agreement a
    WHERE extract(day FROM a.opened_on)::smallint = %s AND a.status = 'open'
    GROUP BY a.member_id) AS one
"""


def folder(lines: int) -> Path:
    """The folder of a stopped server with so many lines, all drawn on in the last five weeks."""
    return _lender.kept(f"lines-{lines}", partial(_book, lines=lines))


def _book(address: Address, lines: int) -> None:
    migrate(address)
    setup(Role.APP, address)
    desk = Desk()
    desk.do(day.open_book, TODAY)
    patterns(desk, TODAY, PATTERNS)
    multiply(address, -(-lines // PATTERNS), READ_ALONE)
    connections.close_all()


def counted() -> int:
    """How many open lines the book has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loan_agreement WHERE status = 'open'")
        return int(cursor.fetchone()[0])


class Looked(NamedTuple):
    """What the nights of a month did."""

    name: str
    lines: int
    checks: int
    seconds: float
    processor_seconds: float
    """Of this process and of its server process: what the seconds are on a machine alone."""
    bare_seconds: float


def months() -> Iterator[Looked]:
    """Two months of nights: one with draws in it, one without."""
    for name, later in (("a month with draws in it", 0), ("a month without", 31)):
        lines = checks_opened = 0
        began, used = time.perf_counter(), processor()
        for on in month(later):
            keys, found = night(on)
            lines, checks_opened = lines + keys, checks_opened + found
        seconds, used = time.perf_counter() - began, processor() - used
        yield Looked(name, lines, checks_opened, seconds, used, bare())


def processor() -> float:
    """Seconds of a processor that this process and its server process have used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    fields = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(") ")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def month(later: int) -> list[date]:
    """The days of a month, each day of the month once."""
    first = TODAY if later == 0 else date(TODAY.year, TODAY.month + 1, TODAY.day)
    following = date(first.year, first.month + 1, first.day)
    return [first + timedelta(days=one) for one in range((following - first).days)]


def night(on: date) -> tuple[int, int]:
    """What the step does on a day, a transaction a chunk; lines looked at, checks opened."""
    with transaction.atomic(), connection.cursor() as cursor:
        keys = checks.periods_ending(cursor, on)
    opened = 0
    made = Made("bench", "", on, datetime(on.year, on.month, on.day, 15, tzinfo=UTC), "close")
    for first in range(0, len(keys), CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            opened += len(checks.open_checks(cursor, keys[first : first + CHUNK], made))
    return len(keys), opened


def watched() -> tuple[int, int, float]:
    """The house's own look at every line, one night; lines, asked, seconds."""
    began = time.perf_counter()
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 15, tzinfo=UTC)
    done = watch.watch_day(watch.WatchNight(lambda: at), TODAY)
    return done.lines, done.asked, time.perf_counter() - began


def bare() -> float:
    """One sum a member over the same lines, and nothing else."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for number in range(1, 32):
            cursor.execute(BARE, (number,))
    return time.perf_counter() - began


def copied(address: Address) -> tuple[int, float]:
    """COPY of the checks that were opened into a plain table; rows, seconds."""
    return _lender.copy_rows(address, {"loan_check": "SELECT * FROM loan_check"})
