"""S2: a history gets in by paste, by file, or by hand [取り込み].

Everything is read by this process; nothing leaves the machine. What cannot be read is listed row by
row and stays in the box.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.claims import reading
from motocho.documents.intake import MOST_BYTES
from motocho.office import cases, intake
from motocho.units.errors import Fault, FaultyInput
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import said

SHOWN_FAULTS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The three ways in, and what the last try could not read [取り込み]."""
    case = cases.load(case_id)
    if request.method != "POST":
        return frame.case_page(request, "studio/import.html", case)
    typed = request.POST.get("pasted", "")
    try:
        data, name = _sent(request, typed)
        if intake.kind_of(data) is not intake.FileKind.TABLE:
            job_id = intake.begin(case_id, data, name=name, at=pages.moment(request))
            return HttpResponseRedirect(reverse("studio:reading", args=[case_id, job_id]))
        history = reading.read(data, file=name or None)
        operations = cases.import_operations(case, history)
    except FaultyInput as error:
        return _unread(request, case, typed, error)
    cases.apply(
        case_id,
        operations,
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=frame.seq_read(request, case),
    )
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))


def _sent(request: HttpRequest, typed: str) -> tuple[bytes, str]:
    """What was sent: a file if there is one, else what was pasted.

    Raises    FaultyInput for nothing, and for a file larger than is taken.
    """
    sent = request.FILES.get("file")
    if sent is None:
        if not typed.strip():
            raise FaultyInput(Fault("STU-016"))
        return typed.replace("\r\n", "\n").encode(), ""
    if (sent.size or 0) > MOST_BYTES:
        details = {"most": str(MOST_BYTES >> 20)}
        raise FaultyInput(Fault("STU-017", file=sent.name, details=details))
    return sent.read(), sent.name or ""


def _unread(request: HttpRequest, case: cases.Case, typed: str, error: FaultyInput) -> HttpResponse:
    tongue = pages.tongue_of(request)
    wrong = [{"fault": one, "said": said(one, tongue)} for one in error.faults[:SHOWN_FAULTS]]
    context: dict[str, Any] = {
        "wrong": wrong,
        "wrong_count": len(error.faults),
        "typed": typed,
    }
    return frame.case_page(request, "studio/import.html", case, context, status=422)
