"""Care that a member needs: what we do, until which day, who said so; never why [配慮].

While a flag stands nobody invites the member, and about arrears a supervisor calls (VULN-002): the
contact hold goes with it. Words are scanned: no illness, no PIN, no My Number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.care.reasons import notes
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError

LONGEST = timedelta(days=366)
LONGEST_REFERENCE = 40


class Category(Enum):
    """What we do for the member [配慮の種類]; `support.yaml` says it in words."""

    SLOWLY = "slowly"
    IN_WRITING = "in_writing"
    WITH_SUPPORTER = "with_supporter"
    ADVICE_FIRST = "advice_first"
    FAMILY_REPORT = "family_report"
    """Put down and ended with a look at a family's report, by nobody's hand."""


BY_HAND = frozenset(Category) - {Category.FAMILY_REPORT}


class FlagKey(NamedTuple):
    """One flag of a member [配慮の番号]."""

    member_id: int
    flag_id: int


@dataclass(frozen=True, slots=True)
class Need:
    """What is wanted [配慮の内容]: `reference` is the case or the call that it rests on."""

    category: Category
    last_on: date
    reference: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that stands [配慮]."""

    key: FlagKey
    need: Need
    from_on: date
    actor: str
    hold_id: int


def put(cursor: Any, member_id: int, need: Need, by: Source, at: datetime) -> Flag:
    """Put a flag down, once for its form [配慮の登録] · VULN-001, VULN-002, PRIV-002.

    Lock      the member's contacts.
    Raises    InputError for a day more than a year ahead or past, without a reference, and for
              words that may not be kept.
    """
    from_on = at.astimezone(JAPAN).date()
    if not from_on <= need.last_on <= from_on + LONGEST:
        raise InputError(Fault("FRD-031", excerpt=need.last_on.isoformat()))
    reference, words = need.reference.strip(), need.words.strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise InputError(Fault("FRD-032", details={"most": str(LONGEST_REFERENCE)}))
    faults = [one for text in (words, reference) for one in notes.scanned(text)]
    if faults:
        raise InputError(*faults)
    lock(cursor, member_id)
    hold = holds.put(cursor, member_id, Wish(HoldKind.CARE, need.last_on), by, at)
    cursor.execute(
        "INSERT INTO care_flag (member_id, category, reference, words, from_on, last_on, hold_id,"
        " source, actor, put_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source) DO NOTHING RETURNING flag_id",
        (
            member_id, need.category.value, reference, words, from_on, need.last_on, hold.hold_id,
            by.ref, by.actor, at,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is not None:
        subject = {"flag": int(row[0]), "category": need.category.value}
        journal.write(cursor, [Happening(member_id, "flag_put", by.actor, at, subject)])
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, by.ref))
    return _flag(cursor.fetchone())


def end(cursor: Any, key: FlagKey, actor: str, at: datetime) -> None:
    """End a flag, and its hold with it [配慮の終了].

    Lock      the member's contacts.
    Raises    NotFoundError if no such flag stands.
    """
    lock(cursor, key.member_id)
    cursor.execute(
        "UPDATE care_flag SET ended_at = %s, ended_by = %s WHERE member_id = %s AND flag_id = %s"
        " AND ended_at IS NULL RETURNING hold_id",
        (at, actor, *key),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("FRD-033"))
    holds.end(cursor, key.member_id, int(row[0]), actor, at)
    subject = {"flag": key.flag_id}
    journal.write(cursor, [Happening(key.member_id, "flag_ended", actor, at, subject)])


_SELECT = (
    "SELECT member_id, flag_id, category, last_on, reference, words, from_on, actor, hold_id"
    " FROM care_flag"
)


def standing(cursor: Any, member_id: int, on: date) -> list[Flag]:
    """The flags of a member on a day, the newest first [配慮の一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND ended_at IS NULL AND last_on >= %s"
        " ORDER BY flag_id DESC",
        (member_id, on),
    )
    return [_flag(row) for row in cursor.fetchall()]


def _flag(row: tuple[Any, ...]) -> Flag:
    member_id, flag_id, category, last_on, reference, words, from_on, actor, hold_id = row
    need = Need(Category(category), last_on, reference, words)
    return Flag(FlagKey(int(member_id), int(flag_id)), need, from_on, actor, int(hold_id))
