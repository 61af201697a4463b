"""A calculation sheet as a workbook with live formulas [計算書のXLSX].

Two sheets: the table, line for line as on paper, with a check of each line and the working columns
beside it; and the conditions. Who opens it can follow every number, and change the tinted cells.

The same content gives the same bytes: the file holds no time of its making.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from motocho.documents.sheet import (
    REFERENCE,
    Align,
    Cell,
    Column,
    FigureKind,
    LineKind,
    Pair,
    Part,
    Role,
    Sheet,
    Style,
    plain_text,
    printable,
    provenance,
    text_of,
)
from motocho.units.text import half_widths

# The stubs of openpyxl call any cell perhaps merged and any page setting perhaps missing; both are
# there in a workbook just made.
WorkbookCell: TypeAlias = Any
Page: TypeAlias = Any

FACE = "游ゴシック"
SMALL, NORMAL, LARGE = 9, 10, 16
TINT = "F6F1E3"
"""Fill of cells that may be changed [生成り]."""

FIRST_CELL_DAY = date(1900, 3, 1)
"""The first day that all spreadsheets number alike; an earlier day is text."""
LARGEST_NUMBER = 10**15
"""From here on a spreadsheet drops digits; such a number is text."""
PPM = 1_000_000

_YEN = '#,##0;"▲"#,##0'
_YEN_BUT_ZERO = f"{_YEN};"
_FORMATS = {
    Style.TEXT: "@",
    Style.COUNT: "0",
    Style.YEN: _YEN,
    Style.RATE: "0.0###%",
    Style.DAY_BOTH: '[$-411]yyyy"-"mm"-"dd" / "ge.m.d',
    Style.DAY_ERA: "[$-411]ge.m.d",
    Style.DAY_WESTERN: "yyyy-mm-dd",
}
_CHARACTERS_PER_MM = 0.62
_MM_PER_INCH = 25.4
_MARGINS_MM = {"left": 22, "right": 10, "top": 19, "bottom": 16, "header": 10, "footer": 8}
_A4 = 9
_LABEL_COLUMN, _FIGURE_COLUMN = 1, 4
_LONGEST_HEADER = 100
_LINE_POINTS = 14
_CONDITION_WIDTHS = {"A": 28, "B": 110}


def render(sheet: Sheet) -> bytes:
    """The sheet as XLSX [XLSX].

    Why       openpyxl is imported here: what needs no workbook does not wait for it.
    """
    from openpyxl import Workbook  # noqa: PLC0415

    workbook = Workbook()
    _Table(workbook.active, sheet).write()
    _write_conditions(workbook.create_sheet(sheet.words.conditions), sheet)
    workbook.properties.title = printable(sheet.title)
    workbook.properties.creator = sheet.engine_version
    workbook.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    workbook.save(out)
    return without_times(out.getvalue(), sheet.dated_on)


_Rule: TypeAlias = Literal["hair", "thin", "medium", "double"]


class _Look(NamedTuple):
    """How a cell looks: cells of one look share their style."""

    format: str = "@"
    align: Align = Align.LEFT
    size: int = SMALL
    bold: bool = False
    tinted: bool = False
    above: _Rule | None = None
    below: _Rule | None = None
    wrapped: bool = False
    indented: bool = False


class _Looks:
    """Gives cells their looks; each look is put together once."""

    def __init__(self) -> None:
        self._made: dict[_Look, Any] = {}

    def give(self, cell: WorkbookCell, look: _Look) -> None:
        # openpyxl has no public way to share a style; making it anew for each cell takes ten times
        # as long.
        known = self._made.get(look)
        if known is None:
            self._style(cell, look)
            self._made[look] = cell._style  # noqa: SLF001
        else:
            cell._style = known  # noqa: SLF001

    def _style(self, cell: WorkbookCell, look: _Look) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

        cell.number_format = look.format
        cell.font = Font(name=FACE, size=look.size, bold=look.bold)
        cell.alignment = Alignment(
            horizontal=look.align.value,
            vertical="center",
            wrap_text=look.wrapped,
            indent=int(look.indented),
        )
        above = Side(style=look.above) if look.above else Side()
        below = Side(style=look.below) if look.below else Side()
        cell.border = Border(top=above, bottom=below)
        if look.tinted:
            cell.fill = PatternFill("solid", fgColor=TINT)
        # Text that begins like a formula stays text when a person edits the cell.
        cell.quotePrefix = look.format == _FORMATS[Style.TEXT]


class _Table:
    """Writes the sheet with the table."""

    def __init__(self, page: Page, sheet: Sheet) -> None:
        self._sheet = sheet
        self._looks = _Looks()
        self._page = page
        self._columns = list(enumerate(sheet.columns, start=1))
        self._head_row = len(sheet.subject) + len(sheet.figures) + _ROWS_OF_HEAD
        self._letters = {column.key: _letter(place) for place, column in self._columns}
        first_row = self._head_row + 1
        self._rows = {line.name: row for row, line in enumerate(sheet.lines, start=first_row)}
        self._last_row = self._head_row + len(sheet.lines)

    def write(self) -> None:
        """The whole page, top to bottom."""
        self._page.title = self._sheet.words.table_sheet
        self._write_top()
        self._write_heads()
        for line in self._sheet.lines:
            row = self._rows[line.name]
            for (place, column), cell in zip(self._columns, line.cells, strict=True):
                target = self._page.cell(row, place)
                self._put(target, cell, column, row)
                self._looks.give(target, _line_look(line.kind, column, cell))
                if column.style is Style.TEXT and isinstance(cell.value, str):
                    _make_room(self._page, row, cell.value, column.width_mm * _CHARACTERS_PER_MM)
        self._move_labels()
        self._write_notes()
        self._set_up()

    # ------------------------------------------------------------------------------- contents
    def _write_top(self) -> None:
        """Title, parties, result and the one cell that says whether everything matches."""
        sheet = self._sheet
        self._text(1, _LABEL_COLUMN, sheet.title, _Look(size=LARGE, bold=True))
        row = 1
        for label, said in sheet.subject:
            row += 1
            self._text(row, _LABEL_COLUMN, label, _Look(size=NORMAL))
            self._text(row, _FIGURE_COLUMN, said, _Look(size=NORMAL))
        row += 1
        for figure in sheet.figures:
            row += 1
            total = figure.kind is FigureKind.TOTAL
            self._text(row, _LABEL_COLUMN, figure.label, _Look(size=NORMAL, bold=total))
            target = self._page.cell(row, _FIGURE_COLUMN)
            below: _Rule | None = "double" if total else None
            look = _Look(_FORMATS[figure.style], Align.RIGHT, NORMAL, bold=total, below=below)
            if isinstance(figure.value, date):  # as text it may run over the cells before it
                _put_text(target, text_of(Cell(figure.value), figure.style))
                look = _Look(align=Align.RIGHT, size=NORMAL)
            else:
                column = Column("", "", "", 0, Align.RIGHT, figure.style)
                self._put(target, Cell(figure.value, figure.formula), column, row)
            self._looks.give(target, look)
        row += 1
        self._text(row, _LABEL_COLUMN, sheet.words.check, _Look(size=NORMAL, bold=True))
        target = self._page.cell(row, _FIGURE_COLUMN, self._all_match())
        self._looks.give(target, _Look("General", Align.RIGHT, NORMAL, bold=True))
        self._text(self._head_row - 1, _LABEL_COLUMN, sheet.words.unit, _Look())

    def _all_match(self) -> str:
        """Whether every check of a line holds, as a formula."""
        words = self._sheet.words
        place = next((at for at, one in self._columns if one.part is Part.CHECK), None)
        if place is None:
            return words.without_formulas
        checked = sum(line.cells[place - 1].formula is not None for line in self._sheet.lines)
        if checked == 0:
            return words.without_formulas
        letter = _letter(place)
        cells = f"{letter}{self._head_row + 1}:{letter}{self._last_row}"
        return f'=IF(COUNTIF({cells},"✓")={checked},"{words.all_match}","{words.some_differ}")'

    def _write_heads(self) -> None:
        look = _Look(align=Align.CENTER, bold=True, above="medium", below="medium", wrapped=True)
        working = False
        for place, column in self._columns:
            head = column.header(self._sheet.language)
            self._text(self._head_row, place, head, look)
            self._page.column_dimensions[_letter(place)].width = (
                column.width_mm * _CHARACTERS_PER_MM
            )
            if column.part is Part.WORKING and not working:
                working = True
                self._text(self._head_row - 1, place, self._sheet.words.working, _Look())

    def _put(self, target: WorkbookCell, cell: Cell, column: Column, row: int) -> None:
        """The value or formula of a cell."""
        value = cell.value
        if cell.formula is not None:
            target.value = "=" + REFERENCE.sub(
                lambda found: f"{self._letters[found[1]]}{self._rows.get(found[2], row)}",
                cell.formula,
            )
        elif isinstance(value, str):
            _put_text(target, value)
        elif isinstance(value, date):
            target.value = value if value >= FIRST_CELL_DAY else value.isoformat()
        elif value is not None and abs(value) >= LARGEST_NUMBER:
            _put_text(target, str(value))
        elif value is not None and column.style is Style.RATE:
            target.value = f"={value}/{PPM}"
        else:
            target.value = value

    def _move_labels(self) -> None:
        """The label of a sum into the first column: it runs over the blank cells after it."""
        span = self._sheet.label_span()
        for line in self._sheet.lines:
            row = self._rows[line.name]
            if line.kind is not LineKind.ROW and span > 1:
                label = self._page.cell(row, span)
                first = self._page.cell(row, 1)
                _put_text(first, str(label.value))
                self._looks.give(first, _sum_look(line.kind, "General", Align.LEFT))
                label.value = None

    def _write_notes(self) -> None:
        row = self._last_row + 1
        for label, said in (*self._sheet.notes, *provenance(self._sheet)):
            row += 1
            self._text(row, _LABEL_COLUMN, label, _Look())
            self._text(row, _FIGURE_COLUMN, said, _Look())
        self._last_row = row

    def _text(self, row: int, place: int, text: str, look: _Look) -> None:
        target = self._page.cell(row, place)
        _put_text(target, text)
        self._looks.give(target, look)

    # ---------------------------------------------------------------------------------- print
    def _set_up(self) -> None:
        page, sheet = self._page, self._sheet
        printed = max(place for place, one in self._columns if one.part is Part.PRINTED)
        page.freeze_panes = f"{_letter(sheet.label_span() + 1)}{self._head_row + 1}"
        page.print_area = f"A1:{_letter(printed)}{self._last_row}"
        page.print_title_rows = f"{self._head_row}:{self._head_row}"
        _set_up_page(page, sheet)


_ROWS_OF_HEAD = 5
"""Rows of title, blanks, check and headings around the parties and the result."""


def _line_look(kind: LineKind, column: Column, cell: Cell) -> _Look:
    form = _YEN_BUT_ZERO if cell.shown == "" else _FORMATS[column.style]
    if column.part is Part.CHECK:
        form = "General"
    if kind is LineKind.ROW:
        tinted = column.role is Role.GIVEN
        wrapped = column.style is Style.TEXT and column.part is Part.PRINTED
        left = column.align is Align.LEFT
        return _Look(
            form, column.align, tinted=tinted, below="hair", wrapped=wrapped, indented=left
        )
    if column.part is not Part.PRINTED:
        return _Look(form, column.align)
    return _sum_look(kind, form, column.align)


def _sum_look(kind: LineKind, form: str, align: Align) -> _Look:
    below: _Rule = "double" if kind is LineKind.TOTAL else "thin"
    return _Look(form, align, bold=True, above="thin", below=below)


def _put_text(target: WorkbookCell, text: str) -> None:
    """Text as text, whatever it begins with."""
    target.value = printable(text)
    if target.value:
        target.data_type = "s"


def _make_room(page: Page, row: int, text: str, width: float) -> None:
    """Height for text that does not fit on one line: not every program finds it by itself."""
    lines = int(half_widths(text) // width) + 1
    if lines > 1:
        known = page.row_dimensions[row].height or 0
        page.row_dimensions[row].height = max(known, lines * _LINE_POINTS)


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return get_column_letter(place)


# ------------------------------------------------------------------------------ the second sheet
def _write_conditions(page: Page, sheet: Sheet) -> None:
    looks = _Looks()
    row = 0
    for heading, pairs in _condition_blocks(sheet):
        row += 1
        _put_text(page.cell(row, 1), heading)
        looks.give(page.cell(row, 1), _Look(size=NORMAL, bold=True))
        for label, said in pairs:
            row += 1
            for place, text in enumerate((label, said), start=1):
                _put_text(page.cell(row, place), text)
                looks.give(page.cell(row, place), _Look(below="hair", wrapped=True))
            _make_room(page, row, said, _CONDITION_WIDTHS["B"])
        row += 1
    for letter, width in _CONDITION_WIDTHS.items():
        page.column_dimensions[letter].width = width
    page.print_area = f"A1:B{row}"
    _set_up_page(page, sheet)


def _condition_blocks(sheet: Sheet) -> Iterable[tuple[str, Iterable[Pair]]]:
    words = sheet.words
    yield words.conditions, [*sheet.stated(), Pair(words.presets, sheet.presets)]
    yield words.deviation, []
    yield words.notes, [*sheet.notes, *sheet.workbook_notes]
    yield sheet.title, [*sheet.subject, *provenance(sheet)]


def _set_up_page(page: Page, sheet: Sheet) -> None:
    """A4 landscape, one page wide; case and lender above, page number, engine and input."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = _A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for side, width_mm in _MARGINS_MM.items():
        setattr(page.page_margins, side, width_mm / _MM_PER_INCH)
    head = "　".join([sheet.title, *(text for _, text in sheet.subject)])
    page.oddHeader.left.text = printable(head)[:_LONGEST_HEADER].replace("&", "&&")
    page.oddHeader.right.text = "&P / &N"
    foot = "　".join(f"{label}: {text}" for label, text in provenance(sheet))
    page.oddFooter.left.text = foot.replace("&", "&&")


# --------------------------------------------------------------------------------- without times
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o600 << 16


def without_times(data: bytes, dated_on: date) -> bytes:
    """The same archive with the day of its content in place of the time of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as rewritten:
        for member in made.infolist():
            content = made.read(member)
            if member.filename == _CORE:
                content = _TIMES.sub(rb"\g<1>%bT00:00:00Z" % dated_on.isoformat().encode(), content)
            entry = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            rewritten.writestr(entry, content)
    return out.getvalue()


# ------------------------------------------------------------------------------------ plain lists
Value: TypeAlias = str | int


def list_csv(headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    r"""The list as CSV in UTF-8 with its mark, which every spreadsheet opens [CSV].

    No text becomes a formula.

    >>> list_csv(("a",), [("=1+1",), (2,)]).decode("utf-8-sig")
    "a\r\n'=1+1\r\n2\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain_text(one) for one in headers])
    for row in rows:
        writer.writerow([plain_text(one) if isinstance(one, str) else one for one in row])
    return out.getvalue().encode("utf-8-sig")


def list_workbook(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Value]], dated_on: date
) -> bytes:
    """The list as a workbook of one sheet, every text marked as text [XLSX].

    Why       openpyxl is imported here: what needs no workbook does not wait for it.
    """
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(plain_text(title))
    page.freeze_panes = "A2"

    def cells(row: Sequence[Value]) -> Iterable[Any]:
        for one in row:
            cell = WriteOnlyCell(page, plain_text(one) if isinstance(one, str) else one)
            if isinstance(one, str):
                cell.data_type, cell.number_format = "s", "@"
            yield cell

    for row in (headers, *rows):
        page.append(cells(row))
    out = io.BytesIO()
    workbook.save(out)
    return without_times(out.getvalue(), dated_on)
