"""Who applies: honest, mistaken and fraudulent people, and what each of them does; pure [申込者].

Everything follows from a seed and a number: the same person comes again after every crash.

>>> everyone = make(Plan(seed=1, count=200))
>>> len({(one.person.born_on, one.digits) for one in everyone}) == len(everyone)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random

from motocho.outside.bureau import half_kana
from motocho.outside.fakes import bureau as fakes
from motocho.people.members import Person
from motocho.simulation._names import FAMILIES, GIVENS
from motocho.simulation.world import weighted

BEGINS_ON = date(2026, 11, 24)
FIRST_NUMBER = 20_000_000
STEP_YEN = 10_000
_PARTS = 3
_OLDEST_ON, _SPREAD_DAYS, _STRIDE = date(1956, 1, 1), 17_000, 7_919
"""Birthdays: a stride that shares no factor with the spread never meets a day twice."""
MOST = _SPREAD_DAYS


class Sort(Enum):
    """What kind of applicant somebody is [申込者の類型]."""

    HONEST = "honest"
    MISTAKEN = "mistaken"
    """Leaves a step out, hands in what is too old, tries things in the wrong order."""
    YOUNG = "young"
    """On a threshold of age, to the day."""
    EXCLUDED = "excluded"
    """Asked a bureau not to be lent to [貸付自粛]."""
    BARRED = "barred"
    FORGER = "forger"
    """Pay slips that do not add up to the year."""
    BORROWED_PAPER = "borrowed_paper"
    """Somebody else's document of income."""
    STOLEN = "stolen"
    """Somebody else's paper of identity."""
    TWICE = "twice"
    """Comes again under another number, with the papers of the first time."""
    RING = "ring"
    """Other names and papers; the phone, the account and the browser of somebody before."""


FRAUDS = frozenset({Sort.FORGER, Sort.BORROWED_PAPER, Sort.STOLEN, Sort.TWICE, Sort.RING})
_OF_ANOTHER = FRAUDS - {Sort.FORGER}


class Deed(Enum):
    """One thing that is done in an application, by whoever does it [行為]."""

    JOIN = "join"
    CONSENT = "consent"
    TAKE_BACK = "take_back"
    SUBMIT = "submit"
    IDENTIFY = "identify"
    ENTER = "enter"
    ENTER_ANOTHER_S = "enter_another_s"
    CONFIRM_WORK = "confirm_work"
    LOOK_UP = "look_up"
    JUDGE = "judge"
    DECIDE = "decide"
    DECIDE_UNFIT = "decide_unfit"
    APPROVE_OWN = "approve_own"
    APPROVE_FIRST = "approve_first"
    APPROVE_SECOND = "approve_second"
    SHOW = "show"
    AGREE = "agree"
    CONCLUDE = "conclude"
    GO_ROUND = "go_round"
    """A contract by hand, past every application."""
    WITHDRAW = "withdraw"


BEFORE = (Deed.JOIN, Deed.CONSENT, Deed.SUBMIT)
PREPARED = (Deed.IDENTIFY, Deed.ENTER, Deed.CONFIRM_WORK, Deed.LOOK_UP)
CLOSING = (
    Deed.JUDGE, Deed.DECIDE, Deed.APPROVE_FIRST, Deed.APPROVE_SECOND, Deed.SHOW, Deed.AGREE,
    Deed.CONCLUDE,
)  # fmt: skip
TRICKS = (
    Deed.ENTER_ANOTHER_S, Deed.DECIDE_UNFIT, Deed.APPROVE_OWN, Deed.APPROVE_FIRST, Deed.SHOW,
    Deed.AGREE, Deed.CONCLUDE, Deed.GO_ROUND, Deed.SUBMIT, Deed.TAKE_BACK, Deed.CONSENT,
    Deed.ENTER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """Which crowd it is [申込みの計画]."""

    seed: int
    count: int
    batch: int = 1_000
    """How many come in the same days."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applies [申込者]."""

    number: int
    sort: Sort
    person: Person
    digits: str
    """The mobile phone."""
    licence: str
    limit_yen: int
    income_yen: int
    """What the papers show."""
    stated_yen: int
    paper_year: int
    by_slips: bool
    claims: tuple[int, ...]
    """What other money lenders are owed, one by one."""
    script: tuple[Deed, ...]
    victim: int | None = None
    """Whose papers are used."""

    @property
    def member_number(self) -> str:
        """The number of the member that they become [会員番号]."""
        return str(FIRST_NUMBER + self.number)

    @property
    def hand(self) -> int:
        """Whose account and browser it is: the number of somebody before, in a ring [名義]."""
        is_other = self.sort is Sort.RING and self.victim is not None
        return self.victim if is_other and self.victim is not None else self.number

    def most_yen(self, others_yen: int) -> int:
        """What the law and the steps of the house let be lent, reckoned here anew [上限額]."""
        room_yen = self.income_yen // _PARTS - others_yen
        return max(0, min(self.limit_yen, room_yen // STEP_YEN * STEP_YEN))


_SORTS = (
    (Sort.HONEST, 540), (Sort.MISTAKEN, 260), (Sort.YOUNG, 30), (Sort.EXCLUDED, 20),
    (Sort.BARRED, 20), (Sort.FORGER, 30), (Sort.BORROWED_PAPER, 20), (Sort.STOLEN, 30),
    (Sort.TWICE, 30), (Sort.RING, 20),
)  # fmt: skip
_LIMITS_YEN = (
    100_000, 300_000, 490_000, 500_000, 510_000, 900_000, 990_000, 1_000_000, 1_010_000, 1_500_000,
)  # fmt: skip
_INCOMES_YEN = (1_200_000, 2_400_000, 3_000_000, 4_800_000, 6_000_000, 9_000_000)
_BALANCES_YEN = (50_000, 190_000, 400_000, 500_000)
_AGES = (17, 18, 19, 20, 72, 73)
_YEAR, _OLD_YEAR = 2025, 2023


def make(plan: Plan) -> tuple[Applicant, ...]:
    """Everybody of a plan, in the order in which they come [申込者の一覧].

    Raises    ValueError above `MOST` people.
    """
    if plan.count > MOST:
        raise ValueError(MOST)
    made: list[Applicant] = []
    for number in range(plan.count):
        made.append(_one(plan, number, made))
    return tuple(made)


def _one(plan: Plan, number: int, before: Sequence[Applicant]) -> Applicant:
    thrown = Random(f"{plan.seed}/{number}")  # noqa: S311  # a game, not a secret
    sort = weighted(thrown, _SORTS)
    victim = _victim(thrown, sort, plan, before)
    if victim is None and sort in _OF_ANOTHER:
        sort = Sort.HONEST
    person = _person(thrown, sort, number)
    digits, licence = f"090{number:08d}", f"{300_000_000_000 + number}"
    if sort is Sort.TWICE and victim is not None:
        person, digits, licence = victim.person, victim.digits, victim.licence
    if sort is Sort.RING and victim is not None:
        digits = victim.digits
    limit_yen = thrown.choice(_LIMITS_YEN)
    income_yen = thrown.choice(_INCOMES_YEN)
    if sort in {Sort.BORROWED_PAPER, Sort.FORGER}:
        limit_yen, income_yen = max(510_000, limit_yen), max(6_000_000, income_yen)
    is_old = sort is Sort.MISTAKEN and thrown.randrange(5) == 0
    return Applicant(
        number, sort, person, digits, licence, limit_yen, income_yen,
        stated_yen=income_yen if sort is Sort.HONEST else thrown.choice(_INCOMES_YEN),
        paper_year=_OLD_YEAR if is_old else _YEAR,
        by_slips=thrown.randrange(2) == 0,
        claims=tuple(thrown.choice(_BALANCES_YEN) for _ in range(thrown.randrange(3))),
        script=_script(thrown, sort),
        victim=None if victim is None else victim.number,
    )  # fmt: skip


def _victim(
    thrown: Random, sort: Sort, plan: Plan, before: Sequence[Applicant]
) -> Applicant | None:
    """An honest one of the days before: who comes twice has come once already."""
    if sort not in _OF_ANOTHER:
        return None
    earlier = before[: len(before) // plan.batch * plan.batch]
    honest = [one for one in earlier[-400:] if one.sort is Sort.HONEST]
    return thrown.choice(honest) if honest else None


def _person(thrown: Random, sort: Sort, number: int) -> Person:
    family, family_kana = FAMILIES[thrown.randrange(len(FAMILIES))]
    given, given_kana = GIVENS[thrown.randrange(len(GIVENS))]
    born_on = _OLDEST_ON + timedelta(days=number * _STRIDE % _SPREAD_DAYS)
    if sort is Sort.YOUNG:
        # Today is the birthday, or it is tomorrow.
        years = thrown.choice(_AGES)
        born_on = BEGINS_ON.replace(year=BEGINS_ON.year - years) + timedelta(
            days=thrown.randrange(2)
        )
    return Person(family, given, family_kana, given_kana, born_on)


def _script(thrown: Random, sort: Sort) -> tuple[Deed, ...]:
    """What is done once the bureau was asked, in this order."""
    deeds = [*PREPARED, *CLOSING]
    if sort in {Sort.HONEST, Sort.TWICE, Sort.RING}:
        return tuple(deeds)
    if sort is Sort.BORROWED_PAPER:
        deeds[1] = Deed.ENTER_ANOTHER_S
    if sort is Sort.MISTAKEN and thrown.randrange(3) == 0:
        deeds.remove(thrown.choice(deeds))
    for _ in range(thrown.randrange(1, 4)):
        trick = thrown.choice(TRICKS)
        if sort is not Sort.BORROWED_PAPER or trick is not Deed.ENTER:
            deeds.insert(thrown.randrange(len(deeds) + 1), trick)
    if sort is Sort.MISTAKEN and thrown.randrange(12) == 0:
        deeds.insert(thrown.randrange(len(deeds)), Deed.WITHDRAW)
    return tuple(deeds)


def held_of(one: Applicant) -> fakes.Held:
    """What a bureau holds of somebody [信用情報の登録]."""
    kana = str(half_kana(f"{one.person.family_kana} {one.person.given_kana}"))
    claims = [fakes.Claim("7777", "money_lender", "20200105", 900_000, yen) for yen in one.claims]
    wishes = [("20260101", "20310101", "self")] if one.sort is Sort.EXCLUDED else []
    name = f"{one.person.family_name} {one.person.given_name}"
    name = name.encode("cp932", "replace").decode("cp932")
    return fakes.Held(kana, name, f"{one.person.born_on:%Y%m%d}", [one.digits], "", claims, wishes)
