"""Pages on which members hand documents in, see them, and send a bad page again [書類の提出].

A file that is sent twice is one document (`intake.keep` knows it again), so that a double tap, a
reload, or Back and again, do it once. What is another's is not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from motocho.documents import intake
from motocho.documents.intake import Finding, Kept, Pages, Purpose, Standing, Upload
from motocho.loans import queries
from motocho.people.access import Action
from motocho.units.errors import Fault, NotFoundError
from motocho.web import access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, shown
from motocho.web.maintenance import changes_something
from motocho.web.uploads.field import UploadField, picture
from motocho.web.words import Said, Tongue, said, say

PURPOSES: Mapping[Purpose, str] = {
    Purpose.INCOME: "documents.income",
    Purpose.IDENTITY: "documents.identity",
    Purpose.ADDRESS: "documents.address",
    Purpose.OTHER: "documents.other",
}
USABLE: Mapping[Purpose, tuple[str, ...]] = {
    Purpose.INCOME: ("documents.slip", "documents.payslips", "documents.tax_return",
                     "documents.tax_notice", "documents.pension"),
    Purpose.IDENTITY: ("documents.licence", "documents.card", "documents.residence"),
    Purpose.ADDRESS: ("documents.bill", "documents.register"),
    Purpose.OTHER: ("documents.as_asked",),
}  # fmt: skip
"""Kinds that serve a purpose [使える書類] · 施行規則10条の17第1項 for incomes."""
STATES: Mapping[str, str] = {
    "waiting": "documents.waiting",
    "accepted": "documents.accepted",
    "again": "documents.again",
    "replaced": "documents.replaced",
}
Names: TypeAlias = Mapping[Purpose, SafeString]


class SendForm(Form):
    """One file [書類のファイル]."""

    page = UploadField("documents.file", "documents.file_hint")


@dataclass(frozen=True, slots=True)
class Line:
    """A page of the member's as a list shows it [提出したページ]."""

    of: Standing
    name: SafeString
    state: str
    why: Said | None

    @property
    def state_key(self) -> str:
        """The key of the word of its state [状態の文言]."""
        return STATES[self.state]


def _line(one: Standing, tongue: Tongue) -> Line:
    if one.replaced_by is not None:
        state = "replaced"
    elif one.finding is None:
        state = "waiting"
    else:
        state = "accepted" if one.finding is Finding.ACCEPTED else "again"
    why = said(one.finding.fault, tongue) if state == "again" and one.finding else None
    return Line(one, say(PURPOSES[one.purpose], tongue), state, why)


# ------------------------------------------------------------------------------------------ lists
@require_safe
@access.members(Action.HAND_IN)
def documents(request: HttpRequest, member: Member) -> HttpResponse:
    """What is asked for and until when, what is to be sent again, what was sent [書類の提出]."""
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        asked = queries.evidence_asked(cursor, member.member_id)
        sent = intake.of_member(cursor, member.member_id)
    lines = [_line(one, tongue) for one in sent]
    wait = any(one.of.purpose is Purpose.INCOME and one.state == "waiting" for one in lines)
    context = {
        "asked": asked,
        "is_over": asked is not None and asked.due_on < member.today,
        "is_sent": wait,
        "again": [one for one in lines if one.state == "again"],
        "lines": [one for one in lines if one.state != "again"],
        "purposes": [(one.value, say(key, tongue)) for one, key in PURPOSES.items()],
    }
    return pages.show(request, "uploads/documents.html", context)


@require_safe
@access.members(Action.HAND_IN)
def document(request: HttpRequest, member: Member, document_ref: str) -> HttpResponse:
    """One document as it arrived, page by page [提出した書類]."""
    found = _own(member, document_ref)
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        sent = intake.of_document(cursor, member.member_id, document_ref)
    lines = [_line(one, tongue) for one in sent]
    context = {"found": found, "lines": lines, "name": say(PURPOSES[found.purpose], tongue)}
    return pages.show(request, "uploads/document.html", context)


@require_safe
@access.members(Action.HAND_IN)
def page_picture(
    request: HttpRequest,  # noqa: ARG001
    member: Member,
    document_ref: str,
    page_no: int,
    size: str,
) -> HttpResponse:
    """A page as a picture, small or whole, for its owner [ページの画像]."""
    for one in _own(member, document_ref).pages:
        if one.page_no == page_no and one.picture is not None:
            return picture(one.picture.small if size == "small" else one.picture.jpeg)
    raise Http404


def _own(member: Member, document_ref: str) -> Pages:
    with connection.cursor() as cursor:
        found = intake.open_kept(cursor, document_ref)
    if found.owner_id != member.member_id:
        raise NotFoundError(Fault("UPL-010"))
    return found


# ---------------------------------------------------------------------------------------- sending
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.HAND_IN)
def send(request: HttpRequest, member: Member, purpose: str) -> HttpResponse:
    """Send a document for a purpose [書類を送る]."""
    known = {one.value: one for one in Purpose}
    if purpose not in known:
        raise Http404
    wanted = known[purpose]
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if form.is_bound and form.is_valid():
        with transaction.atomic(), connection.cursor() as cursor:
            kept = _keep(cursor, member, wanted, form)
        if kept is not None:
            return _to(kept)
    return _send_page(request, form, wanted, None)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.HAND_IN)
def again(request: HttpRequest, member: Member, document_ref: str, page_no: int) -> HttpResponse:
    """Send one bad page again; the rest of the document stays [ページの出し直し]."""
    with connection.cursor() as cursor:
        sent = intake.of_document(cursor, member.member_id, document_ref)
    tongue = pages.tongue_of(request)
    lines = [_line(one, tongue) for one in sent if one.page_no == page_no]
    if not lines:
        raise NotFoundError(Fault("UPL-010"))
    (line,) = lines
    if line.of.replaced_by is not None:
        return _to(Kept(line.of.replaced_by))
    if line.state != "again":
        return _to(Kept(document_ref))
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if form.is_bound and form.is_valid():
        with transaction.atomic(), connection.cursor() as cursor:
            kept = _keep(cursor, member, line.of.purpose, form)
            if kept is not None:
                intake.replace_page(cursor, member.member_id, (document_ref, page_no), kept)
        if kept is not None:
            return _to(kept)
    return _send_page(request, form, line.of.purpose, line)


def _keep(cursor: object, member: Member, purpose: Purpose, form: SendForm) -> Kept | None:
    upload: Upload = form.cleaned_data["page"]
    found = intake.keep(cursor, member.member_id, purpose, upload, member.at)
    if isinstance(found, Kept):
        return found
    for fault in found:
        form.refuse("page", fault)
    return None


def _to(kept: Kept) -> HttpResponse:
    return HttpResponseRedirect(reverse("documents:document", args=[kept.document_ref]))


def _send_page(
    request: HttpRequest, form: SendForm, purpose: Purpose, line: Line | None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    context = {
        "form": shown(form, tongue),
        "purpose": purpose.value,
        "name": say(PURPOSES[purpose], tongue),
        "usable": USABLE[purpose],
        "line": line,
        "here_at": request.path,
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "uploads/send.html", context, status=status)
