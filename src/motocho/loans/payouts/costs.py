"""What a draw costs in yen before anybody asks for it; what a payment changes [借入の費用].

Pure: the kernel's fold over due dates to come, each paid with the minimum, so that what is said
before a draw and the ledger afterwards reckon by the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State
from motocho.loans import policy
from motocho.loans.outlook import Outlook, outlook
from motocho.loans.policy import Facts
from motocho.loans.queries.positions import due_yen

ROUND_YEN = 10_000
"""Smaller amounts are named in whole ten thousands, where the draw is larger than two of them."""
_PARTS, _OF = 3, 5
"""The smaller amount beside a draw: three fifths of it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a draw brings if the minimum is paid on each due date [借入の費用]."""

    amount_yen: int
    added_yen: int
    """Interest that there would not be without it."""
    principal_yen: int
    """After the draw."""
    rate_ppm: int
    ends: Outlook
    """All interest from now on, the months, the monthly payment."""


@dataclass(frozen=True, slots=True)
class Costs:
    """A draw beside a smaller one, and beside none [費用の比較]."""

    now: Outlook | None
    """As it is; None where nothing is owed."""
    wanted: Cost
    smaller: Cost | None


def costs_of(facts: Facts, rules: Rules, amount_yen: int, on: date) -> Costs | None:
    """The cost of a draw on a day [借入の費用の見通し]; None if what is paid would never end it.

    Takes     facts of the day, of a draw that policy allows; the amount.
    Days      draws that are on their way count as if they arrived that day, before this one.
    """
    if facts.held_yen:
        facts = replace(facts, state=_drawn(facts, rules, facts.held_yen, on), held_yen=0)
    now = going_on(facts.state, rules)
    wanted = _cost(facts, rules, amount_yen, on)
    if wanted is None:
        return None
    smaller_yen = smaller_than(amount_yen, facts.product.unit_yen)
    smaller = _cost(facts, rules, smaller_yen, on) if smaller_yen else None
    return Costs(now, wanted, smaller)


def going_on(state: State, rules: Rules) -> Outlook | None:
    """How a loan ends if the minimum is paid on each due date [このまま返したときの見通し]."""
    is_late = state.late_since is not None or state.accelerated_on is not None
    if is_late or not state.principal_yen or not state.minimum_yen:
        return None
    return outlook(state, state.minimum_yen, rules)


def _cost(facts: Facts, rules: Rules, amount_yen: int, on: date) -> Cost | None:
    after = _drawn(facts, rules, amount_yen, on)
    ends = going_on(after, rules)
    if ends is None:
        return None
    now = going_on(facts.state, rules)
    before_yen = 0 if now is None else now.interest_yen
    return Cost(
        amount_yen,
        max(0, ends.interest_yen - before_yen),
        after.principal_yen,
        after.terms.rate_ppm,
        ends,
    )


def _drawn(facts: Facts, rules: Rules, amount_yen: int, on: date) -> State:
    """The loan after a draw, its rate stepped down where the principal asks for it."""
    day, state = on.toordinal(), facts.state
    ceiling = policy.ceiling_after(facts, amount_yen, on)
    if state.terms.rate_ppm > ceiling:
        lower = revolving.NewTerms(day, state.terms._replace(rate_ppm=ceiling))
        state = revolving.apply(state, lower, rules).state
    return revolving.apply(state, revolving.Draw(day, amount_yen), rules).state


def smaller_than(amount_yen: int, unit_yen: int) -> int:
    """A smaller amount to stand beside one; 0 where there is none [比べる小さい額].

    >>> [smaller_than(one, 1_000) for one in (1_000, 10_000, 50_000, 200_000)]
    [0, 6000, 30000, 120000]
    """
    step = ROUND_YEN if amount_yen > 2 * ROUND_YEN else unit_yen
    return amount_yen * _PARTS // _OF // step * step


# ---------------------------------------------------------------------------------------- payments
@dataclass(frozen=True, slots=True)
class Effect:
    """What a payment of a day does [返済の効果]."""

    amount_yen: int
    to_costs_yen: int
    to_damages_yen: int
    to_interest_yen: int
    to_principal_yen: int
    rest_yen: int
    """The principal after it."""
    due_left_yen: int
    """What is still to be paid for the due date that comes, or for those missed."""
    next_due_on: date | None
    before: Outlook | None
    after: Outlook | None

    @property
    def payments_fewer(self) -> int:
        """How many payments fall away by paying more [早く終わる回数]."""
        if self.before is None or self.after is None:
            return 0
        return max(0, self.before.payments - self.after.payments - 1)


def effect_of(facts: Facts, rules: Rules, amount_yen: int, on: date) -> Effect:
    """What a payment of today would do [返済の効果の見通し]."""
    state, day = facts.state, on.toordinal()
    step = revolving.apply(state, revolving.Receipt(day, amount_yen), rules)
    left = step.state
    return Effect(
        amount_yen,
        step.to_costs_yen,
        step.to_damages_yen,
        step.to_interest_yen,
        step.to_principal_yen,
        left.principal_yen,
        _left_of(state, left, rules),
        None if left.due_on is None else date.fromordinal(left.due_on),
        going_on(state, rules),
        going_on(left, rules),
    )


def _left_of(before: State, after: State, rules: Rules) -> int:
    """What the due date still asks for; nothing once the next one has come."""
    is_same = after.due_on == before.due_on and after.due_on is not None
    return due_yen(after, rules) if is_same or after.late_since is not None else 0


def least_yen(facts: Facts, rules: Rules) -> int:
    """The least that a payment of today is for [今回の分の下限].

    Gives     what is due while a due date is open for payment; else a yen, because whatever comes
              early only shortens the loan (LEDG-022).
    """
    state, plan = facts.state, facts.state.terms.plan
    if state.late_since is not None or state.accelerated_on is not None:
        return due_yen(state, rules)
    is_open = state.due_on is not None and state.on > state.due_on - plan.window_days - 1
    return max(1, due_yen(state, rules)) if is_open else 1
