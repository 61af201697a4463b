"""Years without a history: rows out of what the client remembers [推定計算・冒頭ゼロ]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.claims.transcripts import EstimatedRow, Memory, estimate
from motocho.office import cases, intake
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, InputError, Unread
from motocho.units.money import RateRule, SignRule, read_rate_ppm, read_yen
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import plain, said

FIELDS = (
    "first_on",
    "first",
    "payment",
    "payment_day",
    "rate",
    "limit",
    "until_on",
    "balance",
)
_FREE = frozenset({"limit"})


@require_http_methods(["GET", "HEAD", "POST"])
def estimate_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Estimated rows are shown first, then taken; or the opening counts as nothing [推定]."""
    case = cases.load(case_id)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    if request.method != "POST":
        return _page(request, case, {**typed, **_known(case)})
    at, actor = pages.moment(request), frame.actor_of(request)
    if request.POST.get("zero"):
        change = {
            "op": "set_convention",
            "scenario": case.claimed,
            "key": "opening_balance",
            "value": "zero",
        }
        cases.apply(case_id, [change], actor=actor, at=at, expected_seq=case.seq)
        return HttpResponseRedirect(reverse("studio:case", args=[case_id]))
    try:
        rows = estimate(_memory(typed))
    except (FaultyInput, InputError) as error:
        return _page(request, case, typed, faults=error.faults)
    if request.POST.get("take"):
        note = plain("studio.estimate.note", pages.tongue_of(request))
        first = case.rows[0].row_id if case.rows else None
        operation = {
            "op": "put_rows",
            "rows": intake.rows_of_estimate(rows, note),
            "before": first,
        }
        cases.apply(case_id, [operation], actor=actor, at=at, expected_seq=case.seq)
        return HttpResponseRedirect(reverse("studio:case", args=[case_id]))
    return _page(request, case, typed, rows=rows)


def _known(case: cases.Case) -> dict[str, str]:
    """The first known row of the case, where there is one."""
    first = next((row for row in case.rows if not row.is_blank), None)
    return {} if first is None else {"until_on": first.date}


def _page(
    request: HttpRequest,
    case: cases.Case,
    typed: dict[str, str],
    *,
    rows: tuple[EstimatedRow, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    context: dict[str, Any] = {
        "fields": [
            (name, f"studio.estimate.{name}", f"studio.estimate.{name}_hint", typed[name])
            for name in FIELDS
        ],
        "rows": rows,
        "wrong": [{"fault": one, "said": said(one, tongue)} for one in faults],
    }
    status = 422 if faults else 200
    return frame.case_page(request, "studio/estimate.html", case, context, status=status)


def _memory(typed: dict[str, str]) -> Memory:
    """What was typed, or every fault of it.

    Raises    FaultyInput.
    """
    faults: list[Fault] = []

    def kept(name: str, read: Any) -> Any:
        if isinstance(read, Unread):
            faults.append(read.at(column=name))
            return None
        return read

    days: dict[str, date] = {}
    for name in ("first_on", "until_on"):
        found = kept(name, read_date(typed[name]))
        days[name] = date.min if found is None else found.on
    yen = {
        name: kept(name, read_yen(typed[name], sign=SignRule.NONE))
        if typed[name] or name not in _FREE
        else 0
        for name in ("first", "payment", "limit", "balance", "payment_day")
    }
    rate = kept("rate", read_rate_ppm(typed["rate"], rule=RateRule.TABLE_CELL))
    if faults:
        raise FaultyInput(*faults)
    return Memory(
        days["first_on"],
        yen["first"],
        yen["payment"],
        yen["payment_day"],
        rate,
        days["until_on"],
        yen["balance"],
        yen["limit"],
    )
