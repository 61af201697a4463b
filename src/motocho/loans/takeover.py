"""Another lender's agreement, replayed under its terms before it counts; no database [引継ぎ].

What was agreed and what happened come in; what our kernel makes of it goes out, with everything in
which the lender's print differs. A rate above the ceiling of its time is no difference but a
refusal: nothing of such an agreement counts here, and it is handed to recalculation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import NamedTuple

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Event, PieceKind, Rules, State, Step, Terms
from motocho.kernel.schedule import DuePlan, Scheme
from motocho.law import interest
from motocho.law.rules import Refusal
from motocho.ledger.chart import Account
from motocho.loans import products
from motocho.loans.policy import Stop, refusal
from motocho.loans.products import Product
from motocho.units.errors import Fault
from motocho.units.money import rate_text, yen_text


class PastKind(Enum):
    """What a row of another lender's history does [引継ぎ行の種別]."""

    OPENING = "opening"
    """The balance at the head of a partial history."""
    DRAW = "draw"
    RECEIPT = "receipt"
    CLOSING = "closing"
    """Nothing moves; the balance stands there."""
    COST = "cost"
    REFUND = "refund"
    EXCESS_USED = "excess_used"
    ACCELERATION = "acceleration"
    WRITE_OFF = "write_off"
    DEPARTURE = "departure"


class Check(Enum):
    """Which of the lender's balances must equal ours [照合の範囲]."""

    ROWS = "rows"
    """Every one that is printed, and the last."""
    END = "end"
    """The last."""


class Posting(Enum):
    """How what counts is posted [引継ぎの記帳]."""

    OPENING = "opening"
    """Against the opening account: income and money of before stay in the lender's own books."""
    EVENTS = "events"
    """As if all had happened here."""

    @property
    def money(self) -> Account:
        """Where money came from and went to [相手勘定]."""
        return Account.OPENING if self is Posting.OPENING else Account.BANK


class PastRow(NamedTuple):
    """A row of another lender's history [引継ぎ行]."""

    on: date
    kind: PastKind
    amount_yen: int = 0
    principal_yen: int | None = None
    """The principal that the lender printed after it."""
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class PastTerms:
    """What was agreed from a day on, that day included [引継ぎ契約の条件]."""

    from_on: date
    rate_ppm: int
    damages_ppm: int
    limit_yen: int
    scheme: Scheme
    day_of_month: int = 0


@dataclass(frozen=True, slots=True)
class Stated:
    """What the lender says is owed at the end [引継ぎ残高]; None: it says nothing of it."""

    on: date
    principal_yen: int
    unpaid_interest_yen: int | None = None
    """Interest of the row under way included, cut."""
    unpaid_damages_yen: int | None = None
    costs_yen: int | None = None
    excess_yen: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PastAgreement:
    """An agreement of another lender's book [引継ぎ契約]."""

    book: str
    """The book that it stands in; with the number it names the agreement."""
    number: str
    product_id: str
    opened_on: date
    free_from: date | None
    free_to: date | None
    terms: tuple[PastTerms, ...]
    """By day; the first from the day of the contract."""
    rows: tuple[PastRow, ...]
    stated: Stated
    check: Check
    posting: Posting
    digest: str
    """Of all that the lender says, so that the same agreement is known again."""
    stops: frozenset[Stop] = frozenset()

    @property
    def reference(self) -> str:
        """What names the agreement outside [外部の契約番号]."""
        return f"{self.book}:{self.number}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the lender's print and our reckoning part [差異]."""

    what: str
    """`principal`, `unpaid_interest`, `unpaid_damages`, `costs`, `excess`, `due_on`."""
    on: date
    theirs: int | date | None
    ours: int | date | None
    source_row: int | None = None

    def fault(self) -> Fault:
        """The difference for a list of faults [一覧用]."""
        names = {"what_ja": _NAMES[self.what], "what_en": self.what.replace("_", " ")}
        details = {"theirs": _shown(self.theirs), "ours": _shown(self.ours), **names}
        return Fault("BOK-030", line=self.source_row, excerpt=str(self.on), details=details)


_NAMES = {
    "principal": "元金",
    "unpaid_interest": "未払利息",
    "unpaid_damages": "未払損害金",
    "costs": "費用",
    "excess": "お預り金",
    "due_on": "次回返済期日",
}


def _shown(value: int | date | None) -> str:
    return yen_text(value) if isinstance(value, int) else str(value or "—")


class Replayed(NamedTuple):
    """An event with the row that it came from, and what it did [再現した行]."""

    step: Step
    row: PastRow | None
    """None for new terms."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What our kernel makes of an agreement [再現結果]."""

    first: State
    done: tuple[Replayed, ...]
    state: State
    """On the day of the stated balances."""
    ceiling_ppm: int
    differences: tuple[Difference, ...]
    faults: tuple[Fault, ...]
    """Rows that cannot have happened: what was given back was not there."""


# ------------------------------------------------------------------------------------- replaying
def replay(past: PastAgreement, product: Product, rules: Rules) -> Replay:
    """An agreement from its contract to the stated day, and where the lender differs [再現].

    Takes     the product under which it is counted, and how that counts.
    """
    first = revolving.open_loan(past.opened_on.toordinal(), terms_of(past, product, 0))
    state, done, faults = first, list[Replayed](), list[Fault]()
    for event, row in _events(past, product):
        fault = _impossible(state, event, row)
        if fault is not None:
            faults.append(fault)
            continue
        step = revolving.apply(state, event, rules)
        done.append(Replayed(step, row))
        state = step.state
    ceilings = [ppm for _, ppm in ceilings_of(done)]
    lowest = interest.ceiling_ppm(1, past.opened_on)
    last = revolving.advance(state, max(past.stated.on.toordinal(), state.on), rules)
    return Replay(
        first=first,
        done=tuple(done),
        state=last,
        ceiling_ppm=min([lowest, *ceilings]),
        differences=tuple(_differences(past, done, last)),
        faults=tuple(faults),
    )


def says_damages(past: PastAgreement, product: Product, rules: Rules) -> bool:
    """Whether a history itself says that days late bore damages [引継ぎ前の遅延損害金].

    A row says that all fell due, or what the lender printed comes out with damages alone: at the
    agreed rate on every day something of it would differ. Else lateness is but our own count.
    Takes     an agreement whose replay differs nowhere.
    """
    if any(row.kind is PastKind.ACCELERATION for row in past.rows):
        return True
    agreed = tuple(replace(one, damages_ppm=one.rate_ppm) for one in past.terms)
    return bool(replay(replace(past, terms=agreed), product, rules).differences)


def terms_of(past: PastAgreement, product: Product, place: int) -> Terms:
    """One of the agreement's terms as the kernel takes it [契約条件]."""
    one = past.terms[place]
    free = (0, 0)
    if past.free_from is not None and past.free_to is not None:
        free = (past.free_from.toordinal(), past.free_to.toordinal())
    plan = _plan(product, one)
    agreed = products.terms_of(product, one.limit_yen, plan, free)
    return agreed._replace(rate_ppm=one.rate_ppm, damages_ppm=one.damages_ppm)


def _plan(product: Product, one: PastTerms) -> DuePlan:
    return product.plan(one.scheme, one.day_of_month)


def _events(past: PastAgreement, product: Product) -> list[tuple[Event, PastRow | None]]:
    """The agreement's events in the order in which they act."""
    found: list[tuple[Event, PastRow | None]] = [
        (revolving.NewTerms(one.from_on.toordinal(), terms_of(past, product, place)), None)
        for place, one in enumerate(past.terms)
        if place
    ]
    for row in past.rows:
        event = _event(row)
        if event is not None:
            found.append((event, row))
    return sorted(found, key=lambda one: revolving.order_of(one[0]))


def _event(row: PastRow) -> Event | None:
    on, amount = row.on.toordinal(), row.amount_yen
    match row.kind:
        case PastKind.OPENING | PastKind.DRAW:
            return revolving.Draw(on, amount)
        case PastKind.RECEIPT:
            return revolving.Receipt(on, amount)
        case PastKind.COST:
            return revolving.Cost(on, amount)
        case PastKind.REFUND:
            return revolving.Refund(on, amount)
        case PastKind.EXCESS_USED:
            return revolving.ExcessUsed(on, amount)
        case PastKind.ACCELERATION:
            return revolving.Acceleration(on)
        case PastKind.WRITE_OFF:
            return revolving.WriteOff(on)
        case PastKind.DEPARTURE:
            return revolving.Departure(on)
        case PastKind.CLOSING:
            return None


_WITHOUT_AMOUNT = frozenset(
    {PastKind.CLOSING, PastKind.ACCELERATION, PastKind.WRITE_OFF, PastKind.DEPARTURE}
)


def _impossible(state: State, event: Event, row: PastRow | None) -> Fault | None:
    """What the kernel would stop at: amounts of nothing, held money that is not there."""
    if row is None:
        return None
    amount, held = row.amount_yen, state.excess_yen
    if row.kind not in _WITHOUT_AMOUNT and amount < 1:
        return Fault("BOK-031", line=row.source_row, excerpt=str(row.on))
    if isinstance(event, revolving.Refund | revolving.ExcessUsed) and amount > held:
        details = {"amount": yen_text(amount), "held": yen_text(held)}
        return Fault("BOK-032", line=row.source_row, excerpt=str(row.on), details=details)
    return None


def _differences(
    past: PastAgreement, done: Sequence[Replayed], last: State
) -> Iterator[Difference]:
    if past.check is Check.ROWS:
        yield from _of_rows(past, done)
    stated = past.stated
    interest_yen = last.interest_yen + last.interest_ticks // TICKS_PER_YEN
    damages_yen = last.damages_yen + last.damages_ticks // TICKS_PER_YEN
    due_on = None if last.due_on is None else date.fromordinal(last.due_on)
    for what, theirs, ours in (
        ("principal", stated.principal_yen, last.principal_yen + last.written_off_yen),
        ("unpaid_interest", stated.unpaid_interest_yen, interest_yen),
        ("unpaid_damages", stated.unpaid_damages_yen, damages_yen),
        ("costs", stated.costs_yen, last.costs_yen),
        ("excess", stated.excess_yen, last.excess_yen),
        ("due_on", stated.due_on, due_on),
    ):
        if theirs is not None and theirs != ours:
            yield Difference(what, stated.on, theirs, ours)


def _of_rows(past: PastAgreement, done: Sequence[Replayed]) -> Iterator[Difference]:
    """The rows whose printed principal is not ours; rows on which nothing moves are looked up."""
    states = {id(one.row): one.step.state for one in done if one.row is not None}
    state = None
    for row in sorted(past.rows, key=lambda row: row.on):
        state = states.get(id(row), state)
        if row.principal_yen is None:
            continue
        ours = 0 if state is None else _owed(state)
        if row.principal_yen < 0 and state is not None and ours == 0:
            ours = -state.excess_yen  # some lenders print what they hold for a member as a minus
        if row.principal_yen != ours:
            yield Difference("principal", row.on, row.principal_yen, ours, row.source_row)


def _owed(state: State) -> int:
    return state.principal_yen + state.written_off_yen


# ---------------------------------------------------------------------------------------- lawful
def ceilings_of(done: Sequence[Replayed]) -> Iterator[tuple[int, int]]:
    """The ceiling from each draw on: day and ppm; it only steps down [制限利率の推移].

    Law       利息制限法1条; 最三小判平成22年4月20日.
    """
    lowest = None
    for one in done:
        if isinstance(one.step.event, revolving.Draw):
            on = date.fromordinal(one.step.event.on)
            tested = interest.ceiling_ppm(one.step.state.principal_yen, on)
            lowest = tested if lowest is None else min(lowest, tested)
            yield one.step.event.on, lowest


def unlawful(past: PastAgreement, found: Replay | None, rules: Rules) -> tuple[Refusal, ...]:
    """RATE-001, 004, 005, 007, 008: rates above what the law of their time let a lender take.

    Takes     the replay; without one, only what no principal could make lawful is found.
    Law       利息制限法1条, 4条, 7条; 出資法5条; 貸金業法42条.
    """
    refusals = [one for terms in past.terms for one in _by_themselves(terms)]
    if found is not None:
        refusals += _by_principal(past, found, rules)
    named = {(one.rule_id, one.details["from_on"]): one for one in reversed(refusals)}
    return tuple(reversed(named.values()))


def _by_themselves(terms: PastTerms) -> Iterator[Refusal]:
    """Rates that are too high whatever the principal was [出資法・貸金業法42条]."""
    on, rate = terms.from_on, terms.rate_ppm
    details = {"from_on": str(on), "rate": rate_text(rate)}
    void = interest.void_rate_ppm(on)
    if void is not None and max(rate, terms.damages_ppm) > void:
        shown = rate_text(max(rate, terms.damages_ppm))
        law = {"from_on": str(on), "rate": shown, "lawful": rate_text(void)}
        yield refusal("RATE-008", "BOK-043", "貸金業法42条1項", **law)
    cap = interest.criminal_cap(on)
    if rate > max(cap.ppm, cap.leap_year_ppm or 0):
        yield refusal("RATE-007", "BOK-042", "出資法5条2項", **details, lawful=rate_text(cap.ppm))
    highest = interest.ceiling_ppm(1, on)
    if rate > highest:
        details |= {"lawful": rate_text(highest), "on": str(on)}
        yield refusal("RATE-001", "BOK-040", "利息制限法1条", **details)


class _Measure(NamedTuple):
    """What the law lets a lender take on a day: by the draws and the agreements before it."""

    agreed_on: date
    """The day of the terms in force."""
    lent_on: date
    """The day of the last draw."""
    ceiling_ppm: int

    def refusal_of(self, rate_ppm: int, kind: PieceKind, on: date) -> Refusal | None:
        """What a rate of a day is above, if it is."""
        shown = {"from_on": str(self.agreed_on), "on": str(on), "rate": rate_text(rate_ppm)}
        if kind is not PieceKind.DAMAGES:
            if rate_ppm <= self.ceiling_ppm:
                return None
            lawful = rate_text(self.ceiling_ppm)
            return refusal("RATE-001", "BOK-040", "利息制限法1条", **shown, lawful=lawful)
        cap = interest.damages_cap_ppm(self.agreed_on, self.lent_on, self.ceiling_ppm)
        if rate_ppm <= cap:
            return None
        is_flat = self.agreed_on >= interest.business_damages().from_on
        rule_id, law = ("RATE-004", "7条1項") if is_flat else ("RATE-005", "4条1項")
        return refusal(rule_id, "BOK-041", f"利息制限法{law}", **shown, lawful=rate_text(cap))


def _by_principal(past: PastAgreement, found: Replay, rules: Rules) -> Iterator[Refusal]:
    """Days that bore more than the principal of their time allowed; and the days to come."""
    state = found.first
    measure = _Measure(past.opened_on, past.opened_on, interest.ceiling_ppm(1, past.opened_on))
    ceilings = ceilings_of(found.done)
    for one in found.done:
        yield from _of_days(state, one.step.state.on, measure, rules)
        state, on = one.step.state, date.fromordinal(one.step.event.on)
        if isinstance(one.step.event, revolving.NewTerms):
            measure = measure._replace(agreed_on=on)
        if isinstance(one.step.event, revolving.Draw):
            measure = measure._replace(lent_on=on, ceiling_ppm=next(ceilings)[1])
    yield from _of_days(state, found.state.on, measure, rules)
    for rate_ppm, kind in (
        (state.terms.rate_ppm, PieceKind.AGREED),
        (state.terms.damages_ppm, PieceKind.DAMAGES),
    ):
        above = measure.refusal_of(rate_ppm, kind, past.stated.on)
        if above is not None:
            yield above


def _of_days(state: State, until: int, measure: _Measure, rules: Rules) -> Iterator[Refusal]:
    for piece in revolving.pieces(state, until, rules):
        above = measure.refusal_of(piece.rate_ppm, piece.kind, date.fromordinal(piece.first))
        if above is not None:
            yield above


def head_is_missing(past: PastAgreement) -> Fault | None:
    """A partial history of a contract of a time in which rates above the ceiling were common.

    Its opening balance may hold interest that was never owed, and nobody can tell without the rows
    before it.
    """
    heads = [row for row in past.rows if row.kind is PastKind.OPENING]
    if not heads or past.opened_on >= interest.business_damages().from_on:
        return None
    return Fault("BOK-033", line=heads[0].source_row, excerpt=str(heads[0].on))
