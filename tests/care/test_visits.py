"""Visits: home only, two at most, in their hours, by permit; who is told to leave leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import AT, House, kinds_of, rows

from motocho.care.collections import counsel, visits
from motocho.care.collections.counsel import Notice, Proceeding, Road, Sender
from motocho.care.collections.visits import Log, Met, Plan, Visit
from motocho.contact import gate, tasks
from motocho.contact.gate import Closed, Wanted
from motocho.contact.guard import Channel, Purpose, Whom
from motocho.contact.holds import Source
from motocho.loans.commands import Key, Made
from motocho.outside.clock import JAPAN
from motocho.people.facts.values import Address, Kind
from motocho.units.errors import InputError, NotFoundError, RefusedError, StateConflict

HOUR = AT.replace(hour=14)
OPENED = AT.date() - timedelta(days=80)


@pytest.fixture
def key(house: House) -> Key:
    desk = Desk()
    member = house.member()
    house.tell(member.member_id, Kind.ADDRESS, Address("1000001", "東京都千代田区千代田1-1"))
    found = desk.open(OPENED, member_id=member.member_id)
    desk.draw(found, 100_000, OPENED)
    return found


def planned(key: Key, form: str = "form 1", **other: Any) -> Visit:
    wanted = replace(Plan(key, (3, 4), HOUR, "電話がつながらない"), **other)
    found: Visit = do(visits.plan, wanted, Source("staff 3", form), AT)
    return found


def at(minutes: int) -> datetime:
    return HOUR + timedelta(minutes=minutes)


def went(told: int | None, left: int, visitors: int = 2) -> Log:
    return Log(visitors, Met.OWN, at(1), None if told is None else at(told), at(left), "在宅")


def begun(key: Key) -> Visit:
    visit = planned(key)
    answer = do(visits.begin, visit, "staff 3", HOUR)
    assert not isinstance(answer, Closed)
    assert isinstance(answer[1].value, Address)
    return visit


@pytest.mark.rule("COLL-005")
def test_who_leaves_when_told_is_logged(key: Key) -> None:
    """Left 14:03 after request 14:02."""
    logged = do(visits.log, begun(key), went(2, 3), "staff 3", at(30))
    assert logged.log == went(2, 3)
    assert not logged.is_violation
    assert not logged.is_open
    assert kinds_of(key.member_id)[-1] == "visit_logged"
    with pytest.raises(StateConflict):
        do(visits.log, logged, went(2, 3), "staff 3", at(30))
    with pytest.raises(StateConflict):
        do(visits.begin, logged, "staff 3", HOUR)


@pytest.mark.rule("COLL-005")
def test_a_stay_past_the_word_is_no_normal_log_but_a_violation(key: Key) -> None:
    """Left 14:40 after request 14:02."""
    visit = begun(key)
    with pytest.raises(RefusedError, match="Told to leave at 14:02, gone at 14:40"):
        do(visits.log, visit, went(2, 40), "staff 3", at(60))
    assert rows("SELECT count(*) FROM care_visit_log") == [(0,)]
    with pytest.raises(InputError, match="broke no rule"):
        do(visits.log_violation, visit, went(2, 3), "staff 3", at(60))
    kept = do(visits.log_violation, visit, went(2, 40), "staff 3", at(60))
    assert kept.is_violation
    (task,) = do(tasks.of_member, key.member_id)
    assert task.plan.kind is tasks.Kind.FOLLOW_UP
    assert task.plan.facts == {"visit": visit.visit_no, "violation": "COLL-005"}
    assert "visit_violation" in kinds_of(key.member_id)


@given(st.integers(0, 600), st.integers(0, 600), st.integers(1, 4), st.sampled_from("yn"))
def test_what_a_violation_is_said_a_second_time(
    told: int, stay: int, visitors: int, was_told: str
) -> None:
    asked = was_told == "y"
    arrived = datetime(2026, 11, 18, 12, tzinfo=JAPAN)
    told_at = arrived + timedelta(minutes=told) if asked else None
    left = arrived + timedelta(minutes=(told if asked else 0) + stay)
    wrong = visitors >= 3 or (asked and stay > 5) or left.hour * 60 + left.minute > 21 * 60
    wrong = wrong or left.date() != arrived.date()
    found = visits.fault_of(Log(visitors, Met.NOBODY, arrived, told_at, left))
    assert (found is not None) == wrong


def test_a_visit_needs_its_permit_and_home(key: Key) -> None:
    visit = planned(key)
    with pytest.raises(StateConflict, match="no permit"):
        do(visits.log, visit, went(None, 3), "staff 3", at(30))
    work = Wanted(
        Purpose.ARREARS, f"visit {visit.visit_no}", "staff 3", way=Channel.VISIT,
        whom=Whom.WORKPLACE,
    )  # fmt: skip
    answer = do(gate.ask, key.member_id, work, HOUR)
    assert isinstance(answer, Closed)
    assert "COLL-004" in {one.refusal.rule_id for one in answer.hindrances}
    do(visits.begin, visit, "staff 3", HOUR)
    late = Log(1, Met.OWN, at(15), None, at(16))
    with pytest.raises(StateConflict, match="no permit"):  # the permit was of 14:00
        do(visits.log, visit, late, "staff 3", at(30))
    with pytest.raises(InputError, match="order"):
        do(visits.log, visit, replace(went(None, 3), left_at=at(0)), "staff 3", at(30))


def test_what_cannot_be_planned(key: Key) -> None:
    for other in (
        {"visitors": ()}, {"visitors": (1, 2, 3)}, {"visitors": (1, 1)}, {"reason": " "},
        {"planned_for": AT - timedelta(hours=1)},
    ):  # fmt: skip
        with pytest.raises(InputError):
            planned(key, **other)
    for hour in (7, 21):
        moment = (AT + timedelta(days=1)).replace(hour=hour)
        with pytest.raises(RefusedError):
            planned(key, planned_for=moment)
    first = planned(key)
    assert planned(key) == first
    with pytest.raises(NotFoundError):
        do(visits.one, key.member_id, 99)


def test_counsel_cancels_what_was_planned(key: Key) -> None:
    visit = planned(key)
    notice = Notice(
        Sender.LAWYER, Proceeding.OUT_OF_COURT, "大手町法律事務所", "法田 守", "12345", "", "",
        Road.FAX, AT.date(),
    )  # fmt: skip
    made = Made("desk", "fax 1", AT.date(), AT, "staff 7")
    assert do(counsel.receive, key.member_id, notice, made).visits == 1
    cancelled = do(visits.one, key.member_id, visit.visit_no)
    assert cancelled.cancelled_at == AT
    with pytest.raises(StateConflict):
        do(visits.begin, cancelled, "staff 3", HOUR)
    still = do(visits.begin, visit, "staff 3", HOUR)  # whoever holds the old page: the gate
    assert isinstance(still, Closed)
    with pytest.raises(RefusedError):
        planned(key, "form 2")


LOGGED = "INSERT INTO care_visit_log VALUES (%s, %s, %s, %s, %s, 'own', %s, %s, %s, '', 'x', %s)"


def test_a_visit_that_has_begun_is_logged_though_counsel_gave_notice_meanwhile(key: Key) -> None:
    """Two stand at the door when the fax comes: what they did there is written down all the same."""
    visit = begun(key)
    made = Made("desk", "fax 9", at(2).date(), at(2), "staff 7")
    notice = counsel.Notice(
        counsel.Sender.LAWYER, counsel.Proceeding.OUT_OF_COURT, "大手町法律事務所", "法田 守", "12345",
        "", "", counsel.Road.FAX, at(2).date(),
    )  # fmt: skip
    assert do(counsel.receive, key.member_id, notice, made).visits == 0
    assert do(visits.one, key.member_id, visit.visit_no).is_open
    assert isinstance(do(visits.begin, visit, "staff 3", at(3)), Closed)
    assert do(visits.log, visit, went(2, 3), "staff 3", at(30)).log == went(2, 3)


@pytest.mark.rule("COLL-005")
def test_raw_sql_hides_no_violation(key: Key) -> None:
    visit = begun(key)
    ((attempt,),) = rows("SELECT attempt_id FROM contact_use")
    start = (key.member_id, visit.visit_no, attempt)

    def raw(*values: Any) -> None:
        do(lambda cursor: cursor.execute(LOGGED, values))

    over = (at(1), at(2), at(40), at(60))
    for values, why in (
        ((*start, "normal", 2, *over), "check constraint"),
        ((*start, "normal", 3, at(1), None, at(2), at(60)), "check constraint"),
        ((*start, "violation", 2, at(1), None, at(2), at(60)), "check constraint"),
        ((*start, "normal", 1, at(1), None, at(8 * 60), at(9 * 60)), "check constraint"),
        ((*start, "normal", 1, at(20), None, at(21), at(60)), "no permit"),
    ):
        with pytest.raises(DatabaseError, match=why):
            raw(*values)
    raw(*start, "violation", 2, *over)
    with pytest.raises(DatabaseError):
        do(lambda cursor: cursor.execute("UPDATE care_visit_log SET kind = 'normal'"))
