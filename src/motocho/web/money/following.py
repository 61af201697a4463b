"""What was asked for, and how far it is: a draw on its way, a bill that waits [状況の画面]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from motocho.loans import payeasy, payouts, queries
from motocho.loans.payouts import Payout, PayoutKey, Purpose, State, Unsent
from motocho.outside.house_bank import bank_name
from motocho.people.access import Action
from motocho.people.members import no_such_member
from motocho.units.errors import StateConflict
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.member.home import STOP_TEXTS
from motocho.web.money import _ways
from motocho.web.words import say


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a timeline [進みぐあいの一段]."""

    label: str
    state: str
    at: str = ""


_REACHED = {
    State.WAITING: 1,
    State.SENDING: 1,
    State.SENT: 2,
    State.ARRIVED: 3,
}
"""How many of the three steps are done: taken, sent, arrived."""
_WHY: Mapping[str, str] = {
    Unsent.FROZEN.value: "cause.frozen",
    Unsent.HELD.value: "cause.held",
    Unsent.LATE.value: "cause.late",
    Unsent.LIMIT.value: "payout.over_limit",
    Unsent.ENDED.value: "payout.ended",
    Unsent.LISTED.value: "closed.unusable_account",
    **{stop.value: text for stop, text in STOP_TEXTS.items()},
}
"""Why it was stopped before it was sent: one cause, one text, the same as on other pages."""


@require_safe
@access.members(Action.LOOK)
def payout(request: HttpRequest, member: Member, payout_id: int) -> HttpResponse:
    """How far a draw is, and what can still be done about it [借入の状況]."""
    with connection.cursor() as cursor:
        found = _draw(cursor, PayoutKey(member.member_id, payout_id))
        interest_yen = None
        arrived_on = payouts.arrived_on(cursor, member.member_id, found.entry_id)
        if arrived_on == member.today:
            interest_yen = payouts.interest_if_repaid(
                cursor, found.agreement, found.amount_yen, arrived_on, member.today
            )
    context = {
        "payout": found,
        "typed": str(found.amount_yen),
        "arrives_on": _arrives_on(found, member),
        "steps": _steps(request, found),
        "bank": bank_name(found.account.bank_code),
        "ending": found.account.number[-4:],
        "may_recall": found.state is State.WAITING,
        "may_hurry": found.state is State.WAITING and found.send_from > member.at,
        "interest_yen": interest_yen,
        "why": _WHY.get(found.reason, "") if found.state is State.STOPPED else "",
        "late": request.GET.get("late") == "yes",
    }
    return pages.show(request, "money/payout.html", context)


def _draw(cursor: Any, key: PayoutKey) -> Payout:
    """A draw by transfer; money that goes back has its own page.

    Raises    NotFoundError for what is none, as for another's.
    """
    found = payouts.one(cursor, key)
    if found.purpose is not Purpose.DRAW:
        raise no_such_member()
    return found


def _arrives_on(found: Payout, member: Member) -> date | None:
    """The day on which a draw is to be there, by when it is sent or was; None once that is over.

    What was shown when it was asked for no longer holds if it went earlier, or had to wait.
    """
    if found.ended_at is not None:
        return None
    sent_at = found.sending_at or max(found.send_from, member.at)
    on = _ways.arrival(found.account, found.amount_yen, sent_at).on
    return on if on >= localtime(member.at).date() else None


def _steps(request: HttpRequest, found: Payout) -> list[Step]:
    """Taken, sent, arrived; nothing of it where it ended before."""
    if found.state not in _REACHED:
        return []
    tongue = pages.tongue_of(request)
    moments = (found.asked_at, found.sent_at, found.ended_at)
    planned = ("", say("payout.from", tongue, at=_moment(found.send_from)), "")
    reached = _REACHED[found.state]
    labels = ("payout.taken", "payout.sent", "payout.arrived")
    return [
        Step(
            say(label, tongue),
            "done" if place < reached else "now" if place == reached else "next",
            planned[place] if moments[place] is None else _moment(moments[place]),
        )
        for place, label in enumerate(labels)
    ]


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{localtime(at):%Y/%m/%d %H:%M}"


@require_POST
@access.members(Action.LOOK)
def recall(request: HttpRequest, member: Member, payout_id: int) -> HttpResponse:  # noqa: ARG001
    """Take a draw back that was not sent [借入の取消]; a second tap changes nothing.

    Works in the maintenance and after a stop too: it only takes away.
    """
    key = PayoutKey(member.member_id, payout_id)
    address = reverse("money:payout", args=[payout_id])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _draw(cursor, key)
            payouts.recall(cursor, key, _commands.made(cursor, f"recall {payout_id}", member.at))
    except StateConflict:
        return HttpResponseRedirect(f"{address}?late=yes")
    return HttpResponseRedirect(address)


@require_POST
@changes_something
@access.members(Action.BORROW)
def hurry(request: HttpRequest, member: Member, payout_id: int) -> HttpResponse:  # noqa: ARG001
    """Send a draw without waiting [待たずに送信]."""
    key = PayoutKey(member.member_id, payout_id)
    with transaction.atomic(), connection.cursor() as cursor:
        _draw(cursor, key)
        payouts.hurry(cursor, key, _commands.made(cursor, f"hurry {payout_id}", member.at))
    return HttpResponseRedirect(reverse("money:payout", args=[payout_id]))


@require_safe
@access.members(Action.LOOK)
def bill(request: HttpRequest, member: Member, bill_id: int) -> HttpResponse:
    """The numbers to pay with, then what the payment did [ネット返済の状況]."""
    with connection.cursor() as cursor:
        found = payeasy.one_bill(cursor, member.member_id, bill_id)
        row = None
        if found.event_no is not None:
            on = localtime(found.paid_at).date()
            rows = queries.statement(cursor, found.key, localtime(found.asked_at).date(), on)
            row = next((one for one in rows if one.event_no == found.event_no), None)
    tongue = pages.tongue_of(request)
    is_paid = found.event_no is not None
    steps = [
        Step(say("bill.made", tongue), "done", _moment(found.asked_at)),
        Step(
            say("bill.received", tongue),
            "done" if is_paid else "now",
            _moment(found.paid_at),
        ),
    ]
    context = {
        "bill": found,
        "until": localtime(found.asked_at).date(),
        "is_over": not is_paid and member.at >= found.payable_until,
        "institution": _ways.our_bank().institution_number,
        "steps": steps,
        "row": row,
    }
    return pages.show(request, "money/bill.html", context)
