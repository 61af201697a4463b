"""Reminders handed to notices: of the night's tasks, and of cards that end [期日の案内]."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from motocho.close import tasks
from motocho.close.plan import TaskKind
from motocho.close.tasks import Found
from motocho.contact import tasks as tasks_of_staff
from motocho.contact.holds import Source
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.notices import messages, reading, reminders
from motocho.notices.kinds import Kind, purpose_of
from motocho.notices.messages import Told
from motocho.outside.clock import JAPAN
from motocho.people import card_orders, cards
from motocho.people.cards import Card

_KINDS = {
    TaskKind.DUE_MISSED: Kind.DUE_MISSED,
    TaskKind.DRAWS_STOPPED: Kind.DRAWS_STOPPED,
}
MOST = 500


def remind(cursor: Any, at: datetime) -> int:
    """Make messages of the open reminders that are due today [案内の作成]; gives how many are done.

    One that comes too late, or asks for what was paid, is told nowhere.

    Lock      the journal's reader, as whoever reads it: of two workers one tells them.
    """
    reading.lock(cursor)
    kinds = (TaskKind.DUE_SOON, *_KINDS)
    found = tasks.still_open(cursor, at.date(), kinds, MOST)
    for one in found:
        told = _told(one, at)
        loan = Key(told.member_id, told.agreement_id)
        facts = reminders.facts_now(cursor, purpose_of(told.kind), loan, told.facts, at)
        if facts is not None:
            messages.tell(cursor, replace(told, facts=facts), at)
        tasks.done(cursor, one.task.member_id, one.task_id, at.date(), "notices")
    return len(found)


def _told(found: Found, at: datetime) -> Told:
    task = found.task
    is_today = task.facts.get("last_day_to_pay") == at.date().isoformat()
    due = Kind.DUE_TODAY if is_today else Kind.DUE_SOON
    kind = _KINDS.get(task.kind, due)
    return Told(task.member_id, kind, f"task {found.task_id}", task.agreement_id, task.facts, at)


def remind_of_cards(cursor: Any, at: datetime) -> int:
    """Tell of cards that end within 30 days, and order others [カードの更新]; how many it saw.

    Each card is looked at once: nobody is told of a card that was renewed, or is of no more use.

    Lock      the journal's reader, as `remind`.
    """
    reading.lock(cursor)
    on = at.astimezone(JAPAN).date()
    ending, seen = cards.look_at_ending(cursor, on, MOST)
    for one in ending:
        if queries.needs_card(cursor, one.member_id):
            messages.tell(cursor, _renewal(one, at), at)
            _renew(cursor, one, at)
    return seen


def _renew(cursor: Any, card: Card, at: datetime) -> None:
    """Order the card in place of one that ends; no card is sent to where nobody was reached."""
    source = f"renewal of card {card.card_no}"
    waits = queries.watches_of(cursor, card.member_id)
    if any(one.stop is Stop.UNREACHABLE for one in waits):
        plan = tasks_of_staff.Plan(tasks_of_staff.Kind.FOLLOW_UP, facts={"what": "card_renewal"})
        tasks_of_staff.put(cursor, card.member_id, plan, Source("system", source), at)
        return
    wanted = card_orders.Wanted(card_orders.Cause.RENEWED)
    card_orders.order(cursor, card.member_id, wanted, ("system", source), at)


def _renewal(card: Card, at: datetime) -> Told:
    ends = card.validity.expires_on.isoformat()
    facts = {"expires_on": ends}
    return Told(card.member_id, Kind.CARD_RENEWAL, f"card until {ends}", 0, facts, at)
