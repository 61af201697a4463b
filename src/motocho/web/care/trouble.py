"""The way out of trouble: every relief with its yen, and who else helps [返済にお困りのとき]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.care.cases import helplines
from motocho.care.reliefs import consultations, offers, paydays
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.loans.commands import Promise
from motocho.loans.queries import Lighter, Listed, PlanForecast, Position, Waiting
from motocho.people.access import Action
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web._ways import WAYS
from motocho.web.access import Member
from motocho.web.care import _bounds
from motocho.web.care._bounds import Bound

DONE: Mapping[str, str] = {"due-date": "care.due.title", "lighter": "care.lighter.title"}
"""What can be done here, by its name in the address: its title."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Account:
    """One agreement on the page, with the yen of each way [契約ごとの道]."""

    position: Position
    promise: Promise | None
    waiting: Waiting
    lighter: Lighter
    bound: Bound | None
    """Why the ways of an ordinary loan are not open; None where they are."""

    @property
    def notice(self) -> str:
        """What to do instead, a key of the wording; empty for an ordinary one [案内]."""
        return "" if self.bound is None else _bounds.NOTICES[self.bound]

    @property
    def may_promise(self) -> bool:
        """Whether a day can be promised [約束できるか]."""
        return self.bound not in _bounds.NO_PROMISE

    @property
    def is_free(self) -> bool:
        """Whether waiting costs nothing [利息・損害金が付かないか]."""
        return self.bound in _bounds.FREE

    @property
    def is_late(self) -> bool:
        """Whether a payment is overdue [遅れているか]."""
        return self.position.late_since is not None

    @property
    def may_be_lighter(self) -> bool:
        """Whether an interest-only month can be agreed [利息だけにできるか]."""
        return self.lighter.refusal is None


@require_safe
@access.members(Action.ASK_FOR_HELP)
def hub(request: HttpRequest, member: Member) -> HttpResponse:
    """Every relief of every agreement that owes something [返済にお困りのとき] · VULN-002."""
    known = directory()
    desk = known.desk("card_loan")
    with connection.cursor() as cursor:
        found = [account(cursor, member, one) for one in member.open_agreements]
        booked = consultations.booked(cursor, member.member_id, member.at)
        rest = commands.rest_of(cursor, member.member_id)
        offered = offers.waiting(cursor, member.member_id, _commands.today(cursor, member.at))
    bounds = {one.position.key: one.bound for one in found}
    offered = [one for one in offered if not _bounds.shuts(bounds.get(one.key), one.draft.way)]
    context = {
        "accounts": [one for one in found if one.position.payoff_yen],
        "booked": booked,
        "rest": rest,
        "offered": [(one, WAYS[one.draft.way]) for one in offered],
        "helplines": helplines.helplines(),
        "desk": desk,
        "back": known.call_back(desk, member.today),
    }
    return pages.show(request, "care/trouble.html", context)


def account(cursor: Any, member: Member, listed: Listed) -> Account:
    """An agreement as the page shows it [契約の表示]."""
    on = _commands.today(cursor, member.at)
    position = queries.position(cursor, listed.key, on)
    return Account(
        position,
        commands.open_promise(cursor, listed.key),
        queries.waiting(cursor, listed.key, on, on + _ONE_DAY),
        queries.lighter_forecast(cursor, listed.key, on),
        _bounds.bound(cursor, position),
    )


# ------------------------------------------------------------------------------------------ done
@require_safe
@access.members(Action.ASK_FOR_HELP)
def done(request: HttpRequest, member: Member, agreement_id: int, what: str) -> HttpResponse:
    """What holds now, read from the agreement itself: its address alone changes nothing [完了]."""
    listed = member.agreement(agreement_id)
    if what not in DONE:
        raise Http404
    closed = _bounds.shut(request, member, listed, DONE[what])
    if closed is not None:
        return closed
    with connection.cursor() as cursor:
        on = _commands.today(cursor, member.at)
        position = queries.position(cursor, listed.key, on)
        forecast = same_plan(cursor, listed, on)
        is_lighter = queries.is_lighter(cursor, listed.key, on)
    context = {
        "listed": listed,
        "position": position,
        "what": what,
        "plan": forecast.plan,
        "by_cycle": forecast.plan.scheme is Scheme.EVERY_35_DAYS,
        "last_of_month": paydays.LAST_OF_MONTH,
        "is_lighter": is_lighter,
        "course": forecast.now,
    }
    return pages.show(request, "care/done.html", context)


def same_plan(cursor: Any, listed: Listed, on: date) -> PlanForecast:
    """The due dates to come under the present plan [今の返済日の見通し]."""
    plan = queries.plan_of(cursor, listed.key, on)
    return queries.plan_forecast(cursor, listed.key, plan.scheme, plan.day_of_month, on)
