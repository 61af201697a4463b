"""The desk's cases in a real browser: both papers, two tongues, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS
from tests.web.test_facts_browser import enter_desk, looked

from motocho.care.cases import complaints
from motocho.care.cases.complaints import Kind, Told
from motocho.contact import gate
from motocho.contact.directory import shipped
from motocho.contact.gate import Wanted
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.people.facts.values import Address
from motocho.people.facts.values import Kind as Fact

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
SEAT = {"width": 1366, "height": 768}
HOME = Address("1000001", "東京都千代田区千代田1-1")
KANA = re.compile("[ぁ-ん]{2}")


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.mark.parametrize(("paper", "scripts", "tongue"), [
    ("light", True, "ja"), ("dark", True, "en"), ("light", False, "ja"),
])  # fmt: skip
def test_cases_are_whole_and_work_by_keyboard_and_without_scripts(
    device: MakeDevice, house: Site, paper: str, tongue: str, *, scripts: bool
) -> None:
    member, _ = house.member()
    house.house.tell(member.member_id, Fact.ADDRESS, HOME, at=clock.now() - timedelta(days=9))
    noon = clock.now().replace(hour=12) - timedelta(days=1)
    our = shipped().outgoing(noon.date())[0].digits
    do(gate.ask, member.member_id, Wanted(Purpose.SERVICE, "x", "staff 7", our, shipped()), noon)
    late = clock.now() - timedelta(days=30)
    told = Told(Kind.COMPLAINT, "明細の字が小さい")
    do(complaints.tell, member.member_id, told, Source("member", "old"), late)
    seat = joined("mori", Role.SUPERVISOR)
    one = device(color_scheme=paper, viewport=SEAT, java_script_enabled=scripts, tongue=tongue)
    name = f"{tongue}-{paper}"
    enter_desk(one.page, seat)
    _complained(one.page, member.member_number, name, is_checked=scripts)
    _disclosed(one.page, member.member_number, name, is_checked=scripts)
    _stood(one.page, member.member_id, name, is_checked=scripts)
    page = one.open("/desk/numbers/?number=0300000108&topic=abroad")
    _see(page, f"desk-numbers-{name}", is_checked=scripts)
    if tongue == "en":
        assert not KANA.search(page.locator("main").inner_text())
    assert one.complaints == []


def _see(page: Page, name: str, *, is_checked: bool) -> None:
    """No sideways scroll at 1366; axe finds nothing, with everything unfolded."""
    if not is_checked:
        return
    assert page.evaluate(SIDEWAYS) <= 0, name
    for details in page.query_selector_all("main details, .desk-panel details"):
        details.evaluate("one => one.open = true")
    looked(page, name)


def _complained(page: Page, number: str, name: str, *, is_checked: bool) -> None:
    page.goto("/desk/complaints/statistics/")
    _see(page, f"desk-complaints-months-{name}", is_checked=is_checked)
    page.goto("/desk/complaints/")
    assert page.locator("main tbody tr").count() == 1
    _see(page, f"desk-complaints-{name}", is_checked=is_checked)
    if is_checked:
        page.keyboard.press("1")
        page.wait_for_url("**/complaints/new/")
    else:
        page.goto("/desk/complaints/new/")
    page.click("main .form .button")
    page.wait_for_selector(".wrong")
    _see(page, f"desk-complaint-wrong-{name}", is_checked=is_checked)
    page.fill("#number", number)
    page.select_option("#category", "contact")
    page.select_option("#severity", "serious")
    page.fill("#words", "夜に何度も電話が来る")
    page.click("main .form .button")
    page.wait_for_url("**/desk/cases/**")
    page.select_option("#cause", "procedure")
    page.click(".desk-panel section >> nth=0 >> button")
    page.wait_for_load_state("load")
    _see(page, f"desk-complaint-{name}", is_checked=is_checked)


def _disclosed(page: Page, number: str, name: str, *, is_checked: bool) -> None:
    """From the list: open, choose, check, make, send: five clicks."""
    page.goto("/desk/disclosures/")
    _see(page, f"desk-disclosures-none-{name}", is_checked=is_checked)
    page.goto("/desk/disclosures/new/")
    page.fill("#number", number)
    for box, value in (("kind", "history"), ("who", "member"), ("channel", "phone"),
                       ("delivery", "registered_address")):  # fmt: skip
        page.select_option(f"#{box}", value)
    _see(page, f"desk-disclosure-new-{name}", is_checked=is_checked)
    page.click("main .form .button")
    page.wait_for_url("**/disclosures/*/*/")
    page.goto("/desk/disclosures/")
    _see(page, f"desk-disclosures-{name}", is_checked=is_checked)
    page.click("main tbody a")
    page.click('label[for="proof-questions"]')
    _see(page, f"desk-disclosure-{name}", is_checked=is_checked)
    page.click("main [data-save]")
    page.wait_for_selector('input[value="make"]', state="attached")
    page.click("main [data-save]")
    page.wait_for_selector("#ref")
    page.fill("#ref", "123-45")
    _see(page, f"desk-disclosure-made-{name}", is_checked=is_checked)
    page.click("main [data-save]")
    page.wait_for_selector("#ref", state="detached")
    assert "123-45" in page.locator("main ol").inner_text()


def _stood(page: Page, member_id: int, name: str, *, is_checked: bool) -> None:
    page.goto(f"/desk/members/{member_id}/counter/")
    page.select_option("#paper", "licence")
    page.fill("#number", "3012 3456 7890")
    page.fill("#expires", "2020-01-01")
    page.click("main [data-save]")
    page.wait_for_selector(".wrong")
    _see(page, f"desk-counter-wrong-{name}", is_checked=is_checked)
    page.fill("#expires", "2035-01-01")
    page.click("main [data-save]")
    page.wait_for_selector("#value")
    _see(page, f"desk-counter-{name}", is_checked=is_checked)
    page.click('button[value="pin"]')
    page.wait_for_selector("[role=status]")
