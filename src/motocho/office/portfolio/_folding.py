"""The compiled loop over agreements: their lines gathered, ordered, folded [一括計算].

Source for numba, as `kernel.recalculation` is: plain statements over columns. An agreement that is
not plain (a fault in it, sums beyond 64 bits, several contracts apart) is left `BY_HAND`: the
interpreted path gives its result, or says what is wrong with it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from motocho.kernel import recalculation
from motocho.kernel.conventions import EventKind, FirstDay, SameDayOrder
from motocho.kernel.recalculation import (
    NEVER,
    NO_RATE,
    AgreedRates,
    Brackets,
    Cursor,
    DamagesCaps,
    Delays,
    Place,
    Regime,
    Terms,
)
from motocho.units.money import MAX_AMOUNT_YEN

COMPILED, BY_HAND = 0, 1
UNKNOWN, RATE_LINE, DELAY_LINE = -1, 5, 6
"""Kinds of lines beside those of events: an agreed rate from a day, a period of delay."""
EPOCH = 719_163
"""The ordinal of 1970-01-01, from which files count days."""
NULL_DAY = -(2**31)
"""In place of a day that a file leaves out."""
FIRST_DAY, LAST_DAY = 683_735, 803_533
"""Days that are read: 1873-01-01 … 2200-12-31, as everywhere."""
LAST_ORDINAL = 3_652_059
MOST_MOVES = 1 << 16
"""Lines moved to bring one agreement in order; a worse one is ordered by hand."""
RANKS = 8


class Lines(NamedTuple):
    """Lines of many agreements as columns, as they were read [取引の列].

    Shapes    agreement a owns the lines starts[a]:starts[a + 1]. An optional column that was not
              read has length 0. `kind_at` is a place in `kind_of`, -1 for none.
    """

    starts: Any
    kind_at: Any
    kind_of: Any
    on: Any
    amount_yen: Any
    rate_ppm: Any
    contract_at: Any
    carried_interest_yen: Any
    arose_on: Any
    until_on: Any


class Common(NamedTuple):
    """What holds for every agreement of a run [共通の条件]."""

    dated: AgreedRates
    """`stated_on` and `ppm` of rates agreed from a day; `governs_from` is not used."""
    delays: Delays
    as_of: int
    order: int
    takes_opening_as_zero: int
    needs_damages_rate: int
    is_split: int
    known_from: int
    max_yen: int
    max_ppm: int
    max_days: int


class Law(NamedTuple):
    """The regime with its dated columns [計算の条件]."""

    regime: Regime
    brackets: Brackets
    damages_caps: DamagesCaps


class Room(NamedTuple):
    """Room for one agreement while it is calculated [作業場所].

    Shapes    `events` are Events, `dated` and `agreed` AgreedRates, `delays` Delays, `sheet` a
              Sheet; their columns are written to, which the kernel's types do not say.
    """

    keys: Any
    events: Any
    stated_ppm: Any
    dated: Any
    agreed: Any
    delays: Any
    sheet: Any


class Found(NamedTuple):
    """What was found of each agreement, as columns [結果の列]."""

    state: Any
    first_on: Any
    last_dealt_on: Any
    principal_yen: Any
    unpaid_interest_yen: Any
    overpayment_yen: Any
    overpayment_interest_yen: Any
    ceiling_ppm: Any
    first_overpaid_on: Any


class Ended(NamedTuple):
    """How the fold of an agreement ended; no events: it is left by hand."""

    events: int
    first_overpaid_on: int


class Gathered(NamedTuple):
    """How many lines of each sort an agreement has; no events: it is left by hand."""

    events: int
    dated: int
    delays: int


def rank_of(kind: int, order: int) -> int:
    """The place of an event within its day [同日の順序]."""
    if order == SameDayOrder.AS_GIVEN or kind <= EventKind.CARRY:
        return 0
    if kind == EventKind.CLOSING:
        return 3
    if (kind == EventKind.BORROW) == (order == SameDayOrder.BORROW_FIRST):
        return 1
    return 2


def put_in_order(count: int, key: int, room: Room) -> int:
    """Make room for an event by its key, stably; gives its place [整列]."""
    place = count
    while place > 0 and room.keys[place - 1] > key:
        room.keys[place] = room.keys[place - 1]
        room.events.kind[place] = room.events.kind[place - 1]
        room.events.on[place] = room.events.on[place - 1]
        room.events.amount_yen[place] = room.events.amount_yen[place - 1]
        room.events.carried_interest_yen[place] = room.events.carried_interest_yen[place - 1]
        room.events.arose_on[place] = room.events.arose_on[place - 1]
        room.stated_ppm[place] = room.stated_ppm[place - 1]
        place -= 1
    room.keys[place] = key
    return place


def put_event(at: int, place: int, kind: int, lines: Lines, room: Room) -> int:
    """Write the line of an event to its place; 0 where it is not plain [取引の書込み]."""
    amount_yen = lines.amount_yen[at]
    if kind == EventKind.CLOSING and amount_yen < 0:
        amount_yen = 0
    carried_yen = 0
    arose_on = NEVER
    if kind == EventKind.CARRY:
        arose_on = lines.on[at] + EPOCH
        if len(lines.carried_interest_yen) > 0:
            carried_yen = lines.carried_interest_yen[at]
        if len(lines.arose_on) > 0 and lines.arose_on[at] != NULL_DAY:
            arose_on = lines.arose_on[at] + EPOCH
    room.events.kind[place] = kind
    room.events.on[place] = lines.on[at] + EPOCH
    room.events.amount_yen[place] = amount_yen
    room.events.carried_interest_yen[place] = carried_yen
    room.events.arose_on[place] = arose_on
    if amount_yen < 0 or amount_yen > MAX_AMOUNT_YEN or carried_yen < 0:
        return 0
    if carried_yen > MAX_AMOUNT_YEN or (kind == EventKind.CLOSING and amount_yen > 0):
        return 0
    if arose_on != NEVER and (arose_on < FIRST_DAY or arose_on > LAST_DAY):
        return 0
    return 1


def put_rate(dated: int, on: int, ppm: int, room: Room) -> int:
    """A rate agreed from a day; 0 where it is not plain [約定利率の書込み]."""
    if ppm == NO_RATE or (dated > 0 and room.dated.stated_on[dated - 1] >= on):
        return 0
    room.dated.stated_on[dated] = on
    room.dated.ppm[dated] = ppm
    return 1


def put_delay(delays: int, at: int, ppm: int, lines: Lines, room: Room) -> int:
    """A period of delay; 0 where it is not plain [遅延期間の書込み]."""
    on = lines.on[at] + EPOCH
    until = LAST_ORDINAL
    if len(lines.until_on) > 0 and lines.until_on[at] != NULL_DAY:
        until = lines.until_on[at] + EPOCH
        if until < on or until > LAST_DAY:
            return 0
    if delays > 0 and room.delays.to_on[delays - 1] >= on:
        return 0
    room.delays.from_on[delays] = on
    room.delays.to_on[delays] = until
    room.delays.ppm[delays] = ppm
    return 1


def gathered(first: int, stop: int, lines: Lines, common: Common, room: Room) -> Gathered:
    """The lines of an agreement in the order in which they act [取引の整理]."""
    events = 0
    dated = 0
    delays = 0
    moves = 0
    hand = Gathered(0, 0, 0)
    for at in range(first, stop):
        kind = UNKNOWN
        if lines.kind_at[at] >= 0:
            kind = lines.kind_of[lines.kind_at[at]]
        on = lines.on[at] + EPOCH
        ppm = NO_RATE
        if len(lines.rate_ppm) > 0:
            ppm = lines.rate_ppm[at]
        if kind == UNKNOWN or on < FIRST_DAY or on > LAST_DAY:
            return hand
        if ppm < NO_RATE or ppm > common.max_ppm:
            return hand
        if kind == RATE_LINE:
            if put_rate(dated, on, ppm, room) == 0:
                return hand
            dated += 1
        elif kind == DELAY_LINE:
            if put_delay(delays, at, ppm, lines, room) == 0:
                return hand
            if ppm == NO_RATE and common.needs_damages_rate == 1:
                return hand
            delays += 1
        else:
            place = put_in_order(events, on * RANKS + rank_of(kind, common.order), room)
            moves += events - place
            if moves > MOST_MOVES or put_event(at, place, kind, lines, room) == 0:
                return hand
            room.stated_ppm[place] = ppm
            events += 1
        splits = common.is_split == 1 and len(lines.contract_at) > 0
        if splits and lines.contract_at[at] != lines.contract_at[first]:
            return hand
    return Gathered(events, dated, delays)


def closed(events: int, as_of: int, room: Room) -> int:
    """The events with a closing row on `as_of`, unless one is there; 0: not plain [計算日]."""
    last = events - 1
    if as_of == NEVER:
        return events
    if room.events.on[last] > as_of:
        return 0
    while last >= 0 and room.events.on[last] == as_of:
        if room.events.kind[last] == EventKind.CLOSING:
            return events
        last -= 1
    room.events.kind[events] = EventKind.CLOSING
    room.events.on[events] = as_of
    room.events.amount_yen[events] = 0
    room.events.carried_interest_yen[events] = 0
    room.events.arose_on[events] = NEVER
    room.stated_ppm[events] = NO_RATE
    return events + 1


def is_plain(events: int, common: Common, room: Room) -> int:
    """Whether ordered events are lawful in form and stay exact in 64 bits [64ビットで正確か]."""
    owed_yen = 0
    for place in range(events):
        kind = room.events.kind[place]
        if place > 0 and kind <= EventKind.CARRY:
            return 0
        lends = kind == EventKind.BORROW or kind == EventKind.OPENING  # noqa: PLR1714  # no sets in compiled code
        if lends and room.events.on[place] < common.known_from:
            return 0
        if kind == EventKind.OPENING and common.takes_opening_as_zero == 1:
            room.events.amount_yen[place] = 0
        owed_yen += room.events.amount_yen[place] + room.events.carried_interest_yen[place]
        if owed_yen > common.max_yen:
            return 0
    if room.events.on[events - 1] - room.events.on[0] > common.max_days:
        return 0
    return 1


def put_agreed(count: int, on: int, governs: int, ppm: int, room: Room) -> int:
    """An entry of the time line of rates, unless it changes nothing; gives the count [約定利率]."""
    if room.agreed.ppm[count - 1] == ppm:
        return count
    room.agreed.stated_on[count] = on
    room.agreed.governs_from[count] = governs
    room.agreed.ppm[count] = ppm
    return count + 1


def time_line(counts: Gathered, first_day: int, common: Common, room: Room) -> int:
    """One time line of dated rates and rates on events; the event wins its date [約定利率]."""
    after_event = 1
    if first_day == FirstDay.LEND_IN_REPAY_OUT:
        after_event = 0
    dated = common.dated
    dated_count = len(common.dated.ppm)
    if counts.dated > 0:
        dated = room.dated
        dated_count = counts.dated
    room.agreed.stated_on[0] = NEVER
    room.agreed.governs_from[0] = NEVER
    room.agreed.ppm[0] = NO_RATE
    count = 1
    at = 0
    for place in range(counts.events):
        if room.stated_ppm[place] == NO_RATE:
            continue
        on = room.events.on[place]
        while at < dated_count and dated.stated_on[at] <= on:
            count = put_agreed(count, dated.stated_on[at], dated.stated_on[at], dated.ppm[at], room)
            at += 1
        count = put_agreed(count, on, on + after_event, room.stated_ppm[place], room)
    while at < dated_count:
        count = put_agreed(count, dated.stated_on[at], dated.stated_on[at], dated.ppm[at], room)
        at += 1
    return count


def fold_one(agreement: int, lines: Lines, common: Common, law: Law, room: Room) -> Ended:
    """One agreement recalculated into the room [計算]."""
    hand = Ended(0, NEVER)
    counts = gathered(lines.starts[agreement], lines.starts[agreement + 1], lines, common, room)
    if counts.events == 0:
        return hand
    events = closed(counts.events, common.as_of, room)
    if events == 0 or is_plain(events, common, room) == 0:
        return hand
    counts = Gathered(events, counts.dated, counts.delays)
    agreed = time_line(counts, law.regime.first_day, common, room)
    delays = common.delays
    delay_count = len(common.delays.ppm)
    if counts.delays > 0:
        delays = room.delays
        delay_count = counts.delays
    outcome = recalculation.recalculate(
        Place(0, events, 0),
        room.events,
        Cursor(0, agreed, 0, delay_count),
        Terms(law.regime, law.brackets, law.damages_caps, room.agreed, delays),
        room.sheet,
    )
    if outcome.unagreed_on != NEVER:
        return hand
    return Ended(events, outcome.first_overpaid_on)


def fold_agreements(lines: Lines, common: Common, law: Law, room: Room, found: Found) -> None:
    """Every agreement of a block, its last row into `found` [一括計算]."""
    for agreement in range(len(lines.starts) - 1):
        done = fold_one(agreement, lines, common, law, room)
        if done.events == 0:
            found.state[agreement] = BY_HAND
            continue
        last = done.events - 1
        found.state[agreement] = COMPILED
        found.first_on[agreement] = room.events.on[0]
        dealt = last
        while dealt >= 0 and room.events.kind[dealt] == EventKind.CLOSING:
            dealt -= 1
        found.last_dealt_on[agreement] = NEVER
        if dealt >= 0:
            found.last_dealt_on[agreement] = room.events.on[dealt]
        found.principal_yen[agreement] = room.sheet.principal_yen[last]
        found.unpaid_interest_yen[agreement] = room.sheet.unpaid_interest_yen[last]
        found.overpayment_yen[agreement] = room.sheet.overpayment_yen[last]
        found.overpayment_interest_yen[agreement] = room.sheet.overpayment_interest_yen[last]
        found.ceiling_ppm[agreement] = room.sheet.ceiling_ppm[last]
        found.first_overpaid_on[agreement] = done.first_overpaid_on


HELPERS = (
    rank_of,
    put_in_order,
    put_event,
    put_rate,
    put_delay,
    gathered,
    closed,
    is_plain,
    put_agreed,
    time_line,
    fold_one,
)
"""What `fold_agreements` calls beside the kernel."""
