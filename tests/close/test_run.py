"""The night runs, stops, goes on: days in order, one night at once, what fails is set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from tests.close.book import Lender, query, seen, today
from tests.database import Database
from tests.loans.desk import days

from motocho.close import _trial, accrual, day, run
from motocho.close.accrual import Accrued
from motocho.close.plan import STEPS, Step
from motocho.close.run import parked
from motocho.ledger import checks
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.loans.standing import Lateness
from motocho.outside.postgres import Role
from motocho.units.errors import NotFoundError, OutsideFailure, StateConflict

JAN_5 = date(2026, 1, 5)
DUE = date(2026, 2, 9)


@pytest.fixture
def lender(database: Database, tmp_path: Path) -> Lender:
    return Lender(tmp_path, JAN_5)


@pytest.fixture
def evening(database: Database, tmp_path: Path) -> Lender:
    """The due date of loans drawn on 5 January."""
    return Lender(tmp_path, DUE)


def drawn(lender: Lender, count: int = 1) -> list[Key]:
    keys = [lender.open(JAN_5, member_id=lender.member()) for _ in range(count)]
    for key in keys:
        lender.draw(key, 100_000, JAN_5)
    return keys


# -------------------------------------------------------------------------------------------- days
def test_a_book_is_opened_once(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(NotFoundError) as missing:
            day.business_date(cursor)
        assert missing.value.faults[0].code == "CLS-001"
        day.open_book(cursor, JAN_5)
    with pytest.raises(StateConflict), transaction.atomic(), connection.cursor() as cursor:
        day.open_book(cursor, JAN_5)
    assert today() == JAN_5


def test_a_night_closes_every_day_up_to_one(lender: Lender) -> None:
    closed = lender.close(JAN_5 + days(2))
    assert [one.business_on for one in closed] == [JAN_5, JAN_5 + days(1), JAN_5 + days(2)]
    assert today() == JAN_5 + days(3)
    assert all(
        [done.step for done in one.steps] == list(STEPS) and all(done.is_done for done in one.steps)
        for one in closed
    )
    assert lender.close(JAN_5 + days(2)) == ()


@pytest.mark.parametrize("to", [JAN_5 + days(2), JAN_5 - days(1), JAN_5 + days(1)])
def test_raw_sql_cannot_move_the_date(lender: Lender, to: date) -> None:
    """Not by two days, not back, and not by one day that is not sealed."""
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE close_day SET business_on = %s", (to,))


def test_nothing_is_booked_on_a_closed_day(lender: Lender) -> None:
    key = lender.open(JAN_5)
    lender.close(JAN_5)
    with pytest.raises(StateConflict):
        lender.draw(key, 10_000, JAN_5)
    lender.draw(key, 10_000, today())


def test_a_command_under_way_keeps_its_date(lender: Lender, database: Database) -> None:
    """The night waits for whoever holds the date, so that no date is over while it is used."""
    with database.connect() as other:
        held = other.execute("SELECT close_business_date()").fetchone()
        assert held == (JAN_5,)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            lender.close(JAN_5)
        other.commit()
    lender.close(JAN_5)
    assert today() == JAN_5 + days(1)


def test_two_nights_cannot_run_at_once(lender: Lender, database: Database) -> None:
    with database.connect(autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('motocho close'))")
        with pytest.raises(StateConflict) as refused:
            lender.close(JAN_5)
        assert refused.value.faults[0].code == "CLS-003"
        other.execute("SELECT pg_advisory_unlock(hashtext('motocho close'))")
    lender.close(JAN_5)


# --------------------------------------------------------------------------------------- due dates
def test_a_missed_due_date_is_saved_and_told(evening: Lender) -> None:
    (key,) = drawn(evening)
    evening.close(DUE)
    assert evening.news("due_missed") == [
        {"member": key.member_id, "agreement": key.agreement_id, "due_on": "2026-02-09", "short_yen": 3_000}
    ]  # fmt: skip
    state = seen(key).state
    assert (state.on, state.late_since) == (DUE.toordinal(), DUE.toordinal())


def test_a_met_due_date_is_not_told(evening: Lender) -> None:
    (key,) = drawn(evening)
    evening.receive(key, 3_000, DUE)
    evening.close(DUE)
    assert evening.news("due_missed") == []


def test_money_of_the_last_day_that_is_booked_later_counts(evening: Lender) -> None:
    """The file of the due date came after its night: what was missed is not missed."""
    (key,) = drawn(evening)
    evening.close(DUE)
    evening.receive(key, 3_000, DUE, DUE + days(1))
    evening.close(DUE + days(1))
    assert seen(key).state.late_since is None
    assert query("SELECT count(*) FROM close_arrears") == [(0,)]


def test_a_part_paid_on_the_day_after_leaves_the_loan_watched(evening: Lender) -> None:
    (key,) = drawn(evening)
    evening.close(DUE)
    evening.receive(key, 1_000, DUE + days(1))
    evening.close(DUE + days(1))
    assert seen(key).state.late_since == DUE.toordinal()
    assert query("SELECT stage FROM close_arrears") == [("late_1_to_30",)]


def test_a_reversal_that_makes_late_is_seen(evening: Lender) -> None:
    """A receipt bounces long after: the loan was late all the time, and is so now."""
    (key,) = drawn(evening)
    paid = evening.receive(key, 3_000, DUE)
    evening.close(DUE + days(3))
    evening.do(commands.reverse, key, paid.event_no, "bounced", evening.made(DUE + days(4)))
    evening.close(DUE + days(4))
    assert [one["due_on"] for one in evening.news("due_missed")] == ["2026-02-09"]
    assert query("SELECT late_since, stage FROM close_arrears") == [(DUE, "late_1_to_30")]


# ------------------------------------------------------------------------------------------ parked
def spoil(database: Database, key: Key) -> Callable[[], None]:
    """Make one agreement unreadable, as only the owner can; gives what mends it."""
    with database.connect(Role.OWNER) as owner:
        row = owner.execute(
            "UPDATE loan_agreement a SET state = jsonb_set(a.state, '{9}', '\"none\"')"
            " FROM loan_agreement old WHERE old.member_id = a.member_id"
            " AND old.agreement_id = a.agreement_id AND a.member_id = %s AND a.agreement_id = %s"
            " RETURNING old.state::text",
            key,
        ).fetchone()
    assert row is not None

    def mend() -> None:
        with database.connect(Role.OWNER) as owner:
            owner.execute(
                "UPDATE loan_agreement SET state = %s WHERE member_id = %s AND agreement_id = %s",
                (row[0], *key),
            )

    return mend


def test_what_fails_is_parked_and_the_rest_goes_on(evening: Lender, database: Database) -> None:
    one, bad, other = drawn(evening, 3)
    mend = spoil(database, bad)
    (closed,) = evening.close(DUE)
    done = {step.step: step for step in closed.steps}
    assert (done[Step.DUE_DATES].looked, done[Step.DUE_DATES].parked) == (3, 1)
    assert {news["agreement"] for news in evening.news("due_missed")} == {
        one.agreement_id,
        other.agreement_id,
    }
    with connection.cursor() as cursor:
        (kept,) = [what for what in parked(cursor) if what.step is Step.DUE_DATES]
    assert kept.key == bad
    assert kept.reason.startswith("ValueError: invalid literal")
    mend()
    evening.close(DUE + days(1))
    with connection.cursor() as cursor:
        assert parked(cursor) == []
    assert evening.news("due_missed")[-1]["agreement"] == bad.agreement_id
    assert seen(bad).state == seen(one).state


def test_what_stays_parked_counts_its_nights(evening: Lender, database: Database) -> None:
    (bad,) = drawn(evening)
    spoil(database, bad)
    evening.close(DUE + days(2))
    with connection.cursor() as cursor:
        nights = {what.step: what.nights for what in parked(cursor)}
    assert nights[Step.DUE_DATES] == 3
    with connection.cursor() as cursor:
        report = accrual.kept(cursor, DUE + days(2))
    assert report == {("card", Lateness.UNCOUNTED): Accrued(1, 100_000, 0, 0)}


def test_an_agreement_that_somebody_holds_is_parked_and_done_next_night(
    evening: Lender, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WAITS", 4)
    held, other = drawn(evening, 2)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    with database.connect() as desk:
        desk.execute("SELECT FROM loan_agreement WHERE member_id = %s FOR UPDATE", (held[0],))
        evening.close(DUE)
        desk.rollback()
    with connection.cursor() as cursor:
        (kept,) = parked(cursor)
    assert kept.key == held
    assert "lock timeout" in kept.reason
    evening.close(DUE + days(1))
    with connection.cursor() as cursor:
        assert parked(cursor) == []
    assert len(evening.news("due_missed")) == 2
    assert seen(held).state == seen(other).state


# ----------------------------------------------------------------------------------- the books agree
def test_an_imbalance_keeps_the_day(lender: Lender, database: Database) -> None:
    key = lender.open(JAN_5)
    lender.draw(key, 100_000, JAN_5)
    with database.connect(Role.OWNER) as owner:
        owner.execute("UPDATE ledger_balance SET debit_yen = debit_yen + 1 WHERE account = 1100")
    with pytest.raises(_trial.Imbalance) as refused:
        lender.close(JAN_5)
    assert {fault.code for fault in refused.value.faults} == {"CLS-010", "CLS-011", "CLS-012"}
    assert today() == JAN_5
    assert query("SELECT count(*) FROM ledger_seal") == [(0,)]
    with database.connect(Role.OWNER) as owner:
        owner.execute("UPDATE ledger_balance SET debit_yen = debit_yen - 1 WHERE account = 1100")
    lender.close(JAN_5)
    assert today() == JAN_5 + days(1)


def test_a_principal_that_its_history_does_not_have_keeps_the_day(
    lender: Lender, database: Database
) -> None:
    key = lender.open(JAN_5)
    lender.draw(key, 100_000, JAN_5)
    with database.connect(Role.OWNER) as owner:
        owner.execute("UPDATE loan_agreement SET state = jsonb_set(state, '{2}', '7')")
    with pytest.raises(_trial.Imbalance) as refused:
        lender.close(JAN_5)
    assert [fault.code for fault in refused.value.faults] == ["CLS-013"]


# ------------------------------------------------------------------------------------------- seals
def test_seals_stand_outside_the_database(lender: Lender) -> None:
    lender.draw(lender.open(JAN_5), 100_000, JAN_5)
    closed = lender.close(JAN_5 + days(1))
    path = lender.night.seals / "seals.txt"
    assert path.read_text().splitlines() == [one.seal.text() for one in closed]
    with connection.cursor() as cursor:
        assert checks.verify(cursor, closed[-1].seal).faults == ()


def test_a_changed_seal_stops_the_night(lender: Lender) -> None:
    lender.close(JAN_5)
    path = lender.night.seals / "seals.txt"
    path.write_text(path.read_text().replace("0", "1"))
    with pytest.raises(StateConflict) as refused:
        lender.close(JAN_5 + days(1))
    assert (refused.value.faults[0].code, refused.value.faults[0].line) == ("CLS-020", 1)


def test_a_line_that_was_being_written_is_written_again(lender: Lender) -> None:
    lender.close(JAN_5 + days(1))
    path = lender.night.seals / "seals.txt"
    whole = path.read_text()
    path.write_text(whole[:-40])
    lender.close(JAN_5 + days(1))
    assert path.read_text() == whole


def test_a_folder_that_cannot_be_written_stops_the_night(lender: Lender, tmp_path: Path) -> None:
    (tmp_path / "seals.txt").mkdir()
    with pytest.raises(OutsideFailure) as failed:
        lender.close(JAN_5)
    assert failed.value.faults[0].code == "CLS-021"
    assert today() == JAN_5


# ----------------------------------------------------------------------------------------- attacks
@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM close_day",
        "INSERT INTO close_day (row_no, business_on) VALUES (2, '2026-01-01')",
        "DELETE FROM close_task",
        "UPDATE close_total SET debit_yen = 0",
        "UPDATE close_accrual SET interest_yen = 0",
        "DELETE FROM close_bank_line",
        "UPDATE close_bank_line SET amount_yen = 1",
        "UPDATE loan_check SET due_on = '2100-01-01'",
        "UPDATE loan_bureau_answer SET others_yen = 0",
        "DELETE FROM loan_income_evidence",
    ],
)
def test_the_application_cannot_rewrite_what_the_night_wrote(
    lender: Lender, database: Database, attack: str
) -> None:
    with database.connect() as app, pytest.raises(psycopg.Error):
        app.execute(attack)
