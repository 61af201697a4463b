"""Colleagues, and new means to sign in for who lost them: two supervisors agree [従業者]."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.people import staff
from motocho.people.access import Action, Role
from motocho.web import access, pages
from motocho.web.access import Colleague


@require_safe
@access.staff(Action.MANAGE_STAFF)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Everybody who ever joined, and who waits for new means [従業者の一覧]."""
    with connection.cursor() as cursor:
        accounts = staff.accounts(cursor)
        asked = staff.recoveries(cursor, colleague.at)
    me = colleague.staff.staff_id
    may_ask = Role.SUPERVISOR in colleague.staff.roles
    rows = [
        (one, _step(asked.get(one.staff_id), me) if may_ask else "", one.staff_id == me)
        for one in accounts
    ]
    return pages.show(request, "desk/colleagues.html", {"desk": colleague, "rows": rows})


def _step(asked_by: int | None, me: int) -> str:
    if asked_by is None:
        return "ask"
    return "asked" if asked_by == me else "agree"


@require_POST
@access.staff(Action.MANAGE_STAFF)
def recover(request: HttpRequest, colleague: Colleague, staff_id: int) -> HttpResponse:
    """Ask for new means, or agree as the second: then a link, shown once [再登録] · AUTH-007."""
    agrees = "agree" in request.POST
    with transaction.atomic(), connection.cursor() as cursor:
        account = staff.account(cursor, staff_id)
        if not agrees:
            access.allow(staff.ask_recovery(cursor, staff_id, colleague.staff, colleague.at))
            return HttpResponseRedirect(reverse("desk:colleagues"))
        token = staff.agree(cursor, staff_id, colleague.staff, colleague.at)
        access.allow(token)
    address = settings.ORIGIN + reverse("desk:join", args=[token])
    context = {"desk": colleague, "account": account, "address": address}
    return pages.show(request, "desk/recovered.html", context)
