"""Random lives of one loan: lawful ones, made event by event from what is possible [契約の乱数履歴].

The events come from a stream of choices, so that hypothesis can shrink a life to a plain one: the
first choice is always the plainest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from hypothesis import strategies as st

from motocho.kernel import revolving
from motocho.kernel.revolving import (
    Arrangement,
    Cure,
    DamagesBase,
    Event,
    Fractions,
    Relief,
    Rules,
    State,
    Step,
    Terms,
)
from motocho.kernel.schedule import DuePlan, MinimumBracket, MinimumRule, Scheme
from motocho.loans._calendar import CLOSED

MINIMUM = MinimumRule((MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000)))
PLANS = (DuePlan(), DuePlan(Scheme.MONTHLY, 27), DuePlan(Scheme.MONTHLY, 31))
MILLION = 1_000_000


@dataclass
class Life:
    """A loan from its contract to a last day."""

    opened_on: date
    first: State
    rules: Rules
    steps: list[Step] = field(default_factory=list)
    until_on: date = date.min

    @property
    def last(self) -> State:
        return self.steps[-1].state if self.steps else self.first

    @property
    def state(self) -> State:
        """On the last day."""
        return revolving.advance(self.last, self.until_on.toordinal(), self.rules)

    def happen(self, event: Event) -> None:
        self.steps.append(revolving.apply(self.last, event, self.rules))

    def at(self, on: int) -> State:
        return revolving.advance(self.last, on, self.rules)


def owed_yen(state: State) -> int:
    return revolving.payoff_yen(state)


@st.composite
def lives(
    draw: st.DrawFn,
    fractions: Fractions = Fractions.EACH_ROW,
    base: DamagesBase = DamagesBase.BALANCE,
    most: int = 20,
) -> Life:
    """A life of so many events at most, under one way of counting."""

    def choose(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    opened = date(2015, 1, 5).toordinal() + choose(0, 4_000)
    rules = Rules(fractions, base, draw(st.sampled_from(list(Cure))), 1_000, CLOSED)
    large = draw(st.booleans())
    limit = choose(1, 300) * 10_000 if large else choose(1, 99) * 10_000
    rate = (
        150_000 if limit >= MILLION else draw(st.sampled_from([180_000, 150_000, 179_999, 45_000]))
    )
    free = draw(st.sampled_from([0, 30]))
    terms = Terms(
        rate, draw(st.sampled_from([200_000, 199_000])), limit, MINIMUM, draw(st.sampled_from(PLANS)),
        opened + 1 if free else 0, opened + free if free else 0,
    )  # fmt: skip
    life = Life(date.fromordinal(opened), revolving.open_loan(opened, terms), rules)
    on = opened
    for _ in range(choose(0, most)):
        on += draw(st.sampled_from([0, 1, 5, 20, 29, 35, 36, 50, 120]))
        for event in draw(st.sampled_from(_possible(life, on)))(choose):
            life.happen(event)
    life.until_on = date.fromordinal(on + draw(st.sampled_from([0, 1, 30, 400])))
    return life


Choose = Callable[[int, int], int]
Maker = Callable[[Choose], list[Event]]


def _possible(life: Life, on: int) -> list[Maker]:
    """What may happen on a day; the commonest first and more than once."""
    state = life.at(on)
    gone = any(isinstance(step.event, revolving.Departure) for step in life.steps)
    if gone or state.written_off_yen:
        return [lambda choose: [] if gone else [revolving.Receipt(on, choose(1, 50_000))]]
    found: list[Maker] = []
    room = (state.terms.limit_yen - state.principal_yen) // 1_000
    if state.late_since is None and state.accelerated_on is None and room > 0:
        found += [lambda choose: [revolving.Draw(on, 1_000 * choose(1, room))]] * 4
    found += [lambda choose: [revolving.Receipt(on, choose(1, 30_000))]] * 3
    found += _of_money(state, on)
    if on > life.last.on + 1 and on > life.first.on + 1:
        found += [lambda choose: [_new_terms(state, on, choose)]] * 2
        if owed_yen(state):
            found += [lambda choose: [_arrangement(state, on, choose)]]
    if state.late_since is not None and state.accelerated_on is None:
        found += [lambda _: [revolving.Acceleration(on)]]
    if state.accelerated_on is not None:
        found += [
            lambda _: [revolving.WriteOff(on)] if state.principal_yen else [],
            lambda _: [revolving.Departure(on)],
        ]
        if on > life.last.on + 1:
            found += [lambda choose: _settlement(life, on, choose)]
    return found


def _of_money(state: State, on: int) -> list[Maker]:
    found: list[Maker] = []
    owed = owed_yen(state)
    if owed:
        found += [
            lambda _: [revolving.Receipt(on, owed)],
            lambda choose: [revolving.Receipt(on, max(1, owed - choose(0, 1_500)))],
            lambda choose: [revolving.Receipt(on, owed + choose(1, 5_000))],
            lambda _: [revolving.Receipt(on, max(1, revolving.required_yen(state)))],
            lambda choose: [revolving.Cost(on, choose(1, 2_000))],
        ]
    if state.excess_yen:
        found += [
            lambda choose: [revolving.Refund(on, choose(1, state.excess_yen))],
            lambda choose: [revolving.ExcessUsed(on, choose(1, state.excess_yen))],
        ]
    return found


def _new_terms(state: State, on: int, choose: Choose) -> Event:
    terms = state.terms
    if choose(0, 1):
        rate = min(terms.rate_ppm, choose(10_000, 180_000))
        return revolving.NewTerms(on, terms._replace(rate_ppm=rate))
    limit = max(10_000, 10_000 * choose(1, 300))
    rate = min(terms.rate_ppm, 150_000) if limit >= MILLION else terms.rate_ppm
    return revolving.NewTerms(on, terms._replace(limit_yen=limit, rate_ppm=rate))


def _arrangement(state: State, on: int, choose: Choose) -> Event:
    """As the command agrees it: of arrears at most what is overdue is asked for at once."""
    relief = Relief(choose(0, 1))
    amount = choose(1, 20_000)
    arrears = None
    if state.late_since is not None and state.accelerated_on is None:
        asked = owed_yen(state) - state.principal_yen if relief is Relief.INTEREST_ONLY else amount
        arrears = min(asked, state.arrears_yen)
    return revolving.NewArrangement(
        on, Arrangement(relief, amount, on + choose(0, 100)), arrears_yen=arrears
    )


def _settlement(life: Life, on: int, choose: Choose) -> list[Event]:
    """As the command settles: no rate any more, part given up, the rest in instalments."""
    terms = life.last.terms._replace(rate_ppm=0, damages_ppm=0)
    renewed = revolving.apply(life.last, revolving.NewTerms(on, terms), life.rules)
    cut = revolving.apply(renewed.state, revolving.Waiver(on, 0, 0, 0), life.rules).state
    given_up = revolving.Waiver(
        on, choose(0, cut.damages_yen), choose(0, cut.interest_yen), choose(0, cut.principal_yen)
    )
    return [renewed.event, given_up]
