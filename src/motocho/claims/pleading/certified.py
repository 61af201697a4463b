"""Certified mail: its grids, its counting, its sheets [内容証明].

The post office counts: so many characters a line, so many lines a sheet. A half-width sign counts
one, punctuation counts, an empty line takes a line. What the post office counts more kindly (a pair
of brackets as one) is counted here sign by sign: a letter that passes here passes there.

>>> count("あ" * 520, Grid.ACROSS_20).sheets, count("あ" * 521, Grid.ACROSS_20).sheets
(1, 2)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.claims.pleading.setting import counted, set_lines
from motocho.law import post
from motocho.law.post import CertifiedLetter, DeliveryProof, Postage
from motocho.law.tables import table
from motocho.units.errors import Fault, LawGap


class Grid(Enum):
    """Characters a line and lines a sheet [字数と行数]."""

    ACROSS_20 = "across_20"
    ACROSS_13 = "across_13"
    ACROSS_26 = "across_26"
    DOWN_20 = "down_20"

    @property
    def characters(self) -> int:
        """Characters of a line [1行の字数]."""
        return _SIZES[self][0]

    @property
    def lines(self) -> int:
        """Lines of a sheet [1枚の行数]."""
        return _SIZES[self][1]

    @property
    def most(self) -> int:
        """Characters of a sheet [1枚の字数]."""
        return self.characters * self.lines

    @property
    def is_vertical(self) -> bool:
        """Whether lines run downwards [縦書き]."""
        return self is Grid.DOWN_20


_SIZES = {
    Grid.ACROSS_20: (20, 26),
    Grid.ACROSS_13: (13, 40),
    Grid.ACROSS_26: (26, 20),
    Grid.DOWN_20: (20, 26),
}
COPIES = 3
"""One goes to the recipient, one stays with the post office, one with the sender [通数]."""
ELECTRONIC_MOST_SHEETS = 5
"""Pages of an electronic certified letter."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A text laid on the grid [字数の検査]; `characters` counts every sign but ends of lines."""

    grid: Grid
    lines: tuple[str, ...]
    characters: int

    @property
    def sheets(self) -> int:
        """How many sheets it takes [枚数]."""
        return -(-len(self.lines) // self.grid.lines)

    def pages(self) -> tuple[tuple[str, ...], ...]:
        """The lines of each sheet [枚ごとの行]."""
        size = self.grid.lines
        return tuple(self.lines[at : at + size] for at in range(0, len(self.lines), size))

    def warning(self) -> Fault | None:
        """PLD-020: what does not stay on one sheet [1枚を超える字数]."""
        if self.sheets <= 1:
            return None
        details = {
            "characters": str(self.characters),
            "most": str(self.grid.most),
            "lines": str(len(self.lines)),
            "most_lines": str(self.grid.lines),
            "sheets": str(self.sheets),
        }
        return Fault("PLD-020", details=details)


def count(text: str, grid: Grid) -> Counted:
    """A text laid on a grid, each line set so that no sign hangs [字数の数え方].

    Law       郵便法48条, 内国郵便約款 (the grids).

    >>> count("あいう。", Grid.ACROSS_20).lines
    ('あいう。',)
    """
    paragraphs = plain(text).split("\n")
    lines = [
        line for paragraph in paragraphs for line in set_lines(paragraph, grid.characters, counted)
    ]
    characters = sum(len(line) for line in lines)
    return Counted(grid, tuple(lines), characters)


def plain(text: str) -> str:
    r"""The text as it is counted: one kind of line end, no blanks at the ends [数える本文].

    >>> plain("あ \r\nい\n\n")
    'あ\nい'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "　").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def postage(
    counted_text: Counted, on: date, proof: DeliveryProof = DeliveryProof.AT_POSTING
) -> Postage:
    """What the letter costs on the day it is posted [料金].

    Raises    LawGap where the tariff of the day was not read.
    Law       郵便法45条, 47条, 48条 and the tariff.
    """
    return post.content_certified(on, CertifiedLetter(max(1, counted_text.sheets), proof))


def electronic_postage_yen(on: date) -> int | None:
    """What one sheet costs as an electronic certified letter, without its proof [e内容証明].

    Gives     None where the tariff of the day was not read.
    """
    try:
        row = table("post.electronic_certified_mail").at(on)
    except LawGap:
        return None
    parts = ("letter", "printing", "certification", "copy_to_sender", "registered")
    return sum(row.number(part) for part in parts)
