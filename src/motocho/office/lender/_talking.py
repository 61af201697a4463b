"""What is said and done about a claim on its way: checked, disclosed, countered [交渉]."""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.care.cases import disclosures
from motocho.contact.holds import Source
from motocho.loans.commands import Made
from motocho.office.lender import _keeping
from motocho.office.lender._keeping import COUNSEL, Claim, Claimant, ClaimKey, Due, Noted
from motocho.office.lender._rules import Step
from motocho.units.errors import Fault, InputError, RefusedError

_WHO = {
    Claimant.SELF: disclosures.Who.MEMBER,
    Claimant.LAWYER: disclosures.Who.COUNSEL,
    Claimant.SCRIVENER: disclosures.Who.COUNSEL,
    Claimant.HEIR: disclosures.Who.HEIR,
}
_PROOFS = {
    **dict.fromkeys(COUNSEL, frozenset({disclosures.Proof.ATTORNEY_LETTER})),
    Claimant.HEIR: frozenset({disclosures.Proof.FAMILY_REGISTER}),
}
_OWN = disclosures.PROOFS[disclosures.Who.MEMBER]


def proofs_of(claimant: Claimant) -> frozenset[disclosures.Proof]:
    """By which papers a claimant is known [確認書類]."""
    return _PROOFS.get(claimant, frozenset(_OWN))


def check(
    cursor: Any, key: ClaimKey, proof: disclosures.Proof, reference: str, made: Made
) -> Claim:
    """Say by what whoever claims was known, or their mandate [本人・代理権の確認].

    Lock      the member's claims.
    Raises    InputError for a proof that is not theirs, or without its reference; RefusedError out
              of turn.
    """
    claim = _keeping.one(cursor, key)
    if proof not in proofs_of(claim.told.claimant):
        raise InputError(Fault("CLU-018", column="proof"))
    if not reference.strip() or len(reference) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-013", column="reference"))
    content = {"proof": proof.value, "reference": reference.strip()}
    noted = Noted(Step.CHECKED, made.business_on, None, content)
    return _keeping.note(cursor, key, noted, made)


def disclose(
    cursor: Any, key: ClaimKey, to_address: str, made: Made
) -> disclosures.DisclosureKey | None:
    """Open a case of disclosure for the history that the claim is about [取引履歴の開示].

    It goes to counsel's office or the heir's proved address, or to the member's registered one.

    Lock      the member's claims, then their contacts.
    Gives     the case; None where this form was noted before.
    Raises    RefusedError out of turn; InputError as `disclosures.take`.
    Law       貸金業法19条の2; 最判平17.7.19.
    """
    claim = _keeping.begun(cursor, key, Step.DISCLOSED, made)
    if claim is None:
        return None
    who = _WHO[claim.told.claimant]
    is_own = who is disclosures.Who.MEMBER
    by_counsel = who is disclosures.Who.COUNSEL
    asked = disclosures.Asked(
        disclosures.Kind.HISTORY, who,
        disclosures.Channel.COUNSEL if by_counsel else disclosures.Channel.POST,
        disclosures.Delivery.REGISTERED_ADDRESS if is_own else disclosures.Delivery.THEIR_ADDRESS,
        "" if is_own else claim.told.office, "" if is_own else to_address,
    )  # fmt: skip
    source = Source(made.actor, f"claim {key.claim_id} disclosure {made.external_ref}")
    found = disclosures.take(cursor, key.member_id, asked, source, made.booked_at)
    content = {"disclosure": found.key.disclosure_id}
    noted = Noted(Step.DISCLOSED, made.business_on, None, content)
    _keeping.add(cursor, key, noted, made)
    return found.key


def counter(cursor: Any, key: ClaimKey, amount_yen: int, words: str, made: Made) -> Claim:
    """What they want instead [相手方の提案].

    Lock      the member's claims.
    Raises    RefusedError out of turn; InputError for words that may not be kept.
    """
    noted = Noted(Step.COUNTERED, made.business_on, amount_yen, {"words": words})
    found = _keeping.note(cursor, key, noted, made)
    _keeping.end_tasks(cursor, key, made, Due.THEIR_ANSWER)
    return found


def accept(cursor: Any, key: ClaimKey, accepted_on: date, words: str, made: Made) -> Claim:
    """They took our last offer: its amount, its day [和解案の受諾].

    Takes     the day on which it reached us: what came in time binds us, whenever it is typed.
    Lock      the member's claims.
    Raises    RefusedError out of turn, or once the time for an answer was over; InputError for a
              day to come or before the offer.
    Law       民法97条1項, 523条2項.
    """
    claim = _keeping.one(cursor, key)
    offered = claim.last(Step.OFFERED)
    if offered is None:
        raise RefusedError(Fault("CLU-010"))
    if not _keeping.is_noted(cursor, key.member_id, made.external_ref):
        if accepted_on < offered.on:
            raise InputError(Fault("CLU-039", column="on", details={"from": str(offered.on)}))
        if accepted_on.isoformat() > offered.content["answer_until_on"]:
            details = {"last": offered.content["answer_until_on"]}
            raise RefusedError(Fault("CLU-025", details=details))
    content = {"words": words, "pay_by_on": offered.content["pay_by_on"]}
    noted = Noted(Step.ACCEPTED, accepted_on, offered.amount_yen, content)
    found = _keeping.note(cursor, key, noted, made)
    _keeping.end_tasks(cursor, key, made, Due.THEIR_ANSWER)
    return found


def end(cursor: Any, key: ClaimKey, step: Step, words: str, made: Made) -> Claim:
    """It is withdrawn, or refused with the reason that they were told [取下げ・拒絶].

    Lock      the member's claims.
    Raises    RefusedError out of turn; InputError without words.
    """
    if not words.strip():
        raise InputError(Fault("CLU-017", column="words"))
    return _keeping.note(
        cursor, key, Noted(step, made.business_on, None, {"words": words.strip()}), made
    )
