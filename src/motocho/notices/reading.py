"""The journal read into messages, each row once [日誌からお知らせへ].

The cursor moves in the transaction that makes the messages: a reader that is killed has made all of
a stretch or none of it, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from motocho.journal.rows import Happening, News, Position, read
from motocho.ledger.chart import HOUSE
from motocho.notices import messages
from motocho.notices.kinds import OF_NEWS, Kind
from motocho.notices.messages import Told

CHUNK = 200


def read_on(cursor: Any, at: datetime, most: int = CHUNK) -> int:
    """Make messages of the next rows of the journal [日誌の読み進め]; gives how many were read.

    Lock      the cursor's row: one reader at a time.
    """
    news = read(cursor, lock(cursor), most)
    for one in news:
        told = of_news(one)
        if told is not None:
            messages.tell(cursor, told, at)
    if news:
        cursor.execute(
            "UPDATE notices_reader SET transaction_id = %s, row_id = %s", news[-1].position
        )
    return len(news)


def lock(cursor: Any) -> Position:
    """Hold off other readers until the transaction ends; gives how far was read [読取りの排他]."""
    cursor.execute("SELECT transaction_id, row_id FROM notices_reader FOR UPDATE")
    return Position(*cursor.fetchone())


def of_news(news: News) -> Told | None:
    """What a row of the journal tells its member, if it tells anything [日誌の行から]."""
    happening = news.happening
    kind = OF_NEWS.get(happening.kind)
    if kind is None or happening.member_id == HOUSE or not _is_told(kind, happening):
        return None
    subject = happening.subject
    return Told(
        happening.member_id,
        kind,
        f"journal {news.position.row_id}",
        int(subject.get("agreement", 0)),
        subject,
        happening.happened_at,
        also_to=_also_to(kind, subject),
        only_to=int(subject.get("email_fact_no", 0)),
    )


def _also_to(kind: Kind, subject: Mapping[str, int | str]) -> int:
    """The address that was replaced: a thief's first deed is to put another in its place."""
    if kind in {Kind.DRAWS_HELD, Kind.PIN_CHANGED, Kind.PIN_RESET}:
        return int(subject.get("replaced_email_no", 0))
    is_address = kind is Kind.FACT_CHANGED and subject["kind"] == "email"
    return int(subject["replaced_no"]) if is_address else 0


def _is_told(kind: Kind, happening: Happening) -> bool:
    subject = happening.subject
    if kind is Kind.PIN_LINK:
        return subject["state"] == "approved"
    if kind is Kind.CASE_ANSWERED:
        return subject["state"] == "answered"
    if kind is Kind.FRAUD_DECIDED:
        return subject["kind"] != "name_used"  # whoever made the contract reads its address
    if kind is Kind.TALK_CANCELLED:
        return subject["outcome"] == "cancelled" and happening.actor != "member"
    if kind is Kind.FACT_CHANGED:
        return bool(subject["replaced_no"] or subject["is_late"])
    if kind is Kind.CONSENT_CHANGED:
        return subject["kind"] in {"electronic_delivery", "period_statement"}
    return True
