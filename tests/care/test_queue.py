"""The list of the day on the real database: fresh to the minute, one statement a kind, taken once."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk, days
from tests.people.house import House, rows

from motocho.care.reasons import talks
from motocho.care.reasons.catalogue import Reason
from motocho.care.worklist import claims, gathering, policy
from motocho.care.worklist.claims import Claim
from motocho.care.worklist.gathering import Today
from motocho.care.worklist.hours import Grounds
from motocho.care.worklist.policy import Why
from motocho.cli.lending.care import GROUNDS, WHYS
from motocho.contact import calls, gate, guard, holds, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import JAPAN, Hand, HoldKind, Hours, Purpose
from motocho.contact.holds import Source, Wish
from motocho.loans import commands, standing
from motocho.loans.commands import Key
from motocho.loans.policy import Demand, Stop
from motocho.loans.standing import Lateness
from motocho.people import consents
from motocho.people.access import Role
from motocho.people.consents import Consent

OPENED = date(2026, 1, 5)
DUE = OPENED + days(35)
"""The first due date of a loan that was drawn as it was opened."""
ON = DUE + days(5)
NOON = datetime.combine(ON, time(12), JAPAN)
OURS = "0300000108"
ENTRY = Source("staff 1", "entry 1")
AGREED = consents.Told("member", "form 9", "wording 1")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def loan(desk: Desk, opened_on: date = OPENED) -> Key:
    key = desk.open(opened_on, member_id=desk.member())
    desk.draw(key, 100_000, opened_on)
    return key


def listed(at: datetime = NOON, hand: Hand = Hand.STAFF) -> Today:
    found: Today = do(gathering.today, at, hand)
    return found


def whys(found: Today) -> dict[int, Why]:
    return {row.person.member_id: row.ground.why for row in found.rows}


def made(member_id: int, at: datetime, result: Result) -> None:
    wanted = Wanted(Purpose.ARREARS, "case 1", "staff 1", OURS, shipped())
    permit = do(gate.ask, member_id, wanted, at)
    assert isinstance(permit, Permit)
    do(calls.note, permit, result, Source("staff 1", f"result {at}"), at)


# ----------------------------------------------------------------------- the same as asked one by one
def stirred(desk: Desk, dice: random.Random, number: int) -> int:
    """A member with some of everything that the gate looks at."""
    key = loan(desk, OPENED + days(dice.choice((0, 0, 20))))
    member_id = key.member_id
    chances: list[Any] = [
        lambda: do(holds.put, member_id, Wish(HoldKind.PREFERRED_HOURS, None, Hours(10, 12)), ENTRY, NOON),
        lambda: do(holds.put, member_id, Wish(HoldKind.NOT_NOW), ENTRY, NOON - days(400)),
        lambda: do(holds.put, member_id, Wish(HoldKind.NEVER), ENTRY, NOON - days(800)),
        lambda: desk.do(commands.promise, key, 3_000, ON + days(2), desk.made(ON)),
        lambda: desk.do(commands.suspend, key, Stop.COUNSEL, desk.made(ON)),
        lambda: desk.do(commands.record_death, member_id, desk.made(ON)),
        lambda: do(holds.put, member_id, Wish(HoldKind.DECEASED), ENTRY, NOON - days(1)),
        lambda: made(member_id, NOON - timedelta(hours=1), Result.NO_ANSWER),
        lambda: do(tasks.put, member_id, tasks.Plan(tasks.Kind.CALL_BACK, Purpose.ASKED_FOR,
                   NOON + timedelta(hours=dice.choice((-2, 3)))), ENTRY, NOON - days(1)),
        lambda: do(tasks.put, member_id, tasks.Plan(tasks.Kind.CONSULTATION, Purpose.ASKED_FOR,
                   NOON - timedelta(hours=3)), Source("m", "c"), NOON - days(1)),
        lambda: do(consents.give, member_id, Consent(consents.Kind.CAMPAIGN), AGREED, NOON - days(3)),
    ]  # fmt: skip
    for chance in dice.sample(chances, dice.randrange(3)):
        try:
            chance()
        except AssertionError:  # the call was refused by what came before it
            continue
    return member_id + 0 * number


@pytest.mark.rule("COLL-003")
def test_facts_of_many_are_the_facts_of_each(desk: Desk) -> None:
    dice = random.Random(3)
    members = [stirred(desk, dice, number) for number in range(40)]
    for at in (NOON, NOON + days(3), NOON.replace(hour=22)):
        found = do(gate.facts_of_all, members, at)
        alone = {one: do(gate.facts_of, one, at) for one in members}
        assert found == alone
    assert len(set(found.values())) > 8


def test_late_loans_are_those_of_the_kernel(desk: Desk) -> None:
    """A second route: every agreement by itself, brought to the day by the kernel."""
    dice = random.Random(4)
    keys = [loan(desk, OPENED + days(dice.randrange(30))) for _ in range(25)]
    for key in keys[::3]:
        desk.receive(key, 8_000, DUE)
    for key in keys[1::4]:
        desk.receive(key, 1_000, ON)
    for on in (ON, ON + days(40), ON + days(80)):
        expected = []
        for seen in do(standing.see, sorted(keys)):
            state = seen.on(on.toordinal())
            if state.late_since is not None:
                stage = standing.lateness_of(state, seen.rules)
                late_days = standing.days_late(state, seen.rules)
                expected.append((seen.key, late_days, stage, state.arrears_yen))
        found = [(one.key, one.days, one.stage, one.arrears_yen) for one in do(standing.late, on)]
        assert found == expected
    assert len(found) > 10


def test_readings_are_as_many_for_forty_as_for_one(desk: Desk) -> None:
    counts: list[int] = []
    for _ in range(2):
        for _ in range(1 if not counts else 39):
            loan(desk)
        with connection.execute_wrapper(counting := Counting()):
            assert len(listed().rows) == (1 if not counts else 40)
        counts.append(counting.statements)
    assert counts[0] == counts[1] < 28


class Counting:
    """How many statements were executed."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)


# ------------------------------------------------------------------------------- why this person, now
def test_every_ground_of_the_day_stands_with_its_reason(desk: Desk) -> None:
    late, missed, booked, back = (loan(desk) for _ in range(4))
    soon = loan(desk, ON + days(3) - days(35))
    desk.do(commands.promise, missed, 5_000, ON - days(1), desk.made(ON - days(2)))
    desk.receive(missed, 1_000, ON - days(1))
    for key, kind, hour in ((booked, "consultation", 12), (back, "call_back", 11)):
        at = NOON.replace(hour=hour)
        plan = tasks.Plan(tasks.Kind(kind), Purpose.ASKED_FOR, at)
        do(tasks.put, key.member_id, plan, ENTRY, NOON - days(1))
    found = listed()
    assert [(row.person.member_id, row.ground.why) for row in found.rows] == [
        (booked.member_id, Why.CONSULTATION), (back.member_id, Why.CALL_BACK),
        (missed.member_id, Why.PROMISE_MISSED), (late.member_id, Why.LATE),
        (soon.member_id, Why.DUE_SOON),
    ]  # fmt: skip
    row = found.rows[2]
    assert (row.ground.days, row.ground.yen) == (1, 4_000)
    assert [one.why for one in row.others] == [Why.LATE]
    assert (row.others[0].days, row.others[0].stage) == (5, "late_1_to_30")
    assert found.ranked.counts[Why.PAPERS] == 0


def step_call(key: Key, stage: int) -> None:
    """The task of a step of collections, as the night puts it."""
    facts: dict[str, int | str] = {
        "agreement": key.agreement_id, "stage": stage, "step": "first_call",
    }  # fmt: skip
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, NOON.replace(hour=10), facts)
    do(tasks.put, key.member_id, plan, Source("close", f"stage {stage}"), NOON - days(1))


def test_a_late_loan_has_one_reason_with_or_without_the_call_of_its_step(desk: Desk) -> None:
    called, paid = loan(desk), loan(desk)
    for stage, key in enumerate((called, paid)):
        step_call(key, stage)
    desk.receive(paid, 20_000, ON)
    found = listed()
    assert whys(found) == {called.member_id: Why.LATE}
    (row,) = found.rows
    assert (row.ground.days, row.ground.stage, row.others) == (5, "late_1_to_30", ())
    assert found.ranked.later == ()


@pytest.mark.rule("VULN-002")
def test_who_needs_care_is_called_when_a_step_asks_for_it_and_not_before(desk: Desk) -> None:
    softly, plainly = loan(desk), loan(desk)
    do(holds.put, softly.member_id, Wish(HoldKind.CONSULTATION), ENTRY, NOON - days(3))
    assert whys(listed()) == {plainly.member_id: Why.LATE}
    step_call(softly, 1)
    assert whys(listed()) == {plainly.member_id: Why.LATE, softly.member_id: Why.LATE}


def test_list_begins_on_the_day_on_which_the_strategy_calls(desk: Desk) -> None:
    """One owner of the day: until 31 March the fifth, since 1 April the seventh (strategy.yaml)."""
    member_id = loan(desk).member_id
    for late_days, shown in ((4, {}), (5, {member_id: Why.LATE})):
        assert whys(listed(NOON - days(5 - late_days))) == shown
    april = loan(desk, date(2026, 3, 10))  # due on 14 April
    noon = datetime.combine(date(2026, 4, 14), time(12), JAPAN)
    for late_days, shown_then in ((6, False), (7, True)):
        assert (april.member_id in whys(listed(noon + days(late_days)))) is shown_then


def test_what_fell_due_as_a_whole_is_the_legal_desks(desk: Desk) -> None:
    """A call about a missed payment is refused for it: nobody is sent there."""
    key = loan(desk)
    demand = Demand(ON + days(4), ON + days(20), "paper 1")
    desk.do(commands.accelerate, key, demand, desk.made(ON + days(25)))
    later = NOON + days(30)
    assert [one.stage for one in do(standing.late, later.date())] == [Lateness.ACCELERATED]
    assert listed(later).rows == ()
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"stage": 9, "step": "handover"})
    do(tasks.put, key.member_id, plan, Source("close", "stage 9"), NOON)
    assert whys(listed(later)) == {key.member_id: Why.FOLLOW_UP}


def test_promise_missed_on_what_fell_due_as_a_whole_is_a_ground_with_its_reason(desk: Desk) -> None:
    """Whoever is sent there by the list has a reason to call: the promise."""
    key = loan(desk)
    demand = Demand(ON + days(4), ON + days(20), "paper 1")
    desk.do(commands.accelerate, key, demand, desk.made(ON + days(25)))
    desk.do(commands.promise, key, 5_000, ON + days(29), desk.made(ON + days(26)))
    later = NOON + days(30)
    assert whys(listed(later)) == {key.member_id: Why.PROMISE_MISSED}
    reasons = {one.card.reason: one for one in do(talks.choices, key.member_id, later)}
    assert reasons[Reason.PROMISE].may_call
    assert not reasons[Reason.REPAYMENT].may_call


def test_what_changed_a_minute_ago_counts(desk: Desk) -> None:
    pays, promises, asks, silent = (loan(desk) for _ in range(4))
    assert len(whys(listed())) == 4
    desk.receive(pays, 20_000, ON)
    desk.do(commands.promise, promises, 5_000, ON + days(2), desk.made(ON))
    do(holds.put, asks.member_id, Wish(HoldKind.HOSPITAL), ENTRY, NOON)
    found = listed()
    assert whys(found) == {silent.member_id: Why.LATE}
    later = {one.person.member_id: one for one in found.ranked.later}
    assert set(later) == {promises.member_id, asks.member_id}
    assert later[promises.member_id].opens_at == datetime.combine(ON + days(3), time(8), JAPAN)
    assert later[asks.member_id].opens_at is None
    assert later[asks.member_id].hindrances[0].refusal.rule_id == "COLL-015"
    desk.do(commands.suspend, silent, Stop.COUNSEL, desk.made(ON))
    assert listed().rows == ()


@pytest.mark.rule("COLL-002")
def test_third_call_of_the_day_takes_one_off_the_list(desk: Desk) -> None:
    member_id = loan(desk).member_id
    rest = timedelta(minutes=policy.policy(ON).again_minutes)
    morning = NOON.replace(hour=8)
    for place in range(3):
        at = morning + place * rest
        assert whys(listed(at)) == {member_id: Why.LATE}
        made(member_id, at, Result.NO_ANSWER)
        assert listed(at + timedelta(minutes=1)).rows == ()
    (later,) = listed(morning + 3 * rest).ranked.later
    assert later.hindrances[0].refusal.rule_id == "COLL-002"
    assert later.opens_at == datetime.combine(ON + days(1), time(8), JAPAN)


@pytest.mark.rule("COLL-003")
def test_nobody_on_the_list_is_refused_by_the_gate_itself(desk: Desk) -> None:
    """The list against the gate's own door, which writes: whoever stands there gets a permit."""
    dice, met = random.Random(8), Counter[bool]()
    members = [stirred(desk, dice, number) for number in range(30)]
    found = listed()
    shown = {row.person.member_id: row.ground for row in found.rows}
    for member_id in members:
        facts = do(gate.facts_of, member_id, NOON)
        purpose = Purpose.ARREARS if member_id not in shown else shown[member_id].purpose
        if purpose is None:
            continue
        wanted = Wanted(purpose, "case 1", "staff 1", OURS, shipped())
        refused = bool(guard.hindrances(facts, purpose, NOON, guard.Channel.PHONE))
        assert isinstance(do(gate.ask, member_id, wanted, NOON), Permit) is not refused
        if member_id in shown:
            assert not refused
        met[member_id in shown] += 1
    assert met[True] > 8


def test_replaced_promise_is_no_ground_and_a_paid_loan_brings_none(desk: Desk) -> None:
    again, paid = loan(desk), loan(desk)
    for key in (again, paid):
        desk.do(commands.promise, key, 5_000, ON - days(1), desk.made(ON - days(2)))
    assert set(whys(listed()).values()) == {Why.PROMISE_MISSED}
    desk.do(commands.withdraw_promise, again, desk.made(ON))
    desk.do(commands.promise, again, 5_000, ON + days(1), desk.made(ON))
    desk.receive(paid, 4_900, ON)
    assert whys(listed()) == {}
    (later,) = listed().ranked.later
    assert later.ground.why is Why.LATE


def test_members_that_one_may_not_see_are_left_out(desk: Desk) -> None:
    first, second = loan(desk), loan(desk)
    found: Today = do(gathering.today, NOON, Hand.STAFF, {first.member_id})
    assert whys(found) == {second.member_id: Why.LATE}
    assert found.ranked.counts[Why.LATE] == 1


# ------------------------------------------------------------------------------------ the command
def test_command_says_the_same_as_the_list(database: Database, desk: Desk) -> None:
    loan(desk)
    do(holds.put, loan(desk).member_id, Wish(HoldKind.HOSPITAL), ENTRY, NOON)
    command, at = Command(database), NOON.isoformat()
    document: dict[str, Any] = json.loads(command.done("care", "queue", "--at", at, "--json").out)
    assert document["now"]["late"] == document["later"]["late"] == 1
    assert document["now"]["papers"] == 0
    (row,), (waits,) = document["rows"], document["waiting"]
    assert (row["why"], row["days"], row["calls_left"]) == ("late", 5, 3)
    assert row["until_at"].endswith("21:00+09:00")
    assert (waits["opens_at"], waits["rule_ids"]) == (None, ["COLL-015"])
    assert rows("SELECT 1 FROM care_claim") == []
    japanese = command.done("care", "queue", "--at", at, "--lang", "ja").text
    assert "延滞 1 (+1)" in japanese
    assert "手続きが要ります" in japanese
    assert "5 days" in command.done("care", "queue", "--at", at, "--lang", "en").text
    assert command("care", "queue", "--at", "noon").code == 2


def test_every_reason_and_ground_has_its_words() -> None:
    assert list(WHYS) == [one.value for one in Why]
    assert list(GROUNDS) == [one.value for one in Grounds]


# ---------------------------------------------------------------------------------------- the claim
def colleagues(house: House, count: int) -> list[int]:
    return [
        house.colleague(f"agent{number}", Role.ADMINISTRATOR, Role.OPERATOR).staff_id
        for number in range(count)
    ]


AGENTS, MEMBERS = 32, 48


def test_thirty_two_who_press_at_once_get_thirty_two_people(house: House) -> None:
    staff = colleagues(house, AGENTS)
    members = [house.member().member_id for _ in range(MEMBERS)]
    wanted = [(one, Why.LATE) for one in members]
    met: Counter[int] = Counter()
    for turn in range(4):
        at = NOON + timedelta(minutes=turn)
        found = at_once([_taking(one, wanted, at) for one in staff])
        got = [claim.member_id for claim in found if claim is not None]
        assert len(got) == len(set(got)) == AGENTS
        held = rows("SELECT staff_id, member_id FROM care_claim")
        assert len(held) == len({one for one, _ in held}) == AGENTS
        met.update(got)
    assert len(met) <= MEMBERS


def _taking(staff_id: int, wanted: list[tuple[int, Why]], at: datetime) -> Any:
    return lambda: do(claims.take, staff_id, wanted, at)


def test_more_agents_than_people_leaves_the_others_with_none(house: House) -> None:
    staff = colleagues(house, AGENTS)
    wanted = [(house.member().member_id, Why.LATE) for _ in range(5)]
    found = at_once([_taking(one, wanted, NOON) for one in staff])
    assert len([one for one in found if one is not None]) == 5


def got(staff_id: int, wanted: list[tuple[int, Why]], at: datetime = NOON) -> int:
    """The member whom somebody got."""
    claim = do(claims.take, staff_id, wanted, at)
    assert claim is not None
    return claim.member_id


def test_claim_ends_by_another_by_leaving_by_the_call_and_by_itself(house: House) -> None:
    one, other = colleagues(house, 2)
    first, second = (house.member().member_id for _ in range(2))
    wanted = [(first, Why.LATE), (second, Why.LATE)]
    claim = do(claims.take, one, wanted, NOON)
    assert claim == Claim(first, one, Why.LATE, NOON, NOON + timedelta(minutes=15))
    assert do(claims.take, other, wanted[:1], NOON) is None
    assert got(one, wanted[1:]) == second
    assert got(other, wanted) == first
    do(claims.release, first)
    assert do(claims.mine, other, NOON) is None
    assert do(claims.leave, one, NOON) == 1
    assert do(claims.leave, one, NOON) == 0
    do(claims.take, one, wanted[:1], NOON)
    ended = NOON + timedelta(minutes=15)
    assert do(claims.take, other, wanted[:1], ended - timedelta(seconds=1)) is None
    assert [each.staff_id for each in do(claims.taken, ended - timedelta(seconds=1))] == [one]
    assert do(claims.taken, ended) == []
    assert got(other, wanted[:1], ended) == first


def test_whom_one_gave_back_comes_after_all_others(house: House) -> None:
    (one,) = colleagues(house, 1)
    members = [house.member().member_id for _ in range(3)]
    wanted = [(each, Why.LATE) for each in members]
    given = [got(one, wanted, NOON + timedelta(minutes=turn)) for turn in range(3)]
    assert given == [members[0], members[0], members[0]]
    others = []
    for turn in range(3, 7):
        at = NOON + timedelta(minutes=turn)
        had = do(claims.mine, one, at)
        assert had is not None
        left = [each for each in wanted if each[0] != had.member_id]
        others.append(got(one, left, at))
    assert others[:2] == members[1:]
    later = NOON + timedelta(minutes=policy.policy(ON).again_minutes + 10)
    assert got(one, wanted, later) == members[0]


def test_raw_sql_takes_nobody_away(house: House) -> None:
    one, other = colleagues(house, 2)
    member_id = house.member().member_id
    do(claims.take, one, [(member_id, Why.LATE)], NOON)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE care_claim SET staff_id = %s", (other,))


def test_next_is_asked_of_the_gate_once_more(desk: Desk, house: House) -> None:
    """A word that came after the list was made takes its member off, and the next one is given."""
    (staff_id,) = colleagues(house, 1)
    first, second = loan(desk), loan(desk)
    found = listed()
    do(holds.put, first.member_id, Wish(HoldKind.HOSPITAL), ENTRY, NOON)
    taken = do(gathering.take_next, staff_id, found, Hand.STAFF)
    assert taken is not None
    assert taken.claim.member_id == taken.row.person.member_id == second.member_id
    assert rows("SELECT member_id FROM care_claim") == [(second.member_id,)]
    do(holds.put, second.member_id, Wish(HoldKind.HOSPITAL), ENTRY, NOON)
    assert do(gathering.take_next, staff_id, found, Hand.STAFF) is None
    assert rows("SELECT member_id FROM care_claim") == []
