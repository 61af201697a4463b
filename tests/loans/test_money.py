"""Draws and receipts: what they move, what is refused, what comes twice or late."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import CARD, CONSENT, Desk, balances_of, days, with_settings

from motocho.kernel import revolving
from motocho.ledger.chart import Account
from motocho.loans import _book, commands
from motocho.loans.commands import Key
from motocho.loans.policy import Stop, available_yen
from motocho.units.errors import NotFoundError, RefusedError, StateConflict

JAN_5 = date(2026, 1, 5)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def state(key: Key, on: date) -> revolving.State:
    with connection.cursor() as cursor:
        return _book.look(cursor, key).facts(on).state


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.faults[0].code


def test_draw_and_receipt_move_the_ledger(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    done = desk.receive(key, 5_000, JAN_5 + days(30))
    assert (done.step.to_interest_yen, done.step.to_principal_yen) == (1_479, 3_521)
    assert balances_of(key) == {
        Account.BANK: -95_000,
        Account.PRINCIPAL: 96_479,
        Account.INTEREST: 1_479,
    }


@pytest.mark.rule("LEDG-020")
def test_the_same_reference_is_done_once(desk: Desk) -> None:
    key = desk.open(JAN_5)
    first = desk.draw(key, 100_000, JAN_5, ref="ATM-1")
    again = desk.draw(key, 100_000, JAN_5, ref="ATM-1")
    assert (again.event_no, again.entry_id, again.is_repeat) == (
        first.event_no,
        first.entry_id,
        True,
    )
    assert again.step == first.step
    receipt = desk.receive(key, 5_000, JAN_5 + days(10), ref="B-1")
    assert desk.receive(key, 5_000, JAN_5 + days(10), ref="B-1").entry_id == receipt.entry_id
    assert balances_of(key)[Account.BANK] == -95_000


@pytest.mark.rule("LEDG-020")
def test_a_reference_of_another_agreement_is_refused(desk: Desk) -> None:
    one, other = desk.open(JAN_5), desk.open(JAN_5)
    desk.draw(one, 100_000, JAN_5, ref="ATM-1")
    with pytest.raises(RefusedError) as refused:
        desk.draw(other, 100_000, JAN_5, ref="ATM-1")
    assert code_of(refused) == "LON-051"


@pytest.mark.rule("LEND-019")
def test_draw_keeps_within_the_available_credit(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 420_000, JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.draw(key, 81_000, JAN_5)
    assert code_of(refused) == "LON-014"
    desk.draw(key, 80_000, JAN_5)
    assert state(key, JAN_5).principal_yen == 500_000


@pytest.mark.rule("BANK-008")
@pytest.mark.parametrize("amount", [0, -1_000, 500, 1_500])
def test_draws_are_whole_notes(desk: Desk, amount: int) -> None:
    key = desk.open(JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.draw(key, amount, JAN_5)
    assert code_of(refused) == "LON-013"
    desk.draw(key, 30_000, JAN_5)


@pytest.mark.rule("LEND-020")
def test_overdue_agreement_lends_nothing_until_cured(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    due = date(2026, 2, 9)
    assert date.fromordinal(state(key, JAN_5).due_on or 0) == due
    desk.draw(key, 1_000, due)  # still the due date
    with pytest.raises(RefusedError) as refused:
        desk.draw(key, 1_000, due + days(1))
    assert code_of(refused) == "LON-012"
    desk.receive(key, 5_000, due + days(2))
    desk.draw(key, 1_000, due + days(3))


@pytest.mark.rule("LEDG-018")
def test_what_is_paid_too_much_is_held_and_given_back(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 3_000, JAN_5)
    done = desk.receive(key, 4_000, JAN_5 + days(10))
    assert done.step.to_interest_yen == 14
    assert balances_of(key)[Account.EXCESS] == 986
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.refund, key, 987, desk.made(JAN_5 + days(11)))
    assert code_of(refused) == "LON-059"
    desk.do(commands.refund, key, 986, desk.made(JAN_5 + days(11)))
    assert Account.EXCESS not in balances_of(key)


def test_held_money_is_put_to_the_next_draw_with_consent(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 3_000, JAN_5)
    desk.receive(key, 4_000, JAN_5 + days(10))
    desk.draw(key, 10_000, JAN_5 + days(12))
    desk.do(commands.use_excess, key, 986, CONSENT, desk.made(JAN_5 + days(12)))
    assert balances_of(key)[Account.PRINCIPAL] == 9_014
    assert Account.EXCESS not in balances_of(key)


@pytest.mark.rule("LEDG-021")
def test_late_news_of_a_receipt_counts_from_the_day_it_arrived(desk: Desk) -> None:
    """Paid in time, booked three weeks later: the damages and the arrears are gone, both truths stay."""
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    late = desk.receive(key, 5_000, date(2026, 3, 2))
    assert late.step.to_damages_yen > 0
    desk.receive(key, 5_000, date(2026, 2, 9), on=date(2026, 3, 9))
    now = state(key, date(2026, 3, 9))
    plain = Desk.__new__(Desk)
    plain._references, plain.member_id = desk._references, desk.member()
    other = plain.open(JAN_5)
    plain.draw(other, 100_000, JAN_5)
    plain.receive(other, 5_000, date(2026, 2, 9))
    plain.receive(other, 5_000, date(2026, 3, 2))
    assert now == state(other, date(2026, 3, 9))
    assert balances_of(key) == balances_of(other)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger_entry WHERE member_id = %s AND channel = 'repost'",
            (key.member_id,),
        )
        assert cursor.fetchone() == (2,)  # the later receipt undone, and made anew


@pytest.mark.rule("LEDG-021")
def test_day_to_come_is_refused(desk: Desk) -> None:
    key = desk.open(JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.receive(key, 5_000, JAN_5 + days(1), on=JAN_5)
    assert code_of(refused) == "LON-064"


def test_receipt_before_the_contract_is_refused(desk: Desk) -> None:
    key = desk.open(JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.receive(key, 5_000, JAN_5 - days(1), on=JAN_5)
    assert code_of(refused) == "LON-054"


@pytest.mark.rule("LEDG-019")
def test_reversed_receipt_leaves_no_trace_but_the_entries(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    before = state(key, date(2026, 3, 1))
    wrong = desk.receive(key, 9_000, date(2026, 1, 20))
    desk.receive(key, 5_000, date(2026, 2, 9))
    made = desk.made(date(2026, 2, 10), ref="U-1")
    desk.do(commands.reverse, key, wrong.event_no, "別のお客さまの入金", made)
    assert desk.do(commands.reverse, key, wrong.event_no, "別のお客さまの入金", made).is_repeat
    with pytest.raises(NotFoundError):
        desk.do(commands.reverse, key, wrong.event_no, "もう一度", desk.made(date(2026, 2, 10)))
    with pytest.raises(RefusedError):
        desk.do(commands.reverse, key, 2, " ", desk.made(date(2026, 2, 10)))
    now = state(key, date(2026, 3, 1))
    assert now.principal_yen == 100_000 - (5_000 - 1_726)
    assert before.principal_yen == 100_000
    assert balances_of(key)[Account.INTEREST] == 1_726


def test_reversal_that_later_events_rest_on_is_refused(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 3_000, JAN_5)
    paid = desk.receive(key, 4_000, JAN_5 + days(10))
    desk.do(commands.refund, key, 986, desk.made(JAN_5 + days(11)))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.reverse, key, paid.event_no, "誤り", desk.made(JAN_5 + days(12)))
    assert code_of(refused) == "LON-055"
    assert balances_of(key)[Account.INTEREST] == 14


# ---------------------------------------------------------------------------- transfers under way
@pytest.mark.rule("BANK-007")
def test_transfer_that_fails_lends_nothing(desk: Desk) -> None:
    key = desk.open(JAN_5)
    entry = desk.do(commands.send_draw, key, 100_000, desk.made(JAN_5, "T-1"))
    assert desk.do(commands.send_draw, key, 100_000, desk.made(JAN_5, "T-1")) == entry
    with connection.cursor() as cursor:
        assert available_yen(_book.look(cursor, key).facts(JAN_5)) == 400_000
    desk.do(commands.draw_failed, key, entry, desk.made(JAN_5 + days(1)))
    with connection.cursor() as cursor:
        loan = _book.look(cursor, key)
    assert available_yen(loan.facts(JAN_5)) == 500_000
    assert revolving.payoff_yen(loan.facts(JAN_5 + days(100)).state) == 0
    assert balances_of(key) == {}
    with pytest.raises(StateConflict):
        desk.do(commands.draw_arrived, key, entry, JAN_5 + days(1), desk.made(JAN_5 + days(1)))


@pytest.mark.rule("BANK-007")
def test_transfer_that_arrives_is_a_draw_of_that_day(desk: Desk) -> None:
    key = desk.open(JAN_5)
    entry = desk.do(commands.send_draw, key, 100_000, desk.made(JAN_5))
    done = desk.do(
        commands.draw_arrived, key, entry, JAN_5 + days(1), desk.made(JAN_5 + days(1), "OK")
    )
    assert desk.do(
        commands.draw_arrived, key, entry, JAN_5 + days(1), desk.made(JAN_5 + days(1), "OK")
    ).is_repeat
    assert done.step.event.on == (JAN_5 + days(1)).toordinal()
    assert balances_of(key) == {Account.BANK: -100_000, Account.PRINCIPAL: 100_000}
    desk.do(commands.send_draw, key, 50_000, desk.made(JAN_5, "T-9"))
    with pytest.raises(StateConflict):
        desk.do(commands.send_draw, key, 60_000, desk.made(JAN_5, "T-9"))


# ------------------------------------------------------------------------------------------ rates
@pytest.mark.rule("RATE-003")
def test_own_loans_are_added_for_the_ceiling(desk: Desk) -> None:
    first, second = desk.open(JAN_5, 600_000), desk.open(JAN_5, 500_000)
    desk.draw(first, 400_000, JAN_5)
    desk.draw(second, 500_000, JAN_5)
    assert state(second, JAN_5).terms.rate_ppm == 180_000
    third = desk.open(JAN_5, 100_000)
    desk.draw(third, 100_000, JAN_5)  # 1,000,000 together
    assert state(third, JAN_5).terms.rate_ppm == 150_000
    assert state(first, JAN_5).terms.rate_ppm == 180_000


@pytest.mark.rule("RATE-002")
def test_ceiling_steps_down_and_never_up(desk: Desk, database: Database) -> None:
    first = desk.open(JAN_5, 900_000)
    desk.draw(first, 900_000, JAN_5)
    second = desk.open(JAN_5, 200_000)
    desk.draw(second, 50_000, JAN_5)
    assert state(second, JAN_5).terms.rate_ppm == 180_000  # 950,000 together
    desk.draw(second, 50_000, JAN_5)
    assert state(second, JAN_5).terms.rate_ppm == 150_000  # 1,000,000
    desk.receive(second, 100_000, JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.change_rate, second, 180_000, desk.made(JAN_5), CONSENT)
    assert code_of(refused) == "LON-020"
    with connection.cursor() as cursor, pytest.raises(Exception, match="never rises"):
        cursor.execute("UPDATE loan_agreement SET ceiling_ppm = 180000")


@pytest.mark.rule("RATE-001")
def test_no_agreement_above_the_ceiling(database: Database) -> None:
    dear = with_settings(
        rates=(CARD.rates[0]._replace(rate_ppm=200_000),), largest_limit_yen=99_000
    )
    with pytest.raises(RefusedError):  # 20 % up to 99,999 is lawful; a minimum of 4.2 % carries it
        Desk(
            with_settings(
                rates=(CARD.rates[0]._replace(rate_ppm=200_001),), largest_limit_yen=99_000
            )
        )
    Desk(dear)


@pytest.mark.rule("RATE-013")
def test_rate_rises_with_consent_alone(desk: Desk) -> None:
    key = desk.open(JAN_5, 500_000)
    desk.do(commands.change_rate, key, 150_000, desk.made(JAN_5))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.change_rate, key, 178_000, desk.made(JAN_5))
    assert code_of(refused) == "LON-022"
    desk.do(commands.change_rate, key, 178_000, desk.made(JAN_5), CONSENT)
    desk.raise_limit(key, 1_000_000, desk.made(JAN_5))
    assert state(key, JAN_5).terms.rate_ppm == 150_000


@pytest.mark.rule("LEDG-026")
def test_death_freezes_every_agreement(desk: Desk) -> None:
    one, other = desk.open(JAN_5), desk.open(JAN_5)
    desk.draw(one, 10_000, JAN_5)
    assert desk.do(commands.record_death, desk.member_id, desk.made(JAN_5)) == 2
    for key in (one, other):
        with pytest.raises(RefusedError) as refused:
            desk.draw(key, 10_000, JAN_5)
        assert code_of(refused) == "LON-011"
        with pytest.raises(RefusedError):
            desk.do(commands.lift, key, Stop.DECEASED, desk.made(JAN_5))
    desk.receive(one, 1_000, JAN_5)


@pytest.mark.rule("LEDG-025")
@pytest.mark.rule("LEDG-017")
def test_agreement_closes_at_nothing(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 10_000, JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.close_agreement, key, desk.made(JAN_5))
    assert refused.value.faults[0].details["rule"] == "LEDG-025"
    desk.receive(key, 9_445, JAN_5)
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.close_agreement, key, desk.made(JAN_5 + days(400)))
    assert refused.value.faults[0].details["rule"] == "LEDG-017"
    assert revolving.payoff_yen(state(key, JAN_5 + days(400))) == 555
    desk.receive(key, 555, JAN_5 + days(400))
    desk.do(commands.close_agreement, key, desk.made(JAN_5 + days(400)))
    with pytest.raises(RefusedError):
        desk.draw(key, 10_000, JAN_5 + days(401))


@pytest.mark.rule("LEDG-024")
def test_assigned_claim_takes_no_posting(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 10_000, JAN_5)
    desk.do(commands.assign, key, desk.made(JAN_5 + days(1)))
    with pytest.raises(RefusedError) as refused:
        desk.receive(key, 1_000, JAN_5 + days(2))
    assert refused.value.faults[0].details["rule"] == "LEDG-024"
    with pytest.raises(RefusedError) as refused:
        desk.draw(key, 1_000, JAN_5 + days(2))
    assert refused.value.faults[0].details["rule"] == "LEDG-024"
    desk.do(commands.forward, key, 1_000, JAN_5 + days(2), desk.made(JAN_5 + days(2)))
    assert balances_of(key) == {
        Account.BANK: -9_000,
        Account.HELD_FOR_OTHERS: 1_000,
        Account.PRICE_OF_CLAIMS: 10_000,
    }


@pytest.mark.rule("RATE-009")
@pytest.mark.rule("LEDG-022")
def test_charges_are_a_closed_list(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.do(commands.charge, key, "card_reissue", 550, desk.made(JAN_5))
    for kind, rule in (("examination", "RATE-009"), ("prepayment", "LEDG-022")):
        with pytest.raises(RefusedError) as refused:
            desk.do(commands.charge, key, kind, 3_000, desk.made(JAN_5))
        assert refused.value.faults[0].details["rule"] == rule
    desk.draw(key, 10_000, JAN_5)
    done = desk.receive(key, 1_000, JAN_5)
    assert (done.step.to_costs_yen, done.step.to_principal_yen) == (550, 450)
