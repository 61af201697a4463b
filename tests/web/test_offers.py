"""An offer from the desk to the member's page: compared, sent, taken or left, once."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.people.house import BORN, MOBILE, SATO, kinds_of, rows
from tests.web.membership import Site, do
from tests.web.office import Seat, seated

from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic, Wanted
from motocho.care.reliefs.scenarios import Way
from motocho.contact import gate
from motocho.contact.gate import Closed
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.notices import reading
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people.access import Role
from motocho.people.members import Member

REF = "abcdefghijklmnopqrst"
KNOWN = {
    "do": "identify", "birth_date": f"{BORN:%Y/%m/%d}", "phone_digits": MOBILE.digits[-4:],
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
def tanaka(site: Site) -> Seat:
    return seated("tanaka", Role.OPERATOR)


def page(response: Any) -> str:
    return html.unescape(response.content.decode())


def told(
    site: Site, client: Client, ahead: timedelta = timedelta(hours=1)
) -> tuple[Member, Key, str]:
    """A member who signed in, in a consultation; the desk's page of ways."""
    member, key = site.enter(client)
    hour = clock.now() + ahead
    wanted, source = Wanted(Topic.LESS, hour, [hour]), Source("member", "form 1")
    talk = do(consultations.book, member.member_id, wanted, source, clock.now())
    address = f"/desk/consultations/{member.member_id}/{talk.consultation_id}/"
    return member, key, f"{address}offers/{key.agreement_id}/"


def sent(seat: Seat, address: str, way: Way = Way.INTEREST_ONLY, ref: str = REF) -> str:
    """An offer sent from the desk; the member's page of it."""
    response = seat.client.post(address, {"way": way.value, "ref": ref})
    assert response.status_code == 302
    ((number,),) = rows("SELECT max(offer_id) FROM care_offer")
    return f"/member/trouble/offers/{number}/"


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found is not None
    return found[1]


@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("VULN-002")
def test_offer_goes_from_the_desk_to_the_member_and_is_taken_once(
    client: Client, site: Site, tanaka: Seat
) -> None:
    member, key, address = told(site, client)
    talk = page(tanaka.client.get(address.split("offers/")[0]))
    assert address in talk
    compared = page(tanaka.client.get(f"{address}?day=28"))
    for words in (
        "今のまま",
        "次の1回は利息だけ",
        "返済日を変える",
        "期間を長くする",
        "2回分をまとめて",
    ):
        assert words in compared
    at = sent(tanaka, address)
    assert sent(tanaka, address) == at
    assert rows("SELECT count(*), min(desk_id), min(reason) FROM care_offer") == [
        (1, "card_loan", "less")
    ]
    assert at in page(client.get("/member/trouble/"))
    shown = page(client.get(at))
    assert "次の1回は利息だけ" in shown
    form = {"answer": "agree", "seen": seen(shown), "ref": REF}
    for _ in range(2):
        assert client.post(at, form)["Location"] == at
    assert "この内容に決まりました" in page(client.get(at))
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'arrangement'") == [(1,)]
    assert rows("SELECT road, answered_by FROM care_offer") == [("site", "member")]
    assert do(commands.open_promise, key) is not None
    kinds = kinds_of(member.member_id)
    assert kinds.index("offer_made") < kinds.index("arranged") < kinds.index("offer_agreed")
    assert at not in page(client.get("/member/trouble/"))
    do(reading.read_on, clock.now())
    found = rows("SELECT kind FROM notices_message WHERE kind LIKE 'offer%%' ORDER BY kind")
    assert found == [("offer_agreed",), ("offer_made",)]


def _call_of_the_consultation(seat: Seat, address: str) -> str:
    """The hour came: the call is begun from the consultation's page; the call's own page."""
    shown = page(seat.client.get(address.split("offers/", maxsplit=1)[0]))
    form = re.search(r'action="([^"]+/call/)".*?name="ref" value="([^"]+)"', shown)
    assert form is not None
    begun = seat.client.post(form[1], {"reason": "consultation", "ref": form[2]})
    assert begun.status_code == 302, page(begun)
    return str(begun["Location"])


def _refused_by_voice(seat: Seat, asked: str) -> None:
    """COLL-006: nobody agrees whom the colleague does not know on a call."""
    shown = page(seat.client.get(asked))
    assert "電話での同意を記録する" not in shown
    ((number, figures),) = rows("SELECT offer_id, shown FROM care_offer")
    for mark in ("x", str(figures)):
        refused = seat.client.post(asked, {"agree": number, "seen": mark, "ref": REF})
        assert refused.status_code == 409
    assert rows("SELECT answer FROM care_offer") == [(None,)]
    assert not rows("SELECT 1 FROM loan_promise")


@pytest.mark.rule("COLL-003")
@pytest.mark.rule("COLL-006")
def test_offer_agreed_by_voice_is_recorded_with_who_heard_it(
    noon: datetime, client: Client, site: Site, tanaka: Seat
) -> None:
    member, key, address = told(site, client, timedelta(minutes=5))
    on = clock.now() + timedelta(days=3)
    asked = f"{address}?able=6,000&able_on={on:%Y/%m/%d}&times=3&day=28&desk=service_centre"
    sent(tanaka, asked, Way.PROMISE)
    _refused_by_voice(tanaka, asked)
    talk = _call_of_the_consultation(tanaka, address)
    _refused_by_voice(tanaka, asked)  # on the line, and not known yet
    assert tanaka.client.post(talk, KNOWN)["Location"] == talk
    text = page(tanaka.client.get(asked))
    assert "電話での同意を記録する" in text
    ((number,),) = rows("SELECT offer_id FROM care_offer")
    voice = text.split('id="voice"', 1)[1]
    wrong = tanaka.client.post(asked, {"agree": number, "seen": "other", "ref": REF})
    assert wrong.status_code == 409
    assert not rows("SELECT 1 FROM loan_promise")
    assert tanaka.client.post(asked, {"agree": "x", "ref": REF}).status_code == 404
    form = {"agree": number, "seen": seen(voice), "ref": REF}
    for _ in range(2):
        assert tanaka.client.post(asked, form).status_code == 302
    actor = f"staff {tanaka.staff_id}"
    assert rows("SELECT road, answered_by, desk_id FROM care_offer") == [
        ("voice", actor, "service_centre")
    ]
    assert rows("SELECT amount_yen, actor FROM loan_promise") == [(6_000, actor)]
    wanted = gate.Wanted(Purpose.ARREARS, "c", "worker")
    answer = do(gate.ask, member.member_id, wanted, noon + timedelta(days=1))
    assert isinstance(answer, Closed)
    assert "COLL-003" in {one.refusal.rule_id for one in answer.hindrances}
    assert key.member_id == member.member_id


@pytest.mark.rule("LEDG-015")
def test_figures_that_changed_are_shown_anew_and_nothing_is_agreed(
    client: Client, site: Site, tanaka: Seat
) -> None:
    _, key, address = told(site, client)
    at = sent(tanaka, address)
    form = {"answer": "agree", "seen": seen(page(client.get(at))), "ref": REF}
    site.desk.receive(key, 3_000, clock.now().date())
    response = client.post(at, form)
    assert response.status_code == 409
    assert "表示した金額が変わりました" in page(response)
    assert rows("SELECT answer FROM care_offer") == [(None,)]
    assert not rows("SELECT 1 FROM loan_event WHERE kind = 'arrangement'")
    again = {**form, "seen": seen(page(client.get(at)))}
    assert client.post(at, again).status_code == 302
    assert rows("SELECT answer FROM care_offer") == [("agreed",)]


def test_offer_that_is_left_changes_nothing(client: Client, site: Site, tanaka: Seat) -> None:
    _, _, address = told(site, client)
    at = sent(tanaka, address)
    assert client.post(at, {"answer": "decline", "ref": REF}).status_code == 302
    assert "選ばないことにしました" in page(client.get(at))
    assert client.post(at, {"answer": "agree", "seen": "x", "ref": REF}).status_code == 409
    assert "辞退" in page(tanaka.client.get(address))
    assert not rows("SELECT 1 FROM loan_event WHERE kind = 'arrangement'")


@pytest.mark.rule("PRIV-003")
def test_offer_of_another_is_not_there(client: Client, site: Site, tanaka: Seat) -> None:
    _, _, address = told(site, client)
    at = sent(tanaka, address)
    other = Client(SERVER_NAME="127.0.0.1")
    site.enter(other)
    assert other.get(at).status_code == 404
    assert other.post(at, {"answer": "agree", "seen": "x"}).status_code == 404
    assert other.get("/member/trouble/offers/987654/").status_code == 404
    turned = address.rsplit("offers/", 1)[0] + "offers/987654/"
    assert tanaka.client.get(turned).status_code == 404
    auditor = seated("kato", Role.AUDITOR)
    assert auditor.client.get(address).status_code == 409


def test_desk_says_what_is_wrong_with_what_was_told(
    client: Client, site: Site, tanaka: Seat
) -> None:
    _, _, address = told(site, client)
    for query in ("?able=x", "?able=0", "?able_on=2026-13-01"):
        response = tanaka.client.get(address + query)
        assert response.status_code == 422, query
        assert tanaka.client.post(address + query, {"way": "reduced"}).status_code == 422
    for query in ("?able=1", "?able_on=2020/01/01", "?times=99&day=99"):
        assert tanaka.client.get(address + query).status_code == 200, query
    refused = tanaka.client.post(address + "?able=1", {"way": "reduced", "ref": REF})
    assert refused.status_code == 409
    assert tanaka.client.post(address, {"way": "as_is", "ref": REF}).status_code in {200, 409}
    assert not rows("SELECT 1 FROM care_offer")
