"""Calls in a real browser: keys counted, both papers, states and errors, without scripts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.people.house import MOBILE, rows
from tests.web.browsing import Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_call_panel import KNOWN, NOON, counted, late, made_by
from tests.web.test_facts_browser import PICTURES, enter_desk

from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.outside import clock, mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
DESK = {"width": 1366, "height": 768}
MOST_KEYS = 6


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def whole(page: Page, name: str) -> None:
    """Nothing sideways, no fault of axe; what is folded is looked at too."""
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate(SIDEWAYS) <= 0, name
    for details in page.query_selector_all("main details, .desk-panel details"):
        details.evaluate("one => one.open = true")
    assert violations(page) == [], name


def is_seen(page: Page, selector: str) -> bool:
    """Whether something stands on the screen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= DESK["height"]


class Hand:
    """Presses keys, and counts each one that goes down."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.context.add_init_script(
            "addEventListener('keydown', () => {"
            " sessionStorage.pressed = Number(sessionStorage.pressed || 0) + 1; }, true);"
            " addEventListener('mousedown', () => { sessionStorage.mouse = 1; }, true);"
        )

    def press(self, keys: str, leads_to: str = "") -> None:
        if not leads_to:
            self.page.keyboard.press(keys)
            return
        with self.page.expect_navigation(url=re.compile(leads_to)):
            self.page.keyboard.press(keys)

    @property
    def pressed(self) -> int:
        assert self.page.evaluate("sessionStorage.mouse") is None
        return int(self.page.evaluate("Number(sessionStorage.pressed || 0)"))


@pytest.mark.parametrize(("paper", "tongue"), [("light", "ja"), ("dark", "en")])
def test_no_answer_is_logged_by_six_keys_and_every_state_is_whole(
    device: MakeDevice, house: Site, at: list[datetime], paper: str, tongue: str
) -> None:
    key, other = late(house), late(house)
    one = device(color_scheme=paper, viewport=DESK, tongue=tongue)
    page = one.page
    hand = Hand(page)
    enter_desk(page, joined("tanaka", Role.OPERATOR))
    place = f"/desk/members/{key.member_id}/call/"
    for count in (1, 2, 3):
        page.goto(f"/desk/members/{key.member_id}/")
        page.evaluate("sessionStorage.clear()")
        if count == 2:  # by the panel's own page, which is one key away
            hand.press("c", "/call/$")
        assert is_seen(page, '.reason[data-key="1"], .reason')
        if count != 2:
            whole(page, f"call-{count}-{paper}-{tongue}")
        number = page.locator('.reason:has-text("本日"), .reason:has-text("today")').first
        hand.press(str(number.get_attribute("data-key")), r"/call/(\d+/)?$")
        if count == 3:
            whole(page, f"call-last-{paper}-{tongue}")
            hand.press("Enter", r"/call/\d+/$")
        assert page.locator("#phone").get_attribute("href") == f"tel:{MOBILE.digits}"
        if count == 1:
            whole(page, f"talk-{paper}-{tongue}")
        hand.press("6")
        hand.press("Control+Enter", r"done=\d+$")
        assert hand.pressed <= MOST_KEYS
        if count == 1:
            whole(page, f"call-done-{paper}-{tongue}")
            hand.press("n", rf"/desk/members/{other.member_id}/$")
    assert counted(key.member_id) == 3
    page.goto(place)
    shut = page.locator('form:has(input[value="repayment"])')
    assert shut.locator("button").is_disabled()
    assert "COLL-002" in shut.inner_text()
    whole(page, f"call-shut-{paper}-{tongue}")
    assert one.complaints == []


def test_keys_rest_while_somebody_writes_and_the_panel_waits_for_its_ending(
    device: MakeDevice, house: Site, at: list[datetime]
) -> None:
    """Composing Japanese fires nothing; the after-call work is seen, made longer, and never over."""
    key, represented = late(house), late(house)
    do(commands.suspend, represented, Stop.COUNSEL, made_by("counsel"))
    one = device(color_scheme="light", viewport=DESK)
    page = one.page
    enter_desk(page, joined("tanaka", Role.OPERATOR))
    page.goto(f"/desk/members/{represented.member_id}/call/")
    assert page.locator('form:has(input[value="repayment"]) button').is_disabled()
    whole(page, "call-counsel")
    page.goto(f"/desk/members/{key.member_id}/call/counterparts/")
    whole(page, "counterparts")
    page.click("main .form .button")
    whole(page, "counterparts-wrong")
    page.goto(f"/desk/members/{key.member_id}/")
    whole(page, "member-with-panel")
    page.keyboard.press("c")
    page.wait_for_url(re.compile("/call/$"))
    reason = page.locator('form:has(input[value="repayment"]) button')
    with page.expect_navigation(url=re.compile(r"/call/\d+/$")):
        reason.click()
    for options in ("{key: '6', isComposing: true}", "{key: '6', keyCode: 229}"):
        page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {options}))")
    page.focus("#note")
    page.keyboard.type("6 1")
    assert page.locator("[name=ending]:checked").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    assert page.locator("[name=ending]:checked").get_attribute("value") == "call_back"
    assert page.locator("#hour").is_visible()
    assert not page.locator("#amount").is_visible()
    page.fill("#hour", "14:00")
    page.fill("#birth_date", KNOWN["birth_date"])
    with page.expect_navigation():  # too few answers: nothing that was written is lost
        page.click("#identify button")
    assert page.input_value("#note") == "6 1"
    assert page.input_value("#hour") == "14:00"
    assert page.input_value("#birth_date") == KNOWN["birth_date"]
    talked_at = page.url
    page.focus("#note")
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.goto("/desk/today/")  # and nothing where somebody leaves without a word
    page.wait_for_timeout(500)
    page.goto(talked_at)
    assert page.input_value("#note") == "6 1!"
    assert page.input_value("#hour") == "14:00"
    page.focus("#note")
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("g")
    shown = page.locator(".after-left").inner_text()
    assert re.fullmatch(r"[01]:\d\d", shown), shown
    with page.expect_navigation():
        page.keyboard.press("x")
    assert rows("SELECT due_at - hung_up_at FROM care_talk_draft")[0][0].total_seconds() == 120
    assert page.locator("#note").input_value() == "6 1"
    whole(page, "talk-after")
    page.keyboard.press("m")
    page.keyboard.type("暗証番号は7305")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    assert page.title().startswith("エラー")
    assert "暗証番号は7305" in page.locator("#note").input_value()
    whole(page, "talk-wrong")
    page.goto("/desk/")
    page.click('main a[href="/desk/call/"]')
    assert re.search(r"/call/\d+/$", page.url)
    assert one.complaints == []


def test_call_is_made_and_logged_without_scripts(
    device: MakeDevice, house: Site, at: list[datetime]
) -> None:
    key = late(house)
    one = device(viewport=DESK, java_script_enabled=False)
    page = one.page
    enter_desk(page, joined("tanaka", Role.OPERATOR))
    page.goto(f"/desk/members/{key.member_id}/call/")
    page.click('form:has(input[value="repayment"]) button')
    for name in ("birth_date", "phone_digits", "name_reading"):
        page.fill(f"#{name}", KNOWN[name])
    page.click("#identify button")
    page.check('[name=ending][value="promised"]')
    page.fill("#amount", "5千")
    page.fill("#day", "11/28")
    page.fill("#note", "::payday")
    page.click("[data-save]")
    assert "done=" in page.url
    assert ended() == [("promised", "給料日の後に支払うとのこと。")]


def ended() -> list[tuple[Any, ...]]:
    return rows("SELECT ending, note FROM care_talk_end")
