"""One dealing held against its printed balances: the rerun, and its slips [取引の検算]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from motocho.claims.assumptions import DatedRate
from motocho.claims.checksum.chain import (
    LENT,
    OPENED,
    PAID,
    STILL,
    Account,
    Entry,
    Rate,
    Rules,
    Step,
    loosened,
    opening_account,
    step,
)
from motocho.claims.checksum.changes import Change
from motocho.claims.checksum.habits import UNCUT_RULES, Habits, Source, find
from motocho.claims.checksum.proposals import Difference, slip_of, unexplained
from motocho.claims.checksum.results import Field, Slip, Stretch
from motocho.claims.checksum.slips import Search, Tried
from motocho.claims.history import Event
from motocho.kernel.conventions import EventKind
from motocho.units.errors import Fault

MAX_EXPLAINED = 50
"""Most differing rows for which slips are looked for; the rest is counted."""
MAX_PROPOSALS = 3
"""Most slips that are proposed for one difference."""
_FEWEST_EPISODES = 4

_WAYS = {
    EventKind.BORROW: LENT,
    EventKind.REPAY: PAID,
    EventKind.OPENING: OPENED,
    EventKind.CLOSING: STILL,
    EventKind.CARRY: STILL,
}


@dataclass
class Dealing:
    """What the checksum found in one dealing [取引の検算結果]."""

    rows_checked: int = 0
    rows_agreeing: int = 0
    differing_rows: list[int | None] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def check(events: Sequence[Event], stated: Sequence[DatedRate]) -> Dealing:
    """Rerun the events of one dealing in the order in which they are given [取引の検算]."""
    entries = [_entry(place, event) for place, event in enumerate(events)]
    if all(entry.balance_yen is None for entry in entries):
        return Dealing()
    readings = _readings(events, stated)
    dealing = _checked(entries, find(entries, readings), events)
    if dealing.slips and all(map(_is_a_yen_of_rounding, dealing.slips)):
        uncut = _checked(entries, find(entries, readings, UNCUT_RULES), events)
        return dealing if uncut.slips else uncut
    return dealing


def _is_a_yen_of_rounding(slip: Slip) -> bool:
    """Whether a slip would make a round amount uneven by a yen: a sign of another rounding."""
    if slip.order > 1 or slip.proposed is None:
        return True
    is_amount = slip.field in {Field.BORROW, Field.REPAY}
    uneven = slip.proposed.rstrip("0") == slip.proposed
    return is_amount and uneven and abs(slip.difference_yen) <= 1


def _checked(entries: Sequence[Entry], habits: Habits, events: Sequence[Event]) -> Dealing:
    """The entries held against their balances under one lender's habits."""
    dealing = Dealing(rows_checked=sum(entry.balance_yen is not None for entry in entries))
    chain = [entry._replace(rate=rate) for entry, rate in zip(entries, habits.rates, strict=True)]
    unknown = habits.source is Source.UNKNOWN or (
        habits.episodes >= _FEWEST_EPISODES and 2 * habits.explained < habits.episodes
    )
    if unknown:
        if any(entry.way == PAID for entry in entries):
            dealing.notes.append(Fault("CHK-023", line=events[0].source_row))
        _count(chain, habits.rules, events, dealing, unjudged=_WITHOUT_RATE)
        return dealing
    if not _head_is_known(entries):
        dealing.notes.append(Fault("CHK-022", line=events[0].source_row))
    rates = _explain(chain, habits.rules, events, dealing)
    chain = [entry._replace(rate=rate) for entry, rate in zip(entries, rates, strict=True)]
    _count(chain, habits.rules, events, dealing, unjudged=frozenset())
    dealing.stretches = _stretches(events, habits._replace(rates=tuple(rates)))
    return dealing


_WITHOUT_RATE = frozenset({PAID, STILL})


def _entry(place: int, event: Event) -> Entry:
    return Entry(
        place,
        event.on.toordinal(),
        _WAYS[event.kind],
        event.amount_yen,
        event.lender_balance_yen,
    )


def _head_is_known(entries: Sequence[Entry]) -> bool:
    first = entries[0]
    return first.way != PAID or first.balance_yen in {None, first.amount_yen}


# -------------------------------------------------------------------------------------------- rates
def _readings(
    events: Sequence[Event], stated: Sequence[DatedRate]
) -> list[tuple[Source, list[Rate]]]:
    """The ways in which stated rates can be meant, the plainest first."""
    readings: list[tuple[Source, list[Rate]]] = []
    printed = [event.rate_ppm for event in events]
    has_column = any(rate is not None for rate in printed)
    if has_column or stated:
        source = Source.COLUMN if has_column else Source.GIVEN
        readings.append((source, _by_day(events, stated)))
    if has_column:
        # A lender may print beside a row the rate of the days that end with it.
        first = next(rate for rate in printed if rate is not None)
        rates = []
        for rate in printed:
            first = first if rate is None else rate
            rates.append(Rate(first))
        readings.append((Source.COLUMN, rates))
    if any(event.lender_interest_yen is not None for event in events):
        taken = [Rate(printed_yen=event.lender_interest_yen or 0) for event in events]
        readings.append((Source.PRINTED, taken))
    return readings


def _by_day(events: Sequence[Event], stated: Sequence[DatedRate]) -> list[Rate]:
    """Rates from the day they begin: after the row that states one, or on the stated day."""
    begins = {rate.from_on.toordinal(): rate.rate_ppm for rate in stated}
    for event in events:
        if event.rate_ppm is not None:
            begins[event.on.toordinal() + 1] = event.rate_ppm
    line = sorted(begins.items())
    rates = []
    previous = events[0].on.toordinal()
    at = 0
    for event in events:
        on = event.on.toordinal()
        while at + 1 < len(line) and line[at + 1][0] <= previous + 1:
            at += 1
        changed = at
        while changed + 1 < len(line) and line[changed + 1][0] <= on:
            changed += 1
        change = line[changed][0] if changed > at else 0
        rates.append(Rate(line[changed][1], line[at][1], change))
        previous, at = max(on, previous), changed
    return rates


def _stretches(events: Sequence[Event], habits: Habits) -> list[Stretch]:
    """Rows under one rate each."""
    stretches = []
    numbered = list(zip(events, habits.rates, strict=True))
    for ppm, group in groupby(numbered, key=lambda pair: pair[1].ppm):
        rows = [event for event, _ in group]
        stretches.append(
            Stretch(
                first_row=rows[0].source_row,
                last_row=rows[-1].source_row,
                from_on=rows[0].on,
                to_on=rows[-1].on,
                rate_ppm=ppm,
                source=habits.source,
                year_basis=habits.rules.year_basis,
                first_day=habits.rules.first_day,
                rounding=habits.rules.rounding,
            )
        )
    return stretches


# -------------------------------------------------------------------------------------------- rerun
def _count(
    chain: Sequence[Entry],
    rules: Rules,
    events: Sequence[Event],
    dealing: Dealing,
    *,
    unjudged: frozenset[int],
) -> None:
    """How many printed balances agree; `unjudged` entries cannot be told without a rate."""
    account = opening_account(chain)
    for entry in chain:
        done = step(account, entry, rules)
        account = done.after
        if entry.balance_yen is not None:
            if done.agrees or entry.way in unjudged:
                dealing.rows_agreeing += 1
            else:
                dealing.differing_rows.append(events[entry.place].source_row)


def _explain(
    chain: Sequence[Entry], rules: Rules, events: Sequence[Event], dealing: Dealing
) -> list[Rate]:
    """Rerun, and at each difference undo the likeliest slip before going on.

    Gives     the rate of each printed entry, where a change of rate had to be moved.
    """
    search = Search(chain, rules)
    accounts: list[Account] = [opening_account(search.chain)]
    handled: set[int] = set()
    unexplained_rows = 0
    head = search.head()
    if head is not None:
        dealing.slips += _proposals([head], Difference(events[0], 0), search, events)
    at = 0
    while at < len(search.chain):
        entry = search.chain[at]
        done = step(accounts[at], entry, rules)
        if done.agrees or entry.place in handled:
            # What a slip did to the fractions of a yen is not known.
            after = loosened(done.after) if entry.place in handled else done.after
            accounts[at + 1 :] = [after]
            at += 1
            continue
        handled.add(entry.place)
        if len(handled) > MAX_EXPLAINED:
            unexplained_rows += 1
            accounts[at + 1 :] = [done.after]
            at += 1
            continue
        difference = Difference(events[entry.place], _difference(done, entry))
        tried = search.explain(at, done, accounts)
        if not tried:
            dealing.slips.append(unexplained(events[entry.place], difference=difference))
            continue
        if tried[0].change is None:
            handled.discard(entry.place)
        else:
            search.chain = tried[0].chain
            dealing.slips += _proposals(_likeliest(tried), difference, search, events)
        search.apply(tried[0])
        at = tried[0].first
        del accounts[at + 1 :]
        if at == 0 and search.chain:
            accounts = [opening_account(search.chain)]
    if unexplained_rows:
        dealing.notes.append(Fault("CHK-025", details={"count": f"{unexplained_rows:,}"}))
    moved = {entry.place: entry.rate for entry in search.chain}
    return [moved.get(entry.place, entry.rate) for entry in chain]


def _difference(done: Step, entry: Entry) -> int:
    return int((entry.balance_yen or 0) - (done.expected_yen or 0))


def _likeliest(tried: Sequence[Tried]) -> list[Change]:
    """The best few that differ in what they say, of those that mend as many rows."""
    chosen: dict[tuple[object, ...], Change] = {}
    for one in tried:
        change = one.change
        if one.misses > tried[0].misses:
            break
        if change is None:
            continue
        what = (change.kind, change.at, change.entries[:1] if change.days is None else None)
        chosen.setdefault(what, change)
        if len(chosen) == MAX_PROPOSALS:
            break
    return list(chosen.values())


def _proposals(
    changes: Sequence[Change], difference: Difference, search: Search, events: Sequence[Event]
) -> list[Slip]:
    slips = []
    for order, change in enumerate(changes, start=1):
        seen = search.chain[change.at]
        event = events[seen.place] if seen.place >= 0 else difference.event
        slips.append(slip_of(change, seen, event, difference=difference, order=order))
    return slips
