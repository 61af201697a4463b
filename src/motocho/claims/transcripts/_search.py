"""The cheapest reading of a chain of lines: a beam over accounts [最も確からしい読み]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from motocho.claims.checksum.chain import (
    LENT,
    PAID,
    STILL,
    Account,
    Entry,
    Rules,
    opening_account,
    step,
)
from motocho.claims.transcripts._slips import FAR, likeness, slips_of_day
from motocho.claims.transcripts.columns import Content
from motocho.claims.transcripts.pages import SURE
from motocho.claims.transcripts.rows import Line

BEAM = 24
"""How many readings are followed at once, and those beside that cost no more than the last."""
_MOST_TIED = 160
"""A day that could not be read may be any of `_MOST_DAYS`, all alike until the next row."""
MARGIN = 4
"""A reading that costs so little more would do as well."""
DIFFERS = 12
"""What it costs that a row does not follow."""
_SURE_COSTS = 2
"""What it costs to change what the reader was sure of."""
_SURE_PERMILLE = 990
_UNROUND_COSTS = 3
_TURNED, _TURNED_SURE = 3, 7
_ROUND_YEN = 1_000
_BACK, _AHEAD = 3, 2
_UNREAD_DAY = 3
_MOST_DAYS = 120
_LARGEST_YEN = 100_000_000
_ALIKE = 4
_YES = True
_PART_ROUND, _WHOLE_ROUND, _ONCE = 3, 2, 2


class Chosen(NamedTuple):
    """What a line is taken to say [読みの選択]."""

    on: int | None
    way: int
    amount_yen: int | None
    balance_yen: int | None
    agrees: bool
    is_tested: bool
    before: Account
    entry: Entry


class _Path(NamedTuple):
    cost: int
    account: Account
    steps: tuple[object, ...] | None
    """(steps before, Chosen): a linked list, so that paths share what they have in common."""


class Search:
    """Looks along the lines for the readings that cost least [読みの探索]."""

    def __init__(
        self, lines: Sequence[Line], chain: Sequence[Entry], rules: Rules, *, trusts_rate: object
    ) -> None:
        self._lines = lines
        self._chain = chain
        self._rules = rules
        self._trusts = bool(trusts_rate)
        self._usual = _usual_amounts(lines)
        self._troubled = self._where_it_differs()

    def best(self) -> tuple[list[Chosen], list[list[Chosen]]]:
        """The cheapest reading of all lines, and those that would do as well [最良の読み]."""
        paths = [_Path(0, opening_account(self._chain), None)]
        for at in range(len(self._lines)):
            grown = [new for path in paths for new in self._grown(at, path)]
            paths = _kept(grown)
        ranked = sorted(paths, key=lambda path: path.cost)
        most = ranked[0].cost + MARGIN
        return _unlinked(ranked[0]), [_unlinked(path) for path in ranked[1:] if path.cost <= most]

    def _where_it_differs(self) -> set[int]:
        """Lines near a row that does not follow as it was read, and lines not read whole."""
        account = opening_account(self._chain)
        troubled: set[int] = set()
        for at, (entry, line) in enumerate(zip(self._chain, self._lines, strict=True)):
            done = step(account, entry, self._rules)
            unread = line.on is None or line.amount_yen is None or not line.way
            if not done.agrees or unread or _lacks_balance(line) or entry.on < account.on:
                troubled |= set(range(at - _BACK, at + _AHEAD + 1))
            account = done.after
        return troubled

    # ------------------------------------------------------------------------------- one line
    def _grown(self, at: int, path: _Path) -> Iterator[_Path]:
        line, entry = self._lines[at], self._chain[at]
        if at not in self._troubled:
            yield self._as_read(at, path, 0)
            return
        plain = self._as_read(at, path, self._unusual(line.amount_yen))
        yield plain
        for on, day_cost in self._days(at, path.account):
            for way, way_cost in _ways(line):
                placed = entry._replace(on=on, way=way)
                for chosen, cost in self._amounts(line, placed, path.account):
                    if _is_again(plain, chosen[0]):
                        continue
                    extra = 0 if self._trusts or way != PAID else FAR
                    yield _linked(path, chosen, path.cost + day_cost + way_cost + cost + extra)

    def _as_read(self, at: int, path: _Path, cost: int) -> _Path:
        line, entry = self._lines[at], self._chain[at]
        done = step(path.account, entry, self._rules)
        tells = entry.way == LENT or (entry.way == PAID and self._trusts)
        unread = line.on is None or line.amount_yen is None or _lacks_balance(line)
        backwards = line.on is not None and entry.on < path.account.on
        agrees = (done.agrees or not tells) and not backwards and not unread
        tested = entry.balance_yen is not None and done.expected_yen is not None and tells
        chosen = Chosen(
            None if line.on is None else entry.on,
            line.way,
            line.amount_yen,
            line.balance_yen,
            agrees,
            tested and path.account.is_sure,
            path.account,
            entry,
        )
        return _Path(
            path.cost + cost + (0 if agrees else DIFFERS), done.after, (path.steps, chosen)
        )

    def _unusual(self, amount_yen: int | None) -> int:
        """What it costs that an amount is uneven in a dealing of round ones."""
        if self._usual is None or not amount_yen or amount_yen % _ROUND_YEN == 0:
            return 0
        return 0 if amount_yen in self._usual else _UNROUND_COSTS

    def _days(self, at: int, account: Account) -> Iterator[tuple[int, int]]:
        """Days the line may have, with what each costs."""
        line = self._lines[at]
        after = self._next_day(at)
        first, last = account.on, after if after is not None else account.on + _MOST_DAYS
        if line.on is None:
            for on in range(first, min(last, first + _MOST_DAYS) + 1):
                yield on, _UNREAD_DAY
            return
        yield line.on.toordinal(), 0 if line.on.toordinal() >= account.on else DIFFERS
        extra = _SURE_COSTS if line.cell(Content.DATE).sure_permille >= _SURE_PERMILLE else 0
        for on, cost in slips_of_day(line).items():
            if first <= on <= last:
                yield on, cost + extra

    def _next_day(self, at: int) -> int | None:
        for line in self._lines[at + 1 : at + 1 + _BACK]:
            if line.on is not None:
                return line.on.toordinal()
        return None

    def _amounts(
        self, line: Line, placed: Entry, account: Account
    ) -> Iterator[tuple[tuple[Chosen, Account], int]]:
        """The amount, the balance, or neither corrected so that the row follows."""
        tried: list[tuple[int, int]] = []
        if line.amount_yen:
            tried.append((line.amount_yen, 0))
        solved = self._solved(line, placed, account)
        if solved is not None and solved != line.amount_yen:
            tried.append((solved, _changed(line, line.money(), line.amount_yen, solved)))
        for amount, change in tried:
            cost = change + self._unusual(amount)
            entry = placed._replace(amount_yen=amount)
            done = step(account, entry, self._rules)
            tested = entry.balance_yen is not None and account.is_sure
            if done.agrees and entry.balance_yen is not None:
                yield _chosen(line, entry, (account, done.after), is_tested=tested), cost
            elif amount == line.amount_yen or entry.balance_yen is None:
                yield from self._with_balance(line, entry, account, cost)

    def _with_balance(
        self, line: Line, entry: Entry, account: Account, cost: int
    ) -> Iterator[tuple[tuple[Chosen, Account], int]]:
        expected = step(account, entry._replace(balance_yen=None), self._rules).expected_yen
        if expected is None or expected != int(expected) or expected < 0:
            return
        meant = entry._replace(balance_yen=int(expected))
        done = step(account, meant, self._rules)
        if line.balance_yen is None and not _lacks_balance(line):
            bare = entry._replace(balance_yen=None)
            yield _chosen(line, bare, (account, done.after), is_tested=False), cost
            return
        extra = _changed(line, Content.BALANCE, line.balance_yen, int(expected))
        yield _chosen(line, meant, (account, done.after), is_tested=account.is_sure), cost + extra

    def _solved(self, line: Line, placed: Entry, account: Account) -> int | None:
        """The amount that leads from the account to the printed balance."""
        if line.balance_yen is None:
            return None
        fall = int(account.balance_yen) - line.balance_yen
        if placed.way == LENT:
            meant = -fall
        elif placed.way == PAID and fall >= 0 and self._trusts:
            bare = step(account, placed._replace(amount_yen=0), self._rules)
            meant = int(fall + account.unpaid_yen + bare.interest_yen)
        else:
            return None
        return meant if 0 < meant <= _LARGEST_YEN else None


def _lacks_balance(line: Line) -> bool:
    """Whether a balance stands on the paper and was not read; a blank cell is none."""
    cell = line.cell(Content.BALANCE)
    return line.balance_yen is None and (bool(cell.text.strip()) or cell.sure_permille < SURE)


def _changed(line: Line, content: Content, seen: int | None, meant: int) -> int:
    """What a correction costs: more where the reader was sure, or a round number turns uneven."""
    cell = line.cell(content)
    cost = likeness(cell, meant)
    if cell.sure_permille >= _SURE_PERMILLE and seen is not None:
        cost += _SURE_COSTS
    if content is not Content.BALANCE and seen and seen % _ROUND_YEN == 0 and meant % _ROUND_YEN:
        cost += _UNROUND_COSTS
    return cost


def _usual_amounts(lines: Sequence[Line]) -> frozenset[int] | None:
    """Uneven amounts that come again; None in a dealing where uneven ones are usual."""
    counted = Counter(line.amount_yen for line in lines if line.amount_yen)
    even = sum(count for yen, count in counted.items() if yen % _ROUND_YEN == 0)
    if _PART_ROUND * even < _WHOLE_ROUND * counted.total():
        return None
    return frozenset(yen for yen, count in counted.items() if count > _ONCE)


def _ways(line: Line) -> list[tuple[int, int]]:
    if line.way not in {LENT, PAID}:
        return [(LENT, 1), (PAID, 1)]
    turned = _TURNED_SURE if line.sure_way >= _SURE_PERMILLE else _TURNED
    return [(line.way, 0), (-line.way, turned)]


def _chosen(
    line: Line, entry: Entry, accounts: tuple[Account, Account], *, is_tested: object
) -> tuple[Chosen, Account]:
    del line
    before, after = accounts
    way = entry.way if entry.way != STILL else 0
    picked = Chosen(
        entry.on, way, entry.amount_yen, entry.balance_yen, _YES, bool(is_tested), before, entry
    )
    return picked, after


def _linked(path: _Path, chosen: tuple[Chosen, Account], cost: int) -> _Path:
    return _Path(cost, chosen[1], (path.steps, chosen[0]))


def _is_again(plain: _Path, chosen: Chosen) -> bool:
    """Whether it is the line as read once more: the same twice would crowd out what would do."""
    read = None if plain.steps is None else plain.steps[1]
    return isinstance(read, Chosen) and read.agrees and read[:4] == chosen[:4]


def _kept(paths: list[_Path]) -> list[_Path]:
    """The cheapest of each state, with those that would do as well, and of all the cheapest few."""
    best: dict[tuple[object, ...], list[_Path]] = {}
    count = 0
    last_cost = 0
    for path in sorted(paths, key=lambda one: one.cost):
        if count >= BEAM and (path.cost > last_cost or count >= _MOST_TIED):
            break
        account = path.account
        same = best.setdefault((account.on, account.balance_yen, account.unpaid_yen), [])
        if len(same) < _ALIKE and (not same or path.cost <= same[0].cost + MARGIN):
            same.append(path)
            count += 1
            last_cost = path.cost
    return [path for same in best.values() for path in same]


def _unlinked(path: _Path) -> list[Chosen]:
    found: list[Chosen] = []
    steps = path.steps
    while steps:
        before, chosen = steps
        if isinstance(chosen, Chosen):
            found.append(chosen)
        steps = before if isinstance(before, tuple) else None
    return found[::-1]
