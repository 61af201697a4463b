"""`motocho settings …` on a real database: what holds, what is wrong with a text, what is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.people.conftest import pepper
from tests.people.house import rows

from motocho.care import settings
from motocho.care.settings import Setting
from motocho.outside import clock

__all__ = ["pepper"]
WIDER = settings.shipped(Setting.RELIEFS).replace("offer_open_days: 7 ", "offer_open_days: 9 ")


@pytest.fixture
def command(database: Database) -> Command:
    made = Command(database)
    made.done("staff", "add", "root", "--name", "根本", "--role", "administrator")
    made.done("staff", "add", "mori", "--name", "森", "--role", "supervisor", "--by", "root")
    return made


def test_settings_are_listed_shown_checked_and_asked_for(command: Command, tmp_path: Path) -> None:
    listed = json.loads(command.done("settings", "list", "--json").out)["settings"]
    assert {one["name"]: (one["version"], one["faults"]) for one in listed} == {
        one.value: (None, 0) for one in Setting
    }
    assert "出荷時" in command.done("settings", "list").text
    shown = command.done("settings", "show", "reliefs").text
    assert shown.strip() == settings.shipped(Setting.RELIEFS).strip()
    file = tmp_path / "new.yaml"
    file.write_text(WIDER, encoding="utf-8")
    changed = command.done("settings", "check", "reliefs", str(file)).text
    assert "offer_open_days: 9" in changed
    ask = ("settings", "propose", "reliefs", str(file), "--by", "mori", "--reason", "見直し")
    told = json.loads(command.done(*ask, "--json").out)
    assert told["from"] == (clock.business_date() + timedelta(days=1)).isoformat()
    listed = json.loads(command.done("settings", "list", "--json").out)["settings"]
    assert {one["name"]: one["waits"] for one in listed}["reliefs"] == [told["request"]]
    assert rows("SELECT 1 FROM care_setting") == []
    assert command(*ask).code == 8  # one waits already


def test_faults_are_told_with_their_codes(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text("- from: [\n", encoding="utf-8")
    assert command("settings", "check", "reliefs", str(file)).code == 3
    assert command("settings", "check", "reliefs", str(tmp_path / "none.yaml")).code == 4
    assert command("settings", "show", "passwords").code == 4
    file.write_bytes(b"\xff\xfe\x00")
    assert command("settings", "check", "reliefs", str(file)).code == 3
    file.write_text(WIDER, encoding="utf-8")
    ask = ("settings", "propose", "reliefs", str(file), "--reason", "見直し")
    assert command(*ask, "--by", "root").code == 5
    assert command(*ask, "--by", "mori", "--from", str(clock.business_date())).code == 2
    assert rows("SELECT 1 FROM care_approval") == []
