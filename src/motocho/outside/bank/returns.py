"""Transfers that came back: not paid at the other end, or recalled by us [組戻し・資金返却].

The formats have no code for it: the money returns as a line of the statement, often under the name
of the very member it was meant for, so that it looks like a repayment. `is_return` knows such a
line by its words; `find_sent` says which transfer it was, where there is one only.

>>> from datetime import date
>>> came = date(2026, 11, 25)
>>> line = BankLine(came, came, 50_000, payer_name="ﾔﾏﾀﾞ ﾊﾅｺ", note="ｸﾐﾓﾄﾞｼ ｺｳｻﾞﾅｼ")
>>> is_return(line), reason_of(line).name_ja
(True, '口座なし')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.outside.bank.names import compared
from motocho.outside.bank.statements import BankLine, Direction
from motocho.outside.bank.transfers import Transfer


class ReturnReason(Enum):
    """Why a transfer came back [振込不能・組戻しの事由].

    Why       banks write these in words of their own, and the list is ours: they have no code.
    """

    NO_ACCOUNT = "no_account"
    NAME_DIFFERS = "name_differs"
    ACCOUNT_CLOSED = "account_closed"
    PAYEE_REFUSES = "payee_refuses"
    RECALLED = "recalled"
    UNKNOWN = "unknown"

    @property
    def name_ja(self) -> str:
        """Meaning in Japanese [事由]."""
        return _MEANINGS[self][0]

    @property
    def name_en(self) -> str:
        """Meaning in English [事由の英語名]."""
        return _MEANINGS[self][1]


_MEANINGS = {
    ReturnReason.NO_ACCOUNT: ("口座なし", "no such account"),
    ReturnReason.NAME_DIFFERS: ("名義相違", "the name differs"),
    ReturnReason.ACCOUNT_CLOSED: ("口座解約済み", "the account is closed"),
    ReturnReason.PAYEE_REFUSES: ("入金停止・受取拒否", "the account takes no payments"),
    ReturnReason.RECALLED: ("依頼による組戻し", "recalled by us"),
    ReturnReason.UNKNOWN: ("事由不明", "reason not told"),
}
_RETURN_WORDS = tuple(
    compared(word) for word in ("クミモドシ", "ヘンキヤク", "フリコミフノウ", "フリモドシ")
)
_REASON_WORDS = tuple(
    (compared(word), reason)
    for word, reason in (
        ("コウザナシ", ReturnReason.NO_ACCOUNT),
        ("ガイトウナシ", ReturnReason.NO_ACCOUNT),
        ("メイギソウイ", ReturnReason.NAME_DIFFERS),
        ("ナマエソウイ", ReturnReason.NAME_DIFFERS),
        ("カイヤク", ReturnReason.ACCOUNT_CLOSED),
        ("ニユウキンテイシ", ReturnReason.PAYEE_REFUSES),
        ("ウケトリキヨヒ", ReturnReason.PAYEE_REFUSES),
        ("イライニヨル", ReturnReason.RECALLED),
    )
)


def is_return(line: BankLine) -> bool:
    """Whether a line of money that came says that it is our own transfer returned [組戻し].

    Why       a bank that says it in other words is not recognised; each bank's word is to be tried
              once, as `docs/operations/bank.md` says.
    """
    if line.direction is not Direction.IN:
        return False
    said = _said(line)
    return any(word in said for word in _RETURN_WORDS)


def reason_of(line: BankLine) -> ReturnReason:
    """Why it came back, as far as the line says [組戻しの事由]."""
    said = _said(line)
    found = (reason for word, reason in _REASON_WORDS if word in said)
    return next(found, ReturnReason.UNKNOWN)


def _said(line: BankLine) -> str:
    if not line.note and not line.edi:
        return compared(line.payer_name)
    return "|".join(compared(text) for text in (line.note, line.payer_name, line.edi))


@dataclass(frozen=True, slots=True)
class Sent:
    """A transfer that left, with our key for it [送った振込]."""

    transfer_ref: str
    sent_on: date
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned line and the transfer it was [組戻しの照合]; None where a person must say."""

    line: BankLine
    reason: ReturnReason
    sent: Sent | None
    candidates: tuple[Sent, ...]


def find_sent(line: BankLine, sent: Sequence[Sent]) -> Returned:
    """Which transfer a returned line was [組戻しの対象].

    Takes     transfers that are not known to have been returned.
    Gives     the one transfer of this amount, sent by that day, whose payee the line names;
              where it is not one, all of the amount as candidates.
    Law       BANK-007 is the caller's: the advance of a returned transfer is reversed, 民法587条.
    """
    same = tuple(
        each
        for each in sent
        if each.transfer.amount_yen == line.amount_yen and each.sent_on <= line.booked_on
    )
    said = _said(line)
    named = tuple(each for each in same if compared(each.transfer.name) in said)
    only = named[0] if len(named) == 1 else None
    return Returned(line, reason_of(line), only, named or same)
