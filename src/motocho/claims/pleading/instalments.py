"""Paying off what remains, or a settlement, without interest, month by month [分割弁済].

>>> made = instalments(100_000, date(2026, 1, 31), months=3)
>>> [(one.due_on.isoformat(), one.amount_yen) for one in made]
[('2026-01-31', 33334), ('2026-02-28', 33333), ('2026-03-31', 33333)]
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from motocho.claims.pleading.facts import MOST_INSTALMENTS, Facts
from motocho.units.errors import Fault, FaultyInput, ensure

USUAL_MONTHS = 36
"""Instalments over three years, the usual measure of a voluntary arrangement."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment [分割金]; `left_yen` is owed after it."""

    number: int
    due_on: date
    amount_yen: int
    left_yen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of payments [弁済計画]."""

    instalments: tuple[Instalment, ...]

    @property
    def total_yen(self) -> int:
        """All of them together [支払総額]."""
        return sum(one.amount_yen for one in self.instalments)


def instalments(owed_yen: int, from_on: date, *, months: int) -> tuple[Instalment, ...]:
    """Equal payments; what does not divide comes with the first [分割金].

    Exact     they sum to what is owed; no interest.
    """
    ensure(owed_yen > 0 and months > 0, "something to pay", owed_yen=owed_yen, months=months)
    each_yen, more_yen = divmod(owed_yen, months)
    amounts = [each_yen + more_yen, *([each_yen] * (months - 1))]
    return _dated([amount for amount in amounts if amount], from_on, owed_yen)


def by_amount(owed_yen: int, from_on: date, *, each_yen: int) -> tuple[Instalment, ...]:
    """The same amount each month; the last is what is left [毎月同額].

    >>> [one.amount_yen for one in by_amount(25_000, date(2026, 1, 1), each_yen=10_000)]
    [10000, 10000, 5000]
    """
    ensure(owed_yen > 0 and each_yen > 0, "something to pay", owed_yen=owed_yen, each_yen=each_yen)
    whole, left_yen = divmod(owed_yen, each_yen)
    amounts = [each_yen] * whole + ([left_yen] if left_yen else [])
    return _dated(amounts, from_on, owed_yen)


def _dated(amounts: list[int], from_on: date, owed_yen: int) -> tuple[Instalment, ...]:
    made = []
    for number, amount_yen in enumerate(amounts, 1):
        owed_yen -= amount_yen
        made.append(Instalment(number, _month(from_on, number - 1), amount_yen, owed_yen))
    return tuple(made)


def _month(first: date, later: int) -> date:
    years, month = divmod(first.month - 1 + later, _MONTHS)
    year = first.year + years
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


def plan(owed_yen: int, facts: Facts, written_on: date) -> Plan | None:
    """The plan that the facts ask for; three years where they say nothing [弁済計画].

    Why       nobody offers more than the lender asks for: of the two amounts the smaller is paid.
              Without a day it begins on the 28th of the next month: every month has one, and no
              bank is closed for the new year.
    Raises    FaultyInput where the monthly amount would take too long.
    """
    if owed_yen <= 0:
        return None
    theirs_yen = facts.number("their_claim_yen")
    owed_yen = min(owed_yen, theirs_yen) if theirs_yen else owed_yen
    from_on = facts.day("plan_from_on") or _usual_first(written_on)
    each_yen = facts.number("plan_each_yen")
    if each_yen:
        if -(-owed_yen // each_yen) > MOST_INSTALMENTS:
            details = {"most": str(MOST_INSTALMENTS)}
            raise FaultyInput(Fault("PLD-006", column="plan_each_yen", details=details))
        return Plan(by_amount(owed_yen, from_on, each_yen=each_yen))
    months = facts.number("plan_months") or USUAL_MONTHS
    return Plan(instalments(owed_yen, from_on, months=months))


def _usual_first(written_on: date) -> date:
    return _month(date(written_on.year, written_on.month, _USUAL_DAY), 1)


_USUAL_DAY = 28


def settlement_plan(facts: Facts) -> Plan | None:
    """The settlement in the instalments that were agreed; None where it is paid at once [分割払].

    Why       what does not divide comes with the first, so no instalment is smaller than agreed.
    """
    amount_yen, months = facts.number("settlement_yen"), facts.number("settlement_months")
    from_on = facts.day("settlement_pay_by_on")
    if not amount_yen or not months or months == 1 or from_on is None:
        return None
    return Plan(instalments(amount_yen, from_on, months=months))
