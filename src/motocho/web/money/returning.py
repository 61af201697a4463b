"""Money we hold for a member: how much, why, and paid back to their own account [お預り金の返金].

The PIN makes it an order, as it does a draw. The reference stands on the page that asks, so that a
double tap, a reload and Back end at the one order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.care.collections import refunds
from motocho.loans import queries
from motocho.loans.payouts import Payout, State
from motocho.loans.queries import Listed
from motocho.outside.house_bank import bank_name
from motocho.people import members
from motocho.people.access import Action
from motocho.people.facts import history
from motocho.people.login import Entered, Missed
from motocho.units.errors import Fault, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, PinField, shown
from motocho.web.maintenance import changes_something
from motocho.web.member import safety, signing

ROWS = 5
STATES: Mapping[State, str] = {one: f"held.state_{one.value}" for one in State}


class PinForm(Form):
    """The PIN, which orders it [暗証番号の入力]."""

    pin = PinField("borrow.pin", "borrow.pin_hint")


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def held(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """What is held, why, where it goes; the PIN pays it back [お預り金] · AUTH-004."""
    listed = member.agreement(agreement_id)
    form = PinForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = _ordered(request, member, listed, form)
        if answer is not None:
            return answer
    with transaction.atomic(), connection.cursor() as cursor:
        found = _held(cursor, member, listed)
        orders = refunds.ordered(cursor, listed.key)
        why = _why(cursor, member, listed)
    context = {
        "listed": listed,
        "typed": str(found.free_yen),
        "held": found,
        "bank": None if found.payee is None else bank_name(found.payee.account.bank_code),
        "ending": "" if found.payee is None else found.payee.account.number[-4:],
        "why": why,
        "orders": [(one, STATES[one.state]) for one in orders],
        "form": shown(form, pages.tongue_of(request)),
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }
    return pages.show(request, "money/held.html", context, status=422 if form.is_bound else 200)


def _held(cursor: Any, member: Member, listed: Listed) -> refunds.Held:
    reading = history.Reading("member", "payout", member.at)
    return refunds.held(cursor, listed.key, member.today, reading)


def _why(cursor: Any, member: Member, listed: Listed) -> list[tuple[date, int, int]]:
    """The newest payments that were more than was owed: day, yen, and what of them is held."""
    rows = queries.statement(cursor, listed.key, listed.opened_on, member.today)
    beyond = [
        (row.on, row.amount_yen, row.to_excess_yen) for row in rows
        if row.kind == "receipt" and row.to_excess_yen > 0
    ]  # fmt: skip
    return beyond[-ROWS:]


def _ordered(
    request: HttpRequest, member: Member, listed: Listed, form: PinForm
) -> HttpResponse | None:
    """The order, or the page of a stopped login; None where the form says why not."""
    with connection.cursor() as cursor:
        number = members.numbers_of(cursor, [member.member_id])[member.member_id]
    outcome = signing.attempt(request, number, form.cleaned_data["pin"])
    if isinstance(outcome, Missed):
        form.refuse("pin", Fault("MNY-027", details={"left": str(outcome.left)}))
        return None
    if not isinstance(outcome, Entered):
        safety.end(request, member)
        return signing.stopped(request, outcome)
    try:
        _order(request, member, listed)
    except RefusedError as error:
        form.refuse("pin", error.faults[0])
        return None
    return HttpResponseRedirect(reverse("money:held", args=[listed.key.agreement_id]))


def _order(request: HttpRequest, member: Member, listed: Listed) -> Payout | None:
    """All that is held and free, once for the page's reference."""
    reference = _commands.reference_of(request)
    if not reference:
        raise RefusedError(Fault("DSK-003"))
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"held {reference}", member.at)
        typed = request.POST.get("amount", "")
        amount_yen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 12 else 0
        return refunds.order_own(cursor, listed.key, amount_yen, made)
