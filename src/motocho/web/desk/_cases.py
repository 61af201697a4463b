"""What pages of cases share: the words of their lists [案件の表示]."""

from __future__ import annotations

from collections.abc import Iterable

from motocho.care.cases import register, sorting
from motocho.web.desk._choosing import labels

CATEGORIES = labels(sorting.Category, "cases.category")
SEVERITIES = labels(sorting.Severity, "cases.severity")
CAUSES = labels(sorting.RootCause, "cases.cause")
STAGES = labels(sorting.Stage, "cases.adr")
RESULTS = labels(sorting.Result, "cases.result")
SHOWS = labels(register.Show, "cases.show")
UNSORTED = "cases.unsorted"


def ways(found: Iterable[sorting.Linked]) -> list[tuple[sorting.Linked, str]]:
    """Tries to reach a member, each with the key of the way it went [連絡手段の名前]."""
    return [(one, f"cases.way_{one.channel}") for one in found]


def category_of(found: sorting.Sorting | None) -> str:
    """The key of what a complaint is about [区分の名前]."""
    return UNSORTED if found is None else CATEGORIES[found.category.value]
