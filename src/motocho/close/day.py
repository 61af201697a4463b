"""The business date: one row of the database, moved on by the close alone [業務日付].

Every calendar day is a business day of the ledger: machines lend on holidays, and interest counts
them. Faces and the worker ask for the date in the transaction of the command and hand it down; the
rooms below take it as an argument, as they take the time.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.units.errors import Fault, NotFoundError, StateConflict

ALONE = "SELECT pg_advisory_xact_lock(hashtext('motocho business date'))"
"""Waits for every command that holds the date, and keeps new ones waiting."""


def open_book(cursor: Any, on: date) -> None:
    """Set the first business date of a book [業務の開始].

    Raises    StateConflict if the book has one already.
    """
    cursor.execute("INSERT INTO close_day (business_on) VALUES (%s) ON CONFLICT DO NOTHING", (on,))
    if cursor.rowcount == 0:
        raise StateConflict(Fault("CLS-002", details={"on": str(standing(cursor))}))


def business_date(cursor: Any) -> date:
    """The business date, held until the transaction ends [業務日付].

    Lock      shared with all commands; the close takes it alone when it moves on.
    Raises    NotFoundError if the book has not been opened.
    """
    cursor.execute("SELECT close_business_date()")
    return _known(cursor.fetchone()[0])


def standing(cursor: Any) -> date:
    """The business date, to look at only [業務日付の照会].

    Raises    NotFoundError if the book has not been opened.
    """
    cursor.execute("SELECT business_on FROM close_day")
    row = cursor.fetchone()
    return _known(row[0] if row else None)


def booking_date(cursor: Any, calendar_on: date) -> date:
    """The business date, held; a book that no night closes goes by the calendar [記帳日].

    Lock      as `business_date`.
    """
    cursor.execute("SELECT close_business_date()")
    found: date | None = cursor.fetchone()[0]
    return found or calendar_on


def day_to_look_at(cursor: Any, calendar_on: date) -> date:
    """The business date, to look at only; the calendar's where no night closes [業務日付の照会]."""
    cursor.execute("SELECT business_on FROM close_day")
    row = cursor.fetchone()
    return calendar_on if row is None else row[0]


def _known(found: date | None) -> date:
    if found is None:
        raise NotFoundError(Fault("CLS-001"))
    return found
