"""Pay-easy: bills that a member asks for, and their notices, booked once each [ペイジー].

A payer number is made of the ids of member and bill, so that a notice finds its bill by itself, a
card reissued or not. A bill can be paid until the end of its day, while its amount holds; money
that comes later all the same is received like any other.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from motocho.kernel.revolving import Receipt
from motocho.loans import _book
from motocho.loans._book import Done, Key, Made
from motocho.loans.commands import receive
from motocho.loans.commands._telling import refuse_amount, refused, tell
from motocho.loans.policy import check_receipt
from motocho.outside.clock import JAPAN
from motocho.outside.payeasy import Bill, Notice, mismatches
from motocho.people.members import no_such_member
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict

CHANNEL = "payeasy"
_MEMBER_DIGITS = 8
_BILL_DIGITS = 12
_CONFIRMATION_DIGITS = 6


def take_notice(cursor: Any, key: Key, bill: Bill, notice: Notice, made: Made) -> Done:
    """The money of a notice, for the agreement it was billed for; booked once [ペイジー入金].

    The receipt number is the reference, so that of `made` is not used; the payment
    counts from the day on which the member's bank took it.

    Lock      the member's agreements.
    Raises    RefusedError if the notice is not of the bill, and as `receive` does; StateConflict if
              its receipt number was booked with another amount. No money moves then.
    Law       BANK-009 · LEDG-020, LEDG-021.
    """
    wrong = mismatches(bill, notice)
    if wrong:
        raise RefusedError(
            *(replace(fault, details={**fault.details, "rule": "BANK-009"}) for fault in wrong)
        )
    arrived = replace(made, channel=CHANNEL, external_ref=notice.receipt_number)
    done = receive(cursor, key, notice.amount_yen, notice.paid_on, arrived)
    booked = done.step.event
    if not isinstance(booked, Receipt) or booked.amount_yen != notice.amount_yen:
        first = getattr(booked, "amount_yen", 0)
        details = {"first": f"{first:,}", "second": f"{notice.amount_yen:,}"}
        raise StateConflict(Fault("PEZ-005", excerpt=notice.receipt_number, details=details))
    return done


# ----------------------------------------------------------------------------- bills of a member
@dataclass(frozen=True, slots=True)
class Billed:
    """A bill that a member asked for [ネット返済の請求]; `event_no` is the receipt that paid it."""

    key: Key
    bill_id: int
    amount_yen: int
    payer_number: str
    confirmation_number: str
    asked_at: datetime
    payable_until: datetime
    event_no: int | None
    paid_at: datetime | None

    def bill(self, institution_number: str) -> Bill:
        """What the member types at the bank [払込に使う番号]."""
        numbers = (institution_number, self.payer_number, self.confirmation_number)
        return Bill(*numbers, self.amount_yen)


_COLUMNS = (
    "b.member_id, b.agreement_id, b.bill_id, b.amount_yen, b.confirmation_number,"
    " b.asked_at, b.payable_until, b.event_no, b.paid_at"
)
_OF = f"SELECT {_COLUMNS} FROM loan_bill b"  # noqa: S608  # our own names


def _billed(row: tuple[Any, ...]) -> Billed:
    payer_number = f"{row[0]:0{_MEMBER_DIGITS}}{row[2]:0{_BILL_DIGITS}}"
    return Billed(Key(row[0], row[1]), row[2], row[3], payer_number, *row[4:])


def ask_bill(cursor: Any, key: Key, amount_yen: int, made: Made) -> Billed:
    """A bill to be paid at a bank's page by the end of today [ネット返済の番号の発行].

    The same reference gives the first bill.

    Lock      the member's agreements.
    Raises    RefusedError for an amount below a yen, a claim that was assigned; StateConflict if
              the reference was used for another amount.
    """
    loan = _book.lock(cursor, key)
    earlier = bill_of_reference(cursor, key.member_id, made)
    if earlier is not None:
        if (earlier.amount_yen, earlier.key) != (amount_yen, key):
            raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
        return earlier
    refused(check_receipt(loan.standing()))
    refuse_amount(amount_yen)
    number = f"{secrets.randbelow(10**_CONFIRMATION_DIGITS):0{_CONFIRMATION_DIGITS}}"
    tomorrow = made.booked_at.astimezone(JAPAN).date() + timedelta(days=1)
    cursor.execute(
        "INSERT INTO loan_bill (member_id, agreement_id, amount_yen, confirmation_number,"
        " external_ref, asked_at, payable_until) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " RETURNING bill_id",
        (
            *key, amount_yen, number, made.external_ref, made.booked_at,
            datetime.combine(tomorrow, time(), JAPAN),
        ),
    )  # fmt: skip
    bill_id: int = cursor.fetchone()[0]
    tell(cursor, key, "billed", made, bill=bill_id, amount_yen=amount_yen)
    return one_bill(cursor, key.member_id, bill_id)


def bill_of_reference(cursor: Any, member_id: int, made: Made) -> Billed | None:
    """The bill that the same reference asked for when it came first [二重依頼の確認]."""
    wanted = (member_id, made.external_ref)
    cursor.execute(f"{_OF} WHERE b.member_id = %s AND b.external_ref = %s", wanted)
    row = cursor.fetchone()
    return None if row is None else _billed(row)


def one_bill(cursor: Any, member_id: int, bill_id: int) -> Billed:
    """A bill of a member [請求の照会].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_OF} WHERE b.member_id = %s AND b.bill_id = %s", (member_id, bill_id))
    row = cursor.fetchone()
    if row is None:
        raise no_such_member()
    return _billed(row)


def find_bill(cursor: Any, payer_number: str) -> Billed:
    """The bill of a payer number, as it stands in a notice [請求の検索].

    Raises    NotFoundError if no such bill was made.
    """
    is_whole = len(payer_number) == _MEMBER_DIGITS + _BILL_DIGITS and payer_number.isdecimal()
    parts = (payer_number[:_MEMBER_DIGITS], payer_number[_MEMBER_DIGITS:])
    row = None
    if is_whole:
        member_id, bill_id = map(int, parts)
        cursor.execute(f"{_OF} WHERE b.member_id = %s AND b.bill_id = %s", (member_id, bill_id))
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("MNY-004", excerpt=payer_number))
    return _billed(row)


def pay_bill(cursor: Any, notice: Notice, institution_number: str, made: Made) -> Done:
    """The money of a notice for a bill of ours [請求への入金]; coming again, it changes nothing.

    Lock      the member's agreements, then the bill.
    Raises    NotFoundError if there is no such bill; else as `take_notice`.
    Law       BANK-009 · LEDG-020, LEDG-021.
    """
    billed = find_bill(cursor, notice.payer_number)
    done = take_notice(cursor, billed.key, billed.bill(institution_number), notice, made)
    cursor.execute(
        "UPDATE loan_bill SET event_no = %s, paid_at = %s"
        " WHERE member_id = %s AND bill_id = %s AND event_no IS NULL",
        (done.event_no, made.booked_at, billed.key.member_id, billed.bill_id),
    )
    return done
