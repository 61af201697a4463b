"""`motocho contact …`: every reason with its article and its first moment; what was refused is counted."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.desk import Desk

from motocho.people import members

NIGHT = ("--at", "2028-02-29T21:00")


@pytest.fixture
def number(database: Database) -> str:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    return str(desk.do(members.one, key.member_id).member_number)


def test_every_reason_is_said_with_its_article_and_its_first_moment(
    database: Database, number: str
) -> None:
    command = Command(database)
    assert (
        "連絡できます"
        in command.done("contact", "why", number, "--at", "2028-02-29T12:00").out.decode()
    )
    told = command.done(
        "contact", "hold", number, "bereavement", "--until", "2028-03-02", "--ref", "r1"
    )
    assert "2028-03-02まで" in told.out.decode()
    again = command.done(
        "contact", "hold", number, "bereavement", "--until", "2028-03-02", "--ref", "r1"
    )
    assert again.out == told.out
    ran = command("contact", "why", number, *NIGHT, "--json")
    assert ran.code == 6
    found = json.loads(ran.out)
    assert [one["rule_id"] for one in found["refusals"]] == ["COLL-001", "COLL-015"]
    assert found["refusals"][0]["law"] == ["貸金業法21条1項1号"]
    assert found["refusals"][0]["allowed_at"] == "2028-03-01T08:00+09:00"
    assert found["allowed_at"] == "2028-03-03T08:00+09:00"
    shown = command("contact", "why", number, *NIGHT, "--to", "workplace").out.decode()
    assert "COLL-004" in shown
    assert "最初の日時: 未定" in shown
    command.done("contact", "lift", number, told.out.decode().split()[0])
    assert command("contact", "why", number, "--at", "2028-02-29T12:00").code == 0


def test_agreement_opens_the_place_of_work_within_its_hours(
    database: Database, number: str
) -> None:
    command = Command(database)
    days = ("--on", "2028-02-29", "--until", "2028-03-01")
    assert command("contact", "agree", number, "work_calls", "--hours", "noon", *days).code != 0
    assert command("contact", "agree", number, "work_calls", "--hours", "7-9", *days).code != 0
    command.done("contact", "agree", number, "work_calls", "--hours", "12-13", *days)
    at_work = ("contact", "why", number, "--to", "workplace")
    assert command(*at_work, "--at", "2028-02-29T12:59").code == 0
    assert command(*at_work, "--at", "2028-02-29T13:00").code == 6
    assert command(*at_work, "--at", "2028-03-02T12:00").code == 6


def test_refusals_of_a_day_are_counted(database: Database, number: str) -> None:
    command = Command(database)
    assert "0件" in command.done("contact", "refused").out.decode()
    assert command("contact", "why", number, "--at", "tomorrow").code != 0
    found = json.loads(command.done("contact", "refused", "--on", "2028-02-29", "--json").out)
    assert found["refusals"] == {}
