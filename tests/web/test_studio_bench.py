"""The workbench without a browser: what it says where it cannot look, reckon or read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.web.studio import as_studio, let_in
from tests.web.test_studio_pages import seen

from motocho.office import cases
from motocho.office.tracker import callsheet

NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
GOOD = [
    {"date": "2001-01-10", "borrow": "200000", "balance": "200000"},
    {"date": "2001-02-10", "repay": "150000", "balance": "54650"},
    {"date": "2001-03-10", "repay": "150000"},
]


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    cases.lock()
    with as_studio():
        yield
    cases.lock()


@pytest.fixture
def person() -> Client:
    return let_in()


def case_with(rows: list[dict[str, str]], **more: Any) -> int:
    case_id = cases.open_case({"client": "甲野花子", "lender": "架空"}, actor="t", at=NOON)
    operations: list[dict[str, Any]] = [{"op": "put_rows", "rows": rows, "before": None}]
    operations += [
        {"op": "set_convention", "scenario": "主張", "key": key, "value": value}
        for key, value in more.items()
    ]
    cases.apply(case_id, operations, actor="t", at=NOON, expected_seq=cases.load(case_id).seq)
    return case_id


def test_rows_that_cannot_be_checked_are_not_said_to_be_fine(person: Client) -> None:
    case_id = case_with(GOOD, year_basis="no such year")
    text = seen(person.get(f"/cases/{case_id}/"))
    assert "点検できませんでした" in text
    assert "気になる行はありません" not in text
    good = seen(person.get(f"/cases/{case_with(GOOD)}/"))
    assert "点検できませんでした" not in good


def test_a_sheet_of_which_nothing_can_be_read_has_its_rows_as_checks(person: Client) -> None:
    case_id = case_with([{"date": "H15.6.31", "repay": "15000"}])
    found = json.loads(person.get(f"/cases/{case_id}/checks.json").content)
    assert found["count"] == 1
    assert list(found["states"].values()) == ["wrong"]
    assert "気になる行はありません" not in found["html"]


def test_call_sheet_names_a_rate_only_where_there_is_one() -> None:
    constant = callsheet.totals(cases.load(case_with(GOOD)))
    by_origin = callsheet.totals(cases.load(case_with(GOOD, overpayment_rate_rule="origin")))
    assert constant is not None
    assert by_origin is not None
    assert constant.rate_ppm == 50_000
    assert by_origin.rate_ppm is None


def test_a_loan_that_cannot_be_read_stands_there_to_be_removed(person: Client) -> None:
    case_id = case_with(GOOD)
    loan = {"bank": "架空銀行", "product": "架空ローン", "balance_yen": "いくらか"}
    operation = {"op": "set_finding", "name": "loan-1", "finding": loan}
    page = f"/cases/{case_id}/outlook/"
    cases.apply(case_id, [operation], actor="t", at=NOON, expected_seq=cases.load(case_id).seq)
    shown = person.get(page)
    assert shown.status_code == 200
    assert "架空ローン いくらか" in seen(shown)
    person.post(page, {"remove": "loan-1", "seq": str(cases.load(case_id).seq)})
    assert "loan-1" not in cases.load(case_id).findings


def test_an_export_says_why_no_paper_is_in_it(person: Client) -> None:
    case_id = case_with([{"date": "H15.6.31", "repay": "15000"}])
    content = person.get(f"/cases/{case_id}/case.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = json.loads(archive.read("made/faults.json"))
    assert told[0]["what_ja"]


def test_what_is_followed_by_more_is_answered_by_its_number_alone(person: Client) -> None:
    case_id = case_with(GOOD)
    case = cases.load(case_id)
    cell = {"id": case.rows[0].row_id, "column": "note", "text": "店頭"}
    sent = {"operations": [{"op": "set_cells", "cells": [cell], "source": "typed"}]}
    at = f"/cases/{case_id}/bench/write/"
    answer = person.post(at, sent | {"expected_seq": case.seq, "more": True}, "application/json")
    assert answer.json() == {"seq": cases.load(case_id).seq}
    assert cases.load(case_id).rows[0].note == "店頭"
    late = person.post(at, sent | {"expected_seq": case.seq, "more": True}, "application/json")
    assert late.status_code == 409
    assert "rows" in late.json(), "who did not write is told how it stands"
