"""Our files and a bank that was written without our tables: what both agree on is the format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.outside.bank import samples
from tests.outside.bank.samples import DEBIT_ON, DEBITS, PAY_ON, TRANSFERS

from motocho.outside import bank
from motocho.outside.bank import ExceptionReason
from motocho.outside.fakes.bank import (
    Delivery,
    DeliveryKind,
    FakeBank,
    Holder,
    Plan,
    Trouble,
    calm,
    scripted,
    seeded,
)
from motocho.units.errors import FaultyInput, OutsideFailure, StateConflict

OURS = "9999-101-2-0000001"
HANAKO, TARO, JIRO = "9998-001-1-1234567", "9998-012-4-0000042", "9997-777-2-7654321"
DAY = date(2026, 11, 24)


def a_bank(plan: Plan = calm) -> FakeBank:
    holders = [
        Holder(HANAKO, "ﾔﾏﾀﾞ ﾊﾅｺ", 20_000),
        Holder(TARO, "ﾀﾅｶ ﾀﾛｳ", 1_000),
        Holder(JIRO, "ｶ)ﾏﾙｲﾁ", 0),
    ]
    return FakeBank(OURS, holders, plan, balance_yen=10**11)


DIRECTORY = bank.Directory(
    [
        bank.Payer("m1", "12345678", ("ヤマダ ハナコ",), "2000000001"),
        bank.Payer("m2", "22222222", ("タナカ タロウ",)),
    ]
)


def statement_of(files: list[Delivery]) -> bank.BankStatement:
    (data,) = [file.data for file in files if file.kind is DeliveryKind.STATEMENT]
    (found,) = bank.read_statements(data, near_on=DAY)
    return found


# --------------------------------------------------------------------------------------- transfers
def test_bank_pays_what_we_ask() -> None:
    it = a_bank()
    number = it.take(bank.write_transfers(TRANSFERS), PAY_ON)
    assert number.startswith("20261124-")
    assert it.holder(HANAKO).balance_yen == 70_000
    assert it.holder(TARO).balance_yen == 10_000_000_999
    assert it.holder(JIRO).balance_yen == 1
    found = statement_of(it.deliver(PAY_ON))
    assert [(each.direction, each.amount_yen) for each in found.lines] == [
        (bank.Direction.OUT, TRANSFERS.sum_yen)
    ]
    assert found.opening_yen == 10**11


@pytest.mark.parametrize("separator", [bank.Separator.CRLF, bank.Separator.NONE])
def test_bank_takes_both_separators(separator: bank.Separator) -> None:
    assert a_bank().take(bank.write_transfers(TRANSFERS, separator=separator), PAY_ON)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"payee": replace(samples.HANAKO, number="0000000")}, bank.ReturnReason.NO_ACCOUNT),
        ({"name": "ﾔﾏﾀﾞ ﾊﾅ"}, bank.ReturnReason.NAME_DIFFERS),
    ],
)
def test_transfer_that_comes_back_is_no_repayment(
    change: dict[str, Any], reason: bank.ReturnReason
) -> None:
    """The line bears the member's own name, and is not booked to them."""
    it = a_bank()
    transfer = replace(TRANSFERS.transfers[0], **change)
    it.take(bank.write_transfers(replace(TRANSFERS, transfers=(transfer,))), PAY_ON)
    found = bank.match_receipts(bank.receipts(statement_of(it.deliver(PAY_ON))), DIRECTORY)
    (waiting,) = found.exceptions
    assert not found.matched
    assert waiting.reason is ExceptionReason.RETURNED_TRANSFER
    sent = bank.Sent("t1", PAY_ON, transfer)
    back = bank.find_sent(waiting.receipt.line, [sent])
    assert (back.sent, back.reason) == (sent, reason)


# ------------------------------------------------------------------------------------------ debits
def test_debits_are_answered_on_their_day() -> None:
    it = a_bank()
    it.take(bank.write_debits(DEBITS), PAY_ON)
    assert [file.kind for file in it.deliver(PAY_ON)] == [DeliveryKind.STATEMENT]
    answers, statement = it.deliver(DEBIT_ON)
    read = bank.read_debit_answers(answers.data, near_on=DEBIT_ON)
    outcome = bank.settle_debits(DEBITS, read)
    assert [each.amount_yen for each in outcome.collected] == [10_000]
    assert [each.result for each in outcome.failed] == [
        bank.DebitResult.NO_ACCOUNT,
        bank.DebitResult.NO_FUNDS,
    ]
    assert it.holder(HANAKO).balance_yen == 10_000
    (lump,) = bank.receipts(statement_of([statement]))
    assert lump.amount_yen == 10_000


def test_debit_without_a_mandate_is_refused() -> None:
    it = FakeBank(OURS, [Holder(HANAKO, "ﾔﾏﾀﾞ ﾊﾅｺ", 99_999, has_mandate=False)])
    file = replace(DEBITS, debits=DEBITS.debits[:1])
    it.take(bank.write_debits(file), DEBIT_ON)
    answers = bank.read_debit_answers(it.deliver(DEBIT_ON)[0].data, near_on=DEBIT_ON)
    assert answers.results == (bank.DebitResult.NO_MANDATE,)


def test_debit_of_january_is_not_answered_in_december() -> None:
    it = a_bank()
    file = replace(DEBITS, debit_on=date(2027, 1, 4))
    it.take(bank.write_debits(file), date(2026, 12, 28))
    assert len(it.deliver(date(2026, 12, 30))) == 1
    assert len(it.deliver(date(2027, 1, 4))) == 2


# ------------------------------------------------------------------------------ the bank's own check
@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b"000003", b"000004"),
        lambda data: data.replace(b"1210", b"1770"),
        lambda data: data[:-40],
        lambda data: b"\r\n".join(sorted(data.split(b"\r\n"), reverse=True)),
        lambda data: data.decode("shift_jis").encode(),
        lambda data: data.replace("ﾔﾏﾀﾞ".encode("shift_jis"), "山田".encode("shift_jis")),
    ],
)
def test_bank_refuses_a_spoiled_file(spoil: Callable[[bytes], bytes]) -> None:
    it = a_bank()
    with pytest.raises(OutsideFailure):
        it.take(spoil(bank.write_transfers(TRANSFERS)), PAY_ON)
    assert it.holder(HANAKO).balance_yen == 20_000


# ---------------------------------------------------------------------------------------- troubles
def test_rejected_file_moves_nothing() -> None:
    it = a_bank(scripted(Trouble.REJECTED))
    data = bank.write_transfers(TRANSFERS)
    with pytest.raises(OutsideFailure) as refused:
        it.take(data, PAY_ON)
    assert refused.value.faults[0].code == "BNK-071"
    assert not it.was_taken(data)
    assert it.take(data, PAY_ON)


@pytest.mark.parametrize("calls_before", [0, 1])
def test_time_out_leaves_the_outcome_unknown_until_it_is_asked(calls_before: int) -> None:
    """The file may be taken or lost; asking tells, and only a lost one is sent again."""
    plan = scripted(*[Trouble.NONE] * calls_before, Trouble.TIMED_OUT)
    it = a_bank(plan)
    for _ in range(calls_before):
        it.deliver(PAY_ON - timedelta(days=1))
    data = bank.write_transfers(TRANSFERS)
    with pytest.raises(OutsideFailure) as lost:
        it.take(data, PAY_ON)
    assert lost.value.faults[0].code == "BNK-070"
    if not it.was_taken(data):
        it.take(data, PAY_ON)
    assert it.holder(HANAKO).balance_yen == 70_000
    with pytest.raises(StateConflict):
        it.take(data, PAY_ON)


def test_delayed_files_come_with_the_next() -> None:
    it = a_bank(scripted(Trouble.DELAYED))
    it.pay(HANAKO, 3_000, DAY)
    assert it.deliver(DAY) == []
    files = it.deliver(DAY + timedelta(days=1))
    assert [file.made_on for file in files] == [DAY, DAY + timedelta(days=1)]


def test_time_out_of_a_delivery_loses_nothing() -> None:
    it = a_bank(scripted(Trouble.TIMED_OUT))
    it.pay(HANAKO, 3_000, DAY)
    with pytest.raises(OutsideFailure):
        it.deliver(DAY)
    assert len(it.deliver(DAY + timedelta(days=1))) == 2


def test_doubled_file_books_once() -> None:
    it = a_bank(scripted(Trouble.DUPLICATED))
    it.pay(HANAKO, 3_000, DAY)
    it.pay(HANAKO, 3_000, DAY)
    seen: set[str] = set()
    booked = []
    for file in it.deliver(DAY):
        found = bank.match_receipts(bank.receipts(statement_of([file])), DIRECTORY, seen)
        seen |= {each.receipt.receipt_ref for each in found.matched}
        booked += [each.receipt.amount_yen for each in found.matched]
    assert booked == [3_000, 3_000]


@pytest.mark.parametrize("trouble", [Trouble.TRUNCATED, Trouble.WRONG_SUM])
def test_spoiled_delivery_is_refused_and_fetched_again(trouble: Trouble) -> None:
    it = a_bank(scripted(Trouble.NONE, trouble))
    it.take(bank.write_debits(DEBITS), PAY_ON)
    it.pay(HANAKO, 3_000, DEBIT_ON)
    answers, statement = it.deliver(DEBIT_ON)
    with pytest.raises(FaultyInput):
        bank.read_debit_answers(answers.data, near_on=DEBIT_ON)
    with pytest.raises(FaultyInput):
        bank.read_statements(statement.data, near_on=DEBIT_ON)
    answers, statement = it.again(DEBIT_ON)
    assert bank.read_debit_answers(answers.data, near_on=DEBIT_ON).file == DEBITS
    assert len(bank.read_statements(statement.data, near_on=DEBIT_ON)) == 1


def test_reordered_delivery_says_the_same() -> None:
    it = a_bank(scripted(Trouble.NONE, Trouble.REORDERED))
    it.take(bank.write_debits(DEBITS), PAY_ON)
    for amount_yen in (3_000, 4_000):
        it.pay(HANAKO, amount_yen, DEBIT_ON)
    turned, true = it.deliver(DEBIT_ON), it.again(DEBIT_ON)
    assert turned[0].data != true[0].data
    outcomes = [
        bank.settle_debits(DEBITS, bank.read_debit_answers(file.data, near_on=DEBIT_ON))
        for file in (turned[0], true[0])
    ]
    assert outcomes[0] == outcomes[1]
    assert set(statement_of(turned).refs) == set(statement_of(true).refs)


def test_wrong_name_waits_for_a_person() -> None:
    it = a_bank(scripted(Trouble.WRONG_NAME))
    it.pay(HANAKO, 3_000, DAY, as_name="12345678ﾔﾏﾀﾞ ﾊﾅｺ")
    found = bank.match_receipts(bank.receipts(statement_of(it.deliver(DAY))), DIRECTORY)
    assert not found.matched
    assert [each.reason for each in found.exceptions] == [ExceptionReason.NO_SUCH_NAME]


def test_virtual_account_comes_through() -> None:
    it = a_bank()
    it.pay(HANAKO, 3_000, DAY, as_name="ﾔﾏﾀﾞ ｲﾁﾛｳ", virtual_account="2000000001")
    (match,) = bank.match_receipts(bank.receipts(statement_of(it.deliver(DAY))), DIRECTORY).matched
    assert match.basis is bank.Basis.VIRTUAL_ACCOUNT


# ---------------------------------------------------------------------------------- a long stretch
TROUBLES = {
    Trouble.DELAYED: 80,
    Trouble.DUPLICATED: 80,
    Trouble.TRUNCATED: 80,
    Trouble.WRONG_SUM: 80,
    Trouble.REORDERED: 80,
    Trouble.TIMED_OUT: 80,
}


def test_plan_is_the_same_for_the_same_seed() -> None:
    drawn = [seeded(3, TROUBLES)(step) for step in range(2_000)]
    assert drawn == [seeded(3, TROUBLES)(step) for step in range(2_000)]
    counted = Counter(drawn)
    for trouble, share in TROUBLES.items():
        assert share < counted[trouble] < share * 3


def files_of(it: FakeBank, on: date) -> list[bank.BankStatement]:
    """What a careful reader makes of a delivery: a spoiled file is fetched again, true."""
    try:
        delivered = it.deliver(on)
    except OutsideFailure:
        return []
    found: list[bank.BankStatement] = []
    for file in delivered:
        try:
            found += bank.read_statements(file.data, near_on=on)
        except FaultyInput:
            (true,) = it.again(file.made_on)
            found += bank.read_statements(true.data, near_on=on)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_every_payment_is_booked_once_whatever_goes_wrong(seed: int) -> None:
    """A hundred days of payments through a bank with trouble on half of them."""
    it = a_bank(seeded(seed, TROUBLES))
    paid: list[int] = []
    booked: dict[str, int] = {}
    on = date(2026, 4, 1)
    for day in range(100):
        for amount_yen in (1_000 + day, 1_000 + day, 2_000 + day):
            it.pay(HANAKO, amount_yen, on)
            paid.append(amount_yen)
        for statement in files_of(it, on):
            found = bank.match_receipts(bank.receipts(statement), DIRECTORY, booked.keys())
            booked |= {each.receipt.receipt_ref: each.receipt.amount_yen for each in found.matched}
            left = {each.reason for each in found.exceptions}
            assert left <= {ExceptionReason.ALREADY_SEEN}
        on += timedelta(days=1)
    calm_days = 0
    while len(booked) < len(paid) and calm_days < 20:
        for statement in files_of(it, on):
            found = bank.match_receipts(bank.receipts(statement), DIRECTORY, booked.keys())
            booked |= {each.receipt.receipt_ref: each.receipt.amount_yen for each in found.matched}
        on += timedelta(days=1)
        calm_days += 1
    assert sorted(booked.values()) == sorted(paid)
