"""A run over a book: the same bytes whoever carries it, however it is cut, however often it dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest
from tests.office.books import SCHEMA, alone, random_book, random_history, write

from motocho.office.portfolio import (
    Conventions,
    Form,
    Means,
    Way,
    recalculate_block,
    run,
    summary_of,
)
from motocho.office.portfolio.reading import Stream, Stretch, found_files
from motocho.units.errors import FaultyInput, MotochoError, NotFoundError, StateConflict

ROOT = Path(__file__).parents[2]
SMALL = Means(way=Way.HERE, shard_lines=1_500, batch_lines=300)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 agreements, some faulty, in row groups that cut them in two."""
    return write(tmp_path_factory.mktemp("book") / "book.parquet", random_book(600, 3), rows=501)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def expected(book: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("here")
    run([book], folder, Conventions(), Means(way=Way.HERE))
    return bytes_of(folder)


def test_each_agreement_comes_to_what_it_comes_to_alone(book: Path, tmp_path: Path) -> None:
    summary = run([book], tmp_path, Conventions(), SMALL)
    found = {
        row["agreement_id"]: row
        for row in pq.read_table(tmp_path / "agreements.parquet").to_pylist()
    }
    faulty = {row["agreement_id"] for row in pq.read_table(tmp_path / "faults.parquet").to_pylist()}
    checked = 0
    for number in range(600):
        name = 1_000 + 3 * number
        assert (name in found) != (name in faulty)
        result = alone(random_history(3_000 + number), Conventions())
        if name in found and isinstance(result, dict):
            assert {key: found[name][key] for key in result} == result
            assert found[name]["product"] == ("card", "cashing", "free")[number % 3]
            checked += 1
    assert checked == summary.agreements > 500
    assert summary.faulty == len(faulty) > 5
    assert summary.rows == pq.ParquetFile(book).metadata.num_rows
    assert summary.overpayment_yen == sum(row["overpayment_yen"] for row in found.values())
    assert summary.overpaid == sum(row["overpayment_yen"] > 0 for row in found.values())


@pytest.mark.parametrize(
    "means",
    [
        Means(way=Way.HERE, shard_lines=1),
        Means(way=Way.HERE, shard_lines=2_000, batch_lines=37),
        Means(way=Way.HERE, shard_lines=10**9, batch_lines=64),
        Means(workers=1, shard_lines=1_500),
        Means(workers=2, shard_lines=700, batch_lines=100),
        Means(workers=3, shard_lines=3_000),
    ],
    ids=str,
)
def test_the_bytes_are_the_same_however_it_is_carried(
    book: Path, expected: dict[str, bytes], tmp_path: Path, means: Means
) -> None:
    run([book], tmp_path, Conventions(), means)
    assert bytes_of(tmp_path) == expected


def test_ray_gives_the_same_bytes(book: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    program = (
        "import sys; from pathlib import Path\n"
        "from motocho.office.portfolio import Conventions, Means, Way, run\n"
        "if __name__ == '__main__':\n"
        "    run([Path(sys.argv[1])], Path(sys.argv[2]), Conventions(),\n"
        "        Means(way=Way.RAY, workers=2, shard_lines=3_000))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(book), str(tmp_path)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert bytes_of(tmp_path) == expected


def test_files_are_one_stream_even_where_an_agreement_goes_on_in_the_next(
    book: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    table = pq.read_table(book)
    folder = tmp_path / "in"
    folder.mkdir()
    cuts = [0, 1_237, 1_238, 5_000, table.num_rows]
    for number, (first, stop) in enumerate(pairwise(cuts)):
        part = table.slice(first, stop - first)
        pq.write_table(part, folder / f"{number}.parquet", row_group_size=333)
    run([folder], tmp_path / "out", Conventions(), SMALL)
    assert bytes_of(tmp_path / "out") == expected


def test_names_that_do_not_ascend_are_read_and_twins_are_faults(tmp_path: Path) -> None:
    agreements = random_book(120, 5)
    Random(1).shuffle(agreements)
    twin = agreements[3]
    run([write(tmp_path / "a.parquet", agreements)], tmp_path / "a", Conventions(), SMALL)
    run([write(tmp_path / "b.parquet", [*agreements, twin])], tmp_path / "b", Conventions(), SMALL)
    once, twice = (pq.read_table(tmp_path / name / "agreements.parquet") for name in "ab")
    faults = pq.read_table(tmp_path / "b" / "faults.parquet").to_pylist()
    named = twin[0]["agreement_id"]
    assert [row["agreement_id"] for row in faults if row["code"] == "PFO-018"] == [named]
    assert twice.to_pylist() == [row for row in once.to_pylist() if row["agreement_id"] != named]


def test_names_that_stop_ascending_in_a_late_shard_leave_nothing_of_what_was_joined(
    tmp_path: Path,
) -> None:
    """The results are written while shards are at work; a twin at the end is found all the same."""
    agreements = random_book(120, 5)
    path = write(tmp_path / "in.parquet", [*agreements, agreements[3]])
    for form in Form:
        means = Means(way=Way.HERE, form=form, shard_lines=200, batch_lines=100)
        folder = tmp_path / form.value
        summary = run([path], folder, Conventions(), means)
        kept = folder / f"agreements.{form.value}"
        table = pcsv.read_csv(kept) if form is Form.CSV else pq.read_table(kept)
        names = table.column("agreement_id").to_pylist()
        assert agreements[3][0]["agreement_id"] not in names
        assert len(names) == summary.agreements > 100
        assert not list(folder.glob("*.part"))
        assert not list((folder / "parts").iterdir())


def test_the_server_of_workers_is_begun_before_anything_is_loaded() -> None:
    program = (
        "import sys, motocho.office.workers\n"
        "print(sorted({'numpy', 'pyarrow', 'numba', 'motocho.claims'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


def test_csv_holds_what_parquet_holds(book: Path, tmp_path: Path) -> None:
    means = Means(way=Way.HERE, form=Form.CSV)
    summary = run([book], tmp_path, Conventions(), means)
    lines = (tmp_path / "agreements.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == summary.agreements + 1
    assert lines[0].startswith('"agreement_id","product","first_on"')


def test_a_killed_run_goes_on_where_it_was(
    book: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """kill -9 in the middle: what was done is kept, the rest is done, the bytes are the same."""
    program = (
        "import sys, time; from pathlib import Path\n"
        "from motocho.office.portfolio import Conventions, Means, run\n"
        "if __name__ == '__main__':\n"
        "    run([Path(sys.argv[1])], Path(sys.argv[2]), Conventions(),\n"
        "        Means(workers=2, shard_lines=500), lambda lines: time.sleep(0.3))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(book), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    manifest = tmp_path / "manifest.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and (
        not manifest.exists() or manifest.read_bytes().count(b"\n") < 3
    ):
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = manifest.read_bytes().count(b"\n")
    assert done >= 3
    assert not (tmp_path / "result.json").exists()
    with manifest.open("ab") as stream:
        stream.write(b'{"number": 99, "ro')  # as a power cut leaves a line
    next((tmp_path / "parts").glob("000000.arrow")).write_bytes(b"not what its line says")
    told: list[int] = []
    run([book], tmp_path, Conventions(), Means(way=Way.HERE, shard_lines=500), told.append)
    assert 0 < told[0] < pq.ParquetFile(book).metadata.num_rows
    assert bytes_of(tmp_path) == expected


def test_memory_does_not_grow_with_the_book(tmp_path: Path) -> None:
    """What Arrow holds at once, block by block: the same for ten times the agreements."""

    def most(agreements: int) -> int:
        lines = [
            {"agreement_id": number, "on": date(2000, 1, 1), "kind": "repay", "amount_yen": 1}
            for number in range(agreements)
            for _ in range(20)
        ]
        path = tmp_path / f"{agreements}.parquet"
        pq.write_table(pa.Table.from_pylist(lines, schema=SCHEMA), path, row_group_size=2_000)
        del lines
        files = found_files([path])
        before, held = pa.total_allocated_bytes(), [0]
        for block in Stream(files, 1_000).blocks(Stretch(0, len(files[0].groups))):
            done = recalculate_block(block, Conventions())
            held.append(pa.total_allocated_bytes() - before)
            assert done.by_hand == 0
        return max(held)

    small, large = most(500), most(5_000)
    assert 0 < large < small * 3 // 2


def test_a_run_that_ended_is_told_again_and_another_is_refused(book: Path, tmp_path: Path) -> None:
    first = run([book], tmp_path, Conventions(), SMALL)
    assert run([book], tmp_path, Conventions(), SMALL) == first == summary_of(tmp_path)
    with pytest.raises(StateConflict) as raised:
        run([book], tmp_path, Conventions(as_of=date(2030, 1, 1)), SMALL)
    assert raised.value.faults[0].code == "PFO-006"


def test_no_run_and_no_input(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as raised:
        summary_of(tmp_path)
    assert raised.value.faults[0].code == "PFO-019"
    with pytest.raises(NotFoundError) as raised:
        run([tmp_path], tmp_path, Conventions())
    assert raised.value.faults[0].code == "PFO-004"


def test_columns_that_cannot_be_read_are_named_at_once(tmp_path: Path) -> None:
    schema = SCHEMA.set(4, pa.field("amount_yen", pa.float64()))
    schema = schema.remove(schema.get_field_index("kind"))
    pq.write_table(pa.Table.from_pylist([], schema=schema), tmp_path / "a.parquet")
    with pytest.raises(FaultyInput) as raised:
        run([tmp_path / "a.parquet"], tmp_path / "out", Conventions())
    assert [(fault.code, fault.column) for fault in raised.value.faults] == [
        ("PFO-002", "kind"),
        ("PFO-003", "amount_yen"),
    ]


def test_broken_files_are_faults_and_never_wrong_numbers_in_silence(
    book: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """Bytes changed, cut off or missing anywhere: the same result, or a fault that says so."""
    data = book.read_bytes()
    chance = Random(2)
    codes: list[str] = []
    for number in range(45):
        broken = bytearray(data)
        if number % 3 == 0:
            del broken[chance.randrange(len(broken)) :]
        elif number % 3 == 1:
            at = chance.randrange(len(broken))
            del broken[at : at + chance.randint(1, 50)]
        else:
            for at in range(len(broken) - 1_000, len(broken), 97):
                broken[at] = chance.randrange(256)
        path = tmp_path / "broken.parquet"
        path.write_bytes(broken)
        folder = tmp_path / "out"
        try:
            run([path], folder, Conventions(), SMALL)
        except MotochoError as error:
            codes += [fault.code for fault in error.faults]
        else:
            assert bytes_of(folder) == expected
        shutil.rmtree(folder, ignore_errors=True)
    assert set(codes) <= {"PFO-001", "PFO-002", "PFO-003"}
    assert codes.count("PFO-001") > 30


def test_a_broken_file_in_a_pool_is_the_same_fault(book: Path, tmp_path: Path) -> None:
    broken = bytearray(book.read_bytes())
    broken[5_000:6_000] = bytes(1_000)
    path = tmp_path / "broken.parquet"
    path.write_bytes(broken)
    with pytest.raises(FaultyInput) as raised:
        run([path], tmp_path / "out", Conventions(), Means(workers=2, shard_lines=1_500))
    assert raised.value.faults[0].code == "PFO-001"
    assert raised.value.faults[0].file == "broken.parquet"
