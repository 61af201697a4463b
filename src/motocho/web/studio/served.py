"""What the studio on the lender's server has of its own: the cases there, the book's news [作業場].

A case is opened from the pages about the agreement: the member's history, the desk's disclosure,
recalculation or claim. Here the cases are listed, and what the book says since is taken over.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.office import owned
from motocho.office.owned import Taking
from motocho.people import access as gate
from motocho.people import members
from motocho.web import pages
from motocho.web.access import Colleague, Member
from motocho.web.studio import _guests, frame

SHOWN = 100


@require_safe
def cases_page(request: HttpRequest) -> HttpResponse:
    """The cases of who asks [事件一覧]: a member's own, or those that the house opened."""
    guest = _guests.guest_of(request)
    context: dict[str, Any] = {"rows": [], "agreements": []}
    if guest is not None and guest.member is not None:
        context = _of_member(guest.member)
    elif guest is not None and guest.colleague is not None:
        page = max(1, frame.number_read(request.GET.get("page", ""), 1))
        context = _of_house(guest.colleague, page)
    return frame.show(request, "studio/served.html", context)


def _of_member(member: Member) -> dict[str, Any]:
    with connection.cursor() as cursor:
        found = owned.of_member(cursor, member.member_id)
    opened = {one.key.agreement_id for one in found}
    return {
        "rows": [(one, "") for one in found],
        "agreements": [
            one.key.agreement_id for one in member.agreements if one.key.agreement_id not in opened
        ],
    }


def _of_house(colleague: Colleague, page: int) -> dict[str, Any]:
    """Without a name: whose a case is is looked at when it is opened, and written down."""
    with connection.cursor() as cursor:
        kept_from = gate.kept_from(cursor, colleague.staff)
        first = (page - 1) * SHOWN
        found, count = owned.of_house(cursor, kept_from, first=first, most=SHOWN)
        numbers = members.numbers_of(cursor, [one.key.member_id for one in found])
    return {
        "rows": [(one, f"****{numbers[one.key.member_id][-4:]}") for one in found],
        "agreements": [],
        "count": count,
        "newer": page - 1,
        "older": page + 1 if first + SHOWN < count else 0,
    }


@require_POST
def take_over(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take over what the book says since, as one group of entries [帳簿の引継ぎ]."""
    guest = _guests.guest_of(request)
    if guest is None or guest.owner is None:
        raise _guests.nowhere()
    with transaction.atomic(), connection.cursor() as cursor:
        on = _guests.today_of(cursor, guest)
        read = frame.number_read(request.POST.get("seq", ""), 0)
        taking = Taking(guest.actor, pages.moment(request), on, read)
        owned.take_over(cursor, guest.owner, taking)
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))
