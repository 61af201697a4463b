"""Just signed in for the first time, and a card that came [はじめの画面・カードの受取り]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.people import card_orders, members
from motocho.people.access import Action
from motocho.people.card_orders import Step
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something

_NUMBER = "first_number"
"""The store's key while the number is still to be shown, once."""
STATES = {
    None: "joining.card_ordered",
    Step.HANDED: "joining.card_handed",
    Step.SENT: "joining.card_sent",
    Step.RETURNED: "joining.card_returned",
    Step.ACTIVATED: "joining.card_active",
    Step.CANCELLED: "joining.card_cancelled",
}


def show_number_once(request: HttpRequest) -> None:
    """The next page shows the member's number, and no page after it [会員番号の表示]."""
    request.session[_NUMBER] = "once"


@require_safe
@access.members(Action.LOOK)
def welcome(request: HttpRequest, member: Member) -> HttpResponse:
    """The number, once, and what can be done now [はじめの画面]."""
    with connection.cursor() as cursor:
        number = ""
        if request.session.pop(_NUMBER, ""):
            number = members.one(cursor, member.member_id).member_number
        ordered = card_orders.newest(cursor, member.member_id)
    context = {
        "number": number,
        "card": "" if ordered is None else STATES[ordered.step],
        "open": member.open_agreements,
    }
    return pages.show(request, "joining/welcome.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def card(request: HttpRequest, member: Member) -> HttpResponse:
    """How the card stands; the member says that it came, or asks for it again [カードの受取り]."""
    if request.method == "POST":
        access.require(member, Action.CHANGE_FACTS)
        with transaction.atomic(), connection.cursor() as cursor:
            _on_card(cursor, request, member)
        return HttpResponseRedirect(reverse("joining:card"))
    with connection.cursor() as cursor:
        ordered = card_orders.newest(cursor, member.member_id)
    context = {
        "ordered": ordered,
        "state": "joining.card_none" if ordered is None else STATES[ordered.step],
        "has_come": ordered is not None and ordered.step is Step.ACTIVATED,
        "may_come": ordered is not None and ordered.step is Step.SENT,
        "is_back": ordered is not None and ordered.step is Step.RETURNED,
    }
    return pages.show(request, "joining/card.html", context)


def _on_card(cursor: Any, request: HttpRequest, member: Member) -> None:
    """It came; or, after it came back, another goes to the address of today."""
    found = card_orders.newest(cursor, member.member_id)
    if "again" not in request.POST:
        card_orders.activate(cursor, member.member_id, member.at)
    elif found is not None and found.step is Step.RETURNED:
        wanted = card_orders.Wanted(card_orders.Cause.NOT_ARRIVED, found.expires_on)
        source = (_commands.MEMBER, card_orders.again_of(found.key))
        card_orders.order(cursor, member.member_id, wanted, source, member.at)
