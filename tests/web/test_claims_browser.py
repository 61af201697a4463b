"""Claims against us in a real browser: both papers, both tongues, axe; the member's own sheet too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
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
def test_a_claim_is_taken_in_and_reckoned(
    device: MakeDevice, house: Site, paper: str, tongue: str
) -> None:
    member, _ = house.member()
    opened = clock.now().date() - timedelta(days=60)
    key = house.desk.open(opened, member_id=member.member_id)
    house.desk.draw(key, 200_000, opened)
    name = f"{tongue}-{paper}"
    operator = device(color_scheme=paper, viewport=OFFICE, tongue=tongue)
    page = operator.page
    enter_desk(page, joined("ueda", Role.OPERATOR))
    page.goto("/desk/claims/")
    whole(page, f"claims-{name}")
    page.fill("#number", member.member_number)
    page.click("form:has(#number) .button")
    page.wait_for_selector("#claimant")
    whole(page, f"member-claims-{name}")
    page.click("main [data-save]")
    page.wait_for_selector(".wrong")
    whole(page, f"member-claims-wrong-{name}")
    page.select_option("#claimant", "self")
    page.select_option("#agreement", f"{key.agreement_id}")
    page.click("main [data-save]")
    page.wait_for_selector("#steps")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    whole(page, f"claim-{name}")
    page.select_option("#proof", "licence")
    page.click("form:has(#proof) .button")  # without its reference
    page.wait_for_selector("#summary")
    page.wait_for_load_state()
    whole(page, f"claim-wrong-{name}")
    page.fill("#proof_ref", "免-1")
    page.click("form:has(#proof) .button")
    page.wait_for_selector("#steps tr, tbody tr >> nth=1")
    page.click("details:has(#until_on) summary")
    page.click("form:has(#until_on) .button")
    page.wait_for_selector("#own")
    whole(page, f"claim-reckoned-{name}")
    page.goto("/desk/claims/files/")
    whole(page, f"claim-files-{name}")
    page.goto(f"/desk/members/{member.member_id}/recalculated/{key.agreement_id}/?row=2")
    whole(page, f"recalculated-{name}")
    assert operator.complaints == []
