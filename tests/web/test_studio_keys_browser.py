"""A whole case by keys alone: an empty studio, the sample, a convention, the papers, the printed pack."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page
from tests.database import Database
from tests.web.browsing import Device
from tests.web.studio import entrance, served_studio

from motocho.office import cases, papers

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MOST_TABS, MOST_SECONDS = 60, 60
FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    return [one.innerText || one.value || '', one.id, box.width > 0 && box.height > 0,
            getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none'];
}"""


@pytest.fixture
def studio(database: Database, tmp_path: Path) -> Iterator[str]:
    with served_studio() as address, override_settings(STUDIO_FOLDER=str(tmp_path)):
        yield address


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """Tab until what is wanted has the focus, and is seen to have it."""
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        text, id_, is_seen, is_marked = page.evaluate(FOCUSED)
        if wanted in {text.strip(), id_}:
            assert is_seen, wanted
            assert is_marked, f"{wanted} shows no focus"
            return
    pytest.fail(f"{wanted} is not reached by {MOST_TABS} tabs")


def enter(page: Page, wanted: str) -> None:
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def opened(page: Page, wanted: str) -> bytes:
    """A file that the browser shows; the page stood at the list of papers, below its link."""
    tab_to(page, wanted, "Shift+Tab")
    with page.expect_navigation(wait_until="commit"):
        page.keyboard.press("Enter")
    return page.context.request.get(page.url).body()


def test_a_case_goes_from_nothing_to_its_pack_by_keys(studio: str, browser: Browser) -> None:
    began = time.monotonic()
    device = Device(browser, studio, viewport={"width": 1366, "height": 768})
    page = device.open(entrance(studio))
    enter(page, "見本の事件で試す")
    (case_id,) = cases.case_ids()
    court_yen = int(cases.load(case_id).statement().result.claim_yen)
    # Past the menu by the first link of the page, to a convention, and kept.
    enter(page, "計算の約束ごと")
    tab_to(page, "本文へ進む")
    page.keyboard.press("Enter")
    tab_to(page, "year_basis-calendar")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    fixed_yen = int(cases.load(case_id).statement().result.claim_yen)
    assert fixed_yen != court_yen
    enter(page, "書類")
    enter(page, "見本の記載を入れる")
    pack = opened(page, "一式を印刷する(PDF)")
    assert fixed_yen in papers.amounts_in(papers.pdf_text(pack))
    asked = {urlsplit(one) for one in device.requests}
    assert {one.netloc for one in asked if one.scheme == "http"} == {urlsplit(studio).netloc}
    assert not [one for one in asked if one.scheme == "https"], (
        "the viewer of the browser is its own"
    )
    assert device.complaints == []
    device.context.close()
    assert time.monotonic() - began < MOST_SECONDS
