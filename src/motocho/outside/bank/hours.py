"""When a single transfer arrives: the hours of the interbank systems [振込の着金].

On business days the core system carries it while it is open; outside these hours only the More Time
system does, and only where both banks take part in it. Which banks do is data of the lender's,
because nothing in a transfer says so.

>>> from motocho.outside.clock import JAPAN
>>> saturday_night = datetime(2026, 11, 21, 23, 0, tzinfo=JAPAN)
>>> arrival(Order(saturday_night, "0001", "0005", 50_000), {"0001", "0005"}).on
datetime.date(2026, 11, 21)
>>> arrival(Order(saturday_night, "0001", "0398", 50_000), {"0001", "0005"}).on
datetime.date(2026, 11, 24)
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from motocho.outside.bank.days import business_day_from, is_business_day, next_business_day
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, ensure

MORE_TIME_FROM = date(2018, 10, 9)
"""The first day of the More Time system · 全銀ネット."""
MORE_TIME_BELOW_YEN = 100_000_000
"""What More Time carries stays below it; not confirmed by the operator's own text."""


class Speed(Enum):
    """When the payee has the money [着金の早さ]."""

    AT_ONCE = "at_once"
    WHEN_BANKS_OPEN = "when_banks_open"


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer ordered by itself, not in a file and not ahead [振込の依頼].

    Days      `ordered_at` is a moment with its offset; banks work by the time of Japan.
    """

    ordered_at: datetime
    from_bank: str
    to_bank: str
    amount_yen: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """The day in Japan on which the money is there [着金]."""

    speed: Speed
    on: date

    @property
    def notice(self) -> Fault | None:
        """What the member is told where it does not arrive at once [着金の案内]."""
        if self.speed is Speed.AT_ONCE:
            return None
        day_ja = f"{self.on.month}月{self.on.day}日"
        return Fault("BNK-092", details={"day_ja": day_ja, "day": self.on.isoformat()})


def arrival(order: Order, around_the_clock: Container[str]) -> Arrival:
    """When a transfer arrives [着金日].

    Takes     the order; the codes of the banks that take part in More Time.
    Raises    InputError beyond the days that `is_business_day` answers for.
    Law       BANK-006 (全銀ネット モアタイムシステム): the core system is open 8:30-15:30 on
              business days, on the last of a month 7:30-16:30.
    """
    ensure(order.ordered_at.tzinfo is not None, "an order has a moment with its offset")
    at = order.ordered_at.astimezone(JAPAN)
    today = at.date()
    hours = _core_hours(today)
    if hours is not None and hours[0] <= at.time() < hours[1]:
        return Arrival(Speed.AT_ONCE, today)
    if _more_time_takes(order, today, around_the_clock):
        return Arrival(Speed.AT_ONCE, today)
    is_before_opening = hours is not None and at.time() < hours[0]
    day = business_day_from(today) if is_before_opening else next_business_day(today)
    return Arrival(Speed.WHEN_BANKS_OPEN, day)


def _core_hours(on: date) -> tuple[time, time] | None:
    if not is_business_day(on):
        return None
    if next_business_day(on).month != on.month:
        return time(7, 30), time(16, 30)
    return time(8, 30), time(15, 30)


def _more_time_takes(order: Order, on: date, around_the_clock: Container[str]) -> bool:
    return (
        on >= MORE_TIME_FROM
        and order.amount_yen < MORE_TIME_BELOW_YEN
        and order.from_bank in around_the_clock
        and order.to_bank in around_the_clock
    )
