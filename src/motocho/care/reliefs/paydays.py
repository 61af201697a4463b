"""Days on which a payment is likely to succeed: pay days, business days [給料日・約束日の候補].

>>> today, last = date(2026, 11, 19), date(2026, 12, 3)
>>> [on.isoformat() for on in likely_days(today, last, 25, lambda on: on.weekday() < 5)]
['2026-11-23', '2026-11-26', '2026-12-03']
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from motocho.contact.holds import Source
from motocho.kernel.schedule import next_of_month
from motocho.units.errors import Fault, InputError

SUGGESTED = 3
_SOON = timedelta(days=3)
_DAY = timedelta(days=1)
LAST_OF_MONTH = 31
"""Of a month that lacks it, the last day."""

IsBusinessDay = Callable[[date], bool]


def tell(cursor: Any, member_id: int, day_of_month: int, source: Source, at: datetime) -> None:
    """The member says on which day of the month they are paid; 0 forgets it [給料日の登録].

    Raises    InputError for a day that no month has.
    """
    if not 0 <= day_of_month <= LAST_OF_MONTH:
        raise InputError(Fault("CAR-003", excerpt=str(day_of_month)))
    cursor.execute(
        "INSERT INTO care_pay_day (member_id, day_of_month, source, told_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING",
        (member_id, day_of_month, source.ref, at),
    )


def known(cursor: Any, member_id: int) -> int | None:
    """The day of the month on which a member is paid, as told last [給料日]; None if untold."""
    cursor.execute(
        "SELECT day_of_month FROM care_pay_day WHERE member_id = %s ORDER BY told_no DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None or row[0] == 0 else int(row[0])


def likely_days(
    today: date, last_on: date, pay_day: int | None, is_business_day: IsBusinessDay
) -> tuple[date, ...]:
    """Business days up to a last one: soon, after pay day, as late as may be; pure [約束日の候補].

    Without a pay day, or where it lies too far ahead, a day half way stands in its place.
    """
    half = today + (last_on - today) // 2
    paid_on = half
    if pay_day is not None:
        paid_on = date.fromordinal(next_of_month(today.toordinal(), pay_day)) + _DAY
    wanted = [today + _SOON, paid_on if paid_on <= last_on else half, last_on]
    found: list[date] = []
    for on in wanted:
        day = business_day_near(on, last_on, is_business_day)
        if day > today and day not in found:
            found.append(day)
    return tuple(sorted(found))[:SUGGESTED]


def business_day_near(on: date, last_on: date, is_business_day: IsBusinessDay) -> date:
    """The day, or the first business day after it that is not too late, else the last before it.

    Days      [営業日への読み替え].
    """
    day = on
    while day <= last_on and not is_business_day(day):
        day += _DAY
    if day <= last_on:
        return day
    day = min(on, last_on)
    while not is_business_day(day):
        day -= _DAY
    return day
