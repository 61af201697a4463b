"""Applicants and colleagues with browsers, for the tests of the desk's pages of screening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.screening.applications.office import Office, noon
from tests.web.office import Seat, seated

from motocho.outside import clock
from motocho.outside.fakes.bureau import Held
from motocho.people import members
from motocho.people.access import Role
from motocho.people.facts.values import Kind, Phone
from motocho.people.members import Person
from motocho.screening.applications import ApplicationKey

NAMES = (("鈴木", "一郎", "スズキ", "イチロウ", "ｽｽﾞｷ ｲﾁﾛｳ"),
         ("田中", "二郎", "タナカ", "ジロウ", "ﾀﾅｶ ｼﾞﾛｳ"),
         ("高橋", "三郎", "タカハシ", "サブロウ", "ﾀｶﾊｼ ｻﾌﾞﾛｳ"))  # fmt: skip


@dataclass
class Screened:
    """An office whose applicants are prepared, and two reviewers who entered nothing."""

    office: Office

    @cached_property
    def rie(self) -> Seat:
        """Who signs in when first asked for: a shift does not wait for answers of a bureau."""
        return seated("rie", Role.REVIEWER)

    @cached_property
    def kai(self) -> Seat:
        return seated("kai", Role.SUPERVISOR)

    @classmethod
    def on_its_clock(
        cls, folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> Screened:
        """The same; the office's clock moves, and the site's with it."""
        held: list[Office] = []
        monkeypatch.setattr(clock, "now", lambda: held[0].at if held else noon())
        made = cls.at(folder, database)
        held.append(made.office)
        return made

    @classmethod
    def at(cls, folder: Path, database: Database) -> Screened:
        people = [
            Held(half, f"{family} {given}", f"{1980 + number}0203", [phone(number).digits])
            for number, (family, given, _, _, half) in enumerate(NAMES)
        ]
        return cls(Office(folder, database, people))

    def applicant(self, number: int) -> int:
        """Somebody who is not known yet."""
        family, given, family_kana, given_kana, _ = NAMES[number]
        person = Person(family, given, family_kana, given_kana, date(1980 + number, 2, 3))
        at = self.office.at - timedelta(days=30)
        member_id: int = do(members.register, person, f"2000000{number}", at).member_id
        self.office.counter.tell(member_id, Kind.MOBILE_PHONE, phone(number))
        return member_id

    def prepared(self, number: int, limit_yen: int = 300_000) -> ApplicationKey:
        """An application of which everything is known."""
        return self.office.prepared(limit_yen, self.applicant(number))


def phone(number: int) -> Phone:
    return Phone(f"0908888000{number}")


def page_of(key: ApplicationKey, part: str = "") -> str:
    return f"/desk/screening/{key.member_id}/{key.application_id}/{part}"
