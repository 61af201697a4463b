"""Why another tool gives another total: the conventions that give theirs [他の計算との照合].

Given only the other side's total, switches are turned one by one, then two by two, and each result
that is theirs to the yen is told. With their sheet, `claims.scenarios.differ` says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.layouts import describe
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import (
    BracketBase,
    CeilingRule,
    Convention,
    FirstDay,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    Series,
    YearBasis,
)
from motocho.units.errors import FaultyInput, Language

_TURNED: tuple[tuple[str, tuple[Convention, ...]], ...] = (
    ("year_basis", tuple(YearBasis)),
    ("first_day", tuple(FirstDay)),
    ("overpayment_appropriation", tuple(OverpaymentAppropriation)),
    ("overpayment_rate_rule", tuple(OverpaymentRateRule)),
    ("ceiling_rule", (CeilingRule.RATCHET, CeilingRule.FIRST, CeilingRule.FLOATING)),
    ("bracket_base", tuple(BracketBase)),
    ("rounding", (Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEIL)),
    ("opening_balance", tuple(OpeningBalance)),
    ("contracts", (Series.JOINED, Series.SEPARATE)),
)
MOST_FOUND = 8
MOST_ROWS_FOR_PAIRS = 700
"""Longer histories are tried with one switch at a time."""


@dataclass(frozen=True, slots=True)
class Match:
    """A set of conventions that gives their total [一致した約束ごと]."""

    changes: tuple[tuple[str, str], ...]
    """Label and value of each switch that was turned."""
    total_yen: int
    means: str
    """claim or overpayment: which of our figures theirs is."""


def matches(
    history: History, assumptions: Assumptions, their_yen: int, as_of: date | None = None
) -> tuple[Match, ...]:
    """The conventions under which we come to their total, the fewest changes first [照合].

    Takes     `their_yen`: their claim with interest, or their overpayment alone.
    """
    found: list[Match] = []
    for changes in _trials(assumptions, len(history.events)):
        turned = replace(assumptions, **changes)
        statement = _tried(history, turned, as_of)
        means = "" if statement is None else _meant(statement, their_yen)
        if means:
            found.append(Match(_said(turned, changes), their_yen, means))
        if len(found) >= MOST_FOUND or (found and not changes):
            break
    return tuple(found)


def _trials(assumptions: Assumptions, rows: int) -> Iterator[dict[str, Any]]:
    single = [
        (key, value)
        for key, values in _TURNED
        for value in values
        if value is not getattr(assumptions, key)
    ]
    yield {}
    yield from ({key: value} for key, value in single)
    if rows <= MOST_ROWS_FOR_PAIRS:
        for (key, value), (other, second) in combinations(single, 2):
            if key != other:
                yield {key: value, other: second}


def _tried(history: History, assumptions: Assumptions, as_of: date | None) -> Statement | None:
    try:
        return recalculate(history, assumptions, as_of=as_of)
    except FaultyInput:
        return None  # some switches do not go together: that is no match


def _meant(statement: Statement, their_yen: int) -> str:
    if statement.result.claim_yen == their_yen:
        return "claim"
    return "overpayment" if statement.result.overpayment_yen == their_yen else ""


def _said(turned: Assumptions, changes: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    keys = list(turned.document())
    described = dict(zip(keys, describe(turned, Language.JA), strict=True))
    return tuple((described[key].label, described[key].text) for key in changes)
