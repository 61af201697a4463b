"""What the way of a case knows stands on its papers without being typed again."""

from __future__ import annotations

from datetime import date, datetime

from tests.database import Database

from motocho.claims import reading
from motocho.office import cases, papers
from motocho.office.tracker import keeping
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.tracks import Kind
from motocho.outside.clock import JAPAN

AT = datetime(2026, 11, 22, 10, tzinfo=JAPAN)
MADE = Made("x", AT)
ON = AT.date()


def test_days_and_amounts_of_the_way_stand_on_papers(database: Database) -> None:
    case_id = cases.open_case(
        {"client": "甲野花子", "lender": "架空ファイナンス"}, actor="x", at=AT
    )
    history = reading.read(cases.sample_bytes())
    cases.apply(
        case_id,
        cases.import_operations(cases.load(case_id), history),
        actor="x",
        at=AT,
        expected_seq=cases.load(case_id).seq,
    )
    for day, step in (
        (1, "history_received"),
        (2, "calculated"),
        (3, "claim_sent"),
        (5, "claim_served"),
        (20, "settled"),
    ):
        told = Told(Kind.STEP, date(2026, 11, day), {"step": step}, step)
        keeping.note(case_id, told, MADE)
    promise = {"amount_yen": 500_000, "pay_on": "2026-12-25", "damages_ppm": 30_000}
    keeping.note(case_id, Told(Kind.PROMISE, ON, promise, "p"), MADE)
    content = papers.content_of(cases.load(case_id), ON)
    facts = content.facts
    assert facts.day("demand_on") == date(2026, 11, 3)
    assert facts.day("delivered_on") == date(2026, 11, 5)
    assert facts.day("settled_on") == date(2026, 11, 20)
    assert facts.number("settlement_yen") == 500_000
    assert facts.day("settlement_pay_by_on") == date(2026, 12, 25)


def test_what_was_typed_for_the_papers_goes_first(database: Database) -> None:
    case_id = cases.open_case({"client": "甲野花子"}, actor="x", at=AT)
    keeping.note(
        case_id, Told(Kind.STEP, date(2026, 11, 1), {"step": "history_received"}, "a"), MADE
    )
    keeping.note(case_id, Told(Kind.STEP, date(2026, 11, 2), {"step": "calculated"}, "b"), MADE)
    keeping.note(case_id, Told(Kind.STEP, date(2026, 11, 3), {"step": "claim_sent"}, "c"), MADE)
    assert papers.stated_of(cases.load(case_id), ON)["demand_on"] == "2026-11-03"
    told = {"op": "set_fact", "name": "demand_on", "value": "2026-11-10"}
    cases.apply(case_id, [told], actor="x", at=AT, expected_seq=cases.load(case_id).seq)
    assert papers.stated_of(cases.load(case_id), ON)["demand_on"] == "2026-11-10"
