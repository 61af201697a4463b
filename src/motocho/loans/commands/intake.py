"""Another lender's agreement is taken over if it is lawful and its balances are ours [引継ぎ].

All of it in the caller's transaction or nothing: the contract, its terms, each event with what it
did, the entries. What differs, or bore more than the law of its time let a lender take, is given
back as parked, and nothing of it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson

from motocho.kernel import revolving
from motocho.kernel.revolving import State
from motocho.law.rules import Refusal
from motocho.ledger import balances, posting
from motocho.ledger.chart import Account
from motocho.ledger.posting import Entry
from motocho.loans import _book, _rows, policy, products, takeover
from motocho.loans._book import TAKEN_OVER, Key, Made
from motocho.loans._calendar import CLOSED
from motocho.loans.commands._telling import tell
from motocho.loans.policy import Status
from motocho.loans.products import Product
from motocho.loans.takeover import Difference, PastAgreement, PastKind, Posting, Replay
from motocho.units.errors import Fault, NotFoundError, ensure

AS_EVENTS = "takeover-events"
"""The channel of another lender's events that are posted as if they had happened here."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An agreement that counts now [引継ぎ済み]."""

    key: Key
    events: int
    principal_yen: int
    is_repeat: bool
    """It was taken over before; nothing changed."""


@dataclass(frozen=True, slots=True)
class Parked:
    """An agreement of which nothing counts, and why [引継ぎ保留]."""

    reference: str
    refusals: tuple[Refusal, ...] = ()
    """Rates above what the law let a lender take: to be recalculated, not taken over."""
    differences: tuple[Difference, ...] = ()
    faults: tuple[Fault, ...] = ()

    def reasons(self) -> tuple[Fault, ...]:
        """All reasons, the gravest first [保留の理由]."""
        refused = [refusal.fault() for refusal in self.refusals]
        differing = [difference.fault() for difference in self.differences]
        return (*refused, *self.faults, *differing)


def take_over(cursor: Any, member_id: int, past: PastAgreement, made: Made) -> Taken | Parked:
    """Take over an agreement whose lawful replay is equal to what its lender printed [引継ぎ].

    The same agreement again changes nothing; under the same number, something else is parked.

    Takes     the member here; the agreement; `made` names business date, moment and actor: channel
              and reference are the agreement's own.
    Lock      the agreement's reference, until the transaction ends.
    Law       利息制限法1条, 4条, 7条; 出資法5条; 貸金業法42条 · RATE-001, 004, 005, 007, 008;
              最二小判平成18年1月13日 · LEDG-023: not paying interest above the ceiling is no delay.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (past.reference,))
    earlier = _earlier(cursor, member_id, past)
    if earlier is not None:
        return earlier
    try:
        product = products.on_day(cursor, past.product_id, past.opened_on)
    except NotFoundError as missing:
        refusals = takeover.unlawful(past, None, revolving.Rules())
        return Parked(past.reference, refusals, faults=missing.faults)
    rules = product.rules(CLOSED)
    found = takeover.replay(past, product, rules)
    parked = _parked(past, found, rules, made)
    if parked is not None:
        return parked
    key = _write(cursor, _Case(member_id, past, product, found, made))
    tell(cursor, key, "taken_over", made, book=past.book, number=past.number)
    for stop in sorted(past.stops, key=lambda one: one.value):
        tell(cursor, key, "suspended", made, stop=stop.value)
    return Taken(key, len(found.done) + 1, found.state.principal_yen, is_repeat=False)


def _earlier(cursor: Any, member_id: int, past: PastAgreement) -> Taken | Parked | None:
    cursor.execute(
        "SELECT e.agreement_id, e.content->>'digest', a.event_no, a.principal_yen FROM loan_event e"
        " JOIN loan_agreement a USING (member_id, agreement_id)"
        " WHERE e.member_id = %s AND e.channel = ANY(%s) AND e.external_ref = %s",
        (member_id, [TAKEN_OVER, AS_EVENTS], past.reference),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    agreement_id, digest, events, principal_yen = row
    if digest != past.digest:
        details = {"agreement": str(agreement_id)}
        return Parked(past.reference, faults=(Fault("BOK-034", details=details),))
    return Taken(Key(member_id, agreement_id), events, principal_yen, is_repeat=True)


def _parked(
    past: PastAgreement, found: Replay, rules: revolving.Rules, made: Made
) -> Parked | None:
    refusals = takeover.unlawful(past, found, rules)
    faults = list(found.faults)
    missing = takeover.head_is_missing(past)
    if missing is not None:
        faults.append(missing)
    last = max([past.stated.on, *(row.on for row in past.rows)])
    if last > made.business_on:
        details = {"today": str(made.business_on)}
        faults.append(Fault("BOK-035", excerpt=str(last), details=details))
    if refusals or faults or found.differences:
        return Parked(past.reference, refusals, found.differences, tuple(faults))
    return None


# ----------------------------------------------------------------------------------------- writing
class _Case(NamedTuple):
    """An agreement that will count."""

    member_id: int
    past: PastAgreement
    product: Product
    found: Replay
    made: Made

    @property
    def channel(self) -> str:
        return TAKEN_OVER if self.past.posting is Posting.OPENING else AS_EVENTS

    def status(self) -> Status:
        kinds = {type(one.step.event) for one in self.found.done}
        if revolving.Departure in kinds:
            return Status.ASSIGNED
        return Status.WRITTEN_OFF if revolving.WriteOff in kinds else Status.OPEN


class _Written(NamedTuple):
    """An event as its rows hold it."""

    event_no: int
    terms_no: int
    before: State
    one: takeover.Replayed

    @property
    def on(self) -> date:
        return date.fromordinal(self.one.step.event.on)


def _write(cursor: Any, case: _Case) -> Key:
    rows = list(_numbered(case.found))
    key = _add_agreement(cursor, case, rows)
    _add_terms(cursor, key, case, rows)
    _add_events(cursor, key, case, rows)
    _add_steps(cursor, key, rows, _post(cursor, key, case, rows))
    _ensure_equal(cursor, key, case.found.state)
    return key


def _ensure_equal(cursor: Any, key: Key, state: State) -> None:
    """The ledger holds what the replay owes, before it counts."""
    held = balances.of_book(cursor, *key)
    for account, owed_yen in (
        (Account.PRINCIPAL, state.principal_yen),
        (Account.COSTS, state.costs_yen),
        (Account.EXCESS, state.excess_yen),
        (Account.WRITTEN_OFF, state.written_off_yen),
    ):
        balance = held.get(account, balances.Balance()).on_side(account.title.side)
        ensure(balance == owed_yen, "ledger and replay agree", account=account, key=key)


def _numbered(found: Replay) -> Iterator[_Written]:
    """Events by number, in their order; the opening is event 1."""
    before, terms_no = found.first, 0
    for number, one in enumerate(found.done, start=2):
        if isinstance(one.step.event, revolving.NewTerms):
            terms_no = number
        yield _Written(number, terms_no, before, one)
        before = one.step.state


def _add_agreement(cursor: Any, case: _Case, rows: list[_Written]) -> Key:
    last = rows[-1].one.step.state if rows else case.found.first
    wakes = policy.wake_on(last, case.product.rules(CLOSED))
    cursor.execute(
        "INSERT INTO loan_agreement (member_id, product_id, product_version, opened_on, status,"
        " stops, ceiling_ppm, limit_yen, principal_yen, event_no, terms_no, state, wake_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING agreement_id",
        (
            case.member_id, case.product.product_id, case.product.version, case.past.opened_on,
            case.status().value, sorted(one.value for one in case.past.stops),
            case.found.ceiling_ppm, last.terms.limit_yen, last.principal_yen,
            rows[-1].event_no if rows else 1, rows[-1].terms_no if rows else 0,
            _rows.state_text(last), None if wakes is None else date.fromordinal(wakes),
        ),
    )  # fmt: skip
    return Key(case.member_id, cursor.fetchone()[0])


def _add_terms(cursor: Any, key: Key, case: _Case, rows: list[_Written]) -> None:
    terms = [(0, case.found.first.terms)]
    terms += [
        (row.terms_no, row.one.step.state.terms) for row in rows if row.terms_no == row.event_no
    ]
    cursor.execute(
        "INSERT INTO loan_terms (member_id, agreement_id, terms_no, content)"
        " SELECT %s, %s, * FROM unnest(%s::integer[], %s::jsonb[])",
        (*key, [number for number, _ in terms], [_rows.terms_text(one) for _, one in terms]),
    )


_ADD_EVENTS = """
INSERT INTO loan_event (member_id, agreement_id, event_no, kind, value_on, rank, content, channel,
    external_ref, business_on, booked_at, actor)
SELECT %s, %s, t.*, %s, %s, %s FROM unnest(%s::integer[], %s::text[], %s::date[], %s::smallint[],
    %s::jsonb[], %s::text[], %s::text[]) AS t
"""


def _add_events(cursor: Any, key: Key, case: _Case, rows: list[_Written]) -> None:
    past, made = case.past, case.made
    says = takeover.says_damages(past, case.product, case.product.rules(CLOSED))
    content = {"digest": past.digest, "posting": past.posting.value, "says_damages": says}
    opening = (
        1, "opening", past.opened_on, 0, orjson.dumps(content).decode(), case.channel,
        past.reference,
    )  # fmt: skip
    events = [opening]
    for row in rows:
        event = row.one.step.event
        on, rank = revolving.order_of(event)
        terms_no = row.terms_no if isinstance(event, revolving.NewTerms) else None
        events.append(
            (
                row.event_no, _rows.kind_of(event), date.fromordinal(on), rank,
                _rows.event_text(event, terms_no), case.channel, _reference(past, row),
            )
        )  # fmt: skip
    columns = [list(column) for column in zip(*events, strict=True)]
    cursor.execute(_ADD_EVENTS, (*key, made.business_on, made.booked_at, made.actor, *columns))


def _reference(past: PastAgreement, row: _Written) -> str:
    return f"{past.reference}#{row.event_no}"


def _post(cursor: Any, key: Key, case: _Case, rows: list[_Written]) -> dict[int, int]:
    """The entries of the events that moved anything; gives their numbers by event."""
    made, posted, entries = case.made, [], []
    for row in rows:
        money = case.past.posting.money
        if row.one.row is not None and row.one.row.kind is PastKind.OPENING:
            money = Posting.OPENING.money
        legs = policy.legs_of(row.before, row.one.step, money)
        if legs:
            posted.append(row.event_no)
            entries.append(
                Entry(
                    *key, _rows.kind_of(row.one.step.event), case.channel,
                    _reference(case.past, row), row.on, made.business_on, made.booked_at, legs,
                )
            )  # fmt: skip
    return dict(zip(posted, posting.post(cursor, entries), strict=True))


def _add_steps(cursor: Any, key: Key, rows: list[_Written], entries: dict[int, int]) -> None:
    steps = [
        (
            row.event_no, row.on, revolving.order_of(row.one.step.event)[1],
            entries.get(row.event_no), _rows.parts_text(row.one.step), row.terms_no,
            _rows.state_text(row.one.step.state),
        )
        for row in rows
    ]  # fmt: skip
    if steps:
        _book.add_steps(cursor, key, steps)
