"""Dated reliefs: longer times for whom a supplementary provision names [特例] · LEND-024.

A relief is a table of its own with its first and its last day. One that is not known, not in force
that day, or whose days were not read, changes nothing: the ordinary times hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from motocho.screening.capacity.day import LawOfDay, law_of, months_after, relief_named, reliefs


def relief_in_force(named: Sequence[str], law: LawOfDay) -> str | None:
    """The table of the first relief named that holds that day [適用される特例].

    Takes     the short names of the reliefs that the person was found to be under.

    >>> relief_in_force(["noto_2024"], law_of(date(2024, 7, 31)))
    'lending.relief_noto_2024'
    >>> relief_in_force(["noto_2024"], law_of(date(2024, 8, 1))) is None
    True
    """
    for name in named:
        table_id = relief_named(name)
        is_read = table_id in reliefs() and law.knows(table_id)
        if is_read and law.row(table_id).word("holds") == "in_force":
            return table_id
    return None


def urgent_months(named: Sequence[str], law: LawOfDay) -> int:
    """How long an urgent loan may run, in months [特定緊急貸付契約の返済期間].

    Law       施行規則10条の23第1項2号の2ハ; 附則.
    """
    held = relief_in_force(named, law)
    table_id = "lending.exceptions" if held is None else held
    return law.row(table_id).number("urgent_months")


def evidence_due_on(learned_on: date, named: Sequence[str]) -> date:
    """The last day to be given evidence after a sum above 1,000,000 yen was learned [提出期限].

    Law       施行規則10条の26第1項; 附則. The day on which it was learned chooses the row.
    """
    law = law_of(learned_on)
    held = relief_in_force(named, law)
    if held is None:
        return months_after(learned_on, law.row("lending.monitoring").number("months_to_give"))
    return months_after(learned_on, law.row(held).number("evidence_months"))
