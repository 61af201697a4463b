"""The directory: which desk answers what, when, and on which registered number [窓口と電話番号].

The number checker, the contact page, the caller ids of our calls and every advertisement read the
same file, so that what the public is told and what we do cannot part. What the law forbids to
register is refused when the file is read, all faults at once.

>>> from datetime import date
>>> known = shipped()
>>> known.whose("0300000108", date(2026, 11, 22)).desk.desk_id
'service_centre'
>>> known.whose("0300000199", date(2026, 11, 22)) is None
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.units.errors import Fault, FaultyInput, Unread, broken, clipped
from motocho.units.phones import PhoneKind, kind_of, phone_text, read_phone

FILE = "directory.yaml"
REGISTRABLE = frozenset({PhoneKind.LAND, PhoneKind.TOLL_FREE, PhoneKind.UNIFIED})
"""Numbers that may be registered · 施行規則3条の2第1項1号."""
_NEVER_OURS = frozenset({PhoneKind.MOBILE, PhoneKind.IP, PhoneKind.OTHER})
_MIDNIGHT = "24:00"

IsBusinessDay = Callable[[date], bool]


class Channel(Enum):
    """How a desk is reached [連絡手段]."""

    PHONE = "phone"
    VOICE = "voice"
    SITE = "site"
    POST = "post"


class Topic(Enum):
    """What somebody calls about [用件]: it leads to one desk."""

    APPLICATION = "application"
    CREDIT = "credit"
    REPAYMENT = "repayment"
    CONTRACT = "contract"
    LOST_CARD = "lost_card"
    SHOPPING = "shopping"
    ABROAD = "abroad"
    COMPLAINT = "complaint"
    BALANCE = "balance"
    HISTORY = "history"


class Verdict(Enum):
    """Whether a number is ours [当社の番号か]."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Use(Enum):
    """Who calls whom on a number [用途]."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Hours:
    """When a desk answers, in Japan [受付時間]; `until` is not counted, None is midnight."""

    opens: time
    until: time | None
    only_business_days: bool

    def covers(self, at: datetime, is_business_day: IsBusinessDay) -> bool:
        """Whether a moment in Japan lies in them [受付時間内か]."""
        if self.only_business_days and not is_business_day(at.date()):
            return False
        return self.opens <= at.time() and (self.until is None or at.time() < self.until)

    @property
    def always(self) -> bool:
        """Whether they never end [24時間]."""
        return not self.only_business_days and self.opens == time() and self.until is None

    @property
    def text(self) -> str:
        """The hours in figures [時刻の表記].

        >>> Hours(time(9), time(18), only_business_days=True).text
        '9:00–18:00'
        """
        until = _MIDNIGHT if self.until is None else f"{self.until.hour}:{self.until.minute:02d}"
        return f"{self.opens.hour}:{self.opens.minute:02d}–{until}"


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk [窓口]; `answered_by` is the desk that is called, where it takes no calls."""

    desk_id: str
    name_ja: str
    name_en: str
    purposes_ja: tuple[str, ...]
    purposes_en: tuple[str, ...]
    hours: Hours
    channels: tuple[Channel, ...]
    answered_by: str
    topics: tuple[Topic, ...] = ()
    """What leads here; a directory without any leads to its first desk."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of ours, with the days on which it is registered [登録電話番号]."""

    digits: str
    desk: Desk
    use: Use
    filed_on: date
    from_on: date
    until_on: date | None
    line: str
    """The land line that a toll-free number is tied to; empty for a land line."""
    note: str

    @property
    def text(self) -> str:
        """As it is printed [表記]."""
        return phone_text(self.digits)

    def holds_on(self, on: date) -> bool:
        """Whether it is registered on a day [有効な日か]."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, slots=True)
class Lender:
    """Who lends, as every page of terms must say [貸金業者の表示]."""

    name_ja: str
    name_en: str
    registration: str
    member_of: str
    address_ja: str
    address_en: str
    dispute_body_ja: str
    dispute_body_en: str
    dispute_phone: str


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody is told who asks whose a number is [番号の確認の答え]."""

    text: str
    verdict: Verdict
    number: Number | None
    """The number, where it is ours."""
    was_ours: str
    """`was_ours` where it was, and is no more."""
    desk: Desk
    back: Number
    """The number to call instead."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything the public may know about how we call and are called [連絡先一覧]."""

    lender: Lender
    desks: tuple[Desk, ...]
    numbers: tuple[Number, ...]

    def desk(self, desk_id: str) -> Desk:
        """A desk by its id; a known one [窓口]."""
        return next(one for one in self.desks if one.desk_id == desk_id)

    def whose(self, digits: str, on: date) -> Number | None:
        """The number of ours with these digits on a day; None if none is [当社の番号か]."""
        mine = (one for one in self.numbers if one.digits == digits and one.holds_on(on))
        return next(mine, None)

    def formerly(self, digits: str, on: date) -> Number | None:
        """A number that was ours before a day and is no more [以前の番号]."""
        past = [
            one
            for one in self.numbers
            if one.digits == digits and one.until_on is not None and one.until_on < on
        ]
        return max(past, key=lambda one: one.from_on, default=None)

    def caller(self, digits: str, on: date) -> Caller:
        """Whether a number that called is ours, and which to call back [番号の確認] · FRAUD-004.

        The public page, the member's pages and the desk say the same. Only the published list is
        asked; what is not in it is never called ours.
        """
        found = self.whose(digits, on)
        past = None if found is not None else self.formerly(digits, on)
        desk = self.desk_for(Topic.REPAYMENT) if found is None else found.desk
        if found is not None:
            verdict = Verdict.YES
        elif past is not None or kind_of(digits) in _NEVER_OURS:
            verdict = Verdict.NO
        else:
            verdict = Verdict.UNKNOWN
        was_ours = "was_ours" if past is not None else ""
        back = self.call_back(desk, on)
        return Caller(phone_text(digits), verdict, found, was_ours, desk, back)

    def desk_for(self, topic: Topic) -> Desk:
        """The desk that somebody with this is led to [用件の振分け]."""
        mine = (one for one in self.desks if topic in one.topics)
        return next(mine, self.desks[0])

    def call_back(self, desk: Desk, on: date) -> Number:
        """The number on which a desk, or the one that answers for it, is called [折返し先]."""
        return next(one for one in _called(desk, self.numbers) if one.holds_on(on))

    def incoming(self, desk: Desk, on: date) -> tuple[Number, ...]:
        """The numbers on which a desk is called [受付番号]."""
        return tuple(
            one
            for one in self.numbers
            if one.desk == desk and one.use is not Use.OUT and one.holds_on(on)
        )

    def outgoing(self, on: date) -> tuple[Number, ...]:
        """The numbers that we call from [発信番号]."""
        return tuple(one for one in self.numbers if one.use is not Use.IN and one.holds_on(on))

    def calling(self, desk: Desk, on: date) -> Number | None:
        """The number that a desk calls from, its own or of whom it answers for [発信番号の選択].

        Else one that only calls out, before those of other desks; None if we call from none.
        """
        ours = self.outgoing(on)
        mine = [one for one in ours if desk.desk_id in {one.desk.desk_id, one.desk.answered_by}]
        others = [one for one in ours if one.use is Use.OUT]
        return next(iter(mine or others or ours), None)

    def refuse_caller(self, digits: str, on: date) -> Refusal | None:
        """Why a call may not go out under a number; None if it may (FRAUD-004) [発信番号の点検]."""
        if any(one.digits == digits for one in self.outgoing(on)):
            return None
        known = ", ".join(one.text for one in self.outgoing(on))
        details = {"number": phone_text(digits), "known": known}
        return Refusal("FRAUD-004", "DIR-001", (), details)

    def refuse_shown(self, digits: str, on: date) -> Refusal | None:
        """Why a page or an ad may not show a number; None if it may (ADV-001) [広告の点検].

        Law       貸金業法15条2項.
        """
        if self.whose(digits, on) is not None:
            return None
        details = {"number": phone_text(digits), "on": str(on)}
        return Refusal("ADV-001", "DIR-002", parse_citations("貸金業法15条2項"), details)

    def refuse_call_back(
        self, desk: Desk, at: datetime, is_business_day: IsBusinessDay
    ) -> Refusal | None:
        """Why a desk cannot take a call at a moment; None if it can (DESK-001) [受付時間の点検]."""
        if desk.hours.covers(at, is_business_day):
            return None
        opens = next_opening(desk.hours, at, is_business_day)
        details = {
            "desk_ja": desk.name_ja,
            "desk_en": desk.name_en,
            "hours": desk.hours.text,
            "next_ja": f"{opens.month}月{opens.day}日{opens.hour}:{opens.minute:02d}",
            "next_en": f"{opens:%Y-%m-%d %H:%M}",
        }
        return Refusal("DESK-001", "DIR-003", (), details, opens.date())


_LONGEST_CLOSED_DAYS = 30


def next_opening(hours: Hours, at: datetime, is_business_day: IsBusinessDay) -> datetime:
    """The next moment at which a desk opens; the moment itself while it is open [次の受付].

    >>> nine = Hours(time(9), time(18), only_business_days=True)
    >>> next_opening(nine, datetime(2026, 11, 20, 18), lambda on: on.weekday() < 5).isoformat()
    '2026-11-23T09:00:00'
    """
    if hours.covers(at, is_business_day):
        return at
    days = [at.date() + timedelta(days=ahead) for ahead in range(_LONGEST_CLOSED_DAYS)]
    openings = [
        datetime.combine(on, hours.opens, at.tzinfo)
        for on in days
        if not hours.only_business_days or is_business_day(on)
    ]
    return next(opening for opening in openings if opening > at)


# ---------------------------------------------------------------------------------------- the file
def read_file(path: Path, on: date) -> Directory:
    """The directory of a file, for use from a day on [連絡先の読込み].

    Raises    FaultyInput with every fault of it; a desk that nobody can call on that day is one.
    """
    return read_for(path.read_text(encoding="utf-8"), path.name, on)


def read_for(text: str, file: str, on: date) -> Directory:
    """The directory that a text holds, for use from a day on [連絡先の点検]; as `read_file`."""
    known = read(text, file)
    silent = [one for one in known.desks if not _is_called_on(one, known.numbers, on)]
    if silent:
        raise FaultyInput(*(_silent(one).within(file) for one in silent))
    return known


ASKED_FOR = ("card_loan", "first_time", "lost_card")
"""Desks that pages lead to by their ids: without one of them those pages cannot stand."""


def without(known: Directory, desk_ids: Iterable[str]) -> list[Fault]:
    """A fault for each desk that a directory lacks [窓口の不足]."""
    held = {one.desk_id for one in known.desks}
    lacking = dict.fromkeys(one for one in desk_ids if one not in held)
    return [Fault("DIR-013", column="desks", details={"key": one}) for one in lacking]


@cache
def shipped() -> Directory:
    """The fictional directory that comes with the package [見本の連絡先]."""
    text = (files("motocho.contact") / "data" / FILE).read_text(encoding="utf-8")
    return read(text, FILE)


def read(text: str, file: str) -> Directory:
    """The directory that a text holds [連絡先の点検].

    Raises    FaultyInput with every fault: what is missing or cannot be read, numbers that may not
              be registered (ADV-002), filed too late (ADV-003), desks that nobody can call.
    """
    content: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    faults = _missing("", content, _PARTS)
    if not faults:
        faults = _missing("lender", content["lender"], _LENDER_KEYS)
        for place, entry in enumerate(content["desks"], 1):
            faults += _faults_of_desk(f"desks {place}", entry)
    if faults:
        raise FaultyInput(*(one.within(file) for one in faults))
    desks = {one["id"]: _desk(one) for one in content["desks"]}
    numbers: list[Number] = []
    for place, entry in enumerate(content["numbers"], 1):
        found = _missing(f"numbers {place}", entry, _NUMBER_KEYS) or _faults_of(entry, desks)
        faults += found
        if not found:
            numbers.append(_number(entry, desks))
    faults += _faults_together(desks, numbers) if not faults else []
    if faults:
        raise FaultyInput(*(one.within(file) for one in faults))
    lender = {key: str(content["lender"][key]) for key in _LENDER_KEYS}
    return Directory(Lender(**lender), tuple(desks.values()), tuple(numbers))


_PARTS = ("lender", "desks", "numbers")
_LENDER_KEYS = tuple(one.name for one in fields(Lender))
_DESK_KEYS = ("id", "name_ja", "name_en", "purposes_ja", "purposes_en", "hours", "channels")
_NUMBER_KEYS = ("number", "desk", "use", "filed_on", "from_on")
_ONLY_BUSINESS_DAYS = {"business_days": True, "every_day": False}
_HOURS_KNOWN = '{business_days: ["09:00", "18:00"]}, {every_day: ["00:00", "24:00"]}'


def _missing(place: str, entry: Any, keys: tuple[str, ...]) -> list[Fault]:
    held = entry if isinstance(entry, Mapping) else {}
    return [
        Fault("DIR-013", column=place, details={"key": key})
        for key in keys
        if held.get(key) in (None, "")
    ]


def _misread(place: str, key: str, value: object, known: str) -> Fault:
    excerpt = clipped(str(value))
    return Fault("DIR-014", column=place, excerpt=excerpt, details={"key": key, "known": known})


def _faults_of_desk(place: str, entry: Any) -> list[Fault]:
    faults = _missing(place, entry, _DESK_KEYS)
    if faults:
        return faults
    if _hours(entry["hours"]) is None:
        faults.append(_misread(entry["id"], "hours", entry["hours"], _HOURS_KNOWN))
    known = [one.value for one in Channel]
    strange = [one for one in entry["channels"] if one not in known]
    faults += [_misread(entry["id"], "channels", one, ", ".join(known)) for one in strange]
    topics = [one.value for one in Topic]
    strange = [one for one in entry.get("topics", ()) if one not in topics]
    faults += [_misread(entry["id"], "topics", one, ", ".join(topics)) for one in strange]
    return faults


def _hours(told: Any) -> Hours | None:
    """Hours as the file writes them; None where they cannot be read, or end before they begin."""
    try:
        ((kind, (opens, until)),) = told.items()
        hours = Hours(
            time.fromisoformat(opens),
            None if until == _MIDNIGHT else time.fromisoformat(until),
            only_business_days=_ONLY_BUSINESS_DAYS[kind],
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return hours if hours.until is None or hours.opens < hours.until else None


def _desk(entry: Mapping[str, Any]) -> Desk:
    return Desk(
        desk_id=entry["id"],
        name_ja=entry["name_ja"],
        name_en=entry["name_en"],
        purposes_ja=tuple(entry["purposes_ja"]),
        purposes_en=tuple(entry["purposes_en"]),
        hours=_hours(entry["hours"]) or broken("hours were read before", desk=entry["id"]),
        channels=tuple(Channel(one) for one in entry["channels"]),
        answered_by=entry.get("answered_by", entry["id"]),
        topics=tuple(Topic(one) for one in entry.get("topics", ())),
    )


def _number(entry: Mapping[str, Any], desks: Mapping[str, Desk]) -> Number:
    return Number(
        digits=str(read_phone(str(entry["number"]))),
        desk=desks[entry["desk"]],
        use=Use(entry["use"]),
        filed_on=entry["filed_on"],
        from_on=entry["from_on"],
        until_on=entry.get("until_on"),
        line=str(entry.get("line", "")),
        note=entry.get("note", ""),
    )


def _faults_of(entry: Mapping[str, Any], desks: Mapping[str, Desk]) -> list[Fault]:
    shown = str(entry["number"])
    digits = read_phone(shown)
    if isinstance(digits, Unread):
        return [digits.at(column=shown)]
    faults = _misread_of(entry)
    if faults:
        return faults
    if entry["desk"] not in desks:
        details = {"known": ", ".join(desks)}
        excerpt = clipped(entry["desk"])
        faults.append(Fault("DIR-010", column=shown, excerpt=excerpt, details=details))
    refusal = refuse_registration(digits, str(entry.get("line", "")))
    if refusal is not None:
        faults.append(refusal.fault())
    late = refuse_filing(digits, entry["filed_on"], entry["from_on"])
    if late is not None:
        faults.append(late.fault())
    return faults


def _misread_of(entry: Mapping[str, Any]) -> list[Fault]:
    shown = str(entry["number"])
    faults = [
        _misread(shown, key, entry[key], "2026-04-01")
        for key in ("filed_on", "from_on", "until_on")
        if type(entry.get(key)) is not date and not (key == "until_on" and entry.get(key) is None)
    ]
    known = [one.value for one in Use]
    if entry["use"] not in known:
        faults.append(_misread(shown, "use", entry["use"], ", ".join(known)))
    return faults


def refuse_registration(digits: str, line: str) -> Refusal | None:
    """Why a number cannot be registered; None if it can (ADV-002) [登録できる番号か].

    Takes     the land line that a number without a place is tied to; empty where there is none.
    Law       貸金業法施行規則3条の2第1項1号.
    """
    kind = kind_of(digits)
    tied = read_phone(line) if line else ""
    is_tied = isinstance(tied, str) and tied != "" and kind_of(tied) is PhoneKind.LAND
    if kind is PhoneKind.LAND or (kind in REGISTRABLE and is_tied):
        return None
    return Refusal("ADV-002", "DIR-004", (), {"number": phone_text(digits)})


def refuse_filing(digits: str, filed_on: date, from_on: date) -> Refusal | None:
    """Why a number may not be used from a day; None if it may (ADV-003) [届出の点検].

    Law       貸金業法8条1項: the change is filed before it takes effect.
    """
    if filed_on < from_on:
        return None
    details = {"number": phone_text(digits), "filed": str(filed_on), "from": str(from_on)}
    citations = parse_citations("貸金業法8条1項")
    return Refusal("ADV-003", "DIR-005", citations, details, filed_on + timedelta(days=1))


def _faults_together(desks: Mapping[str, Desk], numbers: list[Number]) -> list[Fault]:
    faults = []
    for index, one in enumerate(numbers):
        others = [other for other in numbers[:index] if other.digits == one.digits]
        if any(_overlap(one, other) for other in others):
            faults.append(Fault("DIR-011", details={"number": one.text}))
    for desk in desks.values():
        faults += _faults_of_calling(desk, numbers)
    return faults


def _faults_of_calling(desk: Desk, numbers: Sequence[Number]) -> list[Fault]:
    """A desk can be called from its first day on, without a gap and without end."""
    mine = sorted(_called(desk, numbers), key=lambda one: one.from_on)
    if all(one.until_on is not None for one in mine):
        return [_silent(desk)]
    ends = [one.until_on + timedelta(days=1) for one in mine if one.until_on is not None]
    return [
        Fault("DIR-015", details={"desk": desk.desk_id, "from": str(silent_on)})
        for silent_on in ends
        if not _is_called_on(desk, mine, silent_on)
    ]


def _called(desk: Desk, numbers: Sequence[Number]) -> list[Number]:
    """The numbers on which a desk, or the one that answers for it, is called."""
    return [
        one for one in numbers if one.desk.desk_id == desk.answered_by and one.use is not Use.OUT
    ]


def _is_called_on(desk: Desk, numbers: Sequence[Number], on: date) -> bool:
    return any(one.holds_on(on) for one in _called(desk, numbers))


def _silent(desk: Desk) -> Fault:
    return Fault("DIR-012", details={"desk": desk.desk_id})


def _overlap(one: Number, other: Number) -> bool:
    starts_before_end = one.until_on is None or other.from_on <= one.until_on
    return starts_before_end and (other.until_on is None or one.from_on <= other.until_on)
