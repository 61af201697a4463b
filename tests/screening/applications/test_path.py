"""The path of an application: what passes at each step, and what nothing gets past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.errors import RestrictViolation
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import kinds_of, rows
from tests.screening.applications.office import LENDER, LINE, SINCE, SLIP, Office

from motocho.documents import archive
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.outside.postgres import Role as Login
from motocho.screening import applications, increases
from motocho.screening.applications import (
    Check,
    Confirmation,
    Entry,
    Kept,
    Outcome,
    Reason,
    Said,
    Use,
    Wanted,
    conclusions,
)
from motocho.screening.applications.decisions import document
from motocho.screening.decision import Verdict, replay
from motocho.screening.eligibility import Asked as Wish
from motocho.screening.identity import suspicions
from motocho.units.errors import (
    Fault,
    InputError,
    Language,
    MotochoError,
    NotAllowedError,
    RefusedError,
    StateConflict,
)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


@pytest.mark.rule("LEND-001")
@pytest.mark.rule("DOC-001")
def test_from_submission_to_contract_each_step_is_kept_once(office: Office) -> None:
    do(applications.require, office.on, "cli", office.at)
    key = office.prepared()
    made = office.decide(key)
    assert made.verdict is Verdict.OFFER
    assert office.decide(key) == made
    assert replay(do(document, made)).same
    paper_no = office.agreed(key)
    done = office.conclude(key, paper_no, "c1")
    assert office.conclude(key, paper_no, "c1").agreement == done.agreement
    assert do(applications.forms.one, key).outcome is Outcome.CONTRACTED
    assert rows("SELECT basis_ref, limit_yen FROM loan_survey") == [(made.digest, 300_000)]
    assert rows("SELECT agreement_id FROM documents_conclusion") == [(done.agreement.agreement_id,)]
    told = [one for one in kinds_of(office.member_id) if one.startswith("application_")]
    assert told == [
        "application_submitted", "application_evidence", "application_evidence",
        "application_checked", "application_checked", "application_decided",
        "application_approved", "application_accepted", "application_contracted",
    ]  # fmt: skip


def code_of(error: pytest.ExceptionInfo[MotochoError]) -> str:
    return error.value.faults[0].code


def raw(statement: str, *values: Any) -> None:
    """As whoever writes SQL by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


APPROVE = "INSERT INTO screening_approval VALUES (%s, %s, %s, %s, %s)"
CONTRACT = "INSERT INTO screening_contract VALUES (%s, %s, %s, %s, %s, %s, %s, 'x', %s)"


def contract_by_hand(cursor: Any, office: Office, made: Kept, paper_no: int) -> None:
    """What `conclude` does, without a look at whether it may."""
    way, key = office.made(), made.key
    survey_id = conclusions._survey(cursor, made, way)
    opening = commands.Opening("card", made.limit_yen or 0, LINE.scheme, 0, survey_id)
    done = commands.open_agreement(cursor, key.member_id, opening, way)
    archive.conclude(cursor, done.key, paper_no, archive.Signed.BY_WIRE, office.at)
    values = (*key, made.decision_no, survey_id, *done.key[1:], 1, paper_no, office.at)
    cursor.execute(CONTRACT, values)


# --------------------------------------------------------------------------------------- approval
@pytest.mark.rule("LEND-001")
def test_two_others_agree_from_a_million_on_and_nobody_who_entered_evidence(office: Office) -> None:
    key = office.prepared(1_000_000)
    made = office.decide(key)
    assert (made.persons, made.rate_ppm) == (2, 150_000)
    with pytest.raises(StateConflict) as entered:
        do(applications.approve, made, office.enterer, office.at)
    assert code_of(entered) == "SCR-208"
    with pytest.raises(NotAllowedError):
        do(applications.approve, made, office.operator, office.at)
    for staff in (office.enterer, office.operator):
        with pytest.raises(IntegrityError):
            raw(APPROVE, *key, 1, staff.staff_id, office.at)
    for _ in range(2):  # the same person again is the same approval
        standing = do(applications.approve, made, office.first, office.at)
        assert standing.approved_by == (office.first.staff_id,)
    with pytest.raises(StateConflict) as alone:
        do(applications.accept, made, office.source(), office.at)
    assert code_of(alone) == "SCR-212"
    with pytest.raises(IntegrityError):
        raw("INSERT INTO screening_acceptance VALUES (%s, %s, 1, 'm', 's', %s)", *key, office.at)
    assert do(applications.approve, made, office.second, office.at).is_approved
    do(applications.show_terms, made, LENDER, office.at)
    do(applications.accept, made, office.source(), office.at)


def test_one_yen_step_below_a_million_one_person_is_enough(office: Office) -> None:
    assert office.decide(office.prepared(990_000)).persons == 1


def test_evidence_entered_later_asks_for_another_decision(office: Office) -> None:
    key = office.prepared()
    made = office.decide(key)
    office.enter(key, replace(SLIP, annual_yen=1_500_000), replaces_no=1)
    with pytest.raises(StateConflict) as stale:
        do(applications.approve, made, office.first, office.at)
    assert code_of(stale) == "SCR-210"
    with pytest.raises(IntegrityError):
        raw(APPROVE, *key, 1, office.first.staff_id, office.at)
    again = office.decide(key)
    assert (again.decision_no, again.limit_yen) == (2, 100_000)  # a third, less what others lent
    with pytest.raises(StateConflict):
        do(applications.approve, made, office.first, office.at)
    with pytest.raises(InputError) as replaced:
        office.enter(key, SLIP, replaces_no=1)
    assert code_of(replaced) == "SCR-205"


# ------------------------------------------------------------------------------- what is lacking
@pytest.mark.rule("LEND-001")
@pytest.mark.rule("DOC-001")
@pytest.mark.rule("CRED-002")
def test_everything_that_is_lacking_is_named_and_nothing_is_opened(office: Office) -> None:
    do(applications.require, office.on, "cli", office.at)
    key = office.prepared()
    made = office.approved(key)
    office.counter.withdraw("report")
    with pytest.raises(RefusedError) as caught:
        office.conclude(key, 99)
    assert [one.code for one in caught.value.faults] == ["SCR-213", "BUR-032", "SCR-214"]
    assert not rows("SELECT 1 FROM loan_agreement UNION ALL SELECT 1 FROM loan_survey")
    office.counter.consent()
    with pytest.raises(IntegrityError, match="no application became"):
        office.counter.desk.open(office.on, member_id=office.member_id)
    shown = do(applications.show_terms, made, LENDER, office.at)
    do(applications.accept, made, office.source(), office.at)
    office.counter.later(minutes=1)
    with pytest.raises(RefusedError):
        office.conclude(key, shown.paper_no + 1)
    assert office.conclude(key, shown.paper_no).event_no == 1


@pytest.mark.rule("LEND-001")
def test_raw_contract_rows_need_all_of_it(office: Office) -> None:
    key = office.prepared()
    office.agreed(key)
    other = office.counter.desk.open(office.on, member_id=office.member_id)
    with pytest.raises(IntegrityError, match="not surveyed by its decision"):
        raw(CONTRACT, *key, 1, 1, other.agreement_id, 1, None, office.at)
    for statement in (
        "UPDATE screening_application SET ended_at = now(), ended_by = 'x', outcome = 'contracted'",
        "UPDATE screening_application SET ended_at = now(), ended_by = 'x', outcome = 'refused'",
    ):
        with pytest.raises(IntegrityError):
            raw(statement)


@pytest.mark.rule("LEND-009")
def test_a_contract_made_meanwhile_asks_for_another_decision(office: Office) -> None:
    key = office.prepared(1_000_000)
    paper_no = office.agreed(key)
    office.counter.desk.open(office.on, 1_000_000, member_id=office.member_id)
    with pytest.raises(RefusedError) as caught:
        office.conclude(key, paper_no)
    assert [one.code for one in caught.value.faults] == ["SCR-211"]


@pytest.mark.parametrize(("days", "holds"), [(30, True), (31, False)])
def test_a_decision_holds_as_long_as_its_answer_is_new_enough(
    office: Office, days: int, *, holds: bool
) -> None:
    key = office.prepared()
    made = office.decide(key)
    office.counter.later(days=days)
    if holds:
        assert do(applications.approve, made, office.first, office.at).is_approved
        return
    with pytest.raises(StateConflict) as old:
        do(applications.approve, made, office.first, office.at)
    assert code_of(old) == "SCR-210"


def test_where_the_answer_is_too_old_another_is_asked_for_and_decides(office: Office) -> None:
    key = office.prepared()
    assert office.decide(key).decision_no == 1
    office.counter.later(days=31)
    assert office.decide(key).verdict is Verdict.NEEDS
    office.carry()
    made = office.decide(key)
    assert (made.verdict, made.decision_no) == (Verdict.OFFER, 3)
    assert rows("SELECT count(*) FROM screening_inquiry") == [(2,)]


@pytest.mark.rule("LEND-017")
def test_nothing_of_it_is_changed_or_goes_even_after_the_contract_ended(office: Office) -> None:
    key = office.prepared()
    done = office.conclude(key, office.agreed(key))
    do(commands.close_agreement, done.agreement, office.made())
    tables = ("application", "paper", "employment", "check", "decision", "approval", "acceptance", "contract")  # fmt: skip
    with office.database.connect(Login.OWNER, autocommit=True) as owner:
        for table in tables:
            for statement in ("DELETE FROM {}", "UPDATE {} SET member_id = member_id", "TRUNCATE {} CASCADE"):  # fmt: skip
                with pytest.raises(RestrictViolation):
                    owner.execute(statement.format(f"screening_{table}"))


# ----------------------------------------------------------------------------- what is never told
@pytest.mark.rule("LEND-022")
@pytest.mark.rule("KYC-007")
@pytest.mark.rule("ORG-002")
@pytest.mark.parametrize("check", list(Check))
def test_what_the_house_found_is_told_to_nobody(office: Office, check: Check) -> None:
    key = office.prepared()
    office.checked(key, check)
    made = office.decide(key)
    assert made.verdict is (Verdict.REFUSE if check is Check.BARRED_TIES else Verdict.REFER)
    steps = do(applications.steps.steps, do(applications.forms.one, key), office.at)
    assert [one.code for one in steps] == ["SCR-223"]
    by_rules = made.verdict is Verdict.REFUSE
    (said,) = office.refuse(made, Reason.RULES if by_rules else Reason.WITHHELD)
    general = Fault("SCR-140")
    assert said == (general.what(Language.JA), general.fix(Language.JA))
    kept = rows("SELECT subject::text FROM journal_row WHERE kind = 'application_checked'")
    assert len({one for (one,) in kept}) == 1  # found or not, the journal says the same
    assert do(applications.forms.one, key).outcome is Outcome.REFUSED


@pytest.mark.rule("KYC-007")
def test_a_suspicion_noted_elsewhere_sends_it_to_a_person_and_the_record_is_silent(
    office: Office,
) -> None:
    key = office.prepared()
    assert office.decide(key).verdict is Verdict.OFFER
    note = suspicions.Note("多額の現金", office.on, "f 1")
    do(suspicions.note, office.member_id, note, office.second, office.at)
    made = office.decide(key)
    assert made.verdict is Verdict.REFER
    assert "is_suspicious" not in do(document, made)["facts"]["applicant"]


# --------------------------------------------------------------------------------------- entering
def test_one_application_is_open_and_a_form_counts_once(office: Office) -> None:
    source = office.source()
    wanted = Wanted(LINE, 300_000, Use.LIVING)
    first = do(applications.submit, office.member_id, wanted, source, office.at)
    assert do(applications.submit, office.member_id, wanted, source, office.at) == first
    with pytest.raises(StateConflict) as second:
        office.submit()
    assert code_of(second) == "SCR-202"
    do(applications.withdraw, first.key, office.source(), office.at)
    with pytest.raises(StateConflict) as over:
        office.enter(first.key)
    assert code_of(over) == "SCR-203"
    with pytest.raises(IntegrityError, match="over"):
        raw("INSERT INTO screening_check (member_id, application_id, kind, is_found, staff_id, entered_at, source)"
            " VALUES (%s, %s, 'suspicion', false, 1, now(), 'x')", *first.key)  # fmt: skip
    assert office.submit().key != first.key


@pytest.mark.parametrize("wanted", [
    Wanted(LINE, 8_001_000, Use.LIVING),
    Wanted(LINE, 0, Use.LIVING),
    Wanted(replace(LINE, day_of_month=1), 300_000, Use.LIVING),
    Wanted(replace(LINE, scheme=Scheme.MONTHLY), 300_000, Use.LIVING),
    Wanted(LINE, 300_000, Use.LIVING, Said(-1)),
])  # fmt: skip
def test_what_no_product_offers_is_not_taken(office: Office, wanted: Wanted) -> None:
    with pytest.raises(InputError) as caught:
        do(applications.submit, office.member_id, wanted, office.source(), office.at)
    assert code_of(caught) == "SCR-216"


@pytest.mark.rule("DESK-003")
@pytest.mark.parametrize(("purpose", "whom", "result", "counts"), [
    ("employment", "workplace", "spoken", True),
    ("employment", "workplace", "no_answer", False),
    ("identity", "own", "spoken", False),
])  # fmt: skip
def test_a_call_at_work_counts_only_as_permitted_and_answered(
    office: Office, purpose: str, whom: str, result: str, *, counts: bool
) -> None:
    key = office.submit().key
    raw("INSERT INTO contact_attempt (member_id, channel, whom, our_number, purpose, cause, actor, asked_at, valid_until)"
        " VALUES (%s, 'phone', %s, '0312345678', %s, 'c', 'staff 1', %s, %s)",
        office.member_id, whom, purpose, office.at, office.at + timedelta(minutes=5))  # fmt: skip
    raw("INSERT INTO contact_call_result SELECT member_id, attempt_id, %s, 'staff 1', %s FROM contact_attempt",
        result, office.at)  # fmt: skip
    ((attempt_id,),) = rows("SELECT attempt_id FROM contact_attempt")
    found = Confirmation(SINCE, office.on, attempt_id=attempt_id)
    if counts:
        assert do(applications.confirm_employment, key, found, office.enterer, office.form())
        return
    with pytest.raises(InputError) as caught:
        do(applications.confirm_employment, key, found, office.enterer, office.form())
    assert code_of(caught) == "SCR-206"


def test_another_member_s_document_shows_nothing(office: Office) -> None:
    key = office.submit().key
    other = office.document(office.counter.desk.member())
    with pytest.raises(InputError) as caught:
        do(applications.enter_paper, key, Entry(other, SLIP), office.enterer, office.form())
    assert code_of(caught) == "SCR-204"


# ------------------------------------------------------------------------------------------ steps
def test_steps_say_whose_turn_it_is_until_it_is_over(office: Office) -> None:
    def codes() -> list[str]:
        return [one.code for one in do(applications.steps.steps, application, office.at)]

    application = office.submit(600_000)
    key = application.key
    assert codes() == ["SCR-221", "SCR-226", "SCR-222"]
    office.consent()
    office.identify()
    office.checked(key)
    office.decide(key)
    assert codes()[-1] == "SCR-227"  # the answer is under way
    assert set(codes()) == {"SCR-227", "SCR-228"}
    office.carry()
    office.decide(key)
    step = do(applications.steps.steps, application, office.at)[0]
    assert "収入証明書" in step.fix(Language.JA) + step.what(Language.JA)
    office.enter(key)
    assert codes() == ["SCR-222"]
    office.decide(key)
    assert codes() == ["SCR-223"]
    paper_no = office.agreed(key)
    assert codes() == ["SCR-225"]
    office.conclude(key, paper_no)
    assert do(applications.steps.steps, do(applications.forms.one, key), office.at) == ()


# --------------------------------------------------------------------------------------- increases
@pytest.mark.rule("LEND-023")
@pytest.mark.rule("RATE-003")
def test_a_higher_limit_is_decided_and_raised_with_the_rate_that_goes_with_it(
    office: Office,
) -> None:
    first = office.prepared(500_000)
    agreement = office.conclude(first, office.agreed(first)).agreement
    office.counter.later(days=200)
    do(applications.require, office.on, "cli", office.at)
    asked = Wish(1_200_000, 6_000_000, 400_000)
    wish = do(increases.apply, agreement, asked, office.source(), office.at)
    assert isinstance(wish, increases.Increase)
    taken = do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at)
    again = do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at)
    assert again == taken
    key = taken.key
    office.enter(key, replace(SLIP, year=2026))
    office.employed(key)
    office.checked(key)
    office.carry()
    made = office.approved(key)
    assert (made.limit_yen, made.rate_ppm) == (1_200_000, 150_000)
    do(applications.accept, made, office.source(), office.at)
    with pytest.raises(IntegrityError, match="no application became"):
        office.counter.desk.raise_limit(agreement, 1_200_000, office.made())
    done = do(applications.raise_limit, key, office.made("raise 1"))
    assert do(applications.raise_limit, key, office.made("raise 1")).event_no == done.event_no
    terms = do(queries.contract, agreement).terms
    assert (terms.limit_yen, terms.rate_ppm) == (1_200_000, 150_000)
    assert rows("SELECT outcome FROM screening_increase") == [("granted",)]


def test_who_withdraws_the_wish_withdraws_the_application(office: Office) -> None:
    first = office.prepared(500_000)
    agreement = office.conclude(first, office.agreed(first)).agreement
    office.counter.later(days=200)
    do(increases.apply, agreement, Wish(600_000, 6_000_000), office.source(), office.at)
    taken = do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at)
    do(increases.withdraw, office.member_id, "member", office.at)
    assert do(applications.forms.one, taken.key).outcome is Outcome.WITHDRAWN
