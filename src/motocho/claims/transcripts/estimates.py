"""Rows for years whose history is gone, out of what the client remembers [推定計算].

A person knows when it began, how much was lent, the limit, the payment of each month and the rate.
From that the lender's account is rerun up to the first balance that is known; one last row makes it
meet that balance. Every row is an estimate and is marked as one: a court will ask on what it rests.
The other way, an opening of nothing [冒頭ゼロ計算], needs no rows: it is the assumption
`opening_balance = zero`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from motocho.claims.checksum.chain import LENT, PAID, Account, Entry, Rate, Rules, start, step
from motocho.units.errors import Fault, InputError

MOST_MONTHS = 600
_MONTHS = 12
_LAST_DAY = 31


@dataclass(frozen=True, slots=True)
class Memory:
    """What the client knows of the years without a history [記憶]."""

    first_on: date
    first_yen: int
    """The first loan."""
    payment_yen: int
    """What was paid each month."""
    payment_day: int
    rate_ppm: int
    until_on: date
    """The day of the first known row; estimated rows lie before it."""
    balance_yen: int
    """What the lender says was owed before that row."""
    limit_yen: int = 0
    """If the client borrowed up to a limit again and again; 0 if not."""
    again_yen: int = 10_000
    """How much is borrowed again at a time, as soon as the limit leaves room for it."""


@dataclass(frozen=True, slots=True)
class EstimatedRow:
    """One row that is only estimated [推定行]."""

    on: date
    borrow_yen: int
    repay_yen: int
    balance_yen: int
    is_adjusted: bool = False
    """The row that makes the account meet the known balance."""


def estimate(memory: Memory) -> tuple[EstimatedRow, ...]:
    """Estimated rows that end at the first known balance [推定計算].

    Gives     rows in order of days, all before `until_on`; the last meets `balance_yen`.
    Exact     integers; interest by the lender's rate, 365 days, cut per row.
    Raises    InputError where the memory cannot be meant: days in the wrong order, no payment.
    """
    _refuse(memory)
    account = start(memory.first_on.toordinal())
    rows, account = _moved([], account, LENT, memory.first_yen, memory)
    on = memory.first_on
    while (on := _next_month(on, memory.payment_day)) < memory.until_on:
        if account.balance_yen > 0:
            owed = int(account.balance_yen) + _interest(account, on, memory)
            rows, account = _paid(rows, account, on, min(memory.payment_yen, owed), memory)
        room = memory.limit_yen - int(account.balance_yen)
        if memory.limit_yen and room >= memory.again_yen:
            yen = room // memory.again_yen * memory.again_yen
            rows, account = _moved(rows, _at(account, on), LENT, yen, memory)
    return tuple(_meeting(rows, account, memory))


def _refuse(memory: Memory) -> None:
    months = (memory.until_on.year - memory.first_on.year) * _MONTHS
    if not memory.first_on < memory.until_on or months > MOST_MONTHS:
        raise InputError(Fault("INT-030", excerpt=memory.first_on.isoformat()))
    amounts = (memory.first_yen, memory.payment_yen, memory.again_yen)
    if min(amounts) <= 0 or memory.balance_yen < 0 or memory.limit_yen < 0:
        raise InputError(Fault("INT-031", excerpt=str(min(*amounts, memory.balance_yen))))
    if not 1 <= memory.payment_day <= _LAST_DAY:
        raise InputError(Fault("INT-032", excerpt=str(memory.payment_day)))


def _next_month(on: date, day: int) -> date:
    year, month = on.year + on.month // _MONTHS, on.month % _MONTHS + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def _at(account: Account, on: date) -> Account:
    return account._replace(on=on.toordinal())


def _interest(account: Account, on: date, memory: Memory) -> int:
    entry = Entry(0, on.toordinal(), PAID, 0, None, Rate(memory.rate_ppm))
    return int(step(account, entry, Rules()).interest_yen + account.unpaid_yen)


def _paid(
    rows: list[EstimatedRow], account: Account, on: date, yen: int, memory: Memory
) -> tuple[list[EstimatedRow], Account]:
    entry = Entry(0, on.toordinal(), PAID, yen, None, Rate(memory.rate_ppm))
    after = step(account, entry, Rules()).after
    return [*rows, EstimatedRow(on, 0, yen, int(after.balance_yen))], after


def _moved(
    rows: list[EstimatedRow], account: Account, way: int, yen: int, memory: Memory
) -> tuple[list[EstimatedRow], Account]:
    entry = Entry(0, account.on, way, yen, None, Rate(memory.rate_ppm))
    after = step(account, entry, Rules()).after
    on = date.fromordinal(account.on)
    return [*rows, EstimatedRow(on, yen, 0, int(after.balance_yen))], after


def _meeting(rows: list[EstimatedRow], account: Account, memory: Memory) -> list[EstimatedRow]:
    """The rows with one more, if needed, so that the known balance is met."""
    gap = memory.balance_yen - int(account.balance_yen)
    if gap == 0:
        return rows
    on = date.fromordinal(account.on)
    if gap > 0:
        return [*rows, EstimatedRow(on, gap, 0, memory.balance_yen, is_adjusted=True)]
    owed = int(account.unpaid_yen)
    return [*rows, EstimatedRow(on, 0, -gap + owed, memory.balance_yen, is_adjusted=True)]
