"""Published worked examples, each with its source, reproduce row by row.

They come from outside the project, so that the kernel is not its own judge.
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from motocho.claims import assumptions, reading
from motocho.claims.statement import recalculate
from motocho.kernel.deduction import deduct
from motocho.law.court import filing_fee_yen

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "published.json").read_text(encoding="utf-8")
)


def of_type(name: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["type"] == name]


def calculated(case: dict[str, Any]) -> dict[str, Any]:
    document = {key: case[key] for key in ("events", "assumptions")}
    history = reading.read(json.dumps(document).encode())
    read = assumptions.read(history.stated_assumptions)
    assert not read.faults
    return recalculate(history, read.assumptions).document()


@pytest.mark.parametrize("case", of_type("recalc"))
def test_published_table_reproduces(case: dict[str, Any]) -> None:
    document, published = calculated(case), case["published"]
    for number, row in enumerate(published.get("rows", [])):
        ours = {key: document["rows"][number][key] for key in row}
        assert ours == row, f"{case['id']} row {number + 1}"
    for key, value in published.get("result", {}).items():
        assert document["result"][key] == value
    for key, (value, tolerance) in published.get("about", {}).items():
        assert key == "overpaid"
        assert abs(document["result"]["overpayment_yen"] - value) <= tolerance
    if "first_overpaid" in published:
        assert document["result"]["first_overpaid_on"] == published["first_overpaid"]
    if "paid_off" in published:
        paid_off = [row for row in document["rows"] if row["outstanding_principal_yen"] == 0]
        assert paid_off[0]["date"] == published["paid_off"]


@pytest.mark.parametrize("case", of_type("tenbiki"))
def test_published_deduction_reproduces(case: dict[str, Any]) -> None:
    given, published = case["input"], case["published"]["final"]
    found = deduct(
        given["face"],
        given["deducted"],
        years=Fraction(given["years"]),
        brackets=assumptions.brackets(),
    )
    assert (found.allowed_yen, found.excess_yen) == (published["allowed"], published["excess"])


@pytest.mark.parametrize("case", of_type("filing_fee"))
def test_published_fees_reproduce(case: dict[str, Any]) -> None:
    for value, fee in case["published"]["final"].items():
        assert filing_fee_yen(int(value), date(2025, 4, 1)) == fee


@pytest.mark.rule("OVER-001")
def test_ceiling_recalculates_what_was_paid_above_it() -> None:
    """27.375 % was paid from 2003; 18 % is recalculated, and the rest goes to principal."""
    events: list[dict[str, Any]] = [
        {"date": "2003-01-10", "kind": "borrow", "amount": 500_000, "rate": "0.27375"},
        {"date": "2003-02-10", "kind": "repay", "amount": 20_000},
    ]
    row = calculated({"events": events, "assumptions": {}})["rows"][1]
    assert row["applied_rate_ppm"] == 180_000
    assert row["outstanding_principal_yen"] == 500_000 + row["interest_yen"] - 20_000


@pytest.mark.rule("OVER-001")
def test_ceiling_is_not_18_percent_once_a_million_is_owed() -> None:
    """The refused case of the rule: 18 % after the balance has reached 1,000,000."""
    events: list[dict[str, Any]] = [
        {"date": "2003-01-10", "kind": "borrow", "amount": 950_000},
        {"date": "2003-02-10", "kind": "borrow", "amount": 50_000},
        {"date": "2003-03-10", "kind": "repay", "amount": 500_000},
        {"date": "2003-04-10", "kind": "closing"},
    ]
    rows = calculated({"events": events, "assumptions": {}})["rows"]
    assert [row["ceiling_ppm"] for row in rows] == [180_000, 150_000, 150_000, 150_000]
    assert rows[3]["applied_rate_ppm"] == 150_000
