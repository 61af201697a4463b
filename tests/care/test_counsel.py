"""A notice of counsel or of a court stops everything at once, also what is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.care.collecting import Late, jobs
from tests.database import Database
from tests.loans.crowd import behind, do
from tests.loans.desk import Desk
from tests.people.house import AT, MAIL, MOBILE, House, kinds_of, rows

from motocho.care.collections import counsel, stages, strategy
from motocho.care.collections.counsel import Ending, Notice, Proceeding, Reason, Road, Sender
from motocho.care.collections.strategy import Way
from motocho.contact import gate, tasks
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Channel, Purpose, Whom
from motocho.contact.holds import Source
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.people.facts import values
from motocho.people.facts.values import Kind
from motocho.units.errors import InputError, NotAllowedError, NotFoundError, StateConflict

ON = AT.date()
OPENED = ON - timedelta(days=80)
LAWYER = Notice(
    Sender.LAWYER, Proceeding.OUT_OF_COURT, "大手町法律事務所", "法田 守", "12345", "0312345678", "",
    Road.FAX, ON,
)  # fmt: skip
COURT = replace(
    LAWYER, sender=Sender.COURT, proceeding=Proceeding.BANKRUPTCY, office="東京地方裁判所",
    name="", registration="", case_ref="令和8年(フ)第123号", road=Road.LETTER,
)  # fmt: skip


@pytest.fixture
def key(house: House) -> Key:
    """An agreement in arrears, of a member with a telephone."""
    desk = Desk()
    found = desk.open(OPENED, member_id=house.member().member_id)
    desk.draw(found, 100_000, OPENED)
    return found


def made(ref: str = "fax 1", at: datetime = AT) -> Made:
    return Made("desk", ref, at.astimezone(JAPAN).date(), at, "staff 7")


def received(key: Key, notice: Notice = LAWYER, ref: str = "fax 1") -> counsel.Received:
    found: counsel.Received = do(counsel.receive, key.member_id, notice, made(ref))
    return found


def asked(key: Key, way: Channel, purpose: Purpose = Purpose.ARREARS) -> Permit | Closed:
    wanted = Wanted(purpose, "case 1", "staff 7", way=way)
    answer: Permit | Closed = do(gate.ask, key.member_id, wanted, AT)
    return answer


def stops(key: Key) -> frozenset[Stop]:
    return do(standing.of_members, [key.member_id])[key.member_id][0].stops


@pytest.mark.rule("COLL-010")
def test_until_a_notice_the_member_may_be_asked(key: Key) -> None:
    for way in (Channel.EMAIL, Channel.SMS, Channel.VISIT):
        answer = asked(key, way)
        only = set() if isinstance(answer, Permit) else {
            one.refusal.rule_id for one in answer.hindrances
        }  # fmt: skip
        assert only <= {"COLL-014"}  # letters come three days apart; nothing of counsel


@pytest.mark.rule("COLL-010")
@pytest.mark.parametrize("notice", [LAWYER, COURT], ids=["lawyer", "court"])
def test_one_command_stops_every_way(key: Key, notice: Notice) -> None:
    waiting = asked(key, Channel.VISIT)
    assert isinstance(waiting, Permit)
    call = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, AT + timedelta(hours=3))
    do(tasks.put, key.member_id, call, Source("staff 1", "call 1"), AT)
    hour = tasks.Plan(tasks.Kind.CONSULTATION, Purpose.ASKED_FOR, AT + timedelta(days=1))
    do(tasks.put, key.member_id, hour, Source("member", "form 1"), AT)
    done = received(key, notice)
    assert (done.agreements, done.permits, done.tasks) == ((key.agreement_id,), 1, 1)
    assert stops(key) == {Stop.COUNSEL}
    for way in (Channel.EMAIL, Channel.SMS, Channel.POST, Channel.VISIT):
        for purpose in (Purpose.ARREARS, Purpose.REMINDER, Purpose.CAMPAIGN, Purpose.SERVICE):
            answer = asked(key, way, purpose)
            assert isinstance(answer, Closed)
            assert "COLL-010" in {one.refusal.rule_id for one in answer.hindrances}
            assert answer.allowed_at is None
    with pytest.raises(NotAllowedError, match="used"):
        do(gate.address, waiting, AT)
    open_now = do(tasks.of_member, key.member_id)
    assert {one.plan.kind for one in open_now} == {tasks.Kind.CONSULTATION, tasks.Kind.FOLLOW_UP}
    assert open_now[-1].plan.facts == {"counsel": done.counsel_no, "wants": "history"}
    wanted = Wanted(
        Purpose.ARREARS, "case 1", "staff 7", way=Channel.POST, whom=Whom.COUNSEL,
        counterpart=notice.office,
    )  # fmt: skip
    assert isinstance(do(gate.ask, key.member_id, wanted, AT), Permit)
    again = received(key, notice)
    assert again.is_repeat
    assert again.counsel_no == done.counsel_no
    assert len(do(counsel.of_member, key.member_id)) == 1
    assert kinds_of(key.member_id).count("counsel_received") == 1


def test_a_permit_given_beside_the_notice_is_used_before_it_or_never(
    database: Database, key: Key
) -> None:
    """The gate waits for the notice, and the notice for the gate: nobody slips through between."""
    given: list[Permit | Closed] = []

    def notice() -> None:
        with connection.cursor() as cursor:
            counsel.receive(cursor, key.member_id, LAWYER, made())

    def call() -> None:
        with connection.cursor() as cursor:
            wanted = Wanted(Purpose.ARREARS, "c", "staff 7", way=Channel.VISIT)
            given.append(gate.ask(cursor, key.member_id, wanted, AT))

    with database.connect("postgres", autocommit=True) as watch:
        assert isinstance(behind(notice, lambda: asked(key, Channel.VISIT), watch), Closed)
        (kept,) = do(counsel.of_member, key.member_id)
        mistaken = Ending(Reason.MISTAKEN, ON, "別の会員")
        do(counsel.end, key.member_id, kept.counsel_no, mistaken, made("end 1"))
        second = behind(call, lambda: received(key, LAWYER, "fax 2"), watch)
    permit = given[0]
    assert isinstance(permit, Permit)
    assert second.permits == 1
    with pytest.raises(NotAllowedError):
        do(gate.address, permit, AT)


def test_what_is_always_allowed_is_not_taken_back(key: Key) -> None:
    safe = asked(key, Channel.EMAIL, Purpose.SECURITY)
    assert isinstance(safe, Permit)
    assert received(key).permits == 0
    assert do(gate.email, safe, AT) is not None
    assert rows("SELECT count(*) FROM contact_call_result") == [(0,)]


def test_a_notice_ends_once_and_the_stop_with_the_last_of_them(key: Key) -> None:
    first = received(key).counsel_no
    second = received(key, COURT, "letter 1").counsel_no
    resigned = Ending(Reason.RESIGNED, ON, "辞任通知を受領")
    kept = do(counsel.end, key.member_id, first, resigned, made("end 1"))
    assert kept.ended == resigned
    assert kept.ended_by == "staff 7"
    assert stops(key) == {Stop.COUNSEL}  # the court's stands
    with pytest.raises(StateConflict, match="ended"):
        do(counsel.end, key.member_id, first, resigned, made("end 2"))
    do(counsel.end, key.member_id, second, replace(resigned, reason=Reason.CONCLUDED), made("e 3"))
    assert stops(key) == frozenset()
    assert do(counsel.standing, key.member_id) == []
    assert isinstance(asked(key, Channel.VISIT), Permit)
    assert kinds_of(key.member_id).count("counsel_ended") == 2


@pytest.mark.parametrize("wrong", [
    replace(LAWYER, office=" "), replace(LAWYER, received_on=ON + timedelta(days=1)),
    replace(LAWYER, name=""), replace(LAWYER, registration="第12号"),
    replace(LAWYER, sender=Sender.SCRIVENER, registration="東京"), replace(LAWYER, phone="03-1234"),
    replace(COURT, case_ref=""), replace(COURT, proceeding=Proceeding.OUT_OF_COURT),
    replace(LAWYER, agreements=(99,)),
])  # fmt: skip
def test_what_a_notice_lacks_is_named_and_nothing_stops(key: Key, wrong: Notice) -> None:
    with pytest.raises(InputError):
        received(key, wrong)
    assert stops(key) == frozenset()


def test_ends_that_cannot_be(key: Key) -> None:
    number = received(key, replace(LAWYER, sender=Sender.SCRIVENER, registration="東京 第1号"))
    for ending in (
        Ending(Reason.RESIGNED, ON, " "),
        Ending(Reason.RESIGNED, ON - timedelta(days=1), "w"),
        Ending(Reason.RESIGNED, ON + timedelta(days=1), "w"),
    ):
        with pytest.raises(InputError):
            do(counsel.end, key.member_id, number.counsel_no, ending, made("e"))
    with pytest.raises(NotFoundError):
        do(counsel.one, key.member_id + 1, number.counsel_no)


@pytest.mark.parametrize("statement", [
    "UPDATE care_counsel SET name = 'x'", "DELETE FROM care_counsel",
    "UPDATE care_counsel SET ended_by = 'x'",
    "UPDATE care_counsel SET ended_on = NULL, end_reason = 'resigned'",
])  # fmt: skip
def test_a_notice_stays_as_it_was_written(key: Key, statement: str) -> None:
    received(key)

    def run(cursor: Any) -> None:
        cursor.execute(statement)

    with pytest.raises(DatabaseError):
        do(run)


def test_numbers_stay_shut_too(key: Key) -> None:
    """A telephone number is read by nobody after the notice, whatever was asked before."""
    permit = asked(key, Channel.SMS, Purpose.SERVICE)
    assert isinstance(permit, Permit)
    received(key)
    with pytest.raises(NotAllowedError):
        do(gate.phone, permit, values.Kind.MOBILE_PHONE, AT)


@pytest.mark.rule("COLL-010")
def test_office_s_own_notice_stands_for_what_the_member_said(key: Key) -> None:
    """One word and one paper: ending the paper opens contact, nothing is left behind."""
    do(counsel.said_by_member, key.member_id, made("call 1"))
    with pytest.raises(DatabaseError), transaction.atomic():
        do(lambda cursor: cursor.execute("UPDATE care_counsel SET end_reason = 'named'"))
    given = received(key)
    (first,) = [one for one in do(counsel.of_member, key.member_id) if one.ended is not None]
    assert first.ended is not None
    assert (first.notice.sender, first.ended.reason) == (Sender.MEMBER, Reason.NAMED)
    assert [one.counsel_no for one in do(counsel.standing, key.member_id)] == [given.counsel_no]
    (task,) = do(tasks.of_member, key.member_id)
    assert task.plan.facts == {"counsel": given.counsel_no, "wants": "history"}
    assert isinstance(asked(key, Channel.POST), Closed)
    do(counsel.end, key.member_id, given.counsel_no, Ending(Reason.RESIGNED, ON, "w"), made("e 1"))
    assert isinstance(asked(key, Channel.POST), Permit)


class Meanwhile:
    """A road on which counsel's notice comes in as the letter is about to leave."""

    def __init__(self, late: Late) -> None:
        self.late, self.seen = late, 0

    def __call__(self) -> datetime:
        """The office's clock: read again, after the address was, as the letter leaves."""
        self.seen += 1
        if self.seen == 2:
            received(self.late.key, ref="between")
        return AT


def queued(late: Late, step_id: str) -> stages.StageKey:
    """A step of some way in the worker's queue, as the night leaves it."""
    held = strategy.strategy_of(ON)
    step = next(one for one in held.steps if one.step_id == step_id)
    seen = do(standing.see, [late.key])[0]
    assert do(stages._write, [(seen, step)], held, late.made(ON)) == 1
    (stage,) = do(stages.of_members, [late.member_id])
    assert stage.key in jobs()
    return stage.key


@pytest.mark.rule("COLL-010")
@pytest.mark.parametrize("way", [Way.SMS, Way.DEMAND_MAIL])
@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_what_is_queued_does_not_leave_once_counsel_gave_notice(
    house: House, tmp_path: Path, way: Way, when: str
) -> None:
    """Through the worker's own function; also between the reading of the address and the sending."""
    late = Late(house, tmp_path)
    house.tell(late.member_id, Kind.MOBILE_PHONE, MOBILE, at=AT - timedelta(days=30))
    house.tell(late.member_id, Kind.EMAIL, MAIL, at=AT - timedelta(days=30))
    step_id = next(one.step_id for one in strategy.strategy_of(ON).steps if one.way is way)
    key = queued(late, step_id)
    if when == "before":
        received(late.key)
    now = Meanwhile(late) if when == "between" else lambda: AT
    stage = late.carry(key, ON, now=now)
    left = late.texts() if way is Way.SMS else late.mails()
    assert len(left) == (when == "after")
    assert stage.state == ("done" if when == "after" else "later")
    if when == "after":
        received(late.key)
        late.carry(key, ON)
        assert len(late.texts() if way is Way.SMS else late.mails()) == 1
    else:
        assert "COLL-010" in stage.reason or "counsel" in stage.reason
