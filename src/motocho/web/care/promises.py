"""A day on which the member will pay: chosen with its cost, promised, withdrawn [約束日]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.care.reliefs import paydays
from motocho.documents import calendar
from motocho.loans import commands, policy, queries
from motocho.loans.queries import Listed, Waiting
from motocho.people.access import Action
from motocho.units.errors import Fault
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting, _bounds
from motocho.web.fields import DateField, Form, FormPage, YenField, shown
from motocho.web.maintenance import changes_something
from motocho.web.words import plain

_LARGEST_YEN = 100_000_000


class PromiseForm(Form):
    """A day, and how much [約束の入力]."""

    on = DateField("care.promise.on", "care.promise.on_hint", optional="optional")
    amount = YenField("care.promise.amount", "care.promise.amount_hint", most_yen=_LARGEST_YEN)

    @classmethod
    def up_to(cls, owed_yen: int, asked: Mapping[str, str] | None) -> PromiseForm:
        """The form, for at most what settles all of it [約束の入力]."""
        form = cls(asked)
        amount = form.fields["amount"]
        if isinstance(amount, YenField):
            amount.most_yen = max(amount.least_yen, owed_yen)
        return form


@dataclass(frozen=True, slots=True)
class Chosen:
    """A day that was chosen, and what it costs to wait for it [選んだ約束日]."""

    on: date
    amount_yen: int
    waiting: Waiting


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def promise(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Choose a day, see its cost, promise; or look at the one that is open [約束日] · LEDG-016."""
    listed = member.agreement(agreement_id)
    closed = _bounds.shut(request, member, listed, "care.promise.title", _bounds.NO_PROMISE)
    if closed is not None:
        return closed
    if request.method == "POST":
        return _promise(request, member, listed)
    with connection.cursor() as cursor:
        found = commands.open_promise(cursor, listed.key)
    if found is None:
        return _choose(request, member, listed)
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        waiting = queries.waiting(cursor, listed.key, today, max(found.pay_on, member.today))
        state = _bounds.bound(cursor, queries.position(cursor, listed.key, today))
    is_free = state in _bounds.FREE
    context = {"listed": listed, "promise": found, "waiting": waiting, "is_free": is_free}
    return pages.show(request, "care/promised.html", context)


def _choose(request: HttpRequest, member: Member, listed: Listed) -> HttpResponse:
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        position = queries.position(cursor, listed.key, today)
        pay_day = paydays.known(cursor, member.member_id)
        last_on = today + timedelta(days=policy.LONGEST_PROMISE_DAYS)
        days = paydays.likely_days(today, last_on, pay_day, _acting.is_business_day)
        state = _bounds.bound(cursor, position)
        waits = [queries.waiting(cursor, listed.key, today, on) for on in days]
        owed_yen = queries.payoff_quote(cursor, listed.key, last_on).total_yen
    is_asked = "on" in request.GET or "chip" in request.GET
    asked = {
        "on": request.GET.get("chip") or request.GET.get("on", ""),
        "amount": request.GET.get("amount", "") or yen_text(position.due_yen),
    }
    form = PromiseForm.up_to(owed_yen, asked if is_asked else None)
    chosen = _chosen(form, listed, today, last_on) if is_asked and position.due_yen else None
    context = {
        "listed": listed,
        "position": position,
        "notice": "" if state is None else _bounds.NOTICES[state],
        "is_free": state in _bounds.FREE,
        "first_on": today,
        "last_on": last_on,
        "pay_day": pay_day,
        "waits": waits,
        "tomorrow": waits[0] if waits else None,
        "amount": asked["amount"],
        "chosen": chosen,
        "form": _with_amount(shown(form, pages.tongue_of(request)), asked["amount"]),
        "ref": _acting.form_key(request),
        "days": range(1, paydays.LAST_OF_MONTH + 1),
    }
    status = 422 if is_asked and chosen is None and position.due_yen else 200
    # Enter in a field presses the first button of its form: the template has one before the days.
    template = "care/promise_review.html" if chosen else "care/promise.html"
    return pages.show(request, template, context, status=status)


def _with_amount(page: FormPage, amount: str) -> FormPage:
    """What is owed now stands in the box before anything was typed: it is owed, not offered."""
    box = page.fields["amount"]
    fields = {**page.fields, "amount": replace(box, typed=box.typed or amount)}
    return replace(page, fields=fields)


def _chosen(form: PromiseForm, listed: Listed, first_on: date, last_on: date) -> Chosen | None:
    """The day and the amount of a form; None where something is wrong, which the form says then."""
    if not form.is_valid():
        return None
    on: date | None = form.cleaned_data["on"]
    amount_yen: int = form.cleaned_data["amount"]
    if on is None or not first_on <= on <= last_on:
        details = {"first": _told(first_on), "last": _told(last_on)}
        form.refuse("on", Fault("CAR-005", details=details))
        return None
    if not _acting.is_business_day(on):
        other = paydays.business_day_near(on, last_on, _acting.is_business_day)
        form.refuse("on", Fault("CAR-004", details={"day": _told(on), "other": _told(other)}))
        return None
    with connection.cursor() as cursor:
        waiting = queries.waiting(cursor, listed.key, first_on, on)
    return Chosen(on, amount_yen, waiting)


def _told(on: date) -> str:
    return f"{on:%Y/%m/%d}"


def _promise(request: HttpRequest, member: Member, listed: Listed) -> HttpResponse:
    """Promise, once for each form; what is wrong leads back to the choice."""
    asked = {name: request.POST.get(name, "") for name in ("on", "amount")}
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"promise {_acting.form_key(request)}", member.at)
        last_on = way.business_on + timedelta(days=policy.LONGEST_PROMISE_DAYS)
        owed_yen = queries.payoff_quote(cursor, listed.key, last_on).total_yen
        form = PromiseForm.up_to(owed_yen, asked)
        chosen = _chosen(form, listed, way.business_on, last_on)
        if chosen is not None:
            commands.promise(cursor, listed.key, chosen.amount_yen, chosen.on, way)
    address = reverse("care:promise", args=[listed.key.agreement_id])
    if chosen is None:  # the day is over by now, or somebody changed the form: say what is wrong
        return HttpResponseRedirect(f"{address}?{urlencode(asked)}")
    return HttpResponseRedirect(address)


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def withdraw(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Take the open promise back, for another day to be chosen [約束の取下げ]."""
    listed = member.agreement(agreement_id)
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"withdraw {_acting.form_key(request)}", member.at)
        found = commands.open_promise(cursor, listed.key)
        if found is not None and _acting.is_meant(request, found.promise_no):
            commands.withdraw_promise(cursor, listed.key, way)
    return HttpResponseRedirect(reverse("care:promise", args=[agreement_id]))


@require_safe
@access.members(Action.ASK_FOR_HELP)
def calendar_file(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """The promised day for a phone's calendar; it names neither lender nor yen [予定に入れる]."""
    listed = member.agreement(agreement_id)
    with connection.cursor() as cursor:
        found = commands.open_promise(cursor, listed.key)
    if found is None:
        raise Http404
    title = plain("care.promise.calendar_title", pages.tongue_of(request))
    uid = f"{found.promise_no}-{found.made_on:%Y%m%d}@promise"
    made_at: datetime = found.made_at
    content = calendar.entry(calendar.Entry(uid, title, found.pay_on, made_at))
    response = HttpResponse(content, content_type=calendar.CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="day.ics"'
    return response


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def pay_day(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Keep the day on which the member is paid, so that days after it are offered [給料日]."""
    listed = member.agreement(agreement_id)
    typed: Any = request.POST.get("day", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else -1
    with transaction.atomic(), connection.cursor() as cursor:
        form = _commands.source(f"pay day {_acting.form_key(request)}")
        paydays.tell(cursor, member.member_id, number, form, member.at)
    return HttpResponseRedirect(reverse("care:promise", args=[listed.key.agreement_id]))
