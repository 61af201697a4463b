"""What a loan costs if it is paid back so much a month: months, interest, last day [返済の見通し].

Pure: the kernel's fold over receipts that have not come yet, so that a promise made to a person
before a loan and the ledger afterwards reckon by the same lines.

>>> from datetime import date
>>> found = outlook(new_loan(300_000, 180_000, date(2026, 11, 22)), 9_000)
>>> found.payments, found.interest_yen, found.ends_on
(47, 118827, datetime.date(2030, 10, 22))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from motocho.kernel.accrual import Span, accrue
from motocho.kernel.revolving import (
    Draw,
    Receipt,
    Rules,
    State,
    Terms,
    advance,
    apply,
    open_loan,
    payoff_yen,
)
from motocho.kernel.schedule import (
    DuePlan,
    MinimumBracket,
    MinimumRule,
    Scheme,
    first_due,
    next_due,
)
from motocho.units.errors import ensure

MOST_PAYMENTS = 600
"""Fifty years: what is not paid by then is said to have no end."""
_LONGEST_MONTH_DAYS = 31
_NOTHING_ASKED = MinimumRule((MinimumBracket(None, 0),))
_SIMPLE = Rules(rest_below_yen=0)


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment to come [予定の返済]."""

    on: date
    paid_yen: int
    interest_yen: int
    principal_yen: int
    rest_yen: int
    """The principal after it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a loan ends [返済の見通し]."""

    monthly_yen: int
    rows: tuple[Payment, ...]

    @property
    def payments(self) -> int:
        """How many payments [返済回数]."""
        return len(self.rows)

    @property
    def ends_on(self) -> date:
        """The day of the last one [完済の日]."""
        return self.rows[-1].on

    @property
    def interest_yen(self) -> int:
        """All the interest from now on [利息の合計]."""
        return sum(one.interest_yen for one in self.rows)

    @property
    def total_yen(self) -> int:
        """All that is paid [返済の合計]."""
        return sum(one.paid_yen for one in self.rows)


def new_loan(principal_yen: int, rate_ppm: int, on: date, plan: DuePlan | None = None) -> State:
    """A loan drawn at once, due by a plan, or on the same day of each month [新しい借入].

    Days      the day of the draw bears nothing; holidays do not move a due date.
    """
    plan = plan or DuePlan(Scheme.MONTHLY, on.day, window_days=1)
    terms = Terms(rate_ppm, rate_ppm, principal_yen, _NOTHING_ASKED, plan)
    day = on.toordinal()
    return apply(open_loan(day, terms), Draw(day, principal_yen), _SIMPLE).state


def outlook(state: State, monthly_yen: int, rules: Rules = _SIMPLE) -> Outlook | None:
    """How a loan ends if so much is paid on each due date; None if it never does [返済の見通し].

    Takes     a loan that is not late, with principal. The last payment is what is left.
    Exact     each row as the ledger would book it: cut to the yen at each payment.
    """
    ensure(state.principal_yen > 0 and monthly_yen > 0, "a loan and a payment", state=state)
    plan = state.terms.plan
    due = first_due(plan, state.on) if state.due_on is None else state.due_on
    rows: list[Payment] = []
    while state.principal_yen > 0:
        if len(rows) == MOST_PAYMENTS:
            return None
        left_yen = payoff_yen(advance(state, due, rules))
        step = apply(state, Receipt(due, min(left_yen, monthly_yen)), rules)
        rows.append(_row(due, step.to_interest_yen, step.to_principal_yen, step.state))
        state, due = step.state, next_due(plan, due, due)
    return Outlook(monthly_yen, tuple(rows))


def _row(on: int, interest_yen: int, principal_yen: int, after: State) -> Payment:
    paid = interest_yen + principal_yen
    return Payment(date.fromordinal(on), paid, interest_yen, principal_yen, after.principal_yen)


def least_monthly_yen(principal_yen: int, rate_ppm: int) -> int:
    """The smallest monthly payment that is more than a month's interest [利息をこえる返済額].

    Days      the longest month of a common year, which bears most.

    >>> least_monthly_yen(300_000, 180_000)
    4588
    """
    month = Span(common_days=_LONGEST_MONTH_DAYS, leap_days=0)
    return accrue(principal_yen, rate_ppm, month).yen + 2


STEPS_YEN: Sequence[tuple[int, int]] = ((10_000, 1_000), (50_000, 5_000), (200_000, 10_000))
_LARGEST_STEP_YEN = 50_000


def beside(state: State, monthly_yen: int, rules: Rules = _SIMPLE) -> tuple[Outlook, ...]:
    """The same loan if a little more is paid a month: two outlooks [くらべる見通し].

    Those that end with the first payment are left out.
    """
    step = next((step for below, step in STEPS_YEN if monthly_yen < below), _LARGEST_STEP_YEN)
    found = [outlook(state, monthly_yen + times * step, rules) for times in (1, 3)]
    return tuple(one for one in found if one is not None and one.payments > 1)
