"""What a member can change or ask for, in one list [手続き]."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.people.access import Action
from motocho.web import access, pages
from motocho.web.access import Member

LISTED: Sequence[tuple[str, str]] = (
    ("care:trouble", "frame.trouble"),
    ("care:consultation", "procedures.talk"),
    ("care:limits", "procedures.limit"),
    ("care:rest", "procedures.rest"),
    ("care:calls", "procedures.calls"),
    ("care:voices", "procedures.voices"),
    ("facts:overview", "facts.title"),
    ("documents:documents", "documents.title"),
    ("member:delivery", "delivery.title"),
    ("facts:notify", "notify.title"),
    ("facts:solicit", "solicit.title"),
    ("facts:lost_card", "card.title"),
    ("member:freeze", "home.freeze"),
)
"""Pages by name, with their words."""


@require_safe
@access.members(Action.LOOK)
def procedures(request: HttpRequest, member: Member) -> HttpResponse:
    """The list, with the ways of each agreement below [手続き]."""
    context = {"listed": LISTED, "agreements": member.agreements}
    return pages.show(request, "member/procedures.html", context)
