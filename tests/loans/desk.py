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
from motocho.loans import commands, products, queries
from motocho.loans.commands import Done, Key, Made, Opening, Raise, Surveyed
from motocho.loans.policy import Consent
from motocho.loans.products import Product, RateBracket
from motocho.loans.queries import BureauSaid, IncomeShown
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


INCOME_YEN = 90_000_000
LONG_AGO = timedelta(days=4 * 366)
"""Evidence so old that monitoring asks for it anew, as where none was ever shown."""


def surveyed(cursor: Any, member_id: int, limit_yen: int, made: Made, agreement_id: int = 0) -> int:
    """The number of a survey of somebody with a large income and nothing owed elsewhere.

    Written beside the commands, which would tell the journal and meet what monitoring asks for.
    """
    way = (
        made.channel,
        f"{made.external_ref}/survey",
        made.business_on,
        made.booked_at,
        made.actor,
    )
    known, evidence = queries.newest_answer(cursor, member_id), None
    if known is None or known.inquired_on > made.business_on:
        cursor.execute(
            "INSERT INTO loan_bureau_answer (member_id, inquired_on, others_yen, bureau_ref, channel,"
            " external_ref, business_on, booked_at, actor)"
            " VALUES (%s, %s, 0, 'BUREAU-0', %s, %s, %s, %s, %s)"
            " RETURNING answer_id, inquired_on, others_yen",
            (member_id, made.business_on, *way),
        )
        known = BureauSaid(*cursor.fetchone())
    own_yen = limit_yen + queries.own_yen(cursor, member_id, agreement_id)
    if own_yen > 500_000 or own_yen + known.others_yen > 1_000_000:
        evidence = queries.newest_income(cursor, member_id)
        if evidence is None or not evidence.income.is_latest(made.business_on):
            cursor.execute(
                "INSERT INTO loan_income_evidence (member_id, issued_on, annual_yen, kind, shows_until, document_ref,"
                " channel, external_ref, business_on, booked_at, actor)"
                " VALUES (%s, %s, %s, 'pension_certificate', %s, 'PAPER-0', %s, %s, %s, %s, %s)"
                " RETURNING evidence_id, issued_on, annual_yen, kind, shows_until",
                (
                    member_id,
                    made.business_on - LONG_AGO,
                    INCOME_YEN,
                    made.business_on - LONG_AGO,
                    *way,
                ),
            )
            evidence = IncomeShown(*cursor.fetchone())
    income_yen = INCOME_YEN if evidence is None else evidence.annual_yen
    looked = Surveyed(limit_yen, known, income_yen, "TEST", evidence, agreement_id)
    return commands.surveys.make(cursor, member_id, looked, replace(made, external_ref=way[1]))


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
        member = member_id or self.member_id
        opening = Opening("card", limit_yen, scheme, day, self.survey(member, limit_yen, on))
        done = self.do(commands.open_agreement, member, opening, self.made(on))
        key: Key = done.key
        return key

    def survey(self, member_id: int, limit_yen: int, on: date, agreement_id: int = 0) -> int:
        """A survey of somebody with a large income and nothing owed elsewhere."""
        with transaction.atomic(), connection.cursor() as cursor:
            return surveyed(cursor, member_id, limit_yen, self.made(on), agreement_id)

    def higher(self, key: Key, limit_yen: int, on: date) -> Raise:
        """What a higher limit stands on."""
        return Raise(CONSENT, self.survey(key.member_id, limit_yen, on, key.agreement_id))

    def raise_limit(self, key: Key, limit_yen: int, made: Made) -> Done:
        higher = self.higher(key, limit_yen, made.business_on)
        done: Done = self.do(commands.change_limit, key, limit_yen, made, higher)
        return done

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
