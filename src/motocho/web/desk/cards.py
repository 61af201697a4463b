"""A member's cards that came back by post, and what becomes of each [返戻カード].

Destroyed, or sent again to an address that somebody confirmed: either ends the task of the day's
list. The address itself is not shown here; it is read by a permit as the order leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from motocho.notices import carding
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import card_orders, members, staff
from motocho.people.access import Action
from motocho.people.card_orders import Fate, OrderKey
from motocho.people.facts import history, values
from motocho.units.errors import Fault, MotochoError
from motocho.web import access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._choosing import labels
from motocho.web.desk._covering import once_known
from motocho.web.words import Said, said

FATES: Mapping[str, str] = labels(Fate, "cards.fate")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
@once_known
def returned(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Cards that came back: sent again by a reviewer, or destroyed [返戻カードの処置]."""
    refused: Said | None = None
    looking = colleague.looking_for("card_order")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, looking, Action.ASK_FOR_HELP, member_id, colleague.at))
        if request.method == "POST":
            refused = _tried(request, cursor, member_id, colleague)
            if refused is None:
                return HttpResponseRedirect(f"{request.path}?done=yes")
        context = _context(cursor, member_id, colleague)
    context |= {
        "refused": refused,
        "typed": request.POST.get("ref", "") if refused else "",
        "done": "cards.done" if request.GET.get("done") else "",
    }
    return pages.show(request, "desk/cards.html", context, status=422 if refused else 200)


def _context(cursor: Any, member_id: int, colleague: Colleague) -> dict[str, Any]:
    seen_to = card_orders.settled(cursor, member_id)
    names = {one.staff_id: one.name for one in staff.accounts(cursor)}
    today = colleague.at.astimezone(JAPAN).date()
    rows = [
        (one, _settled(seen_to.get(one.key.order_id), names))
        for one in card_orders.came_back(cursor, member_id)
    ]
    has_address = values.Kind.ADDRESS in history.as_of(cursor, member_id, today)
    return {
        "desk": colleague,
        "member_id": member_id,
        "masked": masked(members.one(cursor, member_id)),
        "rows": rows,
        "longest": card_orders.LONGEST_REF,
        "may_send": "yes" if colleague.may(Action.REVIEW_DOCUMENT) and has_address else "",
        "has_address": "yes" if has_address else "",
    }


def _settled(
    found: card_orders.Settled | None, names: Mapping[int, str]
) -> tuple[str, card_orders.Settled, str] | None:
    if found is None:
        return None
    return FATES[found.fate.value], found, names.get(found.staff_id, "")


def _tried(request: HttpRequest, cursor: Any, member_id: int, colleague: Colleague) -> Said | None:
    """Do what the form asks; what stands against it, in words."""
    number, fate = request.POST.get("order", ""), request.POST.get("do", "")
    tongue = pages.tongue_of(request)
    if fate not in FATES or not number.isdecimal() or len(number) > _LONGEST:
        return said(Fault("CRD-004"), tongue)
    how = (Fate(fate), request.POST.get("ref", ""))
    key = OrderKey(member_id, int(number))
    try:
        with transaction.atomic():
            carding.settle_return(cursor, key, how, colleague.staff, colleague.at)
    except MotochoError as error:
        return said(error.faults[0], tongue)
    return None


_LONGEST = 18
"""Digits of an order's number."""
