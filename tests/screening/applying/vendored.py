"""Applicants of the site and a vendor that is asked who they are: what these tests share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.people.house import rows
from tests.screening.applying.filling import AT, HANAKO, applied, confirmed, do

from motocho.contact.holds import Source
from motocho.outside.fakes.identity import FakeVendor, Trouble, scripted
from motocho.outside.identity import Face, Outcome, Read, Result, Tray, Way
from motocho.people.facts.values import Kind as Fact
from motocho.people.facts.values import Phone
from motocho.people.members import Person
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying import identifying, submit
from motocho.screening.applying.identifying import Carried, Carrier
from motocho.screening.identity import requests
from motocho.screening.identity.requests import Asked

SECRET = b"a secret of sixteen signs"
HOME = "東京都千代田区千代田1-1"
CHIPPED = {
    "paper": "driving_licence", "address": HOME, "number": "308512345670", "expires_on": "2028-04-30",
}  # fmt: skip
CARD = {**CHIPPED, "paper": "my_number_card", "number": ""}
FAMILIES = "青赤白黒緑黄茶紫紺灰桃金銀藍橙"


def somebody(number: int) -> Person:
    """Another person each time, born on another day."""
    return Person(f"{FAMILIES[number]}木", "花子", "アオキ", "ハナコ", date(1980 + number, 4, 1))


def submitted(
    person: Person = HANAKO, mail: str = "hanako@example.jp", at: datetime = AT
) -> ApplicationKey:
    """An application as the site sends it."""
    phone = Phone(f"0901111{person.born_on.year}")
    change = {"facts": {Fact.MOBILE_PHONE: phone}}
    made = applied(person, mail, **change)
    facts: dict[Fact, Any] = {
        kind: one for kind, one in made.facts.items() if kind is not Fact.BANK_ACCOUNT
    }
    key: ApplicationKey = do(submit, confirmed(mail, at=at), replace(made, facts=facts), at)
    return key


def asked_for(key: ApplicationKey, way: Way, at: datetime = AT, form: str = "form 1") -> Asked:
    found: Asked = do(identifying.ask, key, way, Source("member", f"{form} {way.value}"), at)
    return found


def standing(key: ApplicationKey) -> list[Asked]:
    found: list[Asked] = do(requests.of_application, key)
    return found


def recorded(key: ApplicationKey) -> list[tuple[Any, ...]]:
    return rows(
        "SELECT method, checked_on::text, source FROM screening_identity"
        f" WHERE member_id = {key.member_id} ORDER BY record_id"
    )


def whole(asked: Asked, on: date, person: Person = HANAKO) -> Result:
    """A result of which nothing is missing."""
    paper = "my_number_card" if asked.way is Way.CERTIFICATE else "driving_licence"
    number = "" if asked.way is Way.CERTIFICATE else "308512345670"
    name = f"{person.family_name} {person.given_name}"
    read = Read(paper, name, HOME, person.born_on, number, None, date(2028, 4, 30))
    return Result(
        asked.request_ref, asked.way, Outcome.DONE, on, read,
        face=Face.SAME if asked.way in {Way.PHOTO, Way.CHIP} else Face.NONE,
        is_signed=asked.way is Way.CERTIFICATE,
        received_on=on if asked.way is Way.POST else None,
        evidence_ref="kept 7",
    )  # fmt: skip


@dataclass
class Post:
    """A vendor on a folder of its own, and the worker's rounds with it."""

    folder: Path
    person: Person
    way: Way
    troubles: tuple[Trouble, ...] = ()
    at: datetime = AT
    fake: FakeVendor = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.person.family_name} {self.person.given_name}"
        paper = CARD if self.way is Way.CERTIFICATE else CHIPPED
        people = {name: {**paper, "name": name, "born_on": self.person.born_on.isoformat()}}
        self.fake = FakeVendor(self.folder, SECRET, people, scripted(*self.troubles))

    def carried(self) -> Carried:
        self.at += timedelta(minutes=1)
        return identifying.carry(Carrier(Tray(self.folder, SECRET), lambda: self.at))

    def round(self) -> Carried:
        """Out, the vendor's work, and in again."""
        out = self.carried()
        self.fake.work(self.at.date())
        return out + self.carried()
