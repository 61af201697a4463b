"""What an applicant reads of an application: reasons, what is missing, calls and an answer to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import House, rows
from tests.screening.applications.office import SLIP, Office
from tests.web.applying import main
from tests.web.membership import Site
from tests.web.test_care import called

from motocho.contact.gate import Permit
from motocho.contact.guard import Purpose
from motocho.outside import clock, identity
from motocho.screening.applications import ApplicationKey, Check, decisions
from motocho.screening.applying import Alike, Handed, Origin, Signal, Slot, handing, signals
from motocho.screening.decision import Verdict
from motocho.units.errors import Language
from motocho.web.words import Tongue, plain


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def seated(key: ApplicationKey, tongue: str = "ja") -> Client:
    """A browser that came by the link."""
    client = Client(SERVER_NAME="127.0.0.1")
    session = client.session
    until = clock.now() + timedelta(minutes=30)
    place = {"member": key.member_id, "application": key.application_id}
    session["apply"] = {**place, "until": until.isoformat()}
    session.save()
    client.cookies["tongue"] = tongue
    return client


def looked_at(office: Office, annual_yen: int, check: Check | None = None) -> ApplicationKey:
    """An application of which everything is known, of somebody with an income."""
    office.consent()
    office.identify()
    key = office.submit(income_yen=annual_yen).key
    office.enter(key, replace(SLIP, annual_yen=annual_yen))
    office.employed(key)
    office.checked(key, check)
    office.carry()
    return key


def refused(office: Office, key: ApplicationKey) -> None:
    made = office.decide(key)
    assert made.verdict is Verdict.REFUSE
    waiting = main(seated(key).get("/apply/status/"))
    assert "担当者が確認しています" in waiting  # until it is said, it looks like any other
    for what, _ in do(decisions.told, made, Language.JA):
        assert what not in waiting
    office.refuse(made)


@pytest.mark.rule("LEND-009")
def test_refusal_is_told_in_the_words_of_its_decision_with_whom_to_ask(office: Office) -> None:
    key = looked_at(office, 600_000)
    refused(office, key)
    text = main(seated(key).get("/apply/status/"))
    assert "今回は契約できませんでした" in text
    assert "年収の3分の1(200,000円)を超えます" in text
    assert "200,000円までの金額で申し込めます" in text
    again = office.submit(income_yen=600_000).key
    do(signals.note, again, Origin("hanako@example.jp"), office.at)
    assert Signal(Alike.LATELY, None) in do(signals.of, again)
    assert "03-0000-0101" in text
    assert "取り下げる" not in text
    english = main(seated(key, "en").get("/apply/status/"))
    assert "exceed a third of your income" in english


@pytest.mark.rule("LEND-022")
def test_what_is_never_told_is_not_on_the_page(office: Office) -> None:
    key = looked_at(office, 6_000_000, Check.BARRED_TIES)
    refused(office, key)
    text = main(seated(key).get("/apply/status/"))
    assert "総合的な判断により" in text
    for word in ("反社", "暴力団", "関係", "疑わ"):
        assert word not in text.replace("関係なく", "")


def test_call_is_shown_with_its_reason_and_answered_on_the_page(office: Office) -> None:
    office.consent()
    key = office.submit().key
    permit = called(key.member_id, Purpose.IDENTITY, office.at)
    assert isinstance(permit, Permit)
    client = seated(key)
    text = main(client.get("/apply/status/"))
    assert "返事を送る" in text or "返事する" in text
    address = f"/apply/status/calls/{permit.permit_id}/"
    page = client.get(address)
    ref = page.content.decode().split('name="ref" value="')[1].split('"')[0]
    assert client.post(address, {"ref": ref, "words": ""}).status_code == 422
    for _ in range(2):
        done = client.post(address, {"ref": ref, "words": "18時以降に電話してください"})
        assert done["Location"] == "/apply/status/#calls"
    assert rows("SELECT count(*) FROM care_case WHERE kind = 'reply'") == [(1,)]
    assert "返事を受け取りました" in main(client.get("/apply/status/"))


def test_approved_offer_is_one_button_away(office: Office) -> None:
    key = office.prepared()
    waiting = main(seated(key).get("/apply/status/"))
    assert "条件を見る" not in waiting
    office.approved(key)
    client = seated(key)
    assert "条件を見る" in main(client.get("/apply/status/"))
    done = client.post("/apply/status/offer/", follow=True)
    assert done.redirect_chain[-1][0].startswith("/joining/")
    assert "300,000円" in main(done)


def test_seat_ends_when_nothing_was_done_for_its_minutes(office: Office) -> None:
    key = office.submit().key
    client = seated(key)
    session = client.session
    session["apply"] = {**session["apply"], "until": clock.now().isoformat()}
    session.save()
    assert client.get("/apply/status/")["Location"] == "/apply/return/"
    assert "apply" not in client.session


def test_member_who_is_signed_in_sees_the_own_application(office: Office, tmp_path: Path) -> None:
    site = Site(tmp_path, House(), office.counter.desk)
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.get("/apply/status/")["Location"] == "/apply/return/"
    member = site.house.member(at=clock.now() - timedelta(days=90))
    site.known(client, member)
    assert site.sign_in(client, member).status_code == 302
    assert client.get("/apply/status/")["Location"] == "/apply/return/"
    office.submit(250_000, member.member_id)
    assert "250,000円" in main(client.get("/apply/status/"))


def test_pictures_that_came_are_ours_to_look_at(office: Office) -> None:
    """Whoever handed in paper and face is not told to do it again; only what a decision asks for."""
    key = office.submit(250_000).key
    client = seated(key)
    for at, slot in enumerate((Slot.IDENTITY_FRONT, Slot.FACE)):
        assert "本人確認の手続をしてください" in main(client.get("/apply/status/"))
        later = office.at + timedelta(minutes=at + 1)
        do(handing.put, key, Handed(slot, office.document()), later)
    text = main(client.get("/apply/status/"))
    assert "ご本人の確認がまだです" not in text
    assert "提出された内容を確認しています" in text
    assert text.count("当社の番です") == 1


@pytest.mark.rule("KYC-003")
def test_only_ways_that_can_be_taken_are_named(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a company's own page, once one is connected; post and copies always."""
    key = office.submit().key
    at_site, always = (
        ("chip_reading", "public_key_certificate"),
        ("posted_copies", "restricted_post"),
    )
    monkeypatch.setenv(identity.VARIABLE, str(tmp_path))
    for secret in ("", "secret" * 8):
        monkeypatch.setenv(identity.SECRET, secret)
        text = main(seated(key).get("/apply/status/"))
        _, _, named = text.partition(plain("apply.status.methods", Tongue.JA))
        named, _, _ = named.partition(plain("apply.identify.title", Tongue.JA))
        for one in at_site:
            assert (plain(f"apply.method.{one}", Tongue.JA) in named) == bool(secret)
        for one in always:
            assert plain(f"apply.method.{one}", Tongue.JA) in named
