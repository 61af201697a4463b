"""Commands go on while the night runs: nothing is refused for it, and the books agree every day."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from tests.close.book import Lender, query
from tests.database import Database
from tests.loans.desk import days

from motocho.close import day
from motocho.ledger import checks
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.units.errors import RefusedError

BEGINS = date(2026, 2, 1)


class Traffic(threading.Thread):
    """A desk that draws and receives all the time, on the business date it is given."""

    def __init__(self, lender: Lender, keys: list[Key], seed: int) -> None:
        super().__init__()
        self._lender, self._keys, self._chance = lender, keys, random.Random(seed)
        self.stopped = threading.Event()
        self.done = 0
        self.failed: list[BaseException] = []

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                self._one()
        except BaseException as error:  # noqa: BLE001  # a thread's failure is the test's
            self.failed.append(error)
        finally:
            connection.close()

    def _one(self) -> None:
        key = self._chance.choice(self._keys)
        amount = self._chance.randrange(1, 20) * 1_000
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                on = day.business_date(cursor)
                made = replace(self._lender.made(on), channel=f"desk {self.name}")
                if self._chance.random() < 0.5:
                    commands.draw(cursor, key, amount, made)
                else:
                    value_on = on - days(self._chance.choice([0, 0, 0, 1, 20]))
                    commands.receive(cursor, key, amount, max(value_on, BEGINS), made)
        except RefusedError:
            return  # no credit left, or late: an answer like any other
        self.done += 1


def test_the_night_and_the_desks_do_not_disturb_each_other(
    database: Database, tmp_path: Path
) -> None:
    lender = Lender(tmp_path, BEGINS)
    keys = [lender.open(BEGINS, member_id=lender.member()) for _ in range(6)]
    desks = [Traffic(lender, keys, seed) for seed in (1, 2)]
    for desk in desks:
        desk.start()
    try:
        closed = lender.close(BEGINS + days(45))
    finally:
        for desk in desks:
            desk.stopped.set()
            desk.join()
    assert [desk.failed for desk in desks] == [[], []]
    assert sum(desk.done for desk in desks) > 100
    lender.close(BEGINS + days(46))
    assert len(closed) == 46
    assert not any(step.parked for one in closed for step in one.steps)
    with connection.cursor() as cursor:
        assert checks.verify(cursor).faults == ()
    assert len(query("SELECT DISTINCT business_on FROM ledger_entry")) > 10
