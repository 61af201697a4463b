"""Consultations that members booked: whom to call when, and how it ended [返済相談の対応].

The call itself is one of the call panel, for a reason of its own, from ten minutes before the hour
that the member chose: here its button, the ways of paying, and an outcome without a call.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.reasons import catalogue, talks
from motocho.care.reliefs import consultations
from motocho.contact.holds import Source
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk import offering
from motocho.web.desk._covering import unknown
from motocho.web.fields import Form, LineField, shown

TOPICS = {one: f"care.talk.{one.value}" for one in consultations.Topic}
ENDINGS = {
    consultations.Outcome.HELD.value: "desk.talk_held",
    consultations.Outcome.MISSED.value: "desk.talk_missed",
    consultations.Outcome.CANCELLED.value: "desk.talk_cancelled",
}
_BEFORE = {consultations.Outcome.CANCELLED.value: ENDINGS[consultations.Outcome.CANCELLED.value]}
"""Before its hour a consultation can only be taken back."""


class OutcomeField(LineField):
    """How it ended [相談の結果]."""

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in ENDINGS else (Fault("DSK-003"),)


class OutcomeForm(Form):
    """How a consultation ended [結果の入力]."""

    outcome = OutcomeField("desk.talk_outcome")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def consultation(
    request: HttpRequest, colleague: Colleague, member_id: int, consultation_id: int
) -> HttpResponse:
    """What about, when, whom to call, and how it ended [返済相談] · VULN-002.

    Raises    NotFoundError where none of this number is open; who ended it twice sees the queue.
    """
    staff = colleague.looking_for(f"consultation {consultation_id}")
    is_ending = request.method == "POST"
    form = OutcomeForm(request.POST if is_ending else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        found = consultations.open_one(cursor, member_id, consultation_id)
        if found is None:
            if is_ending:
                return _to_queue()
            raise members.no_such_member()
        is_now = consultations.is_now(found, colleague.at)
        choices = ENDINGS if is_now else _BEFORE
        if is_ending and form.is_valid():
            if form.cleaned_data["outcome"] in choices:
                outcome = consultations.Outcome(form.cleaned_data["outcome"])
                source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
                consultations.end(cursor, found, outcome, source, colleague.at)
                return _to_queue()
            form.refuse("outcome", Fault("DSK-003"))
        member = members.one(cursor, member_id)
        agreements = offering.agreements_of(cursor, member_id)
        hidden = unknown(cursor, colleague, member_id)
        going = talks.unfinished(cursor, staff.actor)
    context = {
        "desk": colleague,
        "one": found,
        "member": member,
        "unknown": hidden,
        "agreements": agreements,
        "topic": TOPICS[found.topic],
        "is_now": is_now,
        "reason": catalogue.Reason.CONSULTATION.value,
        "going": going,
        "call_ref": _commands.new_reference(),
        "options": choices,
        "chosen": request.POST.get("outcome", ""),
        "form": shown(form, pages.tongue_of(request)),
    }
    return pages.show(request, "desk/consultation.html", context, status=422 if is_ending else 200)


def _to_queue() -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=consultations")
