"""Who stands in a member's place: registered by a paper, reached by a permit, and not the member."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.loans.crowd import do
from tests.people.house import AT, House, rows

from motocho.contact import counterparts, gate
from motocho.contact.counterparts import Proof, Reach, Told
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Purpose, Whom
from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.units.errors import InputError, NotAllowedError, NotFoundError

REACH = Reach("後見 太郎", "帳面法律事務所", "0355550123", "東京都千代田区1-1", "1000001")
GUARDIAN = Told(Whom.GUARDIAN, Proof.REGISTER, date(2026, 11, 1), REACH)
NOON = AT.replace(hour=12)


def wanted(
    whom: Whom = Whom.OWN, counterpart: str = "", purpose: Purpose = Purpose.ARREARS
) -> Wanted:
    ours = shipped().outgoing(AT.date())[0].digits
    return Wanted(purpose, "call 1", "staff 1", ours, shipped(), whom=whom, counterpart=counterpart)


def ask(member_id: int, asked: Wanted, at: datetime = NOON) -> Permit | Closed:
    answer: Permit | Closed = do(gate.ask, member_id, asked, at)
    return answer


def rules(answer: Any) -> list[str]:
    assert isinstance(answer, Closed), answer
    return [one.refusal.rule_id for one in answer.hindrances]


@pytest.mark.rule("SOLI-008")
@pytest.mark.rule("COLL-006")
def test_guardian_is_called_and_the_member_is_not(house: House) -> None:
    member_id = house.member(at=AT - timedelta(days=30)).member_id
    guardian = gate.counterpart(1)
    assert isinstance(ask(member_id, wanted()), Permit)
    assert rules(ask(member_id, wanted(Whom.GUARDIAN, guardian))) == ["COLL-006"]
    number = do(counterparts.register, member_id, GUARDIAN, Source("staff 1", "form 1"), NOON)
    assert (
        do(counterparts.register, member_id, GUARDIAN, Source("staff 1", "form 1"), NOON) == number
    )
    for purpose in (Purpose.ARREARS, Purpose.REMINDER, Purpose.SERVICE, Purpose.CAMPAIGN):
        assert "SOLI-008" in rules(ask(member_id, wanted(purpose=purpose)))
    assert isinstance(ask(member_id, wanted(purpose=Purpose.SECURITY)), Permit)
    permit = ask(member_id, wanted(Whom.GUARDIAN, gate.counterpart(number)))
    assert isinstance(permit, Permit)
    assert do(gate.other, permit, number, NOON) == REACH.phone
    with pytest.raises(NotAllowedError):
        do(gate.other, permit, number, NOON)
    assert do(gate.other_again, permit, number, NOON) == REACH.phone
    with pytest.raises(NotAllowedError):
        do(gate.other_again, permit, number, NOON + timedelta(minutes=10))
    do(counterparts.end, member_id, number, "staff 2", NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=2)
    assert rules(ask(member_id, wanted(Whom.GUARDIAN, guardian), later)) == ["COLL-006"]
    assert isinstance(ask(member_id, wanted(), later), Permit)
    with pytest.raises(NotFoundError):
        do(counterparts.end, member_id, number, "staff 2", later)


@pytest.mark.rule("COLL-002")
def test_calls_to_a_guardian_are_of_the_same_three(house: House) -> None:
    member_id = house.member(at=AT - timedelta(days=30)).member_id
    assert isinstance(ask(member_id, wanted()), Permit)
    number = do(counterparts.register, member_id, GUARDIAN, Source("staff 1", "form 1"), NOON)
    to = wanted(Whom.GUARDIAN, gate.counterpart(number))
    assert [isinstance(ask(member_id, to), Permit) for _ in range(3)] == [True, True, False]
    assert "COLL-002" in rules(ask(member_id, to))
    night = datetime(2026, 12, 1, 21, 0, tzinfo=JAPAN)
    assert "COLL-001" in rules(ask(member_id, to, night))


def test_paper_has_to_show_who_it_is(house: House) -> None:
    member_id = house.member(at=AT - timedelta(days=30)).member_id
    for wrong, code in (
        (replace(GUARDIAN, proof=Proof.POWER), "CPN-007"),
        (replace(GUARDIAN, whom=Whom.THIRD), "CPN-007"),
        (replace(GUARDIAN, proof_on=NOON.date() + timedelta(days=1)), "CPN-008"),
        (replace(GUARDIAN, reach=REACH._replace(phone=" ")), "CPN-010"),
    ):
        with pytest.raises(InputError) as caught:
            do(counterparts.register, member_id, wrong, Source("staff 1", "form 1"), NOON)
        assert [one.code for one in caught.value.faults] == [code]
    assert not rows("SELECT 1 FROM contact_counterpart UNION ALL SELECT 1 FROM contact_hold")


def test_names_and_numbers_are_sealed_and_stay(house: House) -> None:
    member_id = house.member(at=AT - timedelta(days=30)).member_id
    number = do(counterparts.register, member_id, GUARDIAN, Source("staff 1", "form 1"), NOON)
    (kept,) = rows("SELECT c::text FROM contact_counterpart c")
    assert REACH.name not in kept[0]
    assert REACH.phone not in kept[0]
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", f"%{REACH.phone}%")
    (known,) = do(counterparts.standing, member_id)
    assert (known.counterpart_id, known.whom, known.office) == (number, Whom.GUARDIAN, REACH.office)
    for raw in ("DELETE FROM contact_counterpart", "UPDATE contact_counterpart SET kind = 'heir'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(raw)
