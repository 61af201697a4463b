"""The desk in a real browser: three columns, keys, the command bar, search and a member's page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import Device
from tests.web.membership import Site
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_care_browser import picture
from tests.web.test_desk_member import ANSWERS, MOBILE, known, of
from tests.web.test_facts_browser import enter_desk

from motocho.outside import mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
OFFICE = {"width": 1366, "height": 768}
NARROW = {"width": 1024, "height": 768}
COMPOSING = """(init) => document.dispatchEvent(new KeyboardEvent('keydown',
    {key: 'c', bubbles: true, ...init}))"""


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def whole(page: Page, name: str) -> None:
    """D12: nothing sideways at both sizes, nothing that axe finds."""
    page.wait_for_load_state("load")
    for size in (NARROW, OFFICE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page.evaluate(SIDEWAYS) <= 0, f"{name} {size}"
        picture(page, f"{name}-{size['width']}")
    assert violations(page) == [], name


@pytest.mark.parametrize(("paper", "tongue"), [("light", "ja"), ("dark", "en")])
def test_a_call_comes_in_and_the_page_opens(
    device: MakeDevice, house: Site, paper: str, tongue: str
) -> None:
    member, key = known(house)
    seat = joined("tanaka", Role.OPERATOR, Role.SUPERVISOR)
    one = device(color_scheme=paper, viewport=OFFICE, tongue=tongue)
    page, name = one.page, f"{tongue}-{paper}"
    enter_desk(page, seat)
    for address in ("/desk/keys/", "/desk/looks/", "/desk/search/", "/desk/inbound/"):
        page.goto(address)
        whole(page, f"desk-{address.split('/')[2]}-{name}")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("9999")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .notice:not(#offline)")
    whole(page, f"desk-none-{name}")
    page.goto(of(member))
    whole(page, f"desk-member-masked-{name}")
    page.goto(f"/desk/inbound/?from={MOBILE}&call=1")
    page.wait_for_url(f"**{of(member)}")
    assert page.locator("#birth_date").is_visible()  # in the panel, without a click
    whole(page, f"desk-member-call-{name}")
    for item, answer in ANSWERS.items():
        page.fill(f"#{item}", answer)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#memo-text")
    whole(page, f"desk-member-known-{name}")
    page.keyboard.press("s")
    page.wait_for_url(f"**/offers/{key.agreement_id}/")
    whole(page, f"desk-offer-on-call-{name}")
    assert one.complaints == []


def test_keys_act_outside_boxes_and_can_be_changed(device: MakeDevice, house: Site) -> None:
    """D7: not while somebody types or composes; another letter, or none, is everybody's choice."""
    member, _ = known(house)
    seat = joined("tanaka", Role.SUPERVISOR)
    one = device(viewport=OFFICE)
    page = one.page
    enter_desk(page, seat)
    whole_page = f"{of(member)}?for=review"
    page.goto(whole_page)
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.id") == "memo-text"
    page.keyboard.type("mmm?/h")
    assert page.input_value("#memo-text") == "mmm?/h"
    page.keyboard.press("Escape")
    for init in ("{isComposing: true}", "{keyCode: 229}"):
        page.evaluate(f"({COMPOSING.strip()})(Object.assign({init}, {{key: 'h'}}))")
        assert page.evaluate("document.activeElement.id") != "group", init
    page.keyboard.press("h")
    assert page.evaluate("document.activeElement.id") == "group"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#sheet").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#sheet").is_visible()
    page.goto("/desk/keys/")
    page.fill("#key-history", "q")
    page.fill("#key-memo", "")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**?kept=yes")
    page.goto(whole_page)
    for pressed, focused in (("m", ""), ("h", ""), ("q", "group")):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(pressed)
        assert page.evaluate("document.activeElement.id") == focused, pressed
    page.goto("/desk/keys/")
    page.click('button[value="off"]')
    page.wait_for_url("**?kept=yes")
    page.keyboard.press("/")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.id") == ""
    assert not page.locator("#sheet").is_visible()
    assert one.complaints == []


def test_command_bar_finds_members_places_and_actions(device: MakeDevice, house: Site) -> None:
    member, _ = known(house)
    seat = joined("tanaka", Role.OPERATOR)
    one = device(viewport=OFFICE)
    page = one.page
    enter_desk(page, seat)
    page.keyboard.press("Control+k")
    page.keyboard.type("キーの")
    assert page.locator("#command-list li").count() == 2
    assert violations(page) == []
    picture(page, "desk-command")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/keys/")
    page.keyboard.press("Control+k")
    page.keyboard.type("佐藤 花子")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search/?s=*")
    assert "佐藤" not in page.url
    whole(page, "desk-found")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("Boolean(document.activeElement.closest('[data-row]'))")
    links = page.locator(f'a[href="{of(member)}"]')
    links.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{of(member)}")
    assert one.complaints == []


def test_without_scripts_all_of_it_works(device: MakeDevice, house: Site) -> None:
    member, _ = known(house)
    seat = joined("tanaka", Role.OPERATOR)
    one = device(viewport=NARROW, java_script_enabled=False)
    page = one.page
    enter_desk(page, seat)
    page.fill("#find", MOBILE)
    page.click(".desk-left .desk-find button")
    page.click(f'main a[href="{of(member)}"]')
    page.click(".desk-panel > summary")
    page.click('.desk-panel button[name="member"]')
    page.wait_for_selector("#birth_date")
    assert page.locator(".desk-panel").get_attribute("open") is not None
    for item in ("birth_date", "phone_digits", "name_reading"):
        page.fill(f"#{item}", ANSWERS[item])
    page.click(".desk-panel form:has(#birth_date) button")
    page.wait_for_selector("#memo-text")
    page.fill("#memo-text", "折返しは夕方")
    page.click("form:has(#memo-text) button")
    page.wait_for_selector("#memo-text")
    assert page.input_value("#memo-text") == "折返しは夕方"
