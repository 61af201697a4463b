"""How papers are delivered, as the member says; each to the byte, and on paper for who asks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.test_member import page

from motocho.config.worker import read_news
from motocho.contact.directory import shipped
from motocho.documents import archive, paper
from motocho.documents.archive import About, Kind
from motocho.documents.statutory import making
from motocho.documents.statutory.making import Borrower, Subject
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.notices import messages
from motocho.outside import clock, mail
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.members import Member
from motocho.units.errors import Language
from motocho.web import pages
from motocho.web.member.delivery import METHOD
from motocho.web.words import Tongue, say, wording_ref

DELIVERY = "/member/delivery/"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def delivered(member: Member, key: Key, days_ago: int, cause: str) -> Any:
    """A contract's paper as the worker would deliver it."""
    at = clock.now() - timedelta(days=days_ago)
    borrower = Borrower("佐藤 花子", "〒1000001 東京都", member.member_number)
    subject = Subject(shipped().lender, borrower, do(queries.contract, key), at.date())
    about = About(key, Kind.CONTRACT, cause)
    return do(archive.deliver, making.contract(subject), about, at)


def agreed(member: Member) -> set[str]:
    with connection.cursor() as cursor:
        found = consents.on_day(cursor, member.member_id, clock.now().date())
    return {one.scope or one.kind.value for one in found}


@pytest.mark.rule("DOC-005")
def test_consent_is_asked_after_the_method_is_shown_and_taken_back(
    client: Client, site: Site
) -> None:
    member, _ = site.enter(client)
    shown = page(client.get(DELIVERY))
    for text in ("会員サイトのページに載せ", "PDF", "いつでもやめられます", "郵便で届きます"):
        assert text in shown
    assert agreed(member) == set()
    client.post(DELIVERY, {"give": "receipt", "csrfmiddlewaretoken": "a"})
    assert agreed(member) == {"receipt"}
    client.post(DELIVERY, {"give": "all", "csrfmiddlewaretoken": "b"})
    assert agreed(member) == {"receipt", "contract", "pre_contract", "draw", "monthly_statement"}
    client.post(DELIVERY, {"withdraw": "draw", "csrfmiddlewaretoken": "c"})
    client.post(DELIVERY, {"withdraw": "draw", "csrfmiddlewaretoken": "c"})
    assert "draw" not in agreed(member)
    assert rows("SELECT count(*) FROM people_consent WHERE NOT is_given") == [(1,)]
    client.post(DELIVERY, {"give": "period", "csrfmiddlewaretoken": "d"})
    assert "period_statement" in agreed(member)
    ((period,),) = rows("SELECT wording_ref FROM people_consent WHERE kind = 'period_statement'")
    assert period == wording_ref(["delivery.period"], Tongue.JA)
    read_news(clock.now())
    title = do(messages.listed, member.member_id)[0].text(Language.JA).title
    assert title == "書面の受け取り方が変わりました"


@pytest.mark.rule("DOC-005")
def test_consent_keeps_the_words_and_the_tongue_that_were_read(client: Client, site: Site) -> None:
    site.enter(client)
    client.cookies[pages.TONGUE_COOKIE] = "en"
    shown = page(client.get(DELIVERY))
    words = ["delivery.receipt", *METHOD]
    for key in words:
        assert say(key, Tongue.EN) in shown
    assert 'name="tongue" value="en"' in shown
    client.cookies[pages.TONGUE_COOKIE] = "easy"  # chosen since, on another page
    client.post(DELIVERY, {"give": "receipt", "tongue": "en", "csrfmiddlewaretoken": "a"})
    ((kept,),) = rows("SELECT wording_ref FROM people_consent WHERE is_given")
    assert kept == wording_ref(words, Tongue.EN)
    assert kept != wording_ref(words, Tongue.JA)


def test_word_that_is_none_changes_nothing(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    client.post(DELIVERY, {"give": "campaign", "withdraw": "x"})
    assert agreed(member) == set()


def test_papers_are_listed_by_year_and_saved_to_the_byte(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/papers/"
    assert "この条件に合う書面は0件です" in page(client.get(address))
    new = delivered(member, key, 1, "a")
    old = delivered(member, key, 500, "b")
    listed = page(client.get(address))
    assert listed.index(f"書面番号 {new.paper_no}") < listed.index(f"書面番号 {old.paper_no}")
    year = (clock.now() - timedelta(days=500)).year
    assert f"書面番号 {new.paper_no}" not in page(client.get(f"{address}?year={year}"))
    saved = client.get(f"/member/papers/{new.paper_no}/pdf/")
    assert saved["Content-Type"] == "application/pdf"
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved.content == do(archive.pages, member.member_id, new.paper_no)


@pytest.mark.rule("DOC-008")
def test_member_sees_when_the_contract_paper_comes_back(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/papers/"
    today, now = clock.now().date(), clock.now()
    do(archive.hold, key, "tanaka", now)
    site.desk.receive(key, do(queries.payoff_quote, key, today).total_yen, today)
    do(commands.close_agreement, key, site.desk.made(today))
    assert "契約書の返却" not in page(client.get(address))
    paid = do(queries.paid_off, key, today)
    assert paid is not None
    borrower = Borrower("佐藤 花子", "", member.member_number)
    subject = Subject(shipped().lender, borrower, do(queries.contract, key), today)
    about = About(key, Kind.RETURN, "closed", post_by=today + timedelta(days=7))
    do(archive.deliver, making.contract_return(subject, paid), about, now)
    planned = page(client.get(address))
    assert "お預かりしている契約書を" in planned
    assert (today + timedelta(days=7)).isoformat() in planned
    do(archive.posted, do(archive.waiting), "tanaka", clock.now())
    assert f'契約書を<time datetime="{today}">' in page(client.get(address))


def test_paper_is_asked_for_once_and_said_so(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    do(
        consents.give,
        member.member_id,
        Consent(consents.Kind.ELECTRONIC_DELIVERY, "contract"),
        consents.Told("member", "x", "v1"),
        clock.now() - timedelta(days=9),
    )
    kept = delivered(member, key, 1, "a")
    address = f"/member/dealings/{key.agreement_id}/papers/"
    assert "会員サイトで交付" in page(client.get(address))
    for _ in range(2):
        asked = client.post(f"/member/papers/{kept.paper_no}/post/")
        assert asked["Location"] == address
    assert "郵便でお送りします" in page(client.get(address))
    assert len(do(archive.waiting)) == 1


@pytest.mark.rule("PRIV-003")
def test_paper_of_another_is_as_none(client: Client, site: Site) -> None:
    other, key = site.member()
    kept = delivered(other, key, 1, "a")
    site.enter(client)
    for number in (kept.paper_no, 987_654):
        assert client.get(f"/member/papers/{number}/pdf/").status_code == 404
        assert client.post(f"/member/papers/{number}/post/").status_code == 404
    assert rows("SELECT count(*) FROM documents_post WHERE reason = 'asked'") == [(0,)]


def test_direct_debits_stand_on_the_card_statement_and_shopping_is_not_made_up(
    client: Client, site: Site
) -> None:
    _, key = site.enter(client)
    text = page(client.get(f"/member/dealings/{key.agreement_id}/papers/card/"))
    assert "カードショッピングの利用はありません" in text
    assert paper.TEMPLATE.exists()
