"""Cases of an office, each an append-only log from which its state is folded [事件].

case_id = open_case({"client": …, "lender": …}, actor=…, at=…)
apply(case_id, operations, actor=…, at=…, expected_seq=case.seq)     one group, or nothing
undo_to(case_id, seq, actor=…, at=…, expected_seq=case.seq)          going back is an entry too
case = load(case_id)                                                  .rows, .facts, .scenarios …
case.history(), case.statement("主張"), case.statement(case.reserve)  through claims
log(case_id)                                                          who changed what, how
seal_bytes(data, place), opened_bytes(body, place)                    files of other tables
"""

from motocho.office.cases._case import HEADINGS, Case, table_of
from motocho.office.cases._importing import import_operations, row_of_event, sample_bytes
from motocho.office.cases._keeping import (
    Logged,
    apply,
    case_ids,
    case_of_key,
    entries_of,
    load,
    load_at,
    log,
    open_case,
    undo_to,
)
from motocho.office.cases._operations import COLUMNS, SHAPES, SOURCES, Operation
from motocho.office.cases._overview import Outline, outline, outlines
from motocho.office.cases._sealing import opened_bytes, seal_bytes
from motocho.office.cases._state import FIRST_SCENARIO, Change, Entry, SheetRow, State, fold

__all__ = [
    "COLUMNS",
    "FIRST_SCENARIO",
    "HEADINGS",
    "SHAPES",
    "SOURCES",
    "Case",
    "Change",
    "Entry",
    "Logged",
    "Operation",
    "Outline",
    "SheetRow",
    "State",
    "apply",
    "case_ids",
    "case_of_key",
    "entries_of",
    "fold",
    "import_operations",
    "load",
    "load_at",
    "log",
    "open_case",
    "opened_bytes",
    "outline",
    "outlines",
    "row_of_event",
    "sample_bytes",
    "seal_bytes",
    "table_of",
    "undo_to",
]
