"""The push-phone service as a provider meets it: signed requests, exact answers, the real book."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import itertools
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from django.db import connection
from django.test import Client, override_settings
from django.urls import clear_url_caches
from tests.database import Database
from tests.people.house import AT, GOOD, WRONG, House, after, kinds_of, rows
from tests.web.membership import Site, do

from motocho.care.ivr import calls
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.outside import clock, mail
from motocho.people import login
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Guess
from motocho.people.facts.values import Kind, Phone
from motocho.people.login import Locked, Missed
from motocho.people.members import Member
from motocho.web import urls
from motocho.web.voice import signature

pytestmark = pytest.mark.usefixtures("database", "voice")
SECRET = "5f0c9a1d7b3e48269d0a"
ORIGIN = "http://127.0.0.1:8000"
OWN, OTHER, WITHHELD = "+819011112222", "+819033334444", "anonymous"
CONTRACT = Path(__file__).with_name("voice_contract.yaml")


@pytest.fixture
def voice() -> Iterator[None]:
    """A site with the secret of a provider; its addresses are made anew."""
    with override_settings(VOICE_SECRET=SECRET):
        anew()
        yield
    anew()


def anew() -> None:
    importlib.reload(urls)
    clear_url_caches()


@dataclass
class Clock:
    """The site's clock, which a test may set on."""

    at: datetime = AT

    def later(self, **passed: int) -> None:
        self.at += timedelta(**passed)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made


@pytest.fixture
def site(database: Database, now: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def borrower(site: Site, owed_yen: int = 23_000) -> tuple[Member, Key]:
    """A member who drew three weeks ago, and owes that."""
    made = site.house.member()
    on = (AT - timedelta(days=30)).date()
    key = site.desk.open(on, 500_000, member_id=made.member_id)
    site.desk.draw(key, owed_yen, on + timedelta(days=9))
    return made, key


def signed(address: str, form: dict[str, str], secret: str = SECRET) -> str:
    """The second route: written from the provider's documentation, not from the code."""
    told = ORIGIN + address
    for name in sorted(form):
        told += name + form[name]
    digest = hmac.new(secret.encode(), told.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


NUMBERS = itertools.count(1)


@dataclass
class Call:
    """A call from a number, as a provider carries it."""

    caller: str = OWN
    call_id: str = field(default_factory=lambda: f"CA{next(NUMBERS):032}")
    address: str = "/voice/"
    text: str = ""
    status: int = 0

    def send(self, address: str | None = None, **told: str) -> Any:
        form = {"CallSid": self.call_id, "From": self.caller, **told}
        where = self.address if address is None else address
        client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
        return client.post(where, form, headers={signature.HEADER: signed(where, form)})

    def go(self, *pressed: str) -> str:
        """Press one thing after the other; gives what was said to the last."""
        for digits in pressed:
            self.take(self.send(Digits=digits))
        return self.text

    def take(self, response: Any) -> str:
        self.status = response.status_code
        assert self.status == 200, response.content
        root = ET.fromstring(response.content.decode())
        self.text = "".join(str(one.text) for one in root.iter("Say"))
        going_on = next((one for one in root if one.tag in {"Gather", "Dial"}), None)
        self.address = "" if going_on is None else going_on.attrib["action"]
        return self.text

    def enter(self, member: Member, pin: str = GOOD.digits) -> str:
        self.take(self.send())
        return self.go("1", member.member_number, pin)


# ------------------------------------------------------------------------------------ the contract
def test_the_contract_holds_to_the_sign(site: Site) -> None:
    """A whole call as it was written down: fields, addresses, markup, words, amounts."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    borrower(site)
    address = "/voice/"
    for number, exchange in enumerate(contract["turns"]):
        form = contract["always"] | exchange["told"]
        headers = {signature.HEADER: signed(address, form)}
        response = Client(SERVER_NAME="127.0.0.1").post(address, form, headers=headers)
        assert response.status_code == 200, number
        assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert "no-store" in response.headers["Cache-Control"]
        assert not response.cookies
        text = response.content.decode()
        token = re.search(r"/voice/([A-Za-z0-9_-]{32})/", text)
        wanted = exchange["answer"].replace("<Say\n", "<Say ")
        assert text.replace(token[1] if token else "{turn}", "{turn}") == wanted, number
        address = f"/voice/{token[1]}/" if token else ""
    assert not address


@pytest.mark.parametrize(
    ("caller", "published"),
    [
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_signatures_are_those_that_the_provider_published(caller: str, published: str) -> None:
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    told = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "To": "+18005551212"}
    form = {name: (value,) for name, value in (told | {"From": caller, "Caller": caller}).items()}
    assert signature.sign("12345", address, form) == published
    assert signature.is_signed("12345", address, form, published)
    with_port = address.replace(".com/", ".com:443/")
    assert signature.is_signed("12345", with_port, form, published)
    assert signature.is_signed("12345", address, form, signature.sign("12345", with_port, form))
    other_port = address.replace(".com/", ".com:444/")
    assert not signature.is_signed("12345", other_port, form, published)
    assert not signature.is_signed("", address, form, signature.sign("", address, form))
    for name in form:
        changed = {**form, name: (form[name][0] + "0",)}
        assert not signature.is_signed("12345", address, changed, published), name
        left_out = {key: value for key, value in form.items() if key != name}
        assert not signature.is_signed("12345", address, left_out, published), name


# -------------------------------------------------------------------------------- who may ask at all
def test_without_a_secret_the_address_does_not_exist(client: Client) -> None:
    client.handler.enforce_csrf_checks = False
    with override_settings(VOICE_SECRET=""):
        anew()
        answered = client.post("/voice/", {"CallSid": "CA1"})
        assert answered.status_code == 404
        assert client.post("/voice/abc/").status_code == client.post("/nowhere/").status_code
        assert "TwiML" not in answered.content.decode()


def test_who_does_not_know_the_secret_hears_nothing(client: Client) -> None:
    form = {"CallSid": "CA1", "From": OWN}
    for given in ("", "x", "é", signed("/voice/", form, "other"), signed("/voice/x/", form)):
        response = client.post("/voice/", form, headers={signature.HEADER: given})
        assert (response.status_code, response.content) == (403, b"")
    assert client.get("/voice/").status_code == 405
    assert not rows("SELECT 1 FROM care_ivr_call")


def test_a_request_is_answered_once_and_again_for_a_minute(site: Site, now: Clock) -> None:
    """What a provider sends twice gets the same answer; what was taken down gets none later."""
    member, _ = borrower(site)
    call = Call()
    call.enter(member)
    asked = call.address
    first = call.send(Digits="1")
    assert first.content == call.send(Digits="1").content
    assert kinds_of(member.member_id).count("voice_asked") == 1
    assert call.send(asked, Digits="2").status_code == 403
    now.later(seconds=61)
    assert call.send(asked, Digits="1").status_code == 403
    call.take(first)
    assert "二万三千円" in call.text
    assert call.go("0") == "お電話ありがとうございました。失礼いたします。"
    assert Call(call_id=call.call_id).send().status_code == 403
    assert call.send(asked, Digits="1").status_code == 403


def test_a_turn_of_another_call_is_none(site: Site) -> None:
    member, _ = borrower(site)
    mine, other = Call(), Call(OTHER)
    mine.enter(member)
    other.take(other.send())
    assert other.send(mine.address, Digits="1").status_code == 403
    assert other.send("/voice/" + "x" * 32 + "/", Digits="1").status_code == 403


def test_a_call_ends_some_time(site: Site, now: Clock) -> None:
    member, _ = borrower(site)
    call = Call()
    call.enter(member)
    now.later(minutes=21)
    asked = call.address
    ended = call.send(Digits="1")
    assert "二万三千円" not in ended.content.decode()
    call.take(ended)
    assert call.address == ""  # words and the end, no error
    assert call.text.startswith("お電話ありがとうございました。")
    assert kinds_of(member.member_id).count("voice_asked") == 0
    assert call.send("/voice/" + "x" * 32 + "/", Digits="1").status_code == 403
    assert Call(OTHER).send(asked, Digits="1").status_code == 403
    now.later(days=1)
    assert do(calls.clear, now.at) == 1
    assert not rows("SELECT 1 FROM care_ivr_call")


# ---------------------------------------------------------------------------------- who is calling
@pytest.mark.rule("DESK-002")
def test_a_registered_phone_hears_the_account_after_number_and_pin(site: Site) -> None:
    member, key = borrower(site)
    call = Call()
    assert "残高は、1" in call.enter(member)
    assert "二万三千円" in call.go("1")
    stood = do(queries.position, key, AT.date())
    assert stood.due_yen
    assert "次のお支払いは、十一月" in call.go("2") or "十二月" in call.text
    quote = do(queries.payoff_quote, key, AT.date())
    assert quote.total_yen > 23_000
    assert "今日なら二万三千" in call.go("3")
    told = rows("SELECT subject::text FROM journal_row WHERE kind = 'voice_asked' ORDER BY row_id")
    assert len(told) == 3
    assert not any("23" in subject for (subject,) in told)


@pytest.mark.rule("DESK-002")
@pytest.mark.parametrize("caller", [OTHER, WITHHELD, "+14155550100"])
def test_another_phone_hears_nothing_without_a_code(site: Site, caller: str) -> None:
    member, _ = borrower(site)
    call = Call(caller)
    assert "6けたの確認番号" in call.enter(member)
    wrong = "000000" if site.code(member) != "000000" else "111111"
    assert "あと四回" in call.go(wrong)
    assert "残高は、1" in call.go(site.code(member))
    assert "二万三千円" in call.go("1")
    opened = rows("SELECT subject::text FROM journal_row WHERE kind = 'voice_opened'")
    assert opened == [('{"by": "code"}',)]


@pytest.mark.rule("DESK-002")
def test_a_phone_at_work_or_told_today_is_not_enough(site: Site, now: Clock) -> None:
    member, _ = borrower(site)
    site.house.tell(member.member_id, Kind.WORK_PHONE, Phone("0300001111"), at=after(days=-30))
    assert "確認番号" in Call("+81300001111").enter(member)
    site.house.tell(member.member_id, Kind.MOBILE_PHONE, Phone("09033334444"), at=AT)
    assert "確認番号" in Call(OTHER).enter(member)
    now.later(days=1)
    assert "残高は、1" in Call(OTHER).enter(member)


def test_who_must_change_the_pin_does_so_first(site: Site) -> None:
    member, _ = borrower(site)
    do(keeping.demand, member.member_id, Guess.PHONE)
    assert "暗証番号の変更が必要です" in Call().enter(member)


@pytest.mark.rule("AUTH-004")
@pytest.mark.rule("DESK-002")
def test_three_misses_share_the_lock_of_the_site(site: Site) -> None:
    """Two by telephone and one on the site lock both; the right PIN is refused on both then."""
    member, _ = borrower(site)
    call = Call()
    assert "あと二回" in call.enter(member, WRONG.digits)
    assert "あと一回" in call.go(member.member_number, WRONG.digits)
    assert site.house.enter(member.member_number, WRONG) == Locked()
    assert "ロックしています" in call.go(member.member_number, GOOD.digits)
    assert "ロックしています" in Call().enter(member)
    assert isinstance(site.house.enter(member.member_number, GOOD), Locked)


@pytest.mark.rule("AUTH-006")
def test_numbers_that_nobody_has_get_the_same_words(site: Site) -> None:
    member, _ = borrower(site)
    nobody = Member(0, "98765432", member.person)
    for one in (WRONG.digits, WRONG.digits, WRONG.digits, GOOD.digits):
        known, unknown = Call().enter(member, one), Call().enter(nobody, one)
        assert known == unknown
    assert "ロック" in known


@pytest.mark.rule("AUTH-005")
def test_one_pin_over_many_numbers_waits_whatever_road_it_takes(site: Site, now: Clock) -> None:
    """Guesses on the site and by telephone are counted together; a member waits a little, once."""
    member, _ = borrower(site)
    house = House()
    for number in range(11):
        outcome = house.enter(f"5000{number:04}", GOOD, address=f"198.51.{number}.1")
        assert isinstance(outcome, Missed)
    call = Call()
    said = call.enter(member)
    assert "このまま少しお待ちください" in said
    now.later(seconds=31)
    assert "残高は、1" in call.go(member.member_number, GOOD.digits)


def test_one_phone_over_many_numbers_waits_and_no_other_does(site: Site) -> None:
    for number in range(21):
        Call(OTHER).enter(
            Member(0, f"6000{number:04}", site.house.member().person), f"{8400 + number}"
        )
    member, _ = borrower(site)
    assert "お待ちください" in Call(OTHER).enter(member)
    assert "残高は、1" in Call(OWN).enter(member)
    alarms = rows("SELECT kind FROM people_alarm")
    assert alarms == [("one_network",)]


# ---------------------------------------------------------------------------------------- promises
@pytest.mark.rule("LEDG-016")
def test_a_promise_is_made_by_tones_once(site: Site) -> None:
    member, key = borrower(site)
    due_yen = do(queries.position, key, AT.date()).due_yen
    call = Call()
    call.enter(member)
    assert "十一月十八日から十二月二日まで" in call.go("4")
    assert "別の金額は、2" in call.go("1125")
    assert "今日からの利息は" in call.go("1")
    first = call.send(Digits="1")
    assert call.send(Digits="1").content == first.content
    assert "十一月二十五日に" in call.take(first)
    found = do(commands.open_promise, key)
    assert found is not None
    assert (found.pay_on.day, found.amount_yen) == (25, due_yen)
    assert rows("SELECT channel, actor FROM loan_promise") == [("voice", "member")]
    assert "お約束をいただいています" in call.go("4")


@pytest.mark.rule("AUTH-010")
def test_in_the_maintenance_one_may_listen_and_not_promise(site: Site, now: Clock) -> None:
    member, _ = borrower(site)
    now.at = datetime(2026, 11, 23, 2, tzinfo=AT.tzinfo)
    call = Call()
    call.enter(member)
    assert "二万三千円" in call.go("1")
    assert "いまは確認だけできます" in call.go("4")


# ------------------------------------------------------------------------------------------- desks
@pytest.mark.rule("DESK-001")
def test_desks_are_reached_in_their_hours_and_lost_cards_at_any(now: Clock) -> None:
    call = Call(WITHHELD)
    call.take(call.send())
    assert "おつなぎします" in call.go("9")
    now.at = AT.replace(hour=22)
    late = Call(WITHHELD)
    late.take(late.send())
    assert "十一月十九日、午前九時から" in late.go("9")
    assert "カード紛失デスクにおつなぎします" in late.go("5")


# ------------------------------------------------------------------------------------- what is kept
def test_digits_stand_nowhere_in_clear(
    site: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the call's row, not in the journal, not in a log, not in an address or a store."""
    caplog.set_level(logging.DEBUG)
    member, _ = borrower(site)
    call = Call(OTHER)
    call.take(call.send())
    addresses = []
    for digits in ("1", member.member_number, GOOD.digits):
        call.go(digits)
        addresses.append(call.address)
    code = site.code(member)
    call.go(code, "1")
    kept = rows("SELECT c::text FROM care_ivr_call c") + rows(
        "SELECT j::text FROM journal_row j WHERE kind LIKE 'voice%%'"
    )
    printed = "".join(capfd.readouterr())
    everywhere = "\n".join([*(text for (text,) in kept), *addresses, caplog.text, printed])
    for secret in (member.member_number, GOOD.digits, code, "23000", "二万三千円"):
        hexed = secret.encode().hex()
        found = re.search(f"(?<![0-9a-fA-F]){secret}(?![0-9a-fA-F])|{hexed}", everywhere)
        assert found is None, secret
    assert not rows("SELECT 1 FROM django_session")


def test_tries_by_telephone_are_counted_where_the_sites_are(site: Site) -> None:
    member, _ = borrower(site)
    Call().enter(member, WRONG.digits)
    lanes = rows("SELECT lane, misses FROM people_login_count")
    assert lanes == [(login.STRANGERS, 1)]


def test_what_comes_twice_at_once_is_done_once(site: Site) -> None:
    """A provider that sends again before the first answer came: one miss, one code, one answer."""
    member, _ = borrower(site)
    for pin, miss in ((WRONG.digits, 1), (GOOD.digits, 0)):
        call = Call(OTHER)
        call.take(call.send())
        call.go("1", member.member_number)
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(at_once, call, pin) for _ in range(4)]
        assert len({one.result() for one in sent}) == 1
        assert rows("SELECT misses FROM people_login_count") == [(miss,)]
    assert rows("SELECT count(*) FROM people_code") == [(1,)]
    assert rows("SELECT count(*) FROM care_ivr_call") == [(2,)]


def at_once(call: Call, digits: str) -> bytes:
    try:
        response = call.send(Digits=digits)
        assert response.status_code == 200
        return bytes(response.content)
    finally:
        connection.close()
