"""What happens to an agreement, and how it is written [契約台帳].

Everything happens under the lock of `_agreements`. An event that belongs before the last one makes
the later ones anew: their entries are reversed, latest first, and posted again as they now come
out, so that both truths stay visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from motocho.journal.rows import Happening
from motocho.kernel import revolving
from motocho.kernel.revolving import Event, Rules, State, Step, Terms
from motocho.ledger import posting
from motocho.ledger.chart import MONEY, Account
from motocho.ledger.posting import Entry, Phase, Posted
from motocho.loans import _rows
from motocho.loans._agreements import Key, Loan, Made, begun, lock, look, one_of
from motocho.loans._calendar import CLOSED
from motocho.loans._page import Page
from motocho.loans.policy import Status, Stop, legs_of, may_be_waived, wake_on
from motocho.units.errors import Fault, NotFoundError, RefusedError

__all__ = [
    "CLOSED",
    "REPOSTED",
    "TAKEN_OVER",
    "Done",
    "Kept",
    "Key",
    "Loan",
    "Made",
    "News",
    "Written",
    "add_opening",
    "add_steps",
    "all_terms",
    "begin",
    "cancel",
    "earlier_result",
    "events",
    "happen",
    "happening",
    "hold",
    "lock",
    "look",
    "put",
    "save",
    "set_ceiling",
    "set_status",
    "set_stops",
    "state_on",
    "undone",
]

REPOSTED = "repost"
"""The channel of entries that are made anew after an event that arrived late."""
TAKEN_OVER = "takeover"
"""The channel of another lender's events that are posted against the opening account."""


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
    rows = begun(cursor, [(key.member_id, made.channel, made.external_ref)])
    last = rows[-1] if rows else None
    if last is not None and last.made_event_no is not None:
        first = Key(last.member_id, last.agreement_id)
        return _repeated(cursor, key, made, first, last.made_event_no)
    return one_of(cursor, key, rows)


class Kept(NamedTuple):
    """An event that counts, with its last step [有効な取引]."""

    event_no: int
    event: Event
    entry_id: int | None
    terms_no: int
    step: Step
    channel: str


_EVERY = """
SELECT e.event_no, e.kind, e.value_on, e.content::text, s.entry_id, s.terms_no,
    s.state::text, s.parts::text, e.channel
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
    return None if row is None else _repeated(cursor, key, made, Key(key.member_id, row[0]), row[1])


def _repeated(cursor: Any, key: Key, made: Made, first: Key, event_no: int) -> Done:
    if first != key:
        raise RefusedError(Fault("LON-051", excerpt=made.external_ref))
    found = events(cursor, key, " AND e.event_no = %(event)s", event=event_no)
    if not found:
        raise RefusedError(Fault("LON-052", excerpt=made.external_ref))
    return Done(key, event_no, found[0].step, found[0].entry_id, is_repeat=True)


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
    number, kind, value_on, content, entry_id, terms_no, state, parts, channel = row
    event = _rows.event_from(kind, value_on.toordinal(), content, terms)
    step = _rows.step_from(event, _rows.state_from(state, terms[terms_no]), parts)
    return Kept(number, event, entry_id, terms_no, step, channel)


# ------------------------------------------------------------------------------------- happening
class _Before(NamedTuple):
    """The state before an event, and the number of its terms."""

    state: State
    terms_no: int


class _Row(NamedTuple):
    """A step to be written, with the place of its entry on the page."""

    event_no: int
    place: int | None
    step: Step


class News(NamedTuple):
    """What a command tells in the journal, beside the agreement and the event [日誌に書くこと]."""

    kind: str
    amount_yen: int


class Written(NamedTuple):
    """An event put on a page: the agreement after it, and its row [記入した取引]."""

    loan: Loan
    row: _Row

    def done(self, numbers: Sequence[int]) -> Done:
        """What it did, when the page is written and its entries have numbers [結果]."""
        place = self.row.place
        entry_id = None if place is None else numbers[place - 1]
        return Done(self.loan.key, self.row.event_no, self.row.step, entry_id, is_repeat=False)


def happen(
    cursor: Any, loan: Loan, event: Event, made: Made, news: News | None = None
) -> tuple[Loan, Done]:
    """Let one event happen to a locked agreement; later ones are made anew if need be [取引の記録].

    Caller holds the agreement's lock, and has asked policy.
    Raises    RefusedError if the event lies before the contract, or a later event rests on what it
              takes away; StateConflict if the business day is sealed.
    """
    page = Page()
    if event.on > loan.state.on:
        written = put(page, loan, event, made)
    else:
        written = _put_between(cursor, page, loan, event, made)
    if news is not None:
        page.news.append(happening(written, news, made))
    numbers = page.write(cursor)
    return written.loan, written.done(numbers)


def happening(written: Written, news: News, made: Made) -> Happening:
    """The journal's row of an event that is put on a page [日誌の行]."""
    key, event_no = written.loan.key, written.row.event_no
    subject = {"agreement": key.agreement_id, "amount_yen": news.amount_yen, "event": event_no}
    return Happening(key.member_id, news.kind, made.actor, made.booked_at, subject)


def put(page: Page, loan: Loan, event: Event, made: Made) -> Written:
    """Put an event of a day that is still to come for a locked agreement on a page [取引の記入]."""
    before = _Before(loan.state, loan.terms_no)
    row = _put_event(page, loan, before, event, made)
    return Written(_put_steps(page, loan, before, row.event_no, [row]), row)


def _put_between(cursor: Any, page: Page, loan: Loan, event: Event, made: Made) -> Written:
    """Put an event on a page that belongs before others, or on the day of the last."""
    if event.on < loan.opened_on.toordinal():
        raise RefusedError(Fault("LON-054", details={"on": str(date.fromordinal(event.on))}))
    before, later = _around(cursor, loan, event)
    posted = _posted_for(cursor, loan.key, later)
    _reverse_all(page, posted, later, made)
    row = _put_event(page, loan, before, event, made)
    again = _applied_again(page, replace(loan, state=row.step.state), later, posted, made)
    return Written(_put_steps(page, loan, before, row.event_no, [row, *again]), row)


def _put_event(page: Page, loan: Loan, before: _Before, event: Event, made: Made) -> _Row:
    """The event's own rows: itself, the terms it brings, its entry."""
    number, terms_no = loan.event_no + 1, None
    if isinstance(event, revolving.NewTerms):
        terms_no = number
        page.terms.append((*loan.key, number, _rows.terms_text(event.terms)))
    on, rank = revolving.order_of(event)
    kind, value_on = _rows.kind_of(event), date.fromordinal(on)
    page.events.append(
        (
            *loan.key, number, kind, value_on, rank, _rows.event_text(event, terms_no),
            made.channel, made.external_ref, made.business_on, made.booked_at, made.actor, None,
        )
    )  # fmt: skip
    step = revolving.apply(before.state, event, loan.rules)
    legs = legs_of(before.state, step, made.money)
    if not legs:
        return _Row(number, None, step)
    phase = Phase.POSTED if made.settles is None else Phase.POST
    entry = Entry(
        *loan.key, kind, made.channel, made.external_ref, value_on, made.business_on,
        made.booked_at, legs, phase, made.settles,
    )  # fmt: skip
    return _Row(number, page.post(entry), step)


def cancel(cursor: Any, loan: Loan, event_no: int, made: Made, reason: str) -> tuple[Loan, Done]:
    """Undo an event: its entry is reversed, later ones are made anew [取引の取消].

    Caller holds the agreement's lock.
    Raises    NotFoundError if no such event counts; RefusedError if later events rest on it;
              StateConflict if the business day is sealed.
    """
    kept = events(cursor, loan.key)
    place = next((at for at, one in enumerate(kept) if one.event_no == event_no), None)
    if place is None:
        raise NotFoundError(Fault("LON-053", details={"event": str(event_no)}))
    undone, later, page = kept[place], kept[place + 1 :], Page()
    number = loan.event_no + 1
    _put_cancellation(page, loan.key, number, undone, made)
    before = _first(cursor, loan)
    if place:
        before = _Before(kept[place - 1].step.state, kept[place - 1].terms_no)
    posted = _posted_for(cursor, loan.key, [undone, *later])
    _reverse_all(page, posted, later, made)
    entry_place = None
    if undone.entry_id is not None:
        undo = posting.reversal(posted[undone.entry_id], made.booking(), reason)
        entry_place = page.post(undo)
    again = _applied_again(page, replace(loan, state=before.state), later, posted, made)
    after = _put_steps(page, loan, before, number, again)
    step = undone.step._replace(state=after.state)
    written = Written(after, _Row(number, entry_place, step))
    return after, written.done(page.write(cursor))


def _around(cursor: Any, loan: Loan, event: Event) -> tuple[_Before, list[Kept]]:
    """What was before an event, and the events that count after it."""
    on, rank = revolving.order_of(event)
    values = {"on": date.fromordinal(on), "rank": rank}
    later = events(cursor, loan.key, " AND (e.value_on, e.rank) > (%(on)s, %(rank)s)", **values)
    # The event itself is written already, but has no step yet and so is not the last one.
    return _last_until(cursor, loan, on, rank), later


def _last_until(cursor: Any, loan: Loan, on: int, rank: int) -> _Before:
    """The agreement after the last event up to a place in its order."""
    values = {"on": date.fromordinal(on), "rank": rank}
    cursor.execute(
        _KEPT + " AND (e.value_on, e.rank) <= (%(on)s, %(rank)s)" + _LAST_FIRST,
        {"member": loan.key.member_id, "agreement": loan.key.agreement_id, **values},
    )
    row = cursor.fetchone()
    if row is None:
        return _first(cursor, loan)
    last = _kept(row, all_terms(cursor, loan.key))
    return _Before(last.step.state, last.terms_no)


def state_on(cursor: Any, loan: Loan, on: date) -> State:
    """The agreement at the end of a day, a past one too, by what is known now [その日の状態]."""
    day = on.toordinal()
    known = loan.state if loan.state.on <= day else _last_until(cursor, loan, day, 1).state
    return revolving.advance(known, day, loan.rules)


def _first(cursor: Any, loan: Loan) -> _Before:
    """The agreement on the day it was opened."""
    terms = all_terms(cursor, loan.key)[0]
    return _Before(revolving.open_loan(loan.opened_on.toordinal(), terms), 0)


def _posted_for(cursor: Any, key: Key, kept: Iterable[Kept]) -> dict[int, Posted]:
    """The entries of events, by their numbers."""
    numbers = [one.entry_id for one in kept if one.entry_id is not None]
    if not numbers:
        return {}
    return {one.entry_id: one for one in posting.find(cursor, key.member_id, numbers)}


def _reverse_all(
    page: Page, posted: Mapping[int, Posted], kept: Sequence[Kept], made: Made
) -> None:
    """Reverse the entries of events, the last first: no balance turns over on the way."""
    numbers = [one.entry_id for one in kept if one.entry_id is not None]
    booking, reason = made.booking(), f"{made.channel} {made.external_ref}"
    for number in reversed(numbers):
        undo = booking._replace(channel=REPOSTED, external_ref=f"undo {number}")
        page.post(posting.reversal(posted[number], undo, reason))


def _applied_again(
    page: Page, loan: Loan, later: Sequence[Kept], posted: Mapping[int, Posted], made: Made
) -> list[_Row]:
    """Events once more from the loan's state on, posted as they now come out."""
    rows: list[_Row] = []
    state = loan.state
    money = _money_of(posted)
    for one in later:
        step = _once_more(state, one, loan.rules)
        unposted = Account.OPENING if one.channel == TAKEN_OVER else Account.BANK
        legs = legs_of(state, step, money.get(one.entry_id or 0, unposted))
        place = None
        if legs:
            ref = f"{one.event_no} after {made.channel} {made.external_ref}"
            value_on = date.fromordinal(one.event.on)
            kind = _rows.kind_of(one.event)
            entry = Entry(
                *loan.key, kind, REPOSTED, ref, value_on, made.business_on, made.booked_at, legs
            )
            place = page.post(entry)
        rows.append(_Row(one.event_no, place, step))
        state = step.state
    return rows


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


def _money_of(posted: Mapping[int, Posted]) -> dict[int, Account]:
    """Where the money of earlier entries came from or went to; what was held, to a claim."""
    return {
        number: account
        for number, one in posted.items()
        for leg in one.entry.legs
        for account in (leg.debit, leg.credit)
        if account in MONEY or account in {Account.OPENING, Account.OVERPAYMENTS}
    }


# --------------------------------------------------------------------------------------- writing
def _put_cancellation(page: Page, key: Key, number: int, undone: Kept, made: Made) -> None:
    on, rank = revolving.order_of(undone.event)
    page.events.append(
        (
            *key, number, "cancellation", date.fromordinal(on), rank, "{}", made.channel,
            made.external_ref, made.business_on, made.booked_at, made.actor, undone.event_no,
        )
    )  # fmt: skip


def _put_steps(page: Page, loan: Loan, before: _Before, number: int, rows: Sequence[_Row]) -> Loan:
    """Put steps on a page, and the agreement's row, which then is as the last step leaves it."""
    terms_no = before.terms_no
    for row in rows:
        if isinstance(row.step.event, revolving.NewTerms):
            terms_no = row.event_no
        on, rank = revolving.order_of(row.step.event)
        page.steps.append(
            (
                *loan.key, None, row.event_no, date.fromordinal(on), rank, row.place,
                _rows.parts_text(row.step), terms_no, _rows.state_text(row.step.state),
            )
        )  # fmt: skip
    state = rows[-1].step.state if rows else before.state
    after = replace(loan, event_no=number, terms_no=terms_no, state=state)
    _put_saved(page, after)
    return after


def _put_saved(page: Page, loan: Loan) -> None:
    state = loan.state
    wakes = wake_on(state, loan.rules)
    page.saved[loan.key] = (
        *loan.key, loan.event_no, loan.terms_no, _rows.state_text(state), state.principal_yen,
        state.terms.limit_yen, None if wakes is None else date.fromordinal(wakes),
    )  # fmt: skip


def save(cursor: Any, loan: Loan) -> Loan:
    """Write the agreement's row [契約の更新]. Caller holds its lock."""
    page = Page()
    _put_saved(page, loan)
    page.write(cursor)
    return loan


_ADD_STEPS = """
INSERT INTO loan_step (member_id, agreement_id, event_no, value_on, rank, entry_id, parts, terms_no,
    state)
SELECT %s, %s, * FROM unnest(%s::integer[], %s::date[], %s::smallint[], %s::bigint[], %s::jsonb[],
    %s::integer[], %s::jsonb[])
"""


def add_steps(cursor: Any, key: Key, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write steps as rows of event, day, rank, entry, parts, terms, state [内訳の記録]."""
    cursor.execute(_ADD_STEPS, (*key, *(list(column) for column in zip(*rows, strict=True))))


_ADD_EVENT = """
INSERT INTO loan_event (member_id, agreement_id, event_no, kind, value_on, rank, content, channel,
    external_ref, business_on, booked_at, actor, cancels_no)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


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
