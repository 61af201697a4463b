"""A counter at work: a process that draws and receives until it is told to stop."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import errors

from motocho.config.settings import setup
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.outside.postgres import Address, Role

CHANNEL = "load"
TODAY = date(2026, 1, 20)
PASSING = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
MOST_TRIES = 20


@dataclass
class Worked:
    """What a counter was told is done: reference and yen, out with a minus."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    failure: str = ""


@dataclass(frozen=True)
class Counter:
    """What a counter is given: its number, where the book is, whom it serves."""

    number: int
    address: Address
    keys: list[Key]


def work(given: Counter, stop: Event, done: Synchronized[int], results: Queue[Worked]) -> None:
    """Take people until told to stop; what fails in passing is tried again, by its reference."""
    worked = Worked()
    try:
        setup(Role.APP, given.address)
        chance = random.Random(given.number)
        served = 0
        while not stop.is_set():
            served += 1
            key, reference = chance.choice(given.keys), f"{given.number}-{served}"
            amount_yen = chance.randrange(1, 4) * 1_000 * chance.choice((-1, 1))
            _serve(worked, key, amount_yen, reference)
            worked.acknowledged[reference] = amount_yen
            with done.get_lock():
                done.value += 1
    except Exception as error:  # noqa: BLE001  # the test names it
        worked.failure = repr(error)
    results.put(worked)


def _serve(worked: Worked, key: Key, amount_yen: int, reference: str) -> None:
    at = datetime(2026, 1, 20, 3, tzinfo=UTC)
    made = Made(CHANNEL, reference, TODAY, at, "counter")
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                _command(cursor, key, amount_yen, made)
        except OperationalError as error:
            if not isinstance(error.__cause__, PASSING):
                raise
            worked.retries += 1
        else:
            return
    raise TimeoutError(reference)


def _command(cursor: Any, key: Key, amount_yen: int, made: Made) -> None:
    if amount_yen < 0:
        commands.draw(cursor, key, -amount_yen, made)
    else:
        commands.receive(cursor, key, amount_yen, TODAY, made)
