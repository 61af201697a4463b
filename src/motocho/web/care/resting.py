"""A rest from borrowing: begun with one press, lifted from the next day [借入を休む]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care import resting
from motocho.loans import commands
from motocho.loans.commands import REST_MONTHS
from motocho.people.access import Action
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.maintenance import changes_something

_MONTHS = {str(months): months for months in REST_MONTHS} | {"until-lifted": None}


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def rest(request: HttpRequest, member: Member) -> HttpResponse:
    """Begin, prolong or lift a rest [借入を休む]."""
    if request.method == "POST":
        return _change(request, member)
    with connection.cursor() as cursor:
        found = commands.rest_of(cursor, member.member_id)
        today = _commands.today(cursor, member.at)
    is_lifted = found is not None and found.last_on is not None and found.last_on <= today
    context = {
        "rest": found,
        "is_lifted": is_lifted,
        "months": REST_MONTHS,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/rest.html", context)


def _change(request: HttpRequest, member: Member) -> HttpResponse:
    wanted = request.POST.get("months", "")
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"rest {_acting.form_key(request)}", member.at)
        if wanted in _MONTHS:
            resting.begin(cursor, member.member_id, _MONTHS[wanted], way)
        elif "lift" in request.POST:
            found = commands.rest_of(cursor, member.member_id)
            if found is not None and _acting.is_meant(request, found.rest_no):
                resting.lift(cursor, member.member_id, way)
    return HttpResponseRedirect(reverse("care:rest"))
