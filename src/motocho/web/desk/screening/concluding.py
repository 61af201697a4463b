"""From what the applicant agreed to, to the contract or the higher limit [契約の締結の画面].

Everything that is lacking is said at once. The terms are shown on paper first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.documents.archive import Signed
from motocho.people import members
from motocho.people.access import Action
from motocho.screening import applications
from motocho.screening.applications import conclusions, decisions
from motocho.screening.decision import AskedKind
from motocho.units.errors import Fault, StateConflict
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._choosing import labels
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening._held import Held, faults, form_of, held, to, tried

WAYS: Mapping[str, str] = labels(Signed, "screening.signed")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def concluded(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """What is lacking; the paper of before; the contract, once [契約の締結] · LEND-001, DOC-001."""
    wrong: tuple[Fault, ...] = ()
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
    if request.method == "POST":
        does = request.POST.get("do", "")
        wrong = _done(request, colleague, of, does)
        if not wrong:
            return to(*(("application_conclude", of.key, "shown") if does == "show"
                        else ("application", of.key, "concluded")))  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        context = _context(cursor, colleague, of, request)
    context["wrong"] = faults(wrong, pages.tongue_of(request))
    page = "desk/screening/conclude.html"
    return pages.show(request, page, context, status=422 if wrong else 200)


def _context(cursor: Any, colleague: Colleague, of: Held, request: HttpRequest) -> dict[str, Any]:
    tongue, one = pages.tongue_of(request), of.application
    known = decisions.standing(cursor, of.key)
    kept = None if known is None else conclusions.paper_of(cursor, known.decision)
    number = None if kept is None else kept.paper_no
    lacking = applications.lacking(cursor, one, number, colleague.at) if one.is_open else ()
    is_new = one.kind is AskedKind.NEW
    may_show = is_new and kept is None and known is not None and known.is_approved
    return {
        "desk": colleague,
        "one": one,
        "member": members.one(cursor, of.key.member_id),
        "known": known,
        "paper": kept,
        "is_new": "yes" if is_new else "",
        "may_show": "yes" if may_show and one.is_open else "",
        "lacking": faults(tuple(each.fault() for each in lacking), tongue),
        "became": applications.became(cursor, of.key),
        "ways": WAYS,
        "way": request.POST.get("way", Signed.BY_WIRE.value),
        "done": "screening.done_shown" if request.GET.get("done") == "shown" else "",
    }


def _done(request: HttpRequest, colleague: Colleague, of: Held, does: str) -> tuple[Fault, ...]:
    def act(cursor: Any) -> object:
        known = decisions.standing(cursor, of.key)
        if known is None or does not in {"show", "conclude"}:
            raise StateConflict(Fault("SCR-209"))
        if does == "show":
            return applications.show_terms(cursor, known.decision, directory().lender, colleague.at)
        return _conclude(cursor, request, colleague, of)

    return tried(act)


def _conclude(cursor: Any, request: HttpRequest, colleague: Colleague, of: Held) -> object:
    reference, at = form_of(request, colleague, "conclude")
    made = _commands.made(cursor, reference, at, of.staff.actor, _commands.DESK)
    if of.application.kind is AskedKind.INCREASE:
        return applications.raise_limit(cursor, of.key, made)
    known = decisions.standing(cursor, of.key)
    kept = None if known is None else conclusions.paper_of(cursor, known.decision)
    chosen = request.POST.get("way", "")
    way = Signed(chosen) if chosen in WAYS else Signed.BY_WIRE
    return applications.conclude(cursor, of.key, (0 if kept is None else kept.paper_no, way), made)
