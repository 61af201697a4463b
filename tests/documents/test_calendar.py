"""Calendar files: any text stays one text, whatever signs it has."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from motocho.documents.calendar import LONGEST_OCTETS, Entry, entry

TEXTS = st.text(max_size=200)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


@given(TEXTS, TEXTS, st.dates(date(2000, 1, 1), date(2099, 12, 30)))
def test_a_text_is_one_value_and_lines_are_short(title: str, note: str, on: date) -> None:
    content = entry(Entry("uid", title, on, MADE, note))
    for line in content.split(b"\r\n"):
        assert len(line) <= LONGEST_OCTETS
        line.decode()  # no sign is cut in two
    lines = unfolded(content)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert not re.search(r"[\r\n]", "".join(lines))
    names = [line.partition(":")[0] for line in lines if line]
    wanted = {"BEGIN", "VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART;VALUE=DATE",
              "DTEND;VALUE=DATE", "SUMMARY", "DESCRIPTION", "TRANSP", "ACTION", "TRIGGER", "END"}  # fmt: skip
    assert set(names) <= wanted
    assert names.count("BEGIN") == names.count("END") == 3
    said = next(line for line in lines if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    back = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], said)
    assert back == "".join(one for one in title if one == "\n" or one.isprintable())


def test_moment_is_told_in_utc_and_the_day_ends_before_the_next() -> None:
    here = datetime(2026, 12, 31, 8, tzinfo=timezone(timedelta(hours=9)))
    lines = unfolded(entry(Entry("uid", "x", date(2026, 12, 31), here)))
    assert "DTSTAMP:20261230T230000Z" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "DESCRIPTION:" not in "\n".join(lines[:10])
