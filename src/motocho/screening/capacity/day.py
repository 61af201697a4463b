"""The law of one day, as capacity and decisions read it [その日の法令].

Every row is taken once and named, so that a decision can say what it rested on, and so that the
same facts can be judged by the law of another day.

>>> law_of(date(2026, 11, 23)).parts
3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from motocho.kernel.schedule import MONTHS, day_of_month
from motocho.law.tables import Row, Value, table, table_ids
from motocho.units.errors import Language, LawGap

_TABLES = (
    "lending.income_documents",
    "lending.latest_period",
    "lending.evidence_age",
    "lending.income_methods",
    "lending.income_evidence",
    "lending.one_third",
    "lending.exclusions",
    "lending.exceptions",
    "lending.monitoring",
    "lending.survey_records",
    "lending.self_exclusion",
    "lending.young_evidence",
    "person.age_of_majority",
    "interest.ceiling",
)
_RELIEF = "lending.relief_"


@dataclass(frozen=True, slots=True)
class LawOfDay:
    """Every row that may be asked, of one day [その日の法令].

    A table that no row covers that day is not among them: what it would say is unknown, and whoever
    asks for it is told so by `row`.
    """

    on: date
    rows: Mapping[str, Row]

    def row(self, table_id: str) -> Row:
        """The row of a table [適用される行].

        Raises    LawGap if the table has none that day.
        """
        found = self.rows.get(table_id)
        return table(table_id).at(self.on) if found is None else found

    def knows(self, table_id: str) -> bool:
        """Whether the table says anything about that day [規定の有無]."""
        return table_id in self.rows

    @property
    def parts(self) -> int:
        """Of how many parts of the income one may be lent [総量規制の割合]."""
        return self.row("lending.one_third").number()

    def document(self) -> list[dict[str, object]]:
        """The rows as a decision keeps them: their day, their values, their articles [記録]."""
        return _kept(self.on) if self is law_of(self.on) else _rows(self.rows)


def _rows(rows: Mapping[str, Row]) -> list[dict[str, object]]:
    return [
        {
            "table": name,
            "from": row.from_on.isoformat(),
            "values": _values(row),
            "law": [cited.text(Language.JA) for cited in row.citations],
            "status": row.standing.value,
        }
        for name, row in sorted(rows.items())
    ]


def _values(row: Row) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for bracket in row.brackets:
        cells: Mapping[str, Value | None] = dict(sorted(bracket.cells.items()))
        found.append({"limit": bracket.limit, "cells": cells})
    return found


@cache
def law_of(on: date) -> LawOfDay:
    """The law of a day [その日の法令].

    Raises    LawGap where the third itself was not law yet (before 2010-06-18).
    """
    table("lending.one_third").at(on)
    rows = {}
    for name in (*_TABLES, *reliefs()):
        try:
            rows[name] = table(name).at(on)
        except LawGap:
            continue
    return LawOfDay(on, rows)


@cache
def _kept(on: date) -> list[dict[str, object]]:
    return _rows(law_of(on).rows)


@cache
def reliefs() -> tuple[str, ...]:
    """The tables of dated relief that are known [特例の一覧] · LEND-024."""
    return tuple(name for name in table_ids() if name.startswith(_RELIEF))


def months_after(on: date, months: int) -> date:
    """The day that a time of months ends on; before the day where they are negative [月の応当日].

    Law       民法143条2項.

    >>> [months_after(date(2026, 1, 31), months).isoformat() for months in (1, -11)]
    ['2026-02-28', '2025-02-28']
    """
    year, month = divmod(on.month - 1 + months, MONTHS)
    return date.fromordinal(day_of_month(on.year + year, month + 1, on.day))


def years_after(on: date, years: int) -> date:
    """The same of whole years [年の応当日]."""
    return months_after(on, years * MONTHS)


def relief_named(name: str) -> str:
    """The table of a relief by its short name [特例の表].

    >>> relief_named("noto_2024")
    'lending.relief_noto_2024'
    """
    return f"{_RELIEF}{name}"
