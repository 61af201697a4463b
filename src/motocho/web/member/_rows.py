"""Rows of a statement as pages show them [取引の行]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from motocho.loans import queries
from motocho.loans.queries import StatementRow
from motocho.web.words import Tongue

MONEY = frozenset({"draw", "receipt", "excess_used", "refund", "cost", "waiver"})
"""Kinds that move money."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with the name of its kind [行]."""

    name: str
    of: StatementRow


def shown(rows: Iterable[StatementRow], tongue: Tongue) -> tuple[Row, ...]:
    """Rows with names; a repayment is called so, not an arrival of money [行の表示]."""
    return tuple(Row(name_of(row.kind, tongue), row) for row in rows)


def name_of(kind: str, tongue: Tongue) -> str:
    """What a kind is called on the member's pages [種別の名]."""
    if kind == "receipt":
        return "Repayment" if tongue is Tongue.EN else "返済"
    if kind == "draw":
        return "Borrowed" if tongue is Tongue.EN else "借入"
    name = queries.kind_name(kind, tongue.language)
    return name.removeprefix("a ").removeprefix("an ").removeprefix("the ").capitalize()
