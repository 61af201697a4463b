"""A lender that is a member of a bureau, and the bureau: for the tests of what passes between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from tests.loans.crowd import do
from tests.loans.desk import SATO, Desk
from tests.people.house import rows

from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.commands import Key, Made
from motocho.outside.bureau import Form, Purpose, Tray
from motocho.outside.clock import JAPAN
from motocho.outside.fakes.bureau import Claim, FakeBureau, Held, Plan, calm
from motocho.people import consents
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent, Kind, Told
from motocho.people.facts import history
from motocho.people.facts.history import Change, Road, Teller
from motocho.people.facts.values import Kind as Fact
from motocho.people.facts.values import Phone
from motocho.screening import bureau
from motocho.screening.bureau import Asked, Bureau, Carried, Carrier, Need, Terms

ON = date(2026, 11, 24)
PHONE = Phone("09011112222")
HANAKO = Held("ｻﾄｳ ﾊﾅｺ", "佐藤 花子", "19850401", [PHONE.digits], "", [
    Claim("7777", "money_lender", "20200105", 500_000, 400_000),
    Claim("5555", "bank", "20210105", 900_000, 800_000),
    Claim("6666", "money_lender", "20220105", 300_000, 100_000, excepted="excluded"),
    Claim("9999", "money_lender", "20230105", 300_000, 250_000),
])  # fmt: skip
OTHERS_YEN = 400_000
"""Of Hanako's claims: not the bank's, not the excluded one, not our own (9999)."""


def noon(on: date = ON, **later: int) -> datetime:
    return datetime.combine(on, time(12), JAPAN) + timedelta(**later)


@dataclass
class Counter:
    """A lender with one member, who gave every consent, and its bureau."""

    folder: Path
    people: list[Held] = field(default_factory=lambda: [HANAKO])
    plan: Plan = calm
    joined_on: date = date(2025, 1, 1)
    form: Form = Form.FIXED
    at: datetime = field(default_factory=noon)
    terms: Terms = Terms.CIC
    forms: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.fake = FakeBureau("9999", self.people, self.plan)
        self.desk = Desk()
        self.member_id = self.desk.member_id
        self.bureau = Bureau("fake", "9999", self.joined_on, self.form, self.terms, is_asked=True)
        self.tell(self.member_id, Fact.MOBILE_PHONE, PHONE)

    def join(self) -> None:
        do(bureau.join, self.bureau, "cli", self.at)

    @property
    def on(self) -> date:
        return self.at.date()

    def tell(self, member_id: int, kind: Fact, value: Any) -> None:
        change = Change(member_id, kind, value, date(2020, 1, 1), f"fact {next(self.forms)}")
        do(history.record, change, Teller("staff 1", Road.IMPORT), self.at)

    def consent(
        self, member_id: int | None = None, *scopes: str, at: datetime | None = None
    ) -> None:
        for scope in scopes or ("", *consents.REPORTING):
            told = Told("member", f"form {next(self.forms)}", "words 1")
            wanted = Consent(Kind.BUREAU, scope)
            do(consents.give, member_id or self.member_id, wanted, told, at or self.at)

    def withdraw(self, scope: str = "") -> None:
        told = Told("member", f"form {next(self.forms)}")
        do(consents.withdraw, self.member_id, Consent(Kind.BUREAU, scope), told, self.at)

    def ask(self, need: str = "case 1", purpose: Purpose = Purpose.MONITORING) -> Asked | Refusal:
        found: Asked | Refusal = do(
            bureau.ask, self.member_id, Need(purpose, need), "staff 1", self.at
        )
        return found

    # ------------------------------------------------------------------------------- carrying
    @property
    def tray(self) -> Tray:
        return Tray(self.folder / "fake")

    @property
    def carrier(self) -> Carrier:
        return Carrier(lambda _: self.tray, lambda: self.at, lambda _: self.on)

    def carry(self) -> Carried:
        """Our side, the bureau's, our side again."""
        done = bureau.carry(self.carrier)
        self.fake.carry(self.folder / "fake", self.on)
        return done + bureau.carry(self.carrier)

    def later(self, **passed: int) -> None:
        self.at += timedelta(**passed)

    # -------------------------------------------------------------------------------- the book
    def opened(self, limit_yen: int = 500_000) -> Key:
        return self.desk.open(self.on, limit_yen)

    def draw(self, key: Key, amount_yen: int) -> int:
        return self.desk.draw(key, amount_yen, self.on).event_no

    def receive(self, key: Key, amount_yen: int) -> int:
        return self.desk.receive(key, amount_yen, self.on).event_no

    def made(self, ref: str) -> Made:
        return Made("test", ref, self.on, self.at, "staff 1")

    def kept(self, key: Key) -> dict[str, str]:
        """What the bureau holds of an agreement of ours."""
        return self.fake.kept[f"{key.member_id}-{key.agreement_id}"]

    def principal_yen(self, key: Key) -> int:
        with connection.cursor() as cursor:
            return queries.position(cursor, key, self.on).owed_principal_yen


def reviewer() -> Staff:
    return Staff(7, frozenset({Role.REVIEWER}))


def tasks_of(member_id: int) -> list[str]:
    found = rows(
        "SELECT facts->>'what' FROM contact_task WHERE member_id = %s AND ended_at IS NULL"
        " ORDER BY task_id",
        member_id,
    )
    return [what for (what,) in found]


def states(table: str) -> list[str]:
    numbers = {"screening_inquiry": "inquiry_id", "screening_report": "report_id"}
    return [state for (state,) in rows(f"SELECT state FROM {table} ORDER BY {numbers[table]}")]


__all__ = ["SATO", "Counter", "noon", "reviewer", "rows", "states", "tasks_of"]
