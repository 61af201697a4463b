"""The worker killed at any moment between inquiry and answer: each is found again, and asked once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.database import Database
from tests.loans.crowd import at_once
from tests.screening.bureau.counter import OTHERS_YEN, Counter, rows, states

from motocho.screening import bureau

SIGKILLED = -9
ROUNDS = 14
INQUIRIES = 8


@contextmanager
def workers(database: Database, folder: Path) -> Iterator[subprocess.Popen[str]]:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.screening.bureau.worker_child",
         json.dumps(dict(database.address.parameters)), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    yield program
    program.communicate()


def round_of(program: subprocess.Popen[str], line: str) -> int:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{line}\n")
    program.stdin.flush()
    return int(program.stdout.readline())


def test_killed_anywhere_everything_is_asked_and_reported_once(
    database: Database, tmp_path: Path
) -> None:
    counter = Counter(tmp_path)
    counter.join()
    counter.consent()
    key = counter.opened()
    chance, killed = random.Random(20261124), 0
    with workers(database, tmp_path / "fake") as program:
        for number in range(ROUNDS):
            if number < INQUIRIES:
                counter.ask(f"case {number}")
                counter.draw(key, 10_000)
            after = chance.uniform(0.01, 0.22)
            killed += round_of(program, f"{counter.at.isoformat()} {after:.3f}") == SIGKILLED
            counter.fake.carry(tmp_path / "fake", counter.on)
            counter.later(hours=7)
        for _ in range(4):
            assert round_of(program, counter.at.isoformat()) == 0
            counter.fake.carry(tmp_path / "fake", counter.on)
            counter.later(hours=7)
    assert killed >= 5, "else nothing was tried"
    assert states("screening_inquiry") == ["answered"] * INQUIRIES
    assert set(counter.fake.asked.values()) == {1}
    assert len(counter.fake.asked) == INQUIRIES
    assert rows(
        "SELECT count(*), min(others_yen), max(others_yen) FROM loan_bureau_answer WHERE channel = 'bureau'"
    ) == [(INQUIRIES, OTHERS_YEN, OTHERS_YEN)]
    assert states("screening_report") == ["taken"] * INQUIRIES
    assert int(counter.kept(key)["balance_yen"]) == counter.principal_yen(key)
    numbers = rows("SELECT file_no FROM screening_bureau_file WHERE kind = 'inquiries' ORDER BY 1")
    assert [number for (number,) in numbers] == list(range(1, len(numbers) + 1))


def test_workers_at_once_send_and_count_everything_once(database: Database, tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.join()
    counter.consent()
    key = counter.opened()
    for number in range(5):
        counter.ask(f"case {number}")
        counter.draw(key, 10_000)
    at_once([lambda: bureau.carry(counter.carrier)] * 3)
    counter.fake.carry(tmp_path / "fake", counter.on)
    at_once([lambda: bureau.carry(counter.carrier)] * 3)
    assert states("screening_inquiry") == ["answered"] * 5
    assert set(counter.fake.asked.values()) == {1}
    assert rows("SELECT count(*) FROM loan_bureau_answer WHERE channel = 'bureau'") == [(5,)]
    assert states("screening_report") == ["taken"] * 5
    assert len(counter.fake.seen) == 5
