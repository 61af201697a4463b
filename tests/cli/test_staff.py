"""`motocho staff …` on a real database."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from tests.cli.at_book import Command
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import do
from tests.web.office import PASSWORD, browser

from motocho.people import access
from motocho.people.access import Action, Role, Staff

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


def test_somebody_manages_the_staff_always(command: Command) -> None:
    """Who let in nobody could let in would shut the desk for good."""
    reviewer = ("staff", "add", "tanaka", "--name", "田中", "--role", "reviewer")
    assert command(*reviewer).code == 8
    assert rows("SELECT 1 FROM people_staff") == []
    command.done("staff", "add", "tanaka", "--name", "田中", "--role", "supervisor")
    end = ("staff", "role", "tanaka", "supervisor", "--end", "--by", "tanaka")
    leave = ("staff", "leave", "tanaka", "--by", "tanaka")
    for command_line in (end, leave):
        assert command(*command_line).code == 8
    assert rows("SELECT left_on FROM people_staff") == [(None,)]
    command.done("staff", "add", "ito", "--name", "伊藤", "--role", "administrator", "--by", "tanaka")  # fmt: skip
    for command_line in (end, leave):
        command.done(*command_line[:-1], "ito")


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


SUZUKI = ("staff", "add", "suzuki", "--name", "鈴木", "--role", "reviewer", "--by", "tanaka")
MEMBER = ("--family-name", "佐藤", "--given-name", "花子", "--family-kana", "サトウ",
          "--given-kana", "ハナコ", "--born-on", "1988-04-12")  # fmt: skip


@pytest.mark.rule("PRIV-003")
def test_own_records_and_those_of_the_family_are_shut(command: Command) -> None:
    for number in ("00000001", "00000002", "00000003"):
        command.done("member", "add", number, *MEMBER)
    command.done(*ADD)
    assert command(*SUZUKI, "--member", "99999999").code == 4
    command.done(*SUZUKI, "--member", "00000001")
    bar = ("staff", "bar", "00000002", "--from", "suzuki", "--by")
    assert command(*bar, "suzuki").code == 6  # no role for it
    command.done(*bar, "tanaka")
    command.done("staff", "bar", "00000003", "--by", "tanaka")
    suzuki = Staff(2, frozenset({Role.REVIEWER}), "case 1")
    boss = Staff(1, frozenset({Role.SUPERVISOR}), "case 1")
    for (member_id,) in rows("SELECT member_id FROM people_member"):
        assert do(access.check_staff, suzuki, Action.LOOK, member_id) == access.not_there()
        assert do(access.check_staff, boss, Action.LOOK, member_id) is None
    command.done("staff", "bar", "00000003", "--end", "--by", "tanaka")
    (third,) = rows("SELECT max(member_id) FROM people_member")[0]
    assert do(access.check_staff, suzuki, Action.LOOK, third) is None
    assert command("staff", "bar", "00000003", "--end", "--by", "tanaka").code != 0


@pytest.mark.rule("AUTH-011")
def test_who_calls_is_stopped_at_once(command: Command) -> None:
    command.done("member", "add", "00000001", *MEMBER)
    command.done(*ADD)
    command.done(*SUZUKI)
    command.done("staff", "add", "kato", "--name", "加藤", "--role", "auditor", "--by", "tanaka")
    stop = ("member", "stop", "00000001", "--card-lost", "--by")
    assert command(*stop, "kato").code == 6  # looks, and does nothing else
    assert rows("SELECT 1 FROM people_freeze") == []
    for _ in range(2):
        command.done(*stop, "suzuki")
    assert rows("SELECT road FROM people_freeze") == [("phone",)]
    assert rows("SELECT kind, state FROM people_request") == [("new_card", "waiting")]
    looked = rows("SELECT actor, purpose FROM journal_row WHERE kind = 'staff_access'")
    assert looked == [("staff 2", "member freeze")] * 2


@pytest.mark.rule("AUTH-004")
def test_what_the_desk_promises_can_be_done(command: Command) -> None:
    """Who has a wrong birth date, a locked login, a stopped account, and calls."""
    command.done("member", "add", "00000001", *MEMBER)
    command.done(*ADD)
    command.done(*SUZUKI)
    command.done("staff", "add", "kato", "--name", "加藤", "--role", "operator", "--by", "tanaka")
    by = ("--by", "suzuki")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO people_login_count (member_number, lane, misses, locked_at)"
                       " VALUES ('00000001', 0, 3, now())")  # fmt: skip
    assert command("member", "unlock", "00000001", "--by", "kato").code == 6  # not an operator's
    assert "1つ解きました" in command.done("member", "unlock", "00000001", *by).out.decode()
    assert rows("SELECT misses, locked_at FROM people_login_count") == [(0, None)]
    command.done("member", "stop", "00000001", *by)
    command.done("member", "ask", "00000001", "reopening", *by)
    assert rows("SELECT kind, state FROM people_request") == [("reopening", "waiting")]
    assert command("member", "change", "00000001", "--mobile", "090", *by).code == 2
    command.done("member", "change", "00000001", "--born-on", "1988-04-13", "--mobile",
                 "090-1234-7305", *by)  # fmt: skip
    facts = rows("SELECT kind, masked, road FROM people_fact WHERE road = 'desk' ORDER BY kind")
    assert facts == [("birth_date", "1988年…", "desk"), ("mobile_phone", "*******7305", "desk")]
    assert rows("SELECT born_on FROM people_member") == [(date(1988, 4, 13),)]


def test_role_is_given_and_ended_by_who_may(command: Command) -> None:
    command.done(*ADD)
    command.done(*SUZUKI)
    assert command("staff", "leave", "tanaka", "--by", "suzuki").code == 5
    role = ("staff", "role", "suzuki", "auditor")
    assert command(*role, "--by", "suzuki").code == 5
    assert command(*role, "--end", "--by", "tanaka").code == 8  # not held
    command.done(*role, "--by", "tanaka")
    assert "auditor" in command.done(*role, "--end", "--by", "tanaka").out.decode()
    held = rows("SELECT role, given_by, until_on IS NULL FROM people_staff_role"
                " WHERE staff_id = 2 ORDER BY role")  # fmt: skip
    assert held == [("auditor", "staff 1", False), ("reviewer", "staff 1", True)]
    assert rows("SELECT actor FROM journal_row WHERE kind = 'staff_role_ended'") == [("staff 1",)]


def test_nobody_yet(command: Command) -> None:
    assert command.done("staff", "list").out.decode().strip() == "0人です"
