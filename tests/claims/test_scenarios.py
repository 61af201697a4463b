"""Finding the other side's conventions from their balances alone."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.scenarios import Scenario, compare, differ, read_scenario
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import EventKind
from motocho.units.errors import FaultyInput


def history(seed: int, rows: int = 90) -> History:
    """Draws that cross the brackets, repayments that overpay, and draws again."""
    chance = random.Random(seed)
    on = date(1998, 3, 10) + timedelta(days=seed)
    events = [Event(on, EventKind.BORROW, 90_000, source_row=1)]
    for number in range(2, rows + 1):
        on += timedelta(
            days=chance.choice([0, 17, 28, 30, 31, 33, 64, 400 if number % 30 == 0 else 29])
        )
        lends = chance.random() < 0.3
        amount = chance.randint(1, 25) * 10_000 if lends else chance.randint(10, 80) * 1_000
        kind = EventKind.BORROW if lends else EventKind.REPAY
        events.append(Event(on, kind, amount, source_row=number))
    return History(tuple(events))


def their_sheet(of: History, conventions: Assumptions) -> History:
    """The same rows with the balances that their conventions give, and nothing else."""
    rows = recalculate(of, conventions).rows
    by_row = {row.event.source_row: row for row in rows}
    events = []
    for event in of.events:
        row = by_row[event.source_row]
        balance = int(row.outstanding_principal_yen - row.overpayment_yen)
        events.append(event._replace(lender_balance_yen=balance))
    return replace(of, events=tuple(events))


CONVENTIONS: list[dict[str, Any]] = [
    {},
    {"year_basis": "fixed_365"},
    {"year_basis": "whole_then_calendar", "rounding": "half_up"},
    {"first_day": "both"},
    {"first_day": "lend_in_repay_out", "year_basis": "fixed_365"},
    {"first_day": "both_first_only", "rounding": "ceil"},
    {"ceiling_rule": "floating"},
    {"ceiling_rule": "first"},
    {"bracket_base": "gross"},
    {"overpayment_appropriation": "principal_first"},
    {"overpayment_appropriation": "no_interest", "year_basis": "fixed_365"},
    {"overpayment_appropriation": "accumulate", "first_day": "both"},
    {"unpaid_interest": "capitalize"},
    {"overpayment_rate": "0.06"},
    {"ceiling_rule": "none", "contract_rates": [["1900-01-01", "0.18"]]},
    {"same_day_order": "repay_first"},
]


@pytest.mark.parametrize("stated", CONVENTIONS, ids=lambda stated: str(stated) or "court")
def test_conventions_are_found_from_the_balances(stated: dict[str, Any]) -> None:
    ours = history(11)
    conventions = assumed.read(stated).assumptions
    theirs = their_sheet(ours, conventions)
    found = differ(ours, theirs, Assumptions())
    assert found.is_explained, found.document()
    again = their_sheet(ours, found.best.assumptions)
    assert [event.lender_balance_yen for event in again.events] == [
        event.lender_balance_yen for event in theirs.events
    ]
    public = found.best.assumptions.document()
    for key, value in stated.items():
        agrees = public[key] == value or value in found.undetermined.get(key, ())
        assert agrees, (key, public[key], found.undetermined)


def test_first_row_that_nothing_explains_is_named() -> None:
    ours = history(5)
    theirs = their_sheet(ours, assumed.read({"year_basis": "fixed_365"}).assumptions)
    events = list(theirs.events)
    planted = events[40]
    events[40] = planted._replace(lender_balance_yen=(planted.lender_balance_yen or 0) + 777)
    found = differ(ours, replace(theirs, events=tuple(events)), Assumptions())
    assert found.unexplained is not None
    assert found.unexplained["source_row"] == planted.source_row
    assert found.unexplained["theirs_yen"] == found.unexplained["ours_yen"] + 777
    assert found.best.assumptions.year_basis.public_name == "fixed_365"


def test_rows_of_one_side_only_are_listed() -> None:
    ours = history(5)
    theirs = their_sheet(replace(ours, events=ours.events[:-1]), Assumptions())
    missing = ours.events[-1]
    found = differ(ours, theirs, Assumptions())
    assert [event["only_in"] for event in found.other_events] == ["ours"]
    assert found.other_events[0]["source_row"] == missing.source_row


def test_sheet_without_balances_is_a_fault() -> None:
    with pytest.raises(FaultyInput) as raised:
        differ(history(1), history(1), Assumptions())
    assert raised.value.faults[0].code == "SCN-002"


def test_scenarios_that_agree_part_nowhere() -> None:
    ours = history(3)
    comparison = compare(ours, [Scenario("a", Assumptions()), Scenario("b", Assumptions())])
    assert comparison.partings() == [None]
    assert comparison.document()["deltas"][0]["claim_yen"] == 0


def test_scenario_file_takes_names_presets_and_dates() -> None:
    text = """
name = "強制執行"
preset = "enforcement_parts"
[assumptions]
rounding = "half_up"
delay_periods = [{from_on = 2005-04-01, to_on = 2005-05-01}]
"""
    scenario = read_scenario(text.encode(), onto=Assumptions(), file="a.toml")
    document = scenario.assumptions.document()
    assert scenario.name == "強制執行"
    assert (document["rounding_stage"], document["rounding"]) == ("part", "half_up")
    assert document["delay_periods"] == [{"from_on": "2005-04-01", "to_on": "2005-05-01"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("year_basis = ", "SCN-001"),
        ("preset = 'nagoya'", "ASM-013"),
        ("year_basis = 'fixed_360'", "ASM-005"),
        ("[assumptions]\nyaer = 'x'", "ASM-004"),
    ],
)
def test_faulty_scenario(text: str, code: str) -> None:
    with pytest.raises(FaultyInput) as raised:
        read_scenario(text.encode(), onto=Assumptions(), file="a.toml")
    assert raised.value.faults[0].code == code
