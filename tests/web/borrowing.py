"""Members who borrow and pay back: what the tests of these pages share."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from tests.web.membership import PIN, Site, do

from motocho.loans import payouts
from motocho.loans.commands import Key
from motocho.outside import clock, teller
from motocho.outside.teller import Answer, Fate, Tray
from motocho.people.facts.values import BankAccount, Kind
from motocho.people.members import Member

OWN = BankAccount("0001", "001", "ordinary", "1234567", "ｻﾄｳ ﾊﾅｺ")
REF = "a-reference-of-a-test"


def give_account(site: Site, member_id: int, account: BankAccount = OWN) -> None:
    """An account, registered long ago."""
    at = clock.now() - timedelta(days=90)
    site.house.tell(member_id, Kind.BANK_ACCOUNT, account, at=at)


def borrower(site: Site) -> tuple[Member, Key]:
    """A member with a debt, something left to draw, and an own account."""
    member, key = site.member()
    give_account(site, member.member_id)
    return member, key


def enter(site: Site, client: Client) -> tuple[Member, Key]:
    """The same, signed in."""
    member, key = borrower(site)
    site.known(client, member)
    assert site.sign_in(client, member).status_code == 302
    return member, key


def form(key: Key, amount: str = "50000", ref: str = REF, **more: str) -> dict[str, str]:
    """What a page carries to the next."""
    return {"agreement": str(key.agreement_id), "amount": amount, "ref": ref, **more}


def see(client: Client, name: str, **asked: str) -> Any:
    """A page of the borrow or repay ways."""
    return client.get(f"/member/{name}/?{urlencode(asked)}")


def confirm(client: Client, asked: dict[str, str], pin: str = PIN) -> Any:
    """The last form of a draw."""
    return client.post("/member/borrow/confirm/", {**asked, "pin": pin})


def main(response: Any) -> str:
    """What stands in the middle of a page, without marks."""
    text = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text))


def carry(fate: Fate | None = None, reason: str = "") -> None:
    """The worker sends all that is asked for, past the time to regret; the bank answers."""
    later = clock.now() + payouts.REGRET
    tray = teller.from_environment()
    sender = payouts.Sender(tray, lambda: later, lambda _cursor: clock.business_date())
    payouts.carry(sender)
    if fate is not None:
        for order in tray.unanswered():
            tray.put_answer(order.order_ref, Answer(fate, clock.business_date(), reason))
        payouts.carry(sender)


def latest(member: Member) -> payouts.Payout:
    """The newest draw by transfer of a member."""
    found: list[payouts.Payout] = do(payouts.latest, member.member_id, 1)
    return found[0]


def tray() -> Tray:
    """Where orders for the bank lie."""
    return teller.from_environment()
