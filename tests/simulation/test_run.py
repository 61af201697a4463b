"""A small lender lives: nothing disagrees, and the same seed gives the same book."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.database import Database

from motocho.config.trial import throw_away
from motocho.outside.postgres import ADMIN
from motocho.simulation import checks, run, world
from motocho.simulation.run import Lived, Watch

BEGINS_ON = date(2023, 11, 20)
"""Over a New Year, a 29 February and the holidays of May."""
MONTHS_DAYS = 244


def lived(folder: Path, seed: int, members: int, days: int) -> Lived:
    plan = world.Plan(seed, members, BEGINS_ON, years=1)
    made = world.make(plan)
    return run.live(made, folder, Watch(everything=60), until=BEGINS_ON + timedelta(days=days - 1))


def test_a_small_lender_lives_without_a_disagreement(database: Database, tmp_path: Path) -> None:
    found = lived(tmp_path, seed=4, members=25, days=MONTHS_DAYS)
    done = found.tally.done
    for kind in ("open", "draw", "send", "receipt", "receipt_later", "refund", "limit"):
        assert done[kind] > 0, kind
    assert found.tally.repeated > 0
    assert found.tally.refused["LON-014"] > 0
    checked = found.checked
    assert checked["trial_balances"] == MONTHS_DAYS
    assert checked["agreements_replayed"] > done["receipt"] // 2
    assert checked["events_replayed"] > checked["agreements_replayed"]
    assert checked["lawful_rows"] > 0
    assert checked["draws_within_limit"] > 0
    assert checked["seals_proved"] == MONTHS_DAYS
    assert checked["journal_rows"] > done["draw"] + done["receipt"]


def test_same_seed_gives_the_same_book(database: Database, tmp_path: Path) -> None:
    """Each on a server of its own: what others do on a shared one can hold the night's news back."""
    other = lived(tmp_path / "other", seed=3, members=6, days=60)
    same = []
    for _ in range(2):
        with throw_away() as seals:
            found = lived(seals, seed=2, members=6, days=60)
            same.append((found.digest, found.tally.done, (seals / "seals.txt").read_text()))
    assert same[0] == same[1]
    assert other.digest != same[0][0]


def test_one_row_changes_the_digest(database: Database, tmp_path: Path) -> None:
    before = lived(tmp_path, seed=2, members=3, days=20).digest
    with database.connect(ADMIN, autocommit=True) as admin:
        admin.execute("ALTER TABLE loan_event DISABLE TRIGGER USER")
        admin.execute("UPDATE loan_event SET actor = 'nobody' WHERE event_no = 2")
    with connection.cursor() as cursor:
        assert checks.digest(cursor) != before


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_three_years_of_a_thousand_members(seed: int, database: Database, tmp_path: Path) -> None:
    """The twin check of the contract: ledger, states and a replay agree to the yen, every day."""
    plan = world.Plan(seed, members=1_000, begins_on=date(2023, 4, 1), years=3)
    found = run.live(world.make(plan), tmp_path, Watch(everything=90))
    checked = found.checked
    assert checked["trial_balances"] == found.days
    print(
        f"measured: twin check, seed {seed}: {found.days:,} days, 1,000 members,"
        f" {found.events:,} commands, {checked['agreements_replayed']:,} agreements and"
        f" {checked['events_replayed']:,} events folded again, 0 differences"
    )
