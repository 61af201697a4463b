"""Facts recorded, and what held on a day [登録情報の変更と履歴].

A fact has two times: the day from which it holds, and the moment it was told. A change never
overwrites; of two with the same day, the one told later holds.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Guess, Known, guessable
from motocho.people.facts import _rows
from motocho.people.facts._rows import Reading, Whole
from motocho.people.facts.values import (
    CONTACTS,
    PHONES,
    Address,
    BankAccount,
    BirthDate,
    Kind,
    Name,
    Phone,
    Value,
    document,
    fits,
    masked,
)
from motocho.people.members import Person
from motocho.people.safety import codes, holds, listed
from motocho.people.safety.codes import Purpose
from motocho.people.safety.holds import Cause
from motocho.units.days import LAST_ON
from motocho.units.errors import Fault, StateConflict, ensure

__all__ = [
    "Change",
    "Fact",
    "Reading",
    "Recorded",
    "Road",
    "Teller",
    "Whole",
    "as_of",
    "calls_from",
    "history",
    "known",
    "record",
    "values",
]
_OWN_PHONES = frozenset({Kind.MOBILE_PHONE, Kind.HOME_PHONE})
"""Phones that are the member's alone; at work, others use the same line."""
_PROVES_AFTER = timedelta(days=1)
"""How long a phone must be registered before a call from it counts for something."""


class Road(Enum):
    """By which road a fact came [受付の経路]; on the site, grave ones need a code first."""

    REGISTRATION = "registration"
    SITE = "site"
    DESK = "desk"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to hold from a day on [変更]: None takes the fact away; a form counts once."""

    member_id: int
    kind: Kind
    value: Value | None
    effective_on: date
    form_ref: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Who told it, by which road, and what a code was bound to [届出人]."""

    actor: str
    road: Road
    bound_to: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change that was recorded [変更の結果]: what it replaced, and why a new PIN is needed."""

    fact_no: int
    replaced_no: int | None
    must_change: Guess | None
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as everyone may see it [登録情報]; `masked` is empty for one that was taken away."""

    fact_no: int
    kind: Kind
    masked: str
    effective_on: date
    recorded_at: datetime
    actor: str
    road: Road


# --------------------------------------------------------------------------------------- recording
_STEPPED = dict.fromkeys(CONTACTS, Purpose.CONTACT) | {Kind.BANK_ACCOUNT: Purpose.PAYOUT_ACCOUNT}
_CAUSES = dict.fromkeys(PHONES, Cause.PHONE) | {
    Kind.EMAIL: Cause.EMAIL,
    Kind.BANK_ACCOUNT: Cause.BANK_ACCOUNT,
}


def record(cursor: Any, change: Change, teller: Teller, at: datetime) -> Recorded | Refusal:
    """Record a change of a registered fact [登録情報の変更] · AUTH-003, 007, 008, FRAUD-003.

    On the site, contacts and the payout account need a fresh code, which is used up. Draws may be
    held by it, and a PIN that the fact gives away must be changed.

    Lock      the member's row.
    Raises    StateConflict if the form was used for something else.
    """
    ensure(change.value is None or fits(change.kind, change.value), "a value of its kind")
    person, registered_at = _lock(cursor, change.member_id)
    earlier = _same_form(cursor, change, at)
    if earlier is not None:
        return earlier
    if isinstance(change.value, BankAccount) and teller.road is not Road.IMPORT:
        account = change.value
        number = listed.Number(account.bank_code, account.branch_code, account.number)
        refusal = listed.check(cursor, number)
        if refusal is not None:
            return refusal
    if teller.road is Road.SITE and change.kind in _STEPPED:
        purpose = _STEPPED[change.kind]
        refusal = codes.spend(cursor, change.member_id, purpose, teller.bound_to, at)
        if refusal is not None:
            return refusal
    _keep_first(cursor, change, person, registered_at)
    replaced_no = _latest_no(cursor, change.member_id, change.kind)
    fact_no = _insert(cursor, change, teller, at)
    _mirror(cursor, change, person)
    is_late = at > registered_at + holds.LASTS
    subject = {
        "fact_no": fact_no,
        "kind": change.kind.value,
        "replaced_no": replaced_no or 0,
        "is_late": int(is_late),
    }
    happening = Happening(change.member_id, "fact_changed", teller.actor, at, subject)
    journal.write(cursor, [happening])
    if change.kind in _CAUSES and (replaced_no is not None or is_late):
        holds.after(cursor, change.member_id, _CAUSES[change.kind], at)
    given_away = _given_away(change.value)
    must_change = keeping.recheck(cursor, change.member_id, given_away) if given_away else None
    return Recorded(fact_no, replaced_no, must_change, is_repeat=False)


def _lock(cursor: Any, member_id: int) -> tuple[Person, datetime]:
    cursor.execute(
        "SELECT family_name, given_name, family_kana, given_kana, born_on, registered_at"
        " FROM people_member WHERE member_id = %s FOR NO KEY UPDATE",
        (member_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    return Person(*row[:5]), row[5]


def _same_form(cursor: Any, change: Change, at: datetime) -> Recorded | None:
    """What a form did before; by the whole value, for two values may look alike when masked."""
    cursor.execute(
        "SELECT fact_no, effective_on FROM people_fact"
        " WHERE member_id = %s AND form_ref = %s AND kind = %s",
        (change.member_id, change.form_ref, change.kind.value),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    fact_no, effective_on = row
    reading = Reading("system", "form_check", at)
    told = _rows.one(cursor, change.member_id, {change.kind}, fact_no, reading)
    value = None if told is None else told.value
    if (value, effective_on) != (change.value, change.effective_on):
        raise StateConflict(Fault("PPL-054"))
    return Recorded(
        int(fact_no), None, keeping.must_change(cursor, change.member_id), is_repeat=True
    )


def _masked(value: Value | None) -> str:
    return "" if value is None else masked(value)


def _keep_first(cursor: Any, change: Change, person: Person, registered_at: datetime) -> None:
    """Names and birth dates stand with the member: the first ones become facts when they change."""
    first: dict[Kind, Value] = {
        Kind.NAME: Name.of(person),
        Kind.BIRTH_DATE: BirthDate(person.born_on),
    }
    if change.kind in first and _latest_no(cursor, change.member_id, change.kind) is None:
        held = Change(
            change.member_id,
            change.kind,
            first[change.kind],
            registered_at.astimezone(JAPAN).date(),
            "kept at the first change",
        )
        _insert(cursor, held, Teller("system", Road.REGISTRATION), registered_at)


def _mirror(cursor: Any, change: Change, person: Person) -> None:
    """Keep the member's row, by which banks and people are matched, at the name that was told."""
    if isinstance(change.value, BirthDate):
        cursor.execute(
            "UPDATE people_member SET born_on = %s WHERE member_id = %s",
            (change.value.born_on, change.member_id),
        )
    if isinstance(change.value, Name) and change.value != Name.of(person):
        name = change.value
        cursor.execute(
            "UPDATE people_member SET family_name = %s, given_name = %s, family_kana = %s,"
            " given_kana = %s WHERE member_id = %s",
            (
                name.family_name,
                name.given_name,
                name.family_kana,
                name.given_kana,
                change.member_id,
            ),
        )


def _latest_no(cursor: Any, member_id: int, kind: Kind) -> int | None:
    cursor.execute(
        "SELECT fact_no FROM people_fact WHERE member_id = %s AND kind = %s"
        " ORDER BY effective_on DESC, fact_no DESC LIMIT 1",
        (member_id, kind.value),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def _insert(cursor: Any, change: Change, teller: Teller, at: datetime) -> int:
    value = None if change.value is None else json.dumps(document(change.value))
    cursor.execute(
        "INSERT INTO people_fact (member_id, kind, value, masked, effective_on, recorded_at, actor,"
        " road, form_ref) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING fact_no",
        (
            change.member_id,
            change.kind.value,
            value,
            _masked(change.value),
            change.effective_on,
            at,
            teller.actor,
            teller.road.value,
            change.form_ref,
        ),
    )
    return int(cursor.fetchone()[0])


def _given_away(value: Value | None) -> dict[Guess, frozenset[str]]:
    """The PINs that a new fact gives away."""
    match value:
        case Phone():
            about = guessable(Known(date(2000, 1, 1), (value.digits,)))
            return {Guess.PHONE: about[Guess.PHONE]}
        case BirthDate():
            return {Guess.BIRTHDAY: guessable(Known(value.born_on))[Guess.BIRTHDAY]}
        case Address():
            about = guessable(Known(date(2000, 1, 1), postcodes=(value.postcode,)))
            return {Guess.POSTCODE: about[Guess.POSTCODE]}
    return {}


# ----------------------------------------------------------------------------------------- looking
_MASKED = "fact_no, kind, masked, effective_on, recorded_at, actor, road"


def as_of(
    cursor: Any, member_id: int, on: date, told_by: datetime | None = None
) -> dict[Kind, Fact]:
    """What held on a day, masked [ある日の登録情報]; `told_by`: as it was known at a moment."""
    cursor.execute(
        f"SELECT DISTINCT ON (kind) {_MASKED} FROM people_fact"  # noqa: S608  # our own names
        " WHERE member_id = %s AND effective_on <= %s"
        " AND (%s::timestamptz IS NULL OR recorded_at <= %s)"
        " ORDER BY kind, effective_on DESC, fact_no DESC",
        (member_id, on, told_by, told_by),
    )
    facts = [_fact(row) for row in cursor.fetchall()]
    return {fact.kind: fact for fact in facts if fact.masked}


def history(cursor: Any, member_id: int, kind: Kind) -> list[Fact]:
    """Every value that was told of one kind, masked, in the order they were told [変更履歴]."""
    cursor.execute(
        f"SELECT {_MASKED} FROM people_fact"  # noqa: S608  # our own names
        " WHERE member_id = %s AND kind = %s ORDER BY fact_no",
        (member_id, kind.value),
    )
    return [_fact(row) for row in cursor.fetchall()]


def _fact(row: tuple[Any, ...]) -> Fact:
    fact_no, kind, shown, effective_on, recorded_at, actor, road = row
    return Fact(fact_no, Kind(kind), shown, effective_on, recorded_at, actor, Road(road))


def values(
    cursor: Any, member_id: int, kinds: Collection[Kind], on: date, reading: Reading
) -> dict[Kind, Whole]:
    """Whole values of facts that are no way to a person [登録情報の値]; each reading is kept.

    Why       phones, addresses and e-mail need a permit: `reach`.
    """
    ensure(not CONTACTS & set(kinds), "a contact is read by a permit", kinds=kinds)
    return _rows.on_day(cursor, member_id, kinds, on, reading)


def known(cursor: Any, member_id: int, at: datetime) -> Known:
    """What somebody may know about a member, for judging a PIN [推測の手がかり] · AUTH-003."""
    cursor.execute(
        "SELECT born_on, member_number FROM people_member WHERE member_id = %s", (member_id,)
    )
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    reading = Reading("system", "pin_check", at)
    told = [
        whole.value
        for on in (at.date(), LAST_ON)  # what holds, and what will
        for whole in _rows.on_day(cursor, member_id, PHONES | {Kind.ADDRESS}, on, reading).values()
    ]
    return Known(
        row[0],
        tuple(one.digits for one in told if isinstance(one, Phone)),
        row[1],
        tuple(one.postcode for one in told if isinstance(one, Address)),
    )


def calls_from(cursor: Any, member_id: int, digits: str, at: datetime) -> bool:
    """Whether a call comes from a phone that the member registered [登録電話からの着信か].

    Takes     the caller's number as the network tells it; empty where it is withheld.
    Why       a number can be forged and a phone be borrowed: this stands beside a PIN, never alone.
              One that was told within a day counts not yet, as with draws (AUTH-008).
    """
    if not digits:
        return False
    reading = Reading("system", "caller_check", at)
    on = at.astimezone(JAPAN).date()
    told = _rows.on_day(cursor, member_id, _OWN_PHONES, on, reading).values()
    return any(
        isinstance(one.value, Phone)
        and one.value.digits == digits
        and one.recorded_at <= at - _PROVES_AFTER
        for one in told
    )
