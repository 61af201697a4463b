"""The life of one revolving loan, folded event by event [リボルビング取引].

A loan is a *state* and the events that change it. `advance` lets days pass: interest or damages
accrue exactly, and a due date that is not met makes the loan late. `apply` takes one event: a draw,
a receipt, a change of terms. Both are pure, so that the command of today, the rebuilding of any
past day, and the check of the whole book run the same lines.

Interest follows the industry's convention: on the principal of each day, the day of the draw not
counted, the day of payment counted, a day of a leap year 1/366 [各年計算]; cut to the yen once a
row, interest and damages each (LEDG-001, 002). Days after a missed due date bear damages *instead
of* interest (LEDG-012). Unpaid interest bears none (LEDG-014).

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

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from motocho.kernel.accrual import LEAP_YEAR_DAYS, TICKS_PER_YEN, leap_days_between
from motocho.kernel.conventions import Convention
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
    """Wherever money or debt moves, as the courts recalculate; new terms do not end a row."""
    EACH_RECEIPT = 1
    """At receipts, and where the debt changes its nature; fractions run on over draws."""


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
    """The interest accrued, with damages and costs; the principal waits [ジャンプ]."""
    AMOUNT = 1
    """A fixed amount: reduced payments, instalments."""


class Rules(NamedTuple):
    """How a product counts [商品の計算方法]."""

    fractions: Fractions = Fractions.EACH_ROW
    damages_base: DamagesBase = DamagesBase.BALANCE
    cure: Cure = Cure.MINIMUM
    rest_below_yen: int = 1_000
    """A principal below it bears nothing, and alone is not due: machines take no coins
    [無利息残高]."""
    closed: Container[int] = frozenset()
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
    """Principal out of the books: still claimed, bears nothing."""
    interest_ticks: int = 0
    """Interest of this row so far, exact (`kernel.accrual`)."""
    damages_ticks: int = 0
    minimum_yen: int = 0
    due_on: int | None = None
    """The due date that comes next; None where nothing is due, where all is, and where it is
    counted from a payment that is still awaited."""
    paid_yen: int = 0
    """What was paid towards it."""
    late_since: int | None = None
    """The oldest due date that was missed, or the day on which all fell due."""
    arrears_yen: int = 0
    """What of the missed due dates is still to be paid; 0 where all is due."""
    overdue_principal_yen: int = 0
    """The principal of missed due dates: what is missed is counted as if paid · 民法489条."""
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
    """Terms from the beginning of a day on [条件変更]; what was due before it is missed already."""

    on: int
    terms: Terms
    due_on: int | None = None
    """A new next due date, where that changes too; nothing where all is due already."""


class NewArrangement(NamedTuple):
    """A relief agreed, or ended with None [返済の取決め]."""

    on: int
    arrangement: Arrangement | None
    due_on: int | None = None
    """A new next due date. After an acceleration it, or arrears, give the time back [再付与]."""
    arrears_yen: int | None = None
    """What of the arrears is asked for at once, at most what is owed; with 0 nothing is late."""


class Acceleration(NamedTuple):
    """All falls due [期限の利益の喪失]."""

    on: int


class Waiver(NamedTuple):
    """Part of the debt given up, as in a settlement [免除]."""

    on: int
    damages_yen: int = 0
    interest_yen: int = 0
    principal_yen: int = 0
    costs_yen: int = 0
    written_off_yen: int = 0


class WriteOff(NamedTuple):
    """The principal taken out of the books; still claimed [貸倒償却]."""

    on: int


class Departure(NamedTuple):
    """The claim passed to somebody else [債権譲渡・代位弁済]."""

    on: int


_Money: TypeAlias = Draw | Receipt | ExcessUsed | Refund | Cost
_Change: TypeAlias = NewTerms | NewArrangement | Acceleration | Waiver | WriteOff | Departure
Event: TypeAlias = _Money | _Change


class Step(NamedTuple):
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
    """Why days bear what they do [利息の種類]."""

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
    plan, due_on = state.terms.plan, state.due_on
    return None if due_on is None else last_day_to_pay(plan, due_on, rules.closed)


def advance(state: State, on: int, rules: Rules) -> State:
    """The loan at the end of a later day, if nothing happens; nothing is cut [経過]."""
    while state.on < on:
        state = _stretch(state, on, rules)[1]
    return state


def pieces(state: State, on: int, rules: Rules) -> tuple[Piece, ...]:
    """The days up to one, each with what it bears: the reason behind a row [計算の内訳]."""
    passed: tuple[Piece, ...] = ()
    while state.on < on:
        found, state = _stretch(state, on, rules)
        passed += found
    return passed


def _stretch(state: State, on: int, rules: Rules) -> tuple[tuple[Piece, ...], State]:
    """The next days alike, up to a day: what they bear, and the loan after them."""
    state = _missed(state, rules)
    stop, terms = on, state.terms
    if state.due_on is not None and state.due_on < on:
        stop = min(on, last_day_to_pay(terms.plan, state.due_on, rules.closed))
    if state.on < terms.free_to:
        before_free = terms.free_from - 1
        stop = min(stop, before_free if state.on < before_free else terms.free_to)
    found = _pieces_of(state, stop, rules)
    interest, damages = state.interest_ticks, state.damages_ticks
    if found:
        # A day of a leap year weighs one less than another: 1/366 of a year, not 1/365.
        weight = (stop - state.on) * LEAP_YEAR_DAYS - leap_days_between(state.on + 1, stop)
        for piece in found:
            if piece.kind is PieceKind.DAMAGES:
                damages += piece.amount_yen * piece.rate_ppm * weight
            else:
                interest += piece.amount_yen * piece.rate_ppm * weight
    # On every event's way: `_replace` takes three times as long.
    return found, tuple.__new__(State, (stop, *state[1:8], interest, damages, *state[10:]))


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
    agreed = Piece(first, last, terms.rate_ppm, principal - late, PieceKind.AGREED)
    if terms.free_from <= first and last <= terms.free_to:
        agreed = agreed._replace(rate_ppm=0, kind=PieceKind.FREE)
    if late == 0:
        return (agreed,)
    damages = Piece(first, last, terms.damages_ppm, late, PieceKind.DAMAGES)
    return (damages, agreed) if agreed.amount_yen else (damages,)


def _missed(state: State, rules: Rules) -> State:
    """The loan as the next day begins: what was due and was not paid is in arrears (LEDG-028)."""
    while state.due_on is not None and state.due_on <= state.on:
        due_on, plan = state.due_on, state.terms.plan
        if last_day_to_pay(plan, due_on, rules.closed) > state.on:
            break
        short = required_yen(state) - state.paid_yen
        if short <= 0:
            state = state._replace(due_on=next_due(plan, due_on, due_on), paid_yen=0)
            continue
        arrears = state.arrears_yen + short
        state = state._replace(
            due_on=None if plan.scheme is Scheme.EVERY_35_DAYS else next_due(plan, due_on, due_on),
            paid_yen=0,
            late_since=due_on if state.late_since is None else state.late_since,
            arrears_yen=arrears,
            overdue_principal_yen=max(state.overdue_principal_yen, _principal_of(state, arrears)),
        )
    return state


def _principal_of(state: State, asked_yen: int) -> int:
    """The principal in an amount asked for: it is paid last · 民法489条."""
    return min(state.principal_yen, max(0, asked_yen - _besides_principal(state)))


def required_yen(state: State) -> int:
    """What a due date asks for: the minimum, what is arranged, or all if less (LEDG-005) [請求額].

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
    interest = state.interest_yen + state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
    return state.costs_yen + damages + interest


def payoff_yen(state: State) -> int:
    """What would settle the loan at the end of the state's day [完済額]."""
    return state.principal_yen + state.written_off_yen + _besides_principal(state)


# --------------------------------------------------------------------------------- events happen
def fold(state: State, events: Iterable[Event], rules: Rules) -> Iterator[Step]:
    """Events in their order, one step each [通し計算].

    Exact     to the yen what `kernel.recalculation` finds in the same history (EACH_ROW, BALANCE);
              but a row of interest and damages is cut twice here, and so a yen less at most.
    """
    for event in sorted(events, key=order_of):
        step = apply(state, event, rules)
        yield step
        state = step.state


def order_of(event: Event) -> tuple[int, int]:
    """The place of an event among others: terms hold from the beginning of their day [順序]."""
    return event.on, 0 if isinstance(event, NewTerms) else 1


def apply(state: State, event: Event, rules: Rules) -> Step:
    """The loan after one event [一行の計算].

    Raises    BrokenInvariant for events out of order (new terms need a day not yet passed), and
              for what policy refuses before: draws below 1 yen, money given back that is not held.
    """
    if isinstance(event, NewTerms):
        return Step(event, _renewed(state, event, rules))
    ensure(event.on >= state.on, "events come in order", event=event, on=state.on)
    state = advance(state, event.on, rules)
    if isinstance(event, Receipt | ExcessUsed):
        return _received(state, event, rules)
    if isinstance(event, NewArrangement):
        return Step(event, _arranged(state, event, rules))
    each_row = rules.fractions is Fractions.EACH_ROW
    if each_row or isinstance(event, Acceleration | Waiver | WriteOff | Departure):
        return _changed(_cut(state, event), event, rules)
    return _changed(Step(event, state), event, rules)


def _cut(state: State, event: Event) -> Step:
    """The row that ends with an event: its interest in whole yen, owed from now on."""
    interest = state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_ticks // TICKS_PER_YEN
    owed = state._replace(
        interest_yen=state.interest_yen + interest,
        damages_yen=state.damages_yen + damages,
        interest_ticks=0,
        damages_ticks=0,
    )
    return Step(event, owed, interest, damages)


def _renewed(state: State, event: NewTerms, rules: Rules) -> State:
    """The loan as a day begins on new terms; what was due the day before is missed already."""
    ensure(event.on > state.on, "terms hold from a day's beginning", event=event, on=state.on)
    state = _missed(advance(state, event.on - 1, rules), rules)
    keeps = event.due_on is None or state.accelerated_on is not None  # all is due already
    due_on = state.due_on if keeps else event.due_on
    return _settled(state._replace(terms=event.terms, due_on=due_on), rules)


def _arranged(state: State, event: NewArrangement, rules: Rules) -> State:
    arrears, due_on, plan = event.arrears_yen, event.due_on or state.due_on, state.terms.plan
    ensure(arrears is None or arrears >= 0, "a part of the arrears", event=event, state=state)
    if arrears:
        arrears = None if state.late_since is None else min(arrears, payoff_yen(state))
    if state.accelerated_on is not None and event.due_on is not None:
        arrears = arrears or 0
    if arrears is not None:
        if due_on is None and (arrears == 0 or plan.scheme is Scheme.MONTHLY):
            due_on = first_due(plan, event.on)
        state = state._replace(
            late_since=state.late_since if arrears else None,
            arrears_yen=arrears,
            overdue_principal_yen=_principal_of(state, arrears),
            accelerated_on=None,
        )
    return _settled(state._replace(arrangement=event.arrangement, due_on=due_on), rules)


def _drawn(state: State, draw: Draw, rules: Rules) -> State:
    ensure(draw.amount_yen > 0, "a draw is at least a yen", draw=draw)
    terms = state.terms
    principal = state.principal_yen + draw.amount_yen
    minimum = minimum_yen(terms.minimum, terms.limit_yen, principal)
    due_on, late_since = state.due_on, state.late_since
    if late_since is None and state.accelerated_on is not None:
        late_since = draw.on  # policy lets nobody draw now; what comes in late is due at once
    elif late_since is None and due_on is None and principal >= rules.rest_below_yen:
        due_on = first_due(terms.plan, draw.on)
    return state._replace(
        principal_yen=principal, minimum_yen=minimum, due_on=due_on, late_since=late_since
    )


def _received(state: State, event: Receipt | ExcessUsed, rules: Rules) -> Step:
    """Costs, damages, interest, principal; the rest is the member's (LEDG-013, 018) · 民法489条."""
    ensure(event.amount_yen > 0, "a receipt is at least a yen", event=event)
    used = event.amount_yen if isinstance(event, ExcessUsed) else 0
    ensure(used <= state.excess_yen, "only held money is used", event=event)
    interest = state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_ticks // TICKS_PER_YEN
    left = event.amount_yen
    left -= (to_costs := min(left, state.costs_yen))
    left -= (to_damages := min(left, state.damages_yen + damages))
    left -= (to_interest := min(left, state.interest_yen + interest))
    left -= (to_principal := min(left, state.principal_yen))
    left -= (to_written_off := min(left, state.written_off_yen))
    after = state._replace(
        costs_yen=state.costs_yen - to_costs,
        damages_yen=state.damages_yen + damages - to_damages,
        interest_yen=state.interest_yen + interest - to_interest,
        principal_yen=state.principal_yen - to_principal,
        written_off_yen=state.written_off_yen - to_written_off,
        excess_yen=state.excess_yen + left - used,
        interest_ticks=0,
        damages_ticks=0,
        overdue_principal_yen=max(0, state.overdue_principal_yen - to_principal),
    )
    after = _counted(_settled(after, rules), event, state, rules)
    parts = (to_costs, to_damages, to_interest, to_principal, to_written_off, left - used)
    return Step(event, after, interest, damages, *parts)


def _settled(state: State, rules: Rules) -> State:
    """The loan with nothing due, where all is paid but a rest too small for machines."""
    rest = state.principal_yen < max(1, rules.rest_below_yen)
    return _nothing_due(state) if rest and payoff_yen(state) == state.principal_yen else state


def _nothing_due(state: State) -> State:
    state = state._replace(minimum_yen=0, due_on=None, paid_yen=0)
    return state._replace(late_since=None, arrears_yen=0, overdue_principal_yen=0)


def _counted(state: State, event: Receipt | ExcessUsed, before: State, rules: Rules) -> State:
    """The receipt counted for missed due dates first, then for the next one."""
    plan, left = state.terms.plan, event.amount_yen
    if state.accelerated_on is not None:
        return state
    if state.late_since is not None:
        to_arrears = min(left, state.arrears_yen)
        left -= to_arrears
        arrears = state.arrears_yen - to_arrears
        damages_stand = rules.cure is Cure.MINIMUM_AND_DAMAGES and state.damages_yen > 0
        if arrears or damages_stand:
            return state._replace(arrears_yen=arrears)
        state = state._replace(late_since=None, arrears_yen=0, overdue_principal_yen=0)
        if state.due_on is None:  # the payment that met the minimum begins the next cycle
            return state._replace(due_on=first_due(plan, event.on))
    if state.due_on is None or not counts_for(plan, state.due_on, event.on):
        return state
    paid = state.paid_yen + left
    if paid < required_yen(before):
        return state._replace(paid_yen=paid)
    return state._replace(due_on=next_due(plan, state.due_on, event.on), paid_yen=0)


def _changed(row: Step, event: Event, rules: Rules) -> Step:
    state, to_excess = row.state, 0
    match event:
        case Draw():
            after = _drawn(state, event, rules)
        case Refund():
            ensure(0 < event.amount_yen <= state.excess_yen, "held money only", event=event)
            after = state._replace(excess_yen=state.excess_yen - event.amount_yen)
            to_excess = -event.amount_yen
        case Cost():
            ensure(event.amount_yen > 0, "a cost is at least a yen", event=event)
            after = state._replace(costs_yen=state.costs_yen + event.amount_yen)
        case Acceleration():
            after = _accelerated(state, event, rules)
        case Waiver():
            after = _waived(state, event, rules)
        case WriteOff():
            written_off = state.written_off_yen + state.principal_yen
            after = _nothing_due(state._replace(principal_yen=0, written_off_yen=written_off))
        case Departure():
            after = State(state.on, state.terms, excess_yen=state.excess_yen)
        case _:
            broken("an event of another kind", event=event)
    return Step(event, after, row.interest_yen, row.damages_yen, to_excess_yen=to_excess)


def _accelerated(state: State, event: Acceleration, rules: Rules) -> State:
    since = event.on if state.late_since is None else state.late_since
    after = _nothing_due(state)._replace(accelerated_on=event.on, late_since=since)
    return _settled(after._replace(minimum_yen=state.minimum_yen), rules)


def _waived(state: State, event: Waiver, rules: Rules) -> State:
    after = state._replace(
        costs_yen=state.costs_yen - event.costs_yen,
        damages_yen=state.damages_yen - event.damages_yen,
        interest_yen=state.interest_yen - event.interest_yen,
        principal_yen=state.principal_yen - event.principal_yen,
        written_off_yen=state.written_off_yen - event.written_off_yen,
    )
    lawful = min(event) >= 0 and min(after[2:8]) >= 0  # the amounts, principal to written off
    ensure(lawful, "only what is owed is given up", event=event, state=state)
    arrears = min(after.arrears_yen, payoff_yen(after))
    overdue = min(after.overdue_principal_yen, after.principal_yen)
    return _settled(after._replace(arrears_yen=arrears, overdue_principal_yen=overdue), rules)
