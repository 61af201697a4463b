"""Commands that set a PIN: the first, another, and one after a reset [暗証番号の設定].

Who may: `login.enter` must have found the present one right, or two of the staff have looked at an
identity document (`requests`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.people import login, requests
from motocho.people.credentials import keeping
from motocho.people.credentials.keeping import Ceremony
from motocho.people.credentials.pins import Guess, Pin, check_pin, refused
from motocho.people.facts import history
from motocho.people.login import Entered
from motocho.people.safety import holds, sessions
from motocho.people.safety.holds import Cause
from motocho.people.safety.sessions import SessionKey
from motocho.units.errors import Fault, StateConflict


@dataclass(frozen=True, slots=True)
class Changed:
    """A PIN that was set [設定済み]."""

    member_id: int


def register(cursor: Any, member_id: int, pin: Pin, actor: str, at: datetime) -> Changed | Refusal:
    """The first PIN of a member, chosen with the application [暗証番号の登録] · AUTH-003.

    Raises    NotFoundError for no such member; StateConflict if there is a PIN.
    """
    refusal = check_pin(pin, history.known(cursor, member_id, at))
    if refusal is not None:
        return refusal
    if keeping.stored(cursor, member_id) is not None:
        raise StateConflict(Fault("PPL-019"))
    keeping.keep(cursor, member_id, pin, Ceremony.REGISTERED, at)
    login.reopen(cursor, member_id, actor, at)
    journal.write(cursor, [Happening(member_id, "pin_registered", actor, at)])
    return Changed(member_id)


def change(
    cursor: Any, entered: Entered, pin: Pin, at: datetime, kept: SessionKey | None = None
) -> Changed | Refusal:
    """Another PIN, from a member whose present one was just found right [暗証番号の変更].

    All other sessions end. Takes the session that goes on.
    """
    member_id = entered.member_id
    refusal = _check(cursor, member_id, pin, at)
    if refusal is not None:
        return refusal
    keeping.keep(cursor, member_id, pin, Ceremony.CHANGED, at)
    sessions.end_others(cursor, member_id, sessions.End.PIN_CHANGED, at, kept)
    subject = {"replaced_email_no": holds.replaced_email(cursor, member_id, at)}
    journal.write(cursor, [Happening(member_id, "pin_changed", "member", at, subject)])
    return Changed(member_id)


def reset(cursor: Any, token: str, pin: Pin, at: datetime) -> Changed | Refusal:
    """A new PIN by the link that followed a review of two [暗証番号の再設定] · AUTH-002, 004, 008.

    Locks are taken away, all sessions end; with a new device or e-mail address within a day, draws
    are held.
    """
    found = requests.reset_of(cursor, token, at)
    if found is None:
        return Refusal("AUTH-002", "PPL-072", ())
    refusal = _check(cursor, found.member_id, pin, at)
    if refusal is not None:
        return refusal
    requests.finish(cursor, found, at)
    keeping.keep(cursor, found.member_id, pin, Ceremony.RESET, at)
    login.reopen(cursor, found.member_id, "member", at)
    sessions.end_others(cursor, found.member_id, sessions.End.PIN_CHANGED, at)
    subject = {"replaced_email_no": holds.replaced_email(cursor, found.member_id, at)}
    journal.write(cursor, [Happening(found.member_id, "pin_reset", "member", at, subject)])
    holds.after(cursor, found.member_id, Cause.PIN_RESET, at)
    return Changed(found.member_id)


def _check(cursor: Any, member_id: int, pin: Pin, at: datetime) -> Refusal | None:
    refusal = check_pin(pin, history.known(cursor, member_id, at))
    if refusal is None and keeping.is_right(cursor, member_id, pin):
        return refused(Guess.CURRENT)
    return refusal
