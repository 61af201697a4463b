"""What the house watches on open lines, by the day: counts and days, no law [途上管理の方針]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from motocho.units.periods import counted, held_on

FILE = "watch.yaml"


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds on a day [その日の方針]."""

    often_draws: int
    often_days: int
    late_times: int
    late_days: int
    late_clean_days: int
    elsewhere_rise_yen: int
    elsewhere_months: int
    facts_years: int
    facts_days: int
    employer_days: int
    reach_days: int
    lapse_days: int
    lapse_told_days: int


@cache
def _periods() -> tuple[tuple[date, Policy], ...]:
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), Policy, "SCR-156")


def policy(on: date) -> Policy:
    """What holds on a day; the first row for days before it [その日の方針].

    >>> policy(date(2026, 11, 23)).often_draws
    10
    """
    return held_on(on, _periods())
