"""Consultations that members booked: whom to call when, and how it ended [返済相談の対応].

The whole number is read through the gate's permit, near the hour that the member chose and not
before; the try is kept, and the reading too.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.reliefs import consultations
from motocho.contact import calls as made_calls
from motocho.contact import gate as calls
from motocho.contact.calls import Result
from motocho.contact.directory import Number
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.people.facts import values
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
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
_RESULTS = {
    consultations.Outcome.HELD: Result.SPOKEN,
    consultations.Outcome.MISSED: Result.NO_ANSWER,
    consultations.Outcome.CANCELLED: Result.NOT_CALLED,
}
"""What the member reads of the call then, under 当社からの電話."""
_BEFORE = {consultations.Outcome.CANCELLED.value: ENDINGS[consultations.Outcome.CANCELLED.value]}
"""Before its hour a consultation can only be taken back."""
_PHONES = (values.Kind.MOBILE_PHONE, values.Kind.HOME_PHONE)


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
    is_call = request.method == "POST" and "call" in request.POST
    is_ending = request.method == "POST" and not is_call
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
                ending = _RESULTS[outcome], source
                made_calls.note_all(cursor, member_id, _cause(found), ending, colleague.at)
                return _to_queue()
            form.refuse("outcome", Fault("DSK-003"))
        phone = _phone(cursor, found, staff, colleague) if is_call and is_now else None
        member = members.one(cursor, member_id)
        agreements = offering.agreements_of(cursor, member_id)
        hidden = unknown(cursor, colleague, member_id)
    context = {
        "desk": colleague,
        "one": found,
        "member": member,
        "unknown": hidden,
        "agreements": agreements,
        "topic": TOPICS[found.topic],
        "is_now": is_now,
        "is_called": is_call,
        "phone": phone,
        "ours": _ours(colleague),
        "options": choices,
        "chosen": request.POST.get("outcome", ""),
        "form": shown(form, pages.tongue_of(request)),
    }
    return pages.show(request, "desk/consultation.html", context, status=422 if is_ending else 200)


def _to_queue() -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=consultations")


def _cause(found: consultations.Consultation) -> str:
    return f"consultation {found.consultation_id}"


def _ours(colleague: Colleague) -> Number | None:
    """The number of ours that the member sees: of the desk that was asked for."""
    known = directory()
    return known.calling(known.desk("card_loan"), colleague.at.astimezone(JAPAN).date())


def _phone(
    cursor: Any, found: consultations.Consultation, staff: Staff, colleague: Colleague
) -> str:
    """The number to call, by a permit; empty where there is none, or no way to call now."""
    ours = _ours(colleague)
    if ours is None:
        return ""
    cause = _cause(found)
    wanted = Wanted(Purpose.ASKED_FOR, cause, staff.actor, ours.digits, directory())
    permit = calls.ask(cursor, found.member_id, wanted, colleague.at)
    if not isinstance(permit, Permit):
        return ""
    for kind in _PHONES:
        told = calls.phone(cursor, permit, kind, colleague.at)
        if told is not None and isinstance(told.value, values.Phone):
            return told.value.digits
    return ""
