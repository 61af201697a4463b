"""`motocho recalc batch`: one case a line in, one result or faults document a line out [一括計算].

Lines go through in blocks, so memory does not grow with the file; several blocks go through several
processes. A large input is folded by the compiled kernel where that is installed and exact. The
result is the same either way, in the order of the lines.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from enum import Enum
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

import orjson

from motocho.claims import assumptions as assumed
from motocho.claims.reading import MAX_FILE_BYTES, read_case
from motocho.claims.statement import Folded, Prepared, assemble, fold, fold_many, prepare
from motocho.cli._files import open_binary
from motocho.cli._output import Output, faults_document
from motocho.units.errors import Fault, FaultyInput, MotochoError

BLOCK_LINES = 1_000
COMPILED_FROM_BYTES = 8 << 20
"""Input from which starting the compiled kernel pays, even where it must be compiled first."""
DONE, FAULTY = 0, 3


class Kernel(Enum):
    """Which kernel folds a block [計算の経路]."""

    INTERPRETED = "interpreted"
    COMPILED = "compiled"


class Block(NamedTuple):
    """Lines that go through together [行の束]."""

    lines: list[bytes]
    kernel: Kernel


class Rendered(NamedTuple):
    """The lines out of a block [出力の束]."""

    data: bytes
    lines: int
    code: int


def run(file: str, output: Output) -> int:
    """All lines of a file or of standard input; FAULTY if any line had faults [一括計算]."""
    code = DONE
    with open_binary(file) as stream, output.progress("計算中", "Calculating") as advance:
        for rendered in _rendered(_blocks(stream)):
            sys.stdout.buffer.write(rendered.data)
            code = max(code, rendered.code)
            advance(rendered.lines)
    sys.stdout.buffer.flush()
    return code


def _rendered(blocks: Iterator[Block]) -> Iterator[Rendered]:
    """Blocks in order; one alone is done here, more are shared out to processes."""
    head = list(islice(blocks, 2))
    processes = os.cpu_count() or 1
    if len(head) < 2 or processes < 2:
        yield from map(render, chain(head, blocks))
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[Future[Rendered]] = deque()
        for block in chain(head, blocks):
            waiting.append(pool.submit(render, block))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def render(block: Block) -> Rendered:
    """The lines of a block, calculated [束の計算]."""
    # Very many small tuples and no cycles: looking for garbage would take longer than the work.
    gc.disable()
    found = list(documents(block.lines, block.kernel))
    code = FAULTY if any("faults" in document for document in found) else DONE
    data = b"".join(orjson.dumps(document) + b"\n" for document in found)
    return Rendered(data, len(found), code)


def documents(lines: Sequence[bytes], kernel: Kernel) -> Iterator[Mapping[str, Any]]:
    """The document of each line, in the order of the lines [行ごとの結果]."""
    ready = [_prepared(line) for line in lines]
    cases = [one for one in ready if isinstance(one, Prepared)]
    folds = iter(_folds(cases, kernel))
    for one in ready:
        if isinstance(one, MotochoError):
            yield faults_document(one)
            continue
        try:
            yield assemble(one, next(folds)).document()
        except FaultyInput as error:
            yield faults_document(error)


def _prepared(line: bytes) -> Prepared | MotochoError:
    """A line ready to be folded, or what is wrong with it."""
    if len(line) > MAX_FILE_BYTES:
        details = {"limit_mib": str(MAX_FILE_BYTES >> 20)}
        return FaultyInput(Fault("USE-004", details=details))
    try:
        history = read_case(line)
        read = assumed.read(history.stated_assumptions)
        if read.faults:
            return FaultyInput(*read.faults, warnings=history.warnings)
        return prepare(history, read.assumptions)
    except MotochoError as error:
        return error


def _folds(cases: Sequence[Prepared], kernel: Kernel) -> list[list[Folded]]:
    if kernel is Kernel.COMPILED:
        try:
            return fold_many(cases)
        except ImportError:
            pass  # the compiled extra is not installed: the interpreted path gives the same
    return [[fold(dealing, case.regime) for dealing in case.dealings] for case in cases]


def _blocks(stream: BinaryIO) -> Iterator[Block]:
    """The lines in blocks, without their ends; blank lines are not cases."""
    lines: list[bytes] = []
    seen = 0
    kernel = Kernel.INTERPRETED
    while line := stream.readline(MAX_FILE_BYTES + 1):
        rest = line
        while len(rest) > MAX_FILE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_FILE_BYTES + 1)  # of a line that is refused whole
        seen += len(line)
        if seen > COMPILED_FROM_BYTES:
            kernel = Kernel.COMPILED
        stripped = line.rstrip(b"\r\n")
        if stripped.strip():
            lines.append(stripped)
        if len(lines) == BLOCK_LINES:
            yield Block(lines, kernel)
            lines = []
    if lines:
        yield Block(lines, kernel)
