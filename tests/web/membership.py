"""Members with a small book, who sign in as people do: what the tests of their pages share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import GOOD, SATO, House

from motocho.loans.commands import Key
from motocho.outside import clock
from motocho.people.members import Member
from motocho.web.access import DEVICE_COOKIE

PIN = GOOD.digits
__all__ = ["PIN", "Site", "do"]


@dataclass
class Site:
    """A lender with members; their mails are read from a folder."""

    codes: Path
    house: House
    desk: Desk

    @classmethod
    def at(cls, codes: Path) -> Site:
        return cls(codes, House(), Desk())

    def member(self) -> tuple[Member, Key]:
        """A member who drew and repaid this year, next due within a few weeks."""
        made = self.house.member(SATO, clock.now() - timedelta(days=200))
        today = clock.now().date()
        key = self.desk.open(_before(today, 120), 500_000, member_id=made.member_id)
        self.desk.draw(key, 150_000, _before(today, 115))
        self.desk.receive(key, 8_000, _before(today, 85))
        self.desk.receive(key, 8_000, _before(today, 55))
        self.desk.draw(key, 20_000, _before(today, 40))
        self.desk.receive(key, 8_000, _before(today, 20))
        return made, key

    def known(self, client: Client, member: Member) -> None:
        """The member's own device."""
        client.cookies[DEVICE_COOKIE] = self.house.device(member.member_id, clock.now()).token

    def sign_in(self, client: Client, member: Member, pin: str = PIN) -> Any:
        client.handler.enforce_csrf_checks = False
        return client.post("/member/sign-in/", {"member_number": member.member_number, "pin": pin})

    def enter(self, client: Client) -> tuple[Member, Key]:
        """A member, signed in on a known device."""
        member, key = self.member()
        self.known(client, member)
        assert self.sign_in(client, member).status_code == 302
        assert settings.SESSION_COOKIE_NAME in client.cookies
        return member, key

    def check(self, client: Client, member: Member, key: Key, then: str = "") -> Any:
        """The one more check before a whole history, as the member passes it."""
        whole = f"/member/dealings/{key.agreement_id}/whole/"
        client.post(whole, {"again": "yes", "then": then})
        return client.post(whole, {"code": self.code(member), "then": then})

    def code(self, member: Member) -> str:
        """The newest code that was sent to a member."""
        sent = self.codes.glob(f"code-{member.member_id}-*.eml")
        newest = max(sent, key=lambda one: int(one.stem.rpartition("-")[2]))
        letter = message_from_bytes(newest.read_bytes(), policy=SMTP)
        plain = letter.get_body(("plain",))
        assert plain is not None
        found: list[str] = re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", plain.get_content())
        return found[0]


def _before(today: date, days: int) -> date:
    return today - timedelta(days=days)
