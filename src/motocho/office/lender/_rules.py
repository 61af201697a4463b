"""What a claim's steps may follow, and where it stands; pure [請求の段階]."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Step(Enum):
    """What was done about a claim against us [請求対応の段階]."""

    RECEIVED = "received"
    CHECKED = "checked"
    """Who claims is who they say, or has the mandate [本人・代理権の確認]."""
    DISCLOSED = "disclosed"
    """The history was asked for and is on its way as a case of disclosure [取引履歴の開示]."""
    RECKONED = "reckoned"
    """Our own recalculation, under stated conventions [当社の引き直し計算]."""
    COMPARED = "compared"
    """Their sheet against ours: which conventions make it, what nothing explains [突合]."""
    OFFERED = "offered"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    """Booked: we owe what was agreed, the agreement and the card ended [和解の成立]."""
    RELEASED = "released"
    """A second person let the payment go [支払の承認]."""
    SENT = "sent"
    RETURNED = "returned"
    """The bank did not carry it out [振込不能]."""
    PAID = "paid"
    CORRECTED = "corrected"
    """What the bureaus have was put right [信用情報の訂正] · CRED-004, 006."""
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


OVER = frozenset({Step.ENDED, Step.WITHDRAWN, Step.REFUSED})
BY_TWO = frozenset({Step.OFFERED, Step.SETTLED, Step.RELEASED})
"""What another person's word is needed for."""
_PAYMENT = (Step.SETTLED, Step.RELEASED, Step.SENT, Step.RETURNED, Step.PAID)
_AFTER_PAYMENT = {
    Step.SETTLED: frozenset({Step.RELEASED}),
    Step.RELEASED: frozenset({Step.SENT}),
    Step.SENT: frozenset({Step.PAID, Step.RETURNED}),
    Step.RETURNED: frozenset({Step.RELEASED}),
    Step.PAID: frozenset[Step](),
}


def may_follow(taken: Sequence[Step], settled_yen: int = 0) -> frozenset[Step]:
    """The steps that may come next [次の段階].

    Takes     what was done so far, in its order, and for how much it was settled.

    >>> sorted(one.value for one in may_follow([Step.RECEIVED]))
    ['checked', 'countered', 'reckoned', 'refused', 'withdrawn']
    >>> may_follow([Step.RECEIVED, Step.WITHDRAWN])
    frozenset()
    """
    done = set(taken)
    if not done:
        return frozenset({Step.RECEIVED})
    if done & OVER:
        return frozenset()
    if Step.SETTLED in done:
        return _after_settlement(taken, settled_yen)
    found = {Step.WITHDRAWN, Step.REFUSED}
    found |= {Step.DISCLOSED} if Step.CHECKED in done else {Step.CHECKED}
    if Step.ACCEPTED in done:
        return frozenset(found | {Step.SETTLED})
    found |= {Step.RECKONED, Step.COUNTERED}
    if Step.RECKONED in done:
        found.add(Step.COMPARED)
    if {Step.RECKONED, Step.CHECKED} <= done:
        found.add(Step.OFFERED)
    if Step.OFFERED in done:
        found.add(Step.ACCEPTED)
    return frozenset(found)


def _after_settlement(taken: Sequence[Step], settled_yen: int) -> frozenset[Step]:
    found = set() if Step.CORRECTED in taken else {Step.CORRECTED}
    last = next(one for one in reversed(taken) if one in _PAYMENT)
    if settled_yen:
        found |= _AFTER_PAYMENT[last]
    is_paid = last is Step.PAID or not settled_yen
    if is_paid and Step.CORRECTED in taken:
        found.add(Step.ENDED)
    return frozenset(found)
