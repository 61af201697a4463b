"""Mends carried out on a history, and what each would move of the claim [直しの効果]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from motocho.claims.assumptions import Assumptions
from motocho.claims.history import DEFAULT_CONTRACT, Event, History
from motocho.claims.radar._alarms import Action, Alarm, Line, Mend
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import EventKind
from motocho.units.days import read_date
from motocho.units.errors import FaultyInput, InputError, Unread
from motocho.units.money import RateRule, SignRule, read_rate_ppm, read_yen

MOST_EFFECTS = 40
"""Most mends whose effect is reckoned: each is a whole recalculation."""


class Sight(NamedTuple):
    """What the radar looks at [点検の対象]."""

    history: History
    """The rows that could be read."""
    assumptions: Assumptions
    today: date
    lines: Mapping[int, Line]
    """Rows as typed, by their number; needed for those that could not be read."""
    as_of: date | None = None
    """The day up to which is reckoned; the last event where it is None."""


def claim_yen(history: History, assumptions: Assumptions, as_of: date | None) -> int | None:
    """The claim, or the debt as less than nothing; None where nothing can be reckoned [請求額]."""
    if not history.events:
        return None
    try:
        return int(recalculate(history, assumptions, as_of=as_of).net_yen)
    except (FaultyInput, InputError):
        return None


def mended(history: History, mends: Sequence[Mend], lines: Mapping[int, Line]) -> History | None:
    """A history with mends carried out; None where a cell still cannot be read [直した取引履歴].

    Why       rows keep the numbers they had, so that a second mend finds its place.
    """
    events = list(history.events)
    for mend in mends:
        if mend.action is Action.SORT:
            events.sort(key=lambda event: event.on)
            continue
        place = _place(events, mend.row)
        if mend.action is Action.DELETE:
            events = [event for event in events if event.source_row != mend.row]
            continue
        base = None if mend.action is Action.INSERT else _at(events, place, mend.row)
        event = _event(mend, base, lines, events[place - 1] if place else None)
        if event is None:
            return None
        stands = base is not None
        events[place : place + stands] = [event]
    return replace(history, events=tuple(events))


def _place(events: Sequence[Event], row: int | None) -> int:
    """Where a row stands, or would stand."""
    if row is None:
        return len(events)
    return next(
        (at for at, event in enumerate(events) if (event.source_row or 0) >= row), len(events)
    )


def _at(events: Sequence[Event], place: int, row: int | None) -> Event | None:
    found = events[place] if place < len(events) else None
    return found if found is not None and found.source_row == row else None


def _event(
    mend: Mend, base: Event | None, lines: Mapping[int, Line], above: Event | None
) -> Event | None:
    """The event that a mended row makes."""
    if base is None:
        stated = lines.get(mend.row or 0, Line()) if mend.action is Action.SET else Line()
        return _typed(stated._replace(**mend.cells), above, mend.row)
    cells = dict(mend.cells)
    changed = base
    if "date" in cells:
        day = read_date(cells["date"])
        if isinstance(day, Unread):
            return None
        changed = changed._replace(on=day.on)
    if cells.get("borrow") or cells.get("repay"):
        lent = bool(cells.get("borrow"))
        amount = read_yen(cells["borrow" if lent else "repay"], sign=SignRule.NONE)
        if isinstance(amount, Unread):
            return None
        kind = base.kind
        if kind is not EventKind.OPENING:
            kind = EventKind.BORROW if lent else EventKind.REPAY
        changed = changed._replace(kind=kind, amount_yen=amount)
    if "balance" in cells:
        balance = read_yen(cells["balance"], sign=SignRule.SIGNED)
        if isinstance(balance, Unread):
            return None
        changed = changed._replace(lender_balance_yen=balance)
    if "rate" in cells:
        rate = read_rate_ppm(cells["rate"], rule=RateRule.TABLE_CELL)
        if isinstance(rate, Unread):
            return None
        changed = changed._replace(rate_ppm=rate)
    if "contract" in cells:
        changed = changed._replace(contract=cells["contract"] or DEFAULT_CONTRACT)
    return changed


def _typed(line: Line, above: Event | None, row: int | None) -> Event | None:
    """A row that was not read before, read by itself."""
    day = read_date(line.date, after=above.on if above else None)
    lent = bool(line.borrow.strip())
    amount = read_yen(line.borrow if lent else line.repay, sign=SignRule.NONE)
    if isinstance(day, Unread) or isinstance(amount, Unread):
        return None
    balance = read_yen(line.balance, sign=SignRule.SIGNED) if line.balance.strip() else None
    return Event(
        day.on,
        EventKind.BORROW if lent else EventKind.REPAY,
        amount,
        contract=line.contract or (above.contract if above else DEFAULT_CONTRACT),
        lender_balance_yen=balance if isinstance(balance, int) else None,
        note=line.note,
        source_row=row,
    )


def with_effects(sight: Sight, alarms: Sequence[Alarm]) -> list[Alarm]:
    """Alarms with what their mends would move of the claim [直しの効果]."""
    now_yen = claim_yen(sight.history, sight.assumptions, sight.as_of)
    if now_yen is None:
        return list(alarms)
    told: list[Alarm] = []
    reckoned = 0
    for alarm in alarms:
        if not alarm.mends or alarm.effect_yen is not None or reckoned >= MOST_EFFECTS:
            told.append(alarm)
            continue
        reckoned += 1
        after = mended(sight.history, alarm.mends, sight.lines)
        then_yen = None if after is None else claim_yen(after, sight.assumptions, sight.as_of)
        effect = None if then_yen is None else then_yen - now_yen
        told.append(replace(alarm, effect_yen=effect))
    return told


def effect_under(sight: Sight, change: Callable[[Assumptions], Assumptions]) -> int | None:
    """What another choice would move of the claim [前提を変えた効果]."""
    now_yen = claim_yen(sight.history, sight.assumptions, sight.as_of)
    then_yen = claim_yen(sight.history, change(sight.assumptions), sight.as_of)
    return None if now_yen is None or then_yen is None else then_yen - now_yen
