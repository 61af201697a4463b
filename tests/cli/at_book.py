"""Running the command against a database of the test's own.

A call runs the command in this process, as `main` would: starting Python and Django anew takes a
second, and what is said of the process itself is tested once, by `process`.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from psycopg.conninfo import make_conninfo
from tests.cli.command import Run, motocho
from tests.database import Database

from motocho.cli.app import run


class Command:
    """`motocho …` on one database."""

    def __init__(self, database: Database) -> None:
        self.url = make_conninfo(**database.address.parameters)

    def __call__(self, *arguments: str | Path, **environment: str) -> Run:
        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        before = dict(os.environ)
        os.environ.update(environment, DATABASE_URL=self.url)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = run([str(one) for one in arguments])
        finally:
            os.environ.clear()
            os.environ.update(before)
        buffer = out.buffer
        assert isinstance(buffer, io.BytesIO)
        return Run(code, buffer.getvalue(), err.getvalue())

    def process(self, *arguments: str | Path) -> Run:
        """The same in a process of its own."""
        return motocho(*arguments, DATABASE_URL=self.url)

    def done(self, *arguments: str | Path, **environment: str) -> Run:
        """A run that succeeds."""
        found = self(*arguments, **environment)
        assert found.code == 0, found.err
        return found
