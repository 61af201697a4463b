"""The ledger and the loans on PostgreSQL: single repayments, a bank's file, the night, replays.

On durable servers of its own (fsync on), on the disk of this folder. What it is compared with runs
beside it on the same server: a bare five-statement transaction, COPY, the kernel alone.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, connections, transaction
from tests.loans.desk import Desk, with_settings

from bench import _lender
from bench._lender import TODAY, Ran, keys_of_book, made
from bench._timing import best
from bench.bank import name as a_name
from motocho.close.run import Night, run
from motocho.config.schema import migrate
from motocho.config.settings import setup
from motocho.kernel import revolving
from motocho.loans import _book, commands, queries, standing
from motocho.loans.commands import Arrived, Done, Key
from motocho.outside import bank
from motocho.outside.postgres import ADMIN, Address, Role, Server

AGREEMENTS = 2_100
ROUNDS, ROUND_SECONDS = 6, 2.0
WRITERS = 8
FILE_LINES, CHUNK = 20_000, 1_000
LARGE_COPIES = 14_286
"""Of 70 agreements: 1,000,020."""
PAID = 20_000
CATCH_UP_DAYS = (1, 7, 30, 100, 300, 700)
REPLAYED, LOOKED_AT = 5_000, 10_000


def line(what: str, value: str, beside: str = "") -> None:
    print(f"{what:<66}{value:>14}   {beside}".rstrip())


def head(title: str) -> None:
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})")


def rate(ran: Sequence[Ran]) -> float:
    return sum(one.done / one.seconds for one in ran)


def spread(ran: Sequence[Ran]) -> str:
    latencies = sorted(one for part in ran for one in part.latencies)
    p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    return f"p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms"


# ------------------------------------------------------------------------------ single repayments
BARE = {
    "the driver alone, prepared": _lender.bare_by_driver,
    "through Django, as ours": _lender.bare_by_django,
}


def singles(address: Address) -> None:
    """Ours and the bare ones in turns; of each the quickest round counts, not other work here."""
    keys = keys_of_book(AGREEMENTS)
    accounts = range(1, AGREEMENTS + 1)
    for writers in (1, WRITERS):
        parts = [keys[number::writers] for number in range(writers)]
        plain = [accounts[number::writers] for number in range(writers)]
        ours: list[list[Ran]] = []
        bare: dict[str, list[list[Ran]]] = {name: [] for name in BARE}
        for number in range(ROUNDS):
            first = 100 * number + 1_000 * (writers > 1)
            work = [(part, ROUND_SECONDS, first) for part in parts]
            ours.append(_lender.in_processes(address, _lender.repayments, work))
            for name, door in BARE.items():
                besides = [(part, ROUND_SECONDS) for part in plain]
                bare[name].append(_lender.in_processes(address, door, besides))
        quickest = max(ours, key=rate)
        head(f"Durable repayments with all rules, {writers} writer(s)")
        line("repayments/s", f"{rate(quickest):,.0f}", spread(quickest))
        for name, found in bare.items():
            beside = max(found, key=rate)
            line(
                f"  beside it, bare: {name}, transactions/s", f"{rate(beside):,.0f}", spread(beside)
            )
            pairs = [rate(one) / rate(two) for one, two in zip(ours, found, strict=True)]
            share = f"median {statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})"
            line("  ours to it", f"{rate(quickest) / rate(beside):.2f}", f"round by round {share}")


# ----------------------------------------------------------------------------------- a bank's file
OURS = bank.BankAccount("9999", "101", bank.AccountType.ORDINARY, "0000001")


def bank_file(keys: Sequence[Key], on: date) -> tuple[bytes, bank.Directory, dict[str, Key]]:
    """One receipt of each member, by number and name."""
    numbers = {f"{10_000_000 + key.member_id}": key for key in keys}
    chance = random.Random(7)
    names = {number: a_name(chance) for number in numbers}
    payers = [bank.Payer(number, number, (name,)) for number, name in names.items()]
    lines = tuple(
        bank.BankLine(
            on, on, 3_000 + place % 7_000, number=str(place + 1), nature="11",
            payer_name=number + names[number], bank_name="ﾃｽﾄ", branch_name="ﾎﾝﾃﾝ",
        )
        for place, number in enumerate(numbers)
    )  # fmt: skip
    statement = bank.BankStatement(bank.StatementKind.MOVEMENTS, OURS, on, on, on, lines)
    return bank.write_statements([statement]), bank.Directory(payers), numbers


def import_part(begin: Callable[[], object], arrived: Sequence[Arrived]) -> Ran:
    begin()
    start, latencies = time.perf_counter(), []
    for place in range(0, len(arrived), CHUNK):
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            outcomes = commands.receive_many(cursor, arrived[place : place + CHUNK])
        if not all(isinstance(one, Done) for one in outcomes):
            raise SystemExit("not everything was booked: nothing can be compared")
        latencies.append(time.perf_counter() - began)
    return Ran(len(arrived), time.perf_counter() - start, latencies)


def files(address: Address) -> None:
    head(f"A bank's file of {FILE_LINES:,} receipts of as many members")
    keys = keys_of_book(FILE_LINES, after=AGREEMENTS + 100)
    best_rate = 0.0
    for number in range(3):
        on = TODAY + timedelta(days=1 + number)
        data, directory, numbers = bank_file(keys, on)
        began = time.perf_counter()
        statements = bank.read_statements(data, near_on=on)
        receipts = [receipt for statement in statements for receipt in bank.receipts(statement)]
        read = time.perf_counter()
        matched = bank.match_receipts(receipts, directory).matched
        ready = time.perf_counter()
        arrived = [
            Arrived(numbers[one.payer.member_id], one.receipt.amount_yen, one.receipt.value_on,
                    made(on, one.receipt.receipt_ref, "bank"))
            for one in matched
        ]  # fmt: skip
        posted = import_part(time.perf_counter, arrived)
        whole = time.perf_counter() - began
        if len(arrived) / whole > best_rate:
            best_rate, kept = (
                len(arrived) / whole,
                (read - began, ready - read, posted.seconds, whole),
            )
    legs = _count(
        "SELECT sum(leg_count) FROM ledger_entry WHERE channel = 'bank' AND business_on = %s",
        TODAY + timedelta(days=1),
    )
    reading, matching, posting, whole = kept
    line("reading, lines/s", f"{FILE_LINES / reading:,.0f}")
    line("matching, lines/s", f"{FILE_LINES / matching:,.0f}")
    line(f"posting in transactions of {CHUNK:,}, receipts/s", f"{FILE_LINES / posting:,.0f}",
         f"{legs / posting:,.0f} postings (legs)/s")  # fmt: skip
    line(
        "all of it, receipts/s",
        f"{FILE_LINES / whole:,.0f}",
        f"{legs / whole:,.0f} postings (legs)/s",
    )
    in_two(address, keys, legs)
    where = f"channel = 'bank' AND business_on = '{TODAY + timedelta(days=1)}'"
    rows, seconds = _lender.copy_rows(address, {
        "loan_event": f"SELECT * FROM loan_event WHERE {where}",
        "ledger_entry": f"SELECT * FROM ledger_entry WHERE {where}",
        "ledger_leg": "SELECT l.* FROM ledger_leg l JOIN ledger_entry USING (member_id, entry_id)"
                      f" WHERE {where}",
        "loan_step": "SELECT s.* FROM loan_step s JOIN loan_event USING (member_id, agreement_id,"
                     f" event_no) WHERE {where}",
        "journal_row": f"SELECT * FROM journal_row WHERE kind = 'received' LIMIT {FILE_LINES}",
    })  # fmt: skip
    beside = f"{legs / seconds:,.0f} postings/s; ours {seconds / posting:.2f} of it"
    line(
        "  beside it: COPY of the same rows into plain tables, rows/s",
        f"{rows / seconds:,.0f}",
        beside,
    )


def in_two(address: Address, keys: Sequence[Key], legs: int) -> None:
    """Two processes, each with half of the members."""
    fastest = 0.0
    for number in range(3):
        on = TODAY + timedelta(days=10 + number)
        arrived = [
            Arrived(key, 3_000, on, made(on, f"P{place}", "bank")) for place, key in enumerate(keys)
        ]
        halves = [(arrived[part::2],) for part in range(2)]
        fastest = max(fastest, rate(_lender.in_processes(address, import_part, halves)))
    line("posting with two processes, receipts/s", f"{fastest:,.0f}",
         f"{fastest * legs / FILE_LINES:,.0f} postings (legs)/s")  # fmt: skip


def _count(query: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        count: int = cursor.fetchone()[0]
        return count


# ------------------------------------------------------------------------------------------ nights
def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # what is measured is the time


def large_night(folder: Path) -> None:
    with _lender.copy_of(_lender.large(LARGE_COPIES)):
        agreements = _count("SELECT count(*) FROM loan_agreement")
        due = _falling_due(TODAY)
        arrived = [
            Arrived(key, 30_000, TODAY, made(TODAY, f"N{place}", "bank"))
            for place, key in enumerate(due[:PAID])
        ]
        head(f"One night of a book of {agreements:,} agreements")
        import_part(time.perf_counter, arrived)
        line(
            "agreements that fall due today",
            f"{len(due):,}",
            f"{len(arrived):,} of them paid today",
        )
        start = time.perf_counter()
        run(Night(now, folder), TODAY)
        whole = time.perf_counter() - start
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT step, looked, changed, extract(epoch FROM done_at - lag(done_at, 1)"
                " OVER (ORDER BY done_at))::float8"
                " FROM close_step WHERE business_on = %s ORDER BY done_at",
                (TODAY,),
            )
            steps = cursor.fetchall()
        known = sum(seconds or 0.0 for *_, seconds in steps)
        times = {
            step: (whole - known if seconds is None else seconds) for step, _, _, seconds in steps
        }
        for step, looked, changed, _ in steps:
            line(f"  {step}, s", f"{times[step]:.2f}", f"looked at {looked:,}, changed {changed:,}")
        report = times["accrual"]
        line("events of the day, s", f"{whole - report:.1f}", "aim 30")
        line("accrual report of the whole book, s", f"{report:.1f}", "aim 30")
        plain = best(lambda: _count("SELECT count(*), sum(principal_yen) FROM loan_agreement"), 3)
        line("  beside it: one sum over the agreements in SQL, s", f"{plain:.2f}")


def _falling_due(on: date) -> list[Key]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, agreement_id FROM loan_agreement WHERE wake_on = %s ORDER BY 1, 2",
            (on + timedelta(days=1),),
        )
        return [Key(*row) for row in cursor.fetchall()]


def catch_up(server: Server, folder: Path) -> None:
    """Each from a copy of one book; beside it the same states day by day in the kernel alone."""
    head("Catching up over missed days")
    for days in CATCH_UP_DAYS:
        name = f"late_{days}"
        connections.close_all()
        with server.address.named("postgres").connect(ADMIN, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE motocho OWNER motocho_owner")
            admin.execute(f"GRANT CONNECT ON DATABASE {name} TO motocho_app")
        setup(Role.APP, server.address.named(name))
        with connection.cursor() as cursor:
            seen = standing.see(cursor, keys_of_book(2_000))
        start = time.perf_counter()
        for passed in range(days):
            for one in seen:
                one.on(TODAY.toordinal() + passed)
        alone = time.perf_counter() - start
        (folder / name).mkdir()
        start = time.perf_counter()
        run(Night(now, folder / name), TODAY + timedelta(days=days - 1))
        seconds = time.perf_counter() - start
        line(f"{len(seen):,} agreements, {days} day(s), s", f"{seconds:.2f}",
             f"{days / seconds:,.1f} nights/s; the kernel alone {alone:.2f} s")  # fmt: skip


# --------------------------------------------------------------------------------- long agreements
LONG = with_settings(from_on=date(1990, 1, 1))


def long_agreement(desk: Desk, rows: int) -> tuple[Key, date]:
    """A large loan with a payment on each of many days; gives its last day."""
    opened_on = TODAY - timedelta(days=rows + 10)
    key = desk.open(opened_on, 8_000_000, member_id=desk.member())
    desk.draw(key, 8_000_000, opened_on)
    arrived = []
    for number in range(1, rows - 1):
        on = opened_on + timedelta(days=number)
        arrived.append(Arrived(key, 4_000, on, made(on, f"L{number}")))
    for place in range(0, len(arrived), CHUNK):
        desk.do(commands.receive_many, arrived[place : place + CHUNK])
    return key, arrived[-1].value_on


def long_ones(server: Server) -> None:
    connections.close_all()
    with server.address.named("postgres").connect(ADMIN, autocommit=True) as admin:
        admin.execute("CREATE DATABASE long OWNER motocho_owner")
        admin.execute("GRANT CONNECT ON DATABASE long TO motocho_app")
    own = server.address.named("long")
    migrate(own)
    setup(Role.APP, own)
    desk = Desk(LONG)
    key, last_on = long_agreement(desk, REPLAYED)
    with own.connect(ADMIN, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    head(f"One agreement of {REPLAYED:,} rows after a back-dated entry")
    found = []
    for number in range(3):
        on = last_on - timedelta(days=REPLAYED - 10 - number)
        start = time.perf_counter()
        desk.do(commands.receive, key, 1_000, on, made(last_on, f"late {number}"))
        found.append(time.perf_counter() - start)
    with connection.cursor() as cursor:
        loan = _book.look(cursor, key)
        events = [one.event for one in _book.events(cursor, key)]
        first = revolving.open_loan(loan.opened_on.toordinal(), _book.all_terms(cursor, key)[0])
    alone = best(lambda: list(revolving.fold(first, events, loan.rules)), 3)
    line("all later rows reversed, made anew and posted, s", f"{min(found):.2f}", "aim 0.5")
    line("  beside it: the kernel's fold alone, s", f"{alone:.3f}")
    key, last_on = long_agreement(desk, LOOKED_AT)
    with own.connect(ADMIN, autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")
    head(f"Looking at an agreement of {LOOKED_AT:,} rows")
    looks = {
        "position today": lambda cursor: queries.position(cursor, key, last_on),
        "position of a day in the middle": lambda cursor: queries.position(
            cursor, key, last_on - timedelta(days=LOOKED_AT // 2)
        ),
        "payoff quote": lambda cursor: queries.payoff_quote(cursor, key, last_on),
        "the rows of a month": lambda cursor: queries.statement(
            cursor, key, last_on - timedelta(days=30), last_on
        ),
        "  beside it: its own row by its key": lambda cursor: cursor.execute(
            "SELECT state FROM loan_agreement WHERE member_id = %s AND agreement_id = %s", key
        ),
    }
    for name, look in looks.items():
        times = sorted(timed_look(look) for _ in range(60))
        line(f"{name}, ms", f"{times[0] * 1e3:.2f}", f"p50 {times[30] * 1e3:.2f}; aim 20")


def timed_look(look: Callable[[Any], object]) -> float:
    with connection.cursor() as cursor:
        start = time.perf_counter()
        look(cursor)
        return time.perf_counter() - start


# -------------------------------------------------------------------------------------------- main
def small(_folder: Path) -> None:
    """What needs no large book, on one server."""
    with _lender.server("small") as running:
        _lender.lender(running.address, (AGREEMENTS + FILE_LINES) // 70 + 4)
        setup(Role.APP, running.address)
        _lender.make_bare(running.address, AGREEMENTS)
        singles(running.address)
        files(running.address)
        long_ones(running)


def late(folder: Path) -> None:
    with _lender.server("late") as running:
        _lender.lender(running.address, 15)
        catch_up(running, folder)


PARTS: dict[str, Callable[[Path], None]] = {"small": small, "late": late, "large": large_night}


def main() -> None:
    """All of it, or the parts that BENCH_PARTS names."""
    print(f"PostgreSQL on the disk of this folder, fsync on; {os.cpu_count()} processors")
    wanted = os.environ.get("BENCH_PARTS", ",".join(PARTS)).split(",")
    with TemporaryDirectory() as name:
        for part in wanted:
            PARTS[part](Path(name))
