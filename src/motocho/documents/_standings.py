"""How the pages stand that members handed in, without their pictures [提出状況]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.documents._findings import Finding, Purpose


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member's page stands, without its picture [提出状況]."""

    document_ref: str
    page_no: int
    purpose: Purpose
    kept_at: datetime
    finding: Finding | None
    is_erased: bool
    replaced_by: str | None


def of_member(cursor: Any, member_id: int, most: int = 60) -> list[Standing]:
    """Pages of a member, the newest document first [提出した書類].

    The newest so many, and of the older ones each that is still to be sent again.
    """
    cursor.execute(
        f"SELECT * FROM ({_STANDING}) one WHERE place <= %(most)s"  # noqa: S608  # a constant
        " OR finding <> 'accepted' AND replaced_by IS NULL ORDER BY place",
        {"member_id": member_id, "most": most},
    )
    return [_standing(row) for row in cursor.fetchall()]


def of_document(cursor: Any, member_id: int, document_ref: str) -> list[Standing]:
    """Pages of one document of the member's [書類の提出状況]; none if it is another's or none."""
    cursor.execute(
        f"SELECT * FROM ({_STANDING}) one WHERE document_ref = %(ref)s"  # noqa: S608  # a constant
        " ORDER BY page_no",
        {"member_id": member_id, "ref": document_ref},
    )
    return [_standing(row) for row in cursor.fetchall()]


_STANDING = """
SELECT u.document_ref, p.page_no, u.purpose, u.kept_at, v.finding,
    p.erased_at IS NOT NULL AS is_erased, p.replaced_by,
    row_number() OVER (ORDER BY u.kept_at DESC, u.document_ref, p.page_no) AS place
FROM documents_upload u JOIN documents_page p USING (document_ref)
LEFT JOIN documents_verdict v USING (document_ref, page_no)
WHERE u.member_id = %(member_id)s
"""


def _standing(row: tuple[Any, ...]) -> Standing:
    document_ref, page_no, purpose, kept_at, finding, is_erased, replaced_by, _ = row
    found = None if finding is None else Finding(finding)
    return Standing(document_ref, page_no, Purpose(purpose), kept_at, found, is_erased, replaced_by)
