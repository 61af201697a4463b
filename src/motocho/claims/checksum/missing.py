"""Rows that stand on the paper and were left out: where, when and how much [抜けた行の候補].

A missing row leaves two things open, its day and its amount, and the next balance settles one of
them. The rest is settled by the balances after it, by amounts that people move (round ones, and
those that a history repeats), or not at all: then both ends are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from motocho.claims.checksum.chain import (
    LENT,
    PAID,
    SUPPOSED,
    SUPPOSED_ABOUT,
    Account,
    Entry,
    Rate,
    Rules,
    Step,
    charged_weight,
    interest,
    step,
)
from motocho.claims.checksum.changes import (
    RANK_MISSING_EXACT,
    RANK_MISSING_OPEN,
    RANK_MISSING_PLAIN,
    RANK_MISSING_ROUND,
    RANK_MISSING_UNLIKELY,
    ROUND_YEN,
    ROUNDER_YEN,
    Change,
    SlipKind,
    Usual,
    Window,
    roundness,
    still_differing,
)
from motocho.kernel.accrual import PPM, YEAR_WEIGHT, Yen
from motocho.kernel.conventions import FirstDay

_NEAR_YEN = 3
_FEW_AMOUNTS = 3
_DAYS_TRIED = 10
_LONGEST_GAP_DAYS = 400
_HEAD_DAYS = 62


class _Moved(Enum):
    """What can be missing before an entry."""

    LENT = LENT
    LENT_BEFORE_INTEREST = 2 * LENT
    PAID = PAID
    PAID_BEFORE_INTEREST = 2 * PAID
    """Where the entry itself covers no more than interest."""

    @property
    def way(self) -> int:
        return LENT if self.value > 0 else PAID


@dataclass(frozen=True)
class Gap:
    """The time before an entry, in which a row may be missing [行の間]."""

    chain: Sequence[Entry]
    rules: Rules
    usual: Usual
    at: int
    window: Window

    def changes(self, done: Step, needed: Yen | None) -> Iterator[Change]:
        """Missing rows that make the entry agree [抜けた行].

        Takes     the step of the entry, and the interest that it took, where its balance shows it.
        """
        entry = self.chain[self.at]
        if entry.balance_yen is None or entry.way not in {LENT, PAID}:
            return
        account = done.before
        low = account.on if self.at else entry.on - _HEAD_DAYS
        if entry.on < low or entry.on - low > _LONGEST_GAP_DAYS:
            return
        ends: dict[_Moved, list[tuple[int, int]]] = {}
        # Where the rate changes with this row, the missing one may stand before or after it.
        for rate in dict.fromkeys((entry.rate, self.chain[max(self.at - 1, 0)].rate)):
            by_amount: dict[tuple[int, int], list[int]] = {}
            for day in range(low, entry.on + 1):
                for moved, amount in self._amounts(account, day, rate):
                    ends.setdefault(moved, []).append((day, amount))
                    for near in self._near(moved.way, amount):
                        supposed = Entry(SUPPOSED, day, moved.way, near, None, rate)
                        if self._agrees(account, supposed):
                            by_amount.setdefault((moved.way, near), []).append(day)
            if not self._pays_off(account):
                yield from self._exactly(by_amount, rate)
        if needed is not None:
            yield from self._interest_alone(done, needed)
        for moved, found in ends.items():
            yield from self._open(done, moved.way, found)

    def _pays_off(self, account: Account) -> bool:
        """Whether what is missing paid off all: its amount is uneven then and its day decides."""
        entry = self.chain[self.at]
        return (
            entry.way == LENT and entry.balance_yen == entry.amount_yen and account.balance_yen > 0
        )

    def head(self) -> Change | None:
        """The advance before a history that begins with a payment, if one alone is plain [冒頭]."""
        entry = self.chain[0]
        low = entry.on - _HEAD_DAYS
        account = Account(low, 0, 0)
        days: dict[int, int] = {}
        for day in range(low, entry.on + 1):
            for moved, amount in self._amounts(account, day, entry.rate):
                for near in self._near(moved.way, amount):
                    supposed = Entry(SUPPOSED, day, moved.way, near, None, entry.rate)
                    plain = moved is _Moved.LENT and near % ROUNDER_YEN == 0
                    if plain and self._agrees(account, supposed):
                        days[day] = near
        if len(set(days.values())) != 1:
            return None
        fitting = sorted(days)
        amount = days[fitting[0]]
        supposed = Entry(SUPPOSED, fitting[len(fitting) // 2], LENT, amount, None, entry.rate)
        return _missing(0, supposed, entry, RANK_MISSING_PLAIN, (fitting[0], fitting[-1]))

    def _amounts(self, account: Account, day: int, rate: Rate) -> Iterator[tuple[_Moved, int]]:
        """About how much must have moved on a day for the entry after it to agree."""
        entry = self.chain[self.at]
        before = account._replace(on=min(account.on, day))
        balance = int(before.balance_yen)
        printed = entry.balance_yen or 0
        unpaid = int(before.unpaid_yen + interest(before, day, rate, self.rules))
        if entry.way == LENT:
            moved = printed - entry.amount_yen - balance
            if moved > 0:
                yield _Moved.LENT, moved
            elif moved < 0:
                yield _Moved.PAID, unpaid - moved
            return
        own_yen = before.own_day_yen if day == before.on else 0
        later = Account(day, balance, 0, own_yen, before.own_day_on)
        after = int(interest(later, entry.on, entry.rate, self.rules))
        # What moved bears interest too until this entry: that is solved for, not tried.
        bears = entry.rate.ppm * charged_weight(day, entry.on, self.rules)
        own_day = self.rules.first_day is FirstDay.BOTH and entry.on > day
        own = entry.rate.ppm * charged_weight(day - 1, day, self.rules) if own_day else 0
        whole = YEAR_WEIGHT * PPM
        lent = (printed - balance + entry.amount_yen - unpaid - after) * whole
        paid = (balance - printed - entry.amount_yen + after) * whole
        if entry.amount_yen <= unpaid + after and balance > printed:
            yield _Moved.PAID_BEFORE_INTEREST, balance - printed + unpaid
        elif entry.amount_yen <= unpaid + after and balance < printed:
            yield _Moved.LENT_BEFORE_INTEREST, printed - balance
        if lent > 0:
            yield _Moved.LENT, lent // (whole + bears + own)
        if paid > 0:
            yield _Moved.PAID, paid // (whole + bears) + unpaid

    def _near(self, way: int, amount: int) -> set[int]:
        """Amounts close by that people move; before an advance also the exact one."""
        exact = self.chain[self.at].way == LENT and amount > 0
        near = {amount} if exact else set()
        rounded = (amount + ROUND_YEN // 2) // ROUND_YEN * ROUND_YEN
        if rounded > 0 and abs(rounded - amount) <= _NEAR_YEN:
            near.add(rounded)
        for close in range(max(amount - _NEAR_YEN, 1), amount + _NEAR_YEN + 1):
            if self.usual.repeats(way, close):
                near.add(close)
        return near

    def _agrees(self, account: Account, supposed: Entry) -> bool:
        before = account._replace(on=min(account.on, supposed.on))
        done = step(before, supposed, self.rules)
        return step(done.after, self.chain[self.at], self.rules).agrees

    def _exactly(
        self, by_amount: Mapping[tuple[int, int], Sequence[int]], rate: Rate
    ) -> Iterator[Change]:
        """Missing rows of amounts that make the entry agree, on days that fit those after it.

        Why       where many amounts fit alike, no balance tells them apart: then only amounts that
                  people move are named, and the rest stays open.
        """
        fitting = [
            self._on_days(Entry(SUPPOSED, 0, way, amount, None, rate), days)
            for (way, amount), days in by_amount.items()
        ]
        least = min((misses for misses, _ in fitting), default=0)
        best = [change for misses, change in fitting if misses == least]
        for change in best:
            if len(best) <= _FEW_AMOUNTS or change.rank != RANK_MISSING_EXACT:
                yield change

    def _on_days(self, missing: Entry, days: Sequence[int]) -> tuple[int, Change]:
        """A missing row on the days that fit the rows after it, and how many of those differ."""
        entry = self.chain[self.at]
        amount = missing.amount_yen
        rank = RANK_MISSING_EXACT
        if self.usual.repeats(missing.way, amount) or amount % ROUNDER_YEN == 0:
            rank = RANK_MISSING_PLAIN
        elif amount % ROUND_YEN == 0:
            rank = RANK_MISSING_ROUND
        tried = days if entry.way == LENT else [days[len(days) // 2]]
        found = []
        for day in tried:
            change = _missing(self.at, missing._replace(on=day), entry, rank, (day, day))
            differs = still_differing(self.chain, change, self.window, self.rules)
            found.append((len(differs), change))
        least = min(misses for misses, _ in found)
        best = [change for misses, change in found if misses == least]
        ends = days if entry.way != LENT else [change.entries[0].on for change in best]
        return least, best[len(best) // 2]._replace(days=(ends[0], ends[-1]))

    def _interest_alone(self, done: Step, needed: Yen) -> Iterator[Change]:
        """A missing payment that covered interest alone: its amount is known, its day is not."""
        entry = self.chain[self.at]
        exact = int(done.before.unpaid_yen + done.interest_yen - needed)
        hundreds = (exact + 50) // 100 * 100
        long = self.usual.is_long_since_paid(self.chain, self.at)
        rank = RANK_MISSING_OPEN if long else RANK_MISSING_UNLIKELY
        days = (self.chain[self.window.first].on, entry.on)
        for amount in {exact, hundreds} if abs(hundreds - exact) <= 1 else {exact}:
            for day in (done.before.on, (done.before.on + entry.on) // 2):
                owed = done.before.unpaid_yen + interest(done.before, day, entry.rate, self.rules)
                if 0 < amount <= owed:
                    supposed = Entry(SUPPOSED, day, PAID, amount, None, entry.rate)
                    yield _missing(self.at, supposed, entry, rank, days)

    def _open(self, done: Step, way: int, found: Sequence[tuple[int, int]]) -> Iterator[Change]:
        """A missing row whose day and amount stay open between two ends."""
        entry = self.chain[self.at]
        long = way == PAID and self.usual.is_long_since_paid(self.chain, self.at)
        pays_off = self._pays_off(done.before)
        rank = RANK_MISSING_OPEN if long or pays_off else RANK_MISSING_UNLIKELY
        middle = len(found) // 2
        for day, about in found[middle : middle + _DAYS_TRIED]:
            for amount in range(max(about - _NEAR_YEN, 1), about + _NEAR_YEN + 1):
                supposed = Entry(SUPPOSED_ABOUT, day, way, amount, None, entry.rate)
                if self._agrees(done.before, supposed):
                    change = _missing(self.at, supposed, entry, rank, (found[0][0], found[-1][0]))
                    yield change._replace(tie=1, amounts=(found[0][1], found[-1][1]))
                    return


def _missing(at: int, supposed: Entry, entry: Entry, rank: int, days: tuple[int, int]) -> Change:
    amount = supposed.amount_yen
    tie = -roundness(amount)
    entries = (supposed, entry)
    return Change(SlipKind.MISSING_ROW, at, entries, rank, tie, days, (amount, amount))
