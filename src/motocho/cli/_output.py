"""What a command says, and where [出力].

stdout is data only: one table, one JSON document, one file. Everything else (notes, warnings,
faults, progress) goes to stderr, in the language that was asked for. Exit codes are those of the
recalculation contract, section 3.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from motocho.units.errors import (
    Fault,
    FaultyInput,
    InputError,
    Language,
    MotochoError,
    NotAllowedError,
    NotFoundError,
    OutsideFailure,
    RefusedError,
    StateConflict,
)

SCHEMA_VERSION = 1
INTERRUPTED = 130
BUG = 1

EXIT_CODES: Mapping[type[MotochoError], int] = {
    InputError: 2,
    FaultyInput: 3,
    NotFoundError: 4,
    NotAllowedError: 5,
    RefusedError: 6,
    OutsideFailure: 7,
    StateConflict: 8,
}
"""The exit code of each family of errors; 0 is done, 1 a bug, 130 interrupted."""

LANGUAGE_VARIABLE = "MOTOCHO_LANG"


def exit_code(error: MotochoError) -> int:
    """The exit code of an error, by its family [終了コード]."""
    return next(code for family, code in EXIT_CODES.items() if isinstance(error, family))


def language_of(name: str | None) -> Language:
    """The language asked for by option, else by MOTOCHO_LANG, else Japanese [表示言語]."""
    return Language(name or os.environ.get(LANGUAGE_VARIABLE) or Language.JA.value)


class Output:
    """Where one run of a command writes [出力先]."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def text(self, japanese: str, english: str) -> str:
        """The one of two texts in the language of this run [表示文]."""
        return japanese if self.language is Language.JA else english

    def data(self, text: str) -> None:
        """Text to stdout, ending in one line feed [データ]."""
        self.raw((text.rstrip("\n") + "\n").encode())

    def raw(self, data: bytes) -> None:
        """Bytes to stdout as they are [データ]."""
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def document(self, document: Mapping[str, Any]) -> None:
        """The one JSON document of this run [JSON]."""
        self.data(json.dumps(document, ensure_ascii=False))

    def note(self, text: str) -> None:
        """A line for the person, on stderr [お知らせ]."""
        print(text, file=sys.stderr)

    def faults(self, faults: Iterable[Fault]) -> None:
        """Faults, each with its place and its fix, on stderr [誤りの一覧]."""
        for fault in faults:
            self.note(self._placed(fault))

    def warnings(self, warnings: Iterable[Fault]) -> None:
        """The same for what does not stop the command [注意の一覧]."""
        mark = self.text("注意", "Note")
        for warning in warnings:
            self.note(f"{mark}: {self._placed(warning)}")

    def _placed(self, fault: Fault) -> str:
        place = ":".join(str(part) for part in (fault.file, fault.line) if part is not None)
        column = f" {fault.column}" if fault.column else ""
        lead = f"{place}{column}: " if place or column else ""
        return f"{lead.lstrip()}{fault.what(self.language)}\n    → {fault.fix(self.language)}"

    @contextmanager
    def stage(self, japanese: str, english: str) -> Iterator[None]:
        """A stage of long work, shown while it lasts where a person looks at stderr [段階]."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(self.text(japanese, english)):
            yield

    @contextmanager
    def progress(self, japanese: str, english: str) -> Iterator[Callable[[int], None]]:
        """Counted work of unknown length; what is yielded is told of each part [進みぐあい]."""
        if not sys.stderr.isatty():
            yield lambda _done: None
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description} {task.completed:,}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as shown:
            task = shown.add_task(self.text(japanese, english), total=None)
            yield lambda done: shown.advance(task, done)


def faults_document(error: MotochoError) -> dict[str, Any]:
    """Faults and warnings in their public form [誤りの公開形式]."""
    return {
        "schema_version": SCHEMA_VERSION,
        "faults": [fault.document() for fault in error.faults],
        "warnings": [warning.document() for warning in error.warnings],
    }


def bug_fault() -> Fault:
    """A report of the exception being handled, kept on this machine; its fault names the report."""
    report = traceback.format_exc()
    report_id = hashlib.sha256(report.encode()).hexdigest()[:8].upper()
    path = Path(tempfile.gettempdir()) / f"motocho-{report_id}.txt"
    try:
        path.write_text(report, encoding="utf-8")
    except OSError:
        shown = "—"
    else:
        shown = str(path)
    return Fault("SYS-001", details={"report": report_id, "path": shown})
