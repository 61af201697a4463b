"""S10: everything that was done in a case, and back to any point of it [変更の記録]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.office import cases
from motocho.office.cases import Case, Logged
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import say

GROUPS_A_PAGE = 50
CHANGES_SHOWN = 30


@require_safe
def log_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The log, the newest first: who, when, what it was before and after [変更の記録]."""
    case = cases.load(case_id)
    whole = list(_grouped(cases.log(case_id)))[::-1]
    page = max(1, frame.number_read(request.GET.get("page", ""), 1))
    shown = whole[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]
    context = {
        "groups": [_told(request, case, group) for group in shown],
        "newer": page - 1,
        "older": page + 1 if page * GROUPS_A_PAGE < len(whole) else 0,
        "count": len(whole),
    }
    return frame.case_page(request, "studio/log.html", case, context)


@require_POST
def go_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Go back to what the case was after an entry [取り消し]; that is an entry too."""
    case = cases.load(case_id)
    wanted = request.POST.get("to", "")
    cases.undo_to(
        case_id,
        frame.number_read(wanted, case.seq),
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=frame.seq_read(request, case),
    )
    return HttpResponseRedirect(reverse("studio:log", args=[case_id]))


def _grouped(log: Sequence[Logged]) -> Iterator[list[Logged]]:
    for _, group in groupby(log, key=lambda one: one.entry.first_seq):
        yield list(group)


def _told(request: HttpRequest, case: Case, group: Sequence[Logged]) -> dict[str, Any]:
    tongue = pages.tongue_of(request)
    first, last = group[0].entry, group[-1].entry
    numbers = {row.row_id: number for number, row in enumerate(case.rows, start=1)}
    changes = [(one, change) for one in group for change in one.changes]
    return {
        "first": first,
        "last": last,
        "who": frame.who(last.actor, tongue),
        "is_now": last.seq == case.seq,
        "deeds": list(
            dict.fromkeys(
                str(say(f"studio.deed.{one.entry.operation['op']}", tongue)) for one in group
            )
        ),
        "changes": [
            {
                "change": change,
                "row_no": numbers.get(change.place),
                "column": say(f"studio.column.{change.column}", tongue)
                if change.column in cases.COLUMNS
                else change.column,
            }
            for _, change in changes[:CHANGES_SHOWN]
        ],
        "more": max(0, len(changes) - CHANGES_SHOWN),
    }
