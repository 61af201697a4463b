"""Who may be debited, when and how much; no database [口座振替の規則].

>>> debit_day(2026, 6), debit_day(2026, 9)
(datetime.date(2026, 6, 8), datetime.date(2026, 9, 7))
>>> cutoff_day(2026, 7), cutoff_day(2026, 1)
(datetime.date(2026, 6, 19), datetime.date(2025, 12, 19))
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import State
from motocho.kernel.schedule import MONTHS, DuePlan, Scheme, counts_for
from motocho.law.rules import Refusal
from motocho.loans.debits.mandates import Mandate
from motocho.loans.policy import Facts, Status, Stop, refusal
from motocho.outside.bank import business_day_from, business_day_until

DEBIT_DAY = 6
CUTOFF_DAY = 20
"""Of the month before."""
UNTOUCHED = frozenset({Stop.DECEASED, Stop.COUNSEL})
"""Nobody takes money from the account of the dead, or of whom a lawyer speaks for."""


class Asking(NamedTuple):
    """A debit that somebody wants to ask for [口座振替の依頼]."""

    debit_on: date
    amount_yen: int


def debit_day(year: int, month: int) -> date:
    """The day of a month on which banks debit: the 6th, or the business day after it [振替日].

    Law       LEDG-009.
    """
    return business_day_from(date(year, month, DEBIT_DAY))


def cutoff_day(year: int, month: int) -> date:
    """The day that decides who is debited in a month: the 20th before, or earlier [振替判定日].

    Days      the 20th of the month before, or the business day before it; the lender is taken to
              rest when banks do.
    Law       LEDG-009.
    """
    before = date(year, month - 1, CUTOFF_DAY) if month > 1 else date(year - 1, MONTHS, CUTOFF_DAY)
    return business_day_until(before)


def serves(plan: DuePlan) -> bool:
    """Whether the debit day falls in the time to pay for every due date of a plan [振替日の適合].

    >>> [serves(DuePlan(Scheme.MONTHLY, day)) for day in (5, 6, 20, 21)]
    [False, True, True, False]

    Law       LEDG-008, LEDG-009.
    """
    latest = DEBIT_DAY + plan.window_days
    return plan.scheme is Scheme.MONTHLY and DEBIT_DAY <= plan.day_of_month <= latest


def instalment_yen(state: State, debit_on: date) -> int:
    """What the debit day may ask for: the due date's, less what was paid [振替額].

    Takes     the state at the end of the debit day, if nothing happens until then.
    Gives     0 where nothing is due, or where a payment of that day would not count for it.
    """
    plan, due_on = state.terms.plan, state.due_on
    if due_on is None or not counts_for(plan, due_on, debit_on.toordinal()):
        return 0
    return max(0, revolving.required_yen(state) - state.paid_yen)


def check_debit(
    facts: Facts, at_cutoff: State, mandate: Mandate | None, asking: Asking
) -> Refusal | None:
    """LEDG-009: whether an agreement may be debited [口座振替の可否].

    Takes     the facts of the debit day, and the state at the end of the cutoff day.
    """
    state, (debit_on, amount_yen) = facts.state, asking
    cutoff = cutoff_day(debit_on.year, debit_on.month)
    if facts.status is not Status.OPEN:
        return refusal("LEDG-009", "DEB-005")
    if facts.stops & UNTOUCHED:
        return refusal("LEDG-009", "DEB-006")
    if state.accelerated_on is not None:
        return refusal("LEDG-009", "DEB-007")
    if state.terms.plan.scheme is Scheme.EVERY_35_DAYS:
        return refusal("LEDG-009", "DEB-003")
    if mandate is None or not mandate.covers(cutoff, debit_on):
        return refusal("LEDG-009", "DEB-002")
    if at_cutoff.late_since is not None:
        return refusal("LEDG-009", "DEB-001")
    most = instalment_yen(state, debit_on)
    if most == 0:
        return refusal("LEDG-009", "DEB-008")
    if not 0 < amount_yen <= most:
        return refusal("LEDG-009", "DEB-004", amount=f"{amount_yen:,}", most=f"{most:,}")
    return None
