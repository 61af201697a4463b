"""What the lender does with an agreement now and then: reviews it, stops it, ends it [貸主の一日].

Pure, as `life` is. Reasons are those of the business; whether the law allows the deed is asked when
it is done, and some deeds here are meant to be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import State
from motocho.loans.commands import Settlement
from motocho.loans.policy import Charge as ChargeKind
from motocho.loans.policy import Demand, Status, Stop
from motocho.simulation._deeds import (
    Accelerate,
    Assign,
    ChangeLimit,
    ChangeRate,
    Charge,
    Consented,
    Deed,
    GiveBack,
    Lift,
    Settle,
    Sight,
    Suspend,
    Undo,
    UseHeld,
    WriteOff,
)
from motocho.simulation.world import chance, weighted

SUSPENDED_AFTER_DAYS = 45
DEMANDED_AFTER_DAYS = 70
DEMAND_DAYS = 21
ENDED_AFTER_DAYS = 200
_LIMIT_STEP_YEN = 100_000
_REISSUE_YEN = 1_100
_BY_HAND = (Stop.MEMBER_ASKED, Stop.CARD_LOST, Stop.FRAUD, Stop.COUNSEL)
"""Stops that a desk puts down and takes away; monitoring has its own."""


@dataclass(slots=True)
class File:
    """What the lender keeps of an agreement beside the book [契約の控え]."""

    demand: Demand | None = None


def next_review(sight: Sight, thrown: Random) -> int:
    """The day of the next look [次の点検日]."""
    return sight.on + (thrown.randrange(6, 16) if sight.days_late else thrown.randrange(25, 45))


def review(sight: Sight, file: File, thrown: Random) -> tuple[Deed, ...]:
    """What a look at the agreement leads to [契約の点検]."""
    if sight.status in {Status.ASSIGNED, Status.CLOSED}:
        return ()
    held = sight.state.excess_yen
    if held and chance(thrown, 700):
        owes = sight.payoff_yen > 0
        return (UseHeld(held) if owes and chance(thrown, 500) else GiveBack(held),)
    if sight.status is Status.WRITTEN_OFF:
        return (Assign(),) if chance(thrown, 60) else ()
    if sight.days_late:
        return _late(sight, file, thrown)
    file.demand = None
    is_settled = sight.state.terms.rate_ppm == 0
    if Stop.CREDIT in sight.stops and not is_settled and chance(thrown, 600):
        return (Lift(Stop.CREDIT),)
    return _now_and_then(sight, thrown)


def _late(sight: Sight, file: File, thrown: Random) -> tuple[Deed, ...]:
    days, on = sight.days_late, date.fromordinal(sight.on)
    if sight.state.accelerated_on is not None:
        return _ended(sight, thrown)
    if chance(thrown, 8):
        return (Accelerate(None),)
    if days > SUSPENDED_AFTER_DAYS and Stop.CREDIT not in sight.stops:
        return (Suspend(Stop.CREDIT),)
    if days > DEMANDED_AFTER_DAYS and file.demand is None:
        file.demand = Demand(on, on + timedelta(days=DEMAND_DAYS), f"DEMAND-{sight.on}")
    elif file.demand is not None and chance(thrown, 500):
        return (Accelerate(file.demand),)
    return ()


def _ended(sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    if chance(thrown, 70):
        return (Settle(_settlement(sight, thrown)),)
    if sight.days_late > ENDED_AFTER_DAYS and chance(thrown, 400):
        ends: tuple[tuple[Deed, int], ...] = ((WriteOff(), 7), (Assign(), 3))
        return (weighted(thrown, ends),)
    return ()


def _settlement(sight: Sight, thrown: Random) -> Settlement:
    """Damages given up, at times some principal; a year or two of instalments."""
    state: State = sight.state
    damages = (state.damages_yen + state.damages_ticks // TICKS_PER_YEN) * thrown.choice((9, 10))
    principal = state.principal_yen * thrown.choice((0, 0, 1, 2, 11))
    months = thrown.choice((6, 12, 24, 36))
    return Settlement(
        damages_yen=damages // 10,
        interest_yen=state.interest_yen,
        principal_yen=principal // 10,
        instalment_yen=max(1_000, sight.payoff_yen // months),
        until=date.fromordinal(sight.on) + timedelta(days=31 * months),
        document_ref=f"SETTLED-{sight.on}",
    )


def _now_and_then(sight: Sight, thrown: Random) -> tuple[Deed, ...]:
    """Rare acts on an agreement in order."""
    terms, consented = sight.state.terms, weighted(thrown, ((Consented.YES, 5), (Consented.NO, 1)))
    liftable = Stop if chance(thrown, 20) else _BY_HAND
    lifted = next((stop for stop in liftable if stop in sight.stops), None)
    if lifted is not None:
        return (Lift(lifted),)
    rare: tuple[tuple[Deed | None, int], ...] = (
        (None, 900),
        (ChangeLimit(terms.limit_yen + thrown.choice((1, 2, 5)) * _LIMIT_STEP_YEN, consented), 22),
        (ChangeLimit(max(10_000, terms.limit_yen // 2 // 10_000 * 10_000), consented), 10),
        (ChangeLimit(9_000_000, consented), 1),
        (ChangeRate(max(30_000, terms.rate_ppm - 5_000), consented), 12),
        (ChangeRate(terms.rate_ppm + 3_000, consented), 8),
        (Charge(ChargeKind.CARD_REISSUE.value, _REISSUE_YEN), 10),
        (Charge("prepayment", _REISSUE_YEN), 2),
        (Suspend(thrown.choice(_BY_HAND)), 25),
        (Undo("機械の不具合で現金が出ませんでした"), 6),
        (Accelerate(None), 4),
    )
    deed = weighted(thrown, rare)
    return () if deed is None else (deed,)
