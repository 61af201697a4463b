"""To whom a letter goes: the member, or who stands in the member's place [宛名].

The member's own address is read by a permit when the letter goes out, and so is that of counsel, a
guardian or an heir who is registered (`contact.counterparts`). Where the register has no address, a
name and address by hand stand with the letter, sealed as its pages are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import orjson

from motocho.contact import counterparts, gate
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
    """Somebody who is written to in the member's place, by hand [手入力の宛名]."""

    whom: Whom
    to: Address = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """The same from the register: the address is opened as the letter goes out [登録簿の宛名]."""

    whom: Whom
    counterpart_id: int


InPlace: TypeAlias = Addressee | Registered
"""Who is written to in the member's place [本人に代わる宛名]."""
NOT_IN_PLACE = frozenset({Whom.OWN, Whom.WORKPLACE, Whom.THIRD})


def registered(cursor: Any, member_id: int, whom: Whom) -> list[Registered]:
    """Those of the register whose address is known [登録簿にある宛名]."""
    return [
        Registered(one.whom, one.counterpart_id)
        for one in counterparts.standing(cursor, member_id)
        if one.whom is whom and one.has_address
    ]


def check(cursor: Any, member_id: int, addressee: InPlace) -> None:
    """Refuse who may not be written to about a debt, or cannot be found [宛名の点検] · COLL-008.

    Raises    InputError for nobody in the member's place, who is not registered with an address,
              and a name by hand where the register has one.
    """
    known = registered(cursor, member_id, addressee.whom)
    if isinstance(addressee, Registered):
        if addressee not in known:
            raise InputError(Fault("COL-017"))
        return
    if addressee.whom in NOT_IN_PLACE or not all(one.strip() for one in addressee.to):
        raise InputError(Fault("COL-010"))
    if known:
        numbers = ", ".join(str(one.counterpart_id) for one in known)
        raise InputError(Fault("COL-016", details={"numbers": numbers}))


def keep(cursor: Any, member_id: int, paper_no: int, addressee: InPlace) -> None:
    """Say that a paper goes to somebody else than the member, once [宛名の登録]."""
    check(cursor, member_id, addressee)
    number, data, pepper_id = None, None, None
    if isinstance(addressee, Registered):
        number = addressee.counterpart_id
    else:
        content = orjson.dumps(list(addressee.to))
        sealed = hashing.seal_bytes("addressee", f"{member_id} {paper_no}", content)
        data, pepper_id = sealed.data, sealed.pepper_id
    cursor.execute(
        "INSERT INTO documents_addressee (member_id, paper_no, whom, counterpart_id, sealed,"
        " pepper_id) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (member_id, paper_no) DO NOTHING",
        (member_id, paper_no, addressee.whom.value, number, data, pepper_id),
    )


def of_paper(cursor: Any, member_id: int, paper_no: int) -> InPlace | None:
    """To whom a paper goes in the member's place; None for the member [宛名の参照]."""
    cursor.execute(
        "SELECT whom, counterpart_id, sealed, pepper_id FROM documents_addressee"
        " WHERE member_id = %s AND paper_no = %s",
        (member_id, paper_no),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    whom, number, data, pepper_id = row
    if number is not None:
        return Registered(Whom(whom), int(number))
    sealed = hashing.Sealed(bytes(data), pepper_id)
    content = hashing.unseal_bytes("addressee", f"{member_id} {paper_no}", sealed)
    return Addressee(Whom(whom), Address(*orjson.loads(content)))


def sign(paper_no: int, addressee: InPlace | None) -> str:
    """How the gate names who is written to, the same every time; empty for the member [符号]."""
    match addressee:
        case None:
            return ""
        case Registered(counterpart_id=number):
            return gate.counterpart(number)
        case _:
            return f"paper {paper_no}"


def stands(cursor: Any, member_id: int, addressee: InPlace | None) -> bool:
    """Whether an addressee stands in the member's place still [宛名の有効性]; the member does."""
    if not isinstance(addressee, Registered):
        return True
    return addressee in registered(cursor, member_id, addressee.whom)


def opened(cursor: Any, permit: Permit, addressee: InPlace | None, at: datetime) -> Address | None:
    """Name and address of a letter that goes out, by a permit that is used up [宛名の開示].

    Gives     None without an address.
    """
    match addressee:
        case None:
            return own(cursor, permit, at)
        case Addressee(to=to):
            return to
        case Registered(counterpart_id=number):
            reach = gate.other_address(cursor, permit, number, at)
            return Address(f"{reach.office} {reach.name}".strip(), reach.postcode, reach.address)


def own(cursor: Any, permit: Permit, at: datetime) -> Address | None:
    """The member's own name and address, by a permit that is used up [本人の宛名]."""
    known = gate.address(cursor, permit, at)
    if known is None or not isinstance(known.value, values.Address):
        return None
    person = members.one(cursor, permit.member_id).person
    name = f"{person.family_name} {person.given_name}"
    return Address(name, known.value.postcode, known.value.text)
