"""返済にお困りのとき for what is no ordinary loan any more: what is offered does what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.test_care import KEY, late, page

from motocho.care.collections import counsel
from motocho.care.reliefs import offers
from motocho.care.reliefs.consultations import Topic
from motocho.care.reliefs.offers import Draft
from motocho.care.reliefs.scenarios import Told, Way
from motocho.contact import gate
from motocho.contact.holds import Source
from motocho.loans import commands, policy, queries
from motocho.loans.commands import Key, Settlement
from motocho.outside import clock, mail
from motocho.outside.bank import next_business_day

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
PART_YEN = 5_000


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def today() -> date:
    return clock.now().date()


def settle(site: Site, key: Key) -> None:
    wanted = Settlement(0, 0, 20_000, PART_YEN, today() + 900 * DAY, "S-1")
    do(commands.settle, key, wanted, site.desk.made(today()))


def write_off(site: Site, key: Key) -> None:
    do(commands.write_off, key, site.desk.made(today()))


def accelerate(site: Site, key: Key) -> None:
    demand = policy.Demand(today() - 20 * DAY, today() - DAY, "D-1")
    do(commands.accelerate, key, demand, site.desk.made(today()))


def appoint(site: Site, key: Key) -> None:
    assert do(counsel.said_by_member, key.member_id, site.desk.made(today())) is not None


BOUND: dict[str, tuple[Callable[[Site, Key], None], str, str]] = {
    "settled": (settle, "和解の内容のとおりに払います", "is paid as the settlement says"),
    "written off": (write_off, "返済は窓口で受け付けます", "the desk takes payments"),
    "all due": (accelerate, "残りの全額を返す日が来ています", "All that is left has fallen due"),
    "counsel": (
        appoint,
        "依頼した弁護士・司法書士が代理しています",
        "acts for you on this agreement",
    ),
}


def bound(site: Site, client: Client, state: str) -> Key:
    """Somebody late, signed in, whose loan came to a state."""
    _, key = late(site, client)
    BOUND[state][0](site, key)
    return key


def booked(key: Key) -> tuple[Any, ...]:
    """Everything that a way could change of an agreement."""
    events = rows("SELECT count(*) FROM loan_event WHERE member_id = %s", key.member_id)
    return (events, do(queries.position, key, today()), do(queries.plan_of, key, today()))


@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("LEDG-027")
@pytest.mark.parametrize("state", BOUND)
def test_ways_of_an_ordinary_loan_are_neither_offered_nor_taken(
    client: Client, site: Site, state: str
) -> None:
    """By address neither, and what to do instead stands there with a number to call."""
    key = bound(site, client, state)
    before = booked(key)
    _, said, in_english = BOUND[state]
    own = f"/member/trouble/{key.agreement_id}/"
    answer = client.get("/member/trouble/")
    shown = answer.content.decode()
    assert said in page(answer)
    for way in ("due-date", "lighter"):
        assert f'href="{own}{way}/"' not in shown
        closed = client.get(f"{own}{way}/", {"plan": "25"})
        assert said in page(closed)
        assert "03-0000-0102" in page(closed)
        assert "<form" not in closed.content.decode().split("<main")[1].split("</main")[0]
        assert said in page(client.get(f"{own}done/{way}/"))
        refused = client.post(f"{own}{way}/", {"plan": "25", "ref": KEY})
        assert refused.status_code == 409
        assert "何も変わっていません" in page_of(refused)
    assert (f'href="{own}promise/"' in shown) == (state != "counsel")
    assert 'href="/member/trouble/consultation/"' in shown
    assert booked(key) == before
    client.cookies["tongue"] = "en"
    assert in_english in page(client.get("/member/trouble/"))


def page_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize("state", [one for one in BOUND if one != "counsel"])
def test_a_day_can_be_promised_and_changes_nothing_of_the_loan(
    client: Client, site: Site, state: str
) -> None:
    key = bound(site, client, state)
    before = booked(key)
    own = f"/member/trouble/{key.agreement_id}/promise/"
    on = next_business_day(today() + 3 * DAY)
    waiting = do(queries.waiting, key, today(), on)
    is_free = not (waiting.interest_yen or waiting.damages_yen)
    assert is_free == (state != "all due")
    hub = page(client.get("/member/trouble/"))
    assert ("利息・損害金は付きません" in hub) == is_free
    if not before[1].due_yen:  # of a settlement whose first part is not asked for yet
        assert "約束はいりません" in page(client.get(own))
    typed = {"on": on.isoformat(), "amount": str(PART_YEN), "ref": KEY}
    review = page(client.get(own, typed))
    assert ("1日に" in review) == (not is_free)
    assert client.post(own, typed)["Location"] == own
    assert rows("SELECT amount_yen, pay_on FROM loan_promise") == [(PART_YEN, on)]
    made = page(client.get(own))
    assert "約束を受け取りました" in made
    assert ("1日に" in made) == (not is_free)
    assert booked(key) == before


def test_no_day_is_promised_where_counsel_acts(client: Client, site: Site) -> None:
    key = bound(site, client, "counsel")
    own = f"/member/trouble/{key.agreement_id}/promise/"
    on = next_business_day(today() + 3 * DAY)
    assert "依頼した弁護士・司法書士" in page(client.get(own))
    typed = {"on": on.isoformat(), "amount": str(PART_YEN), "ref": KEY}
    refused = client.post(own, typed)
    assert refused.status_code == 409
    assert "依頼した弁護士・司法書士に確かめてください" in page_of(refused)
    assert not rows("SELECT 1 FROM loan_promise")


@pytest.mark.parametrize("state", BOUND)
def test_rest_and_consultation_stay_open_and_leave_the_loan_as_it_is(
    client: Client, site: Site, state: str
) -> None:
    key = bound(site, client, state)
    before = do(queries.position, key, today())
    shown = client.get("/member/trouble/consultation/").content.decode()
    hours = re.findall(r'<option value="(\d{4}-[^"]+)"', shown)
    typed = {"topic": "debts", "hour": hours[0], "ref": KEY}
    assert client.post("/member/trouble/consultation/", typed).status_code == 302
    assert rows("SELECT count(*) FROM care_consultation") == [(1,)]
    assert client.post("/member/rest/", {"months": "3", "ref": KEY}).status_code == 302
    assert rows("SELECT count(*) FROM loan_rest") == [(1,)]
    after = do(queries.position, key, today())
    assert (after.payoff_yen, after.due_yen, after.due_on, after.status) == (
        before.payoff_yen, before.due_yen, before.due_on, before.status,
    )  # fmt: skip
    assert do(gate.facts_of, key.member_id, clock.now()).has_counsel == (state == "counsel")


@pytest.mark.parametrize("state", BOUND)
def test_offer_that_was_made_before_is_not_agreed_to_any_more(
    client: Client, site: Site, state: str
) -> None:
    """A relief would end the instalments of a settlement, and speak past counsel."""
    _, key = late(site, client)
    told = Told(PART_YEN, today() + DAY)
    draft = Draft(key, Way.INTEREST_ONLY, told, Topic.LATE, "card_loan")
    made = do(offers.make, draft, Source("staff 7", "offer 1"), today(), clock.now())
    address = f"/member/trouble/offers/{made.offer_id}/"
    assert f'href="{address}"' in client.get("/member/trouble/").content.decode()
    BOUND[state][0](site, key)
    before = booked(key)
    assert f'href="{address}"' not in client.get("/member/trouble/").content.decode()
    assert BOUND[state][1] in page(client.get(address))
    typed = {"answer": "agree", "seen": made.shown.mark, "ref": KEY}
    assert client.post(address, typed).status_code == 409
    assert rows("SELECT answer FROM care_offer") == [(None,)]
    assert booked(key) == before
