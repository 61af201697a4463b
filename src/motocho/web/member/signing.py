"""Signing in [ログイン].

`login` is the seam to the room people: it takes an attempt as it was read, and gives the response.
Until it is connected it says so; nothing about a number or a PIN is looked up, kept or told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.web import pages
from motocho.web.fields import SignIn, shown


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, as it was typed and where it came from [ログインの試行]."""

    member_number: str
    pin: str = field(repr=False)
    remember: str
    """`on` where this device shall be remembered."""
    network: str
    """The address it came from."""
    agent: str
    at: datetime


def login(request: HttpRequest, attempt: Attempt) -> HttpResponse:  # noqa: ARG001
    """What an attempt leads to [ログインの判定]: the seam, to be connected to people."""
    return pages.show(request, "member/not_yet.html", status=503)


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page of signing in; in the maintenance one may sign in and look [ログイン]."""
    if request.method != "POST":
        return _asked(request, SignIn(), 200)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _asked(request, form, 422)
    return login(request, _attempt(request, form))


def _asked(request: HttpRequest, form: SignIn, status: int) -> HttpResponse:
    context = {"form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "member/sign_in.html", context, status=status)


def _attempt(request: HttpRequest, form: SignIn) -> Attempt:
    return Attempt(
        member_number=form.cleaned_data["member_number"],
        pin=form.cleaned_data["pin"],
        remember="on" if form.cleaned_data["remember"] else "",
        network=request.META.get("REMOTE_ADDR", ""),
        agent=request.headers.get("User-Agent", "")[:LONGEST_AGENT],
        at=pages.moment(request),
    )


LONGEST_AGENT = 300
