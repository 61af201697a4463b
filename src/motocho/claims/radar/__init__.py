"""The error radar: twelve looks at a history, each with its place and its mend [点検].

What a typist, a scan or a lender's printer gets wrong shows in the lender's own balances first
(`claims.checksum`); what no balance shows, in habits, days and pauses. Each alarm says where, what,
how much the claim would move, and carries the change of rows that mends it, so that one key is
enough. Nothing is changed here: the caller carries mends out, or keeps that a row is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from motocho.claims.checksum import BalanceCheck, check_balances
from motocho.claims.radar._alarms import Action, Alarm, Check, Line, Mend, Weight
from motocho.claims.radar._looks import (
    habit_alarms,
    opening_alarms,
    pause_alarms,
    prescription_alarms,
    rate_alarms,
    shopping_alarms,
    weekday_alarms,
)
from motocho.claims.radar._mending import Sight, claim_yen, mended, with_effects
from motocho.claims.radar._slips import note_alarms, order_alarms, slip_alarms, unread_alarms
from motocho.claims.statement import recalculate
from motocho.units.errors import Fault, FaultyInput, InputError

__all__ = [
    "Action",
    "Alarm",
    "Check",
    "Line",
    "Mend",
    "Sight",
    "Survey",
    "Weight",
    "claim_yen",
    "mended",
    "survey",
]


class Survey(tuple[Alarm, ...]):
    """The alarms of a history, by row [点検の一覧]."""

    __slots__ = ()

    def at(self, row: int) -> tuple[Alarm, ...]:
        """What is told of one row [行の指摘]."""
        return tuple(alarm for alarm in self if alarm.row == row)


def survey(
    sight: Sight, *, unread: Sequence[Fault] = (), check: BalanceCheck | None = None
) -> Survey:
    """Look at a history: what is wrong, what to look at, what is a question [点検].

    Takes     faults of the rows that could not be read; a checksum that was made already.
    Gives     alarms in the order of their rows, those of the whole history last; what a mend would
              move of the claim stands beside it.
    """
    history = sight.history
    checked = check or check_balances(history, contract_rates=sight.assumptions.contract_rates)
    alarms = [*unread_alarms(unread, sight.lines), *slip_alarms(checked)]
    wrong = {alarm.row for alarm in alarms}
    alarms += order_alarms(history.events, wrong)
    alarms += note_alarms(checked, wrong)
    alarms += habit_alarms(history.events)
    alarms += weekday_alarms(history.events)
    alarms += shopping_alarms(sight)
    alarms += opening_alarms(sight)
    alarms += pause_alarms(sight)
    alarms += rate_alarms(sight, checked.stretches)
    alarms += _time_bar(sight)
    ordered = sorted(alarms, key=lambda alarm: (alarm.row is None, alarm.row or 0))
    return Survey(with_effects(sight, ordered))


def _time_bar(sight: Sight) -> list[Alarm]:
    if not sight.history.events:
        return []
    try:
        result = recalculate(sight.history, sight.assumptions, as_of=sight.as_of).result
    except (FaultyInput, InputError):
        return []
    return list(prescription_alarms(sight, result.first_overpaid_on, int(result.claim_yen)))
