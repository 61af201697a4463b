"""Borrowing and paying back in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.browsing import DESKTOP, Device
from tests.web.membership import PIN, Site
from tests.web.test_member_browser import sign_in

from motocho.loans.commands import Key
from motocho.outside import clock, mail, teller
from motocho.people.facts.values import BankAccount, Kind
from motocho.people.members import Member

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PICTURES = "MOTOCHO_PICTURES"
OWN = BankAccount("0001", "001", "ordinary", "1234567", "ｻﾄｳ ﾊﾅｺ")


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "codes")


def borrower(house: Site) -> tuple[Member, Key]:
    member, key = house.member()
    house.house.tell(member.member_id, Kind.BANK_ACCOUNT, OWN, at=clock.now() - timedelta(days=90))
    return member, key


def picture(page: Page, name: str) -> None:
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/money-{name}.png", full_page=True)


def test_look(device: MakeDevice, house: Site) -> None:
    member, key = borrower(house)
    for tongue, view in (("ja", None), ("en", DESKTOP)):
        options = {} if view is None else {"viewport": view}
        one = device(tongue=tongue, **options)
        sign_in(one.page, house, member)
        page = one.page
        picture(page, f"home-{tongue}")
        page.goto("/member/borrow/")
        picture(page, f"borrow-{tongue}")
        page.fill("#amount", "100.000")
        page.click("main .button")
        picture(page, f"borrow-wrong-{tongue}")
        page.fill("#amount", "5万")
        page.click("main .form .button")
        picture(page, f"cost-{tongue}")
        page.screenshot(path=f"{os.environ.get(PICTURES, '/tmp')}/cost-view-{tongue}.png")
        page.click("main .cost .button >> nth=0")
        picture(page, f"confirm-{tongue}")
        page.fill("#pin", PIN)
        page.click("main .form .button >> nth=0")
        picture(page, f"payout-{tongue}")
        page.goto("/member/borrow/")
        picture(page, f"borrow2-{tongue}")
        page.goto("/member/repay/")
        picture(page, f"repay-{tongue}")
        page.click("main .form .button")
        picture(page, f"repay-confirm-{tongue}")
        page.click("main .form .button")
        picture(page, f"bill-{tongue}")
        page.goto("/member/repay/confirm/?what=all&how=transfer")
        picture(page, f"repay-transfer-{tongue}")
        page.goto(f"/member/repay/debit/{key.agreement_id}/")
        picture(page, f"debit-{tongue}")
        assert one.complaints == []
