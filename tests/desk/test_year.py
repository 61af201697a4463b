"""A desk lives in the simulation; its finished record is judged by the second opinion alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.database import Database
from tests.desk import replay
from tests.desk.replay import Record

from motocho.simulation import run, world
from motocho.simulation.desk import agents, talking
from motocho.simulation.run import Lived, Watch

BEGINS_ON = date(2025, 5, 12)
AT_THE_END = Watch(touched=10**6, everything=10**6, proof=10**6)


@dataclass(frozen=True)
class Life:
    """How large a life is, from which of its days the desk works, until which it goes on."""

    seed: int
    members: int
    desk_from: int
    days: int
    turns_a_day: int


def lived(life: Life, folder: Path) -> tuple[agents.Desk, Lived]:
    made = world.make(world.Plan(life.seed, life.members, BEGINS_ON, years=2))
    begins_on = BEGINS_ON + timedelta(days=life.desk_from)
    desk = agents.Desk(made, begins_on, life.turns_a_day)
    until = BEGINS_ON + timedelta(days=life.days - 1)
    return desk, run.live(made, folder, AT_THE_END, until=until, desk=desk)


def judged(life: Life) -> Counter[str]:
    """Everything that has to hold of the record; gives what was met."""
    record = Record.read()
    found = replay.compare(record)
    assert not found.differences, "\n".join(found.differences[:5])
    met = found.counts | replay.of_the_day(record)
    met["numbers shown"] = replay.used_once()
    met["talks"] = replay.ended_talks()
    met["not now"] = replay.silence(record, talking.NOT_NOW)
    last_on = BEGINS_ON + timedelta(days=life.days - 1)
    met.update({f"promise {name}": count for name, count in replay.promises(last_on).items()})
    return met


def test_weeks_of_a_desk_break_no_rule(database: Database, tmp_path: Path, pepper: object) -> None:
    life = Life(seed=3, members=10, desk_from=190, days=215, turns_a_day=16)
    desk, _ = lived(life, tmp_path)
    met = judged(life)
    print("measured:", met, desk.done, desk.refused)
