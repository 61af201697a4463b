"""Our legal desk of the tests: a member with a loan, dealings of before as a file, who asks and who decides."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from importlib.resources import files
from typing import Any

from django.db import connection, transaction
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import AT, House, rows

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.cases.disclosures import Proof
from motocho.kernel.schedule import Scheme
from motocho.loans.commands import Made
from motocho.office import lender
from motocho.office.lender import (
    Asking,
    Basis,
    Claim,
    Claimant,
    Entitled,
    Late,
    Offer,
    Payee,
    Returning,
    Told,
)
from motocho.outside.bank import AccountType, BankAccount, Originator
from motocho.people import cards
from motocho.people.access import Role, Staff
from motocho.people.cards import Validity

ON = AT.date()
OPENED = ON - timedelta(days=130)
SAMPLE = (files("motocho.claims") / "samples" / "ten_years.csv").read_bytes()
ACCOUNT = BankAccount("0001", "001", AccountType.ORDINARY, "1234567")
OURS = Originator(
    "0000099999", "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ", BankAccount("9999", "101", AccountType.ORDINARY, "0000001")
)
PAY_ON = date(2026, 12, 1)
SOON = date(2026, 11, 19)
LAWYER = Told(
    Claimant.LAWYER, None, ON, "法田法律事務所", "法田 守", "12345", "0312345678", "受-1", 900_000
)  # fmt: skip


def at_noon(on: date) -> datetime:
    """A moment of another day."""
    return datetime.combine(on, AT.time(), AT.tzinfo)


def by_hand(amount_yen: int, rate: Fraction, first_on: date, last_on: date) -> int:
    """Day by day: each day of a leap year is 1/366 of a year, any other 1/365."""
    day, years = first_on, Fraction(0)
    while day <= last_on:
        is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        years += Fraction(1, 366 if is_leap else 365)
        day += timedelta(days=1)
    return int(amount_yen * rate * years)


def raw(
    claim: Claim, step: str, amount_yen: int | None, content: str, request_id: int | None = None
) -> None:
    """A step that somebody writes past every command; what is sent goes into the newest file."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_claim_step (member_id, claim_id, step_no, step, amount_yen,"
            " on_day, content, request_id, file_id, source, actor, noted_at)"
            " SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s,"
            " (SELECT max(file_id) FROM office_claim_file WHERE %s = 'sent'), 'raw', 'y', %s"
            " FROM office_claim_step WHERE member_id = %s AND claim_id = %s",
            (*claim.key, step, amount_yen, ON, content, request_id, step, AT, *claim.key),
        )


class Legal:
    """Our legal desk: a loan of 200,000 yen, and dealings of before whose history is a file."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.colleague("root", Role.ADMINISTRATOR)
        self.operator = house.colleague("ueda", Role.OPERATOR)
        self.supervisor = house.colleague("mori", Role.SUPERVISOR)
        self.desk = Desk()
        self.member_id = house.member().member_id
        self.key = self.desk.open(OPENED, scheme=Scheme.MONTHLY, day=25, member_id=self.member_id)
        self.desk.draw(self.key, 200_000, OPENED)
        until = Validity(OPENED, date(2031, 11, 30))
        do(cards.issue, self.member_id, until, "staff 1", AT)
        self.forms = itertools.count(1)

    def made(self, at: datetime = AT, ref: str = "") -> Made:
        form = ref or f"form {next(self.forms)}"
        return Made("desk", form, at.date(), at, self.operator.actor)

    def asking(self, by: Any = None, at: datetime = AT) -> Asking:
        return Asking(by or self.operator, "理由", f"ask {next(self.forms)}", at, at.date())

    def receive(self, told: Told = LAWYER, of_book: str = "") -> Claim:
        told = replace(told, agreement_id=self.key.agreement_id) if of_book else told
        found: Claim = do(lender.receive, self.member_id, told, self.made())
        return found

    def say(
        self,
        request: Request,
        outcome: Outcome = Outcome.AGREED,
        at: datetime = AT,
        by: Staff | None = None,
    ) -> Outcome:
        decision = Decision(outcome, "よい", request.mark, at.date())
        return do(approvals.decide, request.ref, decision, by or self.supervisor, at).outcome

    def reckoned(self, told: Told = LAWYER, of_book: str = "") -> Claim:
        claim = self.receive(told, of_book)
        proof = Proof.ATTORNEY_LETTER if told.claimant is Claimant.LAWYER else Proof.LICENCE
        do(lender.check, claim.key, proof, "委-1", self.made())
        basis = Basis(ON, {}) if of_book else Basis(ON, {}, "history.csv", SAMPLE)
        do(lender.reckon, claim.key, basis, self.made())
        return self.see(claim)

    def see(self, claim: Claim) -> Claim:
        found: Claim = do(lender.one, claim.key)
        return found

    def offered(self, claim: Claim, amount_yen: int) -> Claim:
        offer = Offer(amount_yen, ON + timedelta(days=14), ON + timedelta(days=40))
        assert self.say(do(lender.ask_offer, claim.key, offer, self.asking())) is Outcome.AGREED
        return self.see(claim)

    def accepted(self, claim: Claim, amount_yen: int) -> Claim:
        self.offered(claim, amount_yen)
        do(lender.accept, claim.key, ON, "電話で受諾", self.made())
        return self.see(claim)

    def settled(self, claim: Claim, amount_yen: int) -> Claim:
        self.accepted(claim, amount_yen)
        request = do(lender.ask_settlement, claim.key, "和-1", self.asking())
        assert self.say(request) is Outcome.AGREED
        return self.see(claim)

    def released(
        self, claim: Claim, on: date = PAY_ON, at: datetime = AT, late: Late = Late.OURS
    ) -> Claim:
        payee = Payee(ACCOUNT, "サトウ ハナコ", on, late)
        request = do(lender.ask_payment, claim.key, payee, self.asking(at=at))
        assert self.say(request, at=at) is Outcome.AGREED
        return self.see(claim)

    def returned(self, claim: Claim, on: date, at: datetime = AT) -> Claim:
        said = Returning(on, "銀-1", "口座なし")
        request = do(lender.ask_return, claim.key, said, self.asking(at=at))
        assert self.say(request, at=at) is Outcome.AGREED
        return self.see(claim)

    def resumed(self, claim: Claim) -> Claim:
        request = do(
            lender.ask_resume, claim.key, Entitled("相続人 佐藤一郎", "戸-1"), self.asking()
        )
        assert self.say(request) is Outcome.AGREED
        return self.see(claim)

    def paid(self, claim: Claim, on: date = PAY_ON) -> Claim:
        """The file of a day, and the bank's statement of it."""
        do(lender.make_file, on, OURS, self.made(at_noon(on)))
        do(lender.note_paid, claim.key, on, self.made(at_noon(on)))
        return self.see(claim)

    def owed(self, claim: Claim) -> int:
        """What we owe in the claim's book, as the ledger has it."""
        found = rows(
            "SELECT coalesce(sum(CASE WHEN l.credit = 2130 THEN l.amount_yen ELSE 0 END"
            " - CASE WHEN l.debit = 2130 THEN l.amount_yen ELSE 0 END), 0)::bigint"
            " FROM ledger_leg l JOIN ledger_entry e USING (member_id, entry_id)"
            " WHERE e.member_id = %s AND e.book_id = %s",
            *claim.book,
        )
        return int(found[0][0])

    def dues(self, claim: Claim) -> set[str]:
        return {str(one.plan.facts["follow"]) for one in do(lender.deadlines, claim.key)}
