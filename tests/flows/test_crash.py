"""kill -9, of the worker and of the whole PostgreSQL, at any moment of posting, import and night.

What was acknowledged is there, nothing is there twice, nothing stays locked, and when the work is done
the book is that of a lender to whom nothing happened.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from tests.close.book import EVERYTHING, query
from tests.database import Database, durable_server
from tests.flows import crash_work
from tests.flows.crash_work import Piece
from tests.whole_book import whole_book

from motocho.ledger import checks
from motocho.outside.postgres import Server

PATIENCE_SECONDS = 120


class Worker:
    """Processes that do the work one after another, each until it is killed."""

    def __init__(self, server: Server, days: int, seals: Path) -> None:
        parameters = json.dumps(dict(server.address.parameters))
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.crash_work", parameters, str(days), str(seals)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.said() == "ready"
        self.process = 0

    def begin(self, first: int, again: list[int]) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps({"from": first, "again": again}) + "\n")
        self._program.stdin.flush()
        word, number = self.said().split()
        assert word == "pid"
        self.process = int(number)

    def said(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().rstrip("\n")

    def close(self) -> None:
        self._program.communicate()


class Book:
    """The book under attack, and what is known to be done."""

    def __init__(self, server: Server, worker: Worker, plan: list[Piece], seals: Path) -> None:
        self.server, self.worker, self.plan, self.seals = server, worker, plan, seals
        self.done: list[int] = []
        self.next = 0
        self.struck: Counter[str] = Counter()

    def hear(self) -> str:
        """One more word of the worker; what it acknowledges is noted."""
        said = self.worker.said()
        word, _, rest = said.partition(" ")
        if word in {"done", "refused"}:
            self.next = int(rest) + 1
            if word == "done":
                self.done.append(int(rest))
        return said

    def strike(self, chance: random.Random, took: dict[str, float], victim: str) -> None:
        """Let it work for a while, kill, start again, and look."""
        self.worker.begin(self.next, chance.sample(self.done, min(2, len(self.done))))
        for _ in range(chance.randrange(4)):
            said = self.hear()
            assert said.startswith(("done", "refused")), said
        kind = self.plan[self.next].kind
        time.sleep(chance.uniform(0, took[kind]))
        self.struck[f"{victim} in {kind}"] += 1
        if victim == "worker":
            os.kill(self.worker.process, signal.SIGKILL)
        else:
            kill_all(self.server)
        while not (said := self.hear()).startswith("over"):
            assert victim == "server" or not said.startswith("fell"), said
        connections.close_all()
        self.server.start()
        self.look()

    def look(self) -> None:
        """Nothing is locked, all that was acknowledged is there."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while held := query(HELD):
            assert time.monotonic() < ends, held
            time.sleep(0.01)
        wanted = [self.plan[number] for number in self.done]
        events = {
            row[0] for row in query("SELECT external_ref FROM loan_event WHERE channel = 'crash'")
        }
        sealed = {row[0] for row in query("SELECT sealed_on FROM ledger_seal")}
        files = {row[0] for row in query("SELECT file FROM close_bank_line")}
        for piece in wanted:
            match piece.kind:
                case "posting":
                    assert crash_work.reference_of(piece) in events
                case "import":
                    assert crash_work.reference_of(piece, 0) in events
                case "file":
                    assert f"{piece.on}.txt" in files
                case _:
                    assert piece.on in sealed

    def finish(self) -> None:
        self.worker.begin(self.next, [])
        while (said := self.hear()) != "over 0":
            assert not said.startswith(("fell", "over")), said


HELD = """
SELECT a.pid, a.state, l.locktype, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
"""


def kill_all(server: Server) -> None:
    """The postmaster first, so that it cannot tell its children, then all of them."""
    postmaster = int((server.data / "postmaster.pid").read_text(encoding="ascii").split("\n")[0])
    processes = [postmaster, *(one for one in server.processes() or [] if one != postmaster)]
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    while server.processes():
        time.sleep(0.005)


def book_of(seals: Path) -> dict[str, Any]:
    with connection.cursor() as cursor:
        verified = checks.verify(cursor)
        assert verified.faults == ()
        assert verified.head is not None
        assert (seals / "seals.txt").read_text().splitlines()[-1] == verified.head.text()
        rows = whole_book(cursor)
    of_close = {name: sql for name, sql in EVERYTHING.items() if name not in {"entries", "journal"}}
    return {**rows, **{name: query(sql) for name, sql in of_close.items()}}


def undisturbed(plan: list[Piece], seals: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """The book when nothing happens, and how long a piece of each kind takes."""
    took: dict[str, list[float]] = defaultdict(list)
    crash_work.lender()
    for piece in plan:
        began = time.perf_counter()
        crash_work.perform(piece, seals)
        took[piece.kind].append(time.perf_counter() - began)
    return book_of(seals), {kind: sum(times) / len(times) for kind, times in took.items()}


def killed(kills: int, days: int, folder: Path, seed: int) -> Counter[str]:
    """Kill the worker and the server in turns; gives what was struck how often."""
    plan, chance = crash_work.pieces(days), random.Random(seed)
    (folder / "calm").mkdir()
    (folder / "wild").mkdir()
    expected, took = undisturbed(plan, folder / "calm")
    connections.close_all()
    with durable_server() as server:
        crash_work.lender()
        connections.close_all()
        worker = Worker(server, days, folder / "wild")
        book = Book(server, worker, plan, folder / "wild")
        try:
            for number in range(kills):
                book.strike(chance, took, ("worker", "server")[number % 2])
            assert book.next < len(plan), "the work was over before the kills were"
            book.finish()
        finally:
            worker.close()
        found = book_of(folder / "wild")
    for name, rows in expected.items():
        assert found[name] == rows, f"seed {seed}: {name}"
    return book.struck


def test_kills_lose_double_and_lock_nothing(database: Database, tmp_path: Path) -> None:
    struck = killed(kills=10, days=4, folder=tmp_path, seed=10)
    assert struck.total() == 10


@pytest.mark.long
def test_two_hundred_kills(database: Database, tmp_path: Path) -> None:
    struck = killed(kills=200, days=70, folder=tmp_path, seed=200)
    print(
        f"measured: {struck.total()} kills -9 ({', '.join(f'{count} of the {what}' for what, count in sorted(struck.items()))}):"
        " nothing lost, doubled or locked; the book equals the undisturbed one, row by row"
    )
