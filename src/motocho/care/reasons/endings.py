"""How a call ended, and everything that follows, in one transaction [通話の結果].

The result of the attempt, holds, a promise, tasks, a complaint, a consultation and the journal are
written together or not at all. On an offer the member's own words decide: whoever says
「今のところ必要ありません」 is not offered anything for six months, whatever key was pressed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from motocho.care.cases import complaints
from motocho.care.collections import counsel
from motocho.care.reasons import catalogue, notes, talks, targets
from motocho.care.reasons.catalogue import Answer, Card, Effect, Ending, Need, With
from motocho.care.reasons.talks import Talk, TalkKey
from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic
from motocho.care.worklist import claims
from motocho.contact import calls, gate, guard, holds, tasks
from motocho.contact.directory import Directory
from motocho.contact.guard import Agreement, AgreementKind, HoldKind, Hours, Purpose
from motocho.contact.holds import Source, Standing, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made, Promise
from motocho.outside.bank import is_business_day, next_business_day
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, broken, clipped

CALL_AGAIN_HOUR = 10
FARTHEST = timedelta(days=60)
"""How far ahead a day or an hour may be that somebody names."""
NAME_ONLY = "name_only"


class Answered(NamedTuple):
    """What was said to a question, and what the member asked about it [回答]."""

    answer: Answer
    asked: str = ""


class AtWork(NamedTuple):
    """When an applicant may be called at work, under which name, saying what [勤務先の同意]."""

    from_at: datetime
    until_at: datetime
    caller_name: str
    may_say: str = NAME_ONLY


@dataclass(frozen=True, slots=True)
class Told:
    """How a call ended, as it is written down [結果の入力]: a key or a name, and what it needs."""

    ending: str
    note: str = ""
    said: str = ""
    """The member's own words."""
    amount_yen: int | None = None
    on: date | None = None
    hour: datetime | None = None
    at_work: AtWork | None = None
    agreement_id: int | None = None
    """Which agreement a promise is of, where the call was begun for none."""
    answers: Mapping[str, Answered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Followed:
    """What an ending did [結果の効果]."""

    ending: Ending
    holds: tuple[Standing, ...] = ()
    promises: tuple[Promise, ...] = ()
    tasks: tuple[int, ...] = ()
    """Their numbers."""
    cases: tuple[int, ...] = ()
    consultations: tuple[int, ...] = ()


def finish(cursor: Any, key: TalkKey, told: Told, made: Made, known: Directory) -> Followed:
    """Write down how a call ended; everything that follows happens with it [通話の終了].

    Lock      the agreements, where one is promised or stopped, or the hours of consultations; then
              the member's contacts, in the order in which members' own pages take them.
    Raises    NotFoundError, StateConflict for a call that is none or ended; InputError with
              everything that is missing or may not be kept; RefusedError for a promise or an hour
              that cannot be. Then nothing at all was written.
    """
    talk = talks.one(cursor, key)
    card = talk.card
    talks.refuse_ended(talk)
    ending = card.ending_of(told.ending)
    if ending is None:
        names = ", ".join(f"{key} {one.ending_id}" for key, one in card.keys.items())
        raise InputError(Fault("RSN-030", excerpt=told.ending, details={"known": names}))
    on = made.booked_at.astimezone(JAPAN).date()
    opened = _opened(told, catalogue.in_force(cursor, on).modules)
    told = _of_one_agreement(cursor, talk, opened)
    faults = tuple(check(talk, ending, told, made.booked_at))
    if faults:
        raise InputError(*faults)
    case = _Case(talk, ending, told, made, known)
    done = Followed(ending)
    for effect in ending.effects:
        done = _BEFORE[effect](cursor, case, done) if effect in _BEFORE else done
    talks.going_on(cursor, key)
    _write(cursor, talk, ending, told, made)
    source = Source(made.actor, f"talk {key.attempt_id}")
    if not talk.is_inbound:
        permit = gate.Permit(key.attempt_id, key.member_id, made.actor, "", made.booked_at)
        calls.note(cursor, permit, ending.result, source, made.booked_at)
    effects = [one for one in ending.effects if one not in _BEFORE]
    kind = refused_kind(card, ending, told)
    if kind is not None:
        effects = [_HOLDING[kind], *(one for one in effects if one not in _KINDS)]
    for effect in effects:
        done = _DOES[effect](cursor, case, done)
    _end_call_backs(cursor, case)
    claims.release(cursor, key.member_id)
    subject = {"talk": key.attempt_id, "reason": card.reason.value, "ending": ending.ending_id}
    happening = Happening(key.member_id, "call_ended", made.actor, made.booked_at, subject)
    journal.write(cursor, [happening])
    return done


def _opened(told: Told, modules: Mapping[str, str]) -> Told:
    """The same with the words of modules in the note."""
    note = notes.expanded(told.note, modules)
    if isinstance(note, Fault):
        raise InputError(note)
    return replace(told, note=note)


def _of_one_agreement(cursor: Any, talk: Talk, told: Told) -> Told:
    """Who has one agreement that is owed means that one; of several it is said which."""
    if talk.agreement_id is not None or told.agreement_id is not None:
        return told
    known = queries.agreements(cursor, talk.key.member_id)
    owed = [one.key.agreement_id for one in known if one.status in targets.OWED]
    return replace(told, agreement_id=owed[0]) if len(owed) == 1 else told


# ----------------------------------------------------------------------------------- what is wrong
def check(talk: Talk, ending: Ending, told: Told, at: datetime) -> Iterator[Fault]:
    """Everything that keeps an ending from being written down; pure [結果の点検]."""
    if ending.spoken_with is With.MEMBER and not talk.is_identified:
        yield Fault("RSN-031", column="ending")
    given = {
        Need.DAY: told.on,
        Need.AMOUNT: told.amount_yen,
        Need.HOUR: told.hour,
        Need.HOURS: told.at_work,
        Need.WORDS: told.said.strip() or None,
    }
    for need in sorted(ending.needs, key=lambda one: one.value):
        if given[need] is None:
            yield Fault("RSN-032", column=need.value, details={"need": need.value})
    texts = [told.note, told.said, *(one.asked for one in told.answers.values())]
    for text in texts:
        yield from notes.scanned(text)
    yield from _answers(talk.card, ending, told)
    if Effect.PROMISE in ending.effects and (talk.agreement_id or told.agreement_id) is None:
        yield Fault("RSN-041", column="agreement")
    yield from _asked_in_writing(talk, ending, texts)
    yield from _times(ending, told, at)
    refused = refused_kind(talk.card, ending, told)
    if refused is not None and ending.ending_id in _TAKEN_UP:
        yield Fault("RSN-036", column="ending")


def _asked_in_writing(talk: Talk, ending: Ending, texts: Sequence[str]) -> Iterator[Fault]:
    """COLL-016: who asked for it in writing is not left with nothing."""
    if talk.is_asked or ending.spoken_with is With.NOBODY:
        return
    for found in filter(None, map(notes.request_in, texts)):
        yield Fault("CPN-002", column="ending", excerpt=clipped(found))
        return


_TAKEN_UP = frozenset({"interested", "undecided"})


def _answers(card: Card, ending: Ending, told: Told) -> Iterator[Fault]:
    known = {one.question_id for one in card.questions}
    for strange in sorted(told.answers.keys() - known):
        yield Fault("RSN-033", column="answers", excerpt=strange)
    if ending.answered is None:
        return
    for missing in sorted(known - told.answers.keys()):
        yield Fault("RSN-034", column="answers", excerpt=missing)
    if not ending.answered:
        return
    for name, one in told.answers.items():
        if one.answer not in ending.answered:
            yield Fault("RSN-035", column="answers", excerpt=name)


def _times(ending: Ending, told: Told, at: datetime) -> Iterator[Fault]:
    today = at.astimezone(JAPAN).date()
    last = today + FARTHEST
    if Need.DAY in ending.needs and told.on is not None and not today <= told.on <= last:
        yield Fault("RSN-037", column="day", excerpt=str(told.on), details={"last": str(last)})
    if Effect.CALL_BACK in ending.effects and told.hour is not None:
        hours, here = guard.hours_of(today), told.hour.astimezone(JAPAN)
        is_day = hours.from_hour <= here.hour < hours.until_hour
        if told.hour <= at or here.date() > last or not is_day:
            details = {"from": f"{hours.from_hour}:00", "until": f"{hours.until_hour}:00"}
            yield Fault("RSN-038", column="hour", excerpt=f"{here:%Y-%m-%d %H:%M}", details=details)
    if Effect.WORKPLACE_AGREED in ending.effects and told.at_work is not None:
        begins, ends = (one.astimezone(JAPAN) for one in told.at_work[:2])
        hours = guard.hours_of(today)
        is_one_day = begins.date() == ends.date() <= last and at <= begins < ends
        is_day = hours.from_hour <= begins.hour and ends.time() <= time(hours.until_hour)
        is_whole = not any((begins.minute, begins.second, ends.minute, ends.second))
        name = told.at_work.caller_name
        if not (is_one_day and is_day and is_whole) or not name.strip():
            details = {"from": f"{hours.from_hour}:00", "until": f"{hours.until_hour}:00"}
            yield Fault("RSN-039", column="hours", details=details)
        if targets.tells_business(name):
            yield Fault("RSN-049", column="name", excerpt=clipped(name))


_OF_OFFERS = re.compile("営業|勧誘|セールス|増額|案内")
_INVITING = re.compile("営業|勧誘|セールス|増額|ダイレクトメール|DM", re.IGNORECASE)
"""Words of an invitation alone: in a note, what was shown to a member is no invitation."""


def refused_kind(card: Card, ending: Ending, told: Told) -> HoldKind | None:
    """Which refusal of offers a call brought, by its ending and the words that fell; pure [断り].

    On an offer the note counts as the member's words. On other calls only words about offers do,
    or a refusal of everything; of the note, sentences that name an invitation.

    Law       貸金業法16条4項 · SOLI-001, SOLI-002, SOLI-003, SOLI-009.
    """
    chosen = [_KINDS[one] for one in ending.effects if one in _KINDS]
    words = f"{told.said}。{told.note}" if card.is_offer else told.said
    spoken = notes.refusal_in(words) if ending.spoken_with is not With.NOBODY else None
    if card.is_offer or ending.spoken_with is With.NOBODY:
        return notes.stronger(*chosen, spoken)
    if spoken is not HoldKind.NEVER and not _OF_OFFERS.search(told.said):
        spoken = None
    noted = [one for one in catalogue.sentences(told.note) if _INVITING.search(one)]
    return notes.stronger(*chosen, spoken, *map(notes.refusal_in, noted))


_KINDS: Mapping[Effect, HoldKind] = {
    Effect.HOLD_NOT_NOW: HoldKind.NOT_NOW,
    Effect.HOLD_NEVER: HoldKind.NEVER,
    Effect.HOLD_UNCLEAR: HoldKind.UNCLEAR,
}
_HOLDING: Mapping[HoldKind, Effect] = {kind: effect for effect, kind in _KINDS.items()}


def _write(cursor: Any, talk: Talk, ending: Ending, told: Told, made: Made) -> None:
    for name, one in told.answers.items():
        cursor.execute(
            "INSERT INTO care_talk_answer (member_id, attempt_id, question, answer, asked)"
            " VALUES (%s, %s, %s, %s, %s)",
            (*talk.key, name, one.answer.value, one.asked),
        )
    cursor.execute(
        "INSERT INTO care_talk_end (member_id, attempt_id, ending, spoken_with, note, said, actor,"
        " ended_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *talk.key, ending.ending_id, ending.spoken_with.value, told.note, told.said,
            made.actor, made.booked_at,
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------------ what follows
@dataclass(frozen=True, slots=True)
class _Case:
    talk: Talk
    ending: Ending
    told: Told
    made: Made
    known: Directory

    @property
    def member_id(self) -> int:
        return self.talk.key.member_id

    @property
    def at(self) -> datetime:
        return self.made.booked_at

    def source(self, effect: Effect) -> Source:
        return Source(self.made.actor, _ref_of(self.talk.key, effect))

    def facts(self) -> dict[str, int | str]:
        return {
            "talk": self.talk.key.attempt_id,
            "reason": self.talk.reason.value,
            "ending": self.ending.ending_id,
        }


_Does = Callable[[Any, _Case, Followed], Followed]


def _hold(effect: Effect) -> _Does:
    def put(cursor: Any, case: _Case, done: Followed) -> Followed:
        wish = Wish(_KINDS[effect])
        held = holds.put(cursor, case.member_id, wish, case.source(effect), case.at)
        return replace(done, holds=(*done.holds, held))

    return put


def _promise(cursor: Any, case: _Case, done: Followed) -> Followed:
    told = case.told
    agreement_id = case.talk.agreement_id or told.agreement_id
    if agreement_id is None or told.amount_yen is None or told.on is None:
        broken("a promise is of an agreement, a day and an amount", talk=case.talk.key)
    key = Key(case.member_id, agreement_id)
    found = commands.promise(cursor, key, told.amount_yen, told.on, case.made)
    return replace(done, promises=(*done.promises, found))


def _consultation(cursor: Any, case: _Case, done: Followed) -> Followed:
    hour = case.told.hour or broken("a consultation has an hour", talk=case.talk.key)
    full = consultations.full_hours(cursor, case.at)
    hours = case.known.desk(case.talk.card.desk).hours
    offered = consultations.hours_to_choose(hours, case.at, is_business_day, full)
    wanted = consultations.Wanted(_topic(cursor, case), hour, offered)
    source = case.source(Effect.CONSULTATION)
    booked = consultations.book(cursor, case.member_id, wanted, source, case.at)
    return replace(done, consultations=(*done.consultations, booked.consultation_id))


def _topic(cursor: Any, case: _Case) -> Topic:
    """What is put off to another hour stays what it was about."""
    is_put_off = case.talk.reason is catalogue.Reason.CONSULTATION
    return consultations.last_topic(cursor, case.member_id) if is_put_off else Topic.LATE


def _settled(outcome: consultations.Outcome, effect: Effect) -> _Does:
    def put(cursor: Any, case: _Case, done: Followed) -> Followed:
        during = consultations.During(case.talk.began_at, case.at)
        consultations.settle(cursor, case.member_id, outcome, case.source(effect), during)
        return done

    return put


def _put(cursor: Any, case: _Case, effect: Effect, plan: tasks.Plan) -> int:
    return tasks.put(cursor, case.member_id, plan, case.source(effect), case.at)


def _call_back(cursor: Any, case: _Case, done: Followed) -> Followed:
    """Nothing about arrears before the moment that was named (COLL-003); the purpose stays."""
    card = case.talk.card
    plan = tasks.Plan(tasks.Kind.CALL_BACK, card.purpose, case.told.hour, case.facts())
    return replace(done, tasks=(*done.tasks, _put(cursor, case, Effect.CALL_BACK, plan)))


def _call_again(cursor: Any, case: _Case, done: Followed) -> Followed:
    named = case.told.on or broken("a day was named", talk=case.talk.key)
    moment = datetime.combine(next_business_day(named), time(CALL_AGAIN_HOUR), JAPAN)
    plan = tasks.Plan(tasks.Kind.CALL, case.talk.card.purpose, moment, case.facts())
    return replace(done, tasks=(*done.tasks, _put(cursor, case, Effect.CALL_AGAIN, plan)))


def _follow_up(effect: Effect) -> _Does:
    def put(cursor: Any, case: _Case, done: Followed) -> Followed:
        plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=case.facts())
        return replace(done, tasks=(*done.tasks, _put(cursor, case, effect, plan)))

    return put


def _ref_of(key: TalkKey, effect: Effect) -> str:
    """What of a call is written down as the source of what it led to."""
    return f"talk {key.attempt_id} {effect.value}"


def case_of(cursor: Any, key: TalkKey) -> complaints.CaseKey | None:
    """The complaint with which a call ended [通話からの苦情]; None where it ended otherwise."""
    return complaints.of_source(cursor, key.member_id, _ref_of(key, Effect.COMPLAINT))


def _complaint(cursor: Any, case: _Case, done: Followed) -> Followed:
    called = () if case.talk.is_inbound else (case.talk.key.attempt_id,)
    told = complaints.Told(complaints.Kind.COMPLAINT, case.told.said, calls=called)
    source = case.source(Effect.COMPLAINT)
    found = complaints.tell(cursor, case.member_id, told, source, case.at)
    return replace(done, cases=(*done.cases, found.key.case_id))


def _counsel(cursor: Any, case: _Case, done: Followed) -> Followed:
    """From the word on everything stops, and the office is asked for (COLL-010)."""
    if counsel.said_by_member(cursor, case.member_id, case.made) is None:
        return _follow_up(Effect.COUNSEL)(cursor, case, done)
    return done


def _workplace(cursor: Any, case: _Case, done: Followed) -> Followed:
    agreed = case.told.at_work or broken("hours were agreed", talk=case.talk.key)
    source = case.source(Effect.WORKPLACE_AGREED)
    begins, ends = (one.astimezone(JAPAN) for one in agreed[:2])
    day, hours = begins.date(), Hours(begins.hour, ends.hour)
    permitted = Agreement(AgreementKind.EMPLOYMENT_CHECK, day, day, hours)
    number = holds.agree(cursor, case.member_id, permitted, source, case.at)
    cursor.execute(
        "INSERT INTO care_workplace (member_id, from_at, until_at, caller_name, may_say,"
        " agreement_id, source, actor, given_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (case.member_id, *agreed, number, source.ref, source.actor, case.at),
    )
    return done


_BEFORE: Mapping[Effect, _Does] = {
    Effect.PROMISE: _promise,
    Effect.CONSULTATION: _consultation,
    Effect.HELD: _settled(consultations.Outcome.HELD, Effect.HELD),
    Effect.MISSED: _settled(consultations.Outcome.MISSED, Effect.MISSED),
    Effect.COUNSEL: _counsel,
}
"""What takes locks that stand before the one of contacts."""
_DOES: Mapping[Effect, _Does] = {
    Effect.HOLD_NOT_NOW: _hold(Effect.HOLD_NOT_NOW),
    Effect.HOLD_NEVER: _hold(Effect.HOLD_NEVER),
    Effect.HOLD_UNCLEAR: _hold(Effect.HOLD_UNCLEAR),
    Effect.CALL_BACK: _call_back,
    Effect.CALL_AGAIN: _call_again,
    Effect.COMPLAINT: _complaint,
    Effect.NUMBER_WRONG: _follow_up(Effect.NUMBER_WRONG),
    Effect.WORKPLACE_AGREED: _workplace,
    Effect.FOLLOW_UP: _follow_up(Effect.FOLLOW_UP),
}


def _end_call_backs(cursor: Any, case: _Case) -> None:
    """A call that was made serves the moments that were named for one and have come.

    Who calls us and is not known is somebody else, and serves none; and whom the member asked to
    be called by, and who reached nobody, is waited for still.
    """
    if case.ending.result is calls.Result.NOT_CALLED:
        return
    if case.talk.is_inbound and not case.talk.is_identified:
        return
    is_reached = case.ending.result is calls.Result.SPOKEN
    ending = tasks.Ending(tasks.Outcome.DONE, case.made.actor)
    for one in tasks.of_member(cursor, case.member_id):
        planned_at = one.plan.planned_at
        is_ours = "talk" in one.plan.facts or _is_of_step(one, case.talk.card.purpose)
        if one.plan.facts.get("reason") == case.talk.card.reason.value:
            is_ours = is_ours or is_reached  # put down for just this reason, as of an approval
        if one.plan.kind is tasks.Kind.CALL_BACK and one.plan.purpose is Purpose.ASKED_FOR:
            is_ours = is_reached
        if is_ours and planned_at is not None and planned_at <= case.at:
            tasks.end(cursor, case.member_id, one.task_id, ending, case.at)


def _is_of_step(task: tasks.Task, purpose: Purpose) -> bool:
    """Whether a step of collections asked for this call: a call about arrears takes it."""
    return task.plan.kind is tasks.Kind.CALL and task.plan.purpose is purpose is Purpose.ARREARS


# ------------------------------------------------------------------------------------- looking back
class Explained(NamedTuple):
    """One explanation: understood or not, and what was asked about it [説明の記録]."""

    question_id: str
    answer: Answer
    asked: str


def explained(cursor: Any, key: TalkKey) -> Sequence[Explained]:
    """What was explained and asked in a call, and what was said to it [説明・質問・理解の記録]."""
    cursor.execute(
        "SELECT question, answer, asked FROM care_talk_answer"
        " WHERE member_id = %s AND attempt_id = %s ORDER BY question",
        key,
    )
    return [Explained(name, Answer(answer), asked) for name, answer, asked in cursor.fetchall()]


def withdraw_workplace(
    cursor: Any, member_id: int, workplace_no: int, actor: str, at: datetime
) -> None:
    """The applicant takes the consent to a call at work back, at once [同意の撤回] · DESK-003.

    Raises    InputError if none of this number is in force.
    """
    holds.lock(cursor, member_id)
    cursor.execute(
        "UPDATE care_workplace SET withdrawn_at = %s"
        " WHERE member_id = %s AND workplace_no = %s AND withdrawn_at IS NULL"
        " RETURNING agreement_id",
        (at, member_id, workplace_no),
    )
    row = cursor.fetchone()
    if row is None:
        raise InputError(Fault("RSN-046"))
    holds.withdraw(cursor, member_id, int(row[0]), actor, at)
    subject: dict[str, int | str] = {"workplace": workplace_no}
    journal.write(cursor, [Happening(member_id, "workplace_withdrawn", actor, at, subject)])
