"""Whether what somebody says of themselves is what is registered [本人確認の照合].

The values are compared here and stay here: who asks learns which answers were right, never what
the right answer would have been. Each comparison is a reading and is written down as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.facts import _rows
from motocho.people.facts._rows import Reading
from motocho.people.facts.values import Address, Employer, Kind, Phone, Value
from motocho.people.members import Person, payer_key
from motocho.units.days import read_date
from motocho.units.errors import Unread
from motocho.units.text import folded, name_key, without_blanks


class Item(Enum):
    """What only the member knows, or few others [本人確認の項目]."""

    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PHONE_DIGITS = "phone_digits"
    """The last four digits of a phone of the member's own."""
    NAME_READING = "name_reading"
    EMPLOYER = "employer"


_KINDS = frozenset({Kind.ADDRESS, Kind.MOBILE_PHONE, Kind.HOME_PHONE, Kind.EMPLOYER})
_PHONE_DIGITS = 4
_LEAST_OF_ADDRESS = 8
_LEAST_OF_EMPLOYER = 2
_FORMS = re.compile("株式会社|有限会社|合同会社|一般社団法人|[(]株[)]|[(]有[)]|㈱|㈲")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def right(
    cursor: Any, member_id: int, told: Mapping[Item, str], reading: Reading
) -> frozenset[Item]:
    """Which of the answers are right today [照合]; an empty one is none.

    Raises    NotFoundError if there is no such member.
    """
    person = members.one(cursor, member_id).person
    on = reading.at.astimezone(JAPAN).date()
    known = _rows.on_day(cursor, member_id, _KINDS, on, reading)
    facts = {kind: whole.value for kind, whole in known.items()}
    return frozenset(
        item for item, text in told.items() if text.strip() and _fits(item, text, person, facts)
    )


def _fits(item: Item, text: str, person: Person, facts: Mapping[Kind, Value]) -> bool:
    match item:
        case Item.BIRTH_DATE:
            return _birth_date(text) == person.born_on
        case Item.NAME_READING:
            kana = name_key(text).translate(_TO_KATAKANA)
            return payer_key(kana) == payer_key(name_key(person.family_kana + person.given_kana))
        case Item.PHONE_DIGITS:
            digits = re.sub("[^0-9]", "", folded(text))
            phones = (facts.get(Kind.MOBILE_PHONE), facts.get(Kind.HOME_PHONE))
            return len(digits) >= _PHONE_DIGITS and any(
                isinstance(one, Phone) and one.digits.endswith(digits) for one in phones
            )
        case Item.ADDRESS:
            lives = facts.get(Kind.ADDRESS)
            return isinstance(lives, Address) and _is_address(text, lives)
    works = facts.get(Kind.EMPLOYER)
    return isinstance(works, Employer) and _is_employer(text, works)


def _birth_date(text: str) -> date | None:
    found = read_date(text)
    return None if isinstance(found, Unread) else found.on


def _is_address(text: str, lives: Address) -> bool:
    """The postcode, or the address from its beginning, prefecture or not, down to a number."""
    if without_blanks(text).replace("-", "") == lives.postcode:
        return True
    said, kept = name_key(text), name_key(lives.text)
    is_long = len(said) >= _LEAST_OF_ADDRESS and any(sign.isdigit() for sign in said)
    return is_long and said in kept


def _is_employer(text: str, works: Employer) -> bool:
    said, kept = (_FORMS.sub("", name_key(one)) for one in (text, works.name))
    return len(said) >= _LEAST_OF_EMPLOYER and said == kept
