"""Borrowing and paying back in a real browser: taps, one screen, no scripts, light and dark."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.people.house import rows
from tests.web.borrowing import borrower, carry, latest
from tests.web.browsing import DESKTOP, LOOKS, PHONE, Device
from tests.web.membership import PIN, Site
from tests.web.test_browser import SIDEWAYS, TARGETS, violations
from tests.web.test_member_browser import sign_in

from motocho.loans.commands import Key
from motocho.loans.payouts import State
from motocho.outside import mail, teller
from motocho.outside.teller import Fate

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PICTURES = "MOTOCHO_PICTURES"
ABOVE_THE_BAR = 640 - 64
"""The last line of a small phone's screen that the menu does not cover."""
FIRST = "main .actions .button >> nth=0"


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "codes")


def picture(page: Page, name: str) -> None:
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/money-{name}.png", full_page=True)


def addresses(key: Key) -> dict[str, str]:
    """Every page of money that needs no more than looking, in its states."""
    agreement = f"agreement={key.agreement_id}&ref=a-reference-of-a-test"
    return {
        "borrow": "/member/borrow/",
        "borrow-wrong": f"/member/borrow/cost/?{agreement}&amount=100.000",
        "cost": f"/member/borrow/cost/?{agreement}&amount=50000",
        "caution": f"/member/borrow/cost/?{agreement}&amount=300000",
        "confirm": f"/member/borrow/confirm/?{agreement}&amount=50000",
        "repay": "/member/repay/",
        "repay-wrong": f"/member/repay/confirm/?{agreement}&what=amount&amount=",
        "repay-confirm": f"/member/repay/confirm/?{agreement}&what=amount&amount=30000",
        "repay-transfer": f"/member/repay/confirm/?{agreement}&what=all&how=transfer",
        "closed": f"/member/repay/debit/{key.agreement_id}/",
    }


def whole(page: Page, name: str) -> None:
    """A page without a fault of accessibility, opened, on a small screen."""
    page.wait_for_load_state("load")
    picture(page, name)
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert page.evaluate(TARGETS) == [], name
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 × 1024 at 400 %
    assert page.evaluate(SIDEWAYS) <= 0, name
    page.set_viewport_size(PHONE)
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    assert violations(page) == [], name


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_money_is_whole(device: MakeDevice, house: Site, look: str) -> None:
    member, key = borrower(house)
    one = device(color_scheme=look)
    sign_in(one.page, house, member)
    page = one.page
    for name, address in addresses(key).items():
        page.goto(address)
        whole(page, f"{name}-{look}")
    page.goto(addresses(key)["confirm"])
    page.fill("#pin", PIN)
    page.click("main .form .button >> nth=0")
    page.wait_for_selector("h1:has-text('受け付けました')")
    whole(page, f"payout-waiting-{look}")
    carry(Fate.ARRIVED)
    page.reload()
    whole(page, f"payout-arrived-{look}")
    page.goto(addresses(key)["repay-confirm"])
    page.click(FIRST)
    page.wait_for_selector("h1:has-text('返す番号')")
    whole(page, f"bill-{look}")
    assert one.complaints == []
    assert [address for address in one.requests if "127.0.0.1" not in address] == []


@pytest.mark.parametrize("tongue", ["easy", "en"])
def test_pages_of_money_in_other_tongues(device: MakeDevice, house: Site, tongue: str) -> None:
    member, key = borrower(house)
    one = device(tongue=tongue, viewport=DESKTOP)
    sign_in(one.page, house, member)
    for name, address in addresses(key).items():
        page = one.open(address)
        picture(page, f"{name}-{tongue}")
        assert violations(page) == [], name
        if tongue == "en":
            text = page.locator("main").inner_html()
            left = re.sub(r'<(\w+)[^>]* lang="ja"[^>]*>.*?</\1>', "", text)
            assert not re.search("[ぁ-ん一-龯]", left), name


def test_borrowing_takes_four_taps_and_paying_three(device: MakeDevice, house: Site) -> None:
    """B5…B10, B16: the taps, one screen for the cost and both buttons, each figure's sentence."""
    member, _ = borrower(house)
    one = device()
    sign_in(one.page, house, member)
    page, taps = one.page, 0

    def tap(what: str) -> None:
        nonlocal taps
        taps += 1
        page.click(what)

    boxes = [page.locator(f"main .button:text-is('{text}')").bounding_box() for text in ("返す", "借りる")]  # fmt: skip
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert (boxes[0]["width"], boxes[0]["height"]) == (boxes[1]["width"], boxes[1]["height"])
    assert boxes[0]["y"] < boxes[1]["y"]
    tap("main .button:text-is('借りる')")
    assert page.input_value("#amount") == ""
    page.fill("#amount", "五万")
    tap("text=費用を見る")
    on_one_screen(page)
    each_figure_opens_its_sentence(page)
    tap("main .button:text-is('50,000円を借りる')")
    page.fill("#pin", PIN)
    tap("main .button:text-is('50,000円を借りる')")
    page.wait_for_selector("h1:has-text('50,000円の借入を受け付けました')")
    assert taps == 4
    taps = 0
    tap(".places a >> nth=0")
    taps = 0
    tap("main .button:text-is('返す')")
    tap("text=確かめる")
    tap(FIRST)
    page.wait_for_selector("h1:has-text('返す番号')")
    assert taps == 3
    page.click(".places a >> nth=0")
    taps = 0
    tap("text=全部返すときの額を見る")
    tap("text=今日、全部返す")
    page.wait_for_selector("text=全部返し終わります")
    assert taps == 2


def on_one_screen(page: Page) -> None:
    """All of the cost and both buttons, of one size, without scrolling on 360 × 640."""
    wanted = ["増える利息", "利息の合計", "毎回の返済", "終わる月"]
    places = [page.locator(f".cost-table th:has-text('{text}')").bounding_box() for text in wanted]
    buttons = [
        page.locator(f"main .button:text-is('{text}')").bounding_box()
        for text in ("50,000円を借りる", "借りるのをやめる")
    ]
    for box in (*places, *buttons):
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= ABOVE_THE_BAR
    sizes = {(round(box["width"]), round(box["height"])) for box in buttons if box}
    assert len(sizes) == 1


def each_figure_opens_its_sentence(page: Page) -> None:
    figures = page.locator(".cost-table tbody a")
    assert figures.count() == 6
    for place in range(figures.count()):
        figure = figures.nth(place)
        amount = figure.inner_text()
        named = figure.get_attribute("href") or ""
        figure.click()
        sentence = page.locator(f"details:has({named})")
        assert sentence.evaluate("one => one.open")
        assert amount in sentence.inner_text()


def test_borrowing_and_paying_without_scripts(device: MakeDevice, house: Site) -> None:
    member, _ = borrower(house)
    one = device(java_script_enabled=False)
    sign_in(one.page, house, member)
    page = one.page
    page.click("main .button:text-is('借りる')")
    page.fill("#amount", "５万")
    page.click("text=費用を見る")
    page.click(".cost-table tbody a >> nth=0")
    assert page.locator("#why-added").is_visible()
    page.click("main .button:text-is('50,000円を借りる')")
    page.fill("#pin", PIN)
    page.click("main .button:text-is('50,000円を借りる')")
    page.click("text=この借入を取り消す")
    assert "取り消しました" in page.locator("h1").inner_text()
    assert latest(member).state is State.RECALLED
    page.click("main .button:text-is('ホーム')")
    page.click("main .button:text-is('返す')")
    page.click("text=確かめる")
    page.click(FIRST)
    assert "返す番号" in page.locator("h1").inner_text()
    page.click("text=いまの状態を見る")
    assert "まだ届いていません" in page.locator("main").inner_text()


def test_borrowing_and_paying_by_keyboard_alone(device: MakeDevice, house: Site) -> None:
    member, _ = borrower(house)
    one = device()
    sign_in(one.page, house, member)
    page = one.page

    def reach(what: str) -> None:
        """Tab on until something is focused; its ring is seen, and not below the menu."""
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                break
        focused = page.locator(":focus")
        assert focused.evaluate("(one, what) => one.matches(what)", what)
        assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
        box = focused.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= ABOVE_THE_BAR + 1

    reach("main a[href='/member/borrow/']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#amount")
    reach("#amount")
    page.keyboard.type("50000")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cost")
    reach("main .cost .actions .button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pin")
    reach("#pin")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('受け付けました')")
    page.goto("/member/")
    reach("main a[href='/member/repay/']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#what-due")
    reach("main .form .button")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .actions button")
    reach("main .actions button")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('返す番号')")


def test_double_click_reload_and_back_are_one_draw(device: MakeDevice, house: Site) -> None:
    member, _ = borrower(house)
    one = device()
    sign_in(one.page, house, member)
    page = one.page
    page.goto("/member/borrow/")
    page.fill("#amount", "5万")
    page.click("text=費用を見る")
    page.click("main .button:text-is('50,000円を借りる')")
    page.fill("#pin", PIN)
    page.dblclick("main .button:text-is('50,000円を借りる')")
    page.wait_for_selector("h1:has-text('受け付けました')")
    accepted = page.url
    page.reload()
    page.go_back()
    page.wait_for_load_state()
    if page.locator("#pin").count():  # the browser kept the old page: it is sent once more
        page.fill("#pin", PIN)
        page.click("main .button:text-is('50,000円を借りる')")
        page.wait_for_selector("h1:has-text('受け付けました')")
    assert page.url == accepted
    page.go_back()
    page.go_back()
    assert rows("SELECT count(*) FROM loan_payout WHERE member_id = %s", member.member_id) == [(1,)]
