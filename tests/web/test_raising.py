"""A higher limit on the member's pages: each condition first, then the wish, the offer, the rise."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import SATO, House, rows
from tests.screening.applications.office import LENDER, SINCE, SLIP, Office
from tests.screening.identity.test_papers import JPKI, SELF
from tests.web.membership import Site

from motocho.documents.statutory import following
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.notices import reading
from motocho.outside import clock, mail
from motocho.outside.bank import business_day_until
from motocho.outside.clock import JAPAN
from motocho.people.facts.values import Address
from motocho.people.facts.values import Kind as Fact
from motocho.people.members import Member
from motocho.screening import applications, identity
from motocho.screening.applications import Confirmation
from motocho.screening.eligibility import outlook
from motocho.screening.identity import Evidence

FORM = "k" * 24
HOME = Address("1000001", "東京都千代田区千代田1-1")


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    at = datetime.combine(business_day_until(clock.now().date()), time(12), JAPAN)
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


@pytest.fixture
def office(
    database: Database, tmp_path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    made = Office(tmp_path / "bureau", database, people=[])
    made.counter.at = noon
    return made


def entered(office: Office, client: Client, days: int) -> tuple[Site, Member, Key]:
    """A member whose agreement is so old, identified, with every consent, signed in."""
    site = Site(office.folder.parent, House(), office.counter.desk)
    office.counter.later(days=-days - 10)
    member = site.house.member(SATO, office.at)
    office.consent(member.member_id)
    known = Evidence(SELF, replace(JPKI, on=office.on), ())
    assert not isinstance(
        do(identity.keep, member.member_id, known, office.source("staff 1"), office.at), tuple
    )
    site.house.tell(member.member_id, Fact.ADDRESS, HOME, at=office.at)
    office.counter.later(days=days + 10)
    key = site.desk.open(office.on - timedelta(days=days), 300_000, member_id=member.member_id)
    site.known(client, member)
    site.sign_in(client, member)
    return site, member, key


def text(response: Any) -> str:
    assert response.status_code in {200, 422}, response.content.decode()[:2000]
    words = re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1])
    return " ".join(html.unescape(words).split())


def sent(site: Site, client: Client, member: Member, address: str, form: dict[str, str]) -> Any:
    """A form that is confirmed by the code that was mailed for it."""
    assert "確認番号" in text(client.post(address, form))
    return client.post(address, form | {"code": site.code(member)})


WORDS = {
    "ja": ("500,000円", "903,000円", "まだ満たしていません", "満たしています"),
    "easy": ("500,000円", "903,000円", "まだです", "だいじょうぶです"),
    "en": ("¥500,000", "¥903,000", "Not met yet", "Met"),
}


@pytest.mark.rule("LEND-023")
def test_each_condition_stands_first_with_its_day_and_yen(office: Office, client: Client) -> None:
    _, _, key = entered(office, client, 100)
    address = f"/member/limit/{key.agreement_id}/raise/"
    from_on = outlook(do(queries.conduct, key, office.on, 6)).used_from
    for tongue, words in WORDS.items():
        client.post("/choices", {"tongue": tongue, "next": address})
        shown = text(client.get(address))
        for word in (*words, str(from_on.day), str(from_on.month)):
            assert word in shown, (tongue, word)
    assert not rows("SELECT 1 FROM screening_increase")


@pytest.mark.rule("LEND-001")
@pytest.mark.rule("LEND-023")
@pytest.mark.rule("AUTH-007")
@pytest.mark.rule("RATE-003")
def test_a_wish_is_decided_agreed_to_and_raised_with_its_rate_paper_and_mail(
    office: Office, client: Client
) -> None:
    site, member, key = entered(office, client, 280)
    do(applications.require, office.on, "cli", office.at)
    address = f"/member/limit/{key.agreement_id}/raise/"
    wish = {"limit": "100万", "income": "600万", "others": "", "use": "education", "ref": FORM,
            "apply": "yes"}  # fmt: skip
    assert sent(site, client, member, address, wish)["Location"] == address
    (taken,) = do(applications.forms.waiting)
    assert (taken.wanted.limit_yen, taken.wanted.use.value) == (1_000_000, "education")
    assert "いま残っていること" in text(client.get(address))
    agree = f"{address}agree/"
    assert client.post(agree, {"seen": "0" * 64, "ref": FORM}).status_code in {200, 409}
    office.enter(taken.key, SLIP)
    found = Confirmation(SINCE, office.on, office.document(member.member_id))
    do(applications.confirm_employment, taken.key, found, office.enterer, office.form())
    office.checked(taken.key)
    office.carry()
    office.counter.at = office.counter.at - timedelta(minutes=10)  # as the pages' own clock
    made = office.decide(taken.key)
    assert (made.limit_yen, made.rate_ppm, made.persons) == (1_000_000, 150_000, 2)
    do(applications.approve, made, office.first, office.at)
    assert "1,000,000円にできます" not in text(client.get(address))  # one of two agreed
    do(applications.approve, made, office.second, office.at)
    offered = text(client.get(address))
    assert "限度額を1,000,000円にできます" in offered
    assert "18.0%" in offered
    assert "15.0%" in offered
    assert do(queries.contract, key).terms.limit_yen == 300_000
    form = {"seen": made.digest, "ref": FORM}
    done = sent(site, client, member, agree, form)
    assert done["Location"] == f"/member/limit/{key.agreement_id}/"
    terms = do(queries.contract, key).terms
    assert (terms.limit_yen, terms.rate_ppm) == (1_000_000, 150_000)
    assert do(queries.position, key, office.on).available_yen == 1_000_000  # drawn on at once
    assert rows("SELECT outcome FROM screening_increase") == [("granted",)]
    assert rows("SELECT basis_ref FROM loan_survey WHERE agreement_id IS NOT NULL") == [
        (made.digest,)
    ]
    papers_and_mail(member, key, papers=1)


def papers_and_mail(member: Member, key: Key, papers: int) -> None:
    """The paper of what changed, and the message, once each, from the journal's rows."""
    at = clock.now()
    do(following.follow)
    (row_id,) = rows(
        "SELECT row_id FROM journal_row WHERE member_id = %s AND kind = 'limit_changed'"
        " ORDER BY row_id DESC LIMIT 1", member.member_id)[0]  # fmt: skip
    do(following.make, (member.member_id, row_id), LENDER, at)
    assert rows(
        "SELECT count(*) FROM documents_paper WHERE agreement_id = %s AND kind = 'change'",
        key.agreement_id,
    ) == [(papers,)]
    do(reading.read_on, at)
    told = rows(
        "SELECT count(*) FROM notices_message WHERE member_id = %s AND kind = 'limit_changed'",
        member.member_id,
    )
    assert told == [(1,)]


@pytest.mark.rule("DOC-002")
def test_a_lower_limit_holds_at_once_and_is_told_by_mail(office: Office, client: Client) -> None:
    """施行規則13条5項: a limit that falls asks for no paper."""
    _, member, key = entered(office, client, 30)
    address = f"/member/limit/{key.agreement_id}/"
    assert "200,000円" in text(client.get(address, {"limit": "200,000"}))
    assert client.post(f"{address}lower/", {"to": "200000", "ref": FORM})["Location"] == address
    position = do(queries.position, key, office.on)
    assert (position.limit_yen, position.available_yen) == (200_000, 200_000)
    papers_and_mail(member, key, papers=0)
