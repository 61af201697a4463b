"""To whom a letter goes: the member, or who stands in the member's place [宛名].

The member's own address is read by a permit when the letter goes out. Counsel, a guardian or an
heir stand with the letter, sealed as its pages are: they are none of the member's facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from motocho.contact import gate
from motocho.contact.gate import Permit
from motocho.contact.guard import Whom
from motocho.people import members
from motocho.people.credentials import hashing
from motocho.people.facts import values
from motocho.units.errors import Fault, InputError


class Address(NamedTuple):
    """A name and where its letters go [宛名と住所]."""

    name: str
    postcode: str
    text: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is written to in the member's place [代理人・相続人の宛名]."""

    whom: Whom
    to: Address = field(repr=False)


NOT_IN_PLACE = frozenset({Whom.OWN, Whom.WORKPLACE, Whom.THIRD})


def check(addressee: Addressee) -> None:
    """Refuse who may not be written to about a debt, or cannot be found [宛名の点検] · COLL-008.

    Raises    InputError.
    """
    if addressee.whom in NOT_IN_PLACE or not all(one.strip() for one in addressee.to):
        raise InputError(Fault("COL-010"))


def keep(cursor: Any, member_id: int, paper_no: int, addressee: Addressee) -> None:
    """Say that a paper goes to somebody else than the member, once [宛名の登録]."""
    check(addressee)
    content = orjson.dumps(list(addressee.to))
    sealed = hashing.seal_bytes("addressee", f"{member_id} {paper_no}", content)
    cursor.execute(
        "INSERT INTO documents_addressee (member_id, paper_no, whom, sealed, pepper_id)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, paper_no) DO NOTHING",
        (member_id, paper_no, addressee.whom.value, sealed.data, sealed.pepper_id),
    )


def of_paper(cursor: Any, member_id: int, paper_no: int) -> Addressee | None:
    """To whom a paper goes in the member's place; None for the member [宛名の参照]."""
    cursor.execute(
        "SELECT whom, sealed, pepper_id FROM documents_addressee"
        " WHERE member_id = %s AND paper_no = %s",
        (member_id, paper_no),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    sealed = hashing.Sealed(bytes(row[1]), row[2])
    content = hashing.unseal_bytes("addressee", f"{member_id} {paper_no}", sealed)
    return Addressee(Whom(row[0]), Address(*orjson.loads(content)))


def own(cursor: Any, permit: Permit, at: datetime) -> Address | None:
    """The member's own name and address, by a permit that is used up [本人の宛名]."""
    known = gate.address(cursor, permit, at)
    if known is None or not isinstance(known.value, values.Address):
        return None
    person = members.one(cursor, permit.member_id).person
    name = f"{person.family_name} {person.given_name}"
    return Address(name, known.value.postcode, known.value.text)
