"""`motocho member card` on a real database."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.desk import Desk
from tests.people.conftest import pepper
from tests.people.house import House, rows

from motocho.outside import clock
from motocho.people.access import Role
from motocho.people.facts.values import Email, masked

__all__ = ["pepper"]


@pytest.fixture
def command(database: Database, pepper: None) -> Command:
    return Command(database)


def test_a_card_is_recorded_once(command: Command) -> None:
    number = House().member().member_number
    card = ("member", "card", number, "--issued", "R3.4.1", "--expires", "2031-04-30")
    document = json.loads(command.done(*card, "--json", "--actor", "tanaka").out)
    assert (document["issued_on"], document["expires_on"]) == ("2021-04-01", "2031-04-30")
    assert "2031-04-30" in command.done(*card).out.decode()
    assert rows("SELECT expires_on::text, actor FROM people_card") == [("2031-04-30", "tanaka")]


def test_what_cannot_be_is_refused(command: Command) -> None:
    number = House().member().member_number
    assert command("member", "card", number, "--expires", "2020-01-01").code == 2
    assert command("member", "card", number, "--expires", "someday").code == 2
    assert command("member", "card", "99999999", "--expires", "2031-04-30").code == 4
    assert rows("SELECT 1 FROM people_card") == []


def test_cards_to_renew_are_listed_while_they_are_needed(command: Command) -> None:
    desk = Desk()
    today = clock.business_date()
    desk.open(today)
    ends = today + timedelta(days=30)
    idle = House().member().member_number
    number = rows("SELECT member_number FROM people_member WHERE member_id = %s", desk.member_id)
    for one in (number[0][0], idle):
        command.done("member", "card", one, "--issued", "2021-01-01", "--expires", f"{ends}")
    listed = json.loads(command.done("member", "cards", "--json").out)["cards"]
    assert [(one["number"], one["expires_on"]) for one in listed] == [(number[0][0], f"{ends}")]
    assert str(ends) in command.done("member", "cards").out.decode()
    before = ends - timedelta(days=1)
    none = command.done("member", "cards", "--until", f"{before}", "--json").out
    assert json.loads(none)["cards"] == []


def test_an_address_is_changed_for_who_gets_no_code(command: Command) -> None:
    house = House()
    member, tanaka = house.member(), house.colleague("tanaka", Role.OPERATOR, Role.REVIEWER)
    change = ("member", "change", member.member_number, "--by", "tanaka", "--email")
    assert "New@example.jp" not in command.done(*change, "New@example.jp").out.decode()
    found = rows(
        "SELECT road, actor, masked FROM people_fact WHERE kind = 'email' ORDER BY fact_no"
    )
    assert found[1:] == [("desk", tanaka.actor, masked(Email("New@example.jp")))]
    assert rows("SELECT cause FROM people_hold") == [("email",)]
    both = command(*change, "nowhere", "--mobile", "1")
    assert both.code == 2
    assert "--email" in both.err
    assert "--mobile" in both.err
    assert command(*change[:2], "99999999", *change[3:], "new@example.jp").code == 4


def test_who_moved_and_calls_is_registered_at_the_new_address(command: Command) -> None:
    """Papers of who never gave an address lie in the queue until somebody can record one."""
    house = House()
    member, tanaka = house.member(), house.colleague("tanaka", Role.OPERATOR)
    change = ("member", "change", member.member_number, "--by", "tanaka")
    command.done(*change, "--postcode", "100-0001", "--address", "東京都千代田区千代田1-1")
    found = rows("SELECT road, actor, masked FROM people_fact WHERE kind = 'address'")
    assert found == [("desk", tanaka.actor, "東京都…")]
    half = command(*change, "--address", "東京都千代田区千代田1-1")
    assert (half.code, "--postcode" in half.err) == (2, True)
    nothing = command(*change)
    assert (nothing.code, "--email" in nothing.err) == (2, True)
    assert rows("SELECT count(*) FROM people_fact WHERE kind = 'address'") == [(1,)]


def test_cards_are_ordered_once_and_listed(command: Command) -> None:
    number = House().member().member_number
    order = ("member", "order-card", number, "--cause", "damaged", "--ref", "7", "--actor", "mori")
    assert [command.done(*order).code for _ in range(2)] == [0, 0]
    (listed,) = json.loads(command.done("member", "card-orders", "--json").out)["card_orders"]
    assert (listed["number"], listed["cause"], listed["state"]) == (number, "damaged", "ordered")
    assert listed["ref"] in command.done("member", "card-orders").out.decode()
    assert command("member", "order-card", "99999999", "--cause", "lost").code == 4
    assert command("member", "order-card", number, "--cause", "eaten").code == 2
