"""Applications, honest, mistaken and fraudulent, with a bureau that fails: what came of them is judged by
the finished record alone, by a judge that shares nothing with the commands (`simulation.applicants`)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.database import Database
from tests.screening.applications.crowd_child import hand_in

from motocho.outside.postgres import ADMIN
from motocho.simulation.applicants import crowd, judging, people
from motocho.simulation.applicants.crowd import Lived
from motocho.simulation.applicants.desk import Turn
from motocho.simulation.applicants.judging import Judged

SEED, APPLICANTS, SAMPLE = 20261124, 10_000, 40
CHUNK = 250
LATEST_SECONDS = 2.5
TRIED = ("SCR-204", "SCR-207", "SCR-208", "SCR-212", "rule loan_agreement_applied_for", "IDV-010")
"""What nothing gets past; else nobody tried."""


def judge(lived: Lived) -> Judged:
    with connection.cursor() as cursor:
        return judging.judge(cursor, lived)


def tried(lived: Lived) -> dict[str, int]:
    return {
        code: sum(count for told, count in lived.told.items() if told.endswith(f" {code}"))
        for code in TRIED
    }


@pytest.mark.rule("LEND-001")
def test_a_small_crowd_leaves_no_fault(database: Database, tmp_path: Path) -> None:
    plan = people.Plan(SEED, SAMPLE, batch=20)
    lived = crowd.live(plan, crowd.InHouse(hand_in), tmp_path)
    judged = judge(lived)
    assert judged.faults == []
    assert judged.counted["honest contracted"] > SAMPLE // 4, judged.counted
    assert judged.counted["ended refused"] > 0
    _spoilt_is_found(database, lived)


SPOILT = {
    "a consent is missing": "UPDATE people_consent SET is_given = false WHERE scope = 'members'",
    "not shown before": "UPDATE documents_paper SET cause = cause || ' other'",
    "not identified": "DELETE FROM screening_identity",
    "an unfit approval": "UPDATE people_staff_role SET role = 'operator' WHERE role = 'reviewer'",
    "above a third": "UPDATE loan_survey SET annual_yen = 1",
    "no application": "DELETE FROM screening_contract",
}


def _spoilt_is_found(database: Database, lived: Lived) -> None:
    """The judge is no friend: each thing that is taken out of the record is missed."""
    for wrong, statement in SPOILT.items():
        with database.connect(ADMIN) as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute("ALTER TABLE loan_survey DROP CONSTRAINT loan_survey_third")
            admin.execute(statement)
            faults = judging.judge(admin.cursor(), lived).faults
            admin.rollback()
        assert any(wrong in one for one in faults), wrong


# ------------------------------------------------------------------------------- killed at any moment
@dataclass
class Killed:
    """Two desks, one of which also carries files, killed now and then at any moment."""

    programs: Sequence[subprocess.Popen[str]]
    chance: random.Random
    kills: int = 0
    rounds: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"deeds": 0.0, "bureau": 0.0})

    def do(self, turns: Sequence[Turn]) -> list[str]:
        began = time.monotonic()
        parts = [[one for one in turns if one.applicant.number % 2 == side] for side in (0, 1)]
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(self._desk, self.programs, parts))
        told = [iter(one) for one in done]
        self.seconds["deeds"] += time.monotonic() - began
        return [next(told[one.applicant.number % 2]) for one in turns]

    def _desk(self, program: subprocess.Popen[str], turns: Sequence[Turn]) -> list[str]:
        told: list[str] = []
        while len(told) < len(turns):
            part = turns[len(told) : len(told) + CHUNK]
            work = [
                (one.applicant.number, one.deed.value, one.place, one.at.isoformat())
                for one in part
            ]
            told += self._send(program, {"at": part[0].at.isoformat(), "turns": work})
        return told

    def carry(self, folder: Path, at: datetime) -> None:
        began = time.monotonic()
        line = {"at": at.isoformat(), "folder": str(folder)}
        kills = -1
        while kills != self.kills:  # until one is not killed
            kills = self.kills
            self._send(self.programs[0], line)
        self.seconds["bureau"] += time.monotonic() - began

    def _send(self, program: subprocess.Popen[str], line: dict[str, Any]) -> list[str]:
        is_cut = self.chance.random() < 0.3
        # early moments more often: a round lasts longer on a slow machine than on a quick one
        seconds = 0.01 + LATEST_SECONDS * self.chance.random() ** 3 if is_cut else None
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps({**line, "seconds": seconds}) + "\n")
        program.stdin.flush()
        told: list[str] = []
        while not (answer := program.stdout.readline()).startswith("end "):
            assert answer, "the program ended"
            told.append(answer.rstrip("\n"))
        code = int(answer.split()[1])
        assert code in {0, -9}, code
        self.kills += code == -9
        self.rounds += 1
        return told


@contextmanager
def desks(database: Database, plan: people.Plan) -> Iterator[Killed]:
    numbers = [str(one) for one in (plan.seed, plan.count, plan.batch)]
    command = [sys.executable, "-m", "tests.screening.applications.crowd_child",
               json.dumps(dict(database.address.parameters)), *numbers]  # fmt: skip
    programs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    yield Killed(programs, random.Random(plan.seed))
    for program in programs:
        program.communicate()


@pytest.mark.long
@pytest.mark.rule("LEND-001")
def test_ten_thousand_applications_with_desks_and_workers_killed(
    database: Database, tmp_path: Path
) -> None:
    plan = people.Plan(SEED, APPLICANTS)
    began = time.monotonic()
    with desks(database, plan) as hands:
        lived = crowd.live(plan, hands, tmp_path)
    lasted = time.monotonic() - began
    judged = judge(lived)
    for line in report(lived, judged, hands, lasted):
        print(f"measured: {line}")
    assert judged.faults == []
    assert hands.kills > hands.rounds // 10
    assert all(tried(lived).values()), tried(lived)


def report(lived: Lived, judged: Judged, hands: Killed, lasted: float) -> Iterator[str]:
    counted = judged.counted
    yield (
        f"{len(lived.everyone):,} applicants, {lived.deeds:,} deeds in {lasted / 60:.1f} minutes"
        f" ({hands.seconds['bureau'] / 60:.1f} with the bureau), seed {lived.plan.seed};"
        f" desks and workers killed {hands.kills:,} times in {hands.rounds:,} rounds;"
        f" {counted['decisions']:,} decisions, each replayed; {counted['contracts']:,} contracts,"
        f" each judged from the record alone, {len(judged.faults)} faults"
    )
    sorts = [
        f"{one.value.replace('_', ' ')} {counted[f'{one.value} contracted']:,} of "
        f"{counted[f'{one.value} contracted'] + counted[f'{one.value} without']:,}"
        for one in people.Sort
    ]
    yield f"contracts by kind of applicant: {', '.join(sorts)}"
    ends = [f"{name} {count:,}" for name, count in sorted(counted.items()) if " " in name
            and name.split()[0] in {"decided", "ended"}]  # fmt: skip
    yield f"decisions and ends: {', '.join(ends)}"
    codes = [f"{code} {count:,}" for code, count in tried(lived).items()]
    yield f"refused: {', '.join(codes)}"
