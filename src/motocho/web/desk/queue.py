"""One queue of what waits for the staff, under its tabs [審査待ちの一覧].

A part of the house that has something waiting adds a line to `SOURCES`: which tab, what it is
called, how many wait, and their rows. A row leads to a page that asks `people.access`; the list
itself tells nothing of a member.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from motocho.care.cases import complaints
from motocho.care.reliefs import consultations
from motocho.documents import intake
from motocho.people import login, requests
from motocho.people.access import Action
from motocho.people.requests import Kind, Waiting
from motocho.screening import increases
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk import answering, calling
from motocho.web.desk._shown import PURPOSES

TABS = {
    "documents": "desk.documents",
    "resets": "desk.resets",
    "applications": "desk.applications",
    "complaints": "desk.complaints",
    "consultations": "desk.consultations",
}


ALARMS = {
    "one_pin": "desk.alarm_one_pin",
    "one_network": "desk.alarm_one_network",
    "everywhere": "desk.alarm_everywhere",
}
"""What each alarm of the login says."""
ALARMED_FOR = timedelta(days=1)
SHOWN_SIGNS = 8
"""Of a reference, so many signs stand in the list."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits [一覧の1行]: a number and when it came, nothing of a person."""

    number: str
    asked_at: datetime
    state: str
    """A key: what it waits for."""
    address: str
    planned_at: datetime | None = None
    """The moment the member chose, where one was."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from [一覧の出所]: `title` is a key."""

    tab: str
    title: str
    count: Callable[[Any], int]
    rows: Callable[[Any], Sequence[Row]]
    action: Action
    """What its page asks for: nobody is led to a page that refuses them."""

    def shown_to(self, cursor: Any, colleague: Colleague) -> Sequence[Row]:
        """Its rows, leading on for whom that is [従業者ごとの一覧]."""
        if colleague.may(self.action):
            return self.rows(cursor)
        return [replace(one, address="") for one in self.rows(cursor)]


# --------------------------------------------------------------------------------- our own sources
def _of_requests(kind: Kind, page: str) -> Callable[[Any], Sequence[Row]]:
    def rows(cursor: Any) -> Sequence[Row]:
        return [_row(one, page) for one in requests.waiting(cursor, [kind])]

    return rows


def _row(one: Waiting, page: str) -> Row:
    state = "desk.waits" if one.first_staff is None else "desk.waits_second"
    return Row(f"{one.key.request_id}", one.asked_at, state, reverse(page, args=one.key))


def _count_of(kind: Kind) -> Callable[[Any], int]:
    def count(cursor: Any) -> int:
        return requests.count_waiting(cursor, kind)

    return count


def _documents(cursor: Any) -> Sequence[Row]:
    return [
        Row(
            one.document_ref[:SHOWN_SIGNS],
            one.kept_at,
            PURPOSES[one.purpose],
            reverse("desk:document", args=[one.document_ref]),
        )
        for one in intake.waiting(cursor)
    ]


def _cases(cursor: Any) -> Sequence[Row]:
    return [
        Row(
            f"{one.key.case_id}",
            one.told_at,
            answering.STATES[one.state],
            reverse("desk:case", args=one.key),
        )
        for one in complaints.waiting(cursor)
    ]


def _increases(cursor: Any) -> Sequence[Row]:
    return [
        Row(
            f"{one.increase_id}",
            one.asked_at,
            "desk.waits",
            reverse("desk:increase", args=[one.key.member_id, one.increase_id]),
        )
        for one in increases.waiting(cursor)
    ]


def _consultations(cursor: Any) -> Sequence[Row]:
    return [
        Row(
            f"{one.consultation_id}",
            one.booked_at,
            calling.TOPICS[one.topic],
            reverse("desk:consultation", args=[one.member_id, one.consultation_id]),
            one.booked_for,
        )
        for one in consultations.waiting(cursor)
    ]


SOURCES: list[Source] = [
    Source(
        "consultations",
        "desk.consultations",
        consultations.count_waiting,
        _consultations,
        Action.ASK_FOR_HELP,
    ),
    Source("complaints", "desk.complaints", complaints.count_waiting, _cases, Action.ASK_FOR_HELP),
    Source("applications", "desk.increases", increases.count_waiting, _increases, Action.LOOK),
    Source("documents", "desk.documents", intake.count_waiting, _documents, Action.REVIEW_DOCUMENT),
    Source(
        "resets",
        "desk.resets",
        _count_of(Kind.PIN_RESET),
        _of_requests(Kind.PIN_RESET, "desk:reset"),
        Action.REVIEW_PIN_RESET,
    ),
    Source(
        "applications",
        "desk.new_cards",
        _count_of(Kind.NEW_CARD),
        _of_requests(Kind.NEW_CARD, "desk:own"),
        Action.UNFREEZE,
    ),
    Source(
        "applications",
        "desk.reopenings",
        _count_of(Kind.REOPENING),
        _of_requests(Kind.REOPENING, "desk:own"),
        Action.UNFREEZE,
    ),
]
"""Every part of the house that has something waiting, a line each."""


@require_safe
@access.staff(Action.SIT)
def waiting(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What waits, the oldest first; zeros are shown [一覧]; who only manages sees colleagues."""
    if not colleague.may_look:
        return HttpResponseRedirect(reverse("desk:colleagues"))
    with connection.cursor() as cursor:
        counted = [(one, one.count(cursor)) for one in SOURCES]
        tab = _chosen(request.GET.get("tab", ""), {one.tab for one, count in counted if count})
        listed = [
            (one.title, one.shown_to(cursor, colleague), count)
            for one, count in counted
            if one.tab == tab
        ]
        alarms = login.alarms(cursor, colleague.at - ALARMED_FOR)
    counts = {name: sum(count for one, count in counted if one.tab == name) for name in TABS}
    context = {
        "tabs": [(name, label, counts[name]) for name, label in TABS.items()],
        "tab": tab,
        "label": TABS[tab],
        "alarms": [(ALARMS[one.kind], one) for one in alarms],
        "listed": [
            (title, rows, count if count > len(rows) else 0)
            for title, rows, count in listed
            if rows
        ],
    }
    return pages.show(request, "desk/queue.html", context | {"desk": colleague})


def _chosen(wanted: str, filled: Collection[str]) -> str:
    """What was asked for; else new PINs, or where something waits if they have nothing.

    >>> [_chosen(*one) for one in (("", set()), ("", {"complaints"}), ("documents", {"resets"}))]
    ['resets', 'complaints', 'documents']
    """
    if wanted in TABS:
        return wanted
    return next((name for name in ("resets", *TABS) if name in filled), "resets")
