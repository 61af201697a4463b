"""Fraud reports and held draws: all stops at once, two persons decide, the bureau is corrected before it ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.loans.crowd import do
from tests.loans.desk import Desk, balances_of
from tests.people.house import AT, House, kinds_of, rows

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome
from motocho.care.cases import draw_checks, frauds
from motocho.care.cases.draw_checks import Held
from motocho.care.cases.frauds import WHOLE, Disputed, Kind, Reporter, State, Step, Told, Verdict
from motocho.care.reasons import talks
from motocho.care.reasons.catalogue import Reason
from motocho.contact import calls, gate, holds, tasks
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit
from motocho.contact.guard import Channel, HoldKind, Purpose, hindrances
from motocho.contact.holds import Source
from motocho.ledger.chart import Account
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Signal
from motocho.loans.policy import Stop
from motocho.outside.postgres import Role as DatabaseRole
from motocho.people.access import Role, Staff
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Guess
from motocho.people.safety import freezes
from motocho.units.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)

ON = AT.date()
WORDS = "身に覚えのない借入があります"
OUR_NUMBER = "0300000108"
NEXT_DAY = date(2026, 11, 19)


def made(ref: str, actor: str = "staff 1", days: int = 0) -> Made:
    at = AT + timedelta(days=days)
    return Made("desk", ref, at.date(), at, actor)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def key(house: House, desk: Desk) -> Key:
    member = house.member()
    found = desk.open(ON - timedelta(days=60), 500_000, member_id=member.member_id)
    desk.draw(found, 100_000, ON - timedelta(days=50))
    desk.draw(found, 30_000, ON - timedelta(days=20))
    return found


@pytest.fixture
def one(house: House) -> Staff:
    return house.colleague("tanaka", Role.OPERATOR)


@pytest.fixture
def two(house: House, one: Staff) -> Staff:
    return house.colleague("suzuki", Role.SUPERVISOR)


def told(key: Key, *events: int, kind: Kind = Kind.NAME_USED, ref: str = "form 1") -> frauds.Report:
    disputed = tuple(Disputed(key.agreement_id, event) for event in events or (WHOLE,))
    report: frauds.Report = do(
        frauds.tell, key.member_id, Told(kind, Reporter.NAMED, WORDS, disputed), made(ref)
    )
    return report


def decided(report: frauds.Report, verdict: Verdict, one: Staff, two: Staff) -> None:
    asked = do(frauds.ask_decision, report.key, verdict, "本人の筆跡と違う", (one, made("ask")))
    decision = Decision(Outcome.AGREED, "", asked.mark)
    assert do(approvals.decide, asked.ref, decision, two, AT).outcome is Outcome.AGREED


def position(key: Key, days: int = 0) -> Any:
    return do(queries.position, key, ON + timedelta(days=days))


# ------------------------------------------------------------------------------- told, and stopped
def test_report_stops_draws_pages_and_demands_at_once(key: Key) -> None:
    report = told(key)
    assert told(key) == report  # the same form again
    assert position(key).stops == {Stop.FRAUD}
    assert do(freezes.frozen_at, key.member_id) == AT
    (hold,) = do(holds.standing, key.member_id, ON)
    assert hold.hold.kind is HoldKind.DISPUTED
    (task,) = do(tasks.of_member, key.member_id)
    assert task.plan.facts == {"fraud": report.key.fraud_id, "what": "look", "by": str(NEXT_DAY)}
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", "%覚え%")
    assert do(frauds.waiting) == [report]
    assert do(frauds.count_waiting) == 1


@pytest.mark.rule("COLL-008")
@pytest.mark.parametrize(
    ("purpose", "channel", "rules"),
    [
        (Purpose.ARREARS, Channel.PHONE, ["COLL-008"]),
        (Purpose.ARREARS, Channel.POST, ["COLL-008"]),
        (Purpose.REMINDER, Channel.EMAIL, ["COLL-008"]),
        (Purpose.SERVICE, Channel.PHONE, []),
        (Purpose.SECURITY, Channel.PHONE, []),
    ],
)
def test_whose_name_was_used_is_not_asked_to_pay(
    key: Key, purpose: Purpose, channel: Channel, rules: list[str]
) -> None:
    told(key)
    facts = do(gate.facts_of, key.member_id, AT)
    found = hindrances(facts, purpose, AT, channel)
    assert [one.refusal.rule_id for one in found] == rules


@pytest.mark.parametrize(("agreement", "event"), [(0, 99), (1, WHOLE), (None, None)])
def test_what_is_not_the_members_cannot_be_disputed(
    key: Key, agreement: int | None, event: int
) -> None:
    disputed = () if agreement is None else (Disputed(key.agreement_id + agreement, event),)
    with pytest.raises(InputError) as caught:
        do(frauds.tell, key.member_id, Told(Kind.CARD, Reporter.MEMBER, WORDS, disputed), made("x"))
    assert caught.value.faults[0].code == "FRD-005"
    assert not rows("SELECT 1 FROM care_fraud")
    assert position(key).stops == frozenset()


def test_whose_pages_were_entered_chooses_another_pin(key: Key) -> None:
    assert do(keeping.must_change, key.member_id) is None
    told(key, kind=Kind.TAKEN_OVER)
    assert rows("SELECT road FROM people_freeze") == [("not_me",)]
    assert do(keeping.must_change, key.member_id) is Guess.NOT_ME


# ------------------------------------------------------------------------------- police, evidence
def test_police_number_and_evidence_stand_with_the_report(key: Key) -> None:
    report = told(key)
    police = Step(State.POLICE, "", "R8-1234", "新宿警察署")
    do(frauds.add, report.key, police, made("police"))
    found = do(frauds.add, report.key, police, made("police"))
    assert [one.step.state for one in found.steps] == [State.RECEIVED, State.POLICE]
    assert found.steps[1].step == police
    for wrong in (Step(State.POLICE, "", "R8-1"), Step(State.EVIDENCE), Step(State.COMPENSATED)):
        with pytest.raises(InputError):
            do(frauds.add, report.key, wrong, made("wrong"))
    do(frauds.add, report.key, Step(State.LOOKING), made("look"))
    assert do(tasks.of_member, key.member_id) == []
    with pytest.raises(NotFoundError):
        do(frauds.report, frauds.FraudKey(key.member_id, 987))


# ---------------------------------------------------------------------------------- two persons
def test_two_persons_take_the_draws_back_by_the_loans_own_reversal(
    key: Key, one: Staff, two: Staff
) -> None:
    report = told(key)
    asked = do(frauds.ask_decision, report.key, Verdict.COMPENSATED, "別人", (one, made("ask")))
    assert [draw["yen"] for draw in asked.figures["draws"]] == [100_000, 30_000]
    with pytest.raises(NotAllowedError):
        do(approvals.decide, asked.ref, Decision(Outcome.AGREED, "", asked.mark), one, AT)
    assert position(key).principal_yen == 130_000
    do(approvals.decide, asked.ref, Decision(Outcome.AGREED, "", asked.mark), two, AT)
    assert position(key).principal_yen == 0
    assert position(key).payoff_yen == 0
    assert Account.PRINCIPAL not in balances_of(key)  # and the book agrees
    with pytest.raises(StateConflict):
        do(frauds.ask_decision, report.key, Verdict.NOT_COMPENSATED, "x", (one, made("ask 2")))
    what = [task.plan.facts["what"] for task in do(tasks.of_member, key.member_id)]
    assert sorted(map(str, what)) == ["correct", "inform", "look"]
    assert "fraud_decided" in kinds_of(key.member_id)


def test_one_disputed_draw_leaves_the_other(key: Key, one: Staff, two: Staff) -> None:
    events = list(do(frauds.draws, key, ON))
    decided(told(key, events[1]), Verdict.COMPENSATED, one, two)
    assert position(key).principal_yen == 100_000


def test_figures_that_changed_are_asked_again(key: Key, one: Staff, two: Staff) -> None:
    report = told(key)
    asked = do(frauds.ask_decision, report.key, Verdict.COMPENSATED, "別人", (one, made("ask")))
    event = list(do(frauds.draws, key, ON))[1]
    do(commands.reverse, key, event, "typed twice", made("undo"))
    found = do(approvals.decide, asked.ref, Decision(Outcome.AGREED, "", asked.mark), two, AT)
    assert found.outcome is Outcome.OUTDATED
    assert position(key).principal_yen == 100_000


# ------------------------------------------------------------------------------------- the bureau
@pytest.mark.rule("CRED-004")
def test_report_ends_once_the_bureau_is_corrected_and_the_result_told(
    key: Key, one: Staff, two: Staff
) -> None:
    report = told(key)
    decided(report, Verdict.COMPENSATED, one, two)
    assert do(frauds.report, report.key).correct_by_on == NEXT_DAY
    do(frauds.add, report.key, Step(State.CORRECTED, "", "JICC 55"), made("corrected"))
    do(frauds.add, report.key, Step(State.INFORMED), made("informed"))
    done = do(frauds.add, report.key, Step(State.CLOSED), made("closed", days=1))
    assert (done.is_open, done.correct_by_on) == (False, None)
    assert do(holds.standing, key.member_id, NEXT_DAY) == []
    assert position(key, days=1).stops == frozenset()
    (left,) = do(tasks.of_member, key.member_id)  # its pages are frozen still: a reviewer looks
    assert left.plan.facts["what"] == frauds.FROZEN
    assert do(frauds.waiting) == []
    with pytest.raises(StateConflict):
        do(frauds.add, report.key, Step(State.LOOKING), made("after"))


@pytest.mark.rule("CRED-004")
@pytest.mark.parametrize(
    ("states", "code"),
    [((), "FRD-016"), ((State.LOOKING,), "FRD-017"), ((State.INFORMED,), "FRD-018")],
)
def test_report_does_not_end_while_only_the_ledger_is_right(
    key: Key, one: Staff, two: Staff, states: tuple[State, ...], code: str
) -> None:
    report = told(key)
    if states:
        decided(report, Verdict.COMPENSATED, one, two)
    for state in states:
        do(frauds.add, report.key, Step(state), made(state.value))
    with pytest.raises(RefusedError) as caught:
        do(frauds.add, report.key, Step(State.CLOSED), made("closed"))
    assert caught.value.faults[0].code == code
    with pytest.raises(DatabaseError, match="is not done yet"):
        _raw(report.key, "closed")


def test_without_compensation_nothing_is_taken_back(key: Key, one: Staff, two: Staff) -> None:
    report = told(key)
    decided(report, Verdict.NOT_COMPENSATED, one, two)
    assert position(key).principal_yen == 130_000
    assert do(frauds.report, report.key).correct_by_on is None
    do(frauds.add, report.key, Step(State.INFORMED), made("informed"))
    do(frauds.add, report.key, Step(State.CLOSED), made("closed"))
    assert position(key).stops == frozenset()


def closed(key: Key, one: Staff, two: Staff) -> frauds.Report:
    report = told(key)
    decided(report, Verdict.NOT_COMPENSATED, one, two)
    do(frauds.add, report.key, Step(State.INFORMED), made("informed"))
    done: frauds.Report = do(frauds.add, report.key, Step(State.CLOSED), made("closed"))
    return done


def test_pages_that_stay_frozen_after_the_report_reach_a_reviewer(
    key: Key, one: Staff, two: Staff
) -> None:
    report = closed(key, one, two)
    (task,) = do(frauds.frozen_pages)
    freeze = do(freezes.standing, [key.member_id])[key.member_id]
    assert task.plan.facts == {
        "fraud": report.key.fraud_id, "what": "frozen", "freeze": freeze.freeze_id,
        "by": str(NEXT_DAY),
    }  # fmt: skip
    assert do(frauds.look_after, AT) == 0  # once for a freeze
    do(freezes.lift, key.member_id, "staff 2", AT + timedelta(hours=1))
    do(frauds.look_after, AT + timedelta(hours=1))
    assert do(tasks.of_member, key.member_id) == []
    assert do(frauds.look_after, AT + timedelta(hours=2)) == 0


@pytest.mark.parametrize("road", ["link", "site", "phone"])
def test_freeze_that_follows_a_closed_report_reaches_a_reviewer_by_whichever_road(
    key: Key, one: Staff, two: Staff, road: str
) -> None:
    closed(key, one, two)
    member_id, later = key.member_id, AT + timedelta(days=9)
    do(freezes.lift, member_id, "staff 2", AT)
    assert do(frauds.look_after, AT) == 0
    if road == "link":
        do(freezes.freeze_by_link, do(freezes.link, member_id, later), later)
    else:
        do(freezes.freeze, member_id, freezes.Road(road), "member", later)
    assert do(frauds.look_after, later) == 1
    (task,) = do(frauds.frozen_pages)
    assert task.member_id == member_id
    do(frauds.leave_frozen, member_id, task.task_id, made("left", "staff 2", 9))
    assert do(frauds.look_after, later) == 0  # looked at: not given again
    with pytest.raises(StateConflict):
        do(frauds.leave_frozen, member_id, task.task_id, made("again", "staff 2", 9))
    assert do(freezes.frozen_at, member_id) == later


def test_what_happened_again_is_a_report_of_its_own_and_takes_the_freeze_with_it(
    key: Key, one: Staff, two: Staff
) -> None:
    first = closed(key, one, two)
    again = told(key, ref="form 2")
    assert again.key != first.key
    assert again.is_open
    assert position(key).stops == {Stop.FRAUD}
    assert do(frauds.look_after, AT) == 0
    assert do(frauds.frozen_pages) == []  # the report that goes on has it now


def test_who_was_never_reported_is_given_to_nobody(key: Key) -> None:
    do(freezes.freeze, key.member_id, freezes.Road.SITE, "member", AT)
    assert do(frauds.look_after, AT) == 0
    told(key)
    assert do(frauds.look_after, AT) == 0  # the report goes on: it says itself what is to do


def _raw(key: frauds.FraudKey, state: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {DatabaseRole.APP.value}")
        cursor.execute(
            "INSERT INTO care_fraud_step (member_id, fraud_id, step_no, state, words, source,"
            " actor, at) VALUES (%s, %s, 90, %s, '', 'raw', 'staff 1', now())",
            (*key, state),
        )


def test_database_wants_two_persons(key: Key) -> None:
    report = told(key)
    with pytest.raises(DatabaseError):
        _raw(report.key, "compensated")


# --------------------------------------------------------------------------------- held draws
def held(key: Key, ref: str = "draw 1") -> draw_checks.Check:
    what = Held(300_000, frozenset({Signal.REMOTE}))
    check: draw_checks.Check = do(draw_checks.hold, key, what, made(ref, "member"))
    return check


@pytest.mark.rule("FRAUD-001")
def test_held_draw_waits_for_a_call_to_the_registered_number(key: Key) -> None:
    check = held(key)
    assert held(key, "draw 2") == check  # one call is enough
    assert position(key).stops == {Stop.FRAUD}
    (task,) = do(tasks.of_member, key.member_id)
    assert (task.plan.kind, task.plan.purpose) == (tasks.Kind.CALL, Purpose.SECURITY)
    assert do(draw_checks.waiting) == [check]
    with pytest.raises(RefusedError) as caught:
        do(draw_checks.end, check.key, draw_checks.Outcome.CLEARED, made("clear"))
    assert caught.value.faults[0].code == "FRD-002"
    with pytest.raises(DatabaseError, match="nobody has spoken"):
        do(
            lambda cursor: cursor.execute(
                "UPDATE care_draw_check SET outcome = 'cleared', ended_at = held_at,"
                " ended_by = 'staff 1'"
            )
        )
    spoken(key.member_id)
    done = do(draw_checks.end, check.key, draw_checks.Outcome.CLEARED, made("clear", days=1))
    assert done.outcome is draw_checks.Outcome.CLEARED
    assert position(key, days=1).stops == frozenset()
    assert do(tasks.of_member, key.member_id) == []
    with pytest.raises(StateConflict):
        do(draw_checks.end, check.key, draw_checks.Outcome.FRAUD, made("again", days=1))


def test_fraud_found_by_the_call_keeps_the_stop(key: Key) -> None:
    check = held(key)
    do(draw_checks.end, check.key, draw_checks.Outcome.FRAUD, made("fraud"))
    assert position(key).stops == {Stop.FRAUD}


def test_cleared_draw_does_not_open_what_a_report_stopped(key: Key) -> None:
    check = held(key)
    told(key)
    spoken(key.member_id)
    do(draw_checks.end, check.key, draw_checks.Outcome.CLEARED, made("clear", days=1))
    assert position(key).stops == {Stop.FRAUD}


def spoken(member_id: int) -> None:
    """A call of the desk to the member, who answered."""
    at = AT + timedelta(minutes=5)
    wanted = gate.Wanted(Purpose.SECURITY, "check", "staff 1", OUR_NUMBER, shipped())
    permit = do(gate.ask, member_id, wanted, at)
    assert isinstance(permit, Permit)
    do(calls.note, permit, calls.Result.SPOKEN, Source("staff 1", "call"), at)


@pytest.mark.rule("FRAUD-001")
def test_reason_to_call_back_is_there_as_long_as_a_draw_is_on_hold(key: Key) -> None:
    def reasons() -> set[Reason]:
        return {one.card.reason for one in do(talks.choices, key.member_id, AT)}

    assert Reason.DRAW_CHECK not in reasons()
    check = held(key)
    assert Reason.DRAW_CHECK in reasons()
    wanted = talks.Wanted(Reason.DRAW_CHECK, talks.Caller("田中", "staff 1"), shipped())
    begun = do(talks.begin, key.member_id, wanted, AT + timedelta(minutes=1))
    assert isinstance(begun, talks.Begun)
    do(draw_checks.end, check.key, draw_checks.Outcome.FRAUD, made("fraud", days=1))
    assert Reason.DRAW_CHECK not in reasons()
