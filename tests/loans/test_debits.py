"""Direct debits: who is asked, how much, once; what the bank collected is money, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.desk import Desk, balances_of, days

from motocho.kernel.schedule import Scheme
from motocho.ledger.chart import Account
from motocho.loans import _book, commands, debits
from motocho.loans.commands import Key
from motocho.loans.debits import Asking, Mandate, Plan, check_debit, cutoff_day, debit_day
from motocho.loans.policy import Demand, Stop
from motocho.outside.bank import (
    AccountType,
    BankAccount,
    DebitAnswers,
    DebitResult,
    Novelty,
    Originator,
    is_business_day,
    read_debit_answers,
    write_debit_answers,
    write_debits,
)
from motocho.units.errors import (
    FaultyInput,
    Language,
    NotFoundError,
    RefusedError,
    StateConflict,
)

OURS = Originator("1234567890", "ﾓﾄﾁﾖｳ", BankAccount("9999", "101", AccountType.CURRENT, "0000001"))
THEIRS = BankAccount("9998", "001", AccountType.ORDINARY, "1234567", "ﾃｽﾄ", "ﾁﾕｳｵｳ")
DEBIT_ON = date(2026, 4, 6)
CUTOFF_ON = date(2026, 3, 19)  # 20 March 2026 is a holiday
PLANNED_ON = date(2026, 3, 24)
ANSWERED_ON = date(2026, 4, 9)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def borrower(desk: Desk, day: int = 6, scheme: Scheme = Scheme.MONTHLY) -> Key:
    """A member who owes 100,000 since 2 February: 3,000 due on 6 March and on 6 April."""
    key = desk.open(date(2026, 2, 2), scheme=scheme, day=day, member_id=desk.member())
    desk.draw(key, 100_000, date(2026, 2, 2))
    return key


def register(desk: Desk, key: Key, on: date = date(2026, 2, 3), ref: str | None = None) -> Mandate:
    made: Mandate = desk.do(
        debits.register_mandate, key, THEIRS, "サトウ　ハナコ", desk.made(on, ref)
    )
    return made


def plan(desk: Desk, on: date = PLANNED_ON, debit_on: date = DEBIT_ON) -> Plan:
    made: Plan = desk.do(debits.plan_debits, debit_on, OURS, desk.made(on))
    return made


def answer(made: Plan, *results: DebitResult) -> DebitAnswers:
    """As it comes from the bank: through its bytes."""
    data = write_debit_answers(DebitAnswers(made.file, results))
    return read_debit_answers(data, near_on=ANSWERED_ON)


def take(desk: Desk, answers: DebitAnswers, on: date = ANSWERED_ON) -> Any:
    return desk.do(debits.take_answers, answers, desk.made(on))


def news(key: Key) -> list[str]:
    """Straight from the table: readers of the journal wait for whatever else the server does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM journal_row WHERE member_id = %s ORDER BY row_id", (key.member_id,)
        )
        return [row[0] for row in cursor.fetchall()]


def reasons(made: Plan) -> dict[Key, str]:
    return {one.key: one.code for one in made.left_out}


# ------------------------------------------------------------------------------------------- days
@pytest.mark.rule("LEDG-009")
@pytest.mark.parametrize(("year", "month", "wanted"), [
    (2026, 1, date(2026, 1, 6)),
    (2026, 5, date(2026, 5, 7)),  # 3 to 6 May are holidays
    (2026, 6, date(2026, 6, 8)),  # Saturday
    (2026, 9, date(2026, 9, 7)),  # Sunday
    (2027, 2, date(2027, 2, 8)),
])  # fmt: skip
def test_debit_day_is_the_6th_or_the_business_day_after(
    year: int, month: int, wanted: date
) -> None:
    assert debit_day(year, month) == wanted


@pytest.mark.rule("LEDG-009")
@pytest.mark.parametrize(("year", "month", "wanted"), [
    (2026, 2, date(2026, 1, 20)),
    (2026, 4, date(2026, 3, 19)),  # 20 March is the equinox
    (2026, 7, date(2026, 6, 19)),  # Saturday
    (2026, 1, date(2025, 12, 19)),
])  # fmt: skip
def test_cutoff_is_the_20th_before_or_the_business_day_before(
    year: int, month: int, wanted: date
) -> None:
    assert cutoff_day(year, month) == wanted


@settings(deadline=None)
@given(st.integers(1991, 2098), st.integers(1, 12))
def test_days_are_business_days_with_no_other_between(year: int, month: int) -> None:
    debit_on, cutoff_on = debit_day(year, month), cutoff_day(year, month)
    sixth = date(year, month, 6)
    assert is_business_day(debit_on)
    assert is_business_day(cutoff_on)
    assert (debit_on.year, debit_on.month) == (year, month)
    assert not any(is_business_day(sixth + days(n)) for n in range((debit_on - sixth).days))
    twentieth = date(cutoff_on.year, cutoff_on.month, 20)
    assert cutoff_on <= twentieth < date(year, month, 1)
    assert not any(
        is_business_day(twentieth - days(n)) for n in range((twentieth - cutoff_on).days)
    )


# ------------------------------------------------------------------------------------------- rule
@pytest.mark.rule("LEDG-009")
def test_arrears_that_ended_on_the_19th_do_not_stop_the_debit(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 19))  # due on 6 March, late since
    made = plan(desk)
    assert made.left_out == ()
    (line,) = made.file.debits
    assert (line.payer, line.name, line.amount_yen) == (THEIRS, "ｻﾄｳ ﾊﾅｺ", 3_000)
    assert line.novelty is Novelty.FIRST
    assert made.requests[0].due_on == date(2026, 4, 6)
    assert write_debits(made.file)


@pytest.mark.rule("LEDG-009")
def test_arrears_on_the_cutoff_day_leave_the_agreement_out(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 21))
    made = plan(desk)
    assert made.file.debits == ()
    assert reasons(made) == {key: "DEB-001"}
    assert made.left_out[0].fault().code == "DEB-001"
    assert news(key)[-1] == "debit_left_out"


def test_money_of_the_cutoff_day_counts_though_it_was_booked_later(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, CUTOFF_ON, on=date(2026, 3, 23))
    assert len(plan(desk).file.debits) == 1


def test_a_reversed_payment_makes_it_overdue_at_the_cutoff_again(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    done = desk.receive(key, 5_000, date(2026, 3, 6))
    desk.do(commands.reverse, key, done.event_no, "no money came", desk.made(date(2026, 3, 23)))
    assert reasons(plan(desk)) == {key: "DEB-001"}


@pytest.mark.rule("LEDG-009")
def test_without_a_mandate_from_the_cutoff_day_on_nothing_is_asked(desk: Desk) -> None:
    none, late, ended = borrower(desk), borrower(desk), borrower(desk)
    for key in (none, late, ended):
        desk.receive(key, 5_000, date(2026, 3, 6))
    register(desk, late, CUTOFF_ON + days(1))
    register(desk, ended)
    desk.do(debits.end_mandate, ended, desk.made(CUTOFF_ON))
    made = plan(desk)
    assert made.file.debits == ()
    assert reasons(made) == {late: "DEB-002"}


@pytest.mark.rule("LEDG-009")
def test_35_day_plan_is_not_debited(desk: Desk) -> None:
    key = borrower(desk, 0, Scheme.EVERY_35_DAYS)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    assert reasons(plan(desk)) == {key: "DEB-003"}


def accelerated(desk: Desk, key: Key) -> None:
    demand = Demand(date(2026, 3, 8), date(2026, 3, 16), "D-1")
    desk.do(commands.accelerate, key, demand, desk.made(date(2026, 3, 17)))


def written_off(desk: Desk, key: Key) -> None:
    desk.do(commands.write_off, key, desk.made(date(2026, 3, 17)))


def assigned(desk: Desk, key: Key) -> None:
    desk.do(commands.assign, key, desk.made(date(2026, 3, 17)))


def dead(desk: Desk, key: Key) -> None:
    desk.do(commands.record_death, key.member_id, desk.made(date(2026, 3, 17)))


def counselled(desk: Desk, key: Key) -> None:
    desk.do(commands.suspend, key, Stop.COUNSEL, desk.made(date(2026, 3, 17)))


@pytest.mark.rule("LEDG-009")
@pytest.mark.parametrize(("happens", "code"), [
    (accelerated, "DEB-007"),
    (written_off, "DEB-005"),
    (assigned, "DEB-005"),
    (dead, "DEB-006"),
    (counselled, "DEB-006"),
])  # fmt: skip
def test_loans_that_have_ended_or_stand_still_are_left_out(
    desk: Desk, happens: Callable[[Desk, Key], None], code: str
) -> None:
    key = borrower(desk)
    register(desk, key)
    happens(desk, key)
    assert reasons(plan(desk)) == {key: code}


@pytest.mark.rule("LEDG-009")
def test_no_more_than_the_agreed_instalment_is_asked_for(desk: Desk) -> None:
    key = borrower(desk)
    mandate = register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    desk.receive(key, 1_000, date(2026, 3, 23))
    with connection.cursor() as cursor:
        loan = _book.look(cursor, key)
        before = _book.state_on(cursor, loan, CUTOFF_ON)
    facts = loan.facts(DEBIT_ON)
    for amount_yen in (1, 2_000):
        assert check_debit(facts, before, mandate, Asking(DEBIT_ON, amount_yen)) is None
    for amount_yen in (0, 2_001, 3_000):
        refusal = check_debit(facts, before, mandate, Asking(DEBIT_ON, amount_yen))
        assert refusal is not None
        assert (refusal.rule_id, refusal.code) == ("LEDG-009", "DEB-004")
        assert refusal.fault().what(Language.JA)
    assert check_debit(facts, before, None, Asking(DEBIT_ON, 1)) is not None


@pytest.mark.parametrize(("day", "code"), [
    (3, "DEB-008"),  # a Friday: late by the 6th
    (25, "DEB-008"),  # the 6th is no time to pay for the 25th
])  # fmt: skip
def test_a_due_date_that_the_debit_day_does_not_serve_is_left_out(
    desk: Desk, day: int, code: str
) -> None:
    key = borrower(desk, day)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 3 if day == 3 else 11))
    assert reasons(plan(desk)) == {key: code}


def test_due_date_of_the_20th_is_served_and_what_is_paid_already_is_not_asked(desk: Desk) -> None:
    key, paid = borrower(desk, 20), borrower(desk)
    for each in (key, paid):
        register(desk, each)
        desk.receive(each, 5_000, date(2026, 3, 6))
    desk.receive(paid, 3_000, date(2026, 3, 23))
    made = plan(desk)
    assert [(one.key, one.due_on, one.amount_yen) for one in made.requests] == [
        (key, date(2026, 4, 20), 3_000)
    ]
    assert reasons(made) == {paid: "DEB-008"}


# --------------------------------------------------------------------------------------- mandates
def test_mandate_is_registered_once_and_ended_once(desk: Desk, database: Database) -> None:
    key = borrower(desk)
    first = register(desk, key, ref="M-1")
    assert register(desk, key, ref="M-1") == first
    assert (first.account, first.holder_kana) == (THEIRS, "ｻﾄｳ ﾊﾅｺ")
    with pytest.raises(RefusedError) as refused:
        register(desk, key, ref="M-2")
    assert refused.value.faults[0].code == "DEB-012"
    ended = desk.do(debits.end_mandate, key, desk.made(date(2026, 2, 9), "E-1"))
    assert desk.do(debits.end_mandate, key, desk.made(date(2026, 2, 9), "E-1")) == ended
    with pytest.raises(NotFoundError):
        desk.do(debits.end_mandate, key, desk.made(date(2026, 2, 9), "E-2"))
    register(desk, key, ref="M-3")
    assert news(key).count("mandate_registered") == 2
    for role in ("motocho_app", "motocho_owner"):
        for statement in (
            "UPDATE loan_mandate SET account_number = '7654321'",
            "UPDATE loan_mandate SET ended_on = '2026-02-10'",
            "DELETE FROM loan_mandate",
        ):
            with database.connect(role) as raw, pytest.raises(psycopg.Error):
                raw.execute(statement)


@pytest.mark.parametrize(("account", "name"), [
    (BankAccount("9998", "001", AccountType.SAVINGS, "1234567"), "サトウ　ハナコ"),
    (BankAccount("9998", "001", AccountType.ORDINARY, "123456"), "サトウ　ハナコ"),
    (THEIRS, "佐藤花子"),
    (THEIRS, "ア" * 31),
    (THEIRS, " "),
])  # fmt: skip
def test_account_or_name_that_no_request_could_carry_is_refused_at_once(
    desk: Desk, account: BankAccount, name: str
) -> None:
    key = borrower(desk)
    with pytest.raises(FaultyInput):
        desk.do(debits.register_mandate, key, account, name, desk.made(date(2026, 2, 3)))


# --------------------------------------------------------------------------------------- planning
def test_planning_twice_asks_once(desk: Desk) -> None:
    key, other = borrower(desk), borrower(desk)
    for each in (key, other):
        desk.receive(each, 5_000, date(2026, 3, 6))
    register(desk, key)
    first = plan(desk)
    register(desk, other, CUTOFF_ON)
    desk.receive(key, 3_000, date(2026, 3, 25))
    assert plan(desk, PLANNED_ON + days(2)) == first
    assert plan(desk, DEBIT_ON + days(3)) == first
    assert news(key).count("debit_asked") == 1


def test_two_who_plan_at_the_same_time_ask_once(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    found: list[Plan] = []

    def work() -> None:
        try:
            found.append(plan(desk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 3
    assert all(one == found[0] for one in found)
    assert len(found[0].requests) == 1


@pytest.mark.parametrize(("on", "debit_on", "code"), [
    (PLANNED_ON, date(2026, 4, 7), "DEB-009"),
    (PLANNED_ON, date(2026, 6, 6), "DEB-009"),
    (CUTOFF_ON, DEBIT_ON, "DEB-010"),
    (DEBIT_ON, DEBIT_ON, "DEB-010"),
])  # fmt: skip
def test_only_a_debit_day_is_planned_and_only_in_time(
    desk: Desk, on: date, debit_on: date, code: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        plan(desk, on, debit_on)
    assert refused.value.faults[0].code == code


# ---------------------------------------------------------------------------------------- answers
@pytest.mark.rule("BANK-004")
def test_only_code_0_is_money_and_the_same_answers_again_do_nothing(desk: Desk) -> None:
    keys = [borrower(desk) for _ in DebitResult]
    for key in keys:
        register(desk, key)
        desk.receive(key, 5_000, date(2026, 3, 6))
    made = plan(desk)
    answers = answer(made, *DebitResult)
    before = [balances_of(key) for key in keys]
    first = take(desk, answers)
    assert [(one.request.key, one.request.result) for one in first] == list(
        zip(keys, DebitResult, strict=True)
    )
    after = [balances_of(key) for key in keys]
    assert after[0][Account.BANK] - before[0].get(Account.BANK, 0) == 3_000
    assert after[1:] == before[1:]
    assert news(keys[0])[-1] == "received"
    assert all(news(key)[-1] == "debit_failed" for key in keys[1:])
    second = take(desk, answers, ANSWERED_ON + days(1))
    assert all(one.is_repeat for one in second)
    assert [one.request for one in second] == [one.request for one in first]
    assert [balances_of(key) for key in keys] == after
    assert news(keys[1]).count("debit_failed") == 1


def test_collected_money_counts_from_the_debit_day_and_meets_the_due_date(desk: Desk) -> None:
    key, failing = borrower(desk), borrower(desk)
    for each in (key, failing):
        register(desk, each)
        desk.receive(each, 5_000, date(2026, 3, 6))
    results = (DebitResult.COLLECTED, DebitResult.NO_FUNDS)
    take(desk, answer(plan(desk), *results))
    with connection.cursor() as cursor:
        met = _book.look(cursor, key).facts(ANSWERED_ON).state
        missed = _book.look(cursor, failing).facts(ANSWERED_ON).state
    assert met.late_since is None
    assert met.due_on == date(2026, 5, 6).toordinal()
    assert missed.late_since == DEBIT_ON.toordinal()
    following = plan(desk, date(2026, 4, 24), date(2026, 5, 7))
    assert [(one.key, one.novelty) for one in following.requests] == [(key, Novelty.KNOWN)]
    assert reasons(following) == {failing: "DEB-001"}


def test_answers_that_change_what_was_taken_are_refused_whole(desk: Desk) -> None:
    keys = [borrower(desk), borrower(desk)]
    for key in keys:
        register(desk, key)
        desk.receive(key, 5_000, date(2026, 3, 6))
    made = plan(desk)
    take(desk, answer(made, DebitResult.NO_FUNDS, DebitResult.COLLECTED))
    before = [balances_of(key) for key in keys]
    with pytest.raises(StateConflict) as conflict:
        take(desk, answer(made, DebitResult.COLLECTED, DebitResult.NO_ACCOUNT))
    assert [fault.code for fault in conflict.value.faults] == ["DEB-015", "DEB-015"]
    assert [balances_of(key) for key in keys] == before


def test_answers_that_do_not_fit_the_plan_book_nothing(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    made = plan(desk)
    (line,) = made.file.debits
    more = DebitAnswers(
        type(made.file)(OURS, DEBIT_ON, (type(line)(THEIRS, line.name, 9_000, line.reference),)),
        (DebitResult.COLLECTED,),
    )
    with pytest.raises(FaultyInput):
        take(desk, more)
    elsewhere = DebitAnswers(
        type(made.file)(OURS, date(2026, 5, 7), made.file.debits), more.results
    )
    with pytest.raises(NotFoundError):
        take(desk, elsewhere)
    assert plan(desk, ANSWERED_ON).requests[0].result is None
    with pytest.raises(RefusedError):  # the debit day has not come
        take(desk, answer(made, DebitResult.COLLECTED), PLANNED_ON)
    assert len(take(desk, answer(made, DebitResult.COLLECTED))) == 1


def test_money_for_a_claim_that_was_assigned_is_held_for_the_new_creditor(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    made = plan(desk)
    desk.do(commands.assign, key, desk.made(date(2026, 3, 27)))
    answers = answer(made, DebitResult.COLLECTED)
    for _ in range(2):
        (done,) = take(desk, answers)
        assert done.request.event_no is None
    assert balances_of(key)[Account.HELD_FOR_OTHERS] == 3_000


def test_two_who_take_the_same_answers_book_them_once(desk: Desk) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    answers = answer(plan(desk), DebitResult.COLLECTED)
    found: list[bool] = []

    def work() -> None:
        try:
            found.extend(one.is_repeat for one in take(desk, answers))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [False, True, True]
    assert news(key).count("received") == 2


def test_requests_are_answered_and_never_changed(desk: Desk, database: Database) -> None:
    key = borrower(desk)
    register(desk, key)
    desk.receive(key, 5_000, date(2026, 3, 6))
    take(desk, answer(plan(desk), DebitResult.NO_FUNDS))
    for role in ("motocho_app", "motocho_owner"):
        for statement in (
            "UPDATE loan_debit SET amount_yen = 1",
            "UPDATE loan_debit SET result = '0'",
            "DELETE FROM loan_debit",
            "UPDATE loan_debit_day SET planned_on = planned_on + 1",
            "DELETE FROM loan_debit_left_out",
        ):
            with database.connect(role) as raw, pytest.raises(psycopg.Error):
                raw.execute(statement)
    again = "INSERT INTO loan_debit (member_id, agreement_id, debit_on, mandate_no, due_on, amount_yen, novelty) SELECT member_id, agreement_id, debit_on, mandate_no, due_on, amount_yen, novelty FROM loan_debit"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(again)
