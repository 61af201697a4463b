"""The world: the same for the same seed, people who could be, products that may be sold."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from motocho.loans import products
from motocho.simulation.world import Habit, Plan, make, weighted

BEGINS_ON = date(2023, 4, 1)


@given(seed=st.integers(0, 2**63), members=st.integers(1, 30), years=st.integers(1, 5))
def test_same_plan_gives_the_same_world(seed: int, members: int, years: int) -> None:
    plan = Plan(seed, members, BEGINS_ON, years)
    assert make(plan) == make(plan)


def test_one_more_member_changes_nobody_else() -> None:
    few, more = (make(Plan(5, members, BEGINS_ON, 2)) for members in (40, 41))
    assert more.borrowers[:40] == few.borrowers


def test_another_seed_is_another_world() -> None:
    one, other = (make(Plan(seed, 10, BEGINS_ON, 2)).borrowers for seed in (1, 2))
    assert [borrower.person for borrower in one] != [borrower.person for borrower in other]


def test_people_could_be() -> None:
    world = make(Plan(3, 2_000, BEGINS_ON, 3))
    numbers = {borrower.number for borrower in world.borrowers}
    assert len(numbers) == 2_000
    assert all(re.fullmatch("[0-9]{8}", number) for number in numbers)
    assert {borrower.habit for borrower in world.borrowers} == set(Habit)
    for borrower in world.borrowers:
        person = borrower.person
        assert re.fullmatch("[ァ-ヶー]+", person.family_kana + person.given_kana)
        age_days = (borrower.wishes[0].on - person.born_on).days
        assert 20 * 365 < age_days < 76 * 366
        asked = sum(wish.opening.limit_yen for wish in borrower.wishes)
        assert asked * 3 <= borrower.yearly_income_yen
        assert all(wish.on >= BEGINS_ON for wish in borrower.wishes)
    assert any(
        (one.person.born_on.month, one.person.born_on.day) == (2, 29) for one in world.borrowers
    )
    assert any(one.dies_on for one in world.borrowers)
    assert any(len(one.wishes) == 3 for one in world.borrowers)


def test_products_may_be_published() -> None:
    for product in make(Plan(1, 1, BEGINS_ON, 1)).products:
        assert products.check(product) == ()


def test_last_day_is_the_eve_of_the_anniversary() -> None:
    assert Plan(1, 1, date(2023, 4, 1), 1).ends_on == date(2024, 3, 31)
    assert Plan(1, 1, date(2024, 2, 29), 1).ends_on == date(2025, 2, 28)


def test_weights_are_kept() -> None:
    dice = make(Plan(1, 1, BEGINS_ON, 1)).dice("weights")
    thrown = [weighted(dice, (("often", 9), ("never", 0), ("rare", 1))) for _ in range(2_000)]
    assert set(thrown) == {"often", "rare"}
    assert 1_700 < thrown.count("often") < 1_900
