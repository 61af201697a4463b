"""The employment, by a paper or an agreed call; what the house looks up [在籍確認].

Papers first. A call at work is the call panel's: with consent, at the agreed hours, in a personal
name; here only a call that was permitted for it and answered can be chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.contact import calls
from motocho.contact.calls import Call, Result
from motocho.contact.guard import Purpose
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.access import Action
from motocho.screening.applications import (
    ApplicationKey,
    Check,
    Confirmation,
    confirm_employment,
    record_check,
)
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, offering
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening import _lines
from motocho.web.desk.screening._held import (
    Held,
    documents,
    faults,
    form_of,
    held,
    to,
    tried,
)
from motocho.web.desk.screening._papers import ANSWERS, MonthsField
from motocho.web.fields import DateField, Form, shown
from motocho.web.words import Tongue, plain

_CALL = "call "


class EmploymentForm(Form):
    """How the employment was confirmed [在籍確認]."""

    by = ChoiceField("screening.confirmed_by")
    employed_since = DateField("screening.employed_since")
    confirmed_on = DateField("screening.confirmed_on")
    months_paid = MonthsField("screening.months_paid", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def employment(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """That somebody works where they said [在籍確認] · DESK-003."""
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        ways = _ways(cursor, of.key, tongue)
        member = members.one(cursor, member_id)
        done = _lines.employments(_lines.About(cursor, of, tongue, {}))
    form = EmploymentForm(request.POST if request.method == "POST" else None)
    offering(form, {"by": ways})
    wrong: tuple[Fault, ...] = ()
    if form.is_bound and form.is_valid():
        found = _confirmation(form)
        sending = form_of(request, colleague, "employment")
        wrong = tried(lambda cursor: confirm_employment(cursor, of.key, found, of.staff, sending))
        if not wrong:
            return to("application", of.key, "confirmed")
    if not form.is_bound:
        form.data = {"confirmed_on": f"{colleague.at.astimezone(JAPAN):%Y/%m/%d}"}
        said_on = of.application.wanted.said.employed_since
        form.data |= {} if said_on is None else {"employed_since": f"{said_on:%Y/%m/%d}"}
    context = {
        "desk": colleague,
        "one": of.application,
        "member": member,
        "ways": ways,
        "chosen": request.POST.get("by", ""),
        "done": done,
        "form": shown(form, tongue),
        "wrong": faults(wrong, tongue),
        "may_call": "yes" if colleague.may(Action.ASK_FOR_HELP) else "",
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/screening/employment.html", context, status=status)


def _ways(cursor: Any, key: ApplicationKey, tongue: Tongue) -> dict[str, str]:
    """By what it may be confirmed: documents that were handed in, calls that were answered."""
    papers, slots = documents(cursor, key.member_id), _lines.slots_of(cursor, key)
    found = _lines.document_names(papers, slots, tongue)
    for one in calls.of_member(cursor, key.member_id):
        if _is_answered(one):
            at = one.called_at.astimezone(JAPAN)
            word = plain("screening.call_at_work", tongue, at=f"{at:%Y/%m/%d %H:%M}")
            found[f"{_CALL}{one.attempt_id}"] = word
    return found


def _is_answered(one: Call) -> bool:
    return one.purpose is Purpose.EMPLOYMENT and one.result is Result.SPOKEN


def _confirmation(form: EmploymentForm) -> Confirmation:
    typed = form.cleaned_data
    by: str = typed["by"]
    since, on = typed["employed_since"], typed["confirmed_on"]
    months: int | None = typed["months_paid"]
    if by.startswith(_CALL):
        return Confirmation(since, on, None, int(by.removeprefix(_CALL)), months)
    return Confirmation(since, on, by, None, months)


# ------------------------------------------------------------------------- looked up by the house
class ChecksForm(Form):
    """What was looked up [社内の確認]."""

    barred_ties = ChoiceField("screening.check_barred_ties", known=ANSWERS)
    suspicion = ChoiceField("screening.check_suspicion", known=ANSWERS)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def checks(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """What the house looks up by itself, and tells nobody [社内の確認] · LEND-022, KYC-007."""
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        about = _lines.About(cursor, of, tongue, {})
        context: dict[str, Any] = {
            "desk": colleague,
            "one": of.application,
            "member": members.one(cursor, member_id),
            "found": _lines.checks(about),
            "answers": ANSWERS,
        }
    form = ChecksForm(request.POST if request.method == "POST" else None)
    wrong: tuple[Fault, ...] = ()
    if form.is_bound and form.is_valid():
        wrong = tried(_recording(form, of, form_of(request, colleague, "check")))
        if not wrong:
            return to("application", of.key, "checked")
    context |= {"form": shown(form, tongue), "wrong": faults(wrong, tongue),
                "typed": {one.value: request.POST.get(one.value, "") for one in Check}}  # fmt: skip
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/screening/checks.html", context, status=status)


def _recording(form: ChecksForm, of: Held, sending: tuple[str, Any]) -> Callable[[Any], object]:
    def act(cursor: Any) -> object:
        for one in Check:
            found = (one, form.cleaned_data[one.value] == "found")
            record_check(cursor, of.key, found, of.staff, sending)
        return None

    return act
