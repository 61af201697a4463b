"""How often colleagues look at members and search: for supervisors and auditors [閲覧の監視]."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.people import access as people_access
from motocho.people.access import Action
from motocho.web import access, pages
from motocho.web.access import Colleague

WITHIN = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
SPANS = {"hour": "desk.looks.hour", "day": "desk.looks.day", "week": "desk.looks.week"}


@require_safe
@access.staff(Action.WATCH_LOOKS)
def looks(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Looks, members and searches of each colleague, the most members first [閲覧の頻度]."""
    wanted = request.GET.get("within", "day")
    span = wanted if wanted in WITHIN else "day"
    with connection.cursor() as cursor:
        found = people_access.looks_since(cursor, colleague.at - WITHIN[span])
    context = {"desk": colleague, "rows": found, "span": span, "spans": SPANS.items()}
    return pages.show(request, "desk/looks.html", context)
