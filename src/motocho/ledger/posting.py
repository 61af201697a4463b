"""Posting: the one door through which yen enter the ledger [記帳].

An entry is one event of one member's book: its legs, each from one account to another, are posted
together or not at all. What must hold of it is held by the database (`schema.sql`); this module
says it in Python and gives the numbers back. Nothing here commits: the caller's transaction does.

An entry that leaves the house is first *pending*, then *post*ed or *void*ed by another entry with
the same legs. A posted entry is undone by its *reversal*, which has them the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

import psycopg
from django.db import IntegrityError

from motocho.ledger.chart import Account, Leg
from motocho.units.errors import Fault, StateConflict, ensure
from motocho.units.rows import Field, rows_text


class Phase(Enum):
    """How far an entry is [段階]."""

    POSTED = "posted"
    PENDING = "pending"
    POST = "post"
    """A pending entry came to pass."""
    VOID = "void"
    """A pending entry did not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one book [仕訳].

    `channel` and `external_ref` name it outside: the same pair is posted once per member.
    """

    member_id: int
    book_id: int
    kind: str
    channel: str
    external_ref: str
    value_on: date
    business_on: date
    booked_at: datetime
    legs: tuple[Leg, ...]
    phase: Phase = Phase.POSTED
    settles: int | None = None
    reverses: int | None = None
    reason: str = ""

    @property
    def total_yen(self) -> int:
        """What the legs add up to [合計]."""
        return sum(leg.amount_yen for leg in self.legs)


_FIND = """
SELECT member_id, entry_id, book_id, kind, phase, channel, external_ref, value_on, business_on,
    booked_at, settles_entry_id, reverses_entry_id, reason,
    (SELECT array_agg(ARRAY[debit, credit, amount_yen] ORDER BY leg) FROM ledger_leg l
     WHERE l.member_id = e.member_id AND l.entry_id = e.entry_id)
FROM ledger_entry e WHERE member_id = %s AND entry_id = ANY(%s) ORDER BY entry_id
"""


def post(cursor: Any, entries: Sequence[Entry]) -> list[int]:
    """Post entries in their order; gives their numbers [記帳].

    Takes     a cursor inside the caller's transaction. Caller holds the lock of each book.
    Raises    BrokenInvariant for an entry without legs or with a leg of nothing; StateConflict if
              the business day is sealed; the database's IntegrityError for what its constraints
              refuse, the second posting of a reference too.
    """
    if not entries:
        return []
    with refusing_sealed_days():
        cursor.execute("SELECT ledger_post(%s, %s)", texts(entries))
    numbers: list[int] = cursor.fetchone()[0]
    return numbers


def texts(entries: Sequence[Entry]) -> tuple[str, str]:
    """Entries and their legs as the database's `ledger_post` takes them [記帳する行].

    Why       whoever posts together with rows of another room calls it in that statement.
    Raises    BrokenInvariant for an entry without legs or with a leg of nothing.
    """
    for entry in entries:
        ensure(
            entry.legs and all(leg.amount_yen > 0 for leg in entry.legs),
            "an entry has legs of whole yen above zero",
            entry=entry,
        )
    return rows_text(map(_entry_row, entries)), rows_text(
        (entry.member_id, number, place, int(leg.debit), int(leg.credit), leg.amount_yen)
        for number, entry in enumerate(entries, start=1)
        for place, leg in enumerate(entry.legs, start=1)
    )


def _entry_row(entry: Entry) -> tuple[Field, ...]:
    return (
        entry.member_id,
        None,
        entry.book_id,
        entry.kind,
        entry.phase.value,
        entry.channel,
        entry.external_ref,
        entry.value_on,
        entry.business_on,
        entry.booked_at,
        len(entry.legs),
        entry.total_yen,
        entry.settles,
        entry.reverses,
        entry.reason,
    )


@contextmanager
def refusing_sealed_days() -> Iterator[None]:
    """The database's refusal of a sealed day, as what the caller can act on [締め済みの日].

    Raises    StateConflict: nothing was booked; the same may be tried on the business date of then.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        is_closed = "ledger_day_is_open"
        if isinstance(cause, psycopg.Error) and cause.diag.constraint_name == is_closed:
            raise StateConflict(Fault("LDG-006")) from error
        raise


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry as it stands in the ledger [記帳済みの仕訳]."""

    entry_id: int
    entry: Entry


def find(cursor: Any, member_id: int, numbers: Sequence[int]) -> list[Posted]:
    """Entries of one member by their numbers, in their order [仕訳の参照]."""
    cursor.execute(_FIND, (member_id, list(numbers)))
    return [_posted(row) for row in cursor.fetchall()]


def _posted(row: tuple[Any, ...]) -> Posted:
    legs = tuple(Leg(Account(debit), Account(credit), yen) for debit, credit, yen in row[13])
    entry = Entry(
        member_id=row[0],
        book_id=row[2],
        kind=row[3],
        channel=row[5],
        external_ref=row[6],
        value_on=row[7],
        business_on=row[8],
        booked_at=row[9],
        legs=legs,
        phase=Phase(row[4]),
        settles=row[10],
        reverses=row[11],
        reason=row[12],
    )
    return Posted(row[1], entry)


class Booking(NamedTuple):
    """When and as what something is booked [記帳の日時と名]."""

    channel: str
    external_ref: str
    business_on: date
    booked_at: datetime


def reversal(posted: Posted, booking: Booking, reason: str) -> Entry:
    """The entry that undoes another: same value date, legs the other way round [取消仕訳]."""
    original = posted.entry
    return Entry(
        member_id=original.member_id,
        book_id=original.book_id,
        kind=f"{original.kind}_reversal",
        channel=booking.channel,
        external_ref=booking.external_ref,
        value_on=original.value_on,
        business_on=booking.business_on,
        booked_at=booking.booked_at,
        legs=tuple(Leg(leg.credit, leg.debit, leg.amount_yen) for leg in original.legs),
        reverses=posted.entry_id,
        reason=reason,
    )


def settlement(posted: Posted, booking: Booking, phase: Phase, value_on: date) -> Entry:
    """The entry that posts or voids a pending one [仮仕訳の確定・取消]."""
    original = posted.entry
    ensure(phase in {Phase.POST, Phase.VOID}, "pending is posted or voided", phase=phase)
    return Entry(
        member_id=original.member_id,
        book_id=original.book_id,
        kind=original.kind,
        channel=booking.channel,
        external_ref=booking.external_ref,
        value_on=value_on,
        business_on=booking.business_on,
        booked_at=booking.booked_at,
        legs=original.legs,
        phase=phase,
        settles=posted.entry_id,
    )
