"""The life of a revolving loan: events folded per second, beside a loop that only sums."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

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

LOANS, EVENTS = 200, 120
LONG = 5_000
SAVED_DAYS = 365
PPM = 1_000_000
MINIMUM = MinimumRule((MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000)))
TERMS = Terms(180_000, 200_000, 500_000, MINIMUM)
OPENED_ON = date(2018, 1, 10).toordinal()


def life(events: int, seed: int) -> tuple[State, list[Event]]:
    """A card as it is used: the minimum each month, sometimes late or too little, draws between."""
    chance = random.Random(seed)
    terms = TERMS._replace(plan=DuePlan(Scheme.MONTHLY, 27)) if seed % 2 else TERMS
    on = OPENED_ON + seed % 400
    state, found = open_loan(on, terms), [Draw(on, 300_000)]
    happened: list[Event] = [*found]
    while len(happened) < events:
        on += chance.choice((28, 30, 31, 33, 38, 45))
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


def best(work: Callable[[], Any], times: int = 5) -> float:
    """Seconds of the quickest of some runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def line(what: str, value: str, share: float | None = None) -> None:
    beside = "" if share is None else f"{share:10.3f} x the summing loop"
    print(f"{what:<58}{value:>16}{beside}")


def main() -> None:
    lives = [life(EVENTS, seed) for seed in range(LOANS)]
    count = LOANS * EVENTS
    plain = count / best(lambda: [summed(events) for _, events in lives])
    line("a loop that only sums, events/s", f"{plain:,.0f}")
    speed = count / best(lambda: [folded(state, events) for state, events in lives])
    line(f"fold, {LOANS} loans of {EVENTS} events, events/s", f"{speed:,.0f}", speed / plain)
    state, events = life(LONG, 1)
    seconds = best(lambda: folded(state, events))
    line(f"fold, one loan of {LONG:,} events, s", f"{seconds:.3f}", LONG / seconds / plain)
    states = [folded(state, events) for state, events in lives]
    seconds = best(
        lambda: [payoff_yen(advance(one, one.on + SAVED_DAYS, Rules())) for one in states]
    )
    line("position a year after the last event, loans/s", f"{LOANS / seconds:,.0f}")


if __name__ == "__main__":
    main()
