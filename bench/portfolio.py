"""A whole book from Parquet: one process, two, Ray; beside it reading alone.

MOTOCHO_BENCH_AGREEMENTS makes the book smaller or larger than a million.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench._timing import best
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import EventKind
from motocho.office.portfolio import Conventions, recalculate_block
from motocho.office.portfolio.columns import read_columns

AGREEMENTS = int(os.environ.get("MOTOCHO_BENCH_AGREEMENTS", "1000000"))
ROWS = 120
GROUP = 8_500
"""Agreements of a row group: about a million lines; groups are cut so that agreements straddle."""
SAMPLE = 300
TIMES = 2
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
ROOT = Path(__file__).parents[1]
PRODUCTS = ["card", "cashing", "free"]


def lines_of(first: int, count: int) -> pa.Table:
    """Monthly repayments with a draw now and then; every agreement another, seeded."""
    chance = np.random.default_rng(first)
    steps = chance.integers(25, 36, (count, ROWS), dtype=np.int32)
    steps[:, 0] = date(1996, 1, 10).toordinal() - date(1970, 1, 1).toordinal()
    steps[:, 0] += chance.integers(0, 400, count, dtype=np.int32)
    draws = chance.random((count, ROWS), dtype=np.float32) < 0.1
    draws[:, 0] = True
    lent = chance.integers(1, 31, (count, ROWS), dtype=np.int64) * 10_000
    paid = chance.integers(5, 21, (count, ROWS), dtype=np.int64) * 1_000
    amounts = np.where(draws, lent, paid)
    amounts[:, 0] = 300_000
    numbers = np.arange(first, first + count, dtype=np.int64)

    def texts(codes: Any, names: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8).ravel()), names)

    return pa.table(
        {
            "agreement_id": np.repeat(numbers + 10_000_000, ROWS),
            "product": texts(np.repeat(numbers % 3, ROWS), PRODUCTS),
            "on": pa.array(np.cumsum(steps, axis=1, dtype=np.int32).ravel(), pa.date32()),
            "kind": texts(~draws, ["borrow", "repay"]),
            "amount_yen": amounts.ravel(),
        }
    )


def write_book(path: Path, agreements: int) -> None:
    first = lines_of(0, 1)
    with pq.ParquetWriter(path, first.schema, compression="snappy") as writer:
        for number in range(0, agreements, GROUP):
            count = min(GROUP, agreements - number)
            # A group ends 50 lines before its last agreement does.
            writer.write_table(lines_of(number, count), row_group_size=count * ROWS - 50)


def read_alone(path: Path) -> int:
    file = pq.ParquetFile(path, memory_map=True, read_dictionary=["kind", "product"])
    columns = read_columns(file.schema_arrow)
    return sum(
        lines.num_rows for lines in file.iter_batches(1 << 17, columns=columns, use_threads=False)
    )


def sample_of(path: Path) -> Iterator[History]:
    """The first agreements, as histories for the interpreted path."""
    rows = pq.ParquetFile(path).read_row_group(0).slice(0, SAMPLE * ROWS).to_pylist()
    for number in range(0, len(rows), ROWS):
        yield History(
            tuple(
                Event(row["on"], EventKind[row["kind"].upper()], row["amount_yen"])
                for row in rows[number : number + ROWS]
            )
        )


class Run(NamedTuple):
    """A run of the command in processes of its own."""

    seconds: float
    peak_bytes: int
    """Most memory of its own that it and its workers had at once; pages of the file not counted."""
    results_sha256: str


def run_of(book: Path, folder: Path, *options: str) -> Run | None:
    command = [sys.executable, "-m", "motocho", "portfolio", "run", str(book), "-o", str(folder)]
    start = time.perf_counter()
    with subprocess.Popen(
        [*command, *options, "--json"], stdout=subprocess.PIPE, env=as_installed(folder.parent)
    ) as process:
        watch = Watch(process.pid)
        out, _ = process.communicate()
        seconds = time.perf_counter() - start
        peak_bytes = watch.ended()
    if process.returncode and "ray" in options:
        return None  # on a busy machine Ray gives up before it has started
    if process.returncode:
        raise SystemExit(f"the run failed: {options}")
    return Run(seconds, peak_bytes, json.loads(out)["files"]["agreements.parquet"])


def as_installed(folder: Path) -> dict[str, str]:
    """The environment with Python's bytecode kept, as whoever installs programs has it."""
    own = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    return {**own, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


class Watch:
    """Looks at the memory of a process and all that came of it, until it is told to end."""

    def __init__(self, process: int) -> None:
        self._process, self._peak = process, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def ended(self) -> int:
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._over.wait(0.2):
            self._peak = max(self._peak, sum(map(own_bytes, family(self._process))))


def family(process: int) -> list[int]:
    """A process and its descendants; Linux only, elsewhere nobody."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def own_bytes(process: int) -> int:
    try:
        for text in Path(f"/proc/{process}/status").read_text().splitlines():
            if text.startswith("RssAnon:"):
                return int(text.split()[1]) * 1024
    except OSError:
        pass  # it has just ended
    return 0


def line(what: str, value: str, beside: str = "") -> None:
    print(f"{what:<62}{value:>16}{'   ' + beside if beside else ''}")


def by_itself(book: Path) -> float:
    """Reading alone, the block function alone, the interpreted path; gives reading's seconds."""
    rows = AGREEMENTS * ROWS
    seconds = best(lambda: read_alone(book), TIMES)
    line("reading alone (pyarrow, one thread), rows/s", f"{rows / seconds:,.0f}")
    table = pq.ParquetFile(book, read_dictionary=["kind", "product"]).read_row_group(0)
    whole = min(GROUP, AGREEMENTS)
    lines = table.slice(0, (whole - 1) * ROWS).combine_chunks().to_batches()[0]
    done = recalculate_block(lines, Conventions())
    block = best(lambda: recalculate_block(lines, Conventions()))
    line("the block function alone, one core, rows/s", f"{lines.num_rows / block:,.0f}")
    histories = list(sample_of(book))
    alone = best(lambda: [recalculate(one, Assumptions()) for one in histories], 1)
    line("interpreted, statement by statement, rows/s", f"{SAMPLE * ROWS / alone:,.0f}")
    found = done.found.slice(0, SAMPLE).to_pylist()
    for history, row in zip(histories, found, strict=True):
        result = recalculate(history, Assumptions()).result
        if (result.claim_yen, result.owed_yen) != (
            row["claim_yen"],
            row["outstanding_principal_yen"] + row["unpaid_interest_yen"],
        ):
            raise SystemExit("the compiled path gives other numbers: nothing can be compared")
    return seconds


def measured(folder: Path, book: Path, name: str, *options: str) -> Run | None:
    runs = [run_of(book, folder / f"{name}{at}", *options) for at in range(TIMES)]
    return min((one for one in runs if one is not None), key=lambda one: one.seconds, default=None)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book, small = folder / "book.parquet", folder / "small.parquet"
        start = time.perf_counter()
        write_book(book, AGREEMENTS)
        write_book(small, AGREEMENTS // 10)
        rows = AGREEMENTS * ROWS
        size = book.stat().st_size
        made = time.perf_counter() - start
        line(f"{AGREEMENTS:,} agreements x {ROWS} rows, written in, s", f"{made:.1f}")
        line("load of the machine meanwhile", f"{os.getloadavg()[0]:.1f}")
        line("  their size as Parquet, MB", f"{size / 1e6:,.0f}")
        reading = by_itself(book)
        ways: list[tuple[str, tuple[str, ...]]] = [
            ("one process", ("--way", "here")),
            ("a pool of 1", ("--workers", "1")),
            ("a pool of 2", ("--workers", "2")),
        ]
        if find_spec("ray") is not None:
            ways.append(
                ("Ray, local, 2 workers, its start included", ("--way", "ray", "--workers", "2"))
            )
        for _, options in ways[:2]:  # their bytecode is kept from here on
            run_of(small, folder / f"first{options[-1]}", *options)
        hashes = set()
        for title, options in ways:
            one = measured(folder, book, title[:6] + options[-1], *options)
            if one is None:
                line(f"{title}: did not start", "-")
                continue
            hashes.add(one.results_sha256)
            peak = f"peak {one.peak_bytes >> 20:,} MB"
            line(
                f"{title}, the whole command, rows/s",
                f"{rows / one.seconds:,.0f}",
                f"{one.seconds:.1f} s, {peak}",
            )
            if "ray" not in options:
                processors = int(options[1]) if options[0] == "--workers" else 1
                share = f"{reading / one.seconds / processors:.0%}"
                line("  share of reading in it", share)
        few = measured(folder, small, "small", "--workers", "2")
        if few is not None:
            line("a pool of 2, a tenth of the agreements: peak, MB", f"{few.peak_bytes >> 20:,}")
        line("all ways gave the same bytes", "yes" if len(hashes) == 1 else "NO")
        if len(hashes) != 1:
            raise SystemExit("the ways differ")
