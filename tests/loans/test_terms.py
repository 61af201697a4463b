"""Terms, reliefs and ends of agreements: what may change, when, and what it moves."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import CARD, CONSENT, Desk, balances_of, days, with_settings

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Relief
from motocho.kernel.schedule import DuePlan, MinimumBracket, MinimumRule, Scheme
from motocho.ledger.chart import Account
from motocho.loans import _book, commands, products
from motocho.loans.commands import Key, Raise, Settlement
from motocho.loans.policy import Demand, Stop, available_yen
from motocho.loans.products import RateBracket
from motocho.units.errors import RefusedError

JAN_5 = date(2026, 1, 5)
DUE = date(2026, 2, 9)
MONTHLY = DuePlan(Scheme.MONTHLY, 27)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    opened = desk.open(JAN_5)
    desk.draw(opened, 100_000, JAN_5)
    return opened


def state(key: Key, on: date) -> revolving.State:
    with connection.cursor() as cursor:
        return _book.look(cursor, key).facts(on).state


def refused_by(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.faults[0].details["rule"]


# --------------------------------------------------------------------------------------- products
@pytest.mark.rule("LEDG-006")
@pytest.mark.parametrize(("rate", "minimum", "codes"), [
    (150_000, 15_000, []),
    (180_000, 15_000, ["LON-003"]),
])  # fmt: skip
def test_minimum_must_exceed_the_interest_of_a_cycle(
    rate: int, minimum: int, codes: list[str]
) -> None:
    product = with_settings(
        rates=(RateBracket(1_000, rate),),
        minimum=MinimumRule((MinimumBracket(None, minimum),)),
        largest_limit_yen=900_000,
    )
    assert [fault.code for fault in products.check(product)] == codes


@pytest.mark.rule("RATE-004")
def test_damages_of_a_product_are_capped() -> None:
    assert products.check(with_settings(damages_ppm=200_000)) == ()
    faults = products.check(with_settings(damages_ppm=200_001))
    assert [fault.code for fault in faults] == ["LON-002"]


@pytest.mark.rule("RATE-001")
def test_rates_of_a_product_keep_below_the_ceiling_of_every_principal() -> None:
    assert products.check(CARD) == ()
    dear = with_settings(rates=(RateBracket(1_000, 180_000), RateBracket(1_001_000, 150_000)))
    assert [fault.code for fault in products.check(dear)] == ["LON-001"]


def test_versions_are_taken_by_the_day_of_the_contract(desk: Desk) -> None:
    cheaper = with_settings(
        version=2, from_on=date(2026, 1, 6), rates=(RateBracket(1_000, 179_000),), largest_limit_yen=900_000
    )  # fmt: skip
    desk.do(products.publish, cheaper, desk.made(JAN_5).booked_at)
    old, new = desk.open(JAN_5), desk.open(date(2026, 1, 6))
    assert state(old, JAN_5).terms.rate_ppm == 180_000
    assert state(new, date(2026, 1, 6)).terms.rate_ppm == 179_000


# ------------------------------------------------------------------------------------------ limits
def test_limit_of_a_million_carries_its_rate_and_keeps_it(desk: Desk, key: Key) -> None:
    desk.raise_limit(key, 1_000_000, desk.made(JAN_5))
    assert state(key, JAN_5).terms.rate_ppm == 150_000
    desk.do(commands.change_limit, key, 500_000, desk.made(JAN_5))
    assert state(key, JAN_5).terms.rate_ppm == 150_000


def test_limit_rises_with_consent_and_survey_alone(desk: Desk, key: Key) -> None:
    with pytest.raises(RefusedError):
        desk.do(commands.change_limit, key, 600_000, desk.made(JAN_5))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.change_limit, key, 600_000, desk.made(JAN_5), Raise(CONSENT, None))
    assert refused_by(refused) == "LEND-001"
    for limit in (0, 8_001_000, 500_500):
        with pytest.raises(RefusedError):
            desk.do(commands.change_limit, key, limit, desk.made(JAN_5), Raise(CONSENT, None))


def test_limit_cut_below_the_principal_leaves_nothing_to_draw(desk: Desk, key: Key) -> None:
    desk.do(commands.change_limit, key, 50_000, desk.made(JAN_5))
    with connection.cursor() as cursor:
        assert available_yen(_book.look(cursor, key).facts(JAN_5)) == 0
    assert state(key, JAN_5).principal_yen == 100_000


# --------------------------------------------------------------------------------------- due dates
@pytest.mark.rule("LEDG-027")
def test_plan_changes_on_a_clean_account_alone(desk: Desk, key: Key) -> None:
    done = desk.do(commands.change_plan, key, MONTHLY, desk.made(date(2026, 1, 20)))
    due_on = date.fromordinal(done.step.state.due_on or 0)
    assert due_on == date(2026, 2, 27)
    assert due_on <= DUE + days(35)
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.change_plan, key, DuePlan(), desk.made(date(2026, 3, 3)))
    assert refused_by(refused) == "LEDG-027"


def test_plan_outside_the_product_is_refused(database: Database) -> None:
    desk = Desk(with_settings(schemes=(Scheme.EVERY_35_DAYS,)))
    key = desk.open(JAN_5)
    with pytest.raises(RefusedError):
        desk.do(commands.change_plan, key, MONTHLY, desk.made(JAN_5))


# ----------------------------------------------------------------------------------------- reliefs
@pytest.mark.rule("LEDG-015")
def test_interest_only_month_leaves_the_principal(desk: Desk, key: Key) -> None:
    relief = Arrangement(Relief.INTEREST_ONLY, 0, DUE.toordinal())
    desk.do(commands.arrange, key, relief, desk.made(date(2026, 2, 1)))
    done = desk.receive(key, 1_726, DUE)
    assert done.step.to_principal_yen == 0
    assert state(key, DUE + days(1)).late_since is None
    assert state(key, DUE).principal_yen == 100_000
    assert date.fromordinal(done.step.state.due_on or 0) == DUE + days(35)


@pytest.mark.rule("LEDG-015")
def test_reliefs_are_agreed_ahead_and_not_without_end(desk: Desk, key: Key) -> None:
    on = date(2026, 2, 1)
    for relief in (
        Arrangement(Relief.INTEREST_ONLY, 0, (on - days(1)).toordinal()),
        Arrangement(Relief.AMOUNT, 0, DUE.toordinal()),
    ):
        with pytest.raises(RefusedError) as refused:
            desk.do(commands.arrange, key, relief, desk.made(on))
        assert refused_by(refused) == "LEDG-015"
    once_more = Arrangement(Relief.INTEREST_ONLY, 0, DUE.toordinal())
    desk.do(commands.arrange, key, once_more, desk.made(on))
    desk.do(commands.arrange, key, once_more, desk.made(on))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.arrange, key, once_more, desk.made(on))
    assert refused_by(refused) == "LEDG-015"


def test_interest_only_month_on_an_overdue_agreement_asks_for_the_interest(
    desk: Desk, key: Key
) -> None:
    on = DUE + days(10)
    owed = revolving.payoff_yen(state(key, on)) - 100_000
    relief = Arrangement(Relief.INTEREST_ONLY, 0, (on + days(5)).toordinal())
    desk.do(commands.arrange, key, relief, desk.made(on))
    assert state(key, on).arrears_yen == owed
    desk.receive(key, owed, on)
    assert state(key, on).late_since is None


# ------------------------------------------------------------------------------------------- stops
def test_stops_hold_until_the_last_is_lifted(desk: Desk, key: Key) -> None:
    for stop in (Stop.CARD_LOST, Stop.COUNSEL):
        desk.do(commands.suspend, key, stop, desk.made(JAN_5))
    with pytest.raises(RefusedError) as refused:
        desk.draw(key, 1_000, JAN_5)
    assert refused_by(refused) == "LEND-019"
    desk.do(commands.lift, key, Stop.COUNSEL, desk.made(JAN_5))
    with pytest.raises(RefusedError):
        desk.draw(key, 1_000, JAN_5)
    desk.do(commands.lift, key, Stop.CARD_LOST, desk.made(JAN_5))
    desk.draw(key, 1_000, JAN_5)


# -------------------------------------------------------------------------------------------- ends
@pytest.mark.rule("LEDG-023")
def test_acceleration_needs_arrears_and_a_demand_that_ran_out(desk: Desk, key: Key) -> None:
    demand = Demand(DUE + days(10), DUE + days(20), "D-1")
    for given, on in ((demand, DUE), (None, DUE + days(1)), (demand, DUE + days(20))):
        with pytest.raises(RefusedError) as refused:
            desk.do(commands.accelerate, key, given, desk.made(on))
        assert refused_by(refused) == "LEDG-023"
    on = DUE + days(21)
    done = desk.do(commands.accelerate, key, demand, desk.made(on))
    assert done.step.state.accelerated_on == on.toordinal()
    assert revolving.payoff_yen(state(key, on)) > 100_000
    with pytest.raises(RefusedError):
        desk.draw(key, 1_000, on)


def test_settlement_stops_interest_and_gives_up_what_is_agreed(desk: Desk, key: Key) -> None:
    on = DUE + days(60)
    before = state(key, on)
    damages = before.damages_yen + before.damages_ticks // (365 * 366 * 1_000_000)
    wanted = Settlement(damages, 0, 20_000, 5_000, on + days(600), "S-1")
    desk.do(commands.settle, key, wanted, desk.made(on, "S-1"))
    assert desk.do(commands.settle, key, wanted, desk.made(on, "S-1")).is_repeat
    after = state(key, on + days(300))
    assert (after.principal_yen, after.damages_yen, after.damages_ticks) == (80_000, 0, 0)
    assert balances_of(key)[Account.WAIVERS] == 20_000
    too_much = Settlement(0, 0, 80_001, 5_000, on + days(600), "S-2")
    with pytest.raises(RefusedError):
        desk.do(commands.settle, key, too_much, desk.made(on))


@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("LEDG-027")
@pytest.mark.parametrize("after_days", [0, 1, 40])
def test_settlement_is_not_undone_by_a_relief_or_another_plan(
    desk: Desk, key: Key, after_days: int
) -> None:
    """Its instalments are an arrangement: another one, or none, would end them."""
    on = DUE + days(60)
    owed = state(key, on)
    damages = owed.damages_yen + owed.damages_ticks // (365 * 366 * 1_000_000)
    wanted = Settlement(damages, 0, 20_000, 5_000, on + days(600), "S-1")
    desk.do(commands.settle, key, wanted, desk.made(on, "S-1"))
    later = on + days(after_days)
    before = state(key, later)
    assert before.arrangement is not None
    relief = Arrangement(Relief.INTEREST_ONLY, 0, (later + days(30)).toordinal())
    for command, asked in (
        (commands.arrange, relief),
        (commands.arrange, None),
        (commands.change_plan, before.terms.plan._replace(day_of_month=3)),
    ):
        with pytest.raises(RefusedError) as refused:
            desk.do(command, key, asked, desk.made(later))
        assert [one.code for one in refused.value.faults] == ["LON-067"]
    assert state(key, later) == before


def test_written_off_loan_brings_recoveries(desk: Desk, key: Key) -> None:
    on = DUE + days(200)
    owed = revolving.payoff_yen(state(key, on)) - 100_000
    desk.do(commands.write_off, key, desk.made(on))
    assert balances_of(key)[Account.LOSSES] == 100_000
    assert balances_of(key)[Account.WRITTEN_OFF] == 100_000
    done = desk.receive(key, owed + 30_000, on + days(30))
    assert done.step.to_written_off_yen == 30_000
    found = balances_of(key)
    assert (found[Account.RECOVERIES], found[Account.WRITTEN_OFF]) == (30_000, 70_000)
    with pytest.raises(RefusedError):
        desk.do(commands.write_off, key, desk.made(on))
    undone = desk.do(commands.reverse, key, done.event_no, "誤り", desk.made(on + days(31)))
    assert undone.entry_id
    assert balances_of(key)[Account.WRITTEN_OFF] == 100_000


@pytest.mark.rule("LEDG-003")
def test_free_days_run_from_the_contract_and_not_from_the_draw(database: Database) -> None:
    desk = Desk(with_settings(free_days=30))
    key = desk.open(date(2026, 11, 1))
    desk.draw(key, 100_000, date(2026, 12, 5))
    assert revolving.payoff_yen(state(key, date(2026, 12, 6))) == 100_049


@pytest.mark.rule("LEDG-003")
def test_first_contract_alone_has_interest_free_days(database: Database) -> None:
    desk = Desk(with_settings(free_days=30))
    on = date(2026, 11, 1)
    first = desk.open(on)
    desk.draw(first, 100_000, date(2026, 11, 10))
    second = desk.open(on)
    desk.draw(second, 100_000, date(2026, 11, 10))
    ends = date(2026, 12, 1)
    assert revolving.payoff_yen(state(first, ends)) == 100_000
    assert revolving.payoff_yen(state(first, ends + days(1))) == 100_049
    assert revolving.payoff_yen(state(second, ends)) == 101_035


# -------------------------------------------------------------------------------------- what ended
@pytest.mark.rule("LEDG-024")
def test_what_ended_or_was_passed_on_is_changed_by_no_command(desk: Desk) -> None:
    closed, passed_on = desk.open(JAN_5), desk.open(JAN_5)
    desk.draw(passed_on, 100_000, JAN_5)
    desk.do(commands.close_agreement, closed, desk.made(JAN_5 + days(1)))
    desk.do(commands.assign, passed_on, desk.made(JAN_5 + days(1)))
    on = JAN_5 + days(2)
    relief = Arrangement(Relief.AMOUNT, 2_000, on.toordinal() + 30)
    for key in (closed, passed_on):
        for command, *wanted in (
            (commands.change_limit, 300_000),
            (commands.change_rate, 100_000),
            (commands.change_plan, MONTHLY),
            (commands.arrange, relief),
            (commands.promise, 1, on),
        ):
            with pytest.raises(RefusedError) as refused:
                desk.do(command, key, *wanted, desk.made(on))
            assert refused_by(refused) == "LEDG-024", command


def test_what_was_written_off_may_still_be_promised(desk: Desk, key: Key) -> None:
    desk.do(commands.write_off, key, desk.made(JAN_5 + days(1)))
    on = JAN_5 + days(2)
    assert desk.do(commands.promise, key, 5_000, on, desk.made(on)).amount_yen == 5_000
