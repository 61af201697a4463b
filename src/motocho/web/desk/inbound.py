"""Somebody calls us: who it may be, and a call that is none of our attempts [受電].

A softphone opens `/desk/inbound/?from=0901…&call=…` when it rings. One member with that number: the
call is taken and the page of the member opens, masked. None or several, or a number that is
withheld: the page says so.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.reasons import talks
from motocho.people import access as gate
from motocho.people import members, staff
from motocho.people.access import Action
from motocho.people.facts import search as finding
from motocho.units.errors import Unread
from motocho.units.phones import read_phone
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk import searching
from motocho.web.desk._shown import number_of
from motocho.web.fields import LONGEST_TYPED

OWN_SITES = frozenset({"", "none", "same-origin"})
"""From where a page may be opened that takes a call: a softphone, or a page of ours."""


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def inbound(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Whose number it is; the call of the one it can be is taken at once [着信].

    Raises    StateConflict while another call of the colleague has no ending.
    """
    if request.method == "POST":
        return _taken(request, colleague, number_of(request.POST.get("member", "")), "")
    told = request.GET.get("from", "")[:LONGEST_TYPED]
    digits = read_phone(told)
    state = "withheld" if not told.strip() or isinstance(digits, Unread) else ""
    found = finding.Found(finding.By.PHONE, (), has_more=False)
    if not isinstance(digits, Unread):
        with transaction.atomic(), connection.cursor() as cursor:
            sought = finding.Sought(finding.By.PHONE, digits)
            found = finding.find(cursor, sought, colleague.staff, colleague.at)
        state = state or {0: "unknown", 1: "one"}.get(len(found.hits), "several")
    is_ours = request.headers.get("Sec-Fetch-Site", "") in OWN_SITES and request.method == "GET"
    if state == "one" and is_ours:
        rung = request.GET.get("call", "")[:LONGEST_TYPED]
        return _taken(request, colleague, found.hits[0].member_id, rung)
    with connection.cursor() as cursor:
        going = talks.unfinished(cursor, colleague.staff.actor)
    context = {
        "desk": colleague,
        "state": state,
        "rows": searching.rows_of(found.hits),
        "going": going,
    }
    return pages.show(request, "desk/inbound.html", context)


def _taken(
    request: HttpRequest, colleague: Colleague, member_id: int, rung: str
) -> HttpResponseRedirect:
    """The call is begun, once for each ringing or form; then the member's page."""
    reference = f"rung {hashlib.sha256(rung.encode()).hexdigest()}" if rung else ""
    source = reference or _commands.form_ref(request, _commands.DESK)
    with transaction.atomic(), connection.cursor() as cursor:
        by = colleague.looking_for("inbound")
        access.allow(gate.ask(cursor, by, Action.ASK_FOR_HELP, member_id, colleague.at))
        take(cursor, colleague, member_id, source)
    return HttpResponseRedirect(reverse("desk:member", args=[member_id]))


def take(cursor: Any, colleague: Colleague, member_id: int, source: str) -> talks.TalkKey:
    """Take a member's call; the one that goes on with the same member stays [受電の開始]."""
    actor = colleague.staff.actor
    going = talks.unfinished(cursor, actor)
    if going is not None and going.member_id == member_id:
        return going
    members.one(cursor, member_id)
    name = staff.account(cursor, colleague.staff.staff_id).name
    return talks.take(
        cursor, member_id, talks.Incoming(talks.Caller(name, actor), source), colleague.at
    )
