"""The statutory book: whole by a second route, no entry without its particulars, kept for ten years."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from psycopg import errors
from tests.contact.conftest import house, pepper
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, with_settings
from tests.people.house import rows

from motocho.contact import calls, gate
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.law.tables import table
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.office import registers
from motocho.office.registers import Book
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role

__all__ = ["house", "pepper"]
OPENED = date(2026, 1, 6)
UNTIL = date(2026, 11, 21)
CALLED = datetime(2026, 11, 18, 12, 0, tzinfo=JAPAN)


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk()


@pytest.fixture
def lived(desk: Desk) -> Key:
    """A contract with draws, receipts, a cancelled one, a new limit, a waiver."""
    key = desk.open(OPENED)
    desk.draw(key, 300_000, date(2026, 1, 10))
    desk.receive(key, 20_000, date(2026, 2, 10))
    wrong = desk.receive(key, 5_000, date(2026, 3, 1))
    desk.do(commands.reverse, key, wrong.event_no, "mistyped", desk.made(date(2026, 3, 2)))
    desk.receive(key, 30_000, date(2026, 3, 20))
    return key


def book(key: Key, until_on: date = UNTIL) -> Book:
    found: Book = do(registers.book_of, key, until_on)
    return found


def call(member_id: int, at: datetime = CALLED) -> Permit:
    wanted = Wanted(Purpose.TRANSACTION, "case 7", "staff 7", "0300000108", shipped())
    answer = do(gate.ask, member_id, wanted, at)
    assert isinstance(answer, Permit)
    return answer


# ------------------------------------------------------------------------------------------- whole
@pytest.mark.rule("BOOK-001")
def test_book_says_what_events_and_ledger_say(lived: Key) -> None:
    found = book(lived)
    events = rows(
        "SELECT event_no, kind, value_on FROM loan_event WHERE member_id = %s AND agreement_id = %s"
        " AND kind <> 'cancellation' ORDER BY event_no", *lived,
    )  # fmt: skip
    kept = {one.event_no: (one.kind, one.on) for one in found.money}
    kept |= {one.event_no: ("terms", one.from_on) for one in found.terms}
    told = {number: (kind, on) for number, kind, on in events}
    assert kept.keys() == told.keys()
    assert {n: one for n, one in kept.items() if n in {m.event_no for m in found.money}} == {
        n: one for n, one in told.items() if n in {m.event_no for m in found.money}
    }
    (principal,) = rows(
        "SELECT principal_yen FROM loan_agreement WHERE member_id = %s AND agreement_id = %s", *lived
    )  # fmt: skip
    lent = sum(one.amount_yen for one in found.lent)
    back = sum(one.to_principal_yen for one in found.received if one.cancelled_by is None)
    assert (lent - back,) == principal
    assert found.opened_on == OPENED
    assert found.terms[0].limit_yen == 500_000


@pytest.mark.rule("BOOK-001")
def test_each_receipt_has_its_split_and_what_is_left(lived: Key) -> None:
    received = book(lived).received
    assert [(one.amount_yen, one.cancelled_by is None) for one in received] == [
        (20_000, True), (5_000, False), (30_000, True),
    ]  # fmt: skip
    for one in received:
        parts = one.to_costs_yen + one.to_interest_yen + one.to_damages_yen + one.to_principal_yen
        assert parts + one.to_written_off_yen + one.to_excess_yen == one.amount_yen
        assert (one.rest_yen is None) == (one.cancelled_by is not None)
    # 300,000 at 18.0 % for 31 days of a common year are 4,586 yen.
    first = received[0]
    assert (first.to_interest_yen, first.to_principal_yen, first.rest_yen) == (
        4_586,
        15_414,
        284_586,
    )


@pytest.mark.rule("BOOK-001")
def test_receipt_without_a_split_cannot_be_written(lived: Key, database: Database) -> None:
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.NotNullViolation):
        owner.execute(
            "INSERT INTO loan_step (member_id, agreement_id, event_no, value_on, rank, parts, terms_no,"
            " state) SELECT member_id, agreement_id, event_no, value_on, rank, NULL, terms_no, state"
            " FROM loan_step WHERE member_id = %s AND agreement_id = %s LIMIT 1", lived,
        )  # fmt: skip


def test_file_holds_every_entry_and_names_the_same_digest(lived: Key) -> None:
    found = book(lived)
    lines = list(csv.reader(io.StringIO(found.csv_text().removeprefix("\ufeff"))))
    assert lines[0][-1] == found.digest == found.document()["digest"]
    entries = (*found.terms, *found.papers, *found.money, *found.transfers, *found.talks)
    assert len(lines) == 2 + len(entries)
    assert book(lived).digest == found.digest
    assert book(lived, UNTIL - timedelta(days=300)).digest != found.digest


def test_no_cell_of_the_table_is_a_formula(lived: Key) -> None:
    sold = registers.TransferEntry(UNTIL, "=HYPERLINK(1)", "港区", 1)
    found = replace(book(lived), transfers=(sold,))
    cells = [cell for line in csv.reader(io.StringIO(found.csv_text())) for cell in line]
    assert "'=HYPERLINK(1) 港区" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert found.document()["transfers"][0]["buyer_name"] == "=HYPERLINK(1)"


# ------------------------------------------------------------------------------------ negotiations
@pytest.mark.rule("BOOK-004")
def test_call_stands_with_whom_when_how_who_and_what(desk: Desk, lived: Key) -> None:
    permit = call(desk.member_id)
    assert do(registers.unfinished, desk.member_id, OPENED, UNTIL)
    do(calls.note, permit, Result.SPOKEN, Source("staff 7", "call"), CALLED)
    (talk,) = book(lived).talks
    assert (talk.at, talk.whom, talk.means, talk.place, talk.actor) == (
        CALLED, "debtor", "phone", "0300000108", "staff 7",
    )  # fmt: skip
    assert (talk.about, talk.content) == ("transaction", "spoken")
    assert talk.is_whole
    assert do(registers.unfinished, desk.member_id, OPENED, UNTIL) == []


@pytest.mark.rule("BOOK-004")
@pytest.mark.parametrize("column", ["whom", "asked_at", "channel", "actor", "purpose", "cause"])
def test_negotiation_without_a_particular_cannot_be_written(
    desk: Desk, column: str, database: Database
) -> None:
    call(desk.member_id)
    names = [
        "channel",
        "whom",
        "our_number",
        "purpose",
        "cause",
        "actor",
        "asked_at",
        "valid_until",
    ]
    values = ", ".join("NULL" if name == column else name for name in names)
    statement = (
        f"INSERT INTO contact_attempt (member_id, {', '.join(names)}) SELECT member_id, {values}"
        " FROM contact_attempt"
    )
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.NotNullViolation):
        owner.execute(statement.encode())


def test_as_many_negotiations_as_were_permitted(desk: Desk, lived: Key) -> None:
    for hour in (9, 13, 17):
        call(desk.member_id, CALLED.replace(hour=hour))
    (count,) = rows("SELECT count(*) FROM contact_attempt WHERE valid_until IS NOT NULL")[0]
    assert len(book(lived).talks) == count == 3
    before = CALLED.date() - timedelta(days=1)
    assert book(lived, before).talks == ()


# ------------------------------------------------------------------------------------- ten years
def ten_years_before_today() -> date:
    """The day of which the tenth return is today."""
    (found,) = rows("SELECT ((now() AT TIME ZONE 'Asia/Tokyo')::date - interval '10 years')::date")[
        0
    ]
    day: date = found
    return day


@pytest.fixture
def long_ago(database: Database) -> Desk:
    del database
    return Desk(with_settings(from_on=date(2015, 1, 1)))


def closed(desk: Desk, on: date) -> Key:
    key = desk.open(on)
    do(commands.close_agreement, key, desk.made(on))
    return key


@pytest.mark.rule("BOOK-002")
@pytest.mark.parametrize(("days", "wanted"), [(0, []), (1, ["due"]), (-1, [])])
def test_books_are_kept_until_ten_years_after_the_end(
    long_ago: Desk, days: int, wanted: list[str]
) -> None:
    on = ten_years_before_today() - timedelta(days=days)
    closed(long_ago, on)
    kept = do(registers.kept_until, long_ago.member_id)
    (today,) = rows("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]
    assert kept.books_until_on == on.replace(year=on.year + 10)
    assert (kept.books_until_on < today) is bool(wanted)
    assert [one.member_id for one in do(registers.due, today)] == [
        long_ago.member_id for _ in wanted
    ]


@pytest.mark.rule("BOOK-002")
def test_while_a_claim_stands_no_time_runs(long_ago: Desk) -> None:
    closed(long_ago, date(2015, 6, 1))
    long_ago.open(date(2015, 7, 1))
    kept = do(registers.kept_until, long_ago.member_id)
    assert (kept.books_until_on, kept.until_on) == (None, None)
    assert do(registers.due, date(2099, 1, 1)) == []


@pytest.mark.rule("BOOK-002")
@pytest.mark.parametrize("statement", [
    "DELETE FROM loan_event", "DELETE FROM loan_step", "DELETE FROM loan_agreement", "DELETE FROM loan_terms",
    "DELETE FROM contact_attempt", "DELETE FROM journal_row", "DELETE FROM ledger_leg",
    "UPDATE loan_event SET business_on = '2001-01-01'", "TRUNCATE documents_paper CASCADE",
])  # fmt: skip
@pytest.mark.parametrize("role", [Role.APP, Role.OWNER])
def test_nobody_deletes_books(lived: Key, database: Database, role: Role, statement: str) -> None:
    assert lived
    refused = (errors.RestrictViolation, errors.InsufficientPrivilege)
    with database.connect(role) as session, pytest.raises(refused):
        session.execute(statement.encode())


def test_years_of_the_database_are_those_of_the_law() -> None:
    assert table("books.retention").at(UNTIL).number() == 10
