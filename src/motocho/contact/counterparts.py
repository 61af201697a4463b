"""Who stands in a member's place: counsel, a guardian, heirs, by which paper [本人に代わる相手].

Who it is and how to reach them is sealed, and opened by a permit alone (`gate.other`). A guardian's
register puts the hold `guarded` down by itself: from then on the member is not asked for anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.contact import holds
from motocho.contact.guard import HoldKind, Whom
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, InputError, NotFoundError


class Proof(Enum):
    """By which paper somebody stands in the member's place [証明書類]."""

    NOTICE = "notice"
    """A notice of counsel [受任通知]."""
    POWER = "power"
    """A power of attorney [委任状]."""
    REGISTER = "register"
    """The register of guardianships [登記事項証明書]."""
    FAMILY_REGISTER = "family_register"
    """The family register [戸籍]."""


PROOFS: Mapping[Whom, frozenset[Proof]] = {
    Whom.COUNSEL: frozenset({Proof.NOTICE, Proof.POWER}),
    Whom.GUARDIAN: frozenset({Proof.REGISTER}),
    Whom.HEIR: frozenset({Proof.FAMILY_REGISTER}),
}
"""Which paper shows whom [相手ごとの書類]."""


class Reach(NamedTuple):
    """Who it is and how to reach them [氏名・連絡先]; an office and an address may be empty."""

    name: str
    office: str
    phone: str
    address: str
    postcode: str = ""
    """Seven digits; there where an address is."""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who stands in the member's place, as the paper has it [届出の内容]."""

    whom: Whom
    proof: Proof
    proof_on: date
    reach: Reach = field(repr=False)


class Known(NamedTuple):
    """Somebody who is registered [登録済みの相手]; the number is not here."""

    counterpart_id: int
    whom: Whom
    proof: Proof
    proof_on: date
    name: str
    office: str
    has_address: bool
    """Whether letters can go there; the address itself is opened by a permit."""


def register(cursor: Any, member_id: int, told: Told, source: Source, at: datetime) -> int:
    """Write down who stands in a member's place, once for its source [相手の登録].

    Gives     its number.
    Lock      the member's contacts.
    Raises    InputError for a paper that does not show it or is of a day to come, no name or
              number, or half an address.
    Law       民法98条の2, 859条, 896条; 貸金業法21条1項9号.
    """
    faults = tuple(_faults(told, at.astimezone(JAPAN).date()))
    if faults:
        raise InputError(*faults)
    holds.lock(cursor, member_id)
    cursor.execute(
        "SELECT counterpart_id FROM contact_counterpart WHERE member_id = %s AND source = %s",
        (member_id, source.ref),
    )
    row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    cursor.execute("SELECT nextval('contact_counterpart_counterpart_id_seq')")
    number = int(cursor.fetchone()[0])
    sealed = hashing.seal_bytes(_SEAL, _owner(member_id, number), orjson.dumps(list(told.reach)))
    cursor.execute(
        "INSERT INTO contact_counterpart (member_id, counterpart_id, kind, proof, proof_on, sealed,"
        " pepper_id, source, actor, told_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            member_id, number, told.whom.value, told.proof.value, told.proof_on, sealed.data,
            sealed.pepper_id, source.ref, source.actor, at,
        ),
    )  # fmt: skip
    if told.whom is Whom.GUARDIAN:
        holds.put(
            cursor, member_id, Wish(HoldKind.GUARDED), Source(source.actor, _held(number)), at
        )
    _tell(cursor, member_id, "counterpart_registered", source.actor, (number, at))
    return number


def _faults(told: Told, on: date) -> list[Fault]:
    found = []
    if told.proof not in PROOFS.get(told.whom, frozenset()):
        found.append(Fault("CPN-007", column="proof"))
    if told.proof_on > on:
        found.append(Fault("CPN-008", column="proof_on", excerpt=told.proof_on.isoformat()))
    if not told.reach.name.strip() or not told.reach.phone.strip():
        found.append(Fault("CPN-010", column="name"))
    if bool(told.reach.address.strip()) is not bool(told.reach.postcode.strip()):
        found.append(Fault("CPN-012", column="address"))
    return found


def end(cursor: Any, member_id: int, counterpart_id: int, actor: str, at: datetime) -> None:
    """Somebody does not stand in the member's place any more [相手の終了]; the row stays.

    Lock      the member's contacts.
    Raises    NotFoundError if nobody of this number is registered.
    """
    holds.lock(cursor, member_id)
    cursor.execute(
        "UPDATE contact_counterpart SET ended_at = %s, ended_by = %s"
        " WHERE member_id = %s AND counterpart_id = %s AND ended_at IS NULL",
        (at, actor, member_id, counterpart_id),
    )
    if cursor.rowcount == 0:
        raise NotFoundError(Fault("CPN-009"))
    cursor.execute(
        "SELECT hold_id FROM contact_hold"
        " WHERE member_id = %s AND source = %s AND kind = 'guarded' AND ended_at IS NULL",
        (member_id, _held(counterpart_id)),
    )
    for (hold_id,) in cursor.fetchall():
        holds.end(cursor, member_id, int(hold_id), actor, at)
    _tell(cursor, member_id, "counterpart_ended", actor, (counterpart_id, at))


def standing(cursor: Any, member_id: int) -> list[Known]:
    """Who stands in a member's place now, without a number to call [相手の一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND ended_at IS NULL ORDER BY counterpart_id",
        (member_id,),
    )
    return [_known(member_id, row) for row in cursor.fetchall()]


def one(cursor: Any, member_id: int, counterpart_id: int) -> tuple[Known, Reach]:
    """Somebody who is registered, whole; the gate alone asks for it [相手の開示].

    Raises    NotFoundError if nobody of this number stands in the member's place.
    """
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND counterpart_id = %s AND ended_at IS NULL",
        (member_id, counterpart_id),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("CPN-009"))
    return _known(member_id, row), _reach(member_id, row)


_SEAL = "counterpart"
_SELECT = "SELECT counterpart_id, kind, proof, proof_on, sealed, pepper_id FROM contact_counterpart"


def _owner(member_id: int, number: int) -> str:
    return f"{member_id} {number}"


def _held(number: int) -> str:
    return f"counterpart {number}"


def _reach(member_id: int, row: tuple[Any, ...]) -> Reach:
    number, *_, data, pepper_id = row
    sealed = hashing.Sealed(bytes(data), pepper_id)
    content = hashing.unseal_bytes(_SEAL, _owner(member_id, int(number)), sealed)
    return Reach(*orjson.loads(content))


def _known(member_id: int, row: tuple[Any, ...]) -> Known:
    number, kind, proof, proof_on, *_ = row
    reach = _reach(member_id, row)
    has_address = bool(reach.address.strip())
    whom = Whom(kind)
    return Known(int(number), whom, Proof(proof), proof_on, reach.name, reach.office, has_address)


def _tell(cursor: Any, member_id: int, kind: str, actor: str, about: tuple[int, datetime]) -> None:
    number, at = about
    journal.write(cursor, [Happening(member_id, kind, actor, at, {"counterpart": number})])
