"""What is no ordinary loan any more: which ways it still has, what to do instead [特別な契約]."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from motocho.care.reliefs import scenarios
from motocho.loans import queries
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Listed, Position
from motocho.units.errors import Fault, RefusedError
from motocho.web import _commands, pages
from motocho.web._directory import directory
from motocho.web.access import Member


class Bound(Enum):
    """Why the ways of an ordinary loan are not open to an agreement [選べない理由]."""

    COUNSEL = "counsel"
    WRITTEN_OFF = "written_off"
    ALL_DUE = "all_due"
    SETTLED = "settled"


NOTICES: Mapping[Bound, str] = {
    Bound.COUNSEL: "care.bound.counsel",
    Bound.WRITTEN_OFF: "care.bound.written_off",
    Bound.ALL_DUE: "care.bound.all_due",
    Bound.SETTLED: "care.bound.settled",
}
"""What is so, and what to do instead."""
FREE = frozenset({Bound.WRITTEN_OFF, Bound.SETTLED})
"""Where neither interest nor damages run while one waits."""
NO_PROMISE = frozenset({Bound.COUNSEL})
"""Where no day is promised either: counsel speaks for the member."""


def bound(cursor: Any, position: Position) -> Bound | None:
    """What an agreement is bound by, the gravest first [契約の状態]; None for an ordinary one."""
    if Stop.COUNSEL in position.stops:
        return Bound.COUNSEL
    if position.status is Status.WRITTEN_OFF:
        return Bound.WRITTEN_OFF
    if position.accelerated_on is not None:
        return Bound.ALL_DUE
    return Bound.SETTLED if queries.is_settled(cursor, position.key) else None


def shuts(found: Bound | None, way: scenarios.Way) -> bool:
    """Whether an offer that was made before cannot be agreed to any more [提案の可否].

    A promise stays possible where one may still be made: it changes nothing that was agreed.
    """
    if found is None:
        return False
    return found in NO_PROMISE or way is not scenarios.Way.PROMISE


def refuse(found: Bound) -> None:
    """A form that an agreement is not open to [受付不可]; nothing was changed.

    Raises    RefusedError, always.
    """
    raise RefusedError(Fault("CAR-040" if found is Bound.COUNSEL else "CAR-041"))


def shut(
    request: HttpRequest,
    member: Member,
    listed: Listed,
    title: str,
    shutting: Collection[Bound] = frozenset(Bound),
) -> HttpResponse | None:
    """The page in place of a way that is not open, with what to do instead [選べない方法].

    Takes     the way's title, a key of the wording, and what shuts it.
    Gives     None where it is open.
    Raises    RefusedError for a form that was sent.
    """
    with connection.cursor() as cursor:
        on = _commands.today(cursor, member.at)
        found = bound(cursor, queries.position(cursor, listed.key, on))
    if found is None or found not in shutting:
        return None
    if request.method == "POST":
        refuse(found)
    known = directory()
    desk = known.desk("card_loan")
    context = {
        "title": title,
        "notice": NOTICES[found],
        "may_promise": found not in NO_PROMISE,
        "listed": listed,
        "desk": desk,
        "back": known.call_back(desk, member.today),
    }
    return pages.show(request, "care/closed.html", context)
