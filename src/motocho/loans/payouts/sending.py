"""Transfers go to the bank, and its answers become draws: the worker's side [振込の送信].

Decide and write down, hand over, write down what came: each a transaction of its own, none open
while the bank is asked. Killed in between, the same order goes again under the same reference, and
the bank has it once. Whether a silent bank took an order is never guessed: it stays `SENDING`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from django.db import connection, transaction

from motocho.loans import _book, policy
from motocho.loans._book import Made
from motocho.loans.commands import (
    draw_arrived,
    draw_failed,
    refund_arrived,
    refund_failed,
    watches,
)
from motocho.loans.payouts.facts import number_of
from motocho.loans.payouts.orders import (
    Payout,
    PayoutKey,
    Purpose,
    State,
    locked,
    moved,
    one,
    undo,
)
from motocho.outside.teller import Answer, Fate, Order, Teller
from motocho.people.access import check_open
from motocho.people.safety import freezes, holds, listed
from motocho.units.errors import OutsideFailure, RefusedError, StateConflict

log = logging.getLogger("motocho.payouts")
CHANNEL = "payout"
MOST = 200


class Unsent(Enum):
    """Why a payout was stopped before it was sent, beside the stops of `policy` [停止の理由]."""

    FROZEN = "frozen"
    HELD = "held"
    """After a change of something important · AUTH-008."""
    ENDED = "ended"
    """The agreement lends no more: written off, assigned, closed."""
    LATE = "late"
    LISTED = "listed"
    """The account came into a list of frozen ones meanwhile · FRAUD-003."""
    LIMIT = "limit"
    """Less can be drawn than was asked for."""


_OF_CODES = {"LON-010": Unsent.ENDED, "LON-012": Unsent.LATE}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, by whose counter, on which clock and business date [送信の設定]."""

    teller: Teller
    now: Callable[[], datetime]
    business_on: Callable[[Any], date]

    def made(self, cursor: Any, reference: str) -> Made:
        """How the worker's commands come [受付]."""
        return Made(CHANNEL, reference, self.business_on(cursor), self.now(), "worker")


def carry(sender: Sender, most: int = MOST) -> int:
    """Send what is to be sent, and take the bank's answers [振込の処理]; how many moved on.

    Takes     how many are looked up at once.

    AUTH-010: nothing moves in the maintenance.
    """
    if check_open(sender.now()) is not None:
        return 0
    return sum(_carry_one(key, sender) for key in _under_way(sender.now(), most))


_DUE = """
SELECT send_from, member_id, payout_id FROM loan_payout
WHERE ended_at IS NULL AND send_from <= %s AND (send_from, member_id, payout_id) > (%s, %s, %s)
ORDER BY send_from, member_id, payout_id LIMIT %s
"""


def _under_way(at: datetime, most: int) -> Iterator[PayoutKey]:
    """All that are under way, the oldest first, so many in a look.

    Why       over a weekend many wait for banks of the next business day: none behind them may.
    """
    after: tuple[Any, ...] = (datetime.min.replace(tzinfo=UTC), 0, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DUE, (at, *after, most))
            found = cursor.fetchall()
        yield from (PayoutKey(*row[1:]) for row in found)
        if len(found) < most:
            return
        after = found[-1]


def _carry_one(key: PayoutKey, sender: Sender) -> bool:
    """Whether a payout moved on; what could not is tried again, and stops no other."""
    with transaction.atomic(), connection.cursor() as cursor:
        before = one(cursor, key)
    try:
        return _carried(before, sender) is not before.state
    except OutsideFailure as error:
        fault = error.faults[0]
        if fault.file:  # a silent bank is asked again; a file that is odd needs a person
            log.warning("answer to payout %s: %s %s", before.order_ref, fault.code, fault.file)
        return False
    except (RefusedError, StateConflict) as error:
        log.warning("payout %s was not carried: %s", before.order_ref, error.faults[0].code)
        return False


def _carried(before: Payout, sender: Sender) -> State:
    """How far it is now.

    Raises    OutsideFailure where the bank does not answer: what still waits goes on waiting here,
              and can be taken back.
    """
    ready = before
    if before.state is State.WAITING:
        sender.teller.ask_open()
        with transaction.atomic(), connection.cursor() as cursor:
            ready = _begin(cursor, before, sender)
    if ready.ended_at is not None:
        return ready.state
    if ready.state is State.SENDING:
        ready = _hand_over(ready, sender)
    answer = sender.teller.answer(ready.order_ref)
    return ready.state if answer is None else _take(ready, answer, sender)


def _begin(cursor: Any, found: Payout, sender: Sender) -> Payout:
    """A payout that goes to the bank now, or ends here."""
    payout = locked(cursor, found.key)
    at = sender.now()
    if payout.state is not State.WAITING:  # taken back, or taken up by another worker
        return payout
    made = sender.made(cursor, f"stop {payout.order_ref}")
    reason = _stopped(cursor, payout, made.business_on, at)
    if reason:
        undo(cursor, payout, made)
        return moved(cursor, payout, State.STOPPED, at, reason)
    return moved(cursor, payout, State.SENDING, at)


def _stopped(cursor: Any, payout: Payout, on: date, at: datetime) -> str:
    """Why it may not be sent after all: all that is asked before it is asked once more."""
    if freezes.frozen_at(cursor, payout.key.member_id) is not None:
        return Unsent.FROZEN.value
    facts = _book.look(cursor, payout.agreement).facts(watches.leaving_on(on, at))
    if payout.purpose is Purpose.REFUND:
        if facts.state.excess_yen < payout.amount_yen:
            return Unsent.LIMIT.value
    else:
        stops = facts.stops | watches.unmet_at(cursor, payout.key.member_id, on, at)
        held_yen = facts.held_yen - payout.amount_yen
        without = replace(facts, stops=stops, held_yen=held_yen)
        refusal = policy.check_draw(without, payout.amount_yen)
        if refusal is not None:
            return refusal.details.get("stop") or _OF_CODES.get(refusal.code, Unsent.LIMIT).value
    if listed.check(cursor, number_of(payout.account)) is not None:
        return Unsent.LISTED.value
    held = holds.check_draw(cursor, payout.key.member_id, None, at)
    return "" if held is None else Unsent.HELD.value


def _hand_over(payout: Payout, sender: Sender) -> Payout:
    """Give the order to the bank, and write down that the bank has it.

    Raises    OutsideFailure if no answer came; it stays `SENDING`.
    """
    at = payout.sending_at or sender.now()
    order = Order(payout.order_ref, payout.account, payout.holder, payout.amount_yen, at)
    sender.teller.take(order)
    with transaction.atomic(), connection.cursor() as cursor:
        now = locked(cursor, payout.key)
        if now.state is not State.SENDING:
            return now
        return moved(cursor, now, State.SENT, sender.now())


def _take(payout: Payout, answer: Answer, sender: Sender) -> State:
    """The bank's answer makes the draw, or the refund, on the day it names, or undoes it.

    Days      a day that the book has not come to yet waits: it is looked at again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        now = locked(cursor, payout.key)
        if now.state is not State.SENT:
            return now.state
        made = sender.made(cursor, f"{answer.fate.value} {payout.order_ref}")
        if answer.fate is Fate.ARRIVED:
            if answer.on > made.business_on:
                return now.state
            arrived = draw_arrived if now.purpose is Purpose.DRAW else refund_arrived
            arrived(cursor, now.agreement, now.entry_id, answer.on, made)
            return moved(cursor, now, State.ARRIVED, sender.now()).state
        failed = draw_failed if now.purpose is Purpose.DRAW else refund_failed
        failed(cursor, now.agreement, now.entry_id, made)
        return moved(cursor, now, State.RETURNED, sender.now(), answer.reason).state
