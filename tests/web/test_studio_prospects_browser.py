"""The three questions and the outlook in a real browser: axe, 320 pixels, dark, no other host."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.web.browsing import Device
from tests.web.studio import entrance
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_facts_browser import PICTURES
from tests.web.test_studio_prospects import TWO_DEALINGS

from motocho.office import cases

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DESK: ViewportSize = {"width": 1366, "height": 768}


def whole(page: Page, name: str) -> None:
    """No fault of axe, nothing sideways at the desk and at 400 %."""
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.locator("h1").count() == 1, name
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert violations(page) == [], name
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 320"
    page.set_viewport_size(DESK)


@pytest.mark.parametrize(
    ("tongue", "scheme", "scripts"), [("ja", "light", True), ("en", "dark", True), ("ja", "light", False)]
)  # fmt: skip
def test_from_three_questions_to_the_outlook(
    studio: str, browser: Browser, tongue: str, scheme: str, *, scripts: bool
) -> None:
    """Without scripts everything but axe is looked at: axe is one."""
    device = Device(
        browser, studio, tongue=tongue, color_scheme=scheme, java_script_enabled=scripts, viewport=DESK
    )  # fmt: skip
    page = device.open(entrance(studio))
    page.goto(f"{studio}/affected/")
    page.locator("#began").fill("平成15年")
    page.locator("#lender").fill("アコム")
    page.locator("form[method=get] .button").click()
    expect(page.locator("#answer")).to_be_visible()
    if scripts:
        whole(page, f"affected-{tongue}")
    page.locator(".answer .button").click()
    page.locator("#pasted").fill(TWO_DEALINGS)
    page.locator("form:has(#pasted) button.button").click()
    page.wait_for_load_state("load")
    (case_id,) = cases.case_ids()
    page.goto(f"{studio}/cases/{case_id}/outlook/")
    page.locator("#stopped_on").fill("平成24年3月2日")
    page.locator("form:has(#stopped_on) .button").click()
    page.wait_for_load_state("load")
    expect(page.locator("#stopped_on")).to_have_value("2012-03-02")
    expect(page.locator(".clock-lost").first).to_be_visible()
    if scripts:
        whole(page, f"outlook-{tongue}")
    page.locator("#known_on").fill("S64.1.8")
    page.locator("form:has(#stopped_on) .button").click()
    expect(page.locator("#known_on-wrong")).to_be_visible()
    if scripts:
        whole(page, f"outlook-wrong-{tongue}")
    hosts = {urlsplit(address).hostname for address in device.requests}
    assert hosts <= {"127.0.0.1", None, ""}
    assert device.complaints == []
    device.context.close()
