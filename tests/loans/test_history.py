"""Our own book, recalculated: a lawful agreement is found to owe what we say, and nothing overpaid."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from tests.loans.lives import Life, lives

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.statement import Statement, recalculate
from motocho.kernel import revolving
from motocho.kernel.revolving import DamagesBase, Fractions
from motocho.loans.queries.histories import HistoryCase, Span, case_of

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
