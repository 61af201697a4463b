"""Claims, evidence and limits by keys alone in a real browser; the picture turned and enlarged beside its form."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.documents.files import photo
from tests.loans.crowd import do
from tests.people.house import rows
from tests.web.browsing import PHONE, Device
from tests.web.office import joined
from tests.web.screened import Screened, page_of
from tests.web.test_boards_browser import DESK, whole
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_call_panel_browser import Hand
from tests.web.test_facts_browser import PICTURES, enter_desk

from motocho.documents import intake
from motocho.documents.intake import Kept, Purpose, Upload
from motocho.loans.commands import Ask, Key, watches
from motocho.loans.commands.watches import Ended, Ending
from motocho.loans.policy import Stop
from motocho.people.access import Role
from motocho.screening.applications import claims

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
MOST_STOPS = 60


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Screened:
    return Screened.on_its_clock(tmp_path, database, monkeypatch)


def uploaded(desk: Screened, member_id: int) -> str:
    kept = do(intake.keep, member_id, Purpose.INCOME, Upload("a.jpg", photo()), desk.office.at)
    assert isinstance(kept, Kept)
    return kept.document_ref


def reach(page: Page, wanted: str) -> None:
    """By the tab key alone, from where the focus stands."""
    for _ in range(MOST_STOPS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no key leads to {wanted}")


def choose(page: Page, name: str, value: str) -> None:
    """A value of a list, by the arrow keys."""
    reach(page, f"#{name}")
    for _ in range(MOST_STOPS):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{name} has no {value}")


def fill(page: Page, name: str, text: str) -> None:
    reach(page, f"#{name}")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def looked_at(page: Page, name: str) -> None:
    """Whole at the desk and on a narrow screen, with pictures of both where they are wanted."""
    whole(page, name)
    page.set_viewport_size(PHONE)
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}-360.png", full_page=True)
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 360"
    assert violations(page) == [], f"{name} at 360"
    page.set_viewport_size(DESK)


def test_claims_evidence_and_limits_are_worked_by_keys(device: MakeDevice, desk: Screened) -> None:
    key = desk.office.submit().key
    ref = uploaded(desk, key.member_id)
    one = device(viewport=DESK)
    page, hand = one.page, Hand(one.page)
    enter_desk(page, joined("rie", Role.REVIEWER))
    page.goto(page_of(key))
    page.evaluate("sessionStorage.clear()")
    reach(page, f'a[href="{page_of(key, "claims/")}"]')
    hand.press("Enter", page_of(key, "claims/"))
    looked_at(page, "claims")
    page.evaluate("document.activeElement.blur()")
    choose(page, "kind", "spouse")
    choose(page, "document", ref)
    reach(page, "form[method=get] button")
    hand.press("Enter", "kind=spouse")
    looked_at(page, "claims-spouse")
    turned(page, hand)
    choose(page, "consents", "yes")
    fill(page, "own_yen", "10万")
    choose(page, "paper_spouse_consent", ref)
    hand.press("Control+Enter", "kind=spouse")
    looked_at(page, "claims-wrong")  # how much of it counts for the third was not said
    assert page.evaluate("document.activeElement.id") == "summary"
    assert "rotate(90deg)" in str(page.locator("img.paper").get_attribute("style"))
    fill(page, "own_third_yen", "10万")
    hand.press("Control+Enter", r"claims/(\?.*)?done=")
    looked_at(page, "claims-kept")
    assert [kept.counts for kept in do(claims.listed, key)] == [True]
    reach(page, 'button[value="take_back"]')
    hand.press("Enter", r"claims/(\?.*)?done=")
    assert [kept.stated is None for kept in do(claims.listed, key)] == [True, False]
    an_open_line(page, hand, desk)
    assert hand.pressed > 0  # and no mouse
    assert one.complaints == []


def turned(page: Page, hand: Hand) -> None:
    """By the bar, whose buttons are one stop of the tab key, and by signs."""
    page.locator("main h1").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    reach(page, '[data-does="left"]')
    hand.press("ArrowRight")
    hand.press("Enter")
    hand.press("+")
    (box, picture) = (page.locator(name).bounding_box() for name in (".paper-box", "img.paper"))
    assert box is not None
    assert picture is not None
    assert picture["width"] == pytest.approx(1.5 * box["width"], rel=0.05)
    assert page.locator("figcaption [role=status]").inner_text() == "90° · 150%"
    looked_at(page, "claims-turned")
    hand.press("-")
    hand.press("-")  # no smaller than its place
    assert page.locator("figcaption [role=status]").inner_text() == "90° · 100%"


def an_open_line(page: Page, hand: Hand, desk: Screened) -> None:
    """What monitoring asked for is read beside its picture; a limit is cut and put back."""
    office = desk.office
    office.consent()
    line: Key = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    ref = uploaded(desk, line.member_id)
    home = f"/desk/members/{line.member_id}/"
    page.goto(f"{home}watch/")
    looked_at(page, "member-watch")
    reach(page, f'a[href="{home}income/"]')
    hand.press("Enter", "income/")
    looked_at(page, "income")
    choose(page, "document", ref)
    choose(page, "kind", "withholding_slip")
    reach(page, "form[method=get] button")
    hand.press("Enter", "kind=withholding_slip")
    page.evaluate("document.activeElement.blur()")
    for name, text in (("stream", "山川商店"), ("year", "2025"), ("annual", "600万"),
                       ("issued_on", "2026/1/20")):  # fmt: skip
        fill(page, name, text)
    hand.press("Control+Enter", "income/")
    looked_at(page, "income-wrong")
    choose(page, "employer_asked", "yes")
    hand.press("Control+Enter", "done=income")
    do(watches.ask, [Ask(line.member_id, Stop.UNREACHABLE, "look 1")], office.made())
    page.goto(f"{home}limit/{line.agreement_id}/")
    looked_at(page, "limit-cut")
    fill(page, "cut_limit", "20万")
    fill(page, "cut_proof", "letters 3")
    hand.press("Control+Enter", "done=cut")
    ended = Ended(Ending.DONE, "call 7")
    do(watches.end, line.member_id, Stop.UNREACHABLE, ended, office.made())
    page.goto(f"{home}limit/{line.agreement_id}/")
    fill(page, "back_limit", "60万")
    fill(page, "back_reached_on", f"{office.on:%Y/%m/%d}")
    fill(page, "back_proof", "call 7")
    reach(page, "#back_ties input")
    hand.press("Space")
    hand.press("Control+Enter", "limit/")
    looked_at(page, "limit-wrong")  # above what it was
    fill(page, "back_limit", "50万")
    hand.press("Control+Enter", "done=put_back")
    assert rows("SELECT limit_yen FROM loan_agreement") == [(500_000,)]


def test_a_picture_leads_to_the_whole_one_without_scripts(
    device: MakeDevice, desk: Screened
) -> None:
    key = desk.office.submit().key
    ref = uploaded(desk, key.member_id)
    page: Any = device(viewport=DESK, java_script_enabled=False).page
    enter_desk(page, joined("rie", Role.REVIEWER))
    page.goto(page_of(key, f"paper/?document={ref}&kind=pay_slips"))
    assert page.locator("[role=toolbar]").is_hidden()
    page.click("figure a")
    page.wait_for_url(f"**/desk/documents/{ref}/1/")
