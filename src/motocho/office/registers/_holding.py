"""Until when a person's records are kept, what holds them longer, and their erasure [保存と消去].

    kept = kept_until(cursor, member_id)             the longest of books, identity record, holds
    hold = put_hold(cursor, member_id, Hold(…), …)   one person, at once; two to take it off
    ask_erasure(cursor, member_id, staff, at)        one person asks,
    erase(cursor, member_id, other, at)              another agrees, once the time is over

The database holds all of it by its own clock, against whoever writes (`schema.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.office.registers._folders import FORGET
from motocho.outside.queue import enqueue
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict


class Reason(Enum):
    """Why records are held longer than the law asks [保全の理由]."""

    CLAIM = "claim"
    """Overpaid interest may still be asked for."""
    LAWSUIT = "lawsuit"
    INSPECTION = "inspection"
    INVESTIGATION = "investigation"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold [保全]; who asked that it end, where somebody did."""

    member_id: int
    hold_id: int
    reason: Reason
    case_ref: str
    put_by: str
    put_at: datetime
    asked_by: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when records of a member are kept [保存期限]; None while it cannot be said."""

    member_id: int
    until_on: date | None
    books_until_on: date | None
    identity_until_on: date | None
    holds: tuple[Hold, ...]
    erased_at: datetime | None

    @property
    def is_due(self) -> bool:
        """Whether a day is known at all [期限の有無]."""
        return self.until_on is not None


_HOLD = "member_id, hold_id, reason, case_ref, put_by, put_at, asked_by, ended_at"
_KEPT = """
SELECT nullif(office_kept_until(%(member)s), 'infinity'),
    nullif(office_books_kept_until(%(member)s), 'infinity'),
    nullif(identity_kept_until(%(member)s), 'infinity'),
    (SELECT e.erased_at FROM office_erasure e WHERE e.member_id = %(member)s)
FROM people_member m WHERE m.member_id = %(member)s
"""


def kept_until(cursor: Any, member_id: int) -> Kept:
    """Until when a member's records are kept, by what [保存期限の照会] · BOOK-002, PRIV-006.

    Raises    NotFoundError for nobody.
    Law       貸金業法施行規則17条1項; 犯収法6条2項; 個人情報保護法22条.
    """
    cursor.execute(_KEPT, {"member": member_id})
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("REG-001"))
    return Kept(member_id, row[0], row[1], row[2], tuple(holds(cursor, member_id)), row[3])


def due(cursor: Any, by: date, most: int = 500) -> list[Kept]:
    """Whose records may go by a day, the first one first [保存期限の到来] · PRIV-006."""
    cursor.execute(
        "SELECT member_id FROM (SELECT m.member_id, office_kept_until(m.member_id) AS until_on"
        " FROM people_member m WHERE NOT EXISTS (SELECT FROM office_erasure e"
        " WHERE e.member_id = m.member_id)) AS each WHERE until_on < %s"
        " ORDER BY until_on, member_id LIMIT %s",
        (by, most),
    )
    return [kept_until(cursor, member_id) for (member_id,) in cursor.fetchall()]


# ------------------------------------------------------------------------------------------ holds
def holds(cursor: Any, member_id: int) -> list[Hold]:
    """The holds that stand [保全中]."""
    cursor.execute(
        f"SELECT {_HOLD} FROM office_legal_hold"  # noqa: S608
        " WHERE member_id = %s AND ended_at IS NULL ORDER BY hold_id",
        (member_id,),
    )
    return [_hold(row) for row in cursor.fetchall()]


def _hold(row: tuple[Any, ...]) -> Hold:
    member_id, hold_id, reason, *rest = row
    return Hold(int(member_id), int(hold_id), Reason(reason), *rest)


@dataclass(frozen=True, slots=True)
class HoldWanted:
    """Why whose records are to be held [保全の申請]; the reference is of a case, of no person."""

    member_id: int
    reason: Reason
    case_ref: str


def put_hold(cursor: Any, wanted: HoldWanted, actor: str, at: datetime) -> Hold:
    """Hold a member's records from now on, once for its case [保全の開始] · PRIV-006.

    Raises    StateConflict for a case whose hold ended already.
    """
    cursor.execute(
        "INSERT INTO office_legal_hold (member_id, reason, case_ref, put_by, put_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, reason, case_ref) DO NOTHING",
        (wanted.member_id, wanted.reason.value, wanted.case_ref.strip(), actor, at),
    )
    is_new = cursor.rowcount == 1
    found = [
        one
        for one in holds(cursor, wanted.member_id)
        if (one.reason, one.case_ref) == (wanted.reason, wanted.case_ref.strip())
    ]
    if not found:
        raise StateConflict(Fault("REG-002"))
    if is_new:
        _tell(cursor, found[0], "legal_hold_put", actor, at)
    return found[0]


def end_hold(cursor: Any, hold: Hold, actor: str, at: datetime) -> bool:
    """One asks that a hold end, another ends it; gives whether it ended [保全の解除] · PRIV-006.

    Raises    StateConflict where it is over, or the same person says it twice.
    """
    where = " WHERE member_id = %s AND hold_id = %s AND ended_at IS NULL"
    cursor.execute(
        f"UPDATE office_legal_hold SET asked_by = %s, asked_at = %s{where} AND asked_by IS NULL",  # noqa: S608
        (actor, at, hold.member_id, hold.hold_id),
    )
    if cursor.rowcount == 1:
        _tell(cursor, hold, "legal_hold_end_asked", actor, at)
        return False
    cursor.execute(
        f"UPDATE office_legal_hold SET ended_by = %s, ended_at = %s{where} AND asked_by <> %s",  # noqa: S608
        (actor, at, hold.member_id, hold.hold_id, actor),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("REG-003"))
    _tell(cursor, hold, "legal_hold_ended", actor, at)
    return True


def _tell(cursor: Any, hold: Hold, kind: str, actor: str, at: datetime) -> None:
    subject = {"hold": hold.hold_id, "reason": hold.reason.value}
    journal.write(cursor, [Happening(hold.member_id, kind, actor, at, subject)])


# ---------------------------------------------------------------------------------------- erasure
def ask_erasure(cursor: Any, member_id: int, actor: str, at: datetime) -> None:
    """Ask that a person be erased; somebody else agrees [消去の申請] · PRIV-006."""
    cursor.execute(
        "INSERT INTO office_erasure_wish (member_id, asked_by, asked_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (member_id, actor, at),
    )
    if cursor.rowcount:
        journal.write(cursor, [Happening(member_id, "erasure_asked", actor, at)])


def still_open(cursor: Any, member_id: int) -> tuple[str, ...]:
    """Where something of a person is not over yet: nobody is erased meanwhile [未了の記録]."""
    cursor.execute("SELECT office_still_open(%s)", (member_id,))
    return tuple(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Wish:
    """That somebody asked for an erasure [消去の申請]."""

    member_id: int
    asked_by: str
    asked_at: datetime


def wishes(cursor: Any) -> list[Wish]:
    """Erasures that wait for a second person, the oldest first [消去の申請中]."""
    cursor.execute(
        "SELECT w.member_id, w.asked_by, w.asked_at FROM office_erasure_wish w WHERE NOT EXISTS"
        " (SELECT FROM office_erasure e WHERE e.member_id = w.member_id)"
        " ORDER BY w.asked_at, w.member_id"
    )
    return [Wish(*row) for row in cursor.fetchall()]


class Deed(Enum):
    """What an erasure does to the rows of a person in a table [消去の方法]."""

    DELETE = "delete"
    CLEAR = "clear"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Place:
    """A table, what an erasure does to it, and why [消去の対象]; each room says its own."""

    table: str
    deed: Deed
    cleared: str
    why: str


def places(cursor: Any) -> list[Place]:
    """Every table with what an erasure does to it, in its order [消去の一覧]."""
    cursor.execute("SELECT place, deed, cleared, why FROM office_erasure_place ORDER BY place_no")
    return [Place(table, Deed(deed), *rest) for table, deed, *rest in cursor.fetchall()]


def erase(cursor: Any, member_id: int, actor: str, at: datetime) -> bool:
    """Erase a person whose time is over, as a second person agrees [個人情報の消去] · PRIV-006.

    Gives     whether anything went; False for who was erased before.
    Exact     one transaction, by the list of `places`: everything goes, or nothing does. Ledger,
              events and journal stay: they name nobody.
    Raises    RefusedError while records are kept (until when is said), without a first person's
              wish, or where something is not over yet (where is said).
    Why       files outside the database are the worker's, after the commit: see `left_of`.
    Law       個人情報保護法22条; 貸金業法施行規則17条1項; 犯収法6条2項.
    """
    try:
        with transaction.atomic():
            cursor.execute("SELECT office_erase(%s, %s, %s)", (member_id, actor, at))
            is_gone = bool(cursor.fetchone()[0])
    except IntegrityError as error:
        raise _refused(cursor, member_id, str(error)) from None
    if is_gone:
        journal.write(cursor, [Happening(member_id, "person_erased", actor, at)])
        enqueue(FORGET, member_id=member_id)
    return is_gone


def _refused(cursor: Any, member_id: int, said: str) -> RefusedError:
    if "second person" in said:
        return RefusedError(Fault("REG-005", details={"rule": "PRIV-006"}))
    if "stands in" in said:
        details = {"rule": "PRIV-006", "places": " ".join(still_open(cursor, member_id))}
        return RefusedError(Fault("REG-006", details=details))
    until = kept_until(cursor, member_id).until_on
    details = {"rule": "PRIV-006", "until": "-" if until is None else until.isoformat()}
    return RefusedError(Fault("REG-004", details=details))
