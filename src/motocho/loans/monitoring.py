"""Monitoring of members: when a bureau must be asked, and what follows; pure [途上与信].

A revolving contract is looked at in periods of a month from its contract date. When a period ends
and the member borrowed much in it, or owes much at the end of a third one, the lender asks a credit
bureau within three weeks. What the bureau says may ask for evidence of income within a month, and
for a lower limit, or no more draws, at once. Amounts and times are law (`lending.monitoring`).

>>> period = period_ending(date(2026, 1, 31), date(2026, 2, 28))
>>> period.number, period.first_on.isoformat(), period.last_on.isoformat()
(1, '2026-01-31', '2026-02-28')
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from motocho.kernel.schedule import MONTHS, day_of_month
from motocho.law.lending import Shown, is_latest
from motocho.law.tables import Row, table
from motocho.loans._book import Key

ONE_DAY = timedelta(days=1)


class CheckKind(Enum):
    """What is due [調査の種類]."""

    MONTHLY = "monthly"
    """Much was borrowed in a month · 貸金業法13条の3第1項 · LEND-013."""
    REGULAR = "regular"
    """Much is owed at the end of three months · 13条の3第2項 · LEND-014."""
    INCOME = "income"
    """Evidence of income · 13条の3第3項 · LEND-015."""


BUREAU = (CheckKind.MONTHLY, CheckKind.REGULAR)
"""What an answer of a bureau meets."""


def law_on(on: date) -> Row:
    """The amounts and times of a day [法令の値].

    Raises    LawGap before 2010-06-18.
    """
    return table("lending.monitoring").at(on)


# ----------------------------------------------------------------------------------------- periods
class Period(NamedTuple):
    """A month of a contract, both days included [期間]; the first one is number 1."""

    number: int
    first_on: date
    last_on: date


def _last_day(opened_on: date, number: int) -> date:
    """The day before the contract's day of the month, or the last of a month that lacks it.

    Law       民法143条2項; 貸金業法施行規則10条の24第1項1号.
    """
    if number == 0:
        return opened_on - ONE_DAY
    year, month = divmod(opened_on.month - 1 + number, MONTHS)
    found = date.fromordinal(day_of_month(opened_on.year + year, month + 1, opened_on.day))
    return found if found.day < opened_on.day else found - ONE_DAY


def period_ending(opened_on: date, on: date) -> Period | None:
    """The period of a contract that ends on a day, if one does [期間の末日].

    >>> period_ending(date(2026, 1, 15), date(2026, 2, 14)).number
    1
    >>> period_ending(date(2026, 1, 15), date(2026, 2, 15)) is None
    True
    """
    months = (on.year - opened_on.year) * MONTHS + on.month - opened_on.month
    for number in (months, months + 1):
        if number > 0 and _last_day(opened_on, number) == on:
            return Period(number, _last_day(opened_on, number - 1) + ONE_DAY, on)
    return None


def contract_days_ending(on: date) -> frozenset[int]:
    """The days of the month of contracts of which a period ends on a day [末日が来る契約日].

    >>> [sorted(contract_days_ending(date(2026, *on))) for on in ((2, 28), (3, 30))]
    [[1, 29, 30, 31], [31]]
    """
    following = on + ONE_DAY
    if following.day != 1:
        return frozenset({following.day})
    return frozenset({1, *range(on.day + 1, 32)})


def a_month_after(on: date, months: int) -> date:
    """The day that a time of months ends on [月の応当日].

    Law       民法143条2項.

    >>> a_month_after(date(2026, 1, 31), 1).isoformat()
    '2026-02-28'
    """
    year, month = divmod(on.month - 1 + months, MONTHS)
    return date.fromordinal(day_of_month(on.year + year, month + 1, on.day))


# ------------------------------------------------------------------------------------ what is due
@dataclass(frozen=True, slots=True)
class Borrowed:
    """A member at the end of a contract's period [期間の借入れ].

    Both sums are over all revolving contracts of the member with this lender.
    """

    draws_yen: int
    balance_yen: int
    is_stopped: bool
    """Whether nothing may be drawn on the contract: arrears, or a reason that is recorded."""


class Due(NamedTuple):
    """What the end of a period brings [調査の要否].

    `waits` is a regular check that may wait while nothing is lent, and must be made before
    anything is again.
    """

    kinds: tuple[CheckKind, ...]
    waits: bool


def checks_due(period: Period, borrowed: Borrowed, law: Row) -> Due:
    """Whether a bureau must be asked when a period ends [途上与信の要否] · LEND-013, LEND-014.

    Law       貸金業法13条の3第1項, 2項; 施行規則10条の24第1項, 10条の25第1項, 3項.
    """
    if borrowed.balance_yen <= law.number("balance_above_yen"):
        return Due((), waits=False)
    kinds = []
    if borrowed.draws_yen > law.number("draws_above_yen"):
        kinds.append(CheckKind.MONTHLY)
    is_regular = period.number % law.number("regular_months") == 0
    if is_regular and not borrowed.is_stopped:
        kinds.append(CheckKind.REGULAR)
    return Due(tuple(kinds), waits=is_regular and borrowed.is_stopped)


def deadline_of(period: Period, law: Row) -> date:
    """The last day to ask the bureau [調査の期限] · 施行規則10条の24第2項, 10条の25第2項."""
    return period.last_on + timedelta(days=law.number("days_to_ask"))


# -------------------------------------------------------------------------------- what was learned
@dataclass(frozen=True, slots=True)
class Income:
    """A member's income, as a document shows it [年収].

    `shown` says of which paper and until when; None where nobody noted it.
    """

    issued_on: date
    annual_yen: int
    shown: Shown | None = None

    def is_latest(self, on: date) -> bool:
        """Whether a new contract or a higher limit may rest on it [直近の期間か] · LEND-006.

        Law       貸金業法施行規則10条の17第2項; of a paper that nobody noted, it is not known.
        """
        return self.shown is not None and self.issued_on <= on and is_latest(self.shown, on)


@dataclass(frozen=True, slots=True)
class Burden:
    """What a member could owe: own limits, and what others are owed [極度方式個人顧客合算額].

    `others_yen` is without the loans of 10条の21, `left_out_yen` they themselves: this sum leaves
    them out, for evidence as for the third (13条の3第3項, 5項2号, 3号). That of a new contract or a
    higher limit does not (13条3項2号).
    """

    own_limits_yen: int
    others_yen: int
    left_out_yen: int = 0

    @property
    def total_yen(self) -> int:
        """The sum that monitoring looks at [合算額]."""
        return self.own_limits_yen + self.others_yen


def needs_evidence(
    burden: Burden,
    income: Income | None,
    on: date,
    law: Row,
    confirmed_on: Collection[date] = (),
) -> bool:
    """Whether evidence of income must be asked for [収入証明書の要否] · LEND-012, LEND-015.

    Takes     the days on which the employer was found to be the same.
    Law       貸金業法13条の3第3項, of the sum of 5項; 施行規則10条の26.
    """
    if burden.total_yen <= law.number("evidence_above_yen"):
        return False
    return income is None or evidence_until(income.issued_on, on, confirmed_on) < on


def evidence_until(issued_on: date, on: date, confirmed_on: Collection[date] = ()) -> date:
    """The last day on which held evidence counts [収入証明書の有効期限] · LEND-012.

    Three years from its issue; five where the employer was found to be the same within a year from
    the day on which two years had passed.

    Law       施行規則10条の26第2項.

    >>> issued, on = date(2022, 4, 1), date(2026, 11, 21)
    >>> [evidence_until(issued, on, days).year for days in ((), {date(2024, 4, 1)})]
    [2025, 2027]
    """
    law = table("lending.evidence_age").at(on)
    first_on = a_month_after(issued_on, MONTHS * law.number("confirm_after_years"))
    last_on = a_month_after(first_on, MONTHS * law.number("confirm_within_years")) - ONE_DAY
    is_confirmed = any(first_on <= one <= min(last_on, on) for one in confirmed_on)
    years = law.number("confirmed_years" if is_confirmed else "years")
    return a_month_after(issued_on, MONTHS * years)


def evidence_lawful_until(found_on: date) -> date:
    """The last day that the law leaves for evidence of income [法令上の提出期限] · LEND-015.

    The house asks for it earlier: draws stop after its own day.

    Law       施行規則10条の26第1項; 平成19年内閣府令79号附則9条の2: two months for the time being.

    >>> evidence_lawful_until(date(2026, 12, 31)).isoformat()
    '2027-02-28'
    """
    law = table("lending.evidence_due").at(found_on)
    return a_month_after(found_on, law.number("months_for_now"))


def is_over_base(burden: Burden, income: Income, law: Row) -> bool:
    """Whether contracts are above a third of the income [基準額超過] · LEND-016.

    Law       貸金業法13条の3第5項, 13条の4.

    >>> law = law_on(date(2026, 11, 21))
    >>> [is_over_base(Burden(500_000, others), Income(date(2026, 1, 1), 3_000_000), law)
    ...  for others in (500_000, 500_001)]
    [False, True]
    """
    return law.number("parts_of_income") * burden.total_yen > income.annual_yen


def limits_within_base(
    limits: Mapping[Key, int], burden: Burden, income: Income, law: Row, *, unit_yen: int
) -> dict[Key, int] | None:
    """The limits to cut, and to what, so that the whole is within the base; None if that fails.

    The largest is cut first, each to whole units, one at least [極度額の減額] · LEND-016.

    Law       貸金業法13条の4; 施行規則10条の29第1号.
    """
    over_yen = burden.total_yen - income.annual_yen // law.number("parts_of_income")
    cuts: dict[Key, int] = {}
    for key, limit_yen in sorted(limits.items(), key=lambda one: (-one[1], one[0])):
        if over_yen <= 0:
            break
        units = max(1, (limit_yen - over_yen) // unit_yen)
        cuts[key] = units * unit_yen
        over_yen -= limit_yen - cuts[key]
    return cuts if over_yen <= 0 else None
