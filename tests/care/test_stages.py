"""Steps about arrears in the book: decided once, taken once, kept with their reasons."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.care.collecting import DUE, HOME, MAIL, MOBILE, Late, at, jobs, late_since, on_day
from tests.close.book import Lender
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import House, kinds_of, rows

from motocho.care.collections import accelerating, carrying, stages
from motocho.care.collections.stages import StageKey
from motocho.care.collections.strategy import Ground, Waits, Way
from motocho.contact import holds, tasks
from motocho.contact.directory import shipped
from motocho.contact.guard import HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.documents import archive
from motocho.documents.archive import Kind
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Demand, Stop
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Letter, Outcome
from motocho.outside.postgres import Role
from motocho.outside.sms import Text
from motocho.units.errors import RefusedError, StateConflict


@pytest.fixture
def late(house: House, database: Database, tmp_path: Path) -> Late:
    return Late(house, tmp_path)


def test_the_first_due_date_is_missed_as_the_tests_say(late: Late) -> None:
    assert late_since(late.key, on_day(1)) == DUE
    assert late_since(late.key, DUE) is None


def test_nights_decide_step_after_step_and_nothing_twice(late: Late) -> None:
    """Each morning is asked twice, as after a kill: one step, one job, one task."""
    for days in range(1, 50):
        late.decide(days)
        assert late.decide(days) == []
    assert [(one.step_id, one.days_late) for one in late.stages()] == [
        ("first_mail", 1), ("first_sms", 5), ("first_call", 9), ("reminder_letter", 20),
        ("demand_mail", 31), ("demand", 45),
    ]  # fmt: skip
    mine = late.stages()
    assert jobs() == [one.key for one in mine if one.way is not Way.CALL]
    told = [one for one in kinds_of(late.member_id) if one == "collection_stage"]
    assert len(told) == len(mine)
    call = [one for one in do(tasks.of_member, late.member_id) if one.plan.kind is tasks.Kind.CALL]
    assert [one.plan.purpose for one in call] == [Purpose.ARREARS]
    assert call[0].plan.planned_at == at(on_day(9))
    assert [one.state for one in mine if one.way is Way.CALL] == ["done"]


def test_the_night_itself_decides(database: Database, tmp_path: Path) -> None:
    """Close from the due date on: the morning after it has its mail, and a second run adds none."""
    lender = Lender(tmp_path, date(2026, 5, 20))
    key = lender.open(date(2026, 5, 20))
    lender.draw(key, 100_000, date(2026, 5, 20))
    lender.close(date(2026, 7, 31))
    found = do(stages.of_members, [key.member_id])
    assert [one.step_id for one in found][:2] == ["first_mail", "first_sms"]
    assert len({one.decided_on for one in found}) == len(found)
    assert all(one.days_late > 0 for one in found)
    lender.close(date(2026, 7, 31))
    assert do(stages.of_members, [key.member_id]) == found


def test_what_a_colleague_was_to_do_is_withdrawn_once_it_is_paid(late: Late) -> None:
    for days in (1, 5, 9):
        late.decide(days)
    assert do(stages.with_open_tasks) == [late.key]
    late.decide(12)
    assert [one.plan.kind for one in do(tasks.of_member, late.member_id)] == [tasks.Kind.CALL]
    late.desk.receive(late.key, 50_000, on_day(12))
    assert late.decide(14) == []
    assert do(tasks.of_member, late.member_id) == []
    assert do(stages.with_open_tasks) == []
    outcome = rows("SELECT outcome, ended_by FROM contact_task WHERE kind = 'call'")
    assert outcome == [("withdrawn", "close")]


def test_a_member_has_one_step_a_day_over_all_loans(late: Late) -> None:
    other = late.loan(90_000)
    assert len(late.decide(1, late.key, other)) == 1
    assert late.decide(2, late.key, other) == []
    second = late.decide(5, late.key, other)
    assert len(second) == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO care_stage (member_id, agreement_id, late_since, step, way, strategy_on,"
            " days_late, decided_on, decided_at) SELECT member_id, agreement_id, late_since,"
            " 'another', way, strategy_on, days_late, decided_on, decided_at FROM care_stage LIMIT 1"
        )


def tried_out(keys: list[Key], made: Made) -> set[tuple[Any, ...]]:
    """The steps that a night would decide about some loans; nothing of it stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        stages.decide(cursor, keys, made)
        found = stages.of_members(cursor, [key.member_id for key in keys])
        transaction.set_rollback(True)
    return {(one.loan, one.step_id, one.state, one.decided_on) for one in found}


def test_many_are_decided_as_each_by_itself(late: Late) -> None:
    """Whoever has an offer, a hold, counsel, or care beside others changes nothing for them."""
    plain, held, known, soft, gone = (Late(late.house, late.folder, late.desk) for _ in range(5))
    crowd = [late, plain, held, known, soft, gone]
    late.loan(90_000)
    for one in crowd[::2]:
        one.decide(1)
    _hold(held, HoldKind.COMPLAINT, on_day(1), None)
    _hold(soft, HoldKind.CONSULTATION, on_day(1), on_day(1))
    do(commands.suspend, known.key, Stop.COUNSEL, known.made(on_day(1), "counsel"))
    gone.desk.receive(gone.key, 50_000, on_day(3))
    keys = sorted(one.key for one in crowd)
    for days in (5, 9):
        made = late.made(on_day(days))
        alone = set.union(*(tried_out([key], made) for key in keys))
        assert tried_out(keys, made) == alone
        assert {key for key, *_ in alone} >= {late.key, plain.key}


def test_rows_are_never_changed(late: Late) -> None:
    late.decide(1)
    for statement in ("UPDATE care_stage SET step = 'x'", "DELETE FROM care_stage_try"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# ------------------------------------------------------------------------------ what keeps it away
def _hold(late: Late, kind: HoldKind, on: date, last_on: date | None = None) -> None:
    do(
        holds.put,
        late.member_id,
        Wish(kind, last_on),
        Source("staff 1", f"desk {kind.value}"),
        at(on),
    )


def test_a_promise_a_hold_counsel_each_keep_a_step_away(late: Late) -> None:
    on = on_day(3)
    do(commands.promise, late.key, 10_000, on + timedelta(days=4), late.made(on, "promise"))
    assert late.decide(4) == []
    found = do(stages.outlook, late.member_id, on_day(4))[0].decision
    assert isinstance(found, Waits)
    assert found.grounds == (Ground.PROMISE,)
    assert found.first_on == on + timedelta(days=5)


@pytest.mark.parametrize(
    ("kind", "ground"),
    [
        (HoldKind.BEREAVEMENT, Ground.DISTRESS),
        (HoldKind.HOSPITAL, Ground.DISTRESS),
        (HoldKind.DISASTER, Ground.DISTRESS),
        (HoldKind.DECEASED, Ground.DECEASED),
        (HoldKind.COMPLAINT, Ground.COMPLAINT),
    ],
)
def test_a_hold_keeps_every_step_away(late: Late, kind: HoldKind, ground: Ground) -> None:
    last_on = on_day(20) if kind is HoldKind.BEREAVEMENT or kind is HoldKind.DISASTER else None
    _hold(late, kind, on_day(1), last_on)
    assert late.decide(4) == []
    found = do(stages.outlook, late.member_id, on_day(4))[0].decision
    assert isinstance(found, Waits)
    assert found.grounds == (ground,)


def test_counsel_keeps_every_step_away(late: Late) -> None:
    do(commands.suspend, late.key, Stop.COUNSEL, late.made(on_day(1), "counsel"))
    assert late.decide(4) == []


@pytest.mark.rule("VULN-002")
def test_after_a_consultation_steps_come_later(late: Late) -> None:
    _hold(late, HoldKind.CONSULTATION, on_day(1), on_day(1))
    assert [one.step_id for one in late.decide(1)] == ["first_mail"]
    assert late.decide(5) == []
    assert [one.step_id for one in late.decide(7)] == ["first_sms"]


# --------------------------------------------------------------------------------- on their way
def test_a_text_goes_once_whatever_is_killed(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    first = late.carry(stage.key, on_day(5))
    again = late.carry(stage.key, on_day(5))
    assert (first.state, again) == ("done", first)
    (text,) = late.texts()
    assert MOBILE.digits in text
    assert "青木" in text
    assert not any(word in text for word in ("支払", "返済", "円", "ローン", "ファイナンス"))


class KilledError(Exception):
    """The process is gone."""


class Dying:
    """A carrier that has it, and dies before anybody knows."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    def send(self, one: Text | Letter) -> Outcome:
        self.behind.send(one)
        raise KilledError


def test_killed_between_sending_and_noting_it_goes_out_as_the_same(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    usual = late.office(on_day(5))
    with pytest.raises(KilledError):
        late.carry(stage.key, on_day(5), carrier=Dying(usual.carrier))
    assert do(stages.one, stage.key).state == "waiting"
    assert late.carry(stage.key, on_day(5)).state == "done"
    assert len(late.texts()) == 1


def test_what_the_gate_refuses_waits_for_the_first_moment(late: Late) -> None:
    """At night the text waits for the morning with the rule; then it goes."""
    late.decide(1)
    (stage,) = late.decide(5)
    put_off = late.carry(stage.key, on_day(5), hour=22)
    assert (put_off.state, put_off.reason) == ("later", "COLL-001")
    assert put_off.try_at == at(on_day(6), 8)
    assert do(stages.to_try, at(on_day(6), 7)) == []
    assert do(stages.to_try, at(on_day(6), 8)) == [stage.key]
    assert do(carrying.look_again, at(on_day(6), 8)) == 1
    assert late.carry(stage.key, on_day(6)).state == "done"
    assert do(stages.to_try, at(on_day(9), 8)) == []


def test_a_promise_after_the_night_holds_the_step_back(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    on = on_day(5)
    do(commands.promise, late.key, 10_000, on + timedelta(days=3), late.made(on, "promise"))
    put_off = late.carry(stage.key, on)
    assert (put_off.state, put_off.reason) == ("later", "promise")
    assert put_off.try_at == at(on + timedelta(days=4), 8)
    assert late.texts() == []


def test_what_is_paid_meanwhile_is_dropped(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    late.desk.receive(late.key, 50_000, on_day(5))
    dropped = late.carry(stage.key, on_day(5), hour=12)
    assert (dropped.state, dropped.reason) == ("dropped", "paid")
    assert late.texts() == []


def test_a_step_that_could_not_leave_for_a_month_is_given_up(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    assert late.carry(stage.key, on_day(36)).reason == "stale"


def test_the_first_mail_is_one_message_with_that_of_the_missed_date(late: Late) -> None:
    (stage,) = late.decide(1)
    assert late.carry(stage.key, on_day(1)).state == "done"
    made = rows("SELECT kind, purpose FROM notices_message WHERE member_id = %s", late.member_id)
    assert made == [("due_missed", "arrears")]


def test_a_demand_by_mail_bears_every_item(late: Late) -> None:
    for days in (1, 5, 9, 20):
        late.decide(days)
    (stage,) = late.decide(31)
    assert stage.way is Way.DEMAND_MAIL
    assert late.carry(stage.key, on_day(31)).state == "done"
    (mail,) = late.mails()
    content = mail.read_text(encoding="utf-8")
    assert MAIL.address in content
    assert "催告" not in content.split("\n\n", maxsplit=1)[0], (
        "nothing in its heads tells of a debt"
    )
    assert "collection_mail" in kinds_of(late.member_id)


def test_one_worker_takes_a_step(late: Late) -> None:
    late.decide(1)
    (stage,) = late.decide(5)
    for _ in range(3):
        at_once([lambda: late.carry(stage.key, on_day(5)) for _ in range(4)])
    tries = rows("SELECT state FROM care_stage_try WHERE stage_no = %s", stage.key.stage_no)
    assert tries == [("done",)]
    assert len(late.texts()) == 1


# ----------------------------------------------------------------------------------- to the end
def _noticed(late: Late) -> StageKey:
    """A member who got a demand and a notice, both posted on their day; then the task of a person."""
    for days in (45, 61):
        (stage,) = late.decide(days)
        written = late.carry(stage.key, on_day(days))
        assert written.state == "done"
        waiting = [one for one in do(archive.waiting) if one.paper_no == written.paper_no]
        assert do(archive.posted, waiting, "staff 1", at(on_day(days), 15)) == 1
    assert late.decide(78) == [], "14 days after 4 by post are not over on day 79"
    assert late.decide(79) == []
    (stage,) = late.decide(80)
    assert stage.way is Way.ACCELERATION
    return stage.key


def _by_person(on: date, ref: str = "decision") -> Made:
    return Made("desk", ref, on, at(on, 11), "staff 1")


@pytest.mark.rule("LEDG-023")
def test_all_falls_due_only_after_the_notice_ran_out_and_by_a_person(late: Late) -> None:
    key = _noticed(late)
    stage = do(stages.one, key)
    demand = do(accelerating.demand_of, stage)
    assert demand is not None
    assert (demand.received_on, demand.pay_until) == (on_day(65), on_day(79))
    assert do(stages.one, key).state == "waiting", "the night put a task, and nothing fell due"
    do(accelerating.accelerate, key, _by_person(on_day(80)))
    assert "accelerated" in kinds_of(late.member_id)
    assert do(stages.one, key).state == "done"
    assert not [
        one for one in do(tasks.of_member, late.member_id) if one.source == f"stage {key.stage_no}"
    ]
    with pytest.raises(StateConflict):
        do(accelerating.accelerate, key, _by_person(on_day(80), "again"))
    (handed,) = late.decide(100)
    assert handed.way is Way.HANDOVER
    assert late.decide(110) == []


@pytest.mark.rule("LEDG-023")
def test_nothing_falls_due_against_a_promise_or_a_payment(late: Late) -> None:
    key = _noticed(late)
    on = on_day(80)
    do(commands.promise, late.key, 10_000, on + timedelta(days=3), late.made(on, "promise"))
    with pytest.raises(RefusedError) as refused:
        do(accelerating.accelerate, key, _by_person(on))
    assert refused.value.faults[0].code == "COL-013"
    do(commands.withdraw_promise, late.key, late.made(on, "withdrawn"))
    late.desk.receive(late.key, 150_000, on)
    with pytest.raises(RefusedError) as paid:
        do(accelerating.accelerate, key, _by_person(on))
    assert paid.value.faults[0].code == "COL-012"
    assert "accelerated" not in kinds_of(late.member_id)


def test_a_person_may_leave_it_as_it_is(late: Late) -> None:
    key = _noticed(late)
    do(accelerating.decline, key, _by_person(on_day(80)))
    assert (do(stages.one, key).state, do(stages.one, key).reason) == ("dropped", "declined")
    assert "accelerated" not in kinds_of(late.member_id)
    assert late.decide(110) == []


def test_a_notice_that_was_not_posted_never_runs_out(late: Late) -> None:
    (demand,) = late.decide(45)
    late.carry(demand.key, on_day(45))
    assert late.decide(61) == [], "the demand lies in the queue still"
    waiting = do(archive.waiting)
    assert [one.kind for one in waiting] == [Kind.DEMAND]
    to = do(archive.addressed, waiting[0], "staff 1", at(on_day(46)))
    assert to is not None
    assert to.text == HOME.text
    assert do(archive.addressed, waiting[0], "staff 1", at(on_day(53))) is None, "its yen are stale"


def test_a_demand_that_never_left_is_seen_and_made_anew_by_a_person(late: Late) -> None:
    (demand,) = late.decide(45)
    late.carry(demand.key, on_day(45))
    assert do(stages.stayed, on_day(52)) == [], "it may leave still"
    assert late.decide(61) == []
    (seen,) = do(stages.stayed, on_day(61))
    assert seen.key == demand.key
    made = do(carrying.again, demand.key, shipped(), at(on_day(61)))
    assert made.delivered.paper_no != seen.paper_no
    assert do(stages.stayed, on_day(61), late.member_id) == []
    with pytest.raises(StateConflict):  # pressed twice: one letter
        do(carrying.again, demand.key, shipped(), at(on_day(61)))
    fresh = [one for one in do(archive.waiting) if one.paper_no == made.delivered.paper_no]
    assert do(archive.addressed, fresh[0], "staff 1", at(on_day(61))) is not None
    assert do(archive.posted, fresh, "staff 1", at(on_day(61), 15)) == 1
    found = do(stages.one, demand.key)
    assert (found.paper_no, found.posted_on) == (fresh[0].paper_no, on_day(61))
    assert [one.way for one in late.decide(62)] == [Way.NOTICE]


def test_nothing_is_made_anew_against_a_promise_or_after_a_payment(late: Late) -> None:
    (demand,) = late.decide(45)
    late.carry(demand.key, on_day(45))
    on = on_day(61)
    do(commands.promise, late.key, 10_000, on + timedelta(days=3), late.made(on, "promise"))
    with pytest.raises(RefusedError):
        do(carrying.again, demand.key, shipped(), at(on))
    do(commands.withdraw_promise, late.key, late.made(on, "withdrawn"))
    late.desk.receive(late.key, 150_000, on)
    assert do(stages.stayed, on) == []


def test_a_demand_that_was_handed_over_is_not_waited_for(late: Late) -> None:
    (demand,) = late.decide(45)
    done = late.carry(demand.key, on_day(45))
    assert done.paper_no is not None
    do(archive.hand_over, late.member_id, done.paper_no, "R-1", ("staff 1", at(on_day(46))))
    assert do(stages.stayed, on_day(60)) == []
    assert [one.way for one in late.decide(61)] == [Way.NOTICE]


def test_a_loan_that_fell_due_elsewhere_goes_to_the_legal_desk_alone(late: Late) -> None:
    demand = Demand(on_day(20), on_day(35), "paper of before")
    do(commands.accelerate, late.key, demand, late.made(on_day(40)))
    for days in (41, 45, 61, 75):
        assert late.decide(days) == []
    assert [one.way for one in late.decide(100)] == [Way.HANDOVER]


def test_a_letter_stays_back_when_a_promise_came(late: Late) -> None:
    (demand,) = late.decide(45)
    late.carry(demand.key, on_day(45))
    on = on_day(46)
    do(commands.promise, late.key, 10_000, on + timedelta(days=3), late.made(on, "promise"))
    (letter,) = do(archive.waiting)
    assert do(archive.addressed, letter, "staff 1", at(on)) is None
    refused = rows("SELECT refused_by FROM contact_attempt WHERE valid_until IS NULL")
    assert refused[-1][0] == ["COLL-003"]


def test_counts_show_zeros(late: Late) -> None:
    late.decide(1)
    found = do(stages.counts, on_day(0))
    assert [one.way for one in found] == list(Way)
    assert {one.way: one.waiting for one in found}[Way.MAIL] == 1
    assert sum(one.waiting + one.later + one.done + one.dropped for one in found) == 1
    assert [one.step_id for one in do(stages.listed, Way.MAIL, on_day(0))] == ["first_mail"]


def test_the_auditor_reads_and_the_application_cannot_remove(
    late: Late, database: Database
) -> None:
    late.decide(1)
    with database.connect(Role.AUDIT) as audit:
        assert audit.execute("SELECT count(*) FROM care_stage").fetchone() == (1,)
    moment = datetime(2026, 6, 1, tzinfo=JAPAN)
    assert do(carrying.look_again, moment) == 0
