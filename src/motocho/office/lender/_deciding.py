"""What two persons decide about a claim: offer, settlement, payment, return [請求対応の承認].

An offer stays within the policy of its day and within what we reckoned ourselves. A settlement
books what was accepted: we owe it, what the agreement still owed is given up, agreement and card
end, the bureaus are to be put right. All of it in the transaction of the second person's word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from motocho.care import approvals
from motocho.care.approvals import Content, Decided, Kind, Request, Wanted
from motocho.care.collections import counsel
from motocho.law import court
from motocho.loans import commands, queries
from motocho.loans.commands import OF_BEFORE, Made
from motocho.loans.policy import Status
from motocho.office.lender import _delay, _keeping, _sisters, _stopping
from motocho.office.lender._keeping import Claim, Claimant, ClaimKey, Due, Noted
from motocho.office.lender._limits import Limits, limits
from motocho.office.lender._reckoning import CONVENTIONS
from motocho.office.lender._rules import Step
from motocho.office.lender._stopping import Entitled
from motocho.outside.bank import (
    AccountType,
    BankAccount,
    Originator,
    Transfer,
    TransferFile,
    is_business_day,
    payee_name,
    write_transfers,
)
from motocho.outside.clock import JAPAN
from motocho.people import cards, members
from motocho.people.access import Staff
from motocho.units.errors import Fault, InputError, RefusedError, Unread
from motocho.units.money import yen_text
from motocho.units.text import holds_my_number

OFFER, SETTLEMENT, PAYMENT = "claim_offer", "claim_settlement", "claim_payment"
RETURN, RESUMING = "claim_return", "claim_resume"
_ORIGINATOR_DIGITS = 10
KINDS = (OFFER, SETTLEMENT, PAYMENT, RETURN, RESUMING)


class Late(Enum):
    """Whose the delay is where we pay after the day that was agreed [支払の遅れ]."""

    OURS = "ours"
    """We owe what the settlement says for it [遅延損害金を加える] · 民法412条1項, 419条1項."""
    THEIRS = "theirs"
    """They could not take it: no account, a wrong one [受領遅滞] · 民法413条, 492条."""


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
    """To which account it is paid, and when [支払先]; `holder` in any spelling that banks take."""

    account: BankAccount
    holder: str
    pay_on: date
    late: Late = Late.OURS
    """Counts only for a day after the one that was agreed."""


@dataclass(frozen=True, slots=True)
class Returning:
    """What the bank says of a transfer that it did not carry out, or gave back [組戻し]."""

    returned_on: date
    document_ref: str
    words: str


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
    """Ask a supervisor to let the transfer go to an account on a day [支払の承認依頼].

    What is released and in no file yet is released again so: to another day, another account; the
    earlier release ends by it. After the agreed day the damages for the delay are added.

    Raises    RefusedError where it does not follow; InputError for a day on which banks do not
              work, a day that is over, or a holder that banks cannot write; FaultyInput for what no
              file of transfers can carry; LawGap for a delay at a statutory rate that is not fixed
              yet; and as `approvals.ask`.
    """
    holder = payee_name(payee.holder)
    if isinstance(holder, Unread) or not holder.strip():
        raise InputError(Fault("CLU-014", column="holder", excerpt=payee.holder))
    if not is_business_day(payee.pay_on) or payee.pay_on < asking.book_on:
        raise InputError(Fault("CLU-015", column="pay_on", excerpt=str(payee.pay_on)))
    claim = _keeping.one(cursor, key)
    damages_yen = _delay.damages_of(claim, payee.pay_on) if payee.late is Late.OURS else 0
    damages_yen = max(damages_yen, claim.damages_paid_yen)
    _refuse_uncarried(payee, holder, claim.settled_yen + damages_yen)
    content = {
        "claim": key.claim_id,
        "amount_yen": claim.settled_yen + damages_yen,
        "damages_yen": damages_yen,
        "bank_code": payee.account.bank_code,
        "branch_code": payee.account.branch_code,
        "account_type": payee.account.account_type.name.lower(),
        "account_number": payee.account.number,
        "holder": holder,
        "pay_on": payee.pay_on.isoformat(),
    }
    return _ask(cursor, PAYMENT, key, content, asking)


def _refuse_uncarried(payee: Payee, holder: str, amount_yen: int) -> None:
    """One line that no file can carry would keep every payment of its day from being made."""
    transfer = Transfer(payee.account, holder, amount_yen)
    ours = replace(payee.account, account_type=AccountType.ORDINARY)
    alone = Originator("0" * _ORIGINATOR_DIGITS, holder, ours)
    if amount_yen:
        write_transfers(TransferFile(alone, payee.pay_on, (transfer,)))


def ask_return(cursor: Any, key: ClaimKey, returning: Returning, asking: Asking) -> Request:
    """Ask a supervisor to note that the bank did not pay, or gave it back [組戻しの承認依頼].

    Why       whoever could note it alone could have one claim paid twice.
    Raises    RefusedError where it does not follow; InputError without the bank's paper and words,
              or for a day to come or before the payment; and as `approvals.ask`.
    """
    if not returning.document_ref.strip() or len(returning.document_ref) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-013", column="document_ref"))
    if not returning.words.strip():
        raise InputError(Fault("CLU-017", column="words"))
    if len(returning.words) > _keeping.LONGEST_WORDS or holds_my_number(returning.words):
        raise InputError(Fault("CLU-004", column="words"))
    claim = _keeping.one(cursor, key)
    paid = claim.last(Step.SENT, Step.PAID)
    if paid is None:
        raise RefusedError(Fault("CLU-010"))
    is_early = paid.step is Step.PAID and returning.returned_on < paid.on
    if is_early or returning.returned_on > asking.at.astimezone(JAPAN).date():
        fault = Fault("CLU-037" if is_early else "CLU-002", excerpt=str(returning.returned_on))
        raise InputError(replace(fault, column="returned_on"))
    content = {
        "claim": key.claim_id,
        "amount_yen": paid.amount_yen,
        "returned_on": returning.returned_on.isoformat(),
        "document_ref": returning.document_ref.strip(),
        "words": returning.words.strip(),
    }
    return _ask(cursor, RETURN, key, content, asking)


def ask_resume(cursor: Any, key: ClaimKey, entitled: Entitled, asking: Asking) -> Request:
    """Ask a supervisor to let a stopped claim go on [差止めの解除の承認依頼].

    Raises    RefusedError for one that is not stopped; InputError without who, or the paper; and as
              `approvals.ask`.
    """
    if not entitled.who.strip():
        raise InputError(Fault("CLU-017", column="entitled"))
    if len(entitled.who) > _keeping.LONGEST_OFFICE or holds_my_number(entitled.who):
        raise InputError(Fault("CLU-004", column="entitled"))
    if not entitled.document_ref.strip() or len(entitled.document_ref) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-013", column="document_ref"))
    content = {
        "claim": key.claim_id,
        "entitled": entitled.who.strip(),
        "document_ref": entitled.document_ref.strip(),
    }
    return _ask(cursor, RESUMING, key, content, asking)


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
    on, held = wanted.day(at), limits(wanted.day(at))
    _stopping.refuse_unanswered(cursor, claim, on)
    reckoned = claim.last(Step.RECKONED)
    if reckoned is None:
        raise RefusedError(Fault("CLU-010"))
    content = reckoned.content
    _refuse_scrivener(claim, int(content["overpayment_yen"]), on)
    own_yen = reckoned.amount_yen or 0
    promised_yen = _sisters.promised_yen(cursor, claim)
    amount_yen = int(wanted.content["amount_yen"])
    if (amount_yen + promised_yen) * 100 > own_yen * held.most_percent_of_own:
        details = {"most": str(held.most_percent_of_own), "own": yen_text(own_yen)}
        code = "CLU-033" if promised_yen else "CLU-020"
        details |= {"promised": yen_text(promised_yen)} if promised_yen else {}
        raise RefusedError(Fault(code, details=details))
    if claim.rounds >= held.most_rounds:
        raise RefusedError(Fault("CLU-021", details={"most": str(held.most_rounds)}))
    _refuse_days(wanted.content, reckoned.on, (on, held))
    return {
        "own_claim_yen": own_yen,
        "overpayment_yen": int(content["overpayment_yen"]),
        "debt_yen": int(content["debt_yen"]),
        "until_on": reckoned.on.isoformat(),
        "barred_after_on": content.get("barred_after_on", ""),
        "promised_yen": promised_yen or "",
        "round": claim.rounds + 1,
        **_chosen(content["conventions"]),
    }


def _chosen(conventions: Mapping[str, str]) -> Content:
    """What was reckoned otherwise than courts do: whoever agrees sees it."""
    return {
        name: value
        for name, value in conventions.items()
        if name in CONVENTIONS and value != CONVENTIONS[name][0]
    }


def _refuse_scrivener(claim: Claim, overpayment_yen: int, on: date) -> None:
    """司法書士法3条1項7号; 最判平成28年6月27日: beyond it a settlement with them binds nobody."""
    is_scrivener = claim.told.claimant is Claimant.SCRIVENER
    if is_scrivener and not court.scrivener_may_act(overpayment_yen, on):
        raise RefusedError(Fault("CLU-034", details={"overpayment": yen_text(overpayment_yen)}))


def _refuse_days(wanted: Content, until_on: date, policy: tuple[date, Limits]) -> None:
    on, held = policy
    answer_on = date.fromisoformat(wanted["answer_until_on"])
    pay_on = date.fromisoformat(wanted["pay_by_on"])
    last_on = on + timedelta(days=held.answer_open_days)
    if not on <= answer_on <= last_on or not answer_on <= pay_on:
        raise RefusedError(Fault("CLU-022", details={"last": str(last_on)}))
    if pay_on > answer_on + timedelta(days=held.pay_within_days):
        raise RefusedError(Fault("CLU-023", details={"most": str(held.pay_within_days)}))
    if until_on > pay_on:
        raise RefusedError(Fault("CLU-029", details={"until": str(until_on)}))


def _settlement_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """What does not move by itself from day to day: interest runs on, and is given up."""
    claim = _claim_of(cursor, wanted, Step.SETTLED)
    _stopping.refuse_unanswered(cursor, claim, wanted.day(at))
    accepted, reckoned = claim.last(Step.ACCEPTED), claim.last(Step.RECKONED)
    found: dict[str, Any] = {
        "rounds": claim.rounds,
        "accepted_on": "" if accepted is None else accepted.on.isoformat(),
        "own_claim_yen": "" if reckoned is None else reckoned.amount_yen,
    }
    if claim.book.agreement_id != OF_BEFORE:
        on = wanted.day(at)
        position = queries.position(cursor, claim.book, on)
        amount_yen = int(wanted.content["amount_yen"])
        commands.check_giving_up(cursor, claim.book, on, amount_yen)
        found |= {
            "principal_yen": position.principal_yen,
            "costs_yen": position.costs_yen,
            "written_off_yen": position.written_off_yen,
        }
    return found


def _payment_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """What the request does not say: who claims, what was agreed, what it takes the place of."""
    claim = _claim_of(cursor, wanted, Step.RELEASED)
    _stopping.refuse_unanswered(cursor, claim, wanted.day(at))
    pay_on = date.fromisoformat(wanted.content["pay_on"])
    if pay_on < wanted.day(at):
        raise RefusedError(Fault("CLU-015", column="pay_on", excerpt=wanted.content["pay_on"]))
    earlier = claim.last(Step.RELEASED) if claim.is_waiting else None
    return {
        "settled_yen": claim.settled_yen,
        "claimant": claim.told.claimant.value,
        "office": claim.told.office,
        "own_name": _own_name(cursor, claim),
        "paid_there": _paid_there(cursor, claim, wanted.content) or "",
        "counsel_ended_on": _counsel_ended_on(cursor, claim),
        "entitled": _entitled(claim),
        "agreed_pay_by_on": claim.pay_by_on.isoformat(),
        "late_days": _delay.days(claim, pay_on) or "",
        "instead_of_on": "" if earlier is None else earlier.content["pay_on"],
        "instead_of_account": "" if earlier is None else _account_text(earlier.content),
    }


def _own_name(cursor: Any, claim: Claim) -> str:
    """The member's name as a bank writes it, to be held against the holder, where they claim."""
    if claim.told.claimant is not Claimant.SELF:
        return ""
    person = members.one(cursor, claim.key.member_id).person
    found = payee_name(f"{person.family_kana} {person.given_kana}")
    return "" if isinstance(found, Unread) else found


def _paid_there(cursor: Any, claim: Claim, content: Content) -> int:
    """How many members' claims of nobody's or of another office were released to the account."""
    names = ("bank_code", "branch_code", "account_number")
    cursor.execute(
        "SELECT count(DISTINCT c.member_id) FROM office_claim c"
        " JOIN office_claim_step s USING (member_id, claim_id) WHERE s.step = 'released'"
        " AND c.member_id <> %s AND (c.office <> %s OR c.counsel_no IS NULL)"
        " AND (s.content::json ->> 'bank_code', s.content::json ->> 'branch_code',"
        " s.content::json ->> 'account_number') = (%s, %s, %s)",
        (claim.key.member_id, claim.told.office, *(content[name] for name in names)),
    )
    return int(cursor.fetchone()[0])


def _account_text(content: Content) -> str:
    names = ("bank_code", "branch_code", "account_number", "holder")
    return " ".join(str(content[name]) for name in names)


def _entitled(claim: Claim) -> str:
    found = claim.last(Step.RESUMED)
    return "" if found is None else str(found.content["entitled"])


def _counsel_ended_on(cursor: Any, claim: Claim) -> str:
    """Since when whoever claimed for the member does not act any more: whose account is it then?"""
    if claim.counsel_no is None:
        return ""
    ended = counsel.one(cursor, claim.key.member_id, claim.counsel_no).ended
    return "" if ended is None else ended.on.isoformat()


def _return_figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    del at
    claim = _claim_of(cursor, wanted, Step.RETURNED)
    sent, paid = claim.last(Step.SENT), claim.last(Step.SENT, Step.PAID)
    if sent is None or paid is None:
        raise RefusedError(Fault("CLU-010"))
    return {
        "sent_file": sent.file_id,
        "paid_on": paid.on.isoformat() if paid.step is Step.PAID else "",
    }


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
    if amount_yen:
        entry = commands.owe_overpayment(cursor, claim.book, amount_yen, made)
    if claim.book.agreement_id != OF_BEFORE:
        given_up_yen = commands.give_up_claim(cursor, claim.book, made)
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
    return all(one.status in {Status.CLOSED, Status.ASSIGNED} for one in known)


def _release(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    made = _made(request, decided, on)
    claim = _begun(cursor, request, Step.RELEASED, made)
    names = (
        "damages_yen", "bank_code", "branch_code", "account_type", "account_number", "holder",
        "pay_on",
    )  # fmt: skip
    content = {name: request.content[name] for name in names}
    noted = Noted(
        Step.RELEASED, on, int(request.content["amount_yen"]), content, request.ref.request_id
    )
    _keeping.add(cursor, claim.key, noted, made)


def _return(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    """What was booked as paid is owed again, a claim that had ended is open again."""
    made = _made(request, decided, on)
    claim = _begun(cursor, request, Step.RETURNED, made)
    amount_yen = int(request.content["amount_yen"])
    paid = claim.last(Step.SENT, Step.PAID)
    content = {name: request.content[name] for name in ("returned_on", "document_ref", "words")}
    if paid is not None and paid.step is Step.PAID:
        returned_on = date.fromisoformat(content["returned_on"])
        entry = commands.take_overpayment_back(cursor, claim.book, amount_yen, returned_on, made)
        content |= {"entry": entry}
    noted = Noted(Step.RETURNED, on, amount_yen, content, request.ref.request_id)
    _keeping.add(cursor, claim.key, noted, made)
    _keeping.end_tasks(cursor, claim.key, made, Due.PAY)
    _keeping.put_task(cursor, claim.key, Due.PAY, max(on, claim.pay_by_on), made)


def _resume(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    _stopping.resume(cursor, request, _made(request, decided, on))


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
approvals.register(Kind(RETURN, _return_figures, _return))
approvals.register(Kind(RESUMING, _stopping.resume_figures, _resume))
