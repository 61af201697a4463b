"""XLSX workbooks: their sheets, with every value exactly as it is stored [XLSXの読み取り].

Numbers are taken as the decimal text of the file. A day is a number whose format shows a day, in
either of the two counts of days; the era formats of Japan are such formats.

>>> shows_day('[$-411]ggge"年"m"月"d"日";@'), shows_day('#,##0;[Red]-#,##0'), shows_day("0.00E+00")
(True, False, False)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

from motocho.claims.reading.cells import (
    MAX_CHARACTERS,
    MAX_COLUMNS,
    Book,
    Merge,
    Rows,
    Sheet,
    Value,
    letter,
    number,
    too_many_columns,
    too_much_text,
)
from motocho.claims.reading.files.archives import Archive, Elements, broken_archive
from motocho.units.days import Epoch, excel_serial_date
from motocho.units.errors import Fault, Unread, clipped

WORKBOOK = "xl/workbook.xml"
_ROOT_RELATIONS = "_rels/.rels"


def read(archive: Archive) -> Book:
    """All sheets of a workbook [XLSXの読み取り].

    Raises    FaultyInput where the file is broken or too large.
    """
    place = _workbook_place(archive)
    outline = Elements("sheet", "workbookPr")
    archive.read_xml(place, outline)
    targets = _targets(archive, place)
    epoch = Epoch.YEAR_1900
    for name, attributes in outline.found:
        if name == "workbookPr" and attributes.get("date1904", "0") in {"1", "true"}:
            epoch = Epoch.YEAR_1904
    stored = _Stored(
        texts=_shared_texts(archive, targets),
        day_styles=_day_styles(archive, targets),
        epoch=epoch,
    )
    sheets: list[Sheet] = []
    notes = Notes()
    for name, attributes in outline.found:
        target = targets.by_id.get(attributes.get("id", ""), "")
        if name != "sheet" or not target or target in targets.charts:
            continue
        title = attributes.get("name", "")
        cells = _CellReader(title, stored, notes)
        archive.read_xml(target, cells)
        sheet = Sheet(title, cells.rows.rows, epoch, tuple(cells.merges))
        if sheet.rows and attributes.get("state", "visible") != "visible":
            notes.hidden_sheets.append(title)
        sheets.append(sheet)
    if not sheets:
        raise broken_archive()
    return Book(tuple(sheets), notes.warnings())


@dataclass
class Notes:
    """What is noticed while cells are read, told once [読み取りの気づき]."""

    formulas: list[tuple[str, int, str]] = field(default_factory=list)
    """Sheet, row and column of the first formula whose stored result is used."""
    formula_count: int = 0
    hidden_rows: list[tuple[str, int]] = field(default_factory=list)
    hidden_row_count: int = 0
    hidden_sheets: list[str] = field(default_factory=list)
    spent_cells: int = 0
    spent_characters: int = 0

    def formula(self, sheet: str, line: int, column: int) -> None:
        """One more formula whose stored result is used [数式]."""
        if not self.formula_count:
            self.formulas.append((sheet, line, letter(column)))
        self.formula_count += 1

    def hidden_row(self, sheet: str, line: int) -> None:
        """One more hidden row that is read [非表示の行]."""
        if not self.hidden_row_count:
            self.hidden_rows.append((sheet, line))
        self.hidden_row_count += 1

    def text(self, length: int, line: int | None = None) -> None:
        """More text that is kept [文字数].

        Raises    FaultyInput beyond MAX_CHARACTERS.
        """
        self.spent_characters += length
        if self.spent_characters > MAX_CHARACTERS:
            raise too_much_text(line)

    def warnings(self) -> tuple[Fault, ...]:
        """The warnings that these make [警告]."""
        found = []
        for _, line, column in self.formulas:
            details = {"count": f"{self.formula_count:,}"}
            found.append(Fault("TAB-030", line=line, column=column, details=details))
        for _, line in self.hidden_rows:
            details = {"count": f"{self.hidden_row_count:,}"}
            found.append(Fault("TAB-031", line=line, details=details))
        found += [Fault("TAB-032", excerpt=clipped(name)) for name in self.hidden_sheets]
        return tuple(found)


# ------------------------------------------------------------------------------ parts of a workbook
class _Targets(NamedTuple):
    by_id: dict[str, str]
    by_kind: dict[str, str]
    charts: frozenset[str]


def _workbook_place(archive: Archive) -> str:
    if _ROOT_RELATIONS in archive.names():
        relations = Elements("Relationship")
        archive.read_xml(_ROOT_RELATIONS, relations)
        for _, attributes in relations.found:
            if attributes.get("Type", "").endswith("/officeDocument"):
                return attributes.get("Target", WORKBOOK).lstrip("/")
    return WORKBOOK


def _targets(archive: Archive, place: str) -> _Targets:
    folder, name = posixpath.split(place)
    relations = Elements("Relationship")
    archive.read_xml(posixpath.join(folder, "_rels", f"{name}.rels"), relations)
    by_id, by_kind, charts = {}, {}, set()
    for _, attributes in relations.found:
        written = attributes.get("Target", "")
        target = written[1:] if written.startswith("/") else posixpath.join(folder, written)
        target = posixpath.normpath(target)
        kind = attributes.get("Type", "").rpartition("/")[2]
        by_id[attributes.get("Id", "")] = target
        by_kind[kind] = target
        if kind not in {"worksheet", "sharedStrings", "styles"}:
            charts.add(target)
    return _Targets(by_id, by_kind, frozenset(charts))


class _TextReader:
    """The shared texts: each `si` is one, its readings in kana left out."""

    def __init__(self, notes: Notes) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._inside = False
        self._reading = False
        self._notes = notes

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        if name == "t":
            self._inside = not self._reading
        elif name == "rPh":
            self._reading = True
        elif name == "si":
            self._parts.clear()

    def end(self, name: str) -> None:
        if name == "t":
            self._inside = False
        elif name == "rPh":
            self._reading = False
        elif name == "si":
            text = _unescaped("".join(self._parts))
            self._notes.text(len(text) + 1)
            self.texts.append(text)

    def text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _shared_texts(archive: Archive, targets: _Targets) -> list[str]:
    place = targets.by_kind.get("sharedStrings", "")
    if place not in archive.names():
        return []
    reader = _TextReader(Notes())
    archive.read_xml(place, reader)
    return reader.texts


# ------------------------------------------------------------------------------------------- styles
_BUILT_IN_DAYS = frozenset({*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 59)})
_NOT_LETTERS = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|general|g/標準|e[+-]', re.IGNORECASE
)


@cache
def shows_day(code: str) -> bool:
    """Whether a number format shows a number as a day [日付の書式].

    Why       a time of day alone, and a length of time in hours, are no days.
    """
    first = _NOT_LETTERS.sub("", code).partition(";")[0].lower()
    return bool(set("ydeg") & set(first)) or ("m" in first and not {"h", "s"} & set(first))


class _StyleReader:
    """Number formats, and which format each cell style has."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.formats: list[int] = []
        self._in_cell_styles = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self.codes[int(attributes.get("numFmtId", "-1"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cell_styles = True
        elif name == "xf" and self._in_cell_styles:
            self.formats.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_styles = False

    def text(self, data: str) -> None:
        """Nothing: only attributes matter."""


def is_day_format(format_id: int, codes: Mapping[int, str]) -> bool:
    """Whether a format, built in or of the workbook, shows days [日付の書式]."""
    code = codes.get(format_id)
    return format_id in _BUILT_IN_DAYS if code is None else shows_day(code)


def _day_styles(archive: Archive, targets: _Targets) -> frozenset[str]:
    """The style numbers, as cells write them, that show days."""
    place = targets.by_kind.get("styles", "")
    if place not in archive.names():
        return frozenset()
    reader = _StyleReader()
    archive.read_xml(place, reader)
    return frozenset(
        str(style)
        for style, format_id in enumerate(reader.formats)
        if is_day_format(format_id, reader.codes)
    )


# -------------------------------------------------------------------------------------------- cells
@dataclass(frozen=True)
class _Stored:
    """What cells refer to."""

    texts: list[str]
    day_styles: frozenset[str]
    epoch: Epoch


_DIGITS = "0123456789"
_MINUTES_IN_DAY = 1_440
_LAST_LETTERS = 3


@cache
def _column(letters: str) -> int:
    column = 0
    for sign in letters:
        place = ord(sign) - ord("A") + 1
        if not 1 <= place <= 26 or len(letters) > _LAST_LETTERS:
            raise broken_archive()
        column = column * 26 + place
    return column - 1


def day_or_number(value: int | str, epoch: Epoch) -> Value:
    """A stored number whose format shows a day: the day, or a time of day as text [日付の数値]."""
    whole, _, part = str(value).partition(".")
    if not whole.isdigit():
        return value
    if whole == "0" and part:
        minutes = int(part) * _MINUTES_IN_DAY // 10 ** len(part)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    on = excel_serial_date(int(whole), epoch)
    return value if isinstance(on, Unread) else on


class _CellReader:
    """The cells of one sheet, row by row."""

    def __init__(self, sheet: str, stored: _Stored, notes: Notes) -> None:
        self.rows = Rows(sheet, notes.spent_cells)
        self.merges: list[Merge] = []
        self._sheet = sheet
        self._stored = stored
        self._notes = notes
        self._line = 0
        self._hidden = False
        self._cells: list[Value] = []
        self._next = 0
        self._attributes: Mapping[str, str] = {}
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._reading = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._attributes = attributes
            self._value = []
            self._formula = None
        elif name == "v" or (name == "t" and not self._reading):
            self._into = self._value
        elif name == "f":
            self._formula = self._into = []
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._reading = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in {"v", "t", "f"}:
            self._into = None
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._reading = False

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        line = int(attributes["r"]) if "r" in attributes else self._line + 1
        if line <= self._line:
            raise broken_archive()
        self._line = line
        self._hidden = attributes.get("hidden", "0") in {"1", "true"}
        self._cells = []
        self._next = 0

    def _end_row(self) -> None:
        if self._cells:
            self.rows.add(self._line, self._cells)
            self._notes.spent_cells = self.rows.cells
            if self._hidden:
                self._notes.hidden_row(self._sheet, self._line)
        self._cells = []

    def _end_cell(self) -> None:
        reference = self._attributes.get("r")
        column = self._next if reference is None else _column(reference.rstrip(_DIGITS))
        self._next = column + 1
        value = self._cell_value(column)
        if value == "":
            return
        if column >= MAX_COLUMNS:
            raise too_many_columns(self._line, self._sheet)
        missing = column - len(self._cells)
        if missing < 0:
            raise broken_archive()
        self._cells += [""] * missing
        self._cells.append(value)

    def _cell_value(self, column: int) -> Value:
        written = "".join(self._value)
        kind = self._attributes.get("t", "n")
        if self._formula is not None:
            if not written and kind != "str":
                return "=" + clipped("".join(self._formula))
            self._notes.formula(self._sheet, self._line, column)
        if kind == "s":
            return self._stored.texts[int(written)] if written else ""
        if kind == "n":
            value = number(written.strip())
            if self._attributes.get("s") in self._stored.day_styles and written:
                return day_or_number(value, self._stored.epoch)
            return value
        if kind == "b":
            return written.strip() in {"1", "true"}
        if kind == "d":
            return _iso_day(written)
        self._notes.text(len(written), self._line)
        return _unescaped(written)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        if not last:
            return
        rows = [int(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or "0") for corner in (first, last)]
        columns = [_column(corner.rstrip(_DIGITS)) for corner in (first, last)]
        self.merges.append(Merge(rows[0], columns[0], rows[1], columns[1]))


def _iso_day(written: str) -> Value:
    try:
        return date.fromisoformat(written.strip()[:10])
    except ValueError:
        return written
