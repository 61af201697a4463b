"""`motocho bureau …`: joined, asked, answered, reported; what waits for a person is shown and ended."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.conftest import house, pepper
from tests.people.house import House, rows

from motocho.outside import bureau as port
from motocho.outside import clock
from motocho.people import consents, members
from motocho.people.access import Role
from motocho.people.consents import Consent, Kind, Told

__all__ = ["house", "pepper"]
NAMESAKE = [{
    "kana": "ｻﾄｳ ﾊﾅｺ", "name": "佐藤 花子", "born": "19850401", "phones": ["0399998888"],
    "claims": [{"lender": "7777", "kind": "money_lender", "contracted": "20200101",
                "limit": 500000, "balance": 300000}],
}]  # fmt: skip


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv(port.VARIABLE, str(tmp_path))
    made = Desk()
    for scope in ("", *consents.REPORTING):
        told = Told("member", f"form {scope}", "words 1")
        at = clock.now() - timedelta(days=400)
        do(consents.give, made.member_id, Consent(Kind.BUREAU, scope), told, at)
    return made


def number_of(desk: Desk) -> str:
    return str(desk.do(members.one, desk.member_id).member_number)


def test_from_joining_to_the_answer_and_the_register(
    database: Database, desk: Desk, house: House, tmp_path: Path
) -> None:
    command, on = Command(database), clock.business_date()
    key = desk.open(on - timedelta(days=30))
    desk.draw(key, 50_000, on - timedelta(days=30))
    joined = command.done("bureau", "join", "jicc", "1234", str(on), "--form", "json")
    assert "残高のある契約1件" in joined.text
    asked = command.done("bureau", "ask", number_of(desk), "--json").document
    assert asked["state"] == "waiting"
    sent = command.done("bureau", "carry", "--json").document
    assert sent["files_out"] == 2
    people = tmp_path / "people.json"
    people.write_text(json.dumps(NAMESAKE), encoding="utf-8")
    command.done("bureau", "play", "jicc", "1234", str(people))
    took = command.done("bureau", "carry", "--lang", "en").text
    assert "1 in doubt" in took
    assert "1 receipts" in took
    shown = command.done("bureau", "show").text
    assert "membership" in shown
    assert asked["inquiry"] in shown
    house.colleague("suzuki", Role.ADMINISTRATOR, Role.REVIEWER)
    refused = command("bureau", "judge", asked["inquiry"], "--by", "suzuki", "--found", "2")
    assert refused.code == 4
    command.done("bureau", "judge", asked["inquiry"], "--by", "suzuki", "--found", "1")
    assert rows("SELECT others_yen FROM loan_bureau_answer WHERE channel = 'bureau'") == [
        (300_000,)
    ]
    of_member = command.done("bureau", "show", number_of(desk), "--json").document["rows"]
    assert [(row["what"], row["state"]) for row in of_member] == [
        ("inquiry", "answered"), ("report", "taken"),
    ]  # fmt: skip


def test_what_may_not_be_is_refused_with_its_reason(database: Database, desk: Desk) -> None:
    command = Command(database)
    number = number_of(desk)
    assert command("bureau", "ask", number).code == 6
    assert command("bureau", "ask", number, "--purpose", "campaign").code == 2
    assert command("bureau", "join", "jicc", "1", "2026-01-01", "--form", "xml").code == 2
    command.done("bureau", "join", "jicc", "1", "2026-01-01")
    assert command("bureau", "join", "jicc", "1", "2026-01-01").code == 8
    told = Told("member", "form back")
    do(consents.withdraw, desk.member_id, Consent(Kind.BUREAU), told, clock.now())
    refused = command("bureau", "ask", number)
    assert refused.code == 6
    assert "同意がありません" in refused.err
    assert command("bureau", "again", "R9-9").code == 4
    assert command("bureau", "again", "x").code == 2
    assert command("bureau", "judge", "x", "--by", "suzuki").code == 2
    key = desk.open(date(2026, 1, 5))
    assert command("bureau", "clear", f"{number}/{key.agreement_id}").code == 8
    assert command("bureau", "clear", number, "--bureau", "none").code == 4


def test_worker_carries_by_itself(database: Database, desk: Desk, tmp_path: Path) -> None:
    from motocho.config import worker  # noqa: PLC0415  # Django is on

    assert worker.AGAIN[worker.BUREAU] == "* * * * *"
    command, on = Command(database), clock.business_date()
    command.done("bureau", "join", "jicc", "1234", str(on - timedelta(days=1)))
    desk.draw(desk.open(on), 10_000, on)
    worker.TASKS[worker.BUREAU](timestamp=0)
    assert [path.name for path in (tmp_path / "jicc" / "out").iterdir()] == ["reports-0000000001"]
