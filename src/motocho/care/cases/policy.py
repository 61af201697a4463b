"""Within how many business days somebody is answered: dated house policy, as data [回答期限の方針].

>>> from datetime import date
>>> policy(date(2026, 11, 22)).final_answer_days
10
>>> business_days_after(date(2026, 11, 20), 2)
datetime.date(2026, 11, 25)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.outside.bank import is_business_day, next_business_day
from motocho.units.periods import counted, held_on

FILE = "cases.yaml"


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds on a day, in business days [その日の方針]."""

    first_answer_days: int
    """Until somebody says that it came in · DESK-004."""
    final_answer_days: int
    serious_answer_days: int
    disclosure_days: int
    near_days: int
    """So many before its last day, a case is shown as near."""


@cache
def periods() -> tuple[tuple[date, Policy], ...]:
    """Each policy with its first day, the earliest first [方針の一覧]."""
    return read((files("motocho.care") / "data" / FILE).read_text(encoding="utf-8"))


def read(text: str) -> tuple[tuple[date, Policy], ...]:
    """Policies from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return counted(rows, Policy, "CMP-001")


def policy(on: date) -> Policy:
    """What holds on a day; the first row for days before it [その日の方針]."""
    return held_on(on, periods())


def business_days_after(on: date, count: int) -> date:
    """The day so many business days after another, which is not counted [営業日の経過]."""
    for _ in range(count):
        on = next_business_day(on)
    return on


def business_days_left(on: date, due_on: date) -> int:
    """How many business days are left, the last day counted; below zero once it is over [残日数].

    >>> business_days_left(date(2026, 11, 20), date(2026, 11, 25))
    3
    >>> business_days_left(date(2026, 11, 26), date(2026, 11, 25))
    -1
    """
    if on > due_on:
        return -sum(_counts(due_on, on))
    return sum(_counts(on - timedelta(days=1), due_on))


def _counts(after: date, until: date) -> list[bool]:
    """For each day after one until another, whether it is a business day."""
    days = (until - after).days
    return [is_business_day(after + timedelta(days=ahead)) for ahead in range(1, days + 1)]
