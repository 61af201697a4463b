"""From an approved offer to the first PIN: the paper before, the call, the card, one mail whatever crashes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.notices.posting import mails, plain, work
from tests.people.house import MAIL, kinds_of, rows
from tests.screening.applications.office import LENDER, SLIP, Office

from motocho.care.worklist import gathering
from motocho.care.worklist.policy import Why
from motocho.contact.guard import Hand, Purpose
from motocho.documents import archive
from motocho.documents.statutory import following
from motocho.outside import clock
from motocho.people import card_orders, invitations
from motocho.people.access import Staff
from motocho.people.facts.values import Address
from motocho.people.facts.values import Kind as Fact
from motocho.screening import applications, increases
from motocho.screening.applications import ApplicationKey, CardWish, Kept, Use, joining
from motocho.screening.eligibility import Asked as Wish
from motocho.units.errors import MotochoError, RefusedError, StateConflict

CALLS = "SELECT facts->>'reason', ended_at IS NULL, outcome FROM contact_task ORDER BY task_id"


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    made = Office(tmp_path, database)
    made.counter.tell(made.member_id, Fact.EMAIL, MAIL)
    return made


def code_of(error: pytest.ExceptionInfo[MotochoError]) -> str:
    return error.value.faults[0].code


def agree(office: Office, of: Kept, wish: CardWish = CardWish.WANTED) -> None:
    do(joining.agree, of, wish, office.source(), office.at)


def shown(office: Office, of: Kept) -> int:
    """The paper made and opened."""
    paper_no = do(applications.show_terms, of, LENDER, office.at).paper_no
    do(archive.opened, of.key.member_id, paper_no, office.at)
    return int(paper_no)


def on_list(office: Office) -> list[tuple[Why, Purpose | None]]:
    people = do(gathering.people, office.at, (), Hand.STAFF)
    return [
        (ground.why, ground.purpose)
        for one in people
        for ground in one.grounds
        if one.member_id == office.member_id
    ]


@pytest.mark.rule("DOC-001")
def test_offer_is_agreed_to_after_its_own_paper_was_read(office: Office) -> None:
    key = office.prepared()
    of = office.approved(key)
    with pytest.raises(RefusedError) as before:
        agree(office, of)
    assert code_of(before) == "JOI-002"
    paper_no = do(applications.show_terms, of, LENDER, office.at).paper_no
    with pytest.raises(RefusedError) as unread:
        agree(office, of)
    assert code_of(unread) == "JOI-002"
    do(archive.opened, of.key.member_id, paper_no, office.at)
    office.enter(key)
    newer = office.approved(key)
    with pytest.raises(RefusedError):
        agree(office, newer)  # the paper was of the offer before
    with pytest.raises((RefusedError, StateConflict)):
        agree(office, of)
    shown(office, newer)
    at_once([lambda: agree(office, newer)] * 3)
    assert rows("SELECT wish FROM screening_card_wish") == [("wanted",)]
    assert rows("SELECT count(*) FROM screening_acceptance") == [(1,)]


@pytest.mark.rule("DOC-005")
def test_by_post_it_is_agreed_to_once_the_paper_went_out(office: Office) -> None:
    key = office.prepared()
    of = office.approved(key)
    with office.database.connect() as app:  # the consent by wire is taken back
        app.execute(
            "INSERT INTO people_consent (member_id, kind, scope, is_given, effective_at, recorded_at,"
            " wording_ref, actor, form_ref) VALUES (%s, 'electronic_delivery', 'pre_contract', false,"
            " %s, %s, 'w', 'member', 'back')",
            (office.member_id, office.at, office.at),
        )
    paper_no = do(applications.show_terms, of, LENDER, office.at).paper_no
    with pytest.raises(RefusedError) as waits:
        agree(office, of)
    assert code_of(waits) == "JOI-003"
    do(archive.posted, do(archive.waiting), "staff 1", office.at)
    agree(office, of, CardWish.CARDLESS)
    office.counter.later(minutes=20)
    office.conclude(key, paper_no)
    assert do(card_orders.newest, office.member_id) is None, "no card where none is wanted"


def test_approval_puts_one_call_and_one_mail_down_and_the_answer_ends_the_call(
    office: Office, tmp_path: Path
) -> None:
    key = office.prepared(1_000_000)
    of = office.decide(key)
    do(applications.approve, of, office.first, office.at)
    assert rows(CALLS) == []
    assert "offer_ready" not in kinds_of(office.member_id)
    persons: list[Staff] = [office.second, office.second, office.first]
    at_once([lambda one=one: do(applications.approve, of, one, office.at) for one in persons])  # type: ignore[misc]
    assert rows(CALLS) == [("contract", True, None)]
    assert kinds_of(office.member_id).count("offer_ready") == 1
    assert on_list(office) == [(Why.TASK, Purpose.IDENTITY)]
    work(tmp_path / "mail", office.at)
    (mail,) = [one for one in mails(tmp_path / "mail") if "/joining/" in plain(one)]
    text = plain(mail)
    assert not any(word in text for word in ("円", "万", "借", "融資", "契約", "1,000,000"))
    token = text.split("/joining/")[1].split()[0]
    found = do(invitations.enter, token, invitations.Purpose.OFFER, born(office), office.at)
    assert found == invitations.Whose(key.member_id, invitations.Purpose.OFFER, key.application_id)
    shown(office, of)
    agree(office, of)
    assert rows(CALLS) == [("contract", False, "withdrawn")]
    assert on_list(office) == []


def born(office: Office) -> Any:
    return rows("SELECT born_on FROM people_member WHERE member_id = %s", office.member_id)[0][0]


def test_withdrawn_nobody_is_rung_for_it(office: Office) -> None:
    key = office.prepared()
    office.approved(key)
    do(applications.withdraw, key, office.source(), office.at)
    assert rows(CALLS) == [("contract", False, "withdrawn")]


def killed(office: Office, key: ApplicationKey, paper_no: int) -> None:
    """A desk that is killed once its contract was committed."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.screening.applications.desk_child",
         json.dumps(dict(office.database.address.parameters))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    seconds = 0.2
    while not rows("SELECT FROM screening_contract"):
        line = f"{key.member_id} {key.application_id} {paper_no} {office.at.isoformat()}"
        program.stdin.write(f"{line} {seconds:.3f}\n")
        program.stdin.flush()
        program.stdout.readline()
        seconds *= 2
    program.kill()
    program.communicate()


def test_killed_between_contract_and_mail_one_mail_leads_to_the_first_pin(
    office: Office, tmp_path: Path
) -> None:
    key = office.prepared()
    of = office.approved(key)
    paper_no = shown(office, of)
    agree(office, of)
    office.counter.later(minutes=20)
    killed(office, key, paper_no)
    for _ in range(2):
        work(tmp_path / "mail", office.at)
        office.conclude(key, paper_no, "again")
    told = [one for one in mails(tmp_path / "mail") if "/joining/start/" in plain(one)]
    assert len(told) == 1
    assert not any(word in plain(told[0]) for word in ("円", "借", "融資", "契約", "300,000"))
    ordered = do(card_orders.newest, office.member_id)
    assert ordered is not None
    assert ordered.cause is card_orders.Cause.FIRST
    assert rows("SELECT count(*) FROM people_card_order") == [(1,)]
    token = plain(told[0]).split("/joining/start/")[1].split()[0]
    late = office.at + timedelta(days=8)
    over = do(invitations.enter, token, invitations.Purpose.FIRST_PIN, born(office), late)
    assert over == invitations.Over()
    do(invitations.ask_again, token, invitations.Purpose.FIRST_PIN, late)
    work(tmp_path / "mail", late)
    told = [one for one in mails(tmp_path / "mail") if "/joining/start/" in plain(one)]
    assert len({plain(one).split("/joining/start/")[1].split()[0] for one in told}) == 2


@pytest.mark.rule("DOC-002")
def test_higher_limit_is_agreed_to_and_its_mail_and_paper_follow(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.counter.tell(office.member_id, Fact.ADDRESS, Address("1000001", "東京都千代田区1-1"))
    first = office.prepared(500_000)
    agreement = office.conclude(first, office.agreed(first)).agreement
    office.counter.later(days=200)
    wish = Wish(1_200_000, 6_000_000, 400_000)
    do(increases.apply, agreement, wish, office.source(), office.at)
    key = do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at).key
    office.enter(key, replace(SLIP, year=2026))
    office.employed(key)
    office.checked(key)
    office.carry()
    of = office.approved(key)
    assert rows(CALLS) == [("contract", False, "withdrawn")], "the first contract's alone"
    monkeypatch.setattr(clock, "now", lambda: office.at)
    client = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})
    link = do(applications.link_for, key, office.at)
    client.post(link, {"born_on": str(born(office))})
    page = client.get("/joining/offer/").content.decode()
    assert "Change to these terms" in page
    assert "I want a card" not in page
    client.post("/joining/offer/paper/", {"road": "wire"})
    client.post("/joining/offer/agree/", {"offer": of.digest})
    assert rows("SELECT count(*) FROM screening_acceptance") == [(2,)]
    do(applications.raise_limit, key, office.made("raise 1"))
    work(tmp_path / "mail", office.at)
    told = {kind for (kind,) in rows("SELECT kind FROM notices_message")}
    assert {"offer_ready", "contract_made", "limit_changed"} <= told
    assert rows("SELECT count(*) FROM notices_message WHERE kind = 'contract_made'") == [(1,)]
    do(following.follow)
    for member_id, row_id in rows(
        "SELECT (args->>'member_id')::bigint, (args->>'row_id')::bigint FROM procrastinate_jobs"
        " WHERE task_name = %s ORDER BY id", following.MAKE,
    ):  # fmt: skip
        do(following.make, (member_id, row_id), LENDER, office.at)
    papers = [kind for (kind,) in rows("SELECT kind FROM documents_paper ORDER BY paper_no")]
    assert papers[:2] == ["pre_contract", "contract"]
    assert "change" in papers
