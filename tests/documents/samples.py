"""Statements and sheets that the tests of printed forms share."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

from motocho.claims import assumptions as assumed
from motocho.claims import layouts, reading
from motocho.claims.layouts import Layout
from motocho.claims.statement import Statement, recalculate
from motocho.documents.sheet import Sheet

Document = dict[str, Any]

RARE = "髙﨑𠮷濵德"
"""Characters of names that ordinary fonts lack."""


def statement_of(document: Document) -> Statement:
    history = reading.read(json.dumps(document).encode(), file="case.json")
    read = assumed.read(history.stated_assumptions)
    assert not read.faults, read.faults
    return recalculate(history, read.assumptions)


def sheet_of(document: Document, layout: Layout = Layout.COURT) -> Sheet:
    return layouts.content(statement_of(document), layout)


def event(on: str, kind: str, amount: int = 0, **more: Any) -> Document:
    return {"date": on, "kind": kind, "amount": amount, **more}


def case(*events: Document, **stated: Any) -> Document:
    return {
        "schema_version": 1,
        "lender": f"株式会社{RARE}ファイナンス",
        "title": "不当利得返還請求事件",
        "events": list(events),
        "assumptions": stated,
    }


def monthly(count: int, **stated: Any) -> Document:
    """A card as it is used: a debt, then an overpayment, advances now and then [月々の取引]."""
    on = date(1999, 1, 10)
    events = [event(on.isoformat(), "borrow", 300_000, rate="0.27375")]
    for number in range(count - 2):
        on = date(on.year + on.month // 12, on.month % 12 + 1, 20 + number * 7 % 8)
        borrows = number % 14 == 9
        amount = (50_000, 100_000, 200_000)[number % 3] if borrows else 10_000 + number % 3 * 5_000
        events.append(event(on.isoformat(), "borrow" if borrows else "repay", amount))
    events.append(event((on + timedelta(days=400)).isoformat(), "closing"))
    return case(*events, **stated)


PLAIN = monthly(90)
SEPARATE = case(
    event("2001-01-10", "opening", 300_000, rate="0.27375", contract="カードA"),
    event("2001-02-27", "repay", 1_000, note="推定: 通帳の記載から", contract="カードA"),
    event("2001-03-10", "borrow", 700_000, contract="カードA"),
    event("2001-03-10", "borrow", 100_000, contract="B-2"),
    event("2003-03-27", "repay", 30_000, note="=1+1", contract="カードA"),
    event("2004-03-10", "repay", 400_000, contract="B-2"),
    event("2006-04-10", "repay", 3_000_000, contract="カードA"),
    event("2008-04-10", "borrow", 3_900_000, contract="カードA"),
    event("2021-04-10", "closing", contract="カードA"),
    event("2021-04-10", "closing", contract="B-2"),
    contracts="separate_set_off",
    first_day="both",
    overpayment_rate_rule="split_2020",
    delay_periods=[
        {"from_on": "2003-01-01", "to_on": "2003-02-10"},
        {"from_on": "2010-01-01", "to_on": None, "contract_rate": "0.2"},
    ],
    contract_rates=[["2009-01-01", "0.12"], ["2009-06-01", "0.11"]],
)
TRANCHES = case(
    event("2019-01-10", "carry", 120_000, interest=6_200, arose_on="2011-05-01"),
    event("2019-06-10", "borrow", 50_000),
    event("2020-05-10", "repay", 90_000),
    event("2021-02-10", "closing"),
    event("2023-02-10", "borrow", 250_000),
    event("2024-03-01", "closing"),
    overpayment_rate_rule="tranche",
    rounding="half_up",
    rounding_stage="part",
    year_basis="whole_then_feb29",
)
LENDER_SIDE = monthly(
    40,
    ceiling_rule="none",
    contract_rates=[["1999-01-01", "0.292"]],
    year_basis="fixed_365",
    first_day="lend_in_repay_out",
    unpaid_interest="capitalize",
    rounding="ceil",
    overpayment_appropriation="no_interest",
)
ZERO_OPENING = case(
    event("2005-01-10", "opening", 480_000),
    *(event(f"2005-{month:02}-28", "repay", 15_000) for month in range(2, 12)),
    event("2006-01-10", "borrow", 20_000),
    event("2010-01-10", "closing"),
    opening_balance="zero",
    overpayment_appropriation="principal_first",
    year_basis="whole_then_calendar",
)
EXACT = monthly(12, rounding="exact")

SAMPLES = {
    "plain": PLAIN,
    "separate": SEPARATE,
    "tranches": TRANCHES,
    "lender_side": LENDER_SIDE,
    "zero_opening": ZERO_OPENING,
    "exact": EXACT,
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
