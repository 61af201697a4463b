"""What a reviewer looks at and says: approved as shown, refused, handed on [審査の判断].

    seen = reviews.seen(cursor, application, staff.actor, at)     the decision with its mark
    reviews.approve(cursor, key, seen.mark, staff, at)            only what was looked at
    reviews.refuse(cursor, key, (mark, Why(Reason.PAPERS)), staff, form)
    reviews.hand_on(cursor, key, Why(Reason.CONFLICT), staff, form)    to another, a supervisor

What the applicant reads of a refusal is what the decision says, or what the list of reasons says of
a person's (`applications.refusals`); words that stand with a reason are for the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.people.access import Staff
from motocho.screening import decision as rules
from motocho.screening.applications import decisions, forms, refusals
from motocho.screening.applications.decisions import Kept, Standing
from motocho.screening.applications.evidence import refuse_unless_reviewer, told_by
from motocho.screening.applications.forms import Application, ApplicationKey, tell
from motocho.screening.applications.refusals import Listed, Reason, Why
from motocho.screening.decision import Decision, Verdict
from motocho.units.errors import Fault, InputError, Language, StateConflict

LONGEST_WORDS = 400


FOR_HANDING_ON = (Reason.CONFLICT, Reason.PAPERS, Reason.UNCLEAR, Reason.OTHER)
"""Why an application is handed to somebody else [引継ぎの理由]."""


class Kind(Enum):
    """What a reviewer said [記録の種類]."""

    HANDED_ON = "handed_on"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer said of an application [審査担当者の記録]."""

    review_no: int
    kind: Kind
    why: Why
    decision_no: int | None
    staff_id: int
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What is judged [判断する決定]: the kept decision that holds, else what the rules say now.

    `mark` names it; `standing` is there for a kept one alone.
    """

    decision: Decision
    mark: str
    standing: Standing | None = None


# ----------------------------------------------------------------------------------------- looking
def seen(cursor: Any, application: Application, actor: str, at: datetime) -> Seen | None:
    """What a reviewer judges now [判断する決定]; None for one that ended before any decision.

    A kept decision stands as long as it is of all that was entered, is not too old, and the rules
    of now say the same; of an application that is over, the last one stands.

    Takes     who looks: the bureau's answer is read for it, and the reading is kept.
    """
    standing = decisions.standing(cursor, application.key)
    if not application.is_open:
        return None if standing is None else _kept(cursor, standing)
    now = decisions.again(cursor, application, actor, at)
    if (
        standing is not None
        and _stands(cursor, standing.decision, now)
        and decisions.is_of_version(cursor, standing.decision, now)
        and not decisions.is_judged_since(cursor, standing)
    ):
        return _kept(cursor, standing)
    return Seen(now, rules.document(now)["sha256"])


def _kept(cursor: Any, standing: Standing) -> Seen:
    decided = rules.replay(decisions.document(cursor, standing.decision)).decision
    return Seen(decided, standing.decision.digest, standing)


def _stands(cursor: Any, of: Kept, now: Decision) -> bool:
    if of.verdict is Verdict.NEEDS or of.verdict is not now.verdict:
        return False
    offer = now.offer
    said = (None, None) if offer is None else (offer.limit_yen, offer.rate_ppm)
    is_new_enough = of.holds_until is None or now.on <= of.holds_until
    is_same = said == (of.limit_yen, of.rate_ppm) and (offer is None or offer.persons <= of.persons)
    return is_same and is_new_enough and decisions.is_current(cursor, of)


def refusals_of(decided: Decision) -> tuple[Listed, ...]:
    """The reasons for which a decision can be refused, with what each tells [否決の理由].

    Empty for a verdict that cannot be refused; what the rules refuse has no message but theirs.
    """
    if decided.verdict is Verdict.REFER:
        return refusals.listed(decided.on)
    return (Listed(Reason.RULES, ""),) if decided.verdict is Verdict.REFUSE else ()


def told_by_reason(
    decided: Decision, one: Listed, language: Language
) -> tuple[tuple[str, str], ...]:
    """What the applicant reads once it is refused for a reason, before it is [否決の文言]."""
    return refusals.words_of(one.told_code, language) if one.told_code else decided.told(language)


# ----------------------------------------------------------------------------------------- judging
def approve(cursor: Any, key: ApplicationKey, mark: str, staff: Staff, at: datetime) -> Standing:
    """Agree to just what was looked at [承認]: decided first, where nobody did.

    Raises    NotAllowedError; StateConflict where it is another decision by now, the application is
              one's own, evidence of it is, or it was handed to somebody else.
    Lock      the member's row.
    """
    of = _marked(cursor, key, mark, (staff, at))
    return decisions.approve(cursor, of, staff, at)


def refuse(
    cursor: Any,
    key: ApplicationKey,
    what: tuple[str, Why],
    staff: Staff,
    form: tuple[str, datetime],
) -> tuple[tuple[str, str], ...]:
    """Refuse just what was looked at, with a reason, and end the application [否決].

    Gives     what the applicant is told, in Japanese.
    Raises    InputError without a reason that the verdict has; else as `approve`.
    Lock      the member's row.
    """
    (mark, why), (ref, at) = what, form
    of = _marked(cursor, key, mark, (staff, at))
    return _refuse(cursor, of, why, staff, (ref, at))


def refuse_decided(
    cursor: Any, of: Kept, why: Why, staff: Staff, form: tuple[str, datetime]
) -> tuple[tuple[str, str], ...]:
    """Refuse by a decision that was made, with a reason, and end the application [審査の否決].

    Gives     what the applicant is told, in Japanese, each with what may be done.
    Raises    StateConflict for a decision that refuses nothing, or is not the newest; InputError
              without a reason that it can be refused for.
    Lock      the member's row.
    """
    refuse_unless_reviewer(staff)
    forms.opened(cursor, of.key)
    last = decisions.newest(cursor, of.key)
    is_last = last is not None and last.digest == of.digest
    if not is_last or of.verdict not in {Verdict.REFUSE, Verdict.REFER}:
        raise StateConflict(Fault("SCR-215"))
    return _refuse(cursor, of, why, staff, form)


def _refuse(
    cursor: Any, of: Kept, why: Why, staff: Staff, form: tuple[str, datetime]
) -> tuple[tuple[str, str], ...]:
    """The reason first, which the end asks for; both or neither."""
    ref, at = form
    if of.verdict is Verdict.REFER:
        known = refusals.listed(at.astimezone(JAPAN).date())
    else:
        known = (Listed(Reason.RULES, ""),) if of.verdict is Verdict.REFUSE else ()
    _check(why, tuple(one.reason for one in known))
    code = next(one.told_code for one in known if one.reason is why.reason)
    _write(cursor, of.key, (Kind.REFUSED, why, of.decision_no, code or None), staff, (ref, at))
    return decisions.refuse(cursor, of, code or refusals.BY_RULES, staff, at)


def hand_on(
    cursor: Any, key: ApplicationKey, why: Why, staff: Staff, form: tuple[str, datetime]
) -> None:
    """Hand an application to a supervisor who is somebody else, once for its form [引継ぎ].

    Raises    NotAllowedError; InputError without a reason; StateConflict if it is over.
    Lock      the member's row.
    """
    ref, at = form
    refuse_unless_reviewer(staff)
    if any(one.staff_id == staff.staff_id for one in handed_on(cursor, key)):
        return
    forms.opened(cursor, key)
    _check(why, FOR_HANDING_ON)
    last = decisions.newest(cursor, key)
    number = None if last is None else last.decision_no
    _write(cursor, key, (Kind.HANDED_ON, why, number, None), staff, (ref, at))
    tell(cursor, key, "application_handed_on", Source(staff.actor, ref), at)


def _marked(cursor: Any, key: ApplicationKey, mark: str, by: tuple[Staff, datetime]) -> Kept:
    """The decision that was looked at, made now where it is what the rules say now."""
    staff, at = by
    refuse_unless_reviewer(staff)
    refuse_own(cursor, key.member_id, staff, at)
    forms.opened(cursor, key)
    last = decisions.newest(cursor, key)
    if last is not None and last.digest == mark:
        return last
    made = decisions.make(cursor, key, staff, at)
    if made.digest != mark:
        raise StateConflict(Fault("SCR-260"))
    return made


def refuse_own(cursor: Any, member_id: int, staff: Staff, at: datetime) -> None:
    """Nobody judges an application of their own [自分の申込み], under whatever number.

    Nor of a member whom they may not look at, by whichever account (PRIV-003).

    Raises    StateConflict.
    """
    cursor.execute("SELECT screening_is_too_near(%s, %s, %s)", (member_id, staff.staff_id, at))
    if cursor.fetchone()[0]:
        raise StateConflict(Fault("SCR-261"))


def _check(why: Why, known: tuple[Reason, ...]) -> None:
    if why.reason not in known:
        raise InputError(Fault("SCR-263"))
    if why.reason is Reason.OTHER and not why.words.strip():
        raise InputError(Fault("SCR-264"))
    if len(why.words) > LONGEST_WORDS:
        raise InputError(Fault("SCR-265", details={"most": str(LONGEST_WORDS)}))


_REASONS = {"screening_refusal_reason": "SCR-263"}


def _write(
    cursor: Any,
    key: ApplicationKey,
    said: tuple[Kind, Why, int | None, str | None],
    staff: Staff,
    form: tuple[str, datetime],
) -> None:
    (kind, why, decision_no, told_code), (ref, at) = said, form
    with told_by(_REASONS, "SCR-262"):
        cursor.execute(
            "INSERT INTO screening_review (member_id, application_id, kind, decision_no, reason,"
            " words, told_code, staff_id, reviewed_at, source)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (member_id, source) DO NOTHING",
            (
                *key, kind.value, decision_no, why.reason.value, why.words.strip(), told_code,
                staff.staff_id, at, ref,
            ),
        )  # fmt: skip


# ---------------------------------------------------------------------------------------- reading
def every(cursor: Any, key: ApplicationKey) -> list[Review]:
    """What reviewers said of an application, the first one first [審査担当者の記録]."""
    cursor.execute(
        "SELECT review_no, kind, reason, words, decision_no, staff_id, reviewed_at"
        " FROM screening_review WHERE member_id = %s AND application_id = %s ORDER BY review_no",
        key,
    )
    return [
        Review(int(number), Kind(kind), Why(Reason(reason), words), decision_no, int(staff_id), at)
        for number, kind, reason, words, decision_no, staff_id, at in cursor.fetchall()
    ]


def handed_on(cursor: Any, key: ApplicationKey) -> list[Review]:
    """Those by which it was handed to somebody else [引継ぎの記録]."""
    return [one for one in every(cursor, key) if one.kind is Kind.HANDED_ON]


def bars(cursor: Any, key: ApplicationKey, staff: Staff, at: datetime) -> tuple[Fault, ...]:
    """Why one of the staff may not approve an application, before they try [承認できない理由]."""
    found = []
    cursor.execute(
        "SELECT screening_has_entered(%(member)s, %(number)s, %(staff)s),"
        " screening_is_handed_on(%(member)s, %(number)s, %(staff)s, %(at)s),"
        " screening_is_too_near(%(member)s, %(staff)s, %(at)s)",
        {
            "member": key.member_id,
            "number": key.application_id,
            "staff": staff.staff_id,
            "at": at,
        },
    )
    has_entered, is_handed_on, is_near = cursor.fetchone()
    if has_entered:
        found.append(Fault("SCR-208"))
    if is_handed_on:
        found.append(Fault("SCR-262"))
    if is_near:
        found.append(Fault("SCR-261"))
    return tuple(found)


def same_persons(cursor: Any, member_id: int) -> tuple[int, ...]:
    """Who may be the applicant under another number, for who screens [同一人] · LEND-009.

    By the licence of an identity record; by reading and birthday, with a contract or an open
    application of ours.
    """
    cursor.execute("SELECT DISTINCT * FROM screening_same_person(%s) ORDER BY 1", (member_id,))
    return tuple(int(other) for (other,) in cursor.fetchall())
