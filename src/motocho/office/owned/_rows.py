"""What the book says of an agreement as rows of a case, and what it says more since [帳簿の行].

A row of the book has an id that its day, kind, amount and note make, so that the same row is known
again when the book is read later. What a case took of the book stands in its log alone: rows with
such ids, beside a fact that says until which day. Going back in the log goes back in that, too.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from motocho.claims.history import History
from motocho.kernel.conventions import EventKind
from motocho.office import cases
from motocho.office.cases import Case, Entry, Operation

BOOK = "book"
"""The source of a row that stands as the book says it."""
UNTIL = "book_until_on"
"""The fact that says until which day a case took the book."""
_PREFIX = "book-"
_END = f"{_PREFIX}end"
_DIGITS = 16
_FOLLOWED = ("date", "borrow", "repay", "rate", "balance", "note", "kind")
"""The cells that follow the book; to which contract a row belongs is said in the case."""


@dataclass(frozen=True, slots=True)
class BookNews:
    """What the book says more, or otherwise, than a case took [帳簿の新しい内容]."""

    added: tuple[str, ...]
    """Ids of rows that have come."""
    gone: tuple[str, ...]
    """Ids of rows that the book no longer has, as after a reversal."""
    changed: tuple[str, ...]
    """Ids of rows that say something else."""
    operations: tuple[Operation, ...]
    """What puts it into the case; empty where there is nothing."""

    @property
    def is_told(self) -> bool:
        """Whether it is worth telling: that a day has passed alone is not [通知の要否]."""
        return bool(self.added or self.gone or self.changed)


def rows_of(history: History) -> dict[str, dict[str, str]]:
    """The rows of a history of the book, by their ids, in their order [帳簿の行].

    Why       the row that closes is one row, whatever its day: it moves with each look.
    """
    found: dict[str, dict[str, str]] = {}
    seen: Counter[str] = Counter()
    last = len(history.events) - 1
    for place, event in enumerate(history.events):
        cells = cases.row_of_event(event) | {"source": BOOK}
        if place == last and event.kind is EventKind.CLOSING:
            found[_END] = cells
            continue
        told = "|".join(cells.get(name, "") for name in ("date", "kind", "borrow", "repay", "note"))
        mark = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
        seen[mark] += 1
        found[f"{_PREFIX}{mark}-{seen[mark]}"] = cells
    return found


def news_of_book(case: Case, entries: Sequence[Entry], history: History) -> BookNews:
    """What the book says since a case took it, and the operations that take it over [差分]; pure.

    Takes     the case, its whole log, the book's history of now.
    Why       a row that somebody changed or removed in the case stays as they left it.
    """
    known = _taken(entries)
    now = rows_of(history)
    sheet = {row.row_id: row for row in case.rows}
    added = [row_id for row_id in now if row_id not in known.rows and row_id not in sheet]
    gone = [
        row_id
        for row_id, row in sheet.items()
        if row_id in known.rows and row_id not in now and row.source == BOOK
    ]
    cells = [
        {"id": row_id, "column": name, "text": now[row_id].get(name, "")}
        for row_id, row in sheet.items()
        if row_id in now and row.source == BOOK
        for name in _FOLLOWED
        if getattr(row, name) != now[row_id].get(name, "")
    ]
    operations: list[Operation] = []
    if gone:
        operations.append({"op": "delete_rows", "ids": gone})
    if cells:
        operations.append({"op": "set_cells", "cells": cells, "source": BOOK})
    operations += _puts(now, added, {row_id for row_id in sheet if row_id not in gone})
    operations += _conventions(case, known.conventions, history)
    changed = dict.fromkeys(str(cell["id"]) for cell in cells if cell["id"] != _END)
    told = tuple(row_id for row_id in added if row_id != _END)
    return BookNews(told, tuple(gone), tuple(changed), tuple(operations))


# --------------------------------------------------------------------------------- what was taken
@dataclass(frozen=True, slots=True)
class _Taken:
    rows: frozenset[str]
    conventions: Mapping[str, Any]


def _taken(entries: Sequence[Entry]) -> _Taken:
    """What the entries that count took of the book."""
    counting = cases.counting(entries)
    groups = {
        one.first_seq
        for one in counting
        if one.operation["op"] == "set_fact" and one.operation["name"] == UNTIL
    }
    taking = [one.operation for one in counting if one.first_seq in groups]
    rows = {
        str(row["id"])
        for operation in taking
        if operation["op"] == "put_rows"
        for row in operation["rows"]
        if "id" in row
    }
    conventions = {
        operation["key"]: operation["value"]
        for operation in taking
        if operation["op"] == "set_convention"
    }
    return _Taken(frozenset(rows), conventions)


def _puts(
    now: Mapping[str, Mapping[str, str]], added: Sequence[str], there: set[str]
) -> Iterator[Operation]:
    """Rows that have come, each run of them before the row of the book that follows it."""
    run: list[dict[str, str]] = []
    for row_id, cells in now.items():
        if row_id in added:
            run.append({"id": row_id, **cells})
        elif row_id in there and run:
            yield {"op": "put_rows", "rows": run, "before": row_id}
            run = []
    if run:
        yield {"op": "put_rows", "rows": run, "before": None}


def _conventions(case: Case, taken: Mapping[str, Any], history: History) -> Iterator[Operation]:
    """Rates and days late as the book states them, in each scenario that has them from the book."""
    stated = _plain(history.stated_assumptions)
    for key in dict.fromkeys((*taken, *stated)):
        for name, known in case.scenarios.items():
            value = stated.get(key)
            if known.get(key) == taken.get(key) and known.get(key) != value:
                yield {"op": "set_convention", "scenario": name, "key": key, "value": value}


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(dict(document)))
    return found
