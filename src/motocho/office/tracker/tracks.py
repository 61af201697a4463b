"""What happened in a case so far, and what it asks for next; a pure fold of events [事件の経過].

Events are added and never changed; one that was a mistake is taken back by another that names it.
Whatever a page, a calendar or the command line shows of a case's way is read from this fold.

>>> asked = Event(1, Kind.STEP, date(2026, 10, 1), {"step": "disclosure_asked"})
>>> track = fold([asked])
>>> track.next_steps[0].id, [(one.period_id, str(one.last_on)) for one in track.open_deadlines]
('history_received', [('disclosure_answer', '2026-11-02')])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.law.citation import Citation
from motocho.law.prescription import (
    RestitutionClaim,
    postponed_by_demands,
    prescription_completes_on,
)
from motocho.office.tracker import plan
from motocho.office.tracker.plan import By, Step
from motocho.units.errors import Fault, InputError, Language


class Kind(Enum):
    """What an event is [記録の種類]."""

    STEP = "step"
    HEARING = "hearing"
    """A day in court was set."""
    DEADLINE = "deadline"
    """A day somebody wrote down by hand."""
    DONE = "done"
    """A deadline or a hearing is done with."""
    TALK = "talk"
    OFFER = "offer"
    """What one side offered, in yen."""
    ANSWER = "answer"
    """What was answered to an offer."""
    PROMISE = "promise"
    """What is to be paid and when, by a settlement or a judgment."""
    PAID = "paid"
    FEES = "fees"
    """What was agreed about the fee."""
    CONFLICT = "conflict"
    NOTE = "note"
    VOID = "void"
    """Takes an earlier event back."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a case, on its day [記録]; `body` holds what its kind asks for."""

    event_no: int
    kind: Kind
    on: date
    body: Mapping[str, Any]
    actor: str = ""
    at: datetime | None = None

    def text(self, key: str) -> str:
        """A text of the body, empty where there is none [記録の文]."""
        return str(self.body.get(key, ""))

    def number(self, key: str) -> int:
        """A number of the body, 0 where there is none [記録の数]."""
        return int(self.body.get(key) or 0)

    def day(self, key: str) -> date | None:
        """A day of the body, if it has one [記録の日]."""
        found = self.text(key)
        return date.fromisoformat(found) if found else None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done [済んだ段階]."""

    step: Step
    on: date
    event: Event


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something has to be done, or on which something is [期限]."""

    key: str
    """The same however often it is worked out: the event that began it, and its rule."""
    names: Mapping[Language, str]
    last_on: date
    safe_on: date
    """Act by this day: courts are open on it."""
    period_id: str = ""
    citations: tuple[Citation, ...] = ()
    is_verified: bool = True
    starts_at: datetime | None = None
    place: str = ""
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer with its answer [提案]; `answer` is empty while it is open."""

    event: Event
    answer: str = ""
    answered_on: date | None = None

    @property
    def is_theirs(self) -> bool:
        """Whether the lender made it [業者の提案]."""
        return self.event.text("by") == By.LENDER.value


@dataclass(frozen=True, slots=True)
class Track:
    """How a case stands [事件の状況]."""

    events: tuple[Event, ...]
    """Those that count, in the order of their days."""
    done: tuple[Done, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    offers: tuple[Offer, ...] = ()
    promise: Event | None = None
    paid: tuple[Event, ...] = ()
    fees: Event | None = None
    conflict: Event | None = None
    voided: frozenset[int] = field(default_factory=frozenset)

    @property
    def next_steps(self) -> tuple[Step, ...]:
        """What may follow, the usual step first [次の段階]."""
        return plan.may_follow([one.step.id for one in self.done])

    @property
    def phase(self) -> str:
        """Where the case is on its way [現在の区分]."""
        return self.done[-1].step.phase if self.done else "disclosure"

    @property
    def is_closed(self) -> bool:
        """Whether the case is over [終了]."""
        return bool(self.done) and self.done[-1].step.id == "closed"

    @property
    def open_deadlines(self) -> tuple[Deadline, ...]:
        """What is still to be met, the nearest first [残っている期限]."""
        waiting = (one for one in self.deadlines if not one.is_done)
        return tuple(sorted(waiting, key=lambda one: (one.safe_on, one.key)))

    def of_kind(self, *kinds: Kind) -> tuple[Event, ...]:
        """Its events of some kinds [種類ごとの記録]."""
        return tuple(one for one in self.events if one.kind in kinds)


def fold(events: Iterable[Event]) -> Track:
    """How a case stands after its events [事件の状況]."""
    given = sorted(events, key=lambda one: one.event_no)
    voided = frozenset(one.number("of") for one in given if one.kind is Kind.VOID)
    kept = [one for one in given if one.kind is not Kind.VOID and one.event_no not in voided]
    kept.sort(key=lambda one: (one.on, one.event_no))
    done = tuple(
        Done(plan.step(one.text("step")), one.on, one) for one in kept if one.kind is Kind.STEP
    )
    return Track(
        events=tuple(kept),
        done=done,
        deadlines=tuple(_deadlines(kept, done)),
        offers=tuple(_offers(kept)),
        promise=_last(kept, Kind.PROMISE),
        paid=tuple(one for one in kept if one.kind is Kind.PAID),
        fees=_last(kept, Kind.FEES),
        conflict=_last(kept, Kind.CONFLICT),
        voided=voided,
    )


def _last(events: Sequence[Event], kind: Kind) -> Event | None:
    return next((one for one in reversed(events) if one.kind is kind), None)


# -------------------------------------------------------------------------------------- deadlines
def _deadlines(events: Sequence[Event], done: Sequence[Done]) -> Iterable[Deadline]:
    finished = {one.text("key") for one in events if one.kind is Kind.DONE}
    is_closed = bool(done) and done[-1].step.id == "closed"
    for place, one in enumerate(done):
        later = done[place + 1 :]
        for period_id in one.step.ends:
            yield _of_period(one, period_id, later, finished)
    for event in events:
        if event.kind is Kind.HEARING:
            yield _hearing(event, done, finished)
        elif event.kind is Kind.DEADLINE:
            key = f"{event.event_no}-day"
            last_on = event.day("last_on") or event.on
            names = dict.fromkeys(Language, event.text("what"))
            is_done = key in finished or is_closed
            yield Deadline(key, names, last_on, last_on, is_done=is_done)
        elif event.kind is Kind.OFFER and event.day("answer_by") is not None:
            yield _answer_by(event, events, finished)


def _of_period(one: Done, period_id: str, later: Sequence[Done], finished: set[str]) -> Deadline:
    rule = plan.plan().periods[period_id]
    ends = plan.period_ends(period_id, one.on, one.event.day("named_on"))
    key = f"{one.event.event_no}-{period_id}"
    is_over = any(
        each.step.id in rule.until or each.step.id in {one.step.id, "closed"} for each in later
    )
    return Deadline(
        key,
        rule.names,
        ends.last_on,
        ends.safe_on,
        period_id,
        rule.citations,
        is_verified=ends.is_verified,
        is_done=is_over or key in finished,
    )


HEARING_NAMES = {Language.JA: "口頭弁論期日", Language.EN: "Day in court"}


def _hearing(event: Event, done: Sequence[Done], finished: set[str]) -> Deadline:
    starts_at = datetime.fromisoformat(event.text("starts_at"))
    on = starts_at.date()
    key = f"{event.event_no}-hearing"
    was_held = any(one.step.id in {"heard", "closed"} and one.on >= on for one in done)
    return Deadline(
        key,
        HEARING_NAMES,
        on,
        on,
        starts_at=starts_at,
        place=event.text("court"),
        is_done=was_held or key in finished,
    )


ANSWER_NAMES = {Language.JA: "提案への回答", Language.EN: "Answer to an offer"}


def _answer_by(event: Event, events: Sequence[Event], finished: set[str]) -> Deadline:
    key = f"{event.event_no}-answer"
    last_on = event.day("answer_by") or event.on
    answered = any(one.kind is Kind.ANSWER and one.number("of") == event.event_no for one in events)
    return Deadline(key, ANSWER_NAMES, last_on, last_on, is_done=answered or key in finished)


def _offers(events: Sequence[Event]) -> Iterable[Offer]:
    answers = {one.number("of"): one for one in events if one.kind is Kind.ANSWER}
    for one in events:
        if one.kind is Kind.OFFER:
            found = answers.get(one.event_no)
            yield Offer(one, found.text("answer") if found else "", found.on if found else None)


# --------------------------------------------------------------------------------------- time bar
TIME_BAR_NAMES = {Language.JA: "消滅時効の完成", Language.EN: "Prescription completes"}
STOPS_TIME = {"suit_filed"}
LETS_TIME_GO = {"withdrawn"}


def time_bar(track: Track, claim: RestitutionClaim | None, on: date) -> Deadline | None:
    """The last day before prescription completes, with what the case did about it [時効の期限].

    Takes     the claim's own days; None while no history is there.
    Days      `on` is today: a step that bears a later day is a plan, and holds nothing yet. The
              demands are those that arrived; while an action goes on nothing runs (147条1項).
              The day to act by is the strict one, the last day before it on which courts are open.
    Law       民法97条1項, 147条1項, 150条, 166条1項.
    """
    if claim is None or track.is_closed:
        return None
    done = [one for one in track.done if one.on <= on]
    steps = [one.step.id for one in done]
    stopped = max((n for n, one in enumerate(steps) if one in STOPS_TIME), default=-1)
    let_go = max((n for n, one in enumerate(steps) if one in LETS_TIME_GO), default=-1)
    settled = {"settled", "settled_in_court", "judgment_final", "decision_final"} & set(steps)
    if stopped > let_go or settled:
        return None
    found = prescription_completes_on(claim)
    demands = [one.on for one in done if one.step.id == "claim_served"]
    held = postponed_by_demands(found.completes_on, demands)
    strict = held.strict_on
    while not plan.is_court_day(strict):
        strict -= plan.ONE_DAY
    citations = (*found.citations, *held.citations)
    return Deadline("time-bar", TIME_BAR_NAMES, held.completes_on, strict, "time_bar", citations)


# ------------------------------------------------------------------------------------------ faults
def fault_of(track: Track, event: Event) -> Fault | None:
    """Why an event does not fit, or None [記録の可否].

    A step follows the last one and is not earlier than it; an answer names an offer that is open;
    what is taken back is there and was not taken back.
    """
    match event.kind:
        case Kind.STEP:
            return _step_fault(track, event)
        case Kind.ANSWER:
            is_open = any(
                one.event.event_no == event.number("of") and not one.answer for one in track.offers
            )
            return None if is_open else Fault("TRK-004")
        case Kind.VOID:
            known = {one.event_no for one in track.events}
            return None if event.number("of") in known else Fault("TRK-005")
        case Kind.DONE:
            keys = {one.key for one in track.open_deadlines}
            return None if event.text("key") in keys else Fault("TRK-006")
        case Kind.OFFER | Kind.PROMISE | Kind.PAID if event.number("amount_yen") <= 0:
            return Fault("TRK-007")
        case _:
            return None


def _step_fault(track: Track, event: Event) -> Fault | None:
    wanted = plan.step(event.text("step"))
    if wanted.id not in {one.id for one in track.next_steps}:
        before = track.done[-1].step.names if track.done else None
        details = {
            "step_ja": wanted.names[Language.JA],
            "step_en": wanted.names[Language.EN],
            "before_ja": before[Language.JA] if before else "はじめ",
            "before_en": before[Language.EN] if before else "the beginning",
        }
        return Fault("TRK-002", details=details)
    if track.done and event.on < track.done[-1].on:
        return Fault("TRK-003", details={"from": track.done[-1].on.isoformat()})
    return None


def refuse_misfit(track: Track, event: Event) -> None:
    """Refuse an event that does not fit [記録の検査].

    Raises    InputError with the reason.
    """
    fault = fault_of(track, event)
    if fault is not None:
        raise InputError(fault)
