"""Turns at the contact desk within the days of the simulation [窓口の一件].

Who works there is asked at minutes of each day, between what members do at theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from motocho.loans.commands import Key
from motocho.simulation._clerk import Moment
from motocho.simulation.world import Borrower


class Word(NamedTuple):
    """A payment that somebody means to make, as was said on the telephone [約束した支払い]."""

    key: Key
    on: date
    amount_yen: int


class Worked(NamedTuple):
    """What a turn at the desk came to [窓口の一件]: whom it was about, and their words."""

    members: frozenset[int]
    words: tuple[Word, ...] = ()


class AtWork(Protocol):
    """Who works at the contact desk while the days go by [窓口の担当]."""

    def minutes(self, on: date) -> Iterable[int]:
        """The minutes of a day at which something is done [その日の予定]."""

    def work(self, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """One turn; takes everybody who is a member by now [窓口の一件]."""
