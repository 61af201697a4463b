"""A lost card, a link out of an alert, and the way back after a stop [停止・再開]."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.loans import commands, queries
from motocho.loans.policy import Status, Stop
from motocho.people import cards, requests
from motocho.people.access import Action
from motocho.people.cards import Loss, LossTold
from motocho.people.safety import codes, freezes
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, LineField, Manner, shown
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing

HOWS = {Loss.LOST.value: "card.how_lost", Loss.STOLEN.value: "card.how_stolen"}


class PoliceField(LineField):
    """A number that the police gave, as they write it [受理番号]."""

    longest = cards.LONGEST_POLICE_REF
    manner = Manner(width="number")

    def faults(self, value: str) -> tuple[Fault, ...]:
        """It is told, and no longer than such a number is [点検]."""
        if not value.strip():
            return (Fault("FCT-090"),)
        is_long = len(value.strip()) > self.longest
        return (Fault("FCT-011", details={"length": str(self.longest)}),) if is_long else ()


@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.FREEZE)
def lost_card(request: HttpRequest, member: Member) -> HttpResponse:
    """The card is lost or stolen: everything stops, a new one is asked for [紛失・盗難] · AUTH-011.

    Works at every hour: it only takes away. All sessions end with it, this one too. Of a stolen
    card the number of the report to the police can be told later, on the same page.
    """
    if request.method != "POST" or request.POST.get("do") == "police":
        return _told_later(request, member)
    how = Loss.STOLEN if request.POST.get("how") == Loss.STOLEN.value else Loss.LOST
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"card lost {member.session.session_id}", member.at)
        for listed in member.open_agreements:
            commands.suspend(cursor, listed.key, Stop.CARD_LOST, made)
        freezes.freeze(cursor, member.member_id, freezes.Road.SITE, "member", member.at)
        source = ("member", f"site {made.external_ref}")
        cards.tell_loss(cursor, member.member_id, LossTold(how), source, member.at)
        if "no_card" not in request.POST:
            requests.ask_own(cursor, member.member_id, requests.Kind.NEW_CARD, member.at)
    access.leave(request)
    context = {
        "new_card": "" if "no_card" in request.POST else "asked",
        "stolen": "stolen" if how is Loss.STOLEN else "",
    }
    return pages.show(request, "facts/card_stopped.html", context)


class PoliceForm(Form):
    """The number of the report to the police [被害届の受理番号]."""

    police_ref = PoliceField("card.police_ref", "card.police_ref_hint")


def _told_later(request: HttpRequest, member: Member) -> HttpResponse:
    """The page before a stop; after one, where the number of the police can still be told."""
    form = PoliceForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        told = cards.loss_of(cursor, member.member_id)
        is_stolen = told is not None and told.how is Loss.STOLEN
        is_done = is_stolen and form.is_bound and form.is_valid()
        if is_done:
            source = ("member", _commands.form_ref(request))
            later = LossTold(Loss.STOLEN, form.cleaned_data["police_ref"])
            cards.tell_loss(cursor, member.member_id, later, source, member.at)
    context = {
        "hows": HOWS,
        "stolen": "stolen" if is_stolen else "",
        "has_number": "yes" if is_done or (told is not None and told.police_ref) else "",
        "form": shown(form, pages.tongue_of(request)),
    }
    is_wrong = form.is_bound and bool(form.errors)
    return pages.show(request, "facts/lost_card.html", context, status=422 if is_wrong else 200)


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
