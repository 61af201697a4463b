"""The door of a studio: who may come in, what every response carries, where errors end [入口].

A studio listens on the loopback, where every program of the machine can reach it, and where a page
of the web can send requests. So each start makes a token; the address that is printed carries it,
it is exchanged for a cookie of this start, and a request without that cookie gets nothing. Host
names that are not the loopback's are refused (a name that a stranger lets point here), and so is
what another site sends.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from motocho.office import cases
from motocho.outside import clock
from motocho.units.errors import MotochoError, NotAllowedError, NotFoundError
from motocho.web import doors, pages
from motocho.web.doors import HEADERS, STATUSES, Answer
from motocho.web.studio import frame
from motocho.web.words import said

LEAST_TOKEN = 20
"""Signs; a studio without a token of some length lets nobody in."""


def cookie_name() -> str:
    """What the cookie of this studio is called: cookies know no ports [通行証の名].

    Why       two studios of a machine are one host to a browser; by their ports neither takes the
              place of the other's cookie.
    """
    return f"studio-{settings.STUDIO_PORT}"


def pass_of(token: str) -> str:
    """What the cookie of a start holds: made of its token, and not the token [通行証]."""
    return hmac.new(token.encode(), b"motocho studio", sha256).hexdigest()


class Door:
    """The middleware [ミドルウェア]: host, cookie, headers, exceptions."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One request and its response [要求と応答]."""
        request.at = clock.now()  # type: ignore[attr-defined]
        response = self._refused(request) or self.answer(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        """The response to who may not come in; None for who may."""
        try:
            request.get_host()
        except DisallowedHost:
            return doors.bad_request(request)
        if _is_from_elsewhere(request):
            return _shut(request)
        if request.path == reverse("studio:enter"):
            return None
        token = settings.STUDIO_TOKEN
        given = request.COOKIES.get(cookie_name(), "")
        if len(token) < LEAST_TOKEN or not hmac.compare_digest(given, pass_of(token)):
            return _shut(request)
        return _locked(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what a view raised; None leaves it to Django (404) [例外の画面]."""
        if isinstance(error, NotFoundError):
            return not_found(request)
        if isinstance(error, MotochoError):
            return told(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            doors.reported(error)
            return frame.show(
                request, "studio/unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE
            )
        return None


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether a browser says that another site sends this; opening a link is no sending."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET"
    return site not in {"none", "same-origin"} and not is_opened


def _locked(request: HttpRequest) -> HttpResponse | None:
    """On to the passphrase, where this studio has one and it was not given yet."""
    unlock = reverse("studio:unlock")
    if request.path == unlock or request.path.startswith("/static/") or not cases.is_locked():
        return None
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(unlock)
    return frame.show(request, "studio/unlock.html", status=HTTPStatus.FORBIDDEN)


def _shut(request: HttpRequest) -> HttpResponse:
    return frame.show(request, "studio/shut.html", status=HTTPStatus.FORBIDDEN)


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Exchange the token of this start for its cookie, and leave the token behind [入室]."""
    token, given = settings.STUDIO_TOKEN, request.GET.get("token", "")
    if len(token) < LEAST_TOKEN or not hmac.compare_digest(given.encode(), token.encode()):
        return _shut(request)
    response = HttpResponseRedirect(reverse("studio:cases"))
    response.set_cookie(cookie_name(), pass_of(token), httponly=True, samesite="Strict")
    response["Referrer-Policy"] = "no-referrer"
    return response


def told(request: HttpRequest, error: MotochoError) -> HttpResponse:
    """A page with an error's faults, each with what mends it [誤りの画面]."""
    status = (
        HTTPStatus.FORBIDDEN
        if isinstance(error, NotAllowedError)
        else next(code for family, code in STATUSES.items() if isinstance(error, family))
    )
    tongue = pages.tongue_of(request)
    context = {"told": [said(fault, tongue) for fault in error.faults]}
    return frame.show(request, "studio/refused.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """The page of an address that is none [見つからない画面]."""
    return frame.show(request, "studio/not_found.html", status=HTTPStatus.NOT_FOUND)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that is too old, or from another site [期限切れのフォーム]."""
    return frame.show(request, "studio/stale.html", status=HTTPStatus.FORBIDDEN)


def bug(request: HttpRequest) -> HttpResponse:
    """The page of our own fault, with the number of its report [不具合の画面]."""
    report = doors.reported(None)
    if not hasattr(request, "at"):
        request.at = clock.now()  # type: ignore[attr-defined]
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    response = frame.show(request, "studio/bug.html", {"report": report}, status=status)
    for name, value in HEADERS.items():
        response.setdefault(name, value)
    return response
