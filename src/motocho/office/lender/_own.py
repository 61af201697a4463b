"""The history of an agreement of ours, and what of its rows is no dealing [当社の取引履歴].

What a settlement gave up, and what was paid back of a claim, are rows without which a recalculation
would find the same claim again. They are no repayment and no loan: the book gave up what it thought
was owed, and a settlement may pay more than a recalculation under other conventions finds. So a
recalculation takes of such a row no more than there is to take, and neither an overpayment nor a
debt comes of it; what is left after it is what remains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

import orjson

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.statement import Statement, Yen, recalculate
from motocho.kernel.conventions import EventKind
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.queries import HistoryCase

BOOK = "book.json"
"""What the book's own history is kept as."""
_NOTES = frozenset({queries.GIVEN_UP, queries.PAID_BACK, queries.TAKEN_BACK})


def own_history(cursor: Any, key: Key, until_on: date) -> History:
    """The whole history of an agreement of ours, as recalculation reads it [当社の取引履歴].

    Raises    NotFoundError if the member has no such agreement, or it was opened after the day.
    """
    return reading.read(own_file(cursor, key, until_on), file=BOOK)


def own_file(cursor: Any, key: Key, until_on: date) -> bytes:
    """The same as a case file [事件ファイル]."""
    case = queries.history_case(cursor, key, until_on, queries.Amounts.PAID)
    return orjson.dumps(case.document())


def of_courts(history: History) -> History:
    """The same history, rows that are no dealings as courts would take them [判例の計算].

    For what reads rows alone, and knows nothing of whose they are: a case of the studio, a run over
    the whole book.
    """
    if not is_settled_in(history):
        return history
    chosen = assumed.read(history.stated_assumptions, file=history.file).assumptions
    return recalculated(history, chosen).history


def amounts_of(case: HistoryCase) -> list[int]:
    """The amount of each row of a case of our book, as courts' conventions take it [各行の額]."""
    if not any(row.note in _NOTES for row in case.rows):
        return [row.amount_yen for row in case.rows]
    history = reading.read(orjson.dumps(case.document()), file=BOOK)
    return [one.amount_yen for one in of_courts(history).events]


def is_settled_in(history: History) -> bool:
    """Whether a history of our book has rows that are no dealings [和解の行の有無]."""
    return history.file == BOOK and any(one.note in _NOTES for one in history.events)


def recalculated(history: History, chosen: Assumptions, until_on: date | None = None) -> Statement:
    """A history recalculated; of rows that are no dealings no more than there is to take [計算].

    Takes     until which day interest runs; None: until the last row.
    Gives     a statement; its history says of such rows what was taken, their notes the whole.
    Raises    FaultyInput, InputError as `recalculate`.
    Law       民法489条: what is paid back meets interest first, then the overpayment; 519条, 696条.
    """
    statement = recalculate(history, chosen, as_of=until_on)
    if not is_settled_in(history):
        return statement
    paid_yen = 0
    for place in list(_places(statement)):
        event = statement.rows[place].event
        taken_yen = event.amount_yen - _too_much(statement, place, paid_yen)
        if taken_yen != event.amount_yen:
            events = tuple(
                _taking(one, taken_yen) if one is event else one for one in statement.history.events
            )
            statement = recalculate(
                replace(statement.history, events=events), chosen, as_of=until_on
            )
        if event.note == queries.PAID_BACK:
            paid_yen += taken_yen
        elif event.note == queries.TAKEN_BACK:
            paid_yen -= taken_yen
    return statement


def _places(statement: Statement) -> Iterator[int]:
    for place, row in enumerate(statement.rows):
        if row.event.note in _NOTES:
            yield place


def _too_much(statement: Statement, place: int, paid_yen: int) -> int:
    """How much of a row turns over what was owed before it."""
    row, before = statement.rows[place], statement.rows[place - 1]
    if row.event.note == queries.TAKEN_BACK:
        return max(0, row.event.amount_yen - paid_yen)
    if row.event.kind is EventKind.BORROW:
        return _grown(row.outstanding_principal_yen, before.outstanding_principal_yen)
    return _grown(row.overpayment_yen, before.overpayment_yen)


def _grown(after: Yen, before: Yen) -> int:
    """Whole yen; of a part of one the whole."""
    return max(0, ceil(after - before))


def _taking(event: Event, taken_yen: int) -> Event:
    note = f"{event.note} {event.amount_yen:,}円のうち"
    return event._replace(amount_yen=taken_yen, note=note)
