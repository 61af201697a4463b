"""A draft becomes an application: person, facts, consents and application at once [申込みの送信].

    key = submitting.submit(cursor, draft_id, applied, at)

All of it in the caller's one transaction, under the draft's lock: sent twice, it is one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.outside.clock import JAPAN
from motocho.people import consents, members
from motocho.people.consents import Consent, Told
from motocho.people.credentials import hashing, keeping
from motocho.people.facts import history, values
from motocho.people.members import Person
from motocho.screening.applications import Application, ApplicationKey, Wanted, forms
from motocho.screening.applying import drafts, signals
from motocho.screening.applying.drafts import Draft
from motocho.screening.applying.signals import Alike, Origin, Signal
from motocho.screening.bureau.consents import INQUIRY
from motocho.units.errors import Fault, InputError, StateConflict, broken

ACTOR = "member"
_SEAL = "particulars"
_LEAST_NUMBER = 10_000_000
_MOST_TRIES = 1_000


@dataclass(frozen=True, slots=True)
class Applied:
    """A draft as it was read [申込みの内容]: all that its pages ask for.

    `consents` each with the reference of its words; `particulars` what no register has.
    """

    person: Person
    facts: Mapping[values.Kind, values.Value] = field(repr=False)
    wanted: Wanted = field(repr=False)
    consents: Mapping[Consent, str] = field(repr=False)
    particulars: Mapping[str, str] = field(repr=False)
    member_token: str = field(repr=False, default="")
    """What makes the browser that of a member; empty for none."""

    @property
    def address(self) -> str:
        """The e-mail address that was confirmed [宛先]."""
        told = self.facts.get(values.Kind.EMAIL)
        return told.address if isinstance(told, values.Email) else ""


def submit(cursor: Any, draft_id: int, applied: Applied, at: datetime) -> ApplicationKey:
    """Send an application, once for its draft [申込みの送信] · LEND-001, CRED-001, FRAUD-003.

    Raises    StateConflict for an address that was not confirmed, a member who has a PIN or a
              contract, or another application under way; InputError without the consent to ask a
              bureau, or for an amount that the product does not offer.
    Lock      the draft's row; the mailbox; the member's row.
    Law       貸金業法13条1項, 41条の36; 個人情報保護法18条.
    """
    draft = drafts.held(cursor, draft_id, at)
    if draft.became is not None:
        return draft.became
    _refuse_unready(draft, applied)
    mark = drafts.mailbox_marks(applied.address)[-1]
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (mark.hex(),))
    member_id = _member(cursor, applied, at)
    form = f"draft {draft_id}"
    for consent, words in applied.consents.items():
        consents.give(cursor, member_id, consent, Told(ACTOR, form, words), at)
    listed = _record(cursor, member_id, applied, form, at)
    made: Application = forms.submit(cursor, member_id, applied.wanted, Source(ACTOR, form), at)
    _tell(cursor, made.key, applied.particulars, at)
    _note(cursor, made.key, draft_id, applied, at)
    if listed is not None:
        signals.add(cursor, made.key, Signal(Alike.LISTED_ACCOUNT, None), at)
    drafts.submitted(cursor, draft_id, made.key)
    return made.key


def _refuse_unready(draft: Draft, applied: Applied) -> None:
    is_same = draft.address.casefold() == applied.address.casefold()
    if not draft.is_confirmed or not is_same:
        raise StateConflict(Fault("APY-003"))
    if INQUIRY not in applied.consents:
        raise InputError(Fault("APY-004"))


def _member(cursor: Any, applied: Applied, at: datetime) -> int:
    """Who it is: somebody new; or who applied before from this mailbox, and has no contract."""
    key = members.payer_key(applied.person.family_kana + applied.person.given_kana)
    cursor.execute(
        "SELECT m.member_id, m.family_kana || m.given_kana FROM people_member m"
        " JOIN people_find_by_contact('email', %s, %s, 20) c USING (member_id)"
        " WHERE c.holds AND m.born_on = %s ORDER BY m.member_id",
        (applied.address.lower(), at.astimezone(JAPAN).date(), applied.person.born_on),
    )
    same = [int(one) for one, kana in cursor.fetchall() if members.payer_key(kana) == key]
    for member_id in same:
        has_pin = keeping.stored(cursor, member_id) is not None
        if has_pin or queries.agreements(cursor, member_id):
            raise StateConflict(Fault("APY-005"))
    if same:
        return same[0]
    return members.register(cursor, applied.person, _free_number(cursor), at).member_id


def _free_number(cursor: Any) -> str:
    """A number that nobody had; its own constraint holds where another one took it just now."""
    for _ in range(_MOST_TRIES):
        number = str(_LEAST_NUMBER + secrets.randbelow(9 * _LEAST_NUMBER))
        cursor.execute("SELECT FROM people_number WHERE member_number = %s", (number,))
        if cursor.fetchone() is None:
            return number
    return broken("a member number is free")


def _record(
    cursor: Any, member_id: int, applied: Applied, form: str, at: datetime
) -> Refusal | None:
    """The facts, each from today on; an account that a list holds is not kept."""
    on, teller = at.astimezone(JAPAN).date(), history.Teller(ACTOR, history.Road.REGISTRATION)
    refused = None
    for kind, value in applied.facts.items():
        change = history.Change(member_id, kind, value, on, form)
        done = history.record(cursor, change, teller, at)
        if isinstance(done, Refusal):
            refused = done
    return refused


def _note(cursor: Any, key: ApplicationKey, draft_id: int, applied: Applied, at: datetime) -> None:
    cursor.execute("SELECT device_mark FROM screening_draft WHERE draft_id = %s", (draft_id,))
    device = cursor.fetchone()[0]
    mark = None if device is None else bytes(device)
    signals.note(cursor, key, Origin(applied.address, mark, applied.member_token), at)


# ------------------------------------------------------------------------------------- particulars
def _tell(cursor: Any, key: ApplicationKey, told: Mapping[str, str], at: datetime) -> None:
    sealed = hashing.seal(_SEAL, _owner(key), orjson.dumps(dict(told)).decode())
    cursor.execute(
        "INSERT INTO screening_particulars (member_id, application_id, sealed, pepper_id, told_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (*key, sealed.data, sealed.pepper_id, at),
    )


def _owner(key: ApplicationKey) -> str:
    return f"{key.member_id} {key.application_id}"


def particulars(
    cursor: Any, key: ApplicationKey, actor: str, at: datetime
) -> dict[str, str] | None:
    """What was told that no register has, for who screens [申込書の記載]; each reading is kept.

    Gives     None for an application that came by another way.
    """
    cursor.execute(
        "SELECT sealed, pepper_id FROM screening_particulars"
        " WHERE member_id = %s AND application_id = %s",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        return None
    subject: dict[str, int | str] = {"application": key.application_id}
    journal.write(cursor, [Happening(key.member_id, "particulars_read", actor, at, subject)])
    told: dict[str, str] = orjson.loads(
        hashing.unseal(_SEAL, _owner(key), hashing.Sealed(bytes(row[0]), row[1]))
    )
    return told
