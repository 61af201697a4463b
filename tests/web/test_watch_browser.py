"""Reasons of a stop on a phone, and the desk's list: whole without scripts of ours, no fault of axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import DESKTOP, PHONE, Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS, TARGETS, violations
from tests.web.test_facts_browser import enter_desk
from tests.web.test_member_browser import sign_in
from tests.web.test_watch import TODAY, asked, waits

from motocho.loans import commands
from motocho.loans.policy import WATCHED, Stop
from motocho.outside import mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def whole(page: Page) -> None:
    page.wait_for_load_state("load")
    assert page.evaluate(SIDEWAYS) <= 0, page.url
    assert violations(page) == [], page.url


def test_every_reason_on_a_phone_and_at_the_desk(device: MakeDevice, house: Site) -> None:
    member, key = house.member()
    for stop in sorted(WATCHED - {Stop.FACTS_OLD}, key=lambda one: one.value):
        asked(house, key, stop)
    asked(house, key, Stop.FACTS_OLD, 12)
    do(commands.suspend, key, Stop.RESTING, house.desk.made(TODAY))
    one = device(tongue="en", viewport=PHONE)
    one.context.route("**/site.js", lambda route: route.abort())
    page = one.open("/")
    sign_in(page, house, member)
    whole(page)
    page.goto("/member/watch/")
    whole(page)
    assert page.evaluate(TARGETS) == []
    assert page.locator("main section.card").count() == len(WATCHED) + 1
    page.locator("button[value=facts]").press("Enter")
    page.wait_for_load_state("load")
    assert Stop.FACTS_OLD not in waits(key)
    seat = joined("mori", Role.REVIEWER)
    desk = device(viewport=DESKTOP).open("/desk/sign-in/")
    enter_desk(desk, seat)
    for address in ("/desk/watch/", f"/desk/members/{key.member_id}/watch/"):
        desk.goto(address)
        whole(desk)
