"""Plain loans for the tests of the revolving kernel."""

from __future__ import annotations

from datetime import date

from motocho.kernel.revolving import (
    Draw,
    Event,
    Receipt,
    Rules,
    State,
    Step,
    Terms,
    advance,
    apply,
    fold,
    open_loan,
    payoff_yen,
)
from motocho.kernel.schedule import DuePlan, MinimumBracket, MinimumRule, Scheme

MINIMUM = MinimumRule(
    (
        MinimumBracket(300_000, 42_000),
        MinimumBracket(1_000_000, 30_000),
        MinimumBracket(None, 25_000),
    )
)
TERMS = Terms(rate_ppm=180_000, damages_ppm=200_000, limit_yen=200_000, minimum=MINIMUM)
RULES = Rules()


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def iso(ordinal: int | None) -> str | None:
    return None if ordinal is None else date.fromordinal(ordinal).isoformat()


def monthly(day_of_month: int, terms: Terms = TERMS) -> Terms:
    return terms._replace(plan=DuePlan(Scheme.MONTHLY, day_of_month))


def lent(on: str, amount_yen: int = 100_000, terms: Terms = TERMS, rules: Rules = RULES) -> State:
    """A loan drawn on the day of its contract."""
    return apply(open_loan(day(on), terms), Draw(day(on), amount_yen), rules).state


def at(state: State, on: str, rules: Rules = RULES) -> State:
    return advance(state, day(on), rules)


def then(state: State, *events: Event, rules: Rules = RULES) -> Step:
    """The last step of some events."""
    return list(fold(state, events, rules))[-1]


def rest_of(amount_yen: int) -> State:
    """A loan paid on its 30th day, but for so much."""
    state = at(lent("2026-01-05"), "2026-02-04")
    return then(state, Receipt(day("2026-02-04"), payoff_yen(state) - amount_yen)).state
