"""What was shown and found for an application, as somebody of the staff entered it [審査の資料].

    entered = evidence.enter_paper(cursor, key, Entry(document_ref, paper), staff, form, at)

Each row names who entered it: that person approves nothing of it. A correction is another row in
the place of the one before; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from motocho.contact.holds import Source
from motocho.law.lending import Shown, latest_until
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.screening.applications.forms import ApplicationKey, one, opened, tell
from motocho.screening.capacity import Employment, Paper, shows_until
from motocho.screening.decision import plain, read
from motocho.units.errors import Fault, InputError, NotAllowedError, StateConflict

REVIEWS = frozenset({Role.REVIEWER, Role.SUPERVISOR})
"""Who enters what a paper says, decides and approves [審査の担当]."""


class Check(Enum):
    """What the house looks up by itself and never tells [社内の確認]."""

    BARRED_TIES = "barred_ties"
    """LEND-022."""
    SUSPICION = "suspicion"
    """KYC-007."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it was read, from a document that was handed in [書面の転記].

    `paper` None takes the entry that it replaces out.
    """

    document_ref: str
    paper: Paper | None
    replaces_no: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A paper that counts [転記した書面]; its source in a decision names document and entry."""

    paper_no: int
    document_ref: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That somebody works where they said, and by what it was found [在籍確認].

    Takes     either the paper that shows it, or the call at work: one that was permitted for that
              alone, at the agreed hours, in a personal name (`care.reasons`), and was answered.
    """

    employed_since: date
    confirmed_on: date
    document_ref: str | None = None
    attempt_id: int | None = None
    months_paid: int | None = None


def refuse_unless_reviewer(staff: Staff) -> None:
    """Whoever screens is a reviewer or a supervisor [審査の権限].

    Raises    NotAllowedError.
    """
    if not REVIEWS & staff.roles:
        raise NotAllowedError(Fault("SCR-207"))


# --------------------------------------------------------------------------------------- entering
def enter_paper(
    cursor: Any, key: ApplicationKey, entry: Entry, staff: Staff, form: tuple[str, datetime]
) -> int:
    """Write down what a paper shows, once for its form; gives its number [書面の転記] · LEND-005.

    Takes     the form's reference and its moment.
    Raises    NotAllowedError; StateConflict if the application is over; InputError for a document
              that is not of this applicant, or a row that another one stands for already.
    """
    ref, at = form
    refuse_unless_reviewer(staff)
    known = _known(cursor, "screening_paper", "paper_no", (key.member_id, ref))
    if known is not None:
        return known
    opened(cursor, key)
    held = None
    if entry.paper is not None:
        held = orjson.dumps(plain(replace(entry.paper, source=""))).decode()
    with told_by({"screening_evidence_own": "SCR-204"}, "SCR-205"):
        cursor.execute(
            "INSERT INTO screening_paper (member_id, application_id, document_ref, paper,"
            " replaces_no, staff_id, entered_at, source) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING paper_no",
            (*key, entry.document_ref, held, entry.replaces_no, staff.staff_id, at, ref),
        )
    number = int(cursor.fetchone()[0])
    tell(cursor, key, "application_evidence", Source(staff.actor, ref), at, paper=number)
    return number


def confirm_employment(
    cursor: Any, key: ApplicationKey, found: Confirmation, staff: Staff, form: tuple[str, datetime]
) -> int:
    """Write down that the employment was confirmed, once for its form [在籍確認] · DESK-003.

    Raises    as `enter_paper`; InputError for a call that was not permitted for it or not answered.
    """
    ref, at = form
    refuse_unless_reviewer(staff)
    known = _known(cursor, "screening_employment", "employment_no", (key.member_id, ref))
    if known is not None:
        return known
    opened(cursor, key)
    if not found.employed_since <= found.confirmed_on <= at.astimezone(JAPAN).date():
        raise InputError(Fault("SCR-217"))
    codes = {"screening_evidence_own": "SCR-204", "screening_employment_call": "SCR-206"}
    with told_by(codes, "SCR-206"):
        cursor.execute(
            "INSERT INTO screening_employment (member_id, application_id, document_ref, attempt_id,"
            " employed_since, confirmed_on, months_paid, staff_id, entered_at, source)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING employment_no",
            (
                *key, found.document_ref, found.attempt_id, found.employed_since,
                found.confirmed_on, found.months_paid, staff.staff_id, at, ref,
            ),
        )  # fmt: skip
    number = int(cursor.fetchone()[0])
    tell(cursor, key, "application_evidence", Source(staff.actor, ref), at, employment=number)
    return number


def record_check(
    cursor: Any, key: ApplicationKey, found: tuple[Check, bool], staff: Staff,
    form: tuple[str, datetime],
) -> None:  # fmt: skip
    """Write down what the house looked up, once for its form; told to nobody [社内の確認].

    Takes     what was looked up, and whether something was found: the journal is told neither.
    Raises    as `enter_paper`.
    Law       貸金業法12条の5 (LEND-022); 犯収法8条4項 (KYC-007).
    """
    ref, at = form
    refuse_unless_reviewer(staff)
    opened(cursor, key)
    kind, is_found = found
    cursor.execute(
        "INSERT INTO screening_check (member_id, application_id, kind, is_found, staff_id,"
        " entered_at, source) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source, kind) DO NOTHING RETURNING check_no",
        (*key, kind.value, is_found, staff.staff_id, at, ref),
    )
    if cursor.fetchone() is not None:
        tell(cursor, key, "application_checked", Source(staff.actor, ref), at)


def _known(cursor: Any, table: str, number: str, form: tuple[int, str]) -> int | None:
    cursor.execute(f"SELECT {number} FROM {table} WHERE member_id = %s AND source = %s", form)  # noqa: S608  # our own names
    row = cursor.fetchone()
    return None if row is None else int(row[0])


@contextmanager
def told_by(codes: Mapping[str, str], otherwise: str) -> Iterator[None]:
    """A rule of the database that is broken in a block, as the message that it is [制約の説明].

    Takes     the messages of constraints that are faults of what was entered; one for all others.
    Raises    InputError or StateConflict.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        named = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if named in _STATES:
            raise StateConflict(Fault(_STATES[named])) from None
        raise InputError(Fault(codes.get(named, otherwise))) from None


_STATES = {
    "screening_application_open": "SCR-203",
    "screening_decision_once": "SCR-209",
    "screening_decision_newest": "SCR-210",
    "screening_approval_role": "SCR-207",
    "screening_approval_other_person": "SCR-208",
    "screening_approval_near": "SCR-261",
    "screening_approval_once": "SCR-280",
    "screening_acceptance_shown": "SCR-214",
    "screening_approved": "SCR-212",
    "screening_handed_on": "SCR-262",
}


# ---------------------------------------------------------------------------------------- reading
def papers(cursor: Any, key: ApplicationKey) -> tuple[Entered, ...]:
    """The papers that count, the first one first [有効な書面]."""
    cursor.execute(
        "SELECT p.paper_no, p.document_ref, p.paper::text FROM screening_paper p"
        " WHERE p.member_id = %s AND p.application_id = %s AND p.paper IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM screening_paper n WHERE (n.member_id, n.application_id,"
        "   n.replaces_no) = (p.member_id, p.application_id, p.paper_no)) ORDER BY p.paper_no",
        key,
    )
    return tuple(
        Entered(int(number), ref, _paper(orjson.loads(held), f"{ref} {number}"))
        for number, ref, held in cursor.fetchall()
    )


def held_papers(cursor: Any, key: ApplicationKey) -> tuple[Entered, ...]:
    """The papers of the newest earlier application that has any [前回までの書面].

    Whether one is still of the latest period is the decision's own matter (施行規則10条の17).
    """
    cursor.execute(
        "SELECT p.application_id FROM screening_paper p WHERE p.member_id = %s"
        " AND p.application_id < %s AND p.paper IS NOT NULL ORDER BY p.application_id DESC LIMIT 1",
        key,
    )
    row = cursor.fetchone()
    return () if row is None else papers(cursor, ApplicationKey(key.member_id, int(row[0])))


def _paper(held: dict[str, Any], source: str) -> Paper:
    return read(Paper, {**held, "source": source})


def employment(cursor: Any, key: ApplicationKey) -> Employment | None:
    """The employer as it was confirmed last, else as the applicant said [勤務先].

    `changed_on` is the day on which that work began: a paper of before shows other means.
    """
    cursor.execute(
        "SELECT employment_no, employed_since, confirmed_on, months_paid FROM screening_employment"
        " WHERE member_id = %s AND application_id = %s ORDER BY employment_no DESC LIMIT 1",
        key,
    )
    row = cursor.fetchone()
    if row is not None:
        number, since, confirmed_on, months = row
        source = f"employment {number}"
        return Employment(
            source, since, new_confirmed_on=confirmed_on, months_paid=months,
            confirmed_on=(confirmed_on,),
        )  # fmt: skip
    since = one(cursor, key).wanted.said.employed_since
    return None if since is None else Employment(f"application {key.application_id}", since)


def checks(cursor: Any, key: ApplicationKey) -> dict[Check, bool]:
    """The newest look-up of each kind: whether something was found [社内の確認]."""
    cursor.execute(
        "SELECT DISTINCT ON (kind) kind, is_found FROM screening_check"
        " WHERE member_id = %s AND application_id = %s ORDER BY kind, check_no DESC",
        key,
    )
    return {Check(kind): bool(found) for kind, found in cursor.fetchall()}


def count(cursor: Any, key: ApplicationKey) -> int:
    """How much was entered for an application [転記の件数]: a decision names it."""
    cursor.execute("SELECT screening_evidence_count(%s, %s)", key)
    return int(cursor.fetchone()[0])


def shown_on(papers_used: Sequence[Paper]) -> date | None:
    """From which day the oldest of some papers counts, for the book's evidence [書面の日付].

    The day of issue or filing; else of the latest pay; else the last day of its year.
    """
    days = [found for one_of in papers_used if (found := _day_of(one_of)) is not None]
    return min(days, default=None)


def shown_of(papers_used: Sequence[Paper], on: date) -> Shown | None:
    """Of several papers the one that is of the latest period for the shortest time [書面の種類].

    What they show together stands on all of them: it counts no longer than the first of them does.
    """
    known = [
        Shown(one_of.kind, until_on)
        for one_of in papers_used
        if (until_on := shows_until(one_of)) is not None
    ]
    return min(known, key=lambda one_of: latest_until(one_of, on) or date.max, default=None)


def _day_of(paper: Paper) -> date | None:
    if paper.issued_on is not None or paper.filed_on is not None:
        return paper.issued_on or paper.filed_on
    if paper.slips:
        return max(slip.paid_on for slip in paper.slips)
    return None if paper.year is None else date(paper.year, 12, 31)
