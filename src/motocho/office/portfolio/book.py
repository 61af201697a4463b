"""Our own book as lines for a run: every agreement with its history [自社の帳簿の書出し]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from motocho.office.portfolio import columns

if TYPE_CHECKING:
    from motocho.loans.queries import BookHistory

AT_ONCE = 20_000
"""Lines kept before they are written."""
GROUP_ROWS = 1 << 19
BOOK = pa.schema(
    [
        (columns.AGREEMENT, pa.string()),
        (columns.PRODUCT, pa.string()),
        ("on", pa.date32()),
        ("kind", pa.string()),
        ("amount_yen", pa.int64()),
        ("rate_ppm", pa.int32()),
        ("until_on", pa.date32()),
        ("lender_balance_yen", pa.int64()),
    ]
)
"""The columns of our own book. `lender_balance_yen` is for the reader: no run looks at it."""
Told = Callable[[int], None]


def export(cursor: Any, path: Path, until_on: date, told: Told | None = None) -> int:
    """Write the whole book up to a day as Parquet; gives the number of agreements [帳簿の書出し].

    Takes     a cursor in a transaction of one moment.
    Exact     recalculated with its own rates and delays, each lawful agreement owes what the book
              says, and nothing is overpaid (`loans.queries.histories` tells where it cannot be so).
    """
    from motocho.loans.queries import every_history  # noqa: PLC0415  # runs need no database

    part = path.with_name(f".{path.name}.part")
    count = 0
    waiting: list[pa.RecordBatch] = []
    rows: list[dict[str, Any]] = []
    with pq.ParquetWriter(part, BOOK, compression="zstd") as writer:
        for history in every_history(cursor, until_on):
            rows += _lines(history)
            count += 1
            if len(rows) >= AT_ONCE:
                waiting.append(pa.RecordBatch.from_pylist(rows, schema=BOOK))
                if told is not None:
                    told(len(rows))
                rows = []
            if sum(one.num_rows for one in waiting) >= GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting = []
        waiting.append(pa.RecordBatch.from_pylist(rows, schema=BOOK))
        if told is not None:
            told(len(rows))
        writer.write_table(pa.Table.from_batches(waiting))
    part.replace(path)
    return count


def name_of(history: BookHistory) -> str:
    """How an agreement of ours is named in a run: member and agreement [契約の名].

    Why       zeros in front keep the order of the names that of the keys.
    """
    return f"{history.key.member_id:012d}/{history.key.agreement_id:06d}"


def _lines(history: BookHistory) -> Iterator[dict[str, Any]]:
    from motocho.office import lender  # noqa: PLC0415  # runs need no database

    case = history.case
    named = {columns.AGREEMENT: name_of(history), columns.PRODUCT: history.product_id}
    for row, amount_yen in zip(case.rows, lender.amounts_of(case), strict=True):
        yield {
            **named,
            "on": row.on,
            "kind": row.kind,
            "amount_yen": amount_yen,
            "lender_balance_yen": row.balance_yen,
        }
    for on, ppm in case.contract_rates:
        yield {**named, "on": on, "kind": "rate", "amount_yen": 0, "rate_ppm": ppm}
    for first, last, ppm in case.delay_periods:
        late = {"on": first, "until_on": last, "rate_ppm": ppm}
        yield {**named, "kind": "delay", "amount_yen": 0, **late}
