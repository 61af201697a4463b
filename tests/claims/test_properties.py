"""Properties that every recalculation has, and the second implementation that agrees with it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests import oracle
from tests.claims.cases import Document, case, rows_of, statement_of
from tests.strategies import cases, random_case, revolving_cases

from motocho.claims.statement import Row, Statement, fold, fold_many, prepare
from motocho.kernel.conventions import EventKind, OverpaymentAppropriation, Series

SAMPLE = 1_500
"""Random cases held against the oracle here; `./run long` takes 200,000."""
SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.parametrize("block", range(10))
def test_day_by_day_oracle_agrees(block: int) -> None:
    """An independent implementation, written from the contract alone, gives every value alike."""
    for seed in range(block * SAMPLE // 10, (block + 1) * SAMPLE // 10):
        document = random_case(seed)
        ours, theirs = statement_of(document).document(), oracle.recalculate(document)
        for row, expected in zip(ours["rows"], theirs["rows"], strict=True):
            assert {key: row[key] for key in expected} == expected, f"seed {seed}"
        result = {key: ours["result"][key] for key in theirs["result"]}
        assert result == theirs["result"], f"seed {seed}"


@SLOW
@given(cases())
def test_oracle_agrees_on_drawn_cases(document: Document) -> None:
    ours, theirs = statement_of(document).document(), oracle.recalculate(document)
    for row, expected in zip(ours["rows"], theirs["rows"], strict=True):
        assert {key: row[key] for key in expected} == expected


def test_compiled_kernel_gives_the_same_sheet() -> None:
    """Row by row and piece by piece, over every assumption that compiled code knows."""
    prepared = []
    for seed in range(1_000):
        statement = statement_of(random_case(seed))
        prepared.append(prepare(statement.history, statement.assumptions))
    compiled = fold_many(prepared)
    for one, folds in zip(prepared, compiled, strict=True):
        assert folds == [fold(dealing, one.regime) for dealing in one.dealings]


def _before(statement: Statement, row: Row) -> Row | None:
    joined = statement.assumptions.contracts is Series.JOINED
    earlier = [
        other
        for other in statement.rows[: row.row - 1]
        if joined or other.event.contract == row.event.contract
    ]
    return earlier[-1] if earlier else None


@SLOW
@given(cases())
def test_money_is_conserved_and_never_owed_both_ways(document: Document) -> None:
    """What is paid is interest, principal or excess; nothing appears or vanishes."""
    statement = statement_of(document)
    opening_counts = statement.assumptions.opening_balance.public_name == "as_given"
    for row in statement.rows:
        before = _before(statement, row)

        def net(of: Row | None) -> Any:
            """What the borrower owes less what the lender owes."""
            if of is None:
                return Fraction(0)
            return (
                of.outstanding_principal_yen
                + of.unpaid_interest_yen
                - of.overpayment_yen
                - of.overpayment_interest_yen
            )

        moved = {
            EventKind.BORROW: row.event.amount_yen,
            EventKind.OPENING: row.event.amount_yen if opening_counts else 0,
            EventKind.REPAY: -row.event.amount_yen,
            EventKind.CARRY: -row.event.amount_yen - row.event.carried_interest_yen,
            EventKind.CLOSING: 0,
        }[row.event.kind]
        charged = row.interest_yen - row.overpayment_interest_row_yen
        assert net(row) - net(before) == moved + charged
        assert min(row[6:]) >= 0
        assert row.outstanding_principal_yen == 0 or row.overpayment_yen == 0


@SLOW
@given(cases())
def test_rows_in_are_rows_out(document: Document) -> None:
    statement = statement_of(document)
    assert len(statement.rows) == len(document["events"])
    assert [row.row for row in statement.rows] == list(range(1, len(statement.rows) + 1))
    assert all(one.event.on <= other.event.on for one, other in pairwise(statement.rows))
    assert sorted(row.event.source_row or 0 for row in statement.rows) == list(
        range(1, len(statement.rows) + 1)
    )


PLAIN = st.fixed_dictionaries(
    {
        "year_basis": st.sampled_from(["calendar", "fixed_365"]),
        "first_day": st.sampled_from(["exclude", "lend_in_repay_out", "both", "both_first_only"]),
        "ceiling_rule": st.sampled_from(["ratchet", "first", "floating"]),
    }
)


@SLOW
@given(revolving_cases(), PLAIN, st.data())
def test_closing_put_into_a_row_changes_its_interest_by_a_yen_at_most(
    document: Document, stated: Document, data: st.DataObject
) -> None:
    """Cutting once more may lose one yen, and nothing before the cut changes."""
    document = case(
        [
            {**event, "contract": "1"}
            for event in sorted(document["events"], key=lambda event: str(event["date"]))
        ],
        **stated,
    )
    rows = rows_of(document)
    spans = [number for number, row in enumerate(rows) if row["days"] > 1]
    assume(spans)
    at = data.draw(st.sampled_from(spans))
    first = date.fromisoformat(rows[at - 1]["date"])
    cut_on = first + timedelta(days=data.draw(st.integers(1, rows[at]["days"] - 1)))
    events = document["events"]
    events = [*events[:at], {"date": cut_on.isoformat(), "kind": "closing"}, *events[at:]]
    split = rows_of({**document, "events": events})
    ours = ("row", "source_row")
    for row, other in zip(rows[:at], split[:at], strict=True):
        same = {key: value for key, value in row.items() if key not in ours}
        assert {key: other[key] for key in same} == same
    for key in ("interest_yen", "overpayment_interest_row_yen"):
        both = split[at][key] + split[at + 1][key]
        assert 0 <= rows[at][key] - both <= 1


@SLOW
@given(revolving_cases(), st.sampled_from(["0.10", "0.14", "0.15"]))
def test_agreed_rate_below_every_ceiling_is_the_contract_calculation(
    document: Document, rate: str
) -> None:
    events: list[Document] = [
        {key: value for key, value in event.items() if key != "rate"}
        for event in document["events"]
    ]
    rates = [["1900-01-01", rate]]
    with_ceiling = rows_of(case(events, contract_rates=rates))
    without = rows_of(case(events, contract_rates=rates, ceiling_rule="none"))
    for row, other in zip(with_ceiling, without, strict=True):
        for key in row:
            if key in {"ceiling_ppm", "segments"}:
                continue
            assert row[key] == other[key]


@SLOW
@given(
    st.integers(1, 10**9),
    st.dates(date(1954, 6, 15), date(2030, 1, 1)),
    st.integers(1, 4000),
    st.sampled_from(["exclude", "lend_in_repay_out", "both"]),
)
def test_interest_by_365_is_never_below_the_calendar(
    amount: int, on: date, days: int, first_day: str
) -> None:
    events: list[Document] = [
        {"date": on.isoformat(), "kind": "borrow", "amount": amount},
        {"date": (on + timedelta(days=days)).isoformat(), "kind": "closing"},
    ]
    by_calendar = rows_of(case(events, first_day=first_day))[1]["interest_yen"]
    by_365 = rows_of(case(events, first_day=first_day, year_basis="fixed_365"))[1]["interest_yen"]
    assert by_365 >= by_calendar


@SLOW
@given(revolving_cases(), st.randoms(use_true_random=False))
def test_shuffled_input_of_distinct_dates_gives_the_same_rows(
    document: Document, chance: random.Random
) -> None:
    # Of one date, the event that states a rate stays: without any, a rule may have none to go by.
    by_date: dict[str, Document] = {}
    for event in sorted(document["events"], key=lambda event: "rate" not in event):
        by_date.setdefault(str(event["date"]), event)
    events = [by_date[on] for on in sorted(by_date)]
    assume(all(event["kind"] not in {"opening", "carry"} for event in events[1:]))
    shuffled = list(events)
    chance.shuffle(shuffled)
    stated = {**document["assumptions"], "contracts": "joined"}

    def rows(given_events: list[Document]) -> list[Document]:
        found = rows_of(case(given_events, **stated))
        return [{key: row[key] for key in row if key != "source_row"} for row in found]

    assert rows(shuffled) == rows(events)


@SLOW
@given(revolving_cases())
def test_joined_single_contract_equals_separate(document: Document) -> None:
    events = [{**event, "contract": "1"} for event in document["events"]]
    assume(all(event["kind"] not in {"opening", "carry"} for event in events[1:]))
    stated = {**document["assumptions"]}
    joined = statement_of(case(events, **{**stated, "contracts": "joined"}))
    apart = statement_of(case(events, **{**stated, "contracts": "separate_set_off"}))
    assert joined.rows == apart.rows
    assert joined.result == apart.result


@SLOW
@given(cases())
def test_ratchet_never_rises(document: Document) -> None:
    statement = statement_of(
        {**document, "assumptions": {**document["assumptions"], "ceiling_rule": "ratchet"}}
    )
    for row in statement.rows:
        before = _before(statement, row)
        if before and before.ceiling_ppm is not None:
            assert row.ceiling_ppm is not None
            assert row.ceiling_ppm <= before.ceiling_ppm


@SLOW
@given(cases())
def test_no_interest_means_none(document: Document) -> None:
    stated = {**document["assumptions"], "overpayment_appropriation": "no_interest"}
    statement = statement_of({**document, "assumptions": stated})
    kind = statement.assumptions.overpayment_appropriation
    assert kind is OverpaymentAppropriation.NO_INTEREST
    assert all(row.overpayment_interest_row_yen == 0 for row in statement.rows)
