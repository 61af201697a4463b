"""Answers of a bureau: whose each is, kept with its digest, and what the loans learn of it [回答].

    taken = answers.take(cursor, answer, made)          from a file, once for what it says
    answers.judge(cursor, key, 1, place, by)            of a doubtful one, a person of the staff
    known = answers.known(cursor, member_id)            for the survey: sums and wishes, no names

An answer counts only for whom it is surely of. Until then the check stays due, and nothing is lent
after its deadline. What an answer holds is read for a survey of repayment capacity alone, and each
reading is a row of the journal (貸金業法41条の38).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands
from motocho.loans.commands import BureauAnswer, Made
from motocho.outside.bank import next_business_day
from motocho.outside.bureau import (
    Answer,
    Excepted,
    Found,
    LenderKind,
    Loan,
    Match,
    Person,
    Purpose,
    SelfExclusion,
    Verdict,
    match,
)
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.screening import watch
from motocho.screening.bureau import inquiries, memberships
from motocho.screening.bureau.inquiries import InquiryKey, State
from motocho.units.errors import Fault, NotAllowedError, NotFoundError, StateConflict

CHANNEL = "bureau"
DOUBT = "bureau_doubt"
JUDGES = frozenset({Role.REVIEWER, Role.SUPERVISOR})


class Became(Enum):
    """What became of an answer that came in [受付の結果]."""

    COUNTED = "counted"
    DOUBTFUL = "doubtful"
    REPEATED = "repeated"
    """The very same came before."""
    UNKNOWN = "unknown"
    """It answers nothing that we asked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer without what it says of others [回答の記録]."""

    key: InquiryKey
    answer_no: int
    version: int
    bureau_ref: str
    answered_on: date
    verdict: Verdict
    place: int | None
    digest: str
    taken_at: datetime


def others_yen(found: Found, company_code: str) -> int:
    """What other money lenders are owed, as the third adds it up [他社の貸付けの残高].

    Loans of banks, shopping, guarantors' claims and what the law leaves out of the sum are not in
    it; what is disputed is, until the bureau corrects it.

    Law       貸金業法13条の2第2項, 13条の3第5項; 施行規則10条の21.
    """
    return sum(
        one.balance_yen
        for one in _lent_by_others(found, company_code)
        if one.excepted is not Excepted.EXCLUDED
    )


def left_out_yen(found: Found, company_code: str) -> int:
    """What other money lenders are owed beside that sum [除外貸付けの残高]: evidence counts both.

    Law       貸金業法13条3項2号, 13条の3第3項3号; 施行規則10条の21.
    """
    return sum(
        one.balance_yen
        for one in _lent_by_others(found, company_code)
        if one.excepted is Excepted.EXCLUDED
    )


def _lent_by_others(found: Found, company_code: str) -> Iterator[Loan]:
    for one in found.loans:
        if one.kind is LenderKind.MONEY_LENDER and one.lender_code != company_code:
            yield one


def digest_of(answer: Answer) -> str:
    """What an answer says, in one number, whatever file it is in [要約値]."""
    document = orjson.dumps(answer.document(), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(document).hexdigest()


# --------------------------------------------------------------------------------------- taking
def take(cursor: Any, bureau_id: str, answer: Answer, made: Made) -> Became:
    """Take an answer in: keep it, say whose it is, tell the loans [回答の受付].

    A second version takes the place of the first; two that differ under one version are for a
    person, and so is whatever is not surely of the member.

    Lock      the member's inquiry, then the member's agreements.
    """
    key = _key_of(answer.inquiry_ref)
    state = None if key is None else _locked(cursor, key, bureau_id)
    if key is None or state is None:
        return Became.UNKNOWN
    earlier = kept(cursor, key)
    digest = digest_of(answer)
    if any(one.digest == digest for one in earlier):
        return Became.REPEATED
    person = inquiries.written(cursor, key, times_sent=1).person
    found = _match(person, answer, earlier)
    number = len(earlier) + 1
    cursor.execute(
        "INSERT INTO screening_bureau_answer (member_id, inquiry_id, answer_no, version,"
        " bureau_ref, answered_on, digest, content, verdict, place, taken_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *key, number, answer.version, answer.bureau_ref, answer.answered_on, digest,
            orjson.dumps(answer.document()).decode(), found.verdict.value, found.place,
            made.booked_at,
        ),
    )  # fmt: skip
    if found.verdict is Verdict.DOUBTFUL:
        _doubt(cursor, key, number, made)
        return Became.DOUBTFUL
    place = found.place
    _count(cursor, key, number, None if place is None else answer.found[place], made)
    return Became.COUNTED


def _key_of(ref: str) -> InquiryKey | None:
    member, _, number = ref.removeprefix("I").partition("-")
    is_ours = ref.startswith("I") and member.isdecimal() and number.isdecimal()
    return InquiryKey(int(member), int(number)) if is_ours else None


def _locked(cursor: Any, key: InquiryKey, bureau_id: str) -> State | None:
    """How far an inquiry is, held; None for one that was never sent to that bureau."""
    cursor.execute(
        "SELECT state FROM screening_inquiry WHERE member_id = %s AND inquiry_id = %s"
        " AND bureau_id = %s AND file_no IS NOT NULL FOR UPDATE",
        (*key, bureau_id),
    )
    row = cursor.fetchone()
    return None if row is None else State(row[0])


def _match(person: Person, answer: Answer, earlier: Sequence[Kept]) -> Match:
    latest = max((one.version for one in earlier), default=0)
    if answer.version <= latest:
        return Match(Verdict.DOUBTFUL)
    return match(person, answer.found)


def _count(cursor: Any, key: InquiryKey, number: int, found: Found | None, made: Made) -> None:
    """What follows of an answer that is surely of the member."""
    asked = inquiries.one(cursor, key)
    bureau = memberships.one(cursor, asked.bureau_id)
    code = bureau.company_code
    others, left_out = (
        (0, 0) if found is None else (others_yen(found, code), left_out_yen(found, code))
    )
    _move(cursor, key, State.ANSWERED, made.booked_at)
    inquired_on = min(asked.asked_at.astimezone(JAPAN).date(), made.business_on)
    own = Made(CHANNEL, f"{key.ref} {number}", made.business_on, made.booked_at, made.actor)
    ref = f"{asked.bureau_id} {key.ref}"
    told = BureauAnswer(inquired_on, others, ref, left_out)
    commands.record_bureau_answer(cursor, key.member_id, told, own)
    learned = watch.Learned(_excluded_until(found), asked.purpose is Purpose.MONITORING)
    watch.learn(cursor, key.member_id, learned, own)
    _end_doubt(cursor, key, made)


def _excluded_until(found: Found | None) -> date | None:
    """The last day of the self-exclusions that an answer names."""
    return max((one.last_on for one in found.exclusions), default=None) if found else None


def _move(cursor: Any, key: InquiryKey, state: State, at: datetime) -> None:
    cursor.execute(
        "UPDATE screening_inquiry SET state = %s, ended_at = %s"
        " WHERE member_id = %s AND inquiry_id = %s",
        (state.value, at if state is State.ANSWERED else None, *key),
    )


def _doubt(cursor: Any, key: InquiryKey, number: int, made: Made) -> None:
    _move(cursor, key, State.DOUBTFUL, made.booked_at)
    by_on = next_business_day(made.booked_at.astimezone(JAPAN).date())
    facts: dict[str, int | str] = {
        "what": DOUBT, "inquiry": key.inquiry_id, "by": by_on.isoformat(),
    }  # fmt: skip
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    source = Source(made.actor, f"{DOUBT} {key.inquiry_id} {number}")
    tasks.put(cursor, key.member_id, plan, source, made.booked_at)
    subject = {"inquiry": key.inquiry_id}
    happening = Happening(key.member_id, "bureau_doubtful", made.actor, made.booked_at, subject)
    journal.write(cursor, [happening])


def _end_doubt(cursor: Any, key: InquiryKey, made: Made) -> None:
    ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
    for one in tasks.of_member(cursor, key.member_id):
        facts = one.plan.facts
        if facts.get("what") == DOUBT and facts.get("inquiry") == key.inquiry_id:
            tasks.end(cursor, key.member_id, one.task_id, ending, made.booked_at)


# -------------------------------------------------------------------------------------- judging
@dataclass(frozen=True, slots=True)
class Judged:
    """What a person of the staff says of a doubtful answer [判定].

    `place` is which of those found it is, counted from 0; None where it is none of them.
    """

    answer_no: int
    place: int | None


def judge(cursor: Any, key: InquiryKey, judged: Judged, by: tuple[Staff, Made]) -> None:
    """Say whose a doubtful answer is, once [本人の判定]; then it counts as any other.

    Raises    NotAllowedError for who neither reviews nor supervises; NotFoundError for no such
              answer; StateConflict where it is no doubt, or was said already.
    Lock      the member's inquiry, then the member's agreements.
    """
    staff, made = by
    if not JUDGES & staff.roles:
        raise NotAllowedError(Fault("BUR-035"))
    asked = inquiries.one(cursor, key)
    _locked(cursor, key, asked.bureau_id)
    of = next((one for one in kept(cursor, key) if one.answer_no == judged.answer_no), None)
    if of is None:
        raise NotFoundError(Fault("BUR-034", excerpt=key.ref))
    if of.verdict is not Verdict.DOUBTFUL or asked.state is not State.DOUBTFUL:
        raise StateConflict(Fault("BUR-036"))
    answer = read(cursor, of, (staff.actor, "survey match", made.booked_at))
    if judged.place is not None and judged.place >= len(answer.found):
        raise NotFoundError(Fault("BUR-034", excerpt=key.ref))
    cursor.execute(
        "INSERT INTO screening_bureau_judgement (member_id, inquiry_id, answer_no, place, actor,"
        " judged_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, judged.answer_no, judged.place, staff.actor, made.booked_at),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("BUR-036"))
    found = None if judged.place is None else answer.found[judged.place]
    subject = {"inquiry": key.inquiry_id}
    happening = Happening(key.member_id, "bureau_judged", staff.actor, made.booked_at, subject)
    journal.write(cursor, [happening])
    _count(cursor, key, judged.answer_no, found, made)


# -------------------------------------------------------------------------------------- looking
_KEPT = (
    "SELECT answer_no, version, bureau_ref, answered_on, verdict, place, digest, taken_at"
    " FROM screening_bureau_answer WHERE member_id = %s AND inquiry_id = %s ORDER BY answer_no"
)


def kept(cursor: Any, key: InquiryKey) -> list[Kept]:
    """The answers to an inquiry, the first one first, without what they say [回答の一覧]."""
    cursor.execute(_KEPT, key)
    return [
        Kept(key, number, version, ref, on, Verdict(verdict), place, digest, at)
        for number, version, ref, on, verdict, place, digest, at in cursor.fetchall()
    ]


def read(cursor: Any, of: Kept, reading: tuple[str, str, datetime]) -> Answer:
    """What an answer says, for a survey of repayment capacity [回答の閲覧] · SOLI-006.

    Takes     who reads, for which survey (`survey monitoring` …, `survey match`), and when.
    Raises    the database's error for any other purpose.
    Law       貸金業法41条の38.
    """
    cursor.execute(
        "SELECT screening_read_answer(%s, %s, %s, %s, %s, %s)::text",
        (*of.key, of.answer_no, *reading),
    )
    return Answer.of_document(orjson.loads(cursor.fetchone()[0]))


@dataclass(frozen=True, slots=True)
class Known:
    """What a survey takes from the newest answer that counts [返済能力の調査の資料]."""

    of: Kept
    others_yen: int
    is_late: bool
    long_delays: int
    exclusions: tuple[SelfExclusion, ...]
    asked_lately: int
    is_disputed: bool


def found_by(
    cursor: Any, asked: inquiries.Asked, actor: str, at: datetime
) -> tuple[Kept, Found | None] | None:
    """The answer that counts and whom it found, for a survey; None while none counts [調査の資料].

    Takes     who surveys, and when: the reading is kept.
    """
    if asked.state is not State.ANSWERED:
        return None
    of = _counting(cursor, asked.key)
    answer = read(cursor, of, (actor, f"survey {asked.purpose.value}", at))
    return of, None if of.place is None else answer.found[of.place]


def known(cursor: Any, asked: inquiries.Asked, actor: str, at: datetime) -> Known | None:
    """What the answer to an inquiry says for its survey; None while none counts [調査の資料].

    Takes     who surveys, and when: the reading is kept.
    """
    counted = found_by(cursor, asked, actor, at)
    if counted is None:
        return None
    of, found = counted
    if found is None:
        return Known(of, 0, is_late=False, long_delays=0, exclusions=(), asked_lately=0,
                     is_disputed=False)  # fmt: skip
    company_code = memberships.one(cursor, asked.bureau_id).company_code
    theirs = [one for one in found.loans if one.lender_code != company_code]
    return Known(
        of,
        others_yen(found, company_code),
        is_late=any(one.is_late for one in theirs),
        long_delays=sum(one.long_delay_on is not None for one in theirs),
        exclusions=found.exclusions,
        asked_lately=found.asked_lately,
        is_disputed=any(one.is_disputed for one in theirs),
    )


def _counting(cursor: Any, key: InquiryKey) -> Kept:
    """The last answer that counts, with the place that was judged where it was doubtful."""
    cursor.execute(
        "SELECT answer_no, place FROM screening_bureau_judgement"
        " WHERE member_id = %s AND inquiry_id = %s",
        key,
    )
    judged = dict(cursor.fetchall())
    found = [one for one in kept(cursor, key)
             if one.verdict is not Verdict.DOUBTFUL or one.answer_no in judged]  # fmt: skip
    last = found[-1]
    place = judged.get(last.answer_no, last.place)
    return Kept(
        key, last.answer_no, last.version, last.bureau_ref, last.answered_on,
        Verdict.NOBODY if place is None else Verdict.SAME, place, last.digest, last.taken_at,
    )  # fmt: skip
