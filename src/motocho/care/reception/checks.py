"""The identity check of a call: three right answers of five, before anything is shown [本人確認].

    seat = checks.seat(cursor, member_id, "staff 7", at)
    if not seat.is_known: checks.check(cursor, seat.call, told, source, at)

It passes for one colleague and one call. It is over when the call has its ending, and after half an
hour at the latest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from motocho.care.reasons import talks
from motocho.care.reasons.talks import TalkKey
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people.facts import history, matching
from motocho.units.errors import Fault, InputError, RefusedError, StateConflict

LEAST_RIGHT = talks.LEAST_ITEMS
MOST_TRIES = 2
"""Of one call; who is not known then is called back at a registered number."""
MOST_MISSES = 4
"""Of one day, over all calls and colleagues: answers are not found by asking on."""
LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one colleague stands with one member [応対の状態]."""

    call: TalkKey | None
    """The call that the colleague is on with the member; None where there is none."""
    is_inbound: bool
    known_until: datetime | None
    """Until when the member counts as known; None where nobody is."""
    right: frozenset[matching.Item]
    """What was right in the last check."""
    tries_left: int

    @property
    def is_known(self) -> bool:
        """Whether the member is known on this call [本人確認済みか]."""
        return self.known_until is not None


NOBODY = Seat(None, is_inbound=False, known_until=None, right=frozenset(), tries_left=0)
_MISSES = """
SELECT count(*) FROM care_identity_check WHERE member_id = %s AND NOT is_passed
    AND (checked_at AT TIME ZONE 'Asia/Tokyo')::date = (%s AT TIME ZONE 'Asia/Tokyo')::date
"""


def seat(cursor: Any, member_id: int, actor: str, at: datetime) -> Seat:
    """Whether a colleague is on a call with a member who is known on it [応対の状態]."""
    call = talks.unfinished(cursor, actor)
    if call is None or call.member_id != member_id:
        return NOBODY
    cursor.execute(
        "SELECT right_items, is_passed, checked_at FROM care_identity_check"
        " WHERE member_id = %s AND attempt_id = %s ORDER BY check_no DESC",
        call,
    )
    tried = cursor.fetchall()
    passed = max((row[2] for row in tried if row[1]), default=None)
    known_until = None if passed is None or passed + LASTS <= at else passed + LASTS
    cursor.execute(_MISSES, (member_id, at))
    left = min(MOST_TRIES - len(tried), MOST_MISSES - int(cursor.fetchone()[0]))
    right = frozenset(matching.Item(one) for one in tried[0][0]) if tried else frozenset()
    return Seat(call, talks.one(cursor, call).is_inbound, known_until, right, max(0, left))


def check(
    cursor: Any, call: TalkKey, told: Mapping[matching.Item, str], source: Source, at: datetime
) -> Seat:
    """Compare what a caller says with what is registered, once for each form [本人確認] · COLL-006.

    The words are compared and not kept. Who passes is known to the call's script, too.

    Lock      the member's contacts.
    Raises    StateConflict where the colleague is not on that call; InputError for fewer answers
              than are needed; RefusedError when no try is left, and on a call at work.
    Law       貸金業法21条1項5号; 個人情報保護法23条.
    """
    member_id, actor = call.member_id, source.actor
    refusal = talks.check_identity(talks.going_on(cursor, call).card, frozenset(talks.Item))
    if refusal is not None:  # at work nobody is asked, and no page opens
        raise RefusedError(refusal.fault())
    cursor.execute(
        "SELECT FROM care_identity_check WHERE member_id = %s AND source = %s",
        (member_id, source.ref),
    )
    if cursor.fetchone() is not None:
        return seat(cursor, member_id, actor, at)
    now = seat(cursor, member_id, actor, at)
    if now.call != call:
        raise StateConflict(Fault("DSK-012"))
    answered = {item: text for item, text in told.items() if text.strip()}
    if len(answered) < LEAST_RIGHT:
        raise InputError(Fault("DSK-013", details={"least": str(LEAST_RIGHT)}))
    if not now.tries_left:
        raise RefusedError(Fault("DSK-014"))
    reading = history.Reading(actor, f"identity check {call.attempt_id}", at)
    right = matching.right(cursor, member_id, answered, reading)
    cursor.execute(
        "INSERT INTO care_identity_check (member_id, attempt_id, asked_items, right_items, source,"
        " actor, checked_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (*call, _names(answered), _names(right), source.ref, actor, at),
    )
    is_passed = len(right) >= LEAST_RIGHT
    subject: dict[str, int | str] = {"talk": call.attempt_id, "right": len(right)}
    kind = "identity_passed" if is_passed else "identity_missed"
    journal.write(cursor, [Happening(member_id, kind, actor, at, subject)])
    if is_passed:
        items = frozenset(talks.Item(one.value) for one in right)
        talks.identify(cursor, call, items, actor, at)
    return seat(cursor, member_id, actor, at)


def _names(items: Mapping[matching.Item, str] | frozenset[matching.Item]) -> list[str]:
    return sorted(one.value for one in items)
