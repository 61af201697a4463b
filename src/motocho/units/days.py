"""Days of two calendars: the five eras beside the western count, and a tolerant reader [日付].

A date comes in as people write it and leaves as one `date`. Whatever can be meant in two ways, or
names a day that never was, is an `Unread` that says so; a day is proposed only where one day alone
can be meant.

>>> read = read_date("平成13年1月5日")
>>> read.on, read.era
(datetime.date(2001, 1, 5), <Era.HEISEI: '平成'>)
>>> read_date("S64.1.8").proposed
'1989-01-08'
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from motocho.units.errors import InputError, Unread
from motocho.units.text import LONGEST_NUMBER, folded, kanji_number

FIRST_ON = date(1873, 1, 1)
"""First day read: before it Japan kept the lunar calendar [旧暦], which is not converted here."""
LAST_ON = date(2200, 12, 31)
"""Last day read; a later one is a slip of the hand."""
DATE_EMPTY = "DAT-001"
"""Code of an empty cell, for callers to whom that is no fault."""

_FIRST_YEAR = FIRST_ON.year
_LAST_YEAR = LAST_ON.year


# --------------------------------------------------------------------------------------------- eras
class Era(Enum):
    """Era of the Japanese calendar [元号]; `first_on` and `last_on` both belong to it.

    Law       明治45年詔書 and 大正15年詔書 made the day of the change the first of the new era, so
              1912-07-30 and 1926-12-25 are days of two eras; 元号を改める政令 (昭和64年政令1号,
              平成31年政令143号) let the new one begin on the following day.
    """

    MEIJI = "明治"
    TAISHO = "大正"
    SHOWA = "昭和"
    HEISEI = "平成"
    REIWA = "令和"

    @property
    def letter(self) -> str:
        """The letter of forms and lists: M, T, S, H, R [元号の略字]."""
        return _SPANS[self].name_en[0]

    @property
    def name_en(self) -> str:
        """The name in English [元号の英字名]."""
        return _SPANS[self].name_en

    @property
    def first_on(self) -> date:
        """The first day [改元の日]."""
        return _SPANS[self].first_on

    @property
    def last_on(self) -> date:
        """The last day; for the present era, the last day that is read [元号の最後の日]."""
        return _SPANS[self].last_on


class _Span(NamedTuple):
    name_en: str
    first_on: date
    last_on: date


_SPANS = {
    Era.MEIJI: _Span("Meiji", date(1868, 10, 23), date(1912, 7, 30)),
    Era.TAISHO: _Span("Taisho", date(1912, 7, 30), date(1926, 12, 25)),
    Era.SHOWA: _Span("Showa", date(1926, 12, 25), date(1989, 1, 7)),
    Era.HEISEI: _Span("Heisei", date(1989, 1, 8), date(2019, 4, 30)),
    Era.REIWA: _Span("Reiwa", date(2019, 5, 1), LAST_ON),
}
_NEWEST_FIRST = tuple(reversed(_SPANS.items()))


def era_of(on: date) -> Era:
    """The era of a day; the day two eras share belongs to the new one [元号].

    Raises    InputError before 1873-01-01 and after 2200-12-31.

    >>> era_of(date(1989, 1, 7)), era_of(date(1926, 12, 25))
    (<Era.SHOWA: '昭和'>, <Era.SHOWA: '昭和'>)
    """
    if not FIRST_ON <= on <= LAST_ON:
        code = "DAT-013" if on < FIRST_ON else "DAT-014"
        raise InputError(Unread(code, on.isoformat()).at())
    return next(era for era, span in _NEWEST_FIRST if span.first_on <= on)


def era_date_text(on: date) -> str:
    """A day as court papers write it [和暦].

    Raises    InputError before 1873-01-01 and after 2200-12-31.

    >>> era_date_text(date(2001, 1, 5)), era_date_text(date(2019, 5, 1))
    ('平成13年1月5日', '令和元年5月1日')
    """
    return f"{_era_year_text(era_of(on), on.year)}{on.month}月{on.day}日"


def era_date_short(on: date) -> str:
    """A day as lists write it [和暦の略記].

    Raises    InputError before 1873-01-01 and after 2200-12-31.

    >>> era_date_short(date(2001, 1, 5))
    'H13.1.5'
    """
    era = era_of(on)
    return f"{era.letter}{on.year - era.first_on.year + 1}.{on.month}.{on.day}"


def both_calendars_text(on: date) -> str:
    """A day in the western count with its era year, as an answer is shown back [西暦と和暦].

    Raises    InputError before 1873-01-01 and after 2200-12-31.

    >>> both_calendars_text(date(2001, 1, 5))
    '2001年1月5日(平成13年)'
    """
    return f"{on.year}年{on.month}月{on.day}日({_era_year_text(era_of(on), on.year)})"


def _era_year_text(era: Era, western_year: int) -> str:
    year = western_year - era.first_on.year + 1
    return f"{era.value}{'元' if year == 1 else year}年"


# ------------------------------------------------------------------------------------ what is given
class Carried(Enum):
    """What a short date took over from the row above [引きつぎ]."""

    NOTHING = "nothing"
    YEAR = "year"
    YEAR_AND_MONTH = "year_and_month"


@dataclass(frozen=True, slots=True)
class DateRead:
    """A day that was read, what it took from the row above, and its era [読んだ日付].

    `era` is the one written, or the stated one where the text left it out; None for a western year.
    """

    on: date
    carried: Carried
    era: Era | None


_ISO_LENGTH = 10
_RUN_LENGTH = 8


def read_date(text: str, *, era: Era | None = None, after: date | None = None) -> DateRead | Unread:
    """The day that `text` writes [日付の読取り].

    `era` is the stated era of years written in two digits without one; `after` is the day of the
    row above, which lends its year (`1/5`) or its year and month (`5`).

    Days      a borrowed year is that of `after`, or the next where the day would else lie more than
              half a year before it; a borrowed month is that of `after`, or the next where the day
              of the month is smaller.
    Why       a two-digit year alone is never guessed: 13/01/10 is 2013 and 平成13年 alike.

    >>> read_date("2001-01-05").on == read_date("Ｈ１３／１／５").on == read_date("20010105").on
    True
    >>> read_date("1/5", after=date(2001, 12, 20)).on
    datetime.date(2002, 1, 5)
    >>> read_date("13/01/10", era=Era.HEISEI).on
    datetime.date(2001, 1, 10)
    >>> read_date("13/01/10").details["readings_en"]
    '2013, Heisei 13, Reiwa 13'
    """
    # Histories have millions of rows, nearly all in one of these three forms.
    size = len(text)
    dashed = size == _ISO_LENGTH and text[4] == text[7] and text[4] in "-/"
    if (dashed or (size == _RUN_LENGTH and text.isdigit())) and text.isascii():
        try:
            on = date.fromisoformat(text.replace("/", "-"))
        except ValueError:
            pass  # the patterns below read it, or say why not
        else:
            if _FIRST_YEAR <= on.year <= _LAST_YEAR:
                return DateRead(on, Carried.NOTHING, None)
    return _read_written(_Asked(text, era, after))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was written, and what the caller lets it lean on."""

    seen: str
    era: Era | None
    after: date | None

    def unread(
        self, code: str, details: Mapping[str, str] | None = None, proposed: date | None = None
    ) -> Unread:
        known = dict(details or {})
        if proposed is None:
            return Unread(code, self.seen, known)
        known["meant"] = both_calendars_text(proposed)
        return Unread(code, self.seen, known, proposed.isoformat())


class _Ymd(NamedTuple):
    year: int
    month: int
    day: int


# ------------------------------------------------------------ what may stand around a date or in it
_WEEKDAYS = "月火水木金土日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAY = re.compile(
    rf"\s*(?:[(\[](?:(?P<short>[{_WEEKDAYS}])(?:曜日?)?(?:・?[祝休])?|(?P<en>{'|'.join(_WEEKDAYS_EN)}))[)\]]"
    rf"|(?P<long>[{_WEEKDAYS}])曜日?)$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:T|\s+|(?<=[日)\]]))(?P<hour>[01]?[0-9]|2[0-3])[:時](?P<minute>[0-5][0-9])分?"
    r"(?::?[0-5][0-9](?:\.[0-9]+)?秒?)?\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?$",
    re.IGNORECASE,
)
_TOKYO = timezone(timedelta(hours=9))

# Kanji beside digits are left alone: a 一 there is more often a dash that was read wrong.
_NUMERAL = "〇零○一二三四五六七八九十百千"
_KANJI_RUN = re.compile(f"(?<![0-9{_NUMERAL}])[{_NUMERAL}]+(?![0-9{_NUMERAL}])")
_POSITIONAL = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_UNIT_SIGNS = frozenset("十百千")


def _read_written(asked: _Asked) -> DateRead | Unread:
    plain = folded(asked.seen).lstrip("'’‘`").rstrip(" .。、,").removeprefix("西暦").strip()
    if not plain.strip("-"):
        return asked.unread(DATE_EMPTY)
    if len(plain) > LONGEST_NUMBER:
        return asked.unread("DAT-002")
    time = _TIME.search(plain)
    body = plain if time is None else plain[: time.start()]
    weekday = _WEEKDAY.search(body)
    if weekday is not None:
        body = body[: weekday.start()]
    read = _read_body(asked, _KANJI_RUN.sub(_digits_of_run, body).strip())
    if isinstance(read, Unread):
        return read
    return _weekday_fault(asked, weekday, read.on) or _offset_fault(asked, time, read.on) or read


def _digits_of_run(found: re.Match[str]) -> str:
    """A run of kanji numerals in digits; read place by place, its leading zeros stay."""
    run = found[0]
    if _UNIT_SIGNS.isdisjoint(run):
        return run.translate(_POSITIONAL)
    number = kanji_number(run)
    return run if number is None else str(number)


def _read_body(asked: _Asked, body: str) -> DateRead | Unread:
    for form, read in _FORMS:
        found = form.fullmatch(body)
        if found is not None:
            return read(asked, found)
    return asked.unread("DAT-002")


def _weekday_fault(asked: _Asked, found: re.Match[str] | None, on: date) -> Unread | None:
    if found is None:
        return None
    actual = on.weekday()
    if found["en"] is not None:
        agrees = found["en"].capitalize() == _WEEKDAYS_EN[actual]
    else:
        agrees = (found["short"] or found["long"]) == _WEEKDAYS[actual]
    if agrees:
        return None
    details = {"weekday": _WEEKDAYS[actual], "weekday_en": _WEEKDAYS_EN[actual]}
    return asked.unread("DAT-016", details, on)


def _offset_fault(asked: _Asked, found: re.Match[str] | None, on: date) -> Unread | None:
    """A time of another zone may be another day in Japan: that day is proposed."""
    if found is None or found["offset"] is None:
        return None
    clock = f"{int(found['hour']):02d}:{found['minute']}"
    try:
        moment = datetime.fromisoformat(f"{on.isoformat()}T{clock}{found['offset'].upper()}")
    except ValueError:
        return asked.unread("DAT-002")
    if moment.utcoffset() == _TOKYO.utcoffset(None):
        return None
    in_japan = moment.astimezone(_TOKYO).date()
    return asked.unread("DAT-021", proposed=in_japan if FIRST_ON <= in_japan <= LAST_ON else None)


# ---------------------------------------------------------------------------------------- the forms
def _read_full(asked: _Asked, found: re.Match[str]) -> DateRead | Unread:
    """Year, month and day, with or without an era."""
    written_era, year = _ERAS.get((found["era"] or "").upper()), found["year"]
    ymd = _Ymd(_year_number(year), int(found["month"]), int(found["day"]))
    if written_era is None and len(year) == _WESTERN_DIGITS:
        on = _calendar_day(asked, ymd)
        return on if isinstance(on, Unread) else DateRead(on, Carried.NOTHING, None)
    most_digits = _SHORT_DIGITS if written_era is None else _ERA_DIGITS
    era = written_era or asked.era
    if len(year) > most_digits or (era is None and year == _FIRST_ERA_YEAR):
        return asked.unread("DAT-002")
    return _short_year(asked, ymd) if era is None else _in_era(asked, era, ymd)


def _in_era(asked: _Asked, era: Era, ymd: _Ymd) -> DateRead | Unread:
    impossible = _era_year_fault(asked, era, ymd.year)
    if impossible is not None and impossible.code != "DAT-003":
        return impossible
    on = _calendar_day(asked, ymd._replace(year=era.first_on.year - 1 + ymd.year))
    if isinstance(on, Unread):
        return on
    if on > era.last_on:
        return asked.unread("DAT-003", {**_end_of(era), "renamed": era_date_text(on)}, on)
    if on < era.first_on:
        return asked.unread("DAT-004", {**_start_of(era), "renamed": era_date_text(on)}, on)
    return DateRead(on, Carried.NOTHING, era)


def _era_year_fault(asked: _Asked, era: Era, year: int) -> Unread | None:
    """What is wrong with a year of an era, before month and day are looked at."""
    if year == 0:
        return asked.unread("DAT-005", {"era": era.value, "era_en": era.name_en})
    western_year = era.first_on.year - 1 + year
    if western_year <= era.last_on.year or era is Era.REIWA:
        return None
    if year >= _CENTURY:
        return asked.unread("DAT-002")
    renamed = _era_year_text(era_of(date(western_year, 1, 1)), western_year)
    return asked.unread("DAT-003", {**_end_of(era), "renamed": renamed})


def _end_of(era: Era) -> dict[str, str]:
    last_on = era.last_on
    year = last_on.year - era.first_on.year + 1
    limit = f"{year}年{last_on.month}月{last_on.day}日"
    return _limit_of(era, limit, last_on)


def _start_of(era: Era) -> dict[str, str]:
    first_on = era.first_on
    limit = f"{first_on.year}年{first_on.month}月{first_on.day}日"
    return _limit_of(era, limit, first_on)


def _limit_of(era: Era, limit: str, on: date) -> dict[str, str]:
    return {
        "era": era.value,
        "era_en": era.name_en,
        "limit": limit,
        "limit_on": on.isoformat(),
    }


def _calendar_day(asked: _Asked, ymd: _Ymd) -> date | Unread:
    """The day, or what is wrong with its numbers."""
    if ymd.year < _FIRST_YEAR:
        return asked.unread("DAT-013")
    if ymd.year > _LAST_YEAR:
        return asked.unread("DAT-014")
    if not 1 <= ymd.month <= _MONTHS:
        return asked.unread("DAT-006", {"month": str(ymd.month)})
    last = monthrange(ymd.year, ymd.month)[1]
    if 1 <= ymd.day <= last:
        return date(ymd.year, ymd.month, ymd.day)
    if (ymd.month, ymd.day) == _LEAP_DAY:
        return asked.unread("DAT-008", {"year": str(ymd.year)})
    details = {"month": str(ymd.month), "day": str(ymd.day), "last": str(last)}
    return asked.unread("DAT-007", details)


def _short_year(asked: _Asked, ymd: _Ymd) -> Unread:
    """A year in two digits and no era: a fault that lists what it can mean."""
    in_some_year = _calendar_day(asked, ymd._replace(year=_A_LEAP_YEAR))
    if isinstance(in_some_year, Unread):
        return in_some_year
    readings = _short_year_readings(ymd.year)
    possible = [_calendar_day(asked, ymd._replace(year=year)) for year, _ in readings]
    days = [on for on in possible if isinstance(on, date)]
    if len(readings) > 1:
        # The row above settles it only where one reading alone lies near it.
        after = asked.after
        days = [on for on in days if after is not None and abs((on - after).days) <= _NEAR_DAYS]
    details = {
        "readings": "・".join(_reading_text(year, era) for year, era in readings),
        "readings_en": ", ".join(_reading_text_en(year, era) for year, era in readings),
    }
    return asked.unread("DAT-015", details, days[0] if len(days) == 1 else None)


def _short_year_readings(year: int) -> list[tuple[int, Era | None]]:
    """Western and era years that two digits stand for in a loan's papers: nothing before 1950."""
    century = _THIS_CENTURY if year < _CENTURY_TURN else _THIS_CENTURY - _CENTURY
    western: tuple[int, Era | None] = (century + year, None)
    if year == 0 or year > _LAST_SHOWA_YEAR:
        return [western]
    eras = (Era.HEISEI, Era.REIWA) if year <= _LAST_HEISEI_YEAR else (Era.SHOWA,)
    return [western, *((era.first_on.year - 1 + year, era) for era in eras)]


def _reading_text(year: int, era: Era | None) -> str:
    return f"{year}年" if era is None else _era_year_text(era, year)


def _reading_text_en(year: int, era: Era | None) -> str:
    return str(year) if era is None else f"{era.name_en} {year - era.first_on.year + 1}"


def _read_month_and_day(asked: _Asked, found: re.Match[str]) -> DateRead | Unread:
    month, day = int(found["month"]), int(found["day"])
    in_some_year = _calendar_day(asked, _Ymd(_A_LEAP_YEAR, month, day))
    if isinstance(in_some_year, Unread):
        return in_some_year
    after = asked.after
    if after is None:
        return asked.unread("DAT-009")
    near = date(after.year, month, min(day, monthrange(after.year, month)[1]))
    year = after.year + ((after - near).days > _HALF_YEAR_DAYS)
    on = _calendar_day(asked, _Ymd(year, month, day))
    return on if isinstance(on, Unread) else DateRead(on, Carried.YEAR, None)


def _read_day_alone(asked: _Asked, found: re.Match[str]) -> DateRead | Unread:
    day, after = int(found["day"]), asked.after
    if after is None:
        return asked.unread("DAT-010" if 1 <= day <= _LONGEST_MONTH else "DAT-002")
    months = after.year * _MONTHS + after.month - 1 + (day < after.day)
    on = _calendar_day(asked, _Ymd(months // _MONTHS, months % _MONTHS + 1, day))
    return on if isinstance(on, Unread) else DateRead(on, Carried.YEAR_AND_MONTH, None)


def _read_without_day(asked: _Asked, found: re.Match[str]) -> Unread:
    return _lacking(asked, found, "DAT-011")


def _read_year_alone(asked: _Asked, found: re.Match[str]) -> Unread:
    return _lacking(asked, found, "DAT-012")


def _lacking(asked: _Asked, found: re.Match[str], code: str) -> Unread:
    """A date that stops early: an impossible era year is told before what is missing."""
    era = _ERAS.get((found["era"] or "").upper())
    impossible = None if era is None else _era_year_fault(asked, era, _year_number(found["year"]))
    return impossible or asked.unread(code)


def _read_year_last(asked: _Asked, found: re.Match[str]) -> Unread:
    """`1/15/2001` as other countries write it: proposed where only one order gives a day."""
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    orders = {_Ymd(year, first, second), _Ymd(year, second, first)}
    days = [on for ymd in orders if isinstance(on := _calendar_day(asked, ymd), date)]
    return asked.unread("DAT-017", proposed=days[0] if len(days) == 1 else None)


def _read_serial(asked: _Asked, found: re.Match[str]) -> Unread:
    """Five digits: a spreadsheet's number of a day that lost its format."""
    on = excel_serial_date(int(found[0]), Epoch.YEAR_1900)
    if isinstance(on, Unread) or on.year not in _SERIAL_YEARS:
        return asked.unread("DAT-002")
    return asked.unread("DAT-018", proposed=on)


def _year_number(written: str) -> int:
    return 1 if written == _FIRST_ERA_YEAR else int(written)


_MONTHS = 12
_LONGEST_MONTH = 31
_LEAP_DAY = (2, 29)
_A_LEAP_YEAR = 2000
_HALF_YEAR_DAYS = 183
_NEAR_DAYS = 731
_FIRST_ERA_YEAR = "元"
_SHORT_DIGITS = 2
_ERA_DIGITS = 3
_WESTERN_DIGITS = 4
_CENTURY = 100
_CENTURY_TURN = 50
_THIS_CENTURY = 2000
_LAST_SHOWA_YEAR = 64
_LAST_HEISEI_YEAR = 31
_SERIAL_YEARS = range(1950, 2051)

_ERAS = {
    sign: era for era, span in _SPANS.items() for sign in (era.value, era.value[0], span.name_en[0])
}
_ERA = rf"(?:(?P<era>{'|'.join(_ERAS)})[.\s]*)"
_NO_ERA = "(?P<era>)"
_SIGN = r"\s*[-./・]\s*"
_YEAR_END = rf"(?:\s*年\s*|{_SIGN}|\s)"
_MONTH_END = rf"(?:\s*月\s*|{_SIGN}|\s)"
_MONTH = "(?P<month>[0-9]{1,2})"
_DAY = r"(?P<day>[0-9]{1,2})\s*日?"
_ANY_YEAR = "(?P<year>元|[0-9]{1,4})"
_ERA_YEAR = "(?P<year>元|[0-9]{1,3})"
_WESTERN_YEAR = "(?P<year>18[0-9]{2}|19[0-9]{2}|2[0-9]{3})"
_RUN_TOGETHER = "(?P<year>[0-9]{4}|[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
_YEAR_LAST = rf"(?P<first>[0-9]{{1,2}}){_SIGN}(?P<second>[0-9]{{1,2}}){_SIGN}(?P<year>[0-9]{{4}})"

_Reader = Callable[[_Asked, re.Match[str]], DateRead | Unread]

# The first form that fits the whole text reads it.
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (rf"{_ERA}?{_ANY_YEAR}{_YEAR_END}{_MONTH}{_MONTH_END}{_DAY}", _read_full),
        (rf"{_ERA}?{_RUN_TOGETHER}", _read_full),
        (rf"{_MONTH}(?:\s*月\s*|{_SIGN}){_DAY}", _read_month_and_day),
        (_DAY, _read_day_alone),
        (rf"{_ERA}{_ERA_YEAR}\s*年?", _read_year_alone),
        (rf"{_NO_ERA}{_WESTERN_YEAR}", _read_year_alone),
        (rf"{_NO_ERA}{_ANY_YEAR}\s*年", _read_year_alone),
        (rf"{_ERA}{_ERA_YEAR}{_YEAR_END}{_MONTH}\s*月?", _read_without_day),
        (rf"{_NO_ERA}{_WESTERN_YEAR}{_YEAR_END}{_MONTH}\s*月?", _read_without_day),
        (rf"{_NO_ERA}(?:{_ANY_YEAR}\s*年\s*)?{_MONTH}\s*月", _read_without_day),
        (_YEAR_LAST, _read_year_last),
        ("[0-9]{5}", _read_serial),
    )
)


# ------------------------------------------------------------------------------------- spreadsheets
class Epoch(Enum):
    """First day of a workbook's day numbers [日付番号の起点]."""

    YEAR_1900 = "1900"
    YEAR_1904 = "1904"


_FALSE_LEAP_SERIAL = 60
_LAST_SERIAL = 200_000


def excel_serial_date(serial: int, epoch: Epoch) -> date | Unread:
    """The day that a workbook keeps as a number [日付番号].

    Why       the 1900 count has a 29 February 1900 that never was: serial 60 is refused, the
              numbers before it are one day off from those after it.

    >>> excel_serial_date(36896, Epoch.YEAR_1900), excel_serial_date(59, Epoch.YEAR_1900)
    (datetime.date(2001, 1, 5), datetime.date(1900, 2, 28))
    >>> excel_serial_date(60, Epoch.YEAR_1900).code
    'DAT-019'
    """
    if epoch is Epoch.YEAR_1900 and serial == _FALSE_LEAP_SERIAL:
        return Unread("DAT-019", str(serial))
    first = 0 if epoch is Epoch.YEAR_1904 else 1
    if not first <= serial <= _LAST_SERIAL:
        return Unread("DAT-020", str(serial))
    if epoch is Epoch.YEAR_1904:
        zero = date(1904, 1, 1)
    else:
        zero = date(1899, 12, 30 if serial > _FALSE_LEAP_SERIAL else 31)
    on = zero + timedelta(days=serial)
    return on if on <= LAST_ON else Unread("DAT-020", str(serial))
