"""The member's own stop: two taps, or the one link that stands in alerts [利用を止める].

A freeze ends all sessions and forgets all devices; nothing that moves money or changes facts is
allowed until who it is was checked. Looking is, after a new login.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Guess
from motocho.people.safety import devices, passkeys, sessions
from motocho.people.safety.devices import token_hash

LINK_LIVES = timedelta(days=30)


class Road(Enum):
    """By which road a freeze came [受付の経路]."""

    SITE = "site"
    LINK = "link"
    PHONE = "phone"
    NOT_ME = "not_me"


def freeze(cursor: Any, member_id: int, road: Road, actor: str, at: datetime) -> None:
    """Stop everything that moves money or changes facts [利用の停止]; a second one changes nothing.

    Where somebody else had been in, the PIN is to be chosen anew and no passkey opens any more:
    else they would open it again once the stop has ended.

    Why       loans keep their own stops: the face, or the desk, puts `MEMBER_ASKED` there with it.
    """
    if road in {Road.LINK, Road.NOT_ME}:
        keeping.demand(cursor, member_id, Guess.NOT_ME)
        passkeys.end_all(cursor, member_id, actor, at)
    cursor.execute(
        "INSERT INTO people_freeze (member_id, road, frozen_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (member_id) WHERE lifted_at IS NULL DO NOTHING RETURNING freeze_id",
        (member_id, road.value, at),
    )
    row = cursor.fetchone()
    sessions.end_others(cursor, member_id, sessions.End.FROZEN, at)
    devices.end_all(cursor, member_id, devices.End.FROZEN, at)
    if row is not None:
        subject = {"freeze_id": int(row[0]), "road": road.value}
        journal.write(cursor, [Happening(member_id, "frozen", actor, at, subject)])


def frozen_at(cursor: Any, member_id: int) -> datetime | None:
    """Since when a member is frozen, None if not [停止中か]."""
    cursor.execute(
        "SELECT frozen_at FROM people_freeze WHERE member_id = %s AND lifted_at IS NULL",
        (member_id,),
    )
    row = cursor.fetchone()
    since: datetime | None = None if row is None else row[0]
    return since


class Standing(NamedTuple):
    """A freeze that stands [停止中の記録]."""

    freeze_id: int
    frozen_at: datetime


def standing(cursor: Any, members: Collection[int]) -> dict[int, Standing]:
    """Which of some members are frozen, by which freeze [停止中の会員]."""
    cursor.execute(
        "SELECT member_id, freeze_id, frozen_at FROM people_freeze"
        " WHERE member_id = ANY(%s) AND lifted_at IS NULL",
        (sorted(set(members)),),
    )
    return {member_id: Standing(*rest) for member_id, *rest in cursor.fetchall()}


def lift(cursor: Any, member_id: int, actor: str, at: datetime) -> int:
    """End a freeze, after it was checked who the member is [停止の解除]; 0 if there was none."""
    cursor.execute(
        "UPDATE people_freeze SET lifted_at = %s, lifted_by = %s"
        " WHERE member_id = %s AND lifted_at IS NULL RETURNING freeze_id",
        (at, actor, member_id),
    )
    row = cursor.fetchone()
    if row is None:
        return 0
    subject = {"freeze_id": int(row[0])}
    journal.write(cursor, [Happening(member_id, "unfrozen", actor, at, subject)])
    return 1


def not_me(cursor: Any, key: sessions.SessionKey, at: datetime) -> None:
    """「これは私ではない」: a login of the history was somebody else's [身に覚えのないログイン]."""
    sessions.end(cursor, key, sessions.End.NOT_ME, at)
    cursor.execute(
        "SELECT device_id FROM people_session WHERE member_id = %s AND session_id = %s", key
    )
    row = cursor.fetchone()
    if row is not None:
        devices.end(cursor, key.member_id, int(row[0]), devices.End.NOT_ME, at)
        freeze(cursor, key.member_id, Road.NOT_ME, "member", at)


def link(cursor: Any, member_id: int, at: datetime) -> str:
    """A token for one alert's link, which can freeze and nothing else [停止リンク]."""
    token = secrets.token_urlsafe(devices.TOKEN_BYTES)
    cursor.execute(
        "INSERT INTO people_freeze_link (link_hash, member_id, expires_at) VALUES (%s, %s, %s)",
        (token_hash(token), member_id, at + LINK_LIVES),
    )
    return token


def freeze_by_link(cursor: Any, token: str, at: datetime) -> int | None:
    """Freeze whoever a link was sent to, once [リンクによる停止].

    Gives     the member, for the stops of the loans; None for a link that is spent or made up.
    Why       whoever holds the link learns neither: the page is the same.
    """
    cursor.execute(
        "UPDATE people_freeze_link SET used_at = %s"
        " WHERE link_hash = %s AND used_at IS NULL AND expires_at > %s RETURNING member_id",
        (at, token_hash(token), at),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    freeze(cursor, int(row[0]), Road.LINK, "link", at)
    return int(row[0])
