"""The first page and the board of promises in a real browser: keys, both papers, two tongues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_care_browser import picture
from tests.web.test_facts_browser import enter_desk
from tests.web.test_today import NOON, TODAY, late

from motocho.contact import holds, tasks
from motocho.contact.guard import HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.outside import clock, mail
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
OFFICE = {"width": 1366, "height": 768}
SIZES = (OFFICE, {"width": 1024, "height": 768}, {"width": 320, "height": 640})
FOCUSED = "document.activeElement.textContent.trim()"


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return Site.at(tmp_path)


def whole(page: Page, name: str) -> None:
    """Nothing sideways at any size, nothing that axe finds."""
    page.wait_for_load_state("load")
    for size in reversed(SIZES):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert page.evaluate(SIDEWAYS) <= 0, f"{name} {size}"
    picture(page, name)
    assert violations(page) == [], name


def filled(house: Site) -> list[str]:
    """A morning: an hour that was asked for, a promise missed, two who are late, one who rests."""
    source = Source("staff 1", "entry 1")
    asks, missed, first, second, rests = (late(house, days) for days in (6, 7, 8, 9, 13))
    plan = tasks.Plan(tasks.Kind.CALL_BACK, Purpose.ASKED_FOR, NOON - timedelta(minutes=5))
    do(tasks.put, asks[0].member_id, plan, source, NOON - timedelta(hours=1))
    made = house.desk.made(TODAY - timedelta(days=3))
    house.desk.do(commands.promise, missed[1], 5_000, TODAY - timedelta(days=1), made)
    do(holds.put, rests[0].member_id, Wish(HoldKind.HOSPITAL), source, NOON)
    return [one.member_number for one, _ in (asks, missed, second, first)]


@pytest.mark.parametrize(("paper", "scripts", "tongue"), [
    ("light", True, "ja"), ("dark", True, "en"), ("light", False, "ja"),
])  # fmt: skip
def test_morning_by_keyboard(
    device: MakeDevice, house: Site, paper: str, tongue: str, *, scripts: bool
) -> None:
    seat = joined("tanaka", Role.OPERATOR)
    look: Any = whole if scripts else lambda _page, _name: None
    one = device(color_scheme=paper, viewport=OFFICE, java_script_enabled=scripts, tongue=tongue)
    page, name = one.page, f"{tongue}-{paper}"
    enter_desk(page, seat)
    assert page.url.endswith("/desk/today/")
    look(page, f"desk-today-empty-{name}")
    numbers = filled(house)
    page.reload()
    look(page, f"desk-today-{name}")
    found = page.locator("table.queue").first.locator("tbody th").all_inner_texts()
    assert found == numbers
    page.goto("/desk/promises/?at=overdue")
    look(page, f"desk-promises-{name}")
    assert page.locator("main tbody th a").all_inner_texts() == [numbers[1]]
    page.goto("/desk/today/")
    if scripts:
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(FOCUSED) == numbers[1]
        page.keyboard.press("k")
        assert page.evaluate(FOCUSED) == numbers[0]
        page.keyboard.press("n")
    else:
        page.click('[data-key="n"]')
    page.wait_for_url("**/desk/members/*/")
    page.goto("/desk/today/?why=late")
    look(page, f"desk-today-mine-{name}")
    assert numbers[0] in page.locator(".desk-panel").inner_text()
    page.click('form[action$="/leave/"] button')
    page.wait_for_url("**/desk/today/")
    assert page.locator("#mine").count() == 0
    assert one.complaints == []
