"""What every page of the studio is made of: its places, its case, its tongue and look [作業場の枠].

    return frame.show(request, "studio/case.html", context)                 a page
    return frame.case_page(request, "studio/papers.html", case, context)    a page of a case

A page extends `studio/frame.html` and fills its blocks `title`, `styles`, `scripts` and `main`.
To add a place, add a line to `PLACES` (of the whole studio) or `CASE_PLACES` (of one case);
`_places` says which of them stand together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from motocho.office.cases import Case
from motocho.web import assets, pages
from motocho.web.pages import (
    KEPT_SECONDS,
    LONGEST_ADDRESS,
    LOOK_COOKIE,
    TONGUE_COOKIE,
    Look,
    Place,
)
from motocho.web.studio import _guests
from motocho.web.words import Tongue, plain

ACTOR = "studio"
"""Who writes into the log of a studio that nobody gave another name."""
_NAMES = {ACTOR: "studio.log.this_pc", _guests.MEMBER: "studio.log_by.member"}
ACTOR_COOKIE = "studio-name"
LONGEST_ACTOR = 40
LONGEST_SEQ = 9
LIVE = "X-Studio"
"""The header of a script that sends a form while somebody types or chooses."""


PLACES = (
    Place("studio:cases", "studio.frame.cases", "rows"),
    Place("studio:days", "studio.days.title", "tick"),
    Place("studio:arrive", "studio.frame.arrive", "door"),
    Place("studio:guide_start", "studio.guide.title", "info"),
    Place("studio:affected", "studio.prospects.affected", "info"),
    Place("studio:glossary", "studio.frame.glossary", "info"),
    Place("studio:office", "studio.frame.office", "gear"),
    Place("studio:templates", "studio.wordings.title", "pen"),
)
"""Places of the whole studio."""
CASE_PLACES = (
    Place("studio:case", "studio.frame.bench", "rows"),
    Place("studio:import", "studio.frame.import", "pen"),
    Place("studio:contracts", "studio.frame.contracts", "sum"),
    Place("studio:conventions", "studio.frame.conventions", "gear"),
    Place("studio:compare", "studio.frame.compare", "rows"),
    Place("studio:chart", "studio.chart.title", "sum"),
    Place("studio:proof", "studio.proof.title", "shield"),
    Place("studio:outlook", "studio.prospects.outlook", "sum"),
    Place("studio:papers", "studio.papers.title", "pen"),
    Place("studio:way", "studio.track.way", "tick"),
    Place("studio:log", "studio.frame.log", "pen"),
    Place("studio:take_along", "studio.frame.export", "shield"),
)
"""Places of one case; each address takes `case_id`."""


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the studio [画面の表示]."""
    whole = {"case": None, "alone": _guests.guest_of(request) is None, **(context or {})}
    return render(request, template, whole, status=status)


def case_page(
    request: HttpRequest,
    template: str,
    case: Case,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of one case, with the case's places beside it [事件の画面]."""
    whole = {
        **(context or {}),
        "case": case,
        "is_empty": is_empty(case),
        "case_name": name_of(case, pages.tongue_of(request)),
        "case_places": [
            (place, reverse(place.name, args=[case.case_id]))
            for place in CASE_PLACES
            if _guests.is_there(request, place.name)
        ],
        "alone": _guests.guest_of(request) is None,
        "news": _guests.news_of(request),
    }
    return render(request, template, whole, status=status)


def is_empty(case: Case) -> bool:
    """Whether nothing was typed or imported into a case yet [取引がない事件]."""
    return all(row.is_blank for row in case.rows)


def name_of(case: Case, tongue: Tongue) -> str:
    """What a case is called on a page: its title, else client and lender [事件の呼び名]."""
    parts = [part for part in (case.client, case.lender) if part.strip()]
    return case.title.strip() or " / ".join(parts) or plain("studio.frame.unnamed", tongue)


def actor_named(request: HttpRequest) -> str:
    """What who works at this browser called themselves [作業者名]; empty where they did not."""
    return " ".join(unquote(request.COOKIES.get(ACTOR_COOKIE, "")).split())[:LONGEST_ACTOR]


def actor_written(name: str) -> str:
    """A name as its cookie keeps it [作業者名の保存]."""
    return quote(" ".join(name.split())[:LONGEST_ACTOR])


def actor_of(request: HttpRequest) -> str:
    """Who works here [作業者]: on a server who signed in, else as they named themselves."""
    guest = _guests.guest_of(request)
    return guest.actor if guest is not None else actor_named(request) or ACTOR


def who(actor: str, tongue: Tongue) -> str:
    """An actor of the log in words [記録者の表示]; `ACTOR` where nobody gave a name."""
    if actor in _NAMES:
        return plain(_NAMES[actor], tongue)
    return _guests.named(actor) if actor.startswith("staff ") else actor


def seq_read(request: HttpRequest, case: Case) -> int:
    """The entry that the sending page was read at; the newest where it says none [記録の番号]."""
    return number_read(request.POST.get("seq", ""), case.seq)


def number_read(text: str, otherwise: int) -> int:
    """A number of an address or a form; another where it is none [番号の読み取り].

    >>> number_read("12", 1), number_read("²", 1), number_read("9" * 5000, 1)
    (12, 1, 1)
    """
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQ else otherwise
    )


def context_of(request: HttpRequest) -> dict[str, Any]:
    """What every template finds: a context processor of Django's [共通の値]."""
    return {
        "tongue": pages.tongue_of(request),
        "look": pages.look_of(request),
        "here": request.get_full_path()[:LONGEST_ADDRESS],
        "studio_places": [(place, reverse(place.name)) for place in PLACES],
        "assets_at": f"/static/{assets.fingerprint()}",
        "studio_folder": settings.STUDIO_FOLDER,
    }


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Another tongue or another paper, kept on this device [表示の選択]."""
    back = pages.own_address(request, request.POST.get("next", ""), "studio:cases")
    response = HttpResponseRedirect(back)
    for cookie, known in ((TONGUE_COOKIE, Tongue), (LOOK_COOKIE, Look)):
        wanted = request.POST.get(cookie, "")
        if wanted in {one.value for one in known}:
            response.set_cookie(cookie, wanted, max_age=KEPT_SECONDS, httponly=True, samesite="Lax")
    return response
