"""The application in a real browser: a phone, English, the keys alone, axe on each page, no strangers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.database import Database
from tests.loans.desk import Desk
from tests.people.house import rows
from tests.web.applying import ANSWERS, newest_code
from tests.web.browsing import PHONE, Device
from tests.web.test_browser import FOCUS, SIDEWAYS

from motocho.outside import mail

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]


ALIKE = {
    "name",
    "address",
    "phone",
    "employer",
    "income",
    "debts",
    "amount",
    "use",
    "papers",
    "data",
}
"""Questions whose pages hold nothing that another page does not: axe looks at one of each sort."""


def sound(page: Page) -> None:
    """No fault of axe, nothing sideways, not a word of Japanese but what was typed."""
    if page.url.rstrip("/").rpartition("/")[2] not in ALIKE:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate(SIDEWAYS) <= 0, page.url
    assert not re.search("[ぁ-ん]{2}", page.inner_text("main")) or "review" in page.url, page.url


def reach(page: Page, is_there: str) -> None:
    """Go on with Tab until something has the focus; the ring is seen all the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => ({is_there})(document.activeElement)"):
            state = page.evaluate(FOCUS)
            assert state["ring"], state
            return
    raise AssertionError(f"{is_there} was never reached on {page.url}")


def press(page: Page, words: str) -> None:
    reach(page, f"one => one.textContent.trim() === '{words}' && one.closest('main') !== null")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer(page: Page, question: str) -> None:
    for name, typed in ANSWERS[question].items():
        if not typed:
            continue
        if page.locator(f"input[type=radio][name={name}]").count():
            reach(page, f"one => one.name === '{name}'")
            for _ in range(20):
                if page.locator(f"#{name}-{typed}").is_checked():
                    break
                page.keyboard.press("ArrowDown")
            assert page.locator(f"#{name}-{typed}").is_checked()
        else:
            reach(page, f"one => one.id === '{name}'")
            page.keyboard.type(typed)


def test_whole_of_it_on_a_phone_in_english_with_the_keys_alone(
    device: MakeDevice, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database is not None
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    Desk()
    one = device(viewport=PHONE, tongue="en")
    page = one.open("/apply/")
    sound(page)
    press(page, "Begin")
    for question in ANSWERS:
        assert page.url.endswith(f"/apply/form/{question}/")
        sound(page)
        answer(page, question)
        press(page, "Save and go on")
        if question == "email":
            sound(page)
            reach(page, "one => one.id === 'code'")
            page.keyboard.type(newest_code(tmp_path))
            press(page, "Confirm")
    sound(page)
    press(page, "Send the application")
    assert page.url.endswith("/apply/status/")
    sound(page)
    assert "Your identity is not confirmed yet" in page.inner_text("main")
    assert rows("SELECT limit_wanted_yen FROM screening_application") == [(300_000,)]
    assert rows("SELECT language FROM notices_choice") == [("en",)]
    assert one.complaints == []
    assert {urlsplit(each).hostname for each in one.requests} == {"127.0.0.1"}


def test_check_on_a_narrow_and_magnified_page_without_scripts(
    device: MakeDevice, database: Database
) -> None:
    assert database is not None
    Desk()
    one = device(viewport={"width": 320, "height": 480}, java_script_enabled=False)
    page = one.open("/apply/check/")
    for name, typed in {"age": "35", "income": "210万", "others": "40万", "wanted": "30万"}.items():
        page.fill(f"#{name}", typed)
    page.check("#late-no")
    page.click("main form button")
    assert "この条件で申し込めます" in page.inner_text("#answer")
    assert one.complaints == []
