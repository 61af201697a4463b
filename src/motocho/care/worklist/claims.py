"""Taking the next person from the list: one of any number of colleagues gets each [担当の確保].

A claim is a row whose key is the member, so that the database itself lets one have it. It ends with
the ending of a call, when its owner takes another or leaves, and by itself when its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from motocho.care.worklist import policy
from motocho.care.worklist.policy import Why
from motocho.contact.guard import JAPAN


@dataclass(frozen=True, slots=True)
class Claim:
    """A member whom a colleague has taken, until a moment that is not counted [担当]."""

    member_id: int
    staff_id: int
    why: Why
    claimed_at: datetime
    until_at: datetime


_COLUMNS = "member_id, staff_id, why, claimed_at, until_at"
# One statement for one member: who waits here sees the row that the other wrote, and gets nothing.
_TAKE = f"""
INSERT INTO care_claim ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (member_id) DO UPDATE SET staff_id = excluded.staff_id, why = excluded.why,
    claimed_at = excluded.claimed_at, until_at = excluded.until_at
WHERE care_claim.until_at <= excluded.claimed_at OR care_claim.staff_id = excluded.staff_id
RETURNING {_COLUMNS}
"""  # noqa: S608  # our own names


def take(
    cursor: Any, staff_id: int, wanted: Sequence[tuple[int, Why]], at: datetime
) -> Claim | None:
    """The first of these members whom nobody has; None where all are taken [次の人の確保].

    Whom the colleague had a while ago and gave back comes after all others. What the colleague has
    now is given back: one member at a time.
    Lock      the colleague's claims; the rows of members that were tried.
    """
    held = policy.in_force(cursor, at.astimezone(JAPAN).date())
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho claims', %s))", (staff_id,)
    )
    busy, had = _known(cursor, staff_id, [member_id for member_id, _ in wanted], at)
    free = [one for one in wanted if one[0] not in busy]
    ends = at + timedelta(minutes=held.claim_minutes)
    for member_id, why in sorted(free, key=lambda one: one[0] in had):  # the order stays otherwise
        cursor.execute(_TAKE, (member_id, staff_id, why.value, at, ends))
        row = cursor.fetchone()
        if row is not None:
            _give_back(cursor, staff_id, at, but=member_id)
            return _claim(row)
    return None


def _known(
    cursor: Any, staff_id: int, members: list[int], at: datetime
) -> tuple[set[int], set[int]]:
    """Who is plainly taken, so that nobody waits for them, and whom the colleague gave back."""
    held = policy.in_force(cursor, at.astimezone(JAPAN).date())
    cursor.execute(
        "SELECT member_id, staff_id FROM care_claim WHERE member_id = ANY(%(members)s)"
        " AND (staff_id <> %(staff)s AND until_at > %(at)s"
        " OR staff_id = %(staff)s AND until_at <= %(at)s AND claimed_at > %(since)s)",
        {
            "members": members,
            "staff": staff_id,
            "at": at,
            "since": at - timedelta(minutes=held.again_minutes),
        },
    )
    found = cursor.fetchall()
    busy = {member_id for member_id, owner in found if owner != staff_id}
    return busy, {member_id for member_id, owner in found if owner == staff_id}


def _give_back(cursor: Any, staff_id: int, at: datetime, but: int = 0) -> int:
    cursor.execute(
        "UPDATE care_claim SET until_at = greatest(claimed_at, %s)"
        " WHERE staff_id = %s AND member_id <> %s AND until_at > %s",
        (at, staff_id, but, at),
    )
    return int(cursor.rowcount)


def mine(cursor: Any, staff_id: int, at: datetime) -> Claim | None:
    """Whom a colleague has at a moment [現在の担当]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM care_claim WHERE staff_id = %s AND until_at > %s"  # noqa: S608
        " ORDER BY claimed_at DESC LIMIT 1",
        (staff_id, at),
    )
    row = cursor.fetchone()
    return None if row is None else _claim(row)


def taken(cursor: Any, at: datetime) -> list[Claim]:
    """Everybody who is taken at a moment, the earliest first [担当の一覧]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM care_claim WHERE until_at > %s ORDER BY claimed_at, member_id",  # noqa: S608
        (at,),
    )
    return [_claim(row) for row in cursor.fetchall()]


def leave(cursor: Any, staff_id: int, at: datetime) -> int:
    """A colleague gives back whoever was taken [担当の解放]; gives how many."""
    return _give_back(cursor, staff_id, at)


def release(cursor: Any, member_id: int) -> None:
    """The call is over: the member is with nobody any more [結果による解放]."""
    cursor.execute("DELETE FROM care_claim WHERE member_id = %s", (member_id,))


def _claim(row: tuple[Any, ...]) -> Claim:
    member_id, staff_id, why, claimed_at, until_at = row
    return Claim(int(member_id), int(staff_id), Why(why), claimed_at, until_at)
