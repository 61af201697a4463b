"""The PIN of a member as it is kept: set, compared, hashed anew [暗証番号の保管].

Which commands may set one stands in `people.pin`; here nothing is asked but the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.people.credentials import hashing
from motocho.people.credentials.hashing import Cost, Match, Stored
from motocho.people.credentials.pins import Guess, Pin


class Ceremony(Enum):
    """How a PIN came to be [設定の経緯]."""

    REGISTERED = "registered"
    CHANGED = "changed"
    RESET = "reset"


def owner(member_id: int) -> str:
    """Whose a hash is: it matches in no other row [ハッシュの持ち主]."""
    return f"member {member_id}"


def stored(cursor: Any, member_id: int) -> Stored | None:
    """The hash of a member, None before the first PIN [保存されたハッシュ]."""
    cursor.execute("SELECT secret, pepper_id FROM people_pin WHERE member_id = %s", (member_id,))
    row = cursor.fetchone()
    return None if row is None else Stored(*row)


def keep(cursor: Any, member_id: int, pin: Pin, ceremony: Ceremony, at: datetime) -> None:
    """Keep a PIN that was found good [暗証番号の保存] · AUTH-002."""
    made = hashing.make(Cost.PIN, owner(member_id), pin.digits)
    cursor.execute(
        "INSERT INTO people_pin (member_id, secret, pepper_id, set_at, ceremony)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id) DO UPDATE SET"
        " secret = EXCLUDED.secret, pepper_id = EXCLUDED.pepper_id, set_at = EXCLUDED.set_at,"
        " ceremony = EXCLUDED.ceremony, must_change = NULL",
        (member_id, made.secret, made.pepper_id, at, ceremony.value),
    )


def refresh(cursor: Any, member_id: int, pin: Pin) -> None:
    """Hash a PIN anew that was just found right: new pepper, new costs [ハッシュの更新]."""
    made = hashing.make(Cost.PIN, owner(member_id), pin.digits)
    cursor.execute(
        "UPDATE people_pin SET secret = %s, pepper_id = %s WHERE member_id = %s",
        (made.secret, made.pepper_id, member_id),
    )


def is_right(cursor: Any, member_id: int, pin: Pin) -> bool:
    """Whether this is the member's PIN [照合]; counts nothing: `login` does."""
    found = hashing.match(Cost.PIN, owner(member_id), pin.digits, stored(cursor, member_id))
    return found is not Match.WRONG


def must_change(cursor: Any, member_id: int) -> Guess | None:
    """Why a new PIN is asked for, None if the present one is good [変更が必要な理由]."""
    cursor.execute("SELECT must_change FROM people_pin WHERE member_id = %s", (member_id,))
    row = cursor.fetchone()
    return None if row is None or row[0] is None else Guess(row[0])


def demand(cursor: Any, member_id: int, reason: Guess) -> None:
    """Ask for a new PIN, whatever the present one is [暗証番号の変更の要求]."""
    cursor.execute(
        "UPDATE people_pin SET must_change = %s WHERE member_id = %s", (reason.value, member_id)
    )


def recheck(
    cursor: Any, member_id: int, candidates: Mapping[Guess, frozenset[str]]
) -> Guess | None:
    """Ask for a new PIN if new facts give the present one away [暗証番号の再点検] · AUTH-003.

    Why       only the hash is kept, so each candidate is tried against it: some 20 ms for each.
    """
    kept = stored(cursor, member_id)
    if kept is None:
        return None
    for reason, guesses in candidates.items():
        for digits in sorted(guesses):
            if hashing.match(Cost.PIN, owner(member_id), digits, kept) is not Match.WRONG:
                demand(cursor, member_id, reason)
                return reason
    return None
