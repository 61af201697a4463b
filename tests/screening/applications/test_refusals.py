"""A person's refusal: a reason of the day's list, told where it may be, kept, replayed."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import Office

from motocho.outside.postgres import Role as Login
from motocho.screening import applications
from motocho.screening.applications import Check, Kept, Outcome, Reason, refusals
from motocho.screening.decision import Verdict
from motocho.units.errors import Fault, FaultyInput, InputError, Language, StateConflict

GENERAL = "SCR-140"


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def referred(office: Office) -> Kept:
    key = office.prepared()
    office.checked(key, Check.SUSPICION)
    made = office.decide(key)
    assert made.verdict is Verdict.REFER
    return made


def raw(statement: str, *values: Any) -> None:
    """As whoever writes SQL by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.rule("KYC-007")
@pytest.mark.rule("LEND-022")
def test_a_reason_that_may_be_told_is_told_and_what_may_not_be_is_one_sentence(
    office: Office,
) -> None:
    made = referred(office)
    for reason in (Reason.RULES, Reason.CONFLICT, Reason.UNCLEAR):
        with pytest.raises(InputError, match="No reason was chosen"):
            office.refuse(made, reason)
    told = {one.reason: one.told_code for one in refusals.listed(office.on)}
    assert {reason for reason, code in told.items() if code == GENERAL} == {
        Reason.WITHHELD,
        Reason.OTHER,
    }
    ((what, fix),) = office.refuse(made, Reason.CAPACITY, "家賃が収入の半分")
    fault = Fault(told[Reason.CAPACITY])
    assert (what, fix) == (fault.what(Language.JA), fault.fix(Language.JA))
    with pytest.raises(StateConflict):
        office.refuse(made, Reason.CAPACITY)
    # kept, told again in the other language, and replayed by the list of its day
    assert do(applications.told, made, Language.EN)[0][0] == fault.what(Language.EN)
    again = do(refusals.again, made.key, made.decision_no)
    assert again is not None
    assert (again.reason, again.told_code, again.is_same) == (Reason.CAPACITY, fault.code, True)
    (subject,) = rows("SELECT subject::text FROM journal_row WHERE kind = 'application_refused'")
    assert orjson.loads(subject[0])["told"] == fault.code


@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize("reason", [Reason.WITHHELD, Reason.OTHER])
def test_what_is_withheld_reads_as_any_other_word_of_the_house(
    office: Office, reason: Reason
) -> None:
    made = referred(office)
    office.refuse(made, reason, "社内の言葉")
    (subject,) = rows("SELECT subject::text FROM journal_row WHERE kind = 'application_refused'")
    assert orjson.loads(subject[0])["told"] == GENERAL  # the journal and the mail know no more
    assert do(applications.told, made, Language.JA) == refusals.words_of(GENERAL, Language.JA)


REVIEW = (
    "INSERT INTO screening_review (member_id, application_id, kind, decision_no, reason, words,"
    " told_code, staff_id, reviewed_at, source)"
    " VALUES (%s, %s, 'refused', %s, %s, 'x', %s, %s, %s, 'raw')"
)
END = (
    "UPDATE screening_application SET ended_at = submitted_at + interval '1 hour', ended_by = 'x', outcome = 'refused'"
    " WHERE member_id = %s AND application_id = %s"
)


@pytest.mark.rule("LEND-001")
def test_no_hand_writes_a_refusal_without_its_reason(office: Office) -> None:
    made = referred(office)
    by = (office.first.staff_id, office.at)
    with pytest.raises(IntegrityError, match="names its reason"):
        raw(END, *made.key)
    for reason, code in (
        ("rules", None),  # of a person's no
        ("unclear", GENERAL),  # a reason to hand on
        ("papers", None),  # tells nothing
        ("withheld", "SCR-312"),  # tells what is not told
        ("greed", GENERAL),  # on no list
    ):
        with pytest.raises(IntegrityError):
            raw(REVIEW, *made.key, made.decision_no, reason, code, *by)
    raw(REVIEW, *made.key, made.decision_no, "withheld", GENERAL, *by)
    raw(END, *made.key)
    assert do(applications.forms.one, made.key).outcome is Outcome.REFUSED


def test_a_refusal_of_before_the_list_stays_and_tells_the_one_sentence(office: Office) -> None:
    made = referred(office)
    values = (*made.key, made.decision_no, "papers", None, office.first.staff_id, office.at)
    with office.database.connect(Login.OWNER) as owner:  # as a book of before has it
        owner.execute("ALTER TABLE screening_review DISABLE TRIGGER USER")
        owner.execute(REVIEW, values)
        owner.execute(END, made.key)
        told = applications.told(owner.cursor(), made, Language.JA)
        owner.execute("UPDATE screening_review SET words = '[消去済]'")  # an erasure can clear it
        assert refusals.again(owner.cursor(), made.key, made.decision_no) is None
        owner.rollback()
    assert told == refusals.words_of(GENERAL, Language.JA)


ROW: dict[str, Any] = {
    "from": date(2020, 1, 1),
    "until": None,
    "reasons": {"papers": "told", "strain": "untold", "withheld": "untold"},
}


def test_a_list_is_dated_and_tells_nothing_that_is_withheld() -> None:
    ((_, listed),) = refusals.read([ROW])
    assert [one.told_code for one in listed] == ["SCR-310", GENERAL, GENERAL]
    for name, value in (("withheld", "told"), ("other", "told"), ("rules", "told"), ("own", 1)):
        wrong = copy.deepcopy(ROW)
        wrong["reasons"][name] = value
        with pytest.raises(FaultyInput):
            refusals.read([wrong])
    with pytest.raises(FaultyInput):
        refusals.read([ROW | {"until": date(2026, 1, 1)}])
    with pytest.raises(FaultyInput):
        refusals.read([ROW | {"reasons": {}}])
    before = ROW | {"until": date(2026, 11, 30)}
    after = ROW | {"from": date(2026, 12, 1), "reasons": {"papers": "untold"}}
    (_, first), (_, second) = refusals.read([before, after])
    assert (len(first), [one.told_code for one in second]) == (3, [GENERAL])
