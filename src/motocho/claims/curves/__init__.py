"""A statement as a picture: two step lines, the area below zero, events, splits [残高のグラフ].

The lender's balance and the recalculated one over time, in whole units of a plane, so that a page,
a paper and a test draw and read the same. Nothing is drawn between events: balances move on their
days alone. `Curve` says in facts what the picture shows (when the balance reached zero, where the
two lie furthest apart) for those who do not see it, and `Place` is a row of the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from motocho.claims.curves._scale import (
    BOTTOM,
    HEIGHT,
    LANE_LENT,
    LANE_PAID,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    YEARS_AT,
    Plane,
    Spot,
    Tick,
    YearTick,
    below,
    plane_of,
    stepped,
    thinned,
    ticks_of,
    years_of,
)
from motocho.claims.history import Event
from motocho.claims.statement import Row, Statement
from motocho.kernel.conventions import EventKind, Series

__all__ = [
    "BOTTOM",
    "HEIGHT",
    "LANE_LENT",
    "LANE_PAID",
    "LEFT",
    "MOST_POINTS",
    "RIGHT",
    "TOP",
    "WIDTH",
    "YEARS_AT",
    "Apart",
    "Beside",
    "Curve",
    "Place",
    "Split",
    "Spot",
    "Tick",
    "YearTick",
    "curve_of",
]

_MARKER = 4
"""Half the side of a square marker."""


class Place(NamedTuple):
    """One row of the picture as numbers [図の行]."""

    x: int
    row: Row
    own_yen: int
    """Recalculated: owed above zero, overpaid below it."""
    lender_yen: int | None
    """What the lender printed last; None before it printed anything."""
    apart_yen: int | None
    """The lender's less the recalculated one."""


class Split(NamedTuple):
    """Where a later contract begins [区切り]."""

    x: int
    contract: str
    row: Row


class Apart(NamedTuple):
    """Where the two balances lie furthest apart [最大の差]."""

    on: date
    difference_yen: int


class Beside(NamedTuple):
    """The line of another statement on the same plane [並べた線]."""

    line: str
    end: Spot


class Curve(NamedTuple):
    """The picture of a statement [残高のグラフ]."""

    own: str
    lender: str
    markers: str
    """Squares on the lender's points."""
    overpaid: str
    """The area below zero."""
    lent: str
    paid: str
    ticks: tuple[Tick, ...]
    years: tuple[YearTick, ...]
    zero_y: int
    third: Spot
    """A third along our line: where its name stands clear of the beginning."""
    end: Spot
    lender_end: Spot | None
    places: tuple[Place, ...]
    splits: tuple[Split, ...]
    overpaid_from: date | None
    """When the balance went below zero for good; None where it does not end below."""
    overpaid_first: date | None
    furthest: Apart | None
    points: int
    """Points of the longest line, after thinning."""
    beside: tuple[Beside, ...] = ()

    @property
    def last(self) -> Place:
        """The last row [最後の行]."""
        return self.places[-1]


def curve_of(statement: Statement, *, beside: Sequence[Statement] = ()) -> Curve | None:
    """A statement as a picture; None where it has no rows [グラフ].

    Takes     statements of the same history under other assumptions, whose lines stand beside it.
    Exact     whole units, cut down; under `rounding=exact` whole yen, cut towards zero.
    """
    if not statement.rows:
        return None
    own = _own_balances(statement)
    printed = _printed_balances([row.event for row in statement.rows])
    known = [amount for amount in printed if amount is not None]
    others = [
        [(row.event.on, amount) for row, amount in zip(one.rows, _own_balances(one), strict=True)]
        for one in beside
    ]
    on_others = [point for other in others for point in other]
    plane = plane_of(
        [*(row.event.on for row in statement.rows), *(on for on, _ in on_others)],
        [*own, *known, *(amount for _, amount in on_others)],
    )
    places = tuple(
        Place(
            plane.x(row.event.on),
            row,
            own_yen,
            printed_yen,
            None if printed_yen is None else printed_yen - own_yen,
        )
        for row, own_yen, printed_yen in zip(statement.rows, own, printed, strict=True)
    )
    return _drawn(plane, places)._replace(
        beside=tuple(_beside(plane, other) for other in others if other)
    )


def _beside(plane: Plane, points: Sequence[tuple[date, int]]) -> Beside:
    spots = thinned([Spot(plane.x(on), plane.y(amount)) for on, amount in points])
    return Beside(stepped(spots), spots[-1])


def _drawn(plane: Plane, places: tuple[Place, ...]) -> Curve:
    spots = thinned([Spot(place.x, plane.y(place.own_yen)) for place in places])
    theirs = thinned(
        [
            Spot(place.x, plane.y(place.lender_yen))
            for place in places
            if place.lender_yen is not None
        ]
    )
    zero_y = plane.y(0)
    first, last = _overpaid_days(places)
    return Curve(
        own=stepped(spots),
        lender=stepped(theirs),
        markers="".join(map(_square, _marked(theirs))),
        overpaid=below(spots, zero_y),
        lent="".join(_marks(places, EventKind.BORROW)),
        paid="".join(_marks(places, EventKind.REPAY)),
        ticks=ticks_of(plane),
        years=years_of(plane),
        zero_y=zero_y,
        third=spots[len(spots) // 3],
        end=spots[-1],
        lender_end=theirs[-1] if theirs else None,
        places=places,
        splits=_splits(places),
        overpaid_from=last,
        overpaid_first=first,
        furthest=_furthest(places),
        points=max(len(spots), len(theirs)),
    )


def _own_balances(statement: Statement) -> list[int]:
    """After each row, over all contracts that are calculated apart."""
    joined = statement.assumptions.contracts is Series.JOINED
    latest: dict[str, int] = {}
    found = []
    for row in statement.rows:
        owed = row.outstanding_principal_yen + row.unpaid_interest_yen
        latest["" if joined else row.event.contract] = int(owed - row.overpayment_yen)
        found.append(sum(latest.values()))
    return found


def _printed_balances(events: Sequence[Event]) -> list[int | None]:
    """What the lender printed last; summed where contracts ran side by side.

    Why       one running balance goes through contracts that follow each other; contracts that
              overlap have balances of their own.
    """
    side_by_side = _overlap(events)
    latest: dict[str, int] = {}
    found: list[int | None] = []
    for event in events:
        if event.lender_balance_yen is not None:
            latest[event.contract if side_by_side else ""] = event.lender_balance_yen
        found.append(sum(latest.values()) if latest else None)
    return found


def _overlap(events: Sequence[Event]) -> bool:
    """Whether a contract goes on after another began."""
    ended: set[str] = set()
    now = ""
    for event in events:
        if event.kind is EventKind.CLOSING or event.contract == now:
            continue
        if event.contract in ended:
            return True
        ended.add(now)
        now = event.contract
    return False


def _overpaid_days(places: Sequence[Place]) -> tuple[date | None, date | None]:
    """The first day below zero, and the first of the days from which it stayed there."""
    first = next((place.row.event.on for place in places if place.own_yen < 0), None)
    lasting: date | None = None
    for place in places:
        if place.own_yen >= 0:
            lasting = None
        elif lasting is None:
            lasting = place.row.event.on
    return first, lasting


def _furthest(places: Sequence[Place]) -> Apart | None:
    known = [place for place in places if place.apart_yen is not None]
    if not known:
        return None
    place = max(known, key=lambda one: abs(one.apart_yen or 0))
    return Apart(place.row.event.on, abs(place.apart_yen or 0))


def _splits(places: Sequence[Place]) -> tuple[Split, ...]:
    seen: set[str] = set()
    found = []
    for place in places:
        contract = place.row.event.contract
        if contract not in seen and place.row.event.kind is not EventKind.CLOSING:
            if seen:
                found.append(Split(place.x, contract, place.row))
            seen.add(contract)
    return tuple(found)


_MOST_MARKERS = 120


def _marked(spots: Sequence[Spot]) -> list[Spot]:
    """Points that get a square: all of a short line, some of a long one."""
    every = -(-len(spots) // _MOST_MARKERS) or 1
    return [spot for at, spot in enumerate(spots) if at % every == 0]


def _square(spot: Spot) -> str:
    side = 2 * _MARKER
    return f"M{spot.x - _MARKER} {spot.y - _MARKER}h{side}v{side}h-{side}z"


def _marks(places: Sequence[Place], kind: EventKind) -> list[str]:
    """The lane of events: a triangle where was lent, a bar where was paid; one a column."""
    columns = dict.fromkeys(place.x for place in places if place.row.event.kind is kind)
    if kind is EventKind.BORROW:
        return [f"M{x} {LANE_LENT - 6}l5 10h-10z" for x in columns]
    return [f"M{x} {LANE_PAID - 5}v10" for x in columns]
