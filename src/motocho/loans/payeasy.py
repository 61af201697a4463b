"""Notices of Pay-easy, booked once each [ペイジー入金]."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from motocho.kernel.revolving import Receipt
from motocho.loans._book import Done, Key, Made
from motocho.loans.commands import receive
from motocho.outside.payeasy import Bill, Notice, mismatches
from motocho.units.errors import Fault, RefusedError, StateConflict

CHANNEL = "payeasy"


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
