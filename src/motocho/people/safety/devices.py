"""Devices that a member uses, known by a token that only the device has [端末].

Every device that a login was completed on is known; whether it stays so after the browser is closed
is the face's cookie. A known device has its own count of misses, so a member has few of them.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people.safety import holds
from motocho.people.safety.holds import Cause
from motocho.units.errors import clipped

MOST = 5
"""Known devices of a member: each one more is three more guesses for whoever has it."""
TOKEN_BYTES = 32


class End(Enum):
    """Why a device is known no more [登録解除の理由]."""

    FORGOTTEN = "forgotten"
    TOO_MANY = "too_many"
    FROZEN = "frozen"
    NOT_ME = "not_me"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device with its token, which is given out once [新しい端末]."""

    device_id: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A known device as its member sees it [端末]."""

    device_id: int
    name: str
    known_at: datetime
    last_used_at: datetime


def token_hash(token: str) -> bytes:
    """What is kept of a token: it is random, so that one pass is enough [トークンのハッシュ]."""
    return hashlib.sha256(token.encode()).digest()


def known(cursor: Any, member_id: int, token: str) -> int | None:
    """The device of a token, None if the member has no such device [端末の照合]."""
    cursor.execute(
        "SELECT device_id FROM people_device"
        " WHERE member_id = %s AND token_hash = %s AND ended_at IS NULL",
        (member_id, token_hash(token)),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def learn(cursor: Any, member_id: int, name: str, at: datetime) -> NewDevice:
    """Know a device from now on, after number, PIN and code [端末の登録].

    With more than five, the one that was used longest ago is known no more. Draws may be held
    (`holds.after`).
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    cursor.execute(
        "INSERT INTO people_device (member_id, token_hash, name, known_at, last_used_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING device_id",
        (member_id, token_hash(token), clipped(name), at, at),
    )
    device_id = int(cursor.fetchone()[0])
    for old in devices(cursor, member_id)[MOST:]:
        end(cursor, member_id, old.device_id, End.TOO_MANY, at)
    subject = {"device_id": device_id}
    journal.write(cursor, [Happening(member_id, "device_learnt", "member", at, subject)])
    holds.after(cursor, member_id, Cause.NEW_DEVICE, at)
    return NewDevice(device_id, token)


def devices(cursor: Any, member_id: int) -> list[Device]:
    """The known devices of a member, the one used last first [端末の一覧]."""
    cursor.execute(
        "SELECT device_id, name, known_at, last_used_at FROM people_device"
        " WHERE member_id = %s AND ended_at IS NULL ORDER BY last_used_at DESC, device_id DESC",
        (member_id,),
    )
    return [Device(*row) for row in cursor.fetchall()]


def end(cursor: Any, member_id: int, device_id: int, why: End, at: datetime) -> int:
    """Know a device no more and end its sessions [端末の登録解除]; 0 if it was ended before."""
    return _end(cursor, member_id, why, at, (device_id,))


def end_all(cursor: Any, member_id: int, why: End, at: datetime) -> int:
    """Know none of a member's devices any more [全端末の登録解除]; gives how many there were."""
    return _end(cursor, member_id, why, at, tuple(d.device_id for d in devices(cursor, member_id)))


def _end(cursor: Any, member_id: int, why: End, at: datetime, which: tuple[int, ...]) -> int:
    cursor.execute(
        "UPDATE people_device SET ended_at = %s, end_reason = %s"
        " WHERE member_id = %s AND device_id = ANY(%s) AND ended_at IS NULL RETURNING device_id",
        (at, why.value, member_id, list(which)),
    )
    ended = [int(device_id) for (device_id,) in cursor.fetchall()]
    cursor.execute(
        "UPDATE people_session SET ended_at = %s, end_reason = 'device_ended'"
        " WHERE member_id = %s AND device_id = ANY(%s) AND ended_at IS NULL",
        (at, member_id, ended),
    )
    happenings = [
        Happening(member_id, "device_ended", "member", at, {"device_id": one, "why": why.value})
        for one in ended
    ]
    journal.write(cursor, happenings)
    return len(ended)
