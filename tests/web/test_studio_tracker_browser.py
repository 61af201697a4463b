"""The way of a case and the guide in a real browser: axe, narrow and zoomed, keys, no scripts, no strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize
from pypdfium2 import PdfDocument
from tests.web.browsing import DESKTOP, LOOKS, Device
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_studio_guide import ANSWERS

from motocho.office import cases
from motocho.outside import clock
from motocho.web.studio.guide import ORDER

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
TODAY = clock.business_date().isoformat()
NARROW: ViewportSize = {"width": 320, "height": 640}
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""1280 x 1024 at 400 %."""
WIDE = """() => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
  && !one.closest('.scroll')).map(one => one.outerHTML.slice(0, 80)).slice(0, 8)"""
TARGETS_24 = """() => [...document.querySelectorAll('main button, main select, main input:not([type=hidden])')]
  .filter(one => one.offsetParent && (one.getBoundingClientRect().height < 24 || one.getBoundingClientRect().width < 24))
  .map(one => one.outerHTML.slice(0, 120))"""


def looked(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    assert page.evaluate(SIDEWAYS) <= 0, (name, page.evaluate(WIDE))
    assert page.evaluate(TARGETS_24) == [], name
    assert violations(page) == [], name


def filled(page: Page) -> int:
    """A case with a bit of everything, made through the pages."""
    page.get_by_role("button", name="見本の事件で試す").click()
    case_id = cases.case_ids()[0]
    page.goto(f"/cases/{case_id}/way/")
    page.select_option("#step", "disclosure_asked")
    page.fill("#step_on", "2026/9/1")
    page.get_by_role("button", name="この段階を記録する").click()
    page.get_by_text("裁判所の期日", exact=True).click()
    page.fill("#hearing_on", "2027/1/15")
    page.fill("#hearing_time", "10時30分")
    page.fill("#hearing_court", "東京簡易裁判所 5号法廷")
    page.get_by_role("button", name="期日を加える").click()
    page.goto(f"/cases/{case_id}/talks/")
    page.fill("#offer_yen", "10万")
    page.get_by_role("button", name="提案を記録する").click()
    page.get_by_text("決まった支払い", exact=True).click()
    page.fill("#promise_yen", "50万")
    page.fill("#promise_pay_on", TODAY)
    page.fill("#promise_damages", "3")
    page.get_by_role("button", name="決まった支払いを記録する").click()
    page.goto(f"/cases/{case_id}/money/")
    page.fill("#paid_yen", "499,999")
    page.select_option("#to", "office")
    page.get_by_role("button", name="入金を記録する").click()
    page.get_by_text("報酬の合意を記録する", exact=True).first.click()
    for name, value in (("fees_talks", "40"), ("fees_suit", "40"), ("fees_fixed", "0")):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="報酬の合意を記録する").click()
    page.goto(f"/cases/{case_id}/shelf/")
    page.fill("#paper_title", "取引履歴")
    page.set_input_files(
        "#file", {"name": "履歴.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    page.get_by_role("button", name="書類を加える").click()
    return case_id


PAGES = ("way", "talks", "talks/sheet", "money", "shelf", "conflicts")


def test_every_page_is_whole_on_both_papers_narrow_and_wide(in_studio: MakeDevice) -> None:
    one = in_studio(viewport=DESKTOP)
    case_id = filled(one.page)
    for look in LOOKS:
        two = in_studio(viewport=NARROW if look == "light" else DESKTOP, color_scheme=look)
        for name in ("days", *(f"cases/{case_id}/{each}" for each in PAGES)):
            two.page.goto(f"/{name}/")
            looked(two.page, f"{look} {name}")
    one.page.goto(f"/cases/{case_id}/talks/sheet/")
    printed = one.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(PdfDocument(printed)) == 1, "the sheet of a call is one page"


def test_error_is_announced_at_its_field(in_studio: MakeDevice) -> None:
    page = in_studio(viewport=DESKTOP).page
    page.get_by_role("button", name="見本の事件で試す").click()
    page.goto(f"/cases/{cases.case_ids()[0]}/way/")
    page.fill("#step_on", "S64.1.8")
    page.get_by_role("button", name="この段階を記録する").click()
    assert page.title().startswith("エラー")
    assert page.evaluate("document.activeElement.id") == "summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "step_on"
    assert page.input_value("#step_on") == "S64.1.8"
    assert page.get_attribute("#step_on", "aria-invalid") == "true"
    looked(page, "way with a fault")


def test_a_step_is_noted_by_keyboard_alone(in_studio: MakeDevice) -> None:
    page = in_studio(viewport=DESKTOP).page
    page.get_by_role("button", name="見本の事件で試す").click()
    page.goto(f"/cases/{cases.case_ids()[0]}/way/")
    page.focus("#step")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    page.get_by_role("heading", name="次にすること: 取引履歴が届いた").wait_for()


def answer(page: Page, name: str) -> None:
    """Answer one page of the guide as ANSWERS has it."""
    for field, value in ANSWERS[name].items():
        if field == "answer":
            page.check(f"#answer-{value}")
        elif field not in {"do", "still_dealing"}:
            page.fill(f"#{field}", value)
    if name == "check":
        page.click("button[value=later]")
    else:
        page.get_by_role("button", name="次へ").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_guide_from_the_first_question_to_the_papers(
    in_studio: MakeDevice, *, scripts: bool
) -> None:
    """E16 with A5 and A6, and C2: whole at 320 px and at 400 %, with scripts and without."""
    one = in_studio(viewport=NARROW, java_script_enabled=scripts)
    page = one.page
    page.goto("/guide/")
    page.get_by_role("button", name="始める").click()
    for name in ORDER:
        assert page.url.endswith(f"/{name}/"), page.url
        if scripts:
            looked(page, name)
            page.set_viewport_size(ZOOMED)
            assert page.evaluate(SIDEWAYS) <= 0, (name, "at 400 %", page.evaluate(WIDE))
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(SIDEWAYS) <= 0, (
                name,
                "text of twice the size",
                page.evaluate(WIDE),
            )
            page.set_viewport_size(NARROW)
        answer(page, name)
    assert page.url.endswith("/result/")
    assert "計算されました" in page.inner_text("main")
    if scripts:
        looked(page, "result")
    page.get_by_role("link", name="書類を作る").click()
    assert page.url.endswith("/papers/")


def test_guide_in_dark_and_its_faults(in_studio: MakeDevice) -> None:
    page = in_studio(viewport=DESKTOP, color_scheme="dark").page
    page.goto("/guide/")
    looked(page, "start in dark")
    page.get_by_role("button", name="始める").click()
    page.get_by_role("button", name="次へ").click()
    assert page.title().startswith("エラー")
    looked(page, "lender with a fault")
    page.goto(page.url.replace("/lender/", "/still/"))
    page.get_by_role("button", name="次へ").click()
    looked(page, "choice with a fault")
    page.get_by_role("link", name="まだ選んでいません").click()
    assert page.evaluate("document.activeElement.id") == "still_dealing"
    page.goto("/glossary/")
    looked(page, "words")
