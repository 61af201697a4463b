"""Transfers and debits: what is refused before a byte is written, what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.outside.bank import samples
from tests.outside.bank.samples import DEBITS, HANAKO, NEAR_ON, TRANSFERS

from motocho.outside import bank
from motocho.outside.bank import DebitResult
from motocho.units.errors import FaultyInput, Language


def codes(work: Callable[[], Any]) -> list[tuple[str, int | None]]:
    """The faults of something that must be refused: codes and lines."""
    with pytest.raises(FaultyInput) as refused:
        work()
    for fault in refused.value.faults:
        for language in Language:
            assert fault.what(language)
            assert fault.fix(language)
    return [(fault.code, fault.line) for fault in refused.value.faults]


def transfers_with(**changes: Any) -> bank.TransferFile:
    return replace(TRANSFERS, transfers=(replace(TRANSFERS.transfers[0], **changes),))


def payee_with(**changes: Any) -> bank.TransferFile:
    return transfers_with(payee=replace(HANAKO, **changes))


@pytest.mark.rule("BANK-003")
def test_transfer_within_its_fields_is_written() -> None:
    account = bank.BankAccount("0005", "001", bank.AccountType.ORDINARY, "0123456")
    data = bank.write_transfers(transfers_with(payee=account))
    assert data.split(b"\r\n")[1][1:50].decode("shift_jis").split() == [
        "0005",
        "001",
        "000010123456",
    ]


REFUSED: list[tuple[str, bank.TransferFile, list[tuple[str, int | None]]]] = [
    ("account of eight digits", payee_with(number="12345678"), [("BNK-040", 2)]),
    ("account of six digits", payee_with(number="123456"), [("BNK-040", 2)]),
    ("account with a letter", payee_with(number="12E4567"), [("BNK-040", 2)]),
    ("account in wide digits", payee_with(number="１２３４５６７"), [("BNK-040", 2)]),
    ("bank of three digits", payee_with(bank_code="005"), [("BNK-040", 2)]),
    ("branch of four digits", payee_with(branch_code="0001"), [("BNK-040", 2)]),
    ("tax account", payee_with(account_type=bank.AccountType.TAX_RESERVE), [("BNK-022", 2)]),
    ("ten thousand million", transfers_with(amount_yen=10_000_000_000), [("BNK-041", 2)]),
    ("nothing to pay", transfers_with(amount_yen=0), [("BNK-041", 2)]),
    ("less than nothing", transfers_with(amount_yen=-1), [("BNK-041", 2)]),
    ("no name", transfers_with(name=""), [("BNK-044", 2)]),
    ("kanji", transfers_with(name="山田"), [("BNK-042", 2)]),
    ("wide kana", transfers_with(name="ヤマダ"), [("BNK-042", 2)]),
    ("small kana", transfers_with(name="ｷｬﾉﾝ"), [("BNK-042", 2)]),
    ("long vowel", transfers_with(name="ﾖｰｺ"), [("BNK-042", 2)]),
    ("small letters", transfers_with(name="Yamada"), [("BNK-042", 2)]),
    ("a comma", transfers_with(name="ﾔﾏﾀﾞ,ﾊﾅｺ"), [("BNK-042", 2)]),
    ("name of thirty-one", transfers_with(name="ｱ" * 31), [("BNK-043", 2)]),
    ("reference of eleven digits", transfers_with(reference_codes=(10**10, 0)), [("BNK-041", 2)]),
    ("reference below zero", transfers_with(reference_codes=(0, -1)), [("BNK-041", 2)]),
    ("codes and EDI", transfers_with(edi="A1"), [("BNK-048", 2)]),
    ("code and EDI", transfers_with(edi="A1", reference_codes=(0, 5)), [("BNK-048", 2)]),
    (
        "EDI of twenty-one",
        transfers_with(edi="A" * 21, reference_codes=(0, 0)),
        [("BNK-043", 2)],
    ),
    ("no lines", replace(TRANSFERS, transfers=()), [("BNK-049", 1)]),
    ("Sunday", replace(TRANSFERS, pay_on=date(2026, 11, 22)), [("BNK-045", 1)]),
    ("Labour Thanksgiving", replace(TRANSFERS, pay_on=date(2026, 11, 23)), [("BNK-045", 1)]),
    ("New Year's Eve", replace(TRANSFERS, pay_on=date(2026, 12, 31)), [("BNK-045", 1)]),
    (
        "originator of nine digits",
        replace(TRANSFERS, originator=replace(samples.ORIGINATOR, code="123456789")),
        [("BNK-040", 1)],
    ),
]


@pytest.mark.rule("BANK-003")
@pytest.mark.parametrize(("case", "file", "expected"), REFUSED, ids=[each[0] for each in REFUSED])
def test_transfer_that_does_not_fit_is_refused(
    case: str, file: bank.TransferFile, expected: list[tuple[str, int | None]]
) -> None:
    assert codes(lambda: bank.write_transfers(file)) == expected


def test_every_fault_of_a_transfer_file_is_listed() -> None:
    first, second, third = TRANSFERS.transfers
    file = replace(
        TRANSFERS,
        pay_on=date(2026, 11, 23),
        transfers=(
            replace(first, name="山田", amount_yen=0),
            second,
            replace(third, payee=replace(third.payee, bank_code="1", number="")),
        ),
    )
    found = codes(lambda: bank.write_transfers(file))
    assert found == [
        ("BNK-045", 1), ("BNK-041", 2), ("BNK-042", 2), ("BNK-040", 4), ("BNK-040", 4),
    ]  # fmt: skip


def test_sum_beyond_the_trailer_is_refused() -> None:
    """Each transfer fits its field; a hundred and one of them do not fit the trailer."""
    lines = (replace(TRANSFERS.transfers[0], amount_yen=9_999_999_999),) * 101
    file = replace(TRANSFERS, transfers=lines)
    assert codes(lambda: bank.write_transfers(file)) == [("BNK-046", 1)]


def test_fault_of_a_transfer_says_that_nothing_was_sent() -> None:
    with pytest.raises(FaultyInput) as refused:
        bank.write_transfers(transfers_with(amount_yen=10_000_000_000))
    (fault,) = refused.value.faults
    assert fault.what(Language.JA) == "振込金額に10000000000は使えません"
    assert fault.fix(Language.JA) == "1から9,999,999,999までにしてください。送金はしていません"
    assert fault.column == "81-90 振込金額"


def test_day_of_a_file_is_the_nearest_to_the_known_one() -> None:
    """BANK-003: the year is not in the file."""
    late = replace(TRANSFERS, pay_on=date(2026, 12, 28))
    early = replace(TRANSFERS, pay_on=date(2027, 1, 4))
    for file in (late, early):
        data = bank.write_transfers(file)
        for known in (date(2026, 12, 25), date(2027, 1, 5)):
            assert bank.read_transfers(data, near_on=known) == file


# ------------------------------------------------------------------------------------------ debits
def debits_with(**changes: Any) -> bank.DebitFile:
    return replace(DEBITS, debits=(replace(DEBITS.debits[0], **changes),))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (debits_with(reference=10**20), [("BNK-041", 2)]),
        (debits_with(reference=-1), [("BNK-041", 2)]),
        (debits_with(amount_yen=0), [("BNK-041", 2)]),
        (debits_with(name="  "), [("BNK-044", 2)]),
        (
            debits_with(payer=replace(HANAKO, account_type=bank.AccountType.SAVINGS)),
            [("BNK-022", 2)],
        ),
        (replace(DEBITS, debits=DEBITS.debits * 2), [("BNK-047", 5), ("BNK-047", 6), ("BNK-047", 7)]),
        (replace(DEBITS, debit_on=date(2027, 1, 2)), [("BNK-045", 1)]),
    ],
)  # fmt: skip
def test_debit_that_does_not_fit_is_refused(
    file: bank.DebitFile, expected: list[tuple[str, int | None]]
) -> None:
    assert codes(lambda: bank.write_debits(file)) == expected


@pytest.mark.rule("BANK-004")
def test_collected_debit_is_a_payment() -> None:
    answers = bank.read_debit_answers(samples.ANSWER_BYTES, near_on=NEAR_ON)
    outcome = bank.settle_debits(DEBITS, answers)
    (collected,) = outcome.collected
    assert (collected.reference, collected.amount_yen) == (12_345_678, 10_000)
    assert collected.value_on == samples.DEBIT_ON
    assert collected.receipt_ref == "debit/1234567890/2026-11-27/12345678"


@pytest.mark.rule("BANK-004")
@pytest.mark.parametrize("result", [each for each in DebitResult if each.value != "0"])
def test_every_other_result_is_no_payment(result: DebitResult) -> None:
    """Refused: code 1 as a payment."""
    outcome = bank.settle_debits(DEBITS, bank.DebitAnswers(DEBITS, (result,) * 3))
    assert not outcome.collected
    assert {failed.result for failed in outcome.failed} == {result}
    assert sum(failed.amount_yen for failed in outcome.failed) == DEBITS.sum_yen
    fault = bank.failure_message(outcome.failed[0])
    assert result.name_ja in fault.what(Language.JA)
    assert result.name_en in fault.what(Language.EN)


def test_result_codes_are_those_of_the_format() -> None:
    assert [(each.value, each.name_ja) for each in DebitResult] == [
        ("0", "振替済"),
        ("1", "資金不足"),
        ("2", "取引なし"),
        ("3", "預金者の都合による振替停止"),
        ("4", "預金口座振替依頼書なし"),
        ("8", "委託者の都合による振替停止"),
        ("9", "その他"),
    ]


def test_answers_in_another_order_settle_alike() -> None:
    turned = bank.DebitAnswers(
        replace(DEBITS, debits=DEBITS.debits[::-1]), samples.ANSWERS.results[::-1]
    )
    assert bank.settle_debits(DEBITS, turned) == bank.settle_debits(DEBITS, samples.ANSWERS)


def test_answers_carry_the_same_keys_each_time() -> None:
    """The same answer twice books once."""
    first, again = (bank.settle_debits(DEBITS, samples.ANSWERS) for _ in range(2))
    assert first.collected == again.collected
    assert len({each.receipt_ref for each in first.collected}) == len(first.collected)


def answered(*changed: bank.Debit, on: date = samples.DEBIT_ON) -> bank.DebitAnswers:
    file = replace(DEBITS, debits=changed, debit_on=on)
    return bank.DebitAnswers(file, (DebitResult.COLLECTED,) * len(changed))


FIRST, SECOND, THIRD = DEBITS.debits


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (answered(FIRST, SECOND), [("BNK-061", None)]),
        (answered(FIRST, SECOND, THIRD, replace(FIRST, reference=9)), [("BNK-060", 5)]),
        (answered(FIRST, SECOND, THIRD, THIRD), [("BNK-064", 5)]),
        (answered(replace(FIRST, amount_yen=10_001), SECOND, THIRD), [("BNK-062", 2)]),
        (answered(replace(FIRST, payer=samples.JIRO), SECOND, THIRD), [("BNK-062", 2)]),
        (answered(FIRST, SECOND, THIRD, on=date(2026, 11, 30)), [("BNK-063", 1)]),
    ],
)
def test_answer_that_is_not_of_the_request_is_refused_whole(
    answers: bank.DebitAnswers, expected: list[tuple[str, int | None]]
) -> None:
    assert codes(lambda: bank.settle_debits(DEBITS, answers)) == expected


def test_answer_is_not_read_as_a_request() -> None:
    """An answer that is sent out again would collect twice."""
    data = samples.ANSWER_BYTES
    assert ("BNK-030", 5) in codes(lambda: bank.read_debits(data, near_on=NEAR_ON))


@pytest.mark.rule("BANK-002")
def test_count_and_sum_of_two_lines_agree() -> None:
    file = replace(DEBITS, debits=(replace(FIRST, amount_yen=10_000), SECOND))
    data = bank.write_debits(file)
    assert data.split(b"\r\n")[-3][:19] == b"8" + b"000002" + b"000000035000"
    assert bank.read_debits(data, near_on=NEAR_ON).sum_yen == 35_000


@pytest.mark.rule("BANK-002")
@pytest.mark.parametrize(
    ("seen", "wrong"),
    [(b"8000002000000035000", b"8000002000000030000"), (b"8000002", b"8000003")],
)
def test_wrong_count_or_sum_is_refused(seen: bytes, wrong: bytes) -> None:
    file = replace(DEBITS, debits=(replace(FIRST, amount_yen=10_000), SECOND))
    data = bank.write_debits(file).replace(seen, wrong)
    assert codes(lambda: bank.read_debits(data, near_on=NEAR_ON)) == [("BNK-030", 4)]


@pytest.mark.parametrize(("place", "digit"), [(24, b"2"), (36, b"1"), (42, b"1"), (54, b"1")])
def test_wrong_split_of_an_answer_is_refused(place: int, digit: bytes) -> None:
    """Counts and sums of the collected and of the failed, each by its last digit."""
    lines = samples.ANSWER_BYTES.split(b"\r\n")
    lines[4] = lines[4][:place] + digit + lines[4][place + 1 :]
    data = b"\r\n".join(lines)
    assert codes(lambda: bank.read_debit_answers(data, near_on=NEAR_ON)) == [("BNK-030", 5)]


@pytest.mark.rule("BANK-001")
def test_utf_8_is_refused() -> None:
    data = samples.TRANSFER_BYTES.decode("shift_jis").encode()
    assert codes(lambda: bank.read_transfers(data, near_on=NEAR_ON)) == [("BNK-002", None)]


def test_six_hundred_bytes_are_five_records() -> None:
    file = replace(TRANSFERS, transfers=TRANSFERS.transfers[:2])
    assert len(bank.write_transfers(file, separator=bank.Separator.NONE)) == 600


def test_faults_beyond_a_thousand_are_counted() -> None:
    head, row, *_ = samples.DEBIT_BYTES.split(b"\r\n")
    bad = row[:80] + b"X" * 10 + row[90:]
    data = b"".join(line + b"\r\n" for line in (head, *[bad] * 1_500))
    with pytest.raises(FaultyInput) as refused:
        bank.read_debits(data, near_on=NEAR_ON)
    assert len(refused.value.faults) == 1_001
    assert refused.value.faults[-1].what(Language.EN) == "There are 501 more faults"


def test_file_of_an_absurd_size_is_refused_unread() -> None:
    assert codes(lambda: bank.read_debits(bytes((256 << 20) + 1), near_on=NEAR_ON)) == [
        ("BNK-004", None)
    ]


@pytest.mark.parametrize("edi", ["1234567890", "12345678901234567890", "0"])
def test_edi_of_digits_stays_text(edi: str) -> None:
    file = transfers_with(edi=edi, reference_codes=(0, 0))
    assert bank.read_transfers(bank.write_transfers(file), near_on=NEAR_ON) == file


def test_text_where_codes_should_be_is_kept() -> None:
    """Some banks hold the reference to be text, and set no mark."""
    data = bank.write_transfers(transfers_with(edi="INV 1", reference_codes=(0, 0)))
    found = bank.read_transfers(data.replace(b"0Y  ", b"0   "), near_on=NEAR_ON)
    assert found.transfers[0].edi == "INV 1"


def test_lone_carriage_return_is_told_as_such() -> None:
    data = samples.DEBIT_BYTES.replace(b"\r\n", b"\r")
    assert codes(lambda: bank.read_debits(data, near_on=NEAR_ON)) == [("BNK-006", None)]
    data = samples.DEBIT_BYTES[:50] + b"\r" + samples.DEBIT_BYTES[51:]
    assert codes(lambda: bank.read_debits(data, near_on=NEAR_ON)) == [("BNK-006", None)]
