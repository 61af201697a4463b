"""A rest from borrowing, with everything that goes with it [借入れの休止].

The loans stop draws; contact stops invitations to borrow for as long. Both in the caller's
transaction.
"""

from __future__ import annotations

from typing import Any

from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import LONGEST_PAUSE, Source, Wish
from motocho.loans import commands
from motocho.loans.commands import Made, Rest


def begin(cursor: Any, member_id: int, months: int | None, made: Made) -> Rest:
    """Rest for some months, or until it is lifted (None) [休止の開始] · SOLI-005.

    The same reference again changes nothing: what was lifted meanwhile stays lifted.

    Raises    InputError for months that cannot be chosen.
    """
    earlier = commands.rest_asked(cursor, member_id, made)
    if earlier is not None:
        return earlier
    rest = commands.rest(cursor, member_id, months, made)
    last_on = rest.last_on or made.business_on + LONGEST_PAUSE
    wish = Wish(HoldKind.PAUSE, last_on)
    holds.put(cursor, member_id, wish, Source(made.actor, made.external_ref), made.booked_at)
    return rest


def lift(cursor: Any, member_id: int, made: Made) -> Rest:
    """The member lifts the rest; from tomorrow one may draw [休止の解除].

    Raises    NotFoundError if none is on.
    """
    rest = commands.lift_rest(cursor, member_id, made)
    for one in holds.standing(cursor, member_id, made.business_on):
        if one.hold.kind is HoldKind.PAUSE:
            holds.end(cursor, member_id, one.hold_id, made.actor, made.booked_at)
    return rest
