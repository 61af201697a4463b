"""A desk lives in the simulation; its finished record is judged by the second opinion alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
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
    desk = agents.Desk(made, begins_on, life.turns_a_day, folder)
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


FEWEST_RULES = 5
REFUSED = ("COLL-001", "COLL-002", "COLL-003", "COLL-010", "SOLI-005", "SOLI-007")


@pytest.mark.rule("COLL-001")
@pytest.mark.rule("COLL-003")
@pytest.mark.rule("SOLI-005")
def test_weeks_of_a_desk_break_no_rule(database: Database, tmp_path: Path, pepper: object) -> None:
    life = Life(seed=3, members=10, desk_from=195, days=218, turns_a_day=16)
    desk, _ = lived(life, tmp_path)
    met = judged(life)
    for kind in ("COLL-001", "COLL-003", "SOLI-005", "permitted", "numbers shown", "talks"):
        assert met[kind] > 0, kind
    assert sum("-" in name for name in met) > FEWEST_RULES
    assert desk.done["finish"] == met["talks"]


@pytest.mark.long
def test_a_year_of_a_desk_breaks_no_rule(
    database: Database, tmp_path: Path, pepper: object
) -> None:
    life = Life(seed=11, members=36, desk_from=60, days=425, turns_a_day=12)
    desk, found = lived(life, tmp_path)
    met = judged(life)
    for kind in (*REFUSED, "SOLI-002", "SOLI-003", "COLL-015", "VULN-002", "DESK-004"):
        assert met[kind] > 0, kind
    assert met["not now"] > 0
    assert met["days of 3 calls"] > 0
    print(
        f"measured: a year of a desk, {life.members} members, {found.days} days of the book,"
        f" {met['attempts']:,} attempts judged again from the record alone, 0 differences;"
        f" {met['permitted']:,} permitted, {met['numbers shown']:,} numbers shown,"
        f" {met['talks']:,} talks, each ended; {met['not now']} times"
        f" 「{talking.NOT_NOW}」 in a call or on the site, and no offer for six months"
    )
    print(f"measured: refused by {_of(met, lambda name: '-' in name)}")
    print(f"measured: promises by the ledger {_of(met, lambda name: name.startswith('promise '))}")
    print(f"measured: the desk did {_of(desk.done, lambda _: True)}")


def _of(counts: Counter[str], wanted: Callable[[str], bool]) -> str:
    found = sorted((name, count) for name, count in counts.items() if wanted(name))
    return ", ".join(f"{name} {count:,}" for name, count in found)
