"""The staff list of each office, kept for ten years, and its chiefs [従業者名簿・主任者]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.office.registers._clocks import chiefs_needed, cure_by, refusal
from motocho.units.errors import Fault, InputError, RefusedError


@dataclass(frozen=True, slots=True)
class Branch:
    """An office [営業所・事務所]."""

    branch_id: str
    name: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the staff list, from a day on [従業者名簿の記載] · 施行規則10条の9の2."""

    branch_id: str
    certificate_no: str
    from_on: date
    name: str
    address: str
    born_on: date
    duty: str
    joined_on: date
    left_on: date | None = None
    chief_no: str = ""
    """The registration of a chief [主任者登録番号]; empty for everybody else."""
    has_a_year_in_lending: bool = False
    is_full_time: bool = True


_ENTRY = (
    "branch_id, certificate_no, from_on, name, address, born_on, duty, joined_on, left_on,"
    " chief_no, has_a_year_in_lending, is_full_time"
)


def open_branch(cursor: Any, branch: Branch) -> None:
    """An office, once [営業所の登録]."""
    cursor.execute(
        "INSERT INTO office_branch (branch_id, name, opened_on) VALUES (%s, %s, %s)"
        " ON CONFLICT (branch_id) DO NOTHING",
        (branch.branch_id, branch.name, branch.opened_on),
    )


def branches(cursor: Any) -> list[Branch]:
    """Every office, the first one first [営業所の一覧]."""
    cursor.execute("SELECT branch_id, name, opened_on FROM office_branch ORDER BY opened_on, 1")
    return [Branch(*row) for row in cursor.fetchall()]


def write_entry(cursor: Any, entry: Entry, actor: str, at: datetime) -> None:
    """Write the whole entry of somebody anew, from a day on [名簿の記載] · BOOK-005.

    Raises    InputError where a particular is missing, or there is no such office.
    Law       貸金業法12条の4第2項; 施行規則10条の9の2第1項.
    """
    values = tuple(getattr(entry, name.strip()) for name in _ENTRY.split(","))
    marks = ", ".join(["%s"] * (len(values) + 2))
    try:
        with transaction.atomic():
            cursor.execute(
                f"INSERT INTO office_staff_entry ({_ENTRY}, actor, written_at) VALUES ({marks})",  # noqa: S608
                (*values, actor, at),
            )
    except IntegrityError:
        raise InputError(Fault("REG-020")) from None
    subject = {"branch": entry.branch_id, "certificate": entry.certificate_no}
    journal.write(cursor, [Happening(HOUSE, "staff_entry", actor, at, subject)])


def staff_list(cursor: Any, branch_id: str, on: date) -> list[Entry]:
    """Who is on the list of an office on a day, each as it stands then [従業者名簿]."""
    cursor.execute(
        f"SELECT DISTINCT ON (certificate_no) {_ENTRY} FROM office_staff_entry"  # noqa: S608
        " WHERE branch_id = %s AND from_on <= %s"
        " ORDER BY certificate_no, from_on DESC, entry_no DESC",
        (branch_id, on),
    )
    found = [Entry(*row) for row in cursor.fetchall()]
    return [one for one in found if one.left_on is None or one.left_on >= on]


def staff_kept_until(cursor: Any, branch_id: str, certificate_no: str) -> date | None:
    """Until when somebody's entries are kept; None for who has none [名簿の保存期限] · BOOK-005.

    Law       施行規則10条の9の2第3項: ten years from the last entry.
    """
    cursor.execute("SELECT office_staff_kept_until(%s, %s)", (branch_id, certificate_no))
    found: date | None = cursor.fetchone()[0]
    return found


def erase_staff(cursor: Any, entry: Entry, actor: str, at: datetime) -> int:
    """Erase somebody's entries once their time is over; how many went [名簿の消去] · BOOK-005.

    Raises    RefusedError while they are kept: the database holds it by its own clock.
    """
    who = (entry.branch_id, entry.certificate_no)
    try:
        with transaction.atomic():
            cursor.execute("SELECT office_erase_staff(%s, %s)", who)
            gone = int(cursor.fetchone()[0])
    except IntegrityError:
        details = {"rule": "BOOK-005", "until": str(staff_kept_until(cursor, *who))}
        raise RefusedError(Fault("REG-021", details=details)) from None
    if gone:
        subject = {"branch": entry.branch_id, "certificate": entry.certificate_no}
        journal.write(cursor, [Happening(HOUSE, "staff_entry_erased", actor, at, subject)])
    return gone


# ----------------------------------------------------------------------------------------- chiefs
@dataclass(frozen=True, slots=True)
class Chiefs:
    """How many staff and chiefs an office has on a day [主任者の配置]."""

    branch_id: str
    staff: int
    chiefs: int
    needed: int
    lacking_since: date | None

    @property
    def cure_by(self) -> date | None:
        """Until when a shortfall is to be cured; None without one [是正期限]."""
        return None if self.lacking_since is None else cure_by(self.lacking_since)

    def late(self, on: date) -> Refusal | None:
        """That a shortfall was not cured in time [是正の遅れ] · ORG-001."""
        if self.cure_by is None or on <= self.cure_by:
            return None
        return self._refusal()

    def lacking(self) -> Refusal | None:
        """That there are too few chiefs [主任者の不足] · ORG-001."""
        return None if self.lacking_since is None else self._refusal()

    def _refusal(self) -> Refusal:
        law = "貸金業法12条の3"
        counts = {"needed": str(self.needed), "chiefs": str(self.chiefs)}
        return refusal("ORG-001", "REG-022", law, branch=self.branch_id, **counts)


def chiefs_of(cursor: Any, branch_id: str, on: date) -> Chiefs:
    """Staff and chiefs of an office on a day, and since when too few [主任者の確認] · ORG-001.

    Law       貸金業法12条の3; 施行規則10条の7 (full time, of this office alone), 10条の8.
    """
    staff, chiefs = _counts(cursor, branch_id, on)
    needed = chiefs_needed(staff, on)
    since = on if chiefs < needed else None
    for day in _turns(cursor, branch_id, on) if since is not None else ():
        then_staff, then_chiefs = _counts(cursor, branch_id, day)
        if then_chiefs >= chiefs_needed(then_staff, day):
            break
        since = day
    return Chiefs(branch_id, staff, chiefs, needed, since)


def _counts(cursor: Any, branch_id: str, on: date) -> tuple[int, int]:
    found = staff_list(cursor, branch_id, on)
    return len(found), sum(bool(one.chief_no) and one.is_full_time for one in found)


def _turns(cursor: Any, branch_id: str, on: date) -> list[date]:
    """The days on which the list changed, the last one first: of who left, the day after."""
    cursor.execute(
        "SELECT from_on FROM office_staff_entry WHERE branch_id = %s UNION"
        " SELECT left_on + 1 FROM office_staff_entry WHERE branch_id = %s AND left_on IS NOT NULL",
        (branch_id, branch_id),
    )
    days = sorted({day for (day,) in cursor.fetchall()}, reverse=True)
    return [day for day in days if day <= on]
