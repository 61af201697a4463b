"""A paper beside its picture, read into a record; a correction is another row [書面の転記].

The kind of paper comes first, then its boxes. What was typed stays where it is refused.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.people import members
from motocho.people.access import Action
from motocho.screening.applications import Entry, enter_paper, entries
from motocho.screening.capacity import Paper, PaperKind
from motocho.screening.decision import value_word
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known
from motocho.web.desk._shown import number_of
from motocho.web.desk.screening import _papers
from motocho.web.desk.screening._held import (
    Held,
    documents,
    faults,
    form_of,
    held,
    to,
    tried,
)
from motocho.web.desk.screening._papers import PaperForm
from motocho.web.fields import shown

KINDS = {one.value: one for one in PaperKind}


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def entered(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """One document's paper: entered, corrected, taken out [書面の転記] · LEND-005.

    Raises    NotFoundError for a document or an entry that is not of this application.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        before = _before(cursor, of, request.GET.get("replaces", ""))
        ref, page_list = _document(cursor, of, before, request.GET.get("document", ""))
    kind = _kind(request, before)
    form = None if kind is None else _form(request, kind, before)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        wrong, is_done = _done(request, colleague, (of, before, ref), (kind, form))
        if is_done:
            return to("application", of.key, "entered")
    tongue = pages.tongue_of(request)
    context = {
        "desk": colleague,
        "one": of.application,
        "member": _member(member_id),
        "ref": ref,
        "pages": page_list,
        "replaces": before,
        "kind": "" if kind is None else kind.value,
        "kind_word": "" if kind is None else value_word(kind.value, tongue.language),
        "kinds": [(one.value, value_word(one.value, tongue.language)) for one in PaperKind],
        "form": None if form is None else shown(form, tongue),
        "boxes": [] if form is None else _boxes(form, tongue),
        "wrong": faults(wrong, tongue),
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/screening/paper.html", context, status=status)


def _member(member_id: int) -> members.Member:
    with connection.cursor() as cursor:
        return members.one(cursor, member_id)


def _boxes(form: PaperForm, tongue: Any) -> list[tuple[Any, Any, str]]:
    """Each box with its choices, if it has some, and what was chosen."""
    page = shown(form, tongue)
    found = []
    for name, asked in page.fields.items():
        line = form.fields[name]
        known = line.known if isinstance(line, ChoiceField) else None
        found.append((asked, known, asked.typed))
    return found


def _before(cursor: Any, of: Held, replaces: str) -> entries.PaperEntry | None:
    """The entry that is corrected; None for a new one."""
    if not replaces:
        return None
    for one in entries.papers(cursor, of.key):
        if one.paper_no == number_of(replaces) and one.paper is not None:
            return one
    raise members.no_such_member()


def _document(
    cursor: Any, of: Held, before: entries.PaperEntry | None, ref: str
) -> tuple[str, list[Any]]:
    wanted = ref if before is None else before.document_ref
    for known, page_list in documents(cursor, of.key.member_id):
        if known == wanted:
            return known, page_list
    if before is not None:  # its picture was erased: the entry can still be corrected
        return before.document_ref, []
    raise members.no_such_member()


def _kind(request: HttpRequest, before: entries.PaperEntry | None) -> PaperKind | None:
    given = request.GET.get("kind", "")
    if given in KINDS:
        return KINDS[given]
    held_paper: Paper | None = None if before is None else before.paper
    return None if held_paper is None else held_paper.kind


def _form(request: HttpRequest, kind: PaperKind, before: entries.PaperEntry | None) -> PaperForm:
    if request.method == "POST" and request.POST.get("do") == "enter":
        return _papers.form_for(kind, request.POST)
    form = _papers.form_for(kind)
    if before is not None and before.paper is not None and before.paper.kind is kind:
        form.data = _papers.typed_of(before.paper)
    else:
        form.data = {"income": "salary", "whose": "applicant"}
    return form


def _done(
    request: HttpRequest,
    colleague: Colleague,
    about: tuple[Held, entries.PaperEntry | None, str],
    read: tuple[PaperKind | None, PaperForm | None],
) -> tuple[tuple[Fault, ...], bool]:
    """Write it down; why not, and whether it was done."""
    (of, before, ref), (kind, form) = about, read
    number = None if before is None else before.paper_no
    if request.POST.get("do") == "remove" and before is not None:
        entry = Entry(ref, None, number)
    elif kind is None or form is None or not _is_whole(form):
        return (), False
    else:
        entry = Entry(ref, _papers.paper_of(kind, form), number)
    sending = form_of(request, colleague, "paper")
    wrong = tried(lambda cursor: enter_paper(cursor, of.key, entry, of.staff, sending))
    return wrong, not wrong


def _is_whole(form: PaperForm) -> bool:
    is_read = form.is_valid()
    _papers.checked(form)
    return is_read and not form.errors
