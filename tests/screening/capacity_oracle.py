"""The capacity rules a second time, written from the articles as tables and by searching [別解].

Nothing here calls `motocho.screening`. A third is a fraction, the highest limit is tried step by
step, years are counted day by day, papers are looked up in a table.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

# 10条の17第2項: the paper, and the month from which last year's is out.
ANNUAL = {
    "withholding_slip": 3, "payment_record": 3, "tax_return": 4, "blue_statement": 4,
    "income_breakdown": 4, "tax_notice": 7, "tax_certificate": 7, "income_certificate": 7,
    "pension_notice": 7,
}  # fmt: skip
LISTED = {*ANNUAL, "pay_slips", "pension_certificate"}
FILED = {"tax_return", "blue_statement", "income_breakdown"}


def accepts_year(kind: str, year: int, on: date) -> bool:
    """Whether an annual paper is of the latest period: years it may be of are listed one by one."""
    is_first_reading = ANNUAL[kind] == 3 and on < date(2026, 11, 23)  # a month earlier
    last_is_out = on >= date(on.year, 2 if is_first_reading else ANNUAL[kind], 1)
    usual = {on.year, on.year - 1} | (set() if last_is_out else {on.year - 2})
    return year in usual


def accepts_months(months: set[tuple[int, int]], on: date) -> bool:
    """Two months in a row that end in this month or the one before, found by walking back."""
    this = (on.year, on.month)
    last = _before(this)
    newest = max(months)
    if newest not in {this, last}:
        return False
    return _before(newest) in months


def _before(month: tuple[int, int]) -> tuple[int, int]:
    first = date(*month, 1) - timedelta(days=1)
    return first.year, first.month


def anniversary(from_on: date, years: int) -> date:
    """The day of the same number, or the last of its month, found by trying each day."""
    day = date(from_on.year + years, from_on.month, 1)
    best = day
    while day.month == from_on.month and day.day <= from_on.day:
        best = day
        day += timedelta(days=1)
    return best


def still_counts(from_on: date, confirmed: list[date], on: date) -> bool:
    """10条の26第2項: within three years, or within five with a check in the third year."""
    if on < from_on:
        return False
    if on <= anniversary(from_on, 3):
        return True
    third_year = [
        day
        for day in confirmed
        if anniversary(from_on, 2) <= day < anniversary(from_on, 3) and day <= on
    ]
    return bool(third_year) and on <= anniversary(from_on, 5)


def year_of_slips(pays: list[int], bonuses: list[tuple[date, int]], on: date) -> int:
    """10条の22第2項2号, 3項: the whole yen of average x 12 and the bonuses of a year."""
    total = Fraction(0)
    for pay in pays:
        total += Fraction(pay * 12, len(pays))
    for paid_on, amount in bonuses:
        if anniversary(on, -1) <= paid_on <= on:
            total += amount
    return total.numerator // total.denominator


def counted(contract: dict[str, int | str | None]) -> int:
    """13条3項1号イ・ロ: the limit or the lower one shown of a revolving one, else the balance."""
    if contract["kind"] != "revolving":
        return int(contract["balance"] or 0)
    limits = [int(contract["limit"] or 0)]
    if contract["shown"] is not None:
        limits.append(int(contract["shown"]))
    return min(limits)


def within_third(income: int, sums: list[int]) -> bool:
    """13条の2第2項: the sum is not above the income times one third."""
    return Fraction(sum(sums)) <= Fraction(income) * Fraction(1, 3)


def highest(income: int, taken: int, step: int, largest: int) -> int:
    """The last amount of the product's steps that passes, tried from the first."""
    best = amount = 0
    while amount + step <= largest:
        amount += step
        if not within_third(income, [taken, amount]):
            break
        best = amount
    return best


def needs_paper(own: int, others: int) -> bool:
    """13条3項1号, 2号: above 500,000 yen with us, or above 1,000,000 yen in all."""
    return own >= 500_001 or own + others >= 1_000_001


def average_rate_allows(new_ppm: int, debts: list[tuple[int, int]]) -> bool:
    """10条の23第1項1号の2ロ: not above the average rate, weighted by what is owed."""
    owed = sum(balance for balance, _ in debts)
    if not owed:
        return False
    average = sum(Fraction(balance, owed) * rate for balance, rate in debts)
    return Fraction(new_ppm) <= average
