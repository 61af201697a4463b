"""Another due date, a lighter month: what comes of it before it is decided [返済日・利息だけ]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.kernel.schedule import Scheme
from motocho.loans import commands, debits, queries
from motocho.loans.queries import Listed, PlanForecast
from motocho.people.access import Action
from motocho.units.errors import RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting, _bounds, trouble
from motocho.web.maintenance import changes_something

LAST_OF_MONTH = 31
DAYS_OFFERED = (5, 10, 15, 20, 25, 27, LAST_OF_MONTH)
"""Days on which many are paid, or on which banks debit; any other can be chosen too."""
BY_CYCLE = "35"


def _read(text: str) -> tuple[Scheme, int] | None:
    """A plan that a form names: a day of the month, or `35d` for every 35 days."""
    if text == f"{BY_CYCLE}d":
        return Scheme.EVERY_35_DAYS, 0
    is_day = text.isascii() and text.isdigit() and len(text) <= len(BY_CYCLE)
    if is_day and 1 <= int(text) <= LAST_OF_MONTH:
        return Scheme.MONTHLY, int(text)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def due_date(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Choose a plan, see six due dates and the difference, change [返済日を変える] · LEDG-027."""
    listed = member.agreement(agreement_id)
    closed = _bounds.shut(request, member, listed, "care.due.title")
    if closed is not None:
        return closed
    given = request.POST if request.method == "POST" else request.GET
    wanted = _read(given.get("plan", ""))
    if request.method == "POST" and wanted is not None:
        return _change(request, member, listed, wanted)
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        position = queries.position(cursor, listed.key, today)
        now = trouble.same_plan(cursor, listed, today)
        then = None if wanted is None else _forecast(cursor, listed, wanted, today)
        mandate = debits.standing_mandate(cursor, listed.key)
    # What stands against any change now is said before anything is chosen.
    refusal = now.refusal if then is None else then.refusal
    context = {
        "listed": listed,
        "position": position,
        "plan": now.plan,
        "no_debits": mandate is not None and then is not None and not debits.serves(then.plan),
        "by_cycle": now.plan.scheme is Scheme.EVERY_35_DAYS,
        "now": now.now,
        "then": then,
        "wanted": given.get("plan", ""),
        "wanted_day": 0 if wanted is None else wanted[1],
        "refusal": _acting.told(request, refusal),
        "allowed_from": None if refusal is None else refusal.allowed_from,
        "offered": DAYS_OFFERED,
        "days": range(1, LAST_OF_MONTH + 1),
        "last_of_month": LAST_OF_MONTH,
        "ref": _acting.form_key(request),
    }
    template = "care/due_review.html" if then and not refusal else "care/due.html"
    return pages.show(request, template, context)


def _forecast(cursor: Any, listed: Listed, wanted: tuple[Scheme, int], today: date) -> PlanForecast:
    return queries.plan_forecast(cursor, listed.key, *wanted, today)


def _change(
    request: HttpRequest, member: Member, listed: Listed, wanted: tuple[Scheme, int]
) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"plan {_acting.form_key(request)}", member.at)
        forecast = queries.plan_forecast(cursor, listed.key, *wanted, way.business_on)
        done = commands.change_plan(cursor, listed.key, forecast.plan, way)
        if forecast.refusal is not None and not done.is_repeat:
            raise RefusedError(forecast.refusal.fault())
    address = reverse("care:done", args=[listed.key.agreement_id, "due-date"])
    return HttpResponseRedirect(address)


# ---------------------------------------------------------------------------------- lighter month
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def lighter(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """A month with the interest alone: less now, more in the end [今月だけ軽くする] · LEDG-015."""
    listed = member.agreement(agreement_id)
    closed = _bounds.shut(request, member, listed, "care.lighter.title")
    if closed is not None:
        return closed
    if request.method == "POST":
        return _lighten(request, member, listed)
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        found = queries.lighter_forecast(cursor, listed.key, today)
        position = queries.position(cursor, listed.key, today)
    context = {
        "listed": listed,
        "found": found,
        "position": position,
        "refusal": _acting.told(request, found.refusal),
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/lighter.html", context)


def _lighten(request: HttpRequest, member: Member, listed: Listed) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"lighter {_acting.form_key(request)}", member.at)
        found = queries.lighter_forecast(cursor, listed.key, way.business_on)
        done = commands.arrange(cursor, listed.key, found.arrangement, way)
        if found.refusal is not None and not done.is_repeat:
            raise RefusedError(found.refusal.fault())
    address = reverse("care:done", args=[listed.key.agreement_id, "lighter"])
    return HttpResponseRedirect(address)
