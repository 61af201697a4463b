"""Rows of a statement as pages show them [取引の行]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from motocho.loans.queries import StatementRow
from motocho.web.words import Tongue, plain, say

MONEY = frozenset({"draw", "receipt", "excess_used", "refund", "cost", "waiver"})
"""Kinds that move money."""


KINDS: Mapping[str, str] = {
    "opening": "kind.opening",
    "draw": "kind.draw",
    "receipt": "kind.receipt",
    "excess_used": "kind.excess_used",
    "refund": "kind.refund",
    "cost": "kind.cost",
    "terms": "kind.terms",
    "arrangement": "kind.arrangement",
    "acceleration": "kind.acceleration",
    "waiver": "kind.waiver",
    "write_off": "kind.write_off",
    "departure": "kind.departure",
    "cancellation": "kind.cancellation",
}
"""What a member reads: a repayment is called so, not an arrival of money."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with the name of its kind [行]."""

    name: SafeString
    of: StatementRow


def shown(rows: Iterable[StatementRow], tongue: Tongue) -> tuple[Row, ...]:
    """Rows with the names of their kinds [行の表示]."""
    return tuple(Row(say(KINDS[row.kind], tongue), row) for row in rows)


def name_of(kind: str, tongue: Tongue) -> str:
    """What a kind is called, for a list to choose from [種別の名]."""
    return plain(KINDS[kind], tongue)
