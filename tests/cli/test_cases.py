"""`motocho care complaints|disclose` on a real database, from the telephone call to the proof."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.cli.test_call import member
from tests.database import Database
from tests.people.conftest import house, pepper
from tests.people.house import House, rows

__all__ = ["house", "pepper"]


@pytest.fixture
def command(database: Database) -> Command:
    made = Command(database)
    made.done("staff", "add", "mori", "--name", "森", "--role", "administrator", "--role",
              "supervisor")  # fmt: skip
    return made


@pytest.mark.rule("DESK-004")
def test_complaint_by_telephone_holds_calls_at_once(command: Command, house: House) -> None:
    number = member(house)
    tell = ("care", "complaints", "tell", number)
    assert command(*tell, "昼の電話が多い", "--about", "x", "--by", "mori").code == 2
    told = command.done(*tell, "昼の電話が多い", "--by", "mori", "--ref", "r1", "--lang", "en")
    assert "Supervisors alone call now" in told.out.decode()
    command.done(*tell, "昼の電話が多い", "--by", "mori", "--ref", "r1")
    assert rows("SELECT kind FROM contact_hold WHERE ended_at IS NULL") == [("complaint",)]
    (one,) = json.loads(command.done("care", "complaints", "list", "--json").out)["complaints"]
    assert (one["category"], one["is_held"]) == ("contact", True)
    months = json.loads(command.done("care", "complaints", "statistics", "--json").out)["months"]
    assert [each["told"] for each in months] == [1]
    assert "contact" in command.done("care", "complaints", "statistics").out.decode()


@pytest.mark.rule("DESK-005")
def test_history_by_telephone_is_made_and_sent(
    command: Command, house: House, tmp_path: Path
) -> None:
    number = member(house)
    listed = ("care", "disclose", "list")
    assert "0件" in command.done(*listed).out.decode()
    take = ("care", "disclose", "take", number, "--by", "mori")
    assert command(*take, "--who", "nobody").code == 2
    assert command(*take, "--delivery", "their_address").code == 2
    command.done(*take)
    (one,) = json.loads(command.done(*listed, "--json").out)["requests"]
    request = str(one["request"])
    args = (number, request)
    refuse = ("care", "disclose", "refuse", *args)
    assert command(*refuse, "no_reason", "--by", "mori").code == 6
    assert command("care", "disclose", "make", *args, str(tmp_path), "--by", "mori").code == 6
    command.done("care", "disclose", "check", *args, "questions", "--by", "mori")
    command.done("care", "disclose", "make", *args, str(tmp_path / "out"), "--by", "mori")
    names = {path.suffix for path in (tmp_path / "out").iterdir()}
    assert names == {".pdf", ".xlsx", ".csv", ".json"}
    sent = ("care", "disclose", "send", *args, "registered_mail", "--by", "mori")
    assert command(*sent).code == 2
    assert "sent" in command.done(*sent, "--number", "123-45").out.decode()
    assert command(*refuse, "not_entitled", "--by", "mori").code == 6
