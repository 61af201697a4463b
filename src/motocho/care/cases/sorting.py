"""What a complaint is about, whose it is, what came of it before the outside body [苦情の分類].

A complaint about calls or visits is the one thing that changes what may be done at once: from the
moment it is told until it is closed, nobody but a supervisor calls (DESK-004). Where nobody sorted
it yet, the words decide: a hold too many harms nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError
from motocho.units.text import folded, without_blanks

Key: TypeAlias = tuple[int, int]
"""The member's id and the case's."""


class Category(Enum):
    """What a complaint is about [苦情の区分]."""

    CONTACT = "contact"
    """How we called, wrote or came [電話・訪問・督促]."""
    TERMS = "terms"
    REPAYMENT = "repayment"
    DOCUMENTS = "documents"
    PERSONAL_DATA = "personal_data"
    SERVICE = "service"
    SYSTEM = "system"
    OTHER = "other"


class Severity(Enum):
    """How grave it is [重要度]."""

    MINOR = "minor"
    USUAL = "usual"
    SERIOUS = "serious"


class RootCause(Enum):
    """Why it came to it [根本原因]."""

    UNKNOWN = "unknown"
    EXPLANATION = "explanation"
    PROCEDURE = "procedure"
    MISTAKE = "mistake"
    SYSTEM = "system"
    RULE = "rule"
    NONE_OF_OURS = "none_of_ours"


class Stage(Enum):
    """How far it is before the outside body [指定紛争解決機関の段階] · 貸金業法12条の2の2."""

    TOLD = "told"
    """The member was told of it."""
    OPENED = "opened"
    CLOSED = "closed"


class Result(Enum):
    """How the outside body ended it [ADRの結果]."""

    SETTLED = "settled"
    NOT_SETTLED = "not_settled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sorting:
    """What the desk found [分類]; the owner as the journal calls one, empty where nobody has it."""

    category: Category
    severity: Severity = Severity.USUAL
    root_cause: RootCause = RootCause.UNKNOWN
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Adr:
    """One stage before the outside body [ADRの記録]."""

    stage: Stage
    result: Result | None
    actor: str
    at: datetime


_OF_CONTACT = re.compile(
    "電話|でんわ|着信|架電|訪問|来訪|自宅に来|家に来|会社に来|職場に|勤務先に|督促|催促|取り?立て"
    "|しつこ|何度も(?:かけ|来)|留守電|SMS|ショートメール",
    re.IGNORECASE,
)


def suggested(words: str) -> Category | None:
    """What words are about by themselves; None where somebody must read them [区分の推定].

    >>> suggested("夜に何度も電話が来て困る"), suggested("明細の字が小さい")
    (<Category.CONTACT: 'contact'>, None)
    """
    return Category.CONTACT if _OF_CONTACT.search(without_blanks(folded(words))) else None


# --------------------------------------------------------------------------------------- writing
def sort(cursor: Any, key: Key, found: Sorting, source: Source, at: datetime) -> None:
    """Write down what a complaint is about, once for each source [苦情の分類].

    Its hold is `hold` and `release`, in the same transaction.

    Lock      the member's contacts.
    """
    holds.lock(cursor, key[0])
    cursor.execute(
        "INSERT INTO care_case_sorting (member_id, case_id, sorting_no, category, severity,"
        " root_cause, owner, source, actor, at)"
        " SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s, %s FROM care_case_sorting"
        " WHERE member_id = %s AND case_id = %s ON CONFLICT (member_id, source) DO NOTHING",
        (
            *key, found.category.value, found.severity.value, found.root_cause.value, found.owner,
            source.ref, source.actor, at, *key,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return
    subject = {
        "case": key[1],
        "category": found.category.value,
        "severity": found.severity.value,
        "root_cause": found.root_cause.value,
        "owner": found.owner,
    }
    journal.write(cursor, [Happening(key[0], "case_sorted", source.actor, at, subject)])


def hold(cursor: Any, key: Key, source: Source, at: datetime) -> None:
    """Put the hold of a complaint about calls down, where none of it is in force [連絡の制限].

    Law       貸金業法12条の2の2 · DESK-004.
    """
    mine, standing = _holds(cursor, key, at)
    if standing:
        return
    named = Source(source.actor, f"case {key[1]} hold {len(mine) + 1}")
    put = holds.put(cursor, key[0], Wish(HoldKind.COMPLAINT), named, at)
    cursor.execute(
        "INSERT INTO care_case_hold (member_id, case_id, hold_id) VALUES (%s, %s, %s)",
        (*key, put.hold_id),
    )


def release(cursor: Any, key: Key, source: Source, at: datetime) -> None:
    """End the hold of a complaint: it is closed, or not about calls after all [制限の終了]."""
    for hold_id in _holds(cursor, key, at)[1]:
        holds.end(cursor, key[0], hold_id, source.actor, at)


def _holds(cursor: Any, key: Key, at: datetime) -> tuple[set[int], list[int]]:
    """All that a case ever put down, and those that are in force."""
    cursor.execute(
        "SELECT hold_id FROM care_case_hold WHERE member_id = %s AND case_id = %s", (*key,)
    )
    mine = {int(hold_id) for (hold_id,) in cursor.fetchall()}
    in_force = holds.standing(cursor, key[0], at.astimezone(JAPAN).date())
    return mine, [one.hold_id for one in in_force if one.hold_id in mine]


def link(cursor: Any, key: Key, attempt_id: int, actor: str, at: datetime) -> None:
    """Say that a complaint is about a try to reach the member [対象の連絡の記録]; once.

    Raises    InputError for a try that is not the member's.
    """
    cursor.execute(
        "INSERT INTO care_case_call (member_id, case_id, attempt_id, actor, at)"
        " SELECT member_id, %s, attempt_id, %s, %s FROM contact_attempt"
        " WHERE member_id = %s AND attempt_id = %s"
        " ON CONFLICT DO NOTHING RETURNING attempt_id",
        (key[1], actor, at, key[0], attempt_id),
    )
    if cursor.fetchone() is None and attempt_id not in {
        one.attempt_id for one in calls(cursor, key)
    }:
        raise InputError(Fault("CMP-002", excerpt=str(attempt_id)))


def note_adr(
    cursor: Any, key: Key, stage: Stage, result: Result | None, by: tuple[str, datetime]
) -> None:
    """Write a stage before the outside body down, each once [ADRの記録] · 貸金業法12条の2の2.

    Raises    InputError for an end without a result, or of what was never opened.
    """
    actor, at = by
    known = {one.stage for one in adr(cursor, key)}
    if (stage is Stage.CLOSED) is not (result is not None):
        raise InputError(Fault("CMP-003"))
    if stage is Stage.CLOSED and Stage.OPENED not in known:
        raise InputError(Fault("CMP-004"))
    if stage in known:
        return
    cursor.execute(
        "INSERT INTO care_case_adr (member_id, case_id, stage, result, actor, at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (*key, stage.value, None if result is None else result.value, actor, at),
    )
    subject: dict[str, int | str] = {"case": key[1], "stage": stage.value}
    journal.write(cursor, [Happening(key[0], "case_adr", actor, at, subject)])


# --------------------------------------------------------------------------------------- looking
@dataclass(frozen=True, slots=True)
class Linked:
    """A try to reach the member that a complaint is about [対象の連絡]."""

    attempt_id: int
    channel: str
    purpose: str
    actor: str
    asked_at: datetime


def sortings(cursor: Any, member_id: int, cases: Sequence[int]) -> Mapping[int, Sorting]:
    """How cases of a member are sorted now; those that are not are not there [分類の照会]."""
    cursor.execute(
        "SELECT DISTINCT ON (case_id) case_id, category, severity, root_cause, owner"
        " FROM care_case_sorting WHERE member_id = %s AND case_id = ANY(%s)"
        " ORDER BY case_id, sorting_no DESC",
        (member_id, list(cases)),
    )
    return {int(row[0]): of_row(row[1:]) for row in cursor.fetchall()}


def of_row(row: Sequence[Any]) -> Sorting:
    """A sorting as its row holds it [分類の読出し]."""
    category, severity, root_cause, owner = row
    return Sorting(Category(category), Severity(severity), RootCause(root_cause), owner)


def calls(cursor: Any, key: Key) -> list[Linked]:
    """What a complaint is about, the newest first [対象の連絡の一覧]."""
    cursor.execute(
        "SELECT attempt_id, channel, purpose, t.actor, asked_at FROM care_case_call c"
        " JOIN contact_attempt t USING (member_id, attempt_id)"
        " WHERE member_id = %s AND case_id = %s ORDER BY asked_at DESC, attempt_id DESC",
        (*key,),
    )
    return [Linked(int(row[0]), *row[1:]) for row in cursor.fetchall()]


def reached(cursor: Any, member_id: int, most: int = 20) -> list[Linked]:
    """The latest tries to reach a member, to choose from [最近の連絡の一覧]; refused ones not."""
    cursor.execute(
        "SELECT attempt_id, channel, purpose, actor, asked_at FROM contact_attempt"
        " WHERE member_id = %s AND channel IN ('phone', 'visit', 'sms', 'post', 'email')"
        " AND purpose <> 'security' AND valid_until IS NOT NULL"
        " ORDER BY asked_at DESC, attempt_id DESC LIMIT %s",
        (member_id, most),
    )
    return [Linked(int(row[0]), *row[1:]) for row in cursor.fetchall()]


def adr(cursor: Any, key: Key) -> list[Adr]:
    """What was done before the outside body, the first stage first [ADRの経過]."""
    cursor.execute(
        "SELECT stage, result, actor, at FROM care_case_adr"
        " WHERE member_id = %s AND case_id = %s ORDER BY at, stage DESC",
        (*key,),
    )
    return [
        Adr(Stage(stage), None if result is None else Result(result), actor, at)
        for stage, result, actor, at in cursor.fetchall()
    ]


# ---------------------------------------------------------------------------------------- closing
def check_closing(cursor: Any, key: Key, actor: str, times_reopened: int) -> Refusal | None:
    """DESK-004: whether a complaint may be closed as far as its register goes [完了の可否].

    It is sorted with its cause, nobody closes who called, the outside body is not at work; and who
    was not content once was told of that body.

    Law       貸金業法12条の2の2, 41条の44.
    """
    law = parse_citations("貸金業法12条の2の2")
    found = sortings(cursor, key[0], [key[1]]).get(key[1])
    if found is None or found.root_cause is RootCause.UNKNOWN:
        return Refusal("DESK-004", "CMP-005", law)
    if actor in {one.actor for one in calls(cursor, key)}:
        return Refusal("DESK-004", "CMP-006", law)
    stages = {one.stage for one in adr(cursor, key)}
    if Stage.OPENED in stages and Stage.CLOSED not in stages:
        return Refusal("DESK-004", "CMP-007", law)
    if times_reopened and Stage.TOLD not in stages:
        return Refusal("DESK-004", "CMP-008", law)
    return None
