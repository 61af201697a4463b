"""S4: the workbench of a case: its rows as a grid, what they come to, what to look at [作業台].

The page shows the rows plainly, and a form edits them without scripts (`rows`). With scripts
`grid.js` asks `state` for everything, writes operations to `write` and gets everything back; the
checks, which take longer, come by `checks`. What is written is judged here again, whoever sends it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.claims import radar, reasoning
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.radar import Alarm, Sight, Weight
from motocho.claims.statement import Row, Statement, Yen, public_yen, recalculate
from motocho.office import cases, owned
from motocho.office.cases import Case, Operation, Readable
from motocho.units.errors import (
    Fault,
    FaultyInput,
    InputError,
    MotochoError,
    NotFoundError,
    StateConflict,
)
from motocho.units.money import rate_text, yen_text
from motocho.web import _chart, pages
from motocho.web.studio import _guests, frame
from motocho.web.words import Tongue, plain, said, say

FOLDED_FROM = 600
"""Rows from which the grid folds by year, and the page shows no plain table."""
_CHECKSUM = "CHK-"
"""Its faults name rows among their details too."""
_STATES = {Weight.WRONG: "wrong", Weight.LOOK: "look", Weight.QUESTION: "look"}


# --------------------------------------------------------------------------------- what is reckoned
class _Reckoned:
    """A case's rows with what they come to, as far as they can be read."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.read: Readable = cases.readable(case)
        self.statement: Statement | None = None
        self.faults: tuple[Fault, ...] = self.read.faults
        if self.read.history is None or not self.read.history.events:
            return
        try:
            self.statement = recalculate(self.read.history, self.assumptions(), as_of=case.as_of)
        except MotochoError as error:
            self.faults = (*self.faults, *error.faults)

    def assumptions(self) -> Assumptions:
        """Those of the claimed scenario, also while rows cannot be read.

        Raises    FaultyInput with every faulty switch.
        """
        return cases.assumptions_of(self.case, self.read.history)

    def made_by_row(self) -> dict[str, Row]:
        """The statement's rows by the ids of the sheet's."""
        if self.statement is None:
            return {}
        placed = [(self.case.row_of(row.event.source_row), row) for row in self.statement.rows]
        return {typed.row_id: made for typed, made in placed if typed is not None}


def _shown_yen(amount: Yen) -> str:
    shown = public_yen(amount)
    return yen_text(shown) if isinstance(shown, int) else shown


def _balance(row: Row) -> str:
    """The debt; an overpayment with the sign of an account book."""
    if row.overpayment_yen:
        return f"▲{_shown_yen(row.overpayment_yen)}"
    return _shown_yen(row.outstanding_principal_yen)


def _interest(row: Row) -> str:
    if row.overpayment_interest_row_yen:
        return f"▲{_shown_yen(row.overpayment_interest_row_yen)}"
    return _shown_yen(row.interest_yen)


def _made(row: Row) -> dict[str, Any]:
    return {
        "on": row.event.on.isoformat(),
        "days": str(row.days),
        "applied": "" if row.applied_rate_ppm is None else rate_text(row.applied_rate_ppm),
        "interest": _interest(row),
        "left": _balance(row),
        "over": bool(row.overpayment_yen),
    }


def _told(reckoned: _Reckoned, tongue: Tongue) -> list[dict[str, Any]]:
    found = []
    for fault in reckoned.faults:
        row = reckoned.case.row_of(fault.line)
        words = said(of_sheet(fault), tongue)
        found.append(
            {
                "row": None if row is None else row.row_id,
                "number": None if row is None else _number(fault.line or 0),
                "what": str(words.what),
                "fix": str(words.fix),
            }
        )
    return found


def _strip(reckoned: _Reckoned, request: HttpRequest) -> str:
    statement = reckoned.statement
    context: dict[str, Any] = {
        "tongue": pages.tongue_of(request),
        "statement": statement,
        "case": reckoned.case,
        "left_out": len(reckoned.read.left_out),
        "is_empty": frame.is_empty(reckoned.case),
        "alone": _guests.guest_of(request) is None,
    }
    if not context["is_empty"]:
        context["told"] = _told(reckoned, context["tongue"])
    if statement is not None and statement.rows:
        context["last_on"] = statement.as_of or max(row.event.on for row in statement.rows)
    return render_to_string("studio/parts/strip.html", context, request)


def _chart_html(reckoned: _Reckoned, tongue: Tongue) -> str:
    statement = reckoned.statement
    chart = None if statement is None else _chart.chart_of(statement, tongue)
    if chart is None:
        return ""
    return render_to_string("studio/parts/chart.html", {"chart": chart, "tongue": tongue})


def _state(case: Case, request: HttpRequest) -> dict[str, Any]:
    """Everything the grid shows but the checks."""
    reckoned, tongue = _Reckoned(case), pages.tongue_of(request)
    return {
        "seq": case.seq,
        "rows": [row.document() for row in case.rows],
        "made": {row_id: _made(row) for row_id, row in reckoned.made_by_row().items()},
        "told": _told(reckoned, tongue),
        "strip": _strip(reckoned, request),
        "chart": _chart_html(reckoned, tongue),
    }


# ------------------------------------------------------------------------------------------ checks
class _Surveyed(NamedTuple):
    """What the radar sees of a case."""

    alarms: tuple[Alarm, ...]
    balanced: bool
    """Whether the lender's balances were checked."""
    prevented: tuple[Fault, ...] = ()
    """Why it could not look."""


@lru_cache(maxsize=32)
def _surveyed(known: _Known) -> _Surveyed:
    case = known.case
    read = cases.readable(case)
    history = read.history or History(())  # rows of which none can be read are alarms too
    try:
        agreed = cases.assumptions_of(case, read.history)
        sight = Sight(history, agreed, known.today_on, cases.lines_of(case), case.as_of)
        alarms = tuple(radar.survey(sight, unread=read.faults))
    except MotochoError as error:
        return _Surveyed((), balanced=False, prevented=error.faults)
    balanced = any(event.lender_balance_yen is not None for event in history.events)
    return _Surveyed(alarms, balanced)


class _Known:
    """A case at a day, equal to itself as long as nothing was written into it."""

    def __init__(self, case: Case, request: HttpRequest) -> None:
        self.case = case
        self.today_on = pages.moment(request).date()
        self._is = (case.key, case.seq, case.last_at, self.today_on)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._is == other._is

    def __hash__(self) -> int:
        return hash(self._is)


def _alarms(request: HttpRequest, case: Case) -> _Surveyed:
    """What the radar sees, without what somebody called right."""
    found = _surveyed(_Known(case, request))
    open_ones = (one for one in found.alarms if one.key not in case.state.confirmed)
    return found._replace(alarms=tuple(open_ones))


def _checks(request: HttpRequest, case: Case) -> dict[str, Any]:
    tongue = pages.tongue_of(request)
    alarms, balanced, prevented = _alarms(request, case)
    states: dict[str, str] = {}
    shown = []
    for alarm in alarms:
        row = case.row_of(alarm.row)
        if row is not None and states.get(row.row_id) != "wrong":
            states[row.row_id] = _STATES[alarm.weight]
        shown.append(
            {
                "alarm": alarm,
                "row_id": None if row is None else row.row_id,
                "number": None if row is None else _number(alarm.row or 0),
                "said": said(of_sheet(alarm.fault), tongue),
                "kind": say(f"studio.check.{alarm.check.value}", tongue),
            }
        )
    of_book = _guests.guest_of(request) is not None
    for row in case.rows:
        if row.row_id in states:
            continue
        if row.source == "estimated":
            states[row.row_id] = "estimated"
        elif row.source == "fixed" or (of_book and row.source != owned.BOOK):
            states[row.row_id] = "fixed"
        elif balanced and row.balance.strip():
            states[row.row_id] = "agrees"
    context = {
        "checks": shown,
        "case": case,
        "tongue": tongue,
        "balanced": balanced,
        "prevented": [said(one, tongue) for one in prevented],
    }
    return {"states": states, "count": len(shown), "context": context}


def of_sheet(fault: Fault) -> Fault:
    """A fault that counts rows as the grid does: a table's line 2 is its row 1 [行番号の付替え]."""
    moved = dict(fault.details)
    named = moved.get("row", "")
    if fault.code.startswith(_CHECKSUM) and named.isdecimal():
        moved["row"] = str(_number(int(named)))
    line = None if fault.line is None else _number(fault.line)
    return replace(fault, line=line, details=moved)


def _number(line: int) -> int:
    """A row's number in the grid, of its line in the table."""
    return line - cases.FIRST_LINE + 1


@require_safe
def checks(request: HttpRequest, case_id: int) -> HttpResponse:
    """The checks of a case, and the state of each row [点検]."""
    case = cases.load(case_id)
    found = _checks(request, case)
    html = render_to_string("studio/parts/checks.html", found["context"], request)
    return JsonResponse(
        {"seq": case.seq, "states": found["states"], "count": found["count"], "html": html}
    )


@require_POST
def mend(request: HttpRequest, case_id: int) -> HttpResponse:
    """Carry the mend of one alarm out, or keep that its row is right [直す・これで正しい].

    Raises    NotFoundError for an alarm that is no longer there.
    """
    case = cases.load(case_id)
    alarms = _alarms(request, case).alarms
    key = request.POST.get("key", "")
    alarm = next((one for one in alarms if one.key == key), None)
    if alarm is None:
        raise NotFoundError(Fault("STB-001", excerpt=key[:20]))
    if request.POST.get("what") == "right":
        operations: list[Operation] = [{"op": "confirm", "check": key, "words": alarm.fault.code}]
    else:
        operations = cases.mend_operations(case, alarm.mends)
    if operations:
        cases.apply(
            case_id,
            operations,
            actor=frame.actor_of(request),
            at=pages.moment(request),
            expected_seq=case.seq,
        )
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_state(cases.load(case_id), request))
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]) + "#checks")


# ------------------------------------------------------------------------------------- the grid
@require_safe
def bench_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The workbench of a case [作業台]."""
    case = cases.load(case_id)
    tongue = pages.tongue_of(request)
    reckoned = _Reckoned(case)
    context = {
        "statement": reckoned.statement,
        "strip": _strip(reckoned, request),
        "chart": _chart_html(reckoned, tongue),
        "rows": _plain_rows(reckoned) if len(case.rows) <= FOLDED_FROM else None,
        "folded_from": FOLDED_FROM,
        **_checks(request, case)["context"],
    }
    return frame.case_page(request, "studio/case.html", case, context)


def _plain_rows(reckoned: _Reckoned) -> list[dict[str, Any]]:
    made = reckoned.made_by_row()
    return [
        {
            "row": row,
            "borrow": _typed_yen(row.borrow),
            "repay": _typed_yen(row.repay),
            "balance": _typed_yen(row.balance),
            "made": _made(made[row.row_id]) if row.row_id in made else None,
        }
        for row in reckoned.case.rows
    ]


def _typed_yen(text: str) -> str:
    """An amount as the grid shows it: with its commas, where it is a plain number."""
    return yen_text(int(text)) if text.isascii() and text.isdigit() and len(text) < 13 else text


@require_safe
def state(request: HttpRequest, case_id: int) -> HttpResponse:
    """Rows, figures, chart: all that the grid shows [表の状態]."""
    return JsonResponse(_state(cases.load(case_id), request))


@require_POST
def write(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write operations of the grid, and give everything back [操作の記録].

    Takes     with `more` that another group follows at once: then the answer is its number alone.
    Why       each answer tells whether something was kept: 409 with the rows as they stand where
              somebody else wrote, 422 with every fault where an operation does not fit.
    """
    return _as_json(lambda: _written(request, case_id), case_id, request)


def _written(request: HttpRequest, case_id: int) -> JsonResponse:
    document = _document(request)
    _refuse_false_source(document["operations"])
    seq = cases.apply(
        case_id,
        document["operations"],
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=document["expected_seq"],
    )
    if document["more"]:  # more waits behind it, and its answer would be out of date
        return JsonResponse({"seq": seq})
    return JsonResponse(_state(cases.load(case_id), request))


def _refuse_false_source(operations: Any) -> None:
    """Nobody who types says that a lender's book has it so: the server alone does.

    Raises    InputError for what says that it came from the book.
    """
    for one in operations if isinstance(operations, list) else ():
        rows = one.get("rows") if isinstance(one, dict) else None
        said = [one, *rows] if isinstance(rows, list) else [one]
        if any(isinstance(part, dict) and part.get("source") == owned.BOOK for part in said):
            raise InputError(Fault("STB-002"))


def _document(request: HttpRequest) -> Mapping[str, Any]:
    """What a script sent.

    Raises    InputError for what is no such document.
    """
    try:
        document = json.loads(request.body)
    except ValueError:
        raise InputError(Fault("STB-002")) from None
    if not isinstance(document, dict) or type(document.get("expected_seq")) is not int:
        raise InputError(Fault("STB-002"))
    return {
        "operations": document.get("operations"),
        "expected_seq": document["expected_seq"],
        "more": document.get("more") is True,
    }


def _as_json(act: Callable[[], JsonResponse], case_id: int, request: HttpRequest) -> JsonResponse:
    tongue = pages.tongue_of(request)
    try:
        return act()
    except StateConflict as error:
        answer = {"refused": _refused(error, tongue), **_state(cases.load(case_id), request)}
        return JsonResponse(answer, status=HTTPStatus.CONFLICT)
    except (InputError, FaultyInput) as error:
        answer = {"refused": _refused(error, tongue), **_state(cases.load(case_id), request)}
        return JsonResponse(answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused(error: MotochoError, tongue: Tongue) -> list[dict[str, Any]]:
    words = [(fault.line, said(fault, tongue)) for fault in error.faults]
    return [{"at": line, "what": str(one.what), "fix": str(one.fix)} for line, one in words]


@require_POST
def judge(request: HttpRequest, case_id: int) -> HttpResponse:
    """Which of the rows that are about to be pasted cannot be read; nothing is kept [貼付の確認].

    Gives     the places, from 0, of those rows, each with its fault.
    """
    cases.load(case_id)
    tongue = pages.tongue_of(request)

    def judged() -> JsonResponse:
        try:
            wanted = json.loads(request.body)["rows"]
        except (ValueError, KeyError, TypeError):
            raise InputError(Fault("STB-002")) from None
        found = [
            {"at": fault.line - cases.FIRST_LINE, "what": str(one.what), "fix": str(one.fix)}
            for fault in cases.unread(wanted)
            if fault.line is not None
            for one in [said(fault, tongue)]
        ]
        return JsonResponse({"unread": found})

    return _as_json(judged, case_id, request)


@require_safe
def why(request: HttpRequest, case_id: int, row_id: str) -> HttpResponse:
    """Why a row's figures are what they are: its arithmetic and its articles [理由].

    Raises    NotFoundError for a row that is not there.
    """
    case = cases.load(case_id)
    tongue = pages.tongue_of(request)
    if all(row.row_id != row_id for row in case.rows):
        raise NotFoundError(Fault("STU-005", excerpt=row_id[:40]))
    reckoned = _Reckoned(case)
    made = reckoned.made_by_row().get(row_id)
    if made is None or reckoned.statement is None:
        text = plain("studio.bench.no_why", tongue)
    else:
        found = reasoning.explain(reckoned.statement, made.row)
        text = found.text_en if tongue is Tongue.EN else found.text_ja
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text})
    return frame.case_page(request, "studio/why.html", case, {"text": text, "row_id": row_id})


# --------------------------------------------------------------------------------- without scripts
ROWS_ON_A_PAGE = 40
ROWS_BY_A_GUEST = 15
"""On the lender's server a form has few fields (`DATA_UPLOAD_MAX_NUMBER_FIELDS`)."""
NEW_ROWS = 5
_TYPED = ("date", "borrow", "repay", "rate", "balance", "note", "contract", "kind")


def rows(request: HttpRequest, case_id: int) -> HttpResponse:
    """The rows as a plain form, a page of them at a time [1行ずつ編集]."""
    case = cases.load(case_id)
    if request.method == "POST":
        return _rows_kept(request, case)
    many = ROWS_ON_A_PAGE if _guests.guest_of(request) is None else ROWS_BY_A_GUEST
    last = max(1, -(-len(case.rows) // many))
    given = request.GET.get("page", "")
    page = min(max(frame.number_read(given, 1), 1), last)
    first = (page - 1) * many
    context = {
        "numbered": list(enumerate(case.rows, start=1))[first : first + many],
        "new_rows": [f"new{place}" for place in range(1, NEW_ROWS + 1)] if page == last else [],
        "page": page,
        "pages": range(1, last + 1),
    }
    return frame.case_page(request, "studio/rows.html", case, context)


def _rows_kept(request: HttpRequest, case: Case) -> HttpResponse:
    operations = [*_changes(request, case), *_deletions(request, case), *_additions(request)]
    if operations:
        cases.apply(
            case.case_id,
            operations,
            actor=frame.actor_of(request),
            at=pages.moment(request),
            expected_seq=frame.seq_read(request, case),
        )
    page = request.POST.get("page", "1")
    return HttpResponseRedirect(f"{reverse('studio:rows', args=[case.case_id])}?page={page}")


def _changes(request: HttpRequest, case: Case) -> Sequence[Mapping[str, Any]]:
    cells = [
        {"id": row.row_id, "column": name, "text": request.POST[f"{row.row_id}.{name}"].strip()}
        for row in case.rows
        for name in _TYPED
        if request.POST.get(f"{row.row_id}.{name}", getattr(row, name)).strip()
        != getattr(row, name)
    ]
    return [{"op": "set_cells", "cells": cells, "source": "typed"}] if cells else []


def _deletions(request: HttpRequest, case: Case) -> Sequence[Mapping[str, Any]]:
    wanted = set(request.POST.getlist("delete"))
    ids = [row.row_id for row in case.rows if row.row_id in wanted]
    return [{"op": "delete_rows", "ids": ids}] if ids else []


def _additions(request: HttpRequest) -> Sequence[Mapping[str, Any]]:
    found = []
    for place in range(1, NEW_ROWS + 1):
        cells = {name: request.POST.get(f"new{place}.{name}", "").strip() for name in _TYPED}
        filled = {name: text for name, text in cells.items() if text}
        if filled:
            found.append({"source": "typed", **filled})
    return [{"op": "put_rows", "rows": found, "before": None}] if found else []
