"""A member's agreement recalculated, opened from its history with one tap [引き直し計算].

What may be looked at is what the history itself may: the same check comes first, and nothing is
asked about why. Nothing changes about the agreement.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.people.access import Action
from motocho.web import _recalculated, access, maintenance, pages
from motocho.web.access import Member
from motocho.web.member import papers


@require_safe
@access.members(Action.EXPORT_HISTORY)
def recalculated(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """The agreement as courts would reckon it, row by row [引き直し計算] · AUTH-007."""
    listed = member.agreement(agreement_id)
    if papers.refused(member) is not None:
        address = reverse("member:whole", args=[agreement_id])
        return HttpResponseRedirect(f"{address}?{papers.RECALCULATED}")
    with transaction.atomic(), connection.cursor() as cursor:
        statement = _recalculated.of_agreement(cursor, listed.key, member.today)
    text = request.GET.get("row", "")
    row_no = int(text) if text.isascii() and text.isdigit() and len(text) < len("10000000") else 0
    context = _recalculated.context(statement, pages.tongue_of(request), row_no)
    return pages.show(request, "member/recalculated.html", context | {"listed": listed})


@require_POST
@access.members(Action.EXPORT_HISTORY)
@maintenance.changes_something
def in_studio(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:  # noqa: ARG001
    """The agreement opened in the studio as the member's own case [作業場で開く] · AUTH-007."""
    listed = member.agreement(agreement_id)
    if papers.refused(member) is not None:
        address = reverse("member:whole", args=[agreement_id])
        return HttpResponseRedirect(f"{address}?{papers.STUDIO}")
    return papers.in_studio(member, listed)


@require_safe
@access.members(Action.EXPORT_HISTORY)
def file(request: HttpRequest, member: Member, agreement_id: int, form: str) -> HttpResponse:  # noqa: ARG001
    """The same as a file to keep [引き直し計算書]."""
    listed = member.agreement(agreement_id)
    if papers.refused(member) is not None:
        return HttpResponseRedirect(reverse("member:whole", args=[agreement_id]))
    with transaction.atomic(), connection.cursor() as cursor:
        statement = _recalculated.of_agreement(cursor, listed.key, member.today)
    return _recalculated.file(statement, form, f"recalculation-{agreement_id}")
