"""Visits to a member's home and the lender's own steps in court, on the desk [訪問・法的手続].

A visit is planned, begun by its permit, logged with its times; what broke a rule is kept as that.
A step in court that begins something waits for a second person; what came of it is noted here.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.collections import courses, legal, settlements, visits
from motocho.contact.gate import Closed
from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.people import staff
from motocho.people.access import Action
from motocho.units.errors import Fault, Unread
from motocho.units.text import folded
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, offering
from motocho.web.desk._covering import once_known
from motocho.web.desk.settling import (
    LARGEST_YEN,
    About,
    about_of,
    claims_of,
    form_page,
    fresh,
    source_of,
    tried,
)
from motocho.web.desk.today import SORTS
from motocho.web.fields import DateField, Form, LineField, LinesField, Manner, WordsField, YenField
from motocho.web.words import Said, Tongue, said

STEPS = {one.value: f"desk.collect.step.{one.value}" for one in courses.Step}
BEGINNING = {
    one.value: STEPS[one.value]
    for one, course in courses.courses().items()
    if course.is_by_two and not course.after
}
TARGETS = {one.value: f"desk.collect.target.{one.value}" for one in courses.Target}
METS = {one.value: f"desk.collect.met.{one.value}" for one in visits.Met}


class ClockField(LineField):
    """A time of a day in Japan, as 14:05 [時刻]."""

    manner = Manner(width="short")

    def read(self, text: str) -> time | Unread:
        """The time [読取り]."""
        hour, colon, minute = folded(text).strip().partition(":")
        is_read = (
            colon and hour.isdigit() and minute.isdigit() and len(hour + minute) <= len("2359")
        )
        if is_read and int(hour) <= time.max.hour and int(minute) <= time.max.minute:
            return time(int(hour), int(minute))
        return Unread("LGL-071", text)


class PlanForm(Form):
    """About which loan, by whom, when, and why [訪問の計画の入力]."""

    agreement = ChoiceField("desk.approval.agreement")
    second = ChoiceField("desk.collect.second_visitor", optional="optional")
    planned_on = DateField("desk.collect.visit_on")
    planned_time = ClockField("desk.collect.visit_at", "desk.collect.clock_hint")
    reason = LinesField("desk.approval.reason")


class LogForm(Form):
    """Who was met, and the times of a visit [訪問の記録の入力]."""

    met = ChoiceField("desk.collect.met.label", known=METS)
    arrived = ClockField("desk.collect.arrived", "desk.collect.clock_hint")
    told = ClockField("desk.collect.told_to_leave", "desk.collect.told_hint", optional="optional")
    left = ClockField("desk.collect.left")
    visitors = WordsField("desk.collect.visitors_count")
    words = LinesField("desk.collect.visit_words", optional="optional")

    def clean_visitors(self) -> int:
        """How many went [人数]; 0 where it is no number."""
        text = str(self.cleaned_data["visitors"])
        count = int(text) if text.isascii() and text.isdigit() and len(text) < len("999") else 0
        if not count:
            self.refuse("visitors", Fault("LGL-043", details={"most": str(visits.MOST_VISITORS)}))
        return count


class BeginForm(Form):
    """What begins in which court, and why [法的手続の依頼]."""

    step = ChoiceField("desk.approval.step", known=BEGINNING)
    court = WordsField("desk.collect.step_court")
    reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class SeizeForm(Form):
    """What is seized by which court, and why [差押えの依頼]."""

    target = ChoiceField("desk.collect.target.label", known=TARGETS)
    court = WordsField("desk.collect.step_court")
    reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class HearingForm(Form):
    """Which day the court named [期日の入力]."""

    hearing_on = DateField("desk.collect.hearing_on", "desk.collect.hearing_hint")


class StepForm(Form):
    """What happened when [段階の入力]; only a step that may follow now is one of it."""

    step = ChoiceField("desk.approval.step")
    taken_on = DateField("desk.collect.taken_on")
    court = WordsField("desk.collect.step_court")
    case_ref = WordsField("desk.collect.case_ref", optional="optional")
    amount = YenField("desk.collect.collected_yen", most_yen=LARGEST_YEN, optional="optional")
    document_ref = WordsField("desk.collect.document_ref", optional="optional")


def _moment(on: Any, at: time) -> datetime:
    return datetime.combine(on, at, JAPAN)


def _shown(about: About, request: HttpRequest, form: Form, back: str) -> dict[str, Any]:
    return {
        "desk": about.colleague,
        "member": about.member,
        "back": back,
        "form": form_page(form, request),
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }


# ----------------------------------------------------------------------------------------- visits
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def visit_planned(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """A visit to the home by one or two colleagues, in the hours of the gate [訪問の計画]."""
    usual = {"planned_on": f"{colleague.at:%Y/%m/%d}"}
    form = PlanForm(request.POST) if request.method == "POST" else fresh(PlanForm(), usual)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        claims = claims_of(cursor, about)
        others = [one for one in staff.accounts(cursor)
                  if one.left_on is None and one.staff_id != colleague.staff.staff_id]  # fmt: skip
        loans = {f"{one.key.agreement_id}": one.key for one in claims}
        colleagues = {f"{one.staff_id}": one.staff_id for one in others}
        offering(form, {"agreement": loans, "second": colleagues})
        if request.method == "POST" and form.is_valid() and claims:
            typed = form.cleaned_data
            second = [] if typed["second"] is None else [colleagues[typed["second"]]]
            wanted = visits.Plan(
                loans[typed["agreement"]], (colleague.staff.staff_id, *second),
                _moment(typed["planned_on"], typed["planned_time"]), typed["reason"],
            )  # fmt: skip
            source = Source(about.staff.actor, source_of(request))
            if tried(
                form, "planned_time", lambda: visits.plan(cursor, wanted, source, colleague.at)
            ):
                return HttpResponseRedirect(about.home)
    context = _shown(about, request, form,
                     about.home)  # fmt: skip
    context |= {"claims": claims, "others": others}
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/visit_plan.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def visit(
    request: HttpRequest, colleague: Colleague, member_id: int, visit_no: int
) -> HttpResponse:
    """A visit: the permit at the door's moment, then its times [訪問の記録] · COLL-005."""
    refusals: list[Said] = []
    address = ""
    form = LogForm(request.POST if "log" in request.POST else None)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        found = visits.one(cursor, member_id, visit_no)
        if "begin" in request.POST and found.is_open:
            answer = visits.begin(cursor, found, about.staff.actor, colleague.at)
            if isinstance(answer, Closed):
                tongue = pages.tongue_of(request)
                refusals = [said(one.refusal.fault(), tongue) for one in answer.hindrances]
            else:
                address = str(getattr(answer[1].value, "text", ""))
        if form.is_bound and form.is_valid() and _logged(cursor, request, form, (about, found)):
            return HttpResponseRedirect(about.home)
    context = _shown(about, request, form, about.home) | {
        "one": found,
        "refusals": refusals,
        "address": address,
        "mets": METS,
    }
    status = 422 if form.is_bound or refusals else 200
    return pages.show(request, "desk/visit.html", context, status=status)


def _logged(
    cursor: Any, request: HttpRequest, form: LogForm, of: tuple[About, visits.Visit]
) -> bool:  # fmt: skip
    about, found = of
    on, typed = found.plan.planned_for.astimezone(JAPAN).date(), form.cleaned_data
    told = visits.Log(
        typed["visitors"], visits.Met(typed["met"]),
        _moment(on, typed["arrived"]),
        None if typed["told"] is None else _moment(on, typed["told"]), _moment(on, typed["left"]),
        typed["words"] or "",
    )  # fmt: skip
    keep = visits.log_violation if request.POST.get("log") == "violation" else visits.log
    at = about.colleague.at
    return tried(form, "left", lambda: keep(cursor, found, told, about.staff.actor, at))


# ------------------------------------------------------------------------------------------ court
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def legal_asked(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """A supervisor is asked to let a payment order or a lawsuit begin [法的手続の依頼]."""
    form = BeginForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        (claim,) = claims_of(cursor, about, agreement_id)
        if form.is_bound and form.is_valid():
            step = courses.Step(form.cleaned_data["step"])
            noted = legal.Noted(step, claim.position.on, form.cleaned_data["court"])
            if _ask(cursor, request, form, (about, legal.Wanted(claim.key, noted))):
                return HttpResponseRedirect(about.home)
    context = _shown(about, request, form, about.home)
    context |= {
        "claim": claim,
        "options": BEGINNING,
    }
    return pages.show(request, "desk/legal.html", context, status=422 if form.is_bound else 200)


def _ask(cursor: Any, request: HttpRequest, form: Form, of: tuple[About, legal.Wanted]) -> bool:
    about, wanted = of
    reason, at = form.cleaned_data["reason"], about.colleague.at
    asking = settlements.Asking(about.staff, reason, source_of(request), at)
    return tried(form, "reason", lambda: legal.ask(cursor, wanted, asking))


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def legal_case(
    request: HttpRequest, colleague: Colleague, member_id: int, case_no: int
) -> HttpResponse:
    """A case in court: its steps, its deadlines, prescription; what came of it next [法的手続]."""
    is_asked = "ask" in request.POST
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        case = legal.one(cursor, legal.CaseKey(member_id, case_no))
        last = case.steps[-1]
        usual = {"court": last.court, "case_ref": last.case_ref}
        form = StepForm(request.POST) if "note" in request.POST else fresh(StepForm(), usual)
        asks = SeizeForm(request.POST) if is_asked else fresh(SeizeForm(), usual)
        at = reverse("desk:legal_case", args=case.key)
        hearing = HearingForm(request.POST if "hearing" in request.POST else None)
        if hearing.is_bound and _hearing_named(cursor, request, hearing, (about, case)):
            return HttpResponseRedirect(at)
        nexts = {
            one.value: STEPS[one.value]
            for one in case.next_steps()
            if not courses.courses()[one].is_by_two
        }
        offering(form, {"step": nexts})
        may_seize = courses.Step.SEIZURE_APPLIED in case.next_steps()
        if "note" in request.POST and legal.is_noted(cursor, member_id, source_of(request)):
            return HttpResponseRedirect(at)
        if "note" in request.POST and form.is_valid():
            step = courses.Step(form.cleaned_data["step"])
            if _noted(cursor, request, form, (about, case, step)):
                return HttpResponseRedirect(at)
        if may_seize and is_asked and _seizure_asked(cursor, request, asks, (about, case)):
            return HttpResponseRedirect(about.home)
        left = legal.follow_ups(cursor, case.key)
    context = _shown(about, request, form, about.home)
    context |= {
        "case": case,
        "steps": [_row(one, pages.tongue_of(request)) for one in case.steps],
        "deadlines": [(one, STEPS[one.follows.value]) for one in courses.deadlines(case.taken)],
        "follows": [(one, SORTS[str(one.plan.facts["follow"])]) for one in left],
        "hearing": form_page(hearing, request),
        "may_be_heard": courses.Step.HEARD in case.next_steps(),
        "collects_from": courses.collects_from(case.taken),
        "time_bar": courses.prescription(case.taken),
        "nexts": nexts,
        "may_seize": may_seize,
        "asks": form_page(asks, request),
        "is_asked": is_asked,
        "targets": TARGETS,
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/legal_case.html", context, status=status)


def _seizure_asked(
    cursor: Any, request: HttpRequest, form: SeizeForm, of: tuple[About, legal.Case]
) -> bool:
    about, case = of
    if not form.is_valid():
        return False
    (claim,) = claims_of(cursor, about, case.agreement_id)
    target = courses.Target(form.cleaned_data["target"])
    court = form.cleaned_data["court"]
    noted = legal.Noted(courses.Step.SEIZURE_APPLIED, claim.position.on, court, target=target)
    wanted = legal.Wanted(claim.key, noted, case.key.case_no)
    return _ask(cursor, request, form, (about, wanted))


def _hearing_named(
    cursor: Any, request: HttpRequest, form: HearingForm, of: tuple[About, legal.Case]
) -> bool:
    """The court's next day: a task for that day; another one before is it no more."""
    about, case = of
    if not form.is_valid():
        return False
    on, at = form.cleaned_data["hearing_on"], about.colleague.at
    made = _commands.made(cursor, source_of(request), at, about.staff.actor, _commands.DESK)
    return tried(form, "hearing_on", lambda: legal.name_hearing(cursor, case.key, on, made))


def _row(noted: legal.Noted, tongue: Tongue) -> tuple[legal.Noted, str, str, str]:
    """A step with its name's key, its articles and its paper."""
    course = courses.courses()[noted.step]
    laws = "・".join(one.text(tongue.language) for one in course.citations)
    return noted, STEPS[noted.step.value], laws, course.paper


def _noted(
    cursor: Any, request: HttpRequest, form: StepForm, of: tuple[About, legal.Case, courses.Step]
) -> bool:
    about, case, step = of
    typed = form.cleaned_data
    noted = legal.Noted(
        step, typed["taken_on"], typed["court"], typed["case_ref"] or "", typed["amount"], None,
        typed["document_ref"] or "",
    )  # fmt: skip
    made = _commands.made(
        cursor, source_of(request), about.colleague.at, about.staff.actor, _commands.DESK
    )
    return tried(form, "taken_on", lambda: legal.note(cursor, case.key, noted, made))
