"""What the night finds to do: arrears by stage, reminders, documents, refunds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from tests.close.book import Lender, query, seen
from tests.database import Database
from tests.loans.desk import days, with_settings

from motocho.care.reliefs import limits
from motocho.close import tasks
from motocho.close.plan import STEPS, Step, Task, TaskKind
from motocho.kernel.schedule import DuePlan, Scheme
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.loans.policy import Demand
from motocho.loans.standing import Lateness, days_late, lateness_of
from motocho.units.errors import StateConflict

DRAWN = date(2026, 1, 5)
DUE = date(2026, 2, 9)


@pytest.fixture
def evening(database: Database, tmp_path: Path) -> Lender:
    """The last day to pay of a loan drawn on 5 January."""
    return Lender(tmp_path, DUE)


def drawn(lender: Lender, on: date = DRAWN, **settings: object) -> Key:
    key = lender.open(on, member_id=lender.member(), **settings)  # type: ignore[arg-type]
    lender.draw(key, 100_000, on)
    return key


def test_the_order_of_the_night() -> None:
    order = [step.value for step in STEPS]
    for before, after in (
        ("receipts", "due_dates"),
        ("due_dates", "arrears"),
        ("arrears", "checks_overdue"),
        ("periods", "documents"),
        ("documents", "notices"),
        ("notices", "tasks"),
        ("tasks", "accrual"),
        ("accrual", "trial_balance"),
    ):
        assert order.index(before) < order.index(after)
    assert order[-1] == Step.NEXT_DATE.value


# ------------------------------------------------------------------------------------------ arrears
def test_each_stage_of_arrears_is_told_once(evening: Lender) -> None:
    drawn(evening)
    evening.close(DUE + days(95))
    told = [(news["stage"], news["days_late"]) for news in evening.news("arrears_stage")]
    assert told == [
        ("late_1_to_30", 1),
        ("late_31_to_60", 31),
        ("late_61_to_90", 61),
        ("late_from_91", 91),
    ]
    assert query("SELECT looks_on FROM close_arrears") == [(None,)]


def test_what_is_done_about_arrears_is_one_task_each_of_the_strategys(evening: Lender) -> None:
    """The night's own list knows the missed date alone; calls and what a person decides are steps."""
    drawn(evening)
    evening.close(DUE + days(95))
    of_loan = {TaskKind.CONTRACT_DOCUMENT, TaskKind.DRAW_DOCUMENT, TaskKind.DUE_MISSED}
    of_checks = {TaskKind.BUREAU_CHECK, TaskKind.INCOME_EVIDENCE, TaskKind.DRAWS_STOPPED}
    found = evening.tasks()
    assert {task.kind for task in found} - of_checks == of_loan
    assert [task.kind for task in found].count(TaskKind.DUE_MISSED) == len(
        evening.news("due_missed")
    )
    steps = query("SELECT facts->>'step', count(*) FROM contact_task GROUP BY 1 ORDER BY 1")
    assert steps == [("first_call", 1)]  # no notice was posted: nobody decides yet


def test_arrears_begin_after_a_holiday(database: Database, tmp_path: Path) -> None:
    """LEDG-010: due on Sunday 22 November before a holiday, late from Wednesday on."""
    lender = Lender(tmp_path, date(2026, 11, 22))
    key = drawn(lender, date(2026, 10, 18))
    lender.close(date(2026, 11, 23))
    assert lender.news("due_missed") == []
    lender.close(date(2026, 11, 24))
    assert lender.news("due_missed")[0]["due_on"] == "2026-11-22"
    assert lender.news("arrears_stage")[0]["days_late"] == 1
    state = seen(key).on(date(2026, 11, 25).toordinal())
    assert days_late(state, seen(key).rules) == 1


def test_a_cured_loan_is_watched_no_more_and_its_tasks_are_moot(evening: Lender) -> None:
    key = drawn(evening)
    evening.close(DUE)
    assert len(evening.tasks(TaskKind.DUE_MISSED)) == 1
    evening.receive(key, 3_000, DUE + days(1))
    evening.close(DUE + days(1))
    assert evening.tasks(TaskKind.DUE_MISSED) == []
    assert evening.news("arrears_stage")[-1]["stage"] == "current"
    assert query("SELECT outcome FROM close_task WHERE kind = 'due_missed'") == [("moot",)]


def test_a_loan_late_again_begins_at_the_first_stage(evening: Lender) -> None:
    key = drawn(evening)
    evening.close(DUE + days(61))
    evening.receive(key, 3_000, DUE + days(62))
    evening.close(DUE + days(62 + 35 + 1))  # the due date is a Sunday
    assert [news["stage"] for news in evening.news("arrears_stage")] == [
        "late_1_to_30",
        "late_31_to_60",
        "late_61_to_90",
        "current",
        "late_1_to_30",
    ]


def test_stages_of_an_accelerated_loan(evening: Lender) -> None:
    key = drawn(evening)
    on = DUE + days(5)
    demand = Demand(DUE + days(1), DUE + days(4), "D-1")
    evening.do(commands.accelerate, key, demand, evening.made(on))
    one = seen(key)
    assert lateness_of(one.state, one.rules) is Lateness.ACCELERATED
    evening.close(on)
    assert query("SELECT stage, looks_on FROM close_arrears") == [("accelerated", None)]


# ------------------------------------------------------------------------------------------ notices
def test_reminders_go_out_three_days_before_and_on_the_day(
    database: Database, tmp_path: Path
) -> None:
    lender = Lender(tmp_path, DUE - days(6))
    drawn(lender)
    lender.close(DUE - days(1))
    assert [(task.due_on, task.until_on, task.facts["asked_yen"]) for task in found(lender)] == [
        (DUE - days(3), DUE, 3_000),
        (DUE, DUE, 3_000),
    ]
    lender.close(DUE)
    assert lender.tasks(TaskKind.DUE_SOON) == []
    assert query("SELECT DISTINCT outcome FROM close_task WHERE kind = 'due_soon'") == [
        ("outdated",)
    ]


def found(lender: Lender) -> list[Task]:
    return lender.tasks(TaskKind.DUE_SOON)


def test_what_is_paid_is_not_reminded_of(database: Database, tmp_path: Path) -> None:
    lender = Lender(tmp_path, DUE - days(6))
    key = drawn(lender)
    lender.close(DUE - days(6))
    lender.receive(key, 3_000, DUE - days(5))
    lender.close(DUE)
    assert found(lender) == []


# ---------------------------------------------------------------------------------------- documents
@pytest.mark.parametrize(
    ("change", "documents"),
    [
        (lambda lender, key, made: lender.do(commands.change_limit, key, 300_000, made), 0),
        (lambda lender, key, made: lender.raise_limit(key, 600_000, made), 1),
        (lambda lender, key, made: lender.do(commands.change_rate, key, 150_000, made), 0),
        (lambda lender, key, made: lender.do(commands.change_plan, key, DuePlan(Scheme.MONTHLY, 25), made), 1),
    ],
    ids=["lower limit", "higher limit", "lower rate", "other due dates"],
)  # fmt: skip
def test_a_new_document_is_due_for_what_does_not_only_help(
    evening: Lender, change: object, documents: int
) -> None:
    key = drawn(evening, DUE - days(1))
    change(evening, key, evening.made(DUE))  # type: ignore[operator]
    evening.close(DUE)
    assert len(evening.tasks(TaskKind.CHANGE_DOCUMENT)) == documents


def test_limit_that_comes_back_up_asks_for_no_new_document(evening: Lender) -> None:
    key = drawn(evening, DUE - days(1))
    evening.do(commands.change_limit, key, 300_000, evening.made(DUE))
    evening.raise_limit(key, 500_000, evening.made(DUE))
    evening.close(DUE)
    assert evening.tasks(TaskKind.CHANGE_DOCUMENT) == []


def test_documents_of_a_life(evening: Lender) -> None:
    key = drawn(evening, DUE)
    evening.receive(key, 100_000, DUE)
    evening.close(DUE)
    assert [task.due_on for task in evening.tasks(TaskKind.CONTRACT_DOCUMENT)] == [DUE + days(1)]
    assert evening.tasks(TaskKind.DRAW_DOCUMENT)[0].facts["amount_yen"] == 100_000
    assert len(evening.tasks(TaskKind.RECEIPT_DOCUMENT)) == 1


# --------------------------------------------------------------------------------------------- work
def test_held_money_is_given_back_or_used(evening: Lender) -> None:
    key = drawn(evening, DUE - days(3))
    evening.receive(key, 101_000, DUE)
    evening.close(DUE)
    (task,) = evening.tasks(TaskKind.REFUND)
    assert task.facts == {"excess_yen": 853}
    evening.do(commands.refund, key, 853, evening.made(DUE + days(1)))
    evening.close(DUE + days(1))
    assert evening.tasks(TaskKind.REFUND) == []


def test_a_failed_transfer_is_told_the_member(evening: Lender) -> None:
    key = evening.open(DUE)
    entry = evening.do(commands.send_draw, key, 50_000, evening.made(DUE))
    evening.do(commands.draw_failed, key, entry, evening.made(DUE))
    evening.close(DUE)
    assert len(evening.tasks(TaskKind.FAILED_DRAW)) == 1


def test_a_death_is_one_task(evening: Lender) -> None:
    key = drawn(evening, DUE)
    evening.do(commands.record_death, key.member_id, evening.made(DUE))
    evening.close(DUE + days(2))
    assert len(evening.tasks(TaskKind.ESTATE)) == 1


def test_a_contract_is_looked_at_before_it_renews_itself(
    database: Database, tmp_path: Path
) -> None:
    lender = Lender(tmp_path, DUE, with_settings(renewal_years=5))
    renews_on = DUE + days(31)
    lender.open(renews_on.replace(year=2021))
    lender.open(renews_on.replace(year=2022))
    lender.close(DUE)
    (task,) = lender.tasks(TaskKind.RENEWAL)
    assert (task.due_on, task.facts) == (renews_on, {"years": 5})


def test_a_done_task_is_done_once(evening: Lender) -> None:
    drawn(evening)
    evening.close(DUE)
    with connection.cursor() as cursor:
        (one,) = tasks.still_open(cursor, DUE + days(1), [TaskKind.DUE_MISSED])
    evening.do(tasks.done, one.task.member_id, one.task_id, DUE + days(1), "operator 1")
    assert evening.tasks(TaskKind.DUE_MISSED) == []
    with pytest.raises(StateConflict):
        evening.do(tasks.done, one.task.member_id, one.task_id, DUE + days(1), "operator 1")


@pytest.mark.rule("LEDG-016")
def test_promises_are_judged_by_the_night(evening: Lender) -> None:
    kept, broken = drawn(evening), drawn(evening)
    for key in (kept, broken):
        evening.do(commands.promise, key, 3_000, DUE + days(2), evening.made(DUE))
    evening.receive(kept, 3_000, DUE)
    evening.close(DUE + days(2))
    assert [news["agreement"] for news in evening.news("promise_kept")] == [kept.agreement_id]
    last = DUE + days(2 + limits.limits(DUE).grace_days)
    evening.close(last)
    assert evening.news("promise_broken") == []  # grace is not over, and a file may still come
    evening.close(last + days(1))
    assert [news["agreement"] for news in evening.news("promise_broken")] == [broken.agreement_id]
