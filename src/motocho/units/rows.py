r"""Rows as one text, which PostgreSQL reads as an array of its own rows [行の束].

Many rows, or a few of several tables, go to the database in one statement this way; arrays of each
column would take it three times as long to read, and the driver ten times as long to write.

>>> from datetime import date
>>> print(rows_text([(7, 'a "b"', date(2026, 1, 5), None), (8, "", date(2026, 1, 6), 9)]))
{"(7,\"a \\\"b\\\"\",2026-01-05,)","(8,\"\",2026-01-06,9)"}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

Field: TypeAlias = int | str | date | datetime | None


def _quoted(text: str) -> str:
    """A text as it stands in a row that stands in an array: quoted twice."""
    inner = text.replace("\\", "\\\\\\\\").replace('"', '\\\\\\"')
    return f'\\"{inner}\\"'


def _empty(_: None) -> str:
    return ""


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    int: str,
    str: _quoted,
    date: date.isoformat,
    datetime: datetime.isoformat,
    type(None): _empty,
}


def rows_text(rows: Iterable[Sequence[Field]]) -> str:
    """Rows of one table or type, each with all its columns in their order [行の束].

    Takes     whole numbers, texts, dates, moments; None for what a row lacks.
    """
    written = _WRITTEN
    return (
        "{"
        + ",".join(
            f'"({",".join([written[type(field)](field) for field in row])})"' for row in rows
        )
        + "}"
    )
