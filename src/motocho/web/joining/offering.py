"""An offer in words, its paper, and the applicant's answer to it [提案・書面・承諾].

Agreed is to the offer that was shown and no other; who declines needs as many taps. Nothing is
agreed to before its paper of before the contract was read (貸金業法16条の2第2項, DOC-001).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.documents.archive import Kept as Paper
from motocho.documents.archive import Road
from motocho.kernel.schedule import first_due, minimum_yen
from motocho.loans.outlook import Outlook, new_loan, outlook
from motocho.loans.queries import Contract
from motocho.people import consents
from motocho.people.consents import Consent, Told
from motocho.screening import applications
from motocho.screening.applications import (
    CardWish,
    Kept,
    Outcome,
    decisions,
    forms,
    joining,
    steps,
)
from motocho.screening.decision import AskedKind
from motocho.web import _commands, pages
from motocho.web._directory import directory
from motocho.web.facts._forms import ChoiceField
from motocho.web.fields import Form, shown
from motocho.web.joining.entering import Applicant, applicants
from motocho.web.maintenance import changes_something
from motocho.web.member import delivery
from motocho.web.words import wording_ref

CARDS = {CardWish.WANTED.value: "joining.card_wanted", CardWish.CARDLESS.value: "joining.cardless"}
ROADS = {"wire": "joining.by_wire", "post": "joining.by_post"}
PRE_CONTRACT = "pre_contract"


class AgreeForm(Form):
    """The applicant's word on an offer [承諾]."""

    card = ChoiceField("joining.card", CARDS)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as its page shows it [提案の表示]."""

    of: Kept
    contract: Contract
    first_due_on: date
    minimum_yen: int
    course: Outlook | None
    paper: Paper | None
    is_read: bool
    is_new: bool
    """A first contract, with its paper before; a higher limit has its paper after."""

    @property
    def by_wire(self) -> bool:
        """Whether the paper is read on the site [電磁交付か]."""
        return self.paper is not None and self.paper.road is Road.ELECTRONIC


@require_safe
@applicants
def offer(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """The offer, or how the application stands where none waits for an answer [提案]."""
    return _page(request, applicant, AgreeForm())


def _page(request: HttpRequest, applicant: Applicant, form: AgreeForm) -> HttpResponse:
    with connection.cursor() as cursor:
        application = forms.one(cursor, applicant.key)
        found = _offer(cursor, application, applicant)
        open_steps = steps.steps(cursor, application, applicant.at)
    if found is None:
        return _standing(request, application, open_steps)
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "offer": found,
        "lender": directory().lender,
        "cards": CARDS,
        "card": request.POST.get("card", ""),
        "roads": ROADS,
        "today": applicant.at.date(),
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "joining/offer.html", context, status=status)


def _offer(
    cursor: Any, application: applications.Application, applicant: Applicant
) -> Offer | None:
    """What waits for the applicant's answer, if anything does."""
    if not application.is_open:
        return None
    known = decisions.standing(cursor, application.key)
    if known is None or not known.is_approved or known.is_accepted:
        return None
    of = known.decision
    if of.limit_yen is None or not decisions.is_current(cursor, of):
        return None
    contract = applications.offered(cursor, application, of, applicant.at)
    terms, today = contract.terms, applicant.at.date()
    least_yen = minimum_yen(terms.minimum, terms.limit_yen, terms.limit_yen)
    return Offer(
        of,
        contract,
        date.fromordinal(first_due(terms.plan, today.toordinal())),
        least_yen,
        outlook(new_loan(terms.limit_yen, terms.rate_ppm, today, terms.plan), least_yen),
        joining.paper_of(cursor, of),
        joining.unread(cursor, of, applicant.at) is None,
        application.kind is AskedKind.NEW,
    )


def _standing(
    request: HttpRequest,
    application: applications.Application,
    open_steps: tuple[steps.Step, ...],
) -> HttpResponse:
    language = pages.tongue_of(request).language
    context = {
        "is_made": application.outcome is Outcome.CONTRACTED,
        "is_open": application.is_open,
        "steps": [(one.what(language), one.fix(language)) for one in open_steps],
    }
    return pages.show(request, "joining/standing.html", context)


# ---------------------------------------------------------------------------------------- the paper
@require_POST
@changes_something
@applicants
def receive(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """The paper of just this offer: here by consent, else by post [書面の交付] · DOC-005."""
    road = request.POST.get("road", "")
    with transaction.atomic(), connection.cursor() as cursor:
        forms.lock(cursor, applicant.key.member_id)
        found = _offer(cursor, forms.one(cursor, applicant.key), applicant)
        if found is None or not found.is_new:
            return HttpResponseRedirect(reverse("joining:offer"))
        if road in ROADS:
            _choose_road(cursor, request, applicant, road)
        applications.show_terms(cursor, found.of, directory().lender, applicant.at)
    return HttpResponseRedirect(f"{reverse('joining:offer')}#paper")


def _choose_road(cursor: Any, request: HttpRequest, applicant: Applicant, road: str) -> None:
    """What was said on the page; one that stands already is not said again."""
    consent, label = delivery.WANTED[PRE_CONTRACT]
    member_id, at = applicant.key.member_id, applicant.at
    stands = consents.in_force(cursor, member_id, consent, at)
    if stands is (road == "wire"):
        return
    words = wording_ref([label, *delivery.METHOD], pages.tongue_read(request))
    told = Told(_commands.MEMBER, _commands.form_ref(request), words)
    say = consents.give if road == "wire" else consents.withdraw
    say(cursor, member_id, Consent(consent.kind, consent.scope), told, at)


@require_safe
@applicants
def paper(request: HttpRequest, applicant: Applicant) -> HttpResponse:  # noqa: ARG001
    """The paper as it was delivered; that it was opened is kept [契約締結前書面]."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = _offer(cursor, forms.one(cursor, applicant.key), applicant)
        if found is None or found.paper is None or not found.by_wire:
            raise Http404
        number = found.paper.paper_no
        content = archive.opened(cursor, applicant.key.member_id, number, applicant.at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="paper-{number}.pdf"'
    return response


# --------------------------------------------------------------------------------------- the answer
@require_POST
@changes_something
@applicants
def agree(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Agree to just the offer that the page showed [承諾] · DOC-001.

    The button says what is agreed to; sent twice it is agreed to once.
    """
    form = AgreeForm(request.POST)
    source = Source(_commands.MEMBER, _commands.form_ref(request))
    with transaction.atomic(), connection.cursor() as cursor:
        forms.lock(cursor, applicant.key.member_id)
        found = _offer(cursor, forms.one(cursor, applicant.key), applicant)
        if found is not None and found.of.digest == request.POST.get("offer", ""):
            if found.is_new and not _may_agree(cursor, found, form, applicant):
                return _page(request, applicant, form)
            wish = CardWish(form.cleaned_data["card"]) if found.is_new else None
            joining.agree(cursor, found.of, wish, source, applicant.at)
    return HttpResponseRedirect(reverse("joining:offer"))


def _may_agree(cursor: Any, found: Offer, form: AgreeForm, applicant: Applicant) -> bool:
    """Whether a card was said and the paper was read; else the form says which is open."""
    if not form.is_valid():
        return False
    refusal = joining.unread(cursor, found.of, applicant.at)
    if refusal is not None:
        form.refuse("card", refusal.fault())
    return refusal is None


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@applicants
def decline(request: HttpRequest, applicant: Applicant) -> HttpResponse:
    """Decline: the application ends, and nothing is owed [辞退]."""
    with transaction.atomic(), connection.cursor() as cursor:
        application = forms.one(cursor, applicant.key)
        if request.method != "POST":
            context = {"is_open": application.is_open}
            return pages.show(request, "joining/decline.html", context)
        if application.is_open:
            source = Source(_commands.MEMBER, _commands.form_ref(request))
            forms.withdraw(cursor, applicant.key, source, applicant.at)
    return HttpResponseRedirect(reverse("joining:offer"))
