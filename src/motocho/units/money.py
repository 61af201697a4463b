"""Whole yen and rates in ppm: read as people write them, written as people read them [金額と利率].

A yen is an `int`, a rate is an `int` in millionths per year; nothing in between is ever a float.
What can be meant in two ways is an `Unread` that asks; a value is proposed only where one value
alone can be meant.

>>> read_yen("５万5千円", sign=SignRule.NONE), read_yen("▲1,234", sign=SignRule.SIGNED)
(55000, -1234)
>>> read_rate_ppm("日歩7銭5厘", rule=RateRule.TABLE_CELL)
273750
>>> court_yen_text(50_539), rate_text(273_750)
('5万0539円', '27.375%')
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from motocho.units.errors import Unread
from motocho.units.text import LONGEST_NUMBER, close_set, kanji_number

MAX_AMOUNT_YEN = 1_000_000_000_000
"""Largest amount read, one 兆 yen: the bound of the public file format."""
AMOUNT_EMPTY = "AMT-001"
"""Code of an empty cell, for callers to whom that is no fault."""

PPM = 1_000_000
"""Parts in a whole: a rate of 100 % a year."""
MAX_RATE_PPM = 1_000_000_000
"""Largest rate read, 100,000 % a year."""
RATE_EMPTY = "RAT-001"
"""Code of an empty cell, for callers to whom that is no fault."""

_LISTING_COMMA = re.compile("(?<=[0-9〇一二三四五六七八九])、(?=[0-9〇一二三四五六七八九])")
_ERROR_MARK = re.compile(
    r"#+|#[A-Z][A-Z/0]*[!?]?|[+-]?(?:nan|inf|infinity)|null|none", re.IGNORECASE
)
_POWER = r"(?P<digits>[0-9]+)(?:\.(?P<decimals>[0-9]*))?e(?P<power>[+-]?[0-9]{1,3})"


def _plain(text: str) -> str:
    return _LISTING_COMMA.sub(",", close_set(text).lstrip("'’‘`"))


def _exact(digits: str, decimals: str | None, power: int = 0) -> Fraction:
    """The value of decimal text, exactly."""
    places = len(decimals or "")
    return Fraction(int(digits + (decimals or ""))) * Fraction(10) ** (power - places)


# --------------------------------------------------------------------------------------------- yen
class SignRule(Enum):
    """Whether an amount may be below zero [符号の扱い]."""

    NONE = "none"
    SIGNED = "signed"


_SAFE_DIGITS = 12
_SAFE_GROUPS = re.compile("[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}")


def read_yen(text: str, *, sign: SignRule) -> int | Unread:
    """The whole yen that `text` writes [金額の読取り].

    ▲ △ − - and brackets mean minus where the rule is `SIGNED`; with `NONE` any sign is a fault
    that proposes the amount without it. Blanks and lone dashes are `AMOUNT_EMPTY`.

    Units     -MAX_AMOUNT_YEN..MAX_AMOUNT_YEN.
    Why       a dash behind a number closes it (¥50,000-) or takes it away (50,000-): without a yen
              sign it is asked. 100.000 is asked too, and a blank never joins two numbers.

    >>> read_yen("５００００", sign=SignRule.NONE), read_yen("金五万円也", sign=SignRule.NONE)
    (50000, 50000)
    >>> read_yen("-1,000", sign=SignRule.NONE).proposed
    '1000'
    >>> read_yen("100.000", sign=SignRule.NONE).details["first"]
    '10万円'
    """
    # Histories have millions of rows, nearly all in one of these two forms.
    if text.isascii() and text.isdigit() and len(text) <= _SAFE_DIGITS:
        return int(text)
    if _SAFE_GROUPS.fullmatch(text):
        return int(text.replace(",", ""))
    plain = _plain(text)
    if not plain.strip("-"):
        return Unread(AMOUNT_EMPTY, text)
    if _ERROR_MARK.fullmatch(plain):
        return Unread("AMT-003", text)
    found = _AMOUNT.fullmatch(plain) if len(plain) <= _LONGEST_AMOUNT else None
    if found is None or _signs(found) > 1 or (found["open"] is None) != (found["close"] is None):
        return Unread("AMT-002", text)
    return _signed(text, found, sign)


_LONGEST_AMOUNT = 2 * LONGEST_NUMBER
_AMOUNT = re.compile(
    r"(?P<open>\()?(?P<outer>[▲△+-])?(?:金)?(?P<mark>[¥\\])?(?P<inner>[▲△+-])?"
    r"(?P<body>[^()▲△¥\\円]+?)"
    r"(?P<yen>円(?:也|整)?)?(?P<close>\))?(?P<tail>\.?-)?"
)


def _signs(found: re.Match[str]) -> int:
    return sum(found[name] is not None for name in ("open", "outer", "inner"))


def _signed(seen: str, found: re.Match[str], rule: SignRule) -> int | Unread:
    written = _signs(found) == 1
    below_zero = written and "+" not in (found["outer"], found["inner"])
    amount_yen = _body_yen(seen, found["body"])
    if isinstance(amount_yen, Unread):
        if written and rule is SignRule.NONE and amount_yen.proposed is not None:
            return _proposing("AMT-004", seen, int(amount_yen.proposed))
        return _below_zero(amount_yen) if below_zero else amount_yen
    if amount_yen > MAX_AMOUNT_YEN:
        limit, limit_en = court_yen_text(MAX_AMOUNT_YEN), f"¥{MAX_AMOUNT_YEN:,}"
        return Unread("AMT-009", seen, {"limit": limit, "limit_en": limit_en})
    if written and rule is SignRule.NONE:
        return _proposing("AMT-004", seen, amount_yen)
    if found["tail"] is not None and found["mark"] is None and found["yen"] is None:
        closing_only = rule is SignRule.NONE
        return _proposing("AMT-010", seen, amount_yen) if closing_only else Unread("AMT-010", seen)
    return -amount_yen if below_zero else amount_yen


def _below_zero(unread: Unread) -> Unread:
    """The same question about an amount with a minus sign."""
    details = {key: f"▲{value}" for key, value in unread.details.items()}
    proposed = None if unread.proposed is None else f"-{unread.proposed}"
    return replace(unread, details=details, proposed=proposed)


def _proposing(code: str, seen: str, amount_yen: int) -> Unread:
    return Unread(code, seen, {"amount": yen_text(amount_yen)}, str(amount_yen))


def _proposing_if_whole(code: str, seen: str, amount: Fraction) -> Unread:
    if amount.denominator != 1 or amount > MAX_AMOUNT_YEN:
        return Unread(code, seen)
    return _proposing(code, seen, int(amount))


def _body_yen(seen: str, body: str) -> int | Unread:
    """The amount without its signs and marks."""
    if body.isascii() and body.isdigit():
        return int(body)
    amount_yen = kanji_number(body)
    if amount_yen is not None:
        return amount_yen
    for form, read in _FAULTY_AMOUNTS:
        found = form.fullmatch(body)
        if found is not None:
            return read(seen, found)
    return Unread("AMT-002", seen)


def _ask_separator(seen: str, found: re.Match[str]) -> Unread:
    """One separator that groups thousands or cuts off sen: 100.000, 50,00."""
    joined = int(found["whole"] + found["rest"])
    cut = f"{found['whole']}.{found['rest']}".rstrip("0").rstrip(".")
    details = {
        "first": court_yen_text(joined),
        "second": court_yen_text(int(cut)) if cut.isdigit() else f"{cut}円",
        "first_en": f"¥{joined:,}",
        "second_en": f"¥{cut}",
    }
    return Unread("AMT-006", seen, details)


def _read_fraction(seen: str, found: re.Match[str]) -> Unread:
    whole, unit = found["whole"].replace(",", ""), kanji_number(f"1{found['unit']}")
    return _proposing_if_whole("AMT-005", seen, _exact(whole, found["part"]) * (unit or 1))


def _read_misplaced(seen: str, found: re.Match[str]) -> Unread:
    joined = int(re.sub("[^0-9]", "", found[0]))
    return _proposing_if_whole("AMT-007", seen, Fraction(joined))


def _read_unclear_groups(seen: str, _: re.Match[str]) -> Unread:
    return Unread("AMT-007", seen)


def _read_scientific(seen: str, found: re.Match[str]) -> Unread:
    amount = _exact(found["digits"], found["decimals"], int(found["power"]))
    return _proposing_if_whole("AMT-008", seen, amount)


_AmountReader = Callable[[str, re.Match[str]], Unread]

# The first form that fits says what is wrong.
_FAULTY_AMOUNTS: tuple[tuple[re.Pattern[str], _AmountReader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (r"(?P<whole>[1-9][0-9]{0,2})\.(?P<rest>[0-9]{3})", _ask_separator),
        (r"(?P<whole>[0-9]+),(?P<rest>[0-9]{1,2})", _ask_separator),
        (r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}", _read_misplaced),
        (r"[1-9][0-9]*(?:,[0-9]{2,3})*,[0-9]{3}", _read_misplaced),
        (r"[1-9][0-9]{0,2}(?: [0-9]{3})+", _read_misplaced),
        (
            r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?P<part>[0-9]*)(?P<unit>[十百千万億]?)",
            _read_fraction,
        ),
        (r"(?P<whole>)\.(?P<part>[0-9]+)(?P<unit>[十百千万億]?)", _read_fraction),
        (r"[0-9]+(?:[,. ]+[0-9]+)+[,.]?|[0-9]+,", _read_unclear_groups),
        (_POWER, _read_scientific),
    )
)


# ----------------------------------------------------------------------------------- writing yen
def yen_text(amount_yen: int) -> str:
    """An amount with separators, without 円 [金額の表示].

    >>> yen_text(1_234_567), yen_text(-50)
    ('1,234,567', '-50')
    """
    return f"{amount_yen:,}"


def minus_text(amount_yen: int) -> str:
    """An amount as account books write it: ▲ before what is below zero [▲表示].

    >>> minus_text(-1_234), minus_text(1_234)
    ('▲1,234', '1,234')
    """
    return f"▲{-amount_yen:,}" if amount_yen < 0 else f"{amount_yen:,}"


_MYRIAD = 10_000
_MYRIAD_UNITS = ("", "万", "億", "兆")


def court_yen_text(amount_yen: int) -> str:
    """An amount as judgments write it: 万 and 億, four digits after each, no comma [判決書の金額].

    Why       最判平13.3.27 writes 5万0539円. Groups of zeros at the end are left out (5万円);
              between two others they stay, so that each unit is followed by four digits.

    >>> court_yen_text(123_450_539), court_yen_text(50_000), court_yen_text(8)
    ('1億2345万0539円', '5万円', '8円')
    """
    if amount_yen < 0:
        return f"▲{court_yen_text(-amount_yen)}"
    groups = _myriads(amount_yen)
    last = next((place for place, group in enumerate(groups) if group), 0)
    shown = [
        f"{group:04d}{_MYRIAD_UNITS[place]}" for place, group in enumerate(groups) if place >= last
    ]
    return ("".join(reversed(shown)).lstrip("0") or "0") + "円"


def _myriads(amount_yen: int) -> list[int]:
    """Groups of four digits, the lowest first; what is above 兆 stays in the last."""
    groups = []
    for _ in _MYRIAD_UNITS[:-1]:
        amount_yen, group = divmod(amount_yen, _MYRIAD)
        groups.append(group)
        if amount_yen == 0:
            return groups
    return [*groups, amount_yen]


# ------------------------------------------------------------------------------------------- rates
class RateRule(Enum):
    """Which spellings of a rate are meant [利率の書き方]."""

    FRACTION = "fraction"
    """Decimal text per year, as in case files: 0.18."""
    TABLE_CELL = "table_cell"
    """What lenders print: 18.0%, 18, 0.18, 日歩5銭."""


def read_rate_ppm(text: str, *, rule: RateRule) -> int | Unread:
    """The yearly rate that `text` writes [利率の読取り].

    In a `TABLE_CELL` a bare number from 1 up is percent and one below 1 a fraction; 日歩 is what
    100 yen bear in a day, counted for 365 days.

    Units     0..MAX_RATE_PPM, ppm per year; anything finer than a ppm is a fault, never rounded.

    >>> read_rate_ppm("0.27375", rule=RateRule.FRACTION)
    273750
    >>> read_rate_ppm("18%", rule=RateRule.FRACTION).proposed
    '0.18'
    >>> [read_rate_ppm(cell, rule=RateRule.TABLE_CELL) for cell in ("年27.375％", "18", "年5分")]
    [273750, 180000, 50000]
    """
    return _read_rate(text, rule)


@lru_cache(maxsize=1024)
def _read_rate(text: str, rule: RateRule) -> int | Unread:
    # A history repeats few rates in many rows.
    plain = _plain(text)
    if not plain.strip("-"):
        return Unread(RATE_EMPTY, text)
    if len(plain) > LONGEST_NUMBER:
        return Unread("RAT-002", text)
    signed = _SIGNED_RATE.fullmatch(plain)
    if signed is not None:
        unsigned = _rate(text, signed["rate"], rule)
        known = isinstance(unsigned, int)
        return Unread("RAT-007", text, {}, signed["rate"] if known else None)
    return _rate(text, plain, rule)


_SIGNED_RATE = re.compile(r"[▲△+-](?P<rate>[0-9.].*)")
_DECIMAL = re.compile(r"(?P<digits>[0-9]*)(?:\.(?P<decimals>[0-9]+))?(?P<percent>%?)")
_SCIENTIFIC_RATE = re.compile(_POWER, re.IGNORECASE)
_COMMA_DECIMAL = re.compile(r"(?P<digits>[0-9]{1,2}),(?P<decimals>[0-9]+)%")
_YEARLY = re.compile("^(?:実質|約定)?年(?:利率|利|率)?:?")
_COUNT = "[0-9]+(?:[.][0-9]+)?|[一二三四五六七八九十]+"
_PARTS_OF_TEN = re.compile(f"(?:({_COUNT})割)?(?:({_COUNT})分)?(?:({_COUNT})厘)?")
_DAILY = re.compile(f"日歩(?:({_COUNT})銭)?(?:({_COUNT})厘)?(?:({_COUNT})毛)?")

_PPM_PER_PERCENT = 10_000
_PARTS_OF_TEN_PPM = (100_000, 10_000, 1_000)
_PARTS_IN_UNIT = 10
_DAYS_IN_YEAR = 365
_DAILY_PPM = (100, 10, 1)
"""One 銭, 厘, 毛 a day for each 100 yen."""


def _rate(seen: str, plain: str, rule: RateRule) -> int | Unread:
    body = plain if rule is RateRule.FRACTION else _YEARLY.sub("", plain)
    decimal = _DECIMAL.fullmatch(body)
    if decimal is not None and body.strip("%"):
        return _decimal_rate(seen, decimal, rule)
    power = _SCIENTIFIC_RATE.fullmatch(body)
    if power is not None:
        value_ppm = _exact(power["digits"], power["decimals"], int(power["power"])) * PPM
        exact = value_ppm.denominator == 1 and value_ppm <= MAX_RATE_PPM
        return Unread("RAT-005", seen, {}, rate_fraction_text(int(value_ppm)) if exact else None)
    if rule is RateRule.FRACTION:
        return Unread("RAT-002", seen)
    return _spoken_rate(seen, body)


def _decimal_rate(seen: str, found: re.Match[str], rule: RateRule) -> int | Unread:
    value = _exact(found["digits"] or "0", found["decimals"])
    percent = found["percent"] == "%" or (rule is RateRule.TABLE_CELL and value >= 1)
    rate_ppm = _whole_ppm(seen, value * (_PPM_PER_PERCENT if percent else PPM))
    if isinstance(rate_ppm, int) and percent and rule is RateRule.FRACTION:
        return Unread("RAT-003", seen, {}, rate_fraction_text(rate_ppm))
    return rate_ppm


def _spoken_rate(seen: str, body: str) -> int | Unread:
    """割, 分, 厘 a year, or 銭, 厘, 毛 a day."""
    for form, part_ppm, days in (
        (_PARTS_OF_TEN, _PARTS_OF_TEN_PPM, 1),
        (_DAILY, _DAILY_PPM, _DAYS_IN_YEAR),
    ):
        found = form.fullmatch(body)
        rate = None if found is None else _spoken_ppm(found.groups(), part_ppm)
        if rate is not None:
            return _whole_ppm(seen, rate * days)
    comma = _COMMA_DECIMAL.fullmatch(body)
    if comma is not None:
        return Unread("RAT-002", seen, {}, f"{comma['digits']}.{comma['decimals']}%")
    return Unread("RAT-002", seen)


def _spoken_ppm(written: tuple[str | None, ...], part_ppm: tuple[int, ...]) -> Fraction | None:
    """The sum of the parts; None where there is none, or one that overflows the unit above it."""
    total: Fraction | None = None
    for count_text, ppm in zip(written, part_ppm, strict=True):
        if count_text is None:
            continue
        count = _count(count_text)
        if count is None or (total is not None and count >= _PARTS_IN_UNIT):
            return None
        total = (total or 0) + count * ppm
    return total


def _count(written: str) -> Fraction | None:
    if written[0].isascii():
        digits, _, decimals = written.partition(".")
        return _exact(digits, decimals)
    number = kanji_number(written)
    return None if number is None else Fraction(number)


def _whole_ppm(seen: str, rate: Fraction) -> int | Unread:
    if rate.denominator != 1:
        return Unread("RAT-004", seen)
    if rate > MAX_RATE_PPM:
        return Unread("RAT-006", seen, {"limit": f"{MAX_RATE_PPM // _PPM_PER_PERCENT:,}%"})
    return int(rate)


_PERCENT_PLACES = 4
_FRACTION_PLACES = 6


def rate_text(rate_ppm: int) -> str:
    """A rate in percent, exactly, with one decimal at least [利率の表示].

    >>> rate_text(273_750), rate_text(180_000)
    ('27.375%', '18.0%')
    """
    whole, part = divmod(rate_ppm, _PPM_PER_PERCENT)
    return f"{whole}.{str(part).zfill(_PERCENT_PLACES).rstrip('0') or '0'}%"


def rate_fraction_text(rate_ppm: int) -> str:
    """A rate as case files write it: decimal text per year [利率の小数表記].

    >>> rate_fraction_text(273_750), rate_fraction_text(0), rate_fraction_text(1_095_000)
    ('0.27375', '0', '1.095')
    """
    whole, part = divmod(rate_ppm, PPM)
    decimals = str(part).zfill(_FRACTION_PLACES).rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)
