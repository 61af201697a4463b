"""The staff's pages about fraud, families and care: stopped at once, decided by two, told to nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.people.house import BORN, kinds_of, rows
from tests.web.borrowing import confirm, enter, form, main
from tests.web.membership import PIN, Site, do
from tests.web.office import Seat, seated
from tests.web.test_care import called

from motocho.care.cases import complaints, draw_checks, frauds
from motocho.contact import calls, tasks
from motocho.contact.gate import Permit
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.outside import clock, mail, teller
from motocho.people.access import Role
from motocho.people.members import Member
from motocho.people.safety import freezes, listed

pytestmark = pytest.mark.usefixtures("database")
WORDS = "身に覚えのない借入がある"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "codes")


@pytest.fixture
def tanaka(site: Site) -> Seat:
    return seated("tanaka", Role.OPERATOR)


@pytest.fixture
def suzuki(site: Site, tanaka: Seat) -> Seat:
    return seated("suzuki", Role.SUPERVISOR, Role.REVIEWER)


def told(site: Site, seat: Seat) -> tuple[Member, Key, str]:
    """A member whose whole agreement is disputed, and the address of the report."""
    member, key = site.member()
    found = seat.client.post("/desk/frauds/new/", {"number": member.member_number})
    address = f"/desk/frauds/new/{member.member_id}/"
    assert found["Location"] == address
    page = main(seat.client.get(address))
    assert "契約1のすべて" in page
    assert "150,000円" in page
    typed = {
        "kind": "name_used",
        "reporter": "named",
        "words": WORDS,
        "disputed": f"{key.agreement_id}-0",
    }
    done = seat.client.post(address, typed)
    assert re.fullmatch(r"/desk/frauds/\d+/\d+/", done["Location"])
    return member, key, done["Location"]


def mark(seat: Seat, address: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', seat.client.get(address).content.decode())
    assert found is not None
    return found[1]


def today() -> Any:
    return clock.now().date()


def test_report_stops_everything_and_two_decide(site: Site, tanaka: Seat, suzuki: Seat) -> None:
    member, key, address = told(site, tanaka)
    assert do(queries.position, key, today()).stops == {Stop.FRAUD}
    assert do(freezes.frozen_at, member.member_id) is not None
    shown = main(tanaka.client.get(address))
    assert WORDS in shown
    assert "借入・会員ページ・請求を止めています" in shown
    police = {"do": "step", "step": "police", "reference": "R8-12", "station": "新宿警察署"}
    assert tanaka.client.post(address, police)["Location"] == address
    assert "R8-12 新宿警察署" in main(tanaka.client.get(address))
    asked = {"do": "ask", "verdict": "compensated", "reason": "筆跡がちがう"}
    assert tanaka.client.post(address, asked)["Location"] == address
    waits = main(tanaka.client.get(address))
    assert "2件、計170,000円" in waits
    assert "承認して実行する" not in waits  # who proposed it does not decide
    assert tanaka.client.post(address, {"do": "agree", "mark": "0" * 64}).status_code == 404
    seen = mark(suzuki, address)
    assert suzuki.client.post(address, {"do": "agree", "mark": "0" * 64}).status_code == 409
    assert suzuki.client.post(address, {"do": "agree", "mark": seen})["Location"] == address
    assert do(queries.position, key, today()).principal_yen == 0
    assert "信用情報の訂正の期限" in main(tanaka.client.get(address))
    early = tanaka.client.post(address, {"do": "step", "step": "closed"})
    assert early.status_code == 422
    assert "結果をまだ申出人に知らせていません" in main(early)
    for step in (
        {"step": "informed"},
        {"step": "corrected", "reference": "J-1"},
        {"step": "closed"},
    ):
        assert tanaka.client.post(address, {"do": "step", **step})["Location"] == address
    closed = main(tanaka.client.get(address))
    assert "完了しました" in closed
    assert not re.search(r"staff \d", closed)
    assert "会員ページは止まったままです" in closed  # nobody stays frozen in silence
    assert "止めたままにする" not in closed  # a reviewer's word
    assert f'href="{address}"' in tanaka.client.get("/desk/frauds/").content.decode()
    assert tanaka.client.post(address, {"do": "leave"}).status_code == 409
    assert tanaka.client.post(address, {"do": "reopen"})["Location"] == address
    assert "審査を待っています" in main(tanaka.client.get(address))
    assert "止めたままにする" in main(suzuki.client.get(address))
    (request_id,) = rows("SELECT request_id FROM people_request WHERE kind = 'reopening'")[0]
    own = f"/desk/requests/{member.member_id}/{request_id}/"
    assert suzuki.client.post(own, {"verdict": "genuine"}).status_code == 302
    assert do(freezes.frozen_at, member.member_id) is None
    assert do(frauds.frozen_pages) == []
    assert "止まったまま" not in main(tanaka.client.get(address))
    assert do(queries.position, key, today()).stops == frozenset()
    assert "staff_access" in kinds_of(member.member_id)


def test_listed_account_is_done_once_somebody_looked_into_it(site: Site, tanaka: Seat) -> None:
    """The task of an account of a list has its end; another task is not ended by the same form."""
    member, _ = site.member()
    line = listed.Line(2, listed.Number("0001", "001", "1234567"), "ﾔﾏﾀﾞ ﾀﾛｳ")
    do(listed.bring_in, listed.Incoming("police", b"x", (line,)), "operator 1", clock.now())
    do(draw_checks.note_listed, member.member_id, do(listed.check, line.number), clock.now())
    other = do(
        tasks.put, member.member_id, tasks.Plan(tasks.Kind.FOLLOW_UP), Source("staff 1", "x"),
        clock.now(),
    )  # fmt: skip
    (task,) = [one for one in do(tasks.of_member, member.member_id) if one.plan.facts]
    assert f">{member.member_number}</a>" in tanaka.client.get("/desk/frauds/").content.decode()
    for task_id in (task.task_id, task.task_id, other):
        form = {"member": member.member_id, "task": task_id}
        assert tanaka.client.post("/desk/frauds/", form)["Location"] == "/desk/frauds/"
    assert [one.task_id for one in do(tasks.of_member, member.member_id)] == [other]
    for wrong in ({"member": "x", "task": "1"}, {}):
        assert tanaka.client.post("/desk/frauds/", wrong).status_code == 404


@pytest.mark.parametrize("tongue", ["ja", "en"])
def test_a_fraud_decision_reads_as_words_among_the_approvals(
    site: Site, tanaka: Seat, suzuki: Seat, tongue: str
) -> None:
    _, _, address = told(site, tanaka)
    ask = {"do": "ask", "verdict": "compensated", "reason": "筆跡が違う"}
    assert tanaka.client.post(address, ask)["Location"] == address
    suzuki.client.cookies["tongue"] = tongue
    for page in ("/desk/approvals/", _only(suzuki, "/desk/approvals/")):
        shown = suzuki.client.get(page).content.decode()
        assert "fraud_decision" not in shown
        assert "total_yen" not in shown
        assert "&#x27;agreement&#x27;" not in shown


def _only(seat: Seat, address: str) -> str:
    found = re.search(
        r"/desk/(?:approvals|frauds)/\d+/\d+/", seat.client.get(address).content.decode()
    )
    assert found is not None
    return found[0]


def test_what_is_missing_is_said_and_nothing_stopped(site: Site, tanaka: Seat) -> None:
    member, key = site.member()
    address = f"/desk/frauds/new/{member.member_id}/"
    nothing = tanaka.client.post(address, {})
    assert nothing.status_code == 422
    typed = {"kind": "deceived", "reporter": "member", "words": WORDS}
    unnamed = tanaka.client.post(address, typed)
    assert "調べる借入が選ばれていない" in main(unnamed)
    assert do(queries.position, key, today()).stops == frozenset()
    assert do(freezes.frozen_at, member.member_id) is None
    assert do(frauds.waiting) == []


@pytest.mark.rule("FRAUD-001")
def test_held_draw_is_cleared_after_a_call_alone(client: Client, site: Site, suzuki: Seat) -> None:
    member, key = enter(site, client)
    client.post("/member/borrow/confirm/", {**form(key), "pin": PIN, "told": ["remote"]})
    found = re.search(
        r"/desk/frauds/checks/\d+/\d+/", suzuki.client.get("/desk/frauds/").content.decode()
    )
    assert found is not None
    listing = suzuki.client.get("/desk/frauds/").content.decode()
    assert f">{member.member_number}</a>" in listing
    page = main(suzuki.client.get(found[0]))
    assert "画面の共有・遠隔操作アプリを求められた" in page
    early = suzuki.client.post(found[0], {"outcome": "cleared"})
    assert early.status_code == 422
    assert "登録の電話番号でまだ話していません" in main(early)
    permit = called(member.member_id, Purpose.SECURITY, clock.now())
    assert isinstance(permit, Permit)
    do(calls.note, permit, calls.Result.SPOKEN, Source("staff 7", "call"), clock.now())
    assert suzuki.client.post(found[0], {"outcome": "cleared"})["Location"] == "/desk/frauds/"
    assert do(queries.position, key, today()).stops == frozenset()
    again = confirm(client, form(key, ref="another-reference-of-a-test"))
    assert again["Location"].startswith("/member/borrow/")


# --------------------------------------------------------------------------------------- families
WORRY = {
    "relation": "spouse",
    "concern": "gambling",
    "kana": "サトウ ハナコ",
    "born": str(BORN),
    "words": "",
}


def bare(response: Any) -> str:
    text = re.sub(r'value="\w+"|data-(?:warn|end)="\d+"', "", response.content.decode())
    return re.sub(r"/families/\d+/|受付番号(?:は| )\d+", "", text)


@pytest.mark.rule("VULN-001")
def test_page_after_a_familys_report_is_the_same_for_member_and_nobody(
    site: Site, tanaka: Seat, suzuki: Seat
) -> None:
    member, _ = site.member()
    pages = []
    for kana in ("サトウ ハナコ", "ヤマダ タロウ"):
        done = tanaka.client.post("/desk/families/", WORRY | {"kana": kana})
        assert done.status_code == 302
        pages.append(tanaka.client.get(done["Location"]))
    assert bare(pages[0]) == bare(pages[1])
    text = main(pages[0])
    assert "ご契約の有無はお答えできません" in text
    assert "0570-051-051" in text
    assert member.member_number not in text
    listed = tanaka.client.get("/desk/families/").content.decode()
    assert str(member.member_number) not in listed
    assert not re.search(r"/desk/families/\d+/\d+/", listed)  # looks are for reviewers
    looks = suzuki.client.get("/desk/families/").content.decode()
    found = re.search(r"/desk/families/\d+/\d+/", looks)
    assert found is not None
    assert tanaka.client.get(found[0]).status_code == 409
    assert "佐藤 花子" in main(suzuki.client.get(found[0]))
    assert suzuki.client.post(found[0], {}).status_code == 422
    assert suzuki.client.post(found[0], {"outcome": "care"})["Location"] == "/desk/families/"
    care = main(tanaka.client.get(f"/desk/members/{member.member_id}/care/"))
    assert "先に相談窓口を案内する" in care


@pytest.mark.rule("VULN-001")
@pytest.mark.parametrize(
    ("other", "words"),
    [({"kana": " "}, "どなたについての心配か"), ({"words": "うつ病で通院中"}, "うつ病"), ({"relation": "x"}, "何も選ばれていません")],
)  # fmt: skip
def test_worry_that_cannot_be_kept_is_told_what_is_wrong(
    site: Site, tanaka: Seat, other: dict[str, str], words: str
) -> None:
    site.member()
    refused = tanaka.client.post("/desk/families/", WORRY | other)
    assert refused.status_code == 422
    assert words in main(refused)
    assert rows("SELECT 1 FROM care_family_report") == []


def test_care_is_put_down_and_ended(site: Site, tanaka: Seat) -> None:
    member, _ = site.member()
    address = f"/desk/members/{member.member_id}/care/"
    until = clock.now().date() + timedelta(days=60)
    typed = {
        "do": "put",
        "category": "slowly",
        "last_on": f"{until}",
        "reference": "case 12",
        "words": "",
    }
    for wrong in ({"category": "family_report"}, {"last_on": "2020-01-01"}, {"reference": ""},
                  {"words": "認知症"}):  # fmt: skip
        assert tanaka.client.post(address, typed | wrong).status_code == 422
    assert rows("SELECT 1 FROM care_flag") == []
    assert tanaka.client.post(address, typed)["Location"] == address
    shown = main(tanaka.client.get(address))
    assert "もとになる案件: 苦情の対応 12" in re.sub(r"<[^>]+>", "", shown)
    assert "/desk/cases/" not in shown  # the member has no such case: words, and no dead link
    ((flag_id,),) = rows("SELECT flag_id FROM care_flag")
    assert tanaka.client.post(address, {"do": "end", "flag": str(flag_id)})["Location"] == address
    assert "もとになる案件:" not in main(tanaka.client.get(address))


@pytest.mark.rule("VULN-001")
def test_what_care_rests_on_is_a_link_for_who_may_open_it(
    site: Site, tanaka: Seat, suzuki: Seat
) -> None:
    member, _ = site.member()
    told = complaints.Told(complaints.Kind.COMPLAINT, "字が小さい")
    case = do(complaints.tell, member.member_id, told, Source("member", "x"), clock.now())
    report = tanaka.client.post("/desk/families/", WORRY)["Location"].split("/")[-2]
    number = case.key.case_id
    until = f"{clock.now().date() + timedelta(days=60)}"
    typed = {"do": "put", "category": "slowly", "last_on": until, "words": ""}
    address = f"/desk/members/{member.member_id}/care/"
    for reference in (f"case {number}", "担当からの申し送り"):
        tanaka.client.post(address, typed | {"reference": reference})
    at_case = f'<a href="/desk/cases/{member.member_id}/{number}/">苦情の対応 {number}</a>'
    at_look = f'<a href="/desk/families/{member.member_id}/{report}/">'
    for seat, may_look in ((tanaka, False), (suzuki, True)):
        shown = seat.client.get(address)
        assert at_case in shown.content.decode()
        assert "もとになる案件: 担当からの申し送り" in main(shown)
        assert f"家族からの申告 {report}" in main(shown)
        assert (at_look in shown.content.decode()) is may_look
    assert suzuki.client.get(f"/desk/families/{member.member_id}/{report}/").status_code == 200


@pytest.mark.usefixtures("tanaka")
def test_auditor_changes_nothing_here(site: Site) -> None:
    auditor = seated("mori", Role.AUDITOR)
    member, _ = site.member()
    for address in ("/desk/frauds/", "/desk/frauds/new/", "/desk/families/",
                    f"/desk/members/{member.member_id}/care/"):  # fmt: skip
        assert auditor.client.get(address).status_code == 409, address
