"""What the pages of money share: references, the way of commands, where money goes [共通の前提]."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from motocho.close import day
from motocho.loans import payouts
from motocho.loans.commands import Made
from motocho.loans.payouts import Payee
from motocho.outside import bank
from motocho.outside.bank import Arrival
from motocho.outside.house_bank import BankName, HouseBank, bank_name, house_bank
from motocho.people import members
from motocho.people.facts import history
from motocho.units.errors import NotFoundError
from motocho.web.access import Member

CHANNEL = "site"
_REFERENCE = re.compile("[A-Za-z0-9_-]{16,43}")
_SHOWN_DIGITS = 4


def new_reference() -> str:
    """What one form asks under, however often it is sent [二重送信を防ぐ番号]."""
    return secrets.token_urlsafe(18)


def reference_of(request: HttpRequest) -> str:
    """The reference that a form carries; empty where it is none of ours [番号の読取り]."""
    given = (request.POST.get("ref") or request.GET.get("ref") or "")[:64]
    return given if _REFERENCE.fullmatch(given) else ""


def made(cursor: Any, member: Member, reference: str) -> Made:
    """How a command of these pages comes [受付]; on the business date, held until it is over."""
    try:
        on = day.business_date(cursor)
    except NotFoundError:  # a book that no night closes yet
        on = member.today
    return Made(CHANNEL, reference, on, member.at, "member")


def our_bank() -> HouseBank:
    """The lender's own bank, as the operator says [自社の銀行]."""
    named: str | None = settings.BANK_FILE
    return house_bank(named)


@dataclass(frozen=True, slots=True)
class Target:
    """The account that a draw goes to, as a page shows it [振込先の表示]."""

    payee: Payee
    bank: BankName
    ending: str
    """The last digits of its number."""


def target(cursor: Any, member: Member) -> Target | None:
    """The registered account of a member; None where there is none [振込先]."""
    reading = history.Reading("member", "payout", member.at)
    payee = payouts.account_of(cursor, member.member_id, member.today, reading)
    if payee is None:
        return None
    account = payee.account
    return Target(payee, bank_name(account.bank_code), account.number[-_SHOWN_DIGITS:])


def own_kana(cursor: Any, member: Member) -> str:
    """The member's name as banks may write it [会員の名義]."""
    number = members.numbers_of(cursor, [member.member_id])[member.member_id]
    person = members.by_number(cursor, number).person
    return f"{person.family_kana} {person.given_kana}"


def arrival(payee: Payee, amount_yen: int, ordered_at: datetime) -> Arrival:
    """When a draw sent at a moment is there [着金の見込み] · BANK-006."""
    ours = our_bank()
    order = bank.Order(ordered_at, ours.account.bank_code, payee.account.bank_code, amount_yen)
    return bank.arrival(order, ours.around_the_clock)
