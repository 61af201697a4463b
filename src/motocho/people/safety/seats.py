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
