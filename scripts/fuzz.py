"""Coverage-guided fuzzing of the readers of histories and their checksum, for a bounded time.

`./run fuzz [--seconds N]` feeds `claims.reading.read` with mutated bytes. The seeds are the
histories and the error gallery of the tests; a seed that begins with `XLSX:`, `ODS:` or `XLS:`
holds the inner document of a workbook, so that mutations reach the cells and not only the checksums
of an archive.
Anything but a history or `FaultyInput` is a crash: the input is kept under `.cache/fuzz/` and the
exit code is 1. Memory and time are bounded by the process. Where the coverage engine is not
installed for this platform, a plain mutation loop takes its place and says so.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.claims import workbooks

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "fuzz"
CORPUS = CACHE / "corpus"
CRASHES = CACHE / "crashes"
SEED_FOLDERS = ("tests/claims/histories", "tests/errors", "examples")
LARGEST_SEED_BYTES = 40_000
MEMORY_BYTES = 4 << 30
SLOWEST_SECONDS = 10
LONGEST_INPUT_BYTES = 20_000
MOST_CHECKED_EVENTS = 60
INSTRUMENTED = (
    "motocho.claims.reading.tables",
    "motocho.claims.checksum",
    "motocho.claims.reading",
)
"""What is read, and what is then checked; reading imports its tables late."""


def one_input(data: bytes) -> None:
    """Read one input: a history or its faults, or else a crash."""
    # Imported late: the coverage engine instruments what is imported after it.
    from motocho.claims import checksum, reading  # noqa: PLC0415  # see above
    from motocho.units.errors import FaultyInput  # noqa: PLC0415  # see above

    try:
        history = reading.read(unwrapped(data), file="fuzz")
    except FaultyInput as error:
        for fault in (*error.faults, *error.warnings):
            fault.document()
        if not error.faults:
            raise ValueError("refused without a fault") from None
        return
    for warning in history.warnings:
        warning.document()
    if not history.events and not data.lstrip().startswith((b"{", b"[")):
        raise ValueError("a history without events")
    if len(history.events) <= MOST_CHECKED_EVENTS:
        checksum.check_balances(history).document()


def unwrapped(data: bytes) -> bytes:
    """The file that a seed stands for."""
    kind, colon, inner = data.partition(b":")
    if not colon:
        return data
    text = inner.decode("utf-8", "replace")
    if kind == b"XLSX":
        return workbooks.xlsx({"s": text})
    if kind == b"ODS":
        return workbooks.ods({"s": text})
    if kind == b"XLS":
        return workbooks.compound({"Workbook": inner})
    return data


def seeds() -> list[bytes]:
    """The histories and broken inputs of the tests, and the insides of some workbooks."""
    found = [
        path.read_bytes()
        for folder in SEED_FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in {".py", ".md"} and path.name != "expected.json"
    ]
    rows: list[list[workbooks.Cell]] = [
        ["取引日", "借入", "返済", "残高"],
        ["H13.1.10", 200_000, None, 200_000],
    ]
    found.append(b"XLSX:" + workbooks.sheet_data(rows).encode())
    found.append(b"ODS:" + workbooks.ods_rows(rows).encode())
    found.append(b"XLS:" + workbooks.xls_stream(workbooks.xls_cells(rows)))
    return [data for data in found if len(data) <= LARGEST_SEED_BYTES]


def write_corpus() -> int:
    CORPUS.mkdir(parents=True, exist_ok=True)
    CRASHES.mkdir(parents=True, exist_ok=True)
    data = seeds()
    for seed in data:
        (CORPUS / hashlib.sha256(seed).hexdigest()[:24]).write_bytes(seed)
    return len(data)


# ----------------------------------------------------------------------------------- with coverage
def child(arguments: Sequence[str]) -> None:
    """The process that fuzzes: everything of ours is instrumented as it is imported."""
    import atheris  # noqa: PLC0415  # not on every platform

    with atheris.instrument_imports(include=["motocho"]):
        for name in INSTRUMENTED:
            importlib.import_module(name)
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


def with_coverage(seconds: int, count: int) -> int:
    print(f"fuzzing for {seconds} s with coverage; {count} seeds", flush=True)
    shutil.rmtree(CRASHES)
    CRASHES.mkdir()
    command = [
        sys.executable, "-m", "scripts.fuzz", "--child", str(CORPUS),
        f"-max_total_time={seconds}", f"-timeout={SLOWEST_SECONDS}", "-rss_limit_mb=3000",
        f"-max_len={LONGEST_INPUT_BYTES}", f"-artifact_prefix={CRASHES}/", "-print_final_stats=1",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    log = (done.stdout + done.stderr).decode("utf-8", "replace")
    (CACHE / "last.log").write_text(log, encoding="utf-8")
    speed = re.findall(r"average_exec_per_sec:\s*(\d+)", log)
    executed = re.findall(r"number_of_executed_units:\s*(\d+)", log)
    covered = re.findall(r"cov: (\d+)", log)
    print(
        f"{executed[-1] if executed else '?'} executions, {speed[-1] if speed else '?'} a second, "
        f"coverage {covered[-1] if covered else '?'} edges"
    )
    crashes = sorted(CRASHES.iterdir())
    for path in crashes:
        print(f"crash: {path.relative_to(ROOT)}")
    if done.returncode and not crashes:
        print(log[-3_000:])
    if not covered:
        print("nothing was covered: the readers were not instrumented")
    return 1 if crashes or done.returncode or not covered else 0


# -------------------------------------------------------------------------------- without coverage
def by_mutation(seconds: int) -> int:
    print(f"no coverage engine for this platform: plain mutation for {seconds} s", flush=True)
    corpus = seeds()
    chance = random.Random(1)
    ends = time.monotonic() + seconds
    executed = 0
    while time.monotonic() < ends:
        data = mutated(chance, corpus)
        executed += 1
        begun = time.monotonic()
        try:
            one_input(data)
            slow = time.monotonic() - begun > SLOWEST_SECONDS
        except Exception:  # noqa: BLE001  # whatever comes out is the finding
            traceback.print_exc()
            slow = True
        if slow:
            path = CRASHES / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
            path.write_bytes(data)
            print(f"crash: {path.relative_to(ROOT)}")
            return 1
    print(f"{executed} executions, {executed // seconds} a second, coverage not measured")
    return 0


def mutated(chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                other = chance.choice(corpus)
                start = chance.randrange(len(other) + 1)
                data[at:at] = other[start : start + chance.randrange(1, 60)]
            case _:
                data[at:at] = chance.choice(
                    (b"\xff\xff\xff\xff", b"9" * 30, b"\n", b",", b"\t", b'"')
                )
    return bytes(data[:LONGEST_INPUT_BYTES])


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        child(sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    count = write_corpus()
    try:
        import atheris  # noqa: F401, PLC0415  # only to know whether it is there
    except ImportError:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        return by_mutation(arguments.seconds)
    return with_coverage(arguments.seconds, count)


if __name__ == "__main__":
    sys.exit(main())
