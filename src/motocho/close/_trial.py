"""The trial balance of a night: kept balances, entries and loans tell the same [合計残高試算表]."""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.close.plan import imbalances
from motocho.ledger.balances import Balance, trial_balance
from motocho.ledger.chart import Account
from motocho.loans import standing
from motocho.loans.commands import Made
from motocho.units.errors import Fault, StateConflict


class Imbalance(StateConflict):
    """The books do not agree: the day does not move on [残高の不一致]."""


_BOOKED = """
SELECT t.account, sum(posts * t.debit_yen), sum(posts * t.credit_yen),
    sum(waits * t.debit_yen), sum(waits * t.credit_yen)
FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)
JOIN (VALUES ('posted', 1, 0), ('pending', 0, 1), ('post', 1, -1), ('void', 0, -1))
    AS effect (phase, posts, waits) USING (phase)
CROSS JOIN LATERAL (
    VALUES (l.debit, l.amount_yen, 0::bigint), (l.credit, 0::bigint, l.amount_yen)
) AS t (account, debit_yen, credit_yen)
WHERE e.business_on > %(after)s AND e.business_on <= %(until)s
GROUP BY t.account
"""
_TOTALS = """
SELECT account, debit_yen, credit_yen, pending_debit_yen, pending_credit_yen
FROM close_total WHERE business_on = %s
"""


def check(cursor: Any, made: Made) -> int:
    """Hold the books against each other [試算表の照合]; gives the number of accounts.

    Takes     a cursor in a transaction of one snapshot: commands book while the night runs.
    Raises    Imbalance with everything that does not agree.
    """
    stands = trial_balance(cursor)
    faults = [*imbalances(stands, booked_until(cursor, date.max)), *_loans(cursor)]
    faults += [
        Fault("CLS-013", details={"member": str(key.member_id), "agreement": str(key.agreement_id)})
        for key in standing.unlike_their_steps(cursor, made.business_on)
    ]
    if faults:
        raise Imbalance(*faults)
    return len(stands)


def _loans(cursor: Any) -> list[Fault]:
    """Agreements whose principal is one thing in the ledger and another in their state."""
    cursor.execute(standing.PRINCIPAL_APART)
    return [
        Fault(
            "CLS-012",
            details={
                "member": str(member_id),
                "agreement": str(agreement_id),
                "ledger": f"{ledger_yen:,}",
                "kept": f"{kept_yen:,}",
                "counted": f"{counted_yen:,}",
            },
        )
        for member_id, agreement_id, ledger_yen, kept_yen, counted_yen in cursor.fetchall()
    ]


def booked_until(cursor: Any, day: date) -> dict[Account, Balance]:
    """The sums of all entries up to a business day: those of the last closed day, and what came."""
    cursor.execute("SELECT max(business_on) FROM close_total WHERE business_on < %s", (day,))
    before: date = cursor.fetchone()[0] or date.min
    cursor.execute(_TOTALS, (before,))
    sums = {Account(row[0]): _balance(row[1:]) for row in cursor.fetchall()}
    cursor.execute(_BOOKED, {"after": before, "until": day})
    for account, *added in cursor.fetchall():
        known = sums.get(Account(account), Balance())
        sums[Account(account)] = Balance(
            *(one + more for one, more in zip(known, _balance(added), strict=True))
        )
    return sums


def _balance(numbers: Any) -> Balance:
    return Balance(*(int(one) for one in numbers))


def keep(cursor: Any, day: date) -> None:
    """Keep the sums of a day that is being sealed [試算表の保存]."""
    for account, sums in sorted(booked_until(cursor, day).items()):
        cursor.execute(
            "INSERT INTO close_total VALUES (%s, %s, %s, %s, %s, %s)", (day, int(account), *sums)
        )
