"""The first page of a day at the desk: whom to call, why now, the next one by one key [今日].

The list is the worklist's: nobody stands on it whom the gate would refuse at this moment. It names
members by number alone; whoever opens one says what for, and that is written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motocho.care.collections import courses
from motocho.care.worklist import claims, gathering, hours, policy, ranking
from motocho.contact import calls, guard
from motocho.contact.guard import Hand
from motocho.office import lender
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Role
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._shown import number_of
from motocho.web.words import Said, said

WHYS = {one: f"desk.today.why_{one.value}" for one in policy.Why}
SORTS = {
    one: f"desk.today.sort_{one}"
    for one in (
        *gathering.SORTS,
        *gathering.WHATS,
        *(each.value for each in (*courses.Follow, *lender.Due)),
    )
}
"""What a follow-up leaves to do, and where it comes from."""
STAGES = {stage: f"desk.today.{stage}" for stage in policy.STAGES}
BESTS = {one: f"desk.today.best_{one.value}" for one in hours.Grounds}
SHOWN, SHOWN_LATER = 50, 20


@dataclass(frozen=True, slots=True)
class Line:
    """A member on the list as the page shows it [一覧の1行]; `why` and the others are keys."""

    number: str
    address: str
    why: str
    ground: ranking.Ground
    stage: str
    sort: str
    others: tuple[str, ...]
    until_at: datetime | None
    calls_left: int | None
    """About arrears today; None where calls for it are not counted."""
    best: hours.Best | None
    best_label: str
    is_best_now: bool
    is_taken: bool


@dataclass(frozen=True, slots=True)
class LaterLine:
    """A member who may not be reached now [あとで連絡する人]."""

    number: str
    address: str
    why: str
    sort: str
    opens_at: datetime | None
    against: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many stand on a ground, now and later [理由別の件数]."""

    why: policy.Why
    label: str
    now: int
    later: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Team:
    """What the team did today [チームの件数]; zeros are shown."""

    calls: int
    reached: int
    arrears: int
    mine: int
    taken: int
    overdue: int
    """Agreed hours that are over, and nobody has called."""


@require_safe
@access.staff(Action.LOOK)
def today(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """My queue by reason, the clock of the law, the team, the next one [今日の一覧]."""
    chosen = _chosen(request)
    with transaction.atomic(), connection.cursor() as cursor:
        found = _found(cursor, colleague)
        held = claims.taken(cursor, colleague.at)
        rows = [one for one in found.rows if chosen is None or one.ground.why is chosen][:SHOWN]
        later = found.ranked.later
        later = tuple(one for one in later if chosen is None or one.ground.why is chosen)
        mine = next((one for one in held if one.staff_id == colleague.staff.staff_id), None)
        shown = [one.person.member_id for one in rows]
        shown += [one.person.member_id for one in later[:SHOWN_LATER]]
        shown += [mine.member_id] if mine else []
        numbers = members.numbers_of(cursor, shown)
        team = _team(cursor, colleague, found, held)
    taken = {one.member_id for one in held}
    context = {
        "desk": colleague,
        "clock": _clock(colleague.at),
        "counts": _counts(found, chosen),
        "all_count": len(found.rows),
        "all_later": len(found.ranked.later),
        "chosen": None if chosen is None else WHYS[chosen],
        "rows": [_line(one, found, numbers, taken, _hand(colleague)) for one in rows],
        "count": sum(found.ranked.counts[one] for one in policy.Why if chosen in {None, one}),
        "later": [_later(request, one, numbers) for one in later[:SHOWN_LATER]],
        "later_count": len(later),
        "next_at": next((one.opens_at for one in later), None),
        "mine": None if mine is None else _mine(mine, numbers),
        "had": 0 if mine is None else mine.member_id,
        "may_take": colleague.may(Action.ASK_FOR_HELP),
        "team": team,
    }
    return pages.show(request, "desk/today.html", context)


@require_POST
@access.staff(Action.ASK_FOR_HELP)
def next_one(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Take the next person of the list, and go there [次の人].

    A form says whom its page showed as taken: sent twice, the second one leads to the same person,
    and nobody comes next after themselves.
    """
    staff_id = colleague.staff.staff_id
    with transaction.atomic(), connection.cursor() as cursor:
        mine = claims.mine(cursor, staff_id, colleague.at)
        if mine is not None and request.POST.get("had", "") != f"{mine.member_id}":
            return _to_member(mine.member_id)
        but = number_of(request.POST.get("had", "")) if mine is None else mine.member_id
        found = _found(cursor, colleague, but)
        taken = gathering.take_next(cursor, staff_id, found, _hand(colleague))
        if taken is None:
            claims.leave(cursor, staff_id, colleague.at)
            return HttpResponseRedirect(f"{reverse('desk:today')}?none=yes")
        member_id = taken.claim.member_id
        staff = colleague.looking_for(f"queue {taken.row.ground.why.value}")
        access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
    return _to_member(member_id)


@require_POST
@access.staff(Action.ASK_FOR_HELP)
def leave(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Give back whoever was taken [担当を離れる]."""
    del request
    with transaction.atomic(), connection.cursor() as cursor:
        claims.leave(cursor, colleague.staff.staff_id, colleague.at)
    return HttpResponseRedirect(reverse("desk:today"))


def _to_member(member_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("desk:member", args=[member_id]))


def _hand(colleague: Colleague) -> Hand:
    return Hand.SUPERVISOR if Role.SUPERVISOR in colleague.staff.roles else Hand.STAFF


def _found(cursor: Any, colleague: Colleague, but: int = 0) -> gathering.Today:
    """The list without those whom this colleague may not see, or had just now."""
    hidden = gate.kept_from(cursor, colleague.staff)
    if but:
        hidden |= {but}
    return gathering.today(cursor, colleague.at, _hand(colleague), hidden)


def _chosen(request: HttpRequest) -> policy.Why | None:
    wanted = request.GET.get("why", "")
    return next((one for one in policy.Why if one.value == wanted), None)


# ------------------------------------------------------------------------------------ what is shown
def _clock(at: datetime) -> Mapping[str, Any]:
    """The hours of the law, by the server's clock in Japan · COLL-001."""
    here = at.astimezone(JAPAN)
    lawful = guard.hours_of(here.date())
    is_open = lawful.from_hour <= here.hour < lawful.until_hour
    return {"at": here, "from": lawful.from_hour, "until": lawful.until_hour, "is_open": is_open}


def _counts(found: gathering.Today, chosen: policy.Why | None) -> list[Count]:
    ranked = found.ranked
    return [
        Count(one, WHYS[one], ranked.counts[one], ranked.later_counts[one], one is chosen)
        for one in policy.Why
    ]


def _line(
    row: ranking.Row,
    found: gathering.Today,
    numbers: Mapping[int, str],
    taken: set[int],
    hand: Hand,
) -> Line:
    member_id, ground = row.person.member_id, row.ground
    best = None if ground.at is not None else found.bests.get(member_id)
    return Line(
        numbers[member_id],
        reverse("desk:member", args=[member_id]),
        WHYS[ground.why],
        ground,
        STAGES.get(ground.stage, ""),
        SORTS.get(ground.sort, ""),
        tuple(WHYS[one.why] for one in row.others),
        ranking.ends_at(row, found.at, hand),
        ranking.calls_left(row, found.at),
        best,
        "" if best is None else BESTS[best.grounds],
        best is not None and best.is_now(found.at),
        member_id in taken,
    )


def _later(request: HttpRequest, one: ranking.Later, numbers: Mapping[int, str]) -> LaterLine:
    tongue = pages.tongue_of(request)
    member_id = one.person.member_id
    return LaterLine(
        numbers[member_id],
        reverse("desk:member", args=[member_id]),
        WHYS[one.ground.why],
        SORTS.get(one.ground.sort, ""),
        one.opens_at,
        tuple(said(each.refusal.fault(), tongue) for each in one.hindrances),
    )


def _mine(mine: claims.Claim, numbers: Mapping[int, str]) -> Mapping[str, Any]:
    address = reverse("desk:member", args=[mine.member_id])
    number = numbers[mine.member_id]
    return {"number": number, "address": address, "why": WHYS[mine.why], "until": mine.until_at}


def _team(
    cursor: Any, colleague: Colleague, found: gathering.Today, held: list[claims.Claim]
) -> Team:
    midnight = datetime.combine(colleague.at.astimezone(JAPAN).date(), time(), JAPAN)
    made = calls.made_since(cursor, midnight, colleague.at)
    mine = made.get(colleague.staff.actor)
    waits = (
        row.ground
        for row in found.rows
        if row.ground.why in (policy.Why.CONSULTATION, policy.Why.CALL_BACK)
    )
    return Team(
        sum(one.tries for one in made.values()),
        sum(one.reached for one in made.values()),
        sum(one.about_arrears for one in made.values()),
        0 if mine is None else mine.tries,
        len(held),
        sum(1 for one in waits if one.at is not None and one.at < colleague.at),
    )
