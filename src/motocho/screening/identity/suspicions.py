"""Suspicious dealings: noted by anybody here, seen by few, told to nobody else [疑わしい取引].

Nothing about one stands with the member: no task, no hold, no message, no row in the member's
journal, nothing in a disclosure. The application has no right to the table itself; the database
gives it out to a supervisor or an auditor of the day, and writes each look down for the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import ProgrammingError, transaction

from motocho.people.access import Role, Staff
from motocho.units.errors import Fault, InputError, NotAllowedError, StateConflict

LONGEST = 4_000
SEES = frozenset({Role.SUPERVISOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What somebody found odd, and its report to the authority [疑わしい取引の届出]."""

    suspicion_id: int
    words: str
    found_on: date
    filed_on: date | None
    filing_ref: str
    actor: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What is written down [記録]: once for its form."""

    words: str
    found_on: date
    form_ref: str


def note(cursor: Any, member_id: int, told: Note, staff: Staff, at: datetime) -> int:
    """Write down what was found odd; gives its number [疑わしい取引の記録] · KYC-007.

    Raises    InputError without words.
    Law       犯収法8条1項.
    """
    words = told.words.strip()
    if not 0 < len(words) <= LONGEST:
        raise InputError(Fault("IDV-020", details={"most": f"{LONGEST:,}"}))
    cursor.execute(
        "SELECT screening_note_suspicion(%s, %s, %s, %s, %s, %s)",
        (member_id, words, told.found_on, staff.actor, told.form_ref, at),
    )
    return int(cursor.fetchone()[0])


def of_member(cursor: Any, member_id: int, staff: Staff, at: datetime) -> list[Suspicion]:
    """What was found odd about a member, for who may see it; each look is kept [閲覧] · KYC-007.

    Raises    NotAllowedError for anybody else: this is disclosed to nobody (犯収法8条4項).
    """
    if not SEES & staff.roles:
        raise NotAllowedError(Fault("IDV-021"))
    try:
        with transaction.atomic():
            cursor.execute(
                "SELECT suspicion_id, words, found_on, filed_on, filing_ref, actor, told_at"
                " FROM screening_read_suspicions(%s, %s, %s)",
                (member_id, staff.staff_id, at),
            )
    except ProgrammingError:
        raise NotAllowedError(Fault("IDV-021")) from None
    return [Suspicion(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Filing:
    """A report to the authority [届出]: its number and day."""

    suspicion_id: int
    ref: str
    on: date


def file(cursor: Any, member_id: int, filing: Filing, staff: Staff, at: datetime) -> None:
    """Say that one was reported to the authority, once [届出の記録] · KYC-007.

    Raises    NotAllowedError for who may not see them; StateConflict for one that is not there or
              was reported already.
    Law       犯収法8条1項, 施行規則25条.
    """
    if not SEES & staff.roles:
        raise NotAllowedError(Fault("IDV-021"))
    try:
        with transaction.atomic():
            cursor.execute(
                "SELECT screening_file_suspicion(%s, %s, %s, %s, %s, %s)",
                (member_id, filing.suspicion_id, staff.staff_id, filing.ref, filing.on, at),
            )
            was_open = bool(cursor.fetchone()[0])
    except ProgrammingError:
        raise NotAllowedError(Fault("IDV-021")) from None
    if not was_open:
        raise StateConflict(Fault("IDV-022"))
