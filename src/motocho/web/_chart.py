"""The chart of a case as a template draws it: SVG made here, its words, its table [残高のグラフ].

    context["chart"] = _chart.chart_of(statement, tongue)        None where there is nothing to draw
    _chart.chart_of(statement, tongue, beside={"予備": other})     with lines of other scenarios
    {% include "studio/parts/chart.html" with chart=chart %}     the picture with its summary

A page that shows it adds `studio-chart.css` to its block `styles` and, for the crosshair,
`studio-chart.js` to `scripts`. The picture is one image with a name and a sentence; the numbers
stand in the table of the page `studio:chart`. What it shows never rests on colour alone: the
lender's line is dashed with squares, ours is solid, what is overpaid is hatched and named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from motocho.claims import curves
from motocho.claims.curves import Curve, Place, Split
from motocho.claims.statement import Statement
from motocho.units.money import yen_text
from motocho.web.words import Tongue, plain, say, yen

BOX = f"0 0 {curves.WIDTH} {curves.HEIGHT}"
_LABEL_UP, _LABEL_DOWN, _LABEL_NEAR = 10, 20, 6
_MOST_CROSSED = 1_500


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """An amount beside the picture [目盛りの文字]."""

    y: int
    text: str
    is_zero: bool


@dataclass(frozen=True, slots=True)
class LineLabel:
    """What stands beside a line, and where [線の名]."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class BesideLine:
    """The line of another scenario, its pattern and its name [並べたシナリオの線]."""

    number: int
    line: str
    label: LineLabel


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template of the picture needs [グラフ]."""

    curve: Curve
    name: str
    summary: SafeString
    amounts: tuple[AxisLabel, ...]
    own_label: LineLabel
    lender_label: LineLabel | None
    overpaid_label: LineLabel | None
    besides: tuple[BesideLine, ...]
    """Lines of other scenarios, each with its own dash."""
    points: str
    """For the crosshair, as JSON: place, row, day and what it says, a row each."""

    box = BOX
    left, right = curves.LEFT, curves.RIGHT
    top, bottom = curves.TOP, curves.BOTTOM
    lane_lent, lane_paid, years_at = curves.LANE_LENT, curves.LANE_PAID, curves.YEARS_AT

    @property
    def splits(self) -> tuple[Split, ...]:
        """Where later contracts begin [区切り]."""
        return self.curve.splits

    @property
    def places(self) -> tuple[Place, ...]:
        """The rows of the table [表の行]."""
        return self.curve.places


def chart_of(
    statement: Statement, tongue: Tongue, *, beside: Mapping[str, Statement] | None = None
) -> Chart | None:
    """The chart of a statement; None where it has no rows [残高のグラフ].

    Takes     statements of other scenarios by their names, whose lines stand beside it.
    """
    others = beside or {}
    curve = curves.curve_of(statement, beside=tuple(others.values()))
    if curve is None:
        return None
    return Chart(
        curve=curve,
        name=plain("studio.chart.name", tongue),
        summary=summary_of(curve, tongue),
        amounts=tuple(
            AxisLabel(tick.y, yen(tick.amount_yen, tongue), tick.amount_yen == 0)
            for tick in curve.ticks
        ),
        own_label=_own_label(curve, tongue),
        lender_label=_lender_label(curve, tongue),
        overpaid_label=_overpaid_label(curve, tongue),
        besides=tuple(
            BesideLine(number, one.line, LineLabel(one.end.x, one.end.y - _LABEL_NEAR, name))
            for number, (name, one) in enumerate(zip(others, curve.beside, strict=True), start=1)
        ),
        points=_points(curve, tongue),
    )


def summary_of(curve: Curve, tongue: Tongue) -> SafeString:
    """What the picture shows, in sentences [要約]."""
    last = curve.last
    told = [
        say(
            "studio.chart.span",
            tongue,
            first=curve.places[0].row.event.on.isoformat(),
            last=last.row.event.on.isoformat(),
            rows=f"{len(curve.places):,}",
        )
    ]
    amount = yen(abs(last.own_yen), tongue)
    if curve.overpaid_from is not None:
        month = f"{curve.overpaid_from:%Y-%m}"
        told.append(say("studio.chart.overpaid_from", tongue, month=month, amount=amount))
    elif curve.overpaid_first is not None:
        month = f"{curve.overpaid_first:%Y-%m}"
        told.append(say("studio.chart.overpaid_between", tongue, month=month, amount=amount))
    else:
        told.append(say("studio.chart.never_overpaid", tongue, amount=amount))
    if curve.furthest is not None:
        apart = yen(curve.furthest.difference_yen, tongue)
        on = curve.furthest.on.isoformat()
        told.append(say("studio.chart.furthest", tongue, on=on, amount=apart))
    space = " " if tongue is Tongue.EN else ""
    return SafeString(space.join(told))


def _own_label(curve: Curve, tongue: Tongue) -> LineLabel:
    """Below our line a third along: the lender's lies above it."""
    at = curve.third
    y = min(at.y + _LABEL_DOWN, curves.BOTTOM - 4)
    return LineLabel(max(at.x, curves.LEFT + 60), y, plain("studio.chart.own", tongue))


def _lender_label(curve: Curve, tongue: Tongue) -> LineLabel | None:
    if curve.lender_end is None:
        return None
    end = curve.lender_end
    return LineLabel(
        end.x, max(end.y - _LABEL_UP, curves.TOP), plain("studio.chart.lender", tongue)
    )


def _overpaid_label(curve: Curve, tongue: Tongue) -> LineLabel | None:
    """Under the end of the hatched area; None where nothing is overpaid at the end."""
    if curve.last.own_yen >= 0:
        return None
    text = plain("studio.chart.overpaid", tongue, amount=yen(abs(curve.last.own_yen), tongue))
    return LineLabel(curve.end.x, min(curve.end.y + _LABEL_DOWN, curves.BOTTOM - 4), text)


def _points(curve: Curve, tongue: Tongue) -> str:
    """What the crosshair says at each column; a long history is said in some of its rows."""
    every = -(-len(curve.places) // _MOST_CROSSED)
    rows = [
        [place.x, place.row.event.source_row or 0, _said(place, tongue)]
        for at, place in enumerate(curve.places)
        if at % every == 0 or place is curve.last
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _said(place: Place, tongue: Tongue) -> str:
    on = place.row.event.on.isoformat()
    own = _balance(place.own_yen, tongue)
    if place.lender_yen is None or place.apart_yen is None:
        return plain("studio.chart.at_own", tongue, on=on, own=own)
    return plain(
        "studio.chart.at_both",
        tongue,
        on=on,
        own=own,
        lender=_balance(place.lender_yen, tongue),
        apart=yen(abs(place.apart_yen), tongue),
    )


def _balance(amount_yen: int, tongue: Tongue) -> str:
    """A balance, what is overpaid with its mark."""
    shown = yen_text(abs(amount_yen))
    mark = "▲" if amount_yen < 0 else ""
    return f"{mark}¥{shown}" if tongue is Tongue.EN else f"{mark}{shown}円"
