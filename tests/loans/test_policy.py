"""The examples of the catalogue of rules, held against policy alone: what passes and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.loans.desk import CARD, CONSENT, with_settings

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, NewArrangement, Relief, Rules, State
from motocho.kernel.schedule import DuePlan, MinimumBracket, MinimumRule, Scheme
from motocho.law.interest import ceiling_ppm
from motocho.law.rules import Refusal
from motocho.ledger.chart import PAIRS, Account
from motocho.loans import policy, products
from motocho.loans.policy import Demand, Facts, Status, Stop
from motocho.loans.products import RateBracket

ON = date(2026, 11, 20)
TERMS = products.terms_of(CARD, 500_000, DuePlan(), (0, 0))


def facts(principal_yen: int = 0, **changes: Any) -> Facts:
    state = State(ON.toordinal(), TERMS, principal_yen)
    plain = Facts(CARD, Status.OPEN, frozenset(), state, 200_000, 0)
    state_changes = {name: changes.pop(name) for name in list(changes) if name in State._fields}
    plain = replace(plain, **changes)
    return replace(plain, state=plain.state._replace(**state_changes))


def rule(refusal: Refusal | None) -> str | None:
    return None if refusal is None else refusal.rule_id


# ------------------------------------------------------------------------------------------- draws
@pytest.mark.rule("LEND-019")
@pytest.mark.rule("BANK-008")
def test_draw_of_all_that_is_available_passes() -> None:
    assert policy.available_yen(facts(420_000)) == 80_000
    assert policy.check_draw(facts(420_000), 80_000) is None
    assert policy.check_draw(facts(), 30_000) is None


@pytest.mark.rule("LEND-019")
@pytest.mark.parametrize("refused", [
    (facts(420_000), 81_000),
    (facts(420_000, held_yen=40_000), 50_000),
    (facts(0, shown_limit_yen=100_000), 101_000),
    (facts(0, stops=frozenset({Stop.CARD_LOST})), 1_000),
])  # fmt: skip
def test_draw_beyond_the_available_credit_is_refused(refused: tuple[Facts, int]) -> None:
    assert rule(policy.check_draw(*refused)) == "LEND-019"


@pytest.mark.rule("LEND-020")
def test_draw_on_the_due_date_passes() -> None:
    assert (
        policy.check_draw(facts(100_000, due_on=ON.toordinal(), minimum_yen=3_000), 1_000) is None
    )


@pytest.mark.rule("LEND-020")
def test_draw_on_the_day_after_a_missed_due_date_is_refused() -> None:
    before = State(ON.toordinal(), TERMS, 100_000, due_on=ON.toordinal(), minimum_yen=3_000)
    late = revolving.advance(before, ON.toordinal() + 1, Rules())
    assert rule(policy.check_draw(replace(facts(), state=late), 1_000)) == "LEND-020"


@pytest.mark.rule("LEDG-026")
def test_draw_of_a_dead_member_is_refused() -> None:
    stopped = facts(0, stops=frozenset({Stop.DECEASED, Stop.MEMBER_ASKED}))
    assert rule(policy.check_draw(stopped, 1_000)) == "LEDG-026"
    assert policy.check_receipt(stopped) is None


@pytest.mark.rule("LEDG-024")
def test_open_claim_takes_postings_and_an_assigned_one_none() -> None:
    assert policy.check_receipt(facts()) is None
    assigned = facts(0, status=Status.ASSIGNED)
    assert rule(policy.check_receipt(assigned)) == "LEDG-024"
    assert rule(policy.check_draw(assigned, 1_000)) == "LEDG-024"


@pytest.mark.rule("LEDG-024")
def test_agreement_that_ended_or_was_passed_on_is_not_changed() -> None:
    plan, on = DuePlan(Scheme.MONTHLY, 10), ON.toordinal()
    relief = NewArrangement(on, Arrangement(Relief.AMOUNT, 2_000, on + 90))
    ending = NewArrangement(on, None)
    for status in Status:
        known = facts(100_000, status=status)
        changed = {
            rule(policy.check_standing(status)),
            rule(policy.check_limit(known, 300_000)),
            rule(policy.check_plan_change(known, plan)),
            rule(policy.check_plan_request(known, plan)),
        }
        relieved = {
            rule(policy.check_arrangement(known, relief, 0)),
            rule(policy.check_arrangement(known, ending, 0)),
            rule(policy.check_promise(status, 5_000, ON, ON)),
        }
        is_owed_here = status in {Status.OPEN, Status.WRITTEN_OFF}
        assert changed == {None if status is Status.OPEN else "LEDG-024"}, status
        assert relieved == {None if is_owed_here else "LEDG-024"}, status


@pytest.mark.rule("DOC-002")
def test_only_worse_terms_than_ever_agreed_ask_for_a_paper() -> None:
    lower = TERMS._replace(limit_yen=300_000)
    assert not policy.asks_for_paper(TERMS, lower, 500_000)
    assert not policy.asks_for_paper(lower, TERMS, 500_000)
    assert policy.asks_for_paper(lower, TERMS, 300_000)
    dearer = TERMS.minimum._replace(unit_yen=10_000)
    for worse in (
        TERMS._replace(minimum=dearer),
        TERMS._replace(plan=DuePlan(Scheme.MONTHLY, 10)),
        TERMS._replace(damages_ppm=TERMS.damages_ppm + 1),
    ):
        assert policy.asks_for_paper(TERMS, worse, 500_000)


# ------------------------------------------------------------------------------------------- rates
@pytest.mark.rule("RATE-002")
def test_ceiling_after_a_draw_only_falls() -> None:
    assert policy.ceiling_after(facts(950_000, ceiling_ppm=180_000), 40_000, ON) == 180_000
    assert policy.ceiling_after(facts(950_000, ceiling_ppm=180_000), 50_000, ON) == 150_000
    assert policy.ceiling_after(facts(900_000, ceiling_ppm=150_000), 1_000, ON) == 150_000
    assert rule(policy.check_rate(180_000, 150_000)) == "RATE-001"


@pytest.mark.rule("RATE-003")
def test_own_loans_count_for_the_ceiling() -> None:
    alone = facts(0, ceiling_ppm=180_000)
    assert policy.ceiling_after(replace(alone, others_yen=400_000), 500_000, ON) == 180_000
    assert policy.ceiling_after(replace(alone, others_yen=600_000), 400_000, ON) == 150_000


@pytest.mark.rule("RATE-001")
def test_rates_at_the_ceiling_pass_and_above_are_refused() -> None:
    assert policy.check_rate(180_000, ceiling_ppm(999_999, ON)) is None
    assert rule(policy.check_rate(180_000, ceiling_ppm(1_000_000, ON))) == "RATE-001"
    assert rule(policy.check_rate(200_000, ceiling_ppm(100_000, ON))) == "RATE-001"


@pytest.mark.rule("RATE-009")
def test_charges_of_the_list_pass() -> None:
    for kind in policy.Charge:
        assert policy.check_charge(kind.value) is None


@pytest.mark.rule("RATE-009")
@pytest.mark.parametrize("kind", ["examination", "transfer", "demand", "first_card", ""])
def test_other_charges_are_interest(kind: str) -> None:
    assert rule(policy.check_charge(kind)) == "RATE-009"


@pytest.mark.rule("LEDG-022")
def test_paying_off_early_costs_nothing() -> None:
    assert rule(policy.check_charge("prepayment")) == "LEDG-022"


@pytest.mark.rule("RATE-013")
def test_rate_falls_freely_and_rises_with_consent() -> None:
    lower = TERMS._replace(rate_ppm=150_000)
    assert policy.check_rate_change(TERMS, lower, None) is None
    assert policy.check_rate_change(lower, TERMS, CONSENT) is None
    assert rule(policy.check_rate_change(lower, TERMS, None)) == "RATE-013"


@pytest.mark.rule("RATE-012")
def test_no_pair_of_accounts_adds_interest_to_principal() -> None:
    for debit in (Account.PRINCIPAL, Account.COSTS, Account.WRITTEN_OFF):
        for credit in (Account.INTEREST, Account.DAMAGES):
            assert (debit, credit) not in PAIRS
    assert (Account.BANK, Account.INTEREST) in PAIRS


# --------------------------------------------------------------------------------------- due dates
@pytest.mark.rule("LEDG-006")
@pytest.mark.parametrize("minimum", [14_383, 14_384])
def test_minimum_is_compared_exactly(minimum: int) -> None:
    """15 % over 35 days of 365 is 1.43835… %: the next ppm above it carries, the one below not."""
    product = with_settings(
        rates=(RateBracket(1_000, 150_000),),
        minimum=MinimumRule((MinimumBracket(None, minimum),)),
        largest_limit_yen=900_000,
    )
    assert bool(products.check(product)) is (minimum == 14_383)


@pytest.mark.rule("LEDG-027")
def test_plan_of_a_clean_account_may_change_and_of_a_late_one_not() -> None:
    plan = DuePlan(Scheme.MONTHLY, 10)
    assert policy.check_plan_change(facts(100_000), plan) is None
    late = facts(100_000, late_since=ON.toordinal() - 3)
    assert rule(policy.check_plan_change(late, plan)) == "LEDG-027"


@pytest.mark.rule("LEDG-015")
def test_relief_without_amount_or_past_its_end_is_refused() -> None:
    on = ON.toordinal()
    good = Arrangement(Relief.AMOUNT, 2_000, on + 90)
    assert policy.check_arrangement(facts(100_000), NewArrangement(on, good), 0) is None
    for bad in (good._replace(amount_yen=0), good._replace(until=on - 1)):
        assert (
            rule(policy.check_arrangement(facts(100_000), NewArrangement(on, bad), 0)) == "LEDG-015"
        )
    interest_only = good._replace(relief=Relief.INTEREST_ONLY)
    assert (
        rule(policy.check_arrangement(facts(100_000), NewArrangement(on, interest_only), 2))
        == "LEDG-015"
    )


# -------------------------------------------------------------------------------------------- ends
LATE = facts(100_000, late_since=ON.toordinal() - 40)
DEMAND = Demand(date(2026, 10, 1), date(2026, 10, 31), "D-1")


@pytest.mark.rule("LEDG-023")
def test_acceleration_after_a_demand_that_ran_out_passes() -> None:
    assert policy.check_acceleration(LATE, DEMAND, date(2026, 11, 1)) is None


@pytest.mark.rule("LEDG-023")
@pytest.mark.parametrize(("late", "demand"), [
    (LATE, None),
    (LATE, replace(DEMAND, pay_until=ON)),
    (facts(100_000), DEMAND),
    (replace(LATE, ceiling_ppm=150_000), DEMAND),
])  # fmt: skip
def test_acceleration_without_its_grounds_is_refused(late: Facts, demand: Demand | None) -> None:
    assert rule(policy.check_acceleration(late, demand, ON)) == "LEDG-023"


@pytest.mark.rule("LEDG-025")
@pytest.mark.rule("LEDG-017")
@pytest.mark.parametrize(("closing", "expected"), [
    (facts(), None),
    (facts(0, held_yen=10_000), "LEDG-025"),
    (facts(0, interest_yen=12), "LEDG-025"),
    (facts(0, excess_yen=1), "LEDG-025"),
    (facts(100_000), "LEDG-025"),
    (facts(555), "LEDG-017"),
])  # fmt: skip
def test_agreement_ends_at_nothing(closing: Facts, expected: str | None) -> None:
    assert rule(policy.check_closing(closing)) == expected
