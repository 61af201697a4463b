"""What two persons decide about a claim: an offer, the settlement, the payment [請求対応の承認].

An offer stays within the policy of its day and within what we reckoned ourselves. A settlement
books what was accepted: we owe it, what the agreement still owed is given up, agreement and card
end, the bureaus are to be put right. All of it in the transaction of the second person's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motocho.care import approvals
from motocho.care.approvals import Content, Decided, Kind, Request, Wanted
from motocho.loans import commands, queries
from motocho.loans.commands import OF_BEFORE, Made
from motocho.loans.policy import Status
from motocho.office.lender import _keeping
from motocho.office.lender._keeping import Claim, ClaimKey, Due, Noted
from motocho.office.lender._limits import limits
from motocho.office.lender._rules import Step
from motocho.outside.bank import AccountType, BankAccount, account_name, is_business_day
from motocho.people import cards
from motocho.people.access import Staff
from motocho.units.errors import Fault, InputError, RefusedError, Unread
from motocho.units.money import yen_text

OFFER, SETTLEMENT, PAYMENT = "claim_offer", "claim_settlement", "claim_payment"
KINDS = (OFFER, SETTLEMENT, PAYMENT)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, why, by which form, when, and on which day of the book [依頼の記録]."""

    by: Staff
    reason: str
    source: str
    at: datetime
    book_on: date


@dataclass(frozen=True, slots=True)
class Offer:
    """What we would pay, until when we wait for the answer, and when it would be paid [和解案]."""

    amount_yen: int
    answer_until_on: date
    pay_by_on: date


@dataclass(frozen=True, slots=True)
class Payee:
    """To which account it is paid [支払先]; `holder` in any spelling that banks can take."""

    account: BankAccount
    holder: str
    pay_on: date


# ----------------------------------------------------------------------------------- asked for
def ask_offer(cursor: Any, key: ClaimKey, offer: Offer, asking: Asking) -> Request:
    """Ask a supervisor to let an offer go out [和解案の承認依頼].

    Raises    RefusedError where it does not follow, for more than policy or our own recalculation
              allows, too many rounds, or days beyond policy; and as `approvals.ask`.
    """
    content = {
        "claim": key.claim_id,
        "amount_yen": offer.amount_yen,
        "answer_until_on": offer.answer_until_on.isoformat(),
        "pay_by_on": offer.pay_by_on.isoformat(),
    }
    return _ask(cursor, OFFER, key, content, asking)


def ask_settlement(cursor: Any, key: ClaimKey, document_ref: str, asking: Asking) -> Request:
    """Ask a supervisor to book what was accepted [和解の承認依頼].

    Takes     the reference of the signed settlement.
    Raises    RefusedError where it does not follow, or the agreement could not end; InputError
              without the paper; and as `approvals.ask`.
    """
    if not document_ref.strip() or len(document_ref) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-013", column="document_ref"))
    claim = _keeping.one(cursor, key)
    accepted = claim.last(Step.ACCEPTED)
    if accepted is None:
        raise RefusedError(Fault("CLU-010"))
    content = {
        "claim": key.claim_id,
        "amount_yen": accepted.amount_yen,
        "pay_by_on": accepted.content["pay_by_on"],
        "document_ref": document_ref.strip(),
    }
    return _ask(cursor, SETTLEMENT, key, content, asking)


def ask_payment(cursor: Any, key: ClaimKey, payee: Payee, asking: Asking) -> Request:
    """Ask a supervisor to let the transfer go to an account [支払の承認依頼].

    Raises    RefusedError where it does not follow; InputError for a day on which banks do not
              work, a day that is over, or a holder that banks cannot write; and as `approvals.ask`.
    """
    holder = account_name(payee.holder)
    if isinstance(holder, Unread) or not holder.strip():
        raise InputError(Fault("CLU-014", column="holder", excerpt=payee.holder))
    if not is_business_day(payee.pay_on) or payee.pay_on < asking.book_on:
        raise InputError(Fault("CLU-015", column="pay_on", excerpt=str(payee.pay_on)))
    claim = _keeping.one(cursor, key)
    content = {
        "claim": key.claim_id,
        "amount_yen": claim.settled_yen,
        "bank_code": payee.account.bank_code,
        "branch_code": payee.account.branch_code,
        "account_type": payee.account.account_type.name.lower(),
        "account_number": payee.account.number,
        "holder": holder,
        "pay_on": payee.pay_on.isoformat(),
    }
    return _ask(cursor, PAYMENT, key, content, asking)


def _ask(cursor: Any, kind: str, key: ClaimKey, content: Content, asking: Asking) -> Request:
    wanted = Wanted(
        kind, key.member_id, f"claim {key.claim_id}", content, asking.reason, asking.source,
        asking.book_on,
    )  # fmt: skip
    return approvals.ask(cursor, wanted, asking.by, asking.at)


# ----------------------------------------------------------------------------- what it is asked of
def _claim_of(cursor: Any, wanted: Wanted, step: Step) -> Claim:
    claim = _keeping.one(cursor, ClaimKey(wanted.member_id, int(wanted.content["claim"])))
    if step not in claim.nexts:
        raise RefusedError(Fault("CLU-010"))
    return claim


def _offer_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    claim = _claim_of(cursor, wanted, Step.OFFERED)
    reckoned = claim.last(Step.RECKONED)
    own_yen = 0 if reckoned is None else reckoned.amount_yen or 0
    on, held = wanted.day(at), limits(wanted.day(at))
    amount_yen = int(wanted.content["amount_yen"])
    if amount_yen * 100 > own_yen * held.most_percent_of_own:
        details = {"most": str(held.most_percent_of_own), "own": yen_text(own_yen)}
        raise RefusedError(Fault("CLU-020", details=details))
    if claim.rounds >= held.most_rounds:
        raise RefusedError(Fault("CLU-021", details={"most": str(held.most_rounds)}))
    answer_on = date.fromisoformat(wanted.content["answer_until_on"])
    pay_on = date.fromisoformat(wanted.content["pay_by_on"])
    last_on = on + timedelta(days=held.answer_open_days)
    if not on <= answer_on <= last_on or not answer_on <= pay_on:
        raise RefusedError(Fault("CLU-022", details={"last": str(last_on)}))
    if pay_on > answer_on + timedelta(days=held.pay_within_days):
        raise RefusedError(Fault("CLU-023", details={"most": str(held.pay_within_days)}))
    content = {} if reckoned is None else reckoned.content
    return {
        "own_claim_yen": own_yen,
        "overpayment_yen": int(content.get("overpayment_yen", 0)),
        "debt_yen": int(content.get("debt_yen", 0)),
        "round": claim.rounds + 1,
    }


def _settlement_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """What does not move by itself from day to day: interest runs on, and is given up."""
    claim = _claim_of(cursor, wanted, Step.SETTLED)
    found: dict[str, Any] = {"rounds": claim.rounds}
    if claim.book.agreement_id != OF_BEFORE:
        on = wanted.day(at)
        position = queries.position(cursor, claim.book, on)
        commands.check_giving_up(cursor, claim.book, on)
        found |= {
            "principal_yen": position.principal_yen,
            "costs_yen": position.costs_yen,
            "written_off_yen": position.written_off_yen,
        }
    return found


def _payment_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    claim = _claim_of(cursor, wanted, Step.RELEASED)
    if date.fromisoformat(wanted.content["pay_on"]) < wanted.day(at):
        raise RefusedError(Fault("CLU-015", column="pay_on", excerpt=wanted.content["pay_on"]))
    return {"settled_yen": claim.settled_yen}


# --------------------------------------------------------------------------------- it is done
def _made(request: Request, decided: Decided, on: date) -> Made:
    ref = f"claim approval {request.ref.request_id}"
    return Made("desk", ref, on, decided.decided_at, f"staff {decided.decided_by}")


def _begun(cursor: Any, request: Request, step: Step, made: Made) -> Claim:
    key = ClaimKey(request.ref.member_id, int(request.content["claim"]))
    claim = _keeping.begun(cursor, key, step, made)
    if claim is None:
        raise RefusedError(Fault("CLU-010"))
    return claim


def _offer(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    made = _made(request, decided, on)
    claim = _begun(cursor, request, Step.OFFERED, made)
    content = {name: request.content[name] for name in ("answer_until_on", "pay_by_on")}
    amount_yen = int(request.content["amount_yen"])
    noted = Noted(Step.OFFERED, on, amount_yen, content, request.ref.request_id)
    _keeping.add(cursor, claim.key, noted, made)
    _keeping.end_tasks(cursor, claim.key, made, Due.ANSWER, Due.THEIR_ANSWER)
    answer_on = date.fromisoformat(content["answer_until_on"])
    _keeping.put_task(cursor, claim.key, Due.THEIR_ANSWER, answer_on, made)


def _settle(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    made = _made(request, decided, on)
    claim = _begun(cursor, request, Step.SETTLED, made)
    amount_yen = int(request.content["amount_yen"])
    given_up_yen, entry, card = 0, 0, None
    if claim.book.agreement_id != OF_BEFORE:
        given_up_yen = commands.give_up_claim(cursor, claim.book, made)
    if amount_yen:
        entry = commands.owe_overpayment(cursor, claim.book, amount_yen, made)
    if _is_over_with(cursor, claim):
        card = cards.end(cursor, claim.key.member_id, on, made.actor, made.booked_at)
    content = {
        "document_ref": request.content["document_ref"],
        "pay_by_on": request.content["pay_by_on"],
        "given_up_yen": given_up_yen,
        "entry": entry,
        "card": card or 0,
    }
    noted = Noted(Step.SETTLED, on, amount_yen, content, request.ref.request_id)
    _keeping.add(cursor, claim.key, noted, made)
    _keeping.end_tasks(cursor, claim.key, made)
    correct_on = on + timedelta(days=limits(on).correct_within_days)
    _keeping.put_task(cursor, claim.key, Due.CORRECT, correct_on, made)
    if amount_yen:
        pay_on = date.fromisoformat(request.content["pay_by_on"])
        _keeping.put_task(cursor, claim.key, Due.PAY, pay_on, made)


def _is_over_with(cursor: Any, claim: Claim) -> bool:
    """Whether no agreement of the member is left that a card is for."""
    known = queries.agreements(cursor, claim.key.member_id)
    return all(one.status is Status.CLOSED for one in known)


def _release(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    made = _made(request, decided, on)
    claim = _begun(cursor, request, Step.RELEASED, made)
    names = ("bank_code", "branch_code", "account_type", "account_number", "holder", "pay_on")
    content = {name: request.content[name] for name in names}
    noted = Noted(
        Step.RELEASED, on, int(request.content["amount_yen"]), content, request.ref.request_id
    )
    _keeping.add(cursor, claim.key, noted, made)


def account_in(content: Content) -> BankAccount:
    """The account that a payment was released to [支払先の口座]."""
    return BankAccount(
        str(content["bank_code"]),
        str(content["branch_code"]),
        AccountType[str(content["account_type"]).upper()],
        str(content["account_number"]),
    )


approvals.register(Kind(OFFER, _offer_figures, _offer))
approvals.register(Kind(SETTLEMENT, _settlement_figures, _settle))
approvals.register(Kind(PAYMENT, _payment_figures, _release))
