"""A paper for one member: pairs, a table, notes; as PDF, XLSX and CSV [書面].

Nothing is set below 9 points (DOC-006 asks for 8), and no time enters the files: the same content
gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

import openpyxl
import orjson
from openpyxl.styles import Alignment, Font

from motocho.documents.sheet import Align, Pair, plain_text, printable
from motocho.documents.spreadsheet import without_times
from motocho.documents.typeset import FOLDER, compiled, settable
from motocho.units.errors import Language, ensure
from motocho.units.money import minus_text

TEMPLATE = FOLDER / "templates" / "paper.typ"
LONGEST_TITLE = 31
_CHARACTERS_PER_PART = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A column [列]: its header, how its cells stand, its share of the width."""

    text: str
    align: Align
    share: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper [書面]; cells are texts, days, or whole yen.

    Raises    BrokenInvariant if a row has not one cell for each heading.
    """

    title: str
    dated_on: date
    pairs: tuple[Pair, ...]
    headings: tuple[Heading, ...]
    rows: tuple[tuple[str | int | date, ...], ...]
    notes: tuple[str, ...]
    foot: str
    language: Language

    def __post_init__(self) -> None:
        for row in self.rows:
            ensure(len(row) == len(self.headings), "one cell for each heading", row=row)


def pdf(paper: Paper) -> bytes:
    """The paper as PDF/A-2b [PDF]."""
    on = paper.dated_on
    content = {
        "date": [on.year, on.month, on.day],
        "lang": paper.language.value,
        "title": settable(paper.title),
        "pairs": [[settable(label), settable(text)] for label, text in paper.pairs],
        "headers": [settable(one.text) for one in paper.headings],
        "aligns": [one.align.value for one in paper.headings],
        "widths": [one.share for one in paper.headings],
        "rows": [[settable(_shown(cell)) for cell in row] for row in paper.rows],
        "notes": [settable(note) for note in paper.notes],
        "foot": settable(paper.foot),
    }
    return compiled(TEMPLATE, {"paper": orjson.dumps(content).decode()})


def csv_text(paper: Paper) -> str:
    """The paper's table as CSV for spreadsheets, none of its texts a formula [CSV]."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([plain_text(one.text) for one in paper.headings])
    writer.writerows([[_plain(cell) for cell in row] for row in paper.rows])
    return out.getvalue()


def xlsx(paper: Paper) -> bytes:
    """The paper's table as a workbook; texts are texts, whatever they begin with [XLSX]."""
    book = openpyxl.Workbook()
    page = book.create_sheet(printable(paper.title)[:LONGEST_TITLE])
    book.remove(book.worksheets[0])
    for column, heading in enumerate(paper.headings, 1):
        cell = page.cell(1, column, printable(heading.text))
        cell.font = Font(bold=True)
        page.column_dimensions[cell.column_letter].width = heading.share * _CHARACTERS_PER_PART
    for line, row in enumerate(paper.rows, 2):
        for column, value in enumerate(row, 1):
            cell = page.cell(line, column)
            cell.value = printable(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
            if isinstance(value, int):
                cell.number_format = "#,##0"
            cell.alignment = Alignment(horizontal=paper.headings[column - 1].align.value)
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return without_times(out.getvalue(), paper.dated_on)


def _shown(cell: str | int | date) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return minus_text(cell) if isinstance(cell, int) else cell


def _plain(cell: str | int | date) -> str:
    return plain_text(cell) if isinstance(cell, str) else str(cell)
