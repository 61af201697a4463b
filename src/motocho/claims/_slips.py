"""What a slip of the hand could have been, where a printed balance differs [打ちまちがいの候補].

For the first row that differs, each usual slip is tried out on the rows around it: it is good if
the balances after it agree again. A wrong balance differs twice, a wrong amount once, a wrong day
twice the other way round, a missing row leaves an amount and a day open; so the number of rows that
still differ comes first, and only then how usual the slip is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from motocho.claims._chain import (
    LENT,
    PAID,
    Account,
    Entry,
    Rules,
    Step,
    differing,
    interest,
    opening_account,
    step,
)
from motocho.kernel.accrual import COMMON_YEAR_DAYS, PPM, Yen
from motocho.kernel.conventions import FirstDay


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


class Tried(NamedTuple):
    """A change and how many rows around it still differ [試した訂正案]."""

    misses: int
    change: Change | None
    """None where it is enough to let a rate begin with another row."""
    chain: list[Entry]
    """The chain that the change is made in."""
    first: int
    """The place from which the rerun goes on."""


# Ranks: a lower one is more usual, or harder to be right by chance.
_DOUBLED, _SWAPPED, _PATTERN, _DAY_PATTERN = 0, 1, 2, 3
_PATTERN_TO_UNEVEN = 4
"""A round amount that would become an uneven one: it looks like a digit, but may be chance."""
_MISSING_PLAIN, _MISSING_ROUND, _DAY, _BALANCE = 4, 5, 5, 6
_MISSING_EXACT, _MISSING_OPEN, _AMOUNT, _MISSING_UNLIKELY = 6, 7, 8, 9

_ROUND_YEN = 1_000
_ROUNDER_YEN = 10_000
_NEAR_YEN = 3
_LONGEST_GAP_DAYS = 400
_HEAD_DAYS = 62
_MONTH_DAYS = 30
_NEAR_DAYS = 2
_ROWS_NEAR = 4
_ROWS_BACK = 40
_ROWS_AHEAD = 8
_SYNCS_AHEAD = 2
_LARGEST_YEN = 1_000_000_000_000


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
    """Whether two days differ as written by one digit, or by two that changed places."""
    one, other = (date.fromordinal(day).strftime("%Y%m%d") for day in (seen, meant))
    places = [place for place in range(len(one)) if one[place] != other[place]]
    if len(places) == 2:
        first, last = places
        return one[first] == other[last] and one[last] == other[first]
    return len(places) == 1


@dataclass(frozen=True, slots=True)
class _Window:
    """The rows around a difference, on which a change is tried."""

    first: int
    last: int
    account: Account


class Search:
    """Tries slips on a chain [まちがいの探索]."""

    def __init__(self, chain: Sequence[Entry], rules: Rules) -> None:
        self.chain = list(chain)
        self.rules = rules
        counted = Counter((entry.way, entry.amount_yen) for entry in chain)
        self._usual = {key for key, count in counted.items() if count > 1}
        paid_on = [entry.on for entry in chain if entry.way == PAID]
        gaps = sorted(later - earlier for earlier, later in pairwise(paid_on) if later > earlier)
        self._usual_gap = gaps[len(gaps) // 2] if gaps else _MONTH_DAYS

    def explain(self, at: int, done: Step, accounts: Sequence[Account]) -> list[Tried]:
        """Changes that make more rows agree, the best first [候補の一覧].

        Takes     the place of the difference, its step, and the account before each entry so far.
        """
        window = self._window(at, accounts)
        printed = self.chain
        rows = printed[window.first : window.last]
        before = len(differing(window.account, rows, self.rules))
        tried = self._tried(at, done, accounts, window)
        for moved in self._moved_rates(at, window):
            self.chain = moved
            again, steps = list(accounts[: window.first + 1]), done
            for place in range(window.first, at + 1):
                steps = step(again[place], moved[place], self.rules)
                again.append(steps.after)
            places = differing(window.account, moved[window.first : window.last], self.rules)
            if moved[at].place not in places:
                tried.append(Tried(len(places), None, moved, window.first))
            else:
                tried += self._tried(at, steps, again[: at + 1], window)
        self.chain = printed
        return sorted((one for one in tried if one.misses < before), key=_order)

    def _tried(
        self, at: int, done: Step, accounts: Sequence[Account], window: _Window
    ) -> list[Tried]:
        tried = []
        place = self.chain[at].place
        for change in self._changes(at, done, accounts, window):
            places = self._differing(change, window)
            # Whatever it does to the rows after it, a slip must explain the row that differs.
            if place not in places:
                tried.append(Tried(len(places), change, self.chain, window.first))
        return tried

    def _moved_rates(self, at: int, window: _Window) -> Iterator[list[Entry]]:
        """The chain with a change of rate near by moved to another row: a slip may hide it."""
        low, high = max(at - _ROWS_NEAR, 1), min(at + _ROWS_NEAR + 1, len(self.chain))
        chain = self.chain
        rates = [entry.rate for entry in chain]
        for turn in range(low, high):
            before, after = rates[turn - 1], rates[turn]
            if before == after:
                continue
            for other in range(max(low, window.first), high):
                first, last = min(turn, other), max(turn, other)
                same = after if other < turn else before
                if first < last and all(rate in {before, after} for rate in rates[first:last]):
                    yield [
                        entry._replace(rate=same) if first <= place < last else entry
                        for place, entry in enumerate(chain)
                    ]

    def apply(self, tried: Tried) -> None:
        """Go on as if a slip were undone [訂正の適用]."""
        self.chain = list(tried.chain)
        change = tried.change
        if change is not None:
            self.chain[change.at : change.at + 1] = change.entries

    def head(self) -> Change | None:
        """The advance before a history that begins with a payment, if one alone is plain [冒頭]."""
        entry = self.chain[0]
        if entry.way != PAID or entry.balance_yen in {None, entry.amount_yen}:
            return None
        low = entry.on - _HEAD_DAYS
        account = Account(low, 0, 0)
        days = {
            day: near
            for day in range(low, entry.on + 1)
            for way, amount in self._amounts_missing(account, entry, day)
            for near in self._near(way, amount, entry)
            if way == LENT and near % _ROUNDER_YEN == 0
            if self._agrees_with(account, entry, day, way, near)
        }
        if len(set(days.values())) != 1:
            return None
        amount = next(iter(days.values()))
        fitting = sorted(days)
        supposed = Entry(-1, fitting[len(fitting) // 2], LENT, amount, None, entry.rate)
        ends = (fitting[0], fitting[-1])
        return Change(
            SlipKind.MISSING_ROW, 0, (supposed, entry), _MISSING_PLAIN, 0, ends, (amount, amount)
        )

    # ------------------------------------------------------------------------------------ window
    def _window(self, at: int, accounts: Sequence[Account]) -> _Window:
        first = self._synced(at, accounts)
        first = self._synced(first - 1, accounts) if first else 0
        if at - first > _ROWS_BACK:
            first = self._synced(at, accounts)
        last, syncs = at + 1, 0
        while last < len(self.chain) and last <= at + _ROWS_AHEAD and syncs < _SYNCS_AHEAD:
            syncs += self.chain[last].way == PAID
            last += 1
        return _Window(first, last, accounts[first])

    def _synced(self, at: int, accounts: Sequence[Account]) -> int:
        """The last place up to `at` before which a payment left no interest unpaid."""
        while at > 0 and (self.chain[at - 1].way != PAID or accounts[at].unpaid_yen != 0):
            at -= 1
        return at

    def _differing(self, change: Change, window: _Window) -> list[int]:
        rows = [
            *self.chain[window.first : change.at],
            *change.entries,
            *self.chain[change.at + 1 : window.last],
        ]
        if not rows:
            return []
        account = opening_account(rows) if window.first == 0 else window.account
        return differing(account, rows, self.rules)

    # ----------------------------------------------------------------------------------- changes
    def _changes(
        self, at: int, done: Step, accounts: Sequence[Account], window: _Window
    ) -> Iterator[Change]:
        entry = self.chain[at]
        yield from self._doubled(at, window)
        # At the head, a payment would explain any balance: what came before is not known.
        if entry.way == PAID or (entry.way == LENT and at > 0):
            yield Change(SlipKind.SWAPPED_COLUMN, at, (entry._replace(way=-entry.way),), _SWAPPED)
        yield from self._amounts(at, done)
        yield from self._balances(at, done)
        yield from self._earlier_amounts(at, done, accounts)
        yield from self._days(at, done, window)
        yield from self._missing(at, done, window)

    def _doubled(self, at: int, window: _Window) -> Iterator[Change]:
        for place in range(max(window.first, 1), min(at + 2, len(self.chain))):
            twin, entry = self.chain[place - 1 : place + 1]
            same = twin._replace(place=entry.place, rate=entry.rate) == entry
            if same and entry.way in {LENT, PAID}:
                yield Change(SlipKind.DOUBLED_ROW, place, (), _DOUBLED)

    def _amounts(self, at: int, done: Step) -> Iterator[Change]:
        """The amount that makes the row agree."""
        entry = self.chain[at]
        if entry.balance_yen is None:
            return
        fall = done.before.balance_yen - entry.balance_yen
        if entry.way == LENT:
            meant: Yen = -fall
        elif entry.way == PAID and fall > 0:
            meant = fall + done.before.unpaid_yen + done.interest_yen
        else:
            return
        for amount in sorted({int(meant // 1), int(-(-meant // 1))}):
            if 0 < amount <= _LARGEST_YEN and amount != entry.amount_yen:
                yield self._amount_change(at, amount)

    def _amount_change(self, at: int, amount: int) -> Change:
        entry = self.chain[at]
        kind = pattern(entry.amount_yen, amount)
        loses = _roundness(amount) < _roundness(entry.amount_yen)
        rank = _AMOUNT if kind is None else _PATTERN_TO_UNEVEN if loses else _PATTERN
        changed = entry._replace(amount_yen=amount)
        return Change(kind or SlipKind.UNEXPLAINED, at, (changed,), rank)

    def _earlier_amounts(
        self, at: int, done: Step, accounts: Sequence[Account]
    ) -> Iterator[Change]:
        """A payment before this row that covered interest alone: its balance did not show it."""
        needed = self._interest_needed(at, done)
        if needed is None:
            return
        have = done.before.unpaid_yen + done.interest_yen
        for earlier in range(self._synced(at, accounts), at):
            entry = self.chain[earlier]
            if entry.way == PAID:
                amount = int(entry.amount_yen + have - needed)
                if 0 < amount != entry.amount_yen:
                    yield self._amount_change(earlier, amount)

    def _balances(self, at: int, done: Step) -> Iterator[Change]:
        """The balance that the row should have left; or, at the head, the one before it."""
        entry = self.chain[at]
        if entry.balance_yen is None or done.expected_yen is None:
            return
        for expected in sorted({int(done.expected_yen // 1), int(-(-done.expected_yen // 1))}):
            if expected != entry.balance_yen:
                yield self._balance_change(at, max(expected, 0))
        if at == 1 and entry.way == LENT:
            yield self._balance_change(0, entry.balance_yen - entry.amount_yen)

    def _balance_change(self, at: int, balance: int) -> Change:
        entry = self.chain[at]
        is_pattern = pattern(entry.balance_yen or 0, balance) is not None
        changed = entry._replace(balance_yen=balance)
        rank = _PATTERN if is_pattern else _BALANCE
        return Change(SlipKind.WRONG_BALANCE, at, (changed,), rank, 1)

    # -------------------------------------------------------------------------------------- days
    def _interest_needed(self, at: int, done: Step) -> Yen | None:
        """The interest that a payment took, as its balance shows."""
        entry = self.chain[at]
        if entry.way != PAID or entry.balance_yen is None:
            return None
        fall = done.before.balance_yen - entry.balance_yen
        return entry.amount_yen - fall if 0 < fall <= entry.amount_yen else None

    def _days(self, at: int, done: Step, window: _Window) -> Iterator[Change]:
        """Days near by that take the interest that was paid."""
        needed = self._interest_needed(at, done)
        if needed is None:
            return
        entry = self.chain[at]
        shift = int(needed - done.before.unpaid_yen - done.interest_yen)
        per_year = int(done.before.balance_yen) * entry.rate.ppm
        if per_year > 0:
            days = int(needed - done.before.unpaid_yen) * COMMON_YEAR_DAYS * PPM // per_year
            yield from self._day_changes(at, done.before.on + days)
        for earlier in range(window.first, at):
            other = self.chain[earlier]
            per_year = other.amount_yen * entry.rate.ppm
            if other.way == LENT and per_year > 0:
                days = -shift * COMMON_YEAR_DAYS * PPM // per_year
                yield from self._day_changes(earlier, other.on + days)
            elif other.on > self.chain[earlier + 1].on:
                yield from self._day_changes(earlier, other.on)

    def _day_changes(self, at: int, near: int) -> Iterator[Change]:
        entry = self.chain[at]
        last = len(self.chain) - 1
        high = self.chain[at + 1].on if at < last else entry.on + _LONGEST_GAP_DAYS
        low = self.chain[at - 1].on if at else min(entry.on, high) - _LONGEST_GAP_DAYS
        days = set(range(near - _NEAR_DAYS, near + _NEAR_DAYS + 1))
        if not low <= entry.on <= high and 0 <= high - low <= _LONGEST_GAP_DAYS:
            # A day out of order says nothing of how far it is wrong.
            days |= set(range(low, high + 1))
        for day in sorted(days - {entry.on}):
            if low <= day <= max(high, low):
                is_pattern = is_day_slip(entry.on, day)
                changed = entry._replace(on=day)
                rank = _DAY_PATTERN if is_pattern else _DAY
                tie = abs(day - entry.on)
                yield Change(SlipKind.WRONG_DATE, at, (changed,), rank, tie)

    # ----------------------------------------------------------------------------------- missing
    def _missing(self, at: int, done: Step, window: _Window) -> Iterator[Change]:
        """A row that stands on the paper before this one and was left out."""
        entry = self.chain[at]
        if entry.balance_yen is None or entry.way not in {LENT, PAID}:
            return
        account = done.before
        low = account.on if at else entry.on - _HEAD_DAYS
        if entry.on < low or entry.on - low > _LONGEST_GAP_DAYS:
            return
        by_amount: dict[tuple[int, int], list[int]] = {}
        ends: dict[int, list[tuple[int, int]]] = {}
        for day in range(low, entry.on + 1):
            for way, amount in self._amounts_missing(account, entry, day):
                ends.setdefault(way, []).append((day, amount))
                for near in self._near(way, amount, entry):
                    if self._agrees_with(account, entry, day, way, near):
                        by_amount.setdefault((way, near), []).append(day)
        for (way, amount), days in by_amount.items():
            yield from self._missing_on(at, way, amount, days, window)
        yield from self._missing_interest(at, done, window)
        for way, found in ends.items():
            yield self._missing_open(at, way, found)

    def _amounts_missing(
        self, account: Account, entry: Entry, day: int
    ) -> Iterator[tuple[int, int]]:
        """About how much must have moved on a day for the row after it to agree."""
        before = account._replace(on=min(account.on, day))
        balance = int(before.balance_yen)
        printed = entry.balance_yen or 0
        unpaid = int(before.unpaid_yen + interest(before, day, entry.rate, self.rules))
        if entry.way == LENT:
            moved = printed - entry.amount_yen - balance
            if moved > 0:
                yield LENT, moved
            elif moved < 0:
                yield PAID, unpaid - moved
            return
        later = Account(day, balance, 0)
        after = int(interest(later, entry.on, entry.rate, self.rules))
        days = entry.on - day + (self.rules.first_day is FirstDay.BOTH)
        year = COMMON_YEAR_DAYS * PPM
        lent = (printed - balance + entry.amount_yen - unpaid - after) * year
        paid = (balance - printed - entry.amount_yen + after) * year
        if balance > printed:
            # The row itself may have covered no more than interest.
            yield PAID, balance - printed + unpaid
        if lent > 0:
            yield LENT, lent // (year + entry.rate.ppm * days)
        if paid > 0:
            yield PAID, paid // (year + entry.rate.ppm * (entry.on - day)) + unpaid

    def _near(self, way: int, amount: int, entry: Entry) -> Iterator[int]:
        """Amounts close by that people move: round ones, and those that this history repeats."""
        if entry.way == LENT and amount > 0:
            yield amount
        rounded = (amount + _ROUND_YEN // 2) // _ROUND_YEN * _ROUND_YEN
        near = {rounded} if abs(rounded - amount) <= _NEAR_YEN else set()
        for shift in range(-_NEAR_YEN, _NEAR_YEN + 1):
            if (way, amount + shift) in self._usual:
                near.add(amount + shift)
        yield from (one for one in near if 0 < one != amount or entry.way != LENT)

    def _agrees_with(self, account: Account, entry: Entry, day: int, way: int, amount: int) -> bool:
        before = account._replace(on=min(account.on, day))
        supposed = Entry(-1, day, way, amount, None, entry.rate)
        return step(step(before, supposed, self.rules).after, entry, self.rules).agrees

    def _missing_on(
        self, at: int, way: int, amount: int, days: Sequence[int], window: _Window
    ) -> Iterator[Change]:
        """A missing row of one amount, on those of its possible days that fit the rows after it."""
        entry = self.chain[at]
        rank = _MISSING_EXACT
        if (way, amount) in self._usual or amount % _ROUNDER_YEN == 0:
            rank = _MISSING_PLAIN
        elif amount % _ROUND_YEN == 0:
            rank = _MISSING_ROUND
        changes = []
        tried = days if entry.way == LENT else [days[len(days) // 2]]
        for day in tried:
            supposed = Entry(-1, day, way, amount, None, entry.rate)
            change = Change(SlipKind.MISSING_ROW, at, (supposed, entry), rank)
            changes.append((len(self._differing(change, window)), day, change))
        least = min(misses for misses, _, _ in changes)
        fitting = [day for misses, day, _ in changes if misses == least]
        if entry.way != LENT:
            fitting = list(days)
        middle = next(change for misses, day, change in changes if misses == least)
        span = (fitting[0], fitting[-1])
        yield middle._replace(tie=-_roundness(amount), days=span, amounts=(amount, amount))

    def _missing_interest(self, at: int, done: Step, window: _Window) -> Iterator[Change]:
        """A missing payment that covered interest alone: its amount is known, its day is not."""
        needed = self._interest_needed(at, done)
        if needed is None:
            return
        entry = self.chain[at]
        amount = int(done.before.unpaid_yen + done.interest_yen - needed)
        if amount > 0:
            rank = _MISSING_EXACT if self._is_long_since_paid(at) else _MISSING_UNLIKELY
            for day in sorted({done.before.on, (done.before.on + entry.on) // 2, entry.on}):
                supposed = Entry(-1, day, PAID, amount, None, entry.rate)
                days = (self.chain[window.first].on, entry.on)
                yield Change(
                    SlipKind.MISSING_ROW, at, (supposed, entry), rank, 0, days, (amount, amount)
                )

    def _is_long_since_paid(self, at: int) -> bool:
        """Whether the payment before this row lies back more than one and a half times as usual."""
        entry = self.chain[at]
        paid = next(
            (other.on for other in reversed(self.chain[:at]) if other.way == PAID), entry.on
        )
        return 2 * (entry.on - paid) > 3 * self._usual_gap

    def _missing_open(self, at: int, way: int, found: Sequence[tuple[int, int]]) -> Change:
        """A missing row whose day and amount stay open between two ends."""
        entry = self.chain[at]
        day, amount = found[len(found) // 2]
        supposed = Entry(-1, day, way, amount, None, entry.rate)
        likely = way == PAID and self._is_long_since_paid(at)
        rank = _MISSING_OPEN if likely else _MISSING_UNLIKELY
        ends = (found[0][1], found[-1][1])
        days = (found[0][0], found[-1][0])
        return Change(SlipKind.MISSING_ROW, at, (supposed, entry), rank, 0, days, ends)


def _order(tried: Tried) -> tuple[int, int, int]:
    """The fewest rows that differ first; then the most usual slip."""
    if tried.change is None:
        return tried.misses, -1, 0
    return tried.misses, tried.change.rank, tried.change.tie


def _roundness(amount: int) -> int:
    """How many zeros an amount ends with."""
    return len(str(amount)) - len(str(amount).rstrip("0")) if amount else 0
