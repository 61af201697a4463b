"""Promises: one at a time, soon, of some yen; kept by receipts, broken by silence."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.loans import commands, policy
from motocho.loans.commands import Key, Outcome
from motocho.loans.policy import Status
from motocho.units.errors import NotFoundError, RefusedError

TODAY = date(2026, 2, 20)
GRACE_DAYS = 3


def waits(pay_on: date) -> date:
    return pay_on + days(GRACE_DAYS)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    opened = desk.open(date(2026, 1, 5))
    desk.draw(opened, 100_000, date(2026, 1, 5))
    return opened


@pytest.mark.rule("LEDG-016")
def test_promise_of_a_day_soon_passes_and_stops_no_damages(desk: Desk, key: Key) -> None:
    made = desk.do(commands.promise, key, 5_000, TODAY + days(8), desk.made(TODAY, "P-1"))
    assert desk.do(commands.promise, key, 5_000, TODAY + days(8), desk.made(TODAY, "P-1")) == made
    done = desk.receive(key, 5_000, TODAY + days(8))
    assert done.step.to_damages_yen > 0
    assert desk.do(commands.judge_promise, key, waits, desk.made(TODAY + days(8))) is Outcome.KEPT


@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("amount", "pay_on"), [
    (5_000, TODAY - days(1)),
    (5_000, TODAY + days(15)),
    (5_000, date(2027, 6, 1)),
    (0, TODAY + days(1)),
])  # fmt: skip
def test_promise_outside_the_policy_is_refused(amount: int, pay_on: date) -> None:
    refusal = policy.check_promise(Status.OPEN, amount, pay_on, TODAY)
    assert refusal is not None
    assert refusal.rule_id == "LEDG-016"


@pytest.mark.rule("LEDG-016")
def test_second_open_promise_is_refused(desk: Desk, key: Key) -> None:
    desk.do(commands.promise, key, 5_000, TODAY + days(8), desk.made(TODAY))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.promise, key, 5_000, TODAY + days(9), desk.made(TODAY))
    assert refused.value.faults[0].details["rule"] == "LEDG-016"
    copy = (
        "INSERT INTO loan_promise (member_id, agreement_id, amount_yen, made_on, pay_on, channel,"
        " external_ref, actor, made_at) SELECT member_id, agreement_id, amount_yen, made_on, pay_on,"
        " channel, 'again', actor, made_at FROM loan_promise"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copy)
    desk.do(commands.withdraw_promise, key, desk.made(TODAY))
    desk.do(commands.promise, key, 5_000, TODAY + days(9), desk.made(TODAY))


def test_promise_is_broken_when_its_days_of_grace_are_over(desk: Desk, key: Key) -> None:
    desk.do(commands.promise, key, 5_000, TODAY + days(8), desk.made(TODAY))
    desk.receive(key, 4_999, TODAY + days(3))
    judge = commands.judge_promise
    for ahead in range(8, 8 + GRACE_DAYS + 1):
        assert desk.do(judge, key, waits, desk.made(TODAY + days(ahead))) is None
    over = TODAY + days(9 + GRACE_DAYS)
    assert desk.do(judge, key, waits, desk.made(over)) is Outcome.BROKEN
    assert desk.do(judge, key, waits, desk.made(over + days(1))) is None
    with pytest.raises(NotFoundError):
        desk.do(commands.withdraw_promise, key, desk.made(over + days(1)))


@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("paid_ahead", "outcome"), [
    (0, Outcome.KEPT), (GRACE_DAYS, Outcome.KEPT), (GRACE_DAYS + 1, Outcome.BROKEN),
])  # fmt: skip
def test_what_comes_within_grace_keeps_it(
    desk: Desk, key: Key, paid_ahead: int, outcome: Outcome
) -> None:
    pay_on = TODAY + days(8)
    desk.do(commands.promise, key, 5_000, pay_on, desk.made(TODAY))
    desk.receive(key, 5_000, pay_on + days(paid_ahead))
    night = desk.made(pay_on + days(GRACE_DAYS + 1))
    assert desk.do(commands.judge_promise, key, waits, night) is outcome


@pytest.mark.rule("LEDG-016")
def test_who_missed_a_day_may_promise_anew_at_once(desk: Desk, key: Key) -> None:
    pay_on = TODAY + days(8)
    desk.do(commands.promise, key, 5_000, pay_on, desk.made(TODAY))
    with pytest.raises(RefusedError):
        desk.do(commands.promise, key, 5_000, pay_on + days(3), desk.made(pay_on))
    desk.do(commands.promise, key, 5_000, pay_on + days(3), desk.made(pay_on + days(1)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM loan_promise ORDER BY promise_no")
        assert cursor.fetchall() == [("broken",), (None,)]


@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("ahead", "paid", "outcome"), [
    (0, 0, "withdrawn"), (1, 0, "broken"), (1, 4_999, "broken"), (1, 5_000, "kept"),
])  # fmt: skip
def test_taken_back_after_its_day_it_ends_as_it_was_paid(
    desk: Desk, key: Key, ahead: int, paid: int, outcome: str
) -> None:
    """A missed promise is no less missed because another takes its place."""
    pay_on = TODAY + days(8)
    desk.do(commands.promise, key, 5_000, pay_on, desk.made(TODAY))
    if paid:
        desk.receive(key, paid, pay_on)
    desk.do(commands.withdraw_promise, key, desk.made(pay_on + days(ahead)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM loan_promise")
        assert cursor.fetchall() == [(outcome,)]
    desk.do(commands.promise, key, 1_000, pay_on + days(9), desk.made(pay_on + days(ahead)))
