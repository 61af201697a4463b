"""Calendars, read back by a reader of the tests' own."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from motocho.office.tracker import agenda
from motocho.office.tracker.agenda import Entry
from motocho.outside.clock import JAPAN

MADE_AT = datetime(2026, 11, 22, 9, tzinfo=JAPAN)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200
)


def read_back(data: bytes) -> list[tuple[str, str]]:
    """Lines unfolded and taken apart by RFC 5545 3.1; every line of at most 75 octets, CRLF."""
    assert data.endswith(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no sign is cut in two
    whole = data.replace(b"\r\n ", b"").decode()
    return [
        (name, value) for name, _, value in (line.partition(":") for line in whole.splitlines())
    ]


def unescaped(text: str) -> str:
    out, signs = "", iter(text)
    for sign in signs:
        if sign == "\\":
            after = next(signs)
            out += "\n" if after in "nN" else after
        else:
            out += sign
    return out


@given(TEXTS, TEXTS)
def test_texts_come_back_as_they_were(title: str, note: str) -> None:
    title = "".join(one for one in title if one.isprintable()) or "x"
    note = "".join(one for one in note if one.isprintable())
    lines = read_back(
        agenda.calendar([Entry("1", title, date(2027, 1, 4), None, "", note)], MADE_AT)
    )
    assert unescaped(dict(lines)["SUMMARY"]) == title
    descriptions = [unescaped(value) for name, value in lines if name == "DESCRIPTION"]
    assert descriptions[0] == (note or title)


def test_components_are_nested_and_each_entry_has_its_reminders() -> None:
    starts_at = datetime(2026, 12, 8, 10, 30, tzinfo=JAPAN)
    entries = [
        Entry(
            "case-1-5-hearing",
            "口頭弁論期日",
            starts_at.date(),
            starts_at,
            "東京簡易裁判所; 5号",
            "持ち物:\n証拠",
        ),
        Entry("case-1-4-appeal", "控訴の期限", date(2027, 1, 4), None, "", ""),
    ]
    lines = read_back(agenda.calendar(entries, MADE_AT))
    open_parts: list[str] = []
    for name, value in lines:
        if name == "BEGIN":
            open_parts.append(value)
        if name == "END":
            assert open_parts.pop() == value
    assert open_parts == []
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert ("DTSTART;TZID=Asia/Tokyo", "20261208T103000") in lines
    assert ("DTEND;TZID=Asia/Tokyo", "20261208T113000") in lines
    assert ("DTSTART;VALUE=DATE", "20270104") in lines
    assert ("DTEND;VALUE=DATE", "20270105") in lines
    assert ("UID", "case-1-5-hearing@motocho") in lines
    assert ("DTSTAMP", "20261122T000000Z") in lines
    assert sum(1 for line in lines if line == ("BEGIN", "VALARM")) == 4
    assert ("BEGIN", "VTIMEZONE") in lines


def test_the_same_entries_give_the_same_file() -> None:
    entries = [Entry("1", "期限", date(2027, 1, 4), None, "", "")]
    assert agenda.calendar(entries, MADE_AT) == agenda.calendar(entries, MADE_AT)
