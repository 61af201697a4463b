"""Cases of agreements of our own: one a side, the book's rows to the yen, its news in one group."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk

from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.office import cases, lender, owned
from motocho.office.owned import Opener, Opening, Owner, Taking
from motocho.outside.clock import JAPAN
from motocho.units.errors import NotFoundError, RefusedError, StateConflict

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
ON = AT.date()
OPENED = date(2025, 2, 3)
HOUSE = {"lender_name": "架空ファイナンス株式会社", "lender_address": "東京都千代田区一丁目1番1号"}


@pytest.fixture
def desk(database: Any) -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    """An agreement that was late more than once: interest and damages in the same rows."""
    key = desk.open(OPENED)
    desk.draw(key, 200_000, OPENED + timedelta(days=1))
    for days in (30, 70, 150, 190, 300, 420):
        desk.receive(key, 9_000, OPENED + timedelta(days=days))
    desk.draw(key, 50_000, OPENED + timedelta(days=425))
    return key


def opened(key: Key, by: Opener = Opener.HOUSE, on: date = ON) -> int:
    actor = "member" if by is Opener.MEMBER else "staff 7"
    return int(do(owned.open_case, key, Opening(by, actor, on, HOUSE), AT))


def owner(case_id: int) -> Owner:
    found: Owner | None = do(owned.owner_of, case_id)
    assert found is not None
    return found


def take(case_id: int, on: date) -> int:
    taking = Taking("staff 7", AT, on, cases.load(case_id).seq)
    return int(do(owned.take_over, owner(case_id), taking))


def sheet(key: Key, on: date) -> dict[str, Any]:
    """What the page of the recalculation says."""
    statement = lender.statement_of(do(lender.own_history, key, on), {})
    return figures(statement)


def figures(statement: Any) -> dict[str, Any]:
    result = statement.result
    rows = [(row.event.on, row.interest_yen, row.outstanding_principal_yen, row.overpayment_yen)
            for row in statement.rows]  # fmt: skip
    return {
        "claim": result.claim_yen,
        "owed": result.owed_yen,
        "interest": result.overpayment_interest_yen,
        "rows": rows,
    }


@pytest.mark.parametrize("by", Opener)
def test_a_case_has_the_rows_of_the_book_and_comes_to_the_same_yen(key: Key, by: Opener) -> None:
    case = cases.load(opened(key, by))
    assert figures(case.statement()) == sheet(key, ON)
    assert {row.source for row in case.rows} == {owned.BOOK}
    assert case.client == "佐藤 花子"
    assert case.lender == HOUSE["lender_name"]
    assert case.facts["lender_address"] == HOUSE["lender_address"]
    assert case.facts["client_kana"] == "サトウ ハナコ"
    assert case.facts["member_number"].endswith(f"・{key.agreement_id}")
    assert "client_address" not in case.facts
    born = case.facts.get("client_birth_date", "")
    assert born == ("1985-04-01" if by is Opener.MEMBER else "")
    assert str(key.agreement_id) in case.title
    assert (owner(case.case_id).key, owner(case.case_id).by) == (key, by)


def test_the_same_case_is_taken_up_and_each_side_has_its_own(key: Key) -> None:
    ours, theirs = opened(key), opened(key, Opener.MEMBER)
    assert ours != theirs
    assert [opened(key), opened(key, Opener.MEMBER)] == [ours, theirs]
    assert [one.case_id for one in do(owned.of_member, key.member_id)] == [theirs]
    found, count = do(owned.of_house, (), first=0, most=10)
    assert ([one.case_id for one in found], count) == ([ours], 1)
    assert do(owned.of_house, (key.member_id,), first=0, most=10) == ([], 0)
    other = cases.open_case({}, actor="studio", at=AT)
    assert do(owned.owner_of, other) is None


def test_eight_that_open_at_once_have_one_case(key: Key) -> None:
    found = at_once([lambda: opened(key, Opener.MEMBER) for _ in range(8)])
    assert len(set(found)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM office_case")
        assert cursor.fetchone() == (1,)


def test_nobody_opens_what_is_not_of_the_member(desk: Desk, key: Key) -> None:
    for wrong in (Key(desk.member(), key.agreement_id), Key(key.member_id, 999_999)):
        with pytest.raises(NotFoundError):
            opened(wrong)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM office_case")
        assert cursor.fetchone() == (0,)


def test_a_day_that_passes_is_no_news_and_a_receipt_is(desk: Desk, key: Key) -> None:
    case_id = opened(key)
    later = ON + timedelta(days=9)
    assert not do(owned.since_taken, owner(case_id), later).is_told
    desk.receive(key, 30_000, ON + timedelta(days=3))
    desk.draw(key, 10_000, ON + timedelta(days=4))
    news = do(owned.since_taken, owner(case_id), later)
    assert news.is_told
    assert len(news.added) >= 2
    before = cases.load(case_id)
    last = take(case_id, later)
    case = cases.load(case_id)
    assert case.seq == last
    assert figures(case.statement()) == sheet(key, later)
    group = [one for one in cases.entries_of(case_id) if one.seq > before.seq]
    assert {one.first_seq for one in group} == {before.seq + 1}
    assert take(case_id, later) == last
    assert not do(owned.since_taken, owner(case_id), later).is_told


def test_going_back_before_a_taking_over_tells_the_rows_again(desk: Desk, key: Key) -> None:
    case_id = opened(key)
    before = cases.load(case_id)
    desk.receive(key, 30_000, ON + timedelta(days=3))
    later = ON + timedelta(days=9)
    take(case_id, later)
    seq = cases.load(case_id).seq
    cases.undo_to(case_id, before.seq, actor="staff 7", at=AT, expected_seq=seq)
    assert figures(cases.load(case_id).statement()) == sheet_of(before)
    assert do(owned.since_taken, owner(case_id), later).is_told
    take(case_id, later)
    assert figures(cases.load(case_id).statement()) == sheet(key, later)


def test_a_row_that_the_book_took_back_goes_and_what_it_moved_is_put_right(
    desk: Desk, key: Key
) -> None:
    desk.receive(key, 30_000, ON - timedelta(days=20))
    case_id = opened(key)
    ((number,),) = do(_asked, "SELECT max(event_no) FROM loan_event WHERE agreement_id = %s", key)
    made = desk.made(ON + timedelta(days=1))
    desk.do(commands.reverse, key, number, "wrong agreement", made)
    later = ON + timedelta(days=2)
    news = do(owned.since_taken, owner(case_id), later)
    assert len(news.gone) == 1
    take(case_id, later)
    assert figures(cases.load(case_id).statement()) == sheet(key, later)
    assert "30000" not in {row.repay for row in cases.load(case_id).rows}


def _asked(cursor: Any, text: str, key: Key) -> list[tuple[Any, ...]]:
    cursor.execute(text, (key.agreement_id,))
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def sheet_of(case: cases.Case) -> dict[str, Any]:
    return figures(case.statement())


def test_what_a_person_changed_stays_when_the_book_goes_on(desk: Desk, key: Key) -> None:
    case_id = opened(key)
    case = cases.load(case_id)
    mine, removed = case.rows[3], case.rows[4]
    operations: list[dict[str, Any]] = [
        {"op": "set_cells", "source": "typed",
         "cells": [{"id": mine.row_id, "column": "repay", "text": "99000"}]},
        {"op": "delete_rows", "ids": [removed.row_id]},
        {"op": "set_convention", "scenario": case.claimed, "key": "contract_rates", "value": []},
    ]  # fmt: skip
    cases.apply(case_id, operations, actor="staff 7", at=AT, expected_seq=case.seq)
    assert not do(owned.since_taken, owner(case_id), ON).is_told
    desk.receive(key, 30_000, ON + timedelta(days=3))
    take(case_id, ON + timedelta(days=9))
    after = {row.row_id: row for row in cases.load(case_id).rows}
    assert after[mine.row_id].repay == "99000"
    assert removed.row_id not in after
    assert cases.load(case_id).scenarios[case.claimed]["contract_rates"] == []
    assert any(row.repay == "30000" for row in after.values())


def test_nothing_that_is_done_in_a_case_reaches_the_book(key: Key) -> None:
    before = do(queries.history_case, key, ON).document()
    case_id = opened(key)
    case = cases.load(case_id)
    ids = [row.row_id for row in case.rows[1:4]]
    delete = [{"op": "delete_rows", "ids": ids}]
    cases.apply(case_id, delete, actor="staff 7", at=AT, expected_seq=case.seq)
    assert do(queries.history_case, key, ON).document() == before


def test_who_takes_over_without_having_read_is_told(desk: Desk, key: Key) -> None:
    case_id = opened(key)
    desk.receive(key, 30_000, ON + timedelta(days=3))
    later, seq = ON + timedelta(days=9), cases.load(case_id).seq
    with pytest.raises(StateConflict):
        do(owned.take_over, owner(case_id), Taking("staff 7", AT, later, seq - 1))
    assert cases.load(case_id).seq == seq


@pytest.mark.parametrize("text", [
    "UPDATE office_owned SET opened_by = 'house'",
    "DELETE FROM office_owned",
    "INSERT INTO office_owned SELECT case_id + 1, member_id, agreement_id, opened_by, actor, opened_at FROM office_owned",
    "INSERT INTO office_owned SELECT case_id, member_id, agreement_id, 'house', 'staff 1', opened_at FROM office_owned",
    "INSERT INTO office_owned SELECT case_id, member_id, 987654, 'house', 'staff 1', opened_at FROM office_owned",
    "INSERT INTO office_owned SELECT case_id, member_id, agreement_id, 'house', 'member', opened_at FROM office_owned",
])  # fmt: skip
def test_the_database_holds_whose_a_case_is(key: Key, text: str) -> None:
    opened(key, Opener.MEMBER)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)


def test_a_case_is_bounded_in_size_and_in_haste(key: Key, monkeypatch: Any) -> None:
    case_id = opened(key, Opener.MEMBER)
    do(owned.check_room, case_id, AT)
    bounds = owned._bounds
    monkeypatch.setattr(bounds, "MOST_GROUPS_A_MINUTE", 2)
    with pytest.raises(RefusedError) as hasty:
        do(owned.check_room, case_id, AT)
    assert hasty.value.faults[0].code == "STS-002"
    do(owned.check_room, case_id, AT + timedelta(minutes=2))
    monkeypatch.setattr(bounds, "MOST_BYTES", 10)
    with pytest.raises(RefusedError) as full:
        do(owned.check_room, case_id, AT + timedelta(minutes=2))
    assert full.value.faults[0].code == "STS-001"


@pytest.mark.parametrize("seed", range(5))
def test_a_case_that_follows_the_book_is_the_sheet_of_the_book(desk: Desk, seed: int) -> None:
    """Draws, receipts late and early, receipts of an earlier day, reversals; taken over on the way."""
    dice = random.Random(seed)  # a life to be led again
    key = desk.open(OPENED)
    desk.draw(key, 150_000, OPENED + timedelta(days=1))
    case_id = opened(key, on=OPENED + timedelta(days=2))
    on = OPENED + timedelta(days=2)
    booked: list[int] = []
    for turn in range(14):
        on += timedelta(days=dice.randrange(1, 50))
        match dice.randrange(5):
            case 0:
                with suppress(RefusedError):
                    desk.draw(key, dice.randrange(1, 5) * 10_000, on)
            case 1 if booked:
                desk.do(commands.reverse, key, booked.pop(), "wrong agreement", desk.made(on))
            case 2:
                value_on = max(
                    OPENED + timedelta(days=1), on - timedelta(days=dice.randrange(1, 4))
                )
                booked.append(
                    desk.receive(key, dice.randrange(3_000, 20_000), value_on, on).event_no
                )
            case _:
                booked.append(desk.receive(key, dice.randrange(3_000, 20_000), on).event_no)
        if turn % 3 == 2:
            day = on + timedelta(days=dice.randrange(3))
            take(case_id, day)
            case = cases.load(case_id)
            assert figures(case.statement()) == sheet(key, day), f"seed {seed} turn {turn}"
            assert {row.source for row in case.rows} == {owned.BOOK}
            assert not do(owned.since_taken, owner(case_id), day).operations
