"""The house's own policy, dated, and what the product offers [審査の方針]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from motocho.loans.products import Product
from motocho.screening.capacity import LocalTaxMethod
from motocho.screening.decision.facts import Facts
from motocho.screening.decision.record import read
from motocho.units.errors import Fault, FaultyInput
from motocho.units.periods import counted, held_on

FILE = "policy.yaml"
_OFFERING = "offering"
Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class House:
    """What the house asks beside the law on a day [社内基準]."""

    least_age: int
    most_age: int
    months_of_use: int
    clean_months: int
    bureau_days: int
    asked_lately_from: int
    limit_step_yen: int
    least_limit_yen: int
    two_persons_from_yen: int
    refer_below_score: int
    cap_below_score: int
    capped_limit_yen: int
    local_tax_rate_ppm: int
    local_tax_flat_yen: int
    suspected_persons: int | None = None
    """How many must approve where a suspicion stands or nobody looked; None where no row says."""

    @property
    def local_tax(self) -> LocalTaxMethod:
        """How the house finds an income from local tax [地方税額からの算出]."""
        return LocalTaxMethod(self.local_tax_rate_ppm, self.local_tax_flat_yen)


@dataclass(frozen=True, slots=True)
class OfferedRate:
    """The rate of limits from an amount on [利率の区分]."""

    limit_from_yen: int
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Offering:
    """What a version of a product offers [商品の条件]."""

    product_id: str
    version: int
    rates: tuple[OfferedRate, ...]
    largest_limit_yen: int

    def rate_ppm(self, limit_yen: int) -> int | None:
        """The rate of a limit; None below the least [約定利率]."""
        fitting = [one.rate_ppm for one in self.rates if one.limit_from_yen <= limit_yen]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a decision is made by beside the law [審査の方針]; kept whole with it."""

    from_on: date
    house: House
    offering: Offering


def offering_of(product: Product) -> Offering:
    """What a product's version offers [商品の条件]."""
    rates = tuple(OfferedRate(one.limit_from_yen, one.rate_ppm) for one in product.rates)
    return Offering(product.product_id, product.version, rates, product.largest_limit_yen)


def policy_on(on: date, offering: Offering) -> Policy:
    """The policy of a day, for one product [その日の方針]."""
    from_on, house = held_on(on, [(row[0], row) for row in _periods()])
    return Policy(from_on, house, offering)


def read_application(stated: Mapping[str, Any], file: str) -> tuple[Facts, Offering]:
    """The facts of an application and what is offered, from a file [申込みの読取り].

    Raises    FaultyInput with every item that is missing, unknown, or no value of its kind.
    """
    faults: list[Fault] = []
    offering = _each(Offering, stated.get(_OFFERING, {}), _OFFERING, faults)
    facts = _each(Facts, _without_offering(stated), "", faults)
    if facts is None or offering is None:
        raise FaultyInput(*(one.within(file) for one in faults))
    return facts, offering


def _each(kind: type[Held], value: object, path: str, faults: list[Fault]) -> Held | None:
    try:
        return read(kind, value, path)
    except FaultyInput as error:
        faults += error.faults
        return None


def _without_offering(stated: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if name != _OFFERING}


def read_houses(text: str) -> tuple[tuple[date, House], ...]:
    """Policies from their file [方針の読み取り].

    Raises    FaultyInput with every row that lacks something, or does not follow the one before.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return counted(rows, House, "SCR-156")


@cache
def _periods() -> tuple[tuple[date, House], ...]:
    return read_houses((files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8"))
