"""Steps as queries read them: what each event did last, and the days between two of them [取引]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Event, Piece, Rules, State, Step
from motocho.loans import _book, _rows
from motocho.loans._book import Key, Loan
from motocho.units.errors import Fault, NotFoundError


class Undone(Enum):
    """Whether events that were cancelled are shown [取消済みの取引]."""

    HIDDEN = "hidden"
    SHOWN = "shown"


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
    place: tuple[int, int, int]
    """Day as an ordinal, rank, event number."""


_LATEST = """
FROM loan_step s
JOIN loan_terms t USING (member_id, agreement_id, terms_no)
WHERE s.member_id = %(member)s AND s.agreement_id = %(agreement)s
  AND s.value_on <= %(on)s
  AND NOT EXISTS (
    SELECT FROM loan_step n WHERE n.member_id = s.member_id AND n.agreement_id = s.agreement_id
      AND n.event_no = s.event_no AND n.step_no > s.step_no)
  AND NOT EXISTS (
    SELECT FROM loan_event c WHERE c.member_id = s.member_id AND c.agreement_id = s.agreement_id
      AND c.cancels_no = s.event_no)
"""
_LAST = " ORDER BY s.value_on DESC, s.rank DESC, s.event_no DESC LIMIT 1"
_TOLD = """
SELECT e.event_no, e.kind, e.value_on, e.content::text, s.state::text, s.parts::text, s.terms_no,
    s.entry_id, e.business_on, e.booked_at, e.channel, e.external_ref, e.actor,
    c.event_no, c.business_on, c.booked_at, coalesce(r.reason, '')
FROM loan_event e
JOIN LATERAL (
    SELECT * FROM loan_step s
    WHERE s.member_id = e.member_id AND s.agreement_id = e.agreement_id AND s.event_no = e.event_no
    ORDER BY step_no DESC LIMIT 1
) s ON true
LEFT JOIN loan_event c
    ON c.member_id = e.member_id AND c.agreement_id = e.agreement_id AND c.cancels_no = e.event_no
LEFT JOIN ledger_entry r ON c.event_no IS NOT NULL
    AND r.member_id = e.member_id AND r.reverses_entry_id = s.entry_id
WHERE e.member_id = %(member)s AND e.agreement_id = %(agreement)s
  AND (e.value_on, e.rank, e.event_no) > (%(from_on)s, %(rank)s, %(number)s)
  AND e.value_on <= %(until)s
"""
_COUNTED = " AND c.event_no IS NULL"
_IN_ORDER = " ORDER BY e.value_on, e.rank, e.event_no"
FIRST_RANK = -1
"""Before any event of a day."""


def _place_of(name: str) -> int:
    """Where a field stands in the stored list of a state."""
    fields = [one for one in State._fields if one != "terms"]
    return fields.index(name)


_ROW_ENDED = (
    f" AND s.state->>{_place_of('interest_ticks')} = '0'"
    f" AND s.state->>{_place_of('damages_ticks')} = '0'"
)
"""Nothing had accrued that was not cut."""


def _names(key: Key, **values: object) -> dict[str, object]:
    return {"member": key.member_id, "agreement": key.agreement_id, **values}


def opened(cursor: Any, loan: Loan) -> State:
    """The agreement as its first day begins [契約時の状態]."""
    terms = _book.all_terms(cursor, loan.key)[0]
    return revolving.open_loan(loan.opened_on.toordinal(), terms)


def refuse_before_opening(loan: Loan, on: date) -> None:
    """Raise for a day on which there was no contract [契約前の日].

    Raises    NotFoundError.
    """
    if on < loan.opened_on:
        details = {"on": str(on), "opened": str(loan.opened_on)}
        raise NotFoundError(Fault("QRY-001", details=details))


def state_on(cursor: Any, loan: Loan, on: date) -> State:
    """The loan at the end of a day, by the last step that counts [基準日の状態]."""
    cursor.execute(
        "SELECT s.state::text, t.content::text" + _LATEST + _LAST, _names(loan.key, on=on)
    )
    row = cursor.fetchone()
    if row is None:
        return revolving.advance(opened(cursor, loan), on.toordinal(), loan.rules)
    state = _rows.state_from(row[0], _rows.terms_from(row[1]))
    return revolving.advance(state, on.toordinal(), loan.rules)


_KNOWN = """
SELECT e.event_no, e.kind, e.value_on, e.content::text FROM loan_event e
WHERE e.member_id = %(member)s AND e.agreement_id = %(agreement)s
  AND e.kind NOT IN ('opening', 'cancellation')
  AND e.value_on <= %(on)s AND e.booked_at <= %(at)s
  AND NOT EXISTS (
    SELECT FROM loan_event c WHERE c.member_id = e.member_id AND c.agreement_id = e.agreement_id
      AND c.cancels_no = e.event_no AND c.booked_at <= %(at)s)
"""


def state_as_known(cursor: Any, loan: Loan, on: date, at: datetime) -> State:
    """The loan at the end of a day, as it was known at a moment: the events of then, folded anew.

    Raises    NotFoundError if the agreement was not known yet.
    """
    cursor.execute(
        "SELECT booked_at FROM loan_event WHERE member_id = %s AND agreement_id = %s"
        " AND event_no = 1",
        loan.key,
    )
    if cursor.fetchone()[0] > at:
        raise NotFoundError(Fault("QRY-002", details={"at": at.isoformat()}))
    cursor.execute(_KNOWN + _IN_ORDER, _names(loan.key, on=on, at=at))
    rows = cursor.fetchall()
    terms = _book.all_terms(cursor, loan.key)
    state = revolving.open_loan(loan.opened_on.toordinal(), terms[0])
    for _, kind, value_on, content in rows:
        event = _rows.event_from(kind, value_on.toordinal(), content, terms)
        state = revolving.apply(state, event, loan.rules).state
    return revolving.advance(state, on.toordinal(), loan.rules)


def row_start(cursor: Any, loan: Loan, before: date) -> Start:
    """The last state before a day after which a new row began [行の初め]."""
    names = _names(loan.key, on=date.fromordinal(before.toordinal() - 1))
    cursor.execute(
        "SELECT s.state::text, t.content::text, s.value_on, s.rank, s.event_no"
        + _LATEST
        + _ROW_ENDED
        + _LAST,
        names,
    )
    row = cursor.fetchone()
    if row is None:
        place = (loan.opened_on.toordinal(), FIRST_RANK, 0)
        return Start(opened(cursor, loan), loan.opened_on, place)
    state = _rows.state_from(row[0], _rows.terms_from(row[1]))
    return Start(state, row[2], (row[2].toordinal(), row[3], row[4]))


def told(
    cursor: Any, loan: Loan, start: Start, until: date, undone: Undone = Undone.HIDDEN
) -> list[Told]:
    """Events after a start up to a day, in their order [取引の一覧]."""
    names = _names(
        loan.key,
        from_on=date.fromordinal(start.place[0]),
        rank=start.place[1],
        number=start.place[2],
        until=until,
    )
    counted = _COUNTED if undone is Undone.HIDDEN else ""
    cursor.execute(_TOLD + counted + _IN_ORDER, names)
    rows = cursor.fetchall()
    terms = _book.all_terms(cursor, loan.key)
    return [_told(row, terms) for row in rows]


def _told(row: tuple[Any, ...], terms: dict[int, revolving.Terms]) -> Told:
    event = _rows.event_from(row[1], row[2].toordinal(), row[3], terms)
    step = _rows.step_from(event, _rows.state_from(row[4], terms[row[6]]), row[5])
    undoing = None if row[13] is None else Undoing(*row[13:17])
    return Told(
        row[0], row[1], event, step, row[6], row[7], row[8], row[9], row[10], row[11], row[12],
        undoing,
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
