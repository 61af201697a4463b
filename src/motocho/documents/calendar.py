"""Calendar files that a phone takes up: one event, one day [カレンダーファイル].

Text by RFC 5545: lines of at most 75 octets that end with CRLF, signs of the format escaped, so
that a text can neither end its line nor begin another property.

>>> made = entry(Entry("promise-1", "約束の日", date(2026, 11, 28), datetime(2026, 11, 22)))
>>> made.decode().splitlines()[6:9]
['DTSTART;VALUE=DATE:20261128', 'DTEND;VALUE=DATE:20261129', 'SUMMARY:約束の日']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST_OCTETS = 75
"""Of a line, without its end · RFC 5545 3.1."""
CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One day to be reminded of [予定]; `uid` is the same whenever the same day is given again."""

    uid: str
    title: str
    on: date
    made_at: datetime
    note: str = ""


def entry(one: Entry) -> bytes:
    """The file of one entry, with a reminder on the day before [予定のファイル].

    Takes     the moment in UTC, or with its offset.
    """
    following = one.on + timedelta(days=1)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Motocho//JA",
        "BEGIN:VEVENT",
        f"UID:{escaped(one.uid)}",
        f"DTSTAMP:{_utc(one.made_at)}",
        f"DTSTART;VALUE=DATE:{one.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{following:%Y%m%d}",
        f"SUMMARY:{escaped(one.title)}",
        *([f"DESCRIPTION:{escaped(one.note)}"] if one.note else []),
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT15H",
        f"DESCRIPTION:{escaped(one.title)}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(folded(line) for line in lines).encode()


def _utc(at: datetime) -> str:
    there = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{there:%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    r"""A text as a property's value [値の表記] · RFC 5545 3.3.11; what no eye sees is left out.

    >>> print(escaped("a;b,c\nEND:VEVENT"))
    a\;b\,c\nEND:VEVENT
    """
    plain = "".join(one for one in text if one == "\n" or one.isprintable())
    for sign in "\\;,":
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> str:
    """A line folded to the longest that is allowed, between signs, with its end [折返し]."""
    parts, length, most = [""], 0, LONGEST_OCTETS
    for sign in line:
        size = len(sign.encode())
        if length + size > most:
            parts.append("")
            length, most = 0, LONGEST_OCTETS - 1  # the blank that continues a line counts
        parts[-1] += sign
        length += size
    return "\r\n ".join(parts) + "\r\n"
