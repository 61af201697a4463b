"""Before an application: what dated law and policy say to a few answers; pure [事前の確認].

    found = precheck(Told(30, 3_000_000, others_yen=0, wanted_yen=300_000), policy, on)

Nothing is asked of a bureau, nothing is kept, and nothing is promised (貸金業法12条の6): the survey
looks at more than five answers. What it says is what the decision would say to the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.screening.capacity import (
    Exposure,
    Finding,
    Known,
    LawOfDay,
    Outcome,
    Third,
    check_third,
    evidence_need,
    law_of,
    third_of,
)
from motocho.screening.decision import Policy
from motocho.units.errors import Fault
from motocho.units.money import yen_text

_SAID = "said"


class Late(Enum):
    """Whether a payment is late somewhere now [いま遅れがあるか]."""

    NO = "no"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Told:
    """The five answers [事前の確認の回答]."""

    age: int
    income_yen: int
    others_yen: int
    """What is borrowed of other money lenders; banks and shopping do not count."""
    wanted_yen: int
    late: Late = Late.NO


class Answer(Enum):
    """What the check says [事前の確認の結果]."""

    MAY_APPLY = "may_apply"
    LOWER = "lower"
    """Not this amount, but a lower one would be within the third."""
    PERSON = "person"
    """A colleague would look before anything is said."""
    NOT_NOW = "not_now"


@dataclass(frozen=True, slots=True)
class Prechecked:
    """The answer with what it rests on [事前の確認の結果].

    `against` says why not, or not this; `papers` why a paper of income would be needed.
    """

    answer: Answer
    third: Third
    highest_yen: int
    """The highest limit within the third, in the house's steps; 0 where none is."""
    without_paper_yen: int
    """The highest that asks for no paper of income; 0 where each does."""
    against: tuple[Fault, ...]
    papers: tuple[Fault, ...]

    @property
    def room_yen(self) -> int:
        """What the third leaves for more, to the yen [3分の1の残り]."""
        return max(0, self.third.base_yen - self.third.taken_yen)


def precheck(told: Told, policy: Policy, on: date) -> Prechecked:
    """What dated law and policy say to five answers [事前の確認] · LEND-003, 004, 009, 018.

    Raises    LawGap for a day on which the third was not law.
    Law       貸金業法13条3項, 13条の2; 民法4条.
    """
    law, house = law_of(on), policy.house
    lent = Exposure(0, 0, told.others_yen, told.others_yen, _SAID)
    third = third_of(told.income_yen, lent, law) or Third(law.parts, told.income_yen, 0)
    largest_yen = policy.offering.largest_limit_yen
    highest_yen = third.highest_yen(house.limit_step_yen, largest_yen)
    highest_yen = highest_yen if highest_yen >= house.least_limit_yen else 0
    measured = _faults((check_third(told.wanted_yen, _income(told), lent, law),))
    # Where the third lowers an amount, the lower one is looked at: it is in whole steps.
    amounts = () if measured and highest_yen else tuple(_amounts(told, policy))
    barred = (*_ages(told, policy, law), *amounts)
    against = (*barred, *measured)
    is_young = _is_young(told, law)
    need = evidence_need(told.wanted_yen, lent, law)
    papers = (*_faults(need.findings), *(_young(law) if is_young else ()))
    without_yen = 0 if is_young else need.most_without_yen or 0
    without_yen = min(largest_yen, without_yen) // house.limit_step_yen * house.limit_step_yen
    answer = _answer(barred, measured, told.late, highest_yen)
    return Prechecked(answer, third, highest_yen, without_yen, against, papers)


def _answer(
    barred: tuple[Fault, ...], measured: tuple[Fault, ...], late: Late, highest_yen: int
) -> Answer:
    if barred or (measured and not highest_yen):
        return Answer.NOT_NOW
    if late is Late.YES:
        return Answer.PERSON
    return Answer.LOWER if measured else Answer.MAY_APPLY


def _income(told: Told) -> Known:
    return Known("income_yen", told.income_yen, _SAID)


def _faults(findings: tuple[Finding, ...]) -> tuple[Fault, ...]:
    return tuple(
        Fault(one.code, details=one.details) for one in findings if one.outcome is not Outcome.PASS
    )


def _ages(told: Told, policy: Policy, law: LawOfDay) -> Iterator[Fault]:
    of_age, house = law.row("person.age_of_majority").number(), policy.house
    if told.age < of_age:
        yield Fault("SCR-131", details={"age": str(of_age)})
    elif not house.least_age <= told.age <= house.most_age:
        details = {"least": str(house.least_age), "most": str(house.most_age)}
        yield Fault("SCR-134", details=details)


def _amounts(told: Told, policy: Policy) -> Iterator[Fault]:
    fault = check_amount(told.wanted_yen, policy)
    if fault is not None:
        yield fault


def check_amount(wanted_yen: int, policy: Policy) -> Fault | None:
    """What is wrong with an amount that somebody asks for [申込額の点検]; None where nothing is."""
    house, largest_yen = policy.house, policy.offering.largest_limit_yen
    is_step = wanted_yen % house.limit_step_yen == 0
    if is_step and house.least_limit_yen <= wanted_yen <= largest_yen:
        return None
    details = {
        "least": yen_text(house.least_limit_yen),
        "most": yen_text(largest_yen),
        "step": yen_text(house.limit_step_yen),
    }
    return Fault("SCR-138", details=details)


def _is_young(told: Told, law: LawOfDay) -> bool:
    if not law.knows("lending.young_evidence"):
        return False
    return told.age < law.row("lending.young_evidence").number("below_years")


def _young(law: LawOfDay) -> Iterator[Fault]:
    below = law.row("lending.young_evidence").number("below_years")
    yield Fault("SCR-132", details={"age": str(below)})
