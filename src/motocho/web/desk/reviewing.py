"""Requests of members, looked at by the staff: document beside facts, a decision, a reason [審査].

Each look is a row of the journal with what for, each decision too. What is not there and what one
may not see are the same page.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.cases import frauds
from motocho.documents import intake
from motocho.loans import commands, queries
from motocho.loans.policy import Status, Stop
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import card_orders, cards, members, requests
from motocho.people.access import Action, Staff
from motocho.people.cards import Replacement, Validity
from motocho.people.facts import history
from motocho.people.requests import Kind, RequestKey, State, Verdict, Waiting
from motocho.people.safety import freezes, sessions
from motocho.units.errors import Fault, StateConflict
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk import counter as at_counter
from motocho.web.desk._covering import once_known
from motocho.web.desk._shown import LOSSES, SHOWN
from motocho.web.fields import DateField, Form, LineField, MemberNumberField, shown
from motocho.web.uploads import picture

VERDICTS = {
    Verdict.GENUINE.value: "desk.genuine",
    Verdict.UNREADABLE.value: "desk.unreadable",
    Verdict.OTHER_PERSON.value: "desk.other_person",
    Verdict.EXPIRED.value: "desk.expired",
    Verdict.NOT_GENUINE.value: "desk.not_genuine",
}
OWN_VERDICTS = {
    Verdict.GENUINE.value: "desk.confirmed",
    Verdict.OTHER_PERSON.value: "desk.other_person",
    Verdict.NOT_GENUINE.value: "desk.not_confirmed",
}
SHOWN_LOGINS = 5


class VerdictField(LineField):
    """What the reviewer found [判断]."""

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in VERDICTS else (Fault("DSK-003"),)


class VerdictForm(Form):
    """A decision [判断]."""

    verdict = VerdictField("desk.verdict")


# ----------------------------------------------------------------------------------- a new PIN
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_PIN_RESET)
@once_known
def reset(
    request: HttpRequest, colleague: Colleague, member_id: int, request_id: int
) -> HttpResponse:
    """A request for a new PIN: two people look at it [再設定の審査] · AUTH-002, PRIV-003."""
    key = RequestKey(member_id, request_id)
    form = VerdictForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        asked, staff = _asked(cursor, colleague, key, Action.REVIEW_PIN_RESET)
        if asked.kind is not Kind.PIN_RESET:
            raise members.no_such_member()
        if not form.is_bound or not form.is_valid():
            context: dict[str, Any] = {
                "desk": colleague,
                "verdicts": VERDICTS,
                "is_second": asked.first_staff is not None,
            }
            is_own = asked.first_staff == staff.staff_id
            context |= {"is_own": "own" if is_own else ""}
            context |= _document(cursor, asked)
            return _page(request, cursor, (asked, form), context)
        verdict = Verdict(form.cleaned_data["verdict"])
        access.allow(requests.review(cursor, key, staff, verdict, colleague.at))
    return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=resets")


@require_safe
@access.staff(Action.REVIEW_PIN_RESET)
@once_known
def reset_page(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    request_id: int,
    page_no: int,
) -> HttpResponse:
    """One page of the document that came with a request [書類の画像]; each look is written down."""
    key = RequestKey(member_id, request_id)
    with transaction.atomic(), connection.cursor() as cursor:
        asked, _ = _asked(cursor, colleague, key, Action.REVIEW_PIN_RESET)
        for page in _document(cursor, asked).get("pages", ()):
            if page.page_no == page_no and page.picture is not None:
                return picture(page.picture.jpeg)
    raise members.no_such_member()


def _document(cursor: Any, asked: Waiting) -> dict[str, Any]:
    """The pages that came with a request, or who stood at the counter, by which paper."""
    visit = at_counter.of_request(cursor, asked.key.member_id, asked.document_ref)
    if visit is not None:
        return {"visit": visit, "visit_paper": at_counter.PAPERS[visit.paper.value]}
    return {"pages": intake.open_kept(cursor, asked.document_ref).pages}


def _asked(
    cursor: Any, colleague: Colleague, key: RequestKey, action: Action
) -> tuple[Waiting, Staff]:
    """The request and who looks at it, written down; not there for who may not see it."""
    asked = requests.one_waiting(cursor, key)
    staff = colleague.looking_for(f"{asked.kind.value} {key.request_id}")
    access.allow(gate.ask(cursor, staff, action, key.member_id, colleague.at))
    return asked, staff


def _loss(cursor: Any, asked: Waiting) -> dict[str, str]:
    """How the card went, for who decides on another; the number of the police where one came."""
    told = cards.loss_of(cursor, asked.key.member_id) if asked.kind is Kind.NEW_CARD else None
    if told is None:
        return {}
    return {"loss": LOSSES[told.how.value], "police_ref": told.police_ref}


def _page(
    request: HttpRequest, cursor: Any, about: tuple[Waiting, Form], more: dict[str, Any]
) -> HttpResponse:
    asked, form = about
    member_id = asked.key.member_id
    on = asked.asked_at.astimezone(JAPAN).date()
    facts = history.as_of(cursor, member_id, on)
    context = more | {
        "one": asked,
        "member": members.one(cursor, member_id),
        "facts": [(label, facts[item]) for item, label in SHOWN.items() if item in facts],
        "frozen_at": freezes.frozen_at(cursor, member_id),
        "logins": sessions.history(cursor, member_id, SHOWN_LOGINS),
        "form": shown(form, pages.tongue_of(request)),
        "chosen": request.POST.get("verdict", ""),
        **_loss(cursor, asked),
    }
    status = 422 if form.is_bound else 200
    template = "desk/reset.html" if asked.kind is Kind.PIN_RESET else "desk/own.html"
    return pages.show(request, template, context, status=status)


# ------------------------------------------------------------------- of members who were signed in
class CardForm(VerdictForm):
    """A decision, with what stands on the new card [新しいカードの登録]."""

    number = MemberNumberField("desk.new_number", "desk.new_number_hint")
    expires = DateField("desk.card_expires", "desk.card_expires_hint")

    def replacement(self, today: date) -> Replacement | None:
        """The card, given out today; None where it would end before, and the field says so."""
        validity = Validity(today, self.cleaned_data["expires"])
        fault = cards.fault_of(validity)
        if fault is not None:
            self.refuse("expires", fault)
            return None
        return Replacement(self.cleaned_data["number"], validity)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.UNFREEZE)
@once_known
def own(
    request: HttpRequest, colleague: Colleague, member_id: int, request_id: int
) -> HttpResponse:
    """A new card, or the end of a stop, once it is known who it is [再発行・再開] · AUTH-011."""
    key = RequestKey(member_id, request_id)
    try:
        return _own(request, colleague, key)
    except StateConflict as conflict:
        if conflict.faults[0].code != members.NUMBER_TAKEN:
            raise
        form = CardForm(request.POST)
        form.is_valid()
        form.refuse("number", conflict.faults[0])
        with transaction.atomic(), connection.cursor() as cursor:
            asked, _ = _asked(cursor, colleague, key, Action.UNFREEZE)
            return _page(
                request,
                cursor,
                (asked, form),
                {"desk": colleague, "verdicts": OWN_VERDICTS, "card": "card"},
            )


def _own(request: HttpRequest, colleague: Colleague, key: RequestKey) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        asked, staff = _asked(cursor, colleague, key, Action.UNFREEZE)
        if asked.kind not in requests.OWN:
            raise members.no_such_member()
        is_card = asked.kind is Kind.NEW_CARD
        refuses = request.POST.get("verdict") not in {None, "", Verdict.GENUINE.value}
        made = CardForm if is_card and not refuses else VerdictForm
        form = made(request.POST if request.method == "POST" else None)
        is_read = form.is_bound and form.is_valid()
        card = _card(form, colleague) if is_read else None
        if not is_read or form.errors:
            context = {
                "desk": colleague,
                "verdicts": OWN_VERDICTS,
                "card": "card" if is_card else "",
            }
            if is_card and made is VerdictForm:
                form = CardForm(request.POST)
            return _page(request, cursor, (asked, form), context)
        verdict = Verdict(form.cleaned_data["verdict"])
        state = requests.settle(cursor, key, staff, verdict, colleague.at)
        access.allow(state)
        if state is State.DONE:
            if card is not None:
                cause = _cause(cursor, key.member_id)
                cards.reissue(cursor, key.member_id, card, staff.actor, colleague.at)
                wanted = card_orders.Wanted(cause, card.validity.expires_on)
                source = (staff.actor, f"request {key.request_id}")
                card_orders.order(cursor, key.member_id, wanted, source, colleague.at)
            _go_on(cursor, asked, staff, colleague)
    return HttpResponseRedirect(f"{reverse('desk:queue')}?tab=applications")


def _cause(cursor: Any, member_id: int) -> card_orders.Cause:
    """Lost or stolen, as the member told it; lost where nobody said."""
    told = cards.loss_of(cursor, member_id)
    is_stolen = told is not None and told.how is cards.Loss.STOLEN
    return card_orders.Cause.STOLEN if is_stolen else card_orders.Cause.LOST


def _card(form: VerdictForm, colleague: Colleague) -> Replacement | None:
    on = colleague.at.astimezone(JAPAN).date()
    return form.replacement(on) if isinstance(form, CardForm) else None


def _go_on(cursor: Any, asked: Waiting, staff: Staff, colleague: Colleague) -> None:
    """End the member's own stop, in people and on each loan; other reasons stay.

    Who asked to go on is told the result also where the stop was lifted before.

    A card that was lost keeps its stop as long as a new one is waited for.
    """
    waits = requests.own_waiting(cursor, asked.key.member_id)
    ended = {Stop.MEMBER_ASKED} if Kind.NEW_CARD in waits else {Stop.MEMBER_ASKED, Stop.CARD_LOST}
    was_frozen = freezes.lift(cursor, asked.key.member_id, staff.actor, colleague.at)
    frauds.look_after(cursor, colleague.at, asked.key.member_id)
    was_stopped = False
    today = colleague.at.astimezone(JAPAN).date()
    reference = f"request {asked.key.request_id}"
    made = _commands.made(cursor, reference, colleague.at, staff.actor, _commands.DESK)
    for listed in queries.agreements(cursor, asked.key.member_id):
        if listed.status is not Status.CLOSED:
            was_stopped |= bool(queries.position(cursor, listed.key, today).stops & ended)
            for stop in sorted(ended, key=lambda one: one.value):
                commands.lift(cursor, listed.key, stop, made)
    if not was_frozen and (was_stopped or asked.kind is Kind.REOPENING):
        requests.tell_going_on(cursor, asked.key, staff, colleague.at)
