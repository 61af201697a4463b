"""Products: what a card loan offers, as dated, versioned settings [商品].

A version is never changed: a new one is published, and agreements opened after it take it. What the
law or arithmetic forbids is refused when the product is published, all faults at once: a rate above
the ceiling of any principal that its limits allow, damages above 20 %, a minimum payment that does
not exceed the interest of a cycle.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson

from motocho.kernel.revolving import Cure, DamagesBase, Fractions, Rules, Terms
from motocho.kernel.schedule import (
    DuePlan,
    HolidayRule,
    MinimumBracket,
    MinimumRule,
    Scheme,
    bracket_of,
    falls,
)
from motocho.law.interest import business_damages, ceiling_ppm
from motocho.units.errors import Fault, NotFoundError, RefusedError

MONTHLY_DAYS = 31
"""The longest month."""


class RateBracket(NamedTuple):
    """The agreed rate of contract limits from an amount on [利率の区分]."""

    limit_from_yen: int
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Product:
    """One version of a product [商品の版]."""

    product_id: str
    version: int
    from_on: date
    title_ja: str
    title_en: str
    rates: tuple[RateBracket, ...]
    damages_ppm: int
    minimum: MinimumRule
    schemes: tuple[Scheme, ...]
    cycle_days: int
    window_days: int
    holiday_rule: HolidayRule
    free_days: int
    """Interest-free days of a first contract, from the day after it; 0 for none."""
    unit_yen: int
    """What a draw is a multiple of."""
    largest_limit_yen: int
    rest_below_yen: int
    fractions: Fractions
    damages_base: DamagesBase
    cure: Cure
    renewal_years: int
    interest_only_a_year: int
    """How many interest-only arrangements one agreement may have in a year."""

    def rules(self, closed: Container[int]) -> Rules:
        """How the kernel counts for it [計算方法]; takes the days on which banks are closed."""
        return Rules(self.fractions, self.damages_base, self.cure, self.rest_below_yen, closed)

    def rate_ppm(self, limit_yen: int) -> int:
        """The rate of a contract limit [約定利率]."""
        fitting = [one.rate_ppm for one in self.rates if one.limit_from_yen <= limit_yen]
        return fitting[-1]

    def plan(self, scheme: Scheme, day_of_month: int) -> DuePlan:
        """How due dates follow each other under one of the product's schemes [返済期日]."""
        return DuePlan(scheme, day_of_month, self.cycle_days, self.window_days, self.holiday_rule)

    def document(self) -> dict[str, Any]:
        """The settings as JSON [設定]."""
        return {
            "title_ja": self.title_ja,
            "title_en": self.title_en,
            "rates": [list(one) for one in self.rates],
            "damages_ppm": self.damages_ppm,
            "minimum": [list(one) for one in self.minimum.brackets],
            "minimum_unit_yen": self.minimum.unit_yen,
            "schemes": [one.public_name for one in self.schemes],
            "cycle_days": self.cycle_days,
            "window_days": self.window_days,
            "holiday_rule": self.holiday_rule.public_name,
            "free_days": self.free_days,
            "unit_yen": self.unit_yen,
            "largest_limit_yen": self.largest_limit_yen,
            "rest_below_yen": self.rest_below_yen,
            "fractions": self.fractions.public_name,
            "damages_base": self.damages_base.public_name,
            "cure": self.cure.public_name,
            "renewal_years": self.renewal_years,
            "interest_only_a_year": self.interest_only_a_year,
        }


def read(product_id: str, version: int, from_on: date, content: Mapping[str, Any]) -> Product:
    """A product from its settings as JSON [設定の読み取り]."""
    brackets = tuple(MinimumBracket(*one) for one in content["minimum"])
    return Product(
        product_id=product_id,
        version=version,
        from_on=from_on,
        title_ja=content["title_ja"],
        title_en=content["title_en"],
        rates=tuple(RateBracket(*one) for one in content["rates"]),
        damages_ppm=content["damages_ppm"],
        minimum=MinimumRule(brackets, content["minimum_unit_yen"]),
        schemes=tuple(Scheme[one.upper()] for one in content["schemes"]),
        cycle_days=content["cycle_days"],
        window_days=content["window_days"],
        holiday_rule=HolidayRule[content["holiday_rule"].upper()],
        free_days=content["free_days"],
        unit_yen=content["unit_yen"],
        largest_limit_yen=content["largest_limit_yen"],
        rest_below_yen=content["rest_below_yen"],
        fractions=Fractions[content["fractions"].upper()],
        damages_base=DamagesBase[content["damages_base"].upper()],
        cure=Cure[content["cure"].upper()],
        renewal_years=content["renewal_years"],
        interest_only_a_year=content["interest_only_a_year"],
    )


def check(product: Product) -> tuple[Fault, ...]:
    """What forbids a product to be published [商品の点検].

    Law       利息制限法1条, 7条1項; 貸金業法12条の8; minimum: 監督指針 (過剰貸付けの防止).
    """
    faults = []
    for bracket, largest in _rate_brackets(product):
        lawful = ceiling_ppm(largest, product.from_on)
        if bracket.rate_ppm > lawful:
            details = {
                "rate": str(bracket.rate_ppm),
                "lawful": str(lawful),
                "principal": f"{largest:,}",
            }
            faults.append(Fault("LON-001", details=details))
        faults += _minimums(product, bracket, largest)
    cap = business_damages().ppm
    if product.damages_ppm > cap:
        details = {"rate": str(product.damages_ppm), "lawful": str(cap)}
        faults.append(Fault("LON-002", details=details))
    return tuple(faults)


def _rate_brackets(product: Product) -> list[tuple[RateBracket, int]]:
    """Each bracket with the largest limit in it."""
    ends = [one.limit_from_yen - 1 for one in product.rates[1:]] + [product.largest_limit_yen]
    return list(zip(product.rates, ends, strict=True))


def _minimums(product: Product, bracket: RateBracket, largest: int) -> list[Fault]:
    days = product.cycle_days if Scheme.EVERY_35_DAYS in product.schemes else 0
    days = max(days, MONTHLY_DAYS if Scheme.MONTHLY in product.schemes else 0)
    # A minimum's own brackets end inside the rate's; the first and the last limit of each count.
    limits = {bracket.limit_from_yen, largest} | {
        min(max(edge, bracket.limit_from_yen), largest)
        for one in product.minimum.brackets
        if one.limit_up_to_yen is not None
        for edge in (one.limit_up_to_yen, one.limit_up_to_yen + 1)
    }
    rates = {bracket_of(product.minimum.brackets, limit).rate_ppm for limit in limits}
    return [
        Fault(
            "LON-003",
            details={"minimum": str(rate), "rate": str(bracket.rate_ppm), "days": str(days)},
        )
        for rate in sorted(rates)
        if not falls(rate, bracket.rate_ppm, days)
    ]


def publish(cursor: Any, product: Product, at: datetime) -> None:
    """Put a version into the book [商品の公開].

    Raises    RefusedError with everything that forbids it.
    """
    faults = check(product)
    if faults:
        raise RefusedError(*faults)
    cursor.execute(
        "INSERT INTO loan_product (product_id, version, from_on, content, published_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (
            product.product_id,
            product.version,
            product.from_on,
            orjson.dumps(product.document()).decode(),
            at,
        ),
    )


def on_day(cursor: Any, product_id: str, on: date) -> Product:
    """The version that new agreements of a day take [適用される版].

    Raises    NotFoundError if there is none yet.
    """
    cursor.execute(
        "SELECT version, from_on, content::text FROM loan_product"
        " WHERE product_id = %s AND from_on <= %s ORDER BY from_on DESC, version DESC LIMIT 1",
        (product_id, on),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("LON-004", excerpt=product_id, details={"on": str(on)}))
    return from_text(product_id, *row)


def on_sale(cursor: Any, on: date) -> tuple[Product, ...]:
    """Every product with the version that new agreements of a day take [取扱い商品]."""
    cursor.execute(
        "SELECT DISTINCT ON (product_id) product_id, version, from_on, content::text"
        " FROM loan_product WHERE from_on <= %s ORDER BY product_id, from_on DESC, version DESC",
        (on,),
    )
    return tuple(from_text(*row) for row in cursor.fetchall())


def version(cursor: Any, product_id: str, number: int) -> Product | None:
    """One version of a product; None if it was never published [商品の版]."""
    cursor.execute(
        "SELECT from_on, content::text FROM loan_product WHERE product_id = %s AND version = %s",
        (product_id, number),
    )
    row = cursor.fetchone()
    return None if row is None else from_text(product_id, number, row[0], row[1])


@lru_cache(maxsize=1_024)
def from_text(product_id: str, number: int, from_on: date, content: str) -> Product:
    """A version from what is stored of it; a version never changes, so it is kept [商品の版]."""
    return read(product_id, number, from_on, orjson.loads(content))


_BY_CONNECTION: WeakKeyDictionary[Any, dict[tuple[str, int, str], Product]] = WeakKeyDictionary()


def by_row(cursor: Any, product_id: str, number: int, row: str) -> Product:
    """A version as the connection read it once [商品の版].

    Takes     `row`, the transaction that wrote the version's row (its `xmin`): what a rollback took
              back is never mistaken for what was published afterwards.
    """
    known = _BY_CONNECTION.setdefault(cursor.connection, {})
    found = known.get((product_id, number, row))
    if found is None:
        cursor.execute(
            "SELECT from_on, content::text FROM loan_product"
            " WHERE product_id = %s AND version = %s",
            (product_id, number),
        )
        found = from_text(product_id, number, *cursor.fetchone())
        known[product_id, number, row] = found
    return found


def terms_of(product: Product, limit_yen: int, plan: DuePlan, free: tuple[int, int]) -> Terms:
    """The terms of a contract under a product [契約条件].

    Takes     the first and the last interest-free day, as ordinals; 0 where there are none.
    """
    return Terms(
        rate_ppm=product.rate_ppm(limit_yen),
        damages_ppm=product.damages_ppm,
        limit_yen=limit_yen,
        minimum=product.minimum,
        plan=plan,
        free_from=free[0],
        free_to=free[1],
    )
