"""From the mail of approval to the first draw without a script: what is refused, what is one answer, what races."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import CARD
from tests.people.house import rows
from tests.web.borrowing import main
from tests.web.joined import Joining, joining_of
from tests.web.office import seated
from tests.web.test_call_panel import call, text

from motocho.care.reasons import talks
from motocho.care.reasons.talks import Item
from motocho.loans import products
from motocho.notices import choices
from motocho.notices.choices import Style
from motocho.people import card_orders, cards, consents
from motocho.people.access import Role
from motocho.people.card_orders import Step
from motocho.people.consents import Consent, Kind
from motocho.screening.applications import forms
from motocho.web.member.delivery import WANTED

OFFER = "/joining/offer/"
PAPER = "/joining/offer/paper/"
AGREE = "/joining/offer/agree/"
START = {
    "new": "7305",
    "again": "7305",
    "road": "wire",
    "style": "plain",
    "language": "en",
    "due_soon": "on",
}


@pytest.fixture
def joined(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Joining:
    return joining_of(database, tmp_path, monkeypatch)


def browser() -> Client:
    return Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})


def opened(joined: Joining) -> Client:
    client = browser()
    asked = client.post(joined.link(), {"born_on": joined.born})
    assert asked["Location"] == OFFER
    return client


def started(client: Client, link: str, joined: Joining, **more: str) -> Any:
    return client.post(link, {**START, "born_on": joined.born, **more})


@pytest.mark.rule("DOC-001")
@pytest.mark.rule("DOC-005")
@pytest.mark.rule("LEND-001")
def test_from_the_offer_to_the_first_draw_nothing_is_skipped(joined: Joining) -> None:
    client = opened(joined)
    page = main(client.get(OFFER))
    for said in ("¥300,000", "18.0%", "20.0%", "Designated dispute", "No contract"):
        assert said in page, said
    answer = {"offer": joined.of.digest, "card": "wanted"}
    client.post(AGREE, answer)
    assert not rows("SELECT FROM screening_acceptance"), "no paper was made"
    assert client.get(f"{PAPER}pdf/").status_code == 404
    client.post(PAPER, {"road": "wire"})
    refused = client.post(AGREE, answer)
    assert refused.status_code == 422
    assert "not opened yet" in main(refused)
    assert client.get(f"{PAPER}pdf/").content.startswith(b"%PDF")
    assert client.post(AGREE, {**answer, "card": ""}).status_code == 422
    client.post(AGREE, {**answer, "offer": "0" * 64})
    assert not rows("SELECT FROM screening_acceptance"), "another offer was not agreed to"
    for _ in range(2):
        client.post(AGREE, answer)
    assert rows("SELECT count(*) FROM screening_acceptance") == [(1,)]
    assert "stands" in main(client.get(OFFER)), "the next step is said"
    joined.concluded()
    assert "PIN" in main(client.get(OFFER))
    link = joined.link("/joining/start/")
    for wrong in (
        {"new": "1985", "again": "1985"},
        {"again": "7306"},
        {"road": ""},
        {"born_on": "1999-01-01"},
    ):
        assert started(client, link, joined, **wrong).status_code == 422
    assert started(client, link, joined)["Location"] == "/joining/welcome/"
    first, second = (main(client.get("/joining/welcome/")) for _ in range(2))
    assert joined.number in first
    assert joined.number not in second
    member_id = joined.key.member_id
    for consent, _ in (one for name, one in WANTED.items() if name != "period"):
        assert do(consents.in_force, member_id, consent, joined.office.at)
    chosen = do(choices.of, member_id)
    assert (chosen.style, chosen.language.value) == (Style.PLAIN, "en")
    drawn(client)


def drawn(client: Client) -> None:
    """The member's own pages, at once."""
    ((agreement,),) = rows("SELECT agreement_id FROM loan_agreement")
    asked = {"agreement": str(agreement), "amount": "50000", "ref": "a-reference-of-a-test"}
    done = client.post("/member/borrow/confirm/", {**asked, "pin": "7305"})
    assert done.status_code == 302, main(done)
    assert rows("SELECT amount_yen FROM loan_payout") == [(50_000,)]


def test_call_of_an_approval_tells_its_terms_and_ends_once_it_was_understood(
    joined: Joining,
) -> None:
    seat = seated("kato", Role.OPERATOR)
    begun = call(seat, joined.key.member_id, "contract")
    assert begun.status_code == 302, text(begun)
    ((number,),) = rows("SELECT attempt_id FROM care_talk")
    talk = talks.TalkKey(joined.key.member_id, number)
    at, known = joined.office.at, frozenset({Item.NAME_READING, Item.ADDRESS, Item.EMPLOYER})
    assert do(talks.identify, talk, known, f"staff {seat.staff_id}", at) is None
    said = text(seat.client.get(begun["Location"]))
    assert "限度額は30万円です" in said
    assert "実質年率18.0%" in said
    page = seat.client.get(begun["Location"]).content.decode()
    lacking = seat.client.post(begun["Location"], {"ending": "understood"})
    assert "実質年率…です" in text(lacking)
    told = dict.fromkeys(set(re.findall(r'name="(answer-\w+)"', page)), "understood")
    assert len(told) == 8
    ended = seat.client.post(begun["Location"], {"ending": "understood", **told})
    assert ended.status_code == 302, text(ended)
    assert rows("SELECT outcome FROM contact_task WHERE facts->>'reason' = 'contract'") == [
        ("done",)
    ]


@pytest.mark.rule("RATE-001")
def test_an_offer_below_the_product_s_rate_is_told_at_its_own(joined: Joining) -> None:
    sold_at(joined, 170_000)
    seat = seated("kato", Role.OPERATOR)
    # Cheaper since, the offer holds no longer: nothing is told of it, a limit is named or none.
    unnamed = call(seat, joined.key.member_id, "contract")
    assert (unnamed.status_code, rows("SELECT FROM care_talk")) == (409, [])
    assert joined.office.approved(joined.key).rate_ppm == 170_000
    sold_at(joined, 180_000)
    begun = call(seat, joined.key.member_id, "contract")
    ((number, *told),) = rows("SELECT attempt_id, offered_yen, offered_rate_ppm FROM care_talk")
    assert told == [300_000, 170_000]
    talk, at = talks.TalkKey(joined.key.member_id, number), joined.office.at
    known = frozenset({Item.NAME_READING, Item.ADDRESS, Item.EMPLOYER})
    assert do(talks.identify, talk, known, f"staff {seat.staff_id}", at) is None
    said = text(seat.client.get(begun["Location"]))
    assert "実質年率17.0%" in said
    assert "18.0%" not in said


def sold_at(joined: Joining, rate_ppm: int) -> None:
    """Another version of the product from today on, at one rate."""
    office = joined.office
    product = do(products.on_day, "card", office.on)
    rates = tuple(one._replace(rate_ppm=min(one.rate_ppm, rate_ppm)) for one in CARD.rates)
    do(products.publish, replace(product, version=product.version + 1, from_on=office.on,
                                 rates=rates), office.at)  # fmt: skip


@pytest.mark.rule("FRAUD-001")
def test_first_draw_that_is_held_says_its_next_step(joined: Joining) -> None:
    joined.agreed()
    joined.concluded()
    client = browser()
    started(client, joined.link("/joining/start/"), joined)
    ((agreement,),) = rows("SELECT agreement_id FROM loan_agreement")
    asked = {"agreement": str(agreement), "amount": "50000", "ref": "a-reference-of-a-test"}
    said = main(client.post("/member/borrow/confirm/", {**asked, "pin": "7305", "told": "remote"}))
    assert "We call the number you registered" in said, said
    assert not rows("SELECT FROM loan_payout")


@pytest.mark.rule("PRIV-003")
def test_links_that_are_made_up_over_or_used_are_one_page(joined: Joining) -> None:
    joined.agreed()
    joined.concluded()
    start, offer = joined.link("/joining/start/"), joined.link()
    client = browser()
    assert started(client, start, joined).status_code == 302
    pages = [
        started(browser(), link, joined)
        for link in (start, "/joining/start/made-up", start.replace("start/", "start/x"))
    ]
    pages.append(browser().post("/joining/made-up", {"born_on": joined.born}))
    joined.office.counter.later(days=15)
    pages.append(browser().post(offer, {"born_on": joined.born}))
    assert {one.status_code for one in pages} == {410}
    assert len({main(one) for one in pages}) == 1
    for purpose, token in (("first_pin", "made-up"), ("offer", offer.rpartition("/")[2])):
        sent = browser().post("/joining/again/", {"purpose": purpose, "token": token})
        assert sent.status_code == 200
    assert len(joined.links()) == 3, "one more: of the offer that somebody was sent"
    for address in (OFFER, "/joining/offer/decline/", f"{PAPER}pdf/"):
        assert browser().get(address).status_code == 403
    assert browser().get("/joining/welcome/")["Location"].startswith("/member/sign-in/")


def test_first_pin_is_raced_for_and_one_browser_is_let_in(joined: Joining) -> None:
    joined.agreed()
    joined.concluded()
    link = joined.link("/joining/start/")
    clients = [browser() for _ in range(3)]
    tried = at_once([lambda one=one: started(one, link, joined) for one in clients])  # type: ignore[misc]
    assert sorted(one.status_code for one in tried) == [302, 410, 410]
    assert rows("SELECT count(*) FROM people_session") == [(1,)]
    inside = [one.get("/member/").status_code for one in clients]
    assert sorted(inside) == [200, 302, 302]


def test_declined_with_as_many_taps_nothing_is_left(joined: Joining) -> None:
    client = opened(joined)
    client.post(PAPER, {"road": "post"})
    page = main(client.get(OFFER))
    assert "comes by post" in page
    posted = client.post(AGREE, {"offer": joined.of.digest, "card": "cardless"})
    assert posted.status_code == 422
    assert "on its way by post" in main(posted)
    assert client.get("/joining/offer/decline/").status_code == 200
    for _ in range(2):
        client.post("/joining/offer/decline/")
    assert do(forms.one, joined.key).outcome is forms.Outcome.WITHDRAWN
    assert "application is over" in main(client.get(OFFER))
    joined.office.counter.later(minutes=31)
    assert client.get(OFFER).status_code == 403, "it closes by itself"


def test_card_on_its_way_is_shown_taken_and_asked_for_again(joined: Joining) -> None:
    client = opened(joined)
    client.post(PAPER, {"road": "wire"})
    client.get(f"{PAPER}pdf/")
    client.post(AGREE, {"offer": joined.of.digest, "card": "wanted"})
    joined.concluded()
    started(client, joined.link("/joining/start/"), joined, road="post", language="en")
    assert not do(consents.in_force, joined.key.member_id, Consent(Kind.ELECTRONIC_DELIVERY, "draw"),
                  joined.office.at)  # fmt: skip
    key = ordered(joined).key
    assert "being prepared" in main(client.get("/joining/card/"))
    by = (joined.office.on, "worker")
    for step in (Step.HANDED, Step.SENT, Step.RETURNED):
        do(card_orders.note, key, step, by, joined.office.at)
    assert "came back" in main(client.get("/joining/card/"))
    for _ in range(2):
        client.post("/joining/card/", {"again": "yes"})
    second = ordered(joined).key
    assert rows("SELECT count(*) FROM people_card_order") == [(2,)]
    for step in (Step.HANDED, Step.SENT):
        do(card_orders.note, second, step, by, joined.office.at)
    client.post("/joining/card/")
    assert "in use" in main(client.get("/joining/card/"))
    held = do(cards.current, joined.key.member_id)
    assert held is not None
    assert held.validity.expires_on > joined.office.on


def ordered(joined: Joining) -> card_orders.Ordered:
    found = do(card_orders.newest, joined.key.member_id)
    assert found is not None
    return found
