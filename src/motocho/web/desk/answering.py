"""What members told us and applied for, before somebody of the staff [苦情・申込みの対応].

Words of a member stand here and nowhere else of the desk. An answer is what the member reads, and
who handled a complaint does not close it (`care.cases.complaints`).
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motocho.care.cases import complaints
from motocho.contact.holds import Source
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault, InputError, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk import complaining
from motocho.web.desk._covering import unknown
from motocho.web.fields import Form, LineField, LinesField, shown
from motocho.web.words import said

STEPS = {
    complaints.State.LOOKING.value: "desk.step_looking",
    complaints.State.ANSWERED.value: "desk.step_answered",
    complaints.State.CLOSED.value: "desk.step_closed",
}
KINDS = {
    complaints.Kind.COMPLAINT: "desk.case_complaint",
    complaints.Kind.OPINION: "desk.case_opinion",
    complaints.Kind.REPLY: "desk.case_reply",
}
STATES = {
    complaints.State.RECEIVED: "desk.state_received",
    complaints.State.LOOKING: "desk.state_looking",
    complaints.State.ANSWERED: "desk.state_answered",
    complaints.State.CLOSED: "desk.state_closed",
}


class StepField(LineField):
    """How far a case is now [対応状況]."""

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in STEPS else (Fault("DSK-003"),)


class CaseForm(Form):
    """A step of a case; an answer has words [対応の入力]."""

    step = StepField("desk.verdict")
    words = LinesField("desk.words", "desk.words_hint", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def case(request: HttpRequest, colleague: Colleague, member_id: int, case_id: int) -> HttpResponse:
    """A complaint, an opinion, a reply: its words, and the next step [苦情対応] · DESK-004."""
    key = complaints.CaseKey(member_id, case_id)
    staff = colleague.looking_for(f"case {case_id}")
    form = CaseForm(request.POST if request.method == "POST" else None)
    is_good = form.is_bound and form.is_valid()
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        known = complaints.case(cursor, key)
        if is_good and _taken(request, cursor, form, (key, staff.actor, colleague)):
            return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=complaints")
        context = _context(request, cursor, known, form) | {"desk": colleague}
        context["unknown"] = unknown(cursor, colleague, member_id)
    return pages.show(request, "desk/case.html", context, status=422 if form.is_bound else 200)


def _context(
    request: HttpRequest, cursor: Any, known: complaints.Case, form: CaseForm
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "case": known,
        "kind": KINDS[known.kind],
        "steps": [(one, STATES[one.step.state]) for one in known.steps],
        "member": members.one(cursor, known.key.member_id),
        "options": STEPS,
        "form": shown(form, pages.tongue_of(request)),
        "chosen": request.POST.get("step", ""),
    }
    if known.kind is complaints.Kind.COMPLAINT:
        context |= complaining.about(cursor, known)
    return context


@require_POST
@access.staff(Action.ASK_FOR_HELP)
def note(request: HttpRequest, colleague: Colleague, member_id: int, case_id: int) -> HttpResponse:
    """What the desk finds about a complaint; what is refused stays on its page [苦情の記録]."""
    key = complaints.CaseKey(member_id, case_id)
    try:
        return complaining.note(request, colleague, key)
    except InputError as error:
        wrong = [said(one, pages.tongue_of(request)) for one in error.faults]
    staff = colleague.looking_for(f"case {case_id}")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        known = complaints.case(cursor, key)
        context = _context(request, cursor, known, CaseForm()) | {"desk": colleague}
        context["unknown"] = unknown(cursor, colleague, member_id)
    context |= {"wrong": wrong, "typed": request.POST}
    context["chosen_sorting"] = context.get("chosen_sorting", {}) | request.POST.dict()
    return pages.show(request, "desk/case.html", context, status=422)


def _taken(
    request: HttpRequest, cursor: Any, form: CaseForm, by: tuple[complaints.CaseKey, str, Colleague]
) -> str:
    """Take the step; empty where it cannot be taken, which the form says then."""
    key, actor, colleague = by
    typed = form.cleaned_data
    step = complaints.Step(complaints.State(typed["step"]), typed["words"] or "")
    try:
        complaints.add(
            cursor,
            key,
            step,
            Source(actor, _commands.form_ref(request, _commands.DESK)),
            colleague.at,
        )
    except InputError as error:
        for one in error.faults:
            form.refuse("words", one)
        return ""
    except RefusedError as error:  # nothing was taken: what was written stays on the page
        form.refuse("step", error.faults[0])
        return ""
    return "taken"
