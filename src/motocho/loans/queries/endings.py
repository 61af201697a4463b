"""Whether a claim was paid in full on an agreement that lends no more [完済]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from motocho.loans import _book, policy
from motocho.loans._book import Key
from motocho.loans.policy import Status, Stop
from motocho.loans.queries.positions import Position, position
from motocho.loans.queries.statements import statement
from motocho.outside.clock import JAPAN

_PAYING = frozenset({"receipt", "excess_used", "waiver"})
_SETTLED = """
SELECT EXISTS (SELECT FROM journal_row WHERE member_id = %s AND kind = 'settled'
    AND (subject->>'agreement')::bigint = %s AND happened_at <= %s)
"""


@dataclass(frozen=True, slots=True)
class PaidOff:
    """A claim of which nothing is left, on an agreement that lends no more [完済]."""

    key: Key
    opened_on: date
    last_on: date | None
    """The day on which the last of it was paid or given up; None where nothing was ever lent."""


def paid_off(cursor: Any, key: Key, on: date) -> PaidOff | None:
    """How a claim stood paid in full when a day ended [完済の照会]; None while it is not.

    An open agreement at nothing still lends: it is not over before it was closed, settled,
    accelerated or written off. A claim that went to somebody else was not paid to us.
    Raises    NotFoundError if the member has no such agreement.
    """
    stood = position(cursor, key, on)
    if stood.payoff_yen or stood.held_yen or not _is_over(cursor, stood):
        return None
    rows = statement(cursor, key, date.min, on)
    if any(row.kind == "departure" for row in rows):
        return None
    paid = [row.on for row in rows if row.kind in _PAYING]
    return PaidOff(key, rows[0].on, max(paid, default=None))


def is_settled(cursor: Any, key: Key) -> bool:
    """Whether a settlement holds, from the moment that it was booked [和解後か].

    Raises    NotFoundError if the member has no such agreement.
    """
    return policy.is_settled(_book.look(cursor, key).state)


def _is_over(cursor: Any, stood: Position) -> bool:
    if stood.status is not Status.OPEN or stood.accelerated_on is not None:
        return stood.status is not Status.ASSIGNED
    if Stop.CREDIT not in _book.look(cursor, stood.key).stops:
        return False
    cursor.execute(_SETTLED, (*stood.key, datetime.combine(stood.on, time.max, JAPAN)))
    return bool(cursor.fetchone()[0])
