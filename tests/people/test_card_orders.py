"""Cards on their way: ordered once, handed once whatever crashes, a member's card from the day it left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.errors import RestrictViolation
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, kinds_of, rows

from motocho.notices import carding
from motocho.notices.carding import Carded, Carding
from motocho.outside.cards import Cause, Fate, Order, Report, Tray
from motocho.outside.fakes.cards import FakeMaker, Trouble, scripted
from motocho.people import card_orders, cards
from motocho.people.card_orders import Ordered, OrderKey, Step, Wanted
from motocho.people.cards import Card
from motocho.people.facts.values import Address, Kind
from motocho.units.errors import Fault, InputError, NotFoundError, OutsideFailure, StateConflict

HOME = Address("1000001", "東京都千代田区千代田1-1")
TODAY = AT.date()
MADE_UP = "INSERT INTO people_card_order_step VALUES (%s, %s, %s, %s, 'x', %s)"


@dataclass
class Works:
    """A house, a maker, what lies between them."""

    house: House
    tray: Tray
    maker: FakeMaker

    def member(self) -> int:
        member_id = self.house.member().member_id
        self.house.tell(member_id, Kind.ADDRESS, HOME, at=AT - timedelta(days=1))
        return member_id

    def order(self, member_id: int, cause: Cause = Cause.FIRST, ref: str = "a") -> OrderKey:
        key: OrderKey = do(card_orders.order, member_id, Wanted(cause), ("member", ref), AT)
        return key

    def carry(self) -> Carded:
        return carding.carry(Carding(self.tray, lambda: AT))

    def round(self) -> Carded:
        self.carry()
        self.maker.work(TODAY)
        return self.carry()


def works(tmp_path: Path, *troubles: Trouble) -> Works:
    return Works(House(), Tray(tmp_path), FakeMaker(tmp_path, scripted(*troubles)))


def step_of(key: OrderKey) -> Step | None:
    return do(card_orders.one, key).step


def newest(member_id: int) -> Ordered:
    found = do(card_orders.newest, member_id)
    assert found is not None
    return found


def held(member_id: int) -> Card:
    found = do(cards.current, member_id)
    assert found is not None
    return found


def test_card_is_ordered_handed_sent_and_in_use_each_once(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path, Trouble.DOUBLED)
    member_id = made.member()
    keys = at_once([lambda: made.order(member_id)] * 3)
    assert len(set(keys)) == 1
    with pytest.raises(StateConflict):
        do(card_orders.activate, member_id, AT)
    assert do(cards.current, member_id) is None, "a card that did not leave is nobody's yet"
    first = made.round()
    assert (first.handed, first.taken, first.unread) == (0, 2, 0)
    told = json.loads((tmp_path / "orders" / f"{keys[0].ref}.json").read_text("utf-8"))
    assert told["address"] == HOME.text
    assert told["expires_on"] == "2031-11-30"
    assert set(told) == set(Order("", Cause.FIRST, "", "", TODAY, "", "", "").document())
    assert held(member_id).validity == (TODAY, date(2031, 11, 30))
    assert do(card_orders.activate, member_id, AT) == keys[0]
    assert do(card_orders.activate, member_id, AT) == keys[0]
    assert made.round() == Carded()
    told_of = [kind for kind in kinds_of(member_id) if kind.startswith("card_")]
    assert told_of == ["card_ordered", "card_handed", "card_issued", "card_sent", "card_activated"]


def test_what_the_maker_gets_wrong_holds_up_no_other(database: Database, tmp_path: Path) -> None:
    made = works(tmp_path, Trouble.LATE, Trouble.CUT, Trouble.STRANGE, Trouble.RETURNED)
    people = [made.member() for _ in range(4)]
    keys = [made.order(one) for one in people]
    done = made.round()
    assert (done.taken, done.unread) == (3, 2)
    assert [step_of(key) for key in keys] == [
        Step.HANDED, Step.HANDED, Step.SENT, Step.RETURNED,
    ]  # fmt: skip
    assert do(cards.has_ended, held(people[3]))
    assert made.round().taken == 1, "the late one"
    assert len(list((tmp_path / "reports").iterdir())) == 2, "for a person to look at"


def test_address_is_read_as_the_order_leaves_and_without_one_it_waits(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path)
    member_id = made.house.member().member_id
    key = made.order(member_id)
    assert made.carry() == Carded(without_address=1)
    assert not rows("SELECT FROM contact_attempt WHERE member_id = %s", member_id)
    made.house.tell(member_id, Kind.ADDRESS, HOME)
    assert made.carry().handed == 1
    assert step_of(key) is Step.HANDED


def test_killed_after_the_order_was_laid_down_the_same_one_goes_again(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path)
    key = made.order(made.member())

    class Died(Exception):  # nothing is wrong
        pass

    class Killed(Tray):
        def order(self, order: Order) -> None:
            super().order(order)
            raise Died

    with pytest.raises(Died):
        carding.carry(Carding(Killed(tmp_path), lambda: AT))
    assert step_of(key) is None
    assert made.round().taken == 1
    assert len(list((tmp_path / "orders").iterdir())) == 1


def test_maker_that_takes_nothing_is_asked_again_and_its_reports_are_taken_in(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path)
    sent = made.order(made.member())
    made.carry()
    made.maker.work(TODAY)
    waits = [made.order(made.member()) for _ in range(2)]

    class Shut(Tray):
        def order(self, order: Order) -> None:
            raise OutsideFailure(Fault("CRD-001"))

    assert carding.carry(Carding(Shut(tmp_path), lambda: AT)) == Carded(taken=1)
    assert [step_of(key) for key in (sent, *waits)] == [Step.SENT, None, None]
    assert not rows("SELECT FROM contact_attempt WHERE member_id = %s", waits[0].member_id)
    assert made.carry().handed == 2


def test_another_order_takes_the_place_of_one_that_waits(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path)
    member_id = made.member()
    first, second = made.order(member_id), made.order(member_id, Cause.LOST, "b")
    assert [step_of(key) for key in (first, second)] == [Step.CANCELLED, None]
    assert made.carry().handed == 1
    third = made.order(member_id, Cause.NOT_ARRIVED, "c")
    assert step_of(second) is Step.HANDED, "the maker has it: it is on its way"
    assert newest(member_id).key == third
    with pytest.raises(InputError):
        do(card_orders.order, member_id, Wanted(Cause.LOST, TODAY), ("member", "d"), AT)


def test_steps_that_cannot_follow_are_refused_for_raw_sql_too(
    database: Database, tmp_path: Path
) -> None:
    made = works(tmp_path)
    key = made.order(made.member())

    def raw(step: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MADE_UP, (*key, step, TODAY, AT))

    for step in (Step.SENT, Step.RETURNED, Step.ACTIVATED):
        with pytest.raises(StateConflict):
            do(card_orders.note, key, step, (TODAY, "x"), AT)
        with pytest.raises(IntegrityError) as refused:
            raw(step.value)
        assert isinstance(refused.value.__cause__, RestrictViolation)
    made.round()
    for step in (Step.HANDED, Step.CANCELLED):
        with pytest.raises(IntegrityError):
            raw(step.value)
    raw("returned")
    with pytest.raises(IntegrityError):
        raw("activated")
    for table in ("people_card_order", "people_card_order_step"):
        with (
            pytest.raises(Exception, match=r"never changed|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {table}")
    with pytest.raises(NotFoundError):
        do(card_orders.note, OrderKey(key.member_id, 999), Step.SENT, (TODAY, "x"), AT)


def test_a_folder_without_rights_or_a_report_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    shut = Tray(tmp_path / "file")
    with pytest.raises(OutsideFailure):
        shut.order(Order("1-1", Cause.FIRST, "", "", TODAY, "", "", ""))
    tray = Tray(tmp_path)
    tray.reports()
    (tmp_path / "reports" / "r.json").write_text('{"order_ref": "1-1", "fate": "eaten"}')
    with pytest.raises(OutsideFailure):
        tray.read("r.json")
    (tmp_path / "reports" / "s.json").write_text(
        '{"order_ref": "1-1", "fate": "sent", "on": "2026-11-18"}'
    )
    assert tray.read("s.json") == Report("1-1", Fate.SENT, TODAY)
    tray.done("s.json")
    tray.done("s.json")
    assert tray.reports() == ["r.json"]
