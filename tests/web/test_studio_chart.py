"""The chart of a case without a browser: its picture, its sentence, its table, its splits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from tests.database import Database
from tests.web.studio import as_studio, let_in
from tests.web.test_studio_pages import TWO_DEALINGS, opened, seen

from motocho.office import cases
from motocho.units.money import yen_text


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


@pytest.fixture
def person() -> Client:
    return let_in()


def page_of(person: Client, case_id: int, query: str = "") -> str:
    response = person.get(f"/cases/{case_id}/chart/{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("tongue", ["ja", "en", "easy"])
def test_picture_has_a_name_a_sentence_and_the_same_numbers_as_a_table(
    person: Client, tongue: str
) -> None:
    case_id = opened(person)
    person.cookies["tongue"] = tongue
    html = page_of(person, case_id)
    assert '<svg class="chart-svg"' in html
    assert 'role="img" aria-labelledby="chart-name chart-summary"' in html
    assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=", html)
    statement = cases.load(case_id).statement()
    shown = seen(person.get(f"/cases/{case_id}/chart/"))
    for row in statement.rows:
        balance = int(row.outstanding_principal_yen + row.unpaid_interest_yen - row.overpayment_yen)
        assert yen_text(balance) in shown
        assert row.event.on.isoformat() in shown
    overpaid = yen_text(int(statement.result.overpayment_yen))
    assert overpaid in shown
    assert ("2003-02" in shown) == any(row.overpayment_yen for row in statement.rows)


def test_sentence_says_when_nothing_was_overpaid_or_it_was_used_up(person: Client) -> None:
    case_id = opened(person, "日付,借入,返済\n2001-01-10,200000,\n2001-02-10,,10000\n")
    assert "過払いにはなっていません" in page_of(person, case_id)
    used_up = "日付,借入,返済\n2001-01-10,100000,\n2001-02-10,,150000\n2001-03-10,300000,\n"
    second = person.post("/cases/new/", {"client": "乙野", "lender": "架空"}).headers["Location"]
    person.post(second, {"pasted": used_up})
    other = int(re.findall(r"/cases/(\d+)/", second)[0])
    assert "新しい借入れにあてられ" in page_of(person, other)


def test_crosshair_has_every_row_of_the_sheet(person: Client) -> None:
    case_id = opened(person)
    points = json.loads(unescape(re.findall(r'data-points="([^"]*)"', page_of(person, case_id))[0]))
    case = cases.load(case_id)
    assert [point[1] for point in points] == [event.source_row for event in case.history().events]
    assert all(row.date in said for row, (_, _, said) in zip(case.rows, points, strict=True))
    assert points == sorted(points)


def test_split_written_on_the_chart_is_a_contract_of_the_case(person: Client) -> None:
    case_id = opened(person)
    seq = cases.load(case_id).seq
    sent = {"starts": ["4", ""], "back": "chart", "seq": seq}
    response = person.post(f"/cases/{case_id}/contracts/", sent)
    assert response.headers["Location"] == f"/cases/{case_id}/chart/"
    assert [row.contract for row in cases.load(case_id).rows] == ["1", "1", "1", "2", "2"]
    html = page_of(person, case_id)
    assert 'class="chart-split"' in html
    assert 'id="split-1" name="starts" value="4"' in html
    person.post(f"/cases/{case_id}/contracts/", {"starts": ["", ""], "back": "chart"})
    assert {row.contract for row in cases.load(case_id).rows} == {""}


@pytest.mark.parametrize("pasted", ["", "日付,借入,返済\n2001-01-10,200000,\nいつか,,1000\n"])
def test_case_that_cannot_be_drawn_says_so(person: Client, pasted: str) -> None:
    case_id = opened(person, pasted)
    assert "chart-svg" not in page_of(person, case_id)
    assert person.get("/cases/99/chart/").status_code == 404


def test_long_table_has_pages(person: Client) -> None:
    rows = "".join(
        f"{2001 + month // 12}-{month % 12 + 1:02d}-{day:02d},,1000\n"
        for month in range(60)
        for day in range(1, 13)
    )
    case_id = opened(person, "日付,借入,返済\n2000-12-10,900000,\n" + rows)
    html = page_of(person, case_id)
    assert html.count("<tr>") == 501
    assert page_of(person, case_id, "?page=2").count("<tr>") == 721 - 500 + 1
    assert page_of(person, case_id, "?page=x").count("<tr>") == 501
    assert page_of(person, case_id, "?page=99").count("<tr>") == 721 - 500 + 1


def test_two_dealings_are_drawn_under_another_scenario(person: Client) -> None:
    case_id = opened(person, TWO_DEALINGS)
    person.post(f"/cases/{case_id}/contracts/", {"starts": "4"})
    person.post(
        f"/cases/{case_id}/compare/copy/",
        {"copy_of": "主張", "change": "contracts", "value": "separate", "name": "分断"},
    )
    path = re.compile(r'class="chart-own" d="([^"]*)"')
    joined = path.findall(page_of(person, case_id))
    apart = path.findall(page_of(person, case_id, "?scenario=分断"))
    assert joined != apart
    html = page_of(person, case_id, "?beside=分断&beside=主張&beside=どれか")
    (line,) = re.findall(r'class="chart-beside chart-beside-1" d="([^"]*)"', html)
    assert line == apart[0]
    assert path.findall(html) == joined
