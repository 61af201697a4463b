"""Contracts above a third that are allowed all the same [例外貸付け] · LEND-011.

Eight kinds (施行規則10条の23第1項1号 to 6号), each with every condition of its own. A kind holds
where all its conditions hold and its papers are kept; what nobody looked at is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.screening.capacity.day import LawOfDay, months_after
from motocho.screening.capacity.exclusions import missing_papers
from motocho.screening.capacity.exposure import (
    BureauAnswer,
    ContractKind,
    Exposure,
    Lent,
    OwnContract,
    Urgency,
)
from motocho.screening.capacity.findings import Finding, Known, Outcome, answer, worst
from motocho.screening.capacity.relief import relief_in_force, urgent_months

_TABLE = "lending.exceptions"
Said = tuple[str, bool | None]


# ------------------------------------------------------------------------------------ refinancing
@dataclass(frozen=True, slots=True)
class Debt:
    """A debt that is to be paid off [弁済される債務]."""

    creditor: str
    is_money_lender: bool
    balance_yen: int
    rate_ppm: int
    monthly_yen: int
    total_yen: int


@dataclass(frozen=True, slots=True)
class Refinance:
    """A loan that pays off debts, and what it costs [借換え].

    `total_yen` is all that will be paid, `other_costs_yen` what is beside principal and interest.
    `principal_parts_yen` is the principal of each payment, in order. The last four are what was
    found of collateral and of guarantors; None where nobody looked.
    """

    source: str
    debts: tuple[Debt, ...]
    rate_ppm: int
    monthly_yen: int
    total_yen: int
    other_costs_yen: int
    principal_parts_yen: tuple[int, ...]
    papers: tuple[str, ...] = ()
    takes_new_collateral: bool | None = None
    collateral_is_worse: bool | None = None
    takes_new_guarantor: bool | None = None
    guarantee_is_worse: bool | None = None


def favourable_conditions(one: Refinance) -> Iterator[Said]:
    """1号: nothing becomes heavier than it was [有利な借換え]."""
    yield from _not_heavier(one)
    paid_yen = sum(debt.total_yen for debt in one.debts)
    yield "total_not_higher", one.total_yen + one.other_costs_yen <= paid_yen


def stepwise_conditions(one: Refinance, asked_yen: int) -> Iterator[Said]:
    """1号の2: debts of money lenders alone, at no higher rate, falling step by step [おまとめ].

    Exact     the weighted average is not divided out: rate x balances against their products.
    """
    yield "all_of_money_lenders", all(debt.is_money_lender for debt in one.debts)
    owed_yen = sum(debt.balance_yen for debt in one.debts)
    weighted = sum(debt.rate_ppm * debt.balance_yen for debt in one.debts)
    yield "rate_not_above_average", owed_yen > 0 and one.rate_ppm * owed_yen <= weighted
    falls = bool(one.principal_parts_yen) and all(part > 0 for part in one.principal_parts_yen)
    yield "falls_step_by_step", falls and sum(one.principal_parts_yen) == asked_yen
    yield from _not_heavier(one)


def _not_heavier(one: Refinance) -> Iterator[Said]:
    yield "has_debts", bool(one.debts)
    yield "monthly_not_higher", one.monthly_yen <= sum(debt.monthly_yen for debt in one.debts)
    yield "no_new_collateral", _not(one.takes_new_collateral)
    yield "collateral_not_worse", _not(one.collateral_is_worse)
    yield "no_new_guarantor", _not(one.takes_new_guarantor)
    yield "guarantee_not_worse", _not(one.guarantee_is_worse)


# ------------------------------------------------------------------------- medical and urgent need
@dataclass(frozen=True, slots=True)
class Medical:
    """Urgent medical costs of the person or of family with one purse [緊急の医療費]."""

    source: str
    papers: tuple[str, ...] = ()
    is_urgent_medical: bool | None = None
    has_such_a_loan: bool | None = None
    is_within_capacity: bool | None = None


def medical_conditions(one: Medical) -> Iterator[Said]:
    """2号: urgent, within capacity, and the first of its kind that is open [医療費]."""
    yield "is_urgent_medical", one.is_urgent_medical
    yield "none_open", _not(one.has_such_a_loan)
    yield "is_within_capacity", one.is_within_capacity


class Cost(Enum):
    """What the money is for [特定費用の別] · 10条の23第4項."""

    ABROAD = "abroad"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Urgent:
    """A small loan for an urgent cost [特定緊急貸付契約]; the days are those of the loan."""

    source: str
    cost: Cost
    lent_on: date
    last_due_on: date
    papers: tuple[str, ...] = ()
    is_urgent: bool | None = None
    is_handed_over_abroad: bool | None = None
    is_within_capacity: bool | None = None


def urgent_conditions(
    one: Urgent, asked_yen: int, owed_yen: int | None, months: int, law: LawOfDay
) -> Iterator[Said]:
    """2号の2: all urgent loans to 100,000 yen, back within three months [緊急の費用]."""
    most_yen = law.row(_TABLE).number("urgent_most_yen")
    yield "is_urgent", one.is_urgent
    yield "sum_within", None if owed_yen is None else owed_yen + asked_yen <= most_yen
    yield "term_within", one.last_due_on <= months_after(one.lent_on, months)
    yield "is_within_capacity", one.is_within_capacity
    if one.cost is Cost.ABROAD:
        yield "is_handed_over_abroad", one.is_handed_over_abroad


def urgent_owed_yen(own: Sequence[OwnContract], bureau: BureauAnswer | None) -> int | None:
    """What is lent as urgent, ours at the limit, others' at the balance [緊急個人顧客合算額]."""
    if bureau is None:
        return None
    ours_yen = sum(
        one.counted_yen if one.kind is ContractKind.REVOLVING else one.balance_yen
        for one in own
        if one.urgency is Urgency.URGENT
    )
    return ours_yen + sum(
        one.balance_yen
        for one in bureau.others
        if one.urgency is Urgency.URGENT and one.lent is Lent.MONEY_LENDER
    )


# ----------------------------------------------------------------------------------- a spouse's sum
@dataclass(frozen=True, slots=True)
class Spouse:
    """A spouse whose income and loans are added [配偶者貸付け].

    `lent` and `income_yen` are the spouse's own; None where no bureau, no paper was seen.
    """

    source: str
    papers: tuple[str, ...] = ()
    consents: bool | None = None
    income_yen: int | None = None
    lent: Exposure | None = None


def spouse_conditions(
    one: Spouse, asked_yen: int, income_yen: int | None, lent: Exposure, law: LawOfDay
) -> Iterator[Said]:
    """3号: both sums within a third of both incomes, with the spouse's consent [配偶者との合算]."""
    yield "consents", one.consents
    spouse_yen = None if one.lent is None else third_total_yen(one.lent, 0)
    own_yen = third_total_yen(lent, asked_yen)
    if None in (spouse_yen, own_yen, income_yen, one.income_yen):
        yield "sum_within", None
        return
    both_yen = (spouse_yen or 0) + (own_yen or 0)
    yield "sum_within", law.parts * both_yen <= (income_yen or 0) + (one.income_yen or 0)


def third_total_yen(lent: Exposure, asked_yen: int) -> int | None:
    """個人顧客合算額 without the loans of 10条の21; None without a bureau's answer [合算額]."""
    if lent.others_third_yen is None:
        return None
    return lent.own_third_yen + lent.others_third_yen + asked_yen


@dataclass(frozen=True, slots=True)
class Base:
    """A person's sum against the income it is measured by [合算額と年収]."""

    total_yen: int
    income_yen: int


def income_used_yen(spouse: Base, law: LawOfDay) -> int:
    """The income of the asker that a spouse's contract on both incomes uses [配偶者側で使われた枠].

    Takes     the spouse who has a contract of 3号, with the sum lent and the own income: what the
              sum exceeds an own third by weighs on the asker.
    Exact     in the asker's income, so three times what is above the third; integers only.
    Law       施行規則10条の23第3項.

    >>> from motocho.screening.capacity.day import law_of
    >>> income_used_yen(Base(1_200_000, 3_000_000), law_of(date(2026, 11, 10)))
    600000
    """
    return max(0, law.parts * spouse.total_yen - spouse.income_yen)


# ------------------------------------------------------------------------------ business and bridge
class Plans(Enum):
    """What of a business was seen [事業の資料]."""

    PLANS = "plans"
    """Plans of the business, of income and of funds."""
    PRESENT_STATE = "present_state"
    """Its present state, income and cash, without plans."""


@dataclass(frozen=True, slots=True)
class Business:
    """A loan to one who runs a business [個人事業者]; `seen` None where nothing was."""

    source: str
    papers: tuple[str, ...] = ()
    is_real: bool | None = None
    seen: Plans | None = None
    is_within_capacity: bool | None = None


def business_conditions(
    one: Business, asked_yen: int, relief: str | None, law: LawOfDay
) -> Iterator[Said]:
    """4号: the business is real, and by its plans the loan within capacity [事業資金].

    Up to 1,000,000 yen, and under a relief, its present state does in place of plans.
    """
    simple_yen = law.row(_TABLE).number("business_simple_yen")
    is_simple = asked_yen <= simple_yen or relief is not None
    seen = None if one.seen is None else one.seen is Plans.PLANS or is_simple
    yield "is_real", one.is_real
    yield "plans_seen", seen
    yield "is_within_capacity", one.is_within_capacity


@dataclass(frozen=True, slots=True)
class NewBusiness:
    """A loan to begin a business [新たな事業]."""

    source: str
    papers: tuple[str, ...] = ()
    has_no_business: bool | None = None
    is_surely_for_it: bool | None = None
    is_within_capacity: bool | None = None


def new_business_conditions(one: NewBusiness) -> Iterator[Said]:
    """5号: surely for a business not run yet, and within capacity by its plans [開業資金]."""
    yield "has_no_business", one.has_no_business
    yield "is_surely_for_it", one.is_surely_for_it
    yield "is_within_capacity", one.is_within_capacity


@dataclass(frozen=True, slots=True)
class Bridge:
    """A loan until a bank lends [つなぎ]."""

    source: str
    kind: ContractKind
    lent_on: date
    last_due_on: date
    papers: tuple[str, ...] = ()
    is_bank_sure: bool | None = None


def bridge_conditions(one: Bridge, law: LawOfDay) -> Iterator[Said]:
    """6号: the bank will surely lend, one month at most, no revolving contract [つなぎ]."""
    months = law.row(_TABLE).number("bridge_months")
    yield "is_bank_sure", one.is_bank_sure
    yield "term_within", one.last_due_on <= months_after(one.lent_on, months)
    yield "is_not_revolving", one.kind is not ContractKind.REVOLVING


# ---------------------------------------------------------------------------------------- together
@dataclass(frozen=True, slots=True)
class Special:
    """What is said to make a contract an exception, at most one of each kind [例外の事実].

    `reliefs` names the dated reliefs that the person was found to be under.
    """

    favourable_refinance: Refinance | None = None
    stepwise_refinance: Refinance | None = None
    urgent_medical: Medical | None = None
    urgent_need: Urgent | None = None
    spouse: Spouse | None = None
    business: Business | None = None
    new_business: NewBusiness | None = None
    bridge: Bridge | None = None
    reliefs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Circle:
    """What the conditions are measured against [例外の判定の前提]."""

    asked_yen: int
    income_yen: int | None
    lent: Exposure
    own: tuple[OwnContract, ...] = ()
    bureau: BureauAnswer | None = None


def check_exceptions(special: Special, circle: Circle, law: LawOfDay) -> tuple[Finding, ...]:
    """Each exception that is claimed, with every condition of it [例外貸付けの判定] · LEND-011.

    Law       貸金業法13条の2第2項; 施行規則10条の23第1項, 2項.
    """
    return tuple(_claimed(special, circle, law))


def _claimed(special: Special, circle: Circle, law: LawOfDay) -> Iterator[Finding]:
    asked_yen = circle.asked_yen
    if special.favourable_refinance:
        said = favourable_conditions(special.favourable_refinance)
        yield _finding("favourable_refinance", special.favourable_refinance, said, law)
    if special.stepwise_refinance:
        said = stepwise_conditions(special.stepwise_refinance, asked_yen)
        yield _finding("stepwise_refinance", special.stepwise_refinance, said, law)
    if special.urgent_medical:
        yield _finding(
            "urgent_medical",
            special.urgent_medical,
            medical_conditions(special.urgent_medical),
            law,
        )
    if special.urgent_need:
        yield _urgent(special, special.urgent_need, circle, law)
    relief = relief_in_force(special.reliefs, law)
    if special.spouse:
        income_yen = circle.income_yen
        said = spouse_conditions(special.spouse, asked_yen, income_yen, circle.lent, law)
        yield _finding("spouse", special.spouse, said, law, relief)
    if special.business:
        said = business_conditions(special.business, asked_yen, relief, law)
        yield _finding("business", special.business, said, law)
    if special.new_business:
        said = new_business_conditions(special.new_business)
        yield _finding("new_business", special.new_business, said, law)
    if special.bridge:
        yield _finding("bridge", special.bridge, bridge_conditions(special.bridge, law), law)


def _urgent(special: Special, one: Urgent, circle: Circle, law: LawOfDay) -> Finding:
    owed_yen = urgent_owed_yen(circle.own, circle.bureau)
    months = urgent_months(special.reliefs, law)
    said = urgent_conditions(one, circle.asked_yen, owed_yen, months, law)
    name = "urgent_need_abroad" if one.cost is Cost.ABROAD else "urgent_need"
    return _finding(name, one, said, law, relief_in_force(special.reliefs, law))


Kind = Refinance | Medical | Urgent | Spouse | Business | NewBusiness | Bridge


_INSTEAD = {"use_estimate": "use_receipt", "reason_without_certificate": "relation_certificate"}
"""Under a relief: the person's own estimate, and why a certificate cannot be given yet."""


def _finding(
    name: str, one: Kind, said: Iterator[Said], law: LawOfDay, relief: str | None = None
) -> Finding:
    conditions = list(said)
    held = {*one.papers, *(_INSTEAD.get(paper, paper) for paper in one.papers if relief)}
    missing = missing_papers(law.row(_TABLE).word(f"{name}_papers"), held)
    outcome = worst([answer(each) for _, each in conditions] + [answer(not missing)])
    known = (
        *(Known(condition, answer(each).value, one.source) for condition, each in conditions),
        Known("missing_papers", "+".join(missing), one.source),
    )
    code = {Outcome.PASS: "", Outcome.FAIL: "SCR-122", Outcome.UNKNOWN: "SCR-123"}[outcome]
    cited = "貸金業法13条の2第2項、貸金業法施行規則10条の23第1項、10条の23第2項"
    return Finding("LEND-011", outcome, cited, name, code, known=known)


def _not(said: object) -> bool | None:
    return None if said is None else not said
