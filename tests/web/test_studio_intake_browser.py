"""E1 and E17 in a real browser: a file of each kind reaches the check, a scan goes on and is stopped."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.ocr.scans import scan
from tests.web.browsing import Device
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_studio_intake import FILES

from motocho.office import cases

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
AT = datetime(2026, 11, 22, tzinfo=UTC)
READS_SCANS = importlib.util.find_spec("rapidocr") is not None
MakeDevice = Callable[..., Device]
LONGEST_MS = 120_000


def upload(page: Page, name: str, data: bytes) -> None:
    page.set_input_files(
        "#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="読み取る").click()


def heading(page: Page, name: str) -> Any:
    return expect(page.get_by_role("heading", level=1, name=name))


def test_each_kind_of_file_reaches_the_check(in_studio: MakeDevice, studio: str) -> None:
    case_id = cases.open_case({"client": "甲野花子"}, actor="test", at=AT)
    page = in_studio().page
    for name, made in FILES.items():
        page.goto(f"{studio}/cases/{case_id}/intake/")
        upload(page, name, made())
        heading(page, "読み取りの確認").to_be_visible(timeout=LONGEST_MS)
        expect(page.locator("main")).to_contain_text("2001-01-10")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_pages_of_reading_are_accessible(in_studio: MakeDevice, studio: str, look: str) -> None:
    case_id = cases.open_case({"client": "甲野花子"}, actor="test", at=AT)
    page = in_studio(color_scheme=look).page
    page.goto(f"{studio}/cases/{case_id}/intake/")
    assert violations(page) == []
    upload(page, "text.pdf", FILES["text.pdf"]())
    heading(page, "読み取りの確認").to_be_visible(timeout=LONGEST_MS)
    page.locator("summary", has_text="列の割り当て").click()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    page.goto(f"{studio}/cases/{case_id}/estimate/")
    page.get_by_role("button", name="推定してみる").click()
    assert violations(page) == []


def test_doubtful_cells_are_taken_by_enter_and_the_rows_go_into_the_case(
    in_studio: MakeDevice, studio: str
) -> None:
    case_id = cases.open_case({"client": "甲野花子"}, actor="test", at=AT)
    page = in_studio().page
    page.goto(f"{studio}/cases/{case_id}/intake/")
    upload(page, "utf8.csv", FILES["utf8.csv"]())
    cell = page.locator(".intake-cell").first
    cell.fill("10000")
    cell.press("Enter")
    while not page.get_by_role("button", name="この内容で事件に入れる").evaluate(
        "one => one === document.activeElement"
    ):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{studio}/cases/{case_id}/")
    rows = cases.load(case_id).rows
    assert [row.repay for row in rows][:2] == ["", "10000"]
    assert "△" not in {row.mark for row in rows}


@pytest.mark.skipif(not READS_SCANS, reason="text of pictures is not read here")
def test_photo_is_read_while_nobody_looks_and_another_is_stopped(
    in_studio: MakeDevice, studio: str
) -> None:
    """The page is left while it is read, and finds it read; progress is announced; stopping ends it."""
    case_id = cases.open_case({"client": "甲野花子"}, actor="test", at=AT)
    page = in_studio().page
    page.goto(f"{studio}/cases/{case_id}/intake/")
    upload(page, "photo.jpg", scan(2, 8, "signed", "stamped").data)
    heading(page, "読み取っています").to_be_visible()
    assert page.locator("#progress-said").get_attribute("aria-live") == "polite"
    assert violations(page) == []
    address = page.url
    page.goto(f"{studio}/cases/{case_id}/")
    page.goto(address)
    heading(page, "読み取りの確認").to_be_visible(timeout=LONGEST_MS)
    expect(page.locator("main img").first).to_be_visible()
    page.goto(f"{studio}/cases/{case_id}/intake/")
    upload(page, "photo.jpg", scan(3, 8, "ruled", "clean").data)
    page.get_by_role("button", name="読み取りをやめる").click()
    heading(page, "読み取りは終わっていません").to_be_visible()
    expect(page.locator(".summary")).to_contain_text("この読み取りは取り消されています")
