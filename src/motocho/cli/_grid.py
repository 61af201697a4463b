"""Rows of text in columns, for a terminal [端末の表]."""

from __future__ import annotations

from collections.abc import Sequence

from motocho.documents.sheet import Align
from motocho.units.text import display_width

GAP = "  "


def grid(headers: Sequence[str], aligns: Sequence[Align], rows: Sequence[Sequence[str]]) -> str:
    """A table with a rule under its head [表]."""
    table = [headers, *rows]
    wide = widths(table)
    lines = [line(row, wide, aligns).rstrip() for row in table]
    whole = sum(wide) + len(GAP) * (len(wide) - 1)
    return "\n".join([lines[0], "─" * whole, *lines[1:]])


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Labels and what they say, one a line [項目の一覧]."""
    wide = max((display_width(label) for label, _ in rows), default=0)
    return "\n".join(
        f"{padded(label, wide, Align.LEFT)}{GAP}{said}".rstrip() for label, said in rows
    )


def columns(rows: Sequence[Sequence[str]], aligns: Sequence[Align]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell; two blanks before them [表の整列]."""
    if not rows:
        return []
    wide = widths(rows)
    return [(GAP + line(row, wide, aligns)).rstrip() for row in rows]


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The widest cell of each column, in columns of the terminal [列幅]."""
    return [max(map(display_width, column)) for column in zip(*rows, strict=True)]


def line(cells: Sequence[str], wide: Sequence[int], aligns: Sequence[Align]) -> str:
    """One row, each cell as wide as its column [行]."""
    return GAP.join(
        padded(cell, width, align) for cell, width, align in zip(cells, wide, aligns, strict=True)
    )


def padded(cell: str, width: int, align: Align) -> str:
    """A cell filled with blanks to a width [セル]."""
    room = width - display_width(cell)
    if align is Align.RIGHT:
        return " " * room + cell
    if align is Align.CENTER:
        return " " * (room // 2) + cell + " " * (room - room // 2)
    return cell + " " * room
