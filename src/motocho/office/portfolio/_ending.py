"""The parts of a run joined into its results, while shards are still at work [結果の組立て].

The file of results is written shard by shard in the order of the lines, as far as names ascend:
then none comes twice, and nothing has to wait for the last shard. Where they do not ascend, it is
written once more at the end, without the names that come twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from motocho.office.portfolio import columns, shards, twins
from motocho.office.portfolio._plain import marked
from motocho.office.portfolio.sums import exact_sum
from motocho.units.errors import Fault, Language

RESULTS, FAULTS = "agreements", "faults"
GROUP_ROWS = 1 << 16
"""Agreements of a row group in the results."""
_SUMMED = (
    "overpayment_yen",
    "overpayment_interest_yen",
    "outstanding_principal_yen",
    "unpaid_interest_yen",
)


class Totals:
    """Sums over all results [結果の合計]."""

    def __init__(self) -> None:
        self.agreements = self._overpaid = 0
        self._sums = dict.fromkeys(_SUMMED, 0)

    def add(self, rows: pa.RecordBatch) -> None:
        """Add some results [加算]."""
        self.agreements += rows.num_rows
        self._overpaid += int(pc.sum(pc.greater(rows.column("overpayment_yen"), 0)).as_py() or 0)
        for name in _SUMMED:
            self._sums[name] += exact_sum(rows.column(name).to_numpy())

    def sums(self) -> dict[str, Any]:
        """The sums by name [合計]."""
        return {"overpaid": self._overpaid, **self._sums}


class Ended(NamedTuple):
    """What the joined shards came to [結合の結果]."""

    totals: Totals
    twice: int
    """Agreements left out because their lines stand apart."""
    files: dict[str, str]
    """The results by name, with their SHA-256."""


class Joined:
    """The results of the shards, joined in the order of their numbers [結果の結合].

    Why       shards come in any order; those that come early wait for those before them.
    """

    def __init__(self, folder: Path, form: str, schemas: columns.Schemas) -> None:
        self._folder, self._schemas = folder, schemas
        self._results, self._faults = (folder / f"{name}.{form}" for name in (RESULTS, FAULTS))
        self._early: dict[int, shards.Done] = {}
        self._done: list[shards.Done] = []
        self._last_name: Any = None
        self._ascends = True
        self._totals = Totals()
        self._out = Written(self._results, schemas.found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, _error: object, _trace: object) -> None:
        self._out.close()

    def add(self, done: shards.Done) -> None:
        """Take a shard that is done, and write what is next [分割の受取り]."""
        self._early[done.number] = done
        while (ready := self._early.pop(len(self._done), None)) is not None:
            self._done.append(ready)
            self._ascends = self._ascends and self._follows(ready)
            if self._ascends:
                self._write(ready, set())

    def _follows(self, one: shards.Done) -> bool:
        """Whether all names of a shard are above those before."""
        if one.first_name is None:
            return True
        before, self._last_name = self._last_name, one.last_name
        return one.is_ascending and (before is None or bool(before < one.first_name))

    def _write(self, one: shards.Done, twice: set[Any]) -> None:
        for rows in shards.batches_in(shards.found_path(self._folder, one.number)):
            kept = rows if not twice else _without(rows, twice)
            self._totals.add(kept)
            self._out.add(kept)

    def ended(self) -> Ended:
        """The files as they stay, when the last shard is in [結果の確定]."""
        twice: set[Any] = set()
        if not self._ascends:
            twice = twins.found(self._folder, self._done)
            self._out.close()
            self._totals, self._out = Totals(), Written(self._results, self._schemas.found)
            for one in self._done:
                self._write(one, twice)
        self._out.keep()
        self._write_faults(twice)
        kept = {path.name: shards.sha256_of(path) for path in (self._results, self._faults)}
        return Ended(self._totals, len(twice), kept)

    def _write_faults(self, twice: set[Any]) -> None:
        out = Written(self._faults, self._schemas.faults)
        try:
            for one in self._done:
                if one.faults_sha256:
                    for rows in shards.batches_in(shards.faults_path(self._folder, one.number)):
                        out.add(rows)
            rows_of = [_apart_row(name) for name in sorted(twice)]
            out.add(pa.RecordBatch.from_pylist(rows_of, schema=self._schemas.faults))
            out.keep()
        finally:
            out.close()


def _without(rows: pa.RecordBatch, apart: set[Any]) -> pa.RecordBatch:
    names = rows.column(columns.AGREEMENT)
    listed = pc.is_in(names, value_set=pa.array(sorted(apart), names.type))
    return rows.filter(pc.invert(listed))


def _apart_row(name: Any) -> dict[str, Any]:
    fault = Fault("PFO-018")
    return {
        columns.AGREEMENT: name,
        "code": fault.code,
        "excerpt": "",
        "what_ja": fault.what(Language.JA),
        "fix_ja": fault.fix(Language.JA),
        "what_en": fault.what(Language.EN),
        "fix_en": fault.fix(Language.EN),
    }


class Written:
    """A file of results that is there whole or not at all, in equal row groups [結果の書込み].

    Its form, CSV or Parquet, follows the end of its name; in CSV no text is a formula.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._part = path, path.with_suffix(".part")
        self._schema = schema
        self._shaped = _as_it_is
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        if path.suffix == ".csv":
            self._writer: Any = pcsv.CSVWriter(self._part, schema)
            self._shaped = marked
        else:
            again = [name for name in schema.names if not _is_own(name)]
            self._writer = pq.ParquetWriter(
                self._part, schema, compression="zstd", use_dictionary=again
            )

    def add(self, rows: pa.RecordBatch) -> None:
        """Write some rows, or keep them until a row group is full [行の書込み]."""
        if rows.num_rows:
            self._waiting.append(rows)
            self._rows += rows.num_rows
        while self._rows >= GROUP_ROWS:
            whole = pa.Table.from_batches(self._waiting, self._schema)
            self._write(whole.slice(0, GROUP_ROWS))
            rest = whole.slice(GROUP_ROWS)
            self._waiting, self._rows = rest.to_batches(), rest.num_rows

    def _write(self, rows: pa.Table) -> None:
        self._writer.write_table(self._shaped(rows.combine_chunks()))

    def keep(self) -> None:
        """The file is whole [結果の確定]."""
        if self._rows:
            self._write(pa.Table.from_batches(self._waiting, self._schema))
        self.close()
        self._part.replace(self._path)

    def close(self) -> None:
        """Write no more; what was not kept stays a part [書込みの終り]."""
        self._writer.close()


def _as_it_is(rows: pa.Table) -> pa.Table:
    return rows


def _is_own(name: str) -> bool:
    """Whether a column's values differ from line to line: a dictionary would gain nothing."""
    return name == columns.AGREEMENT or name.endswith("_yen")
