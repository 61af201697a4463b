"""Amounts, days and hours as a voice reads them: kanji, which no voice spells out [読み上げ]. Pure.

>>> yen(23_000), day(date(2026, 12, 5)), clock(time(18, 30))
('二万三千円', '十二月五日', '午後六時三十分')
"""

from __future__ import annotations

from datetime import date, time

from motocho.units.errors import ensure

_DIGITS = "〇一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "億", "兆")
_GROUP_DIGITS = 4
MAX_NUMBER = 10 ** (_GROUP_DIGITS * len(_GROUPS)) - 1
"""The largest number that is read."""
_NOON = 12


def number(value: int) -> str:
    """A whole number in kanji, as it is said [漢数字].

    Takes     0 to `MAX_NUMBER`.
    Why       千 alone has no 一 before it, but one that counts 万 or more has: 一千万.

    >>> number(0), number(1_010), number(10_000_000), number(100_000_005)
    ('〇', '千十', '一千万', '一億五')
    """
    ensure(0 <= value <= MAX_NUMBER, "a number that can be read aloud", value=value)
    groups = [value // 10 ** (_GROUP_DIGITS * place) % 10_000 for place in range(len(_GROUPS))]
    said = [
        _below_myriad(group, unit) + unit
        for group, unit in zip(reversed(groups), reversed(_GROUPS), strict=True)
        if group
    ]
    return "".join(said) or _DIGITS[0]


def _below_myriad(group: int, unit: str) -> str:
    said = ""
    for place in reversed(range(_GROUP_DIGITS)):
        digit = group // 10**place % 10
        is_silent = digit == 1 and place > 0 and not (unit and _PLACES[place] == "千")
        if digit:
            said += ("" if is_silent else _DIGITS[digit]) + _PLACES[place]
    return said


def yen(amount_yen: int) -> str:
    """An amount [金額の読み]: 0 to `MAX_NUMBER`; none at all is said as ゼロ.

    >>> yen(8_000), yen(0)
    ('八千円', 'ゼロ円')
    """
    return f"{number(amount_yen) if amount_yen else 'ゼロ'}円"


def day(on: date) -> str:
    """A day without its year, which a voice reads by its own words: 五日 as いつか [日付の読み]."""
    return f"{number(on.month)}月{number(on.day)}日"


def clock(at: time) -> str:
    """An hour of the day in twelve hours; minutes only where there are some [時刻の読み].

    >>> clock(time(0, 5)), clock(time(9)), clock(time(12))
    ('午前零時五分', '午前九時', '午後零時')
    """
    half, hour = divmod(at.hour, _NOON)
    minutes = f"{number(at.minute)}分" if at.minute else ""
    return f"午{'後' if half else '前'}{number(hour) if hour else '零'}時{minutes}"
