"""Fraud before the staff: draws that wait for a call, reports, accounts of a list [不正利用].

A report stops everything when it is saved. Whether draws are taken back is proposed by one and
agreed to by another; both stand on the one page.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care import approvals
from motocho.care.approvals import Decision
from motocho.care.cases import draw_checks, frauds
from motocho.contact import tasks
from motocho.loans import payouts, queries
from motocho.loans.policy import Status
from motocho.people import access as gate
from motocho.people import members, requests
from motocho.people.access import Action, Staff
from motocho.people.safety import freezes, listed
from motocho.units.errors import InputError, NotAllowedError, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known, unknown
from motocho.web.fields import Form, LineField, LinesField, MemberNumberField, shown

KINDS = {
    frauds.Kind.NAME_USED.value: "fraud.name_used",
    frauds.Kind.TAKEN_OVER.value: "fraud.taken_over",
    frauds.Kind.DECEIVED.value: "fraud.deceived",
    frauds.Kind.CARD.value: "fraud.card",
}
REPORTERS = {
    frauds.Reporter.MEMBER.value: "fraud.by_member",
    frauds.Reporter.NAMED.value: "fraud.by_named",
    frauds.Reporter.POLICE.value: "fraud.by_police",
}
STATES = {
    frauds.State.RECEIVED.value: "fraud.received",
    frauds.State.POLICE.value: "fraud.police",
    frauds.State.EVIDENCE.value: "fraud.evidence",
    frauds.State.LOOKING.value: "fraud.looking",
    frauds.State.COMPENSATED.value: "fraud.compensated",
    frauds.State.NOT_COMPENSATED.value: "fraud.not_compensated",
    frauds.State.CORRECTED.value: "fraud.corrected",
    frauds.State.INFORMED.value: "fraud.informed",
    frauds.State.CLOSED.value: "fraud.closed",
}
STEPS = {name: label for name, label in STATES.items() if frauds.State(name) in frauds.BY_HAND}
VERDICTS = {
    frauds.Verdict.COMPENSATED.value: "fraud.compensate",
    frauds.Verdict.NOT_COMPENSATED.value: "fraud.not_compensate",
}
OUTCOMES = {
    draw_checks.Outcome.CLEARED.value: "fraud.cleared",
    draw_checks.Outcome.FRAUD.value: "fraud.is_fraud",
}


# ---------------------------------------------------------------------------------------- the list
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.FREEZE)
def listing(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What waits: calls, reports, accounts of a list; numbers alone, nothing of a person [一覧].

    A listed account is looked into by a person, who says here that it is done.
    """
    if request.method == "POST":
        with transaction.atomic(), connection.cursor() as cursor:
            _looked_into(cursor, request, colleague)
        return HttpResponseRedirect(request.path)
    with connection.cursor() as cursor:
        checks = draw_checks.waiting(cursor)
        found = tasks.waiting(cursor, [tasks.Kind.FOLLOW_UP])
        accounts = [one for one in found if "list" in one.plan.facts]
        frozen = frauds.frozen_pages(cursor)
        about = [one.key.member_id for one in checks]
        about += [one.member_id for one in (*accounts, *frozen)]
        numbers = members.numbers_of(cursor, about)
        context = {
            "desk": colleague,
            "checks": [(one, numbers[one.key.member_id]) for one in checks],
            "reports": [(one, STATES[one.state.value]) for one in frauds.waiting(cursor)],
            "accounts": [(one, numbers[one.member_id]) for one in accounts],
            "frozen": [(one, numbers[one.member_id]) for one in frozen],
            "lists": listed.in_force(cursor),
            "may_end": "yes" if colleague.may(Action.UNFREEZE) else "",
        }
    return pages.show(request, "desk/frauds.html", context)


def _looked_into(cursor: Any, request: HttpRequest, colleague: Colleague) -> None:
    """End the task of a listed account, once; what is none of them stays."""
    given = request.POST.get("member", ""), request.POST.get("task", "")
    if not all(_NUMBER.fullmatch(one) for one in given):
        raise members.no_such_member()
    member_id, task_id = map(int, given)
    staff = colleague.looking_for(f"listed account {task_id}")
    access.allow(gate.ask(cursor, staff, Action.FREEZE, member_id, colleague.at))
    for one in tasks.of_member(cursor, member_id):
        if one.task_id == task_id and "list" in one.plan.facts:
            ending = tasks.Ending(tasks.Outcome.DONE, staff.actor)
            tasks.end(cursor, member_id, task_id, ending, colleague.at)


_NUMBER = re.compile("[0-9]{1,18}")


# ------------------------------------------------------------------------------- a draw on hold
class OutcomeForm(Form):
    """What the call told [通話の結果]."""

    outcome = ChoiceField("fraud.outcome", known=OUTCOMES)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.UNFREEZE)
@once_known
def check(
    request: HttpRequest, colleague: Colleague, member_id: int, check_id: int
) -> HttpResponse:
    """A draw on hold, and what the call told [借入の確認] · FRAUD-001."""
    key = draw_checks.CheckKey(member_id, check_id)
    staff = colleague.looking_for(f"draw check {check_id}")
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    is_good = form.is_bound and form.is_valid()
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.UNFREEZE, member_id, colleague.at))
        known = draw_checks.one(cursor, key)
        if is_good and _ended(request, cursor, form, (known, staff, colleague)):
            return HttpResponseRedirect(reverse("desk:frauds"))
        signs = payouts.policy().signs
        context = {
            "desk": colleague,
            "check": known,
            "signs": [signs[one] for one in sorted(known.held.signals, key=list(signs).index)],
            "member": members.one(cursor, member_id),
            "options": OUTCOMES,
            "form": shown(form, pages.tongue_of(request)),
            "chosen": request.POST.get("outcome", ""),
        }
    return pages.show(request, "desk/fraud_check.html", context, status=_status(form))


def _ended(
    request: HttpRequest,
    cursor: Any,
    form: OutcomeForm,
    by: tuple[draw_checks.Check, Staff, Colleague],
) -> str:
    """End it; empty where nobody has spoken with the member, which the form says then."""
    known, staff, colleague = by
    outcome = draw_checks.Outcome(form.cleaned_data["outcome"])
    made = _made(request, cursor, staff, colleague)
    try:
        draw_checks.end(cursor, known.key, outcome, made)
    except RefusedError as error:
        form.refuse("outcome", error.faults[0])
        return ""
    return "ended"


def _made(request: HttpRequest, cursor: Any, staff: Staff, colleague: Colleague) -> Any:
    reference = _commands.form_ref(request, _commands.DESK)
    return _commands.made(cursor, reference, colleague.at, staff.actor, _commands.DESK)


def _status(*forms: Form) -> int:
    return 422 if any(one.is_bound for one in forms) else 200


# ------------------------------------------------------------------------------------ a new report
class WhoseForm(Form):
    """Whose agreement it is [会員番号]."""

    number = MemberNumberField("fraud.whose")


class TellForm(Form):
    """What is told [申出の内容]."""

    kind = ChoiceField("fraud.kind", known=KINDS)
    reporter = ChoiceField("fraud.reporter", known=REPORTERS)
    disputed = LineField("fraud.disputed", optional="optional")
    words = LinesField("fraud.words", "fraud.words_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.FREEZE)
def find(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Whose agreement a report is about [会員の特定]."""
    form = WhoseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic(), connection.cursor() as cursor:
            found = members.by_number(cursor, form.cleaned_data["number"])
            staff = colleague.looking_for("fraud report")
            access.allow(gate.ask(cursor, staff, Action.FREEZE, found.member_id, colleague.at))
        return HttpResponseRedirect(reverse("desk:fraud_new", args=[found.member_id]))
    context = {"desk": colleague, "form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "desk/fraud_find.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.FREEZE)
def new(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """A report: what happened, which draws; saving it stops everything [不正利用の受付]."""
    staff = colleague.looking_for("fraud report")
    form = TellForm(request.POST if request.method == "POST" else None)
    is_good = form.is_bound and form.is_valid()
    ticked = request.POST.getlist("disputed")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.FREEZE, member_id, colleague.at))
        if is_good:
            told = _told(cursor, form, request, (member_id, staff, colleague))
            if told is not None:
                return HttpResponseRedirect(reverse("desk:fraud", args=told.key))
        context = {
            "desk": colleague,
            "member": members.one(cursor, member_id),
            "unknown": unknown(cursor, colleague, member_id),
            "several": _choices(cursor, member_id, colleague),
            "ticked": ticked,
            "kinds": KINDS,
            "reporters": REPORTERS,
            "form": shown(form, pages.tongue_of(request)),
            "kind": request.POST.get("kind", ""),
            "reporter": request.POST.get("reporter", ""),
        }
    return pages.show(request, "desk/fraud_new.html", context, status=_status(form))


def _choices(cursor: Any, member_id: int, colleague: Colleague) -> list[tuple[Any, Any]]:
    """Each agreement with its draws, the newest first."""
    today = _commands.today(cursor, colleague.at)
    found = []
    for one in queries.agreements(cursor, member_id):
        if one.status is Status.CLOSED:
            continue
        listed_draws = reversed(frauds.draws(cursor, one.key, today).items())
        rows = [(f"{one.key.agreement_id}-{event}", on, yen) for event, (on, yen) in listed_draws]
        found.append((one.key, rows))
    return found


def _told(
    cursor: Any, form: TellForm, request: HttpRequest, by: tuple[int, Staff, Colleague]
) -> frauds.Report | None:
    member_id, staff, colleague = by
    typed = form.cleaned_data
    named = (one.partition("-") for one in request.POST.getlist("disputed"))
    disputed = tuple(
        frauds.Disputed(int(agreement), int(event))
        for agreement, _, event in named
        if agreement.isdecimal() and event.isdecimal()
    )
    told = frauds.Told(
        frauds.Kind(typed["kind"]), frauds.Reporter(typed["reporter"]), typed["words"], disputed
    )
    try:
        with transaction.atomic():
            made = _made(request, cursor, staff, colleague)
            return frauds.tell(cursor, member_id, told, made)
    except InputError as error:
        fault = error.faults[0]
        form.refuse("disputed" if fault.code == "FRD-005" else "words", fault)
        return None


# ------------------------------------------------------------------------------------- one report
class StepForm(Form):
    """The next step [次の対応]."""

    step = ChoiceField("fraud.next", known=STEPS)
    reference = LineField("fraud.reference", "fraud.reference_hint", optional="optional")
    station = LineField("fraud.station", optional="optional")
    words = LinesField("fraud.note", "fraud.words_hint", optional="optional")


class VerdictForm(Form):
    """A proposal for two persons [補償の案]."""

    verdict = ChoiceField("fraud.verdict", known=VERDICTS)
    reason = LineField("fraud.reason")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.FREEZE)
def report(
    request: HttpRequest, colleague: Colleague, member_id: int, fraud_id: int
) -> HttpResponse:
    """A report: its steps, the next one, the decision of two [不正利用の対応] · CRED-004."""
    key = frauds.FraudKey(member_id, fraud_id)
    staff = colleague.looking_for(f"fraud {fraud_id}")
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    steps = StepForm(request.POST if wanted == "step" else None)
    verdicts = VerdictForm(request.POST if wanted == "ask" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.FREEZE, member_id, colleague.at))
        known = frauds.report(cursor, key)
        hidden, by = unknown(cursor, colleague, member_id), (known, staff, colleague)
        if wanted and not hidden and _done(request, cursor, (steps, verdicts), by):
            return HttpResponseRedirect(request.path)
        context = _of_report(cursor, known, staff, colleague)
        context |= {
            "unknown": hidden,
            "form": shown(steps, pages.tongue_of(request)),
            "verdict_form": shown(verdicts, pages.tongue_of(request)),
            "chosen": request.POST.get("step", ""),
            "verdict": request.POST.get("verdict", ""),
        }
    return pages.show(request, "desk/fraud.html", context, status=_status(steps, verdicts))


def _of_report(
    cursor: Any, known: frauds.Report, staff: Staff, colleague: Colleague
) -> dict[str, Any]:
    asked = next(
        (one for one in frauds.requests(cursor, known.key) if one.is_open(colleague.at)), None
    )
    return {
        "desk": colleague,
        "report": known,
        "kind": KINDS[known.kind.value],
        "reporter": REPORTERS[known.reporter.value],
        "is_frozen": freezes.frozen_at(cursor, known.key.member_id) if not known.is_open else None,
        "waits_frozen": "yes" if frauds.frozen_pages(cursor, known.key.member_id) else "",
        "reopening": requests.own_waiting(cursor, known.key.member_id).get(requests.Kind.REOPENING),
        "may_leave": "yes" if colleague.may(Action.UNFREEZE) else "",
        "steps": [(one, STATES[one.step.state.value]) for one in known.steps],
        "member": members.one(cursor, known.key.member_id),
        "options": STEPS,
        "verdicts": VERDICTS,
        "asked": asked,
        "asked_by": "" if asked is None else f"staff {asked.asked_by}",
        "asked_for": "" if asked is None else VERDICTS[asked.content["verdict"]],
        "figures": {} if asked is None else asked.figures,
        "may_decide": "yes" if asked and approvals.may_decide(cursor, asked, staff) else "",
        "is_decided": "yes" if frauds.DECIDED & known.states else "",
    }


def _done(
    request: HttpRequest,
    cursor: Any,
    forms: tuple[StepForm, VerdictForm],
    by: tuple[frauds.Report, Staff, Colleague],
) -> str:
    """Do what was asked for; empty where it cannot be, which a form says then."""
    known, staff, colleague = by
    steps, verdicts = forms
    if request.POST["do"] in {"agree", "refuse"}:
        return _decided(request, cursor, known, (staff, colleague))
    if request.POST["do"] in {"reopen", "leave"}:
        return _of_frozen(request, cursor, known, (staff, colleague))
    form: Form = steps if steps.is_bound else verdicts
    if not form.is_bound or not form.is_valid():
        return ""
    typed = form.cleaned_data
    made = _made(request, cursor, staff, colleague)
    try:
        with transaction.atomic():
            if form is steps:
                step = frauds.Step(frauds.State(typed["step"]), typed["words"] or "",
                                   typed["reference"] or "", typed["station"] or "")  # fmt: skip
                frauds.add(cursor, known.key, step, made)
            else:
                verdict = frauds.Verdict(typed["verdict"])
                reason = typed["reason"]
                frauds.ask_decision(cursor, known.key, verdict, reason, (staff, made))
    except (InputError, RefusedError, NotAllowedError) as error:
        form.refuse("step" if form is steps else "verdict", error.faults[0])
        return ""
    return "done"


def _of_frozen(
    request: HttpRequest, cursor: Any, known: frauds.Report, by: tuple[Staff, Colleague]
) -> str:
    """Pages that stayed frozen: the member asks to go on, or a reviewer leaves them [停止の確認].

    Who asks is known by the paper or the call, as at the counter; a reviewer ends the stop by the
    request, as one that came from the site.
    """
    staff, colleague = by
    member_id = known.key.member_id
    waits = frauds.frozen_pages(cursor, member_id)
    if known.is_open or not waits:
        return ""
    if request.POST["do"] == "reopen":
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        requests.ask_own(cursor, member_id, requests.Kind.REOPENING, colleague.at)
        return "done"
    access.allow(gate.ask(cursor, staff, Action.UNFREEZE, member_id, colleague.at))
    made = _made(request, cursor, staff, colleague)
    for one in waits:
        frauds.leave_frozen(cursor, member_id, one.task_id, made)
    return "done"


def _decided(
    request: HttpRequest, cursor: Any, known: frauds.Report, by: tuple[Staff, Colleague]
) -> str:
    """A second person's word on what was asked.

    Raises    as `approvals.decide`: the page of errors says why.
    """
    staff, colleague = by
    agreed = request.POST["do"] == "agree"
    outcome = approvals.Outcome.AGREED if agreed else approvals.Outcome.REFUSED
    for one in frauds.requests(cursor, known.key):
        if one.is_open(colleague.at):
            why, mark = request.POST.get("why", ""), request.POST.get("mark", "")
            book_on = _commands.booking_day(cursor, colleague.at)
            decision = Decision(outcome, why, mark, book_on)
            approvals.decide(cursor, one.ref, decision, staff, colleague.at)
            return "done"
    return ""
