"""`motocho bank notice` and the bank that is played."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk

from motocho.loans import payeasy, payouts, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Asked, Payee, State
from motocho.outside import clock, teller
from motocho.outside.bank import AccountType, BankAccount


@pytest.fixture
def command(database: Database) -> Command:
    return Command(database)


@pytest.fixture
def key(command: Command) -> Key:
    desk = Desk()
    today = clock.business_date()
    key = desk.open(today - timedelta(days=40))
    desk.draw(key, 100_000, today - timedelta(days=30))
    return key


def made(ref: str) -> Made:
    at = clock.now()
    return Made("site", ref, clock.business_date(), at, "member")


def test_bill_is_paid_once_and_the_debt_falls(command: Command, key: Key) -> None:
    billed = do(payeasy.ask_bill, key, 8_000, made("A"))
    before = do(queries.position, key, clock.business_date()).payoff_yen
    first = command.done("bank", "play", "pay", billed.payer_number, "--json")
    assert first.document["amount_yen"] == 8_000
    again = command.done("bank", "play", "pay", billed.payer_number, "--json")
    assert (again.document["event_no"], again.document["is_repeat"]) == (
        first.document["event_no"],
        True,
    )
    found = do(payeasy.one_bill, key.member_id, billed.bill_id)
    assert found.event_no == first.document["event_no"]
    assert do(queries.position, key, clock.business_date()).payoff_yen == before - 8_000
    assert "8,000円を入金しました" in command.done("bank", "play", "pay", billed.payer_number).text


@pytest.mark.rule("BANK-009")
def test_notice_of_another_amount_books_nothing(command: Command, key: Key, tmp_path: Path) -> None:
    billed = do(payeasy.ask_bill, key, 8_000, made("A"))
    notice = {
        "institution_number": "99999",
        "payer_number": billed.payer_number,
        "confirmation_number": billed.confirmation_number,
        "amount_yen": "9000",
        "receipt_number": "R-1",
        "paid_on": f"{clock.business_date():%Y%m%d}",
    }
    file = tmp_path / "notice.json"
    file.write_text(json.dumps(notice))
    refused = command("bank", "notice", file)
    assert refused.code == 6
    assert "金額「9,000」は請求した「8,000」と一致しません" in refused.err
    file.write_text(json.dumps({**notice, "amount_yen": "8000"}))
    assert "8,000円を入金しました" in command.done("bank", "notice", file).text
    assert do(payeasy.one_bill, key.member_id, billed.bill_id).event_no is not None


@pytest.mark.parametrize("content", ["not json", "[]"])
def test_file_that_is_no_notice_is_said(command: Command, tmp_path: Path, content: str) -> None:
    file = tmp_path / "notice.json"
    file.write_text(content)
    found = command("bank", "notice", file)
    assert "収納通知として読めるJSONではありません" in found.err


def test_numbers_that_nobody_was_given_are_said(command: Command, key: Key) -> None:
    for number in ("1", "0" * 20, "x" * 20):
        found = command("bank", "play", "pay", number)
        assert "の請求はありません" in found.err, number
        assert found.code == 4


def test_bill_of_yesterday_is_not_paid_by_the_page_of_a_bank(
    command: Command, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    billed = do(payeasy.ask_bill, key, 8_000, made("A"))
    monkeypatch.setattr(clock, "now", lambda: billed.payable_until)
    assert "払込期限は過ぎています" in command("bank", "play", "pay", billed.payer_number).err


def test_played_bank_carries_orders_out_and_the_worker_books_them(
    command: Command, key: Key, tmp_path: Path
) -> None:
    account = BankAccount("0001", "001", AccountType.ORDINARY, "1234567")
    payee = Payee(account, "ｻﾄｳ ﾊﾅｺ", clock.now() - timedelta(days=90))
    asked = Asked(10_000, payee, "サトウ ハナコ", clock.business_date())
    for ref in ("A", "B"):
        payout = do(payouts.ask, key, asked, made(ref))
        do(payouts.hurry, payout.key, made(f"hurry {ref}"))
    tray = teller.Tray(tmp_path)
    sender = payouts.Sender(tray, clock.now, lambda _cursor: clock.business_date())
    payouts.carry(sender)
    said = command.done("bank", "play", "orders", MOTOCHO_BANK_TRAY=str(tmp_path))
    assert "2件を実行しました" in said.text
    payouts.carry(sender)
    found = do(payouts.latest, key.member_id, 5)
    assert [one.state for one in found] == [State.ARRIVED, State.ARRIVED]
    again = command.done("bank", "play", "orders", "--json", MOTOCHO_BANK_TRAY=str(tmp_path))
    assert again.document["orders"] == []
