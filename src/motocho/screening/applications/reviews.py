"""What a reviewer looks at and says: approved as shown, refused, handed on [審査の判断].

    seen = reviews.seen(cursor, application, staff.actor, at)     the decision with its mark
    reviews.approve(cursor, key, seen.mark, staff, at)            only what was looked at
    reviews.refuse(cursor, key, (mark, Why(Reason.PAPERS)), staff, form)
    reviews.hand_on(cursor, key, Why(Reason.CONFLICT), staff, form)    to another, a supervisor

A reason is for the house. What the applicant reads is what the decision says, or the one sentence
of a person's no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.contact.holds import Source
from motocho.people.access import Staff
from motocho.screening import decision as rules
from motocho.screening.applications import decisions, forms
from motocho.screening.applications.decisions import Kept, Standing
from motocho.screening.applications.evidence import refuse_unless_reviewer, told_by
from motocho.screening.applications.forms import Application, ApplicationKey, tell
from motocho.screening.decision import Decision, Verdict
from motocho.units.errors import Fault, InputError, Language, StateConflict

LONGEST_WORDS = 400


class Reason(Enum):
    """Why a reviewer refuses or hands on, for the house alone [担当者の理由]."""

    RULES = "rules"
    """As the rules say: the decision refuses."""
    PAPERS = "papers"
    """What was handed in does not fit together."""
    STRAIN = "strain"
    """What the bureau tells of other lenders."""
    CAPACITY = "capacity"
    """The income will not bear it."""
    CONFLICT = "conflict"
    """The reviewer knows the applicant, or has an interest of their own."""
    UNCLEAR = "unclear"
    """The reviewer does not know how it is to be judged."""
    OTHER = "other"
    """In the words that stand with it."""


FOR_REFUSING: Mapping[Verdict, tuple[Reason, ...]] = {
    Verdict.REFUSE: (Reason.RULES,),
    Verdict.REFER: (Reason.PAPERS, Reason.STRAIN, Reason.CAPACITY, Reason.OTHER),
}
"""The reasons a verdict can be refused for; no other verdict can be."""
FOR_HANDING_ON = (Reason.CONFLICT, Reason.PAPERS, Reason.UNCLEAR, Reason.OTHER)


class Kind(Enum):
    """What a reviewer said [記録の種類]."""

    HANDED_ON = "handed_on"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with words [理由と言葉]; the words are asked for where it is another one."""

    reason: Reason
    words: str = ""


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
    if standing is not None and _stands(cursor, standing.decision, now):
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


def refusal_of(decided: Decision, language: Language) -> tuple[tuple[str, str], ...]:
    """What the applicant reads once it is refused, before it is [否決の文言].

    Empty for a verdict that cannot be refused.
    """
    if decided.verdict is Verdict.REFER:
        return decisions.general(language)
    return decided.told(language) if decided.verdict is Verdict.REFUSE else ()


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
    _check(why, FOR_REFUSING.get(of.verdict, ()))
    _write(cursor, key, (Kind.REFUSED, why, of.decision_no), staff, (ref, at))
    return decisions.refuse(cursor, of, staff, at)


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
    _write(cursor, key, (Kind.HANDED_ON, why, number), staff, (ref, at))
    tell(cursor, key, "application_handed_on", Source(staff.actor, ref), at)


def _marked(cursor: Any, key: ApplicationKey, mark: str, by: tuple[Staff, datetime]) -> Kept:
    """The decision that was looked at, made now where it is what the rules say now."""
    staff, at = by
    refuse_unless_reviewer(staff)
    refuse_own(cursor, key.member_id, staff)
    forms.opened(cursor, key)
    last = decisions.newest(cursor, key)
    if last is not None and last.digest == mark:
        return last
    made = decisions.make(cursor, key, staff, at)
    if made.digest != mark:
        raise StateConflict(Fault("SCR-260"))
    return made


def refuse_own(cursor: Any, member_id: int, staff: Staff) -> None:
    """Nobody judges an application of their own [自分の申込み].

    Raises    StateConflict.
    """
    cursor.execute(
        "SELECT FROM people_staff WHERE staff_id = %s AND own_member_id = %s",
        (staff.staff_id, member_id),
    )
    if cursor.fetchone() is not None:
        raise StateConflict(Fault("SCR-261"))


def _check(why: Why, known: tuple[Reason, ...]) -> None:
    if why.reason not in known:
        raise InputError(Fault("SCR-263"))
    if why.reason is Reason.OTHER and not why.words.strip():
        raise InputError(Fault("SCR-264"))
    if len(why.words) > LONGEST_WORDS:
        raise InputError(Fault("SCR-265", details={"most": str(LONGEST_WORDS)}))


def _write(
    cursor: Any,
    key: ApplicationKey,
    said: tuple[Kind, Why, int | None],
    staff: Staff,
    form: tuple[str, datetime],
) -> None:
    (kind, why, decision_no), (ref, at) = said, form
    with told_by({}, "SCR-262"):
        cursor.execute(
            "INSERT INTO screening_review (member_id, application_id, kind, decision_no, reason,"
            " words, staff_id, reviewed_at, source) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (member_id, source) DO NOTHING",
            (
                *key, kind.value, decision_no, why.reason.value, why.words.strip(), staff.staff_id,
                at, ref,
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
        "SELECT EXISTS (SELECT FROM screening_paper p WHERE (p.member_id, p.application_id,"
        " p.staff_id) = (%(member)s, %(number)s, %(staff)s))"
        " OR EXISTS (SELECT FROM screening_employment e WHERE (e.member_id, e.application_id,"
        " e.staff_id) = (%(member)s, %(number)s, %(staff)s))"
        " OR EXISTS (SELECT FROM screening_check c WHERE (c.member_id, c.application_id,"
        " c.staff_id) = (%(member)s, %(number)s, %(staff)s))"
        " OR EXISTS (SELECT FROM screening_claim c WHERE (c.member_id, c.application_id,"
        " c.staff_id) = (%(member)s, %(number)s, %(staff)s))"
        " OR EXISTS (SELECT FROM screening_bureau_judgement j WHERE (j.member_id, j.actor)"
        " = (%(member)s, %(actor)s)),"
        " screening_is_handed_on(%(member)s, %(number)s, %(staff)s, %(at)s)",
        {
            "member": key.member_id,
            "number": key.application_id,
            "staff": staff.staff_id,
            "actor": staff.actor,
            "at": at,
        },
    )
    has_entered, is_handed_on = cursor.fetchone()
    if has_entered:
        found.append(Fault("SCR-208"))
    if is_handed_on:
        found.append(Fault("SCR-262"))
    return tuple(found)


def same_persons(cursor: Any, member_id: int) -> tuple[int, ...]:
    """Who may be the applicant under another number, for who screens [同一人] · LEND-009.

    By the licence of an identity record; by reading and birthday, with a contract or an open
    application of ours.
    """
    cursor.execute("SELECT DISTINCT * FROM screening_same_person(%s) ORDER BY 1", (member_id,))
    return tuple(int(other) for (other,) in cursor.fetchall())
