"""XLS workbooks (Excel 97-2003): their sheets, record by record [XLSの読み取り].

A workbook is a run of records, each a kind, a length and its bytes. Only those that hold cells,
their formats and their texts are looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from motocho.claims.reading.cells import (
    MAX_CELLS,
    Book,
    Merge,
    Rows,
    Sheet,
    Value,
    number,
    too_many_cells,
)
from motocho.claims.reading.files.archives import broken_archive, locked
from motocho.claims.reading.files.compound import Compound
from motocho.claims.reading.files.xlsx import Notes, day_or_number, is_day_format
from motocho.units.days import Epoch
from motocho.units.errors import Fault, FaultyInput

STREAM = "Workbook"
_BIFF8 = 0x0600
_WORKSHEET = 0x0010

# The records that are looked at, by their numbers in the format's specification.
_BOF, _EOF, _CONTINUE, _FILEPASS, _DATEMODE = 0x0809, 0x000A, 0x003C, 0x002F, 0x0022
_BOUNDSHEET, _SST, _FORMAT, _XF = 0x0085, 0x00FC, 0x041E, 0x00E0
_ROW, _NUMBER, _RK, _MULRK, _LABELSST, _LABEL = 0x0208, 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204
_BOOLERR, _FORMULA, _STRING, _MERGEDCELLS = 0x0205, 0x0006, 0x0207, 0x00E5

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08
_HIDDEN_ROW = 0x20
_NOT_A_NUMBER = 0xFFFF


class _Record(NamedTuple):
    kind: int
    at: int
    data: bytes


def read(compound: Compound) -> Book:
    """All sheets of a workbook [XLSの読み取り].

    Raises    FaultyInput where the file is damaged, locked, too old or too large.
    """
    data = compound.stream(STREAM)
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError, OverflowError):
        raise broken_archive() from None


def _read(data: bytes) -> Book:
    globals_ = _Globals()
    for record in _records(data, 0):
        globals_.take(record)
    notes = Notes()
    sheets = []
    for name, at, hidden in globals_.sheets:
        records = _records(data, at)
        first = next(records, None)
        if first is None or first.kind != _BOF:
            raise broken_archive()
        if struct.unpack_from("<H", first.data, 2)[0] != _WORKSHEET:
            continue
        reader = _SheetReader(name, globals_, notes)
        for record in records:
            reader.take(record)
        sheet = reader.sheet()
        if sheet.rows and hidden:
            notes.hidden_sheets.append(name)
        sheets.append(sheet)
    if not sheets:
        raise broken_archive()
    return Book(tuple(sheets), notes.warnings())


def _records(data: bytes, at: int) -> Iterator[_Record]:
    """The records of one part, from its BOF to its EOF; parts inside it are passed over."""
    depth = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        record = _Record(kind, at, data[at + 4 : at + 4 + length])
        if len(record.data) < length:
            raise broken_archive()
        at += 4 + length
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth <= 1:
            yield record
    raise broken_archive()


# ------------------------------------------------------------------------------------------- texts
class _Texts:
    """A reader of texts that run on over several records."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = 0
        self._at = 0

    def take(self, count: int) -> bytes:
        """Bytes that know nothing of the ends of records."""
        taken = b""
        while len(taken) < count:
            self._go_on()
            part = self._pieces[self._piece][self._at : self._at + count - len(taken)]
            self._at += len(part)
            taken += part
        return taken

    def text(self, length: int) -> str:
        """A text with its head of flags; what is fancy about it is passed over."""
        (flags,) = self.take(1)
        runs = struct.unpack("<H", self.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", self.take(4))[0] if flags & _EXTENDED else 0
        text = self._signs(length, flags)
        self._skip(4 * runs + extra)
        return text

    def _signs(self, length: int, flags: int) -> str:
        signs: list[str] = []
        while length > 0:
            if self._at >= len(self._pieces[self._piece]):
                self._go_on()
                # A text that runs on begins in the next record with flags of its own.
                (flags,) = self.take(1)
            width = 2 if flags & _WIDE else 1
            piece = self._pieces[self._piece][self._at : self._at + width * length]
            count = len(piece) // width
            if count == 0:
                raise broken_archive()
            encoding = "utf-16-le" if width > 1 else "latin-1"
            signs.append(piece[: count * width].decode(encoding, "replace"))
            self._at += count * width
            length -= count
        return "".join(signs)

    def _skip(self, count: int) -> None:
        while count > 0:
            self._go_on()
            step = min(count, len(self._pieces[self._piece]) - self._at)
            self._at += step
            count -= step

    def _go_on(self) -> None:
        while self._at >= len(self._pieces[self._piece]):
            self._piece += 1
            self._at = 0


def _text(data: bytes, at: int) -> str:
    """A text whose length stands before it in two bytes."""
    (length,) = struct.unpack_from("<H", data, at)
    return _Texts([data[at + 2 :]]).text(length)


# ------------------------------------------------------------------------------ what cells refer to
@dataclass
class _Globals:
    """The part of a workbook that its sheets share."""

    epoch: Epoch = Epoch.YEAR_1900
    sheets: list[tuple[str, int, bool]] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    formats: list[int] = field(default_factory=list)
    _text_pieces: list[bytes] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _last_kind: int = 0

    def take(self, record: _Record) -> None:
        data = record.data
        if record.kind == _BOF and struct.unpack_from("<H", data, 0)[0] != _BIFF8:
            raise FaultyInput(Fault("TAB-018"))
        if record.kind == _FILEPASS:
            raise locked()
        if record.kind == _DATEMODE and data[0]:
            self.epoch = Epoch.YEAR_1904
        elif record.kind == _BOUNDSHEET:
            at, state = struct.unpack_from("<IB", data, 0)
            self.sheets.append((_Texts([data[7:]]).text(data[6]), at, bool(state & 0x3)))
        elif record.kind == _FORMAT:
            self.codes[struct.unpack_from("<H", data, 0)[0]] = _text(data, 2)
        elif record.kind == _XF:
            self.formats.append(struct.unpack_from("<H", data, 2)[0])
        elif record.kind == _SST or (record.kind == _CONTINUE and self._last_kind == _SST):
            self._text_pieces.append(data)
        if record.kind != _CONTINUE:
            self._last_kind = record.kind

    def shared_text(self, place: int) -> str:
        """A text of the table of texts, which is read when the first one is asked for."""
        if not self._texts and self._text_pieces:
            notes = Notes()
            reader = _Texts(self._text_pieces)
            _, count = struct.unpack("<II", reader.take(8))
            for _ in range(count):
                text = reader.text(struct.unpack("<H", reader.take(2))[0])
                notes.text(len(text) + 1)
                self._texts.append(text)
        return self._texts[place]

    def shows_day(self, style: int) -> bool:
        return is_day_format(self.formats[style], self.codes)


# -------------------------------------------------------------------------------------------- cells
class _SheetReader:
    """The cells of one sheet; records need not come in the order of cells."""

    def __init__(self, name: str, shared: _Globals, notes: Notes) -> None:
        self._name = name
        self._globals = shared
        self._notes = notes
        self._rows: dict[int, dict[int, Value]] = {}
        self._count = 0
        self._hidden: set[int] = set()
        self._merges: list[Merge] = []
        self._awaiting: tuple[int, int] | None = None

    def take(self, record: _Record) -> None:
        kind, data = record.kind, record.data
        if kind == _LABELSST:
            row, column, _, place = struct.unpack_from("<HHHI", data, 0)
            self._put(row, column, self._globals.shared_text(place))
        elif kind == _RK:
            row, column, style, packed = struct.unpack_from("<HHHI", data, 0)
            self._put_number(row, column, style, _unpacked(packed))
        elif kind == _NUMBER:
            row, column, style, value = struct.unpack_from("<HHHd", data, 0)
            self._put_number(row, column, style, repr(value))
        elif kind == _MULRK:
            self._take_many(data)
        elif kind == _FORMULA:
            self._take_formula(data)
        elif kind == _STRING and self._awaiting is not None:
            self._put(*self._awaiting, _text(data, 0))
            self._awaiting = None
        elif kind == _BOOLERR:
            row, column, _, value, failed = struct.unpack_from("<HHHBB", data, 0)
            self._put(row, column, _ERRORS.get(value, "#N/A") if failed else bool(value))
        else:
            self._take_rare(kind, data)

    def _take_rare(self, kind: int, data: bytes) -> None:
        if kind == _LABEL:
            row, column, _ = struct.unpack_from("<HHH", data, 0)
            self._put(row, column, _text(data, 6))
        elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _HIDDEN_ROW:
            self._hidden.add(struct.unpack_from("<H", data, 0)[0])
        elif kind == _MERGEDCELLS:
            (count,) = struct.unpack_from("<H", data, 0)
            for corner in range(count):
                top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * corner)
                self._merges.append(Merge(top + 1, left, bottom + 1, right))

    def _take_many(self, data: bytes) -> None:
        row, first = struct.unpack_from("<HH", data, 0)
        for place in range((len(data) - 6) // 6):
            style, packed = struct.unpack_from("<HI", data, 4 + 6 * place)
            self._put_number(row, first + place, style, _unpacked(packed))

    def _take_formula(self, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data, 0)
        kind, value, mark = struct.unpack_from("<BxBxxxH", data, 6)
        self._notes.formula(self._name, row + 1, column)
        if mark != _NOT_A_NUMBER:
            self._put_number(row, column, style, repr(struct.unpack_from("<d", data, 6)[0]))
        elif kind == 0:
            self._awaiting = (row, column)
        elif kind == 1:
            self._put(row, column, bool(value))
        elif kind == 2:
            self._put(row, column, _ERRORS.get(value, "#N/A"))

    def _put_number(self, row: int, column: int, style: int, written: str) -> None:
        value = number(written)
        day = self._globals.shows_day(style)
        self._put(row, column, day_or_number(value, self._globals.epoch) if day else value)

    def _put(self, row: int, column: int, value: Value) -> None:
        if isinstance(value, str):
            self._notes.text(len(value), row + 1)
            if not value:
                return
        self._count += 1
        if self._count > MAX_CELLS:
            raise too_many_cells(row + 1, self._name)
        self._rows.setdefault(row, {})[column] = value

    def sheet(self) -> Sheet:
        """The sheet that the records made."""
        rows = Rows(self._name, self._notes.spent_cells)
        for row in sorted(self._rows):
            cells = self._rows[row]
            rows.add(row + 1, [cells.get(column, "") for column in range(max(cells) + 1)])
            if row in self._hidden:
                self._notes.hidden_row(self._name, row + 1)
        self._notes.spent_cells = rows.cells
        return Sheet(self._name, rows.rows, self._globals.epoch, tuple(self._merges))


def _unpacked(packed: int) -> str:
    """A number in four bytes: whole or the upper half of a binary fraction, maybe of hundredths."""
    if packed & 0x2:
        value = (packed >> 2) - (1 << 30 if packed & 0x80000000 else 0)
        return f"{value}E-2" if packed & 0x1 else str(value)
    (fraction,) = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    return repr(fraction / 100 if packed & 0x1 else fraction)
