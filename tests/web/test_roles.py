"""Who of the staff may open which address of the desk: written by hand, walked over all that there are.

The table says what the house wants, not what the code does. An address without a row fails, and so
does a row without an address: `docs/operations/web.md` tells how to add one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.web.membership import Site, do
from tests.web.office import FIRST_PAGES, PASSWORD, Seat, browser, joined
from tests.web.test_attacks import addresses, bare, patterns

from motocho.outside import clock, mail
from motocho.people import access
from motocho.people.access import Role, Staff

LETTERS = {
    "o": Role.OPERATOR,
    "r": Role.REVIEWER,
    "s": Role.SUPERVISOR,
    "u": Role.AUDITOR,
    "a": Role.ADMINISTRATOR,
}
ANYBODY = "anybody"
"""Signed in or not: the way in and out."""

WHO_MAY = {
    # the way in and out, and one's own seat
    "desk:sign_in": ANYBODY,
    "desk:by_passkey": ANYBODY,
    "desk:sign_out": ANYBODY,
    "desk:join": ANYBODY,
    "desk:left": ANYBODY,
    "desk:extend": ANYBODY,
    "desk:passkey": "orsua",
    "desk:queue": "orsua",
    "desk:keys": "orsua",
    # audit: supervisors in part; the board is theirs, what was found in a call is the caller's own
    "desk:audit": "su",
    "desk:audit_export": "u",
    "desk:board": "s",
    "desk:reviews": "s",
    "desk:review": "s",
    "desk:own_reviews": "orsua",
    # settings: auditors only look
    "desk:settings": "su",
    "desk:setting": "su",
    # registers: auditors only look; the bureau and identity records are for who reviews
    "desk:registers": "su",
    "desk:register_book": "su",
    "desk:register_erasures": "su",
    "desk:register_leaks": "su",
    "desk:register_leak": "su",
    "desk:register_filings": "su",
    "desk:register_partners": "su",
    "desk:register_staff_list": "su",
    "desk:register_transfers": "su",
    "desk:register_sell": "su",
    "desk:register_figures": "su",
    "desk:register_provisioning": "su",
    "desk:register_adverts": "su",
    "desk:bureau": "rs",
    "desk:bureau_answer": "rs",
    "desk:identity": "rs",
    # colleagues: who manages them
    "desk:colleagues": "sa",
    "desk:recover": "sa",
    # what is judged
    "desk:reset": "rs",
    "desk:reset_page": "rs",
    "desk:own": "rs",
    "desk:document": "rs",
    "desk:document_page": "rs",
    # work with members
    "desk:case": "ors",
    "desk:consultation": "ors",
    "desk:offering": "ors",
    "desk:increase": "orsu",
    # screening: reviewers and supervisors alone
    "desk:screening": "rs",
    "desk:application": "rs",
    "desk:application_paper": "rs",
    "desk:application_employment": "rs",
    "desk:application_checks": "rs",
    "desk:application_identity": "rs",
    "desk:application_replay": "rs",
    "desk:application_conclude": "rs",
    "desk:application_claims": "rs",
    "desk:member_income": "rs",
    "desk:member_limit": "rs",
    # claims against us, and agreements recalculated
    "desk:claims": "ors",
    "desk:reserve": "s",
    "desk:claim_files": "ors",
    "desk:claim_file": "ors",
    "desk:member_claims": "ors",
    "desk:claim": "ors",
    "desk:claim_sheet": "ors",
    "desk:claim_paper": "ors",
    "desk:recalculated": "ors",
    "desk:recalculated_file": "ors",
    "desk:in_studio": "ors",
    # fraud, families who worry, care
    "desk:frauds": "ors",
    "desk:fraud_find": "ors",
    "desk:fraud_new": "ors",
    "desk:fraud": "ors",
    "desk:fraud_check": "rs",
    "desk:families": "ors",
    "desk:family": "ors",
    "desk:family_look": "rs",
    "desk:care": "ors",
    # the day, and finding members
    "desk:today": "orsu",
    "desk:next": "ors",
    "desk:leave_claim": "ors",
    "desk:promises": "orsu",
    "desk:watch": "orsu",
    "desk:member_watch": "ors",
    "desk:member_cards": "ors",
    "desk:search": "orsu",
    "desk:looks": "su",
    "desk:member": "orsu",
    "desk:check": "ors",
    "desk:memo": "ors",
    "desk:inbound": "ors",
    "desk:offer_on_call": "ors",
    # calls
    "desk:unfinished": "ors",
    "desk:call": "ors",
    "desk:counterparts": "ors",
    "desk:take": "ors",
    "desk:talk": "ors",
    # complaints, disclosures, the counter, our numbers
    "desk:case_note": "ors",
    "desk:complaints": "orsu",
    "desk:complaint_new": "ors",
    "desk:complaint_statistics": "orsu",
    "desk:disclosures": "orsu",
    "desk:disclosure_new": "ors",
    "desk:disclosure": "ors",
    "desk:disclosure_step": "ors",
    "desk:disclosure_label": "ors",
    "desk:disclosure_file": "ors",
    "desk:counter": "ors",
    "desk:counter_act": "ors",
    "desk:numbers": "orsu",
    # arrears; who decides is asked again at each deed
    "desk:collections": "orsu",
    "desk:stages": "orsu",
    "desk:collection": "ors",
    "desk:settlement": "ors",
    "desk:write_off": "ors",
    "desk:held": "ors",
    "desk:settlement_paper": "ors",
    "desk:counsel": "ors",
    "desk:counsel_end": "ors",
    "desk:visits": "ors",
    "desk:visit": "ors",
    "desk:legal": "ors",
    "desk:legal_case": "ors",
    "desk:approvals": "rsa",
    "desk:approval": "rsa",
}  # fmt: skip
"""Each address by its name, and the letters of those for whom it is; everybody else is refused."""

NOBODYS = "987654"
REF = "abcdefghijklmnopqrstuv"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def of_the_desk(**known: str) -> list[tuple[str, str]]:
    """Every address of the desk; an id nobody has said anything of is nobody's."""
    numbers = dict.fromkeys(_names_of_ids(), NOBODYS)
    found = addresses(**{**numbers, "document_ref": REF, **known})
    return [(name, address) for name, address in found if address.startswith("/desk/")]


def _names_of_ids() -> Iterator[str]:
    for _, address, _ in patterns():
        if address.startswith("/desk/"):
            yield from re.findall(r"<int:(\w+)>", address)


def opened(client: Client, address: str) -> Any:
    """The page; what takes forms alone is sent an empty one."""
    response = client.get(address)
    return client.post(address) if response.status_code == 405 else response


REFUSED = "の権限がありません"
"""What PPL-081 says to whose role is not for it."""


def is_refused(response: Any) -> bool:
    return response.status_code == 409 and REFUSED in response.content.decode()


def is_led_to_sign_in(response: Any) -> bool:
    led = str(response.headers.get("Location", ""))
    return response.status_code == 302 and led.startswith("/desk/sign-in/")


def test_each_address_has_its_row_and_each_row_its_address() -> None:
    names = {name for name, _ in of_the_desk()}
    assert names - WHO_MAY.keys() == set(), "say in WHO_MAY for whom the new address is"
    assert WHO_MAY.keys() - names == set(), "WHO_MAY names addresses that are not there"
    letters = {sign for who in WHO_MAY.values() if who != ANYBODY for sign in who}
    assert letters <= LETTERS.keys()


@pytest.mark.rule("PRIV-003")
def test_each_role_opens_what_is_for_it_and_nothing_else(site: Site) -> None:
    seats = {sign: joined(f"one-{role.value}", role) for sign, role in LETTERS.items()}
    asked = refused = 0
    for sign, seat in seats.items():
        assert seat.sign_in()["Location"] in FIRST_PAGES
        for name, address in of_the_desk():
            if WHO_MAY[name] == ANYBODY:
                continue
            response = opened(seat.client, address)
            asked += 1
            who = f"{name} for {LETTERS[sign].value}: {response.status_code}"
            assert not is_led_to_sign_in(response), who
            assert is_refused(response) == (sign not in WHO_MAY[name]), who
            refused += is_refused(response)
    assert asked >= 5 * 13
    assert refused >= 20


@pytest.mark.rule("AUTH-007")
def test_nothing_opens_to_nobody_or_before_the_second_factor(site: Site) -> None:
    seat = joined("tanaka", Role.SUPERVISOR, *LETTERS.values())
    wrong = f"{(int(seat.code()) + 1) % 1_000_000:06d}"
    strangers = {"nobody": browser(), "no code": seat.client, "password alone": browser()}
    for code in (wrong, ""):
        typed = {"login_name": seat.login_name, "password": PASSWORD, "code": code}
        assert seat.client.post("/desk/sign-in/", typed).status_code == 422
    typed = {"login_name": seat.login_name, "password": PASSWORD}
    assert strangers["password alone"].post("/desk/sign-in/", typed).status_code == 422
    for told, client in strangers.items():
        for name, address in of_the_desk():
            if WHO_MAY[name] != ANYBODY:
                assert is_led_to_sign_in(opened(client, address)), f"{name} to {told}"
    assert opened(_signed_in(seat), "/desk/").status_code == 200


def _signed_in(seat: Seat) -> Client:
    assert seat.sign_in()["Location"] in FIRST_PAGES
    return seat.client


@pytest.mark.rule("PRIV-003")
def test_who_is_kept_apart_is_as_who_is_not_there(site: Site) -> None:
    """For each role that may open a member's page: barred, one's own, and nobody answer alike."""
    other, _ = site.member()
    first = joined("first", Role.SUPERVISOR, Role.ADMINISTRATOR)
    by = Staff(first.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    compared = 0
    for sign, role in LETTERS.items():
        own, _ = site.member()
        seat = joined(f"one-{role.value}", role, own_member_id=own.member_id)
        assert do(access.bar, other.member_id, seat.staff_id, by, clock.now()) is None
        _signed_in(seat)
        for theirs in (str(own.member_id), str(other.member_id)):
            pairs = zip(of_the_desk(member_id=theirs), of_the_desk(), strict=True)
            for (name, address), (_, nowhere) in pairs:
                if address == nowhere or sign not in WHO_MAY[name]:
                    continue
                compared += 1
                for send in (seat.client.get, seat.client.post):
                    seen, none = send(address), send(nowhere)
                    assert seen.status_code == none.status_code, name
                    assert seen.status_code in {404, 405}, name
                    assert bare(seen, address) == bare(none, nowhere), name
    assert compared >= 2 * 10
