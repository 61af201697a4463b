"""What is asked on open lines stops draws after its day, and only its own end lifts it: fail closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.desk import Desk, days
from tests.people.house import rows

from motocho.law.tables import table
from motocho.loans import commands, monitoring, policy, queries
from motocho.loans.commands import (
    Ask,
    BureauAnswer,
    EmployerCheck,
    EmployerFound,
    Ended,
    Ending,
    Evidence,
    Key,
    watches,
)
from motocho.loans.monitoring import Burden, Income, evidence_until, needs_evidence
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.units.errors import RefusedError

ON = date(2026, 2, 9)
"""The first month of a contract of 10 January ends."""
OPENED = date(2026, 1, 10)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def line(desk: Desk, limit_yen: int = 500_000, drawn_yen: int = 101_000) -> Key:
    key = desk.open(OPENED, limit_yen, member_id=desk.member())
    desk.draw(key, drawn_yen, OPENED + days(10))
    return key


def refused(desk: Desk, key: Key, on: date) -> str:
    """The code of a refusal, the same for a draw at once and for one by transfer."""
    codes = set()
    for command in (commands.draw, commands.send_draw):
        with pytest.raises(RefusedError) as found:
            desk.do(command, key, 1_000, desk.made(on))
        codes.add(found.value.faults[0].code)
    (code,) = codes
    return code


def ask(desk: Desk, key: Key, stop: Stop, due_on: date | None, on: date = ON) -> int:
    asked = Ask(key.member_id, stop, f"test {stop.value} {on}", due_on)
    number: int = desk.do(watches.ask, [asked], desk.made(on))
    return number


def end(desk: Desk, key: Key, stop: Stop, on: date, how: Ending = Ending.DONE) -> bool:
    done: bool = desk.do(watches.end, key.member_id, stop, Ended(how, "paper 1"), desk.made(on))
    return done


# ------------------------------------------------------------------------- the law's, without a night
@pytest.mark.rule("LEND-013")
@pytest.mark.rule("LEND-014")
def test_no_draw_after_three_weeks_though_no_night_ran(desk: Desk) -> None:
    key = line(desk)
    desk.do(commands.checks.open_checks, [key], desk.made(ON))
    desk.receive(key, 8_000, ON + days(1))
    desk.draw(key, 1_000, ON + days(21))
    assert refused(desk, key, ON + days(22)) == "LON-017"
    answer = BureauAnswer(ON + days(22), 0, "JICC 1")
    desk.do(commands.record_bureau_answer, key.member_id, answer, desk.made(ON + days(22)))
    assert desk.do(watches.unmet, key.member_id, ON + days(22)) == frozenset()


@pytest.mark.rule("LEND-013")
@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize(("later", "leaves"), [
    (timedelta(days=21, hours=23, minutes=59), True), (timedelta(days=22), False),
])  # fmt: skip
def test_nothing_leaves_a_book_whose_day_stands_still_beyond_the_calendar_s_last_day(
    desk: Desk, later: timedelta, *, is_open: bool, leaves: bool
) -> None:
    """No night moves the book's day on, nor opens the checks of periods that end meanwhile."""
    key = line(desk)
    if is_open:
        desk.do(commands.checks.open_checks, [key], desk.made(ON))
    desk.receive(key, 8_000, ON)
    made = replace(desk.made(ON), booked_at=datetime.combine(ON, time(), JAPAN) + later)
    if leaves:
        assert desk.do(commands.send_draw, key, 1_000, made)
        return
    with pytest.raises(RefusedError) as found:
        desk.do(commands.send_draw, key, 1_000, made)
    assert [one.code for one in found.value.faults] == ["LON-017"]


@pytest.mark.rule("LEND-020")
@pytest.mark.parametrize(("minutes", "code"), [(-1, None), (5, "LON-012")])
def test_who_missed_a_due_date_draws_nothing_from_midnight_on_though_the_book_is_behind(
    desk: Desk, minutes: int, code: str | None
) -> None:
    """LEND-020: at 00:05 the day after, before any night moved the book's day on."""
    key = line(desk)
    with transaction.atomic(), connection.cursor() as cursor:
        due = queries.position(cursor, key, ON).pay_by_on
    assert due is not None
    midnight = datetime.combine(due + days(1), time(), JAPAN)
    made = replace(desk.made(due), booked_at=midnight + timedelta(minutes=minutes))
    if code is None:
        assert desk.do(commands.send_draw, key, 1_000, made)
        return
    with pytest.raises(RefusedError) as found:
        desk.do(commands.send_draw, key, 1_000, made)
    assert [one.code for one in found.value.faults] == [code]


@pytest.mark.rule("LEND-015")
def test_no_draw_after_a_month_without_evidence_though_no_night_ran(desk: Desk) -> None:
    key = line(desk, 800_000, 20_000)
    answer = BureauAnswer(ON, 200_001, "JICC 1")
    learned = desk.do(commands.record_bureau_answer, key.member_id, answer, desk.made(ON))
    due_on = date(2026, 3, 9)
    assert learned.evidence_due_on == due_on
    assert due_on < monitoring.evidence_lawful_until(ON) == date(2026, 4, 9)
    desk.receive(key, 8_000, ON + days(1))
    desk.draw(key, 1_000, due_on)
    assert refused(desk, key, due_on + days(1)) == "LON-016"
    shown = Evidence(Income(due_on, 5_000_000), "DOC-1")
    desk.do(commands.record_income, key.member_id, shown, desk.made(due_on + days(1)))
    desk.draw(key, 1_000, due_on + days(1))


# --------------------------------------------------------------------------------- age of evidence
def held(issued: date, on: date, confirmed: list[date]) -> bool:
    """施行規則10条の26第2項 in other words: by comparing dates of other years, one year at a time."""

    def in_years(years: int) -> date:
        try:
            return issued.replace(year=issued.year + years)
        except ValueError:
            return date(issued.year + years, 2, 28)

    third = [one for one in confirmed if in_years(2) <= one < in_years(3) and one <= on]
    return on <= (in_years(5) if third else in_years(3))


@pytest.mark.rule("LEND-012")
@given(
    st.dates(date(2012, 1, 1), date(2022, 12, 31)),
    st.integers(0, 2_000),
    st.lists(st.integers(-10, 2_000), max_size=4),
)
@settings(deadline=None, max_examples=200)
def test_evidence_counts_as_long_as_a_second_reading_says(
    issued: date, age: int, looks: list[int]
) -> None:
    on, confirmed = issued + timedelta(days=age), [issued + timedelta(days=one) for one in looks]
    law, income = monitoring.law_on(on), Income(issued, 9_000_000)
    needed = needs_evidence(Burden(1_000_001, 0), income, on, law, confirmed)
    assert needed is not held(issued, on, confirmed)
    assert not needs_evidence(Burden(1_000_000, 0), None, on, law)


@pytest.mark.rule("LEND-012")
@pytest.mark.parametrize(
    ("looked", "until"),
    [
        (date(2024, 3, 31), date(2025, 4, 1)),
        (date(2024, 4, 1), date(2027, 4, 1)),
        (date(2025, 3, 31), date(2027, 4, 1)),
        (date(2025, 4, 1), date(2025, 4, 1)),
    ],
)
def test_an_employer_is_confirmed_within_the_third_year(looked: date, until: date) -> None:
    assert evidence_until(date(2022, 4, 1), date(2026, 4, 1), [looked]) == until


@pytest.mark.rule("LEND-012")
def test_a_confirmed_employer_meets_what_asked_for_evidence(desk: Desk) -> None:
    key = line(desk, 800_000, 20_000)
    issued = ON - days(800)
    paper = Evidence(Income(issued, 9_000_000), "DOC-1")
    desk.do(commands.record_income, key.member_id, paper, desk.made(ON - days(5)))
    on = ON + days(400)
    answer = BureauAnswer(on, 200_001, "JICC 1")
    desk.do(commands.record_bureau_answer, key.member_id, answer, desk.made(on))
    assert [one.stop for one in desk.do(queries.watches_of, key.member_id)] == [
        Stop.INCOME_EVIDENCE_DUE
    ]
    seen = EmployerCheck(ON, EmployerFound.SAME, "DOC-2")
    nothing = EmployerCheck(ON, EmployerFound.SAME, "")
    with pytest.raises(RefusedError):
        desk.do(watches.record_employer, key.member_id, nothing, desk.made(on))
    assert desk.do(watches.record_employer, key.member_id, seen, desk.made(on))
    assert desk.do(queries.watches_of, key.member_id) == []


# ------------------------------------------------------------------------------- the house's asks
OF_STOPS = {
    Stop.OFTEN_DRAWN: "LON-093",
    Stop.LATE_OFTEN: "LON-094",
    Stop.DEBTS_ELSEWHERE: "LON-092",
    Stop.FACTS_OLD: "LON-097",
    Stop.EMPLOYER_CHANGED: "LON-095",
    Stop.UNREACHABLE: "LON-096",
    Stop.SELF_EXCLUDED: "LON-091",
}


@pytest.mark.rule("LEND-019")
@pytest.mark.rule("LEND-021")
@pytest.mark.rule("FRAUD-005")
@pytest.mark.rule("LEND-020")
def test_each_reason_stops_after_its_day_by_itself_and_is_lifted_by_its_own_end(desk: Desk) -> None:
    assert set(OF_STOPS) == policy.WATCHED
    due_on = ON + days(3)
    for stop, code in OF_STOPS.items():
        key = line(desk)
        assert ask(desk, key, stop, due_on) == 1
        assert ask(desk, key, stop, due_on, ON + days(1)) == 0  # one at a time
        desk.draw(key, 1_000, due_on)
        assert refused(desk, key, due_on + days(1)) == code
        assert not end(desk, key, next(one for one in OF_STOPS if one is not stop), due_on)
        assert refused(desk, key, due_on + days(1)) == code
        assert end(desk, key, stop, due_on + days(1))
        desk.draw(key, 1_000, due_on + days(1))


def test_what_cannot_wait_stops_at_once_new_contracts_too(desk: Desk) -> None:
    key = line(desk)
    ask(desk, key, Stop.SELF_EXCLUDED, None)
    assert refused(desk, key, ON) == "LON-091"
    later = desk.open(ON, member_id=key.member_id)
    assert refused(desk, later, ON) == "LON-091"
    end(desk, key, Stop.SELF_EXCLUDED, ON)
    desk.draw(later, 1_000, ON)


def test_several_reasons_stand_beside_each_other(desk: Desk) -> None:
    key = line(desk)
    for stop in OF_STOPS:
        ask(desk, key, stop, None)
    stood = desk.do(queries.position, key, ON)
    assert stood.stops == policy.WATCHED
    assert stood.available_yen == 0
    for stop in OF_STOPS:
        assert stop in desk.do(queries.position, key, ON).stops
        end(desk, key, stop, ON)
    desk.draw(key, 1_000, ON)


def test_no_hand_lifts_what_is_still_to_be_done(desk: Desk) -> None:
    key = line(desk)
    ask(desk, key, Stop.UNREACHABLE, None)
    with pytest.raises(RefusedError) as by_hand:
        desk.do(commands.lift, key, Stop.UNREACHABLE, desk.made(ON))
    assert by_hand.value.faults[0].code == "LON-098"
    for statement in (
        "UPDATE loan_agreement SET stops = '{}'",
        "UPDATE loan_watch SET due_on = due_on + 1",
        "UPDATE loan_watch SET ended_on = found_on, ended_how = 'judged', ended_ref = 'x', ended_by = 'me'",
        "DELETE FROM loan_watch",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert end(desk, key, Stop.UNREACHABLE, ON)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE loan_watch SET ended_ref = 'another'")


def test_the_night_marks_what_is_overdue_once(desk: Desk) -> None:
    key = line(desk)
    due_on = ON + days(5)
    ask(desk, key, Stop.FACTS_OLD, due_on)
    assert desk.do(commands.checks.overdue, due_on - days(1)) == []
    (member,) = desk.do(commands.checks.overdue, due_on)
    assert desk.do(commands.checks.stop_overdue, member.member_id, desk.made(due_on)) == 1
    assert desk.do(commands.checks.stop_overdue, member.member_id, desk.made(due_on)) == 0
    assert desk.do(queries.position, key, due_on).stops == {Stop.FACTS_OLD}
    kinds = [row[0] for row in rows("SELECT kind FROM journal_row WHERE kind IN ('watch_asked', 'watch_ended', 'watch_stopped', 'suspended') ORDER BY row_id")]  # fmt: skip
    assert kinds == ["watch_asked", "suspended"]


@pytest.mark.rule("LEND-015")
def test_the_house_asks_no_later_than_the_law() -> None:
    for on in (date(2010, 6, 18), ON):
        law = table("lending.evidence_due").at(on)
        assert law.number("months") == monitoring.law_on(on).number("months_to_give")
        assert law.number("months") < law.number("months_for_now")
