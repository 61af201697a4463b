"""The check before an application: five answers, nothing kept, nothing promised [事前の確認]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.loans import products
from motocho.loans.products import Product
from motocho.outside.clock import JAPAN
from motocho.screening.applying import Answer, Late, PrecheckTold, precheck
from motocho.screening.decision import offering_of, policy_on
from motocho.units.errors import Fault
from motocho.web import pages
from motocho.web._directory import directory
from motocho.web.apply._forms import MOST_YEN, CountField
from motocho.web.facts import _forms as facts
from motocho.web.fields import Form, YenField, shown
from motocho.web.words import said

OLDEST = 130
LATES = {one.value: f"apply.check.late_{one.value}" for one in Late}
ANSWERS = {one: f"apply.check.{one.value}" for one in Answer}


class CheckForm(Form):
    """Five answers [事前の確認の質問]; none stands there before."""

    age = CountField("apply.check.age", "apply.check.age_hint", "APY-008", OLDEST)
    income = YenField("changing.yearly", "changing.yearly_hint", least_yen=0, most_yen=MOST_YEN)
    others = YenField("apply.debts.field", "apply.debts.hint", least_yen=0, most_yen=MOST_YEN)
    wanted = YenField("apply.amount.field", "apply.amount.hint", least_yen=1, most_yen=MOST_YEN)
    late = facts.ChoiceField("apply.check.late", LATES)


def sold_on(on: date) -> tuple[Product, ...]:
    """What is sold on a day [取扱い商品]."""
    with connection.cursor() as cursor:
        return products.on_sale(cursor, on)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether one may apply, by dated law and policy [事前の確認] · ORG-002.

    The answers come by POST and are written nowhere: no address and no log holds them.
    """
    today = pages.moment(request).astimezone(JAPAN).date()
    form = CheckForm(request.POST if request.method == "POST" else None)
    sold = sold_on(today)
    context: dict[str, Any] = {"sold": sold, "today": today, "lender": directory().lender}
    if form.is_bound and form.is_valid() and sold:
        context |= _checked(request, form, sold, today)
    context["form"] = shown(form, pages.tongue_of(request))
    context["lates"] = LATES
    status = 422 if form.is_bound and form.errors else 200
    return pages.show(request, "apply/check.html", context, status=status)


def _checked(
    request: HttpRequest, form: CheckForm, sold: tuple[Product, ...], today: date
) -> dict[str, Any]:
    tongue, typed = pages.tongue_of(request), form.cleaned_data
    product = max(sold, key=lambda one: one.largest_limit_yen)
    policy = policy_on(today, offering_of(product))
    told = PrecheckTold(
        typed["age"], typed["income"], typed["others"], typed["wanted"], Late(typed["late"])
    )
    found = precheck(told, policy, today)

    def spoken(faults: tuple[Fault, ...]) -> list[Any]:
        return [said(one, tongue) for one in faults]

    return {
        "found": found,
        "answer": ANSWERS[found.answer],
        "against": spoken(found.against),
        "papers": spoken(found.papers) if found.answer is not Answer.NOT_NOW else [],
        "is_late": told.late is Late.YES,
        "parts": found.third.parts,
        "may_go_on": found.answer is not Answer.NOT_NOW,
    }
