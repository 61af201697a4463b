"""What somebody tries who knows the rules: each of these once went through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import LENDER, SLIP, Office
from tests.screening.applications.test_path import APPROVE, contract_by_hand, raw
from tests.screening.bureau.counter import PHONE
from tests.screening.identity.test_papers import BORN, LICENCE

from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.outside.fakes.bureau import Trouble
from motocho.people import access, members, staff
from motocho.people.access import Duty, Role, Staff
from motocho.people.facts.values import Kind as Fact
from motocho.people.members import Person
from motocho.screening import applications, bureau
from motocho.screening.applications import ApplicationKey
from motocho.screening.bureau import inquiries
from motocho.screening.bureau.inquiries import State
from motocho.screening.decision import Verdict
from motocho.screening.identity import suspicions
from motocho.units.errors import RefusedError, StateConflict

ADMIN = Staff(1, frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


# ------------------------------------------------------------------------- one person, two numbers
def another(office: Office, person: Person, number: str) -> int:
    member_id: int = do(members.register, person, number, office.at - timedelta(days=9)).member_id
    office.counter.tell(member_id, Fact.MOBILE_PHONE, PHONE)
    return member_id


@pytest.mark.rule("LEND-009")
@pytest.mark.parametrize(("days", "verdict"), [(0, Verdict.REFER), (1, Verdict.OFFER)])
def test_who_has_a_contract_under_another_number_is_looked_at(
    office: Office, days: int, verdict: Verdict
) -> None:
    """Each number alone is within a third; both together are not."""
    key = office.prepared(1_000_000)
    office.conclude(key, office.agreed(key))
    same = Person("佐藤", "花子", "サトウ", "ハナコ", BORN + timedelta(days=days))
    other = office.prepared_again(another(office, same, "30000001"), same.born_on)
    assert office.decide(other).verdict is verdict
    found = rows("SELECT screening_same_person(%s)", other.member_id)
    assert found == ([(office.member_id,)] if days == 0 else [])


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize(("number", "verdict"), [
    (LICENCE.number, Verdict.REFER), ("308512345671", Verdict.OFFER),
])  # fmt: skip
def test_one_licence_does_not_make_two_people(
    office: Office, number: str, verdict: Verdict
) -> None:
    office.identify_by(office.member_id, LICENCE)
    born = BORN + timedelta(days=400)
    person = Person("田中", "一", "タナカ", "ハジメ", born)
    key = office.prepared_again(
        another(office, person, "30000001"), born,
        replace(LICENCE, name="田中 一", born_on=born, number=number),
    )  # fmt: skip
    assert office.decide(key).verdict is verdict


# -------------------------------------------------------------------------------- our own bad debtor
@pytest.mark.rule("LEND-001")
@pytest.mark.parametrize(("days", "stop", "verdict"), [
    (30, None, Verdict.OFFER), (60, None, Verdict.REFER), (30, Stop.MEMBER_ASKED, Verdict.REFER),
    (30, Stop.FRAUD, Verdict.REFER), (30, Stop.CARD_LOST, Verdict.OFFER),
])  # fmt: skip
def test_who_owes_us_something_overdue_or_was_stopped_is_looked_at(
    office: Office, days: int, stop: Stop | None, verdict: Verdict
) -> None:
    """A bureau's answer leaves our own contracts out: nobody else tells of them."""
    first = office.prepared()
    key = office.conclude(first, office.agreed(first)).agreement
    office.counter.draw(key, 100_000)
    if stop is not None:
        do(commands.suspend, key, stop, office.made())
    office.counter.later(days=days)
    again = office.prepared()
    assert office.decide(again).verdict is verdict


# --------------------------------------------------------------------------------- in between steps
@pytest.mark.rule("KYC-007")
def test_what_is_suspected_after_the_approval_is_looked_at_before_the_contract(
    office: Office,
) -> None:
    key = office.prepared()
    paper_no = office.agreed(key)
    note = suspicions.Note("多額の現金", office.on, "f 1")
    do(suspicions.note, office.member_id, note, office.second, office.at)
    with pytest.raises(RefusedError) as caught:
        office.conclude(key, paper_no)
    assert [one.code for one in caught.value.faults] == ["SCR-211"]
    assert office.decide(key).verdict is Verdict.REFER
    office.conclude(key, office.agreed(key))


def doubted(office: Office, trouble: list[Trouble]) -> ApplicationKey:
    """A second application whose answer is in doubt, where the first one's was clear."""
    first = office.prepared()
    do(applications.withdraw, first, office.source(), office.at)
    office.counter.later(days=2)
    trouble[0] = Trouble.NAMESAKE
    key = office.submit().key
    office.enter(key)
    office.employed(key)
    office.checked(key)
    office.carry()
    assert do(inquiries.of_member, key.member_id)[0].state is State.DOUBTFUL
    return key


@pytest.mark.rule("LEND-002")
def test_an_older_answer_does_not_stand_in_for_one_in_doubt_and_its_judge_approves_nothing(
    database: Database, tmp_path: Path
) -> None:
    trouble = [Trouble.NONE]
    office = Office(tmp_path, database, plan=lambda _: trouble[0])
    key = doubted(office, trouble)
    assert office.decide(key).verdict is Verdict.NEEDS
    asked = do(inquiries.of_member, key.member_id)[0]
    judged = bureau.Judged(1, None)
    do(bureau.judge, asked.key, judged, (office.first, office.made()))
    made = office.decide(key)
    assert made.verdict is Verdict.OFFER
    with pytest.raises(StateConflict) as caught:
        do(applications.approve, made, office.first, office.at)
    assert caught.value.faults[0].code == "SCR-208"
    with pytest.raises(IntegrityError, match="entered evidence"):
        raw(APPROVE, *key, made.decision_no, office.first.staff_id, office.at)
    assert do(applications.approve, made, office.second, office.at).is_approved


# ------------------------------------------------------------------------------------ whose last day
@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, False)])
@pytest.mark.parametrize("ending", ["role", "work"])
def test_on_the_last_day_one_still_approves_and_not_on_the_next(
    office: Office, ending: str, days: int, *, counts: bool
) -> None:
    key, one = office.prepared(), office.first.staff_id
    made = office.decide(key)
    ends = {
        "role": partial(access.end_role, duty=Duty(one, Role.REVIEWER), until_on=office.on),
        "work": partial(staff.leave, staff_id=one, left_on=office.on),
    }
    do(ends[ending], by=ADMIN, at=office.at)
    office.counter.later(days=days)
    if counts:
        assert do(applications.approve, made, office.first, office.at).is_approved
        return
    with pytest.raises(IntegrityError, match="reviewer or supervisor"):
        raw(APPROVE, *key, 1, one, office.at)


# ---------------------------------------------------------------------------------- another paper
@pytest.mark.rule("DOC-001")
def test_a_contract_is_not_made_on_the_paper_of_another_offer(office: Office) -> None:
    key = office.prepared()
    old = office.approved(key)
    paper_no = do(applications.show_terms, old, LENDER, office.at).paper_no
    office.enter(key, replace(SLIP, annual_yen=1_500_000), replaces_no=1)
    made = office.approved(key)
    do(applications.show_terms, made, LENDER, office.at)
    do(applications.accept, made, office.source(), office.at)
    office.counter.later(minutes=5)

    with (
        pytest.raises(IntegrityError, match="not shown on paper"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        contract_by_hand(cursor, office, made, paper_no)
