"""The path of an application: what passes at each step, and what nothing gets past."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import kinds_of, rows
from tests.screening.applications.office import Office

from motocho.screening import applications
from motocho.screening.applications import Outcome
from motocho.screening.applications.decisions import document
from motocho.screening.decision import Verdict, replay


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path)


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
