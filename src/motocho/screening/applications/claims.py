"""What leaves a loan out of the third, or allows it above it, with its papers [除外・例外の申出].

    claims.enter(cursor, key, Claim(Kind.SPOUSE, found, {"spouse_consent": document}), staff, form)
    gathered = claims.gathered(cursor, key)          for the decision, the newest of each kind

A claim is entered by a reviewer as it was found, condition by condition; a paper counts by the
document that was handed in, never by its name alone. Whether the conditions hold is the decision's
matter (施行規則10条の21, 10条の23); so is a spouse's income, whose papers are entered as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

import orjson

from motocho.contact.holds import Source
from motocho.people.access import Staff
from motocho.screening.applications.evidence import refuse_unless_reviewer, told_by
from motocho.screening.applications.forms import ApplicationKey, opened, tell
from motocho.screening.capacity import (
    Base,
    Bridge,
    Business,
    Employment,
    Exclusion,
    Medical,
    NewBusiness,
    Refinance,
    Special,
    Spouse,
    Urgent,
    reliefs,
)
from motocho.screening.decision import plain, read
from motocho.units.errors import Fault, InputError


class Kind(Enum):
    """What is claimed, at most one of each kind [除外・例外の種類]."""

    EXCLUSION = "exclusion"
    """施行規則10条の21 · LEND-010."""
    FAVOURABLE_REFINANCE = "favourable_refinance"
    STEPWISE_REFINANCE = "stepwise_refinance"
    URGENT_MEDICAL = "urgent_medical"
    URGENT_NEED = "urgent_need"
    SPOUSE = "spouse"
    """Both incomes, with the spouse's consent and the paper of the marriage · 10条の23第1項3号."""
    BUSINESS = "business"
    NEW_BUSINESS = "new_business"
    BRIDGE = "bridge"
    SPOUSE_EMPLOYMENT = "spouse_employment"
    """Where the spouse works, for the spouse's own papers."""
    SPOUSE_LENT = "spouse_lent"
    """A spouse who borrowed from us on both incomes · 10条の23第3項."""
    RELIEFS = "reliefs"
    """The dated reliefs that the person was found to be under · LEND-024."""


@dataclass(frozen=True, slots=True)
class Named:
    """Dated reliefs by their short names [特例]; `source` is what showed it."""

    source: str
    names: tuple[str, ...]


Content: TypeAlias = (
    Exclusion | Refinance | Medical | Urgent | Spouse | Business | NewBusiness | Bridge | Employment
    | Base | Named
)  # fmt: skip
_TYPES: Mapping[Kind, type[Any]] = {
    Kind.EXCLUSION: Exclusion,
    Kind.FAVOURABLE_REFINANCE: Refinance,
    Kind.STEPWISE_REFINANCE: Refinance,
    Kind.URGENT_MEDICAL: Medical,
    Kind.URGENT_NEED: Urgent,
    Kind.SPOUSE: Spouse,
    Kind.BUSINESS: Business,
    Kind.NEW_BUSINESS: NewBusiness,
    Kind.BRIDGE: Bridge,
    Kind.SPOUSE_EMPLOYMENT: Employment,
    Kind.SPOUSE_LENT: Base,
    Kind.RELIEFS: Named,
}
PROVEN = frozenset(Kind) - {Kind.SPOUSE_EMPLOYMENT, Kind.SPOUSE_LENT, Kind.RELIEFS}
"""Kinds whose papers the law names [書面を要する種類]."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed and found, with the documents that were handed in for it [除外・例外の申出].

    `papers` is by the names of the law's row (`lending.exceptions`, `lending.exclusions`); content
    None takes back what was claimed before.
    """

    kind: Kind
    content: Content | None
    papers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The newest of each kind, as a decision looks at it [除外・例外の資料]."""

    exclusion: Exclusion | None = None
    special: Special | None = None
    spouse_employment: Employment | None = None
    spouse_lent: Base | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A claim as it was written down [除外・例外の記録]; `stated` None where it takes one back.

    `counts` says that it is the newest of its kind.
    """

    claim_no: int
    kind: Kind
    stated: Mapping[str, Any] | None
    papers: Mapping[str, str]
    staff_id: int
    entered_at: datetime
    counts: bool


def content_of(kind: Kind, stated: Mapping[str, Any]) -> Content:
    """What is claimed, from a file [申出の読取り].

    Takes     the fields of its type without `papers`, which stand by their documents.
    Raises    FaultyInput with every item that is missing, unknown, or no value of its kind.
    """
    unnamed = {} if kind is Kind.SPOUSE_LENT else {"source": ""}
    content: Content = read(_TYPES[kind], {**unnamed, **stated})
    return content


def enter(
    cursor: Any, key: ApplicationKey, claim: Claim, staff: Staff, form: tuple[str, datetime]
) -> int:
    """Write down what is claimed, once for its form; gives its number [除外・例外の転記].

    Raises    NotAllowedError; StateConflict if the application is over; InputError for a document
              of somebody else, for content of another kind, or a relief that is not known.
    """
    ref, at = form
    refuse_unless_reviewer(staff)
    cursor.execute(
        "SELECT claim_no FROM screening_claim WHERE member_id = %s AND source = %s",
        (key.member_id, ref),
    )
    row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    opened(cursor, key)
    _refuse_unfit(claim)
    held = None if claim.content is None else orjson.dumps(plain(_bare(claim.content))).decode()
    with told_by({"screening_evidence_own": "SCR-204"}, "SCR-205"):
        cursor.execute(
            "INSERT INTO screening_claim (member_id, application_id, kind, content, staff_id,"
            " entered_at, source) VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING claim_no",
            (*key, claim.kind.value, held, staff.staff_id, at, ref),
        )
        number = int(cursor.fetchone()[0])
        for name, document_ref in sorted(claim.papers.items()):
            cursor.execute(
                "INSERT INTO screening_claim_paper (member_id, application_id, claim_no, paper,"
                " document_ref) VALUES (%s, %s, %s, %s, %s)",
                (*key, number, name, document_ref),
            )
    tell(cursor, key, "application_evidence", Source(staff.actor, ref), at, claim=number)
    return number


def _refuse_unfit(claim: Claim) -> None:
    content = claim.content
    is_fit = content is None or isinstance(content, _TYPES[claim.kind])
    if claim.papers and (content is None or claim.kind not in PROVEN):
        is_fit = False
    if isinstance(content, Named):
        known = {name.removeprefix("lending.relief_") for name in reliefs()}
        is_fit = is_fit and set(content.names) <= known
    if not is_fit:
        raise InputError(Fault("SCR-218", column=claim.kind.value))


def _bare(content: Content) -> Any:
    """Without its number and its papers, which stand in rows of their own."""
    bare: Any = content
    if not isinstance(bare, Base):
        bare = replace(bare, source="")
    return replace(bare, papers=()) if hasattr(bare, "papers") else bare


def gathered(cursor: Any, key: ApplicationKey) -> Gathered:
    """What is claimed for an application, with its sources [除外・例外の資料]."""
    found = {kind: content for kind, content in _newest(cursor, key) if content is not None}
    named = found.get(Kind.RELIEFS)
    claimed = {
        kind.value: content
        for kind, content in found.items()
        if kind in PROVEN and kind is not Kind.EXCLUSION
    }
    names = named.names if isinstance(named, Named) else ()
    special = _special(claimed, names) if claimed or names else None
    return Gathered(
        _as(Exclusion, found.get(Kind.EXCLUSION)),
        special,
        _as(Employment, found.get(Kind.SPOUSE_EMPLOYMENT)),
        _as(Base, found.get(Kind.SPOUSE_LENT)),
    )


def _special(claimed: Mapping[str, Any], names: tuple[str, ...]) -> Special:
    return Special(**claimed, reliefs=names)


def _as(kind: type[Any], content: Content | None) -> Any:
    return content if isinstance(content, kind) else None


def _newest(cursor: Any, key: ApplicationKey) -> list[tuple[Kind, Content | None]]:
    cursor.execute(
        "SELECT DISTINCT ON (c.kind) c.kind, c.claim_no, c.content::text,"
        " ARRAY(SELECT p.paper FROM screening_claim_paper p WHERE (p.member_id, p.application_id,"
        "   p.claim_no) = (c.member_id, c.application_id, c.claim_no) ORDER BY p.paper)"
        " FROM screening_claim c WHERE c.member_id = %s AND c.application_id = %s"
        " ORDER BY c.kind, c.claim_no DESC",
        key,
    )
    return [
        (Kind(kind), None if held is None else _content(Kind(kind), int(number), held, papers))
        for kind, number, held, papers in cursor.fetchall()
    ]


def _content(kind: Kind, number: int, held: str, papers: list[str]) -> Content:
    stated = orjson.loads(held)
    if kind in PROVEN:
        stated["papers"] = papers
    if kind is not Kind.SPOUSE_LENT:
        stated["source"] = f"claim {number}"
    return content_of(kind, stated)


def listed(cursor: Any, key: ApplicationKey) -> list[Kept]:
    """Everything that was claimed for an application, the newest first [除外・例外の記録]."""
    cursor.execute(
        "SELECT c.claim_no, c.kind, c.content::text, (SELECT coalesce(jsonb_object_agg(p.paper,"
        "   p.document_ref), '{}')::text FROM screening_claim_paper p WHERE (p.member_id,"
        "   p.application_id, p.claim_no) = (c.member_id, c.application_id, c.claim_no)),"
        " c.staff_id, c.entered_at, c.claim_no = max(c.claim_no) OVER (PARTITION BY c.kind)"
        " FROM screening_claim c WHERE c.member_id = %s AND c.application_id = %s"
        " ORDER BY c.claim_no DESC",
        key,
    )
    return [
        Kept(int(number), Kind(kind), None if held is None else orjson.loads(held),
             orjson.loads(papers), int(staff_id), at, counts)
        for number, kind, held, papers, staff_id, at, counts in cursor.fetchall()
    ]  # fmt: skip


__all__ = [
    "PROVEN",
    "Claim",
    "Content",
    "Gathered",
    "Kept",
    "Kind",
    "Named",
    "content_of",
    "enter",
    "gathered",
    "listed",
]
