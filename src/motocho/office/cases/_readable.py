"""As much of a sheet as can be read, and mends carried out on its rows [読める行].

A history is read whole or not at all: one day that is none stops it. Whoever types must see figures
all the same, so rows that cannot be read are left out here, told with their faults, and never
silently: a case's papers are made from `Case.history` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.radar import Action, Line, Mend
from motocho.office.cases import _operations
from motocho.office.cases._case import Case, read_table, table_of
from motocho.office.cases._operations import Operation
from motocho.office.cases._state import Entry, SheetRow, fold
from motocho.units.errors import Fault, FaultyInput

FIRST_LINE = 2
_MOST_TRIES = 4


class Readable(NamedTuple):
    """A sheet without the rows that cannot be read [読める範囲]."""

    history: History | None
    """Its events carry the lines of the whole sheet; None where nothing can be read."""
    faults: tuple[Fault, ...]
    """Of the rows left out, and of the sheet as a whole; lines are those of the whole sheet."""
    left_out: tuple[SheetRow, ...]


def readable(case: Case) -> Readable:
    """The rows that can be read, as a history; the rest with its faults [読める範囲]."""
    found = _read(case.rows)
    if found.history is None:
        return found
    return found._replace(history=replace(found.history, lender=case.lender, title=case.title))


def unread(rows: object) -> tuple[Fault, ...]:
    """Which rows of a sheet that is not kept yet cannot be read; lines as of a sheet [読めない行].

    Takes     rows as `put_rows` takes them.
    Raises    FaultyInput for what is no such list.
    """
    put = _operations.read([{"op": "put_rows", "rows": rows, "before": None}])
    return _read(fold([Entry(1, 1, put[0], "", "")]).rows).faults


def assumptions_of(case: Case, history: History | None) -> Assumptions:
    """What the claimed scenario assumes, also while not every row can be read [前提].

    Raises    FaultyInput with every faulty switch.
    """
    stated = {} if history is None else history.stated_assumptions
    found = assumed.read({**stated, **case.scenarios[case.claimed]})
    if found.faults:
        raise FaultyInput(*found.faults)
    return found.assumptions


def _read(rows: Sequence[SheetRow]) -> Readable:
    kept = dict(enumerate(rows, start=FIRST_LINE))
    faults: list[Fault] = []
    for _ in range(_MOST_TRIES):
        lines = list(kept)
        try:
            history = read_table(table_of([kept[line] for line in lines]))
        except FaultyInput as error:
            told = [_placed(fault, lines) for fault in error.faults]
            faults += told
            bad = {fault.line for fault in told} & set(lines)
            kept = {line: row for line, row in kept.items() if line not in bad}
            if not bad or not kept:
                return Readable(None, tuple(faults), _out(rows, kept))
        else:
            events = tuple(_placed_event(event, lines) for event in history.events)
            warnings = tuple(_placed(fault, lines) for fault in history.warnings)
            whole = replace(history, events=events, warnings=warnings)
            return Readable(whole, tuple(faults), _out(rows, kept))
    return Readable(None, tuple(faults), _out(rows, kept))


def _out(rows: Sequence[SheetRow], kept: Mapping[int, SheetRow]) -> tuple[SheetRow, ...]:
    stays = {row.row_id for row in kept.values()}
    return tuple(row for row in rows if row.row_id not in stays)


def _whole_line(line: int | None, lines: Sequence[int]) -> int | None:
    at = (line or 0) - FIRST_LINE
    return lines[at] if 0 <= at < len(lines) else None


def _placed(fault: Fault, lines: Sequence[int]) -> Fault:
    return replace(fault, line=_whole_line(fault.line, lines))


def _placed_event(event: Event, lines: Sequence[int]) -> Event:
    return event._replace(source_row=_whole_line(event.source_row, lines))


def lines_of(case: Case) -> dict[int, Line]:
    """The rows as typed, by their lines, as the radar looks at them [入力の行]."""
    return {
        line: Line(row.date, row.borrow, row.repay, row.rate, row.balance, row.note, row.contract)
        for line, row in enumerate(case.rows, start=FIRST_LINE)
    }


def mend_operations(case: Case, mends: Sequence[Mend]) -> list[Operation]:
    """What carries mends out on the sheet, marked as fixed [直しの操作]."""
    found: list[Operation] = []
    for mend in mends:
        row = case.row_of(mend.row)
        if mend.action is Action.SORT:
            found.append({"op": "move_rows", "ids": _by_day(case), "before": None})
        elif mend.action is Action.INSERT:
            cells = {name: text for name, text in mend.cells.items() if text}
            before = None if row is None else row.row_id
            found.append(
                {"op": "put_rows", "rows": [{"source": "fixed", **cells}], "before": before}
            )
        elif row is not None and mend.action is Action.DELETE:
            found.append({"op": "delete_rows", "ids": [row.row_id]})
        elif row is not None:
            changed = [
                {"id": row.row_id, "column": name, "text": text}
                for name, text in mend.cells.items()
            ]
            found.append({"op": "set_cells", "cells": changed, "source": "fixed"})
    return found


def _by_day(case: Case) -> list[str]:
    """All rows by their days; one that has none that can be read stays below the row above it."""
    history = readable(case).history
    days = {} if history is None else {one.source_row: one.on for one in history.events}
    order, last = [], None
    for line, row in enumerate(case.rows, start=FIRST_LINE):
        last = days.get(line, last)
        order.append((last is not None, last, line, row.row_id))
    known = sorted((one for one in order if one[0]), key=lambda one: (one[1], one[2]))
    return [one[3] for one in order if not one[0]] + [one[3] for one in known]
