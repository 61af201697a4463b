"""Rows of text in columns, for a terminal [端末の表]."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from motocho.units.text import display_width

GAP = "  "


class Side(Enum):
    """Where a column's text stands [寄せ]."""

    LEFT = "left"
    RIGHT = "right"


def grid(headers: Sequence[str], sides: Sequence[Side], rows: Sequence[Sequence[str]]) -> str:
    """A table with a rule under its head [表]."""
    table = [headers, *rows]
    widths = [max(map(display_width, column)) for column in zip(*table, strict=True)]
    lines = [_line(row, widths, sides) for row in table]
    whole = sum(widths) + len(GAP) * (len(widths) - 1)
    return "\n".join([lines[0], "─" * whole, *lines[1:]])


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Labels and what they say, one a line [項目の一覧]."""
    width = max((display_width(label) for label, _ in rows), default=0)
    return "\n".join(
        f"{_padded(label, width, Side.LEFT)}{GAP}{said}".rstrip() for label, said in rows
    )


def _line(cells: Sequence[str], widths: Sequence[int], sides: Sequence[Side]) -> str:
    padded = (
        _padded(cell, width, side) for cell, width, side in zip(cells, widths, sides, strict=True)
    )
    return GAP.join(padded).rstrip()


def _padded(cell: str, width: int, side: Side) -> str:
    room = " " * (width - display_width(cell))
    return room + cell if side is Side.RIGHT else cell + room
