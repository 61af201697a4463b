"""Whom a reason is for today, and by which number [用件の対象].

Looked at before the gate is asked: the gate says whether somebody may be called for a purpose, this
says whether the purpose is true of them. A call for one thing is not made in place of another.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motocho.care.cases import draw_checks
from motocho.care.reasons import offering
from motocho.care.reasons.catalogue import Card, Reason, Stage
from motocho.care.reasons.scripts import Late, Proposed
from motocho.care.reliefs import consultations, promises
from motocho.contact import calls, guard, holds, tasks
from motocho.contact.directory import Directory, Number
from motocho.contact.guard import Purpose
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.loans.queries import Listed
from motocho.loans.raises import LEAST_MONTHS
from motocho.outside.clock import JAPAN
from motocho.people.facts import history, values
from motocho.units.errors import Fault, InputError, NotFoundError, clipped
from motocho.units.text import without_blanks

OWED = frozenset({Status.OPEN, Status.WRITTEN_OFF})
ABOUT_ARREARS = frozenset({Reason.REPAYMENT, Reason.PROMISE})
OWN_PHONES = (values.Kind.MOBILE_PHONE, values.Kind.HOME_PHONE)
EARLY = timedelta(minutes=10)
"""So long before the moment that a member named one may call."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What an applicant agreed to about a call at work [在籍確認の同意] · DESK-003."""

    member_id: int
    workplace_no: int
    from_at: datetime
    until_at: datetime
    """Not counted."""
    caller_name: str
    may_say: str


@dataclass(frozen=True, slots=True)
class Aim:
    """What a call is about [通話の対象]: an agreement, terms, a missed payment, a workplace."""

    key: Key | None = None
    proposed: Proposed | None = None
    late: Late | None = None
    workplace: Workplace | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A reason for a member, with what the caller names [用件の指定]."""

    card: Card
    member_id: int
    key: Key | None = None
    proposed: Proposed | None = None
    caller_name: str = ""


def aim(cursor: Any, asked: Asked, at: datetime) -> Aim | tuple[Refusal, ...]:
    """What the call is about, or everything for which the reason is none here [用件の確認].

    Raises    InputError where terms are told and none are named, or one of several agreements is
              meant and none is named, or a name tells more than a person's.
    """
    if tells_business(asked.caller_name):
        raise InputError(Fault("RSN-049", column="name", excerpt=clipped(asked.caller_name)))
    today = at.astimezone(JAPAN).date()
    known = queries.agreements(cursor, asked.member_id)
    refused = _of_stage(asked.card, known) or _of_refusals(cursor, asked, known, today)
    if refused is not None:
        return (refused,)
    if asked.card.has_terms and asked.proposed is None:
        raise InputError(Fault("RSN-040", column="limit"))
    match asked.card.reason:
        case Reason.INCREASE:
            return _increase(cursor, asked, known, today)
        case Reason.REPAYMENT:
            return _repayment(cursor, asked, known, today)
        case Reason.PROMISE:
            return _promise(cursor, asked, known, today)
        case Reason.EMPLOYMENT:
            return _employment(cursor, asked, at)
        case Reason.DRAW_CHECK if draw_checks.of_member(cursor, asked.member_id) is None:
            return (_not_for(asked.card),)
        case Reason.ANSWER:
            return _answer(cursor, asked, at)
        case Reason.CONSULTATION:
            return _consultation(cursor, asked, at)
        case _:
            return Aim(proposed=asked.proposed)


def _of_stage(card: Card, known: Collection[Listed]) -> Refusal | None:
    """A service call is not made to who it is not for, whatever else is wanted · COLL-018."""
    states = {one.status for one in known}
    fits = {
        Stage.BEFORE: not states & OWED,
        Stage.AFTER: bool(states & states_of(card.reason)),
        Stage.PAST: states == {Status.CLOSED},
        Stage.ANY: True,
    }
    return None if fits[card.stage] else _not_for(card)


def states_of(reason: Reason) -> frozenset[Status]:
    """Which agreements a reason may be about [対象となる契約の状態]: owed, or open alone."""
    return OWED if reason in ABOUT_ARREARS else frozenset({Status.OPEN})


def _of_refusals(cursor: Any, asked: Asked, known: Collection[Listed], on: date) -> Refusal | None:
    """Who refused to be invited is not told of a contract under another name · SOLI-001.

    Who never had one is still asked who applies; who had one, or hears the terms, applies anew.
    """
    is_told = asked.card.has_terms or bool(known)
    if asked.card.stage is not Stage.BEFORE or not is_told:
        return None
    kinds = {one.hold.kind for one in holds.standing(cursor, asked.member_id, on)}
    if not kinds & guard.REFUSALS.keys():
        return None
    return Refusal("SOLI-001", "RSN-027", tuple(parse_citations("貸金業法16条4項")))


def _answer(cursor: Any, asked: Asked, at: datetime) -> Aim | tuple[Refusal, ...]:
    """A call that the member asked for, from its moment on; as often a day as any other · COLL-018.

    A consultation is a reason of its own. What was named on a call about arrears is one about them.
    """
    waits = any(
        one.plan.kind is tasks.Kind.REPLY
        or (
            one.plan.kind is tasks.Kind.CALL_BACK
            and one.plan.purpose is Purpose.ASKED_FOR
            and one.plan.planned_at is not None
            and one.plan.planned_at <= at + EARLY
        )
        for one in tasks.of_member(cursor, asked.member_id)
    )
    return _of_day(cursor, asked.member_id, at) if waits else (_not_for(asked.card),)


def _consultation(cursor: Any, asked: Asked, at: datetime) -> Aim | tuple[Refusal, ...]:
    """The hour that was booked has come, and nobody said how it ended · VULN-002."""
    found = consultations.due(cursor, asked.member_id, at)
    return (_not_for(asked.card),) if found is None else _of_day(cursor, asked.member_id, at)


def _of_day(cursor: Any, member_id: int, at: datetime) -> Aim | tuple[Refusal, ...]:
    """What was asked for is no way to ring more often than the law lets anybody be rung."""
    today, most = at.astimezone(JAPAN).date(), guard.calls_a_day(at.astimezone(JAPAN).date())
    made = [
        one
        for one in calls.of_member(cursor, member_id)
        if one.purpose is Purpose.ASKED_FOR and one.called_at.astimezone(JAPAN).date() == today
    ]
    if len(made) < most:
        return Aim()
    law = tuple(parse_citations("貸金業法21条1項"))
    return (Refusal("COLL-018", "RSN-028", law, {"most": str(most)}, today + timedelta(days=1)),)


_BUSINESS = re.compile(
    "会社|法人|[（(]株|ファイナンス|金融|信販|クレジット|ローン|キャッシング|融資|返済|督促|債権|回収"
    "|カード|サービサー|finance|credit",
    re.IGNORECASE,
)


def tells_business(name: str) -> bool:
    """Whether a name tells more than a person's, where anybody may hear it [個人名の点検].

    >>> tells_business("佐々木"), tells_business("青葉台ファイナンス 佐々木")
    (False, True)
    """
    return _BUSINESS.search(without_blanks(name)) is not None


def our_number(known: Directory, card: Card, on: date) -> Number:
    """The number that the member sees: of the desk that the reason is of [発信番号].

    Raises    NotFoundError where we call from none.
    """
    found = known.calling(known.desk(card.desk), on)
    if found is None:
        raise NotFoundError(Fault("RSN-043"))
    return found


def _not_for(card: Card) -> Refusal:
    details = {"reason_ja": card.ja, "reason_en": card.en}
    return Refusal("COLL-018", "RSN-021", tuple(parse_citations("貸金業法16条")), details)


def _key(asked: Asked, known: Collection[Listed], states: Collection[Status]) -> Key:
    keys = [one.key for one in known if one.status in states]
    if asked.key is None and len(keys) == 1:
        return keys[0]
    if asked.key not in keys:
        raise InputError(Fault("RSN-041", column="agreement"))
    return asked.key


def _increase(
    cursor: Any, asked: Asked, known: Collection[Listed], today: date
) -> Aim | tuple[Refusal, ...]:
    key = _key(asked, known, {Status.OPEN})
    conduct = queries.conduct(cursor, key, today, LEAST_MONTHS)
    limit_yen = 0 if asked.proposed is None else asked.proposed.limit_yen
    return offering.against(conduct, limit_yen) or Aim(key, asked.proposed)


def _repayment(
    cursor: Any, asked: Asked, known: Collection[Listed], today: date
) -> Aim | tuple[Refusal, ...]:
    key = _key(asked, known, OWED)
    stood = queries.position(cursor, key, today)
    if stood.late_since is None or stood.arrears_yen == 0:
        return (Refusal("COLL-018", "RSN-022", tuple(parse_citations("貸金業法21条"))),)
    return Aim(key, late=Late(stood.late_since, stood.arrears_yen))


def _promise(
    cursor: Any, asked: Asked, known: Collection[Listed], today: date
) -> Aim | tuple[Refusal, ...]:
    """What of a missed promise is to be spoken of: also of a loan that fell due as a whole."""
    owed = {one.key for one in known if one.status in OWED}
    found = {
        one.pledge.key: one.pledge
        for one in promises.missed(cursor, asked.member_id, today)
        if one.pledge.key in owed
        and queries.position(cursor, one.pledge.key, today).late_since is not None
    }
    if not found:
        return (_not_for(asked.card),)
    key = next(iter(found)) if asked.key is None and len(found) == 1 else asked.key
    if key not in found:
        raise InputError(Fault("RSN-041", column="agreement"))
    return Aim(key, late=Late(found[key].pay_on, found[key].short_yen))


def late_of(cursor: Any, reason: Reason, key: Key, today: date) -> Late:
    """What a call about arrears says is missing now: 0 yen where it came meanwhile [遅れの内容]."""
    if reason is Reason.PROMISE:
        found = promises.missed(cursor, key.member_id, today)
        pledge = next((one.pledge for one in found if one.pledge.key == key), None)
        return Late(today, 0) if pledge is None else Late(pledge.pay_on, pledge.short_yen)
    stood = queries.position(cursor, key, today)
    return Late(stood.late_since or today, stood.arrears_yen)


def _employment(cursor: Any, asked: Asked, at: datetime) -> Aim | tuple[Refusal, ...]:
    agreed = workplaces(cursor, asked.member_id, at)
    for one in agreed:
        if one.from_at <= at < one.until_at and one.caller_name == asked.caller_name:
            return Aim(workplace=one)
    law = tuple(parse_citations("貸金業法13条"))
    if not agreed:
        return (Refusal("DESK-003", "RSN-023", law),)
    first = agreed[0]
    begins, ends = (moment.astimezone(JAPAN) for moment in (first.from_at, first.until_at))
    details = {
        "from": f"{begins:%Y-%m-%d %H:%M}",
        "until": f"{ends:%H:%M}",
        "name": first.caller_name,
    }
    return (Refusal("DESK-003", "RSN-024", law, details, begins.date()),)


def workplaces(cursor: Any, member_id: int, at: datetime) -> list[Workplace]:
    """What an applicant agreed to and did not withdraw, hours that are not over [有効な同意]."""
    cursor.execute(
        "SELECT member_id, workplace_no, from_at, until_at, caller_name, may_say"
        " FROM care_workplace WHERE member_id = %s AND withdrawn_at IS NULL AND until_at > %s"
        " ORDER BY from_at, workplace_no",
        (member_id, at),
    )
    return [Workplace(*row) for row in cursor.fetchall()]


def phone_kind(cursor: Any, card: Card, member_id: int, at: datetime) -> values.Kind:
    """Which number is called: the first that is registered and was not wrong [発信先の選択].

    A number that was somebody else's is not called again before it is registered anew · COLL-006.

    Raises    NotFoundError if there is none.
    """
    wanted = (values.Kind.WORK_PHONE,) if card.reason is Reason.EMPLOYMENT else OWN_PHONES
    facts = history.as_of(cursor, member_id, at.astimezone(JAPAN).date())
    cursor.execute(
        "SELECT called, max(ended_at) FROM care_talk JOIN care_talk_end"
        " USING (member_id, attempt_id) WHERE member_id = %s AND ending = 'wrong_number'"
        " AND called NOT IN ('inbound', 'counterpart')"
        " GROUP BY called",
        (member_id,),
    )
    wrong_at = {values.Kind(called): ended_at for called, ended_at in cursor.fetchall()}
    for kind in wanted:
        fact = facts.get(kind)
        if fact is not None and (kind not in wrong_at or wrong_at[kind] < fact.recorded_at):
            return kind
    raise NotFoundError(Fault("RSN-042"))
