"""Steps as queries read them: what each event did last, and the days between two of them [取引]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Event, Piece, Rules, State, Step, Terms
from motocho.loans import _book, _rows
from motocho.loans._book import Key, Loan
from motocho.units.errors import Fault, NotFoundError


class Undone(Enum):
    """Whether events that were cancelled are shown [取消済みの取引]."""

    HIDDEN = "hidden"
    SHOWN = "shown"


FIRST_RANK = -1
"""Before any event of a day."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """The cancellation of an event [取消]."""

    event_no: int
    business_on: date
    booked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """An event with how it came, what it did last, and what undid it [取引]."""

    event_no: int
    kind: str
    event: Event
    step: Step
    terms_no: int
    entry_id: int | None
    business_on: date
    booked_at: datetime
    channel: str
    external_ref: str
    actor: str
    undoing: Undoing | None = None


class Start(NamedTuple):
    """Where a reading begins: a state after which a new row began [読み始め]."""

    state: State
    on: date
    """The day of its event."""
    rank: int = FIRST_RANK
    event_no: int = 0


class _Place(NamedTuple):
    """Where a step stands among the others."""

    on: date
    rank: int
    event_no: int


# Each reading is a scan of one index in its order, and what belongs to its rows is looked up by
# key: one plan for ten rows and for ten thousand, with statistics or without.
_STEPS_BACK = """
SELECT value_on, rank, event_no, terms_no, state::text FROM loan_step
WHERE member_id = %s AND agreement_id = %s AND (value_on, rank, event_no) < (%s, %s, %s)
ORDER BY value_on DESC, rank DESC, event_no DESC, step_no DESC LIMIT %s
"""
_STEPS = """
SELECT DISTINCT ON (value_on, rank, event_no)
    event_no, state::text, parts::text, terms_no, entry_id
FROM loan_step
WHERE member_id = %s AND agreement_id = %s AND (value_on, rank, event_no) > (%s, %s, %s)
  AND value_on <= %s
ORDER BY value_on, rank, event_no, step_no DESC
"""
_EVENTS = """
SELECT event_no, kind, value_on, content::text, business_on, booked_at, channel, external_ref, actor
FROM loan_event WHERE member_id = %s AND agreement_id = %s AND event_no = ANY(%s)
"""
_CANCELLED = """
SELECT cancels_no, event_no, business_on, booked_at FROM loan_event
WHERE member_id = %s AND agreement_id = %s AND cancels_no = ANY(%s)
"""
_REASONS = """
SELECT reverses_entry_id, reason FROM ledger_entry
WHERE member_id = %s AND reverses_entry_id = ANY(%s)
"""
_TERMS = """
SELECT content::text FROM loan_terms WHERE member_id = %s AND agreement_id = %s AND terms_no = %s
"""
_PAGE = 16
"""Steps that are read back at once; a cancelled one, or one made anew, is passed over."""


def opened(cursor: Any, loan: Loan) -> State:
    """The agreement as its first day begins [契約時の状態]."""
    return revolving.open_loan(loan.opened_on.toordinal(), _terms(cursor, loan.key, 0))


def _terms(cursor: Any, key: Key, number: int) -> Terms:
    cursor.execute(_TERMS, (*key, number))
    return _rows.terms_from(cursor.fetchone()[0])


def _steps_back(cursor: Any, key: Key, before: _Place) -> Iterator[tuple[_Place, int, str]]:
    """What counts before a place, the last first: place, number of terms, state as text."""
    size = _PAGE
    while True:
        cursor.execute(_STEPS_BACK, (*key, *before, size))
        page = cursor.fetchall()
        if not page:
            return
        # Of one event the last step comes first; what a page leaves of an event is older.
        latest: dict[int, tuple[_Place, int, str]] = {}
        for on, rank, number, terms_no, state in page:
            latest.setdefault(number, (_Place(on, rank, number), terms_no, state))
        cursor.execute(_CANCELLED, (*key, list(latest)))
        cancelled = {row[0] for row in cursor.fetchall()}
        yield from (step for number, step in latest.items() if number not in cancelled)
        before = _Place(*page[-1][:3])
        size *= 4


def refuse_before_opening(loan: Loan, on: date) -> None:
    """Raise for a day on which there was no contract [契約前の日].

    Raises    NotFoundError.
    """
    if on < loan.opened_on:
        details = {"on": str(on), "opened": str(loan.opened_on)}
        raise NotFoundError(Fault("QRY-001", details=details))


def state_on(cursor: Any, loan: Loan, on: date) -> State:
    """The loan at the end of a day, by the last step that counts [基準日の状態]."""
    found = next(_steps_back(cursor, loan.key, _end_of(on)), None)
    if found is None:
        return revolving.advance(opened(cursor, loan), on.toordinal(), loan.rules)
    _, terms_no, state = found
    last = _rows.state_from(state, _terms(cursor, loan.key, terms_no))
    return revolving.advance(last, on.toordinal(), loan.rules)


def _end_of(on: date) -> _Place:
    """After every event of a day."""
    return _Place(on + timedelta(days=1), FIRST_RANK, 0)


_LATER_NEWS = """
SELECT min(booked_at) <= %(at)s,
    coalesce(bool_or(booked_at > %(at)s AND value_on <= %(on)s), false)
FROM loan_event WHERE member_id = %(member)s AND agreement_id = %(agreement)s
"""
_KNOWN = """
SELECT event_no, kind, value_on, rank, content::text, cancels_no FROM loan_event
WHERE member_id = %s AND agreement_id = %s AND booked_at <= %s ORDER BY value_on, rank, event_no
"""


def state_as_known(cursor: Any, loan: Loan, on: date, at: datetime) -> State:
    """The loan at the end of a day, as it was known at a moment [当時の認識].

    Where no later news changed that day, it is what is known now; else the events of then are
    folded anew.

    Raises    NotFoundError if the agreement was not known yet.
    """
    names = {"member": loan.key.member_id, "agreement": loan.key.agreement_id, "on": on, "at": at}
    cursor.execute(_LATER_NEWS, names)
    was_known, is_changed = cursor.fetchone()
    if not was_known:
        raise NotFoundError(Fault("QRY-002", details={"at": at.isoformat()}))
    if not is_changed:
        return state_on(cursor, loan, on)
    cursor.execute(_KNOWN, (*loan.key, at))
    rows = cursor.fetchall()
    cancelled = {row[5] for row in rows}
    terms = _book.all_terms(cursor, loan.key)
    state = revolving.open_loan(loan.opened_on.toordinal(), terms[0])
    for number, kind, value_on, _, content, _ in rows:
        if kind in _rows.KINDS and value_on <= on and number not in cancelled:
            event = _rows.event_from(kind, value_on.toordinal(), content, terms)
            state = revolving.apply(state, event, loan.rules).state
    return revolving.advance(state, on.toordinal(), loan.rules)


def beginning(cursor: Any, loan: Loan) -> Start:
    """The first day of the agreement, before any event [契約の初め]."""
    return Start(opened(cursor, loan), loan.opened_on)


def row_start(cursor: Any, loan: Loan, before: date) -> Start:
    """The last state before a day after which a new row began [行の初め]."""
    terms: dict[int, Terms] = {}
    for place, number, text in _steps_back(cursor, loan.key, _Place(before, FIRST_RANK, 0)):
        if number not in terms:
            terms[number] = _terms(cursor, loan.key, number)
        state = _rows.state_from(text, terms[number])
        if row_ended(state):
            return Start(state, *place)
    return beginning(cursor, loan)


def told(
    cursor: Any, loan: Loan, start: Start, until: date, undone: Undone = Undone.HIDDEN
) -> list[Told]:
    """Events after a start up to a day, in their order [取引の一覧]."""
    place = (start.on, start.rank, start.event_no)
    cursor.execute(_STEPS, (*loan.key, *place, until))
    steps = cursor.fetchall()
    numbers = [row[0] for row in steps]
    undoings = _undoings(cursor, loan.key, {row[0]: row[4] for row in steps})
    cursor.execute(_EVENTS, (*loan.key, numbers))
    events = {row[0]: row for row in cursor.fetchall()}
    terms = _book.all_terms(cursor, loan.key)
    return [
        _told(events[row[0]], row, terms, undoings.get(row[0]))
        for row in steps
        if undone is Undone.SHOWN or row[0] not in undoings
    ]


def _undoings(cursor: Any, key: Key, entries: Mapping[int, int | None]) -> dict[int, Undoing]:
    """What cancelled events, by their numbers; takes their last entries: reasons stand there."""
    cursor.execute(_CANCELLED, (*key, list(entries)))
    rows = cursor.fetchall()
    reversed_ = [entries[row[0]] for row in rows if entries[row[0]] is not None]
    reasons = {}
    if reversed_:
        cursor.execute(_REASONS, (key.member_id, reversed_))
        reasons = dict(cursor.fetchall())
    return {
        number: Undoing(by, business_on, booked_at, reasons.get(entries[number], ""))
        for number, by, business_on, booked_at in rows
    }


def _told(
    row: tuple[Any, ...], step: tuple[Any, ...], terms: Mapping[int, Terms], undoing: Undoing | None
) -> Told:
    number, kind, value_on, content, business_on, booked_at, channel, external_ref, actor = row
    _, state, parts, terms_no, entry_id = step
    event = _rows.event_from(kind, value_on.toordinal(), content, terms)
    made = _rows.step_from(event, _rows.state_from(state, terms[terms_no]), parts)
    return Told(
        number, kind, event, made, terms_no, entry_id, business_on, booked_at, channel,
        external_ref, actor, undoing,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walked:
    """An event with the state that it met and the days since the last row [取引とその期間]."""

    event: Event
    step: Step
    before: State
    pieces: tuple[Piece, ...]
    """What bore interest or damages since the row before, in the order of the days."""


def walk(start: State, steps: Iterable[Step], rules: Rules) -> Iterator[Walked]:
    """Steps with the days that led to them [期間の再現]."""
    state = start
    passed: tuple[Piece, ...] = ()
    for step in steps:
        passed += revolving.pieces(state, step.state.on, rules)
        yield Walked(step.event, step, state, passed)
        state = step.state
        if row_ended(state):
            passed = ()


def row_ended(state: State) -> bool:
    """Whether nothing has accrued that was not cut [端数のない状態]."""
    return state.interest_ticks == 0 and state.damages_ticks == 0


def amount_yen(told: Told) -> int:
    """What moved in an event, whole yen [金額]."""
    event = told.event
    given_up = ("costs_yen", "damages_yen", "interest_yen", "principal_yen", "written_off_yen")
    if told.kind == "waiver":
        return sum(getattr(event, name, 0) for name in given_up)
    amount: int = getattr(event, "amount_yen", 0)
    return amount
