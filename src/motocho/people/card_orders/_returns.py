"""What becomes of a card that came back by post, once an order [返戻されたカード]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people.access import Staff

LONGEST_REF = 60


class Fate(Enum):
    """What became of it [返戻カードの処置]; the card itself is destroyed either way."""

    SENT_AGAIN = "sent_again"
    """Another is ordered, to an address that somebody confirmed [再発送]."""
    DESTROYED = "destroyed"
    """No other is ordered from here [破棄]."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a returned card was settled [処置の記録]; `order_id` is the one that came back."""

    order_id: int
    fate: Fate
    new_order_id: int | None
    confirmed_ref: str
    staff_id: int
    settled_at: datetime


def settled(cursor: Any, member_id: int) -> dict[int, Settled]:
    """What became of each card of a member that came back, by its order [処置の一覧]."""
    cursor.execute(
        "SELECT order_id, fate, new_order_id, confirmed_ref, staff_id, settled_at"
        " FROM people_card_return WHERE member_id = %s",
        (member_id,),
    )
    return {
        int(row[0]): Settled(int(row[0]), Fate(row[1]), row[2], row[3], int(row[4]), row[5])
        for row in cursor.fetchall()
    }


def write(
    cursor: Any, of: tuple[int, int], how: tuple[Fate, int | None, str], staff: Staff, at: datetime
) -> None:
    """Keep how a returned card was settled [処置の記録].

    Takes     member and order; the fate, the new order and by what the address was confirmed.
    """
    fate, new_order_id, ref = how
    cursor.execute(
        "INSERT INTO people_card_return (member_id, order_id, fate, new_order_id, confirmed_ref,"
        " staff_id, settled_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (*of, fate.value, new_order_id, ref, staff.staff_id, at),
    )
    member_id, order_id = of
    subject: dict[str, int | str] = {"card_order": order_id, "fate": fate.value}
    happening = Happening(member_id, "card_return_settled", staff.actor, at, subject)
    journal.write(cursor, [happening])
