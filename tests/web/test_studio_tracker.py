"""The way of a case on its pages: noted without a script, refused with what mends it, exported."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.database import Database
from tests.web.studio import as_studio, let_in

from motocho.claims import prospects
from motocho.law.court import execution_cost
from motocho.office import cases
from motocho.office.tracker import keeping, money, shelf
from motocho.outside import clock

TODAY = clock.business_date().isoformat()


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


@pytest.fixture
def client() -> Client:
    return let_in()


@pytest.fixture
def case_id(client: Client) -> int:
    client.post("/cases/sample/")
    return cases.case_ids()[0]


def note(client: Client, case_id: int, step: str, on: str = TODAY, **more: str) -> int:
    told = {"form": "step", "step": step, "step_on": on, **more}
    return client.post(f"/cases/{case_id}/way/", told).status_code


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


class TestWay:
    def test_next_step_stands_first_and_is_noted(self, client: Client, case_id: int) -> None:
        assert "次にすること: 取引履歴が届いた" in page(client, f"/cases/{case_id}/way/")
        client.post("/cases/new/", {"client": "乙"})
        assert "次にすること: 受任した" in page(client, f"/cases/{cases.case_ids()[0]}/way/")
        assert note(client, case_id, "disclosure_asked", "令和8年10月1日") == 302
        shown = page(client, f"/cases/{case_id}/way/")
        assert "次にすること: 取引履歴が届いた" in shown
        assert "取引履歴が届く目安" in shown
        assert keeping.read(case_id).done[0].on == date(2026, 10, 1)

    def test_what_does_not_fit_is_said_and_what_was_typed_stays(
        self, client: Client, case_id: int
    ) -> None:
        told = {
            "form": "step",
            "step": "disclosure_asked",
            "step_on": "S64.1.8",
            "step_note": "電話で",
        }
        response = client.post(f"/cases/{case_id}/way/", told)
        shown = response.content.decode()
        assert response.status_code == 422
        assert re.search(r"<title>エラー", shown)
        assert 'href="#step_on"' in shown
        assert 'value="S64.1.8"' in shown
        assert 'value="電話で"' in shown
        assert keeping.events_of(case_id) == []

    def test_a_step_that_does_not_follow_is_refused_in_words(
        self, client: Client, case_id: int
    ) -> None:
        response = client.post(
            f"/cases/{case_id}/way/", {"form": "step", "step": "paid", "step_on": TODAY}
        )
        assert response.status_code == 422
        assert "記録できません" in response.content.decode()

    def test_a_form_sent_twice_is_noted_once(self, client: Client, case_id: int) -> None:
        for _ in range(2):
            note(client, case_id, "disclosure_asked", ref="one-form")
        assert len(keeping.events_of(case_id)) == 1

    def test_days_are_added_done_and_records_taken_back(self, client: Client, case_id: int) -> None:
        at = f"/cases/{case_id}/way/"
        client.post(
            at,
            {
                "form": "hearing",
                "hearing_on": "2027/1/15",
                "hearing_time": "１０時３０分",
                "hearing_court": "東京簡裁",
            },
        )
        client.post(at, {"form": "day", "day_what": "証拠を集める", "day_on": "2026/12/20"})
        client.post(at, {"form": "note", "note_text": "一行目\r\n二行目"})
        shown = page(client, at)
        assert "10:30" in shown
        assert "証拠を集める" in shown
        client.post(at, {"done": "2-day"})
        assert [one.key for one in keeping.read(case_id).open_deadlines] == ["1-hearing"]
        client.post(at, {"void": "1"})
        assert keeping.read(case_id).open_deadlines == ()
        assert "取り消した" in page(client, at)

    def test_unknown_case_is_not_found(self, client: Client) -> None:
        for name in ("way", "talks", "talks/sheet", "money", "shelf", "conflicts"):
            assert client.get(f"/cases/4711/{name}/").status_code == 404, name


class TestCosts:
    WAY = (
        "history_received",
        "calculated",
        "claim_sent",
        "claim_served",
        "suit_filed",
        "day_set",
        "heard",
        "judged_won",
        "clause_given",
        "service_certified",
    )

    def test_each_step_has_what_it_costs_beside_it(self, client: Client, case_id: int) -> None:
        """The law's own tables say what stands on the page, for the day itself."""
        at, on = f"/cases/{case_id}/way/", clock.business_date()
        price = prospects.costs(int(cases.load(case_id).statement().result.overpayment_yen), on)
        seen = {}
        for one in self.WAY:
            note(client, case_id, one)
            seen[one] = page(client, at)
        assert f"{price.letter.total_yen:,}円" in seen["calculated"]
        for route in price.filing.routes:
            assert f"{route.total_yen:,}円" in seen["claim_served"]
        execution = execution_cost(on)
        assert f"{execution.clause_yen}円" in seen["judged_won"]
        assert f"{execution.certificate_yen}円" in seen["clause_given"]
        assert f"{execution.attachment_yen:,}円" in seen["service_certified"]
        assert "円" not in seen["heard"].split("次にすること")[1].split("</dl>")[0]


class TestAllCases:
    def test_days_of_all_cases_and_where_they_stand(self, client: Client, case_id: int) -> None:
        note(client, case_id, "disclosure_asked")
        shown = page(client, "/days/")
        assert "取引履歴が届く目安" in shown
        assert shown.count(f"/cases/{case_id}/way/") >= 2

    def test_calendar_files(self, client: Client, case_id: int) -> None:
        note(client, case_id, "disclosure_asked")
        for address in ("/days.ics", f"/cases/{case_id}/way.ics"):
            response = client.get(address)
            assert response["Content-Type"] == "text/calendar; charset=utf-8"
            assert response.content.count(b"BEGIN:VEVENT") >= 1
            assert response.content == response.content.replace(b"\r\n", b"\n").replace(
                b"\n", b"\r\n"
            )


class TestTalks:
    def test_rounds_answers_and_the_promise_lead_to_the_check(
        self, client: Client, case_id: int
    ) -> None:
        at = f"/cases/{case_id}/talks/"
        offer = {
            "form": "offer",
            "by": "lender",
            "offer_yen": "10万",
            "offer_on": TODAY,
            "offer_answer_by": "2026/12/1",
        }
        assert client.post(at, offer).status_code == 302
        shown = page(client, at)
        assert "100,000円" in shown
        assert "%" in shown
        client.post(at, {"answer": "declined", "of": "1"})
        assert "断った" in page(client, at)
        assert client.post(at, {"answer": "accepted", "of": "1"}).status_code == 422
        promise = {
            "form": "promise",
            "promise_yen": "500000",
            "promise_pay_on": TODAY,
            "promise_damages": "3",
        }
        assert client.post(at, promise).status_code == 302
        paid = {"form": "paid", "paid_yen": "499,999", "paid_on": TODAY, "to": "office"}
        assert client.post(f"/cases/{case_id}/money/", paid).status_code == 302
        shown = page(client, f"/cases/{case_id}/money/")
        assert "いま求める金額は1円です" in shown
        assert money.statement(case_id).balance_yen == 499_999

    def test_call_sheet_has_the_figures_and_the_traps(self, client: Client, case_id: int) -> None:
        shown = page(client, f"/cases/{case_id}/talks/sheet/")
        assert "ゼロ和解" in shown
        statement = cases.load(case_id).statement(as_of=clock.business_date())
        assert f"{int(statement.result.claim_yen):,}円" in shown


class TestMoney:
    def test_more_than_is_held_is_refused_on_the_page(self, client: Client, case_id: int) -> None:
        at = f"/cases/{case_id}/money/"
        flow = {"form": "flow", "flow_yen": "1000", "flow_on": TODAY, "flow": "from_client"}
        assert client.post(at, flow).status_code == 302
        out = {**flow, "flow": "to_client", "flow_yen": "1001"}
        response = client.post(at, out)
        assert response.status_code == 422
        assert "預り金は1,000円です" in response.content.decode()
        assert client.post(at, {**flow, "flow": "nothing"}).status_code == 422

    def test_noted_payments_go_into_the_calculation_when_somebody_says_so(
        self, client: Client, case_id: int
    ) -> None:
        """Asked for, never silent; each once; what is more than is due is refused and stays out."""
        at, outlook = f"/cases/{case_id}/money/", f"/cases/{case_id}/outlook/"
        before = cases.load(case_id)
        assert 'value="count"' not in page(client, at)
        paid = {"form": "paid", "paid_yen": "30000", "paid_on": TODAY, "to": "client"}
        assert client.post(at, paid).status_code == 302
        assert cases.load(case_id).facts == before.facts, "noting alone changes no calculation"
        shown = page(client, at)
        wanted = f"{TODAY}/30000"
        assert 'value="count"' in shown
        assert wanted in shown
        assert "30,000円は、利息に" not in re.sub("<[^>]+>", "", page(client, outlook))
        count = {"form": "count", "count_text": wanted}
        assert client.post(at, count).status_code == 302
        assert cases.load(case_id).facts["refunds"] == wanted
        assert 'value="count"' not in page(client, at)
        assert "30,000円は、利息に" in re.sub("<[^>]+>", "", page(client, outlook))
        refused = client.post(at, {**count, "count_text": f"{wanted}; {TODAY}/90,000,000"})
        assert refused.status_code == 422
        assert cases.load(case_id).facts["refunds"] == wanted

    @pytest.mark.parametrize(("talks", "beyond"), [("20", 0), ("21", 1), ("40", 1)])
    def test_fee_above_the_caps_is_said(
        self, client: Client, case_id: int, talks: str, beyond: int
    ) -> None:
        fee = {
            "form": "fees",
            "fees_on": "2026/1/10",
            "profession": "scrivener",
            "fees_talks": talks,
            "fees_suit": "25",
            "fees_fixed": "0",
        }
        at = f"/cases/{case_id}/money/"
        assert client.post(at, fee).status_code == 302
        assert page(client, at).count("会の上限20.0%より高い") == beyond


class TestShelf:
    def test_a_paper_comes_back_and_is_never_run(self, client: Client, case_id: int) -> None:
        at = f"/cases/{case_id}/shelf/"
        sent = SimpleUploadedFile("../<b>履歴.html", b"<script>alert(1)</script>")
        told = {
            "form": "paper",
            "paper_title": "取引履歴",
            "paper_on": TODAY,
            "way": "in",
            "file": sent,
        }
        assert client.post(at, told).status_code == 302
        response = client.get(f"{at}1/")
        assert response.content == b"<script>alert(1)</script>"
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert client.post(at, {**told, "file": ""}).status_code == 422
        assert client.get(f"{at}9/").status_code == 404


class TestConflicts:
    def test_hits_are_shown_and_the_decision_kept(self, client: Client, case_id: int) -> None:
        client.post("/cases/new/", {"client": "架空ファイナンス", "lender": "丙商事"})
        at = f"/cases/{case_id}/conflicts/"
        assert "相手方が、別の事件の依頼者です" in page(client, at)
        told = {"form": "decision", "decision": "declined", "decision_note": "同意が得られない"}
        assert client.post(at, told).status_code == 302
        assert "受任しない" in page(client, at)


class TestManyLenders:
    def test_another_case_takes_the_client_along_and_nothing_of_the_lender(
        self, client: Client, case_id: int
    ) -> None:
        facts = {
            "client_address": "東京都千代田区1-1",
            "lender_address": "大阪市北区",
            "court_name": "東京簡裁",
        }
        told = [{"op": "set_fact", "name": name, "value": value} for name, value in facts.items()]
        cases.apply(case_id, told, actor="x", at=clock.now(), expected_seq=cases.load(case_id).seq)
        assert client.post(f"/cases/{case_id}/another/", {"lender": "プロミス"}).status_code == 302
        other = next(one for one in cases.case_ids() if one != case_id)
        made = cases.load(other)
        assert (made.client, made.lender) == ("見本 花子", "プロミス")
        assert dict(made.facts) == {"client_address": "東京都千代田区1-1"}
        assert "同じ人の別の事件" in page(client, f"/cases/{other}/conflicts/")


class TestExport:
    def test_everything_is_in_one_file_by_its_schema(self, client: Client, case_id: int) -> None:
        note(client, case_id, "disclosure_asked")
        told = {"form": "flow", "flow_yen": "1000", "flow_on": TODAY, "flow": "from_client"}
        client.post(f"/cases/{case_id}/money/", told)
        sent = SimpleUploadedFile("履歴.pdf", b"%PDF-1.7")
        client.post(
            f"/cases/{case_id}/shelf/",
            {
                "form": "paper",
                "paper_title": "取引履歴",
                "paper_on": TODAY,
                "way": "in",
                "file": sent,
            },
        )
        content = client.get(f"/cases/{case_id}/case.zip").content
        archive = zipfile.ZipFile(io.BytesIO(content))
        document = json.loads(archive.read("case.json"))
        schema = json.loads(archive.read("case.schema.json"))
        assert set(document) == set(schema["required"]) == set(schema["properties"])
        for name in ("log", "events", "client_money", "papers"):
            wanted = schema["properties"][name]["items"]
            for one in document[name]:
                assert set(one) == set(wanted["properties"]) == set(wanted["required"])
        assert document["rows"]
        assert [one for one in archive.namelist() if one.startswith("made/")]
        (paper,) = document["papers"]
        assert archive.read(paper["file"]) == shelf.content_of(case_id, 1)
        assert archive.read("history.csv") == cases.load(case_id).table_for_people()
        result = json.loads(archive.read("statement.json"))["result"]
        assert result["claim_yen"] == int(cases.load(case_id).statement().result.claim_yen)
        again = client.get(f"/cases/{case_id}/case.zip").content
        other = zipfile.ZipFile(io.BytesIO(again))
        assert other.read("case.json") == archive.read("case.json")
