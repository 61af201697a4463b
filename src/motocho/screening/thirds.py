"""The third of many people at once, with the answers of `capacity.Third` [一括の総量規制].

Whole columns of 64-bit integers; amounts above `MOST_YEN` are refused, so that nothing runs over.
numpy is slow to import and is imported nowhere else in the room: import this where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from motocho.screening.capacity import LawOfDay
from motocho.units.errors import ensure

Column: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
MOST_YEN = 10**15
"""The largest amount in a column: three sums of it stay far inside 64 bits."""


@dataclass(frozen=True, slots=True)
class Thirds:
    """The answers, a place a person [一括の結果]."""

    allows: Flags
    highest_yen: Column


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of many people, a place a person [一括の入力]."""

    income_yen: Column
    own_yen: Column
    others_yen: Column
    asked_yen: Column


def third_of_many(columns: Columns, law: LawOfDay, *, step_yen: int, largest_yen: int) -> Thirds:
    """Who is within a third, and the highest amount of each [一括の総量規制] · LEND-009.

    Takes     own and others' sums without the contract that is asked for; for an open line, its
              limit as what is asked.
    Exact     integers only; the same answers as `Third.allows` and `Third.highest_yen`.
    """
    income, own, others, asked = (
        np.asarray(column, dtype=np.int64)
        for column in (columns.income_yen, columns.own_yen, columns.others_yen, columns.asked_yen)
    )
    for column in (income, own, others, asked):
        within = bool(((column >= 0) & (column <= MOST_YEN)).all())
        ensure(within, "an amount is out of range")
    taken = own + others
    allows = law.parts * (taken + asked) <= income
    room = np.minimum(largest_yen, income // law.parts - taken)
    return Thirds(allows, np.maximum(0, room // step_yen * step_yen))
