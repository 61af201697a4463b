"""Links by mail for who has no PIN yet: to an offer, and to the first PIN [案内リンク].

    token = invitations.of_letter(cursor, Whose(member_id, Purpose.FIRST_PIN, 3), letter_id, at)
    match invitations.begin(cursor, token, (born_on, pin), at):
        case Begun(member_id): ...

A link opens nothing without the date of birth of whom it was sent to, for some days. A link that is
made up, somebody else's, over or used gives one answer. No PIN goes by telephone or mail.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.people import members, pin
from motocho.people.credentials import hashing, keeping, networks
from motocho.people.credentials.pins import Pin
from motocho.people.login import Admitted, Origin
from motocho.people.safety import devices, sessions
from motocho.people.safety.devices import token_hash

MOST_MISSES = 5
"""Dates of birth that may be wrong before a link is closed."""
BETWEEN = timedelta(minutes=10)
"""Another link is sent so long after the one before, at the earliest."""


class Purpose(Enum):
    """What a link leads to [リンクの目的]."""

    OFFER = "offer"
    """What was approved, to agree to it or not."""
    FIRST_PIN = "first_pin"
    """The first PIN, after the contract."""


LIVES = {Purpose.OFFER: timedelta(days=14), Purpose.FIRST_PIN: timedelta(days=7)}
"""How long each leads on."""
ASKED = {Purpose.OFFER: "offer_link_asked", Purpose.FIRST_PIN: "first_pin_asked"}
"""How the journal says that another link was asked for; a mail follows."""


class Whose(NamedTuple):
    """To whom a link leads on, and about what [リンクの対象]: the id of an application."""

    member_id: int
    purpose: Purpose
    about_id: int


@dataclass(frozen=True, slots=True)
class Missed:
    """The date of birth was another [照合の不一致]; nothing finer is said."""


@dataclass(frozen=True, slots=True)
class Over:
    """The one answer to a link that leads nowhere [使えないリンク]."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A first PIN that was set [設定済み]."""

    member_id: int


# ------------------------------------------------------------------------------------------ making
def of_letter(cursor: Any, whose: Whose, letter_id: str, at: datetime) -> str:
    """The token of a letter, the same however often the letter is tried [メールのリンク].

    Another letter's ends the one before.
    """
    mark = hashing.mark(f"invitation {whose.purpose.value}", letter_id)
    token = base64.urlsafe_b64encode(mark).decode().rstrip("=")
    return _made(cursor, whose, token, at)


def fresh(cursor: Any, whose: Whose, at: datetime) -> str:
    """A token for who was led here already, as from a page of ours [新しいリンク]."""
    return _made(cursor, whose, secrets.token_urlsafe(devices.TOKEN_BYTES), at)


def _made(cursor: Any, whose: Whose, token: str, at: datetime) -> str:
    member_id, purpose, about_id = whose
    hashed = token_hash(token)
    cursor.execute(
        "UPDATE people_invitation SET ended_at = %s WHERE member_id = %s AND purpose = %s"
        " AND about_id = %s AND ended_at IS NULL AND link_hash <> %s",
        (at, member_id, purpose.value, about_id, hashed),
    )
    cursor.execute(
        "INSERT INTO people_invitation (link_hash, member_id, purpose, about_id, made_at,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (link_hash) DO NOTHING",
        (hashed, member_id, purpose.value, about_id, at, at + LIVES[purpose]),
    )
    return token


# ----------------------------------------------------------------------------------------- opening
def enter(
    cursor: Any, token: str, purpose: Purpose, born_on: date, at: datetime
) -> Whose | Missed | Over:
    """Whom a link leads on, by the date of birth [リンクの照合].

    In a transaction that commits, whatever the answer is: a miss counts.
    Lock      the link's row.
    """
    cursor.execute(
        "SELECT member_id, about_id, misses FROM people_invitation WHERE link_hash = %s"
        " AND purpose = %s AND ended_at IS NULL AND expires_at > %s FOR UPDATE",
        (token_hash(token), purpose.value, at),
    )
    row = cursor.fetchone()
    if row is None:
        return Over()
    member_id, about_id, misses = row
    if members.one(cursor, member_id).person.born_on == born_on:
        return Whose(int(member_id), purpose, int(about_id))
    is_last = misses + 1 == MOST_MISSES
    cursor.execute(
        "UPDATE people_invitation SET misses = misses + 1, ended_at = %s WHERE link_hash = %s",
        (at if is_last else None, token_hash(token)),
    )
    return Over() if is_last else Missed()


def end(cursor: Any, whose: Whose, at: datetime) -> None:
    """What a link led to is done or gone: none leads there any more [リンクの終了]."""
    cursor.execute(
        "UPDATE people_invitation SET ended_at = %s WHERE member_id = %s AND purpose = %s"
        " AND about_id = %s AND ended_at IS NULL",
        (at, whose.member_id, whose.purpose.value, whose.about_id),
    )


def ask_again(cursor: Any, token: str, purpose: Purpose, at: datetime) -> None:
    """Another link to the registered address, for who has one that is over [リンクの再送].

    Whoever asks reads the same. Nothing is sent for a link that nobody was sent, once there is a
    PIN, or so soon after the one before.

    Lock      the member's row.
    """
    cursor.execute(
        "SELECT member_id, about_id FROM people_invitation WHERE link_hash = %s AND purpose = %s",
        (token_hash(token), purpose.value),
    )
    row = cursor.fetchone()
    if row is None:
        return
    member_id, about_id = int(row[0]), int(row[1])
    cursor.execute("SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,))
    if purpose is Purpose.FIRST_PIN and keeping.stored(cursor, member_id) is not None:
        return
    lately = journal.latest(cursor, member_id, [ASKED[purpose]], 1)
    if lately and lately[0].happened_at > at - BETWEEN:
        return
    subject: dict[str, int | str] = {"application": about_id}
    journal.write(cursor, [Happening(member_id, ASKED[purpose], "member", at, subject)])


# ------------------------------------------------------------------------------------ the first PIN
def begin(
    cursor: Any, token: str, told: tuple[date, Pin], at: datetime
) -> Begun | Missed | Over | Refusal:
    """The first PIN of a member, by the link that followed the contract [最初の暗証番号].

    In a transaction that commits: a wrong date of birth counts. A PIN that somebody could guess
    leaves the link as it was.

    Takes     the date of birth and the PIN.
    Lock      the link's row, then the member's: of two at once, one sets it.
    """
    born_on, chosen = told
    whose = enter(cursor, token, Purpose.FIRST_PIN, born_on, at)
    if not isinstance(whose, Whose):
        return whose
    cursor.execute(
        "SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (whose.member_id,)
    )
    if keeping.stored(cursor, whose.member_id) is not None:
        end(cursor, whose, at)
        return Over()
    done = pin.register(cursor, whose.member_id, chosen, "member", at)
    if isinstance(done, Refusal):
        return done
    end(cursor, whose, at)
    return Begun(whose.member_id)


def admit(cursor: Any, begun: Begun, origin: Origin, at: datetime) -> Admitted:
    """Sign in who just set the first PIN [最初のログイン] · AUTH-007.

    Why       the link came to the registered e-mail address, as a code for a new device would.
    """
    new = devices.learn(cursor, begun.member_id, origin.device_name, at)
    place = networks.shown(origin.address)
    return Admitted(sessions.begin(cursor, begun.member_id, new.device_id, place, at), new)
