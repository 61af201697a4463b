"""Holds on draws after changes that a thief would make first [振込融資の一時停止].

A new bank account, phone or e-mail address holds draws to new accounts for 24 hours. A PIN that was
reset, with a new device or another e-mail address within a day of it, holds all draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal

LASTS = timedelta(hours=24)


class Kind(Enum):
    """What is held [停止の範囲]."""

    ALL_DRAWS = "all_draws"
    NEW_ACCOUNT = "new_account"
    """Draws to an account that was registered less than a day before the change, or after it."""


class Cause(Enum):
    """After what [停止の理由]."""

    PIN_RESET = "pin_reset"
    NEW_DEVICE = "new_device"
    EMAIL = "email"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that is on [一時停止]."""

    hold_id: int
    kind: Kind
    cause: Cause
    from_at: datetime
    until_at: datetime


_CHANGES = frozenset({Cause.EMAIL, Cause.PHONE, Cause.BANK_ACCOUNT})
_RESET_WITH = frozenset({Cause.NEW_DEVICE, Cause.EMAIL})


def after(cursor: Any, member_id: int, cause: Cause, at: datetime) -> list[Kind]:
    """Put the holds down that a change brings, after it was made [一時停止の設定] · AUTH-008."""
    kinds = [Kind.NEW_ACCOUNT] if cause in _CHANGES else []
    if cause is Cause.PIN_RESET and _changed_lately(cursor, member_id, at):
        kinds.append(Kind.ALL_DRAWS)
    if cause in _RESET_WITH and _reset_lately(cursor, member_id, at):
        kinds.append(Kind.ALL_DRAWS)
    replaced_no = replaced_email(cursor, member_id, at) if kinds else 0
    for kind in kinds:
        cursor.execute(
            "INSERT INTO people_hold (member_id, kind, cause, from_at, until_at)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING hold_id",
            (member_id, kind.value, cause.value, at, at + LASTS),
        )
        subject = {
            "hold_id": int(cursor.fetchone()[0]),
            "kind": kind.value,
            "cause": cause.value,
            "replaced_email_no": replaced_no,
        }
        journal.write(cursor, [Happening(member_id, "draws_held", "system", at, subject)])
    return kinds


def _reset_lately(cursor: Any, member_id: int, at: datetime) -> bool:
    cursor.execute(
        "SELECT FROM people_pin WHERE member_id = %s AND ceremony = 'reset' AND set_at > %s",
        (member_id, at - LASTS),
    )
    return cursor.fetchone() is not None


def _changed_lately(cursor: Any, member_id: int, at: datetime) -> bool:
    """A device in the day before, were it the first, or an e-mail address in place of another."""
    cursor.execute(
        "SELECT FROM people_device WHERE member_id = %(member)s AND known_at > %(since)s"
        " UNION ALL SELECT FROM people_fact f WHERE member_id = %(member)s AND kind = 'email'"
        " AND recorded_at > %(since)s AND EXISTS (SELECT FROM people_fact b"
        " WHERE b.member_id = f.member_id AND b.kind = f.kind AND b.fact_no < f.fact_no)",
        {"member": member_id, "since": at - LASTS},
    )
    return cursor.fetchone() is not None


def replaced_email(cursor: Any, member_id: int, at: datetime) -> int:
    """The e-mail address of a day ago, by its fact, if there is another [前のアドレス]; else 0.

    It is told too of what a thief would do next.
    """
    cursor.execute(
        "SELECT fact_no, recorded_at FROM people_fact WHERE member_id = %s AND kind = 'email'"
        " ORDER BY fact_no",
        (member_id,),
    )
    told = cursor.fetchall()
    before = [int(fact_no) for fact_no, recorded_at in told if recorded_at <= at - LASTS]
    if len(before) == len(told) or len(told) == 1:
        return 0
    return before[-1] if before else int(told[0][0])


def holds(cursor: Any, member_id: int, at: datetime) -> list[Hold]:
    """The holds that are on, the one that lasts longest first [一時停止の一覧]."""
    cursor.execute(
        "SELECT hold_id, kind, cause, from_at, until_at FROM people_hold"
        " WHERE member_id = %s AND from_at <= %s AND until_at > %s ORDER BY until_at DESC, hold_id",
        (member_id, at, at),
    )
    return [
        Hold(hold_id, Kind(kind), Cause(cause), from_at, until_at)
        for hold_id, kind, cause, from_at, until_at in cursor.fetchall()
    ]


def check_draw(
    cursor: Any, member_id: int, registered_at: datetime | None, at: datetime
) -> Refusal | None:
    """AUTH-008: whether a draw to an account is held [振込融資の可否].

    Takes     when the account was registered; None for a draw that goes to no account.
    """
    for hold in holds(cursor, member_id, at):
        is_new = registered_at is not None and registered_at > hold.from_at - LASTS
        if hold.kind is Kind.ALL_DRAWS or is_new:
            details = {"until": f"{hold.until_at.astimezone(at.tzinfo):%m/%d %H:%M}"}
            return Refusal("AUTH-008", "PPL-043", (), details)
    return None
