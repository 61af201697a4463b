"""`motocho fraud …`: lists come in whole or not at all, a report stops everything, what waits is listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.desk import Desk

from motocho.people import members

LIST = "金融機関コード,支店コード,口座番号,口座名義\n0001,001,1234567,ヤマダ タロウ\n"


@pytest.fixture
def number(database: Database) -> str:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 50_000, date(2026, 9, 2))
    return str(desk.do(members.one, key.member_id).member_number)


def test_list_is_brought_in_and_shown(database: Database, tmp_path: Path) -> None:
    command = Command(database)
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="cp932")
    assert "police：1口座" in command.done("fraud", "accounts", str(file)).text
    assert "police" in command.done("fraud", "accounts").text
    file.write_text(LIST + "x,001,1,ヤマダ\n", encoding="utf-8")
    refused = command("fraud", "accounts", str(file))
    assert refused.code != 0
    assert "けたの数字ではありません" in refused.err


def test_report_stops_everything_and_waits(database: Database, number: str) -> None:
    command = Command(database)
    told = ("fraud", "report", number, "身に覚えがない", "--from", "police", "--ref", "r1")
    assert "請求を止めました" in command.done(*told).text
    assert command.done(*told).text == command.done(*told).text  # once for its reference
    (report,) = command("fraud", "waiting", "--json").document["reports"]
    assert (report["kind"], report["state"], report["correct_by"]) == (
        "name_used",
        "received",
        None,
    )
    assert command.done("fraud", "waiting").text
    why = command("contact", "why", number, "--at", "2026-12-07T12:00")
    assert "身に覚えのない借入の申出を調べています" in why.text
    assert command("fraud", "report", number, "x", "--kind", "other").code != 0
    assert command.done("fraud", "care", number).text
