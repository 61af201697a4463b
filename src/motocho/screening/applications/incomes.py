"""Evidence of income that monitoring asked for, as a reviewer read it [途上与信の収入証明書].

    learned = accept_income(cursor, member_id, Seen(document_ref, paper, employment), (staff, made))

What may be held for an open line is more than what a new contract asks for: three years from the
issue, five where the employer was confirmed in the third year (施行規則10条の26). What it shows
goes into the book, which lifts the stop that its lack brought, or cuts what is above a third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from motocho.loans import commands
from motocho.loans.commands import Evidence, Made
from motocho.loans.commands import Learned as Followed
from motocho.loans.monitoring import Income
from motocho.people.access import Staff
from motocho.screening.applications.evidence import refuse_unless_reviewer, shown_of, shown_on
from motocho.screening.capacity import (
    AnnualIncome,
    Employment,
    Paper,
    Purpose,
    Setting,
    Whose,
    annual_income,
    law_of,
)
from motocho.screening.decision import read
from motocho.units.errors import Fault, InputError, RefusedError


@dataclass(frozen=True, slots=True)
class Seen:
    """A paper as it was read, from a document that the member handed in [書面の転記].

    `employment` is what is known of the employer since (LEND-007); None where nobody asked.
    """

    document_ref: str
    paper: Paper
    employment: Employment | None = None


def seen_of(document_ref: str, stated: Mapping[str, Any]) -> Seen:
    """The same from a file of facts: `paper`, and `employment` where it was asked [読取り].

    Raises    FaultyInput with every item that is missing, unknown, or no value of its kind.
    """
    paper = read(Paper, {"source": document_ref, **stated.get("paper", {})}, "paper")
    known = stated.get("employment")
    told = None if known is None else read(Employment, {"source": document_ref, **known})
    return Seen(document_ref, paper, told)


def accept_income(cursor: Any, member_id: int, seen: Seen, by: tuple[Staff, Made]) -> Followed:
    """Write down what a paper shows, once for its reference; what follows, follows [収入の記録].

    Raises    NotAllowedError; InputError for somebody else's document; RefusedError with each rule
              by which the paper may not be held.
    Lock      the member's agreements.
    Law       貸金業法13条の3第3項; 施行規則10条の26 · LEND-005, 007, 008, 012, 015.
    """
    staff, made = by
    refuse_unless_reviewer(staff)
    cursor.execute(
        "SELECT FROM documents_upload WHERE document_ref = %s AND member_id = %s",
        (seen.document_ref, member_id),
    )
    if cursor.fetchone() is None:
        raise InputError(Fault("SCR-204"))
    paper = replace(seen.paper, source=seen.document_ref, whose=Whose.APPLICANT)
    setting = Setting(made.business_on, law_of(made.business_on), Purpose.MONITORING)
    found = annual_income([paper], {Whose.APPLICANT: seen.employment}, setting)
    if found.yen is None:
        raise RefusedError(*_against(found))
    issued_on = min(shown_on([paper]) or made.business_on, made.business_on)
    income = Income(issued_on, found.yen, shown_of([paper], made.business_on))
    return commands.record_income(cursor, member_id, Evidence(income, seen.document_ref), made)


def _against(found: AnnualIncome) -> Iterator[Fault]:
    for one in found.findings:
        if not one.passes:
            yield Fault(one.code, details=one.details)
