"""A lender's house for tests: members with PINs, colleagues with roles, a day to stand on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from tests.loans.crowd import do

from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people import login, members, pin, staff
from motocho.people.access import Role, Staff
from motocho.people.credentials import networks
from motocho.people.credentials.pins import Pin
from motocho.people.facts import history
from motocho.people.facts.history import Change, Recorded, Road, Teller
from motocho.people.facts.values import Email, Kind, Phone, Value
from motocho.people.login import Entered, Origin, Outcome, Typed
from motocho.people.members import Member, Person
from motocho.people.safety import codes, devices, sessions
from motocho.people.safety.codes import Asked, Confirmed, Purpose
from motocho.people.safety.devices import NewDevice
from motocho.people.safety.sessions import SessionKey

AT = datetime(2026, 11, 18, 12, 0, tzinfo=JAPAN)  # a Wednesday
BORN = date(1988, 4, 12)
SATO = Person("佐藤", "花子", "サトウ", "ハナコ", BORN)
GOOD, OTHER, WRONG = Pin("7305"), Pin("6183"), Pin("8406")
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
MOBILE, MAIL = Phone("09011112222"), Email("hanako@example.jp")


def after(**passed: int) -> datetime:
    return AT + timedelta(**passed)


def rows(statement: str, *values: int | str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def kinds_of(member_id: int) -> list[str]:
    """The kinds of the journal's rows of a member, in order."""
    found = rows("SELECT kind FROM journal_row WHERE member_id = %s ORDER BY row_id", member_id)
    return [kind for (kind,) in found]


@dataclass
class House:
    """What tests ask of the people of a house; each call is a transaction."""

    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(10_000_001))
    forms: itertools.count[int] = field(default_factory=itertools.count)

    def member(self, person: Person = SATO, at: datetime = AT - timedelta(days=90)) -> Member:
        """A member with mobile phone, e-mail and a good PIN."""
        made: Member = do(members.register, person, f"{next(self.numbers)}", at)
        self.tell(made.member_id, Kind.MOBILE_PHONE, MOBILE, at=at)
        self.tell(made.member_id, Kind.EMAIL, MAIL, at=at)
        assert not isinstance(do(pin.register, made.member_id, GOOD, "counter", at), Refusal)
        return made

    def tell(
        self,
        member_id: int,
        kind: Kind,
        value: Value | None,
        *,
        at: datetime = AT,
        effective_on: date | None = None,
    ) -> Recorded:
        """A fact told at the desk."""
        change = Change(
            member_id, kind, value, effective_on or at.date(), f"desk {next(self.forms)}"
        )
        recorded = do(history.record, change, Teller("staff 1", Road.DESK), at)
        assert isinstance(recorded, Recorded)
        return recorded

    def enter(
        self,
        number: str,
        typed: Pin = GOOD,
        *,
        at: datetime = AT,
        address: str = HERE,
        token: str | None = None,
        form: str | None = None,
    ) -> Outcome:
        """One try to log in."""
        form = form or f"form {next(self.forms)}"
        origin = Origin(address, token, "Firefox")
        outcome: Outcome = do(login.enter, Typed(number, typed, form), origin, at)
        return outcome

    def entered(self, number: str, **named: Any) -> Entered:
        outcome = self.enter(number, **named)
        assert isinstance(outcome, Entered)
        return outcome

    def device(self, member_id: int, at: datetime = AT, name: str = "Firefox") -> NewDevice:
        known: NewDevice = do(devices.learn, member_id, name, at)
        return known

    def session(self, member_id: int, at: datetime = AT) -> SessionKey:
        device = self.device(member_id, at)
        place = networks.shown(HERE)
        key: SessionKey = do(sessions.begin, member_id, device.device_id, place, at)
        return key

    def confirmed(
        self, member_id: int, purpose: Purpose, bound_to: str, at: datetime = AT
    ) -> Confirmed:
        """A code asked for and typed rightly."""
        asked = do(codes.ask, member_id, purpose, bound_to, at)
        assert isinstance(asked, Asked)
        answer = do(codes.confirm, member_id, asked.code_id, asked.code, at)
        assert isinstance(answer, Confirmed)
        return answer

    def colleague(self, name: str, *roles: Role, purpose: str = "case 7") -> Staff:
        """Somebody of the staff who joined a month ago."""
        joiner = staff.Joiner(name, name.title(), AT.date() - timedelta(days=30), frozenset(roles))
        first = Staff(1, frozenset({Role.ADMINISTRATOR}))
        is_first = not rows("SELECT 1 FROM people_staff")
        account, _ = do(staff.join, joiner, None if is_first else first, AT)
        found = do(staff.active, account.staff_id, AT.date(), purpose)
        assert isinstance(found, Staff)
        return found
