"""The life of one revolving loan, folded event by event [リボルビング取引].

A loan is a *state* and the events that change it. `advance` lets days pass: interest or damages
accrue exactly, and a due date that is not met makes the loan late. `apply` takes one event: a draw,
a receipt, a change of terms. Both are pure, so that the command of today, the rebuilding of any
past day, and the check of the whole book run the same lines.

Interest follows the industry's convention: on the principal of each day, the day of the draw not
counted, the day of payment counted, a day of a leap year 1/366 [各年計算]; cut to the yen once a
row. Days after a missed due date bear damages *instead of* interest. Unpaid interest bears none.

>>> from datetime import date
>>> from motocho.kernel.schedule import MinimumBracket
>>> terms = Terms(rate_ppm=180_000, damages_ppm=200_000, limit_yen=500_000, minimum=MinimumRule((
...     MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000))))
>>> on = date(2026, 1, 5).toordinal()
>>> opened = open_loan(on, terms)
>>> drawn = apply(opened, Draw(on, 100_000), Rules()).state
>>> paid = apply(drawn, Receipt(on + 30, 5_000), Rules())
>>> paid.to_interest_yen, paid.to_principal_yen, paid.state.principal_yen
(1479, 3521, 96479)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from motocho.kernel.accrual import TICKS_PER_YEN, span_between, weight_of
from motocho.kernel.conventions import Convention, YearBasis
from motocho.kernel.schedule import (
    DuePlan,
    MinimumRule,
    Scheme,
    counts_for,
    first_due,
    last_day_to_pay,
    minimum_yen,
    next_due,
)
from motocho.units.errors import broken, ensure


# ---------------------------------------------------------------------------------------- choices
class Fractions(Convention):
    """When accrued interest is cut to whole yen [端数処理の時期]."""

    EACH_ROW = 0
    """At every draw, receipt or change, as the courts recalculate."""
    EACH_RECEIPT = 1
    """At receipts only; fractions run on over draws."""


class DamagesBase(Convention):
    """What bears damages after a missed due date [遅延損害金の対象]."""

    BALANCE = 0
    """The whole principal."""
    INSTALMENT = 1
    """The overdue part of the principal; the rest bears interest."""


class Cure(Convention):
    """What ends arrears [延滞の解消]."""

    MINIMUM = 0
    """Payments of the cycle that add up to what was missed."""
    MINIMUM_AND_DAMAGES = 1
    """The same, and nothing left of the damages."""


class Relief(Convention):
    """What an arrangement asks in place of the minimum payment [返済の取決め]."""

    INTEREST_ONLY = 0
    """The interest accrued; the principal waits [ジャンプ]."""
    AMOUNT = 1
    """A fixed amount: reduced payments, instalments."""


class Rules(NamedTuple):
    """How a product counts [商品の計算方法]."""

    fractions: Fractions = Fractions.EACH_ROW
    damages_base: DamagesBase = DamagesBase.BALANCE
    cure: Cure = Cure.MINIMUM
    rest_below_yen: int = 1_000
    """A principal below it bears nothing and is not due: machines take no coins [無利息残高]."""
    closed: Collection[int] = frozenset()
    """Days on which banks are closed."""


class Terms(NamedTuple):
    """What the parties agreed, as it stands [契約条件]."""

    rate_ppm: int
    damages_ppm: int
    limit_yen: int
    minimum: MinimumRule
    plan: DuePlan = DuePlan()
    free_from: int = 0
    """The interest-free days of a first contract, both counted; 0 where there are none."""
    free_to: int = 0


class Arrangement(NamedTuple):
    """An agreed relief, for due dates up to a day [取決め]."""

    relief: Relief
    amount_yen: int
    until: int


class State(NamedTuple):
    """A loan at the end of a day [状態]. All amounts are at least 0."""

    on: int
    """The last day whose interest is accounted for."""
    terms: Terms
    principal_yen: int = 0
    interest_yen: int = 0
    """Unpaid interest of earlier rows; bears nothing."""
    damages_yen: int = 0
    costs_yen: int = 0
    excess_yen: int = 0
    """Money of the member's that nothing was owed for."""
    written_off_yen: int = 0
    interest_ticks: int = 0
    """Interest of this row so far, exact (`kernel.accrual`)."""
    damages_ticks: int = 0
    minimum_yen: int = 0
    due_on: int | None = None
    """The due date that comes next; None where nothing is due, or all is."""
    paid_yen: int = 0
    """What was paid towards it."""
    late_since: int | None = None
    """The oldest due date that was missed."""
    arrears_yen: int = 0
    """What of the missed due dates is still to be paid."""
    overdue_principal_yen: int = 0
    accelerated_on: int | None = None
    arrangement: Arrangement | None = None


# ----------------------------------------------------------------------------------------- events
class Draw(NamedTuple):
    """Money lent [借入]."""

    on: int
    amount_yen: int


class Receipt(NamedTuple):
    """Money that came for the loan [入金]."""

    on: int
    amount_yen: int


class ExcessUsed(NamedTuple):
    """Held money of the member's put to the loan, as agreed [仮受金の充当]."""

    on: int
    amount_yen: int


class Refund(NamedTuple):
    """Held money given back [返金]."""

    on: int
    amount_yen: int


class Cost(NamedTuple):
    """A cost that the law lets the lender ask for · 利息制限法施行令1条 [費用]."""

    on: int
    amount_yen: int


class NewTerms(NamedTuple):
    """Terms from a day on, that day's interest included [条件変更]."""

    on: int
    terms: Terms
    due_on: int | None = None
    """A new next due date, where that changes too."""


class NewArrangement(NamedTuple):
    """A relief agreed, or ended with None [返済の取決め]."""

    on: int
    arrangement: Arrangement | None
    due_on: int | None = None
    arrears_yen: int | None = None
    """What of the arrears is asked for at once, where that is part of it."""


class Acceleration(NamedTuple):
    """All falls due [期限の利益の喪失]."""

    on: int


class Waiver(NamedTuple):
    """Part of the debt given up, as in a settlement [免除]."""

    on: int
    damages_yen: int
    interest_yen: int
    principal_yen: int


class WriteOff(NamedTuple):
    """The principal taken out of the books; still claimed [貸倒償却]."""

    on: int


class Departure(NamedTuple):
    """The claim passed to somebody else [債権譲渡・代位弁済]."""

    on: int


Event: TypeAlias = (
    Draw
    | Receipt
    | ExcessUsed
    | Refund
    | Cost
    | NewTerms
    | NewArrangement
    | Acceleration
    | Waiver
    | WriteOff
    | Departure
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did [一行の結果]: the interest of its row, where its money went, the state."""

    event: Event
    state: State
    interest_yen: int = 0
    """Interest of the row, cut."""
    damages_yen: int = 0
    to_costs_yen: int = 0
    to_damages_yen: int = 0
    to_interest_yen: int = 0
    to_principal_yen: int = 0
    to_written_off_yen: int = 0
    to_excess_yen: int = 0


class PieceKind(Convention):
    """Why days bear what they bear [利息の種類]."""

    AGREED = 0
    FREE = 1
    REST = 2
    DAMAGES = 3


class Piece(NamedTuple):
    """Days of one rate on one amount [計算区間]."""

    first: int
    last: int
    rate_ppm: int
    amount_yen: int
    kind: PieceKind


# ------------------------------------------------------------------------------------- days pass
def open_loan(on: int, terms: Terms) -> State:
    """A loan as the day of its contract begins: nothing owed [契約]."""
    return State(on - 1, terms)


def deadline(state: State, rules: Rules) -> int | None:
    """The last day to pay what is due next [支払期限]."""
    if state.due_on is None:
        return None
    return last_day_to_pay(state.terms.plan, state.due_on, rules.closed)


def advance(state: State, on: int, rules: Rules) -> State:
    """The loan at the end of a later day, if nothing happens [経過].

    Exact     ticks; nothing is cut.
    """
    for _, after in _passing(state, on, rules):
        state = after
    return state


def pieces(state: State, on: int, rules: Rules) -> tuple[Piece, ...]:
    """The days up to one, each with what it bears: the reason behind a row [計算の内訳]."""
    return tuple(piece for found, _ in _passing(state, on, rules) for piece in found)


def _passing(state: State, on: int, rules: Rules) -> Iterator[tuple[tuple[Piece, ...], State]]:
    """Stretches of equal days up to a day; a due date that was not met ends one."""
    while state.on < on:
        state = _missed(state, rules)
        last_to_pay = deadline(state, rules)
        stop = on if last_to_pay is None else min(on, last_to_pay)
        for boundary in (state.terms.free_from - 1, state.terms.free_to):
            if state.on < boundary < stop:
                stop = boundary
        found = _pieces_of(state, stop, rules)
        weight = weight_of(span_between(state.on + 1, stop, YearBasis.CALENDAR)) if found else 0
        interest_ticks, damages_ticks = state.interest_ticks, state.damages_ticks
        for piece in found:
            ticks = piece.amount_yen * piece.rate_ppm * weight
            if piece.kind is PieceKind.DAMAGES:
                damages_ticks += ticks
            else:
                interest_ticks += ticks
        state = state._replace(on=stop, interest_ticks=interest_ticks, damages_ticks=damages_ticks)
        yield found, state


def _pieces_of(state: State, last: int, rules: Rules) -> tuple[Piece, ...]:
    principal, terms, first = state.principal_yen, state.terms, state.on + 1
    if principal == 0:
        return ()
    if principal < rules.rest_below_yen:
        return (Piece(first, last, 0, principal, PieceKind.REST),)
    late = 0
    if state.late_since is not None:
        late = principal
        if rules.damages_base is DamagesBase.INSTALMENT and state.accelerated_on is None:
            late = state.overdue_principal_yen
    damages = Piece(first, last, terms.damages_ppm, late, PieceKind.DAMAGES)
    agreed = Piece(first, last, terms.rate_ppm, principal - late, PieceKind.AGREED)
    if terms.free_from <= first and last <= terms.free_to:
        agreed = agreed._replace(rate_ppm=0, kind=PieceKind.FREE)
    return tuple(piece for piece in (damages, agreed) if piece.amount_yen)


def _missed(state: State, rules: Rules) -> State:
    """The loan as the next day begins: what was due and was not paid is in arrears."""
    last_to_pay = deadline(state, rules)
    while last_to_pay is not None and last_to_pay <= state.on:
        state = _missed_once(state)
        last_to_pay = deadline(state, rules)
    return state


def _missed_once(state: State) -> State:
    due_on, plan = state.due_on or 0, state.terms.plan
    short = max(0, required_yen(state) - state.paid_yen)
    following = next_due(plan, due_on, due_on)
    if short == 0:
        return state._replace(due_on=following, paid_yen=0)
    arrears = state.arrears_yen + short
    return state._replace(
        late_since=due_on if state.late_since is None else state.late_since,
        arrears_yen=arrears,
        overdue_principal_yen=max(state.overdue_principal_yen, _principal_of(state, arrears)),
        due_on=following if plan.scheme is Scheme.MONTHLY else None,
        paid_yen=0,
    )


def _principal_of(state: State, asked_yen: int) -> int:
    """The principal in an amount asked for: it is paid last · 民法489条."""
    return min(state.principal_yen, max(0, asked_yen - _besides_principal(state)))


def required_yen(state: State) -> int:
    """What one due date asks for: the minimum, what is arranged, or all if less [請求額].

    What is in arrears already is asked for apart (`State.arrears_yen`).
    """
    wanted = state.minimum_yen
    arranged = state.arrangement
    day = state.on if state.due_on is None else state.due_on
    if arranged is not None and day <= arranged.until:
        wanted = arranged.amount_yen
        if arranged.relief is Relief.INTEREST_ONLY:
            in_arrears = max(0, state.arrears_yen - state.overdue_principal_yen)
            wanted = state.paid_yen + max(0, _besides_principal(state) - in_arrears)
    return min(wanted, state.paid_yen + payoff_yen(state) - state.arrears_yen)


def _besides_principal(state: State) -> int:
    return (
        state.costs_yen
        + state.interest_yen
        + state.damages_yen
        + state.interest_ticks // TICKS_PER_YEN
        + state.damages_ticks // TICKS_PER_YEN
    )


def payoff_yen(state: State) -> int:
    """What would settle the loan at the end of the state's day [完済額]."""
    return state.principal_yen + _besides_principal(state)


# --------------------------------------------------------------------------------- events happen
def fold(state: State, events: Iterable[Event], rules: Rules) -> Iterator[Step]:
    """Events in their order, one step each [通し計算]."""
    for event in sorted(events, key=order_of):
        step = apply(state, event, rules)
        yield step
        state = step.state


def order_of(event: Event) -> tuple[int, int]:
    """The place of an event among others: terms hold from the beginning of their day [順序]."""
    return event.on, 0 if isinstance(event, NewTerms) else 1


def apply(state: State, event: Event, rules: Rules) -> Step:
    """The loan after one event [一行の計算].

    Raises    BrokenInvariant for an event before the state's day (new terms: not after it), and
              for what policy refuses before: a draw below 1 yen, money given back that is not
              there.
    """
    if isinstance(event, NewTerms):
        ensure(event.on > state.on, "terms hold from a day's beginning", event=event, on=state.on)
        return Step(event, _new_terms(_missed(advance(state, event.on - 1, rules), rules), event))
    ensure(event.on >= state.on, "events come in order", event=event, on=state.on)
    state = advance(state, event.on, rules)
    if isinstance(event, NewArrangement):
        return Step(event, _arranged(state, event))
    if isinstance(event, Receipt | ExcessUsed):
        return _received(state, event, rules)
    whole_row = rules.fractions is Fractions.EACH_ROW or isinstance(
        event, Acceleration | Waiver | WriteOff | Departure
    )
    cut = _cut(state) if whole_row else _Cut(state, 0, 0)
    if isinstance(event, Draw):
        return Step(event, _drawn(cut.state, event, rules), cut.interest_yen, cut.damages_yen)
    return _other(cut, event, rules)


class _Cut(NamedTuple):
    """A row's interest in whole yen, owed from now on."""

    state: State
    interest_yen: int
    damages_yen: int


def _cut(state: State) -> _Cut:
    interest = state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_ticks // TICKS_PER_YEN
    owed = state._replace(
        interest_yen=state.interest_yen + interest,
        damages_yen=state.damages_yen + damages,
        interest_ticks=0,
        damages_ticks=0,
    )
    return _Cut(owed, interest, damages)


def _new_terms(state: State, event: NewTerms) -> State:
    due_on = state.due_on if event.due_on is None else event.due_on
    return state._replace(terms=event.terms, due_on=due_on)


def _arranged(state: State, event: NewArrangement) -> State:
    """Due dates after an acceleration give the time back [期限の利益の再付与]; no arrears, no delay."""
    state, arrears = state._replace(arrangement=event.arrangement), event.arrears_yen
    if event.due_on is not None:
        if state.accelerated_on is not None and arrears is None:
            arrears = 0
        state = state._replace(due_on=event.due_on, accelerated_on=None)
    if arrears is None:
        return state
    possible = 0 if state.late_since is None else payoff_yen(state)
    ensure(0 <= arrears <= possible, "arrears are part of what is owed", event=event)
    return state._replace(
        late_since=state.late_since if arrears else None,
        arrears_yen=arrears,
        overdue_principal_yen=_principal_of(state, arrears),
    )


def _drawn(state: State, draw: Draw, rules: Rules) -> State:
    ensure(draw.amount_yen > 0, "a draw is at least a yen", draw=draw)
    terms = state.terms
    principal = state.principal_yen + draw.amount_yen
    minimum = minimum_yen(terms.minimum, terms.limit_yen, principal)
    state = state._replace(principal_yen=principal, minimum_yen=minimum)
    if state.late_since is not None:
        return state
    if state.accelerated_on is not None:  # policy lets nobody draw; what comes in late is due
        return state._replace(late_since=draw.on)
    if state.due_on is None and principal >= rules.rest_below_yen:
        return state._replace(due_on=first_due(terms.plan, draw.on), paid_yen=0)
    return state


def _received(state: State, event: Receipt | ExcessUsed, rules: Rules) -> Step:
    """Costs, then damages and interest, then principal; the rest is the member's · 民法489条."""
    ensure(event.amount_yen > 0, "a receipt is at least a yen", event=event)
    cut = _cut(state)
    before, left, parts = cut.state, event.amount_yen, []
    for debt in (
        before.costs_yen,
        before.damages_yen,
        before.interest_yen,
        before.principal_yen,
        before.written_off_yen,
    ):
        parts.append(min(left, debt))
        left -= parts[-1]
    to_costs, to_damages, to_interest, to_principal, to_written_off = parts
    used = event.amount_yen if isinstance(event, ExcessUsed) else 0
    ensure(used <= before.excess_yen, "only held money is used", event=event)
    after = before._replace(
        costs_yen=before.costs_yen - to_costs,
        damages_yen=before.damages_yen - to_damages,
        interest_yen=before.interest_yen - to_interest,
        principal_yen=before.principal_yen - to_principal,
        written_off_yen=before.written_off_yen - to_written_off,
        excess_yen=before.excess_yen + left - used,
        overdue_principal_yen=max(0, before.overdue_principal_yen - to_principal),
    )
    if _owes_nothing_due(after, rules):
        after = _paid_up(after)
    elif after.accelerated_on is None:
        after = _counted(after, event, required_yen(before), rules)
    return Step(
        event,
        after,
        cut.interest_yen,
        cut.damages_yen,
        to_costs_yen=to_costs,
        to_damages_yen=to_damages,
        to_interest_yen=to_interest,
        to_principal_yen=to_principal,
        to_written_off_yen=to_written_off,
        to_excess_yen=left - used,
    )


def _owes_nothing_due(state: State, rules: Rules) -> bool:
    """All is paid, or all but a rest too small for machines."""
    return state.principal_yen < rules.rest_below_yen and _besides_principal(state) == 0


def _paid_up(state: State) -> State:
    """The loan with nothing due."""
    return state._replace(
        minimum_yen=0,
        due_on=None,
        paid_yen=0,
        late_since=None,
        arrears_yen=0,
        overdue_principal_yen=0,
    )


def _counted(state: State, event: Receipt | ExcessUsed, asked_yen: int, rules: Rules) -> State:
    """The receipt counted for missed due dates first, then for the next one."""
    plan, left = state.terms.plan, event.amount_yen
    if state.late_since is not None:
        to_arrears = min(left, state.arrears_yen)
        left -= to_arrears
        state = state._replace(arrears_yen=state.arrears_yen - to_arrears)
        damages_stand = rules.cure is Cure.MINIMUM_AND_DAMAGES and state.damages_yen > 0
        if state.arrears_yen or damages_stand:
            return state
        state = state._replace(late_since=None, overdue_principal_yen=0)
        if state.due_on is None:  # the payment that met the minimum begins the next cycle
            return state._replace(due_on=first_due(plan, event.on), paid_yen=0)
    if state.due_on is None or not counts_for(plan, state.due_on, event.on):
        return state
    paid = state.paid_yen + left
    if paid < asked_yen:
        return state._replace(paid_yen=paid)
    return state._replace(due_on=next_due(plan, state.due_on, event.on), paid_yen=0)


def _other(cut: _Cut, event: Event, rules: Rules) -> Step:
    state, interest, damages = cut
    match event:
        case Refund():
            ensure(0 < event.amount_yen <= state.excess_yen, "held money only", event=event)
            after = state._replace(excess_yen=state.excess_yen - event.amount_yen)
            return Step(event, after, interest, damages, to_excess_yen=-event.amount_yen)
        case Cost():
            ensure(event.amount_yen > 0, "a cost is at least a yen", event=event)
            after = state._replace(costs_yen=state.costs_yen + event.amount_yen)
        case Acceleration():
            after = _accelerated(state, event, rules)
        case Waiver():
            after = _waived(state, event, rules)
        case WriteOff():
            after = _paid_up(
                state._replace(
                    principal_yen=0, written_off_yen=state.written_off_yen + state.principal_yen
                )
            )
        case Departure():
            after = State(state.on, state.terms, excess_yen=state.excess_yen)
        case _:
            broken("an event of another kind", event=event)
    return Step(event, after, interest, damages)


def _accelerated(state: State, event: Acceleration, rules: Rules) -> State:
    after = state._replace(
        accelerated_on=event.on, due_on=None, paid_yen=0, arrears_yen=0, overdue_principal_yen=0
    )
    if _owes_nothing_due(after, rules):
        return _paid_up(after)
    return after._replace(late_since=event.on if state.late_since is None else state.late_since)


def _waived(state: State, event: Waiver, rules: Rules) -> State:
    left = (
        state.damages_yen - event.damages_yen,
        state.interest_yen - event.interest_yen,
        state.principal_yen - event.principal_yen,
    )
    ensure(min(left) >= 0 and min(event) >= 0, "only what is owed is given up", event=event)
    after = state._replace(damages_yen=left[0], interest_yen=left[1], principal_yen=left[2])
    if _owes_nothing_due(after, rules):
        return _paid_up(after)
    return after._replace(
        arrears_yen=min(after.arrears_yen, payoff_yen(after)),
        overdue_principal_yen=min(after.overdue_principal_yen, after.principal_yen),
    )
