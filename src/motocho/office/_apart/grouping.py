"""Texts scattered over a page, put into rows and columns [行と列への組み立て].

A text is (left, top, right, bottom, words, sure): pixels or points alike. Rows are found by the
middles of the texts, columns by the gaps that run through nearly all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Text(NamedTuple):
    """Words at a place [文字列]."""

    left: float
    top: float
    right: float
    bottom: float
    words: str
    sure: int


_SAME_ROW = 0.55
"""Of a row's height: texts whose middles lie nearer stand in one row."""
_FEW = 0.04
"""Of the rows: a gap may be crossed by so many texts."""


def rows_of(texts: Sequence[Text]) -> list[list[Text]]:
    """Texts by rows from the top, each row from the left [行]."""
    if not texts:
        return []
    heights = sorted(text.bottom - text.top for text in texts)
    high = heights[len(heights) // 2]
    rows: list[list[Text]] = []
    middles: list[float] = []
    for text in sorted(texts, key=lambda one: one.top + one.bottom):
        middle = (text.top + text.bottom) / 2
        if middles and middle - middles[-1] < high * _SAME_ROW:
            rows[-1].append(text)
            middles[-1] += (middle - middles[-1]) / len(rows[-1])
        else:
            rows.append([text])
            middles.append(middle)
    return [sorted(row) for row in rows]


def edges_of(rows: Sequence[Sequence[Text]]) -> list[float]:
    """The left edge of each column but the first, in the middle of the gaps [列の境]."""
    full = [row for row in rows if len(row) > 1]
    if not full:
        return []
    most = max(len(row) for row in full)
    body = [row for row in full if 2 * len(row) >= most] or full
    steps: list[tuple[float, int]] = []
    few = int(len(body) * _FEW)
    for at, row in enumerate(body):
        # A head stands in the middle of its column: no gap runs through it.
        weight = few + 1 if at == 0 else 1
        for text in row:
            steps += [(text.left, weight), (text.right, -weight)]
    gaps: list[tuple[float, float]] = []
    covered = 0
    since: float | None = None
    for x, step in sorted(steps):
        if covered <= few and since is not None and covered + step > few:
            gaps.append((since, x))
            since = None
        covered += step
        if covered <= few and since is None:
            since = x
    wide = sorted(text.bottom - text.top for row in body for text in row)
    least = wide[len(wide) // 2] * 0.25
    return [(first + last) / 2 for first, last in gaps if last - first > least]


def parting(
    edges: Sequence[float], rows: Sequence[Sequence[Text]], walls: Sequence[float] = ()
) -> list[float]:
    """The edges with texts on both sides of them in some row; `walls` are lines that stand [境].

    Why       a head in the middle of a column of numbers at the right leaves a gap that parts
              nothing: no row has texts on both sides of it.
    """
    kept: list[float] = []
    for at, edge in enumerate(edges):
        left = max((wall for wall in (*walls, *kept) if wall < edge), default=float("-inf"))
        right = min(
            (wall for wall in (*walls, *edges[at + 1 :]) if wall > edge), default=float("inf")
        )
        if any(_parts(row, left, edge, right) for row in rows):
            kept.append(edge)
    return kept


def _parts(row: Sequence[Text], left: float, edge: float, right: float) -> bool:
    middles = [(text.left + text.right) / 2 for text in row]
    return any(left < x < edge for x in middles) and any(edge < x < right for x in middles)


def table_of(texts: Sequence[Text]) -> tuple[list[list[list[Text]]], list[float]]:
    """Rows of columns of texts, and the edges between the columns [表]."""
    rows = rows_of(texts)
    edges = parting(edges_of(rows), rows)
    table = []
    for row in rows:
        cells: list[list[Text]] = [[] for _ in range(len(edges) + 1)]
        for text in row:
            middle = (text.left + text.right) / 2
            cells[sum(edge < middle for edge in edges)].append(text)
        table.append(cells)
    return table, edges


def cell_of(texts: Sequence[Text], scale: float = 1) -> list[Any]:
    """The texts of one cell as the JSON of a cell [セル]."""
    if not texts:
        return ["", 1000, None, []]
    box = [
        int(min(text.left for text in texts) * scale),
        int(min(text.top for text in texts) * scale),
        int(max(text.right for text in texts) * scale),
        int(max(text.bottom for text in texts) * scale),
    ]
    words = " ".join(text.words for text in sorted(texts))
    return [words, min(text.sure for text in texts), box, []]
