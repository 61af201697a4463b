"""Registers in a real browser: axe on every page, and a leak written down without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.database import Database
from tests.people.house import rows
from tests.web.browsing import Device
from tests.web.membership import Site
from tests.web.office import joined
from tests.web.test_desk_member_browser import OFFICE, whole
from tests.web.test_facts_browser import enter_desk

from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people.access import Role

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
LOOKED_AT = (
    "registers/",
    "registers/erasures/",
    "registers/staff/",
    "registers/adverts/",
    "bureau/",
)
"""One of each shape: links, tables, long forms, a text, tables alone."""


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def test_registers_are_read_by_everybody(device: MakeDevice, house: Site) -> None:
    del house
    page = device(viewport=OFFICE, tongue="en").page
    enter_desk(page, joined("ueda", Role.SUPERVISOR, Role.REVIEWER))
    for part in LOOKED_AT:
        page.goto(f"/desk/{part}")
        whole(page, f"registers-{part.replace('/', '-')}en")


def test_a_leak_is_written_down_without_scripts(device: MakeDevice, house: Site) -> None:
    del house
    page = device(viewport=OFFICE, java_script_enabled=False).page
    enter_desk(page, joined("ueda", Role.SUPERVISOR))
    page.goto("/desk/registers/")
    page.click("main >> text=漏えい等 >> nth=0")
    on = clock.now().astimezone(JAPAN).date() - timedelta(1)
    page.click("summary:has-text('操作')") if page.is_hidden("#known_on") else None
    page.fill("#known_on", f"{on:%Y/%m/%d}")
    page.fill("#persons", "1")
    for name in ("sensitive", "property_harm", "wrongful"):
        page.select_option(f"#{name}", "no" if name == "wrongful" else "yes")
    page.fill("#words", "封筒を別の人へ送った")
    page.click("form:has(#words) button")
    assert rows("SELECT known_on, persons, prompt_by - known_on FROM office_incident") == [
        (on, 1, 4)
    ]
