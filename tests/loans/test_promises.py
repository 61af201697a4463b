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
    assert desk.do(commands.judge_promise, key, desk.made(TODAY + days(8))) is Outcome.KEPT


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


def test_promise_is_broken_when_its_day_is_over(desk: Desk, key: Key) -> None:
    desk.do(commands.promise, key, 5_000, TODAY + days(8), desk.made(TODAY))
    desk.receive(key, 4_999, TODAY + days(3))
    assert desk.do(commands.judge_promise, key, desk.made(TODAY + days(8))) is None
    assert desk.do(commands.judge_promise, key, desk.made(TODAY + days(9))) is Outcome.BROKEN
    assert desk.do(commands.judge_promise, key, desk.made(TODAY + days(10))) is None
    with pytest.raises(NotFoundError):
        desk.do(commands.withdraw_promise, key, desk.made(TODAY + days(10)))
