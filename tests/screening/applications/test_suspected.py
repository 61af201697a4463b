"""Two persons where a suspicion stands: by policy for the decision, by the database for everything else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import LENDER, Office, noon
from tests.screening.applications.test_attacks import another
from tests.screening.applications.test_path import APPROVE, contract_by_hand, raw
from tests.screening.facts import OFFERING, application, who
from tests.screening.identity.test_papers import BORN

from motocho.people.members import Person
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey, Check
from motocho.screening.applying import signals
from motocho.screening.applying.policy import applying_on
from motocho.screening.decision import Score, Verdict, decide, document, policy_on, replay
from motocho.screening.identity import suspicions
from motocho.units.errors import RefusedError, StateConflict

FIRST = date(2026, 12, 1)
SAME = Person("佐藤", "花子", "サトウ", "ハナコ", BORN)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    made = Office(tmp_path, database)
    made.counter.at = noon(FIRST)
    return made


def suspected(office: Office) -> None:
    note = suspicions.Note("多額の現金", office.on, "f 1")
    do(suspicions.note, office.member_id, note, office.second, office.at)


# ------------------------------------------------------------------------------------- the policy
@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize(("on", "is_suspicious", "persons"), [
    (date(2026, 11, 30), True, 1), (FIRST, True, 2), (FIRST, None, 2), (FIRST, False, 1),
])  # fmt: skip
def test_an_open_suspicion_asks_for_two_persons_from_the_policy_s_day_on(
    on: date,
    persons: int,
    *,
    is_suspicious: bool | None,
) -> None:
    facts = application(applicant=who(is_suspicious=is_suspicious))
    made = decide(facts, policy_on(on, OFFERING), on)
    assert made.offer is not None
    assert made.offer.persons == persons
    again = replay(document(made))
    assert again.same
    assert document(again.decision) == document(made)


def test_who_is_sent_to_a_person_for_another_reason_needs_no_second_one() -> None:
    made = decide(application(score=Score("m", "v1", 450)), policy_on(FIRST, OFFERING), FIRST)
    assert (made.verdict, made.offer and made.offer.persons) == (Verdict.REFER, 1)


def test_database_and_policy_name_the_same_day_and_the_same_days(database: Database) -> None:
    del database
    text = (files("motocho.screening") / "data" / "policy.yaml").read_text("utf-8")
    asking = [row["from"] for row in yaml.safe_load(text) if row.get("suspected_persons")]
    assert rows("SELECT screening_two_from()") == [(asking[0],)]
    sql = (files("motocho.screening") / "applications" / "persons.sql").read_text("utf-8")
    (days,) = re.findall(r"interval '(\d+) days'", sql)
    assert int(days) == applying_on(FIRST).alike_days


# -------------------------------------------------------------------------------------- the path
@pytest.mark.rule("KYC-007")
def test_what_is_suspected_is_approved_by_two_others_before_anything_follows(
    office: Office,
) -> None:
    key = office.prepared()
    suspected(office)
    made = office.decide(key)
    assert (made.verdict, made.persons) == (Verdict.REFER, 2)
    for _ in range(2):  # the same person twice is one
        assert not do(applications.approve, made, office.first, office.at).is_approved
    with pytest.raises(StateConflict):
        do(applications.show_terms, made, LENDER, office.at)
    with pytest.raises(StateConflict):
        do(applications.accept, made, office.source(), office.at)
    with pytest.raises(IntegrityError, match="entered evidence"):
        raw(APPROVE, *key, made.decision_no, office.enterer.staff_id, office.at)
    assert do(applications.approve, made, office.second, office.at).is_approved
    paper_no = int(do(applications.show_terms, made, LENDER, office.at).paper_no)
    do(applications.accept, made, office.source(), office.at)
    office.counter.later(minutes=20)
    assert office.conclude(key, paper_no).agreement.member_id == office.member_id


@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize(("on", "refused"), [(date(2026, 11, 30), False), (FIRST, True)])
def test_no_decision_for_one_person_is_written_by_hand(
    office: Office, on: date, *, refused: bool
) -> None:
    key = office.prepared()
    suspected(office)
    office.decide(key)
    office.checked(key)  # what was entered since asks for another decision
    copy = (
        "INSERT INTO screening_decision SELECT member_id, application_id, 2, %(mark)s,"
        " jsonb_set(document, '{offer,persons}', '1') || jsonb_build_object('sha256',"
        " %(mark)s::text, 'decided_on', %(on)s::date), verdict, limit_yen, rate_ppm, 1,"
        " holds_until, screening_evidence_count(member_id, application_id), %(on)s, staff_id,"
        " %(at)s FROM screening_decision"
    )
    said: dict[str, str | date] = {"mark": "0" * 64, "on": on, "at": noon(on)}
    with transaction.atomic(), connection.cursor() as cursor:
        if refused:
            with pytest.raises(IntegrityError, match="two persons"), transaction.atomic():
                cursor.execute(copy, said)
        else:
            cursor.execute(copy, said)


@pytest.mark.rule("KYC-007")
def test_no_contract_is_written_by_hand_on_the_word_of_one_person(office: Office) -> None:
    key = office.prepared()
    made = office.approved(key)
    assert (made.verdict, made.persons) == (Verdict.OFFER, 1)
    paper_no = int(do(applications.show_terms, made, LENDER, office.at).paper_no)
    do(applications.accept, made, office.source(), office.at)
    office.counter.later(minutes=5)
    suspected(office)
    with pytest.raises(RefusedError) as caught:
        office.conclude(key, paper_no)
    assert [one.code for one in caught.value.faults] == ["SCR-211"]

    with (
        pytest.raises(IntegrityError, match="two persons"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        contract_by_hand(cursor, office, made, paper_no)
    raw(APPROVE, *key, made.decision_no, office.second.staff_id, office.at)
    with transaction.atomic(), connection.cursor() as cursor:
        contract_by_hand(cursor, office, made, paper_no)


# ------------------------------------------------------------------------- refused under a number
def refused_as(office: Office, person: Person) -> ApplicationKey:
    """An application under another number that was refused."""
    other = another(office, person, "30000001")
    office.consent(other)
    key = office.submit(300_000, other).key
    office.checked(key, Check.BARRED_TIES)
    office.carry()
    office.refuse(office.decide(key))
    return key


@pytest.mark.rule("LEND-009")
@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize(("born", "days", "counts"), [
    (0, 0, True), (0, 179, True), (0, 181, False), (1, 0, False),
])  # fmt: skip
def test_a_refusal_under_another_number_counts_for_the_policy_s_days(
    office: Office, born: int, days: int, *, counts: bool
) -> None:
    key = refused_as(office, replace(SAME, born_on=BORN + timedelta(days=born)))
    office.counter.later(days=days)
    own = office.prepared()
    do(signals.note, own, signals.Origin("hanako@example.jp"), office.at)
    kinds = {one.kind for one in do(signals.of, own)}
    assert (signals.Alike.LATELY in kinds) is counts
    made = office.decide(own)
    assert (made.verdict, made.persons) == ((Verdict.REFER, 2) if counts else (Verdict.OFFER, 1))
    found = rows("SELECT screening_same_person(%s)", own.member_id)
    assert found == ([(key.member_id,)] if counts else [])
