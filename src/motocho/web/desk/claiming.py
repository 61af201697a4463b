"""Claims against us at the desk: all of them, those of a member, a new one [当社への過払金請求]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.loans import queries
from motocho.office import lender
from motocho.office.lender import Claim, Claimant, ClaimKey, Second, Told
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import InputError, NotFoundError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, offering
from motocho.web.desk._claims import CLAIMANTS, SECONDS, STEPS
from motocho.web.desk._covering import once_known, unknown
from motocho.web.desk._shown import number_of
from motocho.web.desk.settling import LARGEST_YEN, About, form_page, fresh, source_of
from motocho.web.fields import (
    DateField,
    Form,
    MemberNumberField,
    PhoneField,
    WordsField,
    YenField,
    shown,
)

BEFORE = "before"
"""Dealings that stand in no agreement of ours."""
_COLUMNS = {name: name for name in ("agreement", "received_on", "office", "second")}


class FindForm(Form):
    """Whose claims [会員の指定]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")


class TakeForm(Form):
    """What a paper says of a claim [請求の受付]."""

    claimant = ChoiceField("claiming.claimant", known=CLAIMANTS)
    agreement = ChoiceField("claiming.agreement")
    second = ChoiceField(
        "claiming.second", "claiming.second_hint", known={"", *SECONDS}, optional="optional"
    )
    received_on = DateField("claiming.received_on")
    document_ref = WordsField("claiming.document_ref", optional="optional")
    demanded = YenField("claiming.demanded", most_yen=LARGEST_YEN, optional="optional")
    office = WordsField("claiming.office", "claiming.office_hint", optional="optional")
    name = WordsField("claiming.name", optional="optional")
    registration = WordsField(
        "claiming.registration", "claiming.registration_hint", optional="optional"
    )
    phone = PhoneField("claiming.phone", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Claims that are not over, the oldest first; a member by number [請求の一覧]."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        address = _found(form, colleague)
        if address:
            return HttpResponseRedirect(address)
    with connection.cursor() as cursor:
        hidden = gate.kept_from(cursor, colleague.staff)
        found = lender.open_claims(cursor, number_of(request.GET.get("page", "")), hidden)
        waiting = lender.released(cursor, hidden)
    context = {
        "desk": colleague,
        "found": found,
        "rows": [row_of(one) for one in found.claims],
        "waiting": len(waiting),
        "form": shown(form, pages.tongue_of(request)),
    }
    return pages.show(request, "desk/claims.html", context, status=422 if form.is_bound else 200)


def _found(form: FindForm, colleague: Colleague) -> str:
    """The page of a member's claims; nobody of a number, or nobody whom one may see: one answer."""
    by = colleague.looking_for("claims")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            member = members.by_number(cursor, form.cleaned_data["number"])
            access.allow(gate.ask(cursor, by, Action.COLLECT, member.member_id, colleague.at))
    except NotFoundError:
        form.refuse("number", members.no_such_member().faults[0])
        return ""
    return reverse("desk:member_claims", args=[member.member_id])


def about_claim(cursor: Any, colleague: Colleague, key: ClaimKey) -> About:
    """Who may and why, written down, for one claim; not there for who may not [権限の確認]."""
    by = colleague.looking_for(f"claim {key.claim_id}")
    access.allow(gate.ask(cursor, by, Action.COLLECT, key.member_id, colleague.at))
    return About(by, members.one(cursor, key.member_id), colleague)


def row_of(one: Claim) -> tuple[Claim, str, str, str]:
    """A claim with its address and the names of its claimant and its last step [一覧の行]."""
    return (
        one,
        reverse("desk:claim", args=one.key),
        CLAIMANTS[one.told.claimant.value],
        STEPS[one.steps[-1].step],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def of_member(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """A member's claims, their agreements recalculated, and a new one taken in [請求の受付]."""
    usual = {"received_on": f"{colleague.at.astimezone(JAPAN):%Y/%m/%d}"}
    form = TakeForm(request.POST) if request.method == "POST" else fresh(TakeForm(), usual)
    with transaction.atomic(), connection.cursor() as cursor:
        by = colleague.looking_for("claims")
        access.allow(gate.ask(cursor, by, Action.COLLECT, member_id, colleague.at))
        member = members.one(cursor, member_id)
        known = [one.key.agreement_id for one in queries.agreements(cursor, member_id)]
        offering(form, {"agreement": [*map(str, known), BEFORE]})
        found = lender.of_member(cursor, member_id)
        hidden = unknown(cursor, colleague, member_id)
    if request.method == "POST" and form.is_valid():
        address = _taken(request, form, colleague, member_id)
        if address:
            return HttpResponseRedirect(address)
    context = {
        "desk": colleague,
        "member": member,
        "unknown": hidden,
        "rows": [row_of(one) for one in found],
        "agreements": known,
        "form": form_page(form, request),
        "claimants": CLAIMANTS,
        "seconds": SECONDS,
        "before": BEFORE,
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/member_claims.html", context, status=status)


def _taken(request: HttpRequest, form: TakeForm, colleague: Colleague, member_id: int) -> str:
    typed: dict[str, Any] = form.cleaned_data
    told = Told(
        Claimant(typed["claimant"]),
        None if typed["agreement"] == BEFORE else int(typed["agreement"]),
        typed["received_on"], typed["office"] or "", typed["name"] or "",
        typed["registration"] or "", typed["phone"] or "", typed["document_ref"] or "",
        typed["demanded"], Second(typed["second"]) if typed["second"] else None,
    )  # fmt: skip
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            made = _commands.made(
                cursor, source_of(request), colleague.at, colleague.staff.actor, _commands.DESK
            )
            key = lender.receive(cursor, member_id, told, made).key
    except InputError as error:
        for one in error.faults:
            form.refuse(_COLUMNS.get(one.column or "", "document_ref"), one)
        return ""
    return reverse("desk:claim", args=key)
