"""The limit, and lowering it in three taps [限度額・減額].

Lowering asks for no code: it only takes away. A higher one is asked for in `raising`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.contact import gate, guard
from motocho.contact.guard import Channel, Purpose
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.loans.queries import Listed
from motocho.people.access import Action
from motocho.screening import increases
from motocho.units.errors import Fault, RefusedError
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.fields import Form, YenField, shown
from motocho.web.maintenance import changes_something

_LARGEST_YEN = 100_000_000
_LARGEST_INCOME_YEN = 1_000_000_000


class LowerForm(Form):
    """A lower limit [減額の入力]."""

    limit = YenField("care.limit.lower_to", "care.limit.lower_hint", most_yen=_LARGEST_YEN)


@require_safe
@access.members(Action.LOOK)
def limits(request: HttpRequest, member: Member) -> HttpResponse:
    """The limit of the first agreement, and the way to the others [限度額]."""
    found = [one for one in member.open_agreements if one.status is Status.OPEN]
    if not found:
        return pages.show(request, "care/limit_none.html")
    return _limit_page(request, member, found[0], LowerForm())


@require_safe
@access.members(Action.LOOK)
def limit(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """One agreement's limit; a lower one is shown before it is set [限度額を下げる]."""
    listed = member.agreement(agreement_id)
    typed = request.GET.get("chip") or request.GET.get("limit", "")
    is_asked = "chip" in request.GET or "limit" in request.GET
    form = LowerForm({"limit": typed} if is_asked else None)
    if not is_asked:
        return _limit_page(request, member, listed, form)
    wanted = _wanted(form, member, listed)
    if wanted is None:
        return _limit_page(request, member, listed, form)
    with connection.cursor() as cursor:
        position = queries.position(cursor, listed.key, _commands.today(cursor, member.at))
    context = {
        "listed": listed,
        "position": position,
        "to": wanted,
        "is_below_debt": wanted < position.principal_yen,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/limit_review.html", context)


def _wanted(form: LowerForm, member: Member, listed: Listed) -> int | None:
    """The lower limit of a form; None where something is wrong, which the form says then."""
    if not form.is_valid():
        return None
    wanted: int = form.cleaned_data["limit"]
    with connection.cursor() as cursor:
        known = queries.conduct(cursor, listed.key, _commands.today(cursor, member.at), 1)
    fault = _not_lower(known, wanted)
    if fault is not None:
        form.refuse("limit", fault)
        return None
    return wanted


def _not_lower(known: queries.Conduct, wanted_yen: int) -> Fault | None:
    """Why an amount is no lower limit; None where it is one."""
    if known.is_lower(wanted_yen):
        return None
    unit, most = yen_text(known.unit_yen), yen_text(known.largest_lower_yen)
    return Fault("CAR-008", details={"least": unit, "most": most, "unit": unit})


def _limit_page(
    request: HttpRequest, member: Member, listed: Listed, form: LowerForm
) -> HttpResponse:
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        position = queries.position(cursor, listed.key, today)
        lower = queries.lower_limits(cursor, listed.key, today)
        waits = increases.waiting_of(cursor, member.member_id)
        rest = commands.rest_of(cursor, member.member_id)
        offered = may_be_offered(cursor, member)
    context = {
        "listed": listed,
        "others": [one for one in member.open_agreements if one.key != listed.key],
        "position": position,
        "lower": [(one, yen_text(one)) for one in lower],
        "waits": waits,
        "rest": rest,
        "offered": offered,
        "form": shown(form, pages.tongue_of(request)),
    }
    return pages.show(request, "care/limit.html", context, status=422 if form.is_bound else 200)


def may_be_offered(cursor: Any, member: Member) -> bool:
    """Whether a page may point to a higher limit: to nobody in trouble [増額の案内] · SOLI-005.

    Late, in promise, at rest, opted out, or within thirty days of a consultation: no.
    """
    facts = gate.facts_of(cursor, member.member_id, member.at)
    found = guard.hindrances(facts, Purpose.CAMPAIGN, member.at, Channel.SITE)
    return not {one.refusal.code for one in found} - {"CON-005"}


@require_POST
@changes_something
@access.members(Action.CHANGE_LIMIT)
def lower(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Lower the limit, once for each form [限度額を下げる]."""
    listed = member.agreement(agreement_id)
    form = LowerForm({"limit": request.POST.get("to", "")})
    with transaction.atomic(), connection.cursor() as cursor:
        way = _commands.made(cursor, f"limit {_acting.form_key(request)}", member.at)
        wanted = form.cleaned_data["limit"] if form.is_valid() else 0
        _change(cursor, listed.key, wanted, way)
    return HttpResponseRedirect(reverse("care:limit", args=[agreement_id]))


def _change(cursor: Any, key: Key, wanted_yen: int, way: commands.Made) -> None:
    """Only ever down: the limit of now is set already, anything else is refused."""
    known = queries.conduct(cursor, key, way.business_on, 1)
    if wanted_yen == known.limit_yen:
        return
    fault = _not_lower(known, wanted_yen)
    if fault is not None:
        raise RefusedError(fault)
    commands.change_limit(cursor, key, wanted_yen, way)
