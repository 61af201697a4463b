"""What was promised against what came, to the yen, with damages for delay; pure [入金の確認].

>>> owed = Promised(100_000, date(2026, 11, 30), 30_000)
>>> late = check(owed, [Payment(60_000, date(2026, 11, 30))], date(2026, 12, 30))
>>> late.short_yen, late.damages_yen, late.due_yen
(40000, 98, 40098)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from motocho.claims import prospects
from motocho.claims.prospects import Refund
from motocho.kernel.accrual import TICKS_PER_YEN, accrue, span_between
from motocho.kernel.conventions import YearBasis
from motocho.office.tracker.tracks import Track
from motocho.units.errors import Fault, FaultyInput

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """What is to be paid, by when, and what a year of delay costs [支払の約束]."""

    amount_yen: int
    pay_on: date
    damages_ppm: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What came in on a day [入金]."""

    amount_yen: int
    on: date


@dataclass(frozen=True, slots=True)
class Checked:
    """How a promise stands on a day [入金の確認結果]."""

    as_of: date
    promised_yen: int
    paid_yen: int
    short_yen: int
    """Of what was promised, still unpaid."""
    damages_yen: int
    """For delay, still unpaid; a part of a yen is left off."""
    over_yen: int
    """What came beyond both."""
    days_late: int
    """Since the promised day, while something of it is unpaid."""

    @property
    def due_yen(self) -> int:
        """What has to be asked for today [不足額と損害金]."""
        return self.short_yen + self.damages_yen

    @property
    def is_whole(self) -> bool:
        """Whether all has come [全額の入金]."""
        return self.due_yen == 0


def check(promised: Promised, payments: Iterable[Payment], as_of: date) -> Checked:
    """What is missing on a day, with damages for each day of delay [不足額と遅延損害金].

    Days      damages run from the day after the promised one to the day of payment, both counted;
              a year has 365 days, as settlements write it (年365日日割計算).
    Exact     parts of a yen are carried from one payment to the next and left off at the end only.
    Law       民法415条, 419条, 489条: a payment meets damages first, then what was promised.
    """
    left_yen, damages_ticks, over_yen, paid_yen = promised.amount_yen, 0, 0, 0
    reckoned_on = promised.pay_on
    for one in sorted(payments, key=lambda each: each.on):
        if one.on > as_of:
            continue
        damages_ticks += _delay_ticks(left_yen, promised.damages_ppm, reckoned_on, one.on)
        reckoned_on = max(reckoned_on, one.on)
        paid_yen += one.amount_yen
        to_damages_yen = min(one.amount_yen, damages_ticks // TICKS_PER_YEN)
        damages_ticks -= to_damages_yen * TICKS_PER_YEN
        to_promise_yen = min(one.amount_yen - to_damages_yen, left_yen)
        left_yen -= to_promise_yen
        over_yen += one.amount_yen - to_damages_yen - to_promise_yen
    damages_ticks += _delay_ticks(left_yen, promised.damages_ppm, reckoned_on, as_of)
    damages_yen = damages_ticks // TICKS_PER_YEN
    late = (as_of - promised.pay_on).days if left_yen else 0
    return Checked(
        as_of, promised.amount_yen, paid_yen, left_yen, damages_yen, over_yen, max(0, late)
    )


def _delay_ticks(amount_yen: int, rate_ppm: int, reckoned_on: date, until: date) -> int:
    if until <= reckoned_on or amount_yen == 0:
        return 0
    first = reckoned_on + ONE_DAY
    span = span_between(first.toordinal(), until.toordinal(), YearBasis.FIXED_365)
    found = accrue(amount_yen, rate_ppm, span)
    return found.yen * TICKS_PER_YEN + found.remainder_ticks


def of_track(track: Track, as_of: date) -> Checked | None:
    """The same of a case's last promise and what was paid since; None without a promise [入金確認].

    Why       what was paid before the promise was made belongs to no part of it.
    """
    promise = track.promise
    pay_on = promise.day("pay_on") if promise else None
    if promise is None or pay_on is None:
        return None
    owed = Promised(promise.number("amount_yen"), pay_on, promise.number("damages_ppm"))
    came = [Payment(one.number("amount_yen"), one.on) for one in track.paid if one.on >= promise.on]
    return check(owed, came, as_of)


def with_noted(track: Track, stated: str) -> str:
    """What was paid back, with what the case noted since [返還金への反映].

    Takes     the case's own text, `day/yen; day/yen`.
    Gives     the same text where nothing is missing; each payment once, however written.
    Raises    FaultyInput where the text cannot be read.
    """
    faults: list[Fault] = []
    known = Counter(prospects.read_refunds({"refunds": stated}, faults).paid)
    if faults:
        raise FaultyInput(*faults)
    noted = Counter(Refund(one.on, one.number("amount_yen")) for one in track.paid)
    missing = sorted((noted - known).elements())
    return "; ".join(
        [*([stated.strip()] if stated.strip() else ()), *(f"{on}/{yen}" for on, yen in missing)]
    )
