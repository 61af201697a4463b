"""Attacks on every page, from the list of addresses itself: a new page is covered by being there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.database import Database
from tests.documents import files
from tests.notices import posting
from tests.people.house import SATO, rows
from tests.web import borrowing
from tests.web.membership import Site, do
from tests.web.office import Seat, seated
from tests.web.test_care import called
from tests.web.test_delivery import delivered

from motocho.care.cases import complaints
from motocho.care.reliefs import offers
from motocho.care.reliefs.consultations import Topic
from motocho.care.reliefs.offers import Draft
from motocho.care.reliefs.scenarios import Told as Hardship
from motocho.care.reliefs.scenarios import Way
from motocho.contact.gate import Permit
from motocho.contact.guard import Purpose as Touch
from motocho.contact.holds import Source
from motocho.documents import intake
from motocho.documents.intake import Kept, Purpose
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.people.facts.values import Employer, Kind
from motocho.people.members import Member

pytestmark = pytest.mark.usefixtures("database")
EVIL = "https://evil.example/"
MARK = "<script>alert(1)</script>"
NAMED = replace(SATO, family_name=f"佐藤{MARK}")
OPEN = {
    "member:sign_in", "member:code", "member:sign_out", "member:signed_out", "member:extend",
    "member:left",
    "facts:ask_pin", "facts:ask_number",
    "desk:sign_in", "desk:by_passkey", "desk:sign_out", "desk:join", "desk:left", "desk:extend",
}  # fmt: skip
"""What people reach who are not signed in."""


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def browser(*, tokens: str = "") -> Client:
    return Client(enforce_csrf_checks=bool(tokens), SERVER_NAME="127.0.0.1")


# -------------------------------------------------------------------------------- every address
IDS = {
    "version": "0", "topic": "locked", "reader": "yen", "what": "due-date", "form": "csv",
    "size": "small", "token": "none", "disclosure_file": "1-pdf", "documents:purpose": "income", "facts:name": "employer",
    "member:name": "received", "asset:name": "site.css", "setting": "reliefs",
    "studio:row_id": "r1", "studio:kind": "recalculation", "studio:name": "complaint",
    "studio:column": "date", "apply:question": "income", "apply:slot": "income",
    "apply:way": "photo",
}  # fmt: skip
"""Words in addresses; numbers are 1 unless a test knows better."""


def patterns() -> Iterator[tuple[str, str, URLPattern]]:
    """Each page by its full name, with its address as it is written."""

    def walk(found: Any, before: str, app: str) -> Iterator[tuple[str, str, URLPattern]]:
        for one in found:
            if isinstance(one, URLResolver):
                inner = one.app_name or app
                yield from walk(one.url_patterns, before + str(one.pattern), inner)
            else:
                yield f"{app or one.name}:{one.name}", before + str(one.pattern), one

    yield from walk(get_resolver("motocho.web.urls").url_patterns, "/", "")


def addresses(**known: str) -> list[tuple[str, str]]:
    """Each page's name and an address of it; an id nobody has said anything of is 1.

    A case of the studio is no case of a complaint: its numbers are said as `studio:case_id`.
    """
    made = []
    for name, written, pattern in patterns():
        address = written
        app = name.partition(":")[0]
        for param, converter in pattern.pattern.converters.items():
            words = type(converter).__name__ != "IntConverter"
            of_app = known.get(f"{app}:{param}") or (app != "studio" and known.get(param))
            value = of_app or IDS.get(f"{app}:{param}") or IDS.get(param)
            assert value is not None or not words, f"{written}: say a word for {param}"
            kind = {"SlugConverter": "slug", "StringConverter": "str"}.get(
                type(converter).__name__, "int"
            )
            address = address.replace(f"<{kind}:{param}>", value or "1")
        assert "<" not in address, address
        made.append((name, address))
    return made


def behind_a_login() -> list[tuple[str, str]]:
    found = addresses(document_ref="abcdefghijklmnopqrstuv")
    return [
        (name, address)
        for name, address in found
        if address.startswith(("/member/", "/desk/")) and name not in OPEN
    ]


# -------------------------------------------------------------------------------------- attacks
@pytest.mark.rule("PRIV-003")
def test_who_is_not_signed_in_is_led_to_the_login() -> None:
    asked = behind_a_login()
    assert len(asked) > 70
    client = browser()
    for name, address in asked:
        login = "/desk/sign-in/" if address.startswith("/desk/") else "/member/sign-in/"
        for send in (client.get, client.post):
            response = send(address)
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or response["Location"].startswith(login), name


def test_every_form_needs_its_token(site: Site) -> None:
    seat = seated("tanaka", Role.SUPERVISOR, Role.REVIEWER)
    client = browser(tokens="checked")
    site.enter(client)
    for one in (client, seat.client):
        one.handler.enforce_csrf_checks = True
    refused = 0
    for name, address in addresses(document_ref="abcdefghijklmnopqrstuv"):
        visitor = seat.client if address.startswith("/desk/") else client
        response = visitor.post(address, {"amount": "1000"})
        assert response.status_code in {403, 405}, name
        refused += response.status_code == 403
    assert refused > 40


def test_no_address_leads_away(client: Client, site: Site) -> None:
    visitors = (client, browser())
    entered = 0
    away = dict.fromkeys(("next", "back", "to", "url", "return"), EVIL)
    slashes = dict.fromkeys(away, "//evil.example/")
    for name, address in addresses(document_ref="abcdefghijklmnopqrstuv"):
        for visitor, form, send in product(visitors, (away, slashes), ("get", "post")):
            visitor.handler.enforce_csrf_checks = False
            is_theirs = visitor is client and address.startswith("/member/")
            if is_theirs:
                entered += signed_in_anew(client, site)
            response = getattr(visitor, send)(address, form)
            led = response.headers.get("Location", "/")
            assert led.startswith("/"), name
            assert not led.startswith(("//", "/\\")), name
            if is_theirs and name not in OPEN:
                assert not led.startswith("/member/sign-in/"), name
    assert 1 < entered < 20


def signed_in_anew(client: Client, site: Site) -> bool:
    """Somebody is signed in who may do all: another member where what was sent ended it."""
    if client.get("/member/left/").json()["end"] > 0:
        return False
    client.cookies.clear()
    site.enter(client)
    assert client.get("/member/").status_code == 200
    return True


def test_every_answer_is_guarded(client: Client, site: Site) -> None:
    site.enter(client)
    for name, address in addresses(document_ref="abcdefghijklmnopqrstuv"):
        response = client.get(address)
        assert response.status_code < 500, name
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert response.headers["X-Content-Type-Options"] == "nosniff", name
        if address.startswith(("/member/", "/desk/", "/studio/", "/freeze/", "/reset/")):
            assert "no-store" in response.headers["Cache-Control"], name


@pytest.mark.rule("PRIV-003")
def test_html_in_what_people_tell_is_text(client: Client, site: Site) -> None:
    member, known = told(site, client)
    seat = seated("tanaka", Role.SUPERVISOR, Role.REVIEWER)
    seen = 0
    for name, address in addresses(**known):
        visitor = seat.client if address.startswith("/desk/") else client
        response = visitor.get(address)
        assert response.status_code < 500, name
        if "html" in response.headers.get("Content-Type", ""):
            text = response.content.decode()
            assert MARK not in text, name
            seen += "&lt;script&gt;" in text
    assert seen >= 2
    assert member.person == NAMED


NOBODYS = "987654"


@pytest.mark.rule("PRIV-003")
def test_another_members_ids_are_as_none_on_every_page(
    client: Client, site: Site, tmp_path: Path
) -> None:
    """A page with a new kind of id fails here until somebody says whose it is."""
    theirs = what_is_theirs(site, browser(), tmp_path)
    site.enter(client)
    asked = 0
    named = [(name, address, pattern) for (name, _, pattern), (_, address)
             in zip(patterns(), addresses(**theirs), strict=True)
             if address.startswith("/member/") and name not in OPEN]  # fmt: skip
    for name, address, pattern in named:
        taken = pattern.pattern.converters
        ids = {one for one in taken if f"{name.partition(':')[0]}:{one}" not in IDS} - IDS.keys()
        if not ids:
            continue
        assert ids <= theirs.keys(), f"{name}: say whose it is"
        nowhere = address
        for one in ids - {"event_no", "page_no"}:
            made_up = "abcdefghijklmnopqrstuv" if one == "document_ref" else NOBODYS
            nowhere = nowhere.replace(f"/{theirs[one]}/", f"/{made_up}/", 1)
        assert nowhere != address, name
        asked += 1
        for send in (client.get, client.post):
            seen, none = send(address), send(nowhere)
            assert seen.status_code == none.status_code, name
            assert seen.status_code in {404, 405}, name
            assert bare(seen, address) == bare(none, nowhere), name
    assert asked >= 34
    assert client.get("/member/").status_code == 200


def bare(response: Any, address: str) -> str:
    """A page without what differs each time: its address, tokens, the seconds left."""
    text = response.content.decode().replace(address, "")
    return re.sub(r'value="\w+"|data-(?:warn|end)="\d+"', "", text)


def what_is_theirs(site: Site, theirs: Client, letters: Path) -> dict[str, str]:
    """Another member with one of everything that has a number, by the names of the numbers."""
    member, key = borrowing.enter(site, theirs)
    draw = borrowing.confirm(theirs, borrowing.form(key))["Location"]
    wanted = borrowing.form(key, "8000", what="amount", how="payeasy", shown="8000")
    bill = theirs.post("/member/repay/confirm/", wanted)["Location"]
    posting.work(letters / "sent", clock.now())
    noon = clock.now().replace(hour=12) - timedelta(days=1)
    call = called(member.member_id, Touch.REMINDER, noon)
    assert isinstance(call, Permit)
    complaint = complaints.Told(complaints.Kind.COMPLAINT, "秘密の話")
    case = do(complaints.tell, member.member_id, complaint, Source("member", "x"), clock.now())
    upload = intake.Upload("", files.photo())
    kept = do(intake.keep, member.member_id, Purpose.INCOME, upload, clock.now())
    assert isinstance(kept, Kept)
    draft = Draft(
        key, Way.INTEREST_ONLY, Hardship(3_000, clock.business_date()), Topic.LESS, "card_loan"
    )
    by = Source("staff 1", "offer 1")
    offer = do(offers.make, draft, by, clock.business_date(), clock.now())
    newest = {
        "message_id": "SELECT max(message_id) FROM notices_message",
        "device_id": "SELECT max(device_id) FROM people_device",
        "session_id": "SELECT max(session_id) FROM people_session",
    }
    return {name: str(rows(query)[0][0]) for name, query in newest.items()} | {
        "agreement_id": str(key.agreement_id),
        "payout_id": re.findall(r"\d+", draw)[0],
        "bill_id": re.findall(r"\d+", bill)[0],
        "paper_no": str(delivered(member, key, 1, "a").paper_no),
        "attempt_id": str(call.permit_id),
        "case_id": str(case.key.case_id),
        "document_ref": kept.document_ref,
        "offer_id": str(offer.offer_id),
        "event_no": "2",
        "page_no": "1",
    }


def told(site: Site, client: Client) -> tuple[Member, dict[str, str]]:
    """A member whose every free word is a script; the ids of what is theirs."""
    made = site.house.member(NAMED, clock.now())
    site.known(client, made)
    assert site.sign_in(client, made).status_code == 302
    site.house.tell(made.member_id, Kind.EMPLOYER, Employer(f"商店{MARK}"), at=clock.now())
    key = site.desk.open(clock.now().date(), 500_000, member_id=made.member_id)
    complaint = complaints.Told(complaints.Kind.COMPLAINT, f"話{MARK}")
    case = do(complaints.tell, made.member_id, complaint, Source("member", "x"), clock.now())
    upload = intake.Upload(f"{MARK}.jpg", files.photo())
    kept = do(intake.keep, made.member_id, Purpose.INCOME, upload, clock.now())
    assert isinstance(kept, Kept)
    opened = str(site.check(client, made, key, "studio")["Location"])
    return made, {
        "studio:case_id": opened.split("/")[3],
        "agreement_id": str(key.agreement_id),
        "case_id": str(case.key.case_id),
        "document_ref": kept.document_ref,
        "member_id": str(made.member_id),
    }


def test_one_seat_is_no_member(site: Site) -> None:
    seat: Seat = seated("tanaka", Role.SUPERVISOR, Role.REVIEWER)
    site.member()
    for name, address in behind_a_login():
        if address.startswith("/member/"):
            assert seat.client.get(address).status_code in {302, 405}, name
    assert not rows("SELECT 1 FROM people_session")
