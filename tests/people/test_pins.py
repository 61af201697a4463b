"""PINs: read in any width, refused where somebody could guess them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.people.credentials.pins import (
    Guess,
    Known,
    Pin,
    check_pin,
    guess,
    guessable,
    read_pin,
)
from motocho.units.errors import Fault, Language, Unread

SATO = Known(date(1988, 4, 12), ("09011112222", "0312345678"), "00000017", ("1000001",))


@pytest.mark.rule("AUTH-002")
@pytest.mark.parametrize("typed", ["7305", "７３０５", " 7 3 0 5 ", "73-05", "7３0５"])
def test_pin_is_read_in_any_width(typed: str) -> None:
    assert read_pin(typed) == Pin("7305")


@pytest.mark.rule("AUTH-002")
@pytest.mark.parametrize("typed", ["", "730", "73055", "73o5", "七三〇五", "7" * 10_000, "-730"])
def test_anything_else_is_no_pin_and_is_not_repeated(typed: str) -> None:
    read = read_pin(typed)
    assert isinstance(read, Unread)
    shown = read.at().document()
    assert typed == "" or typed not in str({k: v for k, v in shown.items() if k != "code"})


def test_pin_is_not_shown() -> None:
    assert "7305" not in repr(Pin("7305"))


@pytest.mark.rule("AUTH-003")
@pytest.mark.parametrize(("digits", "reason"), [
    ("0000", Guess.SAME_DIGIT), ("7777", Guess.SAME_DIGIT),
    ("1234", Guess.RUN), ("9876", Guess.RUN), ("7890", Guess.RUN), ("0987", Guess.RUN),
    ("2468", Guess.RUN), ("2580", Guess.RUN),
    ("1212", Guess.REPEAT), ("1122", Guess.REPEAT), ("1221", Guess.REPEAT),
    ("0412", Guess.BIRTHDAY), ("1204", Guess.BIRTHDAY), ("1988", Guess.BIRTHDAY),
    ("8804", Guess.BIRTHDAY), ("0488", Guess.BIRTHDAY), ("8812", Guess.BIRTHDAY),
    ("8841", None), ("4128", None), ("4188", None), ("1288", Guess.BIRTHDAY),
    ("6304", Guess.BIRTHDAY), ("0463", Guess.BIRTHDAY), ("6312", Guess.BIRTHDAY),
    ("8863", Guess.BIRTHDAY), ("6388", Guess.BIRTHDAY),
    ("0901", Guess.PHONE), ("2222", Guess.SAME_DIGIT), ("1112", Guess.PHONE),
    ("5678", Guess.RUN), ("0017", Guess.MEMBER_NUMBER), ("0001", Guess.MEMBER_NUMBER),
    ("7305", None), ("6183", None), ("9246", None),
])  # fmt: skip
def test_guessable_pins_are_refused_with_the_reason(digits: str, reason: Guess | None) -> None:
    assert guess(Pin(digits), SATO) is reason
    refusal = check_pin(Pin(digits), SATO)
    assert (refusal is None) is (reason is None)


@pytest.mark.rule("AUTH-003")
@pytest.mark.parametrize(("born_on", "digits"), [
    (date(1990, 1, 5), "0105"), (date(1990, 1, 5), "0501"), (date(1990, 1, 5), "9015"),
    (date(1990, 1, 5), "9002"), (date(1990, 1, 5), "0215"), (date(1990, 1, 5), "1590"),
    (date(1989, 1, 7), "6401"), (date(1989, 1, 8), "0118"), (date(2001, 10, 3), "0310"),
    (date(2001, 10, 3), "1310"), (date(2001, 10, 3), "1013"), (date(1960, 12, 31), "3531"),
    (date(1926, 12, 25), "1225"), (date(1985, 4, 1), "6041"),
])  # fmt: skip
def test_birthday_in_every_form(born_on: date, digits: str) -> None:
    assert digits in guessable(Known(born_on))[Guess.BIRTHDAY]


def test_each_reason_has_its_own_words() -> None:
    shown = {
        check_pin(Pin(digits), SATO).what(Language.JA)  # type: ignore[union-attr]  # all refused
        for digits in ("0000", "1234", "1212", "0412", "1112", "0017")
    }
    assert len(shown) == 6


@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)), st.from_regex("0[0-9]{10}", fullmatch=True))
def test_enough_pins_are_left(born_on: date, phone: str) -> None:
    """Whatever is known of somebody, nine of ten PINs may still be taken."""
    known = Known(born_on, (phone,), "12345678", ("1000001",))
    left = sum(guess(Pin(f"{number:04}"), known) is None for number in range(0, 10_000, 7))
    assert left > 0.9 * 10_000 / 7


def test_refusal_has_a_message() -> None:
    assert Fault("PPL-014").fix(Language.EN)
