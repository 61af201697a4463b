"""The memo of a member: one page that colleagues hand on, every version kept [申し送り].

Whoever saves names the version they read. Where somebody saved meanwhile nothing is written, and
both texts are shown beside each other: neither is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.care.reasons import notes
from motocho.contact import holds
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.units.errors import InputError


@dataclass(frozen=True, slots=True)
class Memo:
    """A version of the memo [申し送りの版]; version 0 is the empty page before the first."""

    version: int
    text: str
    actor: str
    written_at: datetime | None


EMPTY = Memo(0, "", "", None)


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody else saved since the page was read; nothing was written [先に保存された版]."""

    theirs: Memo


def latest(cursor: Any, member_id: int) -> Memo:
    """The memo as it stands [申し送りの照会]."""
    cursor.execute(
        "SELECT version, text, actor, written_at FROM care_memo WHERE member_id = %s"
        " ORDER BY version DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return EMPTY if row is None else Memo(*row)


def save(
    cursor: Any, member_id: int, draft: tuple[int, str], source: Source, at: datetime
) -> Memo | Overtaken:
    """Keep a new version, once for each form [申し送りの保存].

    Takes     the version that was read, and the text that is to stand.
    Lock      the member's contacts.
    Raises    InputError for words that may not be kept, with all of them · PRIV-001, PRIV-002.
    """
    read, text = draft
    faults = notes.scanned(text)
    if faults:
        raise InputError(*faults)
    holds.lock(cursor, member_id)
    cursor.execute(
        "SELECT version, text, actor, written_at FROM care_memo WHERE member_id = %s"
        " AND source = %s",
        (member_id, source.ref),
    )
    row = cursor.fetchone()
    if row is not None:
        return Memo(*row)
    now = latest(cursor, member_id)
    if now.version != read:
        return Overtaken(now)
    cursor.execute(
        "INSERT INTO care_memo (member_id, version, text, source, actor, written_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (member_id, now.version + 1, text, source.ref, source.actor, at),
    )
    subject: dict[str, int | str] = {"version": now.version + 1}
    journal.write(cursor, [Happening(member_id, "memo_saved", source.actor, at, subject)])
    return Memo(now.version + 1, text, source.actor, at)
