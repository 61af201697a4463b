"""The life of a revolving loan: the golden vectors, and the examples of each rule it decides."""

from __future__ import annotations

import pytest
from tests.kernel.loans import RULES, TERMS, at, day, iso, lent, monthly, rest_of, then

from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import (
    Cure,
    DamagesBase,
    Draw,
    Event,
    ExcessUsed,
    Fractions,
    NewTerms,
    Piece,
    PieceKind,
    Receipt,
    Refund,
    Rules,
    State,
    Waiver,
    advance,
    apply,
    deadline,
    fold,
    open_loan,
    payoff_yen,
    pieces,
    required_yen,
)
from motocho.kernel.schedule import DuePlan, HolidayRule
from motocho.units.errors import BrokenInvariant

INSTALMENT = Rules(damages_base=DamagesBase.INSTALMENT)


def interest_yen(state: State) -> int:
    """Interest of the row so far, in whole yen."""
    return state.interest_ticks // TICKS_PER_YEN


def damages_yen(state: State) -> int:
    return state.damages_ticks // TICKS_PER_YEN


# ------------------------------------------------------------------------------------ interest [利息]
@pytest.mark.rule("LEDG-001")
@pytest.mark.parametrize(
    ("amount_yen", "drawn", "on", "expected_yen"),
    [
        (100_000, "2026-01-05", "2026-02-04", 1_479),
        (100_000, "2024-01-05", "2024-02-04", 1_475),
        (10_000, "2026-01-05", "2026-01-12", 34),
        (10_000, "2026-01-05", "2026-02-04", 147),
        (50_000, "2026-01-05", "2026-02-04", 739),
        (300_000, "2026-01-05", "2026-02-04", 4_438),
        (500_000, "2026-01-05", "2026-02-04", 7_397),
        (300_000, "2023-12-20", "2024-01-19", 4_430),
        (100_000, "2026-01-05", "2026-01-05", 0),
        (100_000, "2026-01-05", "2026-01-06", 49),
    ],
)
def test_golden_interest(amount_yen: int, drawn: str, on: str, expected_yen: int) -> None:
    """The day of the draw is not counted, the day of payment is; a year across is split."""
    state = at(lent(drawn, amount_yen), on)
    assert interest_yen(state) == expected_yen
    assert then(state, Receipt(day(on), amount_yen)).interest_yen == expected_yen


@pytest.mark.rule("LEDG-001")
def test_leap_year_at_18_percent_does_not_bear_more_than_18_percent() -> None:
    """The refused case: 366 days by 1/365 would be 18,049 yen."""
    terms = TERMS._replace(plan=DuePlan(cycle_days=400))
    state = at(lent("2023-12-31", terms=terms), "2024-12-31")
    assert state.interest_ticks == 18_000 * TICKS_PER_YEN


@pytest.mark.rule("LEDG-001")
def test_fraction_is_cut_once_a_row_and_not_each_day() -> None:
    """30 days of 49.3 yen are 1,479; cut each day they would be 1,470, rounded up 1,480."""
    state = lent("2026-01-05")
    for on in range(day("2026-01-06"), day("2026-02-05")):
        state = advance(state, on, RULES)
    assert then(state, Receipt(day("2026-02-04"), 5_000)).interest_yen == 1_479


TWO_BALANCES = (
    Draw(day("2026-01-15"), 50_000),
    Receipt(day("2026-02-04"), 10_000),
)


@pytest.mark.rule("LEDG-002")
@pytest.mark.parametrize("fractions", list(Fractions))
def test_interest_follows_the_balance_of_each_day(fractions: Fractions) -> None:
    """10 days on 100,000 and 20 days on 150,000."""
    rules = Rules(fractions=fractions)
    steps = list(fold(lent("2026-01-05", rules=rules), TWO_BALANCES, rules))
    assert [step.interest_yen for step in steps] == {
        Fractions.EACH_ROW: [493, 1_479],
        Fractions.EACH_RECEIPT: [0, 1_972],
    }[fractions]


@pytest.mark.rule("LEDG-002")
def test_interest_is_not_taken_from_the_closing_balance() -> None:
    """30 days on 150,000 would be 2,219."""
    found = pieces(lent("2026-01-05"), day("2026-01-15"), RULES)
    assert found == (
        Piece(day("2026-01-06"), day("2026-01-15"), 180_000, 100_000, PieceKind.AGREED),
    )
    step = then(lent("2026-01-05"), *TWO_BALANCES)
    assert step.state.interest_yen == 0
    assert step.to_interest_yen == 493 + 1_479


def test_fractions_of_each_receipt_run_on_over_draws() -> None:
    """Two draws of 9,999 yen cut apart lose a yen that runs on otherwise."""
    events: list[Event] = [Draw(day("2026-01-08"), 9_999), Receipt(day("2026-01-12"), 5_000)]
    by_row = then(lent("2026-01-05", 9_999), *events)
    rules = Rules(fractions=Fractions.EACH_RECEIPT)
    by_receipt = then(lent("2026-01-05", 9_999, rules=rules), *events, rules=rules)
    assert (by_row.to_interest_yen, by_receipt.to_interest_yen) == (14 + 39, 54)


def test_free_days_run_from_the_contract_and_not_from_the_draw() -> None:
    """LEDG-003: contract 11-01, draw 11-10: 21 free days to 12-01, interest from 12-02."""
    terms = TERMS._replace(free_from=day("2026-11-02"), free_to=day("2026-12-01"))
    opened = open_loan(day("2026-11-01"), terms)
    state = apply(opened, Draw(day("2026-11-10"), 100_000), RULES).state
    assert [piece[:2] for piece in pieces(state, day("2026-12-03"), RULES)] == [
        (day("2026-11-11"), day("2026-12-01")),
        (day("2026-12-02"), day("2026-12-03")),
    ]
    assert at(state, "2026-12-01").interest_ticks == 0
    assert interest_yen(at(state, "2026-12-02")) == 49


def test_instalment_in_delay_does_not_end_the_free_days_of_the_rest() -> None:
    terms = TERMS._replace(
        plan=DuePlan(cycle_days=7), free_from=day("2026-11-02"), free_to=day("2026-12-01")
    )
    state = lent("2026-11-01", terms=terms, rules=INSTALMENT)
    late = pieces(state, day("2026-11-20"), INSTALMENT)[1:]
    assert [(piece.kind, piece.amount_yen) for piece in late] == [
        (PieceKind.DAMAGES, 5_000),
        (PieceKind.FREE, 95_000),
    ]


@pytest.mark.rule("LEDG-014")
def test_interest_that_was_not_paid_is_carried() -> None:
    step = then(lent("2026-01-05"), Receipt(day("2026-02-04"), 1_000))
    assert (step.interest_yen, step.to_interest_yen, step.to_principal_yen) == (1_479, 1_000, 0)
    assert (step.state.interest_yen, step.state.principal_yen) == (479, 100_000)


@pytest.mark.rule("LEDG-014")
def test_unpaid_interest_bears_none() -> None:
    """The refused case: the next row on 100,479 yen would bear 247 yen in 5 days, not 246."""
    receipts = [Receipt(day("2026-02-04"), 1_000), Receipt(day("2026-02-09"), 1_000)]
    step = then(lent("2026-01-05"), *receipts)
    assert (step.interest_yen, step.state.interest_yen) == (246, 0)
    assert step.state.principal_yen == 100_000 - (1_000 - 479 - 246)


# -------------------------------------------------------------------------------- receipts [入金]
@pytest.mark.rule("LEDG-013")
def test_receipt_pays_damages_and_interest_before_principal() -> None:
    owed = lent("2026-01-05")._replace(damages_yen=547, interest_yen=1_200)
    step = then(owed, Receipt(day("2026-01-05"), 5_000))
    assert (step.to_damages_yen, step.to_interest_yen, step.to_principal_yen) == (547, 1_200, 3_253)


@pytest.mark.rule("LEDG-013")
@pytest.mark.parametrize(
    ("amount_yen", "parts"),
    [
        (100, (100, 0, 0, 0)),
        (301, (300, 1, 0, 0)),
        (900, (300, 547, 53, 0)),
        (2_048, (300, 547, 1_200, 1)),
    ],
)
def test_receipt_never_reaches_principal_before_costs_and_interest(
    amount_yen: int, parts: tuple[int, ...]
) -> None:
    owed = lent("2026-01-05")._replace(costs_yen=300, damages_yen=547, interest_yen=1_200)
    assert then(owed, Receipt(day("2026-01-05"), amount_yen))[4:8] == parts


@pytest.mark.rule("LEDG-018")
def test_overpayment_is_held_for_the_member() -> None:
    owed = lent("2026-01-05", 3_400)._replace(interest_yen=45)
    assert payoff_yen(owed) == 3_445
    step = then(owed, Receipt(day("2026-01-05"), 4_000))
    assert (step.to_excess_yen, step.state.excess_yen, step.state.principal_yen) == (555, 555, 0)
    given_back = then(step.state, Refund(day("2026-01-06"), 555))
    assert (given_back.to_excess_yen, given_back.state.excess_yen) == (-555, 0)


@pytest.mark.rule("LEDG-018")
def test_principal_is_never_negative_and_held_money_bears_nothing() -> None:
    state = then(lent("2026-01-05", 3_400), Receipt(day("2026-01-05"), 4_000)).state
    later = at(state, "2027-01-05")
    assert (later.principal_yen, later.excess_yen, later.interest_ticks) == (0, 600, 0)
    with pytest.raises(BrokenInvariant):
        apply(later, Refund(later.on, 601), RULES)


def test_held_money_meets_a_draw_only_when_it_is_used() -> None:
    held = then(lent("2026-01-05", 3_400), Receipt(day("2026-01-05"), 4_000)).state
    drawn = then(held, Draw(day("2026-01-10"), 10_000)).state
    assert (drawn.principal_yen, drawn.excess_yen) == (10_000, 600)
    step = then(drawn, ExcessUsed(day("2026-01-10"), 600))
    assert (step.to_principal_yen, step.to_excess_yen) == (600, -600)
    assert (step.state.principal_yen, step.state.excess_yen) == (9_400, 0)


# ------------------------------------------------------------------------- minimum and due dates
@pytest.mark.rule("LEDG-004")
def test_minimum_stays_until_the_next_draw() -> None:
    state = lent("2026-01-05")
    paid = then(state, Receipt(day("2026-01-05"), 50_000)).state
    assert (state.minimum_yen, paid.principal_yen, paid.minimum_yen) == (5_000, 50_000, 5_000)
    assert then(paid, Draw(day("2026-01-06"), 30_000)).state.minimum_yen == 4_000


@pytest.mark.rule("LEDG-004")
def test_new_terms_do_not_change_the_minimum_before_a_draw() -> None:
    wider = TERMS._replace(limit_yen=500_000)
    state = then(lent("2026-01-05"), NewTerms(day("2026-01-10"), wider)).state
    assert state.minimum_yen == 5_000
    assert then(state, Draw(day("2026-01-10"), 10_000)).state.minimum_yen == 4_000


@pytest.mark.rule("LEDG-005")
def test_last_instalment_is_the_payoff() -> None:
    state = lent("2026-01-05", 100_000)._replace(principal_yen=2_300, interest_yen=10)
    assert (required_yen(state), payoff_yen(state)) == (2_310, 2_310)
    step = then(state, Receipt(day("2026-01-05"), 2_310))
    assert (step.state.due_on, step.to_excess_yen) == (None, 0)


@pytest.mark.rule("LEDG-005")
def test_last_instalment_is_not_the_minimum() -> None:
    """The refused case: 5,000 billed on a payoff of 2,310; what is missed is not more either."""
    state = lent("2026-01-05", terms=monthly(25))._replace(principal_yen=2_310)
    late = at(state, "2026-08-01")
    assert late.late_since == day("2026-01-25")
    assert late.arrears_yen <= payoff_yen(late)
    assert required_yen(late) <= payoff_yen(late) - late.arrears_yen


@pytest.mark.rule("LEDG-007")
def test_35_day_plan_counts_from_the_payment_that_met_the_minimum() -> None:
    state = lent("2024-02-01")
    assert iso(state.due_on) == "2024-03-07"
    early = then(state, Receipt(day("2024-02-20"), 5_000)).state
    assert iso(early.due_on) == "2024-03-26"
    on_the_day = then(state, Receipt(day("2024-03-07"), 5_000)).state
    assert iso(on_the_day.due_on) == "2024-04-11"
    late = then(state, Receipt(day("2024-03-20"), 5_000)).state
    assert iso(late.due_on) == "2024-04-24"


@pytest.mark.rule("LEDG-007")
def test_draws_and_part_payments_move_no_due_date() -> None:
    state = lent("2024-02-01")
    drawn = then(state, Draw(day("2024-02-21"), 30_000)).state
    assert (iso(drawn.due_on), drawn.minimum_yen) == ("2024-03-07", 6_000)
    part = then(drawn, Receipt(day("2024-02-25"), 5_999)).state
    assert (iso(part.due_on), part.paid_yen) == ("2024-03-07", 5_999)
    assert iso(then(part, Receipt(day("2024-02-26"), 1)).state.due_on) == "2024-04-01"


def test_35_day_plan_has_no_next_due_date_while_a_payment_is_awaited() -> None:
    late = at(lent("2024-02-01"), "2024-12-01")
    assert (late.due_on, iso(late.late_since), late.arrears_yen) == (None, "2024-03-07", 5_000)


@pytest.mark.rule("LEDG-008")
def test_monthly_instalment_is_met_inside_its_window() -> None:
    state = lent("2026-10-20", terms=monthly(25))
    assert iso(state.due_on) == "2026-11-25"
    met = then(state, Receipt(day("2026-11-11"), 5_000)).state
    assert (iso(met.due_on), met.paid_yen) == ("2026-12-25", 0)


@pytest.mark.rule("LEDG-008")
def test_monthly_payment_before_the_window_leaves_the_instalment_due() -> None:
    state = lent("2026-10-20", terms=monthly(25))
    extra = then(state, Receipt(day("2026-11-10"), 50_000)).state
    assert (iso(extra.due_on), extra.paid_yen) == ("2026-11-25", 0)
    late = at(extra, "2026-11-26")
    assert (iso(late.late_since), late.arrears_yen) == ("2026-11-25", 5_000)


# ------------------------------------------------------------------------------------- delay [延滞]
CLOSED = Rules(closed=frozenset({day("2026-11-22"), day("2026-11-23")}))


@pytest.mark.rule("LEDG-010")
def test_due_date_on_a_holiday_is_missed_after_the_next_business_day() -> None:
    state = lent("2026-10-20", terms=monthly(22))
    assert iso(deadline(state, CLOSED)) == "2026-11-24"
    assert at(state, "2026-11-24", CLOSED).late_since is None
    assert iso(at(state, "2026-11-25", CLOSED).late_since) == "2026-11-22"
    paid = then(state, Receipt(day("2026-11-24"), 5_000), rules=CLOSED)
    assert (paid.damages_yen, iso(paid.state.due_on)) == (0, "2026-12-22")


@pytest.mark.rule("LEDG-010")
def test_holiday_bears_no_damages() -> None:
    """The refused case: damages from 11-23. A contract may say so all the same."""
    state = lent("2026-10-20", terms=monthly(22))
    kinds = {piece.kind: piece for piece in pieces(state, day("2026-11-30"), CLOSED)}
    assert iso(kinds[PieceKind.DAMAGES].first) == "2026-11-25"
    plan = state.terms.plan._replace(holiday_rule=HolidayRule.AS_WRITTEN)
    written = state._replace(terms=state.terms._replace(plan=plan))
    kinds = {piece.kind: piece for piece in pieces(written, day("2026-11-30"), CLOSED)}
    assert iso(kinds[PieceKind.DAMAGES].first) == "2026-11-23"


@pytest.mark.rule("LEDG-012")
def test_ten_days_late_bear_547_yen() -> None:
    state = at(lent("2026-01-05"), "2026-02-19")
    assert (iso(state.late_since), damages_yen(state)) == ("2026-02-09", 547)
    step = then(state, Receipt(day("2026-02-19"), 5_000))
    assert (step.damages_yen, step.interest_yen) == (547, 1_726)
    assert damages_yen(at(lent("2026-01-05"), "2026-02-09")) == 0


@pytest.mark.rule("LEDG-012")
def test_damages_stand_in_the_place_of_interest() -> None:
    """The refused case: 493 of interest and 547 of damages for the same ten days."""
    state = lent("2026-01-05")
    on_time, late = at(state, "2026-02-09"), at(state, "2026-02-19")
    assert late.interest_ticks == on_time.interest_ticks
    days = [range(piece.first, piece.last + 1) for piece in pieces(state, late.on, RULES)]
    assert sorted(on for each in days for on in each) == list(range(state.on + 1, late.on + 1))


def test_cautious_contract_bears_damages_on_the_overdue_instalment_only() -> None:
    """5,000 were missed, 1,726 of them interest: 3,274 of principal are overdue."""
    found = pieces(lent("2026-01-05", rules=INSTALMENT), day("2026-02-19"), INSTALMENT)[1:]
    assert [(piece.kind, piece.amount_yen) for piece in found] == [
        (PieceKind.DAMAGES, 3_274),
        (PieceKind.AGREED, 96_726),
    ]


def test_second_instalment_missed_adds_its_principal() -> None:
    """10,000 are in arrears; what of them is not interest or damages is overdue principal."""
    due_on = day("2026-02-25")
    on_time = advance(lent("2026-01-01", terms=monthly(25), rules=INSTALMENT), due_on, INSTALMENT)
    assert (on_time.arrears_yen, iso(on_time.late_since)) == (5_000, "2026-01-25")
    state = advance(on_time, due_on + 1, INSTALMENT)
    assert (state.arrears_yen, iso(state.due_on)) == (10_000, "2026-03-25")
    assert state.overdue_principal_yen == 10_000 - interest_yen(on_time) - damages_yen(on_time)


@pytest.mark.rule("LEDG-028")
def test_two_part_payments_cure_on_the_second_day() -> None:
    late = at(lent("2026-01-05"), "2026-02-19")
    first = then(late, Receipt(day("2026-02-19"), 3_000))
    second = then(first.state, Receipt(day("2026-02-21"), 2_000))
    assert second.damages_yen > 0
    assert (second.state.late_since, second.state.arrears_yen) == (None, 0)
    assert iso(second.state.due_on) == "2026-03-28"
    assert pieces(second.state, day("2026-02-22"), RULES)[0].kind is PieceKind.AGREED


@pytest.mark.rule("LEDG-028")
def test_part_payment_does_not_cure() -> None:
    """The refused case: 3,000 of 5,000 mark the loan current."""
    late = at(lent("2026-01-05"), "2026-02-19")
    part = then(late, Receipt(day("2026-02-19"), 3_000)).state
    assert (iso(part.late_since), part.arrears_yen, part.due_on) == ("2026-02-09", 2_000, None)
    assert pieces(part, day("2026-02-20"), RULES)[0].kind is PieceKind.DAMAGES


def test_damages_may_have_to_be_paid_as_well() -> None:
    """The last 100 yen of the arrears came with 328 yen of damages, and do not cure."""
    rules = Rules(cure=Cure.MINIMUM_AND_DAMAGES)
    late = at(lent("2026-01-05", rules=rules), "2026-02-19", rules)
    events = [Receipt(day("2026-02-19"), 4_900), Receipt(day("2026-02-25"), 100)]
    by_minimum = then(late, *events).state
    assert by_minimum.late_since is None
    still = then(late, *events, rules=rules).state
    assert (still.arrears_yen, still.damages_yen > 0, iso(still.late_since)) == (
        0,
        True,
        "2026-02-09",
    )
    but_one = then(still, Receipt(day("2026-02-25"), still.damages_yen - 1), rules=rules).state
    assert (but_one.damages_yen, iso(but_one.late_since)) == (1, "2026-02-09")
    paid = then(still, Receipt(day("2026-02-25"), still.damages_yen), rules=rules).state
    assert (paid.late_since, iso(paid.due_on)) == (None, "2026-04-01")


def test_money_beyond_the_arrears_counts_for_a_monthly_instalment_in_its_window() -> None:
    late = at(lent("2026-01-01", terms=monthly(25)), "2026-02-15")
    both = then(late, Receipt(day("2026-02-15"), 10_000)).state
    assert (both.late_since, iso(both.due_on)) == (None, "2026-03-25")
    one = then(late, Receipt(day("2026-02-15"), 7_000)).state
    assert (one.late_since, iso(one.due_on), one.paid_yen) == (None, "2026-02-25", 2_000)


# ------------------------------------------------------------------------------ rest [無利息残高]
def test_rest_below_a_note_bears_nothing_and_is_not_due() -> None:
    """LEDG-017: rest 555 accrues 0, and the loan counts as paid up."""
    rest = rest_of(555)
    assert (rest.principal_yen, rest.due_on, rest.minimum_yen) == (555, None, 0)
    later = at(rest, "2027-02-04")
    assert (later.interest_ticks, later.late_since, payoff_yen(later)) == (0, None, 555)
    assert pieces(rest, day("2026-02-05"), RULES)[0].kind is PieceKind.REST


def test_payoff_leaves_nothing_due_where_a_product_knows_no_rest() -> None:
    """The next draw sets a first due date again."""
    rules = Rules(rest_below_yen=0)
    paid = then(lent("2026-01-05", rules=rules), Receipt(day("2026-01-05"), 100_000), rules=rules)
    assert (paid.state.due_on, paid.state.minimum_yen) == (None, 0)
    drawn = then(paid.state, Draw(day("2026-02-01"), 10_000), rules=rules).state
    assert iso(drawn.due_on) == "2026-03-08"
    rest = then(drawn, Receipt(day("2026-02-01"), 9_999), rules=rules).state
    assert (rest.principal_yen, iso(rest.due_on)) == (1, "2026-03-08")


def test_rest_of_a_note_bears_interest_and_is_due() -> None:
    rest = rest_of(1_000)
    assert iso(rest.due_on) == "2026-03-11"
    assert at(rest, "2026-02-05").interest_ticks > 0


def test_rest_is_taken_up_by_the_next_draw() -> None:
    drawn = then(rest_of(555), Draw(day("2026-05-01"), 10_000)).state
    assert (drawn.principal_yen, iso(drawn.due_on)) == (10_555, "2026-06-05")
    assert drawn.minimum_yen == 1_000


def test_draws_below_a_note_are_not_due_until_they_are_one() -> None:
    small = lent("2026-01-05", 500)
    assert (small.due_on, at(small, "2026-12-31").interest_ticks) == (None, 0)
    assert iso(then(small, Draw(day("2026-03-01"), 500)).state.due_on) == "2026-04-05"


def test_rest_that_a_waiver_leaves_is_not_due() -> None:
    state = then(lent("2026-01-05"), Waiver(day("2026-01-05"), principal_yen=99_445)).state
    assert (state.principal_yen, state.due_on) == (555, None)
