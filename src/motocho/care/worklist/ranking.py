"""Whom to call next, and why: facts of the day in, an ordered list out; pure [本日の業務の順位].

Every row stands on a ground whose purpose the gate allows at this moment, by the gate's own
judgement (`contact.guard`); who may not be reached now stands under "later" with the first moment
at which somebody may. The order is policy; nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from motocho.care.worklist.hours import Best
from motocho.care.worklist.policy import Policy, Why
from motocho.contact.guard import (
    JAPAN,
    Channel,
    Facts,
    Hand,
    Hindrance,
    Purpose,
    Way,
    Whom,
    as_on,
    calls_a_day,
    closes_at,
    hindrances,
    opens_at,
)


class Ground(NamedTuple):
    """One ground to reach a member, or to do something for one [理由]."""

    why: Why
    purpose: Purpose | None
    """What a call would be for; None where nobody is called."""
    at: datetime | None = None
    """The moment that was agreed or planned."""
    agreement_id: int = 0
    days: int = 0
    """Days late, or since the promised day; of papers and due dates, the days that are left."""
    yen: int = 0
    """What is late, or what of a promise is not there."""
    stage: str = ""
    ref: int = 0
    """The number of its task or promise."""
    sort: str = ""
    """Of a follow-up: what is left to do."""


class Called(NamedTuple):
    """The last call of the day to somebody, and whether one was answered [当日の通話]."""

    at: datetime
    is_reached: bool


class Person(NamedTuple):
    """A member with every ground of the day [対象者]."""

    member_id: int
    facts: Facts
    grounds: tuple[Ground, ...]
    called: Called | None = None


class Row(NamedTuple):
    """Somebody to be reached now [一覧の1行]: the first ground that allows it, the others."""

    person: Person
    ground: Ground
    others: tuple[Ground, ...]


class Later(NamedTuple):
    """Somebody who may not be reached now [あとで]: why not, and from when on."""

    person: Person
    ground: Ground
    hindrances: tuple[Hindrance, ...]
    """What the gate has against it; empty where only the agreed hour, or a rest, is to come."""
    opens_at: datetime | None
    """None where it needs somebody's deed."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The list of the day at a moment [本日の一覧]."""

    rows: tuple[Row, ...]
    later: tuple[Later, ...]
    counts: Mapping[Why, int]
    """Members by the ground they stand on, now; zeros too."""
    later_counts: Mapping[Why, int]


_REST = frozenset({Why.CONSULTATION, Why.CALL_BACK, Why.REPLY, Why.FOLLOW_UP})
"""What a call of the day does not put off: the member asked for it, or nobody is called."""


def _is_missed(person: Person, ground: Ground) -> bool:
    """Whether the call that was asked for was made, and reached nobody: it is made again later."""
    called = person.called
    if ground.why is not Why.CALL_BACK or ground.at is None or called is None:
        return False
    return called.at >= ground.at and not called.is_reached


def way_of(purpose: Purpose, hand: Hand = Hand.STAFF) -> Way:
    """By which way a call for a purpose goes [架電の相手]."""
    whom = {Purpose.EMPLOYMENT: Whom.WORKPLACE, Purpose.WHEREABOUTS: Whom.THIRD}
    return Way(Channel.PHONE, whom.get(purpose, Whom.OWN), hand)


def rank(people: Iterable[Person], policy: Policy, at: datetime, hand: Hand = Hand.STAFF) -> Ranked:
    """The list at a moment, in order [本日の一覧の作成]; one row a member.

    Takes     the hand that will call: a complaint about calls leaves some to a supervisor.
    """
    judge = _Judge(policy, at, hand)
    rows: list[Row] = []
    later: list[Later] = []
    people = tuple(people)  # they stay while their facts are known by their identity
    for person in people:
        if len(person.grounds) == 1:
            (only,) = person.grounds
            if judge.is_open(person, only):
                rows.append(Row(person, only, ()))
            else:
                later.append(judge.later(person, person.grounds))
            continue
        grounds = tuple(sorted(person.grounds, key=judge.place))
        now = next((one for one in grounds if judge.is_open(person, one)), None)
        if now is not None:
            rows.append(Row(person, now, tuple(one for one in grounds if one is not now)))
        elif grounds:
            later.append(judge.later(person, grounds))
    rows.sort(key=lambda row: (*judge.place(row.ground), row.person.member_id))
    far = datetime.max.replace(tzinfo=JAPAN)
    later.sort(
        key=lambda one: (one.opens_at or far, *judge.place(one.ground), one.person.member_id)
    )
    return Ranked(
        tuple(rows),
        tuple(later),
        _counts(one.ground.why for one in rows),
        _counts(one.ground.why for one in later),
    )


def _counts(grounds: Iterable[Why]) -> dict[Why, int]:
    found = dict.fromkeys(Why, 0)
    for why in grounds:
        found[why] += 1
    return found


class _Judge:
    """The gate's answers at one moment, each asked once for the same facts."""

    def __init__(self, policy: Policy, at: datetime, hand: Hand) -> None:
        self._policy, self._at, self._hand = policy, at, hand
        self._order = {why: place for place, why in enumerate(policy.order)}
        self._stages = {stage: place for place, stage in enumerate(policy.stages)}
        # Equal facts come as one object (`gate.facts_of_all`): known by it, not compared.
        self._found: dict[tuple[int, Purpose], tuple[Hindrance, ...]] = {}
        self._opens: dict[tuple[int, Purpose, datetime], datetime | None] = {}
        self._rests = timedelta(minutes=policy.again_minutes)
        self._early = timedelta(minutes=policy.early_minutes)

    def place(self, ground: Ground) -> tuple[int, datetime, int, int, int]:
        """What comes first: the reason, the agreed hour, the stage, then the longest wait."""
        hour = ground.at or self._at
        stage = self._stages.get(ground.stage, 0)
        waits = ground.days if ground.why in (Why.PAPERS, Why.DUE_SOON) else -ground.days
        return self._order[ground.why], hour, stage, waits, ground.ref

    def is_open(self, person: Person, ground: Ground) -> bool:
        """Whether somebody may be reached for it now, and its hour has come."""
        return self.begins(person, ground) <= self._at and not self.against(person, ground)

    def begins(self, person: Person, ground: Ground) -> datetime:
        """The moment before which it is not yet time, whatever the gate says."""
        if ground.at is None and person.called is None:
            return self._at
        begins = self._agreed(ground.at)
        is_waited = ground.why in _REST and not _is_missed(person, ground)
        if person.called is None or is_waited:
            return begins
        if person.called.is_reached:  # spoken to today: whatever else there is waits for tomorrow
            here = person.called.at.astimezone(JAPAN)
            tomorrow = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return max(begins, tomorrow)
        return max(begins, person.called.at + self._rests)

    def _agreed(self, hour: datetime | None) -> datetime:
        """A little before the agreed hour; whether it lies in the night, the gate says."""
        return self._at if hour is None else max(self._at, hour - self._early)

    def against(self, person: Person, ground: Ground) -> tuple[Hindrance, ...]:
        """What the gate has against it now."""
        if ground.purpose is None:
            return ()
        same = (id(person.facts), ground.purpose)
        if same not in self._found:
            way = way_of(ground.purpose, self._hand)
            self._found[same] = hindrances(person.facts, ground.purpose, self._at, way)
        return self._found[same]

    def later(self, person: Person, grounds: Sequence[Ground]) -> Later:
        """The ground that opens first, with what is against it until then."""
        if len(grounds) == 1:
            (only,) = grounds
            return Later(person, only, self.against(person, only), self.opens(person, only))
        found = [(self.opens(person, one), one) for one in grounds]
        ahead = [(moment, place) for place, (moment, _) in enumerate(found) if moment is not None]
        place = min(ahead)[1] if ahead else 0
        opens, ground = found[place]
        return Later(person, ground, self.against(person, ground), opens)

    def opens(self, person: Person, ground: Ground) -> datetime | None:
        """The first moment at which it is time and the gate is open."""
        begins = self.begins(person, ground)
        if ground.purpose is None:
            return begins
        same = (id(person.facts), ground.purpose, begins)
        if same not in self._opens:
            moments = self._at, begins
            self._opens[same] = _opens(person.facts, ground.purpose, moments, self._hand)
        return self._opens[same]


def _opens(
    facts: Facts, purpose: Purpose, moments: tuple[datetime, datetime], hand: Hand
) -> datetime | None:
    at, begins = moments
    way = way_of(purpose, hand)
    opens = opens_at(facts, purpose, at, way)
    if opens is None or opens >= begins:
        return opens
    return opens_at(as_on(facts, at, begins), purpose, begins, way)


def timed(
    rows: Sequence[Row], bests: Mapping[int, Best], policy: Policy, at: datetime
) -> Iterator[Row]:
    """The same rows; within a reason and stage, those whose good hour is now come first [時間順].

    What has an agreed hour stays where it is: that hour is the good one.
    """
    stages = {stage: place for place, stage in enumerate(policy.stages)}
    order = {why: place for place, why in enumerate(policy.order)}

    def place(item: tuple[int, Row]) -> tuple[int, int, bool, int]:
        number, row = item
        known = bests.get(row.person.member_id)
        waits = row.ground.at is None and known is not None and not known.is_now(at)
        return order[row.ground.why], stages.get(row.ground.stage, 0), waits, number

    return (row for _, row in sorted(enumerate(rows), key=place))


def calls_left(row: Row, at: datetime) -> int | None:
    """The calls that the day still has for it; None where they are not counted [残り回数]."""
    if row.ground.purpose is not Purpose.ARREARS:
        return None
    return max(0, calls_a_day(at.astimezone(JAPAN).date()) - row.person.facts.demands_today)


def ends_at(row: Row, at: datetime, hand: Hand = Hand.STAFF) -> datetime | None:
    """Until when a row stands, not counted; None where no hour ends it [発信できる時間の終わり]."""
    purpose = row.ground.purpose
    if purpose is None:
        return None
    return closes_at(row.person.facts, purpose, at, way_of(purpose, hand))
