"""Registered facts: nothing is overwritten, contacts are masked, changes have their consequences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import psycopg
import pytest
from django.db.utils import Error
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import AT, MAIL, MOBILE, House, after, kinds_of, rows

from motocho.config.invariants import INVARIANTS
from motocho.law.rules import Refusal
from motocho.outside.postgres import Role as Login
from motocho.outside.postgres import violations
from motocho.people import members, pin
from motocho.people.credentials.pins import Guess, Pin
from motocho.people.facts import history, reach
from motocho.people.facts.history import Change, Reading, Recorded, Road, Teller
from motocho.people.facts.values import (
    Address,
    BankAccount,
    BirthDate,
    Email,
    Employer,
    Income,
    Kind,
    Name,
    Phone,
    Value,
    document,
    masked,
    of_document,
    read_address,
    read_email,
    read_employer,
    read_phone,
)
from motocho.people.members import payer_key
from motocho.people.safety import holds
from motocho.people.safety.codes import Purpose
from motocho.units.errors import (
    BrokenInvariant,
    NotAllowedError,
    NotFoundError,
    StateConflict,
    Unread,
)

TODAY = AT.date()
ACCOUNT = BankAccount("9999", "001", "ordinary", "1234567", "サトウ ハナコ")
HOME = Address("1000001", "東京都千代田区千代田1-1")
VALUES: dict[Kind, Value] = {
    Kind.NAME: Name("田中", "花子", "タナカ", "ハナコ"),
    Kind.BIRTH_DATE: BirthDate(date(1988, 4, 13)),
    Kind.ADDRESS: HOME,
    Kind.MOBILE_PHONE: Phone("08033334444"),
    Kind.HOME_PHONE: Phone("0355556666"),
    Kind.WORK_PHONE: Phone("0377778888"),
    Kind.EMAIL: Email("other@example.jp"),
    Kind.EMPLOYER: Employer("北の商店"),
    Kind.INCOME: Income(4_000_000, 2025),
    Kind.BANK_ACCOUNT: ACCOUNT,
}


@dataclass(frozen=True)
class Permit:
    """What the room contact will give."""

    member_id: int
    kinds: frozenset[Kind]
    valid_until: datetime = AT + timedelta(minutes=10)
    permit_id: int = 42
    actor: str = "staff 1"
    purpose: str = "due_reminder"


# ------------------------------------------------------------------------------------- from forms
@pytest.mark.parametrize(("typed", "digits"), [
    ("090-1111-2222", "09011112222"), ("０９０ー１１１１ー２２２２", "09011112222"),
    ("(03) 1234-5678", "0312345678"), ("+81 90 1111 2222", "09011112222"),
    ("+81(0)90-1111-2222", "09011112222"),
])  # fmt: skip
def test_phone_is_read_as_people_type_it(typed: str, digits: str) -> None:
    assert read_phone(typed) == Phone(digits)


@pytest.mark.parametrize("typed", ["", "090111122", "190-1111-2222", "090-1111-22222", "〇九〇"])
def test_what_is_no_phone_is_said(typed: str) -> None:
    assert isinstance(read_phone(typed), Unread)


@pytest.mark.parametrize("typed", [
    "hanako", "a@b", "a@example.jp\r\nBcc: all@example.jp", "a b@@example.jp", "@example.jp",
    "a" * 65 + "@example.jp", "a@" + "b" * 64 + ".jp", "a@example.jp,b@example.jp", "<a@example.jp>",
])  # fmt: skip
def test_what_is_no_address_or_two_lines_is_no_email(typed: str) -> None:
    assert isinstance(read_email(typed), Unread)


def test_email_is_read_in_any_width() -> None:
    assert read_email(" ｈａｎａｋｏ@example.jp ") == MAIL


def test_address_needs_its_postcode() -> None:
    assert read_address("〒１００−０００１", "東京都千代田区千代田1-1") == HOME
    assert isinstance(read_address("100", "東京都"), Unread)
    assert isinstance(read_address("1000001", " "), Unread)
    assert isinstance(read_address("1000001", "東" * 201), Unread)


def test_employer_is_one_line() -> None:
    assert read_employer("　北の商店 ") == Employer("北の商店")
    for typed in ("", "北\x00の商店", "商" * 201):
        assert isinstance(read_employer(typed), Unread)


@pytest.mark.parametrize("kind", list(Kind))
def test_value_comes_back_as_it_was_kept(kind: Kind) -> None:
    assert of_document(kind, document(VALUES[kind])) == VALUES[kind]


@given(st.from_regex("0[0-9]{9,10}", fullmatch=True))
def test_mask_of_a_phone_shows_four_digits(digits: str) -> None:
    shown = masked(Phone(digits))
    assert len(shown) == len(digits)
    assert sum(sign != "*" for sign in shown) == 4


# --------------------------------------------------------------------------------------- two times
def test_change_never_overwrites(house: House) -> None:
    member_id = house.member().member_id
    first = house.tell(member_id, Kind.ADDRESS, HOME, effective_on=date(2026, 1, 1))
    moved = replace(HOME, text="大阪府大阪市1-1")
    second = house.tell(member_id, Kind.ADDRESS, moved, effective_on=date(2026, 12, 1))
    assert second.replaced_no == first.fact_no
    for on, shown in (
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "東京都…"),
        (date(2026, 11, 30), "東京都…"),
        (date(2026, 12, 1), "大阪府…"),
    ):
        found = do(history.as_of, member_id, on).get(Kind.ADDRESS)
        assert (found and found.masked) == shown


def test_correction_told_later_holds_and_what_was_known_before_is_kept(house: House) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.EMPLOYER, Employer("北の商店"), effective_on=date(2026, 1, 1))
    later = after(days=3)
    told = Employer("南の商店")
    house.tell(member_id, Kind.EMPLOYER, told, at=later, effective_on=date(2026, 1, 1))
    now = do(history.as_of, member_id, TODAY)[Kind.EMPLOYER].masked
    then = do(history.as_of, member_id, TODAY, AT)[Kind.EMPLOYER].masked
    assert (now, then) == ("南の…", "北の…")
    assert [one.masked for one in do(history.history, member_id, Kind.EMPLOYER)] == [
        "北の…",
        "南の…",
    ]


def test_fact_that_was_taken_away_is_there_no_more(house: House) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.HOME_PHONE, Phone("0355556666"))
    house.tell(member_id, Kind.HOME_PHONE, None)
    assert Kind.HOME_PHONE not in do(history.as_of, member_id, TODAY)
    assert len(do(history.history, member_id, Kind.HOME_PHONE)) == 2


def test_new_name_is_found_by_banks_and_the_first_one_is_kept(house: House) -> None:
    member_id = house.member().member_id
    new = Name("田中", "花子", "タナカ", "ハナコ")
    house.tell(member_id, Kind.NAME, new)
    found = do(members.who_may_pay, [payer_key("タナカハナコ")], [])
    assert [one.member_id for one in found] == [member_id]
    assert [one.masked for one in do(history.history, member_id, Kind.NAME)] == [
        "佐藤 花子",
        "田中 花子",
    ]
    assert do(history.as_of, member_id, TODAY - timedelta(days=1))[Kind.NAME].masked == "佐藤 花子"


@pytest.mark.parametrize(("hour", "minute"), [(0, 30), (8, 0)])
def test_first_name_holds_from_the_day_in_japan(house: House, hour: int, minute: int) -> None:
    member_id = house.member(at=AT.replace(hour=hour, minute=minute)).member_id
    house.tell(member_id, Kind.NAME, Name("田中", "花子", "タナカ", "ハナコ"), at=after(days=1))
    first, _ = do(history.history, member_id, Kind.NAME)
    assert first.effective_on == TODAY


def test_name_that_was_changed_behind_its_history_is_found(
    house: House, database: Database
) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.NAME, Name("田中", "花子", "タナカ", "ハナコ"))
    assert violations(database.address, INVARIANTS) == ()
    with database.connect() as app:
        app.execute("UPDATE people_member SET family_name = '鈴木'")
    (found,) = violations(database.address, INVARIANTS)
    assert "names are the same" in str(found)


def test_same_form_counts_once_and_other_contents_are_refused(house: House) -> None:
    member_id = house.member().member_id
    change = Change(member_id, Kind.EMPLOYER, Employer("北の商店"), TODAY, "form 1")
    teller = Teller("member", Road.SITE)
    first = do(history.record, change, teller, AT)
    assert isinstance(first, Recorded)
    again = do(history.record, change, teller, AT)
    assert again == replace(first, is_repeat=True)
    with pytest.raises(StateConflict):
        do(history.record, replace(change, value=Employer("南の商店")), teller, AT)


@pytest.mark.parametrize(("value", "other"), [
    (Employer("株式会社A"), Employer("株式会社B")),
    (Income(4_000_000, 2025), Income(5_000_000, 2025)),
    (HOME, Address("1000001", "東京都千代田区千代田1-2")),
    (Employer("株式会社A"), None),
    (None, Employer("株式会社A")),
])  # fmt: skip
def test_values_that_look_alike_masked_are_no_repeat(
    house: House, value: Value | None, other: Value | None
) -> None:
    kind = next(kind for kind, of_kind in VALUES.items() if type(of_kind) is type(value or other))
    change = Change(house.member().member_id, kind, value, TODAY, "form 1")
    teller = Teller("staff 1", Road.DESK)
    first = do(history.record, change, teller, AT)
    assert isinstance(first, Recorded)
    assert do(history.record, change, teller, AT) == replace(first, is_repeat=True)
    with pytest.raises(StateConflict):
        do(history.record, replace(change, value=other), teller, AT)


def test_value_of_another_kind_stops(house: House) -> None:
    with pytest.raises(BrokenInvariant):
        house.tell(house.member().member_id, Kind.EMAIL, MOBILE)


# ------------------------------------------------------------------------------------- who may read
@pytest.mark.parametrize("statement", [
    "SELECT value FROM people_fact",
    "SELECT * FROM people_fact",
    "UPDATE people_fact SET masked = '090'",
    "DELETE FROM people_fact",
    "SELECT * FROM people_read_fact(1, '{email}', NULL, '2026-11-18', 'staff 1', '', '2026-11-18')",
    "SELECT * FROM people_read_fact(1, '{email}', NULL, '2026-11-18', '', 'x', '2026-11-18')",
])  # fmt: skip
@pytest.mark.rule("PRIV-003")
def test_application_reads_no_value_without_a_purpose(
    house: House, database: Database, statement: str
) -> None:
    house.member()
    with database.connect() as app, pytest.raises(psycopg.Error):
        app.execute(statement)


@pytest.mark.rule("PRIV-003")
def test_each_reading_is_a_row_of_the_journal(house: House) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.INCOME, Income(4_000_000, 2025))
    reading = Reading("staff 1", "case 7", AT)
    found = do(history.values, member_id, {Kind.INCOME}, TODAY, reading)
    assert found[Kind.INCOME].value == Income(4_000_000, 2025)
    read = rows("SELECT actor, purpose, subject->>'kinds' FROM journal_row WHERE kind = 'fact_read'"
                " AND purpose = 'case 7'")  # fmt: skip
    assert read == [("staff 1", "case 7", "income")]


def test_auditor_of_the_database_reads_masked_values_alone(
    house: House, database: Database
) -> None:
    house.member()
    with database.connect(Login.AUDIT) as audit:
        shown = audit.execute("SELECT masked FROM people_fact ORDER BY fact_no").fetchall()
        assert shown == [("*******2222",), ("h***@example.jp",)]
        with pytest.raises(psycopg.Error):
            audit.execute("SELECT value FROM people_fact")


def test_contact_is_whole_for_a_permit_alone(house: House) -> None:
    member_id = house.member().member_id
    permit = Permit(member_id, frozenset({Kind.MOBILE_PHONE}))
    whole = do(reach.whole, permit, Kind.MOBILE_PHONE, TODAY, AT)
    assert whole is not None
    assert whole.value == MOBILE
    assert rows("SELECT purpose FROM journal_row WHERE kind = 'fact_read' ORDER BY row_id")[-1] == (
        "permit 42 due_reminder",
    )
    with pytest.raises(BrokenInvariant, match="permit"):
        do(history.values, member_id, {Kind.MOBILE_PHONE}, TODAY, Reading("a", "b", AT))


@pytest.mark.parametrize(("kind", "at"), [
    (Kind.EMAIL, AT), (Kind.INCOME, AT), (Kind.MOBILE_PHONE, after(minutes=10)),
])  # fmt: skip
def test_permit_for_something_else_or_over_opens_nothing(
    house: House, kind: Kind, at: datetime
) -> None:
    permit = Permit(house.member().member_id, frozenset({Kind.MOBILE_PHONE, Kind.INCOME}))
    with pytest.raises(NotAllowedError):
        do(reach.whole, permit, kind, TODAY, at)


@pytest.mark.rule("AUTH-008")
def test_old_address_can_be_told_of_a_change(house: House) -> None:
    member_id = house.member().member_id
    changed = house.tell(member_id, Kind.EMAIL, Email("thief@example.com"))
    assert changed.replaced_no is not None
    permit = Permit(member_id, frozenset({Kind.EMAIL}))
    old = do(reach.earlier, permit, changed.replaced_no, AT)
    assert old is not None
    assert old.value == MAIL
    other = Permit(house.member().member_id, frozenset({Kind.EMAIL}))
    assert do(reach.earlier, other, changed.replaced_no, AT) is None


# ------------------------------------------------------------------------------------ consequences
@pytest.mark.rule("AUTH-003")
@pytest.mark.parametrize(("kind", "value", "reason"), [
    (Kind.MOBILE_PHONE, Phone("08073051111"), Guess.PHONE),
    (Kind.WORK_PHONE, Phone("0311117305"), Guess.PHONE),
    (Kind.BIRTH_DATE, BirthDate(date(1973, 5, 1)), Guess.BIRTHDAY),
    (Kind.ADDRESS, Address("7305123", "東京都"), Guess.POSTCODE),
    (Kind.MOBILE_PHONE, Phone("08011112222"), None),
])  # fmt: skip
def test_fact_that_gives_the_pin_away_asks_for_a_new_one(
    house: House, kind: Kind, value: Value, reason: Guess | None
) -> None:
    member = house.member()
    assert house.tell(member.member_id, kind, value).must_change is reason
    assert house.entered(member.member_number).must_change is reason


def test_phone_of_next_month_counts_for_a_new_pin(house: House) -> None:
    member = house.member()
    coming = date(2026, 12, 24)
    house.tell(member.member_id, Kind.HOME_PHONE, Phone("0355558153"), effective_on=coming)
    refused = do(pin.change, house.entered(member.member_number), Pin("8153"), AT)
    assert isinstance(refused, Refusal)
    assert refused.code == "PPL-015"


def test_birthday_that_gives_the_pin_away_asks_for_a_new_one(house: House) -> None:
    member = house.member()
    changed = do(pin.change, house.entered(member.member_number), Pin("9246"), AT)
    assert not isinstance(changed, Refusal)
    told = BirthDate(date(1992, 4, 6))
    assert house.tell(member.member_id, Kind.BIRTH_DATE, told).must_change is Guess.BIRTHDAY
    entered = house.entered(member.member_number, typed=Pin("9246"))
    refused = do(pin.change, entered, Pin("9264"), AT)  # 1992, 6th of the 4th
    assert isinstance(refused, Refusal)
    assert not isinstance(do(pin.change, entered, Pin("8153"), AT), Refusal)
    assert house.entered(member.member_number, typed=Pin("8153")).must_change is None


@pytest.mark.rule("AUTH-007")
@pytest.mark.parametrize(("kind", "purpose"), [
    (Kind.MOBILE_PHONE, Purpose.CONTACT), (Kind.ADDRESS, Purpose.CONTACT),
    (Kind.EMAIL, Purpose.CONTACT), (Kind.BANK_ACCOUNT, Purpose.PAYOUT_ACCOUNT),
])  # fmt: skip
def test_contacts_and_payout_account_need_a_code_on_the_site(
    house: House, kind: Kind, purpose: Purpose
) -> None:
    member_id = house.member().member_id
    change = Change(member_id, kind, VALUES[kind], TODAY, "form 1")
    teller = Teller("member", Road.SITE, "session 1")
    refused = do(history.record, change, teller, AT)
    assert isinstance(refused, Refusal)
    assert refused.rule_id == "AUTH-007"
    house.confirmed(member_id, purpose, "session 1")
    assert isinstance(do(history.record, change, teller, after(minutes=4)), Recorded)
    again = replace(change, form_ref="form 2")
    assert isinstance(do(history.record, again, teller, after(minutes=4)), Refusal)


@pytest.mark.rule("AUTH-008")
@pytest.mark.parametrize("kind", [Kind.MOBILE_PHONE, Kind.EMAIL, Kind.BANK_ACCOUNT])
def test_draws_to_a_new_account_are_held_after_a_change(house: House, kind: Kind) -> None:
    member_id = house.member().member_id
    house.tell(member_id, kind, VALUES[kind])
    refused = do(holds.check_draw, member_id, AT, after(minutes=10))
    assert isinstance(refused, Refusal)
    assert (refused.rule_id, refused.details["until"]) == ("AUTH-008", "11/19 12:00")
    assert do(holds.check_draw, member_id, AT, after(hours=25)) is None
    long_since = AT - timedelta(days=40)
    assert do(holds.check_draw, member_id, long_since, after(minutes=10)) is None
    assert "draws_held" in kinds_of(member_id)


def test_first_facts_of_a_new_member_hold_nothing(house: House) -> None:
    member = house.member(at=AT)
    house.tell(member.member_id, Kind.BANK_ACCOUNT, ACCOUNT)
    assert do(holds.holds, member.member_id, AT) == []


def test_journal_holds_no_value(house: House) -> None:
    member_id = house.member().member_id
    for kind, value in VALUES.items():
        house.tell(member_id, kind, value)
    text = str(rows("SELECT kind, actor, purpose, subject::text FROM journal_row"))
    for secret in (
        "09011112222",
        "0355556666",
        "example.jp",
        "千代田",
        "1234567",
        "商店",
        "4000000",
    ):
        assert secret not in text


def test_database_refuses_what_could_be_no_contact(house: House) -> None:
    member_id = house.member().member_id
    for value in (Phone("123"), Phone("0901111222a")):
        with pytest.raises(Error, match="check"):
            house.tell(member_id, Kind.MOBILE_PHONE, value)
    with pytest.raises(Error, match="check"):
        house.tell(member_id, Kind.EMAIL, Email("a@example.jp\nBcc: b@example.jp"))
    with pytest.raises(Error, match="check"):
        house.tell(member_id, Kind.BANK_ACCOUNT, replace(ACCOUNT, number="123456"))


def test_nobodys_facts_cannot_be_told(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.tell(999_999, Kind.EMPLOYER, Employer("北の商店"))
