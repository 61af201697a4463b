"""Orders of cards carried to their maker, and what it reports taken in [カードの発注の送付].

    carding.carry(Carding(maker, clock.now))       one transaction an order, one a report

Killed anywhere, the same order goes again under the same name, and a report that was taken in is
known: a card is made once. The address is read by a permit as the order leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from motocho.contact import gate, tasks
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.contact.holds import Source
from motocho.documents import addressees
from motocho.outside.cards import Fate, Maker, Order, Report
from motocho.outside.clock import JAPAN
from motocho.people import access, card_orders, members
from motocho.people.access import Action, Staff
from motocho.people.card_orders import Fate as CardFate
from motocho.people.card_orders import OrderKey, Step
from motocho.people.facts import history, values
from motocho.units.errors import (
    Fault,
    NotAllowedError,
    NotFoundError,
    OutsideFailure,
    StateConflict,
)

log = logging.getLogger("motocho.cards")
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Carding:
    """How orders leave the house [発注の設定]: who makes cards, what time it is."""

    maker: Maker
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Carded:
    """What one round did [授受の結果]."""

    handed: int = 0
    without_address: int = 0
    taken: int = 0
    unread: int = 0
    """Reports that are none, or of no order of ours: they stay for a person to look at."""


def carry(office: Carding) -> Carded:
    """Hand over what waits, and take in what came [カードの授受].

    Where the maker takes nothing, or may be sent nothing (PRIV-007), the rest waits for the next
    round.
    """
    with connection.cursor() as cursor:
        keys = card_orders.waiting(cursor)
    handed = _until_shut(lambda: (_hand(key, office) for key in keys))
    taken = _until_shut(lambda: (_take(name, office) for name in office.maker.reports()))
    return Carded(handed.count(True), handed.count(False), taken.count(True), taken.count(False))


def _until_shut(each: Callable[[], Iterator[bool | None]]) -> list[bool | None]:
    """What was done until the maker did not answer any more."""
    done: list[bool | None] = []
    try:
        done.extend(each())
    except OutsideFailure as error:
        log.warning("the maker of cards takes nothing: %s", error.faults[0].code)
    return done


def _hand(key: OrderKey, office: Carding) -> bool | None:
    """One order; False where no address is known, None where it waits no more."""
    at = office.now()
    with transaction.atomic(), connection.cursor() as cursor:
        ordered = card_orders.locked(cursor, key)
        if ordered is None:
            return None
        today = at.astimezone(JAPAN).date()
        if values.Kind.ADDRESS not in history.as_of(cursor, key.member_id, today):
            return False  # else each minute would leave a permit that opens nothing
        cause = f"card_order {key.order_id}"
        wanted = Wanted(Purpose.TRANSACTION, cause, WORKER, way=Channel.POST, is_one_letter=True)
        permit = gate.ask(cursor, key.member_id, wanted, at)
        to = addressees.own(cursor, permit, at) if isinstance(permit, Permit) else None
        if to is None:
            return False
        office.maker.order(_order(cursor, ordered, to))
        card_orders.note(cursor, key, Step.HANDED, (today, WORKER), at)
    return True


def _order(cursor: Any, ordered: card_orders.Ordered, to: addressees.Address) -> Order:
    member = members.one(cursor, ordered.key.member_id)
    kana = f"{member.person.family_kana} {member.person.given_kana}"
    return Order(
        ordered.key.ref, ordered.cause, member.member_number, kana, ordered.expires_on,
        to.name, to.postcode, to.text,
    )  # fmt: skip


_STEPS = {Fate.SENT: Step.SENT, Fate.RETURNED: Step.RETURNED}


def _take(name: str, office: Carding) -> bool:
    """One report: kept with its step, then laid aside; what cannot be one holds up no other."""
    try:
        report = office.maker.read(name)
        _keep(report, office.now())
    except (OutsideFailure, NotFoundError, StateConflict) as error:
        log.warning("report of a card %s not taken in: %s", name, error.faults[0].code)
        return False
    office.maker.done(name)
    return True


def _keep(report: Report, at: datetime) -> None:
    key = card_orders.named(report.order_ref)
    if key is None:
        raise members.no_such_member()
    with transaction.atomic(), connection.cursor() as cursor:
        step = _STEPS[report.fate]
        is_new = card_orders.note(cursor, key, step, (report.on, WORKER), at)
        if is_new and step is Step.RETURNED:
            _tell_staff(cursor, key, at)


# ----------------------------------------------------------------------------------- what came back
RETURNED = "card_order"
"""The fact by which a task of the desk names a card that came back [業務の種別]."""


def _tell_staff(cursor: Any, key: OrderKey, at: datetime) -> None:
    """Somebody sees to the card: it is destroyed, and goes again to an address that is right."""
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={RETURNED: key.order_id})
    tasks.put(cursor, key.member_id, plan, Source(WORKER, f"card returned {key.order_id}"), at)


def settle_return(
    cursor: Any, key: OrderKey, how: tuple[CardFate, str], staff: Staff, at: datetime
) -> OrderKey | None:
    """Say what became of a card that came back, and end its task [返戻カードの処置].

    Takes     the fate, and by what the address was confirmed where another is sent.
    Gives     the order of another card, where one is sent.
    Raises    NotAllowedError: who sends another reviews documents; StateConflict and InputError as
              `card_orders.settle_return`; StateConflict where no address is registered.
    Lock      the member's row, then the member's contacts.
    """
    fate, _ = how
    wanted = Action.REVIEW_DOCUMENT if fate is CardFate.SENT_AGAIN else Action.ASK_FOR_HELP
    if not access.may(staff, wanted):
        raise NotAllowedError(Fault("SCR-207"))
    if fate is CardFate.SENT_AGAIN:
        today = at.astimezone(JAPAN).date()
        if values.Kind.ADDRESS not in history.as_of(cursor, key.member_id, today):
            raise StateConflict(Fault("CRD-006"))
    new = card_orders.settle_return(cursor, key, how, staff, at)
    ending = tasks.Ending(tasks.Outcome.DONE, staff.actor)
    for one in tasks.of_member(cursor, key.member_id):
        if one.plan.facts.get(RETURNED) == key.order_id:
            tasks.end(cursor, key.member_id, one.task_id, ending, at)
    return new
