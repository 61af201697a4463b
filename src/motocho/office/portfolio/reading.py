"""Parquet files read as a stream of whole agreements [Parquetの読込み].

Files in the order of their names are one stream of row groups. An agreement may go on into the next
row group or the next file; whoever reads the row group in which it begins reads it to its end. What
is in memory at once is one batch of lines and one agreement, whatever the size of the book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from motocho.office.portfolio import columns
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError

BATCH_LINES = 1 << 19
"""Lines read at once: what a batch costs beside its lines no longer counts, and it takes 15 MB."""
_FEW_LINES = 1 << 12
"""Lines read at once for the end of one agreement."""
_TEXTS = ("kind", columns.PRODUCT)
_FOOTER_BYTES = 8
"""At the end of a file: the length of its footer, and a mark."""


class File(NamedTuple):
    """A file of dealings, as its footer tells [取引のファイル]."""

    path: str
    size: int
    footer_sha256: str
    """Of the part that names each column's place, size and bounds in the file."""
    groups: tuple[int, ...]
    """Lines of each row group."""
    is_numbered: bool
    ignored: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The file as a plan keeps it: by what it holds, not by where it lies [公開形式]."""
        return {
            "name": Path(self.path).name,
            "size": self.size,
            "footer_sha256": self.footer_sha256,
            "row_groups": len(self.groups),
            "rows": sum(self.groups),
        }


class Stretch(NamedTuple):
    """Row groups of the stream, from one up to another [読む範囲]."""

    first: int
    stop: int


def found_files(paths: Sequence[Path]) -> list[File]:
    """The files of dealings at some places, in the order of the stream [取引のファイル].

    Raises    NotFoundError where there is none; FaultyInput with every fault of their columns.
    """
    names: list[Path] = []
    for path in paths:
        if not path.exists():
            raise NotFoundError(Fault("USE-001", file=str(path)))
        names += sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not names:
        raise NotFoundError(Fault("PFO-004", file=str(paths[0]) if paths else None))
    faults: list[Fault] = []
    files = []
    for name in names:
        with _told(name):
            one = pq.ParquetFile(name, memory_map=True)
            faults += columns.faults_of(one.schema_arrow, name.name)
            if not faults:
                files.append(_file(name, one))
    if not faults and len({one.is_numbered for one in files}) > 1:
        faults.append(Fault("PFO-003", column=columns.AGREEMENT, excerpt="int64 + string"))
    if faults:
        raise FaultyInput(*faults)
    return files


def _file(name: Path, one: pq.ParquetFile) -> File:
    schema, meta = one.schema_arrow, one.metadata
    size = name.stat().st_size
    with name.open("rb") as stream:
        stream.seek(size - _FOOTER_BYTES - meta.serialized_size)
        digest = hashlib.sha256(stream.read()).hexdigest()
    groups = tuple(meta.row_group(at).num_rows for at in range(meta.num_row_groups))
    numbered = columns.is_numbered(schema)
    return File(str(name), size, digest, groups, numbered, tuple(columns.ignored_columns(schema)))


class _told:  # noqa: N801  # reads as the statement it is
    """What Arrow says of a broken file, as a fault of ours."""

    def __init__(self, name: Path | str) -> None:
        self._name = Path(name).name

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, pa.ArrowException | OSError):
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise FaultyInput(
                Fault("PFO-001", file=self._name, details={"reason": reason})
            ) from error


class Stream:
    """The row groups of all files as one stream [取引の流れ]."""

    def __init__(self, files: Sequence[File], batch_lines: int = BATCH_LINES) -> None:
        if batch_lines < 1:
            raise InputError(Fault("USE-006", excerpt=str(batch_lines)))
        self._places = [(file, at) for file in files for at in range(len(file.groups))]
        self._batch_lines = batch_lines
        self._open: tuple[str, pq.ParquetFile] | None = None

    def blocks(self, stretch: Stretch) -> Iterator[pa.RecordBatch]:
        """Whole agreements that begin in a stretch, batch by batch [契約の束].

        Raises    FaultyInput for a file that is broken inside.
        """
        before = self._last_name(stretch.first - 1)
        waiting: list[pa.RecordBatch] = []  # pieces of the agreement that has not ended yet
        for lines in self._batches(stretch):
            ids = columns.ids_of(lines)
            starts = columns.starts_of(ids)
            edges = [*map(int, starts[:2]), lines.num_rows]
            at, last = 0, int(starts[-1])
            if before is not _NOTHING:
                at = edges[1] if ids[0].as_py() == before else 0
                before = before if at == lines.num_rows else _NOTHING
            elif waiting and ids[0].as_py() == _name_of(waiting[0]):
                waiting.append(_apart(lines.slice(0, edges[1])))
                at = edges[1]
            if at == lines.num_rows:
                continue
            if waiting:
                yield _joined(waiting)
            if at < last:
                yield lines.slice(at, last - at)
            waiting = [_apart(lines.slice(last))]
        if waiting:
            yield _joined([*waiting, *self._goes_on(stretch.stop, _name_of(waiting[0]))])

    def _goes_on(self, group: int, name: Any) -> Iterator[pa.RecordBatch]:
        """What an agreement has beyond its stretch."""
        for lines in self._batches(Stretch(group, len(self._places)), _FEW_LINES):
            same = _length_of(lines, name)
            if same:
                yield _apart(lines.slice(0, same))
            if same < lines.num_rows:
                return

    def _batches(self, stretch: Stretch, most: int | None = None) -> Iterator[pa.RecordBatch]:
        for file, at in self._places[stretch.first : stretch.stop]:
            with _told(file.path):
                one = self._opened(file)
                wanted = columns.read_columns(one.schema_arrow)
                batches = one.iter_batches(
                    min(most or self._batch_lines, self._batch_lines),
                    row_groups=[at],
                    columns=wanted,
                    use_threads=False,
                )
            while True:
                with _told(file.path):
                    lines = next(batches, None)
                if lines is None:
                    break
                if lines.num_rows:
                    yield lines

    def _last_name(self, group: int) -> Any:
        """The name of the last line before a row group."""
        while group >= 0:
            file, at = self._places[group]
            if file.groups[at]:
                with _told(file.path):
                    one = self._opened(file).read_row_group(
                        at, columns=[columns.AGREEMENT], use_threads=False
                    )
                    last = one.slice(one.num_rows - 1).combine_chunks().to_batches()[0]
                return _name_of(last)
            group -= 1
        return _NOTHING

    def _opened(self, file: File) -> pq.ParquetFile:
        if self._open is None or self._open[0] != file.path:
            is_text = {*_TEXTS} | (set() if file.is_numbered else {columns.AGREEMENT})
            one = pq.ParquetFile(file.path, memory_map=True, read_dictionary=sorted(is_text))
            self._open = (file.path, one)
        return self._open[1]


_NOTHING = object()
"""The name of no agreement, not even of one without a name."""


def _name_of(lines: pa.RecordBatch) -> Any:
    """The name of the first agreement."""
    return columns.ids_of(lines.slice(0, 1))[0].as_py()


def _length_of(lines: pa.RecordBatch, name: Any) -> int:
    """How many lines at the head belong to an agreement."""
    if name is _NOTHING or _name_of(lines) != name:
        return 0
    starts = columns.starts_of(columns.ids_of(lines))
    return int(starts[1]) if len(starts) > 1 else int(lines.num_rows)


def _apart(lines: pa.RecordBatch) -> pa.RecordBatch:
    """Lines with plain texts and types of ours: dictionaries and types differ between batches."""
    own = []
    for name, column in zip(lines.schema.names, lines.columns, strict=True):
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        own.append(plain.cast(columns.type_of(name, plain.type), safe=False))
    return pa.RecordBatch.from_arrays(own, names=lines.schema.names)


def _joined(pieces: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    if len(pieces) == 1:
        return pieces[0]
    tables = [pa.Table.from_batches([piece]) for piece in pieces]
    table = pa.concat_tables(tables, promote_options="default").combine_chunks()
    return table.to_batches()[0]
