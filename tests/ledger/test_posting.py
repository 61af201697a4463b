"""Entries are posted whole, once, between known accounts, and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from tests.database import Database

from motocho.ledger import balances, checks
from motocho.ledger.balances import AsOf
from motocho.ledger.chart import PAIRS, Account, Leg, Side
from motocho.ledger.posting import Booking, Entry, Phase, find, post, reversal, settlement
from motocho.outside.postgres import Role
from motocho.units.errors import StateConflict

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
DRAW = Entry(
    7, 1, "draw", "transfer", "T-1", DAY, DAY, AT, (Leg(Account.PRINCIPAL, Account.BANK, 100_000),)
)
REPAYMENT = Entry(
    7, 1, "receipt", "bank", "B-1", date(2026, 12, 20), date(2026, 12, 21), datetime(2026, 12, 21, tzinfo=UTC),
    (Leg(Account.BANK, Account.INTEREST, 1_479), Leg(Account.BANK, Account.PRINCIPAL, 3_521)),
)  # fmt: skip


@pytest.fixture
def cursor(database: Database) -> Iterator[Any]:
    with connection.cursor() as opened:
        yield opened


def posted(*entries: Entry) -> list[int]:
    with transaction.atomic(), connection.cursor() as cursor:
        return post(cursor, entries)


def principal(cursor: Any) -> int:
    return balances.of_book(cursor, 7, 1)[Account.PRINCIPAL].on_side(Side.DEBIT)


def test_legs_move_the_balances_of_their_book(cursor: Any) -> None:
    posted(DRAW, REPAYMENT)
    book = balances.of_book(cursor, 7, 1)
    assert principal(cursor) == 96_479
    assert book[Account.INTEREST].on_side(Side.CREDIT) == 1_479
    assert book[Account.BANK].on_side(Side.DEBIT) == -95_000
    trial = balances.trial_balance(cursor)
    assert sum(one.debit_yen for one in trial.values()) == sum(
        one.credit_yen for one in trial.values()
    )


def test_balances_of_a_day_and_of_a_moment(cursor: Any) -> None:
    posted(DRAW, REPAYMENT)

    def principal_as_of(as_of: AsOf) -> int:
        return balances.of_book_as_of(cursor, 7, 1, as_of)[Account.PRINCIPAL].on_side(Side.DEBIT)

    assert principal_as_of(AsOf(value_on=date(2026, 12, 19))) == 100_000
    assert principal_as_of(AsOf(value_on=date(2026, 12, 20))) == 96_479
    assert principal_as_of(AsOf(booked_at=datetime(2026, 12, 20, 12, tzinfo=UTC))) == 100_000
    assert principal_as_of(AsOf()) == 96_479
    assert balances.trial_balance(cursor, AsOf()) == {
        account: balance._replace(pending_debit_yen=0, pending_credit_yen=0)
        for account, balance in balances.trial_balance(cursor).items()
    }


@pytest.mark.rule("LEDG-019")
def test_correction_is_a_reversal_with_its_reason(cursor: Any) -> None:
    (number,) = posted(DRAW)
    booking = Booking("desk", "R-1", DAY, AT)
    (back,) = posted(reversal(find(cursor, 7, [number])[0], booking, "振込不能"))
    assert principal(cursor) == 0
    assert find(cursor, 7, [back])[0].entry.reverses == number
    with pytest.raises(IntegrityError):  # once is enough
        posted(reversal(find(cursor, 7, [number])[0], replace_ref(booking, "R-2"), "もう一度"))
    with pytest.raises(IntegrityError):  # a reversal needs a reason
        posted(replace(reversal(find(cursor, 7, [number])[0], booking, "x"), reason=""))


def replace_ref(booking: Booking, ref: str) -> Booking:
    return booking._replace(external_ref=ref)


def test_reversal_mirrors_what_it_undoes(cursor: Any) -> None:
    (number,) = posted(DRAW)
    made = reversal(find(cursor, 7, [number])[0], Booking("desk", "R", DAY, AT), "誤り")
    for wrong in (
        replace(made, legs=(Leg(Account.BANK, Account.PRINCIPAL, 99_999),)),
        replace(made, book_id=2),
        replace(made, legs=(Leg(Account.BANK, Account.COSTS, 100_000),)),
    ):
        with pytest.raises(IntegrityError):
            posted(wrong)
    assert principal(cursor) == 100_000


def test_the_same_reference_is_posted_once(cursor: Any) -> None:
    posted(DRAW)
    with pytest.raises(IntegrityError):
        posted(replace(DRAW, value_on=DAY))
    posted(replace(DRAW, member_id=8))  # another member's references are his own


@pytest.mark.rule("RATE-012")
def test_only_known_pairs_of_accounts_are_joined(cursor: Any) -> None:
    """Interest is never added to principal, and nothing is joined backwards but by a reversal."""
    for debit, credit in (
        (Account.PRINCIPAL, Account.INTEREST),
        (Account.PRINCIPAL, Account.DAMAGES),
        (Account.INTEREST, Account.BANK),
    ):
        assert (debit, credit) not in PAIRS
        with pytest.raises(IntegrityError):
            posted(replace(DRAW, legs=(Leg(debit, credit, 10),)))
    posted(DRAW, REPAYMENT)
    assert principal(cursor) == 96_479


@pytest.mark.rule("LEDG-018")
def test_principal_never_turns_over(cursor: Any) -> None:
    posted(DRAW)
    with pytest.raises(IntegrityError):
        posted(replace(REPAYMENT, legs=(Leg(Account.BANK, Account.PRINCIPAL, 100_001),)))
    posted(
        replace(
            REPAYMENT,
            legs=(
                Leg(Account.BANK, Account.PRINCIPAL, 100_000),
                Leg(Account.BANK, Account.EXCESS, 1),
            ),
        )
    )
    assert balances.of_book(cursor, 7, 1)[Account.EXCESS].on_side(Side.CREDIT) == 1


def test_pending_is_posted_or_voided_once(cursor: Any) -> None:
    (number,) = posted(replace(DRAW, phase=Phase.PENDING))
    assert principal(cursor) == 0
    pending = balances.of_book(cursor, 7, 1)[Account.PRINCIPAL]
    assert pending.pending_on_side(Side.DEBIT) == 100_000
    waiting = find(cursor, 7, [number])[0]
    posted(settlement(waiting, Booking("bank", "OK", DAY, AT), Phase.POST, DAY))
    assert principal(cursor) == 100_000
    assert balances.of_book(cursor, 7, 1)[Account.PRINCIPAL].pending_on_side(Side.DEBIT) == 0
    with pytest.raises(IntegrityError):
        posted(settlement(waiting, Booking("bank", "NG", DAY, AT), Phase.VOID, DAY))
    (other,) = posted(replace(DRAW, phase=Phase.PENDING, external_ref="T-2"))
    posted(settlement(find(cursor, 7, [other])[0], Booking("bank", "NG", DAY, AT), Phase.VOID, DAY))
    assert principal(cursor) == 100_000
    assert checks.verify(cursor).faults == ()


# ------------------------------------------------------------------------------------- raw SQL
ATTACKS = (
    "UPDATE ledger_entry SET reason = 'x'",
    "UPDATE ledger_leg SET amount_yen = 1",
    "DELETE FROM ledger_leg",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_leg",
    "TRUNCATE ledger_entry CASCADE",
    "UPDATE ledger_balance SET debit_yen = 0",
    "INSERT INTO ledger_balance (member_id, book_id, account, side, sign_kept) VALUES (1, 1, 1010, 1, 0)",
    "DELETE FROM ledger_balance",
    "UPDATE ledger_seal SET entries = 0",
    "INSERT INTO ledger_pair VALUES (1100, 4100)",
    "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
    "DROP TRIGGER no_change ON ledger_leg",
    "DROP TABLE ledger_leg",
    "SET session_replication_role = replica",
    "CREATE FUNCTION post_legs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "INSERT INTO ledger_leg VALUES (7, 1, 2, 1100, 1010, 5)",
    "INSERT INTO ledger_leg VALUES (7, 1, 2, 1100, 1010, -5)",
    """INSERT INTO ledger_entry (member_id, book_id, kind, phase, channel, external_ref, value_on, business_on,
    booked_at, leg_count, total_yen) VALUES (7, 1, 'draw', 'posted', 'c', 'r', now(), now(), now(), 1, 5)""",
    "INSERT INTO ledger_seal VALUES ('2026-12-31', 0, 0, '', '', now())",
)


@pytest.mark.rule("LEDG-019")
@pytest.mark.parametrize("attack", ATTACKS)
def test_application_cannot_change_the_ledger(database: Database, attack: str) -> None:
    posted(DRAW)
    with database.connect(Role.APP) as raw, pytest.raises(psycopg.Error), raw.transaction():
        raw.execute(attack)  # the deferred checks answer at the end of the transaction
    with connection.cursor() as cursor:
        assert principal(cursor) == 100_000
        assert checks.verify(cursor).faults == ()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg", "ledger_seal"])
def test_not_even_the_owner_changes_rows_by_plain_sql(database: Database, table: str) -> None:
    posted(DRAW)
    with database.connect(Role.OWNER) as owner:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation), owner.transaction():
                owner.execute(statement)


# --------------------------------------------------------------------------------------- seals
def test_sealed_day_takes_no_more_entries(cursor: Any) -> None:
    posted(DRAW)
    with transaction.atomic():
        checks.seal(cursor, DAY, AT)
    with pytest.raises(StateConflict, match="sealed"):
        posted(replace(DRAW, external_ref="late"))
    posted(replace(DRAW, external_ref="late", business_on=date(2026, 11, 24)))


def test_seals_are_chained_and_made_again_in_python(cursor: Any) -> None:
    posted(DRAW, replace(DRAW, member_id=3, reason="日本語|と\n改行"))
    with transaction.atomic():
        first = checks.seal(cursor, DAY, AT)
    posted(REPAYMENT)
    with transaction.atomic():
        last = checks.seal(cursor, REPAYMENT.business_on, AT)
    assert (first.entries, first.total_yen) == (2, 200_000)
    found = checks.verify(cursor, known=last)
    assert found == checks.Verified(3, 2, last, ())


def test_change_behind_the_triggers_is_found(database: Database) -> None:
    posted(DRAW)
    with transaction.atomic(), connection.cursor() as cursor:
        kept = checks.seal(cursor, DAY, AT)
    with database.connect("postgres") as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute("UPDATE ledger_leg SET amount_yen = 90000")
    with connection.cursor() as cursor:
        codes = {fault.code for fault in checks.verify(cursor, known=kept).faults}
    assert codes == {"LDG-002", "LDG-003", "LDG-004"}
    with database.connect("postgres") as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute("DELETE FROM ledger_seal")
    with connection.cursor() as cursor:
        assert "LDG-005" in {fault.code for fault in checks.verify(cursor, known=kept).faults}
