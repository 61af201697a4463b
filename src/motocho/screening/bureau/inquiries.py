"""Inquiries to a bureau: once for each need, by a consent, sent by the worker [信用情報の照会].

    asked = inquiries.ask(cursor, member_id, Need(Purpose.MONITORING, "monitoring 2026-11-24"), by)

A need is asked for once, whatever crashes in between: the row stands or falls with the caller's
transaction, its file has one number for ever, and an answer that does not come is asked for again
under the same reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.bureau import Inquiry, Person, Purpose
from motocho.outside.clock import JAPAN
from motocho.screening.bureau import consents, memberships
from motocho.screening.bureau._persons import person_of
from motocho.units.errors import Fault, NotFoundError, RefusedError

READING = "bureau inquiry"


class State(Enum):
    """How far an inquiry is [照会の状態]."""

    WAITING = "waiting"
    SENDING = "sending"
    """In a file; whether the bureau has it is not known yet."""
    SENT = "sent"
    ANSWERED = "answered"
    DOUBTFUL = "doubtful"
    """A person of the staff must say whose the answer is."""
    VOID = "void"
    """The consent was taken back before it went out."""


class InquiryKey(NamedTuple):
    """An inquiry [照会の番号]."""

    member_id: int
    inquiry_id: int

    @property
    def ref(self) -> str:
        """How the bureau knows it [照会番号]."""
        return f"I{self.member_id}-{self.inquiry_id}"


@dataclass(frozen=True, slots=True)
class Need:
    """What it is asked for [照会の必要]: the same need is asked for once.

    `agreement_id` names a contract of before we joined, for looking after which no consent is
    needed (施行規則30条の14).
    """

    purpose: Purpose
    ref: str
    agreement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An inquiry with how far it is [照会]."""

    key: InquiryKey
    bureau_id: str
    purpose: Purpose
    need: str
    asked_at: datetime
    actor: str
    state: State
    times_sent: int
    sent_at: datetime | None


def ask(cursor: Any, member_id: int, need: Need, actor: str, at: datetime) -> Asked | Refusal:
    """Ask a bureau about a member, once for the need [信用情報の照会] · CRED-001, SOLI-006.

    Gives     the inquiry, the earlier one of the same need; or why it may not be made.
    Raises    RefusedError where we have joined no bureau.
    Lock      the member's row.
    Law       貸金業法41条の36第1項, 41条の38.
    """
    cursor.execute("SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,))
    known = of_need(cursor, member_id, need.ref)
    if known is not None:
        return known
    on = at.astimezone(JAPAN).date()
    bureau = memberships.asked(cursor, on)
    if bureau is None:
        raise RefusedError(Fault("BUR-031"))
    consent_no = consents.inquiry_consent_no(cursor, member_id, at)
    if consent_no is None and not _is_of_before(cursor, member_id, need, bureau.joined_on):
        return consents.no_consent()
    person = person_of(cursor, member_id, on, (READING, at))
    cursor.execute(
        "INSERT INTO screening_inquiry (member_id, bureau_id, purpose, need, ground, consent_no,"
        " agreement_id, person, asked_at, actor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING inquiry_id",
        (
            member_id, bureau.bureau_id, need.purpose.value, need.ref,
            "before_joining" if consent_no is None else "consent", consent_no,
            need.agreement_id if consent_no is None else None,
            orjson.dumps(person.document()).decode(), at, actor,
        ),
    )  # fmt: skip
    key = InquiryKey(member_id, int(cursor.fetchone()[0]))
    subject = {"inquiry": key.inquiry_id, "purpose": need.purpose.value}
    journal.write(cursor, [Happening(member_id, "bureau_asked", actor, at, subject)])
    return one(cursor, key)


def _is_of_before(cursor: Any, member_id: int, need: Need, joined_on: date) -> bool:
    if need.agreement_id is None or need.purpose is not Purpose.MONITORING:
        return False
    cursor.execute(
        "SELECT FROM loan_agreement WHERE member_id = %s AND agreement_id = %s AND opened_on < %s",
        (member_id, need.agreement_id, joined_on),
    )
    return cursor.fetchone() is not None


_SELECT = (
    "SELECT member_id, inquiry_id, bureau_id, purpose, need, asked_at, actor, state, times_sent,"
    " sent_at FROM screening_inquiry"
)


def one(cursor: Any, key: InquiryKey) -> Asked:
    """One inquiry [照会の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND inquiry_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("BUR-034", excerpt=key.ref))
    return _asked(row)


def of_need(cursor: Any, member_id: int, need: str) -> Asked | None:
    """The inquiry of a need, if it was made [必要ごとの照会]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND need = %s", (member_id, need))
    row = cursor.fetchone()
    return None if row is None else _asked(row)


def of_member(cursor: Any, member_id: int) -> list[Asked]:
    """All inquiries about a member, the newest first [会員の照会]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY inquiry_id DESC", (member_id,))
    return [_asked(row) for row in cursor.fetchall()]


def doubtful(cursor: Any, most: int = 100) -> list[Asked]:
    """Inquiries whose answer a person must look at, the oldest first [確認待ちの回答]."""
    cursor.execute(f"{_SELECT} WHERE state = 'doubtful' ORDER BY sent_at LIMIT %s", (most,))
    return [_asked(row) for row in cursor.fetchall()]


def unanswered(cursor: Any, sent_before: datetime, most: int = 100) -> list[Asked]:
    """Inquiries that were sent before a moment and have no answer yet [未回答の照会]."""
    cursor.execute(
        f"{_SELECT} WHERE state = 'sent' AND sent_at < %s ORDER BY sent_at LIMIT %s",
        (sent_before, most),
    )
    return [_asked(row) for row in cursor.fetchall()]


def written(cursor: Any, key: InquiryKey, *, times_sent: int) -> Inquiry:
    """The inquiry as its file holds it, the same each time it is written [照会の内容]."""
    cursor.execute(
        "SELECT purpose, person::text FROM screening_inquiry"
        " WHERE member_id = %s AND inquiry_id = %s",
        key,
    )
    purpose, person = cursor.fetchone()
    of = Person.of_document(orjson.loads(person))
    return Inquiry(key.ref, Purpose(purpose), of, is_repeat=times_sent > 1)


def _asked(row: tuple[Any, ...]) -> Asked:
    member_id, number, bureau_id, purpose, need, asked_at, actor, state, times, sent_at = row
    key = InquiryKey(int(member_id), int(number))
    return Asked(
        key, bureau_id, Purpose(purpose), need, asked_at, actor, State(state), times, sent_at
    )
