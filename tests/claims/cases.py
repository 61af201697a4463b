"""Case documents to statements, as the tests do it everywhere."""

from __future__ import annotations

import json
from typing import Any

from motocho.claims import assumptions, reading
from motocho.claims.statement import Statement, recalculate

Document = dict[str, Any]


def statement_of(document: Document) -> Statement:
    history = reading.read(json.dumps(document).encode(), file="case.json")
    read = assumptions.read(history.stated_assumptions)
    assert not read.faults, read.faults
    return recalculate(history, read.assumptions)


def rows_of(document: Document) -> list[Document]:
    rows: list[Document] = statement_of(document).document()["rows"]
    return rows


def case(events: list[Document], **stated: Any) -> Document:
    return {"schema_version": 1, "events": events, "assumptions": stated}


def event(on: str, kind: str, amount: int = 0, **more: Any) -> Document:
    return {"date": on, "kind": kind, "amount": amount, **more}
