"""`motocho bank debits …`: a registered account is asked for its money, and the answer booked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk

from motocho.kernel.schedule import Scheme
from motocho.loans import debits, queries
from motocho.outside import bank, clock
from motocho.outside.bank import AccountType, BankAccount, DebitAnswers, DebitResult

OPENED_ON = date(2026, 2, 2)
THEIRS = BankAccount("0001", "001", AccountType.ORDINARY, "1234567")


@pytest.fixture
def command(database: Database) -> Command:
    return Command(database)


def at(monkeypatch: pytest.MonkeyPatch, on: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(on.year, on.month, on.day, 3, tzinfo=UTC))


@pytest.mark.rule("LEDG-009")
def test_debits_are_asked_for_once_and_what_was_collected_is_booked_once(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    paying, poor, other = (
        desk.open(OPENED_ON, scheme=Scheme.MONTHLY, day=day, member_id=desk.member())
        for day in (10, 10, 25)
    )
    for key in (paying, poor, other):
        desk.draw(key, 100_000, OPENED_ON)
        desk.do(debits.register_mandate, key, THEIRS, "サトウ ハナコ", desk.made(date(2026, 2, 3)))
        desk.receive(key, 5_000, date(2026, 3, 10))
    file, asking = tmp_path / "asked.txt", ("bank", "debits", "ask")
    at(monkeypatch, date(2026, 3, 1))
    early = command(*asking, file, "--originator", "1234567890", "--on", "2026-04-06")
    assert early.code == 6
    assert not file.exists()
    at(monkeypatch, date(2026, 3, 24))
    said = command.done(*asking, file, "--originator", "1234567890")
    assert "2026-04-06の振替依頼2件、6,000円を書き出しました" in said.text
    assert f"契約{other.agreement_id}: この振替日に請求できる返済額がありません" in said.text
    first = file.read_bytes()
    again = command.done(*asking, file, "--originator", "1234567890", "--json").document
    assert (again["requests"], again["amount_yen"], file.read_bytes()) == (2, 6_000, first)
    asked = bank.read_debits(first, near_on=date(2026, 3, 24))
    assert (asked.originator.code, asked.debit_on) == ("1234567890", date(2026, 4, 6))
    results = (DebitResult.COLLECTED, DebitResult.NO_FUNDS)
    answer = tmp_path / "answer.txt"
    answer.write_bytes(bank.write_debit_answers(DebitAnswers(asked, results)))
    at(monkeypatch, date(2026, 4, 8))
    for new in (2, 0):
        said = command.done("bank", "debits", "take", answer)
        assert f"振替済み1件、3,000円。新しい結果{new}件" in said.text
        assert "資金不足: 1件" in said.text
    taken = command.done("bank", "debits", "take", answer, "--json").document
    assert (taken["collected"], [one["result"] for one in taken["failed"]]) == (1, ["1"])
    rows = do(queries.statement, paying, date(2026, 4, 1), date(2026, 4, 8))
    assert [(row.on, row.kind, row.amount_yen) for row in rows] == [
        (date(2026, 4, 6), "receipt", 3_000)
    ]
    assert do(queries.statement, poor, date(2026, 4, 1), date(2026, 4, 8)) == []


def test_code_that_no_bank_gave_writes_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk()
    key = desk.open(OPENED_ON, scheme=Scheme.MONTHLY, day=10)
    desk.draw(key, 100_000, OPENED_ON)
    desk.do(debits.register_mandate, key, THEIRS, "サトウ ハナコ", desk.made(date(2026, 2, 3)))
    desk.receive(key, 5_000, date(2026, 3, 10))
    at(monkeypatch, date(2026, 3, 24))
    file = tmp_path / "asked.txt"
    refused = command("bank", "debits", "ask", file, "--originator", "12x")
    assert refused.code != 0
    assert not file.exists()
    assert command.done("bank", "debits", "ask", file, "--originator", "1234567890").code == 0
