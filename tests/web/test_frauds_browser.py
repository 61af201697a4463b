"""Fraud, families and care in a real browser: one desk screen, both papers, two tongues, and without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.database import Database
from tests.people.house import BORN
from tests.web.browsing import Device
from tests.web.membership import Site, do
from tests.web.office import joined
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_facts_browser import PICTURES, enter_desk

from motocho.care import approvals
from motocho.care.cases import draw_checks, frauds
from motocho.care.cases.draw_checks import Held
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Signal
from motocho.outside import clock, mail
from motocho.people.access import Role, Staff
from motocho.people.safety import listed

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
DESK: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def whole(page: Page, name: str) -> None:
    """No fault of axe, nothing sideways on the desk's screen and at 400 %."""
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.locator("h1").count() == 1, name
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert violations(page) == [], name
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 320"
    page.set_viewport_size(DESK)


def held(key: Key) -> draw_checks.Check:
    """A draw on hold, and a list that has one account."""
    at = clock.now()
    what = Held(300_000, frozenset({Signal.REMOTE, Signal.ON_CALL}))
    line = listed.Line(2, listed.Number("0001", "001", "1234567"), "ﾔﾏﾀﾞ ﾀﾛｳ")
    do(listed.bring_in, listed.Incoming("police", b"x", (line,)), "operator 1", at)
    draw_check: draw_checks.Check = do(
        draw_checks.hold, key, what, Made("site", "draw 1", at.date(), at, "member")
    )
    do(draw_checks.note_listed, key.member_id, do(listed.check, line.number), at)
    return draw_check


def stayed_frozen(house: Site) -> frauds.Report:
    """A report that was closed, of a member whose pages are frozen still."""
    _, key = house.member()
    at = clock.now()
    asks = Staff(house.house.colleague("ueda", Role.OPERATOR).staff_id, frozenset({Role.OPERATOR}))
    agrees = house.house.colleague("mori", Role.SUPERVISOR)

    def made(ref: str) -> Made:
        return Made("desk", ref, at.date(), at, asks.actor)

    disputed = (frauds.Disputed(key.agreement_id, frauds.WHOLE),)
    what = frauds.Told(frauds.Kind.CARD, frauds.Reporter.MEMBER, "カードを盗まれた", disputed)
    report: frauds.Report = do(frauds.tell, key.member_id, what, made("told"))
    verdict = frauds.Verdict.NOT_COMPENSATED
    asked = do(frauds.ask_decision, report.key, verdict, "本人の利用", (asks, made("asked")))
    decision = approvals.Decision(approvals.Outcome.AGREED, "", asked.mark)
    do(approvals.decide, asked.ref, decision, agrees, at)
    for state in (frauds.State.INFORMED, frauds.State.CLOSED):
        report = do(frauds.add, report.key, frauds.Step(state), made(state.value))
    return report


@pytest.mark.parametrize(
    ("paper", "tongue", "scripts"),
    [("light", "ja", True), ("dark", "en", True), ("light", "en", False)],
)
def test_fraud_families_and_care_are_whole(
    device: MakeDevice, house: Site, paper: str, tongue: str, *, scripts: bool
) -> None:
    member, key = house.member()
    check, over = held(key), stayed_frozen(house)
    seat = joined("suzuki", Role.SUPERVISOR, Role.REVIEWER)
    one = device(color_scheme=paper, viewport=DESK, java_script_enabled=scripts, tongue=tongue)
    enter_desk(one.page, seat)
    page, named = one.page, f"{tongue}-{paper}"
    look = whole if scripts else (lambda _page, _name: None)
    one.open("/desk/frauds/")
    look(page, f"frauds-{named}")
    page.click(f'main a[href="/desk/frauds/{over.key.member_id}/{over.key.fraud_id}/"]')
    page.wait_for_selector('button[value="leave"]')
    look(page, f"fraud-frozen-{named}")
    page.click('button[value="reopen"]')
    page.wait_for_selector('button[value="reopen"]', state="detached")
    look(page, f"fraud-reopening-{named}")
    one.open(f"/desk/frauds/checks/{member.member_id}/{check.key.check_id}/")
    page.check("#outcome-cleared")
    page.click("main .form .button")
    page.wait_for_selector("main .wrong")
    look(page, f"fraud-check-{named}")
    one.open("/desk/frauds/new/")
    look(page, f"fraud-find-{named}")
    page.fill("#number", member.member_number)
    page.keyboard.press("Enter")
    page.wait_for_selector("#kind-name_used")
    look(page, f"fraud-new-{named}")
    page.check("#kind-name_used")
    page.check("#reporter-named")
    page.fill("#words", "身に覚えのない借入がある")
    page.click("main .form .button")
    page.wait_for_selector("main .wrong")
    look(page, f"fraud-new-wrong-{named}")
    page.check(f"#whole-{key.agreement_id}")
    page.click("main .form .button")
    page.wait_for_selector("#step-police")
    look(page, f"fraud-{named}")
    page.check("#verdict-compensated")
    page.fill("#reason", "筆跡がちがう")
    page.click('button[value="ask"]')
    page.wait_for_selector("main .said >> nth=1")
    assert page.locator('button[value="agree"]').count() == 0
    look(page, f"fraud-asked-{named}")
    _families(one, member.member_id, (named, look))
    assert one.complaints == []


def _families(one: Device, member_id: int, how: tuple[str, Callable[[Page, str], None]]) -> None:
    page, (named, look) = one.page, how
    one.open("/desk/families/")
    page.click("main .form .button")
    page.wait_for_selector("main .wrong")
    look(page, f"families-wrong-{named}")
    page.check("#relation-spouse")
    page.check("#concern-gambling")
    page.fill("#kana", "さとう はなこ")
    page.fill("#born", BORN.isoformat())
    page.click("main .form .button")
    page.wait_for_selector("main .said")
    look(page, f"family-{named}")
    one.open("/desk/families/")
    look(page, f"families-{named}")
    page.click(f'main a[href^="/desk/families/{member_id}/"]')
    page.wait_for_selector("#outcome-care")
    look(page, f"family-look-{named}")
    page.check("#outcome-care")
    page.click("main .form .button")
    page.wait_for_url("**/desk/families/")
    one.open(f"/desk/members/{member_id}/care/")
    page.check("#category-slowly")
    page.fill("#last_on", (clock.now().date() + timedelta(days=30)).isoformat())
    page.fill("#reference", "case 12")
    page.click('button[value="put"]')
    expect(page.locator('main button[value="end"]')).to_have_count(2)
    look(page, f"care-{named}")
    page.click('button[value="end"] >> nth=0')
    expect(page.locator('main button[value="end"]')).to_have_count(1)
