"""Screening by keys in a real browser: at most four after reading, whole on both papers, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.web.browsing import Device
from tests.web.office import joined
from tests.web.screened import Screened, page_of
from tests.web.test_boards_browser import DESK, whole
from tests.web.test_call_panel_browser import Hand
from tests.web.test_facts_browser import enter_desk

from motocho.people.access import Role
from motocho.screening import applications
from motocho.screening.applications import Check, Outcome, decisions

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
MOST_KEYS = 4


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Screened:
    return Screened.on_its_clock(tmp_path, database, monkeypatch)


def test_a_prepared_application_takes_four_keys_after_reading(
    device: MakeDevice, desk: Screened
) -> None:
    first, second, third = (desk.prepared(number) for number in range(3))
    form = desk.office.form()
    do(applications.record_check, second, (Check.SUSPICION, True), desk.office.enterer, form)
    one = device(viewport=DESK)
    page, hand = one.page, Hand(one.page)
    enter_desk(page, joined("rie", Role.REVIEWER))
    page.goto("/desk/screening/")
    whole(page, "screening-queue")
    hand.press("j")
    hand.press("Enter", page_of(first))
    whole(page, "screening-application")
    page.evaluate("sessionStorage.clear()")
    hand.press("a")  # what the applicant reads stands there, then the word
    assert page.locator("details[open] .said-ours").is_visible()
    hand.press("Control+Enter", page_of(second))
    assert hand.pressed <= MOST_KEYS
    assert [one.is_approved for one in [do(decisions.standing, first)] if one] == [True]
    page.evaluate("sessionStorage.clear()")
    hand.press("r")
    hand.press("1")
    whole(page, "screening-refusing")
    hand.press("Control+Enter", page_of(third))
    assert hand.pressed <= MOST_KEYS
    assert do(applications.forms.one, second).outcome is Outcome.REFUSED
    hand.press("k", page_of(first))
    hand.press("j", page_of(third))
    page.evaluate("sessionStorage.clear()")
    hand.press("e")
    hand.press("1")
    hand.press("Control+Enter", r"/desk/screening/\?done=handed_on")
    assert hand.pressed <= MOST_KEYS
    assert one.complaints == []


@pytest.mark.parametrize(("paper", "tongue", "scripts"), [
    ("dark", "en", True), ("light", "ja", False),
])  # fmt: skip
def test_every_page_is_whole_and_works_without_scripts(
    device: MakeDevice, desk: Screened, paper: str, tongue: str, *, scripts: bool
) -> None:
    key = desk.prepared(0)
    one = device(color_scheme=paper, viewport=DESK, java_script_enabled=scripts, tongue=tongue)
    page = one.page
    enter_desk(page, joined("rie", Role.REVIEWER))
    if scripts:
        for part in ("employment/", "checks/", "identity/", "replay/", "conclude/", "claims/"):
            page.goto(page_of(key, part))
            whole(page, f"screening-{part[:-1]}-{tongue}-{paper}")
        page.goto(page_of(key, "claims/?kind=stepwise_refinance"))
        whole(page, f"screening-claim-{tongue}-{paper}")
        return
    page.goto(page_of(key))
    page.click("main .fold summary >> nth=0")
    page.click("main details[open] button")
    page.wait_for_url("**/desk/screening/?done=approved")
    assert [one.is_approved for one in [do(decisions.standing, key)] if one] == [True]
