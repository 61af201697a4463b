"""Held money goes back to its member, by their own word or the desk's [お預り金の返金].

    order_own(cursor, key, amount_yen, made)             the member, on the site
    done = order(cursor, wanted, asking)                 the desk: at once, or by two

It goes by a transfer to the registered account in the member's own name, as a draw does. One
colleague orders up to a day's policy alone; the database refuses more without a second person's
word for the very agreement and yen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.care import approvals
from motocho.care.approvals import Decided, Kind, Request, Wanted
from motocho.care.collections.settlements import Asking
from motocho.loans import commands, payouts, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Asked, Payee, Payout, Purpose
from motocho.outside import bank
from motocho.people import members
from motocho.people.facts import history
from motocho.units.errors import Fault, RefusedError

HELD_REFUND = "held_refund"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for a member on an agreement [お預り金]."""

    key: Key
    held_yen: int
    under_way_yen: int
    payee: Payee | None
    """Where it would go; None without a registered account."""

    @property
    def free_yen(self) -> int:
        """What can be ordered now [返金できる額]."""
        return self.held_yen - self.under_way_yen


def held(cursor: Any, key: Key, on: date, reading: history.Reading) -> Held:
    """What is held on an agreement, and where it would go [お預り金の照会].

    Raises    NotFoundError if the member has no such agreement.
    """
    position = queries.position(cursor, key, on)
    payee = payouts.account_of(cursor, key.member_id, on, reading)
    return Held(key, position.excess_yen, commands.under_way_yen(cursor, key), payee)


def ordered(cursor: Any, key: Key) -> list[Payout]:
    """What was ordered of an agreement, the newest first [返金の一覧]."""
    found = payouts.latest(cursor, key.member_id, _SHOWN, Purpose.REFUND)
    return [one for one in found if one.agreement == key]


def order_own(cursor: Any, key: Key, amount_yen: int, made: Made) -> Payout:
    """The member orders it themselves, once for its reference [本人による返金の依頼].

    Lock      the member's agreements.
    Raises    RefusedError without an account, and as `payouts.ask_refund`.
    """
    reading = history.Reading(made.actor, "payout", made.booked_at)
    return _order(cursor, key, amount_yen, made, reading)


def _order(cursor: Any, key: Key, amount_yen: int, made: Made, reading: history.Reading) -> Payout:
    payee = _account(cursor, key, made.booked_at, reading)
    person = members.one(cursor, key.member_id).person
    kana = f"{person.family_kana} {person.given_kana}"
    sent_at = payouts.send_from(made.booked_at)
    transfer = bank.Order(sent_at, "", payee.account.bank_code, amount_yen)
    arrives_on = bank.arrival(transfer, ()).on  # of the core system alone: no day too early
    return payouts.ask_refund(cursor, key, Asked(amount_yen, payee, kana, arrives_on), made)


def _account(cursor: Any, key: Key, at: datetime, reading: history.Reading) -> Payee:
    payee = payouts.account_of(cursor, key.member_id, at.date(), reading)
    if payee is None:
        raise RefusedError(Fault("MNY-030"))
    return payee


# ------------------------------------------------------------------------------------ by the desk
def alone_most_yen(cursor: Any, key: Key, on: date, at: datetime) -> int:
    """What one colleague may order alone now [一人で依頼できる額]; 0 before any policy.

    Why       what was ordered alone within thirty days counts together: a sum is not split.
    """
    cursor.execute(
        "SELECT alone_most_yen - refunds_ordered_alone_yen(%s, %s) FROM care_refund_policy"
        " WHERE from_on <= %s ORDER BY from_on DESC LIMIT 1",
        (key.member_id, at, on),
    )
    row = cursor.fetchone()
    return 0 if row is None else max(0, int(row[0]))


def order(cursor: Any, key: Key, amount_yen: int, asking: Asking) -> Payout | Request:
    """The desk orders it, or asks a supervisor where it is above the policy [窓口からの返金].

    Gives     the payout, or the request that waits; the same for the same form.
    Lock      the member's agreements, where it is ordered at once.
    Raises    as `order_own` and `approvals.ask`.
    """
    on = asking.book_on or asking.on
    if amount_yen <= alone_most_yen(cursor, key, on, asking.at):
        made = Made("desk", asking.source, on, asking.at, asking.by.actor)
        reading = history.Reading(asking.by.actor, "payout", asking.at)
        return _order(cursor, key, amount_yen, made, reading)
    content = {"agreement": key.agreement_id, "amount_yen": amount_yen}
    subject = f"agreement {key.agreement_id}"
    wanted = Wanted(
        HELD_REFUND, key.member_id, subject, content, asking.reason, asking.source, asking.book_on
    )
    return approvals.ask(cursor, wanted, asking.by, asking.at)


def _figures(cursor: Any, wanted: Wanted, at: datetime) -> approvals.Content:
    """What is held and free, and the account it goes to: another one is another request."""
    key = Key(wanted.member_id, int(wanted.content["agreement"]))
    found = held(cursor, key, wanted.day(at), history.Reading("desk", "payout", at))
    amount_yen = int(wanted.content["amount_yen"])
    if not 0 < amount_yen <= found.free_yen:
        details = {"amount": f"{amount_yen:,}", "held": f"{found.free_yen:,}"}
        raise RefusedError(Fault("LON-059", details=details))
    if found.payee is None:
        raise RefusedError(Fault("MNY-030"))
    account = found.payee.account
    return {
        "held_yen": found.free_yen,
        "bank_code": account.bank_code,
        "branch_code": account.branch_code,
        "account_number": account.number,
        "holder": found.payee.holder,
    }


def _pay(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    key = Key(request.ref.member_id, int(request.content["agreement"]))
    actor = f"staff {decided.decided_by}"
    made = Made("desk", f"held approval {request.ref.request_id}", on, decided.decided_at, actor)
    reading = history.Reading(actor, "payout", decided.decided_at)
    _order(cursor, key, int(request.content["amount_yen"]), made, reading)


approvals.register(Kind(HELD_REFUND, _figures, _pay))
