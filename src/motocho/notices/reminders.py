"""Whether a reminder still has something to say, when it is made and when its mail goes out [案内].

A loan is judged alone: what another one of the member's asks for is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from motocho.contact.guard import Purpose
from motocho.loans import standing
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN


def is_moot(
    cursor: Any, purpose: Purpose, key: Key, facts: Mapping[str, int | str], at: datetime
) -> bool:
    """Whether what is to be told of a loan holds no more [案内の要否].

    A reminder of a due date once its last day is over, or nothing is asked until it; one of arrears
    once nothing is late. Anything else holds for ever.
    """
    if purpose is Purpose.ARREARS:
        return not any(standing.is_late(one, _day(at)) for one in standing.see(cursor, [key]))
    if purpose is not Purpose.REMINDER or "last_day_to_pay" not in facts:
        return False
    last_on = date.fromisoformat(str(facts["last_day_to_pay"]))
    if last_on < _day(at):
        return True
    loans = standing.see(cursor, [key])
    return not any(standing.asked_yen(one, last_on, _day(at)) for one in loans)


def _day(at: datetime) -> date:
    return at.astimezone(JAPAN).date()
