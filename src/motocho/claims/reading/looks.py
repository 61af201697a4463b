"""What a cell looks like before anybody knows what it is [セルの見かけ].

Used where a file says nothing of itself: to find the delimiter of a text, the head of a table, and
the meaning of columns without a head. A look is a guess; reading a cell is left to `units`.

>>> looks_like_day("H13.1.10"), looks_like_day("200000"), looks_like_amount("▲1,000")
(True, False, True)
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from motocho.claims.reading.cells import Value
from motocho.units.days import read_date
from motocho.units.errors import Unread
from motocho.units.money import SignRule, read_yen

_LONGEST_DAY = 24
_RUN_LENGTH = 8
# A day that never was, or whose year is unclear, is still written as a day.
_WRITTEN_AS_DAY = frozenset(
    {
        "DAT-003",
        "DAT-004",
        "DAT-005",
        "DAT-006",
        "DAT-007",
        "DAT-008",
        "DAT-009",
        "DAT-013",
        "DAT-014",
        "DAT-015",
        "DAT-016",
        "DAT-017",
        "DAT-021",
    }
)
_SERIAL_LENGTH = 5
_FIRST_SERIAL, _LAST_SERIAL = 18_264, 55_153
"""Day numbers of 1950-01-01 and 2050-12-31 in the count from 1900; both counts fit roughly."""


def looks_like_day(value: Value) -> bool:
    """Whether a cell is written as a day; a bare number only in eight digits [日付らしさ]."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_DAY and _text_looks_like_day(value)
    if isinstance(value, date):
        return True
    return type(value) is int and _text_looks_like_day(str(value))


@lru_cache(maxsize=4096)
def _text_looks_like_day(text: str) -> bool:
    bare = text.strip().replace(",", "").isdigit()
    if bare and len(text.strip()) != _RUN_LENGTH:
        return False
    read = read_date(text)
    if isinstance(read, Unread):
        return not bare and read.code in _WRITTEN_AS_DAY
    return not bare or 1900 <= read.on.year <= 2100


def serial_of(value: Value) -> int | None:
    """A whole number that a spreadsheet could keep a day as; None for any other cell [日付番号].

    >>> serial_of("36918"), serial_of(36918), serial_of("200000")
    (36918, 36918, None)
    """
    if isinstance(value, str):
        plain = value.strip()
        if not (len(plain) == _SERIAL_LENGTH and plain.isascii() and plain.isdigit()):
            return None
        value = int(plain)
    if type(value) is not int or not _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return None
    return value


def looks_like_serial(value: Value) -> bool:
    """Whether a cell is a number that a spreadsheet could keep a day as [日付番号らしさ]."""
    return serial_of(value) is not None


def looks_like_amount(value: Value) -> bool:
    """Whether a cell is written as whole yen, with or without a sign [金額らしさ]."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_DAY and _text_looks_like_amount(value)
    return type(value) is int


@lru_cache(maxsize=4096)
def _text_looks_like_amount(text: str) -> bool:
    return not isinstance(read_yen(text, sign=SignRule.SIGNED), Unread)
