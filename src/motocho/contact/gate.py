"""The gate to a person: each e-mail, call and letter passes it, and is kept [連絡の許可].

    match gate.ask(cursor, member_id, Wanted(Purpose.SECURITY, "message 7", "worker"), at):
        case Permit() as permit: told = gate.email(cursor, permit, at)
        case Closed() as closed: wait until closed.allowed_at, if it ever opens

Facts are read, the guard decides and the try is written down in one transaction under the member's
lock: nobody slips through between an opt-out and a mail, or a promise and a call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from motocho.contact import guard, holds, tasks
from motocho.contact.guard import Channel, Facts, Hindrance, Purpose
from motocho.loans import commands, standing
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.facts import reach, values
from motocho.units.errors import Fault, InputError

LASTS = timedelta(minutes=10)
"""A permit is for now: what waits longer asks again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to write or call for [連絡の申出]; the cause is a message or a case.

    The purpose is fixed here, before anything is dialled. A call names our own number, which the
    caller has asked the directory for (`Directory.refuse_caller`).
    """

    purpose: Purpose
    cause: str
    actor: str
    our_number: str = ""
    way: Channel = Channel.EMAIL
    """How one writes; who names a number of ours calls."""
    is_one_letter: bool = False
    """Every try of the cause is of one letter, which its reader has once: one demand, not many."""

    @property
    def channel(self) -> Channel:
        """By what it is wanted [連絡手段]."""
        return Channel.PHONE if self.our_number else self.way


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
    Raises    InputError for a number of ours that is none.
    """
    if wanted.our_number and not _DIGITS.fullmatch(wanted.our_number):
        raise InputError(Fault("CON-016", excerpt=wanted.our_number))
    holds.lock(cursor, member_id)
    channel = wanted.channel
    is_free = wanted.purpose in guard.FREE[channel]
    tried_as = wanted.cause if wanted.is_one_letter else ""
    facts = Facts() if is_free else facts_of(cursor, member_id, at, tried_as)
    found = guard.hindrances(facts, wanted.purpose, at, channel)
    valid_until = None if found else at + LASTS
    cursor.execute(
        "INSERT INTO contact_attempt (member_id, channel, our_number, purpose, cause, actor,"
        " asked_at, valid_until, refused_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING attempt_id",
        (
            member_id,
            channel.value,
            wanted.our_number,
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
    return Permit(attempt_id, member_id, wanted.actor, purpose, valid_until, _KINDS[channel])


_DIGITS = re.compile("[0-9]{10,11}")
_KINDS = {
    Channel.EMAIL: frozenset({values.Kind.EMAIL}),
    Channel.POST: frozenset({values.Kind.ADDRESS}),
    Channel.PHONE: values.PHONES,
}


def facts_of(cursor: Any, member_id: int, at: datetime, tried_as: str = "") -> Facts:
    """What the guard looks at, of a member at a moment [判断の前提].

    Takes     the cause of a letter that is tried again: its earlier tries are no other demand.
    """
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
        demanded_on=_demanded(cursor, member_id, tried_as, at),
        named_at=tasks.named_moment(cursor, member_id, at),
        demands_today=_demands_of(cursor, member_id, today),
    )


def _demanded(cursor: Any, member_id: int, tried_as: str, at: datetime) -> Any:
    cursor.execute(
        "SELECT max(asked_at) FROM contact_attempt WHERE member_id = %s AND purpose = 'arrears'"
        " AND channel = 'email' AND valid_until IS NOT NULL AND asked_at <= %s AND cause <> %s",
        (member_id, at, tried_as),
    )
    (last_at,) = cursor.fetchone()
    return None if last_at is None else last_at.astimezone(JAPAN).date()


def _demands_of(cursor: Any, member_id: int, on: date) -> int:
    """Calls about arrears that were permitted on a day in Japan, but for those that nobody made."""
    begins = datetime.combine(on, time(), JAPAN)
    cursor.execute(
        "SELECT count(*) FROM contact_attempt LEFT JOIN contact_call_result"
        " USING (member_id, attempt_id) WHERE member_id = %s AND purpose = 'arrears'"
        " AND channel = 'phone' AND valid_until IS NOT NULL AND asked_at >= %s AND asked_at < %s"
        " AND result IS DISTINCT FROM 'not_called'",
        (member_id, begins, begins + timedelta(days=1)),
    )
    return int(cursor.fetchone()[0])


def phone(cursor: Any, permit: Permit, kind: values.Kind, at: datetime) -> reach.Whole | None:
    """A telephone number of today, whole [電話番号の開示]; None if there is none.

    Raises    NotAllowedError if the permit is over, or not for calls.
    """
    return reach.whole(cursor, permit, kind, at.astimezone(JAPAN).date(), at)


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
