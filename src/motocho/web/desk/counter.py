"""The counter: a member who stands there, known by a paper, helped at once [店頭対応].

What two of the staff must agree to still needs two: here stands the first. Nobody types a PIN for a
member: its link goes to the registered e-mail address.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motocho.care.cases import counter as desk_counter
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.people import access as gate
from motocho.people import cards, members, requests
from motocho.people.access import Action, Staff
from motocho.people.cards import Loss, LossTold
from motocho.people.facts import history, values
from motocho.units.errors import InputError, Unread
from motocho.web import _commands, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._shown import LOSSES, SHOWN
from motocho.web.fields import DateField, Form, LineField, shown
from motocho.web.words import said

PAPERS = labels(desk_counter.Paper, "cases.paper")
CHANGED = {
    values.Kind.MOBILE_PHONE.value: "facts.mobile_phone",
    values.Kind.EMAIL.value: "facts.email",
    values.Kind.ADDRESS.value: "facts.address",
}
"""What may be changed at the counter, with a paper that shows it."""


DONE = {name: f"cases.done_{name}" for name in ("pin", "card", "paper", "contact")}


class PaperForm(Form):
    """By which paper the member is known [本人確認書類の入力]."""

    paper = ChoiceField("cases.paper", known=PAPERS)
    number = LineField("cases.paper_number", "cases.paper_number_hint", optional="optional")
    expires = DateField("cases.paper_expires", "cases.paper_expires_hint", optional="optional")


class FactForm(Form):
    """A contact as it is from now on [連絡先の変更]."""

    kind = ChoiceField("cases.fact", known=CHANGED)
    postcode = LineField("cases.postcode", optional="optional")
    value = LineField("cases.fact_value")


def _allowed(cursor: Any, colleague: Colleague, member_id: int, action: Action) -> Staff:
    staff = colleague.looking_for("counter")
    access.allow(gate.ask(cursor, staff, action, member_id, colleague.at))
    return staff


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def counter(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Who stands there, and what can be done for them [店頭] · PRIV-001, PRIV-003."""
    form = PaperForm(request.POST if request.method == "POST" else None)
    is_good = form.is_bound and form.is_valid()
    with transaction.atomic(), connection.cursor() as cursor:
        staff = _allowed(cursor, colleague, member_id, Action.ASK_FOR_HELP)
        if is_good and _known(request, cursor, form, (member_id, staff, colleague)):
            return HttpResponseRedirect(reverse("desk:counter", args=[member_id]))
        context = _context(request, cursor, colleague, member_id)
    context |= {"form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "desk/counter.html", context, status=422 if form.is_bound else 200)


def _known(request: HttpRequest, cursor: Any, form: Form, by: tuple[int, Staff, Colleague]) -> str:
    """Write down who stands there; empty where the paper does not do, which the form says then."""
    member_id, staff, colleague = by
    typed = form.cleaned_data
    seen = desk_counter.Seen(
        desk_counter.Paper(typed["paper"]), typed["number"] or "", typed["expires"]
    )
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    try:
        desk_counter.check(cursor, member_id, seen, source, colleague.at)
    except InputError as error:
        form.refuse(error.faults[0].column or "number", error.faults[0])
        return ""
    return "known"


def _context(
    request: HttpRequest, cursor: Any, colleague: Colleague, member_id: int
) -> dict[str, Any]:
    visit = desk_counter.present(cursor, member_id, colleague.at)
    today = colleague.at.astimezone(pages.moment(request).tzinfo).date()
    facts = history.as_of(cursor, member_id, today)
    member = members.one(cursor, member_id)
    return {
        "desk": colleague,
        "member": member,
        "masked": masked(member),
        "visit": visit,
        "visit_paper": "" if visit is None else PAPERS[visit.paper.value],
        "until": None if visit is None else visit.seen_at + desk_counter.LASTS,
        "papers": PAPERS,
        "changed": CHANGED,
        "facts": [(label, facts[item]) for item, label in SHOWN.items() if item in facts],
        "letters": archive.to_hand_over(cursor, member_id),
        "card": cards.current(cursor, member_id),
        "losses": LOSSES,
        "may_review": colleague.may(Action.REVIEW_PIN_RESET),
        "done": DONE.get(request.GET.get("done", ""), ""),
    }


@require_POST
@access.staff(Action.ASK_FOR_HELP)
def act(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """One thing for who was known: a new PIN, a new card, a paper, a contact [店頭の手続き].

    What is wrong is said on the page, with all that was typed.
    Raises    RefusedError where nobody was known within the hour; as each of them does.
    """
    wanted = request.POST.get("do", "")
    does = DOES.get(wanted)
    if does is None:
        raise members.no_such_member()
    action, done = does
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            staff = _allowed(cursor, colleague, member_id, action)
            visit = desk_counter.present(cursor, member_id, colleague.at)
            key = desk_counter.VisitKey(member_id, 0) if visit is None else visit.key
            return HttpResponseRedirect(done(request, cursor, (key, staff, colleague)))
    except InputError as error:
        wrong = [said(one, pages.tongue_of(request)) for one in error.faults]
    with transaction.atomic(), connection.cursor() as cursor:
        _allowed(cursor, colleague, member_id, Action.ASK_FOR_HELP)
        context = _context(request, cursor, colleague, member_id)
    context |= {"wrong": wrong, "typed": request.POST}
    context |= {"form": shown(PaperForm(), pages.tongue_of(request))}
    return pages.show(request, "desk/counter.html", context, status=422)


_By = tuple[desk_counter.VisitKey, Staff, Colleague]


def _here(key: desk_counter.VisitKey, done: str) -> str:
    return f"{reverse('desk:counter', args=[key.member_id])}?done={done}"


def _new_pin(request: HttpRequest, cursor: Any, by: _By) -> str:  # noqa: ARG001
    key, staff, colleague = by
    access.allow(desk_counter.ask_new_pin(cursor, key, staff, colleague.at))
    return _here(key, "pin")


def _new_card(request: HttpRequest, cursor: Any, by: _By) -> str:
    key, staff, colleague = by
    asked = desk_counter.ask_new_card(cursor, key, colleague.at)
    if request.POST.get("how") in LOSSES:
        told = LossTold(Loss(request.POST["how"]), request.POST.get("police_ref", ""))
        source = (staff.actor, _commands.form_ref(request, _commands.DESK))
        cards.tell_loss(cursor, key.member_id, told, source, colleague.at)
    if colleague.may(Action.UNFREEZE):
        return reverse("desk:own", args=asked)
    return _here(key, "card")


def _paper(request: HttpRequest, cursor: Any, by: _By) -> str:
    key, staff, colleague = by
    number, receipt = request.POST.get("paper_no", ""), request.POST.get("receipt", "")
    paper_no = int(number) if number.isdecimal() else 0
    desk_counter.hand_over(cursor, key, paper_no, receipt, (staff.actor, colleague.at))
    return _here(key, "paper")


def _contact(request: HttpRequest, cursor: Any, by: _By) -> str:
    key, staff, colleague = by
    form = FactForm(request.POST)
    if not form.is_valid():
        raise InputError(*(fault for name in form.fields for fault in form.faults_of(name)))
    typed = form.cleaned_data
    value = _value(typed)
    if isinstance(value, Unread):
        raise InputError(value.at(column="value"))
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    told = values.Kind(typed["kind"]), value
    access.allow(desk_counter.change(cursor, key, told, source, colleague.at))
    return _here(key, "contact")


def _value(typed: dict[str, Any]) -> values.Value | Unread:
    match values.Kind(typed["kind"]):
        case values.Kind.MOBILE_PHONE:
            return values.read_phone(typed["value"])
        case values.Kind.EMAIL:
            return values.read_email(typed["value"])
        case _:
            return values.read_address(typed["postcode"] or "", typed["value"])


DOES = {
    "pin": (Action.REVIEW_PIN_RESET, _new_pin),
    "card": (Action.ASK_FOR_HELP, _new_card),
    "paper": (Action.ASK_FOR_HELP, _paper),
    "contact": (Action.CHANGE_FACTS, _contact),
}
"""What can be done at the counter, for whom it is, and how."""


def of_request(cursor: Any, member_id: int, document_ref: str) -> desk_counter.Visit | None:
    """The visit that a request for a new PIN came from [店頭の申請の来店]; None for the others."""
    found = document_ref.removeprefix(requests.AT_COUNTER)
    if found == document_ref or not found.isdecimal():
        return None
    return desk_counter.one(cursor, desk_counter.VisitKey(member_id, int(found)))
