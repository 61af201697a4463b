"""Books for the tests of whole books: cases as lines, and what each comes to by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from tests.strategies import random_case

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.reading import read_case
from motocho.claims.statement import recalculate
from motocho.office.portfolio import Conventions
from motocho.units.errors import MotochoError

Line = dict[str, Any]
SCHEMA = pa.schema(
    [
        ("agreement_id", pa.int64()),
        ("product", pa.string()),
        ("on", pa.date32()),
        ("kind", pa.string()),
        ("amount_yen", pa.int64()),
        ("rate_ppm", pa.int32()),
        ("contract", pa.string()),
        ("carried_interest_yen", pa.int64()),
        ("arose_on", pa.date32()),
        ("until_on", pa.date32()),
    ]
)


def case_of(document: Mapping[str, Any]) -> tuple[History, Assumptions]:
    history = read_case(orjson.dumps(document))
    return history, assumed.read(history.stated_assumptions).assumptions


def lines_of(name: Any, history: History, assumptions: Assumptions | None = None) -> list[Line]:
    """A history as lines, with the rates and delays that its assumptions state."""
    lines = [
        {
            "agreement_id": name,
            "on": event.on,
            "kind": event.kind.public_name,
            "amount_yen": event.amount_yen,
            "rate_ppm": event.rate_ppm,
            "contract": event.contract,
            "carried_interest_yen": event.carried_interest_yen,
            "arose_on": event.arose_on,
        }
        for event in history.events
    ]
    if assumptions is not None:
        lines += [
            {"agreement_id": name, "on": on, "kind": "rate", "amount_yen": 0, "rate_ppm": ppm}
            for on, ppm in assumptions.contract_rates
        ]
        lines += [
            {
                "agreement_id": name,
                "on": period.from_on,
                "kind": "delay",
                "amount_yen": 0,
                "rate_ppm": period.contract_rate_ppm,
                "until_on": period.to_on,
            }
            for period in assumptions.delay_periods
        ]
    return lines


def batch_of(lines: Sequence[Line], schema: pa.Schema = SCHEMA) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(lines), schema=schema)


def alone(history: History, conventions: Conventions) -> dict[str, Any] | list[str]:
    """What `claims.statement` finds for one history, in the shape of a line out; or its codes."""
    try:
        result = recalculate(history, conventions.assumptions, as_of=conventions.as_of).result
    except MotochoError as error:
        return [fault.code for fault in error.faults]
    return {
        "outstanding_principal_yen": result.outstanding_principal_yen,
        "unpaid_interest_yen": result.unpaid_interest_yen,
        "overpayment_yen": result.overpayment_yen,
        "overpayment_interest_yen": result.overpayment_interest_yen,
        "claim_yen": result.claim_yen,
        "first_overpaid_on": result.first_overpaid_on,
        "ceiling_ppm": result.ceiling_ppm,
    }


def random_history(seed: int) -> History:
    """A valid history of the strategies, its case's assumptions left out."""
    return case_of({**random_case(seed), "assumptions": {}})[0]


def random_book(count: int, seed: int) -> list[list[Line]]:
    """Agreements named in order, most plain, some nasty, some faulty."""
    chance = Random(seed)
    book = []
    for number in range(count):
        history = random_history(seed * 1_000 + number)
        lines = lines_of(1_000 + 3 * number, history)
        for line in lines:
            line["product"] = ("card", "cashing", "free")[number % 3]
        if chance.random() < 0.05:
            spoil(lines, chance)
        book.append(lines)
    return book


def spoil(lines: list[Line], chance: Random) -> None:
    """One line of an agreement made wrong."""
    line = chance.choice(lines)
    how: dict[str, Any] = chance.choice(
        [
            {"kind": "unknown"},
            {"kind": None},
            {"on": None},
            {"on": date(1700, 1, 1)},
            {"kind": "repay", "amount_yen": -1},
            {"kind": "borrow", "amount_yen": None},
            {"kind": "repay", "amount_yen": 10**12 + 1},
            {"rate_ppm": -5},
            {"kind": "rate", "rate_ppm": None},
        ]
    )
    line.update(how)


def write(path: Path, agreements: Iterable[list[Line]], rows: int = 500) -> Path:
    """A book as Parquet with row groups of so many lines: agreements straddle them."""
    lines = [line for agreement in agreements for line in agreement]
    table = pa.Table.from_pylist(lines, schema=SCHEMA)
    pq.write_table(table, path, row_group_size=rows)
    return path
