"""From movements to events: what was taken back goes, what was opened stands first [取引への変換].

Lines come in with what was lent and paid. Rows that a lender cancelled leave in pairs, carried
balances are held against the rows, and a table printed newest first is turned round. Whatever is
left out or turned is said with its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from motocho.claims.history import Event
from motocho.claims.reading.cases import backward_dates
from motocho.claims.reading.columns import Layout
from motocho.claims.reading.lines import Line
from motocho.claims.reading.noted import Noted
from motocho.claims.reading.words import Kind, Role, is_cancelled, is_corrected
from motocho.kernel.conventions import EventKind
from motocho.units.errors import Fault, clipped
from motocho.units.money import yen_text

_BALANCE_KINDS = frozenset({Kind.OPENING, Kind.CARRIED, Kind.CARRIED_ON})
_FEWEST_TURNED_DAYS = 3
_LOOK_AHEAD = 12


def events_of(
    lines: list[Line], layout: Layout, rates: Sequence[tuple[date, int]], noted: Noted
) -> tuple[list[Event], list[tuple[date, int]]]:
    """The events that lines make, and the rates that no event of their day takes [取引への変換]."""
    lines = _without_cancelled(lines, layout, noted)
    lines = _turned(lines, noted)
    lines = _with_opening_days(lines, noted)
    left = _rates_left(lines, rates)
    events = list(_events(lines, noted))
    for warning in backward_dates(events):
        noted.warn(replace(warning, column=layout.name(Role.DATE)))
    _warn_of_doubles(events, noted)
    return events, left


# ---------------------------------------------------------------------------------------- cancelled
def _without_cancelled(lines: list[Line], layout: Layout, noted: Noted) -> list[Line]:
    """Lines without those taken back and what they took back."""
    marked = [
        place
        for place, line in enumerate(lines)
        if line.kind not in _BALANCE_KINDS
        and ((line.words and is_cancelled(line.words)) or line.lent_yen < 0 or line.paid_yen < 0)
    ]
    if not marked:
        return lines
    gone: set[int] = set()
    for place in marked:
        if place not in gone:
            _cancel(lines, place, gone, layout, noted)
    return [line for place, line in enumerate(lines) if place not in gone]


def _cancel(lines: list[Line], place: int, gone: set[int], layout: Layout, noted: Noted) -> None:
    line = lines[place]
    negative = line.lent_yen < 0 or line.paid_yen < 0
    is_marked = is_cancelled(line.words)
    if is_marked and not negative and _stands_still(lines, place):
        gone.add(place)
        noted.warn(Fault("TAB-057", line=line.number, excerpt=clipped(line.words)))
        return
    partner = _partner(lines, place, gone)
    if is_marked and not negative and is_corrected(line.words) and _follows_removal(place, gone):
        return
    if partner is not None and is_marked:
        gone.update({place, partner})
        details = {"row": str(lines[partner].number), "amount": yen_text(_size(line))}
        noted.warn(Fault("TAB-056", line=line.number, excerpt=clipped(line.words), details=details))
    elif negative:
        _refuse_negative(lines, place, partner, layout, noted)
    elif not is_corrected(line.words):
        noted.fault(Fault("TAB-048", line=line.number, excerpt=clipped(line.words)))


def _size(line: Line) -> int:
    return abs(line.lent_yen or line.paid_yen)


def _partner(lines: Sequence[Line], place: int, gone: set[int]) -> int | None:
    """The row that a row takes back: of the same amount, the nearest before it, else just after."""
    line = lines[place]
    ahead = min(place + _LOOK_AHEAD, len(lines))
    places: list[int] = [*range(place - 1, -1, -1), *range(place + 1, ahead)]
    for other in places:
        if other not in gone and _undoes(line, lines[other]):
            return other
    return None


def _undoes(line: Line, other: Line) -> bool:
    if other.contract != line.contract or other.kind in _BALANCE_KINDS:
        return False
    if line.lent_yen < 0 or line.paid_yen < 0:
        return (line.lent_yen, line.paid_yen) == (-other.lent_yen, -other.paid_yen)
    same = (line.lent_yen, line.paid_yen) == (other.lent_yen, other.paid_yen)
    crossed = (line.lent_yen, line.paid_yen) == (other.paid_yen, other.lent_yen)
    negated = (line.lent_yen, line.paid_yen) == (-other.lent_yen, -other.paid_yen)
    return negated or crossed or (same and not is_cancelled(other.words))


def _stands_still(lines: Sequence[Line], place: int) -> bool:
    """Whether the balance does not move on a marked row: the row itself was cancelled."""
    line = lines[place]
    before = lines[place - 1] if place else None
    after = lines[place + 1] if place + 1 < len(lines) else None
    if before is None or before.balance_yen is None or line.balance_yen != before.balance_yen:
        return False
    # A payment of interest alone moves nothing either; a reversal of it stands right behind it.
    return after is None or not _undoes(line, after)


def _follows_removal(place: int, gone: set[int]) -> bool:
    return place - 1 in gone or place - 2 in gone


def _refuse_negative(
    lines: Sequence[Line], place: int, partner: int | None, layout: Layout, noted: Noted
) -> None:
    """A negative amount in a table that has no signs, with the pair that it may make."""
    line = lines[place]
    role = Role.AMOUNT if Role.AMOUNT in layout.columns else Role.BORROW
    if Role.AMOUNT not in layout.columns and line.paid_yen < 0:
        role = Role.REPAY
    shown = yen_text(min(line.lent_yen, line.paid_yen))
    column = layout.name(role)
    if partner is None:
        details = {"amount": yen_text(_size(line))}
        fault = Fault("AMT-004", None, line.number, column, shown, details, str(_size(line)))
    else:
        details = {"row": str(lines[partner].number), "amount": yen_text(_size(line))}
        fault = Fault("TAB-049", None, line.number, column, shown, details, "取消")
    noted.fault(fault)


# -------------------------------------------------------------------------------------------- order
def _turned(lines: list[Line], noted: Noted) -> list[Line]:
    """Lines oldest first, where the whole table is printed newest first."""
    days = [line.on for line in lines if line.on != date.max]
    falls = all(later <= earlier for earlier, later in pairwise(days))
    if not falls or len(set(days)) < _FEWEST_TURNED_DAYS:
        return lines
    noted.warn(Fault("TAB-058", line=lines[0].number, excerpt=days[0].isoformat()))
    return lines[::-1]


def _with_opening_days(lines: list[Line], noted: Noted) -> list[Line]:
    """Lines without carried balances inside; one before all others opens its contract."""
    kept: list[Line] = []
    seen: set[str] = set()
    balance: int | None = None
    for place, line in enumerate(lines):
        if line.kind in _BALANCE_KINDS:
            stated = line.balance_yen if line.balance_yen is not None else line.amount_yen
            if line.contract not in seen and line.kind is not Kind.CARRIED_ON and stated:
                _open(lines, place, stated, noted)
                seen.add(line.contract)
                kept.append(line)
            elif balance is not None and line.balance_yen not in {None, balance}:
                details = {"amount": yen_text(stated), "balance": yen_text(balance)}
                noted.warn(Fault("TAB-059", line=line.number, details=details))
            continue
        seen.add(line.contract)
        balance = line.balance_yen if line.balance_yen is not None else balance
        kept.append(line)
    return kept


def _open(lines: Sequence[Line], place: int, stated: int, noted: Noted) -> None:
    """Make a line the opening of its contract; without a day it takes the next one's."""
    line = lines[place]
    line.kind = Kind.OPENING
    line.amount_yen = stated
    if line.on != date.max:
        return
    next_days = (later.on for later in lines[place + 1 :] if later.on != date.max)
    line.on = next(next_days, date.max)
    details = {"amount": yen_text(stated)}
    shown = "" if line.on == date.max else line.on.isoformat()
    noted.warn(Fault("TAB-069", line=line.number, excerpt=shown, details=details))


# ------------------------------------------------------------------------------------------- events
def _rates_left(lines: Sequence[Line], rates: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """Stated changes of rate; one on the day of a line is taken by that line."""
    left = []
    for on, rate_ppm in rates:
        same_day = [line for line in lines if line.on == on]
        if same_day and same_day[-1].rate_ppm is None:
            same_day[-1].rate_ppm = rate_ppm
        elif not same_day:
            left.append((on, rate_ppm))
    return left


def _events(lines: Sequence[Line], noted: Noted) -> Iterator[Event]:
    before: int | None = 0
    for line in lines:
        if line.kind is Kind.OPENING:
            if line.on != date.max:
                yield _event(line, EventKind.OPENING, line.amount_yen)
        elif line.lent_yen and line.paid_yen:
            yield from _both(line, before, noted)
        elif line.lent_yen:
            yield _event(line, EventKind.BORROW, line.lent_yen)
        elif line.paid_yen:
            yield _event(line, EventKind.REPAY, line.paid_yen)
        elif line.kind is Kind.CLOSING:
            yield _event(line, EventKind.CLOSING, 0)
        before = line.balance_yen


def _event(line: Line, kind: EventKind, amount: int) -> Event:
    return Event(
        line.on,
        kind,
        amount,
        line.rate_ppm,
        line.contract,
        line.balance_yen,
        line.note,
        0,
        None,
        line.number,
        line.interest_yen,
    )


def _both(line: Line, before: int | None, noted: Noted) -> Iterator[Event]:
    """An advance and a payment in one row: the payment first where it paid off what was owed."""
    lent = _event(line, EventKind.BORROW, line.lent_yen)
    paid = _event(line, EventKind.REPAY, line.paid_yen)
    paid_off = line.balance_yen == line.lent_yen and before is not None and before > 0
    first, second = (paid, lent) if paid_off else (lent, paid)
    noted.warn(Fault("TAB-070" if paid_off else "TAB-071", line=line.number))
    yield first._replace(lender_balance_yen=None)
    yield second._replace(lender_interest_yen=None)


def _warn_of_doubles(events: Sequence[Event], noted: Noted) -> None:
    """Neighbouring rows of one day that say the same, balance included."""
    for earlier, later in pairwise(events):
        same = (
            earlier.on == later.on
            and earlier.kind is later.kind
            and earlier.amount_yen == later.amount_yen
            and earlier.lender_balance_yen == later.lender_balance_yen
            and earlier.contract == later.contract
        )
        if same and earlier.source_row != later.source_row:
            details = {"row": str(earlier.source_row), "amount": yen_text(later.amount_yen)}
            shown = later.on.isoformat()
            noted.warn(Fault("TAB-072", line=later.source_row, excerpt=shown, details=details))
