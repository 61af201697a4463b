"""The numbers of the papers by which a member was known, as a bureau is told them [書類の番号]."""

from __future__ import annotations

from typing import Any, NamedTuple


class Numbers(NamedTuple):
    """Numbers that tell a person apart [記号番号] · 施行規則30条の13第1項6号, 7号."""

    licence: str = ""
    document: str = ""


def numbers_of(cursor: Any, member_id: int) -> Numbers:
    """What is known of a member's papers; empty where no record of them is kept [書類の番号]."""
    cursor.execute(
        "SELECT licence_number, document_number FROM screening_identity WHERE member_id = %s"
        " ORDER BY checked_on DESC, record_id DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return Numbers() if row is None else Numbers(*row)
