"""How far we go to meet a claim, as a dated policy of the house [請求対応の方針]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.units.errors import Fault, FaultyInput
from motocho.units.periods import held_on, misplaced, undated

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


NAMES = tuple(one.name for one in fields(Limits))


def read(text: str) -> tuple[tuple[date, Limits], ...]:
    """Policies from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    faults = [_fault(row, name) for row in rows for name in _wrong(row)]
    faults = faults or [_fault(rows[place], name) for place, name in misplaced(rows)]
    if faults:
        raise FaultyInput(*faults)
    return tuple((row["from"], Limits(**{name: row[name] for name in NAMES})) for row in rows)


def _wrong(row: Mapping[str, Any]) -> list[str]:
    wrong = sorted({"from", "until", *NAMES} ^ set(row))
    wrong += [name for name in NAMES if name in row and not _is_count(row[name])]
    return [*wrong, *undated(row)]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _fault(row: Mapping[str, Any], name: str) -> Fault:
    return Fault("CLU-001", details={"row": str(row.get("from", "")), "key": name})


@cache
def _periods() -> tuple[tuple[date, Limits], ...]:
    return read((files("motocho.office") / "data" / FILE).read_text(encoding="utf-8"))


def limits(on: date) -> Limits:
    """What holds on a day; the first row for days before it [その日の方針]."""
    return held_on(on, _periods())
