"""Interest on an unchanged amount: exact, by every year basis."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.kernel import batch
from motocho.kernel.accrual import (
    TICKS_PER_YEN,
    YEAR_WEIGHT,
    Span,
    accrue,
    calendar_year,
    cut,
    day_in_march_year,
    interest_on,
    leap_days_between,
    march_year,
    new_year,
    span_between,
    weight_of,
)
from motocho.kernel.conventions import Rounding, YearBasis
from motocho.units.errors import BrokenInvariant

DAYS = st.dates(date(1873, 1, 1), date(2200, 12, 31))


@given(DAYS)
def test_march_year_there_and_back(day: date) -> None:
    year, since = march_year(day.toordinal())
    assert day_in_march_year(year, since) == day.toordinal()
    assert date.fromordinal(day_in_march_year(year, 0)) == date(year, 3, 1)


def test_calendar_year_of_every_day() -> None:
    for day in range(date(1873, 1, 1).toordinal(), date(2201, 1, 1).toordinal()):
        year = date.fromordinal(day).year
        assert calendar_year(day) == (year, new_year(year))


def test_compiled_code_looks_up_what_new_year_says_of_every_year() -> None:
    for year in range(1, date.max.year + 1):
        assert batch._new_year_looked_up(year) == new_year(year) == date(year, 1, 1).toordinal()
    assert batch._new_year_looked_up(0) == new_year(0)
    # The year after the last, and the one after that, to which a day too many leads.
    for year in (date.max.year + 1, date.max.year + 2):
        assert batch._new_year_looked_up(year) == new_year(year)


@given(DAYS, st.integers(1, 5000))
def test_leap_days_count_the_days_of_leap_years(first: date, length: int) -> None:
    days = [first + timedelta(days=number) for number in range(length)]
    expected = sum(calendar.isleap(day.year) for day in days)
    last = first.toordinal() + length - 1
    assert leap_days_between(first.toordinal(), last) == expected


def by_hand(first: date, last: date, basis: YearBasis) -> Span:
    """The days one by one, whole years peeled off with the calendar."""
    years = 0
    begins = first
    while True:
        try:
            following = first.replace(year=first.year + years + 1)
        except ValueError:  # from 29 February: the whole year ends on 28 February
            following = date(first.year + years + 1, 3, 1)
        if following - timedelta(days=1) > last:
            break
        years, begins = years + 1, following
    if basis in {YearBasis.CALENDAR, YearBasis.FIXED_365}:
        years, begins = 0, first
    rest = [begins + timedelta(days=number) for number in range((last - begins).days + 1)]
    leap = sum(calendar.isleap(day.year) for day in rest)
    if basis in {YearBasis.FIXED_365, YearBasis.WHOLE_THEN_365}:
        leap = 0
    if basis is YearBasis.WHOLE_THEN_FEB29:
        year = [begins + timedelta(days=number) for number in range(366)]
        ends = next(
            (day for day in year[1:] if (day.month, day.day) == (begins.month, begins.day)),
            year[365],
        )
        holds = any((day.month, day.day) == (2, 29) and day < ends for day in year)
        leap = len(rest) if holds else 0
    return Span(years, len(rest) - leap, leap)


@given(DAYS, st.integers(1, 3000), st.sampled_from(YearBasis))
def test_span_is_what_counting_by_hand_gives(first: date, length: int, basis: YearBasis) -> None:
    last = first + timedelta(days=length - 1)
    assert span_between(first.toordinal(), last.toordinal(), basis) == by_hand(first, last, basis)


@pytest.mark.parametrize(
    ("first", "last", "basis", "span"),
    [
        ("2021-08-02", "2023-08-15", YearBasis.WHOLE_THEN_CALENDAR, Span(2, 14, 0)),
        ("2021-08-02", "2025-07-15", YearBasis.WHOLE_THEN_CALENDAR, Span(3, 196, 152)),
        ("2020-02-29", "2021-02-28", YearBasis.WHOLE_THEN_365, Span(1, 0, 0)),
        ("2020-02-29", "2021-02-27", YearBasis.WHOLE_THEN_365, Span(0, 365, 0)),
        ("2020-02-29", "2024-02-28", YearBasis.WHOLE_THEN_365, Span(4, 0, 0)),
        ("2024-02-29", "2028-02-27", YearBasis.WHOLE_THEN_FEB29, Span(3, 0, 364)),
        ("2023-08-02", "2023-08-15", YearBasis.WHOLE_THEN_FEB29, Span(0, 0, 14)),
        ("2024-03-01", "2024-03-31", YearBasis.WHOLE_THEN_FEB29, Span(0, 31, 0)),
        ("2023-12-30", "2024-01-02", YearBasis.CALENDAR, Span(0, 2, 2)),
        ("2023-12-30", "2024-01-02", YearBasis.FIXED_365, Span(0, 4, 0)),
    ],
)
def test_span_at_its_edges(first: str, last: str, basis: YearBasis, span: Span) -> None:
    days = [date.fromisoformat(text).toordinal() for text in (first, last)]
    assert span_between(days[0], days[1], basis) == span


@given(
    st.integers(0, 10**12),
    st.integers(0, 4_000_000),
    st.builds(Span, st.integers(0, 50), st.integers(0, 4000), st.integers(0, 4000)),
)
def test_interest_is_the_exact_fraction(amount: int, rate_ppm: int, span: Span) -> None:
    yen, ticks = interest_on(amount * rate_ppm, weight_of(span))
    years = span.whole_years + Fraction(span.common_days, 365) + Fraction(span.leap_days, 366)
    assert 0 <= ticks < TICKS_PER_YEN
    assert yen + Fraction(ticks, TICKS_PER_YEN) == amount * Fraction(rate_ppm, 10**6) * years


@given(st.fractions(0, 10**9), st.integers(0, 400_000), st.integers(0, 10 * YEAR_WEIGHT))
def test_interest_on_a_fraction_of_a_yen_is_exact_too(
    amount: Fraction, rate_ppm: int, weight: int
) -> None:
    yen, ticks = interest_on(amount * rate_ppm, weight)
    exact = amount * rate_ppm * weight / TICKS_PER_YEN
    assert cut(yen, ticks, Rounding.EXACT) == exact


@pytest.mark.parametrize(
    ("ticks", "floor", "half_up", "ceil"),
    [
        (0, 7, 7, 7),
        (1, 7, 7, 8),
        (TICKS_PER_YEN // 2 - 1, 7, 7, 8),
        (TICKS_PER_YEN // 2, 7, 8, 8),
        (TICKS_PER_YEN - 1, 7, 8, 8),
        (TICKS_PER_YEN, 8, 8, 8),
        (TICKS_PER_YEN + 1, 8, 8, 9),
    ],
)
def test_cutting(ticks: int, floor: int, half_up: int, ceil: int) -> None:
    cuts = [cut(7, ticks, rounding) for rounding in list(Rounding)[:3]]
    assert cuts == [floor, half_up, ceil]
    assert cut(7, ticks, Rounding.EXACT) == 7 + Fraction(ticks, TICKS_PER_YEN)


@pytest.mark.parametrize(
    ("principal", "rate_ppm", "span", "yen"),
    [
        (100_000, 180_000, Span(common_days=30), 1_479),
        (100_000, 180_000, Span(leap_days=30), 1_475),
        (10_000, 180_000, Span(common_days=7), 34),
        (10_000, 180_000, Span(common_days=30), 147),
        (50_000, 180_000, Span(common_days=30), 739),
        (300_000, 180_000, Span(common_days=30), 4_438),
        (500_000, 180_000, Span(common_days=30), 7_397),
        (300_000, 180_000, Span(common_days=11, leap_days=19), 4_430),
        (100_000, 200_000, Span(common_days=10), 547),
        (100_000, 180_000, Span(common_days=366), 18_049),
    ],
)
def test_golden_vectors_of_the_law_catalogue(
    principal: int, rate_ppm: int, span: Span, yen: int
) -> None:
    assert accrue(principal, rate_ppm, span).yen == yen


@pytest.mark.parametrize(
    ("principal", "rate_ppm", "span"),
    [(-1, 0, Span()), (1, -1, Span()), (1, 1, Span(common_days=-1))],
)
def test_accrue_takes_no_negative(principal: int, rate_ppm: int, span: Span) -> None:
    with pytest.raises(BrokenInvariant):
        accrue(principal, rate_ppm, span)
