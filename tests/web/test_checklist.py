"""What must hold of all pages of the member's face together, from the list of addresses itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from playwright.sync_api import Page
from tests.database import Database
from tests.units.test_messages import FORBIDDEN
from tests.web import test_attacks
from tests.web.borrowing import borrower, give_account
from tests.web.browsing import PHONE, Device
from tests.web.membership import PIN, Site
from tests.web.office import seated
from tests.web.test_browser import FOCUS, SIDEWAYS
from tests.web.test_member_browser import sign_in

from motocho.outside import mail, teller
from motocho.people.access import Role
from motocho.web.words import Tongue

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
LATEST_PAINT_MS = 4_000
MOST_BYTES = 150_000
MOST_SHIFT = 0.05
EARLIER_NAMES = ("不正", "無効", "お客様は", "ご利用可能額", "残債", "ジャンプ")
SELLING = ("あと少しで", "おめでとう", "チャンス", "今だけ", "審査なし")
"""Words of pages that want people to borrow."""


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "mail"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "mail")


# ---------------------------------------------------------------------------------- every page
class Seen(HTMLParser):
    """What a page holds, as a reader of its elements counts it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.heads = 0
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.boxes: list[dict[str, str | None]] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count one element."""
        named = dict(attrs)
        self.heads += tag == "h1"
        if named.get("id"):
            self.ids[str(named["id"])] += 1
        if tag == "html":
            self.language = str(named.get("lang"))
        if tag in {"input", "select", "textarea"}:
            self.boxes.append(named)
        if tag in {"a", "form"}:
            self.links.append(str(named.get("href") or named.get("action") or ""))


def pages_of(client: Client, house: Site) -> Iterator[tuple[str, str, str]]:
    """Every page that a member and a colleague can look at: name, address, text."""
    member, known = test_attacks.told(house, client)
    give_account(house, member.member_id)
    seat = seated("tanaka", Role.SUPERVISOR, Role.REVIEWER)
    for name, address in test_attacks.addresses(**known):
        visitor = seat.client if address.startswith("/desk/") else client
        visitor.cookies["tongue"] = client.cookies["tongue"].value
        response = visitor.get(address)
        if "html" not in response.headers.get("Content-Type", "") or response.status_code >= 300:
            continue
        text = response.content.decode()
        if "<main" in text:  # the rest is parts that a script puts into a page
            yield name, address, text


@pytest.mark.parametrize("tongue", Tongue)
def test_every_page_is_built_well(client: Client, house: Site, tongue: Tongue) -> None:
    client.cookies["tongue"] = tongue.value
    seen = 0
    for name, address, text in pages_of(client, house):
        page = Seen(text)
        seen += 1
        assert page.heads == 1, name
        assert address.startswith("/desk/") or "at-desk" not in text, name
        assert page.language == tongue.tag, name
        assert [one for one, count in page.ids.items() if count > 1] == [], name
        assert "range" not in {box.get("type") for box in page.boxes}, name
        ticked = [box["name"] for box in page.boxes if "checked" in box and box.get("type") == "checkbox"]  # fmt: skip
        assert not [one for one in ticked if one and "campaign" in one], name
        assert not [link for link in page.links if link.startswith("http")], name
    assert seen > 60


def test_no_page_says_what_we_do_not_say(client: Client, house: Site) -> None:
    client.cookies["tongue"] = Tongue.JA.value
    for name, _address, text in pages_of(client, house):
        words = re.sub("<[^>]*>", "", text.split("<main", 1)[1])
        if name.startswith("studio:"):  # the papers of a claim have this word of the courts
            words = words.replace("残債務", "")
        found = [one for one in (*FORBIDDEN, *EARLIER_NAMES, *SELLING) if one in words]
        assert found == [], name


def test_english_pages_hold_no_japanese_sentence(client: Client, house: Site) -> None:
    client.cookies["tongue"] = Tongue.EN.value
    for name, _address, text in pages_of(client, house):
        body = re.sub(
            r'<(\w+)[^>]* lang="ja"[^>]*>.*?</\1>', "", text.split("<main", 1)[1], flags=re.DOTALL
        )
        body = re.sub(r'value="[^"]*"|«[^»]*»', "", body)
        assert not re.search("[ぁ-ん]{2}", body), (
            name,
            re.findall(".{12}[ぁ-ん]{2}.{12}", body)[:3],
        )


# ---------------------------------------------------------------------------------- by keyboard
def typed(page: Page, field: str, text: str) -> None:
    """Go on with Tab until a field has the focus, then type."""
    reach(page, f"one => one.id === '{field}'")
    page.keyboard.type(text)


def press(page: Page, words: str) -> None:
    """Go on with Tab until a button or a link with these words has the focus, then press it."""
    reach(page, f"one => one.textContent.trim() === '{words}' && one.closest('main') !== null")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def reach(page: Page, is_there: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        state: dict[str, Any] = page.evaluate(FOCUS)
        assert state["end"] or (state["ring"] and not state["covered"]), state
        if page.evaluate(f"() => ({is_there})(document.activeElement)"):
            return
    raise AssertionError(f"{is_there} was never reached on {page.url}")


def test_all_of_it_with_the_keys_alone(device: MakeDevice, house: Site) -> None:
    """A3: sign in, borrow, pay, promise, refuse offers; the ring is seen at every step."""
    member, _ = borrower(house)
    page = device(viewport=PHONE).open("/member/sign-in/")
    typed(page, "member_number", member.member_number)
    typed(page, "pin", PIN)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    typed(page, "code", house.code(member))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "借りる")
    typed(page, "amount", "5万")
    press(page, "費用を見る")
    press(page, "50,000円を借りる")
    typed(page, "pin", PIN)
    press(page, "50,000円を借りる")
    assert "受け付けました" in page.inner_text("h1")
    page.goto("/member/")
    press(page, "返す")
    press(page, "確かめる")
    assert "円を返します" in page.inner_text("h1")
    page.goto("/member/settings/solicitation/")
    reach(page, "one => one.tagName === 'BUTTON' && one.closest('main') !== null")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "まで" in page.inner_text("main")


@pytest.mark.parametrize(
    "address", ["/member/", "/member/trouble/", "/member/limit/", "/member/settings/facts/"]
)
def test_ring_is_seen_on_long_pages_of_members(
    device: MakeDevice, house: Site, address: str
) -> None:
    member, _ = borrower(house)
    page = device(viewport=PHONE).page
    sign_in(page, house, member)
    page.goto(address)
    seen = 0
    for _ in range(200):
        page.keyboard.press("Tab")
        state: dict[str, Any] = page.evaluate(FOCUS)
        if state["end"]:
            break
        seen += 1
        assert state["ring"], state
        assert not state["covered"], state
    assert seen >= page.evaluate("() => document.querySelectorAll('main a').length")


# ---------------------------------------------------------------------------------- bad lines
def test_slow_line_shows_login_and_home_in_time(device: MakeDevice, house: Site) -> None:
    """C1, C6: 400 kbit/s, 400 ms a round trip, nothing cached: readable in 4 s, light, nothing jumps."""
    member, _ = borrower(house)
    one = device()
    sign_in(one.page, house, member)
    session = one.context.new_cdp_session(one.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sent: list[float] = []
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    session.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000,
    })  # fmt: skip
    for address in ("/member/sign-in/?next=/member/", "/member/"):
        sent.clear()
        one.page.goto(address)
        painted, shift = one.page.evaluate(PAINTED)
        assert painted <= LATEST_PAINT_MS, address
        assert shift <= MOST_SHIFT, address
        assert 0 < sum(sent) <= MOST_BYTES, address


PAINTED = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { shift += one.value; }))
    .observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(list => setTimeout(() => done([list.getEntries().at(-1).startTime, shift]), 300))
    .observe({type: 'largest-contentful-paint', buffered: true});
})"""


def test_typing_stays_when_the_line_is_gone(device: MakeDevice, house: Site) -> None:
    """C4: nothing is sent, it is said, the amount is still there, and the same button goes on later."""
    member, _ = borrower(house)
    one = device()
    sign_in(one.page, house, member)
    page = one.open("/member/borrow/")
    page.fill("#amount", "30,000")
    one.context.set_offline(offline=True)
    page.click("text=費用を見る")
    page.wait_for_selector("#offline:not([hidden])")
    assert "まだ何も送っていません" in page.inner_text("#offline")
    assert page.input_value("#amount") == "30,000"
    assert not [address for address in one.requests if "/cost/" in address]
    one.context.set_offline(offline=False)
    page.wait_for_selector("#offline", state="hidden")
    page.click("text=費用を見る")
    page.wait_for_selector("text=30,000円を借りる")


# ---------------------------------------------------------------------------------- other eyes
LOOKED_AT = (
    "/member/", "/member/procedures/", "/member/borrow/", "/member/repay/", "/member/trouble/",
    "/member/limit/", "/member/rest/", "/member/calls/", "/member/voices/", "/member/settings/",
    "/member/settings/facts/", "/member/settings/notices/", "/member/settings/consents/",
    "/member/delivery/", "/member/documents/", "/member/inbox/", "/member/trouble/consultation/",
)  # fmt: skip


def test_large_type_and_a_magnified_page_lose_nothing(device: MakeDevice, house: Site) -> None:
    """A5, A8: text at 200 %, a page at 400 % of 1280 pixels, colours of the system's own."""
    member, key = borrower(house)
    page = device(viewport=PHONE, forced_colors="active").page
    sign_in(page, house, member)
    one = f"/member/dealings/{key.agreement_id}/"
    for address in (*LOOKED_AT, one, f"{one}papers/", f"{one}payoff/"):
        page.goto(address)
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} at 400 %"
        page.set_viewport_size(PHONE)
        page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} with large type"
        button = page.query_selector("main .button")
        if button is not None:
            edge = button.evaluate("one => getComputedStyle(one).borderTopWidth")
            assert edge == "2px", address


def test_debt_is_never_smaller_than_credit_and_stands_above_it(
    device: MakeDevice, house: Site
) -> None:
    """B4, by the style that the browser reckons."""
    member, _ = borrower(house)
    page = device(viewport=PHONE).page
    sign_in(page, house, member)
    sizes = "one => parseFloat(getComputedStyle(one).fontSize)"
    debt = page.locator("section[aria-labelledby=debt] .figure-yen")
    credit = page.locator("section[aria-labelledby=credit] p").first
    assert debt.evaluate(sizes) >= credit.evaluate(sizes)
    above, below = debt.bounding_box(), credit.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    assert page.locator(".hero-day").is_visible()


def test_papers_print_as_paper(device: MakeDevice, house: Site) -> None:
    """B17: no menu, black on white, A4 with its pages numbered, the figures of the screen."""
    member, key = borrower(house)
    page = device(color_scheme="dark").page
    sign_in(page, house, member)
    address = f"/member/dealings/{key.agreement_id}/papers/received/"
    page.goto(address)
    shown = page.locator("main table tbody tr").count()
    assert shown == 3
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".places", ".head-tools", ".always"):
        assert not page.locator(gone).first.is_visible(), gone
    style = "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    assert page.evaluate(style) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    made = page.request.get(f"{address}pdf/").body()
    paper = pypdfium2.PdfDocument(made)
    width, height = paper[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    text = paper[0].get_textpage().get_text_range()
    assert f"1/{len(paper)}" in text.replace(" ", "")
    assert text.count("8,000") >= shown
