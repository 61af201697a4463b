"""Many receipts at once, as a bank's file brings them [入金の一括取込]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from motocho.kernel import revolving
from motocho.loans import _book
from motocho.loans._agreements import begin_many
from motocho.loans._book import Done, Key, Made, News, Written
from motocho.loans._page import Page
from motocho.loans.commands.money import receive, refuse_receipt
from motocho.units.errors import NotFoundError, RefusedError

Received: TypeAlias = Done | RefusedError | NotFoundError
"""What one receipt did, or why it was refused."""


class Arrived(NamedTuple):
    """Money that came for an agreement [入金]: what `receive` takes."""

    key: Key
    amount_yen: int
    value_on: date
    made: Made


def receive_many(cursor: Any, arrived: Sequence[Arrived]) -> list[Received]:
    """Money came for many agreements: read and written in one transaction [入金の一括取込].

    What is written is what `receive` writes for each in its order. What needs a closer look, a day
    up to the agreement's last event, say, or a reference that came before, goes through `receive`
    itself when the others are written, with all that follows it of the same member.

    Gives     for each, what it did, or why it was refused; what is refused leaves no row.
    Lock      the members' agreements, in the order of members and agreements.
    Raises    StateConflict if the business day is sealed.
    """
    page, outcomes = Page(), dict[int, Received]()
    written, left = _put_plain(cursor, page, arrived, outcomes)
    if written:
        numbers = page.write(cursor)
        outcomes |= {place: one.done(numbers) for place, one in written.items()}
    for place in left:
        outcomes[place] = _received(cursor, arrived[place])
    return [outcomes[place] for place in range(len(arrived))]


def _put_plain(
    cursor: Any, page: Page, arrived: Sequence[Arrived], outcomes: dict[int, Received]
) -> tuple[dict[int, Written], list[int]]:
    """Put on the page what comes after all else of its agreement; gives the places of the rest."""
    loans, repeats = begin_many(cursor, [(one.key, one.made) for one in arrived])
    written: dict[int, Written] = {}
    left: list[int] = []
    apart: set[int] = set()
    met: set[tuple[int, str, str]] = set()
    for place, one in enumerate(arrived):
        key, made, loan = one.key, one.made, loans.get(one.key)
        reference = (key.member_id, made.channel, made.external_ref)
        is_repeat = place in repeats or reference in met
        if loan is None or is_repeat or key.member_id in apart:
            apart.add(key.member_id)
            left.append(place)
            continue
        met.add(reference)
        try:
            refuse_receipt(loan, one.amount_yen, one.value_on, made)
        except RefusedError as refused:
            outcomes[place] = refused
            continue
        event = revolving.Receipt(one.value_on.toordinal(), one.amount_yen)
        if event.on <= loan.state.on:
            apart.add(key.member_id)
            left.append(place)
            continue
        written[place] = _book.put(page, loan, event, made)
        loans[key] = written[place].loan
        news = News("received", one.amount_yen)
        page.news.append(_book.happening(written[place], news, made))
    return written, left


def _received(cursor: Any, one: Arrived) -> Received:
    """One by itself; a refusal comes before anything is written."""
    try:
        return receive(cursor, *one)
    except (RefusedError, NotFoundError) as refused:
        return refused
