"""Which days of an agreement are another lender's, and whether they bore damages [引継ぎ前の期間].

Before the takeover nobody here asked the member to pay, and the due dates by which our product
counts them late need not be those of the contract. So such a day bears damages in a recalculation
only where the history that was taken over says so itself: by a loss of the benefit of time, or by
balances that come out with damages alone (`takeover.says_damages`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import orjson

from motocho.loans._agreements import Key

CHANNELS = frozenset({"takeover", "takeover-events"})


class Taken(NamedTuple):
    """How an agreement came to us [引継ぎ]."""

    until_on: date
    """The last day before it was ours."""
    says_damages: bool


def taken_of(channel: str, content: str, business_on: date) -> Taken | None:
    """What an agreement's first event says of its past; None for our own [引継ぎの有無]."""
    if channel not in CHANNELS:
        return None
    return Taken(business_on, bool(orjson.loads(content).get("says_damages", False)))


def look(cursor: Any, key: Key) -> Taken | None:
    """The same of one agreement, from its first event [引継ぎの照会]."""
    cursor.execute(
        "SELECT channel, content::text, business_on FROM loan_event"
        " WHERE member_id = %s AND agreement_id = %s AND event_no = 1",
        key,
    )
    row = cursor.fetchone()
    return None if row is None else taken_of(*row)
