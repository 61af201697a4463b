"""Calls of ours, why, what came of them; an answer in writing; preferred hours [当社からの電話]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.care.cases import complaints
from motocho.contact import calls as made_calls
from motocho.contact import gate, holds
from motocho.contact.calls import Call, Result
from motocho.contact.guard import HoldKind, Hours, Purpose
from motocho.contact.holds import Wish
from motocho.people.access import Action
from motocho.people.members import no_such_member
from motocho.units.errors import Fault, InputError
from motocho.units.phones import phone_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.fields import Form, LinesField, shown
from motocho.web.maintenance import changes_something

REASONS: Mapping[Purpose, str] = {
    Purpose.SECURITY: "care.calls.security",
    Purpose.TRANSACTION: "care.calls.transaction",
    Purpose.STATUTORY_DOCUMENT: "care.calls.document",
    Purpose.REMINDER: "care.calls.reminder",
    Purpose.ARREARS: "care.calls.arrears",
    Purpose.CAMPAIGN: "care.calls.campaign",
    Purpose.ASKED_FOR: "care.calls.asked_for",
    Purpose.SERVICE: "care.calls.service",
    Purpose.DUTY: "care.calls.duty",
    Purpose.IDENTITY: "care.calls.identity",
    Purpose.EMPLOYMENT: "care.calls.employment",
}
RESULTS: Mapping[Result, str] = {
    Result.SPOKEN: "care.calls.spoken",
    Result.NO_ANSWER: "care.calls.no_answer",
    Result.BUSY: "care.calls.busy",
    Result.MESSAGE_LEFT: "care.calls.message_left",
    Result.WRONG_PERSON: "care.calls.wrong_person",
}
EARLIEST_HOUR, LATEST_HOUR = 8, 21
"""Nobody is called outside these: hours to choose lie within · COLL-001."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One call with its words [通話の表示]."""

    call: Call
    number: str
    reason: str
    result: str


def shown_call(call: Call) -> Shown:
    """A call with its words [通話の表示]."""
    result = "care.calls.unknown" if call.result is None else RESULTS[call.result]
    return Shown(call, phone_text(call.our_number), REASONS[call.purpose], result)


@require_safe
@access.members(Action.LOOK)
def calls(request: HttpRequest, member: Member) -> HttpResponse:
    """All calls, the next one, and why none comes now [当社からの電話] · COLL-003."""
    with connection.cursor() as cursor:
        found = made_calls.of_member(cursor, member.member_id)
        planned = made_calls.planned(cursor, member.member_id, member.at)
        facts = gate.facts_of(cursor, member.member_id, member.at)
        told = complaints.of_member(cursor, member.member_id)
        hours = _told_hours(cursor, member)
    answered = {one.attempt_id: one for one in told if one.attempt_id is not None}
    is_promised = facts.promised_on is not None and facts.promised_on >= member.today
    context = {
        "calls": [(shown_call(one), answered.get(one.attempt_id)) for one in found],
        "planned": planned,
        "planned_reason": "" if planned is None else REASONS[_purpose(planned)],
        "promised_on": facts.promised_on if is_promised else None,
        "named_at": facts.named_at,
        "has_counsel": facts.has_counsel,
        "hours": hours[0].hold.hours if hours else None,
        "which": hours[0].hold_id if hours else 0,
        "choices": range(EARLIEST_HOUR, LATEST_HOUR + 1),
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/calls.html", context)


def _purpose(planned: made_calls.Planned) -> Purpose:
    return planned.task.plan.purpose or Purpose.ASKED_FOR


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def preferred_hours(request: HttpRequest, member: Member) -> HttpResponse:
    """Keep the hours in which the member wants to be called; or forget them [希望の時間帯]."""
    hours = _hours(request)
    with transaction.atomic(), connection.cursor() as cursor:
        kept = 0
        if "forget" not in request.POST:
            wish = Wish(HoldKind.PREFERRED_HOURS, hours=hours)
            form = _commands.source(f"hours {_acting.form_key(request)}")
            standing = holds.put(cursor, member.member_id, wish, form, member.at)
            if standing.told_at != member.at:  # the same form once more: what came after it stands
                return HttpResponseRedirect(reverse("care:calls"))
            kept = standing.hold_id
        for one in _told_hours(cursor, member):
            is_over = one.hold_id != kept if kept else _acting.is_meant(request, one.hold_id)
            if is_over:
                holds.end(cursor, member.member_id, one.hold_id, _commands.MEMBER, member.at)
    return HttpResponseRedirect(reverse("care:calls"))


def _told_hours(cursor: Any, member: Member) -> list[holds.Standing]:
    """The preferred hours that stand, the newest first."""
    standing = holds.standing(cursor, member.member_id, member.today)
    return [one for one in standing if one.hold.kind is HoldKind.PREFERRED_HOURS]


def _hours(request: HttpRequest) -> Hours:
    """The hours of a form.

    Raises    InputError for hours that cannot be.
    """
    typed = [request.POST.get(name, "") for name in ("from", "until")]
    if "forget" in request.POST:
        return Hours(EARLIEST_HOUR, LATEST_HOUR)
    details = {"first": str(EARLIEST_HOUR), "last": str(LATEST_HOUR)}
    if not all(one.isascii() and one.isdigit() and len(one) <= 2 for one in typed):
        raise InputError(Fault("CAR-009", details=details))
    hours = Hours(*(int(one) for one in typed))
    if not EARLIEST_HOUR <= hours.from_hour < hours.until_hour <= LATEST_HOUR:
        raise InputError(Fault("CAR-009", details=details))
    return hours


# -------------------------------------------------------------------------------------- answering
class ReplyForm(Form):
    """An answer in the member's words [回答の入力]."""

    words = LinesField("care.reply.words", "care.reply.words_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def reply(request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """Answer a call in writing; the staff has a task for it [この用件に返事する]."""
    with connection.cursor() as cursor:
        found = {one.attempt_id: one for one in made_calls.of_member(cursor, member.member_id)}
    if attempt_id not in found:
        raise no_such_member()
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        words = complaints.Told(complaints.Kind.REPLY, form.cleaned_data["words"], attempt_id)
        address = send(request, member, form, words)
        if address:
            return HttpResponseRedirect(address)
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "shown": shown_call(found[attempt_id]),
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/reply.html", context, status=422 if form.is_bound else 200)


def send(request: HttpRequest, member: Member, form: Form, told: complaints.Told) -> str:
    """Take words in, and where they can be read again; empty where the form says why not [送信]."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            origin = _commands.source(f"case {_acting.form_key(request)}")
            case = complaints.tell(cursor, member.member_id, told, origin, member.at)
    except InputError as wrong:
        form.refuse("words", wrong.faults[0])
        return ""
    return reverse("care:voice", args=[case.key.case_id])
