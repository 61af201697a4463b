"""The night killed at any moment, and run again: the book is as if nothing had happened."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from tests.close.book import everything
from tests.close.lives import BEGINS, busy_book
from tests.database import Database, fresh_database
from tests.loans.desk import days

from motocho.ledger import checks

UNTIL = BEGINS + days(3)
SIGKILLED = -signal.SIGKILL
BUSY = 8
"""Exit code of a night that found another, whose server process was still ending."""


class Nights:
    """Children that run the close, one after another."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.close.nightly", json.dumps(dict(database.address.parameters)),
             str(folder), UNTIL.isoformat()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._answer() == "ready\n"

    def one(self, kill_after: float | None) -> int:
        """Let a child run, killed after some time; gives its exit code."""
        assert self._program.stdin is not None
        self._program.stdin.write("\n" if kill_after is None else f"{kill_after}\n")
        self._program.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline()

    def to_the_end(self) -> None:
        while (code := self.one(None)) != 0:
            assert code == BUSY
            time.sleep(0.05)

    def close(self) -> None:
        self._program.communicate()


@contextmanager
def nights(database: Database, folder: Path) -> Iterator[Nights]:
    running = Nights(database, folder)
    try:
        yield running
    finally:
        running.close()


def killed_often(request: pytest.FixtureRequest, folder: Path, kills: int, seed: int) -> int:
    """Kill nights until none is left to run; gives how many died before their end."""
    (folder / "calm").mkdir()
    (folder / "wild").mkdir()
    with fresh_database() as database:
        busy_book(folder / "calm")
        with nights(database, folder / "calm") as running:
            began = time.monotonic()
            running.to_the_end()
            took = time.monotonic() - began
        expected = everything()
    died, chance = 0, random.Random(seed)
    while died < kills:
        with fresh_database() as database:
            busy_book(folder / "wild")
            with nights(database, folder / "wild") as running:
                for _ in range(kills - died):
                    code = running.one(chance.uniform(0, took / 2))
                    died += code == SIGKILLED
                    if code == 0:
                        break
                running.to_the_end()
            assert everything() == expected, f"seed {seed}"
            lines = (folder / "wild" / "seals.txt").read_text().splitlines()
            with connection.cursor() as cursor:
                verified = checks.verify(cursor)
            assert verified.faults == ()
            assert verified.head is not None
            assert (len(lines), lines[-1]) == (4, verified.head.text())
        (folder / "wild" / "seals.txt").unlink()
    return died


def test_killed_nights_leave_the_book_of_an_undisturbed_one(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    assert killed_often(request, tmp_path, kills=6, seed=1) >= 6


@pytest.mark.long
def test_nights_killed_two_hundred_times(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    died = killed_often(request, tmp_path, kills=200, seed=2)
    print(f"measured: {died} nights killed with SIGKILL; every book equal to the undisturbed one")
