"""Draws that count, and whether an overpayment was found: what a bureau is told [借入れ]."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from motocho.loans._book import Key

_LAST = """
SELECT e.event_no, e.value_on, (e.content->>'amount_yen')::bigint FROM loan_event e
WHERE e.member_id = %s AND e.agreement_id = %s AND e.kind = 'draw' AND e.value_on <= %s
  AND NOT EXISTS (
    SELECT FROM loan_event c WHERE c.member_id = e.member_id
      AND c.agreement_id = e.agreement_id AND c.cancels_no = e.event_no)
ORDER BY e.value_on DESC, e.event_no DESC LIMIT 1
"""
_ONE = _LAST.replace("e.value_on <= %s", "e.event_no = %s")
_OVERPAID = """
SELECT EXISTS (SELECT FROM journal_row WHERE member_id = %s AND kind = 'overpayment_owed'
    AND (subject->>'agreement')::bigint = %s)
"""


class Drawn(NamedTuple):
    """A draw [借入れ]: a contract of its own by law (極度方式貸付け)."""

    event_no: int
    on: date
    amount_yen: int


def last_draw(cursor: Any, key: Key, on: date) -> Drawn | None:
    """The last draw until a day that was not taken back; None for none [直近の借入れ]."""
    cursor.execute(_LAST, (*key, on))
    row = cursor.fetchone()
    return None if row is None else Drawn(*row)


def draw_of(cursor: Any, key: Key, event_no: int) -> Drawn | None:
    """A draw by its event; None where it was taken back, or is none [借入れの参照]."""
    cursor.execute(_ONE, (*key, event_no))
    row = cursor.fetchone()
    return None if row is None else Drawn(*row)


def is_overpaid(cursor: Any, key: Key) -> bool:
    """Whether an overpayment of an agreement was found to be owed back [過払金の有無]."""
    cursor.execute(_OVERPAID, key)
    return bool(cursor.fetchone()[0])
