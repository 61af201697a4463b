"""Papers as pages: lines set by us, placed by typst [書類のPDF].

The court's page is 37 characters by 26 lines. Each line is set here and placed on its own; typst
breaks only pages. The texts reach typst as data, never as its language, and its root is the folder
of our own layouts: no text of a template can read a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from motocho.claims.pleading import Block, BlockKind, Counted, Look, markup, setting
from motocho.documents.typeset import compiled, settable
from motocho.units.text import half_widths

LAYOUTS = Path(__file__).parent / "layouts"
"""Our typst files; nothing of an office's."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """A page's grid [版面]: characters a line, lines a page, and margins."""

    characters: int
    lines: int
    top_mm: int
    left_mm: int
    right_mm: int
    bottom_mm: int

    @property
    def cells(self) -> int:
        """Half cells of a line [半角ますの数]."""
        return self.characters * 2


METRICS = {
    Look.COURT: Metrics(37, 26, top_mm=35, left_mm=30, right_mm=20, bottom_mm=27),
    Look.LETTER: Metrics(40, 38, top_mm=28, left_mm=25, right_mm=20, bottom_mm=24),
}


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands small at the foot of each page [欄外]."""

    title: str
    text: str
    dated_on: date


def page_file(blocks: Sequence[Block], look: Look, foot: Foot) -> bytes:
    """A paper as PDF/A-2b, with bookmarks of its headings [PDF]."""
    metrics = METRICS[look]
    content = {
        "title": settable(foot.title),
        "foot": settable(foot.text),
        "date": [foot.dated_on.year, foot.dated_on.month, foot.dated_on.day],
        "characters": metrics.characters,
        "lines": metrics.lines,
        "margins": [metrics.top_mm, metrics.right_mm, metrics.bottom_mm, metrics.left_mm],
        "items": list(_items(blocks, metrics)),
    }
    return compiled(LAYOUTS / "running.typ", {"paper": orjson.dumps(content).decode()})


def certified_file(counted: Counted, foot: Foot) -> bytes:
    """A certified letter on its grid, across or down [内容証明のPDF]."""
    content = {
        "title": settable(foot.title),
        "date": [foot.dated_on.year, foot.dated_on.month, foot.dated_on.day],
        "foot": settable(foot.text),
        "characters": counted.grid.characters,
        "lines": counted.grid.lines,
        "down": counted.grid.is_vertical,
        "pages": [[_shown(line) for line in page] for page in counted.pages()],
    }
    return compiled(LAYOUTS / "certified.typ", {"paper": orjson.dumps(content).decode()})


# ------------------------------------------------------------------------------------------- lines
def _items(blocks: Sequence[Block], metrics: Metrics) -> Iterator[dict[str, Any]]:
    """Lines and tables in order, as the layout takes them."""
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind in {BlockKind.ROW, BlockKind.WIDTHS}:
            until = at
            while until < len(blocks) and blocks[until].kind in {BlockKind.ROW, BlockKind.WIDTHS}:
                until += 1
            if any(one.kind is BlockKind.ROW for one in blocks[at:until]):
                yield _table(blocks[at:until])
            at = until
            continue
        if block.kind is BlockKind.PAIR:
            until = at
            while until < len(blocks) and blocks[until].kind is BlockKind.PAIR:
                until += 1
            yield from _pairs(blocks[at:until], metrics)
            at = until
            continue
        stays = markup.announces(blocks, at)
        yield from ({**line, "stays": stays} for line in _lines(block, metrics))
        at += 1


def _shown(text: str) -> str:
    """Signs that the fonts have, and no place to break: lines are broken already."""
    return settable(text).replace("\u200b", "")


def _line(text: str, *, indent: int = 0, side: str = "left", level: int = 0) -> dict[str, Any]:
    return {
        "is": "line",
        "text": _shown(text),
        "indent": indent,
        "side": side,
        "level": level,
        "stays": False,
    }


def _lines(block: Block, metrics: Metrics) -> Iterator[dict[str, Any]]:
    kind, text = block.kind, block.text
    if kind is BlockKind.PAGE:
        yield {"is": "page"}
    elif kind is BlockKind.EMPTY:
        yield _line("")
    elif kind is BlockKind.TITLE:
        yield _line("")
        yield {**_line(text, side="center", level=1), "is": "title"}
        yield _line("")
    elif kind in {BlockKind.RIGHT, BlockKind.CENTRED}:
        side = "right" if kind is BlockKind.RIGHT else "center"
        for line in _set(text, metrics.cells):
            yield _line(line, side=side)
    elif kind is BlockKind.HEADING:
        yield from _heading(block, metrics)
    else:
        indent = 2 * max(block.level - 1, 0)
        first = 2 if kind is BlockKind.BODY else 0
        lines = _set(text, metrics.cells - indent, metrics.cells - indent - first)
        for number, line in enumerate(lines):
            yield _line(line, indent=indent + (first if number == 0 else 0))


def _heading(block: Block, metrics: Metrics) -> Iterator[dict[str, Any]]:
    """第1 hangs at the margin, each level below one cell further; texts run on under texts."""
    indent = 2 * (block.level - 1)
    label = f"{block.label}　"
    hang = indent + 2
    first = metrics.cells - indent - half_widths(label)
    lines = _set(block.text, metrics.cells - hang, first)
    for number, line in enumerate(lines):
        if number == 0:
            level = block.level if len(lines) == 1 else 0
            yield _line(label + line, indent=indent, level=level)
        else:
            yield _line(line, indent=hang)


def _pairs(blocks: Sequence[Block], metrics: Metrics) -> Iterator[dict[str, Any]]:
    """Labels in one column as wide as the longest, texts in another."""
    indent = 2 * max(blocks[0].level - 1, 0) + 2
    widest = max(half_widths(block.label) for block in blocks)
    start = min(indent + widest + 4, metrics.cells // 2)
    for block in blocks:
        lines = _set(block.text, metrics.cells - start)
        gap = max(start - indent - half_widths(block.label), 1)
        lead = block.label + " " * (gap % 2) + "　" * (gap // 2)
        for number, line in enumerate(lines):
            if number == 0:
                yield _line(lead + line, indent=indent)
            else:
                yield _line(line, indent=start)


def column_shares(blocks: Sequence[Block], count: int) -> list[int]:
    """The share of each column of a table, as its template states them [列の幅の割合]."""
    stated = [cell for block in blocks if block.kind is BlockKind.WIDTHS for cell in block.cells]
    shares = [int(cell) for cell in stated if _SHARE.fullmatch(cell)]
    return [*shares, *([_USUAL_SHARE] * count)][:count]


_USUAL_SHARE = 10
_SHARE = re.compile("[1-9][0-9]{0,2}")


def _table(blocks: Sequence[Block]) -> dict[str, Any]:
    rows = [list(block.cells) for block in blocks if block.kind is BlockKind.ROW]
    count = max(len(row) for row in rows)
    return {
        "is": "table",
        "widths": column_shares(blocks, count),
        "rows": [[settable(cell) for cell in row + [""] * (count - len(row))] for row in rows],
    }


def _set(text: str, room: int, first: int | None = None) -> list[str]:
    return setting.set_lines(
        text,
        max(room, 4),
        setting.in_half_cells,
        first_room=None if first is None else max(first, 4),
    )
