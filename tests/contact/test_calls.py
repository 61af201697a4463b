"""Calls: when one may be made, that each is kept with its purpose, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk
from tests.people.house import AT, MOBILE, House, after, rows

from motocho.contact import calls, gate, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import FREE, JAPAN, Channel, Facts, Purpose, Whom, hindrances
from motocho.contact.holds import Source
from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.people.facts.values import Kind
from motocho.units.errors import InputError, NotAllowedError, RefusedError, StateConflict
from motocho.web.care.calls import REASONS

OURS = "0300000108"
STAFF = Source("staff 7", "call")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JAPAN)
MOMENTS = st.integers(0, 20 * 366 * 24 * 60).map(
    lambda minutes: datetime(2010, 1, 1, tzinfo=JAPAN) + timedelta(minutes=minutes)
)


def call(member_id: int, purpose: Purpose = Purpose.ARREARS, at: datetime = AT) -> Permit | Closed:
    wanted = Wanted(purpose, "case 7", "staff 7", OURS, shipped())
    answer: Permit | Closed = do(gate.ask, member_id, wanted, at)
    return answer


def rules_of(facts: Facts, purpose: Purpose, at: datetime) -> list[str]:
    found = hindrances(facts, purpose, at, Channel.PHONE)
    return [one.refusal.rule_id for one in found]


@pytest.mark.rule("COLL-001")
@pytest.mark.parametrize(("hour", "minute", "refused"), [
    (8, 0, []), (20, 59, []), (21, 0, ["COLL-001"]), (7, 59, ["COLL-001"]), (0, 0, ["COLL-001"]),
])  # fmt: skip
def test_nobody_is_called_about_arrears_at_night(
    hour: int, minute: int, refused: list[str]
) -> None:
    at = NOON.replace(hour=hour, minute=minute)
    assert rules_of(Facts(), Purpose.ARREARS, at) == refused
    assert rules_of(Facts(), Purpose.TRANSACTION, at) == refused
    assert rules_of(Facts(), Purpose.SECURITY, at) == []
    assert rules_of(Facts(), Purpose.ASKED_FOR, at) == refused


@pytest.mark.rule("COLL-001")
def test_call_refused_at_night_is_kept_with_its_first_moment(house: House) -> None:
    at_night = datetime(2026, 11, 18, 21, 0, tzinfo=JAPAN)
    refused = call(house.member().member_id, at=at_night)
    assert isinstance(refused, Closed)
    assert refused.allowed_at == datetime(2026, 11, 19, 8, 0, tzinfo=JAPAN)
    kept = rows("SELECT channel, our_number, refused_by FROM contact_attempt")
    assert kept == [("phone", OURS, ["COLL-001"])]


@pytest.mark.rule("COLL-003")
@given(MOMENTS, st.integers(-3, 20))
def test_no_call_before_the_promised_day_is_over(at: datetime, ahead: int) -> None:
    promised = at.date() + timedelta(days=ahead)
    found = hindrances(Facts(promised_on=promised), Purpose.ARREARS, at, Channel.PHONE)
    is_refused = "COLL-003" in {one.refusal.rule_id for one in found}
    assert is_refused is (at.date() <= promised)
    if is_refused:
        opens = max(one.allowed_at for one in found if one.allowed_at is not None)
        assert opens.date() >= promised + timedelta(days=1)


@pytest.mark.rule("COLL-003")
@given(MOMENTS, st.integers(-600, 600))
def test_no_call_before_the_moment_that_was_named(at: datetime, minutes: int) -> None:
    named = at + timedelta(minutes=minutes)
    for channel in set(Channel) - {Channel.SITE}:
        found = hindrances(Facts(named_at=named), Purpose.ARREARS, at, channel)
        codes = [one.refusal.code for one in found]
        assert ("CON-014" in codes) is (at < named)


@pytest.mark.rule("COLL-003")
@pytest.mark.parametrize(
    "facts", [Facts(promised_on=NOON.date()), Facts(named_at=NOON + timedelta(hours=1))]
)
def test_no_call_about_a_due_date_to_come_either_and_a_mail_still_helps(facts: Facts) -> None:
    assert rules_of(facts, Purpose.REMINDER, NOON) == ["COLL-003"]
    assert hindrances(facts, Purpose.REMINDER, NOON, Channel.EMAIL) == ()


@pytest.mark.rule("COLL-010")
def test_safety_passes_beside_counsel() -> None:
    assert rules_of(Facts(has_counsel=True), Purpose.ARREARS, NOON) == ["COLL-010"]
    assert rules_of(Facts(has_counsel=True), Purpose.SECURITY, NOON) == []


@pytest.mark.rule("COLL-010")
def test_call_that_was_planned_is_not_made_after_counsel_wrote(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    assert isinstance(call(key.member_id), Permit)
    desk.do(commands.suspend, key, Stop.COUNSEL, desk.made(AT.date()))
    assert isinstance(call(key.member_id), Closed)


@pytest.mark.rule("COLL-002")
def test_fourth_call_of_a_day_is_refused_whoever_asks(house: House) -> None:
    member_id = house.member().member_id
    for hours in range(3):
        assert isinstance(call(member_id, at=after(hours=hours)), Permit)
    refused = call(member_id, at=after(hours=3))
    assert isinstance(refused, Closed)
    assert [one.refusal.rule_id for one in refused.hindrances] == ["COLL-002"]
    assert refused.allowed_at == datetime(2026, 11, 19, 8, tzinfo=JAPAN)
    assert isinstance(call(member_id, Purpose.REMINDER, after(hours=4)), Permit)
    assert isinstance(call(member_id, at=after(days=1)), Permit)


@pytest.mark.rule("COLL-002")
def test_of_many_calls_at_once_three_are_made(house: House) -> None:
    member_id = house.member().member_id
    answers = at_once([lambda: call(member_id)] * 8)
    assert sum(isinstance(one, Permit) for one in answers) == 3


@pytest.mark.rule("COLL-018")
def test_purpose_is_fixed_before_the_call(house: House) -> None:
    member_id = house.member().member_id
    permit = call(member_id, Purpose.TRANSACTION)
    assert isinstance(permit, Permit)
    assert permit.purpose == "transaction case 7"
    assert rows("SELECT purpose FROM contact_attempt") == [("transaction",)]


@pytest.mark.rule("COLL-018")
def test_call_for_one_thing_does_not_become_another(house: House) -> None:
    member_id = house.member().member_id
    for hours in range(3):
        call(member_id, at=after(minutes=hours))
    assert isinstance(call(member_id, Purpose.TRANSACTION, after(hours=1)), Permit)
    assert isinstance(call(member_id, Purpose.ARREARS, after(hours=1)), Closed)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE contact_attempt SET purpose = 'arrears'")


def test_permit_of_a_call_opens_phones_and_no_address(house: House) -> None:
    member_id = house.member().member_id
    permit = call(member_id)
    assert isinstance(permit, Permit)
    told = do(gate.phone, permit, Kind.MOBILE_PHONE, AT)
    assert told is not None
    assert told.value == MOBILE
    with pytest.raises(NotAllowedError):
        do(gate.email, permit, AT)
    mail = do(gate.ask, member_id, Wanted(Purpose.SECURITY, "message 1", "worker"), AT)
    with pytest.raises(NotAllowedError):
        do(gate.phone, mail, Kind.MOBILE_PHONE, AT)


@pytest.mark.parametrize("number", ["03-0000-0108", "110", "0300000108; DROP", "０３００００"])
def test_call_names_a_number_of_ours(house: House, number: str) -> None:
    member_id = house.member().member_id
    with pytest.raises(InputError):
        do(gate.ask, member_id, Wanted(Purpose.ARREARS, "case 7", "staff 7", number, shipped()), AT)


@pytest.mark.rule("COLL-002")
def test_call_that_was_not_made_uses_up_none_of_the_day(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    permits = [call(key.member_id) for _ in range(3)]
    assert isinstance(call(key.member_id), Closed)
    for permit, result in zip(permits, (Result.NO_ANSWER, Result.NOT_CALLED), strict=False):
        do(calls.note, permit, result, STAFF, AT)
    assert isinstance(call(key.member_id), Permit)
    assert isinstance(call(key.member_id), Closed)


def test_result_is_written_once_and_of_calls_that_were_made(house: House) -> None:
    member_id = house.member().member_id
    permit = call(member_id)
    assert isinstance(permit, Permit)
    assert do(calls.of_member, member_id)[0].result is None
    do(calls.note, permit, Result.SPOKEN, STAFF, AT)
    with pytest.raises(StateConflict):
        do(calls.note, permit, Result.BUSY, STAFF, AT)
    assert [one.result for one in do(calls.of_member, member_id)] == [Result.SPOKEN]
    mail = do(gate.ask, member_id, Wanted(Purpose.SECURITY, "message 1", "worker"), AT)
    with pytest.raises(StateConflict):
        do(calls.note, mail, Result.SPOKEN, STAFF, AT)
    unused = call(member_id, Purpose.REMINDER)
    assert isinstance(unused, Permit)
    do(calls.note, unused, Result.NOT_CALLED, STAFF, AT)
    assert len(do(calls.of_member, member_id)) == 1


def test_task_is_put_once_for_its_source_and_ends_once(house: House) -> None:
    member_id = house.member().member_id
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.REMINDER, after(days=1), {"agreement": 7})
    source = Source("close", "due 7")
    number = do(tasks.put, member_id, plan, source, AT)
    assert do(tasks.put, member_id, plan, source, after(hours=1)) == number
    (found,) = do(tasks.waiting)
    assert (found.plan, found.source) == (plan, "due 7")
    planned = do(calls.planned, member_id, AT)
    assert planned is not None
    assert planned.task.task_id == number
    assert planned.hindrances == ()
    ending = tasks.Ending(tasks.Outcome.DONE, "staff 7")
    do(tasks.end, member_id, number, ending, after(hours=1))
    with pytest.raises(StateConflict):
        do(tasks.end, member_id, number, ending, after(hours=2))
    assert do(calls.planned, member_id, AT) is None


@pytest.mark.parametrize("statement", [
    "DELETE FROM contact_task", "UPDATE contact_task SET planned_at = now()", "DELETE FROM contact_call_result",
    "UPDATE contact_call_result SET result = 'spoken'", "TRUNCATE contact_task",
])  # fmt: skip
def test_tasks_and_results_stay(house: House, statement: str) -> None:
    member_id = house.member().member_id
    permit = call(member_id)
    assert isinstance(permit, Permit)
    do(calls.note, permit, Result.SPOKEN, STAFF, AT)
    do(tasks.put, member_id, tasks.Plan(tasks.Kind.REPLY), STAFF, AT)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_passes_at_every_hour_by_phone_passes_by_mail_too() -> None:
    assert FREE[Channel.PHONE] < FREE[Channel.EMAIL]


@pytest.mark.rule("FRAUD-004")
@pytest.mark.parametrize("number", ["0300000101", "0312345678", "09000000000"])
def test_nobody_is_called_under_a_number_that_the_public_does_not_know(
    house: House, number: str
) -> None:
    member_id = house.member().member_id
    wanted = Wanted(Purpose.SECURITY, "case 7", "staff 7", number, shipped())
    with pytest.raises(RefusedError) as refused:
        do(gate.ask, member_id, wanted, AT)
    assert refused.value.faults[0].code == "DIR-001"
    assert rows("SELECT 1 FROM contact_attempt") == []


def test_every_call_to_a_member_has_words_on_the_page_of_calls(house: House) -> None:
    assert set(REASONS) == set(Purpose) - {Purpose.WHEREABOUTS}
    member_id = house.member().member_id
    asked = Wanted(
        Purpose.WHEREABOUTS, "case 7", "staff 7", OURS, shipped(), whom=Whom.THIRD, counterpart="姉"
    )
    assert isinstance(do(gate.ask, member_id, asked, AT), Permit)
    assert do(calls.of_member, member_id) == []
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.WHEREABOUTS, after(days=1))
    do(tasks.put, member_id, plan, STAFF, AT)
    assert do(calls.planned, member_id, AT) is None
