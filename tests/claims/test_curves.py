"""The picture says what the statement says: its lines are read back into the same yen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from tests.claims.lender import make
from tests.claims.test_radar import lines_of, read

from motocho.claims import curves
from motocho.claims.assumptions import Assumptions
from motocho.claims.curves import BOTTOM, LEFT, MOST_POINTS, RIGHT, TOP, Curve, curve_of
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import Series

STEP = re.compile(r"H(-?\d+)V(-?\d+)")


def statement_of(seed: str, rows: int = 80, **assumed: object) -> Statement:
    history = read(lines_of(make(Random(seed), rows=rows, rate=Fraction(292, 1000)).rows))
    return recalculate(history, replace(Assumptions(), **assumed))  # type: ignore[arg-type]


def drawn(statement: Statement) -> Curve:
    curve = curve_of(statement)
    assert curve is not None
    return curve


def corners(path: str) -> list[tuple[int, int]]:
    start = re.match(r"M(\d+) (-?\d+)", path)
    assert start
    return [(int(start[1]), int(start[2])), *((int(x), int(y)) for x, y in STEP.findall(path))]


def yen_at(curve: Curve, y: int) -> int:
    """An ordinate read back by the picture's own lowest and highest tick."""
    low, high = curve.ticks[0], curve.ticks[-1]
    return low.amount_yen + (low.y - y) * (high.amount_yen - low.amount_yen) // (low.y - high.y)


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_lines_are_the_balances_of_the_statement(seed: str) -> None:
    """Another way: the public rows of the statement, and ordinates read back by the ticks."""
    statement = statement_of(seed)
    curve = drawn(statement)
    span = curve.ticks[-1].amount_yen - curve.ticks[0].amount_yen
    unit = span // (BOTTOM - TOP) + 1
    documents = statement.document()["rows"]
    assert len(corners(curve.own)) == len(documents)
    for (x, y), document, place in zip(corners(curve.own), documents, curve.places, strict=True):
        owed = document["outstanding_principal_yen"] + document["unpaid_interest_yen"]
        balance = owed - document["overpayment_yen"]
        assert place.own_yen == balance
        assert abs(yen_at(curve, y) - balance) <= 2 * unit
        assert LEFT <= x <= RIGHT
    printed = [event.lender_balance_yen for event in statement.history.events]
    assert [place.lender_yen for place in curve.places] == printed
    assert all(place.apart_yen == (place.lender_yen or 0) - place.own_yen for place in curve.places)


def test_area_below_zero_is_there_where_money_is_overpaid() -> None:
    for seed in ("one", "two", "three", "four", "five"):
        statement = statement_of(seed, rows=120)
        curve = drawn(statement)
        overpaid = any(row.overpayment_yen for row in statement.rows)
        assert bool(curve.overpaid) == overpaid
        if overpaid:
            assert curve.overpaid.endswith(f"V{curve.zero_y}Z")
            first = next(row.event.on for row in statement.rows if row.overpayment_yen)
            assert curve.overpaid_first == first == statement.result.first_overpaid_on
            assert all(y >= curve.zero_y for _, y in corners("M0 999" + curve.overpaid)[1:])
        assert (curve.overpaid_from is not None) == (statement.result.overpayment_yen > 0)


def test_contracts_apart_are_summed_and_their_beginnings_are_splits() -> None:
    history = read(lines_of(make(Random("apart"), rows=60).rows))
    events = tuple(
        event._replace(contract="1" if at < 30 else "2") for at, event in enumerate(history.events)
    )
    statement = recalculate(
        replace(history, events=events), replace(Assumptions(), contracts=Series.SEPARATE)
    )
    curve = drawn(statement)
    (split,) = curve.splits
    assert split.row.event == events[30]
    result = statement.result
    assert curve.last.own_yen == int(result.owed_yen - result.overpayment_yen)
    assert curve.last.lender_yen == events[-1].lender_balance_yen


def test_long_history_keeps_its_heights_in_few_points() -> None:
    statement = statement_of("long", rows=600)
    events = statement.history.events
    many = recalculate(
        replace(statement.history, events=tuple(event for event in events for _ in range(5))),
        Assumptions(),
    )
    assert len(many.rows) == 3_000
    curve = drawn(many)
    assert curve.points <= MOST_POINTS
    ordinates = [y for _, y in corners(curve.own)]
    balances = [place.own_yen for place in curve.places]
    span = (curve.ticks[-1].amount_yen - curve.ticks[0].amount_yen) // (BOTTOM - TOP) + 1
    assert abs(yen_at(curve, min(ordinates)) - max(balances)) <= 2 * span
    assert abs(yen_at(curve, max(ordinates)) - min(balances)) <= 2 * span
    assert len(curve.markers) < 10_000


def test_picture_of_one_day_and_of_nothing() -> None:
    history = read(lines_of(make(Random("one row"), rows=1, rate=Fraction(1, 5)).rows))
    curve = drawn(recalculate(history, Assumptions()))
    assert curve.own.startswith(f"M{LEFT} ")
    assert curve.overpaid == ""
    assert [year.year for year in curve.years] == [history.events[0].on.year]
    empty = replace(recalculate(history, Assumptions()), rows=(), history=History(()))
    assert curve_of(empty) is None


def test_ticks_stand_apart_and_zero_is_one_of_them() -> None:
    for rows in (2, 10, 90):
        curve = drawn(statement_of(f"ticks {rows}", rows=rows))
        assert 2 <= len(curve.ticks) <= 9
        assert (curve.zero_y, 0) in curve.ticks
        assert len(curve.years) <= 13
        assert min(place.row.event.on for place in curve.places) > date(1984, 12, 31)
        assert curves.HEIGHT > BOTTOM
