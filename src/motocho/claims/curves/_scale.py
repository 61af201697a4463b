"""From yen and days to a plane of whole units: ticks, places, steps, thinning [図の目盛り]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

WIDTH, HEIGHT = 1_000, 430
LEFT, RIGHT = 108, 978
TOP, BOTTOM = 26, 330
LANE_LENT, LANE_PAID = 356, 376
YEARS_AT = 412
MOST_POINTS = 1_500
"""Most points of one line: beyond it a column of the plane keeps its first, ends and last."""
_MOST_TICKS = 6
_MOST_YEARS = 12
_STEPS = (1, 2, 5)


class Plane(NamedTuple):
    """What a place of the picture stands for [座標]."""

    first_day: int
    last_day: int
    low_yen: int
    high_yen: int

    def x(self, on: date) -> int:
        """The place of a day [横の位置]."""
        days = max(self.last_day - self.first_day, 1)
        return LEFT + (on.toordinal() - self.first_day) * (RIGHT - LEFT) // days

    def y(self, amount_yen: int) -> int:
        """The place of an amount; more owed is higher [縦の位置]."""
        span = max(self.high_yen - self.low_yen, 1)
        return BOTTOM - (amount_yen - self.low_yen) * (BOTTOM - TOP) // span


class Tick(NamedTuple):
    """A line across the picture and the amount it stands for [目盛り]."""

    y: int
    amount_yen: int


class YearTick(NamedTuple):
    """Where a year begins [年の目盛り]."""

    x: int
    year: int


def plane_of(days: Sequence[date], amounts: Sequence[int]) -> Plane:
    """A plane that holds them, its ends on ticks [座標の範囲]."""
    low, high = min([0, *amounts]), max([0, *amounts])
    step = tick_step(high - low)
    return Plane(
        min(days).toordinal(),
        max(days).toordinal(),
        low // step * step,
        max(-(-high // step) * step, step),
    )


def tick_step(span_yen: int) -> int:
    """A round step that makes a handful of ticks [目盛りの間隔].

    >>> [tick_step(span) for span in (0, 90_000, 480_000, 1_800_000)]
    [1, 20000, 100000, 500000]
    """
    tenfold = 1
    while True:
        for step in _STEPS:
            if step * tenfold * (_MOST_TICKS - 1) >= span_yen:
                return step * tenfold
        tenfold *= 10


def ticks_of(plane: Plane) -> tuple[Tick, ...]:
    """The lines across, from the lowest [横線]."""
    step = tick_step(plane.high_yen - plane.low_yen)
    return tuple(
        Tick(plane.y(amount), amount) for amount in range(plane.low_yen, plane.high_yen + 1, step)
    )


def years_of(plane: Plane) -> tuple[YearTick, ...]:
    """The years below, as many as can be read [年]."""
    first, last = date.fromordinal(plane.first_day), date.fromordinal(plane.last_day)
    every = -(-(last.year - first.year + 1) // _MOST_YEARS)
    years = [year for year in range(first.year, last.year + 1) if (year - first.year) % every == 0]
    return tuple(
        YearTick(max(plane.x(date(year, 1, 1)), LEFT), year)
        for year in years
        if year > first.year or len(years) == 1 or first.month <= 6
    )


class Spot(NamedTuple):
    """A point of a line [点]."""

    x: int
    y: int


def thinned(spots: Sequence[Spot]) -> list[Spot]:
    """At most MOST_POINTS, and every column as high and as low as it was [間引き].

    Why       a picture has fewer columns than a long history has rows; what each reached is kept.
    """
    if len(spots) <= MOST_POINTS:
        return list(spots)
    columns = MOST_POINTS // 4
    width = -(-(RIGHT - LEFT + 1) // columns)
    kept: list[Spot] = []
    start = 0
    for at in range(1, len(spots) + 1):
        if at == len(spots) or (spots[at].x - LEFT) // width != (spots[start].x - LEFT) // width:
            kept += _ends(spots, start, at)
            start = at
    return kept


def _ends(spots: Sequence[Spot], start: int, end: int) -> list[Spot]:
    places = range(start, end)
    low = max(places, key=lambda at: spots[at].y)
    high = min(places, key=lambda at: spots[at].y)
    return [spots[at] for at in sorted({start, low, high, end - 1})]


def stepped(spots: Sequence[Spot]) -> str:
    """A line that keeps its height until the next point [階段線].

    >>> stepped([Spot(1, 5), Spot(3, 2)])
    'M1 5H3V2'
    """
    if not spots:
        return ""
    return f"M{spots[0].x} {spots[0].y}{_steps(spots)}"


def _steps(spots: Sequence[Spot]) -> str:
    return "".join(f"H{later.x}V{later.y}" for later in spots[1:])


def below(spots: Sequence[Spot], zero_y: int) -> str:
    """The area between a stepped line and zero, where it lies below [0円より下の面].

    >>> below([Spot(1, 3), Spot(4, 9), Spot(6, 2)], 5)
    'M1 5V5H4V9H6V5V5Z'
    """
    if not any(spot.y > zero_y for spot in spots):
        return ""
    sunk = [Spot(spot.x, max(spot.y, zero_y)) for spot in spots]
    return f"M{sunk[0].x} {zero_y}V{sunk[0].y}{_steps(sunk)}V{zero_y}Z"
