"""Two persons on the desk's pages: settlement and write-off asked, decided, done; notices taken in."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.office import Seat, browser, seated

from motocho.care import approvals
from motocho.care.approvals import Ref
from motocho.care.collections import counsel, legal, settlements, visits
from motocho.close import day
from motocho.contact import gate
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.documents import archive
from motocho.loans import queries
from motocho.loans.commands import Key, Made
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.people.members import Member

REF = "abcdefghijklmnopqrst"
DONE = "abcdefghijklmnopqrs"


class Scene(NamedTuple):
    """An operator, two supervisors, and a loan of 200,000 yen that nobody paid for long."""

    operator: Seat
    mori: Seat
    kato: Seat
    key: Key
    at: str
    site: Site
    member: Member


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    site = Site.at(tmp_path)
    member, _ = site.member()
    opened = clock.now().date() - timedelta(days=300)
    key = site.desk.open(opened, member_id=member.member_id)
    site.desk.draw(key, 200_000, opened)
    return Scene(
        seated("ueda", Role.OPERATOR),
        seated("mori", Role.SUPERVISOR),
        seated("kato", Role.SUPERVISOR),
        key,
        f"/desk/members/{member.member_id}/collection/",
        site,
        member,
    )


def page(response: Any) -> str:
    return html.unescape(response.content.decode())


def today() -> str:
    return f"{clock.now():%Y/%m/%d}"


def asked(scene: Scene, seat: Seat, ref: str = REF, paid: str = "160,000") -> Any:
    address = f"{scene.at}settlement/{scene.key.agreement_id}/?paid={paid}&instalment=10000"
    form = {"road": "voice", "agreed_on": today(), "reason": "収入が減った", "ref": ref}
    return seat.client.post(address, form)


def waiting(scene: Scene) -> str:
    ((number,),) = rows("SELECT max(request_id) FROM care_approval")
    return f"/desk/approvals/{scene.key.member_id}/{number}/"


def mark(text: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', text)
    assert found is not None
    return found[1]


def test_settlement_from_its_figures_to_the_ledger(scene: Scene) -> None:
    address = f"{scene.at}settlement/{scene.key.agreement_id}/"
    shown = page(scene.operator.client.get(f"{address}?paid=160000&instalment=10000"))
    assert "160,000円" in shown
    assert "40,000円" in shown
    for _ in range(2):  # the same form again asks once
        assert asked(scene, scene.operator)["Location"] == scene.at
    assert rows("SELECT count(*) FROM care_approval") == [(1,)]
    listed = page(scene.mori.client.get("/desk/approvals/"))
    at = waiting(scene)
    assert at in listed
    seen = page(scene.mori.client.get(at))
    assert "160,000円" in seen
    assert "収入が減った" in seen
    form = {"say": "agreed", "words": "", "mark": mark(seen)}
    for _ in range(2):  # a double tap is one decision
        assert scene.mori.client.post(at, form)["Location"] == "/desk/approvals/?done=agreed"
    assert "実行しました" in page(scene.mori.client.get("/desk/approvals/?done=agreed"))
    late = scene.kato.client.post(at, form)
    assert late.status_code == 422
    assert "もう決まった" in page(late)
    position = do(queries.position, scene.key, clock.now().date())
    assert position.payoff_yen == 160_000
    home = page(scene.operator.client.get(scene.at))
    assert "履行中" in home
    number = at.rstrip("/").rpartition("/")[2]
    paper = scene.operator.client.get(f"{scene.at}settlements/{number}/paper/")
    assert paper["Content-Type"] == "application/pdf"
    kept = [
        one for one in do(archive.listed, *scene.key) if one.kind is archive.Kind.SETTLEMENT
    ]  # once, though it was decided twice by a double tap
    assert [(one.title, one.road) for one in kept] == [("和解書", archive.Road.POST)]
    assert kept[0].paper_no in {one.paper_no for one in do(archive.waiting)}
    assert paper.content.startswith(b"%PDF")
    visitor = browser()
    scene.site.known(visitor, scene.member)
    assert scene.site.sign_in(visitor, scene.member).status_code == 302
    shown = page(visitor.get("/member/"))
    told = re.sub(r"<[^>]+>", "", shown)
    assert "全部で160,000円を返すことで和解しました" in told
    assert "16回、毎回10,000円" in told
    at = f"/member/papers/{kept[0].paper_no}/pdf/"
    for address in ("/member/", f"/member/dealings/{scene.key.agreement_id}/"):
        assert f'href="{at}"' in page(visitor.get(address))
    papers = page(visitor.get(f"/member/dealings/{scene.key.agreement_id}/papers/"))
    assert at in papers
    assert "和解書" in papers
    opened = visitor.get(at)
    assert opened.content == do(archive.pages, scene.key.member_id, kept[0].paper_no)
    looks = "SELECT member_id, actor, subject ->> 'paper' FROM journal_row WHERE kind = %s"
    mine = (scene.key.member_id, "member", str(kept[0].paper_no))
    assert rows(looks, "paper_opened") == [mine]
    other, _ = scene.site.member()
    stranger = browser()
    scene.site.known(stranger, other)
    assert scene.site.sign_in(stranger, other).status_code == 302
    assert stranger.get(at).status_code == 404
    assert browser().get(at).status_code == 302
    assert rows(looks, "paper_opened") == [mine]


def settled(scene: Scene, paid: str, instalment: str) -> None:
    address = f"{scene.at}settlement/{scene.key.agreement_id}/?paid={paid}&instalment={instalment}"
    form = {"road": "voice", "agreed_on": today(), "reason": "収入が減った", "ref": REF}
    assert scene.operator.client.post(address, form)["Location"] == scene.at
    at = waiting(scene)
    said = {"say": "agreed", "words": "", "mark": mark(page(scene.mori.client.get(at)))}
    assert scene.mori.client.post(at, said).status_code == 302


def told_to_member(scene: Scene, *addresses: str) -> list[str]:
    visitor = browser()
    scene.site.known(visitor, scene.member)
    assert scene.site.sign_in(visitor, scene.member).status_code == 302
    return [re.sub(r"<[^>]+>", "", page(visitor.get(address))) for address in addresses]


def test_what_a_settlement_is_to_the_member_from_its_day_to_its_end(scene: Scene) -> None:
    """One payment: no talk of missed ones, none of the minimum or of borrowing again; then over."""
    settled(scene, "160,000", "160,000")
    dealings = f"/member/dealings/{scene.key.agreement_id}/"
    home, rows_of = told_to_member(scene, "/member/", dealings)
    for text in (home, rows_of):
        assert "160,000円を1回で返します" in text
        assert "2回分" not in text
        assert "返す額はこの額のままです" in text
    assert "和解した契約なので、新しい借入はできません" in home
    assert "契約の内容の見直しにより" not in home
    on = clock.now().date()
    scene.site.desk.receive(scene.key, 160_000, on)
    home, rows_of = told_to_member(scene, "/member/", dealings)
    for text in (home, rows_of):
        assert "和解した額をすべて受け取りました" in text
        assert "1回で返します" not in text
    (kept,) = do(settlements.of_member, scene.key.member_id)
    lender = shipped().lender
    said = do(settlements.paper, kept, settlements.parties_of(scene.member, lender))
    (lost,) = [one.text for one in said.pairs if one.label == "期限の利益の喪失"]
    assert "2回分" not in lost


def test_a_write_off_to_the_member_is_a_debt_still_and_the_desk_takes_it(scene: Scene) -> None:
    address = f"{scene.at}write-off/{scene.key.agreement_id}/"
    form = {"cause": "no_means", "reason": "資力がない", "ref": REF}
    assert scene.operator.client.post(address, form)["Location"] == scene.at
    at = waiting(scene)
    said = {"say": "agreed", "words": "", "mark": mark(page(scene.mori.client.get(at)))}
    assert scene.mori.client.post(at, said).status_code == 302
    assert do(queries.position, scene.key, clock.now().date()).written_off_yen == 200_000
    payoff = f"/member/dealings/{scene.key.agreement_id}/payoff/"
    home, quoted = told_to_member(scene, "/member/", payoff)
    for text in (home, quoted):
        assert "返す額は残っていて、返済は窓口で受け付けます" in text
    assert re.search(r"元金\s*200,000円", quoted)
    assert "今日、全部返す" not in quoted


@pytest.mark.rule("COLL-010")
def test_while_counsel_acts_the_paper_goes_to_nobody_and_the_member_can_open_it(
    scene: Scene,
) -> None:
    asked(scene, scene.operator)
    notice = counsel.Notice(
        counsel.Sender.LAWYER, counsel.Proceeding.OUT_OF_COURT, "事務所", "法田 守", "12345", "",
        "", counsel.Road.FAX, clock.now().date(),
    )  # fmt: skip
    told = Made("desk", "notice 1", clock.now().date(), clock.now(), "staff 1")
    do(counsel.receive, scene.key.member_id, notice, told)
    at = waiting(scene)
    form = {"say": "agreed", "words": "", "mark": mark(page(scene.mori.client.get(at)))}
    assert scene.mori.client.post(at, form).status_code == 302
    (kept,) = [one for one in do(archive.listed, *scene.key) if one.kind is archive.Kind.SETTLEMENT]
    assert kept.road is archive.Road.ON_REQUEST
    assert kept.paper_no not in {one.paper_no for one in do(archive.waiting)}
    ready = rows("SELECT subject ->> 'document' FROM journal_row WHERE kind = 'document_ready'")
    assert ("settlement",) not in ready, "no mail tells the member of it"
    visitor = browser()
    scene.site.known(visitor, scene.member)
    assert scene.site.sign_in(visitor, scene.member).status_code == 302
    assert visitor.get(f"/member/papers/{kept.paper_no}/pdf/").content.startswith(b"%PDF")


def test_nobody_agrees_to_their_own_and_a_refusal_has_its_reason(scene: Scene) -> None:
    asked(scene, scene.mori)
    at = waiting(scene)
    own = page(scene.mori.client.get(at))
    assert 'value="agreed"' not in own
    assert "ほかの承認者" in own
    refused = scene.mori.client.post(at, {"say": "agreed", "mark": mark(own)})
    assert refused.status_code == 422
    other = page(scene.kato.client.get(at))
    empty = scene.kato.client.post(at, {"say": "refused", "words": " ", "mark": mark(other)})
    assert empty.status_code == 422
    assert "理由" in page(empty)
    words = {"say": "refused", "words": "もう一度相談を", "mark": mark(other)}
    assert scene.kato.client.post(at, words)["Location"] == "/desk/approvals/?done=refused"
    assert "もう一度相談を" in page(scene.operator.client.get(scene.at))
    assert do(approvals.of_member, scene.key.member_id)[0].decided is not None
    assert do(queries.position, scene.key, clock.now().date()).payoff_yen > 200_000
    nothing = scene.kato.client.post(at, {"say": "perhaps"})
    assert nothing.status_code == 422


def test_an_operator_takes_back_what_was_asked_and_decides_nothing(scene: Scene) -> None:
    asked(scene, scene.operator)
    at = waiting(scene)
    assert scene.operator.client.get(at).status_code == 409
    assert scene.operator.client.get("/desk/approvals/").status_code == 409
    number = at.rstrip("/").rpartition("/")[2]
    assert scene.operator.client.post(scene.at, {"withdraw": number})["Location"] == scene.at
    found = do(approvals.one, Ref(scene.key.member_id, int(number)))
    assert found.decided is not None
    assert found.decided.outcome is approvals.Outcome.WITHDRAWN
    assert scene.operator.client.post(scene.at, {"withdraw": "x"}).status_code == 404


def test_what_policy_refuses_stands_beside_its_box(scene: Scene) -> None:
    address = f"{scene.at}settlement/{scene.key.agreement_id}/"
    too_little = scene.operator.client.get(f"{address}?paid=1000&instalment=1000")
    assert too_little.status_code == 422
    assert "元本の30%を超えて" in page(too_little)
    assert scene.operator.client.get(address).status_code == 200
    assert asked(scene, scene.operator, paid="x").status_code == 422
    assert rows("SELECT count(*) FROM care_approval") == [(0,)]


def test_write_off_is_asked_and_done(scene: Scene) -> None:
    address = f"{scene.at}write-off/{scene.key.agreement_id}/"
    assert scene.operator.client.post(address, {"cause": "no_means"}).status_code == 422
    form = {"cause": "no_means", "reason": "生活保護を受給", "ref": REF}
    assert scene.operator.client.post(address, form)["Location"] == scene.at
    at = waiting(scene)
    seen = page(scene.kato.client.get(at))
    assert "資力がない" in seen
    scene.kato.client.post(at, {"say": "agreed", "mark": mark(seen)})
    position = do(queries.position, scene.key, clock.now().date())
    assert position.status.value == "written_off"


@pytest.mark.parametrize("kind", ["settlement", "write_off"])
def test_what_two_agree_to_is_booked_on_the_books_day(scene: Scene, kind: str) -> None:
    """Between midnight and the close, as every command: not on a day that is not open yet."""
    on = clock.now().date() - timedelta(days=1)
    do(day.open_book, on)
    if kind == "settlement":
        address = f"{scene.at}settlement/{scene.key.agreement_id}/?paid=160000&instalment=10000"
        form = {"road": "voice", "agreed_on": f"{on:%Y/%m/%d}", "reason": "減収", "ref": REF}
    else:
        address = f"{scene.at}write-off/{scene.key.agreement_id}/"
        form = {"cause": "no_means", "reason": "減収", "ref": REF}
    assert scene.operator.client.post(address, form)["Location"] == scene.at
    at = waiting(scene)
    seen = page(scene.mori.client.get(at))
    agreed = scene.mori.client.post(at, {"say": "agreed", "words": "", "mark": mark(seen)})
    assert agreed["Location"] == "/desk/approvals/?done=agreed"
    booked = rows("SELECT business_on FROM loan_event WHERE external_ref LIKE 'approval %%'")
    assert set(booked) == {(on,)}


@pytest.mark.rule("COLL-010")
def test_a_notice_is_taken_in_between_midnight_and_the_close(scene: Scene) -> None:
    """A fax bears the calendar's day: the book, a day behind, refuses none."""
    do(day.open_book, clock.now().date() - timedelta(days=1))
    form = {
        "sender": "lawyer", "proceeding": "out_of_court", "office": "大手町法律事務所",
        "name": "法田守", "registration": "12345", "phone": "", "case_ref": "", "road": "fax",
        "received_on": today(), "document_ref": "", "ref": REF,
    }  # fmt: skip
    assert scene.operator.client.post(f"{scene.at}counsel/", form)["Location"] == scene.at
    assert do(counsel.standing, scene.key.member_id)


@pytest.mark.rule("COLL-010")
def test_a_notice_by_its_form_stops_everything(scene: Scene) -> None:
    address = f"{scene.at}counsel/"
    form = {
        "sender": "lawyer", "proceeding": "out_of_court", "office": "大手町法律事務所",
        "name": "法田 守", "registration": "12345", "phone": "03-1234-5678", "road": "fax",
        "received_on": today(), "ref": REF,
    }  # fmt: skip
    wrong = scene.operator.client.post(address, form | {"registration": "abc"})
    assert wrong.status_code == 422
    assert "登録番号" in page(wrong)
    for _ in range(2):
        assert scene.operator.client.post(address, form)["Location"] == scene.at
    (kept,) = do(counsel.of_member, scene.key.member_id)
    assert kept.notice.phone == "0312345678"
    assert "連絡は止まっています" in page(scene.operator.client.get(scene.at))
    wanted = Wanted(Purpose.ARREARS, "case", "staff 1", way=Channel.EMAIL)
    noon = clock.now().replace(hour=12)
    assert isinstance(do(gate.ask, scene.key.member_id, wanted, noon), Closed)
    end = f"{address}{kept.counsel_no}/end/"
    assert scene.operator.client.get(end).status_code == 200
    told = {"why": "resigned", "ended_on": today(), "words": "", "ref": DONE + "1"}
    assert scene.operator.client.post(end, told).status_code == 422
    told["words"] = "辞任通知をファクスで受領"
    assert scene.operator.client.post(end, told)["Location"] == scene.at
    assert do(counsel.standing, scene.key.member_id) == []
    again = scene.operator.client.post(end, told)
    assert again.status_code == 422
    assert "辞任" in page(scene.operator.client.get(scene.at))


@pytest.mark.rule("COLL-005")
def test_a_visit_from_its_plan_to_its_log(scene: Scene) -> None:
    scene_day = clock.now().date() + timedelta(days=1)
    plan = {
        "agreement": str(scene.key.agreement_id), "second": str(scene.mori.staff_id),
        "planned_on": f"{scene_day:%Y/%m/%d}", "planned_time": "14:00", "ref": REF,
        "reason": "電話がつながらない",
    }  # fmt: skip
    address = f"{scene.at}visits/"
    assert scene.operator.client.get(address).status_code == 200
    for wrong in ({"planned_time": "25:00"}, {"planned_time": "22:00"}, {"reason": ""}):
        assert scene.operator.client.post(address, plan | wrong).status_code == 422
    for _ in range(2):
        assert scene.operator.client.post(address, plan)["Location"] == scene.at
    (planned,) = do(visits.of_member, scene.key.member_id)
    assert len(planned.plan.visitors) == 2
    at = f"{address}{planned.visit_no}/"
    assert at in page(scene.operator.client.get(scene.at))
    assert "許可を求めて" in page(scene.operator.client.get(at))
    went = {"arrived": "14:01", "told": "14:02", "left": "14:03", "visitors": "2", "met": "own",
            "log": "normal"}  # fmt: skip
    early = scene.operator.client.post(at, went)
    assert early.status_code == 422  # nobody went yet, and there was no permit
    stayed = page(scene.operator.client.post(at, went | {"left": "14:40"}))
    assert "14:02に退去を求められ、14:40まで" in stayed
    assert scene.operator.client.post(at, went | {"visitors": "x"}).status_code == 422


def begun_case(scene: Scene) -> str:
    address = f"{scene.at}legal/{scene.key.agreement_id}/"
    form = {"step": "order_applied", "court": "東京簡易裁判所", "reason": "返済がない", "ref": REF}
    assert scene.operator.client.post(address, form | {"court": ""}).status_code == 422
    assert scene.operator.client.post(address, form)["Location"] == scene.at
    at = waiting(scene)
    seen = page(scene.mori.client.get(at))
    assert "支払督促の申立て" in seen
    scene.mori.client.post(at, {"say": "agreed", "mark": mark(seen)})
    (case,) = do(legal.of_member, scene.key.member_id)
    return f"{scene.at}cases/{case.key.case_no}/"


def test_a_case_in_court_on_its_page(scene: Scene) -> None:
    at = begun_case(scene)
    assert at in page(scene.operator.client.get(scene.at))
    shown = page(scene.operator.client.get(at))
    assert "民事訴訟法382条" in shown
    assert "手続の間、完成しません" in shown
    form = {"step": "order_served", "taken_on": today(), "court": "東京簡易裁判所", "ref": REF,
            "note": "yes"}  # fmt: skip
    form["ref"] = DONE + "2"
    future = f"{clock.now() + timedelta(days=9):%Y/%m/%d}"
    assert scene.operator.client.post(at, form | {"taken_on": future}).status_code == 422
    for _ in range(2):
        assert scene.operator.client.post(at, form)["Location"] == at
    served = page(scene.operator.client.get(at))
    assert "督促異議" in served
    assert "まで" in served
    assert scene.operator.client.post(at, {"ask": "yes"}).status_code == 422
    assert rows("SELECT count(*) FROM care_legal_step") == [(2,)]
    assert "督促異議の期間が過ぎた" in served
    assert "裁判所が指定した日" not in served, "no day in court follows yet"
    objected = form | {"step": "order_objected", "ref": DONE + "3"}
    assert scene.operator.client.post(at, objected)["Location"] == at
    assert "督促異議の期間が過ぎた" not in page(scene.operator.client.get(at))
    coming = f"{clock.now() + timedelta(days=30):%Y/%m/%d}"
    past = f"{clock.now() - timedelta(days=1):%Y/%m/%d}"
    hearing = {"hearing": "yes", "hearing_on": coming, "ref": DONE + "4"}
    wrong = scene.operator.client.post(at, hearing | {"hearing_on": past})
    assert wrong.status_code == 422
    assert "口頭弁論はありません" in page(wrong)
    for _ in range(2):
        assert scene.operator.client.post(at, hearing)["Location"] == at
    named = page(scene.operator.client.get(at))
    assert "口頭弁論の期日" in named
    assert coming in named


@pytest.mark.rule("PRIV-003")
def test_every_look_has_its_purpose_and_a_barred_member_is_not_there(scene: Scene) -> None:
    scene.operator.client.get(scene.at)
    asked(scene, scene.operator)
    at = waiting(scene)
    scene.kato.client.get(at)
    number = at.rstrip("/").rpartition("/")[2]
    looks = rows("SELECT purpose FROM journal_row WHERE kind = 'staff_access'")
    assert {("collection",), (f"approval {number}",)} <= set(looks)
    auditor = seated("abe", Role.AUDITOR)
    for address in (scene.at, at, "/desk/approvals/", f"{scene.at}counsel/"):
        assert auditor.client.get(address).status_code == 409
    nobody = f"/desk/members/{scene.key.member_id + 7}/collection/"
    assert scene.operator.client.get(nobody).status_code == 404
    assert scene.operator.client.get(f"{scene.at}settlement/99/").status_code == 404
