"""What was agreed, for papers that say so [契約内容の照会]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel.revolving import Terms
from motocho.loans import _book
from motocho.loans._book import Key
from motocho.loans.policy import Status
from motocho.loans.products import Product


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with its terms as they stand [契約内容]."""

    key: Key
    opened_on: date
    status: Status
    product: Product
    terms: Terms
    largest_limit_yen: int
    """The largest limit that was agreed before the terms that stand."""


def contract(cursor: Any, key: Key, event_no: int | None = None) -> Contract:
    """What is agreed now, or was right after an event [契約内容の照会].

    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    every = _book.all_terms(cursor, key)
    stands = max(number for number in every if event_no is None or number <= event_no)
    terms = every[stands]
    earlier = [one.limit_yen for number, one in every.items() if number < stands]
    largest = max(earlier, default=terms.limit_yen)
    return Contract(key, loan.opened_on, loan.status, loan.product, terms, largest)


def moved_between(cursor: Any, first_on: date, last_on: date) -> list[Key]:
    """Agreements on which something was lent or received in a time [期間に動きのある契約]."""
    cursor.execute(
        "SELECT DISTINCT member_id, agreement_id FROM loan_event"
        " WHERE business_on BETWEEN %s AND %s AND kind IN ('draw', 'receipt', 'excess_used')"
        " ORDER BY member_id, agreement_id",
        (first_on, last_on),
    )
    return [Key(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class DebitLine:
    """One direct debit that was asked of the bank [口座振替の明細]."""

    debit_on: date
    due_on: date
    amount_yen: int
    result: str | None
    """The bank's digit, None until it answers."""
    event_no: int | None


def debits(cursor: Any, key: Key) -> list[DebitLine]:
    """Every direct debit of an agreement, the newest first [口座振替の履歴]."""
    cursor.execute(
        "SELECT debit_on, due_on, amount_yen, result, event_no FROM loan_debit"
        " WHERE member_id = %s AND agreement_id = %s ORDER BY debit_on DESC, debit_no DESC",
        key,
    )
    return [DebitLine(*row) for row in cursor.fetchall()]
