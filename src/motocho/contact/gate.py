"""The gate to a person: each e-mail, call and letter passes it, and is kept [連絡の許可].

    match gate.ask(cursor, member_id, Wanted(Purpose.SECURITY, "message 7", "worker"), at):
        case Permit() as permit: told = gate.email(cursor, permit, at)
        case Closed() as closed: wait until closed.allowed_at, if it ever opens

Facts are read, the guard decides and the try is written down in one transaction under the member's
lock: nobody slips through between an opt-out and a mail, or a promise and a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from motocho.contact import counterparts, guard, holds, tasks
from motocho.contact._many import facts_of_all, with_death
from motocho.contact.counterparts import Reach
from motocho.contact.directory import Directory
from motocho.contact.guard import Basis, Channel, Facts, Hand, Hindrance, Purpose, Way, Whom
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, standing
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.facts import reach, values
from motocho.units.errors import Fault, InputError, NotAllowedError, RefusedError, broken

__all__ = [
    "LASTS",
    "Closed",
    "Permit",
    "Wanted",
    "address",
    "ask",
    "earlier_email",
    "email",
    "facts_of",
    "facts_of_all",
    "kinds_of",
    "phone",
    "still",
]

LASTS = timedelta(minutes=10)
"""A permit is for now: what waits longer asks again. It ends with the hours, and is used once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to write or call for [連絡の申出]; the cause is a message or a case.

    The purpose is fixed here, before anything is dialled. A call names our own number, and the
    directory by which it is one that the public knows.
    """

    purpose: Purpose
    cause: str
    actor: str
    our_number: str = ""
    directory: Directory | None = None
    way: Channel = Channel.EMAIL
    """How one writes; who names a number of ours calls."""
    is_one_letter: bool = False
    """Every try of the cause is of one letter, which its reader has once: one demand, not many."""
    whom: Whom = Whom.OWN
    counterpart: str = ""
    """Who else is reached: a name or a number, the same every time."""
    hand: Hand = Hand.STAFF
    basis: Basis = Basis.OWN_RECORDS
    override: str = ""
    """Why a supervisor does what a rule of the house keeps from others; needed just there."""

    @property
    def channel(self) -> Channel:
        """By what it is wanted [連絡手段]."""
        return Channel.PHONE if self.our_number else self.way

    @property
    def by(self) -> Way:
        """As the guard looks at it [連絡の方法]."""
        is_third = self.whom is Whom.THIRD
        other_one = holds.sign_of(self.counterpart) if is_third else self.counterpart
        return Way(self.channel, self.whom, self.hand, other_one, self.basis)


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
    allowed_at: datetime | None
    """None where it needs somebody's deed."""


def ask(cursor: Any, member_id: int, wanted: Wanted, at: datetime) -> Permit | Closed:
    """Ask to reach a member; the answer is written down, whichever it is [連絡の許可].

    Lock      the member's contacts.
    Raises    InputError for a number of ours that is none, a call without one, nobody named, or a
              supervisor's hand alone that opens it and does not say why; RefusedError for a
              number that the directory does not say we call from that day (FRAUD-004).
    """
    by = wanted.by
    if by.channel is Channel.PHONE:
        _check_caller(wanted, at.astimezone(JAPAN).date())
    if (by.whom in (Whom.OWN, Whom.WORKPLACE)) is bool(by.counterpart):
        raise InputError(Fault("CON-048"))
    holds.lock(cursor, member_id)
    is_free = by.whom is Whom.OWN and wanted.purpose in guard.FREE[by.channel] - _ASKED
    tried_as = wanted.cause if wanted.is_one_letter else ""
    facts = Facts() if is_free else facts_of(cursor, member_id, at, tried_as)
    found = guard.hindrances(facts, wanted.purpose, at, by)
    overruled = guard.overruled(facts, wanted.purpose, at, by)
    if overruled and not _LEAST_WHY <= len(wanted.override.strip()) <= _MOST_WHY:
        raise InputError(Fault("CON-053", column="override", details=_WHY))
    valid_until = None if found else _until(facts, wanted, at)
    attempt_id = _keep(cursor, member_id, wanted, at, (valid_until, found))
    if overruled:
        rules = list(dict.fromkeys(one.refusal.rule_id for one in overruled))
        cursor.execute(
            "INSERT INTO contact_override (member_id, attempt_id, rules, reason)"
            " VALUES (%s, %s, %s, %s)",
            (member_id, attempt_id, rules, wanted.override.strip()),
        )
    if valid_until is None:
        return Closed(attempt_id, found, guard.opens_at(facts, wanted.purpose, at, by))
    purpose = f"{wanted.purpose.value} {wanted.cause}"
    return Permit(attempt_id, member_id, wanted.actor, purpose, valid_until, kinds_of(by))


def still(cursor: Any, permit: Permit, wanted: Wanted, at: datetime) -> Closed | None:
    """What has closed since a permit was used, asked as its letter leaves [送信直前の再確認].

    Why       between the address and the letter counsel may give notice: the letter leaves in the
              transaction of this question, and whoever stops it waits for that, or comes before.
    Lock      the member's contacts.
    """
    holds.lock(cursor, permit.member_id)
    by = wanted.by
    if by.whom is Whom.OWN and wanted.purpose in guard.FREE[by.channel] - _ASKED:
        return None
    tried_as = wanted.cause if wanted.is_one_letter else ""
    facts = facts_of(cursor, permit.member_id, at, tried_as)
    found = guard.hindrances(facts, wanted.purpose, at, by)
    if not found:
        return None
    opens_at = guard.opens_at(facts, wanted.purpose, at, by)
    return Closed(permit.permit_id, found, opens_at)


def _until(facts: Facts, wanted: Wanted, at: datetime) -> datetime:
    closes = guard.closes_at(facts, wanted.purpose, at, wanted.by)
    return at + LASTS if closes is None else min(at + LASTS, closes)


_LEAST_WHY, _MOST_WHY = 5, 200
_WHY = {"least": f"{_LEAST_WHY}", "most": f"{_MOST_WHY}"}
_ASKED = {Purpose.ASKED_FOR}
_KEEP = """
INSERT INTO contact_attempt (member_id, channel, whom, counterpart, hand, basis, our_number,
    purpose, cause, actor, asked_at, valid_until, refused_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING attempt_id
"""


def _keep(
    cursor: Any,
    member_id: int,
    wanted: Wanted,
    at: datetime,
    answer: tuple[datetime | None, tuple[Hindrance, ...]],
) -> int:
    by, (valid_until, found) = wanted.by, answer
    row = (
        member_id,
        by.channel.value,
        by.whom.value,
        by.counterpart,
        by.hand.value,
        by.basis.value,
        wanted.our_number,
        wanted.purpose.value,
        wanted.cause,
        wanted.actor,
        at,
        valid_until,
        [one.refusal.rule_id for one in found],
    )
    cursor.execute(_KEEP, row)
    return int(cursor.fetchone()[0])


def kinds_of(by: Way) -> frozenset[values.Kind]:
    """What a permit of this way opens [開示する連絡先]: at work the number at work and no other.

    Somebody else's number or address is none of the member's facts: whoever asks has it.
    """
    if by.whom is Whom.WORKPLACE:
        return _AT_WORK & _KINDS[by.channel]
    return _KINDS[by.channel] - _AT_WORK if by.whom is Whom.OWN else frozenset()


def _check_caller(wanted: Wanted, on: date) -> None:
    if not _DIGITS.fullmatch(wanted.our_number):
        raise InputError(Fault("CON-016", excerpt=wanted.our_number))
    known = wanted.directory or broken("a call names the directory", cause=wanted.cause)
    refusal = known.refuse_caller(wanted.our_number, on)
    if refusal is not None:
        raise RefusedError(refusal.fault())


_DIGITS = re.compile("[0-9]{10,11}")
_AT_WORK = frozenset({values.Kind.WORK_PHONE})
_KINDS = {
    Channel.EMAIL: frozenset({values.Kind.EMAIL}),
    Channel.POST: frozenset({values.Kind.ADDRESS}),
    Channel.PHONE: values.PHONES,
    Channel.SMS: frozenset({values.Kind.MOBILE_PHONE}),
    Channel.VISIT: frozenset({values.Kind.ADDRESS}),
    Channel.SITE: frozenset(),
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
    kept = tuple(one.hold for one in holds.standing(cursor, member_id, today))
    is_dead = any(Stop.DECEASED in one.stops for one in loans)
    return Facts(
        holds=with_death(kept, today) if is_dead else kept,
        is_overdue=any(
            one.late_since is not None or one.accelerated_on is not None for one in states
        ),
        has_counsel=any(Stop.COUNSEL in one.stops for one in loans),
        has_consent=consents.in_force(cursor, member_id, campaign, at),
        promised_on=max(days, default=None),
        agreements=holds.agreements(cursor, member_id, today),
        **_demands(cursor, member_id, tried_as, at),
        **tasks.asked(cursor, member_id, at)._asdict(),
    )


_OF_ATTEMPTS = """
SELECT (SELECT max(asked_at) FROM contact_attempt
        WHERE member_id = %s AND purpose = 'arrears' AND channel IN ('email', 'post', 'sms')
            AND valid_until IS NOT NULL AND asked_at <= %s AND cause <> %s),
    (SELECT count(*) FROM contact_call_slot
        WHERE member_id = %s AND called_on = %s AND NOT is_free)
"""


def _demands(cursor: Any, member_id: int, tried_as: str, at: datetime) -> dict[str, Any]:
    """The day of the last demand in writing; the calls of the day in Japan that count."""
    on = at.astimezone(JAPAN).date()
    cursor.execute(_OF_ATTEMPTS, (member_id, at, tried_as, member_id, on))
    last_at, calls = cursor.fetchone()
    demanded_on = None if last_at is None else last_at.astimezone(JAPAN).date()
    return {"demanded_on": demanded_on, "demands_today": int(calls)}


def phone(cursor: Any, permit: Permit, kind: values.Kind, at: datetime) -> reach.Whole | None:
    """A telephone number of today, whole [電話番号の開示]; None if there is none.

    Lock      the member's contacts; what is told uses the permit up, as with every reading here.
    Raises    NotAllowedError if the permit is over, used, or not for calls.
    """
    on = at.astimezone(JAPAN).date()
    return _use(cursor, permit, at, lambda: reach.whole(cursor, permit, kind, on, at))


def email(cursor: Any, permit: Permit, at: datetime) -> reach.Whole | None:
    """The e-mail address of today, whole [メールアドレスの開示]; None if there is none.

    Raises    NotAllowedError if the permit is over, or used.
    """
    return phone(cursor, permit, values.Kind.EMAIL, at)


def address(cursor: Any, permit: Permit, at: datetime) -> reach.Whole | None:
    """The postal address of today, whole [住所の開示]; None if there is none.

    Raises    NotAllowedError if the permit is over, used, or for another way.
    """
    return phone(cursor, permit, values.Kind.ADDRESS, at)


def disclosed(
    cursor: Any, member_id: int, cause: str, actor: str, at: datetime
) -> dict[values.Kind, reach.Whole]:
    """All that is registered of a member, whole, to be shown to whom it is of [個人データの開示].

    Each reading is kept with its cause; what is sent goes by a permit of its own.

    Law       個人情報保護法33条.
    """
    on = at.astimezone(JAPAN).date()
    return reach.disclosed(cursor, member_id, on, actor, (cause, at))


def earlier_email(cursor: Any, permit: Permit, fact_no: int, at: datetime) -> reach.Whole | None:
    """An address that held before, to tell it of the change [変更前のメールアドレス] · AUTH-008.

    Raises    NotAllowedError if the permit is over, or used.
    """
    return _use(cursor, permit, at, lambda: reach.earlier(cursor, permit, fact_no, at))


def counterpart(counterpart_id: int) -> str:
    """The sign of somebody who is registered, the same every time [相手の符号]."""
    return f"counterpart {counterpart_id}"


def other(cursor: Any, permit: Permit, counterpart_id: int, at: datetime) -> str:
    """The number of who stands in the member's place, by a permit for them [相手の電話番号の開示].

    Lock      the member's contacts; what is told uses the permit up.
    Raises    NotAllowedError if the permit is over, used, or for somebody else.
    """
    holds.lock(cursor, permit.member_id)
    _refuse_since(cursor, permit, at)
    found = other_again(cursor, permit, counterpart_id, at)
    _use_up(cursor, permit, at)
    return found


def other_again(cursor: Any, permit: Permit, counterpart_id: int, at: datetime) -> str:
    """The same for a call that was begun, to who began it [相手の電話番号の再表示].

    Raises    NotAllowedError if the permit is over, or for somebody else.
    """
    return _reach_of(cursor, permit, (counterpart_id, Channel.PHONE), at).phone


def other_address(cursor: Any, permit: Permit, counterpart_id: int, at: datetime) -> Reach:
    """Who stands in the member's place, with the address, by a permit to write [相手の住所の開示].

    Lock      the member's contacts; what is told uses the permit up.
    Raises    NotAllowedError if the permit is over, used, for a call, or for somebody else.
    """
    holds.lock(cursor, permit.member_id)
    _refuse_since(cursor, permit, at)
    found = _reach_of(cursor, permit, (counterpart_id, Channel.POST), at)
    _use_up(cursor, permit, at)
    return found


def _use_up(cursor: Any, permit: Permit, at: datetime) -> None:
    cursor.execute(
        "INSERT INTO contact_use (member_id, attempt_id, used_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (permit.member_id, permit.permit_id, at),
    )
    if cursor.rowcount == 0:
        raise NotAllowedError(Fault("CON-044"))


def _reach_of(cursor: Any, permit: Permit, of: tuple[int, Channel], at: datetime) -> Reach:
    """What is sealed of who is reached, by a permit of that way for them; the reading is kept."""
    counterpart_id, channel = of
    cursor.execute(
        "SELECT FROM contact_attempt WHERE member_id = %s AND attempt_id = %s"
        " AND counterpart = %s AND channel = %s AND valid_until > %s",
        (permit.member_id, permit.permit_id, counterpart(counterpart_id), channel.value, at),
    )
    if cursor.fetchone() is None:
        raise NotAllowedError(Fault("CON-044"))
    _, reach_of = counterparts.one(cursor, permit.member_id, counterpart_id)
    subject: dict[str, int | str] = {"counterpart": counterpart_id}
    purpose = f"permit {permit.permit_id} {permit.purpose}"
    told = Happening(permit.member_id, "counterpart_read", permit.actor, at, subject, purpose)
    journal.write(cursor, [told])
    return reach_of


_IN_FORCE = """
SELECT purpose, cause, channel, whom, hand, counterpart, valid_until FROM contact_attempt a
WHERE member_id = %s AND attempt_id = %s AND actor = %s AND valid_until > %s AND channel = 'phone'
    AND NOT EXISTS (SELECT FROM contact_call_result r
        WHERE r.member_id = a.member_id AND r.attempt_id = a.attempt_id)
"""


def in_force(
    cursor: Any, member_id: int, attempt_id: int, actor: str, at: datetime
) -> Permit | None:
    """A permit to call that somebody got before, while it lives and has no result [有効な許可].

    None too where something has come up since that would refuse it now.
    """
    cursor.execute(_IN_FORCE, (member_id, attempt_id, actor, at))
    row = cursor.fetchone()
    if row is None or _closed_since(cursor, member_id, attempt_id, at):
        return None
    purpose, cause, channel, whom, hand, counterpart, valid_until = row
    by = Way(Channel(channel), Whom(whom), Hand(hand), counterpart)
    named = f"{purpose} {cause}"
    return Permit(attempt_id, member_id, actor, named, valid_until, kinds_of(by))


def shown_again(cursor: Any, permit: Permit, kind: values.Kind, at: datetime) -> reach.Whole | None:
    """The number of a call that was begun, to who began it [発信中の電話番号の再表示].

    Why       a page that is loaded again, or a machine that starts anew, needs no second permit:
              it is the same call, counted once. The reading is a row of the journal, as each is.
    Raises    NotAllowedError if the permit is over, or was not used for a call yet.
    """
    on = at.astimezone(JAPAN).date()
    cursor.execute(
        "SELECT FROM contact_use WHERE member_id = %s AND attempt_id = %s",
        (permit.member_id, permit.permit_id),
    )
    if cursor.fetchone() is None:
        raise NotAllowedError(Fault("CON-044"))
    return reach.whole(cursor, permit, kind, on, at)


_PERMITTED = """
SELECT channel, whom, hand, counterpart, basis, purpose FROM contact_attempt
WHERE member_id = %s AND attempt_id = %s AND channel IN ('phone', 'visit') AND asked_at < %s
"""


def _closed_since(
    cursor: Any, member_id: int, attempt_id: int, at: datetime
) -> tuple[Hindrance, ...]:
    """What has come up between a permit and the call [許可後の事情].

    Why       a permit is for minutes, and in one of them the member may have promised, refused,
              complained or died. Letters are asked for anew as they leave (`still`).
    """
    cursor.execute(_PERMITTED, (member_id, attempt_id, at))
    row = cursor.fetchone()
    if row is None:
        return ()
    channel, whom, hand, other_one, basis, name = row
    purpose = Purpose(name)
    by = Way(Channel(channel), Whom(whom), Hand(hand), other_one, Basis(basis))
    facts = facts_of(cursor, member_id, at)
    if purpose is Purpose.ARREARS:  # the call itself is counted already
        facts = replace(facts, demands_today=max(0, facts.demands_today - 1))
    return guard.hindrances(facts, purpose, at, by)


def _refuse_since(cursor: Any, permit: Permit, at: datetime) -> None:
    found = _closed_since(cursor, permit.member_id, permit.permit_id, at)
    if found:
        raise NotAllowedError(Fault("CON-044"), *(one.refusal.fault() for one in found))


def _use(
    cursor: Any, permit: Permit, at: datetime, read: Callable[[], reach.Whole | None]
) -> reach.Whole | None:
    """Read once: what was told cannot be told again, and the attempt is counted for good."""
    holds.lock(cursor, permit.member_id)
    key = (permit.member_id, permit.permit_id)
    cursor.execute(
        "SELECT EXISTS (SELECT FROM contact_use WHERE member_id = %s AND attempt_id = %s)"
        " OR EXISTS (SELECT FROM contact_call_result WHERE member_id = %s AND attempt_id = %s)",
        (*key, *key),
    )
    if cursor.fetchone()[0]:
        raise NotAllowedError(Fault("CON-044"))
    _refuse_since(cursor, permit, at)
    found = read()
    if found is not None:
        cursor.execute(
            "INSERT INTO contact_use (member_id, attempt_id, used_at) VALUES (%s, %s, %s)",
            (*key, at),
        )
    return found


_REVOKE = """
INSERT INTO contact_call_result (member_id, attempt_id, result, actor, noted_at)
SELECT member_id, attempt_id, 'not_called', %s, %s FROM contact_attempt a
WHERE member_id = %s AND valid_until > %s AND purpose <> ALL(%s) AND whom <> 'counsel'
    AND NOT EXISTS (SELECT FROM contact_use u
        WHERE u.member_id = a.member_id AND u.attempt_id = a.attempt_id)
ON CONFLICT DO NOTHING
"""


def revoke(cursor: Any, member_id: int, actor: str, at: datetime) -> int:
    """Take back every permit that was not used, as counsel gives notice [許可の取消] · COLL-010.

    Lock      the member's contacts: a permit is either used before, or never.
    Gives     how many; what is always allowed, checks before a contract and counsel's own stay.
    """
    holds.lock(cursor, member_id)
    kept = [one.value for one in guard.ALWAYS | guard.CHECKING]
    cursor.execute(_REVOKE, (actor, at, member_id, at, kept))
    return int(cursor.rowcount)
