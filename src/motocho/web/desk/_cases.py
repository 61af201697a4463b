"""What pages of cases share: the words of their lists [案件の表示]."""

from __future__ import annotations

from collections.abc import Iterable

from motocho.care.cases.register import Show
from motocho.care.cases.sorting import Category, Linked, Result, RootCause, Severity, Sorting, Stage
from motocho.web.desk._choosing import labels

CATEGORIES = labels(Category, "cases.category")
SEVERITIES = labels(Severity, "cases.severity")
CAUSES = labels(RootCause, "cases.cause")
STAGES = labels(Stage, "cases.adr")
RESULTS = labels(Result, "cases.result")
SHOWS = labels(Show, "cases.show")
UNSORTED = "cases.unsorted"


def ways(found: Iterable[Linked]) -> list[tuple[Linked, str]]:
    """Tries to reach a member, each with the key of the way it went [連絡手段の名前]."""
    return [(one, f"cases.way_{one.channel}") for one in found]


def category_of(sorting: Sorting | None) -> str:
    """The key of what a complaint is about [区分の名前]."""
    return UNSORTED if sorting is None else CATEGORIES[sorting.category.value]
