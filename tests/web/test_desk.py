"""The staff's pages without a browser: who gets in, what two must agree to, what is written down."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from tests.database import Database
from tests.documents.files import pdf, photo
from tests.notices.posting import mails, plain, work
from tests.people.authenticator import Authenticator
from tests.people.house import BORN, MOBILE, SATO, kinds_of, rows
from tests.screening.applications.office import wished
from tests.web.membership import PIN, Site, do
from tests.web.office import PASSWORD, Seat, browser, joined, seated
from tests.web.test_facts import asking, bare, looked_at, page

from motocho.care.cases import complaints
from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic, Wanted
from motocho.contact.holds import Source
from motocho.documents import intake
from motocho.documents.intake import Purpose
from motocho.notices import messages
from motocho.notices.kinds import Kind as Notice
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people import access, cards, login, requests, staff
from motocho.people.access import Role, Staff
from motocho.people.credentials.pins import Pin
from motocho.people.login import Entered
from motocho.people.members import Member
from motocho.people.safety import freezes
from motocho.web.desk import queue, urls
from motocho.web.desk._shown import PURPOSES

pytestmark = pytest.mark.usefixtures("database")
NEW_PIN = "6183"
KNOWN = {
    "birth_date": f"{BORN:%Y/%m/%d}", "phone_digits": MOBILE.digits[-4:],
    "name_reading": f"{SATO.family_kana}{SATO.given_kana}",
}  # fmt: skip
"""Three things that a member says rightly."""


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Today's noon, for what no telephone rings at night for; before who signs in."""
    found = clock.now().astimezone(JAPAN).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: found)
    return found


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    started = clock.now()

    def move(passed: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: started + passed)

    return move


@pytest.fixture
def tanaka(site: Site) -> Seat:
    return seated("tanaka", Role.REVIEWER)


@pytest.fixture
def suzuki(site: Site, tanaka: Seat) -> Seat:
    return seated("suzuki", Role.SUPERVISOR)


def asked(site: Site) -> tuple[Member, str]:
    """A member who asked for a new PIN; the address of the review."""
    member, _ = site.member()
    browser().post("/member/forgotten/pin/", asking(member))
    assert looked_at()
    (found,) = do(requests.waiting)
    return member, f"/desk/resets/{member.member_id}/{found.key.request_id}/"


# --------------------------------------------------------------------------------- getting in
@pytest.mark.parametrize("other", [
    {"password": "hashi no ue no ame"}, {"code": "000000"}, {"code": ""}, {"login_name": "nobody"},
])  # fmt: skip
def test_anything_wrong_gives_one_page(site: Site, other: dict[str, str]) -> None:
    seat = joined("tanaka", Role.REVIEWER)
    response = seat.sign_in(**other)
    assert response.status_code == 422
    assert "ログイン名、パスワード、確認コードのどれかが合いません" in page(response)
    assert PASSWORD not in page(response)
    assert seat.client.get("/desk/").status_code == 302


def test_password_that_is_too_long_is_told_so_and_never_cut(site: Site, suzuki: Seat) -> None:
    first = Staff(suzuki.staff_id, frozenset({Role.SUPERVISOR}))
    joiner = staff.Joiner("kato", "加藤", clock.now().date(), frozenset({Role.REVIEWER}))
    _, token = do(staff.join, joiner, first, clock.now())
    long = "a long phrase " * 20
    refused = browser().post(f"/desk/join/{token}/", {"password": long, "again": long})
    assert refused.status_code == 422
    assert "200字をこえています" in page(refused)
    good = {"password": PASSWORD, "again": PASSWORD}
    assert browser().post(f"/desk/join/{token}/", good).status_code == 200


def test_five_misses_wait(site: Site) -> None:
    seat = joined("tanaka", Role.REVIEWER)
    found = [seat.sign_in(password="x" * 12).status_code for _ in range(5)]
    assert found == [422, 422, 422, 422, 429]
    assert "しばらくサインインできません" in page(seat.sign_in())


def test_code_is_good_once(site: Site) -> None:
    seat = seated("tanaka", Role.REVIEWER)
    code = {"login_name": "tanaka", "password": PASSWORD, "code": seat.code()}
    assert browser().post("/desk/sign-in/", code).status_code == 422


def test_who_left_and_who_got_new_means_is_out_at_once(site: Site, suzuki: Seat, at: Any) -> None:
    one = seated("kato", Role.REVIEWER)
    other = seated("mori", Role.REVIEWER)
    assert one.client.get("/desk/").status_code == 200
    yesterday = clock.now().date() - timedelta(days=1)
    do(
        staff.leave,
        one.staff_id,
        yesterday,
        Staff(suzuki.staff_id, frozenset({Role.ADMINISTRATOR})),
        clock.now(),
    )
    assert one.client.get("/desk/")["Location"] == "/desk/sign-in/"
    second = seated("ito", Role.SUPERVISOR)
    at(timedelta(seconds=5))
    suzuki.client.post(f"/desk/colleagues/{other.staff_id}/recovery/")
    link = second.client.post(f"/desk/colleagues/{other.staff_id}/recovery/", {"agree": "yes"})
    found = re.search(r"/desk/join/[\w-]+/", page(link))
    assert found is not None
    assert other.client.get("/desk/").status_code == 200
    assert browser().post(found[0], {"password": PASSWORD, "again": PASSWORD}).status_code == 200
    assert other.client.get("/desk/").status_code == 302


def test_shift_ends_and_sign_out_leaves_nothing(tanaka: Seat, at: Any) -> None:
    cookie = tanaka.client.cookies["session"].value
    assert tanaka.client.post("/desk/sign-out/")["Location"] == "/desk/sign-in/"
    tanaka.client.cookies["session"] = cookie
    assert tanaka.client.get("/desk/").status_code == 302
    assert rows("SELECT count(*) FROM people_staff_session WHERE ended_at IS NULL") == [(0,)]
    at(timedelta(seconds=31))
    assert tanaka.sign_in().status_code == 302
    for minutes in range(14, 10 * 60, 14):
        at(timedelta(minutes=minutes))
        assert tanaka.client.get("/desk/").status_code == 200, minutes
    at(staff.LONGEST_SHIFT + timedelta(minutes=1))
    assert tanaka.client.get("/desk/").status_code == 302


@pytest.mark.rule("PRIV-003")
def test_nobody_is_led_to_a_page_that_refuses_them(site: Site, tanaka: Seat) -> None:
    member, review = asked(site)
    told = complaints.Told(complaints.Kind.COMPLAINT, "昼の電話が多いです")
    do(complaints.tell, member.member_id, told, Source("member", "x"), clock.now())
    for seat in (tanaka, seated("kato", Role.OPERATOR), seated("mori", Role.AUDITOR)):
        for address in ("/desk/?tab=resets", "/desk/?tab=complaints", "/desk/complaints/"):
            shown = seat.client.get(address).content.decode()
            for way in set(re.findall(r'class="row-link" href="([^"]+)"', shown)):
                assert seat.client.get(way).status_code == 200, (seat.login_name, way)
    assert review in tanaka.client.get("/desk/?tab=resets").content.decode()


def test_every_page_of_the_desk_keeps_its_frame_when_it_refuses_too(
    site: Site, tanaka: Seat
) -> None:
    _, review = asked(site)
    for address, status in (
        ("/desk/", 200), (review, 200), ("/desk/board/", 409), ("/desk/members/987654/", 404),
    ):  # fmt: skip
        answer = tanaka.client.get(address)
        assert answer.status_code == status, address
        shown = answer.content.decode()
        for way in ('class="desk-places"', 'action="/desk/sign-out/"', 'id="sheet"'):
            assert way in shown, (address, way)


def test_page_of_the_desk_knows_how_long_its_sign_in_goes_on_and_goes_on_when_asked(
    tanaka: Seat, at: Any
) -> None:
    """A long call writes nothing for a quarter of an hour: two minutes before, the page asks."""
    assert browser().get("/desk/left/").json() == {"warn": 0, "end": 0, "last": ""}
    idle, shift = staff.LONGEST_IDLE, staff.LONGEST_SHIFT
    tanaka.client.get("/desk/")
    at(timedelta(minutes=9))
    found = tanaka.client.get("/desk/left/").json()
    assert found["end"] in {359, 360}
    assert found["end"] - found["warn"] in {119, 120, 121}
    at(timedelta(minutes=14))
    page_again = tanaka.client.post("/desk/extend/", headers={"x-requested-with": "fetch"})
    assert page_again.json() == {"warn": 780, "end": 900, "last": ""}
    at(timedelta(minutes=20))
    shown = tanaka.client.get("/desk/").content.decode()
    assert re.search(r'data-warn="780" data-end="900" data-last="" data-ask="/desk/left/"', shown)
    assert "あと2分でサインアウトします" in shown
    assert 'action="/desk/extend/"' in shown
    assert (
        tanaka.client.post("/desk/extend/", {"next": "/desk/today/"})["Location"] == "/desk/today/"
    )
    assert (
        tanaka.client.post("/desk/extend/", {"next": "//evil.example"})["Location"]
        == "/desk/today/"
    )
    passed = timedelta(minutes=20)
    while passed < shift - idle:
        passed += idle - timedelta(minutes=1)
        at(passed)
        assert tanaka.client.get("/desk/").status_code == 200
    assert tanaka.client.get("/desk/left/").json()["last"] == "last"
    at(shift + timedelta(minutes=1))
    assert tanaka.client.get("/desk/left/").json() == {"warn": 0, "end": 0, "last": ""}
    assert tanaka.client.post("/desk/extend/")["Location"] == "/desk/sign-in/"


def test_idle_desk_is_closed(tanaka: Seat, at: Any) -> None:
    at(staff.LONGEST_IDLE - timedelta(seconds=5))
    assert tanaka.client.get("/desk/").status_code == 200
    at(2 * staff.LONGEST_IDLE)
    assert tanaka.client.get("/desk/").status_code == 302


def test_link_of_the_first_sign_in_works_once(site: Site) -> None:
    seat = joined("tanaka", Role.REVIEWER)
    assert rows("SELECT count(*) FROM people_staff_enrolment WHERE used_at IS NULL") == [(0,)]
    again = seat.client.post("/desk/join/made-up/", {"password": PASSWORD, "again": PASSWORD})
    assert again.status_code == 422
    assert "登録のリンクは期限が切れたか使用済みです" in page(again)
    differs = seat.client.post("/desk/join/made-up/", {"password": PASSWORD, "again": "x"})
    assert "パスワードが2回で違います" in page(differs)


def test_passkey_signs_in_alone(tanaka: Seat) -> None:
    key = Authenticator("127.0.0.1", settings.ORIGIN)

    def options(response: Any) -> str:
        found = re.search(r'data-options="([^"]*)"', response.content.decode())
        assert found is not None
        return html.unescape(found[1])

    made = tanaka.client.post("/desk/passkey/")
    done = tanaka.client.post("/desk/passkey/", {"made": key.register(options(made))})
    assert "パスキーを登録しました" in page(done)
    fresh = browser()
    asked_for = fresh.post("/desk/sign-in/passkey/", {"login_name": "ＴＡＮＡＫＡ"})
    entered = fresh.post("/desk/sign-in/passkey/", {"answer": key.sign(options(asked_for))})
    assert entered["Location"] == "/desk/"
    assert fresh.get("/desk/").status_code == 200
    nobody = fresh.post("/desk/sign-in/passkey/", {"login_name": "nobody"})
    assert nobody.status_code == 200  # as for who has no key
    assert browser().post("/desk/sign-in/passkey/", {"answer": "none"}).status_code == 422


# --------------------------------------------------------------------------------- a new PIN
@pytest.mark.rule("AUTH-002")
def test_two_people_give_a_member_a_new_pin(site: Site, tanaka: Seat, suzuki: Seat) -> None:
    member, address = asked(site)
    shown = page(tanaka.client.get(address))
    assert "佐藤 花子" in shown
    assert "1988年4月12日" in shown
    assert "h***@example.jp" in shown
    assert MAIL_OF_SATO not in shown
    image = tanaka.client.get(f"{address}pages/1/")
    assert image["Content-Type"] == "image/jpeg"
    assert image.content.startswith(b"\xff\xd8\xff")
    assert image["X-Content-Type-Options"] == "nosniff"
    first = tanaka.client.post(address, {"verdict": "genuine"})
    assert first["Location"] == "/desk/?tab=resets"
    assert "2人目は別の担当者が行います" in page(tanaka.client.get(address))
    assert tanaka.client.post(address, {"verdict": "genuine"}).status_code == 409
    assert rows("SELECT state FROM people_request") == [("once",)]
    assert "2人目を待っています" in page(suzuki.client.get("/desk/?tab=resets"))
    suzuki.client.post(address, {"verdict": "genuine"})
    work(site.codes / "sent", clock.now())
    (letter,) = [one for one in mails(site.codes / "sent") if "/reset/" in plain(one)]
    found = re.search(r"/reset/\S+", plain(letter))
    assert found is not None
    client = browser()
    assert client.get(found[0]).status_code == 200
    weak = client.post(found[0], {"new": "0412", "again": "0412"})
    assert weak.status_code == 422
    assert "生年月日から推測される番号です" in page(weak)
    assert "決めました" in page(client.post(found[0], {"new": NEW_PIN, "again": NEW_PIN}))
    assert client.post(found[0], {"new": "5294", "again": "5294"}).status_code == 410
    entered = site.house.enter(member.member_number, Pin(NEW_PIN), at=clock.now())
    assert isinstance(entered, Entered)


MAIL_OF_SATO = "hanako@example.jp"


@pytest.mark.rule("AUTH-002")
def test_database_refuses_one_person_alone(site: Site, tanaka: Seat) -> None:
    member, address = asked(site)
    tanaka.client.post(address, {"verdict": "genuine"})
    for statement in (
        "UPDATE people_request SET state = 'approved'",
        "UPDATE people_request SET state = 'approved', second_staff = first_staff",
    ):
        with pytest.raises(IntegrityError):
            do(_raw, statement)
    assert rows("SELECT state FROM people_request") == [("once",)]
    assert member.member_id


def _raw(cursor: Any, statement: str) -> None:
    cursor.execute(statement)


def test_doubt_ends_it_with_its_reason_and_the_member_is_told(site: Site, tanaka: Seat) -> None:
    _, address = asked(site)
    unchosen = tanaka.client.post(address, {})
    assert unchosen.status_code == 422
    assert "判断が選ばれていません" in page(unchosen)
    tanaka.client.post(address, {"verdict": "other_person"})
    assert rows("SELECT state, reason FROM people_request") == [("refused", "other_person")]
    work(site.codes / "sent", clock.now())
    told = [plain(one) for one in mails(site.codes / "sent")]
    assert any("ご本人と確かめられませんでした" in text for text in told)
    assert not any("/reset/" in text for text in told)
    assert tanaka.client.get(address).status_code == 404  # it waits no more


@pytest.mark.rule("PRIV-003")
def test_each_look_is_written_down_with_what_for(site: Site, tanaka: Seat) -> None:
    member, address = asked(site)
    number = address.rstrip("/").rpartition("/")[2]
    tanaka.client.get(address)
    tanaka.client.get(f"{address}pages/1/")
    found = rows(
        "SELECT actor, purpose FROM journal_row WHERE member_id = %s AND kind = 'staff_access'",
        member.member_id,
    )
    assert found == [(f"staff {tanaka.staff_id}", f"pin_reset {number}")] * 2


@pytest.mark.rule("PRIV-003")
def test_own_records_and_guarded_members_are_as_none(
    site: Site, tanaka: Seat, suzuki: Seat
) -> None:
    member, address = asked(site)
    nowhere = tanaka.client.get(f"/desk/resets/{member.member_id}/987654/")
    boss = Staff(suzuki.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    assert do(access.bar, member.member_id, tanaka.staff_id, boss, clock.now()) is None
    there = tanaka.client.get(address)
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert tanaka.client.post(address, {"verdict": "genuine"}).status_code == 404
    assert tanaka.client.get(f"{address}pages/1/").status_code == 404
    hidden = [bare(there).replace(address, ""), bare(nowhere)]
    hidden[1] = hidden[1].replace(f"/desk/resets/{member.member_id}/987654/", "")
    assert hidden[0] == hidden[1]
    assert suzuki.client.get(address).status_code == 200


@pytest.mark.rule("PRIV-003")
def test_reviewer_who_is_a_member_cannot_confirm_the_own_reset(site: Site, tanaka: Seat) -> None:
    member, address = asked(site)
    sato = seated("sato", Role.REVIEWER, own_member_id=member.member_id)
    assert sato.client.get(address).status_code == 404
    assert sato.client.post(address, {"verdict": "genuine"}).status_code == 404
    assert rows("SELECT state FROM people_request") == [("waiting",)]
    tanaka.client.post(address, {"verdict": "genuine"})
    assert sato.client.post(address, {"verdict": "genuine"}).status_code == 404  # nor as the second
    assert rows("SELECT state FROM people_request") == [("once",)]


# ------------------------------------------------------------- cards, starting again, documents
@pytest.mark.rule("AUTH-011")
def test_new_card_has_a_new_number_and_ends_the_stop(
    client: Client, site: Site, tanaka: Seat
) -> None:
    member, key = site.enter(client)
    client.post("/member/settings/card/")
    listed = page(tanaka.client.get("/desk/?tab=applications"))
    found = re.search(r"/desk/requests/\d+/\d+/", listed)
    assert found is not None
    assert member.member_number not in listed
    today = clock.business_date()
    ends = today.replace(year=today.year + 5, day=1)
    new = {"verdict": "genuine", "number": "87654321", "expires": f"{ends}"}
    for wrong in ({"number": "123"}, {"expires": ""}, {"expires": f"{today}"}):
        assert tanaka.client.post(found[0], new | wrong).status_code == 422
    assert "発行日" in page(tanaka.client.post(found[0], new | {"expires": f"{today}"}))
    assert rows("SELECT 1 FROM people_card") == []
    taken = tanaka.client.post(found[0], new | {"number": member.member_number})
    assert taken.status_code == 422
    assert "使われています" in page(taken)
    assert do(freezes.frozen_at, member.member_id) is not None
    done = tanaka.client.post(found[0], new)
    issued = do(cards.current, member.member_id)
    assert issued is not None
    assert issued.validity == (today, ends)
    assert rows("SELECT cause, expires_on FROM people_card_order") == [("lost", ends)]
    assert done["Location"] == "/desk/?tab=applications"
    assert do(freezes.frozen_at, member.member_id) is None
    assert rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id) == [([],)]
    assert not isinstance(site.house.enter(member.member_number, at=clock.now()), Entered)
    assert isinstance(site.house.enter("87654321", at=clock.now()), Entered)
    typed = {"member_number": "87654321", "pin": PIN}
    client.post("/member/sign-in/", typed)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert client.get("/member/")["Location"] == "/member/settings/pin/"
    assert "カードが新しくなりました" in page(client.get("/member/settings/pin/"))
    client.post("/member/settings/pin/", {"present": PIN, "new": "6183", "again": "6183"})
    assert client.get("/member/").status_code == 200
    assert tanaka.client.post(found[0], new).status_code == 404


@pytest.mark.rule("AUTH-011")
@pytest.mark.parametrize("how", ["lost", "stolen"])
def test_a_new_card_is_ordered_as_it_was_told_to_be_gone(
    client: Client, site: Site, tanaka: Seat, how: str
) -> None:
    member, _ = site.enter(client)
    client.post("/member/settings/card/", {"how": how})
    told = cards.LossTold(cards.Loss.STOLEN, "令8-123")
    if how == "stolen":
        do(cards.tell_loss, member.member_id, told, ("staff 1", "call 7"), clock.now())
    asked = do(requests.ask_own, member.member_id, requests.Kind.NEW_CARD, clock.now())
    place = f"/desk/requests/{asked.member_id}/{asked.request_id}/"
    shown = page(tanaka.client.get(place))
    assert ("盗難の届け" in shown) is (how == "stolen")
    assert ("令8-123" in shown) is (how == "stolen")
    today = clock.business_date()
    ends = today.replace(year=today.year + 5, day=1)
    new = {"verdict": "genuine", "number": "87654321", "expires": f"{ends}"}
    assert tanaka.client.post(place, new).status_code == 302
    assert rows("SELECT cause FROM people_card_order") == [(how,)]
    # the card that went has another in its place: nothing of it stands any more
    assert do(cards.loss_of, member.member_id) is None


def test_stop_ends_when_somebody_made_sure(client: Client, site: Site, tanaka: Seat) -> None:
    member, key = site.enter(client)
    client.post("/member/settings/freeze/")
    do(requests.ask_own, member.member_id, requests.Kind.REOPENING, clock.now())
    listed = page(tanaka.client.get("/desk/?tab=applications"))
    found = re.search(r"/desk/requests/\d+/\d+/", listed)
    assert found is not None
    assert tanaka.client.get(found[0].replace("requests", "resets")).status_code == 404
    tanaka.client.post(found[0], {"verdict": "genuine"})
    assert do(freezes.frozen_at, member.member_id) is None
    assert rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id) == [([],)]
    assert {"frozen", "reopening_settled", "unfrozen"} <= set(kinds_of(member.member_id))


def test_end_of_a_stop_is_no_consent_to_the_bureau(
    client: Client, site: Site, tanaka: Seat
) -> None:
    """Consent taken back, all stopped, all opened again: still nothing is lent without it."""
    member, key = site.enter(client)
    client.post("/member/settings/consents/", {"name": "bureau", "say": "give"})
    client.post("/member/settings/consents/", {"name": "bureau", "say": "withdraw"})
    client.post("/member/settings/freeze/")
    asked_for = do(requests.ask_own, member.member_id, requests.Kind.REOPENING, clock.now())
    address = f"/desk/requests/{asked_for.member_id}/{asked_for.request_id}/"
    assert tanaka.client.post(address, {"verdict": "genuine"}).status_code == 302
    assert do(freezes.frozen_at, member.member_id) is None
    stops = rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)
    assert stops == [(["no_bureau_consent"],)]


@pytest.mark.rule("AUTH-011")
def test_lost_card_lends_nothing_until_there_is_another(
    client: Client, site: Site, tanaka: Seat
) -> None:
    member, key = site.enter(client)
    client.post("/member/settings/card/")
    told: list[int] = []
    for kind, left in ((requests.Kind.REOPENING, ["card_lost"]), (requests.Kind.NEW_CARD, [])):
        asked_for = do(requests.ask_own, member.member_id, kind, clock.now())
        address = f"/desk/requests/{asked_for.member_id}/{asked_for.request_id}/"
        ends = clock.business_date().replace(year=clock.now().year + 5, day=1)
        new = {"verdict": "genuine", "number": "87654321", "expires": f"{ends}"}
        tanaka.client.post(address, new)
        stops = rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)
        assert stops == [(left,)]
        if left:  # what still stops can be asked about: no page says that nothing does
            site.sign_in(client, member)
            client.post("/member/sign-in/code/", {"code": site.code(member)})
            assert "新しいカードの受付" in page(client.get("/member/settings/reopen/"))
            again = do(requests.ask_own, member.member_id, kind, clock.now())
            tanaka.client.post(f"/desk/requests/{again.member_id}/{again.request_id}/", new)
        work(site.codes / "sent", clock.now())
        told.append(sum("停止を終えました" in plain(one) for one in mails(site.codes / "sent")))
    assert told == [2, 3]  # each is told, though the second and the third ended no freeze
    assert do(freezes.frozen_at, member.member_id) is None


def test_refused_request_leaves_the_stop(client: Client, site: Site, tanaka: Seat) -> None:
    member, _ = site.enter(client)
    client.post("/member/settings/card/")
    found = re.search(
        r"/desk/requests/\d+/\d+/", page(tanaka.client.get("/desk/?tab=applications"))
    )
    assert found is not None
    tanaka.client.post(found[0], {"verdict": "not_genuine"})
    assert rows("SELECT state, reason FROM people_request") == [("refused", "not_genuine")]
    assert do(freezes.frozen_at, member.member_id) is not None
    work(site.codes / "sent", clock.now())
    told = [plain(one) for one in mails(site.codes / "sent")]
    assert any("新しいカードのお申し込みは、ご本人と確かめられなかったため" in one for one in told)


def test_refused_reopening_is_mailed_and_stands_on_its_page(
    client: Client, site: Site, tanaka: Seat
) -> None:
    member, _ = site.enter(client)
    client.post("/member/settings/card/")
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    reopening = "/member/settings/reopen/"
    assert "新しいカードの受付" in page(client.get(reopening))
    client.post(reopening)
    client.post(reopening, {"code": site.code(member)})
    key = rows("SELECT member_id, request_id FROM people_request WHERE kind = 'reopening'")[0]
    tanaka.client.post(f"/desk/requests/{key[0]}/{key[1]}/", {"verdict": "other_person"})
    work(site.codes / "sent", clock.now())
    told = [plain(one) for one in mails(site.codes / "sent")]
    assert any("利用の再開のお申し込みは、ご本人と確かめられなかったため" in one for one in told)
    shown = page(client.get(reopening))
    assert "再開をお受けできませんでした" in shown
    assert "再開を申し込む" in shown  # it can be asked for again
    client.post(reopening)
    client.post(reopening, {"code": site.code(member)})
    assert "再開をお受けできませんでした" not in page(client.get(reopening))


@pytest.mark.rule("PRIV-003")
def test_document_is_judged_page_by_page(site: Site, tanaka: Seat) -> None:
    member, _ = site.member()
    upload = intake.Upload("a.jpg", photo())
    kept = do(intake.keep, member.member_id, intake.Purpose.INCOME, upload, clock.now())
    assert isinstance(kept, intake.Kept)
    assert "収入" in page(tanaka.client.get("/desk/?tab=documents"))
    address = f"/desk/documents/{kept.document_ref}/"
    assert "佐藤 花子" in page(tanaka.client.get(address))
    assert tanaka.client.get(f"{address}1/").content.startswith(b"\xff\xd8\xff")
    assert tanaka.client.get(f"{address}2/").status_code == 404
    assert tanaka.client.post(address, {"page-1": "nothing"}).status_code == 422
    done = tanaka.client.post(address, {"page-1": "glare"})
    assert done["Location"] == "/desk/?tab=documents"
    (found,) = do(intake.of_member, member.member_id)
    assert found.finding is intake.Finding.GLARE
    looks = rows("SELECT purpose FROM journal_row WHERE kind = 'staff_access'")
    assert all(purpose.startswith("document ") for (purpose,) in looks)
    assert len(looks) == 5


def test_page_that_was_not_judged_is_named_and_the_others_stay_chosen(
    site: Site, tanaka: Seat
) -> None:
    member, _ = site.member()
    upload = intake.Upload("a.pdf", pdf(pages=3))
    kept = do(intake.keep, member.member_id, intake.Purpose.INCOME, upload, clock.now())
    assert isinstance(kept, intake.Kept)
    address = f"/desk/documents/{kept.document_ref}/"
    assert "aria-invalid" not in page(tanaka.client.get(address))
    asked_again = tanaka.client.post(address, {"page-1": "glare", "page-3": "accepted"})
    assert asked_again.status_code == 422
    shown = page(asked_again)
    assert re.findall(r'<li><a href="#(page-\d)">', shown) == ["page-2"]
    assert re.findall(r'<option value="(\w+)" selected>', shown) == ["glare", "accepted"]
    assert re.findall(r'name="(page-\d)" aria-invalid="true"', shown) == ["page-2"]


@pytest.mark.rule("DESK-004")
@pytest.mark.rule("PRIV-003")
def test_complaint_is_answered_and_closed_by_another(
    site: Site, tanaka: Seat, suzuki: Seat
) -> None:
    member, _ = site.member()
    told = complaints.Told(complaints.Kind.COMPLAINT, "<b>電話が多い</b>")
    case = do(complaints.tell, member.member_id, told, Source("member", "x"), clock.now())
    listed = page(tanaka.client.get("/desk/?tab=complaints"))
    assert "電話が多い" not in listed
    address = f"/desk/cases/{member.member_id}/{case.key.case_id}/"
    assert address in listed
    assert "&lt;b&gt;電話が多い" in page(tanaka.client.get(address))
    assert tanaka.client.post(address, {"words": "x"}).status_code == 422
    assert tanaka.client.post(address, {"step": "answered", "words": " "}).status_code == 422
    done = tanaka.client.post(address, {"step": "answered", "words": "回数を見直しました"})
    assert done["Location"] == "/desk/?tab=complaints"
    assert do(complaints.case, case.key).steps[-1].step.words == "回数を見直しました"
    work(site.codes / "sent", clock.now())
    notices = do(messages.listed, case.key.member_id)
    assert [one.kind for one in notices].count(Notice.CASE_ANSWERED) == 1
    assert not any("回数を見直しました" in plain(one) for one in mails(site.codes / "sent"))
    refused = tanaka.client.post(address, {"step": "closed", "words": "回数の件は以上です"})
    assert refused.status_code == 422
    assert "対応した人" in page(refused)
    assert "回数の件は以上です" in page(refused)  # what was written is not lost
    unsorted = suzuki.client.post(address, {"step": "closed"})
    assert unsorted.status_code == 422
    assert "区分と原因" in page(unsorted)
    sorted_as = {"do": "sort", "category": "contact", "severity": "usual", "cause": "procedure"}
    assert suzuki.client.post(f"{address}note/", sorted_as).status_code == 302
    assert suzuki.client.post(address, {"step": "closed"}).status_code == 302
    assert address not in page(tanaka.client.get("/desk/?tab=complaints"))
    looks = rows("SELECT DISTINCT purpose FROM journal_row WHERE kind = 'staff_access'")
    assert looks == [(f"case {case.key.case_id}",)]


@pytest.mark.rule("PRIV-001")
def test_words_of_every_step_are_read_by_the_member_and_hold_no_my_number(
    site: Site, tanaka: Seat
) -> None:
    member, _ = site.member()
    source = Source("member", "site more 1")
    told = complaints.Told(complaints.Kind.OPINION, "画面が小さい")
    case = do(complaints.tell, member.member_id, told, source, clock.now())
    address = f"/desk/cases/{member.member_id}/{case.key.case_id}/"
    assert "会員が読みます" in page(tanaka.client.get(address))
    noted = {"step": "looking", "words": "番号は 1234 5678 9018 です"}
    assert tanaka.client.post(address, noted).status_code == 422
    assert tanaka.client.post(address, noted | {"words": "担当へ渡しました"}).status_code == 302
    steps = do(complaints.case, case.key).steps
    assert [one.step.words for one in steps] == ["画面が小さい", "担当へ渡しました"]


def test_application_for_a_higher_limit_is_shown_as_taken_in(site: Site, tanaka: Seat) -> None:
    member, key = site.member()
    wished(key, clock.now())
    listed = page(tanaka.client.get("/desk/?tab=applications"))
    found = re.search(r"/desk/increases/\d+/\d+/", listed)
    assert found is not None
    assert "700,000円" in page(tanaka.client.get(found[0]))
    assert tanaka.client.get(f"/desk/increases/{member.member_id}/987654/").status_code == 404


@pytest.mark.rule("VULN-002")
@pytest.mark.rule("PRIV-003")
def test_consultation_is_seen_called_at_its_hour_and_ended_once(
    noon: datetime, site: Site, tanaka: Seat, at: Any
) -> None:
    member, _ = site.member()
    hour = noon + timedelta(hours=3)
    wanted = Wanted(Topic.LESS, hour, [hour])
    source = Source("member", "form 1")
    booked = do(consultations.book, member.member_id, wanted, source, clock.now())
    listed = page(tanaka.client.get("/desk/?tab=consultations"))
    address = f"/desk/consultations/{member.member_id}/{booked.consultation_id}/"
    assert address in listed
    assert "佐藤" not in listed
    early = page(tanaka.client.get(address))
    assert "毎回の額を少なくしたい" in early
    assert timezone.localtime(hour).strftime("%Y/%m/%d %H:%M") in early
    phone, panel = "09011112222", f"/desk/members/{member.member_id}/call/"
    press = {"reason": "consultation", "ref": "abcdefghijklmnopqrst"}
    assert f'action="{panel}"' not in early
    assert tanaka.client.post(panel, press).status_code == 409  # nobody presses it before its hour
    assert tanaka.client.post(address, {"outcome": "held"}).status_code == 422
    assert not rows("SELECT 1 FROM contact_attempt WHERE channel = 'phone'")
    for minutes in range(9, 170, 10):  # until eleven minutes before its hour
        at(timedelta(minutes=minutes))
        assert f'action="{panel}"' not in page(tanaka.client.get(address))
    at(timedelta(minutes=170))
    shown = page(tanaka.client.get(address))
    assert f'action="{panel}"' in shown
    assert phone not in shown
    called = _called_for(tanaka, address)
    assert phone in page(tanaka.client.get(called))
    assert phone not in page(tanaka.client.get(address))
    assert reverse("desk:unfinished") in page(tanaka.client.get(address))
    tried = "SELECT purpose, our_number, actor FROM contact_attempt WHERE channel = 'phone'"
    assert rows(tried) == [("asked_for", "0300000108", f"staff {tanaka.staff_id}")]
    tanaka.client.post(called, {"do": "finish", "ending": "absent"})
    assert rows("SELECT outcome FROM care_consultation") == [(None,)]
    again = _called_for(tanaka, address)
    known = tanaka.client.post(again, {"do": "identify"} | KNOWN)
    assert known["Location"] == again
    ways = re.search(rf'href="({address}offers/\d+/)" data-key="s"', page(tanaka.client.get(again)))
    assert ways is not None
    assert tanaka.client.get(ways[1]).status_code == 200
    answers = {f"answer-{one}": "understood" for one in ("cause", "outlook", "own_plan")}
    ended = tanaka.client.post(again, {"do": "finish", "ending": "held"} | answers)
    assert ended.status_code == 302
    assert rows("SELECT outcome FROM care_consultation") == [("held",)]
    results = rows("SELECT result FROM contact_call_result ORDER BY attempt_id")
    assert results == [("no_answer",), ("spoken",)]  # the member reads what came of each call
    assert kinds_of(member.member_id).count("consultation_ended") == 1
    assert address not in page(tanaka.client.get("/desk/?tab=consultations"))
    assert tanaka.client.get(address).status_code == 404


def _called_for(seat: Seat, address: str) -> str:
    """Press the button of a consultation's page; the call's own page."""
    shown = page(seat.client.get(address))
    form = re.search(r'action="([^"]+/call/)".*?name="ref" value="([^"]+)"', shown)
    assert form is not None
    begun = seat.client.post(form[1], {"reason": "consultation", "ref": form[2]})
    assert begun.status_code == 302, page(begun)
    return str(begun["Location"])


@pytest.mark.rule("VULN-002")
def test_outcome_of_a_consultation_is_written_once_without_a_call(site: Site, tanaka: Seat) -> None:
    member, _ = site.member()
    soon = clock.now() + timedelta(minutes=5)
    wanted = Wanted(Topic.LESS, soon, [soon])
    source = Source("member", "form 1")
    booked = do(consultations.book, member.member_id, wanted, source, clock.now())
    address = f"/desk/consultations/{member.member_id}/{booked.consultation_id}/"
    assert tanaka.client.post(address).status_code == 422
    for _ in range(2):
        ended = tanaka.client.post(address, {"outcome": "missed"})
        assert ended["Location"] == "/desk/?tab=consultations"
    assert rows("SELECT outcome FROM care_consultation") == [("missed",)]
    assert kinds_of(member.member_id).count("consultation_ended") == 1


def test_member_is_told_of_a_consultation_that_the_desk_cancels(site: Site, tanaka: Seat) -> None:
    """Nobody waits for a call in vain; what the member cancels is no news to the member."""
    member, _ = site.member()
    hour = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    wanted = Wanted(Topic.LESS, hour, [hour])
    for form in ("form 1", "form 2"):
        source = Source("member", form)
        booked = do(consultations.book, member.member_id, wanted, source, clock.now())
        if form == "form 1":
            do(consultations.cancel, member.member_id, source, clock.now())
    address = f"/desk/consultations/{member.member_id}/{booked.consultation_id}/"
    assert tanaka.client.post(address, {"outcome": "cancelled"}).status_code == 302
    work(site.codes / "sent", clock.now())
    told = [one.kind for one in do(messages.listed, member.member_id)]
    assert told.count(Notice.TALK_CANCELLED) == 1


def test_queue_counts_all_that_waits_and_says_that_it_shows_the_oldest(
    database: Database, tanaka: Seat
) -> None:
    with database.connect("postgres", autocommit=True) as admin:
        admin.execute(
            "INSERT INTO people_member (member_number, family_name, given_name, family_kana,"
            " given_kana, born_on, registered_at) SELECT (30000000 + n)::text, '佐藤', '花子',"
            " 'サトウ', 'ハナコ', '1980-01-01', now() FROM generate_series(1, 101) n"
        )
        admin.execute(
            "INSERT INTO people_request (member_id, kind, document_ref, email_fact_no, asked_at,"
            " state) SELECT member_id, 'reopening', '', 0, now(), 'waiting' FROM people_member"
            " WHERE member_number LIKE '30000%'"
        )
    text = page(tanaka.client.get("/desk/?tab=applications"))
    assert '<span class="tag">101</span>' in text
    assert "101件のうち、受付の古い100件です" in text
    assert text.count("/desk/requests/") == 100
    with database.connect("postgres", autocommit=True) as admin:
        admin.execute("UPDATE people_request SET state = 'refused' WHERE request_id ="
                      " (SELECT max(request_id) FROM people_request)")  # fmt: skip
    text = page(tanaka.client.get("/desk/?tab=applications"))
    assert '<span class="tag">100</span>' in text
    assert "件のうち" not in text


def test_every_purpose_of_a_document_has_its_words() -> None:
    assert set(PURPOSES) == set(Purpose)


def test_empty_queue_shows_zeros(tanaka: Seat) -> None:
    for tab in (*queue.TABS, "nothing"):
        text = page(tanaka.client.get(f"/desk/?tab={tab}"))
        assert text.count('<span class="tag">0</span>') == len(queue.TABS) == 5
        assert "0件です" in text


@pytest.mark.rule("AUTH-005")
def test_spray_of_the_last_day_stands_above_the_queue(tanaka: Seat, at: Any) -> None:
    alarm = "1つの暗証番号が、多くの会員番号で試されています"
    assert alarm not in page(tanaka.client.get("/desk/"))
    for place in range(12):
        typed = login.Typed(f"{50_000_000 + place}", Pin("7305"), f"spray {place}")
        do(login.enter, typed, login.Origin(f"10.1.{place}.1"), clock.now())
    text = page(tanaka.client.get("/desk/"))
    assert alarm in text
    assert "10分間に11件以上" in text
    at(timedelta(days=2))
    tanaka.sign_in()
    assert alarm not in page(tanaka.client.get("/desk/"))


# ------------------------------------------------------------------------ recovery of a colleague
@pytest.mark.rule("AUTH-007")
def test_new_means_need_two_supervisors_neither_of_them_the_one(
    site: Site, tanaka: Seat, suzuki: Seat
) -> None:
    ito = seated("ito", Role.SUPERVISOR)
    address = f"/desk/colleagues/{tanaka.staff_id}/recovery/"
    assert tanaka.client.post(address).status_code == 409  # no role for it
    assert suzuki.client.post(address, {"agree": "yes"}).status_code == 404  # nobody asked
    own = f"/desk/colleagues/{suzuki.staff_id}/recovery/"
    assert suzuki.client.post(own).status_code == 409
    assert suzuki.client.post(address)["Location"] == "/desk/colleagues/"
    assert "別の管理者の同意を待っています" in page(suzuki.client.get("/desk/colleagues/"))
    assert suzuki.client.post(address, {"agree": "yes"}).status_code == 409
    assert "再登録に同意する" in page(ito.client.get("/desk/colleagues/"))
    link = page(ito.client.post(address, {"agree": "yes"}, headers={"host": "localhost"}))
    assert f"{settings.ORIGIN}/desk/join/" in link
    assert "//localhost" not in link


# -------------------------------------------------------------------------------- who sees what
OPEN = {"sign_in", "by_passkey", "sign_out", "join", "left", "extend"}


def addresses() -> list[tuple[str, str]]:
    found = []
    for one in urls.urlpatterns:
        assert isinstance(one, URLPattern)
        address = re.sub("<int:\\w+>", "1", str(one.pattern))
        address = re.sub("<(?:str|slug):\\w+>", "x", address)
        assert "<" not in address, address
        found.append((str(one.name), f"/desk/{address}"))
    return found


@pytest.mark.rule("PRIV-003")
def test_members_and_strangers_get_nothing(client: Client, site: Site) -> None:
    site.enter(client)
    for visitor in (client, browser()):
        visitor.handler.enforce_csrf_checks = False
        for name, address in addresses():
            if name in OPEN:
                continue
            for response in (visitor.get(address), visitor.post(address)):
                assert response.status_code in {302, 405}, name
                assert response.status_code == 405 or response["Location"] == "/desk/sign-in/"


@pytest.mark.rule("PRIV-003")
def test_role_that_is_not_for_it_gets_nothing(site: Site, tanaka: Seat) -> None:
    operator = seated("kato", Role.OPERATOR)
    _, address = asked(site)
    assert "/desk/colleagues/" not in page(operator.client.get("/desk/"))
    for path in (address, f"{address}pages/1/", "/desk/colleagues/", "/desk/documents/x/"):
        assert operator.client.get(path).status_code == 409, path
    assert operator.client.get("/member/").status_code == 302


def test_who_only_manages_the_staff_has_a_seat(site: Site, tanaka: Seat) -> None:
    one = joined("mori", Role.ADMINISTRATOR)
    assert one.sign_in()["Location"] == "/desk/"
    assert one.client.get("/desk/")["Location"] == "/desk/colleagues/"
    text = page(one.client.get("/desk/colleagues/"))
    assert "/recovery/" not in text  # that is the supervisors'
    assert 'href="/desk/"><svg' not in text
    assert "/desk/sign-out/" in text
    assert "data-options" in page(one.client.post("/desk/passkey/"))


def test_every_form_needs_its_token(tanaka: Seat) -> None:
    tanaka.client.handler.enforce_csrf_checks = True
    for name, address in addresses():
        assert tanaka.client.post(address).status_code in {403, 405}, name


def test_members_session_and_seat_do_not_mix(client: Client, site: Site, tanaka: Seat) -> None:
    member, _ = site.member()
    site.known(tanaka.client, member)
    site.sign_in(tanaka.client, member)
    assert tanaka.client.get("/member/").status_code == 200
    assert tanaka.client.get("/desk/").status_code == 302


def test_what_the_desk_refuses_is_said_at_the_desk(site: Site) -> None:
    """Neither the member's menu nor the member's first page: a colleague goes on in the queue."""
    seat = seated("suzuki", Role.SUPERVISOR)
    for address in ("/desk/documents/1/nothing/", "/desk/nowhere/"):
        shown = seat.client.get(address).content.decode()
        assert 'href="/desk/"' in shown, address
        assert "/member/sign-in/" not in shown, address
        assert "返済の計算" not in shown, address
