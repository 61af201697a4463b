"""Who may do what to whom: one place, one answer for what is not there and what is not yours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from tests.loans.crowd import do
from tests.people.house import AT, House, kinds_of, rows

from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people import access
from motocho.people.access import Action, Allowed, Role, Self, Staff
from motocho.people.safety import freezes
from motocho.people.safety.freezes import Road
from motocho.units.errors import StateConflict

NOT_THERE = "PPL-002"


def code_of(gate: Allowed | Refusal) -> str:
    return gate.code if isinstance(gate, Refusal) else ""


def test_member_may_what_is_the_members(house: House) -> None:
    member_id = house.member().member_id
    allowed = {
        action
        for action in Action
        if isinstance(do(access.ask, Self(member_id), action, member_id, AT), Allowed)
    }
    assert allowed == access._BY_MEMBER


@pytest.mark.parametrize("action", list(Action))
def test_somebody_elses_and_nobodys_give_one_answer(house: House, action: Action) -> None:
    mine, other = house.member().member_id, house.member().member_id
    theirs = do(access.ask, Self(mine), action, other, AT)
    nobodys = do(access.ask, Self(mine), action, 999_999, AT)
    assert theirs == nobodys == access.not_there()
    assert do(access.ask, Self(999_999), action, 999_999, AT) == nobodys


@pytest.mark.rule("PRIV-003")
def test_look_of_the_staff_is_written_down_with_its_purpose(house: House) -> None:
    member_id = house.member().member_id
    operator = house.colleague("tanaka", Role.OPERATOR, purpose="case 7")
    assert isinstance(do(access.ask, operator, Action.LOOK, member_id, AT), Allowed)
    found = rows("SELECT actor, purpose, subject->>'action' FROM journal_row"
                 " WHERE kind = 'staff_access'")  # fmt: skip
    assert found == [(operator.actor, "case 7", "look")]


@pytest.mark.rule("PRIV-003")
@pytest.mark.parametrize("purpose", ["", "  ", "　"])
def test_look_without_a_purpose_is_refused(house: House, purpose: str) -> None:
    member_id = house.member().member_id
    operator = house.colleague("tanaka", Role.OPERATOR, purpose=purpose)
    assert code_of(do(access.ask, operator, Action.LOOK, member_id, AT)) == "PPL-082"
    assert "staff_access" not in kinds_of(member_id)


@pytest.mark.rule("PRIV-003")
def test_own_family_and_guarded_members_are_not_there(house: House) -> None:
    member_id, family = house.member().member_id, house.member().member_id
    guarded = house.member().member_id
    boss = house.colleague("suzuki", Role.SUPERVISOR)
    operator = house.colleague("tanaka", Role.OPERATOR)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_staff SET own_member_id = %s WHERE staff_id = %s",
            (member_id, operator.staff_id),
        )
    assert do(access.bar, family, operator.staff_id, boss, AT) is None
    assert do(access.bar, guarded, None, boss, AT) is None
    for hidden in (member_id, family, guarded, 999_999):
        assert do(access.ask, operator, Action.LOOK, hidden, AT) == access.not_there()
        if hidden != 999_999:
            assert isinstance(do(access.ask, boss, Action.LOOK, hidden, AT), Allowed)
    assert code_of(do(access.bar, family, None, operator, AT) or access.not_there()) == "PPL-081"
    assert (
        code_of(do(access.end_bar, family, None, operator, AT) or access.not_there()) == "PPL-081"
    )
    barred_boss = house.colleague("ito", Role.SUPERVISOR)
    do(access.bar, family, barred_boss.staff_id, boss, AT)
    theirs = do(access.end_bar, family, barred_boss.staff_id, barred_boss, AT)
    assert theirs == access.not_there()  # nobody ends a bar of one's own
    assert do(access.end_bar, family, operator.staff_id, boss, AT) is None
    assert do(access.end_bar, guarded, None, boss, AT) is None
    for shown in (family, guarded):
        assert isinstance(do(access.ask, operator, Action.LOOK, shown, AT), Allowed)
    with pytest.raises(StateConflict):
        do(access.end_bar, family, operator.staff_id, boss, AT)


@pytest.mark.parametrize("action", list(Action))
def test_each_role_may_what_its_row_says(house: House, action: Action) -> None:
    member_id = house.member().member_id
    for role in Role:
        staff = Staff(1, frozenset({role}), "case 7")
        gate = do(access.ask, staff, action, member_id, AT)
        is_allowed = role in access._BY_STAFF.get(action, frozenset())
        assert code_of(gate) == ("" if is_allowed else "PPL-081")


def test_nobody_of_the_staff_borrows_repays_or_sets_a_pin() -> None:
    for action in (Action.BORROW, Action.REPAY, Action.CHANGE_PIN):
        assert action not in access._BY_STAFF


def test_frozen_member_may_look_and_repay(house: House) -> None:
    member_id = house.member().member_id
    do(freezes.freeze, member_id, Road.SITE, "member", AT)
    allowed = {
        action
        for action in access._BY_MEMBER
        if not code_of(do(access.ask, Self(member_id), action, member_id, AT))
    }
    assert allowed == {
        Action.LOOK, Action.EXPORT_HISTORY, Action.REPAY, Action.ASK_FOR_HELP, Action.FREEZE,
        Action.HAND_IN,
    }  # fmt: skip
    assert code_of(do(access.ask, Self(member_id), Action.BORROW, member_id, AT)) == "PPL-080"


def monday(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=JAPAN)


@pytest.mark.rule("AUTH-010")
@pytest.mark.parametrize("at", [
    monday(0, 59), monday(5, 0), monday(3, 0) + timedelta(days=1),
])  # fmt: skip
def test_money_moves_outside_the_maintenance_window(house: House, at: datetime) -> None:
    member_id = house.member().member_id
    for action in (Action.BORROW, Action.REPAY):
        assert not code_of(do(access.ask, Self(member_id), action, member_id, at))


@pytest.mark.rule("AUTH-010")
@pytest.mark.parametrize("at", [
    monday(1, 0), monday(4, 59), monday(1, 0).astimezone(UTC),
])  # fmt: skip
def test_mondays_from_one_to_five_are_view_only(house: House, at: datetime) -> None:
    member_id = house.member().member_id
    for action in (Action.BORROW, Action.REPAY):
        assert code_of(do(access.ask, Self(member_id), action, member_id, at)) == "PPL-083"
    for action in (Action.LOOK, Action.FREEZE, Action.ASK_FOR_HELP):
        assert not code_of(do(access.ask, Self(member_id), action, member_id, at))
