"""Every public page in a real browser: rules of accessibility, small screens, no scripts, keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection, transaction
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import DESKTOP, LOOKS, PAGES, PHONE, Device

from motocho.loans import products
from motocho.outside import clock
from motocho.simulation import world

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # a path to each thing that is right takes longer than the rules
    "selectors": False,
}
MakeDevice = Callable[..., Device]
LEAST_TARGET = 44
TARGETS = """() => [...document.querySelectorAll('a, button, summary, input')].filter(one => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const label = one.labels && one.labels[0];
  const tall = label ? Math.max(box.height, label.getBoundingClientRect().height) : box.height;
  const inline = one.matches('p a, dd a, li > a') && style.display === 'inline';
  return box.width && !one.matches('.skip, .silent, [type=hidden]') && !inline && tall < 43.5;
}).map(one => one.outerHTML.slice(0, 120))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(device: MakeDevice, name: str, look: str) -> None:
    one = device(color_scheme=look)
    page = one.open(PAGES[name])
    for details in page.query_selector_all("details"):
        details.evaluate("one => one.open = true")
    assert violations(page) == []
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 25, 27)" if look == "dark" else "rgb(251, 249, 244)"
    )


@pytest.mark.parametrize("tongue", ["easy", "en"])
@pytest.mark.parametrize("name", ["top", "number-yes", "calculator-wrong", "help", "topic"])
def test_axe_finds_nothing_in_other_tongues(device: MakeDevice, name: str, tongue: str) -> None:
    assert violations(device(tongue=tongue).open(PAGES[name])) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_of_another_host_and_nothing_complained_of(
    device: MakeDevice, site: str, name: str
) -> None:
    one = device()
    one.open(PAGES[name])
    assert [address for address in one.requests if not address.startswith(site)] == []
    assert one.complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_small_screens_scroll_one_way_and_targets_are_large(device: MakeDevice, name: str) -> None:
    page = device(viewport=PHONE).open(PAGES[name])
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(TARGETS) == []
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 × 1024 at 400 %
    assert page.evaluate(SIDEWAYS) <= 0
    page.set_viewport_size(PHONE)
    page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_without_scripts(device: MakeDevice, name: str) -> None:
    page = device(java_script_enabled=False).open(PAGES[name])
    assert page.locator("main h1").is_visible()
    assert page.locator(".places a").count() == (0 if name == "hidden" else 4)


@pytest.mark.parametrize("look", LOOKS)
def test_terms_of_a_book_are_as_good_a_page(
    device: MakeDevice, database: Database, look: str
) -> None:
    today = clock.business_date()
    with transaction.atomic(), connection.cursor() as cursor:
        for product in world.products(today - timedelta(days=300)):
            products.publish(cursor, product, clock.now())
    one = device(color_scheme=look)
    page = one.open("/terms/")
    assert page.locator("h2:has-text('ひなたカード')").is_visible()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(TARGETS) == []
    assert one.complaints == []
    if os.environ.get("MOTOCHO_PICTURES"):
        page.screenshot(path=f"{os.environ['MOTOCHO_PICTURES']}/terms-{look}.png", full_page=True)


@pytest.fixture
def of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan begins today, and its first months have as many days as they have."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 12, tzinfo=clock.JAPAN))


@pytest.mark.usefixtures("of_one_day")
def test_calculator_and_checker_without_scripts(device: MakeDevice) -> None:
    page = device(java_script_enabled=False).open("/calculator/")
    page.fill("#principal", "三十万")
    page.fill("#rate", "１８")
    page.fill("#monthly", "9千")
    page.click("main .button")
    assert page.locator(".figure-yen").first.inner_text() == "118,827円"
    page.click(".places a:nth-child(2)")
    page.fill("#number", "０３ー００００ー０１０８")
    page.click("main .button")
    assert page.locator("#verdict").inner_text() == "はい、当社の番号です"


@pytest.mark.usefixtures("of_one_day")
def test_tongue_and_look_are_chosen_without_scripts_and_the_page_stays(device: MakeDevice) -> None:
    page = device(java_script_enabled=False).open(PAGES["calculator-answer"])
    page.click(".choices summary")
    page.click("button[value=en]")
    assert page.locator("h1").inner_text() == "Repayment calculator"
    assert page.input_value("#principal") == "30万"
    assert page.locator(".figure-yen").first.inner_text() == "¥118,827"
    page.click(".choices summary")
    page.click("button[value=dark]")
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(20, 25, 27)"


def test_echo_appears_below_the_amount_while_it_is_typed(device: MakeDevice) -> None:
    one = device()
    page = one.open("/calculator/")
    page.locator("#principal").press_sequentially("5万")
    page.wait_for_function(
        "() => document.querySelector('#principal-echo').textContent.includes('50,000円')"
    )
    assert one.complaints == []


def test_faults_are_read_first_and_lead_to_their_field(device: MakeDevice) -> None:
    page = device().open("/member/sign-in/")
    page.fill("#member_number", "1234567")
    page.click("main .button")
    assert page.title().startswith("エラー：")
    assert page.evaluate("() => document.activeElement.id") == "summary"
    page.click("#summary a >> nth=1")
    assert page.evaluate("() => document.activeElement.id") == "pin"
    for name in ("member_number", "pin"):
        box = page.locator(f"#{name}")
        assert box.get_attribute("aria-invalid") == "true"
        assert f"{name}-wrong" in (box.get_attribute("aria-describedby") or "")
        beside = page.locator(f"#{name}-wrong strong").inner_text()
        assert beside in page.locator("#summary").inner_text()
    assert page.input_value("#member_number") == "1234567"
    assert page.input_value("#pin") == ""


def test_pin_can_be_pasted_shown_and_filled_by_a_manager(device: MakeDevice) -> None:
    page = device().open("/member/sign-in/")
    assert page.get_attribute("#member_number", "autocomplete") == "username"
    assert page.get_attribute("#pin", "autocomplete") == "current-password"
    page.fill("#pin", "0012")
    assert page.get_attribute("#pin", "type") == "password"
    page.click("[data-reveal]")
    assert page.get_attribute("#pin", "type") == "text"
    assert page.get_attribute("[data-reveal]", "aria-pressed") == "true"


def test_form_is_sent_once(device: MakeDevice) -> None:
    one = device()
    page = one.open("/member/sign-in/")
    page.fill("#member_number", "12345678")
    page.fill("#pin", "0012")
    with page.expect_navigation():
        page.dblclick("main .button")
    posts = [address for address in one.requests if address.endswith("/member/sign-in/")]
    assert len(posts) == 2  # the page, and one sending


def test_hiding_leaves_nothing_to_come_back_to(device: MakeDevice) -> None:
    page = device().open(PAGES["number-yes"])
    page.click("[data-hide]")
    page.wait_for_url("**/hidden/")
    assert page.title() == "メモ"
    assert page.evaluate("() => history.length") == 2  # about:blank, and this
    page.go_back()
    assert "number" not in page.url


@pytest.mark.parametrize("name", ["top", "calculator-wrong", "help", "contacts"])
def test_keys_reach_everything_and_the_ring_is_never_hidden(device: MakeDevice, name: str) -> None:
    page = device(viewport=PHONE).open(PAGES[name])
    page.evaluate("() => document.activeElement.blur()")
    page.evaluate("() => scrollTo(0, 0)")
    seen: list[str] = []
    count = page.evaluate(
        "() => document.querySelectorAll('a, button:not([hidden]), input:not([type=hidden]), summary').length"
    )
    for _ in range(count + 2):
        page.keyboard.press("Tab")
        state: dict[str, Any] = page.evaluate(FOCUS)
        if state["end"]:
            break
        seen.append(state["name"])
        assert state["ring"], state
        assert not state["covered"], state
    assert len(seen) >= page.evaluate(
        "() => document.querySelectorAll('main a, main input:not([type=hidden])').length"
    )
    if name != "calculator-wrong":  # there the faults had the focus before
        assert seen[0] == "本文へ進む"


FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return {end: true};
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const bar = document.querySelector('.places');
  const top = getComputedStyle(bar).position === 'fixed' ? bar.getBoundingClientRect().top : innerHeight;
  const inBar = bar.contains(one);
  return {
    end: false,
    name: (one.textContent || one.name).trim(),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    covered: !inBar && (box.bottom > top + 1 || box.top < -1) && box.height < innerHeight / 2,
  };
}"""


def test_skip_link_jumps_over_the_menu(device: MakeDevice) -> None:
    page = device(viewport=DESKTOP).open("/number/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "number"


def test_print_is_paper_alone(device: MakeDevice) -> None:
    page = device(viewport=DESKTOP, color_scheme="dark").open(PAGES["calculator-answer"])
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".places", ".head-tools", ".form", ".always"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("#result").is_visible()
    colours = page.evaluate(
        "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_forced_colours_keep_buttons_and_focus(device: MakeDevice) -> None:
    page = device(forced_colors="active").open("/")
    page.focus("main .button")
    style = page.evaluate(
        "() => { const it = getComputedStyle(document.activeElement); return [it.borderTopWidth, it.outlineStyle]; }"
    )
    assert style == ["2px", "solid"]


def test_reduced_motion_moves_nothing(device: MakeDevice) -> None:
    page = device(reduced_motion="reduce").open("/")
    durations = page.evaluate(
        "() => [...document.querySelectorAll('*')].map(one => getComputedStyle(one).transitionDuration)"
    )
    assert set(durations) == {"0s"}


def test_sign_in_button_is_in_sight_on_a_phone(device: MakeDevice) -> None:
    page = device(viewport=PHONE).open("/")
    button = page.locator("main .button").first.bounding_box()
    bar = page.locator(".places").bounding_box()
    assert button is not None
    assert bar is not None
    assert button["y"] + button["height"] <= bar["y"]


def test_slow_line_shows_the_page_in_time(device: MakeDevice) -> None:
    """400 kbit/s and 400 ms a round trip: readable within four seconds, everything loaded anew."""
    one = device()
    session = one.context.new_cdp_session(one.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000,
    })  # fmt: skip
    page = one.open("/")
    painted = page.evaluate(
        "() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))"
        ".observe({type: 'largest-contentful-paint', buffered: true}))"
    )
    assert painted <= 4_000
