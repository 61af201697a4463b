"""Leaks, reports, partners, transfers, staff: each last day and the day beside it; what lacks something is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import rows

from motocho.law.tables import table
from motocho.loans.commands import Key
from motocho.office import registers
from motocho.office.registers import (
    Branch,
    Done,
    Entry,
    Kind,
    Leak,
    Matter,
    Noted,
    Partner,
    Provision,
    Road,
    Sale,
    Step,
    Taken,
    Told,
    Way,
    chiefs_needed,
    leak_clock,
    report_due,
)
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.units.errors import InputError, RefusedError, StateConflict

AT = datetime(2026, 11, 21, 12, tzinfo=JAPAN)
ON = AT.date()
KNOWN = date(2026, 11, 1)
ME = "staff 1"
HACKED = Noted(Leak(KNOWN, 1, may_be_wrongful=True), "外部から侵入された", "form 1")
CALLS = Partner(
    "calls",
    "北電話株式会社",
    "東京都港区1-1",
    Road.OUTSOURCING,
    "架電の代行",
    "契約 7",
    KNOWN,
    KNOWN,
    ME,
)
BUYER = replace(CALLS, partner_id="buyer", road=Road.BUYER, purpose="債権の譲受け")


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk()


# ------------------------------------------------------------------------------------------- leaks
@pytest.mark.rule("PRIV-004")
@pytest.mark.parametrize(("leak", "final_days"), [
    (Leak(KNOWN, 1_000), None), (Leak(KNOWN, 1_001), 30), (Leak(KNOWN, 1, is_sensitive=True), 30),
    (Leak(KNOWN, 1, may_harm_property=True), 30), (Leak(KNOWN, 1, may_be_wrongful=True), 60),
    (Leak(KNOWN, 0, may_be_wrongful=True), None), (Leak(KNOWN, 5_000, may_be_wrongful=True), 60),
])  # fmt: skip
def test_one_person_or_more_than_a_thousand(leak: Leak, final_days: int | None) -> None:
    clock = leak_clock(leak)
    if final_days is None:
        assert clock is None
    else:
        assert clock is not None
        assert (clock.prompt_by, clock.final_by) == (
            date(2026, 11, 5), KNOWN + timedelta(final_days - 1),
        )  # fmt: skip


@pytest.mark.rule("PRIV-004")
@pytest.mark.parametrize(("filed", "on", "late"), [
    (None, date(2026, 11, 5), 0), (None, date(2026, 11, 6), 1), (date(2026, 11, 4), date(2026, 11, 20), 0),
    (date(2026, 11, 5), date(2026, 11, 20), 0), (date(2026, 11, 20), date(2026, 11, 20), 1),
    (None, date(2026, 12, 30), 1), (None, date(2026, 12, 31), 2),
])  # fmt: skip
def test_report_of_a_leak_in_time_or_late(
    database: Database, filed: date | None, on: date, late: int
) -> None:
    del database
    leak = do(registers.note_leak, HACKED, ME, AT)
    if filed is not None:
        taken = Taken(leak.incident_id, Step.PROMPT, Done(filed, "速報 1"))
        leak = do(registers.take_step, taken, ME, AT)
    assert [one.rule_id for one in leak.late(on)] == ["PRIV-004"] * late


@pytest.mark.rule("PRIV-004")
def test_leak_is_closed_after_both_reports_and_those_concerned(database: Database) -> None:
    leak = do(registers.note_leak, HACKED, ME, AT)
    assert do(registers.note_leak, HACKED, ME, AT) == leak
    number = leak.incident_id

    def take(step: Step) -> None:
        do(registers.take_step, Taken(number, step, Done(ON, "x")), ME, AT)

    for early in (Step.FINAL, Step.CLOSED):
        with pytest.raises(StateConflict):
            take(early)
    take(Step.PROMPT)
    take(Step.FINAL)
    with pytest.raises(StateConflict):
        take(Step.CLOSED)
    take(Step.PERSONS_TOLD)
    take(Step.CLOSED)
    with pytest.raises(StateConflict):
        take(Step.CLOSED)
    assert do(registers.incident, number).done_on(Step.CLOSED) == ON
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute("UPDATE office_incident SET persons = 0")


@pytest.mark.rule("PRIV-004")
def test_leak_without_its_clock_cannot_be_written(database: Database) -> None:
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.CheckViolation):
        owner.execute(
            "INSERT INTO office_incident (known_on, persons, is_sensitive, may_harm_property,"
            " may_be_wrongful, words, actor, noted_at, form_ref) VALUES ('2026-11-01', 1, true, false,"
            " false, 'something', 'me', now(), 'x')"
        )
    with pytest.raises(InputError):
        do(registers.note_leak, replace(HACKED, words="番号 123456789012"), ME, AT)


# ----------------------------------------------------------------------------------------- reports
@pytest.mark.rule("ASGN-002")
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("filed", "wanted"), [(13, []), (14, []), (15, ["ASGN-002"])])
def test_report_within_two_weeks_and_a_day_later(
    database: Database, kind: Kind, filed: int, wanted: list[str]
) -> None:
    del database
    matter = Matter(kind, "case 1", KNOWN)
    report = do(registers.note_report, matter, ME, AT)
    assert do(registers.note_report, matter, ME, AT) == report
    assert report.due_on == date(2026, 11, 15)
    on = KNOWN + timedelta(filed)
    late = [report.late(on), do(registers.file_report, report, Done(on, "届出 1"), ME, AT).late(on)]
    assert [one.rule_id for one in late if one] == wanted * 2
    with pytest.raises(StateConflict):
        do(registers.file_report, report, Done(on, "届出 2"), ME, AT)


@given(st.dates(date(2010, 6, 18), date(2090, 1, 1)))
def test_two_weeks_end_on_the_same_weekday(on: date) -> None:
    due = report_due(on)
    assert due.weekday() == on.weekday()
    assert (due - on).days == 14


# ---------------------------------------------------------------------------------------- partners
def given_to(partner_id: str, on: date) -> Provision:
    return Provision(partner_id, on, "氏名・電話番号", 3, bytes(32))


@pytest.mark.rule("PRIV-007")
@pytest.mark.rule("ASGN-002")
def test_data_goes_to_a_listed_partner_while_its_contract_runs(database: Database) -> None:
    del database
    do(registers.list_partner, CALLS, ME, AT)
    assert do(registers.provide, given_to("calls", KNOWN), ME, AT)
    do(registers.end_partner, CALLS, ON, ME, AT)
    assert do(registers.provide, given_to("calls", ON), ME, AT)
    kinds = [one.matter.kind for one in do(registers.reports)]
    assert kinds == [Kind.OUTSOURCING_BEGUN, Kind.OUTSOURCING_ENDED]


@pytest.mark.rule("PRIV-007")
@pytest.mark.parametrize(("partner_id", "on"), [
    ("calls", KNOWN - timedelta(days=1)), ("calls", ON + timedelta(days=1)), ("unknown", ON),
])  # fmt: skip
def test_nothing_goes_to_anybody_else(database: Database, partner_id: str, on: date) -> None:
    do(registers.list_partner, CALLS, ME, AT)
    do(registers.end_partner, CALLS, ON, ME, AT)
    refused = do(registers.check_partner, partner_id, on)
    assert refused is not None
    assert refused.rule_id == "PRIV-007"
    with pytest.raises(RefusedError):
        do(registers.provide, given_to(partner_id, on), ME, AT)
    with (
        database.connect(Role.OWNER) as owner,
        pytest.raises((errors.CheckViolation, errors.ForeignKeyViolation)),
    ):
        owner.execute(
            "INSERT INTO office_provision (partner_id, given_on, items, persons, digest, actor, noted_at)"
            " VALUES (%s, %s, 'x', 1, decode(repeat('00', 32), 'hex'), 'me', now())", (partner_id, on),
        )  # fmt: skip


@pytest.mark.rule("PRIV-007")
def test_partner_without_a_contract_or_looked_at_too_late_is_not_listed(database: Database) -> None:
    del database
    for lacking in (replace(CALLS, contract_ref=""), replace(CALLS, screened_on=ON)):
        with pytest.raises(InputError):
            do(registers.list_partner, lacking, ME, AT)
    do(registers.list_partner, CALLS, ME, AT)
    with pytest.raises(StateConflict):
        do(registers.list_partner, CALLS, ME, AT)


# --------------------------------------------------------------------------------------- transfers
@pytest.fixture
def owed(desk: Desk) -> Key:
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 2))
    return key


def sell(desk: Desk, key: Key, sale: Sale) -> dict[str, object]:
    found: dict[str, object] = do(registers.transfer, key, sale, desk.made(ON))
    return found


@pytest.mark.rule("ASGN-001")
@pytest.mark.rule("BOOK-001")
def test_claim_goes_to_a_listed_buyer_with_its_notice(desk: Desk, owed: Key) -> None:
    do(registers.list_partner, BUYER, ME, AT)
    notice = sell(desk, owed, Sale("buyer", ON, "書面 1"))
    # 35 days at 18.0 % are 1,726 yen; the first due date was missed, and 45 days at 20.0 % are 2,465.
    assert (notice["principal_yen"], notice["claim_yen"]) == (100_000, 100_000 + 1_726 + 2_465)
    assert "貸金業法21条" in str(notice["applies"])
    assert rows("SELECT status FROM loan_agreement WHERE member_id = %s", owed.member_id) == [
        ("assigned",)
    ]
    (sold,) = do(registers.book_of, owed, ON).transfers
    assert (sold.on, sold.buyer_name, sold.claim_yen) == (ON, "北電話株式会社", 104_191)
    assert [one.due_on for one in do(registers.reports)] == [ON + timedelta(days=14)]


@pytest.mark.rule("ASGN-001")
@pytest.mark.parametrize(("buyer", "noticed"), [
    ("nobody", ON), ("calls", ON), ("buyer", ON + timedelta(days=1)),
])  # fmt: skip
def test_without_notice_or_to_anybody_else_nothing_goes(
    desk: Desk, owed: Key, buyer: str, noticed: date
) -> None:
    do(registers.list_partner, BUYER, ME, AT)
    do(registers.list_partner, CALLS, ME, AT)
    with pytest.raises(RefusedError) as caught:
        sell(desk, owed, Sale(buyer, noticed, "書面 1"))
    assert caught.value.faults[0].code == "REG-016"
    assert rows("SELECT status FROM loan_agreement WHERE member_id = %s", owed.member_id) == [
        ("open",)
    ]
    assert rows("SELECT count(*) FROM office_transfer") == [(0,)]


@pytest.mark.rule("ASGN-003")
@pytest.mark.parametrize(("told", "wanted"), [
    (None, ["REG-018", "REG-019"]),
    (Told(Way.NOTICE, ON, True, "内容証明 1"), []),  # noqa: FBT003
    (Told(Way.CONSENT, ON, False, "承諾書 1"), ["REG-019"]),  # noqa: FBT003
    (Told(Way.NOTICE, ON + timedelta(days=1), True, "内容証明 1"), ["REG-018", "REG-019"]),  # noqa: FBT003
])  # fmt: skip
def test_buyer_stands_against_the_debtor_once_told(
    desk: Desk, owed: Key, told: Told | None, wanted: list[str]
) -> None:
    do(registers.list_partner, BUYER, ME, AT)
    if told is not None:
        with pytest.raises(RefusedError):
            do(registers.tell_debtor, owed, told, ME, AT)
    sell(desk, owed, Sale("buyer", ON, "書面 1"))
    if told is not None:
        do(registers.tell_debtor, owed, told, ME, AT)
    assert [one.code for one in do(registers.check_standing, owed, ON)] == wanted


# ------------------------------------------------------------------------------------------- staff
OFFICE = Branch("tokyo", "東京営業所", date(2010, 1, 1))


def entry(number: int, on: date = KNOWN, **changes: object) -> Entry:
    made = Entry(
        "tokyo", f"A{number}", on, "山田 太郎", "東京都港区1-1", date(1990, 1, 1), "受付", KNOWN
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def write(*entries: Entry) -> None:
    do(registers.open_branch, OFFICE)
    for one in entries:
        do(registers.write_entry, one, ME, AT)


@pytest.mark.rule("ORG-001")
@pytest.mark.parametrize(
    ("staff", "needed"), [(0, 0), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3)]
)
def test_one_chief_in_fifty_or_more(staff: int, needed: int) -> None:
    assert chiefs_needed(staff, ON) == needed
    assert needed * 50 >= staff
    assert (needed - 1) * 50 < staff or not staff


@pytest.mark.rule("ORG-001")
def test_shortfall_is_cured_within_two_weeks(database: Database) -> None:
    del database
    chief = entry(1, chief_no="K1")
    write(chief, *(entry(number) for number in range(2, 51)))
    assert do(registers.chiefs_of, "tokyo", KNOWN).lacking() is None
    grown = KNOWN + timedelta(days=3)
    write(entry(51, grown, joined_on=grown))
    found = do(registers.chiefs_of, "tokyo", grown + timedelta(days=5))
    assert (found.staff, found.chiefs, found.needed, found.lacking_since) == (51, 1, 2, grown)
    assert found.cure_by == grown + timedelta(days=14)
    assert found.late(grown + timedelta(days=14)) is None
    late = found.late(grown + timedelta(days=15))
    assert late is not None
    assert late.rule_id == "ORG-001"
    cured = grown + timedelta(days=10)
    write(entry(2, cured, chief_no="K2"))
    assert do(registers.chiefs_of, "tokyo", cured).lacking() is None
    write(entry(2, cured, chief_no="K2", is_full_time=False))
    assert do(registers.chiefs_of, "tokyo", cured).lacking() is not None


def ten_years_ago(days: int) -> date:
    (found,) = rows("SELECT ((now() AT TIME ZONE 'Asia/Tokyo')::date - interval '10 years')::date")[
        0
    ]
    day: date = found
    return day - timedelta(days=days)


@pytest.mark.rule("BOOK-005")
@pytest.mark.parametrize(("days", "gone"), [(1, 2), (0, 0), (-365, 0)])
def test_staff_list_is_kept_ten_years_from_the_last_entry(
    database: Database, days: int, gone: int
) -> None:
    on = ten_years_ago(days)
    at = datetime.combine(on, datetime.min.time(), JAPAN)
    begun = on - timedelta(days=900)
    do(registers.open_branch, OFFICE)
    joined = entry(1, begun, joined_on=begun)
    do(registers.write_entry, joined, ME, at - timedelta(days=900))
    left = entry(1, on, joined_on=begun, left_on=on)
    do(registers.write_entry, left, ME, at)
    assert do(registers.staff_kept_until, "tokyo", "A1") == on.replace(year=on.year + 10)
    if gone:
        assert do(registers.erase_staff, left, ME, AT) == gone
        assert rows("SELECT count(*) FROM office_staff_entry") == [(0,)]
        return
    with pytest.raises(RefusedError):
        do(registers.erase_staff, left, ME, AT)
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute("DELETE FROM office_staff_entry")


@pytest.mark.rule("BOOK-005")
@pytest.mark.parametrize(
    "lacking", [{"name": ""}, {"address": " "}, {"duty": ""}, {"certificate_no": ""}]
)
def test_entry_without_a_particular_is_not_written(
    database: Database, lacking: dict[str, Any]
) -> None:
    del database
    with pytest.raises(InputError):
        write(replace(entry(1), **lacking))


def test_years_and_counts_of_the_database_are_those_of_the_law() -> None:
    leaks, staff = table("registers.leaks").at(ON), table("registers.staff").at(ON)
    assert leaks.number("more_than") == 1_000
    assert (leaks.number("final_within"), leaks.number("wrongful_within")) == (30, 60)
    assert (staff.number("list_years"), table("registers.reports").at(ON).number()) == (10, 14)


@pytest.mark.rule("ASGN-003")
def test_debtor_is_told_of_a_transfer_that_there_is_and_with_a_reference(
    desk: Desk, owed: Key, database: Database
) -> None:
    told = Told(Way.NOTICE, ON, True, "内容証明 1")  # noqa: FBT003
    with pytest.raises(RefusedError) as caught:
        do(registers.tell_debtor, owed, told, ME, AT)
    assert caught.value.faults[0].code == "REG-017"
    do(registers.list_partner, BUYER, ME, AT)
    sell(desk, owed, Sale("buyer", ON, "書面 1"))
    with pytest.raises(RefusedError):
        do(registers.tell_debtor, owed, replace(told, ref=" "), ME, AT)
    do(registers.tell_debtor, owed, told, ME, AT)
    do(registers.tell_debtor, owed, told, ME, AT)
    assert rows("SELECT count(*) FROM office_transfer_told") == [(1,)]
    with database.connect(Role.OWNER) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute("DELETE FROM office_transfer_told")
