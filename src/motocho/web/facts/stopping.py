"""A lost card, a link out of an alert, and the way back after a stop [停止・再開]."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.loans import commands, queries
from motocho.loans.policy import Status, Stop
from motocho.people import requests
from motocho.people.access import Action
from motocho.people.safety import codes, freezes
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing


@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.FREEZE)
def lost_card(request: HttpRequest, member: Member) -> HttpResponse:
    """The card is lost or stolen: everything stops, a new one is asked for [紛失・盗難] · AUTH-011.

    Works at every hour: it only takes away. All sessions end with it, this one too.
    """
    if request.method != "POST":
        return pages.show(request, "facts/lost_card.html")
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"card lost {member.session.session_id}", member.at)
        for listed in member.open_agreements:
            commands.suspend(cursor, listed.key, Stop.CARD_LOST, made)
        freezes.freeze(cursor, member.member_id, freezes.Road.SITE, "member", member.at)
        if "no_card" not in request.POST:
            requests.ask_own(cursor, member.member_id, requests.Kind.NEW_CARD, member.at)
    access.leave(request)
    context = {"new_card": "" if "no_card" in request.POST else "asked"}
    return pages.show(request, "facts/card_stopped.html", context)


_OWN_STOPS = frozenset({Stop.MEMBER_ASKED, Stop.CARD_LOST})
"""What a member put there: it ends as a stop of everything does."""
_LATELY = timedelta(days=30)
_REFUSED = {
    requests.Kind.REOPENING: "reopening.refused",
    requests.Kind.NEW_CARD: "reopening.card_refused",
}


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def reopen(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask to go on after a stop: a code, then somebody of the staff [利用の再開の申込み]."""
    with connection.cursor() as cursor:
        frozen_at = freezes.frozen_at(cursor, member.member_id)
        asked = requests.own_waiting(cursor, member.member_id)
        since = frozen_at or member.at - _LATELY
        refused = requests.own_refused(cursor, member.member_id, since)
        stops = {
            stop
            for listed in member.open_agreements
            for stop in queries.position(cursor, listed.key, member.today).stops
        }
    is_stopped = frozen_at is not None or bool(stops & _OWN_STOPS)
    context = {
        "frozen_at": frozen_at,
        "stopped": is_stopped,
        "asked_at": asked.get(requests.Kind.REOPENING),
        "card_asked_at": asked.get(requests.Kind.NEW_CARD),
        "refused": [(_REFUSED[kind], at) for kind, at in refused.items() if kind not in asked],
    }
    if request.method != "POST" or not is_stopped or context["asked_at"] is not None:
        return pages.show(request, "facts/reopen.html", context)
    thing = Thing(codes.Purpose.REOPEN, confirming.bound(member, "reopen"))
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "reopening.title")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(codes.spend(cursor, member.member_id, *thing, member.at))
        requests.ask_own(cursor, member.member_id, requests.Kind.REOPENING, member.at)
    return pages.show(request, "facts/reopen.html", context | {"asked_at": member.at})


# ------------------------------------------------------------------------------ the link of alerts
@require_http_methods(["GET", "HEAD", "POST"])
def freeze_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link that stands in alerts: it freezes, once, and does nothing else [停止リンク].

    Looking changes nothing, since programs look at links in mails. What a link that is spent or
    made up gives is the same page.
    """
    if request.method != "POST":
        return pages.show(request, "facts/freeze_link.html")
    at = pages.moment(request)
    with transaction.atomic(), connection.cursor() as cursor:
        member_id = freezes.freeze_by_link(cursor, token, at)
        if member_id is not None:
            reference = f"link {_commands.form_ref(request)[-16:]}"
            made = _commands.made(cursor, reference, at, "link")
            for listed in queries.agreements(cursor, member_id):
                if listed.status is not Status.CLOSED:
                    commands.suspend(cursor, listed.key, Stop.MEMBER_ASKED, made)
    return pages.show(request, "facts/link_done.html")
