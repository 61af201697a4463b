"""Whom a draw may be paid to, and what a member is told before one: pure [振込融資の点検]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules
from motocho.law.rules import Refusal
from motocho.loans.policy import Facts, refusal
from motocho.outside.bank import BankAccount, compared

MOST_IN_A_DAY = 4
"""Draws of a member within a day before somebody looks: house policy, FRAUD-005."""
DAY = timedelta(hours=24)
DUE_SOON_DAYS = 3
MANY_DRAWS = 3
"""The draw that is the third within `MANY_DAYS`."""
MANY_DAYS = 30
LATE_DAYS = 60
MOST_OF_LIMIT_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Payee:
    """The registered account that a draw goes to [振込先]; `holder` in the signs of banks."""

    account: BankAccount
    holder: str
    registered_at: datetime


def check_payee(payee: Payee, own_kana: str) -> Refusal | None:
    """FRAUD-002: a draw goes to an account in the member's own name alone [名義の確認].

    >>> from motocho.outside.bank import AccountType
    >>> at = datetime(2026, 11, 1)
    >>> theirs = Payee(BankAccount("0001", "001", AccountType.ORDINARY, "1234567"), "ﾀﾅｶ ｼﾖｳｺﾞ", at)
    >>> check_payee(theirs, "タナカ ショウゴ") is None, check_payee(theirs, "サトウ ハナコ").code
    (True, 'MNY-010')
    """
    if compared(payee.holder) == compared(own_kana):
        return None
    return refusal("FRAUD-002", "MNY-010")


def check_velocity(asked_at: Sequence[datetime], at: datetime) -> Refusal | None:
    """FRAUD-005: many draws within a day wait until somebody has looked [短時間の連続借入]."""
    lately = [one for one in asked_at if one > at - DAY]
    if len(lately) < MOST_IN_A_DAY:
        return None
    until = min(lately[-MOST_IN_A_DAY:]) + DAY
    return refusal("FRAUD-005", "MNY-011", until=f"{until.astimezone(at.tzinfo):%m/%d %H:%M}")


class Caution(Enum):
    """What is said before a draw that may hurt [借りる前に伝える事実]: one fact, the nearest."""

    LATE_LATELY = "late_lately"
    DUE_SOON = "due_soon"
    MANY_DRAWS = "many_draws"
    NEAR_LIMIT = "near_limit"


@dataclass(frozen=True, slots=True)
class Habits:
    """What the last weeks show [最近の利用]."""

    draws: int
    """Draws of the last 30 days, those under way among them."""
    was_late: frozenset[date]
    """Days of the last 60 on which a late payment came."""


def caution(facts: Facts, rules: Rules, habits: Habits, amount_yen: int) -> Caution | None:
    """What a member is told before a draw; None where there is no more risk than ever [注意]."""
    if habits.was_late:
        return Caution.LATE_LATELY
    pay_by = revolving.deadline(facts.state, rules)
    if pay_by is not None and pay_by - facts.state.on <= DUE_SOON_DAYS:
        return Caution.DUE_SOON
    if habits.draws + 1 >= MANY_DRAWS:
        return Caution.MANY_DRAWS
    after_yen = facts.state.principal_yen + facts.held_yen + amount_yen
    if after_yen * 100 > facts.limit_yen * MOST_OF_LIMIT_PERCENT:
        return Caution.NEAR_LIMIT
    return None
