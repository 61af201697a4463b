"""Lines of running text, set by ourselves so that a count of characters is exact [文字組み].

A program that sets Japanese hangs or squeezes signs at the ends of lines; a court page of 37 x 26
and a certified letter of 520 characters are counted, so here a line that would begin with 、 is
broken one character earlier. Figures stay together.

>>> set_lines("あいう、えお", 3, counted)
['あい', 'う、え', 'お']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from motocho.units.errors import ensure
from motocho.units.text import half_widths

Measure: TypeAlias = Callable[[str], int]
"""How much of a line a text takes."""

NEVER_FIRST = frozenset("、。，．,.・：；:;？！?!）」』】〕］｝〉》”’)]}々ー")
"""Signs that begin no line [行頭禁則]."""
NEVER_LAST = frozenset("（「『【〔［｛〈《“‘([{")
"""Signs that end no line [行末禁則]."""
_FIGURES = re.compile(r"[0-9０-９][0-9０-９,，.．万億]*円?")
_LONGEST_KEPT = 13
"""Figures up to this length are not broken: 99億9999万9999円."""


def counted(text: str) -> int:
    """Every sign counts one, half-width ones too [字数].

    >>> counted("1万円、")
    4
    """
    return len(text)


def in_half_cells(text: str) -> int:
    """A kanji takes two half cells, a figure one [半角ますの数].

    >>> in_half_cells("5万0539円")
    9
    """
    return half_widths(text)


def set_lines(
    text: str, room: int, measure: Measure, *, first_room: int | None = None
) -> list[str]:
    """A paragraph as lines, none wider than its room; an empty one is an empty line [行分け].

    Takes     `room`: how much one line holds; `first_room`: the same for the first line.
    Exact     joined again, the lines are the text.
    """
    ensure(room >= 2, "a line holds two signs at least", room=room)
    kept = _inside_figures(text)
    lines = []
    start, here = 0, room if first_room is None else first_room
    while start < len(text):
        end = _reach(text, start, here, measure)
        if end < len(text):
            end = _moved(text, start, end, kept)
        lines.append(text[start:end])
        start, here = end, room
    return lines or [""]


def _reach(text: str, start: int, room: int, measure: Measure) -> int:
    """The first place that does not fit any more; one sign always fits."""
    taken = 0
    for place in range(start, len(text)):
        taken += measure(text[place])
        if taken > room:
            return max(place, start + 1)
    return len(text)


def _moved(text: str, start: int, end: int, kept: frozenset[int]) -> int:
    """The break moved back to where one may be; where none may be, it stays."""
    place = end
    while place > start:
        if (
            text[place] not in NEVER_FIRST
            and text[place - 1] not in NEVER_LAST
            and place not in kept
        ):
            return place
        place -= 1
    return end


def _inside_figures(text: str) -> frozenset[int]:
    return frozenset(_places(text))


def _places(text: str) -> Iterator[int]:
    for found in _FIGURES.finditer(text):
        if found.end() - found.start() <= _LONGEST_KEPT:
            yield from range(found.start() + 1, found.end())
