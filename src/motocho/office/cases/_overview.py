"""All cases at a glance [事件の一覧]: what each comes to, or what keeps it from being calculated.

A case that has not changed is not calculated again: its figures are kept in this process under the
number of its last entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from motocho.claims.statement import Statement
from motocho.office.cases._case import Case
from motocho.office.cases._keeping import case_ids, load
from motocho.units.errors import Fault, MotochoError

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Outline:
    """One case in a few figures [事件の概要]."""

    case: Case
    overpaid_yen: int | None
    """The overpayment alone; None where the case cannot be calculated yet."""
    claim_yen: int | None
    owed_yen: int | None
    last_on: date | None
    fault: Fault | None


def outline(case: Case) -> Outline:
    """A case in a few figures [事件の概要]."""
    if not [row for row in case.rows if not row.is_blank]:
        return Outline(case, None, None, None, None, None)
    try:
        statement = case.statement()
    except MotochoError as error:
        return Outline(case, None, None, None, None, error.faults[0])
    return _outlined(case, statement)


def _outlined(case: Case, statement: Statement) -> Outline:
    result = statement.result
    return Outline(
        case,
        int(result.overpayment_yen),
        int(result.claim_yen),
        int(result.owed_yen),
        max(row.event.on for row in statement.rows),
        None,
    )


def outlines() -> list[Outline]:
    """The cases worked on last, in that order [事件の一覧]."""
    found = [load(case_id) for case_id in case_ids()[:MOST_LISTED]]
    return [_kept(_Known(case)) for case in found if case.state.put_away is None]


def away() -> list[Case]:
    """The cases that were put away, the one that was worked on last first [しまった事件]."""
    found = [load(case_id) for case_id in case_ids()]
    return [case for case in found if case.state.put_away is not None]


class _Known:
    """A case, equal to itself as long as nothing was written into it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((self.case.case_id, self.case.key, self.case.seq, self.case.last_at))


@lru_cache(maxsize=512)
def _kept(known: _Known) -> Outline:
    return outline(known.case)
