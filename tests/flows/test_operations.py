"""The page for operators, command by command, in its order."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.cli.command import motocho
from tests.tidy.source import ROOT
from tests.tidy.test_docs import commands

PAGE = ROOT / "docs" / "operations" / "database.md"


def test_commands_of_the_page_run_in_their_order(home: Path) -> None:
    lines = commands(PAGE)
    assert len(lines) == 9
    for line in lines:
        arguments = [
            str(home / "made" / part)
            if part in {"restored", "dump"} and before == "--into"
            else part
            for before, part in zip(["", *shlex.split(line)], shlex.split(line), strict=False)
        ]
        assert arguments[0] == "./run"
        done = motocho(*arguments[1:], MOTOCHO_HOME=str(home), DATABASE_URL="")
        assert done.code == 0, f"{line}: {done.err}"
