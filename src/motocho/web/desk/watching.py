"""Open lines under watch: what is waited for, by when, and what is done about it [途上管理].

The list says which reason, since when and until which day; of one member, each reason with what
ends it. A reviewer confirms an employer by a paper and judges after a talk; anybody at the desk
writes down that a letter came back. No reason is lifted otherwise than by what ends it.
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

from motocho.loans import queries
from motocho.loans.commands import EmployerCheck, EmployerFound, Key
from motocho.loans.monitoring import evidence_lawful_until
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Wanted, Watch
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.screening import remedies, watch
from motocho.units.errors import MotochoError
from motocho.web import _commands, access, pages
from motocho.web._acts import ACT_TEXTS
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.words import Said, said

STOPS: Mapping[Stop, str] = {
    Stop.BUREAU_CHECK_DUE: "watching.stop.bureau_check_due",
    Stop.INCOME_EVIDENCE_DUE: "watching.stop.income_evidence_due",
    Stop.OFTEN_DRAWN: "watching.stop.often_drawn",
    Stop.LATE_OFTEN: "watching.stop.late_often",
    Stop.DEBTS_ELSEWHERE: "watching.stop.debts_elsewhere",
    Stop.FACTS_OLD: "watching.stop.facts_old",
    Stop.EMPLOYER_CHANGED: "watching.stop.employer_changed",
    Stop.UNREACHABLE: "watching.stop.unreachable",
    Stop.SELF_EXCLUDED: "watching.stop.self_excluded",
}
"""What is waited for on open lines, as the desk calls it."""
ROADS = {one.value: f"watching.road.{one.value}" for one in watch.Road}
FOUND = {one.value: f"watching.found.{one.value}" for one in EmployerFound}
AHEAD = timedelta(days=60)
"""How far ahead the list looks."""
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list [一覧の1行]; masked, until the member's own page is opened."""

    of: Watch
    number: str
    address: str
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One reason of a member [会員の理由]; `lawful_until` is the law's own last day."""

    of: Watch
    label: str
    act: str
    judged: str
    lawful_until: date | None


@require_safe
@access.staff(Action.LOOK)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Lines under watch, the first day first, by reason [途上管理の一覧]."""
    chosen = next((one for one in STOPS if one.value == request.GET.get("stop")), None)
    with transaction.atomic(), connection.cursor() as cursor:
        today = _commands.today(cursor, colleague.at)
        hidden = frozenset(gate.kept_from(cursor, colleague.staff))
        counts = queries.count_watched(cursor, today + AHEAD)
        wanted = Wanted(today + AHEAD, chosen, hidden, SHOWN)
        found = queries.watched(cursor, wanted)
        numbers = members.numbers_of(cursor, {one.member_id for one in found})
    rows = [
        Row(
            one,
            numbers[one.member_id],
            reverse("desk:member_watch", args=[one.member_id]),
            STOPS[one.stop],
        )
        for one in found
    ]
    context = {
        "desk": colleague,
        "today": today,
        "tabs": [(one, label, counts.get(one, 0), one is chosen) for one, label in STOPS.items()],
        "total": sum(counts.values()),
        "chosen": chosen,
        "rows": rows,
        "most": SHOWN,
    }
    return pages.show(request, "desk/watch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
@once_known
def of_member(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """What is waited for of one member, and what is done about it [会員の途上管理]."""
    refused: Said | None = None
    staff = colleague.looking_for("watch")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        if request.method == "POST":
            refused = _tried(request, cursor, member_id, colleague)
            if refused is None:
                done = "?done=cut" if request.POST.get("do") == "cut" else ""
                return HttpResponseRedirect(f"{request.path}{done}")
        context = _context(cursor, member_id, colleague)
    context["refused"] = refused
    context["done"] = "watching.third_done" if request.GET.get("done") == "cut" else ""
    return pages.show(request, "desk/member_watch.html", context, status=422 if refused else 200)


def _context(cursor: Any, member_id: int, colleague: Colleague) -> dict[str, Any]:
    today = _commands.today(cursor, colleague.at)
    waits = queries.watches_of(cursor, member_id)
    shown = [
        Shown(
            one,
            STOPS[one.stop],
            ACT_TEXTS[watch.ACTS[one.stop]],
            _judged(one, colleague),
            evidence_lawful_until(one.found_on) if one.stop is Stop.INCOME_EVIDENCE_DUE else None,
        )
        for one in waits
    ]
    return {
        "desk": colleague,
        "member_id": member_id,
        "today": today,
        "masked": masked(members.one(cursor, member_id)),
        "waits": shown,
        "lines": [
            one for one in queries.agreements(cursor, member_id) if one.status is Status.OPEN
        ],
        "reviews": "yes" if colleague.may(Action.REVIEW_DOCUMENT) else "",
        "third": _third(cursor, member_id, today),
        "roads": list(ROADS.items()),
        "found": list(FOUND.items()),
    }


@dataclass(frozen=True, slots=True)
class ThirdShown:
    """A third of the income, and the cut that it leaves [総量規制の表示]; empty where none is."""

    of: remedies.Third
    cuts: list[tuple[int, int, int]]
    """Agreement, limit now, limit within the third."""
    lifts: str


def _third(cursor: Any, member_id: int, today: date) -> ThirdShown | None:
    """Where lines are above a third, or stopped for it still · LEND-016."""
    found = remedies.third(cursor, member_id, today)
    if found is None or not (found.is_over or found.is_stopped):
        return None
    lifts = (
        "watching.third_lifts_now" if found.answered_on == today else "watching.third_lifts_later"
    )
    cuts = sorted((found.cuts or {}).items())
    return ThirdShown(found, [(key.agreement_id, now, to) for key, (now, to) in cuts], lifts)


def _limits(request: HttpRequest, member_id: int) -> dict[Key, int]:
    """The limits as they stood on the page."""
    found = {}
    for name in request.POST:
        number, value = name.removeprefix("limit-"), request.POST.get(name, "")
        if name != number and number.isdecimal() and value.isdecimal():
            found[Key(member_id, int(number))] = int(value)
    return found


def _judged(one: Watch, colleague: Colleague) -> str:
    """Whether this colleague may end it after a talk."""
    is_theirs = one.stop in watch.BY_A_PERSON and colleague.may(Action.REVIEW_DOCUMENT)
    return one.stop.value if is_theirs else ""


def _tried(request: HttpRequest, cursor: Any, member_id: int, colleague: Colleague) -> Said | None:
    """Do what the form asks; what stands against it, in words."""
    ref = _commands.form_ref(request, _commands.DESK)
    made = _commands.made(cursor, ref, colleague.at, colleague.staff.actor, _commands.DESK)
    wanted, word = request.POST.get("do", ""), request.POST.get("what", "")
    try:
        with transaction.atomic():
            if wanted == "judge" and word in {one.value for one in watch.BY_A_PERSON}:
                watch.judge(cursor, member_id, Stop(word), (colleague.staff, made))
            elif wanted == "cut":
                limits = _limits(request, member_id)
                remedies.cut(cursor, member_id, limits, (colleague.staff, made))
            elif wanted == "unreached" and word in ROADS:
                watch.note_unreached(cursor, member_id, watch.Road(word), made)
            elif wanted == "employer" and word in FOUND:
                document = request.POST.get("document", "").strip()
                check = EmployerCheck(made.business_on, EmployerFound(word), document)
                watch.confirm_employer(cursor, member_id, check, (colleague.staff, made))
    except MotochoError as error:
        return said(error.faults[0], pages.tongue_of(request))
    return None
