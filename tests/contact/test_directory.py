"""The directory: whose number, which desk, when, and what may not be registered."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.contact.directory import (
    Hours,
    Lender,
    Use,
    next_opening,
    read,
    read_file,
    refuse_filing,
    refuse_registration,
    shipped,
)
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.units.errors import FaultyInput, Language
from motocho.units.phones import PhoneKind, kind_of

TODAY = date(2026, 11, 24)
FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 12, 1)  # noqa: DTZ001  # hypothesis adds the zone
LENDER = "lender: {" + ", ".join(f"{one.name}: x" for one in fields(Lender)) + "}"
ONE = f"""
{LENDER}
desks:
  - {{id: desk, name_ja: j, name_en: e, purposes_ja: [p], purposes_en: [p], channels: [phone],
     hours: {{business_days: ["09:00", "18:00"]}}}}
numbers:
  - {{number: 03-0000-0001, desk: desk, use: in, filed_on: 2024-03-01, from_on: 2024-04-01}}
"""


def codes(text: str) -> list[str]:
    with pytest.raises(FaultyInput) as raised:
        read(text, "directory.yaml")
    assert all(fault.file == "directory.yaml" for fault in raised.value.faults)
    return [fault.code for fault in raised.value.faults]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)


# ------------------------------------------------------------------------------ the shipped file
def test_shipped_numbers_belong_to_nobody() -> None:
    """No exchange in Japan begins with 0, so a slip of the hand rings nobody's telephone."""
    assert all(one.digits.startswith("030000") for one in shipped().numbers)


def test_every_desk_of_the_table_has_purposes_hours_and_somebody_to_call() -> None:
    known = shipped()
    assert len(known.desks) == 8
    for desk in known.desks:
        assert desk.purposes_ja
        assert len(desk.purposes_ja) == len(desk.purposes_en)
        assert known.call_back(desk, TODAY).use is not Use.OUT


@pytest.mark.parametrize(
    ("desk", "number"),
    [
        ("card_loan", "0300000108"),
        ("complaints", "0300000104"),
        ("voice", "0300000108"),
        ("first_time", "0300000108"),
    ],
)
def test_desk_calls_from_its_own_number_or_of_whom_it_answers_for(desk: str, number: str) -> None:
    known = shipped()
    found = known.calling(known.desk(desk), TODAY)
    assert found is not None
    assert found.digits == number


def test_outgoing_number_is_called_back_at_another_desk() -> None:
    known = shipped()
    found = known.whose("0300000108", TODAY)
    assert found is not None
    assert found.use is Use.OUT
    assert known.call_back(found.desk, TODAY).desk.desk_id == "card_loan"


def test_number_is_ours_on_its_days_only() -> None:
    known = shipped()
    assert known.whose("0300000110", date(2024, 3, 31)) is not None
    assert known.whose("0300000110", date(2024, 4, 1)) is None
    assert known.formerly("0300000110", date(2024, 4, 1)) is not None
    assert known.formerly("0300000110", date(2024, 3, 31)) is None


# -------------------------------------------------------------------------------------- the rules
@pytest.mark.rule("FRAUD-004")
def test_calls_go_out_under_published_numbers() -> None:
    assert shipped().refuse_caller("0300000108", TODAY) is None
    assert shipped().refuse_caller("0300000104", TODAY) is None


@pytest.mark.rule("FRAUD-004")
@pytest.mark.parametrize("digits", ["09012345678", "0300000102", "0300000110", "0312345678"])
def test_calls_under_another_number_are_refused(digits: str) -> None:
    refusal = shipped().refuse_caller(digits, TODAY)
    assert refusal is not None
    assert refusal.rule_id == "FRAUD-004"
    assert "03-0000-0108" in refusal.fix(Language.JA)


@pytest.mark.rule("ADV-001")
def test_registered_number_may_be_shown() -> None:
    assert shipped().refuse_shown("0300000101", TODAY) is None


@pytest.mark.rule("ADV-001")
@pytest.mark.parametrize("digits", ["0120000000", "09000000000", "0300000110"])
def test_number_that_is_not_registered_may_not_be_shown(digits: str) -> None:
    refusal = shipped().refuse_shown(digits, TODAY)
    assert refusal is not None
    assert "貸金業法" in refusal.citations[0].text(Language.JA)


@pytest.mark.rule("ADV-002")
@pytest.mark.parametrize(("digits", "line"), [
    ("0355330811", ""), ("0120000000", "03-0000-0001"), ("0570000000", "03-0000-0001"),
])  # fmt: skip
def test_number_tied_to_a_place_can_be_registered(digits: str, line: str) -> None:
    assert refuse_registration(digits, line) is None


@pytest.mark.rule("ADV-002")
@pytest.mark.parametrize(("digits", "line"), [
    ("09000000000", ""), ("05000000000", ""), ("0120000000", ""), ("0120000000", "090-0000-0000"),
    ("09000000000", "03-0000-0001"), ("0120000000", "?"),
])  # fmt: skip
def test_number_tied_to_no_place_cannot(digits: str, line: str) -> None:
    refusal = refuse_registration(digits, line)
    assert refusal is not None
    assert refusal.rule_id == "ADV-002"


@given(st.from_regex(r"0[1-9]0[0-9]{8}|0[1-9][0-9]{8}", fullmatch=True))
def test_without_a_line_only_land_lines_can_be_registered(digits: str) -> None:
    assert (refuse_registration(digits, "") is None) == (kind_of(digits) is PhoneKind.LAND)


@pytest.mark.rule("ADV-003")
def test_number_filed_before_it_is_used() -> None:
    assert refuse_filing("0300000101", date(2026, 11, 10), date(2026, 11, 20)) is None


@pytest.mark.rule("ADV-003")
@pytest.mark.parametrize("filed_on", [date(2026, 11, 20), date(2026, 11, 25)])
def test_number_filed_on_the_day_or_after_is_refused(filed_on: date) -> None:
    refusal = refuse_filing("0300000101", filed_on, date(2026, 11, 20))
    assert refusal is not None
    assert refusal.allowed_from == filed_on + timedelta(days=1)


@pytest.mark.rule("DESK-001")
@pytest.mark.parametrize("moment", [at(24, 9), at(24, 17, 59)])
def test_desk_answers_within_its_hours(moment: datetime) -> None:
    known = shipped()
    assert known.refuse_call_back(known.desk("card_loan"), moment, is_business_day) is None


@pytest.mark.rule("DESK-001")
@pytest.mark.parametrize(("moment", "opens"), [
    (at(24, 18), at(25, 9)),  # the end does not belong to the hours
    (at(24, 8, 59), at(24, 9)),
    (at(21, 10), at(24, 9)),  # Saturday; Monday the 23rd is a holiday
    (at(23, 10), at(24, 9)),
])  # fmt: skip
def test_desk_says_when_it_answers_again(moment: datetime, opens: datetime) -> None:
    known = shipped()
    desk = known.desk("card_loan")
    refusal = known.refuse_call_back(desk, moment, is_business_day)
    assert refusal is not None
    assert refusal.allowed_from == opens.date()
    assert next_opening(desk.hours, moment, is_business_day) == opens
    assert f"{opens.day}日9:00" in refusal.fix(Language.JA)


def test_lost_cards_are_stopped_at_any_hour() -> None:
    known = shipped()
    desk = known.desk("lost_card")
    assert desk.hours.always
    assert known.refuse_call_back(desk, at(22, 3), is_business_day) is None


@given(
    moment=st.datetimes(FIRST, LAST, timezones=st.just(JAPAN)),
    opens=st.integers(0, 12), until=st.integers(13, 23), business=st.booleans(),
)  # fmt: skip
def test_next_opening_is_open_and_no_earlier(
    moment: datetime, opens: int, until: int, *, business: bool
) -> None:
    hours = Hours(time(opens), time(until), only_business_days=business)
    found = next_opening(hours, moment, is_business_day)
    assert found >= moment
    assert hours.covers(found, is_business_day)


# ------------------------------------------------------------------------- files that are refused
def test_smallest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(ONE, encoding="utf-8")
    assert read_file(path, TODAY).numbers[0].text == "03-0000-0001"


@pytest.mark.parametrize(("line", "expected"), [
    ("{number: 090-0000-0000, desk: desk, use: out, filed_on: 2024-03-01, from_on: 2024-04-01}", "DIR-004"),
    ("{number: 03-0000-0002, desk: desk, use: out, filed_on: 2024-04-01, from_on: 2024-04-01}", "DIR-005"),
    ("{number: 03-0000-0002, desk: other, use: out, filed_on: 2024-03-01, from_on: 2024-04-01}", "DIR-010"),
    ("{number: 03-0000-0001, desk: desk, use: out, filed_on: 2024-03-01, from_on: 2024-05-01}", "DIR-011"),
    ("{number: 03-0000, desk: desk, use: out, filed_on: 2024-03-01, from_on: 2024-04-01}", "PHN-003"),
])  # fmt: skip
def test_number_that_may_not_stand_there(line: str, expected: str) -> None:
    assert codes(f"{ONE}  - {line}\n") == [expected]


def test_desk_that_nobody_can_call() -> None:
    assert codes(ONE.replace("use: in", "use: out")) == ["DIR-012"]


def test_desk_that_nobody_can_call_yet(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(ONE, encoding="utf-8")
    with pytest.raises(FaultyInput) as raised:
        read_file(path, date(2024, 3, 31))
    assert [(one.file, one.code) for one in raised.value.faults] == [("mine.yaml", "DIR-012")]


@pytest.mark.parametrize(("from_on", "expected"), [("2026-12-01", []), ("2026-12-02", ["DIR-015"])])
def test_desk_that_nobody_can_call_for_a_day(from_on: str, expected: list[str]) -> None:
    text = ONE.replace("from_on: 2024-04-01", "from_on: 2024-04-01, until_on: 2026-11-30") + (
        "  - {number: 03-0000-0002, desk: desk, use: in, filed_on: 2024-03-01,"
        f" from_on: {from_on}}}\n"
    )
    assert (codes(text) if expected else list(read(text, "x").numbers[2:])) == expected


@pytest.mark.parametrize(("before", "after"), [
    ("business_days", "weekdays"), ('"09:00"', '"9"'), ('"18:00"', '"08:00"'), ('["09:00", "18:00"]', '["09:00"]'),
    ("channels: [phone]", "channels: [pigeon]"), ("use: in", "use: inward"), ("from_on: 2024-04-01", "from_on: soon"),
])  # fmt: skip
def test_value_that_cannot_be_read(before: str, after: str) -> None:
    assert codes(ONE.replace(before, after)) == ["DIR-014"]


@pytest.mark.parametrize("key", [
    "desks", "numbers", "lender", "dispute_phone", "id", "name_ja", "purposes_en", "hours", "channels", "number", "desk",
    "use", "filed_on", "from_on",
])  # fmt: skip
def test_key_that_is_missing(key: str) -> None:
    faults = codes(re.sub(rf"(?<![\w-]){key}:", f"x_{key}:", ONE))
    assert set(faults) == {"DIR-013"}


def test_all_faults_at_once() -> None:
    text = ONE.replace("03-0000-0001", "050-0000-0000").replace("2024-03-01", "2024-05-01")
    assert codes(text) == ["DIR-004", "DIR-005"]
