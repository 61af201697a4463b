"""A family's report: heard, kept, guided on; nobody learns whose customer it is [家族の申告].

    receipt = families.record(cursor, Worry(...), by, at)      the same for a member and for nobody
    families.end_look(cursor, key, Outcome.CARE, made)         what a reviewer found

VULN-001. The report keeps no name: a mark, by which the same person is found. Where it is a
member's, a reviewer looks within a business day; until then nobody invites the member, and a higher
limit is decided by a person who sees the flag. What a family says alone stops no draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.care.reasons import notes
from motocho.care.support import flags
from motocho.care.support.flags import Category, FlagKey, Need
from motocho.contact import tasks
from motocho.contact.holds import Source, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.ledger.chart import HOUSE
from motocho.loans import commands, queries
from motocho.loans.commands import Made
from motocho.loans.policy import Status, Stop
from motocho.outside.bank import next_business_day
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, InputError, NotFoundError, StateConflict
from motocho.units.text import folded

LOOK_DAYS = 30
"""How long the flag of a report stands at most, were nobody to look: a house rule."""
CARE_DAYS = 180
"""How long care lasts that a look found needed: a house rule."""


_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


class Relation(Enum):
    """Who tells it [申告者の続柄]."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    OTHER = "other"


class Concern(Enum):
    """What about [心配の内容]."""

    GAMBLING = "gambling"
    SPENDING = "spending"
    JUDGEMENT = "judgement"
    OTHER = "other"


class Outcome(Enum):
    """What a reviewer found [確認の結果]."""

    NOTHING = "nothing"
    CARE = "care"
    """The member gets more care for a while."""
    NO_LENDING = "no_lending"
    """The same, and nothing more is lent until somebody lifts that."""


@dataclass(frozen=True, slots=True)
class Worry:
    """What a family told [申告の内容]; name and birth date are used, and not kept."""

    relation: Relation
    concern: Concern
    person_kana: str = field(repr=False)
    born_on: date | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What whoever recorded it gets [受付]: a number, and nothing of anybody."""

    report_id: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A report in the list [申告の一覧の1行]."""

    report_id: int
    relation: Relation
    concern: Concern
    words: str
    told_at: datetime


class LookKey(NamedTuple):
    """One look at a member [確認の番号]."""

    member_id: int
    report_id: int


@dataclass(frozen=True, slots=True)
class Look:
    """A look that waits for a reviewer [確認待ち]."""

    key: LookKey
    flag: FlagKey
    task_id: int
    told: Told


def record(cursor: Any, worry: Worry, by: Source, at: datetime) -> Receipt:
    """Take a report in, once for its form [家族の申告の受付] · VULN-001.

    Gives     the same for a member and for nobody: not even whoever records it learns which.
    Raises    InputError without a name, or for words that may not be kept.
    """
    name = members.payer_key(folded(worry.person_kana).translate(_TO_KATAKANA))
    if not name:
        raise InputError(Fault("FRD-034"))
    words = worry.words.strip()
    faults = notes.scanned(words)
    if faults:
        raise InputError(*faults)
    born = "" if worry.born_on is None else worry.born_on.isoformat()
    cursor.execute(
        "INSERT INTO care_family_report (relation, concern, person_mark, words, source, actor,"
        " told_at) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (source) DO NOTHING"
        " RETURNING report_id, told_at",
        (
            worry.relation.value, worry.concern.value, hashing.mark("family report", name, born),
            words, by.ref, by.actor, at,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "SELECT report_id, told_at FROM care_family_report WHERE source = %s", (by.ref,)
        )
        return Receipt(*cursor.fetchone())
    receipt = Receipt(*row)
    subject = {"report": receipt.report_id, "concern": worry.concern.value}
    journal.write(cursor, [Happening(HOUSE, "family_reported", by.actor, at, subject)])
    if worry.born_on is not None:
        for member_id in _meant(cursor, name, worry.born_on):
            _put_look(cursor, LookKey(member_id, receipt.report_id), at)
    return receipt


def _meant(cursor: Any, name: str, born_on: date) -> list[int]:
    """Members of this name who were born on this day."""
    found = members.who_may_pay(cursor, [name], [])
    return [one.member_id for one in found if one.person.born_on == born_on]


def _put_look(cursor: Any, key: LookKey, at: datetime) -> None:
    on = at.astimezone(JAPAN).date()
    by = Source("system", f"family report {key.report_id}")
    need = Need(Category.FAMILY_REPORT, on + timedelta(days=LOOK_DAYS), f"report {key.report_id}")
    flag = flags.put(cursor, key.member_id, need, by, at)
    by_on = next_business_day(on).isoformat()
    facts: dict[str, int | str] = {"family_report": key.report_id, "by": by_on}
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    task_id = tasks.put(cursor, key.member_id, plan, by, at)
    cursor.execute(
        "INSERT INTO care_family_look (member_id, report_id, flag_id, task_id)"
        " VALUES (%s, %s, %s, %s)",
        (*key, flag.key.flag_id, task_id),
    )


def end_look(cursor: Any, key: LookKey, outcome: Outcome, made: Made) -> None:
    """Write down what a look found, and what follows [確認の完了] · VULN-001.

    Lock      the member's agreements, then the contacts.
    Raises    NotFoundError for no such look; StateConflict if it is over.
    """
    look = one(cursor, key)
    at, on = made.booked_at, made.booked_at.astimezone(JAPAN).date()
    if outcome is Outcome.NO_LENDING:
        for listed in queries.agreements(cursor, key.member_id):
            if listed.status is not Status.CLOSED:
                commands.suspend(cursor, listed.key, Stop.CREDIT, made)
    lock(cursor, key.member_id)
    cursor.execute(
        "UPDATE care_family_look SET outcome = %s, ended_at = %s, ended_by = %s"
        " WHERE member_id = %s AND report_id = %s AND outcome IS NULL",
        (outcome.value, at, made.actor, *key),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("FRD-003"))
    standing = {flag.key for flag in flags.standing(cursor, key.member_id, on)}
    if look.flag in standing:
        flags.end(cursor, look.flag, made.actor, at)
    if look.task_id in {task.task_id for task in tasks.of_member(cursor, key.member_id)}:
        ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
        tasks.end(cursor, key.member_id, look.task_id, ending, at)
    if outcome is not Outcome.NOTHING:
        reference = f"report {key.report_id}"
        need = Need(Category.ADVICE_FIRST, on + timedelta(days=CARE_DAYS), reference)
        by = Source(made.actor, f"{reference} looked at")
        flags.put(cursor, key.member_id, need, by, at)


# --------------------------------------------------------------------------------------- looking
_TOLD = "r.report_id, r.relation, r.concern, r.words, r.told_at"


def latest(cursor: Any, most: int = 50) -> list[Told]:
    """Reports, the newest first, of members and of nobody alike [申告の一覧]."""
    cursor.execute(
        f"SELECT {_TOLD} FROM care_family_report r ORDER BY r.report_id DESC LIMIT %s",  # noqa: S608  # our own names
        (most,),
    )
    return [_told(row) for row in cursor.fetchall()]


_LOOKS = (
    f"SELECT l.member_id, l.report_id, l.flag_id, l.task_id, {_TOLD} FROM care_family_look l"  # noqa: S608  # our own names
    " JOIN care_family_report r USING (report_id)"
)


def one(cursor: Any, key: LookKey) -> Look:
    """One look at a member, for reviewers [確認の照会].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_LOOKS} WHERE l.member_id = %s AND l.report_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("FRD-004"))
    return _look(row)


def waiting(cursor: Any, most: int = 100) -> list[Look]:
    """Looks that wait, the oldest first [確認待ちの一覧]."""
    cursor.execute(f"{_LOOKS} WHERE l.outcome IS NULL ORDER BY r.told_at LIMIT %s", (most,))
    return [_look(row) for row in cursor.fetchall()]


def _told(row: tuple[Any, ...]) -> Told:
    report_id, relation, concern, words, told_at = row
    return Told(int(report_id), Relation(relation), Concern(concern), words, told_at)


def _look(row: tuple[Any, ...]) -> Look:
    member_id, report_id, flag_id, task_id, *told = row
    key = LookKey(int(member_id), int(report_id))
    return Look(key, FlagKey(key.member_id, int(flag_id)), int(task_id), _told(tuple(told)))
