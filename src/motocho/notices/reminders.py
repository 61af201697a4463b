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


def facts_now(
    cursor: Any, purpose: Purpose, key: Key, facts: Mapping[str, int | str], at: datetime
) -> Mapping[str, int | str] | None:
    """What is to be told of a loan, as it stands now [案内の内容]; None once it holds no more.

    A reminder of a due date is over with its last day, or when nothing is asked until it; after a
    payment in part it asks for the rest. One of arrears is over once nothing is late. Anything else
    holds for ever.
    """
    if purpose is Purpose.ARREARS:
        is_late = any(standing.is_late(one, _day(at)) for one in standing.see(cursor, [key]))
        return facts if is_late else None
    if purpose is not Purpose.REMINDER or "last_day_to_pay" not in facts:
        return facts
    last_on = date.fromisoformat(str(facts["last_day_to_pay"]))
    if last_on < _day(at):
        return None
    loans = standing.see(cursor, [key])
    asked_yen = sum(standing.asked_yen(one, last_on, _day(at)) for one in loans)
    return {**facts, "asked_yen": asked_yen} if asked_yen else None


def _day(at: datetime) -> date:
    return at.astimezone(JAPAN).date()
