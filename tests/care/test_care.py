"""Cases, consultations, pay days, helplines: what is told stays, and hours are shared fairly."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, kinds_of, rows

from motocho.care.cases import complaints
from motocho.care.cases.complaints import CaseKey, Kind, State, Step, Told
from motocho.care.cases.helplines import helplines
from motocho.care.cases.sorting import Category, RootCause, Sorting
from motocho.care.reliefs import consultations, paydays
from motocho.care.reliefs.consultations import (
    DAYS_OFFERED,
    MOST_AT_ONCE,
    SOONEST,
    STEP,
    Topic,
    Wanted,
    hours_to_choose,
)
from motocho.care.reliefs.paydays import SUGGESTED, likely_days
from motocho.contact import holds, tasks
from motocho.contact.directory import Hours
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.units.errors import InputError, NotFoundError, RefusedError

FORM = Source("member", "form 1")
FORM_2, FORM_3, FORM_4 = (Source("member", f"form {number}") for number in (2, 3, 4))
ONE, TWO = Source("staff 1", "desk 1"), Source("staff 2", "desk 2")
DESK_HOURS = Hours(time(9), time(18), only_business_days=True)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def tell(member_id: int, words: str = "困っています", ref: str = "form 1") -> complaints.Case:
    told = Told(Kind.COMPLAINT, words)
    case: complaints.Case = do(complaints.tell, member_id, told, Source("member", ref), AT)
    return case


def sort(key: CaseKey) -> None:
    """Category and cause are known: else nobody closes it."""
    found = Sorting(Category.SERVICE, root_cause=RootCause.PROCEDURE)
    do(complaints.sort, key, found, Source("staff 1", "sorted"), AT)


# ----------------------------------------------------------------------------------------- cases
def test_case_is_taken_once_with_a_task_and_no_words_elsewhere(house: House) -> None:
    member_id = house.member().member_id
    first = tell(member_id)
    assert tell(member_id, "ほかの言葉") == first
    assert first.state is State.RECEIVED
    assert (first.seen_by_on, first.answered_by_on) == (date(2026, 11, 19), date(2026, 12, 3))
    (task,) = do(tasks.waiting)
    assert task.plan.facts == {"case": first.key.case_id, "kind": "complaint"}
    assert kinds_of(member_id)[-1] == "case_told"
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", "%困%")


@pytest.mark.rule("DESK-004")
def test_complaint_is_closed_by_another_after_its_answer(house: House) -> None:
    key = tell(house.member().member_id).key
    with pytest.raises(RefusedError):
        do(complaints.add, key, Step(State.CLOSED), TWO, AT)
    do(complaints.add, key, Step(State.LOOKING), ONE, AT)
    answered = do(
        complaints.add, key, Step(State.ANSWERED, "直しました"), Source("staff 1", "a"), AT
    )
    assert (
        do(complaints.add, key, Step(State.ANSWERED, "x"), Source("staff 1", "a"), AT) == answered
    )
    with pytest.raises(RefusedError):
        do(complaints.add, key, Step(State.CLOSED), Source("staff 1", "b"), AT)
    sort(key)
    assert do(complaints.add, key, Step(State.CLOSED), TWO, AT).state is State.CLOSED


@pytest.mark.rule("DESK-004")
def test_database_refuses_who_closes_their_own_complaint(database: Database, house: House) -> None:
    key = tell(house.member().member_id).key
    do(complaints.add, key, Step(State.ANSWERED, "直しました"), ONE, AT)
    insert = (
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at)"
        " VALUES (%s, %s, 3, 'closed', '', 'x', %s, now())"
    )
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="another person"):
        owner.execute(insert, (*key, "staff 1"))
    with database.connect(Role.OWNER) as owner:
        owner.execute(insert, (*key, "staff 2"))


def test_opinion_needs_no_second_person(house: House) -> None:
    member_id = house.member().member_id
    case = do(complaints.tell, member_id, Told(Kind.OPINION, "よい"), FORM, AT)
    assert do(complaints.add, case.key, Step(State.CLOSED), ONE, AT).state is State.CLOSED


@pytest.mark.parametrize("words", ["", "  \n", "\x00\x07", "あ" * 2001])
def test_words_that_are_none_or_too_many_are_refused(house: House, words: str) -> None:
    with pytest.raises(InputError):
        tell(house.member().member_id, words)
    assert not rows("SELECT 1 FROM care_case")


def test_words_stay_as_they_were_laid_out(house: House) -> None:
    told = "一行目　全角の空白\n\t字下げ\u00a0と空白"
    case = tell(house.member().member_id, f"{told}\u200b\x07\r\n")
    assert case.steps[0].step.words == told


@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize("state", list(State))
def test_words_of_every_step_are_looked_at(house: House, state: State) -> None:
    key = tell(house.member().member_id).key
    do(complaints.add, key, Step(State.ANSWERED, "直しました"), ONE, AT)
    sort(key)
    for words in ("番号は１２３４－５６７８－９０１８です", "あ" * 2001):
        with pytest.raises(InputError):
            do(complaints.add, key, Step(state, words), TWO, AT)


def test_days_count_anew_when_the_member_tells_more_after_an_answer(house: House) -> None:
    first = tell(house.member().member_id)
    later = [AT + timedelta(days=days) for days in (5, 20, 25)]
    told = do(complaints.add, first.key, Step(State.RECEIVED, "まだです"), FORM_2, later[0])
    assert told.answered_by_on == first.answered_by_on
    do(complaints.add, first.key, Step(State.ANSWERED, "直しました"), ONE, later[0])
    again = do(complaints.add, first.key, Step(State.RECEIVED, "また"), FORM_3, later[1])
    assert again.waits_since == later[1]
    assert again.seen_by_on > later[1].date()
    more = do(complaints.add, first.key, Step(State.RECEIVED, "もう一つ"), FORM_4, later[2])
    assert more.answered_by_on == again.answered_by_on > later[2].date()


@pytest.mark.rule("PRIV-001")
def test_my_number_among_words_is_not_kept(house: House) -> None:
    member_id = house.member().member_id
    with pytest.raises(InputError, match="look like a My Number"):
        tell(member_id, "番号は１２３４－５６７８－９０１８です")
    assert not rows("SELECT 1 FROM care_case")
    told = "会員番号は12345678です、口座は1234 5678 9012"
    assert tell(member_id, told).steps[0].step.words == told


def test_answer_to_a_call_that_was_not_the_members_is_refused(house: House) -> None:
    told = Told(Kind.REPLY, "返事", attempt_id=99)
    with pytest.raises(NotFoundError):
        do(complaints.tell, house.member().member_id, told, FORM, AT)
    with pytest.raises(NotFoundError):
        do(complaints.case, CaseKey(house.member().member_id, 99))


@pytest.mark.parametrize("statement", [
    "DELETE FROM care_case", "UPDATE care_case_step SET words = 'x'", "DELETE FROM care_case_step",
    "UPDATE care_case SET kind = 'opinion'", "TRUNCATE care_case CASCADE",
])  # fmt: skip
def test_what_was_told_stays(house: House, statement: str) -> None:
    tell(house.member().member_id)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --------------------------------------------------------------------------------- consultations
@given(st.integers(0, 6 * 366 * 24 * 60), st.integers(0, 30))
def test_hours_are_of_the_desk_and_soon_but_not_now(minutes: int, full: int) -> None:
    at = datetime(2024, 1, 1, tzinfo=JAPAN) + timedelta(minutes=minutes)
    every = hours_to_choose(DESK_HOURS, at, is_business_day, frozenset())
    taken = frozenset(every[:full])
    found = hours_to_choose(DESK_HOURS, at, is_business_day, taken)
    assert not taken & set(found)
    assert len({one.date() for one in found}) <= DAYS_OFFERED
    for one in found:
        assert one >= at + SOONEST
        assert is_business_day(one.date())
        assert time(9) <= one.time()
        assert (one + STEP).time() <= time(18)
    assert found == sorted(found)


def offered() -> list[datetime]:
    return hours_to_choose(DESK_HOURS, AT, is_business_day, frozenset())


@pytest.mark.rule("VULN-002")
def test_booking_holds_offers_until_thirty_days_after_it(house: House) -> None:
    member_id = house.member().member_id
    hour = offered()[-1]
    wanted = Wanted(Topic.LATE, hour, offered())
    booked = do(consultations.book, member_id, wanted, FORM, AT)
    assert do(consultations.book, member_id, wanted, FORM, AT) == booked
    (standing,) = do(holds.standing, member_id, AT.date())
    assert standing.hold.kind is HoldKind.CONSULTATION
    assert standing.hold.last_on == hour.date() + timedelta(days=30)
    with pytest.raises(RefusedError):
        do(consultations.book, member_id, wanted, Source("member", "form 2"), AT)


def test_of_many_members_at_one_hour_some_are_told_to_choose_another(house: House) -> None:
    members = [house.member().member_id for _ in range(MOST_AT_ONCE + 3)]
    wanted = Wanted(Topic.LESS, offered()[0], offered())

    def book(member_id: int) -> bool:
        try:
            do(consultations.book, member_id, wanted, FORM, AT)
        except RefusedError:
            return False
        return True

    answers = at_once([lambda one=one: book(one) for one in members])  # type: ignore[misc]
    assert sum(answers) == MOST_AT_ONCE
    assert do(consultations.full_hours, AT) == frozenset({offered()[0]})


def test_hour_that_passed_without_a_word_does_not_bar_another(house: House) -> None:
    member_id = house.member().member_id
    first = do(consultations.book, member_id, Wanted(Topic.LATE, offered()[0], offered()), FORM, AT)
    later = first.booked_for + timedelta(hours=1)
    hours = hours_to_choose(DESK_HOURS, later, is_business_day, frozenset())
    again = Wanted(Topic.LATE, hours[0], hours)
    do(consultations.book, member_id, again, Source("member", "form 2"), later)
    assert rows("SELECT outcome FROM care_consultation ORDER BY 1") == [("missed",), (None,)]
    assert len(do(tasks.waiting)) == 1


# -------------------------------------------------------------------------- pay days, helplines
@given(DAYS, st.integers(1, 14), st.none() | st.integers(1, 31))
def test_likely_days_can_all_be_promised(today: date, ahead: int, pay_day: int | None) -> None:
    last_on = today + timedelta(days=ahead)
    found = likely_days(today, last_on, pay_day, is_business_day)
    assert list(found) == sorted(set(found))
    assert len(found) <= SUGGESTED
    for on in found:
        assert today < on <= last_on
        assert is_business_day(on)
    if any(is_business_day(today + timedelta(days=days + 1)) for days in range(ahead)):
        assert found


def test_newest_pay_day_counts_and_can_be_forgotten(house: House) -> None:
    member_id = house.member().member_id
    assert do(paydays.known, member_id) is None
    for number, day in enumerate((25, 31, 0)):
        do(paydays.tell, member_id, day, Source("member", f"f {number}"), AT)
        assert do(paydays.known, member_id) == (day or None)
    with pytest.raises(InputError):
        do(paydays.tell, member_id, 32, Source("member", "f 9"), AT)


def test_helplines_have_numbers_sources_and_days() -> None:
    found = helplines()
    assert len({one.helpline_id for one in found}) == len(found) >= 5
    assert {"0570-051-051", "188"} <= {one.phone for one in found}
    for one in found:
        assert re.fullmatch(r"[0-9-]{3,13}", one.phone)
        assert one.source.startswith("http")
        easy = f"{one.name_easy}{one.for_easy}{one.hours_easy}"
        assert not re.search("[一-龯]", re.sub("[一-龯々]+《[ぁ-ゖー]+》", "", easy)), easy
        assert bool(one.hours_easy) is bool(one.hours_ja)
        assert date(2026, 11, 1) <= one.checked_on
