"""Which evidence of income a member is asked for [提出のお願い]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class EvidenceAsked:
    """Evidence that is waited for [収入証明書の依頼]: asked on a day, until another.

    `stopped_on` is the day on which its lack stopped draws · LEND-015.
    """

    found_on: date
    due_on: date
    stopped_on: date | None


def evidence_asked(cursor: Any, member_id: int) -> EvidenceAsked | None:
    """What is waited for, the one that is due first; None if nothing is [収入証明書の依頼]."""
    cursor.execute(
        "SELECT found_on, due_on, stopped_on FROM loan_check"
        " WHERE member_id = %s AND kind = 'income' AND met_on IS NULL ORDER BY due_on LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else EvidenceAsked(*row)


class EvidenceDue(NamedTuple):
    """Of whom evidence is waited for, and until when [収入証明書の期限]."""

    member_id: int
    due_on: date


def evidence_due(cursor: Any, until: date) -> list[EvidenceDue]:
    """Everybody of whom evidence is waited for, where it is due until a day [期限の近い依頼]."""
    cursor.execute(
        "SELECT member_id, min(due_on) FROM loan_check"
        " WHERE kind = 'income' AND met_on IS NULL AND stopped_on IS NULL AND due_on <= %s"
        " GROUP BY member_id ORDER BY 1",
        (until,),
    )
    return [EvidenceDue(*row) for row in cursor.fetchall()]
