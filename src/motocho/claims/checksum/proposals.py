"""Slips told in words: what differs, and the one value that would make it agree [訂正案の文]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from motocho.claims.checksum.chain import LENT, Entry
from motocho.claims.checksum.changes import Change, SlipKind
from motocho.claims.checksum.results import Field, Slip
from motocho.claims.history import Event
from motocho.units.days import both_calendars_text
from motocho.units.errors import Fault
from motocho.units.money import yen_text

_PUBLIC = {Field.BORROW: "borrow", Field.REPAY: "repay"}
_AMOUNT_CODES = {
    SlipKind.DIGIT: "CHK-001",
    SlipKind.TRANSPOSED: "CHK-001",
    SlipKind.TIMES_TEN: "CHK-002",
    SlipKind.TENTH: "CHK-002",
    SlipKind.UNEXPLAINED: "CHK-008",
}


class Difference(NamedTuple):
    """A row whose balance differs, and by how much: printed minus reckoned [不一致]."""

    event: Event
    yen: int


class _Told(NamedTuple):
    """What a slip says of itself."""

    code: str
    field: Field
    seen: str
    proposed: str | None
    details: Mapping[str, str]


def slip_of(
    change: Change, seen: Entry, event: Event, *, difference: Difference, order: int
) -> Slip:
    """A change as a slip with its fault [訂正案].

    Takes     the entry and the event at the place of the change.
    """
    told = _told(change, seen)
    days = change.days
    least, most = sorted(change.amounts) if change.amounts else (None, None)
    return Slip(
        kind=change.kind,
        row=event.source_row,
        field=told.field,
        seen=told.seen,
        proposed=told.proposed,
        difference_yen=difference.yen,
        differs_at_row=difference.event.source_row,
        order=order,
        fault=_fault(told, event, difference),
        from_on=None if days is None else date.fromordinal(days[0]),
        to_on=None if days is None else date.fromordinal(days[1]),
        least_yen=least,
        most_yen=most,
        supposed_on=date.fromordinal(change.entries[0].on) if days else None,
    )


def unexplained(event: Event, *, difference: Difference) -> Slip:
    """A difference for which no slip was found [原因不明]."""
    told = _Told("CHK-009", Field.BALANCE, str(event.lender_balance_yen), None, {})
    return Slip(
        kind=SlipKind.UNEXPLAINED,
        row=event.source_row,
        field=told.field,
        seen=told.seen,
        proposed=None,
        difference_yen=difference.yen,
        differs_at_row=difference.event.source_row,
        order=1,
        fault=_fault(told, event, difference),
    )


def _fault(told: _Told, event: Event, difference: Difference) -> Fault:
    details = {
        "row": str(difference.event.source_row),
        "difference": yen_text(abs(difference.yen)),
        "field": told.field.value,
        "field_en": told.field.name.lower(),
        "seen": _grouped(told.seen),
        "value": _grouped(told.proposed or ""),
        "on": event.on.isoformat(),
        **told.details,
    }
    return Fault(
        told.code,
        line=event.source_row,
        column=told.field.value,
        excerpt=told.seen,
        details=details,
        proposed=told.proposed,
    )


def _grouped(text: str) -> str:
    return yen_text(int(text)) if text.lstrip("-").isdigit() else text


def _told(change: Change, seen: Entry) -> _Told:
    way = Field.BORROW if seen.way == LENT else Field.REPAY
    if change.kind is SlipKind.DOUBLED_ROW:
        return _Told("CHK-005", Field.ROW, str(seen.amount_yen), None, {})
    meant = change.entries[0]
    if change.kind is SlipKind.MISSING_ROW:
        return _missing(change, meant)
    if change.kind is SlipKind.WRONG_DATE:
        day = date.fromordinal(meant.on)
        details = {"meant": both_calendars_text(day)}
        return _Told(
            "CHK-006", Field.DATE, str(date.fromordinal(seen.on)), day.isoformat(), details
        )
    if change.kind is SlipKind.WRONG_BALANCE:
        return _Told("CHK-007", Field.BALANCE, str(seen.balance_yen), str(meant.balance_yen), {})
    if change.kind is SlipKind.SWAPPED_COLUMN:
        other = Field.BORROW if meant.way == LENT else Field.REPAY
        details = {"as_ja": other.value, "as_en": _PUBLIC[other]}
        return _Told("CHK-003", way, str(seen.amount_yen), _PUBLIC[other], details)
    return _Told(_AMOUNT_CODES[change.kind], way, str(seen.amount_yen), str(meant.amount_yen), {})


def _missing(change: Change, meant: Entry) -> _Told:
    """A missing row: its amount, or the ends between which it lies, and its days."""
    field = Field.BORROW if meant.way == LENT else Field.REPAY
    days = change.days or (meant.on, meant.on)
    first, last = (date.fromordinal(day).isoformat() for day in days)
    low, high = sorted(change.amounts or (meant.amount_yen, meant.amount_yen))
    details = {
        "first_on": first,
        "last_on": last,
        "low": yen_text(low),
        "high": yen_text(high),
    }
    code = "CHK-004" if low == high else "CHK-010"
    return _Told(code, field, "", str(meant.amount_yen), details)
