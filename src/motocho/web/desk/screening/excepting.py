"""Exclusions, exceptions, a spouse's sums, reliefs, and the score of an application [除外・例外].

Each is entered as it was found, condition by condition, beside the picture of what shows it. Who
enters one approves nothing of the application. A score is shown and asked for, never typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.outside import score
from motocho.outside.clock import JAPAN
from motocho.people import members, staff
from motocho.people.access import Action
from motocho.screening.applications import claims, scores
from motocho.units.errors import Fault, FaultyInput, OutsideFailure
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening import _claims
from motocho.web.desk.screening._held import (
    Held,
    documents,
    faults,
    form_of,
    held,
    to,
    tried,
)
from motocho.web.desk.screening._lines import document_names, slots_of
from motocho.web.fields import Form, shown
from motocho.web.words import Tongue, catalogue, plain

Claim = claims.Claim
Kept = claims.Kept
Kind = claims.Kind
KINDS = labels(Kind, "screening.claimed")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def excepted(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """What is claimed: entered, taken back; the score [除外・例外] · LEND-010, LEND-011.

    Law       施行規則10条の21, 10条の23.
    """
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        papers = documents(cursor, member_id)
        offered = document_names(papers, slots_of(cursor, of.key), tongue)
    kind = _kind(request.GET.get("kind", ""))
    form = None if kind is None else _form(request, kind, offered, colleague)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        act, wrong = _act(request, colleague, of, (kind, form))
        if act is not None:
            wrong = _tried(act)
            if not wrong:
                return to("application_claims", of.key, "kept")
    with transaction.atomic(), connection.cursor() as cursor:
        context = _context(cursor, of, tongue)
    chosen = request.GET.get("document", "")
    context |= {
        "desk": colleague,
        "kind": "" if kind is None else kind.value,
        "kinds": [(value, plain(label, tongue)) for value, label in KINDS.items()],
        "documents": list(offered.items()),
        "document": chosen,
        "pages": next((each for ref, each in papers if ref == chosen), []),
        "form": None if form is None else shown(form, tongue),
        "boxes": [] if form is None else _boxes(form, tongue),
        "wrong": faults(wrong, tongue),
        "done": "screening.done_kept" if request.GET.get("done") == "kept" else "",
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/screening/claims.html", context, status=status)


def _kind(text: str) -> Kind | None:
    return Kind(text) if text in KINDS else None


def _form(request: HttpRequest, kind: Kind, offered: dict[str, str], colleague: Colleague) -> Form:
    is_sent = request.method == "POST" and request.POST.get("do") == "enter"
    on = colleague.at.astimezone(JAPAN).date()
    return _claims.form_for(kind, on, offered, request.POST if is_sent else None)


_Act = Callable[[Any], object]


def _act(
    request: HttpRequest,
    colleague: Colleague,
    of: Held,
    asked: tuple[Kind | None, Form | None],
) -> tuple[_Act | None, tuple[Fault, ...]]:
    """What was asked for; None where it cannot be, with what stands against it."""
    kind, form = asked
    does = request.POST.get("do", "")
    sending = form_of(request, colleague, "claim")
    if does == "scores":
        line = score.from_environment()
        return (lambda cursor: scores.carry(cursor, line, colleague.at)), ()
    if does == "take_back":
        back = _kind(request.POST.get("kind", ""))
        if back is None:
            return None, (Fault("SCR-218"),)
        return (
            lambda cursor: claims.enter(cursor, of.key, Claim(back, None), of.staff, sending)
        ), ()
    if does != "enter" or kind is None or form is None:
        return None, (Fault("SCR-218"),)
    claim, wrong = _claims.read_claim(kind, form)
    if claim is None:
        return None, wrong
    return (lambda cursor: claims.enter(cursor, of.key, claim, of.staff, sending)), ()


def _tried(act: _Act) -> tuple[Fault, ...]:
    """Done, or why not: files of a scorer that do not come or go are said as any refusal."""
    try:
        return tried(act)
    except (OutsideFailure, FaultyInput) as error:
        return tuple(error.faults)


# ----------------------------------------------------------------------------------------- showing
def _context(cursor: Any, of: Held, tongue: Tongue) -> dict[str, Any]:
    names = {each.staff_id: each.name for each in staff.accounts(cursor)}
    return {
        "one": of.application,
        "member": members.one(cursor, of.key.member_id),
        "kept": [
            (each, KINDS[each.kind.value], _facts(each, tongue), _proofs(each, tongue),
             names.get(each.staff_id, ""))
            for each in claims.listed(cursor, of.key)
        ],
        "score": scores.newest(cursor, of.key),
    }  # fmt: skip


def _facts(one: Kept, tongue: Tongue) -> list[tuple[str, str]]:
    """The facts of a claim, in the words of its form."""
    if one.stated is None:
        return []
    stated = {name: value for name, value in one.stated.items() if name != "source"}
    lent = stated.pop("lent", None) or {}
    stated |= {name: value for name, value in lent.items() if name != "others_source"}
    found = []
    for name, value in stated.items():
        if value is None:
            continue
        key = f"screening.claim_{name}"
        label = plain(key, tongue) if key in catalogue() else name
        found.append((label, _claims.value_text(name, value, one.kind, tongue)))
    return found


def _proofs(one: Kept, tongue: Tongue) -> list[tuple[str, str]]:
    found = []
    for name, ref in sorted(one.papers.items()):
        key = f"screening.proof_{name}"
        found.append((plain(key, tongue) if key in catalogue() else name, ref))
    return found


def _boxes(form: Form, tongue: Tongue) -> list[tuple[Any, list[tuple[str, str]] | None]]:
    """Each box with the words that it offers, where it offers some."""
    page = shown(form, tongue)
    return [(asked, _words(form.fields[name], tongue)) for name, asked in page.fields.items()]


def _words(line: Any, tongue: Tongue) -> list[tuple[str, str]] | None:
    if not isinstance(line, ChoiceField):
        return None
    known = line.known
    pairs = known.items() if isinstance(known, dict) else [(one, one) for one in known]
    return [(value, plain(text, tongue) if text in catalogue() else text) for value, text in pairs]
