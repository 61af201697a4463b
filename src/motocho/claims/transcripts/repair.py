"""What was read, held against the lender's own arithmetic, cell by cell [検算による訂正].

Balances form a chain: each follows from the one before, the amount, the days and the lender's rate.
The rate and the way of counting are found by what explains most rows (`claims.checksum`). Where a
row does not follow, the texts that were probably misread are sought: along the chain the cheapest
set of corrections is kept (a beam over accounts), cheap being what looks like what was read.

A cell is *confirmed* where the arithmetic determines it and it agrees; *corrected* where one value
alone makes the chain agree and looks like what was read; *doubtful* where anything else is needed;
*unchecked* where no arithmetic reaches it. Nothing is corrected in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.claims.checksum.chain import STILL, Entry, Rate, Rules, opening_account, step
from motocho.claims.checksum.habits import Habits, Source, find
from motocho.claims.transcripts._search import Chosen, Search
from motocho.claims.transcripts._slips import LIKE, likeness, slips_of_day
from motocho.claims.transcripts.columns import Content
from motocho.claims.transcripts.pages import SURE, Cell
from motocho.claims.transcripts.rows import LENT, PAID, Line, Transcript

LOW_PERMILLE = 950
"""Below this a recognised text is looked at by a person, unless the arithmetic confirms it."""
_FEWEST = 2


class Standing(Enum):
    """How a cell stands [セルの状態]."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DOUBTFUL = "doubtful"
    UNCHECKED = "unchecked"


class Reason(Enum):
    """Why a cell stands so [理由]; the words stand with the pages."""

    CHAIN = "chain"
    """The balance before, the amount, the days and the rate lead to the balance."""
    SUM = "sum"
    """The balance before and the amount lead to the balance."""
    NEXT = "next"
    """The row after agrees with it."""
    ONLY_DAY = "only_day"
    """Only this day takes the interest that was paid."""
    DIFFERS = "differs"
    """The row does not follow from the one before, and nothing plain explains it."""
    UNLIKE = "unlike"
    """What would agree does not look like what was read."""
    OTHERS = "others"
    """Other values would agree as well."""
    UNREAD = "unread"
    """No value could be read."""
    UNSURE = "unsure"
    """The reader was not sure, and no arithmetic tells."""
    NO_BALANCE = "no_balance"
    """No balance is printed, or the lender's rate is not known."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One cell after the arithmetic [検算後のセル]."""

    text: str
    """What it says now: digits, an ISO day, or the text as read where no value is known."""
    seen: str
    """What was read."""
    standing: Standing
    reason: Reason
    sure_permille: int


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One line after the arithmetic [検算後の明細]."""

    line: Line
    way: int
    cells: Mapping[Content, Checked]
    """DATE, BORROW or REPAY, BALANCE; those that the line has."""

    def doubtful(self) -> bool:
        """Whether a person must look at it [要確認]."""
        return any(cell.standing is Standing.DOUBTFUL for cell in self.cells.values())

    def unsure_permille(self) -> int:
        """The least sure of its cells: by this the lines to look at are put in order [確信度]."""
        return min((cell.sure_permille for cell in self.cells.values()), default=0)


@dataclass(frozen=True, slots=True)
class Repaired:
    """All lines after the arithmetic, and the lender's way of counting [検算の結果]."""

    lines: tuple[CheckedLine, ...]
    rules: Rules
    rates_ppm: tuple[int, ...]
    is_known: bool
    """Whether the lender's rate was found: without it payments are not checked."""

    def count(self, standing: Standing) -> int:
        """How many cells stand so [件数]."""
        return sum(cell.standing is standing for line in self.lines for cell in line.cells.values())


def repair(script: Transcript) -> Repaired:
    """Every cell confirmed, corrected or doubted by the lender's arithmetic [検算による訂正].

    Exact     integers, through `kernel.accrual`.
    """
    lines = script.lines
    if not any(line.balance_yen is not None for line in lines):
        return Repaired(tuple(_unchecked(line) for line in lines), Rules(), (), is_known=False)
    entries = list(_entries(lines))
    habits = find(entries, _stated(lines))
    known = habits.source is not Source.UNKNOWN and 2 * habits.explained >= habits.episodes > 0
    known = known and habits.explained >= min(_FEWEST, habits.episodes)
    chain = [entry._replace(rate=rate) for entry, rate in zip(entries, habits.rates, strict=True)]
    search = Search(lines, chain, habits.rules, trusts_rate=_Trust(known).value)
    chosen, rivals = search.best()
    made = tuple(
        _checked(_Seen(lines, chosen, rivals, at, known, habits)) for at in range(len(lines))
    )
    return Repaired(made, habits.rules, tuple(rate.ppm for rate in habits.rates), known)


class _Trust(Enum):
    YES = True
    NO = False


def _entries(lines: Sequence[Line]) -> Iterator[Entry]:
    """The lines as printed; an unreadable day is that of the line above."""
    above = next((line.on.toordinal() for line in lines if line.on), date(2000, 1, 1).toordinal())
    for place, line in enumerate(lines):
        on = above if line.on is None else line.on.toordinal()
        way = line.way if line.amount_yen else STILL
        yield Entry(place, on, way, line.amount_yen or 0, line.balance_yen)
        above = on


def _stated(lines: Sequence[Line]) -> list[tuple[Source, list[Rate]]]:
    """A column of rates, meant for the days before a row or after it."""
    if all(line.rate_ppm is None for line in lines):
        return []
    ppm = next(line.rate_ppm for line in lines if line.rate_ppm is not None)
    ending: list[Rate] = []
    beginning: list[Rate] = []
    for line in lines:
        beginning.append(Rate(ppm))
        ppm = ppm if line.rate_ppm is None else line.rate_ppm
        ending.append(Rate(ppm))
    return [(Source.COLUMN, beginning), (Source.COLUMN, ending)]


# ------------------------------------------------------------------------------------- standings
@dataclass(frozen=True, slots=True)
class _Seen:
    """A line among its neighbours, with what was chosen and what would do as well."""

    lines: Sequence[Line]
    chosen: Sequence[Chosen]
    rivals: Sequence[Sequence[Chosen]]
    at: int
    knows_rate: object
    habits: Habits

    @property
    def line(self) -> Line:
        return self.lines[self.at]

    @property
    def pick(self) -> Chosen:
        return self.chosen[self.at]

    def follows(self) -> bool:
        """Whether the line's own equation was tested and holds."""
        return self.holds(self.at)

    def holds(self, at: int) -> bool:
        """Whether a line's equation was tested and holds: a payment's only with a known rate."""
        pick = self.chosen[at]
        tells = pick.way == LENT or (pick.way == PAID and bool(self.knows_rate))
        return pick.agrees and pick.is_tested and tells

    def altered(self, at: int) -> int:
        """In how many places a line is taken to say another number or day than was read.

        Why       a lost sign is none of them: numbers that all agree as read tell the way.
        """
        pick, line = self.chosen[at], self.lines[at]
        numbers = (pick.amount_yen != line.amount_yen) + (pick.balance_yen != line.balance_yen)
        return numbers + (pick.on != _ordinal(line))

    def is_sound(self, at: int) -> bool:
        """Whether a neighbour follows just as it was read; where the history ends, none is."""
        if not 0 <= at < len(self.lines):
            return True
        return self.chosen[at].agrees and not self.altered(at)

    def is_alone(self, at: int) -> bool:
        """Whether one place of a line is mended between neighbours that follow as they were read.

        Why       two unknowns beside each other make every equation true: such a line is a guess.
                  So does a neighbour that nothing tests.
        """
        if self.altered(at) != 1 or not self.holds(at):
            return False
        before, after = at - 1, at + 1
        begins = before <= 0 or self.holds(before)
        ends = after >= len(self.lines) or self.holds(after)
        return begins and ends and self.is_sound(before) and self.is_sound(after)

    def is_grounded(self) -> bool:
        """Whether the line's equation rests on what was read, but for one mended place at most."""
        rests = self.is_sound(self.at - 1) or self.is_alone(self.at - 1)
        return rests and (not self.altered(self.at) or self.is_alone(self.at))

    def is_contested(self, name: str) -> bool:
        mine = getattr(self.pick, name)
        return any(getattr(path[self.at], name) != mine for path in self.rivals)


def _checked(seen: _Seen) -> CheckedLine:
    pick, line = seen.pick, seen.line
    money = Content.BORROW if pick.way == LENT else Content.REPAY
    cells = {Content.DATE: _day(seen)}
    cells[money] = _amount(seen)
    if Content.BALANCE in line.cells:
        cells[Content.BALANCE] = _balance(seen)
    return CheckedLine(line, pick.way, cells)


def _amount(seen: _Seen) -> Checked:
    line, pick = seen.line, seen.pick
    cell = line.cell(line.money())
    turned = pick.way != line.way and line.sure_way > LOW_PERMILLE
    if pick.amount_yen is None:
        return _cell(cell, cell.text, Standing.DOUBTFUL, Reason.UNREAD)
    text = str(pick.amount_yen)
    if not seen.follows():
        return _cell(cell, text, *_untested(seen, cell, is_read=line.amount_yen is not None))
    why = Reason.SUM if pick.way == LENT else Reason.CHAIN
    if turned:
        return _cell(cell, text, Standing.DOUBTFUL, Reason.UNLIKE)
    if seen.is_contested("amount_yen") or seen.is_contested("way"):
        return _cell(cell, text, Standing.DOUBTFUL, Reason.OTHERS)
    if not seen.is_grounded():
        return _cell(cell, text, Standing.DOUBTFUL, Reason.OTHERS)
    if pick.amount_yen == line.amount_yen and pick.way == line.way:
        return _cell(cell, text, Standing.CONFIRMED, why)
    if likeness(cell, pick.amount_yen) <= LIKE:
        return _cell(cell, text, Standing.CORRECTED, why)
    return _cell(cell, text, Standing.DOUBTFUL, Reason.UNLIKE)


def _balance(seen: _Seen) -> Checked:
    line, pick = seen.line, seen.pick
    cell = line.cell(Content.BALANCE)
    if pick.balance_yen is None:
        return _cell(cell, cell.text, Standing.DOUBTFUL, Reason.UNREAD)
    text = str(pick.balance_yen)
    if pick.balance_yen == line.balance_yen:
        if not seen.follows():
            return _cell(cell, text, *_untested(seen, cell, is_read=True))
        if seen.is_contested("balance_yen") or not seen.is_grounded():
            return _cell(cell, text, Standing.DOUBTFUL, Reason.OTHERS)
        why = Reason.SUM if pick.way == LENT else Reason.CHAIN
        return _cell(cell, text, Standing.CONFIRMED, why)
    if seen.is_contested("balance_yen"):
        return _cell(cell, text, Standing.DOUBTFUL, Reason.OTHERS)
    if seen.follows() and seen.is_alone(seen.at) and seen.at + 1 < len(seen.lines):
        return _cell(cell, text, Standing.CORRECTED, Reason.NEXT)
    return _cell(cell, text, Standing.DOUBTFUL, Reason.UNLIKE)


def _day(seen: _Seen) -> Checked:
    line, pick = seen.line, seen.pick
    cell = line.cell(Content.DATE)
    if pick.on is None:
        return _cell(cell, cell.text, Standing.DOUBTFUL, Reason.UNREAD)
    text = date.fromordinal(pick.on).isoformat()
    if pick.on != _ordinal(line):
        if seen.is_alone(seen.at) and not seen.is_contested("on") and pick.on in slips_of_day(line):
            return _cell(cell, text, Standing.CORRECTED, Reason.ONLY_DAY)
        return _cell(cell, text, Standing.DOUBTFUL, Reason.OTHERS)
    if seen.is_contested("on") or not pick.agrees:
        reason = Reason.OTHERS if pick.agrees else Reason.DIFFERS
        return _cell(cell, text, Standing.DOUBTFUL, reason)
    if pick.way == PAID and seen.follows() and seen.is_grounded() and _is_only_day(seen):
        return _cell(cell, text, Standing.CONFIRMED, Reason.ONLY_DAY)
    return _cell(cell, text, *_untested(seen, cell, is_read=True))


def _is_only_day(seen: _Seen) -> bool:
    """Whether a day earlier or later would take other interest."""
    pick = seen.pick
    entry = pick.entry
    return not any(
        step(pick.before, entry._replace(on=entry.on + days), seen.habits.rules).agrees
        for days in (-1, 1)
    )


def _untested(seen: _Seen, cell: Cell, *, is_read: object) -> tuple[Standing, Reason]:
    """What no arithmetic reaches: doubtful where the row differs or the reader was unsure."""
    if not is_read:
        return Standing.DOUBTFUL, Reason.UNREAD
    if not seen.pick.agrees:
        return Standing.DOUBTFUL, Reason.DIFFERS
    if cell.sure_permille < LOW_PERMILLE or cell.others:
        return Standing.DOUBTFUL, Reason.UNSURE
    if cell.sure_permille < SURE and cell is not seen.line.cell(Content.DATE):
        # What was only recognised, and by nothing confirmed, is for a person to confirm.
        return Standing.DOUBTFUL, Reason.NO_BALANCE
    return Standing.UNCHECKED, Reason.NO_BALANCE


def _ordinal(line: Line) -> int | None:
    return None if line.on is None else line.on.toordinal()


def _cell(cell: Cell, text: str, standing: Standing, reason: Reason) -> Checked:
    return Checked(text, cell.text.strip(), standing, reason, cell.sure_permille)


def _unchecked(line: Line) -> CheckedLine:
    """A line of a history without balances: only the reader's own certainty is known."""
    cells = {}
    for content in (Content.DATE, line.money()):
        cell = line.cell(content)
        value = line.on if content is Content.DATE else line.amount_yen
        if value is None or line.way == 0:
            standing, reason = Standing.DOUBTFUL, Reason.UNREAD
        elif cell.sure_permille < LOW_PERMILLE or cell.others:
            standing, reason = Standing.DOUBTFUL, Reason.UNSURE
        elif cell.sure_permille < SURE and content is not Content.DATE:
            standing, reason = Standing.DOUBTFUL, Reason.NO_BALANCE
        else:
            standing, reason = Standing.UNCHECKED, Reason.NO_BALANCE
        key = (
            content
            if content is Content.DATE or line.way == 0
            else (Content.BORROW if line.way == LENT else Content.REPAY)
        )
        cells[key] = _cell(cell, cell.text if value is None else str(value), standing, reason)
    return CheckedLine(line, line.way, cells)


__all__ = ["Checked", "CheckedLine", "Reason", "Repaired", "Standing", "opening_account", "repair"]
