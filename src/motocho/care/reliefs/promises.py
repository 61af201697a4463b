"""Promises judged by what the ledger took: kept, partly, broken; by desk and by offer [約束の履行].

The verdict is never stored: a payment that comes to light later, or one that is taken back, is in
the next report. A promise is kept if the whole amount came by its day or within the days of grace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from motocho.care.reliefs.limits import periods_in_force
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.queries import Pledge
from motocho.units.errors import Fault, InputError

PPM = 1_000_000
TENTH_PERCENT = 1_000
"""In ppm."""
NO_OFFER = "none"
"""In place of a way, for promises that no offer led to."""


class Verdict(Enum):
    """How a promise was kept [約束の結果]."""

    KEPT = "kept"
    PARTLY = "partly"
    BROKEN = "broken"
    OPEN = "open"
    """Its day, with grace, is not over."""
    WITHDRAWN = "withdrawn"
    """Taken back for another one before its day."""


def verdict(pledge: Pledge, grace_days: int, today: date) -> Verdict:
    """How a promise stands on a day; pure [約束の判定].

    What was paid in full is kept, whatever became of it afterwards.
    """
    if pledge.paid_yen >= pledge.amount_yen:
        return Verdict.KEPT
    if pledge.is_withdrawn:
        return Verdict.WITHDRAWN
    if not pledge.is_given_up and today <= pledge.pay_on + timedelta(days=grace_days):
        return Verdict.OPEN
    return Verdict.PARTLY if pledge.paid_yen else Verdict.BROKEN


@dataclass(frozen=True, slots=True)
class Judged:
    """A promise with its verdict, the desk that took it and the way that it came of [判定済み]."""

    pledge: Pledge
    verdict: Verdict
    desk: str
    """The desk of its offer, else the channel by which it was made."""
    way: str


@dataclass(frozen=True, slots=True)
class Rate:
    """How promises of one desk, or of one way, were kept [履行率]."""

    name: str
    counts: tuple[tuple[Verdict, int], ...]
    promised_yen: int
    paid_yen: int
    """Towards them; what came on top of a promise is not counted."""

    def count(self, wanted: Verdict) -> int:
        """How many of a verdict [件数]."""
        return dict(self.counts)[wanted]

    @property
    def judged(self) -> int:
        """How many are over: neither open nor taken back [判定済みの件数]."""
        return sum(self.count(one) for one in (Verdict.KEPT, Verdict.PARTLY, Verdict.BROKEN))

    @property
    def kept_ppm(self) -> int | None:
        """The part of those that are over and were kept, in ppm, cut; None where none is over."""
        return self.count(Verdict.KEPT) * PPM // self.judged if self.judged else None

    @property
    def shown_ppm(self) -> int | None:
        """The same, cut to a tenth of a percent, as people read it [履行率の表示]."""
        return None if self.kept_ppm is None else self.kept_ppm // TENTH_PERCENT * TENTH_PERCENT


@dataclass(frozen=True, slots=True)
class Report:
    """Promises whose day lies between two days [約束の報告]."""

    first_on: date
    last_on: date
    on: date
    all: Rate
    by_desk: tuple[Rate, ...]
    by_way: tuple[Rate, ...]


def report(cursor: Any, first_on: date, last_on: date, today: date) -> Report:
    """How promises were kept, by desk and by way [約束の履行率]; each by its own day's policy.

    Raises    InputError where the first day comes after the last.
    """
    if first_on > last_on:
        details = {"first": str(first_on), "last": str(last_on)}
        raise InputError(Fault("CAR-039", details=details))
    found = judged(cursor, first_on, last_on, today)
    return Report(
        first_on,
        last_on,
        today,
        _rate("all", found),
        _rates((one.desk, one) for one in found),
        _rates((one.way, one) for one in found),
    )


def judged(
    cursor: Any, first_on: date, last_on: date, today: date, member_id: int | None = None
) -> list[Judged]:
    """Each promise whose day lies between two days, both counted [約束の判定の一覧].

    Takes     a member, or None for everybody.
    """
    pledged: list[tuple[Pledge, int]] = []
    for held in periods_in_force(cursor, today):
        since = max(first_on, held.from_on)
        until = last_on if held.until is None else min(last_on, held.until)
        if since <= until:
            grace = held.limits.grace_days
            found = queries.pledges(cursor, since, until, grace, member_id)
            pledged += [(one, grace) for one in found]
    led = _offers(cursor, [one for one, _ in pledged])
    return [
        Judged(
            one,
            verdict(one, grace, today),
            *led.get((one.key, one.promise_no), (one.channel, NO_OFFER)),
        )
        for one, grace in pledged
    ]


_MISSED = frozenset({Verdict.OPEN, Verdict.PARTLY, Verdict.BROKEN})


def is_missed(found: Judged, today: date) -> bool:
    """Whether a promised day is over and not all of it is there, in grace or past it; pure [超過].

    One that was given up for another is none.
    """
    pledge = found.pledge
    return found.verdict in _MISSED and pledge.pay_on < today and not pledge.is_given_up


def missed(cursor: Any, member_id: int, today: date) -> list[Judged]:
    """The promises of a member that were missed and not replaced, one an agreement [約束日超過]."""
    last: dict[Key, Judged] = {}
    first_on, last_on = today - timedelta(days=BOARD_DAYS), _ahead(cursor, today)
    found = judged(cursor, first_on, last_on, today, member_id)
    for one in sorted(found, key=lambda each: each.pledge.promise_no):
        last[one.pledge.key] = one
    return [one for one in last.values() if is_missed(one, today)]


class Place(Enum):
    """Where a promise stands on the board [約束の一覧の区分]."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    OVERDUE = "overdue"
    """Its day is over, its grace is not, and not all of it is there [超過]."""
    COMING = "coming"
    KEPT = "kept"
    PARTLY = "partly"
    BROKEN = "broken"


_ENDED = {
    Verdict.KEPT: Place.KEPT,
    Verdict.PARTLY: Place.PARTLY,
    Verdict.BROKEN: Place.BROKEN,
}


def place_of(found: Judged, today: date) -> Place | None:
    """Where it stands on a day; None for one that was taken back; pure [約束の区分]."""
    if found.verdict is not Verdict.OPEN:
        return _ENDED.get(found.verdict)
    ahead = (found.pledge.pay_on - today).days
    if ahead < 0:
        return Place.OVERDUE
    return {0: Place.TODAY, 1: Place.TOMORROW}.get(ahead, Place.COMING)


BOARD_DAYS = 31
"""So far back the board looks."""


def board(cursor: Any, today: date, kept_from: Collection[int] = ()) -> dict[Place, list[Judged]]:
    """Promises of the last weeks and of those to come, by where they stand [約束の一覧].

    Whatever way a promise came by, the site, a call or the push-phone, it is here at once. The next
    day comes first; of what is over, the last one.
    Takes     members that whoever asks may not see.
    """
    found: dict[Place, list[Judged]] = {place: [] for place in Place}
    last_on = _ahead(cursor, today)
    for one in judged(cursor, today - timedelta(days=BOARD_DAYS), last_on, today):
        place = place_of(one, today)
        if place is not None and one.pledge.key.member_id not in kept_from:
            found[place].append(one)
    for place in _ENDED.values():
        found[place].reverse()
    return found


def _ahead(cursor: Any, today: date) -> date:
    """The last day that somebody may have promised by today."""
    most = max(one.limits.promise_most_days for one in periods_in_force(cursor, today))
    return today + timedelta(days=most)


def _offers(cursor: Any, found: Sequence[Pledge]) -> dict[tuple[Key, int], tuple[str, str]]:
    """The desk and the way of the offers that led to promises."""
    cursor.execute(
        "SELECT member_id, agreement_id, promise_no, desk_id, way FROM care_offer"
        " WHERE member_id = ANY(%s) AND promise_no IS NOT NULL",
        (sorted({one.key.member_id for one in found}),),
    )
    return {(Key(row[0], row[1]), row[2]): (row[3], row[4]) for row in cursor.fetchall()}


def _rates(named: Iterable[tuple[str, Judged]]) -> tuple[Rate, ...]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for name, found in named:
        groups[name].append(found)
    return tuple(_rate(name, groups[name]) for name in sorted(groups))


def _rate(name: str, found: Sequence[Judged]) -> Rate:
    counts = tuple((one, sum(each.verdict is one for each in found)) for one in Verdict)
    promised = sum(one.pledge.amount_yen for one in found)
    paid = sum(min(one.pledge.paid_yen, one.pledge.amount_yen) for one in found)
    return Rate(name, counts, promised, paid)
