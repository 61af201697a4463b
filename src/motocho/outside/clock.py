"""The clock: the one place that reads it [時計].

Everything else takes a date or a moment as an argument. A business date is a date in Japan,
wherever the machine stands.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japan has had no other offset since 1951, so no time zone data is needed."""


def now() -> datetime:
    """The moment, in Japan [現在時刻]."""
    return datetime.now(JAPAN)  # noqa: TID251  # the one place


def business_date() -> date:
    """Today in Japan [業務日付]."""
    return now().date()
