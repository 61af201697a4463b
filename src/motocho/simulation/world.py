"""A lender's world: its products, and fictional people with incomes and habits [模擬の世界].

Everything follows from the seed; each member has dice of their own, so that one more member does
not change the lives of the others. Chances are whole numbers per mille.

>>> world = make(Plan(seed=7, members=3, begins_on=date(2023, 1, 1), years=1))
>>> [len(one.number) for one in world.borrowers], world.ends_on
([8, 8, 8], datetime.date(2023, 12, 31))
>>> world == make(Plan(seed=7, members=3, begins_on=date(2023, 1, 1), years=1))
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import TypeVar

from motocho.kernel.revolving import Cure, DamagesBase, Fractions
from motocho.kernel.schedule import HolidayRule, MinimumBracket, MinimumRule, Scheme
from motocho.ledger.chart import Account
from motocho.loans.commands import Opening
from motocho.loans.products import Product, RateBracket
from motocho.people.members import Person
from motocho.simulation._names import FAMILIES, GIVENS

PER_MILLE = 1_000
_NUMBERS = 10**8
_NUMBER_STEP, _NUMBER_START = 61_803_399, 31_415_926
"""Steps that share no factor with 10^8 meet no number twice."""

Item = TypeVar("Item")


class Habit(Enum):
    """How somebody pays [支払いの習慣]."""

    PUNCTUAL = "punctual"
    EARLY = "early"
    LATE_AT_TIMES = "late_at_times"
    FORGETFUL = "forgetful"
    IN_TROUBLE = "in_trouble"
    OVERPAYS = "overpays"
    PAYS_TWICE = "pays_twice"
    PREPAYS_ALL = "prepays_all"


class Road(Enum):
    """The way money comes and goes [入出金の経路]."""

    MACHINE = "machine"
    PARTNER = "partner_machine"
    STORE = "store"
    TRANSFER = "transfer"
    DEBIT = "debit"

    @property
    def money(self) -> Account:
        """The account it moves [資金の勘定]."""
        match self:
            case Road.PARTNER:
                return Account.PARTNER_MACHINES
            case Road.STORE:
                return Account.COLLECTION_AGENTS
            case _:
                return Account.BANK

    @property
    def by_file(self) -> bool:
        """Whether the lender learns of it from a file that comes later [後日ファイルで判明]."""
        return self in {Road.TRANSFER, Road.DEBIT}


@dataclass(frozen=True, slots=True)
class Wish:
    """An agreement that somebody will ask for [契約の予定]."""

    on: date
    opening: Opening


@dataclass(frozen=True, slots=True)
class Borrower:
    """A fictional person, and all that is fated [架空の会員]."""

    number: str
    person: Person
    habit: Habit
    road: Road
    yearly_income_yen: int
    owed_elsewhere_yen: int
    """To other money lenders, as a bureau would tell."""
    payday: int
    wishes: tuple[Wish, ...]
    trouble: tuple[date, date] | None
    """From when and until when nothing, or hardly anything, can be paid."""
    dies_on: date | None

    def in_trouble(self, on: date) -> bool:
        """Whether a day lies in the hard times [支払困難の時期]."""
        return self.trouble is not None and self.trouble[0] <= on < self.trouble[1]

    def is_dead(self, on: date) -> bool:
        """Whether the person has died by a day [死亡後]."""
        return self.dies_on is not None and self.dies_on <= on


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a simulation [模擬運用の指定]."""

    seed: int
    members: int
    begins_on: date
    years: int

    @property
    def ends_on(self) -> date:
        """The last day [最終日]."""
        year = self.begins_on.year + self.years
        if (self.begins_on.month, self.begins_on.day) == (2, 29):
            return date(year, 2, 28)
        return self.begins_on.replace(year=year) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class World:
    """Products and people between two days [模擬の世界]."""

    plan: Plan
    products: tuple[Product, ...]
    borrowers: tuple[Borrower, ...]

    @property
    def ends_on(self) -> date:
        """The last day [最終日]."""
        return self.plan.ends_on

    def dice(self, name: str) -> Random:
        """Dice of their own for a name [乱数]."""
        return dice(self.plan.seed, name)


def dice(seed: int, name: str) -> Random:
    """Dice that fall the same for the same seed and name [乱数]."""
    return Random(f"motocho {seed} {name}")  # noqa: S311  # a game, not a secret


def chance(thrown: Random, per_mille: int) -> bool:
    """Whether something of that chance happens [確率]."""
    return thrown.randrange(PER_MILLE) < per_mille


def weighted(thrown: Random, choices: Sequence[tuple[Item, int]]) -> Item:
    """One of several by their weights, whole numbers [重みつき選択]."""
    left = thrown.randrange(sum(weight for _, weight in choices))
    for item, weight in choices:
        left -= weight
        if left < 0:
            return item
    return choices[-1][0]


# --------------------------------------------------------------------------------------- products
SUNNY = "sunny-card"
GROVE = "grove-loan"


def products(begins_on: date) -> tuple[Product, ...]:
    """Two fictional products; the first gets a cheaper second version later [架空の商品]."""
    card = Product(
        product_id=SUNNY,
        version=1,
        from_on=begins_on - timedelta(days=365),
        title_ja="ひなたカード",
        title_en="Sunny Card",
        rates=(RateBracket(1_000, 180_000), RateBracket(1_000_000, 150_000)),
        damages_ppm=200_000,
        minimum=MinimumRule((MinimumBracket(300_000, 42_000), MinimumBracket(None, 30_000))),
        schemes=(Scheme.EVERY_35_DAYS, Scheme.MONTHLY),
        cycle_days=35,
        window_days=14,
        holiday_rule=HolidayRule.NEXT_BUSINESS_DAY,
        free_days=30,
        unit_yen=1_000,
        largest_limit_yen=8_000_000,
        rest_below_yen=1_000,
        fractions=Fractions.EACH_ROW,
        damages_base=DamagesBase.BALANCE,
        cure=Cure.MINIMUM,
        renewal_years=5,
        interest_only_a_year=2,
    )
    cheaper = replace(
        card,
        version=2,
        from_on=begins_on + timedelta(days=200),
        rates=(
            RateBracket(1_000, 178_000),
            RateBracket(1_000_000, 149_900),
            RateBracket(3_000_000, 120_000),
        ),
        damages_ppm=199_400,
    )
    grove = replace(
        card,
        product_id=GROVE,
        title_ja="こだちローン",
        title_en="Grove Loan",
        rates=(
            RateBracket(1_000, 175_000),
            RateBracket(500_000, 165_000),
            RateBracket(1_000_000, 145_000),
        ),
        minimum=MinimumRule((MinimumBracket(500_000, 40_000), MinimumBracket(None, 25_000)), 1),
        schemes=(Scheme.MONTHLY,),
        free_days=0,
        holiday_rule=HolidayRule.AS_WRITTEN,
        fractions=Fractions.EACH_RECEIPT,
        damages_base=DamagesBase.INSTALMENT,
        cure=Cure.MINIMUM_AND_DAMAGES,
    )
    return card, cheaper, grove


# ----------------------------------------------------------------------------------------- people
_HABITS = (
    (Habit.PUNCTUAL, 36),
    (Habit.EARLY, 16),
    (Habit.LATE_AT_TIMES, 16),
    (Habit.FORGETFUL, 9),
    (Habit.IN_TROUBLE, 9),
    (Habit.OVERPAYS, 5),
    (Habit.PAYS_TWICE, 4),
    (Habit.PREPAYS_ALL, 5),
)
_ROADS = (
    (Road.MACHINE, 30),
    (Road.PARTNER, 20),
    (Road.STORE, 10),
    (Road.TRANSFER, 25),
    (Road.DEBIT, 15),
)
_PAYDAYS = ((25, 60), (31, 15), (10, 12), (20, 8), (15, 5))
_LIMITS_YEN = (
    100_000, 200_000, 300_000, 500_000, 600_000, 800_000, 990_000, 1_000_000, 1_500_000, 2_000_000,
)  # fmt: skip
_MONTHLY_DAYS = (5, 10, 15, 20, 26, 27, 29, 30, 31)
_OWED_ELSEWHERE_YEN = ((0, 60), (100_000, 12), (300_000, 12), (700_000, 10), (1_500_000, 6))
_LOAN_PARTS_OF_INCOME = 3
"""Lending stays below a third of a year's income · 貸金業法13条の2."""
_OLDEST, _YOUNGEST = 72, 20
_DAYS_A_YEAR = 365


def make(plan: Plan) -> World:
    """The world of a plan [世界の生成]."""
    made = tuple(_borrower(plan, index) for index in range(plan.members))
    return World(plan, products(plan.begins_on), made)


def _borrower(plan: Plan, index: int) -> Borrower:
    number = f"{(index * _NUMBER_STEP + _NUMBER_START) % _NUMBERS:08d}"
    thrown = dice(plan.seed, f"fate {index}")
    family, given = thrown.choice(FAMILIES), thrown.choice(GIVENS)
    age_days = thrown.randrange(_YOUNGEST * _DAYS_A_YEAR + 10, _OLDEST * _DAYS_A_YEAR)
    born_on = plan.begins_on - timedelta(days=age_days)
    if chance(thrown, 20):
        born_on = date(born_on.year - born_on.year % 4, 2, 29)
    habit = weighted(thrown, _HABITS)
    income_yen = thrown.randrange(150, 700) * 12_000
    span = (plan.ends_on - plan.begins_on).days + 1
    joins_on = plan.begins_on + timedelta(days=_joins_after(thrown, span))
    return Borrower(
        number=number,
        person=Person(family[0], given[0], family[1], given[1], born_on),
        habit=habit,
        road=weighted(thrown, _ROADS),
        yearly_income_yen=income_yen,
        owed_elsewhere_yen=weighted(thrown, _OWED_ELSEWHERE_YEN),
        payday=weighted(thrown, _PAYDAYS),
        wishes=_wishes(thrown, joins_on, income_yen // _LOAN_PARTS_OF_INCOME),
        trouble=_trouble(thrown, habit, joins_on),
        dies_on=_death(thrown, joins_on, span),
    )


def _joins_after(thrown: Random, span: int) -> int:
    """Days until somebody joins: half are there in the first month, most before the half."""
    if chance(thrown, 500):
        return thrown.randrange(min(30, span))
    return thrown.randrange(max(1, span // 2))


def _wishes(thrown: Random, joins_on: date, room_yen: int) -> tuple[Wish, ...]:
    """The agreements of a life: one, at times a second or a third within the same income."""
    wishes: list[Wish] = []
    on = joins_on
    for per_mille in (PER_MILLE, 140, 250):
        fitting = [limit for limit in _LIMITS_YEN if limit <= room_yen]
        if not fitting or not chance(thrown, per_mille):
            break
        limit = thrown.choice(fitting)
        room_yen -= limit
        wishes.append(Wish(on, _opening(thrown, limit)))
        on += timedelta(days=thrown.randrange(1, 400))
    return tuple(wishes)


def _opening(thrown: Random, limit_yen: int) -> Opening:
    product_id = weighted(thrown, ((SUNNY, 75), (GROVE, 25)))
    monthly = product_id == GROVE or chance(thrown, 350)
    if monthly:
        return Opening(product_id, limit_yen, Scheme.MONTHLY, thrown.choice(_MONTHLY_DAYS))
    return Opening(product_id, limit_yen, Scheme.EVERY_35_DAYS)


def _trouble(thrown: Random, habit: Habit, joins_on: date) -> tuple[date, date] | None:
    if habit is not Habit.IN_TROUBLE and not chance(thrown, 40):
        return None
    since = joins_on + timedelta(days=thrown.randrange(90, 500))
    return since, since + timedelta(days=thrown.choice((40, 90, 150, 400, 2_000)))


def _death(thrown: Random, joins_on: date, span: int) -> date | None:
    if not chance(thrown, 15):
        return None
    return joins_on + timedelta(days=thrown.randrange(30, max(31, span)))
