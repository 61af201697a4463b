"""What could be agreed, side by side: each way with its yen, its months, its refusal [返済の案].

What the person told (how much, when, until when) fills every way in; the kernel follows each to
its end; dated policy says which may be offered. Nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from motocho.care.reliefs.limits import Limits, in_force
from motocho.kernel.revolving import Arrangement, Relief
from motocho.kernel.schedule import DuePlan, Scheme
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import refusal
from motocho.loans.queries import Change, First, Followed, Ground, Search

LAST_OF_MONTH = 31
BY_CYCLE = 0
"""In place of a day of the month: every 35 days."""
AFTER_PAY_DAY = 3
"""Days between being paid and paying: paid on the 25th, due on the 28th."""
USUAL_PAYMENTS = 3
_WITHOUT_END = date.max.toordinal()


class Way(Enum):
    """What can be offered [返済の案]."""

    AS_IS = "as_is"
    """Nothing changes; what the others are held against."""
    INTEREST_ONLY = "interest_only"
    REDUCED = "reduced"
    DUE_DAY = "due_day"
    PROMISE = "promise"
    TWO_MONTHS = "two_months"
    """A promise of the missed payment and the next one together."""
    MINIMUM = "minimum"
    LONGER = "longer"
    INSTALMENTS = "instalments"


OFFERED = tuple(one for one in Way if one is not Way.AS_IS)
FOR_SOME_TIME = frozenset({Way.REDUCED, Way.INSTALMENTS})
IN_ARREARS = frozenset({Way.MINIMUM, Way.INSTALMENTS})
"""Only where something is late: else they are what holds anyway."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the person said [聞き取り]: how much, when, for how long, on which day of the month."""

    able_yen: int
    """What can be paid each time."""
    able_on: date
    """The first day on which it can."""
    times: int = USUAL_PAYMENTS
    """For how many payments it stays so, or in how many parts arrears can be paid."""
    due_day: int = BY_CYCLE
    """The day of the month that suits; 0 for every 35 days."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way beside the others [返済の案]."""

    way: Way
    change: Change
    first: First
    refusal: Refusal | None = None
    followed: Followed | None = None
    """None where it is refused, or never ends."""
    more_yen: int = 0
    """How much more than as it is, all in all; below zero for less."""

    @property
    def may_be_offered(self) -> bool:
        """Whether it can be agreed [提案できるか]."""
        return self.followed is not None and self.way is not Way.AS_IS

    @property
    def difference_yen(self) -> int:
        """The same without its sign, to be said in words [差額の大きさ]."""
        return abs(self.more_yen)

    @property
    def is_promised(self) -> bool:
        """Whether its first payment is a promise; other due dates promise nothing [約束の有無]."""
        return self.way is not Way.DUE_DAY

    @property
    def until(self) -> date | None:
        """The last due date that it holds for, where it is a relief [期間の終わり]."""
        if not isinstance(self.change, Arrangement):
            return None
        return date.fromordinal(self.change.until)


def beside(cursor: Any, key: Key, told: Told, on: date) -> tuple[Scenario, ...]:
    """Every way for what was told, as it is first [返済の案の一覧]; empty if nothing is owed.

    Raises    NotFoundError if the member has no such agreement.
    """
    ground = queries.ground(cursor, key, on)
    if not ground.minimum_yen:
        return ()
    now = _followed(cursor, key, Scenario(Way.AS_IS, None, _soonest(ground)), on)
    hidden = set() if ground.is_late else set(IN_ARREARS)
    if ground.arrears_yen <= ground.minimum_yen:  # as it is, the minimum is all that is missed
        hidden.add(Way.MINIMUM)
    if _plan(ground, told) == ground.plan:
        hidden.add(Way.DUE_DAY)
    ways = [way for way in OFFERED if way not in hidden]
    return (now, *(_compared(one(cursor, key, way, told, on), now) for way in ways))


def as_is(cursor: Any, key: Key, on: date) -> Scenario:
    """Nothing changed [今のまま]."""
    ground = queries.ground(cursor, key, on)
    return _followed(cursor, key, Scenario(Way.AS_IS, None, _soonest(ground)), on)


def compared(cursor: Any, key: Key, way: Way, told: Told, on: date) -> Scenario:
    """One way, held against how it is [返済の案]."""
    return _compared(one(cursor, key, way, told, on), as_is(cursor, key, on))


def one(cursor: Any, key: Key, way: Way, told: Told, on: date) -> Scenario:
    """One way for what the person told [返済の案]; refused where policy or the product says so."""
    ground = queries.ground(cursor, key, on)
    held = in_force(cursor, on)
    refused = _refused(way, told, ground, held)
    first = _first(way, told, ground)
    if refused is not None:
        return Scenario(way, None, first, refused)
    if way is Way.LONGER:
        wanted = Search(held.longest_payments, held.unit_yen)
        change = queries.longer(cursor, key, first, wanted, on)
        if change is None:
            return Scenario(way, None, first, refusal("LEDG-015", "CAR-034"))
        return _followed(cursor, key, Scenario(way, change, first), on)
    if way is Way.TWO_MONTHS:
        return _two_months(cursor, key, ground, first)
    found = _followed(cursor, key, Scenario(way, _change(way, told, ground, first), first), on)
    if way not in FOR_SOME_TIME or found.followed is None:
        return found
    ending = _ending(found, found.followed, told.times)
    return _followed(cursor, key, Scenario(way, ending, first), on)


def _ending(found: Scenario, followed: Followed, times: int) -> Change:
    """The relief with its last day: that of the payment which was named.

    Why       as long as it lasts, a relief asks the same whatever its end: so its last day can be
              read from a way that has none.
    """
    if not isinstance(found.change, Arrangement):
        return found.change
    last = followed.rows[min(times, followed.payments) - 1]
    return found.change._replace(until=last.on.toordinal())


def _soonest(ground: Ground) -> First:
    """Today where something is late, or a holiday moved the last day to pay; else the due date."""
    if ground.is_late or ground.due_on is None:
        return First(ground.on)
    return First(max(ground.on, ground.due_on))


def _first(way: Way, told: Told, ground: Ground) -> First:
    if way in {Way.PROMISE, Way.TWO_MONTHS}:
        return First(told.able_on, told.able_yen if way is Way.PROMISE else None)
    soonest = _soonest(ground)
    # Who is late pays on the first day that they can; a due date stays where it is.
    return First(max(told.able_on, ground.on)) if ground.is_late else soonest


def _refused(way: Way, told: Told, ground: Ground, held: Limits) -> Refusal | None:
    """LEDG-015, 016: what the house does not agree to by itself."""
    last_on = ground.on + timedelta(days=held.promise_most_days)
    if not ground.on <= told.able_on <= last_on:
        return refusal("LEDG-016", "CAR-031", first=ground.on, last=last_on)
    if way is Way.REDUCED and not ground.least_yen <= told.able_yen < ground.minimum_yen:
        least, most = f"{ground.least_yen:,}", f"{ground.minimum_yen - 1:,}"
        return refusal("LEDG-015", "CAR-032", least=least, most=most)
    if way is Way.DUE_DAY and _plan(ground, told) == ground.plan:
        return refusal("LEDG-027", "CAR-035")
    times = {Way.REDUCED: held.reduced_most_payments, Way.INSTALMENTS: held.instalments_most}
    if way in times and not 1 <= told.times <= times[way]:
        return refusal("LEDG-015", "CAR-033", most=times[way])
    return None


def _change(way: Way, told: Told, ground: Ground, first: First) -> Change:
    if way is Way.DUE_DAY:
        return _plan(ground, told)
    match way:
        case Way.INTEREST_ONLY:
            return Arrangement(Relief.INTEREST_ONLY, 0, first.on.toordinal())
        case Way.REDUCED:
            return Arrangement(Relief.AMOUNT, told.able_yen, _WITHOUT_END)
        case Way.MINIMUM:
            return Arrangement(Relief.AMOUNT, ground.minimum_yen, first.on.toordinal())
        case Way.INSTALMENTS:
            part = -(-ground.arrears_yen // told.times)
            return Arrangement(Relief.AMOUNT, ground.minimum_yen + part, _WITHOUT_END)
        case _:
            return None


def _plan(ground: Ground, told: Told) -> DuePlan:
    scheme = Scheme.MONTHLY if told.due_day else Scheme.EVERY_35_DAYS
    plan: DuePlan = ground.plan._replace(scheme=scheme, day_of_month=told.due_day)
    return plan


def _two_months(cursor: Any, key: Key, ground: Ground, first: First) -> Scenario:
    """What is asked on the day, and one payment more."""
    asked_yen = queries.waiting(cursor, key, ground.on, first.on).asked_yen
    both = First(first.on, asked_yen + ground.minimum_yen)
    return _followed(cursor, key, Scenario(Way.TWO_MONTHS, None, both), ground.on)


def _followed(cursor: Any, key: Key, wanted: Scenario, on: date) -> Scenario:
    answer = queries.follow(cursor, key, wanted.change, wanted.first, on)
    if isinstance(answer, Refusal):
        return replace(wanted, refusal=answer)
    return replace(wanted, followed=answer)


def _compared(found: Scenario, now: Scenario) -> Scenario:
    if found.followed is None or now.followed is None:
        return found
    more_yen = found.followed.extra_yen - now.followed.extra_yen
    return replace(found, more_yen=more_yen)


def suggested_day(pay_day: int | None) -> int:
    """The due date that suits a pay day: a few days after it [給料日に合う返済日].

    >>> suggested_day(25), suggested_day(30), suggested_day(None)
    (28, 2, 0)
    """
    if pay_day is None:
        return BY_CYCLE
    return (pay_day + AFTER_PAY_DAY - 1) % LAST_OF_MONTH + 1
