"""Pay-easy: a notice is read whole or refused whole, is of its bill, and is booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.desk import Desk, balances_of

from motocho.ledger.chart import Account
from motocho.loans.commands import Done, Key
from motocho.loans.payeasy import take_notice
from motocho.outside.payeasy import FIELDS, Bill, Notice, mismatches, read_notice
from motocho.units.errors import FaultyInput, Language, MotochoError, RefusedError, StateConflict

BILL = Bill("58191", "00000001000000000012", "123456", 5_000)
PAID_ON = date(2026, 1, 20)
NOTICE = Notice("58191", "00000001000000000012", "123456", 5_000, "A-20260120-7", PAID_ON)

notices = st.builds(
    Notice,
    st.from_regex("[0-9]{5}", fullmatch=True),
    st.from_regex("[0-9]{1,20}", fullmatch=True),
    st.from_regex("[0-9]{1,6}", fullmatch=True),
    st.integers(1, 9_999_999_999),
    st.from_regex("[0-9A-Za-z-]{1,32}", fullmatch=True),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
)


@settings(deadline=None)
@given(notices)
def test_what_is_written_is_read(notice: Notice) -> None:
    assert read_notice(notice.fields()) == notice
    free = Bill(notice.institution_number, notice.payer_number, notice.confirmation_number, None)
    assert mismatches(free, notice) == ()
    assert free.faults() == ()
    assert mismatches(replace(free, amount_yen=notice.amount_yen), notice) == ()
    assert len(mismatches(replace(free, amount_yen=notice.amount_yen + 1), notice)) == 1


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([each.name for each in FIELDS]), st.text(max_size=30)))
def test_any_other_text_is_a_list_of_faults(fields: dict[str, str]) -> None:
    known = {each.name: each for each in FIELDS}
    is_shaped = fields.keys() == known.keys() and all(
        known[name].pattern.fullmatch(text) for name, text in fields.items()
    )
    if is_shaped and fields["amount_yen"].strip("0"):
        return  # a shaped notice is tried above
    with pytest.raises(FaultyInput) as error:
        read_notice(fields)
    assert all(fault.what(Language.JA) and fault.fix(Language.EN) for fault in error.value.faults)


@pytest.mark.rule("BANK-009")
@pytest.mark.parametrize(("name", "text", "code"), [
    ("institution_number", "5819", "PEZ-001"),
    ("institution_number", "581911", "PEZ-001"),
    ("payer_number", "1" * 21, "PEZ-001"),
    ("payer_number", "", "PEZ-001"),
    ("confirmation_number", "1234567", "PEZ-001"),
    ("confirmation_number", "１２３", "PEZ-001"),
    ("amount_yen", "0", "PEZ-001"),
    ("amount_yen", "5,000", "PEZ-001"),
    ("amount_yen", "-5000", "PEZ-001"),
    ("receipt_number", "", "PEZ-001"),
    ("paid_on", "2026-1-2", "PEZ-001"),
    ("paid_on", "20260229", "PEZ-003"),
])  # fmt: skip
def test_field_of_another_shape_is_refused(name: str, text: str, code: str) -> None:
    with pytest.raises(FaultyInput) as error:
        read_notice(NOTICE.fields() | {name: text})
    assert [(fault.code, fault.column) for fault in error.value.faults] == [(code, name)]


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(FaultyInput) as error:
        read_notice({"institution_number": "5", "amount_yen": "x"}, file="notice.json")
    found = [(fault.code, fault.column) for fault in error.value.faults]
    assert sorted(found) == [
        ("PEZ-001", "amount_yen"),
        ("PEZ-001", "institution_number"),
        ("PEZ-002", "confirmation_number"),
        ("PEZ-002", "paid_on"),
        ("PEZ-002", "payer_number"),
        ("PEZ-002", "receipt_number"),
    ]
    assert {fault.file for fault in error.value.faults} == {"notice.json"}


def test_bill_that_no_screen_takes_is_named() -> None:
    wrong = Bill("5819", "1" * 21, "", 0)
    assert [fault.column for fault in wrong.faults()] == [
        "institution_number", "payer_number", "confirmation_number", "amount_yen",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------ in the book
@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    opened = desk.open(date(2026, 1, 5))
    desk.draw(opened, 100_000, date(2026, 1, 5))
    return opened


def take(desk: Desk, key: Key, notice: Notice, bill: Bill = BILL, on: date = PAID_ON) -> Done:
    done: Done = desk.do(take_notice, key, bill, notice, desk.made(on))
    return done


def receipts() -> list[tuple[str, str, date]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel, external_ref, value_on FROM loan_event WHERE kind = 'receipt'"
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


@pytest.mark.rule("BANK-009")
def test_first_notice_posts(desk: Desk, key: Key) -> None:
    done = take(desk, key, NOTICE, on=date(2026, 1, 22))
    assert not done.is_repeat
    assert receipts() == [("payeasy", "A-20260120-7", PAID_ON)]
    assert balances_of(key)[Account.BANK] == -95_000


@pytest.mark.rule("BANK-009")
def test_same_receipt_number_posts_once(desk: Desk, key: Key) -> None:
    first = take(desk, key, NOTICE)
    before = balances_of(key)
    second = take(desk, key, NOTICE, on=date(2026, 1, 25))
    assert (second.is_repeat, second.event_no) == (True, first.event_no)
    assert len(receipts()) == 1
    assert balances_of(key) == before
    take(desk, key, replace(NOTICE, receipt_number="A-20260120-8"))
    assert len(receipts()) == 2


@pytest.mark.rule("BANK-009")
def test_same_receipt_number_with_another_amount_is_a_conflict(desk: Desk, key: Key) -> None:
    free = replace(BILL, amount_yen=None)
    take(desk, key, NOTICE, free)
    before = balances_of(key)
    with pytest.raises(StateConflict) as conflict:
        take(desk, key, replace(NOTICE, amount_yen=6_000), free)
    assert conflict.value.faults[0].code == "PEZ-005"
    assert balances_of(key) == before


@pytest.mark.rule("BANK-009")
@pytest.mark.parametrize("changes", [
    {"institution_number": "58192"},
    {"payer_number": "00000001000000000013"},
    {"confirmation_number": "654321"},
    {"amount_yen": 4_999},
])  # fmt: skip
def test_notice_of_another_bill_moves_no_money(
    desk: Desk, key: Key, changes: dict[str, object]
) -> None:
    other = read_notice(
        {**NOTICE.fields(), **{name: str(value) for name, value in changes.items()}}
    )
    with pytest.raises(RefusedError) as error:
        take(desk, key, other)
    assert [fault.column for fault in error.value.faults] == list(changes)
    assert error.value.faults[0].details["rule"] == "BANK-009"
    assert receipts() == []


def test_day_to_come_is_refused(desk: Desk, key: Key) -> None:
    with pytest.raises(MotochoError):
        take(desk, key, NOTICE, on=date(2026, 1, 19))
    assert receipts() == []
