"""Promises of a stretch of days, with what the ledger took for each [約束と入金].

What was paid is read from the receipts that count, never from how a promise was closed: a receipt
that came in late with an earlier day, or that was taken back, is in the answer at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.loans._book import Key
from motocho.loans.queries._moment import at_one_moment


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise beside what was paid for it [約束と入金]."""

    key: Key
    promise_no: int
    channel: str
    amount_yen: int
    made_on: date
    pay_on: date
    paid_yen: int
    """Receipts from the day it was made to the last day of grace, cancelled ones left out."""
    is_withdrawn: bool
    is_given_up: bool = False
    """Ended unpaid after its day and within grace, as for another one."""

    @property
    def short_yen(self) -> int:
        """What is not there of it [不足額]."""
        return max(0, self.amount_yen - self.paid_yen)


# A receipt counts once: for the last promise that stood when it was booked.
_PLEDGES = """
WITH wanted AS (
    SELECT p.*, (SELECT min(n.made_at) FROM loan_promise n WHERE n.member_id = p.member_id
        AND n.agreement_id = p.agreement_id AND n.promise_no > p.promise_no) AS next_at
    FROM loan_promise p WHERE p.pay_on BETWEEN %(first)s AND %(last)s
      AND (%(member)s::bigint IS NULL OR p.member_id = %(member)s)
)
SELECT w.member_id, w.agreement_id, w.promise_no, w.channel, w.amount_yen, w.made_on, w.pay_on,
    (SELECT coalesce(sum((e.content->>'amount_yen')::bigint), 0) FROM loan_event e
     WHERE e.member_id = w.member_id AND e.agreement_id = w.agreement_id AND e.kind = 'receipt'
       AND e.value_on BETWEEN w.made_on AND w.pay_on + %(grace)s
       AND e.booked_at >= w.made_at AND (w.next_at IS NULL OR e.booked_at < w.next_at)
       AND NOT EXISTS (SELECT FROM loan_event c WHERE c.member_id = e.member_id
           AND c.agreement_id = e.agreement_id AND c.cancels_no = e.event_no))::bigint,
    coalesce(w.outcome = 'withdrawn', false),
    coalesce(w.outcome = 'broken' AND w.ended_on <= w.pay_on + %(grace)s, false)
FROM wanted w ORDER BY w.pay_on, w.member_id, w.agreement_id, w.promise_no
"""


@at_one_moment
def pledges(
    cursor: Any, first_on: date, last_on: date, grace_days: int, member_id: int | None = None
) -> list[Pledge]:
    """Promises whose day lies between two days, both counted, and what was paid [約束の一覧].

    Takes     a member, or None for everybody.
    """
    days = {"first": first_on, "last": last_on, "grace": grace_days}
    cursor.execute(_PLEDGES, {**days, "member": member_id})
    return [Pledge(Key(row[0], row[1]), *row[2:]) for row in cursor.fetchall()]
