"""The desk's cases without a browser: complaints, disclosures, the counter, our numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.office import Seat, seated
from tests.web.test_facts import page

from motocho.care.cases import complaints, disclosures, sorting
from motocho.care.cases.complaints import Kind, Step, Told
from motocho.care.cases.disclosures import State
from motocho.contact import gate, holds
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.outside import clock, mail
from motocho.people import access, requests
from motocho.people.access import Role, Staff
from motocho.people.facts.values import Address
from motocho.people.facts.values import Kind as Fact
from motocho.people.members import Member

pytestmark = pytest.mark.usefixtures("database")
CALLED = "夜に何度も電話が来ました"
HOME = Address("1000001", "東京都千代田区千代田1-1")


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def ito(site: Site) -> Seat:
    return seated("ito", Role.OPERATOR)


@pytest.fixture
def mori(site: Site, ito: Seat) -> Seat:
    return seated("mori", Role.SUPERVISOR)


def new(member: Member, **other: str) -> dict[str, str]:
    typed = {"number": member.member_number, "category": "contact", "severity": "usual"}
    return typed | {"words": "昼の電話が多いです"} | other


def wanted(cause: str) -> Wanted:
    number = shipped().outgoing(clock.now().date())[0].digits
    return Wanted(Purpose.SERVICE, cause, "staff 77", number, shipped())


# ------------------------------------------------------------------------------------ complaints
@pytest.mark.rule("DESK-004")
def test_complaint_is_registered_by_one_form_and_holds_calls_at_once(
    site: Site, ito: Seat, mori: Seat
) -> None:
    member, _ = site.member()
    for wrong in ({"number": "123"}, {"number": "99999999"}, {"category": "x"}, {"words": " "}):
        refused = ito.client.post("/desk/complaints/new/", new(member) | wrong)
        assert refused.status_code == 422, wrong
    assert not rows("SELECT 1 FROM care_case")
    done = ito.client.post("/desk/complaints/new/", new(member))
    assert done.status_code == 302
    address = done["Location"]
    assert re.fullmatch(r"/desk/cases/\d+/\d+/", address)
    answer = do(gate.ask, member.member_id, wanted("a"), clock.now().replace(hour=12))
    assert isinstance(answer, Closed)
    assert "DESK-004" in {one.refusal.rule_id for one in answer.hindrances}
    shown = page(ito.client.get(address))
    for said in ("昼の電話が多いです", "電話は責任者だけ", "0570-051-051", "まだ案内していません"):
        assert said in shown, said
    (case,) = do(complaints.of_member, member.member_id)
    assert case.sorting is not None
    assert case.sorting.owner == f"staff {ito.staff_id}"
    listed = page(mori.client.get("/desk/complaints/"))
    assert address in listed
    assert "佐藤" not in listed
    assert member.member_number not in listed


@pytest.mark.rule("PRIV-003")
def test_somebody_kept_apart_is_as_nobody_on_the_new_form(
    site: Site, ito: Seat, mori: Seat
) -> None:
    member, _ = site.member()
    boss = Staff(mori.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    assert do(access.bar, member.member_id, ito.staff_id, boss, clock.now()) is None
    for address, form in (
        ("/desk/complaints/new/", new(member)),
        ("/desk/disclosures/new/", asking(member)),
    ):
        barred = page(ito.client.post(address, form))
        nobody = page(ito.client.post(address, form | {"number": "99999999"}))
        at = re.compile(r'value="[^"]*"')
        assert at.sub("", barred) == at.sub("", nobody)
    assert not rows("SELECT 1 FROM care_case")


@pytest.mark.rule("DESK-004")
def test_case_page_sorts_links_tells_and_closes(site: Site, ito: Seat, mori: Seat) -> None:
    member, _ = site.member()
    noon = clock.now().replace(hour=12) - timedelta(days=1)
    permit = do(gate.ask, member.member_id, wanted("x"), noon)
    assert isinstance(permit, Permit)
    told = Told(Kind.COMPLAINT, "説明が分かりません")
    case = do(complaints.tell, member.member_id, told, Source("member", "x"), clock.now())
    address = f"/desk/cases/{member.member_id}/{case.key.case_id}/"
    note = f"{address}note/"
    assert ito.client.post(note, {"do": "sort", "category": "x"}).status_code == 422
    words = "昼の電話は困ります。番号は123456789018です"
    unkept = ito.client.post(note, {"do": "more", "words": words})
    assert unkept.status_code == 422
    kept = page(unkept)  # on the page of the case, with every word of it
    assert f">{words}</textarea>" in kept
    assert "まだ登録していません" in kept
    assert "説明が分かりません" in kept
    sort = {
        "do": "sort",
        "category": "contact",
        "severity": "serious",
        "cause": "procedure",
        "take": "yes",
    }
    for form in (
        sort, {"do": "calls", "call": str(permit.permit_id)}, {"do": "adr", "stage": "opened"},
    ):  # fmt: skip
        assert ito.client.post(note, form)["Location"] == address
    shown = page(ito.client.get(address))
    assert "申立てがあった" in shown
    assert "staff 77" not in shown  # who is none of the staff is said in words
    ito.client.post(address, {"step": "answered", "words": "手順を直しました"})
    refused = page(mori.client.post(address, {"step": "closed"}))
    assert "手続が続いています" in refused
    assert mori.client.post(note, {"do": "adr", "stage": "closed", "result": ""}).status_code == 422
    ito.client.post(note, {"do": "adr", "stage": "closed", "result": "settled"})
    assert mori.client.post(address, {"step": "closed"}).status_code == 302
    assert do(holds.standing, member.member_id, clock.now().date()) == []
    ito.client.post(note, {"do": "more", "words": "また電話が来ました"})
    again = do(complaints.case, case.key)
    assert (again.state, again.times_reopened) == (complaints.State.RECEIVED, 1)
    assert [one.stage.value for one in do(sorting.adr, case.key)] == ["opened", "closed"]


def test_register_shows_zeros_filters_and_who_may_only_look(site: Site, ito: Seat) -> None:
    empty = page(ito.client.get("/desk/complaints/"))
    assert empty.count('<span class="tag">0</span>') == 6
    assert "0件です" in empty
    member, _ = site.member()
    late = clock.now() - timedelta(days=20)
    told = Told(Kind.COMPLAINT, CALLED)
    case = do(complaints.tell, member.member_id, told, Source("member", "x"), late)
    shown = page(ito.client.get("/desk/complaints/?show=overdue"))
    assert "期限を過ぎています" in shown
    assert f"/{case.key.case_id}/" in shown
    assert "0件です" in page(ito.client.get("/desk/complaints/?show=mine"))
    auditor = seated("kobo", Role.AUDITOR)
    numbers = page(auditor.client.get("/desk/complaints/statistics/"))
    assert "電話・訪問・督促" in numbers
    assert "/desk/complaints/new/" not in page(auditor.client.get("/desk/complaints/"))
    assert auditor.client.get("/desk/complaints/new/").status_code == 409
    do(
        complaints.add,
        case.key,
        Step(complaints.State.LOOKING),
        Source("staff 1", "l"),
        clock.now(),
    )


# ----------------------------------------------------------------------------------- disclosures
def asking(member: Member, **other: str) -> dict[str, str]:
    typed = {"number": member.member_number, "kind": "history", "who": "member"}
    return typed | {"channel": "phone", "delivery": "registered_address"} | other


def taken(seat: Seat, member: Member, **other: str) -> str:
    done = seat.client.post("/desk/disclosures/new/", asking(member, **other))
    assert done.status_code == 302, page(done)
    address: str = done["Location"]
    return address


@pytest.mark.rule("DESK-005")
@pytest.mark.rule("BOOK-003")
def test_history_goes_out_in_five_clicks_and_no_reason_is_kept(site: Site, ito: Seat) -> None:
    member, key = site.member()
    site.house.tell(member.member_id, Fact.ADDRESS, HOME, at=clock.now())
    form = page(ito.client.get("/desk/disclosures/new/"))
    assert "理由は聞きません" in form
    assert 'name="reason"' not in form
    address = taken(ito, member, reason="過払い金のため")
    found = rows("SELECT to_jsonb(d)::text FROM care_disclosure d")
    assert "過払い" not in found[0][0]
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", "%過払い%")
    listed = page(ito.client.get("/desk/disclosures/"))
    assert address in listed  # 1 click
    assert "残り11営業日" in listed or "残り10営業日" in listed
    assert "佐藤" not in listed
    step = f"{address}step/"
    assert ito.client.post(step, {"do": "check"}).status_code == 422
    assert (
        ito.client.post(step, {"do": "check", "proof": "questions"})["Location"] == address
    )  # 2, 3
    assert ito.client.post(step, {"do": "make"})["Location"] == address  # 4
    shown = page(ito.client.get(address))
    (name,) = re.findall(rf"{address}(\d+-pdf)/", shown)
    pdf = ito.client.get(f"{address}{name}/")
    assert pdf.content.startswith(b"%PDF")
    case = ito.client.get(f"{address}{key.agreement_id}-case/")
    assert case["Content-Type"] == "application/json"
    assert ito.client.get(f"{address}{key.agreement_id}-exe/").status_code == 404
    assert ito.client.get(f"{address}987654-pdf/").status_code == 404
    assert HOME.text in page(ito.client.post(f"{address}label/"))
    unsent = ito.client.post(step, {"do": "send", "proof": "registered_mail"})
    assert unsent.status_code == 422
    assert "渡したと記録して完了" in page(unsent)  # the same page, with what is missing
    sent = {"do": "send", "proof": "registered_mail", "ref": "123-45"}
    assert ito.client.post(step, sent)["Location"] == address  # 5
    assert "123-45" in page(ito.client.get(address))
    assert do(archive.waiting) == []
    assert "0件です" in page(ito.client.get("/desk/disclosures/"))


@pytest.mark.rule("BOOK-003")
@pytest.mark.rule("DESK-005")
def test_only_a_supervisor_refuses_and_only_for_what_the_law_names(
    site: Site, ito: Seat, mori: Seat
) -> None:
    member, _ = site.member()
    step = f"{taken(ito, member)}step/"
    for seat, ground in ((ito, "not_entitled"), (mori, "no_reason"), (mori, "過払い金")):
        refused = seat.client.post(step, {"do": "refuse", "ground": ground})
        assert refused.status_code == 409, ground
    (found,) = do(disclosures.open_ones)
    assert found.state is State.RECEIVED
    assert mori.client.post(step, {"do": "refuse", "ground": "not_entitled"}).status_code == 302
    assert do(disclosures.open_ones) == []


def test_counsel_needs_a_name_and_an_address(site: Site, ito: Seat) -> None:
    member, _ = site.member()
    form = asking(member, who="counsel", channel="counsel", delivery="their_address")
    for more, said in (({}, "氏名が要ります"), ({"to_name": "山田"}, "送り先の住所")):
        refused = ito.client.post("/desk/disclosures/new/", form | more)
        assert refused.status_code == 422
        assert said in page(refused)
    address = taken(ito, member, **form | {"to_name": "山田", "to_address": "大阪市北区1-1"})
    ito.client.post(f"{address}step/", {"do": "check", "proof": "attorney_letter"})
    ito.client.post(f"{address}step/", {"do": "make"})
    assert "大阪市北区1-1" in page(ito.client.post(f"{address}label/"))
    assert do(archive.waiting) == []
    withdrawn = ito.client.post(f"{address}step/", {"do": "withdraw"})
    assert withdrawn.status_code == 302


# ------------------------------------------------------------------------------------ the counter
SEEN = {"paper": "licence", "number": "3012 3456 7890", "expires": "2035-01-01"}


@pytest.mark.rule("PRIV-001")
@pytest.mark.rule("AUTH-002")
def test_counter_helps_whom_a_paper_shows(site: Site, ito: Seat, mori: Seat) -> None:
    member, _ = site.member()
    address = f"/desk/members/{member.member_id}/counter/"
    act = f"{address}act/"
    before = page(mori.client.get(address))
    assert "1988年" not in before  # nothing more than the name before the paper
    assert "090" not in before
    for do_it in ("pin", "card", "paper", "contact"):
        form = {
            "do": do_it,
            "kind": "mobile_phone",
            "value": "08033334444",
            "paper_no": "1",
            "receipt": "R",
        }
        assert mori.client.post(act, form).status_code == 409, do_it
    for wrong in ({"expires": "2020-01-01"}, {"number": ""}, {"paper": "health"},
                  {"paper": "my_number_front", "number": "123456789018"}):  # fmt: skip
        assert mori.client.post(address, SEEN | wrong).status_code == 422, wrong
    assert mori.client.post(address, SEEN)["Location"] == address
    shown = page(mori.client.get(address))
    assert "*********890" in shown
    assert "1988年4月12日" in shown
    assert "301234567890" not in shown.replace(" ", "")
    assert ito.client.post(act, {"do": "pin"}).status_code == 409  # no reviewer
    assert mori.client.post(act, {"do": "pin"})["Location"] == f"{address}?done=pin"
    (asked,) = do(requests.waiting)
    review = f"/desk/resets/{member.member_id}/{asked.key.request_id}/"
    second = seated("tanaka", Role.REVIEWER)
    seen = page(second.client.get(review))
    assert "運転免許証" in seen
    assert "*********890" in seen
    assert mori.client.post(review, {"verdict": "genuine"}).status_code == 409
    second.client.post(review, {"verdict": "genuine"})
    assert rows("SELECT state FROM people_request") == [("approved",)]
    phone = {"do": "contact", "kind": "mobile_phone", "value": "080-3333-4444"}
    half = mori.client.post(act, phone | {"value": "080-33"})
    assert half.status_code == 422
    kept = page(half)
    assert 'value="080-33"' in kept  # on its own page, with what was typed and what would mend it
    assert "店頭" in kept
    assert "エラー" in kept
    assert mori.client.post(act, phone).status_code == 302
    assert rows("SELECT 1 FROM people_fact WHERE road = 'desk' AND masked LIKE %s", "%4444")
    card = mori.client.post(act, {"do": "card"})
    assert re.fullmatch(r"/desk/requests/\d+/\d+/", card["Location"])


def test_papers_are_handed_over_against_a_signature(site: Site, ito: Seat) -> None:
    member, _ = site.member()
    step = f"{taken(ito, member)}step/"
    ito.client.post(step, {"do": "check", "proof": "licence"})
    ito.client.post(step, {"do": "make"})
    address = f"/desk/members/{member.member_id}/counter/"
    ito.client.post(address, SEEN)
    assert "取引履歴" in page(ito.client.get(address))
    (letter,) = do(archive.to_hand_over, member.member_id)
    form = {"do": "paper", "paper_no": f"{letter.paper_no}", "receipt": ""}
    assert ito.client.post(f"{address}act/", form).status_code == 422
    done = ito.client.post(f"{address}act/", form | {"receipt": "R-1"})
    assert done["Location"] == f"{address}?done=paper"
    assert do(archive.waiting) == []
    assert "渡す書面は0件です" in page(ito.client.get(address))
    looks = rows("SELECT DISTINCT purpose FROM journal_row WHERE purpose = 'counter'")
    assert looks == [("counter",)]


# ------------------------------------------------------------------------------------- our numbers
@pytest.mark.rule("FRAUD-004")
@pytest.mark.rule("DESK-001")
@pytest.mark.parametrize(("number", "said"), [
    ("03-0000-0108", "当社の番号です"), ("0300000110", "以前は当社の番号でした"),
    ("090-1234-5678", "当社の番号ではありません"), ("0312345678", "当社の一覧にありません"),
])  # fmt: skip
def test_desk_says_whose_a_number_is_as_the_public_page_does(
    site: Site, ito: Seat, number: str, said: str
) -> None:
    shown = page(ito.client.get(f"/desk/numbers/?number={number}"))
    assert said in shown
    assert "折り返し先" in shown
    public: Any = ito.client.get(f"/number/?number={number}")
    assert public.status_code == 200
    verdict = shipped().caller(re.sub("[^0-9]", "", number), clock.now().date()).verdict
    assert (verdict.value == "yes") is (said == "当社の番号です")


@pytest.mark.rule("DESK-001")
def test_topic_leads_to_its_desk(site: Site, ito: Seat) -> None:
    for topic, desk in (
        ("repayment", "総合カードローンデスク"),
        ("abroad", "ショッピングデスク"),
        ("x", ""),
    ):
        shown = page(ito.client.get(f"/desk/numbers/?topic={topic}"))
        assert f"<strong>{desk}</strong>" in shown or not desk
        assert "サービスセンター" in shown
    assert ito.client.get("/desk/numbers/?number=x").status_code == 200
