"""Papers in a real browser: a newcomer's way to a printed pack, a live count, no scripts, both papers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.database import Database
from tests.web.browsing import Device
from tests.web.studio import entrance, served_studio
from tests.web.test_browser import SIDEWAYS, violations

from motocho.office import cases, papers

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
DESK: ViewportSize = {"width": 1366, "height": 768}
MOST_CLICKS, MOST_SECONDS = 12, 60


@pytest.fixture
def studio(database: Database, tmp_path: Path) -> Iterator[str]:
    with served_studio() as address, override_settings(STUDIO_FOLDER=str(tmp_path)):
        yield address


@pytest.fixture
def desk(studio: str, browser: Browser) -> Iterator[MakeDevice]:
    made: list[Device] = []

    def make(**options: object) -> Device:
        options.setdefault("viewport", DESK)
        made.append(Device(browser, studio, **options))
        made[-1].open(entrance(studio))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


def whole(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    assert page.locator("h1").count() == 1, name
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert violations(page) == [], name
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 320"
    page.set_viewport_size(DESK)


def filled(page: Page) -> int:
    page.get_by_role("button", name="見本の事件で試す").click()
    case_id = cases.case_ids()[-1]
    page.goto(f"/cases/{case_id}/papers/")
    page.get_by_role("button", name="見本の記載を入れる").click()
    return case_id


def test_a_newcomer_prints_a_pack(desk: MakeDevice, studio: str) -> None:
    """From an empty studio with the sample: at most 12 clicks and 60 seconds; nobody else is asked."""
    began = time.monotonic()
    device = desk()
    page, clicks = device.page, 0
    page.get_by_role("button", name="見本の事件で試す").click()
    clicks += 1
    page.get_by_role("link", name="書類", exact=True).click()
    clicks += 1
    page.get_by_role("button", name="見本の記載を入れる").click()
    clicks += 1
    with page.expect_download() as waiting:
        page.get_by_role("link", name="一式をファイルで(ZIP)").click()
    clicks += 1
    assert waiting.value.path().read_bytes().startswith(b"PK")
    address = page.get_by_role("link", name="一式を印刷する(PDF)").get_attribute("href")
    printed = page.context.request.get(f"{studio}{address}").body()
    clicks += 1
    total_yen = cases.load(cases.case_ids()[0]).statement().result.claim_yen
    assert total_yen in papers.amounts_in(papers.pdf_text(printed))
    assert clicks <= MOST_CLICKS
    assert time.monotonic() - began < MOST_SECONDS
    assert {urlsplit(one).netloc for one in device.requests} == {urlsplit(studio).netloc}
    assert device.complaints == []


@pytest.mark.parametrize("look", ["light", "dark"])
def test_pages_are_whole(desk: MakeDevice, look: str) -> None:
    device = desk(color_scheme=look)
    page = device.page
    case_id = filled(page)
    at = f"/cases/{case_id}"
    whole(page, "papers")
    for place in ("papers/complaint/", "papers/certified/", "proof/"):
        page.goto(f"{at}/{place}")
        whole(page, place)
    page.goto(f"{at}/papers/")
    page.locator("details.why summary").first.click()
    page.get_by_label("和解金額").fill("たくさん")
    page.get_by_role("button", name="保存する").click()
    expect(page).to_have_title("エラー：書類 — 見本の事件")
    expect(page.locator("#summary")).to_be_focused()
    whole(page, "papers with a fault")
    for place in ("/templates/", "/templates/complaint/"):
        page.goto(place)
        whole(page, place)
    page.locator("#text").fill("{{ claim.totl }}")
    page.get_by_role("button", name="確かめて保存する").click()
    expect(page.locator("#summary")).to_be_focused()
    whole(page, "template with a fault")
    assert device.complaints == []


def test_english_pages_are_whole(desk: MakeDevice) -> None:
    page = desk(tongue="en").page
    page.get_by_role("button", name="Try the sample case").click()
    case_id = cases.case_ids()[-1]
    for place in ("papers/", "papers/certified/", "proof/"):
        page.goto(f"/cases/{case_id}/{place}")
        whole(page, place)


def test_the_count_lives_while_it_is_typed(desk: MakeDevice) -> None:
    """E13: 520 is well, 521 warns; half-width counts one."""
    page = desk().page
    case_id = filled(page)
    page.goto(f"/cases/{case_id}/papers/certified/")
    counted = page.locator("#counted")
    page.locator("#text").fill("あ" * 520)
    expect(counted).to_contain_text("520 / 520")
    expect(counted.locator(".wrong")).to_have_count(0)
    page.locator("#text").press_sequentially("a")
    expect(counted).to_contain_text("521 / 520")
    expect(counted.locator(".wrong")).to_have_count(1)
    page.locator("#text").press("Backspace")
    expect(counted.locator(".wrong")).to_have_count(0)
    page.locator("#grid").select_option("across_26")
    expect(counted).to_contain_text("20 / 20")


def test_everything_works_without_scripts(desk: MakeDevice, studio: str) -> None:
    """C2: paste, result, facts, files, and the count by its button."""
    page = desk(java_script_enabled=False).page
    page.get_by_role("button", name="作って取り込みへ").click()
    pasted = "日付\t借入\t返済\n2001/1/10\t200,000\t\n2003/1/10\t\t400,000\n"
    page.locator("#pasted").fill(pasted)
    page.get_by_role("button", name="取り込む").click()
    case_id = cases.case_ids()[-1]
    page.goto(f"/cases/{case_id}/papers/")
    for key in ("client_name", "client_address", "lender_name", "lender_address"):
        page.locator(f"#{key}").fill("架空株式会社")
    page.get_by_role("button", name="保存する").click()
    assert cases.load(case_id).facts["client_address"] == "架空株式会社"
    pdf = page.context.request.get(f"{studio}/cases/{case_id}/papers/annex.pdf")
    assert pdf.body().startswith(b"%PDF")
    page.goto(f"/cases/{case_id}/papers/certified/")
    page.locator("#text").fill("あ" * 521)
    page.get_by_role("button", name="数える").click()
    expect(page.locator("#counted")).to_contain_text("521 / 520")


def test_print_is_light_on_a_dark_screen(desk: MakeDevice) -> None:
    """E18."""
    page = desk(color_scheme="dark").page
    case_id = filled(page)
    page.emulate_media(media="print", color_scheme="dark")
    for place in ("papers/", "proof/"):
        page.goto(f"/cases/{case_id}/{place}")
        seen = page.evaluate(
            "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        light, dark = (sum(map(int, one[one.index("(") + 1 : -1].split(",")[:3])) for one in seen)
        assert seen[0] == "rgba(0, 0, 0, 0)" or light > 700, seen
        assert dark < 200, seen
