"""The end of an agreement: what settles it, what is given back, what stays [解約・データ]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.documents import archive
from motocho.loans import commands, queries
from motocho.loans.policy import Status
from motocho.people.access import Action
from motocho.screening import increases
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.maintenance import changes_something


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def close(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Settle first, then close; everything can still be looked at [解約] · LEDG-025.

    Law       貸金業法22条 (a contract paper goes back where we hold one).
    """
    listed = member.agreement(agreement_id)
    if request.method == "POST":
        with transaction.atomic(), connection.cursor() as cursor:
            way = _commands.made(cursor, f"close {_acting.form_key(request)}", member.at)
            commands.close_agreement(cursor, listed.key, way)
            waits = increases.waiting_of(cursor, member.member_id)
            if waits is not None and waits.key == listed.key:  # there is no limit to raise any more
                increases.withdraw(cursor, member.member_id, _commands.MEMBER, member.at)
        return HttpResponseRedirect(reverse("care:close", args=[agreement_id]))
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        quote = queries.payoff_quote(cursor, listed.key, today)
        position = queries.position(cursor, listed.key, today)
        holds_paper = archive.is_held(cursor, listed.key)
    owes = bool(quote.total_yen or quote.excess_yen or position.held_yen)
    others = [one for one in member.agreements if one.key != listed.key]
    context = {
        "listed": listed,
        "ends_card": all(one.status is not Status.OPEN for one in others),
        "quote": quote,
        "position": position,
        "is_closed": listed.status is Status.CLOSED,
        "holds_paper": holds_paper,
        "may_close": not owes and listed.status is not Status.CLOSED,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/close.html", context)
