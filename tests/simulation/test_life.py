"""What people decide: amounts that can be money, days to come, habits that show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from motocho.kernel import revolving
from motocho.kernel.revolving import State
from motocho.kernel.schedule import Scheme
from motocho.loans import products
from motocho.loans.commands import Key
from motocho.loans.policy import Status, Stop
from motocho.simulation import _deeds, lender, life
from motocho.simulation.world import Borrower, Habit, Plan, make

WORLD = make(Plan(11, 400, date(2023, 4, 1), 3))
OPENED = date(2023, 4, 3).toordinal()


def sight(on: int, *events: revolving.Event, product: int = 0) -> _deeds.Sight:
    """An agreement after some events, seen on a day."""
    sold = WORLD.products[product]
    plan = sold.plan(sold.schemes[0], 27 if sold.schemes[0] is Scheme.MONTHLY else 0)
    rules = sold.rules(frozenset())
    state: State = revolving.open_loan(OPENED, products.terms_of(sold, 500_000, plan, (0, 0)))
    for step in revolving.fold(state, events, rules):
        state = step.state
    state = revolving.advance(state, on, rules)
    room = max(0, 500_000 - state.principal_yen) // 1_000 * 1_000
    return _deeds.Sight(Key(1, 1), on, sold, Status.OPEN, frozenset(), state, rules, room)


def of_habit(habit: Habit) -> Borrower:
    return next(one for one in WORLD.borrowers if one.habit is habit and one.trouble is None)


@given(
    seed=st.integers(0, 10**6), who=st.integers(0, 399), days=st.integers(0, 200),
    drawn=st.integers(1, 500), product=st.sampled_from([0, 2]),
)  # fmt: skip
def test_deeds_are_possible(seed: int, who: int, days: int, drawn: int, product: int) -> None:
    """Whatever is thrown: whole yen above zero, news that come later, plans for days to come."""
    thrown, borrower = Random(seed), WORLD.borrowers[who]
    seen = sight(OPENED + days, revolving.Draw(OPENED, drawn * 1_000), product=product)
    planned = life.next_payment(borrower, seen, thrown)
    assert planned is None or planned > seen.on or planned >= seen.state.due_on  # type: ignore[operator]
    deeds = [
        *life.spend(borrower, seen, thrown),
        *life.pay(borrower, seen, thrown),
        *life.asks(seen, thrown),
        *life.heirs_pay(seen, thrown),
        *lender.review(seen, lender.File(), thrown),
    ]
    for deed in deeds:
        amount = getattr(deed, "amount_yen", 1)
        assert isinstance(amount, int)
        assert amount > 0
        if isinstance(deed, _deeds.Repay):
            assert deed.booked_after_days >= 0
    assert life.next_spending(borrower, seen.on, thrown) > seen.on
    assert lender.next_review(seen, thrown) > seen.on


def test_nobody_pays_what_is_not_owed() -> None:
    seen = sight(OPENED + 10)
    thrown = Random(1)
    assert life.next_payment(of_habit(Habit.PUNCTUAL), seen, thrown) is None
    assert life.pay(of_habit(Habit.PUNCTUAL), seen, thrown) == ()


def test_punctual_people_pay_in_time_and_late_ones_do_not_always() -> None:
    seen = sight(OPENED + 1, revolving.Draw(OPENED, 100_000))
    last = revolving.deadline(seen.state, seen.rules)
    assert last is not None
    days = {
        habit: [life.next_payment(of_habit(habit), seen, Random(seed)) or 0 for seed in range(200)]
        for habit in (Habit.PUNCTUAL, Habit.FORGETFUL)
    }
    assert max(days[Habit.PUNCTUAL]) <= last
    late = sum(1 for day in days[Habit.FORGETFUL] if day > last)
    assert 50 < late < 150


def test_lender_demands_before_it_accelerates() -> None:
    late = sight(OPENED + 35 + 90, revolving.Draw(OPENED, 100_000))
    file, thrown = lender.File(), Random(4)
    first = [deed for _ in range(3) for deed in lender.review(late, file, thrown)]
    assert any(isinstance(deed, _deeds.Suspend) for deed in first)
    for _ in range(30):
        stopped = replace(late, stops=frozenset({Stop.CREDIT}))
        for deed in lender.review(stopped, file, thrown):
            if isinstance(deed, _deeds.Accelerate) and deed.demand is not None:
                assert deed.demand == file.demand
                return
    raise AssertionError
