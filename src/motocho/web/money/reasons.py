"""Why nothing can be borrowed or paid now, each cause in words of its own [理由の画面].

One cause, one text: what a member stopped, what we hold, what the law forbids, and what simply is
used up are never said in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from motocho.kernel.schedule import DuePlan, Scheme
from motocho.law.rules import Refusal
from motocho.loans import debits
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Position
from motocho.people import access as gate
from motocho.people.access import Action, Self
from motocho.people.safety import holds
from motocho.web import pages
from motocho.web.access import Member
from motocho.web.member.home import STOP_TEXTS
from motocho.web.words import say


@dataclass(frozen=True, slots=True)
class Way:
    """A page that leads on [次の一歩]: its view's name, and the key of what it is called."""

    name: str
    label: str


_DESK = Way("public:contacts", "frame.contacts")
_HOME = Way("member:home", "frame.home")
_REPAY = Way("money:repay", "money.repay")
_TROUBLE = (Way("care:trouble", "frame.trouble"),)
_PAPERS = (Way("documents:documents", "money.papers"),)
_ACCOUNT = (Way("facts:overview", "facts.title"),)
_LIMIT = (Way("care:limits", "money.limit"),)
_CONSENTS = Way("facts:consents", "consent.title")
_REST = Way("care:rest", "money.rest")
_REOPEN = Way("facts:reopen", "money.reopen")
_CARD = Way("facts:lost_card", "money.card")
_WATCH = (Way("care:watch", "watch.title"),)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not, and what comes next [理由と次の一歩]: keys of texts, and one page or two."""

    why: str
    next: str
    ways: tuple[Way, ...] = (_DESK,)
    status: int = 409
    until: str = ""
    also: tuple[str, ...] = ()
    """Why else not: keys of texts."""


FROZEN = Reason("cause.frozen", "closed.unfreeze", (_REOPEN, _DESK))
MAINTENANCE = Reason("cause.maintenance", "closed.from_five", (_HOME,), status=503)
NO_AGREEMENT = Reason("home.none", "closed.ask_desk")
NO_ACCOUNT = Reason("closed.no_account", "closed.register_account", _ACCOUNT)
OTHER_NAME = Reason("closed.other_name", "closed.register_account", _ACCOUNT)
NO_ACCOUNT_TO_DEBIT = Reason("closed.no_account", "closed.register_to_debit", _ACCOUNT)
OTHER_NAME_TO_DEBIT = Reason("closed.other_name", "closed.register_to_debit", _ACCOUNT)
LATE = Reason("closed.late", "closed.pay_first", (_REPAY,))
ALL_DUE = Reason("closed.all_due", "closed.talk", _TROUBLE)
WRITTEN_OFF = Reason("cause.written_off", "closed.ask_desk")
ASSIGNED = Reason("cause.assigned", "closed.other_company")
LIMIT_ZERO = Reason("cause.limit_zero", "closed.ask_limit", _LIMIT)
LIMIT_USED = Reason("cause.limit_used", "closed.repay_opens", (_REPAY,))
UNDER_WAY = Reason("closed.under_way", "closed.wait_arrival", (_HOME,))
BANK_SHUT = Reason("closed.bank_shut", "closed.later", (_HOME,), status=503)
NO_END = Reason("closed.no_end", "closed.ask_desk")
NOTHING_OWED = Reason("closed.nothing_owed", "closed.no_payment", (_HOME,))
EVERY_35_DAYS = Reason("closed.every_35_days", "closed.change_plan", _TROUBLE)
OTHER_DAY = Reason("closed.other_day", "closed.change_day", _TROUBLE)
CALLED_BACK = Reason("closed.held", "closed.called_back")
OTHER_ACCOUNT = Reason("closed.unusable_account", "closed.other_account", (*_ACCOUNT, _DESK))
CHANGED = Reason("closed.changed", "closed.look_again", (Way("money:borrow", "money.borrow"),))
CHANGED_DEBT = Reason("closed.changed_debt", "closed.look_at_debt", (_REPAY,))

_OF_STOPS: Mapping[Stop, Reason] = {
    Stop.DECEASED: Reason(STOP_TEXTS[Stop.DECEASED], "closed.ask_desk"),
    Stop.SELF_EXCLUDED: Reason(STOP_TEXTS[Stop.SELF_EXCLUDED], "closed.self_excluded", _WATCH),
    Stop.OVER_ONE_THIRD: Reason(STOP_TEXTS[Stop.OVER_ONE_THIRD], "closed.one_third", (_REPAY,)),
    Stop.INCOME_EVIDENCE_DUE: Reason(
        STOP_TEXTS[Stop.INCOME_EVIDENCE_DUE], "closed.send_evidence", _PAPERS
    ),
    Stop.BUREAU_CHECK_DUE: Reason(STOP_TEXTS[Stop.BUREAU_CHECK_DUE], "closed.wait_check", (_HOME,)),
    Stop.COUNSEL: Reason(STOP_TEXTS[Stop.COUNSEL], "closed.counsel"),
    Stop.CARD_LOST: Reason(STOP_TEXTS[Stop.CARD_LOST], "closed.new_card", (_CARD,)),
    Stop.FRAUD: Reason(STOP_TEXTS[Stop.FRAUD], "closed.check_together"),
    Stop.CREDIT: Reason(STOP_TEXTS[Stop.CREDIT], "closed.ask_why"),
    Stop.OFTEN_DRAWN: Reason(STOP_TEXTS[Stop.OFTEN_DRAWN], "closed.often_drawn", _WATCH),
    Stop.DEBTS_ELSEWHERE: Reason(
        STOP_TEXTS[Stop.DEBTS_ELSEWHERE], "closed.debts_elsewhere", (*_WATCH, _DESK)
    ),
    Stop.LATE_OFTEN: Reason(STOP_TEXTS[Stop.LATE_OFTEN], "closed.late_often", _WATCH),
    Stop.EMPLOYER_CHANGED: Reason(
        STOP_TEXTS[Stop.EMPLOYER_CHANGED], "closed.employer_changed", (*_PAPERS, *_WATCH)
    ),
    Stop.UNREACHABLE: Reason(STOP_TEXTS[Stop.UNREACHABLE], "closed.unreachable", _WATCH),
    Stop.FACTS_OLD: Reason(STOP_TEXTS[Stop.FACTS_OLD], "closed.facts_old", _WATCH),
    Stop.RESTING: Reason(STOP_TEXTS[Stop.RESTING], "closed.lift_rest", (_REST,)),
    Stop.NO_BUREAU_CONSENT: Reason(
        STOP_TEXTS[Stop.NO_BUREAU_CONSENT], "closed.give_consent", (_CONSENTS,)
    ),
    Stop.MEMBER_ASKED: Reason(STOP_TEXTS[Stop.MEMBER_ASKED], "closed.lift_pause", (_REOPEN, _DESK)),
}
"""The gravest first; what the member asked for comes last, so that it hides nothing."""

_OF_CODES: Mapping[str, Reason] = {
    "PPL-080": FROZEN,
    "PPL-083": MAINTENANCE,
    "MNY-010": OTHER_NAME,
    "FRD-001": CALLED_BACK,
    "FRD-010": OTHER_ACCOUNT,
    "LON-012": LATE,
    "LON-014": CHANGED,
}


# --------------------------------------------------------------------------------------- borrowing
def why_not_borrow(cursor: Any, member: Member, positions: Sequence[Position]) -> Reason | None:
    """Why a member can borrow nothing at all now; None if something can be [借りられない理由]."""
    answer = gate.ask(cursor, Self(member.member_id), Action.BORROW, member.member_id, member.at)
    if isinstance(answer, Refusal):
        return _OF_CODES[answer.code]
    held = holds.check_draw(cursor, member.member_id, None, member.at)
    if held is not None:
        return of_hold(held)
    if not positions:
        return NO_AGREEMENT
    if any(one.available_yen for one in positions):
        return None
    return _of_position(positions[0])


def of_hold(held: Refusal) -> Reason:
    """A hold for a day, with the moment it ends [24時間の停止]."""
    until = str(held.details["until"])
    return Reason("cause.held", "closed.after_hold", (_HOME,), until=until)


def _of_position(position: Position) -> Reason:
    if position.status is Status.WRITTEN_OFF:
        return WRITTEN_OFF
    if position.status is Status.ASSIGNED:
        return ASSIGNED
    stopped = [reason for stop, reason in _OF_STOPS.items() if stop in position.stops]
    if stopped:
        late = (LATE.why,) if position.late_since is not None else ()
        return replace(stopped[0], also=(*(one.why for one in stopped[1:]), *late))
    if position.accelerated_on is not None:
        return ALL_DUE
    if position.late_since is not None:
        return LATE
    if not position.limit_yen:
        return LIMIT_ZERO
    return UNDER_WAY if position.held_yen else LIMIT_USED


def of_refusal(refusal: Refusal) -> Reason | None:
    """The page of what a command refused; None for what has none of its own [拒否の画面]."""
    if refusal.code == "PPL-043":
        return of_hold(refusal)
    if refusal.code == "MNY-011":
        until = str(refusal.details["until"])
        return Reason("closed.too_many", "closed.ask_desk", until=until)
    return _OF_CODES.get(refusal.code)


# ------------------------------------------------------------------------------------------- paying
def why_not_repay(cursor: Any, member: Member, positions: Sequence[Position]) -> Reason | None:
    """Why nothing can be paid on these pages now [返せない理由]; None if something can be."""
    answer = gate.ask(cursor, Self(member.member_id), Action.REPAY, member.member_id, member.at)
    if isinstance(answer, Refusal):
        return _OF_CODES[answer.code]
    owing = [one for one in positions if one.payoff_yen]
    if any(one.status is Status.OPEN for one in owing):
        return None
    if owing:
        return WRITTEN_OFF
    # An assigned claim is owed to somebody else: its payoff here is nothing.
    return ASSIGNED if any(one.status is Status.ASSIGNED for one in positions) else NOTHING_OWED


def why_not_change(cursor: Any, member: Member) -> Reason | None:
    """Why a member can change nothing about paying now [返済の手続きができない理由]."""
    answer = gate.ask(cursor, Self(member.member_id), Action.REPAY, member.member_id, member.at)
    return _OF_CODES[answer.code] if isinstance(answer, Refusal) else None


def why_not_debit(position: Position, plan: DuePlan) -> Reason | None:
    """Why an agreement is not debited, registered or not [口座振替が使えない理由] · LEDG-009."""
    if position.status is not Status.OPEN:
        return ASSIGNED if position.status is Status.ASSIGNED else WRITTEN_OFF
    for stop in position.stops & debits.UNTOUCHED:
        return _OF_STOPS[stop]
    if position.accelerated_on is not None:
        return ALL_DUE
    if plan.scheme is Scheme.EVERY_35_DAYS:
        return EVERY_35_DAYS
    return None if debits.serves(plan) else OTHER_DAY


# --------------------------------------------------------------------------------------------- page
def show(request: HttpRequest, reason: Reason, title: str = "closed.borrow") -> HttpResponse:
    """The page of a reason [理由の画面]; no money moved, and it says so."""
    tongue = pages.tongue_of(request)
    context = {
        "title": title,
        "why": say(reason.why, tongue, until=reason.until),
        "next": say(reason.next, tongue, until=reason.until),
        "ways": reason.ways,
        "is_home": _HOME in reason.ways,
        "also": [say(one, tongue) for one in reason.also],
    }
    return pages.show(request, "money/closed.html", context, status=reason.status)
