"""What a registered fact says, how it is read from a form, how it is masked [登録情報の値].

>>> masked(Phone("09011112222")), masked(Email("sato@example.jp"))
('*******2222', 's***@example.jp')
>>> read_phone("０９０−１１１１−２２２２")
Phone(digits='09011112222')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

from motocho.people.members import Person
from motocho.units import phones
from motocho.units.errors import Unread
from motocho.units.phones import PhoneKind, kind_of
from motocho.units.text import POSTCODE, folded, read_digits, without_blanks


class Kind(Enum):
    """What a fact is about [項目]."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    MOBILE_PHONE = "mobile_phone"
    HOME_PHONE = "home_phone"
    WORK_PHONE = "work_phone"
    EMAIL = "email"
    EMPLOYER = "employer"
    INCOME = "income"
    BANK_ACCOUNT = "bank_account"


PHONES = frozenset({Kind.MOBILE_PHONE, Kind.HOME_PHONE, Kind.WORK_PHONE})
CONTACTS = PHONES | {Kind.ADDRESS, Kind.EMAIL}
"""Ways to a person: whole only by a permit (`reach`)."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its reading [氏名]."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str

    @classmethod
    def of(cls, person: Person) -> Name:
        """The name of a member [会員の氏名]."""
        return cls(person.family_name, person.given_name, person.family_kana, person.given_kana)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date, when it was registered wrongly [生年月日]."""

    born_on: date


@dataclass(frozen=True, slots=True)
class Address:
    """An address in Japan: seven digits, and the rest as it is written [住所]."""

    postcode: str
    text: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in ten or eleven digits [電話番号]."""

    digits: str


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address [メールアドレス]."""

    address: str


@dataclass(frozen=True, slots=True)
class Employer:
    """Where somebody works [勤務先]."""

    name: str


@dataclass(frozen=True, slots=True)
class Income:
    """What somebody earned in a year, as stated [年収]; evidence is another thing."""

    yearly_yen: int
    of_year: int


class AccountKind(Enum):
    """The kind of a bank account [預金種目]."""

    ORDINARY = "ordinary"
    CURRENT = "current"
    SAVINGS = "savings"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that draws are paid to [振込先口座]; the holder in the signs of banks."""

    bank_code: str
    branch_code: str
    kind: str
    number: str
    holder: str


Value: TypeAlias = Name | BirthDate | Address | Phone | Email | Employer | Income | BankAccount
_TYPES: Mapping[Kind, type[Any]] = {
    Kind.NAME: Name,
    Kind.BIRTH_DATE: BirthDate,
    Kind.ADDRESS: Address,
    Kind.MOBILE_PHONE: Phone,
    Kind.HOME_PHONE: Phone,
    Kind.WORK_PHONE: Phone,
    Kind.EMAIL: Email,
    Kind.EMPLOYER: Employer,
    Kind.INCOME: Income,
    Kind.BANK_ACCOUNT: BankAccount,
}


def fits(kind: Kind, value: Value) -> bool:
    """Whether a value can be one of a kind [項目と値の一致]."""
    return isinstance(value, _TYPES[kind])


def document(value: Value) -> dict[str, object]:
    """A value as it is kept [保存形式]."""
    return {
        name: part.isoformat() if isinstance(part, date) else part
        for name, part in asdict(value).items()
    }


def of_document(kind: Kind, kept: Mapping[str, Any]) -> Value:
    """The value that was kept [保存形式から]."""
    if kind is Kind.BIRTH_DATE:
        return BirthDate(date.fromisoformat(kept["born_on"]))
    made: Value = _TYPES[kind](**{one.name: kept[one.name] for one in fields(_TYPES[kind])})
    return made


_PREFECTURE = re.compile("^(?:北海道|東京都|(?:京都|大阪)府|.{2,3}?県)")
_SHOWN_DIGITS = 4


def masked(value: Value) -> str:
    """What everyone may see of a value [伏せ字].

    >>> masked(Address("1000001", "東京都千代田区千代田1-1")), masked(Income(4_000_000, 2025))
    ('東京都…', '2025年 ****円')
    """
    match value:  # what is left is an account: mypy finds a kind of value that has no case
        case Name():
            return f"{value.family_name} {value.given_name}"
        case BirthDate():
            return f"{value.born_on.year}年…"
        case Address():
            found = _PREFECTURE.match(value.text)
            return f"{found[0] if found else value.postcode[:3]}…"
        case Phone():
            return "*" * (len(value.digits) - _SHOWN_DIGITS) + value.digits[-_SHOWN_DIGITS:]
        case Email():
            local, _, domain = value.address.partition("@")
            return f"{local[0]}***@{domain}"
        case Employer():
            return f"{value.name[:2]}…"
        case Income():
            return f"{value.of_year}年 ****円"
    return f"{value.bank_code}-{value.branch_code} ****{value.number[-3:]}"


# --------------------------------------------------------------------------------------- from forms
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
LONGEST_EMAIL = 254
LONGEST_TEXT = 200


_OF_A_PERSON = frozenset({PhoneKind.LAND, PhoneKind.MOBILE, PhoneKind.IP})


def read_phone(text: str) -> Phone | Unread:
    """A phone number of a person, in any width and grouping [電話番号の読取り]."""
    digits = phones.read_phone(text[:LONGEST_TEXT])
    if isinstance(digits, Unread):
        return digits
    return Phone(digits) if kind_of(digits) in _OF_A_PERSON else Unread("PPL-050", text)


def read_email(text: str) -> Email | Unread:
    """An e-mail address [メールアドレスの読取り]; nothing that could end a header line."""
    plain = without_blanks(text[: 2 * LONGEST_EMAIL])
    is_good = len(plain) <= LONGEST_EMAIL and _EMAIL.fullmatch(plain)
    return Email(plain) if is_good else Unread("PPL-051", text)


def read_employer(text: str) -> Employer | Unread:
    """The name of a workplace [勤務先の読取り]."""
    plain = folded(text)
    if not 0 < len(plain) <= LONGEST_TEXT or not plain.isprintable():
        return Unread("PPL-055", text, {"longest": str(LONGEST_TEXT)})
    return Employer(plain)


def read_address(postcode: str, text: str) -> Address | Unread:
    """An address as it is typed [住所の読取り]."""
    digits = read_digits(postcode, POSTCODE)
    if isinstance(digits, Unread):
        return digits
    plain = folded(text)
    if not 0 < len(plain) <= LONGEST_TEXT or not plain.isprintable():
        return Unread("PPL-052", text, {"longest": str(LONGEST_TEXT)})
    return Address(digits, plain)
