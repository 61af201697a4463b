"""Histories from files as rows of a sheet [取り込み].

What a reader understood is written into the sheet as it would be typed, so that a person sees and
mends it there; one group of operations, which one step takes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from motocho.claims.history import Event, History
from motocho.kernel.conventions import EventKind
from motocho.office.cases._case import Case
from motocho.office.cases._operations import LONGEST_CELL, Operation
from motocho.units.errors import Fault, FaultyInput
from motocho.units.money import rate_text

_SAMPLE = "ten_years.csv"
_KINDS: Mapping[EventKind, tuple[str, str]] = {
    EventKind.BORROW: ("borrow", ""),
    EventKind.REPAY: ("repay", ""),
    EventKind.OPENING: ("borrow", "冒頭残高"),
    EventKind.CLOSING: ("", "計算日"),
}
"""The column of an event's amount, and the word of its row."""


def sample_bytes() -> bytes:
    """The shipped history of a fictional lender [見本の取引履歴]."""
    return (files("motocho.claims") / "samples" / _SAMPLE).read_bytes()


def import_operations(case: Case, history: History) -> list[Operation]:
    """What puts a history into a case: its rows, after those that are there [取込].

    Raises    FaultyInput for an event that a sheet cannot show.
    """
    several = len(history.contracts()) > 1
    rows = [row_of_event(event, several_contracts=_MARKS[several]) for event in history.events]
    found: list[Operation] = []
    blank = [row.row_id for row in case.rows if row.is_blank]
    if blank:
        found.append({"op": "delete_rows", "ids": blank})
    found.append({"op": "put_rows", "rows": rows, "before": None})
    for key, value in history.stated_assumptions.items():
        found.append({"op": "set_convention", "scenario": case.claimed, "key": key, "value": value})
    for name, value in (("lender", history.lender), ("title", history.title)):
        if value and not case.state.heads.get(name):
            found.append({"op": "set_head", "name": name, "value": value[:LONGEST_CELL]})
    return found


_MARKS = {False: "", True: "yes"}


def row_of_event(event: Event, *, several_contracts: str = "") -> dict[str, Any]:
    """An event as a row that is put into a sheet [行].

    Raises    FaultyInput for an overpayment brought in, which has no column of a sheet.
    """
    if event.kind not in _KINDS:
        raise FaultyInput(Fault("STU-015", line=event.source_row, excerpt=event.on.isoformat()))
    column, kind = _KINDS[event.kind]
    cells = {
        "date": event.on.isoformat(),
        "kind": kind,
        "rate": "" if event.rate_ppm is None else rate_text(event.rate_ppm),
        "note": event.note[:LONGEST_CELL],
        "contract": event.contract if several_contracts else "",
        "balance": "" if event.lender_balance_yen is None else str(event.lender_balance_yen),
    }
    if column:
        cells[column] = str(event.amount_yen)
    return {"source": "imported", **{name: text for name, text in cells.items() if text}}
