"""The requests of a debit day, and the bank's answers to them [口座振替の依頼と結果].

A day is planned once: its rows are what was asked, whoever asks again. Planning reads agreements
without locking them, and writes at its end, so that draws and receipts go on beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from motocho.journal.rows import Happening, write
from motocho.loans import _book
from motocho.loans._book import Key, Loan, Made
from motocho.loans.commands import forward, receive
from motocho.loans.commands._telling import tell
from motocho.loans.debits import mandates
from motocho.loans.debits.mandates import Mandate
from motocho.loans.debits.rules import Asking, check_debit, cutoff_day, debit_day, instalment_yen
from motocho.loans.policy import Status
from motocho.outside.bank import (
    AccountType,
    BankAccount,
    Collected,
    Debit,
    DebitAnswers,
    DebitFile,
    DebitResult,
    Novelty,
    Originator,
    settle_debits,
)
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict

CHANNEL = "debit"
"""The channel of receipts that banks collected for us."""
PAGE = 1_000
"""Mandates that are read at a time."""


@dataclass(frozen=True, slots=True)
class Request:
    """One debit that was asked for, with what became of it [依頼明細].

    `debit_no` is the reference that the bank gives back.
    """

    debit_no: int
    mandate: Mandate
    due_on: date
    amount_yen: int
    novelty: Novelty
    result: DebitResult | None = None
    event_no: int | None = None

    @property
    def key(self) -> Key:
        """The agreement [契約の番号]."""
        return self.mandate.key

    def line(self) -> Debit:
        """The same as a line of the file [依頼明細]."""
        account, name = self.mandate.account, self.mandate.holder_kana
        return Debit(account, name, self.amount_yen, self.debit_no, self.novelty)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An agreement with a mandate that is not debited, with the reason [対象外の契約]."""

    key: Key
    code: str

    def fault(self) -> Fault:
        """The reason as a message [対象外の理由]."""
        return Fault(self.code, details={"rule": "LEDG-009"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of banks for one day, and who was left out [口座振替の計画].

    A file without debits is not sent; `write_debits` refuses it.
    """

    file: DebitFile
    requests: tuple[Request, ...]
    left_out: tuple[LeftOut, ...]


# --------------------------------------------------------------------------------------- planning
def plan_debits(cursor: Any, debit_on: date, originator: Originator, made: Made) -> Plan:
    """Ask for what is due on a debit day; the first plan of a day is the only one [振替依頼の作成].

    Lock      the day: who plans it at the same time waits, and gets the same plan.
    Days      planned after the cutoff day is over and before the debit day.
    Raises    RefusedError for a day that is no debit day, and outside the days for planning.
    Law       LEDG-009.
    """
    wanted = debit_day(debit_on.year, debit_on.month)
    if debit_on != wanted:
        details = {"on": str(debit_on), "wanted": str(wanted)}
        raise RefusedError(Fault("DEB-009", details=details))
    cursor.execute("SELECT 1 FROM loan_debit_day WHERE debit_on = %s", (debit_on,))
    if cursor.fetchone() is None:
        _plan(cursor, debit_on, originator, made)
    return _stored(cursor, debit_on)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request before it has a number."""

    mandate: Mandate
    due_on: date
    amount_yen: int
    novelty: Novelty


_ADD_REQUESTS = """
INSERT INTO loan_debit (member_id, agreement_id, debit_on, mandate_no, due_on, amount_yen, novelty)
SELECT member_id, agreement_id, %s, mandate_no, due_on, amount_yen, novelty
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::bigint[], %s::text[])
    AS asked (member_id, agreement_id, mandate_no, due_on, amount_yen, novelty)
ORDER BY member_id, agreement_id
"""
_ADD_LEFT_OUT = """
INSERT INTO loan_debit_left_out (member_id, agreement_id, debit_on, code)
SELECT member_id, agreement_id, %s, code
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS left_out (member_id, agreement_id, code)
ORDER BY member_id, agreement_id
"""


def _plan(cursor: Any, debit_on: date, originator: Originator, made: Made) -> None:
    """Decide about every mandate that stands, and write all requests of the day."""
    cutoff_on = cutoff_day(debit_on.year, debit_on.month)
    if not cutoff_on < made.business_on < debit_on:
        details = {"cutoff": str(cutoff_on), "on": str(debit_on), "today": str(made.business_on)}
        raise RefusedError(Fault("DEB-010", details=details))
    cursor.execute(
        "INSERT INTO loan_debit_day (debit_on, cutoff_on, originator, planned_on, planned_at,"
        " actor) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            debit_on, cutoff_on, _originator_text(originator), made.business_on, made.booked_at,
            made.actor,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return  # somebody else planned the day while we waited
    asked, left_out = [], []
    for mandate, is_first in _standing(cursor):
        loan = _book.look(cursor, mandate.key)
        found = _decided(cursor, loan, mandate, (cutoff_on, debit_on))
        if isinstance(found, LeftOut):
            left_out.append(found)
        else:
            novelty = Novelty.FIRST if is_first else Novelty.KNOWN
            asked.append(replace(found, novelty=novelty))
    _write(cursor, debit_on, asked, left_out)
    day = debit_on.isoformat()
    _tell_all(
        cursor, made, "debit_asked",
        [(one.mandate.key, {"debit_on": day, "amount_yen": one.amount_yen}) for one in asked],
    )  # fmt: skip
    _tell_all(
        cursor, made, "debit_left_out",
        [(one.key, {"debit_on": day, "code": one.code}) for one in left_out],
    )  # fmt: skip


def _write(cursor: Any, debit_on: date, asked: list[_Asked], left_out: list[LeftOut]) -> None:
    """All rows at the end, at once: they point at agreements, and hold them until the commit."""
    rows = [
        (*one.mandate.key, one.mandate.mandate_no, one.due_on, one.amount_yen, one.novelty.value)
        for one in asked
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_ADD_REQUESTS, (debit_on, *columns))
    if left_out:
        out = [(*one.key, one.code) for one in left_out]
        columns = [list(column) for column in zip(*out, strict=True)]
        cursor.execute(_ADD_LEFT_OUT, (debit_on, *columns))


def _tell_all(
    cursor: Any, made: Made, kind: str, about: list[tuple[Key, dict[str, int | str]]]
) -> None:
    write(cursor, [
        Happening(
            key.member_id, kind, made.actor, made.booked_at,
            {"agreement": key.agreement_id, **subject},
        )
        for key, subject in about
    ])  # fmt: skip


def _decided(
    cursor: Any, loan: Loan, mandate: Mandate, days: tuple[date, date]
) -> _Asked | LeftOut:
    """What is asked of one agreement, or why nothing is."""
    cutoff_on, debit_on = days
    facts = loan.facts(debit_on)
    amount_yen = instalment_yen(facts.state, debit_on)
    at_cutoff = _book.state_on(cursor, loan, cutoff_on)
    refusal = check_debit(facts, at_cutoff, mandate, Asking(debit_on, amount_yen))
    refusal = refusal or mandates.check_listed(cursor, mandate.account)
    if refusal is not None or facts.state.due_on is None:
        return LeftOut(loan.key, "DEB-008" if refusal is None else refusal.code)
    due_on = date.fromordinal(facts.state.due_on)
    return _Asked(mandate, due_on, amount_yen, Novelty.KNOWN)


_STANDING = f"""
SELECT {mandates.COLUMNS}, NOT EXISTS (
    SELECT FROM loan_debit d WHERE d.member_id = m.member_id AND d.agreement_id = m.agreement_id
      AND d.mandate_no = m.mandate_no)
FROM loan_mandate m
WHERE m.ended_on IS NULL AND (m.member_id, m.agreement_id) > (%s, %s)
ORDER BY m.member_id, m.agreement_id LIMIT %s
"""  # noqa: S608  # our own names


def _standing(cursor: Any) -> Iterator[tuple[Mandate, bool]]:
    """Every mandate that stands, in the order of members; whether it was never used."""
    after = (0, 0)
    while True:
        cursor.execute(_STANDING, (*after, PAGE))
        rows = cursor.fetchall()
        for row in rows:
            yield mandates.mandate_of(row), row[mandates.WIDTH]
        if len(rows) < PAGE:
            return
        after = rows[-1][:2]


# ------------------------------------------------------------------------------- what was planned
_REQUESTS = f"""
SELECT {mandates.COLUMNS}, d.debit_no, d.due_on, d.amount_yen, d.novelty, d.result, d.event_no
FROM loan_debit d JOIN loan_mandate m USING (member_id, agreement_id, mandate_no)
WHERE d.debit_on = %s ORDER BY d.debit_no
"""  # noqa: S608  # our own names


def _stored(cursor: Any, debit_on: date, locking: str = "") -> Plan:
    """The plan of a day.

    Raises    NotFoundError if the day was not planned.
    """
    cursor.execute("SELECT originator::text FROM loan_debit_day WHERE debit_on = %s", (debit_on,))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DEB-014", details={"on": str(debit_on)}))
    originator = _originator_from(row[0])
    cursor.execute(_REQUESTS + locking, (debit_on,))
    requests = tuple(_request(row) for row in cursor.fetchall())
    cursor.execute(
        "SELECT member_id, agreement_id, code FROM loan_debit_left_out WHERE debit_on = %s"
        " ORDER BY member_id, agreement_id",
        (debit_on,),
    )
    left_out = tuple(LeftOut(Key(row[0], row[1]), row[2]) for row in cursor.fetchall())
    file = DebitFile(originator, debit_on, tuple(one.line() for one in requests))
    return Plan(file, requests, left_out)


def _request(row: tuple[Any, ...]) -> Request:
    number, due_on, amount_yen, novelty, result, event_no = row[mandates.WIDTH :]
    known = None if result is None else DebitResult(result)
    mandate = mandates.mandate_of(row)
    return Request(number, mandate, due_on, amount_yen, Novelty(novelty), known, event_no)


def _originator_text(originator: Originator) -> str:
    return orjson.dumps(originator.values()).decode()


def _originator_from(text: str) -> Originator:
    known = orjson.loads(text)
    account = BankAccount(
        known["bank_code"],
        known["branch_code"],
        AccountType(known["account_type"]),
        known["account_number"],
        known["bank_name"],
        known["branch_name"],
    )
    return Originator(known["originator_code"], known["originator_name"], account)


# ---------------------------------------------------------------------------------------- answers
@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did to one request [結果の反映]."""

    request: Request
    is_repeat: bool


def take_answers(cursor: Any, answers: DebitAnswers, made: Made) -> tuple[Answered, ...]:
    """Book what the bank collected and note what it did not; once [振替結果の取込].

    What was collected counts from the debit day. Money for a claim that was assigned meanwhile is
    held for the new creditor. The same answers again do nothing.

    Takes     answers as `read_debit_answers` read them; the reference of `made` is not used: each
              receipt has its own.
    Lock      the requests of the day, then each member's agreements, in the order of the file.
    Raises    NotFoundError for a day without a plan; FaultyInput if the answers do not fit what was
              asked; StateConflict if a request was answered otherwise before. Nothing is booked
              then.
    Law       BANK-004: only code 0 is a payment. LEDG-020, LEDG-021.
    """
    plan = _stored(cursor, answers.file.debit_on, " FOR UPDATE OF d")
    outcome = settle_debits(plan.file, answers)
    collected = {one.reference: one for one in outcome.collected}
    failed = {one.reference: one.result for one in outcome.failed}
    results = dict.fromkeys(collected, DebitResult.COLLECTED) | failed
    _refuse_other_answers(plan, results)
    done = []
    for request in plan.requests:
        if request.result is not None:
            done.append(Answered(request, is_repeat=True))
            continue
        result, event_no = results[request.debit_no], None
        if result is DebitResult.COLLECTED:
            event_no = _booked(cursor, request, collected[request.debit_no], made)
        else:
            tell(
                cursor, request.key, "debit_failed", made,
                debit=request.debit_no, amount_yen=request.amount_yen, result=result.value,
            )  # fmt: skip
        cursor.execute(
            "UPDATE loan_debit SET result = %s, answered_on = %s, event_no = %s"
            " WHERE member_id = %s AND agreement_id = %s AND debit_no = %s",
            (result.value, made.business_on, event_no, *request.key, request.debit_no),
        )
        answered = replace(request, result=result, event_no=event_no)
        done.append(Answered(answered, is_repeat=False))
    return tuple(done)


def _refuse_other_answers(plan: Plan, results: dict[int, DebitResult]) -> None:
    """An answer that was taken is not taken back by another file."""
    faults = [
        Fault(
            "DEB-015",
            excerpt=str(one.debit_no),
            details={
                "first": one.result.name_ja,
                "first_en": one.result.name_en,
                "second": results[one.debit_no].name_ja,
                "second_en": results[one.debit_no].name_en,
            },
        )
        for one in plan.requests
        if one.result is not None and one.result is not results[one.debit_no]
    ]
    if faults:
        raise StateConflict(*faults)


def _booked(cursor: Any, request: Request, collected: Collected, made: Made) -> int | None:
    """The money, in the book; gives the number of its event, None where it is a new creditor's."""
    arrived = replace(made, channel=CHANNEL, external_ref=collected.receipt_ref)
    value_on, amount_yen = collected.value_on, collected.amount_yen
    if _book.lock(cursor, request.key).status is Status.ASSIGNED:
        forward(cursor, request.key, amount_yen, value_on, arrived)
        return None
    return receive(cursor, request.key, amount_yen, value_on, arrived).event_no
