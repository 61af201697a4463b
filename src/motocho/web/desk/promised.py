"""The board of promises: by day, what came of them, how they were kept [約束]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from motocho.care.reliefs import promises, scenarios
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.money import rate_text
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.words import Tongue

PLACES = {one: f"desk.promises.{one.value}" for one in promises.Place}
WAYS = {one.value: f"offer.way.{one.value}" for one in scenarios.Way} | {
    promises.NO_OFFER: "desk.promises.no_offer"
}
CHANNELS = {one: f"desk.promises.by_{one}" for one in ("site", "voice", "desk", "counter")}
"""By which way a promise came that no offer led to; another one is told by its own name."""
SHOWN = 100
_OVER = (promises.Verdict.KEPT, promises.Verdict.PARTLY, promises.Verdict.BROKEN)


@dataclass(frozen=True, slots=True)
class Row:
    """A promise on the board [約束の1行]."""

    number: str
    address: str
    one: promises.Judged
    name: str
    label: str
    """Where it was taken: a desk by its name, or a way by its key."""
    way: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How promises of one desk, or of one way, were kept [履行率]; `name` or `label` says which."""

    name: str
    label: str
    rate: promises.Rate
    kept: int
    partly: int
    broken: int
    share: str


@require_safe
@access.staff(Action.LOOK)
def board(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Promises by where they stand, and how they were kept [約束の一覧]."""
    chosen = next(
        (one for one in promises.Place if one.value == request.GET.get("at")), promises.Place.TODAY
    )
    with transaction.atomic(), connection.cursor() as cursor:
        today = _commands.today(cursor, colleague.at)
        hidden = gate.kept_from(cursor, colleague.staff)
        found = promises.board(cursor, today, hidden)
        shown = found[chosen][:SHOWN]
        numbers = members.numbers_of(cursor, {one.pledge.key.member_id for one in shown})
        since = today - timedelta(days=promises.BOARD_DAYS)
        report = promises.report(cursor, since, today, today)
    tongue = pages.tongue_of(request)
    context = {
        "desk": colleague,
        "today": today,
        "since": since,
        "places": [(one, label, len(found[one]), one is chosen) for one, label in PLACES.items()],
        "chosen": chosen,
        "label": PLACES[chosen],
        "rows": [_row(one, numbers, tongue) for one in shown],
        "count": len(found[chosen]),
        "all": _kept(report.all, "", "desk.today.all"),
        "by_desk": [_kept(one, *_desk(one.name, tongue)) for one in report.by_desk],
        "by_way": [_kept(one, "", WAYS[one.name]) for one in report.by_way],
    }
    return pages.show(request, "desk/promises.html", context)


def _row(one: promises.Judged, numbers: dict[int, str], tongue: Tongue) -> Row:
    member_id = one.pledge.key.member_id
    address = reverse("desk:member", args=[member_id])
    return Row(numbers[member_id], address, one, *_desk(one.desk, tongue), way=WAYS[one.way])


def _desk(name: str, tongue: Tongue) -> tuple[str, str]:
    """The name of the desk that took a promise, or of the way by which it came."""
    known = {one.desk_id: one for one in directory().desks}
    if name in known:
        desk = known[name]
        return (desk.name_en if tongue is Tongue.EN else desk.name_ja), ""
    return ("", CHANNELS[name]) if name in CHANNELS else (name, "")


def _kept(rate: promises.Rate, name: str, label: str) -> Kept:
    kept, partly, broken = (rate.count(one) for one in _OVER)
    share = "–" if rate.shown_ppm is None else rate_text(rate.shown_ppm)
    return Kept(name, label, rate, kept, partly, broken, share)
