"""Sheets of cells, whatever file they came from: the types, and how much is read [表のセル].

A cell is a text, a whole number, a truth value or a day. Numbers that are not whole stand as exact
decimal text, so that no binary fraction comes in. What a cell cannot show as a value stands as the
text a spreadsheet shows: `#REF!` for a failed formula, `=B2-C3` for one whose result is not stored.

>>> number("200000.0"), number("0.29199999999999998"), number("2E5")
(200000, '0.292', 200000)
>>> letter(0), letter(27)
('A', 'AB')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

from motocho.units.days import Epoch
from motocho.units.errors import Fault, FaultyInput

MAX_FILE_BYTES = 64 << 20
"""Largest file that is read."""
MAX_ROWS = 200_000
"""Most rows of one sheet."""
MAX_COLUMNS = 256
"""Most columns of one sheet."""
MAX_CELLS = 2_000_000
"""Most cells of one file, empty ones between filled ones included: what bounds the memory."""
MAX_CHARACTERS = 64 << 20
"""Most characters that are kept of one file."""

Value: TypeAlias = str | int | date
"""What a cell holds; a truth value is an int to the type and stays a bool."""


class Row(NamedTuple):
    """One row of a sheet [行]: its number as a spreadsheet or an editor shows it, and its cells."""

    number: int
    cells: list[Value]


class Merge(NamedTuple):
    """Cells joined to one [結合セル]; rows from 1, columns from 0, ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet [シート]; text files have one, without a name."""

    name: str
    rows: list[Row]
    epoch: Epoch = Epoch.YEAR_1900
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets of a file, and what was noticed on the way in [ブック]."""

    sheets: tuple[Sheet, ...]
    warnings: tuple[Fault, ...] = ()


_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_SHOWN_DIGITS = 15
"""Digits that spreadsheets show and compare; what lies behind them is noise of binary fractions."""
_LONGEST_WRITTEN = 30


def number(text: str) -> int | str:
    """The number that a workbook stores, whole or as decimal text; other text as it is [数値].

    Exact     decimal digits only; beyond fifteen of them the last is rounded, as it is shown.
    """
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return text
    sign, whole, part, power = found.groups()
    digits = (whole + (part or "")).lstrip("0")
    exponent = int(power or 0) - len(part or "")
    if len(digits) > _SHOWN_DIGITS:
        dropped = len(digits) - _SHOWN_DIGITS
        kept = (int(digits) + 5 * 10 ** (dropped - 1)) // 10**dropped
        digits, exponent = str(kept), exponent + dropped
    significant = digits.rstrip("0")
    if not significant:
        return 0
    exponent += len(digits) - len(significant)
    if not -_LONGEST_WRITTEN <= exponent <= _LONGEST_WRITTEN:
        return text
    minus = "-" if sign == "-" else ""
    if exponent >= 0:
        return int(minus + significant + "0" * exponent)
    padded = significant.rjust(1 - exponent, "0")
    return f"{minus}{padded[:exponent]}.{padded[exponent:]}"


def text_of(value: Value) -> str:
    """A cell as text [セルの文字]."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value.isoformat() if isinstance(value, date) else str(value)


_LETTERS = 26


def letter(column: int) -> str:
    """The name a spreadsheet gives a column, counted from 0 [列名]."""
    name = ""
    rest = column + 1
    while rest:
        rest, place = divmod(rest - 1, _LETTERS)
        name = chr(ord("A") + place) + name
    return name


def too_many_rows(sheet: str = "") -> FaultyInput:
    """The refusal of a sheet with more rows than are read [行数の上限]."""
    return _too_much("TAB-003", MAX_ROWS, sheet)


def too_many_columns(line: int, sheet: str = "") -> FaultyInput:
    """The refusal of a sheet with more columns than are read [列数の上限]."""
    return _too_much("TAB-004", MAX_COLUMNS, sheet, line)


def too_many_cells(line: int, sheet: str = "") -> FaultyInput:
    """The refusal of a file with more cells than are kept [セル数の上限]."""
    return _too_much("TAB-005", MAX_CELLS, sheet, line)


def too_much_text(line: int | None = None) -> FaultyInput:
    """The refusal of a file with more characters than are kept [文字数の上限]."""
    return _too_much("TAB-006", MAX_CHARACTERS, "", line)


def _too_much(code: str, limit: int, sheet: str, line: int | None = None) -> FaultyInput:
    details = {"limit": f"{limit:,}"}
    return FaultyInput(Fault(code, line=line, column=sheet or None, details=details))


class Rows:
    """Rows as they are collected, counted against the limits [行の収集]."""

    def __init__(self, sheet: str, spent: int = 0) -> None:
        self.rows: list[Row] = []
        self.cells = spent
        self._sheet = sheet

    def add(self, line: int, cells: list[Value]) -> None:
        """One more row [行の追加].

        Raises    FaultyInput beyond MAX_ROWS, MAX_COLUMNS or MAX_CELLS.
        """
        if len(self.rows) >= MAX_ROWS or line > MAX_ROWS:
            raise too_many_rows(self._sheet)
        if len(cells) > MAX_COLUMNS:
            raise too_many_columns(line, self._sheet)
        self.cells += len(cells)
        if self.cells > MAX_CELLS:
            raise too_many_cells(line, self._sheet)
        self.rows.append(Row(line, cells))
