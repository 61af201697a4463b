"""Complaints and opinions: told freely, followed step by step, answered in place [ご意見・苦情]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods

from motocho.care.cases import complaints, sorting
from motocho.contact.holds import Source
from motocho.people.access import Action
from motocho.units.errors import InputError
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Member
from motocho.web.care import _acting, calls
from motocho.web.fields import Form, LinesField, shown
from motocho.web.maintenance import changes_something
from motocho.web.words import say

KINDS: Mapping[complaints.Kind, str] = {
    complaints.Kind.COMPLAINT: "care.voices.complaint",
    complaints.Kind.OPINION: "care.voices.opinion",
    complaints.Kind.REPLY: "care.voices.reply",
}
ABOUT_CONTACT = sorting.Category.CONTACT.value
"""A complaint of which the member says that it is about calls: they stop at once · DESK-004."""
STATES: Mapping[complaints.State, str] = {
    complaints.State.RECEIVED: "care.voices.received",
    complaints.State.LOOKING: "care.voices.looking",
    complaints.State.ANSWERED: "care.voices.answered",
    complaints.State.CLOSED: "care.voices.closed",
}
_AHEAD = (complaints.State.RECEIVED, complaints.State.LOOKING, complaints.State.ANSWERED)


class VoiceForm(Form):
    """What a member wants to tell [申し出の入力]."""

    words = LinesField("care.voices.words", "care.voices.words_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def voices(request: HttpRequest, member: Member) -> HttpResponse:
    """Tell something, and what was told so far with its state [ご意見・苦情] · DESK-004."""
    form = VoiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = request.POST.get("kind")
        is_opinion = chosen == complaints.Kind.OPINION.value
        kind = complaints.Kind.OPINION if is_opinion else complaints.Kind.COMPLAINT
        about = sorting.Sorting(sorting.Category.CONTACT) if chosen == ABOUT_CONTACT else None
        told = complaints.Told(kind, form.cleaned_data["words"], about=about)
        address = calls.send(request, member, form, told)
        if address:
            return HttpResponseRedirect(address)
    with connection.cursor() as cursor:
        found = complaints.of_member(cursor, member.member_id)
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "kind": request.POST.get("kind", complaints.Kind.COMPLAINT.value),
        "kinds": [
            (ABOUT_CONTACT, "care.voices.about_contact"),
            (complaints.Kind.COMPLAINT.value, KINDS[complaints.Kind.COMPLAINT]),
            (complaints.Kind.OPINION.value, KINDS[complaints.Kind.OPINION]),
        ],
        "cases": [(one, KINDS[one.kind], STATES[one.state]) for one in found],
        "lender": directory().lender,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/voices.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def voice(request: HttpRequest, member: Member, case_id: int) -> HttpResponse:
    """One case: its steps, our answer in place, and a way to say more [申し出の対応状況]."""
    key = complaints.CaseKey(member.member_id, case_id)
    with connection.cursor() as cursor:
        case = complaints.case(cursor, key)
    form = VoiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _say_more(request, member, key, form):
        return HttpResponseRedirect(reverse("care:voice", args=[case_id]))
    context = {
        "case": case,
        "kind": KINDS[case.kind],
        "steps": _timeline(request, case),
        "form": shown(form, pages.tongue_of(request)),
        "lender": directory().lender,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/voice.html", context, status=422 if form.is_bound else 200)


def _say_more(
    request: HttpRequest, member: Member, key: complaints.CaseKey, form: VoiceForm
) -> bool:
    more = Source(_commands.MEMBER, f"site more {_acting.form_key(request)}")
    step = complaints.Step(complaints.State.RECEIVED, form.cleaned_data["words"])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            complaints.add(cursor, key, step, more, member.at)
    except InputError as wrong:
        form.refuse("words", wrong.faults[0])
        return False
    return True


def _timeline(request: HttpRequest, case: complaints.Case) -> list[dict[str, Any]]:
    """Every step that was taken, and those to come."""
    tongue = pages.tongue_of(request)
    taken = [
        {
            "label": say(STATES[one.step.state], tongue),
            "state": "now" if one is case.steps[-1] else "done",
            "at": f"{localtime(one.at):%Y/%m/%d %H:%M}",
        }
        for one in case.steps
    ]
    ahead = _AHEAD[_AHEAD.index(case.state) + 1 :] if case.state in _AHEAD else ()
    return taken + [{"label": say(STATES[one], tongue), "state": "next", "at": ""} for one in ahead]
