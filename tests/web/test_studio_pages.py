"""The studio's pages of a case without a browser: conventions, scenarios, contracts, log, office."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from tests.database import Database, fresh_database
from tests.web.studio import as_studio, let_in

from motocho.claims import effects
from motocho.claims.assumptions import PRESETS
from motocho.claims.scenarios import Scenario, compare
from motocho.office import cases
from motocho.outside import clock
from motocho.units.money import yen_text
from motocho.web.studio import contracts
from motocho.web.studio.glossary import TERMS

PASSPHRASE = "春はあけぼの やうやう白く"
TWO_DEALINGS = """日付,借入,返済,残高
2001-01-10,200000,,200000
2001-02-10,,10000,194650
2003-02-10,,350000,0
2005-06-01,100000,,100000
2007-08-01,,160000,0
"""


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    cases.lock()
    with as_studio():
        yield
    cases.lock()


@pytest.fixture
def person() -> Client:
    return let_in()


def opened(person: Client, pasted: str = TWO_DEALINGS) -> int:
    person.post("/cases/new/", {"client": "甲野花子", "lender": "架空"})
    case_id = cases.case_ids()[0]
    person.post(f"/cases/{case_id}/import/", {"pasted": pasted})
    return case_id


def seen(response: Any) -> str:
    text: str = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


PAGES = ("", "import/", "conventions/", "compare/", "contracts/", "log/", "export/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("tongue", ["ja", "en", "easy"])
def test_page_of_a_case_opens_in_every_tongue(person: Client, page: str, tongue: str) -> None:
    case_id = opened(person)
    person.cookies["tongue"] = tongue
    response = person.get(f"/cases/{case_id}/{page}")
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count("<h1") == 1
    assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=", text)
    for address in re.findall(r'(?:src|href|action)="([^"#]*)"', text):
        assert address.startswith(("/", "?")) or address == "", address


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("pasted", ["", "日付,借入,返済\n2001-01-10,200000,\n"])
def test_page_of_an_empty_or_short_case_opens(person: Client, page: str, pasted: str) -> None:
    case_id = opened(person, pasted)
    assert person.get(f"/cases/{case_id}/{page}").status_code == 200


@pytest.mark.parametrize("page", ["/", "/office/", "/arrive/", "/glossary/", "/unlock/"])
def test_page_of_the_studio_opens(person: Client, page: str) -> None:
    assert person.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_case_that_is_not_there_has_no_page(person: Client, page: str) -> None:
    assert person.get(f"/cases/99/{page}").status_code == 404


# ------------------------------------------------------------------------------------ conventions
def test_every_answer_shows_what_it_would_change(person: Client) -> None:
    case_id = opened(person)
    shown = seen(person.get(f"/cases/{case_id}/conventions/"))
    case = cases.load(case_id)
    weighed = effects.weigh(case.history(), case.assumptions())
    told = 0
    for answers in weighed.effects.values():
        for one in answers:
            assert one.text_ja in shown
            if one.claim_change_yen:
                sign = "+" if one.claim_change_yen > 0 else "−"
                assert f"{sign}{yen_text(abs(one.claim_change_yen))}円" in shown
                told += 1
    assert told >= 8
    for preset in weighed.presets:
        assert preset.text_ja in shown


def test_answer_that_was_chosen_is_kept_in_the_log_and_can_be_gone_back_from(
    person: Client,
) -> None:
    case_id = opened(person)
    before = cases.load(case_id)
    now = before.statement()
    person.post(
        f"/cases/{case_id}/conventions/",
        {"year_basis": "fixed_365", "first_day": "exclude", "seq": before.seq},
    )
    after = cases.load(case_id)
    assert after.scenarios[after.claimed] == {"year_basis": "fixed_365"}
    assert after.statement().result != now.result
    log = person.get(f"/cases/{case_id}/log/").content.decode()
    assert "約束ごとを変えた" in log
    person.post(f"/cases/{case_id}/log/back/", {"to": before.seq, "seq": after.seq})
    assert cases.load(case_id).statement().result == now.result
    assert len(cases.entries_of(case_id)) == after.seq + 1


def test_lists_of_rates_and_delays_are_read_line_by_line(person: Client) -> None:
    case_id = opened(person)
    address = f"/cases/{case_id}/conventions/"
    person.post(
        address,
        {
            "contract_rates": "H13.1.10 29.2%\n2007年6月18日 18%",
            "delay_periods": "2002-01-11 2002-02-10 26.28%\n2004-01-01",
        },
    )
    stated = cases.load(case_id).assumptions().document()
    assert stated["contract_rates"] == [["2001-01-10", "0.292"], ["2007-06-18", "0.18"]]
    assert stated["delay_periods"] == [
        {"from_on": "2002-01-11", "to_on": "2002-02-10", "contract_rate": "0.2628"},
        {"from_on": "2004-01-01", "to_on": None},
    ]
    assert "2007-06-18 18.0%" in person.get(address).content.decode()
    seq = cases.load(case_id).seq
    refused = person.post(address, {"contract_rates": "いつか 18%\n2007-06-18 many"})
    assert refused.status_code == 422
    assert "いつか 18%" in refused.content.decode()
    assert cases.load(case_id).seq == seq


@pytest.mark.parametrize("preset", PRESETS)
def test_preset_sets_every_switch_it_lists(person: Client, preset: str) -> None:
    case_id = opened(person)
    person.post(f"/cases/{case_id}/conventions/", {"first_day": "both"})
    person.post(f"/cases/{case_id}/conventions/preset/", {"preset": preset})
    stated = cases.load(case_id).assumptions().document()
    assert {key: stated[key] for key in PRESETS[preset]} == dict(PRESETS[preset])


def test_stale_page_writes_nothing_and_says_so(person: Client) -> None:
    case_id = opened(person)
    seq = cases.load(case_id).seq
    person.post(f"/cases/{case_id}/conventions/", {"year_basis": "fixed_365", "seq": seq})
    response = person.post(f"/cases/{case_id}/conventions/", {"first_day": "both", "seq": seq})
    assert response.status_code == 409
    assert "別の画面で先に変更がありました" in response.content.decode()
    assert cases.load(case_id).scenarios["主張"] == {"year_basis": "fixed_365"}


# ---------------------------------------------------------------------------- scenarios, contracts
def test_copy_with_contracts_apart_shows_the_difference_and_the_row_where_they_part(
    person: Client,
) -> None:
    """E9: one click copies and changes; what is shown is what `compare` finds."""
    case_id = opened(person)
    person.post(f"/cases/{case_id}/contracts/", {"starts": "4"})
    person.post(
        f"/cases/{case_id}/compare/copy/",
        {"copy_of": "主張", "change": "contracts", "value": "separate", "name": "分断"},
    )
    case = cases.load(case_id)
    assert [row.contract for row in case.rows] == ["1", "1", "1", "2", "2"]
    scenarios = [Scenario(name, case.assumptions(name)) for name in ("主張", "分断")]
    found = compare(case.history(), scenarios).document()["deltas"][0]
    assert found["claim_yen"] != 0
    shown = seen(person.get(f"/cases/{case_id}/compare/"))
    sign = "+" if found["claim_yen"] > 0 else "−"
    assert f"{sign}{yen_text(abs(found['claim_yen']))}円" in shown
    assert found["parts_at"]["sentence_ja"] in shown
    assert found["parts_at"]["row"] == 4


def test_copy_goes_straight_to_its_conventions(person: Client) -> None:
    case_id = opened(person)
    response = person.post(f"/cases/{case_id}/compare/copy/", {"copy_of": "主張"}, follow=True)
    assert response.request["PATH_INFO"] == f"/cases/{case_id}/conventions/"
    assert "主張の写し" in response.content.decode()
    person.post(f"/cases/{case_id}/compare/copy/", {"copy_of": "主張"})
    assert list(cases.load(case_id).scenarios) == ["主張", "主張の写し", "主張の写し 2"]


def test_scenarios_are_chosen_renamed_and_removed(person: Client) -> None:
    case_id = opened(person)
    person.post(f"/cases/{case_id}/compare/copy/", {"name": "予備の案"})
    change = f"/cases/{case_id}/compare/change/"
    person.post(change, {"deed": "reserve", "name": "予備の案"})
    assert cases.load(case_id).reserve == "予備の案"
    person.post(change, {"deed": "rename", "name": "予備の案", "to": "分断"})
    person.post(change, {"deed": "claim", "name": "分断"})
    assert cases.load(case_id).claimed == "分断"
    assert person.post(change, {"deed": "remove", "name": "分断"}).status_code == 422
    person.post(change, {"deed": "remove", "name": "主張"})
    assert list(cases.load(case_id).scenarios) == ["分断"]


def test_factors_of_a_boundary_are_findings(person: Client) -> None:
    case_id = opened(person)
    page = person.get(f"/cases/{case_id}/contracts/").content.decode()
    assert "空白842日" in page
    person.post(f"/cases/{case_id}/contracts/", {"starts": "４"})
    sent = {
        "contract": "2",
        "gap-words": "842日",
        "gap-points": "separate",
        "card_ended-points": "",
    }
    person.post(f"/cases/{case_id}/contracts/factors/", sent)
    (finding,) = cases.load(case_id).findings.values()
    assert finding == {
        "factor": "gap", "contract": "2", "words": "842日", "points_to": "separate",
    }  # fmt: skip
    shown = person.get(f"/cases/{case_id}/contracts/").content.decode()
    for factor in contracts.FACTORS:
        assert f'name="{factor}-words"' in shown
    person.post(f"/cases/{case_id}/contracts/factors/", {"contract": "2"})
    assert cases.load(case_id).findings == {}


@pytest.mark.parametrize("starts", ["6", "0", "x", "2 99", "-1", "1.5"])
def test_row_that_is_none_is_refused(person: Client, starts: str) -> None:
    case_id = opened(person)
    response = person.post(f"/cases/{case_id}/contracts/", {"starts": starts})
    assert response.status_code == 422
    assert f'value="{starts}"' in response.content.decode()
    assert {row.contract for row in cases.load(case_id).rows} == {""}


# --------------------------------------------------------------------------- log, office, moving
def test_log_tells_who_changed_what_from_what(person: Client) -> None:
    case_id = opened(person)
    person.post("/office/", {"actor": "乙山 次郎", "beginning": "as_it_is"})
    seq = cases.load(case_id).seq
    person.post(f"/cases/{case_id}/heads/", {"client": "丙川", "seq": seq})
    shown = seen(person.get(f"/cases/{case_id}/log/"))
    assert "乙山 次郎" in shown
    assert "甲野花子 → 丙川" in shown
    assert person.get(f"/cases/{case_id}/log/?page=99").status_code == 200


def test_letterhead_and_beginning_are_kept_and_used(person: Client) -> None:
    person.post("/office/", {"office_name": "乙山法律事務所", "beginning": "zero"})
    assert cases.office_settings()["office_name"] == "乙山法律事務所"
    assert "乙山法律事務所" in person.get("/office/").content.decode()
    case = cases.load(opened(person))
    assert case.scenarios["主張"] == {"overpayment_appropriation": "no_interest"}


def test_no_cell_of_a_table_that_goes_out_is_a_formula(person: Client) -> None:
    """What somebody typed or pasted is text wherever the table is opened; numbers stay numbers."""
    case_id = opened(person)
    bad = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "＝1+1", " =1+1", "'=1")
    rows = [
        {"id": f"x{at}", "date": f"2009-01-{at + 10}", "repay": "1", "note": note}
        for at, note in enumerate(bad)
    ]
    rows += [
        {"id": "n", "date": "2010-01-01", "repay": "2", "balance": "-12,345", "note": "-"},
        {"id": "m", "date": "=2010", "repay": "+3", "balance": "@", "contract": "=A"},
    ]
    operation = {"op": "put_rows", "rows": rows}
    seq = cases.load(case_id).seq
    cases.apply(case_id, [operation], actor="a", at=clock.now(), expected_seq=seq)
    sent = person.get(f"/cases/{case_id}/table.csv").content.decode("utf-8-sig")
    archive = zipfile.ZipFile(BytesIO(person.get(f"/cases/{case_id}/case.zip").content))
    assert archive.read("history.csv").decode() == sent
    lines = list(csv.reader(sent.splitlines()))
    cells = [cell for line in lines for cell in line]
    for cell in cells:
        assert cell[:1] not in set("=@＝＠"), cell
        assert cell[:1] not in set("+-＋－") or re.fullmatch(r"[-+][0-9,]*", cell), cell
    for kept in (
        "'=HYPERLINK(1)",
        "'+1+1",
        "'-1+1",
        "'@SUM(1)",
        "'=1",
        "-12,345",
        "-",
        "+3",
        "'=A",
    ):
        assert kept in cells, kept
    assert cases.load(case_id).rows[-1].date == "=2010"  # the case itself keeps what was typed


def test_case_goes_out_and_comes_in_by_pages(person: Client) -> None:
    case_id = opened(person)
    wanted = cases.load(case_id).statement().document()
    sent = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert person.post(f"/cases/{case_id}/export/", {**sent, "again": "x"}).status_code == 422
    response = person.post(f"/cases/{case_id}/export/", sent)
    assert response["Content-Disposition"].startswith("attachment")
    table = person.get(f"/cases/{case_id}/table.csv").content
    with fresh_database():
        bad = person.post(
            "/arrive/", {"file": BytesIO(response.content), "passphrase": "another one"}
        )
        assert bad.status_code == 422
        assert cases.case_ids() == []
        good = person.post(
            "/arrive/", {"file": BytesIO(response.content), "passphrase": PASSPHRASE}
        )
        assert good.status_code == 302
        (arrived,) = cases.case_ids()
        assert cases.load(arrived).statement().document() == wanted
        assert b"\xef\xbb\xbf" + cases.load(arrived).table_for_people() == table


def test_heads_are_kept_beside_a_grid_that_writes(person: Client) -> None:
    """A page that was read earlier changes what it changed, and nothing that others did since."""
    case_id = opened(person)
    read = cases.load(case_id)
    other: list[cases.Operation] = [
        {"op": "set_head", "name": "title", "value": "甲野事件"},
        {"op": "set_cells", "cells": [{"id": read.rows[0].row_id, "column": "note", "text": "x"}]},
    ]
    cases.apply(case_id, other, actor="x", at=read.last_at, expected_seq=read.seq)
    sent = {"client": "甲野太郎", "lender": "架空", "title": "", "as_of": "", "seq": read.seq}
    assert person.post(f"/cases/{case_id}/heads/", sent).status_code == 302
    case = cases.load(case_id)
    assert (case.client, case.title, case.rows[0].note) == ("甲野太郎", "甲野事件", "x")


def test_case_is_put_away_and_taken_out_again(person: Client) -> None:
    case_id = opened(person)
    person.post(f"/cases/{case_id}/away/", {"words": "和解で終了"})
    shown = person.get("/").content.decode()
    assert cases.outlines() == []
    assert "和解で終了" in shown
    assert person.get(f"/cases/{case_id}/").status_code == 200
    person.post(f"/cases/{case_id}/away/", {"deed": "take_out"})
    assert [one.case.case_id for one in cases.outlines()] == [case_id]


def test_sealed_studio_asks_for_its_passphrase_first(person: Client) -> None:
    sent = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert person.post("/office/passphrase/", {**sent, "again": "x"}).status_code == 422
    assert person.post("/office/passphrase/", sent).status_code == 302
    case_id = opened(person)
    person.post("/lock/")
    for address in ("/", f"/cases/{case_id}/", "/office/"):
        assert person.get(address)["Location"] == "/unlock/"
    assert person.post("/cases/new/", {"client": "x"}).status_code == 403
    assert person.post("/unlock/", {"passphrase": "not the one"}).status_code == 422
    assert person.post("/unlock/", {"passphrase": PASSPHRASE}).status_code == 302
    assert "甲野花子" in person.get("/").content.decode()


def test_passphrase_comes_too_late_where_a_case_is(person: Client) -> None:
    opened(person)
    response = person.post("/office/passphrase/", {"passphrase": PASSPHRASE, "again": PASSPHRASE})
    assert response.status_code == 422
    assert "合言葉なしで記録した内容がもうあります" in response.content.decode()


def test_every_term_has_its_place(person: Client) -> None:
    page = person.get("/glossary/").content.decode()
    for term in TERMS:
        assert f'id="{term}"' in page


@pytest.mark.parametrize("number", ["²", "x", "9" * 5000, "-1", "１"])
def test_a_number_that_is_none_breaks_no_page(person: Client, number: str) -> None:
    case_id = opened(person)
    seq = cases.load(case_id).seq
    for page in ("log", "rows", "chart"):
        assert person.get(f"/cases/{case_id}/{page}/", {"page": number}).status_code == 200
    kept = person.post(f"/cases/{case_id}/rows/", {"seq": number, "page": number, "new1.note": "x"})
    assert kept.status_code == 302
    assert cases.load(case_id).seq > seq
    assert person.post(f"/cases/{case_id}/heads/", {"seq": number, "title": "y"}).status_code == 302
    assert person.post(f"/cases/{case_id}/log/back/", {"to": number}).status_code in {302, 400, 422}
