"""What a book owes back, by product and year [引当の見積り].

Claims are told in full, as they would stand if everybody claimed, and how many of them prescription
may bar on a day. Who will claim, and what a settlement pays, is for people to say: that part of a
reserve is no arithmetic, and its auditor sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from motocho.documents.sheet import plain_text
from motocho.office.portfolio import _ending, columns, runs
from motocho.office.portfolio._plain import unmarked
from motocho.office.portfolio.sums import exact_sum
from motocho.units.errors import Fault, FaultyInput, InputError

SCHEMA_VERSION = 1
MAX_COLUMN = 2**63 - 1
_YEARS = 10_000


class By(Enum):
    """Which year an agreement is counted in [年の基準]."""

    FIRST_OVERPAID = "first_overpaid"
    """The year its overpayment first arose."""
    LAST_DEALT = "last_dealt"
    """The year of its last advance or repayment."""

    @property
    def column(self) -> str:
        """The column of the results that holds the day [列]."""
        return f"{self.value}_on"


@dataclass(frozen=True, slots=True)
class Group:
    """Agreements of a product and a year, added up [区分の合計].

    Exact     sums are whole numbers without bound.
    """

    product: str
    year: int | None
    """None: there is no such day."""
    agreements: int
    overpaid: int
    """Agreements with an overpayment at their end."""
    overpayment_yen: int
    overpayment_interest_yen: int
    claim_yen: int
    barred: int
    """Of the overpaid: those whose prescription has run out, if it is invoked."""
    barred_yen: int
    open_yen: int
    """`claim_yen` without `barred_yen`."""
    outstanding_principal_yen: int
    unpaid_interest_yen: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """The estimate of a run on a day [引当の見積り]."""

    on: date
    """On which prescription is looked at."""
    as_of: date | None
    """Until which every agreement was reckoned; None: each until its last line."""
    by: By
    groups: tuple[Group, ...]
    total: Group
    faulty: int
    """Agreements without a result: they are in no group."""

    def document(self) -> dict[str, Any]:
        """The estimate in its public form [公開形式]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "on": str(self.on),
            "as_of": None if self.as_of is None else str(self.as_of),
            "by": self.by.value,
            "groups": [asdict(group) for group in self.groups],
            "total": asdict(self.total),
            "faulty": self.faulty,
        }

    def rows(self) -> list[list[Any]]:
        """The names of the columns, a row a group, and the total; no text is a formula [表]."""
        names = [one.name for one in fields(Group)]
        return [
            names,
            *(
                [plain_text(group.product), *(getattr(group, name) for name in names[1:])]
                for group in self._all()
            ),
        ]

    def table(self) -> pa.Table:
        """The groups as a table of Arrow, without the total [表].

        Raises    InputError for a sum beyond a 64-bit column.
        """
        rows = [asdict(group) for group in self.groups]
        most = max((value for row in rows for value in row.values() if _is_whole(value)), default=0)
        if most > MAX_COLUMN:
            raise InputError(Fault("PFO-020", excerpt=str(most)))
        kinds = {"product": pa.string(), "year": pa.int32()}
        schema = pa.schema([(one.name, kinds.get(one.name, pa.int64())) for one in fields(Group)])
        return pa.Table.from_pylist(rows, schema=schema)

    def _all(self) -> Iterable[Group]:
        return (*self.groups, self.total)


def _is_whole(value: object) -> bool:
    return isinstance(value, int)


_SUMMED = (
    "overpayment_yen",
    "overpayment_interest_yen",
    "claim_yen",
    "outstanding_principal_yen",
    "unpaid_interest_yen",
)


_SAID = tuple(name for name in _SUMMED if name != "claim_yen")
"""Sums that the run itself says, on its own road."""


def estimate(folder: Path, on: date, by: By = By.FIRST_OVERPAID) -> Reserve:
    """What the agreements of a run come to, grouped [引当の見積り].

    Takes     the folder of a run that has ended; the day on which prescription is looked at.
    Raises    NotFoundError where no run has ended; FaultyInput where the results do not add up to
              what the run said of them.
    """
    summary = runs.summary_of(folder)
    cells: dict[tuple[str, int | None], dict[str, int]] = {}
    for rows in _results(folder):
        _add(rows, on, by, cells)
    groups = [_group(*place, sums) for place, sums in cells.items()]
    groups.sort(key=lambda group: (group.product, group.year is None, group.year))
    total: dict[str, int] = {}
    for sums in cells.values():
        for name, value in sums.items():
            total[name] = total.get(name, 0) + value
    found = _group("", None, total)
    said = (summary.agreements, summary.overpaid, *(getattr(summary, one) for one in _SAID))
    if said != (found.agreements, found.overpaid, *(getattr(found, one) for one in _SAID)):
        raise FaultyInput(Fault("PFO-021", file=str(folder)))
    return Reserve(on, runs.as_of(folder), by, tuple(groups), found, summary.faulty)


def _group(product: str, year: int | None, sums: dict[str, int]) -> Group:
    names = [one.name for one in fields(Group)][2:]
    values = {name: sums.get(name, 0) for name in names if name != "open_yen"}
    open_yen = values["claim_yen"] - values["barred_yen"]
    return Group(product, year, open_yen=open_yen, **values)


def _results(folder: Path) -> Iterator[pa.RecordBatch]:
    path = folder / f"{_ending.RESULTS}.parquet"
    wanted = [columns.PRODUCT, *_SUMMED, "barred_after_on", *(by.column for by in By)]
    if path.exists():
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(_ending.GROUP_ROWS, columns=wanted, use_threads=False)
        return
    types = {field.name: field.type for field in columns.FOUND}
    options = pcsv.ConvertOptions(column_types=types, include_columns=wanted)
    lines = pcsv.ParseOptions(newlines_in_values=True)
    path = folder / f"{_ending.RESULTS}.csv"
    with pcsv.open_csv(path, parse_options=lines, convert_options=options) as reader:
        place = reader.schema.get_field_index(columns.PRODUCT)
        for rows in reader:
            named = unmarked(rows.column(place))
            yield rows.set_column(place, columns.PRODUCT, named)


def _add(
    rows: pa.RecordBatch, on: date, by: By, cells: dict[tuple[str, int | None], dict[str, int]]
) -> None:
    products = pc.fill_null(rows.column(columns.PRODUCT), "").dictionary_encode()
    years = pc.fill_null(pc.year(rows.column(by.column)), _YEARS).to_numpy()
    places = products.indices.to_numpy() * (_YEARS + 1) + years
    values = {name: rows.column(name).to_numpy() for name in _SUMMED}
    is_overpaid = values["overpayment_yen"] > 0
    last_free_on = pc.fill_null(rows.column("barred_after_on"), date.max)
    is_barred = pc.less(last_free_on, pa.scalar(on)).to_numpy(zero_copy_only=False) & is_overpaid
    for place in np.unique(places):
        here = places == place
        product, year = divmod(int(place), _YEARS + 1)
        cell = cells.setdefault(
            (products.dictionary[product].as_py(), None if year == _YEARS else year), {}
        )
        found = {name: exact_sum(values[name][here]) for name in _SUMMED}
        found["agreements"] = int(here.sum())
        found["overpaid"] = int((here & is_overpaid).sum())
        found["barred"] = int((here & is_barred).sum())
        found["barred_yen"] = exact_sum(values["claim_yen"][here & is_barred])
        for name, value in found.items():
            cell[name] = cell.get(name, 0) + value
