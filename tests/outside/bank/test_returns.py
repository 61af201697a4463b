"""Transfers that came back look like repayments and are none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.outside.bank import samples
from tests.outside.bank.samples import DAY

from motocho.outside import bank
from motocho.outside.bank import BankLine, ReturnReason, Sent


def returned(name: str = "ﾔﾏﾀﾞ ﾊﾅｺ", amount_yen: int = 50_000, **more: Any) -> BankLine:
    return BankLine(DAY, DAY, amount_yen, payer_name=name, **{"note": "ｸﾐﾓﾄﾞｼ", **more})


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("ｸﾐﾓﾄﾞｼ", ReturnReason.UNKNOWN),
        ("ﾌﾘｺﾐ ｸﾐﾓﾄﾞｼ ｺｳｻﾞﾅｼ", ReturnReason.NO_ACCOUNT),
        ("ﾌﾘｺﾐﾌﾉｳ ﾒｲｷﾞｿｳｲ", ReturnReason.NAME_DIFFERS),
        ("ｼｷﾝﾍﾝｷｬｸ ｶｲﾔｸ", ReturnReason.ACCOUNT_CLOSED),
        ("ﾍﾝｷﾔｸ ﾆﾕｳｷﾝﾃｲｼ", ReturnReason.PAYEE_REFUSES),
        ("ｸﾐﾓﾄﾞｼ ｲﾗｲﾆﾖﾙ", ReturnReason.RECALLED),
    ],
)
def test_reasons_are_read_from_the_words_of_banks(note: str, reason: ReturnReason) -> None:
    line = returned(note=note)
    assert bank.is_return(line)
    assert bank.find_sent(line, []).reason is reason
    assert reason.name_ja
    assert reason.name_en


@pytest.mark.parametrize(
    "line",
    [
        returned(note="ﾌﾘｺﾐ"),
        returned(note=""),
        returned(direction=bank.Direction.OUT),
    ],
)
def test_ordinary_lines_are_no_returns(line: BankLine) -> None:
    assert not bank.is_return(line)


HANAKO, TARO, _ = samples.TRANSFERS.transfers
SENT = Sent("t1", DAY - timedelta(days=1), HANAKO)
OTHERS = (
    Sent("t2", DAY - timedelta(days=1), TARO),
    Sent("t3", DAY + timedelta(days=1), HANAKO),
)


def test_transfer_is_found_by_amount_name_and_day() -> None:
    found = bank.find_sent(returned(), [*OTHERS, SENT])
    assert (found.sent, found.candidates) == (SENT, (SENT,))


def test_name_may_stand_in_the_note() -> None:
    found = bank.find_sent(returned(name="", note="ｸﾐﾓﾄﾞｼ ﾔﾏﾀﾞ ﾊﾅｺ"), [SENT])
    assert found.sent == SENT


def test_two_transfers_of_one_amount_and_name_wait_for_a_person() -> None:
    twin = Sent("t4", DAY, HANAKO)
    found = bank.find_sent(returned(), [SENT, twin])
    assert (found.sent, found.candidates) == (None, (SENT, twin))


def test_amount_alone_is_no_proof() -> None:
    found = bank.find_sent(returned(name="ﾍﾞﾂ ﾒｲｷﾞ"), [SENT])
    assert (found.sent, found.candidates) == (None, (SENT,))
    assert bank.find_sent(returned(amount_yen=1), [SENT]).candidates == ()
