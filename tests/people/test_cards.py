"""Cards: the newest holds, none is changed, and each is looked at once, 30 days before its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, kinds_of, rows

from motocho.people import cards, members
from motocho.people.cards import Card, Replacement, Validity
from motocho.units.errors import InputError, NotFoundError, StateConflict

TODAY = AT.date()
FIRST = Validity(date(2021, 11, 30), date(2026, 11, 30))
RENEWED = Validity(TODAY, date(2031, 11, 30))


def issue(member_id: int, validity: Validity) -> Card:
    made: Card = do(cards.issue, member_id, validity, "staff 1", AT)
    return made


def ending(on: date) -> tuple[list[date], int]:
    found, seen = do(cards.look_at_ending, on, 500)
    return [one.validity.expires_on for one in found], seen


# ------------------------------------------------------------------------------------------- cards
def test_the_newest_card_holds_and_the_others_stay(house: House) -> None:
    member_id = house.member().member_id
    assert do(cards.current, member_id) is None
    first = issue(member_id, FIRST)
    assert do(cards.current, member_id) == first
    renewed = issue(member_id, RENEWED)
    assert do(cards.current, member_id) == renewed
    assert rows("SELECT issued_on, expires_on FROM people_card ORDER BY card_no") == [
        FIRST, RENEWED,
    ]  # fmt: skip
    assert kinds_of(member_id).count("card_issued") == 2


def test_the_same_last_day_is_the_same_card(house: House) -> None:
    member_id = house.member().member_id
    first = issue(member_id, FIRST)
    assert issue(member_id, FIRST._replace(issued_on=TODAY)) == first
    assert kinds_of(member_id).count("card_issued") == 1


def test_a_wrong_day_is_mended_by_another_row(house: House) -> None:
    member_id = house.member().member_id
    for validity in (FIRST, RENEWED, FIRST):
        issue(member_id, validity)
    held = do(cards.current, member_id)
    assert held is not None
    assert held.validity == FIRST
    assert len(rows("SELECT 1 FROM people_card")) == 3


def test_many_at_once_make_one_card(house: House) -> None:
    member_id = house.member().member_id
    at_once([lambda: issue(member_id, RENEWED)] * 4)
    assert len(rows("SELECT 1 FROM people_card")) == 1


@pytest.mark.parametrize("days", [0, 1])
def test_a_card_that_ends_before_it_begins_is_refused(house: House, days: int) -> None:
    member = house.member()
    wrong = Validity(TODAY, TODAY - timedelta(days=days))
    with pytest.raises(InputError):
        issue(member.member_id, wrong)
    with pytest.raises(InputError):
        do(cards.reissue, member.member_id, Replacement("20000001", wrong), "staff 1", AT)
    assert do(members.one, member.member_id).member_number == member.member_number
    issue(member.member_id, Validity(TODAY, TODAY + timedelta(days=1)))


def test_nobody_has_no_card(house: House) -> None:
    house.member()
    with pytest.raises(NotFoundError):
        issue(999, FIRST)
    with pytest.raises(NotFoundError):
        do(cards.reissue, 999, Replacement("20000001", RENEWED), "staff 1", AT)


def test_a_card_in_place_of_a_lost_one_has_its_own_days(house: House) -> None:
    """Even the same last day is another card: the number on it is another."""
    member, other = house.member(), house.member()
    issue(member.member_id, FIRST)
    made = do(cards.reissue, member.member_id, Replacement("20000001", FIRST), "staff 1", AT)
    assert do(cards.current, member.member_id) == made
    assert do(members.by_number, "20000001").member_id == member.member_id
    assert len(rows("SELECT 1 FROM people_card")) == 2
    taken = Replacement(other.member_number, RENEWED)
    with pytest.raises(StateConflict):
        do(cards.reissue, member.member_id, taken, "staff 1", AT)
    assert do(cards.current, member.member_id) == made


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM people_card",
        "UPDATE people_card SET expires_on = expires_on + 1",
        "UPDATE people_card SET looked_on = NULL",
        "UPDATE people_card SET looked_on = '2026-11-19'",
    ],
)
def test_cards_are_never_changed(house: House, statement: str) -> None:
    issue(house.member().member_id, FIRST)
    assert ending(TODAY) == ([FIRST.expires_on], 1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# -------------------------------------------------------------------------------------- their ends
@pytest.mark.parametrize(
    ("expires_on", "first_on"),
    [
        (date(2028, 2, 29), date(2028, 1, 30)),
        (date(2028, 3, 30), date(2028, 2, 29)),
        (date(2028, 3, 31), date(2028, 3, 1)),
        (date(2027, 3, 31), date(2027, 3, 1)),
        (date(2027, 2, 28), date(2027, 1, 29)),
        (date(2027, 1, 31), date(2027, 1, 1)),
        (date(2027, 1, 30), date(2026, 12, 31)),
    ],
)
def test_a_card_comes_from_its_thirtieth_day_before(
    house: House, expires_on: date, first_on: date
) -> None:
    issue(house.member().member_id, Validity(TODAY, expires_on))
    assert ending(first_on - timedelta(days=1)) == ([], 0)
    assert ending(first_on) == ([expires_on], 1)
    for later in (first_on, first_on + timedelta(days=1), expires_on):
        assert ending(later) == ([], 0)


def test_a_worker_that_was_away_still_finds_it_until_the_last_day(house: House) -> None:
    ends = date(2028, 2, 29)
    issue(house.member().member_id, Validity(TODAY, ends))
    assert ending(ends) == ([ends], 1)
    issue(house.member().member_id, Validity(TODAY, ends))
    assert ending(ends + timedelta(days=1)) == ([], 1)
    assert ending(ends + timedelta(days=1)) == ([], 0)


def test_a_card_that_was_renewed_or_replaced_does_not_end(house: House) -> None:
    renewed, replaced = house.member().member_id, house.member().member_id
    for member_id in (renewed, replaced):
        issue(member_id, FIRST)
    issue(renewed, RENEWED)
    do(cards.reissue, replaced, Replacement("20000001", RENEWED), "staff 1", AT)
    assert ending(TODAY) == ([], 2)
    assert ending(date(2031, 10, 31))[0] == [RENEWED.expires_on] * 2


def test_stretches_end_though_nobody_is_told(house: House) -> None:
    for _ in range(3):
        member_id = house.member().member_id
        issue(member_id, FIRST)
        issue(member_id, RENEWED)
    seen = [do(cards.look_at_ending, TODAY, 2) for _ in range(3)]
    assert seen == [([], 2), ([], 1), ([], 0)]


def test_cards_to_renew_are_those_that_hold(house: House) -> None:
    first, second, third = (house.member().member_id for _ in range(3))
    issue(first, FIRST)
    issue(second, Validity(date(2021, 1, 1), date(2026, 1, 31)))
    issue(third, FIRST)
    issue(third, RENEWED)
    listed = [one.member_id for one in do(cards.to_renew, FIRST.expires_on)]
    assert listed == [second, first]
    assert [one.member_id for one in do(cards.to_renew, date(2026, 11, 29))] == [second]


DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))


@given(DAYS, DAYS)
def test_days_of_a_card_are_in_order(issued_on: date, expires_on: date) -> None:
    fault = cards.fault_of(Validity(issued_on, expires_on))
    assert (fault is None) == (issued_on < expires_on)
