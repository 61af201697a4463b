"""Explanations: every row of every case has one, made of its own numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from tests.claims.cases import Document, case, event, statement_of
from tests.strategies import cases

from motocho.claims.reasoning import explain
from motocho.units.errors import Language, NotFoundError
from motocho.units.money import yen_text


@settings(max_examples=120, suppress_health_check=list(HealthCheck), deadline=None)
@given(cases())
def test_every_row_can_be_explained(document: Document) -> None:
    statement = statement_of(document)
    for row in statement.rows:
        said = explain(statement, row.row)
        for language in Language:
            assert "{" not in said.text(language)
        if isinstance(row.interest_yen, int) and row.interest_yen:
            assert yen_text(row.interest_yen) in said.text_ja
        if isinstance(row.overpayment_yen, int) and row.overpayment_yen:
            assert yen_text(row.overpayment_yen) in said.text_ja


def test_arithmetic_of_a_piece_is_written_out() -> None:
    events = [event("1999-12-20", "borrow", 500_000), event("2000-01-19", "repay", 10_000)]
    said = explain(statement_of(case(events)), 2).text_ja
    assert "500,000円 × 制限利率18.0% × (11/365 + 19/366) = 7,384.45…円" in said
    assert "1円未満を切り捨てて、この行の利息は7,384円です" in said
    assert "入金10,000円は、利息に7,384円、元金に2,616円をあてます" in said


def test_fall_of_the_ceiling_names_its_judgment() -> None:
    events = [event("2001-01-01", "borrow", 950_000), event("2001-01-01", "borrow", 50_000)]
    said = explain(statement_of(case(events)), 2)
    assert "18.0%から15.0%に下がります" in said.text_ja
    assert "最判平22.4.20" in said.citations


def test_set_off_names_what_was_used() -> None:
    events = [
        event("2014-04-01", "carry", 2_000_000, interest=62_327),
        event("2014-09-01", "borrow", 2_000_000),
    ]
    said = explain(statement_of(case(events)), 2)
    assert "過払利息104,244円、過払金1,895,756円" in said.text_ja
    assert "最判平25.4.11" in said.citations


def test_own_day_is_said() -> None:
    events = [event("2001-01-01", "borrow", 500_000), event("2001-01-31", "closing")]
    said = explain(statement_of(case(events, first_day="both")), 2).text_ja
    assert re.search(r"借入当日\(2001-01-01\)の1日分", said)


@pytest.mark.parametrize("number", [0, -1, 3])
def test_row_that_is_not_there(number: int) -> None:
    events = [event("2001-01-01", "borrow", 500_000), event("2001-01-31", "closing")]
    with pytest.raises(NotFoundError):
        explain(statement_of(case(events)), number)
