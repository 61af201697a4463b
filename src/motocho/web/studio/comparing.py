"""S7: scenarios side by side, by how much they differ, and the row where they part [比べる].

One is the claim [主張], one may be the reserve [予備]. A copy goes straight to its conventions, so
that duplicating and changing one thing takes two clicks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from motocho.claims import effects, prospects
from motocho.claims.prospects import Told
from motocho.claims.scenarios import Comparison, Scenario, compare
from motocho.claims.statement import Statement
from motocho.law import court
from motocho.office import cases
from motocho.office.cases import Case
from motocho.outside.clock import JAPAN
from motocho.units.errors import FaultyInput, LawGap, MotochoError
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.studio.prospects import circumstances_of
from motocho.web.words import Tongue, said, say

MOST_COMPARED = 4
DEEDS = ("claim", "reserve", "no_reserve", "remove", "rename")


@require_safe
def compare_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Two to four scenarios beside each other [比べる]."""
    case = cases.load(case_id)
    tongue = pages.tongue_of(request)
    names = _chosen(request, case)
    context: dict[str, Any] = {
        "names": names,
        "scenarios": [
            {
                "name": name,
                "roles": [role for role, one in case.state.chosen.items() if one == name],
                "is_shown": name in names,
            }
            for name in case.scenarios
        ],
        "may_remove": len(case.scenarios) > 1,
    }
    try:
        scenarios = [Scenario(name, case.assumptions(name)) for name in names]
        comparison = compare(case.history(), scenarios, as_of=case.as_of)
    except MotochoError as error:
        context["cannot"] = [said(one, tongue) for one in error.faults[:3]]
    else:
        context |= _side_by_side(request, comparison, case)
    return frame.case_page(request, "studio/compare.html", case, context)


def _chosen(request: HttpRequest, case: Case) -> list[str]:
    """The scenarios to show: those asked for, else claim and reserve first, four at most."""
    asked = [name for name in request.GET.getlist("s") if name in case.scenarios]
    usual = [name for name in (case.claimed, case.reserve) if name]
    return list(dict.fromkeys(asked or [*usual, *case.scenarios]))[:MOST_COMPARED]


def _side_by_side(request: HttpRequest, comparison: Comparison, case: Case) -> dict[str, Any]:
    tongue = pages.tongue_of(request)
    document = comparison.document()
    columns: list[dict[str, Any]] = [
        {
            "name": scenario.name,
            "result": statement.result,
            "filing": _filing(request, _in_dispute_yen(case, statement)),
            "clock": _clock(request, case, Told(scenario.name, statement)),
        }
        for scenario, statement in zip(comparison.scenarios, comparison.statements, strict=True)
    ]
    deltas = [None, *document["deltas"]]
    for column, delta in zip(columns, deltas, strict=True):
        column["delta"] = delta
        column["parting"] = None if delta is None else _parting(delta["parts_at"], case, tongue)
    return {
        "columns": columns,
        "differing": _differing(document["scenarios"], tongue),
    }


def _parting(found: Mapping[str, Any] | None, case: Case, tongue: Tongue) -> dict[str, Any] | None:
    """The row where two scenarios part, with its sentence and its place in the sheet."""
    if found is None:
        return None
    row = case.row_of(found["source_row"])
    sentence = found["sentence_en" if tongue is Tongue.EN else "sentence_ja"]
    return {"sentence": sentence, "row_id": "" if row is None else row.row_id}


def _in_dispute_yen(case: Case, statement: Statement) -> int:
    """What would be sued for: after set-off and what was paid back; 0 where that does not fit."""
    refunds = prospects.read_refunds(case.facts, [])
    try:
        return prospects.due_of(statement, refunds).in_dispute_yen
    except FaultyInput:
        return 0  # the outlook and the papers say what does not fit


def _filing(request: HttpRequest, in_dispute_yen: int) -> court.FilingCost | None:
    """Court and fee of an amount in dispute; None where nothing is, or no table covers the day."""
    if in_dispute_yen <= 0:
        return None
    on = pages.moment(request).astimezone(JAPAN).date()
    try:
        return court.cost_of_action(in_dispute_yen, on)
    except LawGap:
        return None


def _clock(request: HttpRequest, case: Case, told: Told) -> dict[str, Any] | None:
    """When prescription may take a first yen, and what it has taken by each side's argument.

    None where nothing is overpaid, or what the case says of its days cannot be read.
    """
    on = pages.moment(request).astimezone(JAPAN).date()
    last_on = max(row.event.on for row in told.statement.rows)
    if int(told.statement.result.overpayment_yen) <= 0:
        return None
    try:
        steps = circumstances_of(case, on).steps
        clock = prospects.clock(told.statement, steps, max(on, last_on), scenario=told.scenario)
    except MotochoError:
        return None
    lost = {side: clock.lost_yen(side) for side in prospects.Side}
    return {
        "act_by_on": clock.act_by_on,
        "claimant_yen": lost[prospects.Side.CLAIMANT],
        "lender_yen": lost[prospects.Side.LENDER],
    }


def _differing(scenarios: Sequence[Mapping[str, Any]], tongue: Tongue) -> list[dict[str, Any]]:
    """The switches in which the scenarios are not alike, each with its values."""
    found = []
    for key in scenarios[0]["assumptions"]:
        values = [one["assumptions"][key] for one in scenarios]
        if any(value != values[0] for value in values):
            shown = [
                effects.value_text(key, value, tongue.language) if isinstance(value, str) else value
                for value in values
            ]
            found.append({"label": effects.label(key, tongue.language), "values": shown})
    return found


# ----------------------------------------------------------------------------------- what is done
@require_POST
def copy_scenario(request: HttpRequest, case_id: int) -> HttpResponse:
    """A copy of a scenario, with one switch changed where one is named, and on to it [複製]."""
    case = cases.load(case_id)
    copied = request.POST.get("copy_of", "")
    copied = copied if copied in case.scenarios else case.claimed
    tongue = pages.tongue_of(request)
    change, value = request.POST.get("change", ""), request.POST.get("value", "")
    name = _free_name(case, copied, request.POST.get("name", "").strip(), tongue)
    operations: list[cases.Operation] = [{"op": "add_scenario", "name": name, "copy_of": copied}]
    if change:
        operations.append({"op": "set_convention", "scenario": name, "key": change, "value": value})
    _do(request, case, operations)
    target = "studio:compare" if change else "studio:conventions"
    query = {} if change else {"scenario": name}
    tail = f"?{urlencode(query)}" if query else ""
    return HttpResponseRedirect(reverse(target, args=[case_id]) + tail)


def _free_name(case: Case, copied: str, wanted: str, tongue: Tongue) -> str:
    name = wanted or str(say("studio.compare.copy_name", tongue, name=copied))
    name = name[:_LONGEST_NAME]
    number = 2
    free = name
    while free in case.scenarios:
        free = f"{name} {number}"
        number += 1
    return free


_LONGEST_NAME = 60


@require_POST
def change_scenario(request: HttpRequest, case_id: int) -> HttpResponse:
    """Choose a scenario as claim or reserve, rename it, or remove it [シナリオの変更]."""
    case = cases.load(case_id)
    name, deed = request.POST.get("name", ""), request.POST.get("deed", "")
    operations: Mapping[str, cases.Operation] = {
        "claim": {"op": "choose_scenario", "role": "claim", "name": name},
        "reserve": {"op": "choose_scenario", "role": "reserve", "name": name},
        "no_reserve": {"op": "choose_scenario", "role": "reserve", "name": None},
        "remove": {"op": "remove_scenario", "name": name},
        "rename": {
            "op": "rename_scenario",
            "name": name,
            "to": request.POST.get("to", "").strip() or name,
        },
    }
    if deed in operations:
        _do(request, case, [operations[deed]])
    return HttpResponseRedirect(reverse("studio:compare", args=[case_id]))


def _do(request: HttpRequest, case: Case, operations: Sequence[cases.Operation]) -> None:
    cases.apply(
        case.case_id,
        operations,
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=frame.seq_read(request, case),
    )
