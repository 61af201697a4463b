"""Colleagues of the demonstration sign in with what each start gives them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.loans.crowd import do

from motocho.outside.clock import JAPAN
from motocho.people import staff
from motocho.people.access import Role
from motocho.people.staff import Entered, Missed, Typed
from motocho.simulation.demonstration import colleagues
from motocho.simulation.demonstration.colleagues import COLLEAGUES, PASSWORD, Seat

BEGUN = datetime(2026, 11, 20, 9, tzinfo=JAPAN)


def seated(at: datetime) -> tuple[Seat, ...]:
    seats: tuple[Seat, ...] = do(colleagues.seat, at, at.date())
    return seats


def entered(seat: Seat, at: datetime) -> Entered | Missed | staff.Locked:
    typed = Typed(seat.colleague.login_name, PASSWORD, seat.code(at))
    outcome: Entered | Missed | staff.Locked = do(staff.enter, typed, at)
    return outcome


@pytest.mark.usefixtures("database", "pepper")
def test_everybody_signs_in_on_the_first_day_and_after_another_start() -> None:
    first = seated(BEGUN)
    assert {role for one in COLLEAGUES for role in one.roles} == set(Role)
    for seat in first:
        outcome = entered(seat, BEGUN)
        assert isinstance(outcome, Entered), seat.colleague
        known = do(staff.active, outcome.staff_id, BEGUN.date())
        assert known is not None
        assert known.roles == seat.colleague.roles
    later = BEGUN + timedelta(days=3)
    again = seated(later)
    assert [one.colleague for one in again] == [one.colleague for one in first]
    assert isinstance(entered(first[3], later), Missed)  # what the first start gave is over
    assert all(isinstance(entered(seat, later), Entered) for seat in again)
    assert len(do(staff.accounts)) == len(COLLEAGUES)


@pytest.mark.usefixtures("database", "pepper")
def test_a_seat_shows_no_seed() -> None:
    shown = repr(seated(BEGUN))
    assert "otpauth" not in shown
    assert "secret" not in shown


def test_two_persons_can_agree_without_the_third() -> None:
    may_agree = [one for one in COLLEAGUES if Role.SUPERVISOR in one.roles]
    assert len(may_agree) >= 3
