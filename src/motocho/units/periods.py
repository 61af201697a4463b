"""Rows that hold for a time each, from a day until a day, without gap or overlap [適用期間].

A dated policy is a list of such rows, the earliest first; the last one has no end. Whoever reads a
file of them asks here, so that each file is held to the same rule.

>>> from datetime import date
>>> first = {"from": date(2024, 4, 1), "until": date(2026, 3, 31)}
>>> list(misplaced([first, {"from": date(2026, 4, 1), "until": None}]))
[]
>>> list(misplaced([first, {"from": date(2026, 4, 2), "until": None}]))
[(1, 'from')]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, timedelta
from typing import Any, TypeVar

from motocho.units.errors import Fault, FaultyInput

Held = TypeVar("Held")
_ONE_DAY = timedelta(days=1)


def misplaced(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Each row that does not follow the one before, or ends where it may not [期間の点検].

    Takes     rows whose `from` is a date and whose `until` is a date or None.
    Gives     the row's place, counted from 0, and the key that is wrong.
    """
    for place, (before, after) in enumerate(itertools.pairwise(rows), 1):
        until = before["until"]
        if until is None or after["from"] != until + _ONE_DAY:
            yield place, "from"
    for place, row in enumerate(rows):
        if row["until"] is not None and row["until"] < row["from"]:
            yield place, "until"
    if rows[-1]["until"] is not None:
        yield len(rows) - 1, "until"


def undated(row: Mapping[str, Any]) -> Iterator[str]:
    """Which of `from` and `until` is no day [日付の点検].

    >>> list(undated({"from": "2024-04-01", "until": None}))
    ['from']
    """
    if type(row.get("from")) is not date:
        yield "from"
    if row.get("until") is not None and type(row["until"]) is not date:
        yield "until"


def counted(
    rows: Sequence[Mapping[str, Any]], kind: Callable[..., Held], code: str
) -> tuple[tuple[date, Held], ...]:
    """A policy of counts, each at least 1, with the first day of each version [件数の方針].

    Takes     rows with `from`, `until` and the fields of a dataclass, of which one that has a value
              by itself may be left out; the dataclass; the code of its faults, whose details are
              `row` and `key`.
    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    names = tuple(one.name for one in fields(kind))  # type: ignore[arg-type]
    wanted = {one.name for one in fields(kind) if one.default is MISSING}  # type: ignore[arg-type]
    wrong = [
        (row, name)
        for row in rows
        for name in (
            *sorted({"from", "until", *wanted} - set(row)),
            *sorted(set(row) - {"from", "until", *names}),
            *(name for name in names if name in row and not _is_count(row[name])),
            *undated(row),
        )
    ]
    wrong = wrong or [(rows[place], name) for place, name in misplaced(rows)]
    if wrong:
        raise FaultyInput(
            *(
                Fault(code, details={"row": str(row.get("from", "")), "key": name})
                for row, name in wrong
            )
        )
    return tuple(
        (row["from"], kind(**{name: row[name] for name in names if name in row})) for row in rows
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def held_on(on: date, rows: Sequence[tuple[date, Held]]) -> Held:
    """What holds on a day; the first row for days before it [その日の内容].

    >>> rows = [(date(2024, 4, 1), "a"), (date(2026, 4, 1), "b")]
    >>> [held_on(date(year, 4, 1), rows) for year in (2000, 2025, 2026)]
    ['a', 'a', 'b']
    """
    found = rows[0][1]
    for from_on, one in rows:
        if from_on <= on:
            found = one
    return found
