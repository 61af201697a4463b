"""S11: the office itself: letterhead, how a new case begins, the passphrase [事務所]."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motocho.claims import effects
from motocho.claims.assumptions import PRESETS
from motocho.office import cases
from motocho.units.errors import Fault, InputError, MotochoError
from motocho.web import pages
from motocho.web.pages import KEPT_SECONDS
from motocho.web.studio import frame
from motocho.web.words import Tongue, said, say

TALL = ("office_address", "office_people", "office_seal_note")
AS_IT_IS = "as_it_is"


@require_http_methods(["GET", "HEAD", "POST"])
def office_page(request: HttpRequest) -> HttpResponse:
    """Letterhead and beginnings [事務所]."""
    if request.method != "POST":
        return _shown(request)
    wanted: dict[str, Any] = {
        name: request.POST[name].strip() for name in cases.LETTERHEAD if name in request.POST
    }
    preset = request.POST.get("beginning", AS_IT_IS)
    if preset in PRESETS:
        wanted[cases.BEGINNING] = dict(PRESETS[preset])
    try:
        cases.set_office_settings(wanted, at=pages.moment(request))
    except MotochoError as error:
        return _shown(request, error)
    response = HttpResponseRedirect(reverse("studio:office"))
    response.set_cookie(
        frame.ACTOR_COOKIE,
        frame.actor_written(request.POST.get("actor", "")),
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Strict",
    )
    return response


@require_POST
def passphrase(request: HttpRequest) -> HttpResponse:
    """Set the passphrase of this studio, or another one [合言葉]."""
    first, second = request.POST.get("passphrase", ""), request.POST.get("again", "")
    try:
        if first != second:
            raise InputError(Fault("STU-036"))
        cases.set_passphrase(first, at=pages.moment(request))
    except MotochoError as error:
        return _shown(request, error)
    return HttpResponseRedirect(reverse("studio:office"))


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Open a studio that has a passphrase [解錠]."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            cases.unlock(request.POST.get("passphrase", ""))
        except MotochoError as error:
            context["refused"] = [said(one, pages.tongue_of(request)) for one in error.faults]
            return frame.show(request, "studio/unlock.html", context, status=422)
        return HttpResponseRedirect(reverse("studio:cases"))
    return frame.show(request, "studio/unlock.html", context)


@require_POST
def lock(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Close it again [施錠]."""
    cases.lock()
    return HttpResponseRedirect(reverse("studio:cases"))


def _shown(request: HttpRequest, refused: MotochoError | None = None) -> HttpResponse:
    tongue = pages.tongue_of(request)
    known = cases.office_settings()
    context = {
        "letterhead": [
            {
                "name": name,
                "label": say(f"studio.office.{name}", tongue),
                "value": request.POST.get(name, known.get(name, "")),
                "is_tall": name in TALL,
            }
            for name in cases.LETTERHEAD
        ],
        "beginning": _beginning(known.get(cases.BEGINNING), tongue),
        "presets": [
            {"name": name, "text": effects.value_text("presets", name, tongue.language)}
            for name in PRESETS
        ],
        "actor": frame.actor_named(request),
        "has_passphrase": cases.has_passphrase(),
        "refused": [] if refused is None else [said(one, tongue) for one in refused.faults],
    }
    status = 200 if refused is None else 422
    return frame.show(request, "studio/office.html", context, status=status)


def _beginning(stated: Any, tongue: Tongue) -> list[dict[str, str]]:
    """The switches a new case begins with, in words."""
    return [
        {
            "label": effects.label(key, tongue.language),
            "value": effects.value_text(key, value, tongue.language)
            if isinstance(value, str)
            else str(value),
        }
        for key, value in (stated or {}).items()
    ]
