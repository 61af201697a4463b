"""What the pages of money share: where money goes, and when it is there [共通の前提]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from motocho.loans import payouts
from motocho.loans.payouts import Payee
from motocho.outside import bank
from motocho.outside.bank import Arrival, BankAccount
from motocho.outside.house_bank import BankName, HouseBank, bank_name, house_bank
from motocho.people import members
from motocho.people.facts import history
from motocho.web.access import Member

_SHOWN_DIGITS = 4


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
    person = members.one(cursor, member.member_id).person
    return f"{person.family_kana} {person.given_kana}"


def arrival(account: BankAccount, amount_yen: int, ordered_at: datetime) -> Arrival:
    """When a draw sent at a moment is there [着金の見込み] · BANK-006."""
    ours = our_bank()
    order = bank.Order(ordered_at, ours.account.bank_code, account.bank_code, amount_yen)
    return bank.arrival(order, ours.around_the_clock)
