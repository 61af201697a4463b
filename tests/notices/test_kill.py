"""The worker killed at any moment, and run again: one message and one mail for each thing that happened."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from croniter import croniter
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.notices.posting import mails, plain
from tests.notices.test_notices import link_in, may_choose_a_pin
from tests.people.house import AT, MAIL, House, rows

from motocho.config import worker
from motocho.config.worker import AGAIN, TASKS, TELL, Until
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.notices import messages
from motocho.people import requests
from motocho.people.facts.values import Kind as Fact

SIGKILLED = -9
ROUNDS = 12
LOGINS = 40
LINKS = 6
ADDRESS_TOLD = {"fact_changed": 1, "draws_held": 1}
"""A first address, told long after joining."""


def test_killed_anywhere_everything_is_told_once(
    database: Database, house: House, tmp_path: Path
) -> None:
    desk = Desk()
    house.tell(desk.member_id, Fact.EMAIL, MAIL, at=AT)
    key = desk.open(AT.date())
    for _ in range(6):
        desk.draw(key, 10_000, AT.date())
        desk.receive(key, 3_000, AT.date())
    do(journal.write, [
        Happening(desk.member_id, "login", "member", AT, {"session_id": one, "device_id": 1})
        for one in range(LOGINS)
    ])  # fmt: skip
    asked = [may_choose_a_pin(house, house.member()) for _ in range(LINKS)]
    folder = tmp_path / "mail"
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.notices.worker_child",
         json.dumps(dict(database.address.parameters)), str(folder), AT.isoformat()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    chance, killed = random.Random(20261122), 0
    for round_no in range(200):
        after = f"{chance.uniform(0.02, 0.25)}" if round_no < ROUNDS else ""
        program.stdin.write(f"{after}\n")
        program.stdin.flush()
        code = int(program.stdout.readline())
        killed += code == SIGKILLED
        if code == 0:
            break
    program.communicate()
    assert killed >= 5, "else nothing was tried"
    count = 12 + LOGINS + LINKS + len(ADDRESS_TOLD)
    kinds = Counter(kind for (kind,) in rows("SELECT kind FROM notices_message"))
    assert kinds == ADDRESS_TOLD | {
        "draw": 6, "receipt": 6, "login": LOGINS, "pin_link": LINKS,
    }  # fmt: skip
    assert rows("SELECT count(*) FROM notices_mail WHERE state = 'sent'") == [(count,)]
    assert len(mails(folder)) == count
    assert len({one["Message-ID"] for one in mails(folder)}) == count
    links = [link_in(one) for one in mails(folder) if "/reset/" in plain(one)]
    assert {do(requests.reset_of, link, AT) for link in links} == set(asked)
    assert [
        path for path in folder.iterdir() if path.suffix == ".eml" and not path.stat().st_size
    ] == []


def test_the_worker_tells_within_a_minute() -> None:
    """From whatever moment, the reader comes often enough; its mails are jobs of the same worker."""
    moments = croniter(AGAIN[TELL], AT)
    seen = [AT, *(moments.get_next(datetime) for _ in range(500))]
    assert max(later - sooner for sooner, later in pairwise(seen)) < timedelta(minutes=1)
    assert set(TASKS) >= {TELL, messages.SEND}


def test_the_worker_sends_what_was_told(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path))
    member_id = house.member().member_id
    do(journal.write, [Happening(member_id, "login", "member", AT, {"session_id": 1})])
    worker.read_news(AT)
    worker.work(Until.EMPTY)
    worker.work(Until.EMPTY)
    assert len(mails(tmp_path / "mail")) == 1
    assert rows("SELECT state FROM notices_mail") == [("sent",)]
