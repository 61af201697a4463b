"""What every page is made of: its tongue and look, its navigation, its context [画面の枠].

A view calls `show`; templates extend `web/page.html` and find `tongue`, `look`, `places` and the
page's own address in their context. The moment of a request is read once, by the middleware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from motocho.web import access, assets
from motocho.web.words import Tongue

TONGUE_COOKIE = "tongue"
LOOK_COOKIE = "look"
KEPT_SECONDS = 31_536_000
"""A year: how long a device keeps its tongue and look."""
LONGEST_ADDRESS = 500


class Look(Enum):
    """Light or dark paper; SYSTEM follows the device [表示色]."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation [メニューの項目]; `name` is a view's name, `label` a key."""

    name: str
    label: str
    icon: str


PUBLIC_PLACES = (
    Place("public:top", "frame.sign_in", "door"),
    Place("public:number", "frame.number", "phone"),
    Place("public:calculator", "frame.calculator", "sum"),
    Place("public:contacts", "frame.contacts", "desk"),
)
MEMBER_PLACES = (
    Place("member:home", "frame.home", "house"),
    Place("member:dealings", "frame.dealings", "rows"),
    Place("member:procedures", "frame.procedures", "pen"),
    Place("member:settings", "frame.settings", "gear"),
)


def tongue_of(request: HttpRequest) -> Tongue:
    """The tongue this device chose; else English where its browser asks for it first [表示言語]."""
    chosen = request.COOKIES.get(TONGUE_COOKIE, "")
    known = {one.value: one for one in Tongue}
    if chosen in known:
        return known[chosen]
    asked = request.headers.get("Accept-Language", "").strip().lower()
    return Tongue.EN if asked.startswith("en") else Tongue.JA


def tongue_read(request: HttpRequest) -> Tongue:
    """The tongue in which the page of a form was read, as the form says it itself [読まれた言語].

    Why       the device may have chosen another one since, on another page.
    """
    known = {one.value: one for one in Tongue}
    return known.get(request.POST.get("tongue", ""), tongue_of(request))


def look_of(request: HttpRequest) -> Look:
    """The look this device chose [表示色]."""
    known = {one.value: one for one in Look}
    return known.get(request.COOKIES.get(LOOK_COOKIE, ""), Look.SYSTEM)


def moment(request: HttpRequest) -> datetime:
    """When the request came, in Japan [受付時刻]; set by the middleware."""
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every template finds: a context processor of Django's [共通の値].

    `guest` is who works in the studio of this site: its faults are shown in its frame.
    """
    found = access.shown_signed(request)
    at_desk = request.path.startswith(reverse("desk:queue"))
    guest = getattr(request, "guest", None)
    outer = "desk/frame.html" if at_desk else "web/page.html"
    return {
        "guest": guest,
        "at_desk": at_desk,
        "desk": access.seated(request),
        "outer": outer if guest is None else "studio/frame.html",
        "tongue": tongue_of(request),
        "look": look_of(request),
        "here": request.get_full_path()[:LONGEST_ADDRESS],
        "places": PUBLIC_PLACES if found is None else MEMBER_PLACES,
        "assets_at": f"/static/{assets.fingerprint()}",
        "signed_in": found is not None,
        "session_left": None if found is None else access.left_of(found.use, moment(request)),
    }


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page [画面の表示]."""
    return render(request, template, dict(context or {}), status=status)


def own_address(request: HttpRequest, wanted: str, otherwise: str = "public:top") -> str:
    """An address of this site that was asked for, or another where it is somebody else's [戻り先].

    Why       an address in a form is anybody's: a redirect never leaves the site.
    """
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    begins_well = wanted.startswith("/") and not wanted.startswith("/\\")
    return wanted if is_ours and begins_well else reverse(otherwise)
