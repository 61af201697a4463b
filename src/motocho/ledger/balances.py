"""Balances: of one book today, on any day, at any moment; of the whole ledger [残高].

Two times are kept apart: by *value date* a repayment counts from the day the money arrived, by
*booking time* from the moment it was written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from motocho.ledger.chart import Account, Side


class Balance(NamedTuple):
    """Sums of one account [借方・貸方の合計]."""

    debit_yen: int = 0
    credit_yen: int = 0
    pending_debit_yen: int = 0
    pending_credit_yen: int = 0

    def on_side(self, side: Side) -> int:
        """The balance as its own side counts it [残高].

        >>> Balance(5_000, 2_000).on_side(Side.DEBIT)
        3000
        """
        return int(side) * (self.debit_yen - self.credit_yen)

    def pending_on_side(self, side: Side) -> int:
        """What is still under way, on the account's own side [未確定]."""
        return int(side) * (self.pending_debit_yen - self.pending_credit_yen)


def of_book(cursor: Any, member_id: int, book_id: int) -> dict[Account, Balance]:
    """A book's balances as they stand [残高]."""
    cursor.execute(
        "SELECT account, debit_yen, credit_yen, pending_debit_yen, pending_credit_yen"
        " FROM ledger_balance WHERE member_id = %s AND book_id = %s ORDER BY account",
        (member_id, book_id),
    )
    return {Account(row[0]): Balance(*row[1:]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class AsOf:
    """What counts: entries valued up to a day, booked up to a moment; None for all [基準時]."""

    value_on: date | None = None
    booked_at: datetime | None = None


_AS_OF = """
SELECT t.account, sum(t.debit_yen)::bigint, sum(t.credit_yen)::bigint
FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)
CROSS JOIN LATERAL (VALUES (l.debit, l.amount_yen, 0::bigint), (l.credit, 0::bigint, l.amount_yen))
    AS t (account, debit_yen, credit_yen)
WHERE e.phase IN ('posted', 'post')
  AND (%(value_on)s::date IS NULL OR e.value_on <= %(value_on)s)
  AND (%(booked_at)s::timestamptz IS NULL OR e.booked_at <= %(booked_at)s)
"""


def of_book_as_of(cursor: Any, member_id: int, book_id: int, as_of: AsOf) -> dict[Account, Balance]:
    """A book's balances on a day, or as they were known at a moment [基準日残高]."""
    cursor.execute(
        _AS_OF + " AND e.member_id = %(member)s AND e.book_id = %(book)s GROUP BY 1 ORDER BY 1",
        {
            "value_on": as_of.value_on,
            "booked_at": as_of.booked_at,
            "member": member_id,
            "book": book_id,
        },
    )
    return {Account(row[0]): Balance(*row[1:]) for row in cursor.fetchall()}


def trial_balance(cursor: Any, as_of: AsOf | None = None) -> dict[Account, Balance]:
    """All accounts over all members; its debits equal its credits [合計残高試算表]."""
    if as_of is None:
        cursor.execute(
            "SELECT account, sum(debit_yen)::bigint, sum(credit_yen)::bigint,"
            " sum(pending_debit_yen)::bigint, sum(pending_credit_yen)::bigint"
            " FROM ledger_balance GROUP BY account ORDER BY account"
        )
    else:
        cursor.execute(
            _AS_OF + " GROUP BY 1 ORDER BY 1",
            {"value_on": as_of.value_on, "booked_at": as_of.booked_at},
        )
    return {Account(row[0]): Balance(*row[1:]) for row in cursor.fetchall()}
