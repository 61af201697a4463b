"""Days of banks: which are business days, and which day a file means [銀行営業日と日付欄].

A transfer or debit file names its day by month and day alone, a statement by year of the era; the
day nearest to one that the caller knows is meant.

>>> next_business_day(date(2026, 12, 30)), is_business_day(date(2026, 12, 31))
(datetime.date(2027, 1, 4), False)
>>> month_and_day("0105", near_on=date(2026, 12, 28))
datetime.date(2027, 1, 5)
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta
from enum import Enum
from functools import cache, lru_cache

from motocho.units.days import Era
from motocho.units.errors import Fault, InputError

FIRST_ON = date(1990, 1, 1)
"""First day answered for: earlier, banks worked on some Saturdays."""
LAST_ON = date(2099, 12, 31)
"""Last day answered for; holidays of coming years are by the law of today."""

_DAY = timedelta(days=1)
_SATURDAY = 5
_FURTHEST_DAYS = 366
"""A date in a file lies within a year of the day it is read on."""


@cache
def _holidays() -> Container[date]:
    import holidays  # noqa: PLC0415  # slow to import, and few commands ask

    return holidays.country_holidays("JP", categories=("public", "bank"))


def is_business_day(on: date) -> bool:
    """Whether banks work on a day [銀行営業日].

    Days      from `FIRST_ON` to `LAST_ON`.
    Raises    InputError beyond these days.
    Law       銀行法15条1項, 銀行法施行令5条1項: closed on Saturdays, Sundays, national holidays and
              from 31 December to 3 January.

    >>> [is_business_day(date(2026, 5, day)) for day in (1, 2, 6, 7)]
    [True, False, False, True]
    """
    if not FIRST_ON <= on <= LAST_ON:
        details = {"first": FIRST_ON.isoformat(), "last": LAST_ON.isoformat()}
        raise InputError(Fault("BNK-050", excerpt=on.isoformat(), details=details))
    return on.weekday() < _SATURDAY and on not in _holidays()


def next_business_day(on: date) -> date:
    """The first business day after a day [翌営業日].

    >>> next_business_day(date(2026, 4, 28))
    datetime.date(2026, 4, 30)
    """
    return business_day_from(on + _DAY)


def previous_business_day(on: date) -> date:
    """The last business day before a day [前営業日].

    >>> previous_business_day(date(2027, 1, 4))
    datetime.date(2026, 12, 30)
    """
    return business_day_until(on - _DAY)


def business_day_from(on: date) -> date:
    """The day itself, or the first business day after it [休日の場合は翌営業日].

    >>> business_day_from(date(2026, 5, 2)), business_day_from(date(2026, 5, 7))
    (datetime.date(2026, 5, 7), datetime.date(2026, 5, 7))
    """
    while not is_business_day(on):
        on += _DAY
    return on


def business_day_until(on: date) -> date:
    """The day itself, or the last business day before it [休日の場合は前営業日].

    >>> business_day_until(date(2026, 5, 6))
    datetime.date(2026, 5, 1)
    """
    while not is_business_day(on):
        on -= _DAY
    return on


# ------------------------------------------------------------------------------- dates in files
class Years(Enum):
    """How a bank writes the two digits of a year [年の書き方]."""

    ERA = "era"
    """Year of the era, as the format has it: 081121 is 21 November of Reiwa 8."""
    WESTERN = "western"
    """Last two digits of the western year, as some banks have it."""


def month_and_day(text: str, *, near_on: date) -> date | None:
    """The day that MMDD means: of all years, the nearest to a known day [月日の解釈].

    Gives     None if no such day lies within a year of it.

    >>> month_and_day("1230", near_on=date(2027, 1, 4))
    datetime.date(2026, 12, 30)
    """
    years = (near_on.year - 1, near_on.year, near_on.year + 1)
    return _nearest([_day(year, text) for year in years], near_on)


@lru_cache(maxsize=4096)
def year_month_and_day(text: str, near_on: date, years: Years = Years.ERA) -> date | None:
    """The day that YYMMDD means, near a known day [年月日の解釈].

    Gives     None if no such day of Heisei or Reiwa lies within a year of the known day.
    Why       the era is not written, so a file of one bank in western years would be read as
              another year; the known day tells them apart.

    >>> year_month_and_day("081120", date(2026, 11, 21))
    datetime.date(2026, 11, 20)
    >>> year_month_and_day("261120", date(2026, 11, 21)) is None
    True
    >>> [year_month_and_day(text, date(2019, 5, 2)).isoformat() for text in ("310430", "010501")]
    ['2019-04-30', '2019-05-01']
    """
    two_digits = int(text[:2])
    if years is Years.WESTERN:
        century = near_on.year - near_on.year % 100
        western = (century - 100, century, century + 100)
        return _nearest([_day(year + two_digits, text[2:]) for year in western], near_on)
    found: list[date | None] = []
    for era in (Era.HEISEI, Era.REIWA):
        on = _day(era.first_on.year + two_digits - 1, text[2:])
        if on is not None and era.first_on <= on <= era.last_on:
            found.append(on)
    return _nearest(found, near_on)


def _day(year: int, month_day: str) -> date | None:
    try:
        return date(year, int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return None


def _nearest(days: list[date | None], near_on: date) -> date | None:
    real = [on for on in days if on is not None]
    close = [on for on in real if abs((on - near_on).days) <= _FURTHEST_DAYS]
    return min(close, key=lambda on: abs((on - near_on).days), default=None)


def era_digits(on: date) -> str:
    """The six digits of a day by its era [和暦6けた].

    >>> era_digits(date(2026, 11, 20)), era_digits(date(2019, 4, 30))
    ('081120', '310430')
    """
    era = Era.REIWA if on >= Era.REIWA.first_on else Era.HEISEI
    return f"{on.year - era.first_on.year + 1:02}{on:%m%d}"
