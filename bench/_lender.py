"""What the benchmark of the ledger works on: servers of its own, books, writers, bare baselines."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg import sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
django.setup()

from django.db import connection, connections, transaction  # noqa: E402  # once Django is on
from tests.large_book import multiply, patterns  # noqa: E402
from tests.loans.desk import Desk  # noqa: E402

from motocho.close import day  # noqa: E402
from motocho.config.schema import migrate  # noqa: E402
from motocho.config.settings import setup  # noqa: E402
from motocho.loans import commands  # noqa: E402
from motocho.loans.commands import Key, Made  # noqa: E402
from motocho.outside.postgres import ADMIN, DURABLE, Address, Role, Server  # noqa: E402

Start = Callable[[], object]
"""Waits until all begin."""
WARM = 30
ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
TODAY = date(2026, 2, 10)
SOURCES = (
    "src/motocho/*/*.sql",
    "src/motocho/*/*/*.sql",
    "tests/large_book.py",
    "tests/loans/desk.py",
)


# ---------------------------------------------------------------------------------------- servers
@contextmanager
def server(name: str, folder: Path | None = None) -> Iterator[Server]:
    """A durable server of its own on the disk of this folder, cleared away afterwards."""
    own = folder or CACHE / name
    if folder is None:
        shutil.rmtree(own, ignore_errors=True)
    running = Server(own, DURABLE)
    try:
        running.start()
        yield running
    finally:
        connections.close_all()
        running.stop()
        shutil.rmtree(own.resolve(), ignore_errors=True)
        if own.is_symlink():
            own.unlink()


def lender(address: Address, copies: int) -> Desk:
    """A migrated database with a book of so many copies of 70 agreements."""
    migrate(address)
    setup(Role.APP, address)
    desk = Desk()
    desk.do(day.open_book, TODAY)
    patterns(desk, TODAY)
    multiply(address, copies)
    connections.close_all()
    return desk


def large(copies: int) -> Path:
    """The folder of a stopped server with a large book, made once for each form of the schema."""
    return kept(f"book-{copies}", partial(lender, copies=copies))


def kept(name: str, make: Callable[[Address], object]) -> Path:
    """The folder of a stopped server with what was made on it, once for each form of the schema."""
    found = hashlib.sha256()
    for path in sorted(one for pattern in SOURCES for one in ROOT.glob(pattern)):
        found.update(path.read_bytes())
    folder = CACHE / f"{name}-{found.hexdigest()[:12]}"
    if not folder.exists():
        for old in CACHE.glob(f"{name}-*"):
            shutil.rmtree(old)
        beside = CACHE / "book-new"
        shutil.rmtree(beside, ignore_errors=True)
        making = Server(beside, DURABLE)
        make(making.start())
        making.stop()
        beside.rename(folder)
    return folder


@contextmanager
def copy_of(folder: Path) -> Iterator[Server]:
    own = CACHE / "book-in-use"
    shutil.rmtree(own, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(folder), str(own)], check=True)
    with server(own.name, own) as running:
        setup(Role.APP, running.address)
        yield running


def keys_of_book(count: int, after: int = 0) -> list[Key]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, agreement_id FROM loan_agreement WHERE member_id > %s"
            " ORDER BY 1, 2 LIMIT %s",
            (after, count),
        )
        return [Key(*row) for row in cursor.fetchall()]


def made(on: date, reference: str, channel: str = "bench") -> Made:
    return Made(channel, reference, on, datetime.combine(on, clock_time(3), UTC), "bench")


# ---------------------------------------------------------------------------------------- writers
@dataclass
class Ran:
    """What one writer did in its time."""

    done: int
    seconds: float
    latencies: list[float]


def repayments(start: Start, keys: Sequence[Key], seconds: float, day_no: int) -> Ran:
    """Repayments as they come, each durable: one a day for each agreement in turn."""

    def one(number: int) -> None:
        turn, place = divmod(number, len(keys))
        on = TODAY + timedelta(days=day_no + turn)
        own = made(on, f"{day_no}-{number}-{os.getpid()}")
        with transaction.atomic(), connection.cursor() as cursor:
            commands.receive(cursor, keys[place], 3_000, on, own)

    return ran(start, one, seconds)


def ran(start: Start, one: Callable[[int], object], seconds: float) -> Ran:
    """One thing again and again for a time, after some that are not counted."""
    for number in range(WARM):
        one(number)
    start()
    latencies: list[float] = []
    began = time.perf_counter()
    while (last := time.perf_counter()) < began + seconds:
        one(WARM + len(latencies))
        latencies.append(time.perf_counter() - last)
    return Ran(len(latencies), time.perf_counter() - began, latencies)


BARE = """
CREATE TABLE bare_account (
    account bigint PRIMARY KEY, balance_yen bigint NOT NULL, last integer NOT NULL);
CREATE TABLE bare_entry (
    account bigint NOT NULL, entry integer NOT NULL, value_on date NOT NULL,
    reference text NOT NULL, amount_yen bigint NOT NULL, PRIMARY KEY (account, entry));
CREATE TABLE bare_leg (
    account bigint NOT NULL, entry integer NOT NULL, debit smallint NOT NULL,
    credit smallint NOT NULL, amount_yen bigint NOT NULL, PRIMARY KEY (account, entry, debit));
GRANT SELECT, INSERT, UPDATE ON bare_account, bare_entry, bare_leg TO motocho_app;
"""


def make_bare(address: Address, accounts: int) -> None:
    with address.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute(BARE)
        owner.execute(
            "INSERT INTO bare_account SELECT g, 1000000000, 0 FROM generate_series(1, %s) g",
            [accounts],
        )
        owner.execute("VACUUM ANALYZE bare_account")


def bare(execute: Callable[..., Any], account: int, on: date) -> None:
    """The transaction without its begin and commit: it takes, adds, adds, and updates."""
    balance, last = execute(
        "SELECT balance_yen, last FROM bare_account WHERE account = %s FOR UPDATE", (account,)
    ).fetchone()
    execute(
        "INSERT INTO bare_entry VALUES (%s, %s, %s, %s, %s)",
        (account, last + 1, on, f"{account}-{last}", 3_000),
    )
    execute("INSERT INTO bare_leg VALUES (%s, %s, 1010, 1100, %s)", (account, last + 1, 3_000))
    execute(
        "UPDATE bare_account SET balance_yen = %s, last = %s WHERE account = %s",
        (balance - 3_000, last + 1, account),
    )


def bare_by_driver(start: Start, accounts: Sequence[int], seconds: float) -> Ran:
    """The bare transaction through the driver alone, which keeps statements prepared."""
    known = connection.get_connection_params()
    ours = {"cursor_factory", "context", "prepare_threshold"}
    with psycopg.connect(**{name: known[name] for name in known.keys() - ours}) as raw:

        def one(number: int) -> None:
            bare(raw.execute, accounts[number % len(accounts)], TODAY)
            raw.commit()

        return ran(start, one, seconds)


def bare_by_django(start: Start, accounts: Sequence[int], seconds: float) -> Ran:
    """The bare transaction as ours: Django's transaction and cursor."""

    def one(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            bare(partial(_executed, cursor), accounts[number % len(accounts)], TODAY)

    return ran(start, one, seconds)


def _executed(cursor: Any, statement: str, arguments: tuple[Any, ...]) -> Any:
    cursor.execute(statement, arguments)
    return cursor


# -------------------------------------------------------------------------------------- processes
def _client(
    parameters: str, work: Callable[..., Ran], arguments: tuple[Any, ...], gate: Any, back: Any
) -> None:
    setup(Role.APP, Address(json.loads(parameters)))
    back.put(work(gate.wait, *arguments))


def in_processes(
    address: Address, work: Callable[..., Ran], arguments: Sequence[tuple[Any, ...]]
) -> list[Ran]:
    """Let processes work at once, each with a connection of its own."""
    context = multiprocessing.get_context("spawn")
    gate, back = context.Barrier(len(arguments)), context.Queue()
    parameters = json.dumps(dict(address.parameters))
    processes = [
        context.Process(target=_client, args=(parameters, work, one, gate, back))
        for one in arguments
    ]
    for process in processes:
        process.start()
    found = [back.get() for _ in processes]
    for process in processes:
        process.join()
    return found


# ------------------------------------------------------------------------------------------- COPY
def copy_rows(address: Address, tables: dict[str, str]) -> tuple[int, float]:
    """COPY the rows that some queries give into plain tables of their columns; rows, seconds."""
    rows, seconds = 0, 0.0
    with address.connect(ADMIN, autocommit=True) as admin:
        for table, query in tables.items():
            plain = sql.Identifier(f"plain_{table}")
            admin.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(plain))
            admin.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(plain, sql.Identifier(table)))
            out = admin.cursor()
            with out.copy(f"COPY ({query}) TO STDOUT") as reading:
                data = b"".join(bytes(part) for part in reading)
            began = time.perf_counter()
            with out.copy(sql.SQL("COPY {} FROM STDIN").format(plain)) as writing:
                writing.write(data)
            seconds += time.perf_counter() - began
            rows += data.count(b"\n")
    return rows, seconds
