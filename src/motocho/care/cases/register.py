"""The register of complaints: what is open by its day, and what there was [苦情簿].

Lines hold numbers and words of ours, nothing of a person: who opens one asks `people.access`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.care.cases import complaints
from motocho.care.cases.complaints import Case, Kind, State
from motocho.care.cases.policy import business_days_left, policy
from motocho.care.cases.sorting import Category, Severity, Stage
from motocho.outside.clock import JAPAN

MOST_LISTED = 500


class Show(Enum):
    """Which complaints of the register are shown [絞込み]."""

    OPEN = "open"
    OVERDUE = "overdue"
    UNSORTED = "unsorted"
    MINE = "mine"
    OUTSIDE = "outside"
    """Before the outside body."""
    ANSWERED = "answered"
    """Answered, and to be closed by somebody else."""


@dataclass(frozen=True, slots=True)
class Line:
    """One open complaint [苦情簿の1行]."""

    case: Case
    stages: frozenset[Stage]
    days_left: int | None
    """Business days until what we owe next; None while it waits to be closed."""
    near_days: int

    @property
    def is_overdue(self) -> bool:
        """Whether its day is over [期限超過か]."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_near(self) -> bool:
        """Whether its day is near [期限間近か]."""
        return self.days_left is not None and 0 <= self.days_left <= self.near_days

    @property
    def is_outside(self) -> bool:
        """Whether the outside body is at work [ADR中か]."""
        return Stage.OPENED in self.stages and Stage.CLOSED not in self.stages

    def belongs(self, show: Show, actor: str) -> bool:
        """Whether it is one of those that are asked for; pure [絞込みの判定]."""
        sorting, answered = self.case.sorting, self.case.state is State.ANSWERED
        match show:
            case Show.OPEN:
                return True
            case Show.OVERDUE:
                return self.is_overdue
            case Show.UNSORTED:
                return sorting is None
            case Show.MINE:
                return sorting is not None and sorting.owner == actor
            case Show.OUTSIDE:
                return self.is_outside
            case Show.ANSWERED:
                return answered


_OPEN = """
SELECT c.member_id, c.case_id,
    array(SELECT a.stage FROM care_case_adr a
        WHERE (a.member_id, a.case_id) = (c.member_id, c.case_id))
FROM care_case c CROSS JOIN LATERAL (SELECT s.state FROM care_case_step s
    WHERE (s.member_id, s.case_id) = (c.member_id, c.case_id) ORDER BY s.step_no DESC LIMIT 1) l
WHERE c.kind = 'complaint' AND l.state <> 'closed' ORDER BY c.told_at LIMIT %s
"""


def open_lines(cursor: Any, on: date) -> list[Line]:
    """Open complaints, the ones whose day is over first, then by their day [未了の苦情].

    Those that were answered come last: the member waits for nothing.
    """
    cursor.execute(_OPEN, (MOST_LISTED,))
    rows = cursor.fetchall()
    found = [
        _line(complaints.case(cursor, complaints.CaseKey(row[0], row[1])), row[2], on)
        for row in rows
    ]
    return sorted(
        found, key=lambda one: (one.days_left is None, one.days_left or 0, one.case.told_at)
    )


def _line(case: Case, stages: Iterable[str], on: date) -> Line:
    left = None if case.due_on is None else business_days_left(on, case.due_on)
    named = frozenset(Stage(one) for one in stages)
    return Line(case, named, left, policy(on).near_days)


def counts(lines: Iterable[Line], actor: str) -> dict[Show, int]:
    """How many there are of each kind, zeros too; pure [件数]."""
    found = Counter(show for one in lines for show in Show if one.belongs(show, actor))
    return {show: found[show] for show in Show}


# ----------------------------------------------------------------------------------- statistics
@dataclass(frozen=True, slots=True)
class Month:
    """Complaints of one category that were told in one month of Japan [月次の件数]."""

    month: date
    category: Category | None
    """None for those that nobody sorted."""
    told: int = 0
    serious: int = 0
    answered: int = 0
    in_time: int = 0
    """Answered for the first time by the day that held when they were told."""
    closed: int = 0
    reopened: int = 0
    outside: int = 0


def statistics(cursor: Any, first_on: date, last_on: date) -> list[Month]:
    """Complaints by category and month of telling, the newest month first [苦情の統計]."""
    cursor.execute(
        "SELECT member_id, case_id, EXISTS (SELECT FROM care_case_adr a WHERE a.stage = 'opened'"
        " AND (a.member_id, a.case_id) = (c.member_id, c.case_id)) FROM care_case c"
        " WHERE kind = %s AND told_at >= %s AND told_at < %s ORDER BY told_at",
        (Kind.COMPLAINT.value, _begin(first_on), _begin(date.fromordinal(last_on.toordinal() + 1))),
    )
    told: dict[tuple[date, Category | None], list[tuple[Case, bool]]] = {}
    for member_id, case_id, is_outside in cursor.fetchall():
        case = complaints.case(cursor, complaints.CaseKey(member_id, case_id))
        month = case.told_at.astimezone(JAPAN).date().replace(day=1)
        category = None if case.sorting is None else case.sorting.category
        told.setdefault((month, category), []).append((case, is_outside))
    found = [_month(month, category, cases) for (month, category), cases in told.items()]
    names = ["", *(one.value for one in Category)]
    return sorted(
        found,
        key=lambda one: (
            -one.month.toordinal(),
            names.index("" if one.category is None else one.category.value),
        ),
    )


def _begin(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=JAPAN)


def _month(month: date, category: Category | None, cases: list[tuple[Case, bool]]) -> Month:
    mine = [case for case, _ in cases]
    return Month(
        month,
        category,
        told=len(mine),
        serious=sum(
            one.sorting is not None and one.sorting.severity is Severity.SERIOUS for one in mine
        ),
        answered=sum(one.first_answered_at is not None for one in mine),
        in_time=sum(_is_in_time(one) for one in mine),
        closed=sum(one.state is State.CLOSED for one in mine),
        reopened=sum(one.times_reopened > 0 for one in mine),
        outside=sum(is_outside for _, is_outside in cases),
    )


def _is_in_time(case: Case) -> bool:
    answered_at = case.first_answered_at
    if answered_at is None:
        return False
    before = Case(case.key, case.kind, case.attempt_id, case.told_at, case.steps[:1], case.sorting)
    return answered_at.astimezone(JAPAN).date() <= before.answered_by_on
