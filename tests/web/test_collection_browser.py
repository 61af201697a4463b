"""Approvals and steps about a debt in a real browser: keys, both papers, both tongues, axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import Device
from tests.web.membership import Site
from tests.web.office import joined
from tests.web.test_desk_member_browser import OFFICE, whole
from tests.web.test_facts_browser import enter_desk

from motocho.outside import clock, mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.mark.parametrize(("paper", "tongue"), [("light", "ja"), ("dark", "en")])
def test_asked_by_one_agreed_to_by_another_with_one_key(
    device: MakeDevice, house: Site, paper: str, tongue: str
) -> None:
    member, _ = house.member()
    opened = clock.now().date() - timedelta(days=300)
    key = house.desk.open(opened, member_id=member.member_id)
    house.desk.draw(key, 200_000, opened)
    name, home = f"{tongue}-{paper}", f"/desk/members/{member.member_id}/collection/"
    operator = device(color_scheme=paper, viewport=OFFICE, tongue=tongue)
    page = operator.page
    enter_desk(page, joined("ueda", Role.OPERATOR))
    page.goto(home)
    whole(page, f"collection-{name}")
    _settlement_asked(page, f"{home}settlement/{key.agreement_id}/", name)
    _forms(page, home, key.agreement_id, name)
    supervisor = device(color_scheme=paper, viewport=OFFICE, tongue=tongue)
    other = supervisor.page
    enter_desk(other, joined("mori", Role.SUPERVISOR))
    other.goto("/desk/approvals/")
    whole(other, f"approvals-{name}")
    other.keyboard.press("j")
    other.keyboard.press("Enter")
    other.wait_for_selector("#words")
    whole(other, f"approval-{name}")
    other.keyboard.press("r")  # a refusal begins with its reason
    assert other.evaluate("document.activeElement.id") == "words"
    other.click("button[value=refused]")
    other.wait_for_selector(".summary")
    whole(other, f"approval-wrong-{name}")
    other.evaluate("document.activeElement.blur()")
    other.keyboard.press("a")
    other.wait_for_url("**/desk/approvals/?done=agreed")
    whole(other, f"approvals-done-{name}")
    page.goto(home)
    whole(page, f"collection-settled-{name}")
    assert operator.complaints == supervisor.complaints == []


def _settlement_asked(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.fill("#paid", "1,000")
    page.fill("#instalment", "1,000")
    page.click("main .form .button >> nth=0")
    page.wait_for_selector(".wrong")
    whole(page, f"settlement-wrong-{name}")
    page.fill("#paid", "160,000")
    page.fill("#instalment", "10,000")
    page.click("main .form .button >> nth=0")
    page.wait_for_selector("#reason")
    page.select_option("#road", "voice")
    page.fill("#reason", "収入が減り、代わりの支払いに同意した")
    whole(page, f"settlement-{name}")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#asked")


def _forms(page: Page, home: str, agreement_id: int, name: str) -> None:
    """The other forms: whole as they open, and with what is missing."""
    for part in (f"write-off/{agreement_id}/", "counsel/", "visits/", f"legal/{agreement_id}/"):
        page.goto(f"{home}{part}")
        whole(page, f"{part.partition('/')[0]}-{name}")
        page.click("main [data-save]")
        page.wait_for_selector(".wrong")
        whole(page, f"{part.partition('/')[0]}-wrong-{name}")


def test_counsel_s_notice_without_scripts(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device(viewport=OFFICE, java_script_enabled=False, tongue="ja")
    enter_desk(one.page, joined("ueda", Role.OPERATOR))
    home = f"/desk/members/{member.member_id}/collection/"
    one.page.goto(f"{home}counsel/")
    one.page.select_option("#sender", index=1)
    one.page.select_option("#proceeding", index=1)
    one.page.select_option("#road", "fax")
    one.page.fill("#office", "大手町法律事務所")
    one.page.fill("#name", "法田 守")
    one.page.fill("#registration", "12345")
    one.page.click("main .form .button >> nth=0")
    one.page.wait_for_url(f"**{home}")
    assert "連絡は止まっています" in one.page.locator("main").inner_text()
