"""Held money goes back by a transfer whose outcome the bank has yet to tell [過入金の返金振込].

While the order is under way the amount stands pending beside what is held, and no other way gives
it out once more. It is given back on the day on which the bank carried it out, and not before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.ledger import posting
from motocho.ledger.chart import Account, Leg
from motocho.ledger.posting import Entry, Phase
from motocho.loans import _book
from motocho.loans._book import Done, Key, Loan, Made
from motocho.loans.commands._telling import refuse_amount, refuse_day, tell
from motocho.units.errors import Fault, RefusedError, StateConflict


def under_way_yen(cursor: Any, key: Key) -> int:
    """How much of what is held is on its way back [返金手続き中の額]."""
    cursor.execute(
        "SELECT pending_debit_yen FROM ledger_balance"
        " WHERE member_id = %s AND book_id = %s AND account = %s",
        (*key, int(Account.EXCESS)),
    )
    row = cursor.fetchone()
    return 0 if row is None else int(row[0])


def refuse_more_than_free(cursor: Any, loan: Loan, amount_yen: int) -> None:
    """Go on where so much is held and not on its way back [返金できる額]. Caller holds the lock.

    Raises    RefusedError for more.
    """
    held_yen = loan.state.excess_yen - under_way_yen(cursor, loan.key)
    if amount_yen > held_yen:
        details = {"amount": f"{amount_yen:,}", "held": f"{held_yen:,}"}
        raise RefusedError(Fault("LON-059", details=details))


def refuse_refund_under_way(cursor: Any, key: Key) -> None:
    """Go on where nothing that is held is on its way back [返金手続き中の点検].

    Raises    RefusedError: what it rests on would be undone under it.
    """
    amount_yen = under_way_yen(cursor, key)
    if amount_yen:
        raise RefusedError(Fault("LON-074", details={"amount": f"{amount_yen:,}"}))


def send_refund(cursor: Any, key: Key, amount_yen: int, made: Made) -> int:
    """Give held money back by a transfer [返金の振込の依頼]; gives the number of the pending entry.

    Lock      the member's agreements.
    Raises    RefusedError for more than is held and free, or while a draw is on its way: it may
              come to be of a day before, and meet what is held.
    Law       民法703条 · LEDG-018.
    """
    loan = _book.lock(cursor, key)
    refuse_amount(amount_yen)
    refuse_more_than_free(cursor, loan, amount_yen)
    if loan.held_yen:
        raise RefusedError(Fault("LON-066", details={"held": f"{loan.held_yen:,}"}))
    booking = made.booking()
    entry = Entry(
        *key, "refund", booking.channel, booking.external_ref, made.business_on, made.business_on,
        made.booked_at, (Leg(Account.EXCESS, made.money, amount_yen),), Phase.PENDING,
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    tell(cursor, key, "refund_sent", made, amount_yen=amount_yen, entry=number)
    return number


def refund_arrived(cursor: Any, key: Key, entry_id: int, arrived_on: date, made: Made) -> Done:
    """The bank carried it out: the money is given back on that day [返金の完了].

    Lock      the member's agreements.
    Raises    StateConflict if it was settled already; RefusedError for a day to come, or one before
              it was asked for.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    pending = _waiting(cursor, loan, entry_id)
    refuse_day(arrived_on, made)
    if arrived_on < pending.entry.value_on:
        details = {"on": str(arrived_on), "asked": str(pending.entry.value_on)}
        raise RefusedError(Fault("LON-065", details=details))
    settles = replace(made, money=pending.entry.legs[0].credit, settles=entry_id)
    event = revolving.Refund(arrived_on.toordinal(), pending.entry.total_yen)
    _, done = _book.happen(cursor, loan, event, settles)
    tell(cursor, key, "refunded", made, event=done.event_no)
    return done


def refund_failed(cursor: Any, key: Key, entry_id: int, made: Made) -> None:
    """It was not carried out, or taken back before: the money is held as before [返金の不成立].

    Lock      the member's agreements.
    Raises    StateConflict if it was settled already.
    Law       BANK-007.
    """
    loan = _book.lock(cursor, key)
    cursor.execute(
        "SELECT FROM ledger_entry WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (key.member_id, made.channel, made.external_ref),
    )
    if cursor.fetchone() is not None:
        return
    pending = _waiting(cursor, loan, entry_id)
    void = posting.settlement(pending, made.booking(), Phase.VOID, made.business_on)
    posting.post(cursor, [void])
    tell(cursor, key, "refund_failed", made, entry=entry_id, amount_yen=pending.entry.total_yen)


def _waiting(cursor: Any, loan: Loan, entry_id: int) -> posting.Posted:
    """A pending refund that neither came to pass nor failed yet."""
    cursor.execute(
        "SELECT FROM ledger_entry WHERE member_id = %s AND settles_entry_id = %s",
        (loan.key.member_id, entry_id),
    )
    is_settled = cursor.fetchone() is not None
    found = posting.find(cursor, loan.key.member_id, [entry_id])
    if is_settled or not found or found[0].entry.book_id != loan.key.agreement_id:
        raise StateConflict(Fault("LON-057", details={"entry": str(entry_id)}))
    return found[0]
