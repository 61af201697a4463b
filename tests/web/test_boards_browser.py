"""Audit, settings, the board and reviews in a real browser: one desk screen, both papers, by keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.database import Database
from tests.web.browsing import Device
from tests.web.membership import Site, do
from tests.web.office import Seat, joined
from tests.web.test_board import NOON, demanded, ended
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_facts_browser import PICTURES, enter_desk

from motocho.care import approvals, settings
from motocho.care.approvals import Decision, Outcome
from motocho.care.reasons import talks
from motocho.care.reasons.catalogue import Reason
from motocho.care.reasons.talks import Begun, Caller, Wanted
from motocho.care.settings import Draft, Setting
from motocho.contact.directory import shipped
from motocho.outside import clock, mail
from motocho.people.access import Role, Staff

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
DESK: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    return Site.at(tmp_path)


def whole(page: Page, name: str) -> None:
    """No fault of axe, nothing sideways on the desk's screen, at the narrowest and at 400 %."""
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert violations(page) == [], name
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 320"
    page.set_viewport_size(DESK)


def busy(house: Site, mori: Seat, oda: Seat) -> Any:
    """A morning: calls, refusals, a call that goes on, one that ended yesterday, two settings."""
    first, second = house.member()[0], house.member()[0]
    demanded(first.member_id, 3)
    demanded(second.member_id, 1)
    caller = Caller("織田", f"staff {oda.staff_id}")
    wanted = Wanted(Reason.REGISTERED_DATA, caller, shipped())
    begun = do(talks.begin, second.member_id, wanted, NOON + timedelta(minutes=50))
    assert isinstance(begun, Begun)
    key = ended(first.member_id, "staff 99", -60 * 24)
    text = settings.shipped(Setting.RELIEFS)
    by = [Staff(one.staff_id, frozenset({Role.SUPERVISOR})) for one in (mori, oda)]
    on = NOON.date() + timedelta(days=2)
    wider = text.replace("offer_open_days: 7 ", "offer_open_days: 9 ")
    draft = Draft(Setting.RELIEFS, wider, on, "提案を考える時間を長くする", "form 1")
    asked = do(settings.propose, draft, by[0], NOON)
    do(approvals.decide, asked.ref, Decision(Outcome.AGREED, "", asked.mark), by[1], NOON)
    ivr = settings.shipped(Setting.IVR).replace("失礼いたします。", "失礼します。")
    do(settings.propose, Draft(Setting.IVR, ivr, on, "短くする", "form 2"), by[1], NOON)
    return key


@pytest.mark.parametrize(("paper", "tongue", "scripts"), [
    ("light", "ja", True), ("dark", "en", True), ("light", "en", False),
])  # fmt: skip
def test_boards_are_whole_and_worked_by_keys(
    device: MakeDevice, house: Site, paper: str, tongue: str, *, scripts: bool
) -> None:
    mori = joined("mori", Role.SUPERVISOR, Role.AUDITOR)
    oda = joined("oda", Role.OPERATOR, Role.SUPERVISOR)
    key = busy(house, mori, oda)
    one = device(color_scheme=paper, viewport=DESK, java_script_enabled=scripts, tongue=tongue)
    enter_desk(one.page, mori)
    page, named = one.page, f"{tongue}-{paper}"
    look = whole if scripts else (lambda _page, _name: None)
    for name, address in (
        ("board", "/desk/board/"),
        ("audit", "/desk/audit/"),
        ("audit-refusals", "/desk/audit/?what=refusals"),
        ("audit-none", "/desk/audit/?what=overrides"),
        ("audit-wrong", "/desk/audit/?first=x&staff=nobody"),
        ("settings", "/desk/settings/"),
        ("setting-version", "/desk/settings/reliefs/?version=1"),
        ("setting-waits", "/desk/settings/ivr/"),
        ("reviews", f"/desk/board/reviews/?on={NOON.date() - timedelta(days=1)}"),
        ("reviews-none", "/desk/board/reviews/?on=2020-01-01"),
        ("own-reviews", "/desk/reviews/"),
    ):
        if scripts:
            page.goto(address)
            look(page, f"{name}-{named}")
    _proposed(page, look, named)
    _agreed(page, scripts)
    page.goto(f"/desk/board/reviews/{key.member_id}/{key.attempt_id}/")
    page.click("main form .button")
    page.wait_for_selector("main .wrong")
    look(page, f"review-wrong-{named}")
    page.check("#verdict-better")
    page.fill("#better", "名乗りを先に")
    page.click("main form .button")
    page.wait_for_url("**/desk/board/reviews/")
    assert one.complaints == []


def _proposed(page: Page, look: Callable[[Page, str], None], named: str) -> None:
    """Faults stay beside the text; checked, the difference is shown; then it is asked for."""
    page.goto("/desk/settings/reasons/")
    before = page.input_value("#text")
    page.fill("#text", before.replace("お忙しいところ失礼します。", "審査なしで借りられます。"))
    on = (clock.now() + timedelta(days=3)).date().isoformat()
    page.fill("#effective_on", on)
    page.fill("#reason", "言葉をやわらかく")
    page.click('button[value="propose"]')
    page.wait_for_selector("main .summary")
    assert "審査なし" in page.locator("main .summary").inner_text()
    look(page, f"setting-wrong-{named}")
    assert "審査なしで借りられます。" in page.input_value("#text")
    softer = before.replace("お忙しいところ失礼します。", "お忙しいところ、失礼いたします。")
    page.fill("#text", softer)
    page.click('button[value="check"]')
    page.wait_for_selector("main .notice-ok")
    assert page.input_value("#text") == softer
    look(page, f"setting-checked-{named}")
    page.click('button[value="propose"]')
    page.wait_for_selector('button[value="withdraw"]')


def _agreed(page: Page, scripts: object) -> None:
    """What another one asked is agreed to by one key."""
    page.goto("/desk/settings/ivr/")
    if scripts:
        page.keyboard.press("a")
    else:
        page.click('button[value="agree"]')
    page.wait_for_selector("#versions")
    assert [one.version_no for one in do(settings.versions, Setting.IVR)] == [1]
