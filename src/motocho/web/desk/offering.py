"""Ways of paying side by side in a consultation, and the offer that comes of it [返済の提案].

What was told fills the ways in; the one that fits is sent to the member, or agreed to by voice in
the figures that stand on the page and in no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.reception import checks
from motocho.care.reliefs import consultations, limits, offers, paydays, scenarios
from motocho.contact.holds import Source
from motocho.loans import queries
from motocho.loans.policy import Status
from motocho.loans.queries import Listed
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.units.errors import Fault, RefusedError
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web._ways import WAYS
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.fields import DateField, Form, FormPage, YenField, shown
from motocho.web.words import Said, said

STATES = {
    offers.Answer.AGREED: "desk.offer.agreed",
    offers.Answer.DECLINED: "desk.offer.declined",
    offers.Answer.REPLACED: "desk.offer.replaced",
}
DESK = "card_loan"
"""The desk that consultations are of, unless another is chosen."""
LARGEST_YEN = 100_000_000


class ToldForm(Form):
    """What the person said [聞き取り]."""

    able = YenField("desk.offer.able", most_yen=LARGEST_YEN)
    able_on = DateField("desk.offer.able_on")


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a page is about [相談と契約]."""

    staff: Staff
    topic: consultations.Topic
    listed: Listed
    on: date
    back: str
    consultation_id: int | None = None
    attempt_id: int | None = None
    """The call on which it is offered, where the member called without a consultation."""


@dataclass(frozen=True, slots=True)
class Row:
    """A way as the page shows it [案の表示]."""

    scenario: scenarios.Scenario
    title: str
    figures: offers.Figures | None
    refusal: Said | None


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
@once_known
def offering(
    request: HttpRequest, colleague: Colleague, *, member_id: int, consultation_id: int,
    agreement_id: int,
) -> HttpResponse:  # fmt: skip
    """Compare, send, record what was agreed by voice [返済の提案] · LEDG-015, VULN-002.

    Raises    NotFoundError where no such consultation is open, or no such agreement.
    """
    staff = colleague.looking_for(f"consultation {consultation_id}")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        talk = consultations.open_one(cursor, member_id, consultation_id)
        if talk is None:
            raise members.no_such_member()
        listed = _agreement(cursor, member_id, agreement_id)
        on = _commands.today(cursor, colleague.at)
        back = reverse("desk:consultation", args=[member_id, consultation_id])
        about = About(staff, talk.topic, listed, on, back, consultation_id)
        return _page(cursor, request, about, colleague)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def on_call(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """The same for a member who just calls, and is known on the call [通話中の提案] · LEDG-015.

    Raises    NotFoundError for no such agreement; RefusedError where the member is not known.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        seat = checks.seat(cursor, member_id, colleague.staff.actor, colleague.at)
        number = 0 if seat.call is None else seat.call.attempt_id
        staff = colleague.looking_for(f"call {number}")
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        if not seat.is_known:
            raise RefusedError(Fault("DSK-016"))
        listed = _agreement(cursor, member_id, agreement_id)
        on = _commands.today(cursor, colleague.at)
        is_late = queries.position(cursor, listed.key, on).days_late > 0
        topic = consultations.Topic.LATE if is_late else consultations.Topic.LESS
        back = reverse("desk:member", args=[member_id])
        about = About(staff, topic, listed, on, back, attempt_id=number)
        return _page(cursor, request, about, colleague)


def _page(cursor: Any, request: HttpRequest, about: About, colleague: Colleague) -> HttpResponse:
    form = _form(cursor, request, about)
    is_told = form.is_valid()
    if request.method == "POST" and _act(cursor, request, about, colleague):
        return HttpResponseRedirect(f"{request.path}?{request.GET.urlencode()}")
    context = _context(cursor, request, about, form if is_told else None)
    seat = checks.seat(cursor, about.listed.key.member_id, about.staff.actor, colleague.at)
    context["is_known"] = seat.is_known
    context |= {"desk": colleague, "form": _shown(form, request)}
    return pages.show(request, "desk/offering.html", context, status=200 if is_told else 422)


def agreements_of(cursor: Any, member_id: int) -> list[Listed]:
    """Agreements that something can be offered for [提案できる契約]."""
    found = queries.agreements(cursor, member_id)
    return [one for one in found if one.status is not Status.CLOSED]


def _agreement(cursor: Any, member_id: int, agreement_id: int) -> Listed:
    for one in agreements_of(cursor, member_id):
        if one.key.agreement_id == agreement_id:
            return one
    raise members.no_such_member()


def _form(cursor: Any, request: HttpRequest, about: About) -> ToldForm:
    """What was told; where nothing was yet, the minimum and today stand in the boxes."""
    ground = queries.ground(cursor, about.listed.key, about.on)
    usual = {
        "able": yen_text(max(1, ground.minimum_yen)),
        "able_on": f"{about.on:%Y/%m/%d}",
    }
    asked = {name: request.GET.get(name, text) for name, text in usual.items()}
    return ToldForm(asked)


def _shown(form: ToldForm, request: HttpRequest) -> FormPage:
    return shown(form, pages.tongue_of(request))


def _told(cursor: Any, given: Mapping[str, str], form: ToldForm, about: About) -> scenarios.Told:
    times, due_day = _chosen(cursor, given, about)
    return scenarios.Told(form.cleaned_data["able"], form.cleaned_data["able_on"], times, due_day)


def _chosen(cursor: Any, given: Mapping[str, str], about: About) -> tuple[int, int]:
    """What was chosen from lists: how many payments, which day; else what is usual."""
    suggested = scenarios.suggested_day(paydays.known(cursor, about.listed.key.member_id))
    times = _number(given.get("times", ""), scenarios.USUAL_PAYMENTS)
    return times, _number(given.get("day", ""), suggested)


def _number(text: str, usual: int) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= len("31")
    found = int(text) if is_number else usual
    return found if found <= scenarios.LAST_OF_MONTH else usual


# ----------------------------------------------------------------------------------- what is done
def _act(cursor: Any, request: HttpRequest, about: About, colleague: Colleague) -> bool:
    """Send an offer or record a consent, once for each form; false where it says neither."""
    if "agree" in request.POST:
        _agree(cursor, request, about, colleague)
        return True
    way = next((one for one in scenarios.OFFERED if one.value == request.POST.get("way")), None)
    form = _form(cursor, request, about)
    if way is None or not form.is_valid():
        return False
    told = _told(cursor, request.GET, form, about)
    draft = offers.Draft(
        about.listed.key, way, told, about.topic, _desk_of(request), about.consultation_id,
        about.attempt_id,
    )  # fmt: skip
    source = Source(about.staff.actor, f"{_commands.DESK} offer {_reference(request)}")
    offers.make(cursor, draft, source, about.on, colleague.at)
    return True


def _desk_of(request: HttpRequest) -> str:
    named = request.GET.get("desk", "")
    return named if named in {one.desk_id for one in directory().desks} else DESK


def _reference(request: HttpRequest) -> str:
    return _commands.reference_of(request) or _commands.new_reference()


def _agree(cursor: Any, request: HttpRequest, about: About, colleague: Colleague) -> None:
    """By voice only who is known on the colleague's own call · COLL-006.

    Raises    RefusedError where the member is not on it, or not known there.
    """
    key = about.listed.key
    if not checks.seat(cursor, key.member_id, about.staff.actor, colleague.at).is_known:
        raise RefusedError(Fault("DSK-016"))
    text = request.POST.get("agree", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len("1" * 19) else 0
    offer = offers.one(cursor, key.member_id, number)
    way = _commands.made(
        cursor, f"offer {_reference(request)}", colleague.at, about.staff.actor, _commands.DESK
    )
    offers.agree(
        cursor, offer, offers.Agreeing(offers.Road.VOICE, request.POST.get("seen", "")), way
    )


# ---------------------------------------------------------------------------------- what is shown
def _context(
    cursor: Any, request: HttpRequest, about: About, form: ToldForm | None
) -> dict[str, Any]:
    key = about.listed.key
    told = None if form is None else _told(cursor, request.GET, form, about)
    found = () if told is None else scenarios.beside(cursor, key, told, about.on)
    before = offers.of_agreement(cursor, key)
    waiting = next((one for one in before if one.is_open(about.on)), None)
    held, (times, due_day) = limits.in_force(cursor, about.on), _chosen(cursor, request.GET, about)
    return {
        "member": members.one(cursor, key.member_id),
        "listed": about.listed,
        "chosen_times": times,
        "chosen_day": due_day,
        "is_owing": queries.ground(cursor, key, about.on).minimum_yen > 0,
        "rows": [_row(request, one) for one in found],
        "before": [(one, WAYS[one.draft.way], _state(one, about.on)) for one in before],
        "waiting": waiting,
        "spoken": None if waiting is None else _spoken(cursor, request, waiting, about.on),
        "desks": directory().desks,
        "chosen_desk": _desk_of(request),
        "times": range(1, max(held.reduced_most_payments, held.instalments_most) + 1),
        "days": range(1, scenarios.LAST_OF_MONTH),
        "last_of_month": scenarios.LAST_OF_MONTH,
        "ref": _commands.new_reference(),
        "back": about.back,
        "on_call": about.attempt_id,
    }


def _spoken(cursor: Any, request: HttpRequest, offer: offers.Offer, on: date) -> Row:
    """The open offer as it would be agreed today: what is read out."""
    return _row(request, offers.fresh(cursor, offer, on))


def _row(request: HttpRequest, one: scenarios.Scenario) -> Row:
    return Row(
        one,
        WAYS[one.way],
        None if one.followed is None else offers.figures_of(one),
        None if one.refusal is None else said(one.refusal.fault(), pages.tongue_of(request)),
    )


def _state(offer: offers.Offer, on: date) -> str:
    if offer.answer is not None:
        return STATES[offer.answer]
    return "" if offer.is_open(on) else "desk.offer.over"
