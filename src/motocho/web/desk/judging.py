"""Documents of members, judged page by page, beside what is registered [書類の審査]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.documents import intake
from motocho.documents.intake import Finding, Page, Pages
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.people.facts import history
from motocho.people.safety import freezes
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._covering import covered
from motocho.web.desk._shown import PURPOSES, SHOWN
from motocho.web.uploads import picture
from motocho.web.words import said

LONGEST_PURPOSE = 40


def _opened(cursor: Any, colleague: Colleague, document_ref: str) -> tuple[Pages, Staff]:
    """A document, and who looks at it, written down; not there for who may not see it."""
    found = intake.open_kept(cursor, document_ref)
    if found.owner_id is None:
        raise members.no_such_member()
    staff = colleague.looking_for(f"document {document_ref}"[:LONGEST_PURPOSE])
    action = Action.REVIEW_DOCUMENT
    access.allow(gate.ask(cursor, staff, action, found.owner_id, colleague.at))
    return found, staff


@require_safe
@access.staff(Action.REVIEW_DOCUMENT)
def page(
    request: HttpRequest,
    colleague: Colleague,
    document_ref: str,
    page_no: int,
) -> HttpResponse:
    """One page of a document [書類の画像]; each look is written down."""
    with transaction.atomic(), connection.cursor() as cursor:
        found, _ = _opened(cursor, colleague, document_ref)
    instead = covered(request, colleague, found.owner_id or 0)
    if instead is not None:
        return instead
    for one in found.pages:
        if one.page_no == page_no and one.picture is not None:
            return picture(one.picture.jpeg)
    raise members.no_such_member()


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
def document(request: HttpRequest, colleague: Colleague, document_ref: str) -> HttpResponse:
    """A finding for each page; the member reads the same words [書類の審査] · PRIV-003."""
    with transaction.atomic(), connection.cursor() as cursor:
        found, staff = _opened(cursor, colleague, document_ref)
        instead = covered(request, colleague, found.owner_id or 0)
        if instead is not None:
            return instead
        open_pages = [one for one in found.pages if one.finding is None]
        findings = _findings(request, open_pages)
        if request.method != "POST" or len(findings) < len(open_pages):
            return _page(request, cursor, colleague, (found, findings))
        access.allow(intake.judge(cursor, document_ref, staff, findings, colleague.at))
    return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=documents")


def _findings(request: HttpRequest, open_pages: list[Page]) -> dict[int, Finding]:
    known = {one.value: one for one in Finding}
    chosen = {one.page_no: request.POST.get(f"page-{one.page_no}", "") for one in open_pages}
    return {number: known[name] for number, name in chosen.items() if name in known}


def _page(
    request: HttpRequest,
    cursor: Any,
    colleague: Colleague,
    about: tuple[Pages, dict[int, Finding]],
) -> HttpResponse:
    """The document with what was chosen so far, and which pages nobody has judged yet."""
    found, findings = about
    chosen = {page_no: finding.value for page_no, finding in findings.items()}
    missing = [one.page_no for one in found.pages if not one.finding and one.page_no not in chosen]
    tongue = pages.tongue_of(request)
    owner_id = found.owner_id or 0
    facts = history.as_of(cursor, owner_id, found.kept_at.astimezone(JAPAN).date())
    is_wrong = request.method == "POST"
    context = {
        "desk": colleague,
        "one": found,
        "rows": [(one, chosen.get(one.page_no, "")) for one in found.pages],
        "missing": missing if is_wrong else [],
        "purpose": PURPOSES[found.purpose],
        "options": [(one.value, said(one.fault, tongue)) for one in Finding],
        "wrong": said(Fault("DSK-003"), tongue) if is_wrong else None,
        "member": members.one(cursor, owner_id),
        "facts": [(label, facts[item]) for item, label in SHOWN.items() if item in facts],
        "frozen_at": freezes.frozen_at(cursor, owner_id),
    }
    return pages.show(request, "desk/document.html", context, status=422 if is_wrong else 200)
