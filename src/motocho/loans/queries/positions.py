"""How an agreement stands on any day: past, today, to come [残高・状態の照会].

A past day is read from the last step that counts at or before it; a day to come is what the loan
becomes if nothing happens. What was *known* at an earlier moment is another question: events booked
later do not count then, and neither do later cancellations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Cure, PieceKind, Rules, State
from motocho.kernel.schedule import Scheme
from motocho.loans import _book, policy
from motocho.loans._book import Key, Loan
from motocho.loans.policy import Facts, Status, Stop
from motocho.loans.queries import _steps
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.standing import Lateness, days_late, lateness_after
from motocho.outside.clock import JAPAN

DUE_SOON_DAYS = 7
"""A due date within so many days is soon."""


class Stage(Enum):
    """How far an agreement is on its way [債権の段階]."""

    NOTHING_OWED = "nothing_owed"
    REST = "rest"
    """Less than machines take is left; it bears nothing [無利息残高]."""
    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    """The last day to pay in time."""
    LATE_1_TO_30 = "late_1_to_30"
    LATE_31_TO_60 = "late_31_to_60"
    LATE_61_TO_90 = "late_61_to_90"
    LATE_FROM_91 = "late_from_91"
    ACCELERATED = "accelerated"
    WRITTEN_OFF = "written_off"
    ASSIGNED = "assigned"
    CLOSED = "closed"


_LATE: Mapping[Lateness, Stage] = {
    Lateness.LATE_1_TO_30: Stage.LATE_1_TO_30,
    Lateness.LATE_31_TO_60: Stage.LATE_31_TO_60,
    Lateness.LATE_61_TO_90: Stage.LATE_61_TO_90,
    Lateness.LATE_FROM_91: Stage.LATE_FROM_91,
}


@dataclass(frozen=True, slots=True)
class Position:
    """An agreement at the end of a day [残高・状態]. Amounts in whole yen, at least 0."""

    key: Key
    on: date
    known_at: datetime | None
    """The moment whose knowledge counts; None for all that is known."""
    stage: Stage
    status: Status
    stops: frozenset[Stop]
    principal_yen: int
    unpaid_interest_yen: int
    """Of earlier rows; bears nothing."""
    accrued_interest_yen: int
    """Of this row so far, cut to the yen."""
    accrued_interest_ticks: int
    """The same, exact (`kernel.accrual`)."""
    unpaid_damages_yen: int
    accrued_damages_yen: int
    accrued_damages_ticks: int
    costs_yen: int
    written_off_yen: int
    payoff_yen: int
    """What would settle all of it on the day."""
    excess_yen: int
    """Money of the member's that is held."""
    minimum_yen: int
    arrears_yen: int
    """What of missed due dates is still to be paid."""
    due_yen: int
    """What is to be paid now: arrears, and what the next due date asks for; all if accelerated."""
    due_on: date | None
    pay_from_on: date | None
    """The first day whose payment counts for that due date."""
    pay_by_on: date | None
    """The last day to pay in time: later than the due date where banks are closed."""
    limit_yen: int
    available_yen: int
    held_yen: int
    """Draws that are on their way."""
    rate_ppm: int
    """The agreed rate of the day."""
    damages_ppm: int
    bears_ppm: int
    """What the principal bears on the day after, if nothing happens."""
    bears_as: PieceKind | None
    """As what; None where there is no principal."""
    late_since: date | None
    days_late: int
    accelerated_on: date | None
    interest_free_until: date | None

    @property
    def interest_yen(self) -> int:
        """All interest that is owed as the day ends, whole yen [利息の残高]."""
        return self.unpaid_interest_yen + self.accrued_interest_yen

    @property
    def owed_principal_yen(self) -> int:
        """The principal, what was written off too: it is owed still [残元金]."""
        return self.principal_yen + self.written_off_yen

    @property
    def damages_yen(self) -> int:
        """All damages that are owed as the day ends, whole yen [遅延損害金の残高]."""
        return self.unpaid_damages_yen + self.accrued_damages_yen

    def document(self) -> dict[str, Any]:
        """The position as JSON [公開形式]."""
        days = (
            "due_on",
            "pay_from_on",
            "pay_by_on",
            "late_since",
            "accelerated_on",
            "interest_free_until",
        )
        amounts = (
            *(name for name in self.__slots__ if name.endswith(("_yen", "_ppm"))),
            "days_late",
        )
        return {
            "member_id": self.key.member_id,
            "agreement_id": self.key.agreement_id,
            "on": str(self.on),
            "known_at": None if self.known_at is None else self.known_at.isoformat(),
            "stage": self.stage.value,
            "status": self.status.value,
            "stops": sorted(one.value for one in self.stops),
            **{name: getattr(self, name) for name in amounts},
            # Text: more digits than a JSON reader takes for a number.
            "accrued_interest_ticks": str(self.accrued_interest_ticks),
            "accrued_damages_ticks": str(self.accrued_damages_ticks),
            "bears_as": None if self.bears_as is None else self.bears_as.public_name,
            **{name: _day_text(getattr(self, name)) for name in days},
        }


def _day_text(on: date | None) -> str | None:
    return None if on is None else str(on)


@at_one_moment
def position(cursor: Any, key: Key, on: date, *, as_known_at: datetime | None = None) -> Position:
    """An agreement on a day, by all that is known, or was known at a moment [残高・状態の照会].

    A day to come is what the loan becomes if nothing happens.

    Raises    NotFoundError if the member has no such agreement, if it was opened after the day, or
              was not known at the moment.
    """
    loan = _book.look(cursor, key)
    _steps.refuse_before_opening(loan, on)
    if as_known_at is None:
        state = _steps.state_on(cursor, loan, on)
    else:
        state = _steps.state_as_known(cursor, loan, on, as_known_at)
    stood = _stood(cursor, loan, on, as_known_at)
    facts = Facts(
        loan.product,
        stood.status,
        stood.stops,
        state,
        loan.ceiling_ppm,
        stood.held_yen,
        loan.shown_limit_yen,
    )
    return position_of(key, on, facts, loan.rules, as_known_at)


def position_of(
    key: Key, on: date, facts: Facts, rules: Rules, known_at: datetime | None = None
) -> Position:
    """A position from what is known of the day: pure [残高・状態の組立て].

    Takes     facts whose state has been advanced to the day.
    """
    state, terms = facts.state, facts.state.terms
    interest = state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_ticks // TICKS_PER_YEN
    bears = _bears(state, rules)
    pay_by = revolving.deadline(state, rules)
    free = terms.free_from > 0 and state.on <= terms.free_to
    return Position(
        key=key,
        on=on,
        known_at=known_at,
        stage=stage_of(facts, rules),
        status=facts.status,
        stops=facts.stops,
        principal_yen=state.principal_yen,
        unpaid_interest_yen=state.interest_yen,
        accrued_interest_yen=interest,
        accrued_interest_ticks=state.interest_ticks,
        unpaid_damages_yen=state.damages_yen,
        accrued_damages_yen=damages,
        accrued_damages_ticks=state.damages_ticks,
        costs_yen=state.costs_yen,
        written_off_yen=state.written_off_yen,
        payoff_yen=settling_yen(state),
        excess_yen=state.excess_yen,
        minimum_yen=state.minimum_yen,
        arrears_yen=state.arrears_yen,
        due_yen=due_yen(state, rules),
        due_on=_day(state.due_on),
        pay_from_on=_day(_counts_from(state)),
        pay_by_on=_day(pay_by),
        limit_yen=facts.limit_yen,
        available_yen=policy.available_yen(facts),
        held_yen=facts.held_yen,
        rate_ppm=terms.rate_ppm,
        damages_ppm=terms.damages_ppm,
        bears_ppm=0 if bears is None else bears.rate_ppm,
        bears_as=None if bears is None else bears.kind,
        late_since=_day(state.late_since),
        days_late=days_late(state, rules),
        accelerated_on=_day(state.accelerated_on),
        interest_free_until=_day(terms.free_to) if free else None,
    )


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


def _bears(state: State, rules: Rules) -> revolving.Piece | None:
    """What the next day bears; the overdue part first where it is charged apart."""
    found = revolving.pieces(state, state.on + 1, rules)
    return found[0] if found else None


def _counts_from(state: State) -> int | None:
    plan = state.terms.plan
    if state.due_on is None or plan.scheme is not Scheme.MONTHLY:
        return None
    return state.due_on - plan.window_days


def settling_yen(state: State) -> int:
    """What would settle the loan at the end of the state's day, all of it [完済額]."""
    interest = state.interest_yen + state.interest_ticks // TICKS_PER_YEN
    damages = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
    return state.costs_yen + damages + interest + state.principal_yen + state.written_off_yen


def due_yen(state: State, rules: Rules) -> int:
    """What is to be paid now: arrears and what the next due date asks for [お支払いいただく額].

    All of it where all fell due. Where damages must be paid to end arrears, they are in it.
    """
    payoff = settling_yen(state)
    if state.accelerated_on is not None or state.written_off_yen:
        return payoff
    asked = state.arrears_yen
    if state.late_since is not None and rules.cure is Cure.MINIMUM_AND_DAMAGES:
        damages = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
        asked = max(asked, state.costs_yen + damages)
    if state.due_on is not None:
        asked += max(0, revolving.required_yen(state) - state.paid_yen)
    return min(asked, payoff)


def stage_of(facts: Facts, rules: Rules) -> Stage:
    """How far an agreement is on its way [債権の段階]."""
    state = facts.state
    ended = _ENDED.get(facts.status)
    if ended is not None and settling_yen(state) == 0:
        return ended
    if state.written_off_yen:
        return Stage.WRITTEN_OFF
    if settling_yen(state) == 0:
        return Stage.NOTHING_OWED
    if state.accelerated_on is not None:
        return Stage.ACCELERATED
    if state.late_since is not None:
        return _LATE[lateness_after(max(1, days_late(state, rules)))]
    return _stage_in_time(state, rules)


_ENDED: Mapping[Status, Stage] = {
    Status.ASSIGNED: Stage.ASSIGNED,
    Status.CLOSED: Stage.CLOSED,
}


def _stage_in_time(state: State, rules: Rules) -> Stage:
    pay_by = revolving.deadline(state, rules)
    if pay_by is None:
        return Stage.REST
    left = pay_by - state.on
    if left == 0:
        return Stage.DUE_TODAY
    return Stage.DUE_SOON if left <= DUE_SOON_DAYS else Stage.ON_TIME


# ------------------------------------------------------------------------------ what stood besides
class _Stood(NamedTuple):
    """What the events do not hold: how the agreement stood, what stopped it, what was under way."""

    status: Status
    stops: frozenset[Stop]
    held_yen: int


_NEWS = """
SELECT kind, subject->>'stop' FROM journal_row
WHERE member_id = %s AND kind IN ('suspended', 'lifted', 'closed')
  AND (subject->>'agreement')::bigint = %s AND happened_at <= %s
ORDER BY row_id
"""
_ENDS = """
SELECT kind, value_on, event_no, cancels_no FROM loan_event
WHERE member_id = %s AND agreement_id = %s AND booked_at <= %s
  AND (kind IN ('write_off', 'departure') OR cancels_no IS NOT NULL)
ORDER BY value_on, event_no
"""
_SENT = """
SELECT entry_id, total_yen FROM ledger_entry
WHERE member_id = %s AND book_id = %s AND kind = 'draw' AND phase = 'pending'
  AND value_on <= %s AND booked_at <= %s
"""
_SETTLED = """
SELECT settles_entry_id FROM ledger_entry
WHERE member_id = %s AND settles_entry_id = ANY(%s) AND value_on <= %s AND booked_at <= %s
"""
_STATUS: Mapping[str, Status] = {
    "write_off": Status.WRITTEN_OFF,
    "departure": Status.ASSIGNED,
}


def _stood(cursor: Any, loan: Loan, on: date, known_at: datetime | None) -> _Stood:
    """What stood at the end of a day, by the news and the events up to then [当日の契約状態]."""
    day_end = datetime.combine(on, time.max, JAPAN)
    cursor.execute(_NEWS, (*loan.key, day_end if known_at is None else min(day_end, known_at)))
    stops, closed = set[Stop](), False
    for kind, stop in cursor.fetchall():
        if kind == "suspended":
            stops.add(Stop(stop))
        elif kind == "lifted":
            stops.discard(Stop(stop))
        else:
            closed = True
    at = known_at or datetime.max.replace(tzinfo=UTC)
    status = Status.CLOSED
    if not closed:
        status = Status.OPEN if loan.status is Status.OPEN else _status_on(cursor, loan, on, at)
    return _Stood(status, frozenset(stops), _held_yen(cursor, loan, on, at))


def _status_on(cursor: Any, loan: Loan, on: date, at: datetime) -> Status:
    """How an agreement stood that is not open any more: by the last event that ended it."""
    cursor.execute(_ENDS, (*loan.key, at))
    rows = cursor.fetchall()
    cancelled = {row[3] for row in rows}
    status = Status.OPEN
    for kind, value_on, number, _ in rows:
        if kind in _STATUS and value_on <= on and number not in cancelled:
            status = _STATUS[kind]
    return status


def _held_yen(cursor: Any, loan: Loan, on: date, at: datetime) -> int:
    """Draws that were sent and neither had arrived nor failed."""
    cursor.execute(_SENT, (*loan.key, on, at))
    sent = dict(cursor.fetchall())
    if sent:
        cursor.execute(_SETTLED, (loan.key.member_id, list(sent), on, at))
        for (number,) in cursor.fetchall():
            del sent[number]
    return sum(sent.values())
