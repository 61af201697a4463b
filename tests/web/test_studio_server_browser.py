"""The studio on the lender's server in a real browser: on a phone, and with scripts switched off."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.database import Database
from tests.web.browsing import LOOKS, PHONE, Device
from tests.web.membership import Site, do
from tests.web.test_browser import SIDEWAYS, violations
from tests.web.test_member_browser import sign_in
from tests.web.test_studio_grid_browser import ready, saved

from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.office import cases, lender
from motocho.outside import clock, mail
from motocho.people.members import Member
from motocho.units.money import yen_text

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PAGES = (
    "rows/", "conventions/", "compare/", "contracts/", "chart/", "log/", "outlook/", "papers/",
    "papers/recalculation/", "proof/", "export/",
)  # fmt: skip
TABLET: ViewportSize = {"width": 1024, "height": 768}
KEPT = "() => [Object.keys(localStorage).length, Object.keys(sessionStorage).length]"


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def opened(page: Page, house: Site, member: Member, key: Key) -> int:
    """From the history to the workbench, by hand."""
    page.goto(f"/member/dealings/{key.agreement_id}/")
    page.get_by_role("button", name="自分で計算を試す").click()
    page.locator("main .button").first.click()
    page.fill("#code", house.code(member))
    page.click(".form:has(#code) .button")
    page.wait_for_url(re.compile(r"/studio/cases/\d+/$"))
    return int(page.url.split("/")[-2])


def whole(page: Page, name: str) -> None:
    page.evaluate(
        "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
    )
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert violations(page) == [], name


@pytest.mark.parametrize("look", LOOKS)
def test_a_member_works_on_a_phone_and_leaves_nothing_on_it(
    device: MakeDevice, house: Site, look: str
) -> None:
    member, key = house.member()
    one = device(viewport=PHONE, color_scheme=look)
    page = one.page
    sign_in(page, house, member)
    case_id = opened(page, house, member, key)
    statement = lender.statement_of(do(lender.own_history, key, clock.now().date()), {})
    expect(page.locator("#strip")).to_contain_text(yen_text(int(statement.result.owed_yen)))
    whole(page, "case")
    page.set_viewport_size(TABLET)
    page.reload()  # a phone has no grid
    ready(page)
    whole(page, "case, wide")
    for key_of in ("Control+Home", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key_of)
    page.keyboard.type("99000")
    page.keyboard.press("Enter")
    assert saved(page).rows[2].repay == "99000"
    assert page.evaluate(KEPT)[0] == 0
    page.set_viewport_size(PHONE)
    house.desk.receive(key, 5_000, clock.now().date())
    for address in ("", *PAGES):
        page.goto(f"/studio/cases/{case_id}/{address}")
        whole(page, address)
    for address in ("/studio/", "/studio/glossary/"):
        page.goto(address)
        whole(page, address)
    page.evaluate("() => sessionStorage.setItem('grid:x', '1')")
    page.get_by_role("button", name="ログアウト").click()
    page.wait_for_url("**/member/signed-out/")
    assert page.evaluate(KEPT) == [0, 0]
    assert one.complaints == []
    origin = re.match(r"https?://[^/]+", page.url)
    assert origin
    assert {re.match(r"https?://[^/]+", each)[0] for each in one.requests} == {origin[0]}  # type: ignore[index]


def test_all_of_it_without_scripts(device: MakeDevice, house: Site) -> None:
    member, key = house.member()
    before = do(queries.history_case, key, clock.now().date()).document()
    page = device(viewport=PHONE, java_script_enabled=False).page
    sign_in(page, house, member)
    case_id = opened(page, house, member, key)
    page.locator(f"a[href='/studio/cases/{case_id}/rows/']").first.click()
    row = cases.load(case_id).rows[2]
    page.fill(f"[name='{row.row_id}.repay']", "99000")
    page.locator("main .actions .button").click()
    assert cases.load(case_id).rows[2].repay == "99000"
    page.goto(f"/studio/cases/{case_id}/conventions/")
    page.locator("input[name=first_day]:not(:checked)").first.check()
    page.locator("#questions button").last.click()
    assert "first_day" in cases.load(case_id).scenarios[cases.load(case_id).claimed]
    house.desk.receive(key, 5_000, clock.now().date())
    page.goto(f"/studio/cases/{case_id}/")
    page.get_by_role("button", name="新しい内容を取り込む").click()
    assert any(one.repay == "5000" for one in cases.load(case_id).rows)
    page.goto(f"/studio/cases/{case_id}/log/")
    page.locator("main table button").last.click()
    now = do(queries.history_case, key, clock.now().date()).document()
    assert all(one in now["events"] for one in before["events"][:-1])
    page.get_by_role("link", name="契約のページへ戻る").click()
    page.wait_for_url(f"**/member/dealings/{key.agreement_id}/recalculated/")
