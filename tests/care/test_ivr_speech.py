"""Numbers as a voice reads them: read back by the readers of the house, and by a second route."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from motocho.care.ivr import speech
from motocho.units.days import DateRead, read_date
from motocho.units.errors import BrokenInvariant
from motocho.units.money import MAX_AMOUNT_YEN, SignRule, read_yen
from motocho.units.text import kanji_number

VALUES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
PLACES = {"十": 10, "百": 100, "千": 1_000}
MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}


def value_of(text: str) -> int:
    """The second route: kanji added up from left to right, as a child does."""
    total = group = digit = 0
    for sign in text:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in PLACES:
            group += (digit or 1) * PLACES[sign]
            digit = 0
        else:
            total += (group + digit) * MYRIADS[sign]
            group = digit = 0
    return total + group + digit


@given(st.integers(0, speech.MAX_NUMBER))
@example(0)
@example(10_000)
@example(10_000_000)
@example(speech.MAX_NUMBER)
def test_a_number_adds_up_to_itself(value: int) -> None:
    assert value_of(speech.number(value)) == value


@given(st.integers(1, MAX_AMOUNT_YEN))
@example(1_111_111_111)
def test_an_amount_is_read_back_by_the_house(amount_yen: int) -> None:
    said = speech.yen(amount_yen)
    assert read_yen(said, sign=SignRule.NONE) == amount_yen
    assert kanji_number(said.removesuffix("円")) == amount_yen


@given(st.integers(1, speech.MAX_NUMBER), st.integers(1, speech.MAX_NUMBER))
def test_no_two_numbers_sound_alike(one: int, other: int) -> None:
    assert (speech.number(one) == speech.number(other)) == (one == other)


@given(st.integers(1, speech.MAX_NUMBER))
def test_no_place_is_said_with_a_one_that_nobody_says(value: int) -> None:
    said = speech.number(value)
    assert "一十" not in said
    assert "一百" not in said
    assert not said.endswith("一千")
    assert not said.startswith(("万", "億", "兆"))


@pytest.mark.parametrize(
    ("amount_yen", "said"),
    [
        (0, "ゼロ円"),
        (1, "一円"),
        (1_000, "千円"),
        (1_100, "千百円"),
        (8_000, "八千円"),
        (10_000, "一万円"),
        (23_000, "二万三千円"),
        (111_111, "十一万千百十一円"),
        (10_000_000, "一千万円"),
        (500_000, "五十万円"),
    ],
)
def test_amounts_as_people_say_them(amount_yen: int, said: str) -> None:
    assert speech.yen(amount_yen) == said


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)))
def test_a_day_is_read_back_by_the_house(on: date) -> None:
    found = read_date(f"{on.year}年{speech.day(on)}")
    assert isinstance(found, DateRead)
    assert found.on == on


def test_a_day_as_people_say_it() -> None:
    assert speech.day(date(2026, 12, 5)) == "十二月五日"
    assert speech.day(date(2027, 1, 20)) == "一月二十日"


@given(st.times())
def test_every_minute_has_its_own_reading(at: time) -> None:
    said = speech.clock(at)
    half, _, rest = said.removeprefix("午").partition("時")
    hour = kanji_number(half[1:]) or 0
    minute = kanji_number(rest.removesuffix("分")) or 0
    assert (hour + (12 if half[0] == "後" else 0), minute) == (at.hour, at.minute)


@pytest.mark.parametrize("value", [-1, speech.MAX_NUMBER + 1])
def test_what_cannot_be_read_stops(value: int) -> None:
    with pytest.raises(BrokenInvariant):
        speech.number(value)
