"""The one door of errors, and what every response carries [エラーの入口と応答ヘッダー].

Whatever a view raises becomes a page here: a family of `units.errors` its status and its texts, an
answer that the database did not give 503, anything else a bug page with a report number. The report
stays on this machine, readable by its owner; the page and the log name only its number.
"""

from __future__ import annotations

import hashlib
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from motocho.outside import clock
from motocho.outside.postgres import home
from motocho.units.errors import (
    FaultyInput,
    InputError,
    MotochoError,
    NotAllowedError,
    NotFoundError,
    OutsideFailure,
    RefusedError,
    StateConflict,
)
from motocho.web import access, pages
from motocho.web.words import said

log = logging.getLogger("motocho.web")
Answer = Callable[[HttpRequest], HttpResponse]

STATUSES: Mapping[type[MotochoError], int] = {
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FaultyInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotAllowedError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.CONFLICT,
    OutsideFailure: HTTPStatus.SERVICE_UNAVAILABLE,
    StateConflict: HTTPStatus.CONFLICT,
}
"""The status of each family. What is not yours and what is not there have the same answer."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every response that does not say otherwise: nothing of a page stays on a shared phone."""


class Door:
    """The middleware [ミドルウェア]: reads the clock once, catches, adds headers."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One request and its response [要求と応答]."""
        request.at = clock.now()  # type: ignore[attr-defined]
        response = self.answer(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what a view raised; None leaves it to Django (404, 403) [例外の画面]."""
        if isinstance(error, NotFoundError | NotAllowedError):
            return not_found(request)
        if isinstance(error, MotochoError):
            return _told(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            reported(error)
            return _unavailable(request)
        return None


def _told(request: HttpRequest, error: MotochoError) -> HttpResponse:
    status = next(code for family, code in STATUSES.items() if isinstance(error, family))
    tongue = pages.tongue_of(request)
    told = [said(fault, tongue) for fault in error.faults]
    response = pages.show(request, "web/refused.html", {"told": told}, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "60"
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    access.unseat(request)
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = pages.show(request, "web/unavailable.html", status=status)
    response["Retry-After"] = "60"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """The page of an address that is none [見つからない画面]."""
    return pages.show(request, "web/not_found.html", status=HTTPStatus.NOT_FOUND)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """The same for what may not be seen: nobody learns that it is there [権限がない画面]."""
    return not_found(request)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that is too old, or from another site [期限切れのフォーム]."""
    return pages.show(request, "web/stale.html", status=HTTPStatus.FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """A request that cannot be meant, as a wrong host name [読めない要求]."""
    return HttpResponse("400", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")


def bug(request: HttpRequest) -> HttpResponse:
    """The page of our own fault, with the number of its report [不具合の画面].

    Django calls it while the exception is being handled.
    """
    report = reported(None)
    if not hasattr(request, "at"):  # it failed before the middleware read the clock
        request.at = clock.now()  # type: ignore[attr-defined]
    access.unseat(request)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    response = pages.show(request, "web/bug.html", {"report": report}, status=status)
    for name, value in HEADERS.items():
        response.setdefault(name, value)
    return response


def reported(error: Exception | None) -> str:
    """A report of an exception, kept beside the database; gives its number.

    Why       its text may repeat what somebody typed, so that it never goes to the log.
    """
    text = traceback.format_exc() if error is None else "".join(traceback.format_exception(error))
    number = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    folder = home() / "reports"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{number}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    except OSError:
        log.warning("report %s could not be kept", number)
    log.error("report %s", number)
    return number
