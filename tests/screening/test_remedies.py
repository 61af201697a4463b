"""Lines above a third: the cut in place of the stop, lifted by an answer of the day alone."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, days
from tests.people.house import rows
from tests.screening.bureau.counter import OTHERS_YEN, Counter

from motocho.loans import commands
from motocho.loans.commands import BureauAnswer, Evidence, Key
from motocho.loans.monitoring import Income
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.screening import remedies
from motocho.screening.watch import WatchNight, watch_day
from motocho.units.errors import NotAllowedError, RefusedError, StateConflict

ON = date(2026, 11, 24)
REVIEWER = Staff(7, frozenset({Role.REVIEWER}))
INCOME_YEN = 1_800_000


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def night(on: date) -> WatchNight:
    noon = datetime.combine(on, time(12), JAPAN)
    return WatchNight(lambda: noon, besides=(remedies.look_at_thirds,))


def answered(desk: Desk, key: Key, others_yen: int, on: date = ON) -> Any:
    answer = BureauAnswer(on, others_yen, f"answer {on} {others_yen}")
    return do(commands.record_bureau_answer, key.member_id, answer, desk.made(on))


def stopped(desk: Desk, others_yen: int, on: date = ON) -> Key:
    """A line of 500,000 yen of somebody with a third of 600,000."""
    key = desk.open(date(2026, 6, 1), 500_000, member_id=desk.member())
    shown = Evidence(Income(date(2026, 5, 1), INCOME_YEN), "paper 1")
    do(commands.record_income, key.member_id, shown, desk.made(date(2026, 6, 1)))
    answered(desk, key, others_yen, on)
    return key


def third(key: Key, on: date = ON) -> remedies.Third:
    found: remedies.Third | None = do(remedies.third, key.member_id, on)
    assert found is not None
    return found


def limits_of(key: Key, on: date = ON) -> dict[Key, int]:
    cuts = third(key, on).cuts
    assert cuts is not None
    return {one: to_yen for one, (_, to_yen) in cuts.items()}


def stops(key: Key) -> set[str]:
    (row,) = rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)
    return set(row[0])


def tasks_of(key: Key) -> list[tuple[bool]]:
    return rows(
        "SELECT outcome IS NULL FROM contact_task WHERE member_id = %s AND facts ? 'third'",
        key.member_id,
    )


@pytest.mark.rule("LEND-016")
def test_the_cut_is_what_a_third_leaves_and_lifts_its_stop_alone(desk: Desk) -> None:
    assert third(stopped(desk, 100_000)).is_over is False  # 600,000
    key = stopped(desk, 100_001)
    assert stops(key) == {"over_one_third"}
    do(commands.watches.ask, [commands.Ask(key.member_id, Stop.LATE_OFTEN, "t")], desk.made(ON))
    found = third(key)
    assert (found.base_yen, found.total_yen, found.is_over) == (600_000, 600_001, True)
    assert found.cuts is not None
    ((now_yen, to_yen),) = found.cuts.values()
    assert now_yen == 500_000
    assert to_yen + 100_001 <= 600_000 < to_yen + 100_001 + 10_000  # whole units, no more than due
    for staff in (Staff(8, frozenset({Role.OPERATOR})), Staff(9, frozenset({Role.AUDITOR}))):
        with pytest.raises(NotAllowedError):
            do(remedies.cut, key.member_id, limits_of(key), (staff, desk.made(ON)))
    with pytest.raises(StateConflict):
        do(remedies.cut, key.member_id, {key: to_yen - 10_000}, (REVIEWER, desk.made(ON)))
    made = desk.made(ON)
    learned = do(remedies.cut, key.member_id, {key: to_yen}, (REVIEWER, made))
    assert not learned.is_over_base
    assert stops(key) == {"late_often"}  # the other stop stands
    do(remedies.cut, key.member_id, {key: to_yen}, (REVIEWER, made))  # sent twice
    told = rows(
        "SELECT count(*) FROM journal_row WHERE kind = 'limit_changed' AND member_id = %s",
        key.member_id,
    )
    assert told == [(1,)]


@pytest.mark.rule("LEND-016")
def test_an_answer_of_another_day_lifts_nothing_and_the_next_one_does(desk: Desk) -> None:
    key = stopped(desk, 300_000, ON - days(1))
    do(remedies.cut, key.member_id, limits_of(key), (REVIEWER, desk.made(ON)))
    assert stops(key) == {"over_one_third"}
    found = third(key)
    assert (found.is_over, found.is_stopped) == (False, True)
    answered(desk, key, 300_001)
    assert stops(key) == {"over_one_third"}  # one yen above it again
    answered(desk, key, 300_000, ON + days(1))
    assert stops(key) == set()


@pytest.mark.rule("LEND-016")
def test_the_cut_asks_the_bureau_whose_answer_lifts_the_stop(
    database: Database, tmp_path: Path
) -> None:
    counter = Counter(tmp_path)
    counter.join()
    counter.consent()
    key = counter.opened(500_000)
    shown = Evidence(Income(counter.on, INCOME_YEN), "paper 1")
    do(commands.record_income, key.member_id, shown, counter.made("income 1"))
    answer = BureauAnswer(counter.on, OTHERS_YEN, "answer 1")
    do(commands.record_bureau_answer, key.member_id, answer, counter.made("answer 1"))
    assert stops(key) == {"over_one_third"}
    counter.later(days=1)
    limits = limits_of(key, counter.on)
    do(remedies.cut, key.member_id, limits, (REVIEWER, counter.made("cut 1")))
    assert stops(key) == {"over_one_third"}
    (need,) = rows("SELECT need FROM screening_inquiry WHERE purpose = 'monitoring'")
    assert need == (f"third {counter.on}",)
    counter.carry()
    counter.later(minutes=10)
    counter.carry()
    assert stops(key) == set()


@pytest.mark.rule("LEND-016")
def test_no_cut_is_enough_where_others_alone_are_above_it(desk: Desk) -> None:
    key = stopped(desk, 600_001)
    assert third(key).cuts is None
    with pytest.raises(RefusedError):
        do(remedies.cut, key.member_id, {key: 10_000}, (REVIEWER, desk.made(ON)))
    assert stops(key) == {"over_one_third"}


def test_who_stands_above_it_is_a_task_of_the_desk_while_it_stands(desk: Desk) -> None:
    cut, lower, within = stopped(desk, 300_000), stopped(desk, 200_000), stopped(desk, 0)
    watch_day(night(ON), ON)
    watch_day(night(ON + days(1)), ON + days(1))
    assert [tasks_of(one) for one in (cut, lower, within)] == [[(True,)], [(True,)], []]
    made = desk.made(ON + days(1))
    do(remedies.cut, cut.member_id, limits_of(cut), (REVIEWER, made))
    assert tasks_of(cut) == [(False,)]
    answered(desk, lower, 0, ON + days(1))
    watch_day(night(ON + days(2)), ON + days(2))
    assert tasks_of(lower) == [(False,)]
