"""What is known of a member beyond the agreements: the bureau's answer, the evidence [返済能力]."""

from __future__ import annotations

from typing import Any

from motocho.loans.monitoring import Income


def others_yen(cursor: Any, member_id: int) -> int | None:
    """What other lenders lent, as the bureau last told; None if never asked [他社残高]."""
    cursor.execute(
        "SELECT others_yen FROM loan_bureau_answer WHERE member_id = %s"
        " ORDER BY inquired_on DESC, answer_id DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def income(cursor: Any, member_id: int) -> Income | None:
    """The income of the newest evidence; None where none was shown [年収]."""
    cursor.execute(
        "SELECT issued_on, annual_yen FROM loan_income_evidence WHERE member_id = %s"
        " ORDER BY issued_on DESC, evidence_id DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return Income(*row) if row else None
