"""S5: how a scenario is calculated, in nine questions, with what each changes [約束ごと].

Every answer shows what it would change in yen before it is chosen. Without scripts the form is sent
by its button; with them each answer is sent as it is chosen, and the same page comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from motocho.claims import assumptions as assumed
from motocho.claims import effects
from motocho.claims.assumptions import PRESETS, Assumptions, values_of
from motocho.claims.effects import QUESTIONS, Effect, PresetEffect, Weighed
from motocho.office import cases
from motocho.office.cases import Case
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, MotochoError, Unread, clipped
from motocho.units.money import RateRule, rate_fraction_text, rate_text, read_rate_ppm
from motocho.web import _chart, pages
from motocho.web.studio import frame
from motocho.web.words import Tongue, said, say

LINES = ("contract_rates", "delay_periods")
"""Switches that are lists: one entry a line."""
_RATE_PARTS = 2
_DELAY_PARTS = (1, 2, 3)


@require_http_methods(["GET", "HEAD", "POST"])
def conventions_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The nine questions of one scenario [計算の約束ごと]."""
    case = cases.load(case_id)
    name = _scenario(request, case)
    if request.method != "POST":
        return _shown(request, case, name)
    try:
        wanted = _wanted(request, case, name)
    except FaultyInput as error:
        return _shown(request, case, name, error)
    _kept(request, case, name, wanted)
    if request.headers.get(frame.LIVE):  # a script waits: total first, it asks for the rest
        return _at_once(request, cases.load(case_id), name)
    return HttpResponseRedirect(_address(case_id, name))


@require_POST
def take_preset(request: HttpRequest, case_id: int) -> HttpResponse:
    """Set every switch of a preset [設定の組]."""
    case = cases.load(case_id)
    name = _scenario(request, case)
    switches = PRESETS.get(request.POST.get("preset", ""), {})
    _kept(request, case, name, switches)
    return HttpResponseRedirect(_address(case_id, name))


def _address(case_id: int, name: str) -> str:
    return f"{reverse('studio:conventions', args=[case_id])}?{urlencode({'scenario': name})}"


def _scenario(request: HttpRequest, case: Case) -> str:
    """The scenario that a page is about; the claim where it names none of ours."""
    given = request.POST.get("scenario") or request.GET.get("scenario", "")
    return given if given in case.scenarios else case.claimed


def _stated(case: Case, name: str) -> Assumptions:
    """What a scenario assumes, as far as it can be read: a faulty switch shows its default."""
    try:
        history_states = case.history().stated_assumptions
    except MotochoError:
        history_states = {}
    return assumed.read({**history_states, **case.scenarios[name]}).assumptions


# ------------------------------------------------------------------------------- what was chosen
def _wanted(request: HttpRequest, case: Case, name: str) -> dict[str, Any]:
    """The switches that were chosen and stand otherwise.

    Raises    FaultyInput with every switch that cannot be read.
    """
    given: dict[str, Any] = {
        key: request.POST[key] for key in assumed.KEYS if values_of(key) and key in request.POST
    }
    faults: list[Fault] = []
    if "overpayment_rate" in request.POST:
        rate = read_rate_ppm(request.POST["overpayment_rate"], rule=RateRule.TABLE_CELL)
        if isinstance(rate, Unread):
            faults.append(rate.at(column="overpayment_rate"))
        else:
            given["overpayment_rate"] = rate_fraction_text(rate)
    for key, read in (("contract_rates", _rate_of), ("delay_periods", _delay_of)):
        if key in request.POST:
            given[key], unread = _lines(request.POST[key], read)
            faults += [one.at(column=key, line=line) for line, one in unread]
    faults += assumed.read(given).faults
    if faults:
        raise FaultyInput(*faults)
    now = _stated(case, name).document()
    return {key: value for key, value in given.items() if now[key] != value}


def _lines(text: str, read: Any) -> tuple[list[Any], list[tuple[int, Unread]]]:
    found, unread = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            one = read(line)
            if isinstance(one, Unread):
                unread.append((number, one))
            else:
                found.append(one)
    return found, unread


def _rate_of(line: str) -> list[str] | Unread:
    parts = line.replace("、", " ").replace(",", " ").split()
    if len(parts) != _RATE_PARTS:
        return Unread("STU-033", clipped(line))
    on, rate = read_date(parts[0]), read_rate_ppm(parts[1], rule=RateRule.TABLE_CELL)
    if isinstance(on, Unread) or isinstance(rate, Unread):
        return Unread("STU-033", clipped(line))
    return [on.on.isoformat(), rate_fraction_text(rate)]


def _delay_of(line: str) -> dict[str, Any] | Unread:
    parts = line.replace("～", " ").replace("〜", " ").replace(",", " ").split()
    days = [read_date(part) for part in parts[:2]]
    rate = read_rate_ppm(parts[2], rule=RateRule.TABLE_CELL) if len(parts) > 2 else None
    bad = [one for one in (*days, rate) if isinstance(one, Unread)]
    if len(parts) not in _DELAY_PARTS or bad:
        return Unread("STU-034", clipped(line))
    shown = [one.on.isoformat() for one in days if not isinstance(one, Unread)]
    period: dict[str, Any] = {"from_on": shown[0], "to_on": shown[1] if len(shown) > 1 else None}
    if isinstance(rate, int):
        period["contract_rate"] = rate_fraction_text(rate)
    return period


def _kept(request: HttpRequest, case: Case, name: str, wanted: Mapping[str, Any]) -> None:
    """Write the switches down as one group, where any stands otherwise."""
    operations = [
        {"op": "set_convention", "scenario": name, "key": key, "value": value}
        for key, value in wanted.items()
    ]
    if operations:
        cases.apply(
            case.case_id,
            operations,
            actor=frame.actor_of(request),
            at=pages.moment(request),
            expected_seq=frame.seq_read(request, case),
        )


# ---------------------------------------------------------------------------------- what is shown
class _Stands:
    """What stands in a scenario, equal to itself as long as nothing was written into its case."""

    def __init__(self, case: Case, stated: Assumptions) -> None:
        self.case, self.stated = case, stated
        self._is = (case.key, case.seq, case.last_at, stated)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Stands) and self._is == other._is

    def __hash__(self) -> int:
        return hash(self._is)


@lru_cache(maxsize=16)
def _weighed(stands: _Stands) -> Weighed:
    """What each answer would change; some thirty calculations, kept while the page is looked at."""
    return effects.weigh(stands.case.history(), stands.stated, as_of=stands.case.as_of)


def _at_once(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    """The total and the chart of what was chosen; what the others would change comes after."""
    tongue, stated = pages.tongue_of(request), _stated(case, name)
    try:
        statement = case.statement(name)
    except MotochoError:
        return _shown(request, case, name)
    context = {
        "scenario": name,
        "lines": _typed_lines(request, stated),
        "overpayment_rate": rate_text(stated.overpayment_rate_ppm),
        "result": statement.result,
        "chart": _chart.chart_of(statement, tongue),
        "questions": _questions(_unweighed(stated), tongue),
        "rest_at": _address(case.case_id, name),
    }
    return frame.case_page(request, "studio/conventions.html", case, context)


def _shown(
    request: HttpRequest, case: Case, name: str, refused: FaultyInput | None = None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    stated = _stated(case, name)
    context: dict[str, Any] = {
        "scenario": name,
        "refused": [] if refused is None else [said(one, tongue) for one in refused.faults],
        "lines": _typed_lines(request, stated),
        "overpayment_rate": request.POST.get(
            "overpayment_rate", rate_text(stated.overpayment_rate_ppm)
        ),
        "claimed": case.claimed,
        "reserve": case.reserve,
    }
    try:
        weighed = _weighed(_Stands(case, stated))
    except MotochoError as error:
        context["cannot"] = [said(one, tongue) for one in error.faults[:3]]
        context["questions"] = _questions(_unweighed(stated), tongue)
    else:
        context["result"] = weighed.result
        context["chart"] = _chart.chart_of(case.statement(name), tongue)
        context["questions"] = _questions(weighed.effects, tongue)
        context["presets"] = [_preset(one, tongue) for one in weighed.presets]
    status = 200 if refused is None else 422
    return frame.case_page(request, "studio/conventions.html", case, context, status=status)


def _typed_lines(request: HttpRequest, stated: Assumptions) -> dict[str, str]:
    document = stated.document()
    rates = "\n".join(f"{on} {_percent(rate)}" for on, rate in document["contract_rates"])
    delays = "\n".join(
        " ".join(
            part
            for part in (one["from_on"], one["to_on"], _percent(one.get("contract_rate")))
            if part
        )
        for one in document["delay_periods"]
    )
    return {
        "contract_rates": request.POST.get("contract_rates", rates),
        "delay_periods": request.POST.get("delay_periods", delays),
    }


def _percent(fraction: str | None) -> str:
    read = None if fraction is None else read_rate_ppm(fraction, rule=RateRule.FRACTION)
    return "" if read is None or isinstance(read, Unread) else rate_text(read)


def _unweighed(stated: Assumptions) -> dict[str, tuple[Effect, ...]]:
    """The answers of a case that cannot be calculated yet: no effect is known."""
    now, plain = stated.document(), Assumptions().document()
    return {
        key: tuple(
            Effect(key, value, value == now[key], value == plain[key], None, None, None)
            for value in values_of(key)
        )
        for key in assumed.KEYS
        if values_of(key)
    }


def _questions(known: Mapping[str, tuple[Effect, ...]], tongue: Tongue) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name": question.name,
            "asked": say(f"studio.conv.{question.name}.asked", tongue),
            "why": say(f"studio.conv.{question.name}.why", tongue),
            "switches": [
                {
                    "key": key,
                    "label": effects.label(key, tongue.language),
                    "answers": [_answer(one, tongue) for one in known.get(key, ())],
                    "is_lines": key in LINES,
                }
                for key in question.keys
            ],
        }
        for number, question in enumerate(QUESTIONS, start=1)
    ]


def _answer(effect: Effect, tongue: Tongue) -> dict[str, Any]:
    return {
        "effect": effect,
        "text": effect.text_en if tongue is Tongue.EN else effect.text_ja,
        "who": say(f"studio.uses.{effect.key}.{effect.value}", tongue),
        "fault": None if effect.fault is None else said(effect.fault, tongue),
    }


def _preset(one: PresetEffect, tongue: Tongue) -> dict[str, Any]:
    language = tongue.language
    return {
        "effect": one,
        "text": one.text_en if tongue is Tongue.EN else one.text_ja,
        "switches": [
            {
                "label": effects.label(key, language),
                "value": effects.value_text(key, value, language),
                "differs": key in one.differs,
            }
            for key, value in one.switches.items()
        ],
        "fault": None if one.fault is None else said(one.fault, tongue),
    }
