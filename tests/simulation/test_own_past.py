"""What a taken-over agreement comes to is what its own past comes to: two ways to one sum."""

from __future__ import annotations

import json
from datetime import date, datetime
from importlib.resources import files

import pytest
from tests.loans.crowd import do

from motocho.claims import reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import EventKind
from motocho.loans import queries
from motocho.loans.queries import Amounts
from motocho.office import lender
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.simulation.demonstration import ready
from motocho.simulation.demonstration.ready import READY, Moved, OldRow, Standing

ON = date(2026, 11, 23)
SAMPLE = (files("motocho.claims") / "samples" / "ten_years.csv").read_bytes()
MOVED = {EventKind.BORROW: Moved.BORROWED, EventKind.REPAY: Moved.REPAID}


@pytest.mark.usefixtures("database", "pepper")
def test_an_overpaid_past_that_was_taken_over_is_found_to_the_yen() -> None:
    """On seven days in 2007 our product counts the member late: the past itself says no damages."""
    past = reading.read(SAMPLE, file="history.csv")
    rows = tuple(OldRow(one.on, MOVED[one.kind], one.amount_yen) for one in past.events)
    do(ready.prepare, rows, datetime(2026, 11, 23, 12, tzinfo=JAPAN), ON)
    number = next(one.member_number for one in READY if one.standing is Standing.OVERPAID)
    (listed,) = do(queries.agreements, do(members.by_number, number).member_id)
    case = do(queries.history_case, listed.key, ON, Amounts.PAID).document()
    book = do(queries.history_case, listed.key, ON, Amounts.MET).document()
    late = [(one["from_on"], one["to_on"]) for one in book["assumptions"]["delay_periods"]]
    assert late == [("2007-02-20", "2007-02-26")]
    assert case["assumptions"]["delay_periods"] == []
    assert "引継ぎ(2026-11-23)前の遅延損害金は数えない" in case["title"]
    own = reading.read(json.dumps(case).encode(), file="case.json")
    theirs = recalculate(past, Assumptions(), as_of=ON).result
    assert lender.statement_of(own, {}).result == theirs
    assert lender.statement_of(do(lender.own_history, listed.key, ON), {}).result == theirs
