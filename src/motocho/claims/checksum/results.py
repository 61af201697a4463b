"""What the checksum gives back: the lender's convention, and slips with proposals [検算の結果]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from motocho.claims.checksum.changes import SlipKind
from motocho.claims.checksum.habits import Source
from motocho.kernel.conventions import FirstDay, Rounding, YearBasis
from motocho.units.errors import Fault
from motocho.units.money import rate_fraction_text


class Field(Enum):
    """What a slip is in [まちがいのある所]; the value is how messages call it."""

    BORROW = "借入"
    REPAY = "返済"
    BALANCE = "残高"
    DATE = "日付"
    ROW = "行"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows under one rate and one convention, as found [利率の区間]."""

    first_row: int | None
    last_row: int | None
    from_on: date
    to_on: date
    rate_ppm: int
    source: Source
    year_basis: YearBasis
    first_day: FirstDay
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that would explain a difference [打ちまちがいの候補]."""

    kind: SlipKind
    row: int | None
    """The row to be mended; a missing row stands before it."""
    field: Field
    seen: str
    proposed: str | None
    """The value that would make the balances agree: digits, an ISO day, borrow or repay."""
    difference_yen: int
    """Printed minus reckoned, at the first row that differs."""
    differs_at_row: int | None
    order: int
    """1 is the likeliest explanation of this difference."""
    fault: Fault
    from_on: date | None = None
    to_on: date | None = None
    """For a missing row: the days on which it can lie."""
    least_yen: int | None = None
    most_yen: int | None = None
    """For a missing row: the amounts between which it lies, where its day does not settle it."""
    supposed_on: date | None = None
    """For a missing row: a day on which the proposed amount makes the balances agree."""

    def within(self, file: str | None) -> Slip:
        """The same slip, placed in a file [ファイル名つき]."""
        return replace(self, fault=self.fault.within(file))

    def document(self) -> dict[str, Any]:
        """The slip as JSON [公開形式]."""
        return {
            "kind": self.kind.value,
            "row": self.row,
            "field": self.field.name.lower(),
            "seen": self.seen,
            "proposed": self.proposed,
            "difference_yen": self.difference_yen,
            "differs_at_row": self.differs_at_row,
            "order": self.order,
            "from_on": None if self.from_on is None else str(self.from_on),
            "to_on": None if self.to_on is None else str(self.to_on),
            "least_yen": self.least_yen,
            "most_yen": self.most_yen,
            "fault": self.fault.document(),
        }


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """What the checksum found [残高検算の結果]."""

    rows_checked: int
    """Rows with a printed balance."""
    rows_agreeing: int
    first_differing_row: int | None
    stretches: tuple[Stretch, ...] = ()
    slips: tuple[Slip, ...] = ()
    notes: tuple[Fault, ...] = ()
    """What else a reader should look at: long gaps, doubles, a head that is missing."""

    def faults(self) -> tuple[Fault, ...]:
        """The likeliest slip of each difference, then the notes [指摘の一覧]."""
        return (*(slip.fault for slip in self.slips if slip.order == 1), *self.notes)

    def document(self) -> dict[str, Any]:
        """The result as JSON [公開形式]."""
        return {
            "rows_checked": self.rows_checked,
            "rows_agreeing": self.rows_agreeing,
            "first_differing_row": self.first_differing_row,
            "stretches": [
                {
                    "first_row": stretch.first_row,
                    "last_row": stretch.last_row,
                    "from_on": str(stretch.from_on),
                    "to_on": str(stretch.to_on),
                    "rate": rate_fraction_text(stretch.rate_ppm),
                    "source": stretch.source.value,
                    "year_basis": stretch.year_basis.public_name,
                    "first_day": stretch.first_day.public_name,
                    "rounding": stretch.rounding.public_name,
                }
                for stretch in self.stretches
            ],
            "slips": [slip.document() for slip in self.slips],
            "notes": [note.document() for note in self.notes],
        }
