"""What the staff did, for whoever audits: looks, changes, tries, refusals, sign-ins [監査の記録].

    page(cursor, Wanted(reader, first, last, What.ALL), None, 50)      the newest first
    page(cursor, wanted, found[-1].place, 50)                          what comes after it

Rows stand where they were written: the journal, the attempts, the sign-ins. They are only read. The
order is that of their moments, and a place in it never moves: rows are added and never changed.
Nothing of a person is in them but the member's id; who else was reached is not told. An override
tells the supervisor's own words.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.people.access import Role, Staff

UNREAD = "identity_result_unread"
"""What no hand did, and who audits must see: a vendor's result that counts for nothing."""
MACHINE = 3


class What(Enum):
    """Which deeds are wanted [記録の種類]."""

    ALL = "all"
    LOOKS = "looks"
    CHANGES = "changes"
    CALLS = "calls"
    """Tries to reach somebody that the gate let pass, by any way."""
    REFUSALS = "refusals"
    OVERRIDES = "overrides"
    """What a supervisor's hand alone could do, where a rule of the house stood before others; with
    the rules and why."""
    SIGN_INS = "sign_ins"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody audits [監査の条件]: of a time, and as narrow as is said.

    Without a member, deeds of the staff alone and what no hand did but somebody must look at; with
    one, of everybody. `last` is not counted.
    """

    reader: Staff
    first: datetime
    last: datetime
    what: What = What.ALL
    staff_id: int | None = None
    member_id: int | None = None
    kind: str = ""
    purpose: str = ""


class Place(NamedTuple):
    """Where a row stands [記録の位置]; rows of one moment by where they are kept, then number."""

    at: datetime
    rank: int
    number: int


class Deed(NamedTuple):
    """One row [記録の1行]: `member_id` 0 is the house; `details` hold ids and amounts."""

    place: Place
    actor: str
    kind: str
    member_id: int
    purpose: str
    details: Mapping[str, int | str]


def page(cursor: Any, wanted: Wanted, before: Place | None, most: int) -> list[Deed]:
    """Rows before a place, the newest first, at most so many [監査記録の一覧] · PRIV-003.

    Of members whom the reader may not look at there are none.
    """
    asked = [
        _rows(cursor, wanted, one, before, most) for one in _SOURCES if wanted.what in one.holds
    ]
    merged = heapq.merge(*asked, key=lambda one: one.place, reverse=True)
    return [one for one, _ in zip(merged, range(most), strict=False)]


def only_read(cursor: Any) -> None:
    """From here to its end the transaction writes nothing, and sees one moment [読取り専用]."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def all_of(cursor: Any, wanted: Wanted, most: int) -> Iterator[Deed]:
    """Every row in turn, `most` at a time [監査記録の全件]; in a transaction of one moment."""
    before: Place | None = None
    while True:
        found = page(cursor, wanted, before, most)
        yield from found
        if len(found) < most:
            return
        before = found[-1].place


# --------------------------------------------------------------------------------- where rows stand
class _Source(NamedTuple):
    rank: int
    holds: Mapping[What, str]
    """Each sort of deed it has, with the condition for it."""
    select: str
    at: str
    number: str
    of_kind: str
    of_purpose: str
    has_members: str
    deed: Callable[[tuple[Any, ...]], Deed]


def _of_journal(row: tuple[Any, ...]) -> Deed:
    at, number, actor, kind, member_id, purpose, subject = row
    told = subject if isinstance(subject, dict) else orjson.loads(subject)
    return Deed(Place(at, 2, int(number)), actor, kind, int(member_id), purpose, told)


def _of_attempt(row: tuple[Any, ...]) -> Deed:
    at, number, actor, kind, member_id, purpose, whom, hand, refused_by, override = row
    details: dict[str, int | str] = {"attempt": int(number), "whom": whom, "hand": hand}
    if refused_by:
        details["rules"] = " ".join(refused_by)
    if override:
        details["overruled"], details["reason"] = override
    return Deed(Place(at, 1, int(number)), actor, kind, int(member_id), purpose, details)


def _of_machine(row: tuple[Any, ...]) -> Deed:
    found = _of_journal(row)
    return found._replace(place=found.place._replace(rank=MACHINE))


def _of_sign_in(row: tuple[Any, ...]) -> Deed:
    at, number, actor, kind, member_id, purpose = row
    return Deed(Place(at, 0, int(number)), actor, kind, int(member_id), purpose, {})


_JOURNAL = (
    "SELECT happened_at, row_id, actor, kind, member_id, purpose, subject FROM journal_row r",
    "happened_at",
    "row_id",
    "kind",
    "purpose",
    "members",
)
_SOURCES = (
    _Source(
        2,
        {
            What.ALL: f"kind <> '{UNREAD}'",
            What.LOOKS: "kind = 'staff_access'",
            What.CHANGES: f"kind NOT IN ('staff_access', 'call_refused', '{UNREAD}')",
            What.REFUSALS: "kind = 'call_refused'",
            What.SIGN_INS: "kind IN ('staff_enrolled', 'staff_recovery_asked',"
            " 'staff_recovery_agreed', 'staff_locked')",
        },
        *_JOURNAL,
        _of_journal,
    ),
    _Source(
        MACHINE,
        {What.ALL: f"kind = '{UNREAD}'", What.REFUSALS: f"kind = '{UNREAD}'"},
        *_JOURNAL,
        _of_machine,
    ),
    _Source(
        1,
        {
            What.ALL: "TRUE",
            What.CALLS: "valid_until IS NOT NULL",
            What.REFUSALS: "valid_until IS NULL",
            What.OVERRIDES: "hand = 'supervisor' AND EXISTS (SELECT FROM contact_override o"
            " WHERE (o.member_id, o.attempt_id) = (r.member_id, r.attempt_id))",
        },
        "SELECT asked_at, attempt_id, actor, CASE WHEN valid_until IS NULL THEN 'refused_' ELSE"
        " 'permitted_' END || channel, member_id, purpose || ' ' || cause, whom, hand, refused_by,"
        " (SELECT ARRAY[array_to_string(o.rules, ' '), o.reason] FROM contact_override o"
        " WHERE (o.member_id, o.attempt_id) = (r.member_id, r.attempt_id))"
        " FROM contact_attempt r",
        "asked_at",
        "attempt_id",
        "(CASE WHEN valid_until IS NULL THEN 'refused_' ELSE 'permitted_' END || channel)",
        "(purpose || ' ' || cause)",
        "members",
        _of_attempt,
    ),
    _Source(
        0,
        {What.ALL: "TRUE", What.SIGN_INS: "TRUE"},
        "SELECT began_at, session_id, 'staff ' || staff_id, 'signed_in', 0, ''"
        " FROM people_staff_session r",
        "began_at",
        "session_id",
        "'signed_in'",
        "''",
        "",
        _of_sign_in,
    ),
)


def _rows(
    cursor: Any, wanted: Wanted, source: _Source, before: Place | None, most: int
) -> list[Deed]:
    if wanted.member_id is not None and not source.has_members:
        return []
    if wanted.kind and source.rank != _rank_of(wanted.kind):
        return []
    at, number = source.at, source.number
    told = [f"{at} >= %(first)s", f"{at} < %(last)s", source.holds[wanted.what]]
    told += _narrowed(wanted, source)
    if before is not None:
        told.append(
            f"{at} <= %(at)s AND ({at} < %(at)s OR %(rank)s < %(before_rank)s"
            f" OR (%(rank)s = %(before_rank)s AND {number} < %(number)s))"
        )
    cursor.execute(
        f"{source.select} WHERE {' AND '.join(told)} ORDER BY {at} DESC, {number} DESC"
        " LIMIT %(most)s",
        {
            "first": wanted.first,
            "last": wanted.last,
            "actor": f"staff {wanted.staff_id}",
            "staff": wanted.staff_id,
            "member": wanted.member_id,
            "kind": wanted.kind,
            "purpose": wanted.purpose,
            "reader": wanted.reader.staff_id,
            "may_all": Role.SUPERVISOR in wanted.reader.roles,
            "at": None if before is None else before.at,
            "rank": source.rank,
            "before_rank": None if before is None else before.rank,
            "number": None if before is None else before.number,
            "most": most,
        },
    )
    return [source.deed(row) for row in cursor.fetchall()]


def _rank_of(kind: str) -> int:
    """Where rows of a kind are kept: those of other places need not be looked through."""
    if kind.startswith(("permitted_", "refused_")):
        return 1
    return {"signed_in": 0, UNREAD: MACHINE}.get(kind, 2)


_NOT_KEPT_APART = (
    "NOT EXISTS (SELECT FROM people_staff s WHERE s.staff_id = %(reader)s"
    " AND s.own_member_id = r.member_id) AND NOT EXISTS (SELECT FROM people_barred b"
    " WHERE b.member_id = r.member_id AND b.ended_at IS NULL AND (b.staff_id = %(reader)s"
    " OR b.staff_id IS NULL AND NOT %(may_all)s))"
)


def _narrowed(wanted: Wanted, source: _Source) -> Iterator[str]:
    if source.has_members:
        yield _NOT_KEPT_APART
        if wanted.member_id is not None:
            yield "member_id = %(member)s"
        elif source.rank != MACHINE:
            yield "actor LIKE 'staff %%'"
        if wanted.staff_id is not None:
            yield "actor = %(actor)s"
    elif wanted.staff_id is not None:
        yield "staff_id = %(staff)s"
    if wanted.kind:
        yield f"{source.of_kind} = %(kind)s"
    if wanted.purpose:
        yield f"starts_with({source.of_purpose}, %(purpose)s)"
