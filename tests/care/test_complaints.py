"""Complaints: what they are about, their days, who may close them, and who may call meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, after, kinds_of, rows

from motocho.care.cases import complaints, drafts, policy, register, sorting
from motocho.care.cases.complaints import Case, CaseKey, Kind, State, Step, Told
from motocho.care.cases.register import Show
from motocho.care.cases.sorting import Category, Result, RootCause, Severity, Sorting, Stage
from motocho.contact import gate, guard, holds
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Hand, HoldKind, Purpose
from motocho.contact.holds import Source
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.units.errors import FaultyInput, InputError, RefusedError

CALLED = "夜に何度も電話が来ました"
PAPERS = "明細の字が小さいです"
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
FOUND = Sorting(Category.CONTACT, Severity.USUAL, RootCause.PROCEDURE, "staff 1")


def tell(member_id: int, words: str = CALLED, ref: str = "form 1", **named: Any) -> Case:
    told = Told(Kind.COMPLAINT, words, **named)
    case: Case = do(complaints.tell, member_id, told, Source("member", ref), AT)
    return case


def by(staff: int, ref: str) -> Source:
    return Source(f"staff {staff}", ref)


def step(key: CaseKey, state: State, source: Source, words: str = "", at: datetime = AT) -> Case:
    case: Case = do(complaints.add, key, Step(state, words), source, at)
    return case


def held(member_id: int, at: datetime = AT) -> list[int]:
    found = do(holds.standing, member_id, at.date())
    return [one.hold_id for one in found if one.hold.kind is HoldKind.COMPLAINT]


def wanted(hand: Hand, cause: str) -> Wanted:
    number = shipped().outgoing(AT.date())[0].digits
    why = "" if hand is Hand.STAFF else "苦情への回答のため"
    return Wanted(Purpose.SERVICE, cause, "staff 7", number, shipped(), hand=hand, override=why)


# -------------------------------------------------------------------------------- about contact
@pytest.mark.rule("DESK-004")
def test_complaint_about_calls_leaves_calls_to_supervisors_until_it_is_closed(house: House) -> None:
    """From the moment it is told, in the same transaction, until another person closed it."""
    member_id = house.member().member_id
    assert isinstance(do(gate.ask, member_id, wanted(Hand.STAFF, "a"), AT), Permit)
    case = tell(member_id)
    assert case.is_about_contact
    assert kinds_of(member_id)[-3:] == ["case_sorted", "contact_held", "case_told"]
    refused = do(gate.ask, member_id, wanted(Hand.STAFF, "b"), AT)
    assert isinstance(refused, Closed)
    assert [one.refusal.rule_id for one in refused.hindrances] == ["DESK-004"]
    assert refused.allowed_at is None
    with pytest.raises(InputError):
        do(gate.ask, member_id, replace(wanted(Hand.SUPERVISOR, "c"), override="急ぎ"), AT)
    assert isinstance(do(gate.ask, member_id, wanted(Hand.SUPERVISOR, "c"), AT), Permit)
    do(complaints.sort, case.key, FOUND, by(1, "s"), AT)
    step(case.key, State.ANSWERED, by(1, "a"), "回数を見直しました")
    assert held(member_id)  # an answer is not the end: the member may not be content
    step(case.key, State.CLOSED, by(2, "z"))
    assert not held(member_id)
    assert isinstance(do(gate.ask, member_id, wanted(Hand.STAFF, "d"), AT), Permit)


@pytest.mark.rule("DESK-004")
@pytest.mark.parametrize(("words", "found"), [
    (CALLED, ["contact"]), ("でんわ がしつこい", ["contact"]), ("会社に来ないで", ["contact"]),
    ("ＳＭＳが多い", ["contact"]), ("ｼｮｰﾄﾒｰﾙをやめて", ["contact"]), ("取り立てがこわい", ["contact"]),
    (PAPERS, []), ("利息が高い", []),
])  # fmt: skip
def test_words_alone_decide_where_nobody_sorted(house: House, words: str, found: list[str]) -> None:
    case = tell(house.member().member_id, words)
    assert [one.value for one in (Category.CONTACT,) if case.is_about_contact] == found
    assert len(held(case.key.member_id)) == len(found)


@pytest.mark.rule("DESK-004")
def test_later_words_may_be_the_first_about_calls(house: House) -> None:
    case = tell(house.member().member_id, PAPERS)
    assert not held(case.key.member_id)
    more = Source(complaints.MEMBER, "more")
    step(case.key, State.RECEIVED, more, "字も小さいです")
    assert not held(case.key.member_id)
    step(case.key, State.RECEIVED, Source(complaints.MEMBER, "still more"), CALLED)
    assert held(case.key.member_id)
    do(complaints.sort, case.key, Sorting(Category.DOCUMENTS), by(1, "s"), AT)
    step(case.key, State.RECEIVED, Source(complaints.MEMBER, "again"), CALLED)
    assert not held(case.key.member_id)  # the desk read it and said what it is about


@pytest.mark.rule("DESK-004")
def test_desk_says_at_once_that_it_is_about_calls_and_may_mend_it(house: House) -> None:
    case = tell(house.member().member_id, PAPERS, about=Sorting(Category.CONTACT))
    assert held(case.key.member_id)
    mended = Sorting(Category.DOCUMENTS, Severity.MINOR)
    do(complaints.sort, case.key, mended, by(1, "s"), AT)
    do(complaints.sort, case.key, FOUND, by(1, "s"), AT)  # the same form again changes nothing
    assert not held(case.key.member_id)
    do(complaints.sort, case.key, FOUND, by(1, "t"), AT)
    assert held(case.key.member_id)


@pytest.mark.rule("DESK-004")
def test_who_is_not_content_is_left_alone_again(house: House) -> None:
    case = tell(house.member().member_id)
    do(complaints.sort, case.key, FOUND, by(1, "s"), AT)
    step(case.key, State.ANSWERED, by(1, "a"), "直しました")
    step(case.key, State.CLOSED, by(2, "z"))
    again = step(case.key, State.RECEIVED, Source("member", "more"), "また来ました", after(days=3))
    assert (again.state, again.times_reopened) == (State.RECEIVED, 1)
    assert held(case.key.member_id, after(days=3))
    step(case.key, State.ANSWERED, by(1, "b"), "直しました", after(days=4))
    with pytest.raises(RefusedError) as refused:  # nobody told the member of the outside body
        step(case.key, State.CLOSED, by(2, "y"), at=after(days=4))
    assert refused.value.faults[0].code == "CMP-008"
    outside = drafts.drafts()[-1].text
    step(case.key, State.ANSWERED, by(1, "c"), f"直しました。{outside}", after(days=4))
    (told,) = do(sorting.adr, case.key)
    assert told.stage is Stage.TOLD
    step(case.key, State.CLOSED, by(2, "x"), at=after(days=4))
    assert not held(case.key.member_id, after(days=4))


def test_hold_that_somebody_lifted_comes_back_with_the_next_step(house: House) -> None:
    case = tell(house.member().member_id)
    (hold_id,) = held(case.key.member_id)
    do(holds.end, case.key.member_id, hold_id, "staff 9", AT)
    step(case.key, State.LOOKING, by(1, "l"))
    assert held(case.key.member_id)
    assert held(case.key.member_id) != [hold_id]


@pytest.mark.rule("DESK-004")
def test_database_keeps_a_complaint_about_calls_and_its_hold_together(
    database: Database, house: House
) -> None:
    """Raw SQL: neither sorted without its hold, nor closed with it."""
    key = tell(house.member().member_id, PAPERS).key
    sort = (
        "INSERT INTO care_case_sorting VALUES (%s, %s, 1, 'contact', 'usual', 'unknown', '', 'x',"
        " 'staff 1', now())"
    )
    close = (
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at)"
        " VALUES (%s, %s, 9, 'closed', '', 'y', 'staff 8', now())"
    )
    with database.connect(Role.OWNER) as owner:
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Exception, match="belong together"):
            owner.execute(sort, tuple(key))
    other = tell(key.member_id, CALLED, "form 2").key
    with database.connect(Role.OWNER) as owner:
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Exception, match="belong together"):
            owner.execute(close, tuple(other))


@pytest.mark.rule("DESK-004")
def test_of_many_agents_none_calls_beside_a_complaint(house: House) -> None:
    """A complaint and calls at the same moment: a call after it is none, one before it was lawful."""
    member_id = house.member().member_id

    def call(number: int) -> Any:
        return do(gate.ask, member_id, wanted(Hand.STAFF, f"race {number}"), AT)

    work: list[Any] = [lambda: tell(member_id), *(partial(call, n) for n in range(6))]
    found: list[Any] = at_once(work)
    assert held(member_id)
    assert isinstance(call(99), Closed)
    let = [one for one in found if isinstance(one, Permit)]
    refused = [one for one in found if isinstance(one, Closed)]
    assert len(let) + len(refused) == 6
    assert all(one.hindrances[0].refusal.rule_id == "DESK-004" for one in refused)
    ids = [one.attempt_id for one in refused]
    assert all(one.permit_id < min(ids, default=one.permit_id + 1) for one in let)


# ------------------------------------------------------------------------------------- closing
@pytest.mark.rule("DESK-004")
def test_nobody_closes_what_is_not_sorted_or_about_an_own_call(house: House) -> None:
    member_id = house.member().member_id
    permit = do(gate.ask, member_id, wanted(Hand.STAFF, "a"), AT)
    assert isinstance(permit, Permit)
    case = tell(member_id, PAPERS, calls=(permit.permit_id,))
    (linked,) = do(sorting.calls, case.key)
    assert (linked.attempt_id, linked.actor) == (permit.permit_id, "staff 7")
    step(case.key, State.ANSWERED, by(1, "a"), "直しました")
    codes = []
    for number, ref in ((2, "u"), (7, "v")):
        with pytest.raises(RefusedError) as refused:
            step(case.key, State.CLOSED, by(number, ref))
        codes.append(refused.value.faults[0].code)
        do(complaints.sort, case.key, FOUND, by(1, f"s {ref}"), AT)
    assert codes == ["CMP-005", "CMP-006"]
    assert step(case.key, State.CLOSED, by(2, "w")).state is State.CLOSED
    with pytest.raises(RefusedError):
        step(case.key, State.ANSWERED, by(1, "late"), "もう一度")


@pytest.mark.rule("DESK-004")
def test_database_refuses_who_called_to_close_it(database: Database, house: House) -> None:
    member_id = house.member().member_id
    permit = do(gate.ask, member_id, wanted(Hand.STAFF, "a"), AT)
    assert isinstance(permit, Permit)
    case = tell(member_id, PAPERS, calls=(permit.permit_id,))
    insert = (
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at)"
        " VALUES (%s, %s, 9, 'closed', '', %s, %s, now())"
    )
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="who called"):
        owner.execute(insert, (*case.key, "x", "staff 7"))
    with database.connect(Role.OWNER) as owner:
        owner.execute(insert, (*case.key, "x", "staff 8"))


@pytest.mark.rule("DESK-004")
def test_complaint_waits_for_the_outside_body(database: Database, house: House) -> None:
    case = tell(house.member().member_id)
    do(complaints.sort, case.key, FOUND, by(1, "s"), AT)
    step(case.key, State.ANSWERED, by(1, "a"), "直しました")
    note = sorting.note_adr
    with pytest.raises(InputError):
        do(note, case.key, Stage.CLOSED, Result.SETTLED, ("staff 1", AT))
    do(note, case.key, Stage.OPENED, None, ("staff 1", AT))
    for wrong in ((Stage.CLOSED, None), (Stage.TOLD, Result.SETTLED)):
        with pytest.raises(InputError):
            do(note, case.key, *wrong, ("staff 1", AT))
    with pytest.raises(RefusedError) as refused:
        step(case.key, State.CLOSED, by(2, "z"))
    assert refused.value.faults[0].code == "CMP-007"
    (line,) = do(register.open_lines, AT.date())
    assert line.is_outside
    insert = (
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at)"
        " VALUES (%s, %s, 9, 'closed', '', 'x', 'staff 8', now())"
    )
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="outside body"):
        owner.execute(insert, tuple(case.key))
    do(note, case.key, Stage.CLOSED, Result.SETTLED, ("staff 1", after(days=30)))
    do(note, case.key, Stage.CLOSED, Result.SETTLED, ("staff 1", after(days=31)))
    assert step(case.key, State.CLOSED, by(2, "y"), at=after(days=30)).state is State.CLOSED
    assert [one.stage for one in do(sorting.adr, case.key)] == [Stage.OPENED, Stage.CLOSED]


def test_rows_of_the_register_stay(database: Database, house: House) -> None:
    key = tell(house.member().member_id).key
    do(sorting.note_adr, key, Stage.TOLD, None, ("staff 1", AT))
    for table in ("care_case_sorting", "care_case_hold", "care_case_adr"):
        for write in (f"UPDATE {table} SET case_id = 9", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError):
                do(_raw, write)
    with pytest.raises(IntegrityError):
        do(
            _raw,
            f"INSERT INTO care_case_call VALUES ({key.member_id}, {key.case_id}, 99, 'x', now())",
        )


def _raw(cursor: Any, statement: str) -> None:
    cursor.execute(statement)


def test_only_a_complaint_is_sorted_and_only_own_calls_are_linked(house: House) -> None:
    member_id = house.member().member_id
    opinion = do(complaints.tell, member_id, Told(Kind.OPINION, CALLED), Source("member", "o"), AT)
    assert not held(member_id)
    with pytest.raises(InputError):
        do(complaints.sort, opinion.key, FOUND, by(1, "s"), AT)
    permit = do(gate.ask, house.member().member_id, wanted(Hand.STAFF, "a"), AT)
    assert isinstance(permit, Permit)
    with pytest.raises(InputError):
        tell(member_id, calls=(permit.permit_id,))
    assert not rows("SELECT 1 FROM care_case WHERE kind = 'complaint'")


# ------------------------------------------------------------------------------------- its days
def days_after(on: date, count: int) -> date:
    """The same by another way: all days, without those that are none."""
    ahead = (on + timedelta(days=n) for n in range(1, 60))
    return [day for day in ahead if is_business_day(day)][count - 1]


@given(DAYS, st.integers(1, 15))
def test_business_days_are_counted_from_the_next_day(on: date, count: int) -> None:
    due_on = policy.business_days_after(on, count)
    assert due_on == days_after(on, count)
    assert policy.business_days_left(on + timedelta(days=1), due_on) == count
    assert policy.business_days_left(due_on, due_on) == 1
    assert policy.business_days_left(due_on + timedelta(days=1), due_on) <= 0
    week = due_on + timedelta(days=7)
    assert policy.business_days_left(week, due_on) == -sum(
        is_business_day(due_on + timedelta(days=n)) for n in range(1, 8)
    )


@pytest.mark.rule("DESK-004")
def test_days_follow_the_policy_and_the_severity(house: House) -> None:
    case = tell(house.member().member_id)
    assert (case.seen_by_on, case.answered_by_on) == (date(2026, 11, 19), date(2026, 12, 3))
    assert case.due_on == date(2026, 11, 19)
    serious = do(
        complaints.sort, case.key, Sorting(Category.CONTACT, Severity.SERIOUS), by(1, "s"), AT
    )
    assert serious.answered_by_on == date(2026, 11, 26)
    assert step(case.key, State.LOOKING, by(1, "l")).due_on == date(2026, 11, 26)
    assert step(case.key, State.ANSWERED, by(1, "a"), "直しました").due_on is None


GOOD = (
    "[{from: 2020-01-01, until: null, first_answer_days: 1, final_answer_days: 10,"
    " serious_answer_days: 5, disclosure_days: 10, near_days: 2}]"
)


@pytest.mark.parametrize(("seen", "wrong"), [
    ("first_answer_days: 1", "first_answer_days: 0"), ("first_answer_days: 1, ", ""),
    ("2020-01-01", "x"), ("until: null", "until: 2020-12-31"), ("near_days: 2", "near_days: yes"),
    ("}]", "}, {from: 2021-01-01}]"),
])  # fmt: skip
def test_policy_that_cannot_be_is_not_read(seen: str, wrong: str) -> None:
    assert policy.read(GOOD)[0][1] == policy.policy(AT.date())
    with pytest.raises(FaultyInput):
        policy.read(GOOD.replace(seen, wrong))


# --------------------------------------------------------------------------------- the register
def test_register_stands_by_day_and_counts_zeros(house: House) -> None:
    member_id = house.member().member_id
    late = tell(member_id, PAPERS, "1").key
    mine = tell(member_id, CALLED, "2").key
    done = tell(member_id, PAPERS, "3").key
    do(complaints.sort, mine, FOUND, by(1, "s"), AT)
    step(mine, State.LOOKING, by(1, "l"))
    step(done, State.ANSWERED, by(1, "a"), "直しました")
    lines = do(register.open_lines, after(days=2).date())
    assert [one.case.key for one in lines] == [late, mine, done]
    assert [one.is_overdue for one in lines] == [True, False, False]
    assert [one.days_left for one in lines] == [-1, 9, None]
    found = register.counts(lines, "staff 1")
    assert found == {
        Show.OPEN: 3, Show.OVERDUE: 1, Show.UNSORTED: 2, Show.MINE: 1, Show.OUTSIDE: 0,
        Show.ANSWERED: 1,
    }  # fmt: skip
    assert register.counts([], "staff 1") == dict.fromkeys(Show, 0)


def test_statistics_tell_each_month_and_category(house: House) -> None:
    member_id = house.member().member_id
    told = [(CALLED, AT), (CALLED, after(days=1)), (PAPERS, AT), (CALLED, datetime(2026, 10, 31, 23, 59, tzinfo=JAPAN))]  # fmt: skip
    keys = [
        do(
            complaints.tell, member_id, Told(Kind.COMPLAINT, words), Source("member", f"{n}"), at
        ).key
        for n, (words, at) in enumerate(told)
    ]
    step(keys[0], State.ANSWERED, by(1, "a"), "直しました", after(days=1))
    step(keys[1], State.ANSWERED, by(1, "b"), "直しました", after(days=40))
    do(complaints.sort, keys[1], Sorting(Category.CONTACT, Severity.SERIOUS), by(1, "s"), AT)
    step(keys[0], State.RECEIVED, Source("member", "more"), "まだです", after(days=2))
    do(sorting.note_adr, keys[0], Stage.OPENED, None, ("staff 1", after(days=3)))
    found = do(register.statistics, date(2026, 10, 1), date(2026, 11, 30))
    assert [(one.month, one.category, one.told) for one in found] == [
        (date(2026, 11, 1), None, 1),
        (date(2026, 11, 1), Category.CONTACT, 2),
        (date(2026, 10, 1), Category.CONTACT, 1),
    ]
    contact = found[1]
    assert (contact.serious, contact.answered, contact.in_time) == (1, 2, 1)
    assert (contact.closed, contact.reopened, contact.outside) == (0, 1, 1)
    assert do(register.statistics, date(2026, 11, 18), date(2026, 11, 18))[0].told == 1


def test_drafts_are_lawful_words_and_name_the_outside_body() -> None:
    assert [one for one in drafts.drafts() if drafts.names_body(one.text)] == [drafts.drafts()[-1]]
    assert drafts.body().name_ja == shipped().lender.dispute_body_ja
    assert drafts.body().phone == shipped().lender.dispute_phone
    assert guard.hours_of(AT.date()).from_hour == 8
