"""A loan's life as the 取引履歴 that a court would recalculate.

What such a history can say is said: draws, and receipts as far as they paid interest, damages and
principal (costs and held money are no part of it); an event that only ends a row is a closing.
The rates of each day and the days of delay are stated as the loan had them; free days and days of a
rest are days of an agreed rate of 0. Waivers, write-offs and transfers have no words there: a life
is told up to the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from tests import lending_oracle as oracle
from tests.claims.cases import case
from tests.lending_lives import Life, events_of
from tests.lending_twin import event_of, opened, rules_of

from motocho.kernel.revolving import (
    Departure,
    Draw,
    ExcessUsed,
    NewArrangement,
    NewTerms,
    Piece,
    PieceKind,
    Receipt,
    Rules,
    Step,
    Waiver,
    WriteOff,
    apply,
    pieces,
)

LOWEST_CEILING_PPM, DAMAGES_CEILING_PPM = 150_000, 200_000


class Told(NamedTuple):
    """One row of the history, the step it tells, and whether both rates were charged in it."""

    event: dict[str, Any]
    step: Step
    is_mixed: bool


def lawful(life: Life) -> Life:
    """The life at rates no court would lower, counted as the courts count."""

    def capped(terms: oracle.Terms) -> oracle.Terms:
        return replace(
            terms,
            rate_ppm=min(terms.rate_ppm, LOWEST_CEILING_PPM),
            damages_ppm=min(terms.damages_ppm, DAMAGES_CEILING_PPM),
        )

    deeds = (
        deed if deed.terms is None else deed._replace(terms=capped(deed.terms))
        for deed in life.deeds
    )
    rules = replace(life.rules, fractions=oracle.EACH_ROW, damages_base=oracle.BALANCE)
    return life._replace(terms=capped(life.terms), deeds=tuple(deeds), rules=rules)


def steps_of(life: Life, rules: Rules) -> Iterator[tuple[Step, tuple[Piece, ...]]]:
    """Each step with the days that passed before it."""
    state = opened(life)
    for event in map(event_of, events_of(life)):
        last = event.on - 1 if isinstance(event, NewTerms) else event.on
        passed = pieces(state, last, rules)
        step = apply(state, event, rules)
        yield step, passed
        state = step.state


def told(life: Life) -> tuple[list[Told], dict[str, Any]]:
    """The rows of the history, and the case document for the recalculation."""
    rows: list[Told] = []
    row_of: list[Piece] = []
    passed: list[Piece] = []
    for step, found in steps_of(life, rules_of(life.rules)):
        event = step.event
        if isinstance(event, Waiver | WriteOff | Departure):
            break
        passed += found
        row_of += found
        if isinstance(event, NewTerms | NewArrangement):
            continue
        kinds = {piece.kind for piece in row_of if piece.rate_ppm}
        rows.append(Told(_row(step), step, len(kinds) > 1))
        row_of = []
    rates, delays = _rates(passed), _delays(passed)
    document = case([row.event for row in rows], contract_rates=rates, delay_periods=delays)
    return rows, document


def _row(step: Step) -> dict[str, Any]:
    event, on = step.event, date.fromordinal(step.event.on).isoformat()
    if isinstance(event, Draw):
        return {"date": on, "kind": "borrow", "amount": event.amount_yen}
    if isinstance(event, Receipt | ExcessUsed):
        amount_yen = step.to_damages_yen + step.to_interest_yen + step.to_principal_yen
        return {"date": on, "kind": "repay", "amount": amount_yen}
    return {"date": on, "kind": "closing", "amount": 0}


def _rates(passed: list[Piece]) -> list[list[str]]:
    """The agreed rate of each day that bore one, by the days from which it holds."""
    rates = {date(1990, 1, 1).toordinal(): 0}
    rates |= {
        piece.first: piece.rate_ppm for piece in passed if piece.kind is not PieceKind.DAMAGES
    }
    return [[date.fromordinal(on).isoformat(), _rate(ppm)] for on, ppm in sorted(rates.items())]


def _delays(passed: list[Piece]) -> list[dict[str, str]]:
    return [
        {
            "from_on": date.fromordinal(piece.first).isoformat(),
            "to_on": date.fromordinal(piece.last).isoformat(),
            "contract_rate": _rate(piece.rate_ppm),
        }
        for piece in passed
        if piece.kind is PieceKind.DAMAGES
    ]


def _rate(ppm: int) -> str:
    return f"{ppm // 1_000_000}.{ppm % 1_000_000:06d}"
