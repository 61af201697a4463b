"""Mails that come back hours later, and whether mails reach a member at all [あとからの不達].

A report names a letter, and the letter the address that it went to: no other address is marked by
it. The same report may come as often as it likes.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.notices import sending
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Delivery, Report
from motocho.people.facts import history, values
from motocho.units.errors import Unread


class Noted(Enum):
    """What a report changed [報告の結果]."""

    MARKED = "marked"
    """The address is known to reach nobody, and is left alone."""
    CAME_BACK = "came_back"
    """The letter is known not to have arrived; its address may be good."""
    UNDER_WAY = "under_way"
    """Nothing: it is tried again, or has arrived."""
    KNOWN = "known"
    """Nothing: the same was reported before."""


def note(cursor: Any, report: Report, at: datetime) -> Noted | Unread:
    """Write down what a report says of a letter of ours [不達報告の記録]; once, however often.

    Gives     Unread for a letter that never went out: somebody else's, or made up.
    """
    cursor.execute(
        "SELECT member_id, mail_id, sent_to FROM notices_mail"
        " WHERE letter_id = %s AND sent_to IS NOT NULL",
        (report.letter_id,),
    )
    row = cursor.fetchone()
    if row is None:
        return Unread("MAI-014", report.letter_id)
    if report.delivery is Delivery.UNDER_WAY:
        return Noted.UNDER_WAY
    member_id, mail_id, fact_no = row
    cursor.execute(
        "INSERT INTO notices_return (member_id, mail_id, noted_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (member_id, mail_id, at),
    )
    is_new = cursor.rowcount == 1
    is_marked = sending.bounced_at(cursor, member_id, fact_no) is not None
    if report.delivery is Delivery.NOBODY and not is_marked:
        sending.note_bounce(cursor, member_id, fact_no, at)
        return Noted.MARKED
    return Noted.CAME_BACK if is_new else Noted.KNOWN


def unreachable_since(cursor: Any, member_id: int, on: date) -> date | None:
    """Since which day in Japan mails to a member's address reach nobody [不達の開始日]; or None."""
    told = history.as_of(cursor, member_id, on).get(values.Kind.EMAIL)
    since = None if told is None else sending.bounced_at(cursor, member_id, told.fact_no)
    return None if since is None else since.astimezone(JAPAN).date()
