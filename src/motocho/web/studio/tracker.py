"""A case on its way: the next step first, its days, what happened; all days [事件の進行]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.office import cases
from motocho.office.tracker import (
    Deadline,
    Event,
    Kind,
    Made,
    Standing,
    Step,
    Told,
    agenda,
    board,
    bundle,
    keeping,
    money,
    plan,
    stepcosts,
    tracks,
)
from motocho.outside.clock import JAPAN
from motocho.units.errors import MotochoError
from motocho.web import pages
from motocho.web.fields import DateField, Form
from motocho.web.studio import _asking, frame, papers
from motocho.web.studio._asking import Page, TallField, TextField, TimeField
from motocho.web.words import Tongue, plain

SHOWN_DAYS = 60
NEAR_DAYS = 7
OF_CLIENT = ("client_", "account_")
"""Facts that are the client's own, whoever the lender is."""
PLACES = (
    ("studio.track.way", "studio:way"),
    ("studio.track.talks", "studio:talks"),
    ("studio.track.money", "studio:money"),
    ("studio.track.shelf", "studio:shelf"),
    ("studio.track.conflicts", "studio:conflicts"),
)


class StepForm(Form):
    """A step that was done [段階の記録]."""

    step_on = DateField("studio.track.on", "studio.track.on_hint")
    step_named = DateField("studio.track.named", "studio.track.named_hint", optional="yes")
    step_note = TextField("studio.track.note", optional="yes")


class HearingForm(Form):
    """A day in court [期日の記録]."""

    hearing_on = DateField("studio.track.hearing_on")
    hearing_time = TimeField("studio.track.hearing_time", "studio.track.hearing_time_hint")
    hearing_court = TextField("studio.track.court")


class DayForm(Form):
    """A day somebody writes down by hand [期限の記録]."""

    day_what = TextField("studio.track.day_what")
    day_on = DateField("studio.track.day_on")


class NoteForm(Form):
    """A note [メモ]."""

    note_text = TallField("studio.track.note_text")


WAY_FORMS: Mapping[str, type[Form]] = {
    "step": StepForm,
    "hearing": HearingForm,
    "day": DayForm,
    "note": NoteForm,
}


def made_by(request: HttpRequest) -> Made:
    """Who writes, and when [記入者]."""
    return Made(frame.actor_of(request), pages.moment(request))


def today(request: HttpRequest) -> date:
    """The day of a request, in Japan [今日]."""
    return pages.moment(request).astimezone(JAPAN).date()


def case_page(
    request: HttpRequest,
    template: str,
    standing: Standing,
    context: Mapping[str, Any],
    page: Page | None = None,
) -> HttpResponse:
    """A page of a case with the places of its way [進行の画面]."""
    case = standing.case
    form = page.shown if page is not None else None
    whole = {
        "standing": standing,
        "today": today(request),
        "ref": _asking.new_ref(),
        "form": form,
        "given": "",
        "tracker_places": [(label, reverse(name, args=[case.case_id])) for label, name in PLACES],
        **context,
    }
    status = 422 if form is not None and form.wrong else 200
    return frame.case_page(request, template, case, whole, status=status)


# -------------------------------------------------------------------------------------------- way
@require_http_methods(["GET", "HEAD", "POST"])
def way(request: HttpRequest, case_id: int) -> HttpResponse:
    """The way of a case: what comes next, which days, what happened [事件の進みぐあい]."""
    page = Page(request, WAY_FORMS)
    if page.carried_out(lambda given: _note(request, case_id, page.which, given)):
        return HttpResponseRedirect(reverse("studio:way", args=[case_id]))
    if request.method == "POST" and not page.which:
        _settle(request, case_id)
        return HttpResponseRedirect(reverse("studio:way", args=[case_id]))
    standing = board.standing(case_id, today(request))
    language = page.tongue.language
    nexts = [(one, one.names[language]) for one in standing.next_steps]
    context = {
        "next": step_shown(standing.next_step, page.tongue),
        "costs": [
            (f"studio.track.cost.{name}", amount_yen)
            for name, amount_yen in stepcosts.of_step(standing)
        ],
        "conflict_open": standing.track.conflict is None and not standing.track.is_closed,
        "nexts": nexts,
        "chosen": request.POST.get("step", ""),
        "days": [day_shown(one, standing.on, page.tongue) for one in standing.days],
        "happened": happened(keeping.events_of(case_id), page.tongue),
        "phases": _phases(standing, page.tongue),
    }
    return case_page(request, "studio/way.html", standing, context, page)


def _note(request: HttpRequest, case_id: int, which: str, given: dict[str, Any]) -> None:
    """Write down what one of the forms says."""
    on, ref = today(request), _asking.ref_of(request)
    match which:
        case "step":
            body = {
                "step": request.POST.get("step", ""),
                "named_on": _iso(given["step_named"]),
                "text": given["step_note"] or "",
            }
            told = Told(Kind.STEP, given["step_on"], body, ref)
        case "hearing":
            starts_at = datetime.combine(
                given["hearing_on"], time.fromisoformat(given["hearing_time"])
            )
            body = {"starts_at": starts_at.isoformat(), "court": given["hearing_court"]}
            told = Told(Kind.HEARING, on, body, ref)
        case "day":
            body = {"what": given["day_what"], "last_on": _iso(given["day_on"])}
            told = Told(Kind.DEADLINE, on, body, ref)
        case _:
            told = Told(Kind.NOTE, on, {"text": given["note_text"]}, ref)
    keeping.note(case_id, told, made_by(request))


def _iso(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def _settle(request: HttpRequest, case_id: int) -> None:
    """A button beside a line: a day is done with, or a record is taken back."""
    on, made = today(request), made_by(request)
    if request.POST.get("done"):
        body = {"key": request.POST["done"]}
        told = Told(Kind.DONE, on, body, _asking.ref_of(request))
        keeping.note(case_id, told, made)
    elif request.POST.get("void", "").isdigit():
        money.take_back(case_id, int(request.POST["void"]), on, made)


# ------------------------------------------------------------------------------------ what is shown
def step_shown(step: Step | None, tongue: Tongue) -> dict[str, Any] | None:
    """A step as a page shows it [段階の表示]."""
    if step is None:
        return None
    language = tongue.language
    by = [f"studio.track.by.{one.value}" for one in step.by]
    return {
        "id": step.id,
        "name": step.names[language],
        "to_do": step.to_do[language],
        "by": by,
        "laws": " ".join(one.text(language) for one in step.citations),
        "papers_out": step.papers_out,
        "papers_in": step.papers_in,
    }


def day_shown(day: Deadline, on: date, tongue: Tongue) -> dict[str, Any]:
    """An open day as a page shows it [期限の表示]."""
    left = (day.safe_on - on).days
    state = "over" if left < 0 else "near" if left <= NEAR_DAYS else "far"
    return {
        "day": day,
        "name": day.names[tongue.language],
        "laws": " ".join(one.text(tongue.language) for one in day.citations),
        "left": left,
        "ago": -left,
        "state": state,
        "moves": day.last_on != day.safe_on,
        "by_hand": day.key != "time-bar",
    }


def happened(events: list[Event], tongue: Tongue) -> list[dict[str, Any]]:
    """What happened, the newest first, with what was taken back [経過の表示]."""
    track = tracks.fold(events)
    lines = []
    for one in events:
        if one.kind in {Kind.VOID, Kind.DONE}:
            continue
        lines.append(
            {
                "event": one,
                "kind": f"studio.track.kind.{one.kind.value}",
                "said": _said(one, tongue),
                "text": one.text("text"),
                "amount_yen": one.number("amount_yen"),
                "is_void": one.event_no in track.voided,
            }
        )
    return sorted(lines, key=lambda line: (line["event"].on, line["event"].event_no), reverse=True)


def _said(event: Event, tongue: Tongue) -> str:
    match event.kind:
        case Kind.STEP:
            return plan.step(event.text("step")).names[tongue.language]
        case Kind.HEARING:
            starts_at = datetime.fromisoformat(event.text("starts_at"))
            return f"{starts_at:%Y-%m-%d %H:%M} {event.text('court')}"
        case Kind.DEADLINE:
            return f"{event.text('last_on')} {event.text('what')}"
        case Kind.OFFER | Kind.TALK:
            return plain(f"studio.track.by.{event.text('by') or 'client'}", tongue)
        case Kind.ANSWER:
            return plain(f"studio.talk.answer.{event.text('answer')}", tongue)
        case Kind.PROMISE:
            return event.text("pay_on")
        case _:
            return ""


def _phases(standing: Standing, tongue: Tongue) -> list[dict[str, Any]]:
    """The parts of the way: which are done, where the case is."""
    done = {one.step.phase for one in standing.track.done}
    now = standing.track.phase
    return [
        {
            "label": one.names[tongue.language],
            "state": "now" if one.id == now else "done" if one.id in done else "next",
        }
        for one in plan.plan().phases.values()
    ]


# ------------------------------------------------------------------------------------- all cases
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """What is due over all cases, and where every case stands [期限と事件]."""
    on, tongue = today(request), pages.tongue_of(request)
    found = board.board(on)
    until = on + timedelta(days=SHOWN_DAYS)
    due = [
        {
            "standing": one,
            "case_name": frame.name_of(one.case, tongue),
            **day_shown(day, on, tongue),
        }
        for one in found
        for day in one.days
        if day.safe_on <= until and not one.track.is_closed
    ]
    due.sort(key=lambda line: (line["day"].safe_on, line["standing"].case.case_id))
    listed = [
        {
            "standing": one,
            "name": frame.name_of(one.case, tongue),
            "next": step_shown(one.next_step, tongue),
            "phase": plan.plan().phases[one.track.phase].names[tongue.language],
            "next_day": day_shown(one.next_day, on, tongue) if one.next_day else None,
        }
        for one in found
    ]
    context = {"due": due, "listed": listed, "within": SHOWN_DAYS}
    return frame.show(request, "studio/days.html", context)


def next_days(request: HttpRequest) -> tuple[dict[int, dict[str, Any]], int]:
    """The next step and day of every case, and how many days are near [一覧の期限].

    Gives     the count of days of all cases that are within a week, or past.
    """
    language, on = pages.tongue_of(request).language, today(request)
    found = board.board(on)
    near = board.due_of(found, on + timedelta(days=NEAR_DAYS))
    shown = {
        one.case.case_id: {
            "step": one.next_step.names[language] if one.next_step else "",
            "day": one.next_day.safe_on if one.next_day else None,
            "what": one.next_day.names[language] if one.next_day else "",
        }
        for one in found
    }
    return shown, len(near)


@require_safe
def days_calendar(request: HttpRequest) -> HttpResponse:
    """The days of all cases as a calendar file [カレンダーファイル]."""
    open_cases = [one for one in board.board(today(request)) if not one.track.is_closed]
    return _calendar(request, open_cases, "motocho.ics")


@require_safe
def calendar(request: HttpRequest, case_id: int) -> HttpResponse:
    """The days of one case as a calendar file [カレンダーファイル]."""
    return _calendar(request, [board.standing(case_id, today(request))], f"case-{case_id}.ics")


def _calendar(request: HttpRequest, standings: list[Standing], name: str) -> HttpResponse:
    entries = board.entries(standings, pages.tongue_of(request).language)
    made = agenda.calendar(entries, pages.moment(request))
    return _file(made, agenda.CONTENT_TYPE, name)


@require_safe
def export(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everything of a case in one file [事件の書き出し]."""
    case = cases.load(case_id)
    whole = bundle.bundle(case_id, pages.moment(request), _papers(request, case))
    return _file(whole, "application/zip", f"case-{case.case_id}.zip")


def _papers(request: HttpRequest, case: cases.Case) -> dict[str, bytes]:
    """Every paper that is ready, as the page of papers makes them; else a file of why none is."""
    try:
        pack = papers.packed(request, case)
    except MotochoError as error:
        return {"faults.json": orjson.dumps([fault.document() for fault in error.faults])}
    return {one.name: one.data for one in pack.files}


@require_POST
def another(request: HttpRequest, case_id: int) -> HttpResponse:
    """Another case of the same client, against another lender [同じ依頼者の別の事件]."""
    case, lender = cases.load(case_id), " ".join(request.POST.get("lender", "").split())
    actor, at = frame.actor_of(request), pages.moment(request)
    made = cases.open_case({"client": case.client, "lender": lender}, actor=actor, at=at)
    facts = [
        {"op": "set_fact", "name": name, "value": value}
        for name, value in case.facts.items()
        if name.startswith(OF_CLIENT)
    ]
    if facts:
        seq = cases.load(made).seq
        cases.apply(made, facts, actor=actor, at=at, expected_seq=seq)
    return HttpResponseRedirect(reverse("studio:import", args=[made]))


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
