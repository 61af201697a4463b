"""S1: the cases, a new one, and the sample of the first day [事件一覧]."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.claims import reading
from motocho.office import cases
from motocho.office.cases import Case
from motocho.web import pages
from motocho.web.studio import frame, tracker
from motocho.web.words import plain, said


@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """Every case with what it comes to [事件一覧]."""
    tongue = pages.tongue_of(request)
    days, near = tracker.next_days(request)
    listed = [
        {
            "outline": one,
            "next": days.get(one.case.case_id),
            "name": one.case.title.strip()
            or one.case.client.strip()
            or frame.name_of(one.case, tongue),
            "parties": _parties(one.case),
            "fault": None if one.fault is None else said(one.fault, tongue),
        }
        for one in cases.outlines()
    ]
    away = [{"case": case, "name": frame.name_of(case, tongue)} for case in cases.away()]
    context = {"listed": listed, "near": near, "away": away}
    return frame.show(request, "studio/cases.html", context)


def _parties(case: Case) -> str:
    """Who stands against whom, without what the case's name says already."""
    name = case.title.strip() or case.client.strip()
    parts = (case.client.strip(), case.lender.strip())
    return " / ".join(one for one in parts if one and one != name)


@require_POST
def new_case(request: HttpRequest) -> HttpResponse:
    """Open a case and go to its import [新しい事件]."""
    heads = {name: request.POST.get(name, "").strip() for name in ("client", "lender")}
    actor, at = frame.actor_of(request), pages.moment(request)
    case_id = cases.open_case(heads, actor=actor, at=at)
    beginning = cases.office_settings().get(cases.BEGINNING)
    if beginning:
        operation = {
            "op": "set_assumptions",
            "scenario": cases.FIRST_SCENARIO,
            "assumptions": beginning,
        }
        seq = cases.load(case_id).seq
        cases.apply(case_id, [operation], actor=actor, at=at, expected_seq=seq)
    return HttpResponseRedirect(reverse("studio:import", args=[case_id]))


@require_POST
def change_heads(request: HttpRequest, case_id: int) -> HttpResponse:
    """Client, lender, title and the day of calculation of a case [事件の見出し].

    Why       the grid beside it writes all the time: what was changed here since the page was read
              is written, and what others changed meanwhile stays.
    """
    case = cases.load(case_id)
    read = frame.seq_read(request, case)
    before = (cases.load_at(case_id, read) if 0 < read < case.seq else case).state.heads
    operations = [
        {"op": "set_head", "name": name, "value": request.POST[name].strip()}
        for name in ("client", "lender", "title", "as_of")
        if name in request.POST and request.POST[name].strip() != before.get(name, "")
    ]
    if operations:
        cases.apply(
            case_id,
            operations,
            actor=frame.actor_of(request),
            at=pages.moment(request),
            expected_seq=case.seq,
        )
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))


@require_POST
def put_away(request: HttpRequest, case_id: int) -> HttpResponse:
    """Put a case away, or take it out again; it leaves the list and nothing else [事件をしまう]."""
    case = cases.load(case_id)
    words = None if request.POST.get("deed") == "take_out" else request.POST.get("words", "")
    cases.apply(
        case_id,
        [{"op": "put_away", "words": words}],
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=frame.seq_read(request, case),
    )
    return HttpResponseRedirect(reverse("studio:cases"))


@require_POST
def sample_case(request: HttpRequest) -> HttpResponse:
    """Open the sample: ten years with a fictional lender, one typing error in them [見本の事件]."""
    tongue, at = pages.tongue_of(request), pages.moment(request)
    actor = frame.actor_of(request)
    heads = {
        "client": plain("studio.sample.client", tongue),
        "lender": plain("studio.sample.lender", tongue),
        "title": plain("studio.sample.title", tongue),
    }
    case_id = cases.open_case(heads, actor=actor, at=at)
    case = cases.load(case_id)
    history = reading.read(cases.sample_bytes())
    operations = cases.import_operations(case, history)
    cases.apply(case_id, operations, actor=actor, at=at, expected_seq=case.seq)
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))
