"""Messages: made once for their cause, listed, read [お知らせ].

with transaction.atomic(), connection.cursor() as cursor:
    messages.tell(cursor, Told(7, Kind.DUE_SOON, "task 12", 3, facts, at), at)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from motocho.notices import choices
from motocho.notices.kinds import ALWAYS_MAILED, JOINING, Kind, purpose_of
from motocho.notices.wording import Text, text_of
from motocho.outside import queue
from motocho.units.errors import Fault, Language, NotFoundError

SEND = "notices.send"
MAILED_WITHIN = timedelta(days=1)
"""What happened longer ago is told on the site alone: a book that comes in mails nobody.

A link to a PIN or an offer goes by mail whenever it can: who waits for it cannot see the site."""
_WAITED_FOR = JOINING | {Kind.PIN_LINK}


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell a member [伝える内容]: ids and amounts; the words stand in the catalogue.

    `also_to` and `only_to` are numbers of address facts: the address before a change, and the one
    that a request was bound to.
    """

    member_id: int
    kind: Kind
    cause: str
    agreement_id: int
    facts: Mapping[str, int | str]
    happened_at: datetime
    also_to: int = 0
    only_to: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept [お知らせ]."""

    message_id: int
    kind: Kind
    agreement_id: int
    facts: Mapping[str, int | str] = field(repr=False)
    happened_at: datetime
    read_at: datetime | None

    def text(self, language: Language) -> Text:
        """Its title and words [本文]."""
        return text_of(self.kind, self.facts, self.happened_at, language)


def tell(cursor: Any, told: Told, at: datetime) -> int | None:
    """Make a message, with its mails in the queue [お知らせの作成]; None if it was made before.

    In the caller's transaction: the row, its mails and their jobs are there together or not at all.
    """
    cursor.execute(
        "INSERT INTO notices_message (member_id, kind, purpose, agreement_id, cause, facts,"
        " happened_at, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, cause, kind) DO NOTHING RETURNING message_id",
        (
            told.member_id,
            told.kind.value,
            purpose_of(told.kind).value,
            told.agreement_id,
            told.cause,
            json.dumps(dict(told.facts)),
            told.happened_at,
            at,
        ),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    message_id = int(row[0])
    is_off = told.kind in choices.of(cursor, told.member_id).switched_off
    is_fresh = at - told.happened_at <= MAILED_WITHIN or told.kind in _WAITED_FOR
    if is_fresh and (told.kind in ALWAYS_MAILED or not is_off):
        for fact_no in dict.fromkeys((told.only_to, told.also_to or told.only_to)):
            _mail(cursor, told.member_id, message_id, fact_no)
    return message_id


def tell_after(cursor: Any, told: Told, rest: timedelta, at: datetime) -> int | None:
    """The same, but not while one of its kind is younger than a rest [間をあけたお知らせ].

    Lock      the member's messages of this sort, so that two at once make one.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))",
        (f"motocho notices {told.kind.value}", told.member_id),
    )
    cursor.execute(
        "SELECT 1 FROM notices_message WHERE member_id = %s AND kind = %s AND made_at > %s LIMIT 1",
        (told.member_id, told.kind.value, at - rest),
    )
    return tell(cursor, told, at) if cursor.fetchone() is None else None


def _mail(cursor: Any, member_id: int, message_id: int, fact_no: int) -> None:
    cursor.execute(
        "INSERT INTO notices_mail (member_id, message_id, fact_no) VALUES (%s, %s, %s)"
        " RETURNING mail_id",
        (member_id, message_id, fact_no),
    )
    queue.enqueue(SEND, member_id=member_id, mail_id=int(cursor.fetchone()[0]))


_SELECT = (
    "SELECT message_id, kind, agreement_id, facts::text, happened_at, read_at FROM notices_message"
)


def listed(
    cursor: Any, member_id: int, before_id: int | None = None, most: int = 50
) -> list[Message]:
    """Messages of a member, the newest first [お知らせの一覧]; `before_id` for the page after."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND (%s::bigint IS NULL OR message_id < %s)"
        " ORDER BY message_id DESC LIMIT %s",
        (member_id, before_id, before_id, most),
    )
    return [_message(row) for row in cursor.fetchall()]


def one(cursor: Any, member_id: int, message_id: int) -> Message:
    """One message of a member [お知らせの参照].

    Raises    NotFoundError if there is none, or it is somebody else's.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND message_id = %s", (member_id, message_id))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("NTC-001"))
    return _message(row)


def unread(cursor: Any, member_id: int) -> int:
    """How many messages a member has not read [未読の件数]."""
    cursor.execute(
        "SELECT count(*) FROM notices_message WHERE member_id = %s AND read_at IS NULL",
        (member_id,),
    )
    return int(cursor.fetchone()[0])


def mark_read(cursor: Any, member_id: int, message_id: int, at: datetime) -> None:
    """Note that a member has seen a message [既読]; the first time counts.

    Raises    NotFoundError if there is none, or it is somebody else's.
    """
    cursor.execute(
        "UPDATE notices_message SET read_at = coalesce(read_at, %s)"
        " WHERE member_id = %s AND message_id = %s",
        (at, member_id, message_id),
    )
    if cursor.rowcount == 0:
        raise NotFoundError(Fault("NTC-001"))


def mark_all_read(cursor: Any, member_id: int, at: datetime) -> int:
    """Note that a member has seen everything [すべて既読]; gives how many were new."""
    cursor.execute(
        "UPDATE notices_message SET read_at = %s WHERE member_id = %s AND read_at IS NULL",
        (at, member_id),
    )
    return int(cursor.rowcount)


def _message(row: tuple[Any, ...]) -> Message:
    message_id, kind, agreement_id, facts, happened_at, read_at = row
    return Message(
        int(message_id), Kind(kind), int(agreement_id), json.loads(facts), happened_at, read_at
    )
