"""The house's policy for applications before they are submitted, dated [申込みの方針]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from motocho.units.periods import counted, held_on

FILE = "applying.yaml"


@dataclass(frozen=True, slots=True)
class Applying:
    """How long what is kept, and how often what may be tried [下書きの方針]."""

    draft_days: int
    link_hours: int
    seat_minutes: int
    code_minutes: int
    most_tries: int
    most_codes_an_hour: int
    alike_days: int
    identity_days: int
    identity_grace_days: int


def applying_on(on: date) -> Applying:
    """What holds on a day [その日の方針].

    >>> applying_on(date(2026, 11, 24)).draft_days
    30
    """
    return held_on(on, _periods())


@cache
def _periods() -> tuple[tuple[date, Applying], ...]:
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), Applying, "SCR-156")
