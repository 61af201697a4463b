"""A history of one lender's dealings [取引履歴]: its events, and the order in which they act.

Every way in (a case file, a table, a pasted sheet) ends in a `History`: `claims.reading` chooses
the way. Events keep the order and the row numbers of their source; `in_order` says in which order
they act, `by_contract` which of them are calculated together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from motocho.kernel.conventions import EventKind, SameDayOrder, Series
from motocho.units.errors import Fault

DEFAULT_CONTRACT = "1"
"""The contract of an event that names none."""


class Event(NamedTuple):
    """One event of a history [取引]."""

    on: date
    kind: EventKind
    amount_yen: int = 0
    rate_ppm: int | None = None
    """The agreed rate for the days charged after this event."""
    contract: str = DEFAULT_CONTRACT
    lender_balance_yen: int | None = None
    """The balance the lender printed; negative where the lender printed a credit."""
    note: str = ""
    carried_interest_yen: int = 0
    """Interest on an overpayment brought in (CARRY)."""
    arose_on: date | None = None
    """The day an overpayment brought in first arose (CARRY); its own date where None."""
    source_row: int | None = None
    """The row of the source, from 1; None for a row we added."""
    lender_interest_yen: int | None = None
    """The interest the lender printed for the row."""


@dataclass(frozen=True, slots=True)
class History:
    """A history as read, before any assumption [取引履歴]."""

    events: tuple[Event, ...]
    lender: str = ""
    title: str = ""
    stated_assumptions: Mapping[str, Any] = field(default_factory=dict)
    """What a case file says under `assumptions`, unread."""
    file: str | None = None
    input_sha256: str = ""
    warnings: tuple[Fault, ...] = ()

    def contracts(self) -> tuple[str, ...]:
        """The contracts in the order of their first appearance in the input [契約]."""
        return tuple(dict.fromkeys(event.contract for event in self.events))


_RANKS: Mapping[SameDayOrder, Mapping[EventKind, int]] = {
    SameDayOrder.BORROW_FIRST: {
        EventKind.OPENING: 0,
        EventKind.CARRY: 0,
        EventKind.BORROW: 1,
        EventKind.REPAY: 2,
        EventKind.CLOSING: 3,
    },
    SameDayOrder.REPAY_FIRST: {
        EventKind.OPENING: 0,
        EventKind.CARRY: 0,
        EventKind.REPAY: 1,
        EventKind.BORROW: 2,
        EventKind.CLOSING: 3,
    },
}


def in_order(events: Iterable[Event], order: SameDayOrder) -> list[Event]:
    """Events in the order in which they act: by date, stably, then by the same-day order [順序]."""
    if order is SameDayOrder.AS_GIVEN:
        return sorted(events, key=lambda event: event.on)
    ranks = _RANKS[order]
    return sorted(events, key=lambda event: (event.on, ranks[event.kind]))


def by_contract(history: History, series: Series) -> list[list[Event]]:
    """The events that are calculated together, in the order of the input [一連・個別]."""
    if series is Series.JOINED:
        return [list(history.events)]
    groups: dict[str, list[Event]] = {contract: [] for contract in history.contracts()}
    for event in history.events:
        groups[event.contract].append(event)
    return list(groups.values())


def closed_on(dealing: Sequence[Event], as_of: date) -> list[Event]:
    """A dealing in acting order with a closing row on `as_of`, unless one is there [計算日].

    The caller has checked that no event lies after `as_of`.
    """
    if any(event.kind is EventKind.CLOSING and event.on == as_of for event in dealing):
        return list(dealing)
    return [*dealing, Event(as_of, EventKind.CLOSING, contract=dealing[-1].contract)]
