"""Whom the desk calls first, and when: dated house policy, as data; pure [業務一覧の方針].

>>> policy(date(2026, 11, 22)).claim_minutes
15
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from typing import Any

import yaml

from motocho.care import _in_force
from motocho.care._in_force import Setting
from motocho.units.errors import Fault, FaultyInput
from motocho.units.periods import held_on, misplaced, undated

FILE = "worklist.yaml"


class Why(Enum):
    """Why somebody stands on the list of the day [一覧に出る理由]."""

    CONSULTATION = "consultation"
    """A consultation is booked for an hour [返済相談]."""
    CALL_BACK = "call_back"
    """The member asked to be called at an hour [折返し]."""
    PROMISE_MISSED = "promise_missed"
    """A promised day is over, and the amount is not there [約束日超過]."""
    PROMISE_TODAY = "promise_today"
    """A promise of today; it stands under "later" until the day is over [本日の約束]."""
    TASK = "task"
    """Somebody put a call down, with its purpose [架電の業務]."""
    REPLY = "reply"
    """The member wrote, and waits for an answer [回答待ち]."""
    FOLLOW_UP = "follow_up"
    """A call left something to do [後処理]."""
    PAPERS = "papers"
    """Evidence of income is due [書類]."""
    LATE = "late"
    """In arrears, with days and stage [延滞]."""
    DUE_SOON = "due_soon"
    """A due date comes in some days [期日前]."""


STAGES = ("late_1_to_30", "late_31_to_60", "late_61_to_90", "late_from_91")
"""Stages of arrears of whom one calls, as `loans.standing` names them [延滞段階]."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds on a day [方針]."""

    order: tuple[Why, ...]
    stages: tuple[str, ...]
    claim_minutes: int
    early_minutes: int
    """So long before an agreed hour somebody is shown."""
    again_minutes: int
    """So long after a call nobody is called for another thing of ours."""
    missed_days: int
    papers_days: int
    due_soon_days: int
    shown: int
    history_days: int
    own_least_tries: int
    house_days: int
    house_least_tries: int
    weight_tries: int
    """What everybody's experience counts beside the member's own, in tries."""


@dataclass(frozen=True, slots=True)
class Period:
    """A policy with its days, both counted [適用期間]; None for no last day yet."""

    from_on: date
    until: date | None
    policy: Policy


LISTS = ("order", "stages")
COUNTS = tuple(one.name for one in fields(Policy) if one.name not in LISTS)


@cache
def periods() -> tuple[Period, ...]:
    """All that come with the package, the earliest first [出荷時の方針の一覧]."""
    return read(_in_force.shipped(Setting.WORKLIST))


def read(text: str) -> tuple[Period, ...]:
    """Policies from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, names a reason twice or not at all,
              or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    faults = [fault for row in rows for fault in _faults(row)]
    faults = faults or [_fault(rows[place], name) for place, name in misplaced(rows)]
    if faults:
        raise FaultyInput(*faults)
    return tuple(Period(row["from"], row["until"], _policy(row)) for row in rows)


def _policy(row: Mapping[str, Any]) -> Policy:
    order = tuple(Why(one) for one in row["order"])
    return Policy(order, tuple(row["stages"]), **{name: row[name] for name in COUNTS})


def _faults(row: Mapping[str, Any]) -> Iterator[Fault]:
    known = {"from", "until", *LISTS, *COUNTS}
    wrong = sorted(known ^ set(row))
    wrong += [name for name in COUNTS if name in row and not _is_count(row[name])]
    wanted = {"order": [one.value for one in Why], "stages": list(STAGES)}
    wrong += [name for name in LISTS if name in row and not _is_all(row[name], wanted[name])]
    wrong += undated(row)
    yield from (_fault(row, name) for name in wrong)


def _fault(row: Mapping[str, Any], name: str) -> Fault:
    return Fault("WRK-001", details={"row": str(row.get("from", "")), "key": name})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_all(value: object, wanted: list[str]) -> bool:
    return isinstance(value, list) and sorted(map(str, value)) == sorted(wanted)


_read = lru_cache(maxsize=8)(read)
"""By the text itself: a version that comes into force is another text."""


def in_force(cursor: Any, on: date) -> Policy:
    """What holds on a day: the house's settings, else the shipped file [その日の方針]."""
    return _of_day(_read(_in_force.text(cursor, Setting.WORKLIST, on)), on)


def policy(on: date) -> Policy:
    """What the shipped file says of a day; its first row for days before it [出荷時の方針]."""
    return _of_day(periods(), on)


def _of_day(known: tuple[Period, ...], on: date) -> Policy:
    return held_on(on, [(one.from_on, one.policy) for one in known])
