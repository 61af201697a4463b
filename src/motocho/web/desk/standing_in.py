"""Who stands in a member's place: registered by a paper, and ended [代理人等の登録]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.care.reception import checks
from motocho.contact import counterparts as others
from motocho.contact.counterparts import Proof, Reach, Told
from motocho.contact.guard import Whom
from motocho.contact.holds import Source
from motocho.people import access as gate
from motocho.people.access import Action
from motocho.units.errors import Fault, InputError, Unread
from motocho.units.text import POSTCODE, folded, read_digits
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk import panel
from motocho.web.desk._choosing import ChoiceField
from motocho.web.fields import DateField, Form, LineField, Manner, PhoneField, shown

PROOF = {one: f"call.proof_{one.value}" for one in Proof}
KINDS = {one.value: label for one, label in panel.WHOM.items()}
PROOFS = {one.value: label for one, label in PROOF.items()}


class PersonField(LineField):
    """A name, as the paper has it [氏名]."""

    def faults(self, value: str) -> tuple[Fault, ...]:
        """There is one [点検]."""
        return () if value.strip() else (Fault("CPN-010"),)


class PostcodeField(LineField):
    """Seven digits in any width [郵便番号]."""

    manner = Manner(width="short", keyboard="numeric")

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        digits = read_digits(text, POSTCODE)
        if isinstance(digits, Unread):
            count = sum(sign.isdigit() for sign in folded(text))
            return Unread("FCT-001", text, {"count": str(count)})
        return digits


class CounterpartForm(Form):
    """Who it is, by which paper, and how to reach them [相手の入力]."""

    whom = ChoiceField("call.whom", known=KINDS)
    proof = ChoiceField("call.proof", known=PROOFS)
    person = PersonField("call.person")
    office = LineField("call.office", optional="optional")
    phone = PhoneField("call.other_phone")
    postcode = PostcodeField("call.other_postcode", "call.other_postcode_hint", optional="optional")
    address = LineField("call.other_address", optional="optional")
    proof_on = DateField("call.proof_on")


@sensitive_post_parameters("person", "office", "phone", "postcode", "address")
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def counterparts(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Who is reached in the member's place, by which paper [代理人・後見人・相続人] · COLL-006.

    Raises    NotFoundError for somebody who is not registered.
    """
    staff = colleague.looking_for("counterparts")
    is_ending = request.method == "POST" and "end" in request.POST
    form = CounterpartForm(request.POST if request.method == "POST" and not is_ending else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
        if is_ending:
            number = request.POST["end"]
            chosen = int(number) if number.isascii() and number.isdigit() else 0
            others.end(cursor, member_id, chosen, staff.actor, colleague.at)
            return HttpResponseRedirect(request.path)
        if (
            form.is_bound
            and form.is_valid()
            and _registered(cursor, form, (member_id, source, colleague))
        ):
            return HttpResponseRedirect(request.path)
        known = others.standing(cursor, member_id)
        seat = checks.seat(cursor, member_id, staff.actor, colleague.at)
        shown_name = panel.whole_name if seat.is_known else panel.masked_name
        name = shown_name(cursor, member_id)
    context = {
        "desk": colleague,
        "call_member_id": member_id,
        "called_name": name,
        "known": [(one, panel.WHOM[one.whom], PROOF[one.proof]) for one in known],
        "kinds": KINDS,
        "proofs": PROOFS,
        "form": shown(form, pages.tongue_of(request)),
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/counterparts.html", context, status=status)


def _registered(cursor: Any, form: CounterpartForm, by: tuple[int, Source, Colleague]) -> bool:
    """Register; false where the paper does not show it, which the form says then."""
    member_id, source, colleague = by
    read = form.cleaned_data
    reach = Reach(
        read["person"].strip(), read["office"] or "", read["phone"], read["address"] or "",
        read["postcode"] or "",
    )  # fmt: skip
    told = Told(Whom(read["whom"]), Proof(read["proof"]), read["proof_on"], reach)
    try:
        others.register(cursor, member_id, told, source, colleague.at)
    except InputError as error:
        for one in error.faults:
            form.refuse("postcode" if one.column == "address" else "proof_on", one)
        return False
    return True
