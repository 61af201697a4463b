"""Many receipts at once write what each by itself would write, row by row."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from tests.database import Database, fresh_database
from tests.loans.desk import Desk, days
from tests.whole_book import whole_book

from motocho.ledger import checks
from motocho.loans import commands
from motocho.loans.commands import Arrived, Done, Key
from motocho.units.errors import NotFoundError, RefusedError, StateConflict

JAN_5 = date(2026, 1, 5)
MEMBERS = 12


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def borrowers(desk: Desk) -> list[Key]:
    keys = []
    for number in range(MEMBERS):
        key = desk.open(JAN_5, member_id=desk.member())
        desk.draw(key, 10_000 * (number + 1), JAN_5)
        keys.append(key)
    return keys


def plain(desk: Desk, keys: list[Key]) -> list[Arrived]:
    """One receipt for each agreement, of a day after all else; some pay all and more."""
    on = JAN_5 + days(40)
    return [
        Arrived(key, 4_000 + 9_000 * (number % 3), on, desk.made(on, f"B{number}"))
        for number, key in enumerate(keys)
    ]


def mixed(desk: Desk, keys: list[Key]) -> list[Arrived]:
    """Late ones, several of one agreement, references twice, refused ones, unknown agreements."""
    chance = random.Random(7)
    business_on = JAN_5 + days(60)
    found = []
    for _ in range(60):
        key = chance.choice(keys)
        value_on = JAN_5 + days(chance.randint(1, 60))
        made = desk.made(business_on, f"B{chance.randint(1, 50)} of {key.member_id}")
        found.append(Arrived(key, chance.randint(1, 30) * 500, value_on, made))
    found[5] = found[5]._replace(amount_yen=0)
    found[6] = found[6]._replace(value_on=business_on + days(1))
    found[7] = found[7]._replace(key=Key(keys[0].member_id, 99_999))
    return found


def shown(outcome: object) -> object:
    if isinstance(outcome, Done):
        return (
            outcome.key,
            outcome.event_no,
            outcome.step,
            outcome.entry_id is None,
            outcome.is_repeat,
        )
    assert isinstance(outcome, RefusedError | NotFoundError)
    return type(outcome), outcome.faults


def one_by_one(arrived: list[Arrived]) -> list[object]:
    outcomes: list[object] = []
    for one in arrived:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                outcomes.append(commands.receive(cursor, *one))
        except (RefusedError, NotFoundError) as refused:
            outcomes.append(refused)
    return outcomes


def at_once(arrived: list[Arrived]) -> list[object]:
    with transaction.atomic(), connection.cursor() as cursor:
        return list(commands.receive_many(cursor, arrived))


def book() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        assert checks.verify(cursor).faults == ()
        return whole_book(cursor)


@pytest.mark.parametrize("make", [plain, mixed])
def test_many_at_once_are_as_one_by_one(
    database: Database, make: Callable[[Desk, list[Key]], list[Arrived]]
) -> None:
    desk = Desk()
    arrived = make(desk, borrowers(desk))
    outcomes = one_by_one(arrived)
    expected = book()
    with fresh_database():
        desk = Desk()
        arrived = make(desk, borrowers(desk))
        by_member = [shown(one) for one in at_once(arrived)]
        found = book()
    assert found == expected
    assert by_member == [shown(one) for one in outcomes]


def test_the_same_file_twice_is_booked_once(desk: Desk) -> None:
    arrived = plain(desk, borrowers(desk))
    first = at_once(arrived)
    before = book()
    again = at_once(arrived)
    assert book() == before
    assert all(isinstance(one, Done) and one.is_repeat for one in again)
    assert [one.event_no for one in again] == [one.event_no for one in first]  # type: ignore[attr-defined]


def test_a_sealed_day_takes_none_of_them(desk: Desk) -> None:
    arrived = plain(desk, borrowers(desk))
    before = book()
    with transaction.atomic(), connection.cursor() as cursor:
        checks.seal(cursor, arrived[0].made.business_on, arrived[0].made.booked_at)
    with pytest.raises(StateConflict):
        at_once(arrived)
    assert book() == before


def test_nothing_arrived(desk: Desk) -> None:
    assert at_once([]) == []
