"""What an application has in common with another person or application [重複・不正の兆候].

    signals.note(cursor, key, Origin(address, device, token), at)
    signals.of(cursor, key)                   for who screens: told to nobody else

A signal decides nothing: it is there so that a colleague looks, and writes down what was found
(`applications.record_check`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.outside.clock import JAPAN
from motocho.people.safety import devices
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying.drafts import mailbox_marks
from motocho.screening.applying.policy import applying_on


class Alike(Enum):
    """What is the same, or known [兆候の種類]."""

    PHONE = "same_phone"
    ACCOUNT = "same_account"
    DEVICE = "same_device"
    MAILBOX = "same_mailbox"
    PERSON = "same_person"
    """The same reading of the name and birthday."""
    LISTED_ACCOUNT = "listed_account"
    """The account stands in a list of frozen ones; it is not kept."""
    LATELY = "applied_lately"
    """Refused within the policy's days: the same person, under this number or another."""
    DOCUMENT = "same_document"
    """The number of a paper that shows who somebody is."""


class Signal(NamedTuple):
    """One thing that is alike, and with whom [兆候]."""

    kind: Alike
    other_member_id: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """From where an application was sent [送信元].

    `device` is the mark of the applicant's browser; `member_token` what makes a browser a member's.
    """

    address: str = field(repr=False)
    device: bytes | None = field(repr=False, default=None)
    member_token: str = field(repr=False, default="")


def note(cursor: Any, key: ApplicationKey, origin: Origin, at: datetime) -> None:
    """Keep from where an application came, and with whom it has something in common [兆候の記録].

    Once, in the transaction that submits it.
    """
    marks = {"mailbox": mailbox_marks(origin.address)[-1], "device": origin.device}
    for kind, mark in marks.items():
        if mark is not None:
            cursor.execute(
                "INSERT INTO screening_origin (member_id, application_id, kind, mark, noted_at)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (*key, kind, mark, at),
            )
    cursor.execute("SELECT kind, other_member_id FROM screening_alike(%s)", (key.member_id,))
    found = {Signal(Alike(kind), int(other)) for kind, other in cursor.fetchall()}
    if _was_refused(cursor, key, at):
        found.add(Signal(Alike.LATELY, None))
    found |= {Signal(Alike.DEVICE, other) for other in _devices(cursor, key, origin, at)}
    for one in sorted(found, key=lambda one: (one.kind.value, one.other_member_id or 0)):
        add(cursor, key, one, at)


def add(cursor: Any, key: ApplicationKey, signal: Signal, at: datetime) -> None:
    """Keep one signal, once [兆候の追加]."""
    cursor.execute(
        "INSERT INTO screening_signal (member_id, application_id, kind, other_member_id, noted_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, signal.kind.value, signal.other_member_id, at),
    )


def _was_refused(cursor: Any, key: ApplicationKey, at: datetime) -> bool:
    days = applying_on(at.astimezone(JAPAN).date()).alike_days
    cursor.execute(
        "SELECT EXISTS (SELECT FROM screening_application WHERE (member_id = %(member)s"
        " OR member_id IN (SELECT screening_same_person(%(member)s)))"
        " AND (member_id, application_id) <> (%(member)s, %(number)s)"
        " AND outcome = 'refused' AND ended_at > %(since)s)",
        {
            "member": key.member_id,
            "number": key.application_id,
            "since": at - timedelta(days=days),
        },
    )
    return bool(cursor.fetchone()[0])


def _devices(cursor: Any, key: ApplicationKey, origin: Origin, at: datetime) -> set[int]:
    """Members of this browser, and applicants who used it within the policy's days."""
    found: set[int] = set()
    if origin.device is not None:
        days = applying_on(at.astimezone(JAPAN).date()).alike_days
        cursor.execute(
            "SELECT o.member_id FROM screening_origin o JOIN screening_application a"
            " USING (member_id, application_id) WHERE o.kind = 'device' AND o.mark = %s"
            " AND o.member_id <> %s AND a.submitted_at > %s",
            (origin.device, key.member_id, at - timedelta(days=days)),
        )
        found |= {int(other) for (other,) in cursor.fetchall()}
    if origin.member_token:
        cursor.execute(
            "SELECT member_id FROM people_device WHERE token_hash = %s AND member_id <> %s",
            (devices.token_hash(origin.member_token), key.member_id),
        )
        found |= {int(other) for (other,) in cursor.fetchall()}
    return found


_SAME_DOCUMENT = """
SELECT DISTINCT o.member_id FROM screening_identity i JOIN screening_identity o
    ON o.member_id <> i.member_id
    AND (o.licence_number = i.licence_number AND i.licence_number <> ''
        OR o.document_number = i.document_number AND i.document_number <> '')
WHERE i.member_id = %s
"""


def of(cursor: Any, key: ApplicationKey) -> tuple[Signal, ...]:
    """Everything an application has in common with others [兆候の一覧].

    Papers are looked at after it was submitted: their numbers are compared when this is asked.
    """
    cursor.execute(
        "SELECT kind, other_member_id FROM screening_signal WHERE member_id = %s"
        " AND application_id = %s ORDER BY signal_no",
        key,
    )
    kept = [Signal(Alike(kind), other) for kind, other in cursor.fetchall()]
    cursor.execute(_SAME_DOCUMENT, (key.member_id,))
    shown = [Signal(Alike.DOCUMENT, int(other)) for (other,) in cursor.fetchall()]
    return (*kept, *shown)
