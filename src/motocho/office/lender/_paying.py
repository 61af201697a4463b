"""Released payments go to the bank in one file, and what the bank says of each [過払金の支払]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from motocho.loans import commands
from motocho.loans.commands import Made
from motocho.office.lender import _keeping
from motocho.office.lender._deciding import account_in
from motocho.office.lender._keeping import Claim, ClaimKey, Due, Noted
from motocho.office.lender._rules import Step
from motocho.outside.bank import Originator, Transfer, TransferFile, write_transfers
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file of transfers as it was made [総合振込ファイル]."""

    file_id: int
    pay_on: date
    lines: int
    sum_yen: int
    content: bytes


def released(cursor: Any) -> list[Claim]:
    """Claims whose payment was released and is in no file yet, the soonest first [支払待ち]."""
    return sorted(_keeping.to_pay(cursor), key=lambda one: (pay_on(one), one.key))


def pay_on(claim: Claim) -> date:
    """The day for which a payment was released [支払日]."""
    noted = claim.last(Step.RELEASED)
    if noted is None:
        raise NotFoundError(Fault("CLU-007"))
    return date.fromisoformat(noted.content["pay_on"])


def make_file(cursor: Any, on: date, originator: Originator, made: Made) -> PaymentFile:
    """One file with every payment that is released for a day, once for its form [振込データの作成].

    Each claim in it is sent then, in this transaction: in no two files, and in none twice.

    Lock      every claim's member in it, by their number.
    Raises    InputError where nothing is released for the day; FaultyInput as `write_transfers`.
    Law       BANK-001, 002, 003.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('motocho claim file'))")
    earlier = _of_source(cursor, made.external_ref)
    if earlier is not None:
        return earlier
    members = sorted({one.key.member_id for one in released(cursor) if pay_on(one) == on})
    for member_id in members:
        _keeping.lock(cursor, member_id)
    wanted = [one for one in released(cursor) if pay_on(one) == on]
    wanted = [one for one in wanted if one.key.member_id in members]
    if not wanted:
        raise InputError(Fault("CLU-016", column="pay_on", excerpt=str(on)))
    transfers = tuple(_transfer(one) for one in wanted)
    file = TransferFile(originator, on, transfers)
    content = write_transfers(file)
    cursor.execute(
        "INSERT INTO office_claim_file (pay_on, sum_yen, lines, content, source, actor, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING file_id",
        (
            on, file.sum_yen, len(transfers), content, made.external_ref, made.actor,
            made.booked_at,
        ),
    )  # fmt: skip
    number = int(cursor.fetchone()[0])
    for one in wanted:
        named = replace(made, external_ref=f"claim file {number} {one.key.claim_id}")
        noted = Noted(Step.SENT, on, one.settled_yen, {"file": number})
        _keeping.add(cursor, one.key, noted, named)
    return PaymentFile(number, on, len(transfers), file.sum_yen, content)


def _transfer(claim: Claim) -> Transfer:
    noted = claim.last(Step.RELEASED)
    if noted is None:
        raise NotFoundError(Fault("CLU-007"))
    content = noted.content
    return Transfer(
        account_in(content), str(content["holder"]), claim.settled_yen,
        reference_codes=(claim.key.member_id, claim.key.claim_id),
    )  # fmt: skip


def files_of(cursor: Any, most: int = 50) -> list[PaymentFile]:
    """Files that were made, the newest first [作成済みの振込データ]."""
    cursor.execute(
        "SELECT file_id, pay_on, lines, sum_yen, content FROM office_claim_file"
        " ORDER BY file_id DESC LIMIT %s",
        (most,),
    )
    return [PaymentFile(row[0], row[1], row[2], row[3], bytes(row[4])) for row in cursor.fetchall()]


def one_file(cursor: Any, file_id: int) -> PaymentFile:
    """A file that was made, with the same bytes [振込データの参照].

    Raises    NotFoundError if there is none.
    """
    found = _file(cursor, "file_id = %s", file_id)
    if found is None:
        raise NotFoundError(Fault("CLU-007"))
    return found


def _of_source(cursor: Any, source: str) -> PaymentFile | None:
    return _file(cursor, "source = %s", source)


def _file(cursor: Any, where: str, value: object) -> PaymentFile | None:
    cursor.execute(
        "SELECT file_id, pay_on, lines, sum_yen, content FROM office_claim_file"  # noqa: S608  # our own words
        f" WHERE {where}",
        (value,),
    )
    row = cursor.fetchone()
    return None if row is None else PaymentFile(row[0], row[1], row[2], row[3], bytes(row[4]))


# --------------------------------------------------------------------------- what the bank says
def note_paid(cursor: Any, key: ClaimKey, paid_on: date, made: Made) -> Claim:
    """The bank paid it: it is owed no more [支払の確認], once for its form.

    Lock      the member's claims, then their agreements.
    Raises    RefusedError where it does not follow, or for a day to come or before the file's.
    """
    claim = _keeping.begun(cursor, key, Step.PAID, made)
    if claim is None:
        return _keeping.one(cursor, key)
    sent = claim.last(Step.SENT)
    if sent is None or paid_on < sent.on:
        raise RefusedError(Fault("CLU-024"))
    entry = commands.pay_overpayment(cursor, claim.book, claim.settled_yen, paid_on, made)
    noted = Noted(Step.PAID, paid_on, claim.settled_yen, {"entry": entry})
    _keeping.add(cursor, key, noted, made)
    _keeping.end_tasks(cursor, key, made, Due.PAY)
    return _ended(cursor, key, made)


def note_returned(cursor: Any, key: ClaimKey, words: str, made: Made) -> Claim:
    """The bank did not pay it: it is owed as before, and waits for another account [振込不能].

    Lock      the member's claims.
    Raises    RefusedError where it does not follow.
    """
    noted = Noted(
        Step.RETURNED, made.business_on, _keeping.one(cursor, key).settled_yen, {"words": words}
    )
    return _keeping.note(cursor, key, noted, made)


def note_corrected(cursor: Any, key: ClaimKey, words: str, made: Made) -> Claim:
    """What the bureaus have of it was put right [信用情報の訂正] · CRED-004, CRED-006.

    Takes     what was reported, to which bureaus. A claim after which nothing is owed is reported
              as ended or as paid off, and never as trouble.
    Lock      the member's claims.
    Raises    RefusedError where it does not follow; InputError without words.
    Law       貸金業法41条の35第3項; 個人情報保護法34条.
    """
    if not words.strip():
        raise InputError(Fault("CLU-017", column="words"))
    noted = Noted(Step.CORRECTED, made.business_on, None, {"words": words.strip()})
    _keeping.note(cursor, key, noted, made)
    _keeping.end_tasks(cursor, key, made, Due.CORRECT)
    return _ended(cursor, key, made)


def _ended(cursor: Any, key: ClaimKey, made: Made) -> Claim:
    """A claim that is settled, paid and put right is over by itself."""
    claim = _keeping.one(cursor, key)
    if Step.ENDED in claim.nexts:
        named = replace(made, external_ref=f"{made.external_ref} ended")
        _keeping.add(cursor, key, Noted(Step.ENDED, made.business_on), named)
        _keeping.end_tasks(cursor, key, made)
    return _keeping.one(cursor, key)
