"""Applications that stand still: told some days before, over after them, never unsaid."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import Office

from motocho.screening import applications
from motocho.screening.watch import policy


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def look(office: Office, days: int) -> tuple[int, int]:
    """What a look so many days after the start does, twice."""
    on, at = office.on + timedelta(days=days), office.at + timedelta(days=days)
    done = do(applications.lapse_idle, on, at)
    again = do(applications.lapse_idle, on, at)
    assert (again.told, again.ended) == (0, 0)
    return done.told, done.ended


def test_a_standing_application_is_told_before_it_lapses(office: Office) -> None:
    house = policy(office.on)
    office.submit()
    told_after = house.lapse_days - house.lapse_told_days + 1
    assert look(office, told_after - 1) == (0, 0)
    assert look(office, told_after) == (1, 0)
    assert look(office, told_after + house.lapse_told_days) == (0, 0)
    assert look(office, told_after + house.lapse_told_days + 1) == (0, 1)
    assert rows("SELECT outcome, ended_by FROM screening_application") == [("lapsed", "watch")]
    kinds = rows("SELECT kind FROM journal_row WHERE kind LIKE 'application_la%%' ORDER BY row_id")
    assert kinds == [("application_lapsing",), ("application_lapsed",)]


def test_who_did_something_since_is_told_anew(office: Office) -> None:
    house = policy(office.on)
    key = office.submit().key
    told_after = house.lapse_days - house.lapse_told_days + 1
    assert look(office, told_after) == (1, 0)
    office.counter.later(days=told_after + 5)
    office.employed(key)
    assert look(office, house.lapse_told_days) == (0, 0)
    assert look(office, told_after) == (1, 0)
    assert rows("SELECT outcome FROM screening_application") == [(None,)]
