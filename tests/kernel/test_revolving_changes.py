"""What parties and courts change in a loan: terms, reliefs, acceleration, settlement, transfer."""

from __future__ import annotations

import pytest
from tests.kernel.loans import RULES, TERMS, at, day, iso, lent, monthly, rest_of, then

from motocho.kernel.revolving import (
    Acceleration,
    Arrangement,
    Cost,
    DamagesBase,
    Departure,
    Draw,
    Event,
    ExcessUsed,
    NewArrangement,
    NewTerms,
    Piece,
    PieceKind,
    Receipt,
    Refund,
    Relief,
    Rules,
    Terms,
    Waiver,
    WriteOff,
    advance,
    apply,
    payoff_yen,
    pieces,
    required_yen,
)
from motocho.units.errors import BrokenInvariant

INSTALMENT = Rules(damages_base=DamagesBase.INSTALMENT)


# ------------------------------------------------------------------------------- terms [条件変更]
def test_new_rate_governs_its_own_day_and_ends_no_row() -> None:
    """A change from 18 % to 15 % on the 20th: 14 days at 18, 16 days at 15, cut once."""
    change = NewTerms(day("2026-01-20"), TERMS._replace(rate_ppm=150_000))
    step = then(lent("2026-01-05"), change, Receipt(day("2026-02-04"), 10_000))
    exact = 100_000 * (14 * 180_000 + 16 * 150_000) // (365 * 1_000_000)
    assert step.interest_yen == exact == 1_347


def test_new_terms_hold_from_the_beginning_of_their_day_whatever_order_they_come_in() -> None:
    change = NewTerms(day("2026-02-04"), TERMS._replace(rate_ppm=150_000))
    receipt = Receipt(day("2026-02-04"), 10_000)
    steps = [then(lent("2026-01-05"), *order) for order in ((change, receipt), (receipt, change))]
    assert steps[0] == steps[1]
    with pytest.raises(BrokenInvariant):
        apply(at(lent("2026-01-05"), "2026-02-04"), change, RULES)


def test_new_terms_do_not_hide_what_was_missed_the_day_before() -> None:
    """LEDG-027: a plan is not changed to hide arrears."""
    change = NewTerms(day("2026-02-10"), monthly(25), due_on=day("2026-03-25"))
    state = then(lent("2026-01-05"), change).state
    assert (iso(state.late_since), state.arrears_yen) == ("2026-02-09", 5_000)
    assert iso(state.due_on) == "2026-03-25"


def test_new_due_date_has_no_meaning_where_nothing_is_due() -> None:
    change = NewTerms(day("2026-03-01"), TERMS, due_on=day("2026-04-01"))
    assert then(rest_of(555), change).state.due_on is None


# ------------------------------------------------------------------------- arrangements [返済の取決め]
def interest_only(until: str, due_on: str | None = None) -> NewArrangement:
    relief = Arrangement(Relief.INTEREST_ONLY, 0, day(until))
    return NewArrangement(day("2026-02-04"), relief, None if due_on is None else day(due_on))


def test_interest_only_payment_meets_the_due_date_and_leaves_the_principal() -> None:
    """LEDG-015: interest 1,479 is paid, the principal waits."""
    jump = interest_only("2026-12-15")
    step = then(lent("2026-01-05"), jump, Receipt(day("2026-02-04"), 1_479))
    assert (step.to_interest_yen, step.state.principal_yen) == (1_479, 100_000)
    assert iso(step.state.due_on) == "2026-03-11"
    short = then(lent("2026-01-05"), jump, Receipt(day("2026-02-04"), 1_478)).state
    assert iso(short.due_on) == "2026-02-09"
    # 1,478 were paid; what is missed is the last yen and the interest of five more days.
    assert at(short, "2026-02-10").arrears_yen == 1 + 246


def test_arrangement_ends_with_its_last_due_date() -> None:
    """The due date after it asks for the minimum again."""
    state = then(lent("2026-01-05"), interest_only("2026-02-09")).state
    assert required_yen(state) == 1_479
    met = then(state, Receipt(day("2026-02-09"), 1_726)).state
    assert (iso(met.due_on), required_yen(met)) == ("2026-03-16", 5_000)


def test_agreed_instalments_take_the_place_of_the_minimum() -> None:
    relief = Arrangement(Relief.AMOUNT, 2_000, day("2026-12-31"))
    state = then(lent("2026-01-05"), NewArrangement(day("2026-01-20"), relief)).state
    assert iso(then(state, Receipt(day("2026-02-09"), 2_000)).state.due_on) == "2026-03-16"
    ended = then(state, NewArrangement(day("2026-02-01"), None)).state
    assert at(ended, "2026-02-10").arrears_yen == 5_000


def test_arrangement_of_an_afternoon_does_not_count_the_money_of_the_morning_twice() -> None:
    """Of 5,000 in arrears 2,000 came; 3,000 at once are agreed, and 3,000 are still to come."""
    late, on = at(lent("2026-01-05"), "2026-02-18"), day("2026-02-19")
    agreed = NewArrangement(on, None, arrears_yen=3_000)
    assert then(late, Receipt(on, 2_000), agreed).state.arrears_yen == 3_000


def test_no_arrears_asked_for_is_no_delay() -> None:
    late = at(lent("2026-01-05"), "2026-02-19")
    agreed = NewArrangement(late.on, None, due_on=day("2026-03-31"), arrears_yen=0)
    state = then(late, agreed).state
    assert (state.late_since, state.arrears_yen, iso(state.due_on)) == (None, 0, "2026-03-31")
    assert pieces(state, late.on + 1, RULES)[0].kind is PieceKind.AGREED


# ----------------------------------------------------------------- acceleration [期限の利益の喪失]
def test_all_is_in_delay_from_the_day_after_an_acceleration() -> None:
    rules = INSTALMENT
    state = then(
        lent("2026-01-05", rules=rules), Acceleration(day("2026-01-20")), rules=rules
    ).state
    assert (state.due_on, iso(state.late_since), iso(state.accelerated_on)) == (
        None,
        "2026-01-20",
        "2026-01-20",
    )
    assert pieces(state, day("2026-01-30"), rules) == (
        Piece(day("2026-01-21"), day("2026-01-30"), 200_000, 100_000, PieceKind.DAMAGES),
    )


def test_instalments_agreed_after_an_acceleration_give_the_time_back() -> None:
    """A payment meets its due date then, and damages end."""
    state = then(lent("2026-01-05"), Acceleration(day("2026-01-20"))).state
    relief = Arrangement(Relief.AMOUNT, 10_000, day("2027-12-31"))
    agreed = NewArrangement(day("2026-01-30"), relief, due_on=day("2026-02-28"))
    settled = then(state, agreed).state
    assert (settled.accelerated_on, settled.late_since) == (None, None)
    paid = then(settled, Receipt(day("2026-02-28"), 10_000)).state
    assert (iso(paid.due_on), paid.arrears_yen) == ("2026-04-04", 0)


def test_settlement_that_names_no_due_date_begins_a_cycle() -> None:
    """Nothing is asked for at once, of a late loan or of one that fell due."""
    relief = Arrangement(Relief.AMOUNT, 10_000, day("2027-12-31"))
    late = at(lent("2026-01-05"), "2026-02-19")
    for state in (late, then(late, Acceleration(late.on)).state):
        settled = then(state, NewArrangement(late.on, relief, arrears_yen=0)).state
        assert (settled.accelerated_on, settled.late_since) == (None, None)
        assert iso(settled.due_on) == "2026-03-26"
        assert at(settled, "2026-03-27").arrears_yen == 10_000


@pytest.mark.parametrize(("terms", "due_on"), [(TERMS, None), (monthly(25), "2026-03-25")])
def test_part_asked_for_at_once_after_an_acceleration_is_in_arrears(
    terms: Terms, due_on: str | None
) -> None:
    """The next cycle of a 35-day plan waits for it; a monthly one goes on."""
    late = at(lent("2026-01-05", terms=terms), "2026-03-01")
    state = then(late, Acceleration(late.on)).state
    agreed = then(state, NewArrangement(late.on, None, arrears_yen=30_000)).state
    assert (agreed.arrears_yen, agreed.late_since) == (30_000, state.late_since)
    assert iso(agreed.due_on) == due_on
    assert agreed.overdue_principal_yen == 30_000 - (payoff_yen(agreed) - agreed.principal_yen)
    cured = then(agreed, Receipt(late.on, 30_000)).state
    assert cured.late_since is None
    assert iso(cured.due_on) == (due_on or "2026-04-05")


def test_draw_that_comes_in_after_an_acceleration_is_due_at_once() -> None:
    paid = then(
        lent("2026-01-05"), Acceleration(day("2026-01-20")), Receipt(day("2026-01-30"), 110_000)
    ).state
    assert (paid.late_since, paid.principal_yen) == (None, 0)
    drawn = then(paid, Draw(day("2026-02-10"), 20_000)).state
    assert (drawn.due_on, iso(drawn.late_since)) == (None, "2026-02-10")


# --------------------------------------------------------------------- settlement, write-off, transfer
def test_waiver_leaves_no_more_in_arrears_than_is_owed() -> None:
    late = at(lent("2026-01-01", terms=monthly(25)), "2026-04-30")
    assert late.arrears_yen == 20_000
    waiver = Waiver(late.on, principal_yen=95_000, interest_yen=1_000, damages_yen=2_000)
    state = then(late, waiver).state
    assert state.arrears_yen == payoff_yen(state) < 20_000
    assert state.overdue_principal_yen <= state.principal_yen


def test_waiver_of_all_settles() -> None:
    late = at(lent("2026-01-05")._replace(costs_yen=300), "2026-02-19")
    owed = {"principal_yen": 100_000, "interest_yen": 1_726, "damages_yen": 547, "costs_yen": 300}
    state = then(late, Waiver(late.on, **owed)).state
    assert (payoff_yen(state), state.late_since, state.due_on) == (0, None, None)


def test_written_off_principal_is_still_claimed_and_bears_nothing() -> None:
    state = then(lent("2026-01-05"), WriteOff(day("2026-02-04"))).state
    assert (state.principal_yen, state.written_off_yen, state.due_on) == (0, 100_000, None)
    later = at(state, "2027-02-04")
    assert payoff_yen(later) == 100_000 + 1_479
    step = then(later, Receipt(later.on, 5_000))
    assert (step.to_interest_yen, step.to_written_off_yen) == (1_479, 3_521)
    rest = Waiver(later.on, written_off_yen=96_479)
    assert payoff_yen(then(step.state, rest).state) == 0


def test_written_off_claim_can_be_paid_by_agreed_instalments() -> None:
    state = then(lent("2026-01-05"), WriteOff(day("2026-02-04"))).state
    relief = Arrangement(Relief.AMOUNT, 10_000, day("2027-12-31"))
    agreed = NewArrangement(day("2026-03-01"), relief, due_on=day("2026-03-31"))
    settled = then(state, agreed).state
    assert required_yen(settled) == 10_000
    paid = then(settled, Receipt(day("2026-03-31"), 10_000)).state
    assert iso(paid.due_on) == "2026-05-05"
    assert at(settled, "2026-04-01").arrears_yen == 10_000


def test_money_for_a_claim_that_passed_on_is_held() -> None:
    """LEDG-024: it is forwarded from there, never posted on the claim."""
    step = then(lent("2026-01-05"), Departure(day("2026-02-04")), Receipt(day("2026-02-10"), 5_000))
    assert (step.to_excess_yen, payoff_yen(step.state)) == (5_000, 0)


# ------------------------------------------------------------------------- what policy refuses before
ON = day("2026-01-10")
LATER = Arrangement(Relief.AMOUNT, 1_000, ON + 90)


@pytest.mark.parametrize(
    "event",
    [
        Draw(ON, 0),
        Draw(ON - 6, 1_000),
        Receipt(ON, 0),
        ExcessUsed(ON, 1),
        Refund(ON, 1),
        Refund(ON, 0),
        Cost(ON, 0),
        Waiver(ON, principal_yen=100_001),
        Waiver(ON, interest_yen=247),
        Waiver(ON, costs_yen=1),
        Waiver(ON, damages_yen=-1),
        Waiver(ON, written_off_yen=1),
        NewTerms(ON - 5, TERMS),
        NewArrangement(ON, LATER, arrears_yen=-1),
    ],
    ids=str,
)
def test_impossible_events_stop(event: Event) -> None:
    with pytest.raises(BrokenInvariant):
        apply(lent("2026-01-05"), event, RULES)


def test_arrears_that_are_gone_are_not_asked_for() -> None:
    """A receipt that came to light later had paid them before the arrangement was made."""
    state = lent("2026-01-05")
    told = apply(state, NewArrangement(ON, LATER, arrears_yen=3_000), RULES)
    assert told.state == apply(state, NewArrangement(ON, LATER), RULES).state


def test_arrangement_asks_for_no_more_than_is_owed() -> None:
    late = advance(lent("2026-01-05"), day("2026-05-01"), RULES)
    assert late.late_since is not None
    all_of_it = apply(late, NewArrangement(late.on, LATER, arrears_yen=payoff_yen(late)), RULES)
    more = apply(late, NewArrangement(late.on, LATER, arrears_yen=10_000_000), RULES)
    assert more.state == all_of_it.state


def test_event_of_another_kind_stops() -> None:
    with pytest.raises(BrokenInvariant):
        apply(lent("2026-01-05"), lent("2026-01-06"), RULES)  # type: ignore[arg-type]
