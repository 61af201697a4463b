"""Pages of text cells as read from a file, and where on the page each stands [読取り結果].

What a parser gives and everybody else takes: no amounts, no days, only text, how sure the reader
was of it, what else it could be, and the box on the page's picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from motocho.claims.reading import files
from motocho.claims.reading.cells import text_of
from motocho.units.days import Epoch

SURE = 1_000
"""A cell whose text was not recognised but written, as in a table file."""

TABLE, TABLE_1904, TEXT, SCAN = "table", "table1904", "text", "scan"
"""How a page was read: a table file (whose days may be counted from 1904), a PDF's text, a scan."""


PICTURE_READ, PICTURE_UNREAD = "read", "unread"
"""What became of a picture on a page with letters: it was read in their place, or could not be."""


class Box(NamedTuple):
    """A place on the picture of a page, in pixels [位置]."""

    left: int
    top: int
    right: int
    bottom: int


class Cell(NamedTuple):
    """One cell as it was read [セル]."""

    text: str = ""
    sure_permille: int = SURE
    box: Box | None = None
    others: tuple[str, ...] = ()
    """What a second look read instead."""

    def document(self) -> list[Any]:
        """The cell as JSON [公開形式]."""
        box = None if self.box is None else list(self.box)
        return [self.text, self.sure_permille, box, list(self.others)]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows of cells, all of one width, and the sides of its picture [ページ]."""

    number: int
    rows: tuple[tuple[Cell, ...], ...]
    wide: int = 0
    high: int = 0
    origin: str = TABLE
    picture: str = ""
    """`PICTURE_READ` or `PICTURE_UNREAD` where a picture beside letters counted; else empty."""

    def document(self) -> dict[str, Any]:
        """The page as JSON [公開形式]."""
        return {
            "number": self.number,
            "rows": [[cell.document() for cell in row] for row in self.rows],
            "wide": self.wide,
            "high": self.high,
            "origin": self.origin,
            "picture": self.picture,
        }


def page_from(document: Mapping[str, Any]) -> Page:
    """A page from its JSON [ページの復元]."""
    return Page(
        int(document["number"]),
        tuple(tuple(_cell(cell) for cell in row) for row in document["rows"]),
        int(document["wide"]),
        int(document["high"]),
        str(document["origin"]),
        str(document.get("picture") or ""),
    )


def _cell(document: Sequence[Any]) -> Cell:
    text, sure, box, others = document
    return Cell(
        str(text),
        int(sure),
        None if box is None else Box(*map(int, box)),
        tuple(map(str, others)),
    )


_FEWEST_NUMBERS = 2


def rows_with_numbers(page: Page) -> int:
    """How many rows of a page look like those of a history: digits in two cells or more [行数].

    >>> rows_with_numbers(page_of_texts([["2001-01-10", "5,000", ""], ["page", "1"]]))
    1
    """
    return sum(
        sum(any(sign.isdigit() for sign in cell.text) for cell in row) >= _FEWEST_NUMBERS
        for row in page.rows
    )


def page_of_texts(rows: Sequence[Sequence[str]], number: int = 1) -> Page:
    """A page of rows of plain text, as a table file gives them [表のページ].

    >>> page_of_texts([["日付", "借入"], ["2001-01-10"]]).rows[1][1].text
    ''
    """
    width = max((len(row) for row in rows), default=0)
    return Page(
        number,
        tuple(tuple(Cell(text) for text in (*row, *[""] * (width - len(row)))) for row in rows),
    )


def pages_of_table(data: bytes) -> tuple[Page, ...]:
    """The sheets of a table file as pages of text [表ファイルのページ].

    Raises    FaultyInput where the bytes are no table: empty, damaged, locked, of another kind.
    """
    sheets = [sheet for sheet in files.read(data).sheets if sheet.rows]
    pages = []
    for number, sheet in enumerate(sheets, start=1):
        page = page_of_texts([[text_of(cell) for cell in row.cells] for row in sheet.rows], number)
        origin = TABLE_1904 if sheet.epoch is Epoch.YEAR_1904 else TABLE
        pages.append(replace(page, origin=origin))
    return tuple(pages)
