"""What keeps us from promising or paying: a death, an attachment, another creditor [支払の差止め].

Anybody of the desk stops a claim at once; a release of before is void from then on. That it goes
on is a second person's word, who saw on paper to whom it is owed now. A death, a guardian or a
bankruptcy that the house knows of keeps a claim from going on by itself, until it was stopped for
it and resumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.care.approvals import Content, Request, Wanted
from motocho.care.collections import counsel
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.loans import standing
from motocho.loans.commands import Made
from motocho.office.lender import _keeping
from motocho.office.lender._keeping import Claim, Claimant, ClaimKey, Noted
from motocho.office.lender._rules import Step
from motocho.units.errors import Fault, InputError, RefusedError


class Cause(Enum):
    """Why nothing may be promised or paid [差止めの理由]."""

    DEATH = "death"
    """Who claims has died: it is owed to the heirs [死亡] · 民法896条."""
    BANKRUPTCY = "bankruptcy"
    """It is the trustee's to take [破産手続の開始] · 破産法78条1項."""
    ASSIGNED = "assigned"
    """The claim against us was assigned to somebody else [過払金債権の譲渡] · 民法467条."""
    ATTACHED = "attached"
    """A creditor attached it: we may not pay the member [差押え] · 民事執行法145条1項."""
    GUARDED = "guarded"
    """A guardian acts for the member: nothing is settled with or paid to them alone [成年後見] ·
    民法9条, 859条1項."""
    PAYEE = "payee"
    """The account, or who acts, is doubtful [支払先・代理権の疑い]."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stopping:
    """Why, by which paper, and in which words [差止めの内容]."""

    cause: Cause
    document_ref: str
    words: str


@dataclass(frozen=True, slots=True)
class Entitled:
    """To whom it is owed now, and the paper that shows it [支払を受ける者]."""

    who: str
    document_ref: str


def stop(cursor: Any, key: ClaimKey, stopping: Stopping, made: Made) -> Claim:
    """Keep a claim from being promised or paid, at once [支払の差止め], once for its form.

    What is at the bank already is not called back by it: the bank is asked to, and what it says is
    noted as ever.

    Lock      the member's claims.
    Raises    RefusedError for one that is over; InputError without words or for too long a
              reference.
    """
    if not stopping.words.strip():
        raise InputError(Fault("CLU-017", column="words"))
    if len(stopping.document_ref) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-013", column="document_ref"))
    content = {
        "cause": stopping.cause.value,
        "document_ref": stopping.document_ref.strip(),
        "words": stopping.words.strip(),
    }
    return _keeping.note(cursor, key, Noted(Step.STOPPED, made.business_on, None, content), made)


def causes(claim: Claim) -> tuple[Cause, ...]:
    """Why it is stopped now; nothing where it is not [差止めの理由]."""
    found: list[Cause] = []
    for one in claim.steps:
        if one.step is Step.STOPPED:
            found.append(Cause(one.content["cause"]))
        elif one.step is Step.RESUMED:
            found.clear()
    return tuple(dict.fromkeys(found))


def unanswered(cursor: Any, claim: Claim, on: date) -> tuple[Cause, ...]:
    """What the house knows of and nobody answered for this claim [未対応の事由].

    A death is known where the loans or the contacts have it, a guardian by their register, a
    bankruptcy by a notice that holds.
    Each is answered by a stop for it that a second person ended; a death by an heir who claims.
    """
    member_id = claim.key.member_id
    held = {one.hold.kind for one in holds.standing(cursor, member_id, on)}
    is_dead = HoldKind.DECEASED in held or bool(standing.binding(cursor, [member_id], on).dead)
    known = []
    if is_dead and claim.told.claimant is not Claimant.HEIR:
        known.append(Cause.DEATH)
    notices = counsel.standing(cursor, member_id)
    if any(one.notice.proceeding is counsel.Proceeding.BANKRUPTCY for one in notices):
        known.append(Cause.BANKRUPTCY)
    if HoldKind.GUARDED in held:
        known.append(Cause.GUARDED)
    answered = _answered(claim)
    return tuple(one for one in known if one not in answered)


def _answered(claim: Claim) -> set[Cause]:
    found, waiting = set[Cause](), set[Cause]()
    for one in claim.steps:
        if one.step is Step.STOPPED:
            waiting.add(Cause(one.content["cause"]))
        elif one.step is Step.RESUMED:
            found |= waiting
    return found


def refuse_unanswered(cursor: Any, claim: Claim, on: date) -> None:
    """Go on unless something is known that was not answered [未対応の事由の確認].

    Raises    RefusedError, naming the first.
    """
    found = unanswered(cursor, claim, on)
    if Cause.DEATH in found:
        raise RefusedError(Fault("CLU-030"))
    if Cause.BANKRUPTCY in found:
        raise RefusedError(Fault("CLU-031"))
    if Cause.GUARDED in found:
        raise RefusedError(Fault("CLU-038"))


# --------------------------------------------------------------------------------- it goes on
def resume_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """Why it is stopped: another cause meanwhile makes the word outdated [差止めの理由]."""
    del at
    claim = _keeping.one(cursor, ClaimKey(wanted.member_id, int(wanted.content["claim"])))
    if Step.RESUMED not in claim.nexts:
        raise RefusedError(Fault("CLU-010"))
    return {"causes": [one.value for one in causes(claim)]}


def resume(cursor: Any, request: Request, made: Made) -> None:
    """Write down to whom it is owed now, by whose word [差止めの解除]. For the approval's kind."""
    key = ClaimKey(request.ref.member_id, int(request.content["claim"]))
    claim = _keeping.begun(cursor, key, Step.RESUMED, made)
    if claim is None:
        raise RefusedError(Fault("CLU-010"))
    content = {name: request.content[name] for name in ("entitled", "document_ref")}
    noted = Noted(Step.RESUMED, made.business_on, None, content, request.ref.request_id)
    _keeping.add(cursor, claim.key, noted, made)


__all__ = [
    "Cause", "Entitled", "Stopping", "causes", "refuse_unanswered", "resume", "resume_figures",
    "stop", "unanswered",
]  # fmt: skip
