"""What a member reads before deciding is what the ledger does afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.loans.commands import Key

OPENED = date(2026, 1, 5)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def loan(desk: Desk, scheme: Scheme = Scheme.EVERY_35_DAYS, day: int = 0) -> Key:
    key = desk.open(OPENED, scheme=scheme, day=day)
    desk.draw(key, 100_000, OPENED)
    return key


class Paid(NamedTuple):
    """What the ledger took where each due date was met with what it asked for."""

    interest_yen: int
    dates: list[date]
    rest_yen: int
    """What stays and is asked for by nobody [端数]."""


def paid_to_the_end(desk: Desk, key: Key, on: date) -> Paid:
    dates: list[date] = []
    interest_yen = 0
    while (due_on := desk.do(queries.position, key, on).due_on) is not None:
        asked_yen = desk.do(queries.position, key, due_on).due_yen
        step = desk.receive(key, asked_yen, due_on).step
        assert step.to_damages_yen == step.to_excess_yen == 0
        interest_yen += step.to_interest_yen
        dates.append(due_on)
        on = due_on
    return Paid(interest_yen, dates, desk.do(queries.position, key, on).payoff_yen)


@pytest.mark.rule("LEDG-027")
@pytest.mark.parametrize(("scheme", "day", "wanted"), [
    (Scheme.EVERY_35_DAYS, 0, (Scheme.MONTHLY, 25)),
    (Scheme.EVERY_35_DAYS, 0, (Scheme.MONTHLY, 31)),
    (Scheme.MONTHLY, 10, (Scheme.MONTHLY, 27)),
    (Scheme.MONTHLY, 27, (Scheme.EVERY_35_DAYS, 0)),
])  # fmt: skip
@pytest.mark.parametrize("paid_today", [0, 5_000])
def test_six_dates_and_their_interest_come_true(
    desk: Desk, scheme: Scheme, day: int, wanted: tuple[Scheme, int], paid_today: int
) -> None:
    key, today = loan(desk, scheme, day), date(2026, 1, 20)
    if paid_today:
        desk.receive(key, paid_today, today)
    seen = desk.do(queries.plan_forecast, key, *wanted, today)
    assert seen.refusal is None
    assert seen.then is not None
    desk.do(commands.change_plan, key, seen.plan, desk.made(today))
    assert desk.do(queries.plan_forecast, key, *wanted, today).now == seen.then
    for one in seen.then.days:
        position = desk.do(queries.position, key, one.due_on)
        assert (position.due_on, position.pay_by_on) == (one.due_on, one.pay_by_on)
        done = desk.receive(key, one.paid_yen, one.due_on)
        assert done.step.to_interest_yen == one.interest_yen
        assert done.step.to_damages_yen == 0


@pytest.mark.parametrize("ahead", [0, 1, 2, 3, 4])
def test_plan_is_asked_for_three_days_before(desk: Desk, ahead: int) -> None:
    key = loan(desk)
    due_on = desk.do(queries.position, key, OPENED).due_on
    seen = desk.do(queries.plan_forecast, key, Scheme.MONTHLY, 25, due_on - days(ahead))
    assert (seen.refusal is None) is (ahead >= 3)
    if seen.refusal is not None:
        assert seen.refusal.allowed_from == due_on + days(1)


def test_nothing_owed_has_no_course(desk: Desk) -> None:
    key = desk.open(OPENED)
    seen = desk.do(queries.plan_forecast, key, Scheme.MONTHLY, 25, OPENED)
    assert (seen.refusal, seen.now, seen.then, seen.more_yen) == (None, None, None, 0)
    assert desk.do(queries.lighter_forecast, key, OPENED).refusal is not None
    assert desk.do(queries.waiting, key, OPENED, OPENED + days(9)).a_day_yen == 0


@pytest.mark.rule("LEDG-015")
def test_lighter_month_comes_true_to_the_end(desk: Desk) -> None:
    key, today = loan(desk), date(2026, 1, 20)
    seen = desk.do(queries.lighter_forecast, key, today)
    assert seen.now is not None
    assert seen.then is not None
    desk.do(commands.arrange, key, seen.arrangement, desk.made(today))
    position = desk.do(queries.position, key, seen.pay_on)
    assert position.due_yen == seen.asked_then_yen
    first = desk.receive(key, seen.asked_then_yen, seen.pay_on)
    after = desk.do(queries.position, key, seen.pay_on)
    assert after.principal_yen == 100_000
    assert after.due_on == seen.then.days[0].due_on
    rest = paid_to_the_end(desk, key, seen.pay_on)
    assert first.step.to_interest_yen + rest.interest_yen == seen.then.extra_yen
    assert rest.rest_yen == 63
    assert seen.then.ends_on == rest.dates[-1] + days(35)
    assert rest.dates[: len(seen.then.days)] == [one.due_on for one in seen.then.days]


def test_second_lighter_month_counts(desk: Desk) -> None:
    key, today = loan(desk), date(2026, 1, 20)
    for used in range(2):
        seen = desk.do(queries.lighter_forecast, key, today)
        assert (seen.used, seen.refusal) == (used, None)
        desk.do(commands.arrange, key, seen.arrangement, desk.made(today))
    assert desk.do(queries.lighter_forecast, key, today).refusal is not None
    new_year = desk.do(queries.lighter_forecast, key, date(2027, 1, 1))
    assert new_year.used == 0


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 90), st.integers(0, 30))
def test_waiting_is_the_difference_of_two_quotes(waits: Desk, passed: int, ahead: int) -> None:
    key = Key(waits.member_id, 1)
    on = OPENED + timedelta(days=passed)
    until = on + timedelta(days=ahead)
    seen = waits.do(queries.waiting, key, on, until)
    first, last = (waits.do(queries.payoff_quote, key, one) for one in (on, until))
    assert seen.interest_yen == last.interest_yen - first.interest_yen
    assert seen.damages_yen == last.damages_yen - first.damages_yen
    late = waits.do(queries.position, key, until).late_since is not None
    assert (seen.damages_from_on is not None) == (late and ahead > 0)
    if seen.damages_from_on is not None:
        before = seen.damages_from_on - timedelta(days=1)
        until_then = waits.do(queries.payoff_quote, key, max(before, on))
        assert until_then.damages_yen == first.damages_yen


@pytest.fixture
def waits(desk: Desk) -> Desk:
    loan(desk)
    return desk


def test_limit_used_up_costs_what_the_ledger_takes(desk: Desk) -> None:
    key = desk.open(OPENED, 100_000)
    seen = desk.do(queries.limit_forecast, key, 1_000_000, OPENED)
    assert (seen.rate_ppm, seen.minimum_yen) == (150_000, 30_000)
    assert desk.do(queries.limit_forecast, key, 200_000, OPENED).rate_ppm == 180_000
    assert seen.course is not None
    desk.raise_limit(key, 1_000_000, desk.made(OPENED))
    desk.draw(key, 1_000_000, OPENED)
    taken = paid_to_the_end(desk, key, OPENED)
    last = seen.course.rows[-2 if taken.rest_yen else -1]
    assert (taken.interest_yen, taken.dates[-1]) == (seen.course.interest_yen, last.on)


def test_lower_limits_are_in_units_and_lower(desk: Desk) -> None:
    key = loan(desk)
    desk.draw(key, 34_000, OPENED)
    assert desk.do(queries.lower_limits, key, OPENED) == (250_000, 134_000, 125_000)
    small = desk.open(OPENED, 1_000)
    assert desk.do(queries.lower_limits, small, OPENED) == ()
