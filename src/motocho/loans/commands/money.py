"""Money goes out and comes in: draws, receipts, their reversal, held money, costs [入出金]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.revolving import Event
from motocho.ledger import posting
from motocho.ledger.chart import HOUSE, Account, Leg
from motocho.ledger.posting import Entry, Phase
from motocho.loans import _book, policy
from motocho.loans._book import Done, Key, Loan, Made, News
from motocho.loans.commands import refunds, surveys, watches
from motocho.loans.commands._ceilings import step_down
from motocho.loans.commands._telling import refuse_amount, refuse_day, refused, tell
from motocho.loans.policy import Consent, Facts, Status
from motocho.units.errors import Fault, RefusedError, StateConflict


def draw(cursor: Any, key: Key, amount_yen: int, made: Made) -> Done:
    """Lend money that leaves at once: a machine, a counter, an instant transfer [借入].

    The rest below 1,000 yen and the new draw are one principal from now on. Where the principal,
    own loans added, reaches a lower ceiling, the rate steps down with it on the same day.

    Lock      the member's agreements.
    Raises    RefusedError: LEND-013…016, 019, 020, LEDG-024, 026.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    refused(policy.check_draw(_to_draw(cursor, loan, made), amount_yen))
    return _lend(cursor, loan, amount_yen, made.business_on, made)


def _to_draw(cursor: Any, loan: Loan, made: Made) -> Facts:
    """An agreement as a draw sees it: what is overdue stops it, though no night ran."""
    facts = loan.facts(made.business_on)
    overdue = watches.unmet(cursor, loan.key.member_id, made.business_on)
    return replace(facts, stops=facts.stops | overdue)


def _lend(cursor: Any, loan: Loan, amount_yen: int, lent_on: date, made: Made) -> Done:
    on = lent_on.toordinal()
    facts = replace(loan.facts(made.business_on), state=_book.state_on(cursor, loan, lent_on))
    ceiling = policy.ceiling_after(facts, amount_yen, lent_on)
    if ceiling < loan.ceiling_ppm:
        loan = _book.set_ceiling(cursor, loan, ceiling)
    if loan.state.terms.rate_ppm > ceiling:
        lower = loan.state.terms._replace(rate_ppm=ceiling)
        stepped = replace(made, external_ref=f"{made.external_ref} ceiling")
        loan, _ = _book.happen(cursor, loan, revolving.NewTerms(on, lower), stepped)
    news = News("drawn", amount_yen)
    _, done = _book.happen(cursor, loan, revolving.Draw(on, amount_yen), made, news)
    if lent_on < made.business_on and step_down(cursor, loan.key.member_id, lent_on, made):
        after = _book.look(cursor, loan.key)
        done = replace(done, step=done.step._replace(state=after.state))
    return done


def send_draw(cursor: Any, key: Key, amount_yen: int, made: Made) -> int:
    """Lend money by a transfer whose outcome the bank has yet to tell [振込融資の依頼].

    The amount is held from the available credit, and stands pending in the ledger; interest begins
    when the transfer has come to pass (`draw_arrived`), never for one that fails. Gives the number
    of the pending entry.

    Lock      the member's agreements.
    Raises    RefusedError as `draw`; StateConflict if the reference was used for another amount.
    Law       民法587条.
    """
    loan = _book.lock(cursor, key)
    pending = _pending(cursor, loan, made.external_ref, made.channel)
    if pending is not None:
        if pending.entry.total_yen != amount_yen or pending.entry.book_id != key.agreement_id:
            raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
        return pending.entry_id
    facts = loan.facts(watches.leaving_on(made.business_on, made.booked_at))
    late = watches.unmet_at(cursor, key.member_id, made.business_on, made.booked_at)
    refused(policy.check_draw(replace(facts, stops=facts.stops | late), amount_yen))
    booking = made.booking()
    entry = Entry(
        *key, "draw", booking.channel, booking.external_ref, made.business_on, made.business_on,
        made.booked_at, (Leg(Account.PRINCIPAL, made.money, amount_yen),), Phase.PENDING,
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    _book.hold(cursor, loan, amount_yen)
    tell(cursor, key, "draw_sent", made, amount_yen=amount_yen, entry=number)
    return number


def draw_arrived(cursor: Any, key: Key, entry_id: int, arrived_on: date, made: Made) -> Done:
    """The bank carried a transfer out: the pending draw becomes one [振込融資の完了].

    It is a draw of the day on which the member had the money (`arrived_on`), even if the bank told
    us later: what came after is made anew, and rates step down as they would have.

    Lock      the member's agreements.
    Raises    StateConflict if it was settled already; RefusedError for a day to come, or one before
              the transfer was asked for.
    Law       民法587条, 利息制限法1条 · RATE-002.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    pending = _waiting(cursor, loan, entry_id)
    refuse_day(arrived_on, made)
    if arrived_on < pending.entry.value_on:
        details = {"on": str(arrived_on), "asked": str(pending.entry.value_on)}
        raise RefusedError(Fault("LON-065", details=details))
    loan = _book.hold(cursor, loan, -pending.entry.total_yen)
    money = pending.entry.legs[0].credit
    settles = replace(made, money=money, settles=entry_id)
    return _lend(cursor, loan, pending.entry.total_yen, arrived_on, settles)


def draw_failed(cursor: Any, key: Key, entry_id: int, made: Made) -> None:
    """The bank did not carry a transfer out: nothing was lent, no interest arose [振込不能].

    Lock      the member's agreements.
    Raises    StateConflict if it was settled already.
    Law       民法587条 · BANK-007.
    """
    _void(cursor, key, entry_id, made, "draw_failed")


def recall_draw(cursor: Any, key: Key, entry_id: int, made: Made) -> None:
    """A transfer that was not sent yet is taken back: nothing was lent [振込融資の取消].

    That it was not sent is the caller's to know (`loans.payouts.recall`).
    Lock      the member's agreements.
    Raises    StateConflict if it was settled already.
    """
    _void(cursor, key, entry_id, made, "draw_recalled")


def _void(cursor: Any, key: Key, entry_id: int, made: Made, news: str) -> None:
    loan = _book.lock(cursor, key)
    if _posted_before(cursor, key.member_id, made) is not None:
        return
    pending = _waiting(cursor, loan, entry_id)
    void = posting.settlement(pending, made.booking(), Phase.VOID, made.business_on)
    posting.post(cursor, [void])
    _book.hold(cursor, loan, -pending.entry.total_yen)
    tell(cursor, key, news, made, entry=entry_id, amount_yen=pending.entry.total_yen)


def _pending(cursor: Any, loan: Loan, ref: str, channel: str) -> posting.Posted | None:
    cursor.execute(
        "SELECT entry_id FROM ledger_entry WHERE member_id = %s AND channel = %s"
        " AND external_ref = %s AND phase = 'pending'",
        (loan.key.member_id, channel, ref),
    )
    row = cursor.fetchone()
    return None if row is None else posting.find(cursor, loan.key.member_id, [row[0]])[0]


def _waiting(cursor: Any, loan: Loan, entry_id: int) -> posting.Posted:
    """A pending draw that neither came to pass nor failed yet."""
    cursor.execute(
        "SELECT 1 FROM ledger_entry WHERE member_id = %s AND settles_entry_id = %s",
        (loan.key.member_id, entry_id),
    )
    is_settled = cursor.fetchone() is not None
    found = posting.find(cursor, loan.key.member_id, [entry_id])
    if is_settled or not found or found[0].entry.book_id != loan.key.agreement_id:
        raise StateConflict(Fault("LON-057", details={"entry": str(entry_id)}))
    return found[0]


def receive(cursor: Any, key: Key, amount_yen: int, value_on: date, made: Made) -> Done:
    """Money came for an agreement, by whatever channel, on time or late [入金].

    It counts from the day it arrived (`value_on`), even if that is long past: what came after is
    made anew. It goes to costs, damages, interest, principal; the rest is held for the member.

    Lock      the member's agreements.
    Raises    RefusedError for an amount below a yen, a day to come, a claim that was assigned.
    Law       民法477条 (day of arrival), 489条 (order) · LEDG-013, 014, 018, 020, 021, 024, 028.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    refuse_receipt(loan, amount_yen, value_on, made)
    event = revolving.Receipt(value_on.toordinal(), amount_yen)
    _, done = _book.happen(cursor, loan, event, made, News("received", amount_yen))
    return done


def refuse_receipt(loan: Loan, amount_yen: int, value_on: date, made: Made) -> None:
    """Raise what keeps money from being received [入金の点検].

    Raises    RefusedError for an amount below a yen, a day to come, a claim that was assigned.
    """
    refused(policy.check_receipt(loan.standing()))
    refuse_amount(amount_yen)
    refuse_day(value_on, made)


def reverse(cursor: Any, key: Key, event_no: int, reason: str, made: Made) -> Done:
    """Undo a draw, a receipt or another event as if it had not been [取消].

    Where principals turn out to have been higher, rates step down from the draws that reached a
    lower ceiling (RATE-002).

    Lock      the member's agreements.
    Raises    NotFoundError if no such event counts; RefusedError without a reason, if a later
              event rests on it, or for a cut limit that would rise without a survey.
    """
    loan = _book.lock(cursor, key)
    repeat = _book.undone(cursor, loan, made)
    if repeat is not None:
        return repeat
    if not reason.strip():
        raise RefusedError(Fault("LON-058"))
    refunds.refuse_refund_under_way(cursor, key)
    _, done = _book.cancel(cursor, loan, event_no, made, reason)
    refused(surveys.check_undone(cursor, loan, event_no, made))
    since = date.fromordinal(done.step.event.on)
    if step_down(cursor, key.member_id, since, made):
        after = _book.look(cursor, key)
        done = replace(done, step=done.step._replace(state=after.state))
    tell(cursor, key, "reversed", made, event=event_no)
    return done


def refund(cursor: Any, key: Key, amount_yen: int, made: Made) -> Done:
    """Give held money back [過入金の返金] · LEDG-018.

    Raises    RefusedError for more than is held.
    """
    return _on_day(cursor, key, made, "refunded", lambda on: revolving.Refund(on, amount_yen))


def use_excess(cursor: Any, key: Key, amount_yen: int, consent: Consent, made: Made) -> Done:
    """Put held money to the loan, as the member agreed [過入金の充当] · LEDG-018.

    Raises    RefusedError for more than is held.
    """
    del consent  # its being there is the rule; the paper it names is the caller's to keep
    return _on_day(
        cursor, key, made, "excess_used", lambda on: revolving.ExcessUsed(on, amount_yen)
    )


def charge(cursor: Any, key: Key, kind: str, amount_yen: int, made: Made) -> Done:
    """Ask for a cost that the law lets a lender ask for [費用] · RATE-009.

    Raises    RefusedError for any other kind: it would be interest.
    """
    refused(policy.check_charge(kind))
    return _on_day(cursor, key, made, "charged", lambda on: revolving.Cost(on, amount_yen))


def _on_day(cursor: Any, key: Key, made: Made, news: str, event_on: Callable[[int], Event]) -> Done:
    """An event of today's business date that needs no more than its amount."""
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    event = event_on(made.business_on.toordinal())
    amount_yen = getattr(event, "amount_yen", 1)
    refuse_amount(amount_yen)
    takes_held = isinstance(event, revolving.Refund | revolving.ExcessUsed)
    if takes_held:
        refunds.refuse_more_than_free(cursor, loan, amount_yen)
    _, done = _book.happen(cursor, loan, event, made)
    tell(cursor, key, news, made, event=done.event_no)
    return done


def forward(cursor: Any, key: Key, amount_yen: int, value_on: date, made: Made) -> int:
    """Money that came for an assigned claim is held for the new creditor [譲渡先への預り金].

    Gives the number of its entry.
    """
    loan = _book.lock(cursor, key)
    earlier = _same_amount(_posted_before(cursor, key.member_id, made), amount_yen, made)
    if earlier is not None:
        return earlier
    if loan.status is not Status.ASSIGNED:
        raise RefusedError(Fault("LON-062"))
    refuse_amount(amount_yen)
    entry = Entry(
        *key, "forwarded", made.channel, made.external_ref, value_on, made.business_on,
        made.booked_at, (Leg(made.money, Account.HELD_FOR_OTHERS, amount_yen),),
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    tell(cursor, key, "forwarded", made, amount_yen=amount_yen, entry=number)
    return number


def keep_unknown(cursor: Any, amount_yen: int, value_on: date, made: Made) -> int:
    """Money that nobody is known for yet [不明入金]; gives the number of its entry."""
    earlier = _same_amount(_posted_before(cursor, HOUSE, made), amount_yen, made)
    if earlier is not None:
        return earlier
    refuse_amount(amount_yen)
    entry = Entry(
        HOUSE, 0, "unknown_receipt", made.channel, made.external_ref, value_on, made.business_on,
        made.booked_at, (Leg(made.money, Account.UNKNOWN_RECEIPTS, amount_yen),),
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    tell(cursor, Key(HOUSE, 0), "unknown_receipt", made, amount_yen=amount_yen, entry=number)
    return number


def _posted_before(cursor: Any, member_id: int, made: Made) -> posting.Posted | None:
    """What the same reference posted when it came first."""
    cursor.execute(
        "SELECT entry_id FROM ledger_entry"
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    return None if row is None else posting.find(cursor, member_id, [row[0]])[0]


def _same_amount(earlier: posting.Posted | None, amount_yen: int, made: Made) -> int | None:
    """The number of an earlier entry; a conflict if it was for another amount."""
    if earlier is None:
        return None
    if earlier.entry.total_yen != amount_yen:
        raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
    return earlier.entry_id
