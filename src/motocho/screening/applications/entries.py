"""Everything that was entered for an application, by whom and when, replaced or not [転記の履歴].

What counts is given by `evidence`; this is for who looks at how it came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from motocho.screening.applications.forms import ApplicationKey
from motocho.screening.capacity import Paper
from motocho.screening.decision import read


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A paper as it was entered [書面の転記]; `paper` None took the one before out."""

    paper_no: int
    document_ref: str
    paper: Paper | None
    replaces_no: int | None
    replaced_by: int | None
    staff_id: int
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class EmploymentEntry:
    """How the employment was confirmed [在籍確認]: by a document, or by a call."""

    employment_no: int
    document_ref: str | None
    attempt_id: int | None
    employed_since: date
    confirmed_on: date
    months_paid: int | None
    staff_id: int
    entered_at: datetime


def papers(cursor: Any, key: ApplicationKey) -> list[PaperEntry]:
    """Every entry of a paper, the first one first [書面の転記の履歴]."""
    cursor.execute(
        "SELECT p.paper_no, p.document_ref, p.paper::text, p.replaces_no, n.paper_no, p.staff_id,"
        " p.entered_at FROM screening_paper p LEFT JOIN screening_paper n ON (n.member_id,"
        " n.application_id, n.replaces_no) = (p.member_id, p.application_id, p.paper_no)"
        " WHERE p.member_id = %s AND p.application_id = %s ORDER BY p.paper_no",
        key,
    )
    return [
        PaperEntry(
            int(number), ref,
            None if held is None else read(Paper, {**orjson.loads(held), "source": ref}),
            replaces, replaced_by, int(staff_id), at,
        )
        for number, ref, held, replaces, replaced_by, staff_id, at in cursor.fetchall()
    ]  # fmt: skip


def employments(cursor: Any, key: ApplicationKey) -> list[EmploymentEntry]:
    """Every confirmation of the employment, the first one first [在籍確認の履歴]."""
    cursor.execute(
        "SELECT employment_no, document_ref, attempt_id, employed_since, confirmed_on, months_paid,"
        " staff_id, entered_at FROM screening_employment"
        " WHERE member_id = %s AND application_id = %s ORDER BY employment_no",
        key,
    )
    return [
        EmploymentEntry(int(number), ref, attempt, since, on, months, int(staff_id), at)
        for number, ref, attempt, since, on, months, staff_id, at in cursor.fetchall()
    ]
