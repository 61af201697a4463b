"""Cards on their way: ordered, handed to the maker, sent, in use, or back again [カードの発注].

    key = card_orders.order(cursor, member_id, Wanted(Cause.FIRST), source, at)    once a source
    card_orders.note(cursor, key, Step.SENT, (on, "worker"), at)

What waits is carried by `notices.carding`, which reads the address by a permit. A card that was
sent is the member's card (`cards`), and one that came back is none any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.cards import Cause
from motocho.outside.clock import JAPAN
from motocho.people import cards, members
from motocho.people.access import Staff
from motocho.people.card_orders import _returns
from motocho.people.card_orders._returns import LONGEST_REF, Fate, Settled, settled
from motocho.people.cards import Validity
from motocho.units.errors import Fault, InputError, StateConflict

__all__ = [
    "LONGEST_REF",
    "YEARS",
    "Cause",
    "Fate",
    "OrderKey",
    "Ordered",
    "Settled",
    "Step",
    "Wanted",
    "activate",
    "again_of",
    "came_back",
    "last_day",
    "listed",
    "locked",
    "named",
    "newest",
    "note",
    "order",
    "settle_return",
    "settled",
    "waiting",
]  # fmt: skip

YEARS = 5
"""A house rule: a card ends with the month so many years after it was ordered."""


class OrderKey(NamedTuple):
    """One order of a card [発注の番号]."""

    member_id: int
    order_id: int

    @property
    def ref(self) -> str:
        """How the maker knows it, for ever [発注の整理番号]."""
        return f"{self.member_id}-{self.order_id}"


class Step(Enum):
    """What became of an order [発注の状態]."""

    HANDED = "handed"
    """The maker has it [依頼済み]."""
    SENT = "sent"
    RETURNED = "returned"
    ACTIVATED = "activated"
    """The member said that it came [受取り済み]."""
    CANCELLED = "cancelled"
    """Another was ordered before the maker had it, or none is wanted [取消し]."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which card is wanted, and until when it is to hold [希望のカード]; None by the house rule."""

    cause: Cause
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as it stands [カードの発注]; `step` None while it waits."""

    key: OrderKey
    cause: Cause
    expires_on: date
    ordered_at: datetime
    step: Step | None
    done_on: date | None


def last_day(on: date) -> date:
    """The last day of a card that is ordered on a day [有効期限].

    >>> last_day(date(2026, 11, 23)), last_day(date(2024, 2, 29))
    (datetime.date(2031, 11, 30), datetime.date(2029, 2, 28))
    """
    after = date(on.year + YEARS + on.month // 12, on.month % 12 + 1, 1)
    return after - timedelta(days=1)


def order(
    cursor: Any, member_id: int, wanted: Wanted, source: tuple[str, str], at: datetime
) -> OrderKey:
    """Order a card, once for its source [カードの発注].

    One that the maker does not have yet is cancelled with it: nobody gets two. The number that
    stands on the card is the member's when the order leaves: after a loss it is changed before
    (`cards.reissue`, `members.renumber`).

    Takes     the source: who, and by which form or task.
    Raises    NotFoundError for no such member; InputError for a card that ended before it began.
    Lock      the member's row.
    """
    actor, ref = source
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,)
    )
    if cursor.fetchone() is None:
        raise members.no_such_member()
    known = _of_source(cursor, member_id, ref)
    if known is not None:
        return known
    today = at.astimezone(JAPAN).date()
    validity = Validity(today, wanted.expires_on or last_day(today))
    fault = cards.fault_of(validity)
    if fault is not None:
        raise InputError(fault)
    for waits in waiting(cursor, [member_id]):
        note(cursor, waits, Step.CANCELLED, (today, actor), at)
    cursor.execute(
        "INSERT INTO people_card_order (member_id, cause, expires_on, source, actor, ordered_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING order_id",
        (member_id, wanted.cause.value, validity.expires_on, ref, actor, at),
    )
    key = OrderKey(member_id, int(cursor.fetchone()[0]))
    subject: dict[str, int | str] = {"card_order": key.order_id, "cause": wanted.cause.value}
    journal.write(cursor, [Happening(member_id, "card_ordered", actor, at, subject)])
    return key


def _of_source(cursor: Any, member_id: int, ref: str) -> OrderKey | None:
    cursor.execute(
        "SELECT order_id FROM people_card_order WHERE member_id = %s AND source = %s",
        (member_id, ref),
    )
    row = cursor.fetchone()
    return None if row is None else OrderKey(member_id, int(row[0]))


def note(cursor: Any, key: OrderKey, step: Step, by: tuple[date, str], at: datetime) -> bool:
    """Keep what became of an order, once [発注の経過]; False where it was known.

    A card that was sent is the member's from that day; one that came back ends with it.

    Takes     the day it is of, and who says so.
    Raises    StateConflict for a step that cannot follow; NotFoundError for no such order.
    Lock      the member's row.
    """
    done_on, actor = by
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (key.member_id,)
    )
    known = one(cursor, key)
    if step in _steps(cursor, key):
        return False
    if known.step not in _BEFORE[step]:
        raise StateConflict(Fault("CRD-003"))
    cursor.execute(
        "INSERT INTO people_card_order_step (member_id, order_id, step, done_on, actor,"
        " recorded_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (*key, step.value, done_on, actor, at),
    )
    if step is Step.SENT:
        validity = Validity(done_on, known.expires_on)
        cards.issue(cursor, key.member_id, validity, actor, at)
    if step is Step.RETURNED:
        cards.end(cursor, key.member_id, done_on, actor, at)
    subject: dict[str, int | str] = {"card_order": key.order_id}
    happening = Happening(key.member_id, f"card_{step.value}", actor, at, subject)
    journal.write(cursor, [happening])
    return True


_BEFORE: Mapping[Step, frozenset[Step | None]] = {
    Step.HANDED: frozenset({None}),
    Step.CANCELLED: frozenset({None}),
    Step.SENT: frozenset({Step.HANDED}),
    Step.RETURNED: frozenset({Step.SENT}),
    Step.ACTIVATED: frozenset({Step.SENT}),
}
"""What an order must be before each step; the database holds the same."""


def activate(cursor: Any, member_id: int, at: datetime) -> OrderKey:
    """The member says that the card came, and uses it from now on [カードの受取り].

    Raises    StateConflict where none is on its way.
    Lock      the member's row.
    """
    found = newest(cursor, member_id)
    if found is None or found.step not in {Step.SENT, Step.ACTIVATED}:
        raise StateConflict(Fault("CRD-003"))
    note(cursor, found.key, Step.ACTIVATED, (at.astimezone(JAPAN).date(), "member"), at)
    return found.key


def settle_return(
    cursor: Any, key: OrderKey, how: tuple[Fate, str], staff: Staff, at: datetime
) -> OrderKey | None:
    """Say what became of a card that came back, once [返戻カードの処置].

    Sent again, another is ordered for as long as the one that came back would have held; where the
    member asked for it already, it is that one.

    Takes     the fate, and by what the address was confirmed where another is sent.
    Gives     the new order; None where none is.
    Raises    StateConflict for a card that did not come back, or was settled; InputError without
              what confirmed the address, or with what is too long.
    Lock      the member's row.
    """
    fate, ref = how
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (key.member_id,)
    )
    known = one(cursor, key)
    if known.step is not Step.RETURNED or key.order_id in settled(cursor, key.member_id):
        raise StateConflict(Fault("CRD-004"))
    ref = ref.strip() if fate is Fate.SENT_AGAIN else ""
    if fate is Fate.SENT_AGAIN and not 0 < len(ref) <= LONGEST_REF:
        raise InputError(Fault("CRD-005", details={"length": str(LONGEST_REF)}))
    new = None
    if fate is Fate.SENT_AGAIN:
        wanted = Wanted(Cause.NOT_ARRIVED, known.expires_on)
        new = order(cursor, key.member_id, wanted, (staff.actor, again_of(key)), at)
    numbers = (fate, None if new is None else new.order_id, ref)
    _returns.write(cursor, (key.member_id, key.order_id), numbers, staff, at)
    return new


def again_of(key: OrderKey) -> str:
    """The source of the order that follows a card that came back [再発送の発注元].

    The same from the member's page and from the desk: nobody gets two.
    """
    return f"returned {key.order_id}"


# ---------------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT o.member_id, o.order_id, o.cause, o.expires_on, o.ordered_at, s.step, s.done_on"
    " FROM people_card_order o LEFT JOIN LATERAL (SELECT step, done_on FROM people_card_order_step"
    " WHERE (member_id, order_id) = (o.member_id, o.order_id)"
    " ORDER BY recorded_at DESC, array_position("
    "ARRAY['handed', 'sent', 'returned', 'activated', 'cancelled'], step) DESC LIMIT 1) s ON true"
)


def one(cursor: Any, key: OrderKey) -> Ordered:
    """One order [発注の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE o.member_id = %s AND o.order_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    return _ordered(row)


def newest(cursor: Any, member_id: int) -> Ordered | None:
    """The order that was made last [直近の発注]; None where none was."""
    cursor.execute(
        f"{_SELECT} WHERE o.member_id = %s ORDER BY o.order_id DESC LIMIT 1", (member_id,)
    )
    row = cursor.fetchone()
    return None if row is None else _ordered(row)


def came_back(cursor: Any, member_id: int) -> list[Ordered]:
    """A member's cards that came back, the newest first [返戻されたカード]."""
    cursor.execute(
        f"{_SELECT} WHERE o.member_id = %s AND s.step = 'returned' ORDER BY o.order_id DESC",
        (member_id,),
    )
    return [_ordered(row) for row in cursor.fetchall()]


def listed(cursor: Any, most: int = 100) -> list[Ordered]:
    """The latest orders of all members, the newest first [発注の一覧]."""
    cursor.execute(f"{_SELECT} ORDER BY o.ordered_at DESC, o.order_id DESC LIMIT %s", (most,))
    return [_ordered(row) for row in cursor.fetchall()]


_WAITING = (
    "SELECT o.member_id, o.order_id FROM people_card_order o WHERE NOT EXISTS (SELECT"
    " FROM people_card_order_step s WHERE (s.member_id, s.order_id) = (o.member_id, o.order_id))"
)


def waiting(cursor: Any, of: Collection[int] | None = None, most: int = 1_000) -> list[OrderKey]:
    """Orders that the maker does not have yet, the oldest first [未依頼の発注].

    Takes     members, where only theirs are meant.
    """
    cursor.execute(
        f"{_WAITING} AND (%s::bigint[] IS NULL OR o.member_id = ANY(%s))"
        " ORDER BY o.ordered_at, o.order_id LIMIT %s",
        (None if of is None else list(of), [] if of is None else list(of), most),
    )
    return [OrderKey(int(member_id), int(number)) for member_id, number in cursor.fetchall()]


def locked(cursor: Any, key: OrderKey) -> Ordered | None:
    """An order that waits still, held until the transaction ends [発注の排他]; else None.

    Lock      the member's row.
    """
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (key.member_id,)
    )
    found = one(cursor, key)
    return found if found.step is None else None


def named(ref: str) -> OrderKey | None:
    """The order that a maker's reference names; None where it can be none of ours [整理番号の照合].

    >>> named("7-12"), named("7-x")
    (OrderKey(member_id=7, order_id=12), None)
    """
    first, _, second = ref.partition("-")
    is_ours = all(
        part.isascii() and part.isdigit() and len(part) < _LONGEST for part in (first, second)
    )
    return OrderKey(int(first), int(second)) if is_ours else None


_LONGEST = 19
"""Digits of a number that a key can hold."""


def _steps(cursor: Any, key: OrderKey) -> set[Step]:
    cursor.execute(
        "SELECT step FROM people_card_order_step WHERE member_id = %s AND order_id = %s", key
    )
    return {Step(step) for (step,) in cursor.fetchall()}


def _ordered(row: tuple[Any, ...]) -> Ordered:
    member_id, number, cause, expires_on, ordered_at, step, done_on = row
    key = OrderKey(int(member_id), int(number))
    found = None if step is None else Step(step)
    return Ordered(key, Cause(cause), expires_on, ordered_at, found, done_on)
