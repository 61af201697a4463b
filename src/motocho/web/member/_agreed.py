"""What was agreed instead of the whole debt, as the member's pages show it [和解の表示]."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from motocho.care.collections import settlements
from motocho.web.access import Member

STANDINGS: Mapping[settlements.Standing, str] = {
    settlements.Standing.RUNNING: "",
    settlements.Standing.LATE: "agreed.late",
    settlements.Standing.FALLEN: "agreed.fallen",
    settlements.Standing.DONE: "agreed.done",
}
"""How it goes, in words; nothing where it goes as agreed."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A settlement with how it goes, and its paper [和解と履行状況]."""

    of: settlements.Kept
    state: str
    """A key of the wording; empty where it goes as agreed."""
    is_done: bool
    paper_no: int | None
    """None before the paper is there."""


def of_member(cursor: Any, member: Member, agreements: Collection[int]) -> list[Agreed]:
    """The settlements that hold of some agreements: of each the last one [和解の一覧]."""
    found: dict[int, Agreed] = {}
    for kept in settlements.of_member(cursor, member.member_id):
        number = kept.key.agreement_id
        if number in agreements and number not in found:
            standing = settlements.standing(cursor, kept, member.today)
            paper_no = settlements.paper_no_of(cursor, kept)
            is_done = standing is settlements.Standing.DONE
            found[number] = Agreed(kept, STANDINGS[standing], is_done, paper_no)
    return list(found.values())
