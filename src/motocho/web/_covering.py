"""Pages about a member wait while their reader is on a call with somebody not known yet [未確認].

Whoever speaks with a caller reads out what stands on the screen. So a page that tells of a member
shows name and number in part, and nothing else, until the identity check of that call was passed or
the call has its ending. Without such a call the pages are as they are, each look kept by purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from motocho.care.reception import checks
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.people.members import Member
from motocho.web import access, pages
from motocho.web.access import Colleague, View


def masked(found: Member) -> tuple[str, str]:
    """Name and number as the search shows a hit: to know somebody again, no more [伏せ字]."""
    person = found.person
    return f"{person.family_name} {person.given_name[:1]}＊", f"****{found.member_number[-4:]}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whom the reader is on a call with, and does not know yet [本人確認前の通話]."""

    member_id: int
    masked: tuple[str, str]
    """Name and number in part, as the member's page has them before the check."""
    seat: checks.Seat


def unknown(cursor: Any, colleague: Colleague, member_id: int) -> Unknown | None:
    """Whether the reader's own call with this member is before its check [未確認の通話] · COLL-006.

    Gives     None without such a call, and for a call on which the member is known.
    Law       貸金業法21条1項5号; 個人情報保護法23条.
    """
    seat = checks.seat(cursor, member_id, colleague.staff.actor, colleague.at)
    if seat.call is None or seat.is_known:
        return None
    return Unknown(member_id, masked(members.one(cursor, member_id)), seat)


def covered(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse | None:
    """The page instead, which says why and leads to the check [本人確認待ちの画面] · COLL-006.

    A look as any other, kept under the call. What was sent from an older page is not done.
    Gives     None where the page itself may be shown.
    Raises    NotFoundError or RefusedError, as people refuses.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        found = unknown(cursor, colleague, member_id)
        if found is None or found.seat.call is None:
            return None
        staff = colleague.looking_for(f"call {found.seat.call.attempt_id}")
        access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
    sent = request.method if request.method == "POST" else ""
    context = {"desk": colleague, "unknown": found, "sent": sent}
    return pages.show(request, "desk/covered.html", context, status=409 if sent else 200)


def once_known(view: View) -> View:
    """A page of one member, for who may read it out: see `covered` [本人確認後の画面]."""

    @wraps(view)
    def kept(
        request: HttpRequest, colleague: Colleague, *, member_id: int, **names: Any
    ) -> HttpResponse:
        instead = covered(request, colleague, member_id)
        return instead or view(request, colleague, member_id=member_id, **names)

    return kept
