"""`./run long`: checks too long for CI, with their last result in docs/benchmarks/long.md.

- the kernel against the day-by-day oracle over 200,000 random histories, every value of every row;
- the compiled kernel against the interpreted one over the same histories;
- every test marked `long`; what such a test prints after `measured: ` stands in the report.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

from tests import oracle
from tests.strategies import random_case

from motocho.claims import assumptions, reading
from motocho.claims.statement import assemble, fold, fold_many, prepare

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "benchmarks" / "long.md"
MEASURED = "measured: "
HISTORIES = 200_000
BLOCK = 500


def block(first: int) -> tuple[int, list[str]]:
    """One block of seeds: rows looked at, and each disagreement in words."""
    rows, faults = 0, []
    documents = [random_case(seed) for seed in range(first, first + BLOCK)]
    prepared = []
    for document in documents:
        history = reading.read(json.dumps(document).encode())
        prepared.append(prepare(history, assumptions.read(history.stated_assumptions).assumptions))
    compiled = fold_many(prepared)
    for seed, (document, one, folds) in enumerate(
        zip(documents, prepared, compiled, strict=True), start=first
    ):
        interpreted = [fold(dealing, one.regime) for dealing in one.dealings]
        if interpreted != folds:
            faults.append(f"seed {seed}: compiled and interpreted differ")
        ours, theirs = assemble(one, interpreted).document(), oracle.recalculate(document)
        rows += len(ours["rows"])
        faults += (f"seed {seed}: {what}" for what in _differences(ours, theirs))
    return rows, faults


def _differences(ours: dict[str, object], theirs: dict[str, object]) -> Iterator[str]:
    pairs = zip(ours["rows"], theirs["rows"], strict=True)  # type: ignore[call-overload]
    for number, (row, expected) in enumerate(pairs, start=1):
        for key, value in expected.items():
            if row[key] != value:
                yield f"row {number} {key}: {row[key]} and {value}"
    result, expected = ours["result"], theirs["result"]
    for key, value in expected.items():  # type: ignore[attr-defined]
        if result[key] != value:  # type: ignore[index]
            yield f"result {key}: {result[key]} and {value}"  # type: ignore[index]


def run(histories: int, processes: int) -> tuple[int, list[str]]:
    """All blocks over some processes."""
    total, faults = 0, []
    firsts = range(0, histories, BLOCK)
    with ProcessPoolExecutor(processes) as pool:
        for done, (rows, found) in enumerate(pool.map(block, firsts), start=1):
            total += rows
            faults += found
            count = f"{done * BLOCK:,} histories, {len(faults)} differences"
            print(f"\r{count}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return total, faults


def long_tests() -> tuple[int, list[str], str]:
    """The tests marked `long`: their exit code, what they measured, and pytest's last line."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "-m", "long", "-rfP"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    measured = [line.removeprefix(MEASURED) for line in lines if line.startswith(MEASURED)]
    failed = [line for line in lines if line.startswith("FAILED")]
    return done.returncode, sorted(set(measured)) + failed, lines[-1] if lines else ""


def report(lines: Iterable[str]) -> None:
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run long", description=__doc__)
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    start = time.perf_counter()
    rows, faults = run(wanted.histories, wanted.processes)
    code, measured, last = long_tests()
    minutes = (time.perf_counter() - start) / 60
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")  # noqa: TID251  # a report's date
    said = [
        "# The long run",
        "",
        f"{now}, {minutes:.0f} minutes on {wanted.processes} processes. Written by `./run long`.",
        "",
        f"Histories: {wanted.histories:,} random ones with {rows:,} rows.",
        "",
        "| check | differences |",
        "|---|---|",
        f"| kernel = day-by-day oracle, every value of every row | {len(faults)} |",
        "| compiled = interpreted, every value and piece | counted above |",
        "",
        *faults[:50],
        f"Tests marked long: {last}",
        "",
        *(f"- {line}" for line in measured),
    ]
    if wanted.histories >= HISTORIES:
        report(said)
    print("\n".join(said))
    raise SystemExit(1 if faults or code else 0)


if __name__ == "__main__":
    main()
