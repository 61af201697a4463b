"""How far we go to meet a claim, as a dated policy of the house [請求対応の方針]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.units.periods import counted, held_on

FILE = "claim_limits.yaml"


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a day [方針]."""

    answer_within_days: int
    most_percent_of_own: int
    most_rounds: int
    answer_open_days: int
    pay_within_days: int
    correct_within_days: int


def read(text: str) -> tuple[tuple[date, Limits], ...]:
    """Policies from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return counted(rows, Limits, "CLU-001")


@cache
def _periods() -> tuple[tuple[date, Limits], ...]:
    return read((files("motocho.office") / "data" / FILE).read_text(encoding="utf-8"))


def limits(on: date) -> Limits:
    """What holds on a day; the first row for days before it [その日の方針]."""
    return held_on(on, _periods())
