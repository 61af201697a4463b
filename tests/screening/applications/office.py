"""A lender that screens: a product, colleagues, a bureau, applicants; for the tests of applications."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import House, rows
from tests.screening.bureau.counter import HANAKO, Counter, noon
from tests.screening.identity.test_papers import JPKI, SELF

from motocho.contact import directory
from motocho.contact.holds import Source
from motocho.documents.archive import Signed
from motocho.kernel.schedule import Scheme
from motocho.loans.commands import Key, Made
from motocho.outside.fakes.bureau import Held, Plan, calm
from motocho.people import consents
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent, Kind, Told
from motocho.screening import applications, identity
from motocho.screening.applications import (
    Application,
    ApplicationKey,
    Check,
    Concluded,
    Confirmation,
    Entry,
    Kept,
    Reason,
    Said,
    Use,
    Wanted,
    Why,
)
from motocho.screening.applications import Plan as Product
from motocho.screening.capacity import Paper, PaperKind
from motocho.screening.identity import Checked, Evidence, Liveness, Method, Shown

LENDER = directory.shipped().lender
SINCE = date(2015, 4, 1)
SLIP = Paper("", PaperKind.WITHHOLDING_SLIP, stream="employer", year=2025, annual_yen=6_000_000)
LINE = Product("card", Scheme.EVERY_35_DAYS)


@dataclass
class Office:
    """Colleagues, a bureau and its answers; each call is a transaction."""

    folder: Path
    database: Database
    people: list[Held] = field(default_factory=lambda: [HANAKO])
    plan: Plan = calm
    forms: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.counter = Counter(self.folder, self.people, self.plan)
        self.counter.join()
        house = House()
        self.enterer = house.colleague("akita", Role.REVIEWER)
        self.first = house.colleague("ito", Role.REVIEWER)
        self.second = house.colleague("mori", Role.SUPERVISOR)
        self.operator = house.colleague("ueda", Role.OPERATOR)
        self.member_id = self.counter.member_id

    @property
    def at(self) -> datetime:
        return self.counter.at

    @property
    def on(self) -> date:
        return self.counter.at.date()

    def form(self) -> tuple[str, datetime]:
        return f"form {next(self.forms)}", self.at

    def source(self, actor: str = "member") -> Source:
        return Source(actor, f"form {next(self.forms)}")

    def made(self, ref: str | None = None) -> Made:
        return Made("desk", ref or f"c{next(self.forms)}", self.on, self.at, self.first.actor)

    # ---------------------------------------------------------------------------- the applicant
    def consent(self, member_id: int | None = None) -> None:
        member_id = member_id or self.member_id
        self.counter.consent(member_id)
        told = Told("member", f"wire {next(self.forms)}", "words 1")
        by_wire = Consent(Kind.ELECTRONIC_DELIVERY, "pre_contract")
        do(consents.give, member_id, by_wire, told, self.at)

    def identify(self, member_id: int | None = None) -> None:
        found = do(identity.keep, member_id or self.member_id, Evidence(SELF, JPKI, ()),
                   self.source("staff 1"), self.at)  # fmt: skip
        assert not isinstance(found, tuple)

    def identify_by(self, member_id: int, shown: Shown) -> None:
        """By the chip of a paper, as whoever stands on it."""
        declared = replace(SELF, name=shown.name, born_on=shown.born_on)
        checked = Checked(Method.CHIP, self.on, (shown,), face=Liveness.SAME)
        found = do(
            identity.keep, member_id, Evidence(declared, checked), self.source("staff 1"), self.at
        )
        assert not isinstance(found, tuple)

    def submit(
        self, limit_yen: int = 300_000, member_id: int | None = None, income_yen: int = 6_000_000
    ) -> Application:
        said = Said(income_yen, 400_000, SINCE)
        wanted = Wanted(LINE, limit_yen, Use.LIVING, said)
        found: Application = do(
            applications.submit, member_id or self.member_id, wanted, self.source(), self.at
        )
        return found

    def document(self, member_id: int | None = None) -> str:
        """The reference of a paper that was handed in, its pictures left out."""
        ref = f"document{next(self.forms):014d}"
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO documents_upload (document_ref, member_id, purpose, mark, kept_at)"
                " VALUES (%s, %s, 'income', '\\x00', %s)",
                (ref, member_id or self.member_id, self.at),
            )
        return ref

    # -------------------------------------------------------------------------------- the house
    def enter(self, key: ApplicationKey, paper: Paper = SLIP, **more: Any) -> int:
        entry = Entry(self.document(key.member_id), paper, **more)
        number: int = do(applications.enter_paper, key, entry, self.enterer, self.form())
        return number

    def employed(self, key: ApplicationKey) -> int:
        found = Confirmation(SINCE, self.on, self.document(key.member_id))
        number: int = do(applications.confirm_employment, key, found, self.enterer, self.form())
        return number

    def checked(self, key: ApplicationKey, check: Check | None = None) -> None:
        """Everything looked up; `check` names where something was found."""
        for one in Check:
            do(applications.record_check, key, (one, one is check), self.enterer, self.form())

    def carry(self) -> None:
        """What waits goes to the bureau, and its answers come."""
        self.counter.carry()
        self.counter.later(minutes=10)
        self.counter.carry()

    def decide(self, key: ApplicationKey, staff: Staff | None = None) -> Kept:
        made: Kept = do(applications.make, key, staff or self.first, self.at)
        return made

    def refuse(
        self, made: Kept, reason: Reason = Reason.RULES, words: str = ""
    ) -> tuple[tuple[str, str], ...]:
        """Refused by its first colleague; what the applicant is told."""
        why, form = Why(reason, words), self.form()
        told: tuple[tuple[str, str], ...] = do(
            applications.refuse_decided, made, why, self.first, form
        )
        return told

    def prepared(self, limit_yen: int = 300_000, member_id: int | None = None) -> ApplicationKey:
        """An application of which everything is known."""
        self.consent(member_id)
        self.identify(member_id)
        key = self.submit(limit_yen, member_id).key
        self.enter(key)
        self.employed(key)
        self.checked(key)
        self.carry()
        return key

    def prepared_again(
        self, member_id: int, born_on: date, shown: Shown | None = None
    ) -> ApplicationKey:
        """The same of another member, identified by what they show."""
        self.consent(member_id)
        if shown is None:
            card = replace(JPKI.shown[0], born_on=born_on)
            checked = replace(JPKI, shown=(card,))
            evidence = Evidence(replace(SELF, born_on=born_on), checked)
            do(identity.keep, member_id, evidence, self.source("staff 1"), self.at)
        else:
            self.identify_by(member_id, shown)
        key = self.submit(300_000, member_id).key
        self.enter(key)
        self.employed(key)
        self.checked(key)
        self.carry()
        return key

    def approved(self, key: ApplicationKey) -> Kept:
        made = self.decide(key)
        for staff in (self.first, self.second)[: made.persons]:
            do(applications.approve, made, staff, self.at)
        return made

    def agreed(self, key: ApplicationKey) -> int:
        """Approved, shown and agreed to; the number of the paper."""
        made = self.approved(key)
        shown = do(applications.show_terms, made, LENDER, self.at)
        do(applications.accept, made, self.source(), self.at)
        self.counter.later(minutes=20)
        return int(shown.paper_no)

    def conclude(self, key: ApplicationKey, paper_no: int, ref: str | None = None) -> Concluded:
        done: Concluded = do(applications.conclude, key, (paper_no, Signed.BY_WIRE), self.made(ref))
        return done


def wished(line: Key, at: datetime) -> None:
    """A member's wish for a higher limit, as it stands in the book: no page and no paper."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO screening_increase (member_id, agreement_id, limit_before_yen,"
            " limit_wanted_yen, stated_income_yen, stated_others_yen, needs_evidence, source, actor,"
            " asked_at) VALUES (%s, %s, 500000, 700000, 4000000, 0, true, 'x', 'member', %s)",
            (*line, at),
        )


__all__ = ["LENDER", "SLIP", "Office", "noon", "rows", "timedelta", "wished"]
