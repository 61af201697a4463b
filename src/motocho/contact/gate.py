"""The gate to a person: e-mails and letters pass it, and each try is kept for ever [連絡の許可].

    match gate.ask(cursor, member_id, Wanted(Purpose.SECURITY, "message 7", "worker"), at):
        case Permit() as permit: told = gate.email(cursor, permit, at)
        case Closed() as closed: wait until closed.allowed_at, if it ever opens

Facts are read, the guard decides and the try is written down in one transaction under the member's
lock: nobody slips through between an opt-out and a mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from motocho.contact import guard, holds
from motocho.contact.guard import Facts, Hindrance, Purpose
from motocho.loans import commands, standing
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.facts import reach, values

LASTS = timedelta(minutes=10)
"""A permit is for now: what waits longer asks again."""


class Channel(Enum):
    """By which way a member is reached [連絡手段]."""

    EMAIL = "email"
    POST = "post"

    @property
    def kind(self) -> values.Kind:
        """The fact that is read for it [登録情報]."""
        return values.Kind.ADDRESS if self is Channel.POST else values.Kind.EMAIL


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to write for [連絡の申出]; the cause is a message or a case."""

    purpose: Purpose
    cause: str
    actor: str
    channel: Channel = Channel.EMAIL


@dataclass(frozen=True, slots=True)
class Permit:
    """Lets one reach one member by one way for some minutes [連絡の許可]."""

    permit_id: int
    member_id: int
    actor: str
    purpose: str
    valid_until: datetime
    kinds: frozenset[values.Kind] = frozenset({values.Kind.EMAIL})


@dataclass(frozen=True, slots=True)
class Closed:
    """Why not now, all of it, and the first moment at which all of it is gone [連絡の拒否]."""

    attempt_id: int
    hindrances: tuple[Hindrance, ...]

    @property
    def allowed_at(self) -> datetime | None:
        """The first moment allowed, None where it needs somebody's deed [連絡できる時刻]."""
        moments = [one.allowed_at for one in self.hindrances]
        known = [one for one in moments if one is not None]
        return max(known) if len(known) == len(moments) else None


def ask(cursor: Any, member_id: int, wanted: Wanted, at: datetime) -> Permit | Closed:
    """Ask to reach a member; the answer is written down, whichever it is [連絡の許可].

    Lock      the member's contacts.
    """
    holds.lock(cursor, member_id)
    facts = Facts() if wanted.purpose in guard.ALWAYS else facts_of(cursor, member_id, at)
    found = guard.hindrances(facts, wanted.purpose, at)
    valid_until = None if found else at + LASTS
    cursor.execute(
        "INSERT INTO contact_attempt (member_id, channel, purpose, cause, actor, asked_at,"
        " valid_until, refused_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING attempt_id",
        (
            member_id,
            wanted.channel.value,
            wanted.purpose.value,
            wanted.cause,
            wanted.actor,
            at,
            valid_until,
            [one.refusal.rule_id for one in found],
        ),
    )
    attempt_id = int(cursor.fetchone()[0])
    if valid_until is None:
        return Closed(attempt_id, found)
    purpose = f"{wanted.purpose.value} {wanted.cause}"
    kinds = frozenset({wanted.channel.kind})
    return Permit(attempt_id, member_id, wanted.actor, purpose, valid_until, kinds)


def facts_of(cursor: Any, member_id: int, at: datetime) -> Facts:
    """What the guard looks at, of a member at a moment [判断の前提]."""
    today = at.astimezone(JAPAN).date()
    loans = standing.of_members(cursor, [member_id])[member_id]
    states = [one.on(today.toordinal()) for one in loans]
    promised = [commands.open_promise(cursor, one.key) for one in loans]
    days = [one.pay_on for one in promised if one is not None]
    campaign = Consent(consents.Kind.CAMPAIGN)
    return Facts(
        holds=tuple(one.hold for one in holds.standing(cursor, member_id, today)),
        is_overdue=any(
            one.late_since is not None or one.accelerated_on is not None for one in states
        ),
        has_counsel=any(Stop.COUNSEL in one.stops for one in loans),
        has_consent=consents.in_force(cursor, member_id, campaign, at),
        promised_on=max(days, default=None),
        demanded_on=_demanded(cursor, member_id, at),
    )


def _demanded(cursor: Any, member_id: int, at: datetime) -> Any:
    cursor.execute(
        "SELECT max(asked_at) FROM contact_attempt WHERE member_id = %s AND purpose = 'arrears'"
        " AND valid_until IS NOT NULL AND asked_at <= %s",
        (member_id, at),
    )
    (last_at,) = cursor.fetchone()
    return None if last_at is None else last_at.astimezone(JAPAN).date()


def email(cursor: Any, permit: Permit, at: datetime) -> reach.Whole | None:
    """The e-mail address of today, whole [メールアドレスの開示]; None if there is none.

    Raises    NotAllowedError if the permit is over.
    """
    return reach.whole(cursor, permit, values.Kind.EMAIL, at.astimezone(JAPAN).date(), at)


def address(cursor: Any, permit: Permit, at: datetime) -> reach.Whole | None:
    """The postal address of today, whole [住所の開示]; None if there is none.

    Raises    NotAllowedError if the permit is over, or for another way.
    """
    return reach.whole(cursor, permit, values.Kind.ADDRESS, at.astimezone(JAPAN).date(), at)


def earlier_email(cursor: Any, permit: Permit, fact_no: int, at: datetime) -> reach.Whole | None:
    """An address that held before, to tell it of the change [変更前のメールアドレス] · AUTH-008.

    Raises    NotAllowedError if the permit is over.
    """
    return reach.earlier(cursor, permit, fact_no, at)
