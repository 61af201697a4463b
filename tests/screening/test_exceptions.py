"""Loans left out of the third, and contracts allowed above it: every condition at its edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.screening import capacity_oracle as oracle

from motocho.law.tables import table
from motocho.screening.capacity import (
    Base,
    Bridge,
    BureauAnswer,
    Business,
    Circle,
    ContractKind,
    Cost,
    Debt,
    Exclusion,
    ExclusionKind,
    Exposure,
    Finding,
    Medical,
    NewBusiness,
    OtherBalance,
    Outcome,
    OwnContract,
    Plans,
    Refinance,
    Special,
    Spouse,
    Urgency,
    Urgent,
    check_exceptions,
    check_exclusion,
    income_used_yen,
    law_of,
    third_of,
    urgent_months,
)

ON = date(2026, 11, 10)
LAW = law_of(ON)
NOTHING = Exposure(0, 0, 0, 0)
ANSWER = BureauAnswer("B1", ON, is_designated=True)


def judged(special: Special, asked_yen: int = 100_000, **more: Any) -> Finding:
    law = more.pop("law", LAW)
    circle = Circle(asked_yen, more.pop("income_yen", 3_000_000), more.pop("lent", NOTHING), **more)
    (finding,) = check_exceptions(special, circle, law)
    return finding


def failed(finding: Finding) -> set[str]:
    return {one.name for one in finding.known if one.value == "fail"}


# ------------------------------------------------------------------------------------ LEND-010
CAR = Exclusion(
    ExclusionKind.CAR, "doc", ("car_sale_contract", "car_inspection_certificate"),
    is_for_that_purpose=True, has_title=True,
)  # fmt: skip


def test_the_exclusions_are_those_of_the_law() -> None:
    assert {kind.value for kind in ExclusionKind} == set(table("lending.exclusions").columns)


@pytest.mark.rule("LEND-010")
def test_a_car_loan_with_title_and_papers_is_left_out() -> None:
    assert check_exclusion(CAR, 2_000_000, LAW).passes


@pytest.mark.rule("LEND-010")
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"has_title": False}, Outcome.FAIL), ({"has_title": None}, Outcome.UNKNOWN),
        ({"papers": ("car_sale_contract",)}, Outcome.FAIL),
        ({"is_for_that_purpose": False}, Outcome.FAIL),
    ],
)  # fmt: skip
def test_a_car_loan_without_title_or_papers_is_not(
    change: dict[str, Any], outcome: Outcome
) -> None:
    assert check_exclusion(replace(CAR, **change), 2_000_000, LAW).outcome is outcome


SECURED = Exclusion(
    ExclusionKind.SECURED_BY_REAL_ESTATE, "doc", ("value_basis", "registry_certificate", "sale_consent"),
    is_for_that_purpose=True, value_yen=9_000_000, is_home_or_livelihood=False, is_within_capacity=True,
)  # fmt: skip
SALE = Exclusion(
    ExclusionKind.SALE_OF_REAL_ESTATE, "doc", ("value_basis", "sale_or_brokerage_contract"),
    is_for_that_purpose=True, value_yen=9_000_000, harms_living=False, is_within_capacity=True,
)  # fmt: skip
SECURITIES = Exclusion(
    ExclusionKind.SECURITIES,
    "doc",
    ("securities_list",),
    is_for_that_purpose=True,
    value_yen=9_000_000,
)


@pytest.mark.rule("LEND-010")
@pytest.mark.parametrize("one", [SECURED, SALE, SECURITIES], ids=lambda one: one.kind.value)
def test_a_secured_loan_is_left_out_up_to_the_value(one: Exclusion) -> None:
    assert check_exclusion(one, 9_000_000, LAW).passes
    assert check_exclusion(one, 9_000_001, LAW).outcome is Outcome.FAIL
    assert check_exclusion(replace(one, value_yen=None), 1, LAW).outcome is Outcome.UNKNOWN


def test_a_home_or_a_sale_that_harms_or_a_loan_beyond_capacity_is_not_left_out() -> None:
    for one in (
        replace(SECURED, is_home_or_livelihood=True), replace(SALE, harms_living=True),
        replace(SALE, is_within_capacity=False),
    ):  # fmt: skip
        assert check_exclusion(one, 1, LAW).outcome is Outcome.FAIL


@pytest.mark.parametrize("kind", list(ExclusionKind), ids=lambda kind: kind.value)
def test_what_nobody_looked_at_leaves_nothing_out(kind: ExclusionKind) -> None:
    assert not check_exclusion(Exclusion(kind, "said"), 1, LAW).passes


# ------------------------------------------------------------------------------ LEND-011, 1号, 1号の2
def debt(creditor: str, balance_yen: int, rate_ppm: int, monthly_yen: int, total_yen: int) -> Debt:
    return Debt(
        creditor, is_money_lender=True, balance_yen=balance_yen, rate_ppm=rate_ppm,
        monthly_yen=monthly_yen, total_yen=total_yen,
    )  # fmt: skip


REFINANCE = Refinance(
    "doc",
    (debt("甲", 500_000, 180_000, 20_000, 650_000), debt("乙", 300_000, 160_000, 18_000, 380_000)),
    rate_ppm=150_000, monthly_yen=38_000, total_yen=1_000_000, other_costs_yen=30_000,
    principal_parts_yen=(400_000, 400_000), papers=("refinance_record",), takes_new_collateral=False,
    collateral_is_worse=False, takes_new_guarantor=False, guarantee_is_worse=False,
)  # fmt: skip


@pytest.mark.rule("LEND-011")
def test_a_refinance_that_makes_nothing_heavier_passes_both_kinds() -> None:
    assert judged(Special(favourable_refinance=REFINANCE), 800_000).passes
    assert judged(Special(stepwise_refinance=REFINANCE), 800_000).passes


@pytest.mark.rule("LEND-011")
@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"monthly_yen": 38_001}, "monthly_not_higher"),
        ({"total_yen": 1_000_001}, "total_not_higher"),
        ({"other_costs_yen": 30_001}, "total_not_higher"),
        ({"takes_new_collateral": True}, "no_new_collateral"),
        ({"collateral_is_worse": True}, "collateral_not_worse"),
        ({"takes_new_guarantor": True}, "no_new_guarantor"),
        ({"guarantee_is_worse": True}, "guarantee_not_worse"),
        ({"debts": ()}, "has_debts"),
    ],
)  # fmt: skip
def test_one_yen_or_one_burden_more_is_refused(change: dict[str, Any], condition: str) -> None:
    finding = judged(Special(favourable_refinance=replace(REFINANCE, **change)), 800_000)
    assert finding.outcome is Outcome.FAIL
    assert condition in failed(finding)


@pytest.mark.rule("LEND-011")
@pytest.mark.parametrize(("rate", "passes"), [(172_500, True), (172_501, False), (180_000, False)])
def test_the_rate_is_at_most_the_average_weighted_by_what_is_owed(
    rate: int, *, passes: bool
) -> None:
    # (500,000 x 18.0 % + 300,000 x 16.0 %) / 800,000 = 17.25 %
    finding = judged(Special(stepwise_refinance=replace(REFINANCE, rate_ppm=rate)), 800_000)
    assert finding.passes is passes
    assert failed(finding) == (set() if passes else {"rate_not_above_average"})


def test_a_bank_s_debt_or_a_balance_that_does_not_fall_is_no_refinance_of_lenders() -> None:
    bank = replace(REFINANCE.debts[0], is_money_lender=False)
    other = replace(REFINANCE, debts=(bank, REFINANCE.debts[1]))
    assert failed(judged(Special(stepwise_refinance=other), 800_000)) == {"all_of_money_lenders"}
    for parts in ((), (800_000, 0), (400_000, 399_999)):
        still = replace(REFINANCE, principal_parts_yen=parts)
        finding = judged(Special(stepwise_refinance=still), 800_000)
        assert failed(finding) == {"falls_step_by_step"}, parts


@given(
    st.integers(0, 300_000),
    st.lists(st.tuples(st.integers(1, 3_000_000), st.integers(0, 200_000)), max_size=6),
)
def test_average_rates_agree_with_the_oracle(rate: int, debts: list[tuple[int, int]]) -> None:
    owed = tuple(debt("x", balance, ppm, 1, 1) for balance, ppm in debts)
    finding = judged(Special(stepwise_refinance=replace(REFINANCE, debts=owed, rate_ppm=rate)), 1)
    refused = "rate_not_above_average" in failed(finding)
    assert refused is not oracle.average_rate_allows(rate, debts)


# ------------------------------------------------------------------------------ 2号, 2号の2
def urgent(asked_until: date = date(2027, 2, 10), **change: Any) -> Special:
    reliefs = change.pop("reliefs", ())
    one = Urgent(
        "doc", Cost.URGENT, ON, asked_until, ("bureau_record", "use_receipt"),
        is_urgent=True, is_within_capacity=True,
    )  # fmt: skip
    return Special(urgent_need=replace(one, **change), reliefs=reliefs)


@pytest.mark.rule("LEND-011")
def test_an_urgent_loan_of_100_000_yen_for_three_months_passes() -> None:
    assert judged(urgent(), 100_000, bureau=ANSWER).passes


@pytest.mark.rule("LEND-011")
def test_one_yen_or_one_day_more_is_refused() -> None:
    assert failed(judged(urgent(), 100_001, bureau=ANSWER)) == {"sum_within"}
    late = judged(urgent(date(2027, 2, 11)), 100_000, bureau=ANSWER)
    assert failed(late) == {"term_within"}
    assert judged(urgent(), 1).outcome is Outcome.UNKNOWN  # nobody asked a bureau


def test_urgent_loans_of_ours_and_of_others_are_added() -> None:
    own = (
        OwnContract("U", ContractKind.REVOLVING, 0, 30_000, urgency=Urgency.URGENT),
        OwnContract("N", ContractKind.REVOLVING, 0, 500_000),
    )
    others = replace(
        ANSWER,
        others=(OtherBalance("x", 20_000, urgency=Urgency.URGENT), OtherBalance("y", 90_000)),
    )
    assert judged(urgent(), 50_000, own=own, bureau=others).passes
    assert not judged(urgent(), 50_001, own=own, bureau=others).passes


def test_money_for_a_cost_abroad_is_handed_over_abroad() -> None:
    abroad: dict[str, Any] = {"cost": Cost.ABROAD, "papers": ("bureau_record", "abroad_record")}
    assert judged(urgent(**abroad, is_handed_over_abroad=True), bureau=ANSWER).passes
    home = judged(urgent(**abroad, is_handed_over_abroad=False), bureau=ANSWER)
    assert failed(home) == {"is_handed_over_abroad"}
    assert judged(urgent(**abroad), bureau=ANSWER).outcome is Outcome.UNKNOWN


@pytest.mark.rule("LEND-024")
def test_a_relief_gives_six_months_and_takes_an_estimate_for_a_receipt() -> None:
    law = law_of(date(2024, 7, 31))
    term: dict[str, Any] = {
        "lent_on": date(2024, 7, 31),
        "papers": ("bureau_record", "use_estimate"),
    }
    named = urgent(date(2025, 1, 31), **term, reliefs=("noto_2024",))
    assert judged(named, bureau=ANSWER, law=law).passes
    assert not judged(
        urgent(date(2025, 2, 1), **term, reliefs=("noto_2024",)), bureau=ANSWER, law=law
    ).passes
    assert not judged(urgent(date(2025, 1, 31), **term), bureau=ANSWER, law=law).passes
    assert not judged(named, bureau=ANSWER, law=law_of(date(2024, 8, 1))).passes
    assert (urgent_months(["noto_2024"], law), urgent_months([], law)) == (6, 3)


def test_medical_costs_pass_once_and_within_capacity() -> None:
    one = Medical(
        "doc", ("care_bill_or_estimate",), is_urgent_medical=True, has_such_a_loan=False,
        is_within_capacity=True,
    )  # fmt: skip
    assert judged(Special(urgent_medical=one)).passes
    assert failed(judged(Special(urgent_medical=replace(one, has_such_a_loan=True)))) == {
        "none_open"
    }
    assert (
        judged(Special(urgent_medical=replace(one, is_within_capacity=None))).outcome
        is Outcome.UNKNOWN
    )
    assert judged(Special(urgent_medical=replace(one, papers=()))).outcome is Outcome.FAIL


# ------------------------------------------------------------------------------------------ 3号
SPOUSE = Spouse(
    "doc", ("relation_certificate", "spouse_consent"), consents=True, income_yen=3_000_000,
    lent=Exposure(0, 0, 400_000, 400_000),
)  # fmt: skip


@pytest.mark.rule("LEND-011")
def test_both_sums_within_a_third_of_both_incomes_pass() -> None:
    # 3 x (1,600,000 + 400,000) = 3,000,000 + 3,000,000
    assert judged(Special(spouse=SPOUSE), 1_600_000).passes


@pytest.mark.rule("LEND-011")
@pytest.mark.parametrize(
    ("change", "asked", "outcome"),
    [
        ({}, 1_600_001, Outcome.FAIL),
        ({"consents": False}, 1, Outcome.FAIL),
        ({"consents": None}, 1, Outcome.UNKNOWN),
        ({"income_yen": None}, 1, Outcome.UNKNOWN),
        ({"lent": None}, 1, Outcome.UNKNOWN),
        ({"papers": ("spouse_consent",)}, 1, Outcome.FAIL),
    ],
)
def test_one_yen_more_or_no_consent_is_refused(
    change: dict[str, Any], asked: int, outcome: Outcome
) -> None:
    assert judged(Special(spouse=replace(SPOUSE, **change)), asked).outcome is outcome


@pytest.mark.parametrize(("asked", "passes"), [(800_000, True), (800_001, False)])
def test_who_lent_an_income_to_a_spouse_has_so_much_less_of_the_own(
    asked: int, *, passes: bool
) -> None:
    # The spouse is 200,000 yen above an own third: of a third of 3,000,000 yen 800,000 are left.
    used = income_used_yen(Base(1_200_000, 3_000_000), LAW)
    third = third_of(3_000_000, NOTHING, LAW, used)
    assert third is not None
    assert third.allows(asked) is passes
    assert income_used_yen(Base(1_000_000, 3_000_000), LAW) == 0


@given(st.integers(0, 9_000_000), st.integers(0, 3_000_000), st.integers(0, 9_000_000))
def test_what_a_spouse_s_contract_uses_agrees_with_the_article(
    income: int, total: int, spouse_income: int
) -> None:
    """10条の23第3項: the own sum and what the spouse's is above an own third, within a third."""
    over = max(Fraction(0), total - Fraction(spouse_income, 3))
    third = third_of(income, NOTHING, LAW, income_used_yen(Base(total, spouse_income), LAW))
    assert third is not None
    for asked in (0, 100_000, 1_000_000):
        wanted = asked + over <= Fraction(income, 3)
        # Where nothing is left of the income, nothing at all passes but nothing.
        assert third.allows(asked) is wanted or (asked == 0 and not third.income_yen)


# ------------------------------------------------------------------------------------- 4号 to 6号
BUSINESS = Business(
    "doc", ("business_record", "plans_or_reasons"), is_real=True, seen=Plans.PRESENT_STATE,
    is_within_capacity=True,
)  # fmt: skip


@pytest.mark.rule("LEND-011")
@pytest.mark.parametrize(("asked", "passes"), [(1_000_000, True), (1_000_001, False)])
def test_plans_are_needed_above_1_000_000_yen(asked: int, *, passes: bool) -> None:
    assert judged(Special(business=BUSINESS), asked).passes is passes
    assert judged(Special(business=replace(BUSINESS, seen=Plans.PLANS)), asked).passes
    assert judged(Special(business=replace(BUSINESS, seen=None)), 1).outcome is Outcome.UNKNOWN


NEW = NewBusiness(
    "doc", ("plans_or_reasons",), has_no_business=True, is_surely_for_it=True,
    is_within_capacity=True,
)  # fmt: skip
BRIDGE = Bridge(
    "doc", ContractKind.TERM, ON, date(2026, 12, 10), ("bank_certainty",), is_bank_sure=True
)
MAKERS: tuple[tuple[str, Callable[[], Special]], ...] = (
    ("new_business", lambda: Special(new_business=NEW)),
    ("bridge", lambda: Special(bridge=BRIDGE)),
)


@pytest.mark.parametrize(("name", "make"), MAKERS, ids=[name for name, _ in MAKERS])
def test_a_new_business_and_a_bridge_pass(name: str, make: Callable[[], Special]) -> None:
    finding = judged(make())
    assert (finding.subject, finding.outcome) == (name, Outcome.PASS)


@pytest.mark.parametrize(
    ("special", "condition"),
    [
        (Special(new_business=replace(NEW, has_no_business=False)), "has_no_business"),
        (Special(new_business=replace(NEW, is_surely_for_it=False)), "is_surely_for_it"),
        (Special(bridge=replace(BRIDGE, last_due_on=date(2026, 12, 11))), "term_within"),
        (Special(bridge=replace(BRIDGE, kind=ContractKind.REVOLVING)), "is_not_revolving"),
        (Special(bridge=replace(BRIDGE, is_bank_sure=False)), "is_bank_sure"),
    ],
)
def test_each_condition_of_them_refuses(special: Special, condition: str) -> None:
    assert failed(judged(special)) == {condition}
