"""An agreement ends: acceleration, settlement, write-off, assignment, closing [契約の終わり]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Relief
from motocho.loans import _book, policy
from motocho.loans._book import Done, Key, Loan, Made
from motocho.loans.commands._telling import refused, tell
from motocho.loans.policy import Demand, Status, Stop
from motocho.units.errors import Fault, RefusedError


def accelerate(cursor: Any, key: Key, demand: Demand | None, made: Made) -> Done:
    """All falls due [期限の利益の喪失] · LEDG-023.

    Raises    RefusedError without arrears, without a demand that ran out, or for a rate above the
              ceiling.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    refused(policy.check_acceleration(loan.facts(made.business_on), demand, made.business_on))
    event = revolving.Acceleration(made.business_on.toordinal())
    _, done = _book.happen(cursor, loan, event, made)
    tell(cursor, key, "accelerated", made, event=done.event_no)
    return done


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement out of court: what is given up, and how the rest is paid [和解]."""

    damages_yen: int
    interest_yen: int
    principal_yen: int
    instalment_yen: int
    until: date
    document_ref: str


def settle(cursor: Any, key: Key, wanted: Settlement, made: Made) -> Done:
    """Settle: part is given up, the rest is paid in instalments and bears nothing [和解].

    What is given up is of today, today's interest included; from tomorrow on nothing runs, and
    nothing more is lent. Where no due date stands, because all had fallen due or a payment was
    awaited, one is set anew.

    Raises    RefusedError if more is given up than is owed, or while a draw is on its way.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    _refuse_under_way(loan)
    on = made.business_on.toordinal()
    given_up = revolving.Waiver(on, wanted.damages_yen, wanted.interest_yen, wanted.principal_yen)
    if not policy.may_be_waived(loan.state, given_up, loan.rules):
        owed = revolving.payoff_yen(loan.facts(made.business_on).state)
        details = {"owed": f"{owed:,}", "given": f"{sum(given_up[1:]):,}"}
        raise RefusedError(Fault("LON-060", details=details))
    loan, done = _book.happen(cursor, loan, given_up, made)
    instalments = Arrangement(Relief.AMOUNT, wanted.instalment_yen, wanted.until.toordinal())
    parts = policy.settled_terms(loan.state, instalments, on)
    for name, event in parts:
        named = replace(made, external_ref=f"{made.external_ref} {name}")
        loan, _ = _book.happen(cursor, loan, event, named)
    tell(cursor, key, "settled", made, event=done.event_no)
    if Stop.CREDIT not in loan.stops:
        _book.set_stops(cursor, loan, loan.stops | {Stop.CREDIT})
        tell(cursor, key, "suspended", made, stop=Stop.CREDIT.value)
    return done


def write_off(cursor: Any, key: Key, made: Made) -> Done:
    """Take the principal out of the books; the claim stays, receipts are recoveries [貸倒償却].

    Raises    RefusedError without principal, or while a draw is on its way.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    if loan.status is not Status.OPEN or loan.state.principal_yen == 0:
        raise RefusedError(Fault("LON-061"))
    _refuse_under_way(loan)
    loan, done = _book.happen(cursor, loan, revolving.WriteOff(made.business_on.toordinal()), made)
    _book.set_status(cursor, loan, Status.WRITTEN_OFF)
    tell(cursor, key, "written_off", made, event=done.event_no)
    return done


def assign(cursor: Any, key: Key, made: Made) -> Done:
    """The claim goes to somebody else; the account takes no more postings [債権譲渡・代位弁済].

    Raises    RefusedError if it is over, or while a draw is on its way.
    Law       貸金業法24条, 24条の2 · LEDG-024.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    if loan.status in {Status.ASSIGNED, Status.CLOSED}:
        refused(policy.refusal("LEDG-024", "LON-044"))
    _refuse_under_way(loan)
    loan, done = _book.happen(cursor, loan, revolving.Departure(made.business_on.toordinal()), made)
    _book.set_status(cursor, loan, Status.ASSIGNED)
    tell(cursor, key, "assigned", made, event=done.event_no)
    return done


def _refuse_under_way(loan: Loan) -> None:
    """A transfer that arrives afterwards would be a draw on what has ended, or was agreed anew."""
    if loan.held_yen:
        raise RefusedError(Fault("LON-066", details={"held": f"{loan.held_yen:,}"}))


def close_agreement(cursor: Any, key: Key, made: Made) -> None:
    """End an agreement that owes nothing; a contract paper that is held goes back then [解約].

    Law       貸金業法22条: `documents.statutory.following` reads the row "closed" · LEDG-017, 025.
    Raises    RefusedError while anything is owed, held, or under way.
    """
    loan = _book.lock(cursor, key)
    if loan.status is Status.CLOSED:
        return
    refused(policy.check_closing(loan.facts(made.business_on)))
    _book.set_status(cursor, loan, Status.CLOSED)
    tell(cursor, key, "closed", made)
