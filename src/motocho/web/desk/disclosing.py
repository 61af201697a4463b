"""Requests for the history of dealings: checked, made, sent; days left [開示請求] · DESK-005.

No field asks why. Each page of a request asks `people.access`; the list tells nothing of a person.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.care.cases import disclosures
from motocho.contact.holds import Source
from motocho.documents.statutory import histories
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.people.members import Member
from motocho.units.errors import Fault, InputError, NotFoundError
from motocho.web import _commands, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._covering import once_known, unknown
from motocho.web.desk._shown import meant
from motocho.web.fields import Form, LineField, MemberNumberField, shown
from motocho.web.words import Said, said

KINDS = labels(disclosures.Kind, "cases.kind")
WHO = labels(disclosures.Who, "cases.who")
CHANNELS = labels(disclosures.Channel, "cases.channel")
DELIVERIES = labels(disclosures.Delivery, "cases.delivery")
STATES = labels(disclosures.State, "cases.state")
PROOF_NAMES = labels(disclosures.Proof, "cases.proof")


def _row(one: disclosures.Disclosure, colleague: Colleague) -> dict[str, Any]:
    today = colleague.at.astimezone(JAPAN).date()
    return {
        "one": one,
        "address": reverse("desk:disclosure", args=one.key),
        "kind": KINDS[one.asked.kind.value],
        "who": WHO[one.asked.who.value],
        "delivery": DELIVERIES[one.asked.delivery.value],
        "state": STATES[one.state.value],
        "left": one.days_left(today),
        "past": abs(one.days_left(today)),
        "due_on": one.due_on,
        "is_open": one.state not in disclosures.ENDED,
        "is_over": one.days_left(today) < 0,
        "is_near": one.is_near(today),
    }


@require_safe
@access.staff(Action.LOOK)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What is under way, the day that comes first before the others [開示請求の一覧]."""
    with connection.cursor() as cursor:
        found = disclosures.open_ones(cursor)
    rows = [_row(one, colleague) for one in found]
    counts = [
        ("cases.count_over", sum(one["is_over"] for one in rows)),
        ("cases.count_near", sum(one["is_near"] and not one["is_over"] for one in rows)),
        ("cases.count_open", len(rows)),
    ]
    may_take = colleague.may(Action.EXPORT_HISTORY)
    context = {"desk": colleague, "rows": rows, "counts": counts, "may_take": may_take}
    return pages.show(request, "desk/disclosures.html", context)


class NewForm(Form):
    """A request as it came [開示請求の受付]: no reason."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")
    kind = ChoiceField("cases.kind", known=KINDS)
    who = ChoiceField("cases.who", known=WHO)
    channel = ChoiceField("cases.channel", known=CHANNELS)
    delivery = ChoiceField("cases.delivery", known=DELIVERIES)
    to_name = LineField("cases.to_name", "cases.to_name_hint", optional="optional")
    to_address = LineField("cases.to_address", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.EXPORT_HISTORY)
def new(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Take a request in, by telephone, post, at the counter, through counsel [開示請求の受付]."""
    form = NewForm(request.POST if request.method == "POST" else None)
    member = meant(request, colleague, Action.EXPORT_HISTORY, "disclosure new")
    if member is not None:
        del form.fields["number"]
    if form.is_bound and form.is_valid():
        key = _taken(request, form, colleague, member)
        if key is not None:
            return HttpResponseRedirect(reverse("desk:disclosure", args=key))
    context = {
        "desk": colleague,
        "form": shown(form, pages.tongue_of(request)),
        "about": None if member is None else masked(member),
        "kinds": KINDS,
        "whos": WHO,
        "channels": CHANNELS,
        "deliveries": DELIVERIES,
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/disclosure_new.html", context, status=status)


def _taken(
    request: HttpRequest, form: Form, colleague: Colleague, member: Member | None
) -> disclosures.DisclosureKey | None:
    typed = form.cleaned_data
    staff = colleague.looking_for("disclosure new")
    asked = disclosures.Asked(
        disclosures.Kind(typed["kind"]),
        disclosures.Who(typed["who"]),
        disclosures.Channel(typed["channel"]),
        disclosures.Delivery(typed["delivery"]),
        typed["to_name"] or "",
        typed["to_address"] or "",
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            found = members.by_number(cursor, typed["number"]) if member is None else member
            member_id = found.member_id
            access.allow(gate.ask(cursor, staff, Action.EXPORT_HISTORY, member_id, colleague.at))
            source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
            return disclosures.take(cursor, member_id, asked, source, colleague.at).key
    except InputError as error:
        for one in error.faults:
            form.refuse(one.column if one.column in form.fields else "to_name", one)
    except NotFoundError:  # nobody of this number, or nobody whom one may see: the same words
        form.refuse("number", members.no_such_member().faults[0])
    return None


@require_safe
@access.staff(Action.EXPORT_HISTORY)
def disclosure(
    request: HttpRequest, colleague: Colleague, member_id: int, disclosure_id: int
) -> HttpResponse:
    """One request: how far it is, its files, its next step [開示請求の対応]."""
    return _page(request, colleague, disclosures.DisclosureKey(member_id, disclosure_id), [])


def _page(
    request: HttpRequest, colleague: Colleague, key: disclosures.DisclosureKey, wrong: list[Said]
) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        _allowed(cursor, colleague, key)
        found = disclosures.one(cursor, key)
        files = disclosures.files(cursor, key)
        member = members.one(cursor, key.member_id)
        hidden = unknown(cursor, colleague, key.member_id)
    asked = found.asked
    row = _row(found, colleague)
    context = row | {
        "desk": colleague,
        "row": row,
        "member": member,
        "unknown": hidden,
        "channel": CHANNELS[asked.channel.value],
        "steps": [
            (
                one,
                STATES[one.state.value],
                None if one.proof is None else PROOF_NAMES[one.proof.value],
            )
            for one in found.steps
        ],
        "files": [
            (one, reverse("desk:disclosure_file", args=[*key, f"{one.agreement_id}-{one.form}"]))
            for one in files
        ],
        "proofs": {one.value: PROOF_NAMES[one.value] for one in disclosures.PROOFS[asked.who]},
        "sending": disclosures.SENDING[asked.delivery].value,
        "sending_name": PROOF_NAMES[disclosures.SENDING[asked.delivery].value],
        "needs_ref": disclosures.SENDING[asked.delivery] is not disclosures.Proof.SITE,
        "has_label": asked.delivery
        in {disclosures.Delivery.REGISTERED_ADDRESS, disclosures.Delivery.THEIR_ADDRESS},
        "grounds": {one.value: PROOF_NAMES[one.value] for one in disclosures.GROUNDS},
        "step": found.state.value,
        "wrong": wrong,
        "typed": request.POST,
    }
    return pages.show(request, "desk/disclosure.html", context, status=422 if wrong else 200)


def _allowed(cursor: Any, colleague: Colleague, key: disclosures.DisclosureKey) -> Staff:
    staff = colleague.looking_for(f"disclosure {key.disclosure_id}")
    access.allow(gate.ask(cursor, staff, Action.EXPORT_HISTORY, key.member_id, colleague.at))
    return staff


@require_POST
@access.staff(Action.EXPORT_HISTORY)
def take_step(
    request: HttpRequest, colleague: Colleague, member_id: int, disclosure_id: int
) -> HttpResponse:
    """The next step: checked, made, sent; or refused for what the law names [開示の手続き].

    What is missing is said on the page, with all that was typed.
    Raises    RefusedError as `care.cases.disclosures` says.
    """
    key = disclosures.DisclosureKey(member_id, disclosure_id)
    try:
        _take_step(request, colleague, key)
    except InputError as error:
        wrong = [said(one, pages.tongue_of(request)) for one in error.faults]
        return _page(request, colleague, key, wrong)
    return HttpResponseRedirect(reverse("desk:disclosure", args=key))


def _take_step(request: HttpRequest, colleague: Colleague, key: disclosures.DisclosureKey) -> None:
    at = colleague.at
    typed = {name: request.POST.get(name, "") for name in ("do", "proof", "ref", "ground")}
    with transaction.atomic(), connection.cursor() as cursor:
        staff = _allowed(cursor, colleague, key)
        source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
        match typed["do"]:
            case "check":
                disclosures.check(cursor, key, _proof(typed["proof"]), source, at)
            case "make":
                on = _commands.today(cursor, at)
                disclosures.make(cursor, key, on, source, at)
            case "send":
                sent = disclosures.Sent(_proof(typed["proof"]), typed["ref"])
                disclosures.send(cursor, key, sent, source, at)
            case "withdraw":
                disclosures.withdraw(cursor, key, source, at)
            case "refuse":
                disclosures.refuse(cursor, key, (typed["ground"], staff), source, at)
            case _:
                raise InputError(Fault("DSK-017"))


def _proof(text: str) -> disclosures.Proof:
    known = {one.value: one for one in disclosures.Proof}
    if text not in known:
        raise InputError(Fault("DSK-003"))
    return known[text]


@require_safe
@access.staff(Action.EXPORT_HISTORY)
@once_known
def file(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    disclosure_id: int,
    disclosure_file: str,
) -> HttpResponse:
    """One file as it was made, by contract and form, as `3-pdf` [開示書面のファイル]."""
    key = disclosures.DisclosureKey(member_id, disclosure_id)
    number, _, form = disclosure_file.partition("-")
    if not number.isdecimal() or form not in histories.FORMS:
        raise members.no_such_member()
    with transaction.atomic(), connection.cursor() as cursor:
        _allowed(cursor, colleague, key)
        content = disclosures.content(cursor, key, int(number), form)
    response = HttpResponse(content, content_type=histories.FORMS[form])
    ending = histories.ending_of(form)
    response["Content-Disposition"] = (
        f'attachment; filename="disclosure-{disclosure_id}-{number}.{ending}"'
    )
    return response


@require_POST
@access.staff(Action.EXPORT_HISTORY)
@once_known
def label(
    request: HttpRequest, colleague: Colleague, member_id: int, disclosure_id: int
) -> HttpResponse:
    """To whom and where it goes, by a permit of the gate: once, to be printed [宛名]."""
    key = disclosures.DisclosureKey(member_id, disclosure_id)
    with transaction.atomic(), connection.cursor() as cursor:
        staff = _allowed(cursor, colleague, key)
        found = disclosures.label(cursor, key, staff.actor, colleague.at)
    context = {"desk": colleague, "label": found, "key": key}
    return pages.show(request, "desk/label.html", context)
