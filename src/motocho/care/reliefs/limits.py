"""How far a consultation may go: dated house policy, as data [返済相談の方針].

>>> from datetime import date
>>> limits(date(2026, 11, 22)).offer_open_days
7
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

import yaml

from motocho.care import _in_force
from motocho.care._in_force import Setting
from motocho.units.errors import Fault, FaultyInput
from motocho.units.periods import held_on, misplaced, undated


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a day [方針]."""

    reduced_most_payments: int
    instalments_most: int
    longest_payments: int
    """To the end, where a longer term is agreed."""
    promise_most_days: int
    offer_open_days: int
    grace_days: int
    """So long after a promised day a payment is waited for before the promise counts as broken."""
    unit_yen: int


@dataclass(frozen=True, slots=True)
class Period:
    """Limits with their days, both counted [適用期間]; None for no last day yet."""

    from_on: date
    until: date | None
    limits: Limits


NAMES = tuple(one.name for one in fields(Limits))


@cache
def periods() -> tuple[Period, ...]:
    """All that come with the package, the earliest first [出荷時の方針の一覧]."""
    return read(_in_force.shipped(Setting.RELIEFS))


def read(text: str) -> tuple[Period, ...]:
    """Limits from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    faults = [fault for row in rows for fault in _faults(row)]
    faults = faults or [_fault(rows[place], name) for place, name in misplaced(rows)]
    if faults:
        raise FaultyInput(*faults)
    return tuple(
        Period(row["from"], row["until"], Limits(**{name: row[name] for name in NAMES}))
        for row in rows
    )


def _faults(row: Mapping[str, Any]) -> list[Fault]:
    known = {"from", "until", *NAMES}
    wrong = sorted(known ^ set(row))
    wrong += [name for name in NAMES if name in row and not _is_count(row[name])]
    wrong += undated(row)
    return [_fault(row, name) for name in wrong]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _fault(row: Mapping[str, Any], name: str) -> Fault:
    details = {"row": str(row.get("from", "")), "key": name}
    return Fault("CAR-030", details=details)


def limits(on: date) -> Limits:
    """What the shipped file says of a day; its first row for days before it [出荷時の方針]."""
    return _of_day(periods(), on)


_read = lru_cache(maxsize=8)(read)
"""By the text itself: a version that comes into force is another text."""


def periods_in_force(cursor: Any, on: date) -> tuple[Period, ...]:
    """All periods that the text in force on a day holds, the earliest first [適用中の方針]."""
    return _read(_in_force.text(cursor, Setting.RELIEFS, on))


def in_force(cursor: Any, on: date) -> Limits:
    """What holds on a day: the house's settings, else the shipped file [その日の方針]."""
    return _of_day(periods_in_force(cursor, on), on)


def _of_day(known: tuple[Period, ...], on: date) -> Limits:
    return held_on(on, [(one.from_on, one.limits) for one in known])


def waiting(cursor: Any, on: date) -> Callable[[date], date]:
    """Until which day a payment for a promised day is waited for [猶予の最終日] · LEDG-016."""
    known = periods_in_force(cursor, on)
    return lambda pay_on: pay_on + timedelta(days=_of_day(known, pay_on).grace_days)
