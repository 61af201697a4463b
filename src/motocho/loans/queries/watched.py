"""What is asked of members on open lines, until when, and what is overdue [途上管理の照会]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.loans.policy import Stop


@dataclass(frozen=True, slots=True)
class Watch:
    """Something that is waited for [期限のある事項]: a check of ours, or an ask of the member.

    `due_on` is the last day; `until_on` the last day of a reason that ends by itself; `stopped_on`
    the day on which its lack stopped draws. `watch_no` is 0 for a check.
    """

    member_id: int
    watch_no: int
    stop: Stop
    kind: str
    found_on: date
    due_on: date
    until_on: date | None
    stopped_on: date | None
    source: str


_EVERY = """
SELECT member_id, 0 AS watch_no,
    CASE kind WHEN 'income' THEN 'income_evidence_due' ELSE 'bureau_check_due' END AS stop, kind,
    found_on, due_on, NULL::date AS until_on, stopped_on, '' AS source
FROM loan_check WHERE met_on IS NULL{checks}
UNION ALL
SELECT member_id, watch_no, reason, reason, found_on, due_on, until_on, stopped_on, source
FROM loan_watch WHERE ended_on IS NULL{watches}
"""


def watches_of(cursor: Any, member_id: int) -> list[Watch]:
    """Everything that is waited for of a member, the one that is due first [会員の期限]."""
    of_member = " AND member_id = %(member)s"
    sql = _EVERY.format(checks=of_member, watches=of_member)
    cursor.execute(f"{sql} ORDER BY due_on, stop, found_on", {"member": member_id})
    return [_watch(row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are looked for [一覧の条件]; `stop` None for all."""

    until: date
    stop: Stop | None = None
    hidden: frozenset[int] = frozenset()
    most: int = 100


def watched(cursor: Any, wanted: Wanted) -> list[Watch]:
    """Lines under watch, due until a day or stopped, by their last day [途上管理の一覧]."""
    due = " AND (due_on <= %(until)s OR stopped_on IS NOT NULL) AND member_id <> ALL(%(hidden)s)"
    sql = _EVERY.format(checks=due, watches=due)
    cursor.execute(
        f"SELECT * FROM ({sql}) AS every"  # noqa: S608  # our own words
        " WHERE %(stop)s::text IS NULL OR stop = %(stop)s"
        " ORDER BY due_on, member_id, stop LIMIT %(most)s",
        {
            "until": wanted.until,
            "hidden": sorted(wanted.hidden),
            "stop": None if wanted.stop is None else wanted.stop.value,
            "most": wanted.most,
        },
    )
    return [_watch(row) for row in cursor.fetchall()]


def count_watched(cursor: Any, until: date) -> dict[Stop, int]:
    """How many wait for each reason, due until a day or stopped [途上管理の件数]."""
    due = " AND (due_on <= %(until)s OR stopped_on IS NOT NULL)"
    sql = _EVERY.format(checks=due, watches=due)
    cursor.execute(
        f"SELECT stop, count(*) FROM ({sql}) AS every GROUP BY stop",  # noqa: S608  # our own words
        {"until": until},
    )
    return {Stop(stop): int(count) for stop, count in cursor.fetchall()}


def _watch(row: tuple[Any, ...]) -> Watch:
    member_id, watch_no, stop, kind, found_on, due_on, until_on, stopped_on, source = row
    return Watch(
        member_id, watch_no, Stop(stop), kind, found_on, due_on, until_on, stopped_on, source
    )
