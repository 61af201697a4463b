"""The call panel: each reason with its legal state, and the call that goes on [通話パネル].

`panel` gives what `desk/parts/call.html` needs, on a page of its own and in the right column of a
member's page alike. What stands on a button is what the gate says at that moment, in its own words,
with the first moment at which it opens: no button fails in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.http import HttpRequest

from motocho.care.collections import counsel
from motocho.care.reasons import catalogue, scripts, talks, targets, wrapping
from motocho.care.reception import checks
from motocho.care.reliefs import consultations
from motocho.care.worklist import gathering
from motocho.contact import guard, tasks
from motocho.contact.counterparts import Known
from motocho.contact.guard import Hand, Purpose, Whom
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people import staff as colleagues
from motocho.people.access import Action
from motocho.people.facts import matching
from motocho.web import _commands, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.words import Said, said


class State(Enum):
    """Whether a reason may be called for now [発信の可否]."""

    FREE = "free"
    LAST = "last"
    """The last call of the day: it is asked once more."""
    SHUT = "shut"


WHOM = {
    Whom.COUNSEL: "call.whom_counsel",
    Whom.GUARDIAN: "call.whom_guardian",
    Whom.HEIR: "call.whom_heir",
}
LEFT = {
    "handover": "call.left_handover",
    "time_bar": "call.left_time_bar",
    "paper": "call.left_paper",
    "wants": "call.left_counsel",
    "violation": "call.left_visit",
    "talk": "call.left_talk",
}
"""By a fact of the task: what is left to do; the first that fits."""
SAID = {
    one: f"desk.today.sort_{one}"
    for one in ("card_renewal", "reach_again", "bureau_consent", "bureau_silent")
}
"""By what a task says itself; the bureau's page ends what else it leaves."""
SHOWN_DIGITS = 4
ICONS = {State.FREE: "tick", State.LAST: "mark", State.SHUT: "shut"}
PARTS = {part: f"call.part_{part.value}" for part in catalogue.Part}
ITEMS = {item: f"call.item_{item.value}" for item in matching.Item}
ANSWERS = {answer: f"call.answer_{answer.value}" for answer in catalogue.Answer}


@dataclass(frozen=True, slots=True)
class Against:
    """One reason why not [拒否の理由]: its rule, and the words of the catalogue."""

    rule_id: str
    said: Said


@dataclass(frozen=True, slots=True)
class Face:
    """The face of one button [発信ボタン]."""

    card: catalogue.Card
    key: str
    state: State
    counted: str
    """`1/3` where calls of the day are counted; else empty."""
    against: tuple[Against, ...]
    opens_at: datetime | None
    agreements: tuple[int, ...] = ()
    """To choose from, where there are several."""
    names: tuple[str, ...] = ()
    """Names that may be said at work."""
    counterpart: Known | None = None
    """Who is called in the member's place."""
    overruled: tuple[Against, ...] = ()
    """Rules of the house that this supervisor's hand alone passes; it says why."""

    @property
    def whom(self) -> str:
        """A key: in which place somebody stands [相手の種類]."""
        return "" if self.counterpart is None else WHOM[self.counterpart.whom]

    @property
    def icon(self) -> str:
        """The drawing beside the words [アイコン]."""
        return ICONS[self.state]

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Each rule that shuts it, once [根拠の規則]."""
        return tuple(dict.fromkeys(one.rule_id for one in self.against))

    @property
    def is_at_work(self) -> bool:
        """Whether it rings at the member's work [勤務先か]."""
        return self.card.purpose is Purpose.EMPLOYMENT


def whole_name(cursor: Any, member_id: int) -> str:
    """Whom a page is about, once the member is known [会員の表示]."""
    found = members.one(cursor, member_id)
    return f"{found.person.family_name} {found.person.given_name} {found.member_number}"


def masked_name(cursor: Any, member_id: int) -> str:
    """The same before that: enough to find the page again [会員の表示（伏せ字）] · PRIV-003."""
    found = members.one(cursor, member_id)
    return f"{found.person.family_name} ＊ ****{found.member_number[-SHOWN_DIGITS:]}"


def caller_of(cursor: Any, colleague: Colleague) -> talks.Caller:
    """Who calls, by the personal name that is said [架電者]."""
    name = colleagues.account(cursor, colleague.staff.staff_id).name
    return talks.Caller(name, colleague.staff.actor, hand_of(colleague))


def hand_of(colleague: Colleague) -> Hand:
    """By whose hand the gate looks at it [連絡の担い手]."""
    return Hand.SUPERVISOR if colleague.may(Action.CALL_AT_WORK) else Hand.STAFF


def against(request: HttpRequest, refusals: tuple[Refusal, ...]) -> tuple[Against, ...]:
    """Refusals in the tongue of a page [拒否の表示]."""
    tongue = pages.tongue_of(request)
    return tuple(Against(one.rule_id, said(one.fault(), tongue)) for one in refusals)


def panel(
    cursor: Any, request: HttpRequest, colleague: Colleague, member_id: int
) -> dict[str, Any]:
    """What `desk/parts/call.html` needs of a member [通話パネルの内容].

    The colleague's call that goes on, if there is one, and of whom; every reason with its state.
    The caller asks `access.ask` before.
    """
    going = talks.unfinished(cursor, colleague.staff.actor)
    considered = talks.considered(cursor, member_id, colleague.at, hand_of(colleague))
    faces = [
        _face(cursor, request, (one, key), colleague.at)
        for key, one in enumerate(considered.shown, 1)
    ]
    today = colleague.at.astimezone(JAPAN).date()
    hours = guard.hours_of(today)
    return {
        "call_member_id": member_id,
        "going": going,
        "is_going_here": going is not None and going.member_id == member_id,
        "faces": [one for one in faces if not one.is_at_work],
        "work_faces": [one for one in faces if one.is_at_work],
        "may_call_work": colleague.may(Action.CALL_AT_WORK),
        "withheld": [_face(cursor, request, (one, 0), colleague.at) for one in considered.withheld],
        "others": [
            replace(_face(cursor, request, (choice, 0), colleague.at), counterpart=known)
            for known, choice in talks.in_place(cursor, member_id, colleague.at, hand_of(colleague))
        ],
        "hours": hours,
        "on_line": [
            one.actor
            for one in wrapping.running(cursor)
            if one.key.member_id == member_id and one.actor != colleague.staff.actor
        ],
        "acting": counsel.standing(cursor, member_id),
        "left": left_to_do(cursor, colleague, member_id),
        "call_ref": _commands.new_reference(),
    }


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a call, a notice or a visit left to do [残った業務]; a label, or an ending's names."""

    task_id: int
    put_at: datetime
    label: str
    ending: catalogue.Ending | None = None


def left_to_do(cursor: Any, colleague: Colleague, member_id: int) -> list[ToDo]:
    """What no other page ends by itself; whoever did it says so here [残った業務の一覧]."""
    on = colleague.at.astimezone(JAPAN).date()
    others = frozenset[str]() if colleague.may(Action.SUPERVISE) else gathering.SUPERVISED
    endings = {
        one.ending_id: one
        for card in catalogue.in_force(cursor, on).cards.values()
        for one in card.endings
    }
    found = []
    for one in tasks.of_member(cursor, member_id):
        facts = one.plan.facts
        sort = next((name for name in LEFT if name in facts), str(facts.get("what", "")))
        label = (LEFT | SAID).get(sort)
        if one.plan.kind is not tasks.Kind.FOLLOW_UP or label is None or sort in others:
            continue
        ending = endings.get(str(facts.get("ending", "")))
        found.append(ToDo(one.task_id, one.put_at, label, ending))
    return found


def _face(cursor: Any, request: HttpRequest, shown: tuple[talks.Choice, int], at: datetime) -> Face:
    one, key = shown
    card = one.card
    refusals = (*one.refusals, *(each.refusal for each in one.hindrances))
    most = guard.calls_a_day(at.astimezone(JAPAN).date())
    is_counted = card.purpose is Purpose.ARREARS and one.may_call
    state = State.FREE if one.may_call else State.SHUT
    if is_counted and one.calls_today == most - 1:
        state = State.LAST
    return Face(
        card,
        str(key) if 0 < key <= catalogue.MOST_KEYS else "",
        state,
        f"{one.calls_today + 1}/{most}" if is_counted else "",
        against(request, refusals),
        None if one.refusals else one.opens_at,
        _agreements(cursor, card, one.member_id),
        _names(cursor, card, one.member_id, at),
        overruled=against(request, tuple(each.refusal for each in one.overruled)),
    )


def _agreements(cursor: Any, card: catalogue.Card, member_id: int) -> tuple[int, ...]:
    """Which agreements a reason may be about, where it must be said."""
    if card.reason not in targets.ABOUT_ARREARS | {catalogue.Reason.INCREASE}:
        return ()
    states = targets.states_of(card.reason)
    found = queries.agreements(cursor, member_id)
    numbers = tuple(one.key.agreement_id for one in found if one.status in states)
    return numbers if len(numbers) > 1 else ()


def _names(cursor: Any, card: catalogue.Card, member_id: int, at: datetime) -> tuple[str, ...]:
    if card.reason is not catalogue.Reason.EMPLOYMENT:
        return ()
    agreed = targets.workplaces(cursor, member_id, at)
    return tuple(dict.fromkeys(one.caller_name for one in agreed))


# ------------------------------------------------------------------------------ a call that goes on
@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the script [台本の部分]."""

    title: str
    said: scripts.Said


def talking(cursor: Any, colleague: Colleague, talk: talks.Talk) -> dict[str, Any]:
    """What the page of a call needs [通話の画面の内容]; the number only while its permit lives."""
    key, known, at = talk.key, directory(), colleague.at
    told = None
    if not talk.is_inbound and not talk.ending:
        told = talks.number(cursor, key, colleague.staff.actor, at)
    today = at.astimezone(JAPAN).date()
    parts = talks.heard(cursor, key, known, at)
    draft = wrapping.draft(cursor, key)
    seat = checks.seat(cursor, key.member_id, colleague.staff.actor, at)
    questions = [one for part in parts for one in part.questions]
    owned = [
        one.key.agreement_id
        for one in queries.agreements(cursor, key.member_id)
        if one.status in targets.OWED
    ]
    return {
        "talk": talk,
        "called_name": (whole_name if talk.is_identified else masked_name)(cursor, key.member_id),
        "phone": None if told is None else told[0],
        "phone_until": None if told is None else told[1],
        "phone_left": None if told is None else _seconds(at, told[1]),
        "ours": known.calling(known.desk(talk.card.desk), today),
        "pieces": [Piece(PARTS[one.part], one) for one in parts],
        "questions": questions,
        "answers": ANSWERS,
        "items": [(one.value, label, one in seat.right) for one, label in ITEMS.items()],
        "seat": seat,
        "least": checks.LEAST_RIGHT,
        "may_identify": catalogue.Part.IDENTIFY in talk.card.parts,
        "endings": endings_of(talk),
        "draft": draft,
        "due_left": None if draft.due_at is None else _seconds(at, draft.due_at),
        "modules": catalogue.in_force(cursor, today).modules,
        "who": wrapping.who_calls(cursor, key, scripts.house_said(talk.card, known, today))
        if talk.is_asked
        else "",
        "agreements": owned if talk.agreement_id is None and len(owned) > 1 else (),
        "offers": owned if seat.is_known else (),
        "consultation": consultations.due(cursor, key.member_id, talk.began_at)
        if talk.reason is catalogue.Reason.CONSULTATION
        else None,
        "is_own": talk.caller.actor == colleague.staff.actor,
    }


def _seconds(at: datetime, until: datetime) -> int:
    """What is left; told so, the clock of the machine that looks need not be right."""
    return int((until - at).total_seconds())


@dataclass(frozen=True, slots=True)
class Key:
    """An ending under its key [結果のキー]."""

    key: str
    ending: catalogue.Ending
    needs: str
    """What it needs beside, for the style sheet: names of inputs."""


def endings_of(talk: talks.Talk) -> list[Key]:
    """The endings of a call under their keys [結果の一覧]."""
    return [
        Key(key, one, " ".join(sorted(need.value for need in one.needs)))
        for key, one in talk.card.keys.items()
    ]
