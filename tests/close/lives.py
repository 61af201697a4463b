"""A small book in which much happens over some nights, the same every time it is made."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import connection, transaction
from tests.close.book import Lender
from tests.loans.desk import days

from motocho.close import inbox
from motocho.kernel.schedule import Scheme
from motocho.loans import commands
from motocho.loans.commands import BureauAnswer, Evidence, Key
from motocho.loans.monitoring import Income
from motocho.loans.policy import Stop
from motocho.outside.bank import (
    AccountType,
    BankAccount,
    BankLine,
    BankStatement,
    StatementKind,
    write_statements,
)
from motocho.people import members
from motocho.people.members import Person

BEGINS = date(2026, 2, 9)
OURS = BankAccount("9999", "101", AccountType.ORDINARY, "0000001")
NAMES = [("サトウ", "ハナコ"), ("ヤマダ", "タロウ"), ("キュウヨ", "イチロウ"), ("ヤマダ", "タロウ")]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def busy_book(folder: Path, count: int = 24, seed: int = 1) -> tuple[Lender, list[Key]]:
    """Loans of several kinds, drawn in January, with due dates in the nights that follow."""
    chance = random.Random(seed)
    lender = Lender(folder, BEGINS)
    keys = []
    for place in range(count):
        member_id = _member(place)
        opened_on = BEGINS - days(40 + place % 7)
        drawn_on = opened_on
        if place % 6 == 0:
            opened_on = drawn_on = date(2026, 1, 10)  # its first month ends with the first night
        if place % 6 == 3:
            opened_on = date(2025, 11, 10)  # its first three months do
        scheme = Scheme.MONTHLY if place % 5 == 4 else Scheme.EVERY_35_DAYS
        limit_yen = 800_000 if place % 3 == 0 else 300_000
        day = 10 if scheme is Scheme.MONTHLY else 0
        key = lender.open(opened_on, limit_yen, scheme, day, member_id)
        lender.draw(key, chance.randrange(60, 300) * 1_000, drawn_on)
        keys.append(key)
        if place % 4 == 1:
            lender.receive(key, chance.randrange(1, 5) * 1_000, BEGINS - days(9))
        if place % 6 == 2:
            lender.do(commands.promise, key, 5_000, BEGINS + days(1), lender.made(BEGINS))
        if place % 8 == 3:
            lender.do(commands.suspend, key, Stop.MEMBER_ASKED, lender.made(BEGINS))
        if place % 9 == 0:
            answer = BureauAnswer(BEGINS, 700_000, f"B{place}")
            lender.do(commands.record_bureau_answer, member_id, answer, lender.made(BEGINS))
        if place % 9 == 3:
            evidence = Evidence(Income(BEGINS - days(100), 2_000_000), f"D{place}")
            lender.do(commands.record_income, member_id, evidence, lender.made(BEGINS))
    receive_file(lender, [(f"{name}", 5_000 + place) for place, name in enumerate(_payers(count))])
    return lender, keys


def _member(place: int) -> int:
    family, given = NAMES[place % len(NAMES)] if place < len(NAMES) else (f"カイイン{'ア' * (place % 7)}", f"{'イ' * (1 + place // 7)}")  # fmt: skip
    person = Person("会員", str(place), family, given, date(1985, 4, 1))
    with transaction.atomic(), connection.cursor() as cursor:
        return members.register(cursor, person, f"{90_000_000 + place}", AT).member_id


def _payers(count: int) -> list[str]:
    known = ["ｻﾄｳ ﾊﾅｺ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ｷﾕｳﾖ ｲﾁﾛｳ", "90000005ｶｲｲﾝｱｱｱｱｱ ｲ", "ﾀﾞﾚﾃﾞﾓ ﾅｲ", "00000000ﾔﾏﾀﾞ"]
    return known[:count]


def receive_file(lender: Lender, payers: list[tuple[str, int]], on: date = BEGINS) -> inbox.Loaded:
    """A file of the bank with some payers comes in."""
    lines = tuple(
        BankLine(on, on, amount, number=str(place), payer_name=name)
        for place, (name, amount) in enumerate(payers, start=1)
    )
    statement = BankStatement(StatementKind.MOVEMENTS, OURS, on, on, on, lines)
    data = write_statements([statement])
    with transaction.atomic(), connection.cursor() as cursor:
        at = datetime(on.year, on.month, on.day, 6, tzinfo=UTC)
        return inbox.load(cursor, data, f"{on}.txt", at)
