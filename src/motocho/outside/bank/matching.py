"""Whose money came: lines of a statement to members, or to a person's desk [入金消込].

A line is matched only by what leaves one member: a virtual account that is theirs, their number
with their name, a name that one member alone has, or a name of several of whom one alone owes this
very amount. Everything else is an exception with its reason and whom it might be; nothing is
guessed, and no line is dropped.

>>> from datetime import date
>>> from motocho.outside.bank.statements import BankLine
>>> from motocho.units.errors import Language
>>> hanako = Payer("m1", "12345678", ("ヤマダ ハナコ", "スズキ ハナコ"))
>>> directory = Directory([hanako])
>>> day = date(2026, 11, 20)
>>> came = [BankLine(day, day, 8_000, payer_name=name) for name in ("ｽｽﾞｷ ﾊﾅｺ", "ﾀﾅｶ ﾀﾛｳ")]
>>> lines = [ReceiptLine(str(n), line.amount_yen, day, line) for n, line in enumerate(came)]
>>> outcome = match_receipts(lines, directory)
>>> outcome.matched[0].payer.member_id, outcome.matched[0].basis.name
('m1', 'NAME')
>>> outcome.exceptions[0].reason.name, outcome.exceptions[0].fault().what(Language.JA)
('NO_SUCH_NAME', '「ﾀﾅｶ ﾀﾛｳ」という名義の会員はいません')
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from motocho.outside.bank.names import compared
from motocho.outside.bank.returns import is_return
from motocho.outside.bank.statements import CORRECTION, BankLine, Effect, ReceiptLine
from motocho.units.errors import Fault, broken, ensure
from motocho.units.money import yen_text
from motocho.units.text import MEMBER_NUMBER


class Payer(NamedTuple):
    """A member as a payer [消込の候補].

    `number` is eight digits; `names` are the kana of now and of before; `virtual_account` is the
    branch and number of an account kept for this member alone, ten digits, or empty;
    `expected_yen` are amounts this member would pay now: due, minimum, payoff.
    """

    member_id: str
    number: str
    names: tuple[str, ...]
    virtual_account: str = ""
    expected_yen: frozenset[int] = frozenset()


class Basis(Enum):
    """By what a line was matched [消込の根拠]."""

    VIRTUAL_ACCOUNT = "virtual_account"
    NUMBER_AND_NAME = "number_and_name"
    NAME = "name"
    NAME_AND_AMOUNT = "name_and_amount"


class ExceptionReason(Enum):
    """Why a line waits for a person [消込できない理由]; the value is the code of its message."""

    NO_SUCH_NAME = "BNK-080"
    SEVERAL_OF_THE_NAME = "BNK-081"
    NUMBER_OF_ANOTHER = "BNK-082"
    SOMEBODY_ELSE_PAYS = "BNK-083"
    NOT_POSITIVE = "BNK-084"
    ALREADY_SEEN = "BNK-085"
    NO_SUCH_NUMBER = "BNK-086"
    NO_NAME = "BNK-087"
    CANCELLED = "BNK-088"
    RETURNED_TRANSFER = "BNK-089"
    CORRECTION = "BNK-090"
    CHEQUE = "BNK-091"


class Match(NamedTuple):
    """A line and the one member it is of [消込]."""

    receipt: ReceiptLine
    payer: Payer
    basis: Basis
    named_otherwise: str = ""
    """The payer's name, where it is not the member's: money into a virtual account may be paid by
    anyone (民法474条), and the receipt then names another."""


class Unmatched(NamedTuple):
    """A line that waits for a person [消込例外]: why, and whom it might be."""

    receipt: ReceiptLine
    reason: ExceptionReason
    candidates: tuple[Payer, ...] = ()

    def fault(self) -> Fault:
        """The reason as a message [理由の表示]."""
        line = self.receipt.line
        details = {
            "name": line.payer_name or "-",
            "amount": yen_text(line.amount_yen),
            "count": str(len(self.candidates)),
            "numbers": ", ".join(payer.number for payer in self.candidates[:3]) or "-",
        }
        return Fault(self.reason.value, excerpt=line.payer_name, details=details)


@dataclass(frozen=True, slots=True)
class Matching:
    """All lines, each in one of both lists, in their order [消込の結果]."""

    matched: tuple[Match, ...]
    exceptions: tuple[Unmatched, ...]


@dataclass(slots=True)
class Directory:
    """Members by number, virtual account and name [消込の名簿]; made once, asked often.

    Names of now and of before count alike. A number or virtual account stands for one member; a
    second one of the same stops the program, for it would be a guess.
    """

    payers: Iterable[Payer]
    by_number: dict[str, Payer] = field(default_factory=dict, init=False)
    by_virtual_account: dict[str, Payer] = field(default_factory=dict, init=False)
    by_name: dict[str, tuple[Payer, ...]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for payer in self.payers:
            ensure(payer.number not in self.by_number, "a number of two", number=payer.number)
            self.by_number[payer.number] = payer
            account = payer.virtual_account
            if account:
                ensure(account not in self.by_virtual_account, "an account of two", account=account)
                self.by_virtual_account[account] = payer
            for name in {compared(each) for each in payer.names} - {""}:
                self.by_name[name] = (*self.by_name.get(name, ()), payer)


class Wanted(NamedTuple):
    """What a directory must hold to match some lines [名簿の照会キー]: whoever has one of these."""

    names: frozenset[str]
    numbers: frozenset[str]
    virtual_accounts: frozenset[str]


def wanted(receipts: Iterable[ReceiptLine]) -> Wanted:
    """By what to look up the members that some lines may be of [名簿の照会].

    Gives     names as `names.compared` gives them, numbers, virtual accounts.
    Why       a lender of millions makes a directory for a day's lines, not of everybody; with every
              member who has one of these keys the answer is the same.
    """
    names: set[str] = set()
    numbers: set[str] = set()
    accounts: set[str] = set()
    for receipt in receipts:
        line = receipt.line
        whole = compared(line.payer_name)
        number, name = _parted(whole)
        names |= {whole, name}
        numbers |= {number, line.edi, line.payer_code.removeprefix("00")}
        accounts.add(line.payer_code)
    eight = frozenset(text for text in numbers if len(text) == MEMBER_NUMBER.length)
    return Wanted(frozenset(names - {""}), eight, frozenset(accounts - {""}))


def match_receipts(
    receipts: Sequence[ReceiptLine], directory: Directory, seen: Collection[str] = frozenset()
) -> Matching:
    """Match lines to members, or say why not [入金消込].

    Takes     lines of `statements.receipts`; `seen`: keys of lines that are booked already.
    Gives     every line once. The same input gives the same answer; nothing else is looked at.
    Law       BANK-005: by the whole name after normalising; several of one name are never one.
    """
    matched: list[Match] = []
    exceptions: list[Unmatched] = []
    met = set(seen)
    for receipt in receipts:
        if receipt.receipt_ref in met:
            exceptions.append(Unmatched(receipt, ExceptionReason.ALREADY_SEEN))
            continue
        met.add(receipt.receipt_ref)
        found = _one(receipt, directory)
        if isinstance(found, Match):
            matched.append(found)
        else:
            exceptions.append(found)
    return Matching(tuple(matched), tuple(exceptions))


def _one(receipt: ReceiptLine, directory: Directory) -> Match | Unmatched:
    """One line, by the surest thing it has."""
    barred = _barred(receipt)
    if barred is not None:
        return Unmatched(receipt, barred)
    line = receipt.line
    whole = compared(line.payer_name)
    number, name = _parted(whole)
    if number and len(number) != MEMBER_NUMBER.length and whole in directory.by_name:
        number, name = "", whole
    elsewhere = _number_elsewhere(line, directory)
    if number in directory.by_number and elsewhere not in {"", number}:
        both = (directory.by_number[number], directory.by_number[elsewhere])
        return Unmatched(receipt, ExceptionReason.NUMBER_OF_ANOTHER, both)
    number = number or elsewhere
    if line.payer_code and line.payer_code in directory.by_virtual_account:
        return _by_virtual_account(receipt, directory, number, name)
    if number:
        return _by_number(receipt, directory, number, name)
    if not name:
        return Unmatched(receipt, ExceptionReason.NO_NAME)
    return _by_name(receipt, directory, name)


def _barred(receipt: ReceiptLine) -> ExceptionReason | None:
    """What a line is that is no ordinary payment, whoever it is of."""
    line = receipt.line
    if line.effect is Effect.CANCELLED:
        return ExceptionReason.CANCELLED
    if line.amount_yen <= 0:
        return ExceptionReason.NOT_POSITIVE
    if line.nature == CORRECTION:
        return ExceptionReason.CORRECTION
    if line.cheques_yen:
        return ExceptionReason.CHEQUE
    return ExceptionReason.RETURNED_TRANSFER if is_return(line) else None


_NUMBERED = re.compile("([0-9][0-9-]*)?(.*?)([0-9][0-9-]*)?")


def _parted(whole: str) -> tuple[str, str]:
    """The digits typed before or after a name, and the name without them.

    Why       payers are asked to type their number before the name; some type it after. A run of
              other than eight digits, or one before and one after, is kept: no member has it.
    """
    if not whole or not (whole[0].isdecimal() or whole[-1].isdecimal()):
        return "", whole
    found = _NUMBERED.fullmatch(whole)
    if found is None:
        broken("a pattern that takes every text", whole=whole)
    head, name, tail = (part or "" for part in found.groups())
    number = f"{head}/{tail}" if head and tail else f"{head}{tail}"
    return number.replace("-", ""), name.strip("-")


def _number_elsewhere(line: BankLine, directory: Directory) -> str:
    """A member's number in the EDI field, or typed where the bank keeps codes of payers.

    Why       banks use both for other things too, so only a number that a member has is one.
    """
    for text in (line.edi, line.payer_code.removeprefix("00")):
        if len(text) == MEMBER_NUMBER.length and text in directory.by_number:
            return text
    return ""


def _by_virtual_account(
    receipt: ReceiptLine, directory: Directory, number: str, name: str
) -> Match | Unmatched:
    """The account says whose the money is, unless a typed number says another's."""
    payer = directory.by_virtual_account[receipt.line.payer_code]
    numbered = directory.by_number.get(number, payer)
    if numbered is not payer:
        candidates = (payer, numbered)
        return Unmatched(receipt, ExceptionReason.NUMBER_OF_ANOTHER, candidates)
    own = payer in directory.by_name.get(name, ())
    return Match(receipt, payer, Basis.VIRTUAL_ACCOUNT, "" if own else receipt.line.payer_name)


def _by_number(
    receipt: ReceiptLine, directory: Directory, number: str, name: str
) -> Match | Unmatched:
    named = directory.by_name.get(name, ())
    payer = directory.by_number.get(number)
    if payer is None:
        return Unmatched(receipt, ExceptionReason.NO_SUCH_NUMBER, named)
    if not name:
        return Unmatched(receipt, ExceptionReason.NO_NAME, (payer,))
    if payer in named:
        return Match(receipt, payer, Basis.NUMBER_AND_NAME)
    if named:
        return Unmatched(receipt, ExceptionReason.NUMBER_OF_ANOTHER, (payer, *named))
    return Unmatched(receipt, ExceptionReason.SOMEBODY_ELSE_PAYS, (payer,))


def _by_name(receipt: ReceiptLine, directory: Directory, name: str) -> Match | Unmatched:
    named = directory.by_name.get(name, ())
    if not named:
        return Unmatched(receipt, ExceptionReason.NO_SUCH_NAME)
    if len(named) == 1:
        return Match(receipt, named[0], Basis.NAME)
    expecting = [payer for payer in named if receipt.amount_yen in payer.expected_yen]
    if len(expecting) == 1:
        return Match(receipt, expecting[0], Basis.NAME_AND_AMOUNT)
    return Unmatched(receipt, ExceptionReason.SEVERAL_OF_THE_NAME, named)
