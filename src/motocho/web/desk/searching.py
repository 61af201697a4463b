"""One box that finds members by whatever somebody says of them [会員の検索].

What was typed stands in no address, no history and no log: the address carries it sealed, for who
typed it alone. The hits are masked; each says why it is one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.people.access import Action
from motocho.people.credentials import hashing
from motocho.people.facts import search as finding
from motocho.units.text import folded
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk import frame
from motocho.web.fields import LONGEST_TYPED
from motocho.web.words import plain

WHY = {
    finding.Why.NUMBER: "desk.find.number",
    finding.Why.OLD_NUMBER: "desk.find.old_number",
    finding.Why.NAME: "desk.find.name",
    finding.Why.READING: "desk.find.reading",
    finding.Why.PHONE: "desk.find.phone",
    finding.Why.OLD_PHONE: "desk.find.old_phone",
    finding.Why.LAST_DIGITS: "desk.find.last_digits",
    finding.Why.EMAIL: "desk.find.email",
    finding.Why.OLD_EMAIL: "desk.find.old_email",
}
NOT_FOUND = {
    finding.By.NUMBER: "desk.find.try_number",
    finding.By.PHONE: "desk.find.try_phone",
    finding.By.LAST_DIGITS: "desk.find.try_digits",
    finding.By.EMAIL: "desk.find.try_email",
    finding.By.NAME: "desk.find.try_name",
    finding.By.NOTHING: "desk.find.try_nothing",
}
"""What to try where nobody was found: nothing went wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """A hit as the page shows it [検索結果の1行]."""

    hit: finding.Hit
    why: str
    address: str


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.SEARCH)
def search(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Members and places of the desk that a text may mean [会員の検索] · PRIV-003."""
    if request.method == "POST":
        typed = request.POST.get("sought", "")[:LONGEST_TYPED]
        query = f"?s={sealed(colleague, typed)}" if typed.strip() else ""
        return HttpResponseRedirect(f"{request.path}{query}")
    typed = unsealed(colleague, request.GET.get("s", ""))
    context: dict[str, object] = {"desk": colleague, "sought": typed}
    if typed:
        with transaction.atomic(), connection.cursor() as cursor:
            sought = finding.read(typed)
            found = finding.find(cursor, sought, colleague.staff, colleague.at)
        context |= {
            "rows": rows_of(found.hits),
            "has_more": found.has_more,
            "most": finding.MOST,
            "not_found": NOT_FOUND[found.by],
            "places": _places(request, colleague, typed),
        }
    return pages.show(request, "desk/search.html", context)


def rows_of(hits: tuple[finding.Hit, ...]) -> list[Row]:
    """Hits with the words for why, and where each leads [検索結果の表示]."""
    return [Row(one, WHY[one.why], reverse("desk:member", args=[one.member_id])) for one in hits]


def _places(request: HttpRequest, colleague: Colleague, typed: str) -> list[frame.OpenPlace]:
    tongue, wanted = pages.tongue_of(request), folded(typed).casefold()
    return [
        one
        for one in frame.open_places(colleague)
        if wanted in folded(plain(one.label, tongue)).casefold()
    ]


def sealed(colleague: Colleague, typed: str) -> str:
    """What was typed, for an address: only who typed it can open it [検索語の封緘]."""
    made = hashing.seal("desk search", colleague.staff.actor, typed)
    data = base64.urlsafe_b64encode(made.data).decode().rstrip("=")
    return f"{made.pepper_id}.{data}"


def unsealed(colleague: Colleague, text: str) -> str:
    """What was typed; empty for anything that this colleague did not seal [検索語の開封]."""
    pepper_id, _, data = text.rpartition(".")
    try:
        content = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
        if pepper_id not in hashing.peppers().by_id:
            return ""
        sealed = hashing.Sealed(content, pepper_id)
        return hashing.unseal("desk search", colleague.staff.actor, sealed)
    except (InvalidTag, binascii.Error, ValueError):
        return ""
