"""`motocho staff …` on a real database."""

from __future__ import annotations

import json
import re

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.people.house import rows
from tests.web.office import PASSWORD, browser

ADD = (
    "staff",
    "add",
    "tanaka",
    "--name",
    "田中",
    "--role",
    "administrator",
    "--role",
    "supervisor",
)


@pytest.fixture
def command(database: Database) -> Command:
    return Command(database)


def test_first_colleague_joins_by_a_link_that_opens_the_desk(command: Command) -> None:
    link = command.done(*ADD).out.decode().strip()
    found = re.fullmatch(r"http://127\.0\.0\.1:8000(/desk/join/[\w-]+/)", link)
    assert found is not None
    done = browser().post(found[1], {"password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 200
    assert rows("SELECT role FROM people_staff_role ORDER BY role") == [
        ("administrator",), ("supervisor",),
    ]  # fmt: skip


def test_the_next_ones_join_and_leave_by_somebody(command: Command) -> None:
    command.done(*ADD)
    suzuki = ("staff", "add", "suzuki", "--name", "鈴木", "--role", "reviewer")
    assert command(*suzuki).code == 8
    assert command(*suzuki, "--by", "nobody").code == 4
    made = json.loads(command.done(*suzuki, "--by", "tanaka", "--json").out)
    assert made["login_name"] == "suzuki"
    assert command(*suzuki, "--by", "tanaka").code == 8
    left = command.done("staff", "leave", "suzuki", "--by", "tanaka", "--on", "2030-12-31")
    assert "2030-12-31" in left.out.decode()
    assert command("staff", "leave", "nobody", "--by", "tanaka").code == 4
    assert command("staff", "leave", "suzuki", "--by", "tanaka", "--on", "2031-01-31").code == 8
    assert command("staff", "leave", "tanaka", "--by", "suzuki").code == 5
    assert (
        command(
            "staff", "add", "thief", "--name", "A", "--role", "supervisor", "--by", "suzuki"
        ).code
        == 5
    )
    listed = json.loads(command.done("staff", "list", "--json").out)
    assert [one["left_on"] for one in listed["staff"]] == [None, "2030-12-31"]
    assert "suzuki" in command.done("staff", "list").out.decode()


def test_nobody_yet(command: Command) -> None:
    assert command.done("staff", "list").out.decode().strip() == "0人です"
