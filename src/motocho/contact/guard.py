"""Whether a member may be reached, by e-mail or by telephone: facts, rules, a moment [連絡の可否].

Safety, the member's own transactions and documents that the law asks for pass at every hour.
Reminders keep quiet at night; campaigns need a consent and yield to everything. A telephone rings:
at night only for safety, or where the member asked for it. Nothing here reads a clock or a
database, so that the same facts give the same answer for ever.

>>> at_night = datetime(2026, 11, 22, 21, 0, tzinfo=JAPAN)
>>> [one.allowed_at.isoformat() for one in hindrances(Facts(), Purpose.REMINDER, at_night)]
['2026-11-23T08:00:00+09:00']
>>> hindrances(Facts(), Purpose.SECURITY, at_night)
()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from motocho.law.citation import parse_citations
from motocho.law.prescription import last_day_of
from motocho.law.rules import Refusal
from motocho.law.tables import Row, table

JAPAN = timezone(timedelta(hours=9), "JST")
REST_DAYS = 30
"""A house rule: so long after a consultation nobody is solicited (16条3項 in spirit)."""
HOURS_A_DAY = 24
_ONE_DAY = timedelta(days=1)


class Purpose(Enum):
    """What somebody is reached for [連絡の目的]; it is fixed beforehand."""

    SECURITY = "security"
    TRANSACTION = "transaction"
    STATUTORY_DOCUMENT = "statutory_document"
    REMINDER = "reminder"
    """Before a due date and on it [期日のご案内]."""
    ARREARS = "arrears"
    """After a due date [期日経過のご案内]."""
    CAMPAIGN = "campaign"
    """Anything that invites to borrow [勧誘]."""
    ASKED_FOR = "asked_for"
    """The member asked for it: a consultation, an answer [本人の依頼]."""


class Channel(Enum):
    """By what somebody is reached [連絡手段]."""

    EMAIL = "email"
    POST = "post"
    PHONE = "phone"


ALWAYS = frozenset(
    {Purpose.SECURITY, Purpose.TRANSACTION, Purpose.STATUTORY_DOCUMENT, Purpose.ASKED_FOR}
)
FREE: Mapping[Channel, frozenset[Purpose]] = {
    Channel.EMAIL: ALWAYS,
    Channel.POST: ALWAYS,
    Channel.PHONE: frozenset({Purpose.SECURITY, Purpose.ASKED_FOR}),
}
"""What passes at every hour."""


class HoldKind(Enum):
    """Why somebody is left alone [連絡の制限]."""

    NOT_NOW = "not_now"
    """「当面は不要」: a clear refusal for a time · SOLI-002."""
    NEVER = "never"
    """「今後一切の連絡をしないで」: no e-mail that solicits, ever again · SOLI-003."""
    UNCLEAR = "unclear"
    """A contract was declined, without a word about later · SOLI-009."""
    PAUSE = "pause"
    """The member rests from borrowing until a day [借入れの休止]."""
    SELF_EXCLUDED = "self_excluded"
    """The member asked never to be lent to [貸付自粛]."""
    CONSULTATION = "consultation"
    """The member asked for help with payments [返済相談]."""
    PREFERRED_HOURS = "preferred_hours"
    """Hours in which the member wants to hear of us [連絡希望時間帯]."""


REFUSALS = {
    HoldKind.NOT_NOW: "not_now_months",
    HoldKind.NEVER: "never_months",
    HoldKind.UNCLEAR: "unclear_months",
}
"""Opt-outs, with the column that says how long each lasts at least."""


class Hours(NamedTuple):
    """Hours of a day in Japan, the last one not counted [時間帯]."""

    from_hour: int
    until_hour: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it was put down [連絡の制限]; `last_on` is its last day, None where it has none."""

    kind: HoldKind
    told_on: date
    last_on: date | None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate looks at [判断の前提], as of the moment."""

    holds: tuple[Hold, ...] = ()
    is_overdue: bool = False
    has_counsel: bool = False
    has_consent: bool = False
    """To campaigns."""
    promised_on: date | None = None
    """The last day of the promise of payment that is open."""
    demanded_on: date | None = None
    """The day of the last e-mail or letter about arrears."""
    named_at: datetime | None = None
    """The moment at which the member asked to be spoken to, as for a consultation."""
    demands_today: int = 0
    """Calls about arrears on the same day, answered or not, whatever the number or contract."""


class Hindrance(NamedTuple):
    """One reason why not, and the first moment at which it is gone, if it ever is [拒否の理由]."""

    refusal: Refusal
    allowed_at: datetime | None


def last_day(kind: HoldKind, told_on: date) -> date:
    """The last day of an opt-out; the day it was told is not counted [勧誘停止の満了日].

    Law       自主規制基本規則67条; 民法140条, 143条2項 · SOLI-002, SOLI-003, SOLI-009.

    >>> last_day(HoldKind.NOT_NOW, date(2026, 5, 20)).isoformat()
    '2026-11-20'
    >>> last_day(HoldKind.NEVER, date(2028, 2, 29)).isoformat()
    '2029-02-28'
    """
    return last_day_of(told_on, _law(told_on).number(REFUSALS[kind]))


def hindrances(
    facts: Facts, purpose: Purpose, at: datetime, channel: Channel = Channel.EMAIL
) -> tuple[Hindrance, ...]:
    """All reasons why nobody may be reached now; empty if somebody may [連絡の可否の判定].

    Takes     a moment with its offset, wherever the machine stands: it is read as time in Japan.
    Law       貸金業法16条3項, 4項, 21条1項1号, 2号, 9号 · COLL-001, 002, 003, 010, 014.
    """
    if purpose in FREE[channel]:
        return ()
    here = at.astimezone(JAPAN)
    found = [*_hours(facts, here)]
    if purpose is Purpose.CAMPAIGN:
        found += _solicitation(facts, here)
    # What members are told: until then no call about payments, those to come among them.
    is_about_payment = purpose is Purpose.REMINDER and channel is Channel.PHONE
    if purpose is Purpose.ARREARS or is_about_payment:
        found += _named(facts, here)
    if purpose is Purpose.ARREARS:
        found += _call(facts, here) if channel is Channel.PHONE else _demand(facts, here)
    if facts.has_counsel:
        found.append(_hindrance("COLL-010", "CON-004", "貸金業法21条1項9号", None))
    return tuple(found)


def opens_at(
    facts: Facts, purpose: Purpose, at: datetime, channel: Channel = Channel.EMAIL
) -> datetime | None:
    """The first moment from now on at which nothing hinders [連絡できる時刻].

    None where it needs somebody's deed, or where wished hours leave no hour at all. As things stand
    now: where one hindrance ends, another may begin, as the night does.

    >>> promised = Facts(promised_on=date(2026, 11, 22))
    >>> noon = datetime(2026, 11, 22, 12, 0, tzinfo=JAPAN)
    >>> opens_at(promised, Purpose.ARREARS, noon).isoformat()
    '2026-11-23T08:00:00+09:00'
    """
    moment = at
    for _ in range(2 * (len(facts.holds) + len(Facts.__slots__))):
        is_today = moment.astimezone(JAPAN).date() == at.astimezone(JAPAN).date()
        found = hindrances(
            facts if is_today else replace(facts, demands_today=0), purpose, moment, channel
        )
        moments = [one.allowed_at for one in found if one.allowed_at is not None]
        if len(moments) < len(found):
            return None
        if not found:
            return moment
        moment = max(moments)
    return None


def _law(on: date) -> Row:
    return table("contact.mail").at(on)


def hours_of(on: date) -> Hours:
    """The hours of a day in which one may write or call at all [連絡できる時間帯]."""
    law = _law(on)
    return Hours(law.number("quiet_until_hour"), law.number("quiet_from_hour"))


def _calls(on: date) -> Row:
    return table("contact.calls").at(on)


def _morning(on: date, hour: int = 0) -> datetime:
    return datetime.combine(on, time(hour), JAPAN)


def _hours(facts: Facts, here: datetime) -> Iterator[Hindrance]:
    allowed = hours_of(here.date())
    if not _within(allowed, here):
        details = {"from": f"{allowed.until_hour}:00", "until": f"{allowed.from_hour}:00"}
        yield _hindrance(
            "COLL-001", "CON-001", "貸金業法21条1項1号", _next(allowed, here), **details
        )
    for hold in facts.holds:
        if hold.hours is not None and not _within(hold.hours, here):
            details = {"from": f"{hold.hours.from_hour}:00", "until": f"{hold.hours.until_hour}:00"}
            opens = _next(hold.hours, here)
            yield _hindrance("COLL-003", "CON-002", "貸金業法21条1項2号", opens, **details)


def _within(hours: Hours, here: datetime) -> bool:
    return hours.from_hour <= here.hour < hours.until_hour


def _next(hours: Hours, here: datetime) -> datetime:
    on = here.date() if here.hour < hours.from_hour else here.date() + _ONE_DAY
    return _morning(on, hours.from_hour)


def _solicitation(facts: Facts, here: datetime) -> Iterator[Hindrance]:
    today = here.date()
    if not facts.has_consent:
        yield _hindrance("SOLI-007", "CON-005", "貸金業法16条4項", None)
    if facts.is_overdue:
        yield _hindrance("SOLI-005", "CON-006", "貸金業法16条3項", None)
    if facts.promised_on is not None:
        yield _hindrance("SOLI-005", "CON-007", "貸金業法16条3項", None)
    for hold in facts.holds:
        if hold.kind is HoldKind.NEVER:
            yield _hindrance("SOLI-003", "CON-008", "貸金業法16条4項", None)
        elif hold.kind is HoldKind.PREFERRED_HOURS:
            continue
        elif hold.last_on is None or today <= hold.last_on:
            yield _of_hold(hold)


_RULES = {
    HoldKind.NOT_NOW: ("SOLI-002", "CON-009", "貸金業法16条4項"),
    HoldKind.UNCLEAR: ("SOLI-009", "CON-009", "貸金業法16条4項"),
    HoldKind.PAUSE: ("SOLI-005", "CON-010", "貸金業法16条3項"),
    HoldKind.SELF_EXCLUDED: ("SOLI-005", "CON-011", "貸金業法16条3項"),
    HoldKind.CONSULTATION: ("SOLI-005", "CON-012", "貸金業法16条3項"),
}


def _of_hold(hold: Hold) -> Hindrance:
    rule_id, code, cited = _RULES[hold.kind]
    if hold.last_on is None:
        return _hindrance(rule_id, code, cited, None)
    details = {"last_on": hold.last_on.isoformat()}
    return _hindrance(rule_id, code, cited, _morning(hold.last_on + _ONE_DAY), **details)


def _named(facts: Facts, here: datetime) -> Iterator[Hindrance]:
    """Nothing about arrears before the day or the moment that the member named."""
    today = here.date()
    if facts.promised_on is not None and today <= facts.promised_on:
        details = {"last_on": facts.promised_on.isoformat()}
        ends = _morning(facts.promised_on + _ONE_DAY)
        yield _hindrance("COLL-003", "CON-003", "貸金業法21条1項2号", ends, **details)
    if facts.named_at is not None and here < facts.named_at:
        named = facts.named_at.astimezone(JAPAN)
        details = {"named": f"{named:%Y-%m-%d %H:%M}"}
        yield _hindrance("COLL-003", "CON-014", "貸金業法21条1項2号", named, **details)


def _demand(facts: Facts, here: datetime) -> Iterator[Hindrance]:
    today = here.date()
    apart = timedelta(days=_law(today).number("demands_apart_days"))
    if facts.demanded_on is not None and today <= facts.demanded_on + apart:
        details = {"last_on": facts.demanded_on.isoformat(), "days": str(apart.days)}
        ends = _morning(facts.demanded_on + apart + _ONE_DAY)
        yield _hindrance("COLL-014", "CON-013", "貸金業法21条1項", ends, **details)


def _call(facts: Facts, here: datetime) -> Iterator[Hindrance]:
    law = _calls(here.date())
    most = law.number("demands_a_day")
    if facts.demands_today >= most:
        opens = _morning(here.date() + _ONE_DAY, _law(here.date()).number("quiet_until_hour"))
        yield _hindrance("COLL-002", "CON-015", "貸金業法21条1項", opens, most=str(most))


def _hindrance(
    rule_id: str, code: str, cited: str, allowed_at: datetime | None, **details: str
) -> Hindrance:
    first_on = None if allowed_at is None else allowed_at.date()
    refusal = Refusal(rule_id, code, parse_citations(cited), details, first_on)
    return Hindrance(refusal, allowed_at)
