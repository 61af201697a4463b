"""Which agreements a member has [契約の一覧]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.loans._book import Key
from motocho.loans.policy import Status, Stop

_NO_CARD = (Stop.CARD_LOST, Stop.DECEASED, Stop.FRAUD)


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement in a list: as its row holds it, after its last event [一覧の契約]."""

    key: Key
    product_id: str
    opened_on: date
    status: Status
    limit_yen: int
    principal_yen: int

    def document(self) -> dict[str, Any]:
        """The agreement as JSON [公開形式]."""
        return {
            "agreement_id": self.key.agreement_id,
            "product_id": self.product_id,
            "opened_on": str(self.opened_on),
            "status": self.status.value,
            "limit_yen": self.limit_yen,
            "principal_yen": self.principal_yen,
        }


def agreements(cursor: Any, member_id: int) -> list[Listed]:
    """A member's agreements, in the order of their ids [契約の一覧]."""
    cursor.execute(
        "SELECT agreement_id, product_id, opened_on, status, limit_yen, principal_yen"
        " FROM loan_agreement WHERE member_id = %s ORDER BY agreement_id",
        (member_id,),
    )
    return [
        Listed(Key(member_id, row[0]), row[1], row[2], Status(row[3]), row[4], row[5])
        for row in cursor.fetchall()
    ]


def needs_card(cursor: Any, member_id: int) -> bool:
    """Whether a member has an agreement that a card is for [カードの要否].

    None is for who lost it and asks for another, who died, or while fraud is looked into.
    """
    cursor.execute(
        "SELECT bool_or(status = %s), bool_or(stops && %s::text[])"
        " FROM loan_agreement WHERE member_id = %s",
        (Status.OPEN.value, [one.value for one in _NO_CARD], member_id),
    )
    is_open, is_stopped = cursor.fetchone()
    return bool(is_open) and not is_stopped
