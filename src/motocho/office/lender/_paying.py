"""Released payments go to the bank in one file, and what the bank says of each [過払金の支払]."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from motocho.loans import commands
from motocho.loans.commands import Made
from motocho.office.lender import _keeping, _stopping
from motocho.office.lender._deciding import account_in
from motocho.office.lender._keeping import Claim, ClaimKey, Due, Noted
from motocho.office.lender._rules import Step
from motocho.outside.bank import Originator, Transfer, TransferFile, write_transfers
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file of transfers as it was made [総合振込ファイル]."""

    file_id: int
    pay_on: date
    lines: int
    sum_yen: int
    content: bytes
    late_days: int
    """How many days after its own day it was made; 0 in time [作成の遅れ]."""


@dataclass(frozen=True, slots=True)
class FilePage:
    """Some of the files that were made, and how many there are [振込データの一覧]."""

    files: tuple[PaymentFile, ...]
    total: int
    page_no: int
    pages: int


def released(cursor: Any, hidden: Collection[int] = ()) -> list[Claim]:
    """Claims whose payment was released and is in no file yet, the soonest first [支払待ち].

    Takes     members of whom the reader may see nothing (`people.access.kept_from`).
    """
    found = [one for one in _keeping.to_pay(cursor) if one.key.member_id not in hidden]
    return sorted(found, key=lambda one: (pay_on(one), one.key))


def kept_apart(cursor: Any, hidden: Collection[int]) -> int:
    """How many payments wait that only somebody else may see and send [ほかの担当の支払待ち]."""
    return sum(one.key.member_id in hidden for one in _keeping.to_pay(cursor))


def pay_on(claim: Claim) -> date:
    """The day for which a payment was released last [支払日]."""
    return date.fromisoformat(_released(claim).content["pay_on"])


def make_file(
    cursor: Any, on: date, originator: Originator, made: Made, hidden: Collection[int] = ()
) -> PaymentFile:
    """One file with every payment that is released for a day, once for its form [振込データの作成].

    Each claim in it is sent then, in this transaction: in no two files, and in none twice. Left out
    are claims with a death or a bankruptcy that nobody answered, and those of members of whom who
    makes it may see nothing: they wait for somebody else. A file of a day that is over says so.

    Lock      every claim's member in it, by their number.
    Raises    InputError where nothing is released for the day; FaultyInput as `write_transfers`.
    Law       BANK-001, 002, 003.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('motocho claim file'))")
    earlier = _of_source(cursor, made.external_ref)
    if earlier is not None:
        return earlier
    members = sorted({one.key.member_id for one in released(cursor, hidden) if pay_on(one) == on})
    for member_id in members:
        _keeping.lock(cursor, member_id)
    wanted = [
        one
        for one in released(cursor, hidden)
        if pay_on(one) == on
        and one.key.member_id in members
        and not _stopping.unanswered(cursor, one, made.business_on)
    ]
    if not wanted:
        raise InputError(Fault("CLU-016", column="pay_on", excerpt=str(on)))
    file = TransferFile(originator, on, tuple(_transfer(one) for one in wanted))
    found = _keep_file(cursor, file, made)
    late = {"late_days": found.late_days} if found.late_days else {}
    for one in wanted:
        named = replace(made, external_ref=f"claim file {found.file_id} {one.key.claim_id}")
        sent_on = max(on, made.booked_at.astimezone(JAPAN).date())
        noted = Noted(Step.SENT, sent_on, _amount_yen(one), late, file_id=found.file_id)
        _keeping.add(cursor, one.key, noted, named)
    return found


def _keep_file(cursor: Any, file: TransferFile, made: Made) -> PaymentFile:
    cursor.execute(
        "INSERT INTO office_claim_file (pay_on, sum_yen, lines, content, source, actor, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING file_id",
        (
            file.pay_on, file.sum_yen, len(file.transfers), write_transfers(file),
            made.external_ref, made.actor, made.booked_at,
        ),
    )  # fmt: skip
    return one_file(cursor, int(cursor.fetchone()[0]))


def _released(claim: Claim) -> Noted:
    noted = claim.last(Step.RELEASED)
    if noted is None:
        raise NotFoundError(Fault("CLU-007"))
    return noted


def _amount_yen(claim: Claim) -> int:
    return _released(claim).amount_yen or 0


def _transfer(claim: Claim) -> Transfer:
    content = _released(claim).content
    return Transfer(
        account_in(content), str(content["holder"]), _amount_yen(claim),
        reference_codes=(claim.key.member_id, claim.key.claim_id),
    )  # fmt: skip


_OF_HIDDEN = (
    "NOT EXISTS (SELECT FROM office_claim_step s WHERE s.file_id = f.file_id"
    " AND s.member_id = ANY(%(hidden)s))"
)
_FILES = "SELECT file_id, pay_on, lines, sum_yen, content, made_at FROM office_claim_file f"


def files_of(cursor: Any, page_no: int = 1, hidden: Collection[int] = ()) -> FilePage:
    """A page of the files that were made, the newest first [作成済みの振込データ].

    Takes     members of whom the reader may see nothing: a file with one of them is not theirs.
    """
    names: dict[str, Any] = {"hidden": list(hidden)}
    cursor.execute(f"SELECT count(*) FROM office_claim_file f WHERE {_OF_HIDDEN}", names)  # noqa: S608  # our own words
    total = int(cursor.fetchone()[0])
    pages = max(1, -(-total // _keeping.PAGE_OF))
    page_no = min(max(1, page_no), pages)
    names |= {"most": _keeping.PAGE_OF, "before": (page_no - 1) * _keeping.PAGE_OF}
    cursor.execute(
        f"{_FILES} WHERE {_OF_HIDDEN} ORDER BY file_id DESC LIMIT %(most)s OFFSET %(before)s",
        names,
    )
    return FilePage(tuple(_payment_file(row) for row in cursor.fetchall()), total, page_no, pages)


def payees_of(cursor: Any, file_id: int) -> tuple[int, ...]:
    """Each member to whom a file pays, or somebody for them [振込先の会員]."""
    cursor.execute(
        "SELECT DISTINCT member_id FROM office_claim_step WHERE file_id = %s ORDER BY member_id",
        (file_id,),
    )
    return tuple(int(row[0]) for row in cursor.fetchall())


def one_file(cursor: Any, file_id: int) -> PaymentFile:
    """A file that was made, with the same bytes [振込データの参照].

    Why       whoever hands it on asks people for each of `payees_of` first.
    Raises    NotFoundError if there is none.
    """
    found = _file(cursor, "file_id = %s", file_id)
    if found is None:
        raise NotFoundError(Fault("CLU-007"))
    return found


def _of_source(cursor: Any, source: str) -> PaymentFile | None:
    return _file(cursor, "source = %s", source)


def _file(cursor: Any, where: str, value: object) -> PaymentFile | None:
    cursor.execute(f"{_FILES} WHERE {where}", (value,))
    row = cursor.fetchone()
    return None if row is None else _payment_file(row)


def _payment_file(row: tuple[Any, ...]) -> PaymentFile:
    file_id, on, lines, sum_yen, content, made_at = row
    late_days = max(0, (made_at.astimezone(JAPAN).date() - on).days)
    return PaymentFile(int(file_id), on, lines, sum_yen, bytes(content), late_days)


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
    damages_yen = int(_released(claim).content["damages_yen"])
    added_yen = damages_yen - claim.damages_paid_yen
    if added_yen:
        named = replace(made, external_ref=f"{made.external_ref} delay")
        commands.owe_overpayment(cursor, claim.book, added_yen, named)
    amount_yen = _amount_yen(claim)
    entry = commands.pay_overpayment(cursor, claim.book, amount_yen, paid_on, made)
    content = {"entry": entry, "damages_yen": damages_yen}
    _keeping.add(cursor, key, Noted(Step.PAID, paid_on, amount_yen, content), made)
    _keeping.end_tasks(cursor, key, made, Due.PAY)
    return _ended(cursor, key, made)


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
