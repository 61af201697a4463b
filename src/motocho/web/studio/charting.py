"""S6: the chart of a case, large, with its table and the splits of its contracts [グラフ].

A split is where a later contract begins. It is moved by the number of its row, by the arrow keys or
by dragging its handle; all three send the same form, which the page of contracts keeps.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.office import cases
from motocho.office.cases import Case
from motocho.units.errors import MotochoError
from motocho.web import _chart, pages
from motocho.web.studio import frame
from motocho.web.words import said

MOST_LINES = 4
"""Scenarios on one picture."""
ROWS_SHOWN = 500
"""Rows of the table on one page."""


@require_safe
def chart_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The two balances over time, and the same as a table [グラフ]."""
    case = cases.load(case_id)
    tongue = pages.tongue_of(request)
    scenario = request.GET.get("scenario", "")
    scenario = scenario if scenario in case.scenarios else case.claimed
    context: dict[str, Any] = {"scenario": scenario, "scenarios": tuple(case.scenarios)}
    beside = [name for name in request.GET.getlist("beside") if name in case.scenarios]
    beside = [name for name in beside if name != scenario][: MOST_LINES - 1]
    context["beside"] = beside
    try:
        others = {name: case.statement(name) for name in beside}
        chart = _chart.chart_of(case.statement(scenario), tongue, beside=others)
    except MotochoError as error:
        context["cannot"] = [said(one, tongue) for one in error.faults[:3]]
    else:
        context |= _shown(request, case, chart)
    return frame.case_page(request, "studio/chart.html", case, context)


def _shown(request: HttpRequest, case: Case, chart: _chart.Chart | None) -> dict[str, Any]:
    if chart is None:
        return {"cannot": []}
    pages_count = -(-len(chart.places) // ROWS_SHOWN)
    asked = request.GET.get("page", "1")
    page = min(frame.number_read(asked, 1), pages_count)
    page = max(page, 1)
    return {
        "chart": chart,
        "places": chart.places[(page - 1) * ROWS_SHOWN : page * ROWS_SHOWN],
        "page": page,
        "pages": range(1, pages_count + 1),
        "splits": _splits(case),
        "rows_count": len(case.rows),
    }


def _splits(case: Case) -> list[dict[str, Any]]:
    """Where contracts begin after the first, by the number of the row in the sheet."""
    seen: set[str] = set()
    found = []
    for row_no, row in enumerate(case.rows, start=1):
        contract = row.contract.strip() or "1"
        if contract not in seen:
            if seen:
                found.append({"row_no": row_no, "contract": contract, "date": row.date})
            seen.add(contract)
    return found
