"""A block of agreements recalculated: columns in, columns out [束の計算].

`recalculate_block` is the whole calculation of a portfolio run. It reads no file and keeps nothing,
so that a loop, a pool of processes and a cluster give the same for the same block. Agreements that
compiled code does not take go one by one through `claims.statement.recalculate`, whose result or
faults are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import DEFAULT_CONTRACT, Event, History
from motocho.claims.statement import Result, recalculate
from motocho.kernel.conventions import (
    EventKind,
)
from motocho.kernel.recalculation import (
    NEVER,
    NO_RATE,
)
from motocho.law import prescription
from motocho.law.prescription import RestitutionClaim
from motocho.law.tables import table
from motocho.office.portfolio import _folding as folding
from motocho.office.portfolio import columns
from motocho.office.portfolio.conventions import Conventions
from motocho.units.errors import Fault, FaultyInput, Language, MotochoError
from motocho.units.money import MAX_AMOUNT_YEN, MAX_RATE_PPM, rate_fraction_text

MAX_YEN = 2**62 - 1
"""Largest result that a column takes."""


class Recalculated(NamedTuple):
    """A block's agreements, and what is wrong with those that have no result [束の結果]."""

    found: pa.RecordBatch
    faults: pa.RecordBatch
    by_hand: int
    """Agreements that went the interpreted way, those with faults among them."""
    names: pa.Array
    """Every agreement in the order of the lines, those with faults among them."""


class _Faulty(NamedTuple):
    """An agreement's name and its faults."""

    name: Any
    faults: Sequence[Fault]


def recalculate_block(lines: pa.RecordBatch, conventions: Conventions) -> Recalculated:
    """Whole agreements recalculated [束の計算].

    Takes     lines with `columns.REQUIRED`; those of an agreement stand together.
    Gives     a line an agreement in the order of their first lines; faults in the same order.
    Exact     the result of each is that of `claims.statement.recalculate`.
    """
    block = columns.block_of(lines)
    found = _found_for(len(block.names))
    # Whoever only plans a run, or reads what it found, does not wait for numba.
    from motocho.office.portfolio import _compiling  # noqa: PLC0415

    _compiling.fold(block.lines, conventions, found)
    found.state[columns.nameless(block.names)] = folding.BY_HAND
    found.state[_before_the_law(found)] = folding.BY_HAND
    by_hand = np.flatnonzero(found.state == folding.BY_HAND)
    wrong = {}
    for agreement in map(int, by_hand):
        faults = _by_hand(block, agreement, conventions, found)
        if faults:
            wrong[agreement] = _Faulty(block.names[agreement].as_py(), faults)
    if not wrong:
        return Recalculated(*_written(block, found, []), len(by_hand), block.names)
    kept = np.ones(len(block.names), dtype=bool)
    kept[list(wrong)] = False
    chosen = pa.array(kept)
    named = columns.Block(
        block.names.filter(chosen), block.products.filter(chosen), block.contracts, block.lines
    )
    own = folding.Found(*(column[kept] for column in found))
    written = _written(named, own, list(wrong.values()))
    return Recalculated(*written, len(by_hand), block.names)


def _found_for(count: int) -> folding.Found:
    state = np.full(count, folding.BY_HAND, dtype=np.int64)
    return folding.Found(state, *(np.zeros(count, np.int64) for _ in folding.Found._fields[1:]))


def warm() -> None:
    """Load the compiled loop and the law it needs, by one agreement of one line [事前読込み]."""
    line = {
        columns.AGREEMENT: pa.array([1], pa.int64()),
        "on": pa.array([date(2000, 1, 1)], pa.date32()),
        "kind": pa.array(["repay"]),
        "amount_yen": pa.array([1], pa.int64()),
    }
    recalculate_block(pa.RecordBatch.from_pydict(line), Conventions())


# --------------------------------------------------------------------------------------- by hand
def _by_hand(
    block: columns.Block, agreement: int, conventions: Conventions, found: folding.Found
) -> list[Fault]:
    """One agreement through the interpreted path, its result into `found`; or its faults."""
    name = block.names[agreement].as_py()
    if name in {columns.NO_NUMBER, columns.NO_TEXT}:
        return [Fault("PFO-017", column=columns.AGREEMENT)]
    try:
        history, assumptions = _history(block, agreement, conventions.assumptions)
        result = recalculate(history, assumptions, as_of=conventions.as_of).result
    except MotochoError as error:
        return list(error.faults)
    numbers = [int(value) for value in result[:4]]
    if max(numbers) > MAX_YEN:
        return [Fault("PFO-016", excerpt=str(max(numbers)), details={"limit": str(MAX_YEN)})]
    _put(result, history, agreement, found)
    return []


def _put(result: Result, history: History, agreement: int, found: folding.Found) -> None:
    days = [event.on for event in history.events]
    dealt = [event.on for event in history.events if event.kind is not EventKind.CLOSING]
    found.first_on[agreement] = min(days).toordinal()
    found.last_dealt_on[agreement] = max(dealt).toordinal() if dealt else NEVER
    found.principal_yen[agreement] = result.outstanding_principal_yen
    found.unpaid_interest_yen[agreement] = result.unpaid_interest_yen
    found.overpayment_yen[agreement] = result.overpayment_yen
    found.overpayment_interest_yen[agreement] = result.overpayment_interest_yen
    found.ceiling_ppm[agreement] = NO_RATE if result.ceiling_ppm is None else result.ceiling_ppm
    first_on = result.first_overpaid_on
    found.first_overpaid_on[agreement] = NEVER if first_on is None else first_on.toordinal()


class _Line(NamedTuple):
    """One line of an agreement as it was read; what was left out is None."""

    row: int
    kind: int
    on: date | None
    amount_yen: int
    rate_ppm: int | None
    contract: str
    carried_interest_yen: int
    arose_on: date | None
    until_on: date | None


def _history(
    block: columns.Block, agreement: int, assumptions: Assumptions
) -> tuple[History, Assumptions]:
    """An agreement as the history and the assumptions that it stands for.

    Raises    FaultyInput with every fault of its lines.
    """
    own = list(_lines(block, agreement))
    faults = [fault for line in own for fault in _faults(line)]
    if faults:
        raise FaultyInput(*faults)
    events = tuple(_event(line) for line in own if line.kind <= EventKind.CLOSING)
    stated: dict[str, Any] = {}
    if rates := [line for line in own if line.kind == folding.RATE_LINE]:
        stated["contract_rates"] = [
            [str(line.on), rate_fraction_text(line.rate_ppm or 0)] for line in rates
        ]
    if delays := [line for line in own if line.kind == folding.DELAY_LINE]:
        stated["delay_periods"] = [_period(line) for line in delays]
    read = assumed.read(stated, onto=assumptions)
    if read.faults:
        raise FaultyInput(*read.faults)
    return History(events), read.assumptions


def _lines(block: columns.Block, agreement: int) -> Iterable[_Line]:
    lines = block.lines
    first, stop = int(lines.starts[agreement]), int(lines.starts[agreement + 1])
    for at in range(first, stop):
        code = int(lines.kind_at[at])
        contract = int(lines.contract_at[at]) if len(lines.contract_at) else None
        rate_ppm = _at(lines.rate_ppm, at, NO_RATE)
        yield _Line(
            row=at - first + 1,
            kind=folding.UNKNOWN if code < 0 else int(lines.kind_of[code]),
            on=_day(lines.on, at),
            amount_yen=int(lines.amount_yen[at]),
            rate_ppm=None if rate_ppm == NO_RATE else rate_ppm,
            contract=DEFAULT_CONTRACT if contract is None else block.contracts[contract],
            carried_interest_yen=_at(lines.carried_interest_yen, at, 0),
            arose_on=_day(lines.arose_on, at),
            until_on=_day(lines.until_on, at),
        )


def _at(column: Any, at: int, instead: int) -> int:
    return int(column[at]) if len(column) else instead


def _day(column: Any, at: int) -> date | None:
    """A day; None where it is left out, `date.min` where it is none that is read."""
    if not len(column) or column[at] == folding.NULL_DAY:
        return None
    ordinal = int(column[at]) + folding.EPOCH
    if not folding.FIRST_DAY <= ordinal <= folding.LAST_DAY:
        return date.min
    return date.fromordinal(ordinal)


def _faults(line: _Line) -> list[Fault]:
    """What is wrong with a line by itself."""

    def fault(code: str, column: str, excerpt: str = "") -> Fault:
        details = {"known": ", ".join(columns.KINDS), "limit": str(MAX_AMOUNT_YEN)}
        return Fault(code, line=line.row, column=column, excerpt=excerpt, details=details)

    found = []
    if line.kind == folding.UNKNOWN:
        return [fault("PFO-010", "kind")]
    if line.on in {None, date.min}:
        found.append(fault("PFO-011", "on"))
    found += [
        fault("PFO-011", name)
        for name, on in (("arose_on", line.arose_on), ("until_on", line.until_on))
        if on == date.min and _uses(line, name)
    ]
    if line.rate_ppm is not None and not 0 <= line.rate_ppm <= MAX_RATE_PPM:
        found.append(fault("PFO-013", "rate_ppm", str(line.rate_ppm)))
    if line.kind == folding.RATE_LINE and line.rate_ppm is None:
        found.append(fault("PFO-014", "rate_ppm"))
    if line.kind <= EventKind.CARRY or line.kind in {EventKind.BORROW, EventKind.REPAY}:
        if not 0 <= line.amount_yen <= MAX_AMOUNT_YEN:
            found.append(fault("PFO-012", "amount_yen", str(line.amount_yen)))
    elif line.kind == EventKind.CLOSING and line.amount_yen > 0:
        found.append(fault("PFO-015", "amount_yen", str(line.amount_yen)))
    carried_yen = line.carried_interest_yen
    if line.kind == EventKind.CARRY and not 0 <= carried_yen <= MAX_AMOUNT_YEN:
        found.append(fault("PFO-012", "carried_interest_yen", str(carried_yen)))
    return found


def _uses(line: _Line, name: str) -> bool:
    return line.kind == (EventKind.CARRY if name == "arose_on" else folding.DELAY_LINE)


def _event(line: _Line) -> Event:
    is_carry = line.kind == EventKind.CARRY
    return Event(
        on=line.on or date.min,
        kind=EventKind(line.kind),
        amount_yen=max(line.amount_yen, 0),
        rate_ppm=line.rate_ppm,
        contract=line.contract,
        carried_interest_yen=line.carried_interest_yen if is_carry else 0,
        arose_on=line.arose_on if is_carry else None,
        source_row=line.row,
    )


def _period(line: _Line) -> dict[str, Any]:
    period: dict[str, Any] = {
        "from_on": str(line.on),
        "to_on": None if line.until_on is None else str(line.until_on),
    }
    if line.rate_ppm is not None:
        period["contract_rate"] = rate_fraction_text(line.rate_ppm)
    return period


# ------------------------------------------------------------------------------------ columns out
def _written(
    block: columns.Block, found: folding.Found, faulty: Sequence[_Faulty]
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    schema = columns.schemas(block.names.type)
    claim_yen = found.overpayment_yen + found.overpayment_interest_yen
    batch_out = pa.RecordBatch.from_arrays(
        [
            block.names,
            block.products,
            _days_out(found.first_on),
            _days_out(found.last_dealt_on),
            pa.array(found.principal_yen),
            pa.array(found.unpaid_interest_yen),
            pa.array(found.overpayment_yen),
            pa.array(found.overpayment_interest_yen),
            pa.array(claim_yen),
            _days_out(found.first_overpaid_on),
            pa.array(found.ceiling_ppm, mask=found.ceiling_ppm == NO_RATE).cast(pa.int32()),
            _days_out(_barred_after(found)),
        ],
        schema=schema.found,
    )
    rows = [_fault_row(one.name, fault) for one in faulty for fault in one.faults]
    return batch_out, pa.RecordBatch.from_pylist(rows, schema=schema.faults)


def _fault_row(name: Any, fault: Fault) -> dict[str, Any]:
    is_named = name not in {columns.NO_NUMBER, columns.NO_TEXT}
    return {
        columns.AGREEMENT: name if is_named else None,
        "code": fault.code,
        "column": fault.column,
        "excerpt": fault.excerpt,
        "row": fault.line,
        "what_ja": fault.what(Language.JA),
        "fix_ja": fault.fix(Language.JA),
        "what_en": fault.what(Language.EN),
        "fix_en": fault.fix(Language.EN),
    }


def _days_out(ordinals: Any) -> pa.Array:
    days = (ordinals - folding.EPOCH).astype(np.int32)
    return pa.array(days, mask=ordinals == NEVER).view(pa.date32())


def _before_the_law(found: folding.Found) -> Any:
    """Overpayments of a time for which no period of prescription is known: a gap of the law."""
    is_early = (found.first_overpaid_on != NEVER) & (
        found.first_overpaid_on < _prescription_from()[0]
    )
    return is_early & (found.overpayment_yen > 0)


def _barred_after(found: folding.Found) -> Any:
    """The last day on which each claim is free of prescription; NEVER where nothing is claimed."""
    claimed = np.flatnonzero((found.overpayment_yen > 0) & (found.last_dealt_on != NEVER))
    starts = _prescription_from()
    ended_on = found.last_dealt_on[claimed]
    arose_on = found.first_overpaid_on[claimed]
    step = np.searchsorted(starts, arose_on, side="right")
    pairs, places = np.unique(ended_on * len(starts) * 2 + step, return_inverse=True)
    firsts = np.zeros(len(pairs), np.int64)
    firsts[places] = np.arange(len(claimed))
    last = [_last_free_day(int(ended_on[at]), int(arose_on[at])) for at in firsts]
    barred = np.zeros(len(found.state), np.int64)
    barred[claimed] = np.array(last, np.int64)[places] if last else 0
    return barred


@cache
def _prescription_from() -> Any:
    rows = table("prescription.from_possible").rows
    return np.array([row.from_on.toordinal() for row in rows], dtype=np.int64)


@cache
def _last_free_day(ended_on: int, arose_on: int) -> int:
    claim = RestitutionClaim(date.fromordinal(ended_on), date.fromordinal(arose_on))
    return prescription.prescription_completes_on(claim).completes_on.toordinal()
