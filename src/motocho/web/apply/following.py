"""What becomes of an application: next steps, calls, papers, withdrawal [申込みの状況]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.care.cases import complaints
from motocho.contact import calls as made_calls
from motocho.contact.holds import Source
from motocho.documents import intake
from motocho.documents.intake import Kept
from motocho.outside.clock import JAPAN
from motocho.screening.applications import (
    Application,
    ApplicationKey,
    Outcome,
    Turn,
    decisions,
    forms,
    steps,
    withdraw,
)
from motocho.screening.applying import Handed, Slot, handing
from motocho.units.errors import InputError, StateConflict
from motocho.web import _commands, pages
from motocho.web._directory import directory
from motocho.web.apply import identifying, seating
from motocho.web.care import _acting, calls
from motocho.web.fields import Form, shown
from motocho.web.joining import entering
from motocho.web.maintenance import changes_something
from motocho.web.uploads import UploadField
from motocho.web.words import Tongue

TURNS = {one: f"apply.turn.{one.value}" for one in Turn}
OFFERED = frozenset({"SCR-224", "SCR-225"})
"""Steps that the pages of the offer are about."""
OUTCOMES = {one: f"apply.over.{one.value}" for one in Outcome}
SLOTS = {one: f"apply.slot.{one.value}" for one in Slot}


@require_safe
@seating.at_application
def status(request: HttpRequest, key: ApplicationKey) -> HttpResponse:
    """Whose turn it is, what to do next, and why where it was refused [申込みの状況].

    Law       貸金業法12条の6: nothing is promised; 犯収法8条4項: what is not told is not said.
    """
    at, tongue = pages.moment(request), pages.tongue_of(request)
    today = at.astimezone(JAPAN).date()
    with transaction.atomic(), connection.cursor() as cursor:
        application = forms.one(cursor, key)
        open_steps = steps.steps(cursor, application, at)
        found = made_calls.of_member(cursor, key.member_id)
        told = complaints.of_member(cursor, key.member_id)
        handed = handing.of(cursor, key)
        identity = identifying.shown(cursor, key, at, tongue)
        reasons = _reasons(cursor, application, tongue)
    known = directory()
    desk = known.desk("first_time")
    answered = {one.attempt_id for one in told if one.attempt_id is not None}
    context = {
        "application": application,
        "steps": [
            (TURNS[one.turn], one.what(tongue.language), one.fix(tongue.language), one.code)
            for one in open_steps
        ],
        "is_offered": any(one.code in OFFERED for one in open_steps),
        "over": OUTCOMES[application.outcome] if application.outcome is not None else "",
        "reasons": reasons,
        "calls": [(calls.shown_call(one), one.attempt_id in answered) for one in found],
        "handed": [SLOTS[one.slot] for one in handed],
        "slots": [(one.value, SLOTS[one]) for one in handing.wanted(today)],
        "identity": identity,
        "lacking": [
            (one.value, SLOTS[one])
            for one in handing.wanted(today)
            if one in handing.PICTURED and one not in {each.slot for each in handed}
        ],
        "methods": identifying.methods(today),
        "desk": desk,
        "back": known.call_back(desk, today),
        "complaints": known.call_back(known.desk("complaints"), today),
        "lender": known.lender,
    }
    return pages.show(request, "apply/status.html", context)


def _reasons(cursor: Any, application: Application, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    """Why it was refused, in the words of its decision, each with what may be done."""
    if application.outcome is not Outcome.REFUSED:
        return ()
    of = decisions.newest(cursor, application.key)
    return () if of is None else decisions.told(cursor, of, tongue.language)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_application
def take_back(request: HttpRequest, key: ApplicationKey) -> HttpResponse:
    """The application is taken back: one page, one button [申込みの取下げ]."""
    with connection.cursor() as cursor:
        application = forms.one(cursor, key)
    if not application.is_open:
        return HttpResponseRedirect(reverse("apply:status"))
    if request.method == "POST":
        source = Source(_commands.MEMBER, _commands.form_ref(request))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                withdraw(cursor, key, source, pages.moment(request))
        except StateConflict:
            pass  # it ended meanwhile: the page of its state says how
        return HttpResponseRedirect(reverse("apply:status"))
    return pages.show(request, "apply/withdraw.html", {"application": application})


# -------------------------------------------------------------------------------------- handing in
class SendForm(Form):
    """One file [書類のファイル]."""

    page = UploadField("documents.file", "documents.file_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_application
def hand_in(request: HttpRequest, key: ApplicationKey, slot: str) -> HttpResponse:
    """A page of a paper, as what it is: front, back, face, income [書類の提出] · KYC-003."""
    at = pages.moment(request)
    offered = {one.value: one for one in handing.wanted(at.astimezone(JAPAN).date())}
    if slot not in offered:
        raise Http404
    wanted = offered[slot]
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if form.is_bound and form.is_valid():
        with transaction.atomic(), connection.cursor() as cursor:
            forms.opened(cursor, key)
            upload = form.cleaned_data["page"]
            kept = intake.keep(cursor, key.member_id, wanted.purpose, upload, at)
            if isinstance(kept, Kept):
                handing.put(cursor, key, Handed(wanted, kept.document_ref), at)
        if isinstance(kept, Kept):
            return HttpResponseRedirect(f"{reverse('apply:status')}#papers")
        for fault in kept:
            form.refuse("page", fault)
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "name": SLOTS[wanted],
        "hint": f"apply.slot.{wanted.value}_hint",
        "here_at": request.path,
    }
    return pages.show(request, "apply/send.html", context, status=422 if form.is_bound else 200)


# --------------------------------------------------------------------------------------- answering
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_application
def reply(request: HttpRequest, key: ApplicationKey, attempt_id: int) -> HttpResponse:
    """Answer a call of ours in writing; somebody has a task for it [電話の用件への返事]."""
    with connection.cursor() as cursor:
        made = made_calls.of_member(cursor, key.member_id)
    found = next((one for one in made if one.attempt_id == attempt_id), None)
    if found is None:
        raise Http404
    form = calls.ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        told = complaints.Told(complaints.Kind.REPLY, words, attempt_id)
        source = _commands.source(f"case {_acting.form_key(request)}")
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                complaints.tell(cursor, key.member_id, told, source, pages.moment(request))
        except InputError as wrong:
            form.refuse("words", wrong.faults[0])
        else:
            return HttpResponseRedirect(f"{reverse('apply:status')}#calls")
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "shown": calls.shown_call(found),
        "ref": _acting.form_key(request),
        "here_at": request.path,
    }
    return pages.show(request, "apply/reply.html", context, status=422 if form.is_bound else 200)


@require_POST
@seating.at_application
def offer(request: HttpRequest, key: ApplicationKey) -> HttpResponse:
    """To the terms that wait, and the applicant's word on them [提案への遷移]."""
    return entering.enter_known(request, key)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The browser is at the application no more [席を閉じる]."""
    seating.stand_up(request)
    return HttpResponseRedirect(reverse("apply:start"))
