"""Due dates and minimum payments: the published examples, and a walk over every day."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.kernel.schedule import (
    DuePlan,
    HolidayRule,
    MinimumBracket,
    MinimumRule,
    Scheme,
    bracket_of,
    counts_for,
    day_of_month,
    falls,
    first_due,
    last_day_to_pay,
    minimum_yen,
    next_due,
    next_of_month,
)
from motocho.units.errors import BrokenInvariant

EVERY_35_DAYS = DuePlan()
PATIENT = settings(deadline=None)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
DAYS_OF_MONTH = st.integers(1, 31)
# 法令カタログ 2.5: the rate by the contract limit, rounded up to 1,000 yen.
RULE = MinimumRule(
    (
        MinimumBracket(300_000, 42_000),
        MinimumBracket(1_000_000, 30_000),
        MinimumBracket(None, 25_000),
    )
)


def ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def monthly(day: int, window_days: int = 14) -> DuePlan:
    return DuePlan(Scheme.MONTHLY, day, window_days=window_days)


# --------------------------------------------------------------------------------- 35 days [35日ごと]
@pytest.mark.rule("LEDG-007")
@pytest.mark.parametrize(
    ("paid_on", "due_on"),
    [
        ("2024-02-01", "2024-03-07"),
        ("2024-03-07", "2024-04-11"),
        ("2024-02-20", "2024-03-26"),
        ("2023-02-01", "2023-03-08"),
    ],
)
def test_35_days_from_the_draw_and_from_each_payment(paid_on: str, due_on: str) -> None:
    """The golden dates, in a leap year and beside one; paying early moves the next one earlier."""
    assert iso(first_due(EVERY_35_DAYS, ordinal(paid_on))) == due_on
    for missed in (0, 10, -10):
        old_due_on = ordinal(paid_on) + missed
        assert iso(next_due(EVERY_35_DAYS, old_due_on, ordinal(paid_on))) == due_on


# ------------------------------------------------------------------------------ monthly [毎月指定期日]
@pytest.mark.rule("LEDG-008")
def test_payment_14_days_before_a_monthly_due_date_counts_for_it() -> None:
    due_on = ordinal("2026-11-25")
    assert counts_for(monthly(25), due_on, ordinal("2026-11-11"))
    assert counts_for(monthly(25), due_on, due_on)


@pytest.mark.rule("LEDG-008")
def test_payment_15_days_before_a_monthly_due_date_is_extra() -> None:
    assert not counts_for(monthly(25), ordinal("2026-11-25"), ordinal("2026-11-10"))


@PATIENT
@given(DAYS, st.integers(0, 40))
def test_every_payment_counts_in_a_35_day_plan(due_on: date, days: int) -> None:
    assert counts_for(EVERY_35_DAYS, due_on.toordinal(), due_on.toordinal() - days)


@pytest.mark.rule("LEDG-011")
@pytest.mark.parametrize(
    ("month", "day", "due_on"),
    [
        ((2026, 11), 31, "2026-11-30"),
        ((2026, 2), 31, "2026-02-28"),
        ((2028, 2), 31, "2028-02-29"),
        ((2026, 2), 29, "2026-02-28"),
        ((2026, 12), 31, "2026-12-31"),
        ((2026, 12), 30, "2026-12-30"),
    ],
)
def test_day_that_a_month_lacks_is_its_last(month: tuple[int, int], day: int, due_on: str) -> None:
    assert iso(day_of_month(*month, day)) == due_on


@pytest.mark.rule("LEDG-011")
def test_due_date_on_the_31st_never_rolls_into_the_next_month() -> None:
    """A short month does not shorten the ones after it either."""
    due, found = ordinal("2026-10-31"), []
    for _ in range(6):
        due = next_due(monthly(31), due, due)
        found.append(iso(due))
    assert found == [
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
    ]


@PATIENT
@given(DAYS, DAYS_OF_MONTH)
def test_next_of_month_is_the_first_such_day(after: date, day: int) -> None:
    """By looking at each day in turn."""

    def is_such(on: date) -> bool:
        return on.day == min(day, calendar.monthrange(on.year, on.month)[1])

    found = date.fromordinal(next_of_month(after.toordinal(), day))
    assert is_such(found)
    between = (after + timedelta(days=number) for number in range(1, (found - after).days))
    assert not any(is_such(on) for on in between)


@PATIENT
@given(DAYS, DAYS_OF_MONTH, st.integers(0, 31))
def test_first_monthly_due_date_lies_beyond_the_window(
    drawn: date, day: int, window_days: int
) -> None:
    """So that the first payment is never one that would be counted as extra on the day itself."""
    plan, drawn_on = monthly(day, window_days), drawn.toordinal()
    due_on = first_due(plan, drawn_on)
    assert not counts_for(plan, due_on, drawn_on)
    assert due_on - drawn_on <= window_days + 31
    assert next_due(plan, due_on, drawn_on) == next_of_month(due_on, day)


# ------------------------------------------------------------------------------- holidays [休日]
# 2026-11-21 is a Saturday; Monday the 23rd is 勤労感謝の日.
CLOSED = frozenset(ordinal(text) for text in ("2026-11-21", "2026-11-22", "2026-11-23"))


@pytest.mark.rule("LEDG-010")
def test_due_date_on_a_holiday_may_be_paid_on_the_next_business_day() -> None:
    last = last_day_to_pay(monthly(22), ordinal("2026-11-22"), CLOSED)
    assert iso(last) == "2026-11-24"
    assert iso(last_day_to_pay(monthly(25), ordinal("2026-11-25"), CLOSED)) == "2026-11-25"


def test_contract_may_keep_the_due_date_as_written() -> None:
    plan = monthly(22)._replace(holiday_rule=HolidayRule.AS_WRITTEN)
    assert iso(last_day_to_pay(plan, ordinal("2026-11-22"), CLOSED)) == "2026-11-22"


# -------------------------------------------------------------------- minimum payment [最低返済額]
@pytest.mark.rule("LEDG-004")
@pytest.mark.parametrize(
    ("limit_yen", "balance_yen", "expected_yen"),
    [
        (200_000, 100_000, 5_000),
        (200_000, 80_000, 4_000),
        (300_000, 300_000, 13_000),
        (300_001, 100_000, 3_000),
        (500_000, 310_000, 10_000),
        (1_000_000, 1_000_000, 30_000),
        (1_000_001, 1_200_000, 30_000),
        (500_000, 1, 1_000),
        (500_000, 0, 0),
    ],
)
def test_minimum_is_a_share_of_the_balance_by_the_limit(
    limit_yen: int, balance_yen: int, expected_yen: int
) -> None:
    assert minimum_yen(RULE, limit_yen, balance_yen) == expected_yen


@pytest.mark.rule("LEDG-004")
def test_minimum_of_exactly_3_000_yen_is_not_rounded_up_to_4_000() -> None:
    """The refused case: 0.03 as a binary float, and then up."""
    assert minimum_yen(RULE, 500_000, 100_000) == 3_000
    assert all(minimum_yen(RULE, 500_000, 100_000 * n) == 3_000 * n for n in range(1, 11))


@PATIENT
@given(
    st.integers(0, 10**9),
    st.integers(0, 10**6),
    st.sampled_from([1, 777, 1_000, 10_000]),
)
def test_minimum_is_rounded_up_exactly(balance_yen: int, rate_ppm: int, unit_yen: int) -> None:
    rule = MinimumRule((MinimumBracket(None, rate_ppm),), unit_yen)
    exact = Fraction(balance_yen * rate_ppm, 1_000_000)
    assert minimum_yen(rule, 0, balance_yen) == ceil(exact / unit_yen) * unit_yen


def test_brackets_must_cover_every_limit() -> None:
    with pytest.raises(BrokenInvariant):
        bracket_of((MinimumBracket(300_000, 42_000),), 300_001)


def test_minimum_must_be_more_than_the_interest_of_35_days() -> None:
    """LEDG-006: 1.5 % against 15 % x 35/365 = 1.44 %; at 18 % it would be 1.73 %."""
    assert falls(15_000, 150_000)
    assert not falls(15_000, 180_000)


@PATIENT
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 62))
def test_falls_is_exact_to_the_last_ppm(minimum_ppm: int, rate_ppm: int, days: int) -> None:
    interest = Fraction(rate_ppm * days, 365)
    assert falls(minimum_ppm, rate_ppm, days) == (minimum_ppm > interest)


def test_minimum_equal_to_the_interest_does_not_fall() -> None:
    assert not falls(35_000, 365_000)
    assert falls(35_001, 365_000)
