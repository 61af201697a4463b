"""An agreement of ours opened in the studio, and the check before it [作業場を開く].

A member's own history is asked for once more (AUTH-007) before it is opened; the studio then stays
open for that login, for an hour. What the house says of itself is filled in for the papers. The
member's address is not: the register gives it by a permit alone, and a case keeps what it is told.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from motocho.law.rules import Refusal
from motocho.loans.commands import Key
from motocho.office import owned
from motocho.office.owned import Opener, Opening
from motocho.people.safety import codes
from motocho.web import _directory
from motocho.web.access import Colleague, Member

STAYS_OPEN = timedelta(hours=1)
"""How long the studio stays open after the check: work there is longer than a download."""


def bound_to(member: Member) -> str:
    """What a check before the history is good for: this login [確認の対象]."""
    return f"session {member.session.session_id}"


def unconfirmed(member: Member, lasts: timedelta = codes.FRESH) -> Refusal | None:
    """Whether the check before a whole history is still to be passed [確認コードの要否] · AUTH-007.

    Takes     how long it counts; what was confirmed within that is enough.
    """
    looked_at = member.at - (lasts - codes.FRESH)
    with connection.cursor() as cursor:
        return codes.check_fresh(
            cursor, member.member_id, codes.Purpose.EXPORT, bound_to(member), looked_at
        )


def of_member(cursor: Any, member: Member, key: Key) -> int:
    """The member's own case of an agreement, opened or taken up [会員が開く].

    Takes     one of the member's own agreements; the check was passed.
    """
    opening = Opening(Opener.MEMBER, Opener.MEMBER.value, member.today, _of_house())
    return owned.open_case(cursor, key, opening, member.at)


def of_house(cursor: Any, colleague: Colleague, key: Key, on: date) -> int:
    """The house's case of an agreement, opened or taken up [従業者が開く].

    Takes     a colleague who was asked whether they may; the book's day.
    Raises    NotFoundError where the member has no such agreement.
    """
    opening = Opening(Opener.HOUSE, colleague.staff.actor, on, _of_house())
    return owned.open_case(cursor, key, opening, colleague.at)


def _of_house() -> dict[str, str]:
    lender = _directory.directory().lender
    return {"lender_name": lender.name_ja, "lender_address": lender.address_ja}
