"""A settlement is reckoned by the kernel, agreed to by two, and is what the ledger then takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import AT, House, kinds_of, rows

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.collections import settlements, stages
from motocho.care.collections.settlements import Asking, Cause, Offer, Road, Standing
from motocho.contact import tasks
from motocho.documents import paper as sheets
from motocho.kernel.schedule import Scheme
from motocho.loans import queries
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.units.errors import InputError, NotAllowedError, NotFoundError, RefusedError

ON = AT.date()
OPENED = ON - timedelta(days=130)


class Office:
    """A loan of 200,000 yen that is 70 days late or more, with who asks and who decides."""

    def __init__(self, house: House) -> None:
        house.colleague("root", Role.ADMINISTRATOR)
        self.operator = house.colleague("ueda", Role.OPERATOR)
        self.supervisor = house.colleague("mori", Role.SUPERVISOR)
        self.desk = Desk()
        self.key = self.loan(house.member().member_id)
        self.forms = 0

    def loan(self, member_id: int, opened: date = OPENED) -> Key:
        key = self.desk.open(opened, scheme=Scheme.MONTHLY, day=25, member_id=member_id)
        self.desk.draw(key, 200_000, opened)
        return key

    def asking(self, at: datetime = AT, by: Staff | None = None) -> Asking:
        self.forms += 1
        return Asking(by or self.operator, "収入が減った", f"form {self.forms}", at)

    def offer(self, paid_yen: int = 160_000, instalment_yen: int = 10_000) -> Offer:
        return Offer(self.key, paid_yen, instalment_yen, Road.VOICE, ON)

    def ask(self, offer: Offer, at: datetime = AT) -> Request:
        found: Request = do(settlements.ask, offer, self.asking(at))
        return found

    def say(
        self, request: Request, at: datetime = AT, outcome: Outcome = Outcome.AGREED
    ) -> Outcome:
        decision = Decision(outcome, "よい", request.mark)
        return do(approvals.decide, request.ref, decision, self.supervisor, at).outcome

    def position(self, on: date = ON) -> queries.Position:
        found: queries.Position = do(queries.position, self.key, on)
        return found


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_what_is_agreed_is_what_the_ledger_takes(office: Office) -> None:
    """Paid as the paper says, to the yen, it is over on the day that the paper says."""
    before = office.position()
    request = office.ask(office.offer())
    assert request.figures["paid_yen"] == 160_000
    assert request.figures["given_up_principal_yen"] == 40_000
    assert office.say(request) is Outcome.AGREED
    (kept,) = do(settlements.of_member, office.key.member_id)
    given_up = kept.damages_yen + kept.interest_yen + kept.principal_yen
    assert (kept.owed_yen, given_up + 160_000) == (before.payoff_yen, before.payoff_yen)
    assert (kept.damages_yen, kept.interest_yen) == (before.damages_yen, before.interest_yen)
    assert kept.payments == 16
    after = office.position()
    assert (after.payoff_yen, after.late_since) == (160_000, None)
    on, paid = kept.first_on, 0
    for number in range(kept.payments):
        position = office.position(on)
        assert position.due_yen == 10_000
        office.desk.receive(office.key, position.due_yen, on)
        paid += position.due_yen
        assert do(settlements.standing, kept, on) is (
            Standing.DONE if number == 15 else Standing.RUNNING
        )
        last, on = on, office.position(on).due_on or on
    assert (paid, last) == (160_000, kept.ends_on)
    assert office.position(on).payoff_yen == 0
    assert "settled" in kinds_of(office.key.member_id)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 230_000), st.sampled_from([1_000, 7_777, 60_000, 230_000]))
def test_whatever_is_offered_the_parts_are_what_is_owed(
    office: Office, paid_yen: int, instalment_yen: int
) -> None:
    """Nothing is reckoned twice: given up and paid make what is owed, payments make what is paid."""
    policy = settlements.limits(ON)
    owed = office.position()
    try:
        found = do(settlements.reckon, office.offer(paid_yen, instalment_yen), ON)
    except RefusedError:
        too_much = (owed.principal_yen - paid_yen) * 100 > owed.principal_yen * 30
        assert (
            too_much
            or paid_yen >= owed.payoff_yen
            or -(-paid_yen // instalment_yen) > policy.most_payments
            or instalment_yen < min(1_000, paid_yen)
        )
        return
    assert found.owed_yen == owed.payoff_yen
    parts = found.damages_yen + found.interest_yen + found.principal_yen
    assert parts + paid_yen == owed.payoff_yen
    assert sum(row.paid_yen for row in found.followed.rows) == paid_yen
    assert found.followed.extra_yen <= owed.interest_yen + owed.damages_yen
    if found.principal_yen:
        assert (found.damages_yen, found.interest_yen) == (owed.damages_yen, owed.interest_yen)


def test_a_request_stays_good_while_interest_runs_and_not_after_a_payment(office: Office) -> None:
    request = office.ask(office.offer())
    tomorrow = AT + timedelta(days=1)
    before = office.position(tomorrow.date())
    assert before.payoff_yen > office.position().payoff_yen
    assert office.say(request, tomorrow) is Outcome.AGREED
    (kept,) = do(settlements.of_member, office.key.member_id)
    assert kept.owed_yen == before.payoff_yen
    assert office.position(tomorrow.date()).payoff_yen == 160_000


def test_a_payment_meanwhile_makes_it_asked_again(office: Office) -> None:
    request = office.ask(office.offer())
    owed = office.position()
    office.desk.receive(office.key, owed.interest_yen + owed.damages_yen + 1_000, ON)
    try:
        outcome: Outcome | None = office.say(request)
    except RefusedError:  # by the payment it is late no more: nothing to settle
        outcome = None
    assert outcome in (Outcome.OUTDATED, None)
    assert rows("SELECT count(*) FROM care_settlement") == [(0,)]
    assert "settled" not in kinds_of(office.key.member_id)


def test_one_person_alone_settles_nothing(office: Office) -> None:
    request = do(settlements.ask, office.offer(), office.asking(by=office.supervisor))
    with pytest.raises(NotAllowedError, match="another person"):
        office.say(request)
    mine = Decision(Outcome.WITHDRAWN, "", request.mark)
    do(approvals.decide, request.ref, mine, office.supervisor, AT)
    assert office.say(office.ask(office.offer()), outcome=Outcome.REFUSED) is Outcome.REFUSED
    assert office.position().payoff_yen > 200_000


def test_limits_of_policy(office: Office) -> None:
    for offer, code in (
        (office.offer(139_999), "LGL-023"),
        (office.offer(office.position().payoff_yen), "LGL-022"),
        (office.offer(instalment_yen=999), "LGL-021"),
        (office.offer(instalment_yen=2_000), "LGL-024"),
    ):
        with pytest.raises(RefusedError) as refused:
            office.ask(offer)
        assert refused.value.faults[0].code == code
    with pytest.raises(InputError):
        office.ask(replace(office.offer(), agreed_on=ON + timedelta(days=1)))
    office.key = office.loan(office.key.member_id, ON - timedelta(days=20))
    with pytest.raises(RefusedError) as early:
        office.ask(office.offer())
    assert early.value.faults[0].code == "LGL-020"
    with pytest.raises(RefusedError) as too_soon:
        do(settlements.ask_write_off, office.key, Cause.NO_MEANS, office.asking())
    assert too_soon.value.faults[0].code == "LGL-020"


def test_a_missed_settlement_falls_back_as_agreed(office: Office) -> None:
    office.say(office.ask(office.offer()))
    (kept,) = do(settlements.of_member, office.key.member_id)
    first = kept.first_on + timedelta(days=5)
    assert do(settlements.standing, kept, first) is Standing.LATE
    second = first + timedelta(days=31)
    assert do(settlements.standing, kept, second) is Standing.FALLEN
    assert office.position(second).payoff_yen == 160_000  # what was given up stays given up


def test_the_paper_has_its_items_and_the_ledger_s_yen(office: Office) -> None:
    request = office.ask(office.offer())
    office.say(request)
    kept = do(settlements.one, office.key.member_id, request.ref.request_id)
    made = do(settlements.paper, kept, ("元帳ローン株式会社", "佐藤花子"))
    said = {one.label: one.text for one in made.pairs}
    assert said["乙が支払う額"] == "160,000円"
    assert said["免除する元本"] == "40,000円"
    assert said["免除する遅延損害金"] == f"{kept.damages_yen:,}円"
    assert "16回" in said["支払方法"]
    assert sheets.pdf(made).startswith(b"%PDF")
    with pytest.raises(NotFoundError):
        do(settlements.one, office.key.member_id, 99)


def test_a_write_off_needs_two_and_leaves_the_claim(office: Office) -> None:
    office.key = office.loan(office.key.member_id, ON - timedelta(days=300))
    request = do(settlements.ask_write_off, office.key, Cause.UNREACHABLE, office.asking())
    assert office.position().status is Status.OPEN
    assert office.say(request, AT + timedelta(days=2)) is Outcome.AGREED
    after = office.position((AT + timedelta(days=2)).astimezone(JAPAN).date())
    assert (after.status, after.written_off_yen) == (Status.WRITTEN_OFF, 200_000)
    with pytest.raises(RefusedError):
        office.ask(office.offer(), AT + timedelta(days=2))


def test_raw_sql_settles_nothing_that_was_not_agreed_to(office: Office) -> None:
    request = office.ask(office.offer())

    def raw(cursor: Any) -> None:
        cursor.execute(
            "INSERT INTO care_settlement VALUES (%s, %s, %s, 9, 200000, 0, 0, 40000, 160000, 1, 1,"
            " '2026-12-25', '2026-12-25', '2026-11-18', now())",
            (*request.ref, office.key.agreement_id),
        )

    with pytest.raises(DatabaseError, match="second person"):
        do(raw)


def test_a_missed_settlement_is_chased_again_and_a_person_decides(office: Office) -> None:
    """What was agreed to holds back no step once it is not paid: it falls back as it says."""
    request = office.ask(office.offer())
    assert office.say(request) is Outcome.AGREED
    (kept,) = do(settlements.of_member, office.key.member_id)
    for days in range(1, 60):
        on = kept.first_on + timedelta(days=days)
        at = datetime(on.year, on.month, on.day, 0, 5, tzinfo=JAPAN)
        night = Made("close", f"night {on}", on - timedelta(days=1), at, "close")
        do(stages.decide, [office.key], night)
    found = [one.step_id for one in do(stages.of_members, [office.key.member_id])]
    assert do(settlements.standing, kept, kept.first_on + timedelta(days=70)) is Standing.FALLEN
    assert {"first_mail", "first_sms", "first_call"} <= set(found)
    facts = [one.plan.facts.get("step") for one in do(tasks.of_member, office.key.member_id)]
    assert "first_call" in facts  # a person is told, and speaks with the member
