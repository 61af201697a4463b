"""Rows of the journal: written by commands, read by whoever keeps a cursor [日誌の行]."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from motocho.units.rows import rows_text


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened [できごと]: `subject` holds ids and amounts, never names or words."""

    member_id: int
    kind: str
    actor: str
    happened_at: datetime
    subject: Mapping[str, int | str] = field(default_factory=dict)
    purpose: str = ""


class Position(NamedTuple):
    """How far a reader is [読んだ位置]."""

    transaction_id: int = 0
    row_id: int = 0


class News(NamedTuple):
    """A happening with its position [新しい行]."""

    position: Position
    happening: Happening


_READ = """
SELECT transaction_id::text::bigint, row_id, member_id, kind, actor, happened_at, subject, purpose
FROM journal_row
WHERE (transaction_id, row_id) > (%s::text::xid8, %s)
  AND transaction_id < %s::text::xid8
ORDER BY transaction_id, row_id LIMIT %s
"""


def write(cursor: Any, happenings: Sequence[Happening]) -> None:
    """Add rows in the caller's transaction [日誌の記入]."""
    if happenings:
        cursor.execute("SELECT journal_write(%s)", (text(happenings),))


def text(happenings: Iterable[Happening]) -> str:
    """Rows as the database's `journal_write` takes them [日誌の行].

    Why       whoever writes them together with rows of another room calls it in that statement.
    """
    return rows_text(
        (
            one.member_id,
            None,
            None,
            one.kind,
            one.actor,
            one.purpose,
            orjson.dumps(one.subject).decode(),
            one.happened_at,
        )
        for one in happenings
    )


def read(cursor: Any, after: Position, most: int) -> list[News]:
    """Rows after a position, oldest first, at most so many [日誌の読み取り].

    Rows of transactions that began before one still under way in this database wait until that one
    is over (`journal_horizon`).
    """
    cursor.execute("SELECT journal_horizon()::text")
    (horizon,) = cursor.fetchone()
    cursor.execute(_READ, (after.transaction_id, after.row_id, horizon, most))
    return [_news(row) for row in cursor.fetchall()]


def one_row(cursor: Any, member_id: int, row_id: int) -> News:
    """One row by its number [日誌の参照]."""
    cursor.execute(
        "SELECT transaction_id::text::bigint, row_id, member_id, kind, actor, happened_at, subject,"
        " purpose FROM journal_row WHERE member_id = %s AND row_id = %s",
        (member_id, row_id),
    )
    return _news(cursor.fetchone())


def latest(cursor: Any, member_id: int, kinds: Collection[str], most: int) -> list[Happening]:
    """The latest rows of a member, of some kinds, the newest first [会員の日誌]."""
    cursor.execute(
        "SELECT 0, row_id, member_id, kind, actor, happened_at, subject, purpose FROM journal_row"
        " WHERE member_id = %s AND kind = ANY(%s) ORDER BY row_id DESC LIMIT %s",
        (member_id, list(kinds), most),
    )
    return [_news(row).happening for row in cursor.fetchall()]


def _news(row: tuple[Any, ...]) -> News:
    subject = row[6] if isinstance(row[6], dict) else orjson.loads(row[6])
    happening = Happening(row[2], row[3], row[4], row[5], subject, row[7])
    return News(Position(row[0], row[1]), happening)
