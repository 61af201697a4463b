"""The life of a revolving loan: events folded per second, beside a loop that only sums."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from functools import partial

from bench._timing import best
from motocho.kernel.revolving import (
    Draw,
    Event,
    NewTerms,
    Receipt,
    Rules,
    State,
    Terms,
    advance,
    fold,
    open_loan,
    payoff_yen,
)
from motocho.kernel.schedule import DuePlan, MinimumBracket, MinimumRule, Scheme

LOANS, EVENTS = 40, 120
LONG = 5_000
YEAR_DAYS = 365
PPM = 1_000_000
MINIMUM = MinimumRule((MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000)))
TERMS = Terms(180_000, 200_000, 500_000, MINIMUM)
OPENED_ON = date(2018, 1, 10).toordinal()


def life(events: int, seed: int) -> tuple[State, list[Event]]:
    """A card as it is used: the minimum every month, sometimes late or too little; some draws."""
    chance = random.Random(seed)
    terms = TERMS._replace(plan=DuePlan(Scheme.MONTHLY, 27)) if seed % 2 else TERMS
    on = OPENED_ON + seed % 400
    happened: list[Event] = [Draw(on, 300_000)]
    state = open_loan(on, terms)
    while len(happened) < events:
        on += chance.choice((28, 30, 31, 33, 38, 45)) if events < LONG else chance.randint(1, 3)
        form = chance.random()
        if form < 0.2:
            happened.append(Draw(on, chance.randint(1, 8) * 10_000))
        elif form < 0.21:
            rate = chance.choice((150_000, 170_000, 180_000))
            happened.append(NewTerms(on, terms._replace(rate_ppm=rate)))
        else:
            happened.append(Receipt(on, chance.choice((9_000, 13_000, 20_000, 5_000))))
    return state, happened


def folded(state: State, events: Iterable[Event]) -> State:
    for step in fold(state, events, Rules()):
        state = step.state
    return state


def summed(events: Iterable[Event]) -> int:
    """The baseline: days times principal times rate, added up; nothing else that a loan is."""
    principal = interest = 0
    previous = OPENED_ON
    for event in events:
        interest += principal * 180_000 * (event.on - previous) // (365 * PPM)
        previous = event.on
        if isinstance(event, Draw):
            principal += event.amount_yen
        elif isinstance(event, Receipt):
            principal -= event.amount_yen
    return principal + interest


def line(what: str, value: str, share: float | None = None) -> None:
    beside = "" if share is None else f"{share:10.3f} x the summing loop"
    print(f"{what:<58}{value:>16}{beside}")


def main() -> None:
    """Each loan is measured alone, and its quickest run counts, not other work on the machine."""
    lives = [life(EVENTS, seed) for seed in range(LOANS)]
    count = LOANS * EVENTS
    plain = count / sum(best(partial(summed, events), 30) for _, events in lives)
    line("a loop that only sums, events/s", f"{plain:,.0f}")
    speed = count / sum(best(partial(folded, state, events), 30) for state, events in lives)
    line(f"fold, {LOANS} loans of {EVENTS} events, events/s", f"{speed:,.0f}", speed / plain)
    state, events = life(LONG, 1)
    seconds = best(partial(folded, state, events), 30)
    line(f"fold, one loan of {LONG:,} events, s", f"{seconds:.3f}", LONG / seconds / plain)
    states = [folded(state, events) for state, events in lives]
    seconds = sum(best(partial(in_a_year, state)) for state in states)
    line("payoff a year after the last event, loans/s", f"{LOANS / seconds:,.0f}")


def in_a_year(state: State) -> int:
    return payoff_yen(advance(state, state.on + YEAR_DAYS, Rules()))


if __name__ == "__main__":
    main()
