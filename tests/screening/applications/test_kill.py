"""A desk killed at any moment of a contract, and several desks at once: all of it once, or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import rows
from tests.screening.applications.office import Office

from motocho.documents.archive import Signed
from motocho.screening import applications
from motocho.units.errors import StateConflict

SIGKILLED = -9
FIRST_SECONDS, LATER = 0.002, 1.25
"""Each desk is killed a little later than the one before, until one has made the contract."""
LEAST_KILLED = 4
WHOLE = (
    "SELECT (SELECT count(*) FROM loan_agreement), (SELECT count(*) FROM loan_survey),"
    " (SELECT count(*) FROM loan_survey_use), (SELECT count(*) FROM documents_conclusion),"
    " (SELECT count(*) FROM screening_contract),"
    " (SELECT count(*) FROM screening_application WHERE outcome = 'contracted')"
)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def test_killed_anywhere_a_contract_is_whole_or_not_there(office: Office) -> None:
    key = office.prepared()
    paper_no = office.agreed(key)
    seconds, killed = FIRST_SECONDS, 0
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.screening.applications.desk_child",
         json.dumps(dict(office.database.address.parameters))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    line = f"{key.member_id} {key.application_id} {paper_no} {office.at.isoformat()}"
    while (counts := set(rows(WHOLE)[0])) == {0}:
        program.stdin.write(f"{line} {seconds:.4f}\n")
        program.stdin.flush()
        killed += int(program.stdout.readline()) == SIGKILLED
        seconds *= LATER
    assert counts == {1}, "all of it, or nothing"
    program.stdin.write(f"{line} -\n")
    program.stdin.flush()
    assert program.stdout.readline() == "0\n"
    program.communicate()
    assert killed >= LEAST_KILLED, "else nothing was tried"
    assert rows(WHOLE) == [(1,) * 6]


def test_desks_at_once_decide_approve_and_conclude_once(office: Office) -> None:
    key = office.prepared(1_000_000)
    made = at_once([lambda: office.decide(key)] * 3)
    assert {one.digest for one in made} == {made[0].digest}
    assert rows("SELECT count(*) FROM screening_decision") == [(1,)]
    persons = (office.first, office.second, office.first)
    at_once([partial(do, applications.approve, made[0], one, office.at) for one in persons])
    assert rows("SELECT count(*) FROM screening_approval") == [(2,)]
    paper_no = office.agreed(key)
    way = (paper_no, Signed.BY_WIRE)
    told = [office.made() for _ in range(3)]
    done = at_once([partial(do, applications.conclude, key, way, one) for one in told])
    assert len({one.agreement for one in done}) == 1
    assert rows(WHOLE) == [(1,) * 6]


def test_evidence_and_approval_at_once_leave_no_approval_of_what_was_not_seen(
    office: Office,
) -> None:
    key = office.prepared()
    made = office.decide(key)

    def approve() -> bool:
        try:
            do(applications.approve, made, office.first, office.at)
        except StateConflict:
            return False
        return True

    _, was_approved = at_once([lambda: bool(office.enter(key)), approve])
    known = do(applications.decisions.standing, key)
    assert known is not None
    assert known.is_approved == was_approved
    assert not do(applications.decisions.is_current, made)
    one = do(applications.forms.one, key)
    codes = [each.code for each in do(applications.lacking, one, None, office.at)]
    assert "SCR-210" in codes
