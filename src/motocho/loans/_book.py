"""Agreements in the database: locked, read, and written after an event [契約台帳].

Everything that happens to an agreement happens under the lock of its row, taken here; all
agreements of a member are locked together in the order of their ids, because ceilings add them up.
An event that belongs before the last one makes the later ones anew: their entries are reversed,
latest first, and posted again as they now come out, so that both truths stay visible.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Event, Rules, State, Step, Terms
from motocho.ledger import posting
from motocho.ledger.chart import MONEY, Account
from motocho.ledger.posting import Booking, Entry, Phase
from motocho.loans import _rows, products
from motocho.loans.policy import Facts, Status, Stop, legs_of, may_be_waived, wake_on
from motocho.loans.products import Product
from motocho.outside.bank import is_business_day
from motocho.units.errors import Fault, NotFoundError, RefusedError

REPOSTED = "repost"
"""The channel of entries that are made anew after an event that arrived late."""


class ClosedDays(Container[int]):
    """Days on which banks are closed, as ordinals [銀行休業日]."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and _is_closed(day)


@lru_cache(maxsize=65_536)
def _is_closed(day: int) -> bool:
    return not is_business_day(date.fromordinal(day))


CLOSED = ClosedDays()


class Key(NamedTuple):
    """An agreement [契約の番号]."""

    member_id: int
    agreement_id: int


@dataclass(frozen=True, slots=True)
class Made:
    """How a command came: by which channel and reference, when, by whom [受付].

    `channel` and `external_ref` together are done once: coming again, they give the first result.
    """

    channel: str
    external_ref: str
    business_on: date
    booked_at: datetime
    actor: str
    money: Account = Account.BANK
    """Where money comes from or goes to."""
    settles: int | None = None
    """The pending entry that comes to pass with this."""

    def booking(self) -> Booking:
        """The same, as the ledger takes it [記帳の名]."""
        return Booking(self.channel, self.external_ref, self.business_on, self.booked_at)


@dataclass(frozen=True, slots=True)
class Loan:
    """An agreement as its row holds it, after its last event [契約]."""

    key: Key
    product: Product
    opened_on: date
    status: Status
    stops: frozenset[Stop]
    ceiling_ppm: int
    shown_limit_yen: int | None
    held_yen: int
    event_no: int
    terms_no: int
    state: State
    rules: Rules
    others_yen: int

    def facts(self, on: date) -> Facts:
        """What decisions of a day look at [判断の前提]."""
        state = revolving.advance(self.state, on.toordinal(), self.rules)
        return Facts(
            self.product,
            self.status,
            self.stops,
            state,
            self.ceiling_ppm,
            self.held_yen,
            self.shown_limit_yen,
            self.others_yen,
        )


_COLUMNS = """
a.agreement_id, a.product_id, a.product_version, p.from_on, p.content::text, a.opened_on,
    a.status, a.stops, a.ceiling_ppm, a.shown_limit_yen, a.held_yen, a.event_no, a.terms_no,
    t.content::text, a.state::text, a.principal_yen
FROM loan_agreement a
JOIN loan_product p ON p.product_id = a.product_id AND p.version = a.product_version
JOIN loan_terms t USING (member_id, agreement_id, terms_no)
"""
_SELECT = f"SELECT {_COLUMNS} WHERE a.member_id = %s ORDER BY a.agreement_id"
_SEVERAL = (
    f"SELECT a.member_id, {_COLUMNS} WHERE a.member_id = ANY(%s)"
    " ORDER BY a.member_id, a.agreement_id"
)


def lock(cursor: Any, key: Key) -> Loan:
    """An agreement of a member, all of the member's locked [契約の取得とロック].

    Lock      the member's agreement rows, in the order of their ids, until the transaction ends.
    Raises    NotFoundError if the member has no such agreement.
    """
    return _found(cursor, key, _SELECT + " FOR UPDATE OF a")


def look(cursor: Any, key: Key) -> Loan:
    """An agreement as it stands, without a lock [契約の参照].

    Raises    NotFoundError if the member has no such agreement.
    """
    return _found(cursor, key, _SELECT)


def look_at(cursor: Any, keys: Iterable[Key]) -> dict[Key, Loan]:
    """Several agreements as they stand, without a lock; those that are not there are left out."""
    wanted = set(keys)
    cursor.execute(_SEVERAL, (sorted({key.member_id for key in wanted}),))
    found: dict[Key, Loan] = {}
    for member_id, group in groupby(cursor.fetchall(), key=lambda row: row[0]):
        rows = [row[1:] for row in group]
        principal = sum(row[15] for row in rows)
        for row in rows:
            if Key(member_id, row[0]) in wanted:
                loan = _loan(member_id, row, principal - row[15])
                found[loan.key] = loan
    return found


def _found(cursor: Any, key: Key, select: str) -> Loan:
    cursor.execute(select, (key.member_id,))
    rows = cursor.fetchall()
    principal = sum(row[15] for row in rows)
    for row in rows:
        if row[0] == key.agreement_id:
            return _loan(key.member_id, row, principal - row[15])
    raise NotFoundError(Fault("LON-050", details={"agreement": str(key.agreement_id)}))


def _loan(member_id: int, row: tuple[Any, ...], others_yen: int) -> Loan:
    product = products.from_text(row[1], row[2], row[3], row[4])
    terms = _rows.terms_from(row[13])
    return Loan(
        key=Key(member_id, row[0]),
        product=product,
        opened_on=row[5],
        status=Status(row[6]),
        stops=frozenset(Stop(one) for one in row[7]),
        ceiling_ppm=row[8],
        shown_limit_yen=row[9],
        held_yen=row[10],
        event_no=row[11],
        terms_no=row[12],
        state=_rows.state_from(row[14], terms),
        rules=product.rules(CLOSED),
        others_yen=others_yen,
    )


# -------------------------------------------------------------------------------- what was done
@dataclass(frozen=True, slots=True)
class Done:
    """What a command did, or had done when it came first [結果]."""

    key: Key
    event_no: int
    step: Step
    entry_id: int | None
    is_repeat: bool


def begin(cursor: Any, key: Key, made: Made) -> Loan | Done:
    """The agreement, locked; or what the same reference did when it came first [受付].

    Lock      the member's agreements.
    Raises    NotFoundError, RefusedError as `lock` and `earlier_result` do.
    """
    loan = lock(cursor, key)
    return earlier_result(cursor, key, made) or loan


class Kept(NamedTuple):
    """An event that counts, with its last step [有効な取引]."""

    event_no: int
    event: Event
    entry_id: int | None
    terms_no: int
    step: Step


_EVERY = """
SELECT e.event_no, e.kind, e.value_on, e.content::text, s.entry_id, s.terms_no,
    s.state::text, s.parts::text
FROM loan_event e
JOIN LATERAL (
    SELECT entry_id, terms_no, state, parts FROM loan_step s
    WHERE s.member_id = e.member_id AND s.agreement_id = e.agreement_id AND s.event_no = e.event_no
    ORDER BY step_no DESC LIMIT 1
) s ON true
WHERE e.member_id = %(member)s AND e.agreement_id = %(agreement)s
"""
_KEPT = (
    _EVERY
    + """
  AND NOT EXISTS (
    SELECT FROM loan_event c WHERE c.member_id = e.member_id AND c.agreement_id = e.agreement_id
      AND c.cancels_no = e.event_no)
"""
)
_IN_ORDER = " ORDER BY e.value_on, e.rank, e.event_no"
_LAST_FIRST = " ORDER BY e.value_on DESC, e.rank DESC, e.event_no DESC LIMIT 1"


def earlier_result(cursor: Any, key: Key, made: Made) -> Done | None:
    """What the same reference did when it came first; None if it is new [二重受付の確認].

    Raises    RefusedError if another agreement of the member took it.
    """
    cursor.execute(
        "SELECT agreement_id, event_no FROM loan_event"
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (key.member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    if row[0] != key.agreement_id:
        raise RefusedError(Fault("LON-051", excerpt=made.external_ref))
    found = events(cursor, key, " AND e.event_no = %(event)s", event=row[1])
    if not found:
        raise RefusedError(Fault("LON-052", excerpt=made.external_ref))
    return Done(key, row[1], found[0].step, found[0].entry_id, is_repeat=True)


def events(cursor: Any, key: Key, condition: str = "", **values: object) -> list[Kept]:
    """Events that count, in their order, each with what it did last [有効な取引の一覧]."""
    names = {"member": key.member_id, "agreement": key.agreement_id, **values}
    cursor.execute(_KEPT + condition + _IN_ORDER, names)
    rows = cursor.fetchall()
    terms = all_terms(cursor, key)
    return [_kept(row, terms) for row in rows]


def undone(cursor: Any, loan: Loan, made: Made) -> Done | None:
    """What a cancellation of the same reference did when it came first [二重の取消の確認].

    Gives     the event that it undid, as its last step left it, and the agreement as it stands.
    """
    cursor.execute(
        "SELECT c.event_no, c.cancels_no, e.entry_id FROM loan_event c"
        " LEFT JOIN ledger_entry e USING (member_id, channel, external_ref)"
        " WHERE c.member_id = %s AND c.agreement_id = %s AND c.channel = %s"
        " AND c.external_ref = %s AND c.cancels_no IS NOT NULL",
        (*loan.key, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    number, cancelled_no, entry_id = row
    names = {"member": loan.key.member_id, "agreement": loan.key.agreement_id}
    cursor.execute(_EVERY + " AND e.event_no = %(event)s", {**names, "event": cancelled_no})
    kept = _kept(cursor.fetchone(), all_terms(cursor, loan.key))
    step = kept.step._replace(state=loan.state)
    return Done(loan.key, number, step, entry_id, is_repeat=True)


def all_terms(cursor: Any, key: Key) -> dict[int, Terms]:
    """Every terms an agreement had, by number [契約条件の履歴]."""
    cursor.execute(
        "SELECT terms_no, content::text FROM loan_terms WHERE member_id = %s AND agreement_id = %s",
        key,
    )
    return {number: _rows.terms_from(text) for number, text in cursor.fetchall()}


def _kept(row: tuple[Any, ...], terms: dict[int, Terms]) -> Kept:
    number, kind, value_on, content, entry_id, terms_no, state, parts = row
    event = _rows.event_from(kind, value_on.toordinal(), content, terms)
    step = _rows.step_from(event, _rows.state_from(state, terms[terms_no]), parts)
    return Kept(number, event, entry_id, terms_no, step)


# ------------------------------------------------------------------------------------- happening
class _Before(NamedTuple):
    """The state before an event, and the number of its terms."""

    state: State
    terms_no: int


class _Row(NamedTuple):
    """A step to be written."""

    event_no: int
    entry_id: int | None
    step: Step


def happen(cursor: Any, loan: Loan, event: Event, made: Made) -> tuple[Loan, Done]:
    """Let one event happen to a locked agreement; later ones are made anew if need be [取引の記録].

    Caller holds the agreement's lock, and has asked policy.
    Raises    RefusedError if the event lies before the contract, or a later event rests on what it
              takes away.
    """
    number, terms_no = loan.event_no + 1, None
    if isinstance(event, revolving.NewTerms):
        terms_no = _add_terms(cursor, loan.key, number, event.terms)
    _add_event(cursor, loan.key, _EventRow(number, event, terms_no), made)
    before, later = _around(cursor, loan, event)
    if event.on < loan.opened_on.toordinal():
        raise RefusedError(Fault("LON-054", details={"on": str(date.fromordinal(event.on))}))
    step = revolving.apply(before.state, event, loan.rules)
    entry_id = None
    if later:
        _reverse_all(cursor, loan.key, later, made)
    legs = legs_of(before.state, step, made.money)
    if legs:
        value_on = date.fromordinal(event.on)
        booking = made.booking()
        phase = Phase.POSTED if made.settles is None else Phase.POST
        entry = Entry(
            *loan.key, _rows.kind_of(event), booking.channel, booking.external_ref, value_on,
            booking.business_on, booking.booked_at, legs, phase, made.settles,
        )  # fmt: skip
        (entry_id,) = posting.post(cursor, [entry])
    rows = [_Row(number, entry_id, step), *_applied_again(cursor, loan, step.state, later, made)]
    after = _saved(cursor, loan, number, before, rows)
    return after, Done(loan.key, number, step, entry_id, is_repeat=False)


def cancel(cursor: Any, loan: Loan, event_no: int, made: Made, reason: str) -> tuple[Loan, Done]:
    """Undo an event: its entry is reversed, later ones are made anew [取引の取消].

    Caller holds the agreement's lock.
    Raises    NotFoundError if no such event counts; RefusedError if later events rest on it.
    """
    kept = events(cursor, loan.key)
    place = next((at for at, one in enumerate(kept) if one.event_no == event_no), None)
    if place is None:
        raise NotFoundError(Fault("LON-053", details={"event": str(event_no)}))
    undone, later = kept[place], kept[place + 1 :]
    number = loan.event_no + 1
    _add_cancellation(cursor, loan.key, number, undone, made)
    before = _first(cursor, loan)
    if place:
        before = _Before(kept[place - 1].step.state, kept[place - 1].terms_no)
    _reverse_all(cursor, loan.key, later, made)
    entry_id = None
    if undone.entry_id is not None:
        posted = posting.find(cursor, loan.key.member_id, [undone.entry_id])[0]
        (entry_id,) = posting.post(cursor, [posting.reversal(posted, made.booking(), reason)])
    rows = _applied_again(cursor, loan, before.state, later, made)
    after = _saved(cursor, loan, number, before, rows)
    step = undone.step._replace(state=after.state)
    return after, Done(loan.key, number, step, entry_id, is_repeat=False)


def _around(cursor: Any, loan: Loan, event: Event) -> tuple[_Before, list[Kept]]:
    """What was before an event, and the events that count after it.

    The agreement's own row may be further than its last event: the night lets due dates pass.
    """
    if event.on > loan.state.on:
        return _Before(loan.state, loan.terms_no), []
    on, rank = revolving.order_of(event)
    values = {"on": date.fromordinal(on), "rank": rank}
    later = events(cursor, loan.key, " AND (e.value_on, e.rank) > (%(on)s, %(rank)s)", **values)
    cursor.execute(
        _KEPT + " AND (e.value_on, e.rank) <= (%(on)s, %(rank)s)" + _LAST_FIRST,
        {"member": loan.key.member_id, "agreement": loan.key.agreement_id, **values},
    )
    # The event itself is written already, but has no step yet and so is not among them.
    row = cursor.fetchone()
    if row is None:
        return _first(cursor, loan), later
    last = _kept(row, all_terms(cursor, loan.key))
    return _Before(last.step.state, last.terms_no), later


def _first(cursor: Any, loan: Loan) -> _Before:
    """The agreement on the day it was opened."""
    terms = all_terms(cursor, loan.key)[0]
    return _Before(revolving.open_loan(loan.opened_on.toordinal(), terms), 0)


def _reverse_all(cursor: Any, key: Key, kept: Sequence[Kept], made: Made) -> None:
    """Reverse the entries of events, the last first: no balance turns over on the way."""
    numbers = [one.entry_id for one in kept if one.entry_id is not None]
    posted = {one.entry_id: one for one in posting.find(cursor, key.member_id, numbers)}
    booking = made.booking()
    entries = [
        posting.reversal(
            posted[number],
            booking._replace(channel=REPOSTED, external_ref=f"undo {number}"),
            f"{made.channel} {made.external_ref}",
        )
        for number in reversed(numbers)
    ]
    posting.post(cursor, entries)


def _applied_again(
    cursor: Any, loan: Loan, state: State, later: Sequence[Kept], made: Made
) -> list[_Row]:
    """Events once more from a state on, posted as they now come out."""
    entries: list[Entry] = []
    rows: list[_Row] = []
    money = _money_of(cursor, loan.key, later)
    for one in later:
        step = _once_more(state, one, loan.rules)
        legs = legs_of(state, step, money.get(one.entry_id or 0, Account.BANK))
        if legs:
            ref = f"{one.event_no} after {made.channel} {made.external_ref}"
            value_on = date.fromordinal(one.event.on)
            kind = _rows.kind_of(one.event)
            entries.append(
                Entry(
                    *loan.key, kind, REPOSTED, ref, value_on, made.business_on, made.booked_at, legs
                )
            )
        rows.append(_Row(one.event_no, len(entries) if legs else None, step))
        state = step.state
    numbers = posting.post(cursor, entries)
    return [
        row._replace(entry_id=None if row.entry_id is None else numbers[row.entry_id - 1])
        for row in rows
    ]


def _once_more(state: State, kept: Kept, rules: Rules) -> Step:
    """A later event once more; what it cannot do any more is refused as a whole."""
    event = kept.event
    possible = True
    if isinstance(event, revolving.Refund | revolving.ExcessUsed):
        possible = event.amount_yen <= state.excess_yen
    if isinstance(event, revolving.Waiver):
        possible = may_be_waived(state, event, rules)
    if not possible:
        raise RefusedError(Fault("LON-055", details={"event": str(kept.event_no)}))
    return revolving.apply(state, event, rules)


def _money_of(cursor: Any, key: Key, kept: Iterable[Kept]) -> dict[int, Account]:
    """Where the money of earlier entries came from or went to."""
    numbers = [one.entry_id for one in kept if one.entry_id is not None]
    if not numbers:
        return {}
    return {
        posted.entry_id: account
        for posted in posting.find(cursor, key.member_id, numbers)
        for leg in posted.entry.legs
        for account in (leg.debit, leg.credit)
        if account in MONEY
    }


# --------------------------------------------------------------------------------------- writing
def _add_terms(cursor: Any, key: Key, number: int, terms: Terms) -> int:
    cursor.execute(
        "INSERT INTO loan_terms (member_id, agreement_id, terms_no, content)"
        " VALUES (%s, %s, %s, %s)",
        (*key, number, _rows.terms_text(terms)),
    )
    return number


_ADD_EVENT = """
INSERT INTO loan_event (member_id, agreement_id, event_no, kind, value_on, rank, content, channel,
    external_ref, business_on, booked_at, actor, cancels_no)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class _EventRow(NamedTuple):
    """An event to be written, with the number of the terms it brings."""

    number: int
    event: Event
    terms_no: int | None


def _add_event(cursor: Any, key: Key, row: _EventRow, made: Made) -> None:
    on, rank = revolving.order_of(row.event)
    content = _rows.event_text(row.event, row.terms_no)
    cursor.execute(
        _ADD_EVENT,
        (
            *key, row.number, _rows.kind_of(row.event), date.fromordinal(on), rank, content,
            made.channel, made.external_ref, made.business_on, made.booked_at, made.actor, None,
        ),
    )  # fmt: skip


def _add_cancellation(cursor: Any, key: Key, number: int, undone: Kept, made: Made) -> None:
    on, rank = revolving.order_of(undone.event)
    cursor.execute(
        _ADD_EVENT,
        (
            *key, number, "cancellation", date.fromordinal(on), rank, "{}", made.channel,
            made.external_ref, made.business_on, made.booked_at, made.actor, undone.event_no,
        ),
    )  # fmt: skip


_ADD_STEPS = """
INSERT INTO loan_step (member_id, agreement_id, event_no, value_on, rank, entry_id, parts, terms_no,
    state)
SELECT %s, %s, * FROM unnest(%s::integer[], %s::date[], %s::smallint[], %s::bigint[], %s::jsonb[],
    %s::integer[], %s::jsonb[])
"""
_SAVE = """
UPDATE loan_agreement SET event_no = %s, terms_no = %s, state = %s, principal_yen = %s,
    limit_yen = %s, wake_on = %s
WHERE member_id = %s AND agreement_id = %s
"""


def _saved(cursor: Any, loan: Loan, number: int, before: _Before, rows: Sequence[_Row]) -> Loan:
    """Write the steps and the agreement's row, which then is as the last step leaves it."""
    terms_no, written = before.terms_no, []
    for row in rows:
        if isinstance(row.step.event, revolving.NewTerms):
            terms_no = row.event_no
        on, rank = revolving.order_of(row.step.event)
        written.append(
            (
                row.event_no, date.fromordinal(on), rank, row.entry_id, _rows.parts_text(row.step),
                terms_no, _rows.state_text(row.step.state),
            )
        )  # fmt: skip
    if written:
        cursor.execute(
            _ADD_STEPS, (*loan.key, *(list(column) for column in zip(*written, strict=True)))
        )
    state = rows[-1].step.state if rows else before.state
    return save(cursor, replace(loan, event_no=number, terms_no=terms_no, state=state))


def save(cursor: Any, loan: Loan) -> Loan:
    """Write the agreement's row [契約の更新]. Caller holds its lock."""
    state = loan.state
    wakes = wake_on(state, loan.rules)
    cursor.execute(
        _SAVE,
        (
            loan.event_no, loan.terms_no, _rows.state_text(state), state.principal_yen,
            state.terms.limit_yen, None if wakes is None else date.fromordinal(wakes), *loan.key,
        ),
    )  # fmt: skip
    return loan


def add_opening(cursor: Any, key: Key, on: date, made: Made) -> None:
    """The event that an agreement begins with, by which its opening is known again [契約の記録]."""
    cursor.execute(
        _ADD_EVENT,
        (
            *key, 1, "opening", on, 0, "{}", made.channel, made.external_ref, made.business_on,
            made.booked_at, made.actor, None,
        ),
    )  # fmt: skip


def hold(cursor: Any, loan: Loan, amount_yen: int) -> Loan:
    """Hold an amount of the available credit, or let it go with a minus [振込中の額]."""
    held = loan.held_yen + amount_yen
    cursor.execute(
        "UPDATE loan_agreement SET held_yen = %s WHERE member_id = %s AND agreement_id = %s",
        (held, *loan.key),
    )
    return replace(loan, held_yen=held)


def set_ceiling(cursor: Any, loan: Loan, ceiling_ppm: int) -> Loan:
    """Step the ceiling down; the database refuses a rise [制限利率の区分]."""
    cursor.execute(
        "UPDATE loan_agreement SET ceiling_ppm = %s WHERE member_id = %s AND agreement_id = %s",
        (ceiling_ppm, *loan.key),
    )
    return replace(loan, ceiling_ppm=ceiling_ppm)


def set_stops(cursor: Any, loan: Loan, stops: frozenset[Stop]) -> Loan:
    """Write the reasons for which nothing may be drawn [利用停止]."""
    cursor.execute(
        "UPDATE loan_agreement SET stops = %s WHERE member_id = %s AND agreement_id = %s",
        (sorted(one.value for one in stops), *loan.key),
    )
    return replace(loan, stops=stops)


def set_status(cursor: Any, loan: Loan, status: Status) -> Loan:
    """Write how the agreement stands [契約の状態]."""
    cursor.execute(
        "UPDATE loan_agreement SET status = %s WHERE member_id = %s AND agreement_id = %s",
        (status.value, *loan.key),
    )
    return replace(loan, status=status)
