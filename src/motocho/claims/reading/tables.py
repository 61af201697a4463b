r"""Histories from tables: any file in, one history out, or every fault at once [表の読み取り].

>>> history = read("取引日,出金額,入金額,残高\n2001/1/10,200000,,200000\n".encode("cp932"))
>>> history.events[0].kind.public_name, history.events[0].amount_yen
('borrow', 200000)
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from motocho.claims.history import History
from motocho.claims.reading import files
from motocho.claims.reading.cells import MAX_ROWS, Book, Sheet, letter
from motocho.claims.reading.columns import Form, Layout, guessed_layout, headed_layout
from motocho.claims.reading.dates import DayReader
from motocho.claims.reading.events import events_of
from motocho.claims.reading.lines import Line, LineReader, Page
from motocho.claims.reading.movements import settle
from motocho.claims.reading.noted import Noted
from motocho.claims.reading.words import Role
from motocho.units.errors import Fault, FaultyInput, clipped
from motocho.units.money import rate_fraction_text

_Chosen = list[tuple[Sheet, Layout]]


def read(data: bytes, *, file: str | None = None) -> History:
    """A history from the bytes of a table [表の読み取り].

    Raises    FaultyInput with every fault and warning: file, line, column, excerpt, cause and fix.
    """
    noted = Noted()
    try:
        book = files.read(data)
        for warning in book.warnings:
            noted.warn(warning)
        history = _history(book, noted, data, file)
    except FaultyInput as error:
        raise FaultyInput(
            *(fault.within(file) for fault in error.faults),
            warnings=tuple(warning.within(file) for warning in noted.all_warnings()),
        ) from None
    return history


def _history(book: Book, noted: Noted, data: bytes, file: str | None) -> History:
    chosen = _chosen(book, noted)
    page = Page(DayReader(noted))
    layout = chosen[0][1]
    lines: list[Line] = []
    for sheet, sheet_layout in chosen:
        prefix = sheet.name if len(chosen) > 1 else ""
        lines += LineReader(sheet, sheet_layout, noted, page).read(prefix)
    noted.settle()
    if not noted.faults or layout.form is not Form.ONE_COLUMN:
        lines = settle(lines, layout, noted)
        events, rates = events_of(lines, layout, page.stated_rates, noted)
        if not events and not noted.faults:
            noted.fault(Fault("TAB-025", line=chosen[0][0].rows[0].number))
    if noted.faults:
        faults = noted.all_faults()
        # Lines of several sheets do not compare.
        raise FaultyInput(*(sorted(faults, key=_line) if len(chosen) == 1 else faults))
    assumptions: dict[str, Any] = {}
    if rates:
        assumptions["contract_rates"] = [[str(on), rate_fraction_text(ppm)] for on, ppm in rates]
    return History(
        events=tuple(events),
        stated_assumptions=assumptions,
        file=file,
        input_sha256=hashlib.sha256(data).hexdigest(),
        warnings=tuple(warning.within(file) for warning in noted.all_warnings()),
    )


def _line(fault: Fault) -> int:
    return _LAST if fault.line is None else fault.line


_LAST = MAX_ROWS + 1


# ------------------------------------------------------------------------------------------- sheets
def _chosen(book: Book, noted: Noted) -> _Chosen:
    """The sheets that hold the history, each with its layout.

    Raises    FaultyInput where no sheet does, or several that are not pages of one table.
    """
    filled = [sheet for sheet in book.sheets if sheet.rows]
    if not filled:
        raise FaultyInput(Fault("TAB-001"))
    headed = [(sheet, layout) for sheet in filled if (layout := headed_layout(sheet)) is not None]
    if headed:
        _refuse_different(headed)
        _warn_of_skipped(
            [sheet for sheet in filled if sheet not in [one for one, _ in headed]], noted
        )
        _warn_of_unread(headed[0][1], noted)
        return headed
    guessed = [(sheet, layout) for sheet in filled if (layout := guessed_layout(sheet)) is not None]
    if not guessed:
        raise FaultyInput(_no_table(filled[0]))
    _refuse_different(guessed)
    layout = guessed[0][1]
    columns = "、".join(
        f"{letter(column)}={role.value}"
        for role, column in sorted(layout.columns.items(), key=lambda item: item[1])
    )
    columns_en = ", ".join(
        f"{letter(column)}={role.name_en}"
        for role, column in sorted(layout.columns.items(), key=lambda item: item[1])
    )
    details = {"columns": columns, "columns_en": columns_en}
    noted.warn(Fault("TAB-034", line=guessed[0][0].rows[0].number, details=details))
    return guessed


def _no_table(sheet: Sheet) -> Fault:
    row = sheet.rows[0]
    shown = clipped(" ".join(str(cell) for cell in row.cells if cell != "")[:40])
    return Fault("TAB-024", line=row.number, excerpt=shown)


def _refuse_different(chosen: _Chosen) -> None:
    """Several sheets are read as pages only where they have the same columns."""
    first = chosen[0][1]
    names = "、".join(f"「{sheet.name}」" for sheet, _ in chosen)
    if any(layout.columns != first.columns for _, layout in chosen[1:]):
        details = {"sheets": clipped(names)}
        raise FaultyInput(Fault("TAB-026", excerpt=clipped(chosen[1][0].name), details=details))


def _warn_of_skipped(sheets: Sequence[Sheet], noted: Noted) -> None:
    for sheet in sheets:
        details = {"count": f"{len(sheet.rows):,}"}
        noted.warn(Fault("TAB-035", excerpt=clipped(sheet.name), details=details))


def _warn_of_unread(layout: Layout, noted: Noted) -> None:
    if layout.unread:
        details = {"columns": clipped("、".join(layout.unread))}
        noted.warn(Fault("TAB-036", details=details))
    missing = {Role.BORROW, Role.REPAY} - layout.columns.keys()
    parts = {Role.PRINCIPAL_PART, Role.INTEREST_PART} <= layout.columns.keys()
    if layout.form is Form.TWO_COLUMNS and missing:
        for role in missing:
            if role is Role.REPAY and parts:
                noted.warn(Fault("TAB-038"))
            else:
                details = {"role": role.value, "role_en": role.name_en}
                noted.warn(Fault("TAB-037", details=details))
