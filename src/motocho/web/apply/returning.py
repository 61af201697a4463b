"""Coming back: a link by e-mail, and the birthday; the same page whoever asks [申込みの再開]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.people import requests
from motocho.people.requests import Turns
from motocho.screening.applying import links
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.apply import seating
from motocho.web.apply.asking import slowed
from motocho.web.facts import _forms as facts
from motocho.web.fields import DateField, Form, shown
from motocho.web.maintenance import changes_something


class AddressForm(Form):
    """The address that a link goes to [メールアドレス]."""

    email = facts.EmailField("apply.email.field", "apply.return.hint")


class BirthdayForm(Form):
    """What opens a link [生年月日]."""

    born_on = DateField("recover.born", "recover.born_hint")


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return None
    at = pages.moment(request)
    with transaction.atomic(), connection.cursor() as cursor:
        until = requests.turn(cursor, access.address_of(request), at, Turns.APPLYING)
    return None if until is None else slowed(request, until)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def back(request: HttpRequest) -> HttpResponse:
    """A link goes to the address, if something is of it; the page says not [再開リンクの申込み]."""
    turned = _turned_away(request)
    if turned is not None:
        return turned
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        language = pages.tongue_of(request).language
        with transaction.atomic(), connection.cursor() as cursor:
            address = form.cleaned_data["email"].address
            links.ask(cursor, address, language, pages.moment(request))
        hours = seating.policy(request).link_hours
        return pages.show(request, "apply/mailed.html", {"hours": hours})
    context = {"form": shown(form, pages.tongue_of(request))}
    status = 422 if form.is_bound else 200
    return pages.show(request, "apply/return.html", context, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: with the birthday, once [再開リンク].

    Opening it uses nothing up, so that a mail program that looks at links does no harm. One that is
    over, used, or nobody's looks the same, and so does a birthday that is not right.
    """
    turned = _turned_away(request)
    if turned is not None:
        return turned
    form = BirthdayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        at, born_on = pages.moment(request), form.cleaned_data["born_on"]
        with transaction.atomic(), connection.cursor() as cursor:
            seat = links.enter(cursor, token, born_on, at)
        if seat is not None and seat.key is not None:
            seating.sit_at(request, seat.key)
            return HttpResponseRedirect(reverse("apply:status"))
        if seat is not None:
            seating.sit(request, {"draft": seat.draft_id})
            return HttpResponseRedirect(reverse("apply:go_on"))
        form.refuse("born_on", Fault("APY-011"))
    context = {"form": shown(form, pages.tongue_of(request)), "here_at": request.path}
    status = 422 if form.is_bound else 200
    return pages.show(request, "apply/link.html", context, status=status)
