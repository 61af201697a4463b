"""An agreement of ours recalculated at the desk, and opened as a case of its own [引き直し計算]."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.claims.statement import Statement
from motocho.loans.commands import Key
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.web import _commands, _opening, _recalculated, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known, unknown
from motocho.web.desk._shown import number_of


def _statement(cursor: Any, colleague: Colleague, key: Key) -> Statement:
    """Who may and why, written down, as for a disclosure of the same history."""
    by = colleague.looking_for(f"recalculation {key.agreement_id}")
    access.allow(gate.ask(cursor, by, Action.EXPORT_HISTORY, key.member_id, colleague.at))
    return _recalculated.of_agreement(cursor, key, _commands.today(cursor, colleague.at))


@require_safe
@access.staff(Action.EXPORT_HISTORY)
@once_known
def recalculated(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """The agreement as courts would reckon it, each row with its reason [引き直し計算]."""
    key = Key(member_id, agreement_id)
    with transaction.atomic(), connection.cursor() as cursor:
        statement = _statement(cursor, colleague, key)
        member = members.one(cursor, member_id)
        hidden = unknown(cursor, colleague, member_id)
    row_no = number_of(request.GET.get("row", ""))
    context = _recalculated.context(statement, pages.tongue_of(request), row_no)
    context |= {
        "desk": colleague,
        "member": member,
        "unknown": hidden,
        "agreement_id": agreement_id,
    }
    return pages.show(request, "desk/recalculated.html", context)


@require_POST
@access.staff(Action.EXPORT_HISTORY)
@once_known
def in_studio(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    agreement_id: int,
) -> HttpResponse:
    """The agreement opened in the studio, as the house's case of it [作業場で開く]."""
    with transaction.atomic(), connection.cursor() as cursor:
        by = colleague.looking_for(f"recalculation {agreement_id}")
        access.allow(gate.ask(cursor, by, Action.EXPORT_HISTORY, member_id, colleague.at))
        on = _commands.today(cursor, colleague.at)
        case_id = _opening.of_house(cursor, colleague, Key(member_id, agreement_id), on)
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))


@require_safe
@access.staff(Action.EXPORT_HISTORY)
@once_known
def file(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    agreement_id: int,
    form: str,
) -> HttpResponse:
    """The same as a file [引き直し計算書]."""
    with transaction.atomic(), connection.cursor() as cursor:
        statement = _statement(cursor, colleague, Key(member_id, agreement_id))
    return _recalculated.file(statement, form, f"recalculation-{agreement_id}")
