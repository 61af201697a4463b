"""An offer that a consultation made: seen with its yen, taken or left [返済の提案].

The figures are reckoned anew each time they are shown, and whoever takes the offer sends along
those that they saw: others than these agree to nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.reliefs import offers
from motocho.loans import queries
from motocho.people.access import Action
from motocho.web import _commands, access, pages
from motocho.web._ways import WAYS
from motocho.web.access import Member
from motocho.web.care import _acting, _bounds
from motocho.web.care._bounds import Bound
from motocho.web.maintenance import changes_something

_STATES = {
    offers.Answer.AGREED: "offer.agreed",
    offers.Answer.DECLINED: "offer.declined",
    offers.Answer.REPLACED: "offer.over",
}


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def offer(request: HttpRequest, member: Member, offer_id: int) -> HttpResponse:
    """What is offered with all it costs; take it or leave it [返済の提案] · LEDG-015.

    Raises    NotFoundError for another's offer, as for none.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        found = offers.one(cursor, member.member_id, offer_id)
        if request.method == "POST":
            _answer(cursor, request, member, found)
            return HttpResponseRedirect(reverse("care:offer", args=[offer_id]))
        on = _commands.today(cursor, member.at)
        context = _context(cursor, request, found, on)
    return pages.show(request, "care/offer.html", context)


def _answer(cursor: Any, request: HttpRequest, member: Member, found: offers.Offer) -> None:
    key, answer = _acting.form_key(request), request.POST.get("answer", "")
    way = _commands.made(cursor, f"offer {key}", member.at)
    if answer == "agree":
        agreeing = offers.Agreeing(offers.Road.SITE, request.POST.get("seen", ""))
        found_bound = _bound(cursor, found, way.business_on)
        if found_bound is not None:
            _bounds.refuse(found_bound)
        offers.agree(cursor, found, agreeing, way)
    elif answer == "decline":
        source = _commands.source(f"offer {key}")
        offers.decline(cursor, found, source, way.business_on, member.at)


def _bound(cursor: Any, found: offers.Offer, on: date) -> Bound | None:
    """What came over the agreement since it was offered, and shuts it."""
    state = _bounds.bound(cursor, queries.position(cursor, found.key, on))
    return state if found.answer is None and _bounds.shuts(state, found.draft.way) else None


def _context(cursor: Any, request: HttpRequest, found: offers.Offer, on: Any) -> dict[str, Any]:
    state = "offer.over" if found.answer is None and not found.is_open(on) else ""
    if found.answer is not None:
        state = _STATES[found.answer]
    shut = None if state else _bound(cursor, found, on)
    if shut is not None:
        state = _bounds.NOTICES[shut]
    way = None if state else offers.fresh(cursor, found, on)
    may_be = way is not None and way.may_be_offered
    return {
        "offer": found,
        "title": WAYS[found.draft.way],
        "state": state,
        "refusal": None if way is None else _acting.told(request, way.refusal),
        "figures": offers.figures_of(way) if way is not None and may_be else found.settled,
        "is_promised": way is not None and way.is_promised,
        "is_changed": way is not None and way.change is not None,
        "ref": _acting.form_key(request),
    }
