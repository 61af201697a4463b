"""Colleagues who sign in at the desk as people do: what tests of the staff's pages share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp
from django.test import Client
from tests.people.house import rows
from tests.web.membership import do

from motocho.outside import clock
from motocho.people import staff
from motocho.people.access import Role, Staff
from motocho.people.staff import Joiner

PASSWORD = "hashi no ue no kaze"
FIRST_PAGES = ("/desk/", "/desk/today/")
"""Of those who look at documents, and of those who call."""


@dataclass
class Seat:
    """Somebody of the staff with a browser."""

    staff_id: int
    login_name: str
    seed: str
    client: Client

    def code(self) -> str:
        return pyotp.TOTP(self.seed).at(clock.now())

    def sign_in(self, **other: str) -> Any:
        typed = {"login_name": self.login_name, "password": PASSWORD, "code": self.code()}
        return self.client.post("/desk/sign-in/", typed | other)


def browser() -> Client:
    """Another browser; the check of tokens has a test of its own."""
    return Client(enforce_csrf_checks=False, SERVER_NAME="127.0.0.1")


def joined(name: str, *roles: Role, own_member_id: int | None = None) -> Seat:
    """A colleague who set a password by the link of the first sign-in."""
    first = Staff(1, frozenset({Role.ADMINISTRATOR}))
    is_first = not rows("SELECT 1 FROM people_staff")
    since = clock.now().date() - timedelta(days=30)
    joiner = Joiner(name, name.title(), since, frozenset(roles), own_member_id)
    account, token = do(staff.join, joiner, None if is_first else first, clock.now())
    client = browser()
    page = client.post(f"/desk/join/{token}/", {"password": PASSWORD, "again": PASSWORD})
    assert page.status_code == 200, page.content.decode()
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found is not None
    return Seat(account.staff_id, name, found[1].replace(" ", ""), client)


def seated(name: str, *roles: Role, own_member_id: int | None = None) -> Seat:
    """The same, signed in."""
    one = joined(name, *roles, own_member_id=own_member_id)
    assert one.sign_in()["Location"] in FIRST_PAGES
    return one
