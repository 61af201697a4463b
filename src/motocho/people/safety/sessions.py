"""Sessions of members, and the history of logins that they are [ログイン・履歴].

A session lives here, not in a cookie: ending it ends it everywhere. The face keeps its key in its
own store and asks `use` on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.units.errors import clipped

IDLE = timedelta(minutes=10)
WARNED_BEFORE = timedelta(minutes=2)
LONGEST = timedelta(hours=8)
_NOTED_AFTER = timedelta(seconds=15)
"""Use is written down this often at most, so that a page does not cost a write."""


class SessionKey(NamedTuple):
    """One session of a member [セッション]."""

    member_id: int
    session_id: int


class End(Enum):
    """Why a session is over [終了の理由]."""

    LOGOUT = "logout"
    IDLE = "idle"
    TOO_LONG = "too_long"
    DEVICE_ENDED = "device_ended"
    FROZEN = "frozen"
    PIN_CHANGED = "pin_changed"
    NOT_ME = "not_me"


@dataclass(frozen=True, slots=True)
class InUse:
    """A session that goes on: when to warn, when it ends if nothing is done [継続]."""

    key: SessionKey
    device_id: int
    warn_at: datetime
    ends_at: datetime
    longest_at: datetime
    """When it ends whatever is done."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that is over, or never was [終了]."""

    why: End


@dataclass(frozen=True, slots=True)
class Login:
    """One line of the login history [ログイン履歴]; the place is masked."""

    session_id: int
    device_id: int
    device_name: str
    place: str
    began_at: datetime
    last_used_at: datetime
    ended_at: datetime | None
    end: End | None


def begin(cursor: Any, member_id: int, device_id: int, place: str, at: datetime) -> SessionKey:
    """A session on a known device, after a completed login [セッションの開始].

    Takes     the place as `networks.shown` masks it.
    """
    cursor.execute(
        "INSERT INTO people_session (member_id, device_id, place, began_at, last_used_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING session_id",
        (member_id, device_id, clipped(place), at, at),
    )
    session_id = int(cursor.fetchone()[0])
    cursor.execute(
        "UPDATE people_device SET last_used_at = greatest(last_used_at, %s)"
        " WHERE member_id = %s AND device_id = %s",
        (at, member_id, device_id),
    )
    subject = {"session_id": session_id, "device_id": device_id}
    journal.write(cursor, [Happening(member_id, "login", "member", at, subject)])
    return SessionKey(member_id, session_id)


def use(cursor: Any, key: SessionKey, at: datetime) -> InUse | Ended:
    """Go on with a session [セッションの継続] · AUTH-009: ten minutes idle, eight hours in all."""
    found, last_used_at = _read(cursor, key, at)
    if isinstance(found, Ended):
        if found.why in {End.IDLE, End.TOO_LONG}:
            end(cursor, key, found.why, at)
        return found
    if at < last_used_at + _NOTED_AFTER:
        return found
    cursor.execute(
        "UPDATE people_session SET last_used_at = %s WHERE member_id = %s AND session_id = %s"
        " AND last_used_at < %s AND ended_at IS NULL",
        (at, *key, at),
    )
    return _in_use(key, found.device_id, found.longest_at, at)


def left(cursor: Any, key: SessionKey, at: datetime) -> InUse | Ended:
    """How a session stands; asking is not using it [セッションの残り時間] · AUTH-009."""
    return _read(cursor, key, at)[0]


def _read(cursor: Any, key: SessionKey, at: datetime) -> tuple[InUse | Ended, datetime]:
    cursor.execute(
        "SELECT device_id, began_at, last_used_at, end_reason FROM people_session"
        " WHERE member_id = %s AND session_id = %s",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        return Ended(End.LOGOUT), at
    device_id, began_at, last_used_at, reason = row
    if reason is not None:
        return Ended(End(reason)), last_used_at
    if at >= last_used_at + IDLE:
        return Ended(End.IDLE), last_used_at
    if at >= began_at + LONGEST:
        return Ended(End.TOO_LONG), last_used_at
    return _in_use(key, int(device_id), began_at + LONGEST, last_used_at), last_used_at


def _in_use(key: SessionKey, device_id: int, longest_at: datetime, used_at: datetime) -> InUse:
    ends_at = min(used_at + IDLE, longest_at)
    return InUse(key, device_id, ends_at - WARNED_BEFORE, ends_at, longest_at)


def end(cursor: Any, key: SessionKey, why: End, at: datetime) -> None:
    """End a session; once ended, it stays as it ended [ログアウト]."""
    cursor.execute(
        "UPDATE people_session SET ended_at = %s, end_reason = %s"
        " WHERE member_id = %s AND session_id = %s AND ended_at IS NULL",
        (at, why.value, *key),
    )


def end_others(
    cursor: Any, member_id: int, why: End, at: datetime, kept: SessionKey | None = None
) -> int:
    """End all sessions of a member but one [ほかのログインの終了]; gives how many."""
    cursor.execute(
        "UPDATE people_session SET ended_at = %s, end_reason = %s"
        " WHERE member_id = %s AND ended_at IS NULL AND session_id IS DISTINCT FROM %s",
        (at, why.value, member_id, kept.session_id if kept else None),
    )
    return int(cursor.rowcount)


def history(cursor: Any, member_id: int, most: int = 50) -> list[Login]:
    """The latest logins of a member, newest first [ログイン履歴]."""
    cursor.execute(
        "SELECT s.session_id, s.device_id, d.name, s.place, s.began_at, s.last_used_at, s.ended_at,"
        " s.end_reason FROM people_session s JOIN people_device d USING (member_id, device_id)"
        " WHERE s.member_id = %s ORDER BY s.session_id DESC LIMIT %s",
        (member_id, most),
    )
    return [_login(row) for row in cursor.fetchall()]


def _login(row: tuple[Any, ...]) -> Login:
    session_id, device_id, name, place, began_at, last_used_at, ended_at, reason = row
    end_of = None if reason is None else End(reason)
    return Login(session_id, device_id, name, place, began_at, last_used_at, ended_at, end_of)
