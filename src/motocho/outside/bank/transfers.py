"""Transfers out: what we ask our bank to pay, in one file a day [総合振込].

A transfer that does not fit its fields is refused before a byte is written: codes of the right
length, a payee's name in the signs of banks, whole yen from 1 to what ten digits hold, a day on
which banks work. Nothing is cut or replaced in silence.

>>> from motocho.outside.bank.accounts import AccountType
>>> ours = BankAccount("9999", "101", AccountType.CURRENT, "0000001", "ﾃｽﾄ", "ﾎﾝﾃﾝ")
>>> theirs = BankAccount("9998", "001", AccountType.ORDINARY, "1234567")
>>> asked = (Transfer(theirs, "ﾔﾏﾀﾞ ﾊﾅｺ", 50_000, reference_codes=(12345678, 1)),)
>>> file = TransferFile(Originator("1234567890", "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ", ours), date(2026, 11, 24), asked)
>>> data = write_transfers(file)
>>> len(data), read_transfers(data, near_on=date(2026, 11, 20)) == file
(488, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from motocho.outside.bank import orders, records
from motocho.outside.bank.accounts import NOVELTIES, BankAccount, Novelty, Originator, account_of
from motocho.outside.bank.layouts import TRANSFER
from motocho.outside.bank.records import Composer, Faults, Separator, Values
from motocho.units.money import yen_text

_CODE_DIGITS = 10
_HAS_EDI = "Y"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer [振込]: to whom, how much, and what comes back to us with it.

    `name` is in the signs of banks: `names.payee_name` makes it. `reference_codes` are two numbers
    of ours [顧客コード]; `edi` is text for the payee in their place, not both.
    """

    payee: BankAccount
    name: str
    amount_yen: int
    novelty: Novelty = Novelty.KNOWN
    reference_codes: tuple[int, int] = (0, 0)
    edi: str = ""


@dataclass(frozen=True, slots=True)
class TransferFile:
    """All transfers of one day from one account [総合振込ファイル]."""

    originator: Originator
    pay_on: date
    transfers: tuple[Transfer, ...]

    @property
    def sum_yen(self) -> int:
        """What leaves our account, without the bank's charges [合計金額]."""
        return sum(transfer.amount_yen for transfer in self.transfers)


def write_transfers(file: TransferFile, *, separator: Separator = Separator.CRLF) -> bytes:
    """The bytes to send to the bank [総合振込ファイルの作成].

    Gives     header, data, trailer and end records of 120 bytes, each with its separator.
    Raises    FaultyInput with every fault, by the line it would have had; nothing is written then.
    Law       全銀協制定フォーマット 総合振込 (BANK-001, 002, 003).
    """
    faults = Faults(None)
    amounts = [transfer.amount_yen for transfer in file.transfers]
    orders.check_file(faults, TRANSFER.header, file.pay_on, amounts)
    composer = Composer(TRANSFER, faults)
    composer.add("1", {"on": f"{file.pay_on:%m%d}", **file.originator.values()})
    for transfer in file.transfers:
        line = composer.next_line
        orders.check_line(faults, line, TRANSFER.data, transfer.name, transfer.amount_yen)
        composer.add("2", {**transfer.payee.values(), **_values(transfer, line, faults)})
    faults.refuse()
    composer.add("8", {"count": len(file.transfers), "sum_yen": file.sum_yen})
    composer.add("9", {})
    return composer.finished(separator)


def _values(transfer: Transfer, line: int, faults: Faults) -> dict[str, str | int]:
    """The fields of a data record, beside those of the account."""
    place = TRANSFER.data.field("reference").place
    codes = transfer.reference_codes
    if transfer.edi and any(codes):
        faults.add("BNK-048", line, place, transfer.edi)
    if not all(0 <= code < 10**_CODE_DIGITS for code in codes):
        limit = yen_text(10**_CODE_DIGITS - 1)
        faults.add("BNK-041", line, place, str(codes), title="顧客コード", limit=limit)
        codes = (0, 0)
    return {
        "name": transfer.name,
        "amount_yen": transfer.amount_yen,
        "novelty": transfer.novelty.value,
        "reference": transfer.edi or "".join(str(code).zfill(_CODE_DIGITS) for code in codes),
        "identification": _HAS_EDI if transfer.edi else "",
    }


# ---------------------------------------------------------------------------------------- reading
def read_transfers(data: bytes, *, near_on: date, file: str | None = None) -> TransferFile:
    """A transfer file as it was written, by us or by another program [総合振込ファイルの読み取り].

    Days      near_on: a day within a year of the one the file is for, which has no year.
    Raises    FaultyInput with every fault: line, bytes, what was seen, what mends it.
    """
    parsed = records.parse(data, (TRANSFER,), file=file)
    faults = Faults(file)
    group = orders.only_group(parsed.groups, faults)
    pay_on = orders.file_day(group, TRANSFER.header, near_on, faults)
    amount_at = TRANSFER.data.index["amount_yen"]
    amounts = [int(row[amount_at]) for row in group.rows]
    orders.check_totals(group, TRANSFER.trailer, amounts, faults)
    faults.refuse()
    originator = orders.originator_of(group, TRANSFER.header)
    return TransferFile(originator, pay_on, tuple(_transfer(row) for row in group.rows))


def _transfer(row: Values) -> Transfer:
    at = TRANSFER.data.index
    reference = row[at["reference"]]
    has_edi = row[at["identification"]] == _HAS_EDI
    codes = (reference[:_CODE_DIGITS], reference[_CODE_DIGITS:])
    numbers = [int(code) if code.isdecimal() else 0 for code in codes]
    plain = all(code.isdecimal() or not code.strip(" ") for code in codes)
    return Transfer(
        payee=account_of(row, TRANSFER.data),
        name=row[at["name"]].rstrip(" "),
        amount_yen=int(row[at["amount_yen"]]),
        novelty=NOVELTIES.get(row[at["novelty"]], Novelty.KNOWN),
        reference_codes=(numbers[0], numbers[1]) if plain and not has_edi else (0, 0),
        edi="" if plain and not has_edi else reference.rstrip(" "),
    )
