"""What holds for every life of a revolving loan, and the two other ways to the same yen."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.claims.cases import rows_of
from tests.kernel.histories import lawful, steps_of, told
from tests.lending_lives import Life, events_of, lives, random_life
from tests.lending_twin import differences, event_of, opened, rules_of

from motocho.kernel.accrual import TICKS_PER_YEN, accrue, span_between
from motocho.kernel.conventions import YearBasis
from motocho.kernel.revolving import (
    Cost,
    Departure,
    Draw,
    ExcessUsed,
    NewArrangement,
    NewTerms,
    Piece,
    PieceKind,
    Receipt,
    Refund,
    State,
    Step,
    Waiver,
    advance,
    fold,
    payoff_yen,
)

SAMPLE, LONG = 800, 20_000
"""Random lives held against the oracle: in every run, and in `./run long`."""
RECALCULATED, LONG_RECALCULATED = 120, 4_000
BLOCKS = 4
SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
TOGETHER = ("costs_yen", "damages_yen", "interest_yen", "principal_yen", "written_off_yen")


def debt_yen(state: State) -> int:
    """All that is owed and cut."""
    return sum(getattr(state, name) for name in TOGETHER)


def paid_yen(step: Step) -> int:
    return sum(getattr(step, f"to_{name}") for name in TOGETHER)


# ------------------------------------------------------------------------- the second way: day by day
def held_against_the_oracle(seeds: range) -> list[str]:
    found = []
    for seed in seeds:
        share = Fraction(Random(seed).random())
        found += [f"seed {seed}: {what}" for what in differences(random_life(seed), share)]
    return found


@pytest.mark.parametrize("block", range(BLOCKS))
def test_day_by_day_oracle_agrees(block: int) -> None:
    """An independent implementation gives every field after every event, and between them."""
    size = SAMPLE // BLOCKS
    assert held_against_the_oracle(range(block * size, (block + 1) * size)) == []


@SLOW
@given(lives(), st.fractions(0, 1))
def test_oracle_agrees_on_drawn_lives(life: Life, share: Fraction) -> None:
    assert differences(life, share) == []


@pytest.mark.long
@pytest.mark.parametrize("block", range(BLOCKS))
def test_day_by_day_oracle_agrees_on_many_lives(block: int) -> None:
    size = LONG // BLOCKS
    first, stop = block * size, (block + 1) * size
    found = held_against_the_oracle(range(first, stop))
    lived = f"lives {first:,} to {stop - 1:,} of revolving loans"
    print(f"measured: {lived} held against the day-by-day oracle: {len(found)} differences")
    assert found == []


# -------------------------------------------------------------------- the third way: recalculation
def recalculated(seeds: range) -> tuple[int, int]:
    """Rows compared, and rows that may differ by the yen that a mixed row lost."""
    compared = apart = 0
    for seed in seeds:
        rows, document = told(lawful(random_life(seed)))
        mixed = 0
        for row, theirs in zip(rows, rows_of(document) if rows else [], strict=True):
            ours = row.step.state
            mixed += row.is_mixed
            assert theirs["overpayment_yen"] == theirs["overpayment_interest_yen"] == 0, seed
            more = theirs["outstanding_principal_yen"] - ours.principal_yen
            more += theirs["unpaid_interest_yen"] - ours.interest_yen - ours.damages_yen
            if mixed:
                assert more >= 0, f"seed {seed}"
                apart += 1
            else:
                assert theirs["outstanding_principal_yen"] == ours.principal_yen, f"seed {seed}"
                assert more == 0, f"seed {seed}"
                compared += 1
    return compared, apart


@pytest.mark.parametrize("block", range(BLOCKS))
def test_recalculation_of_a_lawful_loan_finds_no_overpayment(block: int) -> None:
    """The courts' recalculation of the loan's own history, row by row.

    It gives the same principal and unpaid interest as long as no row bore both interest and damages.
    Such a row is cut once in a court and twice here, where interest and damages are two accounts:
    its sum is the same or a yen less, so that a court could only find more owed, never less.
    Two choices of a product are beyond such a history: DamagesBase.INSTALMENT (two rates on one
    day) and Fractions.EACH_RECEIPT (draws that end no row).
    """
    size = RECALCULATED // BLOCKS
    compared, _ = recalculated(range(block * size, (block + 1) * size))
    assert compared > size


@pytest.mark.long
def test_recalculation_of_many_lawful_loans_finds_no_overpayment() -> None:
    compared, apart = recalculated(range(LONG_RECALCULATED))
    told_rows = f"{compared:,} rows equal, {apart:,} after a row of both rates not less"
    print(f"measured: histories of {LONG_RECALCULATED:,} revolving loans recalculated: {told_rows}")


def test_recalculation_finds_what_is_held_for_the_member() -> None:
    """The first receipt that exceeds the debt: the held money is the overpayment, and no yen more."""
    seen = 0
    for seed in range(RECALCULATED):
        rows, document = told(lawful(random_life(seed)))
        first = next((at for at, row in enumerate(rows) if row.step.to_excess_yen > 0), None)
        if first is None:
            continue
        seen += 1
        held_yen = rows[first].step.to_excess_yen
        events: list[dict[str, Any]] = document["events"][: first + 1]
        events[first]["amount"] += held_yen
        found = [row["overpayment_yen"] for row in rows_of({**document, "events": events})]
        assert max(found[:-1], default=0) == 0
        if any(row.is_mixed for row in rows[: first + 1]):
            assert found[-1] <= held_yen
        else:
            assert found[-1] == held_yen
    assert seen > RECALCULATED // 4


# -------------------------------------------------------------------------------------- properties
@SLOW
@given(lives())
def test_money_is_conserved(life: Life) -> None:
    """What comes in is costs, damages, interest, principal or held; debt moves by what is said."""
    before = opened(life)
    for step, _ in steps_of(life, rules_of(life.rules)):
        event, after = step.event, step.state
        came = event.amount_yen if isinstance(event, Receipt) else 0
        given_back = event.amount_yen if isinstance(event, Refund) else 0
        assert paid_yen(step) + step.to_excess_yen == came - given_back
        assert after.excess_yen - before.excess_yen == step.to_excess_yen
        charged = step.interest_yen + step.damages_yen
        if isinstance(event, Draw | Cost):
            charged += event.amount_yen
        if isinstance(event, Waiver):
            charged -= sum(event[1:])
        if not isinstance(event, Departure):
            assert debt_yen(after) - debt_yen(before) == charged - paid_yen(step)
        before = after


@SLOW
@given(lives())
def test_nothing_is_negative_and_nothing_is_asked_for_twice(life: Life) -> None:
    for step, _ in steps_of(life, rules_of(life.rules)):
        for later in (0, 40):
            state = advance(step.state, step.state.on + later, rules_of(life.rules))
            amounts = [value for value in state if isinstance(value, int)]
            assert min(amounts) >= 0
            assert state.arrears_yen <= payoff_yen(state)
            assert state.overdue_principal_yen <= state.principal_yen
            if state.late_since is None:
                assert state.arrears_yen == state.overdue_principal_yen == 0
            if state.due_on is None:
                assert state.paid_yen == 0
            if state.accelerated_on is not None:
                assert state.due_on is None
                assert state.arrears_yen == 0


@SLOW
@given(lives())
def test_principal_rises_by_draws_only(life: Life) -> None:
    """RATE-012: interest never becomes principal."""
    principal_yen = 0
    for step, _ in steps_of(life, rules_of(life.rules)):
        drawn = step.event.amount_yen if isinstance(step.event, Draw) else 0
        assert step.state.principal_yen <= principal_yen + drawn
        if drawn:
            assert step.state.principal_yen == principal_yen + drawn
        principal_yen = step.state.principal_yen


@SLOW
@given(lives())
def test_receipt_splits_in_the_order_of_the_code(life: Life) -> None:
    """民法489条: nothing goes to the next part while an earlier one is owed."""
    for step, _ in steps_of(life, rules_of(life.rules)):
        if isinstance(step.event, Receipt | ExcessUsed):
            later = paid_yen(step) + max(0, step.to_excess_yen)
            for name in TOGETHER:
                later -= getattr(step, f"to_{name}")
                assert later == 0 or getattr(step.state, name) == 0


def exact(found: list[Piece]) -> tuple[Fraction, Fraction]:
    """Interest and damages of some days, by the general accrual of the kernel."""
    sums = {False: Fraction(0), True: Fraction(0)}
    for piece in found:
        span = span_between(piece.first, piece.last, YearBasis.CALENDAR)
        yen, ticks = accrue(piece.amount_yen, piece.rate_ppm, span)
        sums[piece.kind is PieceKind.DAMAGES] += yen + Fraction(ticks, TICKS_PER_YEN)
    return sums[False], sums[True]


@SLOW
@given(lives())
def test_row_is_the_sum_of_its_pieces_cut_once(life: Life) -> None:
    row: list[Piece] = []
    for step, found in steps_of(life, rules_of(life.rules)):
        row += found
        interest, damages = exact(row)
        state = step.state
        if (state.interest_ticks, state.damages_ticks) == (0, 0):
            row_is_cut = not isinstance(step.event, NewTerms | NewArrangement)
            if row_is_cut and (step.interest_yen or step.damages_yen):
                assert (step.interest_yen, step.damages_yen) == (interest // 1, damages // 1)
            else:
                assert max(interest, damages) < 1
            row = []
        else:
            assert (step.interest_yen, step.damages_yen) == (0, 0)
            assert interest == Fraction(state.interest_ticks, TICKS_PER_YEN)
            assert damages == Fraction(state.damages_ticks, TICKS_PER_YEN)


@SLOW
@given(lives())
def test_fold_is_its_steps_in_any_order_of_days(life: Life) -> None:
    """Events of different days may be given in any order; those of one day keep theirs."""
    rules, state = rules_of(life.rules), opened(life)
    events = [event_of(event) for event in events_of(life)]
    steps = [step for step, _ in steps_of(life, rules)]
    assert list(fold(state, events, rules)) == steps
    by_day = sorted(range(len(events)), key=lambda at: (-events[at].on, at))
    assert list(fold(state, [events[at] for at in by_day], rules)) == steps


@SLOW
@given(lives(), st.integers(0, 400), st.integers(0, 400))
def test_advancing_in_two_steps_equals_one(life: Life, first: int, second: int) -> None:
    rules = rules_of(life.rules)
    for step, _ in steps_of(life, rules):
        on = step.state.on
        there = advance(step.state, on + first, rules)
        assert advance(there, on + first + second, rules) == advance(
            step.state, on + first + second, rules
        )
