"""What a loan costs if so much is paid a month: against published figures and a fold of its own."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.loans.outlook import beside, least_monthly_yen, new_loan, outlook
from motocho.units.errors import BrokenInvariant

ON = date(2026, 11, 22)


def reckoned(principal: int, rate_ppm: int, monthly: int, on: date) -> tuple[int, int]:
    """Payments and interest by plain fractions, day for day: a second opinion."""
    owed, paid, before, interest_in_all = principal, 0, on, 0
    while owed:
        paid += 1
        year, month = divmod(on.month - 1 + paid, 12)
        last = (date(on.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal()) - 1
        due = min(date(on.year + year, month + 1, 1).toordinal() + on.day - 1, last)
        exact = Fraction(0)
        for ordinal in range(before.toordinal() + 1, due + 1):
            leap = date.fromordinal(ordinal).year
            days = 366 if leap % 4 == 0 and (leap % 100 != 0 or leap % 400 == 0) else 365
            exact += Fraction(owed * rate_ppm, 1_000_000 * days)
        interest = int(exact)
        interest_in_all += interest
        owed -= min(owed, monthly - interest)
        before = date.fromordinal(due)
    return paid, interest_in_all


@pytest.mark.parametrize(
    ("principal", "rate", "monthly"),
    [
        (300_000, 180_000, 9_000),
        (100_000, 180_000, 5_000),
        (1_000_000, 150_000, 30_000),
        (1_000, 180_000, 1_000),
    ],
)
def test_outlook_equals_a_second_reckoning(principal: int, rate: int, monthly: int) -> None:
    found = outlook(new_loan(principal, rate, ON), monthly)
    assert found is not None
    assert (found.payments, found.interest_yen) == reckoned(principal, rate, monthly, ON)


def test_thirty_months_of_a_published_example_is_near() -> None:
    """A comparison site prints 118,982 yen for 300,000 at 18 % and 9,000 a month, by months."""
    found = outlook(new_loan(300_000, 180_000, ON), 9_000)
    assert found is not None
    assert abs(found.interest_yen - 118_982) < 500


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1_000, 2_000_000), st.integers(1_000, 200_000), st.integers(0, 30_000),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)  # fmt: skip
def test_all_that_is_paid_is_principal_and_interest(
    principal: int, rate: int, more: int, on: date
) -> None:
    monthly = max(least_monthly_yen(principal, rate) + more, principal // 100)
    found = outlook(new_loan(principal, rate, on), monthly)
    assert found is not None
    assert found.total_yen == principal + found.interest_yen
    assert sum(one.principal_yen for one in found.rows) == principal
    assert found.rows[-1].rest_yen == 0
    assert [one.paid_yen for one in found.rows[:-1]] == [monthly] * (found.payments - 1)
    assert found.rows[-1].paid_yen <= monthly
    rests = [one.rest_yen for one in found.rows]
    assert rests == sorted(rests, reverse=True)


@given(st.integers(50_000, 500_000), st.integers(5_000, 40_000))
def test_paying_more_never_costs_more(principal: int, monthly: int) -> None:
    if monthly < least_monthly_yen(principal, 180_000):
        return
    state = new_loan(principal, 180_000, ON)
    found = outlook(state, monthly)
    assert found is not None
    for other in beside(state, monthly):
        assert other.monthly_yen > monthly
        assert other.payments <= found.payments
        assert other.interest_yen <= found.interest_yen


def test_least_payment_always_ends_or_lasts_fifty_years() -> None:
    """One yen less than the interest of a long month may still end, after decades; far less never."""
    state = new_loan(300_000, 180_000, ON)
    assert outlook(state, 3_000) is None
    found = outlook(state, least_monthly_yen(300_000, 180_000))
    assert found is not None
    assert found.payments > 120


def test_day_that_a_month_lacks_is_its_last() -> None:
    found = outlook(new_loan(30_000, 180_000, date(2027, 1, 31)), 10_000)
    assert found is not None
    assert [one.on for one in found.rows][:2] == [date(2027, 2, 28), date(2027, 3, 31)]


def test_nothing_borrowed_has_no_outlook() -> None:
    with pytest.raises(BrokenInvariant):
        outlook(new_loan(1_000, 180_000, ON)._replace(principal_yen=0), 1_000)
