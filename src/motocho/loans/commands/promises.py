"""Promises of payment: made, and judged when their day and its days of grace are over [お支払約束].

A promise changes nothing about the loan: interest and damages run on, arrears stay. It says when
the member will pay, so that nobody calls before. How long a payment is waited for after that day is
the caller's policy (`Waits`); until it is over a promise is neither kept nor broken unless paid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeAlias

from motocho.kernel.revolving import Receipt
from motocho.loans import _book, policy
from motocho.loans._book import Key, Made
from motocho.loans.commands._telling import refused, tell
from motocho.units.errors import Fault, NotFoundError


class Outcome(Enum):
    """How a promise ended [約束の結果]."""

    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise that is open [お支払約束]."""

    key: Key
    promise_no: int
    amount_yen: int
    made_on: date
    pay_on: date
    made_at: datetime


Waits: TypeAlias = Callable[[date], date]
"""The last day on which a payment for a promised day is waited for, by that day [猶予の最終日]."""
_COLUMNS = "member_id, agreement_id, promise_no, amount_yen, made_on, pay_on, made_at"


@dataclass(frozen=True, slots=True)
class Pledged:
    """What is promised, and how far ahead it may be [約束の内容]: agreed with a person, longer."""

    amount_yen: int
    pay_on: date
    most_days: int


def promise(cursor: Any, key: Key, amount_yen: int, pay_on: date, made: Made) -> Promise:
    """A promise to pay so much on a day soon [お支払約束の登録] · LEDG-016; as `promise_under`."""
    wanted = Pledged(amount_yen, pay_on, policy.LONGEST_PROMISE_DAYS)
    return promise_under(cursor, key, wanted, made)


def promise_under(cursor: Any, key: Key, wanted: Pledged, made: Made) -> Promise:
    """A promise within a policy of its own, as one that a consultation agreed [相談による約束].

    One whose day is over ends as the receipts have it: whoever missed it may promise anew.

    Lock      the member's agreements.
    Raises    RefusedError for a day outside the policy, nothing promised, an agreement that ended,
              or while another promise is open.
    """
    loan = _book.lock(cursor, key)
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_promise"  # noqa: S608  # our own names
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (key.member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    if row is not None:
        return _promise(row)
    amount_yen, pay_on = wanted.amount_yen, wanted.pay_on
    last_on = made.business_on + timedelta(days=wanted.most_days)
    refused(policy.check_promise(loan.status, amount_yen, pay_on, made.business_on, last_on))
    before = open_promise(cursor, key)
    if before is not None and made.business_on <= before.pay_on:
        refused(policy.refusal("LEDG-016", "LON-037"))
    if before is not None:
        _end(cursor, before, _as_paid(cursor, before, made), made)
    cursor.execute(
        "INSERT INTO loan_promise (member_id, agreement_id, amount_yen, made_on, pay_on, channel,"  # noqa: S608
        " external_ref, actor, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        f" RETURNING {_COLUMNS}",
        (
            *key, amount_yen, made.business_on, pay_on, made.channel, made.external_ref,
            made.actor, made.booked_at,
        ),
    )  # fmt: skip
    found = _promise(cursor.fetchone())
    tell(cursor, key, "promised", made, amount_yen=amount_yen, promise=found.promise_no)
    return found


def open_promise(cursor: Any, key: Key) -> Promise | None:
    """The promise that is open, if one is [未了の約束]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_promise"  # noqa: S608  # our own names
        " WHERE member_id = %s AND agreement_id = %s AND outcome IS NULL",
        key,
    )
    row = cursor.fetchone()
    return None if row is None else _promise(row)


def withdraw_promise(cursor: Any, key: Key, made: Made) -> None:
    """Take the open promise back, for a new one to be made [約束の取下げ].

    Once its day is over it is too late to take it back: it ends as the receipts up to now have it,
    kept or broken, and a new one may be made.

    Raises    NotFoundError if none is open.
    """
    _book.lock(cursor, key)
    found = open_promise(cursor, key)
    if found is None:
        raise NotFoundError(Fault("LON-038"))
    is_over = made.business_on > found.pay_on
    _end(cursor, found, _as_paid(cursor, found, made) if is_over else Outcome.WITHDRAWN, made)


def _as_paid(cursor: Any, found: Promise, made: Made) -> Outcome:
    """How a promise whose day is over ends before its grace does."""
    is_paid = _paid_yen(cursor, found, made.business_on) >= found.amount_yen
    return Outcome.KEPT if is_paid else Outcome.BROKEN


def judge_promise(cursor: Any, key: Key, waits: Waits, made: Made) -> Outcome | None:
    """Kept as soon as the receipts since it was made reach it, broken once grace is over [判定].

    Takes     how long a payment is waited for after a promised day.
    Gives     the outcome, or None while it stays open or none is.
    """
    _book.lock(cursor, key)
    found = open_promise(cursor, key)
    if found is None:
        return None
    last_on = waits(found.pay_on)
    if _paid_yen(cursor, found, last_on) >= found.amount_yen:
        return _end(cursor, found, Outcome.KEPT, made)
    if made.business_on > last_on:
        return _end(cursor, found, Outcome.BROKEN, made)
    return None


def _paid_yen(cursor: Any, found: Promise, last_on: date) -> int:
    """What came since it was made, with days of value up to a day."""
    since = (
        " AND e.kind = 'receipt' AND e.value_on BETWEEN %(made_on)s AND %(last_on)s"
        " AND e.booked_at >= %(made_at)s"
    )
    times = {"made_on": found.made_on, "last_on": last_on, "made_at": found.made_at}
    receipts = [one.event for one in _book.events(cursor, found.key, since, **times)]
    return sum(one.amount_yen for one in receipts if isinstance(one, Receipt))


def _end(cursor: Any, found: Promise, outcome: Outcome, made: Made) -> Outcome:
    cursor.execute(
        "UPDATE loan_promise SET outcome = %s, ended_on = %s"
        " WHERE member_id = %s AND agreement_id = %s AND promise_no = %s",
        (outcome.value, made.business_on, *found.key, found.promise_no),
    )
    kind = f"promise_{outcome.value}"
    tell(cursor, found.key, kind, made, promise=found.promise_no)
    return outcome


def _promise(row: tuple[Any, ...]) -> Promise:
    return Promise(Key(row[0], row[1]), *row[2:])
