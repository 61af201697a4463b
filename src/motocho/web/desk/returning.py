"""Money held for a member goes back: alone up to the policy, else by two [お預り金の返金]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care.collections import refunds, settlements
from motocho.loans.commands import Key
from motocho.loans.payouts import State
from motocho.outside.house_bank import bank_name
from motocho.people.access import Action
from motocho.people.facts import history
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.desk.settling import About, about_of, claims_of, form_page, source_of, tried
from motocho.web.fields import Form, LinesField, YenField

LARGEST_YEN = 100_000_000
STATES = {one: f"held.state_{one.value}" for one in State}


class RefundForm(Form):
    """How much, and why [返金の依頼]."""

    amount = YenField("held.amount", most_yen=LARGEST_YEN)
    reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def held(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """What is held, what was ordered of it; above the policy by two [返金]."""
    form = RefundForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        claims_of(cursor, about, agreement_id)
        key = Key(member_id, agreement_id)
        if form.is_bound and form.is_valid() and _ordered(cursor, request, about, (key, form)):
            return HttpResponseRedirect(reverse("desk:held", args=[*key]))
        context = _context(cursor, about, key)
    context |= {
        "form": form_page(form, request),
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }
    return pages.show(request, "desk/held.html", context, status=422 if form.is_bound else 200)


def _ordered(cursor: Any, request: HttpRequest, about: About, asked: tuple[Key, Form]) -> bool:
    key, form = asked
    at = about.colleague.at
    asking = settlements.Asking(
        about.staff, form.cleaned_data["reason"], source_of(request), at,
        _commands.booking_day(cursor, at),
    )  # fmt: skip
    amount_yen = form.cleaned_data["amount"]
    return tried(form, "amount", lambda: refunds.order(cursor, key, amount_yen, asking))


def _context(cursor: Any, about: About, key: Key) -> dict[str, Any]:
    on = _commands.today(cursor, about.colleague.at)
    reading = history.Reading(about.staff.actor, "payout", about.colleague.at)
    found = refunds.held(cursor, key, on, reading)
    payee = found.payee
    return {
        "desk": about.colleague,
        "member": about.member,
        "held": found,
        "bank": None if payee is None else bank_name(payee.account.bank_code),
        "ending": "" if payee is None else payee.account.number[-4:],
        "orders": [(one, STATES[one.state]) for one in refunds.ordered(cursor, key)],
        "alone_yen": refunds.alone_most_yen(cursor, key, on, about.colleague.at),
        "back": about.home,
    }
