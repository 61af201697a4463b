"""The order of the night, and what each step makes of what it reads; pure [締めの計画]."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from motocho.ledger.balances import Balance
from motocho.ledger.chart import Account
from motocho.units.errors import Fault


class Step(Enum):
    """A step of the night [締めの工程]; the order here is the order of the night."""

    DUE_DATES = "due_dates"
    TRIAL_BALANCE = "trial_balance"
    NEXT_DATE = "next_date"


STEPS = tuple(Step)


def imbalances(
    stands: Mapping[Account, Balance], booked: Mapping[Account, Balance]
) -> tuple[Fault, ...]:
    """What of a trial balance does not agree: with itself, or with the entries [不一致].

    Takes     the kept balances of all accounts, and the sums of all entries.
    """
    faults = []
    for name, debit, credit in (
        ("posted", sum(one.debit_yen for one in stands.values()),
         sum(one.credit_yen for one in stands.values())),
        ("pending", sum(one.pending_debit_yen for one in stands.values()),
         sum(one.pending_credit_yen for one in stands.values())),
    ):  # fmt: skip
        if debit != credit:
            details = {"part": name, "debit": f"{debit:,}", "credit": f"{credit:,}"}
            faults.append(Fault("CLS-010", details=details))
    for account in sorted(stands.keys() | booked.keys()):
        kept, added = stands.get(account, Balance()), booked.get(account, Balance())
        if kept != added:
            details = {
                "account": f"{int(account)} {account.title.ja}",
                "kept": f"{kept.on_side(account.title.side):,}",
                "booked": f"{added.on_side(account.title.side):,}",
            }
            faults.append(Fault("CLS-011", details=details))
    return tuple(faults)
