"""The 4-digit PIN: read in any width, refused where somebody could guess it; pure [暗証番号].

>>> read_pin("０ ４１２") == read_pin("0412")
True
>>> guess(Pin("6304"), Known(date(1988, 4, 12), ("09011112222",), "00000017"))
<Guess.BIRTHDAY: 'birthday'>
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import pairwise, permutations, product

from motocho.law.rules import Refusal
from motocho.units.days import era_of
from motocho.units.errors import Unread
from motocho.units.text import without_blanks

LENGTH = 4
_DIGITS = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Pin:
    """Four digits that are never shown, not even in a traceback [暗証番号]."""

    digits: str = field(repr=False)


def read_pin(text: str) -> Pin | Unread:
    """The PIN as somebody typed it [暗証番号の読取り] · AUTH-002; a fault repeats nothing of it."""
    plain = without_blanks(text[: 8 * LENGTH]).replace("-", "")
    if _DIGITS.fullmatch(plain):
        return Pin(plain)
    return Unread("PPL-010", "", {"count": str(len(plain))})


class Guess(Enum):
    """How somebody could guess a PIN [推測される理由]: said to the member, nothing finer."""

    SAME_DIGIT = "same_digit"
    RUN = "run"
    REPEAT = "repeat"
    BIRTHDAY = "birthday"
    PHONE = "phone"
    MEMBER_NUMBER = "member_number"
    POSTCODE = "postcode"
    CURRENT = "current"
    NEW_CARD = "new_card"
    """Whoever has the card that was lost may know it."""
    NOT_ME = "not_me"
    """The member said that somebody else had been in."""


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody may know about a member [推測の手がかり]; numbers in digits alone."""

    born_on: date
    phones: tuple[str, ...] = ()
    member_number: str = ""
    postcodes: tuple[str, ...] = ()


_STEPS = ((1,) * 3, (9,) * 3, (2,) * 3, (8,) * 3)
"""Differences of neighbours, modulo ten: up, down, up and down by two."""
_KEYPAD = frozenset({"2580", "0852", "1470", "0741", "3690", "0963"})
"""Straight lines on a keypad."""


def guess(pin: Pin, known: Known) -> Guess | None:
    """How somebody could guess the PIN, None if nobody could [推測の可否] · AUTH-003.

    >>> guess(Pin("7305"), Known(date(1988, 4, 12), ("09011112222",)))
    """
    digits = pin.digits
    steps = tuple((int(after) - int(before)) % 10 for before, after in pairwise(digits))
    if steps == (0, 0, 0):
        return Guess.SAME_DIGIT
    if steps in _STEPS or digits in _KEYPAD:
        return Guess.RUN
    if digits[:2] in {digits[2:], digits[:1:-1]} or steps[::2] == (0, 0):
        return Guess.REPEAT
    for reason, candidates in guessable(known).items():
        if digits in candidates:
            return reason
    return None


def guessable(known: Known) -> dict[Guess, frozenset[str]]:
    """The PINs that facts about a member give away, by reason [推測される番号]."""
    return {
        Guess.BIRTHDAY: frozenset(_birthday(known.born_on)),
        Guess.PHONE: _windows(phone[-8:] for phone in known.phones)
        | frozenset(phone[:LENGTH] for phone in known.phones),
        Guess.MEMBER_NUMBER: _windows([known.member_number]),
        Guess.POSTCODE: _windows(known.postcodes),
    }


def _windows(numbers: Iterator[str] | list[str] | tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        digits[place : place + LENGTH]
        for digits in numbers
        for place in range(len(digits) - LENGTH + 1)
    )


def _birthday(on: date) -> Iterator[str]:
    """Year, month and day, of both calendars, padded or not, in any order and number."""
    era_year = on.year - era_of(on).first_on.year + 1
    years = {f"{on.year}", f"{on.year % 100:02}", f"{era_year:02}", f"{era_year}"}
    kinds = (years, {f"{on.month:02}", f"{on.month}"}, {f"{on.day:02}", f"{on.day}"})
    for count in (1, 2, 3):
        for chosen in permutations(kinds, count):
            yield from (one for one in map("".join, product(*chosen)) if len(one) == LENGTH)
    yield from (one for one in map("".join, permutations(years, 2)) if len(one) == LENGTH)


_CODES = {
    Guess.SAME_DIGIT: "PPL-011",
    Guess.RUN: "PPL-012",
    Guess.REPEAT: "PPL-013",
    Guess.BIRTHDAY: "PPL-014",
    Guess.PHONE: "PPL-015",
    Guess.MEMBER_NUMBER: "PPL-016",
    Guess.POSTCODE: "PPL-017",
    Guess.CURRENT: "PPL-018",
}


def check_pin(pin: Pin, known: Known) -> Refusal | None:
    """AUTH-003: whether a member may take this PIN; the reason is said [暗証番号の可否]."""
    found = guess(pin, known)
    return None if found is None else refused(found)


def refused(reason: Guess) -> Refusal:
    """The refusal of a guessable PIN [拒否]."""
    return Refusal("AUTH-003", _CODES[reason], ())
