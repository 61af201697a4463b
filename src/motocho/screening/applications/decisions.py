"""Decisions of applications: made by rule, kept whole, approved by others, or refused [審査の決定].

    made = decisions.make(cursor, key, staff, at)         the same facts again: the same decision
    decisions.approve(cursor, made, staff, at)            by who entered nothing of it
    reviews.refuse_decided(cursor, made, Why(reason), staff, form)    with what is told of it

The newest decision counts. Whatever is entered after it asks for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.people.access import Staff
from motocho.screening import decision as rules
from motocho.screening.applications import calling, evidence, forms, refusals
from motocho.screening.applications.evidence import refuse_unless_reviewer, told_by
from motocho.screening.applications.forms import Application, ApplicationKey, Outcome, tell
from motocho.screening.applications.looking import Looked, look
from motocho.screening.decision import AskedKind, Decision, Verdict
from motocho.units.errors import Fault, Language, NotFoundError, StateConflict


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it is kept, without its document [審査の記録]."""

    key: ApplicationKey
    decision_no: int
    digest: str
    verdict: Verdict
    limit_yen: int | None
    rate_ppm: int | None
    persons: int
    holds_until: date | None
    evidence_count: int
    decided_on: date
    decided_at: datetime
    staff_id: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a decision stands [決定の状況]: who approved it, whether the applicant agreed."""

    decision: Kept
    approved_by: tuple[int, ...]
    is_accepted: bool

    @property
    def is_approved(self) -> bool:
        """Whether as many approved it as must [承認済みか]."""
        return self.decision.persons <= len(self.approved_by)


# ----------------------------------------------------------------------------------------- making
def make(cursor: Any, key: ApplicationKey, staff: Staff, at: datetime) -> Kept:
    """Decide by what is known now; the same facts again give the same decision [審査の決定].

    Raises    NotAllowedError; StateConflict if the application is over; NotFoundError.
    Lock      the member's row.
    Law       貸金業法13条1項, 13条の2 · LEND-001.
    """
    refuse_unless_reviewer(staff)
    application = forms.opened(cursor, key)
    forms.inquire(cursor, application, staff.actor, at)
    looked = look(cursor, application, staff.actor, at)
    decided = rules.decide(looked.facts, looked.policy, at.astimezone(JAPAN).date())
    last = newest(cursor, key)
    document = rules.document(decided)
    if last is not None and last.digest == document["sha256"]:
        return last
    number = 1 if last is None else last.decision_no + 1
    _insert(cursor, key, number, (decided, document, looked), (staff, at))
    source = Source(staff.actor, f"decision {number}")
    tell(cursor, key, "application_decided", source, at, decision=number)
    return one(cursor, key, number)


def _insert(
    cursor: Any,
    key: ApplicationKey,
    number: int,
    made: tuple[Decision, Mapping[str, Any], Looked],
    by: tuple[Staff, datetime],
) -> None:
    (decided, document, looked), (staff, at) = made, by
    offer = decided.offer
    cursor.execute(
        "INSERT INTO screening_decision (member_id, application_id, decision_no, digest, document,"
        " verdict, limit_yen, rate_ppm, persons, holds_until, evidence_count, decided_on, staff_id,"
        " decided_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *key, number, document["sha256"], orjson.dumps(document).decode(),
            decided.verdict.value, offer and offer.limit_yen, offer and offer.rate_ppm,
            offer and offer.persons, None if offer is None else _holds_until(decided),
            looked.evidence_count, decided.on, staff.staff_id, at,
        ),
    )  # fmt: skip


def _holds_until(decided: Decision) -> date:
    """As long as the bureau's answer is new enough [有効期限]: the survey may not be older."""
    bureau = decided.facts.bureau
    answered_on = decided.on if bureau is None else bureau.answered_on
    return answered_on + timedelta(days=decided.policy.house.bureau_days)


# -------------------------------------------------------------------------------------- agreeing
def approve(cursor: Any, of: Kept, staff: Staff, at: datetime) -> Standing:
    """Agree to an offer, once a person [審査の承認].

    Takes     the decision as it was looked at: another one made since is not agreed to.
    Raises    NotAllowedError; StateConflict where it is no offer, is not the newest, is too old, or
              was entered by the same person; or the application is over.
    Lock      the member's row.
    """
    refuse_unless_reviewer(staff)
    application = forms.opened(cursor, of.key)
    known = standing(cursor, of.key)
    if known is None or known.decision.digest != of.digest or of.limit_yen is None:
        raise StateConflict(Fault("SCR-209"))
    if staff.staff_id in known.approved_by:
        return known
    with told_by({}, "SCR-209"):
        cursor.execute(
            "INSERT INTO screening_approval (member_id, application_id, decision_no, staff_id,"
            " approved_at) VALUES (%s, %s, %s, %s, %s)",
            (*of.key, of.decision_no, staff.staff_id, at),
        )
    source = Source(staff.actor, f"decision {of.decision_no}")
    tell(cursor, of.key, "application_approved", source, at, decision=of.decision_no)
    found = standing(cursor, of.key)
    if found is None:
        return known
    if found.is_approved and not known.is_approved:
        _offer_stands(cursor, application, of, source, at)
    return found


def _offer_stands(
    cursor: Any, application: Application, of: Kept, source: Source, at: datetime
) -> None:
    """The applicant is told by mail; for a first contract the desk has a call as well."""
    tell(cursor, of.key, "offer_ready", source, at, decision=of.decision_no)
    if application.kind is AskedKind.NEW:
        calling.put(cursor, (*of.key, of.decision_no), source.actor, at)


def accept(cursor: Any, of: Kept, source: Source, at: datetime) -> None:
    """The applicant agrees to what is offered, once [申込者の承諾].

    Raises    StateConflict where it is not approved, is not the newest, or is too old.
    Lock      the member's row.
    """
    forms.opened(cursor, of.key)
    known = standing(cursor, of.key)
    if known is None or known.decision.digest != of.digest:
        raise StateConflict(Fault("SCR-209"))
    if known.is_accepted:
        return
    with told_by({}, "SCR-209"):
        cursor.execute(
            "INSERT INTO screening_acceptance (member_id, application_id, decision_no, actor,"
            " source, accepted_at) VALUES (%s, %s, %s, %s, %s, %s)",
            (*of.key, of.decision_no, source.actor, source.ref, at),
        )
    tell(cursor, of.key, "application_accepted", source, at, decision=of.decision_no)
    calling.end(cursor, of.key, source.actor, at)


def refuse(
    cursor: Any, of: Kept, told_code: str, staff: Staff, at: datetime
) -> tuple[tuple[str, str], ...]:
    """End an application whose refusal names its reason already (`reviews.refuse`) [審査の否決].

    Takes     the message that the mail of it holds.
    Gives     what the applicant is told, in Japanese, each with what may be done.
    Raises    StateConflict where no reason of the newest decision stands.
    Lock      caller holds the member's row.
    """
    application = forms.opened(cursor, of.key)
    source = Source(staff.actor, f"decision {of.decision_no}")
    with told_by({}, "SCR-263"):
        of_line = application.agreement_id or 0
        more: dict[str, int | str] = {"told": told_code, "agreement": of_line}
        forms.end(cursor, application, Outcome.REFUSED, source, at, **more)
    return told(cursor, of, Language.JA)


def told(cursor: Any, of: Kept, language: Language) -> tuple[tuple[str, str], ...]:
    """What the applicant is told of a decision [申込者への説明]; of a person's no, of its reason.

    What must not be told is not in it: by what the record says itself, or by the one general
    sentence.
    """
    application = forms.one(cursor, of.key)
    if of.verdict is Verdict.REFER and application.outcome is Outcome.REFUSED:
        code = refusals.kept_code(cursor, of.key, of.decision_no)
        return refusals.words_of(code or refusals.GENERAL, language)
    said = document(cursor, of)["told"][language.value]
    return tuple((one_of["what"], one_of["fix"]) for one_of in said)


# ---------------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT member_id, application_id, decision_no, digest, verdict, limit_yen, rate_ppm,"
    " coalesce(persons, 1), holds_until, evidence_count, decided_on, decided_at, staff_id"
    " FROM screening_decision WHERE member_id = %s AND application_id = %s"
)


def newest(cursor: Any, key: ApplicationKey) -> Kept | None:
    """The decision that counts, if any was made [直近の決定]."""
    cursor.execute(f"{_SELECT} ORDER BY decision_no DESC LIMIT 1", key)
    row = cursor.fetchone()
    return None if row is None else _kept(row)


def one(cursor: Any, key: ApplicationKey, decision_no: int) -> Kept:
    """One decision of an application [決定の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} AND decision_no = %s", (*key, decision_no))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("SCR-209"))
    return _kept(row)


def every(cursor: Any, key: ApplicationKey) -> list[Kept]:
    """All decisions of an application, the first one first [決定の一覧]."""
    cursor.execute(f"{_SELECT} ORDER BY decision_no", key)
    return [_kept(row) for row in cursor.fetchall()]


def document(cursor: Any, of: Kept) -> dict[str, Any]:
    """A decision whole, as it replays [審査の記録] (`screening.decision.replay`)."""
    cursor.execute(
        "SELECT document::text FROM screening_decision"
        " WHERE member_id = %s AND application_id = %s AND decision_no = %s",
        (*of.key, of.decision_no),
    )
    found: dict[str, Any] = orjson.loads(cursor.fetchone()[0])
    return found


def standing(cursor: Any, key: ApplicationKey) -> Standing | None:
    """The newest decision with who agreed to it; None where none was made [決定の状況]."""
    last = newest(cursor, key)
    if last is None:
        return None
    cursor.execute(
        "SELECT staff_id FROM screening_approval WHERE member_id = %s AND application_id = %s"
        " AND decision_no = %s ORDER BY approved_at, staff_id",
        (*key, last.decision_no),
    )
    approved_by = tuple(int(number) for (number,) in cursor.fetchall())
    cursor.execute(
        "SELECT FROM screening_acceptance WHERE member_id = %s AND application_id = %s"
        " AND decision_no = %s",
        (*key, last.decision_no),
    )
    return Standing(last, approved_by, cursor.fetchone() is not None)


def again(cursor: Any, application: Application, actor: str, at: datetime) -> Decision:
    """What would be decided now, written nowhere [現在の判定]."""
    looked = look(cursor, application, actor, at)
    return rules.decide(looked.facts, looked.policy, at.astimezone(JAPAN).date())


def is_of_version(cursor: Any, of: Kept, now: Decision) -> bool:
    """Whether a new contract would be of the terms that were decided on [商品の版の一致].

    Another version of the product has other terms, though limit and rate are the same; a limit that
    rises keeps those of its contract.
    """
    if now.facts.asked.kind is not AskedKind.NEW:
        return True
    version: int = document(cursor, of)["policy"]["offering"]["version"]
    return version == now.policy.offering.version


def is_judged_since(cursor: Any, known: Standing) -> bool:
    """Whether who approved it entered evidence since, or said whose an answer is [承認後の判断]."""
    cursor.execute(
        "SELECT coalesce(bool_or(screening_has_entered(%s, %s, s.staff_id)), false)"
        " FROM unnest(%s::bigint[]) AS s (staff_id)",
        (*known.decision.key, list(known.approved_by)),
    )
    return bool(cursor.fetchone()[0])


def is_current(cursor: Any, of: Kept) -> bool:
    """Whether nothing was entered since a decision [転記の変化なし]."""
    return of.evidence_count == evidence.count(cursor, of.key)


def _kept(row: tuple[Any, ...]) -> Kept:
    (member_id, number, decision_no, digest, verdict, limit_yen, rate_ppm, persons, until, count,
     decided_on, decided_at, staff_id) = row  # fmt: skip
    return Kept(
        ApplicationKey(int(member_id), int(number)), decision_no, digest, Verdict(verdict),
        limit_yen, rate_ppm, persons, until, count, decided_on, decided_at, int(staff_id),
    )  # fmt: skip
