"""The operations of a case, and what each must say to be written down [操作].

An operation is a JSON object: `op` names it, the rest are its arguments. What is read here has the
right shape; whether it fits the case (a row that is there, a name that is free) is judged by the
fold in `_state`, which is the only one that knows the case.

>>> from motocho.office.cases._operations import read
>>> read([{"op": "set_head", "name": "client", "value": "甲野花子"}])[0]["name"]
'client'
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from motocho.units.errors import Fault, FaultyInput, clipped

Operation: TypeAlias = Mapping[str, Any]
"""One operation as JSON: texts, whole numbers, lists and objects of them."""

COLUMNS = ("date", "borrow", "repay", "rate", "balance", "note", "contract", "kind")
"""The typed cells of a row, in the order of the sheet."""
SOURCES = ("typed", "imported", "fixed", "estimated", "book")
"""Where a row came from [出所]: typed by hand, imported, fixed by a proposal, estimated, or as the
book of a lender has it."""
HEADS = ("client", "lender", "title", "as_of")
ROLES = ("claim", "reserve")
"""主張 and 予備."""

MOST_ROWS = 20_000
MOST_OPERATIONS = 5_000
LONGEST_CELL = 400
LONGEST_TEXT = 4_000
LONGEST_VALUE = 200_000
"""Of a switch that is a list: every period late of decades."""
LONGEST_NAME = 80
MOST_BYTES = 16 << 20
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def read(documents: object, *, most: int = MOST_OPERATIONS) -> list[dict[str, Any]]:
    """Operations of the right shape [操作の読み取り].

    Raises    FaultyInput with every operation that cannot be read, by its place from 1.
    """
    if not isinstance(documents, Sequence) or isinstance(documents, str | bytes):
        raise FaultyInput(Fault("STU-001", excerpt=clipped(str(documents))))
    if not documents or len(documents) > most:
        raise FaultyInput(Fault("STU-002", details={"most": f"{most:,}"}))
    found: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for place, document in enumerate(documents, start=1):
        problem = _problem(document)
        if problem:
            faults.append(Fault("STU-003", line=place, column=problem, excerpt=_shown(document)))
        else:
            found.append(dict(document))
    if faults:
        raise FaultyInput(*faults)
    return found


def _shown(document: object) -> str:
    return clipped(json.dumps(document, ensure_ascii=False, default=str))


def _problem(document: object) -> str:
    """The argument that is missing or of the wrong shape; empty if all is well."""
    if not isinstance(document, Mapping):
        return "op"
    shape = SHAPES.get(str(document.get("op", "")))
    if shape is None:
        return "op"
    for name, is_good in shape.items():
        if not is_good(document.get(name)):
            return name
    unknown = [name for name in document if name != "op" and name not in shape]
    return str(unknown[0]) if unknown else ""


Check: TypeAlias = Callable[[Any], bool]


def _text(longest: int) -> Check:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_NAME


def _row_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _one_of(known: Sequence[str]) -> Check:
    return lambda value: value in known


def _maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _many(check: Check) -> Check:
    return lambda value: (
        isinstance(value, list) and 0 < len(value) <= MOST_ROWS and all(map(check, value))
    )


_cell = _text(LONGEST_CELL)


def _row(value: Any) -> bool:
    """A row to be put in: its cells as text, and who it is where the sender knows."""
    return isinstance(value, Mapping) and all(
        (name in COLUMNS and _cell(cell))
        or (name == "id" and _row_id(cell))
        or (name == "source" and cell in SOURCES)
        or (name == "mark" and _text(LONGEST_NAME)(cell))
        for name, cell in value.items()
    )


def _change(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"id", "column", "text"}
        and _row_id(value["id"])
        and (value["column"] in COLUMNS or value["column"] == "mark")
        and _cell(value["text"])
    )


def _document(value: Any) -> bool:
    return isinstance(value, Mapping) and len(_shown_whole(value)) <= LONGEST_TEXT


def _json(value: Any) -> bool:
    return len(_shown_whole(value)) <= LONGEST_VALUE


def _shown_whole(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _seq(value: Any) -> bool:
    return type(value) is int and value >= 0


SHAPES: Mapping[str, Mapping[str, Check]] = {
    "put_rows": {"rows": _many(_row), "before": _maybe(_row_id)},
    "set_cells": {"cells": _many(_change), "source": _maybe(_one_of(SOURCES))},
    "delete_rows": {"ids": _many(_row_id)},
    "move_rows": {"ids": _many(_row_id), "before": _maybe(_row_id)},
    "set_convention": {"scenario": _name, "key": _name, "value": _json},
    "set_assumptions": {"scenario": _name, "assumptions": _document},
    "add_scenario": {"name": _name, "copy_of": _maybe(_name)},
    "rename_scenario": {"name": _name, "to": _name},
    "remove_scenario": {"name": _name},
    "choose_scenario": {"role": _one_of(ROLES), "name": _maybe(_name)},
    "set_head": {"name": _one_of(HEADS), "value": _text(LONGEST_CELL)},
    "set_fact": {"name": _name, "value": _maybe(_text(LONGEST_TEXT))},
    "set_finding": {"name": _name, "finding": _maybe(_document)},
    "confirm": {"check": _text(LONGEST_CELL), "words": _maybe(_text(LONGEST_CELL))},
    "put_away": {"words": _maybe(_text(LONGEST_CELL))},
    "undo_to": {"seq": _seq},
}
"""Every operation with its arguments and what each must be.

`set_convention` with the value None puts a switch back to its default; `set_fact`, `set_finding`,
`confirm` and `put_away` with None take back what was said."""
