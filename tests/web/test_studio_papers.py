"""S8, S9 and the templates: from missing facts to files that agree, and a text that is refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client, override_settings
from tests.database import Database
from tests.people.house import rows
from tests.web.studio import as_studio, let_in

from motocho.claims.pleading import Look, PaperKind
from motocho.office import cases, papers
from motocho.office.tracker import shelf
from motocho.outside import clock
from motocho.units.errors import Language


@pytest.fixture(autouse=True)
def _studio(database: Database, tmp_path: Path) -> Iterator[None]:
    with as_studio(), override_settings(STUDIO_FOLDER=str(tmp_path)):
        yield


@pytest.fixture
def client() -> Client:
    return let_in()


def sample(client: Client) -> int:
    client.post("/cases/sample/")
    return cases.case_ids()[0]


def filled(client: Client) -> int:
    """The sample, its planted fault mended, with the sample's facts."""
    case_id = sample(client)
    assert client.post(f"/cases/{case_id}/papers/", {"sample": "1"}).status_code == 302
    return case_id


def test_what_is_missing_is_asked_for_and_kept(client: Client) -> None:
    case_id = sample(client)
    page = client.get(f"/cases/{case_id}/papers/").content.decode()
    opened = page.split('class="why"')[0]
    accrued_until = papers.content_of(cases.load(case_id), clock.business_date()).accrued_until
    assert f'利息は<time datetime="{accrued_until.isoformat()}">' in opened
    assert 'name="client_address"' in opened
    assert 'name="plan_months"' not in opened
    assert client.get(f"/cases/{case_id}/papers/complaint.pdf").status_code == 422
    typed = {"client_address": "東京都千代田区1-1", "pay_by_on": "R9.1.31"}
    assert client.post(f"/cases/{case_id}/papers/", typed).status_code == 302
    facts = cases.load(case_id).facts
    assert facts["client_address"] == "東京都千代田区1-1"
    after = client.get(f"/cases/{case_id}/papers/").content.decode()
    assert 'name="client_address"' not in after.split('class="why"')[0]


def test_a_fact_that_cannot_be_read_keeps_nothing(client: Client) -> None:
    case_id = sample(client)
    typed = {"client_address": "東京都", "pay_by_on": "13月45日"}
    response = client.post(f"/cases/{case_id}/papers/", typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert "<title>エラー：" in page
    assert 'href="#pay_by_on"' in page
    assert 'aria-describedby="pay_by_on-wrong"' in page
    assert "東京都" in page
    assert not cases.load(case_id).facts


def test_the_pack_holds_what_the_command_line_makes(client: Client) -> None:
    case_id = filled(client)
    case = cases.load(case_id)
    response = client.get(f"/cases/{case_id}/papers/pack.zip")
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        names = archive.namelist()
        complaint = archive.read(next(one for one in names if one.endswith("_訴状.pdf")))
    total_yen = case.statement().result.claim_yen
    assert total_yen in papers.amounts_in(papers.pdf_text(complaint))
    assert names[0] == "00_提出書類一覧.pdf"
    assert sum(one.endswith(".xlsx") for one in names) == 2
    printed = client.get(f"/cases/{case_id}/papers/pack.pdf")
    assert printed["Content-Disposition"].startswith("inline")
    assert total_yen in papers.amounts_in(papers.pdf_text(printed.content))


def test_every_paper_has_its_page_its_picture_and_its_files(client: Client) -> None:
    case_id = filled(client)
    page = client.get(f"/cases/{case_id}/papers/").content.decode()
    kinds = set(re.findall(rf"/cases/{case_id}/papers/([a-z_]+)/\"", page)) - {
        "certified",
        "exhibit",
    }
    assert {"complaint", "annex", "settlement"} <= kinds
    for kind in kinds:
        assert client.get(f"/cases/{case_id}/papers/{kind}/").status_code == 200, kind
    picture = client.get(f"/cases/{case_id}/papers/complaint/page-1.png")
    assert picture.content.startswith(b"\x89PNG")
    assert client.get(f"/cases/{case_id}/papers/complaint/page-99.png").status_code == 404
    for form in papers.forms_of(PaperKind.COMPLAINT):
        response = client.get(f"/cases/{case_id}/papers/complaint.{form.value}")
        assert response["Content-Type"] == form.media_type
    filed = client.get(f"/cases/{case_id}/papers/filing.pdf")
    assert filed.content.startswith(b"%PDF")
    for wrong in ("nothing.pdf", "complaint.exe", "nothing/"):
        assert client.get(f"/cases/{case_id}/papers/{wrong}").status_code == 404, wrong


def test_what_was_paid_back_moves_papers_outlook_and_talks(client: Client) -> None:
    """One box: the papers ask for what is left, and the outlook and the call sheet say the same."""
    case_id = filled(client)
    on = clock.business_date()
    before = papers.content_of(cases.load(case_id), on)
    page = f"/cases/{case_id}/papers/"
    refused = client.post(page, {"refunds": f"{before.accrued_until}/99999999999"})
    assert refused.status_code == 302
    assert "その日の請求額" in client.get(page).content.decode()
    sent = {"refunds": f"{before.accrued_until}/100000", "refund_order": "principal"}
    assert client.post(page, sent).status_code == 302
    after = papers.content_of(cases.load(case_id), on)
    assert after.overpayment_yen == before.overpayment_yen - 100_000
    assert after.interest_yen == before.interest_yen
    assert client.get(f"/cases/{case_id}/papers/complaint.pdf").status_code == 200
    outlook = client.get(f"/cases/{case_id}/outlook/").content.decode()
    assert f"{after.total_yen:,}" in outlook
    assert "に受け取った" in outlook
    talks = client.get(f"/cases/{case_id}/talks/").content.decode()
    assert f"{after.total_yen:,}" in talks


def test_a_settlement_of_nothing_is_marked_on_the_page(client: Client) -> None:
    case_id = filled(client)
    page = f"/cases/{case_id}/papers/"
    assert "ゼロ和解" not in client.get(page).content.decode()
    assert client.post(page, {"settlement_yen": "0"}).status_code == 302
    assert "いわゆるゼロ和解" in client.get(page).content.decode()


def test_the_counter_counts_520_and_warns_at_521(client: Client) -> None:
    case_id = filled(client)
    at = f"/cases/{case_id}/papers/certified/count/"
    whole = client.post(at, {"text": "あ" * 520, "grid": "across_20"}).content.decode()
    assert "520" in whole
    assert "wrong" not in whole
    over = client.post(at, {"text": "a" * 521, "grid": "across_20"}).content.decode()
    assert "521" in over
    assert "wrong" in over
    page = client.post(
        f"/cases/{case_id}/papers/certified/", {"text": "あ" * 521, "grid": "down_20"}
    )
    assert "521" in page.content.decode()
    made = client.post(
        f"/cases/{case_id}/papers/certified/",
        {"text": "請求します", "grid": "down_20", "make": "1"},
    )
    assert made.content.startswith(b"%PDF")


def test_an_exhibit_comes_back_numbered(client: Client) -> None:
    case_id = filled(client)
    original = client.get(f"/cases/{case_id}/papers/annex.pdf").content
    sent = {"number": "3", "title": "取引履歴", "file": io.BytesIO(original)}
    response = client.post(f"/cases/{case_id}/papers/exhibit/", sent)
    assert response.status_code == 200
    assert "甲第3号証" in papers.pdf_text(response.content).replace(" ", "")
    assert "%E7%94%B2003_" in response["Content-Disposition"]
    for wrong in ({"number": "0"}, {"number": "x", "file": io.BytesIO(original)}, {}):
        assert client.post(f"/cases/{case_id}/papers/exhibit/", wrong).status_code == 422


def test_an_exhibit_that_is_kept_lies_sealed_on_the_shelf_and_in_the_lists(client: Client) -> None:
    cases.set_passphrase("春はあけぼの やうやう白く", at=datetime(2026, 11, 22, tzinfo=UTC))
    case_id = filled(client)
    at = f"/cases/{case_id}/papers/"
    original = client.get(f"{at}annex.pdf").content
    assert "保管した書証" not in client.get(at).content.decode()
    sent = {"number": "5", "title": "受領書", "keep": "1"}
    for _ in range(2):  # sent twice, kept once
        file = io.BytesIO(original)
        assert client.post(f"{at}exhibit/", {**sent, "file": file}).status_code == 302
    (kept,) = shelf.listed(case_id)
    assert (kept.title, kept.name) == ("甲第5号証　受領書", "甲005_受領書.pdf")
    data = shelf.content_of(case_id, kept.paper_no)
    assert "甲第5号証" in papers.pdf_text(data).replace(" ", "")
    stored = rows("SELECT content FROM office_kept_paper")[0][0]
    assert b"%PDF" not in bytes(stored)
    shown = client.get(at).content.decode()
    assert "甲005_受領書.pdf" in shown, "in the packing list, with its file"
    assert f"/cases/{case_id}/shelf/{kept.paper_no}/" in shown
    listed = papers.pdf_text(client.get(f"{at}exhibit_list.pdf").content).replace(" ", "")
    assert "受領書" in listed
    client.post(f"{at}exhibit/", {**sent, "keep": "", "number": "6", "file": io.BytesIO(original)})
    assert len(shelf.listed(case_id)) == 1


def test_the_proof_tells_why_another_total_differs(client: Client) -> None:
    case_id = filled(client)
    case = cases.load(case_id)
    page = client.get(f"/cases/{case_id}/proof/").content.decode()
    assert case.statement().history.input_sha256 in page
    at = f"/cases/{case_id}/proof/"
    ours = f"{case.statement().result.claim_yen:,}円"
    assert "1円まで一致" in client.post(at, {"theirs": ours}).content.decode()
    from dataclasses import replace  # noqa: PLC0415

    from motocho.claims.statement import recalculate  # noqa: PLC0415
    from motocho.kernel.conventions import YearBasis  # noqa: PLC0415

    turned = replace(case.assumptions(), year_basis=YearBasis.FIXED_365)
    theirs = recalculate(case.history(), turned, as_of=case.as_of).result.claim_yen
    assert theirs != case.statement().result.claim_yen
    assert "年365日固定" in client.post(at, {"theirs": str(theirs)}).content.decode()
    assert "その額になりません" in client.post(at, {"theirs": "1"}).content.decode()
    assert "エラー" in client.post(at, {"theirs": "たくさん"}).content.decode()


def test_their_sheet_tells_its_conventions(client: Client) -> None:
    case_id = filled(client)
    sheet = client.get(f"/cases/{case_id}/papers/recalculation.xlsx")
    assert sheet.status_code == 200
    case = cases.load(case_id)
    from dataclasses import replace  # noqa: PLC0415

    from motocho.claims import layouts  # noqa: PLC0415
    from motocho.claims.statement import recalculate  # noqa: PLC0415
    from motocho.kernel.conventions import YearBasis  # noqa: PLC0415

    turned = replace(case.assumptions(), year_basis=YearBasis.FIXED_365)
    statement = recalculate(case.history(), turned, as_of=case.as_of)
    lines = ["日付,借入,返済,残高"]
    for row in statement.rows:
        event = row.event
        balance = int(row.outstanding_principal_yen) - int(row.overpayment_yen)
        lent, paid = (
            (event.amount_yen, "") if event.kind.name == "BORROW" else ("", event.amount_yen)
        )
        lines.append(f"{event.on},{lent},{paid},{balance}")
    assert layouts.describe(turned, Language.JA)[0].text
    sent = {"sheet": io.BytesIO("\n".join(lines).encode())}
    page = client.post(f"/cases/{case_id}/proof/", sent).content.decode()
    assert "年365日固定" in page
    assert "再現できました" in page
    wrong = client.post(f"/cases/{case_id}/proof/", {"sheet": io.BytesIO(b"x,y\n1,2")})
    assert "エラー" in wrong.content.decode()


def test_the_office_s_letterhead_stands_in_for_the_agent(client: Client) -> None:
    case_id = filled(client)
    told = {
        "office_name": "見本事務所",
        "office_address": "東京都新宿区1-1",
        "office_people": "弁護士 見本次郎",
    }
    assert client.post("/office/", told).status_code == 302
    client.post(f"/cases/{case_id}/papers/", {"agent_kind": "lawyer"})
    response = client.get(f"/cases/{case_id}/papers/acceptance_notice.pdf")
    assert response.status_code == 200
    text = papers.pdf_text(response.content)
    assert "見本事務所" in text
    assert "代理人弁護士" in text
    assert "見本次郎" in text


def test_a_template_is_changed_only_without_faults(client: Client, tmp_path: Path) -> None:
    filled(client)
    assert client.get("/templates/").status_code == 200
    page = client.post("/templates/complaint/", {"text": "{{ ''.__class__ }}\n{{ claim.totl }}"})
    assert page.status_code == 422
    assert "2件" in page.content.decode()
    assert not (tmp_path / "templates").exists()
    ours = papers.load("complaint").text
    assert client.post("/templates/complaint/", {"text": ours + "\n追伸"}).status_code == 302
    assert "追伸" in (tmp_path / "templates" / "complaint.txt").read_text()
    assert "追伸" in papers.pdf_text(client.get("/templates/complaint.pdf").content)
    assert client.post("/templates/complaint/", {"restore": "1"}).status_code == 302
    assert not papers.load("complaint", tmp_path / "templates").is_changed
    for name in papers.names():
        assert client.get(f"/templates/{name}/").status_code == 200, name


def test_a_word_shell_is_taken_and_given_back(client: Client, tmp_path: Path) -> None:
    ours = client.get("/templates/word.docx").content
    assert ours == papers.plain_shell(Look.LETTER)
    assert client.post("/templates/", {"file": io.BytesIO(b"MZ")}).status_code == 422
    assert client.post("/templates/", {"file": io.BytesIO(ours)}).status_code == 302
    assert (tmp_path / "templates" / papers.WORD_SHELL).read_bytes() == ours
    assert client.post("/templates/", {"remove": "1"}).status_code == 302
    assert not (tmp_path / "templates" / papers.WORD_SHELL).exists()


def test_pages_speak_english(client: Client) -> None:
    case_id = filled(client)
    client.cookies["tongue"] = "en"
    for address in (f"/cases/{case_id}/papers/", f"/cases/{case_id}/proof/", "/templates/"):
        page = client.get(address).content.decode()
        assert 'lang="en"' in page
