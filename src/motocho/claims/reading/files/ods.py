"""ODS spreadsheets: their sheets, with every value exactly as it is stored [ODSの読み取り]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from motocho.claims.reading.cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    Book,
    Merge,
    Rows,
    Sheet,
    Value,
    number,
    too_many_columns,
    too_many_rows,
)
from motocho.claims.reading.files.archives import Archive, Elements, broken_archive, locked
from motocho.claims.reading.files.xlsx import Notes
from motocho.units.errors import clipped

CONTENT = "content.xml"
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"


def read(archive: Archive) -> Book:
    """All sheets of a spreadsheet [ODSの読み取り].

    Raises    FaultyInput where the file is broken, locked or too large.
    """
    if _MANIFEST in archive.names():
        manifest = Elements("encryption-data")
        archive.read_xml(_MANIFEST, manifest)
        if manifest.found:
            raise locked()
    reader = _ContentReader()
    archive.read_xml(CONTENT, reader)
    if not reader.sheets:
        raise broken_archive()
    return Book(tuple(reader.sheets), reader.notes.warnings())


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes without prefixes; a value type the program adds of its own stands apart."""
    plain: dict[str, str] = {}
    for key, value in attributes.items():
        prefix, _, name = key.rpartition(":")
        plain["extended-type" if prefix == "calcext" else name] = value
    return plain


class _ContentReader:
    """The tables of a document, cell by cell."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.notes = Notes()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._name = ""
        self._hidden_sheet = False
        self._rows = Rows("")
        self._merges: list[Merge] = []
        self._line = 0
        self._row: dict[str, str] = {}
        self._cells: list[Value] = []
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._words: list[str] = []
        self._in_text = 0
        self._in_note = 0
        self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"table-cell", "covered-table-cell"}:
            self._cell = _plain(attributes)
            self._words = []
        elif name == "p":
            self._in_text += 1
            if self._words and not self._in_note:
                self._words.append("\n")
        elif name in {"s", "tab", "line-break"}:
            self._blank(attributes)
        elif name == "table-row":
            self._row = _plain(attributes)
            self._cells, self._column = [], 0
        elif name == "annotation":
            self._in_note += 1
        elif name == "table":
            self._begin_table(_plain(attributes))
        elif name == "style":
            self._style = _plain(attributes).get("name", "")
        elif name == "table-properties" and _plain(attributes).get("display") == "false":
            self._hidden_styles.add(self._style)

    def text(self, data: str) -> None:
        if self._in_text and not self._in_note and self._cell is not None:
            self._words.append(data)

    def end(self, name: str) -> None:
        if name in {"table-cell", "covered-table-cell"}:
            self._end_cell(name)
        elif name == "p":
            self._in_text -= 1
        elif name == "table-row":
            self._end_row()
        elif name == "annotation":
            self._in_note -= 1
        elif name == "table":
            self._end_table()

    def _blank(self, attributes: Mapping[str, str]) -> None:
        if self._in_text and not self._in_note:
            count = int(_plain(attributes).get("c", "1"))
            self._words.append(" " * min(count, MAX_COLUMNS))

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > 1:
            # A table inside a cell has no rows of a history; where it begins, reading it would mix.
            raise broken_archive()
        self._name = attributes.get("name", "")
        self._hidden_sheet = attributes.get("style-name", "") in self._hidden_styles
        self._rows = Rows(self._name, self.notes.spent_cells)
        self._merges = []
        self._line = 0

    def _end_table(self) -> None:
        self._depth -= 1
        if self._hidden_sheet and self._rows.rows:
            self.notes.hidden_sheets.append(self._name)
        self.sheets.append(Sheet(self._name, self._rows.rows, merges=tuple(self._merges)))

    def _end_row(self) -> None:
        repeated = _count(self._row, "number-rows-repeated")
        if self._cells:
            if self._line + repeated > MAX_ROWS:
                raise too_many_rows(self._name)
            for line in range(self._line + 1, self._line + repeated + 1):
                self._rows.add(line, list(self._cells))
                if self._row.get("visibility", "visible") != "visible":
                    self.notes.hidden_row(self._name, line)
            self.notes.spent_cells = self._rows.cells
        self._line += repeated
        self._cells = []

    def _end_cell(self, name: str) -> None:
        attributes = self._cell
        if attributes is None:
            raise broken_archive()
        self._cell = None
        repeated = _count(attributes, "number-columns-repeated")
        value = "" if name == "covered-table-cell" else self._value(attributes)
        first = self._column
        self._column += repeated
        if value == "":
            return
        if self._column > MAX_COLUMNS:
            raise too_many_columns(self._line + 1, self._name)
        self._cells += [""] * (first - len(self._cells)) + [value] * repeated
        wide = _count(attributes, "number-columns-spanned")
        high = _count(attributes, "number-rows-spanned")
        if wide > 1 or high > 1:
            line = self._line + 1
            self._merges.append(Merge(line, first, line + high - 1, first + wide - 1))

    def _value(self, attributes: Mapping[str, str]) -> Value:
        kind = attributes.get("value-type", "")
        shown = "".join(self._words)
        if "formula" in attributes:
            if not kind:
                return "=" + clipped(attributes["formula"].removeprefix("of:").lstrip("="))
            self.notes.formula(self._name, self._line + 1, self._column)
        if kind in {"float", "percentage", "currency"}:
            return number(attributes.get("value", ""))
        if kind == "date":
            return _day(attributes.get("date-value", ""))
        if kind == "boolean":
            return attributes.get("boolean-value") == "true"
        if kind == "string" and attributes.get("extended-type") != "error":
            shown = attributes.get("string-value", shown)
        self.notes.text(len(shown), self._line + 1)
        return shown


def _count(attributes: Mapping[str, str], name: str) -> int:
    count = int(attributes.get(name, "1"))
    if count < 1:
        raise broken_archive()
    return count


def _day(written: str) -> Value:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return written
