"""From the mail of approval to a draw on the ledger in a real browser: a phone, English, keys alone, no scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.people.house import rows
from tests.web.borrowing import carry
from tests.web.browsing import Device
from tests.web.joined import Joining, joining_of
from tests.web.test_browser import SIDEWAYS, TARGETS, violations

from motocho.outside.teller import Fate

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PICTURES = "MOTOCHO_PICTURES"
MakeDevice = Callable[..., Device]


@pytest.fixture
def joined(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Joining:
    return joining_of(database, tmp_path, monkeypatch)


def whole(page: Page) -> None:
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        name = urlsplit(page.url).path.strip("/").replace("/", "-")[:20]
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate(SIDEWAYS) <= 0, page.url
    assert page.evaluate(TARGETS) == [], page.url
    assert violations(page) == [], page.url


def reach(page: Page, selector: str) -> None:
    """By Tab alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(selector)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    reach(page, selector)
    go_on(page, key)


def go_on(page: Page, key: str = "Enter") -> None:
    """To the next page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def write(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.type(text)


def test_offer_first_pin_and_first_draw_by_keys_without_scripts(
    device: MakeDevice, joined: Joining
) -> None:
    one = device(tongue="en", java_script_enabled=True)
    one.context.route("**/*.js", lambda route: route.abort())  # none of ours runs; axe does
    page = one.open(joined.link())
    whole(page)
    write(page, "#born_on", joined.born)
    go_on(page)
    assert page.url.endswith("/joining/offer/")
    press(page, "button[value=wire]")
    reach(page, "a[href$='/pdf/']")
    with page.expect_download() as paper:
        page.keyboard.press("Enter")
    assert paper.value.path().read_bytes().startswith(b"%PDF")
    whole(page)
    reach(page, "#card-wanted")
    page.keyboard.press("Space")
    press(page, "form[action$='/agree/'] button")
    whole(page)
    joined.concluded()
    page.goto(joined.link("/joining/start/"))
    whole(page)
    for selector, text in (("#born_on", joined.born), ("#new", "7305"), ("#again", "7305")):
        write(page, selector, text)
    reach(page, "#road-wire")
    page.keyboard.press("Space")
    press(page, "main .form > .button")
    page.wait_for_url("**/joining/welcome/")
    assert joined.number in page.inner_text("main")
    whole(page)
    press(page, "main a[href='/member/borrow/']")
    write(page, "#amount", "50000")
    go_on(page)
    press(page, "main .actions .button")
    write(page, "#pin", "7305")
    go_on(page)
    page.wait_for_url("**/member/borrow/*/")
    carry(Fate.ARRIVED)
    drawn = rows("SELECT amount_yen FROM ledger_leg WHERE amount_yen = 50000")
    assert drawn, "it stands on the ledger"
    assert {urlsplit(each).netloc for each in one.requests} == {urlsplit(page.url).netloc}
