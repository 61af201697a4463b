"""The register of complaints: what waits by its day, a new one, what there was [苦情簿] · DESK-004.

The list tells nothing of a person; each case asks `people.access`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.cases import complaints, drafts, register, sorting
from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.people.members import Member
from motocho.units.errors import InputError, NotFoundError
from motocho.web import _commands, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._cases import (
    CATEGORIES,
    CAUSES,
    RESULTS,
    SEVERITIES,
    SHOWS,
    STAGES,
    UNSORTED,
    category_of,
    ways,
)
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._shown import meant
from motocho.web.fields import Form, LinesField, MemberNumberField, shown

STATISTICS_DAYS = 366


@require_safe
@access.staff(Action.LOOK)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Open complaints, overdue ones first, with what there is of each kind [苦情の一覧]."""
    today = colleague.at.astimezone(JAPAN).date()
    actor = colleague.staff.actor
    with connection.cursor() as cursor:
        lines = register.open_lines(cursor, today)
    wanted = request.GET.get("show", "")
    show = register.Show(wanted) if wanted in SHOWS else register.Show.OPEN
    counts = register.counts(lines, actor)
    mine = [one for one in lines if one.belongs(show, actor)]
    context = {
        "desk": colleague,
        "shows": [(one.value, SHOWS[one.value], counts[one]) for one in register.Show],
        "show": show.value,
        "may_take": colleague.may(Action.ASK_FOR_HELP),
        "rows": [
            {
                "line": one,
                "due_on": one.case.due_on,
                "left": one.days_left,
                "past": abs(one.days_left or 0),
                "is_over": one.is_overdue,
                "is_near": one.is_near,
                "is_serious": _is_serious(one.case.sorting),
                "address": reverse("desk:case", args=one.case.key),
                "category": category_of(one.case.sorting),
                "state": f"desk.state_{one.case.state.value}",
            }
            for one in mine
        ],
    }
    return pages.show(request, "desk/complaints.html", context)


def _is_serious(found: sorting.Sorting | None) -> bool:
    return found is not None and found.severity is sorting.Severity.SERIOUS


class NewForm(Form):
    """A complaint that somebody tells the desk [苦情の受付]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")
    category = ChoiceField("cases.category", known=CATEGORIES)
    severity = ChoiceField("cases.severity", known=SEVERITIES)
    words = LinesField("desk.words", "cases.words_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def new(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Take a complaint down within the minute; one about calls holds them at once [苦情の受付]."""
    form = NewForm(request.POST if request.method == "POST" else None)
    member = meant(request, colleague, Action.ASK_FOR_HELP, "complaint new")
    if member is not None:
        del form.fields["number"]
    if form.is_bound and form.is_valid():
        key = _taken(request, form, colleague, member)
        if key is not None:
            return HttpResponseRedirect(reverse("desk:case", args=key))
    context = {
        "desk": colleague,
        "form": shown(form, pages.tongue_of(request)),
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "about": None if member is None else masked(member),
    }
    return pages.show(
        request, "desk/complaint_new.html", context, status=422 if form.is_bound else 200
    )


def _taken(
    request: HttpRequest, form: Form, colleague: Colleague, member: Member | None
) -> complaints.CaseKey | None:
    typed = form.cleaned_data
    staff = colleague.looking_for("complaint new")
    category, severity = sorting.Category(typed["category"]), sorting.Severity(typed["severity"])
    known = sorting.Sorting(category, severity, owner=staff.actor)
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            found = members.by_number(cursor, typed["number"]) if member is None else member
            member_id = found.member_id
            access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
            told = complaints.Told(complaints.Kind.COMPLAINT, typed["words"], about=known)
            return complaints.tell(cursor, member_id, told, source, colleague.at).key
    except InputError as error:
        for one in error.faults:
            form.refuse("words", one)
    except NotFoundError:  # nobody of this number, or nobody whom one may see: the same words
        form.refuse("number", members.no_such_member().faults[0])
    return None


@require_safe
@access.staff(Action.LOOK)
def statistics(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Complaints of a year by month and category, for the auditor [苦情の統計]."""
    today = colleague.at.astimezone(JAPAN).date()
    first_on = date(today.year, today.month, 1) - timedelta(days=STATISTICS_DAYS)
    with connection.cursor() as cursor:
        found = register.statistics(cursor, first_on, today)
    context: dict[str, Any] = {
        "desk": colleague,
        "rows": [
            (one, UNSORTED if one.category is None else CATEGORIES[one.category.value])
            for one in found
        ],
    }
    return pages.show(request, "desk/complaint_statistics.html", context)


# --------------------------------------------------------------------------------- one complaint
class SortForm(Form):
    """What a complaint is about, how grave, why, whose [苦情の分類]."""

    category = ChoiceField("cases.category", known=CATEGORIES)
    severity = ChoiceField("cases.severity", known=SEVERITIES)
    cause = ChoiceField("cases.cause", known=CAUSES)


class MoreForm(Form):
    """What the member told the desk after it [追加の申出]."""

    words = LinesField("cases.more", "cases.words_hint")


class AdrForm(Form):
    """A stage before the outside body [ADRの記録]."""

    stage = ChoiceField("cases.adr", known=STAGES)
    result = ChoiceField("cases.result", known=RESULTS, optional="optional")


FORMS = {"sort": SortForm, "more": MoreForm, "adr": AdrForm}


def note(request: HttpRequest, colleague: Colleague, key: complaints.CaseKey) -> HttpResponse:
    """What the desk finds about a complaint: sorted, told more, linked to calls, before the body.

    [苦情の記録] · DESK-004. A complaint about calls has its hold from this moment on.
    Raises    InputError for what is none of the lists, and for words that may not be kept.
    """
    member_id = key.member_id
    staff = colleague.looking_for(f"case {key.case_id}")
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    wanted = request.POST.get("do", "")
    form = FORMS[wanted](request.POST) if wanted in FORMS else Form({})
    if not form.is_valid():
        raise InputError(*(fault for name in form.fields for fault in form.faults_of(name)))
    typed, at = form.cleaned_data, colleague.at
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, at))
        known = complaints.case(cursor, key)
        match wanted:
            case "sort":
                found = _sorting(request, typed, known, staff.actor)
                complaints.sort(cursor, key, found, source, at)
            case "more":
                told = complaints.Step(complaints.State.RECEIVED, typed["words"])
                complaints.add(cursor, key, told, Source(complaints.MEMBER, source.ref), at)
            case "adr":
                result = None if typed["result"] is None else sorting.Result(typed["result"])
                by = (staff.actor, at)
                sorting.note_adr(cursor, key, sorting.Stage(typed["stage"]), result, by)
            case _:
                for attempt_id in _calls(request):
                    sorting.link(cursor, key, attempt_id, staff.actor, at)
    return HttpResponseRedirect(reverse("desk:case", args=key))


def _sorting(
    request: HttpRequest, typed: dict[str, str], known: complaints.Case, actor: str
) -> sorting.Sorting:
    before = "" if known.sorting is None else known.sorting.owner
    owner = actor if request.POST.get("take") else before
    category, severity = sorting.Category(typed["category"]), sorting.Severity(typed["severity"])
    return sorting.Sorting(category, severity, sorting.RootCause(typed["cause"]), owner)


def _calls(request: HttpRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("call") if one.isdecimal()]


def about(cursor: Any, known: complaints.Case) -> dict[str, Any]:
    """What the page of a complaint shows beside its words [苦情の記録の表示]."""
    linked = sorting.calls(cursor, known.key)
    ids = {one.attempt_id for one in linked}
    member_id = known.key.member_id
    found = known.sorting
    return {
        "sorting": found,
        "category": category_of(found),
        "chosen_sorting": {
            "category": "" if found is None else found.category.value,
            "severity": sorting.Severity.USUAL.value if found is None else found.severity.value,
            "cause": sorting.RootCause.UNKNOWN.value if found is None else found.root_cause.value,
        },
        "categories": CATEGORIES,
        "severities": SEVERITIES,
        "causes": CAUSES,
        "is_held": known.is_about_contact and known.state is not complaints.State.CLOSED,
        "linked": ways(linked),
        "reached": ways(
            one for one in sorting.reached(cursor, member_id) if one.attempt_id not in ids
        ),
        "adr": [
            (
                one,
                STAGES[one.stage.value],
                None if one.result is None else RESULTS[one.result.value],
            )
            for one in sorting.adr(cursor, known.key)
        ],
        "stages": STAGES,
        "results": RESULTS,
        "body": drafts.body(),
        "drafts": drafts.drafts(),
    }
