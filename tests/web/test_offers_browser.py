"""Ways of paying and the offer in a real browser: desk and phone, both papers, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import DESKTOP, Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_care_browser import look
from tests.web.test_facts_browser import enter_desk, on_both_sizes
from tests.web.test_member_browser import sign_in

from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic, Wanted
from motocho.contact.holds import Source
from motocho.outside import clock, mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.mark.parametrize(("paper", "scripts", "tongue"), [
    ("light", True, "ja"), ("dark", False, "ja"), ("light", True, "en"), ("light", True, "easy"),
])  # fmt: skip
def test_offer_is_compared_sent_and_taken(
    device: MakeDevice, house: Site, paper: str, tongue: str, *, scripts: bool
) -> None:
    member, key = house.member()
    hour = clock.now() + timedelta(hours=1)
    wanted, source = Wanted(Topic.LESS, hour, [hour]), Source("member", "form 1")
    talk = do(consultations.book, member.member_id, wanted, source, clock.now())
    seat = joined("tanaka", Role.OPERATOR)
    one = device(color_scheme=paper, viewport=DESKTOP, java_script_enabled=scripts, tongue=tongue)
    enter_desk(one.page, seat)
    address = f"/desk/consultations/{member.member_id}/{talk.consultation_id}/"
    _compared_and_sent(one.page, address, f"{tongue}-{paper}", is_checked=scripts)
    other = device(color_scheme=paper, java_script_enabled=scripts, tongue=tongue)
    sign_in(other.page, house, member)
    page = other.open("/member/trouble/")
    page.click('main a[href*="/trouble/offers/"]')
    _said_in(page, tongue)
    if scripts:
        look(page, f"offer-{tongue}", paper)
    page.click("main .form .button >> nth=0")
    page.wait_for_selector("main dl")
    assert not page.query_selector("main form")
    if scripts:
        look(page, f"offer-agreed-{tongue}", paper)
    _said_in(page, tongue)
    assert one.complaints == other.complaints == []
    assert key.member_id == member.member_id


def _compared_and_sent(page: Page, address: str, name: str, *, is_checked: bool) -> None:
    check = on_both_sizes if is_checked else (lambda _page, _name: None)
    page.goto(address)
    page.click('main a[href*="/offers/"]')
    check(page, f"desk-offering-{name}")
    page.fill("#able", "x")
    page.click("main .form .button")
    page.wait_for_selector(".wrong")
    page.select_option("#times", "2")
    check(page, f"desk-offering-wrong-{name}")
    page.fill("#able", "4,000")
    page.select_option("#day", "28")
    page.click("main .form .button")
    page.click('main button[value="interest_only"]')
    page.wait_for_selector("#voice")
    check(page, f"desk-offering-sent-{name}")
    assert re.search("5,000", page.locator("main tbody tr >> nth=0").inner_text())


def _said_in(page: Page, tongue: str) -> None:
    if tongue == "en":
        assert not re.search("[ぁ-ん]{2}", page.locator("main").inner_text())
