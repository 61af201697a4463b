"""The kernel's life of a loan held against the day-by-day oracle's [検算との突合せ]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from motocho.kernel import revolving, schedule
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import State, Step
from tests import lending_oracle as oracle
from tests.lending_lives import Event, Life, Moment, lived

ONE_DAY = timedelta(days=1)
PARTS = (
    "interest_yen",
    "damages_yen",
    "to_costs_yen",
    "to_damages_yen",
    "to_interest_yen",
    "to_principal_yen",
    "to_written_off_yen",
    "to_excess_yen",
)
SAME = (
    "principal_yen",
    "interest_yen",
    "damages_yen",
    "costs_yen",
    "excess_yen",
    "written_off_yen",
    "minimum_yen",
    "paid_yen",
    "arrears_yen",
    "overdue_principal_yen",
)
DATES = ("on", "due_on", "late_since", "accelerated_on")


# ------------------------------------------------------------------------- the oracle's words to ours


def day(on: date | None) -> int | None:
    return None if on is None else on.toordinal()


def terms_of(terms: oracle.Terms) -> revolving.Terms:
    brackets = tuple(schedule.MinimumBracket(*bracket) for bracket in terms.brackets)
    plan = schedule.DuePlan(
        schedule.Scheme[terms.scheme.upper()],
        terms.day_of_month,
        terms.cycle_days,
        terms.window_days,
        schedule.HolidayRule[terms.holiday_rule.upper()],
    )
    return revolving.Terms(
        terms.rate_ppm,
        terms.damages_ppm,
        terms.limit_yen,
        schedule.MinimumRule(brackets, terms.unit_yen),
        plan,
        day(terms.free_from) or 0,
        day(terms.free_to) or 0,
    )


def rules_of(rules: oracle.Rules) -> revolving.Rules:
    return revolving.Rules(
        revolving.Fractions[rules.fractions.upper()],
        revolving.DamagesBase[rules.damages_base.upper()],
        revolving.Cure[rules.cure.upper()],
        rules.rest_below_yen,
        frozenset(closed.toordinal() for closed in rules.closed),
    )


def arrangement_of(arrangement: oracle.Arrangement | None) -> revolving.Arrangement | None:
    if arrangement is None:
        return None
    relief = revolving.Relief[arrangement.relief.upper()]
    return revolving.Arrangement(relief, arrangement.amount_yen, arrangement.until.toordinal())


KINDS: dict[str, Any] = {
    "draw": revolving.Draw,
    "receive": revolving.Receipt,
    "use_excess": revolving.ExcessUsed,
    "refund": revolving.Refund,
    "charge": revolving.Cost,
    "change_terms": revolving.NewTerms,
    "arrange": revolving.NewArrangement,
    "accelerate": revolving.Acceleration,
    "waive": revolving.Waiver,
    "write_off": revolving.WriteOff,
    "depart": revolving.Departure,
}


def event_of(event: Event) -> revolving.Event:
    given = dict(event.given)
    if "due_on" in given:
        given["due_on"] = day(given["due_on"])
    if "terms" in given:
        given["terms"] = terms_of(given["terms"])
    if "arrangement" in given:
        given["arrangement"] = arrangement_of(given["arrangement"])
    made: revolving.Event = KINDS[event.kind](event.on.toordinal(), **given)
    return made


def opened(life: Life) -> State:
    return revolving.open_loan(life.opened_on.toordinal(), terms_of(life.terms))


# ---------------------------------------------------------------------------------------- compared


def unlike(state: State, loan: oracle.Loan, rules: revolving.Rules) -> Iterator[str]:
    """Each field of a state that the oracle gives otherwise, and each question about it."""
    pairs = [(name, getattr(state, name), getattr(loan, name)) for name in SAME]
    pairs += [(name, getattr(state, name), day(getattr(loan, name))) for name in DATES]
    pairs += [
        ("interest_ticks", Fraction(state.interest_ticks, TICKS_PER_YEN), loan.row_interest),
        ("damages_ticks", Fraction(state.damages_ticks, TICKS_PER_YEN), loan.row_damages),
        ("terms", state.terms, terms_of(loan.terms)),
        ("arrangement", state.arrangement, arrangement_of(loan.arrangement)),
        ("payoff", revolving.payoff_yen(state), loan.payoff_yen()),
    ]
    if loan.due_on is not None:
        last = oracle.last_day_in_time(loan.terms, loan.due_on, loan.rules.closed)
        pairs.append(("deadline", revolving.deadline(state, rules), day(last)))
        pairs.append(("required", revolving.required_yen(state), loan.required_yen()))
    for name, ours, theirs in pairs:
        if ours != theirs:
            yield f"{name}: kernel {ours}, oracle {theirs}"


def by_day(found: Iterable[revolving.Piece]) -> list[tuple[date, str, int, int]]:
    """Pieces told day by day, as the oracle tells them."""
    return sorted(
        (date.fromordinal(at), piece.kind.public_name, piece.rate_ppm, piece.amount_yen)
        for piece in found
        for at in range(piece.first, piece.last + 1)
    )


def between(state: State, moment: Moment, rules: revolving.Rules, share: Fraction) -> Iterator[str]:
    """The state at a day between two events, come to in one step or from a day before."""
    loan = moment.before
    last = moment.event.on - (ONE_DAY if moment.event.kind == "change_terms" else 0 * ONE_DAY)
    days = (last - loan.on).days
    if days <= 0:
        return
    on = loan.on + ONE_DAY * int(days * share)
    loan.bore = []
    loan.walk_to(on)
    there = revolving.advance(state, on.toordinal(), rules)
    for what in unlike(there, loan, rules):
        yield f"on {on}: {what}"
    loan.walk_to(last)
    further = revolving.advance(there, last.toordinal(), rules)
    if further != revolving.advance(state, last.toordinal(), rules):
        yield f"to {last} by way of {on} is not to {last}"
    if by_day(revolving.pieces(state, last.toordinal(), rules)) != sorted(loan.bore):
        yield f"pieces to {last}"


def differences(life: Life, share: Fraction = Fraction(1, 2)) -> list[str]:
    """What kernel and oracle say differently over a whole life; the first event that has any."""
    rules, state = rules_of(life.rules), opened(life)
    for number, moment in enumerate(lived(life), start=1):
        place = f"{number}. {moment.event.kind} {moment.event.on}"
        found = list(between(state, moment, rules, share))
        step: Step = revolving.apply(state, event_of(moment.event), rules)
        for name in PARTS:
            ours, theirs = getattr(step, name), moment.parts.get(name, 0)
            if ours != theirs:
                found.append(f"{name}: kernel {ours}, oracle {theirs}")
        found += unlike(step.state, moment.after, rules)
        if found:
            return [f"{place}: {what}" for what in found]
        state = step.state
    return []
