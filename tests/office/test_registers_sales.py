"""A claim goes to a buyer by two: the notice first, the yen of the day, whoever may buy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.office.test_registers_duties import AT, BUYER, CALLS, ME, ON
from tests.people.house import rows

from motocho.care import approvals
from motocho.care.approvals import Decided, Decision, Outcome, Request
from motocho.loans.commands import Key
from motocho.office import registers
from motocho.office.registers import Kind, SaleWish
from motocho.people import staff
from motocho.people.access import Role, Staff
from motocho.people.staff import Joiner
from motocho.units.errors import InputError, NotAllowedError, RefusedError, StateConflict


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk()


@pytest.fixture
def owed(desk: Desk) -> Key:
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 2))
    return key


def colleague(name: str, role: Role = Role.SUPERVISOR) -> Staff:
    first = (
        None if not rows("SELECT FROM people_staff") else Staff(1, frozenset({Role.ADMINISTRATOR}))
    )
    joiner = Joiner(name, name.title(), date(2020, 1, 1), frozenset({role}), None)
    account, _ = do(staff.join, joiner, first, AT)
    return Staff(account.staff_id, frozenset({role}))


@pytest.fixture
def two(owed: Key) -> tuple[Staff, Staff]:
    del owed
    colleague("root", Role.ADMINISTRATOR)
    do(registers.list_partner, BUYER, ME, AT)
    do(registers.list_partner, CALLS, ME, AT)
    return colleague("abe"), colleague("mori")


def wish(owed: Key, **other: object) -> SaleWish:
    found = SaleWish(owed, "buyer", ON, "通知 1", "不良債権の処理")
    return replace(found, **other)  # type: ignore[arg-type]


def asked(one: SaleWish, by: Staff, ref: str = "form 1", on: date = ON) -> Request:
    found: Request = do(registers.ask_sale, one, by, (ref, AT), on)
    return found


def agree(request: Request, by: Staff, on: date = ON) -> Decided:
    decision = Decision(Outcome.AGREED, "", request.mark, on)
    found: Decided = do(approvals.decide, request.ref, decision, by, AT)
    return found


def status(key: Key) -> str:
    (row,) = rows("SELECT status FROM loan_agreement WHERE member_id = %s", key.member_id)
    return str(row[0])


@pytest.mark.rule("ASGN-001")
@pytest.mark.rule("ASGN-002")
def test_two_supervisors_let_a_claim_go_with_its_report(
    owed: Key, two: tuple[Staff, Staff]
) -> None:
    abe, mori = two
    assert [one.partner_id for one in do(registers.buyers, ON)] == ["buyer"]
    request = asked(wish(owed), abe)
    assert asked(wish(owed), abe) == request  # the same form
    with pytest.raises(StateConflict):
        asked(wish(owed), mori, "form 2")
    assert request.figures["claim_yen"] == 104_191
    assert status(owed) == "open"
    with pytest.raises(NotAllowedError):
        agree(request, abe)
    assert agree(request, mori).outcome is Outcome.AGREED
    assert status(owed) == "assigned"
    sold = rows(
        "SELECT buyer_id, claim_yen, notice_ref, transferred_on, actor FROM office_transfer"
    )
    assert sold == [("buyer", 104_191, "通知 1", ON, mori.actor)]
    due = [one.due_on for one in do(registers.reports) if one.matter.kind is Kind.CLAIM_TRANSFER]
    assert due == [ON + timedelta(days=14)]
    with pytest.raises(RefusedError):
        asked(wish(owed), abe, "form 3")


@pytest.mark.rule("ASGN-001")
def test_no_notice_no_buyer_no_reason_no_debt_no_supervisor(
    desk: Desk, owed: Key, two: tuple[Staff, Staff]
) -> None:
    abe, _ = two
    for other in (
        {"noticed_on": ON + timedelta(days=1)},
        {"notice_ref": " "},
        {"buyer_id": "calls"},
        {"buyer_id": "nobody"},
        {"key": desk.open(ON, member_id=desk.member())},  # owes nothing
    ):
        with pytest.raises(RefusedError):
            asked(wish(owed, **other), abe)
    with pytest.raises(InputError):
        asked(wish(owed, reason=" "), abe)
    for role in (Role.OPERATOR, Role.AUDITOR):
        with pytest.raises(NotAllowedError):
            asked(wish(owed), colleague(role.value, role))
    assert rows("SELECT count(*) FROM care_approval") == [(0,)]


@pytest.mark.rule("ASGN-001")
def test_other_yen_or_a_buyer_who_left_meanwhile_let_nothing_go(
    desk: Desk, owed: Key, two: tuple[Staff, Staff]
) -> None:
    abe, mori = two
    request = asked(wish(owed), abe)
    desk.receive(owed, 5_000, ON)
    assert agree(request, mori).outcome is Outcome.OUTDATED
    again = asked(wish(owed), abe, "form 2")
    do(registers.end_partner, BUYER, ON - timedelta(days=1), ME, AT)
    with pytest.raises(RefusedError):
        agree(again, mori)
    assert (status(owed), rows("SELECT count(*) FROM office_transfer")) == ("open", [(0,)])


@pytest.mark.rule("ASGN-001")
def test_the_notice_says_where_the_claim_is_from_its_terms_and_what_binds(
    owed: Key, two: tuple[Staff, Staff]
) -> None:
    del two
    paper = do(registers.notice_paper, owed, "buyer", ON)
    said = " ".join(f"{what} {text}" for what, text in paper.rows)
    assert "貸金業者の貸付けに係る契約に基づいて" in said
    assert "年18.0%" in said or "年18" in said
    assert "貸金業法21条" in said
    assert ("債権額", "104,191円") in [tuple(one) for one in paper.pairs]
    assert status(owed) == "open"  # the notice alone lets nothing go
