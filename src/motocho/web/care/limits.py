"""The limit: lowered in three taps, raised after a look without obligation [限度額].

Lowering asks for no code: it only takes away. Raising shows first what stands against it and what
it would cost; what is sent then waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.contact import gate, guard
from motocho.contact.guard import Channel, Purpose
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.loans.queries import Listed
from motocho.loans.raises import evidence_of
from motocho.people.access import Action
from motocho.people.safety import codes
from motocho.screening import increases
from motocho.screening.eligibility import Asked
from motocho.screening.increases import Looked
from motocho.units.errors import Fault, RefusedError
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.fields import Form, YenField, shown
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing
from motocho.web.words import Said, said

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


# --------------------------------------------------------------------------------------- a raise
class RaiseForm(Form):
    """What is wanted, and what the member says of themselves [増額の入力]."""

    limit = YenField("care.raise.limit", "care.raise.limit_hint", most_yen=_LARGEST_YEN)
    income = YenField(
        "care.raise.income",
        "care.raise.income_hint",
        least_yen=0,
        most_yen=_LARGEST_INCOME_YEN,
        optional="optional",
    )
    others = YenField(
        "care.raise.others",
        "care.raise.others_hint",
        least_yen=0,
        most_yen=_LARGEST_YEN,
        optional="optional",
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against, and the day on which it may be gone [満たさない条件]."""

    said: Said
    allowed_from: Any


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.CHANGE_LIMIT)
def raise_limit(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Look whether a higher limit may be asked for, then ask [限度額を上げる] · LEND-023."""
    listed = member.agreement(agreement_id)
    with connection.cursor() as cursor:
        waits = increases.waiting_of(cursor, member.member_id)
    if waits is not None:
        context = {"listed": listed, "waits": waits}
        return pages.show(request, "care/raise_waiting.html", context)
    if request.method != "POST":
        return _raise_page(request, member, listed, RaiseForm(), None)
    form = RaiseForm(request.POST)
    if not form.is_valid():
        return _raise_page(request, member, listed, form, None)
    asked = _asked(form)
    if "apply" in request.POST:
        return _apply(request, member, listed, asked)
    return _raise_page(request, member, listed, form, asked)


def _asked(form: RaiseForm) -> Asked:
    found = form.cleaned_data
    return Asked(found["limit"], found["income"] or 0, found["others"] or 0)


def _raise_page(
    request: HttpRequest, member: Member, listed: Listed, form: RaiseForm, asked: Asked | None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        known = queries.conduct(cursor, listed.key, today, 1)
        looked, cost = None, None
        if asked is not None:
            looked = increases.look(cursor, listed.key, asked, member.at)
            cost = queries.limit_forecast(cursor, listed.key, asked.limit_yen, today)
    context = {
        "listed": listed,
        "income": evidence_of(known),
        "asked": asked,
        "looked": looked,
        "reasons": _reasons(request, looked),
        "cost": cost,
        "form": shown(form, tongue),
        "ref": _acting.form_key(request),
    }
    status = 422 if form.is_bound and asked is None else 200
    return pages.show(request, "care/raise.html", context, status=status)


def _reasons(request: HttpRequest, looked: Looked | None) -> list[Reason]:
    tongue = pages.tongue_of(request)
    found = () if looked is None else looked.eligibility.refusals
    return [Reason(said(one.fault(), tongue), one.allowed_from) for one in found]


def _apply(request: HttpRequest, member: Member, listed: Listed, asked: Asked) -> HttpResponse:
    """One more check first; the application is kept when it was right · AUTH-007."""
    typed = (str(one) for one in (asked.limit_yen, asked.income_yen, asked.others_yen))
    bound_to = confirming.bound(member, "limit", str(listed.key.agreement_id), *typed)
    thing = Thing(codes.Purpose.LIMIT, bound_to)
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "care.raise.title")
    _keep(request, member, thing, (listed, asked))
    return HttpResponseRedirect(reverse("care:raise", args=[listed.key.agreement_id]))


def _keep(request: HttpRequest, member: Member, thing: Thing, wanted: tuple[Listed, Asked]) -> None:
    """The check is spent and the application kept, or neither."""
    listed, asked = wanted
    with transaction.atomic(), connection.cursor() as cursor:
        spent = codes.spend(cursor, member.member_id, *thing, member.at)
        form = _commands.source(f"increase {_acting.form_key(request)}")
        kept = increases.apply(cursor, listed.key, asked, form, member.at)
        if spent is not None:
            raise RefusedError(spent.fault())
        if isinstance(kept, tuple):
            raise RefusedError(*(one.fault() for one in kept))


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def withdraw(request: HttpRequest, member: Member) -> HttpResponse:
    """Take the application back [増額の取下げ]."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = increases.waiting_of(cursor, member.member_id)
        if found is not None and _acting.is_meant(request, found.increase_id):
            increases.withdraw(cursor, member.member_id, _commands.MEMBER, member.at)
    return HttpResponseRedirect(reverse("care:limits"))
