"""The bank of the simulation: what came by transfer, as the files that a bank sends [入出金明細].

Names stand as people and banks write them: in half-width kana, with the member's number or without,
now and then somebody else's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import NamedTuple

from motocho.outside import bank
from motocho.outside.bank import AccountType, BankAccount, BankLine, BankStatement, StatementKind
from motocho.simulation._deeds import Payer
from motocho.simulation.world import Borrower, weighted
from motocho.units.errors import Unread, broken

ACCOUNT = BankAccount("0900", "123", AccountType.ORDINARY, "7654321")
_TRANSFER = "11"
_STRANGERS = ("カ)ホシゾラショウジ", "ミツバケイリジムショ", "ナマエ ナシ", "ユ)コガネヤ")


class Coming(NamedTuple):
    """A transfer on its way into a file [振込入金]."""

    amount_yen: int
    value_on: date
    name: str
    about: object
    """What the simulation knows of it, and the file does not tell."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A bank's file, and by its lines' keys what only the simulation knows [明細ファイル]."""

    data: bytes
    amount_yen: int
    about: dict[str, object]


@dataclass(slots=True)
class Bank:
    """An account of the lender's, with the lines that are to come [銀行口座]."""

    coming: defaultdict[date, list[Coming]] = field(default_factory=lambda: defaultdict(list))

    def statement(self, on: date, thrown: Random) -> Statement | None:
        """The file of a business day, if anything came [当日の明細]."""
        came = self.coming.pop(on, [])
        if not came:
            return None
        thrown.shuffle(came)
        lines = tuple(_line(one, on, number) for number, one in enumerate(came, start=1))
        kind = StatementKind.MOVEMENTS
        sent = BankStatement(kind, ACCOUNT, made_on=on, from_on=on, to_on=on, lines=lines)
        data = bank.write_statements([sent])
        (read,) = bank.read_statements(data, near_on=on)
        about = {
            receipt.receipt_ref: one.about
            for receipt, one in zip(bank.receipts(read), came, strict=True)
        }
        return Statement(data, sum(one.amount_yen for one in came), about)


def _line(one: Coming, on: date, number: int) -> BankLine:
    return BankLine(
        on, one.value_on, one.amount_yen, nature=_TRANSFER, number=str(number), payer_name=one.name
    )


def name_on_transfer(
    payer: Payer, own: Borrower, everybody: Sequence[Borrower], thrown: Random
) -> str:
    """What stands on a transfer as its sender [振込依頼人名]."""
    match payer:
        case Payer.UNKNOWN:
            return _half_width(thrown.choice(_STRANGERS))
        case Payer.MISTAKEN:
            own = thrown.choice(everybody)
            return _half_width(_kana(own))
        case _:
            kana = _half_width(_kana(own))
            forms = ((kana, 6), (f"{own.number} {kana}", 3), (kana.replace(" ", ""), 1))
            return weighted(thrown, forms)


def _kana(borrower: Borrower) -> str:
    return f"{borrower.person.family_kana} {borrower.person.given_kana}"


def _half_width(kana: str) -> str:
    name = bank.account_name(kana)
    if isinstance(name, Unread):
        broken("a name that banks can write", kana=kana)
    return name
