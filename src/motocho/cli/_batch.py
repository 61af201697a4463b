"""`motocho recalc batch`: one case a line in, one result or faults document a line out [一括計算].

Lines go through in blocks, so memory does not grow with the file. A block of some size is folded by
the compiled kernel where that is installed and exact; the result is the same either way.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import orjson

from motocho.claims import _cases
from motocho.claims import assumptions as assumed
from motocho.claims.reading import MAX_FILE_BYTES
from motocho.claims.statement import Folded, Prepared, assemble, fold, fold_many, prepare
from motocho.cli._files import open_binary
from motocho.cli._output import Output, faults_document
from motocho.units.errors import Fault, FaultyInput, MotochoError

BLOCK_LINES = 2_000
COMPILED_FROM_ROWS = 10_000
"""Rows of a block from which starting the compiled kernel pays."""
DONE, FAULTY = 0, 3


def run(file: str, output: Output) -> int:
    """All lines of a file or of standard input; FAULTY if any line had faults [一括計算]."""
    code = DONE
    with open_binary(file) as stream, output.progress("計算中", "Calculating") as advance:
        for lines in _blocks(stream):
            for document in documents(lines):
                if "faults" in document:
                    code = FAULTY
                sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
            advance(len(lines))
    sys.stdout.buffer.flush()
    return code


def documents(lines: Sequence[bytes]) -> Iterator[Mapping[str, Any]]:
    """The document of each line, in the order of the lines [行ごとの結果]."""
    ready = [_prepared(line) for line in lines]
    cases = [one for one in ready if isinstance(one, Prepared)]
    folds = iter(_folds(cases))
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
        history = _cases.read(line)
        read = assumed.read(history.stated_assumptions)
        if read.faults:
            return FaultyInput(*read.faults, warnings=history.warnings)
        return prepare(history, read.assumptions)
    except MotochoError as error:
        return error


def _folds(cases: Sequence[Prepared]) -> list[list[Folded]]:
    rows = sum(len(dealing.events) for case in cases for dealing in case.dealings)
    if rows >= COMPILED_FROM_ROWS:
        try:
            return fold_many(cases)
        except ImportError:
            pass  # the compiled extra is not installed: the interpreted path gives the same
    return [[fold(dealing, case.regime) for dealing in case.dealings] for case in cases]


def _blocks(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines in blocks, without their ends; blank lines are not cases."""
    block: list[bytes] = []
    while line := stream.readline(MAX_FILE_BYTES + 1):
        rest = line
        while len(rest) > MAX_FILE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_FILE_BYTES + 1)  # of a line that is refused whole
        stripped = line.rstrip(b"\r\n")
        if stripped.strip():
            block.append(stripped)
        if len(block) == BLOCK_LINES:
            yield block
            block = []
    if block:
        yield block
