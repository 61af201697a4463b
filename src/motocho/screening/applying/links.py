"""Coming back by a link in a mail: to a draft, or to an application [再開リンク].

    links.ask(cursor, "hanako@example.jp", Language.JA, at)    whoever asks, the same answer
    mail = links.look(cursor, claim_id, at)                    a job: whose it is, and the letter
    seat = links.enter(cursor, token, born_on, at)             once, with the birthday

The token stands in the letter alone; here stands its hash. A token of somebody else, one that is
over or was used, and a birthday that is not right have one answer: none.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from motocho.outside.clock import JAPAN
from motocho.outside.queue import enqueue
from motocho.people import members
from motocho.people.credentials import hashing, keeping
from motocho.screening.applications import ApplicationKey, forms
from motocho.screening.applying import drafts
from motocho.screening.applying.policy import applying_on
from motocho.units.days import read_date
from motocho.units.errors import Language, NotFoundError, Unread

LOOK = "screening.look_for_link"
"""The task that looks whose an address is: no page waits for it."""
BORN = ("birthday", "born_on")
"""The question and the field of the birthday."""
_SEAL = "link claim"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter that leads back [再開リンクのメール]; the same however often it is tried."""

    letter_id: str
    address: str = field(repr=False)
    token: str = field(repr=False)
    language: Language


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a link led to [再開した席]: a draft, or an application."""

    draft_id: int = 0
    key: ApplicationKey | None = None


# ------------------------------------------------------------------------------------------ asking
def ask(cursor: Any, address: str, language: Language, at: datetime) -> None:
    """Ask for a link to whatever is of an address [再開リンクの申込み].

    The same is done whoever asks: the address is sealed and put by.
    """
    told = orjson.dumps({"address": address, "language": language.value}).decode()
    sealed = hashing.seal(_SEAL, "", told)
    cursor.execute(
        "INSERT INTO screening_link_claim (sealed, pepper_id, claimed_at) VALUES (%s, %s, %s)"
        " RETURNING claim_id",
        (sealed.data, sealed.pepper_id, at),
    )
    enqueue(LOOK, claim_id=int(cursor.fetchone()[0]))


def look(cursor: Any, claim_id: int, at: datetime) -> Mail | None:
    """Whose an address is, with the letter that goes there [宛先の照合]; None for nobody's.

    An application that goes on comes before a draft. Whoever has a PIN signs in with it.
    """
    cursor.execute(
        "SELECT sealed, pepper_id FROM screening_link_claim WHERE claim_id = %s",
        (claim_id,),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    told = orjson.loads(hashing.unseal(_SEAL, "", hashing.Sealed(bytes(row[0]), row[1])))
    marks = drafts.mailbox_marks(told["address"])
    seat = _application(cursor, marks, at) or _draft(cursor, marks, at)
    mark = hashing.mark("apply link", str(claim_id))
    token = base64.urlsafe_b64encode(mark).decode().rstrip("=")
    if seat is None or not _may_write(cursor, seat, token, at):
        return None
    _keep(cursor, seat, token, at)
    return Mail(f"apply-link-{claim_id}", told["address"], token, Language(told["language"]))


def done(cursor: Any, claim_id: int) -> None:
    """An asking was answered, or is nobody's [再開リンクの申込みの終了]."""
    cursor.execute("DELETE FROM screening_link_claim WHERE claim_id = %s", (claim_id,))


def _application(cursor: Any, marks: list[bytes], at: datetime) -> Seat | None:
    """The newest one that was sent from a mailbox, open or over not long ago."""
    days = applying_on(at.astimezone(JAPAN).date()).alike_days
    cursor.execute(
        "SELECT o.member_id, o.application_id FROM screening_origin o JOIN screening_application a"
        " USING (member_id, application_id) WHERE o.kind = 'mailbox' AND o.mark = ANY(%s)"
        " AND (a.ended_at IS NULL OR a.ended_at > %s) ORDER BY o.application_id DESC",
        (marks, at - timedelta(days=days)),
    )
    for found in cursor.fetchall():
        key = ApplicationKey(int(found[0]), int(found[1]))
        if keeping.stored(cursor, key.member_id) is None:
            return Seat(key=key)
    return None


def _draft(cursor: Any, marks: list[bytes], at: datetime) -> Seat | None:
    cursor.execute(
        "SELECT draft_id FROM screening_draft WHERE mailbox_mark = ANY(%s) AND forget_at > %s"
        " AND sealed IS NOT NULL ORDER BY draft_id DESC LIMIT 1",
        (marks, at),
    )
    row = cursor.fetchone()
    return None if row is None else Seat(draft_id=int(row[0]))


def _may_write(cursor: Any, seat: Seat, token: str, at: datetime) -> bool:
    """An inbox is not to be flooded; the same letter once more is no other one."""
    cursor.execute(
        "SELECT count(*) FROM screening_link WHERE made_at > %s AND coalesce(draft_id, 0) = %s"
        " AND coalesce(application_id, 0) = %s AND token_hash <> %s",
        (
            at - _HOUR, seat.draft_id, 0 if seat.key is None else seat.key.application_id,
            _hash(token),
        ),
    )  # fmt: skip
    most = applying_on(at.astimezone(JAPAN).date()).most_codes_an_hour
    return int(cursor.fetchone()[0]) < most


def _keep(cursor: Any, seat: Seat, token: str, at: datetime) -> None:
    policy = applying_on(at.astimezone(JAPAN).date())
    key = seat.key or (None, None)
    cursor.execute(
        "INSERT INTO screening_link (token_hash, draft_id, member_id, application_id, made_at,"
        " expires_at, tries_left) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            _hash(token), seat.draft_id or None, *key, at,
            at + timedelta(hours=policy.link_hours), policy.most_tries,
        ),
    )  # fmt: skip


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


# ---------------------------------------------------------------------------------------- entering
def enter(cursor: Any, token: str, born_on: date, at: datetime) -> Seat | None:
    """Where a link leads to, once, for who knows the birthday [再開リンクの利用].

    In a transaction that commits: a wrong birthday counts.
    Lock      the link's row.
    """
    cursor.execute(
        "SELECT draft_id, member_id, application_id FROM screening_link WHERE token_hash = %s"
        " AND used_at IS NULL AND expires_at > %s AND tries_left > 0 FOR UPDATE",
        (_hash(token), at),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    draft_id, member_id, application_id = row
    key = None if application_id is None else ApplicationKey(int(member_id), int(application_id))
    seat = Seat(int(draft_id or 0), key)
    if _born_on(cursor, seat, at) != born_on:
        cursor.execute(
            "UPDATE screening_link SET tries_left = tries_left - 1 WHERE token_hash = %s",
            (_hash(token),),
        )
        return None
    cursor.execute(
        "UPDATE screening_link SET used_at = %s WHERE token_hash = %s", (at, _hash(token))
    )
    return seat


def _born_on(cursor: Any, seat: Seat, at: datetime) -> date | None:
    if seat.key is not None:
        forms.one(cursor, seat.key)
        return members.one(cursor, seat.key.member_id).person.born_on
    try:
        draft = drafts.load(cursor, seat.draft_id, at)
    except NotFoundError:
        return None
    if draft.became is not None:
        return None
    question, name = BORN
    found = read_date(draft.answers.get(question, {}).get(name, ""))
    return None if isinstance(found, Unread) else found.on
