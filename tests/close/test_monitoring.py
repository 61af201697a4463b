"""LEND-013…016: when a bureau must be asked, what stops draws, what lets them begin again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.close.book import Lender, query, seen
from tests.database import Database
from tests.loans.desk import days

from motocho.close.plan import TaskKind
from motocho.loans import _book, commands, monitoring
from motocho.loans.commands import BureauAnswer, Evidence, Key, Learned, Remedy
from motocho.loans.monitoring import (
    Borrowed,
    Burden,
    CheckKind,
    Income,
    checks_due,
    contract_days_ending,
    law_on,
    limits_within_base,
    needs_evidence,
    period_ending,
)
from motocho.loans.policy import Stop, available_yen
from motocho.units.errors import RefusedError

LAW = law_on(date(2026, 11, 21))
OPENED = date(2026, 1, 10)
MONTH_END = date(2026, 2, 9)
QUARTER_END = date(2026, 4, 9)


# ----------------------------------------------------------------------------------------- periods
DAYS = st.dates(date(2010, 6, 18), date(2090, 1, 1))


@given(DAYS, st.integers(0, 1_500))
@settings(deadline=None)
def test_periods_follow_each_other_and_none_is_longer_than_a_month(
    opened: date, later: int
) -> None:
    on = opened + timedelta(days=later)
    period = period_ending(opened, on)
    assert (period is not None) <= (opened.day in contract_days_ending(on))
    if period is None:
        return
    length = (period.last_on - period.first_on).days + 1
    assert 28 <= length <= 31
    before = period_ending(opened, period.first_on - timedelta(days=1))
    if period.number == 1:
        assert period.first_on == opened
    else:
        assert before is not None
        assert before.number == period.number - 1


@given(DAYS)
@settings(deadline=None)
def test_each_contract_has_a_period_that_ends_in_any_month(opened: date) -> None:
    ends = [opened + timedelta(days=later) for later in range(400)]
    found = [period for end in ends if (period := period_ending(opened, end)) is not None]
    assert [period.number for period in found] == list(range(1, len(found) + 1))
    assert len(found) in {12, 13}


@given(DAYS, st.integers(0, 1_500))
@settings(deadline=None)
def test_first_day_of_a_period_follows_from_the_day_of_the_month_alone(
    opened: date, later: int
) -> None:
    """The night looks at the draws of all contracts of a day of the month by one first day."""
    on = opened + timedelta(days=later)
    period = period_ending(opened, on)
    other = period_ending(date(on.year - 1, 1, opened.day), on)
    if period is not None:
        assert other is not None
        assert other.first_on == period.first_on


# ------------------------------------------------------------------------------------ what is due
FIRST = period_ending(OPENED, MONTH_END)
THIRD = period_ending(OPENED, QUARTER_END)


def kinds(
    period: object,
    draws: int,
    balance: int,
    is_stopped: bool = False,  # noqa: FBT001, FBT002  # a table's column
) -> tuple[CheckKind, ...]:
    assert isinstance(period, monitoring.Period)
    return checks_due(period, Borrowed(draws, balance, is_stopped), LAW).kinds


@pytest.mark.rule("LEND-013")
@pytest.mark.parametrize(
    ("draws", "balance", "due"),
    [
        (50_000, 400_000, ()),
        (50_001, 100_000, ()),
        (50_001, 100_001, (CheckKind.MONTHLY,)),
    ],
)
def test_month_of_much_borrowing_asks_for_a_check(
    draws: int, balance: int, due: tuple[CheckKind, ...]
) -> None:
    assert kinds(FIRST, draws, balance) == due


@pytest.mark.rule("LEND-014")
@pytest.mark.parametrize(
    ("period", "balance", "due"),
    [(THIRD, 100_000, ()), (THIRD, 100_001, (CheckKind.REGULAR,)), (FIRST, 900_000, ())],
)
def test_every_third_month_asks_for_a_check(
    period: object, balance: int, due: tuple[CheckKind, ...]
) -> None:
    assert kinds(period, 0, balance) == due


def test_both_can_fall_due_at_once_and_a_stopped_contract_may_wait() -> None:
    assert kinds(THIRD, 60_000, 200_000) == (CheckKind.MONTHLY, CheckKind.REGULAR)
    assert THIRD is not None
    due = checks_due(THIRD, Borrowed(0, 200_000, is_stopped=True), LAW)
    assert (due.kinds, due.waits) == ((), True)


@pytest.mark.rule("LEND-015")
@pytest.mark.parametrize(
    ("total", "issued", "needed"),
    [
        (1_000_000, None, False),
        (1_000_001, None, True),
        (1_000_001, date(2024, 1, 20), False),
        (1_000_001, date(2023, 10, 1), True),
    ],
)
def test_evidence_is_needed_above_a_million(total: int, issued: date | None, needed: bool) -> None:  # noqa: FBT001  # a table's column
    income = None if issued is None else Income(issued, 5_000_000)
    assert (
        needs_evidence(Burden(500_000, total - 500_000), income, date(2026, 11, 21), LAW) is needed
    )


@pytest.mark.rule("LEND-016")
def test_the_largest_limit_is_cut_first() -> None:
    limits = {Key(1, 1): 800_000, Key(1, 2): 300_000}
    income = Income(date(2026, 1, 1), 3_000_000)
    cut = limits_within_base(limits, Burden(1_100_000, 200_000), income, LAW, unit_yen=1_000)
    assert cut == {Key(1, 1): 500_000}
    assert (
        limits_within_base(limits, Burden(1_100_000, 999_000), income, LAW, unit_yen=1_000) is None
    )


@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=4),
    st.integers(0, 5_000_000),
    st.integers(0, 20_000_000),
)
@settings(deadline=None)
def test_cut_limits_are_within_the_base(units: list[int], others: int, annual: int) -> None:
    limits = {Key(1, place): count * 1_000 for place, count in enumerate(units)}
    burden, income = Burden(sum(limits.values()), others), Income(OPENED, annual)
    cuts = limits_within_base(limits, burden, income, LAW, unit_yen=1_000)
    if cuts is None:
        least = Burden(1_000 * len(limits), others)
        assert monitoring.is_over_base(least, income, LAW)
        return
    after = Burden(sum({**limits, **cuts}.values()), others)
    assert not monitoring.is_over_base(after, income, LAW)
    assert all(0 < cut <= limits[key] for key, cut in cuts.items())


# -------------------------------------------------------------------------------------- in the book
@pytest.fixture
def lender(database: Database, tmp_path: Path) -> Lender:
    """The evening on which the first month of contracts of 10 January ends."""
    return Lender(tmp_path, MONTH_END)


def answered(lender: Lender, key: Key, on: date, others: int = 0, remedy: Remedy = Remedy.STOP) -> Learned:  # fmt: skip
    made = lender.made(on)
    answer = BureauAnswer(on, others, f"JICC {on}")
    learned: Learned = lender.do(commands.record_bureau_answer, key.member_id, answer, made, remedy)
    return learned


def shown(lender: Lender, key: Key, on: date, annual: int, remedy: Remedy = Remedy.STOP) -> Learned:
    evidence = Evidence(Income(on - days(30), annual), "DOC-1")
    learned: Learned = lender.do(
        commands.record_income, key.member_id, evidence, lender.made(on), remedy
    )
    return learned


def refused_code(lender: Lender, key: Key, on: date) -> str:
    with pytest.raises(RefusedError) as refused:
        lender.draw(key, 1_000, on)
    return refused.value.faults[0].code


def checks() -> list[tuple[object, ...]]:
    return query("SELECT agreement_id, kind, found_on, due_on, met_on, stopped_on FROM loan_check ORDER BY 3, 1, 2")  # fmt: skip


@pytest.mark.rule("LEND-013")
def test_draws_of_all_contracts_are_added_up(lender: Lender) -> None:
    """30,000 on one and 30,000 on another are above 50,000, each for its own period."""
    one, other = lender.open(OPENED), lender.open(OPENED)
    lender.draw(one, 80_000, OPENED)
    lender.draw(other, 30_000, OPENED + days(1))
    lender.close(MONTH_END)
    assert [(row[0], row[1]) for row in checks()] == [
        (one.agreement_id, "monthly"),
        (other.agreement_id, "monthly"),
    ]


def test_a_reversed_draw_is_no_draw(lender: Lender) -> None:
    key = lender.open(OPENED)
    lender.draw(key, 101_000, OPENED)
    second = lender.draw(key, 60_000, OPENED + days(3))
    lender.do(commands.reverse, key, second.event_no, "wrong card", lender.made(OPENED + days(4)))
    first = lender.do(
        commands.receive, key, 100_000, OPENED + days(5), lender.made(OPENED + days(5))
    )
    assert first.step.state.principal_yen < 100_000
    lender.close(MONTH_END)
    assert checks() == []


@pytest.mark.rule("LEND-013")
def test_a_missed_deadline_stops_draws_until_the_bureau_answers(lender: Lender) -> None:
    key = lender.open(OPENED)
    lender.draw(key, 101_000, OPENED)
    lender.close(MONTH_END)
    deadline = MONTH_END + days(21)
    assert checks() == [(key.agreement_id, "monthly", MONTH_END, deadline, None, None)]
    (task,) = lender.tasks(TaskKind.BUREAU_CHECK)
    assert task.facts == {"deadline": deadline.isoformat()}
    lender.receive(key, 4_000, MONTH_END + days(1))  # no arrears in the way
    lender.close(deadline - days(1))
    lender.draw(key, 1_000, deadline)
    lender.close(deadline)
    assert refused_code(lender, key, deadline + days(1)) == "LON-017"
    assert lender.tasks(TaskKind.DRAWS_STOPPED)[0].facts == {"stop": "bureau_check_due"}
    learned = answered(lender, key, deadline + days(1))
    assert learned.stops == frozenset()
    lender.draw(key, 1_000, deadline + days(1))
    lender.close(deadline + days(1))
    assert lender.tasks(TaskKind.BUREAU_CHECK) == []


@pytest.mark.rule("LEND-013")
def test_an_answer_within_three_weeks_keeps_draws_going(lender: Lender) -> None:
    key = lender.open(OPENED)
    lender.draw(key, 101_000, OPENED)
    lender.close(MONTH_END)
    answered(lender, key, MONTH_END + days(20))
    assert query("SELECT met_on FROM loan_check") == [(MONTH_END + days(20),)]


def test_an_answer_of_before_the_period_does_not_meet_it(lender: Lender) -> None:
    key = lender.open(OPENED)
    lender.draw(key, 101_000, OPENED)
    lender.close(MONTH_END)
    made = lender.made(MONTH_END + days(1))
    old = BureauAnswer(MONTH_END, 0, "JICC old")
    lender.do(commands.record_bureau_answer, key.member_id, old, made)
    assert query("SELECT met_on FROM loan_check") == [(None,)]


@pytest.mark.rule("LEND-014")
def test_the_third_month_is_looked_at_though_nothing_is_drawn(
    database: Database, tmp_path: Path
) -> None:
    lender = Lender(tmp_path, QUARTER_END)
    keys = [lender.open(OPENED, member_id=lender.member()) for _ in range(2)]
    for key, amount in zip(keys, (100_000, 101_000), strict=True):
        lender.draw(key, amount, QUARTER_END - days(34))  # in the second month
    lender.close(QUARTER_END)
    assert [(row[0], row[1]) for row in checks()] == [(keys[1].agreement_id, "regular")]


@pytest.mark.rule("LEND-014")
def test_a_stopped_contract_waits_and_is_checked_before_it_lends_again(
    database: Database, tmp_path: Path
) -> None:
    """施行規則10条の24第1項2号: nothing is lent again before a bureau was asked."""
    lender = Lender(tmp_path, QUARTER_END)
    key = lender.open(OPENED)
    lender.draw(key, 200_000, QUARTER_END - days(36))  # due the evening before: late
    lender.close(QUARTER_END)
    assert seen(key).stops == {Stop.BUREAU_CHECK_DUE}
    assert lender.tasks(TaskKind.BUREAU_CHECK) == []
    lender.receive(key, 20_000, QUARTER_END + days(1))
    assert refused_code(lender, key, QUARTER_END + days(1)) == "LON-017"
    lender.close(QUARTER_END + days(1))
    (task,) = lender.tasks(TaskKind.BUREAU_CHECK)
    assert task.facts == {"resuming": "1"}
    answered(lender, key, QUARTER_END + days(2))
    lender.draw(key, 1_000, QUARTER_END + days(2))


@pytest.mark.rule("LEND-015")
def test_evidence_is_asked_for_within_a_month_and_stops_draws_after_it(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    learned = answered(lender, key, MONTH_END, others=200_001)
    due = date(2026, 3, 9)
    assert (learned.burden.total_yen, learned.evidence_due_on) == (1_000_001, due)
    lender.close(due)
    assert len(lender.tasks(TaskKind.INCOME_EVIDENCE)) == 1
    assert refused_code(lender, key, due + days(1)) == "LON-016"
    shown(lender, key, due + days(1), 4_000_000)
    lender.draw(key, 1_000, due + days(1))
    lender.close(due + days(1))
    assert lender.tasks(TaskKind.INCOME_EVIDENCE) == []


@pytest.mark.rule("LEND-015")
def test_evidence_in_time_keeps_draws_going(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    answered(lender, key, MONTH_END, others=200_001)
    lender.close(date(2026, 3, 8))
    shown(lender, key, date(2026, 3, 9), 4_000_000)
    lender.close(date(2026, 3, 9))
    lender.draw(key, 1_000, date(2026, 3, 10))


def test_no_evidence_is_asked_for_at_a_million(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    assert answered(lender, key, MONTH_END, others=200_000).evidence_due_on is None


@pytest.mark.rule("LEND-016")
def test_above_a_third_nothing_is_lent_until_a_fresh_answer(lender: Lender) -> None:
    key = lender.open(OPENED, 500_000)
    shown(lender, key, MONTH_END, 3_000_000)
    assert not answered(lender, key, MONTH_END, others=500_000).is_over_base
    lender.draw(key, 1_000, MONTH_END)
    over = answered(lender, key, MONTH_END, others=500_001)
    assert (over.is_over_base, over.stops) == (True, frozenset({Stop.OVER_ONE_THIRD}))
    assert refused_code(lender, key, MONTH_END) == "LON-015"
    shown(lender, key, MONTH_END, 9_000_000)  # income alone does not lift it
    assert refused_code(lender, key, MONTH_END) == "LON-015"
    assert answered(lender, key, MONTH_END, others=400_000).stops == frozenset()
    lender.draw(key, 1_000, MONTH_END)


@pytest.mark.rule("LEND-016")
def test_a_cut_limit_keeps_the_contract_going(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    shown(lender, key, MONTH_END, 3_000_000)
    learned = answered(lender, key, MONTH_END, others=500_000, remedy=Remedy.CUT)
    assert (learned.is_over_base, learned.stops) == (False, frozenset())
    assert seen(key).limit_yen == 500_000
    lender.draw(key, 10_000, MONTH_END)


def test_where_no_cut_helps_draws_stop(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    shown(lender, key, MONTH_END, 900_000)
    learned = answered(lender, key, MONTH_END, others=500_000, remedy=Remedy.CUT)
    assert learned.stops == {Stop.OVER_ONE_THIRD}
    assert seen(key).limit_yen == 800_000


def test_what_monitoring_stopped_is_not_lifted_by_hand(lender: Lender) -> None:
    key = lender.open(OPENED)
    for stop in (Stop.BUREAU_CHECK_DUE, Stop.INCOME_EVIDENCE_DUE, Stop.OVER_ONE_THIRD):
        lender.do(commands.suspend, key, stop, lender.made(MONTH_END))
        with pytest.raises(RefusedError) as refused:
            lender.do(commands.lift, key, stop, lender.made(MONTH_END))
        assert refused.value.faults[0].code == "LON-047"


def test_the_same_answer_is_recorded_once(lender: Lender) -> None:
    key = lender.open(OPENED, 800_000)
    made, answer = lender.made(MONTH_END), BureauAnswer(MONTH_END, 300_000, "JICC 1")
    first = lender.do(commands.record_bureau_answer, key.member_id, answer, made)
    again = lender.do(commands.record_bureau_answer, key.member_id, answer, made)
    assert first == again
    assert query("SELECT count(*) FROM loan_bureau_answer WHERE bureau_ref = 'JICC 1'") == [(1,)]
    assert len(lender.news("check_due")) == 1


def test_a_day_to_come_is_refused(lender: Lender) -> None:
    key = lender.open(OPENED)
    answer = BureauAnswer(MONTH_END + days(1), 0, "JICC 1")
    with pytest.raises(RefusedError):
        lender.do(commands.record_bureau_answer, key.member_id, answer, lender.made(MONTH_END))
    answer = BureauAnswer(MONTH_END, -1, "JICC 1")
    with pytest.raises(RefusedError):
        lender.do(commands.record_bureau_answer, key.member_id, answer, lender.made(MONTH_END))


def test_available_credit_is_zero_while_monitoring_stops_draws(lender: Lender) -> None:
    key = lender.open(OPENED)
    lender.do(commands.suspend, key, Stop.BUREAU_CHECK_DUE, lender.made(MONTH_END))
    with connection.cursor() as cursor:
        assert available_yen(_book.look(cursor, key).facts(MONTH_END)) == 0
