"""Accounts at banks, and the codes that banks use of them [口座と区分コード].

>>> account = BankAccount("0005", "001", AccountType.ORDINARY, "0123456")
>>> str(account)
'0005-001-1-0123456'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from motocho.outside.bank.layouts import Record
from motocho.outside.bank.records import Values


class AccountType(Enum):
    """Kind of deposit [預金種目]; each format admits some of them.

    Law       全銀協「適用業務およびレコード・フォーマット」付録3 預金種目コード.
    """

    ORDINARY = "1"
    CURRENT = "2"
    TAX_RESERVE = "3"
    SAVINGS = "4"
    NOTICE = "5"
    TIME = "6"
    INSTALMENT_TIME = "7"
    INSTALMENT_SAVINGS = "8"
    OTHER = "9"

    @property
    def name_ja(self) -> str:
        """Name in Japanese [預金種目の名称]."""
        return _TYPE_NAMES[self][0]

    @property
    def name_en(self) -> str:
        """Name in English [預金種目の英語名]."""
        return _TYPE_NAMES[self][1]


_TYPE_NAMES = {
    AccountType.ORDINARY: ("普通預金", "ordinary deposit"),
    AccountType.CURRENT: ("当座預金", "current account"),
    AccountType.TAX_RESERVE: ("納税準備預金", "tax reserve deposit"),
    AccountType.SAVINGS: ("貯蓄預金", "savings deposit"),
    AccountType.NOTICE: ("通知預金", "deposit at notice"),
    AccountType.TIME: ("定期預金", "time deposit"),
    AccountType.INSTALMENT_TIME: ("積立定期預金", "instalment time deposit"),
    AccountType.INSTALMENT_SAVINGS: ("定期積金", "instalment savings"),
    AccountType.OTHER: ("その他", "other"),
}


class Novelty(Enum):
    """Whether an account stands in our files for the first time [新規コード]."""

    KNOWN = "0"
    FIRST = "1"
    CHANGED = "2"


NOVELTIES = {each.value: each for each in Novelty}
"""By code; a file that leaves the field empty says nothing new."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account as files name it [口座]: four, three, one and seven digits.

    The names of bank and branch are for readers; banks go by the numbers.
    """

    bank_code: str
    branch_code: str
    account_type: AccountType
    number: str
    bank_name: str = ""
    branch_name: str = ""

    def __str__(self) -> str:
        return f"{self.bank_code}-{self.branch_code}-{self.account_type.value}-{self.number}"

    def values(self) -> dict[str, str | int]:
        """The fields of a record that name this account."""
        return {
            "bank_code": self.bank_code,
            "bank_name": self.bank_name,
            "branch_code": self.branch_code,
            "branch_name": self.branch_name,
            "account_type": self.account_type.value,
            "account_number": self.number,
        }


@dataclass(frozen=True, slots=True)
class Originator:
    """Who sends a file, as its bank knows them [振込依頼人・委託者].

    `code` is the ten digits the bank gave; `account` is what transfers leave or debits reach.
    """

    code: str
    name: str
    account: BankAccount

    def values(self) -> dict[str, str | int]:
        """The fields of a header that name this originator."""
        return {
            "originator_code": self.code,
            "originator_name": self.name,
            **self.account.values(),
        }


def account_of(values: Values, record: Record) -> BankAccount:
    """The account that a record names [口座]."""
    at = record.index
    first = at["bank_code"]
    bank_code, bank_name, branch_code, branch_name = values[first : first + _BANK_FIELDS]
    return BankAccount(
        bank_code,
        branch_code,
        _TYPES.get(values[at["account_type"]], AccountType.OTHER),
        values[at["account_number"]],
        bank_name.rstrip(" "),
        branch_name.rstrip(" "),
    )


_TYPES = {each.value: each for each in AccountType}
_BANK_FIELDS = 4
"""Bank and branch stand together in every record: code and name of each."""
