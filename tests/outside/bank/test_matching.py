"""Whose money came: one member or a person's desk, never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outside.bank.samples import DAY, UNHURRIED

from motocho.outside import bank
from motocho.outside.bank import BankLine, Basis, ExceptionReason, Payer, ReceiptLine
from motocho.units.errors import BrokenInvariant, Language

HANAKO = Payer(
    "m1", "12345678", ("ヤマダ ハナコ", "スズキ ハナコ"), "2000000001", frozenset({8_000})
)
TARO = Payer("m2", "22222222", ("タナカ タロウ",), expected_yen=frozenset({5_000, 9_000}))
NAMESAKE = Payer("m3", "33333333", ("タナカ　タロウ",), expected_yen=frozenset({6_000, 9_000}))
SHOP = Payer("m4", "44444444", ("マルイチ株式会社",))
DIGITS = Payer("m5", "55555555", ("77ショウジ",))
DIRECTORY = bank.Directory([HANAKO, TARO, NAMESAKE, SHOP, DIGITS])


def receipt(name: str = "", amount_yen: int = 1_000, ref: str = "r1", **more: Any) -> ReceiptLine:
    line = BankLine(DAY, DAY, amount_yen, payer_name=name, **more)
    return ReceiptLine(ref, amount_yen, DAY, line)


def one(came: ReceiptLine, seen: Sequence[str] = ()) -> bank.Match | bank.Unmatched:
    found = bank.match_receipts([came], DIRECTORY, seen)
    every: list[bank.Match | bank.Unmatched] = [*found.matched, *found.exceptions]
    (only,) = every
    return only


@pytest.mark.rule("BANK-005")
@pytest.mark.parametrize(
    ("came", "payer", "basis"),
    [
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ"), HANAKO, Basis.NAME),
        (receipt("ﾔﾏﾀﾞﾊﾅｺ"), HANAKO, Basis.NAME),
        (receipt("ｽｽﾞｷ ﾊﾅｺ"), HANAKO, Basis.NAME),  # the name of before
        (receipt("12345678ﾔﾏﾀﾞ ﾊﾅｺ"), HANAKO, Basis.NUMBER_AND_NAME),
        (receipt("12345678 ﾔﾏﾀﾞ ﾊﾅｺ"), HANAKO, Basis.NUMBER_AND_NAME),
        (receipt("1234-5678 ﾔﾏﾀﾞ ﾊﾅｺ"), HANAKO, Basis.NUMBER_AND_NAME),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ 12345678"), HANAKO, Basis.NUMBER_AND_NAME),
        (receipt("ﾀﾅｶ ﾀﾛｳ", edi="33333333"), NAMESAKE, Basis.NUMBER_AND_NAME),
        (receipt("ﾀﾅｶ ﾀﾛｳ", payer_code="0022222222"), TARO, Basis.NUMBER_AND_NAME),
        (receipt("22222222ﾀﾅｶ ﾀﾛｳ"), TARO, Basis.NUMBER_AND_NAME),
        (receipt("ﾀﾅｶ ﾀﾛｳ", 5_000), TARO, Basis.NAME_AND_AMOUNT),
        (receipt("ﾀﾅｶ ﾀﾛｳ", 6_000), NAMESAKE, Basis.NAME_AND_AMOUNT),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", payer_code="2000000001"), HANAKO, Basis.VIRTUAL_ACCOUNT),
        (receipt("", payer_code="2000000001"), HANAKO, Basis.VIRTUAL_ACCOUNT),
        (receipt("ﾏﾙｲﾁ(ｶ"), SHOP, Basis.NAME),
        (receipt("ﾏﾙｲﾁ ｶﾌﾞｼｷｶﾞｲｼﾔ"), SHOP, Basis.NAME),
        (receipt("77ｼﾖｳｼﾞ"), DIGITS, Basis.NAME),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", edi="20261130"), HANAKO, Basis.NAME),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", payer_code="0000000815"), HANAKO, Basis.NAME),
    ],
)
def test_line_that_leaves_one_member_is_matched(
    came: ReceiptLine, payer: Payer, basis: Basis
) -> None:
    found = one(came)
    assert isinstance(found, bank.Match)
    assert (found.payer, found.basis, found.named_otherwise) == (payer, basis, "")


@pytest.mark.rule("BANK-005")
@pytest.mark.parametrize(
    ("came", "reason", "candidates"),
    [
        (receipt("ｻﾄｳ ｼﾞﾛｳ"), ExceptionReason.NO_SUCH_NAME, ()),
        (receipt("ｶ)ﾏﾙｲﾁ"), ExceptionReason.NO_SUCH_NAME, ()),
        (receipt("ﾔﾏﾀﾞ"), ExceptionReason.NO_SUCH_NAME, ()),
        (receipt("ﾀﾅｶ ﾀﾛｳ"), ExceptionReason.SEVERAL_OF_THE_NAME, (TARO, NAMESAKE)),
        (receipt("ﾀﾅｶ ﾀﾛｳ", 9_000), ExceptionReason.SEVERAL_OF_THE_NAME, (TARO, NAMESAKE)),
        (receipt("12345678ﾀﾅｶ ﾀﾛｳ"), ExceptionReason.NUMBER_OF_ANOTHER, (HANAKO, TARO, NAMESAKE)),
        (receipt("22222222ﾔﾏﾀﾞ ﾊﾅｺ"), ExceptionReason.NUMBER_OF_ANOTHER, (TARO, HANAKO)),
        (
            receipt("ﾔﾏﾀﾞ ﾊﾅｺ", payer_code="0022222222"),
            ExceptionReason.NUMBER_OF_ANOTHER,
            (TARO, HANAKO),
        ),
        (
            receipt("22222222ﾔﾏﾀﾞ ﾊﾅｺ", payer_code="2000000001"),
            ExceptionReason.NUMBER_OF_ANOTHER,
            (HANAKO, TARO),
        ),
        (receipt("12345678ｻﾄｳ ｼﾞﾛｳ"), ExceptionReason.SOMEBODY_ELSE_PAYS, (HANAKO,)),
        (receipt("99999999ﾔﾏﾀﾞ ﾊﾅｺ"), ExceptionReason.NO_SUCH_NUMBER, (HANAKO,)),
        (receipt("1234567ﾔﾏﾀﾞ ﾊﾅｺ"), ExceptionReason.NO_SUCH_NUMBER, (HANAKO,)),
        (receipt("123456789ﾔﾏﾀﾞ ﾊﾅｺ"), ExceptionReason.NO_SUCH_NUMBER, (HANAKO,)),
        (receipt("12345678ﾔﾏﾀﾞ ﾊﾅｺ22222222"), ExceptionReason.NO_SUCH_NUMBER, (HANAKO,)),
        (receipt("1234ﾔﾏﾀﾞ ﾊﾅｺ5678"), ExceptionReason.NO_SUCH_NUMBER, (HANAKO,)),
        (
            receipt("12345678ﾔﾏﾀﾞ ﾊﾅｺ", edi="22222222"),
            ExceptionReason.NUMBER_OF_ANOTHER,
            (HANAKO, TARO),
        ),
        (receipt("12345678"), ExceptionReason.NO_NAME, (HANAKO,)),
        (receipt(""), ExceptionReason.NO_NAME, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", 0), ExceptionReason.NOT_POSITIVE, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", -5), ExceptionReason.NOT_POSITIVE, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", effect=bank.Effect.CANCELLED), ExceptionReason.CANCELLED, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", nature="19"), ExceptionReason.CORRECTION, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", cheques_yen=1), ExceptionReason.CHEQUE, ()),
        (receipt("ﾔﾏﾀﾞ ﾊﾅｺ", note="ｸﾐﾓﾄﾞｼ"), ExceptionReason.RETURNED_TRANSFER, ()),
        (
            receipt("ﾔﾏﾀﾞ ﾊﾅｺ", note="ﾌﾘｺﾐ ｼｷﾝ ﾍﾝｷﾔｸ", payer_code="2000000001"),
            ExceptionReason.RETURNED_TRANSFER,
            (),
        ),
    ],
)
def test_line_that_could_be_another_s_waits_for_a_person(
    came: ReceiptLine, reason: ExceptionReason, candidates: tuple[Payer, ...]
) -> None:
    found = one(came)
    assert isinstance(found, bank.Unmatched)
    assert (found.reason, found.candidates) == (reason, candidates)
    for language in Language:
        assert found.fault().what(language)
        assert found.fault().fix(language)


def test_other_name_into_a_virtual_account_is_told() -> None:
    """The account is the member's own; who paid stands on the receipt."""
    found = one(receipt("ﾔﾏﾀﾞ ｲﾁﾛｳ", payer_code="2000000001"))
    assert isinstance(found, bank.Match)
    assert (found.basis, found.named_otherwise) == (Basis.VIRTUAL_ACCOUNT, "ﾔﾏﾀﾞ ｲﾁﾛｳ")


def test_line_that_is_booked_is_not_matched_again() -> None:
    found = one(receipt("ﾔﾏﾀﾞ ﾊﾅｺ"), seen=("r1",))
    assert isinstance(found, bank.Unmatched)
    assert found.reason is ExceptionReason.ALREADY_SEEN


def test_same_key_twice_in_one_call_is_matched_once() -> None:
    found = bank.match_receipts([receipt("ﾔﾏﾀﾞ ﾊﾅｺ"), receipt("ﾔﾏﾀﾞ ﾊﾅｺ")], DIRECTORY)
    assert len(found.matched) == 1
    assert [each.reason for each in found.exceptions] == [ExceptionReason.ALREADY_SEEN]


def test_number_of_two_members_stops_the_program() -> None:
    with pytest.raises(BrokenInvariant):
        bank.Directory([HANAKO, HANAKO._replace(member_id="m9")])
    with pytest.raises(BrokenInvariant):
        bank.Directory([HANAKO, TARO._replace(virtual_account=HANAKO.virtual_account)])


def test_names_now_and_before_that_are_one_count_once() -> None:
    twice = Payer("m9", "99999999", ("ヤマダ ハナコ", "ﾔﾏﾀﾞﾊﾅｺ", ""))
    found = bank.match_receipts([receipt("ﾔﾏﾀﾞ ﾊﾅｺ")], bank.Directory([twice]))
    assert [each.payer for each in found.matched] == [twice]


NAMES = st.sampled_from(["ﾔﾏﾀﾞ ﾊﾅｺ", "ﾀﾅｶ ﾀﾛｳ", "ｻﾄｳ ｼﾞﾛｳ", "ｽｽﾞｷ ﾊﾅｺ", "", "77ｼﾖｳｼﾞ", "-", "()"])
PREFIXES = st.sampled_from(["", "12345678", "22222222", "1", "99999999", "1-2 "])
CAME = st.builds(
    lambda prefix, name, amount, code, ref: receipt(prefix + name, amount, ref, payer_code=code),
    PREFIXES,
    NAMES,
    st.sampled_from([-1, 0, 5_000, 8_000, 9_000]),
    st.sampled_from(["", "2000000001", "0022222222", "9999999999"]),
    st.text("ab", min_size=1, max_size=3),
)


@UNHURRIED
@given(st.lists(CAME, max_size=12))
def test_every_line_comes_out_once_and_no_key_is_matched_twice(came: list[ReceiptLine]) -> None:
    found = bank.match_receipts(came, DIRECTORY)
    out = [each.receipt for each in found.matched] + [each.receipt for each in found.exceptions]
    assert sorted(map(id, out)) == sorted(map(id, came))
    refs = [each.receipt.receipt_ref for each in found.matched]
    assert len(set(refs)) == len(refs)
    again = bank.match_receipts(came, DIRECTORY, seen=refs)
    assert not again.matched or set(refs).isdisjoint(
        each.receipt.receipt_ref for each in again.matched
    )
    assert bank.match_receipts(came, DIRECTORY) == found


@UNHURRIED
@given(CAME)
def test_match_by_name_is_of_a_member_of_that_name(came: ReceiptLine) -> None:
    """A second look, by another road: no line is given to a member it does not name."""
    found = one(came)
    if isinstance(found, bank.Match) and found.basis is not Basis.VIRTUAL_ACCOUNT:
        shown = bank.compared(came.line.payer_name)
        assert any(bank.compared(name) in shown for name in found.payer.names)


@UNHURRIED
@given(st.lists(CAME, max_size=8))
def test_directory_of_what_is_wanted_gives_the_same_answer(came: list[ReceiptLine]) -> None:
    keys = bank.wanted(came)
    some = [
        payer
        for payer in DIRECTORY.payers
        if payer.number in keys.numbers
        or payer.virtual_account in keys.virtual_accounts
        or any(bank.compared(name) in keys.names for name in payer.names)
    ]
    small = bank.match_receipts(came, bank.Directory(some))
    assert small == bank.match_receipts(came, DIRECTORY)
