"""A morning of the demonstration: one of each thing that waits, once a day, by the usual commands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.close.book import Lender
from tests.loans.crowd import do

from motocho.care import approvals, settings
from motocho.care.cases import complaints, disclosures, draw_checks, frauds
from motocho.care.collections import settlements
from motocho.care.reasons import reviews
from motocho.care.reliefs import consultations
from motocho.care.support import families
from motocho.contact import tasks
from motocho.documents import intake
from motocho.loans import queries
from motocho.loans.commands import Key, open_promise
from motocho.outside.clock import JAPAN
from motocho.people import requests, staff
from motocho.people.access import Role, Staff
from motocho.simulation.demonstration import colleagues, morning
from motocho.simulation.demonstration.morning import Told

OPENED = date(2026, 8, 10)
ON = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 8, 30, tzinfo=JAPAN)


def borrowers(lender: Lender) -> tuple[list[Key], list[Key]]:
    """Four who never paid, thirteen who drew a week before."""
    late = [lender.open(OPENED, member_id=lender.member()) for _ in range(4)]
    for key in late:
        lender.draw(key, 100_000, OPENED)
    lender.close(ON - timedelta(days=9))
    others = [lender.open(ON - timedelta(days=8), member_id=lender.member()) for _ in range(13)]
    for key in others:
        lender.draw(key, 50_000, ON - timedelta(days=8))
    lender.close(ON - timedelta(days=1))
    return late, others


@pytest.mark.usefixtures("database", "pepper")
def test_a_morning_brings_each_thing_once_a_day(tmp_path: Path) -> None:
    late, others = borrowers(Lender(tmp_path, OPENED))
    do(colleagues.seat, AT, ON)
    first: Told = do(morning.prepare, AT, ON)
    assert first.late == len(late)
    assert first.waiting == 2 + 7 + 5
    assert do(morning.prepare, AT + timedelta(hours=1), ON) == first
    assert len(do(consultations.waiting)) == 2
    assert {one.kind for one in do(complaints.waiting)} == {
        complaints.Kind.COMPLAINT,
        complaints.Kind.OPINION,
    }
    assert len(do(tasks.waiting, [tasks.Kind.CALL_BACK])) == 1
    assert do(requests.count_waiting, requests.Kind.NEW_CARD) == 1
    assert do(intake.count_waiting) == 1
    promised = [found for key in late if (found := do(open_promise, key)) is not None]
    assert sorted(one.pay_on for one in promised) == [ON, ON + timedelta(days=1)]
    for one in promised:
        assert one.amount_yen == do(queries.position, late[0], ON).due_yen
    assert len(others) == 13


@pytest.mark.usefixtures("database", "pepper")
def test_each_place_of_the_desk_has_something_once_a_day(tmp_path: Path) -> None:
    late, _ = borrowers(Lender(tmp_path, OPENED))
    do(colleagues.seat, AT, ON)
    for hours in range(2):
        do(morning.prepare, AT + timedelta(hours=hours), ON)
    assert len(do(disclosures.open_ones)) == 1
    assert len(do(draw_checks.waiting)) == 1
    assert len(do(frauds.waiting)) == 1
    (told,) = do(families.latest)
    assert {one.key.report_id for one in do(families.waiting)} == {told.report_id}
    (supervisor,) = (
        Staff(one.staff_id, frozenset({Role.SUPERVISOR}))
        for one in do(staff.accounts)
        if one.login_name == "supervisor"
    )
    waiting = do(approvals.waiting, supervisor, AT + timedelta(hours=1), approvals.Queue())
    assert {one.kind for one in waiting} == {settings.KIND, settlements.SETTLEMENT}
    settled = next(one for one in waiting if one.kind == settlements.SETTLEMENT)
    assert Key(settled.ref.member_id, int(settled.content["agreement"])) in late
    ended = do(reviews.sample, ON - timedelta(days=1), 10)
    assert sorted(one.ending for one in ended) == ["absent", "absent", "done", "done"]


@pytest.mark.usefixtures("database", "pepper")
def test_who_has_two_agreements_is_called_about_the_late_one(tmp_path: Path) -> None:
    lender = Lender(tmp_path, OPENED)
    late, _ = borrowers(lender)
    for key in late:
        second = lender.open(ON, member_id=key.member_id)
        lender.draw(second, 10_000, ON)
    do(colleagues.seat, AT, ON)
    do(morning.prepare, AT, ON)
    ended = do(reviews.sample, ON - timedelta(days=1), 10)
    assert [one.ending for one in ended].count("absent") == 2


@pytest.mark.usefixtures("database", "pepper")
def test_another_day_has_another_morning(tmp_path: Path) -> None:
    borrowers(Lender(tmp_path, OPENED))
    do(morning.prepare, AT, ON)
    later = AT + timedelta(days=1)
    do(morning.prepare, later, later.date())
    assert len(do(tasks.waiting, [tasks.Kind.CALL_BACK])) == 2
    assert len(do(complaints.waiting)) == 4
    assert len(do(disclosures.open_ones)) == 2


@pytest.mark.usefixtures("database", "pepper")
def test_a_book_of_nobody_has_a_quiet_morning(tmp_path: Path) -> None:
    Lender(tmp_path, OPENED)
    assert do(morning.prepare, AT, ON) == Told(0, 0)
