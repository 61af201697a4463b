"""The member's pages in a real browser: a phone, no scripts, both papers, Back after the logout."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import DESKTOP, LOOKS, Device
from tests.web.membership import PIN, Site, do
from tests.web.test_browser import SIDEWAYS, TARGETS, violations

from motocho.loans.commands import Key
from motocho.notices import sending
from motocho.outside import clock, mail
from motocho.people import cards
from motocho.people.cards import Validity
from motocho.people.facts import history
from motocho.people.facts.values import Kind
from motocho.people.members import Member

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PICTURES = "MOTOCHO_PICTURES"


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def sign_in(page: Page, house: Site, member: Member) -> None:
    page.goto("/member/sign-in/")
    page.fill("#member_number", member.member_number)
    page.fill("#pin", PIN)
    page.click(".form .button")
    page.fill("#code", house.code(member))
    page.click(".form:has(#code) .button")
    page.wait_for_url("**/member/")


def beset(member: Member) -> None:
    """A card that ends, an address that reaches nobody: what pages say of them is looked at too."""
    now = clock.now()
    validity = Validity(now.date() - timedelta(days=400), now.date() + timedelta(days=20))
    do(cards.issue, member.member_id, validity, "staff 1", now)
    told = do(history.as_of, member.member_id, now.date())[Kind.EMAIL]
    do(sending.note_bounce, member.member_id, told.fact_no, now)


def addresses(key: Key) -> dict[str, str]:
    one = f"/member/dealings/{key.agreement_id}"
    return {
        "home": "/member/",
        "dealings": "/member/dealings/",
        "reason": f"{one}/3/",
        "payoff": f"{one}/payoff/",
        "papers": f"{one}/papers/",
        "received": f"{one}/papers/received/",
        "balance": f"{one}/papers/balance/",
        "card": f"{one}/papers/card/",
        "whole": f"{one}/whole/",
        "delivery": "/member/delivery/",
        "settings": "/member/settings/",
        "facts": "/member/settings/facts/",
        "pin": "/member/settings/pin/",
        "freeze": "/member/settings/freeze/",
    }


def picture(page: Page, name: str) -> None:
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/member-{name}.png", full_page=True)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_a_member_is_whole(device: MakeDevice, house: Site, look: str) -> None:
    member, key = house.member()
    one = device(color_scheme=look)
    sign_in(one.page, house, member)
    beset(member)
    for name, address in addresses(key).items():
        page = one.open(address)
        picture(page, f"{name}-phone-{look}")
        assert page.evaluate(SIDEWAYS) <= 0, name
        assert page.evaluate(TARGETS) == [], name
        for details in page.query_selector_all("details"):
            details.evaluate("one => one.open = true")
        assert violations(page) == [], name
    assert one.complaints == []


@pytest.mark.parametrize("tongue", ["easy", "en"])
def test_other_tongues_are_as_good(device: MakeDevice, house: Site, tongue: str) -> None:
    member, key = house.member()
    one = device(tongue=tongue, viewport=DESKTOP)
    sign_in(one.page, house, member)
    beset(member)
    for name, address in addresses(key).items():
        page = one.open(address)
        picture(page, f"{name}-desktop-{tongue}")
        assert violations(page) == [], name


def test_signing_in_and_looking_without_scripts(device: MakeDevice, house: Site) -> None:
    member, key = house.member()
    one = device(java_script_enabled=False)
    sign_in(one.page, house, member)
    page = one.page
    assert page.locator(".figure-owed").is_visible()
    page.click("text=取引をすべて見る")
    page.select_option("#kind", "draw")
    page.click(".filter .button")
    assert page.locator("tbody tr").count() == 2
    page.locator("tbody a").first.click()
    assert "残元金" in page.locator("main").inner_text()
    page.goto(addresses(key)["received"])
    assert page.locator("tbody tr").count() == 3
    page.click(".head-tools form >> text=ログアウト")
    assert page.locator("h1").inner_text() == "ログアウトしました"


@pytest.mark.rule("AUTH-009")
def test_back_after_the_logout_shows_the_login(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device()
    sign_in(one.page, house, member)
    page = one.page
    page.goto("/member/dealings/")
    page.click(".head-tools form .tool")
    page.wait_for_url("**/signed-out/")
    page.go_back()
    page.wait_for_url("**/member/sign-in/**")
    assert "150,000" not in page.content()


def idle_for(minutes: int, database: Database) -> None:
    """As if nobody had used a page for so long: the site's clock is not the page's."""
    with database.connect("postgres", autocommit=True) as admin:
        admin.execute(
            "UPDATE people_session SET began_at = began_at - %s, last_used_at = last_used_at - %s",
            (2 * (timedelta(minutes=minutes),)),
        )


@pytest.mark.rule("AUTH-009")
def test_end_of_a_session_is_said_before_and_typing_stays(
    device: MakeDevice, house: Site, database: Database
) -> None:
    member, _ = house.member()
    one = device()
    sign_in(one.page, house, member)
    page = one.page
    page.clock.install()
    page.goto("/member/settings/pin/")
    page.fill("#new", "6183")
    page.clock.fast_forward(7 * 60_000)
    assert not page.locator(".ending").is_visible()
    idle_for(9, database)
    page.clock.fast_forward(61_000)
    page.locator(".ending").wait_for()
    assert violations(page) == []
    page.click(".ending .button")
    page.locator(".ending").wait_for(state="hidden")
    assert page.input_value("#new") == "6183"
    # The clock of the page alone goes on: the server, which is asked, knows of no idle minute.
    page.clock.fast_forward(11 * 60_000)
    page.wait_for_timeout(500)
    assert page.input_value("#new") == "6183"
    one.page.context.clear_cookies(name="session")
    page.clock.fast_forward(11 * 60_000)
    page.wait_for_url("**/member/sign-in/")
    assert "6183" not in page.content()


def test_stop_takes_two_taps_from_home(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device()
    sign_in(one.page, house, member)
    one.page.click("text=利用を止める")
    one.page.click("text=いますぐ止める")
    one.page.wait_for_selector("h1:has-text('利用を止めました')")


def test_answer_of_home_needs_no_scrolling_on_a_phone(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device()
    sign_in(one.page, house, member)
    box = one.page.locator(".figure-owed .figure-yen").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 640 - 64
