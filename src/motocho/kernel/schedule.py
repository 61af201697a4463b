"""Due dates and minimum payments of a revolving loan [返済期日と最低返済額].

Dates are proleptic ordinals, as everywhere in the kernel. Holidays are data: a set of closed days.
What a plan may be is the product's choice; what a law asks of it is checked in `loans.policy`.

>>> from datetime import date
>>> every_35_days = DuePlan()
>>> due = first_due(every_35_days, date(2024, 2, 1).toordinal())
>>> date.fromordinal(due).isoformat()
'2024-03-07'
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date
from typing import NamedTuple

from motocho.kernel.accrual import LEAP_YEAR_DAYS, PPM
from motocho.kernel.conventions import Convention
from motocho.units.errors import ensure

MONTHS = 12
LONGEST_CYCLE_DAYS = 35
"""The longest time between two payments that a minimum payment must carry."""


class Scheme(Convention):
    """What the next due date is counted from [返済期日の方式]."""

    EVERY_35_DAYS = 0
    """From the payment that met the minimum: paying early moves it earlier [35日ごと]."""
    MONTHLY = 1
    """The same day of each month [毎月指定期日]."""


class HolidayRule(Convention):
    """What happens to a due date on a day on which banks are closed [休日の扱い]."""

    NEXT_BUSINESS_DAY = 0
    """It may be paid until the next business day · 最一小判平11.3.11, 民法142条."""
    AS_WRITTEN = 1


class DuePlan(NamedTuple):
    """How due dates follow each other [返済期日の決め方]."""

    scheme: Scheme = Scheme.EVERY_35_DAYS
    day_of_month: int = 0
    """For MONTHLY; a day that a month lacks is its last day."""
    cycle_days: int = LONGEST_CYCLE_DAYS
    window_days: int = 14
    """MONTHLY: a payment counts for a due date from so many days before it; the first due date lies
    further from the first draw than that."""
    holiday_rule: HolidayRule = HolidayRule.NEXT_BUSINESS_DAY


class MinimumBracket(NamedTuple):
    """The minimum payment for contract limits up to an amount [最低返済額の区分]."""

    limit_up_to_yen: int | None
    """The largest limit of the bracket; None for the last one."""
    rate_ppm: int
    """Of the balance right after the last draw."""


class MinimumRule(NamedTuple):
    """Minimum payments by contract limit [最低返済額の決め方]."""

    brackets: tuple[MinimumBracket, ...]
    unit_yen: int = 1_000
    """Rounded up to a multiple of it."""


def day_of_month(year: int, month: int, day: int) -> int:
    """The ordinal of a day of a month, or of its last day if it has none (LEDG-011) [月の応当日].

    >>> date.fromordinal(day_of_month(2026, 11, 31)).isoformat()
    '2026-11-30'
    """
    following = date(year + month // MONTHS, month % MONTHS + 1, 1).toordinal()
    return min(date(year, month, 1).toordinal() + day - 1, following - 1)


def next_of_month(after: int, day: int) -> int:
    """The first such day of a month after a day [次の応当日]."""
    start = date.fromordinal(after)
    this = day_of_month(start.year, start.month, day)
    if this > after:
        return this
    return day_of_month(start.year + start.month // MONTHS, start.month % MONTHS + 1, day)


def first_due(plan: DuePlan, drawn_on: int) -> int:
    """The due date that a first draw sets (LEDG-007) [初回返済期日].

    >>> monthly = DuePlan(Scheme.MONTHLY, day_of_month=25)
    >>> date.fromordinal(first_due(monthly, date(2026, 11, 12).toordinal())).isoformat()
    '2026-12-25'
    """
    if plan.scheme is Scheme.EVERY_35_DAYS:
        return drawn_on + plan.cycle_days
    return next_of_month(drawn_on + plan.window_days, plan.day_of_month)


def next_due(plan: DuePlan, due_on: int, paid_on: int) -> int:
    """The due date after one that was met (LEDG-007) [次回返済期日].

    >>> paid = date(2024, 2, 20).toordinal()
    >>> date.fromordinal(next_due(DuePlan(), paid + 16, paid)).isoformat()
    '2024-03-26'
    """
    if plan.scheme is Scheme.EVERY_35_DAYS:
        return paid_on + plan.cycle_days
    return next_of_month(due_on, plan.day_of_month)


def last_day_to_pay(plan: DuePlan, due_on: int, closed: Container[int]) -> int:
    """The last day on which a due payment is in time (LEDG-010) [支払期限].

    Takes     the days on which banks are closed.
    Law       最一小判平成11年3月11日; 民法142条.
    """
    if plan.holiday_rule is HolidayRule.NEXT_BUSINESS_DAY:
        while due_on in closed:
            due_on += 1
    return due_on


def counts_for(plan: DuePlan, due_on: int, paid_on: int) -> bool:
    """Whether a payment counts for a due date, or is extra before it (LEDG-008) [充当される期日].

    >>> monthly, due = DuePlan(Scheme.MONTHLY, 25), date(2026, 11, 25).toordinal()
    >>> counts_for(monthly, due, due - 14), counts_for(monthly, due, due - 15)
    (True, False)
    """
    return plan.scheme is Scheme.EVERY_35_DAYS or paid_on >= due_on - plan.window_days


def minimum_yen(rule: MinimumRule, limit_yen: int, balance_yen: int) -> int:
    """The minimum payment after a draw (LEDG-004) [最低返済額].

    Takes     the contract limit, and the balance right after the last draw.
    Exact     integers; rounded up to the rule's unit.

    >>> rule = MinimumRule((MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000)))
    >>> [minimum_yen(rule, 200_000, 100_000), minimum_yen(rule, 500_000, 100_000)]
    [5000, 3000]
    """
    rate_ppm = bracket_of(rule.brackets, limit_yen).rate_ppm
    units = -(-balance_yen * rate_ppm // (PPM * rule.unit_yen))
    return units * rule.unit_yen


def bracket_of(brackets: Sequence[MinimumBracket], limit_yen: int) -> MinimumBracket:
    """The bracket of a contract limit [区分]."""
    found = next(
        (
            bracket
            for bracket in brackets
            if bracket.limit_up_to_yen is None or limit_yen <= bracket.limit_up_to_yen
        ),
        None,
    )
    ensure(found, "brackets end with one without a limit", limit_yen=limit_yen)
    return found or brackets[-1]


def falls(minimum_rate_ppm: int, rate_ppm: int, days: int = LONGEST_CYCLE_DAYS) -> bool:
    """Whether a minimum payment is more than the interest of a cycle [元金が減るか].

    The cycle is counted in a common year, where a day bears most.

    >>> falls(15_000, 150_000), falls(15_000, 180_000)
    (True, False)
    """
    return minimum_rate_ppm * (LEAP_YEAR_DAYS - 1) > rate_ppm * days
