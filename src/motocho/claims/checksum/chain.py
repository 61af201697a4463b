"""The lender's own running account, rerun row by row from its printed balances [業者残高の再現].

A chain holds the events of one dealing as the lender printed them. From each balance that is known
the next is reckoned under a convention; where the printed one differs, the rerun goes on from what
is printed, so that one slip does not spoil the rows after it. Interest that a payment did not cover
is carried and bears nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from motocho.kernel.accrual import Yen, cut, interest_on, span_between, weight_of
from motocho.kernel.appropriation import repay
from motocho.kernel.conventions import FirstDay, Rounding, YearBasis

_SLACK_AFTER_SLIP = 2

LENT, PAID, STILL, OPENED = 1, -1, 0, 2
"""What an entry does to the balance; OPENED states one."""


SUPPOSED, SUPPOSED_ABOUT = -1, -2
"""In place of a place: an entry that is only supposed, exactly or about."""


class Rate(NamedTuple):
    """What the days that end with an entry bear [利率]."""

    ppm: int = 0
    before_ppm: int = 0
    """The rate of the days before `changes_on`, where the rate changes among them."""
    changes_on: int = 0
    printed_yen: int | None = None
    """The interest that the lender printed, where that is gone by."""


class Entry(NamedTuple):
    """One event as the lender printed it [記帳]; days are ordinals."""

    place: int
    """Its place in the history; SUPPOSED or SUPPOSED_ABOUT where no row stands for it."""
    on: int
    way: int
    amount_yen: int
    balance_yen: int | None
    rate: Rate = Rate()


class Rules(NamedTuple):
    """How the lender counts days and cuts yen [業者の計算方法]."""

    year_basis: YearBasis = YearBasis.FIXED_365
    first_day: FirstDay = FirstDay.EXCLUDE
    rounding: Rounding = Rounding.FLOOR


class Account(NamedTuple):
    """What is owed after an entry, and the advances whose own day is still to be charged [口座]."""

    on: int
    balance_yen: Yen
    unpaid_yen: Yen
    own_day_yen: int = 0
    own_day_on: int = 0
    is_sure: bool = True
    """Whether the unpaid interest is known: not at the head of a partial history."""
    slack_yen: int = 1
    """Under EXACT: how far a printed balance may lie off; more where fractions are not known."""


class Step(NamedTuple):
    """One entry rerun [再現した行]."""

    before: Account
    interest_yen: Yen
    expected_yen: Yen | None
    """The balance that the entry should leave; None where nothing can be said."""
    agrees: bool
    after: Account


@lru_cache(maxsize=65_536)
def _weight(first: int, last: int, year_basis: int) -> int:
    return weight_of(span_between(first, last, year_basis))


def charged_weight(after: int, on: int, rules: Rules) -> int:
    """The time between two entries in weights (`kernel.accrual`) [期間の重み]."""
    if on <= after:
        return 0
    shift = 1 if rules.first_day is FirstDay.LEND_IN_REPAY_OUT else 0
    return _weight(after + 1 - shift, on - shift, rules.year_basis)


def interest(account: Account, on: int, rate: Rate, rules: Rules) -> Yen:
    """Interest on an account up to a day, cut as the lender cuts it [利息]."""
    if rate.printed_yen is not None:
        return rate.printed_yen
    if on <= account.on or account.balance_yen <= 0:
        return 0
    first, last = account.on + 1, on
    if rules.first_day is FirstDay.LEND_IN_REPAY_OUT:
        first, last = first - 1, last - 1
    year = rules.year_basis
    if first < rate.changes_on <= last:
        micro = account.balance_yen * rate.before_ppm
        yen, ticks = interest_on(micro, _weight(first, rate.changes_on - 1, year))
        micro = account.balance_yen * rate.ppm
        more_yen, more_ticks = interest_on(micro, _weight(rate.changes_on, last, year))
        yen, ticks = yen + more_yen, ticks + more_ticks
    else:
        yen, ticks = interest_on(account.balance_yen * rate.ppm, _weight(first, last, year))
    if account.own_day_yen and rules.first_day is FirstDay.BOTH:
        day = account.own_day_on
        micro = account.own_day_yen * rate.ppm
        more_yen, more_ticks = interest_on(micro, _weight(day, day, year))
        yen, ticks = yen + more_yen, ticks + more_ticks
    return cut(yen, ticks, rules.rounding)


def _agrees(printed_yen: int, expected_yen: Yen, slack_yen: int, rules: Rules) -> bool:
    """Whether a printed balance is the reckoned one; an overpaid account is printed as 0 too."""
    if expected_yen < 0 and printed_yen == 0:
        return True
    if rules.rounding is Rounding.EXACT:
        return -slack_yen < printed_yen - expected_yen < slack_yen
    return printed_yen == expected_yen


def step(account: Account, entry: Entry, rules: Rules) -> Step:
    """Rerun one entry; go on from the printed balance [一行の再現]."""
    interest_yen = interest(account, entry.on, entry.rate, rules)
    unpaid: Yen = account.unpaid_yen + interest_yen
    balance: Yen = account.balance_yen
    own_yen, own_on = account.own_day_yen, account.own_day_on
    if entry.on > account.on:
        own_yen = 0
    if entry.way == LENT:
        balance += entry.amount_yen
        own_yen, own_on = own_yen + entry.amount_yen, entry.on
    elif entry.way == PAID:
        unpaid, balance, excess = repay(entry.amount_yen, unpaid, balance)
        balance = balance - excess
    elif entry.way == OPENED:
        opened = entry.amount_yen if entry.balance_yen is None else entry.balance_yen
        return Step(account, 0, None, agrees=True, after=start(entry.on, opened))
    reckoned = Account(
        entry.on, balance, unpaid, own_yen, own_on, account.is_sure, account.slack_yen
    )
    if entry.place == SUPPOSED_ABOUT:
        reckoned = loosened(reckoned)
    if entry.balance_yen is None:
        return Step(account, interest_yen, balance, agrees=True, after=reckoned)
    return _compared(
        Step(account, interest_yen, balance, agrees=True, after=reckoned), entry, rules
    )


def _compared(reckoned: Step, entry: Entry, rules: Rules) -> Step:
    """A step held against the balance that is printed, from which the rerun goes on."""
    before, after = reckoned.before, reckoned.after
    printed = entry.balance_yen or 0
    settled = entry.way == PAID and printed < before.balance_yen
    sure = before.is_sure or settled
    if _agrees(printed, after.balance_yen, before.slack_yen, rules):
        exact = rules.rounding is Rounding.EXACT and after.balance_yen >= 0
        kept = after.balance_yen if exact and before.slack_yen == 1 else printed
        return reckoned._replace(after=after._replace(balance_yen=kept, is_sure=sure))
    unpaid = 0 if settled else after.unpaid_yen
    resumed = after._replace(
        balance_yen=printed, unpaid_yen=unpaid, is_sure=sure, slack_yen=_SLACK_AFTER_SLIP
    )
    known = before.is_sure or entry.way == LENT
    return reckoned._replace(agrees=not known, after=resumed)


def start(on: int, balance_yen: int = 0) -> Account:
    """An account at the head of a history; what interest was unpaid is not known [開始]."""
    sure = balance_yen == 0
    return Account(on, balance_yen, 0, 0, 0, sure, 1 if sure else _SLACK_AFTER_SLIP)


def opening_account(entries: Sequence[Entry]) -> Account:
    """The account before the first entry: nothing owed, or not known [開始]."""
    first = entries[0]
    printed = first.balance_yen
    if first.way == PAID and printed is not None and printed != first.amount_yen:
        # The balance before is not known: one from which this payment leads to what is printed.
        return start(first.on, printed + first.amount_yen)
    return start(first.on)


def differing(account: Account, entries: Sequence[Entry], rules: Rules) -> list[int]:
    """The places of the entries whose printed balance differs [合わない行]."""
    places = []
    for entry in entries:
        done = step(account, entry, rules)
        if not done.agrees:
            places.append(entry.place)
        account = done.after
    return places


def overpaying(account: Account, entries: Sequence[Entry], rules: Rules) -> int:
    """How many payments go beyond what was owed [払いすぎの行数]."""
    count = 0
    for entry in entries:
        done = step(account, entry, rules)
        count += done.expected_yen is not None and done.expected_yen < 0
        account = done.after
    return count


def loosened(account: Account) -> Account:
    """The account where fractions of a yen are not known any more [端数不明]."""
    return account._replace(slack_yen=_SLACK_AFTER_SLIP)
