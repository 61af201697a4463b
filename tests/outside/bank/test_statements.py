"""Statements: sums, balances, keys, and what banks do differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.outside.bank import samples
from tests.outside.bank.samples import DAY, MOVED, NEAR_ON, NOTICES
from tests.outside.bank.test_orders import codes

from motocho.outside import bank
from motocho.outside.bank import BankLine, Dialect, Direction, Effect, Numbers, StatementKind, Years


def read(data: bytes, **options: Any) -> tuple[bank.BankStatement, ...]:
    return bank.read_statements(data, near_on=options.pop("near_on", NEAR_ON), **options)


def statement(*lines: BankLine, **changes: Any) -> bank.BankStatement:
    """Movements without balances."""
    plain = replace(MOVED, lines=lines, opening_yen=None, closing_yen=None)
    return replace(plain, **changes)


def again(*statements: bank.BankStatement, **options: Any) -> tuple[bank.BankStatement, ...]:
    return read(bank.write_statements(statements), **options)


def receipt_refs(*statements: bank.BankStatement) -> list[str]:
    return [receipt.receipt_ref for each in statements for receipt in bank.receipts(each)]


def test_receipts_are_the_lines_on_which_money_came() -> None:
    (found,) = read(samples.MOVED_BYTES)
    assert [(each.amount_yen, each.value_on) for each in bank.receipts(found)] == [
        (8_000, date(2026, 11, 19)),
        (10_000, date(2026, 11, 20)),
    ]


def test_two_accounts_stand_in_one_file() -> None:
    second = replace(MOVED, account=replace(samples.ACCOUNT, number="0000002"))
    found = again(MOVED, second)
    assert found == (MOVED, second)
    assert len(set(receipt_refs(*found))) == 4


def test_day_without_movements_is_a_statement() -> None:
    empty = replace(MOVED, lines=(), opening_yen=5, closing_yen=5)
    assert again(empty) == (empty,)


# -------------------------------------------------------------------------------------------- keys
def test_same_file_twice_gives_the_same_keys() -> None:
    assert receipt_refs(*read(samples.MOVED_BYTES)) == receipt_refs(*read(samples.MOVED_BYTES))


def test_key_is_account_day_and_number() -> None:
    (found,) = read(samples.NOTICE_BYTES)
    assert receipt_refs(found) == [
        "01/9999-101-1-0000001/20261120/11",
        "01/9999-101-1-0000001/20261120/11/cancelled",
        "01/9999-101-1-0000001/20261120/12",
    ]


def test_line_whose_text_is_corrected_keeps_its_key() -> None:
    """A bank that gives the line again with another name gives the same number."""
    first, *rest = MOVED.lines
    other = replace(MOVED, lines=(first._replace(payer_name="ﾀﾅｶ"), *rest))
    assert receipt_refs(*again(MOVED)) == receipt_refs(*again(other))


PLAIN = BankLine(DAY, DAY, 5_000, payer_name="ﾔﾏﾀﾞ ﾊﾅｺ")


def test_two_equal_payments_without_numbers_are_two() -> None:
    (found,) = again(statement(PLAIN, PLAIN))
    first, second = receipt_refs(found)
    assert first != second
    assert first.removesuffix("-1") == second.removesuffix("-2")


def test_keys_without_numbers_do_not_hang_on_the_order_of_other_lines() -> None:
    other = PLAIN._replace(amount_yen=7_000)
    (one,), (turned,) = again(statement(PLAIN, other, PLAIN)), again(statement(other, PLAIN, PLAIN))
    assert sorted(receipt_refs(one)) == sorted(receipt_refs(turned))


def test_fuller_file_of_the_day_keeps_the_keys_of_the_earlier_one() -> None:
    """A file at noon and one in the evening: what was in the first is not new in the second."""
    (noon,), (evening,) = again(statement(PLAIN)), again(statement(PLAIN, PLAIN))
    assert set(receipt_refs(noon)) < set(receipt_refs(evening))


def test_number_that_comes_twice_is_a_fault() -> None:
    numbered = PLAIN._replace(number="7")
    data = bank.write_statements([statement(numbered, numbered)])
    assert codes(lambda: read(data)) == [("BNK-033", 3)]


def test_number_that_comes_twice_is_taken_where_the_bank_is_known_for_it() -> None:
    numbered = PLAIN._replace(number="7")
    data = bank.write_statements([statement(numbered, numbered)])
    (found,) = read(data, dialect=Dialect(numbers=Numbers.IGNORED))
    assert len(set(receipt_refs(found))) == 2


def test_number_of_another_day_is_another_line() -> None:
    numbered = PLAIN._replace(number="7")
    earlier = numbered._replace(booked_on=samples.DAY_BEFORE)
    (found,) = again(statement(earlier, numbered))
    assert len(set(receipt_refs(found))) == 2


# -------------------------------------------------------------------------------- sums and balances
def spoiled(data: bytes, line: int, first: int, text: bytes) -> bytes:
    """The file with other bytes from a position of a line, both counted from 1."""
    lines = data.split(b"\r\n")
    old = lines[line - 1]
    lines[line - 1] = old[: first - 1] + text + old[first - 1 + len(text) :]
    return b"\r\n".join(lines)


@pytest.mark.rule("BANK-002")
@pytest.mark.parametrize(
    ("first", "text"),
    [(7, b"3"), (20, b"1"), (26, b"2"), (39, b"1"), (61, b"2")],
)
def test_each_total_of_movements_is_checked(first: int, text: bytes) -> None:
    data = spoiled(samples.MOVED_BYTES, 5, first, text)
    assert codes(lambda: read(data)) == [("BNK-030", 5)]


def test_balances_agree_with_the_lines() -> None:
    data = spoiled(samples.MOVED_BYTES, 5, 54, b"1")
    assert codes(lambda: read(data)) == [("BNK-032", 5)]


def test_overdrawn_balance_has_its_sign() -> None:
    """Opening −1,000, out 500: closing −1,500."""
    out = BankLine(DAY, DAY, 500, Direction.OUT)
    overdrawn = statement(out, opening_yen=-1_000, closing_yen=-1_500)
    assert again(overdrawn) == (overdrawn,)


def test_blank_optional_numbers_are_nothing() -> None:
    data = samples.MOVED_BYTES
    for line, first, width in (
        (1, 114, 16),
        (2, 2, 8),
        (2, 23, 2),
        (2, 37, 45),
        (5, 40, 15),
        (6, 2, 15),
    ):
        data = spoiled(data, line, first, b" " * width)
    (found,) = read(data)
    assert (found.opening_yen, found.closing_yen) == (None, None)
    first_line = found.lines[0]
    assert (first_line.number, first_line.nature) == ("", "")
    assert (first_line.payer_code, first_line.cheques_yen) == ("", 0)


@pytest.mark.parametrize("count", [0, 3, 5, 6])
def test_each_way_of_counting_the_end_record_is_taken(count: int) -> None:
    data = spoiled(samples.MOVED_BYTES, 6, 2, f"{count:010}".encode())
    assert read(data) == (MOVED,)


def test_end_record_that_counts_no_known_way_is_refused() -> None:
    data = spoiled(samples.MOVED_BYTES, 6, 2, b"0000000004")
    assert codes(lambda: read(data)) == [("BNK-030", 6)]


def test_notice_totals_with_or_without_the_cancelled_are_taken() -> None:
    told = [each for each in NOTICES.lines if each.effect is Effect.TOLD]
    trailer = f"8{len(told):06}{sum(each.amount_yen for each in told):012}".encode()
    assert read(spoiled(samples.NOTICE_BYTES, 5, 1, trailer)) == (NOTICES,)
    assert read(spoiled(samples.NOTICE_BYTES, 5, 20, b" " * 18)) == (NOTICES,)


@pytest.mark.parametrize(("first", "text"), [(7, b"4"), (19, b"1"), (25, b"3"), (37, b"1")])
def test_each_total_of_notices_is_checked(first: int, text: bytes) -> None:
    assert codes(lambda: read(spoiled(samples.NOTICE_BYTES, 5, first, text))) == [("BNK-030", 5)]


# ------------------------------------------------------------------------------------------- years
def test_western_years_are_a_fault_until_the_bank_is_known_for_them() -> None:
    data = samples.MOVED_BYTES.replace(b"0811", b"2611")
    assert codes(lambda: read(data)) == [("BNK-025", 1)]
    assert read(data, dialect=Dialect(years=Years.WESTERN)) == (MOVED,)


def test_era_years_are_a_fault_where_western_ones_were_set() -> None:
    western = Dialect(years=Years.WESTERN)
    assert codes(lambda: read(samples.MOVED_BYTES, dialect=western)) == [("BNK-025", 1)]


def test_file_of_the_change_of_eras_is_read() -> None:
    """Heisei 31 ended on 30 April 2019; one file may hold both."""
    days = (date(2019, 4, 30), date(2019, 5, 1))
    lines = tuple(BankLine(on, on, 1_000, payer_name="ﾔﾏﾀﾞ") for on in days)
    old = statement(*lines, made_on=days[1], from_on=days[0], to_on=days[1])
    assert again(old, near_on=date(2019, 5, 7)) == (old,)


def test_kind_of_file_is_told_by_its_first_bytes() -> None:
    assert read(samples.WIDE_BYTES)[0].kind is StatementKind.NOTICE_WIDE
    assert codes(lambda: read(samples.TRANSFER_BYTES)) == [("BNK-005", 1)]


def test_names_that_the_format_forbids_are_read_all_the_same() -> None:
    """A payer's bank may send ｰ, ｦ or a comma; refusing the whole day for it would help nobody."""
    data = samples.MOVED_BYTES.replace(
        "ﾀﾅｶ ﾀﾛｳ".encode("shift_jis"), "ﾀﾅｶ,ｭｰ".encode("shift_jis") + b" "
    )
    (found,) = read(data)
    assert found.lines[1].payer_name == "ﾀﾅｶ,ｭｰ"
