"""One-time codes: six digits by e-mail before something grave is done [追加の本人認証].

A code is asked for one purpose and bound to one thing (a session, a form), lives five minutes, and
may be mistyped a few times. What is done with it must follow within five minutes, once.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from motocho.law.rules import Refusal
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, NotFoundError, Unread
from motocho.units.text import without_blanks

DIGITS = 6
LIVES = timedelta(minutes=5)
FRESH = timedelta(minutes=5)
MOST_TRIES = 5
MOST_CODES = 5
"""Codes of one purpose in an hour: an inbox is not to be flooded, nor a code guessed by asking."""
_HOUR = timedelta(hours=1)
_SHAPE = re.compile("[0-9]{6}")


class Purpose(Enum):
    """What a code is asked for [目的]."""

    NEW_DEVICE = "new_device"
    PAYOUT_ACCOUNT = "payout_account"
    CONTACT = "contact"
    LIMIT = "limit"
    EXPORT = "export"
    REOPEN = "reopen"
    PASSKEY = "passkey"
    VOICE = "voice"
    """What an account holds, told to a phone that is not registered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A code, to be sent to the registered address and kept nowhere [送る番号]."""

    code_id: int
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TooMany:
    """No more codes for now [発行上限]."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The code was right [確認済み]; good until a moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Wrong:
    """The code was not right [不一致]; how many tries are left."""

    left: int


@dataclass(frozen=True, slots=True)
class Over:
    """The code may not be tried any more: expired, mistyped too often, replaced [期限切れ]."""


Answer: TypeAlias = Confirmed | Wrong | Over


def ask(
    cursor: Any, member_id: int, purpose: Purpose, bound_to: str, at: datetime
) -> Asked | TooMany:
    """A new code; earlier ones for the same thing count no more [番号の発行] · AUTH-007.

    Lock      the member's row, so that codes asked for at once are counted one after another.
    """
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    issued = issue(cursor, member_id, Issue(purpose, bound_to, Road.MAIL, code), at)
    return issued if isinstance(issued, TooMany) else Asked(issued, code, at + LIVES)


class Road(Enum):
    """By which road a code is answered [認証の手段]: neither takes the answer of the other."""

    MAIL = "code"
    PASSKEY = "passkey"


class Issue(NamedTuple):
    """A code that is to be issued: what for, bound to what, and what must come back [発行内容]."""

    purpose: Purpose
    bound_to: str
    road: Road
    secret: str


def issue(cursor: Any, member_id: int, wanted: Issue, at: datetime) -> int | TooMany:
    """Keep a code by its mark [番号の登録]; for this room alone: faces call `ask`."""
    purpose, bound_to, road, secret = wanted
    cursor.execute("SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,))
    cursor.execute(
        "SELECT made_at FROM people_code WHERE member_id = %s AND purpose = %s AND made_at > %s"
        " ORDER BY made_at DESC LIMIT %s",
        (member_id, purpose.value, at - _HOUR, MOST_CODES),
    )
    made = [made_at for (made_at,) in cursor.fetchall()]
    if len(made) == MOST_CODES:
        return TooMany(made[-1] + _HOUR)
    cursor.execute(
        "UPDATE people_code SET voided_at = %s WHERE member_id = %s AND purpose = %s"
        " AND bound_to = %s AND voided_at IS NULL AND spent_at IS NULL",
        (at, member_id, purpose.value, bound_to),
    )
    mark = _mark(road, member_id, (purpose.value, bound_to), secret)
    cursor.execute(
        "INSERT INTO people_code (member_id, purpose, bound_to, code_mark, made_at, expires_at,"
        " tries_left) VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING code_id",
        (member_id, purpose.value, bound_to, mark, at, at + LIVES, MOST_TRIES),
    )
    return int(cursor.fetchone()[0])


def read_code(text: str) -> str | Unread:
    """A code as it was typed or pasted [番号の読取り]; a fault repeats nothing of it."""
    plain = without_blanks(text[: 8 * DIGITS]).replace("-", "")
    return plain if _SHAPE.fullmatch(plain) else Unread("PPL-040", "", {"count": str(len(plain))})


def confirm(cursor: Any, member_id: int, code_id: int, code: str, at: datetime) -> Answer:
    """Compare what was typed with a code [番号の照合]; in a transaction that commits.

    Lock      the code's row: tries made at once are counted one after another.
    Raises    NotFoundError if the member was sent no such code.
    """
    return answer(cursor, CodeKey(member_id, code_id), Road.MAIL, code, at)


class CodeKey(NamedTuple):
    """One code of a member [番号の識別子]."""

    member_id: int
    code_id: int


def answer(cursor: Any, key: CodeKey, road: Road, secret: str, at: datetime) -> Answer:
    """What came back by a road [照合]; for this room alone."""
    cursor.execute(
        "SELECT purpose, bound_to, code_mark, expires_at, tries_left, confirmed_at, voided_at"
        " FROM people_code WHERE member_id = %s AND code_id = %s FOR UPDATE",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("PPL-041"))
    purpose, bound_to, mark, expires_at, tries_left, confirmed_at, voided_at = row
    if voided_at is not None or at >= expires_at or tries_left == 0:
        return Over()
    wanted = _mark(road, key.member_id, (purpose, bound_to), secret)
    if not hmac.compare_digest(wanted, bytes(mark)):
        cursor.execute(
            "UPDATE people_code SET tries_left = tries_left - 1"
            " WHERE member_id = %s AND code_id = %s",
            key,
        )
        return Wrong(tries_left - 1) if tries_left > 1 else Over()
    if confirmed_at is None:
        confirmed_at = at
        cursor.execute(
            "UPDATE people_code SET confirmed_at = %s WHERE member_id = %s AND code_id = %s",
            (at, *key),
        )
    return Confirmed(confirmed_at + FRESH)


def is_open(cursor: Any, key: CodeKey, at: datetime) -> bool:
    """Whether a code that was sent still waits for its answer [回答待ちか]."""
    cursor.execute(
        "SELECT FROM people_code WHERE member_id = %s AND code_id = %s AND expires_at > %s"
        " AND tries_left > 0 AND spent_at IS NULL AND voided_at IS NULL",
        (*key, at),
    )
    return cursor.fetchone() is not None


def check_fresh(
    cursor: Any, member_id: int, purpose: Purpose, bound_to: str, at: datetime
) -> Refusal | None:
    """AUTH-007: whether a code was confirmed within five minutes and not spent [追加認証の有無]."""
    cursor.execute(
        "SELECT FROM people_code WHERE member_id = %s AND purpose = %s AND bound_to = %s"
        " AND confirmed_at > %s AND spent_at IS NULL AND voided_at IS NULL",
        (member_id, purpose.value, bound_to, at - FRESH),
    )
    return None if cursor.fetchone() is not None else Refusal("AUTH-007", "PPL-042", ())


def quick(cursor: Any, member_id: int, since: datetime, within: timedelta, at: datetime) -> int:
    """How many codes since a moment came back so soon after they were sent [すぐ戻った番号の数]."""
    cursor.execute(
        "SELECT count(*) FROM people_code WHERE member_id = %s AND confirmed_at > %s"
        " AND confirmed_at <= %s AND confirmed_at - made_at < %s",
        (member_id, since, at, within),
    )
    return int(cursor.fetchone()[0])


def spend(
    cursor: Any, member_id: int, purpose: Purpose, bound_to: str, at: datetime
) -> Refusal | None:
    """The same, and the code is used up with it [追加認証の使用]: in the transaction of the act."""
    cursor.execute(
        "UPDATE people_code SET spent_at = %s WHERE member_id = %s AND purpose = %s"
        " AND bound_to = %s AND confirmed_at > %s AND spent_at IS NULL AND voided_at IS NULL",
        (at, member_id, purpose.value, bound_to, at - FRESH),
    )
    return None if cursor.rowcount else Refusal("AUTH-007", "PPL-042", ())


def _mark(road: Road, member_id: int, thing: tuple[str, str], secret: str) -> bytes:
    return hashing.mark(road.value, str(member_id), *thing, secret)
