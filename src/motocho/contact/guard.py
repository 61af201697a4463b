"""Whether a member may be reached, and by which way: facts, rules, a moment [連絡の可否].

Safety, the member's own transactions and documents that the law asks for pass at every hour.
Reminders keep quiet at night; campaigns need a consent and yield to everything. A telephone rings:
at night for safety alone. Nothing about a debt goes to a place of work or to anybody else. Nothing
here reads a clock or a database, so that the same facts give the same answer for ever; what is
refused is refused with all its reasons at once.

>>> at_night = datetime(2026, 11, 22, 21, 0, tzinfo=JAPAN)
>>> [one.allowed_at.isoformat() for one in hindrances(Facts(), Purpose.REMINDER, at_night)]
['2026-11-23T08:00:00+09:00']
>>> hindrances(Facts(), Purpose.SECURITY, at_night)
()
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

from motocho.contact._terms import (
    ALWAYS,
    CARE,
    CHECKING,
    COLLECTING,
    DISTRESS,
    FOR_OTHERS,
    FREE,
    HOURS_A_DAY,
    IN_PLACE,
    INFORMING,
    JAPAN,
    REFUSALS,
    REST_DAYS,
    RINGING,
    Agreement,
    AgreementKind,
    Basis,
    Channel,
    Facts,
    Hand,
    Hindrance,
    Hold,
    HoldKind,
    Hours,
    Purpose,
    Way,
    Whom,
)
from motocho.law.citation import Citation, parse_citations
from motocho.law.prescription import last_day_of
from motocho.law.rules import Refusal
from motocho.law.tables import Row, table

__all__ = [
    "ALWAYS",
    "CHECKING",
    "COLLECTING",
    "DISTRESS",
    "FREE",
    "HOURS_A_DAY",
    "INFORMING",
    "IN_PLACE",
    "JAPAN",
    "REFUSALS",
    "REST_DAYS",
    "RINGING",
    "Agreement",
    "AgreementKind",
    "Basis",
    "Channel",
    "Facts",
    "Hand",
    "Hindrance",
    "Hold",
    "HoldKind",
    "Hours",
    "Purpose",
    "Way",
    "Whom",
    "as_on",
    "calls_a_day",
    "closes_at",
    "hindrances",
    "hours_of",
    "last_day",
    "needs_care",
    "opens_at",
    "overruled",
]

_ONE_DAY = timedelta(days=1)
_DECEMBER = 12


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
    facts: Facts, purpose: Purpose, at: datetime, way: Channel | Way = Channel.EMAIL
) -> tuple[Hindrance, ...]:
    """All reasons why nobody may be reached now; empty if somebody may [連絡の可否の判定].

    Takes     a moment with its offset, wherever the machine stands: it is read as time in Japan;
              a channel alone is that of the member's own, by staff.
    Law       貸金業法16条3項, 4項, 21条1項1号〜9号, 41条の38 · COLL-001 to 004, 006, 008 to 010,
              013 to 015, 017, SOLI-001 to 003, 005 to 009, DESK-003, 004, VULN-002.
    """
    by = Way(way) if isinstance(way, Channel) else way
    here = at.astimezone(JAPAN)
    found = [*_whom(facts, purpose, by, here)]
    if purpose is Purpose.ASKED_FOR and by.channel in RINGING and not facts.is_asked_for:
        found.append(_hindrance("COLL-018", "CON-050", "貸金業法21条1項", None))
    if by.whom is Whom.OWN and purpose in FREE[by.channel]:
        return tuple(found)
    found += _hours(facts, purpose, by, here)
    if purpose is Purpose.ARREARS:
        found += _season(here)
        if by.channel in RINGING:
            found += _call(facts, here)
    if by.whom in IN_PLACE:
        return tuple(found)
    if purpose is Purpose.CAMPAIGN:
        found += _solicitation(facts, by, here)
    # What members are told: until then no call about payments, those to come among them.
    if purpose in COLLECTING or (purpose is Purpose.REMINDER and by.channel in RINGING):
        found += _named(facts, here)
    if purpose is Purpose.ARREARS:
        found += _arrears(facts, by, here)
    found += _person(facts, purpose, by, here)
    if facts.has_counsel and purpose not in CHECKING | ALWAYS:
        found.append(_hindrance("COLL-010", "CON-004", "貸金業法21条1項9号", None))
    return tuple(found)


def opens_at(
    facts: Facts, purpose: Purpose, at: datetime, way: Channel | Way = Channel.EMAIL
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
    ends = len(facts.holds) + len(facts.agreements) + len(Facts.__slots__)
    for _ in range(2 * ends):
        found = hindrances(as_on(facts, at, moment), purpose, moment, way)
        moments = [one.allowed_at for one in found if one.allowed_at is not None]
        if len(moments) < len(found):
            return None
        if not found:
            return moment
        moment = max(moments)
    return None


def as_on(facts: Facts, at: datetime, then: datetime) -> Facts:
    """The same facts, looked at from a later moment: a new day has had no call [後の時点の前提]."""
    if facts.named_at is not None and at < facts.named_at <= then:
        facts = replace(facts, agreed_on=facts.named_at.astimezone(JAPAN).date())
    is_today = then.astimezone(JAPAN).date() == at.astimezone(JAPAN).date()
    return facts if is_today else replace(facts, demands_today=0)


def needs_care(facts: Facts, on: date) -> bool:
    """Whether somebody is asked for money later and more softly than others [配慮] · VULN-002."""
    return any(
        hold.kind in CARE and (hold.last_on is None or on <= hold.last_on) for hold in facts.holds
    )


def closes_at(
    facts: Facts, purpose: Purpose, at: datetime, way: Channel | Way = Channel.EMAIL
) -> datetime | None:
    """Up to which moment a permit of now could hold, not counted; None for ever [許可の限り].

    A call that was permitted at 20:55 is not dialled at 21:00.

    >>> evening = datetime(2026, 11, 22, 20, 55, tzinfo=JAPAN)
    >>> closes_at(Facts(), Purpose.ARREARS, evening, Channel.PHONE).isoformat()
    '2026-11-22T21:00:00+09:00'
    >>> closes_at(Facts(), Purpose.SECURITY, evening) is None
    True
    """
    by = Way(way) if isinstance(way, Channel) else way
    if by.whom is Whom.OWN and purpose in FREE[by.channel]:
        return None
    here = at.astimezone(JAPAN)
    hours = [hours_of(here.date()), *(one.hours for one in facts.holds if one.hours is not None)]
    hours += [one.hours for one in facts.agreements if by.whom is Whom.WORKPLACE]
    ends = {one.until_hour for one in hours if one.until_hour > here.hour} | {HOURS_A_DAY}
    return _morning(here.date()) + timedelta(hours=min(ends))


def overruled(facts: Facts, purpose: Purpose, at: datetime, by: Way) -> tuple[Hindrance, ...]:
    """What stands before everybody but a supervisor, where it is one's hand [上長の権限での連絡].

    Rules of the house alone: what the law forbids stands before every hand. Empty for other hands,
    and where something stands before a supervisor too.
    """
    if by.hand is not Hand.SUPERVISOR or hindrances(facts, purpose, at, by):
        return ()
    return hindrances(facts, purpose, at, by._replace(hand=Hand.STAFF))


def _law(on: date) -> Row:
    return table("contact.mail").at(on)


def hours_of(on: date) -> Hours:
    """The hours of a day in which one may write or call at all [連絡できる時間帯]."""
    law = _law(on)
    return Hours(law.number("quiet_until_hour"), law.number("quiet_from_hour"))


def calls_a_day(on: date) -> int:
    """How many calls about arrears a day may have [1日の督促の回数] · COLL-002."""
    return _calls(on).number("demands_a_day")


def _calls(on: date) -> Row:
    return table("contact.calls").at(on)


def _morning(on: date, hour: int = 0) -> datetime:
    return datetime.combine(on, time(hour), JAPAN)


def _whom(facts: Facts, purpose: Purpose, by: Way, here: datetime) -> Iterator[Hindrance]:
    """Whether this is a thing for this person at this place."""
    kinds = {one.kind for one in facts.holds}
    if by.whom is Whom.OWN:
        if purpose is Purpose.EMPLOYMENT:
            yield _hindrance("DESK-003", "CON-034", "貸金業法13条", None)
        elif purpose is Purpose.WHEREABOUTS:
            yield _hindrance("COLL-018", "CON-043", "貸金業法21条1項", None)
    elif by.whom is Whom.WORKPLACE:
        yield from _work(facts, purpose, by, here)
    elif by.whom is Whom.THIRD:
        yield from _third(facts, purpose, by)
    else:
        is_there = {
            Whom.COUNSEL: facts.has_counsel,
            Whom.HEIR: HoldKind.DECEASED in kinds,
            Whom.GUARDIAN: HoldKind.GUARDED in kinds,
        }[by.whom]
        if not is_there or purpose not in FOR_OTHERS:
            yield _hindrance("COLL-006", "CON-032", "貸金業法21条1項5号", None)


def _work(facts: Facts, purpose: Purpose, by: Way, here: datetime) -> Iterator[Hindrance]:
    is_check = purpose is Purpose.EMPLOYMENT
    kind = AgreementKind.EMPLOYMENT_CHECK if is_check else AgreementKind.WORK_CALLS
    agreed = [one for one in facts.agreements if one.kind is kind and here.date() <= one.last_on]
    never = not agreed or by.channel is not Channel.PHONE
    if never or purpose in (Purpose.CAMPAIGN, Purpose.WHEREABOUTS):
        refused = ("DESK-003", "CON-034", "貸金業法13条")
        yield _hindrance(*(refused if is_check else _AT_WORK), None)
        return
    opens = [_of_agreement(one, here) for one in agreed]
    begins = min((one for one in opens if one is not None), default=None)
    if begins is None or begins > here:
        rule_id, _, cited = ("DESK-003", "", "貸金業法13条") if is_check else _AT_WORK
        yield _hindrance(rule_id, "CON-046", cited, begins)


_AT_WORK = ("COLL-004", "CON-030", "貸金業法21条1項3号")


def _of_agreement(agreed: Agreement, here: datetime) -> datetime | None:
    """The first moment from now on that an agreement covers; None if none is left."""
    if here.date() < agreed.from_on:
        return _morning(agreed.from_on, agreed.hours.from_hour)
    if _within(agreed.hours, here):
        return here
    opens = _next(agreed.hours, here)
    return opens if opens.date() <= agreed.last_on else None


def _third(facts: Facts, purpose: Purpose, by: Way) -> Iterator[Hindrance]:
    if purpose is Purpose.ARREARS:
        yield _hindrance("COLL-008", "CON-031", "貸金業法21条1項7号", None)
    elif purpose is not Purpose.WHEREABOUTS:
        yield _hindrance("COLL-006", "CON-032", "貸金業法21条1項5号", None)
    for one in facts.holds:
        if one.kind is HoldKind.THIRD_REFUSED and one.about == by.counterpart:
            yield _hindrance("COLL-009", "CON-033", "貸金業法21条1項8号", None)


def _hours(facts: Facts, purpose: Purpose, by: Way, here: datetime) -> Iterator[Hindrance]:
    if by.channel is Channel.SITE:
        return
    allowed = hours_of(here.date())
    if not _within(allowed, here):
        details = {"from": f"{allowed.until_hour}:00", "until": f"{allowed.from_hour}:00"}
        yield _hindrance(
            "COLL-001", "CON-001", "貸金業法21条1項1号", _next(allowed, here), **details
        )
    # The moment that the member named goes before the hours that were wished once.
    if by.whom is not Whom.OWN or purpose is Purpose.ASKED_FOR:
        return
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


def _solicitation(facts: Facts, by: Way, here: datetime) -> Iterator[Hindrance]:
    today = here.date()
    if by.basis is Basis.BUREAU:
        yield _hindrance("SOLI-006", "CON-041", "貸金業法41条の38", None)
    if not facts.has_consent:
        yield _hindrance("SOLI-007", "CON-005", "貸金業法16条4項", None)
    if facts.is_overdue:
        yield _hindrance("SOLI-005", "CON-006", "貸金業法16条3項", None)
    if facts.promised_on is not None:
        yield _hindrance("SOLI-005", "CON-007", "貸金業法16条3項", None)
    if facts.is_consulting:
        yield _hindrance("VULN-002", "CON-039", "貸金業法16条3項", None)
    for hold in facts.holds:
        if hold.kind is HoldKind.NEVER:
            yield from _of_never(hold, by, today)
        elif hold.kind in _RULES and (hold.last_on is None or today <= hold.last_on):
            yield _of_hold(hold)


def _of_never(hold: Hold, by: Way, today: date) -> Iterator[Hindrance]:
    """A year without anything; on one's own pages no longer than that · SOLI-003."""
    if by.channel is not Channel.SITE:
        yield _hindrance("SOLI-003", "CON-008", "貸金業法16条4項", None)
    elif hold.last_on is None or today <= hold.last_on:
        opens = None if hold.last_on is None else _morning(hold.last_on + _ONE_DAY)
        yield _hindrance("SOLI-003", "CON-008", "貸金業法16条4項", opens)


_RULES = {
    HoldKind.NOT_NOW: ("SOLI-002", "CON-009", "貸金業法16条4項"),
    HoldKind.UNCLEAR: ("SOLI-009", "CON-009", "貸金業法16条4項"),
    HoldKind.PAUSE: ("SOLI-005", "CON-010", "貸金業法16条3項"),
    HoldKind.SELF_EXCLUDED: ("SOLI-005", "CON-011", "貸金業法16条3項"),
    HoldKind.CONSULTATION: ("SOLI-005", "CON-012", "貸金業法16条3項"),
    HoldKind.NO_JUDGEMENT: ("SOLI-008", "CON-040", "貸金業法16条3項"),
    HoldKind.DISPUTED: ("SOLI-005", "FRD-020", "貸金業法16条3項"),
    HoldKind.CARE: ("SOLI-005", "FRD-022", "貸金業法16条3項"),
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


def _arrears(facts: Facts, by: Way, here: datetime) -> Iterator[Hindrance]:
    is_agreed = by.channel is Channel.PHONE and facts.agreed_on == here.date()
    if facts.is_consulting and not is_agreed:
        named = facts.named_at if by.channel is Channel.PHONE else None
        opens = named if named is not None and here < named else None
        yield _hindrance("VULN-002", "CON-039", "貸金業法12条の9", opens)
    if by.channel not in RINGING:
        yield from _demand(facts, here)
    if by.channel is Channel.EMAIL:
        for hold in facts.holds:
            if hold.kind is HoldKind.SHARED_MAILBOX:
                yield _hindrance("COLL-013", "CON-042", "貸金業法施行規則19条2項", None)


def _person(facts: Facts, purpose: Purpose, by: Way, here: datetime) -> Iterator[Hindrance]:
    """What happened to the member, and binds more than invitations and demands."""
    if purpose in ALWAYS:
        return
    today = here.date()
    for hold in facts.holds:
        is_on = hold.last_on is None or today <= hold.last_on
        if hold.kind in DISTRESS and is_on and purpose not in CHECKING:
            yield _of_distress(hold)
        elif hold.kind is HoldKind.DECEASED:
            yield _hindrance("COLL-006", "CON-037", "貸金業法21条1項5号", None)
        elif hold.kind is HoldKind.GUARDED:
            yield _hindrance("SOLI-008", "CPN-006", "民法98条の2", None)
        elif hold.kind is HoldKind.COMPLAINT and _is_for_supervisors(purpose, by):
            yield _hindrance("DESK-004", "CON-038", "貸金業法12条の2の2", None)
        elif hold.kind is HoldKind.DISPUTED and purpose in _ASKING:
            yield _hindrance("COLL-008", "FRD-020", "貸金業法21条1項7号", None)
        elif hold.kind is HoldKind.CARE and is_on and _is_pressing(purpose, by):
            ends = None if hold.last_on is None else _morning(hold.last_on + _ONE_DAY)
            yield _hindrance("VULN-002", "FRD-021", "貸金業法12条の9", ends)
        elif hold.kind is HoldKind.NEVER and purpose is Purpose.SERVICE:
            yield _hindrance("SOLI-003", "CON-045", "貸金業法16条4項", None)


_ASKING = COLLECTING | {Purpose.REMINDER}
"""What asks for money, or for who owes it."""


def _is_pressing(purpose: Purpose, by: Way) -> bool:
    """Whether it takes somebody's time for a debt, by another hand than a supervisor's."""
    is_demand = purpose is Purpose.ARREARS and by.channel in RINGING
    return is_demand and by.hand is not Hand.SUPERVISOR


def _of_distress(hold: Hold) -> Hindrance:
    if hold.last_on is None:
        return _hindrance("COLL-015", "CON-047", "貸金業法21条1項", None)
    details = {"last_on": hold.last_on.isoformat()}
    ends = _morning(hold.last_on + _ONE_DAY)
    return _hindrance("COLL-015", "CON-035", "貸金業法21条1項", ends, **details)


def _is_for_supervisors(purpose: Purpose, by: Way) -> bool:
    """Whether a complaint about calls leaves it to a supervisor; a reminder only where it rings."""
    if purpose is Purpose.CAMPAIGN:
        return True
    if purpose in CHECKING or by.hand is Hand.SUPERVISOR:
        return False
    return purpose is not Purpose.REMINDER or by.channel in RINGING


def _season(here: datetime) -> Iterator[Hindrance]:
    """The end of the year and its beginning: a house rule · COLL-015."""
    law = _calls(here.date())
    last_on = law.number("new_year_until_day")
    is_end = here.month == _DECEMBER and here.day >= law.number("year_end_from_day")
    if is_end or (here.month == 1 and here.day <= last_on):
        ends = date(here.year + (1 if is_end else 0), 1, last_on) + _ONE_DAY
        yield _hindrance(
            "COLL-015", "CON-036", "貸金業法21条1項", _morning(ends), day=f"{ends.day}"
        )


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
    refusal = Refusal(rule_id, code, _citations(cited), details, first_on)
    return Hindrance(refusal, allowed_at)


@cache
def _citations(cited: str) -> tuple[Citation, ...]:
    return parse_citations(cited)
