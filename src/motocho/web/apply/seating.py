"""Which application a browser is at: a draft, or one that was submitted [申込みの席].

The seat lies in the site's store, never in an address, and ends when nothing was done for some
minutes. Whoever is signed in as a member is at their own application without one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Protocol, TypeAlias

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.module_loading import import_string

from motocho.notices.sending import ToApplicant
from motocho.notices.wording import Part
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Outcome
from motocho.screening.applications import ApplicationKey, forms
from motocho.screening.applying import Applying, Draft, applying_on, drafts
from motocho.units.errors import NotFoundError
from motocho.web import access, pages

DEVICE_COOKIE = "applicant"
_DAY_SECONDS = 86_400
_KEY = "apply"
View: TypeAlias = Callable[..., HttpResponse]


class Sender(Protocol):
    """Sends a code to an address that somebody typed [送信]."""

    def __call__(
        self, to: ToApplicant, said: tuple[Part, str], times: Mapping[str, int]
    ) -> Outcome:
        """Called in the transaction in which the code was made.

        Raises    OutsideFailure where nothing can be sent: then the code was not made.
        """


def sender() -> Sender:
    """Who sends codes here [送信の設定]."""
    found: Sender = import_string(settings.APPLICANT_SENDER)
    return found


def policy(request: HttpRequest) -> Applying:
    """What holds today [その日の方針]."""
    return applying_on(pages.moment(request).astimezone(JAPAN).date())


# --------------------------------------------------------------------------------------- sitting
def sit(request: HttpRequest, place: Mapping[str, int]) -> None:
    """Let a browser be at a draft, or an application [着席].

    Why       a key that somebody planted before opens nothing after: the store and the forms' token
              are new. Who is signed in as a member stays so.
    """
    request.session.cycle_key()
    until = pages.moment(request) + timedelta(minutes=policy(request).seat_minutes)
    request.session[_KEY] = {**place, "until": until.isoformat()}
    rotate_token(request)


def sit_at(request: HttpRequest, key: ApplicationKey) -> None:
    """Let a browser be at an application that was submitted [着席]."""
    sit(request, {"member": key.member_id, "application": key.application_id})


def move_on(request: HttpRequest, key: ApplicationKey) -> None:
    """From the draft to what it became, in the same seat [席の移動].

    Why       whoever taps twice has the old key and the old token of forms: both go on.
    """
    until = pages.moment(request) + timedelta(minutes=policy(request).seat_minutes)
    place = {"member": key.member_id, "application": key.application_id}
    request.session[_KEY] = {**place, "until": until.isoformat()}


def stand_up(request: HttpRequest) -> None:
    """The browser is at no application any more [退席]."""
    request.session.pop(_KEY, None)


def _place(request: HttpRequest) -> Mapping[str, Any]:
    """Where a browser is, and goes on to be; nowhere once its time is over."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and not request.session.keys():
        return {}
    kept: Mapping[str, Any] | None = request.session.get(_KEY)
    if kept is None:
        return {}
    at = pages.moment(request)
    until = datetime.fromisoformat(kept["until"])
    if until <= at:
        stand_up(request)
        return {}
    minutes = policy(request).seat_minutes
    if until - at < timedelta(minutes=minutes - 1):
        request.session[_KEY] = {**kept, "until": (at + timedelta(minutes=minutes)).isoformat()}
    return kept


def draft_of(request: HttpRequest) -> Draft | None:
    """The draft that a browser is at [下書き]; None for none, or where it was erased."""
    number = _place(request).get("draft")
    if number is None:
        return None
    try:
        with connection.cursor() as cursor:
            return drafts.load(cursor, int(number), pages.moment(request))
    except NotFoundError:
        stand_up(request)
        return None


def application_of(request: HttpRequest) -> ApplicationKey | None:
    """The application that a browser is at: by its seat, else by the member's sign-in [申込み]."""
    place = _place(request)
    if "application" in place:
        return ApplicationKey(int(place["member"]), int(place["application"]))
    signed = access.signed(request)
    if signed is None:
        return None
    with connection.cursor() as cursor:
        found = forms.of_member(cursor, signed.use.key.member_id)
    return found[0].key if found else None


# ------------------------------------------------------------------------------------- the wrappers
def at_draft(view: View) -> View:
    """A page of a draft: it gets it; one that was submitted leads to its state [下書きの画面].

    Who is at none is led to where one comes back.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
        draft = draft_of(request)
        if draft is None:
            is_sent = "application" in _place(request)
            return HttpResponseRedirect(reverse("apply:status" if is_sent else "apply:return"))
        if draft.became is not None:
            move_on(request, draft.became)
            return HttpResponseRedirect(reverse("apply:status"))
        return view(request, draft, *rest, **names)

    return guarded


def at_application(view: View) -> View:
    """A page of an application: it gets its key [申込みの画面]."""

    @wraps(view)
    def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
        key = application_of(request)
        if key is None:
            return HttpResponseRedirect(reverse("apply:return"))
        return view(request, key, *rest, **names)

    return guarded


# -------------------------------------------------------------------------------------- the device
def device_of(request: HttpRequest) -> str:
    """What this browser is known again by [端末]; a new one where it has none."""
    return request.COOKIES.get(DEVICE_COOKIE) or secrets.token_urlsafe(18)


def remember(request: HttpRequest, response: HttpResponse, device: str) -> None:
    """Give the browser what it is known again by, for the policy's days [端末の記憶]."""
    response.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=policy(request).alike_days * _DAY_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
