"""What was agreed about the fee, held against the caps of the professions; what it comes to [報酬].

    terms = Terms(Profession.SCRIVENER, talks_ppm=200_000, suit_ppm=250_000, fixed_yen=0, on=…)
    [fault.code for fault in beyond_caps(terms)]     what the bar would not allow
    fee(terms, 500_000, Road.TALKS, date(2026, 12, 1)).total_yen

Caps are dated data (`law/data/fees.*.yaml`) with their sources; what an office and its client agree
within them is theirs. Nothing here recommends anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.tables import Row, Standing, table
from motocho.units.errors import Fault
from motocho.units.money import PPM, rate_text, yen_text

TAX = "tax.consumption"


class Profession(Enum):
    """Whose caps hold [資格]."""

    LAWYER = "lawyer"
    SCRIVENER = "scrivener"


class Road(Enum):
    """By what the money was recovered [回収の方法]."""

    TALKS = "talks"
    SUIT = "suit"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed about the fee, without consumption tax [報酬の合意]."""

    profession: Profession
    talks_ppm: int
    suit_ppm: int
    fixed_yen: int
    on: date
    """The day of the agreement: its caps hold."""

    def share_ppm(self, road: Road) -> int:
        """The share of what is recovered by a road [割合報酬]."""
        return self.talks_ppm if road is Road.TALKS else self.suit_ppm


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in its parts [報酬の内訳]."""

    share_yen: int
    fixed_yen: int
    tax_yen: int

    @property
    def total_yen(self) -> int:
        """What is taken, with tax [報酬の合計]."""
        return self.share_yen + self.fixed_yen + self.tax_yen


def caps(profession: Profession, on: date) -> Row:
    """The caps that hold for an agreement of a day [報酬の上限].

    Raises    LawGap for a day that no row covers.
    """
    return table(f"fees.{profession.value}_caps").at(on)


def is_verified(profession: Profession, on: date) -> bool:
    """Whether the caps of a day were read in their source [上限の確認]."""
    return caps(profession, on).standing is Standing.CONFIRMED


def most_fixed_yen(profession: Profession, on: date) -> int:
    """The most that may be taken for a lender beside a share [定額報酬の上限]."""
    column = "fixed_most_yen" if profession is Profession.LAWYER else "fixed_yen"
    return caps(profession, on).number(column)


def beyond_caps(terms: Terms) -> tuple[Fault, ...]:
    """What of an agreement is above its profession's caps [上限を超える合意]."""
    return tuple(_beyond(terms, caps(terms.profession, terms.on)))


def _beyond(terms: Terms, row: Row) -> Iterator[Fault]:
    for road, column in ((Road.TALKS, "talks_share"), (Road.SUIT, "suit_share")):
        most_ppm = row.number(column)
        if terms.share_ppm(road) > most_ppm:
            details = {"agreed": rate_text(terms.share_ppm(road)), "most": rate_text(most_ppm)}
            yield Fault("TRK-014" if road is Road.TALKS else "TRK-015", details=details)
    most_yen = most_fixed_yen(terms.profession, terms.on)
    if terms.fixed_yen > most_yen:
        details = {"agreed": yen_text(terms.fixed_yen), "most": yen_text(most_yen)}
        yield Fault("TRK-016", details=details)


def fee(terms: Terms, recovered_yen: int, road: Road, on: date) -> Fee:
    """What the fee comes to for what was recovered [報酬額].

    Days      on: the day of payment; its rate of consumption tax holds.
    Exact     parts of a yen are left off, of the share and of the tax each.
    """
    share_yen = recovered_yen * terms.share_ppm(road) // PPM
    tax_ppm = table(TAX).at(on).number()
    taxed_yen = share_yen + terms.fixed_yen
    return Fee(share_yen, terms.fixed_yen, taxed_yen * tax_ppm // PPM)
