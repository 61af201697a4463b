"""Applications that somebody fills in: saved at each page, sealed, erased in time [申込みの下書き].

    draft_id = drafts.begin(cursor, device, at)
    drafts.save(cursor, draft_id, ("income", {"yearly": "300万"}), at)
    asked = drafts.ask_code(cursor, draft_id, "hanako@example.jp", at)
    drafts.confirm(cursor, draft_id, code, at)

What was typed stands in a draft as it was typed; who reads it says whether it still can be read.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import orjson

from motocho.outside.clock import JAPAN
from motocho.people.credentials import hashing
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying.policy import applying_on
from motocho.units.errors import Fault, NotFoundError, StateConflict, ensure

Answers = Mapping[str, Mapping[str, str]]
"""What was typed, by the question and its fields [回答]."""
MAILBOX = "email"
"""The question, and its field, of the address that links and codes go to."""
_SEAL = "draft"
_DIGITS = 6
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that is filled in [下書き]; `became` once it was submitted."""

    draft_id: int
    answers: Answers = field(repr=False)
    is_confirmed: bool
    """Whether a code came back from the address that stands in it now."""
    forget_at: datetime
    became: ApplicationKey | None = None

    @property
    def address(self) -> str:
        """The address as it was read when it was saved; empty before [宛先]."""
        return self.answers.get(MAILBOX, {}).get(MAILBOX, "")


@dataclass(frozen=True, slots=True)
class AskedCode:
    """A code to be sent at once, and kept nowhere [送る番号]."""

    letter_id: str
    code: str = field(repr=False)


class Answered(Enum):
    """What came of a code that was typed [照合の結果]."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    """Too late, tried too often, or none was sent to this address."""


def mailbox_marks(address: str) -> list[bytes]:
    """What an address is known again by, the current one last [宛先の印]."""
    return hashing.marks("mailbox", address.casefold())


# ------------------------------------------------------------------------------------------ saving
def begin(cursor: Any, device: str, at: datetime) -> int:
    """A new draft, of nobody yet [下書きの開始]; gives its number.

    Takes     what the browser is known again by; empty for nothing.
    """
    cursor.execute("SELECT nextval(pg_get_serial_sequence('screening_draft', 'draft_id'))")
    draft_id = int(cursor.fetchone()[0])
    sealed = hashing.seal(_SEAL, str(draft_id), "{}")
    cursor.execute(
        "INSERT INTO screening_draft (draft_id, sealed, pepper_id, device_mark, started_at,"
        " saved_at, forget_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            draft_id, sealed.data, sealed.pepper_id, device_mark(device), at, at, _forget_at(at),
        ),
    )  # fmt: skip
    return draft_id


def device_mark(device: str) -> bytes | None:
    """What a browser is known again by [端末の印]."""
    return hashing.mark("applicant device", device) if device else None


def _forget_at(at: datetime) -> datetime:
    return at + timedelta(days=applying_on(at.astimezone(JAPAN).date()).draft_days)


def load(cursor: Any, draft_id: int, at: datetime) -> Draft:
    """A draft as it stands [下書きの参照].

    Raises    NotFoundError once it is erased, or its days are over.
    """
    return _load(cursor, draft_id, at, "")


def held(cursor: Any, draft_id: int, at: datetime) -> Draft:
    """The same, held until the transaction ends [下書きの排他].

    Raises    as `load`.
    Lock      the draft's row.
    """
    return _load(cursor, draft_id, at, " FOR UPDATE")


_SELECT = (
    "SELECT sealed, pepper_id, mailbox_mark, forget_at, member_id, application_id"
    " FROM screening_draft WHERE draft_id = %s AND forget_at > %s"
)


def _load(cursor: Any, draft_id: int, at: datetime, hold: str) -> Draft:
    cursor.execute(f"{_SELECT}{hold}", (draft_id, at))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("APY-001"))
    sealed, pepper_id, mark, forget_at, member_id, application_id = row
    if sealed is None:
        key = ApplicationKey(int(member_id), int(application_id))
        return Draft(draft_id, {}, is_confirmed=True, forget_at=forget_at, became=key)
    text = hashing.unseal(_SEAL, str(draft_id), hashing.Sealed(bytes(sealed), pepper_id))
    answers: Answers = orjson.loads(text)
    address = answers.get(MAILBOX, {}).get(MAILBOX, "")
    is_confirmed = mark is not None and bytes(mark) in mailbox_marks(address)
    return Draft(draft_id, answers, is_confirmed, forget_at)


def save(cursor: Any, draft_id: int, typed: tuple[str, Mapping[str, str]], at: datetime) -> Draft:
    """Keep the answers of one page in the place of those before [下書きの保存].

    Raises    NotFoundError; StateConflict once it was submitted.
    Lock      the draft's row.
    """
    question, fields = typed
    draft = held(cursor, draft_id, at)
    if draft.became is not None:
        raise StateConflict(Fault("APY-002"))
    answers = {**draft.answers, question: dict(fields)}
    sealed = hashing.seal(_SEAL, str(draft_id), orjson.dumps(answers).decode())
    cursor.execute(
        "UPDATE screening_draft SET sealed = %s, pepper_id = %s, saved_at = greatest(saved_at, %s),"
        " forget_at = greatest(forget_at, %s) WHERE draft_id = %s",
        (sealed.data, sealed.pepper_id, at, _forget_at(at), draft_id),
    )
    return load(cursor, draft_id, at)


def submitted(cursor: Any, draft_id: int, key: ApplicationKey) -> None:
    """It became an application: nothing of what was typed is left in it [下書きの終了].

    Lock      caller holds the draft's row (`held`).
    """
    cursor.execute(
        "UPDATE screening_draft SET sealed = NULL, pepper_id = NULL, member_id = %s,"
        " application_id = %s WHERE draft_id = %s",
        (*key, draft_id),
    )


def forget(cursor: Any, at: datetime) -> int:
    """Erase drafts whose days are over, with their codes and links [下書きの消去]; how many."""
    cursor.execute("DELETE FROM screening_link WHERE expires_at <= %s", (at,))
    cursor.execute(
        "DELETE FROM screening_link_claim WHERE claimed_at <= %s", (at - timedelta(days=1),)
    )
    cursor.execute("DELETE FROM screening_draft WHERE forget_at <= %s", (at,))
    return int(cursor.rowcount)


# ------------------------------------------------------------------------------------------- codes
def ask_code(cursor: Any, draft_id: int, address: str, at: datetime) -> AskedCode | None:
    """A code for an address that was typed [確認番号の発行]; None where no more may go there now.

    Why       whoever types addresses of others fills no inbox, and not many: it is counted by
              address and by draft; how many drafts a network begins is counted as well.
    Lock      the address.
    """
    policy = applying_on(at.astimezone(JAPAN).date())
    mark = mailbox_marks(address)[-1]
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (mark.hex(),))
    cursor.execute(
        "SELECT count(*) FILTER (WHERE mailbox_mark = %(mark)s),"
        " count(*) FILTER (WHERE draft_id = %(draft)s) FROM screening_draft_code"
        " WHERE (mailbox_mark = %(mark)s OR draft_id = %(draft)s) AND made_at > %(since)s",
        {"mark": mark, "draft": draft_id, "since": at - _HOUR},
    )
    if max(cursor.fetchone()) >= policy.most_codes_an_hour:
        return None
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    cursor.execute(
        "INSERT INTO screening_draft_code (draft_id, mailbox_mark, code_mark, made_at, expires_at,"
        " tries_left) VALUES (%s, %s, %s, %s, %s, %s) RETURNING code_no",
        (
            draft_id, mark, _code_mark(draft_id, code), at,
            at + timedelta(minutes=policy.code_minutes), policy.most_tries,
        ),
    )  # fmt: skip
    return AskedCode(f"apply-code-{draft_id}-{cursor.fetchone()[0]}", code)


def _code_mark(draft_id: int, code: str) -> bytes:
    return hashing.mark("apply code", str(draft_id), code)


def confirm(cursor: Any, draft_id: int, code: str, at: datetime) -> Answered:
    """Compare what was typed with the newest code to the draft's address [番号の照合].

    In a transaction that commits: a wrong try counts.
    Lock      the draft's row.
    """
    draft = held(cursor, draft_id, at)
    marks = mailbox_marks(draft.address)
    cursor.execute(
        "SELECT code_no, code_mark, tries_left FROM screening_draft_code WHERE draft_id = %s"
        " AND mailbox_mark = ANY(%s) AND expires_at > %s ORDER BY code_no DESC LIMIT 1",
        (draft_id, marks, at),
    )
    row = cursor.fetchone()
    if row is None or row[2] == 0:
        return Answered.OVER
    number, mark, _ = row
    if not hmac.compare_digest(_code_mark(draft_id, code), bytes(mark)):
        cursor.execute(
            "UPDATE screening_draft_code SET tries_left = tries_left - 1"
            " WHERE draft_id = %s AND code_no = %s",
            (draft_id, number),
        )
        return Answered.WRONG
    ensure(bool(draft.address), "a code goes to an address")
    cursor.execute(
        "UPDATE screening_draft SET mailbox_mark = %s WHERE draft_id = %s", (marks[-1], draft_id)
    )
    return Answered.RIGHT
