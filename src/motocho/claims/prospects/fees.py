"""What an agent may take: caps of the federations by date, and the tax on them [報酬の上限].

Caps, not prices: an office may take less, and a retainer (着手金) of a lawyer is not capped.

>>> [part.yen for part in most_fee(Handling.LAWYER, Way.TALKS, 800_000, date(2026, 3, 31)).parts]
[20000, 160000, 18000]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.citation import Citation
from motocho.law.published import Way
from motocho.law.tables import Row, Unverified, table, unverified_among
from motocho.units.errors import ensure
from motocho.units.money import PPM


class Handling(Enum):
    """Who carries the claim [請求する人]."""

    ALONE = "alone"
    SCRIVENER = "scrivener"
    LAWYER = "lawyer"
    AGREED = "agreed"
    """Whoever it is, at the fee that was agreed."""


class FeePart(Enum):
    """One part of a fee [報酬の内訳]."""

    FIXED = "fixed"
    RECOVERED = "recovered"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a fee and its yen [内訳]."""

    kind: FeePart
    yen: int


@dataclass(frozen=True, slots=True)
class Fee:
    """The most an agent may take of what was recovered, part by part [報酬]."""

    handling: Handling
    way: Way
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]

    @property
    def total_yen(self) -> int:
        """All parts together [報酬の合計]."""
        return sum(each.yen for each in self.parts)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a client and an office agreed, without tax [報酬の合意]."""

    talks_ppm: int
    suit_ppm: int
    fixed_yen: int


CAPS = {Handling.LAWYER: "fees.lawyer_caps", Handling.SCRIVENER: "fees.scrivener_caps"}


def caps(handling: Handling, on: date) -> Row | None:
    """The caps of a mandate given on a day; None for who acts alone or agreed [報酬の上限].

    Raises    LawGap before the federations had caps.
    """
    return table(CAPS[handling]).at(on) if handling in CAPS else None


def most_fee(handling: Handling, way: Way, recovered_yen: int, on: date) -> Fee:
    """The most that may be taken of what came back, tax included [報酬の上限額].

    Units     recovered_yen: what the lender paid, from 0.
    Days      on: the day of the mandate.
    Exact     shares and the tax are cut to whole yen.
    Raises    LawGap before the federations had caps.
    Law       債務整理事件処理の規律を定める規程13条・15条; 債務整理事件における報酬に関する指針.

    >>> most_fee(Handling.SCRIVENER, Way.SUIT, 1_000_000, date(2020, 1, 1)).total_yen
    330000
    """
    ensure(recovered_yen >= 0, "less than nothing recovered", recovered_yen=recovered_yen)
    row = caps(handling, on)
    if row is None:
        return Fee(handling, way, (), (), ())
    share = row.number("suit_share" if way is Way.SUIT else "talks_share")
    parts, tax = _parts(row.number("fixed_yen"), recovered_yen * share // PPM, on)
    citations = (*row.citations, *tax.citations)
    return Fee(handling, way, parts, citations, unverified_among([row, tax]))


def agreed_fee(agreed: Agreed, way: Way, recovered_yen: int, on: date) -> Fee:
    """What is taken of what came back by an agreement, tax included [合意した報酬].

    Days      on: the day whose rate of consumption tax holds.
    Exact     the share and the tax are cut to whole yen.
    Raises    LawGap before 2014-04-01.

    >>> agreed_fee(Agreed(150_000, 200_000, 0), Way.TALKS, 500_000, date(2026, 1, 5)).total_yen
    82500
    """
    ensure(recovered_yen >= 0, "less than nothing recovered", recovered_yen=recovered_yen)
    share = agreed.suit_ppm if way is Way.SUIT else agreed.talks_ppm
    parts, tax = _parts(agreed.fixed_yen, recovered_yen * share // PPM, on)
    return Fee(Handling.AGREED, way, parts, tax.citations, unverified_among([tax]))


def _parts(fixed_yen: int, share_yen: int, on: date) -> tuple[tuple[Part, ...], Row]:
    tax = table("tax.consumption").at(on)
    tax_yen = (fixed_yen + share_yen) * tax.number() // PPM
    parts = (
        Part(FeePart.FIXED, fixed_yen),
        Part(FeePart.RECOVERED, share_yen),
        Part(FeePart.TAX, tax_yen),
    )
    return parts, tax
