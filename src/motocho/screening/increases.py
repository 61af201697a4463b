"""Applications for a higher limit: taken in, withdrawn, waiting for a person [増額の申込み].

What is decided, and by which survey, is another matter: here it is kept whole, once, and shown in
the order in which it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.loans.commands import Key
from motocho.loans.queries import Conduct, conduct
from motocho.loans.raises import LEAST_MONTHS
from motocho.outside.clock import JAPAN
from motocho.screening import eligibility
from motocho.screening.eligibility import Asked, Eligibility
from motocho.units.errors import Fault, NotFoundError


@dataclass(frozen=True, slots=True)
class Increase:
    """An application that waits [審査待ちの増額]."""

    key: Key
    increase_id: int
    limit_before_yen: int
    asked: Asked
    needs_evidence: bool
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """A check without obligation [条件の確認]: what is known, and what stands against it."""

    conduct: Conduct
    eligibility: Eligibility


def look(cursor: Any, key: Key, asked: Asked, at: datetime) -> Looked:
    """Whether a member may apply; nothing is written down [申込み前の確認] · LEND-023."""
    found = conduct(cursor, key, at.astimezone(JAPAN).date(), LEAST_MONTHS)
    return Looked(found, eligibility.eligibility(found, asked))


def apply(
    cursor: Any, key: Key, asked: Asked, source: Source, at: datetime
) -> Increase | tuple[Refusal, ...]:
    """Take an application in, once for each form [増額の申込み]; or everything against it.

    Lock      the member's row: one application at a time.
    """
    cursor.execute(
        "SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (key.member_id,)
    )
    known = _of_source(cursor, key.member_id, source.ref)
    if known is not None:
        return known
    if waiting_of(cursor, key.member_id) is not None:
        return (Refusal("LEND-023", "SCR-015", ()),)
    looked = look(cursor, key, asked, at)
    if not looked.eligibility.may_apply:
        return looked.eligibility.refusals
    cursor.execute(
        "INSERT INTO screening_increase (member_id, agreement_id, limit_before_yen,"
        " limit_wanted_yen, stated_income_yen, stated_others_yen, needs_evidence, source, actor,"
        " asked_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING increase_id",
        (
            *key, looked.conduct.limit_yen, asked.limit_yen, asked.income_yen, asked.others_yen,
            looked.eligibility.needs_evidence, source.ref, source.actor, at,
        ),
    )  # fmt: skip
    number = int(cursor.fetchone()[0])
    subject = {"agreement": key.agreement_id, "increase": number, "limit_yen": asked.limit_yen}
    happening = Happening(key.member_id, "increase_asked", source.actor, at, subject)
    journal.write(cursor, [happening])
    before, evidence = looked.conduct.limit_yen, looked.eligibility.needs_evidence
    return Increase(key, number, before, asked, evidence, at)


def withdraw(cursor: Any, member_id: int, actor: str, at: datetime) -> None:
    """The member takes the application back [増額の取下げ].

    Raises    NotFoundError if none waits.
    Lock      the member's row: whoever raises the limit meanwhile is waited for.
    """
    cursor.execute("SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,))
    cursor.execute(
        "UPDATE screening_increase SET ended_at = %s, ended_by = %s, outcome = 'withdrawn'"
        " WHERE member_id = %s AND ended_at IS NULL RETURNING agreement_id, increase_id",
        (at, actor, member_id),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("SCR-016"))
    subject = {"agreement": int(row[0]), "increase": int(row[1])}
    journal.write(cursor, [Happening(member_id, "increase_withdrawn", actor, at, subject)])


_SELECT = (
    "SELECT member_id, agreement_id, increase_id, limit_before_yen, limit_wanted_yen,"
    " stated_income_yen, stated_others_yen, needs_evidence, asked_at FROM screening_increase"
)


def waiting_of(cursor: Any, member_id: int) -> Increase | None:
    """The member's application that waits, if one does [審査待ち]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND ended_at IS NULL", (member_id,))
    row = cursor.fetchone()
    return None if row is None else _increase(row)


def waiting(cursor: Any, most: int = 100) -> list[Increase]:
    """All applications that wait, the oldest first, for the staff [審査待ちの一覧]."""
    cursor.execute(f"{_SELECT} WHERE ended_at IS NULL ORDER BY asked_at LIMIT %s", (most,))
    return [_increase(row) for row in cursor.fetchall()]


def count_waiting(cursor: Any) -> int:
    """How many applications wait, however many are listed [審査待ちの件数]."""
    cursor.execute("SELECT count(*) FROM screening_increase WHERE ended_at IS NULL")
    return int(cursor.fetchone()[0])


def _of_source(cursor: Any, member_id: int, ref: str) -> Increase | None:
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, ref))
    row = cursor.fetchone()
    return None if row is None else _increase(row)


def _increase(row: tuple[Any, ...]) -> Increase:
    member_id, agreement_id, number, before, wanted, income, others, evidence, asked_at = row
    asked = Asked(wanted, income, others)
    return Increase(Key(member_id, agreement_id), number, before, asked, evidence, asked_at)
