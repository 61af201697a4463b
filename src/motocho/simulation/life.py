"""What a member does on a day: spends, pays, forgets, asks [会員の一日].

Pure: a borrower, what they see of their agreement, and their dice go in; deeds come out. Nobody
here knows the book; a wish may well be refused.
"""

from __future__ import annotations

from datetime import date
from random import Random

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Relief
from motocho.kernel.schedule import Scheme, next_of_month
from motocho.loans.policy import Status
from motocho.simulation._deeds import (
    Arrange,
    Borrow,
    BorrowByTransfer,
    ChangePlan,
    Close,
    Deed,
    Outcome,
    Payer,
    Promised,
    Repay,
    Sight,
)
from motocho.simulation.world import PER_MILLE, Borrower, Habit, Road, chance, weighted

THOUSAND_YEN = 1_000
"""Machines take and give notes."""
SMALLEST_WISH_YEN, LARGEST_WISH_YEN = 5_000, 150_000
_LATE_DAYS = {Habit.LATE_AT_TIMES: (250, 12), Habit.FORGETFUL: (450, 45)}
"""How often (per mille) and how many days at most somebody is late."""
_MOST_HELP_DAYS = 200


# --------------------------------------------------------------------------------------- spending
def next_spending(borrower: Borrower, on: int, thrown: Random) -> int:
    """The next day on which money is short [次に借りる日]."""
    longest = 40 if borrower.habit is Habit.IN_TROUBLE else 95
    return on + thrown.randrange(6, longest)


def spend(borrower: Borrower, sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    """A draw wished for: mostly what is available, at times more, or coins [借入の希望]."""
    unit = sight.product.unit_yen
    if sight.status is not Status.OPEN:
        return (Borrow(unit, Road.MACHINE),) if chance(thrown, 30) else ()
    if sight.available_yen == 0 and not chance(thrown, 120):
        return ()
    amount = _wished_yen(sight, thrown)
    if borrower.road.by_file and chance(thrown, 600):
        outcome = weighted(thrown, ((Outcome.ARRIVES, 92), (Outcome.FAILS, 8)))
        return (BorrowByTransfer(amount, outcome, thrown.choice((0, 1, 1, 2, 3))),)
    road = Road.PARTNER if borrower.road is Road.PARTNER else Road.MACHINE
    if chance(thrown, 40):
        return Borrow(amount, road), Borrow(unit, road)
    return (Borrow(amount, road),)


def _wished_yen(sight: Sight, thrown: Random) -> int:
    unit, available = sight.product.unit_yen, sight.available_yen
    if chance(thrown, 15):
        return thrown.randrange(1, unit)
    if chance(thrown, 40):
        return available + unit
    if chance(thrown, 220):
        return max(unit, available)
    wish = thrown.randrange(SMALLEST_WISH_YEN, LARGEST_WISH_YEN) // unit * unit
    return max(unit, min(wish, available))


# ----------------------------------------------------------------------------------------- paying
def next_payment(borrower: Borrower, sight: Sight, thrown: Random) -> int | None:
    """The day on which somebody means to pay; None while nothing is to be paid [次に払う日]."""
    state, today = sight.state, sight.on
    if sight.payoff_yen == 0:
        return None
    if borrower.in_trouble(date.fromordinal(today)) and chance(thrown, 850):
        return today + thrown.randrange(20, 45)
    if state.due_on is None:
        if state.late_since is None and sight.status is Status.OPEN:
            return today + thrown.randrange(20, 60) if chance(thrown, 300) else None
        return today + thrown.randrange(1, 40)
    return max(today + 1, _around_due(borrower, sight, state.due_on, thrown))


def _around_due(borrower: Borrower, sight: Sight, due_on: int, thrown: Random) -> int:
    last = revolving.deadline(sight.state, sight.rules) or due_on
    if borrower.road is Road.DEBIT:
        return due_on
    match borrower.habit:
        case Habit.EARLY:
            payday = next_of_month(sight.on, borrower.payday)
            return payday if payday < due_on else due_on - thrown.randrange(12)
        case Habit.LATE_AT_TIMES | Habit.FORGETFUL:
            often, most = _LATE_DAYS[borrower.habit]
            if chance(thrown, often):
                return last + thrown.randrange(1, most)
            return last - thrown.randrange(3)
        case Habit.PREPAYS_ALL:
            return min(next_of_month(sight.on, borrower.payday), due_on)
        case _:
            return last if chance(thrown, 300) else due_on - thrown.randrange(5)


def pay(borrower: Borrower, sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    """What somebody pays who means to pay today [返済]."""
    asked = max(sight.required_yen, min(sight.state.arrears_yen, sight.payoff_yen))
    asked = asked or sight.payoff_yen
    if asked == 0:
        return ()
    if borrower.in_trouble(date.fromordinal(sight.on)):
        return _in_trouble(borrower, sight, asked, thrown)
    habit = borrower.habit
    if habit is Habit.PREPAYS_ALL and chance(thrown, 500) and sight.payoff_yen:
        return (_repaid(borrower, sight.payoff_yen, thrown),)
    if habit is Habit.OVERPAYS:
        asked = min(asked * thrown.randrange(1, 6), sight.payoff_yen + 20_000)
    elif chance(thrown, 60):
        asked = max(1, asked * thrown.randrange(2, 9) // 10)
    elif chance(thrown, 25) and sight.payoff_yen:
        return (_repaid(borrower, _near(sight.payoff_yen, thrown), thrown),)
    paid = _repaid(borrower, asked, thrown)
    if habit is Habit.PAYS_TWICE and chance(thrown, 250):
        return paid, paid
    return (paid,)


def _near(payoff_yen: int, thrown: Random) -> int:
    """All of it to the yen, all but the coins, or a note more."""
    coins = payoff_yen % THOUSAND_YEN
    return max(1, payoff_yen + thrown.choice((0, 0, -coins, THOUSAND_YEN - coins)))


def _in_trouble(borrower: Borrower, sight: Sight, asked: int, thrown: Random) -> tuple[Deed, ...]:
    """Little, or a plea for relief first."""
    deeds: list[Deed] = []
    if sight.state.arrangement is None and sight.status is Status.OPEN and chance(thrown, 350):
        deeds.append(Arrange(_plea(sight, asked, thrown)))
    if chance(thrown, 400):
        deeds.append(_repaid(borrower, max(1, asked * thrown.randrange(1, 8) // 10), thrown))
    return tuple(deeds)


def _plea(sight: Sight, asked: int, thrown: Random) -> Arrangement:
    until = sight.on + thrown.randrange(20, _MOST_HELP_DAYS)
    if chance(thrown, 400):
        return Arrangement(Relief.INTEREST_ONLY, 0, min(until, sight.on + 60))
    less = max(THOUSAND_YEN, asked // 2 // THOUSAND_YEN * THOUSAND_YEN)
    return Arrangement(Relief.AMOUNT, less, until)


def _repaid(borrower: Borrower, amount_yen: int, thrown: Random) -> Repay:
    """The money on its road: machines take notes, files come days later."""
    road = borrower.road
    if chance(thrown, 80):
        road = weighted(thrown, ((Road.TRANSFER, 3), (Road.MACHINE, 2), (Road.STORE, 1)))
    if not road.by_file:
        if road in {Road.MACHINE, Road.PARTNER}:
            amount_yen = -(-amount_yen // THOUSAND_YEN) * THOUSAND_YEN
        return Repay(amount_yen, road)
    later = weighted(thrown, ((0, 25), (1, 55), (2, 8), (4, 6), (9, 4), (24, 2)))
    if road is Road.DEBIT:
        return Repay(amount_yen, road, later + 3)
    payer = weighted(thrown, ((Payer.KNOWN, 970), (Payer.UNKNOWN, 15), (Payer.MISTAKEN, 15)))
    return Repay(amount_yen, road, later, payer)


# ----------------------------------------------------------------------------------------- asking
def asks(sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    """What a member asks for now and then: another due date, the end of it [会員の申出]."""
    if sight.status is not Status.OPEN:
        return ()
    if sight.payoff_yen < THOUSAND_YEN and chance(thrown, 60):
        return (Close(),)
    if sight.days_late and sight.state.arrears_yen and chance(thrown, 300):
        return (Promised(sight.state.arrears_yen, thrown.randrange(16)),)
    if sight.state.arrangement is not None and chance(thrown, 60):
        return (Arrange(None),)
    if not chance(thrown, 12):
        return ()
    scheme = thrown.choice((Scheme.MONTHLY, Scheme.MONTHLY, Scheme.EVERY_35_DAYS))
    day = thrown.randrange(1, 32) if scheme is Scheme.MONTHLY else 0
    return (ChangePlan(sight.product.plan(scheme, day)),)


def heirs_pay(sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    """What the heirs do: pay all, or nothing [相続人の返済]."""
    if sight.payoff_yen and chance(thrown, PER_MILLE // 2):
        return (Repay(sight.payoff_yen, Road.TRANSFER, 1),)
    return ()
