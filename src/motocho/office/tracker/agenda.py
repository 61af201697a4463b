"""Calendars of deadlines and days in court, as files that other programs take up [カレンダー].

Text by RFC 5545: an hour in court stands in Japanese time with its zone, a deadline is a whole day;
each has two reminders. The id of an entry stays the same, so that a newer file replaces the older.

>>> what = Entry("case-1-2-appeal", "控訴の期限", date(2027, 1, 4), None, "", "")
>>> text = calendar([what], datetime(2026, 11, 22, tzinfo=UTC)).decode()
>>> text.splitlines()[14:18]
['BEGIN:VEVENT', 'UID:case-1-2-appeal@motocho', 'DTSTAMP:20261122T000000Z', 'SUMMARY:控訴の期限']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from motocho.documents.calendar import escaped, folded

CONTENT_TYPE = "text/calendar; charset=utf-8"
HEARING_HOURS = 1
_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Tokyo",
    "BEGIN:STANDARD",
    "DTSTART:19510901T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "TZNAME:JST",
    "END:STANDARD",
    "END:VTIMEZONE",
)
_BEFORE = {True: ("-P7D", "-P1D"), False: ("-P7D", "-PT15H")}
"""A week and a day before an hour in court; a week and the afternoon before a whole day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar [予定]; `starts_at` is None for a whole day."""

    uid: str
    title: str
    on: date
    starts_at: datetime | None
    place: str
    note: str


def calendar(entries: Iterable[Entry], made_at: datetime) -> bytes:
    """A calendar file of some entries [カレンダーファイル]; made at a moment with its offset."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Motocho//JA", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", *_ZONE]
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for one in entries:
        lines += _event(one, stamp)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) for line in lines).encode()


def _event(one: Entry, stamp: str) -> list[str]:
    title = escaped(one.title)
    lines = ["BEGIN:VEVENT", f"UID:{escaped(one.uid)}@motocho", f"DTSTAMP:{stamp}"]
    lines.append(f"SUMMARY:{title}")
    if one.starts_at is None:
        following = one.on + timedelta(days=1)
        lines += [f"DTSTART;VALUE=DATE:{one.on:%Y%m%d}", f"DTEND;VALUE=DATE:{following:%Y%m%d}"]
        lines.append("TRANSP:TRANSPARENT")
    else:
        ends_at = one.starts_at + timedelta(hours=HEARING_HOURS)
        lines.append(f"DTSTART;TZID=Asia/Tokyo:{one.starts_at:%Y%m%dT%H%M%S}")
        lines.append(f"DTEND;TZID=Asia/Tokyo:{ends_at:%Y%m%dT%H%M%S}")
    lines += [f"LOCATION:{escaped(one.place)}"] if one.place else []
    lines += [f"DESCRIPTION:{escaped(one.note)}"] if one.note else []
    for trigger in _BEFORE[one.starts_at is not None]:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}"]
        lines += [f"DESCRIPTION:{title}", "END:VALARM"]
    return [*lines, "END:VEVENT"]
