"""What a member agreed to, and takes back: each on its own, from the moment on [同意]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.people import consents
from motocho.people.access import Action
from motocho.people.consents import Consent, Kind, Standing
from motocho.people.consents import Told as Said
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.words import wording_ref


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may be agreed to, with the words it is agreed to in [同意の項目]."""

    name: str
    consent: Consent
    title: str
    words: str


OFFERS: Sequence[Offer] = (
    Offer("bureau", Consent(Kind.BUREAU), "consent.bureau", "consent.bureau_words"),
    Offer("campaign", Consent(Kind.CAMPAIGN), "consent.campaign", "consent.campaign_words"),
)


PAPERS = {
    "pre_contract": "consent.pre_contract",
    "contract": "consent.contract",
    "draw": "consent.draw",
    "receipt": "consent.receipt",
    "monthly_statement": "consent.statement",
}
"""Papers that come by wire where it was agreed to; how they come has a page of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item with how it stands [同意の1行]."""

    offer: Offer
    given_at: datetime | None
    past: tuple[Standing, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def agree(request: HttpRequest, member: Member) -> HttpResponse:
    """Every consent, dated, given and taken back with one button [同意の確認と撤回].

    Who stopped everything takes back all the same: it only takes away.
    """
    if request.method == "POST":
        offer = next((one for one in OFFERS if one.name == request.POST.get("name")), None)
        if offer is None:
            raise Http404
        _say(request, member, offer)
        return HttpResponseRedirect(f"{reverse('facts:consents')}#{offer.name}")
    with connection.cursor() as cursor:
        told = consents.history(cursor, member.member_id)
    context = {
        "rows": [_row(one, told) for one in OFFERS],
        "papers": _papers(told),
    }
    return pages.show(request, "facts/consents.html", context)


def _papers(told: Sequence[Standing]) -> list[tuple[str, datetime | None]]:
    """Each kind of paper, and since when it comes by wire."""
    latest = {
        one.consent.scope: one for one in told if one.consent.kind is Kind.ELECTRONIC_DELIVERY
    }
    found = [(label, latest.get(scope)) for scope, label in PAPERS.items()]
    return [(label, one.effective_at if one and one.is_given else None) for label, one in found]


def _row(offer: Offer, told: Sequence[Standing]) -> Row:
    past = tuple(one for one in told if one.consent == offer.consent)
    given = past[-1].effective_at if past and past[-1].is_given else None
    return Row(offer, given, past[::-1])


def _say(request: HttpRequest, member: Member, offer: Offer) -> None:
    """Agreed or taken back; without the bureau nothing new may be lent (貸金業法41条の36)."""
    form_ref = _commands.form_ref(request)
    words = wording_ref([offer.words], pages.tongue_read(request))
    said = Said("member", form_ref, words)
    say = consents.withdraw
    if request.POST.get("say") == "give":
        access.require(member, Action.CHANGE_CONSENTS)
        say = consents.give
    with transaction.atomic(), connection.cursor() as cursor:
        say(cursor, member.member_id, offer.consent, said, member.at)
        if offer.consent.kind is Kind.BUREAU:
            # What holds now, not what was sent: a form that comes again says nothing new.
            holds = consents.in_force(cursor, member.member_id, offer.consent, member.at)
            follow = commands.lift if holds else commands.suspend
            made = _commands.made(cursor, f"bureau {form_ref[-16:]}", member.at)
            for listed in member.open_agreements:
                follow(cursor, listed.key, Stop.NO_BUREAU_CONSENT, made)
