"""An agreement's rows as a member or an auditor reads them [取引明細]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.kernel.revolving import PieceKind, State
from motocho.loans import _book
from motocho.loans._book import Key, Loan
from motocho.loans.queries import _steps
from motocho.loans.queries._days import Charged, charged
from motocho.loans.queries._steps import Told, Undoing, Undone, Walked

OPENING = "opening"
"""The row of the contract itself: event 1."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row: what happened, what accrued, where the money went, what is owed after it [明細行].

    Of a row that was cancelled, what it had done last; what is owed after it is None.
    """

    event_no: int
    on: date
    kind: str
    amount_yen: int
    """What moved: lent, received, given back, asked for, given up; 0 where nothing did."""
    days: int
    """Since the row before."""
    interest_yen: int
    """Accrued in the row, cut."""
    damages_yen: int
    to_costs_yen: int
    to_damages_yen: int
    to_interest_yen: int
    to_principal_yen: int
    to_written_off_yen: int
    to_excess_yen: int
    """Held for the member; below 0 where it was given back or used."""
    principal_yen: int | None
    unpaid_interest_yen: int | None
    unpaid_damages_yen: int | None
    costs_yen: int | None
    written_off_yen: int | None
    excess_yen: int | None
    rate_ppm: int | None
    """What the last day of the row bore; None where nothing bore anything."""
    late_days: int
    """Days of the row that bore damages."""
    late_since: date | None
    """The oldest missed due date after the row."""
    charges: tuple[Charged, ...]
    business_on: date
    booked_at: datetime
    channel: str
    external_ref: str
    entry_id: int | None
    undoing: Undoing | None = None

    def document(self) -> dict[str, Any]:
        """The row as JSON [公開形式]."""
        amounts = (
            name for name in self.__slots__ if name.endswith(("_yen", "_ppm", "days", "_no", "_id"))
        )
        undone = None
        if self.undoing is not None:
            undone = {
                "event_no": self.undoing.event_no,
                "business_on": str(self.undoing.business_on),
                "reason": self.undoing.reason,
            }
        return {
            "on": str(self.on),
            "kind": self.kind,
            **{name: getattr(self, name) for name in amounts},
            "late_since": None if self.late_since is None else str(self.late_since),
            "charges": [one.document() for one in self.charges],
            "business_on": str(self.business_on),
            "booked_at": self.booked_at.isoformat(),
            "channel": self.channel,
            "external_ref": self.external_ref,
            "undone": undone,
        }


def statement(
    cursor: Any, key: Key, from_on: date, until_on: date, undone: Undone = Undone.HIDDEN
) -> list[StatementRow]:
    """The rows of a time, both days included, in their order [取引明細].

    Takes     whether events that were cancelled are shown, each with what cancelled it.
    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    start = _steps.row_start(cursor, loan, max(from_on, loan.opened_on))
    told = _steps.told(cursor, loan, start, until_on, undone)
    rows = []
    if from_on <= loan.opened_on <= until_on:
        rows.append(_opening(cursor, loan))
    rows += [row for row in _rows(loan, start, told) if row.on >= from_on]
    return rows


def _rows(loan: Loan, start: _steps.Start, told: list[Told]) -> Iterator[StatementRow]:
    counted = [one for one in told if one.undoing is None]
    walked = _steps.walk(start.state, [one.step for one in counted], loan.rules)
    previous_on = start.on
    for one in told:
        if one.undoing is not None:
            yield cancelled_row(one)
        else:
            yield row_of(one, next(walked), previous_on)
            previous_on = date.fromordinal(one.event.on)


def row_of(told: Told, walked: Walked, previous_on: date) -> StatementRow:
    """A row from an event, the state that it met, and the days between [明細行の組立て]."""
    step, state = told.step, told.step.state
    charges = charged(walked.pieces)
    on = date.fromordinal(told.event.on)
    return StatementRow(
        event_no=told.event_no,
        on=on,
        kind=told.kind,
        amount_yen=_steps.amount_yen(told),
        days=(on - previous_on).days,
        interest_yen=step.interest_yen,
        damages_yen=step.damages_yen,
        to_costs_yen=step.to_costs_yen,
        to_damages_yen=step.to_damages_yen,
        to_interest_yen=step.to_interest_yen,
        to_principal_yen=step.to_principal_yen,
        to_written_off_yen=step.to_written_off_yen,
        to_excess_yen=step.to_excess_yen,
        principal_yen=state.principal_yen,
        unpaid_interest_yen=state.interest_yen,
        unpaid_damages_yen=state.damages_yen,
        costs_yen=state.costs_yen,
        written_off_yen=state.written_off_yen,
        excess_yen=state.excess_yen,
        rate_ppm=charges[-1].rate_ppm if charges else None,
        late_days=sum(one.days for one in charges if one.kind is PieceKind.DAMAGES),
        late_since=_since(state),
        charges=charges,
        business_on=told.business_on,
        booked_at=told.booked_at,
        channel=told.channel,
        external_ref=told.external_ref,
        entry_id=told.entry_id,
    )


def _since(state: State) -> date | None:
    return None if state.late_since is None else date.fromordinal(state.late_since)


def cancelled_row(told: Told) -> StatementRow:
    """A row that was cancelled: what it had done last, nothing of what is owed [取消済みの行]."""
    step = told.step
    return StatementRow(
        event_no=told.event_no,
        on=date.fromordinal(told.event.on),
        kind=told.kind,
        amount_yen=_steps.amount_yen(told),
        days=0,
        interest_yen=step.interest_yen,
        damages_yen=step.damages_yen,
        to_costs_yen=step.to_costs_yen,
        to_damages_yen=step.to_damages_yen,
        to_interest_yen=step.to_interest_yen,
        to_principal_yen=step.to_principal_yen,
        to_written_off_yen=step.to_written_off_yen,
        to_excess_yen=step.to_excess_yen,
        principal_yen=None,
        unpaid_interest_yen=None,
        unpaid_damages_yen=None,
        costs_yen=None,
        written_off_yen=None,
        excess_yen=None,
        rate_ppm=None,
        late_days=0,
        late_since=None,
        charges=(),
        business_on=told.business_on,
        booked_at=told.booked_at,
        channel=told.channel,
        external_ref=told.external_ref,
        entry_id=told.entry_id,
        undoing=told.undoing,
    )


def _opening(cursor: Any, loan: Loan) -> StatementRow:
    """The row of the contract itself."""
    cursor.execute(
        "SELECT business_on, booked_at, channel, external_ref FROM loan_event"
        " WHERE member_id = %s AND agreement_id = %s AND event_no = 1",
        loan.key,
    )
    business_on, booked_at, channel, external_ref = cursor.fetchone()
    return StatementRow(
        1, loan.opened_on, OPENING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, None,
        (), business_on, booked_at, channel, external_ref, None,
    )  # fmt: skip
