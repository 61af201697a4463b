"""A10: the chart in a real browser: axe on both papers, crosshair, splits by key and by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from tests.web.browsing import Device
from tests.web.studio import entrance
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_studio_pages import TWO_DEALINGS

from motocho.office import cases

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DESK: ViewportSize = {"width": 1366, "height": 768}


def case_in(device: Device, studio: str) -> int:
    page = device.open(entrance(studio))
    page.goto(f"{studio}/")
    page.locator("form[action$='/cases/new/'] button").first.click()
    page.locator("#pasted").fill(TWO_DEALINGS)
    page.locator("form:has(#pasted) button.button").click()
    page.wait_for_load_state("load")
    return cases.case_ids()[0]


@pytest.mark.parametrize(("tongue", "scheme"), [("ja", "light"), ("en", "dark")])
def test_chart_is_named_told_and_moved_by_keys_and_by_hand(
    studio: str, browser: Browser, tongue: str, scheme: str
) -> None:
    device = Device(browser, studio, tongue=tongue, color_scheme=scheme, viewport=DESK)
    case_id = case_in(device, studio)
    page = device.page
    page.goto(f"{studio}/cases/{case_id}/chart/")
    image = page.get_by_role("img").first
    expect(image).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0

    # The crosshair says both balances and their difference.
    box = image.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    expect(page.locator("[data-cross]")).to_contain_text("87,443")

    # A split by its number.
    page.locator("#split-new").fill("4")
    page.locator(".chart-splits .button").click()
    page.wait_for_load_state("load")
    assert [row.contract for row in cases.load(case_id).rows] == ["1", "1", "1", "2", "2"]

    # The same by the arrow keys.
    handle = page.get_by_role("slider")
    assert handle.get_attribute("aria-valuenow") == "4"
    assert violations(page) == []
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "5"
    assert "2007-08-01" in (handle.get_attribute("aria-valuetext") or "")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert [row.contract for row in cases.load(case_id).rows] == ["1", "1", "1", "1", "2"]

    # And by hand, to the third row.
    points = page.evaluate("JSON.parse(document.querySelector('[data-chart]').dataset.points)")
    grip = page.get_by_role("slider").bounding_box()
    paper = page.locator(".chart-paper").bounding_box()
    assert grip is not None
    assert paper is not None
    page.mouse.move(grip["x"] + 14, grip["y"] + 14)
    page.mouse.down()
    with page.expect_navigation():
        page.mouse.move(paper["x"] + points[2][0] * paper["width"] / 1000, grip["y"] + 14, steps=4)
        page.mouse.up()
    assert [row.contract for row in cases.load(case_id).rows] == ["1", "1", "2", "2", "2"]

    # Another scenario stands beside it with a dash of its own.
    name = "分断"
    case = cases.load(case_id)
    copied = [{"op": "add_scenario", "name": name, "copy_of": case.claimed}]
    cases.apply(case_id, copied, actor="test", at=case.last_at, expected_seq=case.seq)
    page.goto(f"{studio}/cases/{case_id}/chart/?beside={name}")
    expect(page.locator(".chart-beside-1")).to_have_count(1)
    assert violations(page) == []

    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0
    assert device.complaints == []
    device.context.close()


def test_print_is_black_on_white_also_on_dark_paper(studio: str, browser: Browser) -> None:
    device = Device(browser, studio, color_scheme="dark", viewport=DESK)
    case_id = case_in(device, studio)
    page = device.page
    page.goto(f"{studio}/cases/{case_id}/chart/")
    page.emulate_media(media="print", color_scheme="dark")
    for part in (".chart-own", ".chart-lender", ".chart-zero"):
        colour = page.locator(part).evaluate("one => getComputedStyle(one).stroke")
        assert colour == "rgb(0, 0, 0)", part
    dash = page.locator(".chart-lender").evaluate("one => getComputedStyle(one).strokeDasharray")
    assert dash != "none"
    assert page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    device.context.close()
