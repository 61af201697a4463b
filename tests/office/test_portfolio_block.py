"""A block of agreements: each comes to what `claims.statement` finds for it alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from tests.office.books import (
    SCHEMA,
    alone,
    batch_of,
    case_of,
    lines_of,
    random_book,
    random_history,
)
from tests.strategies import random_case

from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event
from motocho.kernel.conventions import EventKind, Rounding, SameDayOrder, Series
from motocho.office.portfolio import Conventions, recalculate_block
from motocho.units.errors import InputError

CASES = 1_200


def found_of(lines: list[dict[str, Any]], conventions: Conventions) -> tuple[Any, list[str], int]:
    """The one agreement's line out, or None; the codes of its faults; and how it went."""
    done = recalculate_block(batch_of(lines), conventions)
    rows = done.found.to_pylist()
    return rows[0] if rows else None, done.faults.column("code").to_pylist(), done.by_hand


def test_every_convention_gives_what_the_statement_gives() -> None:
    """Random cases under their own switches, rates and delays; most go the compiled way."""
    compiled = 0
    for seed in range(CASES):
        history, assumptions = case_of(random_case(seed))
        if assumptions.rounding is Rounding.EXACT:
            assumptions = replace(assumptions, rounding=Rounding.HALF_UP)
        as_of = None
        if seed % 3 == 0:
            last_on = max(event.on for event in history.events)
            as_of = last_on + timedelta(days=seed % 400 - 20)
        own = replace(assumptions, contract_rates=(), delay_periods=())
        stated = Conventions(assumptions, as_of)
        expected = alone(history, stated)
        lines = lines_of(1, history, assumptions)
        for conventions, given in (
            (Conventions(own, as_of), lines),
            (stated, lines[: len(history.events)]),
        ):
            row, codes, by_hand = found_of(given, conventions)
            if isinstance(expected, list):
                assert (row, codes) == (None, expected), f"seed {seed}"
            else:
                assert codes == [], f"seed {seed}"
                assert {name: row[name] for name in expected} == expected, f"seed {seed}"
            compiled += by_hand == 0
    assert compiled > CASES * 9 // 10  # of 2 x CASES: the comparison is one of two ways


@pytest.mark.parametrize("order", SameDayOrder)
def test_lines_in_any_order_act_in_theirs(order: SameDayOrder) -> None:
    conventions = Conventions(Assumptions(same_day_order=order))
    for seed in range(150):
        history = random_history(seed)
        events = list(history.events)
        Random(seed).shuffle(events)
        mixed = replace(history, events=tuple(events))
        expected = alone(mixed, conventions)
        row, codes, _ = found_of(lines_of(1, mixed), conventions)
        if isinstance(expected, list):
            assert codes == expected
        else:
            assert {name: row[name] for name in expected} == expected


def test_a_book_gives_a_line_or_a_fault_for_each_agreement() -> None:
    book = random_book(400, 7)
    done = recalculate_block(batch_of([line for lines in book for line in lines]), Conventions())
    named = done.found.column("agreement_id").to_pylist()
    faulty = dict.fromkeys(done.faults.column("agreement_id").to_pylist())
    assert sorted([*named, *faulty]) == [lines[0]["agreement_id"] for lines in book]
    assert named == sorted(named)
    assert 5 < len(faulty) < 60
    assert done.by_hand < 200


def test_the_bounds_of_64_bits_are_where_the_two_ways_meet() -> None:
    for amount_yen in (2**36 - 1, 2**36, 10**12):
        lines = [
            {"agreement_id": 1, "on": date(2000, 1, 1), "kind": "borrow", "amount_yen": amount_yen},
            {"agreement_id": 1, "on": date(2020, 1, 1), "kind": "closing"},
        ]
        row, codes, by_hand = found_of(lines, Conventions())
        principal_yen, unpaid_yen = amount_yen, row["unpaid_interest_yen"]
        assert codes == []
        assert row["outstanding_principal_yen"] == principal_yen
        assert unpaid_yen == principal_yen * 15 * 20 // 100
        assert by_hand == (amount_yen > 2**36 - 1)


def test_an_overpayment_older_than_the_known_law_is_a_fault_as_in_the_statement() -> None:
    for on in (date(1890, 1, 1), date(1900, 1, 1), date(1950, 1, 1)):
        history = replace(random_history(1), events=(Event(on, EventKind.REPAY, 1_000),))
        expected = alone(history, Conventions())
        row, codes, _ = found_of(lines_of(1, history), Conventions())
        if isinstance(expected, list):
            assert codes == expected
        else:
            assert row["overpayment_yen"] == expected["overpayment_yen"] == 1_000


def test_contracts_apart_are_summed_as_the_statement_sums_them() -> None:
    conventions = Conventions(Assumptions(contracts=Series.SEPARATE))
    first = random_history(3)
    events = [event._replace(contract=str(number)) for number in (1, 2) for event in first.events]
    history = replace(first, events=tuple(events))
    expected = alone(history, conventions)
    assert isinstance(expected, dict)
    row, _, by_hand = found_of(lines_of(1, history), conventions)
    assert {name: row[name] for name in expected} == expected
    assert by_hand == 1


def test_names_may_be_texts_and_missing_names_are_faults() -> None:
    schema = SCHEMA.set(0, pa.field("agreement_id", pa.string()))
    lines = [
        {"agreement_id": name, "on": date(2001, 1, day), "kind": kind, "amount_yen": 1_000}
        for day, (name, kind) in enumerate(
            [("A1", "borrow"), ("A1", "repay"), (None, "repay"), ("B", "repay")], start=1
        )
    ]
    done = recalculate_block(batch_of(lines, schema), Conventions())
    assert done.found.column("agreement_id").to_pylist() == ["A1", "B"]
    assert done.found.column("overpayment_yen").to_pylist() == [0, 1_000]
    assert done.faults.to_pylist()[0]["code"] == "PFO-017"
    assert done.faults.to_pylist()[0]["agreement_id"] is None


def test_columns_may_come_in_other_types() -> None:
    """Dictionaries, moments without a zone, small numbers: the same lines, the same result."""
    lines = [line for lines in random_book(60, 9) for line in lines]
    plain = batch_of(lines)
    table = pa.Table.from_batches([plain])
    for name, kind in (
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("product", pa.dictionary(pa.int32(), pa.string())),
        ("contract", pa.large_string()),
        ("agreement_id", pa.int32()),
    ):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(kind))
    other = table.combine_chunks().to_batches()[0]
    ours, theirs = (recalculate_block(one, Conventions()) for one in (plain, other))
    assert ours == theirs


def test_fractions_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        Conventions(Assumptions(rounding=Rounding.EXACT))
    assert raised.value.faults[0].code == "PFO-005"
