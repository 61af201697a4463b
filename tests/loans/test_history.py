"""Our own book, recalculated: a lawful agreement is found to owe what we say, and nothing overpaid."""

from __future__ import annotations

import json
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from tests.database import Database
from tests.loans.desk import Desk, days, with_settings
from tests.loans.lives import Life, lives
from tests.loans.living import Days, live

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.checksum import check_balances
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.kernel import revolving
from motocho.kernel.conventions import EventKind
from motocho.kernel.revolving import DamagesBase, Fractions
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.loans.queries import Amounts
from motocho.loans.queries.histories import HistoryCase, Span, case_of
from motocho.units.errors import NotFoundError

MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def case_from(life: Life) -> HistoryCase:
    return case_of(life.first, life.steps, life.rules, Span(life.opened_on, life.until_on))


def recalculated(document: dict[str, Any]) -> Statement:
    """The case file through its text and the reader, as `motocho recalc run` takes it."""
    history = reading.read(json.dumps(document).encode(), file="case.json")
    read = assumed.read(history.stated_assumptions)
    assert not read.faults
    return recalculate(history, read.assumptions)


def has(life: Life, kind: type) -> bool:
    return any(isinstance(step.event, kind) for step in life.steps)


@MANY
@given(lives())
def test_recalculating_a_lawful_life_gives_the_same_debt(life: Life) -> None:
    case = case_from(life)
    statement = recalculated(case.document())
    last = statement.rows[-1]
    assert [row.overpayment_yen for row in statement.rows] == [0] * len(statement.rows)
    owed = last.outstanding_principal_yen + last.unpaid_interest_yen
    assert owed == case.principal_yen + case.unpaid_yen
    if not has(life, revolving.Waiver):
        assert last.outstanding_principal_yen == case.principal_yen
        printed = [row.event.lender_balance_yen for row in statement.rows]
        assert [row.outstanding_principal_yen for row in statement.rows] == printed


def least_difference(life: Life) -> int:
    """What other rules of counting can lose or win: a yen a row, and what these bear meanwhile."""
    days = life.until_on.toordinal() - life.opened_on.toordinal()
    rows = len(life.steps) + 1
    return rows + rows * days * 2 // 3_650 + 1


@MANY
@given(lives(fractions=Fractions.EACH_RECEIPT))
def test_fractions_that_run_over_draws_are_more_by_less_than_a_yen_a_row(life: Life) -> None:
    """The book cuts at receipts; a recalculation cuts at draws too, and so finds less interest."""
    case = case_from(life)
    last = recalculated(case.document()).rows[-1]
    theirs = last.outstanding_principal_yen + last.unpaid_interest_yen - last.overpayment_yen
    assert 0 <= case.principal_yen + case.unpaid_yen - theirs <= least_difference(life)
    assert last.overpayment_yen <= least_difference(life)


@MANY
@given(lives(base=DamagesBase.INSTALMENT))
def test_damages_on_the_overdue_part_are_never_found_too_high(life: Life) -> None:
    """Two rates on parts of the principal are stated as one, raised to the next ppm of the whole."""
    case = case_from(life)
    statement = recalculated(case.document())
    last = statement.rows[-1]
    assert [row.overpayment_yen for row in statement.rows] == [0] * len(statement.rows)
    more = last.outstanding_principal_yen + last.unpaid_interest_yen
    more -= case.principal_yen + case.unpaid_yen
    days = life.until_on.toordinal() - life.opened_on.toordinal()
    largest = max((row.balance_yen for row in case.rows), default=0)
    assert 0 <= more <= least_difference(life) + largest * days // 365_000_000 + 1


# ------------------------------------------------------------------------------- as they were paid
def as_paid(life: Life) -> HistoryCase:
    span = Span(life.opened_on, life.until_on, amounts=Amounts.PAID)
    return case_of(life.first, life.steps, life.rules, span)


def owed_less_overpaid(life: Life) -> tuple[int, int]:
    """By a recalculation in which nothing is borne by what is overpaid; by the book."""
    document = as_paid(life).document()
    document["assumptions"]["overpayment_appropriation"] = "no_interest"
    last = recalculated(document).rows[-1]
    found = last.outstanding_principal_yen + last.unpaid_interest_yen - last.overpayment_yen
    case = case_from(life)
    held_yen = life.steps[-1].state.excess_yen if life.steps else 0
    return int(found), case.principal_yen + case.unpaid_yen - held_yen


@MANY
@given(lives())
def test_what_came_beyond_the_debt_is_found_again(life: Life) -> None:
    """To the yen where nothing was lent while money was held; else never to the borrower's loss."""
    found, book = owed_less_overpaid(life)
    held_yen, is_lent_meanwhile = 0, False
    for step in life.steps:
        is_lent_meanwhile |= held_yen > 0 and step.state.principal_yen > 0
        held_yen = step.state.excess_yen
    if is_lent_meanwhile:
        assert found <= book
    else:
        assert found == book


@MANY
@given(lives())
def test_both_amounts_are_the_same_where_nothing_came_beyond(life: Life) -> None:
    if not any(step.to_excess_yen for step in life.steps):
        assert as_paid(life) == case_from(life)


def test_money_that_is_held_is_overpaid_until_it_is_given_back(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 1, 5))
    desk.draw(key, 100_000, date(2026, 1, 5))
    desk.receive(key, 150_000, date(2026, 1, 15))

    def found() -> Statement:
        with connection.cursor() as cursor:
            case = queries.history_case(cursor, key, date(2026, 3, 1), Amounts.PAID)
        return recalculated(case.document())

    held_yen = 150_000 - 100_000 - 100_000 * 18 * 10 // 36_500
    overpaid = found().result
    assert (overpaid.overpayment_yen, overpaid.owed_yen) == (held_yen, 0)
    assert overpaid.overpayment_interest_yen == held_yen * 5 * 45 // 36_500
    desk.do(commands.refund, key, held_yen, desk.made(date(2026, 1, 15)))
    given_back = found().result
    assert (given_back.overpayment_yen, given_back.owed_yen) == (0, 0)


# --------------------------------------------------------------------- through the real commands
@pytest.mark.parametrize("seed", range(8))
def test_our_own_book_recalculates_to_itself(database: Database, seed: int) -> None:
    """Late periods, back-dated receipts, cancellations, new terms, free days, rests: five lives a seed."""
    desk = Desk(with_settings(free_days=30))
    for number in range(5):
        random = Random(100 * seed + number)
        member_id = desk.member()
        scheme = random.choice([(Scheme.EVERY_35_DAYS, 0), (Scheme.MONTHLY, 27)])
        key = desk.open(date(2024, 1, 5), 300_000, *scheme, member_id)
        until = live(Days(desk, key, random), 30) + days(random.choice([0, 10, 50]))
        with connection.cursor() as cursor:
            case = queries.history_case(cursor, key, until)
            position = queries.position(cursor, key, until)
            rows = queries.statement(cursor, key, date(2024, 1, 5), until)
        statement = recalculated(case.document())
        last = statement.rows[-1]
        assert last.overpayment_yen == 0
        assert last.outstanding_principal_yen == position.principal_yen
        assert last.unpaid_interest_yen == (
            position.payoff_yen - position.principal_yen - position.costs_yen
        )
        printed = [row.event.lender_balance_yen for row in statement.rows]
        assert [row.outstanding_principal_yen for row in statement.rows] == printed
        lent = [row.amount_yen for row in rows if row.kind == "draw"]
        assert [e.amount_yen for e in history_of(case).events if e.kind is EventKind.BORROW] == lent


def history_of(case: HistoryCase) -> History:
    return reading.read(json.dumps(case.document()).encode(), file="case.json")


def test_table_reads_back_as_the_same_dealings(database: Database) -> None:
    """CSV with the lender's own balances: the reader finds the same rows, the checksum agrees."""
    desk = Desk()
    key = desk.open(date(2024, 1, 5))
    desk.draw(key, 100_000, date(2024, 1, 5))
    for month in range(2, 10):
        desk.receive(key, 6_000, date(2024, month, 3))
    desk.draw(key, 50_000, date(2024, 9, 20))
    with connection.cursor() as cursor:
        case = queries.history_case(cursor, key, date(2024, 10, 1))
    table = reading.read(case.table().encode(), file="history.csv")
    ours = [(e.on, e.kind, e.amount_yen, e.lender_balance_yen) for e in history_of(case).events]
    theirs = [(e.on, e.kind, e.amount_yen, e.lender_balance_yen) for e in table.events]
    assert [one for one in ours if one[1] is not EventKind.CLOSING] == [
        one for one in theirs if one[1] is not EventKind.CLOSING
    ]
    checked = check_balances(table)
    assert (checked.rows_agreeing, checked.slips) == (checked.rows_checked, ())


def test_history_ends_where_the_claim_went(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2024, 1, 5))
    desk.draw(key, 100_000, date(2024, 1, 5))
    desk.do(commands.assign, key, desk.made(date(2024, 3, 1)))
    with connection.cursor() as cursor:
        case = queries.history_case(cursor, key, date(2024, 6, 1))
        before = queries.position(cursor, key, date(2024, 2, 29))
    last = recalculated(case.document()).rows[-1]
    assert (last.event.on, last.event.note) == (date(2024, 3, 1), "債権譲渡")
    assert last.outstanding_principal_yen == before.principal_yen == 100_000


def test_history_of_a_contract_without_dealings(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2024, 1, 5))
    with connection.cursor() as cursor:
        case = queries.history_case(cursor, key, date(2024, 6, 1))
        with pytest.raises(NotFoundError):
            queries.history_case(cursor, key, date(2024, 1, 4))
    assert recalculated(case.document()).rows[-1].outstanding_principal_yen == 0
    assert case.title.startswith("会員 ")
