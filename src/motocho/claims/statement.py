"""A recalculated history: rows, result, conditions [計算書].

Three steps, so that one case and a million take the same road: `prepare` makes columns of a history
under its assumptions, `fold` (or `fold_many`, compiled) recalculates them, `assemble` makes the
statement. `recalculate` is all three for one history.

The statement knows every condition it rests on and prints them (OVER-008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from operator import sub
from typing import Any, NamedTuple, TypeAlias

from motocho import __version__
from motocho.claims import _findings
from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History, by_contract, closed_on, in_order
from motocho.kernel.conventions import (
    CeilingRule,
    EventKind,
    FirstDay,
    OpeningBalance,
    SegmentKind,
    Series,
)
from motocho.kernel.recalculation import (
    NEVER,
    NO_RATE,
    AgreedRates,
    Cursor,
    Delays,
    Events,
    Outcome,
    Piece,
    Place,
    Regime,
    Sheet,
    Terms,
    blank_sheet,
)
from motocho.kernel.recalculation import (
    recalculate as fold_rows,
)
from motocho.units.errors import Fault, FaultyInput, InputError, ensure

SCHEMA_VERSION = 1
"""Of the documents this module gives out: the recalculation contract, section 4."""

Yen: TypeAlias = int | Fraction
"""Whole yen; a Fraction only under `rounding=exact`."""


_EVENT_KINDS = tuple(kind.public_name for kind in EventKind)
_SEGMENT_KINDS = tuple(kind.public_name for kind in SegmentKind)
# Days come again in every history; the calendar bounds both caches.
_day = cache(date.fromordinal)
_iso = cache(date.isoformat)


class Dealing(NamedTuple):
    """Events calculated together, in acting order, as columns for the kernel [一つの取引]."""

    events: list[Event]
    columns: Events
    agreed: AgreedRates
    delays: Delays


class Prepared(NamedTuple):
    """A history under its assumptions, ready to be folded [計算の準備]."""

    history: History
    assumptions: Assumptions
    regime: Regime
    dealings: tuple[Dealing, ...]
    as_of: date | None


class Folded(NamedTuple):
    """One dealing recalculated [計算の結果の列]."""

    sheet: Sheet
    outcome: Outcome


class Segment(NamedTuple):
    """Days charged at one rate, both ends charged [区間]."""

    from_on: date
    to_on: date
    rate_ppm: int
    kind: SegmentKind


class Row(NamedTuple):
    """One row of the statement; balances are after it [計算書の行]."""

    row: int
    event: Event
    days: int
    ceiling_ppm: int | None
    applied_rate_ppm: int | None
    segments: tuple[Segment, ...]
    interest_yen: Yen
    unpaid_interest_yen: Yen
    outstanding_principal_yen: Yen
    overpayment_yen: Yen
    overpayment_interest_row_yen: Yen
    overpayment_interest_yen: Yen

    def document(self) -> dict[str, Any]:
        """The row in its public form [公開形式]."""
        event = self.event
        return {
            "row": self.row,
            "source_row": event.source_row,
            "contract": event.contract,
            "date": _iso(event.on),
            "kind": _EVENT_KINDS[event.kind],
            "amount_yen": event.amount_yen,
            "days": self.days,
            "ceiling_ppm": self.ceiling_ppm,
            "applied_rate_ppm": self.applied_rate_ppm,
            "segments": [
                {
                    "from_on": _iso(segment.from_on),
                    "to_on": _iso(segment.to_on),
                    "rate_ppm": segment.rate_ppm,
                    "kind": _SEGMENT_KINDS[segment.kind],
                }
                for segment in self.segments
            ],
            "interest_yen": public_yen(self.interest_yen),
            "unpaid_interest_yen": public_yen(self.unpaid_interest_yen),
            "outstanding_principal_yen": public_yen(self.outstanding_principal_yen),
            "overpayment_yen": public_yen(self.overpayment_yen),
            "overpayment_interest_row_yen": public_yen(self.overpayment_interest_row_yen),
            "overpayment_interest_yen": public_yen(self.overpayment_interest_yen),
        }


class Result(NamedTuple):
    """What is owed at the end, of one contract or summed [結果]."""

    outstanding_principal_yen: Yen
    unpaid_interest_yen: Yen
    overpayment_yen: Yen
    overpayment_interest_yen: Yen
    first_overpaid_on: date | None
    ceiling_ppm: int | None

    @property
    def claim_yen(self) -> Yen:
        """Overpayment and its accrued interest, not netted against a debt [請求額]."""
        return self.overpayment_yen + self.overpayment_interest_yen

    @property
    def owed_yen(self) -> Yen:
        """What the borrower still owes [残債務]."""
        return self.outstanding_principal_yen + self.unpaid_interest_yen

    def document(self) -> dict[str, Any]:
        """The result in its public form [公開形式]."""
        first_on = self.first_overpaid_on
        return {
            "outstanding_principal_yen": public_yen(self.outstanding_principal_yen),
            "unpaid_interest_yen": public_yen(self.unpaid_interest_yen),
            "overpayment_yen": public_yen(self.overpayment_yen),
            "overpayment_interest_yen": public_yen(self.overpayment_interest_yen),
            "claim_yen": public_yen(self.claim_yen),
            "amount_in_dispute_yen": public_yen(self.overpayment_yen),
            "first_overpaid_on": None if first_on is None else first_on.isoformat(),
            "ceiling_ppm": self.ceiling_ppm,
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """A recalculated history with everything it rests on [計算書]."""

    history: History
    assumptions: Assumptions
    rows: tuple[Row, ...]
    result: Result
    contract_results: tuple[tuple[str, Result], ...]
    """Each contract's own result, under separate contracts."""
    warnings: tuple[Fault, ...]
    as_of: date | None = None

    @property
    def set_off_yen(self) -> Yen:
        """What both owe each other, set off at nominal value on the last date [相殺額]."""
        return min(self.result.claim_yen, self.result.owed_yen)

    @property
    def net_yen(self) -> Yen:
        """What the lender owes beyond what the borrower owes; negative the other way [差引]."""
        return self.result.claim_yen - self.result.owed_yen

    @property
    def amount_in_dispute_yen(self) -> int:
        """The overpayment that is sued for: after set-off, where it is set off [訴額].

        Law       民法512条の2, 489条: set-off takes interest first, then principal.
        """
        overpaid_yen = int(self.result.overpayment_yen)
        if self.assumptions.contracts is not Series.SEPARATE_SET_OFF:
            return overpaid_yen
        beyond_interest_yen = int(self.set_off_yen) - int(self.result.overpayment_interest_yen)
        return overpaid_yen - max(0, beyond_interest_yen)

    @property
    def charged_until(self) -> date:
        """The last day whose interest is in the balances [利息の計算の最終日]."""
        last_on = max(row.event.on for row in self.rows)
        spares_last_day = self.assumptions.first_day is FirstDay.LEND_IN_REPAY_OUT
        return last_on - timedelta(days=1) if spares_last_day else last_on

    def claim_beyond(self, other: Statement) -> int:
        """By how many whole yen the claim exceeds that of another statement [請求額の差]."""
        return int(self.result.claim_yen) - int(other.result.claim_yen)

    def document(self) -> dict[str, Any]:
        """The statement in its public form: the contract, section 4 [公開形式]."""
        result = self.result.document()
        if self.assumptions.contracts is not Series.JOINED:
            result["contracts"] = [
                {"contract": contract, **own.document()} for contract, own in self.contract_results
            ]
        if self.assumptions.contracts is Series.SEPARATE_SET_OFF:
            result["set_off_yen"] = public_yen(self.set_off_yen)
            result["net_yen"] = public_yen(self.net_yen)
        return {
            "schema_version": SCHEMA_VERSION,
            "engine_version": __version__,
            "input_sha256": self.history.input_sha256,
            "assumptions": self.assumptions.document(),
            "warnings": [warning.document() for warning in self.warnings],
            "rows": [row.document() for row in self.rows],
            "result": result,
        }


def public_yen(amount: Yen) -> int | str:
    """Whole yen as an integer, other values as a fraction in lowest terms in text [公開形式].

    >>> public_yen(Fraction(36690, 7)), public_yen(Fraction(14, 7))
    ('36690/7', 2)
    """
    if isinstance(amount, int):
        return amount
    if amount.denominator == 1:
        return amount.numerator
    return f"{amount.numerator}/{amount.denominator}"


def recalculate(
    history: History, assumptions: Assumptions, *, as_of: date | None = None
) -> Statement:
    """Recalculate one history [引き直し計算].

    Raises    FaultyInput with every fault of the events under these assumptions;
              InputError if `as_of` lies before the last event.
    Law       利息制限法1条; 最大判昭39.11.18, 最大判昭43.11.13; the rest by assumption.
    """
    prepared = prepare(history, assumptions, as_of=as_of)
    return assemble(prepared, [fold(dealing, prepared.regime) for dealing in prepared.dealings])


def result_of(history: History, assumptions: Assumptions, *, as_of: date | None = None) -> Result:
    """What one history comes to, without its rows: the result of `recalculate` [結果だけの計算].

    Raises    FaultyInput, InputError as `recalculate`.
    """
    prepared = prepare(history, assumptions, as_of=as_of)
    folded = [fold(dealing, prepared.regime) for dealing in prepared.dealings]
    _refuse_unagreed(prepared, folded)
    return _summed([_result(one) for one in folded])


def prepare(history: History, assumptions: Assumptions, *, as_of: date | None = None) -> Prepared:
    """A history as columns under its assumptions [計算の準備].

    Raises    FaultyInput, InputError as `recalculate`.
    """
    faults = [] if history.events else [Fault("HIS-001", file=history.file)]
    dealings = []
    if history.events and as_of is not None:
        last_on = max(event.on for event in history.events)
        if as_of < last_on:
            details = {"last": last_on.isoformat()}
            raise InputError(Fault("USE-007", excerpt=as_of.isoformat(), details=details))
    regime = assumed.regime(assumptions)
    for group in by_contract(history, assumptions.contracts) if history.events else []:
        events = in_order(group, assumptions.same_day_order)
        faults += _misplaced(events, history.file)
        faults += _before_the_law(events, assumptions, history.file)
        if as_of is not None:
            events = closed_on(events, as_of)
        dealings.append(_columns(events, assumptions))
    if faults:
        raise FaultyInput(*faults, warnings=history.warnings)
    return Prepared(history, assumptions, regime, tuple(dealings), as_of)


_FIRST_ONLY = (EventKind.OPENING, EventKind.CARRY)
_LENDS = (EventKind.BORROW, EventKind.OPENING)


def _misplaced(events: Sequence[Event], file: str | None) -> list[Fault]:
    """Openings and carried overpayments that are not the first event of their contract."""
    faults = []
    begun: set[str] = set()
    for event in events:
        if event.kind in _FIRST_ONLY and event.contract in begun:
            details = {"contract": event.contract, "kind": event.kind.public_name}
            faults.append(
                Fault(
                    "HIS-002",
                    file=file,
                    line=event.source_row,
                    column="kind",
                    excerpt=event.on.isoformat(),
                    details=details,
                )
            )
        begun.add(event.contract)
    return faults


def _before_the_law(
    events: Sequence[Event], assumptions: Assumptions, file: str | None
) -> list[Fault]:
    """Advances of a time for which no ceiling is known."""
    if assumptions.ceiling_rule is CeilingRule.NONE:
        return []
    known_from = assumed.ceilings_known_from()
    return [
        Fault(
            "HIS-003",
            file=file,
            line=event.source_row,
            column="date",
            excerpt=event.on.isoformat(),
            details={"first": known_from.isoformat()},
        )
        for event in events
        if event.on < known_from and event.kind in _LENDS
    ]


def _columns(events: list[Event], assumptions: Assumptions) -> Dealing:
    amounts = [event.amount_yen for event in events]
    if assumptions.opening_balance is OpeningBalance.ZERO:
        for at, event in enumerate(events):
            if event.kind is EventKind.OPENING:
                amounts[at] = 0
    columns = Events(
        [int(event.kind) for event in events],
        [event.on.toordinal() for event in events],
        amounts,
        [event.carried_interest_yen for event in events],
        [_arose_on(event) for event in events],
    )
    return Dealing(events, columns, _agreed_rates(events, assumptions), _delays(assumptions))


def _arose_on(event: Event) -> int:
    if event.kind is not EventKind.CARRY:
        return NEVER
    return (event.arose_on or event.on).toordinal()


def _agreed_rates(events: Sequence[Event], assumptions: Assumptions) -> AgreedRates:
    """One time line of `contract_rates` and the rates on events.

    A dated rate governs its own day; the rate of an event governs the days charged after it. On
    the same date the event wins. The first entry stands for "none agreed yet".
    """
    first_after_event = 0 if assumptions.first_day is FirstDay.LEND_IN_REPAY_OUT else 1
    entries = [
        (rate.from_on.toordinal(), 0, rate.from_on.toordinal(), rate.rate_ppm)
        for rate in assumptions.contract_rates
    ]
    entries += [
        (event.on.toordinal(), 1, event.on.toordinal() + first_after_event, event.rate_ppm)
        for event in events
        if event.rate_ppm is not None
    ]
    entries.sort(key=lambda entry: entry[:2])
    stated_on, governs_from, ppm = [NEVER], [NEVER], [NO_RATE]
    for stated, _, governs, rate_ppm in entries:
        if rate_ppm != ppm[-1]:
            stated_on.append(stated)
            governs_from.append(governs)
            ppm.append(rate_ppm)
    return AgreedRates(stated_on, governs_from, ppm)


def _delays(assumptions: Assumptions) -> Delays:
    periods = assumptions.delay_periods
    return Delays(
        [period.from_on.toordinal() for period in periods],
        [(period.to_on or date.max).toordinal() for period in periods],
        [
            NO_RATE if period.contract_rate_ppm is None else period.contract_rate_ppm
            for period in periods
        ],
    )


def fold(dealing: Dealing, regime: Regime) -> Folded:
    """One dealing through the interpreted kernel: any size, any assumption [計算]."""
    count = len(dealing.events)
    sheet = blank_sheet(count)
    cursor = Cursor(0, len(dealing.agreed.ppm), 0, len(dealing.delays.ppm))
    terms = Terms(
        regime, assumed.brackets(), assumed.damages_caps(), dealing.agreed, dealing.delays
    )
    outcome = fold_rows(Place(0, count, 0), dealing.columns, cursor, terms, sheet)
    return Folded(sheet, outcome)


def fold_many(prepared: Sequence[Prepared]) -> list[list[Folded]]:
    """The dealings of many histories, compiled where that is exact, else interpreted [一括計算].

    Shapes    one list of folds a history, in the order of its dealings.
    Raises    ImportError where the compiled extra is not installed.
    """
    from motocho.claims import _block  # noqa: PLC0415  # numba is slow to import, and an extra

    block = _block.Block()
    folds: list[list[Folded | int]] = []
    for one in prepared:
        folds_of: list[Folded | int] = []
        for dealing in one.dealings:
            at = block.add(dealing.columns, dealing.agreed, dealing.delays, one.regime)
            folds_of.append(fold(dealing, one.regime) if at is None else at)
        folds.append(folds_of)
    folded = [Folded(*one) for one in block.folded()]
    return [[folded[one] if isinstance(one, int) else one for one in of] for of in folds]


def assemble(prepared: Prepared, folded: Sequence[Folded]) -> Statement:
    """The statement of folded dealings [計算書の組立て].

    Raises    FaultyInput if a day bore debt while no rate was agreed.
    """
    history, assumptions = prepared.history, prepared.assumptions
    _refuse_unagreed(prepared, folded)
    rows_of = [_rows(dealing, one) for dealing, one in zip(prepared.dealings, folded, strict=True)]
    results = [_result(one) for one in folded]
    contract_results: tuple[tuple[str, Result], ...] = ()
    if assumptions.contracts is not Series.JOINED:
        contract_results = tuple(zip(history.contracts(), results, strict=True))
    rows = rows_of[0]
    if len(rows_of) > 1:
        merged = [row for rows in rows_of for row in rows]
        merged.sort(key=lambda row: row.event.on)  # stable: ties by first appearance
        rows = [row._replace(row=number) for number, row in enumerate(merged, start=1)]
    statement = Statement(
        history, assumptions, tuple(rows), _summed(results), contract_results, (), prepared.as_of
    )
    return replace(statement, warnings=history.warnings + _warnings(statement))


def _warnings(statement: Statement) -> tuple[Fault, ...]:
    """What a reader of the statement must be told beside its numbers."""
    history, assumptions, result = statement.history, statement.assumptions, statement.result
    dealt_on = [event.on for event in history.events if event.kind is not EventKind.CLOSING]
    last_on = statement.rows[-1].event.on
    found = [
        *_findings.overpayment_rate(assumptions, result.first_overpaid_on, last_on),
        *_findings.unverified_law(assumptions),
    ]
    if result.overpayment_yen > 0 and dealt_on:
        found += _findings.time_bar(max(dealt_on), result.first_overpaid_on, last_on)
        found += _findings.beyond_scrivener(int(result.overpayment_yen), last_on)
    contracts = history.contracts()
    if len(contracts) > 1:
        other = Series.SEPARATE if assumptions.contracts is Series.JOINED else Series.JOINED
        found += _other_series(statement, other)
    if assumptions.contracts is Series.SEPARATE_SET_OFF:
        ends = {row.event.contract: row.event.on for row in statement.rows}
        found += _findings.ends_apart(ends, last_on)
    return tuple(fault.within(history.file) for fault in found)


def _other_series(statement: Statement, series: Series) -> list[Fault]:
    """OVER-002: the net under the other answer to "one dealing or several?"."""
    instead = replace(statement.assumptions, contracts=series)
    try:
        prepared = prepare(statement.history, instead, as_of=statement.as_of)
    except FaultyInput:
        return []
    folds = [fold(dealing, prepared.regime) for dealing in prepared.dealings]
    if any(one.outcome.unagreed_on != NEVER for one in folds):
        return []
    other = _summed([_result(one) for one in folds])
    return _findings.other_series(
        statement.assumptions.contracts,
        contracts=len(statement.history.contracts()),
        net_yen=statement.net_yen,
        other_yen=other.claim_yen - other.owed_yen,
    )


def _refuse_unagreed(prepared: Prepared, folded: Sequence[Folded]) -> None:
    history = prepared.history
    faults = [
        _unagreed(dealing, one.outcome, history.file)
        for dealing, one in zip(prepared.dealings, folded, strict=True)
        if one.outcome.unagreed_on != NEVER
    ]
    if faults:
        raise FaultyInput(*faults, warnings=history.warnings)


def _unagreed(dealing: Dealing, outcome: Outcome, file: str | None) -> Fault:
    event = dealing.events[outcome.unagreed_row]
    return Fault(
        "HIS-004",
        file=file,
        line=event.source_row,
        column="rate",
        excerpt=date.fromordinal(outcome.unagreed_on).isoformat(),
        details={"contract": event.contract},
    )


def _rows(dealing: Dealing, folded: Folded) -> list[Row]:
    sheet = folded.sheet
    segments: list[tuple[Segment, ...]] = [()] * len(dealing.events)
    for at, piece in sheet.pieces:
        segments[at] += (_segment(piece),)
    on = dealing.columns.on
    return [
        Row(*values)
        for values in zip(
            range(1, len(on) + 1),
            dealing.events,
            map(sub, on, (on[0], *on)),
            [None if ppm == NO_RATE else ppm for ppm in sheet.ceiling_ppm],
            [None if ppm == NO_RATE else ppm for ppm in sheet.applied_ppm],
            segments,
            sheet.interest_yen,
            sheet.unpaid_interest_yen,
            sheet.principal_yen,
            sheet.overpayment_yen,
            sheet.earned_yen,
            sheet.overpayment_interest_yen,
            strict=True,
        )
    ]


_KINDS = tuple(SegmentKind)


def _segment(piece: Piece) -> Segment:
    first, last, rate_ppm, kind = piece
    return Segment(_day(first), _day(last), rate_ppm, _KINDS[kind])


def _result(folded: Folded) -> Result:
    sheet, first_on = folded.sheet, folded.outcome.first_overpaid_on
    ceiling_ppm = sheet.ceiling_ppm[-1]
    return Result(
        sheet.principal_yen[-1],
        sheet.unpaid_interest_yen[-1],
        sheet.overpayment_yen[-1],
        sheet.overpayment_interest_yen[-1],
        None if first_on == NEVER else date.fromordinal(first_on),
        None if ceiling_ppm == NO_RATE else ceiling_ppm,
    )


def _summed(results: Sequence[Result]) -> Result:
    """The sum over contracts; the ceiling only where all agree on it."""
    ensure(results, "a statement has at least one dealing")
    first = [result.first_overpaid_on for result in results if result.first_overpaid_on]
    ceilings = {result.ceiling_ppm for result in results}
    return Result(
        sum(result.outstanding_principal_yen for result in results),
        sum(result.unpaid_interest_yen for result in results),
        sum(result.overpayment_yen for result in results),
        sum(result.overpayment_interest_yen for result in results),
        min(first, default=None),
        ceilings.pop() if len(ceilings) == 1 else None,
    )
