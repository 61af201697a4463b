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
    """The bank did not carry it out, or gave it back [振込不能・組戻し]."""
    PAID = "paid"
    CORRECTED = "corrected"
    """What the bureaus have was put right [信用情報の訂正] · CRED-004, 006."""
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    STOPPED = "stopped"
    """Something says that we may not promise or pay [支払の差止め]: a death, an attachment …"""
    RESUMED = "resumed"
    """A second person saw to whom it is owed now [差止めの解除]."""


OVER = frozenset({Step.ENDED, Step.WITHDRAWN, Step.REFUSED})
BY_TWO = frozenset({Step.OFFERED, Step.SETTLED, Step.RELEASED, Step.RETURNED, Step.RESUMED})
"""What another person's word is needed for."""
_BINDS = frozenset({Step.OFFERED, Step.ACCEPTED, Step.SETTLED, Step.RELEASED, Step.SENT})
"""What promises or pays, and waits while a claim is stopped."""
_AFTER_PAYMENT = {
    Step.SETTLED: frozenset({Step.RELEASED}),
    Step.RELEASED: frozenset({Step.RELEASED, Step.SENT}),
    Step.SENT: frozenset({Step.PAID, Step.RETURNED}),
    Step.RETURNED: frozenset({Step.RELEASED}),
    Step.PAID: frozenset({Step.RETURNED}),
}


def may_follow(taken: Sequence[Step], settled_yen: int = 0) -> frozenset[Step]:
    """The steps that may come next [次の段階].

    Takes     what was done so far, in its order, and for how much it was settled.

    >>> sorted(one.value for one in may_follow([Step.RECEIVED]))
    ['checked', 'countered', 'reckoned', 'refused', 'stopped', 'withdrawn']
    >>> may_follow([Step.RECEIVED, Step.WITHDRAWN])
    frozenset()
    """
    if not taken:
        return frozenset({Step.RECEIVED})
    if taken[-1] in OVER:
        return frozenset({Step.RETURNED}) if Step.PAID in taken else frozenset()
    is_settled = Step.SETTLED in taken
    found = _after_settlement(taken, settled_yen) if is_settled else _before_settlement(taken)
    if is_stopped(taken):
        return (found - _BINDS) | {Step.STOPPED, Step.RESUMED}
    is_paid = is_settled and (not settled_yen or _last(taken, *_AFTER_PAYMENT) is Step.PAID)
    return found if is_paid else found | {Step.STOPPED}


def is_stopped(taken: Sequence[Step]) -> bool:
    """Whether nothing may be promised or paid now [差止め中か]."""
    return _last(taken, Step.STOPPED, Step.RESUMED) is Step.STOPPED


def is_released(taken: Sequence[Step]) -> bool:
    """Whether a release holds that is in no file yet [支払待ちか]; a stop of after it ends it."""
    return _last(taken, *_AFTER_PAYMENT, Step.STOPPED) is Step.RELEASED


def _last(taken: Sequence[Step], *steps: Step) -> Step | None:
    return next((one for one in reversed(taken) if one in steps), None)


def _before_settlement(taken: Sequence[Step]) -> frozenset[Step]:
    """An offer that they answered by another figure is no offer any more: 民法528条."""
    done = set(taken)
    found = {Step.DISCLOSED} if Step.CHECKED in done else {Step.CHECKED}
    if Step.ACCEPTED in done:
        return frozenset(found | {Step.SETTLED, Step.WITHDRAWN})
    found |= {Step.WITHDRAWN, Step.REFUSED, Step.RECKONED, Step.COUNTERED}
    if Step.RECKONED in done:
        found.add(Step.COMPARED)
    if {Step.RECKONED, Step.CHECKED} <= done:
        found.add(Step.OFFERED)
    if _last(taken, Step.OFFERED, Step.COUNTERED) is Step.OFFERED:
        found.add(Step.ACCEPTED)
    return frozenset(found)


def _after_settlement(taken: Sequence[Step], settled_yen: int) -> frozenset[Step]:
    found = set() if Step.CORRECTED in taken else {Step.CORRECTED}
    last = _last(taken, *_AFTER_PAYMENT)
    if settled_yen and last is not None:
        found |= _AFTER_PAYMENT[last]
    if last is Step.RELEASED and not is_released(taken):
        found.discard(Step.SENT)
    is_paid = last is Step.PAID or not settled_yen
    if is_paid and Step.CORRECTED in taken:
        found.add(Step.ENDED)
    return frozenset(found)
