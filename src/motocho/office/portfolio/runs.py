"""A run over a whole book: planned, carried shard by shard, ended in two files [一括計算の実行].

The folder of a run holds its plan, its manifest, and while it lasts the parts. Run again with the
same input and conventions it goes on where it was, however it ended. The files at the end are the
same bytes whatever the workers, the shards and the batches were.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from motocho import __version__
from motocho.office.portfolio import columns, reading, shards, twins
from motocho.office.portfolio.conventions import Conventions
from motocho.office.portfolio.distribution import Way, carried, prepare
from motocho.office.portfolio.sums import exact_sum
from motocho.units.errors import Fault, Language, NotFoundError, StateConflict

SCHEMA_VERSION = 1
GROUP_ROWS = 1 << 16
"""Agreements of a row group in the results."""
RESULTS, FAULTS, SUMMARY = "agreements", "faults", "result.json"
Told = Callable[[int], None]
"""Is told the lines of each shard that is done [進みぐあい]."""


class Form(Enum):
    """The form of the results [出力の形]."""

    PARQUET = "parquet"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Means:
    """How a run is carried; nothing here changes a result [計算の手段]."""

    way: Way = Way.PROCESSES
    workers: int | None = None
    form: Form = Form.PARQUET
    shard_lines: int = shards.SHARD_LINES
    batch_lines: int = reading.BATCH_LINES


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to [計算のまとめ].

    Exact     sums are of whole numbers without bound.
    """

    rows: int
    agreements: int
    faulty: int
    by_hand: int
    """Agreements that the interpreted path took, faulty ones among them."""
    overpaid: int
    overpayment_yen: int
    overpayment_interest_yen: int
    outstanding_principal_yen: int
    unpaid_interest_yen: int
    files: dict[str, str]
    """The results by name, with their SHA-256."""
    ignored_columns: tuple[str, ...]
    peak_bytes: int
    """Most memory that one worker has had."""

    def document(self) -> dict[str, Any]:
        """The summary in its public form [公開形式]."""
        return {"schema_version": SCHEMA_VERSION, "engine_version": __version__, **asdict(self)}


def _quiet(_lines: int) -> None:
    return


def run(
    inputs: Sequence[Path],
    folder: Path,
    conventions: Conventions,
    means: Means | None = None,
    told: Told = _quiet,
) -> Summary:
    """Recalculate every agreement of some files into a folder [一括計算の実行].

    Takes     Parquet files, or folders of them; `columns` says which columns.
    Raises    NotFoundError and FaultyInput for the input as a whole; StateConflict where the folder
              holds another run, or one that is at work; what `distribution.carried` raises. A fault
              of one agreement is a line of the faults, and stops nothing.
    """
    how = means or Means()
    prepare(how.way)
    files = reading.found_files(inputs)
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        plan = _plan(files, conventions, how)
        _keep_plan(folder, plan)
        stretches = shards.stretches(files, how.shard_lines)
        manifest = shards.Manifest(folder)
        ended = _ended(folder)
        if ended is not None:
            told(ended.rows)
            return ended
        done = manifest.done()
        told(sum(one.rows for one in done.values()))
        tasks = [
            shards.Task(at, tuple(files), stretch, conventions, str(folder), how.batch_lines)
            for at, stretch in enumerate(stretches)
            if at not in done
        ]
        for one in carried(tasks, how.way, how.workers):
            manifest.add(one)
            done[one.number] = one
            told(one.rows)
        return _finished(folder, [done[at] for at in sorted(done)], files, how.form)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateConflict(Fault("PFO-007", file=str(folder))) from None
        yield


def _plan(files: Sequence[reading.File], conventions: Conventions, how: Means) -> str:
    document = {
        "schema_version": SCHEMA_VERSION,
        "engine_version": __version__,
        **conventions.document(),
        "shard_lines": how.shard_lines,
        "form": how.form.value,
        "files": [file.document() for file in files],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _keep_plan(folder: Path, plan: str) -> None:
    path = folder / "plan.json"
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_text(plan, encoding="utf-8")
        part.replace(path)
    elif path.read_text(encoding="utf-8") != plan:
        raise StateConflict(Fault("PFO-006", file=str(folder)))


def _ended(folder: Path) -> Summary | None:
    """The summary of a run that has ended, its files still as they were written."""
    if not (folder / SUMMARY).exists():
        return None
    found = summary_of(folder)
    held = all(
        (folder / name).exists() and shards.sha256_of(folder / name) == digest
        for name, digest in found.files.items()
    )
    return found if held else None


def summary_of(folder: Path) -> Summary:
    """What the run of a folder came to [計算のまとめ].

    Raises    NotFoundError where no run has ended there.
    """
    path = folder / SUMMARY
    if not path.exists():
        raise NotFoundError(Fault("PFO-019", file=str(folder)))
    stated = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: stated[name] for name in Summary.__dataclass_fields__}
    return Summary(**{**kept, "ignored_columns": tuple(kept["ignored_columns"])})


# ----------------------------------------------------------------------------------- the end
def _finished(
    folder: Path, done: Sequence[shards.Done], files: Sequence[reading.File], form: Form
) -> Summary:
    """The parts as one file of results and one of faults, in the order of the lines."""
    schema = columns.schemas(pa.int64() if files[0].is_numbered else pa.string())
    apart = set() if _is_ascending(done) else twins.found(folder, done)
    results, faults = (folder / f"{name}.{form.value}" for name in (RESULTS, FAULTS))
    totals = _Totals()
    with _Written(results, schema.found, form) as out:
        for one in done:
            for rows in _batches(shards.found_path(folder, one.number)):
                kept = rows if not apart else _without(rows, apart)
                totals.add(kept)
                out.add(kept)
    with _Written(faults, schema.faults, form) as out:
        for one in done:
            if one.faults_sha256:
                for rows in _batches(shards.faults_path(folder, one.number)):
                    out.add(rows)
        if apart:
            rows_of = [_apart_row(name) for name in sorted(apart)]
            out.add(pa.RecordBatch.from_pylist(rows_of, schema=schema.faults))
    summary = Summary(
        rows=sum(one.rows for one in done),
        agreements=totals.agreements,
        faulty=sum(one.faulty for one in done) + len(apart),
        by_hand=sum(one.by_hand for one in done),
        **totals.sums(),
        files={path.name: shards.sha256_of(path) for path in (results, faults)},
        ignored_columns=tuple(sorted({name for file in files for name in file.ignored})),
        peak_bytes=max((one.peak_bytes for one in done), default=0),
    )
    text = json.dumps(summary.document(), ensure_ascii=False, indent=1)
    part = folder / f"{SUMMARY}.part"
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(folder / SUMMARY)
    for path in (folder / "parts").iterdir():
        path.unlink()
    return summary


def _is_ascending(done: Sequence[shards.Done]) -> bool:
    """Whether names ascend through the whole stream: then none comes twice."""
    named = [one for one in done if one.first_name is not None]
    return all(one.is_ascending for one in named) and all(
        before.last_name < after.first_name for before, after in pairwise(named)
    )


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(GROUP_ROWS, use_threads=False)


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


class _Written:
    """A file of results that is there whole or not at all, in row groups of one size."""

    def __init__(self, path: Path, schema: pa.Schema, form: Form) -> None:
        self._path, self._part = path, path.with_suffix(".part")
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        if form is Form.CSV:
            self._writer: Any = pcsv.CSVWriter(self._part, schema)
        else:
            self._writer = pq.ParquetWriter(self._part, schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def add(self, rows: pa.RecordBatch) -> None:
        if rows.num_rows:
            self._waiting.append(rows)
            self._rows += rows.num_rows
        while self._rows >= GROUP_ROWS:
            whole = pa.Table.from_batches(self._waiting, self._schema)
            self._write(whole.slice(0, GROUP_ROWS))
            rest = whole.slice(GROUP_ROWS)
            self._waiting, self._rows = rest.to_batches(), rest.num_rows

    def _write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows.combine_chunks())

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is None and self._rows:
            self._write(pa.Table.from_batches(self._waiting, self._schema))
        self._writer.close()
        if kind is None:
            self._part.replace(self._path)


_SUMMED = (
    "overpayment_yen",
    "overpayment_interest_yen",
    "outstanding_principal_yen",
    "unpaid_interest_yen",
)


class _Totals:
    """Sums over all results."""

    def __init__(self) -> None:
        self.agreements = self._overpaid = 0
        self._sums = dict.fromkeys(_SUMMED, 0)

    def add(self, rows: pa.RecordBatch) -> None:
        self.agreements += rows.num_rows
        self._overpaid += int(pc.sum(pc.greater(rows.column("overpayment_yen"), 0)).as_py() or 0)
        for name in _SUMMED:
            self._sums[name] += exact_sum(rows.column(name).to_numpy())

    def sums(self) -> dict[str, Any]:
        return {"overpaid": self._overpaid, **self._sums}
