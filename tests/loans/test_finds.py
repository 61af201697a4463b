"""What the simulation found, each reduced to its smallest sequence."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import Desk, balances_of, days

from motocho.kernel.revolving import Arrangement, Relief
from motocho.ledger.chart import Account
from motocho.loans import commands, standing
from motocho.loans.commands import Key, Settlement
from motocho.loans.monitoring import Income
from motocho.loans.policy import Demand
from motocho.loans.standing import Seen
from motocho.simulation import checks
from motocho.units.errors import RefusedError, StateConflict

JAN_5 = date(2026, 1, 5)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def seen(key: Key) -> Seen:
    with connection.cursor() as cursor:
        return standing.see(cursor, [key])[0]


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        (rows,) = cursor.fetchone()
        assert isinstance(rows, int)
        return rows


def twin() -> None:
    with connection.cursor() as cursor:
        checks.everything(cursor)


def accelerated(desk: Desk) -> tuple[Key, date]:
    """A loan on which all fell due, and the day."""
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    on = JAN_5 + days(120)
    demand = Demand(on - days(30), on - days(9), "DEMAND-1")
    desk.do(commands.accelerate, key, demand, desk.made(on))
    return key, on


# ------------------------------------------------------------------ the same message a second time
@pytest.mark.rule("LEDG-020")
def test_unknown_receipt_of_a_file_read_twice_is_kept_once(desk: Desk) -> None:
    made = desk.made(JAN_5, "LINE-1")
    first = desk.do(commands.keep_unknown, 5_000, JAN_5, made)
    rows = count("ledger_entry"), count("journal_row")
    assert desk.do(commands.keep_unknown, 5_000, JAN_5, made) == first
    assert (count("ledger_entry"), count("journal_row")) == rows
    with pytest.raises(StateConflict):
        desk.do(commands.keep_unknown, 6_000, JAN_5, made)


def test_unknown_receipt_is_told(desk: Desk) -> None:
    before = count("journal_row")
    desk.do(commands.keep_unknown, 5_000, JAN_5, desk.made(JAN_5))
    assert count("journal_row") == before + 1


@pytest.mark.rule("LEDG-020")
def test_money_for_a_new_creditor_is_held_once(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.do(commands.assign, key, desk.made(JAN_5 + days(1)))
    made = desk.made(JAN_5 + days(2), "LINE-1")
    first = desk.do(commands.forward, key, 5_000, JAN_5 + days(2), made)
    assert desk.do(commands.forward, key, 5_000, JAN_5 + days(2), made) == first
    assert balances_of(key)[Account.HELD_FOR_OTHERS] == 5_000
    with pytest.raises(StateConflict):
        desk.do(commands.forward, key, 6_000, JAN_5 + days(2), made)


@pytest.mark.rule("LEDG-020")
def test_failed_transfer_told_twice_is_void_once(desk: Desk) -> None:
    key = desk.open(JAN_5)
    entry = desk.do(commands.send_draw, key, 50_000, desk.made(JAN_5))
    made = desk.made(JAN_5 + days(1), "RETURN-1")
    desk.do(commands.draw_failed, key, entry, made)
    rows = count("ledger_entry"), count("journal_row")
    desk.do(commands.draw_failed, key, entry, made)
    assert (count("ledger_entry"), count("journal_row")) == rows


@pytest.mark.rule("LEDG-020")
def test_reversal_told_twice_gives_what_it_did(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    receipt = desk.receive(key, 5_000, JAN_5 + days(10))
    made = desk.made(JAN_5 + days(11), "UNDO-1")
    first = desk.do(commands.reverse, key, receipt.event_no, "他人の入金", made)
    again = desk.do(commands.reverse, key, receipt.event_no, "他人の入金", made)
    assert again.is_repeat
    assert (again.event_no, again.entry_id, again.step) == (
        first.event_no,
        first.entry_id,
        first.step,
    )


# ------------------------------------------------------------------------------ after acceleration
def test_settlement_after_acceleration_sets_a_due_date(desk: Desk) -> None:
    """It ended in a broken invariant: instalments need the time that acceleration took."""
    key, on = accelerated(desk)
    wanted = Settlement(0, 0, 20_000, 5_000, on + days(600), "SETTLED-1")
    desk.do(commands.settle, key, wanted, desk.made(on))
    state = seen(key).on(on.toordinal())
    assert state.accelerated_on is None
    assert state.late_since is None
    assert state.due_on == (on + days(35)).toordinal()
    twin()


def test_settlement_of_a_loan_that_awaits_a_payment_sets_a_due_date(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    on = JAN_5 + days(60)
    assert seen(key).on(on.toordinal()).due_on is None
    wanted = Settlement(0, 0, 0, 5_000, on + days(600), "SETTLED-1")
    desk.do(commands.settle, key, wanted, desk.made(on))
    assert seen(key).on(on.toordinal()).due_on == (on + days(35)).toordinal()
    twin()


@pytest.mark.rule("LEDG-015")
def test_relief_after_acceleration_is_refused(desk: Desk) -> None:
    key, on = accelerated(desk)
    wanted = Arrangement(Relief.AMOUNT, 2_000, on.toordinal() + 60)
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.arrange, key, wanted, desk.made(on))
    assert refused.value.faults[0].code == "LON-039"
    twin()


# ------------------------------------------------------------------------------------- monitoring
@pytest.mark.rule("LEND-016")
def test_evidence_of_income_after_the_last_agreement_was_closed(desk: Desk) -> None:
    """Nothing is left to be cut: what other lenders are owed is above a third of the income."""
    key = desk.open(JAN_5)
    desk.do(commands.close_agreement, key, desk.made(JAN_5 + days(1)))
    on = JAN_5 + days(2)
    answer = commands.BureauAnswer(on, 2_000_000, "BUREAU-1")
    desk.do(commands.checks.record_bureau_answer, key.member_id, answer, desk.made(on))
    evidence = commands.Evidence(Income(on, 3_000_000), "INCOME-1")
    learned = desk.do(
        commands.checks.record_income, key.member_id, evidence, desk.made(on), commands.Remedy.CUT
    )
    assert learned.is_over_base
    assert learned.stops == frozenset()


# ------------------------------------------------------------------------------- a ceiling missed
@pytest.mark.rule("RATE-002")
def test_reversal_that_shows_a_higher_principal_steps_the_rate_down(desk: Desk) -> None:
    """Somebody else's money hid that the second draw came to a million."""
    key = desk.open(JAN_5, 990_000)
    desk.draw(key, 900_000, JAN_5)
    wrong = desk.receive(key, 500_000, JAN_5 + days(5))
    desk.draw(key, 400_000, JAN_5 + days(7))
    assert seen(key).state.terms.rate_ppm == 180_000
    made = desk.made(JAN_5 + days(20))
    desk.do(commands.reverse, key, wrong.event_no, "同名の別のお客さまの入金", made)
    after = seen(key)
    assert after.state.principal_yen == 1_300_000
    assert (after.state.terms.rate_ppm, after.ceiling_ppm) == (150_000, 150_000)
    twin()


@pytest.mark.rule("RATE-003")
def test_reversal_on_one_loan_steps_another_down(desk: Desk) -> None:
    """With the first loan still owed, the draw on the second one came to a million together."""
    first, second = desk.open(JAN_5, 600_000), desk.open(JAN_5, 500_000)
    desk.draw(first, 600_000, JAN_5)
    wrong = desk.receive(first, 600_000, JAN_5 + days(2))
    desk.draw(second, 450_000, JAN_5 + days(3))
    desk.do(commands.change_limit, second, 480_000, desk.made(JAN_5 + days(10)))
    assert seen(second).state.terms.rate_ppm == 180_000
    made = desk.made(JAN_5 + days(20))
    desk.do(commands.reverse, first, wrong.event_no, "同名の別のお客さまの入金", made)
    after = seen(second)
    terms = after.state.terms
    assert (terms.rate_ppm, terms.limit_yen, after.ceiling_ppm) == (150_000, 480_000, 150_000)
    assert seen(first).state.terms.rate_ppm == 180_000
    twin()


def test_reversal_below_every_threshold_leaves_the_rate(desk: Desk) -> None:
    key = desk.open(JAN_5, 500_000)
    desk.draw(key, 300_000, JAN_5)
    wrong = desk.receive(key, 100_000, JAN_5 + days(5))
    desk.draw(key, 100_000, JAN_5 + days(7))
    made = desk.made(JAN_5 + days(20))
    desk.do(commands.reverse, key, wrong.event_no, "同名の別のお客さまの入金", made)
    after = seen(key)
    assert (after.state.terms.rate_ppm, after.ceiling_ppm) == (180_000, 180_000)
    assert count("loan_terms") == 1
