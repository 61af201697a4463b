"""Alarms out of the lender's balances, and out of rows that could not be read [検算による指摘]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from motocho.claims.checksum import BalanceCheck, Field, Slip, SlipKind
from motocho.claims.history import Event
from motocho.claims.radar._alarms import Action, Alarm, Check, Line, Mend, Weight
from motocho.units.errors import Fault

_CHECKS: Mapping[SlipKind, Check] = {
    SlipKind.DIGIT: Check.DIGIT,
    SlipKind.TIMES_TEN: Check.DIGIT,
    SlipKind.TENTH: Check.DIGIT,
    SlipKind.TRANSPOSED: Check.DIGIT,
    SlipKind.SWAPPED_COLUMN: Check.SWAPPED,
    SlipKind.MISSING_ROW: Check.MISSING,
    SlipKind.DOUBLED_ROW: Check.DOUBLED,
    SlipKind.WRONG_DATE: Check.DATE,
    SlipKind.WRONG_BALANCE: Check.BALANCE,
    SlipKind.UNEXPLAINED: Check.BALANCE,
}
_NOTES: Mapping[str, tuple[Check, Weight]] = {
    "CHK-020": (Check.MISSING, Weight.LOOK),
    "CHK-021": (Check.DOUBLED, Weight.LOOK),
    "CHK-022": (Check.OPENING, Weight.QUESTION),
    "CHK-023": (Check.RATE, Weight.QUESTION),
    "CHK-025": (Check.BALANCE, Weight.WRONG),
}
_FIELDS = {Field.BORROW: "borrow", Field.REPAY: "repay"}


def slip_alarms(check: BalanceCheck) -> Iterator[Alarm]:
    """The likeliest slip of each difference, with the mend that makes rows agree [不一致]."""
    for slip in check.slips:
        if slip.order == 1:
            mend = mend_of(slip)
            mends = () if mend is None else (mend,)
            yield Alarm(_CHECKS[slip.kind], Weight.WRONG, slip.row, slip.fault, mends)


def mend_of(slip: Slip) -> Mend | None:
    """A slip undone, as a change of rows; None where no value was found [直し]."""
    if slip.kind is SlipKind.DOUBLED_ROW:
        return Mend(Action.DELETE, slip.row)
    if slip.proposed is None:
        return None
    if slip.kind is SlipKind.MISSING_ROW:
        on = slip.supposed_on or slip.to_on
        cells = {"date": "" if on is None else on.isoformat(), _FIELDS[slip.field]: slip.proposed}
        return Mend(Action.INSERT, slip.row, cells)
    if slip.kind is SlipKind.SWAPPED_COLUMN:
        other = "repay" if slip.proposed == "borrow" else "borrow"
        return Mend(Action.SET, slip.row, {slip.proposed: slip.seen, other: ""})
    if slip.kind is SlipKind.WRONG_DATE:
        return Mend(Action.SET, slip.row, {"date": slip.proposed})
    if slip.field is Field.BALANCE:
        return Mend(Action.SET, slip.row, {"balance": slip.proposed})
    return Mend(Action.SET, slip.row, {_FIELDS[slip.field]: slip.proposed})


def note_alarms(check: BalanceCheck, told: Iterable[int | None]) -> Iterator[Alarm]:
    """What else the checksum noticed, on rows of which no slip is told [検算の気づき]."""
    rows = set(told)
    for note in check.notes:
        if note.code in _NOTES and (note.line is None or note.line not in rows):
            kind, weight = _NOTES[note.code]
            delete = kind is Check.DOUBLED and note.line is not None
            mends = (Mend(Action.DELETE, note.line),) if delete else ()
            yield Alarm(kind, weight, note.line, note, mends)


# ------------------------------------------------------------------------------ rows not read
_DATE_WORDS = frozenset({"日付", "年月日", "date"})


def unread_alarms(faults: Sequence[Fault], lines: Mapping[int, Line]) -> Iterator[Alarm]:
    """Rows that could not be read, each with what would be read [読めない行]."""
    for fault in faults:
        name = _field_of(fault, lines.get(fault.line or 0))
        mends: tuple[Mend, ...] = ()
        if fault.proposed is not None and fault.line is not None and name is not None:
            mends = (Mend(Action.SET, fault.line, {name: fault.proposed}),)
        kind = Check.DATE if name == "date" else Check.DIGIT
        yield Alarm(kind, Weight.WRONG, fault.line, fault, mends)


def _field_of(fault: Fault, line: Line | None) -> str | None:
    """The cell that a fault is in: by its column's name, else by what was seen in it."""
    if fault.column in _DATE_WORDS:
        return "date"
    named = {
        field.value: field.name.lower() for field in (Field.BORROW, Field.REPAY, Field.BALANCE)
    }
    if fault.column in named:
        return named[fault.column]
    if line is None or not fault.excerpt:
        return None
    return next((name for name, text in line._asdict().items() if text == fault.excerpt), None)


# --------------------------------------------------------------------------- days running backwards
def order_alarms(events: Sequence[Event], told: Iterable[int | None]) -> Iterator[Alarm]:
    """The first row whose day lies before that of the row above [日付の逆行].

    Why       rows are never sorted silently: the order of a day matters, and a wrong day hides.
    """
    rows = set(told)
    latest = date.min
    backwards = []
    for event in events:
        if event.on < latest:
            backwards.append(event)
        latest = max(latest, event.on)
    if backwards and not any(event.source_row in rows for event in backwards):
        first = backwards[0]
        details = {"count": f"{len(backwards):,}"}
        excerpt = first.on.isoformat()
        fault = Fault("RAD-001", line=first.source_row, excerpt=excerpt, details=details)
        mends = (Mend(Action.SORT, None),)
        yield Alarm(Check.DATE, Weight.LOOK, first.source_row, fault, mends)
