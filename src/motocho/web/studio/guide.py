"""One question a page, for who claims alone; then the amount and the ways to go on [ガイド]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.claims import prospects, reading
from motocho.documents.intake import MOST_BYTES
from motocho.law.lenders import directory
from motocho.office import cases
from motocho.office.cases import Case, Operation
from motocho.office.tracker import Standing, board, guide, plan
from motocho.units.errors import Fault, FaultyInput, InputError, MotochoError, Unread
from motocho.units.money import SignRule, read_yen
from motocho.web import pages
from motocho.web.studio import _terms, bench, frame, tracker
from motocho.web.words import Tongue, said, yen

STEPS = ("disclosure_asked", "calculated", "claim_sent", "settled", "suit_filed", "heard", "paid")
"""The steps that the first page names: the way, in few words."""
LONGEST = 400
SHOWN_FAULTS = 20
MOST_BEGUN = 20
"""Cases among which those that the guide began are looked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the guide [質問]: what is asked, and where the answer is kept."""

    id: str
    kind: str
    """words, period, choice, import, check, lines."""
    facts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    is_head: bool = False
    may_be_empty: bool = False


YES_NO = ("yes", "no", "unknown")
QUESTIONS = (
    Question("lender", "words", ("lender",), is_head=True),
    Question("first", "period", ("guide_first",)),
    Question("still", "choice", (board.STILL_DEALING,), YES_NO),
    Question("last", "period", ("guide_last",), may_be_empty=True),
    Question("other", "choice", (guide.OTHER_DEBTS,), YES_NO),
    Question("history", "choice", ("guide_history",), ("here", "asked", "none")),
    Question("import", "import"),
    Question("check", "check"),
    Question("contracts", "choice", (guide.CONTRACTS,), ("no", "same", "new", "unknown")),
    Question("conventions", "choice", ("guide_conventions",), ("court", "see")),
    Question("name", "lines", ("client_name", "client_kana")),
    Question("address", "lines", ("client_postcode", "client_address"), may_be_empty=True),
)
ORDER = tuple(one.id for one in QUESTIONS)


# ------------------------------------------------------------------------------------- the pages
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The way in few words, and the button that begins [はじめに]."""
    tongue = pages.tongue_of(request)
    if request.method == "POST":
        case_id = cases.open_case({}, actor=frame.actor_of(request), at=pages.moment(request))
        return HttpResponseRedirect(reverse("studio:guide", args=[case_id, ORDER[0]]))
    steps = [
        {
            "name": _terms.explained(plan.step(one).names[tongue.language], tongue),
            "to_do": _terms.explained(plan.step(one).to_do[tongue.language], tongue),
        }
        for one in STEPS
    ]
    words = {
        name: _terms.told(f"studio.guide.start.{name}", tongue)
        for name in ("lead", "time", "kept", "limits")
    }
    begun = [
        {"name": frame.name_of(one, tongue), "address": _where_left(one, tracker.today(request))}
        for one in map(cases.load, cases.case_ids()[:MOST_BEGUN])
        if board.is_guided(one) and one.state.put_away is None
    ]
    context = {"steps": steps, "words": words, "count": len(QUESTIONS), "begun": begun}
    return frame.show(request, "studio/guide_start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """One question of a case: asked, answered, kept [質問]."""
    if name not in ORDER:
        raise Http404
    asked = QUESTIONS[ORDER.index(name)]
    case = cases.load(case_id)
    if request.method != "POST":
        return _page(request, case, asked)
    try:
        operations = _answered(request, case, asked)
        if operations:
            _apply(request, case, operations)
    except MotochoError as error:
        return _page(request, case, asked, error)
    return HttpResponseRedirect(_following(request, cases.load(case_id), asked))


def _where_left(case: Case, on: date) -> str:
    """The first question without an answer, or the result where all have one."""
    for asked in QUESTIONS:
        if asked.may_be_empty or asked.kind == "check" or _is_skipped(case, asked.id, on):
            continue
        known = bool(case.rows) if asked.kind == "import" else bool(_kept(case, asked, 0))
        if not known:
            return reverse("studio:guide", args=[case.case_id, asked.id])
    return reverse("studio:guide_result", args=[case.case_id])


def _apply(request: HttpRequest, case: Case, operations: Sequence[Operation]) -> None:
    cases.apply(
        case.case_id,
        operations,
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=case.seq,
    )


def _following(request: HttpRequest, case: Case, asked: Question) -> str:
    """The address of the next page that has something to ask."""
    on = tracker.today(request)
    goes_on = asked.kind == "check" and request.POST.get("do") != "later"
    if goes_on and guide.next_problem(case, on):
        return reverse("studio:guide", args=[case.case_id, "check"])
    if asked.id == "conventions" and request.POST.get("answer") == "see":
        return reverse("studio:case", args=[case.case_id])
    later = ORDER[ORDER.index(asked.id) + 1 :]
    for name in later:
        if not _is_skipped(case, name, on):
            return reverse("studio:guide", args=[case.case_id, name])
    return reverse("studio:guide_result", args=[case.case_id])


def _is_skipped(case: Case, name: str, on: date) -> bool:
    """Whether an earlier answer makes a question needless."""
    if name == "last":
        return case.facts.get(board.STILL_DEALING) == "yes"
    if name == "import":
        return case.facts.get("guide_history") in {"asked", "none"} and not case.rows
    return name == "check" and guide.next_problem(case, on) is None


def _before(case: Case, asked: Question, on: date) -> str:
    """The address of the page before."""
    earlier = [one for one in ORDER[: ORDER.index(asked.id)] if not _is_skipped(case, one, on)]
    if not earlier:
        return reverse("studio:guide_start")
    return reverse("studio:guide", args=[case.case_id, earlier[-1]])


def _page(
    request: HttpRequest, case: Case, asked: Question, error: MotochoError | None = None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    wrong = [said(one, tongue) for one in error.faults[:SHOWN_FAULTS]] if error else []
    key = f"studio.guide.q.{asked.id}"
    picked = request.POST.get("answer", "") or (_kept(case, asked, 0) if asked.facts else "")
    context: dict[str, Any] = {
        "asked": asked,
        "number": ORDER.index(asked.id) + 1,
        "count": len(QUESTIONS),
        "title": _terms.told(f"{key}.title", tongue),
        "title_plain": f"{key}.title",
        "lead": _terms.told(f"{key}.lead", tongue),
        "options": [
            (one, _terms.told(f"studio.guide.q.{asked.id}.{one}", tongue), one == picked)
            for one in asked.options
        ],
        "lines": [
            (one, f"studio.guide.line.{one}", request.POST.get(one, _kept(case, asked, place)))
            for place, one in enumerate(asked.facts)
        ],
        "before": _before(case, asked, tracker.today(request)),
        "wrong": wrong,
        "first_box": asked.facts[0] if asked.facts else "pasted",
        "notes": _notes(case, asked, tongue, tracker.today(request)),
        "typed": request.POST.get("pasted", ""),
        "lenders": sorted({one.names[-1].name for one in directory()}) if asked.is_head else [],
        "problem": _problem(case, tongue, tracker.today(request))
        if asked.kind == "check"
        else None,
    }
    status = 422 if wrong else 200
    return frame.show(request, "studio/guide.html", {**context, "guided": case}, status=status)


def _kept(case: Case, asked: Question, place: int) -> str:
    if asked.is_head:
        return case.lender
    name = asked.facts[place]
    return case.facts.get(name, case.client if name == "client_name" else "")


CELLS = ("date", "borrow", "repay", "balance", "note")
"""What a person compares with the paper."""


def _problem(case: Case, tongue: Tongue, on: date) -> dict[str, Any] | None:
    found = guide.problems(case, on)
    if not found:
        return None
    first = found[0]
    words = said(bench.of_sheet(first.alarm.fault), tongue)
    typed = [] if first.row is None else [(one, getattr(first.row, one)) for one in CELLS]
    return {
        "problem": first,
        "what": _terms.explained(str(words.what), tongue),
        "fix": _terms.explained(str(words.fix), tongue),
        "left": len(found),
        "mends": bool(first.alarm.mends),
        "proposed": _shown(first.proposed, tongue),
        "seen": _shown(first.seen, tongue),
        "number": None if first.row is None else case.rows.index(first.row) + 1,
        "cells": [
            (_terms.told(f"studio.column.{name}", tongue), _shown(text, tongue))
            for name, text in typed
            if text.strip()
        ],
    }


def _shown(cell: str, tongue: Tongue) -> str:
    """A cell as a person reads it: an amount with its unit, a day as it is."""
    amount = read_yen(cell, sign=SignRule.NONE) if cell.strip() else Unread("", "")
    return cell if isinstance(amount, Unread) else yen(amount, tongue)


def _notes(case: Case, asked: Question, tongue: Tongue, on: date) -> list[Any]:
    """What the answers so far already say, after the three that decide it."""
    if asked.id not in {"other", "history"}:
        return []
    try:
        began = prospects.read_period(case.facts.get("guide_first", ""))
        last = case.facts.get("guide_last", "")
        is_over = case.facts.get(board.STILL_DEALING) != "yes" and bool(last.strip())
        paid_off = prospects.read_period(last) if is_over else None
        found = prospects.check(prospects.Answers(began, paid_off, case.lender), on)
    except MotochoError:
        return []
    return [_terms.explained(one.text(tongue.language), tongue) for one in found.reasons]


# ----------------------------------------------------------------------------------- the answers
def _answered(request: HttpRequest, case: Case, asked: Question) -> list[Operation]:
    """What an answer writes down; nothing where it is what was there already.

    Raises    InputError, FaultyInput for what cannot be taken.
    """
    match asked.kind:
        case "import":
            return _imported(request, case)
        case "check":
            return _checked(request, case)
        case "choice":
            answer = request.POST.get("answer", "")
            if answer not in asked.options:
                raise InputError(Fault("TRK-018"))
            return _facts(case, {asked.facts[0]: answer})
        case _:
            given = {one: " ".join(request.POST.get(one, "").split()) for one in asked.facts}
            _check_lines(asked, given)
            if asked.is_head:
                return _heads(case, "lender", given["lender"])
            heads = _heads(case, "client", given["client_name"]) if asked.id == "name" else []
            return [*heads, *_facts(case, given)]


def _check_lines(asked: Question, given: Mapping[str, str]) -> None:
    first = given[asked.facts[0]]
    if not first and not asked.may_be_empty:
        raise InputError(Fault("TRK-019"))
    if any(len(one) > LONGEST for one in given.values()):
        raise InputError(Fault("TRK-008", details={"most": str(LONGEST)}))
    if asked.kind == "period" and first:
        prospects.read_period(first)


def _heads(case: Case, name: str, value: str) -> list[Operation]:
    if case.state.heads.get(name, "") == value:
        return []
    return [{"op": "set_head", "name": name, "value": value}]


def _facts(case: Case, given: Mapping[str, str]) -> list[Operation]:
    return [
        {"op": "set_fact", "name": name, "value": value or None}
        for name, value in given.items()
        if case.facts.get(name, "") != value
    ]


def _imported(request: HttpRequest, case: Case) -> list[Operation]:
    pasted, sent = request.POST.get("pasted", ""), request.FILES.get("file")
    if sent is None and not pasted.strip():
        if case.rows:
            return []
        raise FaultyInput(Fault("STU-016"))
    if sent is not None and (sent.size or 0) > MOST_BYTES:
        raise FaultyInput(Fault("STU-017", details={"most": str(MOST_BYTES >> 20)}))
    data = pasted.replace("\r\n", "\n").encode() if sent is None else sent.read()
    history = reading.read(data, file=None if sent is None else sent.name)
    return list(cases.import_operations(case, history))


def _checked(request: HttpRequest, case: Case) -> list[Operation]:
    found = guide.next_problem(case, tracker.today(request))
    act, row = request.POST.get("do", ""), request.POST.get("row", "")
    if found is None or act == "later" or row != found.key:
        return []
    if act == "mend" and found.alarm.mends:
        return guide.mended(case, found)
    return guide.confirmed(found) if act == "right" else []


# ------------------------------------------------------------------------------------- the result
@require_safe
def result(request: HttpRequest, case_id: int) -> HttpResponse:
    """The amount in one sentence, how sure it is, what could change it, the ways [結果]."""
    standing = board.standing(case_id, tracker.today(request))
    tongue = pages.tongue_of(request)
    found = guide.result(standing)
    context = {
        "guided": standing.case,
        "standing": standing,
        "found": found,
        "answer": _sentence(found, tongue),
        "confidence": _terms.told(f"studio.guide.sure.{found.confidence.value}", tongue),
        "doubts": [_doubt(one, found, tongue) for one in found.doubts],
        "routes": [_route(one, tongue) for one in found.routes],
        "thresholds": [
            _terms.told(f"studio.guide.see.{one.value}", tongue) for one in found.thresholds
        ],
        "nexts": _nexts(standing, tongue),
        "costs_note": _terms.told("studio.guide.costs_note", tongue),
        "no_advice": _terms.told("studio.guide.no_advice", tongue),
        "papers_at": reverse("studio:papers", args=[case_id]),
        "back": reverse("studio:guide", args=[case_id, ORDER[-1]]),
    }
    return frame.show(request, "studio/guide_result.html", context)


def _sentence(found: guide.Found, tongue: Tongue) -> Any:
    """The amount in one sentence."""
    totals = found.totals
    if totals is None:
        return _terms.told("studio.guide.answer.none", tongue)
    if found.is_overpaid and totals.owed_yen == 0:
        with_yen, without_yen = yen(totals.with_yen, tongue), yen(totals.without_yen, tongue)
        values = {"with": with_yen, "without": without_yen}
        return _terms.told("studio.guide.answer.overpaid", tongue, **values)
    if totals.owed_yen > 0:
        owed = yen(totals.owed_yen, tongue)
        return _terms.told("studio.guide.answer.owed", tongue, owed=owed)
    return _terms.told("studio.guide.answer.even", tongue)


def _doubt(doubt: guide.Doubt, found: guide.Found, tongue: Tongue) -> Any:
    totals = found.totals
    values = {
        "count": found.problems,
        "day": found.time_bar.safe_on.isoformat() if found.time_bar else "",
        "without": yen(totals.without_yen, tongue) if totals else "",
    }
    return _terms.told(f"studio.guide.doubt.{doubt.value}", tongue, **values)


def _route(route: guide.Route, tongue: Tongue) -> dict[str, Any]:
    return {
        "route": route,
        "name": _terms.told(f"studio.guide.route.{route.handling.value}", tongue),
        "text": _terms.told(f"studio.guide.route_text.{route.handling.value}", tongue),
        "talks": yen(route.talks_yen, tongue),
        "suit": yen(route.suit_yen, tongue) if route.suit_yen is not None else "",
        "closed": "" if route.is_open else _terms.told("studio.guide.route_closed", tongue),
    }


def _nexts(standing: Standing, tongue: Tongue) -> list[dict[str, Any]]:
    """The next steps of the way, in their order, with what each asks for."""
    found = guide.ahead(standing)
    return [
        {
            "name": _terms.explained(one.names[tongue.language], tongue),
            "to_do": _terms.explained(one.to_do[tongue.language], tongue),
        }
        for one in found
    ]
