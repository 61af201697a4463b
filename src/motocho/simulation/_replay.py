"""Agreements read again from their events alone, and folded by the kernel [再計算の読み取り].

This is the second route to every balance. It shares with `loans` the kernel and the rows of events
and terms; states, steps, ledger and the code that wrote them are what it is held against.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Event, Relief, Rules, State, Step, Terms
from motocho.kernel.schedule import DuePlan, HolidayRule, MinimumBracket, MinimumRule, Scheme
from motocho.loans import products
from motocho.loans.commands import Key
from motocho.outside.bank import is_business_day

_KINDS: dict[str, type[Any]] = {
    "draw": revolving.Draw,
    "receipt": revolving.Receipt,
    "excess_used": revolving.ExcessUsed,
    "refund": revolving.Refund,
    "cost": revolving.Cost,
    "terms": revolving.NewTerms,
    "arrangement": revolving.NewArrangement,
    "acceleration": revolving.Acceleration,
    "waiver": revolving.Waiver,
    "write_off": revolving.WriteOff,
    "departure": revolving.Departure,
}
_NO_EVENTS = frozenset({"opening", "cancellation"})
_STATE_NAMES = tuple(name for name in State._fields if name != "terms")


class _Closed:
    """Days on which banks are closed."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and _is_closed(day)


@lru_cache(maxsize=65_536)
def _is_closed(day: int) -> bool:
    return not is_business_day(date.fromordinal(day))


CLOSED = _Closed()
"""Days on which banks are closed [銀行休業日]."""


class Kept(NamedTuple):
    """An event that counts [有効な取引]."""

    event_no: int
    event: Event
    booked_at: datetime


class Stored(NamedTuple):
    """What the book holds of an event's last step [記録された一行]."""

    parts: tuple[int, ...]
    terms_no: int
    state: dict[str, Any]


@dataclass(slots=True)
class Agreement:
    """An agreement's rows, and its life folded again [契約の再計算]."""

    key: Key
    opened_on: int
    rules: Rules
    row: dict[str, Any]
    """Columns of its row; `state` parsed."""
    terms: dict[int, Terms] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    stored: dict[int, Stored] = field(default_factory=dict)
    balances: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By account: debit less credit, and the same of what is pending."""

    _steps: list[tuple[Kept, Step]] | None = None

    def opened(self) -> State:
        """The state on the day of the contract [契約時の状態]."""
        return revolving.open_loan(self.opened_on, self.terms[0])

    def steps(self) -> list[tuple[Kept, Step]]:
        """Every event that counts, in its order, with what it does [通し計算]."""
        if self._steps is None:
            by_event = {id(one.event): one for one in self.kept}
            folded = revolving.fold(self.opened(), [one.event for one in self.kept], self.rules)
            self._steps = [(by_event[id(step.event)], step) for step in folded]
        return self._steps


_AGREEMENTS = """
SELECT a.member_id, a.agreement_id, a.opened_on, a.product_id, a.product_version, p.from_on,
    p.content::text, a.state::text, a.status, a.ceiling_ppm, a.limit_yen, a.held_yen,
    a.principal_yen, a.wake_on, a.terms_no
FROM loan_agreement a JOIN loan_product p
    ON p.product_id = a.product_id AND p.version = a.product_version
"""
_TERMS = "SELECT a.member_id, a.agreement_id, a.terms_no, a.content::text FROM loan_terms a"
_EVENTS = """
SELECT a.member_id, a.agreement_id, a.event_no, a.kind, a.value_on, a.content::text, a.cancels_no,
    a.booked_at
FROM loan_event a
"""
_STEPS = """
SELECT DISTINCT ON (a.member_id, a.agreement_id, a.event_no)
    a.member_id, a.agreement_id, a.event_no, a.parts::text, a.terms_no, a.state::text
FROM loan_step a
"""
_BALANCES = """
SELECT a.member_id, a.agreement_id, a.account, a.debit_yen - a.credit_yen,
    a.pending_debit_yen - a.pending_credit_yen
FROM (SELECT *, book_id AS agreement_id FROM ledger_balance) a
"""
_ORDER = " ORDER BY a.member_id, a.agreement_id"
_SOME = (
    " JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted (member_id, agreement_id)"
    " USING (member_id, agreement_id)"
)


def read(
    cursor: Any, keys: Iterable[Key] | None = None, *, until: datetime | None = None
) -> list[Agreement]:
    """Agreements with events, terms, steps, balances; all, or those of some keys [読み取り].

    Takes     the moment before which an event was booked, to fold what was known then.
    """
    found: dict[Key, Agreement] = {}
    some = None if keys is None else list(keys)
    for row in _rows(cursor, _AGREEMENTS, some):
        found[Key(*row[:2])] = _agreement(row)
    for member_id, agreement_id, number, content in _rows(cursor, _TERMS, some):
        found[Key(member_id, agreement_id)].terms[number] = _terms(content)
    events: defaultdict[Key, list[Any]] = defaultdict(list)
    for member_id, agreement_id, *row in _rows(cursor, _EVENTS, some, ", a.event_no"):
        if until is None or row[-1] < until:
            events[Key(member_id, agreement_id)].append(row)
    for key, rows in events.items():
        found[key].kept = list(_kept(rows, found[key].terms))
    latest = ", a.event_no, a.step_no DESC"
    for member_id, agreement_id, number, parts, terms_no, state in _rows(
        cursor, _STEPS, some, latest
    ):
        stored = Stored(tuple(json.loads(parts)), terms_no, _state(state))
        found[Key(member_id, agreement_id)].stored[number] = stored
    for member_id, agreement_id, account, balance, pending in _rows(cursor, _BALANCES, some):
        agreement = found.get(Key(member_id, agreement_id))
        if agreement is not None:
            agreement.balances[account] = balance, pending
    return list(found.values())


def _rows(cursor: Any, select: str, keys: list[Key] | None, then: str = "") -> list[Any]:
    if keys is None:
        cursor.execute(select + _ORDER + then)
    else:
        members, agreements = [key[0] for key in keys], [key[1] for key in keys]
        cursor.execute(select + _SOME + _ORDER + then, (members, agreements))
    rows: list[Any] = cursor.fetchall()
    return rows


def _agreement(row: tuple[Any, ...]) -> Agreement:
    product = products.from_text(*row[3:7])
    names = (
        "status", "ceiling_ppm", "limit_yen", "held_yen", "principal_yen", "wake_on", "terms_no",
    )  # fmt: skip
    columns = dict(zip(names, row[8:], strict=True))
    columns["state"] = _state(row[7])
    return Agreement(Key(*row[:2]), row[2].toordinal(), product.rules(CLOSED), columns)


@lru_cache(maxsize=4_096)
def _terms(text: str) -> Terms:
    said = json.loads(text)
    return Terms(
        rate_ppm=said["rate_ppm"],
        damages_ppm=said["damages_ppm"],
        limit_yen=said["limit_yen"],
        minimum=MinimumRule(
            tuple(MinimumBracket(*bracket) for bracket in said["minimum"]),
            said["minimum_unit_yen"],
        ),
        plan=DuePlan(
            scheme=Scheme[said["scheme"].upper()],
            day_of_month=said["day_of_month"],
            cycle_days=said["cycle_days"],
            window_days=said["window_days"],
            holiday_rule=HolidayRule[said["holiday_rule"].upper()],
        ),
        free_from=said["free_from"],
        free_to=said["free_to"],
    )


def _state(text: str) -> dict[str, Any]:
    values = [int(value) if isinstance(value, str) else value for value in json.loads(text)]
    found = dict(zip(_STATE_NAMES, values, strict=True))
    if found["arrangement"] is not None:
        found["arrangement"] = _arrangement(found["arrangement"])
    return found


def _arrangement(said: Any) -> Arrangement:
    relief, amount_yen, until = said
    return Arrangement(Relief(relief), amount_yen, until)


def _kept(rows: list[Any], terms: dict[int, Terms]) -> Iterator[Kept]:
    cancelled = {row[4] for row in rows if row[4] is not None}
    for number, kind, value_on, content, _, booked_at in rows:
        if kind in _NO_EVENTS or number in cancelled:
            continue
        said = json.loads(content)
        if "terms" in said:
            said["terms"] = terms[said["terms"]]
        if said.get("arrangement") is not None:
            said["arrangement"] = _arrangement(said["arrangement"])
        event: Event = _KINDS[kind](on=value_on.toordinal(), **said)
        yield Kept(number, event, booked_at)
