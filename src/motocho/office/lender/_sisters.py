"""Claims of the same: one agreement, one history file is claimed once [同じ取引への請求].

A second claim of an agreement is taken in where the first is over, or where heirs claim each their
share; of dealings of before where it says that they are others. The history shows it: the same
file is not reckoned for two claims. What was promised to one counts against what is left for the
others. The database refuses the same (`schema.sql`), whoever writes.
"""

from __future__ import annotations

from typing import Any

from motocho.loans.commands import OF_BEFORE
from motocho.office.lender import _keeping
from motocho.office.lender._keeping import Claim, Noted, Second, Told
from motocho.office.lender._own import BOOK
from motocho.office.lender._rules import Step
from motocho.units.errors import Fault, InputError, RefusedError

_AFTER = {
    Step.WITHDRAWN: Second.AFTER_WITHDRAWN,
    Step.REFUSED: Second.AFTER_REFUSED,
    Step.ENDED: Second.AFTER_ENDED,
}
HISTORY, SHEET = "history", "sheet"
"""What a file is used for: reckoned from, or their sheet that is compared."""


def refuse_second(cursor: Any, member_id: int, told: Told) -> None:
    """Go on where nothing of the same was claimed, or it is said which case it is [重複の確認].

    Caller holds the lock of the member's claims.
    Raises    InputError naming the claim that is there; for a case that it is not.
    """
    sisters = [
        one
        for one in _keeping.of_member(cursor, member_id)
        if one.told.agreement_id == told.agreement_id
    ]
    if told.second in _fitting(sisters, told.agreement_id):
        return
    if not sisters:
        raise InputError(Fault("CLU-028", column="second"))
    standing = next((one for one in sisters if not one.is_over), None)
    number = {"number": str((standing or sisters[0]).key.claim_id)}
    if standing is not None:
        raise InputError(Fault("CLU-026", column="second", details=number))
    raise InputError(Fault("CLU-027", column="second", details=number))


def _fitting(sisters: list[Claim], agreement_id: int | None) -> set[Second | None]:
    """Which case a further claim may be; `None` is the first one."""
    if not sisters:
        return {None}
    over = [_AFTER[one.steps[-1].step] for one in sisters if one.is_over]
    if agreement_id is None:
        return {Second.SHARE, Second.OTHER_DEALINGS, *over}
    if len(over) < len(sisters):
        return {Second.SHARE}
    return {Second.SHARE, over[0]}


def lock_file(cursor: Any, digest: str) -> None:
    """Nobody else reckons from the same file until the transaction ends [取引履歴のロック].

    Taken after the lock of the member's claims.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho claim history ' || %s, 0))",
        (digest,),
    )


def refuse_same_file(cursor: Any, claim: Claim, digest: str) -> None:
    """Go on where no other claim that counts is reckoned from the same file [取引履歴の重複].

    Lock      the file.
    Raises    RefusedError: of the member's own it names the claim, of others it says that alone.
    """
    lock_file(cursor, digest)
    cursor.execute(
        "SELECT DISTINCT member_id, claim_id FROM office_claim_input"
        " WHERE sha256 = %s AND used_as = 'history' AND (member_id, claim_id) <> (%s, %s)",
        (digest, *claim.key),
    )
    for row in cursor.fetchall():
        other = _keeping.one(cursor, _keeping.ClaimKey(*row))
        if other.steps[-1].step in {Step.WITHDRAWN, Step.REFUSED}:
            continue
        if other.key.member_id != claim.key.member_id:
            raise RefusedError(Fault("CLU-032"))
        is_share = Second.SHARE in {claim.told.second, other.told.second}
        if not is_share and not (other.is_over and claim.told.second is Second.AFTER_ENDED):
            raise RefusedError(Fault("CLU-035", details={"number": str(other.key.claim_id)}))


def promised_yen(cursor: Any, claim: Claim) -> int:
    """What was promised or settled already on other claims of the same [ほかの請求への支払額]."""
    cursor.execute(
        "SELECT DISTINCT o.member_id, o.claim_id FROM office_claim o"
        " LEFT JOIN office_claim_input i ON (i.member_id, i.claim_id, i.used_as)"
        " = (o.member_id, o.claim_id, 'history')"
        " WHERE o.member_id = %(member)s AND o.claim_id <> %(claim)s"
        " AND (o.agreement_id = %(agreement)s OR i.sha256 IN (SELECT sha256"
        " FROM office_claim_input WHERE (member_id, claim_id) = (%(member)s, %(claim)s)"
        " AND used_as = 'history'))",
        {
            "member": claim.key.member_id,
            "claim": claim.key.claim_id,
            "agreement": claim.told.agreement_id,
        },
    )
    others = [_keeping.one(cursor, _keeping.ClaimKey(*row)) for row in cursor.fetchall()]
    book = _own_book(cursor, claim)
    return sum(0 if _is_paid_in(one, book) else _promised_of(one) for one in others)


def _own_book(cursor: Any, claim: Claim) -> Noted | None:
    """The newest recalculation, where it is of our own book; None of one of a file."""
    reckoned = claim.last(Step.RECKONED)
    if reckoned is None:
        return None
    cursor.execute(
        "SELECT name FROM office_claim_input"
        " WHERE member_id = %s AND claim_id = %s AND input_no = %s",
        (*claim.key, int(reckoned.content["input"])),
    )
    row = cursor.fetchone()
    return reckoned if row is not None and row[0] == BOOK else None


def _is_paid_in(other: Claim, book: Noted | None) -> bool:
    """Whether what was paid on another claim is a row of the book that was reckoned already."""
    paid = other.last(Step.PAID, Step.RETURNED)
    if book is None or paid is None or paid.step is not Step.PAID:
        return False
    if paid.at is None or book.at is None or other.book.agreement_id == OF_BEFORE:
        return False
    return paid.on <= book.on and paid.at < book.at


def _promised_of(claim: Claim) -> int:
    if claim.steps[-1].step in {Step.WITHDRAWN, Step.REFUSED}:
        return 0
    found = claim.last(Step.SETTLED, Step.ACCEPTED, Step.OFFERED)
    return 0 if found is None else found.amount_yen or 0
