"""Lives through the real commands, drawn from a seeded generator [実際の操作による履歴]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import NamedTuple

from django.db import connection
from tests.loans.desk import CONSENT, Desk, days

from motocho.kernel.revolving import Arrangement, Relief
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.units.errors import NotFoundError, RefusedError


class Days(NamedTuple):
    """A life of an agreement, day after day [乱数による日々]."""

    desk: Desk
    key: Key
    random: Random
    from_on: date = date(2024, 1, 5)


def live(life: Days, count: int, after_each: Callable[[date], None] = lambda _: None) -> date:
    """So many days on which something is tried; what policy refuses does not happen."""
    on = life.from_on
    for _ in range(count):
        on += days(life.random.choice([0, 1, 3, 10, 28, 35, 40, 70]))
        try:
            life.random.choice(ACTS)(life, on)
        except (RefusedError, NotFoundError):
            continue
        after_each(on)
    return on


def do_draw(life: Days, on: date) -> None:
    life.desk.draw(life.key, 1_000 * life.random.randint(1, 120), on)


def do_pay(life: Days, on: date) -> None:
    life.desk.receive(life.key, life.random.choice([800, 3_000, 9_000, 20_000]), on)


def do_settle_up(life: Days, on: date) -> None:
    with connection.cursor() as cursor:
        owed = queries.payoff_quote(cursor, life.key, on).total_yen
    life.desk.receive(life.key, max(1, owed - life.random.choice([-500, 0, 555])), on)


def do_pay_long_ago(life: Days, on: date) -> None:
    ago = on - days(life.random.randint(1, 90))
    life.desk.receive(life.key, life.random.choice([1_000, 7_000]), ago, on=on)


def do_reverse(life: Days, on: date) -> None:
    with connection.cursor() as cursor:
        rows = queries.statement(cursor, life.key, life.from_on, on)
    receipts = [row.event_no for row in rows if row.kind in {"receipt", "cost", "terms"}]
    if receipts:
        number = life.random.choice(receipts)
        life.desk.do(commands.reverse, life.key, number, "誤り", life.desk.made(on))


def do_rate(life: Days, on: date) -> None:
    rate = life.random.choice([120_000, 150_000, 178_000])
    life.desk.do(commands.change_rate, life.key, rate, life.desk.made(on), CONSENT)


def do_limit(life: Days, on: date) -> None:
    limit = life.random.choice([200_000, 400_000, 500_000])
    life.desk.raise_limit(life.key, limit, life.desk.made(on))


def do_charge(life: Days, on: date) -> None:
    life.desk.do(commands.charge, life.key, "card_reissue", 550, life.desk.made(on))


def do_arrange(life: Days, on: date) -> None:
    wanted = Arrangement(life.random.choice(list(Relief)), 2_000, (on + days(60)).toordinal())
    life.desk.do(commands.arrange, life.key, wanted, life.desk.made(on))


def do_refund(life: Days, on: date) -> None:
    life.desk.do(commands.refund, life.key, 100, life.desk.made(on))


def do_use(life: Days, on: date) -> None:
    life.desk.do(commands.use_excess, life.key, 100, CONSENT, life.desk.made(on))


ACTS = (
    do_draw, do_draw, do_draw, do_pay, do_pay, do_pay, do_settle_up, do_pay_long_ago, do_reverse,
    do_rate, do_limit, do_charge, do_arrange, do_refund, do_use,
)  # fmt: skip
