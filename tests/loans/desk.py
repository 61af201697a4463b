"""A small lender for the tests: one product, members, and commands that come in order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from motocho.kernel.revolving import Cure, DamagesBase, Fractions
from motocho.kernel.schedule import HolidayRule, MinimumBracket, MinimumRule, Scheme
from motocho.ledger import balances, checks
from motocho.ledger.chart import Account
from motocho.loans import commands, products
from motocho.loans.commands import Done, Key, Made, Opening
from motocho.loans.policy import Consent
from motocho.loans.products import Product, RateBracket
from motocho.people import members
from motocho.people.members import Person

CARD = Product(
    product_id="card",
    version=1,
    from_on=date(2020, 1, 1),
    title_ja="カードローン",
    title_en="Card loan",
    rates=(RateBracket(1_000, 180_000), RateBracket(1_000_000, 150_000)),
    damages_ppm=200_000,
    minimum=MinimumRule(
        (MinimumBracket(300_000, 42_000), MinimumBracket(1_000_000, 30_000), MinimumBracket(None, 30_000))
    ),
    schemes=(Scheme.EVERY_35_DAYS, Scheme.MONTHLY),
    cycle_days=35,
    window_days=14,
    holiday_rule=HolidayRule.NEXT_BUSINESS_DAY,
    free_days=0,
    unit_yen=1_000,
    largest_limit_yen=8_000_000,
    rest_below_yen=1_000,
    fractions=Fractions.EACH_ROW,
    damages_base=DamagesBase.BALANCE,
    cure=Cure.MINIMUM,
    renewal_years=5,
    interest_only_a_year=2,
)  # fmt: skip
SATO = Person("佐藤", "花子", "サトウ", "ハナコ", date(1985, 4, 1))
CONSENT = Consent(date(2026, 1, 1), "DOC-1")


class Desk:
    """Commands with their own references, each in its transaction."""

    def __init__(self, product: Product = CARD) -> None:
        self._references = itertools.count(1)
        with transaction.atomic(), connection.cursor() as cursor:
            products.publish(cursor, product, datetime(2020, 1, 1, tzinfo=UTC))
        self.member_id = self.member()

    def member(self) -> int:
        number = f"{next(self._references):08d}"
        with transaction.atomic(), connection.cursor() as cursor:
            at = datetime(2020, 1, 1, tzinfo=UTC)
            return members.register(cursor, SATO, number, at).member_id

    def made(self, on: date, ref: str | None = None, money: Account = Account.BANK) -> Made:
        at = datetime.combine(on, time(3), UTC)
        return Made("desk", ref or f"R{next(self._references)}", on, at, "operator 1", money)

    def do(self, command: Any, *arguments: Any, **named: Any) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            return command(cursor, *arguments, **named)

    def open(self, on: date, limit_yen: int = 500_000, scheme: Scheme = Scheme.EVERY_35_DAYS, day: int = 0,
             member_id: int | None = None) -> Key:  # fmt: skip
        opening = Opening("card", limit_yen, scheme, day)
        done = self.do(commands.open_agreement, member_id or self.member_id, opening, self.made(on))
        key: Key = done.key
        return key

    def draw(self, key: Key, amount_yen: int, on: date, ref: str | None = None) -> Done:
        done: Done = self.do(commands.draw, key, amount_yen, self.made(on, ref))
        return done

    def receive(
        self,
        key: Key,
        amount_yen: int,
        value_on: date,
        on: date | None = None,
        ref: str | None = None,
    ) -> Done:
        done: Done = self.do(
            commands.receive, key, amount_yen, value_on, self.made(on or value_on, ref)
        )
        return done


def balances_of(key: Key) -> dict[Account, int]:
    with connection.cursor() as cursor:
        found = balances.of_book(cursor, *key)
        assert checks.verify(cursor).faults == ()
    return {
        account: balance.on_side(account.title.side)
        for account, balance in found.items()
        if balance.debit_yen != balance.credit_yen
    }


def days(count: int) -> timedelta:
    return timedelta(days=count)


def with_settings(**changes: Any) -> Product:
    return replace(CARD, **changes)
