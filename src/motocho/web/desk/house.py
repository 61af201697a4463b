"""Settings of the house: what holds, and another text from a day to come [設定].

One asks and another one agrees. A text with faults is shown again as it was typed, each fault
beside it with its place; what would change is shown before anything is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care import approvals, settings
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.settings import Draft, Setting
from motocho.outside.clock import JAPAN
from motocho.people import staff as people_staff
from motocho.people.access import Action
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.fields import DateField, Form, LinesField, WordsField, shown
from motocho.web.words import Said, said

NAMES = {
    Setting.REASONS: "house.reasons",
    Setting.RELIEFS: "house.reliefs",
    Setting.IVR: "house.ivr",
    Setting.DIRECTORY: "house.directory",
    Setting.STRATEGY: "house.strategy",
    Setting.WORKLIST: "house.worklist",
}
_OUTCOMES = {
    "agree": Outcome.AGREED,
    "refuse": Outcome.REFUSED,
    "withdraw": Outcome.WITHDRAWN,
}
STATES = {
    Outcome.AGREED: "house.agreed",
    Outcome.REFUSED: "house.refused",
    Outcome.WITHDRAWN: "house.withdrawn",
    Outcome.OUTDATED: "house.outdated",
}
MOST_VERSION_DIGITS = 6


class DraftForm(Form):
    """Another text, from when, and why [設定の案]."""

    text = LinesField("house.text", "house.text_hint")
    effective_on = DateField("house.effective_on", "house.effective_hint")
    reason = WordsField("house.reason", "house.reason_hint")


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault with its place in the file [誤りの場所]: `line` is None where it has none."""

    line: int | None
    column: str
    said: Said


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody typed, and what is to be said to it [入力の結果]."""

    form: DraftForm
    wrong: tuple[Fault, ...] = ()
    is_checked: str = ""
    """`checked` where the text has no fault and nothing was asked yet."""


@require_safe
@access.staff(Action.LOOK_AT_SETTINGS)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Each setting: since when it holds, what is to come, what waits [設定の一覧]."""
    today = _today(colleague)
    with connection.cursor() as cursor:
        rows = [_row(cursor, one, colleague, today) for one in Setting]
    return pages.show(request, "desk/settings.html", {"desk": colleague, "rows": rows})


def _row(cursor: Any, setting: Setting, colleague: Colleague, today: date) -> dict[str, Any]:
    return {
        "name": setting.value,
        "label": NAMES[setting],
        "now": settings.standing(cursor, setting, today),
        "coming": [one for one in settings.versions(cursor, setting) if one.effective_on > today],
        "waiting": _waiting(cursor, setting, colleague),
    }


def _waiting(cursor: Any, setting: Setting, colleague: Colleague) -> Request | None:
    found = settings.requests(cursor, setting)
    return next((one for one in found if one.is_open(colleague.at)), None)


def _today(colleague: Colleague) -> date:
    return colleague.at.astimezone(JAPAN).date()


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.LOOK_AT_SETTINGS)
def one(request: HttpRequest, colleague: Colleague, setting: str) -> HttpResponse:
    """One setting: its text, its versions, and what is asked about it [設定の内容].

    Raises    NotFoundError for none of ours; RefusedError for who may only look.
    """
    chosen = settings.named(setting)
    if request.method != "POST":
        return _page(request, colleague, chosen, None)
    if not colleague.may(Action.CHANGE_SETTINGS):
        raise RefusedError(Fault("PPL-081", details={"action": Action.CHANGE_SETTINGS.value}))
    if request.POST.get("do") in _OUTCOMES:
        return _decided(request, colleague, chosen)
    tried = _tried(request, colleague, chosen)
    if tried is None:
        return HttpResponseRedirect(request.path)
    return _page(request, colleague, chosen, tried)


def _tried(request: HttpRequest, colleague: Colleague, setting: Setting) -> Tried | None:
    """What is wrong with what was typed; None where it was asked for."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return Tried(form)
    typed = form.cleaned_data
    told = typed["text"].replace("\r\n", "\n").rstrip("\n") + "\n"
    if request.POST.get("do") == "check":
        faults = settings.check(setting, told, typed["effective_on"])
        return Tried(form, faults, "" if faults else "checked")
    ref = _commands.form_ref(request, _commands.DESK)
    draft = Draft(setting, told, typed["effective_on"], typed["reason"], ref)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            settings.propose(cursor, draft, colleague.staff, colleague.at)
    except FaultyInput as error:
        return Tried(form, error.faults)
    except InputError as error:
        name = {"APV-002": "reason", "SET-005": "effective_on"}.get(error.faults[0].code, "text")
        form.refuse(name, error.faults[0])
        return Tried(form)
    return None


def _decided(request: HttpRequest, colleague: Colleague, setting: Setting) -> HttpResponse:
    outcome = _OUTCOMES[request.POST["do"]]
    said_to_it = Decision(outcome, request.POST.get("words", ""), request.POST.get("mark", ""))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            waiting = _waiting(cursor, setting, colleague)
            if waiting is None:
                return HttpResponseRedirect(request.path)
            approvals.decide(cursor, waiting.ref, said_to_it, colleague.staff, colleague.at)
    except InputError as error:
        return _page(request, colleague, setting, None, error.faults)
    return HttpResponseRedirect(request.path)


# ---------------------------------------------------------------------------------- what is shown
def _page(
    request: HttpRequest,
    colleague: Colleague,
    setting: Setting,
    tried: Tried | None,
    refused: tuple[Fault, ...] = (),
) -> HttpResponse:
    tongue, today = pages.tongue_of(request), _today(colleague)
    with connection.cursor() as cursor:
        text = settings.text(cursor, setting, today)
        row = _row(cursor, setting, colleague, today)
        versions = settings.versions(cursor, setting)
        before = [one for one in settings.requests(cursor, setting) if one.decided is not None]
        names = {one.staff_id: one.name for one in people_staff.accounts(cursor)}
        waiting: Request | None = row["waiting"]
        proposed = None if waiting is None else _proposed(cursor, setting, waiting)
        may_decide = waiting is not None and approvals.may_decide(cursor, waiting, colleague.staff)
    form = DraftForm() if tried is None else tried.form
    typed = text if tried is None else str(form.data.get("text", "")).replace("\r\n", "\n")
    faults = () if tried is None else tried.wrong
    context = {
        **row,
        "desk": colleague,
        "may_change": colleague.may(Action.CHANGE_SETTINGS),
        "is_own": waiting is not None and waiting.asked_by == colleague.staff.staff_id,
        "may_decide": may_decide,
        "versions": [(one, names.get(one.asked_by), names.get(one.approved_by))
                     for one in versions],
        "history": [(one, STATES[one.decided.outcome], names.get(one.decided.decided_by))
                    for one in before if one.decided],
        "asked_by": names.get(waiting.asked_by) if waiting else "",
        "proposed": proposed,
        "chosen": _chosen(request, versions),
        "form": shown(form, tongue),
        "typed": typed,
        "is_checked": tried is not None and bool(tried.is_checked),
        "changes": settings.difference(text, typed) if tried else [],
        "faults": [Placed(one.line, one.column or "", said(one, tongue)) for one in faults],
        "refused": [said(one, tongue) for one in refused],
    }  # fmt: skip
    is_wrong = bool(refused) or (tried is not None and not tried.is_checked)
    return pages.show(request, "desk/setting.html", context, status=422 if is_wrong else 200)


def _proposed(cursor: Any, setting: Setting, waiting: Request) -> dict[str, Any]:
    """What is asked for, against the text that would hold on its day without it."""
    effective_on = date.fromisoformat(waiting.content["effective_on"])
    before = settings.text(cursor, setting, effective_on)
    return {
        "effective_on": effective_on,
        "changes": settings.difference(before, waiting.content["text"]),
        "faults": settings.check(setting, waiting.content["text"], effective_on),
    }


def _chosen(request: HttpRequest, versions: list[settings.Version]) -> settings.Version | None:
    """The version that somebody wants to read.

    Raises    NotFoundError for one that there is not.
    """
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    found = [one for one in versions if str(one.version_no) == wanted]
    if not found:
        raise NotFoundError(Fault("SET-001", excerpt=wanted[:MOST_VERSION_DIGITS]))
    return found[0]
