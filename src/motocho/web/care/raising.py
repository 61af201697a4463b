"""A higher limit, from a look without obligation to what was agreed to [増額].

What stands against it and when that changes comes first, then the cost; what is sent waits for a
person. What is offered then is agreed to here, and raised in the same transaction or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.queries import LimitForecast, Listed
from motocho.loans.raises import LEAST_MONTHS
from motocho.people.access import Action
from motocho.people.safety import codes
from motocho.screening import applications, eligibility, increases
from motocho.screening.applications import Application, Outcome, Use
from motocho.screening.eligibility import Asked, Outlook
from motocho.screening.increases import Looked
from motocho.units.errors import Fault, RefusedError, StateConflict, Unread
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.fields import Form, LineField, YenField, shown
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing
from motocho.web.words import Said, Tongue, plain, said

_LARGEST_YEN = 100_000_000
_LARGEST_INCOME_YEN = 1_000_000_000
_USES = {one.value: f"care.raise.use_{one.value}" for one in Use}


class UseField(LineField):
    """What the money is wanted for; who does not say may leave it open [資金使途]."""

    def read(self, text: str) -> Use | Unread:
        """What was chosen [読取り]."""
        if text in _USES:
            return Use(text)
        key = str(self.label)
        names = {"name": plain(key, Tongue.JA), "name_en": plain(key, Tongue.EN)}
        return Unread("FCT-010", "", names)


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
    use = UseField("care.raise.use", optional="optional")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, and what the money is wanted for [増額の希望]."""

    asked: Asked
    use: Use


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
        return _waiting_page(request, member, listed, waits)
    if request.method != "POST":
        return _raise_page(request, member, listed, RaiseForm(), None)
    form = RaiseForm(request.POST)
    if not form.is_valid():
        return _raise_page(request, member, listed, form, None)
    found = form.cleaned_data
    asked = Asked(found["limit"], found["income"] or 0, found["others"] or 0)
    if "apply" in request.POST:
        return _apply(request, member, listed, Wish(asked, found["use"] or Use.OTHER))
    return _raise_page(request, member, listed, form, asked)


def _raise_page(
    request: HttpRequest, member: Member, listed: Listed, form: RaiseForm, asked: Asked | None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        known = queries.conduct(cursor, listed.key, today, LEAST_MONTHS)
        outlook = eligibility.outlook(known)
        looked, cost = None, None
        if asked is not None:
            looked = increases.look(cursor, listed.key, asked, member.at)
            cost = queries.limit_forecast(cursor, listed.key, asked.limit_yen, today)
        last = _last_answer(cursor, request, listed)
    context = {
        "listed": listed,
        "outlook": outlook,
        "last": last,
        "uses": _USES,
        "stops": _told(request, outlook),
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


def _told(request: HttpRequest, outlook: Outlook) -> list[Said]:
    """What stops the agreement, in words [停止の理由]."""
    tongue = pages.tongue_of(request)
    return [said(one.fault(), tongue) for one in outlook.stops]


def _last_answer(cursor: Any, request: HttpRequest, listed: Listed) -> tuple[tuple[str, str], ...]:
    """What was said of the last wish for this agreement, if it was refused [前回の結果]."""
    for one in applications.forms.of_member(cursor, listed.key.member_id):
        if one.agreement_id != listed.key.agreement_id:
            continue
        of = applications.decisions.newest(cursor, one.key)
        if one.outcome is not Outcome.REFUSED or of is None:
            return ()
        return applications.told(cursor, of, pages.tongue_of(request).language)
    return ()


def _apply(request: HttpRequest, member: Member, listed: Listed, wish: Wish) -> HttpResponse:
    """One more check first; the application is kept when it was right · AUTH-007."""
    asked = wish.asked
    typed = (str(one) for one in (asked.limit_yen, asked.income_yen, asked.others_yen))
    bound_to = confirming.bound(member, "limit", str(listed.key.agreement_id), *typed)
    thing = Thing(codes.Purpose.LIMIT, bound_to)
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "care.raise.title")
    _keep(request, member, thing, (listed, wish))
    return HttpResponseRedirect(reverse("care:raise", args=[listed.key.agreement_id]))


def _keep(request: HttpRequest, member: Member, thing: Thing, wanted: tuple[Listed, Wish]) -> None:
    """The check is spent, the application kept and taken up, or nothing of it."""
    listed, wish = wanted
    with transaction.atomic(), connection.cursor() as cursor:
        spent = codes.spend(cursor, member.member_id, *thing, member.at)
        form = _commands.source(f"increase {_acting.form_key(request)}")
        kept = increases.apply(cursor, listed.key, wish.asked, form, member.at)
        if spent is not None:
            raise RefusedError(spent.fault())
        if isinstance(kept, tuple):
            raise RefusedError(*(one.fault() for one in kept))
        applications.take_up(cursor, member.member_id, wish.use, form, member.at)


# ---------------------------------------------------------------------------- while it is looked at
@dataclass(frozen=True, slots=True)
class Offered:
    """What was approved, for the member to agree to [提示された増額]."""

    mark: str
    limit_yen: int
    rate_ppm: int
    holds_until: date
    cost: LimitForecast


def _waiting_page(
    request: HttpRequest, member: Member, listed: Listed, waits: increases.Increase
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        taken = _taken_up(cursor, waits)
        steps = () if taken is None else applications.steps.steps(cursor, taken, member.at)
        offered = None if taken is None else _offered(cursor, taken, member)
        now = queries.contract(cursor, waits.key).terms
    language = tongue.language
    context = {
        "listed": listed,
        "waits": waits,
        "steps": [(one.what(language), one.fix(language)) for one in steps],
        "offered": offered,
        "rate_ppm": now.rate_ppm,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/raise_waiting.html", context)


def _taken_up(cursor: Any, waits: increases.Increase) -> Application | None:
    """The application of a wish; None where nobody took it up yet."""
    found = applications.forms.open_of(cursor, waits.key.member_id)
    return found if found is not None and found.increase_id == waits.increase_id else None


def _offered(cursor: Any, taken: Application, member: Member) -> Offered | None:
    """What may be agreed to now: approved, the newest, and not too old."""
    known = applications.decisions.standing(cursor, taken.key)
    if known is None or not known.is_approved or taken.agreement_id is None:
        return None
    of = known.decision
    on = _commands.today(cursor, member.at)
    if of.limit_yen is None or of.rate_ppm is None or of.holds_until is None or of.holds_until < on:
        return None
    if not applications.decisions.is_current(cursor, of):
        return None
    key = Key(taken.key.member_id, taken.agreement_id)
    cost = queries.limit_forecast(cursor, key, of.limit_yen, on)
    return Offered(of.digest, of.limit_yen, of.rate_ppm, of.holds_until, cost)


@require_POST
@changes_something
@access.members(Action.CHANGE_LIMIT)
def agree(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Agree to just the offer that was seen; raised at once, or nothing is [増額の承諾] · LEND-023.

    Raises    StateConflict where another decision stands by now; RefusedError with what is lacking.
    """
    listed, mark = member.agreement(agreement_id), request.POST.get("seen", "")
    bound_to = confirming.bound(member, "raise", str(agreement_id), mark)
    thing = Thing(codes.Purpose.LIMIT, bound_to)
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "care.raise.title")
    with transaction.atomic(), connection.cursor() as cursor:
        spent = codes.spend(cursor, member.member_id, *thing, member.at)
        key = _acting.form_key(request)
        made = _commands.made(cursor, f"raise {key}", member.at)
        of = _marked(cursor, listed, mark)
        applications.agree_raise(cursor, of, _commands.source(f"raise {key}"), made)
        if spent is not None:
            raise RefusedError(spent.fault())
    return HttpResponseRedirect(reverse("care:limit", args=[agreement_id]))


def _marked(cursor: Any, listed: Listed, mark: str) -> applications.Kept:
    """The decision that was seen: the newest of the newest wish for this agreement.

    Raises    StateConflict where that is another one, or none.
    """
    found = applications.forms.of_member(cursor, listed.key.member_id)
    mine = [one for one in found if one.agreement_id == listed.key.agreement_id]
    of = applications.decisions.newest(cursor, mine[0].key) if mine else None
    if of is None or of.digest != mark:
        raise StateConflict(Fault("SCR-209"))
    return of


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
