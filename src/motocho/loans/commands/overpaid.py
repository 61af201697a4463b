"""An overpayment is owed back, and paid: what a claim against us does to the book [過払金の返還].

What a recalculation or a settlement found to be owed to a member stands as a debt of ours in the
book of their agreement, or in the member's book 0 for dealings of before that were never taken
over. It never goes below nothing, and the agreement's own account is not touched by it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.ledger import posting
from motocho.ledger.chart import Account, Leg
from motocho.ledger.posting import Entry
from motocho.loans import _book, policy
from motocho.loans._book import Done, Key, Loan, Made
from motocho.loans.commands import refunds
from motocho.loans.commands._telling import refuse_amount, refuse_day, refused, tell
from motocho.loans.commands.ends import close_agreement
from motocho.loans.policy import Status
from motocho.units.errors import Fault, StateConflict, ensure

OF_BEFORE = 0
"""The book of a member for dealings that stand in no agreement of ours."""


def give_up_claim(cursor: Any, key: Key, made: Made) -> int:
    """All that an agreement still owes is given up, and it ends [債権の放棄と解約].

    Gives     how many yen were given up, today's interest included; 0 for one that owes nothing,
              is closed already, or is somebody else's.
    Lock      the member's agreements.
    Raises    RefusedError while a draw is on its way, or money is held for the member: that is
              theirs, and goes back first.
    Law       利息制限法1条: what was above it was never owed · LEDG-025.
    """
    loan = _book.lock(cursor, key)
    if loan.status in {Status.CLOSED, Status.ASSIGNED}:
        return 0
    given_up_yen = _give_up(cursor, loan, made)
    close_agreement(cursor, key, made)
    return given_up_yen


def check_giving_up(cursor: Any, key: Key, on: date, settled_yen: int = 0) -> int:
    """What would be given up on a day; refused where the agreement could not end then [放棄額].

    Takes     what is owed back before that: money held is the first part of it.
    Raises    RefusedError as `give_up_claim`.
    """
    loan = _book.look(cursor, key)
    if loan.status in {Status.CLOSED, Status.ASSIGNED}:
        return 0
    facts = loan.facts(on)
    owed_yen = revolving.payoff_yen(facts.state)
    state = _nothing_owed(loan, on)
    still_held_yen = max(0, state.excess_yen - settled_yen)
    free = replace(facts, state=state._replace(excess_yen=still_held_yen))
    refused(policy.check_closing(free))
    return owed_yen


def _nothing_owed(loan: Loan, on: date) -> revolving.State:
    return revolving.apply(loan.state, _all_of_it(loan, on), loan.rules).state


def _all_of_it(loan: Loan, on: date) -> revolving.Waiver:
    """Each part that is owed on a day, the day's interest included."""
    day = on.toordinal()
    owed = revolving.apply(loan.state, revolving.Waiver(day), loan.rules).state
    return revolving.Waiver(
        day, owed.damages_yen, owed.interest_yen, owed.principal_yen, owed.costs_yen,
        owed.written_off_yen,
    )  # fmt: skip


def _give_up(cursor: Any, loan: Loan, made: Made) -> int:
    wanted = _all_of_it(loan, made.business_on)
    given_up_yen = sum(wanted[1:])
    if not given_up_yen:
        return 0
    ensure(
        policy.may_be_waived(loan.state, wanted, loan.rules),
        "what is owed can be given up",
        key=loan.key,
    )
    named = replace(made, external_ref=f"{made.external_ref} {loan.key.agreement_id}")
    _book.happen(cursor, loan, wanted, named)
    return given_up_yen


def owe_overpayment(cursor: Any, key: Key, amount_yen: int, made: Made) -> int:
    """We owe an overpayment back to a member [過払金の確定]; gives the number of its entry.

    Money that is held on the agreement is the first part of it: nobody is paid the same twice.

    Takes     the agreement it is of, or `OF_BEFORE` in its place.
    Lock      the member's agreements, where there is one.
    Raises    RefusedError for less than a yen; StateConflict if the reference was used for another
              amount.
    Law       民法703条, 704条.
    """
    refuse_amount(amount_yen)
    of = _Posting(
        "overpayment_owed", made.business_on, Account.INTEREST_RETURNED, Account.OVERPAYMENTS
    )
    turned = _turn_held(cursor, key, amount_yen, made)
    number, is_new = turned.entry_id, turned.is_new
    if amount_yen > turned.amount_yen:
        number, is_new = _post(cursor, key, amount_yen - turned.amount_yen, made, of)
        if is_new and turned.amount_yen and not turned.is_new:
            raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
    if is_new:
        tell(cursor, key, "overpayment_owed", made, amount_yen=amount_yen, entry=number)
    return number


class _Turned(NamedTuple):
    """Held money that became a part of what is owed back."""

    amount_yen: int = 0
    entry_id: int = 0
    is_new: bool = False


def _turn_held(cursor: Any, key: Key, most_yen: int, made: Made) -> _Turned:
    if key.agreement_id == OF_BEFORE:
        return _Turned()
    named = replace(made, external_ref=f"{made.external_ref} held", money=Account.OVERPAYMENTS)
    begun = _book.begin(cursor, key, named)
    if isinstance(begun, Done):
        return _Turned(-begun.step.to_excess_yen, begun.entry_id or 0)
    refunds.refuse_refund_under_way(cursor, key)
    amount_yen = min(begun.state.excess_yen, most_yen)
    if not amount_yen:
        return _Turned()
    event = revolving.Refund(made.business_on.toordinal(), amount_yen)
    _, done = _book.happen(cursor, begun, event, named)
    return _Turned(amount_yen, done.entry_id or 0, is_new=True)


def pay_overpayment(cursor: Any, key: Key, amount_yen: int, paid_on: date, made: Made) -> int:
    """What we owed of an overpayment was paid by our bank [過払金の支払]; the number of its entry.

    The database refuses more than is owed.

    Raises    RefusedError for less than a yen or a day to come; StateConflict as
              `owe_overpayment`.
    """
    refuse_amount(amount_yen)
    refuse_day(paid_on, made)
    of = _Posting("overpayment_paid", paid_on, Account.OVERPAYMENTS, made.money)
    number, is_new = _post(cursor, key, amount_yen, made, of)
    if is_new:
        tell(cursor, key, "overpayment_paid", made, amount_yen=amount_yen, entry=number)
    return number


def take_overpayment_back(
    cursor: Any, key: Key, amount_yen: int, returned_on: date, made: Made
) -> int:
    """The bank gave a payment back: it is owed again [組戻し]; the number of its entry.

    Raises    RefusedError for less than a yen or a day to come; StateConflict as
              `owe_overpayment`.
    """
    refuse_amount(amount_yen)
    refuse_day(returned_on, made)
    of = _Posting("overpayment_returned", returned_on, made.money, Account.OVERPAYMENTS)
    number, is_new = _post(cursor, key, amount_yen, made, of)
    if is_new:
        tell(cursor, key, "overpayment_returned", made, amount_yen=amount_yen, entry=number)
    return number


class _Posting(NamedTuple):
    """What is posted: its kind, its day, from which account to which."""

    kind: str
    on: date
    debit: Account
    credit: Account


def _post(cursor: Any, key: Key, amount_yen: int, made: Made, of: _Posting) -> tuple[int, bool]:
    """The number of the entry, and whether it is new."""
    if key.agreement_id != OF_BEFORE:
        _book.lock(cursor, key)
    cursor.execute(
        "SELECT entry_id FROM ledger_entry"
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (key.member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    if row is not None:
        (earlier,) = posting.find(cursor, key.member_id, [row[0]])
        is_same = (earlier.entry.total_yen, earlier.entry.kind) == (amount_yen, of.kind)
        if not is_same or earlier.entry.book_id != key.agreement_id:
            raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
        return earlier.entry_id, False
    entry = Entry(
        *key, of.kind, made.channel, made.external_ref, of.on, made.business_on, made.booked_at,
        (Leg(of.debit, of.credit, amount_yen),),
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    return number, True
