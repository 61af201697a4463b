"""Registers, the bureau and identity records at the desk: what supervisors do, auditors only read."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.office.test_registers_holding import today
from tests.office.test_registers_reports import GOOD
from tests.people.house import SATO, rows
from tests.screening.bureau.counter import Counter
from tests.screening.identity.test_papers import JPKI, SELF
from tests.web.membership import Site, do
from tests.web.office import Seat, seated
from tests.web.test_checklist import Seen

from motocho.contact.holds import Source
from motocho.loans import products
from motocho.office import registers
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.outside.fakes.bureau import Trouble, scripted
from motocho.people.access import Role
from motocho.screening import bureau, identity
from motocho.screening.identity import Evidence
from motocho.web.pages import TONGUE_COOKIE
from motocho.web.words import catalogue

HOME = "/desk/registers/"
PARTS = ("", "book/", "erasures/", "leaks/", "filings/", "partners/", "staff/", "transfers/",
         "transfers/sell/", "figures/", "provisioning/", "adverts/")  # fmt: skip


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    del database
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def text(response: Any) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def day(days: int = 0) -> str:
    return f"{clock.now().astimezone(JAPAN).date() + timedelta(days):%Y/%m/%d}"


def sent(seat: Seat, part: str, **form: str) -> Any:
    return seat.client.post(f"{HOME}{part}", form)


@pytest.mark.rule("PRIV-004")
@pytest.mark.rule("PRIV-007")
@pytest.mark.rule("ASGN-002")
@pytest.mark.rule("BOOK-005")
def test_supervisors_write_and_auditors_read(site: Site) -> None:
    """A leak with its days, a partner with its report, staff and chiefs: each once, each kept."""
    seat, auditor = seated("abe", Role.SUPERVISOR), seated("mori", Role.AUDITOR)
    leak = {"do": "note", "known_on": day(-6), "persons": "1", "sensitive": "yes",
            "property_harm": "no", "wrongful": "no", "words": "封筒を別の人へ送った"}  # fmt: skip
    assert sent(auditor, "leaks/", **leak).status_code == 409
    assert sent(seat, "leaks/", **(leak | {"words": "短"})).status_code == 422
    assert sent(seat, "leaks/", **leak).status_code == 302
    shown = text(auditor.client.get(f"{HOME}leaks/"))
    assert "報告の期限を過ぎています" in shown
    ((number,),) = rows("SELECT incident_id FROM office_incident")
    step = {"do": "take", "step": "closed", "done_on": day(), "ref": "受付1"}
    assert sent(seat, f"leaks/{number}/", **step).status_code == 422
    for one in ("prompt", "final", "persons_told", "closed"):
        assert sent(seat, f"leaks/{number}/", **(step | {"step": one})).status_code == 302
    partner = {"do": "list", "partner": "bank", "name": "架空銀行", "address": "東京都", "road": "outsourcing",
               "purpose": "振込", "contract_ref": "契約1", "from_on": day(-1), "screened_on": day(-2)}  # fmt: skip
    assert sent(seat, "partners/", **partner).status_code == 302
    assert sent(seat, "partners/", **partner).status_code == 422
    assert "名簿にない送信先" in text(sent(seat, "partners/", do="ask"))
    assert sent(seat, "partners/", do="look", checked="bank", checked_on=day()).status_code == 302
    ended = {"do": "end", "ended": "bank", "until_on": day()}
    assert sent(seat, "partners/", **ended).status_code == 302
    assert sent(seat, "partners/", **ended).status_code == 422
    ((report,),) = rows("SELECT report_id FROM office_report WHERE kind = 'outsourcing_begun'")
    filing = {"do": "file", "report": f"{report}", "filed_on": day(), "filing_ref": "届1"}
    assert sent(seat, "filings/", **filing).status_code == 302
    assert "すでに記録されています" in text(sent(seat, "filings/", **filing))
    branch = {"do": "open", "branch": "tokyo", "branch_name": "東京", "opened_on": day(-9)}
    assert sent(seat, "staff/", **branch).status_code == 302
    entry = {"do": "enter", "at": "tokyo", "certificate_no": "7", "from_on": day(-1), "name": "山田",
             "address": "東京都", "born_on": "1990/01/01", "duty": "貸付け", "joined_on": day(-2), "left_on": "",
             "chief_no": "", "year": "no", "full_time": "yes"}  # fmt: skip
    assert sent(seat, "staff/", **entry).status_code == 302
    assert "主任者が足りません" in text(auditor.client.get(f"{HOME}staff/"))
    assert sent(seat, "staff/", **(entry | {"chief_no": "主1"})).status_code == 302
    assert "主任者が足りません" not in text(auditor.client.get(f"{HOME}staff/"))
    for tongue in ("ja", "en"):
        auditor.client.cookies[TONGUE_COOKIE] = tongue
        for part in PARTS:
            page = auditor.client.get(f"{HOME}{part}")
            assert page.status_code == 200, part
            assert 'name="do"' not in page.content.decode(), part
            seat.client.cookies[TONGUE_COOKIE] = tongue
            written = seat.client.get(f"{HOME}{part}").content.decode()
            built = Seen(written)
            assert built.heads == 1, part
            assert [one for one, count in built.ids.items() if count > 1] == [], part
            words = re.sub(r"«[^»]*»|<script.*?</script>", "", written.split("<main", 1)[1])
            assert tongue == "ja" or not re.search("[ぁ-ん]{2}", words), part


@pytest.mark.rule("PRIV-006")
def test_one_asks_for_an_erasure_and_another_erases(site: Site) -> None:
    on = today()
    long_ago = on.replace(year=on.year - 5, day=min(on.day, 28)) - timedelta(1)
    at = datetime.combine(long_ago, datetime.min.time(), JAPAN)
    member = site.house.member(SATO, at)  # somebody who never had a contract
    seat, other = seated("abe", Role.SUPERVISOR), seated("mori", Role.SUPERVISOR)
    assert sent(seat, "erasures/", do="ask", number="99999999").status_code == 422
    asked = sent(seat, "erasures/", do="ask", number=member.member_number)
    assert asked.status_code == 302
    own, theirs = (one.client.get(f"{HOME}erasures/").content.decode() for one in (seat, other))
    assert 'value="erase"' not in own
    assert 'value="erase"' in theirs
    assert "二人の担当者" in text(sent(seat, "erasures/", do="erase", of=f"{member.member_id}"))
    done = sent(other, "erasures/", do="erase", of=f"{member.member_id}")
    assert done.status_code == 302, text(done)
    assert do(registers.kept_until, member.member_id).erased_at is not None
    assert "まもなく消去" in text(other.client.get(f"{HOME}erasures/"))
    registers.forget_files(member.member_id, clock.now())
    shown = text(seat.client.get(f"{HOME}erasures/"))
    assert "まもなく消去" not in shown
    assert "消去済み" in shown
    assert "bank/orders" in shown
    looks = rows("SELECT count(*) FROM journal_row WHERE purpose = 'register erasure'")
    assert looks[0][0] >= 2


@pytest.mark.rule("BOOK-001")
@pytest.mark.rule("ADV-004")
def test_book_month_and_advertisement_by_pages_alone(site: Site) -> None:
    member, key = site.member()
    auditor, seat = seated("mori", Role.AUDITOR), seated("abe", Role.SUPERVISOR)
    find = f"{HOME}book/?number={member.member_number}&agreement={key.agreement_id}"
    digest = do(registers.book_of, key, clock.business_date()).digest
    assert digest in text(auditor.client.get(find))
    csv, pdf = (auditor.client.get(f"{find}&form={form}") for form in ("csv", "pdf"))
    assert digest in csv.content.decode()
    assert pdf.content.startswith(b"%PDF")
    assert auditor.client.get(f"{HOME}book/?number=99999999").status_code == 422
    last = clock.business_date().replace(day=1) - timedelta(1)
    month = auditor.client.get(f"{HOME}figures/?month={last}&form=csv").content.decode()
    found = do(registers.figures, last, clock.business_date())
    assert f"{found.balance_yen}" in month
    sold = {one.product_id: one.title_ja for one in do(products.on_sale, last)}
    listed = {one.product for one in found.rows}
    shown = text(auditor.client.get(f"{HOME}figures/?month={last}"))
    assert listed
    assert all(sold[one] in shown and f" {one} " not in shown for one in listed)
    assert auditor.client.get(f"{HOME}figures/?month={day()}").status_code == 422
    held = auditor.client.get(f"{HOME}provisioning/?form=csv").content.decode()
    assert "stage,loans" in held
    advert = {"do": "propose", "medium": "leaflet", "title": "年末のチラシ", "words": GOOD,
              "from_on": day(1), "until_on": day(30)}  # fmt: skip
    refused = sent(seat, "adverts/", **(advert | {"words": "最大800万円を即日で"}))
    assert refused.status_code == 422
    assert "項目が足りません" in text(refused)
    assert sent(seat, "adverts/", **advert).status_code == 302
    ((number,),) = rows("SELECT advert_id FROM office_advert")
    assert sent(seat, "adverts/", do="agree", of=f"{number}").status_code == 422
    other = seated("tanaka", Role.SUPERVISOR)
    assert sent(other, "adverts/", do="agree", of=f"{number}").status_code == 302
    assert [one.is_agreed for one in do(registers.adverts)] == [True]


@pytest.mark.rule("SOLI-006")
@pytest.mark.rule("KYC-002")
def test_reviewers_judge_a_doubtful_answer_and_send_a_refused_report_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    at = clock.now() - timedelta(hours=1)
    counter = Counter(tmp_path / "tray", at=at)
    counter.join()
    counter.consent()
    counter.fake.plan = scripted(Trouble.NAMESAKE, *[Trouble.REJECTED] * 4)
    asked = counter.ask()
    assert isinstance(asked, bureau.Asked)
    counter.carry()
    counter.draw(counter.opened(), 10_000)
    counter.carry()
    evidence = Evidence(SELF, JPKI, ("result 7",))
    do(identity.keep, counter.member_id, evidence, Source("staff 3", "form 1"), at)
    seat, operator = seated("abe", Role.REVIEWER), seated("mori", Role.OPERATOR)
    assert operator.client.get("/desk/bureau/").status_code == 409
    shown = text(seat.client.get("/desk/bureau/"))
    assert asked.key.ref in shown
    assert "E01" in shown
    (refused,) = do(bureau.reports.rejected)
    again = {"do": "again", "of": refused.key.ref}
    assert seat.client.post("/desk/bureau/", again).status_code == 302
    assert seat.client.post("/desk/bureau/", again).status_code == 422
    assert do(bureau.reports.rejected) == []
    address = f"/desk/bureau/{asked.key.member_id}/{asked.key.inquiry_id}/"
    for client in (seat.client, seated("sato", Role.SUPERVISOR).client):
        page = client.get(address).content.decode()
        assert "佐藤 花子" in page
        assert counter.people[0].phones[0] not in page
    reads = rows("SELECT count(*) FROM journal_row WHERE kind = 'bureau_read'")
    assert reads[0][0] >= 2
    assert seat.client.post(address, {"do": "judge", "found": "7"}).status_code == 422
    assert seat.client.post(address, {"do": "judge", "found": "nobody"}).status_code == 302
    assert do(bureau.inquiries.doubtful) == []
    assert 'value="judge"' not in seat.client.get(address).content.decode()
    ((number,),) = rows(
        "SELECT member_number FROM people_member WHERE member_id = %s", counter.member_id
    )
    find = f"/desk/identity/?number={number}"
    assert "公的個人認証" in text(seat.client.get(find))
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'identity_read'") == [(0,)]
    ((record,),) = rows("SELECT record_id FROM screening_identity")
    assert "会社員" in text(seat.client.get(f"{find}&record={record}"))
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'identity_read'") == [(1,)]


@pytest.mark.rule("ASGN-001")
def test_a_claim_is_sold_from_its_page_by_two(site: Site) -> None:
    abe, mori, auditor = (
        seated("abe", Role.SUPERVISOR),
        seated("mori", Role.SUPERVISOR),
        seated("ito", Role.AUDITOR),
    )
    member, key = site.member()
    sell = f"{HOME}transfers/sell/"
    assert sell in abe.client.get(f"{HOME}transfers/").content.decode()
    assert "譲受人として登録され" in text(abe.client.get(sell))
    partner = {"do": "list", "partner": "buyer", "name": "架空債権回収", "address": "東京都", "road": "buyer",
               "purpose": "債権の譲受け", "contract_ref": "契約1", "from_on": day(-1), "screened_on": day(-2)}  # fmt: skip
    assert sent(abe, "partners/", **partner).status_code == 302
    found = {"number": member.member_number, "agreement": str(key.agreement_id), "buyer": "buyer"}
    shown = text(abe.client.get(sell, found))
    assert "貸金業法24条の6の10" in shown
    assert "架空債権回収" in shown
    pdf = abe.client.get(sell, found | {"form": "pdf"})
    assert pdf.content.startswith(b"%PDF")
    nobody = abe.client.get(sell, found | {"agreement": "99"})
    assert nobody.status_code == 422
    wish = found | {"do": "ask", "noticed_on": day(), "notice_ref": "通知1", "reason": "整理"}
    assert auditor.client.post(sell, wish).status_code == 409
    assert abe.client.post(sell, wish | {"noticed_on": day(1)}).status_code == 422
    assert abe.client.post(sell, wish).status_code == 302
    waiting = mori.client.get(sell).content.decode()
    (link,) = re.findall(r'href="(/desk/approvals/\d+/\d+/)"', waiting)
    page = mori.client.get(link)
    assert "譲受人" in text(page)
    (mark,) = set(re.findall(r'name="mark" value="(\w+)"', page.content.decode()))
    agreed = {"say": "agreed", "mark": mark, "words": ""}
    assert mori.client.post(link, agreed)["Location"].endswith("?done=agreed")
    assert rows("SELECT buyer_id FROM office_transfer") == [("buyer",)]
    assert link not in mori.client.get(sell).content.decode()
    assert "buyer" in text(auditor.client.get(f"{HOME}transfers/"))


@pytest.mark.rule("PRIV-006")
def test_every_folder_and_every_reason_is_in_a_language_that_is_said(site: Site) -> None:
    """Each folder that a room declares has its words in both; a table's reason says its tongue."""
    del site
    seat = seated("abe", Role.SUPERVISOR)
    lying = rows("SELECT folder, why FROM office_folder ORDER BY folder")
    texts = {
        folder: catalogue()[f"registers.lies.{folder.replace('/', '_')}"] for folder, _ in lying
    }
    of_folders = {key for key in catalogue() if key.startswith("registers.lies.")}
    assert of_folders == {f"registers.lies.{folder.replace('/', '_')}" for folder in texts}
    shown = html.unescape(seat.client.get(f"{HOME}erasures/").content.decode())
    for folder, why in lying:
        assert texts[folder]["ja"] in shown
        assert f">{why}<" not in shown
    for (why,) in rows("SELECT DISTINCT why FROM office_erasure_place"):
        tongue = "en" if why.isascii() else "ja"
        assert f'<span lang="{tongue}">{why}</span>' in shown
    seat.client.cookies[TONGUE_COOKIE] = "en"
    shown = html.unescape(seat.client.get(f"{HOME}erasures/").content.decode())
    assert all(each["en"] in shown for each in texts.values())
