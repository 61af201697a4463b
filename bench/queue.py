"""The queue of the day over a million agreements, beside a bare scan of the same rows.

On a durable server of its own, on the disk of this folder. Of each hundred agreements six
are late, some due soon, and a fifth of the members were called before; a few have holds, promises,
hours they asked for. Whatever is late is as a night left it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, connections, transaction
from tests.large_book import multiply, patterns
from tests.loans.desk import Desk

from bench._lender import TODAY, made, server
from bench._timing import best
from motocho.care.worklist import gathering
from motocho.care.worklist.policy import Why
from motocho.close import day
from motocho.config.schema import migrate
from motocho.config.settings import setup
from motocho.contact import calls, gate, holds, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import JAPAN, Hand, HoldKind, Hours, Purpose
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.loans.commands import Key, night
from motocho.loans.policy import Stop
from motocho.outside.postgres import Address, Role

EACH = 100
COPIES = 10_000
LATE = (43, 45, 52, 70, 100, 130)
"""Days since six loans were drawn that nothing was ever paid on; a cycle has 35.

From the seventh day late on one is called."""
AIM_SECONDS = 5.0
OURS = "0300000108"
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=JAPAN)
CALLED_BEFORE = 20
ENTRY = Source("bench", "entry 1")


def lender(address: Address, copies: int) -> None:
    """A migrated database with a book of so many copies of a hundred agreements."""
    migrate(address)
    setup(Role.APP, address)
    desk = Desk()
    desk.do(day.open_book, TODAY)
    late = [_late(desk, days) for days in LATE]
    keys = late + patterns(desk, TODAY)
    keys += patterns(desk, TODAY, EACH - len(keys))
    yesterday = TODAY - timedelta(days=1)
    desk.do(night.pass_days, sorted(keys), made(yesterday, "night"))
    _stir(desk, late, keys)
    multiply(address, copies)
    connections.close_all()


def _late(desk: Desk, days: int) -> Key:
    drawn_on = TODAY - timedelta(days=days)
    key = desk.open(drawn_on, 500_000, member_id=desk.member())
    desk.draw(key, 100_000, drawn_on)
    return key


def _stir(desk: Desk, late: list[Key], keys: list[Key]) -> None:
    """What the gate looks at, and what a morning finds: promises, holds, hours, calls."""
    missed, promised, counsel, *_ = late
    for key, pay_on in ((missed, TODAY), (promised, TODAY + timedelta(days=4))):
        made_on = TODAY - timedelta(days=3)
        desk.do(commands.promise, key, 5_000, pay_on - timedelta(days=1), desk.made(made_on))
    desk.do(commands.suspend, counsel, Stop.COUNSEL, desk.made(TODAY))
    wish = Wish(HoldKind.PREFERRED_HOURS, None, Hours(10, 15))
    desk.do(holds.put, late[3].member_id, wish, ENTRY, NOON - timedelta(days=9))
    plan = tasks.Plan(tasks.Kind.CALL_BACK, Purpose.ASKED_FOR, NOON - timedelta(minutes=5))
    desk.do(tasks.put, keys[-1].member_id, plan, ENTRY, NOON - timedelta(days=1))
    for key in keys[:: EACH // CALLED_BEFORE]:
        for week in range(1, 6):
            _called(desk, key.member_id, NOON - timedelta(weeks=week, hours=week % 3))
    _called(desk, late[4].member_id, NOON - timedelta(hours=1))


def _called(desk: Desk, member_id: int, at: datetime) -> None:
    wanted = Wanted(Purpose.SERVICE, "bench", "bench", OURS, shipped())
    permit = desk.do(gate.ask, member_id, wanted, at)
    result = Result.SPOKEN if at.hour == NOON.hour else Result.NO_ANSWER
    if isinstance(permit, Permit):
        desk.do(calls.note, permit, result, Source("bench", f"result {at}"), at)


def scan() -> None:
    """Every agreement's row once, in the database alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT count(*), sum(principal_yen), max(state::text) FROM loan_agreement")


def said(what: str, work: Callable[[], object], scanned: float) -> float:
    """Prints the quickest of three, and its ratio to the bare scan."""
    seconds = best(work)
    load = os.getloadavg()[0]
    print(f"{what:<52}{seconds:7.2f} s  {seconds / scanned:5.1f} times  (load {load:.1f})")
    return seconds


def main() -> str:
    """The measures; gives what missed its aim."""
    with server("queue") as running:
        began = time.perf_counter()
        lender(running.address, COPIES)
        print(f"{EACH * COPIES:,} agreements, made in {time.perf_counter() - began:.0f} s")
        scan()
        scanned = best(scan)
        print(f"{'a bare scan of the same rows':<52}{scanned:7.2f} s")

        def listed(at: datetime) -> gathering.Today:
            with transaction.atomic(), connection.cursor() as cursor:
                return gathering.today(cursor, at, Hand.STAFF)

        found = listed(NOON)
        counts = {why.value: found.ranked.counts[why] for why in Why if found.ranked.counts[why]}
        print(f"{len(found.rows):,} now, {len(found.ranked.later):,} later; {counts}")
        seconds = said("the queue of the day: facts, gate, order", lambda: listed(NOON), scanned)
        evening = NOON.replace(hour=21)
        closed = said("the same when nobody may be called", lambda: listed(evening), scanned)
    is_missed = max(seconds, closed) >= AIM_SECONDS
    print(f"aim: under {AIM_SECONDS:g} s: {'missed' if is_missed else 'met'}")
    return "the queue of the day is slower than its aim" if is_missed else ""
