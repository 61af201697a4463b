"""The named choices of a calculation [計算の約束ごと].

Each disputed choice of a recalculation is an enumeration; a member's public name is its lower-case
name (`YearBasis.WHOLE_THEN_FEB29.public_name == "whole_then_feb29"`). Members are integers so that
the interpreted and the compiled path compare the same values. Which choice is lawful, and when, is
not said here: see `law` and `claims.assumptions`.
"""

from __future__ import annotations

from enum import IntEnum


class Convention(IntEnum):
    """A named choice [約束ごと]."""

    @property
    def public_name(self) -> str:
        """The name in files, commands and results [公開名].

        >>> FirstDay.LEND_IN_REPAY_OUT.public_name
        'lend_in_repay_out'
        """
        return self.name.lower()


class EventKind(Convention):
    """What one row of a history does [取引の種別]."""

    OPENING = 0
    CARRY = 1
    BORROW = 2
    REPAY = 3
    CLOSING = 4


class YearBasis(Convention):
    """How days become parts of a year [年の日数]."""

    CALENDAR = 0
    """Each day of a leap year is 1/366, any other 1/365 [各年計算]."""
    FIXED_365 = 1
    """Every day is 1/365 [年365日固定]."""
    WHOLE_THEN_CALENDAR = 2
    """Whole years first, the remaining days as CALENDAR [端数期間暦年]."""
    WHOLE_THEN_365 = 3
    """Whole years first, the remaining days /365 [年未満のみ365]."""
    WHOLE_THEN_FEB29 = 4
    """Whole years first; the rest /366 if the year that begins with it holds a 29 February
    [抽象的2月29日説]."""


class FirstDay(Convention):
    """Which days of a row bear interest [初日・末日]."""

    EXCLUDE = 0
    """The day after the previous event up to this event's day [初日不算入]."""
    LEND_IN_REPAY_OUT = 1
    """The previous event's day up to the day before this event [貸付日算入弁済日不算入]."""
    BOTH = 2
    """As EXCLUDE, and each advance bears its own day once more [両端入れ]."""
    BOTH_FIRST_ONLY = 3
    """As BOTH, for the first advance that leaves a debt only [初回のみ両端入れ]."""


class Rounding(Convention):
    """How interest is cut to whole yen [端数処理]."""

    FLOOR = 0
    HALF_UP = 1
    CEIL = 2
    EXACT = 3
    """Not cut: fractions of a yen flow on into the balances."""


class RoundingStage(Convention):
    """What is cut at once [端数処理の単位]."""

    ROW = 0
    """The exact sum of a row."""
    PART = 1
    """Whole years, days of common years and days of leap years, each apart [岡山方式]."""


class CeilingRule(Convention):
    """How the ceiling follows the principal [制限利率の区分]."""

    RATCHET = 0
    """Tested at each advance; only ever goes down."""
    FIRST = 1
    """Fixed by the first advance that leaves a debt."""
    FLOATING = 2
    """The bracket of the principal of the moment."""
    NONE = 3
    """No ceiling: the agreed rate alone."""


class BracketBase(Convention):
    """The sum that is held against the brackets at an advance [区分の基準となる額]."""

    NET = 0
    """The principal after set-off."""
    GROSS = 1
    """The principal before, and the whole advance."""


class UnpaidInterest(Convention):
    """What happens to interest that a payment did not cover [未払利息]."""

    CARRY = 0
    """Carried, bearing nothing."""
    CAPITALIZE = 1
    """Added to principal at the end of each row, before the payment."""


class OverpaymentAppropriation(Convention):
    """What meets a new advance while the lender owes [過払金の充当]."""

    INTEREST_FIRST = 0
    PRINCIPAL_FIRST = 1
    ACCUMULATE = 2
    """The overpayment only; its interest is never set off."""
    NO_INTEREST = 3
    """The overpayment only; it bears no interest."""


class OverpaymentRateRule(Convention):
    """Which rate an overpayment bears [過払利息の利率]."""

    CONSTANT = 0
    ORIGIN = 1
    """By the day the first overpayment of the contract arose."""
    SPLIT_2020 = 2
    """By the day on which interest accrues."""
    TRANCHE = 3
    """Each overpayment by its own day; the oldest is used first."""


class SameDayOrder(Convention):
    """The order of events within one date [同日の順序]."""

    AS_GIVEN = 0
    BORROW_FIRST = 1
    REPAY_FIRST = 2


class OpeningBalance(Convention):
    """What an opening balance counts for [冒頭残高]."""

    AS_GIVEN = 0
    ZERO = 1
    """It changes nothing [冒頭ゼロ計算]."""


class DamagesBasis(Convention):
    """Whose date decides whether the flat cap on damages applies [損害金の上限の基準日]."""

    AGREEMENT = 0
    """The contract's first event."""
    ADVANCE = 1
    """The last advance that left a debt."""


class Series(Convention):
    """One dealing or several [一連・分断]."""

    JOINED = 0
    """All contracts are one continuous dealing [一連]."""
    SEPARATE = 1
    """Each contract alone [個別]."""
    SEPARATE_SET_OFF = 2
    """Each alone, then set off at nominal value on the last date [個別+相殺]."""


class SegmentKind(Convention):
    """What a piece of a row was charged as [区間の種別]."""

    AGREED = 0
    CEILING = 1
    DAMAGES = 2
    OVERPAYMENT = 3
