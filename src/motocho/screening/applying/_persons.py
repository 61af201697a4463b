"""An applicant as a vendor is told of one, by what is registered [依頼に書く事項]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.facts import reach, values

ADDRESS = frozenset({values.Kind.ADDRESS})


@dataclass(frozen=True, slots=True)
class Known:
    """Name, birthday and address, empty where there is none [氏名・生年月日・住所]."""

    name: str = field(repr=False)
    born_on: date = field(repr=False)
    address: str = field(repr=False)


def known(cursor: Any, of: tuple[int, int], at: datetime) -> Known:
    """What is registered of an applicant that day [登録事項] · 犯収法4条1項1号.

    Takes     the member and the application for which it is read: each reading is kept.
    """
    member_id, application_id = of
    person = members.one(cursor, member_id).person
    reading = (f"application {application_id}", at)
    found = reach.identifying(cursor, member_id, ADDRESS, at.astimezone(JAPAN).date(), reading)
    told = found.get(values.Kind.ADDRESS)
    address = told.value if told else None
    return Known(
        f"{person.family_name} {person.given_name}",
        person.born_on,
        address.text if isinstance(address, values.Address) else "",
    )
