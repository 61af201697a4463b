"""Interest on an unchanged amount over a span of days, exactly [利息].

Two integers carry everything. Time is counted in *weights*: a year is 365 x 366 of them, so that a
day is a whole number whether it is 1/365 or 1/366 of a year. Money beyond the yen is counted in
*ticks*: 1 yen is 365 x 366 x 1,000,000 of them, so that ppm a year for a number of days is a whole
number too. Nothing is rounded until `cut` is asked to.

Days are proleptic ordinals (`date.toordinal()`): plain integers, so that this source runs as it is
and compiled (`kernel.batch`).

>>> accrue(500_000, 180_000, Span(common_days=30))
Accrued(yen=7397, remainder_ticks=34770000000)
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

from motocho.kernel.conventions import Rounding, YearBasis
from motocho.units.errors import ensure

Yen: TypeAlias = int | Fraction
"""Whole yen; a Fraction only under `Rounding.EXACT`."""

COMMON_YEAR_DAYS = 365
LEAP_YEAR_DAYS = 366
YEAR_WEIGHT = COMMON_YEAR_DAYS * LEAP_YEAR_DAYS
"""Weights in one year; a day of a common year weighs 366, of a leap year 365."""
PPM = 1_000_000
TICKS_PER_YEN = YEAR_WEIGHT * PPM
"""Ticks in one yen: the exact unit of interest."""

# The proleptic calendar repeats every 400 years; the shorter cycles are the textbook ones.
_DAYS_IN_400_YEARS = 146_097
_DAYS_IN_100_YEARS = 36_524
_DAYS_IN_4_YEARS = 1_460
_MARCH_1_OF_YEAR_0 = -305
"""Ordinal of 1 March of year 0; counting years from March puts the leap day last."""
_NEVER_TOO_EARLY = 146_288
"""Makes 400 x day // (days of 400 years) the right year or one too high; found by trying all."""


class Span(NamedTuple):
    """Charged time: whole years, and days of common and of leap years [期間]."""

    whole_years: int = 0
    common_days: int = 0
    leap_days: int = 0


class Accrued(NamedTuple):
    """Exact interest: `yen` and `remainder_ticks` (0 … TICKS_PER_YEN - 1) [経過利息]."""

    yen: int
    remainder_ticks: int


def march_year(day: int) -> tuple[int, int]:
    """The year counted from March, and the days since its 1 March [3月始まりの年].

    29 February is the last day of its March year (day 365), so "the same day next year" needs no
    special case: 29 February leads to 1 March.
    """
    since = day - _MARCH_1_OF_YEAR_0
    cycle = since // _DAYS_IN_400_YEARS
    inside = since - cycle * _DAYS_IN_400_YEARS
    year = (
        inside
        - inside // _DAYS_IN_4_YEARS
        + inside // _DAYS_IN_100_YEARS
        - inside // (_DAYS_IN_400_YEARS - 1)
    ) // COMMON_YEAR_DAYS
    return cycle * 400 + year, inside - (year * COMMON_YEAR_DAYS + year // 4 - year // 100)


def day_in_march_year(year: int, days_since_march: int) -> int:
    """The ordinal of a day given as `march_year` gives it [3月始まりの年の日]."""
    return (
        _MARCH_1_OF_YEAR_0
        + year * COMMON_YEAR_DAYS
        + year // 4
        - year // 100
        + year // 400
        + days_since_march
    )


def new_year(year: int) -> int:
    """The ordinal of 1 January of a year [元日].

    >>> from datetime import date
    >>> new_year(2001) == date(2001, 1, 1).toordinal()
    True
    """
    before = year - 1
    return before * COMMON_YEAR_DAYS + before // 4 - before // 100 + before // 400 + 1


def calendar_year(day: int) -> tuple[int, int]:
    """The calendar year of a day, and the ordinal of its 1 January [暦年]."""
    year = (day * 400 + _NEVER_TOO_EARLY) // _DAYS_IN_400_YEARS
    first = new_year(year)
    if day < first:  # the guess is one too high for a day or two at the end of some years
        year -= 1
        first = new_year(year)
    return year, first


def leap_days_between(first: int, last: int) -> int:
    """How many of the days `first` … `last` lie in leap years [うるう年の日数].

    >>> from datetime import date
    >>> leap_days_between(date(1999, 12, 2).toordinal(), date(2000, 2, 1).toordinal())
    32
    """
    year, begins = calendar_year(first)
    following = new_year(year + 1)
    is_leap = following - begins == LEAP_YEAR_DAYS
    if last < following:
        return last - first + 1 if is_leap else 0
    last_year, last_begins = calendar_year(last)
    leap_days = following - first if is_leap else 0
    if new_year(last_year + 1) - last_begins == LEAP_YEAR_DAYS:
        leap_days += last - last_begins + 1
    whole_years_days = last_begins - following
    leap_years = whole_years_days - (last_year - year - 1) * COMMON_YEAR_DAYS
    return leap_days + leap_years * LEAP_YEAR_DAYS


def span_between(first: int, last: int, year_basis: int) -> Span:
    """The days `first` … `last`, both charged, as time by a year basis [期間の数え方].

    Whole years are counted from `first`; a whole year that begins on 29 February ends on
    28 February.
    """
    if year_basis == YearBasis.CALENDAR:
        leap_days = leap_days_between(first, last)
        return Span(0, last - first + 1 - leap_days, leap_days)
    if year_basis == YearBasis.FIXED_365:
        return Span(0, last - first + 1, 0)
    start_year, since_march = march_year(first)
    years = march_year(last + 1)[0] - start_year
    rest_first = day_in_march_year(start_year + years, since_march)
    if rest_first > last + 1:
        years -= 1
        rest_first = day_in_march_year(start_year + years, since_march)
    rest_days = last - rest_first + 1
    if year_basis == YearBasis.WHOLE_THEN_CALENDAR:
        leap_days = leap_days_between(rest_first, last) if rest_days else 0
        return Span(years, rest_days - leap_days, leap_days)
    if year_basis == YearBasis.WHOLE_THEN_FEB29:
        rest_year, rest_since_march = march_year(rest_first)
        next_year_first = day_in_march_year(rest_year + 1, rest_since_march)
        if next_year_first - rest_first == LEAP_YEAR_DAYS:  # it holds a 29 February
            return Span(years, 0, rest_days)
    return Span(years, rest_days, 0)


def weight_of(span: Span) -> int:
    """A span in weights of which a year has YEAR_WEIGHT [期間の重み]."""
    return (
        span.whole_years * YEAR_WEIGHT
        + span.common_days * LEAP_YEAR_DAYS
        + span.leap_days * COMMON_YEAR_DAYS
    )


def interest_on(yearly_micro_yen: Yen, weight: int) -> tuple[int, Yen]:
    """Interest over a time, as whole yen and ticks below TICKS_PER_YEN [利息].

    `yearly_micro_yen` is the amount in yen x the rate in ppm (a sum of such products where several
    amounts bear interest over the same days); `weight` is the time (`weight_of`).
    Splitting at a million keeps each product inside 64 bits for the compiled path, which checks
    its own bound (`kernel.batch`); plain Python has none.
    """
    yearly_yen = yearly_micro_yen // PPM
    micro_weights = (yearly_micro_yen - yearly_yen * PPM) * weight
    whole_weights = micro_weights // PPM
    weights = yearly_yen * weight + whole_weights
    yen = weights // YEAR_WEIGHT
    return yen, (weights - yen * YEAR_WEIGHT) * PPM + (micro_weights - whole_weights * PPM)


def cut_to_yen(yen: Yen, ticks: Yen, rounding: int) -> Yen:
    """Whole yen of an exact sum [端数処理]; `ticks` may exceed a yen."""
    if rounding == Rounding.HALF_UP:
        return yen + (2 * ticks + TICKS_PER_YEN) // (2 * TICKS_PER_YEN)
    if rounding == Rounding.CEIL:
        return yen + (ticks + TICKS_PER_YEN - 1) // TICKS_PER_YEN
    return yen + ticks // TICKS_PER_YEN


def cut(yen: Yen, ticks: Yen, rounding: int) -> Yen:
    """As `cut_to_yen`, or the exact fraction under `Rounding.EXACT` [端数処理].

    The compiled path, which has no fractions, uses `cut_to_yen` in its place.
    """
    if rounding == Rounding.EXACT:
        return yen + Fraction(ticks, TICKS_PER_YEN)
    return cut_to_yen(yen, ticks, rounding)


def accrue(principal_yen: int, rate_ppm: int, span: Span) -> Accrued:
    """Interest on an unchanged principal over a span of days [利息].

    Units     principal_yen >= 0; rate_ppm per year >= 0; result: whole yen and remainder_ticks.
    Days      counted by the caller (`span_between`); a day of a leap year is 1/366, another 1/365.
    Exact     integers only; yen * TICKS_PER_YEN + remainder_ticks is the exact value.
    Raises    BrokenInvariant if an argument is negative.
    Law       利息制限法1条; first day: 民法140条.
    Why       remainders are returned, not dropped: whether fractions carry is the caller's choice.

    >>> accrue(500_000, 180_000, Span(common_days=30)).yen
    7397
    >>> accrue(500_000, 180_000, Span(leap_days=30)).yen
    7377
    """
    ensure(
        principal_yen >= 0 and rate_ppm >= 0 and min(span) >= 0,
        "accrue takes no negative",
        principal_yen=principal_yen,
        rate_ppm=rate_ppm,
        span=span,
    )
    yen, ticks = interest_on(principal_yen * rate_ppm, weight_of(span))
    return Accrued(yen, int(ticks))
