"""Ways of paying beside each other: each followed to its end by the kernel [返済方法の比較].

A way is a change that would be agreed (a relief, other due dates, or none) and the first payment.
From there every due date is met with what it asks for, until nothing is asked any more; the yen
are those that the ledger takes if it happens so. Nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, NewArrangement, Receipt, Relief, Rules, State
from motocho.kernel.schedule import DuePlan, falls, last_day_to_pay, next_due
from motocho.law.rules import Refusal
from motocho.loans import _book, policy
from motocho.loans._book import Key, Loan
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.queries.forecasts import arrears_asked, interest_only_months, replanned
from motocho.loans.queries.positions import due_yen

MOST_PAYMENTS = 600
"""Fifty years: what is not paid by then is said to have no end."""
Change: TypeAlias = Arrangement | DuePlan | None
"""What would be agreed: a relief, other due dates, or nothing but a day."""


class Paying(NamedTuple):
    """One payment to come [予定の返済]."""

    on: date
    paid_yen: int
    extra_yen: int
    """Interest and damages in it."""


class First(NamedTuple):
    """When the first payment comes, and how much [初回の返済]; None for what is asked that day."""

    on: date
    yen: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A way to its end [返済の流れ]: all it costs from now on, and when it ends."""

    rows: tuple[Paying, ...]
    """Every payment to come; at least one."""
    extra_yen: int
    """All the interest and damages from now on."""

    @property
    def now(self) -> Paying:
        """The first payment: the yen of this month [今月の返済]."""
        return self.rows[0]

    @property
    def payments(self) -> int:
        """How many payments [返済回数]."""
        return len(self.rows)

    @property
    def ends_on(self) -> date:
        """The day of the last one [完済の日]."""
        return self.rows[-1].on


@dataclass(frozen=True, slots=True)
class Ground:
    """What reliefs of an agreement are reckoned from [前提], on a day."""

    on: date
    is_late: bool
    principal_yen: int
    minimum_yen: int
    arrears_yen: int
    plan: DuePlan
    due_on: date | None
    least_yen: int
    """The smallest payment under which the principal falls in the longest cycle."""


@at_one_moment
def ground(cursor: Any, key: Key, on: date) -> Ground:
    """What reliefs are reckoned from [前提].

    Raises    NotFoundError if the member has no such agreement.
    """
    state = _book.look(cursor, key).facts(on).state
    due_on = None if state.due_on is None else date.fromordinal(state.due_on)
    return Ground(
        on=on,
        is_late=state.late_since is not None,
        principal_yen=state.principal_yen,
        minimum_yen=state.minimum_yen,
        arrears_yen=state.arrears_yen,
        plan=state.terms.plan,
        due_on=due_on,
        least_yen=_least_yen(state),
    )


_MILLION = 1_000_000


def _least_yen(state: State) -> int:
    """The smallest hundred of yen that is more than a cycle's interest, by the product's own test.

    Exact     a rate in ppm of the principal that `falls`, rounded up to a hundred yen.
    """
    if not state.principal_yen:
        return 0
    yen = 100
    while not falls(yen * _MILLION // state.principal_yen, state.terms.rate_ppm):
        yen += 100
    return yen


@at_one_moment
def follow(
    cursor: Any, key: Key, change: Change, first: First, on: date
) -> Followed | Refusal | None:
    """A way from a day on, to its end; why it cannot be; None if it never ends [返済方法の見通し].

    Takes     the first payment; a due date that passes before it is missed.
    Raises    NotFoundError if the member has no such agreement.
    Law       LEDG-015, LEDG-027.
    """
    loan = _book.look(cursor, key)
    changed = _changed(cursor, loan, change, on)
    if isinstance(changed, Refusal):
        return changed
    return _to_the_end(changed, loan.rules, first)


def _changed(cursor: Any, loan: Loan, change: Change, on: date) -> State | Refusal:
    facts = loan.facts(on)
    if isinstance(change, DuePlan):
        refusal = policy.check_plan_request(facts, change)
        return refusal or replanned(loan, facts.state, change, on.toordinal())
    if change is None:
        return policy.check_standing(facts.status, policy.RELIEVED_IN) or facts.state
    arrears = arrears_asked(facts.state, change)
    event = NewArrangement(on.toordinal(), change, arrears_yen=arrears)
    used = interest_only_months(cursor, loan, on)
    refusal = policy.check_arrangement(facts, event, used)
    if refusal is not None:
        return refusal
    return revolving.apply(facts.state, event, loan.rules).state


class Settled(NamedTuple):
    """A settlement as it would be on a day [和解の見通し]: what is given up, and how it is paid."""

    owed_yen: int
    """All that is owed that day."""
    damages_yen: int
    interest_yen: int
    principal_yen: int
    """Given up, each."""
    paid_yen: int
    followed: Followed


@at_one_moment
def settled(cursor: Any, key: Key, paid_yen: int, instalment_yen: int, on: date) -> Settled | None:
    """Settling for so much, in instalments from the next due date on [和解の見通し].

    None where nothing would be given up, costs would be, or it never ends.
    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    state, day = loan.facts(on).state, on.toordinal()
    given_up = policy.given_up_for(state, paid_yen, day, loan.rules)
    if given_up is None or instalment_yen <= 0:
        return None
    after = revolving.apply(state, given_up, loan.rules).state
    instalments = Arrangement(Relief.AMOUNT, instalment_yen, date.max.toordinal())
    for _, event in policy.settled_terms(after, instalments, day):
        after = revolving.apply(after, event, loan.rules).state
    if after.due_on is None:
        return None
    followed = _to_the_end(after, loan.rules, First(date.fromordinal(after.due_on)))
    if followed is None:
        return None
    owed_yen = revolving.payoff_yen(state)
    return Settled(owed_yen, *given_up[1:4], paid_yen, followed)


def _to_the_end(state: State, rules: Rules, first: First) -> Followed | None:
    rows: list[Paying] = []
    extra_yen, on, yen = 0, first.on.toordinal(), first.yen
    while len(rows) < MOST_PAYMENTS:
        state = revolving.advance(state, on, rules)
        asked = _asked_yen(state, rules) if yen is None else min(yen, revolving.payoff_yen(state))
        if asked:
            step = revolving.apply(state, Receipt(on, asked), rules)
            state, cost = step.state, step.to_interest_yen + step.to_damages_yen
            rows.append(Paying(date.fromordinal(on), asked, cost))
            extra_yen += cost
        following = _next_day(state, rules)
        if following is None:
            break
        on, yen = following, None
    else:
        return None
    if not rows:
        return None
    return Followed(tuple(rows), extra_yen)


def _asked_yen(state: State, rules: Rules) -> int:
    """What a day asks for: what is missed, and the due date if it is that day."""
    if state.late_since is None or state.due_on is None or state.due_on <= state.on:
        return due_yen(state, rules)
    return due_yen(state._replace(due_on=None), rules)


def _next_day(state: State, rules: Rules) -> int | None:
    """The day of the next payment; None where nothing is asked any more.

    Why       a due date that asked for nothing passes without a payment, a holiday after it too.
    """
    plan = state.terms.plan
    if state.due_on is None:
        is_late = state.late_since is not None
        return next_due(plan, state.on, state.on) if is_late else None
    if state.due_on > state.on:
        return state.due_on
    return last_day_to_pay(plan, state.due_on, rules.closed) + 1


class Search(NamedTuple):
    """How long a longer way may be, and what its payments are multiples of [期間の条件]."""

    most_payments: int
    unit_yen: int


@at_one_moment
def longer(cursor: Any, key: Key, first: First, wanted: Search, on: date) -> Arrangement | None:
    """The smallest payment with which all ends within so many payments [期間の延長].

    None where the minimum is as small already. It lasts to the end.
    Exact     found by halving: more a month never takes more payments.
    """
    loan = _book.look(cursor, key)
    state = loan.facts(on).state
    low = -(-_least_yen(state) // wanted.unit_yen)
    high = -(-state.minimum_yen // wanted.unit_yen)
    found: Arrangement | None = None
    while low < high:
        middle = (low + high) // 2
        tried = Arrangement(Relief.AMOUNT, middle * wanted.unit_yen, date.max.toordinal())
        answer = follow(cursor, key, tried, first, on)
        if isinstance(answer, Followed) and answer.payments <= wanted.most_payments:
            found, high = tried._replace(until=answer.ends_on.toordinal()), middle
        else:
            low = middle + 1
    return found
