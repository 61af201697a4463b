"""The door to an offer: a link by mail and the date of birth [提案を開く].

A link that is made up, somebody else's, over or used gives one page. What it opens stays open for
half an hour in that browser, and is the offer alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from motocho.people import invitations
from motocho.people.invitations import Missed, Over, Purpose
from motocho.people.requests import Turns
from motocho.screening.applications import ApplicationKey
from motocho.units.errors import Fault
from motocho.web import pages
from motocho.web.apply import seating
from motocho.web.facts import recovering
from motocho.web.fields import DateField, Form, shown
from motocho.web.maintenance import changes_something

STAYS_OPEN = timedelta(minutes=30)
_KEY = "joining"
_PURPOSES = {one.value: one for one in Purpose}
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who looks at an offer [申込者]."""

    key: ApplicationKey
    at: datetime


class BirthForm(Form):
    """Whose the link is [本人の確認]."""

    born_on = DateField("joining.born", "joining.born_hint")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: the offer opens by the date of birth [提案を開く]."""
    slowed = recovering.turn(request, Turns.APPLYING)
    if slowed is not None:
        return slowed
    form = BirthForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _asked(request, form)
    at, born_on = pages.moment(request), form.cleaned_data["born_on"]
    with transaction.atomic(), connection.cursor() as cursor:
        found = invitations.enter(cursor, token, Purpose.OFFER, born_on, at)
    if isinstance(found, Over):
        return over(request, token, Purpose.OFFER)
    if isinstance(found, Missed):
        form.refuse("born_on", Fault("JOI-001"))
        return _asked(request, form)
    return enter_known(request, ApplicationKey(found.member_id, found.about_id))


def _asked(request: HttpRequest, form: BirthForm) -> HttpResponse:
    context = {"form": shown(form, pages.tongue_of(request))}
    status = 422 if form.is_bound else 200
    return pages.show(request, "joining/enter.html", context, status=status)


def enter_known(request: HttpRequest, key: ApplicationKey) -> HttpResponse:
    """To the offer of who is known on a page of ours already [提案への遷移].

    Why       the store's key and the forms' token are new: one that somebody planted opens nothing.
    """
    until = pages.moment(request) + STAYS_OPEN
    request.session.cycle_key()
    request.session[_KEY] = [*key, until.isoformat()]
    rotate_token(request)
    return HttpResponseRedirect(reverse("joining:offer"))


def applicants(view: View) -> View:
    """A view for who opened an offer in this browser, not long ago [提案の画面].

    Whoever is at an application (`apply.seating`), or signed in as a member, needs no link.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
        key = _opened(request) or seating.application_of(request)
        if key is None:
            return pages.show(request, "joining/closed.html", status=403)
        return view(request, Applicant(key, pages.moment(request)), *rest, **names)

    return guarded


def _opened(request: HttpRequest) -> ApplicationKey | None:
    kept = request.session.get(_KEY)
    if kept is None or datetime.fromisoformat(kept[2]) <= pages.moment(request):
        return None
    return ApplicationKey(int(kept[0]), int(kept[1]))


# ------------------------------------------------------------------------------ a link that is over
def over(request: HttpRequest, token: str, purpose: Purpose) -> HttpResponse:
    """The one page of a link that leads nowhere, with the way to another [使えないリンク]."""
    context = {"token": token, "purpose": purpose.value}
    return pages.show(request, "joining/over.html", context, status=410)


@require_POST
@changes_something
def again(request: HttpRequest) -> HttpResponse:
    """Another link goes to the registered address, if this was anybody's [リンクの再送]."""
    slowed = recovering.turn(request, Turns.APPLYING)
    if slowed is not None:
        return slowed
    purpose = _PURPOSES.get(request.POST.get("purpose", ""), Purpose.OFFER)
    token = request.POST.get("token", "")[:LONGEST_TOKEN]
    with transaction.atomic(), connection.cursor() as cursor:
        invitations.ask_again(cursor, token, purpose, pages.moment(request))
    return pages.show(request, "joining/sent_again.html")


LONGEST_TOKEN = 200
