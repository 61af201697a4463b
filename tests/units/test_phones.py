"""Telephone numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.units.errors import Unread
from motocho.units.phones import PhoneKind, kind_of, phone_text, read_phone


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("03-0000-0101", "0300000101"),
        ("０３－００００－０１０１", "0300000101"),
        ("０３（００００）０１０１", "0300000101"),
        ("03ー0000ー0101", "0300000101"),
        ("+81 3 0000 0101", "0300000101"),
        ("+81-(0)3-0000-0101", "0300000101"),
        ("0081 90-1234-5678", "09012345678"),
        ("090.1234.5678", "09012345678"),
        ("0800-000-0000", "08000000000"),
        ("0120 000 111", "0120000111"),
        ("110", "110"),
    ],
)
def test_ways_of_writing_one_number(typed: str, digits: str) -> None:
    assert read_phone(typed) == digits


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "PHN-001"),
        ("  ー ", "PHN-001"),
        ("03-0000-010X", "PHN-002"),
        ("03-0000-010", "PHN-003"),
        ("090-1234-567", "PHN-003"),
        ("1234567890", "PHN-003"),
        ("0800-000-000", "PHN-003"),
        ("999", "PHN-003"),
    ],
)
def test_what_is_no_number_says_why(typed: str, code: str) -> None:
    found = read_phone(typed)
    assert isinstance(found, Unread)
    assert found.code == code


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("0300000101", PhoneKind.LAND),
        ("0120000000", PhoneKind.TOLL_FREE),
        ("08000000000", PhoneKind.TOLL_FREE),
        ("0570000000", PhoneKind.UNIFIED),
        ("08012345678", PhoneKind.MOBILE),
        ("05012345678", PhoneKind.IP),
        ("110", PhoneKind.OTHER),
        ("0000000000", PhoneKind.OTHER),
    ],
)
def test_kind_by_first_digits(digits: str, kind: PhoneKind) -> None:
    assert kind_of(digits) is kind


@given(st.from_regex(r"0[1-9][0-9]{8}|0[5789]0[1-9][0-9]{7}", fullmatch=True))
def test_what_is_printed_is_read_again(digits: str) -> None:
    found = read_phone(digits)
    if isinstance(found, str):
        assert read_phone(phone_text(found)) == found


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_phone(text)
    assert isinstance(found, Unread) or found.isdigit()
