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
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow as pa

from motocho import __version__
from motocho.office import workers
from motocho.office.portfolio import columns, reading, shards
from motocho.office.portfolio._ending import Joined
from motocho.office.portfolio.conventions import Conventions
from motocho.office.portfolio.distribution import Way, carried
from motocho.units.errors import Fault, NotFoundError, StateConflict

SCHEMA_VERSION = 1
SUMMARY = "result.json"
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
    if how.way is Way.PROCESSES:
        workers.make_ready()
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
        named = pa.int64() if files[0].is_numbered else pa.string()
        with Joined(folder, how.form.value, columns.schemas(named)) as joined:
            for one in done.values():
                joined.add(one)
            for one in carried(tasks, how.way, how.workers):
                manifest.add(one)
                done[one.number] = one
                told(one.rows)
                joined.add(one)
            return _finished(folder, list(done.values()), files, joined)


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


def as_of(folder: Path) -> date | None:
    """The day on which a run closed every agreement; None: each with its last line [計算日].

    Raises    NotFoundError where no run began there.
    """
    path = folder / "plan.json"
    if not path.exists():
        raise NotFoundError(Fault("PFO-019", file=str(folder)))
    stated = json.loads(path.read_text(encoding="utf-8"))["as_of"]
    return None if stated is None else date.fromisoformat(stated)


# ----------------------------------------------------------------------------------- the end
def _finished(
    folder: Path, done: Sequence[shards.Done], files: Sequence[reading.File], joined: Joined
) -> Summary:
    """What remains when the last shard is done: the files as they stay, the summary."""
    ended = joined.ended()
    summary = Summary(
        rows=sum(one.rows for one in done),
        agreements=ended.totals.agreements,
        faulty=sum(one.faulty for one in done) + ended.twice,
        by_hand=sum(one.by_hand for one in done),
        **ended.totals.sums(),
        files=ended.files,
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
