"""Who of the staff is signed in, and who was [従業者のサインイン]; for supervisors and auditors."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Seated(NamedTuple):
    """Somebody of the staff who is signed in [サインイン中の従業者]."""

    staff_id: int
    name: str
    began_at: datetime
    last_used_at: datetime


class Ends(NamedTuple):
    """When a sign-in ends [サインインの終了]: if nothing is done, and whatever is done."""

    idle_at: datetime
    longest_at: datetime


def ends(cursor: Any, seat: tuple[int, int], shift: timedelta, idle: timedelta) -> Ends | None:
    """When one sign-in ends; None where it was ended [終了時刻]. Asking uses nothing.

    Takes     the colleague and the session; how long a sign-in lasts, and one that is not used.
    """
    cursor.execute(
        "SELECT last_used_at, began_at FROM people_staff_session"
        " WHERE staff_id = %s AND session_id = %s AND ended_at IS NULL",
        seat,
    )
    row = cursor.fetchone()
    return None if row is None else Ends(row[0] + idle, row[1] + shift)


def seated(cursor: Any, at: datetime, shift: timedelta, idle: timedelta) -> list[Seated]:
    """Who is signed in at a moment, by name; one row each [サインイン中の一覧].

    Takes     how long a sign-in lasts, and how long one that is not used.
    """
    cursor.execute(
        "SELECT DISTINCT ON (a.name, s.staff_id) s.staff_id, a.name, s.began_at, s.last_used_at"
        " FROM people_staff_session s JOIN people_staff a USING (staff_id)"
        " WHERE s.began_at > %s AND s.began_at <= %s AND s.ended_at IS NULL"
        " AND s.last_used_at > %s ORDER BY a.name, s.staff_id, s.last_used_at DESC",
        (at - shift, at, at - idle),
    )
    return [Seated(*row) for row in cursor.fetchall()]
