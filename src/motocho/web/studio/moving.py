"""Cases on their way: out as a sealed file, in from another PC, and their table [持ち出し]."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.office import cases
from motocho.units.errors import Fault, FaultyInput, InputError, MotochoError
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import said


@require_http_methods(["GET", "HEAD", "POST"])
def export_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """A case as a file that a passphrase seals [事件の持ち出し]."""
    case = cases.load(case_id)
    if request.method != "POST":
        return frame.case_page(request, "studio/export.html", case)
    first, second = request.POST.get("passphrase", ""), request.POST.get("again", "")
    try:
        if first != second:
            raise InputError(Fault("STU-036"))
        data = cases.export_case(case_id, first)
    except MotochoError as error:
        context = {"refused": [said(one, pages.tongue_of(request)) for one in error.faults]}
        return frame.case_page(request, "studio/export.html", case, context, status=422)
    return _file(data, f"{frame.name_of(case, pages.tongue_of(request))}.motocho-case")


@require_safe
def table(request: HttpRequest, case_id: int) -> HttpResponse:
    """The rows as CSV, as spreadsheets and the command line read them [表の書き出し]."""
    case = cases.load(case_id)
    name = f"{frame.name_of(case, pages.tongue_of(request))}.csv"
    return _file(b"\xef\xbb\xbf" + case.table_for_people(), name, "text/csv; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def arrive_page(request: HttpRequest) -> HttpResponse:
    """A case that arrives from another PC [事件の受け入れ]."""
    if request.method != "POST":
        return frame.show(request, "studio/arrive.html")
    context: dict[str, Any] = {}
    try:
        sent = request.FILES.get("file")
        if sent is None:
            raise FaultyInput(Fault("STU-026"))
        arrived = cases.import_case(sent.read(), request.POST.get("passphrase", ""))
    except MotochoError as error:
        context["refused"] = [said(one, pages.tongue_of(request)) for one in error.faults]
        return frame.show(request, "studio/arrive.html", context, status=422)
    return HttpResponseRedirect(reverse("studio:case", args=[arrived.case_id]))


def _file(data: bytes, name: str, content_type: str = "application/octet-stream") -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
