"""Rests from borrowing: at once, never shorter, lifted over night, and nobody else's stop."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.desk import Desk, days
from tests.people.house import rows

from motocho.close import day
from motocho.config import worker
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.units.errors import InputError, NotFoundError, RefusedError

TODAY = date(2026, 8, 31)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    return desk.open(date(2026, 1, 5))


def stops(desk: Desk, key: Key) -> frozenset[Stop]:
    found: frozenset[Stop] = desk.do(queries.position, key, TODAY + days(400)).stops
    return found


@pytest.mark.parametrize(("months", "last_on"), [
    (1, date(2026, 9, 30)), (3, date(2026, 11, 30)), (6, date(2027, 2, 28)), (None, None),
])  # fmt: skip
def test_rest_stops_every_agreement_at_once(
    desk: Desk, key: Key, months: int | None, last_on: date | None
) -> None:
    other = desk.open(date(2026, 1, 6))
    rest = desk.do(commands.rest, key.member_id, months, desk.made(TODAY))
    assert rest.last_on == last_on
    for one in (key, other):
        with pytest.raises(RefusedError) as refused:
            desk.draw(one, 1_000, TODAY)
        assert refused.value.faults[0].code == "LON-018"
    desk.receive(key, 1_000, TODAY)  # paying goes on


def test_rest_is_prolonged_and_never_shortened(desk: Desk, key: Key) -> None:
    for months, last_on in ((3, date(2026, 11, 30)), (1, date(2026, 11, 30)), (6, date(2027, 2, 28)),
                            (None, None), (6, None)):  # fmt: skip
        rest = desk.do(commands.rest, key.member_id, months, desk.made(TODAY))
        assert rest.last_on == last_on
    assert rows("SELECT count(*) FROM loan_rest") == [(1,)]


def test_rest_ends_after_its_last_day_and_with_it_alone_its_stop(desk: Desk, key: Key) -> None:
    desk.do(commands.suspend, key, Stop.MEMBER_ASKED, desk.made(TODAY))
    rest = desk.do(commands.rest, key.member_id, 1, desk.made(TODAY))
    desk.do(commands.end_rest, key.member_id, desk.made(rest.last_on))
    assert stops(desk, key) == {Stop.RESTING, Stop.MEMBER_ASKED}
    desk.do(commands.lift, key, Stop.MEMBER_ASKED, desk.made(TODAY))
    desk.do(commands.suspend, key, Stop.FRAUD, desk.made(TODAY))
    assert desk.do(commands.rests_over, rest.last_on) == []
    assert desk.do(commands.rests_over, rest.last_on + days(1)) == [key.member_id]
    desk.do(commands.end_rest, key.member_id, desk.made(rest.last_on + days(1)))
    assert stops(desk, key) == {Stop.FRAUD}
    assert desk.do(commands.rest_of, key.member_id) is None
    desk.do(commands.end_rest, key.member_id, desk.made(rest.last_on + days(2)))


def test_lifting_leaves_the_night_between(desk: Desk, key: Key) -> None:
    desk.do(commands.rest, key.member_id, None, desk.made(TODAY))
    lifted = desk.do(commands.lift_rest, key.member_id, desk.made(TODAY + days(3)))
    assert lifted.last_on == TODAY + days(3)
    assert desk.do(commands.lift_rest, key.member_id, desk.made(TODAY + days(3))) == lifted
    assert Stop.RESTING in stops(desk, key)
    desk.do(commands.end_rest, key.member_id, desk.made(TODAY + days(4)))
    assert stops(desk, key) == frozenset()
    with pytest.raises(NotFoundError):
        desk.do(commands.lift_rest, key.member_id, desk.made(TODAY + days(4)))


def test_months_that_cannot_be_chosen_are_refused(desk: Desk, key: Key) -> None:
    for months in (0, 2, -1, 12, 1_000):
        with pytest.raises(InputError):
            desk.do(commands.rest, key.member_id, months, desk.made(TODAY))
    assert stops(desk, key) == frozenset()


def test_same_form_again_begins_no_second_rest(desk: Desk, key: Key) -> None:
    made = desk.made(TODAY, "form 1")
    first = desk.do(commands.rest, key.member_id, 1, made)
    assert desk.do(commands.rest, key.member_id, 1, made) == first
    desk.do(commands.lift_rest, key.member_id, desk.made(TODAY))
    desk.do(commands.end_rest, key.member_id, desk.made(TODAY + days(1)))
    assert desk.do(commands.rest, key.member_id, 1, made).last_on == TODAY
    assert stops(desk, key) == frozenset()
    assert desk.do(commands.rest_of, key.member_id) is None


@pytest.mark.parametrize("ref", ["form 1", "form 2"])
def test_form_sent_again_prolongs_no_rest_that_was_lifted(desk: Desk, key: Key, ref: str) -> None:
    """The first form began it, the second made it longer; the member's last word was to lift it."""
    desk.do(commands.rest, key.member_id, 1, desk.made(TODAY, "form 1"))
    desk.do(commands.rest, key.member_id, 3, desk.made(TODAY, "form 2"))
    desk.do(commands.lift_rest, key.member_id, desk.made(TODAY))
    again = desk.do(commands.rest, key.member_id, 6, desk.made(TODAY, ref))
    assert again.last_on == TODAY
    assert desk.do(commands.rest_of, key.member_id) == again
    fresh = desk.do(commands.rest, key.member_id, 1, desk.made(TODAY, "form 3"))
    assert fresh.last_on == date(2026, 9, 30)


def test_worker_ends_what_is_over(desk: Desk, key: Key) -> None:
    desk.do(commands.rest, key.member_id, 1, desk.made(TODAY))
    with transaction.atomic(), connection.cursor() as cursor:
        day.open_book(cursor, date(2026, 9, 30))
    at = int(datetime(2026, 10, 1, 1, tzinfo=UTC).timestamp())
    worker.end_rests(timestamp=at)
    assert Stop.RESTING in stops(desk, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert rows("SELECT business_on FROM close_day") == [(date(2026, 9, 30),)]


def test_worker_lifts_on_the_next_business_date(desk: Desk, key: Key) -> None:
    desk.do(commands.rest, key.member_id, 1, desk.made(TODAY))
    with transaction.atomic(), connection.cursor() as cursor:
        day.open_book(cursor, date(2026, 10, 1))
    at = int(datetime(2026, 10, 1, 1, tzinfo=UTC).timestamp())
    for _ in range(2):
        worker.end_rests(timestamp=at)
    assert stops(desk, key) == frozenset()
    assert worker.AGAIN[worker.END_RESTS].split()[0] == "*/5"


def test_a_rest_that_cannot_be_ended_holds_up_no_other(
    desk: Desk, key: Key, database: Database
) -> None:
    other = desk.open(date(2026, 1, 6), member_id=desk.member())
    for one in (key, other):
        desk.do(commands.rest, one.member_id, 1, desk.made(TODAY))
    with database.connect("motocho_owner") as owner:
        owner.execute(
            f"ALTER TABLE loan_rest ADD CHECK (member_id <> {key.member_id} OR ended_on IS NULL)"
        )
    with transaction.atomic(), connection.cursor() as cursor:
        day.open_book(cursor, date(2026, 10, 1))
    with pytest.raises(IntegrityError):
        worker.end_rests(timestamp=int(datetime(2026, 10, 1, 1, tzinfo=UTC).timestamp()))
    assert Stop.RESTING in stops(desk, key)
    assert stops(desk, other) == frozenset()


@pytest.mark.parametrize("statement", [
    "DELETE FROM loan_rest", "TRUNCATE loan_rest", "UPDATE loan_rest SET began_on = began_on",
    "UPDATE loan_rest SET ended_on = last_on", "DELETE FROM loan_rest_asking",
    "UPDATE loan_rest_asking SET rest_no = rest_no",
])  # fmt: skip
def test_rests_stay_written(desk: Desk, key: Key, statement: str) -> None:
    desk.do(commands.rest, key.member_id, 1, desk.made(TODAY))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
