"""Slips undone: the kinds of slip, what undoing one changes, and on what it is tried [訂正案].

A change replaces an entry of a chain. It is tried on a *window* of rows around the difference: it
is good if fewer balances differ there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from motocho.claims.checksum.chain import (
    PAID,
    Account,
    Entry,
    Rules,
    differing,
    opening_account,
    overpaying,
)


class SlipKind(Enum):
    """The usual slips of typing a history [まちがいの種類]."""

    DIGIT = "digit"
    TIMES_TEN = "times_ten"
    TENTH = "tenth"
    TRANSPOSED = "transposed"
    SWAPPED_COLUMN = "swapped_column"
    MISSING_ROW = "missing_row"
    DOUBLED_ROW = "doubled_row"
    WRONG_DATE = "wrong_date"
    WRONG_BALANCE = "wrong_balance"
    UNEXPLAINED = "unexplained"


class Change(NamedTuple):
    """One slip, undone: what stands in place of an entry [訂正案]."""

    kind: SlipKind
    at: int
    """The entry that is replaced; a missing row stands before it."""
    entries: tuple[Entry, ...]
    rank: int
    """How usual the slip is; 0 is most usual."""
    tie: int = 0
    days: tuple[int, int] | None = None
    """For a missing row: the days on which it can lie."""
    amounts: tuple[int, int] | None = None
    """For a missing row: its amount on the first and on the last of them."""


# Ranks: a lower one is more usual, or harder to be right by chance.
RANK_DOUBLED, RANK_SWAPPED, RANK_PATTERN, RANK_DAY_PATTERN = 0, 1, 2, 3
RANK_PATTERN_TO_UNEVEN = 4
"""A round amount that would become an uneven one: it looks like a digit, but may be chance."""
RANK_MISSING_PLAIN, RANK_MISSING_ROUND, RANK_DAY, RANK_BALANCE = 4, 5, 5, 6
RANK_FAR_DAY = 9
"""A day far from the one written, without a likeness in its digits."""
RANK_MISSING_EXACT, RANK_AMOUNT_USUAL, RANK_MISSING_OPEN, RANK_AMOUNT = 6, 7, 8, 9
RANK_MISSING_UNLIKELY = 10

ROUND_YEN = 1_000
ROUNDER_YEN = 10_000
_MONTH_DAYS = 30


def pattern(seen: int, meant: int) -> SlipKind | None:
    """The slip that makes one number of another [数字のまちがい].

    >>> pattern(11_000, 10_000), pattern(12_000, 21_000)
    (<SlipKind.DIGIT: 'digit'>, <SlipKind.TRANSPOSED: 'transposed'>)
    """
    if seen == meant or seen < 0 or meant < 0:
        return None
    if seen == 10 * meant:
        return SlipKind.TIMES_TEN
    if 10 * seen == meant:
        return SlipKind.TENTH
    one, other = str(seen), str(meant)
    if len(one) == len(other):
        places = [place for place in range(len(one)) if one[place] != other[place]]
        if len(places) == 1:
            return SlipKind.DIGIT
        first, last = places[0], places[-1]
        swapped = one[:first] + one[first : last + 1][::-1] + one[last + 1 :]
        return SlipKind.TRANSPOSED if last == first + 1 and swapped == other else None
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    dropped = any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
    return SlipKind.DIGIT if dropped else None


def is_day_slip(seen: int, meant: int) -> bool:
    """Whether two days differ as written by one digit, two that changed places, or one part.

    >>> days = [date(2001, 3, 12), date(2001, 3, 21), date(2002, 3, 12), date(2001, 4, 13)]
    >>> [is_day_slip(days[0].toordinal(), day.toordinal()) for day in days[1:]]
    [True, True, False]
    """
    first_on, other_on = date.fromordinal(seen), date.fromordinal(meant)
    same_day = first_on.day == other_on.day
    if same_day and (first_on.month == other_on.month or first_on.year == other_on.year):
        return True
    one, other = f"{first_on:%Y%m%d}", f"{other_on:%Y%m%d}"
    places = [place for place in range(len(one)) if one[place] != other[place]]
    if len(places) == 2:
        first, last = places
        return one[first] == other[last] and one[last] == other[first]
    return len(places) == 1


def roundness(amount: int) -> int:
    """How many zeros an amount ends with [端数のない度合い].

    >>> roundness(120_000), roundness(12_345)
    (4, 0)
    """
    return len(str(amount)) - len(str(amount).rstrip("0")) if amount else 0


class Window(NamedTuple):
    """The rows around a difference, on which a change is tried [試す範囲]."""

    first: int
    last: int
    account: Account


class Usual:
    """What is usual in a history: amounts that it repeats, and how often it is paid [通例]."""

    def __init__(self, chain: Sequence[Entry]) -> None:
        counted = Counter((entry.way, entry.amount_yen) for entry in chain)
        self._repeated = frozenset(key for key, count in counted.items() if count > 1)
        paid_on = [entry.on for entry in chain if entry.way == PAID]
        gaps = sorted(later - earlier for earlier, later in pairwise(paid_on) if later > earlier)
        self._gap = gaps[len(gaps) // 2] if gaps else _MONTH_DAYS

    def repeats(self, way: int, amount_yen: int) -> bool:
        """Whether an amount moves this way more than once [くり返す金額]."""
        return (way, amount_yen) in self._repeated

    def is_long_since_paid(self, chain: Sequence[Entry], at: int) -> bool:
        """Whether the payment before an entry lies clearly further back than usual [長い間隔]."""
        entry = chain[at]
        paid = next((other.on for other in reversed(chain[:at]) if other.way == PAID), entry.on)
        return 5 * (entry.on - paid) > 7 * self._gap


def still_differing(
    chain: Sequence[Entry], change: Change, window: Window, rules: Rules
) -> list[int]:
    """The places in a window whose balances differ though a change was made [残る不一致]."""
    rows = _rows(chain, change, window)
    return differing(_account(rows, window), rows, rules) if rows else []


def then_overpaying(chain: Sequence[Entry], change: Change, window: Window, rules: Rules) -> int:
    """How many payments in a window go beyond what is owed, were a change made [払いすぎの行数].

    Why       a wrong balance before a payoff and a wrong payment look alike, but for the payoff:
              people pay off what is owed.
    """
    rows = _rows(chain, change, window)
    return overpaying(_account(rows, window), rows, rules) if rows else 0


def _rows(chain: Sequence[Entry], change: Change, window: Window) -> list[Entry]:
    return [
        *chain[window.first : change.at],
        *change.entries,
        *chain[change.at + 1 : window.last],
    ]


def _account(rows: Sequence[Entry], window: Window) -> Account:
    return opening_account(rows) if window.first == 0 else window.account
