"""Why somebody likely calls, from what happened of late; pure [用件の見当].

>>> from motocho.outside.clock import JAPAN
>>> noon = datetime(2026, 11, 22, 12, 0, tzinfo=JAPAN)
>>> [one.value for one in likely((), Known(days_late=3, is_due_soon=False), noon)]
['late']
>>> called = Happened(Group.CALLS, "called_arrears", noon - timedelta(hours=20), "")
>>> [one.value for one in likely((called,), Known(), noon)]
['our_call']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from motocho.care.reception.happenings import Group, Happened


class Likely(Enum):
    """A reason why a member likely calls [用件の見当], the gravest first."""

    FROZEN = "frozen"
    PROMISE_BROKEN = "promise_broken"
    LATE = "late"
    CONSULTATION = "consultation"
    EVIDENCE = "evidence"
    """We wait for a document of theirs [未着書類]."""
    REQUEST = "request"
    """Something of theirs waits for us [受付中の手続]."""
    OUR_CALL = "our_call"
    OUR_MAIL = "our_mail"
    PAID = "paid"
    DUE_SOON = "due_soon"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Known:
    """What stands open with a member [現況]."""

    days_late: int = 0
    is_due_soon: bool = False
    is_frozen: bool = False
    has_consultation: bool = False
    waits_for_evidence: bool = False
    waits_for_us: bool = False


LATELY = timedelta(days=3)
MOST = 3


def likely(happened: Sequence[Happened], known: Known, at: datetime) -> tuple[Likely, ...]:
    """The likeliest reasons, the gravest first, at most three; never none [用件の見当]."""
    since = at - LATELY
    late = [one for one in happened if since <= one.at <= at]
    kinds = {one.kind for one in late}
    groups = {one.group for one in late if one.kind != "mailed_safety"}
    signs = {
        Likely.FROZEN: known.is_frozen,
        Likely.PROMISE_BROKEN: "promise_broken" in kinds,
        Likely.LATE: known.days_late > 0,
        Likely.CONSULTATION: known.has_consultation,
        Likely.EVIDENCE: known.waits_for_evidence,
        Likely.REQUEST: known.waits_for_us,
        Likely.OUR_CALL: any(kind.startswith("called_") for kind in kinds),
        Likely.OUR_MAIL: Group.MAILS in groups,
        Likely.PAID: "received" in kinds,
        Likely.DUE_SOON: known.is_due_soon,
    }
    found = tuple(reason for reason, stands in signs.items() if stands)
    return found[:MOST] or (Likely.NOTHING,)
