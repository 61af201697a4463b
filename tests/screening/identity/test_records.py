"""Records: no contract without one, none goes within seven years; suspicions are told to nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, with_settings
from tests.people.house import House, rows
from tests.screening.identity.test_papers import ELIGIBLE, JPKI, LICENCE, POWER, SELF, SELFIE

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.screening import identity
from motocho.screening.bureau._papers import numbers_of
from motocho.screening.identity import Checked, Evidence, Method, Record, records, suspicions
from motocho.screening.identity.suspicions import Filing, Note
from motocho.units.errors import InputError, NotAllowedError, RefusedError, StateConflict

AT = datetime(2026, 11, 21, 12, tzinfo=JAPAN)
ON = AT.date()


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def kept(desk: Desk, evidence: Evidence, form: str = "form 1") -> Record:
    source = Source("staff 3", form)
    found = do(identity.keep, desk.member_id, evidence, source, AT)
    assert isinstance(found, Record)
    return found


# ----------------------------------------------------------------------------------------- records
@pytest.mark.rule("KYC-001")
def test_whole_check_is_kept_once_and_the_contract_is_made(desk: Desk) -> None:
    do(identity.require, ON, "cli", AT)
    record = kept(desk, Evidence(SELF, JPKI, ("result 7",)))
    assert kept(desk, Evidence(SELF, JPKI, ("result 7",))) == record
    assert do(identity.check_identified, desk.member_id, ON) is None
    assert desk.open(ON)
    found = do(records.read, record, ("staff 3", "case 7", AT))
    assert found["declared"]["occupation"] == "会社員"
    assert rows("SELECT purpose FROM journal_row WHERE kind = 'identity_read'") == [("case 7",)]


@pytest.mark.rule("KYC-001")
def test_without_a_record_no_contract_is_made_from_the_day_on_which_it_is_required(
    desk: Desk,
) -> None:
    do(identity.require, ON, "cli", AT)
    assert desk.open(ON - timedelta(days=1))
    with pytest.raises(IntegrityError) as caught:
        desk.open(ON)
    assert "not identified" in str(caught.value)
    refusal = do(identity.check_identified, desk.member_id, ON)
    assert refusal is not None
    assert refusal.rule_id == "KYC-001"
    kept(desk, Evidence(SELF, replace(SELFIE, on=ON + timedelta(days=1))))
    with pytest.raises(IntegrityError):
        desk.open(ON)
    assert desk.open(ON + timedelta(days=1))


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("declared", [replace(SELF, purpose=""), replace(SELF, occupation="")])
def test_what_lacks_something_is_not_kept(desk: Desk, declared: identity.Declared) -> None:
    found = do(
        identity.keep, desk.member_id, Evidence(declared, SELFIE), Source("staff 3", "f"), AT
    )
    assert isinstance(found, tuple)
    assert [one.code for one in found] == ["IDV-008"]
    assert not rows("SELECT record_id FROM screening_identity")
    insert = (
        "INSERT INTO screening_identity (member_id, method, checked_on, declared, papers,"
        " evidence_refs, made_by, made_at, source) VALUES (%s, 'in_person', %s,"
        ' \'{"purpose": "", "occupation": "a", "name": "a", "address": "a",'
        " \"born_on\": \"a\"}', '[1]', '{}', 'me', %s, 'x')"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, (desk.member_id, ON, AT))


def test_numbers_reach_the_bureau_and_an_individual_number_is_nowhere(desk: Desk) -> None:
    both = replace(SELFIE, shown=(LICENCE, ELIGIBLE))
    kept(desk, Evidence(SELF, both))
    assert do(numbers_of, desk.member_id) == ("308512345670", "12345678")
    card = replace(JPKI, shown=(replace(JPKI.shown[0], number="AB12345"),))
    record = kept(desk, Evidence(SELF, card), "form 2")
    assert do(numbers_of, desk.member_id) == ("", "")
    found = do(records.read, record, ("staff 3", "case 7", AT))
    assert [one["number"] for one in found["papers"]] == [""]


@pytest.mark.parametrize(("number", "wanted"), [
    ("記号１２ 番号３４", "1234"), ("第ａｂ-１号", "AB-1"), ("1" * 40, "1" * 20), ("番号なし", ""),
])  # fmt: skip
def test_number_is_kept_for_the_bureau_in_its_signs(desk: Desk, number: str, wanted: str) -> None:
    shown = replace(ELIGIBLE, number=number)
    checked = Checked(Method.IN_PERSON, ON, (shown,), second=POWER)
    kept(desk, Evidence(SELF, checked))
    assert do(numbers_of, desk.member_id) == ("", wanted)


# --------------------------------------------------------------------------------------- seven years
@pytest.fixture
def long_ago(database: Database) -> Desk:
    del database
    return Desk(with_settings(from_on=date(2015, 1, 1)))


def closed(desk: Desk, on: date) -> None:
    """One contract that ended on a day."""
    key = desk.open(on)
    made = desk.made(on)
    do(commands.close_agreement, key, made)


def seven_years_before_today() -> date:
    (today,) = rows("SELECT ((now() AT TIME ZONE 'Asia/Tokyo')::date - interval '7 years')::date")[
        0
    ]
    found: date = today
    return found


def old(desk: Desk) -> None:
    past = replace(
        SELFIE, on=date(2018, 12, 1), shown=(replace(LICENCE, expires_on=date(2020, 1, 1)),)
    )
    kept(desk, Evidence(SELF, past))


@pytest.mark.rule("KYC-002")
def test_record_goes_seven_years_after_the_contract_ended(long_ago: Desk) -> None:
    old(long_ago)
    closed(long_ago, seven_years_before_today() - timedelta(days=1))
    assert do(records.erase, long_ago.member_id, "system", AT) == 1
    assert not rows("SELECT record_id FROM screening_identity")


@pytest.mark.rule("KYC-002")
@pytest.mark.rule("PRIV-006")
@pytest.mark.parametrize("case", ["a day early", "open", "new record", "on hold"])
def test_record_stays_until_then_for_every_hand(
    database: Database, long_ago: Desk, case: str
) -> None:
    old(long_ago)
    ended = seven_years_before_today()
    closed(long_ago, ended if case == "a day early" else ended - timedelta(days=400))
    if case == "open":
        long_ago.open(ended)
    if case == "new record":
        kept(long_ago, Evidence(SELF, JPKI), "form 9")
    if case == "on hold":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO office_legal_hold (member_id, reason, case_ref, put_by, put_at)"
                " VALUES (%s, 'lawsuit', 'court 1', 'staff 1', %s)",
                (long_ago.member_id, AT),
            )
    with pytest.raises(RefusedError) as caught:
        do(records.erase, long_ago.member_id, "system", AT)
    assert caught.value.faults[0].code == "IDV-019"
    until = do(records.kept_until, long_ago.member_id)
    assert (until is None) == (case in {"open", "on hold"})
    from motocho.outside.postgres import Role as DbRole  # noqa: PLC0415

    for role in (DbRole.APP, DbRole.OWNER):
        with database.connect(role) as other, pytest.raises(Exception, match=r"denied|kept until"):
            other.execute("DELETE FROM screening_identity")


@pytest.mark.parametrize("statement", [
    "UPDATE screening_identity SET checked_on = '2001-01-01'", "TRUNCATE screening_identity",
    "SELECT declared FROM screening_identity",
])  # fmt: skip
def test_record_stays_as_it_was_and_is_not_read_aside(desk: Desk, statement: str) -> None:
    kept(desk, Evidence(SELF, JPKI))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# -------------------------------------------------------------------------------------- suspicions
NOTE = Note("短い間に何度も全額を引き出した", ON, "note 1")
SUPERVISOR = Role.SUPERVISOR


@pytest.fixture
def staff(database: Database, house: House) -> dict[str, Staff]:
    del database
    return {
        "boss": house.colleague("abe", Role.ADMINISTRATOR, SUPERVISOR),
        "auditor": house.colleague("ono", Role.AUDITOR),
        "operator": house.colleague("mori", Role.OPERATOR),
        "reviewer": house.colleague("kato", Role.REVIEWER),
    }


@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize("who", ["boss", "auditor"])
def test_who_is_there_for_it_sees_and_reports_it(
    desk: Desk, staff: dict[str, Staff], who: str
) -> None:
    number = do(suspicions.note, desk.member_id, NOTE, staff["operator"], AT)
    assert do(suspicions.note, desk.member_id, NOTE, staff["operator"], AT) == number
    (found,) = do(suspicions.of_member, desk.member_id, staff[who], AT)
    assert (found.words, found.filed_on) == (NOTE.words, None)
    filing = Filing(number, "2026-0007", ON)
    do(suspicions.file, desk.member_id, filing, staff[who], AT)
    with pytest.raises(StateConflict):
        do(suspicions.file, desk.member_id, filing, staff[who], AT)
    (found,) = do(suspicions.of_member, desk.member_id, staff[who], AT)
    assert found.filing_ref == "2026-0007"


@pytest.mark.rule("KYC-007")
@pytest.mark.parametrize("who", ["operator", "reviewer"])
def test_nobody_else_sees_it_whatever_they_claim_to_be(
    desk: Desk, staff: dict[str, Staff], who: str
) -> None:
    number = do(suspicions.note, desk.member_id, NOTE, staff[who], AT)
    claiming = replace(staff[who], roles=frozenset({SUPERVISOR}))
    for one in (staff[who], claiming):
        with pytest.raises(NotAllowedError):
            do(suspicions.of_member, desk.member_id, one, AT)
        with pytest.raises(NotAllowedError):
            do(suspicions.file, desk.member_id, Filing(number, "x", ON), one, AT)
    for statement in ("SELECT member_id FROM screening_suspicion",
                      "SELECT count(*) FROM screening_suspicion",
                      "UPDATE screening_suspicion SET words = 'x'"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.rule("KYC-007")
def test_nothing_of_it_stands_with_the_member(desk: Desk, staff: dict[str, Staff]) -> None:
    """犯収法8条4項: neither the member nor anybody of theirs learns of it."""

    def with_member() -> list[Any]:
        tables = rows(
            "SELECT c.table_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND c.column_name = 'member_id'"
            " AND t.table_type = 'BASE TABLE' AND has_table_privilege(c.table_name, 'SELECT')"
            " ORDER BY 1"
        )
        return [
            (table, rows(f"SELECT count(*) FROM {table} WHERE member_id = %s", desk.member_id))
            for (table,) in tables
        ]

    do(journal.write, [Happening(desk.member_id, "login", "member", AT)])
    before = with_member()
    assert len(before) > 40
    number = do(suspicions.note, desk.member_id, NOTE, staff["operator"], AT)
    do(suspicions.of_member, desk.member_id, staff["boss"], AT)
    do(suspicions.file, desk.member_id, Filing(number, "2026-0007", ON), staff["boss"], AT)
    assert with_member() == before
    house = rows("SELECT kind FROM journal_row WHERE member_id = 0 AND kind LIKE 'suspicion%%'")
    assert [kind for (kind,) in house] == ["suspicion_noted", "suspicion_read", "suspicion_filed"]


@pytest.mark.parametrize("words", ["", "  ", "あ" * 4_001])
def test_note_says_what_was_odd(desk: Desk, staff: dict[str, Staff], words: str) -> None:
    with pytest.raises(InputError):
        do(suspicions.note, desk.member_id, replace(NOTE, words=words), staff["operator"], AT)
