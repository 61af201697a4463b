"""Offers: kept, told to the member, agreed on the site or by voice, once [返済の提案].

An offer keeps what the person told and what was shown to them. What is agreed is reckoned anew on
the day it is agreed: whoever agrees names the figures they saw, and where these are no longer true
nothing happens but that the page shows them anew. The change of the loan, the promise and the hold
on contact then come to pass in the caller's one transaction, or none of them does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import orjson

from motocho.care.reliefs import scenarios
from motocho.care.reliefs.consultations import Topic
from motocho.care.reliefs.limits import in_force
from motocho.care.reliefs.scenarios import Scenario, Told, Way
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.kernel.revolving import Arrangement
from motocho.kernel.schedule import DuePlan
from motocho.loans import commands
from motocho.loans.commands import Key, Made, Pledged
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict, broken


class Answer(Enum):
    """What became of an offer [提案の結果]."""

    AGREED = "agreed"
    DECLINED = "declined"
    REPLACED = "replaced"
    """Another one was made for the same agreement."""


class Road(Enum):
    """How it was agreed [同意の方法]."""

    SITE = "site"
    VOICE = "voice"
    """Said on the telephone, and written down by who heard it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a person is shown of a way, and agrees to [提示した内容]."""

    pay_on: date
    pay_yen: int
    until: date | None
    """The last due date that a relief holds for."""
    payments: int
    ends_on: date
    extra_yen: int
    more_yen: int

    def document(self) -> dict[str, Any]:
        """The same as JSON [提示内容の記録]."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}

    @property
    def difference_yen(self) -> int:
        """How far from as it is, without its sign [差額の大きさ]."""
        return abs(self.more_yen)

    @property
    def mark(self) -> str:
        """By which a form says what its reader saw [確認した内容の印]."""
        return "|".join(str(one) for one in self.document().values())


def _plain(value: date | int | None) -> str | int | None:
    return value.isoformat() if isinstance(value, date) else value


def figures_of(way: Scenario) -> Figures:
    """What is shown of a way that may be offered [提示する内容]."""
    found = way.followed or broken("only a way that can be followed is shown", way=way.way)
    now = found.now
    return Figures(
        now.on, now.paid_yen, way.until, found.payments, found.ends_on, found.extra_yen,
        way.more_yen,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be offered [提案の内容]: why, from which desk, in which consultation."""

    key: Key
    way: Way
    told: Told
    reason: Topic
    desk_id: str
    consultation_id: int | None = None
    attempt_id: int | None = None
    """The call on which it is offered, to a member who is known on it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it is kept [返済の提案]."""

    offer_id: int
    draft: Draft
    shown: Figures
    made_on: date
    last_on: date
    """The last day on which it can be agreed to: that of its first payment at the latest."""
    made_at: datetime
    answer: Answer | None
    agreed: Figures | None
    promise_no: int | None

    @property
    def settled(self) -> Figures:
        """What was agreed, or else what was shown [決まった内容]."""
        return self.agreed or self.shown

    @property
    def key(self) -> Key:
        """Its agreement [契約]."""
        return self.draft.key

    def is_open(self, on: date) -> bool:
        """Whether it waits for its answer [回答待ちか]."""
        return self.answer is None and on <= self.last_on


# ----------------------------------------------------------------------------------- it is made
def make(cursor: Any, draft: Draft, source: Source, on: date, at: datetime) -> Offer:
    """Keep an offer and tell the member of it, once for each form [返済案の提案] · VULN-002.

    An open one for the same agreement is replaced. Nobody is invited to borrow until it is over.

    Lock      the member's contacts.
    Raises    RefusedError for a way that policy or the product refuses.
    Law       貸金業法12条の9 · LEDG-015.
    """
    member_id = draft.key.member_id
    holds.lock(cursor, member_id)
    known = _of_source(cursor, member_id, source.ref)
    if known is not None:
        return known
    way = scenarios.compared(cursor, draft.key, draft.way, draft.told, on)
    _refuse(way)
    before = open_of(cursor, draft.key)
    if before is not None:
        _answer(cursor, before, Answer.REPLACED, source, at)
    shown = figures_of(way)
    open_days = in_force(cursor, on).offer_open_days
    last_on = min(on + timedelta(days=open_days), shown.pay_on)
    cursor.execute(
        "INSERT INTO care_offer (member_id, agreement_id, consultation_id, attempt_id, way, reason,"
        " desk_id, told, shown, source, actor, made_on, last_on, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING offer_id",
        (
            *draft.key, draft.consultation_id, draft.attempt_id, draft.way.value,
            draft.reason.value, draft.desk_id, _told_text(draft.told),
            orjson.dumps(shown.document()).decode(), source.ref, source.actor, on, last_on, at,
        ),
    )  # fmt: skip
    number = int(cursor.fetchone()[0])
    _hold(cursor, member_id, last_on, Source(source.actor, f"offer {number}"), at)
    subject = {"agreement": draft.key.agreement_id, "offer": number, "way": draft.way.value}
    journal.write(cursor, [Happening(member_id, "offer_made", source.actor, at, subject)])
    return Offer(number, draft, shown, on, last_on, at, None, None, None)


def _refuse(way: Scenario) -> None:
    if way.refusal is not None:
        raise RefusedError(way.refusal.fault())
    if not way.may_be_offered:
        raise RefusedError(Fault("CAR-035"))


def _hold(cursor: Any, member_id: int, last_on: date, source: Source, at: datetime) -> None:
    """No invitations to borrow until a day, and for the rest after it (VULN-002)."""
    holds.put(cursor, member_id, Wish(HoldKind.CONSULTATION, last_on), source, at)


def fresh(cursor: Any, offer: Offer, on: date) -> Scenario:
    """An offer reckoned anew, as it would be agreed on a day [提案の再計算]."""
    return scenarios.compared(cursor, offer.key, offer.draft.way, offer.draft.told, on)


# ------------------------------------------------------------------------------- it is answered
@dataclass(frozen=True, slots=True)
class Agreeing:
    """How somebody agrees [同意]: by which road, to which figures (`Figures.mark`)."""

    road: Road
    mark: str


def agree(cursor: Any, offer: Offer, agreeing: Agreeing, made: Made) -> Offer:
    """The loan changes, the first payment is promised, contact rests, once [提案への同意].

    All of it in the caller's transaction. An open promise gives way to the new one.

    Lock      the member's agreements, then their contacts: as a rest from borrowing does.
    Raises    RefusedError if it was declined, replaced or is over, or is refused by now;
              StateConflict if the figures are not those that were seen: nothing is agreed then.
    Law       貸金業法21条1項2号 · LEDG-015, LEDG-016, COLL-003.
    """
    commands.lock(cursor, offer.key)  # no receipt slips in between the figures and the change
    holds.lock(cursor, offer.key.member_id)
    offer = one(cursor, offer.key.member_id, offer.offer_id)
    if offer.answer is Answer.AGREED:
        return offer
    if not offer.is_open(made.business_on):
        raise RefusedError(Fault("CAR-036", details={"last": str(offer.last_on)}))
    way = fresh(cursor, offer, made.business_on)
    _refuse(way)
    agreed = figures_of(way)
    if agreed.mark != agreeing.mark:
        raise StateConflict(Fault("CAR-037"))
    _change(cursor, offer, way, made)
    promise_no = _promise(cursor, offer, way, made)
    source = Source(made.actor, f"offer {offer.offer_id} agreed")
    _hold(cursor, offer.key.member_id, agreed.pay_on, source, made.booked_at)
    cursor.execute(
        "UPDATE care_offer SET answer = 'agreed', road = %s, agreed = %s, promise_no = %s,"
        " answered_on = %s, answered_at = %s, answered_by = %s"
        " WHERE member_id = %s AND offer_id = %s",
        (
            agreeing.road.value, orjson.dumps(agreed.document()).decode(), promise_no,
            made.business_on, made.booked_at, made.actor, offer.key.member_id, offer.offer_id,
        ),
    )  # fmt: skip
    subject = {
        "agreement": offer.key.agreement_id, "offer": offer.offer_id, "road": agreeing.road.value,
        "amount_yen": agreed.pay_yen, "due_on": agreed.pay_on.isoformat(),
    }  # fmt: skip
    happening = Happening(offer.key.member_id, "offer_agreed", made.actor, made.booked_at, subject)
    journal.write(cursor, [happening])
    return one(cursor, offer.key.member_id, offer.offer_id)


def _change(cursor: Any, offer: Offer, way: Scenario, made: Made) -> None:
    match way.change:
        case Arrangement():
            commands.arrange(cursor, offer.key, way.change, made)
        case DuePlan():
            commands.change_plan(cursor, offer.key, way.change, made)


def _promise(cursor: Any, offer: Offer, way: Scenario, made: Made) -> int | None:
    if not way.is_promised:
        return None
    if commands.open_promise(cursor, offer.key) is not None:
        commands.withdraw_promise(cursor, offer.key, made)
    now = figures_of(way)
    most_days = in_force(cursor, made.business_on).promise_most_days
    wanted = Pledged(now.pay_yen, now.pay_on, most_days)
    return commands.promise_under(cursor, offer.key, wanted, made).promise_no


def decline(cursor: Any, offer: Offer, source: Source, on: date, at: datetime) -> Offer:
    """The member does not want it, and nothing changes [提案の辞退]; said again, it stays so.

    Raises    RefusedError if it was agreed, replaced or is over.
    """
    holds.lock(cursor, offer.key.member_id)
    offer = one(cursor, offer.key.member_id, offer.offer_id)
    if offer.answer is Answer.DECLINED:
        return offer
    if not offer.is_open(on):
        raise RefusedError(Fault("CAR-036", details={"last": str(offer.last_on)}))
    _answer(cursor, offer, Answer.DECLINED, source, at)
    return one(cursor, offer.key.member_id, offer.offer_id)


def _answer(cursor: Any, offer: Offer, answer: Answer, source: Source, at: datetime) -> None:
    cursor.execute(
        "UPDATE care_offer SET answer = %s, answered_at = %s, answered_by = %s"
        " WHERE member_id = %s AND offer_id = %s",
        (answer.value, at, source.actor, offer.key.member_id, offer.offer_id),
    )
    subject = {"agreement": offer.key.agreement_id, "offer": offer.offer_id}
    kind = f"offer_{answer.value}"
    journal.write(cursor, [Happening(offer.key.member_id, kind, source.actor, at, subject)])


# ------------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT member_id, agreement_id, offer_id, consultation_id, attempt_id, way, reason, desk_id,"
    " told::text, shown::text, made_on, last_on, made_at, answer, agreed::text, promise_no"
    " FROM care_offer"
)


def one(cursor: Any, member_id: int, offer_id: int) -> Offer:
    """An offer of a member [返済の提案].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND offer_id = %s", (member_id, offer_id))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("CAR-038"))
    return _offer(row)


def open_of(cursor: Any, key: Key) -> Offer | None:
    """The offer of an agreement that has no answer, though it may be over [回答のない提案]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND agreement_id = %s AND answer IS NULL", key)
    row = cursor.fetchone()
    return None if row is None else _offer(row)


def open_of_all(cursor: Any, members: Collection[int]) -> dict[Key, Offer]:
    """The same of every agreement of some members [回答のない提案の一括取得]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = ANY(%s) AND answer IS NULL", (sorted(set(members)),)
    )
    return {offer.key: offer for offer in map(_offer, cursor.fetchall())}


def waiting(cursor: Any, member_id: int, on: date) -> list[Offer]:
    """Offers that a member can agree to on a day, the newest first [回答待ちの提案]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND answer IS NULL AND last_on >= %s"
        " ORDER BY offer_id DESC",
        (member_id, on),
    )
    return [_offer(row) for row in cursor.fetchall()]


def of_agreement(cursor: Any, key: Key, most: int = 10) -> list[Offer]:
    """What was offered for an agreement, the newest first [提案の履歴]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND agreement_id = %s ORDER BY offer_id DESC LIMIT %s",
        (*key, most),
    )
    return [_offer(row) for row in cursor.fetchall()]


def _of_source(cursor: Any, member_id: int, ref: str) -> Offer | None:
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, ref))
    row = cursor.fetchone()
    return None if row is None else _offer(row)


def _told_text(told: Told) -> str:
    content = {name: _plain(getattr(told, name)) for name in told.__slots__}
    return orjson.dumps(content).decode()


def _offer(row: tuple[Any, ...]) -> Offer:
    member_id, agreement_id, number, talk, call, way, reason, desk_id, *rest = row
    told, shown, made_on, last_on, made_at, answer, agreed, promise_no = rest
    said = orjson.loads(told)
    said["able_on"] = date.fromisoformat(said["able_on"])
    key = Key(member_id, agreement_id)
    draft = Draft(key, Way(way), Told(**said), Topic(reason), desk_id, talk, call)
    return Offer(
        int(number),
        draft,
        _figures(shown),
        made_on,
        last_on,
        made_at,
        None if answer is None else Answer(answer),
        None if agreed is None else _figures(agreed),
        promise_no,
    )


def _figures(text: str) -> Figures:
    seen = orjson.loads(text)
    for name in ("pay_on", "ends_on", "until"):
        seen[name] = None if seen[name] is None else date.fromisoformat(seen[name])
    return Figures(**seen)
