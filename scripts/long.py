"""`./run long [PART …]`: checks too long for CI, their last results in docs/benchmarks/long/.

- `histories`: the kernel against the day-by-day oracle over 200,000 random histories, every value
  of every row, and the compiled kernel against the interpreted one over the same histories;
- the tests marked `long`, a part for each folder that has some; what such a test prints after
  `measured: ` stands in the report.

Each part has its own date in the report: a part that ran again replaces only its own result.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path

from tests import oracle
from tests.strategies import random_case

from motocho.claims import assumptions, reading
from motocho.claims.statement import assemble, fold, fold_many, prepare

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "docs" / "benchmarks" / "long"
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


def histories(count: int, processes: int) -> tuple[list[str], int]:
    """The report of the random histories, and how many faults there are."""
    rows, faults = run(count, processes)
    said = [
        f"{count:,} random histories with {rows:,} rows; kernel = day-by-day oracle in every value",
        f"of every row; compiled = interpreted in every value and piece: {len(faults)} differences",
        "",
        *(f"- {fault}" for fault in faults[:50]),
    ]
    return said, len(faults)


def tests(folder: str, processes: int) -> tuple[list[str], int]:
    """The report of a folder's tests marked `long`, and pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(processes), "-m", "long", "-rfP"]
    done = subprocess.run(
        [*command, f"tests/{folder}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    measured = [line.removeprefix(MEASURED) for line in lines if line.startswith(MEASURED)]
    failed = [line for line in lines if line.startswith("FAILED")]
    last = lines[-1].strip("= ") if lines else ""
    return [
        f"{last}",
        "",
        *(f"- {line}" for line in sorted(set(measured)) + failed),
    ], done.returncode


def known_parts() -> list[str]:
    """`histories`, and the folders that hold tests marked `long`."""
    marked = (
        path for path in ROOT.glob("tests/*/**/*.py") if "mark.long" in path.read_text("utf-8")
    )
    return ["histories", *sorted({path.relative_to(ROOT / "tests").parts[0] for path in marked})]


def main() -> None:
    known = known_parts()
    parser = argparse.ArgumentParser(prog="./run long", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"one of {', '.join(known)}; all without one")
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    if unknown := set(wanted.part) - set(known):
        parser.error(f"no part {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    faults = 0
    for part in wanted.part or known:
        start = time.perf_counter()
        if part == "histories":
            said, found = histories(wanted.histories, wanted.processes)
        else:
            said, found = tests(part, wanted.processes)
        faults += found
        text = report(part, said, time.perf_counter() - start, wanted.processes)
        print(text)
        if part != "histories" or wanted.histories >= HISTORIES:
            REPORTS.mkdir(parents=True, exist_ok=True)
            (REPORTS / f"{part}.md").write_text(text, encoding="utf-8")
    raise SystemExit(1 if faults else 0)


def report(part: str, said: list[str], seconds: float, processes: int) -> str:
    """A part's page."""
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")  # noqa: TID251  # a report's date
    when = f"{now}, {seconds / 60:.0f} minutes on {processes} processes."
    lines = [f"# The long run: {part}", "", f"{when} Written by `./run long {part}`.", "", *said]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    main()
