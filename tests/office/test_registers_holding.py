"""Who may be erased when, by whom, and that nothing then names the person while all books verify."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from psycopg import errors
from tests.contact.conftest import house, pepper
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, with_settings
from tests.people.house import House, rows

from motocho.config.invariants import INVARIANTS
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.ledger import checks
from motocho.loans import commands, queries
from motocho.office import registers
from motocho.office.registers import HoldWanted, Reason
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role, violations
from motocho.people import requests
from motocho.people.facts.values import Address, Kind
from motocho.people.members import Member
from motocho.units.errors import NotFoundError, RefusedError, StateConflict

__all__ = ["house", "pepper"]
AT = datetime(2026, 11, 21, 12, tzinfo=JAPAN)
FIRST, SECOND = "staff 1", "staff 2"
NAMES = (
    "佐藤",
    "花子",
    "サトウ",
    "ハナコ",
    "09011112222",
    "hanako@example.jp",
    "千代田",
    "1988-04-12",
)


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk(with_settings(from_on=date(2012, 1, 1)))


def today() -> date:
    (found,) = rows("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]
    day: date = found
    return day


def ten_years_ago(days: int = 0) -> date:
    now = today()
    on = now.replace(year=now.year - 10) if (now.month, now.day) != (2, 29) else now
    return on - timedelta(days=days)


def over(desk: Desk, member_id: int, on: date) -> None:
    """A contract with a draw that was paid, and that ended on a day."""
    key = desk.open(on - timedelta(days=90), member_id=member_id)
    desk.draw(key, 50_000, on - timedelta(days=80))
    desk.receive(key, 60_000, on - timedelta(days=10))
    with connection.cursor() as cursor:
        excess = queries.position(cursor, key, on).excess_yen
    desk.do(commands.refund, key, excess, desk.made(on - timedelta(days=5)))
    desk.do(commands.close_agreement, key, desk.made(on))


def told(desk: Desk, house: House, on: date) -> Member:
    """Somebody with name, phone, e-mail and address, whose contract ended on a day."""
    at = datetime.combine(on - timedelta(days=400), datetime.min.time(), JAPAN)
    member = house.member(at=at)
    house.tell(member.member_id, Kind.ADDRESS, Address("1000001", "東京都千代田区千代田1-1"), at=at)
    over(desk, member.member_id, on)
    return member


def dump(database: Database) -> str:
    """Every row of every table as text."""
    with database.connect(Role.OWNER) as owner:
        tables = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        texts = []
        for (name,) in tables:
            found = owner.execute(f'SELECT t::text FROM "{name}" t'.encode()).fetchall()
            texts += [text for (text,) in found]
    return "\n".join(texts)


# ----------------------------------------------------------------------------------------- erasure
@pytest.mark.rule("PRIV-006")
def test_after_the_time_nothing_names_the_person_and_all_books_verify(
    desk: Desk, house: House, database: Database
) -> None:
    member = told(desk, house, ten_years_ago(1))
    before = rows("SELECT count(*), sum(amount_yen) FROM ledger_leg")
    history = rows("SELECT event_no, kind, value_on FROM loan_event ORDER BY member_id, event_no")
    clear_others(database, member.member_id)
    assert any(name in dump(database) for name in NAMES)
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    assert do(registers.erase, member.member_id, SECOND, AT) is True
    everything = dump(database)
    assert [name for name in NAMES if name in everything] == []
    assert rows("SELECT count(*), sum(amount_yen) FROM ledger_leg") == before
    assert (
        rows("SELECT event_no, kind, value_on FROM loan_event ORDER BY member_id, event_no")
        == history
    )
    assert do(checks.verify).faults == ()
    assert violations(database.address, INVARIANTS) == ()
    assert do(registers.erase, member.member_id, SECOND, AT) is False
    assert do(registers.kept_until, member.member_id).erased_at == AT


def clear_others(database: Database, member_id: int) -> None:
    """Nobody but the one to be erased bears the names of the tests."""
    with database.connect(Role.OWNER) as owner:
        owner.execute(
            "UPDATE people_member SET family_name = 'a', given_name = 'b', family_kana = 'ア',"
            " given_kana = 'イ' WHERE member_id <> %s", (member_id,),
        )  # fmt: skip
        owner.commit()


@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize("days", [0, -1, -2_500])
def test_before_the_time_nobody_is_erased(
    desk: Desk, house: House, database: Database, days: int
) -> None:
    member = told(desk, house, ten_years_ago(days))
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    with pytest.raises(RefusedError) as caught:
        do(registers.erase, member.member_id, SECOND, AT)
    assert caught.value.faults[0].code == "REG-004"
    assert rows("SELECT count(*) FROM people_fact WHERE member_id = %s", member.member_id) != [(0,)]
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.CheckViolation):
        owner.execute(
            "INSERT INTO office_erasure (member_id, agreed_by, erased_at, kept_until)"
            " VALUES (%s, 'staff 2', now(), '2000-01-01')", (member.member_id,),
        )  # fmt: skip


@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize("role", [Role.APP, Role.OWNER])
def test_facts_are_deleted_by_nobody_else(
    desk: Desk, house: House, database: Database, role: Role
) -> None:
    told(desk, house, ten_years_ago(1))
    refused = (errors.RestrictViolation, errors.InsufficientPrivilege)
    for statement in (
        "DELETE FROM people_fact",
        "UPDATE people_fact SET value = NULL, masked = ''",
    ):
        with database.connect(role) as session, pytest.raises(refused):
            session.execute(statement.encode())


@pytest.mark.rule("PRIV-006")
def test_two_people_erase(desk: Desk, house: House) -> None:
    member = told(desk, house, ten_years_ago(1))
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            do(registers.erase, member.member_id, FIRST, AT)
        assert caught.value.faults[0].code == "REG-005"
        do(registers.ask_erasure, member.member_id, FIRST, AT)
    assert do(registers.erase, member.member_id, SECOND, AT)


@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize(("days", "wanted"), [(0, []), (1, ["due"])])
def test_applicant_without_a_contract_goes_after_five_years(
    house: House, database: Database, days: int, wanted: list[str]
) -> None:
    del database
    now = today()
    on = now.replace(year=now.year - 5) - timedelta(days=days)
    member = house.member(at=datetime.combine(on, datetime.min.time(), JAPAN))
    found = [one.member_id for one in do(registers.due, now)]
    assert found == [member.member_id for _ in wanted]


@pytest.mark.rule("PRIV-006")
def test_what_is_not_over_stops_an_erasure_whole(
    desk: Desk, house: House, database: Database
) -> None:
    member = told(desk, house, ten_years_ago(1))
    assert do(registers.still_open, member.member_id) == ()
    do(requests.ask_own, member.member_id, requests.Kind.NEW_CARD, AT)
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    with pytest.raises(RefusedError) as caught:
        do(registers.erase, member.member_id, SECOND, AT)
    assert caught.value.faults[0].code == "REG-006"
    assert caught.value.faults[0].details["places"] == "people_request"
    assert rows("SELECT family_name FROM people_member WHERE member_id = %s", member.member_id) == [
        ("佐藤",)
    ]
    with database.connect(Role.OWNER) as owner:
        owner.execute("UPDATE people_request SET state = 'refused'")
        owner.commit()
    assert do(registers.erase, member.member_id, SECOND, AT)


@pytest.mark.rule("PRIV-006")
def test_what_was_told_goes_and_others_are_left_alone(
    desk: Desk, house: House, database: Database
) -> None:
    member, other = (told(desk, house, ten_years_ago(days)) for days in (1, 2))
    for one in (member, other):
        do(holds.put, one.member_id, holds.Wish(HoldKind.NEVER), holds.Source(FIRST, "x"), AT)
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    before = others(database, member.member_id)
    assert do(registers.erase, member.member_id, SECOND, AT)
    assert others(database, member.member_id) == before
    assert do(checks.verify).faults == ()
    assert violations(database.address, INVARIANTS) == ()


def others(database: Database, member_id: int) -> dict[str, list[str]]:
    """Every row of every table that is of another member."""
    with database.connect(Role.OWNER) as owner:
        tables = owner.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'member_id'"
            " AND table_schema = 'public' AND table_name <> 'journal_row'"
        ).fetchall()
        return {
            name: [
                text
                for (text,) in owner.execute(
                    f'SELECT t::text FROM "{name}" t WHERE member_id <> {member_id}'.encode()
                )
            ]
            for (name,) in tables
        }


@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize("statement", [
    "UPDATE contact_hold SET about = 'x'", "DELETE FROM people_fact", "UPDATE people_consent SET scope = 'x'",
    "UPDATE loan_mandate SET holder_kana = 'x'", "UPDATE care_talk_end SET note = 'x'",
    "TRUNCATE people_device CASCADE",
])  # fmt: skip
def test_an_erasure_opens_no_door_to_others(
    desk: Desk, house: House, database: Database, statement: str
) -> None:
    """Within the very transaction that erases one, rows of another stay as they are."""
    member, other = (told(desk, house, ten_years_ago(days)) for days in (1, 2))
    do(holds.put, other.member_id, holds.Wish(HoldKind.NEVER), holds.Source(FIRST, "x"), AT)
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    before = others(database, member.member_id)
    refused = (errors.RestrictViolation,)
    with database.connect(Role.OWNER) as owner:
        owner.execute("SELECT office_erase(%s, %s, %s)", (member.member_id, SECOND, AT))
        try:
            owner.execute(statement.encode())
            owner.commit()
        except refused:
            owner.rollback()
    assert others(database, member.member_id) == before


@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize("statement", [
    "UPDATE contact_hold SET about = 'x'", "UPDATE care_talk_end SET note = ''",
    "DELETE FROM office_erasure_place", "UPDATE office_erasure_place SET deed = 'keep', cleared = ''",
])  # fmt: skip
def test_nothing_goes_without_an_erasure(
    desk: Desk, house: House, database: Database, statement: str
) -> None:
    """Refused as before there were erasures; who says that there is one is refused by the row."""
    member = told(desk, house, ten_years_ago(1))
    do(holds.put, member.member_id, holds.Wish(HoldKind.NEVER), holds.Source(FIRST, "x"), AT)
    with database.connect(Role.OWNER) as owner:
        if "care_talk_end" not in statement:  # it has no rows: the statement alone is refused
            owner.execute(b"SELECT set_config('motocho.erasing', pg_current_xact_id()::text, true)")
        with pytest.raises(errors.RestrictViolation):
            owner.execute(statement.encode())


@pytest.mark.rule("PRIV-006")
def test_who_was_erased_comes_back_as_somebody_else(
    desk: Desk, house: House, database: Database
) -> None:
    del database
    member = told(desk, house, ten_years_ago(1))
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    assert [one.member_id for one in do(registers.wishes)] == [member.member_id]
    assert do(registers.erase, member.member_id, SECOND, AT)
    assert do(registers.wishes) == []
    with pytest.raises(IntegrityError, match="was erased"):
        desk.open(date(2026, 11, 1), member_id=member.member_id)
    with pytest.raises(IntegrityError, match="was erased"):
        house.tell(member.member_id, Kind.ADDRESS, Address("1000001", "東京都"), at=AT)


# ------------------------------------------------------------------------------------------- holds
@pytest.mark.rule("PRIV-006")
def test_legal_hold_keeps_what_could_go_until_two_end_it(desk: Desk, house: House) -> None:
    member = told(desk, house, ten_years_ago(1))
    wanted = HoldWanted(member.member_id, Reason.LAWSUIT, "令和8年(ワ)1号")
    hold = do(registers.put_hold, wanted, FIRST, AT)
    assert do(registers.put_hold, wanted, SECOND, AT) == hold
    assert do(registers.kept_until, member.member_id).until_on is None
    do(registers.ask_erasure, member.member_id, FIRST, AT)
    with pytest.raises(RefusedError):
        do(registers.erase, member.member_id, SECOND, AT)
    assert do(registers.end_hold, hold, FIRST, AT) is False
    with pytest.raises(StateConflict):
        do(registers.end_hold, hold, FIRST, AT)
    assert do(registers.end_hold, hold, SECOND, AT) is True
    with pytest.raises(StateConflict):
        do(registers.end_hold, hold, SECOND, AT)
    with pytest.raises(StateConflict):
        do(registers.put_hold, wanted, FIRST, AT)
    assert do(registers.erase, member.member_id, SECOND, AT)


@pytest.mark.parametrize("statement", [
    "UPDATE office_legal_hold SET ended_by = 'staff 1', ended_at = now(), asked_by = 'staff 1', asked_at = now()",
    "UPDATE office_legal_hold SET case_ref = 'other'", "DELETE FROM office_legal_hold",
])  # fmt: skip
def test_hold_is_ended_by_nobody_alone(desk: Desk, database: Database, statement: str) -> None:
    do(registers.put_hold, HoldWanted(desk.member_id, Reason.CLAIM, "case 1"), FIRST, AT)
    with (
        database.connect(Role.OWNER) as owner,
        pytest.raises((errors.CheckViolation, errors.RestrictViolation)),
    ):
        owner.execute(statement.encode())


def test_nobody_has_no_books(database: Database) -> None:
    del database
    with pytest.raises(NotFoundError):
        do(registers.kept_until, 999)
