"""Our own recalculation of a claimed dealing, and their sheet against ours [当社の計算と突合].

The history is the book's own (`loans.queries.history_case`), or a file: of a predecessor, of a
dealing that was never taken over. What was reckoned from is kept as it came, with its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from motocho.claims import assumptions as assumed
from motocho.claims import pleading, reading, scenarios
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.scenarios import Difference
from motocho.claims.statement import Statement
from motocho.kernel.conventions import EventKind
from motocho.law.prescription import RestitutionClaim, prescription_completes_on
from motocho.loans.commands import Made
from motocho.office.lender import _keeping, _sisters
from motocho.office.lender._keeping import ClaimKey, Noted
from motocho.office.lender._limits import limits
from motocho.office.lender._own import BOOK, own_file, recalculated
from motocho.office.lender._rules import Step
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, RefusedError

CONVENTIONS: Mapping[str, tuple[str, ...]] = {
    name: assumed.values_of(name)
    for name in (
        "contracts", "overpayment_rate_rule", "overpayment_appropriation", "first_day",
        "year_basis", "opening_balance",
    )
}  # fmt: skip
"""What our desk chooses among, the default of the courts first; each is printed with the sum."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What is to be reckoned [計算の前提]: until which day, under which conventions, from what."""

    until_on: date
    conventions: Mapping[str, str]
    name: str = ""
    content: bytes = b""
    """A history as a file; empty for the book's own."""


def statement_of(
    history: History, conventions: Mapping[str, str], until_on: date | None = None
) -> Statement:
    """A history recalculated under named conventions, the courts' where none is named [計算].

    Takes     until which day interest runs; None: until the last row.
    Raises    FaultyInput for what is no convention, and for every fault of the history; InputError
              for a day before its last row.
    """
    found = assumed.read(history.stated_assumptions, file=history.file)
    chosen = assumed.read(dict(conventions), onto=found.assumptions)
    faults = (*found.faults, *chosen.faults)
    if faults:
        raise FaultyInput(*faults)
    return recalculated(history, chosen.assumptions, until_on)


def reckon(cursor: Any, key: ClaimKey, basis: Basis, made: Made) -> Statement:
    """Recalculate what is claimed, keep what from, and write the figures down [当社の計算].

    Lock      the member's claims.
    Raises    RefusedError where it does not follow, there is neither an agreement nor a file, the
              same file counts for another claim, or for a day beyond the last one to pay;
              FaultyInput with every fault of a file; InputError for a day before its last row.
    Days      interest runs until `basis.until_on`, whatever the file's last row.
    """
    known = _keeping.begun(cursor, key, Step.RECKONED, made)
    if known is None:
        return again(cursor, key)
    if basis.content:
        name = f"file {BOOK}" if basis.name == BOOK else basis.name  # the book's own is no file
        content = basis.content
    elif known.told.agreement_id is None:
        raise RefusedError(Fault("CLU-011"))
    else:
        _refuse_early(basis.until_on, made)
        name, content = BOOK, own_file(cursor, known.book, basis.until_on)
    _refuse_far(basis.until_on, made)
    history = reading.read(content, file=name)
    statement = statement_of(history, basis.conventions, basis.until_on)
    _sisters.refuse_same_file(cursor, known, hashlib.sha256(content).hexdigest())
    number = _keep_input(cursor, key, (name, content, _sisters.HISTORY), made)
    result = statement.result
    figures = {
        "input": number,
        "conventions": dict(basis.conventions),
        "overpayment_yen": _whole(result.overpayment_yen),
        "overpayment_interest_yen": _whole(result.overpayment_interest_yen),
        "debt_yen": _whole(result.owed_yen),
        "first_overpaid_on": str(result.first_overpaid_on or ""),
        "barred_after_on": _barred_after(statement),
        "late_rate_ppm": _rate_on(statement, basis.until_on),
        "warnings": [
            {"code": one.code, "details": dict(one.details)} for one in statement.warnings
        ],
        "sha256": statement.history.input_sha256,
    }
    noted = Noted(Step.RECKONED, basis.until_on, _whole(result.claim_yen), figures)
    _keeping.add(cursor, key, noted, made)
    return statement


def _refuse_far(until_on: date, made: Made) -> None:
    """Interest runs until it is paid, and never beyond the last day on which that may be."""
    on = made.booked_at.astimezone(JAPAN).date()
    held = limits(on)
    last_on = on + timedelta(days=held.answer_open_days + held.pay_within_days)
    if until_on > last_on:
        raise RefusedError(Fault("CLU-036", details={"last": str(last_on)}))


def _refuse_early(until_on: date, made: Made) -> None:
    """The book is reckoned whole: what was dealt after the day would be left out in silence."""
    if until_on < made.business_on:
        raise RefusedError(Fault("CLU-040", details={"first": str(made.business_on)}))


def _barred_after(statement: Statement) -> str:
    """Until when it is free of prescription; nothing where nothing is overpaid."""
    dealt = [one.on for one in statement.history.events if one.kind is not EventKind.CLOSING]
    if not dealt or not statement.result.overpayment_yen:
        return ""
    claim = RestitutionClaim(max(dealt), statement.result.first_overpaid_on)
    return prescription_completes_on(claim).completes_on.isoformat()


def _rate_on(statement: Statement, on: date) -> int | None:
    """The rate that the settlement's paper names for a delay; None where it names none."""
    try:
        return pleading.content(statement, pleading.read({}), on).rate_ppm
    except FaultyInput:
        return None  # there is no one rate: the statutory one counts


def _whole(amount: Any) -> int:
    """Whole yen: none of the desk's conventions leaves fractions."""
    if not isinstance(amount, int):
        raise InputError(Fault("CLU-012"))
    return amount


def again(cursor: Any, key: ClaimKey) -> Statement:
    """The newest recalculation of a claim, from what was kept [直近の計算].

    Raises    NotFoundError before the first.
    """
    noted = _keeping.one(cursor, key).last(Step.RECKONED)
    if noted is None:
        raise NotFoundError(Fault("CLU-007"))
    name, content = kept_input(cursor, key, int(noted.content["input"]))
    history = reading.read(content, file=name)
    return statement_of(history, noted.content["conventions"], noted.on)


def compare(cursor: Any, key: ClaimKey, theirs: tuple[str, bytes], made: Made) -> Difference:
    """Which conventions make their sheet, and the first row that none explains [突合].

    Takes     their sheet as a file: rows with the balances they printed.
    Lock      the member's claims.
    Raises    RefusedError where it does not follow; FaultyInput for what cannot be read.
    """
    name, content = theirs
    history = reading.read(content, file=name)
    ours = again(cursor, key)
    found = scenarios.differ(ours.history, history, _facts(ours))
    if _keeping.begun(cursor, key, Step.COMPARED, made) is None:
        return found
    number = _keep_input(cursor, key, (name, content, _sisters.SHEET), made)
    document = found.document()
    kept = {
        "input": number,
        "explained": document["explained"],
        "agreeing_rows": document["agreeing_rows"],
        "printed_rows": document["printed_rows"],
        "differs_from_court": document["differs_from_court"],
        "other_events": len(document["other_events"]),
    }
    _keeping.add(cursor, key, Noted(Step.COMPARED, made.business_on, None, kept), made)
    return found


def _facts(ours: Statement) -> Assumptions:
    """What is no convention: agreed rates and days late, as our history states them."""
    stated = assumed.read(ours.history.stated_assumptions).assumptions
    return Assumptions(
        contract_rates=stated.contract_rates,
        delay_periods=stated.delay_periods,
        lender_kind=stated.lender_kind,
    )


def _keep_input(cursor: Any, key: ClaimKey, given: tuple[str, bytes, str], made: Made) -> int:
    """Keep a file once by its bytes and its use; gives its number. Caller holds the lock."""
    name, content, used_as = given
    digest = hashlib.sha256(content).hexdigest()
    cursor.execute(
        "SELECT input_no FROM office_claim_input"
        " WHERE member_id = %s AND claim_id = %s AND sha256 = %s AND used_as = %s",
        (*key, digest, used_as),
    )
    row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    cursor.execute(
        "INSERT INTO office_claim_input (member_id, claim_id, input_no, used_as, name, sha256,"
        " content, actor, kept_at) SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s"
        " FROM office_claim_input WHERE member_id = %s AND claim_id = %s RETURNING input_no",
        (*key, used_as, name[:200], digest, content, made.actor, made.booked_at, *key),
    )
    return int(cursor.fetchone()[0])


def kept_input(cursor: Any, key: ClaimKey, input_no: int) -> tuple[str, bytes]:
    """A file that a claim was reckoned from, as it came [計算の資料].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(
        "SELECT name, content FROM office_claim_input"
        " WHERE member_id = %s AND claim_id = %s AND input_no = %s",
        (*key, input_no),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("CLU-007"))
    return row[0], bytes(row[1])
