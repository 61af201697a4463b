"""The member's pages without a browser: signing in, who sees what, forms that are not the member's."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import URLPattern
from tests.database import Database
from tests.outside.test_mail import catcher
from tests.people.house import rows
from tests.web.membership import PIN, Site, do

from motocho.loans import commands, queries
from motocho.loans.policy import Stop
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people import cards
from motocho.people.cards import Validity
from motocho.people.credentials import keeping
from motocho.people.facts.values import Kind, Phone
from motocho.people.safety import freezes, sessions
from motocho.units.days import both_calendars_text
from motocho.web import access
from motocho.web.member import home, urls
from motocho.web.words import Tongue, plain

pytestmark = pytest.mark.usefixtures("database")
WRONG = "8406"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock on."""
    started = clock.now()

    def move(moment: datetime | timedelta) -> None:
        then = started + moment if isinstance(moment, timedelta) else moment
        monkeypatch.setattr(clock, "now", lambda: then)

    return move


def another() -> Client:
    """Another browser."""
    return Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")


def page(response: Any) -> str:
    text: str = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


# ---------------------------------------------------------------------------------------- signing in
@pytest.mark.rule("AUTH-007")
def test_known_device_enters_with_number_and_pin(client: Client, site: Site) -> None:
    member, _ = site.member()
    site.known(client, member)
    response = site.sign_in(client, member)
    assert (response.status_code, response["Location"]) == (302, "/member/")
    shown = client.get("/member/")
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert 'href="/member/dealings/"' in page(shown)
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.rule("AUTH-007")
def test_new_device_is_let_in_by_its_code_alone(client: Client, site: Site) -> None:
    member, _ = site.member()
    asked = site.sign_in(client, member)
    assert "h***@example.jp" in page(asked)
    assert client.get("/member/")["Location"].startswith("/member/sign-in/")
    wrong = "000000" if site.code(member) != "000000" else "111111"
    refused = client.post("/member/sign-in/code/", {"code": wrong})
    assert refused.status_code == 422
    assert "確認番号がちがいます" in page(refused)
    assert client.get("/member/").status_code == 302
    entered = client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert entered["Location"] == "/member/"
    cookie = client.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert client.get("/member/").status_code == 200
    again = another()
    again.cookies["device"] = cookie.value
    assert site.sign_in(again, member)["Location"] == "/member/"


def test_code_of_one_login_opens_no_other(client: Client, site: Site) -> None:
    member, _ = site.member()
    site.sign_in(client, member)
    other = another()
    other.handler.enforce_csrf_checks = False
    assert other.post("/member/sign-in/code/", {"code": site.code(member)})["Location"] == (
        "/member/sign-in/"
    )


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_nobody_is_let_in_where_no_mail_server_answers(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mail.VARIABLE, "smtp://127.0.0.1:1")
    member, _ = site.member()
    response = site.sign_in(client, member)
    assert response.status_code == 503
    assert "確認番号を送る仕組みが、いま動いていません" in page(response)
    assert "127.0.0.1" not in page(response)
    assert not rows("SELECT 1 FROM people_code")


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_who_is_not_reached_by_mail_is_told_so_and_the_address_marked(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = site.member()
    with catcher("550 5.1.1 no such user") as (_, post):
        monkeypatch.setenv(mail.VARIABLE, f"smtp://127.0.0.1:{post.port}")
        response = site.sign_in(client, member)
    assert response.status_code == 503
    assert "登録されているメールアドレスに、メールが届きません" in page(response)
    assert [of for (of,) in rows("SELECT member_id FROM notices_bounce")] == [member.member_id]


@pytest.mark.rule("AUTH-006")
def test_unknown_number_and_wrong_pin_have_one_page(client: Client, site: Site) -> None:
    member, _ = site.member()
    client.handler.enforce_csrf_checks = False
    shown = []
    for number in (member.member_number, "99999999"):
        tries = []
        for _ in range(4):
            response = client.post("/member/sign-in/", {"member_number": number, "pin": WRONG})
            text = page(response).replace(number, "N")
            tries.append((response.status_code, sorted(response.headers.items()), text))
        shown.append(tries)
    known, unknown = shown
    assert [(one[0], one[2]) for one in known] == [(one[0], one[2]) for one in unknown]
    assert [one[0] for one in known] == [422, 422, 403, 403]


@pytest.mark.rule("AUTH-004")
def test_lock_is_a_page_and_refuses_the_right_pin(client: Client, site: Site) -> None:
    member, _ = site.member()
    for _ in range(3):
        response = site.sign_in(client, member, WRONG)
    assert "安全のためログインを止めました" in page(response)
    assert site.sign_in(client, member, PIN).status_code == 403
    own = another()
    site.known(own, member)
    assert site.sign_in(own, member).status_code == 302
    assert "その端末からのログインを止めました" in page(own.get("/member/"))


def test_planted_session_opens_nothing(client: Client, site: Site) -> None:
    member, _ = site.member()
    site.sign_in(client, member)  # gives the browser a store that waits for a code
    planted = client.cookies["session"].value
    thief = another()
    thief.cookies["session"] = planted
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert client.cookies["session"].value != planted
    assert thief.get("/member/").status_code == 302
    assert thief.get("/member/sign-in/code/").status_code == 302


@pytest.mark.rule("AUTH-009")
def test_logout_leaves_nothing_behind(client: Client, site: Site) -> None:
    site.enter(client)
    cookie = client.cookies["session"].value
    assert client.post("/member/sign-out/")["Location"] == "/member/signed-out/"
    assert 'id="never-title"' in client.get("/member/signed-out/").content.decode()
    client.cookies["session"] = cookie
    assert client.get("/member/").status_code == 302
    assert rows("SELECT end_reason FROM people_session") == [("logout",)]
    assert rows("SELECT count(*) FROM django_session") == [(0,)]


@pytest.mark.rule("AUTH-009")
def test_session_ends_after_ten_idle_minutes_and_not_before(
    client: Client, site: Site, at: Any
) -> None:
    site.enter(client)
    at(timedelta(minutes=9))
    assert client.get("/member/").status_code == 200
    at(timedelta(minutes=18))
    extended = client.post("/member/extend/", headers={"x-requested-with": "fetch"})
    assert extended.json() == {"warn": 480, "end": 600, "last": ""}
    at(timedelta(minutes=29))
    wanted = "/member/sign-in/?next=%2Fmember%2Fdealings%2F"
    assert client.get("/member/dealings/")["Location"] == wanted


@pytest.mark.rule("AUTH-009")
def test_page_knows_how_long_its_session_goes_on_and_asking_extends_nothing(
    client: Client, site: Site, at: Any
) -> None:
    assert client.get("/member/left/").json() == {"warn": 0, "end": 0, "last": ""}
    site.enter(client)
    assert client.get("/member/left/").json()["end"] in {599, 600}
    at(timedelta(minutes=9))
    assert client.get("/member/left/").json()["end"] in {59, 60}
    at(timedelta(minutes=11))
    assert client.get("/member/left/").json() == {"warn": 0, "end": 0, "last": ""}
    assert client.get("/member/").status_code == 302
    assert rows("SELECT end_reason FROM people_session") == [("idle",)]


@pytest.mark.rule("AUTH-009")
def test_page_warns_of_the_eighth_hour_as_it_does_of_ten_idle_minutes(
    client: Client, site: Site, at: Any
) -> None:
    site.enter(client)
    for minutes in range(9, 475, 9):
        at(timedelta(minutes=minutes))
        last = client.get("/member/left/").json()["last"]
        assert client.get("/member/settings/").status_code == 200, minutes
    assert (minutes, last) == (468, "")
    at(timedelta(minutes=475))
    shown = page(client.get("/member/settings/"))
    found = re.search(r'data-warn="(\d+)" data-end="(\d+)" data-last="(\w*)"', shown)
    assert found is not None
    assert (int(found[1]), found[3]) in {(179, "last"), (180, "last")}
    assert int(found[2]) in {299, 300}


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_login_never_leads_away(client: Client, site: Site, address: str) -> None:
    member, _ = site.member()
    site.known(client, member)
    data = {"member_number": member.member_number, "pin": PIN, "next": address}
    client.handler.enforce_csrf_checks = False
    assert client.post("/member/sign-in/", data)["Location"] == "/member/"


@pytest.mark.rule("AUTH-003")
def test_pin_that_can_be_guessed_must_be_changed_first(client: Client, site: Site) -> None:
    member, _ = site.member()
    site.house.tell(member.member_id, Kind.MOBILE_PHONE, Phone("09012347305"), at=clock.now())
    site.known(client, member)
    site.sign_in(client, member)
    assert client.get("/member/")["Location"] == "/member/settings/pin/"
    values = {"present": PIN, "new": "1234", "again": "1234"}
    assert client.post("/member/settings/pin/", values).status_code == 422
    values |= {"new": "6183", "again": "6184"}
    assert client.post("/member/settings/pin/", values).status_code == 422
    values |= {"again": "6183"}
    assert client.post("/member/settings/pin/", values)["Location"] == "/member/"
    assert client.get("/member/").status_code == 200
    assert do(keeping.must_change, member.member_id) is None


def test_guessing_the_pin_from_inside_ends_the_session(client: Client, site: Site) -> None:
    site.enter(client)
    for number in range(3):
        values = {"present": WRONG, "new": "6183", "again": "6183"}
        response = client.post("/member/settings/pin/", values)
        assert response.status_code == (422 if number < 2 else 403)
    assert client.get("/member/").status_code == 302


# ------------------------------------------------------------------------------- who sees what
def addresses(key: Any, event_no: int, device_id: int, session_id: int) -> list[tuple[str, str]]:
    """Every member's address with somebody's ids, from the list of addresses itself."""
    values = {
        "<int:agreement_id>": str(key.agreement_id),
        "<int:event_no>": str(event_no),
        "<int:paper_no>": str(key.agreement_id),
        "<int:device_id>": str(device_id),
        "<int:session_id>": str(session_id),
        "<slug:name>": "lending",
        "<slug:form>": "csv",
    }
    found = []
    for one in urls.urlpatterns:
        assert isinstance(one, URLPattern)
        address = str(one.pattern)
        for place, value in values.items():
            address = address.replace(place, value)
        assert "<" not in address, f"{address}: say whose id it is"
        found.append((str(one.name), f"/member/{address}"))
    return found


LEFT = re.compile(r'data-(?:warn|end)="\d+"')
"""How long the session goes on, by the second."""
OPEN = {"sign_in", "code", "sign_out", "signed_out", "extend", "left"}


@pytest.mark.rule("PRIV-003")
def test_another_members_ids_are_as_none(client: Client, site: Site) -> None:
    other, key = site.member()
    theirs = site.house.session(other.member_id, clock.now())
    (device_id,) = rows("SELECT max(device_id) FROM people_device")[0]
    own, own_key = site.enter(client)
    asked = 0
    real = addresses(key, 2, device_id, theirs.session_id)
    made_up = addresses(key._replace(agreement_id=987_654), 2, 987_654, 987_654)
    for (name, address), (_, nowhere) in zip(real, made_up, strict=True):
        if address == nowhere:
            continue
        asked += 1
        for send in (client.get, client.post):
            there, none = send(address), send(nowhere)
            assert there.status_code == none.status_code, name
            assert there.status_code in {404, 405}, name
            hidden = {address: "A", nowhere: "A"}
            texts = [LEFT.sub("", page(one)) for one in (there, none)]
            for seen, mark in hidden.items():
                texts = [text.replace(seen, mark) for text in texts]
            assert texts[0] == texts[1], name
    assert asked >= 10
    assert client.get("/member/").status_code == 200
    assert own_key.member_id == own.member_id
    assert do(freezes.frozen_at, other.member_id) is None


@pytest.mark.rule("PRIV-003")
def test_who_is_not_signed_in_sees_nothing(client: Client, site: Site) -> None:
    _, key = site.member()
    client.handler.enforce_csrf_checks = False
    for name, address in addresses(key, 2, 1, 1):
        if name in OPEN:
            continue
        for response in (client.get(address), client.post(address)):
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or "sign-in" in response["Location"], name


def test_every_form_needs_its_token(site: Site) -> None:
    client = another()
    site.enter(client)
    client.handler.enforce_csrf_checks = True
    for address in ("/member/delivery/", "/member/papers/1/post/", "/member/sign-out/", "/member/extend/", "/member/settings/freeze/", "/member/settings/pin/"):  # fmt: skip
        assert client.post(address).status_code == 403, address
    assert client.get("/member/").status_code == 200


# ------------------------------------------------------------------------------------------- home
def test_home_says_the_debt_before_the_credit(client: Client, site: Site) -> None:
    site.enter(client)
    text = page(client.get("/member/"))
    order = [text.index(one) for one in ("次の返済日", "今回の返済額", "いまの借入残高", "最近の取引", "あと借りられる額")]  # fmt: skip
    assert order == sorted(order)
    assert text.count('class="amount"') == 3
    assert "返済にお困りのとき" in text


def test_each_cause_has_a_text_of_its_own(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    seen = set()
    for stop in Stop:
        site.desk.do(commands.suspend, key, stop, site.desk.made(clock.now().date()))
    text = page(client.get("/member/"))
    for name in home.STOP_TEXTS.values():
        said = plain(name, Tongue.JA)
        assert said in text, name
        seen.add(said)
    assert len(seen) == len(Stop)


def test_limit_of_zero_is_no_suspension(site: Site) -> None:
    made, key = site.member()
    today = clock.now().date()
    listed = tuple(do(queries.agreements, made.member_id))
    member = access.Member(
        made.member_id, sessions.SessionKey(made.member_id, 1), 1, clock.now(), listed
    )
    position = do(queries.position, key, today)
    used = replace(position, available_yen=0)
    none = replace(used, limit_yen=0)
    suspended = replace(used, stops=frozenset({Stop.CREDIT}))
    assert home.causes(member, [position]) == []
    assert home.causes(member, [used]) == ["cause.limit_used"]
    assert home.causes(member, [replace(used, held_yen=10_000)]) == ["closed.under_way"]
    assert home.causes(member, [none]) == ["cause.limit_zero"]
    assert home.causes(member, [suspended]) == ["cause.credit"]
    monday = replace(member, at=datetime(2026, 11, 23, 1, 30, tzinfo=JAPAN))
    assert home.causes(monday, [position]) == ["cause.maintenance"]


# ------------------------------------------------------------------------------------- dealings
def test_rows_have_balances_reasons_and_a_filter(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/"
    text = page(client.get("/member/dealings/"))
    assert text.count('data-label="残高"') == 6
    assert page(client.get(address + "?kind=draw")).count('data-label="残高"') == 2
    assert "0件" in page(client.get(address + "?year=1999"))
    assert page(client.get(address + "?year='&kind=<b>")).count('data-label="残高"') == 6
    assert "民法489条" in page(client.get(address + "3/"))
    assert client.get(address + "99/").status_code == 404


def test_payoff_of_a_day(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/payoff/"
    assert "完済額" in page(client.get(address))
    past = client.get(address + "?on=2020-01-01")
    assert past.status_code == 422
    assert "今日から365日先まで" in page(past)


@pytest.mark.parametrize(
    ("name", "count"), [("lending", 2), ("received", 3), ("card", 0), ("balance", 0)]
)
def test_papers_as_page_and_pdf(client: Client, site: Site, name: str, count: int) -> None:
    _, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/papers/{name}/"
    text = page(client.get(address))
    assert text.count('<th scope="row">') == count
    assert "年18.0%" in text or "年" in text
    made = client.get(address + "pdf/")
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    assert client.get(address + "pdf/").content == made.content


def test_full_payment_is_certified_when_nothing_is_owed(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/papers/settled/"
    assert client.get(address).status_code == 409
    site.desk.receive(key, 400_000, clock.now().date())
    assert "債務がないことを証明します" in page(client.get(address))


def test_balance_is_certified_of_a_day_that_is_over(client: Client, site: Site) -> None:
    """Not of today: a payment of today cannot make the paper of today false."""
    _, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/papers/balance/"
    today = clock.now().date()
    before = LEFT.sub("", page(client.get(address)))
    assert f"{both_calendars_text(today - timedelta(days=1))}の終わりの残高" in before
    assert "償却" not in before
    site.desk.receive(key, 400_000, today)
    assert LEFT.sub("", page(client.get(address))) == before
    fresh = site.desk.open(today, member_id=key.member_id)
    first_day = client.get(f"/member/dealings/{fresh.agreement_id}/papers/balance/")
    assert first_day.status_code == 409
    assert "明日から作れます" in page(first_day)


def test_written_off_part_stands_on_the_certificate(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    yesterday = clock.now().date() - timedelta(days=1)
    owed = do(queries.payoff_quote, key, yesterday)
    do(commands.write_off, key, site.desk.made(yesterday))
    text = page(client.get(f"/member/dealings/{key.agreement_id}/papers/balance/"))
    assert "残元金のうち償却した分" in text
    assert text.count(f"{owed.principal_yen:,}円") == 2
    assert f"{owed.total_yen:,}円" in text


@pytest.mark.parametrize("name", ["balance", "settled"])
def test_claim_that_has_passed_on_is_certified_by_nobody_here(
    client: Client, site: Site, name: str
) -> None:
    """Its balance here is nothing, and its debt is not paid."""
    _, key = site.enter(client)
    do(commands.assign, key, site.desk.made(clock.now().date()))
    address = f"/member/dealings/{key.agreement_id}/papers/"
    for ending in ("", "pdf/"):
        answer = client.get(f"{address}{name}/{ending}")
        assert answer.status_code == 409
        assert "ほかの会社に移りました" in page(answer)
    assert client.get(f"{address}lending/").status_code == 200


@pytest.mark.rule("AUTH-007")
def test_whole_history_needs_a_code(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/whole/"
    assert client.get(address + "csv/")["Location"] == address
    assert client.post(address, {"again": "yes"}).status_code == 200
    assert client.post(address, {"code": site.code(member)})["Location"] == address
    text = client.get(address + "csv/").content.decode("utf-8-sig")
    assert text.count("借入") == 3  # a heading and two draws
    assert client.get(address + "case/").json()["schema_version"] == 1
    assert client.get(address + "pdf/").content.startswith(b"%PDF")
    book = openpyxl.load_workbook(io.BytesIO(client.get(address + "xlsx/").content))
    assert book.active is not None
    assert book.active.max_row > 5
    assert client.get(address + "exe/").status_code == 404


# --------------------------------------------------------------------------------------- safety
@pytest.mark.rule("AUTH-011")
def test_two_taps_stop_everything(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    assert 'href="/member/settings/freeze/"' in page(client.get("/member/"))
    assert "利用を止めました" in page(client.post("/member/settings/freeze/"))
    assert client.get("/member/").status_code == 302
    assert do(freezes.frozen_at, member.member_id) is not None
    assert rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)[0][0]
    assert not rows("SELECT 1 FROM people_device WHERE ended_at IS NULL")


@pytest.mark.rule("AUTH-011")
def test_frozen_member_may_look_and_not_change(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    do(freezes.freeze, member.member_id, freezes.Road.PHONE, "staff 1", clock.now())
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert "あなたの申し出で" in page(client.get("/member/"))
    whole = f"/member/dealings/{key.agreement_id}/whole/"
    client.post(whole, {"again": "yes"})
    client.post(whole, {"code": site.code(member)})
    assert "借入" in client.get(f"{whole}csv/").content.decode("utf-8-sig")
    assert client.get("/member/settings/pin/").status_code == 409


@pytest.mark.rule("DOC-005")
def test_frozen_member_takes_consents_back_and_gives_none(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    delivery, others = "/member/delivery/", "/member/settings/consents/"
    client.post(delivery, {"give": "receipt", "csrfmiddlewaretoken": "a"})
    client.post(others, {"name": "campaign", "say": "give", "csrfmiddlewaretoken": "b"})
    do(freezes.freeze, member.member_id, freezes.Road.PHONE, "staff 1", clock.now())
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert client.get(delivery).status_code == client.get(others).status_code == 200
    client.post(delivery, {"withdraw": "receipt", "csrfmiddlewaretoken": "c"})
    client.post(others, {"name": "campaign", "say": "withdraw", "csrfmiddlewaretoken": "d"})
    for address, asked in (
        (delivery, {"give": "all"}),
        (others, {"name": "bureau", "say": "give"}),
    ):
        assert client.post(address, asked).status_code == 409
    told = rows("SELECT kind, is_given FROM people_consent ORDER BY consent_no")
    papers, offers = "electronic_delivery", "campaign"
    assert told == [(papers, True), (offers, True), (papers, False), (offers, False)]


def test_login_of_somebody_else_is_ended_and_stops_all(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    strange = site.house.session(member.member_id, clock.now())
    assert "これは私ではない" in page(client.get("/member/settings/"))
    client.post(f"/member/settings/logins/{strange.session_id}/not-me/")
    assert do(freezes.frozen_at, member.member_id) is not None
    assert isinstance(do(sessions.use, strange, clock.now()), sessions.Ended)


def test_settings_say_until_when_the_card_works(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    assert "カードの有効期限" not in page(client.get("/member/settings/"))
    today = clock.business_date()
    for days, said in ((0, "まで使えます"), (-1, "で切れました")):
        ends = today + timedelta(days=days)
        validity = Validity(today - timedelta(days=90), ends)
        do(cards.issue, member.member_id, validity, "staff 1", clock.now())
        text = page(client.get("/member/settings/"))
        assert "カードの有効期限" in text
        assert said in text
        assert f"{ends.month}月{ends.day}日" in text


def test_device_is_forgotten_with_its_sessions(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    old = site.house.session(member.member_id, clock.now())
    (device_id,) = rows("SELECT max(device_id) FROM people_device")[0]
    client.post(f"/member/settings/devices/{device_id}/end/")
    assert isinstance(do(sessions.use, old, clock.now()), sessions.Ended)
    assert client.get("/member/").status_code == 200


def test_facts_are_masked(client: Client, site: Site) -> None:
    site.enter(client)
    text = page(client.get("/member/settings/facts/"))
    assert "*******2222" in text
    assert "09011112222" not in text
    assert "hanako@" not in text
