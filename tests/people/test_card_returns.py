"""A card that came back: a task of the desk, ended by what became of the card, once, for raw SQL too."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, kinds_of, rows
from tests.people.test_card_orders import HOME, TODAY, works

from motocho.contact import tasks
from motocho.notices import carding
from motocho.outside.fakes.cards import Trouble
from motocho.people import card_orders, staff
from motocho.people.access import Role, Staff
from motocho.people.card_orders import Fate, OrderKey, Step
from motocho.people.facts.values import Kind
from motocho.people.staff import Joiner
from motocho.units.errors import InputError, MotochoError, NotAllowedError, StateConflict

AGAIN, DESTROYED = (Fate.SENT_AGAIN, "call 7"), (Fate.DESTROYED, "")


def colleague(role: Role) -> Staff:
    first = (
        None if not rows("SELECT FROM people_staff") else Staff(1, frozenset({Role.ADMINISTRATOR}))
    )
    joiner = Joiner(role.value, role.value.title(), date(2020, 1, 1), frozenset({role}), None)
    account, _ = do(staff.join, joiner, first, AT)
    return Staff(account.staff_id, frozenset({role}))


def returned(folder: Path) -> OrderKey:
    """A card of somebody, back at its maker."""
    made = works(folder, Trouble.RETURNED)
    key = made.order(made.member())
    made.round()
    assert do(card_orders.one, key).step is Step.RETURNED
    return key


def open_tasks(key: OrderKey) -> list[object]:
    found = do(tasks.of_member, key.member_id)
    return [one.plan.facts for one in found if carding.RETURNED in one.plan.facts]


def test_it_is_a_task_and_is_sent_again_to_a_confirmed_address_once(
    database: Database, tmp_path: Path
) -> None:
    first = colleague(Role.ADMINISTRATOR)
    reviewer, operator = colleague(Role.REVIEWER), colleague(Role.OPERATOR)
    key = returned(tmp_path)
    assert open_tasks(key) == [{"card_order": key.order_id}]
    for who in (first, operator):
        with pytest.raises(NotAllowedError):
            do(carding.settle_return, key, AGAIN, who, AT)
    for ref in (" ", "9" * 61):
        with pytest.raises(InputError):
            do(carding.settle_return, key, (Fate.SENT_AGAIN, ref), reviewer, AT)
    new = do(carding.settle_return, key, AGAIN, reviewer, AT)
    again = do(card_orders.one, new)
    assert (again.step, again.expires_on) == (None, date(2031, 11, 30))
    assert open_tasks(key) == []
    assert kinds_of(key.member_id)[-1] == "card_return_settled"
    for how in (AGAIN, DESTROYED):
        with pytest.raises(StateConflict):
            do(carding.settle_return, key, how, reviewer, AT)
    assert len(do(card_orders.waiting, [key.member_id])) == 1


def test_destroyed_by_anybody_of_the_desk_sends_none(database: Database, tmp_path: Path) -> None:
    colleague(Role.ADMINISTRATOR)
    operator = colleague(Role.OPERATOR)
    key = returned(tmp_path)
    assert do(carding.settle_return, key, DESTROYED, operator, AT) is None
    assert open_tasks(key) == []
    assert do(card_orders.waiting, [key.member_id]) == []


def test_what_the_member_ordered_already_is_not_ordered_twice(
    database: Database, tmp_path: Path
) -> None:
    colleague(Role.ADMINISTRATOR)
    reviewer = colleague(Role.REVIEWER)
    key = returned(tmp_path)
    wanted = card_orders.Wanted(card_orders.Cause.NOT_ARRIVED)
    own = do(card_orders.order, key.member_id, wanted, ("member", card_orders.again_of(key)), AT)
    assert open_tasks(key), "the card itself is still to be destroyed"
    assert do(carding.settle_return, key, AGAIN, reviewer, AT) == own
    assert len(do(card_orders.waiting, [key.member_id])) == 1


def test_two_at_once_and_hands_that_write_sql(database: Database, tmp_path: Path) -> None:
    colleague(Role.ADMINISTRATOR)
    reviewer = colleague(Role.REVIEWER)
    key = returned(tmp_path)

    def settle() -> object:
        try:
            return do(carding.settle_return, key, AGAIN, reviewer, AT)
        except MotochoError:
            return None

    done = at_once([settle, settle])
    assert sum(one is not None for one in done) == 1
    assert len(do(card_orders.waiting, [key.member_id])) == 1
    (fresh,) = do(card_orders.waiting, [key.member_id])
    raw = "INSERT INTO people_card_return VALUES (%s, %s, %s, NULL, '', %s, %s)"
    for of, fate in ((fresh, "destroyed"), (key, "destroyed"), (key, "sent_again")):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(raw, (*of, fate, reviewer.staff_id, AT))
    with (
        pytest.raises(Exception, match=r"never changed|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM people_card_return")


def test_no_card_goes_to_where_no_address_is_known(database: Database, tmp_path: Path) -> None:
    colleague(Role.ADMINISTRATOR)
    reviewer = colleague(Role.REVIEWER)
    house = House()
    member_id = house.member().member_id
    wanted = card_orders.Wanted(card_orders.Cause.FIRST)
    key = do(card_orders.order, member_id, wanted, ("member", "a"), AT)
    for step in (Step.HANDED, Step.SENT, Step.RETURNED):
        do(card_orders.note, key, step, (TODAY, "worker"), AT)
    with pytest.raises(StateConflict):
        do(carding.settle_return, key, AGAIN, reviewer, AT)
    house.tell(member_id, Kind.ADDRESS, HOME, at=AT - timedelta(days=1))
    assert do(carding.settle_return, key, AGAIN, reviewer, AT) is not None
