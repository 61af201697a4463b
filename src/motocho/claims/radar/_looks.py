"""Alarms that no balance shows: habits, days, pauses, rates, time bars [残高によらない指摘]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from motocho.claims.checksum import Stretch
from motocho.claims.history import Event, in_order
from motocho.claims.radar._alarms import Action, Alarm, Check, Mend, Weight
from motocho.claims.radar._mending import Sight, effect_under
from motocho.kernel.conventions import EventKind, OpeningBalance, Series
from motocho.law.interest import ceiling_rows
from motocho.law.prescription import RestitutionClaim, prescription_completes_on
from motocho.units.errors import Fault
from motocho.units.money import rate_text, yen_text

_FEWEST_OF_HABIT = 8
"""Payments of one amount from which a habit may be read."""
_TEN = 10
_FEWEST_DAYS = 40
"""Rows from which the days of the week say something."""
_MOST_ODD = 2
_SATURDAY = 5
_PAUSE_AFTER_PAYOFF_DAYS = 60
_PAUSE_DAYS = 365
_NEAR_DAYS = 365
_MOST_PAUSES = 8
_SHOPPING_LEFT_OUT = "TAB-060"
_CONTRACT_OF_LATER = "2"


def habit_alarms(events: Sequence[Event]) -> Iterator[Alarm]:
    """Payments ten times or a tenth of the usual one, without balances [けた違い]."""
    if any(event.lender_balance_yen is not None for event in events):
        return
    paid = Counter(event.amount_yen for event in events if event.kind is EventKind.REPAY)
    usual = [amount for amount, count in paid.items() if count >= _FEWEST_OF_HABIT]
    for event in events:
        if event.kind is not EventKind.REPAY or paid[event.amount_yen] > 1:
            continue
        meant = [one for one in usual if event.amount_yen in (one * _TEN, one // _TEN)]
        if meant:
            value = str(meant[0])
            fault = Fault(
                "RAD-002",
                line=event.source_row,
                column="返済",
                excerpt=str(event.amount_yen),
                details={
                    "seen": yen_text(event.amount_yen),
                    "usual": yen_text(meant[0]),
                    "count": f"{paid[meant[0]]:,}",
                },
                proposed=value,
            )
            mends = (Mend(Action.SET, event.source_row, {"repay": value}),)
            yield Alarm(Check.DIGIT, Weight.LOOK, event.source_row, fault, mends)


def weekday_alarms(events: Sequence[Event]) -> Iterator[Alarm]:
    """Rows on a Saturday, a Sunday or about New Year, where hardly any other is [曜日].

    Why       a lender's counters alone keep such days; where hardly a row has one, it may be wrong.
    """
    moved = [event for event in events if event.kind in {EventKind.BORROW, EventKind.REPAY}]
    odd = [event for event in moved if event.on.weekday() >= _SATURDAY or _is_new_year(event.on)]
    if len(moved) < _FEWEST_DAYS or not 0 < len(odd) <= _MOST_ODD:
        return
    for event in odd:
        details = {"weekday": "月火水木金土日"[event.on.weekday()], "weekday_en": f"{event.on:%a}"}
        excerpt = event.on.isoformat()
        fault = Fault("RAD-003", line=event.source_row, excerpt=excerpt, details=details)
        yield Alarm(Check.WEEKDAY, Weight.LOOK, event.source_row, fault)


def _is_new_year(on: date) -> bool:
    return on.month == 1 and on.day <= 3


def shopping_alarms(sight: Sight) -> Iterator[Alarm]:
    """Rows of purchases that the reader left out [立替金の混入]."""
    for warning in sight.history.warnings:
        if warning.code == _SHOPPING_LEFT_OUT:
            yield Alarm(Check.SHOPPING, Weight.QUESTION, warning.line, warning)


def opening_alarms(sight: Sight) -> Iterator[Alarm]:
    """A balance at the head of the history: where does it come from? [冒頭残高]."""
    for event in sight.history.events:
        if event.kind is EventKind.OPENING and event.amount_yen:
            effect = effect_under(
                sight, lambda now: replace(now, opening_balance=OpeningBalance.ZERO)
            )
            fault = Fault(
                "RAD-004",
                line=event.source_row,
                excerpt=event.on.isoformat(),
                details={"amount": yen_text(event.amount_yen)},
            )
            yield Alarm(Check.OPENING, Weight.QUESTION, event.source_row, fault, effect_yen=effect)


def pause_alarms(sight: Sight) -> Iterator[Alarm]:
    """A payoff or a long pause, after which is lent again: one dealing or two [一連・分断].

    Law       最判平20.1.18: what the court weighs; recorded as findings of the case.
    """
    if sight.assumptions.contracts is not Series.JOINED:
        return
    events = in_order(sight.history.events, sight.assumptions.same_day_order)
    found = 0
    for place, (earlier, later) in enumerate(pairwise(events), start=1):
        days = (later.on - earlier.on).days
        paid_off = earlier.lender_balance_yen == 0 and days >= _PAUSE_AFTER_PAYOFF_DAYS
        lends = later.kind is EventKind.BORROW
        if lends and (paid_off or days >= _PAUSE_DAYS) and found < _MOST_PAUSES:
            found += 1
            yield _pause(sight, events, place, code="RAD-005" if paid_off else "RAD-006")


def _pause(sight: Sight, events: Sequence[Event], place: int, *, code: str) -> Alarm:
    earlier, later = events[place - 1], events[place]
    split = tuple(
        event._replace(contract=_CONTRACT_OF_LATER if at >= place else event.contract)
        for at, event in enumerate(events)
    )
    apart = sight._replace(history=replace(sight.history, events=split))
    effect = effect_under(apart, lambda now: replace(now, contracts=Series.SEPARATE_SET_OFF))
    details = {
        "from_on": earlier.on.isoformat(),
        "days": f"{(later.on - earlier.on).days:,}",
    }
    fault = Fault(code, line=later.source_row, excerpt=later.on.isoformat(), details=details)
    return Alarm(Check.PAUSE, Weight.QUESTION, later.source_row, fault, effect_yen=effect)


def prescription_alarms(
    sight: Sight, first_overpaid_on: date | None, claim_yen: int
) -> Iterator[Alarm]:
    """The last day before the claim is time-barred, where it is near or gone by [消滅時効].

    Law       民法166条1項; 最判平成21年1月22日; as `law.prescription` reads them.
    """
    moved = [event.on for event in sight.history.events if event.kind is not EventKind.CLOSING]
    if not moved or claim_yen <= 0 or first_overpaid_on is None:
        return
    done = prescription_completes_on(RestitutionClaim(max(moved), first_overpaid_on))
    if done.completes_on - sight.today > timedelta(days=_NEAR_DAYS):
        return
    gone = done.completes_on < sight.today
    details = {"ended_on": max(moved).isoformat()}
    code = "RAD-008" if gone else "RAD-007"
    fault = Fault(code, excerpt=done.completes_on.isoformat(), details=details)
    yield Alarm(Check.PRESCRIPTION, Weight.QUESTION, None, fault, effect_yen=-claim_yen)


def rate_alarms(sight: Sight, stretches: Iterable[Stretch]) -> Iterator[Alarm]:
    """A rate that fell to where it may lie below the ceiling: it must stand beside the row [利率].

    Law       利息制限法1条: the ceiling bounds the agreed rate; a lower one counts as agreed.
    """
    highest = max(bracket.ppm for bracket in ceiling_rows()[-1].brackets)
    stated = {event.source_row for event in sight.history.events if event.rate_ppm is not None}
    rates = [rate.from_on for rate in sight.assumptions.contract_rates]
    for earlier, later in pairwise(stretches):
        changed = later.rate_ppm != earlier.rate_ppm and later.rate_ppm < highest
        if not changed or later.first_row in stated or later.from_on in rates:
            continue
        row = earlier.last_row
        value = rate_text(later.rate_ppm)
        fault = Fault(
            "RAD-009",
            line=row,
            excerpt=rate_text(earlier.rate_ppm),
            details={"from_on": later.from_on.isoformat(), "rate": value},
            proposed=value,
        )
        mends = () if row is None else (Mend(Action.SET, row, {"rate": value}),)
        yield Alarm(Check.RATE, Weight.QUESTION, row, fault, mends)
