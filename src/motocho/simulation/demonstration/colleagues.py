"""Colleagues of the demonstration: every role has somebody who can sign in [実演の従業者].

Each start gives them new means, by the recovery that two supervisors agree to: nothing that opens
the desk is kept between two starts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyotp

from motocho.law.rules import Refusal
from motocho.people import staff
from motocho.people.access import Role, Staff
from motocho.people.staff import Joiner
from motocho.units.errors import broken, ensure

PASSWORD = "hashi no ue no kaze"  # noqa: S105  # of a demonstration on this machine alone
"""The password of all of them."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the staff who can sign in [サインインできる従業者]."""

    login_name: str
    name: str
    roles: frozenset[Role]


def _one(login_name: str, name: str, *roles: Role) -> Colleague:
    return Colleague(login_name, name, frozenset(roles))


COLLEAGUES = (
    _one("admin", "管理 さくら", Role.ADMINISTRATOR, Role.SUPERVISOR),
    _one("supervisor", "上席 いつき", Role.SUPERVISOR),
    _one("supervisor2", "上席 のぞみ", Role.SUPERVISOR),
    _one("operator", "窓口 ひなた", Role.OPERATOR),
    _one("operator2", "窓口 あおい", Role.OPERATOR),
    _one("reviewer", "審査 つばさ", Role.REVIEWER),
    _one("auditor", "監査 まこと", Role.AUDITOR),
)
"""Three may agree to what needs two persons; two may race for the same call."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A colleague with the seed of the codes [従業者の席]; the seed is not shown in logs."""

    colleague: Colleague
    otpauth: str = field(repr=False)

    def code(self, at: datetime) -> str:
        """The code of a moment; each opens once [確認コード]."""
        codes = pyotp.parse_uri(self.otpauth)
        if not isinstance(codes, pyotp.TOTP):
            broken("codes go by the clock")
        return codes.at(at)


def seat(cursor: Any, at: datetime, business_on: date) -> tuple[Seat, ...]:
    """Make the colleagues, or give them new means [実演の従業者の用意].

    Takes     the cursor of a transaction; moment and business date.
    """
    known = {one.login_name: one.staff_id for one in staff.accounts(cursor)}
    there: dict[str, Staff] = {}
    for one in COLLEAGUES:
        by = next(iter(there.values()), None)
        if one.login_name in known:
            there[one.login_name] = Staff(known[one.login_name], one.roles)
            continue
        joiner = Joiner(one.login_name, one.name, business_on, one.roles)
        account, _ = staff.join(cursor, joiner, by, at)
        there[one.login_name] = Staff(account.staff_id, one.roles)
    return tuple(_seated(cursor, one, there, at) for one in COLLEAGUES)


def _seated(cursor: Any, one: Colleague, there: dict[str, Staff], at: datetime) -> Seat:
    staff_id = there[one.login_name].staff_id
    supervisors = [
        other
        for other in there.values()
        if Role.SUPERVISOR in other.roles and other.staff_id != staff_id
    ]
    refused = staff.ask_recovery(cursor, staff_id, supervisors[0], at)
    ensure(refused is None, "a supervisor may ask")
    token = staff.agree(cursor, staff_id, supervisors[1], at)
    if isinstance(token, Refusal):
        broken("another supervisor may agree", refusal=token)
    enrolled = staff.enrol(cursor, token, PASSWORD, at)
    if isinstance(enrolled, Refusal):
        broken("means may be set by a new token", refusal=enrolled)
    return Seat(one, enrolled.otpauth)
