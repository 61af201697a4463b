"""When somebody is most likely to answer: wish, own history, everybody's; pure [次に良い時間].

A member's own wish comes first. Then the member's own calls speak, where there are enough of them,
each hour pulled towards what everybody's calls say of it; an hour that was tried often and never
answered falls behind one that was not tried. Where too little is known, nothing is claimed: the
next moment at which one may call at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import NamedTuple

from motocho.care.worklist.policy import Policy
from motocho.contact.guard import JAPAN, Hours, hours_of

PPM = 1_000_000
DAYS_AHEAD = 7
SATURDAY = 5


class Grounds(Enum):
    """On what an hour is recommended [推奨の根拠]."""

    WISH = "wish"
    OWN = "own"
    HOUSE = "house"
    NONE = "none"
    """Too little is known."""


class Slot(NamedTuple):
    """An hour of a kind of day, in Japan [時間帯]."""

    is_weekend: bool
    hour: int


class Rate(NamedTuple):
    """How often somebody was tried, and reached [接触の実績]."""

    tries: int
    reached: int


UNTRIED = Rate(0, 0)


@dataclass(frozen=True, slots=True)
class Experience:
    """What is known of calls to a member, and to everybody [実績]."""

    own: tuple[tuple[datetime, bool], ...] = ()
    """Each call with whether the member was spoken to."""
    house: Mapping[Slot, Rate] = field(default_factory=dict)
    wishes: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Best:
    """The next good moment [次に良い時間]; `rate` is of its hour, on its ground."""

    at: datetime
    grounds: Grounds
    rate: Rate = UNTRIED

    def is_now(self, at: datetime) -> bool:
        """Whether that moment has come [いまか]."""
        return self.at <= at


def slot_of(at: datetime) -> Slot:
    """The hour of a moment, in Japan [時間帯]."""
    here = at.astimezone(JAPAN)
    return Slot(here.weekday() >= SATURDAY, here.hour)


def best(known: Experience, policy: Policy, at: datetime) -> Best:
    """The next good moment from now on [次に良い時間の判定]."""
    moments = list(_moments(known.wishes, at))
    if not moments:
        return Best(at, Grounds.NONE)
    if known.wishes:
        return Best(moments[0], Grounds.WISH)
    own = _own(known.own) if len(known.own) >= policy.own_least_tries else {}
    house = known.house if _tries(known.house) >= policy.house_least_tries else {}
    if not own and not house:
        return Best(moments[0], Grounds.NONE)
    overall_ppm = _overall(known.house)

    @cache
    def score(slot: Slot) -> int:
        prior_ppm = score_ppm(house.get(slot, UNTRIED), overall_ppm, policy)
        return score_ppm(own.get(slot, UNTRIED), prior_ppm, policy)

    found = max(moments, key=lambda moment: score(slot_of(moment)))  # of equals the first
    slot = slot_of(found)
    for rates, grounds in ((own, Grounds.OWN), (house, Grounds.HOUSE)):
        if slot in rates:
            return Best(found, grounds, rates[slot])
    return Best(found, Grounds.NONE)


def _own(calls: Sequence[tuple[datetime, bool]]) -> dict[Slot, Rate]:
    tries = Counter(slot_of(at) for at, _ in calls)
    reached = Counter(slot_of(at) for at, is_reached in calls if is_reached)
    return {slot: Rate(count, reached[slot]) for slot, count in tries.items()}


def _tries(rates: Mapping[Slot, Rate]) -> int:
    return sum(one.tries for one in rates.values())


def _overall(house: Mapping[Slot, Rate]) -> int:
    """How often everybody is reached, in ppm; a half where nothing is known."""
    tries = _tries(house)
    return sum(one.reached for one in house.values()) * PPM // tries if tries else PPM // 2


def score_ppm(rate: Rate, prior_ppm: int, policy: Policy) -> int:
    """How likely an hour reaches somebody: few tries are pulled towards everybody's [推定接触率].

    >>> from datetime import date
    >>> from motocho.care.worklist.policy import policy
    >>> held = policy(date(2026, 11, 22))
    >>> score_ppm(Rate(1, 1), 300_000, held), score_ppm(Rate(10, 7), 300_000, held)
    (440000, 585714)
    """
    weight = policy.weight_tries
    return (rate.reached * PPM + weight * prior_ppm) // (rate.tries + weight)


def _moments(wishes: Sequence[Hours], at: datetime) -> Iterator[datetime]:
    """Now, and the beginning of each hour of the next days, as far as one may call then."""
    here = at.astimezone(JAPAN)
    first = here.replace(minute=0, second=0, microsecond=0)
    for hour in range(DAYS_AHEAD * 24):
        moment = max(here, first + timedelta(hours=hour))
        allowed = (hours_of(moment.date()), *wishes)
        if all(one.from_hour <= moment.hour < one.until_hour for one in allowed):
            yield moment
