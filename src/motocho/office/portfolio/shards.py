"""A run cut into shards: each is carried alone, and what is done is written down [分割計算].

A shard is some row groups of the stream. Carrying one gives a file of results and, where there are
faults, one of these; the manifest then says so in one line with their hashes. What has no line in
the manifest is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from motocho.office.portfolio import columns
from motocho.office.portfolio.block import Recalculated, recalculate_block
from motocho.office.portfolio.conventions import Conventions
from motocho.office.portfolio.reading import BATCH_LINES, File, Stream, Stretch

SHARD_LINES = 4_000_000
"""Lines of a shard, about: a few seconds of work, so that little is lost."""
_HASHED_AT_ONCE = 1 << 20
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Task(NamedTuple):
    """One shard to carry: everything that a process on another machine needs [分割の指示]."""

    number: int
    files: tuple[File, ...]
    stretch: Stretch
    conventions: Conventions
    folder: str
    batch_lines: int = BATCH_LINES


@dataclass(frozen=True, slots=True)
class Done:
    """A shard that is done, as the manifest keeps it [分割の結果]."""

    number: int
    rows: int
    agreements: int
    faulty: int
    by_hand: int
    found_sha256: str
    faults_sha256: str
    """Empty where nothing was wrong."""
    is_ascending: bool
    """Whether each agreement's name is above the one before."""
    first_name: Any
    last_name: Any
    peak_bytes: int = 0
    """Most memory that its process had ever had; not a property of the shard."""

    def line(self) -> str:
        """The shard as a line of the manifest [目録の行]."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def stretches(files: Sequence[File], shard_lines: int = SHARD_LINES) -> list[Stretch]:
    """The stream cut into stretches of about so many lines [分割]."""
    counts = [count for file in files for count in file.groups]
    found, first, lines = [], 0, 0
    for at, count in enumerate(counts):
        lines += count
        if lines >= shard_lines:
            found.append(Stretch(first, at + 1))
            first, lines = at + 1, 0
    if first < len(counts):
        found.append(Stretch(first, len(counts)))
    return found


def found_path(folder: Path, number: int) -> Path:
    """Where the results of a shard are kept [分割の結果ファイル]."""
    return folder / "parts" / f"{number:06d}.arrow"


def faults_path(folder: Path, number: int) -> Path:
    """Where the faults of a shard are kept [分割の誤りファイル]."""
    return folder / "parts" / f"{number:06d}.faults.arrow"


def carry(task: Task) -> Done:
    """Recalculate the agreements that begin in a shard, and write them [分割の計算].

    Why       the same function is called in a loop, in a pool's process and on a cluster: all it
              needs is in the task, all it makes is a file that is there whole or not at all.
    Raises    FaultyInput for a file that is broken inside.
    """
    pa.set_cpu_count(1)
    named = pa.int64() if task.files[0].is_numbered else pa.string()
    out = columns.schemas(named)
    folder = Path(task.folder)
    count = _Count()
    faults: list[pa.RecordBatch] = []
    with _part(found_path(folder, task.number), out.found) as found:
        for lines in Stream(task.files, task.batch_lines).blocks(task.stretch):
            done = recalculate_block(lines, task.conventions)
            count.add(lines.num_rows, done)
            if done.found.num_rows:
                found.write_batch(done.found)
            if done.faults.num_rows:
                faults.append(done.faults)
    if faults:
        with _part(faults_path(folder, task.number), out.faults) as wrong:
            for rows in faults:
                wrong.write_batch(rows)
    return Done(
        number=task.number,
        rows=count.rows,
        agreements=count.agreements,
        faulty=count.faulty,
        by_hand=count.by_hand,
        found_sha256=sha256_of(found_path(folder, task.number)),
        faults_sha256=sha256_of(faults_path(folder, task.number)) if faults else "",
        is_ascending=count.is_ascending,
        first_name=count.first_name,
        last_name=count.last_name,
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT,
    )


@contextmanager
def _part(path: Path, schema: pa.Schema) -> Iterator[pa.ipc.RecordBatchFileWriter]:
    """A file of a shard that is there whole or not at all, as columns lie in memory."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with pa.OSFile(str(part), "wb") as stream, pa.ipc.new_file(stream, schema) as writer:
        yield writer
    part.replace(path)


def batches_in(path: Path) -> Iterator[pa.RecordBatch]:
    """What a file of a shard holds, batch by batch [分割の結果]."""
    with pa.memory_map(str(path)) as stream:
        kept = pa.ipc.open_file(stream)
        for at in range(kept.num_record_batches):
            yield kept.get_batch(at)


class _Count:
    """What a shard adds up to while it is carried."""

    def __init__(self) -> None:
        self.rows = self.agreements = self.faulty = self.by_hand = 0
        self.is_ascending = True
        self.first_name: Any = None
        self.last_name: Any = None

    def add(self, rows: int, done: Recalculated) -> None:
        names = done.names
        self.rows += rows
        self.agreements += done.found.num_rows
        self.faulty += len(names) - done.found.num_rows
        self.by_hand += done.by_hand
        first_name = names[0].as_py()
        ascends = pc.all(pc.greater(names.slice(1), names.slice(0, len(names) - 1))).as_py()
        if ascends is False or (self.last_name is not None and self.last_name >= first_name):
            self.is_ascending = False
        if self.first_name is None:
            self.first_name = first_name
        self.last_name = names[len(names) - 1].as_py()


def sha256_of(path: Path) -> str:
    """The hash of a file [ハッシュ]."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_HASHED_AT_ONCE):
            digest.update(piece)
    return digest.hexdigest()


class Manifest:
    """What of a run is done, one line a shard [計算の目録]."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "manifest.jsonl"
        self._folder = folder

    def done(self) -> dict[int, Done]:
        """The shards that are done, their files still as they were written [済みの分割].

        A line that a power cut left unfinished, and a file that is not what its line says, count
        for nothing: the shard is made again.
        """
        found: dict[int, Done] = {}
        for line in self._whole_lines():
            one = Done(**json.loads(line))
            if self._holds(one):
                found[one.number] = one
        return found

    def _whole_lines(self) -> list[str]:
        if not self._path.exists():
            return []
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self._path.write_bytes(whole)
        return whole.decode().splitlines()

    def _holds(self, one: Done) -> bool:
        wanted = [(found_path(self._folder, one.number), one.found_sha256)]
        if one.faults_sha256:
            wanted.append((faults_path(self._folder, one.number), one.faults_sha256))
        return all(path.exists() and sha256_of(path) == digest for path, digest in wanted)

    def add(self, one: Done) -> None:
        """Write down a shard that is done [目録への記入]."""
        with self._path.open("ab") as stream:
            stream.write(one.line().encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
