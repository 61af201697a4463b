"""Arrears at the desk: what was done about a member's, what comes next, why it waits [督促の画面].

The list counts steps by what they go by, zeros too, and tells nothing of a member; a member's page
is looked at for a purpose. Whether all falls due is a supervisor's word, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.collections import accelerating, carrying, letters, stages, strategy
from motocho.contact import counterparts
from motocho.contact.guard import Whom
from motocho.documents import archive
from motocho.documents.addressees import Registered
from motocho.law.rules import rules
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people import staff as people_staff
from motocho.people.access import Action, Staff
from motocho.units.errors import InputError, Language, RefusedError, StateConflict
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.words import Said, Tongue, plain, said

WAYS: Mapping[strategy.Way, str] = {
    strategy.Way.MAIL: "collecting.by.mail",
    strategy.Way.SMS: "collecting.by.sms",
    strategy.Way.CALL: "collecting.by.call",
    strategy.Way.LETTER: "collecting.by.letter",
    strategy.Way.DEMAND_MAIL: "collecting.by.demand_mail",
    strategy.Way.DEMAND: "collecting.by.demand",
    strategy.Way.NOTICE: "collecting.by.notice",
    strategy.Way.ACCELERATION: "collecting.by.acceleration",
    strategy.Way.HANDOVER: "collecting.by.handover",
}
STATES = {
    "waiting": "collecting.waiting",
    "later": "collecting.later",
    "done": "collecting.done",
    "dropped": "collecting.dropped",
}
GROUNDS: Mapping[strategy.Ground, str] = {
    strategy.Ground.PROMISE: "collecting.ground.promise",
    strategy.Ground.NAMED: "collecting.ground.named",
    strategy.Ground.CONSULTATION: "collecting.ground.consultation",
    strategy.Ground.OFFER: "collecting.ground.offer",
    strategy.Ground.ARRANGEMENT: "collecting.ground.arrangement",
    strategy.Ground.COUNSEL: "collecting.ground.counsel",
    strategy.Ground.DECEASED: "collecting.ground.deceased",
    strategy.Ground.DISTRESS: "collecting.ground.distress",
    strategy.Ground.COMPLAINT: "collecting.ground.complaint",
    strategy.Ground.RATE: "collecting.ground.rate",
    strategy.Ground.CARE: "collecting.ground.care",
    strategy.Ground.GAP: "collecting.ground.gap",
    strategy.Ground.AFTER: "collecting.ground.after",
    strategy.Ground.NOT_YET: "collecting.ground.not_yet",
    strategy.Ground.ENDED: "collecting.ground.ended",
}
REASONS = {
    "paid": "collecting.reason.paid",
    "stale": "collecting.reason.stale",
    "no_address": "collecting.reason.no_address",
    "bounced": "collecting.reason.bounced",
    "declined": "collecting.reason.declined",
    "accelerated": "collecting.reason.accelerated",
}
OTHERS = {
    Whom.COUNSEL: "collecting.to_counsel",
    Whom.GUARDIAN: "collecting.to_guardian",
    Whom.HEIR: "collecting.to_heir",
}
"""A letter to who stands in the member's place."""
SHOWN_DAYS = timedelta(days=30)
_OF_GROUNDS = {ground.value: key for ground, key in GROUNDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A step as the pages show it [段階の表示]."""

    stage: stages.Stage
    way: str
    state: str
    reasons: tuple[str, ...]


def _line(stage: stages.Stage, tongue: Tongue) -> Line:
    words = tuple(_reason(one, tongue) for one in stage.reason.split())
    return Line(stage, WAYS[stage.way], STATES[stage.state], words)


def _reason(word: str, tongue: Tongue) -> str:
    """A ground, a rule of the gate with its own words, or a word of ours."""
    key = REASONS.get(word) or _OF_GROUNDS.get(word)
    if key is not None:
        return plain(key, tongue)
    rule = next(one for one in rules() if one.rule_id == word)
    return f"{rule.error_en if tongue.language is Language.EN else rule.error_ja} ({word})"


# ---------------------------------------------------------------------------------------- the list
@require_safe
@access.staff(Action.LOOK)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Steps by what they go by, with counts; those of one way below [督促の一覧]."""
    chosen = {one.value: one for one in strategy.Way}.get(
        request.GET.get("way", ""), strategy.Way.CALL
    )
    since = colleague.at.date() - SHOWN_DAYS
    with connection.cursor() as cursor:
        counts = stages.counts(cursor, since)
        found = stages.listed(cursor, chosen, since)
        stayed = stages.stayed(cursor, colleague.at.astimezone(JAPAN).date())
    tongue = pages.tongue_of(request)
    context = {
        "desk": colleague,
        "counts": [(one, WAYS[one.way]) for one in counts],
        "chosen": chosen,
        "label": WAYS[chosen],
        "since": since,
        "lines": [_line(one, tongue) for one in found],
        "stayed": [_line(one, tongue) for one in stayed],
    }
    return pages.show(request, "desk/collections.html", context)


# -------------------------------------------------------------------------------- a member's steps
@dataclass(frozen=True, slots=True)
class Shown:
    """A loan in arrears on the member's page [契約の督促の表示]."""

    outlook: stages.Outlook
    asked_yen: int
    payoff_yen: int
    next_way: str
    """A key; empty where no step is left."""
    next_on: date | None
    is_today: str
    """`today` where the step is of this very day."""
    grounds: tuple[str, ...]
    lines: tuple[Line, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.LOOK)
@once_known
def member_stages(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """What was done, what comes next, why it waits; a supervisor decides [会員の督促の段階].

    Raises    NotFoundError for a member who is not there, or not this colleague's to see.
    """
    staff = colleague.looking_for("stages")
    wrong: Said | None = None
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
    if request.method == "POST":
        try:
            done = _act(request, colleague, staff, member_id)
        except (InputError, RefusedError, StateConflict) as refused:
            wrong = said(refused.faults[0], pages.tongue_of(request))
        else:
            return HttpResponseRedirect(f"{request.path}?{done}")
    with transaction.atomic(), connection.cursor() as cursor:
        context = _context(cursor, request, colleague, member_id)
    context |= {"desk": colleague, "wrong": wrong, "ref": _commands.new_reference()}
    return pages.show(request, "desk/stages.html", context, status=409 if wrong else 200)


def _act(request: HttpRequest, colleague: Colleague, staff: Staff, member_id: int) -> str:
    """Do what a form asks for, once for its reference; gives what the next page says."""
    reference = _commands.reference_of(request) or _commands.new_reference()
    wanted = request.POST.get("do", "")
    number = _number(request.POST.get("about", ""))
    with transaction.atomic(), connection.cursor() as cursor:
        if wanted == "identify":
            asked = gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at)
            access.allow(asked)
            return _identify(cursor, colleague, (member_id, number), reference)
        if wanted == "to_other":
            asked = gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at)
            access.allow(asked)
            chosen = _number(request.POST.get("other", ""))
            return _to_other(cursor, colleague, (member_id, number), (chosen, reference))
        if wanted == "again":
            asked = gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at)
            access.allow(asked)
            key = stages.StageKey(member_id, number)
            made_anew = carrying.again(cursor, key, directory(), colleague.at)
            return f"paper={made_anew.delivered.paper_no}"
        access.allow(gate.ask(cursor, staff, Action.ACCELERATE, member_id, colleague.at))
        name = f"acceleration {reference}"
        made = _commands.made(cursor, name, colleague.at, staff.actor, _commands.DESK)
        key = stages.StageKey(member_id, number)
        if wanted == "accelerate":
            accelerating.accelerate(cursor, key, made)
        elif wanted == "decline":
            accelerating.decline(cursor, key, made)
        return "decided=yes"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1" * 19) else 0


def _identify(cursor: Any, colleague: Colleague, about: tuple[int, int], reference: str) -> str:
    """Who collects is whoever of the staff is asked: the name of the own account · COLL-016."""
    account = people_staff.account(cursor, colleague.staff.staff_id)
    key = queries.contract(cursor, Key(*about)).key
    asking = letters.Asking(key, account.name, account.staff_id, f"{_commands.DESK} {reference}")
    given = letters.identify(cursor, asking, directory(), colleague.at)
    return f"paper={given.paper_no}"


def _to_other(
    cursor: Any, colleague: Colleague, about: tuple[int, int], wanted: tuple[int, str]
) -> str:
    """A demand to who is registered in the member's place; the gate is asked when it goes out."""
    chosen, reference = wanted
    key = queries.contract(cursor, Key(*about)).key
    whom = {one.counterpart_id: one.whom for one in counterparts.standing(cursor, key.member_id)}
    to = Registered(whom.get(chosen, Whom.COUNSEL), chosen)
    draft = letters.Draft(key, archive.Kind.DEMAND, f"letter {_commands.DESK} {reference}", to)
    written = letters.write(cursor, draft, directory(), colleague.at)
    return f"paper={written.delivered.paper_no}"


def _context(
    cursor: Any, request: HttpRequest, colleague: Colleague, member_id: int
) -> dict[str, Any]:
    on = _commands.today(cursor, colleague.at)
    tongue = pages.tongue_of(request)
    found = stages.outlook(cursor, member_id, on)
    mine = [one for one in stages.of_members(cursor, [member_id]) if _is_to_decide(one)]
    deciding = []
    if colleague.may(Action.ACCELERATE):
        deciding = [(one, accelerating.demand_of(cursor, one)) for one in mine]
    paper = request.GET.get("paper", "")
    return {
        "member": members.one(cursor, member_id),
        "loans": [_shown(cursor, one, on, tongue) for one in found],
        "deciding": deciding,
        "stayed": [_line(one, tongue) for one in stages.stayed(cursor, on, member_id)],
        "others": [
            (one, OTHERS[one.whom])
            for one in counterparts.standing(cursor, member_id)
            if one.has_address
        ],
        "paper": paper if paper.isascii() and paper.isdigit() else "",
        "back": reverse("desk:collections"),
        "on": on,
    }


def _is_to_decide(stage: stages.Stage) -> bool:
    return stage.way is strategy.Way.ACCELERATION and not stage.has_ended


def _shown(cursor: Any, found: stages.Outlook, on: date, tongue: Tongue) -> Shown:
    asked = queries.asked(cursor, found.loan, on)
    stood = queries.position(cursor, found.loan, on)
    decision = found.decision
    is_today, next_on, grounds = "today", None, tuple[str, ...]()
    if not isinstance(decision, strategy.Due):
        is_today, next_on = "", decision.first_on
        grounds = tuple(GROUNDS[one] for one in decision.grounds)
    return Shown(
        outlook=found,
        asked_yen=0 if asked is None else asked.asked_yen,
        payoff_yen=stood.payoff_yen,
        next_way="" if decision.step is None else WAYS[decision.step.way],
        next_on=next_on,
        is_today=is_today,
        grounds=grounds,
        lines=tuple(_line(one, tongue) for one in found.stages),
    )
