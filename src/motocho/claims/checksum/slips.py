"""What a slip of the hand could have been, where a printed balance differs [打ちまちがいの候補].

For the first row that differs, each usual slip is tried out on the rows around it: it is good if
the balances after it agree again. A wrong balance differs twice, a wrong amount once, a wrong day
twice the other way round, a missing row leaves an amount and a day open; so the number of rows that
still differ comes first, then whether somebody would have paid more than was owed, and only then
how usual the slip is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from motocho.claims.checksum.chain import (
    LENT,
    PAID,
    Account,
    Entry,
    Rules,
    Step,
    differing,
    start,
    step,
)
from motocho.claims.checksum.changes import (
    RANK_AMOUNT,
    RANK_AMOUNT_USUAL,
    RANK_BALANCE,
    RANK_DAY,
    RANK_DAY_PATTERN,
    RANK_DOUBLED,
    RANK_FAR_DAY,
    RANK_PATTERN,
    RANK_PATTERN_TO_UNEVEN,
    RANK_SWAPPED,
    ROUND_YEN,
    Change,
    SlipKind,
    Usual,
    Window,
    is_day_slip,
    pattern,
    still_differing,
    then_overpaying,
)
from motocho.claims.checksum.missing import Gap
from motocho.kernel.accrual import COMMON_YEAR_DAYS, PPM, Yen

_LONGEST_GAP_DAYS = 400
_NEAR_DAYS = 2
_FEW_DAYS = 10
_ROWS_NEAR = 4
_ROWS_BACK = 40
_ROWS_AHEAD = 8
_SYNCS_AHEAD = 2
_LARGEST_YEN = 1_000_000_000_000


class Tried(NamedTuple):
    """A change and how many rows around it still differ [試した訂正案]."""

    misses: int
    change: Change | None
    """None where it is enough to let a rate begin with another row."""
    overpaying: int
    """How many payments would go beyond what is owed."""
    chain: list[Entry]
    """The chain that the change is made in."""
    first: int
    """The place from which the rerun goes on."""


class Search:
    """Tries slips on a chain [まちがいの探索]."""

    def __init__(self, chain: Sequence[Entry], rules: Rules) -> None:
        self.chain = list(chain)
        self.rules = rules
        self._usual = Usual(chain)

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
                tried.append(Tried(len(places), None, 0, moved, window.first))
            else:
                tried += self._tried(at, steps, again[: at + 1], window)
        self.chain = printed
        return sorted((one for one in tried if one.misses < before), key=_order)

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
        window = Window(0, 1, start(entry.on))
        return Gap(self.chain, self.rules, self._usual, 0, window).head()

    # ------------------------------------------------------------------------------------ window
    def _window(self, at: int, accounts: Sequence[Account]) -> Window:
        first = self._synced(at, accounts)
        first = self._synced(first - 1, accounts) if first else 0
        if at - first > _ROWS_BACK:
            first = self._synced(at, accounts)
        last, syncs = at + 1, 0
        while last < len(self.chain) and last <= at + _ROWS_AHEAD and syncs < _SYNCS_AHEAD:
            syncs += self.chain[last].way == PAID
            last += 1
        return Window(first, last, accounts[first])

    def _synced(self, at: int, accounts: Sequence[Account]) -> int:
        """The last place up to `at` before which a payment left no interest unpaid."""
        while at > 0 and (self.chain[at - 1].way != PAID or accounts[at].unpaid_yen != 0):
            at -= 1
        return at

    def _tried(
        self, at: int, done: Step, accounts: Sequence[Account], window: Window
    ) -> list[Tried]:
        tried = []
        place = self.chain[at].place
        for change in self._changes(at, done, accounts, window):
            places = still_differing(self.chain, change, window, self.rules)
            # Whatever it does to the rows after it, a slip must explain the row that differs.
            if place not in places:
                over = then_overpaying(self.chain, change, window, self.rules)
                tried.append(Tried(len(places), change, over, self.chain, window.first))
        return tried

    def _moved_rates(self, at: int, window: Window) -> Iterator[list[Entry]]:
        """The chain with a change of rate near by moved to another row: a slip may hide it."""
        chain = self.chain
        low, high = max(at - _ROWS_NEAR, 1), min(at + _ROWS_NEAR + 1, len(chain))
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

    # ----------------------------------------------------------------------------------- changes
    def _changes(
        self, at: int, done: Step, accounts: Sequence[Account], window: Window
    ) -> Iterator[Change]:
        entry = self.chain[at]
        yield from self._doubled(at, window)
        # At the head, a payment would explain any balance: what came before is not known.
        if entry.way == PAID or (entry.way == LENT and at > 0):
            flipped = entry._replace(way=-entry.way)
            yield Change(SlipKind.SWAPPED_COLUMN, at, (flipped,), RANK_SWAPPED)
        yield from self._amounts(at, done)
        yield from self._balances(at, done)
        yield from self._earlier_amounts(at, done, accounts)
        needed = self._interest_needed(at, done)
        if needed is not None:
            yield from self._days(at, done, needed, window)
        elif entry.on < done.before.on:
            yield from self._day_changes(at, entry.on)
        gap = Gap(self.chain, self.rules, self._usual, at, window)
        yield from gap.changes(done, needed)

    def _doubled(self, at: int, window: Window) -> Iterator[Change]:
        for place in range(max(window.first, 1), min(at + 2, len(self.chain))):
            twin, entry = self.chain[place - 1 : place + 1]
            same = twin._replace(place=entry.place, rate=entry.rate) == entry
            if same and entry.way in {LENT, PAID}:
                yield Change(SlipKind.DOUBLED_ROW, place, (), RANK_DOUBLED)

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
        loses = amount % ROUND_YEN > 0 and entry.amount_yen % ROUND_YEN == 0
        rank = RANK_PATTERN_TO_UNEVEN if loses else RANK_PATTERN
        if kind is None:
            usual = amount % ROUND_YEN == 0 or self._usual.repeats(entry.way, amount)
            rank = RANK_AMOUNT_USUAL if usual else RANK_AMOUNT
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
        rank = RANK_PATTERN if is_pattern else RANK_BALANCE
        return Change(SlipKind.WRONG_BALANCE, at, (changed,), rank, 1)

    # -------------------------------------------------------------------------------------- days
    def _interest_needed(self, at: int, done: Step) -> Yen | None:
        """The interest that a payment took, as its balance shows."""
        entry = self.chain[at]
        if entry.way != PAID or entry.balance_yen is None:
            return None
        fall = done.before.balance_yen - entry.balance_yen
        return entry.amount_yen - fall if 0 < fall <= entry.amount_yen else None

    def _days(self, at: int, done: Step, needed: Yen, window: Window) -> Iterator[Change]:
        """Days near by that take the interest that was paid."""
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
                rank = RANK_DAY if abs(day - entry.on) <= _FEW_DAYS else RANK_FAR_DAY
                rank = RANK_DAY_PATTERN if is_day_slip(entry.on, day) else rank
                changed = entry._replace(on=day)
                tie = abs(day - entry.on)
                yield Change(SlipKind.WRONG_DATE, at, (changed,), rank, tie)


def _order(tried: Tried) -> tuple[int, int, int, int]:
    """The fewest rows that differ first, then the fewest overpaid; then the most usual slip."""
    if tried.change is None:
        return tried.misses, 0, -1, 0
    return tried.misses, tried.overpaying, tried.change.rank, tried.change.tie
