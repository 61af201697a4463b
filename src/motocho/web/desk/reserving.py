"""What the whole book would owe back, for supervisors: the last run, by product and year [引当].

The run is made by `motocho portfolio`; its folder stands in MOTOCHO_PORTFOLIO. This page adds it up
as of today and changes nothing.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.units.errors import FaultyInput, NotFoundError
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.words import Said, said

if TYPE_CHECKING:
    from motocho.office.portfolio import Reserve


def _estimate(colleague: Colleague, by: str) -> Reserve | None:
    """The newest run as of today; None without one, or where the parts for whole books are not.

    Raises    FaultyInput where its results do not add up.
    """
    folder = settings.PORTFOLIO_FOLDER
    if not folder:
        return None
    try:
        from motocho.office import portfolio  # noqa: PLC0415  # an extra; not every site has it
    except ImportError:
        return None  # the extra for whole books is not installed here
    chosen = next((one for one in portfolio.By if one.value == by), portfolio.By.FIRST_OVERPAID)
    try:
        return portfolio.estimate(Path(folder), colleague.at.astimezone(JAPAN).date(), chosen)
    except NotFoundError:
        return None


@require_safe
@access.staff(Action.SUPERVISE)
def reserve(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Claims in full by product and year, and what prescription may bar [引当の見積り]."""
    wanted = request.GET.get("by", "")
    wrong: list[Said] = []
    found: Reserve | None = None
    try:
        found = _estimate(colleague, wanted)
    except FaultyInput as error:
        wrong = [said(one, pages.tongue_of(request)) for one in error.faults]
    if found is not None and request.GET.get("form") == "csv":
        return _csv(found)
    context = {
        "desk": colleague,
        "reserve": found,
        "wrong": wrong,
        "by": "" if found is None else found.by.value,
        "ways": {
            "first_overpaid": "claiming.by_first_overpaid",
            "last_dealt": "claiming.by_last_dealt",
        },
    }
    return pages.show(request, "desk/reserve.html", context, status=422 if wrong else 200)


def _csv(found: Reserve) -> HttpResponse:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(found.rows())
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="reserve-{found.on:%Y%m%d}.csv"'
    return response
