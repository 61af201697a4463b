"""Business days of banks, and days in files that say little of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outside.bank.samples import UNHURRIED

from motocho.outside import bank
from motocho.outside.bank import days
from motocho.outside.bank.days import Years
from motocho.units.errors import InputError

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("on", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 12, 29), True),
        (date(2026, 12, 30), True),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 2), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2025, 1, 2), False),  # a Thursday
        (date(2025, 1, 3), False),  # a Friday
        (date(2026, 5, 6), False),  # 振替休日
        (date(2026, 9, 22), False),  # 国民の休日
        (date(2019, 5, 1), False),  # 即位の日
        (date(2019, 10, 22), False),  # 即位礼正殿の儀
        (date(2020, 7, 24), False),  # スポーツの日 of 2020
        (date(2020, 10, 12), True),
        (date(2021, 7, 19), True),  # 海の日 was moved
    ],
)
def test_business_days(on: date, works: object) -> None:
    assert bank.is_business_day(on) is works


def test_longest_rest_of_2019() -> None:
    assert bank.next_business_day(date(2019, 4, 26)) == date(2019, 5, 7)
    assert bank.previous_business_day(date(2019, 5, 7)) == date(2019, 4, 26)


@pytest.mark.parametrize("on", [date(1989, 12, 31), date(2100, 1, 1)])
def test_days_beyond_what_is_known_are_refused(on: date) -> None:
    with pytest.raises(InputError, match="is not known"):
        bank.is_business_day(on)


@UNHURRIED
@given(DAYS)
def test_next_and_previous_are_inverse_over_business_days(on: date) -> None:
    after, before = bank.next_business_day(on), bank.previous_business_day(on)
    assert before < on < after
    assert bank.is_business_day(after)
    assert bank.is_business_day(before)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert not any(bank.is_business_day(each) for each in between if each != on)
    assert bank.business_day_from(on) in {on, after}
    assert bank.business_day_until(on) in {on, before}


@UNHURRIED
@given(DAYS, st.integers(-180, 180))
def test_month_and_day_near_a_known_day_is_that_day(on: date, apart: int) -> None:
    known = on + timedelta(days=apart)
    assert days.month_and_day(f"{on:%m%d}", near_on=known) in {on, None} or abs(apart) > 179


def test_leap_day_is_not_found_far_from_one() -> None:
    assert days.month_and_day("0229", near_on=date(2026, 3, 1)) is None
    assert days.month_and_day("0229", near_on=date(2027, 12, 1)) == date(2028, 2, 29)
    assert days.month_and_day("1301", near_on=date(2026, 3, 1)) is None


@UNHURRIED
@given(st.dates(date(1995, 1, 1), date(2080, 12, 31)), st.integers(-360, 360))
def test_era_digits_come_back(on: date, apart: int) -> None:
    known = on + timedelta(days=apart)
    assert days.year_month_and_day(days.era_digits(on), known) == on
    western = days.year_month_and_day(f"{on:%y%m%d}", known, Years.WESTERN)
    assert western == on


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("310430", date(2019, 5, 1), date(2019, 4, 30)),
        ("310501", date(2019, 5, 1), None),  # Heisei had ended
        ("010430", date(2019, 5, 1), None),  # Reiwa had not begun
        ("010501", date(2019, 5, 1), date(2019, 5, 1)),
        ("261120", date(2026, 11, 21), None),  # western years in a file of eras
        ("080230", date(2026, 2, 1), None),
        ("051120", date(2026, 11, 21), None),  # three years ago
        ("071120", date(2026, 11, 20), date(2025, 11, 20)),
        ("000101", date(2026, 1, 1), None),
    ],
)
def test_days_by_era(text: str, known: date, expected: date | None) -> None:
    assert days.year_month_and_day(text, known) == expected
