"""The three questions and the outlook of a case, on their pages: without scripts, in both tongues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from tests.database import Database
from tests.web.studio import as_studio, let_in

from motocho.claims import assumptions as assumed
from motocho.claims import prospects
from motocho.office import cases
from motocho.office.tracker import Kind, callsheet, keeping
from motocho.outside import clock
from motocho.web.words import Tongue, plain

TODAY = clock.business_date()
TWO_DEALINGS = (
    "日付,借入,返済,約定利率,契約\n1998-01-10,500000,,0.27375,1\n"
    + "".join(f"{year}-06-10,,150000,,1\n" for year in range(1998, 2011))
    + f"{TODAY.year - 15}-11-23,,100000,,1\n{TODAY.year - 14}-03-01,300000,,0.18,2\n"
    + f"{TODAY.year - 10}-03-01,,300000,,2\n{TODAY.year - 8}-11-23,,250000,,2\n"
)


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


@pytest.fixture
def client() -> Client:
    return let_in()


@pytest.fixture
def case_id(client: Client) -> int:
    client.post("/cases/new/", {"client": "甲野花子", "lender": "アコム"})
    (made,) = cases.case_ids()
    client.post(f"/cases/{made}/import/", {"pasted": TWO_DEALINGS})
    return made


def page(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200, address
    return response.content.decode()


# ------------------------------------------------------------------------------- am I affected?
def test_three_answers_give_a_verdict_with_articles(client: Client) -> None:
    shown = page(client, "/affected/", began="平成15年", paid_off="", lender="アコム")
    assert "過払い金がある見込みです" in shown
    assert "27.375%" in shown
    assert "利息制限法1条" in shown
    assert "これは約束ではありません" in shown


def test_what_cannot_be_read_is_said_at_its_box(client: Client) -> None:
    response = client.get("/affected/", {"began": "むかし", "lender": "アコム"})
    shown = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"<title>エラー", shown)
    assert 'href="#began"' in shown
    assert 'value="むかし"' in shown
    later = client.get("/affected/", {"began": "2005", "paid_off": "2004", "lender": "アコム"})
    assert 'href="#paid_off"' in later.content.decode()


def test_a_case_is_opened_with_the_lender(client: Client) -> None:
    shown = page(client, "/affected/", began="2003", lender="アコム")
    assert 'name="lender" value="アコム"' in shown


# ------------------------------------------------------------------------------------- the outlook
def test_outlook_shows_what_the_room_reasons(client: Client, case_id: int) -> None:
    shown = page(client, f"/cases/{case_id}/outlook/")
    case = cases.load(case_id)
    joined = case.statement(as_of=TODAY)
    assert f"{int(joined.result.claim_yen):,}" in shown
    assert f'利息は<time datetime="{TODAY.isoformat()}">' in shown
    assert "シナリオ「主張」" in shown
    assert "シナリオ「分断」" in shown
    assert "別々の取引" in shown
    assert "clock-lost" in shown
    assert "clock-open" in shown
    for heading in ("時効", "140万円の線", "和解の比較", "信用情報", "税", "実費", "かかる期間"):
        assert heading in shown, heading
    assert "じぶんローン" in shown


def test_facts_are_kept_and_move_the_clock(client: Client, case_id: int) -> None:
    address = f"/cases/{case_id}/outlook/"
    told = {"form": "facts", "stopped_on": "平成24年3月2日", "demanded_on": "2026-11-01、R8.11.10"}
    assert client.post(address, {**told, "shopping_yen": "１万"}).status_code == 302
    case = cases.load(case_id)
    assert case.facts["stopped_on"] == "2012-03-02"
    assert case.facts["shopping_yen"] == "10000"
    shown = page(client, address)
    assert "貸付停止から" in shown
    assert 'value="2012-03-02"' in shown
    kept = prospects.read_circumstances(case.facts, case.findings)
    assert len(kept.steps.demanded_on) == 2
    # Going back in the log takes it back.
    cases.undo_to(case_id, case.seq - 3, actor="a", at=clock.now(), expected_seq=case.seq)
    assert "stopped_on" not in cases.load(case_id).facts


def test_a_demand_to_come_is_shown_as_a_plan(client: Client, case_id: int) -> None:
    address = f"/cases/{case_id}/outlook/"
    planned = clock.business_date() + timedelta(days=20)
    told = {"form": "facts", "demanded_on": planned.isoformat()}
    assert client.post(address, told).status_code == 302
    assert "に届く予定の催告は" in page(client, address)
    arrived = clock.business_date() - timedelta(days=1)
    assert client.post(address, {**told, "demanded_on": arrived.isoformat()}).status_code == 302
    assert "に届く予定の催告は" not in page(client, address)


def test_facts_that_cannot_be_read_stay_in_their_boxes(client: Client, case_id: int) -> None:
    told = {"form": "facts", "stopped_on": "S64.1.8", "shopping_yen": "100.000"}
    response = client.post(f"/cases/{case_id}/outlook/", told)
    shown = response.content.decode()
    assert response.status_code == 422
    assert 'value="S64.1.8"' in shown
    assert 'href="#shopping_yen"' in shown
    assert cases.load(case_id).facts == {}


def test_a_guaranteed_loan_comes_and_goes(client: Client, case_id: int) -> None:
    address = f"/cases/{case_id}/outlook/"
    loan = {"form": "loan", "loan_product": "バンクイック", "loan_bank": "三菱UFJ銀行",
            "loan_balance_yen": "99,999,999"}  # fmt: skip
    assert client.post(address, loan).status_code == 302
    (name,) = cases.load(case_id).findings
    assert "載ることがあります" in page(client, address)
    assert client.post(address, {"remove": name}).status_code == 302
    assert cases.load(case_id).findings == {}
    assert "載らない見込みです" in page(client, address)


def test_offers_of_the_talks_stand_beside_the_totals(client: Client, case_id: int) -> None:
    told = {"form": "offer", "by": "lender", "offer_yen": "100000", "offer_on": TODAY.isoformat()}
    assert client.post(f"/cases/{case_id}/talks/", told).status_code == 302
    shown = page(client, f"/cases/{case_id}/outlook/")
    assert "利息を付けない過払金より少ない提示です" in shown
    # 100,000 − (20,000 + 20,000) × 1.1 − 1,710 of the letter.
    assert "54,290" in shown


def test_the_call_sheet_and_the_outlook_have_the_same_totals(case_id: int) -> None:
    """Under every rule for the rate of an overpayment: without interest means without interest."""
    for rule in assumed.values_of("overpayment_rate_rule"):
        case = cases.load(case_id)
        convention = {"op": "set_convention", "scenario": case.claimed,
                      "key": "overpayment_rate_rule", "value": rule}  # fmt: skip
        cases.apply(case_id, [convention], actor="a", at=clock.now(), expected_seq=case.seq)
        case = cases.load(case_id)
        ours = prospects.totals_of(case.statement(as_of=TODAY), TODAY)
        sheet = callsheet.totals(case, TODAY)
        assert sheet is not None
        assert (sheet.without_yen, sheet.with_yen) == (
            ours.without_interest_yen,
            ours.with_interest_yen,
        )
        assert sheet.without_yen < sheet.with_yen


def test_a_fee_that_was_agreed_is_paid_out_too(client: Client, case_id: int) -> None:
    at = keeping.Made("a", clock.now())
    body = {"profession": "scrivener", "talks_ppm": 150_000, "suit_ppm": 200_000, "fixed_yen": 0}
    keeping.note(case_id, keeping.Told(Kind.FEES, TODAY, body, "f"), at)
    told = {"form": "offer", "by": "lender", "offer_yen": "100000", "offer_on": TODAY.isoformat()}
    client.post(f"/cases/{case_id}/talks/", told)
    shown = page(client, f"/cases/{case_id}/outlook/")
    # 100,000 − 15,000 × 1.1 − 1,710.
    assert "合意した報酬" in shown
    assert "81,790" in shown


def test_a_case_without_rows_has_no_outlook_and_says_why(client: Client) -> None:
    client.post("/cases/new/", {"lender": "アコム"})
    (empty,) = cases.case_ids()
    shown = page(client, f"/cases/{empty}/outlook/")
    assert plain("studio.empty.title", Tongue.JA) in shown
    assert f"/cases/{empty}/import/" in shown
    assert "studio-prospects.css" in shown


def test_rows_that_cannot_be_read_have_no_outlook_and_say_why(client: Client) -> None:
    client.post("/cases/new/", {"lender": "アコム"})
    (case_id,) = cases.case_ids()
    rows = [{"date": "H15.6.31", "repay": "15000"}]
    cases.apply(case_id, [{"op": "put_rows", "rows": rows, "before": None}], actor="t",
                at=clock.now(), expected_seq=cases.load(case_id).seq)  # fmt: skip
    shown = page(client, f"/cases/{case_id}/outlook/")
    assert "見通しはまだありません" in shown
    assert "H15.6.31" in shown


def test_pages_speak_english(client: Client, case_id: int) -> None:
    client.cookies["tongue"] = "en"
    for address in ("/affected/?began=2003&lender=アコム", f"/cases/{case_id}/outlook/"):
        shown = client.get(address).content.decode()
        assert 'lang="en"' in shown, address
    assert "Where to see a professional" in shown
    assert "from the end of the dealing" in shown


def test_the_line_is_watched_where_rows_stand(client: Client, case_id: int) -> None:
    shown = page(client, f"/cases/{case_id}/")
    assert "地方裁判所" in shown
    assert "から140万円を超えています" in shown
    case = cases.load(case_id)
    smaller = [{"id": row.row_id, "column": "repay", "text": "1000"} for row in case.rows[1:14]]
    operations = [{"op": "set_cells", "cells": smaller}]
    cases.apply(case_id, operations, actor="a", at=clock.now(), expected_seq=case.seq)
    after = page(client, f"/cases/{case_id}/")
    assert "から140万円を超えています" not in after


def test_the_directory_fills_the_papers_but_for_who_represents(
    client: Client, case_id: int
) -> None:
    address = f"/cases/{case_id}/outlook/"
    shown = page(client, address)
    assert "東京都港区東新橋一丁目9番1号" in shown
    assert "代表者事項証明書で確かめてください" in shown
    assert client.post(address, {"take_lender": "yes"}).status_code == 302
    facts = cases.load(case_id).facts
    assert facts["lender_name"] == "アコム株式会社"
    assert facts["lender_address"] == "東京都港区東新橋一丁目9番1号"
    assert "書類に使っています" in page(client, address)


def test_the_answer_stands_first_with_what_follows(client: Client) -> None:
    """Figures, the day to act by, then a list of the parts; each leads to a part that is there."""
    client.post("/cases/sample/")
    shown = page(client, f"/cases/{cases.case_ids()[0]}/outlook/")
    contents = shown.index('class="contents')
    assert shown.index('class="figures"') < shown.index("この日までに動く") < contents
    assert contents < shown.index('id="clock"')
    nav = shown[contents : shown.index("</nav>", contents)]
    places = re.findall(r'href="#([\w-]+)"', nav)
    assert {"clock", "line", "settling", "to-costs", "facts"} <= set(places)
    assert all(shown.count(f'id="{one}"') == 1 for one in places)
    assert shown.count('<details class="fold"') == shown.count('<summary><h2 id="') >= 4
