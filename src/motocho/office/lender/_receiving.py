"""A claim against us is taken in: once for its paper, once for what it is about [請求の受付]."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from motocho.care.collections import counsel
from motocho.loans import queries
from motocho.loans.commands import Made
from motocho.loans.policy import Status
from motocho.office.lender import _keeping, _sisters
from motocho.office.lender._keeping import COUNSEL, Claim, ClaimKey, Due, Noted, Told
from motocho.office.lender._limits import limits
from motocho.office.lender._rules import Step
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError
from motocho.units.text import holds_my_number


def receive(cursor: Any, member_id: int, told: Told, made: Made) -> Claim:
    """Take a claim in, once for its form; counsel's stops every contact at once [請求の受付].

    With a notice of counsel come its hold and the stop of lending (`care.collections.counsel`), in
    this transaction. A claim alone is no arrears and no debt relief: nothing goes to a bureau.

    Lock      the member's claims; with counsel, their agreements and contacts.
    Raises    InputError for a day to come, an agreement that is not the member's, a claimant
              without an office, or a number that may not be kept, and where a claim of the same was
              taken in before and it is not said which case this one is; and as `counsel.receive`.
    Law       貸金業法21条1項9号 · COLL-010, CRED-006.
    """
    _keeping.lock(cursor, member_id)
    known = _keeping.of_source(cursor, member_id, made.external_ref)
    if known is not None:
        return known
    told = _checked(cursor, member_id, told, made)
    _sisters.refuse_second(cursor, member_id, told)
    number = _notice(cursor, member_id, told, made)
    cursor.execute(
        "INSERT INTO office_claim (member_id, agreement_id, claimant, office, counsel_no,"
        " received_on, document_ref, demanded_yen, second, source, actor, taken_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING claim_id",
        (
            member_id, told.agreement_id, told.claimant.value, _named(told), number,
            told.received_on, told.document_ref, told.demanded_yen,
            told.second.value if told.second else None, made.external_ref, made.actor,
            made.booked_at,
        ),
    )  # fmt: skip
    key = ClaimKey(member_id, int(cursor.fetchone()[0]))
    _keeping.add(cursor, key, Noted(Step.RECEIVED, told.received_on), made)
    due_on = told.received_on + timedelta(days=limits(told.received_on).answer_within_days)
    _keeping.put_task(cursor, key, Due.ANSWER, due_on, made)
    return _keeping.one(cursor, key)


def _named(told: Told) -> str:
    return " ".join(part for part in (told.office.strip(), told.name.strip()) if part)


def _checked(cursor: Any, member_id: int, told: Told, made: Made) -> Told:
    if told.received_on > made.booked_at.astimezone(JAPAN).date():
        raise InputError(Fault("CLU-002", column="received_on", excerpt=str(told.received_on)))
    own = {one.key.agreement_id for one in queries.agreements(cursor, member_id)}
    if told.agreement_id is not None and told.agreement_id not in own:
        raise InputError(Fault("CLU-003", column="agreement"))
    texts = (told.office, told.name, told.document_ref)
    if any(holds_my_number(text) for text in texts):
        raise InputError(Fault("CLU-004", column="document_ref"))
    if len(_named(told)) > _keeping.LONGEST_OFFICE or len(told.document_ref) > _keeping.LONGEST_REF:
        raise InputError(Fault("CLU-005", column="document_ref"))
    if told.claimant in COUNSEL and not told.office.strip():
        raise InputError(Fault("CLU-006", column="office"))
    return replace(told, document_ref=told.document_ref.strip())


def _notice(cursor: Any, member_id: int, told: Told, made: Made) -> int | None:
    """Counsel's notice, where counsel claims and something is open that contact could be about."""
    sender = COUNSEL.get(told.claimant)
    if sender is None or not _open_agreements(cursor, member_id):
        return None
    notice = counsel.Notice(
        sender, counsel.Proceeding.OUT_OF_COURT, told.office, told.name, told.registration,
        told.phone, "", counsel.Road.LETTER, told.received_on, (), told.document_ref,
    )  # fmt: skip
    named = replace(made, external_ref=f"{made.external_ref} notice")
    return counsel.receive(cursor, member_id, notice, named).counsel_no


def _open_agreements(cursor: Any, member_id: int) -> list[int]:
    return [
        one.key.agreement_id
        for one in queries.agreements(cursor, member_id)
        if one.status is not Status.CLOSED
    ]
