"""A small reader of formulas, to know what a workbook shows without a spreadsheet program.

It knows the functions our sheets use and counts as spreadsheets do: in binary fractions, and with
a cut that takes a number for whole when its first 15 digits are.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from motocho.documents.sheet import REFERENCE, Sheet

Value = float | str | bool | None
TOKEN = re.compile(
    r'(?P<text>"[^"]*")|(?P<range>[A-Z]{1,3}[0-9]+:[A-Z]{1,3}[0-9]+)|(?P<cell>[A-Z]{1,3}[0-9]+)'
    r"|(?P<name>[A-Z]+)(?=\()|(?P<equal>=)|(?P<other>[0-9.]+|[-+*/(),])"
)
DAY_ZERO = date(1899, 12, 30)


def result_of(formula: str, cells: dict[str, Any]) -> Value:
    """What a formula gives; `cells` are functions that give the value of a cell and of a range."""
    source = "".join(_translated(found) for found in TOKEN.finditer(formula))
    assert "".join(found[0] for found in TOKEN.finditer(formula)) == formula, formula
    result: Value = eval(source, {"__builtins__": {}}, {**cells, **FUNCTIONS})
    return float(result) if isinstance(result, int) else result


def _translated(found: re.Match[str]) -> str:
    if found["text"]:
        return repr(found["text"][1:-1])
    if found["range"]:
        return f"R({found['range']!r})"
    if found["cell"]:
        return f"C({found['cell']!r})"
    if found["name"]:
        return found["name"] + "_"
    return "==" if found["equal"] else found["other"]


class Page:
    """One sheet of a workbook, with the values its formulas give."""

    def __init__(self, data: bytes, name: int = 0) -> None:
        self.sheet: Any = load_workbook(io.BytesIO(data)).worksheets[name]
        self._known: dict[str, Value] = {}

    def change(self, address: str, value: Any) -> None:
        """What a person types into a cell."""
        self.sheet[address] = value
        self._known.clear()

    def value(self, address: str) -> Value:
        """What a cell shows; formulas are followed."""
        if address not in self._known:
            held = self.sheet[address].value
            if isinstance(held, str) and self.sheet[address].data_type == "f":
                self._known[address] = self._result(held[1:])
            elif isinstance(held, datetime):
                self._known[address] = float((held.date() - DAY_ZERO).days)
            else:
                self._known[address] = float(held) if isinstance(held, int | float) else held
        return self._known[address]

    def row(self, row: int) -> list[Value]:
        return [self.value(cell.coordinate) for cell in self.sheet[row]]

    def rows(self) -> list[list[Value]]:
        return [self.row(row) for row in range(1, self.sheet.max_row + 1)]

    def _result(self, formula: str) -> Value:
        return result_of(formula, {"C": self._number, "R": self._range})

    def _number(self, address: str) -> Value:
        value = self.value(address)
        return 0.0 if value is None else value

    def _range(self, cells: str) -> list[Value]:
        left, top, right, bottom = (place or 0 for place in range_boundaries(cells))
        return [
            self.value(self.sheet.cell(row, column).coordinate)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]


class Content:
    """A sheet before it is a workbook: the values its templates give.

    Cells get the addresses that a workbook would give them, so that both are read alike.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._places = {column.key: place for place, column in enumerate(sheet.columns)}
        self._letters = [get_column_letter(place + 1) for place in self._places.values()]
        self._lines = sheet.lines
        self._rows = {line.name: row for row, line in enumerate(sheet.lines, start=1)}
        self._known: dict[str, Value] = {}

    def differing(self) -> Iterator[str]:
        """The cells whose formula gives another value than the content says."""
        for row, line in enumerate(self._lines, start=1):
            for key, place in self._places.items():
                cell = line.cells[place]
                if cell.formula is None:
                    continue
                shown = self._value(f"{self._letters[place]}{row}")
                said = cell.value
                wanted = said / 1_000_000 if key == "rate" and isinstance(said, int) else said
                wanted = "✓" if key == "check" else wanted
                if wanted is not None and shown != wanted:
                    yield f"line {line.name}, {key}: {shown} for {wanted}"

    def _value(self, address: str) -> Value:
        if address not in self._known:
            left, row, _, _ = (place or 0 for place in range_boundaries(address))
            cell = self._lines[row - 1].cells[left - 1]
            if cell.formula is not None:
                formula = REFERENCE.sub(
                    lambda found: (
                        f"{self._letters[self._places[found[1]]]}{self._rows.get(found[2], row)}"
                    ),
                    cell.formula,
                )
                self._known[address] = result_of(formula, {"C": self._number, "R": self._range})
            elif isinstance(cell.value, date):
                self._known[address] = float((cell.value - DAY_ZERO).days)
            elif isinstance(cell.value, int):
                self._known[address] = float(cell.value)
            else:
                self._known[address] = cell.value
        return self._known[address]

    def _number(self, address: str) -> Value:
        value = self._value(address)
        return 0.0 if value is None else value

    def _range(self, cells: str) -> list[Value]:
        left, top, _, bottom = (place or 0 for place in range_boundaries(cells))
        return [self._value(f"{self._letters[left - 1]}{row}") for row in range(top, bottom + 1)]


def _int(value: float) -> float:
    return float(math.floor(float(f"{value:.15g}")))


def _sum(*parts: Any) -> float:
    cells = chain.from_iterable(part if isinstance(part, list) else [part] for part in parts)
    return sum((cell for cell in cells if isinstance(cell, float)), 0.0)


FUNCTIONS = {
    "INT_": _int,
    "MAX_": max,
    "MIN_": min,
    "SUM_": _sum,
    "IF_": lambda condition, yes, no: yes if condition else no,
    "AND_": lambda *conditions: all(conditions),
    "COUNTIF_": lambda cells, wanted: sum(cell == wanted for cell in cells),
}
