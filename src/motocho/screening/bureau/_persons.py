"""A member as a bureau is told of one, by what holds today [本人を識別する事項]."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from motocho.outside.bureau import Person, half_kana
from motocho.people import members
from motocho.people.facts import reach, values
from motocho.screening.bureau._papers import Numbers, numbers_of
from motocho.units.errors import Unread, ensure

Kind = values.Kind
PHONES = (Kind.MOBILE_PHONE, Kind.HOME_PHONE, Kind.WORK_PHONE)
KINDS = frozenset({*PHONES, Kind.ADDRESS, Kind.EMPLOYER})
"""施行規則30条の13第1項2号, 4号, 5号; name and birthday stand with the member."""


def person_of(cursor: Any, member_id: int, on: date, reading: tuple[str, datetime]) -> Person:
    """What tells a member apart [本人を識別する事項] · 施行規則30条の13第1項.

    Takes     for what it is read, and when: each reading is kept.
    """
    known = members.one(cursor, member_id).person
    kana = half_kana(f"{known.family_kana} {known.given_kana}")
    ensure(not isinstance(kana, Unread), "a member's reading is in kana", member=member_id)
    held = reach.identifying(cursor, member_id, KINDS, on, reading)
    told = {kind: whole.value for kind, whole in held.items()}
    phones = (told.get(kind) for kind in PHONES)
    address, employer = told.get(Kind.ADDRESS), told.get(Kind.EMPLOYER)
    numbers: Numbers = numbers_of(cursor, member_id)
    return Person(
        kana=str(kana),
        name=f"{known.family_name} {known.given_name}",
        born_on=known.born_on,
        phones=tuple(one.digits for one in phones if isinstance(one, values.Phone)),
        address=address.text if isinstance(address, values.Address) else "",
        employer=employer.name if isinstance(employer, values.Employer) else "",
        licence_number=numbers.licence,
        document_number=numbers.document,
    )
